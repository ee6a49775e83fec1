"""The interface that PyPy's authors published in 2007: a class of entries becomes a dict of types and values."""
import ctypes
import importlib
import os
import sys
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_byte, c_char, c_char_p, c_double, c_float, c_int, c_int8, c_int64, c_long,
    c_longdouble, c_longlong, c_short, c_size_t, c_ubyte, c_uint, c_ulong, c_ulonglong, c_ushort, c_void_p,
)

from ctypes_configure import configure, dumpcache
from ctypes_configure.cbuild import ExternalCompilationInfo
from ctypes_configure.configure import (
    ConstantInteger, Defined, DefinedConstantDouble, DefinedConstantInteger, DefinedConstantString, Has, Library,
    SimpleType, SizeOf, Struct, Works,
)
from ctypes_configure.errors import (
    CompileError, HeaderNotFound, IncompleteType, LibraryNotFound, UnknownName, Unsupported,
)

import support

ALIGNS = sys.version_info >= (3, 13)  # `_align_` has an effect


class TestCase(support.TestCase):
    def assertRaisesWith(self, exception, parts, function, *args, **kwargs):
        """The exception's message has all `parts`."""
        with self.assertRaises(exception) as caught:
            function(*args, **kwargs)
        self.assertIs(type(caught.exception), exception)
        for part in parts:
            self.assertIn(part, str(caught.exception))


def configured(text, **entries):
    """Returns the results of entries about a C text."""
    return configure.configure(type("CConfig", (), {
        "_compilation_info_": configure.eci_from_header(text), **entries}))


def places(structure):
    """Returns the names and offsets of the fields that are not padding."""
    return {name: getattr(structure, name).offset for name, *_ in structure._fields_ if not name.startswith("_")}


