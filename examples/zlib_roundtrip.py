"""zlib through ctypes: one call for a whole buffer, then a stream that is fed
a few bytes at a time through a `z_stream` structure."""

from ctypes import (CDLL, POINTER, Structure, byref, c_char_p, c_int, c_ubyte, c_uint,
                    c_ulong, c_void_p, create_string_buffer, sizeof)
from ctypes.util import find_library

OK, STREAM_END, NO_FLUSH = 0, 1, 0


class z_stream(Structure):
    _fields_ = [
        ("next_in", POINTER(c_ubyte)), ("avail_in", c_uint), ("total_in", c_ulong),
        ("next_out", POINTER(c_ubyte)), ("avail_out", c_uint), ("total_out", c_ulong),
        ("msg", c_char_p), ("state", c_void_p),
        ("zalloc", c_void_p), ("zfree", c_void_p), ("opaque", c_void_p),
        ("data_type", c_int), ("adler", c_ulong), ("reserved", c_ulong),
    ]


zlib = CDLL(find_library("z"))
zlib.zlibVersion.restype = c_char_p
zlib.compressBound.restype = zlib.crc32.restype = zlib.adler32.restype = c_ulong
zlib.compressBound.argtypes = [c_ulong]
zlib.crc32.argtypes = zlib.adler32.argtypes = [c_ulong, c_char_p, c_uint]
zlib.compress2.argtypes = [c_char_p, POINTER(c_ulong), c_char_p, c_ulong, c_int]
zlib.uncompress.argtypes = [c_char_p, POINTER(c_ulong), c_char_p, c_ulong]
zlib.inflateInit_.argtypes = [POINTER(z_stream), c_char_p, c_int]
zlib.inflate.argtypes = [POINTER(z_stream), c_int]
zlib.inflateEnd.argtypes = [POINTER(z_stream)]


def compress(data, level):
    size = c_ulong(zlib.compressBound(len(data)))
    out = create_string_buffer(size.value)
    assert zlib.compress2(out, byref(size), data, len(data), level) == OK
    return out.raw[:size.value]


def uncompress(data, size):
    size = c_ulong(size)
    out = create_string_buffer(size.value)
    code = zlib.uncompress(out, byref(size), data, len(data))
    return code, out.raw[:size.value]


def inflate_in_pieces(data, piece, room):
    """Yield what inflate produces when it is given `piece` bytes at a time."""
    stream = z_stream()
    assert zlib.inflateInit_(byref(stream), zlib.zlibVersion(), sizeof(stream)) == OK
    out = (c_ubyte * room)()
    code = OK
    for start in range(0, len(data), piece):
        chunk = data[start:start + piece]
        stream.next_in = (c_ubyte * len(chunk)).from_buffer_copy(chunk)
        stream.avail_in = len(chunk)
        while stream.avail_in and code == OK:
            stream.next_out, stream.avail_out = out, room
            code = zlib.inflate(byref(stream), NO_FLUSH)
            yield bytes(out[:room - stream.avail_out])
    print(f"    end of stream: {code == STREAM_END}, {stream.total_in} bytes in, "
          f"{stream.total_out} out, adler32 {stream.adler:08x}")
    zlib.inflateEnd(byref(stream))


text = b"It was the best of times, it was the worst of times. " * 40
print(f"{len(text)} bytes, crc32 {zlib.crc32(0, text, len(text)):08x}, "
      f"adler32 {zlib.adler32(1, text, len(text)):08x}")

for level in (0, 1, 9):
    packed = compress(text, level)
    code, unpacked = uncompress(packed, len(text))
    print(f"level {level}: header {packed[:2].hex()}, smaller: {len(packed) < len(text)}, "
          f"round trip: {unpacked == text}")

print("inflated from pieces of 7 bytes into a buffer of 1024:")
pieces = list(inflate_in_pieces(compress(text, 9), 7, 1024))
print(f"    same text: {b''.join(pieces) == text}")

broken = bytearray(compress(text, 9))
broken[-1] ^= 1
print("a wrong checksum is noticed:", uncompress(bytes(broken), len(text))[0] != OK)
print("too little room is noticed:", uncompress(compress(text, 9), 100)[0] != OK)
