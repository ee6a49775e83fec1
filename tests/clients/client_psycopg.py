"""psycopg's pure Python implementation, which is libpq through ctypes, against a PostgreSQL server
that is started for it."""

import threading

from client import PROGRAMS, Client, printed

VERSION = "3.3.9"
REQUIREMENTS = [f"psycopg=={VERSION}"]
# A new server in a folder of its own; two started at once would want the same port.
SERVER = ("pg_virtualenv", "-t", "-o", "max_prepared_transactions=4")
ONE_SERVER = threading.Lock()
VARIABLES = {
    "PSYCOPG_IMPL": "python",
    # RustPython's sysconfig does not say where time zones are.
    "PYTHONTZPATH": "/usr/share/zoneinfo",
}


def program(name):
    def run(machine, interpreter):
        packages = machine.installed(REQUIREMENTS)
        with ONE_SERVER:
            return printed(interpreter.run(
                PROGRAMS / name, packages=packages, around=SERVER, **VARIABLES))

    return run


CLIENTS = [
    Client("psycopg-types", "psycopg", VERSION,
           "values of 44 PostgreSQL types there and back, in text and in binary",
           program("psycopg_types.py"), quick=True, needs=("pg_virtualenv",)),
    Client("psycopg-work", "psycopg", VERSION,
           "transactions, COPY, pipelines, cursors on the server, prepared statements, "
           "notifications, threads, errors, asyncio",
           program("psycopg_work.py"), quick=True, needs=("pg_virtualenv",)),
]
