"""What an instance's memory holds is decided when it is made: nothing that is said later changes what it is used as."""
import _ctypes
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, ArgumentError, Array, Structure, Union, c_char, c_char_p, c_int, c_long, c_void_p,
    alignment, byref, pointer, py_object, sizeof,
)

from support import LIBC, OURS, PY314, WINDOWS, TestCase, function

BASES = [_ctypes._SimpleCData, Structure, Union, Array, _ctypes._Pointer, _ctypes.CFuncPtr]
NAMESPACE = {"_fields_": [("a", c_int)], "_flags_": _ctypes.FUNCFLAG_CDECL, "_length_": 3, "_type_": c_int}
NAMES = ["restype", "argtypes", "errcheck", "contents", "value", "raw", "a", "_objects", "_b_base_", "__dict__"]


class Numbers(Structure):
    _fields_ = [("a", c_long), ("b", c_long)]


class Addresses(Structure):
    _fields_ = [("p", POINTER(c_int)), ("object", py_object)]


def use_in_every_way(instance):
    """Whatever is done, an exception is the worst that comes of it."""
    for name in NAMES:
        for value in (None, 1, [c_int], c_int, c_int(3), b"x", print):
            for action in (lambda: getattr(instance, name), lambda: setattr(instance, name, value)):
                try:
                    action()
                except Exception:
                    pass
    called = isinstance(instance, _ctypes.CFuncPtr) and not instance
    for action in (lambda: instance() if called else None, lambda: instance[0], lambda: instance[0:1],
                   lambda: instance.__setitem__(0, 1), lambda: bool(instance), lambda: len(instance),
                   lambda: repr(instance), lambda: memoryview(instance)):
        try:
            action()
        except Exception:
            pass


@unittest.skipUnless(OURS, "CPython uses one kind of object as another")
class DescribedAsSomethingElse(TestCase):
    def attempt(self, metaclass, bases, of_simple):
        namespace = NAMESPACE | ({"_type_": "i"} if of_simple else {})
        try:
            made = metaclass("Made", bases, namespace)
        except TypeError:
            return None
        except AttributeError:
            return None
        for make in (made, lambda: made.from_buffer(bytearray(64)), lambda: (made * 2)()[0],
                     lambda: pointer(made()).contents, lambda: made.__new__(made),
                     *[lambda base=base: base.__new__(made) for base in BASES]):
            try:
                instance = make()
            except Exception:
                continue
            use_in_every_way(instance)
        return made

    def test_metaclasses_of_two_kinds(self):
        for base in BASES:
            for other in BASES:
                first, second = type(base), type(other)
                if first is second:
                    continue
                both = type("Both", (first, second), {})
                for of_simple in (False, True):
                    self.assertIsNone(self.attempt(both, (other,), of_simple), (base, other))
                    self.attempt(both, (base,), of_simple)

    def test_both_bases(self):
        both = type("Both", (type(Structure), type(_ctypes.CFuncPtr)), {})
        for bases in ((Structure, _ctypes.CFuncPtr), (_ctypes.CFuncPtr, Structure)):
            self.assertIsNone(self.attempt(both, bases, False))

    def test_initialised_by_the_other_metaclass(self):
        for base in BASES:
            for other in BASES:
                if base is other:
                    continue

                class Calling(type(base)):
                    def __init__(cls, *arguments):
                        type(other).__init__(cls, *arguments)

                for of_simple in (False, True):
                    self.attempt(Calling, (base,), of_simple)

    def test_message(self):
        both = type("Both", (type(Structure), type(_ctypes.CFuncPtr)), {})
        with self.assertRaisesRegex(TypeError, "'Made' derives from .*CFuncPtr, but its metaclass describes it as a "
                                               ".*Structure"):
            both("Made", (_ctypes.CFuncPtr,), dict(NAMESPACE))


