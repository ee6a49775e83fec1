"""What `configure()` asks of C for one class of entries, in one compilation, and the results."""

import os
import tempfile

from ..errors import IncompleteType, UnknownName, Unsupported
from ..reading import model, probes
from ..reading.compiler import Compiler
from ..reading.targets import system_of

# What a header text may rely on without including it.
_STANDARD = "#include <stdio.h>\n#include <stddef.h>\n"
_PROGRAM = "#undef main\nint main(int argc, char *argv[]) {{\n{}\nreturn 0;\n}}\n"


class Asked:
    """The answers to the questions of `entries`, and those of the entries that they need.

    The first argument of the methods that may raise is the entry, or a text that names it and its part.
    """

    def __init__(self, info, entries):
        self.info, self.compiler = info, Compiler()
        questions = [question for entry in _with_needed(entries) for question in entry.questions()]
        self._text = f"{info.text}\n{_STANDARD}"
        # A text that does not compile is an error only where something is asked about it.
        self._answers = questions and probes.ask(self.compiler, self._text, info.compile_flags, questions)
        self._results = {}

    def result(self, entry):
        """Returns the result of an entry, always the same one."""
        if entry not in self._results:
            self._results[entry] = entry.result(self)
        return self._results[entry]

    def is_defined(self, macro):
        return macro in self._answers.defined

    def type(self, who, it):
        """Returns the type of an expression, or a type by its name. Raises `UnknownName`."""
        return self._answer(who, probes.Question("type", it), self._answers.types)

    def alignment(self, who, it):
        """Returns the alignment of a type. Raises `UnknownName`, or `IncompleteType` if it has no size."""
        return self._answer(who, probes.Question("align", it), self._answers.alignments)

    def value(self, who, it, read):
        """Returns what `read` makes of the value of a constant expression. Raises `UnknownName`."""
        value = self._answer(who, probes.Question("value", it), self._answers.values)
        if value.data is None:
            raise UnknownName(f"{who}: in C it is an address, of type {model.spelling(value.type)}")
        try:
            return read(value, self._answers.machine)
        except Unsupported as error:
            raise UnknownName(f"{who}: {error} in C but of type {model.spelling(value.type)}") from None

    def links(self, body):
        """Returns whether a program with these statements compiles and links. It is not run."""
        info = self.info
        with tempfile.TemporaryDirectory(prefix="ctypes_configure-") as directory:
            files = [*info.separate_module_files]
            for number, source in enumerate(info.separate_module_sources):
                files.append(os.path.join(directory, f"module_{number}.c"))
                with open(files[-1], "w", encoding="utf-8") as file:
                    file.write(probes.with_text(info.text, f"{source}\n"))
            text = probes.with_text(self._text, _PROGRAM.format(body))
            flags = [*info.compile_flags, *files, *info.link_flags, *self._system_flags()]
            return self.compiler.link(text, flags).file is not None

    def _answer(self, who, question, answers):
        line = self._answers.refusals.get(question)
        if line is None:
            return answers[question.it]
        said = f"says {self.compiler.words[0]}: {line}"
        if "incomplete type" in line:
            raise IncompleteType(f"C does not define what {who} stands for, {said}")
        raise UnknownName(f"C does not have {who}, {said}")

    def _system_flags(self):
        """Returns what programs for Unix need for its mathematics and threads, which they use unasked."""
        return ["-lm", "-pthread"] if system_of(self.compiler.target) == "elf" else []


def _with_needed(entries):
    """Returns the entries and those that they need the results of."""
    waiting, found = [*entries], {}
    while waiting:
        entry = waiting.pop()
        if entry not in found:
            found[entry] = None
            waiting += entry.entries()
    return found
