"""Whole databases: copied into another while both are in use, as bytes, and from bytes."""

from ctypes import POINTER, byref, c_longlong, c_ubyte, cast, memmove, string_at

from . import abi
from .errors import OperationalError, failure
from .values import octets


def backup(source, target, pages, progress, name, sleep):
    """Copies so many pages at a time, all if none; `progress` hears of each time."""
    if progress is not None and not callable(progress):
        raise TypeError("progress argument must be a callable")
    handle = abi.sqlite3_backup_init(target, b"main", source, str.encode(name))
    if not handle:
        raise failure(target)
    try:
        code = abi.SQLITE_OK
        while code in (abi.SQLITE_OK, abi.SQLITE_BUSY, abi.SQLITE_LOCKED):
            code = abi.sqlite3_backup_step(handle, pages or -1)
            if progress is not None:
                progress(code, abi.sqlite3_backup_remaining(handle),
                         abi.sqlite3_backup_pagecount(handle))
            if code in (abi.SQLITE_BUSY, abi.SQLITE_LOCKED):
                abi.sqlite3_sleep(int(sleep * 1000))
    finally:
        code = abi.sqlite3_backup_finish(handle)
    if code not in (abi.SQLITE_OK, abi.SQLITE_DONE):
        raise failure(target)


def serialize(db, name):
    size = c_longlong()
    data = abi.sqlite3_serialize(db, str.encode(name), byref(size), 0)
    if not data:
        raise OperationalError(f"unable to serialize '{name}'")
    try:
        return string_at(data, size.value)
    finally:
        abi.sqlite3_free(data)


def deserialize(db, data, name):
    """SQLite's result code. The memory is SQLite's from then on, also if it fails."""
    data = data.encode() if isinstance(data, str) else octets(data)
    memory = cast(abi.sqlite3_malloc64(len(data)), POINTER(c_ubyte))
    memmove(memory, data, len(data))
    flags = abi.SQLITE_DESERIALIZE_FREEONCLOSE | abi.SQLITE_DESERIALIZE_RESIZEABLE
    return abi.sqlite3_deserialize(db, str.encode(name), memory, len(data), len(data), flags)
