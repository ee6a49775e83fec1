"""What `Header` answers: structures, types, constants, enums, functions that are called, and variables."""
import ctypes
import enum
import math
import os
import pathlib
import signal
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, byref, c_char, c_char_p, c_double, c_int, c_long, c_size_t, c_uint, c_void_p,
)

from ctypes_configure import Header, IncompleteType, UnknownName

from support import COMPILERS, CC, TestCase, compile_to


def names(kind):
    return [field[0] for field in kind._fields_]


def types_of(kind):
    return {field[0]: field[1] for field in kind._fields_}


class Structures(TestCase):
    def test_the_first_lines_of_the_issue(self):
        h = Header("#include <sys/stat.h>\n#include <fcntl.h>", libraries=["c"])
        stat, fstat = h.struct("struct stat"), h.function("fstat")
        O_CREAT, S_IFDIR = h.constants("O_CREAT", "S_IFDIR")
        self.assertEqual(O_CREAT, os.O_CREAT)
        here = os.open(".", os.O_RDONLY)
        self.addCleanup(os.close, here)
        told = stat()
        self.assertEqual(fstat(here, byref(told)), 0)
        seen = os.fstat(here)
        self.assertEqual((told.st_ino, told.st_size, told.st_mtim.tv_sec, told.st_mode & S_IFDIR),
                         (seen.st_ino, seen.st_size, int(seen.st_mtime), S_IFDIR))
        with self.assertRaises(ctypes.ArgumentError):
            fstat(here, byref(c_int()))

    def test_names_of_classes(self):
        h = Header("struct tagged { int a; }; typedef struct { int a; } called;"
                   " typedef struct both { int a; } both;"
                   " typedef struct tagged other; struct lambda { int a; };")
        for asked, named in [("struct tagged", "struct_tagged"), ("called", "called"),
                             ("struct both", "both"),
                             ("both", "both"), ("other", "struct_tagged"),
                             ("struct lambda", "struct_lambda")]:
            self.assertEqual(h.struct(asked).__name__, named)
        self.assertIs(h.struct("struct tagged"), h.struct("other"))
        self.assertIs(h.struct("struct both"), h.struct("both"))
        self.assertIs(h.struct("  struct   tagged "), h.struct("struct tagged"))

    def test_a_tag_and_a_function_of_one_name(self):
        h = Header("#include <sys/stat.h>\n#include <signal.h>")
        self.assertTrue(issubclass(h.struct("struct stat"), ctypes.Structure))
        self.assertEqual(list(h.function("stat").argtypes), [c_char_p, POINTER(h.struct("struct stat"))])
        self.assertTrue(issubclass(h.struct("struct sigaction"), ctypes.Structure))
        self.assertEqual(h.function("sigaction").restype, c_int)

    def test_nameless_records_are_called_after_their_fields(self):
        kind = Header("struct outer { struct { int a; } in; union { int b; } each[2];"
                      " struct { int c; } *behind; };"
                      ).struct("struct outer")
        self.assertEqual([types_of(kind)["in_"].__name__, types_of(kind)["each"]._type_.__name__,
                          types_of(kind)["behind"]._type_.__name__],
                         ["struct_outer_in_", "struct_outer_each", "struct_outer_behind"])

    def test_anonymous_members_lend_their_fields(self):
        kind = Header("struct s { int a; union { int b; struct { short c, d; }; }; };").struct("struct s")
        made = kind(a=1)
        made.c, made.d = 2, 3
        self.assertEqual(made.b, 0x30002)

    def test_keywords_get_an_underscore(self):
        kind = Header("struct s { int class, None; struct { int lambda; } def; int match, print, CDLL; };"
                      ).struct("struct s")
        self.assertEqual(names(kind), ["class_", "None_", "def_", "match", "print", "CDLL"])
        self.assertEqual(names(types_of(kind)["def_"]), ["lambda_"])

    def test_arrays(self):
        kind = Header("struct s { char text[4]; unsigned char raw[4]; int grid[2][3]; char *words[5];"
                      " int more[]; };"
                      ).struct("struct s")
        made = kind(text=b"abc")
        made.grid[1][2] = 5
        self.assertEqual((made.text, made.grid[1][2], len(made.grid), len(made.grid[0]), len(made.words)),
                         (b"abc", 5, 2, 3, 5))
        self.assertEqual((len(made.more), kind.more.offset), (0, ctypes.sizeof(kind)))
        self.assertIs(types_of(kind)["raw"]._type_, ctypes.c_ubyte)

    def test_pointers(self):
        h = Header("#include <wchar.h>\nstruct s { char *a; const char *b; wchar_t *c; void *d; int *e, **f;"
                   " struct s *g, **h; struct nobody *i; const int *j; int (*k)[3]; unsigned char *l;"
                   " void **m; };")
        kind = h.struct("struct s")
        of = types_of(kind)
        self.assertEqual([of[each] for each in "abcdefgh"],
                         [c_char_p, c_char_p, ctypes.c_wchar_p, c_void_p, POINTER(c_int),
                          POINTER(POINTER(c_int)),
                          POINTER(kind), POINTER(POINTER(kind))])
        self.assertEqual([of["j"], of["k"], of["l"], of["m"]],
                         [POINTER(c_int), POINTER(c_int * 3), POINTER(ctypes.c_ubyte), POINTER(c_void_p)])
        self.assertEqual(of["i"]._type_.__name__, "struct_nobody")

    def test_recursion(self):
        h = Header("struct b; struct a { struct b *b; struct a *next; };"
                   " struct b { struct a a; struct c *c; };"
                   " struct c { struct b b[2]; struct a *(*find)(struct c *, struct b); };")
        a, b, c = (h.struct(f"struct {each}") for each in "abc")
        self.assertEqual(list(types_of(a).values()), [POINTER(b), POINTER(a)])
        self.assertEqual(list(types_of(b).values()), [a, POINTER(c)])
        self.assertEqual(list(types_of(c).values()), [b * 2, CFUNCTYPE(POINTER(a), POINTER(c), b)])
        made = a()
        made.next = ctypes.pointer(made)
        self.assertEqual(ctypes.addressof(made.next.contents.next.contents), ctypes.addressof(made))

    def test_functions_in_fields_are_callable(self):
        kind = Header("struct s { int (*add)(int, int); void *(*find)(const char *); void (*later)(void); };"
                      ).struct("struct s")
        of = types_of(kind)
        self.assertEqual(of, {"add": CFUNCTYPE(c_int, c_int, c_int), "find": CFUNCTYPE(c_void_p, c_char_p),
                              "later": CFUNCTYPE(None)})
        made = kind(add=of["add"](lambda a, b: a + b), find=of["find"](len))
        self.assertEqual((made.add(2, 3), made.find(b"four"), bool(made.later)), (5, 4, False))

    def test_what_ctypes_lacks_is_bytes(self):
        kind = Header("typedef float v4 __attribute__((vector_size(16)));"
                      "struct s { __int128 a; v4 b; double _Complex c; long double d; };").struct("struct s")
        of = types_of(kind)
        self.assertEqual([of["a"], of["b"], of["c"], of["d"]],
                         [ctypes.c_ubyte * 16, ctypes.c_ubyte * 16, c_double * 2, ctypes.c_longdouble])

    def test_enums_and_bools_in_fields(self):
        kind = Header("#include <stdbool.h>\nenum e { MINUS = -1 }; enum p { PLUS };"
                      "enum small { TINY } __attribute__((packed));"
                      "struct s { enum e a; enum p b; enum small c; bool d; };").struct("struct s")
        self.assertEqual(list(types_of(kind).values()), [c_int, c_uint, ctypes.c_ubyte, ctypes.c_bool])

    def test_bitfields_read_and_write(self):
        kind = Header("struct s { int a : 3; unsigned b : 5; _Bool c : 1; enum { X, Y } d : 2;"
                      " long long e : 40; };"
                      ).struct("struct s")
        made = kind(a=-4, b=31, c=1, d=2, e=-(1 << 39))
        self.assertEqual((made.a, made.b, made.c, made.d, made.e), (-4, 31, True, 2, -(1 << 39)))

    def test_a_union(self):
        kind = Header("union u { int a; double b; char c[9]; };").struct("union u")
        self.assertTrue(issubclass(kind, ctypes.Union))
        self.assertEqual((names(kind), ctypes.sizeof(kind)), (["a", "b", "c"], 16))

    def test_an_empty_structure(self):
        self.assertEqual(ctypes.sizeof(Header("struct s { };").struct("struct s")), 0)


