"""A prepared statement: compiled, bound to parameters, stepped through."""

import re
import warnings
from ctypes import POINTER, byref, c_char_p
from types import MappingProxyType

from . import abi, values
from .errors import DataError, Private, ProgrammingError, failure, stack_level

# White space and comments, also one that the text ends in.
BLANK = re.compile(rb"(?:[ \t\f\r\n]+|--[^\n]*\n?|/\*.*?(?:\*/|\Z))*", re.DOTALL)
DML = re.compile(rb"INSERT|UPDATE|DELETE|REPLACE", re.IGNORECASE)


def checked_length(db, sql):
    """A statement's or script's bytes, if they are not too many for this connection."""
    text = str.encode(sql)
    if len(text) > abi.sqlite3_limit(db, abi.SQLITE_LIMIT_SQL_LENGTH, -1):
        raise DataError("query string is too large")
    return text


class Statement(Private):
    @classmethod
    def first(cls, db, text):
        """The first statement of a text, which is a c_char_p; and what follows it there."""
        self, rest = object.__new__(cls), c_char_p()
        # Stays null for a text without a statement, which SQLite's functions ignore.
        self.db, self.handle = db, POINTER(abi.sqlite3_stmt)()
        if abi.sqlite3_prepare_v2(db, text, -1, byref(self.handle), byref(rest)) != abi.SQLITE_OK:
            raise failure(db)
        return self, rest

    @classmethod
    def prepare(cls, db, sql):
        text = checked_length(db, sql)
        if b"\0" in text:
            raise ProgrammingError("the query contains a null character")
        whole = c_char_p(text)  # keeps the memory that the rest is in
        self, pointer = cls.first(db, whole)
        rest = pointer.value
        if BLANK.match(rest).end() != len(rest):
            raise ProgrammingError("You can only execute one statement at a time.")
        self.is_dml = DML.match(text, BLANK.match(text).end()) is not None
        self.readonly = bool(abi.sqlite3_stmt_readonly(self.handle))
        return self

    def __del__(self, finalize=abi.sqlite3_finalize):
        finalize(self.handle)

    def busy(self):
        return bool(abi.sqlite3_stmt_busy(self.handle))

    def step(self):
        """Whether there is a row."""
        code = abi.sqlite3_step(self.handle) if self.handle else abi.SQLITE_DONE
        if code not in (abi.SQLITE_ROW, abi.SQLITE_DONE):
            raise failure(self.db)
        return code == abi.SQLITE_ROW

    def reset(self):
        abi.sqlite3_reset(self.handle)

    def bind(self, parameters):
        """Binds all parameters: a dictionary by name, a sequence by position."""
        if self.handle:
            abi.sqlite3_clear_bindings(self.handle)
        count = abi.sqlite3_bind_parameter_count(self.handle)
        if isinstance(parameters, (dict, MappingProxyType)):
            given = self.named(parameters, count)
        elif hasattr(type(parameters), "__getitem__"):
            given = self.positional(parameters, count)
        else:
            raise ProgrammingError("parameters are of unsupported type")
        for index, value in enumerate(given, 1):
            value = values.adapted(value)
            try:
                code = values.bind(self.handle, index, value)
            except TypeError:
                kind = type(value).__name__
                raise ProgrammingError(
                    f"Error binding parameter {index}: type '{kind}' is not supported") from None
            if code != abi.SQLITE_OK:
                raise failure(self.db)

    def name(self, index):
        name = abi.sqlite3_bind_parameter_name(self.handle, index)
        return name and name.decode()

    def named(self, parameters, count):
        for index in range(1, count + 1):
            name = self.name(index)
            if name is None:
                raise ProgrammingError(f"Binding {index} has no name, but you supplied a "
                                       "dictionary (which has only names).")
            try:
                yield parameters[name[1:]]
            except LookupError:
                raise ProgrammingError("You did not supply a value for binding parameter "
                                       f":{name[1:]}.") from None

    def positional(self, parameters, count):
        if len(parameters) != count:
            raise ProgrammingError(
                "Incorrect number of bindings supplied. The current statement uses "
                f"{count}, and there are {len(parameters)} supplied.")
        for index in range(1, count + 1):
            name = self.name(index)
            # `?2` is a place, although SQLite counts it among the names.
            if name is not None and not name.startswith("?"):
                warnings.warn(
                    f"Binding {index} ('{name}') is a named parameter, but you supplied a "
                    "sequence which requires nominal (qmark) placeholders. Starting with Python "
                    "3.14 an sqlite3.ProgrammingError will be raised.",
                    DeprecationWarning, stacklevel=stack_level())
            yield parameters[index - 1]

    def columns(self):
        return range(abi.sqlite3_column_count(self.handle))

    def column_name(self, index):
        return abi.sqlite3_column_name(self.handle, index).decode()

    def declared(self, index):
        """A column's declared type, up to a space or parenthesis; None if it has none."""
        declared = abi.sqlite3_column_decltype(self.handle, index)
        return declared and re.match(r"[^ (]*", declared.decode()).group()
