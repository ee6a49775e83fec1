"""psycopg's pure Python implementation at work: transactions, COPY, pipelines, cursors on the
server, prepared statements, notices and notifications between threads, errors, asyncio."""

import asyncio
import datetime
import decimal
import os
import threading
import zlib

import psycopg
from psycopg import errors, pq, sql
from psycopg.rows import class_row, dict_row, namedtuple_row, scalar_row


def one(connection, query, *parameters):
    return connection.execute(query, parameters or None).fetchone()[0]


def count(connection):
    return one(connection, "select count(*) from work")


def transactions(connection):
    connection.execute("create table work (id int primary key, text text)")
    with connection.transaction() as outer:
        connection.execute("insert into work values (1, 'outer')")
        print("status", connection.info.transaction_status.name, outer.savepoint_name)
        try:
            with connection.transaction("inner") as inner:
                connection.execute("insert into work values (2, 'inner')")
                print("in the savepoint", inner.savepoint_name, count(connection))
                connection.execute("insert into work values (1, 'again')")
        except errors.UniqueViolation as error:
            print("inner", error.diag.constraint_name, count(connection))
        with connection.transaction() as quiet:
            connection.execute("insert into work values (3, 'dropped')")
            raise psycopg.Rollback(quiet)
        print("after Rollback", count(connection))
        with connection.transaction(force_rollback=True):
            connection.execute("insert into work values (4, 'forced')")
        for depth in range(5):
            with connection.transaction():
                connection.execute("insert into work values (%s, %s)", (10 + depth, "deep"))
    print("committed", count(connection), connection.info.transaction_status.name)
    try:
        with connection.transaction():
            connection.execute("delete from work")
            1 / 0
    except ZeroDivisionError:
        print("rolled back by Python's error", count(connection))
    with psycopg.connect() as other:  # no autocommit
        other.execute("insert into work values (50, 'uncommitted')")
        print("isolated", count(other), count(connection), other.info.transaction_status.name)
        try:
            other.execute("select nonsense")
        except errors.UndefinedColumn:
            print("failed", other.info.transaction_status.name)
        try:
            other.execute("select 1")
        except errors.InFailedSqlTransaction as error:
            print(error.sqlstate, error)
        other.rollback()
        other.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        other.read_only = True
        try:
            other.execute("delete from work")
        except errors.ReadOnlySqlTransaction as error:
            print(error.sqlstate, error)
        other.rollback()
        print("isolation", one(other, "show transaction_isolation"))
    two_phase()


def two_phase():
    with psycopg.connect() as connection:
        for number, end in (60, connection.tpc_commit), (61, connection.tpc_rollback):
            connection.tpc_begin(connection.xid(number, "global", "branch"))
            connection.execute("insert into work values (%s, 'two phases')", (number,))
            connection.tpc_prepare()
            with psycopg.connect() as other:
                print("prepared", connection.info.transaction_status.name,
                      [xid[:3] for xid in other.tpc_recover()])
            end()
        print("kept", one(connection, "select array_agg(id) from work where id >= 60"))


def copying(connection):
    connection.execute("create table many (n int8, f float8, t text, b bytea, d date, x numeric)")
    rows = [(n * 2**31, n / 7, f"row\t{n}\n\\N" if n % 3 else None, bytes([n % 256, 0, 255]),
             datetime.date(2000, 1, 1) + datetime.timedelta(n), decimal.Decimal(n) / 8)
            for n in range(3000)]
    types = ["int8", "float8", "text", "bytea", "date", "numeric"]
    for format in "text", "binary":
        connection.execute("truncate many")
        with connection.cursor() as cursor:
            with cursor.copy(f"copy many from stdin (format {format})") as copy:
                copy.set_types(types)
                for row in rows:
                    copy.write_row(row)
            print("copied in", format, cursor.rowcount, cursor.statusmessage)
            with cursor.copy(f"copy many to stdout (format {format})") as copy:
                copy.set_types(types)
                print("copied out", format, list(copy.rows()) == rows)
            with cursor.copy(f"copy many to stdout (format {format})") as copy:
                blocks = [bytes(block) for block in copy]
            data = b"".join(blocks)
            print("blocks", len(blocks), len(data), f"{zlib.crc32(data):08x}")
            connection.execute("create temp table if not exists again (like many)")
            connection.execute("truncate again")
            with cursor.copy(f"copy again from stdin (format {format})") as copy:
                for start in range(0, len(data), 5000):
                    copy.write(memoryview(data)[start:start + 5000])
            print("lost", one(
                connection, "select count(*) from (table many except table again) lost"))
    with connection.cursor() as cursor:
        with cursor.copy("copy many (t) to stdout (format csv, header)") as copy:
            blocks = [bytes(block) for block in iter(copy.read, b"")]
        print("csv", blocks[:3], len(blocks))
        for faulty in (b"1\t2\n", b"x\t1\tt\t\\\\x00\t2000-01-01\t1\n"):
            try:
                with cursor.copy("copy many from stdin") as copy:
                    copy.write(faulty)
            except psycopg.Error as error:
                print(type(error).__name__, error.sqlstate, error.diag.context)
        try:
            with cursor.copy("copy many from stdin") as copy:
                copy.write_row((1, 2.0, "t", b"", None, None))
                raise KeyError("while copying")
        except KeyError as error:
            print("left with", error, connection.info.transaction_status.name)
        print("rows", one(connection, "select count(*) from many"))


