"""Windows: the last error, results of COM that say whether a function failed, structured exceptions."""
from support import LIBRARY, TestCase, for_windows

for_windows()

import _ctypes
import ctypes
import sys
import threading
import unittest
from ctypes import (CDLL, CFUNCTYPE, HRESULT, POINTER, WINFUNCTYPE, FormatError, GetLastError, OleDLL, WinDLL, WinError,
                    c_double, c_int, c_long, c_ulong, c_void_p, get_last_error, memmove, set_last_error, string_at, windll,
                    wstring_at)

E_INVALIDARG = -2147024809
E_FAIL = -2147467259
CLIB = CDLL(LIBRARY)
USING = CDLL(LIBRARY, use_last_error=True)


class LastError(TestCase):
    def test_as_c_left_it(self):
        # Between two calls the interpreter makes system calls of its own.
        for code in (0, 5, 1234567, -1):
            windll.kernel32.SetLastError(c_ulong(code))
            open(__file__).close()
            self.assertFalse(hasattr(sys, "no such attribute"))
            self.assertEqual(GetLastError(), code)
            self.assertEqual(windll.kernel32.GetLastError(), code)

    def test_c_finds_what_it_left(self):
        CLIB.swap_last_error(77)
        threading.Lock().acquire()
        self.assertEqual(CLIB.swap_last_error(78), 77)
        self.assertEqual(CLIB.swap_last_error(0), 78)

    def test_use_last_error(self):
        set_last_error(32)
        windll.kernel32.SetLastError(9)
        self.assertEqual(USING.swap_last_error(33), 32)
        self.assertEqual(get_last_error(), 33)
        self.assertEqual(GetLastError(), 9)
        self.assertEqual(set_last_error(34), 33)
        self.assertEqual(get_last_error(), 34)

    def test_without_it(self):
        set_last_error(41)
        CLIB.swap_last_error(42)
        self.assertEqual(get_last_error(), 41)
        self.assertEqual(GetLastError(), 42)

    def test_windows_own(self):
        kernel32 = WinDLL("kernel32", use_last_error=True)
        set_last_error(0)
        self.assertFalse(kernel32.GetModuleHandleW("no such module"))
        # ERROR_MOD_NOT_FOUND
        self.assertEqual(get_last_error(), 126)

    def test_of_each_thread(self):
        seen = []

        def run():
            seen.append(get_last_error())
            set_last_error(5)
            seen.append(get_last_error())

        set_last_error(4)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        self.assertEqual(seen, [0, 5])
        self.assertEqual(get_last_error(), 4)

    def test_signed(self):
        set_last_error(-1)
        self.assertEqual(get_last_error(), -1)
        self.assertEqual(set_last_error(0), -1)

    def test_errors(self):
        self.assertError(TypeError, "_ctypes.get_last_error() takes no arguments (1 given)", get_last_error, 1)
        self.assertError(TypeError, "function takes exactly 1 argument (0 given)", set_last_error)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer", set_last_error, "")
        self.assertError(OverflowError, "signed integer is greater than maximum", set_last_error, 1 << 31)

    def test_audit_events(self):
        heard = []
        sys.addaudithook(lambda event, args: heard.append((event, args)) if "last_error" in event else None)
        set_last_error(6)
        get_last_error()
        self.assertEqual(heard, [("ctypes.set_last_error", (6,)), ("ctypes.get_last_error", ())])

    def test_callback(self):
        seen = []
        prototype = CFUNCTYPE(c_int, c_int)

        @prototype
        def look(n):
            seen.append(GetLastError())
            return 0

        @prototype
        def change(n):
            windll.kernel32.SetLastError(55)
            return 0

        # What the callback does not touch, C finds again.
        self.assertEqual(CLIB.last_error_of_callback(look, 44), 44)
        self.assertEqual(seen, [44])
        self.assertEqual(CLIB.last_error_of_callback(change, 44), 55)

    def test_callback_with_the_copy(self):
        seen = []

        @CFUNCTYPE(c_int, c_int, use_last_error=True)
        def swap(n):
            seen.append((get_last_error(), set_last_error(66)))
            return 0

        set_last_error(22)
        self.assertEqual(CLIB.last_error_of_callback(swap, 44), 66)
        self.assertEqual(seen, [(44, 44)])
        self.assertEqual(get_last_error(), 22)


