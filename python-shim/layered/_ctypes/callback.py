"""What callbacks do around the Python function."""
from _ctypes.primitive import SimpleType, is_plain


class Called:
    """What a callback calls: a Python function, with its types."""

    def __init__(self, function, argtypes, restype):
        self.function, self.argtypes, self.restype = function, argtypes, restype
        self.is_plain = all(map(is_plain, argtypes))

    def __call__(self, *values):
        arguments = values
        if not self.is_plain:
            arguments = [from_c(ctype, value) for ctype, value in zip(self.argtypes, values)]
        result = self.function(*arguments)
        if self.restype is not None:
            return to_c(self.restype, result)

    def __repr__(self):
        return repr(self.function)


def from_c(ctype, value):
    """What a callback is given for a value that `_rawffi` has loaded."""
    if is_plain(ctype):
        return value
    instance = ctype._bare()
    if isinstance(value, (int, float, bytes, str)):
        instance._buffer = ctype._new_buffer()
        instance._buffer[0] = value
    else:
        instance._buffer = value
    if isinstance(ctype, SimpleType) and not ctype._boxed:
        return ctype._load(instance._buffer)
    return instance


def to_c(ctype, value):
    """What `_rawffi` stores for what a callback returns."""
    buffer = ctype._new_buffer()
    _, copy = ctype._store(buffer, value)
    if copy is not None:
        # Nobody can tell how long C uses it.
        import warnings
        LEAKED.append(copy)
        warnings.warn("memory leak in callback function.", RuntimeWarning)
    return buffer[0]


LEAKED = []
