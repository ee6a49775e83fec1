"""The entries of a class for `configure()`: each asks something of C and makes a result of the answer."""

import ctypes
import os

from ..errors import Unsupported
from ..reading import constants, libraries, model
from ..reading.probes import Question
from . import hints, selected


class Entry:
    """Base of the entries. `questions()` are for the compiler; `result(asked)` reads the answers."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r})"

    def questions(self):
        return []

    def entries(self):
        """Returns the entries that this one needs the results of."""
        return []


class _Conditional(Entry):
    """An entry whose result is `None` unless the macro `ifdef`, if there is one, is defined."""

    def __init__(self, name, ifdef):
        super().__init__(name)
        self.ifdef = ifdef

    def questions(self):
        condition = [] if self.ifdef is None else [Question("defined", self.ifdef)]
        return [*condition, Question("type", self.name), Question("align", self.name)]

    def result(self, asked):
        if self.ifdef is not None and not asked.is_defined(self.ifdef):
            return None
        return self.defined_result(asked)


class Struct(_Conditional):
    """Stands for a structure of C of which only some fields count.

    `interesting_fields` are pairs of a field's name and a ctypes type near to C's, or another `Struct`. The
    result is a `ctypes.Structure` of C's size and alignment with these fields where C has them.
    """

    def __init__(self, name, interesting_fields, ifdef=None):
        super().__init__(name, ifdef)
        self.interesting_fields = interesting_fields

    def entries(self):
        return [hint for _, hint in self.interesting_fields if isinstance(hint, Struct)]

    def questions(self):
        places = (Question("value", self._offset(field)) for field, _ in self.interesting_fields)
        types = (Question("type", self._member(field)) for field, _ in self.interesting_fields)
        return [*super().questions(), *places, *types]

    def defined_result(self, asked):
        alignment = asked.alignment(self, self.name)
        kind = model.bare(asked.type(self, self.name))
        bits = {each.name: each.bits for each in getattr(kind, "fields", ()) if each.bits}
        for name, hint in self.interesting_fields:
            if name in bits:
                raise TypeError(f"field {name} of {self}: the hint is {hints.described(hint)}, "
                                f"but C has a bit-field of {bits[name]} bits")
        fields = [self._field(asked, *each) for each in self.interesting_fields]
        name = self.name.removeprefix("struct ").strip()
        return selected.structure(name, kind.size, alignment, fields, self)

    def _field(self, asked, name, hint):
        where = f"field {name} of {self}"
        kind = asked.type(where, self._member(name))
        offset = asked.value(where, self._offset(name), constants.python_value)
        if isinstance(hint, Struct):
            hint = asked.result(hint)
            if hint is None:
                raise TypeError(f"{where}: the hint is a Struct that C does not define here")
        return name, hints.corrected(hint, kind, where), offset

    # By expressions, so that a field may also be a macro for a member of a member, as `si_pid` is.
    def _offset(self, field):
        return f"__builtin_offsetof(__typeof__({self.name}), {field})"

    def _member(self, field):
        return f"((__typeof__({self.name}) *)0)->{field}"


class SimpleType(_Conditional):
    """Stands for a number type of C. The result is the ctypes type nearest to `ctype_hint`."""

    def __init__(self, name, ctype_hint=ctypes.c_int, ifdef=None):
        super().__init__(name, ifdef)
        self.ctype_hint = ctype_hint

    def defined_result(self, asked):
        asked.alignment(self, self.name)
        return hints.corrected(self.ctype_hint, asked.type(self, self.name), self)


class ConstantInteger(Entry):
    """Stands for an integer constant: a macro, an enumerator or an expression."""

    def questions(self):
        return [Question("value", self.name)]

    def result(self, asked):
        return asked.value(self, self.name, _integer)


class SizeOf(Entry):
    """Stands for the size of a type, in bytes."""

    def questions(self):
        return [Question("value", self._size)]

    def result(self, asked):
        return asked.value(self, self._size, _integer)

    @property
    def _size(self):
        return f"sizeof({self.name})"


class Defined(Entry):
    """Stands for whether a macro is defined."""

    def __init__(self, macro):
        super().__init__(macro)
        self.macro = macro

    def questions(self):
        return [Question("defined", self.macro)]

    def result(self, asked):
        return asked.is_defined(self.macro)


class _DefinedConstant(Defined):
    """Stands for the value of a macro, or of the expression `name`; `None` if the macro is not defined."""

    def __init__(self, macro, name=None):
        super().__init__(macro)
        self.name = name or macro

    def questions(self):
        return [*super().questions(), Question("value", self.name)]

    def result(self, asked):
        return asked.value(self, self.name, self.read) if super().result(asked) else None


def _integer(value, machine):
    read = constants.python_value(value, machine)
    if isinstance(read, (int, float)):
        return int(read)
    raise Unsupported("it is no integer")


def _float(value, machine):
    read = constants.python_value(value, machine)
    if isinstance(read, (int, float)):
        return float(read)
    raise Unsupported("it is no number")


def _text(value, machine):
    kind = model.bare(value.type)
    if isinstance(kind, model.Array) and model.bare(kind.item).size == 1:
        return value.data.partition(b"\0")[0].decode("latin-1")
    raise Unsupported("it is no string")


class DefinedConstantInteger(_DefinedConstant):
    """Stands for an integer macro that may be missing."""

    read = staticmethod(_integer)


class DefinedConstantDouble(_DefinedConstant):
    """Stands for a floating-point macro that may be missing."""

    read = staticmethod(_float)


class DefinedConstantString(_DefinedConstant):
    """Stands for a string macro that may be missing. The result has a character for each byte of it."""

    read = staticmethod(_text)


class Has(Entry):
    """Stands for whether a program compiles and links that uses an expression, or the name of a function."""

    def result(self, asked):
        return asked.links(f"{self.name};")


class Works(Entry):
    """Stands for whether a program compiles and links that does nothing."""

    def __init__(self):
        super().__init__(None)

    def result(self, asked):
        return asked.links("")


class Library(Entry):
    """Stands for a shared library, by the name that `-l` takes. The result is the loaded `ctypes.CDLL`."""

    def result(self, asked):
        directories = asked.info.library_dirs
        name = libraries.find(self.name, asked.compiler, directories).loaded_as
        # The loader does not search the directories that the linker is told of.
        own = (os.path.join(directory, name) for directory in directories)
        return ctypes.CDLL(next(filter(os.path.exists, own), name))
