"""The C mathematics library: argument types that convert, out parameters that
become results, and a check that turns a bad result into an exception."""

import math
from ctypes import CDLL, CFUNCTYPE, POINTER, c_double, c_float, c_int
from ctypes.util import find_library

libm = CDLL(find_library("m"))


def declare(name, restype, *argtypes):
    function = libm[name]
    function.restype, function.argtypes = restype, argtypes
    return function


hypot = declare("hypot", c_double, c_double, c_double)
print("hypot(3, 4) =", hypot(3, 4))
print("cbrt(-8) =", declare("cbrt", c_double, c_double)(-8))
print("fma(2, 3, 4) =", declare("fma", c_double, c_double, c_double, c_double)(2, 3, 4))
print("ldexp(0.75, 4) =", declare("ldexp", c_double, c_double, c_int)(0.75, 4))
print("sqrtf(2) =", declare("sqrtf", c_float, c_float)(2))
print("sqrt(2)  =", declare("sqrt", c_double, c_double)(2))

# 1 is a parameter that goes in, 2 one that C fills and that becomes the result.
OUT = 2
frexp = CFUNCTYPE(c_double, c_double, POINTER(c_int))(
    ("frexp", libm), ((1, "x"), (OUT, "exponent")))
modf = CFUNCTYPE(c_double, c_double, POINTER(c_double))(
    ("modf", libm), ((1, "x"), (OUT, "whole")))
remquo = CFUNCTYPE(c_double, c_double, c_double, POINTER(c_int))(
    ("remquo", libm), ((1, "x"), (1, "y", 2.0), (OUT, "quotient")))


def both(result, function, arguments):
    """The function's own result in front of the out parameter's."""
    return result, arguments[-1].value


for function in (frexp, modf, remquo):
    function.errcheck = both
print("frexp(48) =", frexp(48))
print("modf(-3.75) =", modf(x=-3.75))
print("remquo(7.5) =", remquo(7.5), "with y = 2 by default")
print("remquo(7.5, 4) =", remquo(7.5, y=4))


def real(result, function, arguments):
    if math.isnan(result):
        raise ValueError(f"{function.__name__}({arguments[0]}) is not a real number")
    return result


for name, x in [("acos", 1.0), ("acos", 1.5), ("log", -1.0)]:
    function = declare(name, c_double, c_double)
    function.errcheck = real
    try:
        print(f"{name}({x}) =", function(x))
    except ValueError as error:
        print("ValueError:", error)

try:
    hypot("three", 4)
except Exception as error:
    print(f"{type(error).__name__}: {error}")

# Newton's method where Python drives and C evaluates.
cos = declare("cos", c_double, c_double)
sin = declare("sin", c_double, c_double)
x = 1.0
for _ in range(6):
    x -= (cos(x) - x) / (-sin(x) - 1)
print("cos(x) = x at", x)
