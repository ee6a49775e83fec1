"""What pointers accept beyond their own instances: from_param, fields, POINTER(c_char), casts."""
import sys
import unittest
import warnings
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, SetPointerType, Structure, addressof, byref, c_byte, c_char,
    c_char_p, c_int, c_short, c_size_t, c_ubyte, c_void_p, c_wchar, c_wchar_p, cast,
    create_string_buffer, create_unicode_buffer, pointer, sizeof,
)
from _ctypes import _Pointer

from support import PY314, TestCase, function

IntPointer = POINTER(c_int)
INT = c_int.__name__


class Number(c_int):
    pass


class FromParam(TestCase):
    def test_accepts(self):
        increment = function("increment", c_int, IntPointer)
        number = c_int(5)
        array = (c_int * 2)(10)
        self.assertEqual(increment(number), 6)
        self.assertEqual(increment(byref(number)), 7)
        self.assertEqual(increment(pointer(number)), 8)
        self.assertEqual(increment(array), 11)
        self.assertEqual(increment(Number(1)), 2)
        self.assertEqual(increment(pointer(Number(2))), 3)
        self.assertEqual(increment(None), -1)
        self.assertEqual((number.value, array[0]), (8, 11))

    def test_byref_with_offset(self):
        array = (c_int * 3)(1, 2, 3)
        first = c_int.from_buffer(array)
        function("increment", c_int, IntPointer)(byref(first, 2 * sizeof(c_int)))
        self.assertEqual(array[:], [1, 2, 4])

    def test_results(self):
        p = pointer(c_int())
        self.assertIs(IntPointer.from_param(p), p)
        self.assertIs(IntPointer.from_param(None), None)
        array = (c_int * 2)()
        self.assertIs(IntPointer.from_param(array), array)
        self.assertRegex(repr(IntPointer.from_param(c_int())), r"<cparam 'P' \(0x[0-9a-f]+\)>")

    def test_refuses(self):
        class Holder:
            _as_parameter_ = c_short()

        for wrong, name in [(5, "int"), ("x", "str"), (c_short(), "c_short"),
                            ((c_short * 2)(), "c_short_Array_2"),
                            (POINTER(c_short)(), "LP_c_short"),
                            (byref(c_short()), "pointer to c_short"),
                            (c_void_p(), "c_void_p"), (Holder(), "c_short")]:
            self.assertError(TypeError, f"expected LP_{INT} instance instead of {name}",
                             IntPointer.from_param, wrong)


class CharPointers(TestCase):
    def test_bytes_and_buffers(self):
        length = function("byte_length", c_size_t, POINTER(c_char))
        self.assertEqual(length(b"four"), 4)
        self.assertEqual(length(create_string_buffer(b"five5")), 5)
        self.assertEqual(length(c_char_p(b"six")), 3)
        self.assertEqual(length(byref(c_char(0))), 0)
        self.assertEqual(length(pointer(c_char(0))), 0)
        self.assertEqual(length(None), 2 * sys.maxsize + 1)

    def test_wide(self):
        length = function("wide_length", c_size_t, POINTER(c_wchar))
        self.assertEqual(length("vier"), 4)
        self.assertEqual(length(create_unicode_buffer("fünf5")), 5)
        self.assertEqual(length(c_wchar_p("six")), 3)

    def test_refuses(self):
        for ctype, wrongs in [
                (POINTER(c_char), ["x", 5, c_char(), bytearray(b"x"), (c_byte * 2)()]),
                (POINTER(c_wchar), [b"x", 5, c_wchar(), (c_short * 2)()])]:
            target = "c_char_p" if ctype is POINTER(c_char) else "c_wchar_p"
            for wrong in wrongs:
                self.assertError(TypeError, f"'{type(wrong).__name__}' object cannot be "
                                 f"interpreted as ctypes.{target}", ctype.from_param, wrong)

    def test_initialiser_takes_no_bytes(self):
        self.assertError(TypeError, "expected c_char instead of bytes", POINTER(c_char), b"x")