class Structures(TestCase):
    TEXT = """
        struct entry { long inode; int next; unsigned short length; char name[32]; };
        struct numbers { signed char c; unsigned char uc; short s; unsigned short us; int i; unsigned ui; long l;
                         unsigned long ul; long long ll; unsigned long long ull; float f; double d;
                         long double ld; _Bool b; enum { RED, BLUE } e; };
    """

    def test_chosen_fields(self):
        entry = configure.getstruct("struct entry", self.TEXT, [("length", c_ushort)])
        self.assertTrue(issubclass(entry, Structure))
        self.assertEqual(entry.__name__, "entry")
        self.assertEqual((ctypes.sizeof(entry), ctypes.alignment(entry)), (48, 8))
        self.assertEqual(entry._fields_, [("_alignment", c_long), *((f"_pad{n}", c_char) for n in range(4)),
                                          ("length", c_ushort), *((f"_pad{n}", c_char) for n in range(4, 38))])

    def test_all_fields(self):
        """The hints may be in any order, the fields are in C's; nothing is added that C does not have."""
        entry = configure.getstruct("struct entry", "struct entry { int a; short b, c; };",
                                    [("c", c_int), ("a", c_int), ("b", c_int)])
        self.assertEqual(entry._fields_, [("a", c_int), ("b", c_short), ("c", c_short)])

    def test_numbers_are_corrected(self):
        hints = {"c": c_int, "uc": c_int, "s": c_uint, "us": c_int, "i": c_int, "ui": c_int, "l": c_int, "ul": c_int,
                 "ll": c_int, "ull": c_int, "f": c_double, "d": c_float, "ld": c_float, "b": c_int, "e": c_int}
        made = configure.getstruct("struct numbers", self.TEXT, list(hints.items()))
        fields = {name: kind for name, kind in made._fields_ if name in hints}
        self.assertEqual(fields, {
            "c": c_byte, "uc": c_ubyte, "s": c_short, "us": c_ushort, "i": c_int, "ui": c_uint, "l": c_long,
            "ul": c_ulong, "ll": c_longlong, "ull": c_ulonglong, "f": c_float, "d": c_double, "ld": c_longdouble,
            "b": c_ubyte, "e": c_uint})

    def test_hints_that_fit_stay(self):
        class Pair(Structure):
            _fields_ = [("a", c_int), ("b", c_int)]

        callback = CFUNCTYPE(c_int, c_int)
        text = "struct s { int (*call)(int); char *text; int pair[2]; unsigned long n; int matrix[2][3]; };"
        hints = [("call", callback), ("text", c_char_p), ("pair", Pair), ("n", c_size_t), ("matrix", c_int * 3 * 2)]
        self.assertEqual(configure.getstruct("struct s", text, hints)._fields_, hints)

    def test_arrays(self):
        text = "struct s { char name[32]; unsigned char raw[3][4]; short numbers[5]; int rest[]; };"
        made = dict(configure.getstruct("struct s", text, [
            ("name", c_char * 0), ("raw", c_ubyte * 1), ("numbers", c_int * 2), ("rest", c_int * 0)])._fields_)
        self.assertEqual([made[name] for name in ("name", "raw", "numbers", "rest")],
                         [c_char * 32, c_ubyte * 12, c_short * 5, c_int * 0])

    def test_nested(self):
        text = "struct x { int foo; unsigned long bar; }; struct y { char c; struct x x; };"
        x = Struct("struct x", [("bar", c_short)])
        found = configured(text, a=Struct("struct y", [("x", x)]), x=x, z=x)
        self.assertIs(dict(found["a"]._fields_)["x"], found["x"])
        self.assertIs(found["z"], found["x"])
        self.assertEqual((places(found["a"]), places(found["x"])), ({"x": 8}, {"bar": 8}))
        alone = configured(text, y=Struct("struct y", [("x", Struct("struct x", [("foo", c_int)]))]))
        self.assertEqual(places(dict(alone["y"]._fields_)["x"]), {"foo": 0})

    def test_macros_for_members(self):
        text = "struct s { int head; union { struct { short a, b; } one; long two; } u; };\n#define inner u.one.b"
        self.assertEqual(places(configure.getstruct("struct s", text, [("inner", c_int)])), {"inner": 10})

    def test_typedefs_and_unions(self):
        text = "typedef struct { int a; double b; } thing; union both { int a; double b; };"
        thing = configure.getstruct("thing", text, [("b", c_float)])
        self.assertEqual((thing.__name__, places(thing)), ("thing", {"b": 8}))
        both = configure.getstruct("union both", text, [("a", c_long)])
        self.assertEqual((ctypes.sizeof(both), ctypes.alignment(both), places(both)), (8, 8, {"a": 0}))

    def test_alignment_without_room(self):
        """All bytes are those of chosen fields, and none has the alignment."""
        made = configure.getstruct("struct s", "struct s { char a[8]; } __attribute__((aligned(8)));",
                                   [("a", c_char * 0)])
        self.assertEqual((ctypes.sizeof(made), ctypes.alignment(made)), (8, 8))
        self.assertEqual(made._fields_[0], ("a", c_char * 8))

    def test_large_alignment(self):
        text = "struct s { int a; } __attribute__((aligned(64)));"
        if ALIGNS:
            made = configure.getstruct("struct s", text, [("a", c_int)])
            self.assertEqual((ctypes.sizeof(made), ctypes.alignment(made)), (64, 64))
        else:
            self.assertRaisesWith(TypeError, ["struct s", "alignment 64"], configure.getstruct, "struct s", text,
                                  [("a", c_int)])

    def test_packed(self):
        text = """
            struct s { char c; int i; short h; double d; } __attribute__((packed));
            #pragma pack(2)
            struct two { char c; int i; double d; };
        """
        made = configured(text, s=Struct("struct s", [("i", c_int), ("d", c_double)]),
                          two=Struct("struct two", [("i", c_int)]))
        self.assertEqual((ctypes.sizeof(made["s"]), places(made["s"])), (15, {"i": 1, "d": 7}))
        self.assertEqual((ctypes.sizeof(made["two"]), ctypes.alignment(made["two"])), (14, 2))
        self.assertEqual(places(made["two"]), {"i": 2})

    def test_fields_named_as_padding(self):
        made = configure.getstruct("struct s", "struct s { char c; int _pad0; double _alignment, d; };",
                                   [("_pad0", c_int), ("_alignment", c_double)])
        self.assertEqual((made._pad0.offset, made._alignment.offset, ctypes.sizeof(made)), (4, 8, 24))

    def test_what_cannot_be(self):
        text = "struct s { int bits : 3; int i; double d; void *p; union { int x; long y; }; };"
        for fields, parts in (
            ([("d", c_int)], ["field d of Struct('struct s')", "c_int", "double of size 8"]),
            ([("i", c_double)], ["field i", "c_double", "int of size 4"]),
            ([("p", c_int)], ["field p", "c_int", "void *"]),
            ([("i", c_void_p)], ["field i", "c_void_p", "int of size 4"]),
            ([("i", c_int8 * 4 * 2)], ["field i", "c_byte", "int of size 4"]),
            ([("bits", c_int)], ["field bits", "c_int", "bit-field of 3 bits"]),
            ([("x", c_int), ("y", c_long)], ["x (offset 24)", "y (offset 24)", "overlap"]),
            ([("i", "int")], ["field i", "'int'", "not a type of ctypes"]),
            ([("i", Struct("struct s", []))], ["field i", "s of size", "int of size 4"]),
        ):
            with self.subTest(fields=fields):
                self.assertRaisesWith(TypeError, parts, configure.getstruct, "struct s", text, fields)

    def test_what_is_not_there(self):
        text = "struct s { int i; }; struct ahead;"
        self.assertRaisesWith(UnknownName, ["field zzz of Struct('struct s')", "member", "zzz"],
                              configure.getstruct, "struct s", text, [("zzz", c_int)])
        self.assertRaisesWith(IncompleteType, ["Struct('struct ahead')", "incomplete type"],
                              configure.getstruct, "struct ahead", text, [])
        self.assertRaisesWith(UnknownName, ["Struct('nothing')", "undeclared"],
                              configure.getstruct, "nothing", text, [])


