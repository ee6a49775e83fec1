"""What the threads of the stress program do: each actor is a small function of the world and a source of random
numbers. An actor checks all that it reads: whatever others do at the same time, it finds what somebody stored there,
alive and in one piece."""
import _ctypes
import collections
import copy
import ctypes.util
import gc
import os
import pickle
import shutil
import sys
import tempfile
import threading
import traceback
import weakref
from ctypes import *

LIBRARY = os.environ["CTYPES_TEST_LIB"]
Unary = CFUNCTYPE(c_int, c_int)
STRINGS = [b"string %d" % n * (n % 7 + 1) for n in range(64)]
SIZE = 200


def function(name, restype, *argtypes, use_errno=False):
    return CFUNCTYPE(restype, *argtypes, use_errno=use_errno)((name, CDLL(LIBRARY)))


class OnPurpose(Exception):
    """What callbacks raise."""


class Tracked:
    """An object that knows whether it is gone."""
    is_there = True

    def __del__(self):
        self.is_there = False


class Node(Structure):
    pass


Node._fields_ = [("number", c_long), ("check", c_long), ("next", POINTER(Node))]


class Holder(Structure):
    _fields_ = [
        ("numbers", POINTER(c_int)),
        ("text", POINTER(c_char)),
        ("string", c_char_p),
        ("wide", c_wchar_p),
        ("object", py_object),
        ("array", POINTER(c_longlong * 4)),
        ("call", Unary),
        ("any", c_void_p),
    ]


class World:
    """What all threads share."""

    def __init__(self):
        self.holders = (Holder * 3)()
        self.table = (Unary * 4)()
        self.declared = CDLL(LIBRARY)["add_int"]
        self.nodes = (Node * 8)()
        self.bytes = (c_char * 64)()
        self.reports = []
        directory = tempfile.mkdtemp()
        self.library = os.path.join(directory, "another.so")
        shutil.copyfile(LIBRARY, self.library)
        self.remove = lambda: shutil.rmtree(directory)
        for n, node in enumerate(self.nodes):
            node.number, node.check = n, ~n
        for holder in self.holders:
            fill(holder, 1)
        for n in range(len(self.table)):
            self.table[n] = Unary(lambda value: value + 1)
        self.add_one = Unary(lambda value: value + 1)
        sys.unraisablehook = self.report

    def report(self, report):
        """Notes what no callback of an actor raises on purpose."""
        if report.exc_type is not OnPurpose:
            self.reports.append("".join(traceback.format_exception(report.exc_value)))


def fill(holder, number):
    holder.numbers = (c_int * SIZE)(*[number] * SIZE)
    holder.text = (c_char * SIZE)(*[number % 100 + 1] * SIZE)
    holder.string = STRINGS[number % 64]
    holder.wide = "wide %d" % number * 3
    holder.object = [Tracked()]
    holder.array = pointer((c_longlong * 4)(*[number] * 4))
    holder.call = Unary(lambda value: value + 1)
    holder.any = cast(pointer(c_int(7)), c_void_p)


# --- pointers and what they lead to


def redirect(world, random):
    fill(random.choice(world.holders), random.randrange(1000))


def read(world, random):
    holder = random.choice(world.holders)
    numbers = holder.numbers[:SIZE]
    assert numbers == numbers[:1] * SIZE, numbers
    text = holder.text[:SIZE]
    assert text == text[:1] * SIZE and text[0], text
    assert holder.string in STRINGS
    assert holder.wide.startswith("wide ")
    assert holder.object[0].is_there
    assert len(set(holder.array[0][:])) == 1 and len(set(holder.array.contents)) == 1
    assert cast(c_void_p.from_buffer(holder, Holder.any.offset), POINTER(c_int))[0] == 7


def write_through(world, random):
    holder = random.choice(world.holders)
    # The field's own pointer may lead elsewhere between two uses.
    numbers = cast(holder.numbers, POINTER(c_int * SIZE)).contents
    numbers[0] = numbers[1]
    text = holder.text.contents
    text.value = text.value
    holder.object = [Tracked()]
    pointer(holder).contents.string = random.choice(STRINGS)


