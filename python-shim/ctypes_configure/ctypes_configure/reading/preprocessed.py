"""Reads a preprocessed header: which file says what.

gcc's manual, "Preprocessor Output": line markers are `# 12 "file" flags`, where flag 1 begins a file that is
included; with `-dD` the `#define` lines stay.
"""

import os
import re
from dataclasses import dataclass, field

_MARKER = re.compile(r'# (?:line )?(\d+) "((?:[^"\\]|\\.)*)"([\d ]*)')
_DEFINE = re.compile(r"#define (\w+)(\(?)(.*)")
_UNDEF = re.compile(r"#undef (\w+)")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass
class File:
    """What one file says: the names of its macros that have a value and no parameters, with their definitions,
    and all words outside of macros, in order."""

    macros: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)


@dataclass
class Preprocessed:
    """The files of a preprocessed text by path, and those that the text itself includes."""

    files: dict = field(default_factory=dict)
    included: list = field(default_factory=list)


def read(output, text_file):
    """Returns what is in the preprocessor's `output` for a text whose own file is called `text_file`."""
    found = Preprocessed()
    path, current = None, File()
    for line in output.splitlines():
        if not line.startswith("#"):
            current.words.update(dict.fromkeys(_WORD.findall(_STRING.sub("", line))))
        elif marker := _MARKER.match(line):
            before, path = path, _path(marker[2])
            if "1" in marker[3].split() and before == text_file and path not in found.included:
                found.included.append(path)
            current = found.files.setdefault(path, File())
        elif (define := _DEFINE.match(line)) and not define[2] and define[3].strip():
            current.macros[define[1]] = define[3].strip()
        elif undef := _UNDEF.match(line):
            for each in found.files.values():
                each.macros.pop(undef[1], None)
    return found


def _path(quoted):
    path = re.sub(r"\\(.)", r"\1", quoted)
    return path if path.startswith("<") else os.path.normpath(path)
