"""Which name of `ctypes` stands for which number of C."""

from ..reading import model

_BY_WORDS = {
    "char": "c_char", "signed char": "c_byte", "unsigned char": "c_ubyte",
    "short": "c_short", "unsigned short": "c_ushort", "int": "c_int", "unsigned int": "c_uint",
    "long": "c_long", "unsigned long": "c_ulong",
    "long long": "c_longlong", "unsigned long long": "c_ulonglong",
    "_Bool": "c_bool", "bool": "c_bool",
    "float": "c_float", "double": "c_double", "long double": "c_longdouble",
}
# What compilers call by a name of their own, such as `char16_t` and `_Float64`.
_BY_SIZE = {
    ("signed", 1): "c_int8", ("signed", 2): "c_int16", ("signed", 4): "c_int32", ("signed", 8): "c_int64",
    ("unsigned", 1): "c_uint8", ("unsigned", 2): "c_uint16", ("unsigned", 4): "c_uint32",
    ("unsigned", 8): "c_uint64", ("bool", 1): "c_bool", ("float", 4): "c_float", ("float", 8): "c_double",
}
_ENUMS = {1: ("c_ubyte", "c_byte"), 2: ("c_ushort", "c_short"), 4: ("c_uint", "c_int"),
          8: ("c_ulonglong", "c_longlong")}
# Typedefs that ctypes has too.
TYPEDEFS = {
    "size_t": "c_size_t", "ssize_t": "c_ssize_t", "wchar_t": "c_wchar",
    **{f"{sign}int{bits}_t": f"c_{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}


def name(scalar):
    """Returns the name in `ctypes` of a `model.Scalar`, or `None` if there is none."""
    return _BY_WORDS.get(_usual(scalar.name)) or _BY_SIZE.get((scalar.kind, scalar.size))


def enum_name(enum):
    """Returns the name in `ctypes` of the integer behind an enum."""
    return _ENUMS[enum.size][enum.signed]


def _usual(spelled):
    """Returns one spelling for all that C allows: `long unsigned int` is `unsigned long`."""
    words = spelled.split()
    if "char" not in words and len(words) > 1 and "int" in words:
        words = [word for word in words if word not in ("int", "signed")] or ["int"]
    if words == ["unsigned"]:
        words.append("int")
    return " ".join(sorted(words, key=lambda word: word not in ("unsigned", "signed")))


def is_char(kind):
    """Whether a type is plain `char`, of which C makes strings."""
    kind = model.bare(kind)
    return isinstance(kind, model.Scalar) and kind.name == "char"


def is_wchar(kind):
    """Whether a type is `wchar_t` by that name."""
    while isinstance(kind, (model.Const, model.Typedef)):
        if isinstance(kind, model.Typedef) and kind.name == "wchar_t":
            return True
        kind = kind.of
    return False
