"""clang's cindex over libclang, and the wrappers that ctypeslib2, by it, and ctypesgen generate."""

import subprocess

from client import HERE, PROGRAMS, Client, printed
from suites import in_source

# libclang's own version, which is Debian's.
CLANG = "14.0.6"
CTYPESLIB, CTYPESGEN = "2.4.0", "1.1.1"


def program(name, file, requirements, *arguments):
    def run(machine, interpreter):
        packages = machine.installed(requirements)
        scratch = machine.scratch(name, interpreter.name)
        given = [argument() if callable(argument) else argument for argument in arguments]
        return printed(interpreter.run(PROGRAMS / file, *given, scratch, packages=packages))

    return run


def sqlite_library():
    """Its path, since ctypeslib2 looks into the file."""
    asked = ["gcc", "-print-file-name=libsqlite3.so.0"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


CLIENTS = [
    Client("cindex-walk", "clang", CLANG,
           "syntax trees, layouts, diagnostics and completions of tests/clib and of some C++",
           program("cindex-walk", "cindex_walk.py", [f"clang=={CLANG}"], HERE.parent / "clib"),
           quick=True),
    Client("ctypesgen-sqlite", "ctypesgen", CTYPESGEN,
           "a wrapper of SQLite generated, and worked with: callbacks, a virtual table",
           program("ctypesgen-sqlite", "generated_sqlite.py", [f"ctypesgen=={CTYPESGEN}"],
                   sqlite_library, "ctypesgen"),
           quick=True, needs=("gcc",)),
    Client("ctypeslib2-sqlite", "ctypeslib2", CTYPESLIB, "the same by its generator, clang2py",
           program("ctypeslib2-sqlite", "generated_sqlite.py",
                   [f"ctypeslib2=={CTYPESLIB}", f"clang=={CLANG}"], sqlite_library, "ctypeslib"),
           quick=True, needs=("gcc", "nm")),
    Client("ctypesgen-tests", "ctypesgen", CTYPESGEN, "its own tests (pytest)",
           in_source("ctypesgen-tests", f"ctypesgen=={CTYPESGEN}", "tests/testsuite.py"),
           needs=("gcc",)),
    Client("ctypeslib2-tests", "ctypeslib2", CTYPESLIB,
           "its own tests (pytest), but for those of its command, of C++ and of a compiled library",
           in_source("ctypeslib2-tests", f"ctypeslib2=={CTYPESLIB}", "test",
                     *(f"--ignore=test/test_{file}.py" for file in ("clang2py", "cpp", "callbacks")),
                     "--deselect=test/test_function.py::TestFunction::test_simple_function_with_dll",
                     beside=[f"clang=={CLANG}"], CLANG_LIBRARY_PATH="libclang-14.so.1"),
           needs=("gcc",)),
]
