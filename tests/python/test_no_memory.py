"""Memory that is not there is a MemoryError. The cases run in a process of their own, with an address space that has no room left."""
import os
import subprocess
import sys
import unittest

from support import INTERPRETER, OURS, SLOWED, TestCase

SIZE = 1 << 26

PREPARE = f"""
import resource, sys
from ctypes import *
N = {SIZE}
class Large(Structure):
    _fields_ = [("text", c_char * N), ("number", c_int)]
class Holder(Structure):
    _fields_ = [("large", Large), ("p", POINTER(c_int))]
characters, numbers, wide = (c_char * N)(), (c_int * (N // 4))(), (c_wchar * (N // 4))()
memset(characters, 65, N - 1)
memset(wide, 0, N)
for index in range(0, N // 4 - 1, N // 4 - 2): wide[index] = "x"
large, holder, second = Large(), Holder(), Holder()
pc, pn, pw = cast(characters, POINTER(c_char)), cast(numbers, POINTER(c_int)), cast(wide, POINTER(c_wchar))
text, string, array = bytes(N), "x" * (N // 4), bytearray(N)
length = CDLL(None).strlen
length.argtypes = [c_char_p]
units = CDLL(None).wcslen
units.argtypes = [c_wchar_p]
def attempt(action):
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    # Room for small objects.
    resource.setrlimit(resource.RLIMIT_AS, (used + (8 << 20), resource.RLIM_INFINITY))
    try:
        action()
        return "done"
    except MemoryError:
        return "MemoryError"
    except ArgumentError as error:
        return str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""

CASES = {
    "MemoryError": [
        "characters.raw", "characters.value", "characters[:]", "characters[::2]", "numbers[:]", "numbers[::2]",
        "wide[:]", "characters.__reduce__()", "large.__reduce__()", "string_at(characters, N - 1)",
        "string_at(characters)", "wstring_at(wide, N // 4 - 1)", "pc[0:N]", "pc[0:2**40]", "pn[0:N // 4]",
        "pn[0:2**40]", "pn[0:2**62]", "pw[0:N // 4]", "pw[0:2**40]", "pw[0:2**62:2]", "(c_char * N)()", "Large()",
        "create_string_buffer(N)", "create_string_buffer(text)", "create_unicode_buffer(string)",
        "(c_char * N).from_buffer_copy(array)", "pointer(second).__setitem__(0, holder)",
        "(Holder * 1)()", "c_char_p(text)", "c_wchar_p(string)", "c_char_p(addressof(characters)).value",
        "cast(characters, c_char_p).value", "c_char_p.from_param(text)", "c_wchar_p.from_param(string)",
        "resize(characters, 2 * N)", "CFUNCTYPE(Large)(('abs', CDLL(None)))(1)", "setattr(wide, 'value', string)",
    ],
    "argument 1: MemoryError: ": ["length(text)", "units(string)", "CDLL(None).strlen(text)"],
}


@unittest.skipUnless(OURS, "what takes how much memory differs")
@unittest.skipUnless(sys.platform == "linux", "reads /proc")
@unittest.skipIf(SLOWED > 1, "Valgrind needs the address space")
class NoMemory(TestCase):
    def test_every_large_amount(self):
        environment = os.environ | {"MIMALLOC_DISALLOW_ARENA_ALLOC": "1"}
        actions = [f"print({expression!r}, attempt(lambda: {expression}), sep=': ', flush=True)"
                   for expressions in CASES.values() for expression in expressions]
        result = subprocess.run([*INTERPRETER, "-c", "\n".join([PREPARE, *actions])], capture_output=True,
                                text=True, timeout=120, env=environment)
        expected = [f"{expression}: {outcome}" for outcome, expressions in CASES.items()
                    for expression in expressions]
        self.assertEqual(result.stdout.splitlines(), expected, result.stderr)
        self.assertEqual((result.stderr, result.returncode), ("", 0))


if __name__ == "__main__":
    unittest.main()
