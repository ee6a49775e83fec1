"""Structures and unions by value: arguments, results and callback arguments of every ABI class.

The types are those of tests/clib/structs.h, each of which goes through the same functions there.
"""
import unittest
from ctypes import (
    CFUNCTYPE, POINTER, ArgumentError, Array, Structure, Union, addressof, alignment, byref, c_bool,
    c_char, c_char_p, c_double, c_float, c_int, c_int8, c_int16, c_int32, c_int64, c_longdouble,
    c_longlong, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p, c_wchar, sizeof,
)

from support import OURS, TestCase, function

TYPES = {}
TEXTS = [b"even text", b"odd text"]  # a copy of a pointer does not keep its target alive


def declare(base, **types):
    for name, fields in types.items():
        named = [(field, TYPES.get(ctype, ctype) if isinstance(ctype, str) else ctype)
                 for field, ctype in zip("abcdef", fields)]
        TYPES[name] = type(base)(name, (base,), {"_fields_": named})
    return TYPES


T = declare(
    Structure,
    # INTEGER
    i8=[c_int8], i8x2=[c_int8] * 2, i8x3=[c_int8] * 3, i16i8=[c_int16, c_int8], i32=[c_int32],
    i8i32=[c_int8, c_int32], u32x3=[c_uint32] * 3, i64=[c_int64], i64i8=[c_int64, c_int8],
    i64x2=[c_int64, c_uint64], ptr_int=[c_char_p, c_int32], bool_wchar=[c_bool, c_wchar, c_bool],
    bytes5=[c_uint8 * 5], bytes7=[c_uint8 * 7], bytes9=[c_uint8 * 9], bytes15=[c_uint8 * 15],
    bytes16=[c_uint8 * 16], shorts_chars=[c_int16 * 3, c_char * 3],
    # SSE
    f32=[c_float], f32x2=[c_float] * 2, f32x3=[c_float] * 3, f32x4=[c_float * 4], f64=[c_double],
    f64x2=[c_double] * 2, f64f32=[c_double, c_float], f32f64=[c_float, c_double],
    f64_array=[c_double * 2],
    # both
    i32f32=[c_int32, c_float], f32i32=[c_float, c_int32], i64f64=[c_int64, c_double],
    f64i64=[c_double, c_int64], f32x2i32=[c_float, c_float, c_int32], i8f64=[c_int8, c_double],
    f64i8=[c_double, c_int8], i16f32f64=[c_int16, c_float, c_double],
    f32x2_bytes=[c_float * 2, c_uint8 * 5],
    # MEMORY
    bytes17=[c_uint8 * 17], i64x3=[c_int64] * 3, f64x3=[c_double] * 3, f32x5=[c_float * 5],
    bytes31=[c_uint8 * 31], bytes32=[c_uint8 * 32], f64x4=[c_double] * 4, i64x5=[c_int64 * 5],
    bytes64=[c_uint8 * 64], bytes65=[c_uint8 * 65], f64x16=[c_double * 16],
    mixed_big=[c_int8, c_double, c_int16, c_float, c_void_p, c_uint8 * 3],
    # X87
    f80=[c_longdouble], f80i32=[c_longdouble, c_int32],
)


class Padded(Structure):
    _align_ = 16
    _fields_ = [("a", c_double)]


TYPES["padded"] = Padded
declare(Structure, nested_small=["i16i8", "f32"], nested_pair=["f32x2", "i8i32"],
        nested_array=[T["i8x2"] * 3, c_int16], nested_floats=[T["f32"] * 2, "f32x2"])
declare(Structure, nested_deep=["nested_small", c_int32],
        nested_big=["nested_pair", "i64x3", c_float])
STRUCTURES = list(TYPES)

declare(Union, u_i32_u8=[c_int32, c_uint8], u_i64_i32=[c_int64, c_int32],
        u_f64_f32=[c_double, c_float], u_i64_f64=[c_int64, c_double], u_f32_i32=[c_float, c_int32],
        u_bytes16=[c_uint8 * 16, c_double], u_bytes_f80=[c_uint8 * 16, c_longdouble], u_pair=["f64x2", "i64x2"], u_floats=["f64x2", "f32x4"],
        u_big=["i64x3", c_uint8 * 20])
