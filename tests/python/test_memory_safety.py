"""Nothing but an address can make memory that is not there be used. CPython dies of most of these."""
import _ctypes
import ctypes
import gc
import threading
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, ArgumentError, Array, Structure, _Pointer, c_byte, c_char, c_char_p,
    c_int, c_uint, c_void_p, cast, pointer, py_object, sizeof,
)

from support import LIBC, OURS, WINDOWS, TestCase

LARGE = 100_000
Block = c_char * LARGE


@unittest.skipUnless(OURS, "CPython writes to memory that is not there")
class Fields(TestCase):
    def test_of_a_definition_that_failed(self):
        class Loop(Structure):
            pass

        with self.assertRaises(AttributeError):
            Loop._fields_ = [("big", Block), ("me", Loop)]
        self.assertFalse(hasattr(Loop, "big"))

    def test_of_another_structure(self):
        class Other(Structure):
            _fields_ = [("pad", Block), ("big", Block)]

        class Inner(Structure):
            _fields_ = [("a", c_int)]

        Inner.a = Other.big

        class Outer(Structure):
            _anonymous_ = ["inner"]
            _fields_ = [("inner", Inner)]

        for instance in (Inner(), Outer()):
            with self.assertRaises(TypeError):
                instance.a = b"x" * LARGE
        with self.assertRaises(TypeError):
            Other.big.__get__(c_int())

    def test_defined_again_meanwhile(self):
        class Meta(type(Structure)):
            def __setattr__(cls, name, value):
                if name == "a":
                    cls._fields_ = [("x", c_byte)]
                super().__setattr__(name, value)

        class Twice(Structure, metaclass=Meta):
            pass

        with self.assertRaises(AttributeError):
            Twice._fields_ = [("a", c_int), ("big", Block)]
        if hasattr(Twice, "big"):
            Twice().big = b"x" * LARGE

    def test_type_that_grows_meanwhile(self):
        class Later(Structure):
            pass

        class Holder(Structure):
            pass

        def fields():
            yield "t", Later
            Later._fields_ = [("x", Block)]
            yield "n", c_int

        with self.assertRaises(ValueError):
            Holder._fields_ = fields()

    def test_array_of_a_type_that_grew(self):
        class Later(Structure):
            pass

        Early = Later * 3
        array = Early()
        Later._fields_ = [("x", Block)]
        with self.assertRaises(TypeError):
            array[0]


@unittest.skipUnless(OURS, "CPython uses the memory after it is freed")
class Targets(TestCase):
    def test_contents_outlives_a_change_of_the_pointer(self):
        p = pointer(Block(b"a"))
        contents, item = p.contents, p[0]
        p.contents = Block()
        others = [Block() for _ in range(50)]
        contents.raw = b"x" * LARGE
        item.raw = b"y" * LARGE
        self.assertTrue(all(other.raw == bytes(LARGE) for other in others))

    def test_contents_of_a_field(self):
        class Holder(Structure):
            _fields_ = [("a", c_int), ("p", POINTER(Block))]

        holder = Holder(1, pointer(Block(b"a")))
        contents = holder.p.contents
        holder.p = pointer(Block())
        others = [Block() for _ in range(50)]
        contents.raw = b"x" * LARGE
        self.assertTrue(all(other.raw == bytes(LARGE) for other in others))

    def test_pointer_moved_during_a_store(self):
        class Index:
            def __index__(self):
                p.contents = second
                gc.collect()
                return 99

        p, second = pointer(c_int(1)), c_int(2)
        old = p.contents
        p[0] = Index()
        self.assertEqual((old.value, second.value), (99, 2))
        del old
        # Nobody else holds what is written to.
        p[0] = Index()
        self.assertEqual(second.value, 99)

    def test_null_during_a_store(self):
        class Index:
            def __index__(self):
                cast(pointer(p), POINTER(c_void_p))[0] = None
                return 99

        target = c_int(1)
        p = pointer(target)
        p[0] = Index()
        self.assertEqual(target.value, 99)
        self.assertError(ValueError, "NULL pointer access", p.__setitem__, 0, Index())

    def test_smaller_than_the_type(self):
        class Meta(type(Block)):
            def __instancecheck__(cls, instance):
                return True

        class Big(Array, metaclass=Meta):
            _length_, _type_ = LARGE, c_char

        self.assertError(TypeError, f"expected Big instead of c_char, which has 1 of the {LARGE} bytes",
                         POINTER(Big), c_char())
        with self.assertRaises(TypeError):
            POINTER(Big).from_param(c_char())

    def test_cast_to_what_is_no_pointer(self):
        memory = bytearray(1)

        class Fake(POINTER(c_int)):
            _type_ = c_int

            def __new__(cls):
                return c_char.from_buffer(memory)

        with self.assertRaises(TypeError):
            cast(0x1234567812345678, Fake)
        self.assertEqual(memory, bytes(1))


