"""Subclasses of the simple types, and new simple types: what stays boxed and where."""
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_bool, c_char_p, c_double, c_int, c_short, c_void_p, pointer,
    py_object, sizeof,
)
from _ctypes import _SimpleCData

from support import PY314, TestCase, function


class Number(c_int):
    def doubled(self):
        return 2 * self.value


class Handle(c_void_p):
    pass


class Defining(TestCase):
    def define(self, **namespace):
        return type(_SimpleCData)("New", (_SimpleCData,), namespace)

    def test_new_types(self):
        New = self.define(_type_="i")
        self.assertEqual(repr(New(5)), "New(5)")
        self.assertEqual(sizeof(New), sizeof(c_int))
        self.assertIs(New.__ctype_le__.__ctype_le__, New.__ctype_le__)

    def test_bad_type_codes(self):
        text = "class must define a '_type_' attribute"
        self.assertError(AttributeError, text, self.define)
        for code in ("", "ii"):
            self.assertError(ValueError, text + " which must be a string of length 1", self.define,
                             _type_=code)
        for code in (5, None, b"i"):
            self.assertError(TypeError, "class must define a '_type_' string attribute",
                             self.define, _type_=code)
        for code in "xy\0 1é":
            with self.assertRaises((ValueError, AttributeError)):
                self.define(_type_=code)
        with self.assertRaises(AttributeError) as caught:
            self.define(_type_="x")
        self.assertTrue(str(caught.exception).startswith(
            text + " which must be\na single character string containing one of "
            + ("the\nsupported types: 'cbBhHiIlL" if PY314 else "'cbBhHiIlL")))

    def test_abstract(self):
        self.assertError(TypeError, "abstract class", _SimpleCData)

    def test_subclass_with_another_code(self):
        class Narrow(c_int):
            _type_ = "h"

        self.assertEqual((sizeof(Narrow), Narrow(70000).value), (2, 70000 - 65536))

    def test_inherits(self):
        self.assertEqual(Number._type_, c_int._type_)
        self.assertEqual(Number(21).doubled(), 42)
        self.assertEqual(Number(2 ** 40 + 3).value, 3)
        self.assertTrue(issubclass(Number, c_int))

    def test_repr(self):
        self.assertRegex(repr(Number(5)), r"<.*Number object at 0x[0-9A-Fa-f]+>")
        self.assertEqual(repr(c_int(5)), f"{c_int.__name__}(5)")

    def test_own_init_and_new(self):
        class Doubled(c_int):
            def __init__(self, value):
                c_int.__init__(self, 2 * value)

        class Fixed(c_int):
            def __new__(cls):
                self = c_int.__new__(cls)
                self.value = 7
                return self

        self.assertEqual((Doubled(5).value, Fixed().value), (10, 7))


class Boxed(TestCase):
    def test_field(self):
        class Record(Structure):
            _fields_ = [("plain", c_int), ("number", Number), ("handle", Handle)]

        record = Record(1, 2)
        self.assertIs(type(record.plain), int)
        self.assertIs(type(record.number), Number)
        self.assertEqual(record.number.doubled(), 4)
        view = record.number
        view.value = 9
        self.assertEqual(record.number.value, 9)
        record.number = 10
        self.assertEqual(view.value, 10)
        record.number = Number(11)
        self.assertEqual(view.value, 11)
        self.assertIs(record.handle.value, None)
        record.handle = Handle(5)
        self.assertEqual(record.handle.value, 5)
        record.handle = 6
        self.assertEqual(record.handle.value, 6)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer", setattr,
                         record, "number", "x")

    def test_array_items(self):
        array = (Number * 3)(1, Number(2))
        self.assertEqual([type(item) for item in array], [Number] * 3)
        self.assertEqual([item.value for item in array], [1, 2, 0])
        array[0].value = 5
        self.assertEqual(array[0].value, 5)
        array[1:3] = [7, Number(8)]
        self.assertEqual([item.value for item in array[:]], [5, 7, 8])

    def test_pointer_items(self):
        number = Number(5)
        p = pointer(number)
        self.assertIs(type(p[0]), Number)
        self.assertIs(type(p.contents), Number)
        p[0] = 6
        self.assertEqual(number.value, 6)

    def test_results_and_callback_arguments(self):
        self.assertIs(type(function("negate_int", Number, c_int)(5)), Number)
        seen = []
        prototype = CFUNCTYPE(c_int, Number)

        def callback(number):
            seen.append(number)
            return number.doubled()

        self.assertEqual(prototype(callback)(21), 42)
        self.assertEqual([(type(n), n.value) for n in seen], [(Number, 21)])

    def test_value_is_plain(self):
        self.assertIs(type(Number(5).value), int)
        self.assertIs(type(type("B", (c_bool,), {})(5).value), bool)


class Conversions(TestCase):
    def test_assignment_between_types(self):
        class Record(Structure):
            _fields_ = [("plain", c_int), ("number", Number), ("text", c_char_p)]

        record = Record()
        record.plain = Number(5)  # a subclass instance fits where its base does
        record.number = Number(6)
        self.assertEqual((record.plain, record.number.value), (5, 6))
        with self.assertRaises(TypeError):
            record.number = c_int(6)
        with self.assertRaises(TypeError):
            record.plain = c_short(6)
        record.text = type("Text", (c_char_p,), {})(b"sub")
        self.assertEqual(record.text, b"sub")

    def test_arguments(self):
        self.assertEqual(function("negate_int", c_int, c_int)(Number(5)), -5)
        self.assertEqual(function("negate_int", c_int, Number)(5), -5)
        self.assertEqual(function("negate_int", c_int, Number)(Number(5)), -5)
        with self.assertRaises(Exception):
            function("negate_int", c_int, Number)(c_int(5))

    def test_pointers(self):
        increment = function("increment", c_int, POINTER(c_int))
        number = Number(5)
        self.assertEqual((increment(number), increment(pointer(number))), (6, 7))
        with self.assertRaises(Exception):
            function("increment", c_int, POINTER(Number))(c_int(5))

    def test_truth(self):
        self.assertEqual((bool(Number()), bool(Number(1)), bool(Handle())), (False, True, False))
        self.assertEqual([bool(c(v)) for c, v in [(c_double, 0.0), (c_double, 0.5), (c_char_p, b""),
                                                  (py_object, None), (c_bool, 0)]],
                         [False, True, True, True, False])
        self.assertFalse(py_object())


if __name__ == "__main__":
    unittest.main()
