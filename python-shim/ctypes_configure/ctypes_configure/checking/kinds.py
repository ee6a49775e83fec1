"""Says what a ctypes type is: which kind of number, and how a program writes it."""

import ctypes

FUNCTION_POINTER = ctypes._CFuncPtr
_SIMPLE, _POINTER = ctypes._SimpleCData, ctypes._Pointer

# The kind of number by `_type_`, the code of a simple type.
_NUMBERS = {
    **dict.fromkeys("bhilqv", "signed"), **dict.fromkeys("BHILQ", "unsigned"),
    **dict.fromkeys("fdg", "float"), **dict.fromkeys("PzZOX", "pointer"),
    "c": "char", "?": "bool", "u": "wchar",
}
_CLASSES = ((ctypes.Structure, "record"), (ctypes.Union, "record"), (ctypes.Array, "array"),
            (_POINTER, "pointer"), (FUNCTION_POINTER, "pointer"))
_STRINGS = {"z": ctypes.c_char, "Z": ctypes.c_wchar}


def is_type(value):
    """Whether `value` is a type of ctypes, or one derived from it."""
    return isinstance(value, type) and issubclass(value, (_SIMPLE, *(each for each, _ in _CLASSES)))


def is_record(value):
    """Whether `value` is the class of a structure or union."""
    return isinstance(value, type) and issubclass(value, (ctypes.Structure, ctypes.Union))


def kind_of(declared):
    """Returns `record`, `array`, `pointer`, or the kind of number: `signed`, `unsigned`, `float`, `bool`,
    `char`, `wchar` or `complex`."""
    for base, kind in _CLASSES:
        if issubclass(declared, base):
            return kind
    return _NUMBERS.get(declared._type_, "complex")


def target_of(declared):
    """Returns the type that a pointer is to, or `None` if that is not known or is `void`."""
    if issubclass(declared, _POINTER):
        return getattr(declared, "_type_", None)
    return _STRINGS.get(declared._type_) if issubclass(declared, _SIMPLE) else None


def innermost(declared):
    """Returns what an array, of any number of dimensions, is of; any other type as it is."""
    while kind_of(declared) == "array":
        declared = declared._type_
    return declared


def is_swapped(declared):
    """Whether the bytes are in the order that is not the machine's: such types are not checked."""
    declared = innermost(declared)
    if kind_of(declared) == "record":
        return hasattr(declared, "_swappedbytes_")
    other = getattr(declared, "__ctype_le__", declared), getattr(declared, "__ctype_be__", declared)
    return other[0] is not other[1] and declared.__name__.endswith(("_le", "_be"))


def spelled(declared):
    """Returns a type as a program writes it."""
    if declared is None:
        return "None"
    if not is_type(declared):
        return getattr(declared, "__name__", repr(declared))
    if issubclass(declared, ctypes.Array):
        return f"{spelled(declared._type_)} * {declared._length_}"
    if issubclass(declared, _POINTER):
        return f"POINTER({spelled(target_of(declared))})"
    if issubclass(declared, FUNCTION_POINTER):
        words = [declared._restype_, *(getattr(declared, "_argtypes_", None) or ())]
        return f"CFUNCTYPE({', '.join(map(spelled, words))})"
    return declared.__name__
