"""Python's values as SQLite's and back; adapters and converters; the DB-API's constructors."""

import datetime
import time
import warnings
from ctypes import string_at

from . import abi
from .abi import SQLITE_BLOB, SQLITE_FLOAT, SQLITE_INTEGER, SQLITE_TEXT
from .errors import ProgrammingError, stack_level

# Types that conform to SQLite's as they are.
PLAIN = (int, float, str, bytearray)

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = memoryview


def DateFromTicks(ticks):
    return Date(*time.localtime(ticks)[:3])


def TimeFromTicks(ticks):
    return Time(*time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks):
    return Timestamp(*time.localtime(ticks)[:6])


class PrepareProtocol:
    """What a value is asked to conform to: SQLite's types."""


# Functions, by the type that they adapt and the protocol; by the name of the type that they make.
adapters = {}
converters = {}


def register_adapter(type, adapter, /):
    adapters[type, PrepareProtocol] = adapter


def register_converter(typename, converter, /):
    converters[typename.upper()] = converter


def adapt(value, protocol=PrepareProtocol, *alternative):
    """What an adapter, or the value's `__conform__`, makes of the value."""
    adapter = adapters.get((type(value), protocol))
    if adapter is not None:
        return adapter(value)
    for side, other in ((protocol, "__adapt__"), (value, "__conform__")):
        method = getattr(side, other, None)
        try:
            adapted = method and method(value if side is protocol else protocol)
        except TypeError:
            continue
        if adapted is not None:
            return adapted
    if alternative:
        return alternative[0]
    raise ProgrammingError("can't adapt")


def octets(value):
    """The bytes of an object with a buffer."""
    view = memoryview(value)
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return view.tobytes()


def converted(value):
    """What SQLite is handed for a value: the function's name after `bind_` or `result_`, and its
    arguments. Raises TypeError if SQLite has no such values."""
    if value is None:
        return "null", ()
    if isinstance(value, int):
        if not -2**63 <= value < 2**63:
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        return "int64", (value,)
    if isinstance(value, float):
        return "double", (value,)
    kind, data = ("text", value.encode()) if isinstance(value, str) else ("blob", octets(value))
    if len(data) >= 2**31:
        raise OverflowError(f"{kind} is longer than INT_MAX bytes")
    return kind, (data, len(data), abi.SQLITE_TRANSIENT)


def adapted(value):
    """What is bound for a value: itself, unless there is an adapter."""
    if type(value) in PLAIN and (type(value), PrepareProtocol) not in adapters:
        return value
    return adapt(value, PrepareProtocol, value)


def family(prefix, names):
    """Functions by the rest of their names."""
    return {name: getattr(abi, f"sqlite3_{prefix}_{name}") for name in names.split()}


BIND, RESULT = (family(prefix, "null int64 double text blob") for prefix in ("bind", "result"))
COLUMN, VALUE = (family(prefix, "type int64 double text blob bytes")
                 for prefix in ("column", "value"))


def bind(statement, index, value):
    """Binds a value to a parameter; SQLite's result code."""
    kind, arguments = converted(value)
    return BIND[kind](statement, index, *arguments)


def result(context, value):
    """Makes a value the result of a function."""
    kind, arguments = converted(value)
    RESULT[kind](context, *arguments)


def data(read, kind, *where):
    """A text's or blob's bytes. SQLite wants to be asked for them before it is for their number."""
    pointer = read[kind](*where)
    return string_at(pointer, read["bytes"](*where)) if pointer else b""


def column(statement, index, text):
    """The value in a column of the current row; `text` makes it out of the bytes of a text."""
    return taken(COLUMN, text, statement, index)


def argument(value):
    """What a function is called with."""
    return taken(VALUE, bytes.decode, value)


def taken(read, text, *where):
    kind = read["type"](*where)
    if kind == SQLITE_INTEGER:
        return read["int64"](*where)
    if kind == SQLITE_FLOAT:
        return read["double"](*where)
    if kind == SQLITE_TEXT:
        return text(data(read, "text", *where))
    return data(read, "blob", *where) if kind == SQLITE_BLOB else None


def deprecated(what, function):
    """The function with the warning that `sqlite3` has for its defaults."""
    def call(value):
        warnings.warn(f"The default {what} is deprecated as of Python 3.12; see the sqlite3 "
                      "documentation for suggested replacement recipes",
                      DeprecationWarning, stacklevel=stack_level())
        return function(value)

    return call


# Dates go in as texts of ISO 8601, and come out of columns that are declared as such.
register_adapter(Date, deprecated("date adapter", Date.isoformat))
register_adapter(Timestamp, deprecated("datetime adapter", lambda value: value.isoformat(" ")))
register_converter("date", deprecated(
    "date converter", lambda text: Date.fromisoformat(text.decode())))
register_converter("timestamp", deprecated(
    "timestamp converter", lambda text: Timestamp.fromisoformat(text.decode())))
