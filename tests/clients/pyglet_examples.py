"""pyglet's own examples, from its source distributions, with somebody at the keyboard.

Each is started on a desktop of its own. When its windows are there and have been drawn, pictures are
taken of all; a key is pressed, the mouse clicked, the first window made larger, and pictures taken again;
then the windows are closed, and the program has to end by itself.
"""

import time
from dataclasses import dataclass

from client import Client, Finished, Outcome, finish, steady
from desktop import Desktop

VERSIONS = {"1.5": "1.5.31", "2.1": "2.1.19"}


@dataclass
class Example:
    version: str
    # In the folder `examples`.
    path: str
    # Whether its pictures change by themselves.
    moves: bool = False
    windows: int = 1
    arguments: tuple = ()
    # What is pressed.
    keys: tuple = ("a",)
    # Whether what it prints is compared, and which of its lines.
    prints: object = None
    # Whether it ends when its windows are closed.
    quick: bool = False


EXAMPLES = [
    Example("1.5", "opengl/opengl.py", moves=True, quick=True),
    Example("1.5", "window/multiple_windows.py", moves=True, windows=2),
    Example("1.5", "events/window_events.py", quick=True),
    Example("1.5", "programming_guide/events.py"),
    Example("1.5", "text/html_label.py", quick=True),
    Example("1.5", "timer.py", moves=True),
    Example("1.5", "events/window_platform_event.py"),
    Example("1.5", "fixed_resolution.py", moves=True),
    Example("1.5", "graphics/image_display.py", arguments=("{examples}/text/pyglet.png",)),
    Example("1.5", "astraea/astraea.py", moves=True, keys=("space", "Up", "Left")),
    Example("2.1", "opengl/opengl_core.py", moves=True),
    Example("2.1", "opengl/torus.py", moves=True, quick=True),
    Example("2.1", "opengl/minimal_shader.py", quick=True),
    Example("2.1", "shapes.py", moves=True, quick=True),
    Example("2.1", "sprite/sprite_batching.py", moves=True),
    Example("2.1", "text/html_label.py"),
    Example("2.1", "window/multiple_windows.py", moves=True, windows=2),
    Example("2.1", "window/fixed_resolution.py", moves=True),
    Example("2.1", "model/model.py", moves=True),
    Example("2.1", "gui/widgets.py"),
    Example("2.1", "game/version5/asteroid.py", moves=True, keys=("Up", "Left", "space")),
]


def name(example):
    stem = example.path.removesuffix(".py").replace("/", "-")
    return f"pyglet-{example.version}-{stem}"


def runner(example):
    requirement = f"pyglet=={VERSIONS[example.version]}"

    def run(machine, interpreter):
        packages = machine.installed([requirement])
        examples = machine.source(requirement) / "examples"
        program = examples / example.path
        scratch = machine.scratch(name(example), interpreter.name)
        arguments = [argument.format(examples=examples) for argument in example.arguments]
        with Desktop(machine) as desktop:
            process = interpreter.start(program, *arguments, packages=packages, cwd=program.parent,
                                        HOME=str(scratch), **desktop.variables())
            details = watched(example, desktop, process, scratch)
            finished = finish(process, 20)
        details |= ended(finished)
        return Outcome(finished.error() or "ran and ended", details)

    return run


def watched(example, desktop, process, scratch):
    """What was seen, by name."""
    if not desktop.wait_for_windows(example.windows, process):
        return {"windows": f"not {example.windows}"}
    time.sleep(3)
    windows = desktop.windows()
    details = {"windows": len(windows)} | pictures(example, desktop, "at first", scratch)
    first = windows[0]
    width, height = desktop.size(first)
    desktop.focus(first)
    desktop.point_at(first, width // 2, height // 2)
    for key in example.keys:
        desktop.press(key)
    desktop.click()
    time.sleep(0.5)
    details |= pictures(example, desktop, "after a key and a click", scratch)
    desktop.resize(first, width + 64, height + 48)
    time.sleep(1.5)
    details |= pictures(example, desktop, "after a resize", scratch)
    for window in reversed(windows):
        desktop.close(window)
        time.sleep(0.2)
    return details


def pictures(example, desktop, when, scratch):
    return {
        f"window {number} {when}": desktop.picture(
            window, example.moves, scratch / f"{number} {when}.png")
        for number, window in enumerate(desktop.windows(), 1)
    }


def ended(finished: Finished):
    lines = [steady(line) for line in finished.stderr.strip().splitlines()]
    return {"exit": finished.error(), "error output": " / ".join(lines[-3:])}


CLIENTS = [
    Client(name(example), "pyglet", VERSIONS[example.version], f"`examples/{example.path}`",
           runner(example), quick=example.quick, needs=("Xvfb",))
    for example in EXAMPLES
]
