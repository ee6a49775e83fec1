"""Does everything, over and over, and watches the memory of the process.

    soak.py [OPERATIONS [SEED]]    # 10,000,000 operations, unless told otherwise

After each tenth the table has a row with the bytes that are in use, if the interpreter takes its memory from
the C library, and with what of the process lies in memory. The least of the second half must not be more than
the least of the first but for what is allowed. The environment variable CTYPES_TEST_LIB names the C library
of the tests.
"""

import ctypes
import gc
import os
import random
import sys
import time

import operations

TENTHS = 10

# What the second half may have more than the first. In use: what dicts and lists hold in reserve, and for each
# operation a byte, since the VM keeps some 350 bytes of each thread that has ended. In memory: besides, what
# the allocator holds back.
IN_USE = 256 << 10
IN_MEMORY = 12 << 20


class Allocated(ctypes.Structure):
    """glibc's `struct mallinfo2`."""

    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


mallinfo = ctypes.CDLL(None).mallinfo2
mallinfo.restype = Allocated


def in_use():
    allocated = mallinfo()
    return allocated.uordblks + allocated.hblkhd


def in_memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def is_counted():
    """Whether the interpreter's memory is the C library's; mimalloc's is not."""
    before = in_use()
    block = bytearray(1 << 20)
    return in_use() - before >= len(block)


def forget_dead_classes(base=object):
    """Has every class drop the weak references to derived classes that are gone, which the VM's class
    statement leaves in it until somebody asks."""
    for derived in type.__subclasses__(base):
        forget_dead_classes(derived)


def main():
    count = int(sys.argv[1]) if sys.argv[1:] else 10_000_000
    seed = int(sys.argv[2]) if sys.argv[2:] else 13
    operations.clib = operations.CDLL(os.environ["CTYPES_TEST_LIB"])
    # What fails in a callback is meant to.
    sys.unraisablehook = lambda unraisable: None
    chosen, weights = zip(*operations.OPERATIONS.items())
    dice = random.Random(seed)
    done = dict.fromkeys(chosen, 0)
    watched = {"in memory": (in_memory, IN_MEMORY, [])}
    if is_counted():
        watched["in use"] = (in_use, IN_USE + count // 2, [])
    start = time.monotonic()
    print(f"seed {seed}\n{'operations':>12}", *(f"{name + ' KiB':>14}" for name in watched), " seconds", flush=True)
    for tenth in range(1, TENTHS + 1):
        left = count // TENTHS
        while left:
            batch = dice.choices(chosen, weights, k=min(left, 1000))
            left -= len(batch)
            for operation in batch:
                operation(dice.getrandbits(20))
                done[operation] += 1
        gc.collect()
        forget_dead_classes()
        gc.collect()
        for measure, _, sizes in watched.values():
            sizes.append(measure())
        print(f"{tenth * (count // TENTHS):12,}", *(f"{sizes[-1] / 1024:14,.1f}" for *_, sizes in watched.values()),
              f"{time.monotonic() - start:8.0f}", flush=True)
    for operation, times in done.items():
        print(f"{times:12,} {operation.__name__}")
    failed = False
    for name, (_, allowed, sizes) in watched.items():
        grown = min(sizes[TENTHS // 2 :]) - min(sizes[: TENTHS // 2])
        print(f"{name}: {grown / 1024:+,.1f} KiB in the second half, of {allowed / 1024:,.1f} that are allowed")
        failed |= grown > allowed
    sys.exit(failed)


if __name__ == "__main__":
    main()
