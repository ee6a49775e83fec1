"""ctypes_vectorize: callbacks, signals, and exceptions that stop a batch."""
import array
import ctypes
import gc
import re
import signal
import sys
import unittest
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_double, c_int, c_ssize_t, c_uint, c_void_p, pointer, py_object

from support import OURS, TestCase, api, clib, function, on_unix
from vectorized import PYPY, VectorizeTestCase, in_python

INT_FUNCTION = CFUNCTYPE(c_int, c_int)

forget_calls = function("forget_calls", None)
count_calls = function("count_calls", c_int)
interrupt_at = function("interrupt_at", None, c_int)


@contextmanager
def handling(handler):
    """Handles SIGINT in this way meanwhile."""
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def unraisable():
    """The exceptions that are raised where nobody can handle them."""
    seen, before = [], sys.unraisablehook
    sys.unraisablehook = lambda unraisable: seen.append(type(unraisable.exc_value))
    try:
        yield seen
    finally:
        sys.unraisablehook = before


def note(error):
    """The only note of an exception."""
    [only] = error.__notes__
    return only


class Stopped(Exception):
    pass


def stop(number, frame):
    raise Stopped


@on_unix
class Signals(VectorizeTestCase):
    def setUp(self):
        forget_calls()
        self.addCleanup(interrupt_at, 0)

    def test_exceptions_stop_the_batch(self):
        for call in 1, 2, 300:
            forget_calls()
            interrupt_at(call)
            out = (c_int * 100_000)()
            vectorized = self.vectorize(function("interrupt", c_int, c_int))
            with handling(stop), self.assertRaises(Stopped) as caught:
                vectorized([5] * len(out), out=out)
            calls = count_calls()
            self.assertLessEqual(call, calls)
            self.assertLessEqual(calls, call + 64)
            made = int(re.fullmatch(r"vectorize: (\d+) of 100000 calls were made", note(caught.exception))[1])
            # The result of the last call may be lost.
            self.assertIn(made, (calls - 1, calls))
            self.assertEqual(list(out), [6] * made + [0] * (len(out) - made))

    def test_keyboard_interrupts(self):
        interrupt_at(2)
        with handling(signal.default_int_handler), self.assertRaises(KeyboardInterrupt) as caught:
            self.vectorize(function("interrupt", c_int, c_int))([5] * 100_000)
        self.assertIn("calls were made", note(caught.exception))

    def test_handlers_may_return(self):
        seen = []

        def handler(number, frame):
            seen.append(list(out[:5]))
            interrupt_at(0)

        interrupt_at(10)
        out = (c_int * 100_000)()
        with handling(handler):
            self.vectorize(function("interrupt", c_int, c_int))([5] * len(out), out=out)
        self.assertEqual(seen, [[6] * 5])
        self.assertEqual(list(out), [6] * len(out))
        self.assertEqual(count_calls(), len(out))

    def test_threads(self):
        # By then all threads run: an exception inside `Thread.start` may leave another in its place.
        interrupt_at(5000)
        out = (c_int * 60_000)()
        vectorized = self.vectorize(function("interrupt", c_int, c_int), threads=3)
        with handling(stop), self.assertRaises(Stopped) as caught:
            vectorized([5] * len(out), out=out)
        words = r"vectorize: (?:calls (.+) of 60000|0 of 60000 calls) were made"
        calls = re.fullmatch(words, note(caught.exception))
        expected = [0] * len(out)
        for part in calls[1].split(" and ") if calls[1] else []:
            first, last = map(int, part.split(" to "))
            self.assertIn(first, (0, 20_000, 40_000))
            expected[first:last + 1] = [6] * (last + 1 - first)
        found = list(out)
        self.assertLessEqual(sum(one != other for one, other in zip(found, expected)), 3)
        # No thread goes on.
        self.assertEqual(count_calls(), count_calls())
        self.assertEqual(list(out), found)

    def test_critical(self):
        interrupt_at(2)
        with handling(stop), self.assertRaises(Stopped):
            self.vectorize(function("interrupt", c_int, c_int), critical=True)([5] * 100_000)


