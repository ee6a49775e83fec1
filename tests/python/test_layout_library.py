"""Where fields lie, held against the library's own `ctypes._layout` on random definitions."""
import ctypes
import enum
import random
import sys
import unittest
import warnings
from _ctypes import buffer_info
from ctypes import (
    CFUNCTYPE, POINTER, BigEndianStructure, BigEndianUnion, LittleEndianStructure, LittleEndianUnion,
    Structure, Union, alignment, c_bool, c_byte, c_char, c_char_p, c_double, c_float, c_int, c_int16,
    c_int32, c_int64, c_int8, c_long, c_longdouble, c_longlong, c_short, c_ubyte, c_uint, c_uint16,
    c_uint32, c_uint64, c_uint8, c_ulong, c_ulonglong, c_ushort, c_void_p, c_wchar, c_wchar_p,
    py_object, sizeof,
)

from support import OURS, PY314, SLOWED, TestCase, other_layout

if PY314:
    from ctypes import _endian, _layout

DEFINITIONS = 20_000 // SLOWED
INTEGERS = [c_bool, c_byte, c_ubyte, c_short, c_ushort, c_int, c_uint, c_long, c_ulong, c_longlong,
            c_ulonglong, c_int8, c_uint8, c_int16, c_uint16, c_int32, c_uint32, c_int64, c_uint64]
OTHERS = [c_char, c_wchar, c_float, c_double, c_longdouble, c_char_p, c_wchar_p, c_void_p, py_object,
          POINTER(c_int), POINTER(c_char * 3), CFUNCTYPE(c_int), c_char * 5, c_short * 3, c_int * 0,
          c_uint16.__ctype_be__, c_uint32.__ctype_be__, c_int64.__ctype_be__]
BASES = [Structure, Structure, Structure, Union, Union, BigEndianStructure, BigEndianUnion,
         LittleEndianStructure, LittleEndianUnion]
ATTRIBUTES = ("name", "type", "offset", "size", "byte_offset", "byte_size", "bit_offset", "bit_size",
              "is_bitfield", "is_anonymous")


class Name(str):
    pass


class Width(enum.IntEnum):
    THREE = 3


class Overridden(type(Structure)):
    """Attribute look-ups on its classes are Python's."""

    def __getattribute__(cls, name):
        return 2 if name == "_align_" else super().__getattribute__(name)


class OfMetaclass(type(Structure)):
    """Its classes find an attribute in their metaclass."""
    _align_ = 32


class Definitions:
    """Random definitions, the wrong ones among them. Types made from one are used in later ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.made = [self.metaclass_class(Overridden), self.metaclass_class(OfMetaclass)]

    @staticmethod
    def metaclass_class(metaclass):
        return metaclass("Special", (Structure,), {"_fields_": [("z", c_short)]})

    def rarely(self, often=20):
        return self.random.randrange(often) == 0

    def ctype(self):
        if self.rarely(60):
            return self.random.choice([int, None, 5, c_int(3), Structure, "x", ctypes.Array])
        kind = self.random.randrange(10)
        if kind < 4:
            return self.random.choice(INTEGERS)
        if kind < 7 or not self.made:
            return self.random.choice(OTHERS)
        made = self.random.choice(self.made[-60:])
        return self.random.choice([made, made, POINTER(made), made * self.random.randrange(4)])

    def name(self, index):
        if self.rarely(60):
            return self.random.choice([b"b", 5, Name("subclass"), "", "é", "\ud800", "a\0b", None,
                                       "_fields_x", "__len__"])
        return "abcdefgh"[index] if not self.rarely(30) else "a"

    def width(self, ctype):
        if self.rarely(30):
            return self.random.choice([0, -1, True, False, 3.0, "3", None, Width.THREE, 2 ** 70, 65])
        return self.random.randint(1, 8 * sizeof(ctype) if self.random.random() < 0.98 else 70)

    def entry(self, index):
        name, ctype = self.name(index), self.ctype()
        if self.rarely(100):
            return self.random.choice([(name,), (name, ctype, 3, 4), (), 5, "ab", "abc", None,
                                       {"a": 1, "b": 2}, dict.fromkeys(("a", c_int16)).keys()])
        if self.random.random() < 0.35:
            ctype = ctype if self.rarely() else self.random.choice(INTEGERS)
            whole = isinstance(ctype, type) and ctype in INTEGERS
            entry = (name, ctype, self.width(ctype) if whole else 3)
        else:
            entry = (name, ctype)
        return list(entry) if self.rarely(25) else entry

    def options(self):
        options = {}
        for name, right, wrong in [
                ("_pack_", [None, 1, 1, 2, 4, 8, 16], [0, -1, 2 ** 31, "2", 2.5, True, "x", c_int]),
                ("_layout_", [None, "ms", "ms", "gcc-sysv"], ["x", 5, b"ms", "", Name("ms")]),
                ("_align_", [0, 1, 2, 4, 8, 16, 32], [3, 12, True, -1, None, "x", 2.0, 2 ** 40])]:
            if self.random.random() < 0.25:
                options[name] = self.random.choice(wrong if self.rarely(8) else right)
        if self.rarely(100):
            options["_swappedbytes_"] = self.random.choice([None, 5, property(int)])
        return options

    def base(self):
        if self.made and self.random.random() < 0.2:
            return self.random.choice(self.made[-60:])
        return self.random.choice(BASES)

    def definition(self):
        """A class name, a base class, a namespace without `_fields_`, and what makes the fields."""
        entries = [self.entry(i) for i in range(self.random.choice([0, 1, 2, 2, 3, 3, 4, 5, 7]))]
        kind = self.random.choice([list] * 12 + [tuple] * 6 + [iter])
        if self.rarely(200):
            wrong = self.random.choice([5, None, "ab", {"a": c_int}])
            return "Made", self.base(), self.options(), lambda: wrong
        name = "Made{}" if self.rarely(200) else "Made"
        return name, self.base(), self.options(), lambda: kind(entries)

    def keep(self, made):
        # Where nothing is inside, nothing grows without bounds.
        if sizeof(made) < 1 << 16:
            self.made.append(made)


def outcome(function):
    """What a function returns, or what it raises; and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function()
        except Exception as exception:
            result = (type(exception), str(exception))
    return result, [(warning.category, str(warning.message)) for warning in caught]


