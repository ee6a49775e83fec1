"""`check`: each planted mistake is found at its line, and nothing is found in modules that are right."""
import os
import subprocess
import sys
import textwrap
import unittest

from ctypes_configure import Header
from ctypes_configure.checking import modules
from ctypes_configure.checking.checker import check
from ctypes_configure.reading.compiler import Compiler
from ctypes_configure.errors import CompileError, ConfigureError, HeaderNotFound
from ctypes_configure.header import as_text
from ctypes_configure.writing.interface import Source
from support import INTERPRETER, TestCase

# What stands before each module's text.
START = "import ctypes\nfrom ctypes import *\n\nlib = CDLL(None)\n"
MARK = "# here"

# For each mistake: the C text, the module's text with a mark at each line that is wrong, and what is said.
MISTAKES = {
    "wrong offset": (
        "struct point { char kind; int x; int y; };",
        """
        class point(Structure):
            _pack_ = 1
            _layout_ = "ms"
            _fields_ = [
                ("kind", c_char),
                ("x", c_int),  # here
                ("y", c_int),
            ]
        """, ["point.x is at offset 1; C has it at offset 4"]),
    "field too small": (
        "struct file { int mode; long size; int links; };",
        """
        class file(Structure):
            _fields_ = [
                ("mode", c_int),
                ("size", c_int),  # here
                ("links", c_int),
            ]
        """, ["file.size is c_int (4 bytes); C has long (8 bytes)"]),
    "field too large": (
        "typedef struct { unsigned short port; unsigned char tail[6]; } address;",
        """
        class address(Structure):
            _fields_ = [("port", c_uint),  # here
                        ("tail", c_ubyte * 6)]
        """, ["address.port is c_uint (4 bytes); C has unsigned short (2 bytes)"]),
    "wrong signedness": (
        "struct image { unsigned width, height; };",
        """
        class image(Structure):
            _fields_ = [("width", c_int),  # here
                        ("height", c_uint)]
        """, ["image.width is c_int (signed); C has unsigned int (unsigned)"]),
    "wrong signedness of bytes": (
        "#include <stdint.h>\nstruct color { uint8_t red; };",
        """
        class color(Structure):
            _fields_ = [("red", c_byte)]  # here
        """, ["color.red is c_byte (signed); C has uint8_t (unsigned char, unsigned)"]),
    "integer for a floating-point number": (
        "struct mass { float grams; };",
        """
        class mass(Structure):
            _fields_ = [("grams", c_int)]  # here
        """, ["mass.grams is c_int; C has float"]),
    "floating-point number of the wrong size": (
        "struct mass { double grams; };",
        """
        class mass(Structure):
            _fields_ = [("grams", c_float)]  # here
        """, ["mass.grams is c_float (4 bytes); C has double (8 bytes)"]),
    "integer for a pointer": (
        "struct name { char *text; };",
        """
        class name(Structure):
            _fields_ = [("text", c_ulong)]  # here
        """, ["name.text is c_ulong; C has char *"]),
    "pointer for an integer": (
        "struct name { long length; };",
        """
        class name(Structure):
            _fields_ = [("length", c_void_p)]  # here
        """, ["name.length is c_void_p; C has long"]),
    "pointer to numbers of another size": (
        "struct list { short *items; };",
        """
        class list_(Structure):
            _fields_ = [("items", POINTER(c_int))]  # here
        struct_list = list_
        """, ["list_.items is POINTER(c_int) (to 4 bytes); C has short * (to 2 bytes)"]),
    "array too short": (
        "struct utsname { char sysname[65]; char release[65]; };",
        """
        class utsname(Structure):
            _fields_ = [("sysname", c_char * 64),  # here
                        ("release", c_char * 65)]
        """, ["utsname.sysname is c_char * 64 (64 bytes); C has char[65] (65 bytes)"]),
    "array of another type": (
        "struct path { int steps[4]; };",
        """
        class path(Structure):
            _fields_ = [("steps", c_float * 4)]  # here
        """, ["path.steps is c_float * 4; C has int[4]"]),
    "missing field in the middle": (
        "struct node { int kind; int line; int column; };",
        """
        class node(Structure):
            _fields_ = [
                ("kind", c_int),
                ("column", c_int),  # here
            ]
        """, ["node.column is at offset 4; C has it at offset 8, behind line"]),
    "missing field that moves nothing": (
        "struct node { char kind; char flags; int line; };",
        """
        class node(Structure):
            _fields_ = [("kind", c_char), ("line", c_int)]  # here
        """, ["node lacks flags; C has char at offset 1"]),
    "missing field at the end": (
        "struct node { int kind; int line; };",
        """
        class node(Structure):
            _fields_ = [("kind", c_int)]  # here
        """, ["node has 4 bytes; C has 8, with line (int, offset 4)"]),
    "field that C does not have": (
        "struct node { int kind; };",
        """
        class node(Structure):
            _fields_ = [("kind", c_int),
                        ("line", c_int)]  # here
        """, ["node.line is c_int at offset 4; C has no such field, where struct node ends at offset 4"]),
    "field over two of C's": (
        "struct node { short kind, flags; };",
        """
        class node(Structure):
            _fields_ = [("both", c_int)]  # here
        """, ["node.both is c_int at offset 0; C has no such field, which has kind (short, offset 0), "
              "flags (short, offset 2) there"]),
    "bit-field of the wrong width": (
        "struct flags { unsigned low : 3, high : 5; };",
        """
        class flags(Structure):
            _fields_ = [("low", c_uint, 4),  # here
                        ("high", c_uint, 5)]
        """, ["flags.low has 4 bits; C has 3"]),
    "bit-fields in the wrong order": (
        "struct flags { unsigned low : 3, high : 5; };",
        """
        class flags(Structure):
            _fields_ = [("high", c_uint, 5),  # here
                        ("low", c_uint, 3)]  # here
        """, ["flags.high is at bit 0; C has it at bit 3", "flags.low is at bit 5; C has it at bit 0"]),
    "bit-field of the wrong signedness": (
        "struct flags { unsigned mode : 3; };",
        """
        class flags(Structure):
            _fields_ = [("mode", c_int, 3)]  # here
        """, ["flags.mode is c_int (signed); C has unsigned int (unsigned)"]),
    "whole number for a bit-field": (
        "struct flags { unsigned mode : 3, rest : 29; };",
        """
        class flags(Structure):
            _fields_ = [("mode", c_uint)]  # here
        """, ["flags.mode is no bit-field; C has it in 3 bits",
              "flags lacks rest; C has unsigned int at bit 3"]),
    "structure for a union": (
        "union value { int number; float real; };",
        """
        class value(Structure):
            _fields_ = [("number", c_int),
                        ("real", c_float)]  # here
        """, ["value.real is at offset 4; C has it at offset 0"]),
    "union too small": (
        "union value { int number; double real; };",
        """
        class value(Union):
            _fields_ = [("number", c_int)]  # here
        """, ["value has 4 bytes; C has 8, with real (double, offset 0)"]),
    "mistake in an unnamed structure": (
        "struct event { int kind; struct { int x; short y; } at; };",
        """
        class where(Structure):
            _fields_ = [("x", c_int),
                        ("y", c_ushort)]  # here
        class event(Structure):
            _fields_ = [("kind", c_int), ("at", where)]
        """, ["event.at.y is c_ushort (unsigned); C has short (signed)"]),
    "mistake in an anonymous union": (
        "struct event { int kind; union { long number; double real; }; };",
        """
        class payload(Union):
            _fields_ = [("number", c_long),
                        ("real", c_long)]  # here
        class event(Structure):
            _anonymous_ = ("u",)
            _fields_ = [("kind", c_int), ("u", payload)]
        """, ["event.real is c_long; C has double"]),
    "mistake in an anonymous union with a name": (
        "struct event { int kind; union { long number; double real; }; };",
        """
        class payload(Union):
            _fields_ = [("number", c_long),
                        ("real", c_long)]  # here
        class event(Structure):
            _fields_ = [("kind", c_int), ("u", payload)]
        """, ["event.u.real is c_long; C has double"]),
    "mistake in a base class": (
        "struct derived { int kind; unsigned size; };",
        """
        class base(Structure):
            _fields_ = [("kind", c_uint)]  # here
        class derived(base):
            _fields_ = [("size", c_uint)]
        """, ["derived.kind is c_uint (unsigned); C has int (signed)"]),
    "fields that are set later": (
        "struct node { struct node *next; int line; };",
        """
        class node(Structure):
            pass
        node._fields_ = [
            ("next", POINTER(node)),
            ("line", c_uint),  # here
        ]
        """, ["node.line is c_uint (unsigned); C has int (signed)"]),
    "wrong callback in a structure": (
        "struct handler { int (*call)(void *, int); };",
        """
        class handler(Structure):
            _fields_ = [("call", CFUNCTYPE(c_int, c_void_p))]  # here
        """, ["handler.call is CFUNCTYPE(c_int, c_void_p); C has int (*)(void *, int)"]),
    "wrong type by a typedef's name": (
        "typedef unsigned long XID;",
        "XID = c_uint  # here",
        ["XID is c_uint (4 bytes); C has unsigned long (8 bytes)"]),
    "callback without its result": (
        "typedef void (*notify)(int, void *);",
        "notify = CFUNCTYPE(c_int, c_void_p)  # here",
        ["notify is CFUNCTYPE(c_int, c_void_p); C has void (*)(int, void *)"]),
    "restype of a pointer not set": (
        "#include <string.h>",
        "strdup = lib.strdup  # here",
        ["strdup.restype is not set, so ctypes takes int; C returns char *, "
         "and the pointer is cut to 32 bits"]),
    "restype not set, called through the library": (
        "#include <stdlib.h>",
        """
        def home():
            return lib.getenv(b"HOME")  # here
        """,
        ["getenv.restype is not set, so ctypes takes int; C returns char *, "
         "and the pointer is cut to 32 bits"]),
    "restype of a long not set": (
        "#include <unistd.h>",
        "lib.confstr.argtypes = [c_int, c_char_p, c_size_t]  # here",
        ["confstr.restype is not set, so ctypes takes int; C returns size_t (unsigned long), "
         "and the number is cut to 32 bits"]),
    "restype of a double not set": (
        "double atof(const char *);",
        "convert = lib.atof  # here",
        ["atof.restype is not set, so ctypes takes int; C returns double"]),
    "restype of the wrong signedness": (
        "unsigned umask(unsigned);",
        """
        umask = lib.umask
        umask.argtypes = [c_uint]
        umask.restype = c_int  # here
        """, ["umask.restype is c_int (signed); C returns unsigned int (unsigned)"]),
    "restype of the wrong size": (
        "long labs(long);",
        """
        lib.labs.argtypes = [c_long]
        lib.labs.restype = c_short  # here
        """, ["labs.restype is c_short (2 bytes); C returns long (8 bytes)"]),
    "restype None": (
        "#include <stdlib.h>",
        """
        malloc = lib["malloc"]
        malloc.restype = None  # here
        """, ["malloc.restype is None; C returns void *"]),
    "restype of a function that returns nothing": (
        "#include <stdlib.h>",
        """
        free = lib.free
        free.restype = c_int  # here
        """, ["free.restype is c_int; C returns void"]),
    "too few argtypes": (
        "#include <unistd.h>",
        """
        getcwd = lib.getcwd
        getcwd.restype = c_void_p
        getcwd.argtypes = [c_void_p]  # here
        """, ["getcwd.argtypes has 1; C takes 2: char *(char *, size_t)"]),
    "too many argtypes": (
        "int abs(int);",
        """
        abs_ = lib.abs
        abs_.argtypes = [c_int, c_int]  # here
        """, ["abs.argtypes has 2; C takes 1: int (int)"]),
    "too few argtypes of a variadic function": (
        "#include <stdio.h>",
        "lib.sprintf.argtypes = [c_char_p]  # here",
        ["sprintf.argtypes has 1; C takes at least 2: int (char *, const char *, ...)"]),
    "argument of the wrong size": (
        "#include <unistd.h>",
        """
        getcwd = lib.getcwd
        getcwd.restype = c_void_p
        getcwd.argtypes = [
            c_void_p,
            c_uint,  # here
        ]
        """, ["getcwd.argtypes[1] is c_uint (4 bytes); C has size_t (unsigned long, 8 bytes)"]),
    "integer for a pointer argument": (
        "#include <stdio.h>",
        """
        perror = lib.perror
        perror.argtypes = [c_int]  # here
        """, ["perror.argtypes[0] is c_int (4 bytes); C has const char * (8 bytes)"]),
    "argument by value": (
        "typedef struct { int quot, rem; } pair;\nint abs(pair *);",
        """
        class pair(Structure):
            _fields_ = [("quot", c_int), ("rem", c_int)]
        lib.abs.argtypes = [pair]  # here
        """, ["abs.argtypes[0] is pair; C has pair *"]),
    "function of a prototype": (
        "int getpid(void);",
        """
        prototype = CFUNCTYPE(c_long)
        process = prototype(("getpid", lib))  # here
        """, ["getpid.restype is c_long (8 bytes); C returns int (4 bytes)"]),
    "function in a class": (
        "long labs(long);",
        """
        class Library:
            absolute = lib.labs
            absolute.restype = c_int  # here
        """, ["labs.restype is c_int (4 bytes); C returns long (8 bytes)"]),
    "wrong constant": (
        "#define LIMIT 4096",
        "LIMIT = 1024  # here",
        ["LIMIT is 1024; C has 4096"]),
    "wrong enumerator": (
        "enum color { RED, GREEN = 4, BLUE };",
        "RED, GREEN, BLUE = range(3)  # here",
        ["GREEN is 1; C has 4", "BLUE is 2; C has 5"]),
    "wrong member of an IntEnum": (
        "enum color { RED, GREEN = 4 };",
        """
        import enum
        class color(enum.IntEnum):
            RED = 0
            GREEN = 1  # here
        """, ["GREEN is 1; C has 4"]),
    "wrong member beside the right constant": (
        "enum color { RED, GREEN = 4 };",
        """
        import enum
        RED, GREEN = 0, 4
        class color(enum.IntEnum):
            RED = 0
            GREEN = 1  # here
        """, ["GREEN is 1; C has 4"]),
    "structure that only a pointer's typedef leads to": (
        "typedef struct { int a; unsigned b; } *handle;",
        """
        class behind(Structure):
            _fields_ = [("a", c_int),
                        ("b", c_int)]  # here
        handle = POINTER(behind)
        """, ["behind.b is c_int (signed); C has unsigned int (unsigned)"]),
    "fields that C has begin with an underscore": (
        "typedef struct { int __val[2]; } __fsid_t;",
        """
        class __fsid_t(Structure):
            _fields_ = [("__val", c_long)]  # here
        """, ["__fsid_t.__val is c_long; C has int[2]"]),
    "constant of the wrong sign": (
        "#define ALL 0xFFFFFFFFu",
        "ALL = -1  # here",
        ["ALL is -1; C has 4294967295"]),
    "constant in a tuple": (
        "#define LIMIT 5",
        "LIMIT = 5,  # here",
        ["LIMIT is (5,), a tuple because of the comma; C has 5"]),
    "wrong text": (
        '#define NAME "libone"',
        'NAME = b"libtwo"  # here',
        ["NAME is b'libtwo'; C has b'libone'"]),
    "wrong number": (
        "#define RATIO 1.5",
        "RATIO = 2.5  # here",
        ["RATIO is 2.5; C has 1.5"]),
}

