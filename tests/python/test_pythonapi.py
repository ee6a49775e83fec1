"""`ctypes.pythonapi`: objects, texts, modules and files."""
import ctypes
import importlib.machinery
import os
import sys
import tempfile
import unittest
import weakref
from ctypes import (
    POINTER,
    PYFUNCTYPE,
    PyDLL,
    byref,
    c_char_p,
    c_double,
    c_int,
    c_long,
    c_longlong,
    c_size_t,
    c_ssize_t,
    c_ulong,
    c_void_p,
    c_wchar_p,
    create_string_buffer,
    create_unicode_buffer,
    memmove,
    py_object,
    pythonapi,
    string_at,
)

from support import OURS, PY314, TestCase, api, on_unix

O = py_object


class Lookups(TestCase):
    @on_unix
    def test_functions_are_found_by_attribute_and_by_item(self):
        for found in [pythonapi.PyLong_FromLong, pythonapi["PyLong_FromLong"], PyDLL(None).PyLong_FromLong]:
            found.restype = O
            self.assertEqual(found(c_long(-5)), -5)

    @on_unix
    def test_a_missing_one_is_an_attribute_error(self):
        with self.assertRaisesRegex(AttributeError, "undefined symbol: PyNothing_OfTheKind"):
            pythonapi.PyNothing_OfTheKind

    @on_unix
    def test_functions_of_the_c_library_are_still_there(self):
        self.assertEqual(pythonapi.abs(-3), 3)
        self.assertEqual(
            ctypes.cast(pythonapi.strlen, c_void_p).value, ctypes.cast(ctypes.CDLL(None).strlen, c_void_p).value
        )

    @on_unix
    def test_libraries_do_not_have_them(self):
        name = "libm.so.6" if sys.platform == "linux" else "libm.dylib"
        with self.assertRaises(AttributeError):
            # The loader looks in a library and in what it needs.
            ctypes.CDLL(name).PyLong_FromLong

    def test_flags_are_data(self):
        self.assertEqual(c_int.in_dll(pythonapi, "Py_OptimizeFlag").value, sys.flags.optimize)
        self.assertEqual(c_int.in_dll(pythonapi, "Py_VerboseFlag").value, sys.flags.verbose)
        self.assertEqual(c_int.in_dll(pythonapi, "Py_NoSiteFlag").value, sys.flags.no_site)

    def test_exceptions_are_data(self):
        for kind in [ValueError, OSError, UnicodeDecodeError, ResourceWarning, BaseExceptionGroup]:
            self.assertIs(O.in_dll(pythonapi, f"PyExc_{kind.__name__}").value, kind)

    def test_types_are_objects(self):
        for name, kind in [("PyLong_Type", int), ("PyUnicode_Type", str), ("PyType_Type", type), ("_Py_NoneStruct", None)]:
            place = ctypes.addressof(ctypes.c_char.in_dll(pythonapi, name))
            self.assertEqual(place, id(kind), name)

    def test_the_version(self):
        version = api("Py_GetVersion", c_char_p)()
        self.assertEqual(version.decode(), sys.version)
        self.assertEqual(c_ulong.in_dll(pythonapi, "Py_Version").value >> 16, sys.hexversion >> 16)
        self.assertEqual(api("Py_IsInitialized", c_int)(), 1)


class Extensions(TestCase):
    def test_their_suffixes_are_known(self):
        # By which packages find libraries that they load themselves.
        for suffix in (".abi3.so", ".so"):
            self.assertIn(suffix, importlib.machinery.EXTENSION_SUFFIXES)

    @unittest.skipUnless(OURS, "CPython imports them")
    def test_they_are_not_looked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "a_compiled_module.abi3.so"), "w").close()
            self.assertIsNone(importlib.machinery.PathFinder.find_spec("a_compiled_module", [folder]))


class References(TestCase):
    def test_counts(self):
        thing = object()
        before = sys.getrefcount(thing)
        for _ in range(3):
            api("Py_IncRef", None, O)(thing)
        self.assertEqual(sys.getrefcount(thing), before + 3)
        for _ in range(3):
            api("Py_DecRef", None, O)(thing)
        self.assertEqual(sys.getrefcount(thing), before)

    def test_the_last_one(self):
        class Thing:
            pass

        thing = Thing()
        seen = weakref.ref(thing)
        api("Py_IncRef", None, O)(thing)
        address = id(thing)
        del thing
        self.assertIsNotNone(seen())
        api("Py_DecRef", None, c_void_p)(address)
        self.assertIsNone(seen())

    def test_null_is_nothing(self):
        api("Py_IncRef", None, O)(O())
        api("Py_DecRef", None, O)(O())

    def test_results_are_taken_over(self):
        made = api("PyList_New", O, c_ssize_t)(0)
        self.assertEqual(made, [])
        thing = object()
        before = sys.getrefcount(thing)
        list_ = [api("Py_NewRef", O, O)(thing) for _ in range(5)]
        self.assertEqual(sys.getrefcount(thing), before + 5)
        del list_
        self.assertEqual(sys.getrefcount(thing), before)


