"""Asks the compiler about expressions and types, by declarations put behind the header text.

A question is one or two declarations of variables. The compiler's debug information has their types, its
data sections their values. What it rejects is found by the lines of its errors and left out of the next
try, so one question without an answer costs the others nothing.
"""

import re
from dataclasses import dataclass, field

from ..errors import CompileError, HeaderNotFound
from . import diagnostics, dwarf, model, objects

FILE = "<question>"
TEXT_FILE = "<header text>"
_NAME = "ctypes_configure_{}_{}"
_MISSING_FILE = re.compile(r"'?(?P<file>[^':]+)'?(?:: No such file or directory| file not found)")
# A line of a question and the next question's first line are this far apart.
_STEP = 8

# What each kind of question declares. `{n}` is its number, `{it}` the expression or type.
_DECLARATIONS = {
    "type": "__typeof__({it}) *ctypes_configure_type_{n};",
    "typename": "const int ctypes_configure_typename_{n} = sizeof(({it} *)0);",
    # What takes `void` beside it has no type of its own, such as `const` or an attribute.
    "specifier": "const int ctypes_configure_specifier_{n} = sizeof((void {it} *)0);",
    "align": "const unsigned long ctypes_configure_align_{n} = 0 * sizeof({it}) +"
             " __builtin_offsetof(struct {{ char c; __typeof__({it}) it; }}, it);",
    "value": "__typeof__({it}) *ctypes_configure_type_{n};"
             " const __typeof__({it}) ctypes_configure_value_{n} = {it};",
    "symbol": "__typeof__({it}) *const ctypes_configure_symbol_{n} = &{it};",
    "defined": "#ifdef {it}\nconst char ctypes_configure_defined_{n} = 1;\n#else\n#error not defined\n#endif",
}

SCALARS = ("_Bool", "char", "short", "int", "long", "long long", "float", "double", "long double",
           "void *", "wchar_t")
_SPELLED = {"wchar_t": "__typeof__(L'x')"}


@dataclass(frozen=True)
class Question:
    """`kind` is `type` (of an expression or type), `typename` (whether it is a type, or `specifier`: what may stand
    beside one), `align`, `value`, `symbol` (of a function or variable) or `defined`; `it` a C expression, a
    type, or a macro's name."""

    kind: str
    it: str


@dataclass(frozen=True)
class Value:
    """A constant: its type, and its bytes (`None` for an address, which the linker has yet to choose)."""

    type: model.Type
    data: bytes | None


@dataclass
class Machine:
    """What numbers are like on the target: their sizes and the alignments of fields, by C's names, and the number of
    significant bits of a `long double`."""

    sizes: dict
    alignments: dict
    little_endian: bool
    target: str
    long_double_digits: int


@dataclass
class Answers:
    """`types`, `values`, `symbols`, `alignments` and `defined` by expression; `refusals` has the compiler's line for
    each question without an answer. `reader` has all that the header declares."""

    machine: Machine
    reader: dwarf.Reader
    types: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    alignments: dict = field(default_factory=dict)
    symbols: dict = field(default_factory=dict)
    defined: set = field(default_factory=set)
    refusals: dict = field(default_factory=dict)


def ask(compiler, text, flags, questions):
    """Returns the `Answers` to `questions` about the C text `text`.

    Raises `HeaderNotFound` and `CompileError` if the compiler rejects the text itself.
    """
    waiting, refused = dict(enumerate(dict.fromkeys(questions))), {}
    reconsidered = False
    while True:
        outcome = compiler.compile(_program(text, waiting), flags)
        if outcome.accepted and (reconsidered or not refused):
            return _read(compiler, outcome.file, waiting, dict(refused.values()))
        if outcome.accepted:
            reconsidered = True
            for number in _refused_by_neighbours(compiler, text, flags, refused):
                waiting[number] = refused.pop(number)[0]
            continue
        lines = refusals_by_number(outcome) or _refused_elsewhere(compiler, text, flags, waiting)
        if not lines:
            raise rejection(compiler, outcome)
        refused |= {number: (waiting.pop(number), line) for number, line in lines.items()}


def refusals_by_number(outcome):
    """Returns the first error that each question's lines met, by the question's number."""
    found = {}
    for each in outcome.diagnostics:
        if each.is_error and each.file == FILE:
            found.setdefault(number_at(each.line), each.text)
    return found


