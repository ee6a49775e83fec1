"""psycopg's pure Python implementation: values of many types there and back, in PostgreSQL's text
format and in its binary one."""

import datetime
import decimal
import enum
import ipaddress
import random
import uuid

import psycopg
from psycopg.types import TypeInfo
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.hstore import register_hstore
from psycopg.types.json import Json, Jsonb
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

Decimal = decimal.Decimal
UTC = datetime.timezone.utc
EAST = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
VALUES = {
    "int2": [0, 1, -1, 2**15 - 1, -2**15],
    "int4": [2**31 - 1, -2**31],
    "int8": [2**63 - 1, -2**63],
    "oid": [0, 2**32 - 1],
    "bool": [True, False],
    "float4": [0.5, -0.0, 1e38, float("inf"), float("nan")],
    "float8": [0.1, 5e-324, 1.7976931348623157e308, float("-inf"), float("nan")],
    "numeric": [Decimal("0"), Decimal("-0.00012300"), Decimal("1e40"), Decimal("NaN"),
                Decimal("123456789012345678901234567890.12345678901234567890"), 2**200],
    "text": ["", "it's", "back\\slash", "tab\tline\n", "Grüße 🐍", "x" * 70000],
    "varchar(5)": ["five5", ""],
    "char(4)": ["ab"],
    "name": ["pg_class"],
    "bytea": [b"", b"\0", b"\0\1\xff'\\", bytes(range(256)) * 300, bytearray(b"ab\0"),
              memoryview(b"c\0d")],
    "date": [datetime.date(1, 1, 1), datetime.date(2000, 1, 1), datetime.date(9999, 12, 31)],
    "time": [datetime.time(0), datetime.time(23, 59, 59, 999999)],
    "timetz": [datetime.time(12, 30, tzinfo=EAST)],
    "timestamp": [datetime.datetime(1, 1, 1), datetime.datetime(2024, 2, 29, 1, 2, 3, 4)],
    "timestamptz": [datetime.datetime(2024, 2, 29, 12, tzinfo=EAST),
                    datetime.datetime(1900, 1, 1, tzinfo=UTC)],
    "interval": [datetime.timedelta(0), datetime.timedelta(-1, 3, 5), datetime.timedelta(40000)],
    "uuid": [uuid.UUID(int=0), uuid.UUID("12345678-9abc-def0-1234-56789abcdef0")],
    "json": [Json({"a": [1, None, 2.5, "ü"]}), Json(None)],
    "jsonb": [Jsonb({"b": {"c": [True, False]}, "a": "\u2028"}), Jsonb([])],
    "inet": [ipaddress.ip_address("192.168.0.1"), ipaddress.ip_interface("::1/64")],
    "cidr": [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fe80::/10")],
    "int4[]": [[], [1, None, -3], [[1, 2], [3, 4]], [[[1], [2]]]],
    "text[]": [["", "a,b", '"', "{}", "NULL", None, "ü\\"]],
    "float8[]": [[0.1, float("inf")]],
    "bytea[]": [[b"\0", b"'"]],
    "numeric[]": [[Decimal("1.10"), None]],
    "date[]": [[datetime.date(2024, 1, 1)]],
    "uuid[]": [[uuid.UUID(int=5)]],
    "jsonb[]": [[Jsonb({"a": 1}), Jsonb("x")]],
    "int4range": [Range(1, 5), Range(empty=True), Range(None, 3), Range(2, 4, "[]"), Range()],
    "numrange": [Range(Decimal("1.5"), None, "(]")],
    "daterange": [Range(datetime.date(2024, 1, 1), datetime.date(2024, 2, 1))],
    "tstzrange": [Range(datetime.datetime(2024, 1, 1, tzinfo=UTC), None)],
    "int8multirange": [Multirange([Range(1, 3), Range(10, None)]), Multirange()],
    "int4range[]": [[Range(1, 2), Range(empty=True)]],
    "mood": [],
    "part": [],
    "point": ["(1.5,-2)"],
    "bit(5)": ["10101"],
    "xml": ["<a>ü</a>"],
    "hstore": [{"a": "1", "b": None, 'c"': "\\"}, {}],
}


class Mood(enum.Enum):
    sad = "sad"
    hap_py = "hap-py"


def shortened(value):
    if isinstance(value, (bytes, bytearray, memoryview)):
        value = bytes(value)
    text = repr(value)
    return text if len(text) < 200 else f"{text[:50]}... of {len(value)}, hash {sum(text.encode())}"


def back(connection, kind, value, format, binary):
    """The value as PostgreSQL spells it, and as it comes back."""
    cursor = connection.cursor(binary=binary)
    try:
        row = cursor.execute(f"select ({format}::{kind})::text, {format}::{kind}",
                             (value, value)).fetchone()
    except (psycopg.Error, NotImplementedError, ValueError) as error:
        connection.rollback()
        return f"{type(error).__name__} {str(error).splitlines()[0]}"
    column = cursor.description[1]
    return f"{shortened(row[0])} {type(row[1]).__name__} {shortened(row[1])} oid {column.type_code}"


def random_values(connection):
    """Rows of random numbers, which must be the ones that were sent."""
    source = random.Random(12)
    rows = [(source.randrange(-2**63, 2**63), source.uniform(-1e9, 1e9), source.randbytes(40),
             Decimal(source.randrange(-10**30, 10**30)).scaleb(-source.randrange(20)),
             datetime.datetime(1970, 1, 1) + datetime.timedelta(
                 seconds=source.randrange(10**9), microseconds=source.randrange(10**6)))
            for _ in range(200)]
    connection.execute("create temp table numbers "
                       "(n serial, a int8, b float8, c bytea, d numeric, e timestamp)")
    for format in "%s", "%b", "%t":
        connection.execute("truncate numbers")
        with connection.cursor() as cursor:
            cursor.executemany("insert into numbers (a, b, c, d, e) values "
                               f"({', '.join([format] * 5)})", rows)
        for binary in False, True:
            got = connection.cursor(binary=binary).execute(
                "select a, b, c, d, e from numbers order by n").fetchall()
            print("random", format, binary, got == rows, len(got))


def main():
    with psycopg.connect(options="-c timezone=UTC -c datestyle=ISO") as connection:
        print(psycopg.pq.__impl__, psycopg.__version__)
        connection.execute("create type mood as enum ('sad', 'hap-py')")
        connection.execute("create type part as (name text, weight numeric, tags int[])")
        connection.execute("create extension hstore")
        connection.commit()
        register_enum(EnumInfo.fetch(connection, "mood"), connection, Mood)
        register_hstore(TypeInfo.fetch(connection, "hstore"), connection)
        composite = CompositeInfo.fetch(connection, "part")
        register_composite(composite, connection)
        part = composite.python_type
        VALUES["mood"] = [Mood.sad, Mood.hap_py]
        VALUES["part"] = [part('a "b", (c)', Decimal("1.50"), [1, 2]), part("", None, [])]
        for kind, values in VALUES.items():
            for value in [*values, None]:
                for format, binary in ("%t", False), ("%b", False), ("%s", True), ("%b", True):
                    print(kind, shortened(value), format, "binary" if binary else "text", "->",
                          back(connection, kind, value, format, binary))
        random_values(connection)


main()
