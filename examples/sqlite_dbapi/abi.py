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

_lib = CDLL("libsqlite3.so.0")
SQLITE_ABORT = 4
SQLITE_ABORT_ROLLBACK = 516
SQLITE_ALTER_TABLE = 26
SQLITE_ANALYZE = 28
SQLITE_ATTACH = 24
SQLITE_AUTH = 23
SQLITE_AUTH_USER = 279
SQLITE_BLOB = 4
SQLITE_BUSY = 5
SQLITE_BUSY_RECOVERY = 261
SQLITE_BUSY_SNAPSHOT = 517
SQLITE_BUSY_TIMEOUT = 773
SQLITE_CANTOPEN = 14
SQLITE_CANTOPEN_CONVPATH = 1038
SQLITE_CANTOPEN_DIRTYWAL = 1294
SQLITE_CANTOPEN_FULLPATH = 782
SQLITE_CANTOPEN_ISDIR = 526
SQLITE_CANTOPEN_NOTEMPDIR = 270
SQLITE_CANTOPEN_SYMLINK = 1550
SQLITE_CONSTRAINT = 19
SQLITE_CONSTRAINT_CHECK = 275
SQLITE_CONSTRAINT_COMMITHOOK = 531
SQLITE_CONSTRAINT_FOREIGNKEY = 787
SQLITE_CONSTRAINT_FUNCTION = 1043
SQLITE_CONSTRAINT_NOTNULL = 1299
SQLITE_CONSTRAINT_PINNED = 2835
SQLITE_CONSTRAINT_PRIMARYKEY = 1555
SQLITE_CONSTRAINT_ROWID = 2579
SQLITE_CONSTRAINT_TRIGGER = 1811
SQLITE_CONSTRAINT_UNIQUE = 2067
SQLITE_CONSTRAINT_VTAB = 2323
SQLITE_CORRUPT = 11
SQLITE_CORRUPT_INDEX = 779
SQLITE_CORRUPT_SEQUENCE = 523
SQLITE_CORRUPT_VTAB = 267
SQLITE_CREATE_INDEX = 1
SQLITE_CREATE_TABLE = 2
SQLITE_CREATE_TEMP_INDEX = 3
SQLITE_CREATE_TEMP_TABLE = 4
SQLITE_CREATE_TEMP_TRIGGER = 5
SQLITE_CREATE_TEMP_VIEW = 6
SQLITE_CREATE_TRIGGER = 7
SQLITE_CREATE_VIEW = 8
SQLITE_CREATE_VTABLE = 29
SQLITE_DBCONFIG_DEFENSIVE = 1010
SQLITE_DBCONFIG_DQS_DDL = 1014
SQLITE_DBCONFIG_DQS_DML = 1013
SQLITE_DBCONFIG_ENABLE_FKEY = 1002
SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER = 1004
SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION = 1005
SQLITE_DBCONFIG_ENABLE_QPSG = 1007
SQLITE_DBCONFIG_ENABLE_TRIGGER = 1003
SQLITE_DBCONFIG_ENABLE_VIEW = 1015
SQLITE_DBCONFIG_LEGACY_ALTER_TABLE = 1012
SQLITE_DBCONFIG_LEGACY_FILE_FORMAT = 1016
SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE = 1006
SQLITE_DBCONFIG_RESET_DATABASE = 1009
SQLITE_DBCONFIG_TRIGGER_EQP = 1008
SQLITE_DBCONFIG_TRUSTED_SCHEMA = 1017
SQLITE_DBCONFIG_WRITABLE_SCHEMA = 1011
SQLITE_DELETE = 9
SQLITE_DENY = 1
SQLITE_DESERIALIZE_FREEONCLOSE = 1
SQLITE_DESERIALIZE_RESIZEABLE = 2
SQLITE_DETACH = 25
SQLITE_DETERMINISTIC = 2048
SQLITE_DONE = 101
SQLITE_DROP_INDEX = 10
SQLITE_DROP_TABLE = 11
SQLITE_DROP_TEMP_INDEX = 12
SQLITE_DROP_TEMP_TABLE = 13
SQLITE_DROP_TEMP_TRIGGER = 14
SQLITE_DROP_TEMP_VIEW = 15
SQLITE_DROP_TRIGGER = 16
SQLITE_DROP_VIEW = 17
SQLITE_DROP_VTABLE = 30
SQLITE_EMPTY = 16
SQLITE_ERROR = 1
SQLITE_ERROR_MISSING_COLLSEQ = 257
SQLITE_ERROR_RETRY = 513
SQLITE_ERROR_SNAPSHOT = 769
SQLITE_FLOAT = 2
SQLITE_FORMAT = 24
SQLITE_FULL = 13
SQLITE_FUNCTION = 31
SQLITE_IGNORE = 2
SQLITE_INSERT = 18
SQLITE_INTEGER = 1
SQLITE_INTERNAL = 2
SQLITE_INTERRUPT = 9
SQLITE_IOERR = 10
SQLITE_IOERR_ACCESS = 3338
SQLITE_IOERR_AUTH = 7178
SQLITE_IOERR_BEGIN_ATOMIC = 7434
SQLITE_IOERR_BLOCKED = 2826
SQLITE_IOERR_CHECKRESERVEDLOCK = 3594
SQLITE_IOERR_CLOSE = 4106
SQLITE_IOERR_COMMIT_ATOMIC = 7690
SQLITE_IOERR_CONVPATH = 6666
SQLITE_IOERR_CORRUPTFS = 8458
SQLITE_IOERR_DATA = 8202
SQLITE_IOERR_DELETE = 2570
SQLITE_IOERR_DELETE_NOENT = 5898
SQLITE_IOERR_DIR_CLOSE = 4362
SQLITE_IOERR_DIR_FSYNC = 1290
SQLITE_IOERR_FSTAT = 1802
SQLITE_IOERR_FSYNC = 1034
SQLITE_IOERR_GETTEMPPATH = 6410
SQLITE_IOERR_LOCK = 3850
SQLITE_IOERR_MMAP = 6154
SQLITE_IOERR_NOMEM = 3082
SQLITE_IOERR_RDLOCK = 2314
SQLITE_IOERR_READ = 266
SQLITE_IOERR_ROLLBACK_ATOMIC = 7946
SQLITE_IOERR_SEEK = 5642
SQLITE_IOERR_SHMLOCK = 5130
SQLITE_IOERR_SHMMAP = 5386
SQLITE_IOERR_SHMOPEN = 4618
SQLITE_IOERR_SHMSIZE = 4874
SQLITE_IOERR_SHORT_READ = 522
SQLITE_IOERR_TRUNCATE = 1546
SQLITE_IOERR_UNLOCK = 2058
SQLITE_IOERR_VNODE = 6922
SQLITE_IOERR_WRITE = 778
SQLITE_LIMIT_ATTACHED = 7
SQLITE_LIMIT_COLUMN = 2
SQLITE_LIMIT_COMPOUND_SELECT = 4
SQLITE_LIMIT_EXPR_DEPTH = 3
SQLITE_LIMIT_FUNCTION_ARG = 6
SQLITE_LIMIT_LENGTH = 0
SQLITE_LIMIT_LIKE_PATTERN_LENGTH = 8
SQLITE_LIMIT_SQL_LENGTH = 1
SQLITE_LIMIT_TRIGGER_DEPTH = 10
SQLITE_LIMIT_VARIABLE_NUMBER = 9
SQLITE_LIMIT_VDBE_OP = 5
SQLITE_LIMIT_WORKER_THREADS = 11
SQLITE_LOCKED = 6
SQLITE_LOCKED_SHAREDCACHE = 262
SQLITE_LOCKED_VTAB = 518
SQLITE_MISMATCH = 20
SQLITE_MISUSE = 21
SQLITE_NOLFS = 22
SQLITE_NOMEM = 7
SQLITE_NOTADB = 26
SQLITE_NOTFOUND = 12
SQLITE_NOTICE = 27
SQLITE_NOTICE_RECOVER_ROLLBACK = 539
SQLITE_NOTICE_RECOVER_WAL = 283
SQLITE_OK = 0
SQLITE_OK_LOAD_PERMANENTLY = 256
SQLITE_OK_SYMLINK = 512
SQLITE_OPEN_CREATE = 4
SQLITE_OPEN_READWRITE = 2
SQLITE_OPEN_URI = 64
SQLITE_PERM = 3
SQLITE_PRAGMA = 19
SQLITE_PROTOCOL = 15
SQLITE_RANGE = 25
SQLITE_READ = 20
SQLITE_READONLY = 8
SQLITE_READONLY_CANTINIT = 1288
SQLITE_READONLY_CANTLOCK = 520
SQLITE_READONLY_DBMOVED = 1032
SQLITE_READONLY_DIRECTORY = 1544
SQLITE_READONLY_RECOVERY = 264
SQLITE_READONLY_ROLLBACK = 776
SQLITE_RECURSIVE = 33
SQLITE_REINDEX = 27
SQLITE_ROW = 100
SQLITE_SAVEPOINT = 32
SQLITE_SCHEMA = 17
SQLITE_SELECT = 21
SQLITE_TEXT = 3
SQLITE_TOOBIG = 18
SQLITE_TRACE_STMT = 1
SQLITE_TRANSACTION = 22
SQLITE_TRANSIENT = CFUNCTYPE(None, c_void_p)(-1)
SQLITE_UPDATE = 23
SQLITE_UTF8 = 1
SQLITE_WARNING = 28
SQLITE_WARNING_AUTOINDEX = 284


