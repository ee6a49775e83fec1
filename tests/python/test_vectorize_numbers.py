"""ctypes_vectorize: numbers, characters and truth values as arguments."""
import array
import ctypes
import sys
import unittest
from ctypes import (
    CFUNCTYPE, ArgumentError, c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int, c_int8, c_int16, c_int32,
    c_int64, c_long, c_longdouble, c_longlong, c_short, c_ubyte, c_uint, c_uint8, c_uint16, c_uint32, c_uint64,
    c_ulong, c_ulonglong, c_ushort, c_wchar, sizeof,
)

from given import Colour, Index, MyInt, Parameter, Real
from support import PY314, WIDE_CHARACTER, WINDOWS, TestCase, function
from vectorized import PYPY, VectorizeTestCase, values

from ctypes_vectorize.formats import Number

NAMES = {
    "byte": c_byte, "ubyte": c_ubyte, "short": c_short, "ushort": c_ushort, "int": c_int, "uint": c_uint,
    "long": c_long, "ulong": c_ulong, "longlong": c_longlong, "ulonglong": c_ulonglong, "float": c_float,
    "double": c_double, "bool": c_bool,
}
if not PYPY:
    NAMES["longdouble"] = c_longdouble

# Each type, and those whose values it has all of.
NARROWER = {
    c_bool: [], c_int8: [c_bool], c_uint8: [c_bool],
    c_int16: [c_bool, c_int8, c_uint8], c_uint16: [c_bool, c_uint8],
    c_int32: [c_bool, c_int8, c_uint8, c_int16, c_uint16], c_uint32: [c_bool, c_uint8, c_uint16],
    c_int64: [c_bool, c_int8, c_uint8, c_int16, c_uint16, c_int32, c_uint32],
    c_uint64: [c_bool, c_uint8, c_uint16, c_uint32],
    c_float: [c_bool, c_int8, c_uint8, c_int16, c_uint16],
    c_double: [c_bool, c_int8, c_uint8, c_int16, c_uint16, c_int32, c_uint32, c_float],
}


def echo(ctype):
    """The function that returns its only argument, which is of type `ctype`."""
    name = next(name for name, each in NAMES.items() if each is ctype or each._type_ == ctype._type_)
    return function(f"echo_{name}", ctype, ctype)


def extremes(ctype):
    """Values of a type, the smallest and the largest among them."""
    if ctype is c_bool:
        return [False, True, True]
    if ctype not in (c_float, c_double, c_longdouble):
        bits = 8 * sizeof(ctype)
        signed = ctype(-1).value < 0
        return [-1 << bits - 1, 5, (1 << bits - 1) - 1] if signed else [0, 5, (1 << bits) - 1]
    return [-0.0, 1.5, float("-inf")]


