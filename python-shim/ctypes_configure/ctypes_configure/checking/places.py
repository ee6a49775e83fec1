"""Finds the line of a module's source at which something is declared."""

import ast
import os
import tokenize
from functools import cached_property


class Source(ast.NodeVisitor):
    """The text of one module, and the first lines at which it declares things."""

    def __init__(self, path):
        self.path = path
        self.lines = {}
        self.arguments, self.symbols, self.calls, self.settings = {}, {}, set(), set()
        self._classes = []
        try:
            with tokenize.open(path) as file:
                self.visit(ast.parse(file.read(), path))
        except (OSError, SyntaxError, UnicodeDecodeError):
            # No text, no lines.
            pass

    def _put(self, line, *key):
        self.lines.setdefault(key, line)

    def visit_ClassDef(self, node):
        self._put(node.lineno, "name", node.name)
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Assign(self, node):
        for target in node.targets:
            self._assign(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self._assign(node.target, node.value)
        self.generic_visit(node)

    def _assign(self, target, value):
        if isinstance(target, (ast.Tuple, ast.List)):
            for each in target.elts:
                self._assign(each, value)
        elif isinstance(target, ast.Name):
            if self._classes:
                self._put(target.lineno, "member", self._classes[-1], target.id)
                self._put(target.lineno, "mention", target.id)
            else:
                self._put(target.lineno, "name", target.id)
            self._fields(self._classes[-1] if self._classes else None, target.id, value)
            self._prototype(target.id, value)
        elif isinstance(target, ast.Attribute):
            owner = _name_of(target.value)
            self._put(target.lineno, target.attr, owner)
            self.settings.add((target.attr, owner))
            self._fields(owner, target.attr, value)
            if target.attr == "argtypes" and isinstance(value, (ast.List, ast.Tuple)):
                self.arguments.setdefault(owner, [each.lineno for each in value.elts])

    def _fields(self, owner, name, value):
        """Notes the lines of the entries of `_fields_`."""
        if name != "_fields_" or owner is None:
            return
        self._put(value.lineno, "_fields_", owner)
        for each in ast.walk(value):
            if isinstance(each, ast.Tuple) and each.elts and _text_of(each.elts[0]):
                self._put(each.lineno, "field", owner, each.elts[0].value)

    def _prototype(self, name, value):
        """Notes the symbol in `name = prototype(("symbol", library))`."""
        if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], ast.Tuple):
            first = value.args[0].elts[:1]
            if first and _text_of(first[0]):
                self.symbols[name] = first[0].value

    def visit_Call(self, node):
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            self.calls.add((node.func.value.id, node.func.attr))
        self.generic_visit(node)

    def visit_Attribute(self, node):
        self._put(node.lineno, "mention", node.attr)
        self.generic_visit(node)

    def visit_Constant(self, node):
        if isinstance(node.value, str):
            self._put(node.lineno, "mention", node.value)


class Sources:
    """The texts of modules, those that are checked first."""

    def __init__(self, modules):
        paths = [getattr(each, "__file__", None) or each.__name__ for each in modules]
        self._paths = list(dict.fromkeys(paths))
        self._known = {}

    @cached_property
    def _sources(self):
        return [self.of(path) for path in self._paths]

    def of(self, path):
        """Returns the `Source` of a file."""
        if path not in self._known:
            self._known[path] = Source(path)
        return self._known[path]

    def find(self, *keys, first=None):
        """Returns file and line of the first of `keys` that a text has; with none, the file alone. The file
        `first` is looked into before the others."""
        sources = [self.of(first)] if first else []
        sources += self._sources
        for key in keys:
            for source in sources:
                if key in source.lines:
                    return source.path, source.lines[key]
        return sources[0].path, None

    def argument(self, names, place):
        """Returns file and line of an entry of `argtypes`, or `None`."""
        for source in self._sources:
            for name in names:
                lines = source.arguments.get(name, ())
                if place < len(lines):
                    return source.path, lines[place]
        return None

    def sets(self, attribute, names):
        """Whether a text sets this attribute of something with one of these names."""
        return any((attribute, name) in source.settings for source in self._sources for name in names)

    def symbol(self, name):
        """Returns the symbol of a function that is made by a prototype, if a text says it."""
        return next((source.symbols[name] for source in self._sources if name in source.symbols), None)

    def calls(self, owner):
        """Returns the attributes of `owner` that the texts call."""
        calls = set().union(*(source.calls for source in self._sources))
        return sorted(attribute for name, attribute in calls if name == owner)


def shown(path):
    """Returns a path as it is printed: from the current directory on if it is in there."""
    relative = os.path.relpath(path) if os.path.exists(path) else path
    return path if relative.startswith(os.pardir) else relative


def _name_of(node):
    """Returns the name in `name`, `something.name` and `something["name"]`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=name)):
            return name
    return None


def _text_of(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
