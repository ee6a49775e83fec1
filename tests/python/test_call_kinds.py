"""Every kind of argument and result in calls one after the other: what is planned ahead, what takes a
closer look, what runs Python code, and what is refused, in the words of CPython 3.14."""
import _ctypes
import enum
import gc
import sys
import threading
import unittest
import weakref
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Structure, Union, addressof, byref, c_bool, c_byte, c_char, c_char_p,
    c_double, c_float, c_int, c_int64, c_long, c_longdouble, c_short, c_size_t, c_ubyte, c_uint, c_uint64,
    c_void_p, c_wchar, c_wchar_p, cast, create_string_buffer, create_unicode_buffer, pointer, py_object,
    sizeof,
)

from support import OURS, PY314, TestCase, clib, echo_object, function

ROUNDS = range(3)


class MyInt(c_int):
    pass


class MyVoid(c_void_p):
    pass


class Colour(enum.IntEnum):
    RED = 5


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Point3(Point):
    _fields_ = [("z", c_int)]


class Index:
    def __index__(self):
        return 11


class Real:
    def __float__(self):
        return 2.25


class Parameter:
    def __init__(self, value):
        self._as_parameter_ = value


class Property:
    asked = 0

    @property
    def _as_parameter_(self):
        type(self).asked += 1
        return 7


class Slots:
    __slots__ = ("_as_parameter_",)


class Claims:
    """Says that it is an instance of a ctype."""
    def __init__(self, ctype):
        self.ctype = ctype

    @property
    def __class__(self):
        return self.ctype


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

    def test_index_before_as_parameter(self):
        class Both(Index):
            _as_parameter_ = 99

        class Broken:
            _as_parameter_ = 98

            def __index__(self):
                raise KeyError("no index")

        echo = function("echo_int", c_int, c_int)
        self.assertEqual([echo(Both()), echo(Broken())], [11, 98])

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


