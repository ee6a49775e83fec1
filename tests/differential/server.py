"""Runs programs that come through stdin, and answers with what each of their statements yields.

Runs in the interpreter under test. A message is its length in bytes, a newline, and that many bytes. A program
is its statements with "\\0" in between, an answer the lines of text that each statement gave, in the same form.

    server.py FILE      runs the statements of a file, separated by empty lines, and prints everything
"""

import gc
import os
import sys
import types
import warnings

import surroundings
from shown import shown

NAME = "program"
# How many programs run until all their garbage is collected.
COLLECT = 50


class Run:
    """One program: its namespace, and what the statement that runs has given so far."""

    def __init__(self):
        self.module = types.ModuleType(NAME)
        self.namespace = self.module.__dict__
        self.lines = []
        self.namespace.update(surroundings.names(self.say))

    def say(self, *values):
        self.lines.append("said " + ", ".join(map(shown, values)))

    def warned(self, message, category, filename, lineno, file=None, line=None):
        self.lines.append(f"{category.__name__}: {shown(str(message), text=True)}")

    def unraisable(self, what):
        error = what.exc_value
        text = f"{type(error).__name__}: {shown(str(error), text=True)}"
        self.lines.append(f"ignored: {shown(what.err_msg, text=True)}: {shown(what.object)}: {text}")

    def statement(self, source):
        """The lines that this statement gives."""
        self.lines = []
        try:
            try:
                code = compile(source, NAME, "eval")
            except SyntaxError:
                exec(compile(source, NAME, "exec"), self.namespace)
            else:
                self.lines.append(shown(eval(code, self.namespace)))
        except Exception as error:
            self.lines.append(raised(error))
        return self.lines

    def __enter__(self):
        sys.modules[NAME] = self.module
        sys.unraisablehook = self.unraisable
        warnings.showwarning = self.warned
        warnings.simplefilter("always")
        return self

    def __exit__(self, *exception):
        self.namespace.clear()
        surroundings.forget()


def raised(error):
    text = f"{type(error).__name__}: {shown(str(error), text=True)}"
    if error.__cause__ is not None:
        text += f" <- {raised(error.__cause__)}"
    for note in getattr(error, "__notes__", ()):
        text += f" + {note}"
    return text


def ran(program):
    with Run() as run:
        return "\0".join("\n".join(run.statement(source)) for source in program.split("\0"))


def serve():
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    # What a program prints is none of ours.
    os.dup2(2, 1)
    served = 0
    while length := requests.readline():
        program = requests.read(int(length)).decode("utf-8", "surrogatepass")
        answer = ran(program).encode("utf-8", "surrogatepass")
        answers.write(b"%d\n%b\n" % (len(answer), answer))
        answers.flush()
        served += 1
        if served % COLLECT == 0:
            gc.collect()


def replay(file):
    with open(file) as opened:
        program = opened.read().strip("\n").split("\n\n")
    with Run() as run:
        for source in program:
            print(">>>", source.replace("\n", "\n... "), flush=True)
            for line in run.statement(source):
                print(line, flush=True)


if __name__ == "__main__":
    replay(sys.argv[1]) if len(sys.argv) > 1 else serve()
