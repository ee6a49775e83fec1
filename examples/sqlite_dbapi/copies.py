"""Whole databases: copied into another while both are in use, as bytes, and from bytes."""

from ctypes import byref, c_int64, memmove, string_at

from . import library
from .constants import SQLITE_BUSY, SQLITE_DONE, SQLITE_LOCKED, SQLITE_OK
from .errors import OperationalError, failure
from .values import octets


def backup(source, target, pages, progress, name, sleep):
    """Copies so many pages at a time, all if none; `progress` hears of each time."""
    if progress is not None and not callable(progress):
        raise TypeError("progress argument must be a callable")
    handle = library.backup_init(target, b"main", source, str.encode(name))
    if handle is None:
        raise failure(target)
    try:
        code = SQLITE_OK
        while code in (SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED):
            code = library.backup_step(handle, pages or -1)
            if progress is not None:
                progress(code, library.backup_remaining(handle), library.backup_pagecount(handle))
            if code in (SQLITE_BUSY, SQLITE_LOCKED):
                library.sleep(int(sleep * 1000))
    finally:
        code = library.backup_finish(handle)
    if code not in (SQLITE_OK, SQLITE_DONE):
        raise failure(target)


def serialize(db, name):
    size = c_int64()
    data = library.serialize(db, str.encode(name), byref(size), 0)
    if data is None:
        raise OperationalError(f"unable to serialize '{name}'")
    try:
        return string_at(data, size.value)
    finally:
        library.free(data)


def deserialize(db, data, name):
    """SQLite's result code. The memory is SQLite's from then on, also if it fails."""
    data = data.encode() if isinstance(data, str) else octets(data)
    memory = library.malloc64(len(data))
    memmove(memory, data, len(data))
    flags = library.DESERIALIZE_FREEONCLOSE | library.DESERIALIZE_RESIZEABLE
    return library.deserialize(db, str.encode(name), memory, len(data), len(data), flags)
