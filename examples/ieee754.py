"""The bits of a double: one union seen as a number, as an integer and as bit
fields, and the same eight bytes in both byte orders. The fields' order is that
of little-endian machines."""

import math
import sys
from ctypes import (BigEndianStructure, LittleEndianStructure, Structure, Union, c_double,
                    c_uint64, sizeof)

assert sys.byteorder == "little"


class Parts(Structure):
    _fields_ = [("fraction", c_uint64, 52), ("exponent", c_uint64, 11), ("sign", c_uint64, 1)]


class Double(Union):
    _anonymous_ = ["parts"]
    _fields_ = [("value", c_double), ("bits", c_uint64), ("parts", Parts)]

    @property
    def kind(self):
        if self.exponent == 0x7FF:
            return "nan" if self.fraction else "infinite"
        if self.exponent == 0:
            return "subnormal" if self.fraction else "zero"
        return "normal"


print(f"{'value':>24}  sign exponent  fraction       kind")
for value in [0.0, -0.0, 1.0, -2.0, 0.1, math.pi, sys.float_info.max, sys.float_info.min,
              5e-324, math.inf, -math.inf, math.nan]:
    double = Double(value)
    print(f"{value!r:>24}  {double.sign}    {double.exponent - 1023:5}     "
          f"{double.fraction:013x}  {double.kind}")

print("written through the fields:")
double = Double()
double.exponent = 1023 + 10
print("    2 ** 10 =", double.value)
double.sign = 1
double.fraction = 1 << 51
print("    -1.5 * 2 ** 10 =", double.value)
double.bits += 1
print("    the next one down:", double.value)
double.exponent = 0x7FF + 1  # one bit too many: the field keeps its eleven
print("    an overflowing exponent wraps to", double.exponent, "and spares the sign", double.sign)

print("offset and width of each field:")
for name in ("fraction", "exponent", "sign"):
    size = getattr(Parts, name).size
    print(f"    {name:9} bit {size & 0xFFFF:2}, {size >> 16:2} wide")


class Big(BigEndianStructure):
    _fields_ = [("value", c_double)]


class Little(LittleEndianStructure):
    _fields_ = [("value", c_double)]


print("big endian:   ", bytes(Big(math.pi)).hex(" "))
print("little endian:", bytes(Little(math.pi)).hex(" "))
swapped = Big.from_buffer_copy(bytes(Little(math.pi))[::-1])
print("read back:    ", swapped.value == math.pi, sizeof(swapped))
