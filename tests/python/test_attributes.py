"""Attributes of C values: fields, `value`, `contents`, what a class or an instance has of its own; and what
becomes of them when classes change."""
import gc
import sys
import threading
import unittest
from ctypes import POINTER, Structure, Union, c_char, c_double, c_int, c_short, pointer, resize

from support import OURS, SLOWED, TestCase


def point():
    """A new class, so that a test may change it."""

    class Point(Structure):
        _fields_ = [("x", c_int), ("y", c_double)]

    return Point


def read(thing):
    """Reads in one place of the code, whatever the class."""
    return thing.x


def write(thing, value):
    thing.x = value


class ChangedClasses(TestCase):
    def test_field_replaced_and_deleted(self):
        Point = point()
        thing = Point(3, 4.0)
        self.assertEqual([read(thing) for _ in range(20)], [3] * 20)
        field = Point.x
        Point.x = property(lambda self: "property")
        self.assertEqual(read(thing), "property")
        with self.assertRaises(AttributeError):
            write(thing, 5)
        del Point.x
        self.assertError(AttributeError, "'Point' object has no attribute 'x'", read, thing)
        write(thing, "its own")
        self.assertEqual(read(thing), "its own")
        Point.x = field
        self.assertEqual(read(thing), 3)
        write(thing, 6)
        self.assertEqual((read(thing), thing.__dict__), (6, {"x": "its own"}))
        Point.x = 7
        self.assertEqual(read(thing), "its own")
        del thing.x
        self.assertEqual(read(thing), 7)

    @unittest.skipUnless(OURS, "CPython reads past the end of the value")
    def test_field_of_another_class(self):
        Point = point()

        class Other(Structure):
            _fields_ = [("a", c_short)]

        Other.x = Point.x
        for _ in range(20):
            with self.assertRaises(TypeError):
                read(Other())
            with self.assertRaises(TypeError):
                write(Other(), 5)

    def test_derived(self):
        Point = point()

        class Derived(Point):
            _fields_ = [("z", c_int)]

        class Hidden(Point):
            x = "hidden"

        class Renewed(Point):
            _fields_ = [("x", c_short)]

        for _ in range(20):
            thing = Derived(1, 2.0, 3)
            write(thing, 5)
            self.assertEqual((read(thing), thing.y, thing.z), (5, 2.0, 3))
            hidden = Hidden()
            self.assertEqual(read(hidden), "hidden")
            write(hidden, 5)
            self.assertEqual((read(hidden), bytes(hidden)), (5, bytes(16)))
            renewed = Renewed()
            write(renewed, 70000)
            self.assertEqual(read(renewed), 70000 - 65536)

    def test_methods_and_properties(self):
        class Point(Structure):
            _fields_ = [("x", c_int), ("y", c_int)]

            def total(self):
                return self.x + self.y

            @property
            def difference(self):
                return self.x - self.y

            @classmethod
            def made(cls):
                return cls(5, 6)

            @staticmethod
            def static():
                return "static"

        thing = Point(7, 3)
        for number in range(50):
            thing.x = number
            self.assertEqual(thing.x, number)
            self.assertEqual(thing.total(), number + 3)
            self.assertEqual(thing.difference, number - 3)
            self.assertEqual(thing.made().x, 5)
            self.assertEqual(thing.static(), "static")
            self.assertEqual(thing.total.__self__, thing)
        Point.later = lambda self: self.x * 2
        self.assertEqual(thing.later(), 98)
        thing.total = lambda: "its own"
        self.assertEqual(thing.total(), "its own")
        with self.assertRaises(AttributeError):
            thing.difference = 5

    def test_hooks_set_and_deleted(self):
        Point = point()
        thing = Point(3, 4.0)
        for _ in range(3):
            self.assertEqual(read(thing), 3)
            Point.__getattribute__ = lambda self, name: f"hook {name}"
            self.assertEqual(read(thing), "hook x")
            del Point.__getattribute__
            self.assertEqual(read(thing), 3)
            seen = []
            Point.__setattr__ = lambda self, name, value: seen.append((name, value))
            write(thing, 5)
            self.assertEqual((read(thing), seen), (3, [("x", 5)]))
            del Point.__setattr__
            write(thing, 3)
            Point.__getattr__ = lambda self, name: f"missing {name}"
            self.assertEqual((read(thing), thing.nothing), (3, "missing nothing"))
            del Point.__getattr__
            self.assertError(AttributeError, "'Point' object has no attribute 'nothing'",
                             getattr, thing, "nothing")

    def test_hooks_of_a_class(self):
        class Hooked(point()):
            def __getattribute__(self, name):
                value = super().__getattribute__(name)
                return value + 100 if name == "x" else value

            def __setattr__(self, name, value):
                super().__setattr__(name, value * 2)

        thing = Hooked()
        for _ in range(20):
            write(thing, 5)
            self.assertEqual(read(thing), 110)
        self.assertEqual(object.__getattribute__(thing, "x"), 10)
        self.assertIs(point().__getattribute__, object.__getattribute__)
        self.assertIs(point().__setattr__, object.__setattr__)

    def test_hooks_beside_methods(self):
        class Reads(point()):
            def __getattribute__(self, name):
                return f"hook {name}" if name == "x" else super().__getattribute__(name)

            def method(self):
                return "method"

        class Writes(point()):
            seen = []

            def __setattr__(self, name, value):
                self.seen.append(name)

            def method(self):
                return "method"

        for _ in range(5):
            thing = Reads()
            thing.method = "its own"
            self.assertEqual((thing.method, read(thing)), ("its own", "hook x"))
            thing = Writes()
            self.assertEqual(thing.method(), "method")
            write(thing, 5)
            self.assertEqual(read(thing), 0)
        self.assertEqual(Writes.seen, ["x"] * 5)

    def test_class_of_an_instance(self):
        Point = point()

        class Sub(Point):
            @property
            def x(self):
                return "property"

        thing = Point(3, 4.0)
        self.assertEqual(read(thing), 3)
        thing.__class__ = Sub
        self.assertEqual(read(thing), "property")
        thing.__class__ = Point
        self.assertEqual(read(thing), 3)

    def test_bases_of_a_class(self):
        class Root(Structure):
            pass

        class First(Root):
            x = "first"

        class Second(Root):
            x = "second"

        class Derived(First):
            _fields_ = [("y", c_int)]

        thing = Derived()
        self.assertEqual(read(thing), "first")
        Derived.__bases__ = (Second,)
        self.assertEqual(read(thing), "second")
        Second.x = "third"
        self.assertEqual(read(thing), "third")

    def test_fields_given_late(self):
        class Late(Structure):
            pass

        class Derived(Structure):
            _fields_ = [("late", POINTER(Late))]

        self.assertFalse(hasattr(Late, "x"))
        Late._fields_ = [("x", c_int)]
        thing = Late(5)
        self.assertEqual(read(Derived(pointer(thing)).late.contents), 5)

    def test_value(self):
        class Number(c_int):
            pass

        class Doubled(c_int):
            @property
            def value(self):
                return c_int.value.__get__(self) * 2

        for _ in range(20):
            self.assertEqual((c_int(5).value, Number(6).value, Doubled(7).value), (5, 6, 14))
            number = Number()
            number.value = 8
            self.assertEqual(number.value, 8)
            with self.assertRaises(AttributeError):
                Doubled().value = 5
        Number.value = "class attribute"
        self.assertEqual(number.value, "class attribute")
        del Number.value
        self.assertEqual(number.value, 8)

    def test_of_a_class_that_is_gone(self):
        for number in range(300):
            thing = point()(number, 2.0)
            self.assertEqual((read(thing), thing.y), (number, 2.0))
            if number % 50 == 0:
                gc.collect()


