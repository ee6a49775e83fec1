"""PySDL2: its own tests, over Debian's SDL and its satellites, with no screen and no sound card."""

from client import Client, Outcome, steady
from suites import counted, error, pytest

VERSION = "0.9.17"
REQUIREMENT = f"PySDL2=={VERSION}"
DRIVERS = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", "SDL_RENDER_DRIVER": "software"}
# They want delays and frames to take their time to a few ms, and are marked as unreliable.
# tests/real_programs/sdl2_events.py has a timer that calls back.
WITHOUT = [f"--deselect=sdl2/test/{test}" for test in (
    "timer_test.py::test_SDL_Delay", "timer_test.py::test_SDL_AddRemoveTimer",
    "sdlgfx_test.py::TestFramerate::test_SDL_framerateDelay")]
# The files over structures, callbacks, events and buffers that take no time.
QUICK = ["audio", "events", "rwops", "timer", "sdl2ext_array", "sdl2ext_pixelaccess", "sdlttf"]


def suite(name, files):
    def run(machine, interpreter):
        scratch = machine.scratch(name, interpreter.name)
        outcomes, finished = pytest(
            machine, interpreter, f"--basetemp={scratch / 'temporary'}", *files, *WITHOUT,
            packages=[machine.installed([REQUIREMENT])], log=scratch / "outcomes",
            cwd=machine.source(REQUIREMENT), timeout=600, **DRIVERS)
        details = {test: steady(outcome or finished.error()) for test, outcome in outcomes.items()}
        return Outcome(counted(details), details | {"process": error(finished)})

    return run


CLIENTS = [
    Client("sdl2-tests-quick", "PySDL2", VERSION,
           f"its own tests, the files {', '.join(QUICK)}", quick=True,
           run=suite("sdl2-tests-quick", [f"sdl2/test/{file}_test.py" for file in QUICK])),
    Client("sdl2-tests", "PySDL2", VERSION, "its own tests (pytest), all",
           run=suite("sdl2-tests", ["sdl2/test"])),
]
