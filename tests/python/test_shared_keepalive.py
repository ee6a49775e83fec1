"""What many pointers lead to lives as long as one of the copies has a pointer to it, whichever of them is
changed after the others were copied from it."""

import gc
import random
import threading
import unittest
import weakref
from ctypes import POINTER, Structure, c_char_p, c_int, c_void_p, cast, pointer, py_object, resize, sizeof

from support import OURS, SLOWED, TestCase

# More than are copied one by one.
COUNT = 100


class Node(Structure):
    _fields_ = [("value", c_int)]


Links = POINTER(Node) * COUNT
# What frees what was kept for a place. None leaves it.
NULL = POINTER(Node)()


class Whole(Structure):
    _fields_ = [("links", Links)]


class Inside(Structure):
    _fields_ = [("before", POINTER(Node)), ("links", Links), ("after", POINTER(Node))]


class Two(Structure):
    _fields_ = [("pair", Links * 2)]


def linked():
    """Pointers to new nodes that nothing else keeps, and weak references to the nodes."""
    nodes = [Node(number) for number in range(COUNT)]
    links = Links(*map(pointer, nodes))
    return links, [weakref.ref(node) for node in nodes]


def numbers(links):
    return [link.contents.value if link else None for link in links]


def alive(references):
    gc.collect()
    return [number for number, reference in enumerate(references) if reference() is not None]


ALL = list(range(COUNT))


