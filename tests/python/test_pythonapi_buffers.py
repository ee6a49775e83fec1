"""`ctypes.pythonapi`: the buffer protocol with C's own `Py_buffer`."""
import array
import ctypes
import gc
import mmap
import unittest
import weakref
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char,
    c_char_p,
    c_int,
    c_ssize_t,
    c_void_p,
    create_string_buffer,
    py_object,
    pythonapi,
    string_at,
)

from support import OURS, TestCase, api

O = py_object


class Buffer(Structure):
    """`Py_buffer`."""

    _fields_ = [
        ("start", c_void_p),
        ("object", c_void_p),
        ("size", c_ssize_t),
        ("item_size", c_ssize_t),
        ("readonly", c_int),
        ("dimensions", c_int),
        ("format", c_char_p),
        ("shape", POINTER(c_ssize_t)),
        ("strides", POINTER(c_ssize_t)),
        ("suboffsets", POINTER(c_ssize_t)),
        ("internal", c_void_p),
    ]


SIMPLE, WRITABLE, FORMAT, ND, STRIDES = 0, 1, 4, 8, 0x18
C, FORTRAN, ANY = 0x38, 0x58, 0x98
FULL, FULL_READONLY = 0x11D, 0x11C
READ, WRITE = 0x100, 0x200

get = api("PyObject_GetBuffer", c_int, O, POINTER(Buffer), c_int)
release = api("PyBuffer_Release", None, POINTER(Buffer))
from_buffer = api("PyMemoryView_FromBuffer", O, POINTER(Buffer))


class Taking(TestCase):
    def take(self, thing, flags=SIMPLE):
        view = Buffer()
        self.assertEqual(get(thing, view, flags), 0)
        self.addCleanup(release, view)
        return view

    def test_plain_bytes(self):
        for thing in [b"abcdef", bytearray(b"abcdef"), memoryview(b"abcdef"), array.array("b", b"abcdef")]:
            view = self.take(thing)
            self.assertEqual(string_at(view.start, view.size), b"abcdef")
            self.assertEqual((view.item_size, view.readonly), (1, int(memoryview(thing).readonly)))
            self.assertEqual((view.dimensions, view.format), (1, None))
            self.assertFalse(view.shape or view.strides or view.suboffsets)
            self.assertEqual(view.object, id(thing) if not isinstance(thing, memoryview) else view.object)

    def test_bytes_are_not_copied(self):
        thing = bytearray(b"abcdef")
        view = self.take(thing, WRITABLE)
        ctypes.memmove(view.start + 1, b"XY", 2)
        self.assertEqual(thing, b"aXYdef")

    def test_what_is_asked_for(self):
        numbers = array.array("i", range(6))
        for flags, format, has_shape, has_strides in [
            (SIMPLE, None, False, False),
            (ND, None, True, False),
            (ND | FORMAT, b"i", True, False),
            (STRIDES, None, True, True),
            (FULL, b"i", True, True),
        ]:
            view = self.take(numbers, flags)
            self.assertEqual((view.format, bool(view.shape), bool(view.strides)), (format, has_shape, has_strides))
            self.assertEqual((view.size, view.item_size), (24, 4))
            if has_shape:
                self.assertEqual(view.shape[0], 6)
            if has_strides:
                self.assertEqual(view.strides[0], 4)

    def test_more_dimensions(self):
        table = (ctypes.c_short * 3 * 2)(*[(1, 2, 3), (4, 5, 6)])
        view = self.take(table, FULL)
        self.assertEqual((view.dimensions, view.shape[:2], view.size, view.item_size), (2, [2, 3], 12, 2))
        self.assertEqual(view.format, b"<h")
        self.assertEqual(view.start, ctypes.addressof(table))

    def test_strided(self):
        for start, step, size in [(0, 2, 4), (7, -1, 8), (6, -3, 3)]:
            part = memoryview(b"abcdefgh")[start::step]
            view = self.take(part, FULL_READONLY)
            self.assertEqual((view.size, view.shape[0], view.strides[0]), (size, size, step))
            self.assertEqual(bytes(c_char.from_address(view.start + i * step).value[0] for i in range(size)), bytes(part))
            for flags in [SIMPLE, ND, C, ANY, FORTRAN]:
                with self.assertRaises(BufferError):
                    get(part, Buffer(), flags)

    def test_empty(self):
        for thing in [b"", bytearray(), memoryview(b"abc")[3:], memoryview(b"abc")[:0:2]]:
            view = self.take(thing, FULL_READONLY)
            self.assertEqual((view.size, view.shape[0]), (0, 0))

    def test_read_only_ones_are_not_written(self):
        view = Buffer()
        self.assertError(BufferError, "Object is not writable.", get, b"abc", view, WRITABLE)
        # What cannot be got need not be released.
        self.assertIsNone(view.object)
        release(view)

    def test_what_has_no_buffer(self):
        view = Buffer()
        for thing, name in [(5, "int"), ("text", "str"), (None, "NoneType")]:
            self.assertError(TypeError, f"a bytes-like object is required, not '{name}'", get, thing, view, SIMPLE)
            self.assertEqual(api("PyObject_CheckBuffer", c_int, O)(thing), 0)
        self.assertEqual(api("PyObject_CheckBuffer", c_int, O)(b""), 1)
        message = "PyBuffer_FillInfo: view==NULL argument is obsolete"
        self.assertError(BufferError, message, get, b"abc", None, SIMPLE)

    def test_closed_maps(self):
        closed = mmap.mmap(-1, 10)
        closed.close()
        self.assertError(ValueError, "mmap closed or invalid", get, closed, Buffer(), SIMPLE)

    def test_a_class_of_python_code(self):
        class Exporter:
            released = 0

            def __buffer__(self, flags):
                return memoryview(b"from Python")

            def __release_buffer__(self, view):
                Exporter.released += 1

        view = Buffer()
        self.assertEqual(get(Exporter(), view, SIMPLE), 0)
        self.assertEqual(string_at(view.start, view.size), b"from Python")
        self.assertEqual(Exporter.released, 0)
        release(view)
        self.assertEqual(Exporter.released, 1)

        class Fails:
            def __buffer__(self, flags):
                raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            get(Fails(), view, SIMPLE)


