"""ctypes_vectorize: random calls, by each half, hold the same results as a loop over plain calls."""
import ctypes
import random
import unittest
from ctypes import c_bool, c_double, c_float, c_int, sizeof

from support import SLOWED, function
from vectorized import PYPY, VectorizeTestCase

from ctypes_vectorize.formats import Number

CASES = 3000 // SLOWED
NAMES = "byte ubyte short ushort int uint long ulong longlong ulonglong float double".split()
TYPES = {name: getattr(ctypes, f"c_{name}") for name in NAMES + ["bool"]}
if not PYPY:
    NAMES.append("longdouble")
FUNCTIONS = [(f"add_{name}", [getattr(ctypes, f"c_{name}")] * 3) for name in NAMES]
FUNCTIONS += [("mix_int_double", [c_double, c_int, c_double]), ("mix_float_double", [c_float, c_float, c_double]),
              ("six_arguments", [c_int] * 7)]


class Case:
    """A call over arrays, made of random numbers; `arguments` are the ones of the call, `out` where results go."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.name, (self.restype, *self.argtypes) = self.random.choice(FUNCTIONS)
        dimensions = self.random.choice([1, 1, 1, 2, 3])
        self.shape = tuple(self.random.choice([0, 1, 1, 2, 3, 4, 5]) for _ in range(dimensions))
        # One has the whole shape.
        whole = self.random.randrange(len(self.argtypes))
        made = [self.argument(ctype, number == whole) for number, ctype in enumerate(self.argtypes)]
        self.arguments, self.items = zip(*made)
        self.out = self.place(whole)

    def __str__(self):
        given = ", ".join(f"{type(each).__name__}{getattr(each, 'shape', '')}" for each in self.arguments)
        return f"{self.name}({given}) of {self.shape}, out={type(self.out).__name__}"

    def argument(self, ctype, is_whole):
        """An argument for a parameter, and its items as nested lists."""
        if not is_whole and self.random.random() < 0.3:
            value = self.value(ctype)
            return (value, value) if self.random.random() < 0.5 else (ctype(value), value)
        shape = self.shape if is_whole else self.stretching_shape()
        number = Number.of_ctype(ctype)
        narrower = [each for each in TYPES.values() if Number.of_ctype(each).is_narrower_than(number)]
        if narrower and self.random.random() < 0.4:
            ctype = self.random.choice(narrower)
        array, items = self.array(ctype, shape)
        if len(shape) == 1 and self.random.random() < 0.2:
            return [list, tuple][self.random.randrange(2)](items), items
        return array, items

    def stretching_shape(self):
        kept = self.shape[self.random.randrange(len(self.shape)):]
        return tuple(1 if self.random.random() < 0.3 else extent for extent in kept)

    def array(self, ctype, shape):
        """A ctypes array or a view of this shape, and its items as nested lists."""
        is_view = self.random.random() < 0.5
        step = self.random.choice([1, 1, 2, 3, -1, -2]) if is_view else 1
        whole = ctype
        for extent in reversed((shape[0] * abs(step), *shape[1:])):
            whole *= extent
        whole = whole()
        self.fill(whole, ctype)
        if not is_view:
            return whole, nested(whole)
        return memoryview(whole)[::step], nested(whole)[::step]

    def fill(self, array, ctype):
        for index, item in enumerate(array):
            if hasattr(item, "__len__"):
                self.fill(item, ctype)
            else:
                array[index] = self.value(ctype)

    def value(self, ctype):
        number = Number.of_ctype(ctype)
        if ctype is c_bool:
            return self.random.random() < 0.5
        if number.kind == "float":
            return ctype(self.random.choice([0.0, -0.0, 1.5, self.random.uniform(-1e6, 1e6)])).value
        bits = 8 * sizeof(ctype)
        smallest = -1 << bits - 1 if number.kind == "signed" else 0
        return self.random.choice([smallest, smallest + (1 << bits) - 1, 5, smallest + self.random.getrandbits(bits)])

    def place(self, whole):
        """What the call gets as `out`."""
        way = self.random.choice(["none", "none", "array", "view", "in place"])
        given = self.arguments[whole]
        if way == "none":
            return None
        if way == "in place" and self.argtypes[whole] is self.restype and memory_of(given) is self.restype:
            return given
        array, _ = self.array(self.restype, self.shape)
        return array

    def expected(self):
        """The results of a loop over plain calls, as nested lists."""
        plain = function(self.name, self.restype, *self.argtypes)

        def results(shape, index):
            if not shape:
                return plain(*(item(items, index) for items in self.items))
            return [results(shape[1:], (*index, position)) for position in range(shape[0])]

        return results(self.shape, ())


def memory_of(argument):
    """The type of the items of an array or of a view of one, or `None`."""
    ctype = type(argument.obj if isinstance(argument, memoryview) else argument)
    while hasattr(ctype, "_length_"):
        ctype = ctype._type_
    return ctype


def nested(array):
    return [nested(item) if hasattr(item, "__len__") else item for item in array]


def item(items, index):
    """The item for a call, of nested lists that stretch to the calls' shape."""
    dimensions, inner = 0, items
    while isinstance(inner, (list, tuple)):
        dimensions, inner = dimensions + 1, inner[0]
    for position in index[len(index) - dimensions:]:
        items = items[position if len(items) > 1 else 0]
    return items


def found(result, ctype):
    """The items of an array, or of a view of one with items of this type, as nested lists."""
    if not isinstance(result, memoryview):
        return nested(result)
    packed = result.tobytes()
    flat = iter((ctype * (len(packed) // sizeof(ctype))).from_buffer_copy(packed))

    def take(shape):
        return [take(shape[1:]) for _ in range(shape[0])] if shape else next(flat)

    return take(result.shape)


class Random(VectorizeTestCase):
    def test_results(self):
        for seed in range(CASES):
            # The arguments of each half are their own, since results may replace them.
            case = Case(seed)
            with self.subTest(seed=seed, case=str(case)):
                expected = case.expected()
                vectorized = self.vectorize(function(case.name, case.restype, *case.argtypes),
                                            threads=case.random.choice([1, 1, 1, 2, 3]))
                result = vectorized(*case.arguments, out=case.out)
                self.assertEqual(repr(found(result, case.restype)), repr(expected))
                if case.out is not None:
                    self.assertIs(result, case.out)


if __name__ == "__main__":
    unittest.main()
