"""PyOpenGL off the screen: a context by EGL or by GLX, shaders, buffers from arrays of ctypes,
textures, a framebuffer object, queries, errors and messages; checksums of what was drawn."""

import ctypes
import os
import struct
import sys
import zlib

PLATFORM = sys.argv[1]
os.environ["PYOPENGL_PLATFORM"] = PLATFORM

import OpenGL
from OpenGL import GL, GLU, arrays
from OpenGL.GL import shaders
from OpenGL.arrays import vbo
from OpenGL.error import GLError

SIZE = 64
VERTEX = """#version 330 core
layout(location = 0) in vec2 position;
layout(location = 1) in vec4 colour;
layout(location = 2) in vec2 place;
uniform mat4 matrix;
out vec4 shade;
out vec2 texel;
void main() {
    gl_Position = matrix * vec4(position + place, 0, 1);
    shade = colour;
    texel = position * 0.5 + 0.5;
}
"""
FRAGMENT = """#version 330 core
in vec4 shade;
in vec2 texel;
uniform sampler2D picture;
uniform vec3 tint[2];
layout(std140) uniform Block { vec4 base; float scale; };
out vec4 pixel;
void main() { pixel = shade * texture(picture, texel) * scale + base + vec4(tint[1], 0); }
"""


def egl_context():
    from OpenGL import EGL

    display = EGL.eglGetDisplay(EGL.EGL_DEFAULT_DISPLAY)
    major, minor = EGL.EGLint(), EGL.EGLint()
    print("initialized", EGL.eglInitialize(display, major, minor), major.value, minor.value)
    print("surfaceless", b"EGL_KHR_surfaceless_context" in
          EGL.eglQueryString(display, EGL.EGL_EXTENSIONS))
    EGL.eglBindAPI(EGL.EGL_OPENGL_API)
    wanted = arrays.GLintArray.asArray([
        EGL.EGL_SURFACE_TYPE, EGL.EGL_PBUFFER_BIT, EGL.EGL_RENDERABLE_TYPE, EGL.EGL_OPENGL_BIT,
        EGL.EGL_RED_SIZE, 8, EGL.EGL_GREEN_SIZE, 8, EGL.EGL_BLUE_SIZE, 8, EGL.EGL_ALPHA_SIZE, 8,
        EGL.EGL_DEPTH_SIZE, 24, EGL.EGL_NONE])
    configs, number = (EGL.EGLConfig * 200)(), EGL.EGLint()
    EGL.eglChooseConfig(display, wanted, configs, len(configs), number)
    print("configs", number.value > 0)

    def attribute(config, name):
        value = EGL.EGLint()
        EGL.eglGetConfigAttrib(display, config, name, value)
        return value.value

    # Deeper colours come first.
    config = next(config for config in configs[:number.value]
                  if attribute(config, EGL.EGL_RED_SIZE) == 8)
    print("depth", attribute(config, EGL.EGL_DEPTH_SIZE))
    surface = EGL.eglCreatePbufferSurface(
        display, config, [EGL.EGL_WIDTH, SIZE, EGL.EGL_HEIGHT, SIZE, EGL.EGL_NONE])
    context = EGL.eglCreateContext(display, config, EGL.EGL_NO_CONTEXT, None)
    print("current", EGL.eglMakeCurrent(display, surface, surface, context),
          EGL.eglGetCurrentContext().address == context.address)
    try:
        EGL.eglQuerySurface(display, surface, 0x9999, EGL.EGLint())
    except EGL.EGLError as error:
        print("EGLError", error.err, error.baseOperation.__name__)
    return lambda: (EGL.eglDestroyContext(display, context), EGL.eglTerminate(display))


