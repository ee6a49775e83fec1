"""pyglet.media on FFmpeg's libraries: decoding, playing, and its examples with a film."""

import sys
import time

from client import PROGRAMS, Client, Outcome, finish, printed, steady
from desktop import Desktop
from sound import Sound

sys.path.append(str(PROGRAMS))
import pyglet_media_files

NEEDS = ("Xvfb", "ffmpeg", "pulseaudio")
# Of the film that the examples show: longer than anybody looks at them.
SECONDS = 60


def short(version):
    return version.rpartition(".")[0]


def program(name, version, file, *arguments):
    """A program that makes files in a folder and does something with them."""
    def run(machine, interpreter):
        scratch = machine.scratch(name, interpreter.name)
        packages = machine.installed([f"pyglet=={version}"])
        with Desktop(machine) as desktop, Sound() as sound:
            finished = interpreter.run(
                PROGRAMS / file, scratch, *arguments, packages=packages, HOME=str(scratch),
                **desktop.variables(), **sound.variables())
        return printed(finished)

    return run


def info(name, version, media):
    def run(machine, interpreter):
        scratch = machine.scratch(name, interpreter.name)
        path = pyglet_media_files.make(scratch, SECONDS, [media])[media]
        requirement = f"pyglet=={version}"
        packages = machine.installed([requirement])
        example = machine.source(requirement) / "examples/media/media_info.py"
        with Desktop(machine) as desktop:
            return printed(interpreter.run(
                example, path, packages=packages, HOME=str(scratch), PYGLET_AUDIO="silent",
                **desktop.variables()))

    return run


def shown(name, version, example, actions):
    """An example that shows the film, what it shows after each action, and how it ends."""
    def run(machine, interpreter):
        scratch = machine.scratch(name, interpreter.name)
        path = pyglet_media_files.make(scratch, SECONDS, ["film.mp4"])["film.mp4"]
        requirement = f"pyglet=={version}"
        packages = machine.installed([requirement])
        program = machine.source(requirement) / "examples/media" / example
        with Desktop(machine) as desktop, Sound() as sound:
            process = interpreter.start(
                program, path, packages=packages, cwd=scratch, HOME=str(scratch),
                PYGLET_AUDIO="pulse", **desktop.variables(), **sound.variables())
            details = watched(desktop, process, scratch, actions)
            finished = finish(process, 20)
        details |= {"exit": finished.error(), "printed": steady(finished.stdout),
                    "error output": steady(finished.stderr)}
        return Outcome(finished.error() or "ran and ended", details)

    return run


def watched(desktop, process, scratch, actions):
    if not desktop.wait_for_windows(1, process):
        return {"windows": "none"}
    window, = desktop.windows()
    desktop.arrange([window])
    time.sleep(2)
    desktop.focus(window)
    details = {"at first": desktop.picture(window, True, scratch / "0.png")}
    for number, (what, keys, moves) in enumerate(actions, 1):
        for key in keys:
            desktop.press(key)
        time.sleep(1)
        details[what] = desktop.picture(window, moves, scratch / f"{number}.png")
    desktop.close(window)
    if any(picture.is_blank() for picture in details.values()):
        raise RuntimeError(f"nothing is shown: {details}")
    return details


# What is done, the keys, and whether the picture changes by itself thereafter.
VIDEO = [("later", [], True)]
MEDIA_PLAYER = [("paused at the beginning", ["space", "Left"], False),
                ("played on", ["space"], True)]
CLIENTS = []
for version in "1.5.31", "2.1.19":
    name = f"pyglet-{short(version)}-media-decode"
    CLIENTS.append(Client(
        name, "pyglet", version, "sound and pictures of ten formats through FFmpeg's libraries",
        program(name, version, "pyglet_media_decode.py"), quick=True, needs=NEEDS))
# Of 1.5 the silent driver tells no end of a sound, and OpenAL's one too early at times.
for version, driver in [("1.5.31", "pulse"), ("2.1.19", "pulse"), ("2.1.19", "openal"),
                        ("2.1.19", "silent")]:
    name = f"pyglet-{short(version)}-media-play-{driver}"
    CLIENTS.append(Client(
        name, "pyglet", version, f"sounds and films played to their ends, audio driver {driver}",
        program(name, version, "pyglet_media_play.py", driver), quick=(driver == "pulse"),
        needs=NEEDS))
# That of 1.5 fails where there is a year.
for version, media in ("1.5.31", "film.mp4"), ("2.1.19", "film.mp4"), ("2.1.19", "tone.flac"):
    name = f"pyglet-{short(version)}-media-info-{media.replace('.', '-')}"
    CLIENTS.append(Client(
        name, "pyglet", version, f"`examples/media/media_info.py {media}`",
        info(name, version, media), needs=NEEDS))
for version in "1.5.31", "2.1.19":
    for example, actions in ("video.py", VIDEO), ("media_player.py", MEDIA_PLAYER):
        name = f"pyglet-{short(version)}-media-{example.removesuffix('.py')}"
        CLIENTS.append(Client(
            name, "pyglet", version, f"`examples/media/{example}` with a film",
            shown(name, version, example, actions), needs=NEEDS))