class Types(TestCase):
    TEXT = """
    #include <stdint.h>
    #include <stddef.h>
    #include <sys/types.h>
    struct s { int a; };
    typedef struct s s_t, *s_pointer, s_array[3];
    typedef int (*callback)(const char *, void *);
    typedef int function(int);
    typedef unsigned long long plain;
    typedef plain again;
    typedef enum { ONE } e_t;
    typedef const char *text;
    typedef const volatile int qualified;
    """

    def test_typedefs(self):
        h = Header(self.TEXT)
        s = h.struct("struct s")
        for asked, expected in {
                "uint8_t": ctypes.c_uint8, "int64_t": ctypes.c_int64, "size_t": c_size_t,
                "ssize_t": ctypes.c_ssize_t,
                "pid_t": c_int, "wchar_t": ctypes.c_wchar, "s_t": s, "s_pointer": POINTER(s),
                "s_array": s * 3,
                "callback": CFUNCTYPE(c_int, c_char_p, c_void_p), "plain": ctypes.c_ulonglong,
                "again": ctypes.c_ulonglong, "text": c_char_p, "qualified": c_int,
                "struct s": s}.items():
            with self.subTest(asked):
                self.assertEqual(h.type(asked), expected)

    def test_every_number(self):
        kinds = {"char": c_char, "signed char": ctypes.c_byte, "unsigned char": ctypes.c_ubyte,
                 "short": ctypes.c_short, "unsigned short": ctypes.c_ushort, "int": c_int, "unsigned": c_uint,
                 "long": c_long, "unsigned long": ctypes.c_ulong, "long long": ctypes.c_longlong,
                 "unsigned long long": ctypes.c_ulonglong, "_Bool": ctypes.c_bool, "float": ctypes.c_float,
                 "double": c_double, "long double": ctypes.c_longdouble}
        fields = " ".join(f"{kind} f{place};" for place, kind in enumerate(kinds))
        for cc in COMPILERS:
            self.need(cc)
            with self.subTest(cc):
                kind = Header(f"struct s {{ {fields} }};", cc=cc).struct("struct s")
                self.assertEqual(list(types_of(kind).values()), list(kinds.values()))

    def test_what_is_no_type(self):
        h = Header(self.TEXT + "#define NUMBER 5\nint variable; int called(void);")
        for name in ("NUMBER", "variable", "called", "ONE"):
            with self.subTest(name), self.assertRaisesRegex(UnknownName,
                                                            f"C has no type {name}, says .*: .*"):
                h.type(name)
            with self.subTest(name), self.assertRaisesRegex(UnknownName,
                                                            f"C has no enum {name}, says .*: .*"):
                h.enum(name)


