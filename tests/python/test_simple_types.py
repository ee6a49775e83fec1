"""The simple types: sizes, defaults, stored values, conversions, what each refuses."""
import ctypes
import math
import struct
import sys
import unittest
from ctypes import (
    alignment, c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int, c_int8, c_int16, c_int32,
    c_int64, c_long, c_longdouble, c_longlong, c_short, c_size_t, c_ssize_t, c_ubyte, c_uint,
    c_uint8, c_uint16, c_uint32, c_uint64, c_ulong, c_ulonglong, c_ushort, c_void_p, c_wchar,
    c_wchar_p, py_object, sizeof,
)

from support import OURS, PY314, WIDE_CHARACTER, WINDOWS, TestCase, echo_object, function

SIGNED = [c_byte, c_short, c_int, c_long, c_longlong]
UNSIGNED = [c_ubyte, c_ushort, c_uint, c_ulong, c_ulonglong]
FLOATS = [c_float, c_double, c_longdouble]
C_NAMES = {
    "byte": c_byte, "ubyte": c_ubyte, "short": c_short, "ushort": c_ushort, "int": c_int,
    "uint": c_uint, "long": c_long, "ulong": c_ulong, "longlong": c_longlong,
    "ulonglong": c_ulonglong, "float": c_float, "double": c_double, "longdouble": c_longdouble,
    "bool": c_bool, "char": c_char, "wchar": c_wchar, "char_p": c_char_p, "wchar_p": c_wchar_p,
    "void_p": c_void_p, "size_t": c_size_t, "ssize_t": c_ssize_t, "py_object": py_object,
}


def limits(ctype):
    bits = 8 * sizeof(ctype)
    return (-1 << bits - 1, (1 << bits - 1) - 1) if ctype in SIGNED else (0, (1 << bits) - 1)


class Sizes(TestCase):
    def test_size_and_alignment_are_the_compilers(self):
        for name, ctype in C_NAMES.items():
            with self.subTest(name):
                self.assertEqual(sizeof(ctype), function(f"sizeof_{name}", c_size_t)())
                self.assertEqual(alignment(ctype), function(f"field_alignof_{name}", c_size_t)())
                self.assertEqual(sizeof(ctype()), sizeof(ctype))
                self.assertEqual(alignment(ctype()), alignment(ctype))

    def test_sized_names(self):
        for ctype, size in [(c_int8, 1), (c_uint8, 1), (c_int16, 2), (c_uint16, 2), (c_int32, 4),
                            (c_uint32, 4), (c_int64, 8), (c_uint64, 8)]:
            self.assertEqual(sizeof(ctype), size)
        self.assertEqual(ctypes.c_time_t().value, 0)
        self.assertEqual(c_size_t(-1).value, 2 * sys.maxsize + 1)
        self.assertEqual(c_ssize_t(-1).value, -1)

    def test_type_codes(self):
        codes = {c_byte: "b", c_ubyte: "B", c_short: "h", c_ushort: "H", c_int: "i", c_uint: "I",
                 c_float: "f", c_double: "d", c_longdouble: "g", c_bool: "?", c_char: "c",
                 c_wchar: "u", c_char_p: "z", c_wchar_p: "Z", c_void_p: "P", py_object: "O"}
        for ctype, code in codes.items():
            # Where int and long are twins, int goes by long's code; so do the two long floats.
            self.assertIn(ctype._type_, (code, {"i": "l", "I": "L", "g": "d"}.get(code)))
        for ctype, code in [(c_byte, "b"), (c_ushort, "H"), (c_float, "f"), (c_double, "d")]:
            self.assertEqual(sizeof(ctype), struct.calcsize(code))


