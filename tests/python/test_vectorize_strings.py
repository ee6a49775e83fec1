"""ctypes_vectorize: strings as arguments."""
import array
import unittest
from ctypes import (
    POINTER, ArgumentError, addressof, byref, c_byte, c_char, c_char_p, c_int, c_size_t, c_ubyte, c_void_p, c_wchar,
    c_wchar_p, create_string_buffer, create_unicode_buffer, pointer, sizeof,
)

from support import WIDE_CHARACTER, function
from vectorized import VectorizeTestCase, values

NULL = 2 ** (8 * sizeof(c_size_t)) - 1


class MyText(c_char_p):
    pass


class Bytes(VectorizeTestCase):
    def setUp(self):
        self.length = self.vectorize(function("byte_length", c_size_t, c_char_p))
        self.at = self.vectorize(function("byte_at", c_int, c_char_p, c_int))
        self.upper = self.vectorize(function("upper_in_place", None, c_char_p))

    def test_one_for_all(self):
        self.assertEqual(self.length(b"abc"), 3)
        self.assertEqual(self.length(None), NULL)
        self.assertEqual(list(self.at(b"abc", [2, 0])), [99, 97])
        self.assertEqual(list(self.at(None, [2, 0])), [-1, -1])
        text = create_string_buffer(b"xyz")
        first = c_char.from_buffer(text)
        for given in c_char_p(b"xyz"), byref(first), pointer(first):
            self.assertEqual(list(self.at(given, [0, 2])), [120, 122])

    def test_one_array_of_characters(self):
        for given in (create_string_buffer(b"abc"), (c_char * 3)(*b"abc"), bytearray(b"abc"), (c_ubyte * 3)(*b"abc"),
                      (c_byte * 3)(*b"abc"), memoryview(b"abc"), memoryview(b"abc").cast("c"),
                      memoryview(bytearray(b"abc")).cast("b"), array.array("b", b"abc")):
            self.assertEqual(self.at(given, 1), 98)
            self.assertEqual(list(self.at(given, [2, 1, 0])), [99, 98, 97])

    def test_the_length_of_a_buffer_does_not_count(self):
        for given in memoryview(b"abc\0def"), bytearray(b"abc\0def"), create_string_buffer(b"abc\0def"):
            self.assertEqual(self.length(given), 3)
            self.assertEqual(list(self.at(given, [3, 4])), [0, 100])

    def test_arrays_of_strings(self):
        for given in ((c_char_p * 3)(b"a", b"bcd", None), [b"a", b"bcd", None], (b"a", b"bcd", None),
                      (MyText * 3)(MyText(b"a"), MyText(b"bcd"))):
            self.assertEqual(list(self.length(given)), [1, 3, NULL])
        self.assertEqual(values(self.length((c_char_p * 2 * 1)((b"a", b"bcd")))), [[1, 3]])
        text = create_string_buffer(b"xy")
        pointers = (POINTER(c_char) * 2)(pointer(c_char.from_buffer(text)))
        self.assertEqual(list(self.length(pointers)), [2, NULL])
        self.assertEqual(list(self.length([])), [])

    def test_bytes_in_lists(self):
        texts = [b"%d" % number * number for number in range(300)]
        self.assertEqual(list(self.length(texts)), [len(text) for text in texts])
        self.assertEqual(list(self.length([b"x" * 5000, b"with\0more"])), [5000, 4])
        self.assertEqual(values(self.at([b"ab", b"cd"], (c_int * 1 * 2)((0,), (1,)))), [[97, 99], [98, 100]])

    def test_errors_of_lists_are_those_of_arrays(self):
        for wrong in ["x"], [b"a", 1.5], [[b"a"]]:
            with self.assertRaises(Exception) as expected:
                (c_char_p * len(wrong))(*wrong)
            self.assertError(type(expected.exception), str(expected.exception), self.length, wrong)

    def test_rows(self):
        rows = (c_char * 4 * 3)()
        for row, text in zip(rows, [b"a", b"bcd", b"ef"]):
            row.value = text
        for given in rows, memoryview(rows), memoryview(bytes(rows)).cast("B", (3, 4)), \
                memoryview(bytes(rows)).cast("b", (3, 4)), memoryview(bytes(rows)).cast("c", (3, 4)):
            self.assertEqual(list(self.length(given)), [1, 3, 2])
        self.assertEqual(list(self.length(memoryview(rows)[::-2])), [2, 1])
        self.upper(rows)
        self.assertEqual([row.value for row in rows], [b"A", b"BCD", b"EF"])
        self.upper(memoryview(bytearray(rows)).cast("B", (3, 4)))
        table = memoryview(bytearray(b"abc\0def\0ghi\0jkl\0")).cast("B", (2, 2, 4))
        self.assertEqual(values(self.at(table, 1)), [[98, 101], [104, 107]])
        self.upper(table)
        self.assertEqual(table.tobytes(), b"ABC\0DEF\0GHI\0JKL\0")
        self.assertEqual(values(self.at((c_char * 4 * 2 * 2).from_buffer(table), 0)), [[65, 68], [71, 74]])

    def test_rows_must_be_contiguous(self):
        message = "argument 1: a row of the buffer is not contiguous"
        self.assertError(ValueError, message, self.length, memoryview(b"abcdef")[::2])
        self.assertError(ValueError, message, self.length, memoryview(bytearray(b"abcdef"))[::-1])
        # The rows of a strided buffer may be.
        rows = memoryview(bytearray(b"a\0b\0c\0")).cast("B", (3, 2))
        self.upper(rows[::2])
        self.assertEqual(rows.tobytes(), b"A\0b\0C\0")

    def test_errors(self):
        for wrong, message in [
                ((c_int * 2)(), "an array of c_int has neither c_char_p nor c_char"),
                ((c_wchar_p * 2)(), "an array of c_wchar_p has neither c_char_p nor c_char"),
                ((c_wchar * 2)(), "an array of c_wchar has neither c_char_p nor c_char"),
                ((c_void_p * 2)(), "an array of c_void_p has neither c_char_p nor c_char"),
                ((POINTER(c_int) * 2)(), "an array of LP_c_int has neither c_char_p nor c_char"),
                (array.array("d", [1]), "a buffer of format 'd' has no characters"),
                (memoryview(b"a").cast("B", ()), "a buffer of format 'B' has no characters")]:
            self.assertError(TypeError, f"argument 1: {message}", self.length, wrong)
        for wrong in "x", 1.5, c_int(1), byref(c_int()):
            self.assertRaises(ArgumentError, self.length, wrong)


