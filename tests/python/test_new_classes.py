"""What a ctypes class is as a class: the same whether the VM's `type` makes it or the fast path."""
import gc
import unittest
import weakref
from ctypes import (
    CFUNCTYPE, POINTER, Array, BigEndianStructure, Structure, Union, c_int, c_long, sizeof,
)

from support import OURS, PY314, TestCase

META = type(Structure)


class Point(Structure):
    """A point."""
    _fields_ = [("x", c_int), ("y", c_int)]

    def norm(self):
        return self.x ** 2 + self.y ** 2


class Sub(Point):
    pass


class Anatomy(TestCase):
    def test_descriptors_of_its_own(self):
        for base in (object, Structure, c_int):
            class Own(base):
                __dict__ = property(lambda self: {"own": 5})
                __weakref__ = "own"

            self.assertEqual((vars(Own()), Own().__weakref__), ({"own": 5}, "own"))

    def test_names(self):
        class Local(Structure):
            pass

        self.assertEqual((Point.__name__, Point.__qualname__, Point.__module__, Point.__doc__),
                         ("Point", "Point", __name__, "A point."))
        self.assertEqual(Local.__qualname__, "Anatomy.test_names.<locals>.Local")
        self.assertIsNone(Local.__doc__)
        self.assertEqual(META("Named", (Structure,), {}).__qualname__, "Named")
        self.assertEqual(META("Named", (Structure,), {"__qualname__": "a.b"}).__qualname__, "a.b")
        self.assertNotIn("__qualname__", vars(META("Named", (Structure,), {"__qualname__": "q"})))
        self.assertEqual(META("Named", (Structure,), {"__module__": "m"}).__module__, "m")
        self.assertEqual(META("Named", (Structure,), {}).__module__, __name__)

    def test_bases(self):
        self.assertEqual((Sub.__base__, Sub.__bases__), (Point, (Point,)))
        self.assertEqual(Sub.__mro__[:3], (Sub, Point, Structure))
        self.assertEqual(Sub.__mro__[-1], object)
        self.assertIs(type(Sub), META)
        self.assertIn(Sub, Point.__subclasses__())
        self.assertIn(Point, Structure.__subclasses__())
        self.assertTrue(issubclass(Sub, Structure) and not issubclass(Sub, Union))

    def test_namespace(self):
        self.assertLessEqual({"__module__", "__doc__", "__dict__", "__weakref__", "_fields_", "x",
                              "y", "norm"}, set(vars(Point)))
        for inherited in ("__dict__", "__weakref__"):
            self.assertNotIn(inherited, vars(Sub))

    def test_descriptors_are_the_class_s_own(self):
        class Made(Structure):
            _fields_ = [("a", c_int)]

        class Big(BigEndianStructure):
            _fields_ = [("a", c_int)]

        for cls in (Made, Big, POINTER(Made), Made * 2, CFUNCTYPE(c_int, Made)):
            instance = cls()
            self.assertEqual(instance.__dict__, {})
            for name in ("__dict__", "__weakref__"):
                own = vars(cls)[name]
                self.assertIs(own.__objclass__, cls)
                self.assertIs(own, cls.__dict__[name])
                self.assertEqual((own.__name__, repr(own)),
                                 (name, f"<attribute '{name}' of '{cls.__name__}' objects>"))
            instance.extra = 5
            self.assertEqual((instance.__dict__, vars(cls)["__dict__"].__get__(instance)),
                             ({"extra": 5}, {"extra": 5}))
            reference = weakref.ref(instance)
            self.assertIs(vars(cls)["__weakref__"].__get__(instance), reference)
            self.assertLessEqual({"__dict__", "__weakref__"}, set(dir(cls)))

    def test_namespace_is_a_copy(self):
        namespace = {"a": 1}
        made = META("Made", (Structure,), namespace)
        namespace["a"] = 2
        self.assertEqual(made.a, 1)

    def test_classes_die(self):
        makers = [lambda: META("Gone", (Structure,), {"_fields_": [("a", c_int)]}),
                  lambda: META("Gone", (Sub,), {}), lambda: META("G", (Structure,), {}) * 3]
        if PY314:
            # Before, the package remembered them.
            makers.append(lambda: POINTER(META("G", (Sub,), {})))
        for make in makers:
            gone = weakref.ref(make())
            gc.collect()
            self.assertIsNone(gone())

    def test_abstract_and_final_things(self):
        with self.assertRaises(TypeError):
            META("Made", (Structure, Union), {})
        with self.assertRaises(TypeError):
            META("Made", (c_int, Structure), {})
        with self.assertRaises(TypeError):
            META("Made", (type(Point.x),), {})
        with self.assertRaises(ValueError):
            META("Ma\0de", (Structure,), {})
        for arguments in [(), ("Made",), ("Made", (Structure,)), (5, (Structure,), {}),
                          ("Made", 5, {}), ("Made", (Structure,), 5)]:
            with self.assertRaises(TypeError):
                META(*arguments)