class Integers(TestCase):
    def test_default_is_zero(self):
        for ctype in SIGNED + UNSIGNED:
            self.assertEqual(ctype().value, 0)

    def test_wraps_around(self):
        for ctype in SIGNED + UNSIGNED:
            low, high = limits(ctype)
            for value in (low, high, 0, 1):
                self.assertEqual(ctype(value).value, value)
            self.assertEqual(ctype(high + 1).value, low)
            self.assertEqual(ctype(low - 1).value, high)
            self.assertEqual(ctype((high + 1) * 2 ** 70 + 5).value, 5)
            self.assertEqual(ctype(-(2 ** 200) + 3).value, 3)

    def test_around_the_edges_of_64_bits(self):
        echo = function("echo_ulonglong", c_ulonglong, c_ulonglong)
        edges = [sign * 2 ** power for sign in (1, -1) for power in (0, 31, 32, 62, 63, 64, 65, 128)]
        for value in [edge + more for edge in edges for more in (-1, 0, 1)]:
            expected = value % 2 ** 64
            self.assertEqual(c_uint64(value).value, expected)
            self.assertEqual(c_int64(value).value, expected - (expected >> 63 << 64))
            self.assertEqual(c_uint32(value).value, expected % 2 ** 32)
            self.assertEqual(echo(value), expected)
            self.assertEqual(c_double(value).value, float(value))

    def test_accepts_what_has_index(self):
        class Index:
            def __index__(self):
                return 77

        for ctype in SIGNED + UNSIGNED:
            self.assertEqual(ctype(Index()).value, 77)
            self.assertEqual(ctype(True).value, 1)
            self.assertIs(type(ctype(True).value), int)

    def test_int_protocol_is_not_enough(self):
        class Int:
            def __int__(self):
                return 1

        self.assertError(TypeError, "'Int' object cannot be interpreted as an integer", c_int,
                         Int())

    def test_refuses(self):
        for ctype in SIGNED + UNSIGNED:
            for wrong in ("1", b"1", 1.0, None, 1j, []):
                name = type(wrong).__name__
                text = f"'{name}' object cannot be interpreted as an integer"
                self.assertError(TypeError, text, ctype, wrong)
                self.assertError(TypeError, text, setattr, ctype(), "value", wrong)

    def test_error_in_index_comes_through(self):
        class Broken:
            def __index__(self):
                raise KeyError("inside")

        cell = c_int(3)
        self.assertError(KeyError, "'inside'", setattr, cell, "value", Broken())
        self.assertEqual(cell.value, 3)

    def test_memory(self):
        for ctype in SIGNED + UNSIGNED:
            pattern = bytes(range(1, sizeof(ctype) + 1))
            signed = ctype in SIGNED
            self.assertEqual(ctype.from_buffer_copy(pattern).value,
                             int.from_bytes(pattern, sys.byteorder, signed=signed))
            self.assertEqual(bytes(ctype(-2 if signed else 2)),
                             (-2 if signed else 2).to_bytes(sizeof(ctype), sys.byteorder,
                                                            signed=signed))

    def test_arithmetic_in_c(self):
        for name in "byte ubyte short ushort int uint long ulong longlong ulonglong".split():
            ctype = C_NAMES[name]
            low, high = limits(ctype)
            self.assertEqual(function(f"add_{name}", ctype, ctype, ctype)(high, 1), low)
            self.assertEqual(function(f"echo_{name}", ctype, ctype)(low), low)
            self.assertEqual(function(f"echo_{name}", ctype, ctype)(low - 1), high)


class Floats(TestCase):
    def test_values(self):
        for ctype in FLOATS:
            self.assertEqual(ctype().value, 0.0)
            for value in (0.5, -1.25, 2.0 ** 100, 3, True):
                self.assertEqual(ctype(value).value, value)
                self.assertIs(type(ctype(value).value), float)
            self.assertTrue(math.isnan(ctype(math.nan).value))
            self.assertEqual(ctype(-math.inf).value, -math.inf)
            self.assertEqual(math.copysign(1, ctype(-0.0).value), -1)

    def test_float_rounds_and_overflows(self):
        self.assertEqual(c_float(0.1).value, struct.unpack("f", struct.pack("f", 0.1))[0])
        self.assertEqual(c_float(1e300).value, math.inf)
        self.assertEqual(c_float(1e-300).value, 0.0)
        self.assertTrue(function("float_is_infinite", c_bool, c_float)(-1e300))

    def test_conversion_protocols(self):
        class Float:
            def __float__(self):
                return 2.5

        class Index:
            def __index__(self):
                return 7

        for ctype in FLOATS:
            self.assertEqual(ctype(Float()).value, 2.5)
            self.assertEqual(ctype(Index()).value, 7.0)
            for wrong in ("1", b"1", None, 1j, []):
                name = type(wrong).__name__
                self.assertError(TypeError, f"must be real number, not {name}", ctype, wrong)
            self.assertError(OverflowError, "int too large to convert to float", ctype, 10 ** 400)

    def test_bits(self):
        self.assertEqual(function("float_bits", c_uint32, c_float)(1.0), 0x3F800000)
        self.assertEqual(function("double_bits", c_uint64, c_double)(-0.0), 1 << 63)
        self.assertEqual(bytes(c_double(1.5)), struct.pack("d", 1.5))


