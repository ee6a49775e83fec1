"""examples/sqlite_dbapi: its demonstration, and CPython's tests of sqlite3 in whose place it is."""

import subprocess

from client import HERE, PROGRAMS, Client, Outcome, printed, same_details, steady

EXAMPLES = HERE.parents[1] / "examples"
# Those of CPython's test_sqlite3 that are about the interface; test_cli is about a program.
DBAPI = ["test_dbapi"]
BEYOND = ["test_types", "test_factory", "test_transactions", "test_userfunctions", "test_hooks",
          "test_regression", "test_backup", "test_dump"]


def demonstration(machine, interpreter):
    return printed(interpreter.run(EXAMPLES / "sqlite_dbapi"))


def beside_sqlite3(machine, interpreter):
    """CPython has its own module here."""
    own = ["--stdlib"] if interpreter.name == "CPython" else []
    return printed(interpreter.run(EXAMPLES / "sqlite_dbapi", *own))


def compliance(*modules):
    def run(machine, interpreter):
        asked = [machine.cpython, "-c", "import test; print(*test.__path__)"]
        folder = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
        finished = interpreter.run(
            PROGRAMS / "sqlite_dbapi_compliance.py", folder, *modules, packages=EXAMPLES,
            cwd=machine.scratch("sqlite_dbapi", modules[0], interpreter.name))
        # `module.Class.method  word`, and other lines of the tests' own.
        lines = [line.split("  ", 1) for line in finished.stdout.splitlines() if "  " in line]
        details = {name: steady(word) for name, word in lines}
        summary = details.pop("summary", finished.error() or "no summary")
        return Outcome(summary, details | {"exit": finished.error()})

    return run


def all_pass(ours, theirs):
    """What differs, and what fails or is skipped with both."""
    failed = {name: (word, word) for name, word in theirs.details.items()
              if ours.details.get(name) == word
              and word not in ("", "ok") and not word.startswith("excluded: ")}
    return same_details(ours, theirs) | failed


def client(name, what, run, **options):
    return Client(name, "examples/sqlite_dbapi", "its own", what, run, quick=True, **options)


CLIENTS = [
    client("sqlite_dbapi", "its demonstration", demonstration),
    client("sqlite_dbapi-stdlib", "its demonstration, with CPython on `sqlite3`", beside_sqlite3),
    client("sqlite_dbapi-compliance", "CPython's `test_sqlite3.test_dbapi` on it",
           compliance(*DBAPI), compare=all_pass),
    client("sqlite_dbapi-beyond", "the rest of CPython's `test_sqlite3` on it",
           compliance(*BEYOND), compare=all_pass),
]