@unittest.skipUnless(OURS, "CPython runs out of memory or stack, or writes beyond it")
class Sizes(TestCase):
    def test_large_structures_cost_nothing_until_made(self):
        class Huge(Structure):
            _fields_ = [("a", c_char * 2 ** 62)]

        self.assertEqual(sizeof(Huge), 2 ** 62)
        with self.assertRaises(MemoryError):
            Huge()
        function = CFUNCTYPE(Huge)(("abs", CDLL(LIBC)))
        with self.assertRaises(MemoryError):
            function(1)
        with self.assertRaises(MemoryError):
            pointer(c_char(b"x"))[0:2 ** 62]

    @unittest.skipIf(WINDOWS, "a large value is passed by its address")
    def test_aligned_to_more_than_any_argument(self):
        for align in (4096, 2 ** 40):
            class Aligned(Structure):
                _align_ = align
                _fields_ = [("a", c_int)]

            if align <= 4096:
                with self.assertRaisesRegex(ArgumentError, "aligned to"):
                    CDLL(LIBC).abs(-1, Aligned(), 3)
            with self.assertRaisesRegex(TypeError, "aligned to"):
                CFUNCTYPE(None, Aligned)(print)

    @unittest.skipIf(WINDOWS, "a large value is passed by its address")
    def test_more_than_the_stack(self):
        class Large(Structure):
            _fields_ = [("a", Block)]

        with self.assertRaisesRegex(ArgumentError, "of stack"):
            CDLL(LIBC).abs(-3, *[Large()] * 500)
        self.assertEqual(CDLL(LIBC).abs(-3, Large()), 3)

    def test_target_that_grows(self):
        class Later(Structure):
            pass

        p = POINTER(Later)()
        p.contents = c_char(b"x")
        with self.assertRaises(AttributeError):
            Later._fields_ = [("a", Block)]

        P = type(_Pointer)("P", (_Pointer,), {"_type_": c_int})
        P(c_int(5))
        with self.assertRaises(TypeError):
            P.set_type(Block)


@unittest.skipUnless(OURS, "CPython loses what a copy points to")
class Copies(TestCase):
    class Thing:
        alive = 0

        def __init__(self):
            type(self).alive += 1

        def __del__(self):
            type(self).alive -= 1

    def test_keep_what_the_original_gives_up(self):
        class Inner(Structure):
            _fields_ = [("object", py_object)]

        class Outer(Structure):
            _fields_ = [("inner", Inner)]

        inner = Inner()
        inner.object = self.Thing()
        outer = Outer()
        outer.inner = inner
        self.assertEqual(outer._objects, {"0": inner._objects})
        inner.object = "something else"
        gc.collect()
        self.assertEqual(self.Thing.alive, 1)
        self.assertIsInstance(outer.inner.object, self.Thing)
        del outer
        gc.collect()
        self.assertEqual(self.Thing.alive, 0)

    def test_cast_pointer(self):
        p = pointer(c_int(41))
        q = cast(p, POINTER(c_uint))
        q.contents = c_uint(2)
        others = [c_int(1000 + n) for n in range(1000)]
        self.assertEqual(p.contents.value, 41)
        self.assertEqual(len(others), 1000)


@unittest.skipUnless(OURS, "in CPython the memory can be taken away")
class Buffers(TestCase):
    def assertHeld(self, memory):
        with self.assertRaises(BufferError):
            memory.extend(bytes(LARGE))

    def test_export_is_held_whatever_happens_to_objects(self):
        memory = bytearray(8)
        string = c_char_p.from_buffer(memory)
        string.value = b"x"
        self.assertHeld(memory)
        array = (c_int * 2).from_buffer(memory := bytearray(8))
        with self.assertRaises(BufferError):
            next(iter(array._objects.values())).release()
        array._objects.clear()
        self.assertHeld(memory)
        del array
        gc.collect()
        memory.extend(b"x")


