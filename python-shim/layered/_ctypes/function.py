"""Function pointers, foreign functions and callbacks."""
import _rawffi
from _ctypes.basics import AddressMeta, ArgumentError, CArgObject, CDataMeta, _CData
from _ctypes.callback import Called
from _ctypes.library import dlsym
from _ctypes.paramflags import arranged, checked_paramflags
from _ctypes.primitive import ARRAYS, SimpleType, copied_string, is_plain

MAX_ARGUMENTS = 1024


class FuncPtrType(AddressMeta):
    def __new__(metaclass, name, bases, namespace):
        self = type.__new__(metaclass, name, bases, namespace)
        if bases == (_CData,):
            return self
        if not isinstance(getattr(self, "_flags_", None), int):
            raise TypeError("class must define _flags_ which must be an integer")
        self._ffiitem = "P"
        self._default_argtypes = checked_argtypes(getattr(self, "_argtypes_", None))
        self._default_restype = getattr(self, "_restype_", None)
        check_restype(self._default_restype, "_restype_")
        return self

    def _bare(self):
        instance = object.__new__(self)
        instance._argtypes = self._default_argtypes
        instance._set_restype(self._default_restype)
        return instance

    def _kept_with(self, value):
        return {"0": value}


def checked_argtypes(argtypes):
    if argtypes is None:
        return None
    if not isinstance(argtypes, (tuple, list)):
        raise TypeError("_argtypes_ must be a sequence of types")
    if len(argtypes) > MAX_ARGUMENTS:
        raise ArgumentError(f"_argtypes_ has too many arguments ({len(argtypes)}), maximum is "
                            f"{MAX_ARGUMENTS}")
    for number, argtype in enumerate(argtypes, 1):
        if not hasattr(argtype, "from_param"):
            raise TypeError(f"item {number} in _argtypes_ has no from_param method")
    return tuple(argtypes)


def check_restype(restype, name):
    if restype is not None and not isinstance(restype, CDataMeta) and not callable(restype):
        raise TypeError(f"{name} must be a type, a callable, or None")