class Constants(TestCase):
    INTEGERS = {
        "5": 5, "-7": -7, "0xFFFFFFFFu": 0xFFFFFFFF, "0xFFFFFFFFFFFFFFFFull": 0xFFFFFFFFFFFFFFFF,
        "(-9223372036854775807LL - 1)": -2 ** 63, "(1 << 4 | 3)": 19, "'a'": 97, "'\\xff'": -1,
        "L'\\u20ac'": 0x20AC,
        "((char)200)": -56, "((unsigned char)200)": 200, "((short)-1)": -1, "((unsigned short)-1)": 65535,
        "((_Bool)7)": 1, "(~0UL)": 2 ** 64 - 1, "((__int128)-1 << 100)": -2 ** 100,
        "((unsigned __int128)1 << 127)": 2 ** 127, "sizeof(int)": 4, "(1 ? 2 : 3)": 2, "MEMBER": 3,
        "-MEMBER": -3,
        "NEGATIVE": -4, "BIG": 1 << 40, "((void *)0)": 0, "((void *)-1)": 2 ** 64 - 1, "static_constant": 8,
        "__LINE__ * 0": 0, "__builtin_offsetof(struct point, y)": 4,
    }
    FLOATS = {
        "1.5": 1.5, "-0.0": -0.0, "1.1f": 1.100000023841858, "0.1L": 0.1, "1e308 * 10": math.inf,
        "-__builtin_inf()": -math.inf, "4.9e-324": 5e-324, "1e-4940L": 0.0, "1e4000L": math.inf,
        "1.7976931348623157e308": 1.7976931348623157e308, "-2.25L": -2.25, "(1.0f / 3)": 0.3333333432674408,
        "(1.0L / 3)": 1 / 3, "(9007199254740993.0L)": 9007199254740992.0,
    }
    STRINGS = {
        '"abc"': b"abc", '""': b"", '"a\\0b"': b"a\0b", '"ab" "cd"': b"abcd", '("abc")': b"abc",
        '"\\xff\\""': b'\xff"', 'u8"h\\u00e9"': "h\u00e9".encode(), '"a\\n"': b"a\n",
        'L"wide \\u20ac"': "wide \u20ac", 'L""': "", 'u"x\\U0001f40d"': "x\U0001f40d",
        'U"x\\U0001f40d"': "x\U0001f40d",
    }

    def ask(self, expressions, cc):
        self.need(cc)
        text = "\n".join(f"#define C{place} {it}" for place, it in enumerate(expressions))
        h = Header("enum { MEMBER = 3, NEGATIVE = -4 }; enum { BIG = 1L << 40 };\n"
                   "struct point { int x, y; };\n"
                   "static const int static_constant = 8;\n" + text, cc=cc)
        return h.constants(*(f"C{place}" for place in range(len(expressions))))

    def test_values(self):
        for cc in COMPILERS:
            for table in (self.INTEGERS, self.FLOATS, self.STRINGS):
                for (it, expected), value in zip(table.items(), self.ask(table, cc)):
                    with self.subTest(it, cc=cc):
                        self.assertEqual((value, type(value), str(value)),
                                         (expected, type(expected), str(expected)))

    def test_not_a_number(self):
        for cc in COMPILERS:
            for value in self.ask(['__builtin_nan("")', '__builtin_nanl("")', '__builtin_nanf("")'], cc):
                self.assertTrue(math.isnan(value))

    def test_floats_of_other_formats(self):
        self.need("gcc")
        self.assertEqual(self.ask(["1.25Q", "((_Float128)-3)", "((_Float64x)1.25)", "((_Float16)1.5)"],
                                  "gcc"),
                         (1.25, -3.0, 1.25, 1.5))

    def test_pointers(self):
        h = Header("#include <signal.h>\nstruct s { int a; };\n#define NOBODY ((struct s *)0)\n"
                   "#define FAR ((struct s *)64)\n#define NO_TEXT ((char *)0)\n#define LAST ((struct s *)-1)")
        nobody, far, no_text, last = h.constants("NOBODY", "FAR", "NO_TEXT", "LAST")
        self.assertIs(type(far), POINTER(h.struct("struct s")))
        self.assertEqual((bool(nobody), bool(no_text), no_text.value), (False, False, None))
        self.assertEqual(ctypes.cast(far, c_void_p).value, 64)
        self.assertEqual(ctypes.cast(last, c_void_p).value, ctypes.c_size_t(-1).value)

    def test_pointers_to_functions(self):
        h = Header("#include <signal.h>", libraries="c")
        ignore, default, failed, number = h.constants("SIG_IGN", "SIG_DFL", "SIG_ERR", "SIGUSR1")
        self.assertEqual([ctypes.cast(each, c_void_p).value for each in (ignore, default, failed)],
                         [1, None, c_size_t(-1).value])
        before = signal.getsignal(signal.SIGUSR1)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)
        change = h.function("signal")
        change(number, ignore)
        signal.raise_signal(signal.SIGUSR1)
        self.assertEqual(ctypes.cast(change(number, default), c_void_p).value, 1)

    def test_asked_one_by_one_or_at_once(self):
        h = Header("fcntl.h")
        self.assertEqual(h.constants("O_RDWR", "O_EXCL"), (h.constant("O_RDWR"), h.constant("O_EXCL")))
        self.assertEqual(h.constants(), ())


