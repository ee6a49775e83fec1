"""Pointers that one thread makes lead elsewhere while others use them, and those that a call has been given."""
import gc
import unittest
import weakref
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_int, c_long, c_longlong, c_void_p, c_wchar, cast, pointer, py_object,
    string_at,
)

from at_once import while_running
from support import LIBRARY, OURS, SLOWED, TestCase, function

ROUNDS = max(5, 2000 // SLOWED)
Unary = CFUNCTYPE(c_int, c_int)


class Holder(Structure):
    _fields_ = [
        ("numbers", POINTER(c_int)),
        ("text", POINTER(c_char)),
        ("wide", POINTER(c_wchar)),
        ("strings", POINTER(c_char_p)),
        ("objects", POINTER(py_object)),
        ("array", POINTER(c_longlong * 4)),
        ("string", c_char_p),
    ]


STRINGS = [b"string %d" % n for n in range(100)]


@unittest.skipUnless(OURS, "CPython finds what another thread has just freed")
class Redirected(TestCase):
    def setUp(self):
        self.holder = Holder()
        self.redirect()

    def redirect(self):
        holder = self.holder
        holder.numbers = (c_int * 1000)(*[7] * 1000)
        holder.text = (c_char * 4000)(*b"a" * 4000)
        holder.wide = (c_wchar * 1000)(*"b" * 1000)
        holder.strings = (c_char_p * 100)(*STRINGS)
        holder.objects = (py_object * 50)(*[["x"] for _ in range(50)])
        holder.array = pointer((c_longlong * 4)(1, 2, 3, 4))
        holder.string = b"%064d" % 7

    def rounds(self):
        for _ in range(ROUNDS // 20):
            self.redirect()

    def read(self):
        holder = self.holder
        self.assertEqual(holder.numbers[999], 7)
        self.assertEqual(holder.numbers[:1000], [7] * 1000)
        self.assertEqual((holder.text[3999], holder.text[:4000]), (b"a", b"a" * 4000))
        self.assertEqual((holder.wide[999], holder.wide[:1000]), ("b", "b" * 1000))
        self.assertEqual((holder.strings[99], holder.strings[:100]), (STRINGS[99], STRINGS))
        self.assertEqual((holder.objects[49], holder.objects[:50]), (["x"], [["x"]] * 50))
        self.assertEqual((holder.array[0][:], holder.array.contents[3]), ([1, 2, 3, 4], 4))
        self.assertEqual(holder.string, b"%064d" % 7)

    def write(self):
        holder = self.holder
        holder.numbers[5] = 7
        holder.strings[0] = STRINGS[0]
        holder.objects[0] = ["x"]
        holder.wide[1] = "b"
        holder.text[2] = b"a"
        holder.array[0][1] = 2

    def test_read(self):
        self.assertEqual(while_running(self.rounds, self.read), [])

    def test_written_through(self):
        self.assertEqual(while_running(self.rounds, self.write, self.read), [])

    def test_passed(self):
        read = function("call_then_read", c_int, Unary, POINTER(c_int))
        callback = Unary(lambda value: sum(range(20)))

        def use():
            self.assertEqual(read(callback, self.holder.numbers), 7)
            self.assertEqual(string_at(self.holder.numbers, 4), (7).to_bytes(4, "little"))
            self.assertEqual(cast(self.holder.numbers, POINTER(c_int))[999], 7)

        self.assertEqual(while_running(self.rounds, use), [])


class Table(Structure):
    _fields_ = [("first", Unary), ("second", Unary)]


@unittest.skipUnless(OURS, "CPython calls what another thread has just freed")
class Replaced(TestCase):
    """Callbacks in memory, of which another thread stores new ones."""

    def setUp(self):
        self.table, self.array = Table(), (Unary * 3)()
        self.replace()

    def replace(self):
        self.table.first = Unary(lambda value: value + 1)
        for n in range(3):
            self.array[n] = Unary(lambda value: value + 1)

    def rounds(self):
        for _ in range(ROUNDS):
            self.replace()

    def run_with(self, *uses):
        def use():
            for one in uses:
                self.assertEqual(one(4), 5)

        self.assertEqual(while_running(self.rounds, use), [])

    def test_called(self):
        self.run_with(
            lambda value: self.table.first(value),
            lambda value: self.array[1](value),
            lambda value: pointer(self.table)[0].first(value),
            lambda value: pointer(self.table).contents.first(value),
        )

    def test_passed(self):
        call = function("call_int", c_int, Unary, c_int)
        undeclared = CDLL(LIBRARY).call_int
        self.run_with(
            lambda value: call(self.table.first, value),
            lambda value: call(self.array[2], value),
            lambda value: undeclared(self.table.first, value),
        )

    def test_cast(self):
        self.run_with(
            lambda value: cast(self.table.first, Unary)(value),
            lambda value: cast(cast(self.array[0], c_void_p), Unary)(value),
        )


@unittest.skipUnless(OURS, "CPython's calls hold their arguments, and not what those lead to")
class HeldByCalls(TestCase):
    """What the arguments of a call lead to is there until it returns, whatever its callback does."""

    def check(self, make_pointer, redirect, argtype):
        target = c_int(7)
        alive = weakref.ref(target)
        held = make_pointer(target)
        del target

        @Unary
        def callback(value):
            redirect(held)
            gc.collect()
            self.assertIsNotNone(alive())
            return value

        read = function("call_then_read", c_int, Unary, argtype)
        self.assertEqual(read(callback, held), 7)
        gc.collect()
        self.assertIsNone(alive())

    def test_contents(self):
        def redirect(held):
            held.contents = c_int(5)

        self.check(pointer, redirect, POINTER(c_int))

    def test_without_argtypes(self):
        read = CDLL(LIBRARY).call_then_read
        held = pointer(c_int(7))

        @Unary
        def callback(value):
            held.contents = c_int(5)
            [c_int(9) for _ in range(100)]
            return value

        self.assertEqual(read(callback, held), 7)

    def test_void_pointer(self):
        class Address(Structure):
            _fields_ = [("pointer", c_void_p)]

        place = Address()

        def make(target):
            place.pointer = cast(pointer(target), c_void_p)
            return c_void_p.from_buffer(place)

        def redirect(held):
            place.pointer = cast(pointer(c_int(5)), c_void_p)

        self.check(make, redirect, c_void_p)

    def test_field(self):
        class Link(Structure):
            _fields_ = [("to", POINTER(c_int))]

        link = Link()

        def make(target):
            link.to = pointer(target)
            return link.to

        def redirect(held):
            link.to = pointer(c_int(5))

        self.check(make, redirect, POINTER(c_int))

    def test_function(self):
        table = Table()
        table.second = Unary(lambda value: value + 1)

        @Unary
        def replace(value):
            table.second = Unary(lambda value: 0)
            gc.collect()
            return value

        call = function("call_then_call", c_int, Unary, Unary, c_int)
        self.assertEqual(call(replace, table.second, 4), 5)

    def test_structures_by_value(self):
        class Holder(Structure):
            _fields_ = [("pointer", POINTER(c_int))]

        class LargeHolder(Structure):
            _fields_ = [("pointer", POINTER(c_int)), ("more", c_long * 4)]

        for argtypes in ((Unary, Holder, LargeHolder), (Unary, Holder), (Unary,), ()):
            with self.subTest(len(argtypes)):
                targets = c_int(7), c_int(5)
                alive = list(map(weakref.ref, targets))
                holders = Holder(pointer(targets[0])), LargeHolder(pointer(targets[1]))
                del targets

                @Unary
                def callback(value):
                    for holder in holders:
                        holder.pointer = pointer(c_int(0))
                    gc.collect()
                    self.assertNotIn(None, [reference() for reference in alive])
                    return value

                read = CDLL(LIBRARY).call_then_read_inside
                if argtypes:
                    read.argtypes = argtypes
                self.assertEqual(read(callback, *holders), 12)
                gc.collect()
                self.assertEqual([reference() for reference in alive], [None, None])

    def test_replaced_by_the_conversion_of_a_later_argument(self):
        pointers = (POINTER(c_int) * 1)(pointer(c_int(7)))

        class Later(c_long):
            @classmethod
            def from_param(cls, value):
                pointers[0] = pointer(c_int(5))
                gc.collect()
                return c_long(value)

        read = function("call_then_read", c_int, Unary, POINTER(c_int), Later)
        self.assertEqual(read(Unary(abs), pointers[0], 3), 7)


if __name__ == "__main__":
    unittest.main()
