"""What ordinary classes are as classes: the same whether the program makes them or the VM's `type`."""
import abc
import enum
import gc
import unittest
import weakref
from dataclasses import dataclass
from unittest import TestCase


class Plain:
    """A plain class."""
    attribute = 1

    def __init__(self, value=0):
        self.value = value

    @property
    def twice(self):
        return self.value * 2

    def who(self):
        return __class__


class Derived(Plain):
    def who(self):
        return super().who(), __class__


class Anatomy(TestCase):
    def test_names(self):
        self.assertEqual((Plain.__name__, Plain.__qualname__, Plain.__module__, Plain.__doc__),
                         ("Plain", "Plain", __name__, "A plain class."))
        self.assertIsNone(Derived.__doc__)
        made = type("Made", (), {"__doc__": None, "__qualname__": "a.b", "__module__": "m"})
        self.assertEqual((made.__name__, made.__qualname__, made.__module__, made.__doc__),
                         ("Made", "a.b", "m", None))
        self.assertNotIn("__qualname__", vars(made))
        self.assertEqual(type("Made", (), {"__doc__": 5}).__doc__, 5)
        made.__name__ = "Other"
        self.assertEqual((made.__name__, repr(made)), ("Other", "<class 'm.a.b'>"))

    def test_bases(self):
        self.assertEqual((Plain.__bases__, Plain.__base__, Plain.__mro__),
                         ((object,), object, (Plain, object)))
        self.assertEqual((Derived.__bases__, Derived.__mro__), ((Plain,), (Derived, Plain, object)))
        self.assertEqual(Plain.__subclasses__(), [Derived])
        self.assertIn(Plain, object.__subclasses__())
        Plain().__dict__
        self.assertFalse({"Blank", "template"} & {cls.__name__ for cls in object.__subclasses__()})

        class Other:
            pass

        made = type("Made", (Plain,), {})
        made.__bases__ = (Other,)
        self.assertEqual(made.__mro__, (made, Other, object))

    def test_namespace(self):
        self.assertEqual(list(vars(type("Made", (), {"a": 1}))),
                         ["a", "__module__", "__dict__", "__weakref__", "__doc__"])
        self.assertEqual(list(vars(type("Made", (Plain,), {"a": 1}))), ["a", "__module__", "__doc__"])
        namespace = {"a": 1}
        made = type("Made", (), namespace)
        namespace["a"] = 2
        self.assertEqual(made.a, 1)
        for name in ("__dict__", "__weakref__"):
            self.assertIs(vars(Plain)[name].__objclass__, Plain)

    def test_super_and_properties(self):
        self.assertEqual(Derived().who(), (Plain, Derived))
        self.assertEqual((Derived(4).twice, Plain.twice.__name__), (8, "twice"))

    def test_classes_die(self):
        gone = weakref.ref(type("Gone", (Plain,), {"method": lambda self: 1}))
        gc.collect()
        self.assertIsNone(gone())
        for _ in range(100):
            type("Gone", (Plain,), {})
        gc.collect()
        self.assertEqual(Plain.__subclasses__(), [Derived])

    def test_what_is_wrong(self):
        for arguments in [("Made", 5, {}), (5, (), {}), ("Made", (), 5), ("Made", (5,), {}),
                          ("Made", (bool,), {}), ("Made", (Plain, Plain), {})]:
            with self.assertRaises(TypeError):
                type(*arguments)
        with self.assertRaises(ValueError):
            type("Ma\0de", (), {})
        with self.assertRaises(TypeError):
            class Wrong(Plain, word=5):
                pass
        with self.assertRaises(TypeError):
            type("Made", (), {"__qualname__": 5})


class Instances(TestCase):
    def test_dict(self):
        for cls in (Plain, Derived):
            instance = cls(3)
            self.assertEqual(instance.__dict__, {"value": 3})
            instance.__dict__ = {"other": 6}
            self.assertEqual(instance.other, 6)
            with self.assertRaises(TypeError):
                instance.__dict__ = 5
            del instance.__dict__
            self.assertEqual(instance.__dict__, {})
        with self.assertRaises((AttributeError, TypeError)):
            vars(Plain)["__dict__"].__set__(Plain, {})

    def test_dict_of_a_builtin_base(self):
        class Mixed(Plain, Exception):
            pass

        mixed = Mixed(3)
        self.assertEqual(mixed.__dict__, {"value": 3})
        self.assertEqual(vars(Plain)["__dict__"].__get__(mixed), {"value": 3})

    def test_weak_references(self):
        instance = Derived()
        self.assertIsNone(instance.__weakref__)
        reference = weakref.ref(instance)
        self.assertIs(instance.__weakref__, reference)
        with self.assertRaises(AttributeError):
            instance.__weakref__ = None

    def test_class_can_change(self):
        instance = Plain(2)
        instance.__class__ = Derived
        self.assertEqual((instance.who(), instance.twice), ((Plain, Derived), 4))

    def test_arguments(self):
        class Empty:
            pass

        for arguments in [(1,), (1, 2)]:
            with self.assertRaises(TypeError):
                Empty(*arguments)