def described(field):
    return tuple(getattr(field, attribute) for attribute in ATTRIBUTES)


@unittest.skipUnless(PY314, "the library lays out since 3.14")
class AgainstTheLibrary(TestCase):
    def swapped(self, base, fields):
        """The fields as the metaclass of swapped types hands them on."""
        if not isinstance(base, _endian._swapped_meta):
            return fields
        return [(entry[0], _endian._other_endian(entry[1])) + entry[2:] for entry in fields]

    def expected(self, name, base, namespace, fields):
        """What the library says about a class that is the same but has no fields yet."""
        bare = type(base)(name, (base,), namespace)
        is_struct = issubclass(base, Structure)
        inherits = base if hasattr(base, "_fields_") else None
        layout = _layout.get_layout(bare, self.swapped(base, fields), is_struct, inherits)
        for number in (layout.align, layout.size):
            if not isinstance(number, int):
                raise TypeError("an integer is required")
        # A C string.
        layout.format_spec = layout.format_spec.encode().partition(b"\0")[0].decode()
        for field in layout.fields:
            # With an alignment that is no power of two, a bit field's type can stick out.
            if OURS and field.byte_offset + field.byte_size > layout.size:
                raise ValueError(f"field '{field.name}' does not lie within its structure or union")
        return layout

    def check(self, name, base, namespace, make_fields):
        def define():
            return type(base)(name, (base,), {**namespace, "_fields_": make_fields()})

        made, warned = outcome(define)
        expected, expected_warned = outcome(
            lambda: self.expected(name, base, namespace, make_fields()))
        self.assertEqual(warned, expected_warned)
        if not isinstance(expected, _layout.StructUnionLayout):
            self.assertEqual(made, expected)
            return None
        self.assertIsInstance(made, type, made)
        self.assertEqual((sizeof(made), alignment(made)), (expected.size, expected.align))
        format_spec = expected.format_spec if issubclass(base, Structure) else "B"
        self.assertEqual(buffer_info(made)[0], format_spec)
        last = {field.name: field for field in expected.fields}
        for name, field in last.items():
            self.assertEqual(described(made.__dict__[name]), described(field))
            self.assertEqual(repr(made.__dict__[name]), repr(field))
        return made

    def test_random_definitions(self):
        definitions = Definitions(seed=12)
        counts = {"right": 0, "wrong": 0}
        for number in range(DEFINITIONS):
            definition = definitions.definition()
            with self.subTest(number=number):
                made = self.check(*definition)
            counts["wrong" if made is None else "right"] += 1
            if made is not None:
                definitions.keep(made)
        # Neither kind is an exception.
        self.assertGreater(min(counts.values()), DEFINITIONS // 10)


@unittest.skipUnless(PY314, "the library lays out since 3.14")
class Warned(TestCase):
    @other_layout
    def test_the_line_that_defines_the_class_is_named(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            line = sys._getframe().f_lineno + 1
            class Packed(Structure):
                _pack_ = 1
                _fields_ = [("a", c_int)]
        self.assertEqual([(w.filename, w.lineno) for w in caught], [(__file__, line)])
        self.assertEqual(sizeof(Packed), 4)

    @other_layout
    def test_a_warning_can_be_an_error(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with self.assertRaises(DeprecationWarning):
                type(Structure)("Packed", (Structure,), {"_pack_": 1, "_fields_": [("a", c_int)]})


@unittest.skipUnless(PY314, "the library lays out since 3.14")
class Replaced(TestCase):
    def test_another_function_is_asked(self):
        asked = []
        original = _layout.get_layout

        def get_layout(cls, fields, is_struct, base):
            asked.append((cls.__name__, is_struct, base))
            return original(cls, fields, is_struct, base)

        _layout.get_layout = get_layout
        try:
            class Asked(Structure):
                _fields_ = [("a", c_int)]
        finally:
            _layout.get_layout = original

        class NotAsked(Structure):
            _fields_ = [("a", c_int)]

        self.assertEqual(asked, [("Asked", True, None)])


class Formats(TestCase):
    """Formats are written when they are asked for, but of the type as it was."""

    def test_pointer_to_what_gets_its_fields_later(self):
        class Later(Structure):
            pass

        pointer = POINTER(Later)
        array = Later * 2
        Later._fields_ = [("a", c_int)]
        self.assertEqual(memoryview(array()).format, "B")
        self.assertEqual(buffer_info(pointer)[0] if PY314 else "&B", "&B")

    @unittest.skipUnless(OURS, "CPython writes each format when the type is made")
    def test_types_inside_each_other(self):
        inner = c_int
        for _ in range(3000):
            inner = type(Structure)("Level", (Structure,), {"_fields_": [("a", inner)]})
        text = buffer_info(inner)[0]
        self.assertEqual((text[:6], text.count("T{")), ("T{T{T{", 3000))
        self.assertEqual(CFUNCTYPE(None, inner).__name__, "CFunctionType")


if __name__ == "__main__":
    unittest.main()