class Enums(TestCase):
    def test_members(self):
        for cc in COMPILERS:
            self.need(cc)
            h = Header("enum color { RED, GREEN = 5, BLUE, ALSO_RED = 0 };"
                       "typedef enum { MINUS = -1, PLUS } sign;"
                       "enum wide { HUGE = 0xFFFFFFFFFFFFFFFF }; typedef enum color paint;"
                       "enum small { TOP = 255 } __attribute__((packed));", cc=cc)
            color = h.enum("enum color")
            self.assertTrue(issubclass(color, enum.IntEnum))
            self.assertEqual(color.__name__, "enum_color")
            self.assertEqual(list(color), [color.RED, color.GREEN, color.BLUE])
            self.assertIs(color.ALSO_RED, color.RED)
            self.assertEqual((color.BLUE, color.BLUE.name), (6, "BLUE"))
            self.assertEqual([each.value for each in h.enum("sign")], [-1, 0])
            self.assertEqual([h.enum("enum wide").HUGE, h.enum("enum small").TOP], [0xFFFFFFFFFFFFFFFF, 255])
            self.assertEqual(h.enum("paint").GREEN, 5)

    def test_names_that_python_or_its_enums_keep(self):
        h = Header("enum e { _Also, None, lambda, mro, name, value, _sunder_ };"
                   "enum f { __private, __dunder__, from };")
        for asked, expected in [
                ("enum e", ["_Also", "None_", "lambda_", "mro_", "name", "value", "_sunder__"]),
                ("enum f", ["__private", "__dunder___", "from_"])]:
            kind = h.enum(asked)
            self.assertEqual([each.name for each in kind], expected)
            self.assertEqual([getattr(kind, each).value for each in expected], list(range(len(expected))))

    def test_a_tag_and_a_typedef_of_one_name(self):
        h = Header("typedef enum e { A } e; struct s { e of; };")
        self.assertEqual((h.enum("enum e").A, h.enum("e").A), (0, 0))
        self.assertIs(types_of(h.struct("struct s"))["of"], c_uint)


