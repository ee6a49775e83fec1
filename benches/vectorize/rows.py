"""The rows: what C function each calls, over which items.

The same file runs under RustPython, CPython and PyPy.
"""

from collections import namedtuple
from ctypes import CDLL, Array, Structure, addressof, c_char, c_char_p, c_double, c_int, c_size_t, c_void_p, sizeof
from math import hypot

SIZES = [10, 1_000, 1_000_000]
# Of a result and what is expected: a C library may round otherwise than Python.
TOLERANCE = 1e-12

# arrays: a function of a number of items, which makes the ctypes arrays that the row maps over.
# listed: whether a batch gets lists instead.
# batch, loops: the call of a batch, and of one item after the other; the quickest loop counts.
# expected: what comes of one item of each array.
Row = namedtuple("Row", "name function argtypes restype arrays batch loops expected listed", defaults=(False,))


class Pair(Structure):
    _fields_ = [("x", c_double), ("y", c_double)]


def integers(items):
    return [(c_int * items)(*range(-items // 2, items - items // 2))]


def reals(items):
    return [(c_double * items)(*[i + 0.5 for i in range(items)])]


def two_reals(items):
    return [*reals(items), (c_double * items)(*[items - 0.5 * i for i in range(items)])]


def records(items):
    """Makes two arrays of 16-byte records, of which every other one differs in its last byte."""
    same = [b"record %8d" % i for i in range(items)]
    texts = [b"".join(b"%sx" % text for text in same),
             b"".join(b"%s%c" % (text, b"xy"[i % 2]) for i, text in enumerate(same))]
    return [(c_char * 16 * items).from_buffer_copy(text) for text in texts]


def pairs(items):
    return [(Pair * items)(*[(i, 0.5 * i) for i in range(items)])]


def words(items):
    return [(c_char_p * items)(*[b"word %d" % i for i in range(items)])]


ONE = ["list(map(f, xs))", "[f(x) for x in xs]"]
TWO = ["list(map(f, xs, ys))", "[f(x, y) for x, y in zip(xs, ys)]"]
TWO_OF_16 = ["list(map(f, xs, ys, repeat(16)))", "[f(x, y, 16) for x, y in zip(xs, ys)]"]

ALL = [
    Row("abs", "abs", [c_int], c_int, integers, "f(xs, out=out)", ONE, abs),
    Row("sqrt", "sqrt", [c_double], c_double, reals, "f(xs, out=out)", ONE, lambda x: x**0.5),
    Row("hypot", "hypot", [c_double] * 2, c_double, two_reals, "f(xs, ys, out=out)", TWO, hypot),
    Row("memcmp of pairs", "memcmp", [c_void_p, c_void_p, c_size_t], c_int, records, "f(xs, ys, 16, out=out)",
        TWO_OF_16, lambda x, y: (x.raw > y.raw) - (x.raw < y.raw)),
    Row("a 16-byte structure by value", "norm", [Pair], c_double, pairs, "f(xs, out=out)", ONE,
        lambda p: hypot(p.x, p.y)),
    Row("strlen of a list", "strlen", [c_char_p], c_size_t, words, "f(xs, out=out)", ONE, len, True),
    Row("strlen of an array", "strlen", [c_char_p], c_size_t, words, "f(xs, out=out)", ONE, len),
]
ROWS = {row.name: row for row in ALL}


def function(row, library):
    """Opens the library and declares the row's function."""
    found = CDLL(library)[row.function]
    found.argtypes, found.restype = row.argtypes, row.restype
    return found


def named(columns):
    """Names the columns as the statements do."""
    return dict(zip(["xs", "ys"], columns))


def one_by_one(array):
    """Makes the list that a loop of calls takes quickest: records are passed by their addresses."""
    if isinstance(array[0], Array):
        return list(range(addressof(array), addressof(array) + sizeof(array), sizeof(array[0])))
    return list(array)


def verify(row, arrays, results):
    """Raises an exception if one of some results is wrong, which must not count as a fast one."""
    items = len(arrays[0])
    if len(results) != items:
        raise AssertionError(f"{len(results)} results of {items} items")
    for i in range(0, items, max(1, items // 10)):
        expected = row.expected(*[array[i] for array in arrays])
        if not abs(results[i] - expected) <= TOLERANCE * abs(expected):
            raise AssertionError(f"item {i}: {results[i]}, not {expected}")