class Types(TestCase):
    def test_integers(self):
        for declared, hint, expected in (
            ("unsigned short", c_int, c_ushort), ("long", c_ubyte, c_long), ("float", c_double, c_float),
            ("char *", c_char_p, c_char_p), ("enum { A = -1 }", c_ulong, c_int), ("char", c_char, c_char),
        ):
            with self.subTest(declared):
                self.assertIs(configure.getsimpletype("given", f"typedef {declared} given;", hint), expected)

    def test_by_their_own_names(self):
        self.assertIs(configure.getsimpletype("unsigned short", ""), c_ushort)
        self.assertIs(configure.getsimpletype("size_t", "/* what it includes itself is there */"), c_size_t)
        self.assertIs(configure.getsimpletype("struct some *", "", POINTER(c_int)), POINTER(c_int))

    def test_errors(self):
        self.assertRaisesWith(TypeError, ["SimpleType('t')", "c_int", "t that is double of size 8"], configure.getsimpletype, "t",
                              "typedef double t;")
        self.assertRaisesWith(UnknownName, ["SimpleType('t')", "undeclared"], configure.getsimpletype, "t", "")
        self.assertRaisesWith(IncompleteType, ["SimpleType('struct t')"], configure.getsimpletype, "struct t", "")

    def test_sizes(self):
        self.assertEqual(configure.sizeof("char", ExternalCompilationInfo()), 1)
        self.assertEqual(configure.sizeof("struct s", configure.eci_from_header("struct s { int i[7]; };")), 28)
        self.assertEqual(configure.sizeof("long", ExternalCompilationInfo(), OTHER=SizeOf("int")),
                         ctypes.sizeof(c_long))
        self.assertRaisesWith(IncompleteType, ["SizeOf('struct s')"], configure.sizeof, "struct s",
                              ExternalCompilationInfo())

    def test_memory_alignment(self):
        self.assertEqual(configure.memory_alignment() % ctypes.sizeof(c_void_p), 0)
        self.assertEqual(configure.memory_alignment(), configure.memory_alignment())


class Constants(TestCase):
    def test_integers(self):
        for value, expected in (
            ("(6*7)", 42), ("(-2147483648LL)", -2147483648), ("3333333333ULL", 3333333333), ("-1", -1),
            ("18446744073709551615ULL", 2**64 - 1), ("'a'", 97), ("((void *)0)", 0), ("(1 < 2)", 1), ("2.75", 2),
            ("sizeof(int)", 4), ("BLUE", 8),
        ):
            with self.subTest(value):
                self.assertEqual(configure.getconstantinteger("GIVEN", "enum { RED = 7, BLUE };\n"
                                                              f"#define GIVEN {value}"), expected)

    def test_defined(self):
        self.assertIs(configure.getdefined("GIVEN", ""), False)
        self.assertIs(configure.getdefined("GIVEN", "#define GIVEN"), True)

    def test_that_may_be_missing(self):
        text = '#define SEVEN 7\n#define HALF 0.5\n#define TEXT "a\\xff\\0b"\n#define LONGER TEXT "c"\n#define SET'
        found = configured(
            text, i=DefinedConstantInteger("SEVEN"), d=DefinedConstantDouble("HALF"), s=DefinedConstantString("TEXT"),
            n=DefinedConstantInteger("NOT"), m=DefinedConstantDouble("NOT"), t=DefinedConstantString("NOT"),
            named=DefinedConstantString("SET", '"name"'), whole=DefinedConstantDouble("SEVEN"))
        self.assertEqual(found, {"i": 7, "d": 0.5, "s": "a\xff", "n": None, "m": None, "t": None, "named": "name",
                                 "whole": 7.0})

    def test_errors(self):
        for name in ("GIVEN", "variable", "function", "WORDS"):
            text = 'int variable; int function(void);\n#define WORDS "words"'
            with self.subTest(name):
                self.assertRaisesWith(UnknownName, [f"ConstantInteger({name!r})"], configure.getconstantinteger, name,
                                      text)
        for entry in (DefinedConstantInteger, DefinedConstantDouble, DefinedConstantString):
            self.assertRaisesWith(UnknownName, [entry.__name__, "GIVEN"], configured, "#define GIVEN unknown",
                                  X=entry("GIVEN"))
        self.assertRaisesWith(UnknownName, ["DefinedConstantString('GIVEN')", "no string", "int"], configured,
                              "#define GIVEN 5", X=DefinedConstantString("GIVEN"))


