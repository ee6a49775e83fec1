"""A row as one call of NumPy's own function for all items."""

import numpy

import worker
from rows import named


def ways(row, items, _options):
    arrays = row.arrays(items)
    columns = list(map(numpy.array, arrays))
    names = dict(named(columns), f=getattr(numpy, row.function), out=numpy.empty_like(columns[0]), arrays=arrays)
    return [worker.Way(row.batch, names, items)]


if __name__ == "__main__":
    worker.main(ways)
