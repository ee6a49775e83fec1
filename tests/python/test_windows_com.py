"""Windows: objects of COM, in both directions: functions by their index in an interface's table, `COMError`."""
from support import LIBRARY, TestCase, for_windows

for_windows()

import _ctypes
import copy
import ctypes
import gc
import pickle
import sys
import unittest
from _ctypes import COMError, CopyComPointer
from ctypes import (CDLL, CFUNCTYPE, HRESULT, POINTER, WINFUNCTYPE, OleDLL, Structure, byref, c_byte, c_double, c_float,
                    c_int, c_long, c_short, c_size_t, c_ulong, c_ushort, c_void_p, c_wchar_p, c_wchar, cast, oledll,
                    pointer, sizeof, windll, wintypes, create_unicode_buffer, string_at)

CLIB = CDLL(LIBRARY)
E_INVALIDARG = -2147024809
E_NOINTERFACE = -2147467262
E_POINTER = -2147467261
E_FAIL = -2147467259
S_OK, S_FALSE = 0, 1


class GUID(Structure):
    _fields_ = [("data1", c_ulong), ("data2", c_ushort), ("data3", c_ushort), ("data4", c_byte * 8)]


def guid(text):
    made = GUID()
    oledll.ole32.CLSIDFromString(c_wchar_p(text), byref(made))
    return made


IID_COUNTER = guid("{8d3a1c52-77f0-4f0e-9a55-3f2f6a1c0e11}")
IID_UNKNOWN = guid("{00000000-0000-0000-c000-000000000046}")
IID_SUPPORT = guid("{df0b3d60-548f-101b-8e65-08002b2bd119}")

QueryInterface = WINFUNCTYPE(HRESULT, POINTER(GUID), POINTER(c_void_p))(0, "QueryInterface")
AddRef = WINFUNCTYPE(c_ulong)(1, "AddRef")
Release = WINFUNCTYPE(c_ulong)(2, "Release")
Add = WINFUNCTYPE(HRESULT, c_long, POINTER(c_long))(3, "Add", ((1, "amount"), (2, "total")))
Fail = WINFUNCTYPE(HRESULT, c_long, c_wchar_p)(4, "Fail", ((1, "result"), (1, "why")), bytes(IID_COUNTER))
Mean = WINFUNCTYPE(HRESULT, c_double, c_float, c_short, POINTER(c_double))(
    5, "Mean", ((1, "a"), (1, "b", 0.0), (1, "c", 0), (2, "result")))


