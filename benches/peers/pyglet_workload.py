"""Times what a program of pyglet's does with OpenGL. One JSON object for each row.

    pyglet_workload.py [--samples K] [--milliseconds M]

pyglet 1.5 has the fixed pipeline, pyglet 2.1 shaders: each version runs the rows it has. It needs a
display; nothing waits for a screen.
"""

import argparse
import json

import pyglet
from pyglet import gl
from workload import calibrated, elapsed, median

SPRITES = 300
VERTEX = """#version 330 core
in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }
"""
FRAGMENT = """#version 330 core
out vec4 colour;
uniform float shade;
void main() { colour = vec4(shade); }
"""


def vertices(window):
    """Points between glBegin and glEnd, as many as a program has in a figure."""
    begin, vertex, end, points = gl.glBegin, gl.glVertex2f, gl.glEnd, gl.GL_POINTS

    def run(n):
        while n > 0:
            begin(points)
            for x in range(min(n, 1000)):
                vertex(x, 1.0)
            end()
            n -= 1000
        gl.glFinish()

    return run


def uniforms(window):
    """A uniform set by name, as pyglet's programs do it."""
    program = shaded()
    values = [step / 1000 for step in range(1000)]

    def run(n):
        while n > 0:
            for value in values[:n]:
                program["shade"] = value
            n -= 1000
        gl.glFinish()

    return run


def uniform_calls(window):
    """The call of OpenGL alone that sets one."""
    program = shaded()
    place = gl.glGetUniformLocation(program.id, b"shade")
    set_uniform = gl.glUniform1f
    values = [step / 1000 for step in range(1000)]

    def run(n):
        while n > 0:
            for value in values[:n]:
                set_uniform(place, value)
            n -= 1000
        gl.glFinish()

    return run


def shaded():
    from pyglet.graphics.shader import Shader, ShaderProgram
    program = ShaderProgram(Shader(VERTEX, "vertex"), Shader(FRAGMENT, "fragment"))
    program.use()
    return program


def sprites(window):
    """Frames of a scene in which every sprite moves."""
    batch = pyglet.graphics.Batch()
    image = pyglet.image.SolidColorImagePattern((255, 128, 0, 255)).create_image(8, 8)
    scene = [pyglet.sprite.Sprite(image, x=7 * number % 320, y=11 * number % 240, batch=batch)
             for number in range(SPRITES)]

    def run(n):
        for frame in range(n):
            for sprite in scene:
                sprite.position = (sprite.x + 1) % 320, sprite.y, *sprite.position[2:]
            window.clear()
            batch.draw()
            window.flip()
        gl.glFinish()

    return run


FIXED = pyglet.version.startswith("1.")
ROWS = {"vertices, immediate mode": vertices} if FIXED else {
    "glUniform1f": uniform_calls, "uniforms by name": uniforms}
ROWS[f"frames of {SPRITES} sprites"] = sprites


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--milliseconds", type=int, default=200)
    options = parser.parse_args()
    window = pyglet.window.Window(320, 240, vsync=False)
    window.switch_to()
    for row, prepare in ROWS.items():
        run = prepare(window)
        n = calibrated(run, options.milliseconds * 1_000_000)
        samples = [n * 1e9 / elapsed(run, n) for _ in range(options.samples)]
        print(json.dumps({"row": row, "per_second": round(median(samples), 1)}), flush=True)


main()
