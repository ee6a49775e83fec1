"""Does everything, over and over, and watches the memory of the process.

    soak.py [OPERATIONS [SEED]]    # 10,000,000 operations, unless told otherwise

A tenth of them warms up. After each further tenth the table has a row with what of the process lies in
memory; the last row must not show more than the first but for TOLERANCE. The environment variable
CTYPES_TEST_LIB names the C library of the tests.
"""

import gc
import os
import random
import sys
import time

import operations

# Bytes by which the memory may differ: blocks that the allocator holds back, not what is kept.
TOLERANCE = 3 << 20
TENTHS = 10


def resident():
    gc.collect()
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main():
    count = int(sys.argv[1]) if sys.argv[1:] else 10_000_000
    seed = int(sys.argv[2]) if sys.argv[2:] else 13
    operations.clib = operations.CDLL(os.environ["CTYPES_TEST_LIB"])
    # What fails in a callback is meant to.
    sys.unraisablehook = lambda unraisable: None
    chosen, weights = zip(*operations.OPERATIONS.items())
    dice = random.Random(seed)
    done = dict.fromkeys(chosen, 0)
    sizes, start = [], time.monotonic()
    print(f"seed {seed}\n{'operations':>12} {'KiB':>9} {'more':>7} {'seconds':>8}", flush=True)
    for tenth in range(1, TENTHS + 1):
        left = count // TENTHS
        while left:
            batch = dice.choices(chosen, weights, k=min(left, 1000))
            left -= len(batch)
            for operation in batch:
                operation(dice.getrandbits(20))
                done[operation] += 1
        sizes.append(resident())
        more = (sizes[-1] - sizes[0]) // 1024
        print(f"{tenth * (count // TENTHS):12,} {sizes[-1] // 1024:9,} {more:+7,} "
              f"{time.monotonic() - start:8.0f}", flush=True)
    for operation, times in done.items():
        print(f"{times:12,} {operation.__name__}")
    grown = sizes[-1] - sizes[0]
    sys.exit(f"{grown // 1024:,} KiB more than after the warm-up" if grown > TOLERANCE else 0)


if __name__ == "__main__":
    main()
