"""A file system in memory by fusepy, mounted, and a program that works in it.

    fuse_memory.py SCRATCH                  the program, which starts the file system
    fuse_memory.py serve FOLDER [threads]   the file system
"""

import ctypes
import errno
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import fuse

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.getxattr.restype = LIBC.listxattr.restype = ctypes.c_ssize_t
LIBC.setxattr.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)


class Memory(fuse.Operations):
    """Files by their paths: what `stat` says of each, its data, its attributes."""

    use_ns = True

    def __init__(self):
        self.called, self.guard, self.handles = set(), threading.RLock(), 0
        self.nodes, self.data, self.extended = {}, {}, {}
        self.make("/", stat.S_IFDIR | 0o755)

    def __call__(self, name, *arguments):
        with self.guard:
            self.called.add(name)
            return super().__call__(name, *arguments)

    def make(self, path, mode):
        moment = 1_700_000_000 * 10 ** 9
        self.nodes[path] = {"st_mode": mode, "st_nlink": 1 + stat.S_ISDIR(mode), "st_size": 0,
                            "st_ctime": moment, "st_mtime": moment, "st_atime": moment}
        self.data[path], self.extended[path] = bytearray(), {}

    def node(self, path):
        if path not in self.nodes:
            raise fuse.FuseOSError(errno.ENOENT)
        return self.nodes[path]

    def forget(self, path):
        del self.nodes[path], self.data[path], self.extended[path]

    def inside(self, path):
        start = path.rstrip("/") + "/"
        return sorted(each[len(start):] for each in self.nodes
                      if each.startswith(start) and each != "/" and "/" not in each[len(start):])

    def getattr(self, path, handle=None):
        return self.node(path)

    def readdir(self, path, handle):
        return [".", "..", *((name, self.nodes[path.rstrip("/") + "/" + name], 0)
                             for name in self.inside(path))]

    def mkdir(self, path, mode):
        self.make(path, stat.S_IFDIR | mode)

    def rmdir(self, path):
        if self.inside(path):
            raise fuse.FuseOSError(errno.ENOTEMPTY)
        self.forget(path)

    def open(self, path, flags):
        self.node(path)
        self.handles += 1
        return self.handles

    def create(self, path, mode):
        self.make(path, stat.S_IFREG | mode)
        return self.open(path, 0)

    def read(self, path, size, offset, handle):
        if path.endswith(".faulty"):
            raise ValueError("not an error of the system's")
        return bytes(self.data[path][offset:offset + size])

    def write(self, path, data, offset, handle):
        self.data[path][offset:offset + len(data)] = data
        self.node(path)["st_size"] = len(self.data[path])
        return len(data)

    def truncate(self, path, length, handle=None):
        self.data[path] = self.data[path][:length].ljust(length, b"\0")
        self.node(path)["st_size"] = length

    def unlink(self, path):
        self.forget(path)

    def rename(self, old, new):
        for path in [path for path in self.nodes if path == old or path.startswith(old + "/")]:
            for table in self.nodes, self.data, self.extended:
                table[new + path[len(old):]] = table.pop(path)

    def symlink(self, path, source):
        self.make(path, stat.S_IFLNK | 0o777)
        self.write(path, source.encode(), 0, None)

    def readlink(self, path):
        return self.data[path].decode()

    def chmod(self, path, mode):
        node = self.node(path)
        node["st_mode"] = stat.S_IFMT(node["st_mode"]) | stat.S_IMODE(mode)

    def chown(self, path, owner, group):
        self.node(path).update({name: value for name, value in (("st_uid", owner), ("st_gid", group))
                                if value != -1})

    def utimens(self, path, times=None):
        self.node(path)["st_atime"], self.node(path)["st_mtime"] = times or (0, 0)

    def statfs(self, path):
        return {"f_bsize": 512, "f_blocks": 4096, "f_bavail": 2048, "f_files": len(self.nodes)}

    def setxattr(self, path, name, value, options, position=0):
        self.extended[path][name] = value

    def getxattr(self, path, name, position=0):
        if name not in self.extended.get(path, {}):
            raise fuse.FuseOSError(errno.ENODATA)
        return self.extended[path][name]

    def listxattr(self, path):
        return sorted(self.extended[path])

    def removexattr(self, path, name):
        del self.extended[path][name]


def serve(folder, *threads):
    memory = Memory()
    fuse.FUSE(memory, folder, foreground=True, nothreads=not threads)
    # How often the kernel asks is its own affair.
    print("  asked for", sorted(memory.called - {"access", "getxattr", "listxattr"}), flush=True)


