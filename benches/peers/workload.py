"""Times what a ctypes program does all day, a row of the table at a time.

    workload.py LIB [--rows REGEX] [--samples K] [--milliseconds M] [--list]
    workload.py LIB --once ROW N

LIB is peers.c, compiled and linked with libm. Each row is printed as a JSON object on a line of
its own as soon as it is known. `--once` runs the statement of a row N times and times nothing; it
is for callgrind, under which imports take long: only what it needs is imported at the top.

The same file runs under RustPython, CPython and PyPy.
"""

import builtins
import sys
import time
from collections import namedtuple
from itertools import repeat

# `floor` is what the virtual machine's own builtins need for an operation of the same shape.
Row = namedtuple("Row", "group name setup statement floor", defaults=(None,))

# Every row starts from here. LIB depends on libc and libm, so `lib` finds their functions too.
PRELUDE = """
from array import array
from ctypes import *
from math import ldexp as vm_ldexp, sqrt as vm_sqrt
try:
    from math import fma as vm_three
    three = 2.0
except ImportError:
    vm_three = pow
    three = 7

lib = CDLL(library_path)
i, j = 7, 2
d = 2.0
c_d = c_double(d)
text = b"hello"
wide = "hello"

class P(Structure):
    _fields_ = [("a", c_int), ("b", c_int), ("c", c_double)]

class Fields(Structure):
    _fields_ = [("number", c_int), ("real", c_double), ("inner", P), ("bits", c_int, 5)]

class Slots:
    __slots__ = ("a",)

slots = Slots()
slots.a = 1
cells = array("i", range(100))
reals = array("d", [1.0, 2.0])
"""


def prototype(name, restype, argtypes=None):
    lines = [f"f = lib.{name}", f"f.restype = {restype}"]
    if argtypes is not None:
        lines.append(f"f.argtypes = [{argtypes}]")
    return "\n".join(lines) + "\n"


# name, restype, argtypes, arguments, arguments without argtypes, result, floor
CALLS = [
    ("abs", "c_int", "c_int", "i", "i", "7", "abs(i)"),
    ("labs", "c_long", "c_long", "i", "i", "7", "abs(i)"),
    ("sqrt", "c_double", "c_double", "d", "c_d", "2 ** 0.5", "vm_sqrt(d)"),
    ("fma", "c_double", "c_double, c_double, c_double", "d, d, d", "c_d, c_d, c_d", "6.0",
     "vm_three(three, three, three)"),
    ("ldexp", "c_double", "c_double, c_int", "d, i", "c_d, i", "256.0", "vm_ldexp(d, i)"),
    # `len` is an instruction of its own in the virtual machine, not a call.
    ("strlen", "c_size_t", "c_char_p", "text", "text", "5", "abs(i)"),
]


def call_rows():
    for name, restype, argtypes, arguments, untyped, result, floor in CALLS:
        for title, types, given in [
            (f"{name}({argtypes})", argtypes, arguments),
            (f"{name}, no argtypes", None, untyped),
        ]:
            # A wrong result must not count as a fast one.
            setup = prototype(name, restype, types) + f"assert f({given}) == {result}"
            yield Row("call", title, setup, f"f({given})", floor)


POINTERS = [
    Row("pointer", "memset(buffer, 0, 8)",
        prototype("memset", "c_void_p", "c_void_p, c_int, c_size_t")
        + "buffer = create_string_buffer(8)",
        "f(buffer, 0, 8)"),
    Row("pointer", "frexp(d, byref(n))",
        prototype("frexp", "c_double", "c_double, POINTER(c_int)") + "n = c_int()",
        "f(d, byref(n))"),
    Row("pointer", "frexp(d, pointer)",
        prototype("frexp", "c_double", "c_double, POINTER(c_int)") + "p = pointer(c_int())",
        "f(d, p)"),
    Row("pointer", "wcslen(str)",
        prototype("wcslen", "c_size_t", "c_wchar_p") + "assert f(wide) == 5",
        "f(wide)", "len(wide)"),
    Row("pointer", "getenv(bytes) -> bytes",
        prototype("getenv", "c_char_p", "c_char_p") + "name = b'PATH'\nassert f(name)",
        "f(name)"),
]