def copy_whole(world, random):
    to, of = random.randrange(3), random.randrange(3)
    world.holders[to] = world.holders[of]
    single = Holder()
    pointer(single)[0] = world.holders[of]
    assert single.object[0].is_there and single.string in STRINGS and single.call(1) == 2


def cast_about(world, random):
    holder = random.choice(world.holders)
    numbers = cast(holder.numbers, POINTER(c_int * SIZE)).contents
    assert numbers[0] == numbers[SIZE - 1]
    assert cast(holder.call, Unary)(5) == 6
    assert string_at(holder.string) in STRINGS
    assert len(string_at(holder.text, SIZE)) == SIZE


def relink(world, random):
    nodes = world.nodes
    one, other = random.randrange(8), random.randrange(8)
    new = Node(100 + one, ~(100 + one), pointer(nodes[other]))
    nodes[one].next = pointer(new)
    if random.random() < 0.3:
        nodes[one].next = None
    try:
        nodes[one].next = nodes[one].next.contents.next
    except ValueError:
        pass  # There is no next one, or no longer.


def walk(world, random):
    node = world.nodes[random.randrange(8)]
    for _ in range(20):
        assert node.check == ~node.number, (node.number, node.check)
        try:
            node = node.next.contents
        except ValueError:
            break  # There is no next one, or no longer.


# --- calls and callbacks


def store_callback(world, random):
    world.table[random.randrange(4)] = Unary(lambda value: value + 1)


def call_stored(world, random):
    n = random.randrange(4)
    assert world.table[n](n) == n + 1
    assert world.call_int(world.table[n], n) == n + 1
    assert world.undeclared(world.table[n], n) == n + 1
    assert random.choice(world.holders).call(n) == n + 1


def declare(world, random):
    world.declared.argtypes = random.choice([[c_int, c_int], [c_short, c_int], [c_long, c_int], None])
    world.declared.restype = random.choice([c_int, c_short, lambda number: number])
    world.declared.errcheck = lambda result, function, arguments: result


def call_declared(world, random):
    n = random.randrange(1000)
    assert world.declared(n, 1) == n + 1


def foreign(world, random):
    n, raised = random.randrange(100), []
    local = threading.local()

    @Unary
    def callback(value):
        local.value = value
        act(world, random, QUICK)
        if random.random() < 0.05:
            raised.append(value)
            raise OnPurpose(value)
        assert local.value == value
        return value

    assert world.call_in_thread(callback, n, 3) == 3 * n + 3 - sum(raised)


def come_and_go(world, random):
    assert world.churn(world.add_one, 8, 4) == 36


def end_of_thread(world, random):
    callback = Unary(lambda value: value)
    # The C function has one place for the results of all threads.
    assert world.end_of_thread(random.choice([Unary(), callback]), callback, 5) in (-1, 0, 5)


def raise_in_callback(world, random):
    @Unary
    def callback(value):
        raise OnPurpose(value)

    assert world.call_int(callback, 5) == 0


def own_errno(world, random):
    number = random.randrange(1, 100)
    set_errno(number)
    world.call_int(world.add_one, 3)
    assert get_errno() == number


# --- types


def make_types(world, random):
    n = random.randrange(1, 30)
    made = type(Structure)("Made", (Structure,), {"_fields_": [("a", c_int), ("b", c_char * n), ("c", POINTER(c_int))]})
    value = made(n, b"b" * n, pointer(c_int(n)))
    assert (value.a, value.b, value.c[0]) == (n, b"b" * n, n)
    assert POINTER(made) is POINTER(made) and made * n is made * n
    assert (made * 3)(value)[0].c.contents.value == n
    call = CFUNCTYPE(c_int, POINTER(made), *[c_int] * n)
    assert call(lambda pointer, *rest: pointer[0].a + len(rest))(value, *range(n)) == 2 * n