class sqlite3_context(Structure):
    pass


sqlite3_aggregate_context = _lib.sqlite3_aggregate_context
sqlite3_aggregate_context.argtypes = [POINTER(sqlite3_context), c_int]
sqlite3_aggregate_context.restype = c_void_p


class sqlite3_backup(Structure):
    pass


sqlite3_backup_finish = _lib.sqlite3_backup_finish
sqlite3_backup_finish.argtypes = [POINTER(sqlite3_backup)]
sqlite3_backup_finish.restype = c_int


class sqlite3(Structure):
    pass


sqlite3_backup_init = _lib.sqlite3_backup_init
sqlite3_backup_init.argtypes = [POINTER(sqlite3), c_char_p, POINTER(sqlite3), c_char_p]
sqlite3_backup_init.restype = POINTER(sqlite3_backup)

sqlite3_backup_pagecount = _lib.sqlite3_backup_pagecount
sqlite3_backup_pagecount.argtypes = [POINTER(sqlite3_backup)]
sqlite3_backup_pagecount.restype = c_int

sqlite3_backup_remaining = _lib.sqlite3_backup_remaining
sqlite3_backup_remaining.argtypes = [POINTER(sqlite3_backup)]
sqlite3_backup_remaining.restype = c_int

sqlite3_backup_step = _lib.sqlite3_backup_step
sqlite3_backup_step.argtypes = [POINTER(sqlite3_backup), c_int]
sqlite3_backup_step.restype = c_int


