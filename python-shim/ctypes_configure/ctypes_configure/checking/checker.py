"""Asks C about all that modules declare, and compares."""

import sys

from ..reading import libraries, model, probes
from . import compare, functions, host, kinds, members, names, places, records, values
from .declared import Declared
from .report import Report


def check(modules, source):
    """Returns the `Report` on modules, held against an `interface.Source`.

    What C does not have is passed over. Raises `ConfigureError` if the header text does not compile.
    """
    return _Checker(modules, source).run()


class _Checker:
    def __init__(self, modules, source):
        self.source, self.report, self.declared = source, Report(), Declared()
        for module in modules:
            self.declared.add(module)
        self.sources = places.Sources([*modules, *_siblings(modules)])
        self._add_called()

    def _add_called(self):
        """Adds the functions that the texts call as `library.name(...)`, which get no types anywhere."""
        for owner, library in self.declared.libraries.items():
            for name in self.sources.calls(owner):
                if name not in vars(library) and not self.sources.sets("restype", [name]):
                    pointer = getattr(library, name, None)
                    if isinstance(pointer, kinds.FUNCTION_POINTER):
                        self.declared.add_function(name, pointer, library._name)

    def run(self):
        self.answers = self._ask()
        host.require(self.answers.machine)
        self.typedefs = {each.name: each for each in self.answers.reader.typedefs()}
        c_records = names.Records(self.answers.reader)
        found = {cls: c_records.find(called) for cls, called in self.declared.records.items()}
        for cls, record in self._records_behind_pointers():
            found[cls] = found.get(cls) or record
        self.comparison = compare.Comparison({cls: record for cls, record in found.items() if record})
        self._check_records()
        self._check_types()
        self._check_functions()
        self._check_constants()
        return self.report

    def _ask(self):
        questions = [probes.Question("symbol", name) for name in self._function_names() if name.isascii()]
        questions += [probes.Question("value", names.plain(each.name)) for each in self.declared.constants
                      if each.name.isascii()]
        return probes.ask(self.source.compiler, self.source.text, self.source.flags, questions)

    def _function_names(self):
        for function in self.declared.functions.values():
            if function.symbol is None:
                function.symbol = next(filter(None, map(self.sources.symbol, function.names)), None)
            if function.symbol is not None:
                yield from dict.fromkeys(each for each in (function.symbol, *map(names.plain, function.names))
                                         if each.isidentifier())

    def _records_behind_pointers(self):
        """Yields classes and C structures that have no name, but a typedef of a pointer to them."""
        for each in self.declared.types:
            pointer = model.bare(self.typedefs.get(names.plain(each.name)))
            cls = kinds.target_of(each.value)
            if kinds.is_record(cls) and isinstance(pointer, model.Pointer):
                record = model.bare(pointer.target)
                if isinstance(record, model.Record) and record.complete:
                    yield cls, record

    def _check_records(self):
        for cls, record in self.comparison.records.items():
            if members.is_opaque(cls, record) or hasattr(cls, "_swappedbytes_"):
                continue
            self.report.checked["structures"] += 1
            check = records.RecordCheck(cls, record, self.comparison, cls.__name__)
            for owner, field, name, message in check.run():
                keys = [("field", each, field) for each in self._called(owner)] if field else []
                keys += [(kind, each) for each in self._called(owner) for kind in ("_fields_", "name")]
                file = getattr(sys.modules.get(owner.__module__), "__file__", None)
                self.report.add(self.sources.find(*keys, first=file), name, message)

    def _called(self, cls):
        return self.declared.records.get(cls) or [cls.__name__]

    def _check_types(self):
        checked = set()
        for each in self.declared.types:
            typedef = self.typedefs.get(names.plain(each.name))
            # Of structures that C keeps to itself, programs call the pointers so.
            if not isinstance(model.bare(typedef), (model.Scalar, model.Enum, model.Pointer)):
                continue
            checked.add(each.name)
            difference = self.comparison.difference(each.value, typedef.of)
            if difference:
                place = self.sources.find(("name", each.name), first=each.file)
                self.report.add(place, each.name, f"is {difference}")
        self.report.checked["types"] = len(checked)

    def _check_functions(self):
        exports = self._find_exports()
        for function in self.declared.functions.values():
            name = self._c_name(function)
            if name is None:
                continue
            self.report.checked["functions"] += 1
            self._check_function(function, name)
            library = exports.get(function.library)
            if library is not None and library.exports(function.symbol) is False:
                self.report.add(self._place(function), name,
                                f"is not in {library.loaded_as}, but in a library that it needs")

    def _c_name(self, function):
        """Returns C's name of a function, or `None`: its symbol, or a name for the same symbol."""
        if function.symbol is None:
            return None
        for name in (function.symbol, *map(names.plain, function.names)):
            kind = model.bare(self.answers.types.get(name))
            if isinstance(kind, model.Function) and (
                    name == function.symbol or self.answers.symbols.get(name) == function.symbol):
                return name
        return None

    def _check_function(self, function, name):
        called, pointer = [function.symbol, *function.names], function.pointer
        c_function = model.bare(self.answers.types[name])
        message = functions.result_message(self.comparison, pointer.restype, c_function,
                                           self.sources.sets("restype", called))
        if message:
            self.report.add(self._place(function, "restype"), f"{name}.restype", message)
        for place, text in functions.argument_messages(self.comparison, pointer.argtypes, c_function):
            entry = None if place is None else self.sources.argument(called, place)
            what = f"{name}.argtypes" if place is None else f"{name}.argtypes[{place}]"
            self.report.add(entry or self._place(function, "argtypes"), what, text)

    def _place(self, function, attribute=None):
        called = dict.fromkeys([function.symbol, *function.names])
        kinds_of_place = [attribute, "name", "mention"] if attribute else ["name", "mention"]
        return self.sources.find(*((kind, name) for kind in kinds_of_place for name in called))

    def _find_exports(self):
        """Returns the libraries that were named, by the names under which ctypes has loaded them."""
        found = {}
        for name in self.source.libraries:
            library = libraries.find(name, self.source.compiler, self.source.library_directories)
            found |= {each: library for each in (name, library.loaded_as)}
        return found

    def _check_constants(self):
        checked = set()
        for each in self.declared.constants:
            value = self.answers.values.get(names.plain(each.name))
            if value is None:
                continue
            checked.add(each.name)
            message = values.message(each.value, value, self.answers.machine)
            if message:
                keys = [("name", each.name), ("mention", each.name)]
                keys = [("member", each.owner, each.name), *keys] if each.owner else keys
                self.report.add(self.sources.find(*keys, first=each.file), each.name, message)
        self.report.checked["constants"] = len(checked)


def _siblings(modules):
    """Returns what is loaded of the same packages, in which the modules' declarations may be."""
    packages = {each.__name__.partition(".")[0] for each in modules}
    return [each for name, each in sorted(sys.modules.items())
            if name.partition(".")[0] in packages and getattr(each, "__file__", None)]
