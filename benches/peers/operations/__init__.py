"""All rows of the tables: what a ctypes program does, an operation a row.

A module here is a kind of operation. `KINDS` has the rows of each, in the order of the tables.
"""

from . import arguments, calls, callbacks, imports, machine, memory, module, types, values

KINDS = {
    "call": [*calls.ROWS, *arguments.ROWS, *callbacks.ROWS],
    "data": [*values.ROWS, *memory.ROWS, *module.ROWS],
    "type": types.ROWS,
    "import": imports.ROWS,
    "machine": machine.ROWS,
    "threads": machine.THREADS,
}
ROWS = [row for rows in KINDS.values() for row in rows]