class Counters(TestCase):
    def setUp(self):
        self.counter = c_void_p()
        self.assertEqual(CLIB.create_counter(byref(self.counter)), S_OK)

    def tearDown(self):
        while CLIB.living_counters():
            Release(self.counter)

    def references(self):
        return CLIB.references_of(self.counter)

    def test_references(self):
        self.assertEqual(self.references(), 1)
        self.assertEqual(AddRef(self.counter), 2)
        self.assertEqual(Release(self.counter), 1)
        self.assertEqual(Release(self.counter), 0)
        self.assertEqual(CLIB.living_counters(), 0)

    def test_query_interface(self):
        other = c_void_p()
        self.assertEqual(QueryInterface(self.counter, byref(IID_UNKNOWN), byref(other)), S_OK)
        self.assertEqual(other.value, self.counter.value)
        self.assertEqual(QueryInterface(self.counter, IID_SUPPORT, byref(other)), S_OK)
        self.assertNotEqual(other.value, self.counter.value)
        self.assertEqual(self.references(), 3)
        self.assertEqual(Release(other), 2)
        self.assertEqual(Release(self.counter), 1)
        with self.assertRaises(OSError) as caught:
            QueryInterface(self.counter, guid("{00000000-0000-0000-c000-000000000001}"), byref(other))
        self.assertEqual(caught.exception.winerror, E_NOINTERFACE)

    def test_outputs(self):
        self.assertEqual(Add(self.counter, 5), 5)
        self.assertEqual(Add(self.counter, amount=6), 11)
        self.assertEqual(Add(self.counter, 0), 11)
        with self.assertRaises(OSError) as caught:
            Add(self.counter, -1)
        self.assertEqual(caught.exception.winerror, E_INVALIDARG)

    def test_floats_and_defaults(self):
        self.assertEqual(Mean(self.counter, 1.0, 2.0, 3), 2.0)
        self.assertEqual(Mean(self.counter, 3.0), 1.0)
        self.assertEqual(Mean(self.counter, c=6, a=0.0, b=1.5), 2.5)

    def test_without_argtypes(self):
        class Function(_ctypes.CFuncPtr):
            _flags_ = _ctypes.FUNCFLAG_STDCALL
            _restype_ = c_long

        add = Function(3, "Add")
        total = c_long()
        self.assertEqual(add(self.counter, 7, byref(total)), S_OK)
        self.assertEqual(total.value, 7)

    def test_errcheck(self):
        seen = []

        def check(result, function, arguments):
            seen.append((result, function, arguments))
            return arguments

        add = WINFUNCTYPE(HRESULT, c_long, POINTER(c_long))(3, "Add", ((1, "amount"), (2, "total")))
        add.errcheck = check
        self.assertEqual(add(self.counter, 4), 4)
        (result, function, arguments), = seen
        # The interface is none of the arguments.
        self.assertEqual((result, len(arguments), arguments[0]), (S_OK, 2, 4))
        self.assertIs(function, add)
        add.errcheck = lambda *_: "something else"
        self.assertEqual(add(self.counter, 4), "something else")

    def test_number_of_arguments(self):
        self.assertError(TypeError, "this function takes 2 arguments (1 given)", QueryInterface, self.counter, IID_UNKNOWN)
        self.assertError(TypeError, "this function takes 0 arguments (1 given)", AddRef, self.counter, 1)
        self.assertError(TypeError, "call takes exactly 2 arguments (3 given)", Add, self.counter, 1, 2)
        self.assertError(TypeError, "required argument 'amount' missing", Add, self.counter)
        self.assertError(ctypes.ArgumentError,
                         "argument 1: TypeError: 'str' object cannot be interpreted as an integer",
                         Add, self.counter, "one")

    def test_interface(self):
        self.assertError(ValueError, "native com method call without 'this' parameter", AddRef)
        message = "Expected a COM this pointer as first argument"
        for this in (None, 0, self.counter.value, "this", byref(self.counter)):
            self.assertError(TypeError, message, AddRef, this)
        self.assertError(ValueError, "NULL COM pointer access", AddRef, c_void_p())
        empty = c_void_p()
        self.assertError(ValueError, "COM method call without VTable", AddRef, pointer(empty))
        # It has no room for a pointer.
        self.assertError(TypeError, message, AddRef, ctypes.c_char())

    def test_kinds_of_pointers(self):
        for this in (self.counter, cast(self.counter, POINTER(c_void_p)), cast(self.counter, POINTER(POINTER(c_void_p)))):
            self.assertEqual(AddRef(this), 2)
            self.assertEqual(Release(this), 1)

    def test_function_object(self):
        self.assertTrue(AddRef)
        self.assertRegex(repr(Add), r"^<COM method offset 3: \w+ at 0x[0-9a-fA-F]+>$")
        self.assertEqual(Add.restype, HRESULT)
        self.assertEqual(Add.argtypes, (c_long, POINTER(c_long)))

    def test_making_one(self):
        prototype = WINFUNCTYPE(HRESULT)
        self.assertError(TypeError, "argument 2 must be str, not None", prototype, 3, None)
        self.assertError(TypeError, "argument 2 must be str, not bytes", prototype, 3, b"name")
        self.assertError(ValueError, "embedded null character", prototype, 3, "na\0me")
        self.assertError(TypeError, "function takes at most 4 arguments (5 given)", prototype, 3, "name", None, None, 1)
        self.assertError(OverflowError, "signed integer is greater than maximum", prototype, 1 << 31, "name")
        self.assertError(TypeError, "argument 4 must be read-only bytes-like object, not int",
                         prototype, 3, "name", None, 5)
        self.assertError(TypeError, "paramflags must be a tuple or None", prototype, 3, "name", 5)
        # Nothing else than 16 bytes is an identifier.
        for iid in (None, b"", b"too short", bytes(17), IID_COUNTER, bytes(IID_COUNTER), bytearray(16)):
            try:
                prototype(3, "name", None, iid)
            except TypeError as error:
                self.assertIsInstance(iid, bytearray)
                self.assertIn("read-only bytes-like object", str(error))

    def test_failure_that_the_object_tells_of(self):
        with self.assertRaises(COMError) as caught:
            Fail(self.counter, E_FAIL, "tired \u20ac")
        error = caught.exception
        self.assertEqual(error.hresult, E_FAIL)
        self.assertEqual(error.text, ctypes.FormatError(E_FAIL))
        self.assertEqual(error.details, ("tired \u20ac", "ctypestest.Counter", "counter.hlp", 42, None))
        self.assertEqual(error.args, (error.hresult, error.text, error.details))
        self.assertIsNone(error.__cause__)
        # What was said is not said again.
        add = WINFUNCTYPE(HRESULT, c_long, POINTER(c_long))(3, "Add", None, bytes(IID_COUNTER))
        with self.assertRaises(COMError) as caught:
            add(self.counter, -1, c_long())
        self.assertEqual(caught.exception.hresult, E_INVALIDARG)
        self.assertEqual(caught.exception.details, (None, None, None, 0, None))
        self.assertEqual(self.references(), 1)

    def test_failure_of_another_interface(self):
        fail = WINFUNCTYPE(HRESULT, c_long, c_wchar_p)(4, "Fail", None, bytes(IID_UNKNOWN))
        with self.assertRaises(COMError) as caught:
            fail(self.counter, E_FAIL, "why")
        self.assertEqual(caught.exception.details, (None, None, None, 0, None))

    def test_success_with_identifier(self):
        add = WINFUNCTYPE(HRESULT, c_long, POINTER(c_long))(3, "Add", None, bytes(IID_COUNTER))
        total = c_long()
        self.assertEqual(add(self.counter, 3, total), S_OK)
        self.assertEqual(add(self.counter, 0, total), S_FALSE)

    def test_copy_com_pointer(self):
        target = c_void_p()
        self.assertEqual(CopyComPointer(self.counter, byref(target)), S_OK)
        self.assertEqual(target.value, self.counter.value)
        self.assertEqual(self.references(), 2)
        self.assertEqual(Release(target), 1)
        self.assertEqual(CopyComPointer(None, byref(target)), S_OK)
        self.assertIsNone(target.value)
        self.assertEqual(CopyComPointer(self.counter, None), E_POINTER)
        self.assertEqual(self.references(), 1)
        self.assertError(TypeError, "CopyComPointer() takes exactly 2 arguments (1 given)", CopyComPointer, self.counter)
        self.assertError(TypeError, "Don't know how to convert parameter 0", CopyComPointer, object(), None)
        self.assertError(TypeError, "Don't know how to convert parameter 1", CopyComPointer, None, object())

    def test_in_a_callback(self):
        class Interface(c_void_p):
            _needs_com_addref_ = True

            def __del__(self):
                if self.value:
                    Release(self)

        seen = []

        @WINFUNCTYPE(HRESULT, Interface)
        def take(interface):
            seen.append(self.references())
            return S_OK

        self.assertEqual(CLIB.call_with_interface(take, self.counter), S_OK)
        gc.collect()
        self.assertEqual(seen, [2])
        self.assertEqual(self.references(), 1)
        self.assertEqual(CLIB.call_with_interface(take, None), S_OK)


