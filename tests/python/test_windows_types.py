"""Windows: `long` of 32 bits, `wchar_t` of 16, `long double` as `double`, OLE's types, the layout of its compilers."""
from support import LIBRARY, TestCase, for_windows

for_windows()

import _ctypes

import ctypes
import sys
import unittest
from ctypes import (CDLL, CFUNCTYPE, HRESULT, POINTER, LittleEndianStructure, Structure, Union, byref, c_byte, c_char,
                    c_double, c_int, c_int16, c_int32, c_int64, c_long, c_longdouble, c_longlong, c_short, c_size_t,
                    c_ubyte, c_uint, c_ulong, c_void_p, c_wchar, c_wchar_p, cast, create_unicode_buffer, pointer, sizeof,
                    wintypes, wstring_at)

CLIB = CDLL(LIBRARY)
FACE = "\U0001f600"
HIGH, LOW = "\ud83d", "\ude00"


class Numbers(TestCase):
    def test_sizes(self):
        sizes = {c_long: 4, c_ulong: 4, c_int: 4, c_longlong: 8, c_size_t: 8, c_void_p: 8, c_wchar: 2, c_longdouble: 8,
                 HRESULT: 4, wintypes.VARIANT_BOOL: 2, wintypes.BOOL: 4, wintypes.DWORD: 4, wintypes.WPARAM: 8,
                 wintypes.HANDLE: 8, wintypes.LARGE_INTEGER: 8, ctypes.c_time_t: 8}
        self.assertEqual({kind: sizeof(kind) for kind in sizes}, sizes)
        self.assertEqual(_ctypes.SIZEOF_TIME_T, 8)

    def test_int_is_long(self):
        self.assertIs(c_int, c_long)
        self.assertIs(c_uint, c_ulong)
        self.assertEqual((c_int32, c_int64, c_int16), (c_long, c_longlong, c_short))
        self.assertEqual(c_long._type_, "l")

    def test_wrap_around(self):
        self.assertEqual(c_long(1 << 31).value, -(1 << 31))
        self.assertEqual(c_ulong(-1).value, 0xffffffff)
        self.assertEqual(CFUNCTYPE(c_long, c_long, c_ulong)(("long_sum", CLIB))(-5, 0xffffffff), -6)

    def test_formats(self):
        self.assertEqual(_ctypes.buffer_info(c_long), ("<l", 0, ()))
        self.assertEqual(_ctypes.buffer_info(c_ulong), ("<L", 0, ()))
        self.assertEqual(_ctypes.buffer_info(c_longlong), ("<q", 0, ()))
        self.assertEqual(memoryview((c_long * 3)(1, 2, 3)).format, "<l")
        self.assertEqual(memoryview((c_long * 3)(1, 2, 3)).tolist(), [1, 2, 3])

    def test_long_double(self):
        half = CFUNCTYPE(c_longdouble, c_longdouble)(("half", CLIB))
        self.assertEqual(half(3.0), 1.5)
        self.assertEqual(c_longdouble(0.1).value, 0.1)
        self.assertEqual(bytes(c_longdouble(0.1)), bytes(c_double(0.1)))

    def test_no_complex_types(self):
        for name in ("c_double_complex", "c_float_complex", "c_longdouble_complex"):
            self.assertFalse(hasattr(ctypes, name), name)
        for code in "DFG":
            with self.assertRaises(AttributeError) as caught:
                type("Complex", (_ctypes._SimpleCData,), {"_type_": code})
            self.assertIn("class must define a '_type_' attribute which must be", str(caught.exception))


class Characters(TestCase):
    def test_one_unit(self):
        self.assertEqual(c_wchar("\u20ac").value, "\u20ac")
        self.assertEqual(bytes(c_wchar("\u20ac")), "\u20ac".encode("utf-16-le"))
        # Half a character is one unit, a whole one is two.
        self.assertEqual(c_wchar(HIGH).value, HIGH)
        self.assertError(TypeError, f"the string {ascii(FACE)} cannot be converted to a single wchar_t character",
                         c_wchar, FACE)
        self.assertError(TypeError, "a unicode character expected, not a string of length 2", c_wchar, "ab")

    def test_buffers(self):
        buffer = create_unicode_buffer(f"a{FACE}b")
        self.assertEqual((len(buffer), sizeof(buffer)), (5, 10))
        self.assertEqual(buffer.value, f"a{FACE}b")
        self.assertEqual(buffer[:], f"a{FACE}b\0")
        self.assertEqual([buffer[0], buffer[1], buffer[2], buffer[3], buffer[4]], ["a", HIGH, LOW, "b", "\0"])
        self.assertEqual(buffer[1:2], HIGH)
        buffer[1] = "x"
        self.assertEqual(buffer.value, f"ax{LOW}b")
        self.assertError(ValueError, "string too long", setattr, buffer, "value", f"{FACE}{FACE}{FACE}")
        buffer.value = f"{FACE}{FACE}"
        self.assertEqual(buffer.value, f"{FACE}{FACE}")

    def test_buffers_of_a_size(self):
        buffer = create_unicode_buffer(FACE, 4)
        self.assertEqual((len(buffer), buffer.value), (4, FACE))
        exact = (c_wchar * 2)()
        exact.value = FACE
        self.assertEqual(exact.value, FACE)

    def test_wstring_at(self):
        buffer = create_unicode_buffer(f"{FACE}tail")
        self.assertEqual(wstring_at(buffer), f"{FACE}tail")
        self.assertEqual(wstring_at(buffer, 3), f"{FACE}t")
        self.assertEqual(wstring_at(buffer, 1), HIGH)
        self.assertEqual(wstring_at(ctypes.addressof(buffer) + 2, 2), f"{LOW}t")

    def test_pointers(self):
        text = c_wchar_p(f"{FACE}end")
        self.assertEqual(text.value, f"{FACE}end")
        units = cast(text, POINTER(c_wchar))
        self.assertEqual(units[0], HIGH)
        self.assertEqual(units[:3], f"{FACE}e")

    def test_calls(self):
        length = CFUNCTYPE(c_size_t, c_wchar_p)(("wide_length", CLIB))
        self.assertEqual(length(f"a{FACE}"), 3)
        self.assertEqual(length(HIGH), 1)
        self.assertEqual(CLIB.wide_length(f"{FACE}{FACE}"), 4)

    def test_in_structures(self):
        class Name(Structure):
            _fields_ = [("text", c_wchar * 4), ("pointer", c_wchar_p), ("one", c_wchar)]

        name = Name(FACE, f"{FACE}!", HIGH)
        self.assertEqual((name.text, name.pointer, name.one), (FACE, f"{FACE}!", HIGH))
        self.assertEqual(sizeof(Name), 24)

    def test_format(self):
        self.assertEqual(_ctypes.buffer_info(c_wchar), ("<u", 0, ()))


