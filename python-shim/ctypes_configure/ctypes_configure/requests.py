"""What a program asks of a header."""

from collections import namedtuple

from . import identifiers

# The order in which a module has what was asked for.
KINDS = ("constant", "enum", "type", "variable", "function")
_TAGS = ("struct", "union", "enum")
_AS_WORDS = {kind: f"{'an' if kind == 'enum' else 'a'} {kind}" for kind in KINDS}


class Request(namedtuple("Request", "kind name")):
    """What is asked for: one of `KINDS`, and C's name of it (`O_CREAT`, `struct stat`)."""

    @property
    def python_name(self):
        """The name that the module gives to it."""
        return identifiers.identifier(self.name.replace(" ", "_"))

    def check(self):
        """Raises `ValueError` if the name is not one that C could have."""
        tag, _, rest = self.name.rpartition(" ")
        allowed = _TAGS if self.kind in ("type", "enum") else ()
        if not rest.isidentifier() or rest in _TAGS or tag and tag not in allowed:
            raise ValueError(f"{self.name!r} is not the name of {_AS_WORDS[self.kind]} in C")
