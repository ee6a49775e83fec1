"""Byte strings and wide strings: going in, coming out, in C's memory, in vectors."""
import gc
import unittest
from ctypes import (
    CDLL, POINTER, addressof, byref, c_bool, c_byte, c_char, c_char_p, c_int, c_size_t, c_uint,
    c_void_p, c_wchar, c_wchar_p, cast, create_string_buffer, create_unicode_buffer, memmove,
    pointer, sizeof, string_at,
)

from support import LIBC, TestCase, function


class Values(TestCase):
    def test_bytes(self):
        text = c_char_p(b"abc")
        self.assertEqual(text.value, b"abc")
        text.value = b"x\0y"
        self.assertEqual(text.value, b"x")
        text.value = None
        self.assertIs(text.value, None)
        self.assertEqual((c_char_p().value, bool(c_char_p()), bool(c_char_p(b""))),
                         (None, False, True))

    def test_wide(self):
        text = c_wchar_p("a€\U0001f40d")
        self.assertEqual(text.value, "a€\U0001f40d")
        text.value = ""
        self.assertEqual(text.value, "")
        text.value = None
        self.assertIs(text.value, None)

    def test_addresses(self):
        buffer = create_string_buffer(b"abc")
        self.assertEqual(c_char_p(addressof(buffer)).value, b"abc")
        wide = create_unicode_buffer("abc")
        self.assertEqual(c_wchar_p(addressof(wide)).value, "abc")

    def test_repr_shows_the_address(self):
        text = c_char_p(b"abc")
        address = c_void_p.from_buffer(text).value
        self.assertEqual(repr(text), f"c_char_p({address})")
        self.assertEqual((repr(c_char_p()), repr(c_wchar_p())), ("c_char_p(None)",
                                                                 "c_wchar_p(None)"))

    def test_refuse(self):
        for ctype, wrongs, kind in [
                (c_char_p, ("x", 1.5, bytearray(b"x"), []), "bytes or integer address"),
                (c_wchar_p, (b"x", 1.5, []), "unicode string or integer address")]:
            for wrong in wrongs:
                self.assertError(TypeError, f"{kind} expected instead of {type(wrong).__name__} "
                                 "instance", ctype, wrong)

    def test_embedded_and_high_bytes(self):
        every = bytes(range(1, 256))
        self.assertEqual(c_char_p(every).value, every)
        self.assertEqual(function("byte_length", c_size_t, c_char_p)(every), 255)


class IntoC(TestCase):
    def test_sum(self):
        total = function("byte_sum", c_uint, c_char_p, c_size_t)
        self.assertEqual(total(b"\x01\xff\x00\x02", 4), 258)
        by_pointer = function("byte_sum", c_uint, POINTER(c_byte), c_size_t)
        self.assertEqual(by_pointer((c_byte * 3)(1, 2, 3), 3), 6)

    def test_compare(self):
        compare = function("compare_bytes", c_int, c_void_p, c_void_p, c_size_t)
        self.assertEqual(compare(b"abc", create_string_buffer(b"abd"), 2), 0)
        self.assertLess(compare(b"abc", create_string_buffer(b"abd"), 3), 0)

    def test_vectors(self):
        total = function("total_length", c_int, POINTER(c_char_p))
        words = (c_char_p * 4)(b"alpha", b"bc", b"d")
        self.assertEqual(total(words), 8)
        self.assertEqual(total(cast(words, POINTER(c_char_p))), 8)
        self.assertEqual(total(byref(c_char_p())), 0)

    def test_long_strings(self):
        self.assertEqual(function("byte_length", c_size_t, c_char_p)(b"x" * 1_000_000), 1_000_000)
        self.assertEqual(function("wide_length", c_size_t, c_wchar_p)("€" * 100_000), 100_000)

    def test_many_strings_in_one_call(self):
        lengths = function("compare_bytes", c_int, c_char_p, c_wchar_p, c_size_t)
        self.assertEqual(lengths(b"a\0\0\0", "a", sizeof(c_wchar)), 0)