@unittest.skipUnless(PY314 or OURS, "3.13 words errors otherwise")
class Addresses(TestCase):
    def echo(self, argtype):
        return function("echo_void_p", c_size_t, argtype)

    def check(self, argtype, taken, refused=()):
        echo = self.echo(argtype)
        for _ in ROUNDS:
            for value, address in taken:
                self.assertEqual(echo(value), address)
            for value in refused:
                self.assertRaises(ArgumentError, echo, value)

    def setUp(self):
        self.number = c_int(5)
        self.array = (c_int * 3)(1, 2, 3)
        self.buffer = create_string_buffer(b"buffer")
        self.wide = create_unicode_buffer("wide")
        self.point = Point(1, 2)
        self.callback = CFUNCTYPE(c_int)(lambda: 1)

    def in_memory(self, value):
        return c_size_t.from_buffer(value).value

    def test_void_pointer(self):
        text = c_char_p(b"text")
        wide = c_wchar_p("text")
        there = pointer(self.number)
        self.check(c_void_p, [
            (None, 0), (5, 5), (-1, 2**64 - 1), (True, 1), (c_void_p(9), 9), (MyVoid(8), 8), (c_void_p(), 0),
            (self.array, addressof(self.array)), (there, addressof(self.number)),
            (byref(self.number), addressof(self.number)),
            (byref(self.array, 4), addressof(self.array) + 4), (self.buffer, addressof(self.buffer)),
            (text, self.in_memory(text)), (wide, self.in_memory(wide)),
            (self.callback, self.in_memory(self.callback)), (Parameter(self.array), addressof(self.array)),
            (Parameter(3), 3),
        ], [self.number, self.point, 1.5, object(), Parameter(1.5)])
        self.check(MyVoid, [(MyVoid(8), 8), (None, 0), (7, 7), (there, addressof(self.number))], [c_void_p(9)])

    def test_strings(self):
        length = function("byte_length", c_size_t, c_char_p)
        letters = (c_char * 4)(*b"abc")
        for _ in ROUNDS:
            for value, expected in ((b"abcd", 4), (self.buffer, 6), (c_char_p(b"ab"), 2), (letters, 3),
                                    (cast(letters, POINTER(c_char)), 3), (byref(c_char()), 0),
                                    (Parameter(b"abc"), 3), (None, 2**64 - 1)):
                self.assertEqual(length(value), expected)
            for wrong in ("abc", 5, self.array, self.wide, (c_byte * 4)(), byref(self.number), c_void_p(5),
                          pointer(self.number), self.point):
                self.assertError(
                    ArgumentError, "argument 1: TypeError: "
                    f"'{name(wrong)}' object cannot be interpreted as ctypes.c_char_p", length, wrong)

    def test_wide_strings(self):
        length = function("wide_length", c_size_t, c_wchar_p)
        for _ in ROUNDS:
            for value, expected in (("abcd", 4), (self.wide, 4), (c_wchar_p("ab"), 2),
                                    (cast(self.wide, POINTER(c_wchar)), 4), (byref(c_wchar()), 0),
                                    (Parameter("abc"), 3), (None, 2**64 - 1)):
                self.assertEqual(length(value), expected)
            for wrong in (b"abc", 5, self.array, self.buffer, byref(c_char()), c_char_p(b"x")):
                self.assertError(
                    ArgumentError, "argument 1: TypeError: "
                    f"'{name(wrong)}' object cannot be interpreted as ctypes.c_wchar_p", length, wrong)

    def test_pointer(self):
        here = addressof(self.number)
        self.check(POINTER(c_int), [
            (None, 0), (byref(self.number), here), (pointer(self.number), here), (self.number, here),
            (self.array, addressof(self.array)), (Parameter(pointer(self.number)), here),
            (Parameter(byref(self.number)), here),
        ], [c_short(), byref(c_short()), (c_short * 2)(), 5, "x", Parameter(5), Parameter(self.number)])

    def test_pointer_to_derived(self):
        point = Point3(1, 2, 3)
        here = addressof(point)
        points = (Point3 * 2)()
        self.check(POINTER(Point), [
            (point, here), (byref(point), here), (points, addressof(points)),
            (pointer(point), here), (Parameter(byref(point)), here),
        ], [Point3, c_int(), byref(c_int())])
        self.check(POINTER(Point3), [(point, here)], [self.point, byref(self.point)])

    def test_array(self):
        A = c_int * 3
        self.check(A, [(self.array, addressof(self.array)), (byref(self.number), addressof(self.number)),
                       (Parameter(self.array), addressof(self.array))],
                   [None, (c_int * 4)(), (c_short * 3)(), pointer(self.number), byref(c_short()), 5])

    def test_function_pointer(self):
        Callback = CFUNCTYPE(c_int)
        there = self.in_memory(self.callback)
        self.check(Callback, [(self.callback, there), (Parameter(self.callback), there)],
                   [None, 5, CFUNCTYPE(c_short)(lambda: 1), lambda: 1])

    def test_objects(self):
        thing = object()
        for given in (thing, b"bytes", "text", 5, c_int(7), [1]):
            self.assertIs(echo_object(given), given)
        echo = function("echo_void_p", c_size_t, py_object)
        self.assertEqual(echo(py_object(thing)), id(thing))
        self.assertEqual(echo(thing), id(thing))
        self.assertEqual(echo(py_object()), 0)


def name(value):
    cls = type(value)
    return cls.__name__ if cls.__module__ != "_ctypes" else f"_ctypes.{cls.__name__}"


class Values(TestCase):
    def test_structure_and_subclass(self):
        describe = clib["variadic_describe"]
        describe.argtypes, describe.restype = [c_char_p, c_size_t, c_char_p], c_int

        class Pair(Structure):
            _fields_ = [("x", c_double), ("y", c_double)]

        class Derived(Pair):
            pass

        out = create_string_buffer(99)
        for _ in ROUNDS:
            for pair in (Pair(1, 2), Derived(1, 2)):
                describe(out, 99, b"eie", pair, 5, pair)
                self.assertEqual(out.value, b"e1,2 i5 e1,2 ")