class Texts(TestCase):
    def test_format_error(self):
        text = FormatError(2)
        self.assertTrue(text)
        self.assertEqual(text, text.strip())
        self.assertEqual(FormatError(0x2000_0000), "<no description>")

    def test_of_the_last_error(self):
        windll.kernel32.SetLastError(2)
        self.assertEqual(FormatError(), FormatError(2))
        windll.kernel32.SetLastError(2)
        self.assertEqual(FormatError(0), FormatError(2))

    def test_format_error_errors(self):
        self.assertError(TypeError, "FormatError() takes at most 1 argument (2 given)", FormatError, 1, 2)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer", FormatError, "")
        self.assertError(OverflowError, "signed integer is greater than maximum", FormatError, 1 << 31)

    def test_win_error(self):
        windll.kernel32.SetLastError(5)
        error = WinError()
        self.assertIsInstance(error, OSError)
        self.assertEqual((error.winerror, error.errno), (5, 13))
        self.assertEqual(error.strerror, FormatError(5).strip())
        error = WinError(2, "text of its own")
        self.assertEqual((error.winerror, error.errno, error.strerror), (2, 2, "text of its own"))
        self.assertEqual(str(error), "[WinError 2] text of its own")


class Results(TestCase):
    def test_check(self):
        for result in (0, 1, 0x7fffffff):
            self.assertEqual(_ctypes._check_HRESULT(result), result)
        for result in (E_INVALIDARG, E_FAIL, -1):
            with self.assertRaises(OSError) as caught:
                _ctypes._check_HRESULT(result)
            self.assertEqual(caught.exception.winerror, result)
        self.assertError(OverflowError, "signed integer is greater than maximum",
                         _ctypes._check_HRESULT, 0x80004005)
        self.assertError(TypeError, "function takes exactly 1 argument (0 given)", _ctypes._check_HRESULT)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer", _ctypes._check_HRESULT, "")

    def test_error(self):
        # The subclass is chosen by what the code means, and the text is the system's without the full stop.
        for code, kind in ((-2147024894, FileNotFoundError), (-2147024891, PermissionError), (E_FAIL, OSError)):
            with self.assertRaises(OSError) as caught:
                _ctypes._check_HRESULT(code)
            self.assertEqual(caught.exception.winerror, code)
            self.assertIs(type(caught.exception), kind)
        with self.assertRaises(OSError) as caught:
            _ctypes._check_HRESULT(E_INVALIDARG)
        text = FormatError(E_INVALIDARG).rstrip(" .\r\n")
        self.assertEqual(str(caught.exception), f"[WinError {E_INVALIDARG}] {text}")

    def test_code_without_text(self):
        with self.assertRaises(OSError) as caught:
            _ctypes._check_HRESULT(-0x5555_5555)
        self.assertEqual(str(caught.exception), f"[WinError {-0x5555_5555}] Windows Error 0xaaaaaaab")

    def test_as_result(self):
        give = WINFUNCTYPE(HRESULT, c_long)(("give_hresult", CLIB))
        self.assertEqual(give(0), 0)
        self.assertEqual(give(1), 1)
        with self.assertRaises(OSError) as caught:
            give(E_FAIL)
        self.assertEqual(caught.exception.winerror, E_FAIL)

    def test_ole_library(self):
        library = OleDLL(LIBRARY)
        self.assertEqual(library.give_hresult(0), 0)
        with self.assertRaises(OSError) as caught:
            library.give_hresult(c_long(E_INVALIDARG))
        self.assertEqual(caught.exception.winerror, E_INVALIDARG)
        self.assertIs(library.give_hresult.restype, HRESULT)

    def test_flag(self):
        self.assertEqual(_ctypes.FUNCFLAG_HRESULT, 2)

        class Function(_ctypes.CFuncPtr):
            _flags_ = _ctypes.FUNCFLAG_HRESULT | _ctypes.FUNCFLAG_CDECL
            _argtypes_ = (c_long,)
            _restype_ = c_void_p

        give = Function(("give_hresult", CLIB))
        self.assertEqual(give(7), 7)
        with self.assertRaises(OSError) as caught:
            give(E_FAIL)
        self.assertEqual(caught.exception.winerror, E_FAIL)
        give.errcheck = lambda result, function, arguments: (result, function is give, arguments)
        self.assertEqual(give(7), (7, True, (7,)))
        with self.assertRaises(OSError):
            give(E_FAIL)

    def test_is_no_int(self):
        self.assertEqual(ctypes.sizeof(HRESULT), 4)
        self.assertEqual(HRESULT._type_, "l")


