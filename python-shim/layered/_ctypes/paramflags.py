"""Functions whose parameters have directions, names and defaults."""
from _ctypes.array import Array
from _ctypes.basics import MISSING
from _ctypes.pointer import _Pointer

IN, OUT, LCID = 1, 2, 4
KINDS = (IN, OUT, IN | OUT, IN | LCID)


def checked_paramflags(paramflags, argtypes):
    """The kind, name and default of each parameter."""
    if not isinstance(paramflags, tuple):
        raise TypeError("paramflags must be a tuple or None")
    if argtypes is not None and len(paramflags) != len(argtypes):
        raise ValueError("paramflags must have the same length as argtypes")
    described = [described_parameter(flags) for flags in paramflags]
    for number, ((kind, *_), ctype) in enumerate(zip(described, argtypes or ()), 1):
        if kind not in KINDS:
            raise TypeError(f"paramflag value {kind} not supported")
        if kind == OUT and not is_address(ctype):
            raise TypeError(f"'out' parameter {number} must be a pointer type, not "
                            f"{ctype.__name__}")
    return described


def described_parameter(flags):
    if isinstance(flags, tuple) and 1 <= len(flags) <= 3:
        kind, name, default = flags + (None, MISSING)[len(flags) - 1:]
        if isinstance(kind, int) and (name is None or isinstance(name, str)):
            return kind & (IN | OUT | LCID) or IN, name, default
    raise TypeError("paramflags must be a sequence of (int [,string [,value]]) tuples")


def is_address(ctype):
    is_pointer = isinstance(ctype, type) and issubclass(ctype, (_Pointer, Array))
    return is_pointer or getattr(ctype, "_type_", None) in ("z", "Z", "P")


def arranged(described, argtypes, args, kwargs):
    """The arguments in the order of the parameters, and functions that give what comes out."""
    arguments, outputs, given, named = [], [], 0, 0
    for (kind, name, default), ctype in zip(described, argtypes):
        if kind == OUT:
            value = made(ctype) if default is MISSING else default
            outputs.append(value.__ctypes_from_outparam__)
        elif kind & LCID:
            value = 0 if default is MISSING else default
        elif given < len(args):
            value = args[given]
            given += 1
        elif name in kwargs:
            value = kwargs[name]
            named += 1
        elif default is not MISSING:
            value = default
        else:
            raise TypeError(f"required argument '{name}' missing" if name
                            else "not enough arguments")
        if kind == IN | OUT:
            outputs.append(lambda value=value: value)
        arguments.append(value)
    if len(args) + len(kwargs) != given + named:
        plural = "" if given + named == 1 else "s"
        raise TypeError(f"call takes exactly {given + named} argument{plural} "
                        f"({len(args) + len(kwargs)} given)")
    return tuple(arguments), outputs


def made(ctype):
    """What C is to fill."""
    target = ctype if issubclass(ctype, Array) else ctype._type_
    if isinstance(target, str):
        raise TypeError(f"{ctype.__name__} 'out' parameter must be passed as default value")
    return target()