def _refused_elsewhere(compiler, text, flags, questions):
    """Returns the first error of each question whose error the compiler places in a header: by halving."""
    refused, parts = {}, [list(questions)]
    if not compiler.check(_program(text, {}), flags).accepted:
        return refused
    while parts:
        part = parts.pop()
        outcome = compiler.check(_program(text, {number: questions[number] for number in part}), flags)
        if not outcome.accepted and len(part) == 1:
            refused[part[0]] = diagnostics.first_line(outcome.output)
        elif not outcome.accepted:
            parts += [part[:len(part) // 2], part[len(part) // 2:]]
    return refused


def _refused_by_neighbours(compiler, text, flags, refused):
    """Returns the numbers of refused questions that the compiler takes when they do not follow the others.

    What begins like a definition of a function takes the next lines for declarations of its parameters.
    """
    backwards = {number: question for number, (question, _) in reversed(refused.items())}
    outcome = compiler.check(_program(text, backwards), flags)
    again = refusals_by_number(outcome)
    return [number for number in refused if number not in again] if again else []


def number_at(line):
    """Returns the number of the question to which a line of the compiler's output belongs."""
    return line // _STEP - 1


def rejection(compiler, outcome):
    """Returns the exception for a text that does not compile."""
    line = diagnostics.first_line(outcome.output)
    missing = next((_MISSING_FILE.search(each.text) for each in outcome.diagnostics
                    if each.kind == "fatal error" and _MISSING_FILE.search(each.text)), None)
    if missing:
        return HeaderNotFound(f"{compiler.words[0]} does not find the header {missing['file'].strip()}: {line}")
    return CompileError(f"{compiler.words[0]} rejects the header text: {line}")


def lines(numbered):
    """Returns C lines of the texts in `numbered`, placed so that an error tells its text's number."""
    return "".join(f'#line {(number + 1) * _STEP} "{FILE}"\n{text}\n' for number, text in numbered)


def with_text(text, rest):
    """Returns a C file of the header text and `rest` behind it."""
    return f'#line 1 "{TEXT_FILE}"\n{text}\n{rest}'


def _program(text, questions):
    scalars = ", ".join(f"sizeof({name}), __builtin_offsetof(struct {{ char c; {name} it; }}, it)"
                        for name in (_SPELLED.get(each, each) for each in SCALARS))
    machine = f'#line 1 "<scalars>"\nconst unsigned char ctypes_configure_scalars[] = {{ {scalars}, __LDBL_MANT_DIG__ }};\n'
    return with_text(text, machine + lines(
        (number, _DECLARATIONS[each.kind].format(n=number, it=each.it))
        for number, each in questions.items()))


def _read(compiler, file, questions, refusals):
    made = objects.read(file)
    reader = dwarf.Reader(made.dwarf)
    *scalars, digits = made.variable("ctypes_configure_scalars", 2 * len(SCALARS) + 1)
    machine = Machine(dict(zip(SCALARS, scalars[::2])), dict(zip(SCALARS, scalars[1::2])),
                      made.little_endian, compiler.target, digits)
    answers = Answers(machine, reader, refusals=refusals)
    typed = any(question.kind in ("type", "value", "symbol") for question in questions.values())
    variables = reader.variables() if typed else {}
    for number, question in questions.items():
        match question.kind:
            case "type":
                answers.types[question.it] = variables[_NAME.format("type", number)].target
            case "value":
                name = _NAME.format("value", number)
                kind = variables[_NAME.format("type", number)].target
                answers.values[question.it] = _value(made, name, kind)
            case "symbol":
                name = _NAME.format("symbol", number)
                answers.types[question.it] = model.bare(variables[name]).target
                answers.symbols[question.it] = made.symbol_in(name, machine.sizes["void *"])
            case "align":
                data = made.variable(_NAME.format("align", number), machine.sizes["long"])
                answers.alignments[question.it] = int.from_bytes(
                    data, "little" if made.little_endian else "big")
            case "defined":
                answers.defined.add(question.it)
    return answers


def _value(made, name, kind):
    """Returns the value of a variable; of a pointer to characters, the string that it points to."""
    data, bare = made.variable(name, kind.size), model.bare(kind)
    if data is None and isinstance(bare, model.Pointer) and getattr(model.bare(bare.target), "size", None) == 1:
        string = made.string_at(name, kind.size)
        if string is not None:
            return Value(model.Array(model.bare(bare.target), len(string) + 1), string + b"\0")
    return Value(kind, data)
