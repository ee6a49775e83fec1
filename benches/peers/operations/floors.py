"""What the virtual machine itself takes: statements made of its own builtins, descriptors and objects.

A floor is what the machine must do for an operation and no more: for a foreign call, a call of a
builtin with as many arguments; for reading a field, a descriptor of a builtin type. Where the machine
must do several things, the statements of each stand one after the other, and their times add up. Each
statement is the least that the machine has of its kind: a list is the cheapest of its objects.
"""


def total(*floors):
    return "\n".join(floors)


# A call of a builtin with 0, 1, 2 and 3 arguments, and with one by name.
NONE, ONE, TWO, THREE = "vm_none()", "abs(i)", "vm_is(i, j)", "vm_three(three, three, three)"
ONE_BY_NAME = "vm_many(x=i)"
# Those that return a new float.
REAL, REAL_OF_TWO = "vm_sqrt(d)", "vm_ldexp(d, i)"


def call(count):
    """A call of a builtin that takes any number of arguments."""
    return call_with(", ".join("i" * count))


def call_with(arguments):
    """The same with the row's own arguments: a small int has no reference count to change."""
    return f"vm_many({arguments})"


# A float that is not there yet, made without a call.
NEW_REAL = "-d"

# A builtin that calls a Python function. The second one's argument and result are floats, which the
# machine makes on the way to the function and back.
BACK = "vm_back()"
BACK_REAL = total("vm_back_real()", NEW_REAL, NEW_REAL)
# A call of a Python function.
PYTHON = "g(i)"

# An object, made without a call: where bytes or a string come back, there is one, too.
MADE = "[]"
# One made by a call of its type without arguments, with one and two, and by name.
OBJECT = "object()"
OBJECT_OF_ONE, OBJECT_OF_TWO = total(ONE, MADE), total(TWO, MADE)
OBJECT_BY_NAME = total("vm_many(x=i, y=d)", MADE)

# Reading an attribute through a descriptor: of what is there, of a new float, int and object.
GET, GET_REAL, GET_INT = "d.real", "z.real", "view.nbytes"
GET_OBJECT = total(GET, MADE)
# Writing one through a descriptor: a bool, and an object that is kept.
SET, SET_KEPT = "error.__suppress_context__ = True", "error.__cause__ = error"

ITEM, ITEM_REAL = "cells[1]", "reals[1]"
ITEM_OBJECT = total(ITEM, MADE)
SET_ITEM, SET_ITEM_REAL = "cells[1] = 6", "reals[1] = 6.0"
# Reading an attribute of an instance, which needs no descriptor.
SLOT = "slots.a"