class Instances(TestCase):
    def test_own_attributes(self):
        for thing in (point()(), c_int(), pointer(c_int()), (c_char * 3)()):
            self.assertFalse(hasattr(thing, "note"))
            for number in range(20):
                thing.note = number
                self.assertEqual(thing.note, number)
            self.assertEqual(thing.__dict__, {"note": 19})
            thing.__dict__ = {"note": "other"}
            self.assertEqual(thing.note, "other")
            del thing.note
            with self.assertRaises(AttributeError) as caught:
                thing.note
            self.assertEqual((caught.exception.name, caught.exception.obj), ("note", thing))
            with self.assertRaises(AttributeError):
                del thing.note

    def test_without_dict(self):
        class Slotted(Structure):
            __slots__ = ("slot",)
            _fields_ = [("x", c_int)]

        thing = Slotted(3)
        for _ in range(20):
            thing.slot = "own"
            self.assertEqual((read(thing), thing.slot), (3, "own"))
            write(thing, 3)
        if not hasattr(thing, "__dict__"):
            self.assertError(AttributeError, "'Slotted' object has no attribute 'nothing' and no "
                             "__dict__ for setting new attributes", setattr, thing, "nothing", 5)

    def test_names_that_are_made(self):
        class Wide(Structure):
            _fields_ = [(f"field_{number}", c_int) for number in range(300)]

        thing = Wide(*range(300))
        for _ in range(3):
            for number in range(300):
                name = "".join(["field_", str(number)])
                self.assertEqual(getattr(thing, name), number)
                setattr(thing, name, number)

    def test_deletion(self):
        thing = point()(3, 4.0)
        for _ in range(20):
            self.assertError(TypeError, "can't delete attribute", delattr, thing, "x")
            self.assertError(TypeError, "can't delete attribute", delattr, c_int(), "value")
            self.assertEqual(read(thing), 3)

    def test_wrong_values(self):
        thing = point()(3, 4.0)
        for _ in range(20):
            with self.assertRaises(TypeError):
                write(thing, "text")
            with self.assertRaises(TypeError):
                thing.y = "text"
        self.assertEqual((thing.x, thing.y), (3, 4.0))

    @unittest.skipUnless(OURS, "CPython writes where the memory was")
    def test_value_that_moves_the_memory(self):
        thing = point()(3, 4.0)

        class Moves:
            def __float__(self):
                resize(thing, 4096)
                return 5.0

        for _ in range(3):
            thing.y = Moves()
            self.assertEqual((thing.x, thing.y), (3, 5.0))

    def test_value_that_deletes_the_field(self):
        Point = point()
        field = Point.y
        thing = Point()

        class Deletes:
            def __float__(self):
                if "y" in Point.__dict__:
                    del Point.y
                    gc.collect()
                return 6.0

        for _ in range(3):
            Point.y = field
            thing.y = Deletes()
            self.assertFalse(hasattr(thing, "y"))
        Point.y = field
        self.assertEqual(thing.y, 6.0)

    def test_union_and_anonymous(self):
        class Parts(Union):
            _fields_ = [("whole", c_int), ("parts", c_short * 2)]

        class Outer(Structure):
            _anonymous_ = ["inner"]
            _fields_ = [("first", c_int), ("inner", Parts)]

        thing = Outer()
        for number in range(20):
            thing.whole = number
            self.assertEqual((thing.whole, thing.inner.whole, thing.parts[:]),
                             (number, number, [number, 0] if sys.byteorder == "little" else [0, number]))


class Threads(TestCase):
    @unittest.skipUnless(OURS, "takes for ever where threads take turns")
    def test_fields_that_come_and_go(self):
        Point = point()
        field = Point.x
        stop = threading.Event()
        errors = []

        def use():
            thing = Point(3, 4.0)
            while not stop.is_set():
                try:
                    if read(thing) not in (3, "property"):
                        errors.append(read(thing))
                    write(thing, 3)
                except AttributeError:
                    pass
                except BaseException as error:
                    errors.append(error)

        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(2000 // SLOWED):
            del Point.x
            Point.x = property(lambda self: "property")
            Point.x = field
            if number % 100 == 0:
                gc.collect()
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(errors, [])


if __name__ == "__main__":
    unittest.main()
