"""Functions of C that are called over arrays."""

import math
from ctypes import c_int, c_void_p, cast, py_object

from _ctypes import FUNCFLAG_USE_ERRNO, CFuncPtr

from .batches import Batch
from .kinds import parameter
from .memory import CData, Memory
from .operands import Place
from .overlaps import check_overlaps
from .results import boxed, new_array, place
from .shapes import broadcast

# More would bring a process to the end of its memory, or of the system's threads.
MOST_THREADS = 256


class Vectorized:
    """A function of C that is called once for each item of its arguments."""

    def __init__(self, function, threads=1, critical=False):
        self._address = _check_function(function)
        _check_threads(threads, critical)
        self.function, self.threads, self.critical = function, min(threads, MOST_THREADS), bool(critical)
        # Later changes of the function have no effect.
        self.argtypes, self.restype = tuple(function.argtypes), function.restype
        # What the native half calls.
        self.called = self._clone(self.argtypes, self.restype)
        self._boxed = boxed(self.restype)
        self._parameters = [parameter(index, ctype) for index, ctype in enumerate(self.argtypes, 1)]

    def __repr__(self):
        return f"<vectorized {self.function!r}>"

    def __call__(self, /, *arguments, out=None, errno=None, **others):
        for name in others:
            raise TypeError(f"an unexpected keyword argument {name!r}")
        self._check_count(arguments)
        with Memory() as memory:
            taken = [each.take(argument, memory) for each, argument in zip(self._parameters, arguments)]
            errnos = None if errno is None else self._place_for_errno(errno, memory)
            results = None if out is None else self._place_for_results(out, memory)
            shape = _common_shape(taken, results, errnos)
            check_overlaps(taken, results, errnos, shape)
            if out is None and self.restype is not None:
                array = new_array(self.restype, shape)
                results = Place("out", memory.items(array))
            function = self._clone([each.argtype for each in taken], self._boxed)
            try:
                Batch(function, taken, results, errnos, shape).run(math.prod(shape), self.threads)
            finally:
                memory.store_copies()
        if out is not None or self.restype is None:
            return out
        return array if shape else array[0]

    def with_arrays(self, arguments):
        """Returns arguments as a tuple in which lists and tuples that are mapped over are arrays."""
        self._check_count(arguments)
        return tuple(each.as_array(argument) for each, argument in zip(self._parameters, arguments))

    def _clone(self, argtypes, restype):
        """Returns a function with the same address and other declarations."""
        clone = type(self.function)(self._address)
        clone.argtypes, clone.restype = argtypes, restype
        return clone

    def _check_count(self, arguments):
        taken = len(self._parameters)
        if len(arguments) != taken:
            raise TypeError(f"this function takes {taken} argument{'s' * (taken != 1)} ({len(arguments)} given)")

    def _place_for_results(self, out, memory):
        if self.restype is None:
            raise TypeError("out: the function returns nothing")
        return place("out", "the results are", self.restype, out, memory)

    def _place_for_errno(self, errno, memory):
        if not self.function._flags_ & FUNCFLAG_USE_ERRNO:
            raise TypeError("errno: the function was not made with use_errno")
        return place("errno", "the values of errno are", c_int, errno, memory)


def _check_function(function):
    """Returns a function's address. Raises an exception if it cannot be called over arrays."""
    if not isinstance(function, CFuncPtr):
        raise TypeError(f"vectorize() takes a ctypes function, not {type(function).__name__}")
    name, restype = getattr(function, "__name__", None) or "the function", function.restype
    if function.argtypes is None:
        raise TypeError(f"{name} has no argtypes, which say what its arguments are")
    if function.errcheck is not None:
        raise TypeError(f"{name} has an errcheck, which takes one result at a time; check the array of results"
                        " instead")
    if restype is not None:
        _check_restype(name, restype)
    address = cast(function, c_void_p).value
    if not address:
        raise ValueError(f"{name} is a NULL pointer")
    return address


def _check_restype(name, restype):
    if not isinstance(restype, type) or not issubclass(restype, CData):
        raise TypeError(f"{name}'s restype is a Python callable, which takes one result at a time; declare the C"
                        " type")
    if hasattr(restype, "_check_retval_"):
        raise TypeError(f"{name}'s restype {restype.__name__} checks one result at a time; declare c_long")
    if issubclass(restype, py_object):
        raise TypeError(f"{name}'s restype is py_object; an array cannot own its objects")


def _check_threads(threads, critical):
    if not isinstance(threads, int) or isinstance(threads, bool):
        raise TypeError(f"threads must be an int, not {type(threads).__name__}")
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    if threads > 1 and critical:
        raise ValueError("a critical batch runs on its own thread: threads must be 1")


def _common_shape(arguments, out, errno):
    """Returns the shape of the calls.

    Raises `ValueError` if arguments do not stretch to it, or places would have to.
    """
    common = ()
    for argument in arguments:
        together = broadcast(common, argument.shape)
        if together is None:
            raise ValueError(f"{argument.name} has the shape {argument.shape}, and the others {common}")
        common = together
    for each in filter(None, (out, errno)):
        if broadcast(common, each.shape) != each.shape:
            raise ValueError(f"{each.name} has the shape {each.shape}, and the arguments {common}")
    if out and errno and out.shape != errno.shape:
        raise ValueError(f"errno has the shape {errno.shape}, and out {out.shape}")
    place = out or errno
    return place.shape if place else common
