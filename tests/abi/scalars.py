"""The scalar types: how C and ctypes spell them, and what their values are."""

from typing import NamedTuple


class Scalar(NamedTuple):
    c: str
    python: str
    # "signed", "unsigned", "bool", "char", "wchar", "float", "complex", "address", "string".
    kind: str
    # Bytes on System V x86-64.
    size: int

    @property
    def is_integer(self):
        return self.kind in ("signed", "unsigned")

    @property
    def is_widened(self):
        """Whether C hands it on as a `long long` too: what is narrower has to be extended rightly."""
        return self.kind in ("signed", "unsigned", "bool", "char", "wchar")


def _scalars():
    for c, python, size in [("signed char", "c_byte", 1), ("short", "c_short", 2), ("int", "c_int", 4),
                            ("long", "c_long", 8), ("long long", "c_longlong", 8)]:
        yield Scalar(c, python, "signed", size)
    for c, python, size in [("unsigned char", "c_ubyte", 1), ("unsigned short", "c_ushort", 2),
                            ("unsigned int", "c_uint", 4), ("unsigned long", "c_ulong", 8),
                            ("unsigned long long", "c_ulonglong", 8)]:
        yield Scalar(c, python, "unsigned", size)
    yield Scalar("_Bool", "c_bool", "bool", 1)
    yield Scalar("char", "c_char", "char", 1)
    yield Scalar("wchar_t", "c_wchar", "wchar", 4)
    yield Scalar("float", "c_float", "float", 4)
    yield Scalar("double", "c_double", "float", 8)
    yield Scalar("long double", "c_longdouble", "float", 16)
    yield Scalar("float _Complex", "c_float_complex", "complex", 8)
    yield Scalar("double _Complex", "c_double_complex", "complex", 16)
    yield Scalar("long double _Complex", "c_longdouble_complex", "complex", 32)
    yield Scalar("void *", "c_void_p", "address", 8)
    yield Scalar("int *", "POINTER(c_int)", "address", 8)
    yield Scalar("function", "function", "address", 8)
    yield Scalar("char *", "c_char_p", "string", 8)
    yield Scalar("wchar_t *", "c_wchar_p", "string", 8)


SCALARS = {scalar.c: scalar for scalar in _scalars()}