DECLARED = """
#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>
struct point { int x, y; };
struct large { double of[5]; };
struct mixed { float f; char c; };
struct bits { unsigned a : 3; int b : 20; };
typedef struct { int number; } called;
typedef int (*visitor)(void *data, const struct point *each);
enum color { RED, GREEN };
int add(int, int);
struct point turned(struct point);
struct large scaled(struct large, double);
float mixed_sum(struct mixed);
struct bits swapped(struct bits);
called doubled(called);
int visit(struct point *, size_t, visitor, void *);
int told(int (*)(const char *), const char *);
int sum(int count, ...);
char *owned(const char *);
void give_back(char *);
const char *borrowed(void);
const wchar_t *wide(void);
int fails(int);
void fill(struct point *, size_t count);
bool negated(bool);
unsigned char narrow(unsigned char);
signed char below(void);
float half(float);
long double third(long double);
void *same(void *);
enum color next(enum color);
int old();
long long last(char, short, int, long, long long, float, double, unsigned char);
int (*chosen(int))(int, int);
int items(int of[], int count);
#define plus add
#define lambda add
int renamed(int) __asm__("in_the_library");
static inline int inlined(int a) { return a; }
extern int counter;
extern struct point origin;
extern const char *title;
extern int table[4];
extern int unbounded[];
extern visitor hook;
"""
DEFINED = r"""
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
int counter = 7;
struct point origin = {1, 2};
const char *title = "title";
int table[4] = {1, 2, 3, 4};
int unbounded[2] = {5, 6};
visitor hook;
int add(int a, int b) { return a + b; }
struct point turned(struct point it) { return (struct point){-it.y, it.x}; }
struct large scaled(struct large it, double by) { for (int i = 0; i < 5; i++) it.of[i] *= by; return it; }
float mixed_sum(struct mixed it) { return it.f + it.c; }
struct bits swapped(struct bits it) { return (struct bits){it.b, it.a}; }
called doubled(called it) { it.number *= 2; return it; }
int visit(struct point *it, size_t count, visitor each, void *data) {
    int sum = 0;
    while (count--) sum += each(data, it++);
    return sum;
}
int told(int (*f)(const char *), const char *text) { return f(text); }
int sum(int count, ...) {
    va_list rest;
    va_start(rest, count);
    int sum = 0;
    while (count--) sum += va_arg(rest, int);
    va_end(rest);
    return sum;
}
char *owned(const char *text) { return strdup(text); }
void give_back(char *it) { it[0] = 'X'; free(it); }
const char *borrowed(void) { return "borrowed"; }
const wchar_t *wide(void) { return L"wide"; }
int fails(int number) { errno = number; return -1; }
void fill(struct point *it, size_t count) {
    for (size_t i = 0; i < count; i++) it[i] = (struct point){i, -i};
}
bool negated(bool it) { return !it; }
unsigned char narrow(unsigned char it) { return it + 1; }
signed char below(void) { return -1; }
float half(float it) { return it / 2; }
long double third(long double it) { return it / 3; }
void *same(void *it) { return it; }
enum color next(enum color it) { return it + 1; }
int old(int a, int b) { return a * b; }
long long last(char a, short b, int c, long d, long long e, float f, double g, unsigned char h) {
    return a + b + c + d + e + f + g + h;
}
static int minus(int a, int b) { return a - b; }
int (*chosen(int it))(int, int) { return it ? add : minus; }
int items(int of[], int count) { return of[count - 1]; }
int in_the_library(int it) { return it * 10; }
"""


