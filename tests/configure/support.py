"""What the tests of ctypes_configure share: compilers, C text compiled, and C as the judge of layouts."""
import ctypes
import keyword
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from ctypes_configure.reading import objects

# Every test about layouts asks both families of compilers.
COMPILERS = ("gcc", "clang")
# How this interpreter is started, also where there is no PATH.
INTERPRETER = shlex.split(os.environ.get("CTYPES_TESTS_INTERPRETER", shlex.quote(sys.executable)))
INTERPRETER[0] = shutil.which(INTERPRETER[0]) or INTERPRETER[0]
# The compiler that a `Header` takes when it is not told.
CC = os.environ.get("CC", "cc")


class TestCase(unittest.TestCase):
    maxDiff = None

    def folder(self):
        """Returns a new folder that is gone after the test."""
        made = tempfile.mkdtemp(prefix="ctypes_configure-test-")
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        return made

    def compilers_from(self, **environment):
        """Sets `PATH` and `CC`, which name the compilers, to what is given, or unsets them, until the test ends."""
        before = {name: os.environ.pop(name, None) for name in ("PATH", "CC")}

        def back():
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value

        self.addCleanup(back)
        os.environ.update(environment)

    def need(self, program):
        """Skips the test if a program is not installed; in CI, where all of them are, fails."""
        if shutil.which(program) is None:
            missing = f"{program} is not installed: .ci/run has the list of Debian packages"
            self.fail(missing) if os.environ.get("CI") else self.skipTest(missing)

    def library(self, text, *, cc=CC, flags=()):
        """Compiles a shared library and returns its path."""
        path = os.path.join(self.folder(), "libtested.so")
        compile_to(path, text, cc, "-shared", "-fPIC", "-Wl,-soname," + path, *flags)
        return path

    def assertRaisesLike(self, kind, pattern, function, *arguments):
        """`function(*arguments)` raises exactly `kind`, and the whole message matches `pattern`."""
        with self.assertRaises(kind) as caught:
            function(*arguments)
        self.assertIs(type(caught.exception), kind)
        self.assertRegex(str(caught.exception), f"(?s)^{pattern}$")


def compile_to(path, text, cc, *flags):
    """Compiles C text into a file of the caller's kind."""
    done = subprocess.run([*shlex.split(cc), "-x", "c", "-", "-w", *flags, "-o", path], input=text,
                          text=True, capture_output=True)
    if done.returncode:
        raise AssertionError(f"{cc} rejects the test's own text:\n{done.stderr}")


def run_python(text, *options, environment=None, folder=None):
    """Runs Python text in a new process of this interpreter, and returns what it did."""
    return subprocess.run([*INTERPRETER, *options, "-c", text], env=environment, cwd=folder, text=True,
                          capture_output=True)


# Layouts

# What all bits make of a number that is not one for Python.
_FULL = {ctypes.c_bool: True, ctypes.c_char: b"\xff"}
_INTEGERS = {*_FULL, ctypes.c_byte, ctypes.c_ubyte, ctypes.c_short, ctypes.c_ushort, ctypes.c_int,
             ctypes.c_uint, ctypes.c_long, ctypes.c_ulong, ctypes.c_longlong, ctypes.c_ulonglong}


class Leaf:
    """A field of a ctypes class, perhaps deep inside: its path, its type, its offset, and, of a number, its
    width in bits."""

    def __init__(self, path, kind, offset, bits):
        self.path, self.kind, self.offset, self.bits = path, kind, offset, bits

    @property
    def path_in_c(self):
        """The path with the names that Python does not accept."""
        return ".".join(part.removesuffix("_") if keyword.iskeyword(part.removesuffix("_")) else part
                        for part in self.path.split("."))


def leaves(kind, path="", offset=0):
    """Returns the fields of a ctypes type that C has too; those of anonymous members are its own."""
    if isinstance(kind, type(ctypes.Array)):
        ends = sorted({0, kind._length_ - 1}) if kind._length_ else []
        return [leaf for at in ends
                for leaf in leaves(kind._type_, f"{path}[{at}]", offset + at * ctypes.sizeof(kind._type_))]
    if not issubclass(kind, (ctypes.Structure, ctypes.Union)):
        return []
    found, lent = [], getattr(kind, "_anonymous_", ())
    for name, of, *bits in kind._fields_:
        at = offset + getattr(kind, name).offset
        if name in lent:
            found += leaves(of, path, at)
        elif not re.fullmatch(r"_(pad|bits)_\d+", name):
            own = f"{path}.{name}" if path else name
            width = ctypes.sizeof(of) * 8 if of in _INTEGERS else None
            found.append(Leaf(own, of, at, bits[0] if bits else width))
            found += leaves(of, own, at)
    return found


def follow(thing, path):
    """Returns the object, and the name or the index that the last part of a path stands for."""
    *way, last = [int(part) if part.isdecimal() else part for part in re.findall(r"\w+", path)]
    for part in way:
        thing = thing[part] if isinstance(part, int) else getattr(thing, part)
    return thing, last


