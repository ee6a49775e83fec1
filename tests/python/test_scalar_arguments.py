"""Numbers, characters and truth values as arguments: what each type takes and refuses, in the words of
CPython 3.14."""
import unittest
from ctypes import (
    POINTER, ArgumentError, byref, c_bool, c_byte, c_char, c_double, c_float, c_int, c_int64,
    c_longdouble, c_short, c_ubyte, c_uint, c_uint64, c_void_p, c_wchar, pointer,
)

from given import ROUNDS, MyInt, Colour, Index, Real, Parameter, Property, Slots, Claims
from support import OURS, PY314, TestCase, function


@unittest.skipUnless(PY314 or OURS, "3.13 words errors otherwise")
class Scalars(TestCase):
    def check(self, name, ctype, taken, refused=()):
        echo = function(name, ctype, ctype)
        for _ in ROUNDS:
            for value, result in taken:
                self.assertEqual(echo(value), result, value)
            for value, message in refused:
                self.assertError(ArgumentError, f"argument 1: {message}", echo, value)

    def test_int(self):
        no_integer = "TypeError: '{}' object cannot be interpreted as an integer".format
        self.check("echo_int", c_int, [
            (5, 5), (-1, -1), (True, 1), (False, 0), (Colour.RED, 5), (2**40 + 3, 3), (Index(), 11),
            (c_int(-9), -9), (MyInt(8), 8), (Parameter(6), 6), (Parameter(c_int(4)), 4), (Property(), 7),
            (Parameter(Parameter(3)), 3), (Parameter(True), 1), (Parameter(Index()), 11),
        ], [
            (1.5, no_integer("float")), ("x", no_integer("str")), (None, no_integer("NoneType")),
            (c_short(3), no_integer("c_short")), (Parameter(2.5), no_integer("float")),
            (Slots(), no_integer("Slots")), (Real(), no_integer("Real")), (byref(c_int()),
            no_integer("_ctypes.CArgObject")), (pointer(c_int()), no_integer("LP_c_int")),
        ])

    def test_widths(self):
        for name, ctype in (("byte", c_byte), ("ubyte", c_ubyte), ("short", c_short), ("uint", c_uint),
                            ("longlong", c_int64), ("ulonglong", c_uint64)):
            self.check(f"echo_{name}", ctype, [
                (value, ctype(int(value)).value)
                for value in (0, -1, 255, 2**31, -2**63, 2**64 - 1, True, Colour.RED)
            ] + [(ctype(77), 77)])

    def test_float(self):
        no_real = "TypeError: must be real number, not {}".format
        for name, ctype in (("echo_double", c_double), ("echo_float", c_float)):
            self.check(name, ctype, [
                (0.5, 0.5), (3, 3.0), (True, 1.0), (Real(), 2.25), (Index(), 11.0), (ctype(-1.5), -1.5),
                (Parameter(0.25), 0.25), (Colour.RED, 5.0),
            ], [("x", no_real("str")), (None, no_real("NoneType")), (Parameter("y"), no_real("str")),
                (c_int(3), no_real("c_int"))])

    def test_bool(self):
        class Falsy:
            def __bool__(self):
                return False

        class Refusing:
            def __bool__(self):
                raise KeyError("no truth")

        self.check("echo_bool", c_bool, [
            (True, True), (False, False), (0, False), (2**70, True), (256, True), (None, False), ("", False),
            ("x", True), (0.0, False), (Falsy(), False), (object(), True), (c_bool(True), True),
            (c_bool(False), False), (c_int(0), False), (c_int(1), True),
        ], [(Refusing(), "KeyError: 'no truth'")])

    def test_char(self):
        text = "TypeError: one character bytes, bytearray, or an integer in range(256) expected, not {}"
        self.check("echo_char", c_char, [
            (b"x", b"x"), (b"\xff", b"\xff"), (b"\0", b"\0"), (bytearray(b"y"), b"y"), (65, b"A"), (255, b"\xff"),
            (True, b"\x01"), (c_char(b"z"), b"z"), (Parameter(b"p"), b"p"),
        ], [
            (b"", text.format("bytes of length 0")), (b"ab", text.format("bytes of length 2")),
            ("x", text.format("str")), (256, "TypeError: integer not in range(256)"),
            (-1, "TypeError: integer not in range(256)"),
        ])

    def test_wide_char(self):
        text = "TypeError: a unicode character expected, not {}".format
        self.check("echo_wchar", c_wchar, [
            ("x", "x"), ("\u20ac", "\u20ac"), (c_wchar("z"), "z"), (Parameter("p"), "p"),
        ], [
            ("", text("a string of length 0")), ("ab", text("a string of length 2")),
            (b"x", text("instance of bytes")), (5, text("instance of int")),
        ])

    def test_subclass_declared(self):
        echo = function("echo_int", MyInt, MyInt)
        for _ in ROUNDS:
            for value in (5, True, MyInt(5), Parameter(5)):
                result = echo(value)
                self.assertIs(type(result), MyInt)
            self.assertRaises(ArgumentError, echo, c_int(5))

    def test_another_class_assigned(self):
        value = MyInt(5)
        value.__class__ = type("Other", (MyInt,), {})
        for ctype in (c_int, MyInt):
            self.assertEqual(function("echo_int", c_int, ctype)(value), 5)

    def test_what_says_it_is_one(self):
        unknown = "argument 1: TypeError: Don't know how to convert parameter 1"
        for name, ctype in (("echo_int", c_int), ("echo_void_p", c_void_p), ("echo_void_p", POINTER(c_int)),
                            ("echo_double", c_double)):
            echo = function(name, c_int, ctype)
            for _ in ROUNDS:
                self.assertError(ArgumentError, unknown, echo, Claims(ctype))

    def test_metaclass_that_decides(self):
        class Meta(type(c_int)):
            def __instancecheck__(cls, thing):
                return thing == "me" or super().__instancecheck__(thing)

        class Open(c_int, metaclass=Meta):
            pass

        echo = function("wide_length", c_int, Open)
        for _ in ROUNDS:
            self.assertEqual(echo("me"), 2)  # as what it is by default: a wide string
            self.assertRaises(ArgumentError, echo, "you")

    def test_long_double(self):
        echo = function("echo_longdouble", c_longdouble, c_longdouble)
        for value in (0.5, 3, c_longdouble(0.5), Real()):
            self.assertEqual(echo(value), float(getattr(value, "value", value)))


if __name__ == "__main__":
    unittest.main()
