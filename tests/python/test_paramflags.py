"""Function objects with paramflags: in, out and in-out parameters, names, defaults."""
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, ArgumentError, Structure, addressof, c_bool, c_byte, c_char, c_char_p,
    c_double, c_float, c_int, c_int64, c_longdouble, c_short, c_size_t, c_ubyte, c_void_p, c_wchar,
    c_wchar_p, pointer, py_object, sizeof,
)

from given import ROUNDS, MyInt
from support import LIBC, OURS, PY314, TestCase, clib, function

IN, OUT, IN_OUT, LCID = 1, 2, 3, 4
IntPointer = POINTER(c_int)


def declared(name, restype, *parameters, library=clib):
    """parameters: (ctype, flags...)"""
    prototype = CFUNCTYPE(restype, *(p[0] for p in parameters))
    return prototype((name, library), tuple(tuple(p[1:]) for p in parameters))


class In(TestCase):
    def test_positions_names_defaults(self):
        add = declared("add_int", c_int, (c_int, IN, "a"), (c_int, IN, "b", 10))
        self.assertEqual((add(1, 2), add(1), add(a=1), add(b=5, a=1), add(1, b=2)),
                         (3, 11, 11, 6, 3))

    def test_zero_means_in(self):
        add = declared("add_int", c_int, (c_int, 0, "a"), (c_int, 0, "b"))
        self.assertEqual((add(1, 2), add(b=1, a=4)), (3, 5))

    def test_nameless(self):
        add = declared("add_int", c_int, (c_int, IN), (c_int, IN, None, 4))
        self.assertEqual((add(1, 2), add(1)), (3, 5))
        self.assertError(TypeError, "not enough arguments", add)

    def test_missing(self):
        add = declared("add_int", c_int, (c_int, IN, "a"), (c_int, IN, "b"))
        self.assertError(TypeError, "required argument 'b' missing", add, 1)
        self.assertError(TypeError, "required argument 'a' missing", add)
        self.assertError(TypeError, "required argument 'a' missing", add, c=3)

    def test_too_many(self):
        add = declared("add_int", c_int, (c_int, IN, "a"), (c_int, IN, "b", 1))
        self.assertError(TypeError, "call takes exactly 2 arguments (3 given)", add, 1, 2, 3)
        self.assertError(TypeError, "call takes exactly 2 arguments (3 given)", add, 1, 2, a=1)

    def test_a_name_that_stands_twice(self):
        """It is found twice and given once."""
        for default in ((), (7,)):
            add = declared("add_int", c_int, (c_int, IN, "a", *default), (c_int, IN, "a", *default))
            self.assertError(TypeError, "call takes exactly 2 arguments (1 given)", add, a=1)
            self.assertEqual(add(1, a=2), 3)
            self.assertEqual(add(1, 2), 3)

    def test_conversion_errors(self):
        add = declared("add_int", c_int, (c_int, IN, "a"), (c_int, IN, "b", 1))
        self.assertError(ArgumentError, "argument 1: TypeError: 'str' object cannot be "
                         "interpreted as an integer", add, "x")

    def test_locale_parameters_are_not_passed_by_the_caller(self):
        add = declared("add_int", c_int, (c_int, IN | LCID, "a", 5), (c_int, IN, "b"))
        self.assertEqual(add(2), 7)
        negate = declared("negate_int", c_int, (c_int, IN | LCID))
        self.assertEqual(negate(), 0)
        self.assertError(TypeError, "call takes exactly 0 arguments (1 given)", negate, 5)