def pipelines(connection):
    with connection.pipeline() as pipeline:
        cursors = [connection.execute("select %s::int * 2", (n,)) for n in range(50)]
        connection.execute("insert into work values (70, 'pipelined')")
        pipeline.sync()
        print("pipeline", sum(cursor.fetchone()[0] for cursor in cursors))
    try:
        with connection.pipeline(), connection.transaction():
            connection.execute("insert into work values (71, 'lost')")
            connection.execute("insert into work values (70, 'again')")
            connection.execute("insert into work values (72, 'aborted')")
    except psycopg.Error as error:
        print(type(error).__name__, error.sqlstate)
    print("kept", one(connection, "select array_agg(id order by id) from work where id >= 70"))
    with connection.pipeline():
        bad = connection.execute("select 1")
        connection.execute("select 2")
        print("both", bad.fetchone())
    with connection.cursor() as cursor:
        cursor.executemany("insert into work values (%s, %s) returning id",
                           [(n, "many") for n in range(80, 90)], returning=True)
        returned = [cursor.fetchone()[0]]
        while cursor.nextset():
            returned.append(cursor.fetchone()[0])
        print("returned", returned, cursor.rowcount)


def cursors(connection):
    with connection.transaction(), connection.cursor("ours", scrollable=True) as cursor:
        cursor.itersize = 7
        cursor.execute("select n, n * n as square from generate_series(1, 100) n")
        print("server's", cursor.fetchmany(3), cursor.description[1].name)
        cursor.scroll(50)
        print("scrolled", cursor.fetchone())
        cursor.scroll(-10)
        cursor.scroll(0, mode="absolute")
        print("summed", sum(square for _, square in cursor))
        print(connection.execute("select name, is_scrollable from pg_cursors").fetchall())
    for factory in dict_row, namedtuple_row, scalar_row, class_row(dict):
        with connection.cursor(row_factory=factory) as cursor:
            print(cursor.execute("select 1 as a, 'x' as b").fetchone())
    for number in connection.cursor().stream("select generate_series(1, 3)"):
        print("streamed", number)
    with psycopg.ClientCursor(connection) as cursor:
        print(cursor.mogrify("select %s, %s, %s", ("it's", b"\0\xff", [1, None])))
        print(cursor.execute("select %s; select %s", (1, "two")).fetchone(), cursor.nextset(),
              cursor.fetchone())
    with psycopg.RawCursor(connection) as cursor:
        print(cursor.execute("select $1::int + $2, '%s'", (1, 2)).fetchone())
    query = sql.SQL("select {} from {} where id = {}").format(
        sql.Identifier("text"), sql.Identifier("public", "work"), sql.Literal(1))
    print(query.as_string(connection), connection.execute(query).fetchall())
    for column in connection.execute("select 1.5::numeric(7,3), 'x'::varchar(9), null::int4[], "
                                     "now()::timestamp(2)").description:
        print(column.name, column.type_code, column.type_display, column.precision, column.scale,
              column.display_size, column.internal_size)


def prepared(connection):
    names = "select count(*) from pg_prepared_statements"
    connection.prepare_threshold = 2
    for _ in range(4):
        connection.execute("select %s::text || 'x'", ("a",))
    print("prepared", one(connection, names))
    connection.execute("select %s::int", (1,), prepare=True)
    print("prepared", one(connection, names))
    raw = connection.pgconn
    raw.prepare(b"mine", b"select $1::int + $2::int, $3::bytea")
    result = raw.describe_prepared(b"mine")
    print("described", [result.param_type(i) for i in range(result.nparams)],
          [result.fname(i) for i in range(result.nfields)])
    result = raw.exec_prepared(b"mine", [b"1", (5).to_bytes(4, "big"), b"\0a\0"], [0, 1, 1], 1)
    print("executed", result.get_value(0, 0), result.get_value(0, 1), result.fformat(0),
          result.ftype(1))
    print("params", raw.exec_params(b"select $1, $2::bytea", [None, b"\0"], [25, 17], [0, 1], 0)
          .get_value(0, 1))


