"""The memory that callbacks are made in."""
import gc
import mmap
import sys
import threading
import unittest
from ctypes import CFUNCTYPE, c_int, c_long, c_void_p, cast

from support import OURS, SLOWED, TestCase


def mappings():
    """Start, end and permissions of each mapping of the process."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            span, permissions, *_ = line.split()
            start, end = (int(each, 16) for each in span.split("-"))
            yield start, end, permissions


def address(callback):
    return cast(callback, c_void_p).value


def permissions(callbacks):
    """Those of the mappings that the callbacks' code lies in."""
    pages = {address(callback) & -mmap.PAGESIZE for callback in callbacks}
    return {found for start, end, found in mappings() for page in pages if start <= page < end}


@unittest.skipUnless(OURS and sys.platform == "linux", "what Debian's libffi has is both")
class Permissions(TestCase):
    def test_no_memory_is_writable_and_executable(self):
        one, other = CFUNCTYPE(c_int, c_int), CFUNCTYPE(c_long, c_int, c_int)
        callbacks = [one(lambda a, n=n: a + n) for n in range(300)]
        callbacks += [other(lambda a, b, n=n: a + b + n) for n in range(300)]
        self.assertEqual([callbacks[299](1), callbacks[599](1, 2)], [300, 302])
        self.assertEqual(permissions(callbacks), {"r-xp"})
        del callbacks[100:]
        callbacks += [other(lambda a, b, n=n: a * b * n) for n in range(300)]
        self.assertEqual([callbacks[99](1), callbacks[399](2, 3)], [100, 1794])
        self.assertEqual(permissions(callbacks), {"r-xp"})

    def test_making_and_dropping(self):
        for _ in range(50 // SLOWED + 1):
            prototype = CFUNCTYPE(c_int, c_int, use_errno=True)
            self.assertEqual(permissions([prototype(abs) for _ in range(6)]), {"r-xp"})


class Closures(TestCase):
    def test_each_callback_has_its_own(self):
        prototype = CFUNCTYPE(c_int, c_int)
        callbacks = [prototype(lambda a, n=n: a + n) for n in range(1000)]
        self.assertEqual(len({address(callback) for callback in callbacks}), 1000)
        self.assertEqual([callback(1) for callback in callbacks], list(range(1, 1001)))
        del callbacks[::2]
        more = [prototype(lambda a, n=n: -a - n) for n in range(1000)]
        self.assertEqual([callback(1) for callback in callbacks], list(range(2, 1001, 2)))
        self.assertEqual([callback(1) for callback in more], list(range(-1, -1001, -1)))
        together = {address(callback) for callback in callbacks + more}
        self.assertEqual(len(together), 1500)

    def test_types_come_and_go(self):
        parent = type(CFUNCTYPE(None)).__mro__[0]
        base = CFUNCTYPE(None).__mro__[1]
        for number in range(300 // SLOWED):
            made = parent("F", (base,), {"_flags_": 1, "_restype_": c_int, "_argtypes_": (c_int,)})
            self.assertEqual(made(lambda a, n=number: a + n)(1), number + 1)
            del made
        gc.collect()

    def test_many_threads_make_them(self):
        prototype = CFUNCTYPE(c_int, c_int)
        wrong = []

        def make(start):
            for number in range(start, start + 300 // SLOWED):
                callbacks = [prototype(lambda a, n=n: a + n) for n in range(number, number + 5)]
                found = [callback(1) for callback in callbacks]
                if found != list(range(number + 1, number + 6)):
                    wrong.append(found)

        threads = [threading.Thread(target=make, args=(1000 * index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