class Exact(VectorizeTestCase):
    def test_ctypes_arrays(self):
        for name, ctype in NAMES.items():
            given = (ctype * 3)(*extremes(ctype))
            result = self.vectorize(function(f"echo_{name}", ctype, ctype))(given)
            self.assertIs(type(result), ctype * 3)
            self.assertIsNot(result, given)
            self.assertEqual([repr(value) for value in result], [repr(value) for value in extremes(ctype)])

    def test_buffers(self):
        for name, ctype in NAMES.items():
            given = (ctype * 3)(*extremes(ctype))
            result = self.vectorize(function(f"echo_{name}", ctype, ctype))(memoryview(given)[::-1])
            self.assertEqual([repr(value) for value in result], [repr(value) for value in reversed(given)])

    def test_formats_without_a_mark(self):
        for code, name in zip("bBhHiIlLqQfd", list(NAMES)[:12]):
            given = array.array(code, [1, 2, 3])
            self.assertEqual(list(self.vectorize(echo(NAMES[name]))(given)), [1, 2, 3])
        for code in "?", "@i", "n", "N":
            ctype = {"?": c_bool, "@i": c_int, "n": ctypes.c_ssize_t, "N": ctypes.c_size_t}[code]
            given = memoryview(bytearray(bytes((ctype * 2)(1, 0)))).cast(code)
            self.assertEqual(list(self.vectorize(echo(ctype))(given)), [1, 0])

    def test_equal_types(self):
        # There is one function for both: what counts is kind and size.
        same = [ctype for ctype in (c_int, c_longlong) if sizeof(ctype) == sizeof(c_long)][0]
        self.assertEqual(list(self.vectorize(echo(c_long))((same * 2)(-1, 7))), [-1, 7])
        self.assertEqual(list(self.vectorize(echo(c_int))((MyInt * 2)(-1, 7))), [-1, 7])

    def test_subclasses(self):
        negate = self.vectorize(function("negate_int", c_int, MyInt))
        self.assertEqual(list(negate((MyInt * 2)(1, 2))), [-1, -2])
        self.assertEqual(list(negate((c_int * 2)(1, 2))), [-1, -2])
        self.assertEqual(list(negate((c_short * 2)(1, 2))), [-1, -2])
        self.assertEqual(negate(MyInt(3)), -3)

    def test_lists_and_tuples(self):
        add = self.vectorize(function("add_double", c_double, c_double, c_double))
        self.assertEqual(list(add([1, 2.5, True], 1)), [2, 3.5, 2])
        self.assertEqual(list(add((1, 2), [3, 4])), [4, 6])
        self.assertEqual(list(add([], 1)), [])
        negate = self.vectorize(function("negate_int", c_int, c_int))
        self.assertEqual(list(negate([2 ** 32 + 1, Index()])), [-1, -11])

    def test_errors_of_lists_are_those_of_arrays(self):
        negate = self.vectorize(function("negate_int", c_int, c_int))
        for wrong in ["x"], [1.5], [[1, 2]], (None,):
            with self.assertRaises(Exception) as expected:
                (c_int * 1)(*wrong)
            self.assertError(type(expected.exception), str(expected.exception), negate, wrong)

    @unittest.skipIf(PYPY, "every float is a double there")
    def test_bits_of_floats(self):
        signalling = (c_float * 1).from_buffer_copy(b"\x01\x00\xa0\x7f")
        self.assertEqual(bytes(self.vectorize(echo(c_float))(signalling)), bytes(signalling))

    @unittest.skipIf(PYPY, "its functions take no long double")
    def test_long_double(self):
        add = function("add_longdouble", c_longdouble, c_longdouble, c_longdouble)
        # Bits that a Python float has no room for.
        given = (c_longdouble * 2)(1, 2 ** -60)
        summed = self.vectorize(add)((c_longdouble * 1)(1), given)
        back = self.vectorize(add)(summed, (c_longdouble * 1)(-1))
        self.assertEqual(list(back), [1, 2 ** -60 if sizeof(c_longdouble) > sizeof(c_double) else 0])

    @unittest.skipUnless(PY314 and not WINDOWS, "complex types are 3.14's, and not Microsoft's")
    def test_complex(self):
        for name in "float_complex", "double_complex", "longdouble_complex":
            ctype = getattr(ctypes, f"c_{name}")
            given = (ctype * 3)(1 + 2j, -1.5, 3j)
            echoed = self.vectorize(function(f"echo_{name}", ctype, ctype))
            for each in given, memoryview(given), list(given):
                self.assertEqual(list(echoed(each)), [1 + 2j, -1.5, 3j])
            self.assertEqual(echoed(2j), 2j)