MANY = [
    Row("many", "6 ints",
        prototype("sum_6_ints", "c_int", "c_int, " * 6) + "assert f(1, 2, 3, 4, 5, 6) == 21",
        "f(1, 2, 3, 4, 5, 6)"),
    Row("many", "8 doubles",
        prototype("sum_8_doubles", "c_double", "c_double, " * 8)
        + "assert f(d, d, d, d, d, d, d, d) == 16",
        "f(d, d, d, d, d, d, d, d)"),
    Row("many", "12 mixed",
        prototype("sum_12_mixed", "c_double", "c_int, c_double, " * 6)
        + "assert f(i, d, i, d, i, d, i, d, i, d, i, d) == 54",
        "f(i, d, i, d, i, d, i, d, i, d, i, d)"),
]

STRUCT_BY_VALUE = [
    Row("struct by value", "div(7, 2) -> div_t",
        "class Quotient(Structure): _fields_ = [('quot', c_int), ('rem', c_int)]\n"
        + prototype("div", "Quotient", "c_int, c_int") + "assert f(7, 2).quot == 3",
        "f(7, 2)", "divmod(i, j)"),
    Row("struct by value", "16 bytes in and out",
        "class Pair(Structure): _fields_ = [('x', c_double), ('y', c_double)]\n"
        + prototype("swap_pair", "Pair", "Pair")
        + "pair = Pair(1.0, 2.0)\nassert f(pair).x == 2.0",
        "f(pair)"),
    Row("struct by value", "64 bytes in and out",
        "class Block(Structure): _fields_ = [('values', c_double * 8)]\n"
        + prototype("negate_first", "Block", "Block")
        + "block = Block((c_double * 8)(1.0))\nassert f(block).values[0] == -1.0",
        "f(block)"),
]

VALUES = [
    Row("value", "c_int.value get", "x = c_int(5)", "x.value", "d.real"),
    Row("value", "c_int.value set", "x = c_int(5)", "x.value = 6", "slots.a = 6"),
    Row("value", "c_double.value get", "x = c_double(5)", "x.value", "d.real"),
    Row("value", "c_double.value set", "x = c_double(5)", "x.value = 6.0", "slots.a = 6.0"),
    Row("value", "int field get", "s = Fields()", "s.number", "d.real"),
    Row("value", "int field set", "s = Fields()", "s.number = 6", "slots.a = 6"),
    Row("value", "double field get", "s = Fields()", "s.real", "d.real"),
    Row("value", "double field set", "s = Fields()", "s.real = 6.0", "slots.a = 6.0"),
    Row("value", "bit field get", "s = Fields()", "s.bits", "d.real"),
    Row("value", "bit field set", "s = Fields()", "s.bits = 6", "slots.a = 6"),
    Row("value", "nested structure get", "s = Fields()", "s.inner", "object()"),
    Row("value", "c_int array item get", "a = (c_int * 10)()", "a[1]", "cells[1]"),
    Row("value", "c_int array item set", "a = (c_int * 10)()", "a[1] = 6", "cells[1] = 6"),
    Row("value", "c_double array item get", "a = (c_double * 10)()", "a[1]", "reals[1]"),
    Row("value", "c_double array item set", "a = (c_double * 10)()", "a[1] = 6.0",
        "reals[1] = 6.0"),
    Row("value", "pointer[0] get", "p = pointer(c_int(5))", "p[0]", "cells[0]"),
    Row("value", "pointer[0] set", "p = pointer(c_int(5))", "p[0] = 6", "cells[0] = 6"),
    Row("value", "pointer.contents get", "p = pointer(c_int(5))", "p.contents", "object()"),
]

CONSTRUCT = [
    Row("construct", "c_int(3)", "", "c_int(3)", "object()"),
    Row("construct", "P()", "", "P()", "object()"),
    Row("construct", "byref(x)", "x = c_int()", "byref(x)", "object()"),
    Row("construct", "P(1, 2, 3.0)", "", "P(1, 2, 3.0)", "complex(1.0, 2.0)"),
    Row("construct", "array of 10 from 10 ints", "A = c_int * 10",
        "A(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)"),
]

MODULE_FUNCTIONS = [
    Row("module function", "cast(p, POINTER(c_int))",
        "p = pointer(c_uint(5))\nInt_p = POINTER(c_int)\nassert cast(p, Int_p)[0] == 5",
        "cast(p, Int_p)"),
    Row("module function", "string_at(bytes, 5)", "assert string_at(text, 5) == text",
        "string_at(text, 5)"),
    Row("module function", "char buffer.value", "buffer = create_string_buffer(text, 16)",
        "buffer.value"),
    Row("module function", "sizeof(P)", "", "sizeof(P)", "id(P)"),
    Row("module function", "addressof(x)", "x = c_int()", "addressof(x)", "id(d)"),
]

