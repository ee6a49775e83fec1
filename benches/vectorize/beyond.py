"""What a batch of a few items takes beyond one ordinary call of the function, in nanoseconds."""

from ctypes_vectorize import vectorize

import worker
from rows import function, named

ARGUMENTS = {1: "(xs)", 2: "(xs, ys)"}


def ways(row, items, options):
    f = function(row, options.library)
    arrays = row.arrays(items)
    call = ARGUMENTS[len(arrays)]
    batch = dict(named(arrays), f=vectorize(f), arrays=arrays)
    single = dict(named([array[0] for array in arrays]), f=f)
    return [worker.Way(f"f{call}", batch, 1), worker.Way(f"f{call}", single, 1)]


def difference(row, ways, nanoseconds):
    batch, single = ways
    worker.checked(row, batch)
    both, one = [worker.sampled(way, nanoseconds) for way in ways]
    return {"ns": both - one, "batch": both, "call": one}


if __name__ == "__main__":
    worker.main(ways, difference)
