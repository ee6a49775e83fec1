"""A DB-API 2.0 module (PEP 249) for SQLite, over its C library through ctypes.

It is used as `sqlite3` is: `import sqlite_dbapi as db`, then `db.connect(":memory:")`.
"""

from . import abi
from .blob import Blob
from .connection import LEGACY_TRANSACTION_CONTROL, Connection, connect
from .cursor import PARSE_COLNAMES, PARSE_DECLTYPES, Cursor
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
threadsafety = (0, 3, 1)[abi.sqlite3_threadsafe()]
sqlite_version = abi.sqlite3_libversion().decode()
sqlite_version_info = tuple(map(int, sqlite_version.split(".")))
globals().update(item for item in vars(abi).items() if item[0].startswith("SQLITE_"))


def complete_statement(statement):
    """Whether the text ends in a whole statement."""
    return bool(abi.sqlite3_complete(str.encode(statement)))