HUNDRED = "A = c_int * 100\nints = list(range(100))\na = A(*ints)\n"
BULK = [
    Row("bulk", "slice of 100 get", HUNDRED, "a[:]", "cells.tolist()"),
    Row("bulk", "slice of 100 set", HUNDRED, "a[0:100] = ints"),
    Row("bulk", "array of 100 from ints", HUNDRED, "A(*ints)", "array('i', ints)"),
    Row("bulk", "for loop over 100", HUNDRED, "for v in a: pass", "for v in cells: pass"),
    Row("bulk", "list of 100", HUNDRED, "list(a)", "list(cells)"),
    Row("bulk", "sum of 100", HUNDRED, "sum(a)", "sum(cells)"),
    Row("bulk", "bytes of 100 ints", HUNDRED, "bytes(a)", "bytes(cells)"),
    Row("bulk", "from_buffer(bytearray)", HUNDRED + "memory = bytearray(400)",
        "A.from_buffer(memory)", "memoryview(memory)"),
    Row("bulk", "slice of 100 chars", "a = (c_char * 100)()", "a[:]"),
]

CALLBACKS = [
    Row("callback", "callback(int) -> int",
        "Callback = CFUNCTYPE(c_int, c_int)\ncallback = Callback(lambda x: x)\n"
        "def g(x): return x\n"
        + prototype("call_back", "c_int", "Callback, c_int") + "assert f(callback, 3) == 3",
        "f(callback, 3)", "g(i)"),
    Row("callback", "qsort of 1000 ints",
        "Compare = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))\n"
        "compare = Compare(lambda p, q: p[0] - q[0])\n"
        "A = c_int * 1000\na = A()\n"
        # A permutation that is the same everywhere.
        "shuffled = A(*[n * 7919 % 1000 for n in range(1000)])\n"
        + prototype("qsort", "None", "c_void_p, c_size_t, c_size_t, Compare")
        + "memmove(a, shuffled, 4000)\nf(a, 1000, 4, compare)\nassert a[:] == list(range(1000))",
        "memmove(a, shuffled, 4000)\nf(a, 1000, 4, compare)"),
]

MACHINE = [
    Row("virtual machine", "empty loop", "", "pass"),
    Row("virtual machine", "abs(i)", "", "abs(i)"),
    Row("virtual machine", "divmod(i, j)", "", "divmod(i, j)"),
    Row("virtual machine", "object()", "", "object()"),
    Row("virtual machine", "a Python function's call", "def g(x): return x", "g(i)"),
    Row("virtual machine", "a Python call from native code",
        "from functools import partial\ndef g(x): return x\np = partial(g, i)", "p()"),
    Row("virtual machine", "100 Python calls from native code",
        "from collections import deque\ndef g(x): return x\nhundred = (1,) * 100",
        "deque(map(g, hundred), 0)"),
    Row("virtual machine", "d.real", "", "d.real"),
    Row("virtual machine", "an instance of a Python class", "", "Slots()"),
    Row("virtual machine", "a list", "", "[]"),
    Row("virtual machine", "an attribute written by a descriptor",
        "def g(): pass\nempty = ()", "g.__defaults__ = empty"),
    Row("virtual machine", "a new bytes object", "", "text[1:4]"),
    Row("virtual machine", "a new float", "", "-d"),
    Row("virtual machine", "a new object of one argument", "", "complex(d)"),
    # What a call costs that need not let other threads run.
    Row("virtual machine", "abs(c_int) through PyDLL",
        "f = PyDLL(library_path).abs\nf.restype, f.argtypes = c_int, [c_int]", "f(i)"),
]

THREADS = [
    Row("threads", "two threads, sqrt",
        prototype("sqrt", "c_double", "c_double") + "assert f(d) == 2 ** 0.5", "f(d)"),
]

ROWS = [*call_rows(), *POINTERS, *MANY, *STRUCT_BY_VALUE, *VALUES, *CONSTRUCT, *MODULE_FUNCTIONS,
        *BULK, *CALLBACKS, *MACHINE, *THREADS]


def environment(row, library):
    names = dict(vars(builtins), library_path=library)
    exec(PRELUDE + row.setup, names)
    return names


def looped(statement, names):
    """A function that runs the statement as often as it is told. The names in the statement are its
    default arguments, hence locals: a look-up of a global would be measured otherwise."""
    bound = sorted(set(compile(statement, "", "exec").co_names) & set(names) | {"repeat"})
    parameters = "".join(f", {name}={name}" for name in bound)
    body = statement.replace("\n", "\n        ")
    scope = dict(names, repeat=repeat)
    exec(f"def run(times{parameters}):\n    for _ in repeat(None, times):\n        {body}\n", scope)
    return scope["run"]


