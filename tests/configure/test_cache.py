"""The module in which answers are kept: what is in it, when it is written again, what it needs."""
import ast
import ctypes
import functools
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import textwrap
import unittest
import warnings

from ctypes_configure import CompilerNotFound, ConfigureError, Header

from support import INTERPRETER, TestCase, run_python

TEXT = """
#include <sys/stat.h>
#include <fcntl.h>
#include <signal.h>
#include <dirent.h>

enum color { RED, GREEN = 5 };
enum hidden { __FIRST = 1 };
struct node { struct node *next; struct edge *edges[2]; int value : 3; unsigned rest : 20; };
struct edge { struct node from, to; char label[8]; union { int i; double d; }; };
struct packed { char a; int b; unsigned c : 5, d : 30; } __attribute__((packed));
struct aligned { char a; } __attribute__((aligned(16)));
struct wide { __int128 a; struct aligned b; };
struct private { struct __inner *__a; int (*__f)(struct __inner *); };
struct __inner { struct private __p; };
typedef int (*visitor)(const struct node *, void *);
#define PI 3.25
#define HUGE __builtin_inf()
#define TEXT "text\\n"
#define WIDE L"wide\\u20ac"
extern char **environ;
"""
ASKED = [("struct", "struct stat"), ("constant", "O_CREAT"), ("function", "fstat"), ("struct", "struct edge"),
         ("enum", "enum color"), ("enum", "enum hidden"), ("type", "visitor"), ("constant", "PI"),
         ("constant", "HUGE"), ("constant", "TEXT"), ("constant", "WIDE"), ("function", "opendir"),
         ("function", "readdir"), ("constant", "SIG_IGN"), ("struct", "struct packed"),
         ("struct", "struct wide"),
         ("function", "kill"), ("function", "open"), ("variable", "environ"), ("struct", "struct private")]


@functools.cache
def answered():
    """Returns what all that is asked here gives, and takes seconds: the module, the stub and the answers."""
    case = Cached("setUp")
    try:
        case.setUp()
        answers = case.ask()
        return case.read(), answers
    finally:
        case.doCleanups()


class Cached(TestCase):
    def setUp(self):
        self.place = self.folder()
        self.file = os.path.join(self.place, "tested_abi.py")
        self.stub = os.path.join(self.place, "tested_abi.pyi")

    def header(self, text=TEXT, **options):
        return Header(text, cache=self.file, **{"libraries": ["c"], **options})

    def ask(self, asked=ASKED, **options):
        header = self.header(**options)
        return [getattr(header, kind)(name) for kind, name in asked]

    def keep_all(self):
        """Writes what asking for everything has written."""
        module, stub = answered()[0]
        self.write(module)
        self.write(stub, self.stub)

    def read(self):
        with open(self.file, encoding="utf-8") as module, open(self.stub, encoding="utf-8") as stub:
            return module.read(), stub.read()

    def write(self, text, file=None):
        with open(file or self.file, "w", encoding="utf-8") as opened:
            opened.write(text)

    def without_compiler(self):
        self.compilers_from(PATH=self.folder())


