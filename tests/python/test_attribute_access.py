"""Attributes of values and classes are what they are now, whatever was found under the name before."""

import gc
import inspect
import pickle
import sys
import threading
import types
import unittest
import weakref
from ctypes import (POINTER, LittleEndianStructure, Structure, c_char, c_char_p, c_int, c_short, pointer)

from support import TestCase

# Often enough for whatever remembers to remember.
AGAIN = 20


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_int)]


def read(value, name="a"):
    return {getattr(value, name) for _ in range(AGAIN)}


def fresh():
    class Fresh(Structure):
        _fields_ = [("a", c_int), ("b", c_int)]

    return Fresh


class Values(TestCase):
    def test_a_field_that_is_replaced(self):
        cls = fresh()
        value = cls(1, 2)
        self.assertEqual(read(value), {1})
        cls.a = cls.b
        self.assertEqual(read(value), {2})
        value.a = 5
        self.assertEqual((value.a, value.b), (5, 5))
        cls.a = property(lambda self: "property")
        self.assertEqual(read(value), {"property"})
        self.assertRaises(AttributeError, setattr, value, "a", 1)
        cls.a = 7
        self.assertEqual(read(value), {7})
        value.a = "own"
        self.assertEqual(read(value), {"own"})
        del value.a
        del cls.a
        self.assertRaises(AttributeError, getattr, value, "a")
        self.assertEqual(read(value, "b"), {5})

    def test_a_field_of_a_base_that_is_replaced(self):
        base = fresh()

        class Derived(base):
            _fields_ = [("c", c_int)]

        class Further(Derived):
            pass

        value = Further(1, 2, 3)
        self.assertEqual([read(value, name) for name in "abc"], [{1}, {2}, {3}])
        Derived.a = base.b
        self.assertEqual(read(value), {2})
        del Derived.a
        self.assertEqual(read(value), {1})
        base.a = "class attribute"
        self.assertEqual(read(value), {"class attribute"})

    def test_a_field_that_hides_one(self):
        class Derived(Pair):
            _fields_ = [("a", c_short)]

        value = Derived(1, 2, 3)
        for _ in range(AGAIN):
            self.assertEqual((value.a, value.b, Pair.a.__get__(value)), (3, 2, 0))
            value.a = 4
            value.a = 3
        self.assertEqual((Derived.a.offset, Pair.a.offset), (8, 0))

    def test_many_fields_and_classes(self):
        count = 700

        class Many(Structure):
            _fields_ = [(f"f{n}", c_int) for n in range(count)]

        values = [Many(*range(k, k + count)) for k in range(3)]
        for _ in range(3):
            for k, value in enumerate(values):
                self.assertEqual([getattr(value, f"f{n}") for n in range(count)],
                                 list(range(k, k + count)))
            for n in range(count):
                self.assertEqual(getattr(Many, f"f{n}").offset, 4 * n)
        classes = [type(f"C{n}", (Structure,), {"_fields_": [("pad", c_char * n), ("x", c_char)]})
                   for n in range(1, 600)]
        for _ in range(2):
            for n, cls in enumerate(classes, 1):
                value = cls()
                value.x = b"%c" % (n % 256)
                self.assertEqual((value.x, cls.x.offset), (b"%c" % (n % 256), n))

    def test_names_that_are_not_interned(self):
        value = Pair(1, 2)
        for _ in range(AGAIN):
            name = "".join(["a"])
            self.assertEqual(getattr(value, name), 1)
            name = "".join(["not", "_there"])
            self.assertRaises(AttributeError, getattr, value, name)
            setattr(value, "".join(["b"]), 2)

    def test_attributes_of_its_own(self):
        cls = fresh()
        value, other = cls(1, 2), cls(3, 4)
        for n in range(AGAIN):
            self.assertRaises(AttributeError, getattr, other, "extra")
            value.extra = n
            self.assertEqual((value.extra, value.a, value.__dict__), (n, 1, {"extra": n}))
            self.assertFalse(hasattr(other, "extra"))
            # A field comes before an attribute of its own.
            value.__dict__["a"] = "hidden"
            self.assertEqual(value.a, 1)
            del value.extra, value.__dict__["a"]
        with self.assertRaises(AttributeError) as caught:
            other.extra
        self.assertEqual((caught.exception.name, caught.exception.obj), ("extra", other))

    def test_what_else_a_class_has(self):
        class Mixed(Structure):
            _fields_ = [("a", c_int)]
            constant = 5
            fixed = staticmethod(lambda: "fixed")
            of_class = classmethod(lambda cls: cls)

            def method(self):
                return self.a

            @property
            def doubled(self):
                return 2 * self.a

        value = Mixed(3)
        for _ in range(AGAIN):
            self.assertEqual(
                (value.a, value.constant, value.fixed(), value.of_class(), value.method(), value.doubled),
                (3, 5, "fixed", Mixed, 3, 6))
            self.assertEqual((Mixed.constant, Mixed.fixed(), Mixed.of_class(), Mixed.method(value)),
                             (5, "fixed", Mixed, 3))

    def test_python_code_that_has_a_say(self):
        cls = fresh()
        value = cls(1, 2)
        self.assertEqual(read(value), {1})
        cls.__getattr__ = lambda self, name: "missing " + name
        self.assertEqual((read(value), read(value, "c")), ({1}, {"missing c"}))
        cls.__getattribute__ = lambda self, name: "any " + name
        self.assertEqual(read(value), {"any a"})
        del cls.__getattribute__
        self.assertEqual((read(value), read(value, "c")), ({1}, {"missing c"}))
        del cls.__getattr__
        self.assertEqual(read(value), {1})
        self.assertRaises(AttributeError, getattr, value, "c")
        seen = []
        cls.__setattr__ = lambda self, name, new: seen.append((name, new))
        value.a = 7
        self.assertEqual((seen, value.a), ([("a", 7)], 1))
        del cls.__setattr__
        for n in range(AGAIN):
            value.a = n
            self.assertEqual(value.a, n)
        with self.assertRaises(TypeError):
            del value.a

    def test_setting_through_a_constructor(self):
        class Recording(Structure):
            _fields_ = [("a", c_int), ("b", c_int)]

            def __setattr__(self, name, value):
                seen.append(name)
                super().__setattr__(name, value)

        seen = []
        value = Recording(1, 2)
        self.assertEqual((seen, value.a, value.b), (["a", "b"], 1, 2))
        cls = fresh()
        self.assertEqual(cls(1, 2).b, 2)
        cls.b = cls.a
        value = cls(1, 2)
        self.assertEqual((value.a, value.b), (2, 2))

    def test_another_class(self):
        class Other(Pair):
            a = Pair.b

        value = Pair(1, 2)
        self.assertEqual(read(value), {1})
        value.__class__ = Other
        self.assertEqual(read(value), {2})
        value.__class__ = Pair
        self.assertEqual(read(value), {1})

    def test_a_conversion_that_takes_the_class_away(self):
        class Takes:
            def __index__(self):
                value.__class__ = Pair
                classes.clear()
                gc.collect()
                return 7

        for _ in range(5):
            class Gone(Structure):
                _fields_ = [("c", c_int), ("d", c_int)]

            value, classes = Pair(1, 2), [Gone]
            value.__class__ = Gone
            gone = weakref.ref(Gone)
            del Gone
            for n in range(AGAIN):
                value.d = n
            value.d = Takes()
            gc.collect()
            self.assertIsNone(gone())
            self.assertEqual((value.a, value.b), (1, 7))

    def test_value_and_contents(self):
        class Named(c_int):
            pass

        for kind in c_int, Named:
            value = kind(1)
            for n in range(AGAIN):
                value.value = n
                self.assertEqual(value.value, n)
            with self.assertRaises(TypeError):
                del value.value
        Named.value = property(lambda self: "property")
        self.assertEqual(read(value, "value"), {"property"})
        del Named.value
        self.assertEqual(read(value, "value"), {AGAIN - 1})
        pair, other = Pair(1, 2), Pair(3, 4)
        p = pointer(pair)
        for _ in range(AGAIN):
            p.contents = other
            self.assertEqual(p.contents.a, 3)
            p.contents = pair
            self.assertEqual(p.contents.a, 1)
        buffer = (c_char * 4)()
        for n in range(AGAIN):
            buffer.value = b"%d" % n
            self.assertEqual((buffer.value, buffer.raw[2:]), (b"%d" % n, b"\0\0"))

    def test_classes_are_collected(self):
        def use():
            cls = fresh()
            value = cls(1, 2)
            for _ in range(AGAIN):
                value.a = value.b
                cls.a, cls.from_buffer(bytearray(8)), cls.__name__
            return weakref.ref(cls)

        gone = use()
        gc.collect()
        gc.collect()
        self.assertIsNone(gone())

    def test_threads_while_a_class_changes(self):
        cls = fresh()
        value, stop, wrong = cls(1, 2), threading.Event(), []
        first, second = cls.a, cls.b

        def look():
            while not stop.is_set():
                if value.a not in (1, 2, 3):
                    wrong.append(value.a)
                value.b = 2

        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(300):
            cls.a = second
            cls.a = property(lambda self: 3)
            cls.a = first
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


