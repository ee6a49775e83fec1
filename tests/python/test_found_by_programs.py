"""What random programs have found that other tests say nothing of: each error with its exact words.

A line of a table is an expression, and what it raises in 3.14 (and ours); where 3.13 says something else, that is
another line that begins with `3.13`, which dies of one of them.
"""
import ctypes
import re
import unittest
from ctypes import *

import _ctypes
from support import LIBC, LIBRARY, PY314, WINDOWS, TestCase, clib

libc = CDLL(LIBC)


class Bits(Structure):
    _fields_ = [("a", c_int, 3), ("b", c_ushort)]


class Late(Structure):
    pass


class Derived(c_int):
    pass


def simple(code):
    return type("Simple", (ctypes._SimpleCData,), {"_type_": code})


TABLES = {}

TABLES["members are read-only"] = r"""
setattr(Bits.a, "offset", 1) => AttributeError: readonly attribute
3.13 => AttributeError: attribute 'offset' of '_ctypes.CField' objects is not writable
delattr(Bits.a, "name") => AttributeError: readonly attribute
3.13 => AttributeError: '_ctypes.CField' object has no attribute 'name' and no __dict__ for setting new attributes
setattr(Bits.a, "size", 1) => AttributeError: attribute 'size' of 'ctypes.CField' objects is not writable
3.13 => AttributeError: attribute 'size' of '_ctypes.CField' objects is not writable
setattr(Bits(), "_b_base_", 1) => AttributeError: readonly attribute
delattr(c_int(), "_objects") => AttributeError: readonly attribute
setattr(c_int(), "_b_needsfree_", 1) => AttributeError: readonly attribute
Bits.a.__get__(None) => TypeError: __get__(None, None) is invalid
"""

TABLES["names in full"] = r"""
c_char(c_char(b"x")) => TypeError: one character bytes, bytearray, or an integer in range(256) expected, not ctypes.c_char
3.13 => TypeError: one character bytes, bytearray or integer expected
c_wchar(c_wchar("x")) => TypeError: a unicode character expected, not instance of ctypes.c_wchar
3.13 => TypeError: unicode string expected instead of c_wchar instance
c_char(Bits()) => TypeError: one character bytes, bytearray, or an integer in range(256) expected, not {FULL}Bits
3.13 => TypeError: one character bytes, bytearray or integer expected
c_char([]) => TypeError: one character bytes, bytearray, or an integer in range(256) expected, not list
3.13 => TypeError: one character bytes, bytearray or integer expected
Derived.__pointer_type__ => AttributeError: <class '{MODULE}.Derived'> has no attribute '__pointer_type__'
3.13 => AttributeError: type object 'Derived' has no attribute '__pointer_type__'
cast(c_void_p(), Structure) => TypeError: cast() argument 2 must be a pointer type, not _ctypes.Structure
cast(c_void_p(), int) => TypeError: cast() argument 2 must be a pointer type
_ctypes._unpickle(None, None) => TypeError: argument 2 must be tuple, not None
_ctypes.dlsym(libc._handle, None) => TypeError: dlsym() argument 2 must be str, not None
"""

TABLES["values"] = r"""
setattr(Bits(), "a", c_short(1)) => TypeError: incompatible types, c_short instance instead of c_int instance
c_int.from_buffer_copy("text", "x") => TypeError: a bytes-like object is required, not 'str'
c_int().__setstate__(1) => TypeError: __setstate__() takes exactly 2 arguments (1 given)
3.13 => TypeError: function takes exactly 2 arguments (1 given)
"""

TABLES["arguments"] = r"""
type("P", (POINTER(c_int),), {}).from_param([]) => TypeError: cannot convert argument: POINTER _type_ type is not set
3.13 dies
POINTER(c_int).from_param(c_int.from_param(5)) => TypeError: expected LP_c_int instance instead of pointer to NoneType
(c_int * 2).from_param(c_void_p.from_param(0)) => TypeError: expected c_int_Array_2 instance instead of pointer to NoneType
"""

TABLES["methods without arguments"] = r"""
c_int().__reduce__(1) => TypeError: __reduce__() takes no arguments
c_int().__reduce__(x=1) => TypeError: __reduce__() takes no arguments
c_int().__ctypes_from_outparam__(1) => TypeError: __ctypes_from_outparam__() takes no arguments
c_int().__setstate__({}, b"", x=1) => TypeError: _CData.__setstate__() takes no keyword arguments
"""

TABLES["types"] = r"""
simple("X") => AttributeError: class must define a '_type_' attribute which must be\na single character string containing one of the\nsupported types: 'cbBhHiIlLdDFGfuzZqQPOv?g'.
3.13 => ValueError: _type_ 'X' not supported
setattr(Late, "_fields_", [("a", int)]) => TypeError: this type has no size
3.13 => TypeError: second item in _fields_ tuple (index 0) must be a C type
"""

