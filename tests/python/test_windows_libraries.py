"""Windows: loading libraries, and their symbols by name and by number."""
from support import LIBRARY, TestCase, for_windows

for_windows()

import _ctypes
import ctypes
import os
import sys
import unittest
from ctypes import (CDLL, CFUNCTYPE, POINTER, WINFUNCTYPE, OleDLL, PyDLL, WinDLL, byref, c_char_p, c_int, c_long,
                    c_ulong, c_void_p, c_wchar_p, cdll, create_unicode_buffer, oledll, windll, wintypes)

KERNEL32 = windll.kernel32


class Loading(TestCase):
    def test_by_name_and_path(self):
        for name in ("kernel32", "kernel32.dll", "KERNEL32.DLL"):
            self.assertEqual(WinDLL(name)._handle, KERNEL32._handle)
            self.assertEqual(WinDLL(name)._name, name)
        path = os.path.abspath(LIBRARY)
        self.assertEqual(CDLL(path).add_int(2, 3), 5)
        self.assertEqual(CDLL(os.path.join(os.path.dirname(path), ".", os.path.basename(path)))._handle,
                         CDLL(path)._handle)

    def test_missing(self):
        message = ("Could not find module 'no_such_library_of_ours' (or one of its dependencies). "
                   "Try using the full path with constructor syntax.")
        for load in (CDLL, WinDLL, OleDLL, PyDLL):
            self.assertError(FileNotFoundError, message, load, "no_such_library_of_ours")
        self.assertError(AttributeError, "no_such_library_of_ours", getattr, windll, "no_such_library_of_ours")

    def test_no_library(self):
        with self.assertRaises(OSError) as caught:
            CDLL(os.path.abspath(__file__))
        # ERROR_BAD_EXE_FORMAT
        self.assertEqual(caught.exception.winerror, 193)
        self.assertIsNone(caught.exception.filename)

    def test_winmode(self):
        # LOAD_WITH_ALTERED_SEARCH_PATH; LOAD_LIBRARY_SEARCH_SYSTEM32
        self.assertEqual(CDLL(os.path.abspath(LIBRARY), winmode=8).add_int(1, 2), 3)
        self.assertTrue(WinDLL("kernel32.dll", winmode=0x800)._handle)
        # LOAD_LIBRARY_AS_DATAFILE: nothing is mapped as code, and the handle says so.
        self.assertTrue(_ctypes.LoadLibrary("avicap32.dll", 2) & 3)

    def test_handle_that_is_given(self):
        library = WinDLL("whatever it is called", handle=KERNEL32._handle)
        self.assertEqual(library.GetCurrentProcessId(), os.getpid())

    def test_load_library(self):
        handle = _ctypes.LoadLibrary("kernel32")
        self.assertEqual(handle, KERNEL32._handle)
        self.assertIsNone(_ctypes.FreeLibrary(handle))
        self.assertEqual(_ctypes.LoadLibrary("kernel32", 0), handle)
        self.assertIsNone(_ctypes.FreeLibrary(handle))

    def test_load_library_errors(self):
        self.assertError(TypeError, "LoadLibrary() argument 1 must be str, not None", _ctypes.LoadLibrary, None)
        self.assertError(TypeError, "LoadLibrary() argument 1 must be str, not bytes", _ctypes.LoadLibrary, b"kernel32")
        self.assertError(TypeError, "LoadLibrary() takes at least 1 argument (0 given)", _ctypes.LoadLibrary)
        self.assertError(TypeError, "LoadLibrary() takes at most 2 arguments (3 given)", _ctypes.LoadLibrary, "", 0, 0)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer",
                         _ctypes.LoadLibrary, "kernel32", "")
        self.assertError(ValueError, "embedded null character", _ctypes.LoadLibrary, "kernel32\0")
        self.assertError(OverflowError, "signed integer is greater than maximum",
                         _ctypes.LoadLibrary, "kernel32", 1 << 31)

    def test_free_library_errors(self):
        self.assertError(TypeError, "an integer is required", _ctypes.FreeLibrary, "")
        self.assertError(TypeError, "FreeLibrary() takes exactly 1 argument (0 given)", _ctypes.FreeLibrary)
        self.assertError(SystemError, "FreeLibrary() argument 1 (unspecified)", _ctypes.FreeLibrary, 0)
        with self.assertRaises(OSError) as caught:
            _ctypes.FreeLibrary(0x10000 + 12345)
        self.assertNotEqual(caught.exception.winerror, 0)

    def test_freed(self):
        module = KERNEL32.GetModuleHandleW
        module.restype = c_void_p
        self.assertIsNone(module("msvfw32.dll"))
        handle = _ctypes.LoadLibrary("msvfw32")
        self.assertEqual(module("msvfw32.dll"), handle)
        _ctypes.FreeLibrary(handle)
        self.assertIsNone(module("msvfw32.dll"))

    def test_loaders(self):
        self.assertIs(windll.kernel32, KERNEL32)
        self.assertIsInstance(windll["kernel32"], WinDLL)
        self.assertIsInstance(oledll.ole32, OleDLL)
        self.assertIsInstance(cdll.msvcrt, CDLL)
        self.assertEqual(cdll.msvcrt.toupper(ord("a")), ord("A"))
        self.assertEqual(cdll.LoadLibrary("msvcrt")._handle, cdll.msvcrt._handle)

    def test_names_beyond_latin(self):
        message = "Could not find module 'bibliothek-\u20ac-\U0001f600' (or one of its dependencies). " \
                  "Try using the full path with constructor syntax."
        self.assertError(FileNotFoundError, message, CDLL, "bibliothek-\u20ac-\U0001f600")

    def test_audit_events(self):
        heard = []
        sys.addaudithook(lambda event, args: heard.append((event, args)) if event.startswith("ctypes.dl") else None)
        library = CDLL(LIBRARY)
        library.add_int
        library[1]
        self.assertIn(("ctypes.dlopen", (os.path.abspath(LIBRARY) if "\\" in LIBRARY or "/" in LIBRARY else LIBRARY,)),
                      heard)
        self.assertIn(("ctypes.dlsym", (library, "add_int")), heard)
        self.assertIn(("ctypes.dlsym", (library, 1)), heard)

    def test_no_unix_names(self):
        for name in ("dlopen", "dlclose", "dlsym"):
            self.assertFalse(hasattr(_ctypes, name), name)
        self.assertEqual((ctypes.RTLD_LOCAL, ctypes.RTLD_GLOBAL), (0, 0))


