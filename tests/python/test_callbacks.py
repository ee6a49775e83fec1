"""C calling Python: every simple result and argument type, pointers, nesting, stored callbacks."""
import gc
import unittest
import warnings
from ctypes import (
    CFUNCTYPE, POINTER, PYFUNCTYPE, Structure, byref, c_bool, c_byte, c_char, c_char_p, c_double,
    c_float, c_int, c_long, c_longdouble, c_longlong, c_short, c_size_t, c_ssize_t, c_ubyte, c_uint,
    c_ulong, c_ulonglong, c_ushort, c_void_p, c_wchar, c_wchar_p, cast, py_object,
)

from support import OURS, WIDE_CHARACTER, TestCase, clib, function

VALUES = {
    "byte": (c_byte, (-128, 0, 127)), "ubyte": (c_ubyte, (0, 255)),
    "short": (c_short, (-2 ** 15, 2 ** 15 - 1)), "ushort": (c_ushort, (0, 65535)),
    "int": (c_int, (-2 ** 31, 2 ** 31 - 1)), "uint": (c_uint, (0, 2 ** 32 - 1)),
    "long": (c_long, (-2 ** 31, 5)), "ulong": (c_ulong, (0, 2 ** 32 - 1)),
    "longlong": (c_longlong, (-2 ** 63, 2 ** 63 - 1)), "ulonglong": (c_ulonglong, (0, 2 ** 64 - 1)),
    "float": (c_float, (0.5, -2.0 ** 100)), "double": (c_double, (0.1, -1e300)),
    "longdouble": (c_longdouble, (0.5, -1e300)), "bool": (c_bool, (False, True)),
    "char": (c_char, (b"\0", b"a", b"\xff")), "wchar": (c_wchar, ("\0", "a", WIDE_CHARACTER)),
    "void_p": (c_void_p, (1, 2 ** 40)), "size_t": (c_size_t, (0, 2 ** 40)),
    "ssize_t": (c_ssize_t, (-5, 2 ** 40)),
}


class EveryType(TestCase):
    def test_argument_and_result(self):
        for name, (ctype, values) in VALUES.items():
            prototype = CFUNCTYPE(ctype, ctype)
            call = function(f"call_{name}", ctype, prototype, ctype)
            seen = []
            callback = prototype(lambda value: (seen.append(value), value)[1])
            for value in values:
                with self.subTest(name, value=value):
                    self.assertEqual(call(callback, value), value)
                    self.assertEqual(seen, [value])
                    self.assertIs(type(seen.pop()), type(value))

    def test_two_arguments(self):
        for name, (ctype, values) in VALUES.items():
            prototype = CFUNCTYPE(ctype, ctype, ctype)
            call = function(f"call_pair_{name}", ctype, prototype, ctype, ctype)
            first, second = values[0], values[-1]
            with self.subTest(name):
                seen = []
                callback = prototype(lambda a, b: (seen.append((a, b)), b)[1])
                self.assertEqual(call(callback, first, second), second)
                self.assertEqual(seen, [(first, second)])

    def test_results_wrap_around(self):
        for name, returned, expected in [("byte", 200, -56), ("ushort", -1, 65535),
                                         ("int", 2 ** 40 + 3, 3), ("longlong", 2 ** 80, 0)]:
            ctype = VALUES[name][0]
            prototype = CFUNCTYPE(ctype, ctype)
            call = function(f"call_{name}", ctype, prototype, ctype)
            self.assertEqual(call(prototype(lambda value: returned), 0), expected)

    def test_no_result(self):
        seen = []
        prototype = CFUNCTYPE(None)
        function("call_nothing", None, prototype)(prototype(lambda: seen.append(1) or "ignored"))
        self.assertEqual(seen, [1])

    def test_null_results(self):
        for ctype in (c_void_p, c_char_p):
            call = function("call_pointer", c_void_p, CFUNCTYPE(ctype))
            self.assertIs(call(CFUNCTYPE(ctype)(lambda: None)), None)

    def test_string_results_leak_and_say_so(self):
        prototype = CFUNCTYPE(c_char_p)
        call = function("call_text", c_char_p, prototype)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.assertEqual(call(prototype(lambda: b"text")), b"text")
        self.assertEqual([(w.category, str(w.message)) for w in caught],
                         [(RuntimeWarning, "memory leak in callback function.")])

    def test_objects(self):
        prototype = CFUNCTYPE(py_object, py_object)
        thing = [1]
        seen = []
        callback = prototype(lambda value: (seen.append(value), value)[1])
        self.assertIs(function("call_py_object", py_object, prototype, py_object)(callback, thing),
                      thing)
        self.assertEqual(seen, [[1]])