class Conditions(TestCase):
    def test_ifdef(self):
        text = "#define YES 42\ntypedef int foo; struct s { int i; double f; };"
        found = configured(
            text, s=Struct("struct s", [("i", c_int)], ifdef="YES"), z=Struct("struct z", [("i", c_int)], ifdef="NO"),
            foo=SimpleType("foo", ifdef="YES"), bar=SimpleType("bar", ifdef="NO"))
        self.assertEqual((found["z"], found["bar"], found["foo"]), (None, None, c_int))
        self.assertEqual(places(found["s"]), {"i": 0})

    def test_has(self):
        self.assertIs(configure.has("x", "int x = 3;"), True)
        self.assertIs(configure.has("x", ""), False)
        self.assertIs(configure.has("x", "#include <some/path/which/cannot/exist>"), False)
        self.assertIs(configure.has("write", "#include <unistd.h>"), True)
        self.assertIs(configure.has("sin(1.0 + argc)", "#include <math.h>"), True)
        self.assertIs(configure.has("nowhere()", "int nowhere(void);"), False)

    def test_check_eci(self):
        self.assertIs(configure.check_eci(ExternalCompilationInfo()), True)
        self.assertIs(configure.check_eci(ExternalCompilationInfo(libraries=["some_name_that_does_not_exist"])), False)
        self.assertIs(configure.check_eci(ExternalCompilationInfo(includes=["no/such.h"])), False)

    def test_program_with_its_own_main(self):
        """SDL's header does this."""
        self.assertIs(configured("#define main other_main", works=Works())["works"], True)