class Comparison:
    """What ctypes classes, by C's names of them, say of their layout, put as questions to C."""

    def __init__(self, classes):
        # What C is asked, with our answer; and numbers, which it is to fill with ones.
        self.classes, self.asked, self.numbers = classes, [], []
        for name, kind in classes.items():
            self._ask(f"sizeof({name})", ctypes.sizeof(kind))
            if not _is_aligned(kind) or sys.version_info >= (3, 13):
                self._ask(f"_Alignof({name})", ctypes.alignment(kind))
            for leaf in leaves(kind):
                if leaf.bits is not None:
                    self.numbers.append((name, kind, leaf))
                else:
                    self._ask_about(name, leaf)

    def _ask(self, expression, ours):
        self.asked.append((expression, ours))

    def _ask_about(self, name, leaf):
        self._ask(f"__builtin_offsetof({name}, {leaf.path_in_c})", leaf.offset)
        # C refuses to say the size of a flexible array.
        if ctypes.sizeof(leaf.kind):
            self._ask(f"sizeof((({name} *)0)->{leaf.path_in_c})", ctypes.sizeof(leaf.kind))

    def errors_of_program(self, case, text, cc, flags=(), emulator=()):
        """Returns what differs, as lines, from what a program says that the compiler makes."""
        program = os.path.join(case.folder(), "judge")
        compile_to(program, self._program(text), cc, *flags)
        told = iter(subprocess.run([*emulator, program], text=True, capture_output=True,
                                   check=True).stdout.split())
        errors = [f"{it} is {ours}, C's {cs}" for (it, ours), cs in zip(self.asked, told) if ours != int(cs)]
        for name, kind, leaf in self.numbers:
            image = bytes.fromhex(next(told).removeprefix("0x"))
            if len(image) == ctypes.sizeof(kind):
                errors += _number_errors(image, name, kind, leaf)
        return errors

    def _program(self, text):
        expressions = ", ".join(expression for expression, _ in self.asked)
        filled = "\n".join(f"{{ static {name} it; it.{leaf.path_in_c} = -1; show(&it, sizeof it); }}"
                           for name, _, leaf in self.numbers)
        return f"""{text}
#include <stdio.h>
{self._no_macros()}
static const unsigned long long numbers[] = {{ {expressions} }};
static void show(const void *it, unsigned long size) {{
    printf("0x");
    for (const unsigned char *each = it; size--; each++) printf("%02x", *each);
    printf("\\n");
}}
int main(void) {{
    for (unsigned long each = 0; each < sizeof numbers / sizeof *numbers; each++)
        printf("%llu\\n", numbers[each]);
    {filled}
}}
"""

    def _no_macros(self):
        """Returns lines that free the names of fields from macros: `sa_handler` is one."""
        leaves_of_all = [leaf for kind in self.classes.values() for leaf in leaves(kind)]
        words = {word for leaf in leaves_of_all for word in re.findall(r"\b[A-Za-z_]\w*", leaf.path_in_c)}
        return "\n".join(f"#undef {word}" for word in sorted(words - {"defined"}))

    def errors_of_object(self, case, text, cc, flags=()):
        """Returns the same without running anything: what the compiler says to assertions, and how it lays
        out constants."""
        asserted = "".join(f'_Static_assert({expression} == {ours}, "{expression} is {ours}");\n'
                           for expression, ours in self.asked)
        filled = "".join(f"const {name} image_{place} = {{ .{leaf.path_in_c} = -1 }};\n"
                         for place, (name, _, leaf) in enumerate(self.numbers))
        made = os.path.join(case.folder(), "judge.o")
        compile_to(made, "\n".join([text, self._no_macros(), asserted, filled]), cc, "-c", *flags)
        with open(made, "rb") as file:
            read = objects.read(file.read())
        return [line for place, (name, kind, leaf) in enumerate(self.numbers)
                for line in _number_errors(read.variable(f"image_{place}", ctypes.sizeof(kind)), name, kind,
                                           leaf)]


def _is_aligned(kind):
    """Whether a type has an alignment that ctypes gives only since 3.13, by `_align_`."""
    if isinstance(kind, type(ctypes.Array)):
        return _is_aligned(kind._type_)
    return hasattr(kind, "_align_") or any(_is_aligned(each[1]) for each in getattr(kind, "_fields_", ()))


def _number_errors(image, name, kind, leaf):
    """What C writes, ctypes reads, and ctypes writes to the same place."""
    by_c, by_ctypes = kind.from_buffer_copy(image), kind()
    holder, last = follow(by_ctypes, leaf.path)
    if leaf.kind in _FULL:
        full = _FULL[leaf.kind]
    else:
        full = -1 if leaf.kind(-1).value == -1 else (1 << leaf.bits) - 1
    if isinstance(last, int):
        holder[last] = full
    else:
        setattr(holder, last, full)
    holder, last = follow(by_c, leaf.path)
    read = holder[last] if isinstance(last, int) else getattr(holder, last)
    if image != bytes(by_ctypes):
        yield f"{name}: {leaf.path} is written to {bytes(by_ctypes).hex()}, by C to {image.hex()}"
    elif read != full:
        yield f"{name}: {leaf.path} reads {read}, not {full}"
