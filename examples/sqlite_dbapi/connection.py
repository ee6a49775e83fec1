"""A connection to a database: transactions, settings, and what cursors are made of."""

import os
import threading
import warnings
from collections import OrderedDict
from ctypes import POINTER, byref, c_int
from weakref import WeakSet

from . import abi, copies, functions, hooks
from .blob import Blob
from .cursor import Cursor
from .dump import iterdump
from .errors import EXCEPTIONS, OperationalError, ProgrammingError, failure
from .statement import Statement

LEGACY_TRANSACTION_CONTROL = -1
# Those of the options of a connection that are on or off.
SWITCHES = range(abi.SQLITE_DBCONFIG_ENABLE_FKEY, abi.SQLITE_DBCONFIG_TRUSTED_SCHEMA + 1)
LEVELS = ("", "DEFERRED", "IMMEDIATE", "EXCLUSIVE")


def checked_level(level):
    """An isolation level; None is SQLite's own autocommit mode."""
    if level is None:
        return None
    if not isinstance(level, str):
        raise TypeError("isolation_level must be str or None")
    upper = str.upper(level)
    if upper not in LEVELS:
        raise ValueError("isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or "
                         "'EXCLUSIVE'")
    return upper


def checked_autocommit(mode):
    if mode is True or mode is False or mode == LEGACY_TRANSACTION_CONTROL:
        return mode
    raise ValueError("autocommit must be True, False, or sqlite3.LEGACY_TRANSACTION_CONTROL")


