"""Calls and callbacks across threads, those of C's own making included."""
import sys
import threading
import unittest
from ctypes import CFUNCTYPE, POINTER, c_int, c_longlong, c_void_p

from support import TestCase, clib, function

Unary = CFUNCTYPE(c_int, c_int)


class ForeignThreads(TestCase):
    """pthreads that Python has never seen call back."""

    def test_one_thread(self):
        identities = set()

        @Unary
        def callback(value):
            identities.add(threading.get_ident())
            return value * 2

        call = function("call_in_thread", c_int, Unary, c_int, c_int)
        self.assertEqual(call(callback, 10, 5), 2 * (10 + 11 + 12 + 13 + 14))
        self.assertEqual(len(identities), 1)
        self.assertNotIn(threading.get_ident(), identities)

    def test_many_threads_at_once(self):
        seen = []
        callback = Unary(lambda value: (seen.append(value), value)[1])
        call = function("call_in_threads", c_longlong, Unary, c_int, c_int)
        self.assertEqual(call(callback, 8, 200), sum(range(1600)))
        self.assertEqual(sorted(seen), list(range(1600)))

    def test_thread_after_thread(self):
        call = function("call_in_thread", c_int, Unary, c_int, c_int)
        callback = Unary(lambda value: value + 1)
        for n in range(100):
            self.assertEqual(call(callback, n, 1), n + 1)

    def test_exceptions_are_reported(self):
        reports = []
        original, sys.unraisablehook = sys.unraisablehook, lambda u: reports.append(
            (u.exc_type, str(u.exc_value)))
        self.addCleanup(setattr, sys, "unraisablehook", original)

        @Unary
        def callback(value):
            raise ValueError(value)

        function("call_in_thread", c_int, Unary, c_int, c_int)(callback, 5, 2)
        self.assertEqual(reports, [(ValueError, "5"), (ValueError, "6")])

    def test_callback_uses_the_whole_interpreter(self):
        results = []

        @Unary
        def callback(value):
            import fractions
            local = threading.local()
            local.value = fractions.Fraction(value, 3)
            inner = threading.Thread(target=results.append, args=(local.value,))
            inner.start()
            inner.join()
            return clib.negate_int(value)

        call = function("call_in_thread", c_int, Unary, c_int, c_int)
        self.assertEqual(call(callback, 6, 1), -6)
        self.assertEqual(results, [2])

    def test_nested_in_a_foreign_thread(self):
        call = function("call_in_thread", c_int, Unary, c_int, c_int)

        @Unary
        def callback(value):
            return value if value == 0 else call(callback, value - 1, 1) + 1

        self.assertEqual(call(callback, 10, 1), 10)

    def test_python_runs_beside_it(self):
        start = function("start_thread", c_void_p, Unary, c_int, c_int)
        join = function("join_thread", c_int, c_void_p)
        entered, leave = threading.Event(), threading.Event()

        @Unary
        def callback(value):
            entered.set()
            leave.wait(60)
            return value

        job = start(callback, 7, 1)
        self.assertTrue(entered.wait(60))
        leave.set()
        self.assertEqual(join(job), 7)


class PythonThreads(TestCase):
    def test_a_blocking_call_lets_others_run(self):
        clib.lower_flag()
        results = []
        threads = [threading.Thread(target=lambda: results.append(clib.wait_for_flag()))
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        clib.raise_flag(5)
        for thread in threads:
            thread.join(60)
        self.assertEqual(results, [5] * 4)

    def test_callbacks_in_python_threads(self):
        call = function("call_times", c_int, Unary, c_int)
        results = []

        def run(offset):
            callback = Unary(lambda value: value + offset)
            for _ in range(50):
                results.append(call(callback, 10) - 10 * offset)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [45] * 300)

    def test_callbacks_made_and_dropped_in_many_threads(self):
        # What C calls may serve the next callback, of whatever thread.
        wrong = []

        def work(number):
            call = function("call_int", c_int, Unary, c_int)
            for n in range(300):
                callbacks = [Unary(lambda value, k=k: value + number + k) for k in range(n % 4 + 1)]
                for k, callback in enumerate(callbacks):
                    if call(callback, n) != n + number + k:
                        wrong.append((number, n, k))

        threads = [threading.Thread(target=work, args=(1000 * number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_one_function_object_in_many_threads(self):
        negate = function("negate_int", c_int, c_int)
        wrong = []

        def run(start):
            for n in range(start, start + 500):
                if negate(n) != -n:
                    wrong.append(n)

        threads = [threading.Thread(target=run, args=(1000 * n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_pointers_into_one_array(self):
        array = (c_int * 8)()
        increment = function("increment", c_int, POINTER(c_int))

        def run(index):
            cell = c_int.from_buffer(array, index * 4)
            for _ in range(300):
                increment(cell)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(array[:], [300] * 8)


if __name__ == "__main__":
    unittest.main()