class SpecialMethods(TestCase):
    def both(self, **namespace):
        """A class with these and one that inherits them."""
        made = type("Made", (), namespace)
        return made, type("Derived", (made,), {})

    def test_operators(self):
        special = {"__repr__": lambda s: "repr", "__str__": lambda s: "str", "__len__": lambda s: 3,
                   "__getitem__": lambda s, i: ("item", i), "__contains__": lambda s, i: i == 7,
                   "__call__": lambda s, *a: a, "__add__": lambda s, o: ("add", o),
                   "__radd__": lambda s, o: ("radd", o), "__iadd__": lambda s, o: "iadd",
                   "__neg__": lambda s: "neg", "__bool__": lambda s: False, "__int__": lambda s: 5,
                   "__index__": lambda s: 6, "__float__": lambda s: 0.5, "__iter__": lambda s: s,
                   "__next__": lambda s: "next", "__lt__": lambda s, o: "lt",
                   "__matmul__": lambda s, o: "matmul", "__eq__": lambda s, o: "eq",
                   "__hash__": lambda s: 9}
        for cls in self.both(**special):
            a = cls()
            increased = a
            increased += 1
            self.assertEqual(
                (repr(a), str(a), len(a), a[4], 7 in a, a(1), a + 1, 1 + a, increased, -a, bool(a),
                 int(a), a.__index__(), float(a), next(iter(a)), a < 1, a @ 1, a == 1, hash(a)),
                ("repr", "str", 3, ("item", 4), True, (1,), ("add", 1), ("radd", 1), "iadd", "neg",
                 False, 5, 6, 0.5, "next", "lt", "matmul", "eq", 9))

    def test_items_alone_make_a_sequence(self):
        for cls in self.both(__getitem__=lambda s, i: [10, 11][i]):
            self.assertEqual((list(cls()), 11 in cls(), 12 in cls()), ([10, 11], True, False))
        for cls in self.both():
            with self.assertRaises(TypeError):
                iter(cls())

    def test_equality_takes_the_hash_away(self):
        for cls in self.both(__eq__=lambda s, o: True):
            self.assertIsNone(cls.__hash__)
            with self.assertRaises(TypeError):
                hash(cls())

    def test_attributes(self):
        stored = []
        special = {"__getattr__": lambda s, n: ("got", n),
                   "__setattr__": lambda s, n, v: stored.append((n, v)),
                   "__delattr__": lambda s, n: stored.append(n)}
        for cls in self.both(**special):
            instance = cls()
            instance.a = 5
            del instance.b
            self.assertEqual((instance.missing, stored), (("got", "missing"), [("a", 5), "b"]))
            stored.clear()

    def test_descriptors(self):
        stored = []
        special = {"__get__": lambda s, i, c: ("get", i), "__set__": lambda s, i, v: stored.append(v),
                   "__delete__": lambda s, i: stored.append("deleted")}
        for cls in self.both(**special):
            holder = type("Holder", (), {"field": cls()})()
            holder.field = 5
            del holder.field
            self.assertEqual((holder.field, stored), (("get", holder), [5, "deleted"]))
            stored.clear()

    def test_finaliser(self):
        finished = []
        for cls in self.both(__del__=lambda s: finished.append(type(s))):
            cls()
            gc.collect()
            self.assertEqual(finished.pop(), cls)

    def test_later(self):
        made, derived = self.both()
        made.__len__ = lambda s: 4
        derived.__repr__ = lambda s: "later"
        self.assertEqual((len(derived()), repr(derived()), len(made())), (4, "later", 4))
        del made.__len__
        with self.assertRaises(TypeError):
            len(derived())


class Hooks(TestCase):
    def test_set_name(self):
        class Named:
            def __set_name__(self, owner, name):
                self.set = owner.__name__, name

        named = Named()
        type("Made", (), {"field": named})
        self.assertEqual(named.set, ("Made", "field"))

    def test_init_subclass_and_slots_and_new(self):
        seen = []

        class Base:
            __slots__ = ("a",)

            def __init_subclass__(cls, **keywords):
                seen.append((cls.__name__, keywords))

            def __new__(cls, *arguments):
                instance = super().__new__(cls)
                instance.a = arguments
                return instance

            def __class_getitem__(cls, item):
                return cls, item

        class Made(Base, word=5):
            pass

        self.assertEqual((seen, Made(1, 2).a, Made[3]), ([("Made", {"word": 5})], (1, 2), (Made, 3)))
        with self.assertRaises(AttributeError):
            Base().b = 5

    def test_metaclasses(self):
        class Meta(type):
            def __new__(metaclass, name, bases, namespace):
                return super().__new__(metaclass, name + "!", bases, namespace)

            def mro(cls):
                return [*super().mro()]

            def __len__(cls):
                return 7

        class Made(metaclass=Meta):
            pass

        class Further(Made):
            pass

        self.assertEqual((Made.__name__, type(Further), len(Further)), ("Made!", Meta, 7))
        self.assertIs(type(type("Made", (Made,), {})), Meta)
        self.assertIsInstance(type.__new__(Meta, "Made", (), {}), Meta)
        with self.assertRaises(TypeError):
            type.__new__(int, "Made", (), {})
        with self.assertRaises(TypeError):
            object.__new__(type)

    def test_of_the_library(self):
        class Colour(enum.Enum):
            RED = 1

        class Abstract(abc.ABC):
            @abc.abstractmethod
            def method(self):
                """To be overridden."""

        class Concrete(Abstract):
            def method(self):
                return 1

        @dataclass(order=True, frozen=True)
        class Point:
            x: int
            y: int = 2

        with self.assertRaises(TypeError):
            Abstract()
        self.assertEqual((Colour(1), Concrete().method(), Point(1), Point(1) < Point(2)),
                         (Colour.RED, 1, Point(1, 2), True))
        self.assertEqual(Point.__annotations__, {"x": int, "y": int})

    def test_pattern_flags(self):
        from collections.abc import Sequence

        class Items(Sequence):
            def __getitem__(self, index):
                return [1, 2][index]

            def __len__(self):
                return 2

        class More(Items):
            pass

        match More():
            case [first, second]:
                self.assertEqual((first, second), (1, 2))
            case _:
                self.fail("no sequence")


if __name__ == "__main__":
    unittest.main()
