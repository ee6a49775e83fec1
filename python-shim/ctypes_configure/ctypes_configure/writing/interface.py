"""Declares what a program asks of a header: questions to the compiler, answers to declarations."""

from dataclasses import dataclass, field

from ..errors import ConfigureError, IncompleteType, LibraryNotFound, UnknownName, Unsupported
from ..reading import constants, libraries, model, probes
from ..requests import KINDS
from . import scalars
from .class_names import ClassNames
from .declarations import Declarations
from .layout import Layouts

@dataclass
class Source:
    """What is asked about: the header text, how it is compiled, and the libraries behind it."""

    text: str
    compiler: object
    flags: tuple = ()
    libraries: tuple = ()
    library_directories: tuple = ()
    use_errno: bool = False


@dataclass
class Interface:
    """The declarations of a source. `omitted`, if it is a list, takes what cannot be declared, as pairs of a
    name and the reason; otherwise that is an exception."""

    source: Source
    with_typedefs: frozenset = frozenset()
    omitted: list | None = None
    declarations: Declarations = None
    _libraries: dict = field(default_factory=dict)

    def declare(self, requests, answers=None):
        """Declares all that is requested: by kinds, and in each in the order given.

        `answers` are the compiler's to the `questions` of all the requests; without them it is asked.
        """
        requests = sorted(requests, key=lambda each: KINDS.index(each.kind))
        if answers is None:
            answers = self._ask([question for each in requests for question in questions(each)])
        records = model.reachable(answers.types.values(), answers.reader.typedefs() if self.with_typedefs else ())
        layouts = Layouts(answers.machine, self._alignments(records, answers))
        self.declarations = Declarations(ClassNames(answers.reader.typedefs()), layouts, self.with_typedefs)
        for request in requests:
            try:
                for kind in _NEEDED[request.kind]:
                    question = probes.Question(kind, request.name)
                    if question in answers.refusals:
                        raise self._unknown(request, answers.refusals[question])
                _DECLARE[request.kind](self, request, answers)
            except ConfigureError as error:
                if self.omitted is not None and not isinstance(error, LibraryNotFound):
                    self.omitted.append((request.name, str(error)))
                elif request.name in str(error) or isinstance(error, LibraryNotFound):
                    raise
                else:
                    raise type(error)(f"{request.name}: {error}") from error
        return self.declarations

    def _ask(self, questions):
        return probes.ask(self.source.compiler, self.source.text, self.source.flags, questions)

    def _alignments(self, records, answers):
        """Asks for the alignments of records, which debug information does not have."""
        spelled = {}
        for typedef in answers.reader.typedefs():
            if isinstance(typedef.of, model.Record):
                spelled.setdefault(typedef.of, typedef.name)
        spelled |= {record: record.spelling for record in records if record.tag}
        asked = {record: probes.Question("align", spelled[record]) for record in records if record in spelled}
        if not asked:
            return {}
        told = self._ask(asked.values()).alignments
        return {record: told[each.it] for record, each in asked.items() if each.it in told}

    def _unknown(self, request, line):
        compiler = self.source.compiler.words[0]
        return UnknownName(f"C has no {request.kind} {request.name}, says {compiler}: {line}")

    def _constant(self, request, answers):
        value = answers.values[request.name]
        if value.data is None:
            raise UnknownName(f"{request.name} is no constant but an address, of type {model.spelling(value.type)}")
        self.declarations.constant(request.name, value.type, constants.python_value(value, answers.machine))

    def _enum(self, request, answers):
        kind = model.bare(answers.types[request.name])
        if not isinstance(kind, model.Enum):
            raise UnknownName(f"{request.name} is no enum but {model.spelling(kind)}")
        if not kind.complete:
            raise IncompleteType(f"{request.name} is declared but not defined")
        self.declarations.enum(request.python_name, kind)

    def _type(self, request, answers):
        kind = answers.types[request.name]
        bare = model.bare(kind)
        if isinstance(bare, (model.Record, model.Enum)) and not bare.complete and self.omitted is None:
            line = answers.refusals[probes.Question("align", request.name)]
            raise IncompleteType(f"{request.name} is incomplete, it has neither size nor fields, says "
                                 f"{self.source.compiler.words[0]}: {line}")
        if isinstance(bare, model.Void):
            raise Unsupported(f"{request.name} is void, of which there are no values")
        if isinstance(bare, model.Enum) and self.omitted is None:
            raise Unsupported(f"{request.name} is an enum: ask for it by enum(); in structures and arguments it is "
                              + scalars.enum_name(bare))
        self.declarations.named_type(request.python_name, kind)

    def _variable(self, request, answers):
        kind = answers.types[request.name]
        if isinstance(model.bare(kind), model.Function):
            raise UnknownName(f"{request.name} is no variable but {model.spelling(kind)}")
        self.declarations.variable(request.name, kind, *self._place(request, answers))

    def _function(self, request, answers):
        function = model.bare(answers.types[request.name])
        if not isinstance(function, model.Function):
            raise UnknownName(f"{request.name} is no function but {model.spelling(function)}")
        self.declarations.function(request.name, function, *self._place(request, answers))

    def _place(self, request, answers):
        """Returns the library that has a function or variable, as an expression, and the symbol there."""
        symbol = answers.symbols[request.name]
        if symbol is None:
            raise UnknownName(f"{request.name} is defined in the header, in no library")
        if not self._libraries:
            self._libraries = self._find_libraries()
        has = {name: library.exports(symbol) for name, library in self._libraries.items()}
        best = next((name for name in has if has[name]), None) or \
            next((name for name in has if has[name] is None), None)
        if best is None:
            sonames = ", ".join(each.loaded_as for each in self._libraries.values())
            raise UnknownName(f"{sonames} has no symbol {symbol}, which the header declares")
        library = self._libraries[best]
        return self.declarations.library(best, library.loaded_as, self.source.use_errno), symbol

    def _find_libraries(self):
        source = self.source
        found = [libraries.find(each, source.compiler, source.library_directories) for each in source.libraries]
        found = found or [libraries.Library(None)]
        if len(found) == 1:
            return {"_lib": found[0]}
        return {"_lib_" + "".join(c if c.isalnum() else "_" for c in name): library
                for name, library in zip(source.libraries, found)}


_DECLARE = {"constant": Interface._constant, "enum": Interface._enum, "type": Interface._type,
            "variable": Interface._variable, "function": Interface._function}
# The kinds of questions that have to have answers.
_NEEDED = {"constant": ("value",), "enum": ("type", "typename"), "type": ("type", "typename"),
           "variable": ("symbol",), "function": ("symbol",)}


def questions(request):
    """Returns what the compiler is asked for a request. That of a type's alignment tells what is incomplete."""
    kinds = [*_NEEDED[request.kind], *(("align",) if request.kind == "type" else ())]
    return [probes.Question(kind, request.name) for kind in kinds]
