"""Function objects whose declarations change: each call goes by those of its time."""
import gc
import itertools
import threading
import unittest
import weakref
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Structure, byref, c_char_p, c_double, c_float, c_int, c_int64,
    c_long, c_short, c_ubyte, c_uint64, pointer,
)

from given import MyInt
from support import OURS, PY314, TestCase, clib, function


class Declarations(TestCase):
    def test_one_after_another(self):
        echo = clib["echo_double"]
        for _ in range(3):
            echo.argtypes, echo.restype = [c_double], c_double
            self.assertEqual(echo(2.5), 2.5)
            self.assertEqual(echo(2), 2.0)
            echo.restype = None
            self.assertIsNone(echo(2.5))
            echo.restype = c_double
            echo.argtypes = None
            self.assertEqual(echo(c_double(1.5)), 1.5)
            self.assertRaises(ArgumentError, echo, 1.5)
            echo.errcheck = lambda result, function, arguments: (result, arguments)
            echo.argtypes = [c_double]
            self.assertEqual(echo(2.5), (2.5, (2.5,)))
            del echo.errcheck
            self.assertEqual(echo(2.5), 2.5)

    def test_more_often_than_plans_are_kept(self):
        echo = clib["echo_longlong"]
        results = [c_int64, c_uint64, c_int, c_short, c_ubyte]
        arguments = [c_int64, c_uint64, c_int, c_short, c_ubyte, c_long]
        for _ in range(2):
            for restype in results:
                for argtype in arguments:
                    echo.restype, echo.argtypes = restype, [argtype]
                    passed = argtype(-3).value
                    self.assertEqual(echo(-3), restype(passed).value, (restype, argtype))

    def test_new_class_each_time(self):
        increment = clib["increment"]
        increment.restype = c_int
        for number in range(40):
            class Number(c_int):
                pass

            increment.argtypes = [POINTER(Number)]
            value = Number(number)
            self.assertEqual(increment(byref(value)), number + 1)
            self.assertEqual(increment(pointer(value)), number + 2)
            self.assertRaises(ArgumentError, increment, byref(c_int()))

    def test_declared_classes_are_not_kept(self):
        increment = clib["increment"]
        increment.restype = c_int

        class Held(Structure):
            _fields_ = [("a", c_int)]

        increment.argtypes = [POINTER(Held)]
        increment(byref(Held(1)))
        increment.argtypes = [POINTER(c_int)]
        held = weakref.ref(Held)
        # 3.13's package remembers pointer types in a dict.
        Held.__pointer_type__ = None
        if PY314 or OURS:
            del Held
            gc.collect()
            self.assertIsNone(held())

    def test_other_values_than_planned(self):
        echo = function("echo_int", c_int, c_int)
        self.assertEqual(echo(c_int(5)), 5)
        self.assertEqual(echo(True), 1)
        self.assertEqual(echo(2**70 + 5), 5)
        self.assertEqual(echo(-2**70 + 5), 5)
        self.assertEqual(echo(2**63), 0)
        self.assertEqual(echo(2**32 + 7), 7)
        self.assertRaises(ArgumentError, echo, 1.0)
        self.assertRaises(TypeError, echo)
        self.assertEqual(echo(5, 6), 5)

        class Convertible:
            _as_parameter_ = 9

        self.assertEqual(echo(Convertible()), 9)

    def test_numbers_for_doubles(self):
        echo = function("echo_double", c_double, c_double)
        self.assertEqual(echo(3), 3.0)
        self.assertEqual(echo(True), 1.0)
        self.assertRaises(ArgumentError, echo, 10**400)
        single = function("echo_float", c_float, c_float)
        self.assertEqual(single(0.5), 0.5)
        self.assertEqual(single(1e300), float("inf"))
        self.assertEqual(single(7), 7.0)

    @unittest.skipUnless(OURS, "CPython calls it")
    def test_null_function(self):
        null = CFUNCTYPE(c_int, c_int)(0)
        self.assertRaises(ValueError, null, 5)
        null.argtypes = None
        self.assertRaises(ValueError, null, 5)

    def test_called_while_the_old_declaration_dies(self):
        absolute = clib["echo_int"]
        outcomes = []

        class Declaration(list):
            def __del__(self):
                try:
                    outcomes.append(absolute(3))
                except ArgumentError:
                    outcomes.append(absolute.argtypes)

        absolute.argtypes = Declaration([c_int])
        self.assertEqual(absolute(3), 3)
        absolute.argtypes = [c_char_p]
        gc.collect()
        self.assertEqual(outcomes, [[c_char_p]])

    def test_another_class_assigned(self):
        class A(Structure):
            _fields_ = [("a", c_int)]

        class B(Structure):
            _fields_ = [("a", c_int)]

        value = A(5)
        value.__class__ = B
        increment = function("increment", c_int, POINTER(A))
        self.assertRaises(ArgumentError, increment, value)
        self.assertRaises(ArgumentError, increment, byref(value))
        self.assertEqual(increment(byref(A(5))), 6)

    def test_changed_by_own_callback(self):
        prototype = CFUNCTYPE(c_int, c_int)
        function = prototype(lambda value: change(value))

        def change(value):
            function.argtypes = [c_short]
            function.restype = c_short
            gc.collect()
            return value

        self.assertEqual(function(70000), 70000)
        self.assertEqual(function(70000), 70000 - 65536)

    def test_changed_by_another_thread(self):
        echo = clib["echo_longlong"]
        declarations = [(c_int64, c_int64), (c_int64, c_short), (c_int, c_int64), (c_short, c_int)]
        stop = threading.Event()

        def change():
            while not stop.is_set():
                for restype, argtype in declarations:
                    echo.restype, echo.argtypes = restype, [argtype]

        thread = threading.Thread(target=change)
        thread.start()
        try:
            for _ in range(2000):
                self.assertEqual(echo(77), 77)
        finally:
            stop.set()
            thread.join()

    def test_checks_changed_by_another_thread(self):
        echo = function("echo_int", c_int, c_int)
        checks = [lambda result, *_, added=added: result + added for added in (1, 2)]
        echo.errcheck = checks[0]
        stop = threading.Event()

        def change():
            while not stop.is_set():
                for check in checks:
                    echo.errcheck, echo.argtypes = check, [c_int]

        thread = threading.Thread(target=change)
        thread.start()
        try:
            for _ in range(2000):
                self.assertIn(echo(70), (71, 72))
                self.assertIn(echo.errcheck, checks)
                self.assertEqual(list(echo.argtypes), [c_int])
        finally:
            stop.set()
            thread.join()

    def test_in_steps(self):
        steps = {
            "argtypes": ([c_int], (c_short,), None),
            "restype": (c_int, c_short, None, lambda result: -result),
            "errcheck": (lambda result, *_: result, lambda result, *_: str(result)),
        }
        for order in itertools.permutations(steps):
            echo = clib["echo_int"]
            for values in itertools.product(*(steps[name] for name in order)):
                for name, value in zip(order, values):
                    setattr(echo, name, value)
                    self.assertIs(getattr(echo, name), value)
                declared = dict(zip(order, values))
                value = 70000
                if declared["argtypes"] == (c_short,):
                    value = c_short(value).value
                match declared["restype"]:
                    case None:
                        value = None
                    case type() as restype:
                        value = restype(value).value
                    case convert:
                        value = convert(value)
                value = declared["errcheck"](value)
                self.assertEqual(echo(70000), value)
                self.assertEqual(echo(70000), value)

    def test_read_before_and_after_calls(self):
        absolute = clib["echo_int"]
        types = [c_int]
        for _ in range(3):
            absolute.restype, absolute.argtypes = c_int, types
            self.assertIs(absolute.argtypes, types)
            self.assertEqual(absolute(3), 3)
            self.assertIs(absolute.argtypes, types)
            absolute.argtypes = None
            self.assertIsNone(absolute.argtypes)
            self.assertEqual(absolute(3), 3)
            self.assertIsNone(absolute.argtypes)
            del absolute.restype
            self.assertIs(absolute.restype, c_int)
            absolute.restype = None
            self.assertIsNone(absolute(3))

    def test_check_of_results_comes_later(self):
        class Status(c_int):
            pass

        absolute = clib["echo_int"]
        absolute.restype = Status
        absolute.restype = Status
        self.assertEqual(absolute(5).value, 5)
        Status._check_retval_ = staticmethod(lambda value: value.value + 1)
        # It is looked for when the type is declared.
        self.assertEqual(absolute(5).value, 5)
        absolute.restype = Status
        self.assertEqual(absolute(5), 6)
        del Status._check_retval_
        absolute.restype = Status
        self.assertEqual(absolute(5).value, 5)

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