@unittest.skipIf(PYPY, "it has no C API in ctypes")
class Exceptions(VectorizeTestCase):
    def setUp(self):
        self.read = api("PyUnicode_ReadChar", c_uint, py_object, c_ssize_t)

    def test_what_was_done(self):
        out = (c_uint * 5)()
        with self.assertRaises(IndexError) as caught:
            self.vectorize(self.read)("abc", [0, 1, 2, 3, 0], out=out)
        self.assertEqual(list(out), [97, 98, 99, 0, 0])
        self.assertEqual(note(caught.exception), "vectorize: 3 of 5 calls were made")

    def test_nothing_was_done(self):
        for threads in 1, 2:
            with self.assertRaises(IndexError) as caught:
                self.vectorize(self.read, threads=threads)("", [3, 3])
            self.assertEqual(note(caught.exception), "vectorize: 0 of 2 calls were made")

    def test_one_call(self):
        with self.assertRaises(IndexError) as caught:
            self.vectorize(self.read)("abc", 3)
        self.assertEqual(note(caught.exception), "vectorize: 0 of 1 calls were made")

    def test_threads(self):
        # The last call of the last part fails, and may stop the other one.
        text, out = "x" * 50, (c_uint * 100)()
        with self.assertRaises(IndexError) as caught:
            self.vectorize(self.read, threads=2)(text, [*range(50), *range(1, 51)], out=out)
        words = r"vectorize: calls (?:0 to (\d+) and )?50 to 98 of 100 were made"
        last = re.fullmatch(words, note(caught.exception))[1]
        made = int(last) + 1 if last else 0
        self.assertEqual(list(out), [120] * made + [0] * (50 - made) + [120] * 49 + [0])

    def test_several_exceptions(self):
        with self.assertRaises(IndexError) as caught:
            self.vectorize(self.read, threads=4)("", [0, 1, 2, 3, 4, 5, 6, 7])
        self.assertEqual(note(caught.exception), "vectorize: 0 of 8 calls were made")

    def test_wrong_arguments_have_no_note(self):
        for arguments in ("abc", 1.5), ("abc", [1], 2), ("abc", (c_double * 1)()):
            with self.assertRaises(Exception) as caught:
                self.vectorize(self.read)(*arguments)
            self.assertFalse(hasattr(caught.exception, "__notes__"))

    def test_memory_is_free_afterwards(self):
        indices, out = array.array("i", [0, 1, 2, 3]), array.array("I", [0] * 4)
        with self.assertRaises(IndexError):
            self.vectorize(self.read)("abc", indices, out=out)
        indices.append(5)
        out.append(5)
        self.assertEqual(list(out), [97, 98, 99, 0, 5])


class Critical(VectorizeTestCase):
    def test_it_changes_nothing(self):
        add = self.vectorize(function("add_double", c_double, c_double, c_double), critical=True)
        self.assertEqual(list(add([1, 2], 3)), [4, 5])
        self.assertEqual(add(1, 2), 3)
        apply = self.vectorize(function("apply", c_int, INT_FUNCTION, c_int), critical=True)
        self.assertEqual(list(apply(INT_FUNCTION(lambda value: value + 1), [1, 2])), [2, 3])


