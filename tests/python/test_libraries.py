"""Functions of libraries as items and attributes, and programs that have a say in how they are found."""
import copy
import ctypes
import gc
import inspect
import pickle
import subprocess
import sys
import types
import unittest
import weakref
from ctypes import CDLL, CFUNCTYPE, PyDLL, c_double, c_int

from support import INTERPRETER, LIBRARY, OURS, TestCase, on_unix


class Name(str):
    pass


class Items(TestCase):
    def setUp(self):
        self.library = CDLL(LIBRARY)

    def test_look_like_what_the_package_makes(self):
        # What the package does with a name of another class goes through its own code in any case.
        for library in (self.library, PyDLL(LIBRARY)):
            plain, by_package = library["add_int"], library[Name("add_int")]
            for function in (plain, by_package):
                self.assertIs(type(function), library._FuncPtr)
                self.assertEqual(function.__name__, "add_int")
                self.assertEqual(vars(function), {"__name__": "add_int"})
                self.assertEqual(function._objects, by_package._objects)
                self.assertEqual(function(2, 3), 5)
            self.assertIsNot(plain, library["add_int"])
            self.assertNotIn("add_int", vars(library))

    def test_hold_the_library(self):
        library = CDLL(LIBRARY)
        reference = weakref.ref(library)
        function = library["add_int"]
        del library
        gc.collect()
        self.assertIsNotNone(reference())
        self.assertEqual(function(2, 3), 5)
        del function
        gc.collect()
        self.assertIsNone(reference())

    @on_unix
    def test_missing(self):
        for name in ("no_such_function", "add_int\u20ac", "x" * 300, ""):
            for look_up in (lambda: self.library[name], lambda: getattr(self.library, name)):
                with self.assertRaises(AttributeError) as caught:
                    look_up()
                if name.isascii() and name:
                    self.assertIn(f"undefined symbol: {name}", str(caught.exception))
        self.assertFalse(hasattr(self.library, "no_such_function"))
        self.assertEqual(getattr(self.library, "no_such_function", 5), 5)

    @on_unix
    def test_other_names(self):
        # What comes before the NUL is looked up.
        with self.assertRaisesRegex(AttributeError, "undefined symbol: add$"):
            self.library["add\0int"]
        self.assertEqual(self.library[b"add_int"](2, 3), 5)
        for name in (1.5, None, ("add_int",)):
            with self.assertRaises(TypeError):
                self.library[name]

    def test_called_as_methods(self):
        self.assertEqual(self.library.__getitem__("add_int")(2, 3), 5)
        self.assertEqual(CDLL.__getitem__(self.library, "add_int")(2, 3), 5)
        self.assertEqual(CDLL.__getitem__(self.library, name_or_ordinal="add_int")(2, 3), 5)
        self.assertEqual(self.library.__getattr__("add_int")(2, 3), 5)
        self.assertIn("add_int", vars(self.library))
        for call in (lambda: CDLL.__getitem__(), lambda: CDLL.__getitem__(self.library),
                     lambda: CDLL.__getitem__(self.library, "add_int", 5)):
            with self.assertRaises(TypeError):
                call()
        with self.assertRaises(AttributeError):
            CDLL.__getitem__(5, "add_int")


class Attributes(TestCase):
    def test_are_kept(self):
        library = CDLL(LIBRARY)
        add = library.add_int
        self.assertIs(library.add_int, add)
        self.assertIs(vars(library)["add_int"], add)
        del library.add_int
        self.assertIsNot(library.add_int, add)
        library.add_int = 7
        self.assertEqual(library.add_int, 7)
        library.more = 8
        self.assertEqual(library.more, 8)

    def test_of_the_class_come_first(self):
        library = CDLL(LIBRARY)
        vars(library)["_func_flags_"] = 5
        self.assertEqual(library._func_flags_, 5)
        vars(library)["__init__"] = 6
        self.assertEqual(library.__init__, 6)
        vars(library)["__dict__"] = 7
        self.assertEqual(library.__dict__["__dict__"], 7)
        self.assertEqual(library.__class__, CDLL)
        CDLL.late = property(lambda self: "property")
        try:
            vars(library)["late"] = 9
            self.assertEqual(library.late, "property")
        finally:
            del CDLL.late
        self.assertEqual(library.late, 9)

    def test_becomes_a_descriptor(self):
        class Value:
            pass

        library = CDLL(LIBRARY)
        CDLL.late = Value()
        try:
            vars(library)["late"] = 9
            self.assertEqual(library.late, 9)
            Value.__get__ = lambda self, instance, owner: "descriptor"
            self.assertEqual(library.late, 9)
            Value.__set__ = lambda self, instance, value: None
            self.assertEqual(library.late, "descriptor")
        finally:
            del CDLL.late
        self.assertEqual(library.late, 9)

    def test_names_that_are_not_interned(self):
        library = CDLL(LIBRARY)
        name = "".join(["add", "_", "int"])
        self.assertIs(getattr(library, name), library.add_int)
        self.assertIs(getattr(library, Name("add_int")), library.add_int)


