"""The complex types of 3.14."""
import itertools
import math
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Structure, alignment, byref, c_bool, c_double, c_float,
    c_int, c_longdouble, c_size_t, pointer, sizeof,
)

from support import OURS, PY314, TestCase, for_unix, function

for_unix("Microsoft's C has no complex numbers")
if PY314:
    from ctypes import c_double_complex, c_float_complex, c_longdouble_complex

    COMPLEX = {"float_complex": (c_float_complex, c_float),
               "double_complex": (c_double_complex, c_double),
               "longdouble_complex": (c_longdouble_complex, c_longdouble)}


@unittest.skipUnless(PY314, "complex types are 3.14's")
class Complex(TestCase):
    def test_types(self):
        self.assertEqual([ctype._type_ for ctype, _ in COMPLEX.values()], ["F", "D", "G"])
        for name, (ctype, real) in COMPLEX.items():
            self.assertEqual(sizeof(ctype), 2 * sizeof(real))
            self.assertEqual(sizeof(ctype), function(f"sizeof_{name}", c_size_t)())
            self.assertEqual(alignment(ctype), function(f"alignof_{name}", c_size_t)())

    def test_values(self):
        for ctype, _ in COMPLEX.values():
            self.assertEqual(ctype().value, 0j)
            for value in (1.5 - 2.5j, 3j, complex("inf-infj")):
                self.assertEqual(ctype(value).value, value)
            for value in (2, 2.5, True):
                self.assertEqual(ctype(value).value, complex(value))
                self.assertIs(type(ctype(value).value), complex)
            self.assertEqual(repr(ctype(1 + 2j)), f"{ctype.__name__}((1+2j))")
            # CPython looks at the padding of a long double too.
            if OURS or ctype.__name__ != "c_longdouble_complex":
                self.assertEqual([bool(ctype(0)), bool(ctype(1j))], [False, True])

    def test_protocols(self):
        class Complex:
            def __complex__(self):
                return 1 + 2j

        class Float:
            def __float__(self):
                return 2.5

        for ctype, _ in COMPLEX.values():
            self.assertEqual(ctype(Complex()).value, 1 + 2j)
            self.assertEqual(ctype(Float()).value, 2.5 + 0j)
            for wrong in ("1j", None, b"1", []):
                with self.assertRaisesRegex(TypeError, "must be real number, not "
                                            + type(wrong).__name__):
                    ctype(wrong)

    def test_memory_is_two_reals(self):
        for ctype, real in COMPLEX.values():
            parts = (real * 2).from_buffer_copy(bytes(ctype(1.5 - 2.5j)))
            self.assertEqual(parts[:], [1.5, -2.5])

    def test_through_c(self):
        for name, (ctype, real) in COMPLEX.items():
            a, b = 1.5 - 2.5j, -3 + 0.25j
            self.assertEqual(function(f"echo_{name}", ctype, ctype)(a), a)
            self.assertEqual(function(f"add_{name}", ctype, ctype, ctype)(a, b), a + b)
            self.assertEqual(function(f"conjugate_{name}", ctype, ctype)(a), a.conjugate())
            self.assertEqual(function(f"real_{name}", real, ctype)(a), 1.5)
            self.assertEqual(function(f"imaginary_{name}", real, ctype)(a), -2.5)
            self.assertEqual(function(f"echo_{name}", ctype, ctype)(ctype(b)), b)

    def test_among_other_arguments(self):
        for name, (ctype, _) in COMPLEX.items():
            a, b = 1.5 - 2.5j, -3 + 0.25j
            mixed = function(f"mixed_{name}", ctype, c_int, ctype, c_double, ctype)
            self.assertEqual(mixed(2, a, 0.5, b), 2 * a + 0.5 * b)
            late = function(f"late_{name}", ctype, *[c_double] * 7, ctype, ctype)
            self.assertEqual(late(*range(1, 8), a, b), 28 * a + b)

    def test_without_argtypes(self):
        conjugate = function("conjugate_double_complex", c_double_complex)
        del conjugate.argtypes
        self.assertEqual(conjugate(c_double_complex(1 + 2j)), 1 - 2j)

    def test_callbacks(self):
        for name, (ctype, _) in COMPLEX.items():
            prototype = CFUNCTYPE(ctype, ctype)
            call = function(f"call_{name}", ctype, prototype, ctype)
            seen = []

            def callback(z):
                seen.append(z)
                return z * 2j

            self.assertEqual(call(prototype(callback), 1.5 - 2.5j), (1.5 - 2.5j) * 2j)
            self.assertEqual(seen, [1.5 - 2.5j])

    def test_pointers_and_fields(self):
        for name, (ctype, _) in COMPLEX.items():
            cell = ctype()
            function(f"store_{name}", None, POINTER(ctype), ctype)(byref(cell), 5 - 6j)
            self.assertEqual(cell.value, 5 - 6j)
            self.assertEqual(function(f"load_{name}", ctype, POINTER(ctype))(pointer(cell)),
                             5 - 6j)
            self.assertEqual((ctype * 2)(1j, 2)[:], [1j, 2 + 0j])

            class Record(Structure):
                _fields_ = [("a", c_bool), ("z", ctype)]

            record = Record(True, 3 + 4j)
            record.z += 1
            self.assertEqual(record.z, 4 + 4j)
            self.assertEqual(Record.z.offset, alignment(ctype))

    def test_every_kind_of_part(self):
        def shown(number):
            return [repr(part) for part in (number.real, number.imag)]

        parts = (0.0, -0.0, 1.5, math.inf, -math.inf, math.nan)
        for name, (ctype, _) in COMPLEX.items():
            echo = function(f"echo_{name}", ctype, ctype)
            untyped = function(f"echo_{name}", ctype)
            for value in itertools.starmap(complex, itertools.product(parts, parts)):
                for back in (echo(value), echo(ctype(value)), untyped(ctype(value))):
                    self.assertEqual(shown(back), shown(value))
            for value in (-0.0, 3, True, 2 ** 70):
                self.assertEqual(shown(echo(value)), shown(complex(value)))

    def test_refused_arguments(self):
        for name, (ctype, _) in COMPLEX.items():
            with self.assertRaisesRegex(ArgumentError, "argument 1: TypeError: must be real "
                                        "number, not str"):
                function(f"echo_{name}", ctype, ctype)("x")

    def test_reals_refuse_complex(self):
        for ctype in (c_float, c_double, c_longdouble):
            with self.assertRaises(TypeError):
                ctype(1j)


if __name__ == "__main__":
    unittest.main()
