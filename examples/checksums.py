"""zlib's checksums of many small records: ctypes_vectorize calls a function for all records at once.

    checksums.py [RECORDS] [--time]

A record is two `unsigned long`s: data, and the crc32 of the data.
"""

import random
import sys
import time
from ctypes import CDLL, addressof, byref, c_char, c_long, c_uint, c_ulong, c_void_p, sizeof
from ctypes.util import find_library
from pathlib import Path

# The examples belong to a checkout, in which the package need not be installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python-shim/ctypes_vectorize"))
from ctypes_vectorize import vectorize  # noqa: E402

DATA = sizeof(c_ulong)
RECORD = 2 * DATA

zlib = CDLL(find_library("z"))
zlib.crc32.argtypes = zlib.adler32.argtypes = [c_ulong, c_void_p, c_uint]
zlib.crc32_combine.argtypes = zlib.adler32_combine.argtypes = [c_ulong, c_ulong, c_long]
zlib.crc32.restype = zlib.adler32.restype = c_ulong
zlib.crc32_combine.restype = zlib.adler32_combine.restype = c_ulong
crc32 = vectorize(zlib.crc32)


def longs(memory):
    return memoryview(memory).cast("B").cast("L")


def joined(combine, checksums, size):
    """Return the checksum of the whole, given those of its parts of `size` bytes each."""
    if len(checksums) == 1:
        return checksums[0]
    if len(checksums) % 2:
        return combine(joined(combine, checksums[:-1], size), checksums[-1], size)
    pairs = combine(checksums[::2], checksums[1::2], size)
    return joined(combine, longs(pairs), 2 * size)


def print_times(file, count):
    records = memoryview(file).cast("B", (count, RECORD))
    start = time.perf_counter()
    crc32(0, records, RECORD)
    batch = time.perf_counter()
    address = addressof(c_char.from_buffer(file))
    for number in range(count):
        zlib.crc32(0, address + number * RECORD, RECORD)
    loop = time.perf_counter()
    print(f"{count} checksums at once: {1000 * (batch - start):.1f} ms, "
          f"by a loop of calls: {1000 * (loop - batch):.1f} ms")


options = [argument for argument in sys.argv[1:] if argument != "--time"]
count = int(options[0]) if options else 200_000

# The strided halves are views of the file: the checksums are written where they belong.
file = bytearray(random.Random(7).randbytes(count * RECORD))
data, stored = longs(file)[::2], longs(file)[1::2]
crc32(0, data, DATA, out=stored)
print(f"{count} records of {RECORD} bytes, the first: {file[:RECORD].hex(' ', DATA)}")

# A column of lengths and a row of records stretch to a table.
lengths = (c_uint * 1 * 3)((DATA // 4,), (DATA // 2,), (DATA,))
for (length,), row in zip(lengths, crc32(0, data[:4], lengths)):
    print(f"crc32 of the first {length} bytes:", *(f"{checksum:08x}" for checksum in row))

for number in 0, count // 3, count - 1:
    data[number] ^= 1 << number % (8 * DATA)
found = crc32(0, data, DATA)
damaged = [number for number, (now, then) in enumerate(zip(found, stored)) if now != then]
print("damaged:", *damaged)

# How a wrong bit changes a checksum does not depend on the other bits.
bits = (c_ulong * (8 * DATA))(*(1 << place for place in range(8 * DATA)))
zero = crc32(0, byref(c_ulong(0)), DATA)
bit_of = {checksum ^ zero: bit for checksum, bit in zip(crc32(0, bits, DATA), bits)}
for number in damaged:
    data[number] ^= bit_of[found[number] ^ stored[number]]
print("repaired:", list(crc32(0, data, DATA)) == stored.tolist())

# A buffer of two dimensions is mapped over by rows.
records = memoryview(file).cast("B", (count, RECORD))
start = byref(c_char.from_buffer(file))
for function, combine, first in ((zlib.crc32, zlib.crc32_combine, 0),
                                 (zlib.adler32, zlib.adler32_combine, 1)):
    checksums = vectorize(function)(first, records, RECORD)
    whole = joined(vectorize(combine), longs(checksums), RECORD)
    print(f"{function.__name__} of the file, from those of its records: {whole:08x}, "
          f"correct: {whole == function(first, start, len(file))}")

if "--time" in sys.argv:
    print_times(file, count)
