"""Where the items of operands lie: broadcasting, and which operands share memory.

An operand has an `address`, that of its first item, a `shape`, `strides` and a `size`, that of an item in bytes.
"""

import math
from itertools import zip_longest


def c_strides(shape, size):
    """Returns the strides of a contiguous array with items of `size` bytes."""
    strides = []
    for extent in reversed(shape):
        strides.append(size)
        size *= extent
    return tuple(reversed(strides))


def is_contiguous(shape, strides, size):
    """Returns whether the items of `size` bytes follow each other in memory."""
    wanted = c_strides(shape, size)
    return all(extent == 1 or own == other for extent, own, other in zip(shape, strides, wanted)) or 0 in shape


def broadcast(shape, other):
    """Returns the shape that two shapes stretch to, or `None` if they do not fit."""
    together = []
    for one, two in zip_longest(reversed(shape), reversed(other), fillvalue=1):
        if one != two and 1 not in (one, two):
            return None
        together.append(two if one == 1 else one)
    return tuple(reversed(together))


def stretched(operand, shape):
    """Returns the strides by which an operand steps over a shape that it stretches to."""
    added = (0,) * (len(shape) - len(operand.shape))
    return added + tuple(0 if extent == 1 else stride for extent, stride in zip(operand.shape, operand.strides))


def addresses(operand, shape):
    """Returns the address of an operand's item for each call, in C order."""
    found = [operand.address]
    for extent, stride in zip(shape, stretched(operand, shape)):
        steps = [stride * index for index in range(extent)]
        found = [address + step for address in found for step in steps]
    return found


def overlaps_itself(operand):
    """Returns whether two items of an operand share memory."""
    found = sorted(addresses(operand, operand.shape))
    return any(following - address < operand.size for address, following in zip(found, found[1:]))


def overlap(operand, other):
    """Returns whether two operands may share memory."""
    if 0 in operand.shape or 0 in other.shape:
        return False
    (low, high), (other_low, other_high) = _range(operand), _range(other)
    if high <= other_low or other_high <= low:
        return False
    step = math.gcd(*_steps(operand), *_steps(other))
    if step == 0:
        return True
    # Every item of `operand` begins at a multiple of `step`, and every one of `other` so far behind one.
    distance = (other.address - operand.address) % step
    return distance < operand.size or distance + other.size > step


def are_same_places(operand, other, shape):
    """Returns whether each call finds its items of two operands at the very same place."""
    return (operand.address == other.address and operand.size == other.size
            and stretched(operand, shape) == stretched(other, shape))


def _steps(operand):
    return [stride for extent, stride in zip(operand.shape, operand.strides) if extent > 1]


def _range(operand):
    ends = [stride * (extent - 1) for extent, stride in zip(operand.shape, operand.strides)]
    low = operand.address + sum(end for end in ends if end < 0)
    return low, operand.address + sum(end for end in ends if end > 0) + operand.size
