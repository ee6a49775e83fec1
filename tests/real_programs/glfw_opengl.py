"""A window by GLFW, OpenGL by PyOpenGL: a triangle through shaders into the pixels, with GLFW
calling Python back for its errors and events."""

import ctypes
import math

import glfw
from OpenGL import GL

WIDTH, HEIGHT = 64, 48
VERTEX = """#version 330 core
layout(location = 0) in vec2 position;
layout(location = 1) in vec3 colour;
uniform float scale;
out vec3 shade;
void main() { gl_Position = vec4(position * scale, 0, 1); shade = colour; }
"""
FRAGMENT = """#version 330 core
in vec3 shade;
out vec4 pixel;
void main() { pixel = vec4(shade, 1); }
"""
errors = []
glfw.set_error_callback(lambda code, text: errors.append((code, text.decode())))
print("init", glfw.init())
glfw.window_hint(glfw.CONTEXT_VERSION_MAJOR, 3)
glfw.window_hint(glfw.CONTEXT_VERSION_MINOR, 3)
glfw.window_hint(glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE)
window = glfw.create_window(WIDTH, HEIGHT, "ctypes", None, None)
glfw.make_context_current(window)
print("window", glfw.get_window_size(window), glfw.get_window_attrib(window, glfw.RESIZABLE))
print("monitors", [(glfw.get_monitor_name(m) != b"", tuple(glfw.get_video_mode(m).size))
                   for m in glfw.get_monitors()])


def shader(kind, source):
    handle = GL.glCreateShader(kind)
    GL.glShaderSource(handle, source)
    GL.glCompileShader(handle)
    return handle, GL.glGetShaderiv(handle, GL.GL_COMPILE_STATUS)


vertex, vertex_ok = shader(GL.GL_VERTEX_SHADER, VERTEX)
fragment, fragment_ok = shader(GL.GL_FRAGMENT_SHADER, FRAGMENT)
broken, broken_ok = shader(GL.GL_FRAGMENT_SHADER, "#version 330 core\nvoid main() { nonsense }")
print("shaders compile", vertex_ok, fragment_ok, broken_ok,
      b"error" in GL.glGetShaderInfoLog(broken))
program = GL.glCreateProgram()
GL.glAttachShader(program, vertex)
GL.glAttachShader(program, fragment)
GL.glLinkProgram(program)
print("program links", GL.glGetProgramiv(program, GL.GL_LINK_STATUS))
GL.glUseProgram(program)
GL.glUniform1f(GL.glGetUniformLocation(program, "scale"), 0.5)

vertices = (ctypes.c_float * 15)(-1, -1, 1, 0, 0,  1, -1, 0, 1, 0,  0, 1, 0, 0, 1)
GL.glBindVertexArray(GL.glGenVertexArrays(1))
GL.glBindBuffer(GL.GL_ARRAY_BUFFER, GL.glGenBuffers(1))
GL.glBufferData(GL.GL_ARRAY_BUFFER, ctypes.sizeof(vertices), vertices, GL.GL_STATIC_DRAW)
for index, (size, offset) in enumerate([(2, 0), (3, 8)]):
    GL.glEnableVertexAttribArray(index)
    GL.glVertexAttribPointer(index, size, GL.GL_FLOAT, False, 20, ctypes.c_void_p(offset))
GL.glViewport(0, 0, WIDTH, HEIGHT)
GL.glClearColor(0, 0, 0, 1)
GL.glClear(GL.GL_COLOR_BUFFER_BIT)
GL.glDrawArrays(GL.GL_TRIANGLES, 0, 3)
pixels = (ctypes.c_ubyte * 3 * WIDTH * HEIGHT)()
GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
GL.glReadPixels(0, 0, WIDTH, HEIGHT, GL.GL_RGB, GL.GL_UNSIGNED_BYTE, pixels)
covered = sum(any(pixel) for row in pixels for pixel in row)
print("covered", math.isclose(covered, WIDTH * HEIGHT / 8, rel_tol=0.1))
print("strongest colour near each corner", [max(range(3), key=lambda i: pixels[y][x][i])
                                            for x, y in [(20, 13), (44, 13), (32, 33)]])
print("outside", bytes(pixels[0][0]))

try:
    GL.glEnable(0xFFFF)
except GL.GLError as error:
    print("GLError", error.err == GL.GL_INVALID_ENUM, error.baseOperation.__name__)

sizes = []
glfw.set_framebuffer_size_callback(window, lambda _, width, height: sizes.append((width, height)))
glfw.set_window_size(window, 80, 60)
for _ in range(500):
    glfw.wait_events_timeout(0.01)
    if (80, 60) in sizes:
        break
print("resized", sizes[-1:], glfw.window_should_close(window))
glfw.set_clipboard_string(None, "Grüße")
print("clipboard", glfw.get_clipboard_string(None).decode())
glfw.window_hint(0xDEAD, 1)
print("errors", errors)
glfw.destroy_window(window)
glfw.terminate()