TABLES["abstract classes"] = r"""
ctypes._CFuncPtr() => TypeError: abstract class
ctypes._CFuncPtr(1) => TypeError: abstract class
ctypes._CFuncPtr(1, 2) => TypeError: function takes exactly 1 argument (2 given)
ctypes._CFuncPtr("x") => TypeError: argument must be callable or integer function address
ctypes._CFuncPtr(len) => TypeError: cannot construct instance of this class: no argtypes
"""

TABLES["symbols"] = r"""
clib["no\0such"] => AttributeError: {LIBRARY}: undefined symbol: no
clib["\ud800"] => UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed
getattr(clib, "\ud800") => UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed
c_int.in_dll(clib, "\ud800") => UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed
c_int.in_dll(clib, "a\0b") => ValueError: embedded null character
CFUNCTYPE(c_int)(("no\0such", clib)) => AttributeError: {LIBRARY}: undefined symbol: no
clib.wide_length("a\0b") => ctypes.ArgumentError: argument 1: ValueError: embedded null character
"""

FLAGS = "CFUNCTYPE(c_int, c_int, POINTER(c_int))(('gather', clib), {})"
TABLES["parameter flags"] = r"""
setattr(FLAGGED((1,), (1,)), "argtypes", [c_int]) => ValueError: paramflags must have the same length as argtypes
3.13 => nothing
FLAGGED((-1,), (1,)) => TypeError: paramflag value -1 not supported
FLAGGED((2**40,), (1,)) => TypeError: paramflags must be a sequence of (int [,string [,value]]) tuples
FLAGGED((1, None), (1,))() => TypeError: required argument 'None' missing
FLAGGED((1, "x"), (1, "x"))(x=None) => TypeError: call takes exactly 2 arguments (1 given)
"""

TABLES["swapped complex numbers"] = r"""
c_float_complex.__ctype_be__(1e300) => OverflowError: float too large to pack with f format
3.13 dies
c_float_complex.__ctype_be__(complex(0, -1e300)) => OverflowError: float too large to pack with f format
3.13 dies
"""

TABLES["outputs"] = r"""
CFUNCTYPE(c_int, c_int, c_void_p)(("abs", libc), ((1,), (2,)))(3) => TypeError: c_void_p 'out' parameter must be passed as default value
"""

TABLES["calls without memory"] = r"""
CFUNCTYPE(c_int, Late)(("abs", libc))(Late()) => RuntimeError: ffi_prep_cif failed
CFUNCTYPE(Late, c_int)(("abs", libc))(3) => RuntimeError: ffi_prep_cif failed
CFUNCTYPE(c_int, c_int, Late)(("abs", libc))(3, Late()) => RuntimeError: ffi_prep_cif failed
libc.abs(3, Late()) => RuntimeError: ffi_prep_cif failed
VARIADIC(b"", Late()) => RuntimeError: ffi_prep_cif_var failed
CFUNCTYPE(c_int, Late)(lambda value: 0) => RuntimeError: ffi_prep_cif failed with 1
CFUNCTYPE(Late)(lambda: 0) => TypeError: invalid result type for callback function
"""

TABLES["what can be said of a type"] = r"""
type(Structure)("O", (Structure,), {"_anonymous_": ["a"], "_fields_": [("a", LISTED)]}) => SystemError: new style getargs format but argument is not a tuple
3.13 dies
type(Structure)("O", (Structure,), {"_anonymous_": ["a"], "_fields_": [("a", HIDDEN)]}) => TypeError: unexpected type
setattr(type.__new__(type(Structure), "A", (Structure,), {}), "_fields_", [("a", c_int)]) => TypeError: ctypes state is not initialized
_ctypes.CField(1) => TypeError: CField() takes no positional arguments
3.13 dies
type(c_int).__init__(c_int) => TypeError: type.__init__() takes 1 or 3 arguments
type(c_int).__init__(c_int, "a", ()) => TypeError: type.__init__() takes 1 or 3 arguments
type(Late)("A", (Structure,), {"_fields_": [(1, c_int)]}) => TypeError: CField() argument 'name' must be str, not int
3.13 => TypeError: '_fields_' must be a sequence of (name, C type) pairs
"""


class LISTED(Structure):
    _fields_ = [["a", c_int] if PY314 else ("a", c_int)]


class HIDDEN(Structure):
    _fields_ = [("a", c_int)]


HIDDEN.a = 5


def VARIADIC(*arguments):
    function = CDLL(LIBC).printf
    function.argtypes = [c_char_p]
    return function(*arguments)


def FLAGGED(*flags):
    return CFUNCTYPE(c_int, c_int, POINTER(c_int))(("gather", clib), flags)


DIES = "the process dies"


def outcome(expression):
    try:
        eval(expression)
    except Exception as error:
        kind = type(error)
        module = "" if kind.__module__ == "builtins" else kind.__module__ + "."
        return f"{module}{kind.__qualname__}: {error}"
    return "nothing"