class Instances(TestCase):
    def test_dict(self):
        for cls in (Point, Sub):
            instance = cls(1, 2)
            self.assertEqual(instance.__dict__, {})
            instance.extra = 5
            self.assertEqual((instance.__dict__, vars(instance)), ({"extra": 5}, {"extra": 5}))
            instance.__dict__ = {"other": 6}
            self.assertEqual(instance.other, 6)
            self.assertFalse(hasattr(instance, "extra"))
            with self.assertRaises(TypeError):
                instance.__dict__ = 5
            del instance.__dict__
            self.assertEqual(instance.__dict__, {})
            self.assertFalse(hasattr(instance, "other"))

    def test_weak_references(self):
        for cls in (Point, Sub):
            instance = cls()
            self.assertIsNone(instance.__weakref__)
            reference = weakref.ref(instance)
            self.assertIs(instance.__weakref__, reference)
            with self.assertRaises(AttributeError):
                instance.__weakref__ = None

    def test_class_of_an_instance_can_change(self):
        class Other(Structure):
            _fields_ = [("x", c_int), ("y", c_int)]

        instance = Other(3, 4)
        instance.__class__ = Sub
        self.assertEqual((type(instance), instance.norm()), (Sub, 25))


class SpecialMethods(TestCase):
    def make(self, base=Structure, **namespace):
        return type(base)("Made", (base,), namespace)

    def test_operators(self):
        special = {"__repr__": lambda s: "repr", "__str__": lambda s: "str", "__len__": lambda s: 3,
                   "__getitem__": lambda s, i: ("item", i), "__contains__": lambda s, i: i == 7,
                   "__call__": lambda s, *a: a, "__add__": lambda s, o: ("add", o),
                   "__radd__": lambda s, o: ("radd", o), "__iadd__": lambda s, o: "iadd",
                   "__neg__": lambda s: "neg", "__bool__": lambda s: False, "__int__": lambda s: 5,
                   "__index__": lambda s: 6, "__float__": lambda s: 0.5, "__iter__": lambda s: s,
                   "__next__": lambda s: "next", "__enter__": lambda s: "enter",
                   "__lt__": lambda s, o: "lt", "__matmul__": lambda s, o: "matmul"}
        made = self.make(**special)
        # A subclass has them from its base.
        for cls in (made, type(made)("Derived", (made,), {})):
            a = cls()
            increased = a
            increased += 1
            self.assertEqual(
                (repr(a), str(a), len(a), a[4], 7 in a, a(1), a + 1, 1 + a, increased, -a, bool(a),
                 int(a), a.__index__(), float(a), next(iter(a)), a < 1,
                 a @ 1),
                ("repr", "str", 3, ("item", 4), True, (1,), ("add", 1), ("radd", 1), "iadd", "neg",
                 False, 5, 6, 0.5, "next", "lt", "matmul"))
        self.assertEqual(len(self.make(POINTER(c_int), __len__=lambda s: 3, _type_=c_int)()), 3)

    def test_equality_takes_the_hash_away(self):
        made = self.make(__eq__=lambda s, o: True)
        self.assertTrue(made() == 5)
        self.assertIsNone(made.__hash__)
        with self.assertRaises(TypeError):
            hash(made())
        kept = self.make(__eq__=lambda s, o: True, __hash__=lambda s: 7)
        self.assertEqual(hash(kept()), 7)

    def test_attributes(self):
        made = self.make(__getattr__=lambda s, n: ("got", n))
        self.assertEqual(made().missing, ("got", "missing"))
        set_ = []
        made = self.make(__setattr__=lambda s, n, v: set_.append((n, v)))
        made().a = 5
        self.assertEqual(set_, [("a", 5)])

    def test_making_instances(self):
        made = self.make(__init__=lambda s, value: setattr(s, "value", value))
        self.assertEqual(made(5).value, 5)
        self.assertEqual(type(made)("Derived", (made,), {})(6).value, 6)
        made = self.make(__new__=lambda cls, *a: ("new", cls, a))
        self.assertEqual(made(1), ("new", made, (1,)))

    def test_later(self):
        base = self.make(_fields_=[("a", c_int)])
        derived = type(base)("Derived", (base,), {})
        base.__len__ = lambda s: 4
        derived.__repr__ = lambda s: "later"
        self.assertEqual((len(derived()), repr(derived()), len(base())), (4, "later", 4))
        del base.__len__
        with self.assertRaises(TypeError):
            len(derived())

    def test_array_items(self):
        made = type(Array)("Made", (Array,), {"_type_": c_int, "_length_": 3,
                                              "__getitem__": lambda s, i: ("item", i)})
        self.assertEqual(made()[1], ("item", 1))
        self.assertEqual(list((c_int * 3)(1, 2, 3)), [1, 2, 3])

    def test_super(self):
        class Base(Structure):
            _fields_ = [("a", c_int)]

            def who(self):
                return "base", __class__

        class Derived(Base):
            def who(self):
                return super().who(), __class__

        self.assertEqual(Derived().who(), (("base", Base), Derived))

    def test_annotations(self):
        class Annotated(Structure):
            width: int
            height: "text"
            _fields_ = [("a", c_int)]

        self.assertEqual(Annotated.__annotations__, {"width": int, "height": "text"})