class Symbols(TestCase):
    def test_missing(self):
        library = CDLL(LIBRARY)
        self.assertError(AttributeError, "function 'no_such_function' not found", getattr, library, "no_such_function")
        self.assertError(AttributeError, "function 'no_such_function' not found",
                         lambda: library["no_such_function"])
        self.assertError(ValueError, "symbol 'no_such_symbol' not found", c_int.in_dll, library, "no_such_symbol")

    def test_by_number(self):
        library = CDLL(LIBRARY)
        # The linker numbers what a library exports by name.
        addresses = {ctypes.cast(library[name], c_void_p).value
                     for name in ("add_int", "swap_last_error", "create_counter", "echo_py_object")}
        by_number = {ctypes.cast(library[number], c_void_p).value for number in range(1, 40)}
        by_number |= {ctypes.cast(function, c_void_p).value for function in every_function(library)}
        self.assertLessEqual(addresses, by_number)
        function = library[1]
        self.assertFalse(hasattr(function, "__name__"))
        # Only the low 16 bits count.
        self.assertEqual(ctypes.cast(library[0x10001], c_void_p).value, ctypes.cast(function, c_void_p).value)

    def test_missing_number(self):
        library = CDLL(LIBRARY)
        self.assertError(AttributeError, "function ordinal 65000 not found", lambda: library[65000])
        self.assertError(AttributeError, "function ordinal 65535 not found", lambda: library[-1])

    def test_prototypes(self):
        prototype = WINFUNCTYPE(c_ulong)
        self.assertEqual(prototype(("GetCurrentProcessId", KERNEL32))(), os.getpid())
        self.assertEqual(prototype((b"GetCurrentProcessId", KERNEL32))(), os.getpid())
        self.assertError(AttributeError, "function ordinal 60000 not found", prototype, (60000, KERNEL32))
        message = "function name must be string, bytes object or integer"
        for name in (None, 1.5, ()):
            self.assertError(TypeError, message, prototype, (name, KERNEL32))

    def test_paramflags(self):
        prototype = WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, POINTER(wintypes.RECT))
        flags = ((1, "window"), (2, "rectangle"))
        function = prototype(("GetWindowRect", windll.user32), flags)
        rectangle = function(windll.user32.GetDesktopWindow())
        self.assertIsInstance(rectangle, wintypes.RECT)
        self.assertGreater(rectangle.right, 0)

    def test_library_is_kept(self):
        function = WINFUNCTYPE(c_ulong)(("GetCurrentProcessId", KERNEL32))
        self.assertIs(function._objects["0"], KERNEL32)


