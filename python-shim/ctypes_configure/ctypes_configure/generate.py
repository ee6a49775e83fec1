"""Writes a module of everything that a header declares, and of nothing that it includes."""

import fnmatch
import re
from dataclasses import dataclass

from . import cache, identifiers
from .errors import HeaderNotFound
from .reading import model, ownership, preprocessed, probes
from .requests import Request
from .writing import module_text
from .writing.class_names import ClassNames
from .writing.declarations import wrapped
from .writing.interface import Interface, questions

# Words of C and of compilers, which no header declares.
_KEYWORDS = frozenset("""
    auto break case char const continue default do double else enum extern float for goto if inline int long
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
    __attribute__ __extension__ __restrict __inline __inline__ __asm__ __asm __const __volatile__ __signed__
    __builtin_va_list __typeof__ _Bool _Complex _Noreturn _Static_assert _Alignas _Alignof _Atomic _Generic
    _Thread_local __thread
""".split())


# What a macro with these gives depends on where and when it is used.
_PLACE = re.compile(r"__(?:BASE_|INCLUDE_)?(?:LINE|FILE|FILE_NAME|LEVEL|COUNTER|DATE|TIME|TIMESTAMP)__")


# What a macro may be: a constant, a name of a function or variable, a type.
_OF_MACROS = ("value", "symbol", "type", "typename", "specifier")


@dataclass
class Generated:
    """A module's text, that of its type stub, and what of the header is not in it, with the reasons."""

    text: str
    stub: str
    omitted: list


def generate(source, also=(), ignore=()):
    """Returns the module of the headers that `source` includes.

    `also` are patterns (`*/SDL2/*`) of included files whose declarations belong to it, `ignore` patterns of
    names to leave out. Without libraries, functions and variables are left out too. Raises `HeaderNotFound`
    and `CompileError`.
    """
    wanted, answers = _declared(source, also, ignore)
    typedefs = frozenset(each.name for each in wanted if each.kind == "type")
    omitted = []
    declarations = Interface(source, typedefs, omitted).declare(wanted, answers)
    head = cache.Head(source.compiler.identity, source.compiler.target, "", frozenset())
    present = {each.name for each in declarations.done}
    foot = module_text.exports({each.python_name for each in wanted} & present)
    first = head.write(source.text)
    return Generated(module_text.module(first, declarations, foot + _remarks(omitted)),
                     module_text.stub(first, declarations), omitted)


def _declared(source, also, ignore):
    """Returns requests for all that the headers declare, and the compiler's answers to them."""
    output = source.compiler.preprocess(probes.with_text(source.text, ""), source.flags)
    if output.file is None:
        raise probes.rejection(source.compiler, output)
    read = preprocessed.read(output.file.decode(errors="replace"), probes.TEXT_FILE)
    if not read.included:
        raise HeaderNotFound(f"nothing is included by {source.text!r}")
    own = {path for path in read.files if path in read.included
           or any(fnmatch.fnmatchcase(path, pattern) for pattern in also)}
    reader = probes.ask(source.compiler, source.text, source.flags, ()).reader
    requests, others = [], set()
    class_names = ClassNames(reader.typedefs())
    for typedef in reader.typedefs():
        others.add(typedef.name)
        if typedef.place[0] in own:
            requests.append(Request("type", typedef.name))
    for tagged in reader.tagged():
        if tagged.place[0] in own and class_names.of(tagged) != identifiers.identifier(tagged.tag):
            requests.append(Request("type", tagged.spelling))
    for enum in reader.enums():
        others.update(enum.members)
        if enum.place[0] in own:
            requests += [Request("constant", name) for name in enum.members]
    macros = dict.fromkeys(name for path in read.files if path in own
                           for name, text in read.files[path].macros.items() if not _PLACE.search(text))
    words = dict.fromkeys(word for path in read.files if path in own for word in read.files[path].words)
    words = [word for word in words if word not in others and word not in macros and word not in _KEYWORDS]
    files = ownership.places(source.compiler, source.text, source.flags, words)
    mine = [word for word in words if files.get(word) in own]

    def wanted(names):
        return [name for name in names if not any(fnmatch.fnmatchcase(name, one) for one in ignore)]

    requests = [each for each in dict.fromkeys(requests) if wanted([each.name])]
    macros, mine = wanted(macros), wanted(mine)
    asked = [question for request in requests for question in questions(request)]
    asked += [probes.Question(kind, word) for word in macros for kind in _OF_MACROS]
    asked += [probes.Question("symbol", word) for word in mine]
    answers = probes.ask(source.compiler, source.text, source.flags, asked)
    requests += _sorted_out(answers, [*macros, *mine], bool(source.libraries))
    return list(dict.fromkeys(requests)), answers


def _sorted_out(answers, words, with_libraries):
    """Returns requests for macros, functions and variables, by what the compiler says they are."""
    requests = []
    for word in words:
        value = answers.values.get(word)
        if value is not None and value.data is not None:
            requests.append(Request("constant", word))
        elif word in answers.symbols:
            is_function = isinstance(model.bare(answers.types[word]), model.Function)
            requests += [Request("function" if is_function else "variable", word)] * with_libraries
        elif word in answers.types and probes.Question("typename", word) not in answers.refusals \
                and probes.Question("specifier", word) in answers.refusals:
            requests.append(Request("type", word))
        elif value is not None or probes.Question("value", word) in answers.refusals:
            # The reason is told at the module's end.
            requests.append(Request("constant", word))
    return requests


def _remarks(omitted):
    """Returns comments on what is missing. Macros that are no constants are many, so only their names."""
    macros = [name for name, reason in omitted if "has no constant" in reason]
    lines = [f"# {reason}" if name in reason else f"# {name}: {reason}"
             for name, reason in omitted if name not in macros]
    if lines:
        lines.insert(0, "# Declared by the header, and not here:")
    if macros:
        lines.append(wrapped("# Macros that are no constants: ", macros, "").replace("\n ", "\n#"))
    return "".join("\n" + line for line in ["", *lines]) if lines else ""
