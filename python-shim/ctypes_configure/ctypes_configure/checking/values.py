"""Holds constants against C's."""

import math
import struct

from ..errors import Unsupported
from ..reading import constants, model


def message(own, value, machine):
    """Returns what is wrong with a constant, or `None`. Values of another kind than C's are not compared:
    they have the name only by chance."""
    if value.data is None:
        return None
    try:
        c_value = constants.python_value(value, machine)
    except Unsupported:
        return None
    if isinstance(own, tuple):
        return f"is {own!r}, a tuple because of the comma; C has {c_value!r}"
    if _are_equal(own, c_value, value):
        return None
    return f"is {own!r}; C has {c_value!r}"


def _are_equal(own, c_value, value):
    if isinstance(own, (str, bytes)) and isinstance(c_value, (str, bytes)):
        return _text(own) == _text(c_value)
    if isinstance(own, (str, bytes)) or isinstance(c_value, (str, bytes)):
        # A name that C uses for something else; of a character, C has the number.
        return True
    if isinstance(own, float) and math.isnan(own) or isinstance(c_value, float) and math.isnan(c_value):
        return own != own and c_value != c_value
    return own == c_value or isinstance(own, float) and _rounded(own, model.bare(value.type)) == c_value


def _text(value):
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    return value.removesuffix("\0")


def _rounded(number, kind):
    """Returns the number as a C `float` holds it if C's constant is one."""
    if getattr(kind, "kind", None) != "float" or kind.size != 4:
        return number
    try:
        return struct.unpack("f", struct.pack("f", number))[0]
    except OverflowError:
        return number