declare(Structure, tagged=[c_int32, "u_f32_i32"], tagged_wide=[c_int32, "u_i64_f64"])
UNIONS = [name for name in TYPES if name not in STRUCTURES]


def fill(cell, seed):
    """Distinct values in every leaf; of a union, in its first field."""
    ctype = type(cell)
    if isinstance(cell, Array):
        for i in range(len(cell)):
            seed = store(cell, i, ctype._type_, seed, cell.__setitem__, cell.__getitem__)
        return seed
    for name, field in ctype._fields_[:1 if isinstance(cell, Union) else None]:
        seed = store(cell, name, field, seed, lambda n, v: setattr(cell, n, v),
                     lambda n: getattr(cell, n))
    return seed


def store(cell, key, ctype, seed, write, read):
    seed = (seed * 37 + 11) % 251
    if ctype in (c_char, c_char * 3):
        write(key, bytes([65 + seed % 26]))
    elif issubclass(ctype, (Structure, Union, Array)):
        return fill(read(key), seed)
    elif ctype is c_char_p:
        write(key, TEXTS[seed % 2])
    elif ctype is c_wchar:
        write(key, chr(0x20AC + seed))
    elif ctype is c_bool:
        write(key, True)
    elif ctype in (c_float, c_double, c_longdouble):
        write(key, seed - 100.5)
    else:
        write(key, -seed if seed % 2 else seed)
    return seed


def values(cell):
    if isinstance(cell, Array):
        return [values(item) for item in cell]
    if isinstance(cell, Union):
        return bytes(cell)
    if isinstance(cell, Structure):
        return [values(getattr(cell, name)) for name, _ in cell._fields_]
    return cell


def sample(name, seed):
    cell = TYPES[name]()
    fill(cell, seed)
    return cell


# What libffi 3.4 has wrong, and CPython with it: a struct of one long double is returned in an x87
# register, and a mixed struct that takes the last integer register must not overwrite the next.
WRONG_IN_LIBFFI = {
    "test_result": {"f80"}, "test_argument_and_result": {"f80"}, "test_among_scalars": {"f80"},
    "test_registers_run_out": {"f80", "i64f64", "i8f64", "i16f32f64"},
}


# What its closures have wrong, which make our callbacks too: they look for an eightbyte that is padding
# alone in an integer register.
WRONG_IN_CLOSURES = {"test_callback_arguments_among_scalars": {"padded"}}


def for_each_type(check):
    def test(self):
        for name in self.names:
            if name in WRONG_IN_CLOSURES.get(check.__name__, ()):
                continue
            if OURS or name not in WRONG_IN_LIBFFI.get(check.__name__, ()):
                with self.subTest(name):
                    check(self, name, TYPES[name])

    return test


