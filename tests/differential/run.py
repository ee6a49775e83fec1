"""Random ctypes programs, each run by our interpreter and by CPython 3.14, which must print the same.

    run.py --library LIB.so [--interpreter PROGRAM] [--programs N] [--seed S] [--seconds T] [--go-on]

LIB.so is made of tests/clib: gcc -shared -fPIC -O1 -pthread -o LIB.so tests/clib/*.c

With N and S the programs are the same in every run; with --seconds they are new ones until the time is over. A
difference is made as small as it goes and printed, and the run fails; with --go-on it looks for others, and
prints each kind once. Differences that are accepted, each with its reason, are in accepted.py. server.py runs
a printed program by itself.

A CPython of 3.13 or later runs this, and installs Hypothesis into target/differential. CPython 3.14 is Debian
sid's: benches/peers/debian.py makes it.
"""

import argparse
import secrets
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGES = ROOT / "target/differential/packages"
REQUIREMENTS = ["hypothesis==6.170.17", "sortedcontainers==2.4.0"]


def install():
    if not (PACKAGES / ".complete").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "--root-user-action=ignore", "--upgrade", "--target", PACKAGES, *REQUIREMENTS], check=True)
        (PACKAGES / ".complete").touch()
    sys.path[:0] = [str(PACKAGES)]
    sys.path.append(str(ROOT / "benches/peers"))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--interpreter", default=ROOT / "target/release/rustpython-ctypes")
    parser.add_argument("--library", required=True)
    parser.add_argument("--programs", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--go-on", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    install()
    import debian
    from interpreters import Interpreter
    from search import Search

    command, variables = debian.python("python3.14")
    if not (debian.folder("sid") / "usr/bin/python3.14").exists():
        sys.exit(f"no CPython 3.14 in {debian.folder('sid')}: benches/peers/debian.py sid makes it, "
                 "SID names another")
    search = Search(Interpreter("ours", [options.interpreter], {}, options.library),
                    Interpreter("CPython", command, variables, options.library), options.go_on)
    seed = options.seed if options.seed is not None else secrets.randbelow(1 << 32)
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    deadline = began + options.seconds if options.seconds else None
    search.run(seed, options.programs, deadline)
    print(f"{search.programs} programs, {search.statements} statements in {time.monotonic() - began:.0f} s, "
          f"{len(search.found)} kinds of differences")
    for reason, count in sorted(search.accepted.items(), key=lambda item: -item[1]):
        print(f"accepted {count} times: {reason}")
    sys.exit(bool(search.found))


if __name__ == "__main__":
    main()
