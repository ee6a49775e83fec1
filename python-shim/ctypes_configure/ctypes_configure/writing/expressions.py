"""Writes C types as expressions of ctypes types."""

from dataclasses import dataclass, field

from ..errors import IncompleteType, Unsupported
from ..reading import model
from . import scalars
from .class_names import ClassNames


@dataclass
class Expressions:
    """Expressions of types, and the names of `ctypes` that they use (`imports`).

    What has a name is declared by the class that derives from this, in `record` and `typedef`. `with_typedefs` has
    the names of the typedefs to be declared, and referred to, by their own names; other typedefs are replaced by
    what they are of, those of function pointers excepted.
    """

    class_names: ClassNames
    layouts: object
    with_typedefs: frozenset = frozenset()
    imports: set = field(default_factory=set)

    def expression(self, kind):
        """Returns the Python expression of a type, after declaring what it refers to.

        Raises `Unsupported` and `IncompleteType` if ctypes has no such type.
        """
        match kind:
            case model.Const():
                return self.expression(kind.of)
            case model.Typedef():
                return self._typedef(kind)
            case model.Scalar():
                return self._scalar(kind)
            case model.Enum():
                if kind.size is None:
                    raise IncompleteType(f"{kind.spelling} is declared but not defined")
                return self._import(scalars.enum_name(kind))
            case model.Pointer():
                return self._pointer(kind)
            case model.Array():
                return self._array(kind)
            case model.Record():
                if not kind.complete:
                    raise IncompleteType(f"{kind.spelling} is declared but not defined")
                return self.record(kind)
            case _:
                raise Unsupported(f"a value of type {model.spelling(kind)}")

    def result(self, kind, ahead=False):
        """Returns the expression of a function's result. `ahead` allows a class without fields yet."""
        if isinstance(model.bare(kind), model.Void):
            return "None"
        bare = model.bare(kind)
        if isinstance(bare, model.Pointer) and scalars.is_char(bare.target) and not model.is_const(bare.target):
            # The caller may have to free it, and `c_char_p` would drop the pointer.
            return f"{self._import('POINTER')}({self._import('c_char')})"
        return self.passed(kind, ahead)

    def passed(self, kind, ahead=False):
        """Returns the expression of a parameter or result, by value. `ahead` allows a class without fields yet."""
        bare = model.bare(kind)
        if isinstance(bare, model.Scalar) and scalars.name(bare) is None:
            raise Unsupported(f"ctypes cannot pass {bare.name}")
        if ahead and isinstance(bare, model.Record) and bare.complete:
            return self.record(bare, behind_pointer=True)
        return self.expression(kind)

    def _import(self, name):
        self.imports.add(name)
        return name

    def _scalar(self, kind):
        name = scalars.name(kind)
        if name is not None:
            return self._import(name)
        # Numbers that ctypes lacks are bytes of their size, complex ones their two parts.
        if kind.kind == "complex":
            part = {4: "c_float", 8: "c_double"}.get(kind.size // 2, "c_longdouble")
            return f"({self._import(part)} * 2)"
        return f"({self._import('c_ubyte')} * {kind.size})"

    def _typedef(self, kind):
        if kind.name in scalars.TYPEDEFS and isinstance(model.bare(kind), model.Scalar):
            return self._import(scalars.TYPEDEFS[kind.name])
        if isinstance(model.bare(kind), model.Record):
            self.expression(kind.of)
        if kind.name in self.with_typedefs or is_function_pointer(kind.of):
            return self.typedef(kind)
        return self.expression(kind.of)

    def _pointer(self, kind):
        target = kind.target
        bare = model.bare(target)
        if scalars.is_char(target):
            return self._import("c_char_p")
        if scalars.is_wchar(target):
            return self._import("c_wchar_p")
        if isinstance(bare, model.Function):
            return self._function_pointer(bare)
        if isinstance(bare, model.Record) and (bare.tag or bare.complete):
            try:
                name = self.record(bare, behind_pointer=True)
            except Unsupported:
                return self._import("c_void_p")
            if isinstance(target, model.Typedef) and target.name in self.with_typedefs:
                name = self.typedef(target)
            return f"{self._import('POINTER')}({name})"
        try:
            return f"{self._import('POINTER')}({self.expression(target)})"
        except (Unsupported, IncompleteType):
            return self._import("c_void_p")

    def _function_pointer(self, function):
        try:
            words = [self.result(function.result, ahead=True)]
            words += [self.passed(each, ahead=True) for each in function.parameters]
        except (Unsupported, IncompleteType):
            return self._import("c_void_p")
        return f"{self._import('CFUNCTYPE')}({', '.join(words)})"

    def _array(self, kind):
        item = self.expression(kind.item)
        # ctypes reads `c_int * 2 * 3` as three arrays of two, C's `[3][2]`.
        return f"{item} * {kind.count or 0}"


def is_function_pointer(kind):
    """Returns whether a type is a pointer to a function, behind whatever typedefs."""
    bare = model.bare(kind)
    return isinstance(bare, model.Pointer) and isinstance(model.bare(bare.target), model.Function)