class Callbacks(VectorizeTestCase):
    # The Python half has the address that the function had.
    left_to_python = ("test_null",)

    def setUp(self):
        self.apply = self.vectorize(function("apply", c_int, INT_FUNCTION, c_int))

    def test_exceptions_do_not_stop_the_batch(self):
        def failing(value):
            if value == 2:
                raise KeyError(value)
            return value

        with unraisable() as seen:
            self.assertEqual(list(self.apply(INT_FUNCTION(failing), [1, 2, 3]))[::2], [1, 3])
        self.assertEqual(seen, [] if PYPY else [KeyError])

    def test_they_may_call_over_arrays(self):
        def inner(value):
            return sum(self.apply(double, list(range(value))))

        double = INT_FUNCTION(lambda value: 2 * value)
        self.assertEqual(list(self.apply(INT_FUNCTION(inner), [1, 2, 3, 4])), [0, 2, 6, 12])

    def test_they_see_the_results_so_far(self):
        out = (c_int * 4)()
        seen = []

        def look(value):
            seen.append(list(out)[:value])
            return value + 1

        self.apply(INT_FUNCTION(look), [0, 1, 2, 3], out=out)
        if self.vectorize is in_python:
            self.assertEqual(seen, [[], [1], [1, 2], [1, 2, 3]])
        self.assertEqual(list(out), [1, 2, 3, 4])

    def test_memory_is_not_resized(self):
        for memory in bytearray(4), array.array("i", [1, 2, 3]):
            if PYPY and isinstance(memory, array.array):
                continue  # It is resized there, whoever has a view of it.
            outcomes = []

            def callback(value):
                try:
                    memory.append(4)
                    outcomes.append("resized")
                except BufferError:
                    outcomes.append("refused")
                return value

            callback = INT_FUNCTION(callback)
            length = len(memory)
            self.assertEqual(list(self.apply(callback, memory)), list(memory))
            self.assertEqual(outcomes, ["refused"] * length)
            self.assertEqual(len(memory), length)
            memory.append(4)
            self.assertEqual(len(memory), length + 1)

    @unittest.skipIf(PYPY, "arrays are resized there, whoever has a view of them")
    def test_places_are_not_resized(self):
        out = array.array("i", [0, 0])
        outcomes = []

        def callback(value):
            try:
                out.append(1)
            except BufferError as error:
                outcomes.append(error)
            return value

        self.apply(INT_FUNCTION(callback), [5, 6], out=out)
        self.assertEqual((list(out), len(outcomes)), ([5, 6], 2))

    @unittest.skipUnless(OURS, "others resize what is exported")
    def test_arrays_are_not_resized(self):
        numbers = (c_int * 2)(1, 2)
        outcomes = []

        def callback(value):
            try:
                ctypes.resize(numbers, 10_000)
            except BufferError as error:
                outcomes.append(error)
            return value

        self.assertEqual(list(self.apply(INT_FUNCTION(callback), numbers)), [1, 2])
        self.assertEqual(len(outcomes), 2)

    def test_arguments_that_are_dropped(self):
        # A list is not looked at again once the batch has begun, and its items live.
        numbers = [1, 2, 3]
        callbacks = []

        def clear(value):
            numbers.clear()
            callbacks.clear()
            gc.collect()
            return value + 10

        callbacks += [INT_FUNCTION(clear) for _ in numbers]
        self.assertEqual(list(self.apply(callbacks, numbers)), [11, 12, 13])

    def test_views_that_are_released(self):
        view = memoryview(bytearray(b"abc"))

        def release(value):
            try:
                view.release()
            except BufferError:
                pass
            return value

        self.assertEqual(list(self.apply(INT_FUNCTION(release), view)), [97, 98, 99])

    def test_changes_of_the_function(self):
        apply = function("apply", c_int, INT_FUNCTION, c_int)

        def change(value):
            apply.restype, apply.argtypes = c_void_p, [POINTER(c_double)]
            return value

        vectorized = self.vectorize(apply)
        self.assertEqual(list(vectorized(INT_FUNCTION(change), [1, 2, 3])), [1, 2, 3])
        self.assertEqual(list(vectorized(INT_FUNCTION(change), [1, 2, 3])), [1, 2, 3])

    def test_null(self):
        # What the native half calls can be found, and changed as any pointer can.
        add = self.vectorize(function("add_double", c_double, c_double, c_double))
        pointer(add.called)[0] = type(add.called)()
        for count in 3, 1000:
            numbers = (c_double * count)(*range(count))
            self.assertEqual(list(add(numbers, 1)), [number + 1 for number in numbers])


class Lists(TestCase):
    def test_arrays_are_made_of_them(self):
        # What the native half asks the other one for.
        add = clib["add_double"]
        add.restype, add.argtypes = c_double, [c_double, c_double]
        pair = in_python(add)
        numbers = (c_double * 1)()
        made = pair.with_arrays((numbers, [1, 2]))
        self.assertIs(made[0], numbers)
        self.assertIs(type(made[1]), c_double * 2)
        self.assertEqual(list(made[1]), [1, 2])
        self.assertError(TypeError, "this function takes 2 arguments (1 given)", pair.with_arrays, ([1],))
        self.assertIs(type(pair.called), type(pair.function))
        self.assertEqual((tuple(pair.called.argtypes), pair.called.restype), ((c_double, c_double), c_double))


if __name__ == "__main__":
    unittest.main()