class Fields(TestCase):
    class Record(Structure):
        _fields_ = [("numbers", IntPointer), ("text", POINTER(c_char))]

    def test_accepts(self):
        record = self.Record()
        self.assertFalse(record.numbers)
        record.numbers = pointer(c_int(5))
        self.assertEqual(record.numbers[0], 5)
        record.numbers = (c_int * 3)(1, 2, 3)
        self.assertEqual(record.numbers[:3], [1, 2, 3])
        record.text = create_string_buffer(b"abc")
        self.assertEqual(record.text[:3], b"abc")
        record.numbers = None
        self.assertFalse(record.numbers)

    def test_refuses(self):
        record = self.Record()
        expected = f"expected LP_{INT} instance, got "
        for wrong, name in [(5, "int"), ("x", "str"), (byref(c_int()), "_ctypes.CArgObject")]:
            self.assertError(TypeError, expected + name, setattr, record, "numbers", wrong)
        for wrong in (c_int(4), pointer(c_short(4)), (c_short * 3)(), c_void_p(1)):
            self.assertError(TypeError, f"incompatible types, {type(wrong).__name__} instance "
                             f"instead of LP_{INT} instance", setattr, record, "numbers", wrong)
        self.assertError(TypeError, "expected LP_c_char instance, got bytes", setattr, record,
                         "text", b"abc")
        self.assertError(TypeError, "incompatible types, c_char_p instance instead of LP_c_char "
                         "instance", setattr, record, "text", c_char_p(b"x"))


class Cast(TestCase):
    def test_sources(self):
        array = (c_int * 3)(1, 2, 3)
        for source in (array, pointer(array), addressof(array), byref(array), c_void_p(addressof(
                array)), cast(array, c_void_p)):
            self.assertEqual(cast(source, IntPointer)[:3], [1, 2, 3])
        self.assertEqual(cast(b"abc", c_char_p).value, b"abc")
        self.assertEqual(cast(create_unicode_buffer("abc"), c_wchar_p).value, "abc")
        self.assertIs(cast(None, c_void_p).value, None)

    def test_targets(self):
        array = (c_int * 3)(1, 2, 3)
        self.assertEqual(cast(array, c_void_p).value, addressof(array))
        self.assertEqual(bytes(cast(array, POINTER(c_ubyte))[:12]), bytes(array))
        self.assertEqual(cast(array, POINTER(c_int * 2)).contents[:], [1, 2])
        callback = CFUNCTYPE(c_int)(lambda: 5)
        self.assertEqual(cast(cast(callback, c_void_p), CFUNCTYPE(c_int))(), 5)

    def test_refuses(self):
        array = (c_int * 3)()
        for target, name in [(c_int, INT), (c_int * 3, type(array).__name__),
                             (array, type(array).__name__),
                             (type("S", (Structure,), {}), "S")]:
            self.assertError(TypeError, "cast() argument 2 must be a pointer type, not " + name,
                             cast, array, target)
        for target in (5, "x", int, None):
            self.assertError(TypeError, "cast() argument 2 must be a pointer type", cast, array,
                             target)
        for source in (1.5, c_int(5), object()):
            self.assertError(ArgumentError, "argument 1: TypeError: "
                             f"'{type(source).__name__}' object cannot be interpreted as "
                             "ctypes.c_void_p", cast, source, IntPointer)


class Incomplete(TestCase):
    def test_set_type(self):
        class Lazy(_Pointer):
            pass

        self.assertError(TypeError, "Cannot create instance: has no _type_", Lazy)
        self.assertFalse(hasattr(Lazy, "_type_"))
        Lazy.set_type(c_int)
        self.assertIs(Lazy._type_, c_int)
        self.assertEqual(Lazy(c_int(5))[0], 5)
        self.assertError(TypeError, "_type_ must be a type", Lazy.set_type, 5)

    def test_bad_type_attribute(self):
        self.assertError(TypeError, "_type_ must be a type", type(_Pointer), "P", (_Pointer,),
                         {"_type_": 5})
        self.assertError(TypeError, "<class 'int'> must have storage info" if PY314 else
                         "_type_ must have storage info", type(_Pointer), "P", (_Pointer,),
                         {"_type_": int})

    def test_named(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            NodePointer = POINTER("Node")
            if PY314:
                self.assertIs(POINTER("Node"), NodePointer)

            class Node(Structure):
                _fields_ = [("value", c_int), ("next", NodePointer)]

            SetPointerType(NodePointer, Node)
        if PY314:
            self.assertEqual({w.category for w in caught}, {DeprecationWarning})
            self.assertIn("POINTER with string", str(caught[0].message))
        self.assertEqual(NodePointer.__name__, "LP_Node")
        second = Node(2)
        first = Node(1, NodePointer(second))
        self.assertEqual(first.next.contents.value, 2)
        self.assertFalse(second.next)


if __name__ == "__main__":
    unittest.main()