def elapsed(run, n):
    start = time.perf_counter_ns()
    run(n)
    return time.perf_counter_ns() - start


def calibrated(run, nanoseconds):
    """How often to run for a sample of about this length; warms up on the way, until a just-in-time
    compiler makes it no faster."""
    n = 1
    while True:
        took = elapsed(run, n)
        fitting = max(1, n * nanoseconds // max(1, took))
        if fitting <= 1.1 * n:
            return fitting
        n = min(fitting, 2 * n)


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


class Timer:
    """Times one statement, net of the loop around it."""

    def __init__(self, statement, names, nanoseconds):
        self.run = looped(statement, names)
        self.empty = looped("pass", names)
        self.n = calibrated(self.run, nanoseconds)
        self.empty(self.n)
        self.samples = []

    def sample(self):
        net = elapsed(self.run, self.n) - elapsed(self.empty, self.n)
        self.samples.append(round(net / self.n, 2))


def timed(row, environment, options):
    names = environment(row, options.library)
    floor = None if options.no_floor else row.floor
    statements = [row.statement] + [floor] * bool(floor)
    timers = [Timer(each, names, options.milliseconds * 1_000_000) for each in statements]
    for _ in range(options.samples):
        for timer in timers:
            timer.sample()
    result = {"ns": median(timers[0].samples), "floor_ns": None, "samples": timers[0].samples}
    if floor:
        result.update(floor_ns=median(timers[1].samples), floor_samples=timers[1].samples)
    return result


def calls_per_second(runs, n):
    import threading

    # A thread of its own even for a single one, so that every count pays the same.
    workers = [threading.Thread(target=run, args=(n,)) for run in runs]
    start = time.perf_counter_ns()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return n * len(runs) * 1e9 / (time.perf_counter_ns() - start)


def threaded(row, environment, options):
    # Each thread has objects of its own, as two parts of a program would.
    runs = [looped(row.statement, environment(row, options.library)) for _ in range(2)]
    # Long samples, because starting a thread is part of them.
    n = calibrated(runs[0], 5 * options.milliseconds * 1_000_000)
    calibrated(runs[1], options.milliseconds * 1_000_000)
    one, two = [], []
    for _ in range(options.samples):
        one.append(calls_per_second(runs[:1], n))
        two.append(calls_per_second(runs, n))
    return {
        "one_per_second": round(median(one)),
        "two_per_second": round(median(two)),
        "ratio": round(median(two) / median(one), 2),
    }


def parser(description):
    import argparse

    result = argparse.ArgumentParser(description=description)
    result.add_argument("library", metavar="LIB")
    result.add_argument("--rows", metavar="REGEX", default="")
    result.add_argument("--samples", metavar="K", type=int, default=5)
    result.add_argument("--milliseconds", metavar="M", type=int, default=20,
                        help="length of a sample")
    result.add_argument("--no-floor", action="store_true", help="leave out what a row is held against")
    result.add_argument("--list", action="store_true", help="name the rows, run nothing")
    return result


def main(rows, environment, options):
    import json
    import re

    for row in rows:
        if not re.search(options.rows, row.name):
            continue
        report = {"row": row.name, "group": row.group}
        if not options.list:
            measure = threaded if row.group == "threads" else timed
            try:
                report.update(measure(row, environment, options))
            except Exception as error:
                report["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(report), flush=True)


def once(library, name, times):
    row = next(row for row in ROWS if row.name == name)
    looped(row.statement, environment(row, library))(int(times))


def marked(library, fewer, more, *names):
    """Runs rows so many times with calls of the library's `mark` before, between and after."""
    import ctypes
    import json

    mark = ctypes.CDLL(library).mark
    for name in names:
        row = next(row for row in ROWS if row.name == name)
        report = {"row": name}
        try:
            run = looped(row.statement, environment(row, library))
            run(1)
            mark()
            run(int(fewer))
            mark()
            run(int(more))
            mark()
        except Exception as error:
            report["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    if sys.argv[2:3] == ["--once"]:
        once(sys.argv[1], *sys.argv[3:])
    elif sys.argv[2:3] == ["--marked"]:
        marked(sys.argv[1], *sys.argv[3:])
    else:
        main(ROWS, environment, parser(__doc__.splitlines()[0]).parse_args())
