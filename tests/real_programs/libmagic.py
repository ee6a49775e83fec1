"""python-magic: what libmagic says of bytes and of files, on threads too."""

import tempfile
import threading

import magic

SAMPLES = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20\x08\x02\0\0\0",
    "elf": b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0",
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
    "text": "Grüße aus C\n".encode(),
    "python": b"#!/usr/bin/env python3\nprint('hello')\n",
    "empty": b"",
}
for name, data in SAMPLES.items():
    print(f"{name:7} {magic.from_buffer(data, mime=True):26} {magic.from_buffer(data)}")

with tempfile.NamedTemporaryFile(prefix="mägic") as file:
    file.write(SAMPLES["png"])
    file.flush()
    print("file   ", magic.from_file(file.name, mime=True))

encoding = magic.Magic(mime_encoding=True)
print("encoding", encoding.from_buffer(SAMPLES["text"]), magic.version() > 500)
try:
    magic.from_file("/nowhere/at/all")
except OSError as error:
    print(type(error).__name__, error)
try:
    magic.Magic(magic_file="/nowhere/magic.mgc")
except magic.MagicException as error:
    print("MagicException", error)

answers = []

def ask():
    answers.append(magic.from_buffer(SAMPLES["gzip"], mime=True))


threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("threads", answers)
