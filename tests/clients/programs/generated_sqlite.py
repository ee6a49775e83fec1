"""Writes a wrapper of SQLite by ctypesgen or by ctypeslib2, imports it and works with it."""

import ctypes
import hashlib
import importlib
import sys
from pathlib import Path

LIBRARY, GENERATOR, SCRATCH = sys.argv[1], sys.argv[2], Path(sys.argv[3])
HEADER, GENERATED = "/usr/include/sqlite3.h", SCRATCH / "generated.py"


def by_ctypesgen():
    from ctypesgen.main import main
    sys.argv[1:] = ["-lsqlite3", "-o", str(GENERATED), HEADER]
    main()


def by_ctypeslib():
    from clang.cindex import Config
    Config.set_library_file("libclang-14.so.1")
    from ctypeslib.clang2py import main
    main(["--quiet", "--kind", "cdefstu", "-l", LIBRARY, "-o", str(GENERATED), HEADER])


def text(words):
    return ctypes.create_string_buffer(words.encode())


def said(pointer):
    """What a `char *` leads to, as ctypesgen's strings and as pointers."""
    if isinstance(pointer, (bytes, bytearray)):
        return pointer.decode()
    value = getattr(pointer, "data", None) or ctypes.cast(pointer, ctypes.c_char_p).value
    return value.decode() if value else None


def described(wrapper):
    """The types of the wrapper and what its functions take."""
    types = {name: kind for name, kind in vars(wrapper).items()
             if name.startswith("struct_") and isinstance(kind, type)}
    for name, kind in sorted(types.items()):
        fields = getattr(kind, "_fields_", [])
        print(name, ctypes.sizeof(kind), ctypes.alignment(kind),
              [(field[0], field[1].__name__, getattr(kind, field[0]).offset) for field in fields])
    functions = {name: getattr(function, "func", function) for name, function in vars(wrapper).items()
                 if name.startswith("sqlite3_") and hasattr(function, "argtypes")
                 and not isinstance(function, type)}
    for name, function in sorted(functions.items()):
        print(name, getattr(function.restype, "__name__", function.restype),
              [kind.__name__ for kind in function.argtypes or []])


class Database:
    def __init__(self, wrapper):
        self.sql, self.kept = wrapper, []
        self.handle = ctypes.POINTER(wrapper.struct_sqlite3)()
        self.check(wrapper.sqlite3_open(text(":memory:"), ctypes.byref(self.handle)))

    def check(self, code):
        if code not in (0, 100, 101):
            raise RuntimeError(f"{code}: {said(self.sql.sqlite3_errmsg(self.handle))}")
        return code

    def callback(self, function, position, called):
        """A callback of the type that a function of the wrapper takes at that position."""
        made = getattr(self.sql, function).argtypes[position](called)
        self.kept.append(made)
        return made

    def run(self, command, row=None):
        message = ctypes.POINTER(ctypes.c_char)()
        code = self.sql.sqlite3_exec(self.handle, text(command), row or self.sql.sqlite3_callback(),
                                     None, ctypes.byref(message))
        if code:
            words = said(message)
            self.sql.sqlite3_free(message)
            print(code, words)

    def rows(self, query, *arguments):
        statement = ctypes.POINTER(self.sql.struct_sqlite3_stmt)()
        self.check(self.sql.sqlite3_prepare_v2(self.handle, text(query), -1, ctypes.byref(statement), None))
        for number, value in enumerate(arguments, 1):
            bind = (self.sql.sqlite3_bind_double if isinstance(value, float)
                    else self.sql.sqlite3_bind_int64)
            self.check(bind(statement, number, value))
        while self.check(self.sql.sqlite3_step(statement)) == 100:
            yield [said(ctypes.cast(self.sql.sqlite3_column_text(statement, column), ctypes.c_char_p))
                   for column in range(self.sql.sqlite3_column_count(statement))]
        self.check(self.sql.sqlite3_finalize(statement))


