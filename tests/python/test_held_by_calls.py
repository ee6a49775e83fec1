"""What a call refers to is there until it returns, whatever the conversion of a later argument does."""
import gc
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_void_p, c_wchar_p, cast, pointer,
)

from support import OURS, TestCase

Unary = CFUNCTYPE(c_int, c_int)


class Converting:
    """An argument that runs `action` when it is converted."""

    def __init__(self, action):
        self.action = action

    @property
    def _as_parameter_(self):
        self.action()
        gc.collect()
        # What was freed gets other contents.
        self.others = [Unary(lambda value: -1) for _ in range(50)] + [c_int(-1) for _ in range(500)]
        self.texts = [c_char_p(b"%050d" % n) for n in range(2000)]
        return 5


def undeclared(function):
    """The same function, without argtypes."""
    return CFUNCTYPE(c_int)(cast(function, c_void_p).value)


@unittest.skipUnless(OURS, "CPython uses what has been freed")
class Held(TestCase):
    def test_the_callee(self):
        class Table(Structure):
            _fields_ = [("f", Unary)]

        table, array = Table(Unary(lambda value: value + 1)), (Unary * 1)(Unary(lambda value: value + 1))

        def replace():
            table.f = Unary(lambda value: 0)

        self.assertEqual(table.f(Converting(replace)), 6)
        self.assertEqual(array[0](Converting(lambda: array.__setitem__(0, Unary(lambda value: 0)))), 6)

        class Changing:
            @classmethod
            def from_param(cls, value):
                Converting(replace)._as_parameter_
                return value

        table.f = Unary(lambda value: value + 1)
        function = table.f
        function.argtypes = [Changing]
        self.assertEqual(function(5), 6)

    def check(self, argtype, argument, replace, read, expected):
        prototype = CFUNCTYPE(c_int, argtype, c_int)
        declared = prototype(lambda first, second: read(first))
        for function in (declared, undeclared(declared)):
            self.assertEqual(function(argument(), Converting(replace)), expected)

    def test_what_a_pointer_leads_to(self):
        p = None

        def argument():
            nonlocal p
            p = pointer(c_int(7))
            return p

        self.check(POINTER(c_int), argument, lambda: setattr(p, "contents", c_int(99)), lambda q: q[0], 7)

    def test_what_a_string_pointer_leads_to(self):
        for ctype, text, other in ((c_char_p, b"x" * 50, b"y"), (c_wchar_p, "x" * 50, "y")):
            p = None

            def argument():
                nonlocal p
                p = ctype(text)
                return p

            self.check(ctype, argument, lambda: setattr(p, "value", other), lambda q: len(q), 50)
            # A pointer to anything gets the address of what the string pointer holds.
            self.check(c_void_p, argument, lambda: setattr(p, "value", other),
                       lambda address: len(c_char_p(address).value if ctype is c_char_p
                                           else c_wchar_p(address).value), 50)

    def test_what_from_param_made(self):
        p = c_char_p(b"x" * 50)
        argument = c_void_p.from_param(p)
        Converting(lambda: setattr(p, "value", b"y"))._as_parameter_
        function = CFUNCTYPE(c_int, c_void_p)(lambda address: len(c_char_p(address).value))
        self.assertEqual(undeclared(function)(argument), 50)

    def test_what_a_structure_leads_to(self):
        class Record(Structure):
            _fields_ = [("p", POINTER(c_int)), ("text", c_char_p)]

        record = None

        def argument():
            nonlocal record
            record = Record(pointer(c_int(7)), b"x" * 50)
            return record

        def replace():
            record.p, record.text = pointer(c_int(99)), b"y"

        self.check(Record, argument, replace, lambda given: given.p[0] + len(given.text), 57)

    def test_a_callback(self):
        class Table(Structure):
            _fields_ = [("f", Unary)]

        table = Table()

        def argument():
            table.f = Unary(lambda value: value + 1)
            return table.f

        self.check(Unary, argument, lambda: setattr(table, "f", Unary(lambda value: 0)), lambda f: f(5), 6)


class ByPlace(TestCase):
    @unittest.skipUnless(OURS, "CPython loses the rest of the list")
    def test_a_node_that_is_taken_out(self):
        class Node(Structure):
            pass

        Node._fields_ = [("value", c_int), ("next", POINTER(Node)), ("room", c_int * 200)]
        first = last = Node(0)
        for value in range(1, 6):
            last.next = pointer(Node(value))
            last = last.next.contents
        first.next = first.next.contents.next
        gc.collect()
        others = [Node(99) for _ in range(500)]
        values, node = [first.value], first
        while node.next:
            node = node.next.contents
            values.append(node.value)
        self.assertEqual(values, [0, 2, 3, 4, 5])
        self.assertEqual(len(others), 500)


if __name__ == "__main__":
    unittest.main()