class Out(TestCase):
    def test_two_are_a_tuple(self):
        divide = declared("divide", None, (c_int, IN, "a"), (c_int, IN, "b"), (IntPointer, OUT),
                          (IntPointer, OUT))
        self.assertEqual(divide(17, 5), (3, 2))
        self.assertEqual(divide(b=5, a=17), (3, 2))

    def test_one_is_itself(self):
        point = declared("point_into_table", None, (POINTER(IntPointer), OUT), (c_int, IN, "i"))
        result = point(3)
        self.assertIs(type(result), IntPointer)
        self.assertEqual(result[0], 40)
        self.assertEqual(declared("store_int", None, (IntPointer, OUT), (c_int, IN))(7), 7)

    def test_result_type_is_dropped(self):
        divide = declared("minmax", c_int, (IntPointer, IN, "values"), (c_int, IN, "count"),
                          (IntPointer, OUT, "low"), (IntPointer, OUT, "high"))
        self.assertEqual(divide((c_int * 4)(3, -1, 7, 0), 4), (-1, 7))

    def test_structures_come_back_whole(self):
        class Floats(Structure):
            _fields_ = [("a", c_int), ("b", c_int)]

        store = declared("store_longlong", None, (POINTER(Floats), OUT), (c_void_p, IN))
        made = store(5)
        self.assertIs(type(made), Floats)
        self.assertEqual(made.a | made.b, 5)

    def test_arrays_come_back_whole(self):
        for parameter in (c_char * 8, POINTER(c_char * 8)):
            fill = declared("fill_bytes", c_int, (parameter, OUT), (c_int, IN), (c_char, IN))
            self.assertEqual(fill(3, b"x").raw, b"xxx\0\0\0\0\0")

    def test_subclasses_stay_boxed(self):
        class Number(c_int):
            pass

        result = declared("store_int", None, (POINTER(Number), OUT), (c_int, IN))(7)
        self.assertEqual((type(result), result.value), (Number, 7))

    def test_strings(self):
        store = declared("store_char_p", None, (POINTER(c_char_p), OUT), (c_char_p, IN))
        self.assertEqual(store(b"abc"), b"abc")

    def test_out_parameters_are_not_passed(self):
        divide = declared("divide", None, (c_int, IN, "a"), (c_int, IN, "b"), (IntPointer, OUT),
                          (IntPointer, OUT))
        self.assertError(TypeError, "call takes exactly 2 arguments (3 given)", divide, 1, 2, 3)

    def test_must_be_pointers(self):
        for ctype in (c_int, c_double, c_char, py_object):
            self.assertError(TypeError, f"'out' parameter 1 must be a pointer type, not "
                             f"{ctype.__name__}", declared, "negate_int", c_int, (ctype, OUT))

    @unittest.skipUnless(PY314, "3.13 takes them")
    def test_declared_later(self):
        function = declared("negate_int", c_int, (c_int, IN, "a"), (c_void_p, OUT, "b"))
        declare = function.__setattr__
        for ctype in (c_int, c_double, c_char, py_object):
            self.assertError(TypeError, f"'out' parameter 2 must be a pointer type, not {ctype.__name__}",
                             declare, "argtypes", (c_int, ctype))
        for argtypes in ((), (c_int,), (c_int, c_double, c_int)):
            self.assertError(ValueError, "paramflags must have the same length as argtypes",
                             declare, "argtypes", argtypes)
        self.assertEqual(function.argtypes, (c_int, c_void_p))
        for ctype in (IntPointer, c_char_p, c_int * 3):
            function.argtypes = (c_double, ctype)
        function.argtypes = None
        self.assertEqual(function.argtypes, (c_int, c_void_p))


class InOut(TestCase):
    def test_rectangle(self):
        rectangle = declared("window_rect", c_int, (c_int, IN, "handle"), (IntPointer, OUT),
                             (IntPointer, OUT), (IntPointer, IN_OUT, "right", c_int(5)),
                             (IntPointer, OUT))
        for right in ((), (c_int(7),)):
            result = rectangle(10, *right)
            self.assertEqual((result[:2], result[3]), ((11, 12), 14))
            self.assertIs(type(result[2]), c_int)
            self.assertEqual(result[2].value, 107 if right else 105)
        self.assertEqual(rectangle(10, right=c_int(8))[2].value, 108)

    def test_callers_object_is_changed(self):
        increment = declared("increment", c_int, (IntPointer, IN_OUT, "value"))
        cell = c_int(4)
        self.assertIs(increment(cell), cell)
        self.assertEqual(cell.value, 5)
        self.assertIs(increment(value=cell), cell)
        self.assertEqual(increment(pointer(cell))[0], 7)
        self.assertError(ArgumentError, f"argument 1: TypeError: expected {IntPointer.__name__} "
                         "instance instead of int", increment, 5)