class Variadic(TestCase):
    def declared(self, name, restype, *argtypes):
        made = clib[name]
        made.restype, made.argtypes = restype, argtypes
        return made

    def test_ints(self):
        add = self.declared("variadic_sum_ints", c_int64, c_int)
        for _ in ROUNDS:
            for count in range(20):
                self.assertEqual(add(count, *range(count)), sum(range(count)))
            self.assertEqual(add(5, 1, True, c_int(3), Colour.RED, Parameter(6)), 16)
            if OURS:  # libffi refuses what C promotes
                self.assertEqual(add(2, c_short(-4), c_byte(-5)), -9)

    def test_doubles(self):
        add = self.declared("variadic_sum_doubles", c_double, c_int)
        for _ in ROUNDS:
            for count in range(12):
                self.assertEqual(add(count, *map(c_double, range(count))), sum(range(count)))
        if OURS:  # libffi refuses a float, which C promotes
            self.assertEqual(add(2, c_float(0.5), c_double(0.25)), 0.75)

    def test_everything(self):
        describe = self.declared("variadic_describe", c_int, c_char_p, c_size_t, c_char_p)
        out = create_string_buffer(200)
        number = c_int(7)
        for _ in ROUNDS:
            length = describe(out, 200, b"idslpwp", 5, c_double(1.5), b"text", c_int64(2**40), byref(number), "wide",
                              None)
            self.assertEqual(out.value, b"i5 d1.5 stext l1099511627776 p7 wwide pNULL ")
            self.assertEqual(length, len(out.value))

    def test_what_is_written_into_bytes(self):
        fill = self.declared("variadic_format", c_int, c_void_p, c_size_t, c_char_p)
        text = bytes(bytearray(b"....."))
        self.assertEqual(fill(text, 6, b"%s%d", b"abcd", 1), 5)
        self.assertEqual(text, b"abcd1")

    def test_refused(self):
        add = self.declared("variadic_sum_ints", c_int64, c_int)
        for _ in ROUNDS:
            self.assertError(ArgumentError, "argument 3: TypeError: Don't know how to convert parameter 3",
                             add, 2, 1, object())
            self.assertError(ArgumentError, "argument 1: TypeError: 'str' object cannot be interpreted as an "
                             "integer", add, "x", 1)
            self.assertError(TypeError, "this function takes at least 1 argument (0 given)", add)

    def test_not_by_stdcall(self):
        class Function(_ctypes.CFuncPtr):
            _flags_ = 0
            _restype_ = c_int

        add = Function(("variadic_sum_ints", clib))
        add.argtypes = [c_int]
        for _ in ROUNDS:
            self.assertEqual(add(0), 0)
            self.assertError(TypeError, "this function takes 1 argument (2 given)", add, 1, 2)


