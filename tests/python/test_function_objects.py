"""Function objects: how they are made, what they hold, what they are called."""
import ctypes
import pathlib
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, POINTER, PYFUNCTYPE, ArgumentError, Structure, addressof, c_double, c_int,
    c_void_p, cast, pointer, sizeof,
)
from _ctypes import FUNCFLAG_CDECL, FUNCFLAG_PYTHONAPI, FUNCFLAG_USE_ERRNO, CFuncPtr

from support import LIBC, LIBRARY, WINDOWS, TestCase, clib, echo_object, function, on_unix

Unary = CFUNCTYPE(c_int, c_int)


class Types(TestCase):
    def test_cached(self):
        self.assertIs(CFUNCTYPE(c_int, c_int), Unary)
        self.assertIsNot(CFUNCTYPE(c_int, c_int, use_errno=True), Unary)
        self.assertIsNot(CFUNCTYPE(c_int), Unary)
        self.assertIsNot(PYFUNCTYPE(c_int, c_int), Unary)

    def test_description(self):
        self.assertEqual(Unary.__name__, "CFunctionType")
        self.assertEqual((Unary._restype_, Unary._argtypes_, Unary._flags_),
                         (c_int, (c_int,), FUNCFLAG_CDECL))
        self.assertEqual(CFUNCTYPE(None, use_errno=True)._flags_,
                         FUNCFLAG_CDECL | FUNCFLAG_USE_ERRNO)
        self.assertEqual(PYFUNCTYPE(None)._flags_, FUNCFLAG_CDECL | FUNCFLAG_PYTHONAPI)
        self.assertEqual(sizeof(Unary), sizeof(c_void_p))
        self.assertError(ValueError, "unexpected keyword argument(s) dict_keys(['x'])", CFUNCTYPE,
                         None, x=1)

    def test_bad_definitions(self):
        def define(**namespace):
            return type(CFuncPtr)("Bad", (CFuncPtr,), namespace)

        flags = "class must define _flags_ which must be an integer"
        self.assertError(TypeError, flags, define)
        self.assertError(TypeError, flags, define, _flags_="1")
        self.assertError(TypeError, "_argtypes_ must be a sequence of types", define, _flags_=1,
                         _argtypes_=5)
        for argtypes in ((5,), (int,), ("c_int",)):
            self.assertError(TypeError, "item 1 in _argtypes_ has no from_param method", define,
                             _flags_=1, _argtypes_=argtypes)
        for restype in (5, "c_int", ()):
            self.assertError(TypeError, "_restype_ must be a type, a callable, or None", define,
                             _flags_=1, _restype_=restype)
        self.assertFalse(hasattr(define(_flags_=1), "_restype_"))
        self.assertError(TypeError, "abstract class", CFuncPtr)


class Making(TestCase):
    def test_from_callable(self):
        triple = Unary(lambda v: 3 * v)
        self.assertEqual(triple(5), 15)
        self.assertTrue(triple)

    def test_from_address(self):
        address = cast(clib.negate_int, c_void_p).value
        self.assertEqual(Unary(address)(5), -5)

    def test_from_name(self):
        for name in ("negate_int", b"negate_int"):
            self.assertEqual(Unary((name, clib))(5), -5)

    def test_null(self):
        self.assertFalse(Unary())
        self.assertFalse(Unary(0))
        self.assertTrue(Unary(5))

    def test_refuses(self):
        for wrong in ("x", 1.5, None, [1, 2]):
            self.assertError(TypeError, "argument must be callable or integer function address",
                             Unary, wrong)
        # On Windows that is a function of an interface.
        self.assertError(TypeError, "argument 2 must be str, not int" if WINDOWS else
                         "function takes exactly 1 argument (2 given)", Unary, 1, 2)
        for wrong in ((), (1,), ("abs",)):
            self.assertError(TypeError, "illegal func_spec argument", Unary, wrong)
        for wrong in (1.5, None) if WINDOWS else (1.5, None, 3):
            self.assertError(TypeError, "function name must be string, bytes object or integer",
                             Unary, (wrong, clib))
        self.assertError(AttributeError, "'int' object has no attribute '_handle'", Unary,
                         ("abs", 2))

    @on_unix
    def test_unknown_symbol(self):
        for lookup in (lambda: Unary(("no_such_function", clib)),
                       lambda: clib.no_such_function, lambda: clib["no_such_function"]):
            self.assertError(AttributeError, f"{LIBRARY}: undefined symbol: no_such_function",
                             lookup)

    def test_no_result_type_for_callbacks(self):
        for restype in (POINTER(c_int), c_int * 2):
            self.assertError(TypeError, "invalid result type for callback function",
                             CFUNCTYPE(restype), lambda: None)


