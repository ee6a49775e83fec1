"""Makes up aggregates and signatures: seeded, so that a seed and a number name a batch."""

import random

from batch import Aggregate, Batch, Field, Signature
from scalars import SCALARS

# No larger aggregate is made: all the arguments of a call have to fit the C code's buffers.
MOST_BYTES = 600
MOST_PARAMETERS = 20
AGGREGATES = 60
FLOATS = ["float", "double"]
NARROW = ["_Bool", "char", "wchar_t", "signed char", "unsigned char", "short", "unsigned short"]


class Generator:
    def __init__(self, platform, seed, number):
        self.platform = platform
        # A string is hashed by `random` itself, the same everywhere.
        self.random = random.Random(f"{seed}/{number}")
        self.batch = Batch(platform=platform.name)
        self.all = platform.names()
        self.integers = platform.names(lambda scalar: scalar.is_integer)
        self.wide = platform.names(lambda scalar: scalar.size >= 16 or scalar.kind == "complex")
        self.floats = platform.names(lambda scalar: scalar.kind == "float")
        self.addresses = platform.names(lambda scalar: scalar.kind in ("address", "string"))
        # What is passed through `...` as it is: C promotes the others (C11 6.5.2.2 p7).
        self.unpromoted = platform.names(lambda scalar: platform.size(scalar.c) >= 4 and scalar.c != "float")
        # Upper bounds of their sizes.
        self.sizes = {}

    def make(self, signatures):
        for number in range(AGGREGATES):
            self.aggregate(number)
        for number in range(signatures):
            self.batch.signatures.append(self.signature(f"f{number}"))
        return self.batch

    def happens(self, probability):
        return self.random.random() < probability

    def aggregate(self, number):
        union = self.happens(0.25)
        made = Aggregate(f"{'U' if union else 'S'}{number}", [], union)
        if self.happens(0.3):
            made.layout = "ms"
            if self.happens(0.6):
                made.pack = self.random.choice([1, 1, 2, 4, 8, 16])
        elif self.happens(0.2):
            made.layout = "gcc-sysv"
        if self.happens(0.15):
            made.align = self.random.choice([1, 2, 4, 8, 16, 16, 32, 64, 256])
        # Where C has no such layout, it is the same without bit fields.
        has_bits = self.happens(0.35) and (made.layout is None or made.layout in self.platform.layouts)
        # Most are small: what is larger than two eightbytes goes to memory, whatever it holds.
        room = self.random.choice([4, 8, 8, 12, 16, 16, 16, 24, 64, MOST_BYTES])
        choices = self.flavour()
        size = 0
        for index in range(self.random.choice([1, 1, 2, 2, 3, 4, 6, 9])):
            name = f"f{index}"
            if has_bits and self.happens(0.7):
                field = self.bit_field(name)
                size += self.platform.size(field.type)
            else:
                field = Field(name, self.member(choices))
                size += self.size(field.type)
            if size > room + 16 and made.fields:
                break
            made.fields.append(field)
        self.sizes[made.name] = 2 * size + (made.align or 0)
        if self.sizes[made.name] <= MOST_BYTES:
            self.batch.aggregates.append(made)

    def flavour(self):
        integers, wide = self.integers, self.wide
        # Some platforms have rules for aggregates of one such type.
        alike = [self.random.choice(self.floats)]
        return self.random.choice([integers, FLOATS, integers + FLOATS, FLOATS + ["int", "char"], NARROW, alike,
                                   wide + FLOATS, wide + integers, self.addresses + integers, self.all, self.all])

    def member(self, choices):
        if self.happens(0.2) and self.batch.aggregates:
            type = self.random.choice(self.batch.aggregates).name
        else:
            type = self.random.choice(choices)
        while self.happens(0.15):
            type = [type, self.random.choice([1, 2, 2, 3, 4, 5])]
        return type

    def bit_field(self, name):
        scalar = SCALARS[self.random.choice([*self.integers, "_Bool"])]
        most = 1 if scalar.kind == "bool" else 8 * self.platform.size(scalar.c)
        width = self.random.choice([1, 2, 3, most, self.random.randint(1, most)])
        return Field(name, scalar.c, min(width, most))

    def size(self, type):
        if isinstance(type, list):
            return type[1] * self.size(type[0])
        return self.platform.size(type) if type in SCALARS else self.sizes[type]

    def signature(self, name):
        any_number = self.random.randint(0, MOST_PARAMETERS)
        count = self.random.choice([0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 12, any_number])
        choices = self.flavour()
        aggregates = self.random.choice([0.0, 0.1, 0.4, 0.4, 0.8])
        variadic = count > 0 and self.happens(0.2)
        fixed = self.random.randint(1, count) if variadic else None
        made = Signature(name, self.result(), [], fixed, declared=variadic or self.happens(0.75))
        for index in range(count):
            if self.happens(aggregates):
                made.parameters.append(self.random.choice(self.batch.aggregates).name)
            elif variadic and index >= fixed:
                fit = [name for name in choices if name in self.unpromoted]
                made.parameters.append(self.random.choice(fit or self.unpromoted))
            else:
                made.parameters.append(self.random.choice(choices))
        return made

    def result(self):
        if self.happens(0.1):
            return "void"
        if self.happens(0.5):
            return self.random.choice(self.all)
        return self.random.choice(self.batch.aggregates).name


def generate(platform, seed, number, signatures):
    """Batch `number` of a seed: so many signatures, and aggregates for them."""
    return Generator(platform, seed, number).make(signatures)
