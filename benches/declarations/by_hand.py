"""What a program declares by hand of sys/stat.h, fcntl.h and time.h: the measure for a written module."""

from ctypes import CDLL, POINTER, Structure, c_char, c_char_p, c_int, c_long, c_size_t, c_uint, c_ulong

O_RDONLY = 0
O_WRONLY = 1
O_RDWR = 2
O_CREAT = 64
O_EXCL = 128
O_TRUNC = 512
O_APPEND = 1024
S_IFMT = 61440
S_IFDIR = 16384
S_IFREG = 32768


class timespec(Structure):
    _fields_ = [("tv_sec", c_long), ("tv_nsec", c_long)]


class tm(Structure):
    _fields_ = [
        ("tm_sec", c_int),
        ("tm_min", c_int),
        ("tm_hour", c_int),
        ("tm_mday", c_int),
        ("tm_mon", c_int),
        ("tm_year", c_int),
        ("tm_wday", c_int),
        ("tm_yday", c_int),
        ("tm_isdst", c_int),
        ("tm_gmtoff", c_long),
        ("tm_zone", c_char_p),
    ]


class stat(Structure):
    _fields_ = [
        ("st_dev", c_ulong),
        ("st_ino", c_ulong),
        ("st_nlink", c_ulong),
        ("st_mode", c_uint),
        ("st_uid", c_uint),
        ("st_gid", c_uint),
        ("pad", c_int),
        ("st_rdev", c_ulong),
        ("st_size", c_long),
        ("st_blksize", c_long),
        ("st_blocks", c_long),
        ("st_atim", timespec),
        ("st_mtim", timespec),
        ("st_ctim", timespec),
        ("reserved", c_long * 3),
    ]


libc = CDLL("libc.so.6", use_errno=True)

fstat = libc.fstat
fstat.argtypes = [c_int, POINTER(stat)]
fstat.restype = c_int

lstat = libc.lstat
lstat.argtypes = [c_char_p, POINTER(stat)]
lstat.restype = c_int

open_ = libc.open
open_.argtypes = [c_char_p, c_int]
open_.restype = c_int

close = libc.close
close.argtypes = [c_int]
close.restype = c_int

gmtime_r = libc.gmtime_r
gmtime_r.argtypes = [POINTER(c_long), POINTER(tm)]
gmtime_r.restype = POINTER(tm)

strftime = libc.strftime
strftime.argtypes = [POINTER(c_char), c_size_t, c_char_p, POINTER(tm)]
strftime.restype = c_size_t
