"""`errcheck`: what it is given, and what takes the place of a result."""
import gc
import sys
import threading
import unittest
import weakref
from ctypes import (
    POINTER, ArgumentError, Structure, c_char_p, c_double, c_float, c_int, c_size_t, c_void_p,
    py_object,
)

from given import ROUNDS, MyInt
from support import TestCase, clib, function


class Kinds(TestCase):
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


class Errcheck(TestCase):
    def test_arguments(self):
        add = function("add_int", c_int, c_int, c_int)
        seen = []

        def check(*arguments):
            seen.append(arguments)
            return "checked"

        add.errcheck = check
        self.assertIs(add.errcheck, check)
        self.assertEqual(add(2, 3), "checked")
        self.assertEqual(seen, [(5, add, (2, 3))])

    def test_sees_the_converted_result_and_the_callers_arguments(self):
        length = function("byte_length", c_size_t, c_char_p)
        length.errcheck = lambda result, func, arguments: (result, arguments)
        self.assertEqual(length(b"abc"), (3, (b"abc",)))
        negate = function("negate_int", None, c_int)
        negate.errcheck = lambda result, func, arguments: (result, arguments)
        self.assertEqual(negate(5), (None, (5,)))
        negate.restype = str
        self.assertEqual(negate(5), ("-5", (5,)))

    def test_structure_results(self):
        class Pair(Structure):
            _fields_ = [("a", c_float), ("b", c_float)]

        add = function("add_f32x2", Pair, Pair, Pair)
        add.errcheck = lambda result, func, arguments: result.a + arguments[0].b
        self.assertEqual(add(Pair(1, 2), Pair(3, 4)), 6)

    def test_exceptions(self):
        def check(result, func, arguments):
            if result < 0:
                raise OSError(-result, "failed")
            return result

        negate = function("negate_int", c_int, c_int)
        negate.errcheck = check
        self.assertEqual(negate(-5), 5)
        with self.assertRaises(OSError) as caught:
            negate(5)
        self.assertEqual(caught.exception.errno, 5)

    def test_refuses(self):
        negate = clib["negate_int"]
        for wrong in (5, None, "x"):
            self.assertError(TypeError, "the errcheck attribute must be callable", setattr,
                             negate, "errcheck", wrong)
        self.assertIs(negate.errcheck, None)

    def test_deletion(self):
        negate = function("negate_int", c_int, c_int)
        negate.errcheck = lambda *arguments: "checked"
        del negate.errcheck
        self.assertIs(negate.errcheck, None)
        self.assertEqual(negate(5), -5)

    def test_returning_the_arguments(self):
        negate = function("negate_int", c_int, c_int)
        negate.errcheck = lambda result, func, arguments: arguments
        self.assertEqual(negate(5), -5)  # the sign that the result is fine as it is


class Arguments(TestCase):
    """The tuple that an `errcheck` is given is its own."""

    def setUp(self):
        self.echo = function("echo_int", c_int, c_int)
        self.kept = []

    def keep(self, result, called, arguments):
        self.kept.append(arguments)
        return result

    def test_kept(self):
        self.echo.errcheck = self.keep
        for value in range(50):
            self.assertEqual(self.echo(value), value)
        self.assertEqual(self.kept, [(value,) for value in range(50)])
        self.assertEqual(len(set(map(id, self.kept))), 50)
        del self.kept[::2]
        for value in range(50):
            self.echo(value)
        self.assertEqual(self.kept, [(value,) for value in [*range(1, 50, 2), *range(50)]])

    def test_of_every_length(self):
        self.echo.errcheck = lambda result, called, arguments: arguments + (len(arguments),)
        for more in (*range(20), 0, 3, 1):
            self.assertEqual(self.echo(5, *range(more)), (5, *range(more), more + 1))
        nothing = function("no_arguments", c_int)
        nothing.errcheck = lambda result, called, arguments: self.kept.append(arguments)
        nothing()
        nothing()
        self.assertEqual(self.kept, [(), ()])

    def test_returned(self):
        self.echo.errcheck = lambda result, called, arguments: arguments
        self.assertEqual([self.echo(value) for value in ROUNDS], [*ROUNDS])
        self.echo.errcheck = lambda result, called, arguments: [arguments]
        self.assertEqual([self.echo(value) for value in ROUNDS], [[(value,)] for value in ROUNDS])

    def test_is_not_held(self):
        class Number(c_int):
            pass

        self.echo.errcheck = lambda result, called, arguments: result
        number = Number(5)
        gone = weakref.ref(number)
        self.assertEqual(self.echo(number), 5)
        del number
        self.assertIsNone(gone())

    def test_calls_in_calls(self):
        def check(result, called, arguments):
            if result:
                called(result - 1)
            self.kept.append((result, arguments[0]))
            return result

        self.echo.errcheck = check
        self.echo(9)
        self.assertEqual(self.kept, [(value, value) for value in range(10)])

    def test_held_by_an_exception(self):
        def check(result, called, arguments):
            raise ValueError

        self.echo.errcheck = check
        errors = []
        for value in ROUNDS:
            try:
                self.echo(value)
            except ValueError as error:
                errors.append(error)
        frames = [error.__traceback__.tb_next.tb_frame for error in errors]
        self.assertEqual([frame.f_locals["arguments"] for frame in frames], [(0,), (1,), (2,)])

    def test_in_a_cycle(self):
        class Number(c_int):
            pass

        self.echo.errcheck = lambda result, called, arguments: setattr(arguments[0], "own", arguments)
        numbers = [Number(value) for value in range(20)]
        for number in numbers:
            self.echo(number)
        gone = [weakref.ref(number) for number in numbers]
        del numbers, number
        gc.collect()
        gc.collect()
        self.assertEqual([reference() for reference in gone], [None] * 20)

    def test_is_known_to_the_collector(self):
        self.echo.errcheck = self.keep
        for _ in ROUNDS:
            self.echo(c_int(5))
        self.assertTrue(all(map(gc.is_tracked, self.kept)))

    def test_while_collecting(self):
        def check(result, called, arguments):
            gc.collect()
            seen = [thing for thing in gc.get_objects() if thing is arguments]
            return arguments[0], len(seen) < 2

        self.echo.errcheck = check
        self.assertEqual([self.echo(value) for value in ROUNDS], [(value, True) for value in ROUNDS])

    def test_in_threads(self):
        def check(result, called, arguments):
            mine.kept = getattr(mine, "kept", [])
            mine.kept.append(arguments)
            del mine.kept[:-3]
            return [kept[0] for kept in mine.kept]

        mine = threading.local()
        self.echo.errcheck = check
        wrong = []

        def work(start):
            self.echo(start), self.echo(start)
            for value in range(start, start + 300):
                seen = self.echo(value)
                if seen[-1] != value or min(seen) < start:
                    wrong.append(seen)

        threads = [threading.Thread(target=work, args=(start,)) for start in (0, 1000, 2000)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
