"""What SQLite asks or tells while it works: authorizer, progress handler, trace callback.

Each function sets or (for None) clears one, and returns what has to be kept until the next call.
"""

from ctypes import POINTER, cast, string_at

from . import abi
from .errors import DataError
from .functions import report

Authorizer = abi.sqlite3_set_authorizer.argtypes[1]
Progress = abi.sqlite3_progress_handler.argtypes[2]
Trace = abi.sqlite3_trace_v2.argtypes[2]


def set_authorizer(db, function):
    @Authorizer
    def authorize(_, action, *texts):
        try:
            answer = function(action, *(text and text.decode() for text in texts))
            if isinstance(answer, int) and -2**31 <= answer < 2**31:
                return answer
        except BaseException:
            report(function)
        return abi.SQLITE_DENY

    callback = Authorizer() if function is None else authorize
    abi.sqlite3_set_authorizer(db, callback, None)
    return callback


def set_progress_handler(db, function, n):
    @Progress
    def progress(_):
        try:
            return bool(function())
        except BaseException:
            report(function)
            return 1

    callback = Progress() if function is None else progress
    abi.sqlite3_progress_handler(db, n, callback, None)
    return callback


def set_trace_callback(db, function):
    @Trace
    def trace(_, context, statement, text):
        try:
            function(traced(statement, string_at(text).decode()))
        except BaseException:
            report(function)
        return 0

    callback = Trace() if function is None else trace
    abi.sqlite3_trace_v2(db, abi.SQLITE_TRACE_STMT if function else 0, callback, None)
    return callback


def clear(db):
    for hook in (set_authorizer, set_trace_callback):
        hook(db, None)
    set_progress_handler(db, None, 0)


def traced(statement, text):
    """A statement with its parameters' values, or the comment that SQLite has for a trigger's."""
    if text.startswith("--"):
        return text
    expanded = abi.sqlite3_expanded_sql(cast(statement, POINTER(abi.sqlite3_stmt)))
    if not expanded:
        try:
            raise DataError("Expanded SQL string exceeds the maximum string length")
        except DataError:
            report(traced)
        return text
    try:
        return string_at(expanded).decode()
    finally:
        abi.sqlite3_free(expanded)
