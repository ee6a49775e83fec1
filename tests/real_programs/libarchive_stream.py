"""libarchive-c: archives written and read through C callbacks into Python, in several formats and
compressions, with the entries' metadata."""

import io
import os

import libarchive

FILES = {"hello.txt": b"hello from Python\n" * 50, "dir/zeros": bytes(100_000), "grüße": "ß".encode()}


def pack(format_name, filter_name, **options):
    blocks = []
    with libarchive.custom_writer(lambda block: blocks.append(bytes(block)) or len(block),
                                  format_name, filter_name, **options) as archive:
        for path, data in FILES.items():
            archive.add_file_from_memory(path, len(data), data, permission=0o640, mtime=(1700000000, 5),
                                         uid=7, gid=8, uname="user", gname="group")
    return b"".join(blocks)


for format_name, filter_name in [("ustar", None), ("pax", "gzip"), ("gnutar", "bzip2"), ("cpio", "xz"), ("zip", None)]:
    packed = pack(format_name, filter_name)
    print(format_name, filter_name, len(packed) < 140_000)
    with libarchive.memory_reader(packed) as archive:
        for entry in archive:
            data = b"".join(entry.get_blocks())
            print(f"    {entry.pathname:10} {entry.size:7} {entry.mode:o} {entry.mtime} "
                  f"{data == FILES[entry.pathname]} {entry.isfile}")
        print("   ", archive.format_name)

packed = pack("pax", "gzip")
with libarchive.stream_reader(io.BytesIO(packed), block_size=512) as archive:
    print("streamed", [entry.pathname for entry in archive], archive.bytes_read == len(packed))

os.makedirs("libarchive_stream.tmp", exist_ok=True)
os.chdir("libarchive_stream.tmp")
libarchive.extract_memory(packed)
print("extracted", {path: open(path, "rb").read() == data for path, data in FILES.items()})
for path in FILES:
    os.remove(path)
os.rmdir("dir")
os.chdir("..")
os.rmdir("libarchive_stream.tmp")

try:
    with libarchive.memory_reader(b"this is no archive") as archive:
        next(iter(archive))
except libarchive.ArchiveError as error:
    print("ArchiveError", error.msg, error.retcode)
try:
    pack("nonsense", None)
except Exception as error:
    print(type(error).__name__, error)
