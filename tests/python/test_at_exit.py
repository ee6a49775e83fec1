"""What is alive when the interpreter ends: callbacks, cycles, finalisers that call C."""
import resource
import subprocess
import sys
import unittest

from support import TestCase


class AtExit(TestCase):
    def run_script(self, script, **options):
        result = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, **options)
        self.assertEqual((result.returncode, result.stdout), (0, b"end"),
                         result.stderr.decode(errors="replace"))

    def test_live_callbacks_and_cycles(self):
        self.run_script("""if True:
            from ctypes import *
            class Node(Structure): pass
            Node._fields_ = [("next", POINTER(Node)), ("call", CFUNCTYPE(c_int))]
            node = Node()
            node.next = pointer(node)
            node.call = CFUNCTYPE(c_int)(lambda: node.next.contents.call and 1)
            node.me = node
            def late(): pass
            keep = CFUNCTYPE(None)(late)
            print("end", end="")
        """)

    def test_calls_in_finalisers(self):
        self.run_script("""if True:
            from ctypes import *
            libc = CDLL(None)
            class Handle:
                def __init__(self): self.call = CFUNCTYPE(c_int, c_int)(abs)
                def __del__(self): libc.abs(-1); self.call(-2)
            handle = Handle()
            handle.me = handle
            print("end", end="")
        """)

    def test_deep_types(self):
        # On a stack that has no room for dropping them one inside the other.
        def small_stack():
            resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))

        for step in ("""type("S", (Structure,), {"_fields_": [("a", ctype)]})""",
                     """type("U", (Union,), {"_fields_": [("a", ctype)]})""",
                     """type("P", (_Pointer,), {"_type_": ctype})""",
                     """type("F", (_CFuncPtr,), {"_flags_": 1, "_argtypes_": (ctype,), "_restype_": ctype})""",
                     """ctype * 1 if number % 50 else type("S", (Structure,), {"_fields_": [("a", ctype)]})"""):
            with self.subTest(step):
                self.run_script(f"""if True:
                    from ctypes import *
                    from ctypes import _CFuncPtr, _Pointer
                    ctype = c_int
                    for number in range(4000):
                        ctype = {step}
                    print("end", end="")
                """, preexec_fn=small_stack)


if __name__ == "__main__":
    unittest.main()
