"""errno: the private copy that functions with use_errno exchange with C's."""
import threading
import unittest
from ctypes import CDLL, CFUNCTYPE, ArgumentError, c_double, c_int, get_errno, set_errno

from support import LIBRARY, TestCase, clib

with_errno = CDLL(LIBRARY, use_errno=True)


class PrivateCopy(TestCase):
    def setUp(self):
        set_errno(0)

    def test_set_returns_the_old_value(self):
        self.assertEqual(set_errno(5), 0)
        self.assertEqual(get_errno(), 5)
        self.assertEqual(set_errno(7), 5)
        self.assertEqual(get_errno(), 7)

    def test_refuses(self):
        for wrong in ("x", None, 1.5):
            with self.assertRaises(TypeError):
                set_errno(wrong)
        with self.assertRaises(TypeError):
            set_errno()
        with self.assertRaises(TypeError):
            get_errno(1)
        with self.assertRaises(OverflowError):
            set_errno(2 ** 40)
        self.assertEqual(get_errno(), 0)

    def test_threads_have_their_own(self):
        set_errno(33)
        seen = []

        def run():
            seen.append(get_errno())
            set_errno(44)
            seen.append(with_errno.get_c_errno())

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        self.assertEqual(seen, [0, 44])
        self.assertEqual(get_errno(), 33)


class Exchange(TestCase):
    def setUp(self):
        set_errno(0)

    def test_swapped_around_the_call(self):
        self.assertEqual(with_errno.fail_with_errno(13), -1)
        self.assertEqual(get_errno(), 13)
        set_errno(21)
        self.assertEqual(with_errno.get_c_errno(), 21)
        self.assertEqual(with_errno.set_c_errno(34), 21)
        self.assertEqual(get_errno(), 34)

    def test_calls_keep_it(self):
        with_errno.fail_with_errno(5)
        self.assertEqual([with_errno.get_c_errno() for _ in range(3)], [5, 5, 5])

    def test_plain_functions_leave_it_alone(self):
        set_errno(9)
        self.assertEqual(clib.fail_with_errno(13), -1)
        self.assertEqual(get_errno(), 9)

    def test_function_types(self):
        noisy = CFUNCTYPE(c_double, c_double, c_int, use_errno=True)(("double_and_errno", clib))
        quiet = CFUNCTYPE(c_double, c_double, c_int)(("double_and_errno", clib))
        self.assertEqual((quiet(1.5, 8), get_errno()), (1.5, 0))
        self.assertEqual((noisy(2.5, 8), get_errno()), (2.5, 8))

    def test_errcheck_sees_it(self):
        fail = with_errno["fail_with_errno"]

        def check(result, function, arguments):
            raise OSError(get_errno(), "failed")

        fail.errcheck = check
        with self.assertRaises(OSError) as caught:
            fail(2)
        self.assertIs(type(caught.exception), FileNotFoundError)

    def test_failed_conversion_leaves_it(self):
        set_errno(3)
        with self.assertRaises(ArgumentError):
            with_errno.fail_with_errno(1.5)
        self.assertEqual(get_errno(), 3)


class Callbacks(TestCase):
    def call(self, prototype, before, inside):
        """C sets errno, calls back, and returns errno as it then is."""
        seen = []

        @prototype
        def callback():
            seen.append(get_errno())
            set_errno(inside)

        call = clib["call_with_errno"]
        call.argtypes = [c_int, prototype]
        return seen, call(before, callback)

    def test_with_use_errno(self):
        set_errno(77)
        seen, after = self.call(CFUNCTYPE(None, use_errno=True), 5, 6)
        self.assertEqual((seen, after), ([5], 6))
        self.assertEqual(get_errno(), 77)

    def test_without(self):
        set_errno(77)
        seen, _ = self.call(CFUNCTYPE(None), 5, 6)
        self.assertEqual(seen, [77])
        self.assertEqual(get_errno(), 6)

    def test_nested_calls(self):
        @CFUNCTYPE(None, use_errno=True)
        def callback():
            with_errno.fail_with_errno(50)

        call = with_errno["call_with_errno"]
        set_errno(1)
        self.assertEqual(call(5, callback), 50)
        self.assertEqual(get_errno(), 50)


if __name__ == "__main__":
    unittest.main()