class WithErrcheck(TestCase):
    def test_sees_all_arguments(self):
        divide = declared("divide", None, (c_int, IN, "a"), (c_int, IN, "b"), (IntPointer, OUT),
                          (IntPointer, OUT))
        seen = []

        def check(result, func, arguments):
            seen.append((result, arguments))
            return arguments

        divide.errcheck = check
        self.assertEqual(divide(17, 5), (3, 2))
        result, arguments = seen[0]
        self.assertIs(result, None)
        self.assertEqual(len(arguments), 4)
        self.assertEqual((arguments[:2], arguments[2].value, arguments[3].value), ((17, 5), 3, 2))

    def test_own_result_replaces_the_tuple(self):
        minmax = declared("minmax", c_int, (IntPointer, IN, "values"), (c_int, IN, "count"),
                          (IntPointer, OUT, "low"), (IntPointer, OUT, "high"))

        def check(result, func, arguments):
            if result:
                raise ValueError("empty")
            return (arguments[3].value, arguments[2].value)

        minmax.errcheck = check
        self.assertEqual(minmax((c_int * 3)(3, 1, 2), 3), (3, 1))
        self.assertError(ValueError, "empty", minmax, (c_int * 1)(), 0)


class Definition(TestCase):
    def test_refuses(self):
        prototype = CFUNCTYPE(c_int, c_int)
        spec = ("negate_int", clib)
        for wrong in (5, [(IN,)], "x"):
            self.assertError(TypeError, "paramflags must be a tuple or None", prototype, spec,
                             wrong)
        for wrong in ((), ((IN,), (IN,))):
            self.assertError(ValueError, "paramflags must have the same length as argtypes",
                             prototype, spec, wrong)
        for wrong in (5, "x", (), ("x",), (IN, 5), (IN, "name", 1, 2), None):
            self.assertError(TypeError, "paramflags must be a sequence of (int [,string [,value]])"
                             " tuples", prototype, spec, (wrong,))

    def test_none_and_unsupported(self):
        self.assertEqual(CFUNCTYPE(c_int, c_int)(("negate_int", clib), None)(5), -5)
        self.assertError(TypeError, "paramflag value 4 not supported", declared, "negate_int",
                         c_int, (c_int, LCID))


class Called(TestCase):
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


