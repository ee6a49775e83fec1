"""SQLite without the sqlite3 module: rows through a callback, prepared
statements with bound values, and errors in SQLite's own words."""

from ctypes import (CDLL, CFUNCTYPE, POINTER, byref, c_char_p, c_double, c_int,
                    c_int64, c_void_p, string_at)
from ctypes.util import find_library

OK, ROW, DONE = 0, 100, 101
INTEGER, FLOAT, TEXT, NULL = 1, 2, 3, 5
TRANSIENT = c_void_p(-1)  # tells SQLite to copy the bytes we bind

lib = CDLL(find_library("sqlite3"))
RowCallback = CFUNCTYPE(c_int, c_void_p, c_int, POINTER(c_char_p), POINTER(c_char_p))


def declare(name, restype, *argtypes):
    function = lib["sqlite3_" + name]
    function.restype, function.argtypes = restype, argtypes
    return function


open_ = declare("open", c_int, c_char_p, POINTER(c_void_p))
close = declare("close", c_int, c_void_p)
errmsg = declare("errmsg", c_char_p, c_void_p)
exec_ = declare("exec", c_int, c_void_p, c_char_p, RowCallback, c_void_p, POINTER(c_void_p))
free = declare("free", None, c_void_p)
prepare = declare("prepare_v2", c_int, c_void_p, c_char_p, c_int,
                  POINTER(c_void_p), POINTER(c_char_p))
step = declare("step", c_int, c_void_p)
reset = declare("reset", c_int, c_void_p)
finalize = declare("finalize", c_int, c_void_p)
bind_int64 = declare("bind_int64", c_int, c_void_p, c_int, c_int64)
bind_double = declare("bind_double", c_int, c_void_p, c_int, c_double)
bind_text = declare("bind_text", c_int, c_void_p, c_int, c_char_p, c_int, c_void_p)
bind_blob = declare("bind_blob", c_int, c_void_p, c_int, c_char_p, c_int, c_void_p)
bind_null = declare("bind_null", c_int, c_void_p, c_int)
column_count = declare("column_count", c_int, c_void_p)
column_type = declare("column_type", c_int, c_void_p, c_int)
column_int64 = declare("column_int64", c_int64, c_void_p, c_int)
column_double = declare("column_double", c_double, c_void_p, c_int)
column_bytes = declare("column_bytes", c_int, c_void_p, c_int)
column_blob = declare("column_blob", c_void_p, c_void_p, c_int)


class Error(Exception):
    pass


class Database:
    def __init__(self, path):
        self.handle = c_void_p()
        self.check(open_(path.encode(), byref(self.handle)))

    def check(self, code):
        if code not in (OK, ROW, DONE):
            raise Error(f"code {code}: {errmsg(self.handle).decode()}")
        return code

    def script(self, sql, on_row=None):
        """Run statements; `on_row` gets every row as a dict of strings."""

        @RowCallback
        def callback(_, count, values, names):
            row = {names[i].decode(): values[i] and values[i].decode() for i in range(count)}
            return 1 if on_row(row) else 0

        message = c_void_p()
        code = exec_(self.handle, sql.encode(), callback if on_row else RowCallback(),
                     None, byref(message))
        if code != OK:
            text = string_at(message.value).decode()
            free(message)
            raise Error(f"code {code}: {text}")

    def prepare(self, sql):
        return Statement(self, sql)

    def close(self):
        self.check(close(self.handle))


class Statement:
    def __init__(self, db, sql):
        self.db, self.handle = db, c_void_p()
        db.check(prepare(db.handle, sql.encode(), -1, byref(self.handle), None))

    def bind(self, index, value):
        match value:
            case None:
                code = bind_null(self.handle, index)
            case int():
                code = bind_int64(self.handle, index, value)
            case float():
                code = bind_double(self.handle, index, value)
            case str():
                text = value.encode()
                code = bind_text(self.handle, index, text, len(text), TRANSIENT)
            case bytes():
                code = bind_blob(self.handle, index, value, len(value), TRANSIENT)
        self.db.check(code)

    def column(self, index):
        kind = column_type(self.handle, index)
        if kind == INTEGER:
            return column_int64(self.handle, index)
        if kind == FLOAT:
            return column_double(self.handle, index)
        if kind == NULL:
            return None
        data = string_at(column_blob(self.handle, index), column_bytes(self.handle, index))
        return data.decode() if kind == TEXT else data

    def run(self, *values):
        for index, value in enumerate(values, 1):
            self.bind(index, value)
        while self.db.check(step(self.handle)) == ROW:
            yield tuple(map(self.column, range(column_count(self.handle))))
        reset(self.handle)

    def finalize(self):
        finalize(self.handle)


db = Database(":memory:")
db.script("""
    create table instrument (name text primary key, strings integer, scale real, stamp blob);
    insert into instrument values ('violin', 4, 32.5, x'0001'), ('lute', 13, 59.0, null);
""")

print("rows through a callback, every value as text:")
db.script("select name, strings, scale from instrument order by name", on_row=print)

print("a prepared statement, values bound by type:")
insert = db.prepare("insert into instrument values (?, ?, ?, ?)")
for row in [("théorbe", 14, 88.25, b"\x00\xff"), ("monochord", 1, 120.0, None)]:
    list(insert.run(*row))
insert.finalize()

select = db.prepare("select * from instrument where strings >= ? order by strings")
for minimum in (5, 1):
    print(f"at least {minimum}:")
    for row in select.run(minimum):
        print("   ", row)
select.finalize()

print("errors:")
for attempt in (
    lambda: db.script("selekt 1"),
    lambda: db.prepare("select * from nowhere"),
    lambda: db.script("insert into instrument (name) values ('lute')"),
    lambda: db.script("select 1 union select 2", on_row=lambda row: "stop"),
):
    try:
        attempt()
    except Error as error:
        print("   ", error)
db.close()
