"""Puts declarations together into the source text of a module, and of its type stub."""

from .declarations import wrapped


def module(head, declarations, foot=""):
    """Returns the text of a module: `head`, imports, the declarations in order, and `foot`."""
    parts = [head, *_imports(declarations), ""]
    previous = None
    for each in declarations.in_order():
        kind = _kind(each.text)
        if previous is not None and (kind != previous or kind in ("class", "function")):
            parts += ["", ""] if "class" in (kind, previous) else [""]
        parts.append(each.text)
        previous = kind
    return "\n".join([*parts, *([foot] if foot else [])]) + "\n"


def exports(names):
    """Returns the statement that says what `from module import *` imports."""
    return "\n" + wrapped("__all__ = [", [f'"{name}"' for name in sorted(names)], "]")


def stub(head, declarations):
    """Returns the text of the type stub."""
    written = [each.stub for each in declarations.in_order() if each.stub]
    lines = _imports(declarations)
    if any("Any" in each for each in written):
        lines.append("from typing import Any")
    return "\n".join([head, *lines, "", *written]) + "\n"


def _imports(declarations):
    used = sorted(declarations.imports - {"IntEnum"})
    lines = []
    if used:
        text = ", ".join(used)
        lines.append(wrapped("from ctypes import (", used, ")") if len(text) > 90 else f"from ctypes import {text}")
    if "IntEnum" in declarations.imports:
        lines.append("from enum import IntEnum")
    return lines


def _kind(text):
    if text.startswith("class "):
        return "class"
    return "function" if ".restype = " in text else "fields" if "._fields_ = " in text else "line"