class Outputs(TestCase):
    """What C writes for an output, of every type: by copying it there."""

    def copy(self, ctype, value):
        prototype = CFUNCTYPE(c_void_p, POINTER(ctype), c_void_p, c_size_t)
        flags = ((OUT, "target"), (IN, "source"), (IN, "size", sizeof(ctype)))
        return prototype(("memcpy", CDLL(LIBC)), flags)(addressof(value))

    def test_simple_types(self):
        for ctype, value in (
            (c_bool, True), (c_byte, -5), (c_ubyte, 250), (c_short, -3), (c_int, -70000), (c_int64, -2**40),
            (c_size_t, 2**63), (c_float, 0.5), (c_double, -0.25), (c_longdouble, 1.5),
            (c_void_p, 2**40), (c_void_p, None), (c_char_p, None), (c_wchar_p, None),
        ):
            for _ in ROUNDS:
                made = self.copy(ctype, ctype(value))
                self.assertEqual((type(made), made), (type(value), value))
        self.assertEqual(self.copy(c_char_p, c_char_p(b"text")), b"text")
        self.assertEqual(self.copy(c_wchar_p, c_wchar_p("te\u20act")), "te\u20act")
        # A pointer to characters takes strings.
        for ctype, value in ((c_char, b"x"), (c_wchar, "x")):
            self.assertRaises(ArgumentError, self.copy, ctype, ctype(value))
        thing = object()
        self.assertIs(self.copy(py_object, py_object(thing)), thing)
        self.assertError(ValueError, "PyObject is NULL", self.copy, py_object, py_object())

    def test_other_types(self):
        class Pair(Structure):
            _fields_ = [("x", c_int), ("y", c_int)]

        pair = self.copy(Pair, Pair(3, 4))
        self.assertEqual((type(pair), pair.x, pair.y), (Pair, 3, 4))
        self.assertEqual(list(self.copy(c_int * 3, (c_int * 3)(1, 2, 3))), [1, 2, 3])
        number = c_int(5)
        self.assertEqual(self.copy(POINTER(c_int), pointer(number)).contents.value, 5)
        made = self.copy(MyInt, MyInt(5))
        self.assertEqual((type(made), made.value), (MyInt, 5))

    def test_what_an_output_becomes_can_change(self):
        class Number(c_int):
            pass

        self.assertEqual(type(self.copy(Number, c_int(5))), Number)
        Number.__ctypes_from_outparam__ = lambda self: ("mine", self.value)
        self.assertEqual(self.copy(Number, c_int(5)), ("mine", 5))
        del Number.__ctypes_from_outparam__
        self.assertEqual(type(self.copy(Number, c_int(5))), Number)

        c_int.__ctypes_from_outparam__ = lambda self: ("all", self.value)
        try:
            self.assertEqual(self.copy(c_int, c_int(5)), ("all", 5))
            self.assertEqual(self.copy(Number, c_int(5)), ("all", 5))
        finally:
            del c_int.__ctypes_from_outparam__
        self.assertEqual(self.copy(c_int, c_int(5)), 5)

    def test_many(self):
        for count in range(1, 7):
            pointers = [(IntPointer, OUT)] * count
            scan = declared("sscanf", c_int, (c_char_p, IN), (c_char_p, IN, "format", b"%d " * count),
                            *pointers, library=CDLL(LIBC))
            text = b" ".join(b"%d" % number for number in range(10, 10 + count))
            expected = tuple(range(10, 10 + count)) if count > 1 else 10
            for _ in ROUNDS:
                self.assertEqual(scan(text), expected)
                # What C does not write is zero.
                self.assertEqual(scan(b""), (0,) * count if count > 1 else 0)

    @unittest.skipUnless(OURS, "CPython dies of it")
    def test_argtypes_declared_later(self):
        divide = declared("divide", None, (c_int, IN), (c_int, IN), (IntPointer, OUT), (IntPointer, OUT))
        self.assertEqual(divide(7, 2), (3, 1))
        box = POINTER(MyInt)
        divide.argtypes = [c_short, c_int, box, IntPointer]
        first, second = divide(65536 + 7, 2)
        self.assertEqual((type(first), first.value, second), (MyInt, 3, 1))
        divide.errcheck = lambda result, called, arguments: arguments[3].value
        self.assertEqual(divide(7, 2), 1)
        del divide.errcheck
        divide.argtypes = None
        self.assertEqual(divide(7, 2), (3, 1))

    @unittest.skipUnless(OURS, "CPython dies of it")
    def test_result_goes_by_the_outputs(self):
        class Length:
            @classmethod
            def from_param(cls, value):
                return len(value)

        seen = []
        divide = declared("divide", None, (c_int, IN), (c_int, IN), (IntPointer, OUT), (IntPointer, OUT))
        divide.restype = seen.append
        self.assertEqual(divide(7, 2), (3, 1))
        self.assertEqual(len(seen), 1)
        divide.argtypes = [Length, c_int, IntPointer, IntPointer]
        self.assertEqual(divide("seven..", 2), (3, 1))
        self.assertRaises(ArgumentError, divide, 7, 2)

    def test_wrong_arguments(self):
        divide = declared("divide", None, (c_int, IN, "a"), (c_int, IN, "b"), (IntPointer, OUT),
                          (IntPointer, OUT))
        for _ in ROUNDS:
            self.assertEqual(divide(b=2, a=7), (3, 1))
            self.assertError(TypeError, "required argument 'b' missing", divide, 7)
            self.assertError(TypeError, "call takes exactly 2 arguments (3 given)", divide, 7, 2, 1)
            self.assertError(TypeError, "call takes exactly 2 arguments (3 given)", divide, 7, 2, c=1)
            with self.assertRaisesRegex(ArgumentError, "argument 2: "):
                divide(7, "x")

    def test_what_is_written_into_bytes(self):
        fill = declared("memset", c_void_p, (c_void_p, IN, "target"), (c_int, IN, "value", 120),
                        (c_size_t, IN, "size", 3), library=CDLL(LIBC))
        text = bytes(bytearray(b"parameter"))
        fill(text)
        self.assertEqual(text, b"xxxameter")
        text = bytes(bytearray(b"parameter"))
        fill(target=text)
        self.assertEqual(text, b"xxxameter")


if __name__ == "__main__":
    unittest.main()
