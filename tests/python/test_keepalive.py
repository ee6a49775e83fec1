"""What objects keep alive, where it is recorded (`_objects`), and who owns the memory."""
import gc
import unittest
import weakref
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, Structure, Union, addressof, c_char_p, c_int, c_short, c_void_p,
    c_wchar_p, cast, create_string_buffer, pointer, py_object, resize, sizeof,
)

from support import BY_PLACE, LIBRARY, TestCase

IntPointer = POINTER(c_int)


class Texts(Structure):
    _fields_ = [("a", c_char_p), ("b", c_char_p), ("c", c_char_p)]


class Record(Structure):
    _fields_ = [("number", c_int), ("pointer", IntPointer), ("text", c_char_p),
                ("function", CFUNCTYPE(None)), ("array", c_int * 2), ("object", py_object),
                ("wide", c_wchar_p), ("address", c_void_p), ("texts", Texts), ("more", Texts * 2)]


class SimpleObjects(TestCase):
    def test_what_they_point_to(self):
        self.assertEqual(c_char_p(b"x")._objects, b"x")
        thing = [1]
        self.assertIs(py_object(thing)._objects, thing)
        self.assertIsNot(c_wchar_p("x")._objects, None)
        for plain in (c_int(5), c_void_p(5), c_char_p(), create_string_buffer(b"x")):
            self.assertIs(plain._objects, None)

    def test_assignment_replaces(self):
        text = c_char_p(b"x")
        text.value = b"y"
        self.assertEqual(text._objects, b"y")
        self.assertEqual(text.value, b"y")


class Keys(TestCase):
    """The keys are the index of the field or item in hexadecimal, the inner ones first."""

    def test_each_kind_of_field(self):
        record = Record()
        self.assertIs(record._objects, None)
        record.number, record.address = 5, 7
        self.assertIs(record._objects, None)
        record.text = b"abc"
        self.assertEqual(record._objects, {"2": b"abc"})
        record.text = None  # NULL, but the record stays
        self.assertEqual(record._objects, {"2": b"abc"})
        thing = [1]
        record.object = thing
        self.assertIs(record._objects["5"], thing)
        record.wide = "wide"
        self.assertEqual(sorted(record._objects), ["2", "5", "6"])

    def test_pointers(self):
        record, number = Record(), c_int(4)
        record.pointer = pointer(number)
        self.assertEqual(list(record._objects), ["1"])
        self.assertIs(record._objects["1"]["1"], number)
        array = (c_int * 2)()
        record.pointer = array
        self.assertEqual(record._objects, {"1": ({}, array)})

    def test_pointer_objects(self):
        number, other = c_int(4), c_int(5)
        p = pointer(number)
        self.assertIs(p._objects["1"], number)
        p.contents = other
        self.assertIs(p._objects["1"], other)
        outer = pointer(p)
        self.assertIs(outer._objects["1"], p)
        self.assertIs(outer._objects["0"]["1"], other)
        outer[0] = pointer(number)
        self.assertIs(outer._objects["0"]["1"], number)
        texts = POINTER(c_char_p)(c_char_p(b"a"))
        texts[0] = b"b"
        self.assertEqual(texts._objects["0"], b"b")

    def test_contents_of_a_field(self):
        record = Record(pointer=pointer(c_int(5)))
        record.pointer.contents = c_int(9)
        if BY_PLACE:  # the field leads to another number now
            self.assertEqual(record._objects["1"]["1"].value, 9)
        else:
            self.assertEqual(sorted(record._objects), ["1", "1:1"])
            self.assertEqual(record._objects["1:1"].value, 9)

    def test_nested_structures(self):
        record = Record()
        record.texts.b = b"q"
        record.more[1].c = b"z"
        self.assertEqual(record._objects, {"1:8": b"q", "2:1:9": b"z"})
        for view in (record.texts, record.more, record.more[1]):
            self.assertIs(view._objects, None)

    def test_arrays(self):
        array = (c_char_p * 3)(b"a", b"b")
        self.assertEqual(array._objects, {"0": b"a", "1": b"b"})
        array[1] = b"c"
        array[2] = None
        self.assertEqual(array._objects, {"0": b"a", "1": b"c"})
        array[0:2] = [b"x", b"y"]
        self.assertEqual(array._objects, {"0": b"x", "1": b"y"})
        grid = (c_char_p * 2 * 2)()
        grid[1][0] = b"q"
        self.assertEqual(grid._objects, {"0:1": b"q"})

    def test_wholes_without_parts(self):
        """What is stored as a whole shows as one if it has parts that could keep something."""
        class Bare(Structure):
            pass

        class BareUnion(Union):
            _fields_ = []

        class Derived(Bare):
            _fields_ = [("a", c_int)]

        for whole, shown in [(Bare, None), (BareUnion, None), (c_int * 0, None), (Bare * 0, None), (Derived, {}),
                             (c_int * 1, {}), (Bare * 2, {})]:
            class Holder(Structure):
                _fields_ = [("a", whole), ("b", whole)]

            self.assertEqual(Holder(b=whole())._objects, shown if shown is None else {"1": shown})
            items = (whole * 3)()
            items[2] = whole()
            self.assertEqual(items._objects, shown if shown is None else {"2": shown})

    def test_indices_are_hexadecimal(self):
        array = (c_char_p * 300)()
        array[26], array[299] = b"a", b"b"
        self.assertEqual(array._objects, {"1a": b"a", "12b": b"b"})

    def test_initialisers(self):
        self.assertEqual(Texts(b"1", c=b"3")._objects, {"0": b"1", "2": b"3"})
        self.assertEqual((Texts * 2)((b"1",), (b"2", b"3"))._objects,
                         {"0": {"0": b"1"}, "1": {"0": b"2", "1": b"3"}})

    def test_values_from_ctypes_instances(self):
        texts = Texts(b"1", b"2")
        record = Record()
        record.texts = texts
        self.assertEqual(record._objects, {"8": {"0": b"1", "1": b"2"}})
        record.array = (1, 2)
        self.assertEqual(record._objects["4"], {})
        record.text = c_char_p(b"boxed")
        self.assertEqual(record._objects["2"], b"boxed")

    def test_anonymous(self):
        class Outer(Structure):
            _anonymous_ = ["inner"]
            _fields_ = [("x", c_int), ("inner", Texts)]

        outer = Outer()
        outer.b = b"z"
        # Kept by place, not by the way that led there.
        self.assertEqual(outer._objects, {"1:1" if BY_PLACE else "2": b"z"})

    def test_union(self):
        class Handle(Union):
            _fields_ = [("text", c_char_p), ("address", c_void_p)]

        handle = Handle(b"x")
        handle.address = 5
        self.assertEqual(handle._objects, {"0": b"x"})

    def test_functions(self):
        library = CDLL(LIBRARY)
        function = CFUNCTYPE(c_int)(("no_arguments", library))
        self.assertEqual(function._objects, {"0": library})
        self.assertEqual(list(CFUNCTYPE(None)(lambda: None)._objects), ["0"])
        self.assertIs(CFUNCTYPE(None)(5)._objects, None)

    def test_read_only(self):
        for name in ("_objects", "_b_base_", "_b_needsfree_"):
            with self.assertRaises(AttributeError):
                setattr(c_int(), name, None)