class StructuredExceptions(TestCase):
    def access(self, kind, address, function, *args):
        self.assertError(OSError, f"exception: access violation {kind} 0x{address:016X}", function, *args)

    def test_access_violations(self):
        read = CFUNCTYPE(c_int, c_void_p)(("read_int", CLIB))
        write = CFUNCTYPE(None, c_void_p, c_int)(("write_int", CLIB))
        for address in (1, 16, 0xabcd):
            self.access("reading", address, read, address)
            self.access("writing", address, write, address, 5)
        self.access("reading", 0, read, None)
        place = c_int(6)
        self.assertEqual(read(ctypes.addressof(place)), 6)

    def test_without_argtypes(self):
        self.access("reading", 32, CLIB.read_int, c_void_p(32))

    def test_in_the_system(self):
        length = CFUNCTYPE(ctypes.c_size_t, c_void_p)(("wcslen", ctypes.cdll.msvcrt))
        self.access("reading", 32, length, 32)

    def test_others(self):
        quotient = CFUNCTYPE(c_int, c_int, c_int)(("quotient_of", CLIB))
        self.assertEqual(quotient(7, 2), 3)
        self.assertError(OSError, "exception: integer divide by zero", quotient, 1, 0)
        raise_exception = CFUNCTYPE(None, c_ulong)(("raise_exception", CLIB))
        for code, text in ((0xc0000096, "privileged instruction"), (0xc000008c, "array bounds exceeded"),
                           (0x80000002, "datatype misalignment"), (0xc0000095, "integer overflow"),
                           (0xc000008e, "float divide by zero"), (0xc0000091, "float overflow"),
                           (0xc0000093, "float underflow"), (0xc0000092, "stack over/underflow"),
                           (0xc000008d, "floating-point operand denormal"), (0xc000008f, "float inexact"),
                           (0xc0000090, "float invalid operation"), (0x80000004, "single step"),
                           (0xc0000025, "nocontinuable")):
            self.assertError(OSError, f"exception: {text}", raise_exception, code)

    def test_exceptions_of_others(self):
        raise_exception = CFUNCTYPE(None, c_ulong)(("raise_exception", CLIB))
        with self.assertRaises(OSError) as caught:
            raise_exception(0xe0001234)
        self.assertEqual(caught.exception.winerror, 0xe0001234 - (1 << 32))
        self.assertEqual(str(caught.exception), f"[WinError {0xe0001234 - (1 << 32)}] Windows Error 0xe0001234")

    def test_registers_are_restored(self):
        sum_and_read = CFUNCTYPE(c_double, *[c_double] * 6, c_void_p)(("sum_and_read", CLIB))
        place = c_double(21.0)
        for _ in range(100):
            self.access("reading", 8, sum_and_read, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8)
            self.assertEqual(sum_and_read(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, ctypes.addressof(place)), 42.0)

    def test_on_other_threads(self):
        seen = []

        def run():
            for _ in range(50):
                try:
                    CLIB.read_int(c_void_p(64))
                except OSError as error:
                    seen.append(str(error))

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(seen, ["exception: access violation reading 0x0000000000000040"] * 200)

    def test_in_a_callback(self):
        seen = []

        @CFUNCTYPE(c_int, c_int)
        def inner(n):
            try:
                CLIB.read_int(c_void_p(4))
            except OSError as error:
                seen.append(str(error))
            return 3

        around = CFUNCTYPE(c_int, type(inner), POINTER(c_int), c_void_p)(("read_around_callback", CLIB))
        place = c_int(10)
        self.assertEqual(around(inner, place, ctypes.addressof(place)), 23)
        self.access("reading", 12, around, inner, place, 12)
        self.assertEqual(seen, ["exception: access violation reading 0x0000000000000004"] * 2)

    def test_before_a_callback(self):
        called = []

        @CFUNCTYPE(c_int, c_int)
        def callback(n):
            called.append(n)
            return 0

        around = CFUNCTYPE(c_int, type(callback), c_void_p, c_void_p)(("read_around_callback", CLIB))
        self.access("reading", 20, around, callback, 20, None)
        self.assertEqual(called, [])

    def test_errno_and_last_error_go_on(self):
        library = CDLL(LIBRARY, use_errno=True, use_last_error=True)
        ctypes.set_errno(5)
        set_last_error(6)
        self.access("reading", 4, library.read_int, c_void_p(4))
        self.assertEqual(library.swap_last_error(7), 6)
        self.assertEqual(get_last_error(), 7)

    @unittest.skipIf(hasattr(ctypes.windll.ntdll, "wine_get_version"), "Wine leaves handlers two pages of the stack")
    def test_stack_overflow(self):
        recurse = CFUNCTYPE(c_int, c_int)(("recurse", CLIB))
        self.assertEqual(recurse(4), 10)
        for _ in range(3):
            self.assertError(OSError, "exception: stack overflow", recurse, 1 << 24)
        self.assertEqual(recurse(4), 10)

    def test_strings_at_no_memory(self):
        # C reads the bytes in whichever order it likes.
        for function, *args in ((string_at, 5), (string_at, 5, 3), (wstring_at, 6), (wstring_at, 8, 3)):
            with self.assertRaisesRegex(OSError, r"^exception: access violation reading 0x00000000000000\w\w$"):
                function(*args)
        with self.assertRaisesRegex(OSError, r"^exception: access violation writing 0x00000000000000\w\w$"):
            memmove(9, b"abc", 3)


if __name__ == "__main__":
    unittest.main()