class Libraries(TestCase):
    def test_attributes_are_kept_and_items_are_fresh(self):
        library = CDLL(LIBRARY)
        self.assertIs(library.add_int, library.add_int)
        self.assertIsNot(library["add_int"], library["add_int"])
        library.add_int.argtypes = [c_int, c_int]
        self.assertIs(library["add_int"].argtypes, None)

    def test_defaults(self):
        add = clib["add_int"]
        self.assertEqual(add.__name__, "add_int")
        self.assertEqual((add.restype, add.argtypes, add.errcheck), (c_int, None, None))
        self.assertEqual(type(add).__name__, "_FuncPtr")
        self.assertTrue(issubclass(type(add), CFuncPtr))
        self.assertEqual(add(2, 3), 5)

    def test_dunder_names_are_not_looked_up(self):
        self.assertError(AttributeError, "__no_such__", lambda: clib.__no_such__)

    def test_repr(self):
        self.assertRegex(repr(clib), r"<CDLL '.*', handle [0-9a-f]+ at 0x[0-9a-f]+>")
        self.assertRegex(repr(clib.add_int), r"<_FuncPtr object at 0x[0-9A-Fa-f]+>")
        self.assertRegex(repr(Unary()), r"<CFunctionType object at 0x[0-9A-Fa-f]+>")

    def test_own_subclass(self):
        class Library(CDLL):
            _func_restype_ = c_double

        self.assertEqual(Library(LIBRARY).add_double(c_double(1.5), c_double(2)), 3.5)

    @on_unix
    def test_program_itself(self):
        self.assertEqual(CDLL(LIBC).abs(-5), 5)
        self.assertEqual(CDLL(LIBC).strlen(b"four"), 4)

    def test_path_objects(self):
        self.assertEqual(CDLL(pathlib.Path(LIBRARY)).add_int(2, 3), 5)

    def test_not_found(self):
        with self.assertRaisesRegex(OSError, "no_such_library"):
            CDLL("no_such_library.so")
        with self.assertRaises(TypeError):
            CDLL(5)

    def test_library_loader(self):
        self.assertEqual(ctypes.cdll.LoadLibrary(LIBRARY).add_int(2, 3), 5)
        self.assertIs(type(ctypes.pydll), type(ctypes.cdll))


class Calling(TestCase):
    def test_counts(self):
        add = function("add_int", c_int, c_int, c_int)
        self.assertEqual(add(2, 3), 5)
        self.assertError(TypeError, "this function takes at least 2 arguments (1 given)", add, 1)
        self.assertError(TypeError, "this function takes at least 2 arguments (0 given)", add)
        self.assertError(TypeError, "this function takes at least 1 argument (0 given)",
                         function("echo_int", c_int, c_int))
        self.assertEqual(add(2, 3, 4), 5)  # C callers may pass more

    def test_no_arguments_and_no_result(self):
        count = function("no_arguments", c_int)
        before = count()
        self.assertIs(function("no_result", None, c_int)(4), None)
        self.assertEqual(count(), before + 4)

    def test_too_many(self):
        text = "maximum is 1024"
        self.assertError(ArgumentError, f"too many arguments (1025), {text}", clib["add_int"],
                         *range(1025))
        self.assertError(ArgumentError, f"_argtypes_ has too many arguments (1025), {text}",
                         CFUNCTYPE, None, *[c_int] * 1025)
        with self.assertRaisesRegex(ArgumentError, "_argtypes_ has too many arguments"):
            clib["add_int"].argtypes = [c_int] * 1025
        self.assertEqual(clib["add_int"](*range(1, 1025)), 3)


class AsData(TestCase):
    def test_attributes(self):
        f = Unary(lambda v: v)
        f.note = 5
        self.assertEqual(f.__dict__, {"note": 5})

    def test_memory_is_a_pointer(self):
        f = function("negate_int", c_int, c_int)
        address = c_void_p.from_buffer(f).value
        self.assertEqual(address, cast(f, c_void_p).value)
        self.assertEqual(Unary.from_buffer_copy(bytes(f))(7), -7)
        self.assertEqual(Unary.from_address(addressof(f))(7), -7)

    def test_pointer_to_function(self):
        p = pointer(function("negate_int", c_int, c_int))
        self.assertEqual(p.contents(4), -4)
        self.assertEqual(p[0](4), -4)

    def test_in_structures_and_arrays(self):
        class Table(Structure):
            _fields_ = [("negate", Unary), ("spare", Unary)]

        table = Table(function("negate_int", c_int, c_int))
        self.assertEqual(table.negate(3), -3)
        self.assertFalse(table.spare)
        table.spare = Unary(lambda v: v * v)
        self.assertEqual(table.spare(3), 9)
        self.assertEqual((Unary * 2)(table.negate, table.spare)[1](4), 16)
        for wrong in (5, lambda v: v):
            self.assertError(TypeError, "expected CFunctionType instance, got "
                             f"{type(wrong).__name__}", setattr, table, "spare", wrong)

    def test_function_as_result_and_argument(self):
        pick = function("pick_function", Unary, c_int)
        self.assertEqual((pick(0)(5), pick(1)(5)), (6, 25))
        self.assertFalse(pick(2))
        apply = function("apply", c_int, Unary, c_int)
        self.assertEqual(apply(pick(1), 6), 36)
        self.assertEqual(apply(Unary(lambda v: v - 1), 6), 5)

    def test_python_api(self):
        # FUNCFLAG_PYTHONAPI: other Python threads stay where they are during the call.
        marker = object()
        self.assertIs(echo_object(marker, PYFUNCTYPE), marker)


if __name__ == "__main__":
    unittest.main()
