"""Python code that runs between a check and what was checked for: audit hooks, __index__, __buffer__, finalisers."""
import subprocess
import sys
import unittest
from ctypes import (
    CDLL, POINTER, ArgumentError, Structure, c_char, c_int, cast, pointer, sizeof,
)

from support import INTERPRETER, LIBC, OURS, TestCase

LARGE = 100_000


def incomplete():
    class Later(Structure):
        pass

    return Later


@unittest.skipUnless(OURS, "CPython uses memory beyond the buffer")
class Buffers(TestCase):
    def test_audit_hook_that_gives_fields(self):
        # A hook is there for good, so in a process of its own.
        script = """if True:
            import sys
            from ctypes import *
            Later = outcome = None
            def hook(event, arguments):
                global outcome
                if event.startswith("ctypes.cdata") and Later is not None:
                    try:
                        Later._fields_ = [("x", c_char * 100000)]
                        outcome = "given"
                    except AttributeError as error:
                        outcome = str(error)
                    # Nothing is locked meanwhile.
                    if type(memory) is bytearray:
                        memory[0] = 7
            sys.addaudithook(hook)
            for method, memory in (("from_buffer", bytearray(8)), ("from_buffer_copy", bytearray(8)),
                                   ("from_buffer_copy", bytes(8))):
                class Later(Structure):
                    pass
                print(sizeof(getattr(Later, method)(memory)), outcome)
        """
        result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("0 _fields_ is final\n" * 3, "", 0))

    def test_buffer_and_offset_that_give_fields(self):
        Later = incomplete()

        class Exporter:
            def __buffer__(self, flags):
                Later._fields_ = [("x", c_char * LARGE)]
                return memoryview(bytearray(8))

        class Offset:
            def __index__(self):
                Later._fields_ = [("x", c_char * LARGE)]
                return 0

        for arguments in ((Exporter(),), (bytearray(8), Offset())):
            for method in ("from_buffer", "from_buffer_copy"):
                Later = incomplete()
                with self.assertRaisesRegex(ValueError, "Buffer size too small"):
                    getattr(Later, method)(*arguments)

    def test_fields_after_a_buffer_that_was_too_small(self):
        class Later(Structure):
            _fields_ = [("x", c_int)]

        self.assertRaises(ValueError, Later.from_buffer, bytearray(2))
        self.assertEqual(sizeof(Later.from_buffer(bytearray(4))), 4)


@unittest.skipUnless(OURS, "CPython lets C use memory that is not there")
class ItemsThatGetFields(TestCase):
    """An array type that was made before its items had their fields has instances of no size."""

    def setUp(self):
        self.Later = incomplete()
        self.Early = self.Later * 3
        self.early = self.Early()
        self.Pointer = POINTER(self.Later)
        self.Later._fields_ = [("x", c_char * LARGE)]

    def test_stored_where_pointers_are(self):
        class Holder(Structure):
            _fields_ = [("p", self.Pointer)]

        message = (f"incompatible types, {self.Early.__name__} instance instead of "
                   f"{self.Pointer.__name__} instance")
        self.assertError(TypeError, message, setattr, Holder(), "p", self.early)
        self.assertError(TypeError, message, Holder, self.early)
        self.assertError(TypeError, message, (self.Pointer * 1)().__setitem__, 0, self.early)
        self.assertError(TypeError, message, pointer(self.Pointer()).__setitem__, 0, self.early)
        self.assertRaises(TypeError, setattr, self.Pointer(), "contents", self.early)
        Holder().p = (self.Later * 2)()

    def test_passed_for_pointers(self):
        self.assertRaises(TypeError, self.Pointer.from_param, self.early)
        function = CDLL(LIBC).labs
        function.argtypes = [self.Pointer]
        self.assertRaises(ArgumentError, function, self.early)
        function((self.Later * 2)())

        class Derived(self.Later):
            pass

        function((Derived * 2)())

    def test_said_to_be_a_pointer(self):
        # A cast is the program's own word.
        self.assertTrue(cast(self.early, self.Pointer))


if __name__ == "__main__":
    unittest.main()
