"""A row whose columns have names."""

import collections.abc

from .cursor import Cursor


class Row:
    """Made by cursors whose `row_factory` it is."""

    def __new__(cls, cursor, data, /):
        if not issubclass(type(cursor), Cursor):
            raise TypeError(f"Row() argument 1 must be a cursor, not {type(cursor).__name__}")
        if not isinstance(data, tuple):
            raise TypeError(f"Row() argument 2 must be tuple, not {type(data).__name__}")
        self = super().__new__(cls)
        self._data, self._description = data, cursor.description
        return self

    def keys(self):
        return [column[0] for column in self._description or ()]

    def __len__(self):
        return len(self._data)

    def __iter__(self):
        return iter(self._data)

    def __getitem__(self, key):
        if isinstance(key, (int, slice)):
            return self._data[key]
        if not isinstance(key, str):
            raise IndexError("Index must be int or string")
        for name, value in zip(self.keys(), self._data):
            if folded(name) == folded(key):
                return value
        raise IndexError("No item with that key")

    def __hash__(self):
        return hash(self._description) ^ hash(self._data)

    def __eq__(self, other):
        if not isinstance(other, Row):
            return NotImplemented
        return (self._description, self._data) == (other._description, other._data)


def folded(name):
    """For comparison: SQLite ignores the case of ASCII letters only."""
    return name.encode("utf-8", "surrogatepass").lower()


collections.abc.Sequence.register(Row)
