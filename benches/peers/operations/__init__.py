"""All rows of the tables: what a ctypes program does, an operation a row.

`KINDS` has the rows of each kind, `GROUPS` the kind of each group.
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
GROUPS = {row.group: kind for kind, rows in KINDS.items() for row in rows}