def glx_context():
    from OpenGL import GLX

    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.POINTER(GLX.Display)
    display = x11.XOpenDisplay(None)
    major, minor = ctypes.c_int(), ctypes.c_int()
    print("version", GLX.glXQueryVersion(display, major, minor), (major.value, minor.value))
    wanted = (ctypes.c_int * 15)(
        GLX.GLX_DRAWABLE_TYPE, GLX.GLX_PBUFFER_BIT, GLX.GLX_RENDER_TYPE, GLX.GLX_RGBA_BIT,
        GLX.GLX_RED_SIZE, 8, GLX.GLX_GREEN_SIZE, 8, GLX.GLX_BLUE_SIZE, 8, GLX.GLX_ALPHA_SIZE, 8,
        GLX.GLX_DEPTH_SIZE, 24, 0)
    number = ctypes.c_int()
    configs = GLX.glXChooseFBConfig(display, 0, wanted, number)
    print("configs", number.value > 0)
    value = ctypes.c_int()
    GLX.glXGetFBConfigAttrib(display, configs[0], GLX.GLX_DEPTH_SIZE, value)
    print("depth", value.value)
    surface = GLX.glXCreatePbuffer(display, configs[0], (ctypes.c_int * 5)(
        GLX.GLX_PBUFFER_WIDTH, SIZE, GLX.GLX_PBUFFER_HEIGHT, SIZE, 0))
    context = GLX.glXCreateNewContext(display, configs[0], GLX.GLX_RGBA_TYPE, None, True)
    print("current", GLX.glXMakeContextCurrent(display, surface, surface, context),
          bool(GLX.glXIsDirect(display, context)))
    print("drawable", GLX.glXGetCurrentDrawable() == surface)
    return lambda: GLX.glXDestroyContext(display, context)


