"""Field descriptors: their attributes, their repr, and their use as plain descriptors."""
import unittest
from ctypes import (
    BigEndianStructure, Structure, Union, c_char, c_float, c_int16, c_int32, c_int64, c_uint8,
    c_uint16, c_uint32, c_ushort,
)

from support import PY314, TestCase, other_layout

if PY314:
    from ctypes import CField


class Inner(Structure):
    _fields_ = [("x", c_int16), ("y", c_int16)]


class Record(Structure):
    _anonymous_ = ["inner"]
    _fields_ = [("a", c_int16), ("b", c_int64), ("inner", Inner), ("text", c_char * 5),
                ("low", c_ushort, 3), ("high", c_ushort, 11)]


class Attributes(TestCase):
    def test_offset_and_size(self):
        self.assertEqual([(getattr(Record, n).offset, getattr(Record, n).size)
                          for n in ("a", "b", "inner", "x", "y", "text")],
                         [(0, 2), (8, 8), (16, 4), (16, 2), (18, 2), (20, 5)])

    def test_size_of_bit_fields_packs_width_and_position(self):
        class Bits(Structure):
            _fields_ = [("a", c_uint32, 3), ("b", c_uint32, 13)]

        self.assertEqual((Bits.a.size, Bits.b.size), (3 << 16, 13 << 16 | 3))
        self.assertEqual((Bits.a.offset, Bits.b.offset), (0, 0))

    @other_layout
    @unittest.skipUnless(PY314, "3.14's attributes")
    def test_all(self):
        names = ("name", "type", "byte_offset", "byte_size", "bit_offset", "bit_size",
                 "is_bitfield", "is_anonymous")

        def described(field):
            return tuple(getattr(field, name) for name in names)

        self.assertEqual(described(Record.a), ("a", c_int16, 0, 2, 0, 16, False, False))
        self.assertEqual(described(Record.b), ("b", c_int64, 8, 8, 0, 64, False, False))
        self.assertEqual(described(Record.inner), ("inner", Inner, 16, 4, 0, 32, False, True))
        self.assertEqual(described(Record.y), ("y", c_int16, 18, 2, 0, 16, False, False))
        self.assertEqual(described(Record.text), ("text", c_char * 5, 20, 5, 0, 40, False, False))
        self.assertEqual(described(Record.low), ("low", c_ushort, 24, 2, 8, 3, True, False))
        self.assertEqual(described(Record.high), ("high", c_ushort, 26, 2, 0, 11, True, False))

    @other_layout
    @unittest.skipUnless(PY314, "3.14's attributes")
    def test_big_endian_bit_offsets_count_from_the_least_significant(self):
        class Big(BigEndianStructure):
            _fields_ = [("a", c_uint32, 3), ("b", c_uint32, 5), ("c", c_uint8, 2)]

        self.assertEqual([(f.byte_offset, f.bit_offset) for f in (Big.a, Big.b, Big.c)],
                         [(0, 29), (0, 24), (1, 6)])

    @unittest.skipUnless(PY314, "3.14's attributes")
    def test_union(self):
        class Views(Union):
            _fields_ = [("a", c_uint32), ("b", c_uint16, 9)]

        self.assertEqual((Views.b.byte_offset, Views.b.bit_offset, Views.b.bit_size), (0, 0, 9))

    def test_read_only(self):
        for name in ("offset", "size") + (("name", "type", "bit_size", "is_bitfield")
                                          if PY314 else ()):
            with self.assertRaises(AttributeError):
                setattr(Record.a, name, 1)