class Wide(VectorizeTestCase):
    def setUp(self):
        self.length = self.vectorize(function("wide_length", c_size_t, c_wchar_p))
        self.at = self.vectorize(function("wide_at", c_int, c_wchar_p, c_int))

    def test_one_for_all(self):
        self.assertEqual(self.length(f"\xe4{WIDE_CHARACTER}"), 2)
        self.assertEqual(self.length(None), NULL)
        self.assertEqual(list(self.at("abc", [2, 0])), [99, 97])
        text = create_unicode_buffer("xyz")
        first = c_wchar.from_buffer(text)
        for given in text, c_wchar_p("xyz"), byref(first), pointer(first):
            self.assertEqual(list(self.at(given, [0, 2])), [120, 122])

    def test_arrays(self):
        for given in (c_wchar_p * 3)("a", "bcd", None), ["a", "bcd", None], ("a", "bcd", None):
            self.assertEqual(list(self.length(given)), [1, 3, NULL])
        text = create_unicode_buffer("xy")
        pointers = (POINTER(c_wchar) * 2)(pointer(c_wchar.from_buffer(text)))
        self.assertEqual(list(self.length(pointers)), [2, NULL])
        rows = (c_wchar * 4 * 2)()
        rows[0].value, rows[1].value = "ab", WIDE_CHARACTER
        self.assertEqual(list(self.length(rows)), [2, 1])
        self.vectorize(function("upper_wide_in_place", None, c_wchar_p))(rows)
        self.assertEqual([row.value for row in rows], ["AB", WIDE_CHARACTER])

    def test_errors(self):
        for wrong, message in [
                ((c_char * 2)(), "an array of c_char has neither c_wchar_p nor c_wchar"),
                ((c_char_p * 2)(), "an array of c_char_p has neither c_wchar_p nor c_wchar"),
                ((POINTER(c_char) * 2)(), "an array of LP_c_char has neither c_wchar_p nor c_wchar")]:
            self.assertError(TypeError, f"argument 1: {message}", self.length, wrong)
        for wrong in b"x", bytearray(b"x"), memoryview((c_wchar * 2)()), 1.5:
            self.assertRaises(ArgumentError, self.length, wrong)


class Results(VectorizeTestCase):
    def test_the_pointers_of_c(self):
        rows = (c_char * 4 * 2)()
        rows[0].value, rows[1].value = b"abc", b"xyz"
        behind = self.vectorize(function("text_behind", c_char_p, c_char_p, c_int))
        result = behind(rows, [1, 2])
        self.assertIs(type(result), c_char_p * 2)
        self.assertEqual(list(result), [b"bc", b"z"])
        self.assertEqual(list((c_void_p * 2).from_buffer(result)), [addressof(rows) + 1, addressof(rows) + 6])
        # They can go where they are from.
        self.assertEqual(list(behind(result, 1, out=result)), [b"c", b""])
        self.assertEqual(list(behind([None, None], 1)), [None, None])
        self.assertEqual(behind(rows[0], 1), b"bc")

    def test_wide(self):
        find = self.vectorize(function("find_wide", c_wchar_p, c_wchar_p, c_wchar))
        text = create_unicode_buffer("abcd")
        result = find(text, ["b", "x", "d"])
        self.assertEqual(list(result), ["bcd", None, "d"])


if __name__ == "__main__":
    unittest.main()
