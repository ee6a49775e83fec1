"""Types that several threads make, describe or find at the same time."""
import _ctypes
import gc
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Array, Structure, Union, addressof, c_char, c_int, c_long, pointer, sizeof,
)

from at_once import at_once, while_running
from support import LEFT_OUT, OURS, SLOWED, TestCase

ROUNDS = max(3, 200 // SLOWED)
BASES = [Structure, Union, Array, _ctypes._Pointer, _ctypes._SimpleCData, _ctypes.CFuncPtr]


@unittest.skipUnless(OURS, "the package checks, and then makes what is not there")
class OneForAll(TestCase):
    """What there is once for a type, whoever asks for it first."""

    def agree(self, make):
        for _ in range(ROUNDS):
            class Target(Structure):
                _fields_ = [("a", c_int)]

            made = []
            self.assertEqual(at_once(*[lambda: made.append(make(Target))] * 12), [])
            self.assertEqual(len(set(map(id, made))), 1)

    def test_pointer_types(self):
        self.agree(POINTER)

    @unittest.skipIf("types" in LEFT_OUT, "the package's own function puts the second one in the place of the first")
    def test_function_types(self):
        self.agree(lambda target: CFUNCTYPE(c_int, target))

    def test_array_types(self):
        self.agree(lambda target: target * 3)

    def test_pointers_of_any_thread_fit(self):
        for _ in range(ROUNDS):
            class Target(Structure):
                _fields_ = [("a", c_int)]

            made = []
            at_once(*[lambda: made.append(pointer(Target(7)))] * 6)
            holder = (POINTER(Target) * 6)(*made)
            self.assertEqual([holder[n][0].a for n in range(6)], [7] * 6)


class Described(TestCase):
    def test_two_threads_describe_one_class(self):
        metaclass = type(Structure)
        for _ in range(ROUNDS):
            cls = metaclass.__new__(metaclass, "S", (Structure,), {"_fields_": [("a", c_int), ("b", c_char * 8)]})
            done = []

            def describe():
                metaclass.__init__(cls, "S", (Structure,), {})
                done.append(True)

            def use():
                for _ in range(20):
                    try:
                        instance = cls()
                        instance.a = 5
                    except (TypeError, AttributeError):
                        continue
                    self.assertEqual(instance.a, 5)

            errors = at_once(describe, describe, use)
            if OURS:
                self.assertLessEqual(len(done), 1)
                self.assertIn("already initialized", "".join(map(str, errors)))
            self.assertIn(sizeof(cls), (0, 12))

    def test_array_of_a_type_that_gets_its_fields(self):
        for _ in range(ROUNDS):
            class Item(Structure):
                pass

            arrays = []

            def finish():
                Item._fields_ = [("text", c_char * 64)]

            self.assertEqual(at_once(lambda: arrays.append(Item * 4), finish), [])
            [array_type] = arrays
            self.assertIn(sizeof(array_type), (0, 4 * 64))
            if OURS:
                array = array_type()
                if sizeof(array_type) == 0:
                    with self.assertRaises(TypeError):
                        array[3]
                else:
                    array[3].text = b"x" * 64
                    self.assertEqual(array[3].text, b"x" * 64)


@unittest.skipUnless(OURS, "CPython gives its types away before they are whole")
class FoundEarly(TestCase):
    """Classes and objects that another thread finds before they are whole."""

    def test_subclasses(self):
        def make():
            for n in range(ROUNDS):
                class Fields(Structure):
                    _fields_ = [("a", c_int), ("b", c_char * n)]

                class Simple(c_long):
                    pass

                self.assertEqual(Fields(n, b"b" * n).a, n)
                self.assertEqual(Simple(n).value, n)
                self.assertEqual((POINTER(Fields), Fields * 3, CFUNCTYPE(Fields, POINTER(Fields)))[0]._type_, Fields)

        def look():
            for base in BASES:
                for cls in base.__subclasses__()[-5:]:
                    try:
                        made = cls()
                        sizeof(cls), bytes(made), repr(made), cls.from_address, POINTER(cls), cls * 2
                    except (TypeError, AttributeError, ValueError):
                        pass  # It has no description yet, or no fields.

        errors = while_running(make, look, look)
        # Whoever makes an instance settles that there are no fields.
        errors = [error for error in errors if "contain itself" not in str(error) and "final" not in str(error)]
        self.assertEqual(errors, [])

    def test_instances(self):
        prototype = CFUNCTYPE(c_int, c_int)

        def make():
            for n in range(10 * ROUNDS):
                callbacks = [prototype(abs) for _ in range(10)]
                self.assertEqual([call(-n) for call in callbacks], [n] * 10)
                self.assertTrue(prototype(addressof(c_int())))

        def look():
            for found in gc.get_objects()[-60:]:
                if isinstance(found, (_ctypes.CFuncPtr, _ctypes._SimpleCData, Structure, Array)):
                    addressof(found), bool(found), bytes(found), found._objects, found._b_base_
                    if isinstance(found, _ctypes.CFuncPtr):
                        found.restype, found.argtypes, found.errcheck

        self.assertEqual(while_running(make, look), [])


if __name__ == "__main__":
    unittest.main()
