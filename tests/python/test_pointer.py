"""Pointer types and instances: making, following, assigning, indexing, slicing, NULL."""
import itertools
import unittest
from ctypes import (
    POINTER, Array, Structure, Union, addressof, alignment, byref, c_char, c_double, c_int, c_short,
    c_void_p, cast, create_string_buffer, pointer, resize, sizeof,
)

import _ctypes
from support import OURS, PY314, TestCase, function

IntPointer = POINTER(c_int)
INT = c_int.__name__
LP_INT = IntPointer.__name__


class Number(c_int):
    pass


class Types(TestCase):
    def test_one_for_each_type(self):
        self.assertIs(POINTER(c_int), IntPointer)
        self.assertIsNot(POINTER(c_short), IntPointer)
        self.assertIs(IntPointer._type_, c_int)
        self.assertEqual(LP_INT, "LP_" + INT)
        self.assertEqual(POINTER(IntPointer).__name__, "LP_LP_" + INT)
        self.assertIs(POINTER(None), c_void_p)
        self.assertEqual((sizeof(IntPointer), alignment(IntPointer)),
                         (sizeof(c_void_p), alignment(c_void_p)))

    def test_of_what_is_no_ctype(self):
        for wrong in (int, Structure, Union, Array):
            text = (f"{wrong!r} must have storage info" if PY314
                    else "_type_ must have storage info")
            self.assertError(TypeError, text, POINTER, wrong)
        with self.assertRaises((TypeError, AttributeError)):
            POINTER(5)

    def test_subclass_names_its_own_type(self):
        class Bare(IntPointer):
            pass

        class Handle(IntPointer):
            _type_ = c_int

            def twice(self):
                return 2 * self[0]

        self.assertError(TypeError, "Cannot create instance: has no _type_", Bare)
        self.assertEqual(Handle(c_int(4)).twice(), 8)

    @unittest.skipUnless(PY314, "__pointer_type__ is 3.14's")
    def test_pointer_type_attribute(self):
        class Fresh(Structure):
            _fields_ = [("a", c_int)]

        with self.assertRaises(AttributeError):
            Fresh.__pointer_type__
        made = POINTER(Fresh)
        self.assertIs(Fresh.__pointer_type__, made)
        self.assertIs(c_int.__pointer_type__, IntPointer)

        class Derived(Fresh):
            pass

        self.assertFalse(hasattr(Derived, "__pointer_type__"))
        self.assertIsNot(POINTER(Derived), made)
        for base in (Structure, Union, Array, _ctypes._Pointer, _ctypes._SimpleCData, _ctypes.CFuncPtr):
            self.assertError(TypeError, f"{base!r} must have storage info", getattr, base, "__pointer_type__")
        bare = type.__new__(type(Structure), "Bare", (Structure,), {})
        self.assertError(TypeError, f"{bare!r} must have storage info", setattr, bare, "__pointer_type__", IntPointer)


