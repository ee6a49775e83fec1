"""Every operation with every kind of value: an exception at worst, never a crash."""
import _ctypes
import ctypes
import itertools
import unittest
import warnings
from ctypes import (
    CFUNCTYPE, POINTER, Array, Structure, Union, byref, c_bool, c_byte, c_char, c_char_p, c_double,
    c_float, c_int, c_longdouble, c_longlong, c_short, c_ubyte, c_void_p, c_wchar, c_wchar_p,
    py_object,
)

from support import OURS, TestCase, clib, function

SIMPLE = [c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int, c_longdouble, c_longlong,
          c_short, c_ubyte, c_void_p, c_wchar, c_wchar_p, py_object]


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_double)]


class Either(Union):
    _fields_ = [("a", c_int), ("b", c_double)]


AGGREGATES = [Pair, Either, c_int * 3, c_char * 3, c_wchar * 3, Pair * 2, POINTER(c_int),
              POINTER(Pair), POINTER(c_char), CFUNCTYPE(None), CFUNCTYPE(c_int, c_int)]


def hostile():
    """Values that some type refuses, some that every type refuses."""
    class Raises:
        def __getattr__(self, name):
            raise LookupError(name)

        def fail(self, *arguments):
            raise LookupError("called")

        __index__ = __int__ = __float__ = __bool__ = __len__ = __iter__ = __getitem__ = fail
        __eq__ = __str__ = __bytes__ = __complex__ = fail
        __hash__ = object.__hash__

    return [None, True, 0, -1, 2 ** 31, 2 ** 63, -2 ** 64, 10 ** 400, 1.5, float("nan"), 1j, "",
            "x", "xyz" * 100, "\ud800", b"", b"x", b"xyz" * 100, bytearray(b"x"),
            memoryview(b"x"), (), (1,), (1, 2, 3, 4, 5), [], [1], {}, set(), object(), int, c_int,
            Structure, Array, c_int(5), c_double(1), c_char(b"x"), Pair(), Either(),
            (c_int * 3)(), POINTER(c_int)(), lambda: None, Raises(), Ellipsis, slice(0, 1),
            range(3), ctypes, type, NotImplemented,
            # CPython 3.13 dies of a reference where a structure is expected.
            *([byref(c_int())] if OURS else [])]


EXPECTED = (TypeError, ValueError, OverflowError, IndexError, RuntimeError, AttributeError,
            LookupError, ctypes.ArgumentError, MemoryError, BufferError, OSError,
            AssertionError)  # the last from the package's own layout computation