def checksum(what, width=SIZE, height=SIZE):
    pixels = (ctypes.c_ubyte * 4 * width * height)()
    GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, pixels)
    colours = {tuple(pixel) for row in pixels for pixel in row}
    print(what, f"{zlib.crc32(pixels):08x}", len(colours), tuple(pixels[height // 2][width // 2]))


def strings():
    print("GL", GL.glGetString(GL.GL_VERSION).split()[0], GL.glGetIntegerv(GL.GL_MAX_TEXTURE_SIZE),
          GL.glGetIntegerv(GL.GL_NUM_EXTENSIONS) > 50,
          GL.glGetStringi(GL.GL_EXTENSIONS, 0)[:3])
    print("viewport", list(GL.glGetIntegerv(GL.GL_VIEWPORT)),
          list(GL.glGetFloatv(GL.GL_COLOR_CLEAR_VALUE)), GL.glGetBooleanv(GL.GL_DEPTH_TEST),
          [list(row) for row in GL.glGetDoublev(GL.GL_MODELVIEW_MATRIX)])


def fixed_pipeline():
    GL.glViewport(0, 0, SIZE, SIZE)
    GL.glClearColor(0.1, 0.2, 0.3, 1)
    GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)
    checksum("cleared")
    GL.glMatrixMode(GL.GL_PROJECTION)
    GL.glLoadIdentity()
    GLU.gluPerspective(45, 1, 1, 100)
    GL.glMatrixMode(GL.GL_MODELVIEW)
    GLU.gluLookAt(2, 2, 4, 0, 0, 0, 0, 1, 0)
    GL.glEnable(GL.GL_DEPTH_TEST)
    GL.glBegin(GL.GL_QUADS)
    for colour, corners in (((1, 0, 0), [(-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)]),
                            ((0, 1, 0), [(1, -1, 1), (1, -1, -1), (1, 1, -1), (1, 1, 1)])):
        GL.glColor3fv(colour)
        for corner in corners:
            GL.glVertex3fv(corner)
    GL.glEnd()
    checksum("cube")
    print("unprojected", [round(value, 3) for value in GLU.gluProject(1, 1, 1)])
    calls = GL.glGenLists(1)
    GL.glNewList(calls, GL.GL_COMPILE)
    quadric = GLU.gluNewQuadric()
    GLU.gluSphere(quadric, 1.2, 16, 16)
    GL.glEndList()
    GL.glPolygonMode(GL.GL_FRONT_AND_BACK, GL.GL_LINE)
    GL.glCallList(calls)
    GL.glPolygonMode(GL.GL_FRONT_AND_BACK, GL.GL_FILL)
    checksum("sphere's wires")
    tessellate()
    GL.glDisable(GL.GL_DEPTH_TEST)


def tessellate():
    """GLU cuts a polygon with a notch into triangles, and calls back for each corner."""
    seen = []
    tess = GLU.gluNewTess()
    GLU.gluTessCallback(tess, GLU.GLU_TESS_BEGIN, lambda kind: seen.append(("begin", kind)))
    GLU.gluTessCallback(tess, GLU.GLU_TESS_VERTEX, lambda vertex: seen.append(vertex))
    GLU.gluTessCallback(tess, GLU.GLU_TESS_END, lambda: seen.append("end"))
    GLU.gluTessBeginPolygon(tess, None)
    GLU.gluTessBeginContour(tess)
    for number, (x, y) in enumerate([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)]):
        GLU.gluTessVertex(tess, (x, y, 0), number)
    GLU.gluTessEndContour(tess)
    GLU.gluTessEndPolygon(tess)
    print("tessellated", seen)


def program():
    with_log = GL.glCreateShader(GL.GL_VERTEX_SHADER)
    GL.glShaderSource(with_log, ["#version 330 core\n", b"void main() { nonsense; }"])
    GL.glCompileShader(with_log)
    print("compiled", GL.glGetShaderiv(with_log, GL.GL_COMPILE_STATUS),
          GL.glGetShaderInfoLog(with_log).decode().splitlines()[0])
    try:
        shaders.compileShader(FRAGMENT.replace("shade *", "shades *"), GL.GL_FRAGMENT_SHADER)
    except shaders.ShaderCompilationError as error:
        print("ShaderCompilationError", len(error.args), error.args[2].name)
    vao = GL.glGenVertexArrays(1)
    GL.glBindVertexArray(vao)
    linked = shaders.compileProgram(shaders.compileShader(VERTEX, GL.GL_VERTEX_SHADER),
                                    shaders.compileShader(FRAGMENT, GL.GL_FRAGMENT_SHADER))
    attributes = [GL.glGetActiveAttrib(linked, index)
                  for index in range(GL.glGetProgramiv(linked, GL.GL_ACTIVE_ATTRIBUTES))]
    uniforms = [GL.glGetActiveUniform(linked, index)
                for index in range(GL.glGetProgramiv(linked, GL.GL_ACTIVE_UNIFORMS))]
    print("attributes", sorted((bytes(name), size, int(kind)) for name, size, kind in attributes))
    print("uniforms", sorted((bytes(name), size, int(kind)) for name, size, kind in uniforms))
    return linked


def shaded(linked):
    vertices = [(-0.5, -0.5, 255, 0, 0, 255), (0.5, -0.5, 0, 255, 0, 255),
                (0.5, 0.5, 0, 0, 255, 255), (-0.5, 0.5, 255, 255, 255, 128)]
    data = b"".join(struct.pack("2f4B", *vertex) for vertex in vertices)
    corners = vbo.VBO((ctypes.c_ubyte * len(data)).from_buffer_copy(data), usage="GL_STATIC_DRAW")
    indices = (ctypes.c_ushort * 6)(0, 1, 2, 0, 2, 3)
    elements = GL.glGenBuffers(1)
    GL.glBindBuffer(GL.GL_ELEMENT_ARRAY_BUFFER, elements)
    GL.glBufferData(GL.GL_ELEMENT_ARRAY_BUFFER, indices, GL.GL_STATIC_DRAW)
    places = (ctypes.c_float * 2 * 4)((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
    buffers = GL.glGenBuffers(2)
    GL.glBindBuffer(GL.GL_ARRAY_BUFFER, buffers[0])
    GL.glBufferData(GL.GL_ARRAY_BUFFER, ctypes.sizeof(places), None, GL.GL_DYNAMIC_DRAW)
    GL.glBufferSubData(GL.GL_ARRAY_BUFFER, 0, ctypes.sizeof(places), places)
    GL.glVertexAttribPointer(2, 2, GL.GL_FLOAT, False, 0, None)
    GL.glVertexAttribDivisor(2, 1)
    with corners:
        GL.glVertexAttribPointer(0, 2, GL.GL_FLOAT, False, 12, corners)
        GL.glVertexAttribPointer(1, 4, GL.GL_UNSIGNED_BYTE, True, 12, corners + 8)
    for index in range(3):
        GL.glEnableVertexAttribArray(index)
    GL.glUseProgram(linked)
    matrix = (ctypes.c_float * 16)(*[index % 5 == 0 for index in range(16)])
    GL.glUniformMatrix4fv(GL.glGetUniformLocation(linked, "matrix"), 1, False, matrix)
    GL.glUniform3fv(GL.glGetUniformLocation(linked, "tint"), 2, [0, 0, 0, 0.1, 0, 0.1])
    GL.glBindBuffer(GL.GL_UNIFORM_BUFFER, buffers[1])
    GL.glBufferData(GL.GL_UNIFORM_BUFFER, 32, struct.pack("5f12x", 0, 0.1, 0, 0, 0.8),
                    GL.GL_STATIC_DRAW)
    GL.glUniformBlockBinding(linked, GL.glGetUniformBlockIndex(linked, "Block"), 3)
    GL.glBindBufferBase(GL.GL_UNIFORM_BUFFER, 3, buffers[1])
    textured()
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    GL.glDrawElementsInstanced(GL.GL_TRIANGLES, 6, GL.GL_UNSIGNED_SHORT, None, 4)
    checksum("four squares")
    GL.glBindBuffer(GL.GL_ARRAY_BUFFER, buffers[0])
    address = GL.glMapBufferRange(
        GL.GL_ARRAY_BUFFER, 0, 32, GL.GL_MAP_WRITE_BIT | GL.GL_MAP_READ_BIT)
    mapped = (ctypes.c_float * 8).from_address(address)
    print("mapped", list(mapped))
    mapped[:] = [value / 2 for value in mapped]
    print("unmapped", GL.glUnmapBuffer(GL.GL_ARRAY_BUFFER))
    query, = GL.glGenQueries(1)
    GL.glBeginQuery(GL.GL_SAMPLES_PASSED, query)
    GL.glDrawElementsInstanced(GL.GL_TRIANGLES, 6, GL.GL_UNSIGNED_SHORT, None, 4)
    GL.glEndQuery(GL.GL_SAMPLES_PASSED)
    print("samples", GL.glGetQueryObjectuiv(query, GL.GL_QUERY_RESULT))
    checksum("moved")
    back = GL.glGetBufferSubData(GL.GL_ARRAY_BUFFER, 0, 8)
    print("got back", bytes(back) == struct.pack("2f", -0.25, -0.25))
    GL.glDeleteBuffers(2, buffers)
    print("deleted", [bool(GL.glIsBuffer(name)) for name in buffers], bool(GL.glIsBuffer(elements)))


def textured():
    texture = GL.glGenTextures(1)
    GL.glBindTexture(GL.GL_TEXTURE_2D, texture)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
    GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
    for name, value in ((GL.GL_TEXTURE_MIN_FILTER, GL.GL_NEAREST),
                        (GL.GL_TEXTURE_MAG_FILTER, GL.GL_NEAREST)):
        GL.glTexParameteri(GL.GL_TEXTURE_2D, name, value)
    image = bytes(255 if (x + y) % 2 else 64 + x * 20 for y in range(8) for x in range(8)
                  for _ in range(3))
    GL.glTexImage2D(GL.GL_TEXTURE_2D, 0, GL.GL_RGB8, 8, 8, 0, GL.GL_RGB, GL.GL_UNSIGNED_BYTE, image)
    GL.glTexSubImage2D(GL.GL_TEXTURE_2D, 0, 0, 0, 2, 1, GL.GL_RGB, GL.GL_UNSIGNED_BYTE,
                       (ctypes.c_ubyte * 6)(1, 2, 3, 4, 5, 6))
    got = GL.glGetTexImage(GL.GL_TEXTURE_2D, 0, GL.GL_RGB, GL.GL_UNSIGNED_BYTE)
    print("texture", type(got).__name__, bytes(got)[:6], bytes(got)[6:] == image[6:],
          GL.glGetTexLevelParameteriv(GL.GL_TEXTURE_2D, 0, GL.GL_TEXTURE_WIDTH))


def framebuffer(linked):
    target = GL.glGenRenderbuffers(1)
    GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, target)
    GL.glRenderbufferStorage(GL.GL_RENDERBUFFER, GL.GL_RGBA32F, 16, 8)
    frame = GL.glGenFramebuffers(1)
    GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, frame)
    GL.glFramebufferRenderbuffer(
        GL.GL_FRAMEBUFFER, GL.GL_COLOR_ATTACHMENT0, GL.GL_RENDERBUFFER, target)
    print("complete",
          GL.glCheckFramebufferStatus(GL.GL_FRAMEBUFFER) == GL.GL_FRAMEBUFFER_COMPLETE)
    GL.glViewport(0, 0, 16, 8)
    GL.glClearBufferfv(GL.GL_COLOR, 0, (ctypes.c_float * 4)(-1.5, 0.25, 1e6, 3))
    floats = GL.glReadPixels(0, 0, 2, 1, GL.GL_RGBA, GL.GL_FLOAT)
    print("floats", [list(pixel) for row in floats for pixel in row])
    checksum("clamped", 16, 8)
    GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, 0)
    GL.glDeleteFramebuffers(1, [frame])
    GL.glDeleteProgram(linked)


