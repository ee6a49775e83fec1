"""Checks a batch, as the interpreter that is tested runs it.

    check.py BATCH PROGRESS FIRST WHAT LIBRARY...

`BATCH` is JSON (batch.py), each library that batch compiled. The number of the check that is under way is
written to the file `PROGRESS`, so that it is known if the process dies; checks before number `FIRST` are left
out. `WHAT` is a seed and, after a slash, the kinds of checks. Prints a line of JSON for each difference and
one at the end with how many checks were made.
"""

import ctypes
import json
import os
import random
import sys
import warnings

from batch import Batch, listed
from checks import Checks, Difference, Refused
from python_source import define


def main():
    path, progress, first, what, *libraries = sys.argv[1:]
    with open(path) as file:
        batch = Batch.from_json(file.read())
    seed, kinds = what.split("/")
    # What a layout has to say of `_pack_` is known.
    warnings.simplefilter("ignore")
    classes = define(batch.aggregates)
    classes.update({name: value for name, value in vars(ctypes).items() if name.startswith("c_")})
    progress = os.open(progress, os.O_WRONLY)
    number = done = 0
    for library in libraries:
        checks = Checks(batch, classes, ctypes.CDLL(library), random.Random())
        for kind, of in listed(batch, kinds.split(",")):
            number += 1
            if number <= int(first):
                continue
            os.lseek(progress, 0, os.SEEK_SET)
            os.write(progress, f"{number:9}".encode())
            # The same values for the same check, whichever come before it.
            checks.random.seed(f"{seed}/{kind}/{of.name}")
            done += 1
            try:
                getattr(checks, kind)(of)
                continue
            except Refused as error:
                outcome, message = "refused", str(error)
            except Difference as error:
                outcome, message = "differs", str(error)
            except Exception as error:
                outcome, message = "raises", f"{type(error).__name__}: {error}"
            print(json.dumps([outcome, kind, of.name, library, message]), flush=True)
    print(json.dumps(["done", done]))


main()
