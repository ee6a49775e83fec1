"""Instances of derived types, and objects of derived classes, where the base is declared."""
import enum
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Structure, addressof, byref, c_bool, c_char, c_char_p, c_double,
    c_float, c_int, c_int64, c_size_t, c_ubyte, c_uint64, c_void_p, c_wchar, pointer, sizeof,
)

from _ctypes import _Pointer

from given import ROUNDS, Colour, Real
from support import OURS, TestCase, clib, function


class Base(Structure):
    _fields_ = [("x", c_int)]


class Derived(Base):
    _fields_ = [("y", c_int)]


class Further(Derived):
    pass


class Mixin:
    pass


class Mixed(Mixin, Derived):
    pass


class Flags(enum.IntFlag):
    A = 1
    B = 2


class Number(int):
    def __index__(self):
        return 99

    def __int__(self):
        return 98


class Instances(TestCase):
    def test_structures_for_a_pointer(self):
        first = function("increment", c_int, POINTER(Base))
        for cls in (Base, Derived, Further, Mixed):
            for _ in ROUNDS:
                value = cls(x=4)
                items = (cls * 2)(value)
                self.assertEqual([first(value), first(byref(value)), first(pointer(value)), value.x],
                                 [5, 6, 7, 7])
                self.assertEqual([first(items), first(byref(items[0])), items[0].x], [5, 6, 6])
        derived = function("increment", c_int, POINTER(Derived))
        for wrong in (Base(), byref(Base()), pointer(Base()), (Base * 2)(), c_int(), byref(c_int())):
            for _ in ROUNDS:
                with self.assertRaisesRegex(ArgumentError, "expected LP_Derived instance instead of "):
                    derived(wrong)

    def test_offset(self):
        first = function("increment", c_int, POINTER(Base))
        items = (Further * 3)()
        for index in range(3):
            first(byref(items[0], index * sizeof(Further)))
        self.assertEqual([item.x for item in items], [1, 1, 1])

    def test_pointers(self):
        class Special(POINTER(Base)):
            _type_ = Base

        class Own(Base):
            pass

        class Other(_Pointer):
            _type_ = Own

        value = Own(4)
        first = function("increment", c_int, POINTER(Base))
        for _ in ROUNDS:
            self.assertEqual(first(Special(value)) - first(Other(value)), -1)
        special = function("increment", c_int, Special)
        self.assertRaises(ArgumentError, special, 5)
        before = value.x
        self.assertEqual(special(Special(value)), before + 1)

    def test_pointers_that_derive_as_their_targets_do(self):
        # So pyglet declares interfaces of COM.
        class Interface(Structure):
            _fields_ = [("x", c_int)]

        class Wider(Interface):
            _fields_ = [("y", c_int)]

        class Address(Structure):
            _fields_ = [("address", c_void_p)]

        class ToInterface(_Pointer):
            _type_ = Interface

        class ToWider(ToInterface):
            _type_ = Wider

        class ToAddress(ToInterface):
            _type_ = Address

        through = function("read_through", c_int, POINTER(ToInterface))
        first = function("increment", c_int, ToInterface)
        pointer_to_wider = ToWider(Wider(4))
        for _ in ROUNDS:
            for argument in (pointer_to_wider, byref(pointer_to_wider), pointer(pointer_to_wider)):
                self.assertEqual(through(argument), pointer_to_wider.contents.x)
            self.assertEqual(first(pointer_to_wider), pointer_to_wider.contents.x)
        if OURS:
            # What C would read there is something else.
            other = ToAddress(Address(5))
            for wrong in (other, byref(other), pointer(other)):
                self.assertRaises(ArgumentError, through, wrong)
        wider = function("increment", c_int, ToWider)
        self.assertRaises(ArgumentError, wider, ToInterface(Interface(5)))

    def test_pointers_that_are_their_own_targets(self):
        class Ring(_Pointer):
            pass

        Ring.set_type(Ring)

        class Inner(Ring):
            pass

        Inner.set_type(Inner)
        # An instance is one of the target too, whose address is passed.
        increment = function("increment", c_int, Ring)
        for _ in ROUNDS:
            self.assertEqual(increment(Ring()), 1)
            self.assertEqual(increment(Inner()), 1)

    def test_numbers(self):
        class Int(c_int):
            pass

        class Further(Int):
            pass

        for cls in (Int, Further):
            for _ in ROUNDS:
                self.assertEqual(function("echo_int", c_int, c_int)(cls(-5)), -5)
        self.assertEqual(function("echo_int", c_int, Int)(Further(-5)), -5)
        self.assertRaises(ArgumentError, function("echo_int", c_int, Further), Int(-5))
        for base, name, value in ((c_double, "echo_double", 0.5), (c_float, "echo_float", 0.25),
                                  (c_char, "echo_char", b"x"), (c_wchar, "echo_wchar", "x"),
                                  (c_bool, "echo_bool", True), (c_int64, "echo_longlong", -2**40)):
            cls = type("Own", (base,), {})
            self.assertEqual(function(name, base, base)(cls(value)), value)

    def test_another_type_code(self):
        class Odd(c_int):
            _type_ = "d"

        # It is taken for an instance, and passed as what it is.
        for _ in ROUNDS:
            self.assertEqual(function("echo_double", c_double, c_int)(Odd(2.5)), 2.5)

    def test_strings_and_addresses(self):
        class Text(c_char_p):
            pass

        class Address(c_void_p):
            pass

        length = function("byte_length", c_size_t, c_char_p)
        address = function("echo_void_p", c_size_t, c_void_p)
        number = c_int()
        for _ in ROUNDS:
            self.assertEqual(length(Text(b"text")), 4)
            self.assertEqual(address(Address(addressof(number))), addressof(number))
            self.assertRaises(ArgumentError, length, Address(5))

    def test_functions(self):
        Callback = CFUNCTYPE(c_int, c_int)
        Own = type("Own", (Callback,), {"_flags_": Callback._flags_, "_restype_": c_int,
                                        "_argtypes_": (c_int,)})
        call = function("call_int", c_int, Callback, c_int)
        for _ in ROUNDS:
            self.assertEqual(call(Own(lambda value: value + 1), 5), 6)

    def test_arrays(self):
        class Own(c_int * 3):
            _type_, _length_ = c_int, 3

        total = function("increment", c_int, c_int * 3)
        for _ in ROUNDS:
            self.assertEqual(total(Own(4)), 5)
            self.assertRaises(ArgumentError, total, (c_int * 2)())

    def test_by_value(self):
        for _ in ROUNDS:
            with self.assertRaisesRegex(ArgumentError, "expected Derived instance instead of Base"):
                function("echo_int", c_int, Derived)(Base())

    def test_another_class_assigned(self):
        class One(Base):
            pass

        class Two(Structure):
            _fields_ = [("x", c_int)]

        first = function("increment", c_int, POINTER(One))
        value = One(4)
        self.assertEqual(first(value), 5)
        value.__class__ = Two
        self.assertRaises(ArgumentError, first, value)
        value.__class__ = One
        self.assertEqual(first(value), 6)

    def test_metaclasses_that_decide(self):
        class Meta(type(Structure)):
            def __instancecheck__(self, other):
                return False

        class Strict(Structure, metaclass=Meta):
            _fields_ = [("x", c_int)]

        class Own(Strict):
            pass

        first = function("increment", c_int, POINTER(Strict))
        for _ in ROUNDS:
            self.assertRaises(ArgumentError, first, Own())
            self.assertRaises(ArgumentError, first, byref(Own()))