class Results(TestCase):
    def test_boxed(self):
        for name, restype in (("echo_int", MyInt), ("echo_void_p", MyVoid), ("echo_double",
                              type("MyDouble", (c_double,), {}))):
            for argtypes in ([c_double if "double" in name else c_int], None):
                made = clib[name]
                made.restype, made.argtypes = restype, argtypes
                for value in ROUNDS:
                    given = c_double(value) if "double" in name else value
                    result = made(given)
                    self.assertIs(type(result), restype)
                    self.assertEqual(result.value or 0, value)

    def test_pointer(self):
        number = c_int(5)
        for argtypes in ([c_void_p], None):
            echo = clib["echo_void_p"]
            echo.restype, echo.argtypes = POINTER(c_int), argtypes
            for _ in ROUNDS:
                result = echo(byref(number))
                self.assertIs(type(result), POINTER(c_int))
                self.assertEqual(result[0], 5)
                self.assertFalse(echo(None))

    def test_wide(self):
        self.assertEqual(function("constant_wide", c_wchar_p)(), "w\u00efde \u20ac \U0001f40d")
        echo = function("echo_void_p", c_wchar_p, c_wchar_p)
        for text in ("", "ascii", "\u00e4", "\U0001f40d", "x" * 100 + "\u20ac"):
            self.assertEqual(echo(text), text)
        self.assertIsNone(echo(None))

    def test_callable(self):
        seen = []

        def restype(value):
            seen.append(value)
            if value < 0:
                raise KeyError(value)
            return [value]

        for argtypes in ([c_int], None):
            echo = clib["echo_int"]
            echo.restype, echo.argtypes = restype, argtypes
            for value in ROUNDS:
                self.assertEqual(echo(value), [value])
            self.assertRaises(KeyError, echo, -1)
        self.assertEqual(seen, [*ROUNDS, -1] * 2)

    def test_check_retval(self):
        class Checked(c_int):
            @staticmethod
            def _check_retval_(checked):
                if checked.value < 0:
                    raise OSError(-checked.value)
                return checked.value * 10

        for argtypes in ([c_int], None):
            echo = clib["echo_int"]
            echo.restype, echo.argtypes = Checked, argtypes
            for value in ROUNDS:
                self.assertEqual(echo(value), value * 10)
            self.assertRaises(OSError, echo, -1)

    def test_check_retval_of_a_metaclass(self):
        class Meta(type(c_int)):
            @property
            def _check_retval_(cls):
                return lambda value: ("meta", value)

        class Late(type(c_int)):
            def __getattr__(cls, name):
                if name == "_check_retval_":
                    return lambda value: ("late", value)
                raise AttributeError(name)

        for meta, word in ((Meta, "meta"), (Late, "late")):
            restype = meta("Restype", (c_int,), {})
            echo = function("echo_int", c_int, c_int)
            echo.restype = restype
            result = echo(5)
            self.assertEqual(result[0], word)
            self.assertIs(type(result[1]), restype)

    def test_changed_by_restype(self):
        echo = clib["echo_int"]
        echo.argtypes = [c_int]

        def restype(value):
            echo.restype = c_short
            echo.argtypes = [c_double]
            gc.collect()
            return value

        echo.restype = restype
        self.assertEqual(echo(5), 5)
        self.assertRaises(ArgumentError, echo, "x")


class ErrCheck(TestCase):
    def test_what_it_is_given(self):
        given = []

        def check(result, called, arguments):
            given.append((result, called, arguments))
            return arguments

        for argtypes in ([c_int], None):
            echo = clib["echo_int"]
            echo.restype, echo.argtypes, echo.errcheck = c_int, argtypes, check
            for value in (5, True):
                self.assertEqual(echo(value), int(value))
                result, called, arguments = given.pop()
                self.assertEqual(result, int(value))
                self.assertIs(called, echo)
                self.assertIs(arguments[0], value)
            self.assertEqual(echo(*[6]), 6)

    def test_in_its_place(self):
        echo = function("echo_int", c_int, c_int)
        echo.errcheck = lambda result, called, arguments: "other"
        self.assertEqual([echo(5) for _ in ROUNDS], ["other"] * 3)

        def refuse(result, called, arguments):
            raise KeyError(result)

        echo.errcheck = refuse
        for _ in ROUNDS:
            self.assertRaises(KeyError, echo, 5)
        self.assertRaises(ArgumentError, echo, "x")
        del echo.errcheck
        self.assertEqual(echo(5), 5)

    def test_changes_the_declaration(self):
        echo = function("echo_int", c_int, c_int)

        def check(result, called, arguments):
            called.restype, called.argtypes = None, [c_double]
            del called.errcheck
            gc.collect()
            return result

        echo.errcheck = check
        self.assertEqual(echo(5), 5)
        self.assertIsNone(echo(0.5))

    def test_calls_itself(self):
        echo = function("echo_int", c_int, c_int)
        echo.errcheck = lambda result, called, arguments: called(result - 1) + 1 if result else 0
        self.assertEqual(echo(10), 10)

    def test_references(self):
        echo = function("echo_int", c_int, py_object)
        echo.errcheck = lambda result, called, arguments: None
        thing = object()
        before = sys.getrefcount(thing)
        for _ in range(10):
            echo(thing)
        self.assertEqual(sys.getrefcount(thing), before)

    def test_with_every_result(self):
        seen = []
        for restype in (None, c_int, MyInt, c_double, c_void_p, POINTER(c_int), lambda value: value):
            echo = function("echo_int", c_int, c_int)
            echo.restype = restype
            echo.errcheck = lambda result, called, arguments: seen.append(type(result))
            echo(0)
        self.assertEqual(seen, [type(None), int, MyInt, float, type(None), POINTER(c_int), int])