class OwnObjects(TestCase):
    """An object whose functions are callbacks."""

    def setUp(self):
        calls = self.calls = []

        class Table(Structure):
            _fields_ = [("query", WINFUNCTYPE(c_long, c_void_p, POINTER(GUID), POINTER(c_void_p))),
                        ("add_ref", WINFUNCTYPE(c_ulong, c_void_p)),
                        ("release", WINFUNCTYPE(c_ulong, c_void_p)),
                        ("add", WINFUNCTYPE(c_long, c_void_p, c_long, POINTER(c_long)))]

        class Object(Structure):
            _fields_ = [("table", POINTER(Table)), ("references", c_ulong)]

        def query(this, iid, out):
            calls.append("query")
            if bytes(iid.contents) != bytes(IID_UNKNOWN):
                out[0] = None
                return E_NOINTERFACE
            out[0] = this
            self.object.references += 1
            return S_OK

        def add_ref(this):
            calls.append("add_ref")
            self.object.references += 1
            return self.object.references

        def release(this):
            calls.append("release")
            self.object.references -= 1
            return self.object.references

        def add(this, amount, total):
            calls.append(("add", amount))
            total[0] += amount
            return S_OK

        types = dict(Table._fields_)
        self.table = Table(types["query"](query), types["add_ref"](add_ref), types["release"](release),
                           types["add"](add))
        self.object = Object(pointer(self.table), 1)
        self.this = pointer(self.object)

    def test_called_by_c(self):
        total = c_long(10)
        self.assertEqual(CLIB.add_by_interface(self.this, 5, byref(total)), S_OK)
        self.assertEqual((total.value, self.calls), (15, [("add", 5)]))

    def test_called_by_the_interface(self):
        self.assertEqual(AddRef(self.this), 2)
        self.assertEqual(Release(self.this), 1)
        total = c_long(1)
        add = WINFUNCTYPE(HRESULT, c_long, POINTER(c_long))(3, "Add")
        self.assertEqual(add(self.this, 2, byref(total)), S_OK)
        self.assertEqual(total.value, 3)
        out = c_void_p()
        self.assertEqual(QueryInterface(self.this, IID_UNKNOWN, byref(out)), S_OK)
        self.assertEqual(out.value, ctypes.addressof(self.object))
        self.assertEqual(self.calls, ["add_ref", "release", ("add", 2), "query"])

    def test_the_system_holds_it(self):
        # The system asks an object for IUnknown, and counts.
        stream = c_void_p()
        create = oledll.ole32.CoLockObjectExternal
        oledll.ole32.CoInitialize(None)
        try:
            create(self.this, True, True)
            self.assertGreater(self.object.references, 1)
            create(self.this, False, True)
            self.assertEqual(self.object.references, 1)
        finally:
            windll.ole32.CoUninitialize()
        self.assertIsNone(stream.value)

    def test_failure_without_support(self):
        fail = WINFUNCTYPE(HRESULT, POINTER(GUID), POINTER(c_void_p))(0, "QueryInterface", None, bytes(IID_COUNTER))
        with self.assertRaises(COMError) as caught:
            fail(self.this, IID_COUNTER, c_void_p())
        self.assertEqual(caught.exception.hresult, E_NOINTERFACE)
        self.assertEqual(caught.exception.details, (None, None, None, 0, None))
        # It was asked whether it says more.
        self.assertEqual(self.calls, ["query", "query"])


