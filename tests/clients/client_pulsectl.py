"""pulsectl: a mixer of a PulseAudio server that plays into nothing, and its own tests."""

import re

from client import PROGRAMS, Client, Outcome, printed
from sound import Sound

VERSION = "24.12.0"
REQUIREMENTS = [f"pulsectl=={VERSION}"]
TESTS = "pulsectl.tests.test_with_dummy_instance"


def mixer(machine, interpreter):
    packages = machine.installed(REQUIREMENTS)
    scratch = machine.scratch("pulsectl-mixer", interpreter.name)
    with Sound() as sound:
        variables = sound.variables()
        return printed(interpreter.run(PROGRAMS / "pulsectl_mixer.py", scratch, variables["PULSE_SERVER"],
                                       packages=packages, HOME=str(scratch), **variables))


def tests(machine, interpreter):
    scratch = machine.scratch("pulsectl-tests", interpreter.name)
    finished = interpreter.run("-m", "unittest", "-v", TESTS, packages=machine.installed(REQUIREMENTS),
                               HOME=str(scratch), cwd=scratch)
    details = dict(re.findall(r"^(\w+) \(.*\) \.\.\. (.*)$", finished.stderr, re.MULTILINE))
    passed = sum(outcome == "ok" for outcome in details.values())
    return Outcome(f"{passed} of {len(details)} passed", details | {"exit": finished.error()})


CLIENTS = [
    Client("pulsectl-mixer", "pulsectl", VERSION,
           "sinks made, volumes set, a stream heard, moved and ended, events in a callback",
           mixer, quick=True, needs=("pulseaudio", "paplay")),
    Client("pulsectl-tests", "pulsectl", VERSION, "its own tests", tests, needs=("pulseaudio", "paplay")),
]
