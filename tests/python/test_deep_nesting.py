"""Types and values that are nested deeper than the stack has room for."""
import threading
import unittest
from ctypes import *

from support import BY_PLACE, TestCase


def on_small_stack(function):
    """What `function` returns on a thread with little stack."""
    results = []
    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(function()))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    return results[0]


def nested(depth, innermost=c_int):
    """A structure in a structure, and so on, and the way to the innermost field."""
    ctype = innermost
    for number in range(depth):
        if number % 3 == 2:
            ctype *= 1
        else:
            ctype = type("S", (Structure,), {"_fields_": [("a", ctype)]})
    return ctype


class DeepNesting(TestCase):
    @unittest.skipUnless(BY_PLACE, "CPython dies of it")
    def test_tuples(self):
        def make():
            value = 3
            for number in range(3000):
                value = value,
            try:
                ctype(*value)
            except RuntimeError as error:
                return str(error)

        ctype = nested(3000)
        message = on_small_stack(make)
        self.assertTrue(message.startswith("("), message[:80])
        self.assertIn("RecursionError: maximum recursion depth exceeded", message)

    def test_tuples_that_are_not_too_deep(self):
        ctype = nested(30)
        value = 3
        for number in range(30):
            value = value,
        value = ctype(*value)
        for number in reversed(range(30)):
            value = value[0] if number % 3 == 2 else value.a
        self.assertEqual(value, 3)

    def test_what_is_kept(self):
        # Deeper, CPython has no room either.
        def keep():
            innermost = outermost = ctype()
            for number in reversed(range(1, depth)):
                innermost = innermost[0] if number % 3 == 2 else innermost.a
            innermost.a = b"text"
            return len(outermost._objects), outermost._objects.popitem()

        depth = 3000 if BY_PLACE else 30
        ctype = nested(depth, c_char_p)
        self.assertEqual(on_small_stack(keep), (1, (":".join(["0"] * depth), b"text")))

    @unittest.skipUnless(BY_PLACE, "CPython counts the fields of each class for themselves, and takes two for one")
    def test_base_classes(self):
        ctype = Structure
        for number in range(900):
            ctype = type("S", (ctype,), {"_fields_": [(f"p{number}", c_char_p)]})

        def keep():
            value = ctype()
            value.p899 = b"last"
            return value._objects

        self.assertEqual(on_small_stack(keep), {f"{899:x}": b"last"})


if __name__ == "__main__":
    unittest.main()
