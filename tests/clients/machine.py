"""The folder that clients run in: packages installed from PyPI, source distributions, scratch folders."""

import hashlib
import shutil
import subprocess
import tarfile
import threading
import zipfile
from pathlib import Path


class Machine:
    def __init__(self, folder, cpython):
        self.folder = Path(folder).resolve()
        self.cpython = cpython
        # Ours and CPython's run of a client ask for the same things at the same time.
        self.lock = threading.RLock()

    def pip(self, *arguments):
        command = [self.cpython, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stderr}")

    def installed(self, requirements):
        """The folder with these packages, which are pure Python or ctypes over their own libraries."""
        target = self.folder / "packages" / named(requirements)
        with self.lock:
            if not (target / ".complete").exists():
                self.pip("install", "--root-user-action=ignore", "--only-binary", ":all:",
                         "--upgrade", "--target", target, *requirements)
                (target / ".complete").touch()
        return target

    def prefix(self, requirement):
        """The folder that a package is installed below with its data files, which `installed` leaves out."""
        target = self.folder / "prefixes" / named([requirement])
        with self.lock:
            if not (target / ".complete").exists():
                self.pip("install", "--root-user-action=ignore", "--only-binary", ":all:", "--no-deps",
                         "--ignore-installed", "--prefix", target, requirement)
                (target / ".complete").touch()
        return target

    def source(self, requirement):
        """The unpacked source distribution of a package."""
        target = self.folder / "sources" / named([requirement])
        with self.lock:
            if not (target / ".complete").exists():
                shutil.rmtree(target, ignore_errors=True)
                self.pip("download", "--no-deps", "--no-binary", ":all:",
                         "--dest", target, requirement)
                for archive in [*target.glob("*.zip"), *target.glob("*.tar.gz")]:
                    opened = (zipfile.ZipFile if archive.suffix == ".zip" else tarfile.open)(archive)
                    with opened:
                        opened.extractall(target)
                (target / ".complete").touch()
        return next(entry for entry in sorted(target.iterdir()) if entry.is_dir())

    def scratch(self, *names):
        """An empty folder."""
        target = self.folder.joinpath("scratch", *names)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        return target


def named(requirements):
    name = "_".join(requirements)
    if len(name) < 100:
        return name
    return name[:80] + "-" + hashlib.sha256(name.encode()).hexdigest()[:12]
