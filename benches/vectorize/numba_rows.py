"""A row as one call of numba's `vectorize` of the C function for all items."""

import numba
import numpy

import worker
from rows import function, named

# How numba calls a ctypes function, by the number of its arguments: it wants a Python function around it.
AROUND = {1: lambda f: lambda x: f(x), 2: lambda f: lambda x, y: f(x, y)}


def ways(row, items, options):
    arrays = row.arrays(items)
    columns = list(map(numpy.array, arrays))
    out = numpy.empty_like(columns[0])
    kinds = [numba.from_dtype(column.dtype) for column in columns]
    signature = numba.from_dtype(out.dtype)(*kinds)
    f = numba.vectorize([signature])(AROUND[len(arrays)](function(row, options.library)))
    return [worker.Way(row.batch, dict(named(columns), f=f, out=out, arrays=arrays), items)]


if __name__ == "__main__":
    worker.main(ways)
