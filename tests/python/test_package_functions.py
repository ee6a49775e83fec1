"""POINTER, pointer, cast, CFUNCTYPE and the functions for strings: ordinary arguments, odd ones, wrong
ones."""
import copy
import ctypes
import inspect
import pickle
import sys
import types
import unittest
import warnings
import weakref
from ctypes import (
    CFUNCTYPE, POINTER, Structure, byref, c_char, c_char_p, c_int, c_short, c_void_p, c_wchar,
    c_wchar_p, cast, create_string_buffer, create_unicode_buffer, pointer, sizeof, string_at, wstring_at,
)

from support import INTERPRETER, OURS, PY314, TestCase


class P(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]


class Pointers(TestCase):
    def test_types_are_made_once(self):
        self.assertIs(POINTER(P), POINTER(P))
        self.assertIs(POINTER(None), c_void_p)
        self.assertIs(type(pointer(P())), POINTER(P))
        self.assertEqual(POINTER(POINTER(P)).__name__, "LP_LP_P")

    def test_by_name(self):
        value = P(1, 2)
        if PY314:
            self.assertIs(POINTER(cls=P), POINTER(P))
            self.assertEqual(pointer(obj=value).contents.y, 2)
        self.assertEqual(cast(obj=pointer(value), typ=POINTER(c_int))[0], 1)

    def test_wrong_arguments(self):
        for call in (lambda: POINTER(), lambda: POINTER(P, P), lambda: POINTER(5), lambda: pointer(),
                     lambda: pointer(5), lambda: pointer(P), lambda: pointer(P(), P()),
                     lambda: cast(P()), lambda: cast(pointer(P()), 5), lambda: cast(pointer(P()), P),
                     lambda: cast(P(), POINTER(P)), lambda: cast(1.5, c_void_p)):
            with self.assertRaises((TypeError, AttributeError, ctypes.ArgumentError)):
                call()

    def test_pointers_whose_class_is_pythons(self):
        class Counted(POINTER(c_int)):
            _type_ = c_int
            made = 0

            def __init__(self, *args):
                Counted.made += 1
                super().__init__(*args)

        number = c_int(5)
        self.assertEqual(Counted(number)[0], 5)
        self.assertEqual(cast(number_pointer := pointer(number), Counted)[0], 5)
        self.assertIs(type(number_pointer), POINTER(c_int))
        self.assertEqual(Counted.made, 2)

    def test_a_changed_pointer_type(self):
        class Q(Structure):
            _fields_ = [("x", c_int)]

        class Special(ctypes._Pointer):
            _type_ = Q

        if PY314:
            Q.__pointer_type__ = Special
            self.assertIs(POINTER(Q), Special)
            self.assertIs(type(pointer(Q())), Special)

    def test_casts(self):
        array = (c_int * 3)(1, 2, 3)
        for source in (array, pointer(array), byref(array), ctypes.addressof(array),
                       c_void_p(ctypes.addressof(array))):
            self.assertEqual(cast(source, POINTER(c_int))[2], 3)
            self.assertEqual(cast(source, c_void_p).value, ctypes.addressof(array))
        self.assertEqual(cast(None, POINTER(c_int)).__bool__(), False)
        text = create_string_buffer(b"text")
        self.assertEqual(cast(text, c_char_p).value, b"text")
        self.assertEqual(cast(create_unicode_buffer("text"), c_wchar_p).value, "text")
        self.assertEqual(cast(b"text", c_char_p).value, b"text")
        function = CFUNCTYPE(c_int)(lambda: 7)
        self.assertEqual(cast(function, CFUNCTYPE(c_short))(), 7)
        self.assertEqual(cast(cast(function, c_void_p), CFUNCTYPE(c_int))(), 7)


class Prototypes(TestCase):
    def test_made_once(self):
        self.assertIs(CFUNCTYPE(c_int, c_int), CFUNCTYPE(c_int, c_int))
        self.assertIsNot(CFUNCTYPE(c_int, c_int), CFUNCTYPE(c_int, c_short))
        self.assertIsNot(CFUNCTYPE(c_int), CFUNCTYPE(c_int, use_errno=True))
        self.assertIs(CFUNCTYPE(c_int, use_errno=True), CFUNCTYPE(c_int, use_errno=1))

    def test_wrong_arguments(self):
        for call in (lambda: CFUNCTYPE(), lambda: CFUNCTYPE(c_int, 5), lambda: CFUNCTYPE(5),
                     lambda: CFUNCTYPE(c_int, [])):
            with self.assertRaises(TypeError):
                call()
        with self.assertRaises(ValueError):
            CFUNCTYPE(c_int, nonsense=1)


