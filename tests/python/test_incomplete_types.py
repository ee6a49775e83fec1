"""Types that are completed later: linked lists, trees, mutual references, opaque handles."""
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, Union, addressof, byref, c_char_p, c_int, c_void_p, cast,
    pointer, sizeof,
)

from support import TestCase, function


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("next", POINTER(Node))]


def linked(*values):
    """The nodes, which nobody else keeps alive, linked in order."""
    nodes = [Node(value) for value in values]
    for node, following in zip(nodes, nodes[1:]):
        node.next = pointer(following)
    return nodes


class LinkedList(TestCase):
    def test_walk(self):
        nodes = linked(1, 2, 3)
        seen, at = [], pointer(nodes[0])
        while at:
            seen.append(at.contents.value)
            at = at[0].next
        self.assertEqual(seen, [1, 2, 3])

    def test_through_c(self):
        nodes = linked(*range(10))
        self.assertEqual(function("sum_list", c_int, POINTER(Node))(nodes[0]), 45)
        self.assertEqual(function("sum_list", c_int, POINTER(Node))(None), 0)
        head = function("reverse_list", POINTER(Node), POINTER(Node))(nodes[0])
        self.assertEqual(addressof(head.contents), addressof(nodes[-1]))
        seen = []
        while head:
            seen.append(head.contents.value)
            head = head.contents.next
        self.assertEqual(seen, list(range(9, -1, -1)))

    def test_links_keep_nodes_alive(self):
        head = linked(1, 2, 3)[0]
        junk = [linked(7, 8, 9) for _ in range(50)]
        self.assertEqual(head.next.contents.next.contents.value, 3)
        self.assertEqual(len(junk), 50)

    def test_ring(self):
        a, b = Node(1), Node(2)
        a.next, b.next = pointer(b), pointer(a)
        at = pointer(a)
        for expected in (1, 2) * 10:
            self.assertEqual(at.contents.value, expected)
            at = at.contents.next


class Mutual(TestCase):
    def test_structures(self):
        class Owner(Structure):
            pass

        class Item(Structure):
            _fields_ = [("owner", POINTER(Owner)), ("size", c_int)]

        Owner._fields_ = [("first", POINTER(Item)), ("items", Item * 2)]
        owner = Owner()
        owner.items[1].size = 5
        owner.first = cast(addressof(owner.items) + sizeof(Item), POINTER(Item))
        owner.items[1].owner = pointer(owner)
        self.assertEqual(owner.first.contents.size, 5)
        self.assertEqual(owner.first[0].owner[0].first[0].size, 5)

    def test_function_pointer_that_takes_the_structure(self):
        class Object(Structure):
            pass

        Method = CFUNCTYPE(c_int, POINTER(Object), c_int)
        Object._fields_ = [("method", Method), ("state", c_int)]

        @Method
        def method(self, amount):
            self.contents.state += amount
            return self.contents.state

        thing = Object(method, 10)
        self.assertEqual(thing.method(byref(thing), 5), 15)
        self.assertEqual(thing.state, 15)

    def test_tree(self):
        class Tree(Structure):
            pass

        Tree._fields_ = [("name", c_char_p), ("children", POINTER(Tree) * 2)]
        left, right = Tree(b"left"), Tree(b"right")
        root = Tree(b"root", (pointer(left), pointer(right)))
        self.assertEqual([child.contents.name for child in root.children], [b"left", b"right"])
        self.assertFalse(left.children[0])

    def test_union(self):
        class Value(Union):
            pass

        Value._fields_ = [("number", c_int), ("inner", POINTER(Value))]
        self.assertEqual(Value(inner=pointer(Value(5))).inner.contents.number, 5)


class Opaque(TestCase):
    def test_pointer_to_an_empty_structure(self):
        class Handle(Structure):
            pass

        HandlePointer = POINTER(Handle)
        new = function("opaque_new", HandlePointer, c_int)
        count = function("opaque_count", c_int, HandlePointer)
        release = function("opaque_free", None, HandlePointer)
        handle = new(77)
        self.assertTrue(handle)
        self.assertEqual(count(handle), 77)
        self.assertEqual(cast(handle, POINTER(c_int))[0], 77)
        release(handle)

    def test_void_pointer(self):
        handle = function("opaque_new", c_void_p, c_int)(5)
        self.assertIs(type(handle), int)
        self.assertEqual(function("opaque_count", c_int, c_void_p)(handle), 5)
        function("opaque_free", None, c_void_p)(handle)


class Before(TestCase):
    """What may be done with a type whose fields are not known yet."""

    def test_pointer_type(self):
        class Later(Structure):
            pass

        p = POINTER(Later)()
        self.assertFalse(p)
        self.assertError(ValueError, "NULL pointer access", lambda: p.contents)
        Later._fields_ = [("a", c_int)]
        p.contents = Later(4)
        self.assertEqual(p[0].a, 4)

    def test_function_type(self):
        class Later(Structure):
            pass

        prototype = CFUNCTYPE(c_int, Later)
        Later._fields_ = [("a", c_int)]
        self.assertEqual(prototype(lambda v: v.a)(Later(5)), 5)

    def test_array_type_remembers_the_size(self):
        class Later(Structure):
            pass

        early = Later * 3
        Later._fields_ = [("a", c_int)]
        self.assertEqual(sizeof(early), 0)
        self.assertEqual(sizeof(Later * 4), 4 * sizeof(c_int))


if __name__ == "__main__":
    unittest.main()