class Objects(TestCase):
    def test_calls(self):
        def function(*args, **kwargs):
            return args, kwargs

        self.assertEqual(api("PyObject_CallObject", O, O, O)(function, (1, 2)), ((1, 2), {}))
        self.assertEqual(api("PyObject_CallObject", O, O, O)(function, O()), ((), {}))
        self.assertEqual(api("PyObject_Call", O, O, O, O)(function, (1,), {"a": 2}), ((1,), {"a": 2}))
        self.assertEqual(api("PyObject_CallNoArgs", O, O)(function), ((), {}))
        self.assertEqual(api("PyObject_CallOneArg", O, O, O)(function, 3), ((3,), {}))

    def test_attributes_and_items(self):
        class Thing:
            pass

        thing = Thing()
        self.assertEqual(api("PyObject_SetAttrString", c_int, O, c_char_p, O)(thing, b"name", 7), 0)
        self.assertEqual(thing.name, 7)
        self.assertEqual(api("PyObject_GetAttrString", O, O, c_char_p)(thing, b"name"), 7)
        self.assertEqual(api("PyObject_HasAttrString", c_int, O, c_char_p)(thing, b"other"), 0)
        get = api("PyObject_GetAttr", O, O, O)
        self.assertEqual(get(thing, "name"), 7)
        self.assertError(TypeError, "attribute name must be string, not 'int'", get, thing, 5)
        items = {}
        self.assertEqual(api("PyObject_SetItem", c_int, O, O, O)(items, "a", 1), 0)
        self.assertEqual(api("PyObject_GetItem", O, O, O)(items, "a"), 1)
        with self.assertRaises(KeyError):
            api("PyObject_GetItem", O, O, O)(items, "b")

    def test_null_objects(self):
        get_item = api("PyObject_GetItem", O, O, O)
        for arguments in [(O(), O(1)), (O({}), O())]:
            self.assertError(SystemError, "null argument to internal routine", get_item, *arguments)
        self.assertError(SystemError, "null argument to internal routine", api("PyObject_Type", O, O), O())
        self.assertError(SystemError, "null argument to internal routine", api("PyNumber_Float", O, O), O())
        self.assertError(SystemError, "null argument to internal routine", api("PySequence_List", O, O), O())
        self.assertError(SystemError, "null argument to internal routine", api("PyObject_Size", c_ssize_t, O), O())
        self.assertEqual(api("PyObject_Repr", O, O)(O()), "<NULL>")
        self.assertEqual(api("PyObject_Str", O, O)(O()), "<NULL>")

    def test_containers(self):
        list_ = []
        self.assertEqual(api("PyList_Append", c_int, O, O)(list_, 5), 0)
        self.assertEqual(list_, [5])
        self.assertEqual(api("PyList_Size", c_ssize_t, O)(list_), 1)
        item = api("PyList_GetItem", c_void_p, O, c_ssize_t)
        self.assertEqual(item(list_, 0), id(5))
        self.assertError(IndexError, "list index out of range", item, list_, 1)
        self.assertEqual(api("PySequence_Fast", O, O, c_char_p)("ab", b"no"), ["a", "b"])
        self.assertError(TypeError, "argument list must be a tuple", api("PyObject_CallObject", O, O, O), len, [1])
        self.assertError(TypeError, "no", api("PySequence_Fast", O, O, c_char_p), 1, b"no")
        self.assertEqual(api("PyTuple_New", O, c_ssize_t)(0), ())

    def test_numbers(self):
        self.assertEqual(api("PyLong_FromVoidPtr", O, c_void_p)(2**40), 2**40)
        self.assertEqual(api("PyLong_AsLong", c_long, O)(-7), -7)
        with self.assertRaises(OverflowError):
            api("PyLong_AsLong", c_long, O)(2**70)
        over = c_int()
        as_long = api("PyLong_AsLongAndOverflow", c_long, O, POINTER(c_int))
        for value, result, overflow in [(5, 5, 0), (2**70, -1, 1), (-(2**70), -1, -1)]:
            self.assertEqual((as_long(value, over), over.value), (result, overflow))
        self.assertEqual(api("PyLong_AsLongLongAndOverflow", c_longlong, O, POINTER(c_int))(2**62, over), 2**62)
        self.assertEqual(api("PyFloat_AsDouble", c_double, O)(2.5), 2.5)
        with self.assertRaises(TypeError):
            api("PyFloat_AsDouble", c_double, O)("2.5")
        self.assertEqual(api("PyOS_string_to_double", c_double, c_char_p, c_void_p, O)(b"2.5", None, O()), 2.5)
        self.assertError(
            ValueError,
            "could not convert string to float: '2.5x'",
            api("PyOS_string_to_double", c_double, c_char_p, c_void_p, O),
            b"2.5x",
            None,
            O(),
        )

    def test_sequences(self):
        size = api("PySequence_Size", c_ssize_t, O)
        self.assertEqual([size(thing) for thing in ([1, 2], "ab", {1, 2}, range(5))], [2, 2, 2, 5])
        self.assertError(TypeError, "dict is not a sequence", size, {})
        item = api("PySequence_GetItem", O, O, c_ssize_t)
        self.assertEqual([item(thing, -1) for thing in (b"ab", bytearray(b"ab"), "ab", [1, 2])], [98, 98, "b", 2])
        self.assertEqual(api("PySequence_List", O, O)(iter("ab")), ["a", "b"])
        self.assertEqual(api("PySequence_Tuple", O, O)({5}), (5,))
        self.assertEqual(api("PySequence_Count", c_ssize_t, O, O)({5: 1}, 5), 1)
        self.assertEqual(api("PySequence_Index", c_ssize_t, O, O)(iter("abc"), "b"), 1)
        hint = api("PyObject_LengthHint", c_ssize_t, O, c_ssize_t)
        self.assertEqual([hint(thing, -1) for thing in ([1], iter([1, 2]), 5)], [1, 2, -1])

    def test_bytes_of_objects(self):
        for made in (api("PyBytes_FromObject", O, O), api("PyObject_Bytes", O, O)):
            self.assertEqual([made(thing) for thing in (b"a", bytearray(b"b"), [1, 2])], [b"a", b"b", b"\1\2"])
            self.assertError(TypeError, "cannot convert 'bool' object to bytes", made, True)
            self.assertError(TypeError, "cannot convert 'str' object to bytes", made, "x")
        self.assertEqual(api("PyByteArray_FromObject", O, O)(3), bytearray(3))

    def test_too_large_for_a_double(self):
        function = api("PyOS_string_to_double", c_double, c_char_p, c_void_p, O)
        message = "value too large to convert to float: '1e999'"
        self.assertError(OverflowError, message, function, b"1e999", None, OverflowError)
        self.assertEqual(function(b"1e999", None, O()), float("inf"))

    def test_dict_items_one_after_the_other(self):
        place, key, value = c_ssize_t(), c_void_p(), c_void_p()
        step = api("PyDict_Next", c_int, O, POINTER(c_ssize_t), POINTER(c_void_p), POINTER(c_void_p))
        seen, items = {}, {"a": 1, "b": 2}
        while step(items, place, key, value):
            seen[ctypes.cast(key, O).value] = ctypes.cast(value, O).value
        self.assertEqual(seen, items)

    def test_capsules(self):
        name = create_string_buffer(b"a.name")
        new = api("PyCapsule_New", O, c_void_p, c_char_p, c_void_p)
        capsule = new(0x1234, ctypes.cast(name, c_char_p), None)
        self.assertEqual(type(capsule).__name__, "PyCapsule")
        pointer = api("PyCapsule_GetPointer", c_void_p, O, c_char_p)
        self.assertEqual(pointer(capsule, b"a.name"), 0x1234)
        self.assertEqual(api("PyCapsule_IsValid", c_int, O, c_char_p)(capsule, b"other"), 0)
        with self.assertRaises(ValueError):
            pointer(capsule, b"other")
        message = "PyCapsule_GetPointer called with invalid PyCapsule object"
        self.assertError(ValueError, message, pointer, 5, b"name")