class Functions(TestCase):
    @classmethod
    def setUpClass(cls):
        made = TestCase()
        cls.addClassCleanup(made.doCleanups)
        cls.path = made.library(DECLARED + DEFINED)
        cls.h = Header(DECLARED, libraries=[cls.path], use_errno=True)

    def test_numbers(self):
        add, negated, narrow, below, half, third = self.h.functions("add", "negated", "narrow", "below",
                                                                    "half",
                                                                    "third")
        self.assertEqual((add(2, -3), narrow(255), below(), half(3.0), third(3.0)), (-1, 0, -1, 1.5, 1.0))
        self.assertIs(negated(False), True)
        self.assertEqual(self.h.function("last")(b"\1", 2, 3, 4, 5, 6.0, 7.0, 8), 36)
        self.assertEqual((list(add.argtypes), add.restype), ([c_int, c_int], c_int))
        with self.assertRaises(TypeError):
            add(1)
        with self.assertRaises(ctypes.ArgumentError):
            add("1", 2)

    def test_records_by_value(self):
        point, large, mixed, bits = (self.h.struct(f"struct {each}") for each in ("point", "large", "mixed",
                                                                                  "bits"))
        turned = self.h.function("turned")(point(3, 4))
        self.assertEqual((type(turned), turned.x, turned.y), (point, -4, 3))
        scaled = self.h.function("scaled")(large((c_double * 5)(1, 2, 3, 4, 5)), 2.0)
        self.assertEqual(list(scaled.of), [2, 4, 6, 8, 10])
        self.assertEqual(self.h.function("mixed_sum")(mixed(1.5, b"\2")), 3.5)
        swapped = self.h.function("swapped")(bits(3, 5))
        self.assertEqual((swapped.a, swapped.b), (5, 3))
        called = self.h.type("called")
        self.assertEqual(self.h.function("doubled")(called(4)).number, 8)

    def test_pointers(self):
        point, fill = self.h.struct("struct point"), self.h.function("fill")
        made = (point * 3)()
        fill(made, 3)
        self.assertEqual([(each.x, each.y) for each in made], [(0, 0), (1, -1), (2, -2)])
        self.assertIsNone(fill.restype)
        same = self.h.function("same")
        # A pointer is not cut to 32 bits.
        self.assertEqual((same(0x123456789ABC), same(None)), (0x123456789ABC, None))
        self.assertEqual(self.h.function("items")((c_int * 3)(1, 2, 3), 3), 3)

    def test_callbacks(self):
        visit, visitor = self.h.function("visit"), self.h.type("visitor")
        point = self.h.struct("struct point")
        seen = []

        @visitor
        def each(data, it):
            seen.append((data, it.contents.x))
            return it.contents.y

        self.assertEqual(visit((point * 2)((1, 10), (2, 20)), 2, each, 5), 30)
        self.assertEqual(seen, [(5, 1), (5, 2)])
        self.assertEqual(self.h.function("told")(CFUNCTYPE(c_int, c_char_p)(len), b"four"), 4)
        chosen = self.h.function("chosen")
        self.assertEqual((chosen(1)(5, 3), chosen(0)(5, 3)), (8, 2))

    def test_variadic(self):
        total = self.h.function("sum")
        self.assertEqual((list(total.argtypes), total(0), total(3, 1, 2, c_int(3))), ([c_int], 0, 6))

    def test_text(self):
        owned, give_back, borrowed, wide = self.h.functions("owned", "give_back", "borrowed", "wide")
        text = owned(b"text")
        self.assertIs(type(text), POINTER(c_char))
        self.assertEqual(ctypes.string_at(text), b"text")
        give_back(ctypes.cast(text, c_char_p))
        self.assertEqual((borrowed(), wide()), (b"borrowed", "wide"))

    def test_a_result_can_be_given_to_a_parameter(self):
        owned, give_back = self.h.functions("owned", "give_back")
        give_back(owned(b"text"))

    def test_errno(self):
        ctypes.set_errno(0)
        self.assertEqual((self.h.function("fails")(5), ctypes.get_errno()), (-1, 5))
        ctypes.set_errno(3)
        Header(DECLARED, libraries=[self.path]).function("fails")(6)
        self.assertEqual(ctypes.get_errno(), 3)

    def test_enums_pass_as_integers(self):
        color = self.h.enum("enum color")
        self.assertEqual(self.h.function("next")(color.RED), color.GREEN)

    def test_without_a_prototype(self):
        old = self.h.function("old")
        self.assertEqual((old.argtypes, old.restype, old(6, 7)), (None, c_int, 42))

    def test_other_names(self):
        self.assertEqual([self.h.function(name)(1, 2) for name in ("plus", "lambda")], [3, 3])
        self.assertEqual(self.h.function("renamed")(4), 40)

    def test_functions_of_the_header_alone(self):
        with self.assertRaisesRegex(UnknownName, "inlined is defined in the header, in no library"):
            self.h.function("inlined")

    def test_what_is_no_function(self):
        for name in ("counter", "RED"):
            with self.subTest(name), self.assertRaises(UnknownName):
                self.h.function(name)

    def test_variables(self):
        loaded = ctypes.CDLL(self.path)
        counter, origin, table = (self.h.variable(each) for each in ("counter", "origin", "table"))
        counter.value += 1
        origin.y = 5
        table[2] = 9
        self.assertEqual(c_int.in_dll(loaded, "counter").value, 8)
        self.assertEqual(list((c_int * 2).in_dll(loaded, "origin")), [1, 5])
        self.assertEqual(list((c_int * 4).in_dll(loaded, "table")), [1, 2, 9, 4])
        self.assertEqual((self.h.variable("title").value, len(self.h.variable("unbounded"))), (b"title", 0))
        self.assertFalse(self.h.variable("hook"))

    def test_by_each_compiler(self):
        for cc in COMPILERS:
            self.need(cc)
            h = Header(DECLARED, libraries=[self.path], cc=cc)
            self.assertEqual((h.function("add")(1, 2), h.function("renamed")(1), h.function("old").argtypes,
                              h.function("sum")(1, 2), list(h.function("sum").argtypes)),
                             (3, 10, None, 2, [c_int]))
            with self.assertRaises(UnknownName):
                h.function("inlined")


