"""The exceptions of the DB-API, and which of them a result code of SQLite is."""

import os
import sys

from . import abi

PACKAGE = os.path.dirname(__file__)


class Warning(Exception):
    pass


class Error(Exception):
    """`sqlite_errorcode` and `sqlite_errorname` are there if SQLite reported it."""


class InterfaceError(Error):
    pass


class DatabaseError(Error):
    pass


class DataError(DatabaseError):
    pass


class OperationalError(DatabaseError):
    pass


class IntegrityError(DatabaseError):
    pass


class InternalError(DatabaseError):
    pass


class ProgrammingError(DatabaseError):
    pass


class NotSupportedError(DatabaseError):
    pass


EXCEPTIONS = (Warning, Error, InterfaceError, DatabaseError, DataError, OperationalError,
              IntegrityError, InternalError, ProgrammingError, NotSupportedError)
# For result codes; the names of extended ones begin with one of these.
CLASSES = {
    InternalError: "INTERNAL NOTFOUND",
    OperationalError: """
        ERROR PERM ABORT BUSY LOCKED READONLY INTERRUPT IOERR FULL CANTOPEN PROTOCOL EMPTY SCHEMA
    """,
    DatabaseError: "OK CORRUPT NOLFS AUTH FORMAT NOTADB NOTICE WARNING",
    DataError: "TOOBIG",
    IntegrityError: "CONSTRAINT MISMATCH",
    InterfaceError: "MISUSE RANGE",
    MemoryError: "NOMEM",
}
classes = {"SQLITE_" + name: exception
           for exception, names in CLASSES.items() for name in names.split()}
code_names = {value: name for name, value in vars(abi).items()
              if "_".join(name.split("_")[:2]) in classes}


def failure(db):
    """The exception for what went wrong last on this connection."""
    code = abi.sqlite3_extended_errcode(db)
    exception = classes.get(code_names.get(code & 0xFF), DatabaseError)
    if exception is MemoryError:
        return MemoryError()
    error = exception(abi.sqlite3_errmsg(db).decode())
    error.sqlite_errorcode = code
    error.sqlite_errorname = code_names.get(code, "unknown")
    return error


def stack_level():
    """The `stacklevel` for a warning, from the function that asks, about the package's caller."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and os.path.dirname(frame.f_code.co_filename) == PACKAGE:
        level, frame = level + 1, frame.f_back
    return level


class Private:
    """A class of objects that only the package makes."""

    def __new__(cls, *args, **kwargs):
        raise TypeError(f"cannot create '{cls.__module__}.{cls.__qualname__}' instances")