class Arguments(TestCase):
    def test_strings(self):
        prototype = CFUNCTYPE(c_int, c_char_p, c_wchar_p)
        seen = []
        callback = prototype(lambda a, b: (seen.append((a, b)), 5)[1])
        self.assertEqual(function("call_with_text", c_int, prototype)(callback), 5)
        self.assertEqual(function("call_with_null_text", c_int, prototype)(callback), 5)
        self.assertEqual(seen, [(b"bytes", "wïde"), (None, None)])

    def test_pointers(self):
        prototype = CFUNCTYPE(c_int, POINTER(c_int))

        def callback(p):
            value = p[0]
            p[0] = value + 1
            p.contents.value *= 2
            return value

        self.assertEqual(function("call_with_pointer", c_int, prototype, c_int)(
            prototype(callback), 10), 10 * 1000 + 22)
        self.assertEqual(function("call_with_null_pointer", c_int, prototype)(
            prototype(lambda p: 1 if p else 0)), 0)

    def test_context(self):
        class Context(Structure):
            _fields_ = [("count", c_int), ("object", py_object)]

        prototype = CFUNCTYPE(c_int, POINTER(Context))
        results = []
        context = Context(5, results)

        def callback(p):
            p.contents.count += 1
            p.contents.object.append("called")
            return p.contents.count

        call = function("call_with_context", c_int, prototype, POINTER(Context))
        self.assertEqual(call(prototype(callback), byref(context)), 6)
        self.assertEqual((context.count, results), (6, ["called"]))

    def test_function_pointers(self):
        unary = CFUNCTYPE(c_int, c_int)
        prototype = CFUNCTYPE(c_int, unary)
        negate = function("negate_int", c_int, c_int)
        call = function("call_with_context", c_int, prototype, unary)
        self.assertEqual(call(prototype(lambda f: f(5)), negate), -5)

    def test_python_calls_its_own_callback(self):
        prototype = CFUNCTYPE(c_int, c_int, c_int)
        add = prototype(lambda a, b: a + b)
        self.assertEqual(add(2, 3), 5)
        self.assertEqual(prototype(cast(add, c_void_p).value)(4, 5), 9)

    def test_pyfunctype(self):
        prototype = PYFUNCTYPE(c_int, c_int)
        self.assertEqual(prototype(lambda v: v + 1)(5), 6)

    def test_any_callable(self):
        class Adder:
            def __init__(self, amount):
                self.amount = amount

            def __call__(self, value):
                return value + self.amount

            def method(self, value):
                return value - self.amount

        prototype = CFUNCTYPE(c_int, c_int)
        for callable_, expected in [(Adder(3), 8), (Adder(3).method, 2), (abs, 5), (int, 5),
                                    (prototype(lambda v: v * 2), 10),
                                    (function("negate_int", c_int, c_int), -5)]:
            self.assertEqual(prototype(callable_)(5), expected)


