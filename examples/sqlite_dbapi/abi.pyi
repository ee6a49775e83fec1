# Written by ctypes_configure, which writes it again when it is asked for more. Of the C text:
#     #include <sqlite3.h>
# compiler: gcc (Debian 12.2.0-14+deb12u1) 12.2.0
# target: x86_64-linux-gnu
# key: 73b5e657cd3ad9f470f911e8648d983d
# asked for: constant SQLITE_ABORT, SQLITE_ABORT_ROLLBACK, SQLITE_ALTER_TABLE, SQLITE_ANALYZE, SQLITE_ATTACH
# asked for: constant SQLITE_AUTH, SQLITE_AUTH_USER, SQLITE_BLOB, SQLITE_BUSY, SQLITE_BUSY_RECOVERY
# asked for: constant SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_TIMEOUT, SQLITE_CANTOPEN, SQLITE_CANTOPEN_CONVPATH
# asked for: constant SQLITE_CANTOPEN_DIRTYWAL, SQLITE_CANTOPEN_FULLPATH, SQLITE_CANTOPEN_ISDIR
# asked for: constant SQLITE_CANTOPEN_NOTEMPDIR, SQLITE_CANTOPEN_SYMLINK, SQLITE_CONSTRAINT
# asked for: constant SQLITE_CONSTRAINT_CHECK, SQLITE_CONSTRAINT_COMMITHOOK, SQLITE_CONSTRAINT_FOREIGNKEY
# asked for: constant SQLITE_CONSTRAINT_FUNCTION, SQLITE_CONSTRAINT_NOTNULL, SQLITE_CONSTRAINT_PINNED
# asked for: constant SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_TRIGGER
# asked for: constant SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_VTAB, SQLITE_CORRUPT, SQLITE_CORRUPT_INDEX
# asked for: constant SQLITE_CORRUPT_SEQUENCE, SQLITE_CORRUPT_VTAB, SQLITE_CREATE_INDEX, SQLITE_CREATE_TABLE
# asked for: constant SQLITE_CREATE_TEMP_INDEX, SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_TRIGGER
# asked for: constant SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_VIEW, SQLITE_CREATE_VTABLE
# asked for: constant SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML
# asked for: constant SQLITE_DBCONFIG_ENABLE_FKEY, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER
# asked for: constant SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_QPSG
# asked for: constant SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW
# asked for: constant SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, SQLITE_DBCONFIG_LEGACY_FILE_FORMAT
# asked for: constant SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, SQLITE_DBCONFIG_RESET_DATABASE
# asked for: constant SQLITE_DBCONFIG_TRIGGER_EQP, SQLITE_DBCONFIG_TRUSTED_SCHEMA
# asked for: constant SQLITE_DBCONFIG_WRITABLE_SCHEMA, SQLITE_DELETE, SQLITE_DENY
# asked for: constant SQLITE_DESERIALIZE_FREEONCLOSE, SQLITE_DESERIALIZE_RESIZEABLE, SQLITE_DETACH
# asked for: constant SQLITE_DETERMINISTIC, SQLITE_DONE, SQLITE_DROP_INDEX, SQLITE_DROP_TABLE
# asked for: constant SQLITE_DROP_TEMP_INDEX, SQLITE_DROP_TEMP_TABLE, SQLITE_DROP_TEMP_TRIGGER
# asked for: constant SQLITE_DROP_TEMP_VIEW, SQLITE_DROP_TRIGGER, SQLITE_DROP_VIEW, SQLITE_DROP_VTABLE
# asked for: constant SQLITE_EMPTY, SQLITE_ERROR, SQLITE_ERROR_MISSING_COLLSEQ, SQLITE_ERROR_RETRY
# asked for: constant SQLITE_ERROR_SNAPSHOT, SQLITE_FLOAT, SQLITE_FORMAT, SQLITE_FULL, SQLITE_FUNCTION
# asked for: constant SQLITE_IGNORE, SQLITE_INSERT, SQLITE_INTEGER, SQLITE_INTERNAL, SQLITE_INTERRUPT
# asked for: constant SQLITE_IOERR, SQLITE_IOERR_ACCESS, SQLITE_IOERR_AUTH, SQLITE_IOERR_BEGIN_ATOMIC
# asked for: constant SQLITE_IOERR_BLOCKED, SQLITE_IOERR_CHECKRESERVEDLOCK, SQLITE_IOERR_CLOSE
# asked for: constant SQLITE_IOERR_COMMIT_ATOMIC, SQLITE_IOERR_CONVPATH, SQLITE_IOERR_CORRUPTFS
# asked for: constant SQLITE_IOERR_DATA, SQLITE_IOERR_DELETE, SQLITE_IOERR_DELETE_NOENT
# asked for: constant SQLITE_IOERR_DIR_CLOSE, SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSTAT, SQLITE_IOERR_FSYNC
# asked for: constant SQLITE_IOERR_GETTEMPPATH, SQLITE_IOERR_LOCK, SQLITE_IOERR_MMAP, SQLITE_IOERR_NOMEM
# asked for: constant SQLITE_IOERR_RDLOCK, SQLITE_IOERR_READ, SQLITE_IOERR_ROLLBACK_ATOMIC, SQLITE_IOERR_SEEK
# asked for: constant SQLITE_IOERR_SHMLOCK, SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMOPEN, SQLITE_IOERR_SHMSIZE
# asked for: constant SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_UNLOCK, SQLITE_IOERR_VNODE
# asked for: constant SQLITE_IOERR_WRITE, SQLITE_LIMIT_ATTACHED, SQLITE_LIMIT_COLUMN
# asked for: constant SQLITE_LIMIT_COMPOUND_SELECT, SQLITE_LIMIT_EXPR_DEPTH, SQLITE_LIMIT_FUNCTION_ARG
# asked for: constant SQLITE_LIMIT_LENGTH, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, SQLITE_LIMIT_SQL_LENGTH
# asked for: constant SQLITE_LIMIT_TRIGGER_DEPTH, SQLITE_LIMIT_VARIABLE_NUMBER, SQLITE_LIMIT_VDBE_OP
# asked for: constant SQLITE_LIMIT_WORKER_THREADS, SQLITE_LOCKED, SQLITE_LOCKED_SHAREDCACHE
# asked for: constant SQLITE_LOCKED_VTAB, SQLITE_MISMATCH, SQLITE_MISUSE, SQLITE_NOLFS, SQLITE_NOMEM
# asked for: constant SQLITE_NOTADB, SQLITE_NOTFOUND, SQLITE_NOTICE, SQLITE_NOTICE_RECOVER_ROLLBACK
# asked for: constant SQLITE_NOTICE_RECOVER_WAL, SQLITE_OK, SQLITE_OK_LOAD_PERMANENTLY, SQLITE_OK_SYMLINK
# asked for: constant SQLITE_OPEN_CREATE, SQLITE_OPEN_READWRITE, SQLITE_OPEN_URI, SQLITE_PERM, SQLITE_PRAGMA
# asked for: constant SQLITE_PROTOCOL, SQLITE_RANGE, SQLITE_READ, SQLITE_READONLY, SQLITE_READONLY_CANTINIT
# asked for: constant SQLITE_READONLY_CANTLOCK, SQLITE_READONLY_DBMOVED, SQLITE_READONLY_DIRECTORY
# asked for: constant SQLITE_READONLY_RECOVERY, SQLITE_READONLY_ROLLBACK, SQLITE_RECURSIVE, SQLITE_REINDEX
# asked for: constant SQLITE_ROW, SQLITE_SAVEPOINT, SQLITE_SCHEMA, SQLITE_SELECT, SQLITE_TEXT, SQLITE_TOOBIG
# asked for: constant SQLITE_TRACE_STMT, SQLITE_TRANSACTION, SQLITE_TRANSIENT, SQLITE_UPDATE, SQLITE_UTF8
# asked for: constant SQLITE_WARNING, SQLITE_WARNING_AUTOINDEX
# asked for: function sqlite3_aggregate_context, sqlite3_backup_finish, sqlite3_backup_init
# asked for: function sqlite3_backup_pagecount, sqlite3_backup_remaining, sqlite3_backup_step
# asked for: function sqlite3_bind_blob, sqlite3_bind_double, sqlite3_bind_int64, sqlite3_bind_null
# asked for: function sqlite3_bind_parameter_count, sqlite3_bind_parameter_name, sqlite3_bind_text
# asked for: function sqlite3_blob_bytes, sqlite3_blob_close, sqlite3_blob_open, sqlite3_blob_read
# asked for: function sqlite3_blob_write, sqlite3_busy_timeout, sqlite3_changes, sqlite3_clear_bindings
# asked for: function sqlite3_close_v2, sqlite3_column_blob, sqlite3_column_bytes, sqlite3_column_count
# asked for: function sqlite3_column_decltype, sqlite3_column_double, sqlite3_column_int64
# asked for: function sqlite3_column_name, sqlite3_column_text, sqlite3_column_type, sqlite3_complete
# asked for: function sqlite3_create_collation_v2, sqlite3_create_function_v2, sqlite3_create_window_function
# asked for: function sqlite3_db_config, sqlite3_deserialize, sqlite3_errmsg, sqlite3_errstr
# asked for: function sqlite3_expanded_sql, sqlite3_extended_errcode, sqlite3_finalize, sqlite3_free
# asked for: function sqlite3_get_autocommit, sqlite3_interrupt, sqlite3_last_insert_rowid, sqlite3_libversion
# asked for: function sqlite3_limit, sqlite3_malloc64, sqlite3_open_v2, sqlite3_prepare_v2
# asked for: function sqlite3_progress_handler, sqlite3_reset, sqlite3_result_blob, sqlite3_result_double
# asked for: function sqlite3_result_error, sqlite3_result_error_nomem, sqlite3_result_error_toobig
# asked for: function sqlite3_result_int64, sqlite3_result_null, sqlite3_result_text, sqlite3_serialize
# asked for: function sqlite3_set_authorizer, sqlite3_sleep, sqlite3_step, sqlite3_stmt_busy
# asked for: function sqlite3_stmt_readonly, sqlite3_threadsafe, sqlite3_total_changes, sqlite3_trace_v2
# asked for: function sqlite3_value_blob, sqlite3_value_bytes, sqlite3_value_double, sqlite3_value_int64
# asked for: function sqlite3_value_text, sqlite3_value_type

