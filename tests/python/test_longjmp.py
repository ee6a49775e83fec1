"""Callbacks that C leaves by longjmp: the Python code around them goes on as if they had returned."""
import gc
import sys
import threading
import unittest
from ctypes import CFUNCTYPE, CDLL, PyDLL, POINTER, c_int

from support import LIBRARY, OURS, TestCase

Callback = CFUNCTYPE(c_int, c_int)
library = CDLL(LIBRARY)
call_until_jump = library.call_until_jump
call_until_jump.argtypes = [Callback, c_int]
call_after_jump = library.call_after_jump
call_after_jump.argtypes = [Callback, Callback, c_int]


def functions_around():
    """Names of the functions that are being run."""
    frame, names = sys._getframe(1), []
    while frame is not None:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return names


def deep(number):
    return 0 if number == 0 else 1 + deep(number - 1)


@unittest.skipUnless(OURS, "CPython loses its place")
class Jumps(TestCase):
    def jumping(self, jump=library.jump):
        def inner():
            jump()

        def body(value):
            try:
                inner()
            finally:
                self.fail("nobody returns here")

        return Callback(body)

    def test_frames(self):
        before = functions_around()
        for _ in range(3):
            self.assertEqual(call_until_jump(self.jumping(), 5), -1)
            self.assertEqual(functions_around(), before)

    def test_often(self):
        """More often than functions may be nested."""
        jumping = self.jumping()
        limit = sys.getrecursionlimit()
        for _ in range(limit + 100):
            self.assertEqual(call_until_jump(jumping, 5), -1)
        self.assertEqual(deep(limit // 2), limit // 2)
        self.assertRaises(RecursionError, deep, 2 * limit)

    def test_attached(self):
        """Whether the function that jumps has let go of the interpreter or not."""
        python_library = PyDLL(LIBRARY)
        python_call = python_library.call_until_jump
        python_call.argtypes = [Callback, c_int]
        for call in (call_until_jump, python_call):
            for jump in (library.jump, python_library.jump):
                self.assertEqual(call(self.jumping(jump), 5), -1)
                gc.collect()

    def test_handled_exceptions(self):
        def body(value):
            try:
                1 // 0
            except ZeroDivisionError:
                library.jump()

        try:
            raise KeyError("around")
        except KeyError as error:
            self.assertEqual(call_until_jump(Callback(body), 5), -1)
            self.assertIs(sys.exception(), error)
        self.assertEqual(call_until_jump(Callback(body), 5), -1)
        self.assertIsNone(sys.exception())
        with self.assertRaises(ValueError) as caught:
            raise ValueError
        self.assertIsNone(caught.exception.__context__)

    def test_over_several(self):
        """A callback in a callback: both are left."""
        outer = Callback(lambda value: Callback(lambda value: library.jump())(value))
        before = functions_around()
        self.assertEqual(call_until_jump(outer, 5), -1)
        self.assertEqual(functions_around(), before)

    def test_over_many(self):
        """However many callbacks are left at once, and from wherever."""
        def nested(number):
            def body(value):
                if number:
                    return nested(number - 1)(value)
                return library.jump()

            return Callback(body)

        before = functions_around()
        for number in (1, 7, 8, 9, 30):
            self.assertEqual(call_until_jump(nested(number), 5), -1)
            self.assertEqual(functions_around(), before)

    def test_deep_inside(self):
        """Inside callbacks that go on."""
        found = []

        def nested(number):
            def body(value):
                if number:
                    return nested(number - 1)(value) + 1
                before = functions_around()
                for _ in range(3):
                    found.append(call_until_jump(self.jumping(), 5))
                    found.append(functions_around() == before)
                return value

            return Callback(body)

        for number in (6, 7, 8, 30):
            self.assertEqual(nested(number)(5), 5 + number)
        self.assertEqual(found, [-1, True] * 12)

    def test_to_the_inner_one(self):
        around = []

        def body(value):
            before = functions_around()
            self.assertEqual(call_until_jump(self.jumping(), value), -1)
            around.append(functions_around() == before)
            return value + 1

        self.assertEqual(Callback(body)(5), 6)
        self.assertEqual(around, [True])

    def test_called_back_after_it(self):
        around = []

        def after(value):
            around.append(functions_around())
            return value + 1

        before = functions_around()
        self.assertEqual(call_after_jump(self.jumping(), Callback(after), 5), 6)
        self.assertEqual(around, [["after", *before]])
        self.assertEqual(functions_around(), before)

    def test_planned_or_not(self):
        for argtypes in (None, [Callback, c_int], [POINTER(c_int), c_int]):
            call = CDLL(LIBRARY).call_until_jump
            call.argtypes = argtypes
            before = functions_around()
            jumping = self.jumping()
            if argtypes is not None and argtypes[0] is not Callback:
                jumping = POINTER(c_int).from_buffer(jumping)
            self.assertEqual(call(jumping, 5), -1)
            self.assertEqual(functions_around(), before)

    def test_in_another_thread(self):
        found = []

        def run():
            self.assertEqual(call_until_jump(self.jumping(), 5), -1)
            found.append(functions_around()[0])

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        self.assertEqual(found, ["run"])


if __name__ == "__main__":
    unittest.main()
