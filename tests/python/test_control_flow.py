"""Control that leaves or enters in the middle: exits, generators, objects that drop themselves, libraries that are closed."""
import _ctypes
import ctypes
import gc
import importlib
import subprocess
import sys
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, Structure, c_int, c_void_p, cast, pointer, py_object, resize,
)

from support import INTERPRETER, LIBRARY, OURS, PY314, TestCase, clib, function, on_unix

Unary = CFUNCTYPE(c_int, c_int)


class Recorded(TestCase):
    def setUp(self):
        self.reports = []
        original = sys.unraisablehook
        sys.unraisablehook = lambda raised: self.reports.append((raised.exc_type, str(raised.exc_value)))
        self.addCleanup(setattr, sys, "unraisablehook", original)


class Callbacks(Recorded):
    def test_leave_by_exceptions(self):
        for exception in (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, MemoryError):
            def body(value):
                raise exception("leaving")

            Unary(body)(1)
            self.assertEqual(self.reports.pop(), (exception, "leaving"))
        Unary(lambda value: sys.exit(7))(1)
        self.assertEqual(self.reports.pop(), (SystemExit, "7"))

    def test_drop_their_own_function_object(self):
        call = function("call_times", c_int, Unary, c_int)
        cell, calls = [], []

        def body(value):
            calls.append(value)
            cell.clear()
            gc.collect()
            others = [Unary(lambda value: -1) for _ in range(50)]
            return len(others)

        cell.append(Unary(body))
        call(cell[0], 3)
        self.assertEqual((calls, cell), ([0, 1, 2], []))

    def test_are_generators(self):
        def generate():
            total = 0
            while True:
                total += yield total

        generator = generate()
        next(generator)
        add = Unary(generator.send)
        self.assertEqual([add(1), add(2), add(3)], [1, 3, 6])
        generator.close()
        add(4)
        self.assertEqual(self.reports, [(StopIteration, "")])

        def inside():
            yield add2(1)

        again = inside()
        add2 = Unary(lambda value: next(again))
        next(again)
        self.assertEqual(self.reports[1:], [(ValueError, "generator already executing")])

    def test_in_the_middle_of_a_generator(self):
        call = function("call_times", c_int, Unary, c_int)

        def generate(count):
            for number in range(count):
                yield call(Unary(lambda value: sum(generate(number)) if number < 4 else value), 1)

        self.assertIsInstance(sum(generate(5)), int)


class Finalisers(Recorded):
    def test_call_c(self):
        results = []

        class Handle(Structure):
            _fields_ = [("value", c_int)]

            def __del__(self):
                results.append(clib.negate_int(self.value))
                results.append(Unary(lambda value: value + 1)(self.value))

        for number in range(3):
            handle = Handle(number)
            handle.itself = handle
        del handle
        gc.collect()
        self.assertEqual(sorted(results), [-2, -1, 0, 1, 2, 3])

    def test_cycles_of_every_kind(self):
        class Thing:
            alive = 0

            def __init__(self):
                type(self).alive += 1

            def __del__(self):
                type(self).alive -= 1

        class Node(Structure):
            pass

        Node._fields_ = [("object", py_object), ("next", POINTER(Node)), ("f", Unary)]

        def through_a_dict():
            value = c_int()
            value.itself, value.thing = value, Thing()

        def through_a_field():
            node, thing = Node(), Thing()
            node.object, thing.node = thing, node

        def through_pointers():
            first, second = Node(), Node()
            first.next, second.next = pointer(second), pointer(first)
            first.object = Thing()

        def through_a_callback():
            node, thing = Node(), Thing()
            node.f = Unary(lambda value: len((node, thing)))

        def through_a_function():
            negate, thing = function("negate_int", c_int, c_int), Thing()
            negate.errcheck = lambda result, function, arguments: (negate, thing)

        def through_an_array():
            array, thing = (py_object * 3)(), Thing()
            array[1], thing.array = thing, array

        def through_a_buffer():
            value = (c_int * 4)()
            value.view, value.thing = memoryview(value), Thing()

        def through_a_class():
            class Own(Structure):
                _fields_ = [("a", c_int)]

            Own.instance, Own.thing = Own(), Thing()

        def through_a_cast():
            node = Node()
            node.pointer, node.thing = cast(pointer(node), c_void_p), Thing()

        for make in (through_a_dict, through_a_field, through_pointers, through_a_callback, through_a_function,
                     through_an_array, through_a_buffer, through_a_class, through_a_cast):
            make()
            for _ in range(3):
                gc.collect()
            self.assertEqual(Thing.alive, 0, make.__name__)