class Bytes(TestCase):
    def test_made_of_text(self):
        self.assertEqual(api("PyBytes_FromStringAndSize", O, c_char_p, c_ssize_t)(b"abcdefghi", 3), b"abc")
        self.assertEqual(api("PyBytes_FromString", O, c_char_p)(b"abc"), b"abc")
        self.assertEqual(api("PyBytes_Size", c_ssize_t, O)(b"abc\0d"), 5)

    def test_fresh_ones_are_filled(self):
        for size in [1, 15, 16, 17, 1000, 100_000]:
            made = api("PyBytes_FromStringAndSize", O, c_char_p, c_ssize_t)(None, size)
            self.assertEqual(len(made), size)
            start = api("PyBytes_AsString", c_void_p, O)(made)
            memmove(start, bytes(range(1, 251)) * 400, size)
            self.assertEqual(made, (bytes(range(1, 251)) * 400)[:size])
            # A terminator stands behind the end.
            self.assertEqual(string_at(start), made)
            self.assertEqual(api("PyBytes_AsString", c_void_p, O)(made), start)

    def test_fresh_empty_ones(self):
        self.assertEqual(api("PyBytes_FromStringAndSize", O, c_char_p, c_ssize_t)(None, 0), b"")
        self.assertError(
            SystemError,
            "Negative size passed to PyBytes_FromStringAndSize",
            api("PyBytes_FromStringAndSize", O, c_char_p, c_ssize_t),
            None,
            -1,
        )

    def test_memory(self):
        text = b"some " + b"text"
        self.assertEqual(api("PyBytes_AsString", c_char_p, O)(text), b"some text")
        start, size = c_void_p(), c_ssize_t()
        both = api("PyBytes_AsStringAndSize", c_int, O, POINTER(c_void_p), POINTER(c_ssize_t))
        self.assertEqual(both(b"a\0b", start, size), 0)
        self.assertEqual(string_at(start, size.value), b"a\0b")
        self.assertError(ValueError, "embedded null byte", both, b"a\0b", start, None)
        self.assertError(TypeError, "expected bytes, str found", api("PyBytes_AsString", c_char_p, O), "abc")

    def test_concatenation(self):
        # C has the only reference, and gives it up for one to the sum.
        place = c_void_p(api("PyBytes_FromString", c_void_p, c_char_p)(b"ab"))
        api("PyBytes_Concat", None, c_void_p, O)(ctypes.addressof(place), b"cd")
        self.assertEqual(ctypes.cast(place, O).value, b"abcd")
        api("Py_DecRef", None, c_void_p)(place)

    def test_resizing(self):
        for size in [0, 2, 3, 10]:
            # C has the only reference.
            place = c_void_p(api("PyBytes_FromStringAndSize", c_void_p, c_char_p, c_ssize_t)(b"abc", 3))
            self.assertEqual(api("_PyBytes_Resize", c_int, c_void_p, c_ssize_t)(ctypes.addressof(place), size), 0)
            resized = ctypes.cast(place, O).value
            self.assertEqual((len(resized), resized[:3]), (size, b"abc"[:size]))
            api("Py_DecRef", None, c_void_p)(place)

    def test_bytearrays_end_with_a_terminator(self):
        array = bytearray(b"abc")
        start = api("PyByteArray_AsString", c_void_p, O)
        self.assertEqual(string_at(start(array)), b"abc")
        memmove(start(array), b"xyz", 3)
        self.assertEqual(array, b"xyz")
        array += b"more"
        self.assertEqual(string_at(start(array)), b"xyzmore")
        view = memoryview(array)
        self.assertEqual(string_at(start(array)), b"xyzmore")
        del view


