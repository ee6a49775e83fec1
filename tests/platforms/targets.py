"""The platforms: what builds programs for each, and what runs them."""

from dataclasses import dataclass, field

from root import REPOSITORY

# All that is built, in cargo's layout.
BUILT = REPOSITORY / "target/platforms"


@dataclass(frozen=True)
class Target:
    triple: str
    # The Debian packages that it takes, and the architecture that some of them are for.
    packages: tuple
    architecture: str = None
    # The C compiler, which also links.
    compiler: str = None
    # The words before a program that run it, and whether programs that it starts need them too.
    runner: tuple = ()
    is_emulated: bool = False
    # What is run before programs are.
    setup: tuple = ()
    # Variables of a program that runs.
    environment: dict = field(default_factory=dict)
    # How the tests' C library is compiled and what it is called.
    shared: tuple = ("-shared", "-fPIC")
    library: str = "libctypestest.so"
    program: str = "rustpython-ctypes"
    # Whether paths are written as Windows has them.
    has_drives: bool = False
    # The package and architecture of Debian sid's that has CPython's `_ctypes_test`.
    conformance_library: tuple = None
    # What C libraries are linked to.
    system_libraries: tuple = ("-lm",)
    # Whether Rust's standard library and libffi are built from their sources, there being no package of them.
    std_from_source: bool = False
    libffi_from_source: bool = False
    # The examples that need nothing but the system.
    examples: tuple = ("getaddrinfo", "ieee754", "libm", "loaded_objects", "qsort", "strtol_errno")
    # The cargo features that can be had, if not the default ones.
    features: str = None
    # How many times as long as here a program takes, for tests that try many cases.
    slowed: int = 1

    def paths(self, *paths):
        """Paths of this machine in a variable, as a program there writes them."""
        if not self.has_drives:
            return ":".join(map(str, paths))
        # Wine has the root as this drive.
        return ";".join("Z:" + str(path).replace("/", "\\") for path in paths)


FROM_SOURCE = "rust-web-src"

TARGETS = {
    "aarch64": Target(
        "aarch64-unknown-linux-gnu",
        ("gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "libffi-dev:arm64", "libstd-rust-web-dev:arm64",
         "qemu-user"),
        architecture="arm64",
        compiler="aarch64-linux-gnu-gcc",
        runner=("qemu-aarch64",),
        is_emulated=True,
        conformance_library=("libpython3.14-stdlib", "arm64"),
        slowed=8,
    ),
    "windows": Target(
        "x86_64-pc-windows-gnu",
        ("gcc-mingw-w64-x86-64", "wine", "wine64", FROM_SOURCE),
        compiler="x86_64-w64-mingw32-gcc",
        runner=("wine",),
        # Makes Wine's folder, or brings it up to date.
        setup=("wineboot", "--init"),
        # Wine's own messages stay away from what programs print; it is not to ask for .NET or a browser, nor to
        # look for a Wayland display.
        environment={"WINEPREFIX": str(BUILT / "wine"), "WINEDEBUG": "-all",
                     "WINEDLLOVERRIDES": "mscoree=;mshtml=;winewayland.drv="},
        # Microsoft's `long double` has 64 bits, and so has that of ctypes.
        shared=("-shared", "-static", "-mlong-double-64"),
        library="ctypestest.dll",
        program="rustpython-ctypes.exe",
        has_drives=True,
        system_libraries=("-loleaut32", "-lole32", "-luuid"),
        std_from_source=True,
        libffi_from_source=True,
        examples=("windows",),
        slowed=4,
    ),
    "i686": Target(
        "i686-unknown-linux-gnu",
        ("gcc-i686-linux-gnu", "libc6-dev-i386-cross", "libffi-dev:i386", "libstd-rust-web-dev:i386"),
        architecture="i386",
        compiler="i686-linux-gnu-gcc",
        # rustpython-capi does not compile where `long` has 32 bits on Unix.
        features="program,mimalloc",
    ),
    "s390x": Target(
        "s390x-unknown-linux-gnu",
        ("gcc-s390x-linux-gnu", "libc6-dev-s390x-cross", "qemu-user", FROM_SOURCE),
        compiler="s390x-linux-gnu-gcc",
        runner=("qemu-s390x", "-L", "/usr/s390x-linux-gnu"),
        is_emulated=True,
        std_from_source=True,
        libffi_from_source=True,
        slowed=8,
    ),
}

# What Rust's compiler checks, without C compilers: triples.
CHECKED = {
    "macos": ("aarch64-apple-darwin", "x86_64-apple-darwin"),
    "msvc": ("x86_64-pc-windows-msvc",),
}
