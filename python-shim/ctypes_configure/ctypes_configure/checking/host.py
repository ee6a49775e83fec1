"""Makes sure that ctypes and the compiler speak of one machine."""

import ctypes
import sys

from ..errors import ConfigureError

_TYPES = {"short": ctypes.c_short, "int": ctypes.c_int, "long": ctypes.c_long, "long long": ctypes.c_longlong,
          "float": ctypes.c_float, "double": ctypes.c_double, "void *": ctypes.c_void_p,
          "wchar_t": ctypes.c_wchar}


def require(machine):
    """Raises `ConfigureError` if the compiler's target is not a machine like this one: the sizes and offsets
    that ctypes tells are of the machine that runs it."""
    other = [f"{name} has {machine.sizes[name]} bytes there and {ctypes.sizeof(kind)} here"
             for name, kind in _TYPES.items() if machine.sizes[name] != ctypes.sizeof(kind)]
    if machine.little_endian != (sys.byteorder == "little"):
        other.append("its bytes are in the other order")
    if other:
        raise ConfigureError(f"cannot check for {machine.target}, because ctypes tells the layouts of this "
                             f"machine: {other[0]}")