class CFuncPtr(_CData, metaclass=FuncPtrType):
    _given_argtypes = _errcheck = _paramflags = _direct = _function = _check = None

    def __new__(cls, *args, **kwargs):
        if cls is CFuncPtr:
            raise TypeError("abstract class")
        self = cls._bare()
        self._buffer = cls._new_buffer()
        return self

    def __init__(self, target=0, paramflags=None):
        if isinstance(target, int):
            self._buffer[0] = target
        elif isinstance(target, tuple):
            self._from_library(target)
        elif isinstance(target, Builtin):
            self._direct = target.function
        elif callable(target):
            self._from_callable(target)
        else:
            raise TypeError("argument must be callable or integer function address")
        if paramflags is not None:
            if not isinstance(target, tuple):
                raise TypeError("function takes exactly 1 argument (2 given)")
            self._paramflags = checked_paramflags(paramflags, self._argtypes)

    def _from_library(self, spec):
        if len(spec) != 2:
            raise TypeError("illegal func_spec argument")
        name, library = spec
        if isinstance(name, bytes):
            name = name.decode()
        if not isinstance(name, str):
            raise TypeError("function name must be string, bytes object or integer")
        handle = library._handle
        try:
            self._buffer[0] = dlsym(handle, name)
        except OSError as error:
            raise AttributeError(str(error)) from None
        self._kept = {"0": library}

    def _from_callable(self, function):
        argtypes, restype = self._default_argtypes or (), self._default_restype
        if restype is not None and not isinstance(restype, SimpleType):
            raise TypeError("invalid result type for callback function")
        for ctype in argtypes:
            if not ctype._final:
                ctype._settle()
        item = None if restype is None else restype._ffiitem
        called = Called(function, argtypes, restype)
        items = [ctype._ffiitem for ctype in argtypes]
        callback = _rawffi.CallbackPtr(called, items, item, self._flags_)
        self._buffer[0] = callback.buffer
        self._kept = {"0": callback}

    @property
    def argtypes(self):
        return self._argtypes if self._given_argtypes is None else self._given_argtypes

    @argtypes.setter
    def argtypes(self, argtypes):
        checked = checked_argtypes(argtypes)
        self._argtypes = self._default_argtypes if checked is None else checked
        self._given_argtypes, self._function = argtypes, None

    @argtypes.deleter
    def argtypes(self):
        self.argtypes = None

    @property
    def restype(self):
        return self._restype

    @restype.setter
    def restype(self, restype):
        check_restype(restype, "restype")
        self._set_restype(restype)

    @restype.deleter
    def restype(self):
        self._set_restype(self._default_restype)

    def _set_restype(self, restype):
        self._restype, self._function = restype, None
        self._check = getattr(restype, "_check_retval_", None)
        # Results that are what `_rawffi` loads.
        self._plain = is_plain(restype) and self._check is None

    @property
    def errcheck(self):
        return self._errcheck

    @errcheck.setter
    def errcheck(self, errcheck):
        if not callable(errcheck):
            raise TypeError("the errcheck attribute must be callable")
        self._errcheck = errcheck

    @errcheck.deleter
    def errcheck(self):
        self._errcheck = None

    def _pointed_to(self, letter):
        return self._buffer[0] if letter == "P" else None

    def __bool__(self):
        return self._buffer[0] != 0

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def __call__(self, *args, **kwargs):
        argtypes = self._argtypes
        outputs = None
        if self._paramflags is not None and argtypes:
            args, outputs = arranged(self._paramflags, argtypes, args, kwargs)
        if argtypes is not None and len(args) < len(argtypes):
            plural = "" if len(argtypes) == 1 else "s"
            raise TypeError(f"this function takes at least {len(argtypes)} argument{plural} "
                            f"({len(args)} given)")
        if len(args) > MAX_ARGUMENTS:
            raise ArgumentError(f"too many arguments ({len(args)}), maximum is {MAX_ARGUMENTS}")
        parameters = self._parameters(argtypes, args)
        if self._direct is not None:
            result = self._direct(*(plain(parameter) for parameter in parameters))
        else:
            result = self._result(self._call(argtypes, parameters))
        if self._errcheck is not None:
            checked = self._errcheck(result, self, args)
            if checked is not args:
                return checked
        if outputs:
            values = [output() for output in outputs]
            return values[0] if len(values) == 1 else tuple(values)
        return result

    def _parameters(self, argtypes, args):
        parameters = []
        for number, value in enumerate(args):
            try:
                if argtypes is not None and number < len(argtypes):
                    value = argtypes[number].from_param(value)
                if not isinstance(value, _CData):
                    value = undeclared(value, number + 1)
                parameters.append(value)
            except Exception as error:
                raise ArgumentError(f"argument {number + 1}: {type(error).__name__}: "
                                    f"{error}") from None
        return parameters

    def _call(self, argtypes, parameters):
        arguments = [parameter._as_argument() for parameter in parameters]
        function = self._function
        if function is None or argtypes is None or len(argtypes) != len(arguments):
            function = _rawffi.FuncPtr(
                self._buffer[0], [item_of(argument) for argument in arguments],
                result_item(self._restype), self._flags_)
            if argtypes is not None and len(argtypes) == len(arguments):
                self._function = function
        elif function.buffer != self._buffer[0]:
            self._function = None
            return self._call(argtypes, parameters)
        return function(*arguments)

    def _result(self, buffer):
        if self._plain:
            return buffer[0]
        restype = self._restype
        if restype is None:
            return None
        if not isinstance(restype, CDataMeta):
            return restype(buffer[0])
        if isinstance(restype, SimpleType) and not restype._boxed:
            result = restype._load(buffer)
        else:
            result = restype._bare()
            result._buffer = buffer
        return result if self._check is None else self._check(result)


class Builtin:
    """What the package takes for the address of a C function of ours."""

    def __init__(self, function):
        self.function = function


def plain(parameter):
    """What a function of ours is called with."""
    return parameter._buffer[0] if isinstance(parameter, _CData) else parameter._address


def result_item(restype):
    if restype is None:
        return None
    if isinstance(restype, SimpleType):
        return restype._ffiitem
    if not isinstance(restype, CDataMeta):
        return "i"
    restype._settle()
    return restype._ffiitem


def item_of(argument):
    """The type of an argument's buffer."""
    shape = argument.shape
    return shape if isinstance(shape, _rawffi.Structure) else shape.item


class Parameter:
    """An argument that no C type was declared for."""

    def __init__(self, letter, value, kept=None):
        self._value, self._letter, self._kept = value, letter, kept

    def _as_argument(self):
        return ARRAYS[self._letter]([self._value], autofree=True)


# Integers that no type was declared for: C gets the lower half of a wide one.
LEAST, GREATEST = -2 ** 63, 2 ** 64 - 1


def undeclared(value, number):
    if isinstance(value, CArgObject):
        return value
    if isinstance(value, int):
        if not LEAST <= value <= GREATEST:
            raise OverflowError("int too long to convert")
        return Parameter("i", value)
    if value is None:
        return Parameter("P", 0)
    if isinstance(value, (_CData, Parameter)):
        return value
    if isinstance(value, (bytes, str)):
        address, copy = copied_string(value)
        return Parameter("P", address, copy)
    if hasattr(value, "_as_parameter_"):
        return undeclared(value._as_parameter_, number)
    raise TypeError(f"Don't know how to convert parameter {number}")
