"""What is checked of a batch in one library: layouts, bit fields, calls, callbacks."""

import ctypes

from batch import answered, is_scalar, is_simple
from scalars import SCALARS
from values import Values

# What memory holds before C or Python code writes to it.
UNTOUCHED = 0xA5
FUNCTION = ctypes.CFUNCTYPE(None)


class Difference(Exception):
    """What is not as the C compiler has it."""


class Refused(Exception):
    """An exception where a value was expected."""


def little(data):
    return int.from_bytes(bytes(data), "little")


class Checks:
    """The checks of one batch in one library."""

    def __init__(self, batch, classes, library, random):
        self.batch = batch
        self.library = library
        self.random = random
        self.values = Values(batch, classes, random)
        self.arguments = (ctypes.c_ubyte * (1 << 14)).in_dll(library, "arguments")
        self.result = (ctypes.c_ubyte * (1 << 10)).in_dll(library, "result")
        self.derived = {}

    # Layouts

    def layout(self, aggregate):
        """Size, alignment and offsets."""
        cls = self.values.python(aggregate.name)
        plain = [field for field in aggregate.fields if not field.bits]
        places = (ctypes.c_size_t * (2 + len(plain)))()
        self.library[f"layout_{aggregate.name}"](places)
        ours = [ctypes.sizeof(cls), ctypes.alignment(cls),
                *(getattr(cls, field.name).offset for field in plain)]
        names = ["sizeof", "alignment", *(f"offset of {field.name}" for field in plain)]
        for name, found, expected in zip(names, ours, places):
            if found != expected:
                raise Difference(f"{name} is {found}, C has {expected}")

    def bit_fields(self, aggregate):
        """What C stores in a bit field is where Python code stores it, and reads the same."""
        cls = self.values.python(aggregate.name)
        fields = [field for field in aggregate.fields if field.bits]
        if not fields:
            return
        put, take = self.library[f"set_{aggregate.name}"], self.library[f"get_{aggregate.name}"]
        put.argtypes = [ctypes.POINTER(cls), ctypes.c_int, ctypes.c_longlong]
        take.argtypes, take.restype = [ctypes.POINTER(cls), ctypes.c_int], ctypes.c_longlong
        size = ctypes.sizeof(cls)
        for index, field in enumerate(fields):
            for value in (-1, 1, self.random.getrandbits(64)):
                for before in (0, 255, None):
                    memory = self.random.randbytes(size) if before is None else bytes([before]) * size
                    by_c, by_python = cls.from_buffer_copy(memory), cls.from_buffer_copy(memory)
                    put(by_c, index, value)
                    setattr(by_python, field.name, value)
                    if bytes(by_c) != bytes(by_python):
                        raise Difference(f"{field.name} = {value} in {memory.hex()} makes "
                                         f"{bytes(by_python).hex()}, in C {bytes(by_c).hex()}")
                    read, expected = getattr(by_c, field.name), take(by_c, index)
                    if (read - expected) % 2 ** 64:
                        raise Difference(f"{field.name} of {bytes(by_c).hex()} is {read}, in C {expected}")

    # Calls

    def call(self, signature):
        """Python code calls C."""
        function = self.library[f"call_{signature.name}"]
        given = [self.values.some(type) for type in signature.parameters]
        passed = [self.argument(type, value, signature.declared)
                  for type, value in zip(signature.parameters, given)]
        returned, expected = self.prepare_result(signature, function)
        if signature.declared:
            count = len(passed) if signature.fixed is None else signature.fixed
            function.argtypes = list(map(self.values.python, signature.parameters[:count]))
            passed[count:] = [self.instance(type, value) for type, value in
                              list(zip(signature.parameters, given))[count:]]
        try:
            got = function(*passed)
        except (ctypes.ArgumentError, TypeError, RuntimeError) as error:
            raise Refused(f"{error.__class__.__name__}: {error}") from None
        self.compare_arguments(signature, given)
        if returned is not None:
            self.compare(signature.result, returned, got, expected, "the result")

    def prepare_result(self, signature, function):
        """Sets `restype` and what the function is to return: the class and the value."""
        ctypes.memset(self.arguments, UNTOUCHED, ctypes.sizeof(self.arguments))
        if signature.result == "void":
            function.restype = None
            return None, None
        cls = self.values.python(signature.result)
        expected = self.values.some(signature.result)
        memory = self.noisy(signature.result, expected)
        # Results that C narrows have something above them.
        self.result[:16] = self.random.randbytes(16)
        self.result[:len(memory)] = memory
        if is_simple(signature.result) and self.random.random() < 0.3:
            cls = self.derived_from(signature.result)
        function.restype = cls
        return cls, expected

    def derived_from(self, name):
        """A class of a scalar whose results and arguments stay instances."""
        if name not in self.derived:
            cls = self.values.python(name)
            self.derived[name] = cls.__class__(f"Derived_{cls.__name__}", (cls,), {})
        return self.derived[name]

    def noisy(self, type, value):
        """The bytes of a value, with whatever in the bits that mean nothing."""
        size = self.values.size(type)
        return (self.random.getrandbits(8 * size) & ~self.values.mask(type) | value).to_bytes(size, "little")

    def instance(self, type, value):
        return self.values.python(type).from_buffer_copy(self.noisy(type, value))

    def argument(self, type, value, declared):
        """A value as it is passed: what Python code has for it, or an instance."""
        instance = self.instance(type, value)
        if not is_scalar(type) or not declared or self.random.random() < 0.3:
            return instance
        if SCALARS[type].kind in ("string", "address") and type != "void *":
            return instance
        return instance.value

    def compare_arguments(self, signature, given):
        at = 0
        for index, (type, value) in enumerate(zip(signature.parameters, given)):
            if is_scalar(type) and SCALARS[type].is_widened:
                size, mask = 8, (1 << 64) - 1
                value = self.values.widened(type, value)
            else:
                size, mask = self.values.size(type), self.values.mask(type)
            found = little(self.arguments[at:at + size])
            if (found ^ value) & mask:
                raise Difference(f"argument {index} arrives as {found & mask:#x}, it was {value:#x}")
            at += (size + 15) // 16 * 16

    def compare(self, type, cls, got, expected, what):
        """A Python object from C against the value that C had."""
        if not hasattr(got, "_b_needsfree_"):
            # A plain object. Zeros have signs.
            wanted = cls.from_buffer_copy(expected.to_bytes(ctypes.sizeof(cls), "little")).value
            if repr(got) != repr(wanted):
                raise Difference(f"{what} is {got!r}, it was {wanted!r}")
            return
        if not isinstance(got, cls):
            raise Difference(f"{what} is {got!r}, no {cls.__name__}")
        found = little(got) & self.values.mask(type)
        if found != expected:
            raise Difference(f"{what} is {found:#x}, it was {expected:#x}")

    # Callbacks

    def back(self, signature):
        """C calls Python code."""
        result = answered(signature.result)
        has_result = result != "void"
        expected = self.values.some(result) if has_result else 0
        answer = self.instance(result, expected) if has_result else None
        if is_scalar(result):
            answer = answer.value
        classes = [self.parameter(type) for type in signature.parameters]
        given = self.prepare_arguments(signature)
        outcome = []

        def callback(*arguments):
            try:
                for index, each in enumerate(zip(signature.parameters, classes, arguments, given)):
                    self.compare(*each, f"argument {index}")
                outcome.append(len(arguments))
            except Exception as error:
                outcome.append(error)
            return answer

        if is_scalar(signature.result) and not is_simple(signature.result):
            self.expect_no_result(signature.result, classes, callback)
        function = self.function(self.values.python(result) if has_result else None, classes, callback)
        drive = self.library[f"back_{signature.name}"]
        drive.restype, drive.argtypes = None, [function.__class__]
        drive(function)
        if len(outcome) != 1:
            raise Difference(f"the callback ran {len(outcome)} times")
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        if outcome[0] != len(given):
            raise Difference(f"{outcome[0]} arguments arrive")
        if has_result:
            self.compare_result(result, expected)

    def prepare_arguments(self, signature):
        """Writes arguments to where C takes them from."""
        given = [self.values.some(type) for type in signature.parameters]
        memory = bytearray()
        for type, value in zip(signature.parameters, given):
            memory += self.noisy(type, value)
            memory += bytes(-len(memory) % 16)
        self.arguments[:len(memory)] = memory
        ctypes.memset(self.result, UNTOUCHED, ctypes.sizeof(self.result))
        return given

    def function(self, restype, classes, callback):
        try:
            return ctypes.CFUNCTYPE(restype, *classes)(callback)
        except TypeError as error:
            raise Refused(f"{error.__class__.__name__}: {error}") from None

    def expect_no_result(self, result, classes, callback):
        """No callback returns a pointer, as in CPython."""
        try:
            self.function(self.values.python(result), classes, callback)
        except Refused as error:
            if str(error) == "TypeError: invalid result type for callback function":
                return
            raise
        raise Difference(f"a callback that returns {result} is not refused")

    def parameter(self, type):
        if is_simple(type) and SCALARS[type].kind != "string" and self.random.random() < 0.3:
            return self.derived_from(type)
        return self.values.python(type)

    def compare_result(self, type, expected):
        size, mask = self.values.size(type), self.values.mask(type)
        if is_scalar(type) and SCALARS[type].is_widened:
            size, mask = 8, (1 << 64) - 1
            expected = self.values.widened(type, expected)
        found = little(self.result[:size]) & mask
        if found != expected:
            raise Difference(f"C is returned {found:#x}, it was {expected:#x}")
