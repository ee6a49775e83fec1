"""Answers kept as a Python module, which needs neither a compiler nor this package."""

import hashlib
import importlib.util
import os
import re
import sys
from collections import namedtuple

from .errors import ConfigureError, LibraryNotFound
from .requests import KINDS, Request

_WRITTEN = "# Written by ctypes_configure"
_AGAIN = ", which writes it again when it is asked for more"
_LINE = re.compile(r"# (?P<what>compiler|target|key|asked for): (?P<text>.*)")
_WIDTH = 110


class Head(namedtuple("Head", "compiler target key requests")):
    """What a written module says of itself, in its first lines; `requests` are what it has the answers to."""

    @classmethod
    def read(cls, file):
        """Returns the head of a written module, or `None` if there is no such file, or no whole head in it.

        Raises `ConfigureError` if the file is not one that this package writes again.
        """
        try:
            with open(file, encoding="utf-8", errors="replace") as opened:
                first = opened.readline()
                if first and not first.startswith(_WRITTEN + _AGAIN):
                    raise ConfigureError(f"{file} is not a file in which ctypes_configure keeps answers, and stays"
                                         " as it is: name another one as cache")
                return cls.parse(opened)
        except OSError:
            return None

    @classmethod
    def parse(cls, lines):
        """Returns the head in the first lines of a text, or `None`."""
        found, requests = {}, set()
        for line in lines:
            if not line.startswith("#"):
                break
            match = _LINE.match(line)
            if match and match["what"] == "asked for":
                kind, _, names = match["text"].partition(" ")
                requests |= {Request(kind, name.strip()) for name in names.split(",") if name.strip()}
            elif match:
                found[match["what"]] = match["text"].strip()
        if found.keys() != {"compiler", "target", "key"}:
            return None
        return cls(found["compiler"], found["target"], found["key"], frozenset(requests))

    def write(self, text):
        """Returns the lines of this head, for declarations of the header text `text`."""
        lines = [f"{_WRITTEN}{_AGAIN if self.requests else ''}. Of the C text:"]
        lines += [f"#     {line}".rstrip() for line in text.strip().splitlines()]
        lines += [f"# compiler: {self.compiler}", f"# target: {self.target}"]
        lines += [f"# key: {self.key}"] * bool(self.key)
        for kind in KINDS:
            words = sorted(each.name for each in self.requests if each.kind == kind)
            while words:
                line = f"# asked for: {kind} {words.pop(0)}"
                while words and len(line) + len(words[0]) + 2 <= _WIDTH:
                    line += f", {words.pop(0)}"
                lines.append(line)
        return "\n".join(lines) + "\n"


def key_of(source_words, compiler, target):
    """Returns the hash of the text, the flags, the compiler and the target that a module was written for."""
    words = repr([*source_words, compiler, target])
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def load(file):
    """Returns the module in a file, and imports it if the program has not. Returns `None` if it is broken.

    Raises `LibraryNotFound` if it needs a library that is not there.
    """
    name = os.path.splitext(os.path.basename(file))[0]
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) and os.path.exists(loaded.__file__) \
            and os.path.samefile(loaded.__file__, file):
        return loaded
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except OSError as error:
        raise LibraryNotFound(f"{file}: {error}") from error
    except Exception:
        return None
    return module


def store(file, text):
    """Writes a file at once, so that no other process sees half of it."""
    # A program whose answers are all cached needs none of this.
    import tempfile
    directory = os.path.dirname(os.path.abspath(file))
    handle, temporary = tempfile.mkstemp(dir=directory, suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise
