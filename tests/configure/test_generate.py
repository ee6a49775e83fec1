"""`generate`: modules of six published headers, whose every structure is held against a C program."""

import contextlib
import ctypes
import importlib.util
import io
import os
import subprocess
import tempfile
import unittest

from support import CC, INTERPRETER, Comparison, TestCase
from ctypes_configure.__main__ import main

# Of each header: the rest of the command, the number of structures it has at least, and constants and
# functions by what they are known to be or give.
HEADERS = {
    "sqlite3": (["sqlite3.h", "--library", "sqlite3"], 20),
    "zlib": (["zlib.h", "--library", "z"], 5),
    "sdl2": (["SDL2/SDL.h", "SDL2/SDL_syswm.h", "--library", "SDL2-2.0", "--also", "*/SDL2/*"], 70),
    "libpq": (["libpq-fe.h", "--include-dir", "/usr/include/postgresql", "--library", "pq"], 9),
    "xlib": (["X11/Xlib.h", "X11/Xutil.h", "X11/XKBlib.h", "X11/Xproto.h", "--also", "*/X11/*",
              "--library", "X11"], 300),
    "gl": (["GL/gl.h", "GL/glx.h", "--also", "*/GL/*", "--library", "GL"], 9),
}


def generated(*words):
    """Returns the module that `generate` writes, imported with every warning an error."""
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "generated_abi.py")
        status = main(["generate", *words, "--output", file])
        assert status == 0, status
        spec = importlib.util.spec_from_file_location("generated_abi", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        with open(file, encoding="utf-8") as opened:
            module.text = opened.read()
        with open(file + "i", encoding="utf-8") as opened:
            compile(opened.read(), file + "i", "exec")
        return module


def structures(module):
    """Yields C's name of each structure and union that a header names, and its class."""
    for name in module.__all__:
        each = getattr(module, name)
        if isinstance(each, type) and issubclass(each, (ctypes.Structure, ctypes.Union)) and hasattr(each, "_fields_"):
            tag, _, rest = name.partition("_")
            yield f"{tag} {rest}" if tag in ("struct", "union") else name, each


class Published(TestCase):
    """Each header, once."""

    @classmethod
    def setUpClass(cls):
        cls.modules = {name: generated(*words) for name, (words, _) in HEADERS.items()}

    def test_the_compiler_agrees_with_every_structure(self):
        total = 0
        for name, (words, at_least) in HEADERS.items():
            with self.subTest(name):
                headers = [word for word in words if word.endswith(".h")]
                text = "".join(f"#include <{header}>\n" for header in headers)
                folder = ["-I/usr/include/postgresql"] if name == "libpq" else []
                classes = dict(structures(self.modules[name]))
                self.assertEqual(Comparison(classes).errors_of_program(self, text, CC, folder), [])
                self.assertGreaterEqual(len(classes), at_least)
                total += len(classes)
        self.assertGreaterEqual(total, 300)

    def test_functions_work(self):
        sqlite3, zlib, sdl, pq = (self.modules[name] for name in ("sqlite3", "zlib", "sdl2", "libpq"))
        self.assertEqual(sqlite3.sqlite3_libversion_number() // 1000000, 3)
        database = sqlite3.POINTER(sqlite3.sqlite3)()
        self.assertEqual(sqlite3.sqlite3_open(b":memory:", database), sqlite3.SQLITE_OK)
        self.assertEqual(sqlite3.sqlite3_close(database), sqlite3.SQLITE_OK)
        self.assertEqual(zlib.zlibVersion()[:2], b"1.")
        version = sdl.SDL_version()
        sdl.SDL_GetVersion(version)
        self.assertEqual(version.major, sdl.SDL_MAJOR_VERSION)
        self.assertGreater(pq.PQlibVersion(), 90000)
        self.assertEqual(self.modules["gl"].glGetString.argtypes, [self.modules["gl"].GLenum])
        self.assertEqual(self.modules["xlib"].XOpenDisplay.restype._type_, self.modules["xlib"].Display)

    def test_constants(self):
        self.assertEqual(self.modules["sqlite3"].SQLITE_IOERR_READ, 266)
        self.assertEqual(self.modules["zlib"].Z_STREAM_ERROR, -2)
        self.assertRegex(self.modules["zlib"].ZLIB_VERSION, rb"^1\.\d+\.\d+")
        self.assertEqual(self.modules["sdl2"].SDL_WINDOWPOS_CENTERED_MASK, 0x2FFF0000)
        self.assertEqual(self.modules["sdl2"].SDL_QUIT, 0x100)
        self.assertEqual(self.modules["libpq"].CONNECTION_BAD, 1)
        self.assertEqual(self.modules["xlib"].KeyPress, 2)
        self.assertEqual(self.modules["gl"].GL_TRIANGLES, 4)

    def test_macros_that_are_names(self):
        self.assertIs(self.modules["xlib"].Bool, self.modules["xlib"].c_int)
        self.assertEqual(self.modules["sdl2"].SDL_BlitSurface.__name__, "SDL_UpperBlit")

    def test_what_is_missing_is_said(self):
        self.assertIn("# SDL_RectEmpty is defined in the header, in no library\n", self.modules["sdl2"].text)
        self.assertNotIn("SDL_RectEmpty", self.modules["sdl2"].__all__)
        self.assertRegex(self.modules["zlib"].text, "# Macros that are no constants: .*zlib_version")

    def test_what_is_included_is_not_declared(self):
        self.assertNotIn("off_t", self.modules["zlib"].__all__)
        self.assertNotIn("INT_MAX", self.modules["libpq"].__all__)
        self.assertFalse(hasattr(self.modules["libpq"], "printf"))


class Small(unittest.TestCase):
    """Headers that the tests write."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def generate(self, text, *words):
        """Returns the module of a header of this text."""
        with open(os.path.join(self.folder, "small.h"), "w", encoding="utf-8") as file:
            file.write(text)
        return generated("small.h", "-I", self.folder, *words)

    def run_command(self, *words):
        """Returns the status of the command and what it printed to standard error."""
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            return main(["generate", *words]), errors.getvalue()

    def test_names_that_python_takes_for_others(self):
        module = self.generate("""
            typedef unsigned short __half;
            struct inner { __half a; };
            struct class { __half lambda; struct inner None; };
            enum __private { __FIRST = 3 };
            #define def 7
        """)
        self.assertEqual(module.struct_class.lambda_.size, 2)
        self.assertEqual(module.struct_class.None_.offset, 2)
        self.assertEqual(module.def_, 7)
        self.assertEqual(getattr(module, "__FIRST"), 3)

    def test_anonymous_types(self):
        module = self.generate("""
            typedef struct { int a; } *handle;
            typedef struct { struct { char c; } list[2]; union { int i; float f; }; } outer;
            typedef enum { FIRST, SECOND } order;
            struct holder { order o; struct { int deep; } *p; };
        """)
        self.assertEqual(module.handle._type_.__name__, "struct_handle")
        self.assertEqual(module.outer._fields_[0][1]._type_.__name__, "outer_list")
        self.assertEqual(module.outer.f.offset, 4)
        self.assertIs(module.order, module.c_uint)
        self.assertEqual(module.SECOND, 1)
        self.assertEqual(module.struct_holder._fields_[1][1]._type_.__name__, "struct_holder_p")

    def test_recursion(self):
        module = self.generate("""
            struct a; struct b;
            struct a { struct b *b; };
            struct b { struct a by_value; struct c *c; };
            struct c { struct b by_value; struct c *next; struct a (*f)(struct c, struct b *); };
        """)
        self.assertIs(module.struct_a._fields_[0][1]._type_, module.struct_b)
        self.assertIs(module.struct_b._fields_[1][1]._type_, module.struct_c)
        self.assertIs(module.struct_c._fields_[2][1]._argtypes_[0], module.struct_c)

    def test_without_libraries_there_are_no_functions(self):
        module = self.generate("int f(void); extern int v; struct s { int i; };")
        self.assertEqual(module.__all__, ["struct_s"])

    def test_libraries(self):
        module = self.generate("double sin(double); int abs(int); extern int signgam;", "-l", "c", "-l", "m")
        self.assertEqual((module.sin(0.0), module.abs(-3)), (0.0, 3))
        self.assertEqual(module.signgam.value, 0)

    def test_ignore_and_define(self):
        module = self.generate("#ifdef MORE\n#define A 1\n#define B 2\n#endif\n", "-D", "MORE", "--ignore", "B*")
        self.assertEqual(module.__all__, ["A"])

    def test_a_macro_whose_error_lies_elsewhere(self):
        module = self.generate("""
            #define BROKEN }
            #define COPY __builtin_va_copy
            #define NOTHING
            #define FUNCTION(x) x
            #define TYPE unsigned
            #define ATTRIBUTE __attribute__((aligned(8)))
            #define CONSTANT const
            #define GOOD 5
        """)
        self.assertEqual((module.GOOD, module.TYPE), (5, module.c_uint))
        self.assertEqual(module.__all__, ["GOOD", "TYPE"])

    def test_a_macro_that_depends_on_its_place(self):
        module = self.generate("#define HERE __LINE__\n#define FILE_HERE __FILE__\n#define GOOD 5\n")
        self.assertEqual(module.__all__, ["GOOD"])

    def test_types_of_functions(self):
        module = self.generate("typedef int callback(const char *, ...); struct s { callback *f; };")
        self.assertIs(module.struct_s._fields_[0][1], module.callback)

    def test_errors(self):
        status, message = self.run_command("no_such_header.h")
        self.assertEqual(status, 2)
        self.assertIn("does not find the header no_such_header.h", message)
        status, message = self.run_command("stdio.h", "--library", "no_such_library")
        self.assertEqual(status, 2)
        self.assertIn("no library 'no_such_library'", message)
        self.assertEqual(self.run_command("stdio.h", "--cc", "no_such_compiler")[0], 2)

    def test_the_same_text_every_time(self):
        command = [*INTERPRETER, "-m", "ctypes_configure", "generate", "signal.h", "--library", "c",
                   "--also", "*/bits/*"]
        texts = {subprocess.run(command, capture_output=True, text=True, check=True,
                                env={**os.environ, "PYTHONHASHSEED": str(seed)}).stdout for seed in (1, 2)}
        self.assertEqual(len(texts), 1)


if __name__ == "__main__":
    unittest.main()
