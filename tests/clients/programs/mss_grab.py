"""Takes pictures of the screen by mss, with each of its ways to ask the X server for them."""

import hashlib
import sys
import zlib
from pathlib import Path

import what_the_vm_lacks  # os.memfd_create, without which mss does without shared memory
import mss
import mss.tools
from mss.exception import ScreenShotError

SCRATCH = Path(sys.argv[1])
# Where client_mss.py has drawn, and what.
PLACES = [(0, 0), (150, 120), (250, 170), (299, 219), (300, 220), (420, 300), (1599, 1023)]


def checksum(data):
    return hashlib.sha256(data).hexdigest()[:16]


def shown(name, picture):
    print(" ", name, picture, picture.pos, picture.size, len(picture.raw), checksum(picture.rgb))


def lines(error):
    """What it says. Xlib's identifier is read after its event is gone, so it is chance."""
    chance = "Resource id" if type(error).__name__ == "XError" else None
    return [line.strip() for line in str(error).splitlines() if not chance or chance not in line]


def saved(file):
    """The chunks of a PNG file: their names, and checksums of what is not compressed in them."""
    data, at, chunks = file.read_bytes(), 8, []
    while at < len(data):
        size, name = int.from_bytes(data[at:at + 4]), data[at + 4:at + 8].decode()
        content = data[at + 8:at + 8 + size]
        chunks.append((name, checksum(zlib.decompress(content) if name == "IDAT" else content)))
        at += size + 12
    return file.name, chunks


def wrong(screen):
    for place in (5000, 5000, 5100, 5100), (10, 10, 10, 20):
        try:
            print(" ", place, screen.grab(place))
        except ScreenShotError as error:
            print(" ", place, type(error).__name__, lines(error), sorted(error.details))


def pictures(backend, cursor):
    print(backend, "with the cursor" if cursor else "")
    with mss.MSS(backend=backend, with_cursor=cursor) as screen:
        print(" ", [sorted(monitor.items()) for monitor in screen.monitors])
        whole = screen.grab(screen.monitors[0])
        shown("all monitors", whole)
        print(" ", {(x, y): tuple(whole.rgb[3 * (y * whole.width + x):][:3]) for x, y in PLACES})
        part = screen.grab({"left": 190, "top": 110, "width": 120, "height": 130})
        shown("a part", part)
        print(" ", [part.pixel(x - 190, y - 110) for x, y in PLACES[2:4]], "of the whole", part.rgb == b"".join(
            whole.rgb[3 * (y * whole.width + 190):][:360] for y in range(110, 240)))
        shown("a box", screen.grab((140, 100, 141, 200)))
        file = SCRATCH / f"{backend}.png"
        mss.tools.to_png(part.rgb, part.size, output=str(file))
        print(" ", saved(file))
        for name in screen.save(output=f"{SCRATCH}/{backend}-{{mon}}.png"):
            print(" ", saved(Path(name)))
        wrong(screen)
        frames = {checksum(screen.grab((0, 0, 320, 240)).raw) for _ in range(20)}
        print("  20 frames,", len(frames), "of them different;", screen.performance_status)


for backend in "xlib", "xgetimage", "xshmgetimage":
    for cursor in False, True:
        pictures(backend, cursor)
for backend in "xlib", "default":
    try:
        mss.MSS(backend=backend, display=":no")
    except ScreenShotError as error:
        print(type(error).__name__, error)
