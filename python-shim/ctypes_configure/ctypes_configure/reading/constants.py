"""Turns a constant's bytes into a Python value."""

import struct

from ..errors import Unsupported
from . import model


def python_value(value, machine):
    """Returns an `int`, `float`, `bytes` (without the NUL) or, for wide characters, `str`.

    `value.data` must not be `None`. Raises `Unsupported` for structures, vectors and the like.
    """
    order = "little" if machine.little_endian else "big"
    match model.bare(value.type):
        case model.Scalar(kind="float", name=name):
            # `_Float128` is what it says on every machine.
            return decode_float(value.data, order, 113 if "128" in name else machine.long_double_digits)
        case model.Scalar(kind="signed" | "unsigned" | "bool" as kind):
            return int.from_bytes(value.data, order, signed=kind == "signed")
        case model.Enum(signed=signed):
            return int.from_bytes(value.data, order, signed=signed)
        case model.Pointer():
            return int.from_bytes(value.data, order)
        case model.Array(item=item):
            return _string(value.data, model.bare(item), order)
        case other:
            raise Unsupported(f"a constant of type {model.spelling(other)}")


def _string(data, item, order):
    if getattr(item, "kind", None) in ("signed", "unsigned"):
        if item.size == 1:
            return data.removesuffix(b"\0")
        encoding = {2: "utf-16", 4: "utf-32"}[item.size] + ("-le" if order == "little" else "-be")
        return data.decode(encoding, "surrogatepass").removesuffix("\0")
    raise Unsupported(f"a constant array of {model.spelling(item)}")


def decode_float(data, order, long_double_digits):
    """Returns the number in `data`: a C `float`, `double` or `long double`, whose format is known by the number of
    its significant bits (`__LDBL_MANT_DIG__`). One that a Python `float` does not hold is rounded."""
    mark = "<" if order == "little" else ">"
    if len(data) in (2, 4, 8):
        return struct.unpack(mark + {2: "e", 4: "f", 8: "d"}[len(data)], data)[0]
    return _LONG_DOUBLES[long_double_digits](data, order)


def _x87(data, order):
    bits = int.from_bytes(data[:10], order)
    return _assembled(bits >> 79, bits >> 64 & 0x7FFF, bits & (1 << 64) - 1, 63)


def _two_doubles(data, order):
    """Returns the sum of two `double`s, which is what PowerPC has."""
    return sum(struct.unpack(("<" if order == "little" else ">") + "dd", data))


def _binary128(data, order):
    bits = int.from_bytes(data, order)
    exponent = bits >> 112 & 0x7FFF
    fraction = bits & (1 << 112) - 1 | bool(exponent) << 112
    return _assembled(bits >> 127, exponent, fraction, 112)


_LONG_DOUBLES = {64: _x87, 106: _two_doubles, 113: _binary128}


def _assembled(negative, exponent, significand, places):
    """Returns a number whose 15-bit exponent and significand, with `places` bits behind the point, are these."""
    if exponent == 0x7FFF:
        magnitude = float("nan") if significand & (1 << places) - 1 else float("inf")
    else:
        shift = max(exponent, 1) - 0x3FFF - places
        try:
            magnitude = float(significand << shift) if shift >= 0 else significand / (1 << -shift)
        except OverflowError:
            magnitude = float("inf")
    return -magnitude if negative else magnitude