class Hooks(TestCase):
    def test_set_name(self):
        class Named:
            def __set_name__(self, owner, name):
                self.set = owner.__name__, name

        named = Named()
        META("Made", (Structure,), {"field": named})
        self.assertEqual(named.set, ("Made", "field"))

    def test_init_subclass(self):
        seen = []

        class Base(Structure):
            def __init_subclass__(cls, **keywords):
                seen.append((cls.__name__, keywords, cls.__base__))

        class Derived(Base, word=5):
            pass

        class Further(Derived):
            pass

        self.assertEqual(seen, [("Derived", {"word": 5}, Base), ("Further", {}, Derived)])

    def test_slots(self):
        class Slotted(Structure):
            __slots__ = ("a",)

        instance = Slotted()
        instance.a = 5
        with self.assertRaises(AttributeError):
            instance.b = 5

    def test_class_getitem(self):
        made = META("Made", (Structure,), {"__class_getitem__": lambda cls, item: (cls, item)})
        self.assertEqual(made[5], (made, 5))

    def test_metaclasses(self):
        class Meta(META):
            def __new__(metaclass, name, bases, namespace, **keywords):
                made = super().__new__(metaclass, name + "!", bases, namespace)
                made.keywords = keywords
                return made

            def __init__(cls, name, bases, namespace, **keywords):
                super().__init__(name, bases, namespace)

        class Made(Structure, metaclass=Meta, a=1):
            _fields_ = [("a", c_int)]

        self.assertEqual((Made.__name__, Made.keywords, type(Made), Made(5).a),
                         ("Made!", {"a": 1}, Meta, 5))

    def test_type_new_is_safe(self):
        class Meta(META):
            def __new__(metaclass, name, bases, namespace):
                return type.__new__(metaclass, name, bases, namespace)

        made = Meta("Made", (Structure,), {"_fields_": [("a", c_int)]})
        self.assertEqual((type(made), made(3).a), (Meta, 3))
        made = type.__new__(META, "Made", (Structure,), {})
        self.assertIsInstance(made, META)
        self.assertIsInstance(META.__new__(META, "Made", (Structure,), {}), META)
        self.assertIs(type(type("Made", (Structure,), {})), META)

    def test_mro_of_a_metaclass(self):
        class Meta(META):
            def mro(cls):
                return [cls, *super().mro()[1:]]

        self.assertEqual(Meta("Made", (Structure,), {}).__mro__[1], Structure)

    def test_mixins(self):
        class Mixin:
            def hello(self):
                return "hello", self.a

        class Mixed(Mixin, Structure):
            _fields_ = [("a", c_int)]

        class Second(Structure, Mixin):
            _fields_ = [("a", c_int)]

        self.assertEqual((Mixed(2).hello(), Second(3).hello()), (("hello", 2), ("hello", 3)))


