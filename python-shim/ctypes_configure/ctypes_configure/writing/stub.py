"""Writes the type stub (`.pyi`) of a written module: what editors show and type checkers check."""

from ..reading import model
from . import scalars

_VALUES = {
    "c_char": "bytes", "c_wchar": "str", "c_bool": "bool", "c_float": "float", "c_double": "float",
    "c_longdouble": "float", "c_char_p": "bytes | None", "c_wchar_p": "str | None", "c_void_p": "int | None",
}


def record(name, base, members):
    """Returns the class of a structure or union whose fields read as these types."""
    lines = [f"    {label}: {kind}" for label, kind in members if label.isidentifier()]
    return "\n".join([f"class {name}({base}):", *(lines or ["    pass"])])


def function(name, declared, declarations):
    """Returns the signature of a function."""
    arguments = [f"argument_{place}: {_argument(each, declarations)}"
                 for place, each in enumerate(declared.parameters)]
    arguments += ["/"] * bool(arguments)
    if declared.variadic or not declared.prototyped:
        arguments.append("*arguments: Any")
    result = "None" if isinstance(model.bare(declared.result), model.Void) else \
        _value(declarations.result(declared.result), declared.result)
    return f"def {name}({', '.join(arguments)}) -> {result}: ..."


def variable(name, kind, expression):
    """Returns the declaration of an object of a ctypes type, which is that expression."""
    classes = (model.Record, model.Scalar, model.Enum)
    named = expression in _VALUES or isinstance(model.bare(kind), classes) and expression.isidentifier()
    return f"{name}: {expression if named else 'Any'}"


def read(kind, expression):
    """Returns the type of what reading a field of this type, which is that expression, gives."""
    bare = model.bare(kind)
    if isinstance(bare, model.Array):
        if scalars.is_char(bare.item):
            return "bytes"
        return "str" if scalars.is_wchar(bare.item) else "Any"
    return _value(expression, kind)


def _argument(kind, declarations):
    bare = model.bare(kind)
    if isinstance(bare, model.Pointer):
        # A pointer, an array, byref(), None, and for some bytes: ctypes converts too much to be listed.
        return "Any"
    return _value(declarations.passed(kind), kind)


def _value(expression, kind):
    bare = model.bare(kind)
    if expression in _VALUES:
        return _VALUES[expression]
    if isinstance(bare, model.Record):
        return expression
    if isinstance(bare, (model.Enum, model.Scalar)) and not expression.startswith("("):
        return _VALUES.get(scalars.name(bare), "int") if isinstance(bare, model.Scalar) else "int"
    return "Any"
