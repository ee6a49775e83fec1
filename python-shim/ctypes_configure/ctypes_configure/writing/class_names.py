"""Names of the classes that stand for structures, unions and enums.

A tag has its keyword before it, unless the header also calls the type by that name in a typedef. What has no
name is called after the field or typedef that it is the type of.
"""

from ..identifiers import identifier
from ..reading import model


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
