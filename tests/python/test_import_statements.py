"""Import statements whose module is there already, and everything that is nearly so.

The program's own `__import__` must not be told from the VM's but by its speed.
"""
import builtins
import contextlib
import importlib
import inspect
import os
import sys
import tempfile
import threading
import types
import unittest
import unittest.mock
import warnings
from pathlib import Path

from support import LEFT_OUT, OURS, TestCase

FILES = {
    "imported/__init__.py": "shade = 'red'\n",
    "imported/there.py": "value = 1\n",
    "imported/later.py": "value = 2\n",
    "imported/inner/__init__.py": "",
    "imported/inner/deep.py": (
        "def parent():\n    from .. import there\n    return there\n"
        "def cousin():\n    from ..there import value\n    return value\n"
        "def sibling():\n    from . import other\n    return other\n"
        "def beyond():\n    from ... import nothing\n"),
    "imported/inner/other.py": "",
    "imported/circular_a.py": "from . import circular_b\nvalue = 1\n",
    "imported/circular_b.py": (
        "import imported.circular_a\n"
        "try:\n    from imported.circular_a import value\n"
        "except ImportError as error:\n    message = str(error)\n"),
    "imported/slow.py": "import gate\ngate.entered.set()\ngate.open.wait(30)\nvalue = 3\n",
}


class Recorder(types.ModuleType):
    """A module that notes what it is asked for."""

    def __getattribute__(self, name):
        if name in ("asked", "__dict__"):
            return super().__getattribute__(name)
        self.asked.append(name)
        return super().__getattribute__(name)


def run(statements, **names):
    """Runs statements in a module's globals, twice: the second time everything is there."""
    for _ in range(2):
        namespace = {"__name__": "runs_statements", **names}
        exec(statements, namespace)
    return namespace


