"""Where the results of calls, and the values of errno after them, are put."""

from _ctypes import _SimpleCData

from .formats import code_of, is_pointer
from .operands import Place


def boxed(restype):
    """Returns a restype whose results are instances of it, in which every bit is as C has returned it."""
    if restype is None or restype.__base__ is not _SimpleCData:
        return restype
    return type(restype.__name__, (restype,), {})


def new_array(restype, shape):
    """Returns a new array for results."""
    for extent in reversed(shape or (1,)):
        restype *= extent
    return restype()


def place(name, words, ctype, argument, memory):
    """Returns what a caller gives for results of a ctype as an operand. `words` say what they are."""
    items = memory.items(argument)
    if items is None:
        raise TypeError(f"{name}: not a writable buffer of {ctype.__name__}, but {type(argument).__name__}")
    if not items.are(ctype) and not (is_pointer(ctype) and _are_pointers(items)):
        have = f"have the format {items.format!r}" if items.ctype is None else f"are {items.ctype.__name__}"
        raise TypeError(f"{name}: its items {have}, and {words} {ctype.__name__}")
    if items.is_readonly:
        raise TypeError(f"{name}: the buffer is read-only")
    return Place(name, items)


def _are_pointers(items):
    """Whether items are of the type `void *`."""
    return code_of(items.ctype) == "P" if items.ctype else items.number is not None and items.number.kind == "pointer"
