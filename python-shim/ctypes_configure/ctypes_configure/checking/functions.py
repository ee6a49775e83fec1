"""Holds `restype` and `argtypes` of foreign functions against C's declarations."""

import ctypes

from ..reading import model
from . import kinds, wording

_UNSET = "is not set, so ctypes takes int; C returns {}"


def result_message(comparison, result, function, is_set):
    """Returns what is wrong with `restype`, or `None`. `is_set` says that the program's text sets it.

    Otherwise it may be `int`, which ctypes takes by itself. It serves for `void` and `unsigned int`.
    """
    by_default = result is ctypes.c_int and not is_set
    if result is not None and not kinds.is_type(result):
        return None
    if isinstance(model.bare(function.result), model.Void):
        return None if result is None or by_default else f"is {kinds.spelled(result)}; C returns void"
    spelling = wording.c_type(function.result)
    if result is None:
        return f"is None; C returns {spelling}"
    difference = comparison.difference(result, function.result, is_argument=True)
    if difference is None or by_default and _is_integer(function.result, ctypes.sizeof(ctypes.c_int)):
        return None
    if by_default:
        return _UNSET.format(spelling) + _loss(function.result)
    return f"is {difference.declared}; C returns {difference.c}"


def argument_messages(comparison, arguments, function):
    """Yields what is wrong with `argtypes`, as pairs: the place of the argument, or `None` for the number of
    them, and the message."""
    if arguments is None or not function.prototyped:
        return
    own, c_count = len(arguments), len(function.parameters)
    if own < c_count or own > c_count and not function.variadic:
        least = "at least " if function.variadic else ""
        yield None, f"has {own}; C takes {least}{c_count}: {wording.c_words(function)}"
        return
    for place, (declared, kind) in enumerate(zip(arguments, function.parameters)):
        difference = kinds.is_type(declared) and comparison.difference(declared, kind, is_argument=True)
        if difference:
            yield place, f"is {difference}"


def _is_integer(kind, *sizes):
    bare = model.bare(kind)
    is_number = isinstance(bare, model.Scalar) and bare.kind in ("signed", "unsigned")
    return (is_number or isinstance(bare, model.Enum)) and bare.size in sizes


def _loss(kind):
    """Says what happens to a result that is taken for an `int`."""
    bits = ctypes.sizeof(ctypes.c_int) * 8
    if isinstance(model.bare(kind), model.Pointer):
        return f", and the pointer is cut to {bits} bits"
    return f", and the number is cut to {bits} bits" if _is_integer(kind, 8, 16) else ""
