"""A DB-API 2.0 module (PEP 249) for SQLite, over its C library through ctypes.

It is used as `sqlite3` is: `import sqlite_dbapi as db`, then `db.connect(":memory:")`.
"""

from . import library
from .blob import Blob
from .connection import Connection, connect
from .constants import *
from .cursor import Cursor
from .errors import (DatabaseError, DataError, Error, IntegrityError, InterfaceError, InternalError,
                     NotSupportedError, OperationalError, ProgrammingError, Warning)
from .functions import enable_callback_tracebacks
from .row import Row
from .values import (Binary, Date, DateFromTicks, PrepareProtocol, Time, TimeFromTicks, Timestamp,
                     TimestampFromTicks, adapt, adapters, converters, register_adapter,
                     register_converter)

apilevel = "2.0"
paramstyle = "qmark"
# Of SQLite's modes: single-threaded, serialized, multi-threaded.
threadsafety = (0, 3, 1)[library.threadsafe()]
sqlite_version = library.libversion().decode()
sqlite_version_info = tuple(map(int, sqlite_version.split(".")))


def complete_statement(statement):
    """Whether the text ends in a whole statement."""
    return bool(library.complete(str.encode(statement)))
