"""Collects what a module declares: classes, functions, constants, and names of types."""

import ctypes
import enum
from dataclasses import dataclass, field

from . import kinds


@dataclass
class Function:
    """A function of a library: the names that the module has for it, and its symbol, which is `None` if only
    the program's text has it."""

    pointer: object
    symbol: str | None
    names: list = field(default_factory=list)
    library: str | None = None


@dataclass
class Named:
    """A constant or type, by its name in the module that has this file. `owner` is the enum that it is in."""

    name: str
    value: object
    file: str | None
    owner: str | None = None


@dataclass
class Declared:
    """What modules declare. `records` has the names of each class, `functions` is by identity, and
    `libraries` by the names that the modules call them."""

    records: dict = field(default_factory=dict)
    functions: dict = field(default_factory=dict)
    types: list = field(default_factory=list)
    constants: list = field(default_factory=list)
    libraries: dict = field(default_factory=dict)

    def add(self, module):
        """Adds what is in a module's namespace."""
        self._add_names(vars(module), module, is_top=True)

    def _add_names(self, namespace, module, is_top=False):
        for name, value in list(namespace.items()):
            if not isinstance(name, str) or name == "__builtins__":
                continue
            if kinds.is_record(value):
                self._add_record(name, value, module)
            elif kinds.is_type(value):
                if is_top and name != value.__name__:
                    self.types.append(Named(name, value, _file_of(module)))
            elif isinstance(value, kinds.FUNCTION_POINTER):
                self.add_function(name, value)
            elif isinstance(value, ctypes.CDLL):
                self._add_library(name, value)
            elif is_top:
                self._add_other(name, value, module)

    def _add_other(self, name, value, module):
        """Adds a constant, or what is in a container, class or object of the module."""
        if isinstance(value, enum.EnumMeta):
            if issubclass(value, int):
                self.constants += [Named(member, of.value, _file_of(module), value.__name__)
                                   for member, of in value.__members__.items()]
        elif _is_constant(value):
            self.constants.append(Named(name, value, _file_of(module)))
        elif isinstance(value, dict):
            self._add_names(value, module)
        elif isinstance(value, type):
            if value.__module__ == module.__name__:
                self._add_names(vars(value), module)
        elif hasattr(value, "__dict__") and type(value).__module__.partition(".")[0] == \
                module.__name__.partition(".")[0]:
            self._add_names(vars(value), module)

    def _add_record(self, name, value, module):
        if value.__module__.partition(".")[0] in ("ctypes", "_ctypes"):
            return
        known = value in self.records
        names = self.records.setdefault(value, [value.__name__])
        if name not in names:
            names.append(name)
        if not known:
            inner = {key: each for key, each in vars(value).items() if kinds.is_record(each)}
            self._add_names(inner, module)

    def _add_library(self, name, library):
        self.libraries.setdefault(name, library)
        for symbol, value in list(vars(library).items()):
            if isinstance(value, kinds.FUNCTION_POINTER):
                self.add_function(symbol, value, library._name)

    def add_function(self, name, pointer, library=None):
        """Adds a function by one of its names. A callback has neither symbol nor a place in the text."""
        made = Function(pointer, getattr(pointer, "__name__", None))
        function = self.functions.setdefault(id(pointer), made)
        if name not in function.names:
            function.names.append(name)
        function.library = function.library or library


def _file_of(module):
    return getattr(module, "__file__", None)


def _is_constant(value):
    """Whether a value is a number or text; so it is in a tuple, by a comma behind it."""
    if isinstance(value, tuple) and len(value) == 1:
        return isinstance(value[0], (int, float))
    return isinstance(value, (int, float, bytes, str)) and not isinstance(value, bool)