# For each way of being right: the C text and the module's.
RIGHT = {
    "pointers, however they are declared": (
        "#include <stddef.h>\nstruct s { char *a; void *b; int *c; struct s *d; void (*e)(int);"
        " unsigned char *f; char **g; wchar_t *h; };",
        """
        class s(Structure):
            pass
        s._fields_ = [("a", POINTER(c_ubyte)), ("b", POINTER(c_int)), ("c", c_void_p), ("d", POINTER(s)),
                      ("e", c_void_p), ("f", c_char_p), ("g", POINTER(c_char_p)), ("h", c_wchar_p)]
        """),
    "enums of either signedness": (
        "enum e { A }; struct s { enum e a, b; enum e c : 3; };",
        """
        class s(Structure):
            _fields_ = [("a", c_int), ("b", c_uint), ("c", c_uint, 3)]
        """),
    "bytes of any kind": (
        "struct s { char a, b, c; unsigned char d; signed char e; _Bool f, g; char text[8]; };",
        """
        class s(Structure):
            _fields_ = [("a", c_char), ("b", c_byte), ("c", c_ubyte), ("d", c_bool), ("e", c_char),
                        ("f", c_ubyte), ("g", c_bool), ("text", c_ubyte * 8)]
        """),
    "other names for fields": (
        "struct s { int from, class_, len; };",
        """
        class s(Structure):
            _fields_ = [("from_", c_int), ("klass", c_int), ("_len", c_int)]
        """),
    "padding and private bytes": (
        "struct s { char a; int b; long c[4]; };",
        """
        class s(Structure):
            _fields_ = [("a", c_char), ("pad", c_char * 3), ("b", c_int), ("_private", c_ubyte * 32)]
        """),
    "arrays": (
        "struct s { float m[2][3]; int tail[]; }; struct t { int a[4]; long n; unsigned char rest[1]; };",
        """
        class s(Structure):
            _fields_ = [("m", c_float * 6)]
        class t(Structure):
            _fields_ = [("a", c_int * 2 * 2), ("n", c_long), ("rest", c_ubyte * 1)]
        """),
    "array without a length": (
        "struct s { int n; int tail[]; };",
        """
        class s(Structure):
            _fields_ = [("n", c_int), ("tail", c_int * 1)]
        """),
    "anonymous unions by name and without": (
        "struct s { int kind; union { long l; double d; }; struct { int x, y; }; };",
        """
        class inner(Union):
            _fields_ = [("l", c_long), ("d", c_double)]
        class point(Structure):
            _fields_ = [("x", c_int), ("y", c_int)]
        class s(Structure):
            _anonymous_ = ["point"]
            _fields_ = [("kind", c_int), ("u", inner), ("point", point)]
        """),
    "fields grouped into a structure, and spread": (
        "struct s { int x, y; struct { short w, h; } size; };",
        """
        class point(Structure):
            _fields_ = [("left", c_int), ("top", c_int)]
        class s(Structure):
            _fields_ = [("at", point), ("w", c_short), ("h", c_short)]
        """),
    "a structure of one number as the number": (
        "struct in { unsigned address; }; struct s { struct in peer; };",
        """
        class s(Structure):
            _fields_ = [("peer", c_uint)]
        """),
    "members of a union that are left out, or another platform's": (
        "union u { int a; double b; };",
        """
        class u(Union):
            _fields_ = [("b", c_double), ("windows", c_void_p)]
        """),
    "inherited fields": (
        "struct s { int a; unsigned char b; long c; };",
        """
        class first(Structure):
            _fields_ = [("a", c_int), ("b", c_ubyte)]
        class s(first):
            _fields_ = [("c", c_long)]
        """),
    "packed": (
        "#pragma pack(push, 1)\nstruct s { char a; int b; };\n#pragma pack(pop)",
        """
        class s(Structure):
            _layout_ = "ms"
            _pack_ = 1
            _fields_ = [("a", c_char), ("b", c_int)]
        """),
    "swapped bytes are passed over": (
        "struct s { unsigned char a[4]; }; struct t { unsigned a; };",
        """
        class s(BigEndianStructure):
            _fields_ = [("a", c_uint)]
        class t(Structure):
            _fields_ = [("a", c_uint.__ctype_be__ if hasattr(c_uint, "__ctype_be__") else c_uint)]
        """),
    "handles without fields": (
        "struct s { int a; }; struct t; typedef struct t t; struct u { int a; };",
        """
        class s(Structure):
            pass
        class t(Structure):
            _fields_ = [("dummy", c_long)]
        class u(Structure):
            _fields_ = [("_opaque", c_char * 1)]
        """),
    "integers that hold pointers": (
        "#include <stdint.h>\nstruct s { uintptr_t a; intptr_t b; uintptr_t c; };",
        """
        class s(Structure):
            _fields_ = [("a", c_void_p), ("b", c_ssize_t), ("c", c_size_t)]
        """),
    "numbers that ctypes lacks": (
        "struct s { float _Complex a; __int128 b; long double c; };",
        """
        class s(Structure):
            _fields_ = [("a", c_float * 2), ("_pad", c_char * 8), ("b", c_ubyte * 16), ("c", c_longdouble)]
        """),
    "restype that nobody sets": (
        "int abs(int); unsigned umask(unsigned); void srand(unsigned); enum e { A }; enum e rand(void);",
        """
        absolute, umask, srand = lib.abs, lib.umask, lib.srand
        rand = lib.rand
        """),
    "restype that is called, and errcheck": (
        "#include <string.h>",
        """
        lib.strdup.restype = lambda address: address
        lib.strlen.restype, lib.strlen.argtypes = c_size_t, None
        """),
    "restype that a function of the module sets": (
        "#include <string.h>",
        """
        def copy(text):
            lib.strdup.restype = c_void_p
            return lib.strdup(text)
        """),
    "argument types": (
        "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>",
        """
        class Path(c_char_p):
            @classmethod
            def from_param(cls, value):
                return value
        class Converter:
            @staticmethod
            def from_param(value):
                return value
        lib.printf.argtypes = [c_char_p, c_int, c_double]
        lib.puts.argtypes = (Path,)
        lib.abs.argtypes = [Converter]
        lib.strcat.argtypes = [c_char * 20, c_char_p]
        lib.strcat.restype = c_char_p
        lib.qsort.argtypes = [c_void_p, c_size_t, c_size_t, CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))]
        lib.qsort.restype = None
        lib.exit.argtypes = [c_int]
        """),
    "names that C has for something else": (
        '#include <stdio.h>\n#define VERSION "1.0"\n#define NAME 7\n#define LETTER \'x\'\n#define ON 1',
        """
        VERSION, NAME, LETTER, ON, EOF, stdin = 1, "seven", b"x", True, -1, 0
        __doc__ = "text"
        open = lib.getpid
        def read(): return lib.getpid()
        """),
    "constants": (
        '#define PI 3.14159f\n#define N "name"\n#define W L"wide"\n#define BIG 0xFFFFFFFFFFFFFFFFull\n'
        "#define NONE ((void *)0)\n#define None 0\n#define NAN_ __builtin_nan(\"\")",
        """
        PI, N, W, BIG, NONE, None_, NAN_ = 3.14159, "name", "wide", 2 ** 64 - 1, 0, 0, float("nan")
        """),
    "typedefs": (
        "typedef unsigned XID; typedef struct opaque *handle; typedef void (*notify)(int, void *);"
        "typedef struct { int a; } FILE_; typedef int (*old)();",
        """
        XID, handle, FILE_ = c_uint, c_void_p, c_void_p
        notify, old = CFUNCTYPE(None, c_int, py_object), CFUNCTYPE(c_int, c_int)
        """),
}