class Holding(TestCase):
    def test_exports_are_held(self):
        thing, view = bytearray(b"abc"), Buffer()
        get(thing, view, SIMPLE)
        message = "Existing exports of data: object cannot be re-sized"
        self.assertError(BufferError, message, thing.append, 1)
        release(view)
        thing.append(1)
        self.assertIsNone(view.object)
        # Once more is no harm.
        release(view)
        thing.append(1)

    def test_each_view_for_itself(self):
        thing, first, second = bytearray(b"abc"), Buffer(), Buffer()
        get(thing, first, SIMPLE)
        get(thing, second, SIMPLE)
        release(first)
        with self.assertRaises(BufferError):
            thing.append(1)
        release(second)
        thing.append(1)

    def test_objects_live_as_long_as_views(self):
        class Bytes(bytearray):
            pass

        thing, view = Bytes(b"abc"), Buffer()
        seen = weakref.ref(thing)
        get(thing, view, FULL)
        del thing
        gc.collect()
        self.assertIsNotNone(seen())
        self.assertEqual(string_at(view.start, view.size), b"abc")
        release(view)
        self.assertIsNone(seen())

    def test_references(self):
        import sys

        thing = bytearray(b"abc")
        before = sys.getrefcount(thing)
        for _ in range(100):
            view = Buffer()
            get(thing, view, FULL)
            release(view)
        self.assertEqual(sys.getrefcount(thing), before)


class Arguments(TestCase):
    """Formats that take whole buffers."""

    def parse(self, letter, thing, place):
        function = pythonapi.PyArg_ParseTuple
        function.restype = c_int
        return function(O((thing,)), letter, byref(place))

    def test_taken(self):
        for letter, thing, value in [
            (b"y*", b"a\0b", b"a\0b"),
            (b"y*", bytearray(b"abc"), b"abc"),
            (b"s*", "äö", "äö".encode()),
            (b"s*", b"abc", b"abc"),
            (b"z*", memoryview(b"abc"), b"abc"),
            (b"w*", bytearray(b"abc"), b"abc"),
        ]:
            view = Buffer()
            self.assertEqual(self.parse(letter, thing, view), 1)
            self.assertEqual(string_at(view.start, view.size), value)
            if isinstance(thing, bytearray):
                self.assertRaises(BufferError, thing.append, 1)
            release(view)
            if isinstance(thing, bytearray):
                thing.append(1)
        view = Buffer()
        self.assertEqual(self.parse(b"z*", None, view), 1)
        self.assertFalse(view.start or view.object)
        release(view)

    def test_refused(self):
        for letter, thing, kind, message in [
            (b"y*", "text", TypeError, "a bytes-like object is required, not 'str'"),
            (b"s*", 5, TypeError, "a bytes-like object is required, not 'int'"),
            (b"y*", memoryview(b"abc")[::2], BufferError, "memoryview: underlying buffer is not C-contiguous"),
        ]:
            self.assertError(kind, message, self.parse, letter, thing, Buffer())


