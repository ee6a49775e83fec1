"""How fast pyglet's OpenGL programs run: ours, the other designs, CPython and PyPy in turns.

    pyglet_gl.py [--rounds 3] [--markdown FILE]

pyglet is installed from PyPI, pure Python, the same files for all. Each process has an X server of its
own, with Mesa's software renderer in the calling thread.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import report
from compare import HERE, INTERPRETERS, PYTHON, ROOT
from workload import median

NAME = "pyglet"
# As it comes, pyglet asks OpenGL for an error after every call; programs that want speed turn that off.
CONFIGURATIONS = [
    ("1.5.31", "", {}), ("1.5.31", ", debug_gl off", {"PYGLET_DEBUG_GL": "False"}),
    ("2.1.19", "", {}), ("2.1.19", ", debug_gl off", {"PYGLET_DEBUG_GL": "False"}),
]
PEERS = ["ours", "layered", "stock", "CPython 3.11", "CPython 3.13", "CPython 3.14", "CPython 3.15",
         "PyPy"]
GRAPHICS = {"LIBGL_ALWAYS_SOFTWARE": "1", "GALLIUM_DRIVER": "llvmpipe", "LP_NUM_THREADS": "0"}
DISPLAY = ["xvfb-run", "-a", "-s", "-screen 0 640x480x24"]


def installed(version, folder):
    target = folder / f"pyglet-{version}"
    if not target.exists():
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target,
                        f"pyglet=={version}"], check=True)
    return target


def measured(command, packages, variables):
    """Rates by row, and what it fails with."""
    environment = {**os.environ, "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1",
                   **GRAPHICS, **variables}
    process = subprocess.run([*DISPLAY, *command, HERE / "pyglet_workload.py"], env=environment,
                             text=True, capture_output=True)
    rates = {each["row"]: each["per_second"] for each in map(json.loads, process.stdout.splitlines())}
    error = (process.stderr.strip().splitlines() or ["no output"])[-1]
    return rates, None if process.returncode == 0 else error


def table(results, errors):
    peers = [peer for peer in PEERS if results.get(peer) or errors.get(peer)]
    header = ["per second", *peers, "ours/CPython 3.11"]
    lines = []
    for row, rounds in results["ours"].items():
        cells = [row]
        for peer in peers:
            rates = results.get(peer, {}).get(row)
            cells.append(f"{median(rates):,.0f}" if rates else "fails")
        ratios = [a / b for a, b in zip(rounds, results.get("CPython 3.11", {}).get(row, []))]
        spread = f" ({min(ratios):.2f}..{max(ratios):.2f})" if ratios else ""
        cells.append(f"{median(ratios):.2f}{spread}" if ratios else "")
        lines.append(cells)
    reasons = [f"{peer}: `{error}`." for peer, error in errors.items()]
    return "\n\n".join([report.markdown(header, lines), *reasons])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=ROOT / "target/bench-peers")
    parser.add_argument("--markdown", metavar="FILE", type=Path)
    options = parser.parse_args()
    if shutil.which("xvfb-run") is None:
        sys.exit("xvfb-run not found: apt-get install xvfb xauth")
    results, errors = {}, {}
    for number in range(1, options.rounds + 1):
        print(f"round {number} of {options.rounds}", file=sys.stderr)
        for version, suffix, variables in CONFIGURATIONS:
            packages = installed(version, options.folder)
            for peer in PEERS:
                command, own_variables = INTERPRETERS[peer]
                if shutil.which(command[-1]) is None:
                    print(f"{peer}: not found ({command[-1]})")
                    continue
                rates, error = measured(command, packages, {**own_variables, **variables})
                if error:
                    errors[peer] = error
                for row, rate in rates.items():
                    rows = results.setdefault(peer, {})
                    rows.setdefault(f"{version}{suffix}: {row}", []).append(rate)
    for peer, error in errors.items():
        print(f"{peer}: {error}")
    report.publish(options.markdown, NAME, table(results, errors))


if __name__ == "__main__":
    main()