class Booleans(TestCase):
    def test_truth_of_anything(self):
        for value in (1, 2, -1, "x", [0], 0.5, object()):
            self.assertIs(c_bool(value).value, True)
        for value in (0, "", [], None, 0.0):
            self.assertIs(c_bool(value).value, False)

    def test_memory(self):
        self.assertEqual(bytes(c_bool(256)), b"\x01")
        self.assertIs(c_bool.from_buffer_copy(b"\x02").value, True)

    def test_error_in_bool_comes_through(self):
        class Broken:
            def __bool__(self):
                raise KeyError("inside")

        self.assertError(KeyError, "'inside'", c_bool, Broken())


class Characters(TestCase):
    def test_char(self):
        self.assertEqual(c_char().value, b"\0")
        self.assertEqual(c_char(b"x").value, b"x")
        self.assertEqual(c_char(bytearray(b"x")).value, b"x")
        self.assertEqual(c_char(120).value, b"x")
        self.assertEqual(c_char(255).value, b"\xff")

    def test_one_byte_is_one_object(self):
        for byte in (b"\0", b"x", b"\xff"):
            self.assertIs(c_char(byte).value, c_char(byte).value)
            self.assertIs((c_char * 2)(byte, byte)[1], c_char(byte).value)
            self.assertIs(function("echo_char", c_char, c_char)(byte), c_char(byte).value)
        self.assertIs(c_wchar("x").value, c_wchar("x").value)

    @unittest.skipUnless(OURS, "CPython has no other object for the byte")
    def test_what_c_writes_into_one_byte(self):
        held = c_char(b"%").value
        ctypes.memset(held, ord("&"), 1)
        self.assertEqual(held, b"&")
        self.assertEqual([c_char(byte).value for byte in (b"%", b"&")], [b"%", b"&"])

    def test_char_refuses(self):
        general = "one character bytes, bytearray" + (
            ", or an integer in range(256) expected, not " if PY314 else
            " or integer expected")
        for wrong, tail in [(b"ab", "bytes of length 2"), (b"", "bytes of length 0"),
                            (bytearray(b"abc"), "bytearray of length 3"), ("a", "str"),
                            (1.5, "float"), (None, "NoneType")]:
            self.assertError(TypeError, general + tail if PY314 else general, c_char, wrong)
        for wrong in (-1, 256, 2 ** 100):
            self.assertError(TypeError, "integer not in range(256)" if PY314 else general, c_char,
                             wrong)

    def test_wchar(self):
        self.assertEqual(c_wchar().value, "\0")
        for text in ("x", "ä", "€", WIDE_CHARACTER):
            self.assertEqual(c_wchar(text).value, text)
            self.assertEqual(function("echo_wchar", c_wchar, c_wchar)(text), text)

    def test_wchar_refuses(self):
        for wrong in ("", "ab"):
            text = (f"a unicode character expected, not a string of length {len(wrong)}" if PY314
                    else "one character unicode string expected")
            self.assertError(TypeError, text, c_wchar, wrong)
        for wrong in (b"a", 97, None):
            name = type(wrong).__name__
            text = (f"a unicode character expected, not instance of {name}" if PY314
                    else f"unicode string expected instead of {name} instance")
            self.assertError(TypeError, text, c_wchar, wrong)

    @unittest.skipIf(WINDOWS, "every 16 bits are a character or half of one")
    def test_surrogates_and_invalid_code_points(self):
        self.assertEqual(c_wchar("\ud800").value, "\ud800")
        with self.assertRaises(ValueError):
            c_wchar.from_buffer_copy((0x110000).to_bytes(4, sys.byteorder)).value


class Objects(TestCase):
    def test_py_object(self):
        thing = object()
        cell = py_object(thing)
        self.assertIs(cell.value, thing)
        cell.value = None
        self.assertIs(cell.value, None)
        self.assertIs(echo_object(thing), thing)

    def test_null(self):
        self.assertError(ValueError, "PyObject is NULL", lambda: py_object().value)
        self.assertEqual(repr(py_object()), "py_object(<NULL>)")

    @unittest.skipUnless(PY314, "3.14 made py_object generic")
    def test_generic_alias(self):
        self.assertEqual(str(py_object[int]), "ctypes.py_object[int]")


class DerivedNumbers(TestCase):
    def test_float(self):
        class Derived(float):
            def __float__(self):
                return 9.0

        for ctype in (ctypes.c_float, ctypes.c_double, ctypes.c_longdouble, ctypes.c_double.__ctype_be__):
            self.assertEqual(ctype(Derived(1.5)).value, 1.5)

    @unittest.skipUnless(hasattr(ctypes, "c_double_complex"), "no complex types")
    def test_complex(self):
        class Derived(complex):
            def __complex__(self):
                return 9j

        self.assertEqual(ctypes.c_double_complex(Derived(1j)).value, 1j)


if __name__ == "__main__":
    unittest.main()
