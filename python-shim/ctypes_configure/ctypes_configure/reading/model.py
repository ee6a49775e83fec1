"""C types, as the compiler describes them: plain data, of any target.

Sizes, offsets and alignments are in bytes, those of bit-fields in bits. A type is equal to another
only if it is the same object.
"""

from dataclasses import dataclass, field


class Type:
    """Base of the types. Each has a `size`, which is `None` where C has none: `void`, functions, incomplete
    types."""


@dataclass(eq=False)
class Void(Type):
    """`void`, behind a pointer or as a result."""

    size = None


@dataclass(eq=False)
class Scalar(Type):
    """A number: `name` is C's (`unsigned int`; plain `char` is a type of its own); `kind` one of `signed`,
    `unsigned`, `bool`, `float`, `complex` and `other`, of which ctypes has nothing."""

    name: str
    kind: str
    size: int


@dataclass(eq=False)
class Pointer(Type):
    """A pointer, or a reference of clang's to a block, which passes as one."""

    target: Type
    size: int


@dataclass(eq=False)
class Array(Type):
    """An array of `count` items. `count` is `None` for one whose length is not declared."""

    item: Type
    count: int | None

    @property
    def size(self):
        return None if self.item.size is None else self.item.size * (self.count or 0)


@dataclass(eq=False)
class Const(Type):
    """A type that is declared `const`."""

    of: Type

    @property
    def size(self):
        return self.of.size


@dataclass(eq=False)
class Typedef(Type):
    """A name for a type; `place` is the file and line of its declaration."""

    name: str
    of: Type
    place: tuple

    @property
    def size(self):
        return self.of.size


@dataclass(eq=False)
class Function(Type):
    """A function's type. `prototyped` is false for C's `int f()`, which says nothing of parameters."""

    result: Type
    parameters: list
    variadic: bool
    prototyped: bool
    size = None


@dataclass(eq=False)
class Field:
    """A member. `name` is `None` for an anonymous structure or union. `bits` is the width of a bit-field,
    which begins at bit `bit` of the structure, counted from the lowest bit of its first byte."""

    name: str | None
    type: Type
    offset: int
    bit: int | None = None
    bits: int | None = None


@dataclass(eq=False)
class Record(Type):
    """A structure or union (`kind`). Without a definition (`complete` false) it has neither size nor fields.
    `align` is what C declares by `_Alignas` or an attribute, or `None`."""

    kind: str
    tag: str | None
    place: tuple
    complete: bool = False
    size: int | None = None
    align: int | None = None
    fields: list = field(default_factory=list)

    @property
    def spelling(self):
        return f"{self.kind} {self.tag or '(anonymous)'}"


@dataclass(eq=False)
class Enum(Type):
    """An enum: its members by name, and whether the integer behind it is signed."""

    tag: str | None
    place: tuple
    complete: bool
    size: int | None
    signed: bool
    members: dict

    @property
    def spelling(self):
        return f"enum {self.tag or '(anonymous)'}"


def bare(kind):
    """Returns the type behind typedefs and `const`."""
    while isinstance(kind, (Typedef, Const)):
        kind = kind.of
    return kind


def innermost(kind):
    """Returns what an array, of any number of dimensions, is of; of any other type its bare type."""
    kind = bare(kind)
    while isinstance(kind, Array):
        kind = bare(kind.item)
    return kind


def is_const(kind):
    """Whether `kind` is declared `const`, by itself or in a typedef of it."""
    while isinstance(kind, Typedef):
        kind = kind.of
    return isinstance(kind, Const)


def reachable(*groups):
    """Returns every complete record that types lead to."""
    waiting, seen = [each for group in groups for each in group], {}
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen[each] = None
        match each:
            case Const() | Typedef():
                waiting.append(each.of)
            case Pointer():
                waiting.append(each.target)
            case Array():
                waiting.append(each.item)
            case Function():
                waiting += [each.result, *each.parameters]
            case Record():
                waiting += [field.type for field in each.fields]
    return [each for each in seen if isinstance(each, Record) and each.complete]


def spelling(kind):
    """Returns the type as C declares it, roughly: for messages."""
    match kind:
        case Void():
            return "void"
        case Scalar() | Typedef():
            return kind.name
        case Const(of=Pointer()):
            return spelling(kind.of) + "const"
        case Const(of=Array() | Const() | Function()):
            return spelling(kind.of)
        case Const():
            return "const " + spelling(kind.of)
        case Pointer(target=target):
            if isinstance(bare(target), Function) and not isinstance(target, Typedef):
                return _function(bare(target), "(*)")
            return spelling(target) + ("*" if spelling(target).endswith("*") else " *")
        case Array():
            return f"{spelling(kind.item)}[{'' if kind.count is None else kind.count}]"
        case Function():
            return _function(kind, "")
        case _:
            return kind.spelling


def _function(kind, name):
    parameters = [spelling(each) for each in kind.parameters] + ["..."] * kind.variadic
    if not parameters and kind.prototyped:
        parameters = ["void"]
    result = spelling(kind.result)
    return f"{result}{'' if result.endswith('*') else ' '}{name}({', '.join(parameters)})"