class Texts(TestCase):
    TEXTS = ["", "abc", "äöü", "\U0001f40d!", "a\0b"]

    def test_there_and_back(self):
        for text in self.TEXTS:
            encoded = text.encode()
            made = api("PyUnicode_FromStringAndSize", O, c_char_p, c_ssize_t)(encoded, len(encoded))
            self.assertEqual(made, text)
            size = c_ssize_t()
            start = api("PyUnicode_AsUTF8AndSize", c_void_p, O, POINTER(c_ssize_t))(text, size)
            self.assertEqual(string_at(start, size.value + 1), encoded + b"\0")

    def test_the_same_memory_each_time(self):
        text = "".join(["one", " two"])
        as_utf8 = api("PyUnicode_AsUTF8", c_void_p, O)
        self.assertEqual(as_utf8(text), as_utf8(text))
        self.assertEqual(string_at(as_utf8(text)), b"one two")

    def test_wrong_ones(self):
        with self.assertRaises(UnicodeDecodeError):
            api("PyUnicode_FromString", O, c_char_p)(b"\xff")
        with self.assertRaises(UnicodeDecodeError):
            api("PyUnicode_FromStringAndSize", O, c_char_p, c_ssize_t)(b"a\xff", 2)
        sized = api("PyUnicode_FromStringAndSize", O, c_char_p, c_ssize_t)
        self.assertError(SystemError, "Negative size passed to PyUnicode_FromStringAndSize", sized, b"", -1)
        with self.assertRaises(SystemError):
            sized(None, 1)
        with self.assertRaises(UnicodeEncodeError):
            api("PyUnicode_AsUTF8", c_char_p, O)("\ud800")
        self.assertError(
            TypeError, "bad argument type for built-in operation", api("PyUnicode_AsUTF8", c_char_p, O), b"abc"
        )

    def test_wide(self):
        self.assertEqual(api("PyUnicode_FromWideChar", O, c_wchar_p, c_ssize_t)("äöü", 2), "äö")
        self.assertEqual(api("PyUnicode_FromWideChar", O, c_wchar_p, c_ssize_t)("äöü", -1), "äöü")
        room = create_unicode_buffer("......")
        copy = api("PyUnicode_AsWideChar", c_ssize_t, O, c_void_p, c_ssize_t)
        self.assertEqual(copy("äö", room, 6), 2)
        self.assertEqual(room[:], "äö\0...\0")
        self.assertEqual(copy("abcdef", room, 2), 2)
        self.assertEqual(room[:3], "ab\0")
        size = c_ssize_t()
        start = api("PyUnicode_AsWideCharString", c_void_p, O, POINTER(c_ssize_t))("a\U0001f40d", size)
        self.assertEqual(ctypes.wstring_at(start), "a\U0001f40d")
        api("PyMem_Free", None, c_void_p)(start)

    def test_methods(self):
        self.assertEqual(api("PyUnicode_Join", O, O, O)("-", ["a", "b"]), "a-b")
        self.assertEqual(api("PyUnicode_Split", O, O, O, c_ssize_t)("a-b-c", "-", 1), ["a", "b-c"])
        self.assertEqual(api("PyUnicode_Replace", O, O, O, O, c_ssize_t)("aaa", "a", "b", 2), "bba")
        self.assertEqual(api("PyUnicode_Find", c_ssize_t, O, O, c_ssize_t, c_ssize_t, c_int)("abcb", "b", 0, 4, -1), 3)
        self.assertEqual(api("PyUnicode_Substring", O, O, c_ssize_t, c_ssize_t)("äbcd", 1, 3), "bc")
        self.assertEqual(api("PyUnicode_ReadChar", ctypes.c_uint32, O, c_ssize_t)("aä", 1), 0xE4)
        # C has the only reference, and gives it up for one to the sum.
        place = c_void_p(api("PyUnicode_FromString", c_void_p, c_char_p)(b"ab"))
        api("PyUnicode_Append", None, c_void_p, O)(ctypes.addressof(place), "cd")
        self.assertEqual(ctypes.cast(place, O).value, "abcd")
        api("Py_DecRef", None, c_void_p)(place)


