"""Writes abi.py: what this package uses of sqlite3.h, declared by the C compiler.

It needs ctypes_configure, which also holds abi.py against C:

    python -m ctypes_configure check examples/sqlite_dbapi/abi.py \\
        --header sqlite3.h --library sqlite3
"""

from pathlib import Path

from ctypes_configure import Header

FUNCTIONS = """
    libversion threadsafe complete malloc64 free sleep
    open_v2 close_v2 busy_timeout extended_errcode errmsg errstr get_autocommit changes
    total_changes last_insert_rowid interrupt limit db_config serialize deserialize
    backup_init backup_step backup_remaining backup_pagecount backup_finish
    prepare_v2 step reset finalize clear_bindings stmt_busy stmt_readonly expanded_sql
    bind_parameter_count bind_parameter_name column_count column_name column_decltype
    bind_null bind_int64 bind_double bind_text bind_blob
    column_type column_int64 column_double column_text column_blob column_bytes
    value_type value_int64 value_double value_text value_blob value_bytes
    result_null result_int64 result_double result_text result_blob
    result_error result_error_nomem result_error_toobig aggregate_context
    create_function_v2 create_window_function create_collation_v2
    set_authorizer progress_handler trace_v2
    blob_open blob_close blob_bytes blob_read blob_write
"""
# By what their names begin with. The names of `sqlite3` are among them, for programs.
CONSTANTS = {
    "SQLITE_": """
        OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND
        FULL CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT
        RANGE NOTADB NOTICE WARNING ROW DONE
        OK_LOAD_PERMANENTLY OK_SYMLINK ERROR_MISSING_COLLSEQ ERROR_RETRY ERROR_SNAPSHOT
        ABORT_ROLLBACK BUSY_RECOVERY BUSY_SNAPSHOT BUSY_TIMEOUT LOCKED_SHAREDCACHE LOCKED_VTAB
        CORRUPT_VTAB CORRUPT_SEQUENCE CORRUPT_INDEX AUTH_USER NOTICE_RECOVER_WAL
        NOTICE_RECOVER_ROLLBACK WARNING_AUTOINDEX
        DENY IGNORE CREATE_INDEX CREATE_TABLE CREATE_TEMP_INDEX CREATE_TEMP_TABLE
        CREATE_TEMP_TRIGGER CREATE_TEMP_VIEW CREATE_TRIGGER CREATE_VIEW CREATE_VTABLE DROP_INDEX
        DROP_TABLE DROP_TEMP_INDEX DROP_TEMP_TABLE DROP_TEMP_TRIGGER DROP_TEMP_VIEW DROP_TRIGGER
        DROP_VIEW DROP_VTABLE ALTER_TABLE INSERT UPDATE DELETE SELECT READ PRAGMA TRANSACTION
        SAVEPOINT ATTACH DETACH REINDEX ANALYZE FUNCTION RECURSIVE
        INTEGER FLOAT TEXT BLOB TRANSIENT UTF8 DETERMINISTIC TRACE_STMT
        OPEN_READWRITE OPEN_CREATE OPEN_URI DESERIALIZE_FREEONCLOSE DESERIALIZE_RESIZEABLE
    """,
    "SQLITE_READONLY_": "RECOVERY CANTLOCK ROLLBACK DBMOVED CANTINIT DIRECTORY",
    "SQLITE_IOERR_": """
        READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM
        ACCESS CHECKRESERVEDLOCK LOCK CLOSE DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK
        DELETE_NOENT MMAP GETTEMPPATH CONVPATH VNODE AUTH BEGIN_ATOMIC COMMIT_ATOMIC
        ROLLBACK_ATOMIC DATA CORRUPTFS
    """,
    "SQLITE_CANTOPEN_": "NOTEMPDIR ISDIR FULLPATH CONVPATH DIRTYWAL SYMLINK",
    "SQLITE_CONSTRAINT_": """
        CHECK COMMITHOOK FOREIGNKEY FUNCTION NOTNULL PRIMARYKEY TRIGGER UNIQUE VTAB ROWID PINNED
    """,
    "SQLITE_LIMIT_": """
        LENGTH SQL_LENGTH COLUMN EXPR_DEPTH COMPOUND_SELECT VDBE_OP FUNCTION_ARG ATTACHED
        LIKE_PATTERN_LENGTH VARIABLE_NUMBER TRIGGER_DEPTH WORKER_THREADS
    """,
    "SQLITE_DBCONFIG_": """
        ENABLE_FKEY ENABLE_TRIGGER ENABLE_FTS3_TOKENIZER ENABLE_LOAD_EXTENSION NO_CKPT_ON_CLOSE
        ENABLE_QPSG TRIGGER_EQP RESET_DATABASE DEFENSIVE WRITABLE_SCHEMA LEGACY_ALTER_TABLE
        DQS_DML DQS_DDL ENABLE_VIEW LEGACY_FILE_FORMAT TRUSTED_SCHEMA
    """,
}

abi = Path(__file__).with_name("abi.py")
abi.unlink(missing_ok=True)  # as what is asked for is otherwise added to what it has
header = Header("sqlite3.h", libraries=["sqlite3"], cache=abi)
header.constants(*(prefix + name for prefix, names in CONSTANTS.items() for name in names.split()))
header.functions(*("sqlite3_" + name for name in FUNCTIONS.split()))
