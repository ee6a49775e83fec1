"""SQLite's C functions, declared. They have the names of its manual, without `sqlite3_`."""

from ctypes import (CDLL, CFUNCTYPE, POINTER, c_char_p, c_double, c_int, c_int64, c_ubyte, c_uint,
                    c_uint64, c_void_p)
from ctypes.util import find_library

library = CDLL(find_library("sqlite3"))
TRANSIENT = c_void_p(-1)  # tells SQLite to copy the bytes that it is handed
UTF8, DETERMINISTIC = 0x1, 0x800
TRACE_STMT = 0x1
OPEN_READWRITE, OPEN_CREATE, OPEN_URI = 0x2, 0x4, 0x40
DESERIALIZE_FREEONCLOSE, DESERIALIZE_RESIZEABLE = 0x1, 0x2

# What SQLite calls: functions and steps of aggregates; their results; the end of its interest.
Function = CFUNCTYPE(None, c_void_p, c_int, POINTER(c_void_p))
Final = CFUNCTYPE(None, c_void_p)
Destroy = CFUNCTYPE(None, c_void_p)
Compare = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p, c_int, c_void_p)
Authorizer = CFUNCTYPE(c_int, c_void_p, c_int, c_char_p, c_char_p, c_char_p, c_char_p)
Progress = CFUNCTYPE(c_int, c_void_p)
Trace = CFUNCTYPE(c_int, c_uint, c_void_p, c_void_p, c_void_p)


def declare(name, restype, *argtypes):
    function = library["sqlite3_" + name]
    function.restype, function.argtypes = restype, argtypes
    return function


def family(prefix, *first, **signatures):
    """Functions whose names and arguments begin alike, by the rest of their names."""
    return {name: declare(prefix + name, restype, *first, *rest)
            for name, (restype, *rest) in signatures.items()}


libversion = declare("libversion", c_char_p)
threadsafe = declare("threadsafe", c_int)
complete = declare("complete", c_int, c_char_p)
malloc64 = declare("malloc64", c_void_p, c_uint64)
free = declare("free", None, c_void_p)
sleep = declare("sleep", c_int, c_int)

# Connections
open_v2 = declare("open_v2", c_int, c_char_p, POINTER(c_void_p), c_int, c_char_p)
close_v2 = declare("close_v2", c_int, c_void_p)
busy_timeout = declare("busy_timeout", c_int, c_void_p, c_int)
errcode = declare("errcode", c_int, c_void_p)
extended_errcode = declare("extended_errcode", c_int, c_void_p)
errmsg = declare("errmsg", c_char_p, c_void_p)
errstr = declare("errstr", c_char_p, c_int)
get_autocommit = declare("get_autocommit", c_int, c_void_p)
changes = declare("changes", c_int, c_void_p)
total_changes = declare("total_changes", c_int, c_void_p)
last_insert_rowid = declare("last_insert_rowid", c_int64, c_void_p)
interrupt = declare("interrupt", None, c_void_p)
limit = declare("limit", c_int, c_void_p, c_int, c_int)
db_config = declare("db_config", c_int, c_void_p, c_int, c_int, POINTER(c_int))
serialize = declare("serialize", c_void_p, c_void_p, c_char_p, POINTER(c_int64), c_uint)
deserialize = declare("deserialize", c_int, c_void_p, c_char_p, c_void_p, c_int64, c_int64, c_uint)
backup_init = declare("backup_init", c_void_p, c_void_p, c_char_p, c_void_p, c_char_p)
backup_step = declare("backup_step", c_int, c_void_p, c_int)
backup_remaining = declare("backup_remaining", c_int, c_void_p)
backup_pagecount = declare("backup_pagecount", c_int, c_void_p)
backup_finish = declare("backup_finish", c_int, c_void_p)

# Statements
prepare_v2 = declare("prepare_v2", c_int, c_void_p, c_void_p, c_int,
                     POINTER(c_void_p), POINTER(c_void_p))
step = declare("step", c_int, c_void_p)
reset = declare("reset", c_int, c_void_p)
finalize = declare("finalize", c_int, c_void_p)
clear_bindings = declare("clear_bindings", c_int, c_void_p)
stmt_busy = declare("stmt_busy", c_int, c_void_p)
stmt_readonly = declare("stmt_readonly", c_int, c_void_p)
expanded_sql = declare("expanded_sql", c_void_p, c_void_p)
bind_parameter_count = declare("bind_parameter_count", c_int, c_void_p)
bind_parameter_name = declare("bind_parameter_name", c_char_p, c_void_p, c_int)
column_count = declare("column_count", c_int, c_void_p)
column_name = declare("column_name", c_char_p, c_void_p, c_int)
column_decltype = declare("column_decltype", c_char_p, c_void_p, c_int)

# Values go in through `bind_*` and `result_*`, and come out through `column_*` and `value_*`.
into = dict(null=(), int64=(c_int64,), double=(c_double,),
            text=(c_char_p, c_int, c_void_p), blob=(c_char_p, c_int, c_void_p))
bind = family("bind_", c_void_p, c_int, **{name: (c_int, *types) for name, types in into.items()})
result = family("result_", c_void_p, **{name: (None, *types) for name, types in into.items()})
out = dict(type=(c_int,), int64=(c_int64,), double=(c_double,),
           text=(c_void_p,), blob=(c_void_p,), bytes=(c_int,))
column = family("column_", c_void_p, c_int, **out)
value = family("value_", c_void_p, **out)

# Functions, aggregates and collations
result_error = declare("result_error", None, c_void_p, c_char_p, c_int)
result_error_nomem = declare("result_error_nomem", None, c_void_p)
result_error_toobig = declare("result_error_toobig", None, c_void_p)
aggregate_context = declare("aggregate_context", c_void_p, c_void_p, c_int)
create_function_v2 = declare("create_function_v2", c_int, c_void_p, c_char_p, c_int, c_int,
                             c_void_p, Function, Function, Final, Destroy)
create_window_function = declare("create_window_function", c_int, c_void_p, c_char_p, c_int, c_int,
                                 c_void_p, Function, Final, Final, Function, Destroy)
create_collation_v2 = declare("create_collation_v2", c_int, c_void_p, c_char_p, c_int,
                              c_void_p, Compare, Destroy)

# Hooks
set_authorizer = declare("set_authorizer", c_int, c_void_p, Authorizer, c_void_p)
progress_handler = declare("progress_handler", None, c_void_p, c_int, Progress, c_void_p)
trace_v2 = declare("trace_v2", c_int, c_void_p, c_uint, Trace, c_void_p)

# Blobs that are read and written in place
blob_open = declare("blob_open", c_int, c_void_p, c_char_p, c_char_p, c_char_p, c_int64, c_int,
                    POINTER(c_void_p))
blob_close = declare("blob_close", c_int, c_void_p)
blob_bytes = declare("blob_bytes", c_int, c_void_p)
blob_read = declare("blob_read", c_int, c_void_p, POINTER(c_ubyte), c_int, c_int)
blob_write = declare("blob_write", c_int, c_void_p, c_char_p, c_int, c_int)
