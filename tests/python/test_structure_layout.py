"""Offsets, sizes and alignments of structures and unions, held against the C compiler's.

The definitions come from the C library as text (tests/clib/layout.h): they are written once.
"""
import ctypes
import re
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, Union, alignment, c_bool, c_char_p, c_double, c_float, c_int,
    c_int8, c_int16, c_int32, c_longdouble, c_longlong, c_size_t, c_void_p, c_wchar,
    sizeof,
)

from support import PY314, TestCase, clib, function, other_layout

NAMES = {
    "void_p": c_void_p, "char_p": c_char_p, "longdouble": c_longdouble, "longlong": c_longlong,
    "wchar": c_wchar, "bool_t": c_bool, "float": c_float, "double": c_double,
    **{f"{sign}int{bits}_t": getattr(ctypes, f"c_{sign}int{bits}")
       for sign in ("", "u") for bits in (8, 16, 32, 64)},
}


class Case(Structure):
    _fields_ = [("name", c_char_p), ("definition", c_char_p), ("pack", c_int),
                ("requested_align", c_int), ("count", c_int), ("size", c_size_t),
                ("align", c_size_t), ("offsets", c_size_t * 8),
                ("store", CFUNCTYPE(None, c_void_p, c_int, c_longlong))]


def cases(table):
    """The entries of one of the C library's tables."""
    entry = function(f"{table}_case", POINTER(Case), c_size_t)
    index = 0
    while case := entry(index):
        yield case.contents
        index += 1


def parse(definition):
    """[(name, ctype)] or [(name, ctype, bits)] of a definition's text."""
    fields = []
    pattern = r"(\w+) (\w+)(?:\s*:\s*(\d+)|\[(\d+)\])?;"
    for ctype, name, bits, length in re.findall(pattern, definition.decode()):
        ctype = NAMES[ctype]
        if length:
            ctype = ctype * int(length)
        fields.append((name, ctype, int(bits)) if bits else (name, ctype))
    return fields


class Layout(TestCase):
    def test_plain_fields(self):
        seen = 0
        for case in cases("plain"):
            with self.subTest(case.name):
                namespace = {"_fields_": parse(case.definition)}
                if case.pack:
                    namespace.update(_pack_=case.pack, _layout_="ms")
                if case.requested_align:
                    namespace["_align_"] = case.requested_align
                cls = type(Structure)("Checked", (Structure,), namespace)
                self.assertEqual(len(cls._fields_), case.count)
                offsets = [getattr(cls, field[0]).offset for field in cls._fields_]
                self.assertEqual(offsets, case.offsets[:case.count])
                self.assertEqual(sizeof(cls), case.size)
                self.assertEqual(alignment(cls), case.align)
                for name, ctype in cls._fields_:
                    self.assertEqual(getattr(cls, name).size, sizeof(ctype))
                seen += 1
        self.assertGreater(seen, 15)

    def check(self, table, cls, *paths):
        expected = list((c_size_t * (2 + len(paths))).in_dll(clib, table))
        offsets = [getattr(cls, path).offset for path in paths]
        self.assertEqual([sizeof(cls), alignment(cls), *offsets], expected)

    def test_nested(self):
        class Inner(Structure):
            _fields_ = [("a", c_int8), ("b", c_int16)]

        class Outer(Structure):
            _fields_ = [("a", c_int8), ("b", Inner), ("c", c_int8), ("d", Inner * 2),
                        ("e", c_double)]

        self.check("outer_layout", Outer, *"abcde")

    def test_anonymous(self):
        class Halves(Structure):
            _fields_ = [("lo", c_int8), ("hi", c_int8)]

        class Views(Union):
            _anonymous_ = ["halves"]
            _fields_ = [("i", c_int32), ("f", c_float), ("halves", Halves)]

        class Outer(Structure):
            _anonymous_ = ["views"]
            _fields_ = [("a", c_int8), ("views", Views), ("z", c_int8)]

        self.check("anonymous_layout", Outer, "a", "i", "f", "lo", "hi", "z")

    def test_unions(self):
        class Wide(Union):
            _fields_ = [("a", c_int8 * 5), ("b", c_int16)]

        class Bits(Union):
            _fields_ = [("a", ctypes.c_uint32, 3), ("b", ctypes.c_uint16, 11),
                        ("whole", ctypes.c_uint32)]

        self.check("wide_union_layout", Wide)
        self.check("bit_union_layout", Bits)


class BitFields(TestCase):
    def check(self, table, **attributes):
        seen = 0
        for case in cases(table):
            with self.subTest(case.name):
                namespace = {"_fields_": parse(case.definition), **attributes}
                if case.pack:
                    namespace["_pack_"] = case.pack
                if case.requested_align:
                    namespace["_align_"] = case.requested_align
                cls = type(Structure)("Checked", (Structure,), namespace)
                if not PY314 and len({sizeof(f[1]) for f in cls._fields_}) > 1:
                    continue  # 3.13 lays fields of different sizes out in a way of its own
                self.assertEqual((sizeof(cls), alignment(cls)), (case.size, case.align))
                self.assertEqual(len(cls._fields_), case.count)
                self.check_values(cls, case)
                seen += 1
        self.assertGreater(seen, 3)

    def check_values(self, cls, case):
        for index, (name, ctype, *bits) in enumerate(cls._fields_):
            for value in (-1, 0, 1, 0x5555555555555555, 0x2AAAAAAAAAAAAAAA):
                from_c, from_python = cls(), cls()
                case.store(ctypes.addressof(from_c), index, value)
                setattr(from_python, name, value)
                self.assertEqual(bytes(from_python), bytes(from_c), (name, value))
                self.assertEqual(getattr(from_c, name), self.wrapped(value, ctype, *bits),
                                 (name, value))
            # Writing one field leaves the others alone.
            full = cls.from_buffer_copy(b"\xff" * sizeof(cls))
            by_c = cls.from_buffer_copy(full)
            setattr(full, name, 0)
            case.store(ctypes.addressof(by_c), index, 0)
            self.assertEqual(bytes(full), bytes(by_c), name)

    @staticmethod
    def wrapped(value, ctype, bits=None):
        bits = bits or 8 * sizeof(ctype)
        value &= (1 << bits) - 1
        signed = ctype(-1).value < 0
        return value - (1 << bits) if signed and value >> bits - 1 else value

    def test_gcc_sysv(self):
        self.check("bit", **{"_layout_": "gcc-sysv"} if PY314 else {})

    @unittest.skipUnless(PY314, "_layout_ is 3.14's")
    @other_layout
    def test_default_is_gcc_sysv(self):
        self.check("bit")

    @unittest.skipUnless(PY314, "_layout_ is 3.14's")
    def test_ms(self):
        if not function("has_ms_layout", c_bool)():
            self.skipTest("this compiler has no ms_struct")
        self.check("ms_bit", _layout_="ms")


if __name__ == "__main__":
    unittest.main()
