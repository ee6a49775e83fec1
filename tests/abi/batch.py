"""What is tested at once: aggregates, and signatures that use them.

A type is the C name of a scalar, the name of an aggregate of the batch (`S7`, `U3`), or a list of an item
type and a length, an array. All of it goes through JSON, from the program that makes it up to the
interpreters that are tested.
"""

import json
from dataclasses import asdict, dataclass, field

from scalars import SCALARS


@dataclass
class Field:
    name: str
    type: object
    # Width of a bit field.
    bits: object = None


@dataclass
class Aggregate:
    """A structure or union, with the attributes that ctypes has for its layout."""
    name: str
    fields: list
    union: bool = False
    layout: object = None
    pack: object = None
    align: object = None

    def types(self):
        return [field.type for field in self.fields]


@dataclass
class Signature:
    name: str
    result: object
    parameters: list
    # Of a variadic function, how many parameters come before the `...`.
    fixed: object = None
    # Whether Python code sets `argtypes`.
    declared: bool = True

    def types(self):
        return [self.result, *self.parameters]


@dataclass
class Batch:
    aggregates: list = field(default_factory=list)
    signatures: list = field(default_factory=list)
    # The name of one of platforms.py.
    platform: str = "linux"

    def aggregate(self, name):
        return next((found for found in self.aggregates if found.name == name), None)

    def only(self, names):
        """The part of it that these aggregates and signatures need."""
        signatures = [found for found in self.signatures if found.name in names]
        needed = set(names)
        for signature in signatures:
            needed.update(map(innermost, signature.types()))
        for aggregate in reversed(self.aggregates):
            if aggregate.name in needed:
                needed.update(map(innermost, aggregate.types()))
        return Batch([found for found in self.aggregates if found.name in needed], signatures, self.platform)

    def to_json(self):
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text):
        read = json.loads(text)
        aggregates = [Aggregate(**{**one, "fields": [Field(**each) for each in one["fields"]]})
                      for one in read["aggregates"]]
        return cls(aggregates, [Signature(**one) for one in read["signatures"]], read["platform"])


def innermost(type):
    """An array's item; any other type itself."""
    while isinstance(type, list):
        type = type[0]
    return type


def is_scalar(type):
    return isinstance(type, str) and type in SCALARS


def is_simple(type):
    """Whether it is a `_SimpleCData` of ctypes."""
    return is_scalar(type) and type not in ("int *", "function")


def answered(type):
    """What a callback is made to return for a signature's result. Strings would never be freed, and pointers
    are refused, as in CPython."""
    if not is_scalar(type):
        return type
    return type if is_simple(type) and SCALARS[type].kind != "string" else "void"


def listed(batch, kinds):
    """All checks of a batch in their order."""
    for kind in kinds:
        if kind in ("layout", "bit_fields"):
            for aggregate in batch.aggregates:
                yield kind, aggregate
        else:
            for signature in batch.signatures:
                yield kind, signature
