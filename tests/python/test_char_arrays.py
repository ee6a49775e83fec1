"""Arrays of char and wchar_t: `value`, `raw`, and the two buffer makers."""
import unittest
from ctypes import (
    Structure, c_char, c_char_p, c_int, c_size_t, c_void_p, c_wchar, c_wchar_p,
    create_string_buffer, create_unicode_buffer, sizeof,
)

from support import PY314, TestCase, function


class Bytes(TestCase):
    def test_value_stops_at_nul(self):
        text = (c_char * 6)()
        self.assertEqual(text.value, b"")
        text.value = b"ab"
        self.assertEqual((text.value, text.raw), (b"ab", b"ab\0\0\0\0"))
        text.value = b"abcdef"  # no room for a terminator
        self.assertEqual((text.value, text.raw), (b"abcdef", b"abcdef"))

    def test_short_value_leaves_the_rest(self):
        text = (c_char * 6)(*b"abcdef")
        text.value = b"xy"
        self.assertEqual(text.raw, b"xy\0def")
        text.value = b"1\x002"
        self.assertEqual((text.value, text.raw), (b"1", b"1\x002\0ef"))

    def test_raw(self):
        text = (c_char * 4)(*b"abcd")
        text.raw = b"x"
        self.assertEqual(text.raw, b"xbcd")
        for source in (bytearray(b"12"), memoryview(b"34"), (c_char * 2)(*b"56")):
            text.raw = source
            self.assertEqual(text.raw[:2], bytes(source))
        text.raw = b""
        self.assertEqual(text.raw, b"56cd")

    def test_refuses(self):
        text = (c_char * 3)(*b"abc")
        self.assertError(ValueError, "byte string too long", setattr, text, "value", b"abcd")
        self.assertError(ValueError, "byte string too long", setattr, text, "raw", b"abcd")
        for wrong in ("abc", 5, None, bytearray(b"a")):
            self.assertError(TypeError, "bytes expected instead of "
                             f"{type(wrong).__name__} instance", setattr, text, "value", wrong)
        for wrong in ("abc", 5, None):
            self.assertError(TypeError, "a bytes-like object is required, not "
                             f"'{type(wrong).__name__}'", setattr, text, "raw", wrong)
        self.assertError(TypeError, "can't delete attribute", delattr, text, "value")
        self.assertError(AttributeError, f"attribute 'raw' of '{type(text).__name__}' objects cannot be deleted"
                         if PY314 else "cannot delete attribute", delattr, text, "raw")
        self.assertEqual(text.raw, b"abc")

    def test_items(self):
        text = (c_char * 3)(b"a", 98, bytearray(b"c"))
        self.assertEqual(list(text), [b"a", b"b", b"c"])
        text[1] = 66
        self.assertEqual(text.value, b"aBc")
        with self.assertRaises(TypeError):
            text[0] = b"xy"
        with self.assertRaises(TypeError):
            (c_char * 3)(b"abc")

    def test_zero_length(self):
        self.assertEqual(((c_char * 0)().value, (c_char * 0)().raw), (b"", b""))
        self.assertEqual((c_wchar * 0)().value, "")

    def test_as_field(self):
        class Record(Structure):
            _fields_ = [("name", c_char * 4), ("after", c_int), ("wide", c_wchar * 3)]

        record = Record(b"abc", 5, "xyz")
        self.assertEqual((record.name, record.after, record.wide), (b"abc", 5, "xyz"))
        self.assertIs(type(record.name), bytes)
        record.name = b"abcd"
        record.wide = "é"
        self.assertEqual((record.name, record.after, record.wide), (b"abcd", 5, "é"))
        self.assertEqual(bytes(record)[:4], b"abcd")
        record.name = b""
        self.assertEqual(record.name, b"")
        self.assertError(TypeError, "expected bytes, str found", setattr, record,
                         "name", "abc")
        self.assertError(ValueError, "bytes too long (5, maximum length 4)", setattr, record,
                         "name", b"abcde")
        self.assertError(TypeError, "unicode string expected instead of bytes instance", setattr,
                         record, "wide", b"abc")
        self.assertError(ValueError, "string too long (4, maximum length 3)", setattr, record,
                         "wide", "abcd")


