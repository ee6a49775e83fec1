"""The commands: `python -m ctypes_configure generate` and `check`."""

import argparse
import os
import sys

from .checking import command
from .errors import ConfigureError
from .header import as_text
from .reading.compiler import Compiler


def main(arguments=None):
    """Runs a command line, and returns its exit status: 2 for what prevents an answer."""
    parser = argparse.ArgumentParser(prog="ctypes_configure", description="Declarations of C, for ctypes.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _generate_parser(commands)
    _check_parser(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except ConfigureError as error:
        print(f"ctypes_configure: {error}", file=sys.stderr)
        return 2


def add_compiler_options(parser):
    """Adds the options by which a header is compiled."""
    parser.add_argument("--library", "-l", action="append", default=[], metavar="NAME",
                        help="a library with the header's functions, as for the linker, or its path")
    parser.add_argument("--include-dir", "-I", action="append", default=[], metavar="DIR",
                        help="a folder in which to look for headers first")
    parser.add_argument("--library-dir", "-L", action="append", default=[], metavar="DIR",
                        help="a folder in which to look for libraries first")
    parser.add_argument("--define", "-D", action="append", default=[], metavar="NAME[=VALUE]",
                        help="a macro to define first")
    parser.add_argument("--flag", action="append", default=[], help="a flag for the compiler")
    parser.add_argument("--cc", help="the compiler's command; without it, $CC, cc, gcc or clang")


def source_of(options, headers):
    """Returns what the options say is asked about."""
    from .writing.interface import Source
    text = "".join(as_text(header).rstrip("\n") + "\n" for header in headers)
    flags = [*(f"-I{each}" for each in options.include_dir), *(f"-D{each}" for each in options.define),
             *options.flag]
    return Source(text, Compiler(options.cc), tuple(flags), tuple(options.library), tuple(options.library_dir))


def _generate_parser(commands):
    parser = commands.add_parser("generate", help="write a module of everything that a header declares",
                                 description="Writes a module of everything that headers declare.")
    parser.add_argument("header", nargs="+", help="a header, as in #include <...>")
    parser.add_argument("--output", "-o", metavar="FILE", help="the module to write; without it, standard output")
    parser.add_argument("--also", action="append", default=[], metavar="PATTERN",
                        help="included files to take too, as in '*/SDL2/*'")
    parser.add_argument("--ignore", action="append", default=[], metavar="PATTERN", help="names to leave out")
    add_compiler_options(parser)
    parser.set_defaults(run=_generate)


def _generate(options):
    from .generate import generate
    made = generate(source_of(options, options.header), options.also, options.ignore)
    if options.output is None:
        print(made.text, end="")
        return 0
    for file, text in ((options.output, made.text), (os.path.splitext(options.output)[0] + ".pyi", made.stub)):
        with open(file, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    return 0


def _check_parser(commands):
    parser = commands.add_parser("check", help="hold the declarations of a module against C",
                                 description="Holds the declarations of a module against C. Exit status 1: some are "
                                             "wrong.")
    command.add_arguments(parser)
    add_compiler_options(parser)
    parser.set_defaults(run=lambda options: command.run(options, source_of(options, options.header)))


if __name__ == "__main__":
    sys.exit(main())