def messages(connection):
    notices = []
    connection.add_notice_handler(lambda diag: notices.append(
        (diag.severity_nonlocalized, diag.sqlstate, diag.message_primary, diag.message_hint)))
    connection.execute("do $$ begin for i in 1..3 loop "
                       "raise warning 'number % ü', i using hint = 'none'; end loop; end $$")
    print("notices", notices)
    heard = []
    connection.add_notify_handler(lambda note: heard.append((note.channel, note.payload)))
    connection.execute("listen news")

    def tell():
        with psycopg.connect(autocommit=True) as other:
            for number in range(5):
                other.execute("select pg_notify('news', %s)", (f"{number} é",))

    teller = threading.Thread(target=tell)
    teller.start()
    got = [note.payload for note in connection.notifies(timeout=20, stop_after=5)]
    teller.join()
    print("notified", got, heard)
    results = {}

    def work(name):
        with psycopg.connect() as own:
            results[name] = sum(one(own, "select %s::int", n) for n in range(100))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("threads", sorted(results.items()))


def zones(connection):
    for zone in "Europe/Berlin", "Asia/Kolkata", "UTC", "+03:00":
        connection.execute(sql.SQL("set timezone to {}").format(sql.Literal(zone)))
        for binary in False, True:
            with connection.cursor(binary=binary) as cursor:
                moment, = cursor.execute("select '2024-07-01 12:00+00'::timestamptz").fetchone()
                print(zone, repr(moment), moment.utcoffset(), connection.info.timezone)


FIELDS = ("severity_nonlocalized sqlstate message_primary message_detail message_hint "
          "statement_position internal_position context schema_name table_name column_name "
          "datatype_name constraint_name source_function").split()
STATEMENTS = [
    ("select 'ü' frm work",),
    ("select 1/0",),
    ("select * from nowhere",),
    ("insert into strict values (null, 1)",),
    ("insert into strict values (2, -1)",),
    ("insert into strict values (1, 1)",),
    ("select nextval('nothing')",),
    ("select %s::int", ("abc",)),
    ("select %s", (object(),)),
    ("select %s, %s", (1,)),
    ("select %(a)s", {"b": 1}),
    ("select %b::int4", (2**40,)),
    ("select %s::text", ("a\0b",)),
    ("do $$ begin raise 'mine %', 1 using errcode = 'ZZ123', detail = 'd'; end $$",),
    ("select pg_sleep(20)",),
]


def failures(connection):
    connection.execute("create domain positive as int check (value > 0)")
    connection.execute("create table strict (a int not null, b positive, unique (a))")
    connection.execute("insert into strict values (1, 1)")
    for statement, *parameters in STATEMENTS:
        if "pg_sleep" in statement:
            connection.execute("set statement_timeout = 50")
        try:
            connection.execute(statement, *parameters)
        except psycopg.Error as error:
            print(type(error).__name__, "|", str(error).replace("\n", " / "), "|",
                  [getattr(error.diag, field) for field in FIELDS])
            print("   ", error.pgresult and pq.ExecStatus(error.pgresult.status).name,
                  [base.__name__ for base in type(error).__mro__[1:4]])
    connection.execute("set statement_timeout = 0")
    canceller = threading.Timer(0.3, connection.cancel)
    canceller.start()
    try:
        connection.execute("select pg_sleep(20)")
    except errors.QueryCanceled as error:
        print("cancelled", error)
    canceller.join()
    with psycopg.connect() as victim:
        one(connection, "select pg_terminate_backend(%s)", victim.info.backend_pid)
        try:
            for _ in range(100):
                victim.execute("select pg_sleep(0.05)")
        except psycopg.OperationalError as error:
            print("terminated", error.sqlstate, victim.closed, victim.broken)
    try:
        psycopg.connect(dbname="no such database")
    except psycopg.OperationalError as error:
        print(str(error).splitlines()[0].partition("FATAL")[2])


async def asynchronous():
    async with await psycopg.AsyncConnection.connect() as connection:
        async with connection.cursor() as cursor:
            await cursor.execute("select generate_series(1, %s)", (4,))
            print("async", [row async for row in cursor])
            async with cursor.copy("copy (select 1, 'x') to stdout") as copy:
                print([bytes(block) async for block in copy])
        async with connection.pipeline():
            first = await connection.execute("select 1")
            second = await connection.execute("select 2")
            print(await first.fetchone(), await second.fetchone())
        try:
            await asyncio.wait_for(connection.execute("select pg_sleep(20)"), 0.2)
        except (TimeoutError, errors.QueryCanceled) as error:
            print("async cancelled", type(error).__name__)


def main():
    print(pq.__impl__, psycopg.__version__, os.environ.get("PSYCOPG_IMPL"))
    with psycopg.connect(autocommit=True, application_name="ü") as connection:
        print(one(connection, "show application_name"), connection.info.dbname,
              connection.info.host, sorted(connection.info.get_parameters())[:3])
        for part in (transactions, copying, pipelines, cursors, prepared, messages, zones,
                     failures):
            print("==", part.__name__)
            part(connection)
    asyncio.run(asynchronous())
    print("closed", connection.closed, repr(connection.pgconn.status))


main()
