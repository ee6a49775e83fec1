"""Compiles a batch by each compiler of its platform, into a shared library each."""

import subprocess

import c_source
from platforms import PLATFORMS
from toolchain import compiler as started


def compile_batch(batch, folder):
    """The libraries, one for each compiler."""
    source = folder / "batch.c"
    source.write_text(c_source.write(batch))
    platform = PLATFORMS[batch.platform]
    libraries = [folder / f"{compiler}{platform.suffix}" for compiler in platform.compilers]
    commands = [started(platform, [compiler, *options, "-o", library, source])
                for library, (compiler, options) in zip(libraries, platform.compilers.items())]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    for library, process in zip(libraries, running):
        _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{library.stem} does not compile {source}:\n{errors}")
    return libraries