class TheSystems(TestCase):
    """Objects of the system's."""

    @classmethod
    def setUpClass(cls):
        oledll.ole32.CoInitialize(None)

    @classmethod
    def tearDownClass(cls):
        windll.ole32.CoUninitialize()

    def test_malloc(self):
        malloc = c_void_p()
        oledll.ole32.CoGetMalloc(1, byref(malloc))
        allocate = WINFUNCTYPE(c_void_p, c_size_t)(3, "Alloc")
        free = WINFUNCTYPE(None, c_void_p)(5, "Free")
        size = WINFUNCTYPE(c_size_t, c_void_p)(6, "GetSize")
        block = allocate(malloc, 100)
        self.assertGreaterEqual(size(malloc, block), 100)
        ctypes.memset(block, 7, 100)
        self.assertEqual(string_at(block, 100), b"\7" * 100)
        self.assertIsNone(free(malloc, block))
        Release(malloc)

    def test_shell_link(self):
        link = c_void_p()
        oledll.ole32.CoCreateInstance(byref(guid("{00021401-0000-0000-c000-000000000046}")), None, 1,
                                      byref(guid("{000214f9-0000-0000-c000-000000000046}")), byref(link))
        get = WINFUNCTYPE(HRESULT, wintypes.LPWSTR, c_int)(6, "GetDescription")
        put = WINFUNCTYPE(HRESULT, wintypes.LPCWSTR)(7, "SetDescription")
        put(link, "a link \u20ac\U0001f600")
        text = create_unicode_buffer(100)
        get(link, text, 100)
        self.assertEqual(text.value, "a link \u20ac\U0001f600")
        put_key = WINFUNCTYPE(HRESULT, wintypes.WORD)(13, "SetHotkey")
        get_key = WINFUNCTYPE(HRESULT, POINTER(wintypes.WORD))(12, "GetHotkey", ((2, "key"),))
        put_key(link, 0x641)
        self.assertEqual(get_key(link), 0x641)
        Release(link)

    def test_class_that_is_not_there(self):
        with self.assertRaises(OSError) as caught:
            oledll.ole32.CoCreateInstance(byref(IID_COUNTER), None, 1, byref(IID_UNKNOWN), byref(c_void_p()))
        # REGDB_E_CLASSNOTREG
        self.assertEqual(caught.exception.winerror, -2147221164)

    def test_global_stream(self):
        stream = c_void_p()
        oledll.ole32.CreateStreamOnHGlobal(None, True, byref(stream))
        read = WINFUNCTYPE(HRESULT, c_void_p, c_ulong, POINTER(c_ulong))(
            3, "Read", ((1, "target"), (1, "size"), (2, "got")))
        write = WINFUNCTYPE(HRESULT, c_void_p, c_ulong, POINTER(c_ulong))(
            4, "Write", ((1, "source"), (1, "size"), (2, "written")))
        seek = WINFUNCTYPE(HRESULT, ctypes.c_longlong, c_ulong, POINTER(ctypes.c_ulonglong))(
            5, "Seek", ((1, "move"), (1, "origin", 0), (2, "position")))
        self.assertEqual(write(stream, b"some bytes", 10), 10)
        self.assertEqual(seek(stream, 5), 5)
        target = ctypes.create_string_buffer(20)
        self.assertEqual(read(stream, target, 20), 5)
        self.assertEqual(target.value, b"bytes")
        Release(stream)


