"""Python names of what C declares.

Functions, variables, typedefs, macros and enumerators keep their names. Tags are names of their own in C:
`struct stat` is `struct_stat`, unless the header also calls it `stat` by a typedef. What has no name is
called after the field or typedef that it is the type of.
"""

import keyword

from . import model

# Names that every written module uses itself.
RESERVED = frozenset({"CDLL", "CFUNCTYPE", "IntEnum", "POINTER", "Structure", "Union", "cast", "find_library"})


def identifier(name):
    """Returns a name that Python accepts: with `_` behind a keyword or a name the module itself needs."""
    return name + "_" if keyword.iskeyword(name) or name in RESERVED else name


def field(name):
    """Returns the name of a field: with `_` behind a keyword."""
    return name + "_" if keyword.iskeyword(name) else name


def member(name):
    """Returns the name of an enum's member: with `_` behind a keyword or a name that `enum` keeps for itself."""
    kept = keyword.iskeyword(name) or name == "mro" or len(name) > 1 and name[0] == name[-1] == "_"
    return name + "_" * kept


class ClassNames:
    """The names of the classes of records and enums, from all typedefs of a header."""

    def __init__(self, typedefs):
        self._called, self._given = {}, set()
        for typedef in typedefs:
            if isinstance(typedef.of, (model.Record, model.Enum)):
                kind = typedef.of
                # Of several typedefs that which repeats the tag counts, or else the first.
                if typedef.name == kind.tag or kind not in self._called and kind.tag is None:
                    self._called[kind] = typedef.name

    def of(self, kind):
        """Returns the name of a record's or enum's class, or `None` if it is called after its place."""
        name = self._called.get(kind)
        if name is None and kind.tag is not None:
            prefix = kind.kind if isinstance(kind, model.Record) else "enum"
            name = f"{prefix}_{kind.tag}"
        return name and identifier(name)

    def call(self, kind, name):
        """Names a record that C has no name for: `name`, or with a number behind it if that is taken."""
        if kind not in self._called:
            free, number = name, 2
            while free in self._given:
                free, number = f"{name}_{number}", number + 1
            self._given.add(free)
            self._called[kind] = free
        return self._called[kind]
