"""Writes a batch's aggregates as Python code, which is run, and printed when something is wrong."""

from batch import is_scalar
from scalars import SCALARS

# Not every platform has complex types.
HEADER = """\
import ctypes
from ctypes import *

globals().update(item for item in vars(ctypes).items() if item[0].endswith("_complex"))
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


def write_call(signature, library):
    """Calls the signature's function with distinct bytes, and shows what C was given and returned."""
    fixed = len(signature.parameters) if signature.fixed is None else signature.fixed
    types = list(map(expression, signature.parameters))
    lines = [f"library = CDLL({str(library)!r})",
             "result = (c_ubyte * 1024).in_dll(library, 'result')",
             "result[:] = [(7 * at + 1) % 256 for at in range(1024)]",
             "some = lambda type: type.from_buffer_copy(bytes(range(1, 1 + sizeof(type))))",
             f"call = library.call_{signature.name}",
             f"call.restype = {expression(signature.result)}"]
    if signature.declared:
        lines.append(f"call.argtypes = [{', '.join(types[:fixed])}]")
    lines += [f"returned = call({', '.join(f'some({each})' for each in types)})",
              "print('C was given', bytes((c_ubyte * 512).in_dll(library, 'arguments')).hex(' ', 16))",
              "print('C returns', returned, bytes(returned).hex() if hasattr(returned, '_fields_') else '')"]
    return "\n".join(lines)


def define(aggregates):
    """The namespace with their classes."""
    namespace = {}
    exec(write(aggregates), namespace)
    return namespace
