"""Import statements in functions: modules that were imported long ago."""

from . import floors
from .row import group

# The statement calls a builtin with five arguments, which has to find the module by its name.
FOUND = "from sys import modules\nimport os, ctypes, importlib.machinery\nos_name = 'os'\n"
FINDING = floors.total(floors.call(5), "modules[os_name]")
FROM = floors.total(FINDING, "os.path")

ROWS = group(
    "import",
    ("import os", FOUND, "import os as m", "m is modules['os']", FINDING),
    ("import os.path", FOUND, "import os.path", "True", FINDING),
    ("from os import path", FOUND, "from os import path as m", "m is os.path", FROM),
    ("from math import sqrt", FOUND, "from math import sqrt as m", "m is vm_sqrt", FROM),
    ("from package import name", FOUND, "from ctypes import c_int as m", "m is c_int", FROM),
    ("from package import module", FOUND, "from importlib import machinery as m",
     "m is importlib.machinery", FROM),
    ("from . import name", FOUND + "__package__ = 'ctypes'\n__spec__ = ctypes.__spec__",
     "from . import c_int as m", "m is c_int", FROM),
    ("from package import 3 names", FOUND, "from ctypes import c_int as m, c_long as n, c_char as o",
     "m is c_int",
     floors.total(FROM, "os.path", "os.path")),
)
