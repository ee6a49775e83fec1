"""pycryptodome: extension modules that it loads by ctypes, and objects of Python by `pythonapi`."""

from client import Client, Outcome, program, steady
from suites import counted, error, pytest

VERSION = "4.4.0"
REQUIREMENTS = [f"pycryptodome=={VERSION}"]


def tests(machine, interpreter):
    scratch = machine.scratch("pycryptodome-tests", interpreter.name)
    outcomes, finished = pytest(
        machine, interpreter, "-p", "Crypto.SelfTest.plugin", "--pyargs", "Crypto.SelfTest",
        "--skip-slow-tests", packages=[machine.installed(REQUIREMENTS)], log=scratch / "outcomes",
        cwd=scratch, timeout=900)
    details = {test: steady(outcome or finished.error()) for test, outcome in outcomes.items()}
    return Outcome(counted(details), details | {"process": error(finished)})


CLIENTS = [
    Client("pycryptodome-bytes", "pycryptodome", VERSION,
           "ciphers, hashes, RSA and elliptic curves: the bytes of each",
           program("pycryptodome_bytes.py", requirements=REQUIREMENTS), quick=True),
    Client("pycryptodome-tests", "pycryptodome", VERSION, "its own tests (pytest) that are not slow", tests),
]
