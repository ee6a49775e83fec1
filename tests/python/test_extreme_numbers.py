"""Whatever takes a number, given numbers that no buffer, type or C integer has.

What CPython 3.14 makes of each is in `extreme_numbers.txt`, a line for each case and number;
`test_extreme_numbers.py write` writes that file. Nothing here reads or writes memory that is not there: a
number that says of memory what is not true is left out.
"""

import ctypes
import os
import sys
import unittest
import warnings
import _ctypes
from ctypes import *

from support import LIBC, LIBRARY, OURS, WINDOWS, TestCase, clib, function

EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "extreme_numbers.txt")


class Index:
    """An integer by its `__index__` alone."""

    # Its name is the same wherever this file is run.
    __module__ = "builtins"

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value

    def __repr__(self):
        return f"Index({self.value})"


INTEGERS = {
    "0": 0, "1": 1, "-1": -1,
    "2**31": 2**31, "-2**31": -2**31, "-2**31-1": -2**31 - 1,
    "2**63-1": 2**63 - 1, "2**63": 2**63, "-2**63": -2**63, "-2**63-1": -2**63 - 1,
    "2**64": 2**64, "-2**64": -2**64, "10**30": 10**30, "-10**30": -10**30,
}
NUMBERS = {
    **INTEGERS, "True": True, "False": False, "1.5": 1.5, "inf": float("inf"), "-inf": -float("inf"),
    "nan": float("nan"), "1e300": 1e300, "Index(1)": Index(1), "Index(10**30)": Index(10**30),
    "None": None, "1j": 1j, "'1'": "1", "b'1'": b"1",
}
# What is a size of memory that nobody has, or none at all.
NO_SIZE = set(NUMBERS) - {"2**31"}
# What leads a pointer to the numbers beside its own, or nowhere.
NEAR = set(NUMBERS) - {"2**31", "-2**31", "-2**31-1", "2**63-1", "-2**63"}
# What is no size of memory when all but the lowest 32 bits are lost, as in a C int.
NO_INT_SIZE = set(NUMBERS) - {"2**31", "-2**31-1", "10**30", "-10**30", "Index(10**30)"}
# What is no address.
NO_ADDRESS = {"2**64", "-2**64", "10**30", "-10**30", "1.5", "inf", "-inf", "nan", "1e300", "1j",
              "Index(10**30)", "'1'"}

SIMPLE = {name: getattr(ctypes, name) for name in (
    "c_byte c_ubyte c_short c_ushort c_int c_uint c_long c_ulong c_longlong c_ulonglong c_bool c_float "
    "c_double c_longdouble c_char c_wchar c_void_p c_char_p c_wchar_p py_object").split()}
ADDRESSES = {"c_char_p", "c_wchar_p"}

CASES = {}


def case(function, numbers=NUMBERS, name=None):
    CASES[name or function.__name__] = (function, numbers)
    return function


def of_numbers(numbers):
    return lambda function: case(function, numbers)


def address_in(value, given):
    """The address in a C value, which leads nowhere; that of a string differs from run to run."""
    return "somewhere" if isinstance(given, (str, bytes)) else int.from_bytes(bytes(value), sys.byteorder)


def array():
    return (c_int * 5)(10, 11, 12, 13, 14)


def point(**fields):
    class Point(Structure):
        _fields_ = [("x", c_int), ("b", c_int, 3), ("u", c_ulonglong, 64)]
    return Point(**fields)


# Indexes and slices


@case
def array_item(n): return array()[n]


@case
def array_set_item(n):
    numbers = array()
    numbers[n] = 1
    return list(numbers)


@case
def array_delete_item(n):
    del array()[n]


@case
def array_from(n): return array()[n:]


@case
def array_to(n): return array()[:n]


@case
def array_step(n): return array()[::n]


@case
def array_all(n): return array()[n:n:n]


@case
def array_set_slice(n):
    numbers = array()
    numbers[n:] = [1] * len(numbers[n:])
    return list(numbers)


@case
def array_set_wrong_slice(n): array()[0:n] = [1] * 6


@case
def array_contains(n): return n in array()


@case
def array_construct(n): return list((c_int * 2)(1, n))


@case
def bytes_item(n): return create_string_buffer(b"12345")[n]


@case
def bytes_set_item(n): create_string_buffer(b"12345")[n] = b"x"


@case
def bytes_slice(n): return create_string_buffer(b"12345")[1:n]


@case
def bytes_step(n): return create_string_buffer(b"12345")[4:0:n]


@case
def text_slice(n): return create_unicode_buffer("12345")[1:n]


@case
def text_step(n): return create_unicode_buffer("12345")[::n]


def middle(kept=[]):
    """A pointer to the third number of five, and those."""
    numbers = array()
    # CPython does not keep what `byref` leads into.
    kept[:] = [numbers]
    return cast(byref(numbers, 8), POINTER(c_int)), numbers


