"""`_as_parameter_`: objects that stand for another argument."""
import gc
import unittest
import weakref
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, ArgumentError, addressof, byref, c_bool, c_char, c_char_p, c_double,
    c_int, c_short, c_size_t, c_void_p, c_wchar, c_wchar_p, create_string_buffer, pointer,
)

from given import ROUNDS, Index, Parameter, Property, Slots
from support import LIBC, OURS, TestCase, clib, echo_object, function


class AsParameter(TestCase):
    def test_index_before_as_parameter(self):
        class Both(Index):
            _as_parameter_ = 99

        class Broken:
            _as_parameter_ = 98

            def __index__(self):
                raise KeyError("no index")

        echo = function("echo_int", c_int, c_int)
        self.assertEqual([echo(Both()), echo(Broken())], [11, 98])

    def test_as_parameter_is_asked_once(self):
        Property.asked = 0
        for argtypes in ([c_int], None, [c_double], [c_bool]):
            made = clib["echo_int"]
            made.restype, made.argtypes = c_int, argtypes
            made(Property())
        # A truth value is made of any object.
        self.assertEqual(Property.asked, 3)

    def test_as_parameter_of_every_kind(self):
        class Lazy:
            def __getattr__(self, name):
                if name == "_as_parameter_":
                    return 8
                raise AttributeError(name)

        class Raising:
            @property
            def _as_parameter_(self):
                raise KeyError("no parameter")

        slots = Slots()
        slots._as_parameter_ = 9
        for argtypes in ([c_int], None):
            made = clib["echo_int"]
            made.restype, made.argtypes = c_int, argtypes
            for _ in ROUNDS:
                self.assertEqual([made(Lazy()), made(slots), made(Property())], [8, 9, 7])
                self.assertError(ArgumentError, "argument 1: KeyError: 'no parameter'", made, Raising())

    def test_as_parameter_lives_as_long_as_the_call(self):
        class Fresh:
            @property
            def _as_parameter_(self):
                return create_string_buffer(b"fresh")

        for argtypes in ([c_char_p], [c_void_p], None):
            length = clib["byte_length"]
            length.restype, length.argtypes = c_size_t, argtypes
            for _ in ROUNDS:
                self.assertEqual(length(Fresh()), 5)

    def test_in_the_class_and_in_the_object(self):
        class Wrapper:
            _as_parameter_ = 9

        wrapper = Wrapper()
        for argtypes in ([c_int], None):
            echo = clib["echo_int"]
            echo.argtypes = argtypes
            self.assertEqual(echo(wrapper), 9)
            wrapper._as_parameter_ = 8
            self.assertEqual(echo(wrapper), 8)
            Wrapper._as_parameter_ = 7
            self.assertEqual(echo(wrapper), 8)
            del wrapper._as_parameter_
            self.assertEqual(echo(wrapper), 7)
            vars(wrapper)["_as_parameter_"] = 6
            Wrapper._as_parameter_ = property(lambda self: 5)
            self.assertEqual(echo(wrapper), 5)
            del Wrapper._as_parameter_
            self.assertEqual(echo(wrapper), 6)
            del wrapper._as_parameter_
            self.assertRaises(ArgumentError, echo, wrapper)
            Wrapper._as_parameter_ = 9

    def test_class_changes(self):
        class Wrapper:
            pass

        wrapper = Wrapper()
        wrapper._as_parameter_ = 9
        echo = function("echo_int", c_int, c_int)
        self.assertEqual(echo(wrapper), 9)
        Wrapper.__index__ = lambda self: 8
        self.assertEqual(echo(wrapper), 8)
        del Wrapper.__index__
        self.assertEqual(echo(wrapper), 9)
        Wrapper.__getattribute__ = lambda self, name: 7 if name == "_as_parameter_" else None
        self.assertEqual(echo(wrapper), 7)
        del Wrapper.__getattribute__
        self.assertEqual(echo(wrapper), 9)
        Wrapper.__getattr__ = lambda self, name: 6
        del wrapper._as_parameter_
        self.assertEqual(echo(wrapper), 6)
        del Wrapper.__getattr__
        self.assertRaises(ArgumentError, echo, wrapper)
        wrapper.__class__ = type("Other", (), {"_as_parameter_": 5})
        self.assertEqual(echo(wrapper), 5)

    def test_becomes_a_descriptor(self):
        class Value:
            def __index__(self):
                return 4

        class Wrapper:
            _as_parameter_ = Value()

        wrapper = Wrapper()
        echo = function("echo_int", c_int, c_int)
        self.assertEqual(echo(wrapper), 4)
        Value.__get__ = lambda self, instance, owner: 5
        self.assertEqual(echo(wrapper), 5)
        wrapper._as_parameter_ = 6
        self.assertEqual(echo(wrapper), 6)
        Value.__set__ = lambda self, instance, value: None
        self.assertEqual(echo(wrapper), 5)

    def test_says_that_it_is_an_instance(self):
        class Liar:
            _as_parameter_ = c_int(9)
            __class__ = property(lambda self: claimed)

        length = function("byte_length", c_size_t, c_char_p)
        echo = function("echo_int", c_int, c_int)
        for claimed in (int, c_int, c_char_p):
            # Taken for an instance, it is given to C as what it is: by its `_as_parameter_`.
            self.assertEqual(echo(Liar()), 9)
            if claimed is c_int:
                self.assertRaises(ArgumentError, length, Liar())

    def test_of_builtin_classes(self):
        def derived(base, parameter):
            return type("Derived", (base,), {"_as_parameter_": parameter})

        echo = function("echo_int", c_int, c_int)
        self.assertEqual(echo(derived(int, 9)(5)), 5)
        self.assertEqual(echo(derived(float, 9)(5.5)), 9)
        self.assertEqual(echo(derived(str, 9)("x")), 9)
        self.assertEqual(echo(derived(list, 9)()), 9)
        self.assertEqual(echo(derived(Exception, 9)()), 9)
        self.assertEqual(echo(derived(c_short, 9)(5)), 9)
        length = function("byte_length", c_size_t, c_char_p)
        self.assertEqual(length(derived(bytes, b"parameter")(b"own")), 3)
        self.assertEqual(length(derived(list, b"parameter")()), 9)

    def test_parameters_that_take_everything(self):
        wrapper = Parameter(0)
        self.assertIs(function("echo_bool", c_bool, c_bool)(wrapper), True)
        self.assertIs(echo_object(wrapper), wrapper)

    def test_of_all_kinds_of_parameters(self):
        number, array = c_int(5), (c_int * 2)(6, 7)
        increment = function("increment", c_int, POINTER(c_int))
        for _ in ROUNDS:
            number.value = 5
            self.assertEqual(increment(Parameter(pointer(number))), 6)
            self.assertEqual(increment(Parameter(byref(number))), 7)
            # What would be converted is not, a second time.
            for wrong in (number, array, None, 5, byref(c_short()), Parameter(number)):
                self.assertRaises(ArgumentError, increment, Parameter(wrong))
        self.assertEqual(function("echo_double", c_double, c_double)(Parameter(5)), 5.0)
        address = function("echo_void_p", c_void_p, c_void_p)
        for value in (number, pointer(number), byref(number), addressof(number)):
            if value is not number:
                self.assertEqual(address(Parameter(value)), addressof(number))
        self.assertIsNone(address(Parameter(None)))
        self.assertEqual(function("echo_wchar", c_wchar, c_wchar)(Parameter("x")), "x")
        self.assertEqual(function("echo_char", c_char, c_char)(Parameter(b"x")), b"x")
        for argtypes in ([c_wchar_p], None):
            length = clib["wide_length"]
            length.restype, length.argtypes = c_size_t, argtypes
            self.assertEqual(length(Parameter("w\u00efde")), 4)

    def test_no_end(self):
        endless = Parameter(None)
        endless._as_parameter_ = endless
        # CPython 3.13 dies of the other.
        for argtypes in ([c_int], None) if OURS else ([c_int],):
            echo = clib["echo_int"]
            echo.argtypes = argtypes
            for _ in ROUNDS:
                # CPython says of an argument that it is at fault.
                self.assertRaises((RecursionError, ArgumentError), echo, endless)

    def test_what_is_written_into_bytes(self):
        fill = CFUNCTYPE(c_void_p, c_void_p, c_int, c_size_t)(("memset", CDLL(LIBC)))
        for argtypes in ([c_void_p, c_int, c_size_t], [c_char_p, c_int, c_size_t], None):
            fill.argtypes = argtypes
            text = bytes(bytearray(b"parameter"))
            fill(Parameter(text), 120, 3)
            self.assertEqual(text, b"xxxameter")

    def test_is_held_during_the_call(self):
        class Dropping:
            @classmethod
            def from_param(cls, value):
                del wrapper._as_parameter_
                gc.collect()
                return 5

        class Held(c_int):
            pass

        add = function("add_int", c_int)
        add.argtypes = [c_int, Dropping]
        wrapper = Parameter(Held(4))
        held = weakref.ref(wrapper._as_parameter_)
        self.assertEqual(add(wrapper, 0), 9)
        gc.collect()
        self.assertIsNone(held())

    def test_metaclass_that_decides(self):
        class Meta(type(c_int)):
            def __instancecheck__(self, other):
                return isinstance(other, Parameter) or super().__instancecheck__(other)

        class Checked(c_int, metaclass=Meta):
            pass

        echo = function("echo_int", c_int, Checked)
        self.assertEqual(echo(Parameter(5)), 5)

    def test_classes_come_and_go(self):
        echo = function("echo_int", c_int, c_int)
        for number in range(300):
            class Wrapper:
                if number % 2:
                    _as_parameter_ = number
                else:
                    @property
                    def _as_parameter_(self):
                        return number

            self.assertEqual([echo(Wrapper()) for _ in ROUNDS], [number] * 3)


if __name__ == "__main__":
    unittest.main()