class Characters(VectorizeTestCase):
    def test_bytes(self):
        echoed = self.vectorize(function("echo_char", c_char, c_char))
        for given in (b"abc", bytearray(b"abc"), (c_char * 3)(*b"abc"), memoryview(b"abc"),
                      memoryview(b"abc").cast("b"), memoryview(b"abc").cast("c"), [b"a", b"b", b"c"]):
            result = echoed(given)
            self.assertIs(type(result), c_char * 3)
            self.assertEqual(result.raw, b"abc")

    def test_bytes_are_small_integers(self):
        widen = self.vectorize(function("widen_ubyte", c_longlong, c_ubyte))
        self.assertEqual(list(widen(b"a\xff")), [97, 255])
        self.assertEqual(list(widen(b"a")), [97])
        self.assertEqual(list(self.vectorize(function("negate_int", c_int, c_int))(b"\x01\xff")), [-1, -255])
        self.assertEqual(list(self.vectorize(function("widen_char", c_longlong, c_char))(b"a")), [97])

    def test_bytes_are_not_signed(self):
        message = "argument 1: a buffer of format 'B' is neither c_byte nor narrower"
        self.assertError(TypeError, message, self.vectorize(function("echo_byte", c_byte, c_byte)), b"a")

    def test_characters_are_no_integers(self):
        negate = self.vectorize(function("negate_int", c_int, c_int))
        message = "argument 1: an array of c_char is neither of c_int nor of a narrower type"
        self.assertError(TypeError, message, negate, (c_char * 2)())
        message = "argument 1: a buffer of format 'c' is neither c_int nor narrower"
        self.assertError(TypeError, message, negate, memoryview(b"ab").cast("c"))
        message = "argument 1: an array of c_wchar is neither of c_int nor of a narrower type"
        self.assertError(TypeError, message, negate, (c_wchar * 2)())

    def test_wide_characters(self):
        echoed = self.vectorize(function("echo_wchar", c_wchar, c_wchar))
        text = f"a\xe4{WIDE_CHARACTER}"
        given = (c_wchar * 3)(*text)
        for each in given, memoryview(given), list(text):
            self.assertEqual(echoed(each)[:], text)
        self.assertEqual(echoed("x"), "x")

    def test_one_character(self):
        self.assertEqual(self.vectorize(function("widen_char", c_longlong, c_char))(c_char(b"a")), 97)
        second = self.vectorize(function("second_char", c_char, c_char, c_char))
        self.assertEqual(second(b"abc", c_char(b"x")).raw, b"xxx")


class Narrower(VectorizeTestCase):
    def test_all(self):
        for ctype, narrower in NARROWER.items():
            vectorized = self.vectorize(echo(ctype))
            for other in NARROWER:
                given = (other * 3)(*extremes(other))
                if other in narrower or other is ctype:
                    expected = [ctype(value).value for value in given]
                    self.assertEqual(list(vectorized(given)), expected, (ctype, other))
                    self.assertEqual(list(vectorized(memoryview(given))), expected, (ctype, other))
                    continue
                name = ctype.__name__
                message = f"argument 1: an array of {other.__name__} is neither of {name} nor of a narrower type"
                self.assertError(TypeError, message, vectorized, given)
                view = memoryview(given)
                message = f"argument 1: a buffer of format {view.format!r} is neither {name} nor narrower"
                self.assertError(TypeError, message, vectorized, view)

    @unittest.skipIf(PYPY, "its functions take no long double")
    def test_long_double(self):
        widened = self.vectorize(function("echo_longdouble", c_longdouble, c_longdouble))
        for other in NARROWER:
            given = (other * 3)(*extremes(other))
            if sizeof(other) == 8 and other is not c_double:
                self.assertRaises(TypeError, widened, given)
            else:
                self.assertEqual(list(widened(given)), list(given))
        if sizeof(c_longdouble) > sizeof(c_double):
            self.assertRaises(TypeError, self.vectorize(echo(c_double)), (c_longdouble * 1)())

    def test_results_are_not_narrower(self):
        message = "out: its items are c_short, and the results are c_int"
        self.assertError(TypeError, message, self.vectorize(echo(c_int)), 1, out=(c_short * 1)())

    def test_many_dimensions(self):
        add = self.vectorize(function("add_double", c_double, c_double, c_double))
        self.assertEqual(values(add((c_short * 2 * 2)((1, 2), (3, 4)), (c_float * 2)(0.5, 1))), [[1.5, 3], [3.5, 5]])


class OtherByteOrders(VectorizeTestCase):
    def test_arrays(self):
        for ctype in c_short, c_int, c_longlong, c_double:
            swapped = ctype.__ctype_be__ if ctype.__ctype_le__ is ctype else ctype.__ctype_le__
            message = f"argument 1: an array of {swapped.__name__} is neither of c_double nor of a narrower type"
            self.assertError(TypeError, message, self.vectorize(echo(c_double)), (swapped * 2)(1, 2))

    def test_buffers(self):
        swapped = memoryview((c_int.__ctype_be__ * 2)())
        self.assertEqual(swapped.format, f">{c_int._type_}")
        message = f"argument 1: a buffer of format '>{c_int._type_}' is neither c_double nor narrower"
        self.assertError(TypeError, message, self.vectorize(echo(c_double)), swapped)


