"""`check` on published packages, with Debian 12's headers.

    CTYPES_CONFIGURE_PACKAGES=DIRECTORY python published.py           # compares with published_expected.txt
    CTYPES_CONFIGURE_PACKAGES=DIRECTORY python published.py --print   # only prints what is found

DIRECTORY is filled by `pip install --no-deps --target DIRECTORY` and the requirements below. The headers
are Debian's: libsdl2-dev, libpq-dev, libmagic-dev, libx11-dev, libxi-dev, libxinerama-dev, libxrandr-dev,
libxrender-dev, libxext-dev and libxxf86vm-dev.
"""
import difflib
import os
import subprocess
import sys

from support import INTERPRETER

REQUIREMENTS = "PySDL2==0.9.17 psycopg==3.3.9 pyglet==2.1.19 python-magic==0.4.27 typing-extensions==4.16.0"

X11 = ("Xlib.h", "Xutil.h", "cursorfont.h", "extensions/XInput.h", "extensions/Xinerama.h",
       "extensions/Xrandr.h", "extensions/Xrender.h", "extensions/sync.h", "extensions/xf86vmode.h")
# What is checked, and against what.
CHECKS = {
    "sdl2.*": ["--header=SDL2/SDL.h", "--header=SDL2/SDL_syswm.h", "--header=SDL2/SDL_vulkan.h",
               "--library=SDL2"],
    "psycopg.pq._pq_ctypes": ["--header=libpq-fe.h", "--include-dir=/usr/include/postgresql", "--library=pq"],
    "pyglet.libs.x11.*": [*(f"--header=X11/{each}" for each in X11), "--library=X11"],
    "magic": ["--header=magic.h", "--library=magic"],
}
EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "published_expected.txt")


def findings(module, arguments, directory):
    """Runs `check` in the directory of the packages, and returns the lines that it prints."""
    command = [*INTERPRETER, "-m", "ctypes_configure", "check", module, *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"check {module} ends with status {done.returncode}: {done.stderr}")
    print(f"{module}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    return done.stdout.splitlines()


def main():
    directory = os.environ.get("CTYPES_CONFIGURE_PACKAGES")
    if not directory:
        sys.exit(f"CTYPES_CONFIGURE_PACKAGES is not set to a directory with {REQUIREMENTS}")
    found = [line for module, arguments in CHECKS.items() for line in findings(module, arguments, directory)]
    if "--print" in sys.argv:
        print("\n".join(found))
        return 0
    with open(EXPECTED, encoding="utf-8") as file:
        expected = [line for line in file.read().splitlines() if line and not line.startswith("#")]
    differences = list(difflib.unified_diff(sorted(expected), sorted(found), "expected", "found", lineterm="",
                                            n=0))
    print("\n".join(differences) if differences else f"all {len(found)} findings are those expected")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