class Ole(TestCase):
    def test_variant_bool(self):
        self.assertEqual(wintypes.VARIANT_BOOL(True).value, True)
        self.assertEqual(bytes(wintypes.VARIANT_BOOL(True)), b"\xff\xff")
        self.assertEqual(bytes(wintypes.VARIANT_BOOL(False)), b"\0\0")
        self.assertEqual(bytes(wintypes.VARIANT_BOOL([5])), b"\xff\xff")
        self.assertIs(wintypes.VARIANT_BOOL.from_buffer_copy(b"\1\0").value, True)
        self.assertEqual(repr(wintypes.VARIANT_BOOL(1)), "VARIANT_BOOL(True)")


class SmallVariant(Structure):
    """As pyglet has it: a VARIANT takes 24 bytes."""
    _fields_ = [("vt", ctypes.c_ushort), ("reserved", ctypes.c_ushort * 3), ("value", c_wchar_p)]


class Variants(TestCase):
    def test_eight_bytes_too_small(self):
        variants = [SmallVariant(8, value="text") for _ in range(50)]
        for variant in variants:
            ctypes.windll.oleaut32.VariantInit(byref(variant))
        self.assertEqual([(variant.vt, variant.value) for variant in variants], [(0, None)] * 50)


class BSTR(_ctypes._SimpleCData):
    _type_ = "X"


class Strings(TestCase):
    def test_values(self):
        for text in ("", "text", f"{FACE}", "with \0 inside"):
            made = BSTR(text)
            self.assertEqual(made.value, text)
            length = ctypes.windll.oleaut32.SysStringLen
            length.argtypes = [BSTR]
            self.assertEqual(length(made), len(text.encode("utf-16-le")) // 2)
            made.value = None
            self.assertIsNone(made.value)
        self.assertIsNone(BSTR().value)

    def test_replaced(self):
        made = BSTR("first")
        for index in range(1000):
            made.value = f"text {index}"
        self.assertEqual(made.value, "text 999")
        made.value = None

    def test_errors(self):
        self.assertError(TypeError, "unicode string expected instead of int instance", BSTR, 5)
        self.assertError(TypeError, "unicode string expected instead of bytes instance", BSTR, b"x")

    def test_of_the_system(self):
        make = ctypes.windll.oleaut32.SysAllocString
        make.argtypes, make.restype = [c_wchar_p], BSTR
        self.assertEqual(make("made"), "made")

    def test_in_structures(self):
        class Named(Structure):
            _fields_ = [("name", BSTR), ("number", c_int)]

        named = Named("a name", 5)
        self.assertEqual((named.name, named.number, sizeof(Named)), ("a name", 5, 16))
        named.name = "another"
        self.assertEqual(named.name, "another")
        named.name = None

    def test_size_and_format(self):
        self.assertEqual(sizeof(BSTR), 8)
        self.assertEqual(_ctypes.buffer_info(BSTR), ("<X", 0, ()))


class Layouts(TestCase):
    def test_bit_fields_of_different_types(self):
        class Bits(Structure):
            _fields_ = [("a", c_int, 4), ("b", c_short, 4), ("c", c_byte, 4)]

        # A unit is shared by fields of types of one size.
        self.assertEqual(sizeof(Bits), 8)
        self.assertEqual((Bits.a.offset, Bits.b.offset, Bits.c.offset), (0, 4, 6))

        class Shared(Structure):
            _fields_ = [("a", c_int, 20), ("b", c_uint, 12), ("c", c_int, 1)]

        self.assertEqual(sizeof(Shared), 8)

    def test_other_layout(self):
        class Bits(Structure):
            _layout_ = "gcc-sysv"
            _fields_ = [("a", c_int, 4), ("b", c_short, 4), ("c", c_byte, 4)]

        self.assertEqual(sizeof(Bits), 4)

    def test_pack_without_layout(self):
        import warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")

            class Packed(Structure):
                _pack_ = 1
                _fields_ = [("a", c_byte), ("b", c_int)]

        self.assertEqual((sizeof(Packed), caught), (5, []))


if __name__ == "__main__":
    unittest.main()
