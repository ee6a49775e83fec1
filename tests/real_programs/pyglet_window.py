"""pyglet opens a window, draws a label and a quad of its own batch, and OpenGL gives the pixels
back. The same file serves pyglet 1.5 (fixed pipeline) and 2.1 (shaders)."""

import ctypes
import sys
import zlib

import pyglet
from pyglet import gl

WIDTH, HEIGHT = 320, 96

window = pyglet.window.Window(WIDTH, HEIGHT, caption="ctypes")
# The fonts that pyglet asks Windows for are not Wine's.
FONT = "DejaVu Sans" if sys.platform == "win32" else None
label = pyglet.text.Label("Hello, ctypes", font_name=FONT, font_size=24, x=WIDTH // 2, y=HEIGHT // 2,
                          anchor_x="center", anchor_y="center", color=(255, 255, 255, 255))
square = pyglet.shapes.Rectangle(4, 4, 16, 8, color=(255, 0, 0))
seen = {}


def pixels():
    buffer = (ctypes.c_ubyte * 4 * WIDTH * HEIGHT)()
    gl.glReadPixels(0, 0, WIDTH, HEIGHT, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, buffer)
    return buffer


@window.event
def on_draw():
    gl.glClearColor(0.0, 0.0, 1.0, 1.0)
    window.clear()
    label.draw()
    square.draw()
    gl.glFinish()
    seen["pixels"] = pixels()


def end(dt):
    window.dispatch_event("on_draw")
    pyglet.app.exit()


pyglet.clock.schedule_once(end, 0.05)
pyglet.app.run()

rows = seen["pixels"]
lit = [(x, y) for y in range(HEIGHT) for x in range(WIDTH) if rows[y][x][1] > 128]
print("pyglet", pyglet.version)
print("window", window.get_size(), repr(window.caption))
print("background", tuple(rows[HEIGHT - 1][0]))
print("square", tuple(rows[6][6]), tuple(rows[6][21]))
print("label: lit pixels", len(lit) > 300, "all in the middle",
      all(20 < y < HEIGHT - 20 for _, y in lit))
print("label is wide", max(x for x, _ in lit) - min(x for x, _ in lit) > 100)
print("picture", f"{zlib.crc32(rows):08x}")
print("no error", gl.glGetError() == gl.GL_NO_ERROR)
window.close()