class OtherKinds(TestCase):
    def own(self, cls):
        """What the class has, but for what ours has besides."""
        return [name for name in vars(cls) if name != "__ctype__"]

    @unittest.skipUnless(PY314, "the package makes them in another way")
    def test_what_the_package_makes(self):
        class Target(Structure):
            pass

        pointer, function, array = POINTER(Target), CFUNCTYPE(c_long, Target), Target * 11
        # The same once more, which nobody has made before.
        other = CFUNCTYPE(c_long, Target, Target)
        self.assertEqual(self.own(pointer),
                         ["_type_", "__module__", "__dict__", "__weakref__", "__doc__"])
        self.assertEqual(self.own(array), ["_length_", "_type_", "__module__", "__dict__",
                                           "__weakref__", "__doc__"])
        for cls in (function, other):
            self.assertEqual(self.own(cls), [
                "__module__", "__firstlineno__", "_argtypes_", "_restype_", "_flags_",
                "__static_attributes__", "__dict__", "__weakref__", "__doc__"])
            self.assertEqual((cls.__name__, cls.__qualname__, cls.__static_attributes__),
                             ("CFunctionType", "CFUNCTYPE.<locals>.CFunctionType", ()))
            self.assertEqual(cls.__firstlineno__, CFUNCTYPE(c_int).__firstlineno__)
        self.assertEqual([cls.__module__ for cls in (pointer, function, array)],
                         ["ctypes", "ctypes", __name__])
        self.assertEqual((pointer.__name__, pointer.__qualname__, array.__name__),
                         ("LP_Target", "LP_Target", "Target_Array_11"))
        self.assertIs(Target.__pointer_type__, pointer)
        self.assertIs(CFUNCTYPE(c_long, Target), function)

    def test_what_is_wrong_with_prototypes(self):
        for arguments in [(c_int, 5), (5, c_int)]:
            try:
                CFUNCTYPE(*arguments)
            except TypeError as error:
                frame = error.__traceback__.tb_next.tb_frame
                self.assertEqual(frame.f_code.co_name, "CFUNCTYPE")
            else:
                self.fail("no error")
        with self.assertRaises(TypeError):
            CFUNCTYPE([])

    def test_prototypes(self):
        prototype = CFUNCTYPE(c_int, c_int)
        self.assertEqual(prototype(lambda x: x + 1)(4), 5)
        derived = type(prototype)("Derived", (prototype,), {
            name: getattr(prototype, name) for name in ("_flags_", "_argtypes_", "_restype_")})
        self.assertEqual(derived(lambda x: x + 2)(4), 6)

    def test_simple(self):
        class Number(c_long):
            def twice(self):
                return self.value * 2

        self.assertEqual(Number(4).twice(), 8)
        if hasattr(Number, "__ctype_be__"):
            self.assertEqual(Number.__ctype_be__(4).twice(), 8)
            self.assertEqual(Number.__ctype_be__.__mro__[1:], Number.__mro__[1:])

    def test_big_endian(self):
        class Big(BigEndianStructure):
            _fields_ = [("a", c_int)]

        self.assertEqual(bytes(Big(1)), (1).to_bytes(sizeof(c_int), "big"))

    def test_arrays_of_many_lengths(self):
        kept = {n: c_int * n for n in (7, 3, 100, 1, 50, 9, 2)}
        for n in range(200):
            self.assertEqual((c_int * n)._length_, n)
        self.assertTrue(all(kept[n] is c_int * n for n in kept))

    @unittest.skipUnless(OURS, "CPython's metaclasses inherit type's")
    def test_new_is_found_by_name(self):
        self.assertIn("__new__", vars(META))
        self.assertEqual(META.__new__.__name__, "__new__")


if __name__ == "__main__":
    unittest.main()