class Filling(TestCase):
    """An exporter that C has written fills a view of plain memory."""

    fill = staticmethod(api("PyBuffer_FillInfo", c_int, POINTER(Buffer), O, c_void_p, c_ssize_t, c_int, c_int))

    def test_filled(self):
        memory, view = create_string_buffer(b"abcdef"), Buffer()
        self.assertEqual(self.fill(view, O(), memory, 6, 0, FULL), 0)
        self.assertEqual((view.size, view.item_size, view.readonly, view.dimensions), (6, 1, 0, 1))
        self.assertEqual((view.format, view.shape[0], view.strides[0]), (b"B", 6, 1))
        self.assertIsNone(view.object)
        release(view)
        self.assertEqual(self.fill(view, O(), memory, 6, 1, SIMPLE), 0)
        self.assertFalse(view.format or view.shape or view.strides)

    def test_the_object_is_held(self):
        import sys

        thing, memory, view = object(), create_string_buffer(6), Buffer()
        before = sys.getrefcount(thing)
        self.fill(view, thing, memory, 6, 0, SIMPLE)
        self.assertEqual((view.object, sys.getrefcount(thing)), (id(thing), before + 1))
        release(view)
        self.assertEqual(sys.getrefcount(thing), before)

    def test_refused(self):
        memory, view = create_string_buffer(6), Buffer()
        self.assertError(BufferError, "Object is not writable.", self.fill, view, O(), memory, 6, 1, WRITABLE)
        message = "PyBuffer_FillInfo: view==NULL argument is obsolete"
        self.assertError(BufferError, message, self.fill, None, O(), memory, 6, 1, SIMPLE)


class Places(TestCase):
    """Where items are, and copying them."""

    def setUp(self):
        self.table = (ctypes.c_short * 3 * 2)(*[(1, 2, 3), (4, 5, 6)])
        self.view = Buffer()
        # CPython leaves out the strides of ctypes instances.
        get(memoryview(self.table), self.view, FULL)
        self.addCleanup(release, self.view)

    def test_orders(self):
        is_contiguous = api("PyBuffer_IsContiguous", c_int, POINTER(Buffer), c_char)
        line, part = Buffer(), Buffer()
        get(b"abc", line, FULL_READONLY)
        get(memoryview(b"abcdef")[::2], part, FULL_READONLY)
        for view, orders in [(self.view, (1, 0, 1)), (line, (1, 1, 1)), (part, (0, 0, 0))]:
            self.assertEqual(tuple(is_contiguous(view, order) for order in (b"C", b"F", b"A")), orders)
        release(line)
        release(part)

    def test_items(self):
        pointer = api("PyBuffer_GetPointer", c_void_p, POINTER(Buffer), POINTER(c_ssize_t))
        for row in range(2):
            for column in range(3):
                place = pointer(self.view, (c_ssize_t * 2)(row, column))
                self.assertEqual(ctypes.c_short.from_address(place).value, self.table[row][column])

    def test_sizes(self):
        size = api("PyBuffer_SizeFromFormat", c_ssize_t, c_char_p)
        self.assertEqual((size(b"i"), size(b"<hq"), size(b"3d")), (4, 10, 24))
        with self.assertRaises(Exception) as caught:
            size(b"Y")
        self.assertEqual(type(caught.exception).__name__, "error")

    def test_strides(self):
        fill = api("PyBuffer_FillContiguousStrides", None, c_int, POINTER(c_ssize_t), POINTER(c_ssize_t), c_int, c_char)
        shape, strides = (c_ssize_t * 3)(2, 3, 4), (c_ssize_t * 3)()
        fill(3, shape, strides, 8, b"C")
        self.assertEqual(list(strides), [96, 32, 8])
        fill(3, shape, strides, 8, b"F")
        self.assertEqual(list(strides), [8, 16, 48])

    def test_copies(self):
        room = (ctypes.c_short * 6)()
        out = api("PyBuffer_ToContiguous", c_int, c_void_p, POINTER(Buffer), c_ssize_t, c_char)
        self.assertEqual(out(room, self.view, 12, b"C"), 0)
        self.assertEqual(list(room), [1, 2, 3, 4, 5, 6])
        self.assertEqual(out(room, self.view, 12, b"F"), 0)
        self.assertEqual(list(room), [1, 4, 2, 5, 3, 6])
        self.assertError(ValueError, "PyBuffer_ToContiguous: len != view->len", out, room, self.view, 11, b"C")
        into = api("PyBuffer_FromContiguous", c_int, POINTER(Buffer), c_void_p, c_ssize_t, c_char)
        self.assertEqual(into(self.view, (ctypes.c_short * 6)(*range(10, 16)), 12, b"F"), 0)
        self.assertEqual([list(row) for row in self.table], [[10, 12, 14], [11, 13, 15]])

    def test_copies_of_parts(self):
        memory, part = bytearray(b"abcdefgh"), Buffer()
        get(memoryview(memory)[6::-3], part, FULL)
        room = create_string_buffer(3)
        api("PyBuffer_ToContiguous", c_int, c_void_p, POINTER(Buffer), c_ssize_t, c_char)(room, part, 3, b"C")
        self.assertEqual(room.raw, b"gda")
        api("PyBuffer_FromContiguous", c_int, POINTER(Buffer), c_void_p, c_ssize_t, c_char)(part, b"XYZ", 3, b"C")
        release(part)
        self.assertEqual(memory, b"ZbcYefXh")