class Information(TestCase):
    def test_text(self):
        directory = self.folder()
        with open(os.path.join(directory, "given.h"), "w", encoding="utf-8") as file:
            file.write("#define FROM_FILE (EARLIER + 1)\n")

        class CConfig:
            _compilation_info_ = ExternalCompilationInfo(
                pre_include_lines=["/* a comment */", "#define EARLIER 1"], includes=["given.h"],
                include_dirs=[directory], post_include_lines=["#define LATER (FROM_FILE * FLAG)"],
                compile_extra=["-DFLAG=21"])
            LATER = ConstantInteger("LATER")
            FILE = Struct("FILE", [])
            ushort = SimpleType("unsigned short")

        found = configure.configure(CConfig)
        self.assertEqual(found, {"FILE": found["FILE"], "LATER": 42, "ushort": c_ushort})

    def test_sources_are_linked(self):
        directory = self.folder()
        path = os.path.join(directory, "one.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write("int one(void) { return 1; }\n")

        class CConfig:
            _compilation_info_ = ExternalCompilationInfo(
                post_include_lines=["typedef int number; number one(void), two(void), three(void);"],
                separate_module_files=[path], separate_module_sources=["number two(void) { return one() + 1; }"])
            one, two, three = Has("one()"), Has("two()"), Has("three()")
            number = SimpleType("number")

        self.assertEqual(configure.configure(CConfig), {"one": True, "two": True, "three": False, "number": c_int})

    def test_libraries(self):
        directory = self.folder()
        path = os.path.join(directory, "libgiven.so")
        support.compile_to(path, "int given(int n) { return n + 1; }", support.CC, "-shared", "-fPIC")
        info = ExternalCompilationInfo(["int given(int);"], libraries=["given"], library_dirs=[directory])
        found = configure.configure(type("CConfig", (), {
            "_compilation_info_": info, "given": Has("given(1)"), "library": Library("given")}))
        self.assertTrue(found["given"])
        self.assertEqual(found["library"].given(41), 42)
        self.assertTrue(configure.check_eci(ExternalCompilationInfo(libraries=[path])))
        self.assertTrue(configure.check_eci(ExternalCompilationInfo(link_extra=["-L" + directory, "-lgiven"])))
        self.assertEqual(configured("", m=Library("m"))["m"].abs(-3), 3)
        self.assertRaisesWith(LibraryNotFound, ["no_such_library"], configured, "", x=Library("no_such_library"))

    def test_values(self):
        one = ExternalCompilationInfo(["a"], ["x.h"], libraries=["m"], compile_extra=["-DA"])
        two = ExternalCompilationInfo(["a"], ["x.h", "y.h"], libraries=["m", "c"], compile_extra=["-DA"])
        both = one.merge(two, one)
        self.assertEqual((both.includes, both.libraries), (("x.h", "y.h"), ("m", "c")))
        self.assertEqual((both.pre_include_lines, both.compile_extra), (("a",) * 3, ("-DA",) * 3))
        self.assertEqual(one, ExternalCompilationInfo(["a"], ["x.h"], libraries=("m",), compile_extra=["-DA"]))
        self.assertEqual(len({one, two, one.merge()}), 2)
        self.assertIn("includes=('x.h',)", repr(one))
        self.assertRaisesWith(TypeError, ["includes", "str"], ExternalCompilationInfo, includes="stdio.h")

    def test_inherited_entries(self):
        class Base:
            A = ConstantInteger("1 + 1")

        class CConfig(Base):
            _compilation_info_ = ExternalCompilationInfo()
            B = Defined("NULL")
            other = "no entry"

        self.assertEqual(configure.configure(CConfig, noerr=True), {"A": 2, "B": True})

    def test_errors(self):
        self.assertRaisesWith(TypeError, ["CConfig", "_compilation_info_"], configure.configure,
                              type("CConfig", (), {"A": ConstantInteger("1")}))
        self.assertRaisesWith(TypeError, ["CConfig", "_includes_"], configure.configure,
                              type("CConfig", (), {"_includes_": ["stdio.h"]}))
        self.assertRaisesWith(HeaderNotFound, ["no/such.h"], configure.getconstantinteger, "A",
                              "#include <no/such.h>")
        self.assertRaisesWith(CompileError, ["nonsense"], configure.getconstantinteger, "A", "nonsense nonsense;")


class Cache(TestCase):
    def read(self, config):
        directory = self.folder()
        dumpcache.dumpcache(os.path.join(directory, "program.py"), "cache.py", config)
        with open(os.path.join(directory, "cache.py"), encoding="utf-8") as file:
            text = file.read()
        found = {}
        exec(compile(text, "cache.py", "exec"), found)
        self.assertNotIn("ctypes_configure", text)
        self.assertEqual(found["__all__"], sorted(config))
        return found

    def test_configured(self):
        config = configured("#define XYZZY 42\n#define large 2147483648L\n",
                            FILE=Struct("FILE", []), ushort=SimpleType("unsigned short"),
                            XYZZY=ConstantInteger("XYZZY"), XUZ=Has("XUZ"), undef=Defined("really_undefined"),
                            large=DefinedConstantInteger("large"), missing=DefinedConstantString("missing"))
        found = self.read(config)
        for name in ("ushort", "XYZZY", "XUZ", "undef", "large", "missing"):
            self.assertEqual(found[name], config[name])
        self.assertEqual(found["FILE"]._fields_, config["FILE"]._fields_)
        self.assertEqual(found["FILE"].__mro__[1:], config["FILE"].__mro__[1:])

    def test_types(self):
        config = {"one": c_short * 27, "two": c_int * 2 * 3, "pointer": POINTER(c_int), "address": c_void_p,
                  "call": CFUNCTYPE(None, c_int, POINTER(c_char), use_errno=True)}
        found = self.read(config)
        for name in ("one", "two", "pointer", "address"):
            self.assertIs(found[name], config[name])
        self.assertEqual((found["call"]._argtypes_, found["call"]._restype_, found["call"]._flags_),
                         (config["call"]._argtypes_, None, config["call"]._flags_))

    def test_values(self):
        config = {"a": "it's\n\xe9", "b": 0.1, "c": float("-inf"), "d": ["x", (1, 2.5)], "e": (),
                  "f": ("y",), "g": b"z"}
        found = self.read(config)
        self.assertEqual({name: found[name] for name in config}, config)

    def test_structures(self):
        text = """
            struct part { char a; long b; };
            struct whole { int n; struct part part[2]; struct part *next; };
            struct packed { char c; struct part p; } __attribute__((packed));
        """
        part = Struct("struct part", [("b", c_int)])
        config = configured(text, whole=Struct("struct whole", [("n", c_int)]), packed=Struct("struct packed", [
            ("p", Struct("struct part", [("a", c_int)]))]), part=part, zpart=part)
        whole = type("whole", (Structure,), {"_fields_": [("parts", config["part"] * 2),
                                                          ("next", POINTER(config["part"])), ("bits", c_int, 3)]})
        found = self.read({**config, "a_whole": whole})
        self.assertIs(found["zpart"], found["part"])
        self.assertEqual(found["a_whole"]._fields_, [("parts", found["part"] * 2), ("next", POINTER(found["part"])),
                                                     ("bits", c_int, 3)])
        self.assertEqual((found["packed"].p.offset, ctypes.sizeof(found["packed"])), (1, 17))
        for name in config:
            self.assertEqual(places(found[name]), places(config[name]))

    def test_refused(self):
        class Recursive(Structure):
            pass

        Recursive._fields_ = [("next", POINTER(Recursive))]
        for value, part in ((object(), "object"), ({1: 2}, "{1: 2}"), (Recursive, "Recursive"), (int, "int")):
            self.assertRaisesWith(Unsupported, [part], self.read, {"value": value})

    def test_for_this_machine(self):
        directory = self.folder()
        dumpcache.dumpcache2("resource", {"rlim_t": c_ulong, "ALL": ("A",)}, os.path.join(directory, "any.py"))
        program = os.path.join(directory, "program.py")
        exec(compile("from ctypes_configure.dumpcache import dumpcache2\ndumpcache2('of_caller', {'A': 1})\n",
                     program, "exec"), {"__file__": program})
        sys.path.insert(0, directory)
        self.addCleanup(sys.path.remove, directory)
        found = importlib.import_module("_resource_cache")
        self.assertEqual((found.rlim_t, found.ALL), (c_ulong, ("A",)))
        self.assertEqual(importlib.import_module("_of_caller_cache").A, 1)


class PublishedPrograms(TestCase):
    """What programs of its time declare, by headers of the C library."""

    def test_documented_sample(self):
        class CConfigure:
            _compilation_info_ = configure.ExternalCompilationInfo(
                pre_include_lines=[], includes=["time.h", "sys/time.h", "unistd.h"], include_dirs=[],
                post_include_lines=[], libraries=[], library_dirs=[], separate_module_sources=[],
                separate_module_files=[])
            size_t = configure.SimpleType("size_t", c_int)
            NULL = configure.ConstantInteger("NULL")
            has_null, has_nothing = configure.Defined("NULL"), configure.Defined("NO_SUCH_MACRO")
            has_write, has_xxxwrite = configure.Has("write"), configure.Has("xxxwrite")
            sizeof_size_t = configure.SizeOf("size_t")
            struct_timeval = configure.Struct("struct timeval", [("tv_sec", c_int), ("tv_usec", c_int)])

        info = configure.configure(CConfigure)
        self.assertEqual([info[name] for name in ("has_write", "has_xxxwrite", "has_null", "has_nothing", "NULL")],
                         [True, False, True, False, 0])
        self.assertEqual(ctypes.sizeof(info["size_t"]), info["sizeof_size_t"])
        self.assertEqual(info["struct_timeval"]._fields_, [("tv_sec", c_long), ("tv_usec", c_long)])

    def test_resource(self):
        """PyPy's `resource`: attributes set in a loop, those without a value removed, a cache."""
        class ResourceConfigure:
            _compilation_info_ = ExternalCompilationInfo(includes=["sys/resource.h"])
            rlim_t = SimpleType("rlim_t")
        optional = ("RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_VMEM", "RUSAGE_SELF", "RUSAGE_CHILDREN")
        for name in ("RLIM_INFINITY", "RLIM_NLIMITS"):
            setattr(ResourceConfigure, name, ConstantInteger(name))
        for name in optional:
            setattr(ResourceConfigure, name, DefinedConstantInteger(name))
        config = configure.configure(ResourceConfigure)
        config["rlim_t_max"] = (1 << ctypes.sizeof(config["rlim_t"]) * 8) - 1
        for name in [name for name in optional if config[name] is None]:
            del config[name]
        import resource
        self.assertEqual(config["RLIM_INFINITY"], config["rlim_t_max"])
        self.assertNotIn("RLIMIT_VMEM", config)
        self.assertEqual([config[name] for name in ("RLIMIT_CPU", "RLIMIT_NOFILE", "RUSAGE_CHILDREN")],
                         [resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RUSAGE_CHILDREN])

    def test_syslog(self):
        names = "LOG_EMERG LOG_ERR LOG_DEBUG LOG_PID LOG_NDELAY LOG_KERN LOG_LOCAL7 LOG_SYSLOG LOG_CRON".split()
        config = configure.configure(type("SyslogConfigure", (), {
            "_compilation_info_": ExternalCompilationInfo(includes=["sys/syslog.h"]),
            **{name: DefinedConstantInteger(name) for name in names}}))
        self.assertEqual([config[name] for name in names], [0, 3, 7, 1, 8, 0, 23 << 3, 5 << 3, 9 << 3])

    def test_locale(self):
        info = ExternalCompilationInfo(includes=["locale.h", "langinfo.h"])
        self.assertTrue(configure.check_eci(info))
        names = ["RADIXCHAR", "CODESET", "ERA", *(f"DAY_{n}" for n in range(1, 8)), "NOT_IN_ANY"]
        found = configure.configure(type("LanginfoConfigure", (), {
            "_compilation_info_": info, "nl_item": SimpleType("nl_item"),
            **{name: DefinedConstantInteger(name) for name in names}}), noerr=True)
        self.assertEqual((found["nl_item"], found["NOT_IN_ANY"]), (c_int, None))
        self.assertEqual([found[f"DAY_{n}"] - found["DAY_1"] for n in range(1, 8)], [*range(7)])

    def test_expat(self):
        """The shape of PyPy's `pyexpat`: a macro of its own, a `locals()` loop, arrays and pointers."""
        class CConfigure:
            _compilation_info_ = configure.ExternalCompilationInfo(
                pre_include_lines=["#define COMBINED (10000*MAJOR+100*MINOR)"],
                post_include_lines=["#define MAJOR 2", "#define MINOR 6", "typedef char Char;", """
                    enum Parsing { NEVER, UNLESS, ALWAYS };
                    typedef struct { int map[256]; void *data; int (*convert)(void *data, const char *s);
                                     void (*release)(void *data); } Encoding;
                    typedef struct content Content;
                    struct content { enum Parsing type; enum Parsing quant; Char *name; unsigned numchildren;
                                     Content *children; };
                """])
            Char = configure.SimpleType("Char", c_char)
            COMBINED = configure.ConstantInteger("COMBINED")
            for name in ["NEVER", "UNLESS", "ALWAYS"]:
                locals()[name] = configure.ConstantInteger(name)
            Encoding = configure.Struct("Encoding", [
                ("data", c_void_p), ("convert", c_void_p), ("release", c_void_p), ("map", c_int * 256)])
            Content = configure.Struct("Content", [
                ("numchildren", c_int), ("children", c_void_p), ("name", c_char_p), ("type", c_int), ("quant", c_int)])

        found = configure.configure(CConfigure)
        self.assertEqual((found["COMBINED"], found["ALWAYS"], found["Char"]), (20600, 2, c_char))
        self.assertEqual(found["Encoding"]._fields_, [("map", c_int * 256), ("data", c_void_p), ("convert", c_void_p),
                                                      ("release", c_void_p)])
        self.assertEqual(places(found["Content"]),
                         {"type": 0, "quant": 4, "name": 8, "numchildren": 16, "children": 24})

    def test_sigaction(self):
        """Members that are macros; `_fields_` given to a class that was declared before."""
        class siginfo_t(Structure):
            pass

        handler_type = CFUNCTYPE(None, c_int, POINTER(siginfo_t), c_void_p)

        class CConfigure:
            _compilation_info_ = configure.ExternalCompilationInfo(includes=["signal.h", "sys/types.h", "unistd.h"])
            pid_t = configure.SimpleType("pid_t", c_int)
            SA_SIGINFO = configure.ConstantInteger("SA_SIGINFO")
            SIGUSR1 = configure.ConstantInteger("SIGUSR1")
            struct_sigaction = configure.Struct("struct sigaction", [
                ("sa_flags", c_int), ("sa_sigaction", handler_type)])
            siginfo_t = configure.Struct("siginfo_t", [("si_pid", c_int)])

        info = configure.configure(CConfigure)
        siginfo_t._fields_ = info["siginfo_t"]._fields_
        self.assertEqual(ctypes.sizeof(siginfo_t), ctypes.sizeof(info["siginfo_t"]))
        self.assertIs(info["pid_t"], c_int)
        received = []
        handler = handler_type(lambda number, details, context: received.append((number, details[0].si_pid)))
        before, action = info["struct_sigaction"](), info["struct_sigaction"]()
        action.sa_flags, action.sa_sigaction = info["SA_SIGINFO"], handler
        libc = ctypes.CDLL(None)
        signal = info["SIGUSR1"]
        self.assertEqual(libc.sigaction(signal, ctypes.byref(action), ctypes.byref(before)), 0)
        self.assertEqual(libc.kill(os.getpid(), signal), 0)
        self.assertEqual(libc.sigaction(signal, ctypes.byref(before), None), 0)
        self.assertEqual(received, [(signal, os.getpid())])

    def test_numa(self):
        """Constants of a reserved name under another, into the globals of the program."""
        class CConfigure(object):
            _compilation_info_ = configure.ExternalCompilationInfo(includes=["sched.h"], libraries=[])
        for name in ("__CPU_SETSIZE", "__NCPUBITS"):
            setattr(CConfigure, name[2:], configure.ConstantInteger(name))
        found = {}
        found.update(configure.configure(CConfigure))
        self.assertEqual(found, {"CPU_SETSIZE": 1024, "NCPUBITS": 8 * ctypes.sizeof(c_ulong)})

    def test_poll_and_time(self):
        class CConfig:
            _compilation_info_ = configure.eci_from_header("#include <poll.h>\n#include <time.h>\n"
                                                           "#include <fcntl.h>\n#include <netinet/in.h>")
            locals().update((name, DefinedConstantInteger(name)) for name in ("POLLIN", "POLLHUP", "POLLMSG"))
            nfds_t = SimpleType("nfds_t")
            pollfd = Struct("struct pollfd", [("fd", c_int), ("events", c_short), ("revents", c_short)])
            tm = Struct("struct tm", [("tm_year", c_int), ("tm_gmtoff", c_long), ("tm_zone", c_char_p)],)
            clock_t = SimpleType("clock_t", c_ulong)
            flock = Struct("struct flock", [("l_start", c_longlong), ("l_len", c_longlong), ("l_pid", c_long),
                                            ("l_type", c_short), ("l_whence", c_short)])
            in_addr = Struct("struct in_addr", [("s_addr", c_uint)])
            sockaddr = Struct("struct sockaddr", [("sa_family", c_int), ("sa_data", c_char * 0)])
            sockaddr_in = Struct("struct sockaddr_in", [("sin_family", c_int), ("sin_addr", in_addr)])

        found = configure.configure(CConfig)
        self.assertEqual((found["POLLIN"], found["POLLHUP"], found["POLLMSG"]), (1, 16, None))
        self.assertEqual((found["nfds_t"], found["clock_t"]), (c_ulong, c_long))
        self.assertEqual(found["pollfd"]._fields_, [("fd", c_int), ("events", c_short), ("revents", c_short)])
        self.assertEqual(dict(found["flock"]._fields_)["l_start"], c_int64)
        self.assertEqual(places(found["flock"]), {"l_type": 0, "l_whence": 2, "l_start": 8, "l_len": 16, "l_pid": 24})
        self.assertEqual(found["sockaddr"]._fields_, [("sa_family", c_ushort), ("sa_data", c_char * 14)])
        self.assertIs(dict(found["sockaddr_in"]._fields_)["sin_addr"], found["in_addr"])
        libc = ctypes.CDLL(None)
        libc.gmtime.restype = POINTER(found["tm"])
        self.assertEqual(libc.gmtime(ctypes.byref(c_long(86400 * 366)))[0].tm_year, 71)

    def test_cython_backend(self):
        """A class made field by field from `_fields_`; types by a spelling with stars."""
        info = ExternalCompilationInfo(includes=["stdlib.h"])
        found = configure.configure(type("CConfigure", (), {
            "_compilation_info_": info, "div_t": Struct("div_t", [("quot", c_int), ("rem", c_int)]),
            "pointer": SimpleType("div_t*", POINTER(c_int)), "whole": SizeOf("div_t")}))
        self.assertEqual([(name, kind.__name__, kind.__module__) for name, kind in found["div_t"]._fields_],
                         [("quot", "c_int", "ctypes"), ("rem", "c_int", "ctypes")])
        self.assertEqual((found["whole"], found["pointer"]), (8, POINTER(c_int)))


if __name__ == "__main__":
    unittest.main()
