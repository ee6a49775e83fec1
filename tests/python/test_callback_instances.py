"""What a callback is given: instances that nobody can tell from new ones."""
import ctypes
import gc
import sys
import threading
import unittest
import weakref
from ctypes import (
    CFUNCTYPE, POINTER, Structure, addressof, byref, c_char_p, c_int, c_size_t, c_void_p, cast, pointer,
    resize, sizeof,
)

from support import LEFT_OUT, OURS, PY314, TestCase, function


class Pair(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Name(Structure):
    _fields_ = [("text", c_char_p)]


class Boxed(c_char_p):
    pass


IntPointer = POINTER(c_int)
Compare = CFUNCTYPE(c_int, IntPointer, IntPointer)


def qsort(prototype=Compare):
    return function("qsort", None, c_void_p, c_size_t, c_size_t, prototype)


def sorted_by(compare, count=6, prototype=Compare):
    """What C's qsort makes of the numbers below `count`, in falling order."""
    numbers = (c_int * count)(*reversed(range(count)))
    qsort(prototype)(numbers, count, sizeof(c_int), prototype(compare))
    return numbers[:]


class Types(TestCase):
    """Types of arguments that no C function declares so."""

    @unittest.skipUnless(OURS, "CPython copies the address as if it were the array")
    def test_arrays(self):
        """C passes an array's address."""
        class Numbers(c_int * 3):
            pass

        for kind, value in [(c_int * 3, [1, 2, 3]), (Numbers, [4, 5, 6]), (Pair * 2, [(1, 2), (3, 4)])]:
            given = []
            body = CFUNCTYPE(c_int, kind)(lambda array: given.append(array) or len(array))
            array = kind(*value)
            self.assertEqual(body(array), len(value))
            self.assertIs(type(given[0]), kind)
            self.assertEqual(bytes(given[0]), bytes(array))

    @unittest.skipUnless(PY314, "3.13 has no _align_")
    def test_over_aligned(self):
        class Wide(Structure):
            _align_ = 64
            _fields_ = [("a", c_int), ("b", c_int)]

        given = []
        body = CFUNCTYPE(c_int, c_int, Wide, c_int)(lambda first, wide, last: given.append(wide) or first + last)
        self.assertEqual(body(1, Wide(2, 3), 4), 5)
        self.assertEqual((given[0].a, given[0].b), (2, 3))
        if OURS:
            self.assertEqual(addressof(given[0]) % 64, 0)


class Instances(TestCase):
    def test_kept_ones_stay_as_they_were(self):
        kept = []

        def compare(a, b):
            kept.append((a, b, a[0], b[0]))
            return a[0] - b[0]

        numbers = (c_int * 6)(*reversed(range(6)))
        qsort()(numbers, 6, 4, Compare(compare))
        self.assertEqual(numbers[:], list(range(6)))
        instances = {id(instance) for pair in kept for instance in pair[:2]}
        self.assertEqual(len(instances), 2 * len(kept))

    def test_one_in_two_kept(self):
        kept = []

        def compare(a, b):
            if len(kept) % 2:
                kept.append(None)
            else:
                kept.append((a, cast(a, c_void_p).value))
            return a[0] - b[0]

        self.assertEqual(sorted_by(compare, 20), list(range(20)))
        for entry in filter(None, kept):
            self.assertEqual(cast(entry[0], c_void_p).value, entry[1])

    def test_attributes_are_gone(self):
        seen = []

        def compare(a, b):
            seen.append((dict(vars(a)), hasattr(b, "note")))
            a.note = b.note = len(seen)
            return a[0] - b[0]

        sorted_by(compare)
        self.assertEqual(set(map(repr, seen)), {repr(({}, False))})

    def test_what_is_kept_is_let_go(self):
        watched, objects = [], []

        def compare(a, b):
            objects.append((a._objects, b._objects))
            target = c_int(b[0])
            watched.append(weakref.ref(target))
            order = a[0] - b[0]
            a.contents = target
            return order

        self.assertEqual(sorted_by(compare), list(range(6)))
        self.assertEqual(set(objects), {(None, None)})
        gc.collect()
        self.assertEqual([reference() for reference in watched], [None] * len(watched))

    def test_weak_references_end(self):
        ended, references = [], []

        def compare(a, b):
            references.append(weakref.ref(a, lambda _: ended.append(1)))
            return a[0] - b[0]

        sorted_by(compare)
        self.assertEqual([reference() for reference in references], [None] * len(references))
        self.assertEqual(len(ended), len(references))

    def test_class_that_was_assigned(self):
        class Mine(IntPointer):
            _type_ = c_int

        classes = []

        def compare(a, b):
            classes.append((type(a), type(b)))
            order = a[0] - b[0]
            a.__class__ = Mine
            return order

        sorted_by(compare)
        self.assertEqual(set(classes), {(IntPointer, IntPointer)})

    def test_finalisers_run_once_each(self):
        finalised = []

        class Mine(IntPointer):
            _type_ = c_int

            def __del__(self):
                finalised.append(id(self))

        prototype = CFUNCTYPE(c_int, Mine, Mine)
        calls = []
        result = sorted_by(lambda a, b: calls.append(1) or a[0] - b[0], prototype=prototype)
        self.assertEqual(result, list(range(6)))
        self.assertEqual(len(finalised), 2 * len(calls))

    def test_finaliser_that_comes_later(self):
        class Mine(IntPointer):
            _type_ = c_int

        finalised, calls = [], []

        def compare(a, b):
            calls.append(1)
            Mine.__del__ = lambda self: finalised.append(1)
            return a[0] - b[0]

        sorted_by(compare, prototype=CFUNCTYPE(c_int, Mine, Mine))
        self.assertEqual(len(finalised), 2 * len(calls))

    def test_slots(self):
        class Mine(IntPointer):
            _type_ = c_int
            __slots__ = ("extra",)

        extras = []

        def compare(a, b):
            extras.append(hasattr(a, "extra"))
            a.extra = 5
            return a[0] - b[0]

        sorted_by(compare, prototype=CFUNCTYPE(c_int, Mine, Mine))
        self.assertEqual(set(extras), {False})

    def test_init_runs_each_time(self):
        made, calls = [], []

        class Mine(IntPointer):
            _type_ = c_int

            def __init__(self, *args):
                made.append(1)

        sorted_by(lambda a, b: calls.append(1) or a[0] - b[0],
                  prototype=CFUNCTYPE(c_int, Mine, Mine))
        self.assertEqual(len(made), 2 * len(calls))

    def test_structures(self):
        prototype = CFUNCTYPE(c_int, Pair)
        seen, kept = [], []

        def look(pair):
            seen.append((pair.x, pair.y))
            pair.x = 99
            if len(seen) % 2:
                kept.append(pair)
            return pair.y

        call = cast(prototype(look), prototype)
        for number in range(10):
            self.assertEqual(call(Pair(number, -number)), -number)
        self.assertEqual(seen, [(number, -number) for number in range(10)])
        self.assertEqual([(pair.x, pair.y) for pair in kept], [(99, -n) for n in range(0, 10, 2)])

    def test_function_pointers(self):
        inner = CFUNCTYPE(c_int, c_int)
        outer = CFUNCTYPE(c_int, inner)
        restypes = []

        def call(given):
            restypes.append(given.restype)
            given.restype = None
            return 3

        for _ in range(3):
            self.assertEqual(cast(outer(call), outer)(inner(lambda x: x)), 3)
        self.assertEqual(restypes, [c_int] * 3)

    def test_views_of_the_memory(self):
        prototype = CFUNCTYPE(c_int, Pair)
        views = []

        def look(pair):
            views.append((memoryview(pair), byref(pair), pair.x))
            return 0

        call = cast(prototype(look), prototype)
        for number in range(5):
            call(Pair(number, 0))
        for view, _, number in views:
            self.assertEqual(bytes(view)[:4], number.to_bytes(4, "little"))

    def test_resized(self):
        prototype = CFUNCTYPE(c_int, Pair)
        sizes = []

        def look(pair):
            sizes.append(sizeof(pair))
            resize(pair, 100)
            return pair.y

        call = cast(prototype(look), prototype)
        self.assertEqual([call(Pair(1, number)) for number in range(3)], [0, 1, 2])
        self.assertEqual(sizes, [sizeof(Pair)] * 3)


@unittest.skipUnless(OURS, "how we make callbacks")
@unittest.skipIf("vectorcall" in LEFT_OUT, "then no class is known to be plain")
class Idle(TestCase):
    """Between two calls an instance is nobody's, but the collector shows it."""

    def given(self, argument, ctype):
        """A callback that was called with the argument, and what it left behind."""
        seen = []
        prototype = CFUNCTYPE(None, ctype)
        callback = prototype(lambda given: seen.append((hasattr(given, "note"), type(given))))
        # The first call finds out what calling the class does.
        callback(argument)
        callback(argument)
        (thunk,) = [kept for kept in callback._objects.values() if type(kept) is not prototype]
        left = [known for known in gc.get_referents(thunk) if isinstance(known, ctype)]
        return callback, seen, left

    def test_changed(self):
        class Other(Structure):
            _fields_ = Pair._fields_

        callback, seen, (idle,) = self.given(Pair(1, 2), Pair)
        idle.note = "mine"
        idle.__class__ = Other
        callback(Pair(3, 4))
        self.assertEqual(seen, [(False, Pair)] * 3)
        self.assertEqual((idle.x, idle.note), (0, "mine"))

    def test_no_addresses(self):
        for argument, ctype in [(pointer(c_int(5)), IntPointer), (Name(b"name"), Name),
                                (Boxed(b"name"), Boxed)]:
            _, _, (idle,) = self.given(argument, ctype)
            self.assertEqual(bytes(idle), bytes(sizeof(ctype)))


class Calls(TestCase):
    def test_within_a_call(self):
        numbers = (c_int * 3)(2, 1, 0)

        def compare(a, b):
            before = (addressof(a.contents), addressof(b.contents), a[0], b[0])
            if depth[0] < 3:
                depth[0] += 1
                inner = (c_int * 4)(9, 8, 7, 6)
                qsort()(inner, 4, 4, callback)
                self.assertEqual(inner[:], [6, 7, 8, 9])
            after = (addressof(a.contents), addressof(b.contents), a[0], b[0])
            self.assertEqual(before, after)
            return a[0] - b[0]

        depth = [0]
        callback = Compare(compare)
        qsort()(numbers, 3, 4, callback)
        self.assertEqual((numbers[:], depth), ([0, 1, 2], [3]))

    def test_on_two_threads(self):
        callback = Compare(lambda a, b: a[0] - b[0])
        results = []

        def work():
            for _ in range(20):
                numbers = (c_int * 100)(*reversed(range(100)))
                qsort()(numbers, 100, 4, callback)
                results.append(numbers[:] == list(range(100)))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [True] * 60)

    def test_after_an_exception(self):
        caught = []
        hook, sys.unraisablehook = sys.unraisablehook, lambda raised: caught.append(
            type(raised.exc_value))
        try:
            callback = Compare(lambda a, b: a[0] // 0)
            numbers = (c_int * 2)(1, 0)
            for _ in range(3):
                qsort()(numbers, 2, 4, callback)
        finally:
            sys.unraisablehook = hook
        self.assertEqual(caught, [ZeroDivisionError] * 3)

    def test_a_callback_in_a_cycle(self):
        class Owner:
            pass

        def make():
            owner = Owner()
            owner.callback = Compare(lambda a, b: (owner, a[0] - b[0])[1])
            numbers = (c_int * 3)(2, 1, 0)
            qsort()(numbers, 3, 4, owner.callback)
            return weakref.ref(owner)

        reference = make()
        gc.collect()
        self.assertIs(reference(), None)

    def test_a_class_that_only_a_callback_knows(self):
        def make():
            class Mine(Structure):
                _fields_ = [("a", c_int)]

            prototype = CFUNCTYPE(c_int, POINTER(Mine))
            Mine.callback = prototype(lambda p: p.contents.a)
            self.assertEqual(Mine.callback(pointer(Mine(7))), 7)
            # The package keeps function types for ever, and pointer types up to 3.13.
            known = ctypes._c_functype_cache
            del known[next(key for key in known if known[key] is prototype)]
            if not PY314:
                del ctypes._pointer_type_cache[Mine]
            return weakref.ref(Mine)

        reference = make()
        gc.collect()
        self.assertIs(reference(), None)


if __name__ == "__main__":
    unittest.main()
