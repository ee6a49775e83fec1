"""Finds a C compiler and runs it. Nothing that it makes is ever run."""

import os
import shlex
import shutil
import subprocess
from functools import cached_property

from ..errors import CompilerNotFound
from . import diagnostics

CANDIDATES = ("cc", "gcc", "clang")

# What every compilation is told. The debug information is to have every type, used or not; constants
# are to lie in the object file as they are; and an error is to be reported where the macro is used.
_FOR_BOTH = ("-w", "-O0", "-g", "-fno-lto", "-fno-eliminate-unused-debug-types")
_FOR_FAMILY = {
    "gcc": ("-gno-strict-dwarf", "-ftrack-macro-expansion=0", "-fno-diagnostics-show-caret",
            "-fmax-errors=0"),
    "clang": ("-fstandalone-debug", "-fno-caret-diagnostics", "-ferror-limit=0"),
}


class Outcome:
    """What one run of the compiler gave: whether it accepted the text, the `file` it made (bytes) and what it
    printed."""

    def __init__(self, accepted, file, output):
        self.accepted, self.file, self.output = accepted, file, output

    @cached_property
    def diagnostics(self):
        return diagnostics.parse(self.output)


class Compiler:
    """A C compiler, by the command that starts it: gcc, clang, or one of them for another target.

    Raises `CompilerNotFound` if there is no such command. Without `command`, the environment variable
    `CC` names it, or it is the first of `cc`, `gcc` and `clang` that exists.
    """

    def __init__(self, command=None):
        named = (each.strip() for each in (command or "", os.environ.get("CC", "")))
        command = next(filter(None, named), None) or next(filter(shutil.which, CANDIDATES), None)
        if command is None:
            raise CompilerNotFound("no C compiler: none of " + ", ".join(CANDIDATES)
                                   + " is on PATH; name one by cc= or by the environment variable CC")
        self.words = [command] if os.path.exists(command) else shlex.split(command)
        if shutil.which(self.words[0]) is None:
            raise CompilerNotFound(f"no C compiler: {self.words[0]!r} is not a program")

    @cached_property
    def identity(self):
        """The compiler's name and version, as in `gcc (Debian 12.2.0-14) 12.2.0`."""
        line = self._ask("--version").partition("\n")[0].strip()
        # gcc calls itself as it was called, perhaps `cc`.
        return "gcc " + line[line.index("("):] if "clang" not in line and "(" in line else line

    @cached_property
    def target(self):
        """The target for which it compiles, as in `x86_64-linux-gnu`."""
        return self._ask("-dumpmachine").strip()

    @cached_property
    def family(self):
        """`"clang"` or `"gcc"`: whose options it takes."""
        return "clang" if "clang" in self.identity else "gcc"

    def file_named(self, name):
        """Returns the path of the file that the linker would take for `name`, or `None`."""
        path = self._ask("-print-file-name=" + name).strip()
        return path if os.path.isabs(path) else None

    def compile(self, text, flags=()):
        """Compiles `text` into an object file."""
        # Where it is to please Microsoft's debuggers, clang has another format.
        dwarf = ["-gdwarf"] * self.target.endswith("msvc")
        outcome = self._run(text, [*flags, *_FOR_BOTH, *dwarf, *_FOR_FAMILY[self.family], "-c"])
        if outcome.accepted and outcome.file is None:
            raise CompilerNotFound(f"{shlex.join(self.words)} is no C compiler: it makes no object file")
        return outcome

    def check(self, text, flags=()):
        """Looks only for errors in `text`."""
        return self._run(text, [*flags, "-w", *_FOR_FAMILY[self.family], "-fsyntax-only"])

    def preprocess(self, text, flags=()):
        """Expands the includes and macros of `text`; the output has `#define`s and line markers."""
        return self._run(text, [*flags, "-E", "-dD"])

    def link(self, text, flags=()):
        """Compiles `text`, a whole program, and links it."""
        return self._run(text, [*flags, "-w", *_FOR_FAMILY[self.family]])

    def _run(self, text, arguments):
        # The answers in a cache need only the compiler's name and version.
        import tempfile
        with tempfile.TemporaryDirectory(prefix="ctypes_configure-") as directory:
            made = os.path.join(directory, "made")
            command = [*self.words, "-x", "c", "-", "-x", "none", *_libraries_last(arguments), "-o", made]
            done = self._start(command, text.encode())
            output = done.stderr.decode(errors="replace")
            if done.returncode or not os.path.exists(made):
                return Outcome(done.returncode == 0, None, output)
            with open(made, "rb") as file:
                return Outcome(True, file.read(), output)

    def _ask(self, option):
        done = self._start([*self.words, option], b"")
        if done.returncode:
            raise CompilerNotFound(f"{shlex.join(self.words)} does not answer {option}: "
                                   + diagnostics.first_line(done.stderr.decode(errors="replace")))
        return done.stdout.decode(errors="replace")

    def _start(self, command, given):
        # Messages are read, so they have to be in English.
        environment = {**os.environ, "LC_ALL": "C", "LANGUAGE": ""}
        try:
            return subprocess.run(command, input=given, env=environment, capture_output=True)
        except OSError as error:
            raise CompilerNotFound(f"cannot start {command[0]}: {error}") from error


def _libraries_last(arguments):
    """Sorts `-l` options behind the others: the linker looks into a library for what it knows by then."""
    return sorted(arguments, key=lambda word: word.startswith("-l"))