class Views(TestCase):
    """`memoryview`s of C's memory."""

    def test_of_memory(self):
        make = api("PyMemoryView_FromMemory", O, c_void_p, c_ssize_t, c_int)
        memory = create_string_buffer(b"abcdef", 6)
        view = make(ctypes.addressof(memory), 6, WRITE)
        self.assertEqual((view.tobytes(), view.readonly, view.format), (b"abcdef", False, "B"))
        view[1:3] = b"XY"
        self.assertEqual(memory.raw, b"aXYdef")
        view = make(ctypes.addressof(memory), 3, READ)
        self.assertTrue(view.readonly)
        with self.assertRaises(TypeError):
            view[0] = 1

    def test_of_views(self):
        for thing in [
            b"abc",
            memoryview(b"abcdefgh")[::2],
            memoryview(b"abcdefgh")[::-3],
            memoryview(bytes(range(12))).cast("B", [3, 4]),
            array.array("d", [1.5, 2.5]),
            (ctypes.c_char * 2 * 3)(),
        ]:
            view, wanted = Buffer(), memoryview(thing)
            get(thing, view, FULL_READONLY)
            made = from_buffer(view)
            self.assertEqual((made.shape, made.strides, made.nbytes), (wanted.shape, wanted.strides, wanted.nbytes))
            self.assertEqual((made.itemsize, made.readonly), (wanted.itemsize, wanted.readonly))
            self.assertEqual(made.tobytes(), wanted.tobytes())
            release(view)

    def test_of_nothing(self):
        message = "PyMemoryView_FromBuffer(): info->buf must not be NULL"
        self.assertError(ValueError, message, from_buffer, Buffer())

    @unittest.skipUnless(OURS, "this VM's memoryview has no such items")
    def test_of_items_behind_pointers(self):
        view, suboffsets = Buffer(), (c_ssize_t * 1)(0)
        get(b"abc", view, FULL_READONLY)
        self.addCleanup(release, view)
        view.suboffsets = suboffsets
        self.assertError(NotImplementedError, "items behind pointers", from_buffer, view)

    def test_of_objects(self):
        self.assertEqual(api("PyMemoryView_FromObject", O, O)(b"abc").tobytes(), b"abc")
        contiguous = api("PyMemoryView_GetContiguous", O, O, c_int, c_char)
        self.assertEqual(contiguous(memoryview(b"abcdef")[::2], READ, b"C").tobytes(), b"ace")
        self.assertEqual(contiguous(b"abc", READ, b"C").tobytes(), b"abc")
        self.assertError(BufferError, "underlying buffer is not writable", contiguous, b"abc", WRITE, b"C")
        message = "writable contiguous buffer requested for a non-contiguous object."
        self.assertError(BufferError, message, contiguous, memoryview(bytearray(6))[::2], WRITE, b"C")


if __name__ == "__main__":
    unittest.main()