class Variadic(TestCase):
    def call(self, name, restype, *arguments):
        function = pythonapi[name]
        function.restype = restype
        return function(*arguments)

    def test_formats(self):
        for format, arguments, text in [
            (b"plain %%", (), "plain %"),
            (b"%d %i %u %x %X %o", (-5, 6, 7, 255, 255, 8), "-5 6 7 ff FF 10"),
            (b"%ld %lld %zd", (c_long(-(2**30)), c_longlong(2**60), c_ssize_t(-3)), f"{-(2**30)} {2**60} -3"),
            (b"%5d|%-5d|%05d|%.3d", (42, 42, -42, 7), "   42|42   |-0042|007"),
            (b"%s|%.2s|%5s|%-5s|", (b"abc", b"abc", b"abc", b"abc"), "abc|ab|  abc|abc  |"),
            (b"%c%c", (65, 0x1F40D), "A\U0001f40d"),
            (b"%U %S %R %A", (O("ä"), O("ä"), O("ä"), O("ä")), "ä ä 'ä' '\\xe4'"),
            (b"%V %V", (O("x"), b"-", O(), b"y"), "x y"),
            (b"%p", (c_void_p(0x1F),), "0x1f"),
            (b"%*d", (4, 5), "   5"),
            (b"%T", (O(1),), "int"),
        ]:
            with self.subTest(format):
                self.assertEqual(self.call("PyUnicode_FromFormat", O, format, *arguments), text)

    def test_values(self):
        for format, arguments, value in [
            (b"", (), None),
            (b"i", (5,), 5),
            (b"(i)", (5,), (5,)),
            (b"ii", (5, -6), (5, -6)),
            (b"s z y", (b"a", None, b"b"), ("a", None, b"b")),
            (b"s#y#", (b"abc", c_ssize_t(2), b"abc", c_ssize_t(1)), ("ab", b"a")),
            (b"[i,d]", (1, c_double(2.5)), [1, 2.5]),
            (b"{s:i,s:(i)}", (b"a", 1, b"b", 2), {"a": 1, "b": (2,)}),
            (b"lkLK", (c_long(-1), c_ulong(2**31), c_longlong(-2), ctypes.c_ulonglong(2**64 - 1)),
             (-1, 2**31, -2, 2**64 - 1)),
            (b"cC", (65, 0xE4), (b"A", "ä")),
            (b"O", (O([1]),), [1]),
            (b"u", (c_wchar_p("äö"),), "äö"),
        ]:
            with self.subTest(format):
                self.assertEqual(self.call("Py_BuildValue", O, format, *arguments), value)
        with self.assertRaises(SystemError):
            self.call("Py_BuildValue", O, b"O", O())

    def test_arguments(self):
        number, text, real, thing = c_int(), c_char_p(), c_double(), c_void_p()
        places = byref(number), byref(text), byref(real), byref(thing)

        def parse(format, *arguments):
            return self.call("PyArg_ParseTuple", c_int, O(arguments), format, *places)

        kept = object()
        self.assertEqual(parse(b"isdO:name", 1, "zwei", 3.0, kept), 1)
        self.assertEqual((number.value, text.value, real.value, thing.value), (1, b"zwei", 3.0, id(kept)))
        self.assertEqual(parse(b"i|s:name", 7), 1)
        self.assertEqual(parse(b"(is)d:name", (8, "acht"), 9), 1)
        self.assertEqual((number.value, text.value, real.value), (8, b"acht", 9.0))
        for format, arguments, kind, message in [
            (b"is:name", (1,), TypeError, "name() takes exactly 2 arguments (1 given)"),
            (b"i|s:name", (), TypeError, "name() takes at least 1 argument (0 given)"),
            (b"i|s", (1, "a", 2), TypeError, "function takes at most 2 arguments (3 given)"),
            (b":name", (1,), TypeError, "name() takes exactly 0 arguments (1 given)"),
            (b"is:name", (1, 2), TypeError, "name() argument 2 must be str, not int"),
            (b"is", (1, None), TypeError, "argument 2 must be str, not None"),
            (b"i", ("x",), TypeError, "'str' object cannot be interpreted as an integer"),
            (b"i", (2**40,), OverflowError, "signed integer is greater than maximum"),
            (b"i", (-(2**40),), OverflowError, "signed integer is less than minimum"),
            (b"is", (1, "a\0"), ValueError, "embedded null character"),
            (b"i;whatever", (1, 2), TypeError, "whatever"),
        ]:
            with self.subTest(format=format, arguments=arguments):
                self.assertError(kind, message, parse, format, *arguments)

    def test_wrong_formats(self):
        for name, arguments in [
            ("PyArg_ParseTuple", (O((1,)), b"Q")),
            ("PyUnicode_FromFormat", (b"%y", 1)),
            ("Py_BuildValue", (b"@", 1)),
            ("Py_BuildValue", (b"(i", 1)),
            ("Py_BuildValue", (b"{i}", 1)),
            ("PyArg_UnpackTuple", (O(5), b"f", c_ssize_t(1), c_ssize_t(1))),
            ("PyArg_ParseTuple", (O(5), b"O")),
        ]:
            with self.subTest(name, arguments=arguments), self.assertRaises(SystemError):
                self.call(name, O, *arguments)
        self.assertError(
            OverflowError, "character argument not in range(0x110000)", self.call, "PyUnicode_FromFormat", O, b"%c", -1
        )
        self.assertError(
            TypeError, "%N argument must be a type", self.call, "PyUnicode_FromFormat", O, b"%N", O(5)
        ) if PY314 else None

    def test_unpacking(self):
        first, second = c_void_p(), c_void_p(5)
        one = object()

        def unpack(arguments, name, least, most):
            places = byref(first), byref(second)
            return self.call("PyArg_UnpackTuple", c_int, O(arguments), name, c_ssize_t(least), c_ssize_t(most), *places)

        self.assertEqual(unpack((one,), b"f", 1, 2), 1)
        self.assertEqual((first.value, second.value), (id(one), 5))
        for arguments, name, least, most, message in [
            ((), b"f", 1, 2, "f expected at least 1 argument, got 0"),
            ((1, 2, 3), b"f", 1, 2, "f expected at most 2 arguments, got 3"),
            ((1,), b"f", 2, 2, "f expected 2 arguments, got 1"),
            ((1,), None, 2, 2, "unpacked tuple should have 2 elements, but has 1"),
        ]:
            self.assertError(TypeError, message, unpack, arguments, name, least, most)

    def test_converters(self):
        seen = []

        @PYFUNCTYPE(c_int, O, c_void_p)
        def convert(thing, place):
            seen.append((thing, place))
            return thing is not None

        self.assertEqual(self.call("PyArg_ParseTuple", c_int, O((5,)), b"O&", convert, c_void_p(7)), 1)
        self.assertEqual(seen, [(5, 7)])
        with self.assertRaises(TypeError if OURS else SystemError):
            self.call("PyArg_ParseTuple", c_int, O((None,)), b"O&", convert, c_void_p(7))

    def test_every_letter(self):
        for letter, place, given, value in [
            (b"b", ctypes.c_ubyte(), 200, 200),
            (b"h", ctypes.c_short(), -200, -200),
            (b"l", c_long(), -(2**30), -(2**30)),
            (b"L", c_longlong(), 2**62, 2**62),
            (b"n", c_ssize_t(), -3, -3),
            (b"B", ctypes.c_ubyte(), 0x1FF, 0xFF),
            (b"H", ctypes.c_ushort(), -1, 0xFFFF),
            (b"I", ctypes.c_uint(), 2**40 + 5, 5),
            (b"k", c_ulong(), 2**70 + 6, 6),
            (b"K", ctypes.c_ulonglong(), -1, 2**64 - 1),
            (b"f", ctypes.c_float(), 2.5, 2.5),
            (b"p", c_int(), [1], 1),
            (b"c", ctypes.c_char(), b"x", b"x"),
            (b"C", c_int(), "ä", 0xE4),
            (b"z", c_char_p(b"before"), None, None),
            (b"y", c_char_p(), b"bytes", b"bytes"),
        ]:
            with self.subTest(letter):
                self.assertEqual(self.call("PyArg_ParseTuple", c_int, O((given,)), letter, byref(place)), 1)
                self.assertEqual(place.value, value)
        for letter, given, kind, message in [
            (b"b", 256, OverflowError, "unsigned byte integer is greater than maximum"),
            (b"b", -1, OverflowError, "unsigned byte integer is less than minimum"),
            (b"h", 2**15, OverflowError, "signed short integer is greater than maximum"),
            (b"l", 2**70, OverflowError, "Python int too large to convert to C long"),
            (b"c", b"xy", TypeError, "argument 1 must be a byte string of length 1, not "
             + ("a bytes object of length 2" if PY314 else "bytes")),
            (b"C", "xy", TypeError, "argument 1 must be a unicode character, not "
             + ("a string of length 2" if PY314 else "str")),
            (b"C", 5, TypeError, "argument 1 must be a unicode character, not int"),
            (b"S", "x", TypeError, "argument 1 must be bytes, not str"),
            (b"Y", "x", TypeError, "argument 1 must be bytearray, not str"),
            (b"U", b"x", TypeError, "argument 1 must be str, not bytes"),
            (b"z", 5, TypeError, "argument 1 must be str or None, not int"),
            (b"y", "x", TypeError, "a bytes-like object is required, not 'str'"),
            (b"y", b"a\0", ValueError, "embedded null byte"),
            (b"(ii)", 5, TypeError, f"argument 1 must be 2-item {'tuple' if PY314 else 'sequence'}, not int"),
            (b"(ii)", (1,), TypeError, f"argument 1 must be {'tuple' if PY314 else 'sequence'} of length 2, not 1"),
            (b"(is)", (1, 2), TypeError, "argument 1, item 1 must be str, not int"),
        ]:
            places = (create_string_buffer(16), create_string_buffer(16))
            with self.subTest(letter, given=given):
                self.assertError(kind, message, self.call, "PyArg_ParseTuple", c_int, O((given,)), letter, *places)

    def test_sized_texts(self):
        start, size = c_void_p(), c_ssize_t()
        for letter, given, value in [
            (b"s#", "ä\0b", "ä\0b".encode()),
            (b"s#", b"a\0b", b"a\0b"),
            (b"z#", b"a", b"a"),
            (b"y#", b"a\0b", b"a\0b"),
            (b"y#", (ctypes.c_char * 3)(*b"abc"), b"abc"),
        ]:
            with self.subTest(letter, given=given):
                arguments = O((given,)), letter, byref(start), byref(size)
                self.assertEqual(self.call("PyArg_ParseTuple", c_int, *arguments), 1)
                self.assertEqual(string_at(start, size.value), value)
        arguments = O((bytearray(b"a"),)), b"y#", byref(start), byref(size)
        message = "argument 1 must be read-only bytes-like object, not bytearray"
        self.assertError(TypeError, message, self.call, "PyArg_ParseTuple", c_int, *arguments)

    def test_packing_and_calls(self):
        self.assertEqual(self.call("PyTuple_Pack", O, c_ssize_t(2), O(1), O("a")), (1, "a"))
        self.assertEqual(self.call("PyObject_CallFunction", O, O(max), b"ii", 3, 5), 5)
        self.assertEqual(self.call("PyObject_CallFunction", O, O(list), None), [])
        self.assertEqual(self.call("PyObject_CallMethod", O, O("banana"), b"replace", b"ss", b"a", b"o"), "bonono")
        self.assertEqual(self.call("PyObject_CallFunctionObjArgs", O, O(max), O(3), O(5), c_void_p()), 5)
        with self.assertRaises(ZeroDivisionError):
            self.call("PyObject_CallFunction", O, O(divmod), b"ii", 1, 0)

    def test_snprintf(self):
        room = create_string_buffer(b"." * 7, 8)
        self.assertEqual(self.call("PyOS_snprintf", c_int, room, c_size_t(8), b"%d-%s", 42, b"abcdefgh"), 11)
        self.assertEqual(room.raw, b"42-abcd\0")

    def test_errors(self):
        with self.assertRaisesRegex(ValueError, "^bad 5 x$"):
            self.call("PyErr_Format", O, O(ValueError), b"bad %d %s", 5, b"x")


