"""The peers: which program each is, how it is started, and what it can do."""

import os
import subprocess
from collections import namedtuple
from pathlib import Path

from compare import INTERPRETER, INTERPRETERS, ROOT, ending

from rows import SIZES

HERE = Path(__file__).resolve().parent
OURS, THREADS, BEYOND, C_LOOP, CALLS, CALLS_3_14 = (
    "ours", "ours, two threads", "ten beyond a call", "C loop", "calls here", "CPython 3.14")
# In its version, our interpreter says which half of the package runs.
HALF = (INTERPRETER + "; import _ctypes, ctypes_vectorize; "
        "print('native half' if hasattr(_ctypes, '_Vectorized') else 'THE SLOW HALF IN PYTHON, ALONE')")
PACKAGES = {name: INTERPRETER + f"; import {name}; print('{name}', {name}.__version__)"
            for name in ["cffi", "numpy", "numba"]}
ALL = ""
NUMBERS = "^(abs|sqrt|hypot)$"
REALS = "^(sqrt|hypot)$"

# program: what of this folder it runs. rows: the names of its rows match.
# question: what it is asked for its version. patience: how many times as long as the others' its samples are.
Peer = namedtuple("Peer", "name command variables program rows sizes question patience arguments",
                  defaults=(ALL, SIZES, INTERPRETER, 1, ()))


def candidates(ours, site):
    """Lists all peers, those of our interpreter at this path, and those from PyPI in this folder."""
    package = {"PYTHONPATH": str(ROOT / "python-shim/ctypes_vectorize")}
    modules, _ = INTERPRETERS["CPython 3.13"]
    installed = {"PYTHONPATH": str(site)}
    return [
        # Started by our interpreter too: it goes over memory that is laid out as a batch's is.
        Peer(C_LOOP, [ours], {}, "c_rows.py"),
        Peer(OURS, [ours], package, "batches.py", question=HALF),
        Peer(THREADS, [ours], package, "batches.py", sizes=SIZES[-1:], question=HALF, arguments=["--threads", "2"]),
        Peer(BEYOND, [ours], package, "beyond.py", REALS, SIZES[:1], question=HALF),
        Peer(CALLS, [ours], {}, "calls.py"),
        Peer("CPython 3.11", *INTERPRETERS["CPython 3.11"], "calls.py"),
        Peer(CALLS_3_14, *INTERPRETERS["CPython 3.14"], "calls.py"),
        # A compiler in time has to see a loop often before it compiles it.
        Peer("PyPy", *INTERPRETERS["PyPy"], "calls.py", patience=4),
        Peer("cffi compiled", modules, installed, "cffi_rows.py", question=PACKAGES["cffi"]),
        Peer("NumPy", modules, installed, "numpy_rows.py", NUMBERS, question=PACKAGES["numpy"]),
        Peer("numba", modules, installed, "numba_rows.py", NUMBERS, question=PACKAGES["numba"]),
    ]


def run(peer, *arguments, **options):
    return subprocess.run([*peer.command, *arguments], env=dict(os.environ, **peer.variables), text=True,
                          capture_output=True, **options)


def version(peer):
    """Asks what the peer calls itself. Returns that or None, and why there is none."""
    try:
        started = run(peer, "-c", peer.question)
    except OSError as error:
        return None, str(error)
    if started.returncode != 0:
        return None, ending(started)
    return ", ".join(started.stdout.splitlines()), None


def work(peer, library, row, milliseconds, folder, **limits):
    """Lets a new process of the peer take a sample of a row for each of its numbers of items."""
    return run(peer, str(HERE / peer.program), str(library), row, *map(str, peer.sizes), "--milliseconds",
               str(peer.patience * milliseconds), "--folder", str(folder), *peer.arguments, **limits)
