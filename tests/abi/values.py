"""Values of the types of a batch, as the integers that their bytes are (little-endian).

Everything but the classes comes from this file and not from ctypes: which bits of a type mean something, and
how a number is written in them.
"""

import ctypes
import math
import struct

from batch import is_scalar
from platforms import PLATFORMS
from scalars import SCALARS

STRINGS = [b"", b"a", b"twelve bytes", "gr\xfc\xdfe".encode(), b"x" * 40]
WIDE_STRINGS = ["", "a", "twelve units", "gr\xfc\xdfe", "\U0001f40d" * 9]


class Values:
    def __init__(self, batch, classes, random):
        self.batch = batch
        self.platform = PLATFORMS[batch.platform]
        self.classes = classes
        self.random = random
        self.masks = {}
        # C is given their addresses, so they stay.
        self.strings = [ctypes.create_string_buffer(text) for text in STRINGS]
        self.wide_strings = [ctypes.create_unicode_buffer(text) for text in WIDE_STRINGS]

    def python(self, type):
        """The class of a type."""
        if isinstance(type, list):
            return self.python(type[0]) * type[1]
        if not is_scalar(type):
            return self.classes[type]
        found = SCALARS[type].python
        return ctypes.POINTER(ctypes.c_int) if found.startswith("POINTER") else self.classes[found]

    def size(self, type):
        return ctypes.sizeof(self.python(type))

    def mask(self, type):
        """The bits that mean something."""
        if isinstance(type, list):
            item, size = self.mask(type[0]), 8 * self.size(type[0])
            return sum(item << size * index for index in range(type[1]))
        if is_scalar(type):
            scalar = SCALARS[type]
            long_double = (1 << self.platform.long_double_bits) - 1
            if scalar.c == "long double":
                return long_double
            if scalar.c == "long double _Complex":
                return long_double | long_double << 128
            return (1 << 8 * self.platform.size(type)) - 1
        known = self.masks.get(type)
        if known is None:
            known = 0
            for field in self.batch.aggregate(type).fields:
                start, mask = self.place(type, field)
                known |= mask << start
            self.masks[type] = known
        return known

    def place(self, type, field):
        """Where a field's bits start, and which they are."""
        descriptor = getattr(self.classes[type], field.name)
        if field.bits:
            return 8 * descriptor.byte_offset + descriptor.bit_offset, (1 << field.bits) - 1
        return 8 * descriptor.offset, self.mask(field.type)

    def some(self, type):
        """Some value."""
        if isinstance(type, list):
            size = 8 * self.size(type[0])
            return sum(self.some(type[0]) << size * index for index in range(type[1]))
        if is_scalar(type):
            return self.scalar(SCALARS[type])
        fields = self.batch.aggregate(type).fields
        if self.batch.aggregate(type).union:
            # One field's value, and whatever in the rest.
            field = self.random.choice(fields)
            start, mask = self.place(type, field)
            return self.bits(self.mask(type)) & ~(mask << start) | self.field(field, mask) << start
        value = 0
        for field in fields:
            start, mask = self.place(type, field)
            value |= self.field(field, mask) << start
        return value

    def field(self, field, mask):
        return self.bits(mask) if field.bits else self.some(field.type)

    def bits(self, mask):
        return self.random.getrandbits(mask.bit_length() + 1) & mask

    def scalar(self, scalar):
        random, size = self.random, 8 * self.platform.size(scalar.c)
        if scalar.is_integer:
            edges = [0, 1, (1 << size) - 1, 1 << size - 1, (1 << size - 1) - 1]
            return random.choice([*edges, *(random.getrandbits(size) for _ in edges)])
        if scalar.kind == "bool":
            return random.getrandbits(1)
        if scalar.kind == "char":
            return random.getrandbits(8)
        if scalar.kind == "wchar":
            return random.choice([0x41, 0x7fff, 0xfffd, min(0x10ffff, (1 << size) - 1), random.randrange(0xd800)])
        if scalar.kind == "float":
            return self.number(self.platform.size(scalar.c))
        if scalar.kind == "complex":
            part = scalar.size // 2
            return self.number(part) | self.number(part) << 8 * part
        if scalar.kind == "string":
            strings = self.wide_strings if "wchar_t" in scalar.c else self.strings
            return ctypes.addressof(random.choice(strings))
        return random.choice([0, random.getrandbits(64)])

    def number(self, size):
        """A float that a `float` can have, or a `double` if there is room for one."""
        random = self.random
        single = random.choice([0.0, -0.0, 1.0, -2.5, math.inf, random.uniform(-1e3, 1e3),
                                random.uniform(-1, 1) * 10.0 ** random.randint(-36, 36)])
        single, = struct.unpack("<f", struct.pack("<f", single))
        if size == 4:
            return int.from_bytes(struct.pack("<f", single), "little")
        double = random.choice([single, single / 3, random.uniform(-1, 1) * 2.0 ** random.randint(-1000, 1000)])
        if size == 8:
            return int.from_bytes(struct.pack("<d", double), "little")
        return extended(double) if self.platform.long_double_bits == 80 else quadruple(double)

    def widened(self, type, value):
        """The value of an integer type as a `long long` of the same value."""
        size = 8 * self.platform.size(type)
        if self.platform.is_signed(type) and value >> size - 1:
            value -= 1 << size
        return value & (1 << 64) - 1


def extended(number):
    """A float in the format of x87."""
    sign = 0x8000 if math.copysign(1.0, number) < 0 else 0
    if math.isinf(number):
        return (sign | 0x7fff) << 64 | 1 << 63
    if number == 0:
        return sign << 64
    fraction, exponent = math.frexp(abs(number))
    return (sign | exponent + 16382) << 64 | int(fraction * 2.0 ** 64)


def quadruple(number):
    """A float in the format of 16 bytes (binary128)."""
    sign = 0x8000 if math.copysign(1.0, number) < 0 else 0
    if math.isinf(number):
        return (sign | 0x7fff) << 112
    if number == 0:
        return sign << 112
    fraction, exponent = math.frexp(abs(number))
    return (sign | exponent + 16382) << 112 | int((2 * fraction - 1) * 2.0 ** 60) << 52