class EveryCombination(TestCase):
    def setUp(self):
        warnings.simplefilter("ignore")

    def attempt(self, function, *arguments):
        try:
            function(*arguments)
        except EXPECTED:
            pass

    def test_construction(self):
        for ctype, value in itertools.product(SIMPLE + AGGREGATES, hostile()):
            if issubclass(ctype, ctypes._SimpleCData) or not isinstance(value, int):
                self.attempt(ctype, value)
            self.attempt(ctype, value, value)
            self.attempt(lambda: ctype(nothing=value))

    def test_from_param(self):
        for ctype, value in itertools.product(SIMPLE + AGGREGATES, hostile()):
            self.attempt(ctype.from_param, value)

    def test_class_methods(self):
        for ctype, value in itertools.product(SIMPLE + AGGREGATES, hostile()):
            self.attempt(ctype.from_buffer, value)
            self.attempt(ctype.from_buffer, bytearray(100), value)
            self.attempt(ctype.from_buffer_copy, value)
            self.attempt(ctype.from_buffer_copy, bytes(100), value)
            self.attempt(ctype.in_dll, value, "x")
            self.attempt(ctype.in_dll, clib, value)
            if not isinstance(value, int):
                self.attempt(ctype.from_address, value)
            if not isinstance(value, int) or abs(value) < 100:
                self.attempt(lambda: ctype * value)

    def test_value_items_and_attributes(self):
        for ctype, value in itertools.product(SIMPLE + AGGREGATES, hostile()):
            for name in ("value", "raw", "contents", "a", "_objects", "restype", "argtypes",
                         "errcheck", "__dict__"):
                self.attempt(setattr, ctype(), name, value)
            if not issubclass(ctype, ctypes._Pointer):
                self.attempt(lambda: ctype()[value])
                self.attempt(lambda: ctype().__setitem__(value, 1))
                self.attempt(lambda: ctype().__setitem__(0, value))
                self.attempt(lambda: ctype().__setitem__(slice(0, 1), value))
            else:
                target = ctype(ctype._type_())
                self.attempt(lambda: target.__setitem__(0, value))
                if not isinstance(value, (int, slice)):
                    self.attempt(lambda: target[value])

    def test_fields(self):
        for ctype, value in itertools.product(SIMPLE + AGGREGATES, hostile()):
            Holder = type(Structure)("Holder", (Structure,), {"_fields_": [("f", ctype)]})
            self.attempt(setattr, Holder(), "f", value)
            self.attempt(Holder, value)
            self.attempt(lambda: Holder(f=value))
            if OURS or not isinstance(value, (ctypes._SimpleCData, Structure, Union, Array,
                                              ctypes._Pointer)):
                self.attempt(Holder.f.__get__, value)
                self.attempt(Holder.f.__set__, value, value)

    def test_module_functions(self):
        safe = ["sizeof", "alignment", "addressof", "byref", "resize", "POINTER", "pointer",
                "cast", "create_string_buffer", "create_unicode_buffer", "set_errno",
                "string_at", "wstring_at", "ARRAY"]
        for name, value in itertools.product(safe, hostile()):
            if isinstance(value, int) or value is None:
                continue  # an address, or a size worth gigabytes
            for arguments in ((value,), (value, value), (c_int(), value), (value, c_int)):
                text = {"string_at": bytes, "wstring_at": str}.get(name, object)
                if text is not object and not (len(arguments) == 1 and isinstance(value, text)):
                    continue  # memory without a terminator
                self.attempt(getattr(ctypes, name), *arguments)
        for name, value in itertools.product(["dlopen", "dlsym", "dlclose", "buffer_info",
                                              "call_function", "_unpickle"], hostile()):
            # Windows' libraries are opened by other functions.
            if not isinstance(value, int) and hasattr(_ctypes, name):
                self.attempt(getattr(_ctypes, name), value)
                self.attempt(getattr(_ctypes, name), value, value)

    def test_class_definitions(self):
        for value in hostile():
            for base, names in [(Structure, ("_fields_", "_pack_", "_align_", "_anonymous_",
                                             "_layout_")),
                                (Array, ("_length_", "_type_")), (ctypes._SimpleCData, ("_type_",)),
                                (ctypes._Pointer, ("_type_",)),
                                (ctypes._CFuncPtr, ("_flags_", "_restype_", "_argtypes_"))]:
                good = {"_fields_": [("a", c_int)], "_length_": 2, "_type_": c_int, "_flags_": 1}
                for name in names:
                    if name == "_align_" and isinstance(value, int):
                        continue
                    namespace = {k: v for k, v in good.items() if k in names} | {name: value}
                    self.attempt(type(base), "New", (base,), namespace)
            for fields in ([value], [(value, c_int)], [("a", value)], [("a", c_int, value)]):
                self.attempt(type(Structure), "New", (Structure,), {"_fields_": fields})
                self.attempt(type(Union), "New", (Union,), {"_fields_": fields})

    def test_calls(self):
        for value in hostile():
            for argtype in (c_int, c_double, c_char_p, Pair, POINTER(c_int), c_void_p, py_object):
                echo = function("is_null", c_bool, argtype)
                self.attempt(echo, value)
            bare = clib["is_null"]
            self.attempt(bare, value)
            self.attempt(setattr, bare, "argtypes", value)
            self.attempt(setattr, bare, "argtypes", [value])
            self.attempt(setattr, bare, "restype", value)
            if not isinstance(value, int):
                self.attempt(CFUNCTYPE(c_int, c_int), value)


if __name__ == "__main__":
    unittest.main()
