"""The folder in which programs for other platforms are built and run: Debian trixie with toolchains.

It is target/cross, or what the environment variable CROSS names. debootstrap (a Debian package) makes it, as
root, from the mirror that this machine's own packages come from; what a platform needs is installed there
when it is first asked for. Nothing is installed on the machine, and no mount outlives the command it was made
for.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.append(str(REPOSITORY / "benches/peers"))
import debian  # noqa: E402

# What any build takes: the programs that run during it are this machine's.
COMMON = ["cargo-web", "cmake", "gcc", "libc6-dev", "make", "pkg-config", "rustc-web"]
CARGO = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
# What a command in the folder sees of the machine, if it is there: to write to, and to read.
WRITTEN = [REPOSITORY, CARGO / "registry", Path(tempfile.gettempdir())]
READ = [CARGO / "config.toml", debian.folder("sid"), Path("/etc/resolv.conf"), Path("/etc/hosts"),
        Path("/etc/ssl/certs")]


def enter(words):
    """A command that runs these words in the folder, in the same working directory."""
    paths = []
    for group in (WRITTEN, READ):
        paths += [*(path for path in group if path.exists()), "--"]
    return list(map(str, ["unshare", "--mount", HERE / "enter", debian.folder("cross"), *paths, *words]))


def run(words, **options):
    """Runs a command in the folder; ends the program if it fails."""
    status = subprocess.run(enter(words), **options).returncode
    if status:
        sys.exit(f"{' '.join(map(str, words))} ended with {status}")


def prepare(packages, architecture=None):
    """Makes the folder and installs what is not there of these packages."""
    folder = debian.folder("cross")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            subprocess.run(["debootstrap", "--variant=minbase", "trixie", unfinished, debian.mirror()], check=True)
            unfinished.rename(folder)
        missing = [name for name in [*COMMON, *packages] if not is_installed(folder, name)]
        if not missing:
            return
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        if architecture:
            run(["dpkg", "--add-architecture", architecture])
        run(["apt-get", "update", "-qq"])
        run(["apt-get", "install", "-qq", "--no-install-recommends", *missing], env=environment)


def is_installed(folder, package):
    found = subprocess.run(["dpkg-query", f"--admindir={folder}/var/lib/dpkg", "-W", "-f", "${db:Status-Status}",
                            package], capture_output=True, text=True)
    return found.stdout == "installed"
