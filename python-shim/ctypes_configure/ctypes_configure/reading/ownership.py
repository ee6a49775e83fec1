"""Finds which file declares a function or variable: by declaring it again as something else.

The compiler answers with an error, and a note that names the place of the first declaration. Debug
information does not have the declarations of functions.
"""

import os

from . import probes

_AGAIN = "extern struct ctypes_configure_something_else {};"


def places(compiler, text, flags, words):
    """Returns the file of each of `words` that the text declares as a function, variable or typedef."""
    numbered = dict(enumerate(words))
    rest = "struct ctypes_configure_something_else { char it; };\n" + probes.lines(
        (number, _AGAIN.format(word)) for number, word in numbered.items())
    outcome = compiler.check(probes.with_text(text, rest), flags)
    found, word = {}, None
    for each in outcome.diagnostics:
        if each.file == probes.FILE:
            word = numbered.get(probes.number_at(each.line)) if each.is_error else word
        elif each.kind == "note" and word is not None and "previous" in each.text:
            found.setdefault(word, os.path.normpath(each.file))
    return found
