"""getaddrinfo: a linked list of structures, each pointing to a socket address
whose real type depends on its first field. Numeric addresses only, so that
nothing is asked of the network. The layouts are Linux's."""

from ctypes import (CDLL, POINTER, BigEndianStructure, Structure, Union, byref, c_char_p, c_int,
                    c_ubyte, c_uint16, c_uint32, create_string_buffer, sizeof)
from socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM

AI_PASSIVE, AI_NUMERICHOST, AI_NUMERICSERV = 0x1, 0x4, 0x400


class NetworkPort(BigEndianStructure):
    """A port as it is on the wire, readable as a plain int."""
    _fields_ = [("number", c_uint16)]


class sockaddr_in(Structure):
    _fields_ = [("family", c_uint16), ("port", NetworkPort), ("addr", c_ubyte * 4),
                ("zero", c_ubyte * 8)]


class sockaddr_in6(Structure):
    _fields_ = [("family", c_uint16), ("port", NetworkPort), ("flowinfo", c_uint32),
                ("addr", c_ubyte * 16), ("scope", c_uint32)]


class sockaddr(Union):
    _fields_ = [("family", c_uint16), ("ipv4", sockaddr_in), ("ipv6", sockaddr_in6)]

    @property
    def specific(self):
        return {AF_INET: self.ipv4, AF_INET6: self.ipv6}[self.family]


class addrinfo(Structure):
    pass


addrinfo._fields_ = [
    ("flags", c_int), ("family", c_int), ("socktype", c_int), ("protocol", c_int),
    ("addrlen", c_uint32), ("addr", POINTER(sockaddr)), ("canonname", c_char_p),
    ("next", POINTER(addrinfo)),
]

libc = CDLL(None)
libc.getaddrinfo.argtypes = [c_char_p, c_char_p, POINTER(addrinfo), POINTER(POINTER(addrinfo))]
libc.freeaddrinfo.argtypes = [POINTER(addrinfo)]
libc.freeaddrinfo.restype = None
libc.gai_strerror.restype = c_char_p
libc.inet_ntop.argtypes = [c_int, POINTER(c_ubyte), c_char_p, c_uint32]
libc.inet_ntop.restype = c_char_p


def resolve(host, port, **hints):
    hints = addrinfo(flags=hints.pop("flags", 0) | AI_NUMERICHOST | AI_NUMERICSERV, **hints)
    head = POINTER(addrinfo)()
    code = libc.getaddrinfo(host, port, byref(hints), byref(head))
    if code:
        raise OSError(libc.gai_strerror(code).decode())
    try:
        node = head
        while node:
            info = node.contents
            address = info.addr.contents.specific
            text = create_string_buffer(46)
            libc.inet_ntop(info.family, address.addr, text, sizeof(text))
            kind = {SOCK_STREAM: "stream", SOCK_DGRAM: "datagram"}.get(info.socktype, "raw")
            yield f"{kind:9}{type(address).__name__:14}{text.value.decode()} port {address.port.number}"
            node = info.next
    finally:
        libc.freeaddrinfo(head)


for title, host, port, hints in [
    ("every kind of socket", b"127.0.0.1", b"8080", {}),
    ("IPv6, streams only", b"::1", b"443", {"socktype": SOCK_STREAM}),
    ("an address to listen on", None, b"53",
     {"flags": AI_PASSIVE, "family": AF_INET, "socktype": SOCK_DGRAM}),
    ("a name where a number must be", b"localhost", b"1", {}),
]:
    print(title)
    try:
        for line in resolve(host, port, **hints):
            print("   ", line)
    except OSError as error:
        print("    error:", error)

size = {kind.__name__: sizeof(kind) for kind in (sockaddr_in, sockaddr_in6, sockaddr, addrinfo)}
print("sizes:", size)
