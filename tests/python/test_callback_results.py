"""Structures and unions that callbacks return, which CPython refuses."""
import ctypes
import gc
import sys
import unittest
import weakref
from ctypes import *

from support import BY_PLACE, WINDOWS, TestCase


def structure(*types, **attributes):
    fields = [(f"f{index}", ctype) for index, ctype in enumerate(types)]
    return type("S", (Structure,), {**attributes, "_fields_": fields})


class Either(Union):
    _fields_ = [("number", c_int64), ("real", c_double), ("bytes", c_ubyte * 12)]


class Named(Structure):
    _fields_ = [("name", c_char_p), ("target", POINTER(c_int))]


# One and two registers of each class, x87, memory, packed, nothing but bit fields.
CLASSES = [
    (structure(c_int8), (-5,)),
    (structure(c_int, c_short, c_char), (1 << 30, -2, b"x")),
    (structure(c_float, c_float), (1.5, -2.5)),
    (structure(c_double, c_double), (0.1, 0.2)),
    (structure(c_double, c_long), (0.5, -7)),
    (structure(c_long, c_float), (-7, 0.5)),
    (structure(c_longdouble), (0.25,)),
    (structure(c_long, c_long, c_long), (1, 2, 3)),
    (structure(*[c_double] * 30), tuple(map(float, range(30)))),
    (structure(c_char, c_int, _pack_=1, _layout_="ms"), (b"p", -3)),
]
if BY_PLACE and not WINDOWS:
    CLASSES.append((structure(ctypes.c_double_complex), (1 + 2j,)))


@unittest.skipUnless(BY_PLACE, "CPython refuses structures as results of callbacks")
class Results(TestCase):
    def test_every_class(self):
        for ctype, values in CLASSES:
            for parameters in ([], [c_int], [c_double] * 9 + [c_long] * 7, [ctype] * 4):
                with self.subTest([field[1].__name__ for field in ctype._fields_], parameters=len(parameters)):
                    given = [parameter(*values) if parameter is ctype else index
                             for index, parameter in enumerate(parameters)]
                    seen = []

                    def call(*arguments):
                        seen.extend(bytes(value) if isinstance(value, ctype) else value for value in arguments)
                        return ctype(*values)

                    function = CFUNCTYPE(ctype, *parameters)(call)
                    result = function(*given)
                    self.assertIs(type(result), ctype)
                    self.assertEqual(tuple(getattr(result, field[0]) for field in ctype._fields_), values)
                    self.assertEqual(seen, [bytes(value) if isinstance(value, ctype) else value for value in given])

    def test_unions(self):
        function = CFUNCTYPE(Either, c_double)(lambda real: Either(real=real))
        self.assertEqual(function(2.5).real, 2.5)

    def test_what_converts(self):
        Pair = structure(c_int, c_int)

        class Derived(Pair):
            pass

        for value in (Derived(3, 4), (3, 4)):
            result = CFUNCTYPE(Pair)(lambda: value)()
            self.assertEqual((type(result), result.f0, result.f1), (Pair, 3, 4))

    def test_what_does_not(self):
        Pair = structure(c_int, c_int)
        reports = []
        self.addCleanup(setattr, sys, "unraisablehook", sys.unraisablehook)
        sys.unraisablehook = reports.append
        for value in (None, 5, structure(c_long)(1), (1, 2, 3), ("a", "b")):
            with self.subTest(value):
                reports.clear()
                result = CFUNCTYPE(Pair)(lambda: value)()
                self.assertEqual((result.f0, result.f1), (0, 0))
                [report] = reports
                self.assertIn(report.exc_type, (TypeError, RuntimeError))
                self.assertIn("converting result of", report.err_msg)

    def test_what_raises(self):
        Large = structure(*[c_long] * 9)
        self.addCleanup(setattr, sys, "unraisablehook", sys.unraisablehook)
        sys.unraisablehook = lambda report: None
        self.assertEqual(bytes(CFUNCTYPE(Large)(lambda: 1 / 0)()), bytes(ctypes.sizeof(Large)))

    def test_what_it_leads_to_is_kept(self):
        class Target(c_int):
            pass

        alive = []

        def call(number):
            target = Target(number)
            alive.append(weakref.ref(target))
            return Named(b"name %d" % number, cast(pointer(target), POINTER(c_int)))

        function = CFUNCTYPE(Named, c_int)(call)
        results = [function(number) for number in range(20)]
        gc.collect()
        self.assertEqual([(result.name, result.target[0]) for result in results],
                         [(b"name %d" % number, number) for number in range(20)])
        self.assertNotIn(None, [reference() for reference in alive])
        del function
        gc.collect()
        self.assertEqual({reference() for reference in alive}, {None})

    def test_kept_once(self):
        target = c_int(3)
        named = Named(b"name", pointer(target))
        function = CFUNCTYPE(Named)(lambda: named)
        function()
        before = sys.getrefcount(target)
        for number in range(100):
            self.assertEqual(function().target[0], 3)
        self.assertEqual(sys.getrefcount(target), before)

    def test_cycle_through_a_result(self):
        class Holder(c_int):
            pass

        def make():
            holder = Holder(1)
            named = Named(b"", cast(pointer(holder), POINTER(c_int)))
            function = CFUNCTYPE(Named)(lambda: named)
            holder.function = function
            function()
            return weakref.ref(holder)

        holder = make()
        gc.collect()
        gc.collect()
        self.assertIsNone(holder())

    def test_refused(self):
        class Unfinished(Structure):
            pass

        class Empty(Structure):
            _fields_ = []

        for ctype in (Unfinished, Empty, c_int * 3, POINTER(c_int), CFUNCTYPE(None)):
            with self.subTest(ctype):
                self.assertError(TypeError, "invalid result type for callback function",
                                 CFUNCTYPE(ctype), lambda: None)


if __name__ == "__main__":
    unittest.main()