class Repr(TestCase):
    @other_layout
    def test_repr(self):
        if PY314:
            self.assertEqual(repr(Record.b), f"<ctypes.CField 'b' type={c_int64.__name__}, ofs=8, "
                             "size=8>")
            self.assertEqual(repr(Record.high), "<ctypes.CField 'high' type=c_ushort, ofs=26, "
                             "bit_size=11, bit_offset=0>")
        else:
            self.assertEqual(repr(Record.b), f"<Field type={c_int64.__name__}, ofs=8, size=8>")
        self.assertIn("type=Inner, ofs=16", repr(Record.inner))
        self.assertIn("type=c_char_Array_5, ofs=20, size=5", repr(Record.text))

    def test_type_name(self):
        self.assertEqual(type(Record.a).__name__, "CField")
        self.assertEqual(type(Record.a).__module__, "ctypes" if PY314 else "_ctypes")


class AsDescriptors(TestCase):
    def test_get_and_set(self):
        record = Record()
        Record.b.__set__(record, 5)
        self.assertEqual(Record.b.__get__(record), 5)
        self.assertEqual(Record.b.__get__(record, Record), 5)
        self.assertIs(Record.b.__get__(None, Record), Record.b)
        self.assertIs(Record.__dict__["b"], Record.b)
        self.assertError(TypeError, "can't delete attribute", Record.b.__delete__, record)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer",
                         Record.b.__set__, record, "x")

    def test_instances_only(self):
        for wrong in (5, "x", Record, object()):
            self.assertError(TypeError, "not a ctype instance", Record.b.__get__, wrong)
            self.assertError(TypeError, "not a ctype instance", Record.b.__set__, wrong, 5)

    def test_under_another_name(self):
        class Aliased(Record):
            alias = Record.b

        record = Aliased()
        record.alias = 9
        self.assertEqual(record.b, 9)

    def test_hashable(self):
        self.assertEqual(len({Record.a, Record.b, Record.a}), 2)

    def test_cannot_be_subclassed(self):
        with self.assertRaises(TypeError):
            type("Derived", (type(Record.a),), {})


@unittest.skipUnless(PY314, "CField's constructor is 3.14's")
class Making(TestCase):
    """The constructor is internal to the ctypes package; its checks protect the memory."""

    def make(self, **changes):
        arguments = {"name": "x", "type": c_int32, "byte_size": 4, "byte_offset": 0, "index": 0,
                     "_internal_use": True, **changes}
        return CField(**{key: v for key, v in arguments.items() if v is not ...})

    def test_plain(self):
        field = self.make(byte_offset=8)
        self.assertEqual((field.name, field.type, field.offset, field.bit_size), ("x", c_int32, 8,
                                                                                  32))

    def test_bit_field(self):
        field = self.make(bit_size=3, bit_offset=5)
        self.assertEqual((field.bit_size, field.bit_offset, field.is_bitfield), (3, 5, True))

    def test_refuses(self):
        for changes, exception, message in [
                ({"type": int}, TypeError, "type of field 'x' must be a C type"),
                ({"name": 3}, TypeError, "CField() argument 'name' must be str, not int"),
                ({"byte_size": 3}, ValueError,
                 "byte size of field 'x' (3) does not match type size (4)"),
                ({"byte_size": -4}, ValueError,
                 "byte size of field 'x' must not be negative, got -4"),
                ({"bit_size": 0, "bit_offset": 0}, ValueError,
                 "bit size of field 'x' out of range, got 0"),
                ({"bit_size": 3, "bit_offset": -1}, ValueError,
                 "bit offset of field 'x' out of range, got -1"),
                ({"type": c_float, "bit_size": 3, "bit_offset": 0}, TypeError,
                 "bit fields not allowed for type c_float")]:
            with self.subTest(changes):
                self.assertError(exception, message, self.make, **changes)
        for name, position in [("name", 1), ("type", 2), ("_internal_use", 6)]:
            with self.assertRaisesRegex(TypeError, "missing required argument "
                                        rf"'{name}' \(pos {position}\)"):
                self.make(**{name: ...})
        with self.assertRaisesRegex(TypeError, "^cannot create"):
            self.make(_internal_use=False)
        with self.assertRaisesRegex(ValueError, "^bit field 'x' overflows its type"):
            self.make(bit_size=3, bit_offset=30)


if __name__ == "__main__":
    unittest.main()
