"""Python names of what C declares.

Functions, variables, typedefs, macros and enumerators keep their names; tags are names of their own in C, so
`struct stat` is `struct_stat` (`class_names` has the exception).
"""

import keyword

# Names that every written module uses itself.
RESERVED = frozenset({"CDLL", "CFUNCTYPE", "IntEnum", "POINTER", "Structure", "Union", "cast", "find_library"})


def identifier(name):
    """Returns a name that Python accepts: with `_` behind a keyword or a name the module itself needs."""
    return name + "_" if keyword.iskeyword(name) or name in RESERVED else name


def field(name):
    """Returns the name of a field: with `_` behind a keyword."""
    return name + "_" if keyword.iskeyword(name) else name


def member(name):
    """Returns the name of an enum's member: with `_` behind a keyword or a name that `enum` keeps for itself."""
    kept = keyword.iskeyword(name) or name == "mro" or len(name) > 1 and name[0] == name[-1] == "_"
    return name + "_" * kept
