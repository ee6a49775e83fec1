"""`_ctypes` in Python, on the small native module `_rawffi`: the layered design.

Types, conversions and keepalive are here; memory, calls and callbacks are in `_rawffi`.
"""
from _ctypes.basics import ArgumentError, CArgObject, VERSION as __version__, _CData
from _ctypes.primitive import _SimpleCData
from _ctypes.array import Array
from _ctypes.pointer import _Pointer
from _ctypes.structure import CField, Structure, Union
from _ctypes.function import CFuncPtr
from _ctypes.library import dlclose, dlopen, dlsym
from _ctypes.builtin import (
    Py_INCREF, addressof, alignment, buffer_info, byref, call_cdeclfunction, call_function,
    get_errno, resize, set_errno, sizeof, _cast_addr, _memmove_addr, _memoryview_at_addr,
    _memset_addr, _string_at_addr, _wstring_at_addr,
)
import _rawffi

FUNCFLAG_STDCALL = 0
FUNCFLAG_CDECL = _rawffi.FUNCFLAG_CDECL
FUNCFLAG_PYTHONAPI = _rawffi.FUNCFLAG_PYTHONAPI
FUNCFLAG_USE_ERRNO = _rawffi.FUNCFLAG_USE_ERRNO
FUNCFLAG_USE_LASTERROR = 16
CTYPES_MAX_ARGCOUNT = 1024
SIZEOF_TIME_T = _rawffi.sizeof("l")
RTLD_LOCAL = 0
RTLD_GLOBAL = 256

# What the metaclasses of these are called, and where all of it is said to be.
METACLASSES = {
    _SimpleCData: "PyCSimpleType", Array: "PyCArrayType", _Pointer: "PyCPointerType",
    Structure: "PyCStructType", Union: "UnionType", CFuncPtr: "PyCFuncPtrType",
}
for ctype, name in METACLASSES.items():
    metaclass = type(ctype)
    metaclass.__name__ = metaclass.__qualname__ = name
    ctype.__module__ = metaclass.__module__ = __name__
for cls in CField, CArgObject, _CData:
    cls.__module__ = __name__
ArgumentError.__module__ = "ctypes"
del ctype, name, metaclass, cls