class Aliases(TestCase):
    def test_by_the_headers_own_assembler_names(self):
        for cc in COMPILERS:
            self.need(cc)
            h = Header("#include <stdio.h>\n#include <unistd.h>", flags=["-D_FILE_OFFSET_BITS=64"], cc=cc)
            self.assertEqual([h.function(each).__name__ for each in ("lseek", "fopen")],
                             ["lseek64", "fopen64"])


class Options(TestCase):
    def test_the_name_of_a_header_stands_for_its_include(self):
        self.assertEqual(Header("fcntl.h").constant("O_CREAT"), os.O_CREAT)
        self.assertTrue(Header(" sys/stat.h ").struct("struct stat"))

    def test_directories_and_flags(self):
        folder = self.folder()
        with open(os.path.join(folder, "own.h"), "w") as file:
            file.write("#define OWN (1 + ADDED)\nint one(void);\n")
        compile_to(os.path.join(folder, "libown.so"), "int one(void) { return 1; }", CC, "-shared", "-fPIC",
                   "-Wl,-soname," + os.path.join(folder, "libown.so"))
        h = Header("own.h", include_dirs=[folder], library_dirs=[folder], libraries=["own"],
                   flags=["-DADDED=4"])
        self.assertEqual((h.constant("OWN"), h.function("one")()), (5, 1))
        folder = pathlib.Path(folder)
        for libraries in (["own"], [folder / "libown.so"]):
            h = Header("own.h", include_dirs=[folder], library_dirs=[folder], libraries=libraries)
            self.assertEqual(h.function("one")(), 1)

    def test_several_libraries(self):
        h = Header("#include <math.h>\n#include <zlib.h>\n#include <stdlib.h>", libraries=["m", "z", "c"])
        self.assertEqual((h.function("floor")(1.5), h.function("abs")(-2)), (1.0, 2))
        self.assertEqual(h.function("crc32")(0, ctypes.cast(b"abc", POINTER(ctypes.c_ubyte)), 3), 0x352441C2)

    def test_without_libraries_the_program_itself_has_the_functions(self):
        self.assertEqual(Header("stdlib.h").function("abs")(-3), 3)

    def test_a_compiler_with_arguments(self):
        self.need("gcc")
        self.assertEqual(Header("", cc="gcc -DSEVEN=7").constant("SEVEN"), 7)

    def test_the_compiler_of_the_environment(self):
        folder = self.folder()
        script = os.path.join(folder, "my cc")
        with open(script, "w") as file:
            file.write(f'#!/bin/sh\nexec {CC} -DSEVEN=7 "$@"\n')
        os.chmod(script, 0o755)
        before = os.environ.get("CC")
        os.environ["CC"] = script
        try:
            self.assertEqual(Header("").constant("SEVEN"), 7)
        finally:
            os.environ.pop("CC")
            if before is not None:
                os.environ["CC"] = before


