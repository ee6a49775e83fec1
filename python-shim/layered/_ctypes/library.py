"""Shared libraries."""
import _rawffi
import os

# By handle. `_rawffi` never unloads one.
LIBRARIES = {}
HANDLES = {}


def dlopen(name, mode=0):
    name = None if name is None else os.fsdecode(name)
    library = _rawffi.CDLL(name, mode)
    handle = HANDLES.setdefault(name, id(library))
    LIBRARIES.setdefault(handle, library)
    return handle


def dlsym(handle, name):
    if not isinstance(handle, int):
        raise TypeError("the _handle attribute of the second argument must be an integer")
    try:
        return opened(handle).getaddressindll(name)
    except AttributeError as error:
        raise OSError(str(error)) from None


def dlclose(handle):
    opened(handle)


def opened(handle):
    library = LIBRARIES.get(handle)
    if library is None:
        raise OSError(f"no library has the handle {handle:#x}")
    return library
