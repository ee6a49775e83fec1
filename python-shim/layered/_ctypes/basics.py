"""What all C types and values share."""
import _rawffi
from _ctypes.library import dlsym

VERSION = "1.1.0"
BYTES = _rawffi.Array("c")
POINTER_ARRAY = _rawffi.Array("P")
# Where `None` is something that can be given.
MISSING = object()


class ArgumentError(Exception):
    pass


class NoPointerType:
    """Stands in a type for the `__pointer_type__` of its base, which is not its own."""

    def __get__(self, instance, owner):
        raise AttributeError(f"type object '{owner.__name__}' has no attribute '__pointer_type__'")


def copy_memory(target, source, size):
    _rawffi.rawstring2charp(target, _rawffi.charp2rawstring(source, size))


class CDataMeta(type):
    """The metaclass of C types.

    A concrete type has `_ffiitem`, which is what `_rawffi` calls it (a letter, a shape, or a shape with a
    length), and makes the `_rawffi` instances that hold its values with `_new_buffer` and
    `_buffer_at`.
    """

    _ffiitem = None
    _final = True

    def __init__(self, name, bases, namespace):
        type.__init__(self, name, bases, namespace)
        if hasattr(self, "__pointer_type__") and "__pointer_type__" not in namespace:
            self.__pointer_type__ = NoPointerType()

    def from_param(self, value):
        if isinstance(value, self):
            return value
        try:
            parameter = value._as_parameter_
        except AttributeError:
            given = (f"pointer to {type(value._obj).__name__}" if isinstance(value, CArgObject)
                     else type(value).__name__)
            raise TypeError(f"expected {self.__name__} instance instead of {given}") from None
        # What a type takes besides its instances must be given directly.
        return CDataMeta.from_param(self, parameter)

    def _settle(self):
        """From here on the layout is what it is."""

    def _converted(self, value):
        """What a field or item of this type is set to, made of another value."""
        if isinstance(value, _CData):
            raise TypeError(f"incompatible types, {type(value).__name__} instance instead of "
                            f"{self.__name__} instance")
        given = "_ctypes." * isinstance(value, CArgObject) + type(value).__name__
        raise TypeError(f"expected {self.__name__} instance, got {given}")

    def _built(self, values):
        """An instance made of a tuple."""
        try:
            return self(*values)
        except Exception as error:
            raise RuntimeError(f"({self.__name__}) {type(error).__name__}: {error}") from None

    def _kept_with(self, value):
        """What must be kept with a copy of the value."""
        return kept_by(value)

    def _check_concrete(self):
        if self._ffiitem is None:
            raise TypeError("abstract class")

    def _size(self):
        return _rawffi.sizeof(self._ffiitem)

    def _alignment(self):
        return _rawffi.alignment(self._ffiitem)

    def _bare(self):
        """An instance that is yet to get its memory."""
        return object.__new__(self)

    def _view(self, address, base=None, index=None):
        """An instance on memory that exists."""
        instance = self._bare()
        instance._buffer = self._buffer_at(address)
        instance._owns = False
        instance._base = base
        instance._index = index
        return instance

    def _output(self, address, base=None, index=None):
        """What reading a field, an item or a result of this type gives."""
        return self._view(address, base, index)

    def from_address(self, address):
        self._check_concrete()
        if not isinstance(address, int):
            raise TypeError("integer expected")
        return self._view(address & (2 ** 64 - 1))

    def from_buffer(self, source, offset=0):
        self._check_concrete()
        if isinstance(source, _CData):
            address, size = source._buffer.buffer, source._bytesize()
            held = source
        else:
            held = memoryview(source)
            if held.readonly:
                raise TypeError("underlying buffer is not writable")
            if not held.c_contiguous:
                raise TypeError("underlying buffer is not C contiguous")
            address, size = _rawffi.bufferaddress(held), held.nbytes
        self._check_room(size, offset)
        instance = self._view(address + offset)
        keep_whole(instance, held)
        return instance

    def from_buffer_copy(self, source, offset=0):
        self._check_concrete()
        data = bytes(source)
        self._check_room(len(data), offset)
        instance = self._new()
        _rawffi.rawstring2charp(instance._buffer, data[offset:offset + self._size()])
        return instance

    def _check_room(self, size, offset):
        if offset < 0:
            raise ValueError("offset cannot be negative")
        if self._size() > size - offset:
            raise ValueError(f"Buffer size too small ({size} instead of at least "
                             f"{self._size() + offset} bytes)")

    def in_dll(self, dll, name):
        self._check_concrete()
        handle = dll._handle
        if not isinstance(name, str):
            raise TypeError(f"in_dll() argument 2 must be str, not {type_name(name)}")
        try:
            address = dlsym(handle, name)
        except OSError as error:
            raise ValueError(str(error)) from None
        return self._view(address)

    def _new(self):
        """An instance with zeroed memory, without its `__init__`."""
        instance = self._bare()
        instance._buffer = self._new_buffer()
        return instance


