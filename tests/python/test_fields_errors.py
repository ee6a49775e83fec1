"""What `_fields_`, `_pack_`, `_align_`, `_layout_` and `_anonymous_` refuse, in words."""
import unittest
import warnings
from ctypes import (
    POINTER, Structure, Union, c_bool, c_char, c_double, c_float, c_int, c_int8, c_longdouble,
    c_void_p, c_wchar, py_object, sizeof,
)

from support import PY314, TestCase, other_layout

SEQUENCE = "'_fields_' must be a sequence of "
PAIRS = SEQUENCE + "(name, C type) pairs"
TRIPLES = "_fields_ must be a sequence of (name, C type) pairs or (name, C type, bit size) triples"


class Pair(Structure):
    _fields_ = [("x", c_int8), ("y", c_int8)]


def define(base=Structure, fields=(("a", c_int),), **namespace):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return type(base)("New", (base,), {**namespace, "_fields_": fields})


class Fields(TestCase):
    def check(self, fields, old, new):
        for base in (Structure, Union):
            exception, message = new if PY314 else old
            with self.subTest(fields=fields, base=base):
                self.assertError(exception, message, define, base, fields)

    def test_not_a_sequence_of_tuples(self):
        not_iterable = (TypeError, "'int' object is not iterable")
        self.check(3, (TypeError, SEQUENCE + "pairs"), not_iterable)
        self.check([3], (TypeError, PAIRS), not_iterable)
        self.check([("a",)], (TypeError, PAIRS), (ValueError, TRIPLES))
        self.check([("a", c_int, 3, 4)], (TypeError, PAIRS), (ValueError, TRIPLES))
        self.check([()], (TypeError, PAIRS), (ValueError, TRIPLES))
        self.check("ab", (TypeError, PAIRS), (ValueError, TRIPLES))

    def test_names(self):
        self.check([(3, c_int)], (TypeError, PAIRS),
                   (TypeError, "CField() argument 'name' must be str, not int"))

    @unittest.skipUnless(PY314, "3.14 accepts any iterable of iterables")
    def test_iterables(self):
        self.assertEqual(define(fields=[["a", c_int]])(5).a, 5)
        for fields in (iter([("a", c_int)]), (field for field in [("a", c_int)]),
                       {("a", c_int): None}):
            self.assertEqual(define(fields=fields)(a=5).a, 5)

    def test_types(self):
        for wrong in (int, 3, None, "c_int", Structure, Union):
            self.check([("a", wrong)],
                       (TypeError, "second item in _fields_ tuple (index 0) must be a C type"),
                       (TypeError, "this type has no size"))

    def test_bit_sizes(self):
        for bits in (0, -1, 8 * sizeof(c_int) + 1):
            text = "number of bits invalid for bit field"
            self.check([("a", c_int, bits)], (ValueError, text), (ValueError, text + " 'a'"))
        self.check([("a", c_int, "3")], (TypeError, PAIRS),
                   (TypeError, "'<=' not supported between instances of 'str' and 'int'"))

    def test_types_without_bit_fields(self):
        for ctype in (c_float, c_double, c_longdouble, c_char, c_wchar, c_void_p, py_object, Pair,
                      POINTER(c_int), c_int * 2):
            error = TypeError, f"bit fields not allowed for type {ctype.__name__}"
            self.check([("a", ctype, 1)], error, error)

    def test_types_with_bit_fields(self):
        class Subclass(c_int):
            pass

        for ctype in (c_bool, c_int8, c_int, Subclass):
            self.assertEqual(sizeof(define(fields=[("a", ctype, 1)])), sizeof(ctype))


class Attributes(TestCase):
    def test_pack(self):
        for pack in (-1, -5):
            self.assertError(ValueError, "_pack_ must be a non-negative integer", define,
                             _pack_=pack)
        text = "_pack_ must be an integer" if PY314 else "_pack_ must be a non-negative integer"
        self.assertError(ValueError, text, define, _pack_="x")
        self.assertError(ValueError, "_pack_ too big" if PY314 else
                         "_pack_ must be a non-negative integer", define, _pack_=2 ** 40)

    def test_align(self):
        text = "_align_ must be a non-negative integer"
        self.assertError(ValueError, text, define, _align_=-1)
        if PY314:
            self.assertError(TypeError, "'<' not supported between instances of 'str' and 'int'",
                             define, _align_="x")
        else:
            self.assertError(ValueError, text, define, _align_="x")
        with self.assertRaises((ValueError, OverflowError)):
            define(_align_=2 ** 70)

    @unittest.skipUnless(PY314, "_layout_ is 3.14's")
    def test_layout(self):
        for wrong in ("x", 3, ""):
            self.assertError(ValueError, f"unknown _layout_: {wrong!r}", define, _layout_=wrong)
        self.assertError(ValueError, "_pack_ is not compatible with gcc-sysv layout", define,
                         _layout_="gcc-sysv", _pack_=1)

    @other_layout
    @unittest.skipUnless(PY314, "the default is deprecated since 3.14")
    def test_pack_without_layout_warns(self):
        for base, kind in ((Structure, "Structure"), (Union, "Union")):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                type(base)("Packed", (base,), {"_pack_": 1, "_fields_": [("a", c_int)]})
            self.assertEqual([w.category for w in caught], [DeprecationWarning])
            self.assertIn(f"Due to '_pack_', the 'Packed' {kind} will use memory layout "
                          "compatible with MSVC (Windows).", str(caught[0].message))

    def test_anonymous(self):
        def anonymous(names, ctype=Pair):
            return define(_anonymous_=names, fields=[("a", ctype)])

        self.assertError(AttributeError, "type object 'New' has no attribute 'x'", anonymous,
                         ["x"])
        self.assertError(TypeError, "_anonymous_ must be a sequence", anonymous, 3)
        with self.assertRaises(TypeError):
            anonymous([3])
        self.assertError(AttributeError, f"type object '{c_int.__name__}' has no attribute "
                         "'_fields_'", anonymous, ["a"], c_int)

    def test_anonymous_must_name_a_field(self):
        self.assertError(AttributeError, "'method' is specified in _anonymous_ but not in "
                         "_fields_", define, _anonymous_=["method"], method=5)

    def test_failed_definition_can_be_repeated(self):
        class Later(Structure):
            pass

        with self.assertRaises((TypeError, ValueError)):
            Later._fields_ = [("a", c_int), ("b", int)]
        Later._fields_ = [("a", c_int), ("b", c_int8)]
        self.assertEqual(Later(1, 2).b, 2)


if __name__ == "__main__":
    unittest.main()