@unittest.skipUnless(OURS, "CPython runs out of stack or frees what is in use")
class Definitions(TestCase):
    def test_anonymous_fields_that_contain_themselves(self):
        class Inner(Structure):
            _fields_ = [("x", c_int)]

        class Middle(Structure):
            _anonymous_ = ["inner"]
            _fields_ = [("inner", Inner)]

        Inner.x = Middle.inner
        with self.assertRaises(RecursionError):
            type(Structure)("Outer", (Structure,), {"_anonymous_": ["m"],
                                                    "_fields_": [("m", Middle)]})

    def test_callback_that_dies_while_its_arguments_are_made(self):
        cell = []

        class Argument(Structure):
            _fields_ = [("a", c_int), ("b", c_int)]

            def __init__(self, *args):
                super().__init__(*args)
                cell.clear()
                gc.collect()

        prototype = CFUNCTYPE(c_int, Argument, Argument)
        cell.append(prototype(lambda first, second: first.a + second.b))
        again = prototype(cast(cell[0], c_void_p).value)
        value = Argument.from_buffer_copy(b"\1\0\0\0\2\0\0\0")
        self.assertEqual(again(value, value), 3)

    def test_views_of_nothing(self):
        class Empty(Structure):
            pass

        self.assertEqual(memoryview(Empty()), memoryview(Empty()))
        self.assertEqual(memoryview((Empty * 3)()).tolist(), [0, 0, 0])

    def test_descriptors_of_character_arrays(self):
        raw, value = vars(c_char * 3)["raw"], vars(c_char * 3)["value"]
        for array in ((py_object * 2)(), (c_int * 2)()):
            for attribute in (raw, value):
                self.assertRaises(TypeError, attribute.__get__, array)
                self.assertRaises(TypeError, attribute.__set__, array, b"x")


@unittest.skipUnless(OURS, "in CPython _objects is what keeps")
class Views(TestCase):
    def test_objects_is_only_a_view(self):
        class Key:
            def __init__(self, key):
                self.key = key

            def __hash__(self):
                return hash(self.key)

            def __eq__(self, other):
                p._objects
                raise KeyError("no")

        p = pointer(Block(b"a"))
        view = p._objects
        view.clear()
        gc.collect()
        others = [Block() for _ in range(50)]
        p.contents.raw = b"x" * LARGE
        self.assertTrue(all(other.raw == bytes(LARGE) for other in others))
        view[Key("0")] = view[Key("1")] = None
        self.assertRaises(KeyError, setattr, p, "contents", Block(b"b"))
        self.assertEqual(p.contents.value, b"b")


class Threads(TestCase):
    def test_references_are_read_while_they_are_replaced(self):
        class Record(Structure):
            _fields_ = [("object", py_object), ("text", c_char_p)]

        holder, text, p = py_object([0]), c_char_p(b"x" * 50), pointer(c_int(1))
        record, wrong = Record([0], b"0"), []

        def write():
            for n in range(2000):
                holder.value = record.object = [n]
                text.value = record.text = b"%050d" % n
                p.contents = c_int(n)

        def read():
            for _ in range(2000):
                if len(text.value) != 50 or holder.value[0] < 0 or record.object[0] < 0:
                    wrong.append(text.value)
                p.contents.value
                record.text

        threads = [threading.Thread(target=target) for target in (write, read, write, read)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        self.assertEqual(p._objects["1"].value, p.contents.value)


class WideIntegers(TestCase):
    """What is too wide for a pointer is no address."""

    WIDE = [(2 ** 64, "unsigned long"), (10 ** 30, "unsigned long"), (-2 ** 63 - 1, "long")]

    @unittest.skipUnless(ctypes.sizeof(ctypes.c_void_p) == ctypes.sizeof(ctypes.c_long) == 8, "numbers of LP64")
    def test_addresses(self):
        for wide, name in self.WIDE:
            message = f"Python int too large to convert to C {name}"
            for function in (c_int.from_address, ctypes.CFUNCTYPE(None), _ctypes.PyObj_FromPtr,
                             lambda address: _ctypes.call_function(address, ()),
                             lambda handle: _ctypes.dlsym(handle, "abs"), _ctypes.dlclose):
                self.assertError(OverflowError, message, function, wide)

    def test_handles(self):
        library = ctypes.CDLL(LIBC)
        message = "could not convert the _handle attribute to a pointer"
        for wide, _ in self.WIDE:
            library._handle = wide
            self.assertError(ValueError, message, library.__getitem__, "abs")
            self.assertError(ValueError, message, ctypes.CFUNCTYPE(c_int), ("abs", library))
            self.assertError(ValueError, message, c_int.in_dll, library, "abs")


if __name__ == "__main__":
    unittest.main()
