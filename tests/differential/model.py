"""What the generator knows of a program: its types, its variables, and which places it may read.

Programs must not lie about memory, so that every crash is a finding. These rules see to it:

- References in memory (pointers, strings, objects, functions) lead to variables and constants that stay as they
  are until the program ends, or nowhere.
- A type that holds references is never filled with bytes, and its bytes are never shown, being addresses.
- Unions have no members that hold references.
- What has been pointed at is not resized.
"""

from dataclasses import dataclass, field


@dataclass(eq=False)
class Type:
    name: str                     # an expression
    kind: str                     # simple, structure, union, array, pointer, function
    code: str = ""                # of a simple type
    item: "Type | None" = None    # of an array or a pointer; None for POINTER(None)
    length: int = 0
    fields: list = field(default_factory=list)   # with the inherited ones in front
    references: bool = False
    # Whether equal values have equal bytes: `long double` has padding.
    exact: bool = True
    # CPython has a SystemError for arrays of types that are derived from pointer types.
    repeats: bool = True
    swapped: bool = False
    result: "Type | None" = None  # of a function type
    parameters: tuple = ()

    @property
    def aggregate(self):
        return self.kind in ("structure", "union")

    @property
    def judged(self):
        """CPython's truth of it is that of its bytes. For a wider complex it looks beyond its zeros."""
        return self.code not in ("D", "G")

    @property
    def empty(self):
        if self.kind == "array":
            return not self.length or self.item.empty
        return self.aggregate and all(field.type.empty for field in self.fields)

    @property
    def plain(self):
        """Its bytes can be shown and filled."""
        return self.exact and not self.references


@dataclass(eq=False)
class Field:
    name: str
    type: Type
    bits: int = 0


@dataclass(eq=False)
class Variable:
    name: str
    type: Type
    # Something else may lead into its memory.
    shared: bool = False
    # What a pointer leads to has so many items; 0 if that is unknown.
    items: int = 0


@dataclass(eq=False)
class Place:
    """An expression that can be read and assigned to."""

    name: str
    type: Type
    root: Variable
    bits: int = 0
    # How it is written as a target of `del`, `setattr`: what it is part of.
    parent: "Place | None" = None


# Name, code, exact, references.
NUMBERS = {
    "c_byte": "b", "c_ubyte": "B", "c_short": "h", "c_ushort": "H", "c_int": "i", "c_uint": "I", "c_long": "l",
    "c_ulong": "L", "c_float": "f", "c_double": "d", "c_bool": "?", "c_longdouble": "g",
    "c_float_complex": "F", "c_double_complex": "D", "c_longdouble_complex": "G", "c_void_p": "P",
}
CHARACTERS = {"c_char": "c", "c_wchar": "u"}
REFERENCES = {"c_char_p": "z", "c_wchar_p": "Z", "py_object": "O"}
SIMPLE = {
    name: Type(name, "simple", code, exact=code not in "gG", references=code in "zZO")
    for name, code in (NUMBERS | CHARACTERS | REFERENCES).items()
}
INTEGERS = {"b": (8, True), "B": (8, False), "h": (16, True), "H": (16, False), "i": (32, True), "I": (32, False),
            "l": (64, True), "L": (64, False)}
# Types that have a twin of the other byte order.
SWAPPABLE = "bBhHiIlLfdFDG"


class State:
    """One program while it is made."""

    def __init__(self, pick):
        self.pick = pick
        self.statements = []
        self.types = []
        self.variables = []
        self.functions = []
        self.count = 0

    def fresh(self, letter):
        self.count += 1
        return f"{letter}{self.count}"

    def say(self, *statements):
        self.statements.extend(statements)

    def variable(self, name, kind, **known):
        made = Variable(name, kind, **known)
        self.variables.append(made)
        return made

    # -- choosing

    def some(self, wanted, kinds=None):
        """A type that is `wanted`, or None."""
        found = [kind for kind in (self.types if kinds is None else kinds) if wanted(kind)]
        return self.pick.one(found) if found else None

    def simple(self, codes=None):
        return self.pick.one([t for t in SIMPLE.values() if codes is None or t.code in codes])

    def any_type(self, references=True):
        """Any type, of the program's own first."""
        own = [t for t in self.types if references or not t.references]
        if own and not self.pick.chance(3):
            return self.pick.one(own)
        return self.pick.one([t for t in SIMPLE.values() if references or not t.references])

    def any_variable(self, wanted=lambda variable: True):
        found = [variable for variable in self.variables if wanted(variable)]
        return self.pick.one(found) if found else None

    def place(self, wanted=lambda kind: True, depth=4):
        """A place in the memory of a variable, or None."""
        variable = self.any_variable()
        if variable is None:
            return None
        at = Place(variable.name, variable.type, variable)
        for _ in range(depth):
            if wanted(at.type) and self.pick.chance(2):
                break
            inner = self.inside(at)
            if inner is None:
                break
            at = inner
        return at if wanted(at.type) else None

    def inside(self, at):
        kind = at.type
        if kind.aggregate and kind.fields:
            chosen = self.pick.one(kind.fields)
            return Place(f"{at.name}.{chosen.name}", chosen.type, at.root, chosen.bits, at)
        if kind.kind == "array" and kind.length:
            return Place(f"{at.name}[{self.pick.below(kind.length)}]", kind.item, at.root, 0, at)
        if kind.kind == "pointer" and kind.item is not None:
            if at.parent is None and at.root.items > 1 and self.pick.chance(2):
                return Place(f"{at.name}[{self.pick.below(at.root.items)}]", kind.item, at.root, 0, at)
            how = self.pick.one(["[0]", ".contents"])
            return Place(at.name + how, kind.item, at.root, 0, at)
        return None
