"""The command `check`: its arguments, and what it prints."""

import sys

from ..compiler import Compiler
from ..header import as_text
from ..interface import Source
from . import modules
from .checker import check


def add_arguments(parser):
    """Adds the arguments of `check` to an `argparse` parser."""
    add = parser.add_argument
    add("module", metavar="MODULE",
        help="the module's dotted name or file; PACKAGE.* for the modules in a package too")
    add("--all", action="store_true", help="check all modules in a package, and in packages in it")
    add("--header", action="append", default=[], required=True, metavar="HEADER",
        help="a header's name, or C text that includes it; may be repeated")
    add("--library", action="append", default=[], metavar="NAME",
        help="a library that the functions should be in, named as for the linker; may be repeated")
    add("--include-dir", action="append", default=[], metavar="DIRECTORY", help="where headers are looked for first")
    add("--library-dir", action="append", default=[], metavar="DIRECTORY",
        help="where libraries are looked for first")
    add("--define", action="append", default=[], metavar="NAME[=VALUE]", help="a macro to define first")
    add("--flag", action="append", default=[], metavar="FLAG", help="for the compiler, as in --flag=-std=c11")
    add("--cc", metavar="COMMAND", help="the compiler; without it $CC, or cc, gcc or clang")
    add("--only", action="append", default=[], metavar="PATTERN", help="report only names like this: 'X*', 'XImage.*'")
    add("--ignore", action="append", default=[], metavar="PATTERN", help="do not report names like this")


def run(arguments):
    """Checks, prints what is wrong and how much was compared, and returns the exit status: 1 if anything is wrong.

    Raises `ConfigureError` if there is nothing to check, or nothing to check it against.
    """
    loaded, failed = modules.load(arguments.module, arguments.all)
    report = check(loaded, source_of(arguments))
    findings = report.in_order(arguments.only, arguments.ignore)
    for each in findings:
        print(each)
    sys.stdout.flush()
    for reason in failed:
        print(f"not checked: {reason}", file=sys.stderr)
    print(report.summary(), file=sys.stderr)
    return 1 if findings else 0


def source_of(arguments):
    """Returns what to check against."""
    flags = [*(f"-I{each}" for each in arguments.include_dir), *(f"-D{each}" for each in arguments.define),
             *arguments.flag]
    return Source("\n".join(map(as_text, arguments.header)), Compiler(arguments.cc), tuple(flags),
                  tuple(arguments.library), tuple(arguments.library_dir))
