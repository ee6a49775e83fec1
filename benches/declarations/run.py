"""Measures what declarations cost a program that starts: written by hand, kept in a cache, asked of C.

    python benches/declarations/run.py [--rounds N] NAME=INTERPRETER...

Each round starts every interpreter once for every way, in turn, in new processes that have imported ctypes before
the clock starts. Printed are the median and the quartiles in milliseconds, and the ratio of the medians to the
module written by hand. `ctypes_configure` and pyelftools have to be importable (PYTHONPATH).
"""

import argparse
import pathlib
import shlex
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
ASKED = """
from ctypes_configure import Header
h = Header("#include <sys/stat.h>\\n#include <fcntl.h>\\n#include <time.h>\\n#include <unistd.h>", libraries=["c"],
           use_errno=True, cache=CACHE)
h.constants(*"O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND S_IFMT S_IFDIR S_IFREG".split())
h.struct("struct stat"), h.struct("struct tm")
h.functions(*"fstat lstat open close gmtime_r strftime".split())
"""
WAYS = {
    "by hand": "import by_hand",
    "written module": "import written_abi",
    "Header, cached": ASKED.replace("CACHE", "'written_abi.py'"),
    "Header, asking": ASKED.replace("CACHE", "None"),
}
TIMED = """
import ctypes, enum, time
start = time.perf_counter()
{}
print((time.perf_counter() - start) * 1000)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("interpreters", nargs="+", metavar="NAME=INTERPRETER")
    options = parser.parse_args()
    interpreters = [each.partition("=")[::2] for each in options.interpreters]
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "by_hand.py").write_bytes((HERE / "by_hand.py").read_bytes())

        def run(command, text):
            done = subprocess.run([*shlex.split(command), "-c", TIMED.format(text)], cwd=folder, check=True,
                                  capture_output=True, text=True)
            return float(done.stdout)

        # The first time writes the cache and Python's compiled files.
        for _, command in interpreters:
            for way in ("Header, cached", *WAYS):
                run(command, WAYS[way])
        times = {}
        for _ in range(options.rounds):
            for name, command in interpreters:
                for way, text in WAYS.items():
                    times.setdefault((name, way), []).append(run(command, text))
    print("| interpreter | declarations | ms (quartiles) | to by hand |\n|---|---|---|---|")
    for (name, way), measured in times.items():
        low, median, high = statistics.quantiles(measured, n=4)
        ratio = median / statistics.median(times[name, "by hand"])
        print(f"| {name} | {way} | {median:.2f} ({low:.2f} to {high:.2f}) | {ratio:.2f} |")


if __name__ == "__main__":
    main()
