"""Packages of Debian's that are not installed anywhere: of other machines, or sources."""

import shutil
import subprocess

from root import debian
from targets import BUILT

FOLDER = BUILT / "packages"


def binary(release, package, architecture):
    """The folder with the files of a package for another architecture."""
    def unpack(folder):
        apt(folder, f"deb [arch={architecture} {SIGNED}]", release, architecture, "download", package)
        [archive] = folder.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, folder / "files"], check=True)

    return once(f"{package}-{architecture}", unpack)


def source(release, package):
    """The folder with a package's sources, as they were published."""
    def unpack(folder):
        apt(folder, f"deb-src [{SIGNED}]", release, "amd64", "source", "--download-only", package)
        [archive] = folder.glob("*.orig.tar.*z")
        (folder / "files").mkdir()
        subprocess.run(["tar", "-xf", archive, "-C", folder / "files", "--strip-components=1"], check=True)

    return once(f"{package}-source", unpack)


SIGNED = "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"


def once(name, unpack):
    """The folder that `unpack` has filled, now or before."""
    files = FOLDER / name / "files"
    if not files.exists():
        unfinished = FOLDER / f"{name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        (unfinished / "lists/partial").mkdir(parents=True)
        unpack(unfinished)
        unfinished.rename(FOLDER / name)
    return files


def apt(folder, kind, release, architecture, *words):
    """Has apt fetch something into a folder, with a list of packages of its own."""
    sources = folder / "sources.list"
    sources.write_text(f"{kind} {debian.mirror()} {release} main\n")
    settings = {"Dir::State::Lists": folder / "lists", "Dir::Cache": folder / "cache", "Dir::Etc::SourceList": sources,
                "Dir::Etc::SourceParts": "-", "APT::Architecture": architecture,
                "APT::Architectures": architecture, "APT::Sandbox::User": "root"}
    options = [f"-o{name}={value}" for name, value in settings.items()]
    for given in [["update"], words]:
        subprocess.run(["apt-get", "-qq", *options, *given], cwd=folder, check=True)
