"""Declarations of C for ctypes, from the C compiler: constants, sizes, layouts and signatures.

`Header` asks about a header, and keeps the answers as a Python module. `python -m ctypes_configure` checks
declarations that exist (`check`), and writes those of a whole header (`generate`). `ctypes_configure.configure`
is the interface of the package of this name that PyPy's authors published in 2007.
"""

from .errors import (CompileError, CompilerNotFound, ConfigureError, HeaderNotFound, IncompleteType,
                     LibraryNotFound, UnknownName, Unsupported)
from .header import Header

__version__ = "1.0"
__all__ = ["CompileError", "CompilerNotFound", "ConfigureError", "Header", "HeaderNotFound", "IncompleteType",
           "LibraryNotFound", "UnknownName", "Unsupported"]
