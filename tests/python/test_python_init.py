"""Instances of classes whose `__init__` is Python's."""

import functools
import gc
import unittest
import weakref
from ctypes import POINTER, Array, Structure, Union, _Pointer, c_int, pointer

from support import TestCase


class Pair(Structure):
    _fields_ = [("a", c_int), ("b", c_int)]


class Counted(Pair):
    def __init__(self, a, b=2, *rest, c=3):
        super().__init__(a, b)
        self.more = rest, c


class Init(TestCase):
    def test_arguments(self):
        for _ in range(20):
            value = Counted(1)
            self.assertEqual((value.a, value.b, value.more), (1, 2, ((), 3)))
            value = Counted(1, 5, 6, 7, c=8)
            self.assertEqual((value.a, value.b, value.more), (1, 5, ((6, 7), 8)))
            value = Counted(a=4)
            self.assertEqual((value.a, value.b), (4, 2))
            self.assertRaises(TypeError, Counted)
            self.assertRaises(TypeError, Counted, 1, d=5)
            self.assertEqual(Counted(*[7, 8]).b, 8)

    def test_exactly_so_many(self):
        class Exact(Pair):
            def __init__(self, a, b):
                self.a, self.b = b, a

        for _ in range(20):
            value = Exact(1, 2)
            self.assertEqual((value.a, value.b), (2, 1))
            for arguments in (), (1,), (1, 2, 3):
                with self.assertRaises(TypeError) as caught:
                    Exact(*arguments)
                self.assertIn("__init__()", str(caught.exception))

    def test_every_kind_of_class(self):
        def kind(base, **namespace):
            def __init__(self, *arguments):
                seen.append(arguments)
                base.__init__(self, *arguments)

            return type("Kind", (base,), {**namespace, "__init__": __init__})

        seen = []
        number = kind(c_int)(5)
        union = kind(Union, _fields_=[("a", c_int)])(6)
        array = kind(Array, _type_=c_int, _length_=2)(7, 8)
        of_pointers = kind(_Pointer, _type_=c_int)
        p = of_pointers(c_int(9))
        self.assertEqual((number.value, union.a, array[:], p[0], bool(of_pointers())),
                         (5, 6, [7, 8], 9, False))
        self.assertEqual([len(arguments) for arguments in seen], [1, 1, 2, 1, 0])

    def test_what_it_returns_and_raises(self):
        class Returns(Pair):
            def __init__(self, what):
                return what

        class Raises(Pair):
            def __init__(self):
                raise ZeroDivisionError("text")

        class Yields(Pair):
            def __init__(self):
                yield

        for _ in range(5):
            self.assertIsInstance(Returns(None), Returns)
            with self.assertRaises(TypeError) as caught:
                Returns(5)
            self.assertEqual(str(caught.exception), "__init__() should return None, not 'int'")
            self.assertRaisesRegex(ZeroDivisionError, "text", Raises)
            self.assertRaises(TypeError, Yields)

    def test_it_changes(self):
        class Changes(Pair):
            def __init__(self, a):
                self.a = a

        self.assertEqual([Changes(n).a for n in range(5)], list(range(5)))
        Changes.__init__ = lambda self, a: Pair.__init__(self, 10 * a)
        self.assertEqual([Changes(n).a for n in range(5)], [0, 10, 20, 30, 40])
        Changes.__init__.__defaults__ = (7,)
        self.assertEqual(Changes().a, 70)
        Changes.__init__.__code__ = (lambda self, a: setattr(self, "b", a)).__code__
        self.assertEqual((Changes(3).a, Changes(3).b), (0, 3))
        del Changes.__init__
        self.assertEqual((Changes(1, 2).a, Changes(1, 2).b), (1, 2))
        Pair.__init__ = lambda self, a: Structure.__init__(self, a + 1)
        try:
            self.assertEqual((Changes(1).a, Pair(1).a), (2, 2))
        finally:
            del Pair.__init__
        self.assertEqual((Changes(1).a, Pair(1).a), (1, 1))

    def test_other_callables(self):
        seen = []

        class Partly(Pair):
            __init__ = functools.partialmethod(lambda self, b, a: Pair.__init__(self, a, b), 9)

        class Static(Pair):
            __init__ = staticmethod(lambda *arguments: seen.append(arguments))

        class OfClass(Pair):
            __init__ = classmethod(lambda *arguments: seen.append(arguments))

        class Object:
            def __call__(self, *arguments):
                seen.append(arguments)

        class Called(Pair):
            __init__ = Object()

        for _ in range(3):
            self.assertEqual((Partly(1).a, Partly(1).b), (1, 9))
            Static(1), OfClass(2), Called(3)
        self.assertEqual(seen, 3 * [(1,), (OfClass, 2), (3,)])

    def test_new_and_metaclasses(self):
        class New(Counted):
            def __new__(cls, *arguments):
                value = super().__new__(cls)
                value.made_of = arguments
                return value

        class Other(Counted):
            def __new__(cls, *arguments):
                return 5

        class Meta(type(Structure)):
            def __call__(cls, *arguments):
                value = super().__call__(*arguments)
                value.by = "the metaclass"
                return value

        class Made(Counted, metaclass=Meta):
            pass

        for _ in range(5):
            self.assertEqual((New(1, 5).b, New(1, 5).made_of), (5, (1, 5)))
            self.assertEqual((Other(1), Made(4).a, Made(4).by), (5, 4, "the metaclass"))

    def test_pointers_without_a_target(self):
        class Incomplete(_Pointer):
            def __init__(self, *arguments):
                super().__init__(*arguments)

        for _ in range(3):
            self.assertRaises(TypeError, Incomplete)
        Incomplete.set_type(c_int)
        self.assertEqual(Incomplete(c_int(5))[0], 5)

    def test_it_keeps_and_is_collected(self):
        class Keeps(Structure):
            def __init__(self, other):
                self.other = pointer(other)
                self.itself = self

        Keeps._fields_ = [("other", POINTER(Pair))]

        def use():
            pair = Pair(3)
            value = Keeps(pair)
            references.extend(map(weakref.ref, (pair, value)))
            return value

        references = []
        value = use()
        gc.collect()
        self.assertEqual(value.other.contents.a, 3)
        del value
        gc.collect()
        self.assertEqual([reference() for reference in references], [None, None])

    def test_classes_are_collected(self):
        def use():
            class Gone(Pair):
                def __init__(self):
                    self.owner = Gone

            for _ in range(5):
                Gone()
            return weakref.ref(Gone)

        gone = use()
        gc.collect()
        gc.collect()
        self.assertIsNone(gone())


if __name__ == "__main__":
    unittest.main()
