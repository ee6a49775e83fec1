"""What cannot be answered: the class of each exception, what it names, and the compiler's line in it."""
import os
import unittest
from ctypes import POINTER, c_void_p

from ctypes_configure import CompileError, CompilerNotFound, ConfigureError, Header, HeaderNotFound, IncompleteType, LibraryNotFound, UnknownName, Unsupported

from support import COMPILERS, TestCase

TEXT = """
struct incomplete;
union incomplete_too;
typedef struct incomplete opaque;
enum later;
struct holder { struct incomplete *behind; };
struct tail { unsigned a : 3, b : 17; } __attribute__((packed));
struct nine_bytes { unsigned a : 7; unsigned long long b : 61; } __attribute__((packed));
struct inside { struct tail of; };
struct s { int a; };
enum e { MEMBER };
typedef void nothing;
typedef int number;
typedef float vector __attribute__((vector_size(16)));
int variable;
int called(void);
extern struct incomplete *there;
extern struct incomplete not_there;
double _Complex by_complex(double _Complex);
__int128 by_int128(__int128);
int by_tail(struct tail);
int by_incomplete(struct incomplete *);
struct incomplete gives_incomplete(void);
vector by_vector(vector);
static inline int inlined(void) { return 1; }
#define FUNCTION(x) x
#define NOTHING
#define CALL called()
#define ADDRESS &variable
#define RECORD ((struct s){1})
#define BLOCK do {} while (0)
#define BRACES {1, 2}
"""
DEFINED = """
struct incomplete { int a; };
struct incomplete not_there, *there;
int called(void) { return 1; }
double _Complex by_complex(double _Complex it) { return it; }
__int128 by_int128(__int128 it) { return it; }
int by_tail(struct tail it) { return it.a; }
int by_incomplete(struct incomplete *it) { return it->a; }
struct incomplete gives_incomplete(void) { return not_there; }
vector by_vector(vector it) { return it; }
"""
# Each is asked of gcc and clang, for which `CC` stands.
REFUSED = [
    ("struct", "struct incomplete", IncompleteType, r"struct incomplete is incomplete.*says CC: .*sizeof.*"),
    ("struct", "union incomplete_too", IncompleteType,
     r"union incomplete_too is incomplete.*says CC: .*sizeof.*"),
    ("struct", "opaque", IncompleteType, r"opaque is incomplete.*says CC: .*struct incomplete.*"),
    ("struct", "struct nobody", IncompleteType, r"struct nobody is incomplete.*says CC: .*"),
    ("struct", "nobody", UnknownName, r"C has no type nobody, says CC: .*undeclared.*"),
    ("struct", "union s", UnknownName, r"C has no type union s, says CC: .*tag.*"),
    ("struct", "variable", UnknownName, r"C has no type variable, says CC: expected expression.*"),
    ("struct", "number", UnknownName, r"number is no structure or union but c_int: .*"),
    ("struct", "struct tail", Unsupported, r"struct tail: the bit-field b lies in no integer of ctypes"),
    ("struct", "struct nine_bytes", Unsupported,
     r"struct nine_bytes: the bit-field b lies in no integer of ctypes"),
    ("struct", "struct inside", Unsupported, r"struct inside: struct tail: the bit-field b .*"),
    ("type", "nothing", Unsupported, r"nothing is void.*"),
    ("type", "enum e", Unsupported, r"enum e is an enum: ask for it by enum\(\).*c_uint"),
    ("type", "enum later", IncompleteType, r"enum later is incomplete.*says CC: .*"),
    ("type", "called", UnknownName, r"C has no type called, says CC: expected expression.*"),
    ("enum", "enum later", IncompleteType, r"enum later is declared but not defined.*"),
    ("enum", "enum nobody", IncompleteType, r"enum nobody is declared but not defined.*"),
    ("enum", "nobody", UnknownName, r"C has no enum nobody, says CC: .*undeclared.*"),
    ("enum", "struct s", UnknownName, r"struct s is no enum but struct s"),
    ("enum", "number", UnknownName, r"number is no enum but int"),
    ("enum", "MEMBER", UnknownName, r"C has no enum MEMBER, says CC: expected expression.*"),
    ("constant", "NOBODY", UnknownName, r"C has no constant NOBODY, says CC: .*undeclared.*"),
    ("constant", "FUNCTION", UnknownName, r"C has no constant FUNCTION, says CC: .*undeclared.*"),
    ("constant", "NOTHING", UnknownName, r"C has no constant NOTHING, says CC: expected expression.*"),
    ("constant", "CALL", UnknownName,
     r"C has no constant CALL, says CC: initializer element is not a? ?.*constant"),
    ("constant", "variable", UnknownName,
     r"C has no constant variable, says CC: initializer element is not .*"),
    ("constant", "ADDRESS", UnknownName, r"ADDRESS is no constant but an address, of type int \*"),
    ("constant", "RECORD", Unsupported, r"RECORD: a constant of type struct s"),
    ("constant", "BLOCK", UnknownName, r"C has no constant BLOCK, says CC: expected expression.*"),
    ("constant", "BRACES", UnknownName, r"C has no constant BRACES, says CC: \S.*"),
    ("constant", "called", UnknownName, r"C has no constant called, says CC: \S.*"),
    ("constant", "s", UnknownName, r"C has no constant s, says CC: .*undeclared.*"),
    ("constant", "number", UnknownName, r"C has no constant number, says CC: .*expected expression.*"),
    ("function", "nobody", UnknownName, r"C has no function nobody, says CC: .*undeclared.*"),
    ("function", "variable", UnknownName, r"variable is no function but int"),
    ("function", "MEMBER", UnknownName, r"C has no function MEMBER, says CC: \S.*"),
    ("function", "FUNCTION", UnknownName, r"C has no function FUNCTION, says CC: .*undeclared.*"),
    ("function", "number", UnknownName, r"C has no function number, says CC: .*expected expression.*"),
    ("function", "inlined", UnknownName, r"inlined is defined in the header, in no library"),
    ("function", "by_complex", Unsupported, r"by_complex: ctypes cannot pass .*complex.*"),
    ("function", "by_int128", Unsupported, r"by_int128: ctypes cannot pass __int128"),
    ("function", "by_vector", Unsupported, r"by_vector: ctypes cannot pass a vector of float"),
    ("function", "by_tail", Unsupported, r"by_tail: struct tail: the bit-field b .*"),
    ("function", "gives_incomplete", IncompleteType,
     r"gives_incomplete: struct incomplete is declared but not .*"),
    ("variable", "nobody", UnknownName, r"C has no variable nobody, says CC: .*undeclared.*"),
    ("variable", "MEMBER", UnknownName, r"C has no variable MEMBER, says CC: \S.*"),
    ("variable", "called", UnknownName, r"called is no variable but int \(void\)"),
    ("variable", "not_there", IncompleteType, r"not_there: struct incomplete is declared but not defined"),
]
NO_NAMES = {
    "type": ("", "struct", "struct s *", "a b", "1x", "x;", "int[2]", "unsigned long", "enum struct s",
             "struct 1"),
    "enum": ("enum", "enum e;", "enum e f"),
    "constant": ("struct s", "1", "2+2", "A B", "A,B", "A\nB;", "f()"),
    "function": ("struct s", "f(", "a.b", "*f"),
    "variable": ("x[0]", "&x", "enum e"),
}


class Names(TestCase):
    def test_refusals(self):
        path = self.library(TEXT + DEFINED)
        for cc in COMPILERS:
            self.need(cc)
            header = Header(TEXT, libraries=[path], cc=cc)
            for kind, name, error, pattern in REFUSED:
                with self.subTest(f"{kind} {name}", cc=cc):
                    self.assertRaisesLike(error, pattern.replace("CC", cc).replace("undeclared",
                                                                                   "(?:un|not )?declared"),
                                          getattr(header, kind), name)

    def test_no_names(self):
        header = Header(TEXT)
        for kind, names in NO_NAMES.items():
            for name in names:
                with self.subTest(f"{kind} {name}"), self.assertRaisesRegex(ValueError,
                                                                            "is not the name of an? "):
                    getattr(header, kind)(name)

    def test_one_of_several(self):
        header = Header("#define A 1\n#define B 2")
        with self.assertRaisesRegex(UnknownName, "C has no constant NOBODY"):
            header.constants("A", "NOBODY", "B")
        self.assertEqual(header.constants("A", "B"), (1, 2))

    def test_pointers_to_what_is_incomplete(self):
        header = Header(TEXT, libraries=[self.library(TEXT + DEFINED)])
        self.assertEqual(header.function("by_incomplete").argtypes[0]._type_.__name__, "struct_incomplete")
        self.assertTrue(header.struct("struct holder"))
        self.assertFalse(header.variable("there"))

    def test_pointers_to_what_ctypes_cannot_lay_out(self):
        text = TEXT + "struct knot { struct tail *to; struct loop *on; }; struct loop { struct knot *back; " \
                      "struct tail of; }; int behind(struct loop *, struct tail **);"
        header = Header(text, libraries=[self.library(text + "int behind(struct loop *a, struct tail **b)"
                                                      "{ return !a + !b; }")])
        self.assertEqual([each[1] for each in header.struct("struct knot")._fields_], [c_void_p, c_void_p])
        behind = header.function("behind")
        self.assertEqual((list(behind.argtypes), behind(None, None)), ([c_void_p, POINTER(c_void_p)], 2))

    def test_classes(self):
        for error in (CompileError, CompilerNotFound, HeaderNotFound, IncompleteType, LibraryNotFound,
                      UnknownName,
                      Unsupported):
            self.assertTrue(issubclass(error, ConfigureError))
        self.assertTrue(issubclass(HeaderNotFound, CompileError))
        self.assertTrue(issubclass(UnknownName, LookupError))


