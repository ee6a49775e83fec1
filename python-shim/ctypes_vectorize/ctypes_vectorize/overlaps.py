"""Refuses operands of which a call would write what a later one reads."""

from . import shapes
from .operands import Lent, Read


def check_overlaps(arguments, out, errno, shape):
    """Raises `ValueError` if places for results share memory with each other or with arguments, or arguments that
    are passed by value with those that C may write.

    Operands may share memory if each call finds both at the very same place: it reads before it writes.
    """
    read = [each for each in arguments if isinstance(each, Read)]
    written = [each for each in arguments if isinstance(each, Lent) and each.is_written]
    for place in filter(None, (out, errno)):
        if shapes.overlaps_itself(place):
            raise ValueError(f"{place.name} overlaps itself")
        for operand in arguments:
            if operand in read or operand in written:
                _check(place, operand, shape)
    if out and errno and out.overlaps(errno):
        raise ValueError("out overlaps errno")
    for operand in read:
        for other in written:
            _check(operand, other, shape, ", which C may write")


def _check(operand, other, shape, why=""):
    if operand.overlaps(other) and not shapes.are_same_places(operand, other, shape):
        raise ValueError(f"{operand.name} overlaps {other.name}{why}")