from ctypes import (CDLL, CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_double, c_int, c_longlong,
                    c_ubyte, c_uint, c_ulonglong, c_void_p)
from typing import Any

_lib: CDLL
SQLITE_ABORT: int
SQLITE_ABORT_ROLLBACK: int
SQLITE_ALTER_TABLE: int
SQLITE_ANALYZE: int
SQLITE_ATTACH: int
SQLITE_AUTH: int
SQLITE_AUTH_USER: int
SQLITE_BLOB: int
SQLITE_BUSY: int
SQLITE_BUSY_RECOVERY: int
SQLITE_BUSY_SNAPSHOT: int
SQLITE_BUSY_TIMEOUT: int
SQLITE_CANTOPEN: int
SQLITE_CANTOPEN_CONVPATH: int
SQLITE_CANTOPEN_DIRTYWAL: int
SQLITE_CANTOPEN_FULLPATH: int
SQLITE_CANTOPEN_ISDIR: int
SQLITE_CANTOPEN_NOTEMPDIR: int
SQLITE_CANTOPEN_SYMLINK: int
SQLITE_CONSTRAINT: int
SQLITE_CONSTRAINT_CHECK: int
SQLITE_CONSTRAINT_COMMITHOOK: int
SQLITE_CONSTRAINT_FOREIGNKEY: int
SQLITE_CONSTRAINT_FUNCTION: int
SQLITE_CONSTRAINT_NOTNULL: int
SQLITE_CONSTRAINT_PINNED: int
SQLITE_CONSTRAINT_PRIMARYKEY: int
SQLITE_CONSTRAINT_ROWID: int
SQLITE_CONSTRAINT_TRIGGER: int
SQLITE_CONSTRAINT_UNIQUE: int
SQLITE_CONSTRAINT_VTAB: int
SQLITE_CORRUPT: int
SQLITE_CORRUPT_INDEX: int
SQLITE_CORRUPT_SEQUENCE: int
SQLITE_CORRUPT_VTAB: int
SQLITE_CREATE_INDEX: int
SQLITE_CREATE_TABLE: int
SQLITE_CREATE_TEMP_INDEX: int
SQLITE_CREATE_TEMP_TABLE: int
SQLITE_CREATE_TEMP_TRIGGER: int
SQLITE_CREATE_TEMP_VIEW: int
SQLITE_CREATE_TRIGGER: int
SQLITE_CREATE_VIEW: int
SQLITE_CREATE_VTABLE: int
SQLITE_DBCONFIG_DEFENSIVE: int
SQLITE_DBCONFIG_DQS_DDL: int
SQLITE_DBCONFIG_DQS_DML: int
SQLITE_DBCONFIG_ENABLE_FKEY: int
SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER: int
SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: int
SQLITE_DBCONFIG_ENABLE_QPSG: int
SQLITE_DBCONFIG_ENABLE_TRIGGER: int
SQLITE_DBCONFIG_ENABLE_VIEW: int
SQLITE_DBCONFIG_LEGACY_ALTER_TABLE: int
SQLITE_DBCONFIG_LEGACY_FILE_FORMAT: int
SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE: int
SQLITE_DBCONFIG_RESET_DATABASE: int
SQLITE_DBCONFIG_TRIGGER_EQP: int
SQLITE_DBCONFIG_TRUSTED_SCHEMA: int
SQLITE_DBCONFIG_WRITABLE_SCHEMA: int
SQLITE_DELETE: int
SQLITE_DENY: int
SQLITE_DESERIALIZE_FREEONCLOSE: int
SQLITE_DESERIALIZE_RESIZEABLE: int
SQLITE_DETACH: int
SQLITE_DETERMINISTIC: int
SQLITE_DONE: int
SQLITE_DROP_INDEX: int
SQLITE_DROP_TABLE: int
SQLITE_DROP_TEMP_INDEX: int
SQLITE_DROP_TEMP_TABLE: int
SQLITE_DROP_TEMP_TRIGGER: int
SQLITE_DROP_TEMP_VIEW: int
SQLITE_DROP_TRIGGER: int
SQLITE_DROP_VIEW: int
SQLITE_DROP_VTABLE: int
SQLITE_EMPTY: int
SQLITE_ERROR: int
SQLITE_ERROR_MISSING_COLLSEQ: int
SQLITE_ERROR_RETRY: int
SQLITE_ERROR_SNAPSHOT: int
SQLITE_FLOAT: int
SQLITE_FORMAT: int
SQLITE_FULL: int
SQLITE_FUNCTION: int
SQLITE_IGNORE: int
SQLITE_INSERT: int
SQLITE_INTEGER: int
SQLITE_INTERNAL: int
SQLITE_INTERRUPT: int
SQLITE_IOERR: int
SQLITE_IOERR_ACCESS: int
SQLITE_IOERR_AUTH: int
SQLITE_IOERR_BEGIN_ATOMIC: int
SQLITE_IOERR_BLOCKED: int
SQLITE_IOERR_CHECKRESERVEDLOCK: int
SQLITE_IOERR_CLOSE: int
SQLITE_IOERR_COMMIT_ATOMIC: int
SQLITE_IOERR_CONVPATH: int
SQLITE_IOERR_CORRUPTFS: int
SQLITE_IOERR_DATA: int
SQLITE_IOERR_DELETE: int
SQLITE_IOERR_DELETE_NOENT: int
SQLITE_IOERR_DIR_CLOSE: int
SQLITE_IOERR_DIR_FSYNC: int
SQLITE_IOERR_FSTAT: int
SQLITE_IOERR_FSYNC: int
SQLITE_IOERR_GETTEMPPATH: int
SQLITE_IOERR_LOCK: int
SQLITE_IOERR_MMAP: int
SQLITE_IOERR_NOMEM: int
SQLITE_IOERR_RDLOCK: int
SQLITE_IOERR_READ: int
SQLITE_IOERR_ROLLBACK_ATOMIC: int
SQLITE_IOERR_SEEK: int
SQLITE_IOERR_SHMLOCK: int
SQLITE_IOERR_SHMMAP: int
SQLITE_IOERR_SHMOPEN: int
SQLITE_IOERR_SHMSIZE: int
SQLITE_IOERR_SHORT_READ: int
SQLITE_IOERR_TRUNCATE: int
SQLITE_IOERR_UNLOCK: int
SQLITE_IOERR_VNODE: int
SQLITE_IOERR_WRITE: int
SQLITE_LIMIT_ATTACHED: int
SQLITE_LIMIT_COLUMN: int
SQLITE_LIMIT_COMPOUND_SELECT: int
SQLITE_LIMIT_EXPR_DEPTH: int
SQLITE_LIMIT_FUNCTION_ARG: int
SQLITE_LIMIT_LENGTH: int
SQLITE_LIMIT_LIKE_PATTERN_LENGTH: int
SQLITE_LIMIT_SQL_LENGTH: int
SQLITE_LIMIT_TRIGGER_DEPTH: int
SQLITE_LIMIT_VARIABLE_NUMBER: int
SQLITE_LIMIT_VDBE_OP: int
SQLITE_LIMIT_WORKER_THREADS: int
SQLITE_LOCKED: int
SQLITE_LOCKED_SHAREDCACHE: int
SQLITE_LOCKED_VTAB: int
SQLITE_MISMATCH: int
SQLITE_MISUSE: int
SQLITE_NOLFS: int
SQLITE_NOMEM: int
SQLITE_NOTADB: int
SQLITE_NOTFOUND: int
SQLITE_NOTICE: int
SQLITE_NOTICE_RECOVER_ROLLBACK: int
SQLITE_NOTICE_RECOVER_WAL: int
SQLITE_OK: int
SQLITE_OK_LOAD_PERMANENTLY: int
SQLITE_OK_SYMLINK: int
SQLITE_OPEN_CREATE: int
SQLITE_OPEN_READWRITE: int
SQLITE_OPEN_URI: int
SQLITE_PERM: int
SQLITE_PRAGMA: int
SQLITE_PROTOCOL: int
SQLITE_RANGE: int
SQLITE_READ: int
SQLITE_READONLY: int
SQLITE_READONLY_CANTINIT: int
SQLITE_READONLY_CANTLOCK: int
SQLITE_READONLY_DBMOVED: int
SQLITE_READONLY_DIRECTORY: int
SQLITE_READONLY_RECOVERY: int
SQLITE_READONLY_ROLLBACK: int
SQLITE_RECURSIVE: int
SQLITE_REINDEX: int
SQLITE_ROW: int
SQLITE_SAVEPOINT: int
SQLITE_SCHEMA: int
SQLITE_SELECT: int
SQLITE_TEXT: int
SQLITE_TOOBIG: int
SQLITE_TRACE_STMT: int
SQLITE_TRANSACTION: int
SQLITE_TRANSIENT: Any
SQLITE_UPDATE: int
SQLITE_UTF8: int
SQLITE_WARNING: int
SQLITE_WARNING_AUTOINDEX: int
class sqlite3_context(Structure): ...
def sqlite3_aggregate_context(argument_0: Any, argument_1: int, /) -> int | None: ...
class sqlite3_backup(Structure): ...
def sqlite3_backup_finish(argument_0: Any, /) -> int: ...
class sqlite3(Structure): ...
def sqlite3_backup_init(argument_0: Any, argument_1: Any, argument_2: Any, argument_3: Any, /) -> Any: ...
def sqlite3_backup_pagecount(argument_0: Any, /) -> int: ...
def sqlite3_backup_remaining(argument_0: Any, /) -> int: ...
def sqlite3_backup_step(argument_0: Any, argument_1: int, /) -> int: ...
class sqlite3_stmt(Structure): ...
def sqlite3_bind_blob(argument_0: Any, argument_1: int, argument_2: Any, argument_3: int, argument_4: Any, /) -> int: ...
def sqlite3_bind_double(argument_0: Any, argument_1: int, argument_2: float, /) -> int: ...
def sqlite3_bind_int64(argument_0: Any, argument_1: int, argument_2: int, /) -> int: ...
def sqlite3_bind_null(argument_0: Any, argument_1: int, /) -> int: ...
def sqlite3_bind_parameter_count(argument_0: Any, /) -> int: ...
def sqlite3_bind_parameter_name(argument_0: Any, argument_1: int, /) -> bytes | None: ...
def sqlite3_bind_text(argument_0: Any, argument_1: int, argument_2: Any, argument_3: int, argument_4: Any, /) -> int: ...
class sqlite3_blob(Structure): ...
def sqlite3_blob_bytes(argument_0: Any, /) -> int: ...
def sqlite3_blob_close(argument_0: Any, /) -> int: ...
def sqlite3_blob_open(argument_0: Any, argument_1: Any, argument_2: Any, argument_3: Any, argument_4: int, argument_5: int, argument_6: Any, /) -> int: ...
def sqlite3_blob_read(argument_0: Any, argument_1: Any, argument_2: int, argument_3: int, /) -> int: ...
def sqlite3_blob_write(argument_0: Any, argument_1: Any, argument_2: int, argument_3: int, /) -> int: ...
def sqlite3_busy_timeout(argument_0: Any, argument_1: int, /) -> int: ...
def sqlite3_changes(argument_0: Any, /) -> int: ...
def sqlite3_clear_bindings(argument_0: Any, /) -> int: ...
def sqlite3_close_v2(argument_0: Any, /) -> int: ...
def sqlite3_column_blob(argument_0: Any, argument_1: int, /) -> int | None: ...
def sqlite3_column_bytes(argument_0: Any, argument_1: int, /) -> int: ...
def sqlite3_column_count(argument_0: Any, /) -> int: ...
def sqlite3_column_decltype(argument_0: Any, argument_1: int, /) -> bytes | None: ...
def sqlite3_column_double(argument_0: Any, argument_1: int, /) -> float: ...
def sqlite3_column_int64(argument_0: Any, argument_1: int, /) -> int: ...
def sqlite3_column_name(argument_0: Any, argument_1: int, /) -> bytes | None: ...
def sqlite3_column_text(argument_0: Any, argument_1: int, /) -> Any: ...
def sqlite3_column_type(argument_0: Any, argument_1: int, /) -> int: ...
def sqlite3_complete(argument_0: Any, /) -> int: ...
def sqlite3_create_collation_v2(argument_0: Any, argument_1: Any, argument_2: int, argument_3: Any, argument_4: Any, argument_5: Any, /) -> int: ...
class sqlite3_value(Structure): ...
def sqlite3_create_function_v2(argument_0: Any, argument_1: Any, argument_2: int, argument_3: int, argument_4: Any, argument_5: Any, argument_6: Any, argument_7: Any, argument_8: Any, /) -> int: ...
def sqlite3_create_window_function(argument_0: Any, argument_1: Any, argument_2: int, argument_3: int, argument_4: Any, argument_5: Any, argument_6: Any, argument_7: Any, argument_8: Any, argument_9: Any, /) -> int: ...
def sqlite3_db_config(argument_0: Any, argument_1: int, /, *arguments: Any) -> int: ...
def sqlite3_deserialize(argument_0: Any, argument_1: Any, argument_2: Any, argument_3: int, argument_4: int, argument_5: int, /) -> int: ...
def sqlite3_errmsg(argument_0: Any, /) -> bytes | None: ...
def sqlite3_errstr(argument_0: int, /) -> bytes | None: ...
def sqlite3_expanded_sql(argument_0: Any, /) -> Any: ...
def sqlite3_extended_errcode(argument_0: Any, /) -> int: ...
def sqlite3_finalize(argument_0: Any, /) -> int: ...
def sqlite3_free(argument_0: Any, /) -> None: ...
def sqlite3_get_autocommit(argument_0: Any, /) -> int: ...
def sqlite3_interrupt(argument_0: Any, /) -> None: ...
def sqlite3_last_insert_rowid(argument_0: Any, /) -> int: ...
def sqlite3_libversion() -> bytes | None: ...
def sqlite3_limit(argument_0: Any, argument_1: int, argument_2: int, /) -> int: ...
def sqlite3_malloc64(argument_0: int, /) -> int | None: ...
def sqlite3_open_v2(argument_0: Any, argument_1: Any, argument_2: int, argument_3: Any, /) -> int: ...
def sqlite3_prepare_v2(argument_0: Any, argument_1: Any, argument_2: int, argument_3: Any, argument_4: Any, /) -> int: ...
def sqlite3_progress_handler(argument_0: Any, argument_1: int, argument_2: Any, argument_3: Any, /) -> None: ...
def sqlite3_reset(argument_0: Any, /) -> int: ...
def sqlite3_result_blob(argument_0: Any, argument_1: Any, argument_2: int, argument_3: Any, /) -> None: ...
def sqlite3_result_double(argument_0: Any, argument_1: float, /) -> None: ...
def sqlite3_result_error(argument_0: Any, argument_1: Any, argument_2: int, /) -> None: ...
def sqlite3_result_error_nomem(argument_0: Any, /) -> None: ...
def sqlite3_result_error_toobig(argument_0: Any, /) -> None: ...
def sqlite3_result_int64(argument_0: Any, argument_1: int, /) -> None: ...
def sqlite3_result_null(argument_0: Any, /) -> None: ...
def sqlite3_result_text(argument_0: Any, argument_1: Any, argument_2: int, argument_3: Any, /) -> None: ...
def sqlite3_serialize(argument_0: Any, argument_1: Any, argument_2: Any, argument_3: int, /) -> Any: ...
def sqlite3_set_authorizer(argument_0: Any, argument_1: Any, argument_2: Any, /) -> int: ...
def sqlite3_sleep(argument_0: int, /) -> int: ...
def sqlite3_step(argument_0: Any, /) -> int: ...
def sqlite3_stmt_busy(argument_0: Any, /) -> int: ...
def sqlite3_stmt_readonly(argument_0: Any, /) -> int: ...
def sqlite3_threadsafe() -> int: ...
def sqlite3_total_changes(argument_0: Any, /) -> int: ...
def sqlite3_trace_v2(argument_0: Any, argument_1: int, argument_2: Any, argument_3: Any, /) -> int: ...
def sqlite3_value_blob(argument_0: Any, /) -> int | None: ...
def sqlite3_value_bytes(argument_0: Any, /) -> int: ...
def sqlite3_value_double(argument_0: Any, /) -> float: ...
def sqlite3_value_int64(argument_0: Any, /) -> int: ...
def sqlite3_value_text(argument_0: Any, /) -> Any: ...
def sqlite3_value_type(argument_0: Any, /) -> int: ...
