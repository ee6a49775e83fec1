"""Structures: initialisation, attribute access, inheritance, and when `_fields_` may be set."""
import ctypes
import unittest
from ctypes import (
    POINTER, Structure, addressof, byref, c_char, c_double, c_float, c_int, c_int16, c_int8,
    c_short, c_void_p, sizeof,
)

from support import TestCase


class Point(Structure):
    _fields_ = [("x", c_int16), ("y", c_int16)]


class Initialisation(TestCase):
    def test_positions_and_keywords(self):
        for point, expected in [(Point(), (0, 0)), (Point(1), (1, 0)), (Point(1, 2), (1, 2)),
                                (Point(y=2), (0, 2)), (Point(1, y=2), (1, 2)),
                                (Point(y=1, x=2), (2, 1))]:
            self.assertEqual((point.x, point.y), expected)

    def test_refuses(self):
        self.assertError(TypeError, "too many initializers", Point, 1, 2, 3)
        self.assertError(TypeError, "duplicate values for field 'x'", Point, 1, x=2)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer", Point, "a")
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer", Point,
                         y="a")
        self.assertError(TypeError, "abstract class", Structure)

    def test_unknown_keywords_become_attributes(self):
        point = Point(1, color="red")
        self.assertEqual((point.color, point.x), ("red", 1))

    def test_nested(self):
        class Line(Structure):
            _fields_ = [("start", Point), ("end", Point), ("weights", c_float * 2)]

        line = Line((1, 2), Point(3, 4), (0.5, 1.5))
        self.assertEqual((line.start.x, line.start.y, line.end.x, line.end.y), (1, 2, 3, 4))
        self.assertEqual(line.weights[:], [0.5, 1.5])
        line.start = (7,)
        self.assertEqual((line.start.x, line.start.y), (7, 0))
        self.assertError(TypeError, "expected Point instance, got list", Line, [1, 2])
        self.assertError(RuntimeError, "(Point) TypeError: too many initializers", Line,
                         (1, 2, 3))
        self.assertError(RuntimeError, "(Point) TypeError: 'str' object cannot be interpreted as "
                         "an integer", setattr, line, "end", ("a",))
        self.assertError(TypeError, "incompatible types, Line instance instead of Point instance",
                         setattr, line, "end", line)

    def test_copies_what_it_is_given(self):
        class Box(Structure):
            _fields_ = [("corner", Point)]

        corner = Point(1, 2)
        box = Box(corner)
        corner.x = 9
        self.assertEqual(box.corner.x, 1)
        box.corner = corner
        self.assertEqual(box.corner.x, 9)
        self.assertIsNot(box.corner, box.corner)

    def test_own_init(self):
        class Named(Point):
            def __init__(self, name):
                super().__init__(len(name), y=5)
                self.name = name

        named = Named("abc")
        self.assertEqual((named.x, named.y, named.name), (3, 5, "abc"))

        class Untouched(Structure):
            _fields_ = [("a", c_int)]

            def __init__(self):
                pass

        self.assertEqual(Untouched().a, 0)

    def test_init_again(self):
        point = Point(1, 2)
        point.__init__(5)
        self.assertEqual((point.x, point.y), (5, 2))


class Attributes(TestCase):
    def test_write_and_read(self):
        point = Point()
        point.x = -5
        self.assertEqual((point.x, point.y), (-5, 0))
        self.assertEqual(bytes(point), (-5).to_bytes(2, "little", signed=True) + b"\0\0")

    def test_refuses(self):
        point = Point(1, 2)
        self.assertError(TypeError, "can't delete attribute", delattr, point, "x")
        self.assertError(TypeError, "'float' object cannot be interpreted as an integer", setattr,
                         point, "x", 1.5)
        self.assertError(AttributeError, "'Point' object has no attribute 'z'", lambda: point.z)
        self.assertEqual((point.x, point.y), (1, 2))

    def test_other_attributes_go_to_the_dict(self):
        point = Point()
        point.label = "here"
        self.assertEqual(point.__dict__, {"label": "here"})
        self.assertEqual(bytes(point), bytes(4))

    def test_views_share_memory(self):
        class Box(Structure):
            _fields_ = [("corner", Point), ("sizes", c_int16 * 2)]

        box = Box()
        corner, sizes = box.corner, box.sizes
        corner.y, sizes[1] = 7, 8
        self.assertEqual((box.corner.y, box.sizes[1]), (7, 8))
        self.assertEqual(addressof(corner), addressof(box))
        self.assertEqual(addressof(sizes), addressof(box) + sizeof(Point))

    def test_view_outlives_its_owner(self):
        class Box(Structure):
            _fields_ = [("filler", c_char * 1000), ("corner", Point)]

        box = Box(corner=(3, 4))
        corner = box.corner
        del box
        junk = [bytearray(1000) for _ in range(100)]
        self.assertEqual((corner.x, corner.y, len(junk)), (3, 4, 100))

    def test_identity_and_equality(self):
        self.assertNotEqual(Point(1, 2), Point(1, 2))
        point = Point()
        self.assertEqual(point, point)
        self.assertIn("Point object at 0x", repr(point))
        self.assertIs(bool(Point()), True)