class Parameters(TestCase):
    def test_unpacked(self):
        add = function("add_int", c_int, c_int, c_int)
        for _ in ROUNDS:
            self.assertEqual(add(*(1, 2)), 3)
            self.assertEqual(add(*(1, 2), **{}), 3)

    def test_names_mean_nothing_without_flags(self):
        add = function("add_int", c_int, c_int, c_int)
        for _ in ROUNDS:
            self.assertEqual(add(1, 2, name=3), 3)
            self.assertEqual(add(*(1, 2), **{"name": 3}), 3)

    def test_named_both_ways(self):
        flags = ((1, "a"), (1, "b", 10))
        add = CFUNCTYPE(c_int, c_int, c_int)(("add_int", clib), flags)
        a = "".join(["", "a"])
        for _ in ROUNDS:
            self.assertEqual([add(1), add(a=1), add(b=2, a=1), add(1, b=2), add(**{a: 1}),
                              add(*[1], **{"b": 5})], [11, 11, 3, 3, 11, 6])
            self.assertError(TypeError, "required argument 'a' missing", add, b=1)
            self.assertError(TypeError, "call takes exactly 1 arguments (2 given)", add, 1, c=2)
            self.assertError(TypeError, "call takes exactly 2 arguments (3 given)", add, 1, 2, 3)

    def test_outputs(self):
        class Pointee(c_int):
            def __ctypes_from_outparam__(self):
                return ("out", self.value)

        for Int, expected in ((c_int, (3, 1)), (Pointee, (("out", 3), ("out", 1)))):
            Pointer = POINTER(Int)
            flags = ((1, "a"), (1, "b"), (2, "quotient"), (2, "remainder"))
            divide = CFUNCTYPE(None, c_int, c_int, Pointer, Pointer)(("divide", clib), flags)
            for _ in ROUNDS:
                self.assertEqual(divide(7, 2), expected)
            divide.errcheck = lambda result, called, arguments: arguments
            self.assertEqual(divide(7, 2), expected)
            divide.errcheck = lambda result, called, arguments: [len(arguments), arguments[2].value]
            self.assertEqual(divide(7, 2), [4, 3])
        box = POINTER(MyInt)
        divide = CFUNCTYPE(None, c_int, c_int, box, box)(("divide", clib), flags)
        self.assertEqual([type(part) for part in divide(7, 2)], [MyInt, MyInt])

    def test_output_with_an_attribute(self):
        flags = ((1, "a"), (1, "b"), (2, "quotient"), (2, "remainder"))
        Pointer = POINTER(c_int)
        divide = CFUNCTYPE(None, c_int, c_int, Pointer, Pointer)(("divide", clib), flags)

        def check(result, called, arguments):
            arguments[2].__ctypes_from_outparam__ = lambda: "mine"
            return arguments

        divide.errcheck = check
        self.assertEqual(divide(7, 2), ("mine", 1))

    def test_from_param(self):
        calls = []

        def convert(*given):
            calls.append(given)
            if given[-1] == "bad":
                raise ValueError("bad")
            return c_int(given[-1])

        class Bound:
            from_param = classmethod(convert)

        class Static:
            from_param = staticmethod(convert)

        class Instance:
            def from_param(self, value):
                return convert(self, value)

        class Callable:
            class from_param:
                def __new__(cls, value):
                    return convert(value)

        instance = Instance()
        for argtype, first in ((Bound, [Bound]), (Static, []), (instance, [instance]), (Callable, [])):
            echo = function("echo_int", c_int)
            echo.argtypes = [argtype]
            for value in ROUNDS:
                self.assertEqual(echo(value), value)
                self.assertEqual(calls.pop(), (*first, value))
            self.assertError(ArgumentError, "argument 1: ValueError: bad", echo, "bad")
            calls.clear()

    def test_from_param_later(self):
        class Late(c_int):
            pass

        echo = function("echo_int", c_int)
        echo.argtypes = [Late]
        self.assertEqual(echo(5), 5)
        Late.from_param = classmethod(lambda cls, value: c_int(value + 1))
        # What was declared stays as it was.
        self.assertEqual(echo(5), 5)
        echo.argtypes = [Late]
        self.assertEqual(echo(5), 6)
        del Late.from_param
        echo.argtypes = [Late]
        self.assertEqual(echo(5), 5)

    def test_from_param_changes_what_came_before(self):
        number = c_int(1)

        class Changing:
            @classmethod
            def from_param(cls, value):
                number.value = 50
                return c_int(value)

        add = function("add_int", c_int)
        add.argtypes = [c_int, Changing]
        self.assertEqual(add(number, 2), 3)
        self.assertEqual(add(number, 2), 52)

    def test_as_parameter_is_asked_once(self):
        Property.asked = 0
        for argtypes in ([c_int], None, [c_double], [c_bool]):
            made = clib["echo_int"]
            made.restype, made.argtypes = c_int, argtypes
            made(Property())
        # A truth value is made of any object.
        self.assertEqual(Property.asked, 3)

    def test_as_parameter_of_every_kind(self):
        class Lazy:
            def __getattr__(self, name):
                if name == "_as_parameter_":
                    return 8
                raise AttributeError(name)

        class Raising:
            @property
            def _as_parameter_(self):
                raise KeyError("no parameter")

        slots = Slots()
        slots._as_parameter_ = 9
        for argtypes in ([c_int], None):
            made = clib["echo_int"]
            made.restype, made.argtypes = c_int, argtypes
            for _ in ROUNDS:
                self.assertEqual([made(Lazy()), made(slots), made(Property())], [8, 9, 7])
                self.assertError(ArgumentError, "argument 1: KeyError: 'no parameter'", made, Raising())

    def test_as_parameter_lives_as_long_as_the_call(self):
        class Fresh:
            @property
            def _as_parameter_(self):
                return create_string_buffer(b"fresh")

        for argtypes in ([c_char_p], [c_void_p], None):
            length = clib["byte_length"]
            length.restype, length.argtypes = c_size_t, argtypes
            for _ in ROUNDS:
                self.assertEqual(length(Fresh()), 5)