class Connection:
    # Of one on which `__init__` was not called, and of one that is closed.
    _initialized, _db = False, None

    def __init__(self, database, timeout=5.0, detect_types=0, isolation_level="",
                 check_same_thread=True, factory=None, cached_statements=128, uri=False, *,
                 autocommit=LEGACY_TRANSACTION_CONTROL):
        path = os.fsencode(database)
        if b"\0" in path:
            raise ValueError("embedded null byte")
        level, mode = checked_level(isolation_level), checked_autocommit(autocommit)
        self._initialized = False
        self._end()
        self._thread = threading.get_ident() if check_same_thread else None
        self._isolation_level, self._autocommit = level, mode
        self._detect_types = detect_types
        self._cache, self._cached = OrderedDict(), cached_statements
        self._blobs, self._hooks = WeakSet(), {}
        self.row_factory, self.text_factory = None, str
        db = POINTER(abi.sqlite3)()
        flags = abi.SQLITE_OPEN_READWRITE | abi.SQLITE_OPEN_CREATE
        flags |= abi.SQLITE_OPEN_URI if uri else 0
        if abi.sqlite3_open_v2(path, byref(db), flags, None) != abi.SQLITE_OK:
            error = failure(db)
            abi.sqlite3_close_v2(db)
            raise error
        self._db, self._initialized = db, True
        abi.sqlite3_busy_timeout(self._db, int(timeout * 1000))
        if mode is False:
            self._run("BEGIN")

    def __del__(self):
        if self._db:
            warnings.warn(f"unclosed database in {self!r}", ResourceWarning, source=self)
            self._end()

    def _end(self):
        """Closes the database, which SQLite keeps while cursors have statements of it."""
        db, self._db = self._db, None
        if db:
            hooks.clear(db)
            self._cache.clear()
            for blob in list(self._blobs):
                blob._end()
            abi.sqlite3_close_v2(db)

    def _check_thread(self):
        if not self._initialized:
            raise ProgrammingError("Base Connection.__init__ not called.")
        here = threading.get_ident()
        if self._thread not in (None, here):
            raise ProgrammingError(
                "SQLite objects created in a thread can only be used in that same thread. The "
                f"object was created in thread id {self._thread} and this is thread id {here}.")

    def _check_open(self):
        if not self._initialized:
            raise ProgrammingError("Base Connection.__init__ not called.")
        if self._db is None:
            raise ProgrammingError("Cannot operate on a closed database.")

    def _check(self):
        self._check_thread()
        self._check_open()

    def _succeed(self, code):
        if code != abi.SQLITE_OK:
            raise failure(self._db)

    def close(self):
        self._check_thread()
        try:
            if self._db and self._autocommit is False and self.in_transaction:
                self._run("ROLLBACK")
        finally:
            self._end()

    # Statements and cursors

    def __call__(self, sql, /):
        """A prepared statement."""
        self._check()
        return Statement.prepare(self._db, sql)

    def _statement(self, sql):
        """A statement that no cursor has in use, from the cache if there is one."""
        statement = self._cache.pop(sql, None) or self(sql)
        self._cache[sql] = statement
        if len(self._cache) > self._cached:
            self._cache.popitem(last=False)
        return self(sql) if statement.busy() else statement

    def _run(self, sql):
        Statement.prepare(self._db, sql).step()

    def cursor(self, factory=Cursor):
        self._check()
        cursor = factory(self)
        if not issubclass(type(cursor), Cursor):
            raise TypeError(f"factory must return a cursor, not {type(cursor).__name__}")
        if self.row_factory is not None:
            cursor.row_factory = self.row_factory
        return cursor

    def execute(self, sql, parameters=(), /):
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql, parameters, /):
        return self.cursor().executemany(sql, parameters)

    def executescript(self, sql_script, /):
        return self.cursor().executescript(sql_script)

    # Transactions

    def commit(self):
        self._check()
        self._end_transaction("COMMIT")

    def rollback(self):
        self._check()
        self._end_transaction("ROLLBACK")

    def _end_transaction(self, how):
        if self._autocommit is False:
            self._run(how)
            self._run("BEGIN")
        elif self._autocommit is not True and self.in_transaction:
            self._run(how)

    def _begin_implicitly(self):
        """Before a statement that changes rows."""
        if (self._autocommit == LEGACY_TRANSACTION_CONTROL and self._isolation_level is not None
                and not self.in_transaction):
            self._run(f"BEGIN {self._isolation_level}")

    def _commit_implicitly(self):
        """Before a script."""
        if self._autocommit == LEGACY_TRANSACTION_CONTROL and self.in_transaction:
            self._run("COMMIT")

    def __enter__(self):
        self._check()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.rollback()
            return
        try:
            self.commit()
        except BaseException:
            self.rollback()
            raise

    @property
    def in_transaction(self):
        self._check_open()
        return not abi.sqlite3_get_autocommit(self._db)

    @property
    def isolation_level(self):
        self._check_open()
        return self._isolation_level

    @isolation_level.setter
    def isolation_level(self, level):
        self._isolation_level = checked_level(level)
        if level is None:
            self._check()
            self._commit_implicitly()

    @property
    def autocommit(self):
        self._check()
        return self._autocommit

    @autocommit.setter
    def autocommit(self, mode):
        self._check()
        checked_autocommit(mode)
        if mode is True and self.in_transaction:
            self._run("COMMIT")
        elif mode is False and not self.in_transaction:
            self._run("BEGIN")
        self._autocommit = mode

    # What SQLite knows, and its settings

    @property
    def total_changes(self):
        self._check_open()
        return abi.sqlite3_total_changes(self._db)

    def interrupt(self):
        self._check_open()
        abi.sqlite3_interrupt(self._db)

    def getlimit(self, category, /):
        return self.setlimit(category, -1)

    def setlimit(self, category, limit, /):
        """The limit as it was; one that is negative is left as it is."""
        self._check()
        before = abi.sqlite3_limit(self._db, category, limit)
        if before < 0:
            raise ProgrammingError("'category' is out of bounds")
        return before

    def getconfig(self, op, /):
        return self._config(op, -1)

    def setconfig(self, op, enable=True, /):
        if self._config(op, bool(enable)) != bool(enable):
            raise OperationalError("Unable to set config")

    def _config(self, op, enable):
        self._check()
        if op not in SWITCHES:
            raise ValueError(f"unknown config 'op': {op}")
        now = c_int()
        self._succeed(abi.sqlite3_db_config(self._db, op, enable, byref(now)))
        return bool(now)

    # What is called back

    def create_function(self, name, narg, func, /, *, deterministic=False):
        self._check()
        flags = abi.SQLITE_DETERMINISTIC if deterministic else 0
        if functions.create_function(self._db, name, narg, func, flags) != abi.SQLITE_OK:
            raise OperationalError("Error creating function")

    def create_aggregate(self, name, n_arg, aggregate_class, /):
        self._check()
        if functions.create_aggregate(self._db, name, n_arg, aggregate_class) != abi.SQLITE_OK:
            raise OperationalError("Error creating aggregate")

    def create_window_function(self, name, num_params, aggregate_class, /):
        self._check()
        code = functions.create_window_function(self._db, name, num_params, aggregate_class)
        if code != abi.SQLITE_OK:
            # Which SQLite does not make the connection's last error.
            raise ProgrammingError(abi.sqlite3_errstr(code).decode())

    def create_collation(self, name, callback, /):
        self._check()
        if callback is not None and not callable(callback):
            raise TypeError("parameter must be callable")
        self._succeed(functions.create_collation(self._db, name, callback))

    def set_authorizer(self, authorizer_callback):
        self._check()
        self._hooks["authorizer"] = hooks.set_authorizer(self._db, authorizer_callback)

    def set_progress_handler(self, progress_handler, n):
        self._check()
        self._hooks["progress"] = hooks.set_progress_handler(self._db, progress_handler, n)

    def set_trace_callback(self, trace_callback):
        self._check()
        self._hooks["trace"] = hooks.set_trace_callback(self._db, trace_callback)

    # Whole databases and blobs

    def blobopen(self, table, column, row, /, *, readonly=False, name="main"):
        self._check()
        blob = Blob._open(self, table, column, row, readonly, name)
        self._blobs.add(blob)
        return blob

    def backup(self, target, *, pages=-1, progress=None, name="main", sleep=0.25):
        if not isinstance(target, Connection):
            raise TypeError(f"target must be a Connection, not {type(target).__name__}")
        if target is self:
            raise ValueError("target cannot be the same connection instance")
        self._check()
        target._check()
        copies.backup(self._db, target._db, pages, progress, name, sleep)

    def serialize(self, *, name="main"):
        self._check()
        return copies.serialize(self._db, name)

    def deserialize(self, data, /, *, name="main"):
        self._check()
        self._succeed(copies.deserialize(self._db, data, name))

    def iterdump(self, *, filter=None):
        self._check()
        return iterdump(self, filter)


for exception in EXCEPTIONS:
    setattr(Connection, exception.__name__, exception)


def connect(database, *positional, factory=Connection, **options):
    """A connection: what `factory` makes of the arguments, which are those of Connection."""
    if positional:
        warnings.warn(
            "Passing more than 1 positional argument to sqlite3.connect() is deprecated. "
            "Parameters 'timeout', 'detect_types', 'isolation_level', 'check_same_thread', "
            "'factory', 'cached_statements' and 'uri' will become keyword-only parameters in "
            "Python 3.15.", DeprecationWarning, stacklevel=2)
        if len(positional) > 4:
            factory = positional[4]
    return factory(database, *positional, **options)
