"""strtol: a result, a pointer given back through `byref`, and errno, which
`use_errno` keeps per thread and away from the interpreter's own calls."""

import errno
from ctypes import (CDLL, POINTER, addressof, byref, c_char_p, c_int, c_long, c_void_p,
                    create_string_buffer, get_errno, set_errno)
from threading import Thread

libc = CDLL(None, use_errno=True)
libc.strtol.argtypes = [c_char_p, POINTER(c_void_p), c_int]
libc.strtol.restype = c_long


def strtol(text, base=10):
    buffer = create_string_buffer(text)
    end = c_void_p(addressof(buffer))
    set_errno(0)
    value = libc.strtol(buffer, byref(end), base)
    used = (end.value or addressof(buffer)) - addressof(buffer)  # a bad base leaves NULL
    return value, text[used:], errno.errorcode.get(get_errno(), "no error")


for text, base in [
    (b"42", 10), (b"  -17 apples", 10), (b"0x1fz", 0), (b"0755", 0), (b"zz", 36),
    (b"12", 2), (b"pear", 10), (b"9223372036854775807", 10), (b"9223372036854775808", 10),
    (b"-99999999999999999999", 10), (b"1", 99),
]:
    value, rest, problem = strtol(text, base)
    print(f"{text.decode():24} base {base:2}: {value:20}  rest {rest.decode()!r:10} {problem}")

strtol(b"9" * 30)
print("errno here:          ", errno.errorcode[get_errno()])
set_errno(errno.EPERM)
other = Thread(target=lambda: print("errno in a new thread:", get_errno()))
other.start()
other.join()
print("errno here still:    ", errno.errorcode[get_errno()])
print("set_errno gives back:", errno.errorcode[set_errno(0)], "and errno is now", get_errno())
