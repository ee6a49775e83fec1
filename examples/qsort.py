"""C's qsort and bsearch calling Python comparisons, over arrays of numbers,
of strings and of structures."""

from ctypes import (CDLL, CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int,
                    c_size_t, c_void_p, cast, sizeof)

libc = CDLL(None)


def sort(array, key):
    """Sort a ctypes array in place."""
    item = POINTER(array._type_)
    compare = CFUNCTYPE(c_int, item, item)

    @compare
    def by_key(a, b):
        left, right = key(a[0]), key(b[0])
        return (left > right) - (left < right)

    qsort = libc["qsort"]  # a new function object: each one has argtypes of its own
    qsort.restype = None
    qsort.argtypes = [POINTER(array._type_), c_size_t, c_size_t, compare]
    qsort(array, len(array), sizeof(array._type_), by_key)


def search(array, wanted, key):
    """The index of `wanted` in a sorted array, or None."""
    compare = CFUNCTYPE(c_int, c_void_p, POINTER(array._type_))

    @compare
    def to_wanted(_, item):
        found = key(item[0])
        return (wanted > found) - (wanted < found)

    bsearch = libc["bsearch"]
    bsearch.restype = c_void_p
    bsearch.argtypes = [c_void_p, POINTER(array._type_), c_size_t, c_size_t, compare]
    address = bsearch(None, array, len(array), sizeof(array._type_), to_wanted)
    return address and (address - cast(array, c_void_p).value) // sizeof(array._type_)


class Planet(Structure):
    _fields_ = [("name", c_char_p), ("moons", c_int), ("days", c_double)]

    def __repr__(self):
        return f"{self.name.decode()} ({self.moons} moons, {self.days:g} days)"


numbers = (c_int * 10)(31, -4, 15, 92, -65, 35, 8, 97, -93, 23)
sort(numbers, key=lambda n: n)
print("ascending:   ", list(numbers))
sort(numbers, key=lambda n: (n % 2, -n))
print("even first:  ", list(numbers))

words = (c_char_p * 5)(b"pear", b"fig", b"banana", b"kiwi", b"apple")
sort(words, key=lambda word: (len(word), word))
print("by length:   ", [word.decode() for word in words])

planets = (Planet * 5)(
    (b"Neptune", 16, 60190), (b"Mars", 2, 687), (b"Earth", 1, 365.25),
    (b"Venus", 0, 224.7), (b"Uranus", 28, 30688.5))
sort(planets, key=lambda planet: planet.days)
for planet in planets:
    print("   ", planet)

index = search(planets, 687, key=lambda planet: planet.days)
print("a year of 687 days:", index, planets[index].name.decode())
print("a year of 688 days:", search(planets, 688, key=lambda planet: planet.days))

first = planets[0]  # a view into the array, not a copy
first.moons = 99
print("the array sees it: ", planets[0])
