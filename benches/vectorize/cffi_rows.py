"""A row as a Python loop of calls by an extension module that cffi has made: lists in, lists out."""

import os
import sys
from ctypes import Array, Structure
from itertools import repeat

import cffi

import worker
from rows import named

NAME = "bench_vectorize_cffi"
HEADERS = "#include <math.h>\n#include <stdlib.h>\n#include <string.h>\n"
OWN = "struct pair { double x, y; };\ndouble norm(struct pair);\n"
DECLARATIONS = OWN + """
int abs(int);
double sqrt(double);
double hypot(double, double);
int memcmp(const void *, const void *, size_t);
size_t strlen(const char *);
"""


def module(library, folder):
    """Imports the extension module; makes it first where that is older than what it is made of."""
    sources = [os.path.getmtime(path) for path in (__file__, library)]
    made = [entry.stat().st_mtime for entry in os.scandir(folder) if entry.name.startswith(f"{NAME}.cpython")]
    if not made or min(made) < max(sources):
        builder = cffi.FFI()
        builder.cdef(DECLARATIONS)
        builder.set_source(NAME, HEADERS + OWN, extra_objects=[os.path.abspath(library)])
        builder.compile(tmpdir=folder)
    sys.path.insert(0, folder)
    return __import__(NAME)


def one_by_one(ffi, array):
    """Makes the list that a loop of calls takes quickest, which holds C's objects where Python has none."""
    first = array[0]
    if isinstance(first, Array):
        return list(map(ffi.addressof, ffi.from_buffer(f"char[][{len(first)}]", array)))
    if isinstance(first, Structure):
        return list(ffi.from_buffer("struct pair[]", array))
    return list(array)


def ways(row, items, options):
    made = module(options.library, options.folder)
    arrays = row.arrays(items)
    columns = [one_by_one(made.ffi, array) for array in arrays]
    names = dict(named(columns), f=getattr(made.lib, row.function), repeat=repeat, arrays=arrays)
    return [worker.Way(loop, names, items) for loop in row.loops]


if __name__ == "__main__":
    worker.main(ways)
