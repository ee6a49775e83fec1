"""Writes a batch's aggregates as Python code, which is run, and printed when something is wrong."""

from batch import is_scalar
from scalars import SCALARS

HEADER = """\
from ctypes import *
from ctypes import c_float_complex, c_double_complex, c_longdouble_complex

function = CFUNCTYPE(None)
"""


def expression(type):
    """How Python code names a type."""
    if isinstance(type, list):
        return f"({expression(type[0])} * {type[1]})"
    if type == "void":
        return "None"
    return SCALARS[type].python if is_scalar(type) else type


def write_aggregate(aggregate):
    lines = [f"class {aggregate.name}({'Union' if aggregate.union else 'Structure'}):"]
    for name in ("layout", "pack", "align"):
        value = getattr(aggregate, name)
        if value is not None:
            lines.append(f"    _{name}_ = {value!r}")
    fields = []
    for field in aggregate.fields:
        bits = f", {field.bits}" if field.bits else ""
        fields.append(f"('{field.name}', {expression(field.type)}{bits})")
    lines.append(f"    _fields_ = [{', '.join(fields)}]")
    return lines


def write(aggregates):
    lines = [HEADER]
    for aggregate in aggregates:
        lines += [*write_aggregate(aggregate), ""]
    return "\n".join(lines)


def define(aggregates):
    """The namespace with their classes."""
    namespace = {}
    exec(write(aggregates), namespace)
    return namespace