def finish_late(world, random):
    class Late(Structure):
        pass

    threading.Thread(target=lambda: Late * 3).start()
    try:
        Late._fields_ = [("next", POINTER(Late)), ("a", c_int)]
    except AttributeError:
        return  # Somebody who found it has made an instance.
    assert Late(pointer(Late(None, 5))).next[0].a == 5


def look_around(world, random):
    base = random.choice([Structure, Array, _ctypes._Pointer, _ctypes.CFuncPtr, _ctypes._SimpleCData])
    for cls in base.__subclasses__()[-3:]:
        try:
            # An instance would settle that a structure which is just being made has no fields.
            sizeof(cls), hasattr(cls, "_type_") and cls._type_, base is not Structure and cls()
        except (TypeError, AttributeError, ValueError):
            pass
    for found in gc.get_objects()[-40:]:
        if isinstance(found, _ctypes.CFuncPtr):
            bool(found), found.argtypes
        elif isinstance(found, (Structure, Array, _ctypes._Pointer)):
            found._objects, bytes(found)


# --- memory


def change_size(world, random):
    array = world.bytes
    try:
        resize(array, random.choice([64, 100, 1000, 5000]))
    except BufferError:
        pass
    assert len(array.raw) >= 64


def share_bytes(world, random):
    byte = bytes([random.randrange(1, 256)])
    own = (c_char * 64).from_buffer_copy(byte * 64)
    assert own.raw == byte * 64 and copy.copy(own).raw == byte * 64
    assert pickle.loads(pickle.dumps(c_char(byte))).value == byte
    view = memoryview(world.bytes)
    view[random.randrange(64)] = byte
    assert view[0:64].nbytes == 64


RECENT = collections.deque(maxlen=200)


def die_together(world, random):
    class Cycle(Structure):
        _fields_ = [("self", py_object), ("call", Unary)]

    cycle = Cycle()
    cycle.self = [cycle]
    cycle.call = Unary(lambda value: cycle.call and value)
    RECENT.append(weakref.ref(cycle, type))


def collect(world, random):
    gc.collect(random.randrange(3))


# --- libraries and processes


def reopen(world, random):
    library = CDLL(world.library)
    assert library.negate_int(3) == -3
    _ctypes.dlclose(library._handle)


def list_libraries(world, random):
    assert any("libc" in name for name in ctypes.util.dllist())
    assert CDLL(None)["abs"](-3) == 3


def threads(world, random):
    done = []
    new = threading.Thread(target=lambda: done.append(world.call_int(world.add_one, 3)))
    new.start()
    new.join()
    assert done == [4]


def fork(world, random):
    child = os.fork()
    if not child:
        try:
            os._exit(Unary(lambda value: value + 1)(6))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


# Actors with how often they act.
ACTORS = {
    redirect: 8, read: 12, write_through: 8, copy_whole: 4, cast_about: 6, relink: 6, walk: 6,
    store_callback: 6, call_stored: 8, declare: 4, call_declared: 6, foreign: 3, come_and_go: 1, end_of_thread: 1,
    raise_in_callback: 2, own_errno: 2, make_types: 3, finish_late: 2, look_around: 2, change_size: 2, share_bytes: 3,
    die_together: 3, collect: 1, reopen: 1, list_libraries: 1, threads: 1, fork: 0.05,
}
# What is done in callbacks of others too.
QUICK = [redirect, read, write_through, relink, walk, store_callback, call_stored, declare, call_declared, die_together]


def act(world, random, actors):
    random.choice(actors)(world, random)


def prepare(world):
    """The functions of C that actors call."""
    world.call_int = function("call_int", c_int, Unary, c_int)
    world.undeclared = CDLL(LIBRARY).call_int
    world.call_in_thread = function("call_in_thread", c_int, Unary, c_int, c_int)
    world.churn = function("churn_threads", c_longlong, Unary, c_int, c_int)
    world.end_of_thread = function("call_at_end_of_new_thread", c_int, Unary, Unary, c_int)
    world.start_callers = function("start_callers", None, Unary, c_int)
    world.stop_callers = function("stop_callers", c_longlong)