@of_numbers(NEAR)
def pointer_item(n): return middle()[0][n]


@of_numbers(NEAR)
def pointer_set_item(n):
    pointer, numbers = middle()
    pointer[n] = 1
    return list(numbers)


@of_numbers(NEAR)
def pointer_delete_item(n):
    del middle()[0][n]


@of_numbers(set(NUMBERS) - {"2**31"})
def pointer_to(n): return middle()[0][0:n]


@of_numbers(NEAR)
def pointer_from(n): return middle()[0][n:2]


@case
def pointer_step(n): return middle()[0][0:2:n]


@case
def pointer_step_back(n): return middle()[0][1:-2:n]


@of_numbers(NEAR)
def string_pointer_item(n):
    string = create_string_buffer(b"12345")
    return cast(byref(string, 2), POINTER(c_char))[n]


@of_numbers(NO_SIZE)
def string_pointer_to(n): return cast(create_string_buffer(b"12345"), POINTER(c_char))[0:n]


@of_numbers(NO_SIZE)
def text_pointer_to(n): return cast(create_unicode_buffer("12345"), POINTER(c_wchar))[0:n]


# Sizes and offsets


@case
def multiply(n): return (c_int * n)._length_


@case
def multiply_twice(n): return sizeof(c_int * 2 * n)


@case
def multiply_right(n): return (n * c_char)._length_


@case
def array_length(n): return sizeof(type("A", (Array,), {"_type_": c_int, "_length_": n}))


@of_numbers(NO_SIZE)
def array_instance(n): return len((c_int * n)())


@of_numbers(NO_SIZE)
def resize_to(n):
    number = c_int(7)
    resize(number, n)
    return number.value


@of_numbers(NO_SIZE)
def string_buffer(n): return len(create_string_buffer(n))


@of_numbers(NO_SIZE)
def string_buffer_of(n): return len(create_string_buffer(b"12", n))


@of_numbers(NO_SIZE)
def text_buffer(n): return len(create_unicode_buffer(n))


@of_numbers(NO_INT_SIZE)
def string_of(n): return string_at(create_string_buffer(b"12"), n)


@of_numbers(NO_INT_SIZE)
def text_of(n): return wstring_at(create_unicode_buffer("12"), n)


@case
def from_buffer_at(n): return c_int.from_buffer(bytearray(range(8)), n).value


@case
def from_buffer_copy_at(n): return c_int.from_buffer_copy(bytes(range(8)), n).value


@case
def byref_at(n):
    number = c_int()
    return (cast(byref(number, n), c_void_p).value - addressof(number)) % 2**64


@case
def set_state(n): return c_int(3).__setstate__(n, b"1234")


@case
def set_state_bytes(n): return c_int(3).__setstate__({}, n)


# Addresses, which nobody follows


@case
def at_address(n): return addressof(c_int.from_address(n))


@case
def function_at(n): return address_in(CFUNCTYPE(c_int)(n), n)


@case
def cast_number(n): return address_in(cast(n, c_void_p), n)


@case
def cast_to_pointer(n): return address_in(cast(n, POINTER(c_int)), n)


@of_numbers(NO_ADDRESS)
def object_at(n): return _ctypes.PyObj_FromPtr(n)


@of_numbers(NO_ADDRESS)
def call_address(n): return _ctypes.call_function(n, ())


@of_numbers(NO_ADDRESS)
def close_handle(n): return _ctypes.dlclose(n)


@of_numbers(NO_ADDRESS)
def symbol_of_handle(n): return _ctypes.dlsym(n, "abs")


@of_numbers(NO_ADDRESS)
def library_of_handle(n): return CDLL("name", handle=n).abs


# With every flag there is, which sanitizers end the process for.
@of_numbers(set(NUMBERS) - {"-1"})
def open_with_mode(n): return _ctypes.dlopen("/nowhere.so", n)


@case
def symbol_by_number(n): return clib[n]


@case
def function_by_number(n): return CFUNCTYPE(c_int)((n, clib))


@case
def in_library(n): return c_int.in_dll(clib, n)


# Types


@case
def bit_width(n): return sizeof(type("S", (Structure,), {"_fields_": [("a", c_int, n)]}))


@case
def bool_width(n): return sizeof(type("S", (Structure,), {"_fields_": [("a", c_bool, n)]}))


@case
def packing(n): return sizeof(type("S", (Structure,), {
    "_pack_": n, "_layout_": "ms", "_fields_": [("a", c_char), ("b", c_int)]}))


@case
def alignment_of(n): return alignment(type("S", (Structure,), {
    "_align_": n, "_fields_": [("a", c_char)]}))


@case
def field_type(n): type("S", (Structure,), {"_fields_": [("a", n)]})


@case
def fields(n): type("S", (Structure,), {"_fields_": n})