class Inheritance(TestCase):
    def test_fields_follow_the_bases(self):
        class Point3(Point):
            _fields_ = [("z", c_int8)]

        point = Point3(1, 2, 3)
        self.assertEqual((point.x, point.y, point.z), (1, 2, 3))
        self.assertEqual((Point3.z.offset, sizeof(Point3)), (4, 6))
        self.assertIs(Point3.x, Point.x)
        self.assertEqual((Point3(x=1, z=2).z, Point3(1, 2, z=4).z), (2, 4))
        self.assertError(TypeError, "too many initializers", Point3, 1, 2, 3, 4)
        self.assertError(TypeError, "duplicate values for field 'x'", Point3, 1, 2, x=3)

    def test_without_new_fields(self):
        class Same(Point):
            def total(self):
                return self.x + self.y

        self.assertEqual(Same(3, 4).total(), 7)
        self.assertEqual(sizeof(Same), sizeof(Point))
        self.assertIs(Same._fields_, Point._fields_)
        box = (Point * 1)()
        box[0] = Same(5, 6)
        self.assertEqual(box[0].y, 6)

    def test_mixin(self):
        class Sum:
            def sum(self):
                return self.x + self.y

        class Mixed(Sum, Structure):
            _fields_ = [("x", c_int), ("y", c_int)]

        self.assertEqual(Mixed(2, 3).sum(), 5)

    def test_shadowed_field(self):
        class Shadow(Point):
            _fields_ = [("x", c_int)]

        # Both fields are initialised through the name, which is the subclass's.
        self.assertEqual(Shadow(1, 2, 3).x, 3)
        self.assertEqual(Shadow.x.offset, 4)

    def test_duplicate_names(self):
        class Twice(Structure):
            _fields_ = [("a", c_int), ("a", c_short)]

        self.assertEqual(Twice(1, 2).a, 2)
        self.assertEqual(Twice.a.offset, 4)


class Finality(TestCase):
    def test_set_once(self):
        class Once(Structure):
            _fields_ = [("a", c_int)]

        for change in ([], [("x", c_int)]):
            self.assertError(AttributeError, "_fields_ is final", setattr, Once, "_fields_",
                             change)
        self.assertEqual((sizeof(Once), Once().a), (sizeof(c_int), 0))

    def test_set_later(self):
        class Later(Structure):
            pass

        self.assertEqual(sizeof(Later), 0)
        self.assertFalse(hasattr(Later, "_fields_"))
        Later._fields_ = [("a", c_int)]
        self.assertEqual(Later(5).a, 5)
        self.assertError(AttributeError, "_fields_ is final", setattr, Later, "_fields_", [])

    def final_after(self, use):
        class Later(Structure):
            pass

        use(Later)
        self.assertError(AttributeError, "_fields_ is final", setattr, Later, "_fields_",
                         [("a", c_int)])

    def test_final_after_use(self):
        def subclass(cls):
            type(cls)("Derived", (cls,), {})

        def field(cls):
            type("Outer", (Structure,), {"_fields_": [("inner", cls)]})

        self.final_after(lambda cls: cls())
        self.final_after(subclass)
        self.final_after(field)

    def test_not_final_after(self):
        for use in (POINTER, lambda cls: cls * 2, sizeof, ctypes.alignment):
            class Later(Structure):
                pass

            use(Later)
            Later._fields_ = [("a", c_int)]
            self.assertEqual(Later(3).a, 3)

    def test_cannot_contain_itself(self):
        class Loop(Structure):
            pass

        self.assertError(AttributeError, "Structure or union cannot contain itself", setattr,
                         Loop, "_fields_", [("a", c_int), ("loop", Loop)])

    def test_type_attributes_are_plain(self):
        class Plain(Structure):
            _fields_ = [("a", c_int)]

        Plain.note = 5
        self.assertEqual((Plain.note, Plain().note), (5, 5))
        del Plain.note
        self.assertFalse(hasattr(Plain, "note"))
        Plain.a = 7  # hides the field
        self.assertEqual(Plain().a, 7)


class Empty(TestCase):
    def test_empty(self):
        class NoFields(Structure):
            pass

        class EmptyFields(Structure):
            _fields_ = []

        for cls in (NoFields, EmptyFields):
            self.assertEqual((sizeof(cls), sizeof(cls())), (0, 0))
            self.assertEqual(bytes(cls()), b"")
            self.assertError(TypeError, "too many initializers", cls, 1)
            byref(cls())

        class Holder(Structure):
            _fields_ = [("a", c_int8), ("nothing", EmptyFields), ("b", c_double)]

        self.assertEqual((Holder.nothing.offset, Holder.b.offset, sizeof(Holder)), (1, 8, 16))

    def test_empty_base(self):
        class Base(Structure):
            _fields_ = []

        class Derived(Base):
            _fields_ = [("p", c_void_p)]

        self.assertEqual((Derived.p.offset, Derived(5).p), (0, 5))


if __name__ == "__main__":
    unittest.main()
