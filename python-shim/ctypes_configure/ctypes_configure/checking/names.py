"""Finds the C name for a Python one: modules put words in front of and behind C's."""

import keyword

from ..identifiers import RESERVED
from ..reading import model

_TAGS = ("struct", "union")
_ENDINGS = ("_struct", "_union", "_s", "_t")


def plain(name):
    """Returns C's name of what Python calls `name`, without the `_` behind a keyword."""
    shorter = name.removesuffix("_")
    return shorter if keyword.iskeyword(shorter) or shorter in RESERVED else name


def of_field(name):
    """Yields the names that a field may have in C, the likeliest first."""
    yield name
    yield name.rstrip("_")
    yield name.lstrip("_")
    yield name.strip("_")


class Records:
    """The complete structures and unions of a header, by the names that Python classes have for them."""

    def __init__(self, reader):
        self._by_spelling = {}
        for each in reader.tagged():
            if isinstance(each, model.Record) and each.complete:
                self._by_spelling[each.spelling] = each
        for typedef in reader.typedefs():
            record = model.bare(typedef)
            if isinstance(record, model.Record) and record.complete:
                self._by_spelling[typedef.name] = record

    def find(self, names):
        """Returns the record that one of the names of a class stands for, or `None`."""
        return next((self._by_spelling[each] for name in names for each in _spellings(name)
                     if each in self._by_spelling), None)


def _spellings(name):
    for tag in _TAGS:
        if name.startswith(tag + "_"):
            rest = name.removeprefix(tag + "_")
            yield f"{tag} {rest}"
            yield rest
    shorter = name.lstrip("_")
    candidates = [name, shorter, *(shorter.removesuffix(ending) for ending in _ENDINGS)]
    for each in dict.fromkeys(filter(None, candidates)):
        yield each
        yield from (f"{tag} {each}" for tag in _TAGS)