class Aggregates:
    """The checks, once for structures and once for unions."""

    def same(self, actual, expected):
        self.assertIs(type(actual), type(expected))
        self.assertEqual(values(actual), values(expected))

    @for_each_type
    def test_declarations_match(self, name, ctype):
        self.assertEqual(sizeof(ctype), function(f"sizeof_{name}", c_size_t)())
        self.assertEqual(alignment(ctype), function(f"alignof_{name}", c_size_t)())

    @for_each_type
    def test_result(self, name, ctype):
        cell = sample(name, 1)
        self.same(function(f"load_{name}", ctype, POINTER(ctype))(byref(cell)), cell)

    @for_each_type
    def test_argument(self, name, ctype):
        cell, copy = sample(name, 2), ctype()
        function(f"store_{name}", None, ctype, POINTER(ctype))(cell, byref(copy))
        self.same(copy, cell)

    @for_each_type
    def test_argument_and_result(self, name, ctype):
        cell = sample(name, 3)
        echo = function(f"echo_{name}", ctype, ctype)
        result = echo(cell)
        self.same(result, cell)
        self.assertNotEqual(addressof(result), addressof(cell))
        self.same(echo(sample(name, 4)), sample(name, 4))
        self.same(result, cell)

    @for_each_type
    def test_among_scalars(self, name, ctype):
        pick = function(f"pick_{name}", ctype, c_int, ctype, c_double, ctype, c_int64)
        first, second = sample(name, 5), sample(name, 6)
        self.same(pick(1, first, 0.5, second, 2), first)
        self.same(pick(1, first, 0.5, second, -2), second)

    @for_each_type
    def test_registers_run_out(self, name, ctype):
        edge = function(f"edge_{name}", ctype, *[c_int] * 5, *[c_double] * 7, ctype, ctype,
                        c_int)
        first, second = sample(name, 7), sample(name, 8)
        self.same(edge(*range(1, 13), first, second, 0), first)
        self.same(edge(*range(1, 13), first, second, 1), second)

    @for_each_type
    def test_callback_argument(self, name, ctype):
        prototype = CFUNCTYPE(c_longlong, ctype)
        seen = []

        def callback(cell):
            seen.append(cell)
            return 2 ** 40 + len(seen)

        cell = sample(name, 9)
        call = function(f"call_{name}", c_longlong, prototype, POINTER(ctype))
        closure = prototype(callback)
        self.assertEqual(call(closure, byref(cell)), 2 ** 40 + 1)
        call(closure, byref(sample(name, 10)))
        self.same(seen[0], cell)  # what the callback was given outlives it
        self.same(seen[1], sample(name, 10))

    @for_each_type
    def test_callback_arguments_among_scalars(self, name, ctype):
        prototype = CFUNCTYPE(c_longlong, c_int, ctype, c_double, ctype, c_longlong)
        seen = []

        def callback(*arguments):
            seen.extend(arguments)
            return 5

        call = function(f"call_mixed_{name}", c_longlong, prototype, POINTER(ctype),
                        POINTER(ctype))
        first, second = sample(name, 11), sample(name, 12)
        self.assertEqual(call(prototype(callback), byref(first), byref(second)), 5)
        self.assertEqual((seen[0], seen[2], seen[4]), (1, 2.5, 3))
        self.same(seen[1], first)
        self.same(seen[3], second)


class Structures(Aggregates, TestCase):
    names = STRUCTURES


# CPython tells libffi of a union's fields as if they followed each other.
@unittest.skipUnless(OURS, "CPython gets the classes of unions wrong")
class Unions(Aggregates, TestCase):
    names = UNIONS


class SeenByC(TestCase):
    def test_fields(self):
        T = TYPES
        self.assertEqual(function("sum_f32x3", c_float, T["f32x3"])(T["f32x3"](1, 2, 3.5)), 6.5)
        big = T["mixed_big"](1, 2.5, 3, 4.5, 1, (5, 6, 7))
        self.assertEqual(function("sum_mixed_big", c_double, T["mixed_big"])(big), 30)
        nested = T["nested_big"](((1, 2), (3, 4)), (5, 6, 7), 8)
        self.assertEqual(function("sum_nested_big", c_double, T["nested_big"])(nested), 36)

    def test_made_in_c(self):
        made = function("make_f64x3", TYPES["f64x3"], *[c_double] * 3)(1.5, 2.5, 3.5)
        self.assertEqual(values(made), [1.5, 2.5, 3.5])
        made = function("make_i8x3", TYPES["i8x3"], *[c_int8] * 3)(-1, 2, -3)
        self.assertEqual(values(made), [-1, 2, -3])

    def test_callee_gets_a_copy(self):
        original = TYPES["i64x3"](1, 2, 3)
        result = function("echo_i64x3", TYPES["i64x3"], TYPES["i64x3"])(original)
        result.a = 100
        self.assertEqual(original.a, 1)

    def test_subclass_instances_are_accepted(self):
        class Derived(TYPES["i64x2"]):
            pass

        result = function("echo_i64x2", TYPES["i64x2"], TYPES["i64x2"])(Derived(1, 2))
        self.assertEqual(values(result), [1, 2])
        self.assertIs(type(result), TYPES["i64x2"])

    def test_refuses(self):
        echo = function("echo_i64x2", TYPES["i64x2"], TYPES["i64x2"])
        for wrong in ((1, 2), 5, None, TYPES["f64x2"](), (c_int64 * 2)()):
            self.assertError(ArgumentError, "argument 1: TypeError: expected i64x2 instance "
                             f"instead of {type(wrong).__name__}", echo, wrong)

    def test_as_parameter(self):
        class Holder:
            _as_parameter_ = TYPES["i64x2"](5, 6)

        self.assertEqual(values(function("echo_i64x2", TYPES["i64x2"], TYPES["i64x2"])(Holder())),
                         [5, 6])


if __name__ == "__main__":
    unittest.main()