class Growing(TestCase):
    def test_what_was_handed_out_stays(self):
        h = Header("#include <sys/stat.h>\n#include <dirent.h>\n#include <signal.h>\nenum e { A };\n"
                   "extern char **environ;")
        asked = [("struct", "struct stat"), ("enum", "enum e"), ("function", "stat"),
                 ("type", "__sighandler_t"),
                 ("function", "opendir"), ("constant", "SIG_IGN"), ("struct", "struct dirent"),
                 ("variable", "environ"), ("function", "readdir"), ("struct", "siginfo_t")]
        first = [(method, name, getattr(h, method)(name)) for method, name in asked]
        for method, name, was in first:
            self.assertIs(getattr(h, method)(name), was)
        self.assertEqual(h.function("stat").argtypes[1], POINTER(h.struct("struct stat")))

    def test_a_refusal_leaves_the_rest(self):
        h = Header("struct s { int a; }; struct t;")
        s = h.struct("struct s")
        for name, error in (("struct t", IncompleteType), ("struct nobody", IncompleteType),
                            ("nobody", UnknownName)):
            with self.assertRaises(error):
                h.struct(name)
        self.assertIs(h.struct("struct s"), s)



class Several(TestCase):
    """The methods that take several names ask once."""

    def test_answers_come_in_the_order_of_the_names(self):
        header = Header("struct b { int b; }; struct a { int a; struct b *b; }; typedef short number;")
        a, b = header.structs("struct a", "struct b")
        self.assertIs(a.b.size and a._fields_[1][1]._type_, b)
        self.assertEqual(header.types("number", "struct a"), (ctypes.c_short, a))
        self.assertEqual(header.structs(), ())


class Collisions(TestCase):
    """Fields of C that have the names that are made up for what has none."""

    def test_an_anonymous_member(self):
        made = Header("struct s { int anonymous_0; union { int i; float f; }; char c; };").struct("struct s")
        self.assertEqual([made.anonymous_0.offset, made.i.offset, made.f.offset, made.c.offset], [0, 4, 4, 8])

    def test_padding(self):
        text = "struct s { char _pad_0; char c __attribute__((aligned(16))); unsigned _bits_1; };"
        made = Header(text).struct("struct s")
        self.assertEqual([made._pad_0.offset, made.c.offset, made._bits_1.offset, ctypes.sizeof(made)],
                         [0, 16, 20, 32])


if __name__ == "__main__":
    unittest.main()
