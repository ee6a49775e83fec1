"""mss: pictures of an X server's screen on which something is drawn, by Xlib and by XCB."""

from client import PROGRAMS, Client, printed
from desktop import Desktop

VERSION = "10.2.0"
REQUIREMENTS = [f"mss=={VERSION}"]
# Rectangles of the screen and their colours; programs/mss_grab.py looks at some of their pixels.
DRAWN = [((100, 100, 200, 120), 0xff8000), ((200, 150, 100, 70), 0x0040c0),
         ((400, 280, 64, 64), 0x123456)]


def draw(desktop):
    context = desktop.root.create_gc()
    for rectangle, colour in DRAWN:
        context.change(foreground=colour)
        desktop.root.fill_rectangle(context, *rectangle)
    desktop.root.warp_pointer(430, 310)
    desktop.display.sync()


def grab(machine, interpreter):
    packages = machine.installed(REQUIREMENTS)
    scratch = machine.scratch("mss-grab", interpreter.name)
    with Desktop(machine) as desktop:
        draw(desktop)
        return printed(interpreter.run(PROGRAMS / "mss_grab.py", scratch, packages=packages,
                                       **desktop.variables()))


CLIENTS = [
    Client("mss-grab", "mss", VERSION,
           "pictures of the screen by Xlib, XGetImage and shared memory, with and without the cursor",
           grab, quick=True, needs=("Xvfb",)),
]