def field(**changed):
    arguments = dict(name="a", type=c_int, byte_size=4, byte_offset=0, index=0, _internal_use=True)
    made = _ctypes.CField(**{**arguments, **changed})
    return made.byte_size, made.byte_offset, made.bit_size, made.bit_offset


@case
def field_byte_size(n): return field(byte_size=n)


@case
def field_byte_offset(n): return field(byte_offset=n)


@case
def field_index(n): return field(index=n)


@case
def field_bit_size(n): return field(bit_size=n, bit_offset=0)


@case
def field_bit_offset(n): return field(bit_size=1, bit_offset=n)


@case
def flags(n): type("F", (_ctypes.CFuncPtr,), {"_flags_": n})


@case
def result_type(n):
    absolute = function("echo_int", c_int, c_int)
    absolute.restype = n


@case
def argument_types(n): function("echo_int", c_int).argtypes = [n]


@case
def parameter_flag(n): CFUNCTYPE(c_int, c_int)(("abs", CDLL(LIBC)), ((n, "x"),))


@case
def pointer_type(n): POINTER(n)


# Values


@case
def constructor_field(n): return point(x=n).x


@case
def positional_field(n): return type(point())(n).x


@case
def narrow_bits(n): return point(b=n).b


@case
def wide_bits(n): return point(u=n).u


for name, ctype in SIMPLE.items():
    # What a string's address would be is looked at, not followed.
    seen = address_in if name in ADDRESSES else lambda value, given: value.value
    case(lambda n, ctype=ctype, seen=seen: seen(ctype(n), n), name=f"{name}(n)")
    case(lambda n, ctype=ctype: ctype.from_param(n) and None, name=f"{name}.from_param")

    def store(n, ctype=ctype, seen=seen):
        value = ctype()
        value.value = n
        return seen(value, n)

    case(store, name=f"{name}.value")

for name in "byte ubyte short ushort int uint long ulong longlong ulonglong float double".split():
    ctype = SIMPLE[f"c_{name}"]
    if hasattr(clib, f"echo_{name}"):
        case(function(f"echo_{name}", ctype, ctype), name=f"echo_{name}(n)")

for ctype in c_byte, c_ushort, c_int, c_ulonglong, c_float, c_double, c_bool, c_char, c_void_p:
    def called_back(n, ctype=ctype):
        seen = []
        hook, sys.unraisablehook = sys.unraisablehook, lambda info: seen.append(
            (type(info.exc_value).__name__, str(info.exc_value)))
        try:
            result = CFUNCTYPE(ctype)(lambda: n)()
            # When there is no result, CPython returns whatever was there.
            return seen or result
        finally:
            sys.unraisablehook = hook

    case(called_back, name=f"callback of {ctype.__name__}")


@of_numbers(set(NUMBERS) - {"b'1'", "'1'", "None"})
def undeclared(n):
    untyped = clib["echo_longlong"]
    untyped.restype = c_int
    return untyped(n)


@case
def errno(n):
    set_errno(5)
    return set_errno(n), set_errno(0)


for unary in sizeof, alignment, addressof, byref, pointer, _ctypes.buffer_info:
    case(unary, name=unary.__name__)


def outcome(function, number):
    try:
        with warnings.catch_warnings(action="ignore"):
            return repr(function(number)).replace(LIBRARY, "the library")
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        return text.replace(LIBRARY, "the library").replace("\n", " ")


def outcomes(name):
    function, numbers = CASES[name]
    return {number: outcome(function, NUMBERS[number]) for number in NUMBERS if number in numbers}


def lines():
    for name in CASES:
        for number, said in outcomes(name).items():
            yield f"{name}\t{number}\t{said}"


# What is expected of us where CPython 3.14 does something else, and why.
STRICTER = "a field that lies in front of its structure is refused"
DIFFERENT = {
    "field_byte_offset": STRICTER, "field_index": STRICTER,
    "from_buffer_at": "CPython's text counts beyond the largest ssize_t",
    "from_buffer_copy_at": "CPython's text counts beyond the largest ssize_t",
    "string_pointer_to": "CPython tells a size that no bytes object has from one that there is no memory for",
}


@unittest.skipIf(WINDOWS, "`long` has 32 bits there")
class Numbers(TestCase):
    def test_every_number_in_every_place(self):
        with open(EXPECTED, encoding="utf-8") as file:
            expected = file.read().splitlines()
        found = list(lines())
        keys = lambda all: [line.split("\t")[:2] for line in all]
        self.assertEqual(keys(found), keys(expected))
        different = [(ours, theirs) for ours, theirs in zip(found, expected) if ours != theirs]
        if OURS:
            unexplained = [pair for pair in different if pair[0].split("\t")[0] not in DIFFERENT]
            self.assertEqual(unexplained, [])
            self.assertEqual({pair[0].split("\t")[0] for pair in different}, DIFFERENT.keys())


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        with open(EXPECTED, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines())
    else:
        unittest.main()