def every_function(library):
    number = 40
    while True:
        try:
            yield library[number]
        except AttributeError:
            return
        number += 1


class Calling(TestCase):
    def test_number_of_arguments(self):
        # stdcall functions take exactly what is declared.
        add = WINFUNCTYPE(c_int, c_int, c_int)(("add_int", CDLL(LIBRARY)))
        self.assertEqual(add(2, 3), 5)
        self.assertError(TypeError, "this function takes 2 arguments (1 given)", add, 2)
        self.assertError(TypeError, "this function takes 2 arguments (3 given)", add, 2, 3, 4)
        add = CFUNCTYPE(c_int, c_int, c_int)(("add_int", CDLL(LIBRARY)))
        self.assertEqual(add(2, 3, 4), 5)
        self.assertError(TypeError, "this function takes at least 2 arguments (1 given)", add, 2)

    def test_call_function(self):
        address = ctypes.cast(KERNEL32.GetCurrentProcessId, c_void_p).value
        self.assertEqual(_ctypes.call_function(address, ()), os.getpid())
        self.assertEqual(_ctypes.call_cdeclfunction(address, ()), os.getpid())

    def test_callbacks(self):
        windows = []

        @WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
        def note(window, parameter):
            windows.append((window, parameter))
            return True

        self.assertTrue(windll.user32.EnumWindows(note, 7))
        self.assertTrue(all(parameter == 7 for _, parameter in windows))

    def test_functype_caches(self):
        self.assertIs(WINFUNCTYPE(c_int, c_int), WINFUNCTYPE(c_int, c_int))
        self.assertIsNot(WINFUNCTYPE(c_int, c_int), CFUNCTYPE(c_int, c_int))
        self.assertEqual(WINFUNCTYPE(c_int)._flags_, _ctypes.FUNCFLAG_STDCALL)
        self.assertEqual(WINFUNCTYPE(c_int, use_last_error=True)._flags_, _ctypes.FUNCFLAG_USE_LASTERROR)
        self.assertError(ValueError, "unexpected keyword argument(s) dict_keys(['more'])", WINFUNCTYPE, c_int, more=1)

    def test_strings(self):
        length = KERNEL32.lstrlenW
        length.argtypes = [c_wchar_p]
        self.assertEqual(length("caf\xe9"), 4)
        narrow = KERNEL32.lstrlenA
        narrow.argtypes = [c_char_p]
        self.assertEqual(narrow(b"four"), 4)
        name = create_unicode_buffer(260)
        size = wintypes.DWORD(len(name))
        self.assertTrue(windll.advapi32.GetUserNameW(name, byref(size)))
        self.assertEqual(len(name.value) + 1, size.value)


if __name__ == "__main__":
    unittest.main()
