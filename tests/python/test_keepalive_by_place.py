"""Every object lives as long as a pointer that Python code has set, in living memory that Python owns,
leads to it: whichever way the store came, and whatever was rearranged since."""
import gc
import random
import threading
import unittest
import weakref
from ctypes import (
    CFUNCTYPE, POINTER, Structure, Union, addressof, c_char, c_char_p, c_int, c_size_t, c_void_p,
    c_wchar_p, cast, memmove, pointer, py_object, resize, sizeof,
)

from support import OURS, SLOWED, TestCase

# Nodes and pointers where their number matters.
MANY = 30_000 // SLOWED


class Node(Structure):
    pass


NodePointer = POINTER(Node)
Node._fields_ = [("value", c_int), ("next", NodePointer), ("other", NodePointer)]


class Box(Structure):
    _fields_ = [("before", c_int), ("node", Node), ("nodes", Node * 2), ("links", NodePointer * 3)]


def values(head):
    """The values of a list, from a node on."""
    result, node = [], head
    while True:
        result.append(node.value)
        if not node.next:
            return result
        node = node.next.contents


def a_list(*numbers):
    """A list of nodes that nothing but its first node keeps."""
    first = None
    for number in reversed(numbers):
        node = Node(number)
        if first is not None:
            node.next = pointer(first)
        first = node
    return first


@unittest.skipUnless(OURS, "CPython keeps by the way that the store came, and loses what is rearranged")
class Lists(TestCase):
    def test_taking_a_node_out(self):
        head = a_list(1, 2, 3, 4, 5)
        head.next = head.next.contents.next
        gc.collect()
        self.assertEqual(values(head), [1, 3, 4, 5])
        head.next.contents.next = head.next.contents.next.contents.next
        gc.collect()
        self.assertEqual(values(head), [1, 3, 5])

    def test_stored_through_a_pointer(self):
        head, p = Node(1), None
        p = pointer(head)
        p.contents.next = pointer(Node(2))
        p.contents.next.contents.next = pointer(Node(3))
        p[0].next[0].next[0].next = pointer(Node(4))
        del p
        gc.collect()
        self.assertEqual(values(head), [1, 2, 3, 4])

    def test_reversing(self):
        head = a_list(*range(50))
        before, node = None, pointer(head)
        del head
        while node:
            after = node.contents.next
            after = pointer(after.contents) if after else None
            node.contents.next = before
            before, node = node, after
            gc.collect()
        self.assertEqual(values(before.contents), list(reversed(range(50))))

    def test_what_nothing_leads_to_any_more_is_freed(self):
        head = a_list(1, 2, 3)
        watch = weakref.ref(head.next.contents._b_base_._b_base_), None
        second = Node(2)
        watch = weakref.ref(second)
        head.next = pointer(second)
        del second
        gc.collect()
        self.assertIsNotNone(watch())
        head.next = pointer(Node(3))
        gc.collect()
        self.assertIsNone(watch())

    def test_a_whole_structure_is_copied(self):
        box = Box()
        box.node = a_list(1, 2, 3)
        box.nodes[1] = box.node
        box.node = Node(0)
        gc.collect()
        self.assertEqual(values(box.nodes[1]), [1, 2, 3])
        self.assertEqual(values(box.node), [0])
        copy = Box()
        copy.nodes = box.nodes
        del box
        gc.collect()
        self.assertEqual(values(copy.nodes[1]), [1, 2, 3])

    def test_items_of_an_array_are_copied(self):
        links = (NodePointer * 4)(*[pointer(Node(number)) for number in range(4)])
        links[0], links[1] = links[1], links[2]
        links[2:4] = [links[0], links[1]]
        gc.collect()
        self.assertEqual([link.contents.value for link in links], [1, 2, 1, 2])

    def test_a_view_outlives_the_place_it_was_reached_by(self):
        box = Box()
        box.node = a_list(1, 2, 3)
        view = box.node.next.contents.next.contents
        box.node = Node(0)
        gc.collect()
        self.assertEqual(view.value, 3)
        outer = pointer(pointer(c_int(7)))
        view = outer.contents.contents
        outer.contents = pointer(c_int(8))
        gc.collect()
        self.assertEqual((view.value, outer[0][0]), (7, 8))

    def test_unions_and_casts(self):
        class Word(Union):
            _fields_ = [("link", NodePointer), ("text", c_char_p), ("bytes", c_char * 8)]

        first, second = Word(), Word()
        first.link = pointer(a_list(1, 2))
        second.bytes = first.bytes  # bytes are no reference
        second = Word.from_buffer_copy(first)
        third = Word.from_buffer_copy(memoryview(first))
        copy = (Word * 1)(first)
        del first
        gc.collect()
        for word in (second, third, copy[0]):
            self.assertEqual(values(word.link.contents), [1, 2])
        untyped = cast(pointer(Node(5)), c_void_p)
        again = cast(untyped, NodePointer)
        holder = Node(0)
        holder.next = again
        del untyped, again
        gc.collect()
        self.assertEqual(values(holder), [0, 5])

    def test_a_buffer_of_a_value_is_its_memory(self):
        node = Node(1)
        for buffer in (node, memoryview(node)):
            same = Node.from_buffer(buffer)
            same.next = pointer(Node(2))
            del same
            gc.collect()
            self.assertEqual(values(node), [1, 2])
            node.next = None

    def test_after_resize(self):
        node = Node(1)
        node.next = pointer(Node(2))
        resize(node, 4096)
        copy = Node()
        copy.next = node.next
        node.next = pointer(Node(3))
        gc.collect()
        self.assertEqual((values(copy), values(node)), ([0, 2], [1, 3]))

    def test_strings_and_objects(self):
        class Text(Structure):
            _fields_ = [("bytes", c_char_p), ("wide", c_wchar_p), ("object", py_object)]

        text = Text()
        p = pointer(text)
        p.contents.bytes = bytes(bytearray(b"a new one"))
        p[0].wide = "another".upper()
        p.contents.object = {"some": "thing"}
        copies = (Text * 2)(text)
        copies[1] = copies[0]
        copies[0] = Text()
        del p, text
        gc.collect()
        self.assertEqual((copies[1].bytes, copies[1].wide, copies[1].object),
                         (b"a new one", "ANOTHER", {"some": "thing"}))

    def test_functions(self):
        Function = CFUNCTYPE(c_int)

        class Table(Structure):
            _fields_ = [("function", Function)]

        table = Table()
        pointer(table).contents.function = Function(lambda: 42)
        copy = Table()
        pointer(copy)[0] = table
        table.function = Function(lambda: 43)
        gc.collect()
        self.assertEqual((copy.function(), table.function()), (42, 43))

    def test_cycles_are_found(self):
        watches = []
        for _ in range(20):
            first, second = Node(1), Node(2)
            first.next, second.next = pointer(second), pointer(first)
            first.other, second.other = pointer(first), second.next.contents.next
            watches += [weakref.ref(first), weakref.ref(second)]
        del first, second
        gc.collect()
        self.assertEqual([watch() for watch in watches], [None] * 40)


