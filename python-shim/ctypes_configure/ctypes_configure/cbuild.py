"""Holds what the C compiler is told besides the questions: includes, directories, libraries, text, flags."""

import os
from dataclasses import dataclass, fields

# Lists whose items may repeat: the same line, or the same flag with another value, may be needed twice.
_REPEATABLE = frozenset({"pre_include_lines", "post_include_lines", "compile_extra", "link_extra"})


@dataclass(unsafe_hash=True)
class ExternalCompilationInfo:
    """Tells what to include and what to link. Every argument is a list.

    `pre_include_lines` and `post_include_lines` are lines of C before and after the `includes` (names of
    header files); `include_dirs` and `library_dirs` are searched before the system's; `libraries` are names
    as `-l` takes them, or paths. `separate_module_sources` (texts) and `separate_module_files` (paths) are C
    files that are linked to the program that `Has` and `Works` make. `compile_extra` and `link_extra` are
    further arguments of the compiler.
    """

    pre_include_lines: tuple = ()
    includes: tuple = ()
    include_dirs: tuple = ()
    post_include_lines: tuple = ()
    libraries: tuple = ()
    library_dirs: tuple = ()
    separate_module_sources: tuple = ()
    separate_module_files: tuple = ()
    compile_extra: tuple = ()
    link_extra: tuple = ()

    def __post_init__(self):
        for name in _NAMES:
            value = getattr(self, name)
            if not isinstance(value, (list, tuple)):
                raise TypeError(f"{name} must be a list, not {type(value).__name__}")
            setattr(self, name, tuple(value))

    def merge(self, *others):
        """Returns one with the items of all, in order. Apart from lines and flags, each counts once."""
        merged = {}
        for name in _NAMES:
            items = [item for each in (self, *others) for item in getattr(each, name)]
            merged[name] = items if name in _REPEATABLE else list(dict.fromkeys(items))
        return type(self)(**merged)

    @property
    def text(self):
        """The C text that questions are put behind."""
        included = (f"#include <{path}>" for path in self.includes)
        return "\n".join([*self.pre_include_lines, *included, *self.post_include_lines])

    @property
    def compile_flags(self):
        """Arguments of the compiler for a file with this text."""
        return [*(f"-I{directory}" for directory in self.include_dirs), *self.compile_extra]

    @property
    def link_flags(self):
        """Arguments of the compiler that link the libraries."""
        named = (library if os.path.dirname(library) else f"-l{library}" for library in self.libraries)
        return [*(f"-L{directory}" for directory in self.library_dirs), *named, *self.link_extra]


_NAMES = [each.name for each in fields(ExternalCompilationInfo)]