class WithPackage(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        for name, text in FILES.items():
            path = Path(cls.folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def setUp(self):
        before = dict(sys.modules)
        sys.path.insert(0, self.folder)
        importlib.invalidate_caches()

        def restore():
            sys.path.remove(self.folder)
            for name in set(sys.modules) - set(before):
                if name.startswith("imported") or name == "gate":
                    del sys.modules[name]

        self.addCleanup(restore)

    @contextlib.contextmanager
    def in_modules(self, name, thing):
        sys.modules[name] = thing
        try:
            yield thing
        finally:
            del sys.modules[name]


class FormsTest(WithPackage):
    def test_what_each_form_binds(self):
        names = run("import imported\nimport imported.there\nfrom imported import there, shade\n"
                    "from imported.there import value\nimport imported.inner.deep as deep\n")
        self.assertIs(names["imported"], sys.modules["imported"])
        self.assertIs(names["there"], sys.modules["imported.there"])
        self.assertIs(names["deep"], sys.modules["imported.inner.deep"])
        self.assertEqual((names["shade"], names["value"]), ("red", 1))

    def test_relative_forms(self):
        deep = importlib.import_module("imported.inner.deep")
        for _ in range(2):
            self.assertIs(deep.parent(), sys.modules["imported.there"])
            self.assertIs(deep.sibling(), sys.modules["imported.inner.other"])
            self.assertEqual(deep.cousin(), 1)
            self.assertError(ImportError, "attempted relative import beyond top-level package", deep.beyond)

    def test_star(self):
        names = run("from imported import *")
        self.assertEqual(names["shade"], "red")

    def test_what_is_bound_is_what_is_in_place_now(self):
        import imported
        from imported import shade
        imported.shade = "green"
        from imported import shade
        self.assertEqual(shade, "green")
        other = types.ModuleType("imported")
        other.shade = "blue"
        sys.modules["imported"] = other
        from imported import shade
        self.assertEqual(shade, "blue")

    def test_calls_by_hand(self):
        run("import imported.there")
        imported, there = sys.modules["imported"], sys.modules["imported.there"]
        self.assertIs(__import__("imported"), imported)
        self.assertIs(__import__("imported.there"), imported)
        self.assertIs(__import__("imported.there", None, None, ("value",), 0), there)
        self.assertIs(__import__("imported.there", None, None, ["value"], 0), there)
        self.assertIs(__import__("imported.there", fromlist=("value",)), there)
        self.assertIs(__import__(name="imported.there", level=0), imported)
        package = {"__package__": "imported"}
        self.assertIs(__import__("there", package, None, ("value",), 1), there)
        self.assertIs(__import__("", package, None, ("there",), 1), imported)
        self.assertIs(__import__("there", package, None, (), 1), there)
        self.assertIs(__import__("inner.deep", package, None, (), 1), sys.modules["imported.inner"])


class NotThereTest(WithPackage):
    def test_submodule_that_is_not_imported_yet(self):
        import imported
        self.assertFalse(hasattr(imported, "later"))
        from imported import later
        self.assertEqual(later.value, 2)
        del imported.later
        from imported import later
        self.assertIs(later, sys.modules["imported.later"])

    def test_name_that_is_missing(self):
        import imported.there
        for _ in range(2):
            with self.assertRaisesRegex(ImportError, "cannot import name 'nothing' from 'imported.there'"):
                from imported.there import nothing
            with self.assertRaisesRegex(ImportError, "cannot import name 'nothing' from 'imported'"):
                from imported import there, nothing
            with self.assertRaisesRegex(ModuleNotFoundError, "No module named 'imported.nothing'"):
                import imported.nothing

    def test_package_taken_away(self):
        import imported.there
        del sys.modules["imported"]
        import imported.there
        self.assertIs(imported, sys.modules["imported"])

    def test_none_and_other_things(self):
        with self.in_modules("imported_none", None):
            for statement in ["import imported_none", "from imported_none import x"]:
                self.assertError(ModuleNotFoundError, "import of imported_none halted; None in sys.modules",
                                 exec, statement)
        thing = types.SimpleNamespace(x=5)
        with self.in_modules("imported_thing", thing):
            names = run("import imported_thing\nfrom imported_thing import x")
            self.assertIs(names["imported_thing"], thing)
            self.assertEqual(names["x"], 5)

    def test_finders_are_asked_only_for_what_is_missing(self):
        asked = []

        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                asked.append(name)

        sys.meta_path.insert(0, Finder)
        self.addCleanup(sys.meta_path.remove, Finder)
        run("import imported.there\nfrom imported import there")
        self.assertEqual(asked, ["imported", "imported.there"])


class InitialisationTest(WithPackage):
    def test_circular(self):
        import imported.circular_a
        self.assertIn("cannot import name 'value' from partially initialized module 'imported.circular_a' "
                      "(most likely due to a circular import)", imported.circular_b.message)

    def test_other_threads_wait_for_a_module(self):
        gate = types.ModuleType("gate")
        gate.entered, gate.open = threading.Event(), threading.Event()
        values = []

        def first():
            import imported.slow

        def second():
            from imported.slow import value
            values.append(value)

        with self.in_modules("gate", gate):
            threads = [threading.Thread(target=first)]
            threads[0].start()
            self.assertTrue(gate.entered.wait(30))
            threads.append(threading.Thread(target=second))
            threads[1].start()
            threads[1].join(0.05)
            self.assertEqual(values, [])
            gate.open.set()
            for thread in threads:
                thread.join()
        self.assertEqual(values, [3])

    def test_flag_of_the_spec(self):
        import imported.there as there
        there.__spec__._initializing = True
        with self.assertRaisesRegex(ImportError, "partially initialized module 'imported.there'"):
            from imported.there import nothing
        from imported.there import value
        there.__spec__._initializing = False
        del there.__spec__._initializing
        from imported.there import value
        self.assertEqual(value, 1)

    def test_spec_of_another_class(self):
        asked = []

        class Spec:
            name = "imported.there"

            @property
            def _initializing(self):
                asked.append("_initializing")
                return False

        import imported.there as there
        there.__spec__ = Spec()
        from imported.there import value
        self.assertEqual(set(asked), {"_initializing"})
        there.__spec__ = None
        from imported.there import value
        del there.__spec__
        from imported.there import value
        self.assertEqual(value, 1)


class OwnModuleTest(WithPackage):
    def test_module_getattr(self):
        module = types.ModuleType("imported_lazy")
        asked = []

        def find(name):
            asked.append(name)
            if name == "made":
                return "made"
            raise AttributeError(name)

        module.__getattr__, module.there = find, 1
        with self.in_modules("imported_lazy", module):
            for _ in range(2):
                asked.clear()
                from imported_lazy import there
                self.assertEqual(asked, ["__path__"])
                asked.clear()
                from imported_lazy import made
                self.assertEqual((made, asked), ("made", ["__path__", "made"]))
            module.__path__ = []
            asked.clear()
            from imported_lazy import there
            self.assertEqual(asked, [])

    def test_module_of_another_class(self):
        module = Recorder("imported_recorder")
        module.__dict__["asked"] = []
        module.value = 1
        with self.in_modules("imported_recorder", module):
            for _ in range(2):
                module.asked.clear()
                from imported_recorder import value
                self.assertEqual(module.asked, ["__spec__", "__path__", "value"])

    def test_class_that_a_module_gets(self):
        import imported.there as there

        class WithProperty(types.ModuleType):
            @property
            def value(self):
                return "of the property"

        there.__class__ = WithProperty
        from imported.there import value
        self.assertEqual(value, "of the property")

    def test_key_that_cannot_be_compared(self):
        class Key:
            def __hash__(self):
                return hash("missing_here")

            def __eq__(self, other):
                raise ZeroDivisionError

        module = types.ModuleType("imported_key")
        module.__dict__[Key()] = 1
        with self.in_modules("imported_key", module):
            with self.assertRaises(ZeroDivisionError):
                from imported_key import missing_here


class PackageTest(WithPackage):
    def from_there(self, **names):
        exec("from .there import value", names)
        return names["value"]

    def test_what_names_the_package(self):
        import imported.there
        spec = imported.there.__spec__
        for _ in range(2):
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                self.assertEqual(self.from_there(__package__="imported", __spec__=None), 1)
                self.assertEqual(self.from_there(__package__="imported", __spec__=spec), 1)
                self.assertEqual(self.from_there(__package__=None, __spec__=spec), 1)
                self.assertEqual(self.from_there(__spec__=imported.__spec__), 1)
            with self.assertWarns(ImportWarning):
                self.assertEqual(self.from_there(__name__="imported.anything"), 1)

    def test_spec_of_another_package(self):
        import imported.there, imported.inner.deep
        for _ in range(2):
            with self.assertWarnsRegex(DeprecationWarning, r"__package__ != __spec__.parent"):
                self.from_there(__package__="imported", __spec__=imported.inner.deep.__spec__)
            with self.assertWarnsRegex(DeprecationWarning, r"__package__ != __spec__.parent"):
                self.from_there(__package__="imported", __spec__=imported.inner.__spec__)

    def test_parent_that_is_replaced(self):
        import imported.there
        asked = []

        def parent(spec):
            asked.append(spec.name)
            return "imported"

        with unittest.mock.patch.object(importlib.machinery.ModuleSpec, "parent", property(parent)):
            self.assertEqual(self.from_there(__package__="imported", __spec__=imported.there.__spec__), 1)
        self.assertEqual(asked, ["imported.there"])

    def test_errors(self):
        import imported.there
        for names, error, message in [
            ({"__package__": ""}, ImportError, "attempted relative import with no known parent package"),
            ({"__package__": 5}, TypeError, "package must be a string"),
            ({"__package__": "imported_missing"}, ModuleNotFoundError, "No module named 'imported_missing'"),
        ]:
            self.assertError(error, message, self.from_there, **names)


class ReplacementTest(WithPackage):
    def test_replaced_function_is_called(self):
        import imported.there
        calls = []
        own = builtins.__import__

        def replacement(name, globals=None, locals=None, fromlist=(), level=0):
            calls.append((name, fromlist, level))
            return own(name, globals, locals, fromlist, level)

        with unittest.mock.patch.object(builtins, "__import__", replacement):
            import imported
            import imported.there
            from imported import shade
        import imported
        self.assertEqual(calls, [("imported", None, 0), ("imported.there", None, 0),
                                 ("imported", ("shade",), 0)])

    def test_builtins_of_the_frame(self):
        import imported
        calls = []

        def replacement(*arguments):
            calls.append(arguments[0])
            return "replaced"

        names = {"__builtins__": {"__import__": replacement}}
        exec("import imported", names)
        self.assertEqual((names["imported"], calls), ("replaced", ["imported"]))
        self.assertError(ImportError, "__import__ not found", exec, "import imported", {"__builtins__": {}})


class AppearanceTest(TestCase):
    def test_what_it_looks_like(self):
        self.assertEqual(repr(__import__), "<built-in function __import__>")
        self.assertIs(type(__import__), types.BuiltinFunctionType)
        self.assertEqual(__import__.__name__, "__import__")
        self.assertEqual(__import__.__qualname__, "__import__")
        self.assertEqual(__import__.__module__, "builtins")
        self.assertIs(__import__.__self__, builtins)
        self.assertEqual(str(inspect.signature(__import__)),
                         "(name, globals=None, locals=None, fromlist=(), level=0)")

    def test_importlib_has_its_own(self):
        self.assertIsInstance(importlib.__import__, types.FunctionType)
        self.assertIs(importlib.__import__, importlib._bootstrap.__import__)
        self.assertIs(importlib.__import__("os.path", fromlist=("join",)), os.path)

    def test_wrong_arguments(self):
        self.assertRaises(TypeError, __import__)
        self.assertError(TypeError, "module name must be a string", __import__, 1)
        self.assertError(ValueError, "Empty module name", __import__, "")
        self.assertError(ValueError, "level must be >= 0", __import__, "os", None, None, ("path",), -1)
        self.assertRaises(TypeError, __import__, "os", None, None, ("path",), "0")
        self.assertRaises(TypeError, __import__, "os", None, None, ("path",), 0, 0)
        self.assertRaises(TypeError, __import__, "os", nonsense=0)
        import xml.dom
        self.assertError(TypeError, "Item in ``from list'' must be str, not int",
                         __import__, "xml", None, None, ("dom", 1), 0)

    @unittest.skipUnless(OURS and "import" not in LEFT_OUT, "what ours spares")
    def test_no_python_code_runs(self):
        import xml.dom
        events = []

        def function():
            import os
            import os.path
            from os import path
            from xml import dom
            from . import there
            from .there import value

        sys.modules["there"] = there = types.ModuleType("there")
        there.there, there.__package__, there.value = there, "there", 1
        sys.modules["there.there"] = there
        namespace = {"__package__": "there", "__spec__": None}
        function = types.FunctionType(function.__code__, namespace)
        self.addCleanup(sys.modules.pop, "there")
        self.addCleanup(sys.modules.pop, "there.there")
        function()
        sys.setprofile(lambda frame, event, argument: events.append((event, frame.f_code.co_name)))
        function()
        sys.setprofile(None)
        self.assertEqual([event for event in events if event[0] == "call"], [("call", "function")])


if __name__ == "__main__":
    unittest.main()
