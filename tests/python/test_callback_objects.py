"""Callbacks as objects: many of one type, made in threads, dropped, in cycles."""
import gc
import threading
import unittest
import weakref
from ctypes import CFUNCTYPE, POINTER, c_int

from given import ROUNDS, Point
from support import TestCase, function


class Callbacks(TestCase):
    def test_many_of_one_type(self):
        Callback = CFUNCTYPE(c_int, c_int)
        call = function("call_int", c_int, Callback, c_int)
        kept = [Callback(lambda value, more=more: value + more) for more in range(50)]
        for _ in ROUNDS:
            self.assertEqual([call(callback, 1) for callback in kept], [*range(1, 51)])
            # Those made now may get the closures of those that are gone.
            del kept[::3]
            kept.sort(key=lambda callback: callback(0))
            kept[:] = [Callback(lambda value, more=more: value + more) for more in range(len(kept))] + kept
            kept = kept[:len(kept) // 2]
            self.assertEqual([call(callback, 1) for callback in kept], [*range(1, len(kept) + 1)])
            kept = [Callback(lambda value, more=more: value + more) for more in range(50)]

    def test_callable_is_given_up(self):
        class Target:
            def __call__(self, value):
                return value * 2

        Callback = CFUNCTYPE(c_int, c_int)
        for _ in range(20):
            target = Target()
            held = weakref.ref(target)
            callback = Callback(target)
            self.assertEqual(callback(4), 8)
            del target
            self.assertIsNotNone(held())
            del callback
            gc.collect()
            self.assertIsNone(held())

    def test_in_a_cycle(self):
        class Holder:
            def method(self, value):
                return value

        holder = Holder()
        holder.callback = CFUNCTYPE(c_int, c_int)(holder.method)
        self.assertEqual(holder.callback(3), 3)
        held = weakref.ref(holder)
        del holder
        gc.collect()
        self.assertIsNone(held())

    def test_dropped_while_it_runs(self):
        Callback = CFUNCTYPE(c_int, c_int)
        kept = []

        def drop(value):
            kept.clear()
            gc.collect()
            others = [Callback(lambda value: -1) for _ in range(20)]
            return value + len(others)

        for _ in range(5):
            kept.append(Callback(drop))
            self.assertEqual(kept[0](1), 21)

    def test_made_in_threads(self):
        Callback = CFUNCTYPE(c_int, c_int)
        wrong = []

        def work(more):
            for _ in range(200):
                callbacks = [Callback(lambda value, k=k: value + k + more) for k in range(4)]
                results = [callback(1) for callback in callbacks]
                if results != [1 + k + more for k in range(4)]:
                    wrong.append(results)

        threads = [threading.Thread(target=work, args=(100 * k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_refused_types(self):
        for _ in ROUNDS:
            self.assertError(TypeError, "invalid result type for callback function",
                             CFUNCTYPE(POINTER(Point), c_int), lambda value: None)

    def test_constructor(self):
        Callback = CFUNCTYPE(c_int, c_int)
        self.assertFalse(Callback())
        self.assertFalse(Callback(0))
        self.assertTrue(Callback(1))
        self.assertError(TypeError, "argument must be callable or integer function address", Callback, "x")
        made = []

        class Derived(Callback):
            _flags_, _argtypes_, _restype_ = Callback._flags_, (c_int,), c_int

            def __init__(self, *given):
                made.append(given)

        self.assertEqual(Derived(abs)(-4), 4)
        self.assertEqual(made, [(abs,)])

        class Other(Callback):
            _flags_, _argtypes_, _restype_ = Callback._flags_, (c_int,), c_int

            def __new__(cls, given):
                return super().__new__(cls, lambda value: given(value) + 1)

        self.assertEqual(Other(abs)(-4), 5)


if __name__ == "__main__":
    unittest.main()
