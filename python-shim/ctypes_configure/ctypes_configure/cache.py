"""Answers kept as a Python module, which needs neither a compiler nor this package."""

import hashlib
import importlib.util
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass

from . import module_text
from .requests import KINDS, Request

_LINE = re.compile(r"# (?P<what>compiler|target|key|asked for): (?P<text>.*)")
_WIDTH = 110


@dataclass(frozen=True)
class Head:
    """What a written module says of itself, in its first lines."""

    compiler: str
    target: str
    key: str
    requests: frozenset

    @classmethod
    def read(cls, file):
        """Returns the head of a written module, or `None` if there is none in this file."""
        try:
            with open(file, encoding="utf-8") as opened:
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
        again = ", which writes it again when it is asked for more" if self.requests else ""
        lines = [f"# Written by ctypes_configure{again}. Of the C text:"]
        lines += ["#     " + line for line in text.strip().splitlines()]
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
    words = json.dumps([*source_words, compiler, target])
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def load(file):
    """Returns the module in a file, and imports it if the program has not."""
    name = os.path.splitext(os.path.basename(file))[0]
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) and os.path.exists(loaded.__file__) \
            and os.path.samefile(loaded.__file__, file):
        return loaded
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def store(file, head, text, declarations):
    """Writes the module and its type stub, each at once, so that no other process sees half of one."""
    first = head.write(text)
    _replace(file, module_text.module(first, declarations))
    _replace(os.path.splitext(file)[0] + ".pyi", module_text.stub(first, declarations))


def _replace(file, text):
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