class sqlite3_stmt(Structure):
    pass


sqlite3_bind_blob = _lib.sqlite3_bind_blob
sqlite3_bind_blob.argtypes = [POINTER(sqlite3_stmt), c_int, c_void_p, c_int, CFUNCTYPE(None, c_void_p)]
sqlite3_bind_blob.restype = c_int

sqlite3_bind_double = _lib.sqlite3_bind_double
sqlite3_bind_double.argtypes = [POINTER(sqlite3_stmt), c_int, c_double]
sqlite3_bind_double.restype = c_int

sqlite3_bind_int64 = _lib.sqlite3_bind_int64
sqlite3_bind_int64.argtypes = [POINTER(sqlite3_stmt), c_int, c_longlong]
sqlite3_bind_int64.restype = c_int

sqlite3_bind_null = _lib.sqlite3_bind_null
sqlite3_bind_null.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_bind_null.restype = c_int

sqlite3_bind_parameter_count = _lib.sqlite3_bind_parameter_count
sqlite3_bind_parameter_count.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_bind_parameter_count.restype = c_int

sqlite3_bind_parameter_name = _lib.sqlite3_bind_parameter_name
sqlite3_bind_parameter_name.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_bind_parameter_name.restype = c_char_p

sqlite3_bind_text = _lib.sqlite3_bind_text
sqlite3_bind_text.argtypes = [POINTER(sqlite3_stmt), c_int, c_char_p, c_int, CFUNCTYPE(None, c_void_p)]
sqlite3_bind_text.restype = c_int


class sqlite3_blob(Structure):
    pass


sqlite3_blob_bytes = _lib.sqlite3_blob_bytes
sqlite3_blob_bytes.argtypes = [POINTER(sqlite3_blob)]
sqlite3_blob_bytes.restype = c_int

sqlite3_blob_close = _lib.sqlite3_blob_close
sqlite3_blob_close.argtypes = [POINTER(sqlite3_blob)]
sqlite3_blob_close.restype = c_int

