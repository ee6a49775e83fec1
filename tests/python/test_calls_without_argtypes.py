"""Calls without `argtypes`: what Python objects become on their own, and what does not."""
import unittest
from ctypes import (
    ArgumentError, Structure, byref, c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int,
    c_long, c_longdouble, c_longlong, c_short, c_size_t, c_ubyte, c_uint, c_void_p, c_wchar,
    c_wchar_p, create_string_buffer, create_unicode_buffer, pointer, sizeof,
)

from support import TestCase, clib


def bare(name, restype=c_int):
    result = clib[name]
    result.restype = restype
    return result


class Converted(TestCase):
    def test_integers(self):
        echo = bare("echo_int")
        for value in (0, 1, -1, 2 ** 31 - 1, -2 ** 31, True):
            self.assertEqual(echo(value), value)
        self.assertEqual(echo(2 ** 31), -2 ** 31)

    @unittest.skipUnless(sizeof(c_long) == 8, "the range is that of long")
    def test_wide_integers_lose_their_upper_half(self):
        echo = bare("echo_int")
        self.assertEqual(echo(2 ** 32 + 5), 5)
        self.assertEqual(echo(2 ** 63), 0)
        for value in (2 ** 64, -2 ** 63 - 1, 2 ** 100):
            self.assertError(ArgumentError, "argument 1: OverflowError: int too long to convert",
                             echo, value)

    def test_none_is_null(self):
        self.assertIs(bare("is_null", c_bool)(None), True)
        self.assertIs(bare("is_null", c_bool)(c_void_p()), True)

    def test_strings(self):
        self.assertEqual(bare("byte_length")(b"four"), 4)
        self.assertEqual(bare("wide_length")("f\u00fcnf5"), 5)
        self.assertEqual(bare("byte_length")(b""), 0)
        self.assertEqual(bare("byte_length")(create_string_buffer(b"abc")), 3)
        self.assertEqual(bare("wide_length")(create_unicode_buffer("abc")), 3)
        self.assertEqual(bare("byte_length")(c_char_p(b"abc")), 3)
        self.assertEqual(bare("wide_length")(c_wchar_p("abc")), 3)

    def test_ctypes_instances(self):
        for name, value, expected in [
                ("byte", c_byte(-1), -1), ("ubyte", c_ubyte(255), 255), ("short", c_short(-2), -2),
                ("int", c_int(-3), -3), ("uint", c_uint(2 ** 32 - 1), 2 ** 32 - 1),
                ("char", c_char(b"\xff"), 255), ("bool", c_bool(True), 1),
                ("wchar", c_wchar("€"), 0x20AC)]:
            self.assertEqual(bare(f"widen_{name}", c_longlong)(value), expected)
        self.assertEqual(bare("echo_longlong", c_longlong)(c_longlong(2 ** 40)), 2 ** 40)
        self.assertEqual(bare("echo_double", c_double)(c_double(1.5)), 1.5)
        self.assertEqual(bare("echo_float", c_float)(c_float(1.5)), 1.5)
        self.assertEqual(bare("echo_longdouble", c_longdouble)(c_longdouble(1.5)), 1.5)

    def test_pointers_arrays_and_references(self):
        number = c_int(5)
        increment = bare("increment")
        self.assertEqual((increment(byref(number)), increment(pointer(number))), (6, 7))
        array = (c_int * 2)(10)
        self.assertEqual(increment(array), 11)
        self.assertEqual((number.value, array[0]), (7, 11))

    def test_structures_are_passed_by_value(self):
        class Pair(Structure):
            _fields_ = [("a", c_float), ("b", c_float)]

        add = bare("add_f32x2", Pair)
        result = add(Pair(1, 2), Pair(10, 20))
        self.assertEqual((result.a, result.b), (11, 22))

    def test_as_parameter(self):
        class Holder:
            def __init__(self, value):
                self._as_parameter_ = value

        echo = bare("echo_int")
        self.assertEqual(echo(Holder(5)), 5)
        self.assertEqual(echo(Holder(c_short(6))), 6)
        self.assertEqual(echo(Holder(Holder(7))), 7)
        self.assertEqual(bare("byte_length")(Holder(b"abc")), 3)
        self.assertError(ArgumentError, "argument 1: TypeError: Don't know how to convert "
                         "parameter 1", echo, Holder(1.5))

    def test_from_param_results(self):
        self.assertEqual(bare("echo_double", c_double)(c_double.from_param(2)), 2.0)
        self.assertEqual(bare("byte_length")(c_char_p.from_param(b"abc")), 3)
        self.assertEqual(bare("widen_byte")(c_byte.from_param(255)), -1)


class Refused(TestCase):
    def test_what_has_no_obvious_c_type(self):
        echo = bare("echo_int")
        for wrong in (1.5, [], (), {}, object(), 1j, bytearray(b"x"), c_int, int, range(3)):
            self.assertError(ArgumentError, "argument 1: TypeError: Don't know how to convert "
                             "parameter 1", echo, wrong)
        self.assertError(ArgumentError, "argument 3: TypeError: Don't know how to convert "
                         "parameter 3", echo, 1, 2, 3.0)

    def test_index_protocol_is_not_used(self):
        class Index:
            def __index__(self):
                return 5

        with self.assertRaises(ArgumentError):
            bare("echo_int")(Index())

    def test_int_subclasses_are_integers(self):
        class Number(int):
            pass

        self.assertEqual(bare("echo_int")(Number(5)), 5)

    def test_error_in_as_parameter(self):
        class Broken:
            @property
            def _as_parameter_(self):
                raise KeyError("inside")

        self.assertError(ArgumentError, "argument 1: KeyError: 'inside'", bare("echo_int"),
                         Broken())


class Counts(TestCase):
    def test_any_number(self):
        self.assertEqual(bare("no_arguments")() - bare("no_arguments")(), 0)
        self.assertEqual(bare("echo_int")(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 1)

    def test_extra_arguments_beyond_argtypes(self):
        add = clib["add_int"]
        add.argtypes = [c_int]
        self.assertEqual(add(1, 2), 3)
        self.assertError(ArgumentError, "argument 2: TypeError: Don't know how to convert "
                         "parameter 2", add, 1, 2.0)

    def test_sizes(self):
        self.assertEqual(bare("byte_sum")(b"\x01\x02\x03", c_size_t(3)), 6)
        self.assertEqual(bare("compare_bytes")(b"abc", b"abd", 2), 0)


if __name__ == "__main__":
    unittest.main()
