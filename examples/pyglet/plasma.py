"""A shader that fills the window with moving colours.

The mouse moves the centre of the waves. Every frame sets three uniforms, each a call of OpenGL through
ctypes.
"""

import pyglet
from pyglet.gl import GL_TRIANGLES
from pyglet.graphics.shader import Shader, ShaderProgram

VERTEX = """#version 330 core
in vec2 corner;
out vec2 place;
void main() {
    place = corner;
    gl_Position = vec4(corner, 0.0, 1.0);
}
"""
FRAGMENT = """#version 330 core
in vec2 place;
out vec4 colour;
uniform float time;
uniform float aspect;
uniform vec2 centre;
void main() {
    vec2 at = (place - centre) * vec2(aspect, 1.0);
    float wave = sin(9.0 * length(at) - 2.0 * time) + sin(5.0 * at.x + time) + sin(4.0 * at.y - time);
    colour = vec4(0.5 + 0.5 * cos(wave + vec3(0.0, 2.1, 4.2)), 1.0);
}
"""

window = pyglet.window.Window(480, 320, caption="plasma", resizable=True)
program = ShaderProgram(Shader(VERTEX, "vertex"), Shader(FRAGMENT, "fragment"))
# One triangle that covers the window.
triangle = program.vertex_list(3, GL_TRIANGLES, corner=("f", (-1, -1, 3, -1, -1, 3)))
state = {"time": 0.0, "centre": (0.0, 0.0)}


@window.event
def on_draw():
    window.clear()
    program.use()
    program["time"] = state["time"]
    program["aspect"] = window.width / window.height
    program["centre"] = state["centre"]
    triangle.draw(GL_TRIANGLES)


@window.event
def on_mouse_motion(x, y, dx, dy):
    state["centre"] = (2 * x / window.width - 1, 2 * y / window.height - 1)


def advance(seconds):
    state["time"] += seconds


pyglet.clock.schedule(advance)
pyglet.app.run()