class Modules(TestCase):
    def test_importing(self):
        self.assertIs(api("PyImport_ImportModule", O, c_char_p)(b"os.path"), os.path)
        with self.assertRaises(ModuleNotFoundError):
            api("PyImport_ImportModule", O, c_char_p)(b"no_such_module_there_is")
        self.assertEqual(api("PyImport_GetModuleDict", c_void_p)(), id(sys.modules))
        self.assertEqual(api("PyImport_AddModule", c_void_p, c_char_p)(b"__main__"), id(sys.modules["__main__"]))
        self.assertEqual(api("PyModule_GetDict", c_void_p, O)(os), id(os.__dict__))
        self.assertEqual(api("PyModule_GetName", c_char_p, O)(os), b"os")
        message = "bad argument type for built-in operation"
        self.assertError(TypeError, message, api("PyModule_GetName", c_char_p, O), 5)
        message = "PyModule_AddObjectRef() first argument must be a module"
        self.assertError(TypeError, message, api("PyModule_AddObjectRef", c_int, O, c_char_p, O), 5, b"a", 1)

    def test_sys(self):
        self.assertEqual(api("PySys_GetObject", c_void_p, c_char_p)(b"modules"), id(sys.modules))
        self.assertIsNone(api("PySys_GetObject", c_void_p, c_char_p)(b"no_such_thing"))
        self.addCleanup(lambda: vars(sys).pop("of_this_test", None))
        self.assertEqual(api("PySys_SetObject", c_int, c_char_p, O)(b"of_this_test", 5), 0)
        self.assertEqual(sys.of_this_test, 5)
        self.assertEqual(api("PySys_SetObject", c_int, c_char_p, O)(b"of_this_test", O()), 0)
        self.assertFalse(hasattr(sys, "of_this_test"))

    def test_running(self):
        main = sys.modules["__main__"]
        self.addCleanup(lambda: vars(main).pop("of_this_test", None))
        self.assertEqual(api("PyRun_SimpleString", c_int, c_char_p)(b"of_this_test = __name__"), 0)
        self.assertEqual(main.of_this_test, "__main__")
        run = api("PyRun_String", O, c_char_p, c_int, O, O)
        names = {"a": 5}
        self.assertEqual(run(b"a + 1", 258, names, names), 6)
        self.assertIsNone(run(b"b = a * 2", 257, names, names))
        self.assertEqual(names["b"], 10)
        with self.assertRaises(ZeroDivisionError):
            run(b"1/0", 258, names, names)
        with self.assertRaises(SyntaxError):
            run(b"1 +", 258, names, names)