def failures():
    for attempt in (lambda: GL.glEnable(0xFFFF), lambda: GL.glBindBuffer(0x1234, 5),
                    lambda: GL.glClear(0xFFFFFFFF), lambda: GL.glDrawArrays(GL.GL_TRIANGLES, 0, -1),
                    lambda: GL.glVertexAttribPointer(0, 9, GL.GL_FLOAT, False, 0, None),
                    lambda: GL.glUniform1f("x", 1), lambda: GL.glVertex3fv([1, 2]),
                    lambda: GL.glBufferData(GL.GL_ARRAY_BUFFER, object(), GL.GL_STATIC_DRAW),
                    lambda: GL.glUniform4fv(0, 1, {"a": 1}), lambda: GL.glGenTextures(-1),
                    lambda: GL.glColor3f(1, 2), lambda: GL.glReadPixels(0, 0, 1, 1, 7, 8)):
        try:
            print("no error", attempt())
        except GLError as error:
            print("GLError", error.err, error.baseOperation.__name__, error.cArgs)
        except (ctypes.ArgumentError, TypeError, ValueError, KeyError) as error:
            print(type(error).__name__, str(error).splitlines()[0])
    print("left", GL.glGetError())


def messages():
    from OpenGL.GL.KHR import debug

    seen = []

    @GL.GLDEBUGPROC
    def heard(source, kind, number, severity, length, message, user):
        seen.append((source, kind, number, severity, ctypes.string_at(message, length), user))

    GL.glEnable(debug.GL_DEBUG_OUTPUT)
    GL.glEnable(debug.GL_DEBUG_OUTPUT_SYNCHRONOUS)
    debug.glDebugMessageCallback(heard, ctypes.c_void_p(17))
    debug.glDebugMessageInsert(debug.GL_DEBUG_SOURCE_APPLICATION, debug.GL_DEBUG_TYPE_MARKER, 5,
                               debug.GL_DEBUG_SEVERITY_HIGH, 5, b"hello")
    print("messages", seen)
    debug.glDebugMessageCallback(GL.GLDEBUGPROC(0), None)


print("platform", PLATFORM, OpenGL.__version__)
finish = {"egl": egl_context, "glx": glx_context}[PLATFORM]()
strings()
fixed_pipeline()
linked = program()
shaded(linked)
framebuffer(linked)
failures()
messages()
finish()
print("end")