class Libraries(TestCase):
    @on_unix
    def test_closed_under_function_objects(self):
        # The C library's reference count goes up and down; the functions stay where they are.
        library = CDLL(LIBRARY)
        negate = library.negate_int
        _ctypes.dlclose(library._handle)
        self.assertEqual(negate(3), -3)
        del library, negate
        gc.collect()
        self.assertEqual(CDLL(LIBRARY).negate_int(4), -4)

    @unittest.skipUnless(sys.platform == "linux", "closes the last handle")
    def test_closed_for_good(self):
        script = ("import _ctypes, gc\nfrom ctypes import *\n"
                  f"library = CDLL({LIBRARY!r})\nnegate = library.negate_int\nnegate.errcheck = lambda *a: a\n"
                  "Pair = CFUNCTYPE(c_int, c_int)(('negate_int', library))\n"
                  "_ctypes.dlclose(library._handle)\n"
                  "del negate, library, Pair\ngc.collect()\n"
                  "try: CDLL('no such library')\nexcept OSError: print('gone')\n")
        result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("gone\n", "", 0))

    def test_package_imported_again(self):
        script = ("import sys, ctypes, _ctypes\nold = ctypes.c_int(5)\n"
                  "for _ in range(3):\n"
                  "    for name in [name for name in sys.modules if name.partition('.')[0] in ('ctypes', '_ctypes')]:\n"
                  "        del sys.modules[name]\n"
                  "    import ctypes\n"
                  "    assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda v: v + 1)(4) == 5\n"
                  "    assert ctypes.pointer(ctypes.c_int(3))[0] == 3 and old.value == 5\n"
                  "print('done')")
        if OURS:
            result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, text=True, timeout=60)
            self.assertEqual((result.stdout, result.stderr, result.returncode), ("done\n", "", 0))
        # Under the interpreter that runs this, the package alone.
        self.assertIs(importlib.import_module("ctypes"), ctypes)


EVENTS = {
    "CDLL(None)": ["ctypes.dlopen"],
    "CDLL(None).labs": ["ctypes.dlopen", "ctypes.dlsym"],
    "library['labs']": ["ctypes.dlsym"],
    "c_void_p.in_dll(library, 'environ')": ["ctypes.cdata", "ctypes.dlsym"],
    "_ctypes.dlsym(library._handle, 'abs')": ["ctypes.dlsym/handle"],
    "absolute(-3)": ["ctypes.call_function"],
    "addressof(text)": ["ctypes.addressof"],
    "c_int.from_address(address)": ["ctypes.cdata"],
    "c_int.from_buffer(bytearray(4))": ["ctypes.cdata", "ctypes.cdata/buffer"],
    "c_int.from_buffer_copy(b'abcd')": ["ctypes.cdata/buffer"],
    "string_at(text)": ["ctypes.call_function", "ctypes.string_at"],
    "wstring_at(wide)": ["ctypes.call_function", "ctypes.wstring_at"],
    "get_errno()": ["ctypes.get_errno"],
    "set_errno(3)": ["ctypes.set_errno"],
    "_ctypes.PyObj_FromPtr(id(text))": ["ctypes.PyObj_FromPtr"],
    "create_string_buffer(5)": ["ctypes.create_string_buffer"],
    "create_unicode_buffer(5)": ["ctypes.create_unicode_buffer"],
}


@unittest.skipUnless(PY314, "3.13 has other events")
class AuditEvents(TestCase):
    @on_unix
    def test_each_refused(self):
        script = f"""if True:
            import sys, _ctypes, gc
            from ctypes import *
            class Refused(Exception): pass
            refused, seen = None, set()
            def hook(event, arguments):
                if event.startswith("ctypes."):
                    seen.add(event)
                    if event == refused: raise Refused(event)
            library = CDLL(None)
            absolute = CFUNCTYPE(c_int, c_int)(("abs", library))
            text, wide = create_string_buffer(b"abc"), create_unicode_buffer("abc")
            address = cast(text, c_void_p).value
            sys.addaudithook(hook)
            for expression, events in {EVENTS!r}.items():
                seen.clear()
                eval(expression)
                assert sorted(seen) == events, (expression, seen)
                for refused in events:
                    try:
                        eval(expression)
                    except Refused as error:
                        assert str(error) == refused
                    else:
                        print(expression, refused, "is not refused")
                    refused = None
                    eval(expression)
            gc.collect()
            print(absolute(-3), CFUNCTYPE(c_int)(lambda: 5)())
        """
        result = subprocess.run([*INTERPRETER, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("3 5\n", "", 0))


if __name__ == "__main__":
    unittest.main()