class Module(Cached):
    def test_needs_neither_compiler_nor_package(self):
        self.keep_all()
        program = textwrap.dedent("""
            import sys
            import tested_abi as abi
            import os, ctypes
            assert "ctypes_configure" not in sys.modules
            told = abi.struct_stat()
            here = os.open(".", os.O_RDONLY)
            assert abi.fstat(here, told) == 0 and told.st_ino == os.fstat(here).st_ino
            assert list(abi.enum_color) == [0, 5] and abi.enum_color.GREEN.name == "GREEN"
            assert getattr(abi.enum_hidden, "__FIRST") == 1
            assert (abi.O_CREAT, abi.PI, abi.HUGE, abi.TEXT, abi.WIDE) == (
                os.O_CREAT, 3.25, float("inf"), b"text\\n", "wide\\u20ac")
            folder = abi.opendir(b".")
            assert abi.readdir(folder).contents.d_name
            assert ctypes.cast(abi.SIG_IGN, ctypes.c_void_p).value == 1
            assert abi.visitor(lambda node, data: data)(None, 5) == 5
            assert abi.struct_edge.label.offset == 2 * ctypes.sizeof(abi.struct_node)
            assert ctypes.sizeof(abi.struct_packed) == 10
            print("done")
            """)
        # What starts the interpreter may need `env`, and no more is there.
        programs = self.folder()
        os.symlink(shutil.which("env"), os.path.join(programs, "env"))
        environment = {"PATH": programs, "PYTHONPATH": self.place, "PYTHONDONTWRITEBYTECODE": "1"}
        if "PYTHONHOME" in os.environ:
            environment["PYTHONHOME"] = os.environ["PYTHONHOME"]
        done = run_python(program, "-W", "error", environment=environment, folder=self.place)
        self.assertEqual((done.stdout, done.stderr), ("done\n", ""))

    def test_is_plain_declarations(self):
        self.ask([("struct", "struct packed"), ("constant", "PI"), ("function", "kill")])
        module, stub = self.read()
        self.assertIn("\nPI = 3.25\n", module)
        self.assertIn("\nkill.argtypes = [c_int, c_int]\nkill.restype = c_int\n", module)
        self.assertIn("\ndef kill(argument_0: int, argument_1: int, /) -> int: ...\n", stub)
        for text in (module, stub):
            self.assertTrue(text.startswith("# Written by ctypes_configure"))
            self.assertTrue(text.endswith("\n") and not text.endswith("\n\n"))
            for line in text.splitlines():
                self.assertLessEqual(len(line), 120)
                self.assertEqual(line, line.rstrip())

    def test_long_lists_are_wrapped(self):
        defines = "\n".join(f"#define SOME_LONG_NAME_{place} {place}" for place in range(40))
        text = defines + "\nint f(" + ",\n".join(
            ["unsigned long long"] * 20) + ");"
        header = Header(text, cache=self.file, libraries=[self.library("int f() { return 0; }")])
        header.constants(*(f"SOME_LONG_NAME_{place}" for place in range(40)))
        header.function("f")
        for text in self.read():
            compile(text, "", "exec")
        self.assertLessEqual(max(map(len, self.read()[0].splitlines())), 110)

    def test_answers_are_the_same_with_it(self):
        def plain(answers):
            return [each.__name__ if isinstance(each, type) or callable(each) else repr(each)
                    for each in answers if not isinstance(each, (ctypes._Pointer, ctypes._CFuncPtr))]

        self.keep_all()
        self.without_compiler()
        self.assertEqual(plain(self.ask()), plain(answered()[1]))

    def test_is_the_module_that_the_program_imports(self):
        self.keep_all()
        sys.path.insert(0, self.place)
        self.addCleanup(sys.path.remove, self.place)
        self.addCleanup(sys.modules.pop, "tested_abi", None)
        import tested_abi
        self.assertIs(self.header().struct("struct edge"), tested_abi.struct_edge)
        self.assertFalse(hasattr(tested_abi, "O_EXCL"))
        self.header().constant("O_EXCL")
        self.assertEqual(tested_abi.O_EXCL, os.O_EXCL)

    def test_stub_has_every_name(self):
        self.keep_all()
        module, stub = (ast.parse(text) for text in self.read())

        def given(tree):
            found = set()
            for each in tree.body:
                match each:
                    case ast.ClassDef() | ast.FunctionDef():
                        found.add(each.name)
                    case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                        found.add(name)
            return found

        self.assertEqual(given(module), given(stub))
        self.assertGreater(len(given(stub)), len(ASKED))

    def test_stub_satisfies_mypy(self):
        mypy = shlex.split(os.environ.get("CTYPES_CONFIGURE_MYPY", ""))
        if not mypy and importlib.util.find_spec("mypy"):
            mypy = [*INTERPRETER, "-m", "mypy"]
        if not mypy:
            self.fail("no mypy") if os.environ.get("CI") else self.skipTest("mypy is not installed")
        self.keep_all()
        use = os.path.join(self.place, "use.py")
        self.write("""
import tested_abi as abi
told = abi.struct_stat()
size: int = told.st_size
seconds: int = told.st_mtim.tv_sec
result: int = abi.fstat(1, told)
flags: int = abi.O_CREAT
color: abi.enum_color = abi.enum_color.GREEN
half: float = abi.PI / 2
text: bytes = abi.TEXT
wide: str = abi.WIDE
opened: int = abi.open(b".", flags, 0o600)
folder = abi.opendir(b".")
value: int = abi.struct_edge().to.value
""", use)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
        done = subprocess.run([*mypy, "--strict", "--cache-dir", os.path.join(self.place, "mypy"), use,
                               self.stub],
                              cwd=self.place, env=environment, text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.write('import tested_abi as abi\nabi.kill("text", 1)\n', use)
        done = subprocess.run([*mypy, "--strict", "--cache-dir", os.path.join(self.place, "mypy"), use],
                              cwd=self.place, env=environment, text=True, capture_output=True)
        self.assertIn('Argument 1 to "kill" has incompatible type "str"', done.stdout)


class Rewriting(Cached):
    def test_not_while_nothing_changes(self):
        self.keep_all()
        before = self.read(), os.stat(self.file).st_ino
        self.ask()
        self.assertEqual((self.read(), os.stat(self.file).st_ino), before)

    def test_the_same_bytes_in_any_order(self):
        for asked in (ASKED[::-1], ASKED[7:] + ASKED[:7]):
            self.ask(asked)
            self.assertEqual(self.read(), answered()[0])
            os.unlink(self.file)

    def test_when_more_is_asked(self):
        self.ask(ASKED[:4])
        self.ask(ASKED[4:8])
        module, stub = self.read()
        self.without_compiler()
        self.assertEqual(self.ask(ASKED[7:8]), [3.25])
        self.ask(ASKED[:8])
        self.assertEqual(self.read(), (module, stub))

    def test_what_was_handed_out_stays(self):
        header = self.header()
        answers = [(kind, name, getattr(header, kind)(name)) for kind, name in ASKED]
        for kind, name, answer in answers:
            if kind != "constant":
                self.assertIs(getattr(header, kind)(name), answer)

    def test_when_the_text_changes(self):
        self.assertEqual(Header("#define A 1", cache=self.file).constant("A"), 1)
        self.assertEqual(Header("#define A 2", cache=self.file).constant("A"), 2)
        self.assertIn("\nA = 2\n", self.read()[0])

    def test_when_the_flags_change(self):
        for number in (1, 2):
            self.assertEqual(Header("", flags=[f"-DA={number}"], cache=self.file).constant("A"), number)
        folder = self.folder()
        self.write("#define A 3\n", os.path.join(folder, "a.h"))
        self.assertEqual(Header("a.h", include_dirs=[folder], cache=self.file).constant("A"), 3)

    def test_when_the_libraries_change(self):
        one, two = (self.library(f"int f(void) {{ return {number}; }}") for number in (1, 2))
        for number, path in ((1, one), (2, two)):
            self.assertEqual(Header("int f(void);", libraries=[path], cache=self.file).function("f")(),
                             number)

    def test_when_the_compiler_changes(self):
        text = "#ifdef __clang__\n#define A 1\n#else\n#define A 2\n#endif"
        for cc, number in (("gcc", 2), ("clang", 1)):
            self.need(cc)
            self.assertEqual(Header(text, cc=cc, cache=self.file).constant("A"), number)
            self.assertIn(cc, self.read()[0].partition("# compiler: ")[2].splitlines()[0])

    def test_when_the_target_changes(self):
        self.need("aarch64-linux-gnu-gcc")
        text = "#ifdef __aarch64__\n#define A 1\n#else\n#define A 2\n#endif"
        for cc, number in (("gcc", 2), ("aarch64-linux-gnu-gcc", 1)):
            self.assertEqual(Header(text, cc=cc, cache=self.file).constant("A"), number)
        self.assertIn("\n# target: aarch64-linux-gnu\n", self.read()[0])

    def test_a_refusal_writes_nothing(self):
        self.keep_all()
        before = self.read()
        header = self.header()
        for ask in (lambda: header.constant("NO_SUCH_NAME"), lambda: header.struct("struct nobody")):
            with self.assertRaises(ConfigureError):
                ask()
        self.assertEqual(self.read(), before)
        self.assertEqual(header.constant("PI"), 3.25)

    def test_without_a_cache_nothing_is_written(self):
        here = set(os.listdir("."))
        Header(TEXT).constant("PI")
        self.assertEqual(set(os.listdir(".")), here)


class WithoutCompiler(Cached):
    def test_answers_of_this_text(self):
        self.keep_all()
        self.without_compiler()
        self.assertEqual(self.header().constant("PI"), 3.25)

    def test_a_compiler_that_is_not_there(self):
        self.keep_all()
        for cc in ("no-such-cc", os.path.join(self.place, "cc")):
            self.assertEqual(self.header(cc=cc).constant("PI"), 3.25)

    def test_not_those_of_another(self):
        self.keep_all()
        self.without_compiler()
        for ask in (lambda: self.header().constant("O_EXCL"), lambda: self.header(TEXT + " ").constant("PI"),
                    lambda: self.header(flags=["-DA"]).constant("PI")):
            with self.assertRaises(CompilerNotFound):
                ask()


class Files(Cached):
    def test_of_others_are_left_alone(self):
        for name, text in (("tested_abi.py", "import os\n"), ("tested_abi.py", "\n"),
                           ("tested_abi.pyi", "x: int\n"),
                           ("tested_abi.py",
                            "# Written by ctypes_configure. Of the C text:\n#     \nA = 1\n")):
            with self.subTest(name, text=text):
                file = os.path.join(self.place, name)
                self.write(text, file)
                with self.assertRaisesRegex(ConfigureError,
                                            "^" + file + " is not a file in which ctypes_configure"):
                    self.ask()
                with open(file) as opened:
                    self.assertEqual(opened.read(), text)
                self.assertEqual(os.listdir(self.place), [name])
                os.unlink(file)

    def test_broken_ones_are_written_again(self):
        asked = [("constant", "PI"), ("function", "kill"), ("struct", "struct packed")]
        self.ask(asked)
        module, stub = self.read()
        for broken in ("", module[:200], module.replace("class ", "clas "), module.replace("PI = 3.25\n", ""),
                       module.replace("from ctypes import", "import"), module.replace("# key: ", "# kee: "),
                       module.replace("# key: ", "# key: 0"),
                       "# Written by ctypes_configure, which writes it again "
                       "when it is asked for more.\n<<<<<<< ours\n"):
            with self.subTest(broken[-200:]):
                self.write(broken)
                self.ask(asked)
                self.assertEqual(self.read(), (module, stub))

    def test_broken_bytes(self):
        with open(self.file, "wb") as opened:
            opened.write(b"\xff\xfe\0")
        with self.assertRaises(ConfigureError):
            self.ask()

    def test_a_lost_stub(self):
        self.ask(ASKED[:2])
        os.unlink(self.stub)
        self.ask(ASKED[:3])
        self.assertIn("def fstat", self.read()[1])

    def test_a_folder_that_cannot_be_written(self):
        missing = os.path.join(self.place, "no", "such", "abi.py")
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            self.assertEqual(Header("#define A 1", cache=missing).constant("A"), 1)
        self.assertEqual([each.category for each in seen], [RuntimeWarning])
        self.assertIn("the answers are not kept: ", str(seen[0].message))
        self.assertEqual(seen[0].filename, __file__)

    def test_a_folder_that_is_read_only(self):
        self.keep_all()
        os.chmod(self.place, 0o555)
        self.addCleanup(os.chmod, self.place, 0o755)
        before = self.read()
        if os.geteuid() == 0:
            # Root writes everywhere, except where nobody can.
            self.file = "/proc/tested_abi.py"
        with self.assertWarnsRegex(RuntimeWarning,
                                   "the answers are not kept: .*tested_abi.py|the answers are not kept"):
            self.assertEqual(self.header().constant("O_EXCL"), os.O_EXCL)
        self.file = os.path.join(self.place, "tested_abi.py")
        self.assertEqual(self.read(), before)

    def test_names_that_are_no_modules(self):
        for name in ("abi", "abi.txt", "abi.pyc"):
            with self.assertRaisesRegex(ValueError, name):
                Header("", cache=os.path.join(self.place, name))

    def test_a_path_object(self):
        import pathlib
        self.assertEqual(Header("#define A 1", cache=pathlib.Path(self.file)).constant("A"), 1)
        self.assertTrue(os.path.exists(self.file))

    def test_a_library_that_has_gone(self):
        path = self.library("int f(void) { return 1; }")
        Header("int f(void);", libraries=[path], cache=self.file).function("f")
        shutil.rmtree(os.path.dirname(path))
        # This process has it loaded.
        done = run_python("from ctypes_configure import Header\n"
                          f"Header('int f(void);', libraries=[{path!r}], cache={self.file!r}).function('f')")
        self.assertRegex(done.stderr,
                         "LibraryNotFound: .*tested_abi.py: .*libtested.so: cannot open shared object")


class AtOnce(Cached):
    def test_two_users_in_one_program(self):
        first, second = self.header(), self.header()
        first.constant("PI")
        second.constant("TEXT")
        first.constant("WIDE")
        self.without_compiler()
        self.assertEqual(self.header().constants("PI", "TEXT", "WIDE"), (3.25, b"text\n", "wide\u20ac"))

    def test_two_processes(self):
        program = ("import sys\nfrom ctypes_configure import Header\n"
                   "text = ''.join(f'#define A{place} {place}\\n' for place in range(12))\n"
                   "for place in range(int(sys.argv[1]), 12, 2):\n"
                   "    assert Header(text, cache=sys.argv[2]).constant(f'A{place}') == place\n")
        running = [subprocess.Popen([*INTERPRETER, "-c", program, str(place), self.file],
                                    stderr=subprocess.PIPE,
                                    text=True) for place in (0, 1)]
        for each in running:
            self.assertEqual(each.communicate()[1], "")
            self.assertEqual(each.returncode, 0)
        module, stub = self.read()
        for text in (module, stub):
            compile(text, "", "exec")
        self.assertEqual(sorted(os.listdir(self.place)), ["tested_abi.py", "tested_abi.pyi"])

    def test_threads(self):
        import threading
        header, wrong = self.header(), []

        def ask(place):
            kind, name = ASKED[place % 4]
            answer = getattr(header, kind)(name)
            if getattr(header, kind)(name) is not answer and kind != "constant":
                wrong.append(name)

        threads = [threading.Thread(target=ask, args=(place,)) for place in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
