"""`_ctypes` in Python, on the small native module `_rawffi`: the layered design.

Types, conversions and keepalive are here; memory, calls and callbacks are in `_rawffi`.
"""
from _ctypes.basics import ArgumentError, VERSION as __version__, _CData
from _ctypes.primitive import _SimpleCData
from _ctypes.array import Array
from _ctypes.pointer import _Pointer
from _ctypes.structure import CField, Structure, Union
from _ctypes.function import CFuncPtr
from _ctypes.builtin import (
    POINTER, addressof, alignment, buffer_info, byref, call_cdeclfunction, call_function, dlclose,
    dlopen, dlsym, get_errno, pointer, resize, set_errno, sizeof, _cast_addr, _memmove_addr,
    _memoryview_at_addr, _memset_addr, _string_at_addr, _wstring_at_addr,
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
