"""What the soak does: each operation makes what it needs, uses it, and lets go of it."""

import copy
import ctypes
import gc
import pickle
import threading
import weakref
from ctypes import *

libc = CDLL(None)
clib = None  # The C library of the tests, which `soak.py` loads.


class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_double)]


class Node(Structure):
    pass


Node._fields_ = [("value", c_int), ("name", c_char_p), ("next", POINTER(Node))]


class Bits(BigEndianStructure):
    _fields_ = [("a", c_uint32, 3), ("b", c_uint32, 12), ("c", c_uint64, 40)]


class Either(Union):
    _fields_ = [("number", c_uint64), ("bytes", c_ubyte * 8), ("text", c_char * 8)]


class Derived(c_int):
    pass


Numbers = c_int * 8
Names = c_char_p * 4
Comparison = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
Unary = CFUNCTYPE(c_int, c_int)


def fails(exception, function, *arguments):
    try:
        function(*arguments)
    except exception:
        return
    raise AssertionError(f"{function} raised no {exception}")


# Values


def simple_values(random):
    c_int(random).value += 1
    c_double(random / 3).value
    c_longdouble(random).value
    c_double_complex(complex(random, 1)).value
    c_wchar_p("text" * (random % 9)).value
    Derived(random) == Derived(random)


def structures(random):
    point = Point(random, y=0.5)
    point.x += 1
    assert (point.x, Point.from_buffer_copy(point).y) == (random + 1, 0.5)


def bit_fields(random):
    bits = Bits(1, b=random % 4096)
    bits.c = random
    assert (bits.a, bits.b, bits.c) == (1, random % 4096, random)


def unions(random):
    either = Either(number=random)
    either.text = b"text"
    assert either.bytes[0] == ord("t")


def arrays(random):
    numbers = Numbers(*range(8))
    numbers[1:5] = [random] * 4
    assert random in numbers and list(numbers)[2] == numbers[2] == random
    create_string_buffer(b"x" * (random % 1000)).raw


def large_values(random):
    (c_char * (4096 + random % 4096))().value = b"large"


def copies(random):
    copy.copy(Point(random, 1))
    copy.deepcopy(Numbers(random))
    assert pickle.loads(pickle.dumps(Point(random, 2))).x == random


def views(random):
    numbers = Numbers(random)
    with memoryview(numbers) as view:
        assert view.format == "<i" and bytes(view)
    weakref.ref(numbers)
    memory = bytearray(32)
    assert Numbers.from_buffer(memory)._objects
    Point.from_buffer_copy(bytes(16))


# Pointers and what keeps what


def pointers(random):
    number = c_int(random)
    pointer = ctypes.pointer(number)
    pointer.contents.value += 1
    pointer[0] += 1
    assert cast(pointer, c_void_p).value == addressof(number)
    assert cast(byref(number), POINTER(c_int)).contents.value == random + 2


def lists(random):
    head = None
    for value in range(random % 20):
        head = Node(value, b"name %d" % value, ctypes.pointer(head) if head else None)
    walked = head
    while walked is not None and walked.next:
        walked = walked.next.contents


def cycles(random):
    first, second = Node(random), Node(random, b"second")
    first.next = ctypes.pointer(second)
    second.next = ctypes.pointer(first)


def kept(random):
    names = Names(b"a", b"b" * (random % 50))
    names[2] = b"%d" % random
    assert len(names._objects) == 3
    Names.from_buffer_copy(names)
    object_ = py_object([random])
    assert object_.value == [random]


def resized(random):
    number = c_int(random)
    resize(number, 16 + random % 200)
    assert number.value == random
    from_address = Numbers.from_address(addressof(number))
    from_address[1] = 5


# Calls


def calls(random):
    assert libc.abs(-random) == random
    assert libc.strlen(b"four") == 4
    libc.atoi(c_char_p(b"%d" % random))
    absolute = CFUNCTYPE(c_int, c_int)(("abs", libc))
    absolute.errcheck = lambda result, function, arguments: result
    assert absolute(random) == random


def callbacks(random):
    comparison = Comparison(lambda a, b: a[0] - b[0])
    numbers = Numbers(*(random * prime % 101 for prime in (2, 3, 5, 7, 11, 13, 17, 19)))
    libc.qsort(numbers, 8, sizeof(c_int), comparison)
    assert sorted(numbers) == list(numbers)


def errors(random):
    fails(TypeError, c_int, "text")
    fails(IndexError, Numbers(1).__getitem__, 8 + random)
    fails(AttributeError, getattr, libc, f"nothing_{random % 7}")
    fails(ArgumentError, Unary(("abs", libc)), "text")
    fails(ValueError, Numbers.from_buffer_copy, b"short")
    fails(OSError, CDLL, f"/nowhere/{random % 7}.so")


def errors_in_callbacks(random):
    failing = Unary(lambda number: number // 0)
    assert failing(random) == 0


def foreign_threads(random):
    clib.call_in_thread(Unary(lambda number: number), random, 3)


# Libraries, threads, types


def libraries(random):
    for library in CDLL(None), PyDLL(None, use_errno=True), CDLL(clib._name):
        library.strlen
        library["abs"]
    c_int.in_dll(clib, "global_int").value


def threads(random):
    def work():
        point = Point(random)
        point.x = libc.abs(-random)
        Unary(lambda number: number)(1)

    started = [threading.Thread(target=work) for _ in range(2)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def derived_types(random):
    class Base(Structure):
        _fields_ = [("base", c_int)]

    class More(Base):
        _anonymous_ = ["either"]
        _fields_ = [("either", Either), ("self", POINTER(Base)), ("array", Base * 3)]

    more = More(random, array=(Base * 3)(Base(1)))
    more.self = cast(ctypes.pointer(more), POINTER(Base))
    assert more.self[0].base == random and more.number == 0


def prototypes(random):
    prototype = CFUNCTYPE(*[(c_int, c_double, c_void_p)[random // 3**i % 3] for i in range(3)])
    prototype(lambda *_: 0)


def collection(random):
    gc.collect()


# How often each is done, of all together.
OPERATIONS = {
    simple_values: 100, structures: 100, bit_fields: 60, unions: 60, arrays: 60, large_values: 30,
    copies: 30, views: 60, pointers: 100, lists: 30, cycles: 30, kept: 60, resized: 60, calls: 100,
    callbacks: 30, errors: 30, errors_in_callbacks: 10, foreign_threads: 1, libraries: 5, threads: 1,
    derived_types: 2, prototypes: 30, collection: 0.02,
}
