"""A weather log, with what a DB-API module has. `--stdlib` runs it with `sqlite3` instead."""

import sys
import threading
from datetime import date
from math import exp, log
from pathlib import Path
from unicodedata import combining, normalize

if not __package__:  # run as a folder, which is then where modules come from
    sys.path[0] = str(Path(__file__).resolve().parents[1])
if "--stdlib" in sys.argv:
    import sqlite3 as db
else:
    import sqlite_dbapi as db

STATIONS = [("Åre", 398), ("Zermatt", 1608), ("Árbær", 35), ("Oslo", 94)]
READINGS = """
    Åre 2024-02-01 -7.5 81; Åre 2024-02-02 -11.0 74; Zermatt 2024-02-01 -3.25 66
    Zermatt 2024-02-02 -1.0 60; Oslo 2024-02-01 0.5 92; Oslo 2024-02-02 2.0 88
"""


class Day(date):
    """A date that knows how SQLite is to have it."""

    def __conform__(self, protocol):
        return self.isoformat() if protocol is db.PrepareProtocol else None


def readings():
    for entry in READINGS.replace("\n", ";").split(";"):
        if entry.strip():
            station, day, temperature, humidity = entry.split()
            yield {"station": station, "day": Day.fromisoformat(day),
                   "temperature": float(temperature), "humidity": int(humidity)}


def dew_point(temperature, humidity):
    """By Magnus' formula."""
    part = log(humidity / 100) + 17.62 * temperature / (243.12 + temperature)
    return round(243.12 * part / (17.62 - part), 2)


class GeometricMean:
    def __init__(self):
        self.logarithms = []

    def step(self, value):
        self.logarithms.append(log(value))

    def finalize(self):
        return round(exp(sum(self.logarithms) / len(self.logarithms)), 3)


def without_accents(left, right):
    left, right = ("".join(letter for letter in normalize("NFD", text) if not combining(letter))
                   for text in (left, right))
    return (left > right) - (left < right)


def fill(con):
    con.executescript("""
        create table station (name text primary key, altitude integer check (altitude >= 0));
        create table reading (station text references station, day day, temperature real,
                              humidity integer, picture blob);
    """)
    with con:
        con.executemany("insert into station values (?, ?)", STATIONS)
        cur = con.executemany(
            "insert into reading values (:station, :day, :temperature, :humidity, null)",
            readings())
    print("rows inserted:", cur.rowcount, "of", con.total_changes)


def ask(con):
    cur = con.execute("select station, day, temperature as °C from reading order by rowid")
    print("columns:", [column[0] for column in cur.description])
    print("one:", cur.fetchone())
    cur.arraysize = 2
    print("two:", cur.fetchmany())
    print("the rest:", len(cur.fetchall()), "then", cur.fetchone())
    for row in con.execute("select name from station order by name collate accents"):
        print("  ", *row)
    con.row_factory = db.Row
    for row in con.execute("""
        select station, min(dew(temperature, humidity)) as dew, gmean(humidity) as mean
        from reading group by station order by station
    """):
        print("  ", row["station"], row["DEW"], row[-1], row.keys())
    con.row_factory = None


def change(con):
    con.execute("update reading set humidity = humidity + 1")
    print("in a transaction:", con.in_transaction)
    con.rollback()
    print("after rollback:", con.in_transaction,
          con.execute("select sum(humidity) from reading").fetchone())
    cur = con.execute("insert into reading (picture) values (?)", (b"P5\0 2 2 255 \0\x7f\xff\0",))
    with con.blobopen("reading", "picture", cur.lastrowid) as picture:
        picture[-1] = 0x40
        print("blob:", len(picture), picture.read(2), picture[-4:])
    stored = con.execute("select picture from reading where picture not null").fetchone()
    print("as stored:", stored)
    con.commit()


def copy(con):
    other = db.connect(":memory:")
    con.backup(other, progress=lambda status, remaining, total: print("backup:", remaining, "left"))
    print("copied:", other.execute("select count(*) from reading").fetchone())
    other.set_authorizer(
        lambda action, table, column, *_:
        db.SQLITE_IGNORE if (table, column) == ("reading", "temperature") else db.SQLITE_OK)
    print("not shown:", other.execute("select temperature, humidity from reading").fetchone())
    other.close()


def fail(con):
    def elsewhere():
        attempt("other thread", con.execute, "select 1")

    def attempt(what, function, *arguments):
        try:
            print(f"{what}: {function(*arguments)}")
        except (db.Error, ValueError, OverflowError) as error:
            text = "" if isinstance(error, UnicodeError) else str(error).partition(". The")[0]
            print(f"{what}: {type(error).__name__}", getattr(error, "sqlite_errorname", ""), text)

    attempt("syntax", con.execute, "selekt 1")
    attempt("no table", con.execute, "select * from nowhere")
    attempt("unique", con.execute, "insert into station values (?, ?)", ("Oslo", 1))
    attempt("check", con.execute, "insert into station values ('Hell', -1)")
    attempt("too few", con.execute, "select ?, ?", (1,))
    attempt("no name", con.execute, "select :a", {"b": 1})
    attempt("no such type", con.execute, "select ?", (1j,))
    attempt("too large", con.execute, "select ?", (2**63,))
    attempt("surrogate", con.execute, "select ?", ("\ud800",))
    attempt("two at once", con.execute, "select 1; select 2")
    attempt("function", con.execute, "select dew(1, 0)")
    con.set_progress_handler(lambda: True, 1000)
    attempt("interrupted", con.execute, "with recursive n(i) as "
            "(select 1 union all select i + 1 from n) select count(*) from n")
    con.set_progress_handler(None, 0)
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    cursor = con.cursor()
    cursor.close()
    attempt("closed cursor", cursor.execute, "select 1")
    con.close()
    attempt("closed connection", con.cursor)


def main():
    print("DB-API", db.apilevel, db.paramstyle, db.threadsafety)
    db.register_converter("day", lambda text: Day.fromisoformat(text.decode()))
    con = db.connect(":memory:", detect_types=db.PARSE_DECLTYPES)
    con.create_function("dew", 2, dew_point, deterministic=True)
    con.create_aggregate("gmean", 1, GeometricMean)
    con.create_collation("accents", without_accents)
    fill(con)
    ask(con)
    change(con)
    copy(con)
    fail(con)


main()
