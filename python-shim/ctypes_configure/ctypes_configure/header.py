"""`Header`: what a C header declares, as ctypes types and Python values."""

import ctypes
import enum
import os
import threading
import types
import warnings

from . import cache as caches
from .errors import CompilerNotFound, LibraryNotFound, UnknownName
from .reading import targets
from .reading.compiler import Compiler
from .requests import Request


class Header:
    """A C header, or any text of declarations, and the libraries that have its functions.

    `text` is C source, such as `"#include <fcntl.h>"`, or the name of one header. `libraries` are named as for
    the linker (`"m"` for `-lm`), or by paths. `include_dirs` and `library_dirs` are searched first; `flags` are
    given to the compiler as they are. `cc` is the compiler's command (`"aarch64-linux-gnu-gcc"`); without it the
    environment variable `CC` names it, or it is `cc`, `gcc` or `clang`. With `use_errno`, the libraries are
    loaded so that `ctypes.get_errno()` works.

    `cache` is the file of a Python module in which answers are kept. What it has is not asked again, and needs
    no compiler, until the text, the flags, the compiler or the target change. Without a cache the compiler is
    asked each time.

    All methods raise `ConfigureError` or one of its subclasses: see `errors`.
    """

    def __init__(self, text, *, libraries=(), include_dirs=(), library_dirs=(), flags=(), cc=None, cache=None,
                 use_errno=False):
        if isinstance(libraries, str):
            libraries = (libraries,)
        for option, words in dict(include_dirs=include_dirs, library_dirs=library_dirs, flags=flags).items():
            if isinstance(words, str):
                raise TypeError(f"{option} is a list of words, not {words!r}")
        self._text = as_text(text)
        self._options = dict(flags=(*(f"-I{each}" for each in include_dirs), *flags),
                             libraries=tuple(map(os.fspath, libraries)),
                             library_directories=tuple(map(os.fspath, library_dirs)), use_errno=use_errno)
        self._cc, self._compiler = cc, None
        self._cache = None if cache is None else os.fspath(cache)
        if self._cache is not None and not self._cache.endswith(".py"):
            raise ValueError(f"the cache is a Python module, so its name ends in .py, not {cache!r}")
        self._stub = self._cache and self._cache + "i"
        self._module, self._requests = types.ModuleType("ctypes_configure.answers"), frozenset()
        self._cache_is_read, self._lock = False, threading.RLock()

    def struct(self, name):
        """Returns the class of a structure or union, by its tag (`struct stat`) or typedef, with all its fields.

        Raises `IncompleteType` if C does not define it.
        """
        return self.structs(name)[0]

    def structs(self, *names):
        """Returns the classes of several structures and unions, as a tuple."""
        found = self._ask("type", *names)
        for name, each in zip(names, found):
            if not issubclass(each, (ctypes.Structure, ctypes.Union)):
                raise UnknownName(f"{name} is no structure or union but {each.__name__}: ask for it by type()")
        return found

    def type(self, name):
        """Returns the ctypes type of a typedef or tagged type. Enums are asked for by `enum`."""
        return self.types(name)[0]

    def types(self, *names):
        """Returns several ctypes types, as a tuple."""
        return self._ask("type", *names)

    def constant(self, name):
        """Returns the value of a macro or enumerator: an `int`, `float`, `bytes`, or `str` of wide characters.

        Pointers to functions, such as `SIG_IGN`, are instances of their ctypes type.
        """
        return self._ask("constant", name)[0]

    def constants(self, *names):
        """Returns the values of several constants, as a tuple."""
        return self._ask("constant", *names)

    def function(self, name):
        """Returns a function of the libraries, with `argtypes` and `restype` set.

        A result of type `char *` is a `POINTER(c_char)`, because the caller may have to free it; one of
        `const char *` is a `c_char_p`.
        """
        return self._ask("function", name)[0]

    def functions(self, *names):
        """Returns several functions, as a tuple."""
        return self._ask("function", *names)

    def variable(self, name):
        """Returns an object that is a variable of the libraries: `value` or its fields read and write it."""
        return self._ask("variable", name)[0]

    def enum(self, name):
        """Returns an `IntEnum` of an enum's members, by its tag (`enum color`) or typedef."""
        return self._ask("enum", name)[0]

    def _ask(self, kind, *names):
        requests = [Request(kind, " ".join(name.split())) for name in names]
        for request in requests:
            request.check()
        with self._lock:
            if not self._cache_is_read:
                self._read_cache()
            if not self._requests.issuperset(requests):
                self._ask_compiler(requests)
        return tuple(getattr(self._module, request.python_name) for request in requests)

    def _read_cache(self):
        self._cache_is_read = True
        if not self._cache:
            return
        caches.Head.read(self._stub)
        head = caches.Head.read(self._cache)
        module = caches.load(self._cache) if head and self._fits(head) else None
        if module is not None:
            self._module = module
            # The program may have imported it before another process wrote it again.
            self._requests = frozenset(each for each in head.requests if hasattr(module, each.python_name))

    def _fits(self, head):
        """Whether a written module answers for this text and compiler; without a compiler, for this machine."""
        try:
            compiler = self._find_compiler()
        except CompilerNotFound:
            here = targets.system_of(head.target) == targets.system_here()
            return here and head.key == self._key(head.compiler, head.target)
        return head.key == self._key(compiler.identity, compiler.target)

    def _find_compiler(self):
        if self._compiler is None:
            self._compiler = Compiler(self._cc)
        return self._compiler

    def _key(self, compiler, target):
        return caches.key_of([self._text, *map(repr, self._options.values())], compiler, target)

    def _ask_compiler(self, requests):
        # What reads debug information takes long to import, and a cache makes do without it.
        from .writing import module_text
        from .writing.interface import Interface, Source
        compiler = self._find_compiler()
        key = self._key(compiler.identity, compiler.target)
        asked = self._requests.union(requests, self._kept_by_others(key))
        source = Source(self._text, compiler, **self._options)
        declarations = Interface(source).declare(sorted(asked, key=lambda each: each.name))
        self._execute(declarations)
        self._requests = asked
        if self._cache:
            head = caches.Head(compiler.identity, compiler.target, key, asked).write(self._text)
            try:
                caches.store(self._cache, module_text.module(head, declarations))
                caches.store(self._stub, module_text.stub(head, declarations))
            except OSError as error:
                warnings.warn(f"the answers are not kept: {error}", RuntimeWarning, stacklevel=4)

    def _kept_by_others(self, key):
        """Returns what other users of the same cache have asked since it was read."""
        head = self._cache and caches.Head.read(self._cache)
        return head.requests if head and head.key == key else ()

    def _execute(self, declarations):
        """Makes what the module does not have yet, so that what it has stays as it is."""
        # A copy, so that nothing is there by half if a library is not.
        space = dict(self._module.__dict__)
        present = set(space)
        space |= {name: getattr(ctypes, name) for name in declarations.imports - {"IntEnum"}}
        space["IntEnum"] = enum.IntEnum
        try:
            for each in declarations.in_order():
                if each.name not in present:
                    exec(each.text, space)
        except OSError as error:
            raise LibraryNotFound(str(error)) from error
        except (AttributeError, ValueError) as error:
            # The program, or a library that only the loader finds, was taken on trust to have a symbol.
            raise UnknownName(str(error)) from error
        self._module.__dict__.update(space)


def as_text(text):
    """Returns C source: `text` itself, or an include of the header that it names."""
    is_name = text.strip().endswith((".h", ".hpp")) and not any(mark in text for mark in '#;{}"\n')
    return f"#include <{text.strip()}>" if is_name else text
