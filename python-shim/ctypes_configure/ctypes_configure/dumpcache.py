"""Writes what `configure()` returned as a Python module, which needs neither a compiler nor this package."""

import ctypes
import os
import platform
import re
import sys

from .errors import Unsupported

# Attributes that tell how the fields of a class lie, in the order in which they are written.
_SETTINGS = ("_layout_", "_pack_", "_align_", "_anonymous_")
# How a function is called, in the lowest bits of `_flags_` of its type, and the options in the others.
_PROTOTYPES = {0: "WINFUNCTYPE", 1: "CFUNCTYPE", 5: "PYFUNCTYPE"}
_OPTIONS = {8: "use_errno=True", 16: "use_last_error=True"}

# Imports the module that is for the machine at hand, next to itself or in the same package.
_CHOICE = '''\
import ctypes
import importlib
import platform

_name = f"_{basename}_{{platform.machine()}}_{{ctypes.sizeof(ctypes.c_void_p) * 8}}_"
_prefix = __package__ + "." if __package__ else ""
_chosen = importlib.import_module(_prefix + _name)
globals().update({{name: getattr(_chosen, name) for name in _chosen.__all__}})
'''


def dumpcache(referencefilename, filename, config):
    """Writes the module `filename`, in the directory of the file `referencefilename`.

    Its variables are the items of `config`: integers, floats, strings, `None`, lists and tuples of these,
    types of ctypes, and libraries. Raises `Unsupported` for anything else.
    """
    writer = _Writer(config)
    for name in sorted(config):
        writer.declare(name, config[name])
    head = f"import ctypes\n\n__all__ = {sorted(config)!r}\n\n"
    with open(os.path.join(os.path.dirname(referencefilename), filename), "w", encoding="utf-8") as file:
        file.write(head + "".join(writer.lines))


def dumpcache2(basename, config, sourcefile=None):
    """Writes a module for this machine, and `_BASENAME_cache.py`, which imports the one for its machine.

    The directory is that of the file `sourcefile`, or else of the file that calls.
    """
    sourcefile = sourcefile or sys._getframe(1).f_globals.get("__file__", "")
    machine = f"{platform.machine()}_{ctypes.sizeof(ctypes.c_void_p) * 8}"
    dumpcache(sourcefile, f"_{basename}_{machine}_.py", config)
    path = os.path.join(os.path.dirname(sourcefile), f"_{basename}_cache.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_CHOICE.format(basename=basename))


class _Writer:
    """Writes items of `config` into `lines`, each class before what has it as a field."""

    def __init__(self, config):
        self.lines = []
        self._reserved = set(config)
        # Of several names of a class the first counts.
        self._names = {config[name]: name for name in sorted(config, reverse=True)
                       if _is_record(config[name])}
        self._written, self._open = {}, []

    def declare(self, name, value):
        """Writes one item. What is a class of this name by then needs no more."""
        expression = self._value(value)
        if expression != name:
            self.lines.append(f"{name} = {expression}\n")

    def _value(self, value):
        match value:
            case None | bool() | int() | str() | bytes():
                return repr(value)
            case float():
                return f"float({str(value)!r})" if value - value else repr(value)
            case list():
                return f"[{', '.join(map(self._value, value))}]"
            case tuple():
                return "".join(["(", *(f"{self._value(each)}, " for each in value), ")"])
            case ctypes.CDLL():
                return f"ctypes.CDLL({value._name!r})"
            case type():
                return self._type(value)
        raise Unsupported(f"a cache has no place for {value!r}")

    def _type(self, kind):
        """Returns the expression of a type, after writing the classes that it needs."""
        if kind is None or getattr(ctypes, kind.__name__, None) is kind:
            return "None" if kind is None else f"ctypes.{kind.__name__}"
        if _is_record(kind):
            return self._record(kind)
        match kind:
            case type(_length_=length, _type_=item):
                return f"{self._type(item)} * {length}"
            case type(_argtypes_=arguments, _restype_=result, _flags_=flags) if flags & 7 in _PROTOTYPES:
                types = [self._type(each) for each in (result, *arguments)]
                options = [text for flag, text in _OPTIONS.items() if flags & flag]
                return f"ctypes.{_PROTOTYPES[flags & 7]}({', '.join(types + options)})"
            case type(contents=_, _type_=target):
                return f"ctypes.POINTER({self._type(target)})"
        raise Unsupported(f"a cache has no place for the type {kind!r}")

    def _record(self, kind):
        """Returns the name of a structure or union, after writing its class if that is not done yet."""
        if kind in self._written:
            return self._written[kind]
        base = kind.__mro__[1]
        if kind in self._open or getattr(ctypes, base.__name__, None) is not base:
            why = "refers to itself" if kind in self._open else f"is derived from {base.__name__}"
            raise Unsupported(f"a cache has no place for {kind.__name__}, which {why}")
        self._open.append(kind)
        fields = [(f"{field!r}", self._type(own), *map(str, bits)) for field, own, *bits in kind._fields_]
        settings = [f"    {each} = {getattr(kind, each)!r}\n" for each in _SETTINGS if each in vars(kind)]
        name = self._written[kind] = self._names.get(kind) or self._name_for(kind)
        self._open.remove(kind)
        self.lines += [f"\n\nclass {name}(ctypes.{base.__name__}):\n", *settings, "    _fields_ = [\n"]
        self.lines += [*(f"        ({', '.join(each)}),\n" for each in fields), "    ]\n\n\n"]
        return name

    def _name_for(self, kind):
        """Returns a new name for a class that is only a part of others."""
        name = re.sub(r"\W", "_", kind.__name__)
        while name in self._reserved:
            name += "_"
        self._reserved.add(name)
        return name


def _is_record(value):
    return isinstance(value, type) and issubclass(value, (ctypes.Structure, ctypes.Union))
