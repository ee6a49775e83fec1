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


class ClassNames:
    """The names of the classes of records and enums, from all typedefs of a header."""

    def __init__(self, typedefs):
        self._called = {}
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
        """Names a record that C has no name for."""
        return self._called.setdefault(kind, name)
