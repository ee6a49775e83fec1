"""Packages over a C library, each by a program that works with it and prints what comes of it."""

from client import PROGRAMS, Client, printed
from suites import in_source


def client(name, package, version, what, file, beside=(), needs=()):
    """One whose program is handed an empty folder, which is its home too."""
    requirements = [f"{package}=={version}", *beside]

    def run(machine, interpreter):
        scratch = machine.scratch(name, interpreter.name)
        packages = machine.installed(requirements)
        return printed(interpreter.run(PROGRAMS / file, scratch, packages=packages, HOME=str(scratch)))

    return Client(name, package, version, what, run, quick=True, needs=needs)


CLIENTS = [
    client("enchant-words", "pyenchant", "3.3.0",
           "words checked and suggested, personal dictionaries, a text corrected, by Hunspell",
           "enchant_words.py"),
    Client("enchant-tests", "pyenchant", "3.3.0", "its own tests (pytest)",
           in_source("enchant-tests", "pyenchant==3.3.0", "tests")),
    client("udev-devices", "pyudev", "0.24.5",
           "all devices, ways to find them, their attributes; events of the kernel, in a thread too",
           "udev_devices.py"),
    client("vlc-play", "python-vlc", "3.0.21203",
           "a sound and a film played: states, events, samples and pictures in callbacks, what it logs",
           "vlc_play.py"),
    client("oscrypto-keys", "oscrypto", "1.3.0",
           "ciphers, derived keys, RSA and EC keys made, read and used, a TLS connection",
           "oscrypto_keys.py", beside=["asn1crypto==1.5.1"], needs=("openssl",)),
    client("rtree-queries", "rtree", "1.4.1",
           "trees in memory, in files, of streams, of moving things, and in pages that Python keeps",
           "rtree_queries.py"),
]