class Callbacks(TestCase):
    def test_many_of_one_type(self):
        Callback = CFUNCTYPE(c_int, c_int)
        call = function("call_int", c_int, Callback, c_int)
        kept = [Callback(lambda value, more=more: value + more) for more in range(50)]
        for _ in ROUNDS:
            self.assertEqual([call(callback, 1) for callback in kept], [*range(1, 51)])
            # Those made now may get the closures of those that are gone.
            del kept[::3]
            kept.sort(key=lambda callback: callback(0))
            kept[:] = [Callback(lambda value, more=more: value + more) for more in range(len(kept))] + kept
            kept = kept[:len(kept) // 2]
            self.assertEqual([call(callback, 1) for callback in kept], [*range(1, len(kept) + 1)])
            kept = [Callback(lambda value, more=more: value + more) for more in range(50)]

    def test_callable_is_given_up(self):
        class Target:
            def __call__(self, value):
                return value * 2

        Callback = CFUNCTYPE(c_int, c_int)
        for _ in range(20):
            target = Target()
            held = weakref.ref(target)
            callback = Callback(target)
            self.assertEqual(callback(4), 8)
            del target
            self.assertIsNotNone(held())
            del callback
            gc.collect()
            self.assertIsNone(held())

    def test_in_a_cycle(self):
        class Holder:
            def method(self, value):
                return value

        holder = Holder()
        holder.callback = CFUNCTYPE(c_int, c_int)(holder.method)
        self.assertEqual(holder.callback(3), 3)
        held = weakref.ref(holder)
        del holder
        gc.collect()
        self.assertIsNone(held())

    def test_dropped_while_it_runs(self):
        Callback = CFUNCTYPE(c_int, c_int)
        kept = []

        def drop(value):
            kept.clear()
            gc.collect()
            others = [Callback(lambda value: -1) for _ in range(20)]
            return value + len(others)

        for _ in range(5):
            kept.append(Callback(drop))
            self.assertEqual(kept[0](1), 21)

    def test_made_in_threads(self):
        Callback = CFUNCTYPE(c_int, c_int)
        wrong = []

        def work(more):
            for _ in range(200):
                callbacks = [Callback(lambda value, k=k: value + k + more) for k in range(4)]
                results = [callback(1) for callback in callbacks]
                if results != [1 + k + more for k in range(4)]:
                    wrong.append(results)

        threads = [threading.Thread(target=work, args=(100 * k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_refused_types(self):
        for _ in ROUNDS:
            self.assertError(TypeError, "invalid result type for callback function",
                             CFUNCTYPE(Point, c_int), lambda value: None)

    def test_constructor(self):
        Callback = CFUNCTYPE(c_int, c_int)
        self.assertFalse(Callback())
        self.assertFalse(Callback(0))
        self.assertTrue(Callback(1))
        self.assertError(TypeError, "argument must be callable or integer function address", Callback, "x")
        made = []

        class Derived(Callback):
            _flags_, _argtypes_, _restype_ = Callback._flags_, (c_int,), c_int

            def __init__(self, *given):
                made.append(given)

        self.assertEqual(Derived(abs)(-4), 4)
        self.assertEqual(made, [(abs,)])

        class Other(Callback):
            _flags_, _argtypes_, _restype_ = Callback._flags_, (c_int,), c_int

            def __new__(cls, given):
                return super().__new__(cls, lambda value: given(value) + 1)

        self.assertEqual(Other(abs)(-4), 5)


class PythonCode(TestCase):
    """Python callables of every kind, which native code calls over and over."""

    def results(self, thing, value=4):
        """What a callback, a result type and an errcheck make of a value."""
        callback = CFUNCTYPE(c_int, c_int)(thing)
        convert = clib["echo_int"]
        convert.argtypes, convert.restype = [c_int], thing
        return [(callback(value), convert(value)) for _ in ROUNDS]

    def test_kinds(self):
        class Methods:
            def method(self, value):
                return value + 1

            @classmethod
            def of_class(cls, value):
                return value + 1

            @staticmethod
            def static(value):
                return value + 1

            def __call__(self, value):
                return value + 1

        class Made(int):
            def __new__(cls, value):
                return super().__new__(cls, value + 1)

        def plain(value):
            return value + 1

        def default(value, more=1):
            return value + more

        def anything(*values, **names):
            return values[0] + 1

        def named(value, *, more=1):
            return value + more

        def closed_over(value):
            return [value + 1 for _ in range(1)][0] + (lambda: value)() - value

        def deleted(value):
            result = value + 1
            del value
            return result

        things = Methods()
        for thing in (things.method, Methods.of_class, Methods.static, things, Made, plain, default, anything,
                      named, closed_over, deleted, (1).__add__):
            self.assertEqual(self.results(thing), [(5, 5)] * 3, thing)

    def test_wrong_number_of_parameters(self):
        def two(first, second):
            return first

        def none():
            return 5

        convert = clib["echo_int"]
        convert.argtypes = [c_int]
        for thing in (two, none):
            convert.restype = thing
            for _ in ROUNDS:
                self.assertRaises(TypeError, convert, 4)

    def test_generator(self):
        def generate(value):
            yield value

        convert = clib["echo_int"]
        convert.argtypes, convert.restype = [c_int], generate
        for _ in ROUNDS:
            self.assertEqual(list(convert(4)), [4])

    def test_function_changes(self):
        def function(value):
            return value + 1

        def two(value, more=10):
            return value + more

        convert = clib["echo_int"]
        convert.argtypes, convert.restype = [c_int], function
        callback = CFUNCTYPE(c_int, c_int)(function)
        self.assertEqual((convert(4), callback(4)), (5, 5))
        function.__code__ = two.__code__
        self.assertRaises(TypeError, convert, 4)
        function.__defaults__ = (20,)
        self.assertEqual((convert(4), callback(4)), (24, 24))
        function.__defaults__ = (30,)
        self.assertEqual((convert(4), callback(4)), (34, 34))
        function.__code__ = (lambda value: value).__code__
        self.assertEqual((convert(4), callback(4)), (4, 4))
        function.__code__ = (lambda *values: len(values)).__code__
        self.assertEqual((convert(4), callback(4)), (1, 1))

    def test_is_traced(self):
        def function(value):
            return value

        def check(result, called, arguments):
            return result

        callback = CFUNCTYPE(c_int, c_int)(function)
        convert = clib["echo_int"]
        convert.argtypes, convert.restype, convert.errcheck = [c_int], function, check
        callback(1), convert(1)
        seen = []

        def trace(frame, event, argument):
            if event == "call":
                seen.append(frame.f_code.co_name)
            return trace

        old = sys.gettrace()
        sys.settrace(trace)
        try:
            callback(1)
            convert(1)
        finally:
            sys.settrace(old)
        self.assertEqual(seen, ["function", "function", "check"])

    def test_frames(self):
        def function(value):
            return sys._getframe().f_locals["value"] + sys._getframe(1).f_lineno * 0

        self.assertEqual(self.results(function), [(4, 4)] * 3)


class Declarations(TestCase):
    def test_own_and_the_types(self):
        Prototype = CFUNCTYPE(c_int, c_int)
        first, second = Prototype(("echo_int", clib)), Prototype(("echo_int", clib))
        first.argtypes = [c_short]
        first.restype = c_short
        self.assertEqual([first(70000), second(70000)], [4464, 70000])
        self.assertEqual((second.argtypes, second.restype), ((c_int,), c_int))
        del first.restype
        first.argtypes = None
        self.assertEqual(first.restype, c_int)
        self.assertEqual(first(70000), 70000)

    def test_while_others_call(self):
        echo = clib["echo_longlong"]
        declarations = [
            (c_int64, [c_int64], None), (MyInt, [c_int], None), (lambda value: value, [c_int64], None),
            (c_int64, None, None), (c_int64, [c_short], lambda result, called, arguments: result),
            (c_long, [c_int64], lambda result, called, arguments: arguments),
        ]
        stop = threading.Event()
        wrong = []

        def change():
            while not stop.is_set():
                for restype, argtypes, errcheck in declarations:
                    echo.restype, echo.argtypes = restype, argtypes
                    if errcheck:
                        echo.errcheck = errcheck
                    else:
                        del echo.errcheck

        def call():
            for _ in range(2000):
                result = echo(77)
                if getattr(result, "value", result) != 77:
                    wrong.append(result)

        changing = threading.Thread(target=change)
        calling = [threading.Thread(target=call) for _ in range(2)]
        changing.start()
        for thread in calling:
            thread.start()
        for thread in calling:
            thread.join()
        stop.set()
        changing.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
