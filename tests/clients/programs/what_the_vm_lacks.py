"""What packages want of `os` and `socket` and RustPython 0.6.0 does not have, by way of ctypes.

Where Python has it, importing this changes nothing.
"""

import ctypes
import os
import socket

LIBC = ctypes.CDLL(None, use_errno=True)


def checked(result, *_):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def function(name, *argtypes, restype=ctypes.c_int):
    called = getattr(LIBC, name)
    called.argtypes, called.restype, called.errcheck = argtypes, restype, checked
    return called


def memory_file():
    memfd_create = function("memfd_create", ctypes.c_char_p, ctypes.c_uint)
    os.memfd_create = lambda name, flags=os.MFD_CLOEXEC: memfd_create(os.fsencode(name), flags)


def device_numbers():
    for name in "major", "minor":
        number = function(f"gnu_dev_{name}", ctypes.c_ulong, restype=ctypes.c_uint)
        setattr(os, name, number)
    makedev = function("gnu_dev_makedev", ctypes.c_uint, ctypes.c_uint, restype=ctypes.c_ulong)
    os.makedev = makedev


class StatX(ctypes.Structure):
    _fields_ = [("other", ctypes.c_ubyte * 128), ("rdev_major", ctypes.c_uint32),
                ("rdev_minor", ctypes.c_uint32), ("beyond", ctypes.c_ubyte * 120)]


class Stat:
    """A result of `os.stat`, with the device that a file is."""

    def __init__(self, result, st_rdev):
        self.result, self.st_rdev = result, st_rdev

    def __getattr__(self, name):
        return getattr(self.result, name)


def devices():
    own, here, basic = os.stat, -100, 0x7ff
    statx = function("statx", ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint,
                     ctypes.POINTER(StatX))

    def stat(path, **options):
        result, more = own(path, **options), StatX()
        if isinstance(path, int) or options:
            return result
        statx(here, os.fsencode(path), 0, basic, more)
        return Stat(result, os.makedev(more.rdev_major, more.rdev_minor))

    os.stat = stat


class sockaddr_nl(ctypes.Structure):
    _fields_ = [("family", ctypes.c_ushort), ("pad", ctypes.c_ushort), ("pid", ctypes.c_uint32),
                ("groups", ctypes.c_uint32)]


class sockaddr_ll(ctypes.Structure):
    _fields_ = [("family", ctypes.c_ushort), ("protocol", ctypes.c_uint16.__ctype_be__),
                ("ifindex", ctypes.c_int), ("hatype", ctypes.c_ushort), ("pkttype", ctypes.c_ubyte),
                ("halen", ctypes.c_ubyte), ("addr", ctypes.c_ubyte * 8)]


def addresses():
    """Netlink and packet sockets can be bound, and packet sockets asked where they are."""
    own_bind, own_name = socket.socket.bind, socket.socket.getsockname
    c_bind = function("bind", ctypes.c_int, ctypes.c_void_p, ctypes.c_uint)
    c_name = function("getsockname", ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint))

    def bind(self, address):
        if self.family == socket.AF_NETLINK:
            place = sockaddr_nl(self.family, 0, *address)
        elif self.family == socket.AF_PACKET:
            place = sockaddr_ll(self.family, address[1], socket.if_nametoindex(address[0]))
        else:
            return own_bind(self, address)
        c_bind(self.fileno(), ctypes.byref(place), ctypes.sizeof(place))

    def getsockname(self):
        if self.family != socket.AF_PACKET:
            return own_name(self)
        place = sockaddr_ll()
        c_name(self.fileno(), ctypes.byref(place), ctypes.c_uint(ctypes.sizeof(place)))
        return (socket.if_indextoname(place.ifindex), place.protocol, place.pkttype, place.hatype,
                bytes(place.addr[:place.halen]))

    socket.socket.bind, socket.socket.getsockname = bind, getsockname


if not hasattr(os, "memfd_create"):
    memory_file()
if not hasattr(os, "makedev"):
    device_numbers()
if not hasattr(os.stat_result, "st_rdev"):
    devices()
if not hasattr(socket, "ETH_P_ALL"):
    socket.ETH_P_ALL = 3
    addresses()
