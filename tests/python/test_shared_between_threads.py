"""Several threads at work on the same objects and types."""
import gc
import threading
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int32, c_short, pointer, py_object, resize,
)

from support import TestCase, clib, function

Unary = CFUNCTYPE(c_int, c_int)


def hammer(*actions, threads=6, times=300):
    """Runs the actions in turn in several threads; returns the exceptions they raised."""
    errors = []
    start = threading.Barrier(threads)

    def run(number):
        start.wait()
        for n in range(times):
            try:
                actions[(number + n) % len(actions)](n)
            except Exception as error:
                errors.append(error)

    workers = [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return errors


class Threads(TestCase):
    """Several threads on one object: any order is right, torn memory is not."""

    def test_items_and_resize(self):
        array = (c_int * 100)()

        def write(n):
            array[n % 100] = n
            array[n % 50:n % 50 + 10] = [n] * 10

        def read(n):
            self.assertEqual(len(array[:]), 100)
            bytes(array)

        def grow(n):
            try:
                resize(array, 400 + 1000 * (n % 5))
            except BufferError:
                pass  # `bytes(array)` elsewhere

        errors = hammer(write, read, grow)
        self.assertEqual([e for e in errors if not isinstance(e, BufferError)], [])
        self.assertEqual(len(array), 100)

    def test_keepalive(self):
        class Record(Structure):
            _fields_ = [("text", c_char_p), ("pointer", POINTER(c_int)), ("thing", py_object)]

        record, texts = Record(), [b"text %d" % n for n in range(50)]

        def write(n):
            record.text = texts[n % 50]
            record.pointer = pointer(c_int32(7))
            record.thing = [n]

        def look(n):
            record._objects
            self.assertIn(record.text, [None, *texts])

        self.assertEqual(hammer(write, look), [])

    def test_contents(self):
        targets = [c_int(n) for n in range(10)]
        p = pointer(targets[0])

        def move(n):
            p.contents = targets[n % 10]

        def follow(n):
            self.assertIn(p[0], range(10))
            self.assertIn(p.contents.value, range(10))

        self.assertEqual(hammer(move, follow), [])

    def test_plans(self):
        add = clib["add_int"]

        def change(n):
            add.argtypes = [[c_int, c_int], [c_short, c_int], None][n % 3]
            add.restype = [c_int, c_short][n % 2]

        def call(n):
            self.assertEqual(add(n, 1), n + 1)

        self.assertEqual(hammer(change, call), [])

    def test_new_types(self):
        def make(n):
            cls = type(Structure)(f"S{n}", (Structure,), {"_fields_": [("a", c_int)]})
            self.assertIs(POINTER(cls), POINTER(cls))
            self.assertIs(cls * 3, cls * 3)
            CFUNCTYPE(c_int, *[c_int] * (n % 20))(lambda *a: len(a))

        def finish(n):
            class Late(Structure):
                pass

            Late._fields_ = [("a", POINTER(Late))]
            Late(pointer(Late())).a.contents

        self.assertEqual(hammer(make, finish, times=100), [])

    def test_callbacks_come_and_go(self):
        call = function("call_times", c_int, Unary, c_int)

        def use(n):
            self.assertEqual(call(Unary(lambda v: v + n), 3), 3 + 3 * n)

        self.assertEqual(hammer(use, lambda n: gc.collect(), times=20), [])


if __name__ == "__main__":
    unittest.main()
