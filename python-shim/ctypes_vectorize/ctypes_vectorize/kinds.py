"""Which kind of parameter an argtype declares."""

from ctypes import Array, Structure, Union

from _ctypes import CFuncPtr, _Pointer

from .formats import NUMBERS, code_of
from .memory import CData
from .parameters import (AddressParameter, AggregateParameter, FunctionParameter, NumberParameter, Parameter,
                         PointerParameter, StringParameter)

_BY_CODE = {**dict.fromkeys(NUMBERS, NumberParameter), "P": AddressParameter, "z": StringParameter,
            "Z": StringParameter}
_BY_CLASS = {Structure: AggregateParameter, Union: AggregateParameter, Array: PointerParameter,
             _Pointer: PointerParameter, CFuncPtr: FunctionParameter}


def parameter(index, ctype):
    """Returns the parameter with this argtype; the first one has the index 1."""
    return _class_of(ctype)(f"argument {index}", ctype)


def _class_of(ctype):
    if not isinstance(ctype, type) or not issubclass(ctype, CData) or _has_own_conversion(ctype):
        return Parameter
    if issubclass(ctype, _Pointer) and not hasattr(ctype, "_type_"):
        return Parameter
    for base, found in _BY_CLASS.items():
        if issubclass(ctype, base):
            return found
    return _BY_CODE.get(code_of(ctype), Parameter)


def _has_own_conversion(ctype):
    """Returns whether Python code that is not part of ctypes converts the arguments."""
    classes = (*ctype.__mro__, *type(ctype).__mro__)
    converts = next(each for each in classes if "from_param" in vars(each))
    return converts.__module__.partition(".")[0] not in ("ctypes", "_ctypes")