def worked(database):
    sql = database.sql

    @(lambda called: database.callback("sqlite3_exec", 2, called))
    def row(_, count, values, names):
        print("  row", {said(names[column]): said(values[column]) for column in range(count)})
        return 0

    database.run("create table t(name text, size real); insert into t values('a', 1.5), ('ö', 2.25)")
    database.run("select * from t", row)
    database.run("select nothing from nowhere", row)
    print(list(database.rows("select name, size * ? from t where size > ?", 4, 1.0)))

    @(lambda called: database.callback("sqlite3_create_function_v2", 5, called))
    def hypotenuse(context, count, values):
        total = sum(sql.sqlite3_value_double(values[number]) ** 2 for number in range(count))
        sql.sqlite3_result_double(context, total ** 0.5)

    types = sql.sqlite3_create_function_v2.argtypes
    nothing = types[6](), types[7](), types[8]()
    database.check(sql.sqlite3_create_function_v2(database.handle, text("hypotenuse"), -1, 1, None,
                                                  hypotenuse, *nothing))
    print(list(database.rows("select hypotenuse(3, 4), hypotenuse(size, size) from t")))

    changes = []

    @(lambda called: database.callback("sqlite3_update_hook", 1, called))
    def changed(_, operation, schema, table, rowid):
        changes.append((operation, said(schema), said(table), rowid))

    sql.sqlite3_update_hook(database.handle, changed, None)
    database.run("update t set size = 3 where name = 'a'; delete from t")
    print(changes, sql.sqlite3_total_changes(database.handle))


def virtual_table(database):
    """A table of square numbers, by a structure of functions."""
    sql = database.sql
    module, cursors = sql.struct_sqlite3_module(), {}
    table = sql.struct_sqlite3_vtab()
    # Until the database is closed.
    database.kept += [module, table]
    kinds = dict(field[:2] for field in sql.struct_sqlite3_module._fields_)

    def connect(handle, _, count, words, result, message):
        print("  connect", count, said(words[0]))
        result[0] = ctypes.pointer(table)
        return sql.sqlite3_declare_vtab(handle, text("create table x(number int, square int)"))

    def plan(_, info):
        info[0].estimatedCost = 10.0
        return 0

    def opened(_, result):
        cursor = sql.struct_sqlite3_vtab_cursor()
        cursors[ctypes.addressof(cursor)] = [cursor, 0]
        result[0] = ctypes.pointer(cursor)
        return 0

    def state(cursor):
        return cursors[ctypes.addressof(cursor.contents)]

    def closed(cursor):
        del cursors[ctypes.addressof(cursor.contents)]
        return 0

    def rewound(cursor, *_):
        state(cursor)[1] = 1
        return 0

    def forward(cursor):
        state(cursor)[1] += 1
        return 0

    def column(cursor, context, number):
        sql.sqlite3_result_int64(context, state(cursor)[1] ** (number + 1))
        return 0

    def rowid(cursor, result):
        result[0] = state(cursor)[1]
        return 0

    made = {"xConnect": connect, "xBestIndex": plan, "xDisconnect": lambda _: 0, "xOpen": opened,
            "xClose": closed, "xFilter": rewound, "xNext": forward,
            "xEof": lambda cursor: int(state(cursor)[1] > 12), "xColumn": column, "xRowid": rowid}
    for name, function in made.items():
        setattr(module, name, kinds[name](function))
    database.check(sql.sqlite3_create_module(database.handle, text("squares"), ctypes.byref(module), None))
    print(list(database.rows("select count(*), sum(square), max(square) from squares")))
    print(list(database.rows("select a.number, b.number, c.number from squares a, squares b, squares c "
                             "where a.square + b.square = c.square and a.number < b.number")))
    print(bool(module.xCreate), bool(module.xOpen), len(cursors))


{"ctypesgen": by_ctypesgen, "ctypeslib": by_ctypeslib}[GENERATOR]()
lines = [line for line in GENERATED.read_text().splitlines() if str(GENERATED) not in line]
print(len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16])
sys.path.insert(0, str(SCRATCH))
wrapper = importlib.import_module("generated")
described(wrapper)
database = Database(wrapper)
worked(database)
virtual_table(database)
database.check(wrapper.sqlite3_close(database.handle))
