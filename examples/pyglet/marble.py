"""Marbled paper that never comes to rest: libm computes every pixel, a shader only colours them.

    marble.py [WIDTH HEIGHT]

ctypes_vectorize calls each function of libm for all pixels at once. The key V switches to a Python loop that
calls it for one pixel after the other, and back; T lets two threads share the pixels. The caption tells how fast
that is.
"""

import math
import sys
from ctypes import CDLL, c_float
from ctypes.util import find_library
from functools import partial
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace

import pyglet
from pyglet import gl
from pyglet.graphics.shader import Shader, ShaderProgram
from pyglet.window import key

# The examples belong to a checkout, in which the package need not be installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python-shim/ctypes_vectorize"))
from ctypes_vectorize import vectorize  # noqa: E402

WIDTH, HEIGHT = map(int, sys.argv[1:]) if len(sys.argv) > 1 else (360, 240)
PARAMETERS = {"sinf": 1, "hypotf": 2, "fmaf": 3}
# The direction, frequency, amplitude and speed of each wave.
WAVES = [
    (0.3 + 2.4 * number, 1.4 * 1.5**number, 0.75 / 1.5**number, (0.45 + 0.1 * number) * (-1) ** number)
    for number in range(7)
]

VERTEX = """#version 330 core
in vec2 corner;
out vec2 place;
void main() {
    place = 0.5 + 0.5 * corner;
    gl_Position = vec4(corner, 0.0, 1.0);
}
"""
FRAGMENT = """#version 330 core
in vec2 place;
out vec4 colour;
uniform sampler2D bands;
uniform sampler2D distances;
void main() {
    float band = texture(bands, place).r;
    float light = 0.5 + 0.5 * band;
    float shine = 0.5 + 0.5 * cos(2.2 * texture(distances, place).r);
    vec3 ink = mix(vec3(0.01, 0.07, 0.17), vec3(0.04, 0.47, 0.50), pow(light, 1.5));
    ink = mix(ink, vec3(0.97, 0.93, 0.83), shine * shine * light);
    ink = mix(ink, vec3(0.88, 0.62, 0.20), pow(1.0 - abs(band), 8.0));
    colour = vec4(ink, 1.0);
}
"""


def one_by_one(function):
    """Return a callable that calls a function for one pixel after the other."""
    def call(*arguments, out):
        for number, line in enumerate(out):
            line[:] = list(map(function, *(along(argument, number) for argument in arguments)))
    return call


def along(argument, number):
    """Return the values of an argument along a line of pixels."""
    if isinstance(argument, float):
        return repeat(argument)
    if argument._type_ is c_float:
        return argument
    line = argument[number]
    return line if len(line) > 1 else repeat(line[0])


class Marble:
    """A plane of ink, which each wave moves along its crests."""

    def __init__(self):
        aspect = WIDTH / HEIGHT
        self.x = (c_float * WIDTH)(*(aspect * (2 * number / WIDTH - 1) for number in range(WIDTH)))
        self.y = (c_float * 1 * HEIGHT)(*((2 * number / HEIGHT - 1,) for number in range(HEIGHT)))
        self.u, self.v, self.wave, self.bands, self.distances = (
            (c_float * WIDTH * HEIGHT)() for _ in range(5))

    def compute(self, libm, time):
        # A row and a column: the first wave stretches them to the whole picture.
        u, v = self.x, self.y
        for angle, frequency, amplitude, speed in WAVES:
            east, north = math.cos(angle), math.sin(angle)
            libm.fmaf(u, frequency * east, speed * time, out=self.wave)
            libm.fmaf(v, frequency * north, self.wave, out=self.wave)
            libm.sinf(self.wave, out=self.wave)
            libm.fmaf(self.wave, -amplitude * north, u, out=self.u)
            libm.fmaf(self.wave, amplitude * east, v, out=self.v)
            u, v = self.u, self.v
        libm.hypotf(u, v, out=self.distances)
        libm.fmaf(u, 9.0, self.distances, out=self.bands)
        libm.sinf(self.bands, out=self.bands)


class Texture:
    """A texture of one float for each pixel."""

    def __init__(self, unit):
        self.unit = gl.GL_TEXTURE0 + unit
        name = gl.GLuint()
        gl.glGenTextures(1, name)
        gl.glActiveTexture(self.unit)
        gl.glBindTexture(gl.GL_TEXTURE_2D, name)
        gl.glTexParameteri(gl.GL_TEXTURE_2D, gl.GL_TEXTURE_MIN_FILTER, gl.GL_LINEAR)
        gl.glTexParameteri(gl.GL_TEXTURE_2D, gl.GL_TEXTURE_WRAP_S, gl.GL_CLAMP_TO_EDGE)
        gl.glTexParameteri(gl.GL_TEXTURE_2D, gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_EDGE)

    def upload(self, floats):
        gl.glActiveTexture(self.unit)
        gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_R32F, WIDTH, HEIGHT, 0, gl.GL_RED, gl.GL_FLOAT,
                        floats)


libm = CDLL(find_library("m"))
for name, count in PARAMETERS.items():
    function = getattr(libm, name)
    function.argtypes, function.restype = [c_float] * count, c_float
VECTORIZED, THREADS, LOOP = "vectorized", "vectorized, 2 threads", "a loop of calls"
makers = {VECTORIZED: vectorize, THREADS: partial(vectorize, threads=2), LOOP: one_by_one}
ways = {way: SimpleNamespace(**{name: make(getattr(libm, name)) for name in PARAMETERS})
        for way, make in makers.items()}
marble = Marble()

window = pyglet.window.Window(480, 320, caption="marble", resizable=True)
program = ShaderProgram(Shader(VERTEX, "vertex"), Shader(FRAGMENT, "fragment"))
# One triangle that covers the window.
triangle = program.vertex_list(3, gl.GL_TRIANGLES, corner=("f", (-1, -1, 3, -1, -1, 3)))
bands, distances = Texture(0), Texture(1)
state = {"time": 0.0, "way": VECTORIZED, "frames": 0}


@window.event
def on_draw():
    marble.compute(ways[state["way"]], state["time"])
    bands.upload(marble.bands)
    distances.upload(marble.distances)
    window.clear()
    program.use()
    program["bands"], program["distances"] = 0, 1
    triangle.draw(gl.GL_TRIANGLES)
    state["frames"] += 1


@window.event
def on_key_press(symbol, modifiers):
    other = {key.V: LOOP, key.T: THREADS}.get(symbol)
    if other:
        state["way"] = VECTORIZED if state["way"] == other else other


def advance(seconds):
    state["time"] += seconds


def tell(seconds):
    window.set_caption(f"marble: {state['frames'] / seconds:.1f} frames a second, {state['way']}")
    state["frames"] = 0


pyglet.clock.schedule(advance)
pyglet.clock.schedule_interval(tell, 1)
pyglet.app.run()
