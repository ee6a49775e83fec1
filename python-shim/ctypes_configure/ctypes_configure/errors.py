"""Exceptions of this package. Each message names what was asked for and shows the compiler's first line."""


class ConfigureError(Exception):
    """Base of the exceptions that this package raises about C."""


class CompilerNotFound(ConfigureError):
    """There is no C compiler, and the answer is in no cache."""


class CompileError(ConfigureError):
    """The compiler rejects the header text itself, whatever is asked about it."""


class HeaderNotFound(CompileError):
    """The text includes a file that the compiler does not find."""


class LibraryNotFound(ConfigureError):
    """A named library is neither where the compiler looks nor where the system does."""


class UnknownName(ConfigureError, LookupError):
    """C, or the library, does not have the name that was asked for, or has it as something else."""


class IncompleteType(ConfigureError):
    """A structure, union or enum is declared but not defined."""


class Unsupported(ConfigureError):
    """ctypes has no type for what C declares."""