sqlite3_blob_open = _lib.sqlite3_blob_open
sqlite3_blob_open.argtypes = [POINTER(sqlite3), c_char_p, c_char_p, c_char_p, c_longlong, c_int,
                              POINTER(POINTER(sqlite3_blob))]
sqlite3_blob_open.restype = c_int

sqlite3_blob_read = _lib.sqlite3_blob_read
sqlite3_blob_read.argtypes = [POINTER(sqlite3_blob), c_void_p, c_int, c_int]
sqlite3_blob_read.restype = c_int

sqlite3_blob_write = _lib.sqlite3_blob_write
sqlite3_blob_write.argtypes = [POINTER(sqlite3_blob), c_void_p, c_int, c_int]
sqlite3_blob_write.restype = c_int

sqlite3_busy_timeout = _lib.sqlite3_busy_timeout
sqlite3_busy_timeout.argtypes = [POINTER(sqlite3), c_int]
sqlite3_busy_timeout.restype = c_int

sqlite3_changes = _lib.sqlite3_changes
sqlite3_changes.argtypes = [POINTER(sqlite3)]
sqlite3_changes.restype = c_int

sqlite3_clear_bindings = _lib.sqlite3_clear_bindings
sqlite3_clear_bindings.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_clear_bindings.restype = c_int

sqlite3_close_v2 = _lib.sqlite3_close_v2
sqlite3_close_v2.argtypes = [POINTER(sqlite3)]
sqlite3_close_v2.restype = c_int

sqlite3_column_blob = _lib.sqlite3_column_blob
sqlite3_column_blob.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_blob.restype = c_void_p

sqlite3_column_bytes = _lib.sqlite3_column_bytes
sqlite3_column_bytes.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_bytes.restype = c_int

sqlite3_column_count = _lib.sqlite3_column_count
sqlite3_column_count.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_column_count.restype = c_int

sqlite3_column_decltype = _lib.sqlite3_column_decltype
sqlite3_column_decltype.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_decltype.restype = c_char_p

sqlite3_column_double = _lib.sqlite3_column_double
sqlite3_column_double.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_double.restype = c_double

sqlite3_column_int64 = _lib.sqlite3_column_int64
sqlite3_column_int64.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_int64.restype = c_longlong

sqlite3_column_name = _lib.sqlite3_column_name
sqlite3_column_name.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_name.restype = c_char_p

sqlite3_column_text = _lib.sqlite3_column_text
sqlite3_column_text.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_text.restype = POINTER(c_ubyte)

sqlite3_column_type = _lib.sqlite3_column_type
sqlite3_column_type.argtypes = [POINTER(sqlite3_stmt), c_int]
sqlite3_column_type.restype = c_int

sqlite3_complete = _lib.sqlite3_complete
sqlite3_complete.argtypes = [c_char_p]
sqlite3_complete.restype = c_int

sqlite3_create_collation_v2 = _lib.sqlite3_create_collation_v2
sqlite3_create_collation_v2.argtypes = [POINTER(sqlite3), c_char_p, c_int, c_void_p,
                                        CFUNCTYPE(c_int, c_void_p, c_int, c_void_p, c_int, c_void_p),
                                        CFUNCTYPE(None, c_void_p)]
sqlite3_create_collation_v2.restype = c_int


class sqlite3_value(Structure):
    pass


sqlite3_create_function_v2 = _lib.sqlite3_create_function_v2
sqlite3_create_function_v2.argtypes = [POINTER(sqlite3), c_char_p, c_int, c_int, c_void_p,
                                       CFUNCTYPE(None, POINTER(sqlite3_context), c_int, POINTER(POINTER(sqlite3_value))),
                                       CFUNCTYPE(None, POINTER(sqlite3_context), c_int, POINTER(POINTER(sqlite3_value))),
                                       CFUNCTYPE(None, POINTER(sqlite3_context)), CFUNCTYPE(None, c_void_p)]
sqlite3_create_function_v2.restype = c_int

