"""A row as a Python loop of calls by ctypes: lists in, lists out."""

from itertools import repeat

import worker
from rows import function, named, one_by_one


def ways(row, items, options):
    arrays = row.arrays(items)
    columns = [one_by_one(array) for array in arrays]
    names = dict(named(columns), f=function(row, options.library), repeat=repeat, arrays=arrays)
    return [worker.Way(loop, names, items) for loop in row.loops]


if __name__ == "__main__":
    worker.main(ways)