@unittest.skipUnless(OURS, "CPython follows numbers as addresses")
class AnotherClass(TestCase):
    def test_fields(self):
        numbers = Numbers(0x1234, 0x5678)
        numbers.__class__ = Addresses
        for name in ("p", "object"):
            self.assertError(TypeError, f"field '{name}' does not apply to a 'Addresses' object",
                             getattr, numbers, name)
            self.assertRaises(TypeError, setattr, numbers, name, None)
        addresses = Addresses(pointer(c_int(5)), "kept")
        addresses.__class__ = Numbers
        self.assertRaises(TypeError, setattr, addresses, "a", 0x1234)
        addresses.__class__ = Addresses
        self.assertEqual((addresses.p[0], addresses.object), (5, "kept"))

    @unittest.skipIf(WINDOWS, "`long` is too small")
    def test_fields_of_numbers(self):
        class Bytes(Structure):
            _fields_ = [("first", c_char), ("rest", c_char * 15)]

        numbers = Numbers(0x41, 0)
        numbers.__class__ = Bytes
        self.assertEqual((numbers.first, numbers.rest), (b"A", b""))

        class More(Numbers):
            _fields_ = [("c", c_long)]

        numbers = Numbers(1, 2)
        numbers.__class__ = More
        self.assertEqual(numbers.b, 2)
        self.assertRaises(TypeError, getattr, numbers, "c")
        self.assertRaises(TypeError, setattr, numbers, "c", 3)

    def test_bases_of_the_class(self):
        class Derived(Numbers):
            pass

        Derived.__bases__ = (Addresses,)
        derived = Derived()
        self.assertRaises(TypeError, getattr, derived, "object")
        self.assertRaises(TypeError, setattr, derived, "p", None)

    def test_arguments(self):
        class Text(c_char_p):
            pass

        number = c_long(0x1234)
        length = function("byte_length", c_int, c_char_p)
        for text in (c_char_p, Text):
            number.__class__ = text
            self.assertRaises(ArgumentError, length, number)
            self.assertRaises(TypeError, text.from_param, number)
        target = CFUNCTYPE(c_int, POINTER(Addresses))(("abs", CDLL(LIBC)))
        numbers = Numbers()
        numbers.__class__ = Addresses
        self.assertRaises(ArgumentError, target, numbers)

    def test_stores(self):
        class Holder(Structure):
            _fields_ = [("text", c_char_p), ("inner", Addresses)]

        holder, number, numbers = Holder(), c_long(0x1234), Numbers(1, 2)
        number.__class__, numbers.__class__ = c_char_p, Addresses
        self.assertRaises(TypeError, setattr, holder, "inner", numbers)
        self.assertRaises(TypeError, pointer(Addresses()).__setitem__, 0, numbers)
        self.assertRaises(TypeError, (Addresses * 2)().__setitem__, 0, numbers)

    def test_claimed_instances(self):
        class Claims(type(Structure)):
            def __instancecheck__(cls, instance):
                return True

            def __subclasscheck__(cls, subclass):
                return True

        class Text(Structure, metaclass=Claims):
            _fields_ = [("text", c_char_p)]

        class Holder(Structure):
            _fields_ = [("inner", Text)]

        class Number(Structure):
            _fields_ = [("number", c_long)]

        number = Number(0x1234)
        self.assertRaises(TypeError, setattr, Holder(), "inner", number)
        self.assertRaises(TypeError, Text.from_param, number)
        self.assertRaises(TypeError, POINTER(Text).from_param, number)
        self.assertRaises(TypeError, POINTER(Text).from_param, (Number * 2)())
        self.assertRaises(TypeError, POINTER(Text).from_param, pointer(number))

    def test_class_that_says_anew_what_it_consists_of(self):
        class Objects(c_long * 2):
            _type_ = py_object

        class Longs(py_object * 2):
            _type_ = c_long

        class Short(c_long * 2):
            _length_ = 1

        class Holder(Structure):
            _fields_ = [("objects", py_object * 2), ("longs", c_long * 2)]

        holder = Holder()
        self.assertRaises(TypeError, setattr, holder, "objects", Longs(1, 2))
        self.assertRaises(TypeError, setattr, holder, "longs", Short(1))
        self.assertRaises(TypeError, setattr, holder, "longs", Objects())