class Errors(TestCase):
    def test_class(self):
        self.assertTrue(issubclass(COMError, Exception))
        self.assertIs(ctypes.COMError, COMError)
        self.assertEqual((COMError.__module__, COMError.__name__), ("_ctypes", "COMError"))
        self.assertEqual(COMError.__mro__, (COMError, Exception, BaseException, object))

    def test_instances(self):
        error = COMError(1, "text", ("details",))
        self.assertEqual((error.hresult, error.text, error.details), (1, "text", ("details",)))
        self.assertEqual(error.args, (1, "text", ("details",)))
        self.assertEqual(str(error), "(1, 'text', ('details',))")
        self.assertEqual(repr(error), "COMError(1, 'text', ('details',))")
        self.assertEqual(vars(error), {"hresult": 1, "text": "text", "details": ("details",)})

    def test_wrong_arguments(self):
        for args in ((), (1,), (1, 2), (1, 2, 3, 4)):
            self.assertError(TypeError, f"COMError() takes exactly 3 arguments ({len(args)} given)", COMError, *args)
        self.assertError(TypeError, "_ctypes.COMError() takes no keyword arguments", lambda: COMError(1, 2, details=3))

    def test_subclasses(self):
        class Own(COMError):
            def __init__(self, number):
                super().__init__(number, "own", None)

        with self.assertRaises(COMError) as caught:
            raise Own(7)
        self.assertEqual((caught.exception.hresult, caught.exception.text), (7, "own"))

    def test_copies(self):
        error = COMError(1, "text", None)
        for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
            self.assertEqual((type(other), other.args, other.hresult), (COMError, error.args, 1))


class Package(TestCase):
    def test_server(self):
        # The package asks comtypes, if that is there.
        if "comtypes" not in sys.modules:
            self.assertEqual(ctypes.DllCanUnloadNow(), S_OK)
            # CLASS_E_CLASSNOTAVAILABLE
            self.assertEqual(ctypes.DllGetClassObject(0, 0, 0), -2147221231)


if __name__ == "__main__":
    unittest.main()
