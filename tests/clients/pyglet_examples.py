"""pyglet's own examples, from its source distributions, with somebody at the keyboard.

Each is started on a desktop of its own. When its windows are there and have been drawn, pictures are
taken of all; a key is pressed, the mouse clicked, the first window resized, and pictures taken again;
then the windows are closed, and the program has to end by itself.
"""

import time
from dataclasses import dataclass

from client import HERE, Client, Finished, Outcome, finish, steady
from desktop import Desktop, Picture

VERSIONS = {"1.5": "1.5.31", "2.1": "2.1.19"}


@dataclass
class Example:
    version: str
    # In the folder `examples` of the source distribution, or in our gallery.
    path: str
    # Whether its pictures change by themselves.
    moves: bool = False
    windows: int = 1
    arguments: tuple = ()
    # What is pressed.
    keys: tuple = ("a",)
    # Whether it draws nothing.
    is_blank: bool = False
    # Whether it prints the same every time.
    prints: bool = True
    quick: bool = False
    is_ours: bool = False


EXAMPLES = [
    Example("1.5", "opengl/opengl.py", moves=True, quick=True),
    Example("1.5", "window/multiple_windows.py", moves=True, windows=2),
    Example("1.5", "events/window_events.py", is_blank=True, quick=True),
    Example("1.5", "programming_guide/events.py", is_blank=True),
    Example("1.5", "text/html_label.py", quick=True),
    Example("1.5", "timer.py", moves=True),
    Example("1.5", "events/window_platform_event.py", is_blank=True),
    Example("1.5", "fixed_resolution.py", moves=True),
    Example("1.5", "graphics/image_display.py", arguments=("{examples}/text/pyglet.png",)),
    Example("1.5", "astraea/astraea.py", moves=True, keys=("Return", "Up", "Left", "space")),
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
    Example("2.1", "plasma.py", moves=True, is_ours=True),
    Example("2.1", "flock.py", moves=True, is_ours=True),
    # Few pixels: CPython has only the Python half of ctypes_vectorize.
    Example("2.1", "marble.py", moves=True, arguments=("90", "60"), keys=("v",), is_ours=True),
    Example("2.1", "piano.py", is_ours=True, quick=True),
]
GALLERY = HERE.parents[1] / "examples/pyglet"


def name(example):
    stem = example.path.removesuffix(".py").replace("/", "-")
    return f"gallery-{stem}" if example.is_ours else f"pyglet-{example.version}-{stem}"


def place(example):
    """The folder and the file, as the table has it."""
    return f"our `examples/pyglet/{example.path}`" if example.is_ours else f"`examples/{example.path}`"


def runner(example):
    requirement = f"pyglet=={VERSIONS[example.version]}"

    def run(machine, interpreter):
        packages = machine.installed([requirement])
        examples = GALLERY if example.is_ours else machine.source(requirement) / "examples"
        program = examples / example.path
        scratch = machine.scratch(name(example), interpreter.name)
        arguments = [argument.format(examples=examples) for argument in example.arguments]
        with Desktop(machine) as desktop:
            process = interpreter.start(program, *arguments, packages=packages, cwd=program.parent,
                                        HOME=str(scratch), PYGLET_AUDIO="silent",
                                        **desktop.variables())
            details = watched(example, desktop, process, scratch)
            finished = finish(process, 20)
        details |= ended(example, finished)
        return Outcome("ran and ended", details)

    return run


def watched(example, desktop, process, scratch):
    """What was seen, by name."""
    if not desktop.wait_for_windows(example.windows, process):
        return {"windows": f"not {example.windows}"}
    windows = desktop.windows()
    desktop.arrange(windows)
    time.sleep(3)
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
    # Larger, or smaller if it fills the screen.
    grow = -1 if width >= desktop.width else 1
    desktop.resize(first, width + 64 * grow, height + 48 * grow)
    time.sleep(1.5)
    details |= pictures(example, desktop, "after a resize", scratch)
    for window in reversed(windows):
        desktop.close(window)
        time.sleep(0.2)
    seen = [picture for what, picture in details.items() if what != "windows"]
    if all(picture.is_blank() for picture in seen) != example.is_blank:
        raise RuntimeError(f"unexpected pictures: {seen}")
    return details


def pictures(example, desktop, when, scratch):
    return {
        f"window {number} {when}": desktop.picture(
            window, example.moves, scratch / f"{number} {when}.png")
        for number, window in enumerate(desktop.windows(), 1)
    }


def ended(example, finished: Finished):
    if finished.error() or "Traceback" in finished.stderr:
        raise RuntimeError(f"{finished.error()} {finished.stderr[-500:]}")
    details = {"error output": steady(finished.stderr.strip())}
    if example.prints:
        # Which events come twice, and in what order, is the X server's affair.
        printed = sorted({steady(line) for line in finished.stdout.splitlines()})
        details["printed"] = "\n".join(printed)
    return details


def converted(version):
    """The `run` of the example that has no window that anybody sees: it loads a picture and saves it."""
    def run(machine, interpreter):
        requirement = f"pyglet=={VERSIONS[version]}"
        packages = machine.installed([requirement])
        examples = machine.source(requirement) / "examples"
        target = machine.scratch(f"pyglet-{version}-image_convert", interpreter.name) / "copy.png"
        with Desktop(machine) as desktop:
            finished = interpreter.run(
                examples / "graphics/image_convert.py", examples / "text/pyglet.png", target,
                packages=packages, **desktop.variables())
        details = ended(example=CONVERTER, finished=finished)
        # The pixels: two compressors need not make the same bytes of them.
        details["picture"] = Picture.of(target)
        return Outcome("saved the picture", details)

    return run


CONVERTER = Example("1.5", "graphics/image_convert.py")

CLIENTS = [
    Client(name(example), "pyglet", VERSIONS[example.version], place(example), runner(example),
           quick=example.quick, needs=("Xvfb",))
    for example in EXAMPLES
]
CLIENTS += [
    Client(f"pyglet-{version}-image_convert", "pyglet", VERSIONS[version], place(CONVERTER),
           converted(version), needs=("Xvfb",))
    for version in VERSIONS
]