class Classes(TestCase):
    def test_descriptors(self):
        cls = fresh()
        for _ in range(AGAIN):
            self.assertIs(cls.a, cls.__dict__["a"])
            self.assertEqual(cls.b.offset, 4)
        cls.a = 5
        self.assertEqual({cls.a for _ in range(AGAIN)}, {5})
        del cls.a
        self.assertRaises(AttributeError, lambda: cls.a)

    def test_what_the_metaclass_has(self):
        class Named(Structure):
            _fields_ = [("mro", c_int), ("from_address", c_int)]

        value = Named(1, 2)
        for n in range(AGAIN):
            self.assertEqual(Named.__name__, f"Named{n}" if n else "Named")
            self.assertEqual((Named.mro.offset, Named.from_address.offset), (0, 4))
            self.assertEqual((value.mro, value.from_address), (1, 2))
            self.assertRaises(AttributeError, getattr, value, "__name__")
            Named.__name__ = f"Named{n + 1}"

    def test_methods(self):
        for cls in Pair, c_int, POINTER(Pair), c_int * 3, c_char_p, LittleEndianStructure:
            for _ in range(AGAIN):
                method = cls.from_address
                self.assertIs(method.__self__, cls)
                self.assertEqual(method.__name__, "from_address")
        self.assertIsInstance(Pair.from_buffer, types.BuiltinMethodType)
        first, second = Pair.from_buffer, Pair.from_buffer
        self.assertIsNot(first, second)
        self.assertEqual(first, second)
        self.assertNotEqual(first, Pair.from_address)
        self.assertNotEqual(first, c_int.from_buffer)
        self.assertEqual([first(bytearray(b"%c\0\0\0\0\0\0\0" % n)).a for n in range(5)], list(range(5)))

    def test_signatures(self):
        expected = {"from_address": "(value, /)", "from_buffer": "(obj, offset=0, /)",
                    "from_buffer_copy": "(buffer, offset=0, /)", "in_dll": "(dll, name, /)",
                    "from_param": "(value, /)", "set_type": "(type, /)"}
        for name, signature in expected.items():
            self.assertEqual(str(inspect.signature(getattr(POINTER(Pair), name))), signature)
        self.assertEqual(str(inspect.signature(c_char_p.from_param)), "(value, /)")

    def test_wrong_arguments(self):
        cases = [
            (Pair.from_address, (), {}, "from_address() takes exactly 1 positional argument (0 given)"),
            (Pair.from_address, (1, 2), {}, "from_address() takes at most 1 argument (2 given)"),
            (Pair.from_address, (), {"x": 1}, "from_address() takes exactly 1 positional argument (0 given)"),
            (Pair.from_address, (), {"x": 1, "y": 1},
             "from_address() takes at most 1 keyword argument (2 given)"),
            (Pair.from_address, (1,), {"x": 1}, "from_address() takes at most 1 argument (2 given)"),
            (Pair.from_buffer, (), {}, "from_buffer() takes at least 1 positional argument (0 given)"),
            (Pair.from_buffer, (1, 2, 3), {}, "from_buffer() takes at most 2 arguments (3 given)"),
            (Pair.from_buffer, (1,), {"offset": 1},
             "from_buffer() got an unexpected keyword argument 'offset'"),
            (Pair.from_buffer, (bytearray(8), None), {},
             "'NoneType' object cannot be interpreted as an integer"),
            (Pair.from_buffer_copy, (1, 2, 3), {}, "from_buffer_copy() takes at most 2 arguments (3 given)"),
            (Pair.in_dll, (1,), {}, "in_dll() takes exactly 2 positional arguments (1 given)"),
            (Pair.in_dll, (1, None), {}, "in_dll() argument 2 must be str, not None"),
            (Pair.from_param, (), {}, "from_param() takes exactly 1 positional argument (0 given)"),
            (POINTER(Pair).set_type, (), {}, "set_type() takes exactly 1 positional argument (0 given)"),
        ]
        for method, args, kwargs, message in cases:
            with self.subTest(message), self.assertRaises(TypeError) as caught:
                method(*args, **kwargs)
            if sys.version_info >= (3, 14):
                self.assertEqual(str(caught.exception), message)

    def test_offsets(self):
        eight = bytes(range(1, 9))
        for source in eight, bytearray(eight), memoryview(eight):
            self.assertEqual(c_short.from_buffer_copy(source, 2).value, 0x0403)
            self.assertEqual(c_short.from_buffer_copy(source, True).value, 0x0302)
            self.assertRaises(ValueError, c_short.from_buffer_copy, source, 7)
            self.assertRaises(ValueError, c_short.from_buffer_copy, source, -1)
            self.assertRaises(OverflowError, c_short.from_buffer_copy, source, 1 << 80)

    def test_methods_of_python_code(self):
        class Meta(type(Structure)):
            answer = 42

            def from_address(cls, address):
                return "Python's"

        class Made(Structure, metaclass=Meta):
            _fields_ = [("a", c_int)]

        for _ in range(AGAIN):
            self.assertEqual((Made.from_address(1), Made.answer), ("Python's", 42))
        del Meta.from_address
        value = c_int(5)
        self.assertEqual(Made.from_buffer(value).a, 5)

        class Sub(c_int):
            @classmethod
            def from_param(cls, value):
                return cls(3)

        for _ in range(AGAIN):
            self.assertEqual(Sub.from_param(1).value, 3)
        del Sub.from_param
        self.assertRaises(TypeError, Sub.from_param, "text")

    def test_methods_are_pickled(self):
        method = pickle.loads(pickle.dumps(c_int.from_address))
        self.assertEqual(method, c_int.from_address)


if __name__ == "__main__":
    unittest.main()