class Model:
    """Nodes in every kind of place, and what each of their pointers must lead to."""

    PLACES = 9

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.box = Box()
        self.array = (Node * 3)()
        self.single = [Node() for _ in range(3)]
        self.serial = 0
        # What is known of each place: its value, and what its two pointers lead to: the name of a place or
        # a number of a node that nothing else holds.
        self.known = [(0, None, None)] * self.PLACES
        self.free = {}

    def node(self, place):
        """A view of a place, reached in one of several ways."""
        box, array = self.box, self.array
        node = [lambda: box.node, lambda: box.nodes[0], lambda: box.nodes[1],
                lambda: array[0], lambda: array[1], lambda: array[2],
                *[lambda n=n: self.single[n] for n in range(3)]][place]()
        way = self.random.randrange(5)
        if way == 0:
            return pointer(node).contents
        if way == 1:
            return pointer(node)[0]
        if way == 2:
            return cast(pointer(node), NodePointer).contents
        if way == 3:
            return Node.from_buffer(node)
        return node

    def fresh(self):
        self.serial += 1
        self.free[self.serial] = (self.serial, None, None)
        return self.serial, pointer(Node(self.serial))

    def target(self):
        """What a pointer leads to, and the pointer."""
        if self.random.random() < 0.5:
            number, p = self.fresh()
            return ("free", number), p
        place = self.random.randrange(self.PLACES)
        which = self.random.randrange(3)
        if which == 0:
            return ("place", place), pointer(self.node(place))
        known = self.known[place][which]
        node = self.node(place)
        p = node.next if which == 1 else node.other
        return known, (p if known is not None else None)

    def step(self):
        place = self.random.randrange(self.PLACES)
        value, first, second = self.known[place]
        action = self.random.randrange(6)
        if action < 3:
            known, p = self.target()
            node = self.node(place)
            if self.random.random() < 0.5:
                node.next, first = p, known
            else:
                node.other, second = p, known
            self.known[place] = value, first, second
        elif action == 3:
            source = self.random.randrange(self.PLACES)
            self.assign(place, self.node(source))
            self.known[place] = self.known[source]
        elif action == 4:
            self.serial += 1
            known, p = self.target()
            node = Node(self.serial, p)
            self.assign(place, node)
            self.known[place] = self.serial, known, None
        else:
            # What a pointer leads to is changed through it.
            through = self.random.choice([first, second])
            if through is None:
                return
            p = self.node(place).next if through is first else self.node(place).other
            known, q = self.target()
            if self.random.random() < 0.5:
                p.contents.next = q
            else:
                p[0].next = q
            self.change(through, known)

    def change(self, what, known):
        kind, number = what
        table = self.known if kind == "place" else self.free
        value, _, second = table[number]
        table[number] = value, known, second

    def assign(self, place, node):
        if place == 0:
            self.box.node = node
        elif place < 3:
            self.box.nodes[place - 1] = node
        elif place < 6:
            self.array[place - 3] = node
        else:
            pointer(self.single[place - 6])[0] = node

    def described(self, what):
        kind, number = what
        return (self.known if kind == "place" else self.free)[number]

    def check(self, test, depth=4):
        for place in range(self.PLACES):
            self.check_node(test, self.node(place), self.known[place], depth)

    def check_node(self, test, node, known, depth):
        value, first, second = known
        test.assertEqual(node.value, value)
        for p, what in ((node.next, first), (node.other, second)):
            test.assertEqual(bool(p), what is not None)
            if what is not None and depth:
                self.check_node(test, p.contents, self.described(what), depth - 1)