class Formats(TestCase):
    """Formats that no buffer of Python's own has."""

    def test_kinds(self):
        native, other = ("<", ">") if sys.byteorder == "little" else (">", "<")
        for format, size, kind in [
                ("i", 4, "signed"), ("@i", 4, "signed"), ("=i", 4, "signed"), (f"{native}l", 4, "signed"),
                ("^h", 2, "signed"), ("B", 1, "unsigned"), ("N", 8, "unsigned"), ("g", 16, "float"),
                ("?", 1, "truth value"), ("c", 1, "character"), ("u", 4, "wide character"),
                ("w", 4, "wide character"), ("P", 8, "pointer"), ("Zd", 16, "complex"), ("F", 8, "complex"),
                (f"{native}Zf", 8, "complex"), (f"{other}i", 4, None), (f"{other}Zd", 16, None), ("2i", 8, None),
                ("ii", 8, None), ("T{i:x:}", 4, None), ("&i", 8, None), ("X{}", 8, None), ("s", 1, None),
                ("Z", 8, None), ("", 1, None), ("<", 1, None)]:
            with self.subTest(format=format):
                self.assertEqual(Number.of_format(format, size), kind and Number(kind, size))


class OneForAll(VectorizeTestCase):
    def test_what_the_function_takes(self):
        for given in (7, True, 2 ** 32 + 7, -2 ** 70, c_int(7), MyInt(7), Colour.RED, Index(), Parameter(7),
                      Parameter(c_int(7)), Parameter(Parameter(7))):
            with self.subTest(given=given):
                plain, add = function("add_int", c_int, c_int, c_int), function("add_int", c_int, c_int, c_int)
                try:
                    expected = [plain(1, given), plain(2, given)]
                except ArgumentError as error:
                    self.assertRaises(ArgumentError, self.vectorize(add), [1, 2], given)
                    self.assertTrue(PYPY, error)
                else:
                    self.assertEqual(list(self.vectorize(add)([1, 2], given)), expected)
        for given in 2, 2.5, c_double(2.5), Real():
            plain = function("add_double", c_double, c_double, c_double)
            if PYPY and isinstance(given, Real):
                continue
            self.assertEqual(list(self.vectorize(plain)([1, 2], given)), [plain(1, given), plain(2, given)])

    def test_what_it_does_not_take(self):
        plain = function("add_int", c_int, c_int, c_int)
        for wrong in "x", 1.5, None, object(), c_double(1), c_char_p(b"x"), Parameter("x"):
            with self.assertRaises(ArgumentError) as expected:
                plain(1, wrong)
            with self.assertRaises(ArgumentError) as caught:
                self.vectorize(plain)([1, 2], wrong)
            if PY314:
                self.assertEqual(str(caught.exception), str(expected.exception))
            self.assertTrue(str(caught.exception).startswith("argument 2: "))

    def test_it_is_converted_once(self):
        class Counting:
            asked = 0

            def __index__(self):
                self.asked += 1
                return self.asked

        given = Counting()
        result = self.vectorize(function("add_int", c_int, c_int, c_int))([10, 20, 30], given)
        self.assertEqual(list(result), [10 + given.asked, 20 + given.asked, 30 + given.asked])
        self.assertLessEqual(given.asked, 2)

    def test_it_does_not_change(self):
        given = c_int(5)

        def change(value):
            given.value = 0
            return value

        callback = CFUNCTYPE(c_int, c_int)(change)
        apply = self.vectorize(function("apply", c_int, type(callback), c_int))
        self.assertEqual(list(apply((type(callback) * 3)(callback, callback, callback), given)), [5, 5, 5])
        self.assertEqual(given.value, 0)

    def test_buffers_without_dimensions(self):
        negate = self.vectorize(function("negate_int", c_int, c_int))
        self.assertEqual(negate(memoryview(c_int(5))), -5)
        self.assertEqual(negate(memoryview(c_short(5))), -5)
        add = self.vectorize(function("add_int", c_int, c_int, c_int))
        self.assertEqual(list(add(memoryview(c_int(5)), [1, 2])), [6, 7])
        # Those of other types are values, if the function takes them: NumPy's scalars are.
        self.assertRaises(ArgumentError, negate, memoryview(c_double(5)))

    def test_instances_are_no_buffers(self):
        class Taken(c_int):
            pass

        self.assertEqual(self.vectorize(function("negate_int", c_int, c_int))(Taken(5)), -5)


if __name__ == "__main__":
    unittest.main()
