"""The functions of `_ctypes`."""
import _rawffi
from _ctypes.basics import BYTES, CArgObject, CDataMeta, _CData, type_name
from _ctypes.function import Builtin, CFuncPtr
from _ctypes.primitive import copied_string

def sizeof(thing):
    if isinstance(thing, _CData):
        return thing._bytesize()
    if isinstance(thing, CDataMeta) and thing._ffiitem is not None:
        return thing._size()
    raise TypeError("this type has no size")


def alignment(thing):
    ctype = type(thing) if isinstance(thing, _CData) else thing
    if isinstance(ctype, CDataMeta) and ctype._ffiitem is not None:
        return ctype._alignment()
    raise TypeError("no alignment info")


def addressof(value):
    if not isinstance(value, _CData):
        raise TypeError("addressof() argument must be _ctypes._CData, not " + type_name(value))
    return value._buffer.buffer


def byref(value, offset=0):
    if not isinstance(value, _CData):
        raise TypeError("byref() argument 1 must be _ctypes._CData, not " + type_name(value))
    return CArgObject(value, offset)


def resize(value, size):
    if not isinstance(value, _CData):
        raise TypeError("resize() argument 1 must be _ctypes._CData, not " + type_name(value))
    minimum = type(value)._size()
    if size < minimum:
        raise ValueError(f"minimum size is {minimum}")
    if value._base is not None:
        raise ValueError("Memory cannot be resized because this object doesn't own it")
    old = value._buffer
    block = BYTES(size, autofree=True)
    _rawffi.rawstring2charp(block, _rawffi.charp2rawstring(old, min(size, value._bytesize())))
    value._buffer = type(value)._buffer_at(block.buffer)
    value._resized = size
    # Addresses into the old memory may be in use.
    value._blocks = getattr(value, "_blocks", ()) + (old, block)


def buffer_info(thing):
    ctype = type(thing) if isinstance(thing, _CData) else thing
    shape = []
    while hasattr(ctype, "_length_"):
        shape.append(ctype._length_)
        ctype = ctype._type_
    letter = getattr(ctype, "_type_", "B")
    return f"<{letter}" if isinstance(letter, str) else "B", len(shape), tuple(shape)


def get_errno():
    return _rawffi.get_errno()


def set_errno(value):
    return _rawffi.set_errno(value)


def call_function(address, arguments):
    return CallFunction(address)(*arguments)


call_cdeclfunction = call_function

# References that C owns. It gives none back: `_rawffi` takes objects from C without one.
OWNED_BY_C = []


def Py_INCREF(thing):
    OWNED_BY_C.append(thing)
    return thing


class CallFunction(CFuncPtr):
    _flags_ = _rawffi.FUNCFLAG_CDECL

    def _result(self, buffer):
        return buffer[0]


LIBC = _rawffi.get_libc()
_memmove_addr = LIBC.getaddressindll("memmove")
_memset_addr = LIBC.getaddressindll("memset")


def checked(address):
    if not address:
        raise ValueError("NULL pointer access")
    return address


def cast(address, source, ctype):
    source, ctype = _rawffi.objectat(source), _rawffi.objectat(ctype)
    is_pointer = isinstance(ctype, CDataMeta) and ctype._ffiitem in ("P", "z", "Z")
    if not is_pointer:
        ctype = type(ctype) if isinstance(ctype, _CData) else ctype
        name = f", not {ctype.__name__}" if isinstance(ctype, CDataMeta) else ""
        raise TypeError(f"cast() argument 2 must be a pointer type{name}")
    result = ctype()
    result._buffer[0] = address
    if isinstance(source, _CData):
        kept = source._kept
        if not isinstance(kept, dict):
            kept = {} if kept is None else {"0": kept}
            source._kept = kept
        kept[id(source)] = source
        result._kept = kept
    elif isinstance(source, (bytes, str)):
        # The address is that of a copy for this call.
        result._buffer[0], result._copies = copied_string(source)
    return result


_cast_addr = Builtin(cast)
_string_at_addr = Builtin(
    lambda address, size: b"" if size == 0 else _rawffi.charp2rawstring(checked(address), size))
_wstring_at_addr = Builtin(
    lambda address, size: "" if size == 0 else _rawffi.wcharp2rawunicode(checked(address), size))
_memoryview_at_addr = Builtin(
    lambda address, size, readonly: memoryview(BYTES.fromaddress(address, size)))
