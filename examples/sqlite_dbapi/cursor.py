"""A cursor: executes statements, and fetches the rows of one of them."""

from contextlib import contextmanager
from ctypes import c_char_p, string_at
from itertools import islice

from . import abi, values
from .errors import OperationalError, ProgrammingError
from .statement import Statement, checked_length

PARSE_DECLTYPES, PARSE_COLNAMES = 1, 2


class Cursor:
    # What one has on which `__init__` was not called.
    _connection = _statement = None
    _locked = False

    def __init__(self, connection, /):
        self._check_unlocked()
        from .connection import Connection  # which imports this module
        if not isinstance(connection, Connection):
            raise TypeError("Cursor() argument 1 must be a Connection, "
                            f"not {type(connection).__name__}")
        self._connection = connection
        self._statement = self._description = self._lastrowid = None
        self._converters = []
        self._closed = False
        self._rowcount = -1
        self.arraysize = 1
        self.row_factory = None
        connection._check()

    connection = property(lambda self: self._connection)
    description = property(lambda self: self._description)
    lastrowid = property(lambda self: self._lastrowid)
    rowcount = property(lambda self: self._rowcount)

    def _check(self):
        if self._connection is None:
            raise ProgrammingError("Base Cursor.__init__ not called.")
        if self._closed:
            raise ProgrammingError("Cannot operate on a closed cursor.")
        self._check_unlocked()
        self._connection._check()

    def _check_unlocked(self):
        if self._locked:
            raise ProgrammingError("Recursive use of cursors not allowed.")

    @contextmanager
    def _in_use(self):
        """Adapters, converters, iterators and functions may not use the cursor that calls them."""
        self._locked = True
        try:
            yield
        finally:
            self._locked = False

    def close(self):
        if self._connection is None:
            raise ProgrammingError("Base Cursor.__init__ not called.")
        self._check_unlocked()
        self._connection._check()
        self._finish()
        self._closed = True

    def _finish(self):
        """Ends the statement. The connection may have it for the next that asks for the same."""
        if self._statement is not None:
            self._statement.reset()
            self._statement = None

    __del__ = _finish

    def execute(self, sql, parameters=(), /):
        self._check()
        self._execute(sql, iter([parameters]), many=False)
        return self

    def executemany(self, sql, seq_of_parameters, /):
        self._check()
        self._execute(sql, iter(seq_of_parameters), many=True)
        return self

    def _execute(self, sql, all_parameters, many):
        if not isinstance(sql, str):
            raise TypeError(f"execute() argument 1 must be str, not {type(sql).__name__}")
        self._finish()
        self._description, self._rowcount = None, -1
        connection = self._connection
        with self._in_use():
            try:
                statement = self._statement = connection._statement(sql)
                if many and statement.readonly:
                    raise ProgrammingError("executemany() can only execute DML statements.")
                if statement.is_dml:
                    self._rowcount = 0
                    connection._begin_implicitly()
                for parameters in all_parameters:
                    statement.reset()
                    statement.bind(parameters)
                    row = statement.step()
                    if self._description is None:
                        self._describe()
                    if not row:
                        if statement.is_dml:
                            self._rowcount += abi.sqlite3_changes(connection._db)
                        statement.reset()
                if not many:
                    self._lastrowid = abi.sqlite3_last_insert_rowid(connection._db)
            except BaseException:
                self._finish()
                self._rowcount = -1
                raise
        if not statement.busy():
            self._finish()

    def _describe(self):
        """Column names, and the converters that the connection's `detect_types` asks for."""
        statement, detect = self._statement, self._connection._detect_types
        names = [statement.column_name(index) for index in statement.columns()]
        self._converters = [
            self._converter(statement, index, name, detect) for index, name in enumerate(names)]
        if names:
            if detect & PARSE_COLNAMES:
                names = [name.partition("[")[0].rstrip(" ") if "[" in name else name
                         for name in names]
            self._description = tuple((name, *[None] * 6) for name in names)

    @staticmethod
    def _converter(statement, index, name, detect):
        converter = None
        if detect & PARSE_COLNAMES and "[" in name and "]" in name:
            declared = name.partition("[")[2].partition("]")[0]
            converter = values.converters.get(declared.upper())
        if converter is None and detect & PARSE_DECLTYPES:
            declared = statement.declared(index)
            converter = declared and values.converters.get(declared.upper())
        return converter

    def executescript(self, sql_script, /):
        self._check()
        if not isinstance(sql_script, str):
            raise TypeError("executescript() argument must be str, "
                            f"not {type(sql_script).__name__}")
        connection = self._connection
        script = checked_length(connection._db, sql_script)
        if b"\0" in script:
            raise ValueError("embedded null character")
        connection._commit_implicitly()
        whole = rest = c_char_p(script)  # `whole` keeps the memory that the rest is in
        while string_at(rest, 1) != b"\0":
            statement, rest = Statement.first(connection._db, rest)
            while statement.step():
                pass
        return self

    def __iter__(self):
        return self

    def __next__(self):
        self._check()
        statement = self._statement
        if statement is None:
            raise StopIteration
        with self._in_use():
            row = tuple(map(self._column, statement.columns()))
            # One step ahead, so that `rowcount` is right and locks are released with the last row.
            try:
                more = statement.step()
            except BaseException:
                self._finish()
                raise
            if not more:
                if statement.is_dml:
                    self._rowcount = abi.sqlite3_changes(self._connection._db)
                self._finish()
        return row if self.row_factory is None else self.row_factory(self, row)

    def _column(self, index):
        handle, converter = self._statement.handle, self._converters[index]
        if converter is None:
            return values.column(handle, index, lambda text: self._text(index, text))
        # SQLite has no address of what is empty, and then there is nothing to convert.
        data = values.data(values.COLUMN, "blob", handle, index)
        return converter(data) if data else None

    def _text(self, index, text):
        factory = self._connection.text_factory
        if factory is bytes:
            return text
        if factory is not str:
            return factory(text)
        try:
            return text.decode()
        except UnicodeDecodeError:
            name, shown = self._statement.column_name(index), text.decode("ascii", "replace")
            raise OperationalError(f"Could not decode to UTF-8 column '{name}' "
                                   f"with text '{shown}'") from None

    def fetchone(self):
        return next(self, None)

    def fetchmany(self, size=None):
        size = self.arraysize if size is None else size
        return list(islice(self, size) if size >= 0 else self)

    def fetchall(self):
        return list(self)

    def setinputsizes(self, sizes, /):
        """SQLite has no use for it."""

    def setoutputsize(self, size, column=None, /):
        """SQLite has no use for it."""
