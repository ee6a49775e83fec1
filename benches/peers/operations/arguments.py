"""Arguments of every kind, to functions with `argtypes` and without."""

from . import floors
from .row import Row, group, prototype

# A value that `from_param` has to convert costs an object.
CONVERTED = floors.total(floors.ONE, floors.OBJECT)

# argtypes, argument, setup, floor. The function says whether it was given an address.
POINTERS = [
    ("POINTER(c_int)", "byref(n)", "n = c_int()", CONVERTED),
    ("POINTER(c_int)", "pointer(n)", "n = c_int()",
     floors.total(floors.ONE, floors.OBJECT_OF_ONE)),
    ("POINTER(c_int)", "array", "array = (c_int * 4)()", floors.ONE),
    ("POINTER(c_int)", "n", "n = c_int()", floors.ONE),
    ("POINTER(c_int)", "None", "", floors.ONE),
    ("POINTER(P)", "byref(s)", "s = P()", CONVERTED),
    ("POINTER(P)", "p", "p = pointer(P())", floors.ONE),
    ("POINTER(P)", "array", "array = (P * 4)()", floors.ONE),
    ("POINTER(P)", "derived", "class Derived(P): pass\nderived = Derived()", floors.ONE),
    ("POINTER(c_char)", "buffer", "buffer = create_string_buffer(8)", floors.ONE),
    ("POINTER(c_char)", "text", "", floors.ONE),
    ("c_int * 4", "array", "array = (c_int * 4)()", floors.ONE),
    ("c_void_p", "address", "n = c_int()\naddress = addressof(n)", floors.ONE),
    ("c_void_p", "array", "array = (c_int * 4)()", floors.ONE),
    ("c_void_p", "text", "", floors.ONE),
    ("c_void_p", "p", "p = pointer(P())", floors.ONE),
    ("c_void_p", "byref(s)", "s = P()", CONVERTED),
    ("c_void_p", "v", "n = c_int()\nv = c_void_p(addressof(n))", floors.ONE),
    ("c_void_p", "None", "", floors.ONE),
    ("c_char_p", "None", "", floors.ONE),
    ("c_char_p", "buffer", "buffer = create_string_buffer(8)", floors.ONE),
    ("c_char_p", "v", "v = c_char_p(text)", floors.ONE),
    ("c_wchar_p", "buffer", "buffer = create_unicode_buffer(8)", floors.ONE),
    ("c_wchar_p", "v", "v = c_wchar_p(wide)", floors.ONE),
    ("py_object", "slots", "", floors.ONE),
    ("CFUNCTYPE(None)", "function", "function = CFUNCTYPE(None)(('nothing', lib))", floors.ONE),
]


def pointers():
    for argtypes, argument, setup, floor in POINTERS:
        setup = f"{setup}\n{prototype('is_set', 'c_int', argtypes)}"
        yield Row("argument", f"({argtypes}) <- {argument}", setup, f"f({argument})",
                  f"result == {0 if argument == 'None' else 1}", floor)


UNTYPED = [
    ("byref(n)", "n = c_int()", CONVERTED),
    ("p", "p = pointer(P())", floors.ONE),
    ("array", "array = (c_int * 4)()", floors.ONE),
    ("text", "", floors.ONE),
    ("wide", "", floors.ONE),
    ("None", "", floors.ONE),
]


def untyped():
    for argument, setup, floor in UNTYPED:
        setup = f"{setup}\n{prototype('is_set', 'c_int')}"
        yield Row("argument", f"no argtypes <- {argument}", setup, f"f({argument})",
                  f"result == {0 if argument == 'None' else 1}", floor)


CONVERSIONS = group(
    "conversion",
    ("c_int(7) for a c_int", prototype("abs", "c_int", "c_int"), "f(c_i)", "result == 7",
     floors.ONE),
    ("c_int(7), no argtypes", prototype("abs", "c_int"), "f(c_i)", "result == 7", floors.ONE),
    ("an instance of a subclass for a c_int",
     "class Derived(c_int): pass\nderived = Derived(7)\n" + prototype("abs", "c_int", "c_int"),
     "f(derived)", "result == 7", floors.ONE),
    ("a member of an enumeration for a c_int",
     "from enum import IntEnum\nclass Mode(IntEnum): SEVEN = 7\nseven = Mode.SEVEN\n"
     + prototype("abs", "c_int", "c_int"),
     "f(seven)", "result == 7", floors.ONE),
    ("an int for a c_double", prototype("sqrt", "c_double", "c_double"), "f(i)",
     "round(result ** 2) == 7", floors.REAL),
    ("two byref", prototype("set_two", "None", "Int_p, Int_p") + "a, b = c_int(), c_int()",
     "f(byref(a), byref(b))", "(a.value, b.value) == (1, 2)",
     floors.total(floors.TWO, floors.OBJECT, floors.OBJECT)),
    ("_as_parameter_",
     "class Wrapper: pass\nwrapper = Wrapper()\nwrapper._as_parameter_ = 7\n"
     + prototype("abs", "c_int", "c_int"),
     "f(wrapper)", "result == 7", floors.total(floors.ONE, floors.SLOT)),
    ("_as_parameter_, no argtypes",
     "class Wrapper: pass\nwrapper = Wrapper()\nwrapper._as_parameter_ = 7\n"
     + prototype("abs", "c_int"),
     "f(wrapper)", "result == 7", floors.total(floors.ONE, floors.SLOT)),
    ("_as_parameter_ of a pointer",
     "class Wrapper: pass\nwrapper = Wrapper()\nwrapper._as_parameter_ = pointer(P())\n"
     + prototype("is_set", "c_int", "PT"),
     "f(wrapper)", "result == 1", floors.total(floors.ONE, floors.SLOT)),
    ("from_param in Python",
     "class Converter:\n    @classmethod\n    def from_param(cls, value): return value\n"
     + prototype("abs", "c_int", "Converter") + "back_two = partial(Converter.from_param, i)",
     "f(i)", "result == 7", "back_two()"),
    ("snprintf(b, n, f, 5)",
     prototype("snprintf", "c_int", "c_void_p, c_size_t, c_char_p")
     + "b, n, form = create_string_buffer(16), 16, b'%d'",
     "f(b, n, form, 5)", "b.value == b'5'", floors.call_with("b, n, form, 5")),
    ("snprintf, no argtypes",
     "f = lib.snprintf\nb, n, form = create_string_buffer(16), 16, b'%d'",
     "f(b, n, form, 5)", "b.value == b'5'", floors.call_with("b, n, form, 5")),
    ("snprintf of a c_double",
     prototype("snprintf", "c_int", "c_void_p, c_size_t, c_char_p")
     + "b, n, form = create_string_buffer(16), 16, b'%.1f'",
     "f(b, n, form, c_d)", "b.value == b'2.0'", floors.call_with("b, n, form, c_d")),
)

ROWS = [*pointers(), *untyped(), *CONVERSIONS]