class Strings(TestCase):
    def test_buffers(self):
        for made, size, value in (
            (create_string_buffer(b"abc"), 4, b"abc"), (create_string_buffer(b""), 1, b""),
            (create_string_buffer(b"a\0b"), 4, b"a"), (create_string_buffer(3), 3, b""),
            (create_string_buffer(b"abc", 10), 10, b"abc"), (ctypes.c_buffer(b"x"), 2, b"x"),
            (create_string_buffer(init=b"abc", size=5), 5, b"abc"), (create_string_buffer(True), 1, b""),
            (create_string_buffer(0), 0, b""),
        ):
            self.assertEqual((type(made), sizeof(made), made.value), (c_char * size, size, value))
        wide = sizeof(c_wchar)
        for made, length, value in (
            (create_unicode_buffer("abc"), 4, "abc"), (create_unicode_buffer(3), 3, ""),
            (create_unicode_buffer("a\u20ac"), 3, "a\u20ac"), (create_unicode_buffer("abc", 9), 9, "abc"),
            (create_unicode_buffer("\U0001f600"), 2 + (wide == 2), "\U0001f600"),
        ):
            self.assertEqual((len(made), made.value), (length, value))

    def test_types_of_buffers_are_the_packages(self):
        # Lengths that nothing else here has.
        for buffer in (create_string_buffer(7919), create_string_buffer(b"x" * 7907),
                       create_unicode_buffer(7901), create_unicode_buffer("x" * 7883)):
            self.assertEqual(type(buffer).__module__, "ctypes")

    def test_wrong_buffers(self):
        for call in (lambda: create_string_buffer("x"), lambda: create_string_buffer(1.0),
                     lambda: create_string_buffer(), lambda: create_unicode_buffer(b"x"),
                     lambda: create_unicode_buffer(None)):
            with self.assertRaises(TypeError):
                call()
        self.assertError(ValueError, "Array length must be >= 0, not -1", create_string_buffer, -1)
        self.assertError(ValueError, "byte string too long", create_string_buffer, b"abc", 2)

    def test_at_an_address(self):
        text = create_string_buffer(b"hello\0world")
        for source in (text, pointer(text), byref(text), ctypes.addressof(text), cast(text, c_char_p),
                       cast(text, c_void_p), b"hello\0world"):
            self.assertEqual(string_at(source), b"hello")
            self.assertEqual(string_at(source, 5), b"hello")
            self.assertEqual(string_at(source, size=11), b"hello\0world")
            self.assertEqual(string_at(source, 0), b"")
        wide = create_unicode_buffer("h\u00e9llo")
        for source in (wide, pointer(wide), ctypes.addressof(wide), cast(wide, c_wchar_p), "h\u00e9llo"):
            self.assertEqual(wstring_at(source), "h\u00e9llo")
            self.assertEqual(wstring_at(ptr=source, size=2), "h\u00e9")
        plain = create_string_buffer(b"hello")
        self.assertEqual(string_at(plain), b"hello")
        self.assertIs(plain._objects, None)

    def test_wrong_addresses(self):
        for call in (lambda: string_at(), lambda: string_at("x", "y"), lambda: string_at(1.5),
                     lambda: string_at(c_int(5)), lambda: wstring_at(P())):
            with self.assertRaises((TypeError, ctypes.ArgumentError)):
                call()
        if OURS:
            self.assertError(ValueError, "NULL pointer access", string_at, None)
            self.assertError(ValueError, "NULL pointer access", wstring_at, 0)


class Looks(TestCase):
    """They are where the package has its own, and say so."""

    NAMES = ["POINTER", "pointer", "cast", "CFUNCTYPE", "create_string_buffer", "create_unicode_buffer",
             "string_at", "wstring_at"]

    def test_names(self):
        for name in self.NAMES:
            function = getattr(ctypes, name)
            if name in ("POINTER", "pointer") and not PY314:
                continue
            self.assertEqual((function.__name__, function.__module__), (name, "ctypes"))
            self.assertIs(pickle.loads(pickle.dumps(function)), function)
            self.assertTrue(callable(function))
        self.assertIs(ctypes.c_buffer, ctypes.create_string_buffer)

    def test_python_functions(self):
        class Holder:
            function = create_string_buffer
            other = staticmethod(create_string_buffer)

        self.assertIsInstance(create_string_buffer, types.FunctionType)
        self.assertTrue(inspect.isfunction(string_at))
        self.assertEqual(string_at.__code__.co_name, "string_at")
        self.assertEqual(string_at.__defaults__, (-1,))
        self.assertIs(Holder().function.__func__, create_string_buffer)
        self.assertEqual(Holder().other(b"x").value, b"x")
        self.assertRaises(TypeError, Holder().function)
        self.assertTrue(repr(cast).startswith("<function cast at "), repr(cast))
        self.assertIs(copy.copy(cast), cast)
        self.assertEqual({cast: 1}[cast], 1)
        cast.attribute = 5
        self.assertEqual(cast.__dict__, {"attribute": 5})
        del cast.attribute
        self.assertFalse(hasattr(cast, "attribute"))

    @unittest.skipUnless(PY314, "builtins without a signature")
    def test_signatures(self):
        signatures = [str(inspect.signature(getattr(ctypes, name))) for name in self.NAMES]
        self.assertEqual(signatures, ["(cls)", "(obj)", "(obj, typ)", "(restype, *argtypes, **kw)",
                                      "(init, size=None)", "(init, size=None)", "(ptr, size=-1)",
                                      "(ptr, size=-1)"])

    def test_audited(self):
        code = "\n".join([
            "import sys, ctypes", "seen = []",
            "sys.addaudithook(lambda name, args: seen.append(name) if name.startswith('ctypes.') else None)",
            "ctypes.create_string_buffer(b'x')", "ctypes.string_at(b'x')", "ctypes.create_unicode_buffer(3)",
            "print(seen)"])
        import subprocess
        run = subprocess.run([*INTERPRETER, "-c", code], capture_output=True, text=True)
        events = [name for name in eval(run.stdout) if "call_function" not in name]
        self.assertEqual(events, ["ctypes.create_string_buffer", "ctypes.string_at",
                                  "ctypes.create_unicode_buffer"])


class AsObjects(TestCase):
    def test_weak_references_and_comparison(self):
        for function in (ctypes.cast, ctypes.POINTER, ctypes.string_at):
            self.assertIs(weakref.ref(function)(), function)
            self.assertEqual(hash(function), function.__hash__())
            self.assertIs(function.__eq__(function), True)
            self.assertIs(function.__ne__(function), False)


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    unittest.main()