# Of these, nothing is to be compared.
UNCHECKED = {"handles without fields", "restype that a function of the module sets"}

# Headers of which the package writes modules, with what is asked of them.
WRITTEN = {
    "sys/stat.h": [("struct", "struct stat"), ("struct", "struct timespec"), ("constant", "S_IFMT"),
                   ("function", "stat"), ("function", "umask")],
    "stdlib.h": [("struct", "div_t"), ("function", "qsort"), ("function", "div"), ("function", "strtod"),
                 ("constant", "RAND_MAX")],
    "stdio.h": [("function", "printf"), ("function", "fopen"), ("function", "scanf"), ("constant", "EOF")],
    "wchar.h": [("function", "wcslen"), ("function", "wcsdup"), ("function", "wcstod"),
                ("constant", "WCHAR_MAX")],
    "time.h": [("struct", "struct tm"), ("function", "strftime"), ("constant", "CLOCKS_PER_SEC")],
    "signal.h": [("struct", "struct sigaction"), ("struct", "siginfo_t"), ("function", "signal"),
                 ("constant", "SIGINT"), ("constant", "SIG_IGN")],
    "netinet/in.h": [("struct", "struct sockaddr_in"), ("struct", "struct sockaddr_in6"),
                     ("function", "htons")],
    "netinet/ip.h": [("struct", "struct iphdr"), ("struct", "struct timestamp")],
    "sys/epoll.h": [("struct", "struct epoll_event"), ("function", "epoll_ctl"),
                    ("enum", "enum EPOLL_EVENTS")],
    "math.h": [("function", "frexp"), ("function", "sqrtl"), ("constant", "M_PI"), ("constant", "INFINITY")],
    "struct odd { char a : 3; short b : 9; long long c : 40; unsigned d : 1; char e; int f : 7; } "
    "__attribute__((packed));\n"
    "union both { struct { unsigned low : 4, high : 4; }; unsigned char whole; };\n"
    "struct far { char a; int : 0; char b : 2; _Alignas(16) double c; _Bool d : 1; };\n"
    "struct list { struct list *next; struct { struct list *inner; int n[2][3]; } in[2];"
    " int (*call)(struct list *); long double wide; float _Complex z; char tail[]; };":
        [("struct", "struct odd"), ("struct", "union both"), ("struct", "struct far"),
         ("struct", "struct list")],
}


