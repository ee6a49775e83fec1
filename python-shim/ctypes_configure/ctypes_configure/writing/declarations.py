"""Writes ctypes declarations of C types, each before what needs it."""

import keyword
import re
from dataclasses import dataclass, field

from .. import identifiers
from ..errors import Unsupported
from ..reading import model
from . import stub
from .expressions import Expressions, is_function_pointer

# Inside a class Python takes `__name` for another name. (Those of fields are strings.)
_PRIVATE = re.compile(r"(?<![\w\"])__\w")
_BASES = {"struct": "Structure", "union": "Union"}


@dataclass
class Declaration:
    """A statement of the module: the name that it gives, its text, and its text in the type stub."""

    name: str
    text: str
    stub: str


@dataclass
class Declarations(Expressions):
    """The declarations of a module: `libraries` by name, the others in order (`done`)."""

    libraries: dict = field(default_factory=dict)
    done: list = field(default_factory=list)
    _state: dict = field(default_factory=dict)
    _ahead: set = field(default_factory=set)
    _waiting: list = field(default_factory=list)

    def typedef(self, kind):
        """Declares a typedef, and returns its name, or the expression of its type if that is what leads here."""
        name, of = identifiers.identifier(kind.name), kind.of
        if isinstance(of, model.Record) and self.class_names.of(of) == name:
            return self.record(of, behind_pointer=True)
        state = self._state.get(name)
        if state == "open":
            return self.expression(of)
        if state is None:
            self._state[name] = "open"
            self._call_inner(of, f"struct_{kind.name}")
            is_class = isinstance(model.bare(of), model.Record)
            text = f"{name} = {self.record(model.bare(of), behind_pointer=True) if is_class else self.expression(of)}"
            self._state[name] = "done"
            self._add(name, text, text)
        return name

    def named_type(self, name, kind):
        """Declares a type by a name of the caller's: an alias, unless the type has that name anyway."""
        bare = model.bare(kind)
        if isinstance(bare, model.Record):
            expression = self.record(bare, behind_pointer=not bare.complete)
        elif isinstance(kind, model.Typedef) and is_function_pointer(kind.of) and kind.name == name:
            return self.typedef(kind)
        elif isinstance(bare, model.Function):
            # ctypes has only pointers to functions.
            expression = self._function_pointer(bare)
        else:
            expression = self.expression(kind)
        if expression != name and self._state.get(name) is None:
            self._state[name] = "done"
            self._add(name, f"{name} = {expression}", f"{name} = {expression}")
        return name

    def record(self, kind, behind_pointer=False, place=None):
        """Declares a structure or union, and returns the name of its class.

        `behind_pointer` allows a class whose fields are declared later, or never. `place` names one without
        a name.
        """
        name = self.class_names.of(kind) or self.class_names.call(kind, place or f"{kind.kind}_anonymous")
        state = self._state.get(kind)
        if state is None and not kind.complete:
            self._state[kind] = "done"
            base = self._import(_BASES[kind.kind])
            self._add(name, f"class {name}({base}):\n    pass", f"class {name}({base}): ...")
        elif state in (None, "ahead") and not self._contains_open(kind):
            self._define(kind, name)
        elif state in (None, "open") and behind_pointer:
            self._declare_ahead(kind, name)
        elif state != "done" and not behind_pointer:
            raise Unsupported(f"{kind.spelling} contains itself")
        return name

    def _contains_open(self, kind):
        """Whether a record contains, by value, one whose fields are just being written."""
        inner = [kind]
        while inner:
            each = inner.pop()
            if self._state.get(each) == "open":
                return True
            fields = (model.innermost(field.type) for field in each.fields)
            inner += [field for field in fields if isinstance(field, model.Record)]
        return False

    def _declare_ahead(self, kind, name):
        """Declares a class before its fields, because one of them leads back to it."""
        if kind in self._ahead:
            return
        layout = self.layouts.of(kind)
        self._ahead.add(kind)
        if self._state.get(kind) is None:
            self._state[kind] = "ahead"
            self._waiting.append(kind)
        text = "\n".join([f"class {name}({self._import(_BASES[kind.kind])}):",
                          *(_attributes(layout, self._anonymous(layout)) or ["    pass"])])
        self._add(name, text, "")

    def _define(self, kind, name):
        self._state[kind] = "open"
        try:
            self._write_fields(kind, name)
        finally:
            if self._state[kind] == "open":
                del self._state[kind]
        if "open" not in self._state.values():
            while self._waiting:
                self.record(self._waiting.pop())

    def _write_fields(self, kind, name):
        layout = self.layouts.of(kind)
        entries, members, fillers = [], [], 0
        taken = {slot.name for slot in layout.slots}
        anonymous = iter(self._anonymous(layout))
        for slot in layout.slots:
            if slot.is_padding:
                label = _free(f"_{'bits' if slot.bits else 'pad'}_{fillers}", taken)
                fillers += 1
            else:
                label = identifiers.field(slot.name) if slot.name else next(anonymous)
            text = self._field_type(slot.type, f"{name}_{label.lstrip('_')}")
            bits = f", {slot.bits}" if slot.bits else ""
            entries.append(f'("{label}", {text}{bits}),')
            if not slot.is_padding:
                members.append((label, stub.read(slot.type, text)))
        base = self._import(_BASES[kind.kind])
        if any(_PRIVATE.search(entry) for entry in entries):
            self._declare_ahead(kind, name)
        self._state[kind] = "done"
        whole = stub.record(name, base, members)
        if kind in self._ahead:
            body = "".join(f"    {entry}\n" for entry in entries)
            self._add(name, f"{name}._fields_ = [\n{body}]", whole)
        else:
            body = "".join(f"        {entry}\n" for entry in entries)
            text = "\n".join([f"class {name}({base}):", *_attributes(layout, self._anonymous(layout)),
                              f"    _fields_ = [\n{body}    ]"])
            self._add(name, text, whole)

    def _field_type(self, kind, place):
        """Returns the expression of a field's type. A record in it without a name is called after the field."""
        self._call_inner(kind, place)
        return self.expression(kind)

    def _call_inner(self, kind, name):
        """Names the record that arrays of and pointers to this type lead to, if C has not."""
        inner = kind
        while isinstance(inner, (model.Array, model.Const, model.Pointer)):
            inner = inner.target if isinstance(inner, model.Pointer) else \
                inner.item if isinstance(inner, model.Array) else inner.of
        if isinstance(inner, model.Record) and self.class_names.of(inner) is None:
            self.class_names.call(inner, name)

    @staticmethod
    def _anonymous(layout):
        taken = {slot.name for slot in layout.slots}
        count = sum(not slot.is_padding and slot.name is None for slot in layout.slots)
        return [_free(f"anonymous_{number}", taken) for number in range(count)]

    def library(self, name, loaded_as, use_errno):
        """Declares a library by its name for the loader; `None` stands for the program itself."""
        if name not in self.libraries:
            loaded = "None" if loaded_as is None else f'"{loaded_as}"'
            option = ", use_errno=True" if use_errno else ""
            text = f"{name} = {self._import('CDLL')}({loaded}{option})"
            self.libraries[name] = Declaration(name, text, f"{name}: CDLL")
        return name

    def function(self, name, function, library, symbol):
        """Declares a function of a library, which is a Python expression, by its symbol there."""
        result, arguments = self.result(function.result), [self.passed(each) for each in function.parameters]
        own = identifiers.identifier(name)
        dotted = symbol.isidentifier() and not keyword.iskeyword(symbol) and not symbol.startswith("__")
        lines = [f"{own} = {library}.{symbol}" if dotted else f'{own} = {library}["{symbol}"]']
        if function.prototyped:
            lines.append(wrapped(f"{own}.argtypes = [", arguments, "]"))
        lines.append(f"{own}.restype = {result}")
        self._add(own, "\n".join(lines), stub.function(own, function, self))

    def variable(self, name, kind, library, symbol):
        """Declares a variable of a library, by its symbol there: an object that reads and writes it."""
        expression, own = self.expression(kind), identifiers.identifier(name)
        written = f"({expression})" if " " in expression else expression
        self._add(own, f'{own} = {written}.in_dll({library}, "{symbol}")', stub.variable(own, kind, expression))

    def constant(self, name, kind, value):
        """Declares a constant."""
        own, text = identifiers.identifier(name), repr(value)
        bare = model.bare(kind)
        if isinstance(value, float) and text.lstrip("-") in ("inf", "nan"):
            text = f'float("{text}")'
        if isinstance(bare, model.Pointer) and not isinstance(model.bare(bare.target), model.Void):
            expression = self.expression(kind)
            if value >> bare.size * 8 - 1:
                value -= 1 << bare.size * 8
            if isinstance(model.bare(bare.target), model.Function):
                text = f"{expression}({value})"
            else:
                text = f"{self._import('cast')}({value}, {expression})"
            self._add(own, f"{own} = {text}", stub.variable(own, kind, expression))
        else:
            self._add(own, f"{own} = {text}", f"{own}: {type(value).__name__}")

    def enum(self, name, kind):
        """Declares an `IntEnum`."""
        self.imports.add("IntEnum")
        members = {identifiers.member(member): value for member, value in kind.members.items()}
        lines = [f"{member} = {value}" for member, value in members.items()]
        text = "\n    ".join([f"class {name}(IntEnum):", *(lines or ["pass"])])
        if any(member.startswith("__") for member in members):
            text = f'{name} = IntEnum("{name}", {members!r})'
        self._add(name, text, text)

    def in_order(self):
        """Returns all declarations, libraries first."""
        return [*(self.libraries[name] for name in sorted(self.libraries)), *self.done]

    def _add(self, name, text, stub_text):
        self.done.append(Declaration(name, text, stub_text))


def wrapped(start, words, end, width=110):
    """Returns `start`, the words between commas, and `end`, on lines of at most `width` characters."""
    line, lines = start, []
    for place, word in enumerate(words):
        word += ", " if place + 1 < len(words) else end
        if len(line) + len(word.rstrip()) > width:
            lines.append(line.rstrip())
            line = " " * len(start)
        line += word
    return "\n".join([*lines, line if words else start + end])


def _free(name, taken):
    """Returns the name, with `_` behind it while a field of C has it."""
    while name in taken:
        name += "_"
    return name


def _attributes(layout, anonymous):
    lines = []
    if layout.pack is not None:
        lines += ['    _layout_ = "ms"', f"    _pack_ = {layout.pack}"]
    if layout.align is not None:
        lines.append(f"    _align_ = {layout.align}")
    if anonymous:
        quoted = ", ".join(f'"{name}"' for name in anonymous)
        lines.append(f"    _anonymous_ = [{quoted}]")
    return lines
