"""Compiles a batch by each compiler, into a shared library each."""

import subprocess

import c_source

COMPILERS = ["gcc", "clang"]
# Without remarks on ABIs of older versions.
OPTIONS = ["-O1", "-w", "-Wno-psabi", "-shared", "-fPIC"]


def library(folder, compiler):
    return folder / f"{compiler}.so"


def compile_batch(batch, folder):
    """The libraries, one for each compiler."""
    source = folder / "batch.c"
    source.write_text(c_source.write(batch))
    running = [subprocess.Popen([compiler, *OPTIONS, "-o", library(folder, compiler), source],
                                stderr=subprocess.PIPE, text=True) for compiler in COMPILERS]
    for compiler, process in zip(COMPILERS, running):
        _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{compiler} does not compile {source}:\n{errors}")
    return [library(folder, compiler) for compiler in COMPILERS]
