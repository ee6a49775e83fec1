"""What a program asks of a header."""

from dataclasses import dataclass

from . import names

# The order in which a module has what was asked for.
KINDS = ("constant", "enum", "type", "variable", "function")
_TAGS = ("struct", "union", "enum")


@dataclass(frozen=True)
class Request:
    """What is asked for: one of `KINDS`, and C's name of it (`O_CREAT`, `struct stat`)."""

    kind: str
    name: str

    @property
    def python_name(self):
        """The name that the module gives to it."""
        return names.identifier(self.name.replace(" ", "_"))

    def check(self):
        """Raises `ValueError` if the name is not one that C could have."""
        tag, _, rest = self.name.rpartition(" ")
        allowed = _TAGS if self.kind in ("type", "enum") else ()
        if not rest.isidentifier() or tag and tag not in allowed:
            raise ValueError(f"{self.name!r} is not the name of a {self.kind} in C")
