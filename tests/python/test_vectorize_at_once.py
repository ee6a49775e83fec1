"""ctypes_vectorize: parts of a batch on several threads, and batches of several threads."""
import threading
import unittest
from ctypes import CFUNCTYPE, c_char_p, c_double, c_int

from at_once import at_once
from support import function
from vectorized import VectorizeTestCase

INT_FUNCTION = CFUNCTYPE(c_int, c_int)

forget_calls = function("forget_calls", None)
count_calls = function("count_calls", c_int)


class Threads(VectorizeTestCase):
    def test_results(self):
        for count in 0, 1, 2, 3, 10, 1000:
            for threads in 1, 2, 3, 7:
                numbers = list(range(count))
                add = self.vectorize(function("add_double", c_double, c_double, c_double), threads=threads)
                self.assertEqual(list(add(numbers, 0.5)), [number + 0.5 for number in numbers])

    def test_at_the_same_time(self):
        # Each call waits for all others.
        for threads in 2, 5:
            forget_calls()
            meet = self.vectorize(function("meet", c_int, c_int), threads=threads)
            self.assertEqual(list(meet([threads] * threads)), [1] * threads)
            self.assertEqual(count_calls(), threads)

    def test_other_threads_run_meanwhile(self):
        function("lower_flag", None)()
        wait, lift = self.vectorize(function("wait_for_flag", c_int)), function("raise_flag", None, c_int)
        results = []
        errors = at_once(lambda: results.extend(wait(out=(c_int * 3)())), lambda: lift(5))
        self.assertEqual((errors, results), ([], [5, 5, 5]))

    def test_callbacks(self):
        for threads in 1, 4:
            seen, barrier = set(), threading.Barrier(threads)

            def callback(value):
                seen.add(threading.get_ident())
                if value % 25 == 0:
                    barrier.wait()
                return value * 2

            apply = self.vectorize(function("apply", c_int, INT_FUNCTION, c_int), threads=threads)
            self.assertEqual(list(apply(INT_FUNCTION(callback), list(range(100)))), list(range(0, 200, 2)))
            self.assertEqual(len(seen), threads)

    def test_more_than_there_can_be(self):
        numbers = list(range(1000))
        for threads in 1000, 2**100:
            add = self.vectorize(function("add_int", c_int, c_int, c_int), threads=threads)
            self.assertEqual(list(add(numbers, 1)), list(range(1, 1001)))
            self.assertEqual(add.threads, 256)

    def test_strings(self):
        length = self.vectorize(function("byte_length", c_int, c_char_p), threads=3)
        self.assertEqual(list(length([b"x" * size for size in range(100)])), list(range(100)))

    def test_one_object_in_several_threads(self):
        for threads, items, rounds in (1, 500, 1), (1, 10, 50), (3, 100, 10):
            add = self.vectorize(function("add_int", c_int, c_int, c_int), threads=threads)
            numbers = (c_int * items)(*range(items))
            results = []

            def calculate(by):
                expected = list(range(by, items + by))
                results.extend(list(add(numbers, by)) == expected for _ in range(rounds))

            errors = at_once(*[lambda by=by: calculate(by) for by in range(8)])
            self.assertEqual((errors, results), ([], [True] * 8 * rounds))


if __name__ == "__main__":
    unittest.main()