class Files(TestCase):
    def test_descriptors(self):
        descriptor = api("PyObject_AsFileDescriptor", c_int, O)
        with open(os.devnull) as file:
            self.assertEqual(descriptor(file), file.fileno())
        self.assertEqual(descriptor(5), 5)
        message = "argument must be an int, or have a fileno() method."
        self.assertError(TypeError, message, descriptor, "x")
        self.assertError(ValueError, "file descriptor cannot be a negative integer (-1)", descriptor, -1)

    def test_files(self):
        from_descriptor = api(
            "PyFile_FromFd", O, c_int, c_char_p, c_char_p, c_int, c_char_p, c_char_p, c_char_p, c_int
        )
        number, path = tempfile.mkstemp()
        self.addCleanup(os.unlink, path)
        with from_descriptor(number, None, b"w+", -1, b"utf-8", None, None, 1) as file:
            self.assertEqual(file.fileno(), number)
            self.assertEqual(api("PyFile_WriteString", c_int, c_char_p, O)("zwölf\n".encode(), file), 0)
            self.assertEqual(api("PyFile_WriteObject", c_int, O, O, c_int)("x", file, 0), 0)
            self.assertEqual(api("PyFile_WriteObject", c_int, O, O, c_int)("x", file, 1), 0)
            file.seek(0)
            line = api("PyFile_GetLine", O, O, c_int)
            self.assertEqual(line(file, 0), "zwölf\n")
            self.assertEqual(line(file, -1), "'x'x")
            self.assertError(EOFError, "EOF when reading a line", line, file, -1)
        write = api("PyFile_WriteObject", c_int, O, O, c_int)
        self.assertError(TypeError, "writeobject with NULL file", write, 1, O(), 0)

        class NoFile:
            def fileno(self):
                return "x"

            def readline(self):
                return 5

        self.assertError(TypeError, "fileno() returned a non-integer", api("PyObject_AsFileDescriptor", c_int, O), NoFile())
        self.assertError(TypeError, "object.readline() returned non-string", line, NoFile(), -1)


if __name__ == "__main__":
    unittest.main()
