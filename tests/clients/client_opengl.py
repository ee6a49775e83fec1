"""PyOpenGL over Mesa: pictures off the screen by EGL and by GLX, and its own checks."""

import re

from client import PROGRAMS, Client, Outcome, printed, program, steady
from desktop import GRAPHICS, Desktop

VERSION = "3.1.10"
REQUIREMENT = f"PyOpenGL=={VERSION}"
# In the folder `tests`: those that run on Mesa without pygame, numpy, Xlib and GLFW.
CHECKS = [
    "check_crash_on_glutinit", "check_egl_device_enumeration", "check_freeglut_deinit",
    "check_gles_imports", "check_glut_debug", "check_glut_fc", "check_glut_load",
    "check_glutinit", "check_glutinit_0args", "check_glutinit_simplest", "check_glutinit_single",
    "check_glutwindow", "check_import_err", "check_silence_numpy_warning", "gh_bug32",
    "gh_bug6_check", "importtests", "test_fbdel", "test_gldouble_ctypes", "test_glx_raw_x",
    "test_instanced_draw_detect",
]
# Handles of libraries, times, and modules of types that POINTER made, since 3.14 in ctypes.
VARIES = [(re.compile(r"handle [0-9a-f]+"), "handle"), (re.compile(r"\d+\.\d{3,}"), "number"),
          (re.compile(r"[\w.]+\.LP_"), "LP_")]


def glx(machine, interpreter):
    packages = machine.installed([REQUIREMENT])
    with Desktop(machine) as desktop:
        return printed(interpreter.run(PROGRAMS / "opengl_draw.py", "glx", packages=packages,
                                       **desktop.variables()))


def checks(machine, interpreter):
    packages = machine.installed([REQUIREMENT])
    folder = machine.source(REQUIREMENT) / "tests"
    details = {}
    for check in CHECKS:
        scratch = machine.scratch("opengl-checks", interpreter.name)
        # Of its own, where no window of another is left.
        with Desktop(machine) as desktop:
            finished = interpreter.run(folder / f"{check}.py", packages=packages, timeout=60,
                                       cwd=scratch, **desktop.variables())
        details[check] = finished.error() or "passed"
        # How often a window is drawn in two seconds is chance, and whether it grows out of the
        # screen: each line is compared once, and not the one about that.
        details |= {f"{check}: {steadier(line)}": "printed"
                    for line in finished.stdout.replace(desktop.name, "DISPLAY").splitlines()
                    if line != "WindowStatus -> 2"}
    passed = sum(details[check] == "passed" for check in CHECKS)
    return Outcome(f"{passed} of {len(CHECKS)} passed", details)


def steadier(line):
    for pattern, word in VARIES:
        line = pattern.sub(word, line)
    return steady(line)


CLIENTS = [
    Client("opengl-egl", "PyOpenGL", VERSION,
           "EGL: shaders, buffers, textures, lists, GLU, queries, errors, messages; checksums",
           program("opengl_draw.py", "egl", requirements=[REQUIREMENT],
                   EGL_PLATFORM="surfaceless", **GRAPHICS),
           quick=True),
    Client("opengl-glx", "PyOpenGL", VERSION, "GLX: the same",
           glx, quick=True, needs=("Xvfb",)),
    Client("opengl-checks", "PyOpenGL", VERSION, "its own checks that need no other package",
           checks, needs=("Xvfb",)),
]
