"""fusepy: a file system in memory, mounted where nobody else sees it."""

import os

from client import PROGRAMS, Client, printed

VERSION = "3.0.1"
REQUIREMENT = f"fusepy=={VERSION}"
# Mounts in it end with its processes.
NAMESPACE = ("unshare", "--mount")


def memory(machine, interpreter):
    if not os.path.exists("/dev/fuse"):
        raise RuntimeError("there is no /dev/fuse, so nothing can be mounted")
    # A source distribution of one file.
    packages = machine.source(REQUIREMENT)
    scratch = machine.scratch("fuse-memory", interpreter.name)
    return printed(interpreter.run(PROGRAMS / "fuse_memory.py", scratch, packages=packages,
                                   around=NAMESPACE))


CLIENTS = [
    Client("fuse-memory", "fusepy", VERSION,
           "a file system in memory mounted and worked in, with one thread and with several",
           memory, quick=True, needs=("unshare", "fusermount")),
]
