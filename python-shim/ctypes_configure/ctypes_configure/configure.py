"""Asks the C compiler about constants, types and structures, and gives ctypes types and Python values.

A class says what is asked: `_compilation_info_` is an `ExternalCompilationInfo`, and every attribute that is
an entry (`Struct`, `ConstantInteger`, ...) becomes an item of the `dict` that `configure()` returns.
"""

import ctypes
import functools

from .cbuild import ExternalCompilationInfo
from .dumpcache import dumpcache
from .old.asked import Asked
from .old.entries import (ConstantInteger, Defined, DefinedConstantDouble, DefinedConstantInteger,
                          DefinedConstantString, Entry, Has, Library, SimpleType, SizeOf, Struct, Works)

__all__ = [
    "ConstantInteger", "Defined", "DefinedConstantDouble", "DefinedConstantInteger", "DefinedConstantString",
    "ExternalCompilationInfo", "Has", "Library", "SimpleType", "SizeOf", "Struct", "Works", "check_eci",
    "configure", "dumpcache", "eci_from_header", "getconstantinteger", "getdefined", "getsimpletype",
    "getstruct", "has", "memory_alignment", "sizeof",
]

# Attributes of which programs for versions before `ExternalCompilationInfo` expect an effect.
_REPLACED = ("_header_", "_includes_", "_include_dirs_", "_libraries_", "_library_dirs_", "_sources_")


def configure(CConfig, noerr=False):
    """Returns the results of the entries in a class, inherited ones too, by the names of the attributes.

    `noerr` has no effect: nothing is ever printed, and what C does not have is an exception.
    """
    for name in _REPLACED:
        if hasattr(CConfig, name):
            raise TypeError(f"{CConfig!r} has {name}: say it in _compilation_info_ instead")
    if not isinstance(getattr(CConfig, "_compilation_info_", None), ExternalCompilationInfo):
        raise TypeError(f"{CConfig!r} has no _compilation_info_ that is an ExternalCompilationInfo")
    attributes = {name: getattr(CConfig, name) for name in dir(CConfig)}
    entries = {name: value for name, value in attributes.items() if isinstance(value, Entry)}
    asked = Asked(CConfig._compilation_info_, entries.values())
    return {name: asked.result(entry) for name, entry in entries.items()}


def eci_from_header(c_header_source):
    """Returns the compilation info of a C text."""
    return ExternalCompilationInfo(pre_include_lines=c_header_source.split("\n"))


def getstruct(name, c_header_source, interesting_fields):
    """Returns the structure that a `Struct` gives."""
    return _result(Struct(name, interesting_fields), eci_from_header(c_header_source))


def getsimpletype(name, c_header_source, ctype_hint=ctypes.c_int):
    """Returns the type that a `SimpleType` gives."""
    return _result(SimpleType(name, ctype_hint), eci_from_header(c_header_source))


def getconstantinteger(name, c_header_source):
    """Returns an integer constant."""
    return _result(ConstantInteger(name), eci_from_header(c_header_source))


def getdefined(macro, c_header_source):
    """Returns whether a macro is defined."""
    return _result(Defined(macro), eci_from_header(c_header_source))


def has(name, c_header_source):
    """Returns whether a program that uses `name` compiles and links: not if the text itself does not."""
    return _result(Has(name), eci_from_header(c_header_source))


def check_eci(eci):
    """Returns whether a program with these includes and libraries compiles and links."""
    return _result(Works(), eci)


def sizeof(name, eci, **attributes):
    """Returns the size of a type. The class that asks for it has also the `attributes`."""
    return _result(SizeOf(name), eci, **attributes)


@functools.cache
def memory_alignment():
    """Returns an alignment of memory that is enough for pointers and for `double`, in bytes."""
    return ctypes.alignment(getstruct("struct most", "struct most { double number; void *pointer; };", []))


def _result(entry, eci, **attributes):
    asked = type("CConfig", (), {**attributes, "_compilation_info_": eci, "RESULT": entry})
    return configure(asked)["RESULT"]