class Case(TestCase):
    """Has a folder of its own, in which it writes modules."""

    def setUp(self):
        self.directory = os.path.realpath(self.folder())
        self.addCleanup(sys.path.__setitem__, slice(None), list(sys.path))
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.directory)

    def write(self, text, name="module.py"):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def findings(self, path, header, libraries=()):
        loaded, failed = modules.load(path)
        self.addCleanup(sys.modules.pop, loaded[0].__name__, None)
        self.assertEqual(failed, [])
        report = check(loaded, Source(as_text(header), Compiler(), libraries=libraries))
        return list(map(str, report.in_order())), report


class Planted(Case):
    def test_each_is_found_at_its_line(self):
        for name, (header, text, messages) in MISTAKES.items():
            with self.subTest(name):
                text = START + textwrap.dedent(text)
                lines = [number for number, each in enumerate(text.splitlines(), 1) if each.endswith(MARK)]
                lines += lines[-1:] * (len(messages) - len(lines))
                found, _ = self.findings(self.write(text), header)
                self.assertEqual(found, [f"module.py:{line}: error: {each}"
                                         for line, each in zip(lines, messages)])

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(MISTAKES), 24)


class Right(Case):
    def test_nothing_is_found(self):
        for name, (header, text) in RIGHT.items():
            with self.subTest(name):
                found, report = self.findings(self.write(START + textwrap.dedent(text)), header)
                self.assertEqual(found, [])
                self.assertEqual(any(report.checked.values()), name not in UNCHECKED)

    def test_nothing_in_what_the_package_writes(self):
        for number, (text, asked) in enumerate(WRITTEN.items()):
            with self.subTest(text):
                path = os.path.join(self.directory, f"written_{number}.py")
                header = Header(text, libraries=["c", "m"], cache=path)
                for kind, name in asked:
                    getattr(header, kind)(name)
                found, report = self.findings(path, text, ["c", "m"])
                self.assertEqual(found, [])
                self.assertGreater(sum(report.checked.values()), 0)


