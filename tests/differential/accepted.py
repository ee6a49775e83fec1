"""Differences that stay, each with the reason."""

import re

# The statement, our line and CPython's, as patterns of the whole; and why.
ACCEPTED = [
    ("_fields_", r"TypeError: can only concatenate tuple \(not 'list'\) to tuple",
     r'TypeError: can only concatenate tuple \(not "list"\) to tuple', "the VM's words for tuple + list"),
    ("objects", r".*cast: [^,]*\}['\"]", r".*cast: [^,]*, cast: .*\}['\"]",
     "a cast of a cast shows its first source alone (README, \"Kept by place\")"),
    (r"\*|ARRAY", r"TypeError: ('.*') object cannot be interpreted as an integer",
     r"TypeError: can't multiply sequence by non-int of type '.*'",
     "the VM's words for a sequence of a Python class (here a metaclass) times what is no number"),
    ("", r"-?[0-9.]+", "RuntimeError: ffi_prep_cif_var failed",
     "an argument for `...` that is narrower than C passes there is promoted (ARCHITECTURE, \"Planned calls\")"),
    (r"type\(", r"TypeError: Expected type '(str|tuple|dict)' but '.*' found\.",
     r"TypeError: type\.__new__\(\) argument [123] must be .*", "the VM's words for a wrong argument of `type`"),
    ("", "TypeError: multiple bases have instance layout conflict",
     "TypeError: multiple bases have instance lay-out conflict",
     "the VM's words for bases that do not go together"),
    ("del .*__(name|qualname)__", "TypeError: can't delete attribute",
     r"TypeError: cannot delete '__\w+__' attribute of immutable type '\w+'", "the VM's words for a class's name"),
    ("from_buffer", r"TypeError: (memoryview: )?a bytes-like object is required, not '(\w+)'",
     r"TypeError: (memoryview: )?a bytes-like object is required, not '[\w.]+'", "the VM names a class without its module"),
    ("CFUNCTYPE", r"TypeError: (unhashable type.*)",
     r"TypeError: cannot use 'tuple' as a dict key \(unhashable type.*\)",
     "the VM's words for a dict key without a hash"),
    ("", r"<(ctypes|program)\.\w+_Array_\d+ object at 0x\?>", r"<(ctypes|program)\.\w+_Array_\d+ object at 0x\?>",
     "an array type bears the name of the module that made it first, and lives until a collection"),
    ("set_type", r"(.*\n)*TypeError: '.*' has instances that point to something else", r"(.*\n)*.*",
     "a pointer type of which there are instances goes on pointing to what it was made for"),
    ("objects", r"['\"]\{0: .*, 1: py_object\(.*", r"['\"]\{0: .*, 1: py_object\(.*",
     "a pointer shows what its target keeps now (README, \"Kept by place\")"),
    (r"contents|\(", r"(.*\n)*TypeError: expected .*, which has \d+ of the \d+ bytes", r"(.*\n)*.*",
     "what has no room for a pointer's target is no target (README, \"Errors instead of crashes\")"),
    ("dump", r".*field '\w+' does not apply to a .*", r".*",
     "a field that lies beyond an object is not read (README, \"Errors instead of crashes\")"),
    (r"\*", "OverflowError: Python int too large to convert to Rust isize",
     "OverflowError: cannot fit 'int' into an index-sized integer", "the VM's words for too large a factor"),
    ("memoryview", r".*", r"NotImplementedError: memoryview: unsupported format <.",
     "the VM's views read items in a byte order that is said"),
]
COMPILED = [tuple(re.compile(part, re.DOTALL) for part in row[:3]) + row[3:] for row in ACCEPTED]


def reason(statement, mine, its):
    for wanted, ours, theirs, why in COMPILED:
        if wanted.search(statement) and ours.fullmatch(mine) and theirs.fullmatch(its):
            return why
    return None