@unittest.skipUnless(OURS, "CPython keeps by the way that the store came, and loses what is rearranged")
class Rearranged(TestCase):
    def test_against_a_model(self):
        for seed in range(12):
            with self.subTest(seed=seed):
                model = Model(seed)
                for number in range(150):
                    model.step()
                    if number % 10 == 0:
                        gc.collect()
                        # Whatever was freed is somebody else's now.
                        scratch = [Node(-1) for _ in range(50)]
                        del scratch
                        model.check(self)

    def test_threads_store_and_follow(self):
        cell = (NodePointer * 4)(*[pointer(a_list(n, n, n)) for n in range(4)])
        p = pointer(c_int(0))
        text = (c_char_p * 1)(b"0" * 40)
        Function = CFUNCTYPE(c_int)
        functions = (Function * 1)(Function(lambda: 0))
        failures = []
        stop = threading.Event()

        def guarded(work):
            def run():
                try:
                    while not stop.is_set():
                        for _ in range(20):
                            work()
                except BaseException as error:
                    failures.append(error)
                    stop.set()
            return threading.Thread(target=run)

        def store():
            n = random.randrange(1000)
            cell[n % 4] = pointer(a_list(n, n, n))
            p.contents = c_int(n)
            text[0] = b"%d" % (n % 10) * 40
            cell[(n + 1) % 4] = cell[n % 4]
            functions[0] = Function(lambda: n)

        def follow():
            for link in cell:
                first, second, third = values(link.contents)
                if not first == second == third:
                    raise AssertionError((first, second, third))
            if not 0 <= p[0] < 1000 or not 0 <= p.contents.value < 1000:
                raise AssertionError(p[0])
            if len(set(text[0])) != 1:
                raise AssertionError(text[0])
            if not 0 <= functions[0]() < 1000:
                raise AssertionError("a function")

        threads = [guarded(store), guarded(store), guarded(follow), guarded(follow)]
        for thread in threads:
            thread.start()
        stop.wait(1.5)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class Proportional(TestCase):
    """Long lists and large arrays; anything quadratic would take minutes."""

    def test_walking(self):
        head = Node(0)
        last = head
        for number in range(1, MANY):
            node = Node(number)
            last.next = pointer(node)
            last = node
        if OURS:
            del last, node
        gc.collect()
        p, count = pointer(head), 1
        while p.contents.next:
            p = p.contents.next
            count += 1
        self.assertEqual(count, MANY)
        self.assertEqual(p.contents.value, MANY - 1)

    @unittest.skipUnless(OURS, "CPython holds each copy's dict, and frees them one inside the other")
    def test_copying_from_copy_to_copy(self):
        class Holder(Structure):
            _fields_ = [("node", Node)]

        node = a_list(1, 2)
        for _ in range(MANY):
            holder = Holder()
            holder.node = node
            node = holder.node
        self.assertEqual(values(node), [1, 2])

    def test_copying_items(self):
        size = MANY
        links = (NodePointer * size)()
        nodes = [Node(number) for number in range(size)]
        for number in range(size):
            links[number] = pointer(nodes[number])
        for number in range(size - 1, 0, -1):
            links[number] = links[number - 1]
        self.assertEqual([links[n].contents.value for n in (0, 1, size - 1)], [0, 0, size - 2])

    @unittest.skipUnless(OURS, "CPython's stack is not enough to free it, depending on the build")
    def test_a_long_list_is_shown_and_freed(self):
        head = a_list(*range(MANY))
        self.assertEqual(list(head._objects), ["1"])
        watch = weakref.ref(head)
        del head
        gc.collect()
        self.assertIsNone(watch())


if __name__ == "__main__":
    unittest.main()
