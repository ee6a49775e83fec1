"""What the virtual machine itself takes: statements made of its own builtins, descriptors and objects.

A floor is what the machine must do for an operation and no more: for a foreign call, a call of a
builtin with as many arguments; for reading a field, a descriptor of a builtin type. Where the machine
must do several things, the statements of each stand one after the other, and their times add up.
"""


def total(*floors):
    return "\n".join(floors)


# A call of a builtin with 0, 1, 2 and 3 arguments.
NONE, ONE, TWO, THREE = "vm_none()", "abs(i)", "vm_two(d, i)", "vm_three(three, three, three)"
ONE_BY_NAME = "vm_many(x=i)"
# One that returns a new float.
REAL = "vm_sqrt(d)"


def call(count):
    """A call of a builtin that takes any number of arguments."""
    return f"vm_many({', '.join('i' * count)})"


# A builtin that calls a Python function.
BACK = "vm_back()"
# A call of a Python function.
PYTHON = "g(i)"

# An object made by a call of its type, of no arguments, of one and of two, by name.
OBJECT, OBJECT_OF_ONE, OBJECT_OF_TWO = "object()", "complex(d)", "complex(d, d)"
OBJECT_BY_NAME = "complex(real=d, imag=d)"
# One made without a call.
MADE = "[]"
BYTES, STR = "text + text", "wide + wide"

# Reading an attribute through a descriptor: of what is there, of a new float, of a new int.
GET, GET_REAL, GET_INT = "d.real", "z.real", "view.nbytes"
GET_OBJECT, GET_BYTES, GET_STR = (total(GET, made) for made in (MADE, BYTES, STR))
# Writing one through a descriptor: a bool, and an object that is kept.
SET, SET_KEPT = "error.__suppress_context__ = True", "error.__cause__ = error"

ITEM, ITEM_REAL = "cells[1]", "reals[1]"
ITEM_OBJECT, ITEM_BYTES, ITEM_STR = (total(ITEM, made) for made in (MADE, BYTES, STR))
SET_ITEM, SET_ITEM_REAL = "cells[1] = 6", "reals[1] = 6.0"
