"""Calls functions of C over whole arrays."""

import _ctypes

from .vectorized import Vectorized

__version__ = "1.0"
__all__ = ["vectorize"]


def vectorize(function, *, threads=1, critical=False):
    """Returns a callable that calls a ctypes function once for each item of its arguments.

    Arguments that are arrays, buffers, lists or tuples are mapped over, and their shapes broadcast; any other
    argument is the same in all calls. The result is a ctypes array of the results, or `out`. `errno`, an array of
    `c_int`, takes what each call left in errno. `threads` is how many threads, at most, make the calls. With
    `critical`, the thread stays attached to the interpreter during the calls, which saves time if there are few
    short ones.
    """
    slow = Vectorized(function, threads, critical)
    native = getattr(_ctypes, "_Vectorized", None)
    return slow if native is None else native(slow)
