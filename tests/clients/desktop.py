"""An X server with software OpenGL, and a person at it: windows seen, keys pressed, pictures taken."""

import os
import subprocess
import sys
import time
from pathlib import Path

# For this process, which no window of a client is in.
REQUIREMENTS = ["python-xlib==0.33", "pillow==13.0.0"]
SCREEN = "1600x1024x24"
# The same picture by every run: one thread of Mesa's software renderer.
GRAPHICS = {"LIBGL_ALWAYS_SOFTWARE": "1", "GALLIUM_DRIVER": "llvmpipe", "LP_NUM_THREADS": "1"}
# How far the means of two pictures of a moving scene may lie apart, of 255.
NEAR = 24


class Picture:
    """What a window showed. Of a scene that moves only the kind of picture is compared."""

    def __init__(self, image, moves, file):
        self.image, self.moves, self.file = image, moves, file

    @classmethod
    def of(cls, file):
        from PIL import Image
        return cls(Image.open(file).convert("RGBA"), False, file)

    def means(self):
        from PIL import ImageStat
        return ImageStat.Stat(self.image).mean

    def is_blank(self):
        return self.image.getcolors(1) is not None

    def __eq__(self, other):
        if not isinstance(other, Picture) or self.image.size != other.image.size:
            return False
        if not self.moves:
            return self.image.tobytes() == other.image.tobytes()
        distances = (abs(a - b) for a, b in zip(self.means(), other.means()))
        return self.is_blank() == other.is_blank() and max(distances) <= NEAR

    def __repr__(self):
        means = ", ".join(f"{mean:.0f}" for mean in self.means())
        blank = ", blank" * self.is_blank()
        return f"picture {self.image.size}, mean colour ({means}){blank}, {self.file}"


class Desktop:
    """Used in a `with`; `name` is its display."""

    def __init__(self, machine):
        packages = str(machine.installed(REQUIREMENTS))
        if packages not in sys.path:
            sys.path.append(packages)

    def __enter__(self):
        readable, writable = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writable), "-screen", "0", SCREEN, "-nolisten", "tcp"],
            pass_fds=[writable], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writable)
        with os.fdopen(readable) as pipe:
            self.name = f":{pipe.readline().strip()}"
        from Xlib import X, XK, Xatom, display, protocol
        from Xlib.ext import xtest
        self.x, self.keys, self.atoms, self.protocol, self.test = X, XK, Xatom, protocol, xtest
        self.display = display.Display(self.name)
        self.root = self.display.screen().root
        self.width = self.display.screen().width_in_pixels
        return self

    def __exit__(self, *raised):
        self.display.close()
        self.server.terminate()
        self.server.wait()

    def variables(self):
        """What a program needs in its environment."""
        return dict(GRAPHICS, DISPLAY=self.name)

    def windows(self):
        """The visible ones, in the order of their creation."""
        viewable = []
        for window in self.root.query_tree().children:
            attributes, geometry = window.get_attributes(), window.get_geometry()
            if attributes.map_state == self.x.IsViewable and geometry.width > 1:
                viewable.append(window)
        return sorted(viewable, key=lambda window: window.id)

    def wait_for_windows(self, number, process, patience=60):
        """Whether there are so many before the process ends or patience does."""
        end = time.monotonic() + patience
        while time.monotonic() < end and process.poll() is None:
            if len(self.windows()) >= number:
                return True
            time.sleep(0.1)
        return False

    def size(self, window):
        geometry = window.get_geometry()
        return geometry.width, geometry.height

    def arrange(self, windows):
        """Side by side, as nobody else arranges them."""
        left = 0
        for window in windows:
            window.configure(x=left, y=0)
            left += self.size(window)[0]
        self.display.sync()

    def point_at(self, window, x, y):
        at = window.translate_coords(self.root, 0, 0)
        self.test.fake_input(self.display, self.x.MotionNotify, x=x - at.x, y=y - at.y)
        self.display.sync()

    def press(self, key):
        code = self.display.keysym_to_keycode(self.keys.string_to_keysym(key))
        for event in self.x.KeyPress, self.x.KeyRelease:
            self.test.fake_input(self.display, event, code)
            self.display.sync()
            time.sleep(0.05)

    def click(self):
        for event in self.x.ButtonPress, self.x.ButtonRelease:
            self.test.fake_input(self.display, event, 1)
            self.display.sync()
            time.sleep(0.05)

    def resize(self, window, width, height):
        window.configure(width=width, height=height)
        self.display.sync()

    def focus(self, window):
        window.set_input_focus(self.x.RevertToParent, self.x.CurrentTime)
        self.display.sync()

    def close(self, window):
        """Asks the program to close it, as a window manager does."""
        ask, delete = (self.display.get_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        event = self.protocol.event.ClientMessage(
            window=window, client_type=ask, data=(32, [delete, self.x.CurrentTime, 0, 0, 0]))
        window.send_event(event)
        self.display.sync()

    def picture(self, window, moves, file):
        from PIL import Image
        width, height = self.size(window)
        at = window.translate_coords(self.root, 0, 0)
        # Of the screen: a part of it is always there, while a window may have been redrawn or hidden.
        raw = self.root.get_image(-at.x, -at.y, width, height, self.x.ZPixmap, 0xffffffff)
        data = raw.data if isinstance(raw.data, bytes) else raw.data.encode("latin-1")
        image = Image.frombytes("RGB", (width, height), data, "raw", "BGRX")
        image.save(file)
        return Picture(image, moves, Path(file))
