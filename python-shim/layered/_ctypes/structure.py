"""Structures and unions."""
import _rawffi
from _ctypes.array import ArrayMeta, set_at
from _ctypes.basics import CDataMeta, _CData
from _ctypes.primitive import LOAD, STORE, SimpleType


class CField:
    """A field: a descriptor in the class of the structure."""

    def __init__(self, name, type, byte_size, byte_offset, index, bit_size=None, bit_offset=None,
                 *, _internal_use=True):
        self.name, self.type, self.index = name, type, index
        # `_rawffi` knows fields by their numbers: names may repeat.
        self._key = str(index)
        self.offset = self.byte_offset = byte_offset
        self.byte_size = byte_size
        self.is_bitfield = bit_size is not None
        self.bit_size = 8 * byte_size if bit_size is None else bit_size
        self.bit_offset = bit_offset or 0
        self.size = byte_size if bit_size is None else bit_size << 16 | self.bit_offset
        self.is_anonymous = False
        # What `_rawffi` reads and writes by itself.
        self._plain = (isinstance(type, SimpleType) and not type._boxed and not type._swapped
                       and type._type_ not in LOAD)
        # Character arrays are read as strings.
        self._is_text = isinstance(type, ArrayMeta) and hasattr(type, "value")

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self._plain:
            return getattr(instance._buffer, self._key)
        output = self.type._output(instance._buffer.fieldaddress(self._key), instance, self.index)
        return output.value if self._is_text else output

    def __set__(self, instance, value):
        if self._plain and not isinstance(value, _CData):
            setattr(instance._buffer, self._key, STORE[self.type._type_](value))
        else:
            address = instance._buffer.fieldaddress(self._key)
            set_at(self.type, address, instance, self.index, value)

    def __delete__(self, instance):
        raise TypeError("can't delete attribute")

    def _address(self, instance):
        return instance._buffer.fieldaddress(self._key)

    def __repr__(self):
        place = (f"bits={self.bit_size}, bit_offset={self.bit_offset}" if self.is_bitfield
                 else f"size={self.byte_size}")
        return f"<Field type={self.type.__name__}, ofs={self.offset}, {place}>"


class AnonymousField(CField):
    """A field of an anonymous field, as one of the structure around."""

    def __init__(self, outer, inner):
        vars(self).update(vars(inner))
        self.offset = self.byte_offset = outer.offset + inner.offset
        self.index = outer.index + inner.index
        self._outer, self._inner = outer, inner

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        part = self._outer.__get__(instance)
        if self._plain:
            return self._inner.__get__(part)
        output = self.type._output(self._inner._address(part), instance, self.index)
        return output.value if self._is_text else output

    def __set__(self, instance, value):
        part = self._outer.__get__(instance)
        if self._plain and not isinstance(value, _CData):
            self._inner.__set__(part, value)
        else:
            set_at(self.type, self._inner._address(part), instance, self.index, value)

    def _address(self, instance):
        return self._inner._address(self._outer.__get__(instance))


class AggregateMeta(CDataMeta):
    _is_union = False

    def __new__(metaclass, name, bases, namespace):
        self = type.__new__(metaclass, name, bases, namespace)
        if bases == (_CData,):
            return self
        base = self.__base__
        # Until the fields are set, the layout is the inherited one.
        self._own_fields = ()
        self._final = False
        inherited = getattr(base, "_all_fields", ())
        self._set_layout(inherited)
        if isinstance(base, AggregateMeta) and base._ffiitem is not None:
            base._final = True
        if "_fields_" in namespace:
            self._set_fields(namespace["_fields_"])
        return self

    def __setattr__(self, name, value):
        if name == "_fields_":
            self._set_fields(value)
        type.__setattr__(self, name, value)

    def _settle(self):
        # Assigned only once, because that empties the virtual machine's caches of the type.
        if not self._final:
            type.__setattr__(self, "_final", True)

    def _set_layout(self, fields):
        pack = getattr(self, "_pack_", 0)
        if not isinstance(pack, int) or pack < 0:
            raise ValueError("_pack_ must be a non-negative integer")
        described = [(str(index), ctype._ffiitem, *width)
                     for index, (_, ctype, *width) in enumerate(fields)]
        shape = _rawffi.Structure(described, union=self._is_union, pack=pack)
        names = tuple(name for name, *_ in fields)
        for attribute, value in [("_all_fields", tuple(fields)), ("_names", names),
                                 ("_shape", shape), ("_ffiitem", shape)]:
            type.__setattr__(self, attribute, value)

    def _set_fields(self, fields):
        if self._final:
            raise AttributeError("_fields_ is final")
        fields = [tuple(field) for field in fields]
        for field in fields:
            self._check(field)
        inherited = getattr(self.__base__, "_all_fields", ())
        self._set_layout([*inherited, *fields])
        self._settle()
        for index, (name, ctype, *width) in enumerate(fields, len(inherited)):
            size = self._shape.fieldsize(str(index))
            bits = dict(bit_size=size >> 16, bit_offset=size & 0xffff) if width else {}
            type.__setattr__(self, name, CField(
                name, ctype, ctype._size(), self._shape.fieldoffset(str(index)), index, **bits))
        for name in getattr(self, "_anonymous_", ()):
            self._expose(name)

    def _check(self, field):
        if not 2 <= len(field) <= 3 or not isinstance(field[0], str):
            raise TypeError("_fields_ must be a sequence of (name, C type) pairs")
        if not isinstance(field[1], CDataMeta) or field[1]._ffiitem is None:
            raise TypeError("second item in _fields_ tuple (index 0) must be a C type")
        if field[1] is self:
            raise AttributeError("Structure or union cannot contain itself")
        if hasattr(self, "_swappedbytes_"):
            raise TypeError("structures in the other byte order are not supported")
        field[1]._settle()

    def _expose(self, name):
        """Makes the fields of an anonymous one look like fields of this."""
        outer = vars(self).get(name)
        if outer is None:
            raise AttributeError(name)
        outer.is_anonymous = True
        for ctype in outer.type.__mro__:
            for inner, field in vars(ctype).items():
                if isinstance(field, CField) and inner not in vars(self):
                    type.__setattr__(self, inner, AnonymousField(outer, field))

    def _size(self):
        return self._shape.size

    def _alignment(self):
        return self._shape.alignment

    def _new_buffer(self):
        if not self._final:
            self._settle()
        return self._shape(autofree=True)

    def _buffer_at(self, address):
        if not self._final:
            self._settle()
        return self._shape.fromaddress(address)

    def _converted(self, value):
        if isinstance(value, tuple):
            return self._built(value)
        return CDataMeta._converted(self, value)


class StructType(AggregateMeta):
    pass


class UnionType(AggregateMeta):
    _is_union = True


class Aggregate:
    def __new__(cls, *args, **kwargs):
        cls._check_concrete()
        self = _CData.__new__(cls)
        self._buffer = cls._new_buffer()
        return self

    def __init__(self, *args, **kwargs):
        names = self._names
        if len(args) > len(names):
            raise TypeError("too many initializers")
        for name, value in zip(names, args):
            if name in kwargs:
                raise TypeError(f"duplicate values for field {name!r}")
            setattr(self, name, value)
        for name, value in kwargs.items():
            setattr(self, name, value)


class Structure(_CData, metaclass=StructType):
    __new__, __init__ = Aggregate.__new__, Aggregate.__init__


class Union(_CData, metaclass=UnionType):
    __new__, __init__ = Aggregate.__new__, Aggregate.__init__
