"""Words a difference between a ctypes type and C's."""

import re
from dataclasses import dataclass

from ..reading import model
from . import kinds

# gcc's `short unsigned int` is what C programmers, and clang, call `unsigned short`.
_LONG_WAY = re.compile(r"\b(short|long long|long) (unsigned )?int\b")


@dataclass(frozen=True)
class Difference:
    """What is declared and what C has, each with what tells them apart."""

    declared: str
    c: str

    def __str__(self):
        return f"{self.declared}; C has {self.c}"


def between(declared, kind, own="", other="", words="{} bytes"):
    """Returns the difference of two types. `own` and `other`, put into `words`, tell them apart."""
    if own == other:
        return Difference(kinds.spelled(declared), c_type(kind))
    own, other = _counted(words, own), _counted(words, other)
    return Difference(f"{kinds.spelled(declared)} ({own})", c_type(kind, other))


def c_words(kind):
    """Returns a C type as C declares it."""
    return _LONG_WAY.sub(lambda found: (found[2] or "") + found[1], model.spelling(kind))


def c_type(kind, detail=""):
    """Returns a C type as C declares it and, behind a typedef's name, also what that is; and `detail`."""
    item = kind
    while isinstance(item, (model.Const, model.Array)):
        item = item.of if isinstance(item, model.Const) else item.item
    bare = model.bare(item)
    is_known = not isinstance(item, model.Typedef) or isinstance(bare, (model.Record, model.Function))
    inside = [] if is_known else [c_words(bare)]
    inside += [detail] if detail else []
    return f"{c_words(kind)} ({', '.join(inside)})" if inside else c_words(kind)


def _counted(words, count):
    """Puts a number or word into `words`, which are in the plural."""
    return words.format(count).removesuffix("s") if count == 1 else words.format(count)
