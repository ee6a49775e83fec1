"""Times with cffi those rows of workload.py that have a counterpart there, by the same names.

    cffi_workload.py LIB [--compiled FOLDER] [the options of workload.py]

Without --compiled cffi opens LIB itself (ABI mode); with it an extension module is made in FOLDER.
"""

import builtins
import os
import sys
from functools import partial

import cffi

import workload
from operations import calls
from operations.row import Row

DECLARATIONS = """
int abs(int);
long labs(long);
double sqrt(double);
double fma(double, double, double);
double ldexp(double, int);
double frexp(double, int *);
size_t strlen(const char *);
size_t wcslen(const wchar_t *);
void *memset(void *, int, size_t);
char *getenv(const char *);

struct pair { double x, y; };
struct block { double values[8]; };
int sum_6_ints(int, int, int, int, int, int);
double sum_8_doubles(double, double, double, double, double, double, double, double);
double sum_12_mixed(int, double, int, double, int, double, int, double, int, double, int, double);
struct pair swap_pair(struct pair);
struct block negate_first(struct block);
int call_back(int (*)(int), int);
void sort_ints(int *, size_t, int (*)(const int *, const int *));

struct p { int a, b; double c; };
struct fields { int number; double real; struct p inner; int bits : 5; };
"""

# ABI mode has to be told what a compiler reads in the headers.
DIV = "typedef struct { int quot, rem; } div_t; div_t div(int, int);"
HEADERS = "#include <math.h>\n#include <stdlib.h>\n#include <string.h>\n#include <wchar.h>\n"
CALLBACKS = {"identity": "int(int)", "compare": "int(const int *, const int *)"}

PRELUDE = """
i, j = 7, 2
d = 2.0
text = b"hello"
wide = "hello"
P = ffi.typeof("struct p *")
Int_p = ffi.typeof("int *")
Ints = ffi.typeof("int[]")
"""


def abi_mode(library):
    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS + DIV)
    return ffi, ffi.dlopen(library), lambda name, function: ffi.callback(CALLBACKS[name], function)


def compiled_mode(library, folder):
    name = "bench_peers_cffi"
    sources = [os.path.getmtime(path) for path in (__file__, library)]
    made = [entry for entry in os.scandir(folder) if entry.name.startswith(name + ".cpython")]
    if not made or made[0].stat().st_mtime < max(sources):
        builder = cffi.FFI()
        builder.cdef(DECLARATIONS + DIV)
        for callback, signature in CALLBACKS.items():
            builder.cdef('extern "Python" ' + signature.replace("(", f" {callback}(", 1) + ";")
        builder.set_source(name, HEADERS + DECLARATIONS, extra_objects=[os.path.abspath(library)])
        builder.compile(tmpdir=folder)
    sys.path.insert(0, folder)
    module = __import__(name)

    def as_callback(name, function):
        module.ffi.def_extern(name=name)(function)
        return getattr(module.lib, name)

    return module.ffi, module.lib, as_callback


def call(group, title, function, arguments, setup="", result="f({})"):
    return Row(group, title, f"f = lib.{function}\n{setup}", result.format(arguments))


CALLS = [
    call("call", f"{name}({argtypes})", name, arguments, f"assert f({arguments}) == {result}")
    for name, _, argtypes, arguments, _, result, _ in calls.BASIC
]

POINTERS = [
    call("pointer", "memset(buffer, 0, 8)", "memset", "buffer, 0, 8",
         "buffer = ffi.new('char[8]')"),
    call("pointer", "frexp(d, byref(n))", "frexp", "d, new(Int_p)", "new = ffi.new"),
    call("pointer", "frexp(d, pointer)", "frexp", "d, p", "p = ffi.new('int *')"),
    call("pointer", "wcslen(str)", "wcslen", "wide"),
    call("pointer", "getenv(bytes) -> bytes", "getenv", "name", "name = b'PATH'",
         "ffi.string(f({}))"),
]

MANY = [
    call("many", "6 ints", "sum_6_ints", "1, 2, 3, 4, 5, 6"),
    call("many", "8 doubles", "sum_8_doubles", "d, d, d, d, d, d, d, d"),
    call("many", "12 mixed", "sum_12_mixed", "i, d, i, d, i, d, i, d, i, d, i, d"),
]

STRUCT_BY_VALUE = [
    call("struct by value", "div(7, 2) -> div_t", "div", "7, 2"),
    call("struct by value", "16 bytes in and out", "swap_pair", "pair",
         "owner = ffi.new('struct pair *', (1.0, 2.0))\npair = owner[0]"),
    call("struct by value", "64 bytes in and out", "negate_first", "block",
         "owner = ffi.new('struct block *')\nblock = owner[0]"),
]