class AddressMeta(CDataMeta):
    """The metaclass of types whose values are addresses."""

    def _size(self):
        return 8

    def _new_buffer(self):
        return POINTER_ARRAY(1, autofree=True)

    def _buffer_at(self, address):
        return POINTER_ARRAY.fromaddress(address, 1)


class _CData(metaclass=CDataMeta):
    """A C value: `_buffer` is its memory, `_base` the value that the memory belongs to, and `_index` the
    key of this one there."""

    _buffer = None
    _base = None
    _index = None
    _owns = True
    # What `_objects` shows, and by the same keys what C memory really points to where that is a copy.
    _kept = None
    _copies = None
    _resized = None

    @property
    def _objects(self):
        return self._kept

    @property
    def _b_base_(self):
        return self._base

    @property
    def _b_needsfree_(self):
        return int(self._owns)

    def _bytesize(self):
        return self._resized or type(self)._size()

    def _as_argument(self):
        """An array of one or a structure, which is what a call is given."""
        return self._buffer

    def _pointed_to(self, letter):
        """The address that a `c_char_p` (`z`), `c_wchar_p` (`Z`) or `c_void_p` (`P`) parameter has for
        this; None if it cannot be one."""
        return None

    def __buffer__(self, flags):
        return memoryview(BYTES.fromaddress(self._buffer.buffer, self._bytesize()))

    def __ctypes_from_outparam__(self):
        return self

    def __reduce__(self):
        raise ValueError("ctypes objects containing pointers cannot be pickled")

    def __hash__(self):
        raise TypeError("unhashable type")


def keep_whole(value, kept, copy=None):
    """Keeps an object for a value as a whole, and the copy of it that C memory points to."""
    root, key = path(value)
    if key is not None:
        keep(value._base, value._index, kept, copy)
    elif kept is not None or root._kept is not None:
        root._kept, root._copies = kept, copy


def keep(value, index, kept, copy=None):
    """Keeps what item `index` of a value refers to, at the owner of the memory and under the path from
    there."""
    if kept is None:
        return
    root, key = path(value)
    key = f"{index:x}" if key is None else f"{index:x}:{key}"
    if not isinstance(root._kept, dict):
        root._kept = {}
    root._kept[key] = kept
    if copy is not None:
        if not isinstance(root._copies, dict):
            root._copies = {}
        root._copies[key] = copy


def path(value):
    """The owner of a value's memory, and the value's key there."""
    keys = []
    while value._base is not None:
        keys.append(f"{value._index:x}")
        value = value._base
    return value, ":".join(keys) or None


def kept_by(value):
    """What a value keeps, for whoever keeps the value."""
    root, _ = path(value)
    return root._kept


def copies_of(value):
    root, _ = path(value)
    return root._copies


class CArgObject:
    """A parameter that is no C value of its own: what `byref` returns."""

    def __init__(self, obj, offset=0):
        self._obj = obj
        self._address = obj._buffer.buffer + offset

    def _as_argument(self):
        return POINTER_ARRAY([self._address], autofree=True)

    def __repr__(self):
        return f"<cparam 'P' ({self._address:#x})>"


def type_name(value):
    return "None" if value is None else type(value).__name__
