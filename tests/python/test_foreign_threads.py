"""Threads of C's that come and go, and callbacks at the moments when a thread is hardly there any more."""
import contextvars
import gc
import os
import sys
import threading
import unittest
from ctypes import CFUNCTYPE, Structure, c_int, c_longlong, c_void_p, pointer, POINTER

from at_once import while_running
from support import OURS, SLOWED, TestCase, clib, function

Unary = CFUNCTYPE(c_int, c_int)
churn = function("churn_threads", c_longlong, Unary, c_int, c_int)
at_end_of_new_thread = function("call_at_end_of_new_thread", c_int, Unary, Unary, c_int)
start_callers = function("start_callers", None, Unary, c_int)
stop_callers = function("stop_callers", c_longlong)
TOTAL = max(8, 800 // SLOWED)


class ComeAndGo(TestCase):
    def test_many(self):
        self.assertEqual(churn(Unary(lambda value: value + 1), TOTAL, 8), sum(range(1, TOTAL + 1)))

    def test_while_garbage_is_collected(self):
        class Node(Structure):
            pass

        Node._fields_ = [("next", POINTER(Node))]

        @Unary
        def callback(value):
            node = Node()
            node.next = pointer(node)
            return value

        self.assertEqual(while_running(
            lambda: self.assertEqual(churn(callback, TOTAL, 4), sum(range(TOTAL))), gc.collect), [])

    def test_callbacks_of_many_types_made_meanwhile(self):
        def work():
            for n in range(max(2, 30 // SLOWED)):
                callbacks = [CFUNCTYPE(c_int, c_int, *[c_void_p] * (n % 5))(lambda value, *rest: value)
                             for _ in range(5)]
                self.assertEqual(churn(Unary(lambda value: callbacks[0](value, *[None] * (n % 5))), 8, 4), 28)

        self.assertEqual(while_running(work, work, gc.collect), [])

    def test_context_is_a_new_one_each_time(self):
        variable = contextvars.ContextVar("variable", default=None)
        seen = []

        @Unary
        def callback(value):
            seen.append(variable.get())
            variable.set(value)
            return value

        function("call_in_thread", c_int, Unary, c_int, c_int)(callback, 5, 3)
        self.assertEqual(seen, [None] * 3)

    def test_what_is_left_in_thread_locals(self):
        local = threading.local()

        @Unary
        def callback(value):
            local.number, local.float, local.list = value + 10**20, value / 3, [value, {value: "x"}]
            return value

        self.assertEqual(churn(callback, 80, 4), sum(range(80)))


class Ending(TestCase):
    """Destructors of a key of pthreads' call back."""

    def setUp(self):
        self.called = []

        @Unary
        def callback(value):
            self.called.append(value)
            return value

        self.callback = callback

    def check(self, result, value):
        # Where the interpreter knows no such thread any more, C gets zero.
        self.assertIn((result, self.called), [(value, [value]), (0, [])])

    def test_thread_that_never_called_back(self):
        self.check(at_end_of_new_thread(Unary(), self.callback, 5), 5)
        if OURS:
            self.assertEqual(self.called, [5])

    def test_thread_that_has_called_back(self):
        local = threading.local()

        @Unary
        def before(value):
            local.number = value + 10**20
            return value

        self.check(at_end_of_new_thread(before, self.callback, 6), 6)

    @unittest.skipUnless(OURS, "CPython has no thread left, and dies")
    def test_threads_of_the_interpreter(self):
        for calls_back_before in (False, True):
            self.called.clear()

            def run():
                if calls_back_before:
                    function("call_int", c_int, Unary, c_int)(Unary(abs), 3)
                function("call_at_end_of_thread", None, Unary, c_int)(self.callback, 8)

            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
            # `join` returns before that.
            result = clib.what_was_returned_at_end
            while result() == -1:
                pass
            self.check(result(), 8)


@unittest.skipUnless(hasattr(os, "fork"), "forks")
class Fork(TestCase):
    def setUp(self):
        self.callback = Unary(lambda value: value)
        start_callers(self.callback, 4)
        self.addCleanup(lambda: self.assertEqual(stop_callers(), 0))

    def fork(self, in_child):
        child = os.fork()
        if not child:
            try:
                in_child()
                os._exit(7)
            finally:
                os._exit(1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)

    @unittest.skipUnless(OURS, "the interpreter's own locks")
    def test_child_is_there(self):
        for _ in range(max(3, 30 // SLOWED)):
            self.fork(lambda: None)

    @unittest.skipUnless(OURS, "the interpreter's own locks")
    def test_child_goes_on(self):
        def in_child():
            self.assertEqual(function("call_in_thread", c_int, Unary, c_int, c_int)(self.callback, 10, 2), 21)
            gc.collect()
            thread = threading.Thread(target=gc.collect)
            thread.start()
            thread.join()
            self.assertEqual(Unary(lambda value: value + 1)(3), 4)

        for _ in range(max(3, 20 // SLOWED)):
            self.fork(in_child)

    def test_forked_by_c(self):
        fork_in_c = function("fork_in_c", c_int, Unary, c_int)
        for _ in range(max(3, 20 // SLOWED)):
            self.assertEqual(fork_in_c(Unary(), 42), 42)


if __name__ == "__main__":
    unittest.main()