STRUCT = "s = ffi.new('struct fields *')"
VALUES = [
    Row("value", "int field get", STRUCT, "s.number"),
    Row("value", "int field set", STRUCT, "s.number = 6"),
    Row("value", "double field get", STRUCT, "s.real"),
    Row("value", "double field set", STRUCT, "s.real = 6.0"),
    Row("value", "bit field get", STRUCT, "s.bits"),
    Row("value", "bit field set", STRUCT, "s.bits = 6"),
    Row("value", "nested structure get", STRUCT, "s.inner"),
    Row("value", "c_int array item get", "a = ffi.new('int[10]')", "a[1]"),
    Row("value", "c_int array item set", "a = ffi.new('int[10]')", "a[1] = 6"),
    Row("value", "c_double array item get", "a = ffi.new('double[10]')", "a[1]"),
    Row("value", "c_double array item set", "a = ffi.new('double[10]')", "a[1] = 6.0"),
    Row("value", "pointer[0] get", "p = ffi.new('int *', 5)", "p[0]"),
    Row("value", "pointer[0] set", "p = ffi.new('int *', 5)", "p[0] = 6"),
]

CONSTRUCT = [
    Row("construct", "c_int(3)", "new = ffi.new", "new(Int_p, 3)"),
    Row("construct", "P()", "new = ffi.new", "new(P)"),
    Row("construct", "P(1, 2, 3.0)", "new = ffi.new", "new(P, (1, 2, 3.0))"),
    Row("construct", "array of 10 from 10 ints", "new = ffi.new",
        "new(Ints, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10))"),
]

MODULE_FUNCTIONS = [
    Row("module function", "cast(p, POINTER(c_int))",
        "p = ffi.new('unsigned int *')\ncast = ffi.cast", "cast(Int_p, p)"),
    Row("module function", "string_at(bytes, 5)",
        "p = ffi.new('char[]', text)\nunpack = ffi.unpack", "unpack(p, 5)"),
    Row("module function", "char buffer.value",
        "p = ffi.new('char[16]', text)\nstring = ffi.string", "string(p)"),
]

HUNDRED = "ints = list(range(100))\na = ffi.new('int[100]', ints)\n"
BULK = [
    Row("bulk", "slice of 100 get", HUNDRED + "unpack = ffi.unpack", "unpack(a, 100)"),
    Row("bulk", "slice of 100 set", HUNDRED, "a[0:100] = ints"),
    Row("bulk", "array of 100 from ints", HUNDRED + "new = ffi.new", "new(Ints, ints)"),
    Row("bulk", "for loop over 100", HUNDRED, "for v in a: pass"),
    Row("bulk", "list of 100", HUNDRED, "list(a)"),
    Row("bulk", "sum of 100", HUNDRED, "sum(a)"),
    Row("bulk", "bytes of 100 ints", HUNDRED + "buffer = ffi.buffer", "buffer(a)[:]"),
    Row("bulk", "from_buffer(bytearray)", "memory = bytearray(400)\nfrom_buffer = ffi.from_buffer",
        "from_buffer(Ints, memory)"),
    Row("bulk", "slice of 100 chars", "a = ffi.new('char[100]')\nbuffer = ffi.buffer",
        "buffer(a)[:]"),
]

CALLING_BACK = [
    call("callback", "callback(int) -> int", "call_back", "callback, 3",
         "callback = as_callback('identity', lambda x: x)\nassert f(callback, 3) == 3"),
    Row("callback", "qsort of 1000 ints",
        "compare = as_callback('compare', lambda p, q: p[0] - q[0])\n"
        "shuffled = ffi.new('int[1000]', [n * 7919 % 1000 for n in range(1000)])\n"
        "a = ffi.new('int[1000]')\nmemmove = ffi.memmove\nsort = lib.sort_ints",
        "memmove(a, shuffled, 4000)\nsort(a, 1000, compare)"),
]

THREADS = [call("threads", "two threads, sqrt", "sqrt", "d")]

ROWS = [*CALLS, *POINTERS, *MANY, *STRUCT_BY_VALUE, *VALUES, *CONSTRUCT, *MODULE_FUNCTIONS, *BULK,
        *CALLING_BACK, *THREADS]


def environment(opened, row, _library):
    ffi, lib, as_callback = opened
    names = dict(vars(builtins), ffi=ffi, lib=lib, as_callback=as_callback)
    exec(PRELUDE + row.setup, names)
    return names


if __name__ == "__main__":
    parser = workload.parser(__doc__.splitlines()[0])
    parser.add_argument("--compiled", metavar="FOLDER")
    options = parser.parse_args()
    if options.compiled:
        opened = compiled_mode(options.library, options.compiled)
    else:
        opened = abi_mode(options.library)
    workload.main(ROWS, partial(environment, opened), options)