class Texts(TestCase):
    def each(self, text, error, pattern, **options):
        for cc in COMPILERS:
            self.need(cc)
            with self.subTest(cc):
                self.assertRaisesLike(error, pattern.replace("CC", cc),
                                      Header(text, cc=cc, **options).constant, "A")

    def test_headers_that_are_not_there(self):
        for text in ("#include <no/such_header.h>", "no/such_header.h", '#include "no/such_header.h"',
                     "#include <stdio.h>\n#include <no/such_header.h>\n#define A 1"):
            self.each(text, HeaderNotFound, r"CC does not find the header no/such_header.h: "
                      r"<header text>:\d:\d+: fatal error: .*no/such_header.h.*")

    def test_a_header_that_includes_one_that_is_not_there(self):
        folder = self.folder()
        with open(os.path.join(folder, "outer.h"), "w") as file:
            file.write("#define A 1\n#include <inner_of_outer.h>\n")
        self.each("outer.h", HeaderNotFound,
                  r"CC does not find the header inner_of_outer.h: .*outer.h:2:\d+: .*",
                  include_dirs=[folder])

    def test_texts_that_do_not_compile(self):
        for text, line in {"int x int y;": r"<header text>:1:\d+: error: .*",
                           "\n#error own words": ".*own words.*",
                           "struct s {": r".*error: .*", "#if 1": ".*error: unterminated.*",
                           "no_type x;": ".*no_type.*",
                           "int": ".*error: .*", "char a[-1];": ".*negative.*|.*size.*",
                           "}": ".*error: .*"}.items():
            self.each(text, CompileError, "CC rejects the header text: " + line)

    def test_a_flag_that_does_not_exist(self):
        self.each("#define A 1", CompileError, "CC rejects the header text: .*--no-such-flag.*",
                  flags=["--no-such-flag"])


class Compilers(TestCase):
    def ask(self, **options):
        Header("#define A 1", **options).constant("A")

    def test_none(self):
        self.compilers_from(PATH=self.folder())
        self.assertRaisesLike(CompilerNotFound,
                              "no C compiler: none of cc, gcc, clang is on PATH; name one by cc= or by"
                              " the environment variable CC", self.ask)

    def test_one_that_is_not_there(self):
        for cc in ("no-such-cc", "/no/such/cc", "no-such-cc -m32"):
            self.assertRaisesLike(CompilerNotFound, f"no C compiler: '{cc.split()[0]}' is not a program",
                                  lambda cc=cc: self.ask(cc=cc))
        self.compilers_from(PATH=os.environ["PATH"], CC="no-such-cc")
        self.assertRaisesLike(CompilerNotFound, "no C compiler: 'no-such-cc' is not a program", self.ask)

    def test_empty_names(self):
        self.compilers_from(PATH=os.environ["PATH"], CC="")
        self.ask()
        self.ask(cc="")
        self.ask(cc="  ")

    def test_a_program_that_is_no_compiler(self):
        folder = self.folder()
        for name, script in {"false": "exit 1", "silent": "exit 0", "echo": 'echo "$@"'}.items():
            path = os.path.join(folder, name)
            with open(path, "w") as file:
                file.write(f"#!/bin/sh\n{script}\n")
            os.chmod(path, 0o755)
            with self.subTest(name), self.assertRaisesRegex((CompilerNotFound, CompileError), path):
                self.ask(cc=path)

    def test_a_file_that_cannot_be_run(self):
        path = os.path.join(self.folder(), "cc")
        with open(path, "wb") as file:
            file.write(b"\x7fELF nothing")
        os.chmod(path, 0o755)
        self.assertRaisesLike(CompilerNotFound, f"cannot start {path}: .*", lambda: self.ask(cc=path))


class Libraries(TestCase):
    def test_not_found(self):
        for name in ("no_such_library", "/no/such/libx.so", "libno_such.so.3"):
            header = Header("int f(void);\n#define A 1", libraries=[name])
            self.assertRaisesLike(LibraryNotFound, f"no library {name!r}: neither .* nor the system finds .*",
                                  header.function, "f")
            # What needs no library does not look for it.
            self.assertEqual(header.constant("A"), 1)

    def test_without_the_symbol(self):
        self.assertRaisesLike(UnknownName, "libc.so.6 has no symbol f, which the header declares",
                              Header("int f(void);", libraries=["c"]).function, "f")
        self.assertRaisesLike(UnknownName, "libm.so.6, libc.so.6 has no symbol f, which the header declares",
                              Header("int f(void);", libraries=["m", "c"]).function, "f")
        self.assertRaisesLike(UnknownName, ".*undefined symbol: f",
                              Header("int f(void);").function, "f")
        self.assertRaisesLike(UnknownName, "libc.so.6 has no symbol v, which the header declares",
                              Header("extern int v;", libraries=["c"]).variable, "v")

    def test_a_file_that_is_no_library(self):
        path = os.path.join(self.folder(), "libx.so")
        with open(path, "w") as file:
            file.write("nothing")
        with self.assertRaisesRegex(LibraryNotFound, path):
            Header("int f(void);", libraries=[path]).function("f")


class Arguments(TestCase):
    def test_one_string_where_several_are_meant(self):
        for option in ("flags", "include_dirs", "library_dirs"):
            with self.subTest(option), self.assertRaisesRegex(TypeError, option):
                Header("", **{option: "-DA"})


if __name__ == "__main__":
    unittest.main()