class Overridden(TestCase):
    """By a program, in a subclass, in the class, or in an object."""

    def test_item_in_a_subclass(self):
        class Prefixed(CDLL):
            def __getitem__(self, name):
                return super().__getitem__("add_" + name)

        library = Prefixed(LIBRARY)
        self.assertEqual(library["int"](2, 3), 5)
        self.assertEqual(library.int(2, 3), 5)

        class Mixin:
            def __getitem__(self, name):
                return "mixin"

        class Mixed(Mixin, CDLL):
            pass

        self.assertEqual(Mixed(LIBRARY)["add_int"], "mixin")

    def test_item_in_the_class(self):
        own = CDLL.__dict__["__getitem__"]
        libraries = [CDLL(LIBRARY), PyDLL(LIBRARY), type("Library", (CDLL,), {})(LIBRARY)]

        def counted(self, name):
            names.append(name)
            return own(self, name)

        for _ in range(2):
            names = []
            CDLL.__getitem__ = counted
            try:
                for library in libraries:
                    self.assertEqual(library["add_int"](2, 3), 5)
                    self.assertEqual(library.add_short.__name__, "add_short")
            finally:
                CDLL.__getitem__ = own
            self.assertEqual(names, ["add_int", "add_short"] * 3)
            for library in libraries:
                del library.add_short
                self.assertEqual(library["add_int"](2, 3), 5)
        self.assertIs(CDLL.__dict__["__getitem__"], own)

    def test_attribute_in_the_class(self):
        own = CDLL.__dict__["__getattr__"]
        library = CDLL(LIBRARY)
        CDLL.__getattr__ = lambda self, name: "other"
        try:
            self.assertEqual(library.add_int, "other")
        finally:
            CDLL.__getattr__ = own
        self.assertEqual(library.add_int(2, 3), 5)
        CDLL.__getattribute__ = lambda self, name: "all"
        try:
            self.assertEqual(library.add_int, "all")
            # The package asks the library for its `_FuncPtr`.
            with self.assertRaises(TypeError):
                library["add_int"]
        finally:
            del CDLL.__getattribute__
        self.assertEqual(library.add_int(2, 3), 5)
        self.assertEqual(library["add_int"](2, 3), 5)

    def test_what_functions_are_made_of(self):
        library = CDLL(LIBRARY)
        made = []

        def make(symbol):
            made.append(symbol)
            return types.SimpleNamespace()

        library._FuncPtr = make
        self.assertEqual(library["add_int"].__name__, "add_int")
        self.assertEqual(made, [("add_int", library)])
        library._FuncPtr = CFUNCTYPE(c_int, c_int, c_int)
        self.assertEqual(library["add_int"](2, 3), 5)
        library._FuncPtr = c_int
        self.assertRaises(TypeError, lambda: library["add_int"])
        library._FuncPtr = None
        self.assertRaises(TypeError, lambda: library["add_int"])
        del library._FuncPtr
        self.assertRaises(TypeError, lambda: library["add_int"])

    def test_function_class_with_code_of_its_own(self):
        library = CDLL(LIBRARY)
        log = []

        class Function(library._FuncPtr):
            _flags_ = library._FuncPtr._flags_
            _restype_ = c_int

            def __init__(self, *args):
                log.append(args)

            def __setattr__(self, name, value):
                log.append((name, value))

        library._FuncPtr = Function
        self.assertEqual(library["add_int"](2, 3), 5)
        self.assertEqual(log, [(("add_int", library),), ("__name__", "add_int")])

    def test_properties(self):
        class Library(CDLL):
            @property
            def _handle(self):
                return handle

            @_handle.setter
            def _handle(self, value):
                vars(self)["_handle"] = value + 1

        handle = CDLL(LIBRARY)._handle
        self.assertEqual(Library(LIBRARY)["add_int"](2, 3), 5)
        Library._handle = 5
        library = Library(LIBRARY)
        self.assertEqual(library["add_int"](2, 3), 5)
        library._handle = "text"
        self.assertRaises(TypeError, lambda: library["add_int"])
        Library._FuncPtr = property(lambda self: lambda symbol: types.SimpleNamespace())
        self.assertIs(type(library["add_int"]), types.SimpleNamespace)

    def test_attribute_access_in_a_subclass(self):
        class Library(CDLL):
            def __getattribute__(self, name):
                if name == "_FuncPtr":
                    names.append(name)
                return super().__getattribute__(name)

        names = []
        library = Library(LIBRARY)
        self.assertEqual(library["add_int"](2, 3), 5)
        self.assertEqual(library.add_int(2, 3), 5)
        self.assertEqual(names, ["_FuncPtr"] * 2)

    def test_result_type(self):
        class Library(CDLL):
            _func_restype_ = c_double

        self.assertIs(Library(LIBRARY)["add_double"].restype, c_double)


class Looks(TestCase):
    """The methods are the package's."""

    def test_methods(self):
        method = CDLL.__dict__["__getitem__"]
        self.assertTrue(inspect.isfunction(method))
        self.assertIsInstance(method, types.FunctionType)
        self.assertEqual(method.__qualname__, "CDLL.__getitem__")
        self.assertEqual(method.__module__, "ctypes")
        self.assertEqual(str(inspect.signature(method)), "(self, name_or_ordinal)")
        self.assertIs(copy.copy(method), method)
        self.assertIs(pickle.loads(pickle.dumps(method)), method)
        self.assertTrue(repr(method).startswith("<function CDLL.__getitem__ at "))
        bound = CDLL(LIBRARY).__getitem__
        self.assertTrue(inspect.ismethod(bound))
        self.assertIs(bound.__func__, method)
        self.assertTrue(inspect.isfunction(CDLL.__getattr__))

    @on_unix
    def test_audited(self):
        code = "\n".join([
            "import sys, ctypes", "library = ctypes.CDLL(None)", "seen = []", "library['abs']",
            "sys.addaudithook(lambda name, args: seen.append((name, args[1])) "
            "if name == 'ctypes.dlsym' else None)",
            "library['abs'], library.labs, library.abs, library.abs", "print(seen)"])
        run = subprocess.run([*INTERPRETER, "-c", code], capture_output=True, text=True)
        expected = [("ctypes.dlsym", name) for name in ("abs", "labs", "abs")]
        self.assertEqual(run.stdout, f"{expected}\n", run.stderr)


if __name__ == "__main__":
    unittest.main()