def tried(action, *arguments):
    try:
        return action(*arguments)
    except OSError as error:
        return f"{type(error).__name__} {errno.errorcode[error.errno]}"


def attributes(path):
    name, value, names = os.fsencode(path), ctypes.create_string_buffer(64), ctypes.create_string_buffer(99)
    print("  set", [LIBC.setxattr(name, each, words, len(words), 0)
                    for each, words in ((b"user.colour", b"blue\0green"), (b"user.empty", b""))])
    size = LIBC.getxattr(name, b"user.colour", value, len(value))
    print("  get", value.raw[:size], LIBC.getxattr(name, b"user.colour", None, 0),
          names.raw[:LIBC.listxattr(name, names, len(names))])
    print("  removed", LIBC.removexattr(name, b"user.colour"),
          LIBC.getxattr(name, b"user.colour", value, 64), errno.errorcode[ctypes.get_errno()])


def work(folder):
    (folder / "notes").mkdir()
    text = folder / "notes" / "möwe.txt"
    text.write_text("one\ntwo\nthree\n", encoding="utf-8")
    with open(text, "r+b") as file:
        file.seek(4)
        file.write(b"TWO")
        file.seek(0, 2)
        file.write(b"four\n")
        file.flush()
        os.fsync(file.fileno())
        file.truncate(13)
    print(" ", text.read_bytes(), os.listdir(folder), [each.name for each in os.scandir(folder / "notes")])
    data = hashlib.sha256(b"seed").digest() * 20000
    (folder / "big").write_bytes(data)
    print(" ", (folder / "big").stat().st_size, (folder / "big").read_bytes() == data)
    with open(folder / "big", "rb") as file:
        file.seek(100_000)
        print(" ", file.read(16) == data[100_000:100_016])
    os.symlink("notes/möwe.txt", folder / "link")
    print(" ", os.readlink(folder / "link"), (folder / "link").read_text(encoding="utf-8")[:3])
    os.chmod(text, 0o640)
    os.utime(text, ns=(1_000_000_007, 2_000_000_009))
    os.chown(text, 12, 34)
    told = os.stat(text)
    print(" ", stat.filemode(told.st_mode), told.st_atime_ns, told.st_mtime_ns, told.st_size, told.st_uid,
          told.st_gid, told.st_nlink)
    os.rename(folder / "notes", folder / "renamed")
    print(" ", tried(os.rmdir, folder / "renamed"), tried(os.listdir, folder / "notes"),
          tried(os.stat, folder / "no"), tried(os.link, folder / "big", folder / "hard"))
    (folder / "a.faulty").write_text("x")
    print(" ", tried((folder / "a.faulty").read_bytes))
    told = os.statvfs(folder)
    print(" ", told.f_bsize, told.f_blocks, told.f_bavail)
    attributes(folder / "big")
    shutil.copytree(folder / "renamed", folder / "copy")
    print(" ", [(Path(root).name, sorted(names), sorted(files)) for root, names, files in sorted(os.walk(folder))])
    found = []
    readers = [threading.Thread(target=lambda: found.append(
        hashlib.sha256((folder / "big").read_bytes()).hexdigest()[:8])) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    print(" ", found)
    shutil.rmtree(folder / "copy")
    os.remove(folder / "big")
    print(" ", sorted(os.listdir(folder)))


def mounted(folder, *threads):
    print("mounted", *threads, flush=True)
    folder.mkdir()
    server = subprocess.Popen([sys.executable, __file__, "serve", folder, *threads], stderr=subprocess.PIPE,
                              text=True)
    try:
        while not os.path.ismount(folder) and server.poll() is None:
            time.sleep(0.02)
        work(folder)
        sys.stdout.flush()
    finally:
        subprocess.run(["umount", folder], check=True)
        said = server.communicate(timeout=30)[1]
    raised = {line for line in said.splitlines() if line.startswith(("ValueError", "TypeError"))}
    print("  ended", server.returncode, sorted(raised))


if sys.argv[1] == "serve":
    serve(*sys.argv[2:])
else:
    print(ctypes.sizeof(fuse.fuse_operations), ctypes.sizeof(fuse.fuse_file_info), ctypes.sizeof(fuse.c_stat))
    mounted(Path(sys.argv[1]) / "alone")
    mounted(Path(sys.argv[1]) / "threads", "threads")