class Casts(TestCase):
    def test_keep_their_source(self):
        array = (c_int * 2)(1, 2)
        p = cast(array, IntPointer)
        self.assertEqual(p._objects, {id(array): array})
        self.assertEqual(array._objects, {id(array): array})
        again = cast(p, POINTER(c_short))
        # What is cast from what was cast shows the first source alone here: it holds no other.
        both = {id(array): array} if BY_PLACE else {id(array): array, id(p): p}
        self.assertEqual(again._objects, both)
        self.assertIs(cast(array, c_void_p)._objects, array._objects)

    def test_nothing_to_keep(self):
        for source in (5, None, b"x"):
            self.assertIs(cast(source, c_void_p)._objects, None)


class Ownership(TestCase):
    def test_base_and_needsfree(self):
        record = Record()
        self.assertEqual((record._b_base_, record._b_needsfree_), (None, 1))
        for view in (record.texts, record.array, record.more):
            self.assertIs(view._b_base_, record)
            self.assertEqual(view._b_needsfree_, 0)
        inner = record.more[1]
        self.assertEqual(addressof(inner._b_base_), addressof(record.more))
        p = pointer(c_int())
        self.assertIs(p.contents._b_base_, p)
        borrowed = c_int.from_address(addressof(record))
        self.assertEqual((borrowed._b_base_, borrowed._b_needsfree_), (None, 0))
        self.assertEqual(c_int.from_buffer(bytearray(4))._b_needsfree_, 0)
        self.assertEqual(c_int.from_buffer_copy(bytes(4))._b_needsfree_, 1)

    def test_after_resize(self):
        record = Record(text=b"abc")
        resize(record, 10 * sizeof(record))
        self.assertEqual((record._b_base_, record._b_needsfree_), (None, 1))
        self.assertEqual((record._objects, record.text), ({"2": b"abc"}, b"abc"))


class Lifetimes(TestCase):
    """Observed through weak references, not counts."""

    def alive(self, reference):
        gc.collect()
        return reference() is not None

    def test_pointer_keeps_its_target(self):
        number = c_int(77)
        watch = weakref.ref(number)
        p = pointer(number)
        del number
        self.assertTrue(self.alive(watch))
        self.assertEqual(p[0], 77)
        del p
        self.assertFalse(self.alive(watch))

    def test_new_contents_release_the_old(self):
        number = c_int(1)
        watch = weakref.ref(number)
        p = pointer(number)
        del number
        p.contents = c_int(2)
        self.assertFalse(self.alive(watch))

    def test_structure_keeps_pointer_targets(self):
        number = c_int(5)
        watch = weakref.ref(number)
        record = Record(pointer=pointer(number))
        del number
        self.assertTrue(self.alive(watch))
        self.assertEqual(record.pointer[0], 5)
        record.pointer = pointer(c_int(6))
        self.assertFalse(self.alive(watch))

    def test_view_keeps_its_owner(self):
        record = Record()
        watch = weakref.ref(record)
        view = record.more[1]
        del record
        self.assertTrue(self.alive(watch))
        del view
        self.assertFalse(self.alive(watch))

    def test_py_object_keeps_its_object(self):
        class Thing:
            pass

        thing = Thing()
        watch = weakref.ref(thing)
        cells = (py_object * 2)(thing)
        del thing
        self.assertTrue(self.alive(watch))
        self.assertIs(cells[0], watch())
        cells[0] = "other"
        self.assertFalse(self.alive(watch))

    def test_structure_keeps_callbacks(self):
        record = Record()
        seen = []
        record.function = CFUNCTYPE(None)(lambda: seen.append(1))
        gc.collect()
        record.function()
        self.assertEqual(seen, [1])

    def test_callback_keeps_its_callable(self):
        def body():
            pass

        watch = weakref.ref(body)
        callback = CFUNCTYPE(None)(body)
        del body
        self.assertTrue(self.alive(watch))
        del callback
        self.assertFalse(self.alive(watch))


if __name__ == "__main__":
    unittest.main()