def cases(table):
    """Expressions with what each of the two versions says."""
    found = []
    for line in table.strip().splitlines():
        expression, _, words = line.partition(" => ")
        words = words.replace("\\n", "\n").replace("\\\\", "\\").replace("{LIBRARY}", LIBRARY)
        # Names of the program's own module are not said in full.
        words = words.replace("{MODULE}", __name__).replace("{FULL}", "" if __name__ == "__main__" else f"{__name__}.")
        if expression == "3.13 dies":
            found[-1] = (found[-1][0], found[-1][1], DIES)
        elif expression == "3.13":
            found[-1] = (found[-1][0], found[-1][1], words)
        else:
            found.append((expression, words, words))
    return found


# What Windows has not, or says in other words.
OF_UNIX = re.compile(r'complex|dlsym|simple\("X"\)|no\\0such')


class Words(TestCase):
    def test_tables(self):
        for topic, table in TABLES.items():
            for expression, words, before in cases(table):
                if before == DIES and not PY314 or WINDOWS and OF_UNIX.search(expression):
                    continue
                if WINDOWS:
                    words = re.sub(r"c_(u?)int(?!\d)", r"c_\1long", words)
                with self.subTest(topic, expression=expression):
                    self.assertEqual(outcome(expression), words if PY314 else before)


class Types(TestCase):
    def test_refused_fields_leave_nothing_behind(self):
        class S(Structure):
            pass

        with self.assertRaises(TypeError):
            S._fields_ = [("a", int)]
        self.assertEqual("_fields_" in vars(S), not PY314)
        S._fields_ = [("a", c_int)]
        self.assertEqual(S(3).a, 3)
        self.assertError(AttributeError, "_fields_ is final", setattr, S, "_fields_", [("b", c_short)])
        self.assertEqual([name for name, kind in S._fields_], ["a" if PY314 else "b"])

    def test_refused_fields_are_no_initializers(self):
        class S(Structure):
            pass

        with self.assertRaises(TypeError):
            S._fields_ = [("a", int)]
        self.assertError(TypeError, "too many initializers", S, 1)

    def test_alignment_without_fields(self):
        for base in (Structure, Union, BigEndianStructure, BigEndianUnion):
            class Bare(base):
                _align_ = 8

            class Below(Bare):
                pass

            class Empty(base):
                _fields_ = []

            class BelowEmpty(Empty):
                pass

            self.assertEqual([alignment(kind) for kind in (Bare, Below, Bare * 2, Bare())], [0, 0, 0, 0])
            self.assertEqual([alignment(kind) for kind in (Empty, BelowEmpty, Empty * 2)], [1, 1, 1])

            class Whole(base):
                _fields_ = [("a", Bare), ("b", Empty)]

            self.assertEqual((alignment(Whole), sizeof(Whole)), (1, 0))

    def test_twins_of_one_byte(self):
        if PY314:
            kind = simple("b")
            self.assertEqual(kind.__ctype_be__(5).value, 5)
            self.assertIs(kind.__ctype_be__.__ctype_le__, kind)

    def test_twins_of_truth_values(self):
        if PY314:
            twin = c_bool.__ctype_be__
            self.assertEqual([twin(value).value for value in (200, 256, -1, True)], [200, 0, 255, 1])
            self.assertError(TypeError, "'str' object cannot be interpreted as an integer", twin, "x")

            class S(BigEndianStructure):
                _fields_ = [("a", c_bool), ("b", c_bool, 1), ("c", c_bool, 2), ("d", c_bool * 2)]

            s = S(5, 3, 7, (200, True))
            self.assertEqual((s.a, s.b, s.c, s.d[:]), (5, 1, 3, [200, 1]))

    @unittest.skipIf(WINDOWS, "Microsoft's C has no complex numbers")
    def test_twins_of_complex(self):
        if PY314:
            for kind, part in [(c_float_complex, c_float), (c_double_complex, c_double)]:
                twin = kind.__ctype_be__
                self.assertIs(twin.__ctype_le__, kind)
                value = twin(1.5 - 2j)
                self.assertEqual(value.value, 1.5 - 2j)
                parts = bytes(part.__ctype_be__(1.5)) + bytes(part.__ctype_be__(-2))
                self.assertEqual(bytes(value), parts)

                class S(BigEndianStructure):
                    _fields_ = [("z", kind)]

                self.assertEqual(bytes(S(1.5 - 2j)), parts)
                self.assertEqual(S(1.5 - 2j).z, 1.5 - 2j)


class Kept(TestCase):
    def test_simple_instances_keep_nothing(self):
        for kind in (c_bool, c_int, c_double, c_char):
            array = (kind * 3)()
            array[1] = kind()
            self.assertIsNone(array._objects)


class Arguments(TestCase):
    def test_null(self):
        for kind in (c_void_p, c_char_p, c_wchar_p):
            null = repr(kind.from_param(None))
            self.assertEqual(null, "None")
        self.assertEqual(repr(c_void_p.from_param(0)), "<cparam 'P' (0x(nil))>")


if __name__ == "__main__":
    unittest.main()
