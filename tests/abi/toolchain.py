"""How compilers and programs of a platform are started: on this machine, or as tests/platforms does it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "platforms"))
import build  # noqa: E402
import root  # noqa: E402
from targets import TARGETS  # noqa: E402


def is_here(platform):
    return platform.name not in TARGETS


def compiler(platform, words):
    """The words of a command that compiles."""
    return list(map(str, words)) if is_here(platform) else root.enter(words)


def program(platform, path):
    """The words that start a program, and the variables it needs."""
    if is_here(platform):
        return [str(path)], {}
    target = TARGETS[platform.name]
    return build.command(target, path), target.environment


def interpreter(platform, repository):
    """Where the interpreter is built."""
    if is_here(platform):
        return repository / "target/release/rustpython-ctypes"
    return build.interpreter(TARGETS[platform.name])
