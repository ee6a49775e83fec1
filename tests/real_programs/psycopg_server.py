"""psycopg's pure Python implementation, which is libpq through ctypes, against a PostgreSQL server
of its own: typed values both ways, COPY, notices through a C callback, notifications, errors."""

import datetime
import decimal
import socket

import psycopg
from psycopg import pq
from psycopg.rows import namedtuple_row

print("implementation", pq.__impl__, pq.version() >= 100000)
print("parsed", {option.keyword.decode(): option.val.decode()
                 for option in pq.Conninfo.parse(b"host=here port=5433 password='a b'") if option.val})
try:
    pq.Conninfo.parse(b"host=here nonsense")
except psycopg.OperationalError as error:
    print(str(error).strip())

with socket.socket() as closed:
    closed.bind(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    try:
        psycopg.connect(host="127.0.0.1", port=port, user="nobody", password="", dbname="nowhere")
    except psycopg.OperationalError as error:
        print(str(error).replace(str(port), "PORT").splitlines()[0])

connection = psycopg.connect(autocommit=True)  # the server is in PGHOST and its like
print("connected", connection.info.status.name, connection.info.encoding,
      connection.info.server_version >= 100000)

cursor = connection.cursor(row_factory=namedtuple_row)
cursor.execute("create table part (id serial, name text, price numeric, made date, tags text[], raw bytea)")
with connection.transaction():
    cursor.executemany("insert into part (name, price, made, tags, raw) values (%s, %s, %s, %s, %s)", [
        ("gear", decimal.Decimal("12.50"), datetime.date(2024, 2, 29), ["round", "steel"], b"\0\xff"),
        ("Schraube für Holz", None, None, [], b"'"),
    ])
for row in cursor.execute("select * from part order by id"):
    print(row)
for binary in (False, True):
    cursor.execute("select %s::int8, %s::float8, %s::bool, %s::jsonb, null", (2**40, 0.1, True, '{"a": [1]}'),
                   binary=binary)
    print("binary" if binary else "text", tuple(cursor.fetchone()),
          [column.type_code for column in cursor.description])

with cursor.copy("copy part (name, price) from stdin") as copy:
    for number in range(1000):
        copy.write_row((f"bolt {number}", number))
print(cursor.execute("select count(*), sum(price) from part").fetchone())
with cursor.copy("copy (select name, price from part order by id limit 3) to stdout") as copy:
    print([bytes(block) for block in copy])

notices = []
connection.add_notice_handler(lambda notice: notices.append((notice.severity, notice.message_primary)))
cursor.execute("do $$ begin raise notice 'from % to %', 'C', 'Python'; end $$")
print(notices)
cursor.execute("listen news; notify news, 'hello'")
print([(note.channel, note.payload) for note in connection.notifies(timeout=5, stop_after=1)])

for statement in ("selekt 1", "select 1/0", "insert into part (id) values ('x')"):
    try:
        cursor.execute(statement)
    except psycopg.Error as error:
        print(type(error).__name__, error.sqlstate, error.diag.message_primary)
with connection.pipeline() as pipeline:
    first, second = connection.execute("select 1"), connection.execute("select 'two'")
    pipeline.sync()
    print("pipeline", first.fetchone(), second.fetchone())
print("escaped", pq.Escaping(connection.pgconn).escape_literal(b"it's"),
      pq.Escaping(connection.pgconn).escape_bytea(b"\0'"))
connection.close()
print("closed", connection.closed, pq.ConnStatus(connection.pgconn.status).name)
