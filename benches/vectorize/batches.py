"""A row as one call of `vectorize` for all items."""

from ctypes_vectorize import vectorize

import worker
from rows import function, named


def ways(row, items, options):
    arrays = row.arrays(items)
    f = vectorize(function(row, options.library), threads=options.threads)
    columns = [list(array) for array in arrays] if row.listed else arrays
    names = dict(named(columns), f=f, out=(row.restype * items)(), arrays=arrays)
    return [worker.Way(row.batch, names, items)]


if __name__ == "__main__":
    worker.main(ways)
