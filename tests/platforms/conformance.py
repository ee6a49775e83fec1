"""Runs CPython 3.14's test_ctypes on a target, against the list of what cannot pass there.

The tests are those of Debian sid's package, which benches/peers/debian.py unpacks, and the library that they
call is its `_ctypes_test` where Debian has one for the target. Elsewhere that is compiled from the sources of
3.13's, and with it what is new in 3.14 (header/newer.c).
"""

import tempfile
from pathlib import Path

import build
import packages
import root
from python_tests import ALLOWED, Interpreter, judge, known, outcomes_of, read_expected, variables
from root import REPOSITORY, debian

SHIM = REPOSITORY / "python-shim/cpython_tests"
HEADER = Path(__file__).with_name("header")


def library(target):
    """The compiled `_ctypes_test`."""
    if target.conformance_library:
        package, architecture = target.conformance_library
        [found] = packages.binary("sid", package, architecture).glob("usr/lib/python3.14/lib-dynload/_ctypes_test.*")
        return found
    source = packages.source("trixie", "python3.13") / "Modules/_ctypes/_ctypes_test.c"
    made = build.folder(target) / f"_ctypes_test{Path(target.library).suffix}"
    root.run([target.compiler, *target.shared, "-O1", "-w", f"-I{HEADER}", "-o", made, source,
              HEADER / "newer.c", *target.system_libraries])
    return made


def stage(folder):
    """A `test` package of links: nothing else of CPython's library comes within reach."""
    debian.make("sid")
    [tests] = debian.folder("sid").glob("usr/lib/python3.14/test")
    package = Path(folder) / "test"
    package.mkdir()
    for name in ["__init__.py", "support", "test_ctypes"]:
        (package / name).symlink_to(tests / name)
    return sorted(path.stem for path in (tests / "test_ctypes").glob("test_*.py"))


def run(name, target, names):
    """Whether everything ended as the list has it."""
    with tempfile.TemporaryDirectory() as folder:
        modules = stage(folder)
        environment = {
            "PYTHONPATH": target.paths(folder, SHIM),
            "CTYPES_CONFORMANCE_LIBRARY": target.paths(library(target)),
            **variables(target),
        }
        ours = Interpreter(build.command(target), environment)
        listed = Path(__file__).with_name(f"expected-conformance-{name}.txt")
        everywhere = read_expected(REPOSITORY / "tests/conformance/expected-3.14.txt", ALLOWED)
        outcomes = outcomes_of(ours, names or modules, {**everywhere, **known(listed)})
    return judge(f"{name}: test_ctypes of CPython 3.14", outcomes, listed, not names, everywhere)
