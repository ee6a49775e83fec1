"""The functions of the module: sizes, addresses, memory access, and the raw library calls."""
import _ctypes
import copy
import ctypes
import gc
import inspect
import pickle
import threading
import unittest
import weakref
from ctypes import (
    POINTER, ArgumentError, Array, Structure, Union, addressof, alignment, byref, c_char, c_char_p,
    c_double, c_int, c_short, c_void_p, create_string_buffer, create_unicode_buffer, memmove,
    memset, pointer, resize, sizeof, string_at, wstring_at,
)

from support import LIBRARY, OURS, PY314, WINDOWS, TestCase, clib, on_unix

if PY314:
    from ctypes import memoryview_at

NOT_CTYPES = (5, int, "x", None, object())
SIMPLE_TYPE = "_ctypes.PyCSimpleType"


class Sizes(TestCase):
    def test_types_and_instances(self):
        class Record(Structure):
            _fields_ = [("a", c_char), ("b", c_double)]

        for thing, size, align in [(c_short, 2, 2), (c_short(), 2, 2), (c_short * 5, 10, 2),
                                   (Record, 16, 8), (Record(), 16, 8), (Record * 2, 32, 8),
                                   (POINTER(Record), sizeof(c_void_p), alignment(c_void_p))]:
            self.assertEqual((sizeof(thing), alignment(thing)), (size, align))

    def test_refuse(self):
        for wrong in NOT_CTYPES + (Structure, Union, Array, _ctypes._SimpleCData,
                                   byref(c_int())):
            self.assertError(TypeError, "this type has no size", sizeof, wrong)
            self.assertError(TypeError, "no alignment info", alignment, wrong)
        with self.assertRaises(TypeError):
            sizeof()
        with self.assertRaises(TypeError):
            sizeof(c_int, c_int)


