"""pyglet's own tests that need nobody at the screen, from its source distributions."""

import shutil

from client import Client, Outcome, steady
from desktop import Desktop
from sound import Sound
from suites import counted, error, pytest

# Without its own handler of crashes.
OPTIONS = ["--assert=plain", "--continue-on-collection-errors", "-p", "no:faulthandler"]
# Seconds for all tests of a folder, and how often a process is begun anew for the rest of them.
PATIENCE, RESTARTS = 600, 10
# Whose outcome is not the same from run to run, of CPython too.
FLICKERS = {
    "tests/unit/test_clock_fps.py::test_elapsed_time_between_tick":
        "wants 0.2 s measured to within 0.4 ms",
    "tests/unit/test_clock_freq.py::test_elapsed_time_between_tick":
        "wants 0.2 s measured to within 0.4 ms",
    "tests/integration/media/test_driver.py::test_audio_player_clear[PulseAudio]":
        "wants of PulseAudio the time played so far, which it estimates",
    "tests/integration/media/test_driver.py::test_audio_player_time[PulseAudio]":
        "wants of PulseAudio the time played so far, which it estimates",
}


def runner(name, version, folder, options):
    requirement = f"pyglet=={version}"

    def run(machine, interpreter):
        scratch = machine.scratch(name, interpreter.name)
        root = scratch / "pyglet"
        shutil.copytree(machine.source(requirement), root)
        with Desktop(machine) as desktop, Sound() as sound:
            variables = desktop.variables() | sound.variables() | {"HOME": str(scratch)}
            return tested(machine, interpreter, root, folder, options, variables)

    return run


def tested(machine, interpreter, root, folder, options, variables):
    """Runs all files in a process. If one is the end of it, another goes on with the next file."""
    files = sorted(str(file.relative_to(root)) for file in (root / folder).rglob("test_*.py"))
    outcomes, ends = {}, []
    for _ in range(RESTARTS):
        # Its tests leave some out where the environment says that they are run by a machine.
        last, finished = pytest(
            machine, interpreter, *OPTIONS, *options, *files, packages=[],
            log=root.parent / "outcomes", cwd=root, timeout=PATIENCE,
            around=("env", "--unset=CI", "--unset=TRAVIS"), **variables)
        unfinished = [test for test, outcome in last.items() if outcome is None]
        outcomes |= last | {test: f"ended the process: {finished.error()}" for test in unfinished}
        ends.append(error(finished))
        if not unfinished:
            break
        files = files[files.index(unfinished[-1].partition("::")[0]) + 1:]
    return summed(outcomes, ends, str(root))


def summed(outcomes, ends, root):
    details = {test: steady(outcome.replace(root, "")) for test, outcome in outcomes.items()
               if test not in FLICKERS}
    return Outcome(counted(details), details | {"processes": ends})


def client(version, folder, *options, quick=False):
    short = version.rpartition(".")[0]
    name = f"pyglet-{short}-tests-{folder}"
    what = " ".join(["pytest", f"tests/{folder}", *options])
    return Client(name, "pyglet", version, f"`{what}`",
                  runner(name, version, f"tests/{folder}", options), quick=quick,
                  needs=("Xvfb", "pulseaudio"))


CLIENTS = [
    client("1.5.31", "unit", quick=True),
    client("1.5.31", "integration"),
    # Every question is answered with yes. Those of 2.1.19 that get so far have errors of their own.
    client("1.5.31", "interactive", "--sanity"),
    client("2.1.19", "unit", quick=True),
    client("2.1.19", "integration"),
]