class Integers(TestCase):
    def test_are_what_they_are(self):
        for name, ctype in (("echo_int", c_int), ("echo_ubyte", c_ubyte), ("echo_longlong", c_int64),
                            ("echo_ulonglong", c_uint64)):
            echo = function(name, ctype, ctype)
            for _ in ROUNDS:
                for value in (Flags.A | Flags.B, Number(5), Number(-1), Number(2**70 + 3), Colour.RED, True):
                    self.assertEqual(echo(value), ctype(int.__add__(value, 0)).value)

    def test_as_addresses(self):
        address = function("echo_void_p", c_void_p, c_void_p)
        for _ in ROUNDS:
            self.assertEqual([address(Number(5)), address(Colour.RED)], [5, 5])

    def test_for_other_types(self):
        class Real(int):
            def __float__(self):
                return 2.5

        for _ in ROUNDS:
            self.assertEqual(function("echo_double", c_double, c_double)(Colour.RED), 5.0)
            self.assertEqual(function("echo_double", c_double, c_double)(Real(7)), 2.5)
            self.assertEqual(function("echo_char", c_char, c_char)(Number(65)), b"A")
            self.assertRaises(ArgumentError, function("byte_length", c_size_t, c_char_p), Number(5))

    def test_without_argtypes(self):
        echo = clib["echo_int"]
        for value in (Number(5), Colour.RED, Flags.A | Flags.B, Number(-1)):
            self.assertEqual(echo(value), int.__add__(value, 0))

    def test_class_changes(self):
        class Own(int):
            pass

        echo = function("echo_longlong", c_int64, c_int64)
        self.assertEqual(echo(Own(2**40)), 2**40)
        Own._as_parameter_ = 7
        self.assertEqual(echo(Own(2**40)), 2**40)

        class Claims(int):
            __class__ = property(lambda self: claimed)

        for claimed in (c_int64, int, c_int64):
            # It says that it is an instance, so it is passed by its own type, as C's `int`.
            self.assertEqual(echo(Claims(5)), 5)


if __name__ == "__main__":
    unittest.main()