class Following(TestCase):
    def test_contents(self):
        number = c_int(5)
        p = pointer(number)
        self.assertIs(type(p), IntPointer)
        self.assertEqual(p.contents.value, 5)
        p.contents.value = 6
        self.assertEqual(number.value, 6)
        self.assertIsNot(p.contents, number)
        self.assertEqual(addressof(p.contents), addressof(number))

    def test_set_contents(self):
        a, b = c_int(1), c_int(2)
        p = IntPointer(a)
        p.contents = b
        p[0] = 20
        self.assertEqual((a.value, b.value), (1, 20))
        p.contents = Number(30)
        self.assertEqual(p[0], 30)
        for wrong in (5, "x", None):
            self.assertError(TypeError, f"expected {INT} instead of {type(wrong).__name__}",
                             setattr, p, "contents", wrong)
        self.assertError(TypeError, "Pointer does not support item deletion", delattr, p,
                         "contents")

    def test_pointer_to_pointer(self):
        number = c_int(5)
        outer = pointer(pointer(number))
        outer[0][0] = 6
        self.assertEqual((number.value, outer.contents.contents.value), (6, 6))
        other = c_int(7)
        outer[0] = IntPointer(other)
        self.assertEqual(outer.contents[0], 7)
        outer[0] = (c_int * 2)(8, 9)
        self.assertEqual(outer[0][1], 9)
        outer[0] = None
        self.assertFalse(outer[0])
        self.assertError(TypeError, f"expected {LP_INT} instance, got int", outer.__setitem__, 0, 5)
        self.assertError(TypeError, f"incompatible types, {INT} instance instead of {LP_INT} "
                         "instance", outer.__setitem__, 0, number)

    def test_pointer_to_structure(self):
        class Pair(Structure):
            _fields_ = [("a", c_int), ("b", c_int)]

        pairs = (Pair * 3)((1, 2), (3, 4), (5, 6))
        p = cast(pairs, POINTER(Pair))
        self.assertEqual([(p[i].a, p[i].b) for i in range(3)], [(1, 2), (3, 4), (5, 6)])
        p[1].a = 30
        p[2] = Pair(50, 60)
        self.assertEqual((pairs[1].a, pairs[2].b), (30, 60))
        p[0] = (7,)
        self.assertEqual((pairs[0].a, pairs[0].b), (7, 0))

    def test_what_has_room(self):
        """Any C value can be pointed to as any type that its memory has room for."""
        class Head(Structure):
            _fields_ = [("kind", c_int)]

        class Message(Head):
            _fields_ = [("text", c_char * 12)]

        messages = (Message * 2)((1, b"first"), (2, b"second"))
        head = cast(messages, POINTER(Head)).contents
        self.assertEqual(POINTER(Message)(head).contents.text, b"first")
        p = POINTER(Message)()
        p.contents = Head.from_buffer(messages, sizeof(Message))
        self.assertEqual(p.contents.text, b"second")
        p.contents = create_string_buffer(b"\3\0\0\0third", 16)
        self.assertEqual((p.contents.kind, p.contents.text), (3, b"third"))
        grown = Head(4)
        resize(grown, sizeof(Message))
        p.contents = grown
        p.contents.text = b"fourth"
        self.assertEqual(bytes(grown)[4:10], b"fourth")
        # From its address nobody knows how much there is.
        p.contents = Head.from_address(addressof(messages))
        self.assertEqual(p.contents.text, b"first")

    @unittest.skipUnless(OURS, "CPython takes it, and reads beyond it")
    def test_what_has_no_room(self):
        class Pair(Structure):
            _fields_ = [("a", c_int), ("b", c_int)]

        class One(Structure):
            _fields_ = [("a", c_int)]

        numbers, ones = (c_int * 3)(), (One * 3)()
        for small, name, room in [(c_int(), "c_int", 4), (c_char(), "c_char", 1), (ones[2], "One", 4),
                                  (c_int.from_buffer(numbers, 8), "c_int", 4), ((c_int * 0)(), "c_int_Array_0", 0),
                                  (c_char.from_buffer(bytearray(9), 4), "c_char", 5)]:
            text = f"expected Pair instead of {name}, which has {room} of the 8 bytes"
            self.assertError(TypeError, text, POINTER(Pair), small)
            self.assertError(TypeError, text, setattr, POINTER(Pair)(), "contents", small)
        POINTER(Pair)(ones[1])

    def test_initialiser(self):
        for wrong in (5, "x", None, 1.5):
            self.assertError(TypeError, f"expected {INT} instead of {type(wrong).__name__}",
                             IntPointer, wrong)
        self.assertError(TypeError, "POINTER expected at most 1 argument, got 2", IntPointer,
                         c_int(), c_int())
        self.assertEqual(IntPointer(Number(4)).contents.value, 4)

    def test_pointer_function(self):
        self.assertEqual(pointer(c_double(2.5))[0], 2.5)
        for wrong in (5, "x", None):
            with self.assertRaises(TypeError):
                pointer(wrong)