sqlite3_create_window_function = _lib.sqlite3_create_window_function
sqlite3_create_window_function.argtypes = [POINTER(sqlite3), c_char_p, c_int, c_int, c_void_p,
                                           CFUNCTYPE(None, POINTER(sqlite3_context), c_int, POINTER(POINTER(sqlite3_value))),
                                           CFUNCTYPE(None, POINTER(sqlite3_context)),
                                           CFUNCTYPE(None, POINTER(sqlite3_context)),
                                           CFUNCTYPE(None, POINTER(sqlite3_context), c_int, POINTER(POINTER(sqlite3_value))),
                                           CFUNCTYPE(None, c_void_p)]
sqlite3_create_window_function.restype = c_int

sqlite3_db_config = _lib.sqlite3_db_config
sqlite3_db_config.argtypes = [POINTER(sqlite3), c_int]
sqlite3_db_config.restype = c_int

sqlite3_deserialize = _lib.sqlite3_deserialize
sqlite3_deserialize.argtypes = [POINTER(sqlite3), c_char_p, POINTER(c_ubyte), c_longlong, c_longlong, c_uint]
sqlite3_deserialize.restype = c_int

sqlite3_errmsg = _lib.sqlite3_errmsg
sqlite3_errmsg.argtypes = [POINTER(sqlite3)]
sqlite3_errmsg.restype = c_char_p

sqlite3_errstr = _lib.sqlite3_errstr
sqlite3_errstr.argtypes = [c_int]
sqlite3_errstr.restype = c_char_p

sqlite3_expanded_sql = _lib.sqlite3_expanded_sql
sqlite3_expanded_sql.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_expanded_sql.restype = POINTER(c_char)

sqlite3_extended_errcode = _lib.sqlite3_extended_errcode
sqlite3_extended_errcode.argtypes = [POINTER(sqlite3)]
sqlite3_extended_errcode.restype = c_int

sqlite3_finalize = _lib.sqlite3_finalize
sqlite3_finalize.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_finalize.restype = c_int

sqlite3_free = _lib.sqlite3_free
sqlite3_free.argtypes = [c_void_p]
sqlite3_free.restype = None

sqlite3_get_autocommit = _lib.sqlite3_get_autocommit
sqlite3_get_autocommit.argtypes = [POINTER(sqlite3)]
sqlite3_get_autocommit.restype = c_int

sqlite3_interrupt = _lib.sqlite3_interrupt
sqlite3_interrupt.argtypes = [POINTER(sqlite3)]
sqlite3_interrupt.restype = None

sqlite3_last_insert_rowid = _lib.sqlite3_last_insert_rowid
sqlite3_last_insert_rowid.argtypes = [POINTER(sqlite3)]
sqlite3_last_insert_rowid.restype = c_longlong

sqlite3_libversion = _lib.sqlite3_libversion
sqlite3_libversion.argtypes = []
sqlite3_libversion.restype = c_char_p

sqlite3_limit = _lib.sqlite3_limit
sqlite3_limit.argtypes = [POINTER(sqlite3), c_int, c_int]
sqlite3_limit.restype = c_int

sqlite3_malloc64 = _lib.sqlite3_malloc64
sqlite3_malloc64.argtypes = [c_ulonglong]
sqlite3_malloc64.restype = c_void_p

sqlite3_open_v2 = _lib.sqlite3_open_v2
sqlite3_open_v2.argtypes = [c_char_p, POINTER(POINTER(sqlite3)), c_int, c_char_p]
sqlite3_open_v2.restype = c_int

sqlite3_prepare_v2 = _lib.sqlite3_prepare_v2
sqlite3_prepare_v2.argtypes = [POINTER(sqlite3), c_char_p, c_int, POINTER(POINTER(sqlite3_stmt)),
                               POINTER(c_char_p)]
sqlite3_prepare_v2.restype = c_int

sqlite3_progress_handler = _lib.sqlite3_progress_handler
sqlite3_progress_handler.argtypes = [POINTER(sqlite3), c_int, CFUNCTYPE(c_int, c_void_p), c_void_p]
sqlite3_progress_handler.restype = None

sqlite3_reset = _lib.sqlite3_reset
sqlite3_reset.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_reset.restype = c_int

sqlite3_result_blob = _lib.sqlite3_result_blob
sqlite3_result_blob.argtypes = [POINTER(sqlite3_context), c_void_p, c_int, CFUNCTYPE(None, c_void_p)]
sqlite3_result_blob.restype = None

sqlite3_result_double = _lib.sqlite3_result_double
sqlite3_result_double.argtypes = [POINTER(sqlite3_context), c_double]
sqlite3_result_double.restype = None

