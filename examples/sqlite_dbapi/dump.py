"""A database as the text of a script that makes it again."""

import re

VIRTUAL = re.compile(r"CREATE\s+VIRTUAL\s", re.IGNORECASE)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def rows(cursor, table):
    """INSERT statements. SQLite itself makes the literals."""
    columns = cursor.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    literals = " || ',' || ".join(f"quote({quoted(column)})" for column, in columns)
    for line, in cursor.execute(f"SELECT {literals} FROM {quoted(table)}").fetchall():
        yield f"INSERT INTO {quoted(table)} VALUES({line});"


def iterdump(connection, filter=None):
    """The statements of the script; `filter` is a pattern for LIKE."""
    cursor = connection.cursor()
    cursor.row_factory = None
    if cursor.execute("PRAGMA foreign_key_check").fetchall():
        yield "PRAGMA foreign_keys=OFF;"
    yield "BEGIN TRANSACTION;"
    schema = cursor.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master "
        "WHERE sql IS NOT NULL AND name LIKE ? ORDER BY name", (filter or "%",)).fetchall()
    tables = [entry for entry in schema if entry[0] == "table"]
    writable = False
    for kind, name, table, sql in tables:
        if VIRTUAL.match(sql):
            # The module would make the tables that are its own, which have statements here.
            if not writable:
                yield "PRAGMA writable_schema=ON;"
                writable = True
            yield ("INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)"
                   f"VALUES('table',{literal(name)},{literal(table)},0,{literal(sql)});")
        elif not name.startswith("sqlite_"):
            yield f"{sql};"
            yield from rows(cursor, name)
    for kind, name, table, sql in schema:
        if kind != "table":
            yield f"{sql};"
    if writable:
        yield "PRAGMA writable_schema=OFF;"
    # These two exist when tables with AUTOINCREMENT do, and after ANALYZE.
    for name in [name for kind, name, *_ in tables if name.startswith("sqlite_")]:
        if name != "sqlite_sequence":
            yield 'ANALYZE "sqlite_master";'
        yield f"DELETE FROM {quoted(name)};"
        yield from rows(cursor, name)
    yield "COMMIT;"
