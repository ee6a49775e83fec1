"""A blob that is read and written in its place in a table."""

from ctypes import POINTER, byref, create_string_buffer
from operator import index
from os import SEEK_CUR, SEEK_END, SEEK_SET

from . import abi
from .errors import Private, ProgrammingError, failure
from .values import octets


class Blob(Private):
    _handle = None

    @classmethod
    def _open(cls, connection, table, column, row, readonly, name):
        self, handle = object.__new__(cls), POINTER(abi.sqlite3_blob)()
        code = abi.sqlite3_blob_open(connection._db, str.encode(name), str.encode(table),
                                 str.encode(column), row, not readonly, byref(handle))
        if code != abi.SQLITE_OK:
            raise failure(connection._db)
        self._connection, self._handle, self._offset = connection, handle, 0
        return self

    def _end(self, blob_close=abi.sqlite3_blob_close):
        handle, self._handle = self._handle, None
        if handle:
            blob_close(handle)

    __del__ = _end

    def _check(self):
        self._connection._check()
        if self._handle is None:
            raise ProgrammingError("Cannot operate on a closed blob.")

    def close(self):
        self._connection._check()
        self._end()

    def __enter__(self):
        self._check()
        return self

    def __exit__(self, *_):
        self._check()
        self.close()

    def __len__(self):
        self._check()
        return abi.sqlite3_blob_bytes(self._handle)

    def _read(self, offset, length):
        data = create_string_buffer(length)
        if abi.sqlite3_blob_read(self._handle, data, length, offset) != abi.SQLITE_OK:
            raise failure(self._connection._db)
        return data.raw

    def _write(self, offset, data):
        if len(data) > len(self) - offset:
            raise ValueError("data longer than blob")
        if abi.sqlite3_blob_write(self._handle, data, len(data), offset) != abi.SQLITE_OK:
            raise failure(self._connection._db)

    def read(self, length=-1, /):
        self._check()
        rest = len(self) - self._offset
        data = self._read(self._offset, min(length, rest) if length >= 0 else rest)
        self._offset += len(data)
        return data

    def write(self, data, /):
        self._check()
        data = octets(data)
        self._write(self._offset, data)
        self._offset += len(data)

    def tell(self):
        self._check()
        return self._offset

    def seek(self, offset, origin=SEEK_SET, /):
        self._check()
        starts = {SEEK_SET: 0, SEEK_CUR: self._offset, SEEK_END: len(self)}
        if origin not in starts:
            raise ValueError("'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END")
        if offset + starts[origin] >= 2**31:
            raise OverflowError("seek offset results in overflow")
        if not 0 <= offset + starts[origin] <= len(self):
            raise ValueError("offset out of blob range")
        self._offset = offset + starts[origin]

    def _place(self, key):
        """What an index is counted from the start."""
        if not hasattr(type(key), "__index__"):
            raise TypeError("Blob indices must be integers")
        place = index(key)
        if not -2**63 <= place < 2**63:
            raise IndexError("cannot fit 'int' into an index-sized integer")
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError("Blob index out of range")
        return place

    def _places(self, key):
        try:
            return range(len(self))[key]
        except TypeError:
            raise TypeError("Blob indices must be integers") from None

    def __getitem__(self, key):
        self._check()
        if not isinstance(key, slice):
            return self._read(self._place(key), 1)[0]
        places = self._places(key)
        if not places:
            return b""
        low = min(places[0], places[-1])
        data = self._read(low, abs(places[-1] - places[0]) + 1)
        return bytes(data[place - low] for place in places)

    def __setitem__(self, key, value):
        self._check()
        if not isinstance(key, slice):
            place = self._place(key)
            number = index(value)
            if not 0 <= number < 256:
                raise ValueError("byte must be in range(0, 256)")
            self._write(place, bytes([number]))
            return
        places, data = self._places(key), octets(value)
        if len(data) != len(places):
            raise IndexError("Blob slice assignment is wrong size")
        if places:
            low = min(places[0], places[-1])
            whole = bytearray(self._read(low, abs(places[-1] - places[0]) + 1))
            for place, byte in zip(places, data):
                whole[place - low] = byte
            self._write(low, bytes(whole))

    def __delitem__(self, key):
        self._check()
        raise TypeError("Blob object doesn't support item deletion")

    # Indices alone would make it iterable.
    __iter__ = None