@unittest.skipUnless(OURS, "CPython keeps by the way that the store came")
class Copies(TestCase):
    def test_a_copy_outlives_its_source(self):
        links, nodes = linked()
        whole = Whole()
        whole.links = links
        del links
        self.assertEqual((alive(nodes), numbers(whole.links)), (ALL, ALL))
        del whole
        self.assertEqual(alive(nodes), [])

    def test_a_source_outlives_its_copy(self):
        links, nodes = linked()
        whole = Whole()
        whole.links = links
        del whole
        self.assertEqual((alive(nodes), numbers(links)), (ALL, ALL))
        links[3] = NULL
        self.assertEqual(alive(nodes), [n for n in ALL if n != 3])

    def test_a_copy_is_changed(self):
        links, nodes = linked()
        whole = Whole()
        whole.links = links
        new = Node(-1)
        whole.links[5] = pointer(new)
        whole.links[6] = NULL
        self.assertEqual(numbers(links), ALL)
        self.assertEqual(numbers(whole.links), [*ALL[:5], -1, None, *ALL[7:]])
        reference = weakref.ref(new)
        del new, links
        self.assertEqual(alive(nodes), [n for n in ALL if n not in (5, 6)])
        self.assertIsNotNone(reference())
        del whole
        self.assertEqual(alive([*nodes, reference]), [])

    def test_a_source_is_changed(self):
        links, nodes = linked()
        whole = Whole()
        whole.links = links
        for number in range(COUNT):
            links[number] = NULL
        self.assertEqual((numbers(links), numbers(whole.links)), ([None] * COUNT, ALL))
        del links
        self.assertEqual(alive(nodes), ALL)

    def test_among_others(self):
        links, nodes = linked()
        inside = Inside()
        first, last = Node(1000), Node(2000)
        inside.before, inside.after = pointer(first), pointer(last)
        others = [weakref.ref(first), weakref.ref(last)]
        del first, last
        inside.links = links
        self.assertEqual((inside.before[0].value, numbers(inside.links), inside.after[0].value),
                         (1000, ALL, 2000))
        whole = Whole()
        whole.links = inside.links
        again = Inside()
        again.links = whole.links
        del links, inside
        self.assertEqual((alive(nodes), alive(others)), (ALL, []))
        again.before = again.links[7]
        again.links = Links()
        self.assertEqual((alive(nodes), again.before[0].value), (ALL, 7))
        del whole
        self.assertEqual((alive(nodes), again.before[0].value), ([7], 7))

    def test_copies_of_copies(self):
        links, nodes = linked()
        holders = []
        for number in range(20):
            holder = Whole() if number % 2 else Inside()
            holder.links = holders[-1].links if holders else links
            holders.append(holder)
        del links
        random.Random(1).shuffle(holders)
        while len(holders) > 1:
            holder = holders.pop()
            holder.links[0] = NULL
            self.assertEqual(numbers(holder.links)[1:], ALL[1:])
            del holder
            self.assertEqual(alive(nodes), ALL)
        del holders
        self.assertEqual(alive(nodes), [])

    def test_two_in_one(self):
        (first, of_first), (second, of_second) = linked(), linked()
        two = Two()
        two.pair[0] = first
        two.pair[1] = second
        other = Two()
        other.pair = two.pair
        del first, second
        two.pair[0] = two.pair[1]
        self.assertEqual(alive(of_first), ALL)
        other.pair[0] = other.pair[1]
        self.assertEqual((alive(of_first), alive(of_second)), ([], ALL))
        self.assertEqual([numbers(links) for links in other.pair], [ALL, ALL])

    def test_onto_itself(self):
        links, nodes = linked()
        whole = Whole()
        whole.links = links
        for _ in range(3):
            whole.links = whole.links
            links[:] = list(links)
        self.assertEqual((numbers(whole.links), numbers(links)), (ALL, ALL))
        del links
        whole.links = Links()
        self.assertEqual(alive(nodes), [])

    def test_a_part(self):
        class Half(Structure):
            _fields_ = [("links", POINTER(Node) * (COUNT // 2))]

        class Halves(Structure):
            _fields_ = [("first", Half), ("second", Half)]

        links, nodes = linked()
        halves = Halves.from_buffer(links)
        copied = Halves.from_buffer_copy(links)
        second = Half()
        second.links = copied.second.links
        del links, halves, copied
        self.assertEqual(alive(nodes), ALL[COUNT // 2:])
        self.assertEqual(numbers(second.links), ALL[COUNT // 2:])

    def test_resize(self):
        links, nodes = linked()
        whole = Whole()
        whole.links = links
        resize(links, 2 * sizeof(links))
        self.assertEqual(numbers(links), ALL)
        del whole
        self.assertEqual((alive(nodes), numbers(links)), (ALL, ALL))
        again = Whole()
        again.links = links
        del links
        self.assertEqual((alive(nodes), numbers(again.links)), (ALL, ALL))

    def test_objects_are_shown(self):
        links, nodes = linked()
        links._objects
        whole = Whole()
        whole.links = links
        self.assertEqual(len(whole._objects["0"]) if "0" in whole._objects else 0, COUNT)
        whole.links[3] = NULL
        self.assertEqual(numbers(links), ALL)
        whole._objects.clear()
        self.assertEqual(alive(nodes), ALL)

    def test_cycles_are_found(self):
        class Ring(Structure):
            pass

        Ring._fields_ = [("value", c_int), ("links", POINTER(Ring) * COUNT)]
        rings = [Ring(number) for number in range(3)]
        for number, ring in enumerate(rings):
            for place in range(COUNT):
                ring.links[place] = pointer(rings[(number + place) % 3])
        copies = [Ring() for _ in rings]
        for copied, ring in zip(copies, rings):
            copied.links = ring.links
        references = [weakref.ref(ring) for ring in [*rings, *copies]]
        del ring, copied, rings
        self.assertEqual(alive(references), [0, 1, 2, 3, 4, 5])
        self.assertEqual([copies[0].links[n].contents.value for n in range(4)], [0, 1, 2, 0])
        kept = copies.pop(1)
        del copies
        self.assertEqual(alive(references), [0, 1, 2, 4])
        self.assertEqual([kept.links[n].contents.links[n].contents.value for n in range(4)], [1, 0, 2, 1])
        del kept
        self.assertEqual(alive(references), [])

    def test_cycles_through_a_shared_map_alone(self):
        """The collector counts what is in a shared map once, or it would free what is held elsewhere."""
        links, nodes = linked()
        held = [nodes[number]() for number in range(0, COUNT, 2)]
        wholes = [Whole() for _ in range(5)]
        for whole in wholes:
            whole.links = links
            whole.itself = whole
        del whole, wholes, links
        self.assertEqual(alive(nodes), ALL[::2])
        self.assertEqual([node.value for node in held], ALL[::2])

    def test_finalisers_run_after_the_store(self):
        class Watched(Node):
            def __del__(self):
                seen.append((self.value, numbers(whole.links)[:2]))

        seen = []
        links = Links(*(cast(pointer(Watched(number)), POINTER(Node)) for number in range(COUNT)))
        whole = Whole()
        whole.links = links
        del links
        whole.links = Links()
        gc.collect()
        self.assertEqual(sorted(seen), [(number, [None, None]) for number in ALL])

    def test_strings_and_objects(self):
        class Texts(Structure):
            _fields_ = [("texts", c_char_p * COUNT), ("objects", py_object * COUNT)]

        class Thing:
            pass

        things = [Thing() for _ in ALL]
        texts = Texts((c_char_p * COUNT)(*(b"text %d" % n for n in ALL)), (py_object * COUNT)(*things))
        references = [weakref.ref(thing) for thing in things]
        holders = [type("Holder", (Structure,), {"_fields_": [("texts", Texts)]})() for _ in range(2)]
        for holder in holders:
            holder.texts = texts
        del things, texts
        holders[0].texts.texts[0] = b"other"
        holders[0].texts.objects[0] = None
        del holder
        self.assertEqual(alive(references), ALL)
        self.assertEqual(holders[1].texts.texts[:], [b"text %d" % n for n in ALL])
        del holders[1]
        self.assertEqual(alive(references), ALL[1:])
        self.assertEqual(holders[0].texts.texts[:2], [b"other", b"text 1"])


@unittest.skipUnless(OURS, "CPython keeps by the way that the store came")
class Random(TestCase):
    def test_against_a_model(self):
        """Every place holds the number of a node or nothing; nodes live as long as a place has them."""
        for seed in range(max(1, 6 // SLOWED)):
            self.check(random.Random(seed), 150 // SLOWED)

    def check(self, choose, steps):
        make = [Whole, Inside, Whole, Inside, Links]
        values = [kind() for kind in make]
        model = [[None] * COUNT for _ in make]
        nodes = {}

        def links(index):
            return values[index] if make[index] is Links else values[index].links

        def fill(index):
            for place in range(COUNT):
                store(index, place)

        def store(index, place):
            node = Node(len(nodes))
            nodes[node.value] = weakref.ref(node)
            links(index)[place] = pointer(node)
            model[index][place] = node.value

        for index in range(len(make)):
            fill(index)
        for _ in range(steps):
            index, other = choose.randrange(len(make)), choose.randrange(len(make))
            action = choose.randrange(8)
            if action < 3 and make[index] is not Links:
                values[index].links = links(other)
                model[index] = model[other][:]
            elif action == 3:
                store(index, choose.randrange(COUNT))
            elif action == 4:
                place = choose.randrange(COUNT)
                links(index)[place] = NULL
                model[index][place] = None
            elif action == 5:
                place, source = choose.randrange(COUNT), choose.randrange(COUNT)
                links(index)[place] = links(other)[source]
                model[index][place] = model[other][source]
            elif action == 6 and make[index] is Inside:
                values[index].before = links(other)[choose.randrange(COUNT)]
                values[index].before = NULL
            elif action == 7:
                values[index], model[index] = make[index](), [None] * COUNT
                fill(index)
            if choose.randrange(6) == 0:
                gc.collect()
            for index in range(len(make)):
                self.assertEqual(numbers(links(index)), model[index])
        gc.collect()
        expected = {number for places in model for number in places} - {None}
        self.assertEqual({number for number, node in nodes.items() if node() is not None}, expected)
        del values[:], links
        gc.collect()
        self.assertEqual([number for number, node in nodes.items() if node() is not None], [])

    def test_threads(self):
        source, nodes = linked()
        wholes = [Whole() for _ in range(3)]
        wrong = []

        def copy(choose):
            for _ in range(200 // SLOWED):
                whole = choose.choice(wholes)
                action = choose.randrange(3)
                if action == 0:
                    whole.links = source
                elif action == 1:
                    whole.links = choose.choice(wholes).links
                else:
                    place = choose.randrange(COUNT)
                    whole.links[place] = source[place]
                place = choose.randrange(COUNT)
                link = choose.choice(wholes).links[place]
                if link and link.contents.value != place:
                    wrong.append((place, link.contents.value))

        threads = [threading.Thread(target=copy, args=[random.Random(seed)]) for seed in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
        del source
        for whole in wholes:
            whole.links = Links()
        self.assertEqual(alive(nodes), [])


class Everywhere(TestCase):
    def test_what_a_copy_holds(self):
        """What CPython promises, too."""
        numbers_kept = [c_int(number) for number in range(COUNT)]
        links = (POINTER(c_int) * COUNT)(*map(pointer, numbers_kept))
        holder = type("Holder", (Structure,), {"_fields_": [("links", type(links))]})()
        holder.links = links
        del links, numbers_kept
        gc.collect()
        self.assertEqual([link.contents.value for link in holder.links], ALL)
        voids = (c_void_p * COUNT)(*range(COUNT))
        self.assertEqual(voids[:], [None, *range(1, COUNT)])


if __name__ == "__main__":
    unittest.main()
