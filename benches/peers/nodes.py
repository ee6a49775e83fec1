"""Times building, walking, copying and rearranging many nodes and pointers, in two sizes, to show that it takes
time in proportion to their number.

    INTERPRETER nodes.py [--nodes 100000] [--rounds 3]

Each line is an operation, the least time for half as many nodes, for all, and what the one is of the other.
"""

import argparse
import gc
import random
import time
from ctypes import POINTER, Structure, c_int, pointer


class Node(Structure):
    pass


NodePointer = POINTER(Node)
Node._fields_ = [("value", c_int), ("next", NodePointer)]


class Holder(Structure):
    _fields_ = [("node", Node)]


def link(nodes, links):
    for number in range(len(nodes) - 1):
        nodes[number].next = pointer(nodes[number + 1])


def walk(nodes, links):
    p, count = pointer(nodes[0]), 1
    while p.contents.next:
        p, count = p.contents.next, count + 1
    assert count == len(nodes)


def fill(nodes, links):
    for number, node in enumerate(nodes):
        links[number] = pointer(node)


def shift(nodes, links):
    for number in range(len(nodes) - 1, 0, -1):
        links[number] = links[number - 1]


def shuffle(nodes, links):
    source = random.Random(1)
    for number in range(len(nodes)):
        other = source.randrange(len(nodes))
        links[number], links[other] = links[other], links[number]


def copy_from_copy_to_copy(nodes, links):
    node = nodes[0]
    for _ in nodes:
        holder = Holder()
        holder.node = node
        node = holder.node


def copy_as_a_whole(nodes, links):
    class Whole(Structure):
        _fields_ = [("links", type(links))]

    Whole().links = links


OPERATIONS = [link, walk, copy_from_copy_to_copy, fill, shift, shuffle, copy_as_a_whole]


def measured(size):
    """Milliseconds by operation."""
    nodes, links = [Node(number) for number in range(size)], (NodePointer * size)()
    times = {}
    for operation in OPERATIONS:
        gc.collect()
        start = time.perf_counter()
        operation(nodes, links)
        times[operation] = 1000 * (time.perf_counter() - start)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = [[measured(size) for size in (options.nodes // 2, options.nodes)]
              for _ in range(options.rounds)]
    for operation in OPERATIONS:
        half, whole = (min(each[size][operation] for each in rounds) for size in (0, 1))
        name = operation.__name__.replace("_", " ")
        print(f"{name:24} {half:8.1f} {whole:8.1f} ms {whole / half:6.2f}")


if __name__ == "__main__":
    main()
