"""statx(2): a structure of nested structures filled in by the kernel, read next
to what `os.stat` says of the same file. The layout is the same on every
Linux architecture."""

import os
import tempfile
from ctypes import (CDLL, POINTER, Structure, byref, c_char_p, c_int, c_int32, c_int64, c_uint,
                    c_uint16, c_uint32, c_uint64, get_errno, sizeof)

AT_FDCWD, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS = -100, 0x100, 0x7FF


class Timestamp(Structure):
    _fields_ = [("seconds", c_int64), ("nanoseconds", c_uint32), ("_reserved", c_int32)]

    @property
    def total(self):
        return self.seconds * 10**9 + self.nanoseconds


class Device(Structure):
    _fields_ = [("major", c_uint32), ("minor", c_uint32)]


class Times(Structure):
    _fields_ = [(name, Timestamp) for name in ("accessed", "born", "changed", "modified")]


class Statx(Structure):
    _anonymous_ = ["times"]
    _fields_ = [
        ("mask", c_uint32), ("blksize", c_uint32), ("attributes", c_uint64),
        ("nlink", c_uint32), ("uid", c_uint32), ("gid", c_uint32), ("mode", c_uint16),
        ("ino", c_uint64), ("size", c_uint64), ("blocks", c_uint64),
        ("attributes_mask", c_uint64), ("times", Times),
        ("rdev", Device), ("dev", Device), ("_spare", c_uint64 * 14),
    ]


libc = CDLL(None, use_errno=True)
libc.statx.argtypes = [c_int, c_char_p, c_int, c_uint, POINTER(Statx)]


def statx(path, flags=0):
    result = Statx()
    if libc.statx(AT_FDCWD, os.fsencode(path), flags, STATX_BASIC_STATS, byref(result)):
        number = get_errno()
        raise OSError(number, os.strerror(number))
    return result


print("sizes:", sizeof(Timestamp), sizeof(Times), sizeof(Statx))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "file")
    with open(path, "wb") as file:
        file.write(b"x" * 12345)
    os.chmod(path, 0o640)
    os.link(path, path + ".hard")
    os.symlink("file", path + ".soft")
    os.utime(path, ns=(981173106_000000007, 1234567890_123456789))

    ours, pythons = statx(path), os.stat(path)
    print(f"mode {ours.mode:o}, {ours.size} bytes, {ours.nlink} links")
    print(f"accessed {ours.accessed.seconds} s + {ours.accessed.nanoseconds} ns")
    print(f"modified {ours.modified.seconds} s + {ours.modified.nanoseconds} ns")
    print("os.stat agrees:",
          (ours.ino, ours.uid, ours.gid, ours.blocks, ours.times.modified.total,
           ours.changed.total)
          == (pythons.st_ino, pythons.st_uid, pythons.st_gid, pythons.st_blocks,
              pythons.st_mtime_ns, pythons.st_ctime_ns))

    link = statx(path + ".soft", AT_SYMLINK_NOFOLLOW)
    print(f"the link itself: type {link.mode >> 12:o}, {link.size} bytes")
    try:
        statx(path + ".missing")
    except OSError as error:
        print("missing:", error)
null = statx("/dev/null")
print("/dev/null is device", (null.rdev.major, null.rdev.minor))
