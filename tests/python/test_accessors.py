"""The descriptors behind `value`, `raw`, `contents`, and what a function is declared by."""
import types
import unittest
from ctypes import POINTER, Structure, c_char, c_int, c_wchar, pointer
from _ctypes import CFuncPtr, _Pointer, _SimpleCData

from support import OURS, TestCase

VALUE = _SimpleCData.__dict__["value"]
DECLARATIONS = ("argtypes", "restype", "errcheck")
CONTENTS = _Pointer.__dict__["contents"]


class Accessors(TestCase):
    def test_are_getset_descriptors(self):
        declarations = [CFuncPtr.__dict__[name] for name in DECLARATIONS]
        for descriptor in (VALUE, CONTENTS, (c_char * 3).__dict__["raw"], *declarations):
            self.assertIsInstance(descriptor, types.GetSetDescriptorType)
            self.assertEqual(type(descriptor).__name__, "getset_descriptor")
            if OURS:
                self.assertTrue(descriptor.__doc__)
            with self.assertRaises(TypeError):
                type(descriptor)()
        self.assertEqual(VALUE.__name__, "value")
        self.assertIs(VALUE.__objclass__, _SimpleCData)
        self.assertIs(CONTENTS.__objclass__, _Pointer)
        self.assertEqual(VALUE.__qualname__, "_SimpleCData.value")
        self.assertEqual(repr(VALUE), "<attribute 'value' of '_ctypes._SimpleCData' objects>")

    def test_of_a_class(self):
        self.assertIs(c_int.value, VALUE)
        self.assertIs(POINTER(c_int).contents, CONTENTS)
        self.assertIs(VALUE.__get__(None, c_int), VALUE)
        self.assertError(TypeError, "__get__(None, None) is invalid", VALUE.__get__, None)

    def test_of_another_object(self):
        class Other(Structure):
            _fields_ = [("a", c_int)]

        for thing in (5, Other(), POINTER(c_int)(), "x"):
            message = ("descriptor 'value' for '_ctypes._SimpleCData' objects doesn't apply to a "
                       f"'{type(thing).__name__}' object")
            self.assertError(TypeError, message, VALUE.__get__, thing)
            self.assertError(TypeError, message, VALUE.__set__, thing, 5)
        for thing in (5, Other(), c_int()):
            message = ("descriptor 'contents' for '_ctypes._Pointer' objects doesn't apply to a "
                       f"'{type(thing).__name__}' object")
            self.assertError(TypeError, message, CONTENTS.__get__, thing)
            self.assertError(TypeError, message, CONTENTS.__set__, thing, c_int())
        for name in DECLARATIONS:
            descriptor = CFuncPtr.__dict__[name]
            for thing in (5, c_int(), "x"):
                message = (f"descriptor '{name}' for '_ctypes.CFuncPtr' objects doesn't apply to a "
                           f"'{type(thing).__name__}' object")
                self.assertError(TypeError, message, descriptor.__get__, thing)
                self.assertError(TypeError, message, descriptor.__set__, thing, c_int)
        with self.assertRaises(TypeError):
            (c_char * 3).value.__get__((c_int * 3)())
        with self.assertRaises(TypeError):
            (c_char * 3).raw.__get__((c_wchar * 3)())

    def test_explicitly(self):
        number = c_int(5)
        self.assertEqual(VALUE.__get__(number), 5)
        VALUE.__set__(number, 6)
        self.assertEqual(number.value, 6)
        self.assertEqual(CONTENTS.__get__(pointer(number)).value, 6)

    def test_deletion(self):
        for thing, name in ((c_int(), "value"), ((c_char * 3)(), "value"),
                            (pointer(c_int()), "contents")):
            with self.assertRaises(TypeError):
                delattr(thing, name)
        with self.assertRaises(AttributeError):
            del (c_char * 3)().raw


if __name__ == "__main__":
    unittest.main()