@unittest.skipUnless(OURS, "CPython follows numbers as addresses")
class OtherWays(TestCase):
    def test_type_of_a_pointer(self):
        class Pointer(_ctypes._Pointer):
            _type_ = c_long

        p = Pointer(c_long(0x1234))
        for target in (py_object, c_char_p, POINTER(c_int), CFUNCTYPE(None), Addresses):
            self.assertError(TypeError, "'Pointer' has instances that point to something else",
                             Pointer.set_type, target)
        self.assertEqual(p[0], 0x1234)
        Pointer.set_type(c_int)
        self.assertEqual(p[0], 0x1234)

    def test_fields_made_by_hand(self):
        field = _ctypes.CField(name="x", type=py_object, byte_size=8, byte_offset=0, index=0, _internal_use=True)
        Numbers.hand_made = field
        self.addCleanup(delattr, Numbers, "hand_made")
        for descriptor in (field, Addresses.__dict__["object"], Addresses.__dict__["p"]):
            self.assertRaises(TypeError, descriptor.__get__, Numbers(0x1234), Numbers)
            self.assertRaises(TypeError, descriptor.__set__, Numbers(0x1234), None)
        self.assertRaises(TypeError, getattr, Numbers(0x1234), "hand_made")

    def test_state_with_addresses(self):
        message = "ctypes objects containing pointers cannot be pickled"
        for ctype in (py_object, c_char_p, POINTER(c_int), Addresses, CFUNCTYPE(None), c_void_p):
            instance = ctype()
            self.assertError(ValueError, message, instance.__setstate__, {}, b"\x34\x12")
            self.assertError(ValueError, message, _ctypes._unpickle, ctype, ({}, b"\x34\x12"))

    def test_description(self):
        """Nobody gives a class another one."""
        class Value(Structure):
            _fields_ = [("a", c_int)]

        self.assertError(AttributeError, "attribute '__ctype__' of 'Value' is not writable", setattr, Value,
                         "__ctype__", c_int.__dict__.get("__ctype__"))
        self.assertError(AttributeError, "attribute '__ctype__' of 'Value' is not writable", delattr, Value,
                         "__ctype__")

    def test_methods_of_nothing(self):
        self.assertError(TypeError, "unbound method from_param() needs an argument", type(c_int).from_param)

    def test_metaclass_without_base(self):
        """The class is no ctype, whatever made it."""
        Odd = type(Structure)("Odd", (), {})
        self.assertError(TypeError, "'Odd' is not a subtype of '_ctypes._CData'", Odd.from_buffer_copy, b"")


class Asked(TestCase):
    """Python code that has a say in what an object is."""

    def test_int_with_attributes_of_its_own(self):
        asked = []

        class Number(int):
            def __getattribute__(self, name):
                asked.append(name)
                return super().__getattribute__(name)

        absolute = CDLL(LIBC)["abs"]
        absolute.argtypes = [c_int]
        self.assertEqual(absolute(Number(-5)), 5)
        self.assertEqual(asked, ["__class__"])

    def test_metaclass_beside_a_pointer(self):
        asked = []

        class Meta(type(Structure)):
            def __instancecheck__(cls, instance):
                asked.append(type(instance).__name__)
                return not isinstance(instance, (Array, _ctypes._Pointer))

        class Value(Structure, metaclass=Meta):
            _fields_ = [("a", c_int)]

        function = CDLL(LIBC)["labs"]
        function.argtypes = [POINTER(Value)]
        for wrong in (5, "x", byref(Value())):
            self.assertError(ArgumentError, "argument 1: TypeError: expected CData instance", function, wrong)
            self.assertError(TypeError, "expected CData instance", POINTER(Value).from_param, wrong)
        self.assertEqual(asked, ["int", "int", "str", "str", "CArgObject", "CArgObject"])
        asked.clear()
        for right in (Value(), pointer(Value()), (Value * 2)(), None):
            function(right)
        # Whether it asks about an instance of the pointer type itself makes no difference.
        self.assertEqual([name for name in asked if name != POINTER(Value).__name__], [(Value * 2).__name__])

    @unittest.skipUnless(PY314, "3.13 has no _align_")
    def test_alignment_that_is_no_power_of_two(self):
        class Odd(Structure):
            _align_ = 24
            _fields_ = [("a", c_int)]

        self.assertEqual((alignment(Odd), sizeof(Odd), sizeof(Odd * 3)), (24, 24, 72))
        self.assertEqual((Odd(5).a, (Odd * 3)(Odd(1), Odd(2))[1].a), (5, 2))


if __name__ == "__main__":
    unittest.main()
