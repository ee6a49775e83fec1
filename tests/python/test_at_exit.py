"""What is alive when the interpreter ends: callbacks, cycles, finalisers that call C."""
import subprocess
import sys
import unittest

from support import INTERPRETER, LIBC, LIBRARY, OURS, SLOWED, WINDOWS, TestCase, on_unix

# What each script of threads begins with.
THREADS = """if True:
    import time, threading
    from ctypes import *
    lib = CDLL(%r)
    Unary = CFUNCTYPE(c_int, c_int)
""" % LIBRARY


class AtExit(TestCase):
    def run_script(self, script, **options):
        script = script.replace("CDLL(None)", f"CDLL({LIBC!r})")
        result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, timeout=120, **options)
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

    @on_unix
    def test_deep_types(self):
        # On a stack that has no room for dropping them one inside the other.
        import resource

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


@unittest.skipUnless(OURS, "one run of CPython in twenty dies")
class Threads(TestCase):
    """Threads of C's are still there when the interpreter ends, and go on."""

    def run_script(self, script, expected=b"end", times=1):
        if WINDOWS:
            # There the package imports something to open a library, which is too late then.
            script = script.replace("CDLL(None).abs", "lib.negate_int")
        for _ in range(max(1, times // SLOWED)):
            result = subprocess.run([*INTERPRETER, "-c", THREADS + script], capture_output=True, timeout=120)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, expected, b""))

    def test_that_call_back_all_the_time(self):
        for milliseconds in (0, 3, 20):
            self.run_script(f"""
    callback = Unary(lambda value: value)
    lib.start_callers(callback, 4)
    time.sleep({milliseconds} / 1000)
    print("end", end="")
""", times=3)

    def test_that_are_inside_a_callback(self):
        self.run_script("""
    entered = threading.Event()
    @Unary
    def callback(value):
        entered.set()
        time.sleep(0.001 * (value % 3) if value else 30)
        return value
    lib.start_callers(callback, 4)
    entered.wait()
    print("end", end="")
""", times=3)

    def test_while_finalisers_make_callbacks_and_call_them(self):
        self.run_script("""
    class Late:
        def __del__(self): Unary(lambda value: value)(3), CDLL(None).abs(-3)
    late = Late()
    late.me = late
    callbacks = [Unary(lambda value: value) for _ in range(20)]
    for callback in callbacks[:6]: lib.start_callers(callback, 1)
    print("end", end="")
""", times=3)

    def test_even_if_nothing_is_left_to_be_called_at_exit(self):
        self.run_script("""
    import atexit
    callback = Unary(lambda value: value)
    lib.start_callers(callback, 4)
    atexit._clear()
    print("end", end="")
""", times=3)

    def test_daemon_thread_in_c(self):
        self.run_script("""
    calls = lib.calls_so_far
    callback = Unary(lambda value: value)
    call = lib.call_in_threads
    call.restype = c_longlong
    threading.Thread(target=lambda: call(callback, 2, 10**8), daemon=True).start()
    entered = threading.Event()
    threading.Thread(target=lambda: lib.call_times(Unary(lambda value: entered.set() or 1), 10**8), daemon=True).start()
    entered.wait()
    print("end", end="")
""", times=3)

    def test_that_were_still_needed_by_functions_called_at_exit(self):
        self.run_script("""
    import atexit
    callback = Unary(lambda value: value + 1)
    atexit.register(lambda: print(lib.call_in_thread(callback, 3, 1), end=""))
    lib.start_callers(callback, 2)
""", expected=b"4")


@unittest.skipUnless(OURS, "CPython dies")
class AtExitOfProcess(TestCase):
    """C calls back when the interpreter has ended, and gets zero."""

    def check(self, function, before):
        script = THREADS + f"""
    callback = Unary(lambda value: value - 2)
    if {before}: lib.call_int(callback, 3), lib.call_in_thread(callback, 3, 1)
    lib.{function}(callback)
"""
        result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, timeout=120)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, b"exit 0\n", b""))

    def test_main_thread(self):
        for before in (False, True):
            self.check("call_at_exit", before)

    def test_new_thread(self):
        for before in (False, True):
            self.check("call_in_thread_at_exit", before)


if __name__ == "__main__":
    unittest.main()
