"""The command `check`: its own arguments, and what it prints."""

import sys

from . import modules


def add_arguments(parser):
    """Adds the arguments of `check` to an `argparse` parser, except those of the compiler."""
    parser.add_argument("module", metavar="MODULE",
                        help="a module's dotted name or file; PACKAGE.* for the modules in a package too")
    parser.add_argument("--all", action="store_true", help="check all modules in a package, at any depth")
    parser.add_argument("--header", action="append", required=True, metavar="HEADER",
                        help="a header, as in #include <...>, or C text; may be given several times")
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN",
                        help="names to report, as in 'X*' or 'XImage.width'")
    parser.add_argument("--ignore", action="append", default=[], metavar="PATTERN",
                        help="names not to report")


def run(options, source):
    """Checks, prints what is wrong and how much was compared, and returns the exit status: 1 for mistakes.

    `source` is the `interface.Source` to check against. Raises `ConfigureError` if there is nothing to check,
    or nothing to check it against.
    """
    from .checker import check
    loaded, failed = modules.load(options.module, options.all)
    report = check(loaded, source)
    findings = report.in_order(options.only, options.ignore)
    for each in findings:
        print(each)
    sys.stdout.flush()
    for reason in failed:
        print(f"not checked: {reason}", file=sys.stderr)
    print(report.summary(), file=sys.stderr)
    return 1 if findings else 0