class Libraries(Case):
    def test_function_of_a_library_that_it_needs(self):
        path = self.write("import ctypes\nmath = ctypes.CDLL('libm.so.6')\nlength = math.strlen\n"
                          "length.restype = ctypes.c_size_t\nsin = math.sinf\nsin.restype = ctypes.c_float\n")
        found, _ = self.findings(path, "#include <string.h>\n#include <math.h>", ["m"])
        self.assertEqual(found, ["module.py:3: error: strlen is not in libm.so.6, "
                                 "but in a library that it needs"])

    def test_library_that_is_not_there(self):
        path = self.write("from ctypes import CDLL\nlib = CDLL(None)\nabs_ = lib.abs\n")
        with self.assertRaisesRegex(ConfigureError, "no library 'no_such_library'"):
            self.findings(path, "int abs(int);", ["no_such_library"])


class Command(Case):
    """The command line, in a process of its own."""

    HEADER = "struct point { int x, y; };\n#define LIMIT 5\n#define OTHER 6\n"
    MODULE = ("from ctypes import Structure, c_int, c_uint\n\n\nclass point(Structure):\n"
              "    _fields_ = [('x', c_int), ('y', c_uint)]\n\n\nLIMIT = 6\nOTHER = 6\n")
    WRONG = ["module.py:5: error: point.y is c_uint (unsigned); C has int (signed)",
             "module.py:8: error: LIMIT is 6; C has 5"]

    def check(self, *arguments, status):
        command = [*INTERPRETER, "-m", "ctypes_configure", "check", *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout.splitlines(), done.stderr

    def test_prints_what_is_wrong(self):
        self.write(self.MODULE)
        self.write(self.HEADER, "include/own.h")
        for module in ("module", "module.py"):
            found, summary = self.check(module, "--header", "own.h", "--include-dir", "include", status=1)
            self.assertEqual(found, self.WRONG)
            self.assertEqual(summary, "checked: 1 structures, 0 types, 0 functions, 2 constants\n")

    def test_nothing_wrong(self):
        self.write("LIMIT = 5\n")
        header = ("--header", "#define LIMIT SIZE\n", "--define", "SIZE=5")
        found, summary = self.check("module", *header, status=0)
        self.assertEqual((found, summary), ([], "checked: 0 structures, 0 types, 0 functions, 1 constants\n"))

    def test_patterns(self):
        self.write(self.MODULE)
        arguments = ("module", "--header", self.HEADER)
        for patterns, lines in ((("--only", "point"), [0]), (("--only", "L*"), [1]),
                                (("--ignore", "point.*"), [1]), (("--only", "*", "--ignore", "L*"), [0])):
            found, _ = self.check(*arguments, *patterns, status=1)
            self.assertEqual(found, [self.WRONG[each] for each in lines])
        self.check(*arguments, "--ignore", "point", "--ignore", "LIMIT", status=0)

    def test_modules_of_a_package(self):
        self.write("", "package/__init__.py")
        self.write("from . import two\nLIMIT = 4\n", "package/one.py")
        self.write("LIMIT = 7\n", "package/inner/__init__.py")
        self.write("OTHER = 8\n", "package/inner/two.py")
        self.write("from . import inner\n", "package/two.py")
        self.write("import no_such_module\n", "package/wrong.py")
        header = ("--header", "#define LIMIT 5\n#define OTHER 6\n")
        self.assertEqual(self.check("package", *header, status=0)[0], [])
        self.assertEqual(self.check("package/one.py", *header, status=1)[0],
                         ["package/one.py:2: error: LIMIT is 4; C has 5"])
        for arguments, there in ((["package.*"], 0), (["package", "--all"], 1)):
            found, told = self.check(*arguments, *header, status=1)
            self.assertIn("package/inner/__init__.py:1: error: LIMIT is 7; C has 5", found)
            self.assertIn("package/one.py:2: error: LIMIT is 4; C has 5", found)
            self.assertEqual("package/inner/two.py:1: error: OTHER is 8; C has 6" in found, bool(there))
            self.assertIn("not checked: cannot import package.wrong: ModuleNotFoundError: No module named "
                          "'no_such_module'", told)


class Refused(Case):
    def test_modules(self):
        self.write("import no_such_module\n", "wrong.py")
        self.write("raise SystemExit(3)\n", "leaves.py")
        for name, message in (("no_such_module", "cannot import no_such_module: ModuleNotFoundError"),
                              ("no_such_file.py", "there is no file no_such_file.py"),
                              ("wrong.py", "cannot import wrong.py: ModuleNotFoundError: No module named"),
                              ("leaves.py", "cannot import leaves.py: SystemExit: 3"),
                              ("json.decoder.*", "json.decoder is no package"),
                              ("json.*.decoder", "is no module")):
            with self.subTest(name), self.assertRaises(ConfigureError) as caught:
                modules.load(name)
            self.assertIn(message, str(caught.exception))

    def test_headers(self):
        path = self.write("LIMIT = 5\n")
        with self.assertRaisesRegex(HeaderNotFound, "no_such_header.h"):
            self.findings(path, "no_such_header.h")
        with self.assertRaises(CompileError):
            self.findings(path, "struct { int")

    def test_another_machine(self):
        path = self.write("LIMIT = 5\n")
        loaded, _ = modules.load(path)
        self.addCleanup(sys.modules.pop, "module", None)
        with self.assertRaises(ConfigureError) as caught:
            check(loaded, Source("#define LIMIT 5", Compiler(), flags=("-m32",)))
        self.assertIn("long has 4 bytes there and 8 here", str(caught.exception))

    def test_module_without_text(self):
        self.write("LIMIT = 6\n", "gone.py")
        loaded, _ = modules.load("gone.py")
        self.addCleanup(sys.modules.pop, "gone", None)
        os.unlink("gone.py")
        report = check(loaded, Source("#define LIMIT 5", Compiler()))
        self.assertEqual([str(each).rpartition("/")[2] for each in report.in_order()],
                         ["gone.py: error: LIMIT is 6; C has 5"])


if __name__ == "__main__":
    unittest.main()