class Uses(TestCase):
    def test_sort(self):
        prototype = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
        values = [(n * 7919) % 1009 for n in range(200)]
        array = (c_int * len(values))(*values)
        compare = prototype(lambda a, b: a[0] - b[0])
        function("sort_ints", None, POINTER(c_int), c_size_t, prototype)(array, len(array), compare)
        self.assertEqual(array[:], sorted(values))

    def test_stored_callback(self):
        prototype = CFUNCTYPE(c_int, c_int)
        store = function("store_callback", None, prototype)
        call = function("call_stored", c_int, c_int)
        callback = prototype(lambda v: v * 3)
        store(callback)
        gc.collect()
        self.assertEqual([call(n) for n in range(5)], [0, 3, 6, 9, 12])
        self.assertEqual(function("stored_callback", prototype)()(7), 21)
        store(prototype())
        self.assertEqual(call(5), -1)

    def test_table_of_callbacks(self):
        class Operations(Structure):
            _fields_ = [("add", CFUNCTYPE(c_int, c_int, c_int)),
                        ("scale", CFUNCTYPE(c_double, c_double)),
                        ("notify", CFUNCTYPE(None, c_char_p)), ("context", c_void_p)]

        seen = []
        table = Operations(CFUNCTYPE(c_int, c_int, c_int)(lambda a, b: a + b))
        table.scale = CFUNCTYPE(c_double, c_double)(lambda v: v * 1.5)
        run = function("run_operations", c_double, POINTER(Operations), c_int, c_int)
        self.assertEqual(run(byref(table), 2, 4), 9.0)
        table.notify = CFUNCTYPE(None, c_char_p)(seen.append)
        self.assertEqual(run(byref(table), 2, 4), 9.0)
        self.assertEqual(seen, [b"done"])

    def test_many_callbacks(self):
        prototype = CFUNCTYPE(c_int, c_int)
        callbacks = [prototype(lambda v, n=n: v + n) for n in range(500)]
        self.assertEqual([c(1000) for c in callbacks], list(range(1000, 1500)))
        self.assertEqual(len({cast(c, c_void_p).value for c in callbacks}), 500)
        del callbacks[::2]
        gc.collect()
        self.assertEqual([c(0) for c in callbacks], list(range(1, 500, 2)))

    def test_many_calls(self):
        prototype = CFUNCTYPE(c_int, c_int)
        call = function("call_times", c_int, prototype, c_int)
        self.assertEqual(call(prototype(lambda n: n & 1), 20_000), 10_000)


class Nesting(TestCase):
    def test_python_c_python_c(self):
        prototype = CFUNCTYPE(c_int, c_int)
        descend = function("descend", c_int, prototype, c_int)
        seen = []

        @prototype
        def callback(depth):
            seen.append(depth)
            return depth + descend(callback, depth)

        self.assertEqual(descend(callback, 20), sum(range(20)))
        self.assertEqual(seen, list(range(19, -1, -1)))

    def test_callback_deletes_itself_while_running(self):
        prototype = CFUNCTYPE(c_int, c_int)
        cell = []

        def body(value):
            cell.clear()
            gc.collect()
            return value + 1

        cell.append(prototype(body))
        call = function("call_times", c_int, prototype, c_int)
        self.assertEqual(call(cell[0], 1), 1)

    def test_callback_changes_the_calling_function(self):
        prototype = CFUNCTYPE(c_int, c_int)
        call = clib["call_times"]
        call.argtypes = [prototype, c_int]

        @prototype
        def callback(value):
            call.argtypes = None
            call.restype = c_double
            call.errcheck = lambda result, func, arguments: ("checked", result)
            return 4

        result = call(callback, 2)
        self.assertIn(result, (8, ("checked", 8)))


class TypesThatAreNotFinal(TestCase):
    """The C side of a call is settled when it begins, of a callback when that is made."""

    def derived(self):
        class Base(Structure):
            _fields_ = [("x", c_longlong)]

        class Derived(Base):
            pass

        return Derived

    @unittest.skipUnless(OURS, "CPython reads beyond the result")
    def test_result(self):
        derived = self.derived()
        refused = []

        def callback():
            try:
                derived._fields_ = [("big", c_char * 4096)]
            except AttributeError as error:
                refused.append(str(error))
            return 7

        function = CFUNCTYPE(c_longlong)(callback)
        prototype = CFUNCTYPE(derived)
        self.assertEqual(prototype(cast(function, c_void_p).value)().x, 7)
        self.assertEqual(refused, ["_fields_ is final"])

    @unittest.skipUnless(OURS, "CPython reads beyond the argument")
    def test_callback_argument(self):
        derived = self.derived()
        CFUNCTYPE(None, derived)(print)
        with self.assertRaisesRegex(AttributeError, "_fields_ is final"):
            derived._fields_ = [("big", c_char * 4096)]

    def test_result_of_the_other_byte_order(self):
        class Int(int):
            pass

        for value in (1, Int(1), True):
            function = CFUNCTYPE(c_int.__ctype_be__)(lambda: value)
            address = cast(function, c_void_p).value
            self.assertEqual(CFUNCTYPE(c_int)(address)(), 0x1000000)


if __name__ == "__main__":
    unittest.main()
