"""A row as a loop in C, in which the function is called through a pointer."""

from ctypes import CDLL

import worker
from rows import SIZES, function, named

STATEMENTS = {1: "loop(f, xs, out, items, again)", 2: "loop(f, xs, ys, out, items, again)"}


def ways(row, items, options):
    arrays = row.arrays(items)
    # So often that the call of the loop itself makes no difference.
    again = max(SIZES) // items
    names = dict(named(arrays), loop=CDLL(options.library)[f"{row.function}_loop"], arrays=arrays,
                 f=function(row, options.library), out=(row.restype * items)(), items=items, again=again)
    return [worker.Way(STATEMENTS[len(arrays)], names, items * again)]


if __name__ == "__main__":
    worker.main(ways)