class Wide(TestCase):
    def test_value(self):
        text = (c_wchar * 5)()
        self.assertEqual(text.value, "")
        text.value = "a€"
        self.assertEqual((text.value, text[:]), ("a€", "a€\0\0\0"))
        text.value = "abcde"
        self.assertEqual(text.value, "abcde")
        text.value = "xy"
        self.assertEqual(text[:], "xy\0de")
        self.assertFalse(hasattr(text, "raw"))

    @unittest.skipUnless(sizeof(c_wchar) == 4, "wchar_t has 4 bytes everywhere but on Windows")
    def test_beyond_the_basic_plane(self):
        text = create_unicode_buffer("a\U0001f40db")
        self.assertEqual(len(text), 4)
        self.assertEqual(text.value, "a\U0001f40db")
        self.assertEqual(function("wide_length", c_size_t, c_wchar_p)(text), 3)

    def test_refuses(self):
        text = (c_wchar * 3)(*"abc")
        self.assertError(ValueError, "string too long", setattr, text, "value", "abcd")
        for wrong in (b"abc", 5, None):
            self.assertError(TypeError, "unicode string expected instead of "
                             f"{type(wrong).__name__} instance", setattr, text, "value", wrong)
        self.assertError(TypeError, "can't delete attribute", delattr, text, "value")
        self.assertEqual(text.value, "abc")

    def test_items(self):
        text = (c_wchar * 3)("a", "b")
        text[2] = "ß"
        self.assertEqual(list(text), ["a", "b", "ß"])
        self.assertError(TypeError, "a unicode character expected, not instance of bytes" if PY314
                         else "unicode string expected instead of bytes instance",
                         text.__setitem__, 0, b"a")


class Makers(TestCase):
    def test_string_buffer(self):
        for arguments, raw in [((b"abc",), b"abc\0"), ((3,), b"\0\0\0"), ((b"ab", 5), b"ab\0\0\0"),
                               ((b"abc", 3), b"abc"), ((0,), b""), ((b"a\0b",), b"a\0b\0")]:
            buffer = create_string_buffer(*arguments)
            self.assertEqual(buffer.raw, raw)
            self.assertIs(type(buffer), c_char * len(raw))

    def test_unicode_buffer(self):
        for arguments, text in [(("abc",), "abc\0"), ((3,), "\0\0\0"), (("ab", 5), "ab\0\0\0"),
                                (("abc", 3), "abc")]:
            self.assertEqual(create_unicode_buffer(*arguments)[:], text)

    def test_refuse(self):
        self.assertError(TypeError, "abc", create_string_buffer, "abc")
        self.assertError(TypeError, "b'abc'", create_unicode_buffer, b"abc")
        self.assertError(TypeError, "None", create_string_buffer, None)
        self.assertError(ValueError, "byte string too long", create_string_buffer, b"abc", 2)
        self.assertError(ValueError, "string too long", create_unicode_buffer, "abc", 2)
        self.assertError(ValueError, "Array length must be >= 0, not -1", create_string_buffer, -1)


class WithC(TestCase):
    def test_changed_in_place(self):
        text = create_string_buffer(b"hello", 8)
        function("upper_in_place", None, c_char_p)(text)
        self.assertEqual(text.raw, b"HELLO\0\0\0")
        wide = create_unicode_buffer("hello", 8)
        function("upper_wide_in_place", None, c_wchar_p)(wide)
        self.assertEqual(wide[:], "HELLO\0\0\0")

    def test_filled(self):
        buffer = create_string_buffer(100_000)
        fill = function("fill_bytes", c_int, c_char_p, c_int, c_char)
        self.assertEqual(fill(buffer, sizeof(buffer), b"x"), 100_000)
        self.assertEqual(buffer.raw, b"x" * 100_000)

    def test_vector_of_strings(self):
        words = (c_char_p * 4)(b"alpha", b"bc", b"d")
        self.assertEqual(function("total_length", c_int, c_void_p)(words), 8)


if __name__ == "__main__":
    unittest.main()
