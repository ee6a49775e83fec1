"""Corrects the type that a program names for a field or a typedef to what C has there."""

import ctypes

from ..reading import model

_INTEGERS = (ctypes.c_byte, ctypes.c_ubyte, ctypes.c_short, ctypes.c_ushort, ctypes.c_int, ctypes.c_uint,
             ctypes.c_long, ctypes.c_ulong, ctypes.c_longlong, ctypes.c_ulonglong)
_FLOATS = (ctypes.c_float, ctypes.c_double, ctypes.c_longdouble)
# Arrays of these may stand for any bytes, as many as C has.
_BYTES = (ctypes.c_char, ctypes.c_ubyte)


def corrected(hint, kind, where):
    """Returns the ctypes type for C's type `kind` that is closest to `hint`.

    An integer gets C's size and signedness, a floating-point number C's size, an array C's length. Any
    other type is taken as it is if it has C's size. Otherwise raises `TypeError`, whose message begins with
    `where`.
    """
    found = _closest(hint, model.bare(kind), where)
    if found is None:
        spelled = " that is ".join(dict.fromkeys([model.spelling(kind), model.spelling(model.bare(kind))]))
        size = "" if kind.size is None else f" of size {kind.size}"
        raise TypeError(f"{where}: the hint is {described(hint)}, but C has {spelled}{size}")
    return found


def _closest(hint, kind, where):
    if hint in _INTEGERS:
        signed = _signed(kind)
        return hint if _size(hint, where) == kind.size and _is_signed(hint) == signed else _first(
            _INTEGERS, lambda each: ctypes.sizeof(each) == kind.size and _is_signed(each) == signed)
    if hint in _FLOATS:
        is_float = isinstance(kind, model.Scalar) and kind.kind == "float"
        return _first((hint, *_FLOATS), lambda each: is_float and ctypes.sizeof(each) == kind.size)
    item = getattr(hint, "_type_", None) if hasattr(hint, "_length_") else None
    if item in _BYTES and kind.size is not None:
        return item * kind.size
    if kind.size is not None and _size(hint, where) == kind.size:
        return hint
    if item is not None and isinstance(kind, model.Array):
        own = _closest(item, model.bare(kind.item), where)
        return own and own * (kind.count or 0)
    return None


def _first(candidates, fits):
    return next((each for each in candidates if fits(each)), None)


def _is_signed(integer):
    return integer(-1).value < 0


def _signed(kind):
    """Returns whether an integer type of C is signed; `None` for any other type."""
    match kind:
        case model.Scalar(kind="signed" | "unsigned" | "bool"):
            return kind.kind == "signed"
        case model.Enum():
            return kind.signed
    return None


def _size(hint, where):
    try:
        return ctypes.sizeof(hint)
    except TypeError:
        raise TypeError(f"{where}: the hint {hint!r} is not a type of ctypes") from None


def described(hint):
    """Returns a hint in words."""
    return f"{hint.__name__} of size {ctypes.sizeof(hint)}" if isinstance(hint, type) else repr(hint)