class Addresses(TestCase):
    def test_addressof(self):
        array = (c_int * 3)()
        self.assertEqual(addressof(array), addressof(pointer(array).contents))
        self.assertEqual(addressof(array) % alignment(c_int), 0)
        self.assertNotEqual(addressof(c_int(1)), 0)
        for wrong, name in [(5, "int"), (c_int, SIMPLE_TYPE),
                            (byref(array), "_ctypes.CArgObject")]:
            text = (f"addressof() argument must be _ctypes._CData, not {name}" if PY314
                    else "invalid type")
            self.assertError(TypeError, text, addressof, wrong)

    def test_byref(self):
        number = c_int(5)
        reference = byref(number)
        self.assertIs(reference._obj, number)
        self.assertEqual(repr(reference), f"<cparam 'P' ({addressof(number):#x})>")
        self.assertEqual(repr(byref(number, 4)), f"<cparam 'P' ({addressof(number) + 4:#x})>")
        self.assertEqual(repr(byref(number, -4)), f"<cparam 'P' ({addressof(number) - 4:#x})>")
        self.assertEqual(type(reference).__name__, "CArgObject")

    def test_byref_objects_are_their_own(self):
        # Those that are gone may lend the next ones their memory.
        def check(count):
            numbers = [c_int(n) for n in range(count)]
            references = [byref(number, index) for index, number in enumerate(numbers)]
            for index, (number, reference) in enumerate(zip(numbers, references)):
                self.assertIs(reference._obj, number)
                self.assertIn(f"{addressof(number) + index:#x}", repr(reference))
            return [weakref.ref(number) for number in numbers]

        for count in (1, 3, 20, 2):
            for reference in check(count):
                self.assertIsNone(reference())
        threads = [threading.Thread(target=check, args=(10,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def test_byref_while_one_is_freed(self):
        made = []

        class Number(c_int):
            def __del__(self):
                made.append(byref(c_int(self.value)))
                for n in range(10):
                    byref(c_int(n))

        for n in range(20):
            byref(Number(n))
        gc.collect()
        self.assertEqual(sorted(reference._obj.value for reference in made), list(range(20)))

    def test_byref_refuses(self):
        for wrong, name in [(5, "int"), (c_int, SIMPLE_TYPE),
                            (byref(c_int()), "_ctypes.CArgObject")]:
            text = (f"byref() argument 1 must be _ctypes._CData, not {name}" if PY314
                    else f"byref() argument must be a ctypes instance, not '{name}'")
            self.assertError(TypeError, text, byref, wrong)
        for wrong in ("x", 1.5, None):
            with self.assertRaises(TypeError):
                byref(c_int(), wrong)
        with self.assertRaises(TypeError):
            byref()
        with self.assertRaises(TypeError):
            type(byref(c_int()))()


@unittest.skipUnless(PY314, "3.13 words some of it otherwise")
class Arguments(TestCase):
    """What a function says of a wrong number of arguments, and of names."""

    def check(self, name, message, *arguments, **named):
        self.assertError(TypeError, message, getattr(_ctypes, name), *arguments, **named)

    def test_one_or_none(self):
        for name in ("sizeof", "alignment", "addressof", "buffer_info", "Py_INCREF", "Py_DECREF"):
            for given in ((), (1, 2), (1, 2, 3)):
                self.check(name, f"_ctypes.{name}() takes exactly one argument ({len(given)} given)",
                           *given)
            self.check(name, f"_ctypes.{name}() takes no keyword arguments", c_int(), obj=1)
        self.check("get_errno", "_ctypes.get_errno() takes no arguments (1 given)", 1)
        self.check("get_errno", "_ctypes.get_errno() takes no keyword arguments", a=1)

    def test_several(self):
        self.check("byref", "byref expected at least 1 argument, got 0")
        self.check("byref", "byref expected at most 2 arguments, got 3", c_int(), 1, 2)
        self.check("byref", "_ctypes.byref() takes no keyword arguments", c_int(), offset=1)
        self.check("resize", "resize expected 2 arguments, got 1", c_int())
        self.check("resize", "resize expected 2 arguments, got 3", c_int(), 4, 5)
        self.check("resize", "_ctypes.resize() takes no keyword arguments", c_int(), size=5)

    def test_by_format(self):
        if not WINDOWS:
            self.check("dlsym", "dlsym() takes exactly 2 arguments (0 given)")
            self.check("dlsym", "dlsym() takes exactly 2 arguments (3 given)", 1, 2, 3)
            self.check("dlsym", "dlsym() takes no keyword arguments", 1, x="x")
            self.check("dlclose", "dlclose() takes exactly 1 argument (2 given)", 1, 2)
            self.check("dlopen", "dlopen() takes at least 1 argument (0 given)")
            self.check("dlopen", "dlopen() takes at most 2 arguments (3 given)", 1, 2, 3)
        self.check("PyObj_FromPtr", "PyObj_FromPtr() takes exactly 1 argument (0 given)")
        for name, count in (("set_errno", "1 argument"), ("_unpickle", "2 arguments"),
                            ("call_function", "2 arguments")):
            self.check(name, f"function takes exactly {count} (0 given)")
            self.check(name, f"{name}() takes no keyword arguments", 1, x=1)

    def test_types_of_arguments(self):
        if not WINDOWS:
            self.check("dlsym", "dlsym() argument 2 must be str, not bytes", clib._handle, b"abs")
        self.check("byref", "byref() argument 1 must be _ctypes._CData, not int", 5, "x")
        self.check("_unpickle", "argument 2 must be tuple, not int", 1, 2)
        too_large = "Python int too large to convert to C ssize_t"
        self.assertError(OverflowError, too_large, byref, c_int(), 2**70)
        self.assertError(OverflowError, too_large, resize, c_int(), 2**70)
        for value, what in ((2**31, "greater than maximum"), (-2**31 - 1, "less than minimum")):
            self.assertError(OverflowError, f"signed integer is {what}", ctypes.set_errno, value)
            if not WINDOWS:
                self.assertError(OverflowError, f"signed integer is {what}", _ctypes.dlopen, None, value)

    def test_are_builtins(self):
        for name in ("sizeof", "byref", "addressof", "get_errno", "resize", "call_function"):
            function = getattr(_ctypes, name)
            self.assertIs(type(function), type(len))
            self.assertEqual(repr(function), f"<built-in function {name}>")
            self.assertEqual((function.__name__, function.__qualname__), (name, name))
            self.assertEqual(function.__module__, "_ctypes")
            self.assertIs(function.__self__, _ctypes)
            self.assertIs(pickle.loads(pickle.dumps(function)), function)
            self.assertIs(copy.deepcopy(function), function)
        self.assertEqual(str(inspect.signature(byref)), "(obj, offset=0, /)")
        self.assertEqual(str(inspect.signature(sizeof)), "(obj, /)")


class Memory(TestCase):
    def test_string_at(self):
        buffer = create_string_buffer(b"ab\0cd")
        self.assertEqual(string_at(b"hello"), b"hello")
        self.assertEqual(string_at(b"hello", 3), b"hel")
        self.assertEqual(string_at(b"hello", 0), b"")
        self.assertEqual((string_at(buffer), string_at(buffer, 5)), (b"ab", b"ab\0cd"))
        self.assertEqual(string_at(addressof(buffer) + 3), b"cd")
        self.assertEqual(string_at(c_char_p(b"xyz"), 2), b"xy")

    def test_wstring_at(self):
        buffer = create_unicode_buffer("a€\0cd")
        self.assertEqual(wstring_at("hello"), "hello")
        self.assertEqual(wstring_at("hello", 3), "hel")
        self.assertEqual(wstring_at("hello", 0), "")
        self.assertEqual((wstring_at(buffer), wstring_at(buffer, 5)), ("a€", "a€\0cd"))

    def test_memmove(self):
        buffer = create_string_buffer(6)
        self.assertEqual(memmove(buffer, b"abcd", 4), addressof(buffer))
        self.assertEqual(buffer.raw, b"abcd\0\0")
        memmove(byref(buffer, 2), buffer, 4)  # overlapping
        self.assertEqual(buffer.raw, b"ababcd")

    def test_memset(self):
        buffer = create_string_buffer(4)
        self.assertEqual(memset(buffer, ord("z"), 3), addressof(buffer))
        self.assertEqual(buffer.raw, b"zzz\0")
        memset(buffer, 0x141, 1)
        self.assertEqual(buffer.raw, b"Azz\0")

    @unittest.skipUnless(PY314, "memoryview_at is 3.14's")
    def test_memoryview_at(self):
        buffer = create_string_buffer(b"abc")
        view = memoryview_at(buffer, 3)
        self.assertEqual((bytes(view), view.format, view.shape), (b"abc", "B", (3,)))
        view[0] = 65
        self.assertEqual(buffer.value, b"Abc")
        self.assertFalse(view.readonly)
        fixed = memoryview_at(addressof(buffer), 2, True)
        self.assertEqual((bytes(fixed), fixed.readonly), (b"Ab", True))
        self.assertError(TypeError, "cannot modify read-only memory", fixed.__setitem__, 0, 1)
        self.assertTrue(memoryview_at(buffer, 3, readonly=1).readonly)
        self.assertEqual(bytes(memoryview_at(0, 0)), b"")
        self.assertError(ValueError, "memoryview_at: size is negative (or overflowed): -1",
                         memoryview_at, buffer, -1)

    def test_refuse(self):
        pointer_text = ("argument 1: TypeError: 'float' object cannot be interpreted as "
                        "ctypes.c_void_p")
        size_text = "TypeError: 'str' object cannot be interpreted as an integer"
        for call in (lambda p, n: string_at(p, n), lambda p, n: wstring_at(p, n)) + (
                (lambda p, n: memoryview_at(p, n),) if PY314 else ()):
            self.assertError(ArgumentError, pointer_text, call, 5.5, 1)
            self.assertError(ArgumentError, f"argument 2: {size_text}", call, b"x", "y")
        self.assertError(ArgumentError, pointer_text, memmove, 5.5, b"x", 1)
        self.assertError(ArgumentError, f"argument 3: {size_text}", memmove, b"x", b"x", "y")
        self.assertError(ArgumentError, f"argument 2: {size_text}", memset, b"x", "y", 1)

    @unittest.skipUnless(OURS, "CPython reports a SystemError")
    def test_negative_size(self):
        with self.assertRaises((ValueError, SystemError)):
            string_at(b"x", -5)


class Objects(TestCase):
    def test_references(self):
        thing = [1]
        self.assertIs(_ctypes.PyObj_FromPtr(id(thing)), thing)
        self.assertIs(_ctypes.Py_INCREF(thing), thing)
        self.assertIs(_ctypes.Py_DECREF(thing), thing)
        self.assertError(TypeError, "an integer is required", _ctypes.PyObj_FromPtr, "x")
        for function in (_ctypes.Py_INCREF, _ctypes.Py_DECREF, _ctypes.PyObj_FromPtr):
            with self.assertRaises(TypeError):
                function()


class Libraries(TestCase):
    @on_unix
    def test_open_look_up_call_close(self):
        handle = _ctypes.dlopen(LIBRARY)
        self.assertEqual(handle, clib._handle)
        address = _ctypes.dlsym(handle, "negate_int")
        self.assertEqual(_ctypes.call_function(address, (5,)), -5)
        self.assertEqual(_ctypes.call_cdeclfunction(address, (c_short(6),)), -6)
        self.assertIs(_ctypes.dlclose(handle), None)
        self.assertEqual(_ctypes.dlopen(LIBRARY, _ctypes.RTLD_GLOBAL), handle)

    @on_unix
    def test_null_is_no_library(self):
        self.assertError(SystemError, "dlclose() argument 1 (unspecified)", _ctypes.dlclose, 0)
        self.assertError(SystemError, "dlsym() argument 1 (unspecified)", _ctypes.dlsym, 0, "negate_int")

    @on_unix
    @on_unix
    def test_refuse(self):
        with self.assertRaisesRegex(OSError, "no_such_library"):
            _ctypes.dlopen("no_such_library.so")
        self.assertError(OSError, f"{LIBRARY}: undefined symbol: no_such_symbol", _ctypes.dlsym,
                         clib._handle, "no_such_symbol")
        with self.assertRaises(TypeError):
            _ctypes.dlopen(5)
        with self.assertRaises(TypeError):
            _ctypes.dlopen(LIBRARY, "x")
        with self.assertRaises(ValueError):
            _ctypes.dlopen("a\0b")
        self.assertError(TypeError, "an integer is required", _ctypes.dlsym, "x", "abs")
        self.assertError(TypeError, "an integer is required", _ctypes.call_function, "x", ())
        address = _ctypes.dlsym(clib._handle, "negate_int")
        self.assertError(ArgumentError, "argument 1: TypeError: Don't know how to convert "
                         "parameter 1", _ctypes.call_function, address, (1.5,))


class Contents(TestCase):
    def test_constants(self):
        self.assertEqual(_ctypes.__version__, ctypes.__version__)
        flags = [_ctypes.FUNCFLAG_CDECL, _ctypes.FUNCFLAG_PYTHONAPI, _ctypes.FUNCFLAG_USE_ERRNO,
                 _ctypes.FUNCFLAG_USE_LASTERROR]
        self.assertEqual(flags, [1, 4, 8, 16])
        self.assertEqual(_ctypes.CTYPES_MAX_ARGCOUNT, 1024)
        self.assertIn(_ctypes.SIZEOF_TIME_T, (4, 8))

    def test_names(self):
        for name in ("ArgumentError Array CFuncPtr PyObj_FromPtr Py_DECREF Py_INCREF RTLD_GLOBAL "
                     "RTLD_LOCAL Structure Union _Pointer _SimpleCData _cast_addr _memmove_addr "
                     "_memset_addr _string_at_addr _unpickle _wstring_at_addr addressof alignment "
                     "buffer_info byref call_cdeclfunction call_function get_errno resize set_errno sizeof "
                     + ("LoadLibrary FreeLibrary" if WINDOWS else "dlclose dlopen dlsym")).split():
            self.assertTrue(hasattr(_ctypes, name), name)
        if PY314:
            self.assertTrue(hasattr(_ctypes, "CField"))
            self.assertTrue(hasattr(_ctypes, "_memoryview_at_addr"))

    def test_argument_error(self):
        self.assertEqual(ArgumentError.__mro__[1:], (Exception, BaseException, object))
        self.assertEqual(ArgumentError.__module__, "ctypes")
        self.assertIs(ArgumentError, _ctypes.ArgumentError)

    def test_metatypes(self):
        for ctype, name in [(Structure, "PyCStructType"), (Union, "UnionType"),
                            (Array, "PyCArrayType"), (c_int, "PyCSimpleType"),
                            (_ctypes._Pointer, "PyCPointerType"),
                            (_ctypes.CFuncPtr, "PyCFuncPtrType")]:
            self.assertEqual(type(ctype).__name__, name)
            self.assertEqual(type(ctype).__module__, "_ctypes")
            self.assertEqual([base.__name__ for base in type(ctype).__mro__],
                             [name, "CType_Type", "type", "object"])
        self.assertEqual([base.__name__ for base in c_int.__mro__],
                         [c_int.__name__, "_SimpleCData", "_CData", "object"])


if __name__ == "__main__":
    unittest.main()
