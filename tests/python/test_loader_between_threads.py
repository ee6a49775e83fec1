"""Libraries that are opened, closed and looked at while other threads collect garbage and call back."""
import _ctypes
import ctypes.util
import gc
import os
import shutil
import tempfile
import threading
import unittest
from ctypes import CDLL, CFUNCTYPE, c_int, c_size_t, c_void_p

from at_once import at_once, while_running
from support import LIBC, LIBRARY, OURS, SLOWED, TestCase, function

ROUNDS = max(3, 150 // SLOWED)
Each = CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p)
Unary = CFUNCTYPE(c_int, c_int)


@unittest.skipUnless(OURS, "CPython waits for ever")
@unittest.skipUnless(hasattr(CDLL(LIBC), "dl_iterate_phdr"), "the loader has no such function")
class Loader(TestCase):
    def setUp(self):
        # A library that nobody else has opened, so that closing it takes it away.
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        self.library = os.path.join(directory, "another.so")
        shutil.copyfile(LIBRARY, self.library)

    def reopen(self):
        library = CDLL(self.library)
        self.assertEqual(library.negate_int(3), -3)
        _ctypes.dlclose(library._handle)

    def reopened(self):
        for _ in range(ROUNDS):
            self.reopen()

    def list_libraries(self):
        seen = []
        iterate = CFUNCTYPE(c_int, Each, c_void_p)(("dl_iterate_phdr", CDLL(None)))
        iterate(Each(lambda *arguments: len(seen.append(arguments) or [])), None)
        self.assertTrue(seen)

    def test_nobody_waits_for_each_other(self):
        self.assertEqual(while_running(
            self.reopened, self.list_libraries, gc.collect, lambda: CDLL(None)["abs"],
            lambda: at_once(lambda: None)), [])

    @unittest.skipUnless(hasattr(ctypes.util, "dllist"), "dllist is 3.14's")
    def test_dllist(self):
        self.assertEqual(while_running(self.reopened, ctypes.util.dllist, gc.collect), [])

    def test_first_callback_of_a_thread_while_the_list_is_held(self):
        call = function("call_under_loader_lock", c_int, Unary, c_int)
        callback = Unary(lambda value: value + 1)

        def call_in_new_threads():
            for n in range(ROUNDS):
                self.assertEqual(at_once(lambda: self.assertEqual(call(callback, n), n + 1)), [])

        self.assertEqual(while_running(call_in_new_threads, self.reopen), [])

    def test_opened_while_the_list_is_held(self):
        opened = []

        @Each
        def look(*arguments):
            opened.append(CDLL(LIBRARY).negate_int(2))
            return 1

        CFUNCTYPE(c_int, Each, c_void_p)(("dl_iterate_phdr", CDLL(None)))(look, None)
        self.assertEqual(opened, [-2])

    def test_forked_while_a_library_is_being_opened(self):
        stop = threading.Event()

        def reopen():
            while not stop.is_set():
                self.reopen()

        thread = threading.Thread(target=reopen)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(stop.set)
        for _ in range(max(3, 20 // SLOWED)):
            child = os.fork()
            if not child:
                CDLL(None)
                os._exit(7)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)


if __name__ == "__main__":
    unittest.main()
