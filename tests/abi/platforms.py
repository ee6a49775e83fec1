"""The platforms whose C is held against Python's: their compilers, and how their types differ."""

from typing import NamedTuple

from scalars import SCALARS


class Platform(NamedTuple):
    name: str
    # C compilers, each with what it is told.
    compilers: dict
    # Sizes that are not System V x86-64's.
    sizes: dict = {}
    # Scalars that are unsigned there.
    unsigned: tuple = ()
    # Scalars that are left out.
    without: tuple = ()
    # The bits of a `long double` that mean something, and whether they are x87's.
    long_double_bits: int = 80
    # The attributes by which C has a layout that is named; none by which it cannot be had.
    layouts: dict = {}
    # The one that there is if none is named.
    layout: str = "gcc-sysv"
    suffix: str = ".so"

    def size(self, name):
        return self.sizes.get(name, SCALARS[name].size)

    def is_signed(self, name):
        return SCALARS[name].kind in ("signed", "char", "wchar") and name not in self.unsigned

    def names(self, fits=lambda scalar: True):
        """The scalars that it has and that fit."""
        return [name for name, scalar in SCALARS.items() if name not in self.without and fits(scalar)]


# Without remarks on ABIs of older versions.
OPTIONS = ["-O1", "-w", "-Wno-psabi", "-shared", "-fPIC"]

PLATFORMS = {platform.name: platform for platform in [
    Platform(
        "linux",
        {"gcc": OPTIONS, "clang": OPTIONS},
        layouts={"ms": "ms_struct", "gcc-sysv": None},
    ),
    Platform(
        "aarch64",
        {"aarch64-linux-gnu-gcc": OPTIONS},
        unsigned=("char", "wchar_t"),
        long_double_bits=128,
        layouts={"gcc-sysv": None},
    ),
    Platform(
        "windows",
        # The layout of bit fields is Microsoft's unless another is named, but not `long double`.
        {"x86_64-w64-mingw32-gcc": [*OPTIONS, "-mlong-double-64"]},
        sizes={"long": 4, "unsigned long": 4, "wchar_t": 2, "long double": 8},
        unsigned=("wchar_t",),
        # ctypes has no complex types there.
        without=("float _Complex", "double _Complex", "long double _Complex"),
        long_double_bits=64,
        layouts={"ms": "ms_struct", "gcc-sysv": "gcc_struct"},
        layout="ms",
        suffix=".dll",
    ),
]}