class Indexing(TestCase):
    def setUp(self):
        self.array = (c_int * 5)(*range(10, 15))
        self.p = cast(self.array, IntPointer)

    def test_items(self):
        self.assertEqual([self.p[i] for i in range(5)], [10, 11, 12, 13, 14])
        self.p[2] = -1
        self.assertEqual(self.array[2], -1)
        self.p.contents = c_int.from_address(addressof(self.array) + 2 * sizeof(c_int))
        self.assertEqual((self.p[-2], self.p[-1], self.p[1]), (10, 11, 13))

    def test_refuses(self):
        for wrong in ("a", 1.5, None):
            self.assertError(TypeError, "Pointer indices must be integer", self.p.__getitem__,
                             wrong)
        self.assertError(TypeError, "'str' object cannot be interpreted as an integer",
                         self.p.__setitem__, 0, "x")
        for wrong in ("a", slice(0, 2), 1.5):
            with self.assertRaises(TypeError):
                self.p[wrong] = 1
        self.assertError(TypeError, "Pointer does not support item deletion", self.p.__delitem__,
                         0)
        with self.assertRaises((IndexError, OverflowError)):
            self.p[2 ** 70]

    def test_slices(self):
        items = list(self.array)
        for start, stop, step in itertools.product((None, 0, 1, 3), (4, 5), (None, 1, 2, 3)):
            where = slice(start, stop, step)
            self.assertEqual(self.p[where], items[where], where)
        for start, stop, step in itertools.product((2, 4), (0, 1, 3), (-1, -2)):
            where = slice(start, stop, step)
            self.assertEqual(self.p[where], items[where], where)
        self.assertEqual((self.p[2:0], self.p[3:3]), ([], []))

    def test_negative_slice_bounds_count_from_the_pointer(self):
        p = pointer(c_int.from_address(addressof(self.array) + 3 * sizeof(c_int)))
        self.assertEqual(p[-3:2], [10, 11, 12, 13, 14])
        self.assertEqual(p[1:-4:-1], [14, 13, 12, 11, 10])

    def test_incomplete_slices(self):
        for where in (slice(None), slice(1, None), slice(3, None, -1)):
            self.assertError(ValueError, "slice stop is required", self.p.__getitem__, where)
        for where in (slice(None, None, -1), slice(None, 3, -1)):
            self.assertError(ValueError, "slice start is required for step < 0",
                             self.p.__getitem__, where)
        self.assertError(ValueError, "slice step cannot be zero", self.p.__getitem__,
                         slice(0, 3, 0))

    def test_no_length(self):
        with self.assertRaises(TypeError):
            len(self.p)
        self.assertEqual(list(itertools.islice(self.p, 3)), [10, 11, 12])

    def test_characters(self):
        text = cast((c_char * 5)(*b"hello"), POINTER(c_char))
        self.assertEqual((text[0], text[0:5], text[4:0:-1], text[2:2]), (b"h", b"hello", b"olle",
                                                                         b""))


class Null(TestCase):
    def test_truth(self):
        self.assertFalse(IntPointer())
        self.assertTrue(pointer(c_int()))
        self.assertFalse(cast(None, IntPointer))

    def test_following_is_an_error(self):
        for use in (lambda p: p.contents, lambda p: p[0], lambda p: p[5],
                    lambda p: p.__setitem__(0, 1)):
            self.assertError(ValueError, "NULL pointer access", use, IntPointer())

    def test_from_c(self):
        null = function("null_int_pointer", IntPointer)()
        self.assertFalse(null)
        self.assertError(ValueError, "NULL pointer access", lambda: null[0])

    @unittest.skipUnless(PY314, "3.13 builds a list of unset items")
    def test_slice(self):
        self.assertError(ValueError, "NULL pointer access", lambda: IntPointer()[0:2])


class WithC(TestCase):
    def test_table(self):
        table = function("int_table", IntPointer)()
        self.assertEqual(table[:5], [10, 20, 30, 40, 50])

    def test_out_parameter_of_pointer_type(self):
        p = IntPointer()
        function("point_into_table", None, POINTER(IntPointer), c_int)(byref(p), 3)
        self.assertEqual((p[0], p[-1]), (40, 30))
        self.assertEqual(function("read_through", c_int, POINTER(IntPointer))(p), 40)

    def test_swap(self):
        a, b = c_int(1), c_int(2)
        p, q = pointer(a), pointer(b)
        function("swap_pointers", None, c_void_p, c_void_p)(byref(p), byref(q))
        self.assertEqual((p[0], q[0]), (2, 1))

    def test_identity(self):
        p, q = pointer(c_int(1)), pointer(c_int(1))
        self.assertEqual(p, p)
        self.assertNotEqual(p, q)
        self.assertNotEqual(IntPointer(), IntPointer())
        self.assertError(TypeError, "unhashable type", hash, p)


if __name__ == "__main__":
    unittest.main()
