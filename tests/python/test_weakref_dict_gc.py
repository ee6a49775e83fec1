"""Weak references, instance dictionaries, and garbage collection of cycles."""
import gc
import unittest
import weakref
from ctypes import (
    CFUNCTYPE, POINTER, Structure, Union, c_char, c_int, cast, pointer, py_object, resize,
)

from support import OURS, PY314, TestCase


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("next", POINTER(Node)), ("object", py_object),
                 ("callback", CFUNCTYPE(c_int))]


class Plain:
    pass


class WeakReferences(TestCase):
    def test_every_kind(self):
        for make in (lambda: c_int(5), lambda: Node(1), lambda: (c_int * 3)(),
                     lambda: pointer(c_int()), lambda: CFUNCTYPE(None)(lambda: None),
                     lambda: type("U", (Union,), {"_fields_": [("a", c_int)]})()):
            thing = make()
            gone = []
            reference = weakref.ref(thing, gone.append)
            self.assertIs(reference(), thing)
            del thing
            gc.collect()
            self.assertIs(reference(), None)
            self.assertEqual(gone, [reference])

    def test_types(self):
        reference = weakref.ref(type("Gone", (Structure,), {"_fields_": [("a", c_int)]}))
        gc.collect()
        self.assertIs(reference(), None)
        reference = weakref.ref(CFUNCTYPE(None, type("Gone", (c_int,), {})))
        self.assertIsNot(reference(), None)  # the package caches it

    def test_weak_key(self):
        table = weakref.WeakValueDictionary()
        node = Node(5)
        table["node"] = node
        self.assertEqual(table["node"].value, 5)
        del node
        gc.collect()
        self.assertEqual(dict(table), {})


class Dictionaries(TestCase):
    def test_every_kind(self):
        for thing in (c_int(5), Node(1), (c_int * 3)(), pointer(c_int()),
                      CFUNCTYPE(None)(lambda: None)):
            self.assertEqual(thing.__dict__, {})
            thing.note = 5
            self.assertEqual((thing.note, vars(thing)), (5, {"note": 5}))
            del thing.note
            with self.assertRaises(AttributeError):
                thing.note

    def test_slots(self):
        class Slotted(Structure):
            __slots__ = ("extra",)
            _fields_ = [("a", c_int)]

        slotted = Slotted(1)
        slotted.extra = "more"
        self.assertEqual((slotted.a, slotted.extra), (1, "more"))
        with self.assertRaises(AttributeError):
            slotted.other = 1
        self.assertFalse(hasattr(slotted, "__dict__"))

    def test_properties_and_methods(self):
        class Temperature(Structure):
            _fields_ = [("kelvin", c_int)]

            @property
            def celsius(self):
                return self.kelvin - 273

            @celsius.setter
            def celsius(self, value):
                self.kelvin = value + 273

            @classmethod
            def boiling(cls):
                return cls(373)

        water = Temperature.boiling()
        self.assertEqual(water.celsius, 100)
        water.celsius = 20
        self.assertEqual(water.kelvin, 293)

    def test_getattr_and_setattr_hooks(self):
        class Hooked(Structure):
            _fields_ = [("a", c_int)]

            def __getattr__(self, name):
                return f"no {name}"

            def __setattr__(self, name, value):
                super().__setattr__(name, value + 1)

        hooked = Hooked()
        hooked.a = 4
        self.assertEqual((hooked.a, hooked.b), (5, "no b"))


class Cycles(TestCase):
    def collected(self, make):
        """Whether what `make` returns is freed although it is part of a cycle."""
        gc.collect()
        watch = weakref.ref(make())
        gc.collect()
        return watch() is None

    def test_through_the_instance_dict(self):
        def make():
            node = Node()
            node.me = node
            return node

        self.assertTrue(self.collected(make))

    def test_through_a_pointer_field(self):
        def make():
            a, b = Node(1), Node(2)
            a.next, b.next = pointer(b), pointer(a)
            return a

        self.assertTrue(self.collected(make))

    def test_through_contents(self):
        def make():
            node, p = Node(), POINTER(Node)()
            p.contents = node
            node.pointer = p
            return node

        self.assertTrue(self.collected(make))

    def test_through_py_object(self):
        def make():
            node, plain = Node(), Plain()
            plain.node = node
            node.object = plain
            return plain

        def make_cell():
            plain = Plain()
            plain.cell = py_object(plain)
            return plain

        self.assertTrue(self.collected(make))
        self.assertTrue(self.collected(make_cell))

    def test_through_a_callback(self):
        def make():
            plain = Plain()
            plain.callback = CFUNCTYPE(c_int)(lambda: len(vars(plain)))
            return plain

        def make_in_field():
            node = Node()
            node.callback = CFUNCTYPE(c_int)(lambda: node.value)
            return node

        def make_bound_method():
            class Handler:
                def __init__(self):
                    self.callback = CFUNCTYPE(c_int)(self.run)

                def run(self):
                    return 1

            return Handler()

        self.assertTrue(self.collected(make))
        self.assertTrue(self.collected(make_in_field))
        self.assertTrue(self.collected(make_bound_method))

    def test_through_errcheck_and_restype(self):
        def make():
            plain = Plain()
            plain.function = CFUNCTYPE(c_int)(5)
            plain.function.errcheck = lambda *arguments: plain
            plain.function.restype = lambda value: plain
            return plain

        self.assertTrue(self.collected(make))

    def test_through_a_cast(self):
        def make():
            array = (c_char * 10)()
            array.pointer = cast(array, POINTER(c_char))
            return array

        self.assertTrue(self.collected(make))

    @unittest.skipUnless(OURS, "counts our descriptions of types")
    def test_classes_made_with_positional_arguments(self):
        def descriptions():
            gc.collect()
            gc.collect()
            return sum(type(thing).__name__ == "CType" for thing in gc.get_objects())

        def make():
            class Short(Structure):
                _fields_ = [("x", c_int)]

            Short(1)

        before = descriptions()
        for _ in range(50):
            make()
        self.assertLess(descriptions() - before, 10)

    @unittest.skipUnless(PY314, "3.13 caches every pointer type for good")
    def test_class_cycles(self):
        def make():
            class Self(Structure):
                pass

            Self._fields_ = [("next", POINTER(Self)), ("call", CFUNCTYPE(None))]
            return Self

        self.assertTrue(self.collected(make))

    def test_what_is_reachable_stays(self):
        number = c_int(77)
        node = Node(5, pointer(Node(6)), [number], CFUNCTYPE(c_int)(lambda: number.value))
        for _ in range(3):
            gc.collect()
            junk = [Node(n) for n in range(100)]
        self.assertEqual((node.next.contents.value, node.object[0].value, node.callback()),
                         (6, 77, 77))
        self.assertEqual(len(junk), 100)

    def test_collect_during_a_callback(self):
        prototype = CFUNCTYPE(c_int, c_int)

        def body(value):
            garbage = Node()
            garbage.me = garbage
            del garbage
            gc.collect()
            return value + 1

        self.assertEqual([prototype(body)(n) for n in range(5)], [1, 2, 3, 4, 5])

    def test_after_resize(self):
        def make():
            node = Node()
            resize(node, 1000)
            node.next = pointer(node)
            return node

        self.assertTrue(self.collected(make))


if __name__ == "__main__":
    unittest.main()