sqlite3_result_error = _lib.sqlite3_result_error
sqlite3_result_error.argtypes = [POINTER(sqlite3_context), c_char_p, c_int]
sqlite3_result_error.restype = None

sqlite3_result_error_nomem = _lib.sqlite3_result_error_nomem
sqlite3_result_error_nomem.argtypes = [POINTER(sqlite3_context)]
sqlite3_result_error_nomem.restype = None

sqlite3_result_error_toobig = _lib.sqlite3_result_error_toobig
sqlite3_result_error_toobig.argtypes = [POINTER(sqlite3_context)]
sqlite3_result_error_toobig.restype = None

sqlite3_result_int64 = _lib.sqlite3_result_int64
sqlite3_result_int64.argtypes = [POINTER(sqlite3_context), c_longlong]
sqlite3_result_int64.restype = None

sqlite3_result_null = _lib.sqlite3_result_null
sqlite3_result_null.argtypes = [POINTER(sqlite3_context)]
sqlite3_result_null.restype = None

sqlite3_result_text = _lib.sqlite3_result_text
sqlite3_result_text.argtypes = [POINTER(sqlite3_context), c_char_p, c_int, CFUNCTYPE(None, c_void_p)]
sqlite3_result_text.restype = None

sqlite3_serialize = _lib.sqlite3_serialize
sqlite3_serialize.argtypes = [POINTER(sqlite3), c_char_p, POINTER(c_longlong), c_uint]
sqlite3_serialize.restype = POINTER(c_ubyte)

sqlite3_set_authorizer = _lib.sqlite3_set_authorizer
sqlite3_set_authorizer.argtypes = [POINTER(sqlite3),
                                   CFUNCTYPE(c_int, c_void_p, c_int, c_char_p, c_char_p, c_char_p, c_char_p),
                                   c_void_p]
sqlite3_set_authorizer.restype = c_int

sqlite3_sleep = _lib.sqlite3_sleep
sqlite3_sleep.argtypes = [c_int]
sqlite3_sleep.restype = c_int

sqlite3_step = _lib.sqlite3_step
sqlite3_step.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_step.restype = c_int

sqlite3_stmt_busy = _lib.sqlite3_stmt_busy
sqlite3_stmt_busy.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_stmt_busy.restype = c_int

sqlite3_stmt_readonly = _lib.sqlite3_stmt_readonly
sqlite3_stmt_readonly.argtypes = [POINTER(sqlite3_stmt)]
sqlite3_stmt_readonly.restype = c_int

sqlite3_threadsafe = _lib.sqlite3_threadsafe
sqlite3_threadsafe.argtypes = []
sqlite3_threadsafe.restype = c_int

sqlite3_total_changes = _lib.sqlite3_total_changes
sqlite3_total_changes.argtypes = [POINTER(sqlite3)]
sqlite3_total_changes.restype = c_int

sqlite3_trace_v2 = _lib.sqlite3_trace_v2
sqlite3_trace_v2.argtypes = [POINTER(sqlite3), c_uint, CFUNCTYPE(c_int, c_uint, c_void_p, c_void_p, c_void_p),
                             c_void_p]
sqlite3_trace_v2.restype = c_int

sqlite3_value_blob = _lib.sqlite3_value_blob
sqlite3_value_blob.argtypes = [POINTER(sqlite3_value)]
sqlite3_value_blob.restype = c_void_p

sqlite3_value_bytes = _lib.sqlite3_value_bytes
sqlite3_value_bytes.argtypes = [POINTER(sqlite3_value)]
sqlite3_value_bytes.restype = c_int

sqlite3_value_double = _lib.sqlite3_value_double
sqlite3_value_double.argtypes = [POINTER(sqlite3_value)]
sqlite3_value_double.restype = c_double

sqlite3_value_int64 = _lib.sqlite3_value_int64
sqlite3_value_int64.argtypes = [POINTER(sqlite3_value)]
sqlite3_value_int64.restype = c_longlong

sqlite3_value_text = _lib.sqlite3_value_text
sqlite3_value_text.argtypes = [POINTER(sqlite3_value)]
sqlite3_value_text.restype = POINTER(c_ubyte)

sqlite3_value_type = _lib.sqlite3_value_type
sqlite3_value_type.argtypes = [POINTER(sqlite3_value)]
sqlite3_value_type.restype = c_int