class OutOfC(TestCase):
    def test_constants(self):
        self.assertEqual(function("constant_bytes", c_char_p)(), b"constant \xe4 bytes")
        self.assertEqual(function("constant_wide", c_wchar_p)(), "wïde € \U0001f40d")
        self.assertEqual(function("constant_bytes", POINTER(c_char))()[:8], b"constant")

    def test_found(self):
        find = function("find_wide", c_wchar_p, c_wchar_p, c_wchar)
        text = create_unicode_buffer("ab€d")
        self.assertEqual((find(text, "€"), find(text, "x")), ("€d", None))

    def test_allocated_by_c(self):
        # c_char_p would convert at once and lose the pointer that has to be released.
        duplicate = function("duplicate_bytes", c_void_p, c_char_p)
        release = function("release", None, c_void_p)
        address = duplicate(b"copied")
        self.assertEqual(string_at(address), b"copied")
        release(address)

    def test_allocated_by_c_behind_a_subclass(self):
        class Owned(c_char_p):
            pass

        text = function("duplicate_bytes", Owned, c_char_p)(b"copied")
        self.assertIs(type(text), Owned)
        self.assertEqual(text.value, b"copied")
        function("release", None, Owned)(text)

    def test_vector(self):
        words = function("word_vector", POINTER(c_char_p))()
        found = []
        for word in words:
            if word is None:
                break
            found.append(word)
        self.assertEqual(found, [b"alpha", b"beta", b"gamma"])


class Memory(TestCase):
    def test_through_pointers(self):
        store = function("store_char_p", None, POINTER(c_char_p), c_char_p)
        load = function("load_char_p", c_char_p, POINTER(c_char_p))
        text, constant = c_char_p(), b"kept by the test"
        store(byref(text), constant)
        self.assertEqual((text.value, load(pointer(text))), (constant, constant))

    def test_shared_buffer(self):
        buffer = create_string_buffer(b"abc", 10)
        view = c_char_p(addressof(buffer))
        buffer.value = b"changed"
        self.assertEqual(view.value, b"changed")
        self.assertIs(function("is_null", c_bool, c_char_p)(view), False)


class WrittenTo(TestCase):
    def test_bytes_that_c_fills(self):
        """C must not, but programs let it: `read(fd, b"..." * n, n)`."""
        libc = CDLL(LIBC)
        for argtypes in (None, [c_void_p, c_char_p], [c_char_p, c_void_p]):
            strcpy = libc["strcpy"]
            if argtypes:
                strcpy.argtypes = argtypes
            target = bytes(bytearray(b"........"))
            strcpy(target, b"hello")
            self.assertEqual(target, b"hello\0..")
            memmove(target, b"xyz", 3)
            self.assertEqual(target, b"xyzlo\0..")



class DerivedBytes(TestCase):
    """Objects of a subclass of `bytes` can be parts of cycles."""

    def setUp(self):
        class Text(bytes):
            died = []

            def __del__(self):
                self.died.append(bytes(self))

        self.Text = Text
        self.length = function("strlen", c_size_t, c_char_p, library=CDLL(LIBC))

    def pass_in_cycle(self, text):
        text = self.Text(text)
        text.me = [text]
        self.assertEqual(self.length(text), len(text))
        return text

    def test_cycles_that_were_passed(self):
        for number in range(20):
            self.pass_in_cycle(b"%d" % number)
        gc.collect()
        gc.collect()
        self.assertEqual(sorted(map(int, self.Text.died)), list(range(20)))

    def test_cycles_that_somebody_holds(self):
        def address(text):
            return cast(c_char_p(text), c_void_p).value

        class Holder:
            pass

        texts = [self.pass_in_cycle(b"text %d" % number) for number in range(3)]
        holder = Holder()
        holder.held = {"key": texts.pop()}
        texts[0].holder = holder
        held = texts[1:] + [holder.held["key"]]
        before = list(map(address, held))
        del texts[1:]
        gc.collect()
        gc.collect()
        self.assertEqual(self.Text.died, [])
        self.assertEqual(list(map(address, held)), before)
        self.assertEqual([string_at(place) for place in before], held)


if __name__ == "__main__":
    unittest.main()
