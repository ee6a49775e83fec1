"""Values that the garbage collector is told of late: nothing of that must show but in `gc` itself."""
import gc
import subprocess
import sys
import threading
import unittest
import weakref
from ctypes import POINTER, Structure, byref, c_char_p, c_int, pointer, py_object

from support import INTERPRETER, LEFT_OUT, OURS, TestCase

# More than a thread's ring holds.
MANY = 50


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("next", POINTER(Node)), ("text", c_char_p)]


def told(values):
    return [gc.is_tracked(value) for value in values]


class Collected(TestCase):
    def collected(self, make):
        """Whether all of what `make` returns weak references to is freed by one collection."""
        gc.collect()
        watched = make()
        gc.collect()
        return [reference() for reference in watched] == [None] * len(watched)

    def test_cycles_of_few_and_of_many(self):
        for count in (1, 2, 7, 8, 9, MANY):
            with self.subTest(count=count):
                def make():
                    nodes = [Node() for _ in range(count)]
                    for node in nodes:
                        node.all = nodes
                    return [weakref.ref(node) for node in nodes]

                self.assertTrue(self.collected(make))

    def test_through_what_byref_returns(self):
        def make():
            node = Node()
            node.me = byref(node)
            return [weakref.ref(node)]

        self.assertTrue(self.collected(make))

    def test_through_a_view(self):
        def make():
            nodes = (Node * 3)()
            nodes.first = nodes[0]
            return [weakref.ref(nodes)]

        self.assertTrue(self.collected(make))

    def test_class_that_holds_an_instance(self):
        def make():
            class Lonely(Structure):
                _fields_ = [("a", c_int)]

            Lonely.zero = Lonely()
            return [weakref.ref(Lonely)]

        self.assertTrue(self.collected(make))

    def test_made_by_a_thread_that_has_ended(self):
        def make():
            watched = []

            def work():
                node = Node()
                node.me = node
                watched.append(weakref.ref(node))

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            # What the thread gives back when it ends comes a moment after `join`.
            for _ in range(1000):
                gc.collect()
                if watched[0]() is None:
                    break
            return watched

        self.assertTrue(self.collected(make))

    def test_before_the_interpreter_ends(self):
        program = """if True:
            from ctypes import *
            class Loud(Structure):
                _fields_ = [("a", c_int)]
                def __del__(self): print("gone", self.a)
            loud = Loud(5)
            loud.me = loud
            del loud
            """
        output = subprocess.run([*INTERPRETER, "-c", program], capture_output=True, text=True)
        self.assertEqual((output.stdout, output.stderr), ("gone 5\n", ""))

    def test_without_anybody_asking(self):
        # Cycles of C values alone: nothing else is made that would start a collection.
        gone = []

        class Watched(Structure):
            def __del__(self):
                gone.append(1)

        Watched._fields_ = [("next", POINTER(Watched))]
        for _ in range(20_000):
            watched = Watched()
            watched.next = pointer(watched)
        self.assertGreater(len(gone), 10_000)

    def test_without_anything_but_c_values(self):
        gone = []

        class Watched(py_object):
            def __del__(self):
                gone.append(1)

        for _ in range(20_000):
            watched = Watched()
            watched.value = watched
        self.assertGreater(len(gone), 10_000)


class Shared(TestCase):
    def test_freed_by_another_thread(self):
        # Each thread frees what the other one made a moment ago, while that one makes more.
        def work(mine, other, failures):
            try:
                for number in range(5000):
                    mine.append((Node(number), byref(c_int(number))))
                    if len(other) > 3:
                        node, _ = other.pop(0)
                        if not 0 <= node.value < 5000:
                            failures.append(node.value)
            except Exception as error:
                failures.append(error)

        first, second, failures = [], [], []
        threads = [threading.Thread(target=work, args=(*lists, failures))
                   for lists in ((first, second), (second, first))]
        for thread in threads:
            thread.start()
        for _ in range(20):
            gc.collect()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_grown_up_on_another_thread(self):
        # Storing a reference makes a value known, wherever it was made.
        def work(nodes):
            for node in nodes:
                node.text = b"kept by %d" % node.value

        for _ in range(50):
            nodes = [Node(number) for number in range(16)]
            threads = [threading.Thread(target=work, args=(nodes,)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual([node.text for node in nodes],
                             [b"kept by %d" % number for number in range(16)])
        gc.collect()
        self.assertEqual(told(nodes), [True] * 16)

    def test_many_threads(self):
        kept = []

        def work():
            values = [Node(number) for number in range(MANY)]
            kept.append(values)

        for _ in range(4):
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual([[node.value for node in values] for values in kept],
                         [list(range(MANY))] * 32)


class Finalisers(TestCase):
    def test_that_makes_more(self):
        made = []

        class Parent(Structure):
            _fields_ = [("depth", c_int)]

            def __del__(self):
                if self.depth:
                    made.extend(Parent(self.depth - 1).depth for _ in range(2))

        for _ in range(MANY):
            Parent(4)
        self.assertEqual(len(made), MANY * (2 + 4 + 8 + 16))

    def test_that_keeps_it(self):
        kept = []

        class Stubborn(Structure):
            _fields_ = [("a", c_int)]

            def __del__(self):
                kept.append(self)

        for number in range(MANY):
            Stubborn(number)
        self.assertEqual([stubborn.a for stubborn in kept], list(range(MANY)))
        gc.collect()
        self.assertEqual(told(kept), [True] * MANY)


class Told(TestCase):
    def test_gc_collect_is_told(self):
        values = [Node() for _ in range(MANY)]
        gc.collect()
        self.assertEqual(told(values), [True] * MANY)

    def test_what_keeps_others_alive(self):
        p = pointer(Node())
        self.assertTrue(gc.is_tracked(p))

    @unittest.skipUnless(OURS, "CPython tells of everything at once")
    def test_what_keeps_something_that_cannot_lead_back(self):
        p = pointer(c_int(5))
        node = Node()
        node.text = b"kept"
        told_at_once = "young" in LEFT_OUT
        self.assertEqual((gc.is_tracked(p), gc.is_tracked(node)), (told_at_once,) * 2)
        # Something else may come into its place.
        outer = pointer(p)
        self.assertTrue(gc.is_tracked(outer))

    @unittest.skipUnless(OURS, "CPython tells of everything at once")
    def test_late(self):
        values = [Node() for _ in range(MANY)]
        late = 0 if "young" in LEFT_OUT else 8
        self.assertEqual(told(values), [True] * (MANY - late) + [False] * late)


if __name__ == "__main__":
    unittest.main()
