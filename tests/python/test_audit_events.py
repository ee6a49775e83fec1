"""The audit events of the ctypes package and of its module."""
import _ctypes
import ctypes
import sys
import unittest
from ctypes import (
    CDLL, CFUNCTYPE, addressof, byref, c_int, c_int32, c_void_p, cast, create_string_buffer,
    create_unicode_buffer, get_errno, memmove, pointer, resize, set_errno, sizeof, string_at,
    wstring_at,
)

from support import LIBRARY, PY314, TestCase, clib, on_unix

events = None


def hook(event, arguments):
    if events is not None and event.startswith("ctypes."):
        events.append((event[len("ctypes."):], arguments))


sys.addaudithook(hook)  # for good: a hook cannot be removed


class Audit(TestCase):
    def check(self, function, *expected):
        """`function()` raises these events; before 3.14 calls themselves raised none."""
        global events
        events = seen = []
        try:
            function()
        finally:
            events = None
        if not PY314:
            expected = [e for e in expected if e[0] != "call_function"]
        self.assertEqual(seen, list(expected))

    @on_unix
    def test_libraries(self):
        self.check(lambda: CDLL(LIBRARY), ("dlopen", (LIBRARY,)))
        self.check(lambda: CDLL(None), ("dlopen", (None,)))
        self.check(lambda: _ctypes.dlopen(LIBRARY, 2), ("dlopen", (LIBRARY,)))

        def missing():
            with self.assertRaises(OSError):
                _ctypes.dlopen("no_such_library.so")

        self.check(missing, ("dlopen", ("no_such_library.so",)))

    @on_unix
    def test_symbols(self):
        self.check(lambda: clib["negate_int"], ("dlsym", (clib, "negate_int")))
        self.check(lambda: CFUNCTYPE(None)(("negate_int", clib)), ("dlsym", (clib, "negate_int")))
        self.check(lambda: _ctypes.dlsym(clib._handle, "negate_int"),
                   ("dlsym/handle", (clib._handle, "negate_int")))
        variable = addressof(c_int.in_dll(clib, "global_int"))
        self.check(lambda: c_int.in_dll(clib, "global_int"), ("dlsym", (clib, "global_int")),
                   ("cdata", (variable,)))

        def missing():
            with self.assertRaises(AttributeError):
                clib["no_such_function"]

        self.check(missing, ("dlsym", (clib, "no_such_function")))

    def test_calls(self):
        negate = clib["negate_int"]
        address = cast(negate, c_void_p).value
        self.check(lambda: negate(5), ("call_function", (address, (5,))))
        negate.argtypes = [c_int]
        self.check(lambda: negate(6), ("call_function", (address, (6,))))
        callback = CFUNCTYPE(c_int)(lambda: 1)
        self.check(callback, ("call_function", (cast(callback, c_void_p).value, ())))

    @on_unix
    def test_raw_calls(self):
        address = _ctypes.dlsym(clib._handle, "negate_int")
        for call in (_ctypes.call_function, _ctypes.call_cdeclfunction):
            global events
            events = seen = []
            call(address, (5,))
            events = None
            self.assertEqual(seen, [("call_function", (address, (5,)))])

    def test_addresses(self):
        buffer = create_string_buffer(b"abcdefgh")
        address = addressof(buffer)
        self.check(lambda: addressof(buffer), ("addressof", (buffer,)))
        self.check(lambda: c_int.from_address(address), ("cdata", (address,)))
        for thing in (lambda: byref(buffer), lambda: pointer(buffer), lambda: sizeof(buffer)):
            self.check(thing)

    def test_buffers(self):
        data = bytearray(8)
        address = addressof(c_int.from_buffer(data))
        self.check(lambda: c_int32.from_buffer(data), ("cdata/buffer", (address, 8, 0)),
                   ("cdata", (address,)))
        self.check(lambda: c_int32.from_buffer(data, 4), ("cdata/buffer", (address, 8, 4)),
                   ("cdata", (address + 4,)))
        source = (c_int32 * 2)()
        self.check(lambda: c_int32.from_buffer_copy(source, 4),
                   ("cdata/buffer", (addressof(source), 8, 4)))
        self.check(lambda: create_string_buffer(3), ("create_string_buffer", (None, 3)))
        self.check(lambda: create_string_buffer(b"x", 5), ("create_string_buffer", (b"x", 5)))
        self.check(lambda: create_unicode_buffer("x"), ("create_unicode_buffer", ("x", 2)))
        self.check(lambda: resize(source, 100))

    def test_memory_access(self):
        text, wide = create_string_buffer(b"abc"), create_unicode_buffer("abc")
        for reader, source, name in [(string_at, text, "string_at"), (wstring_at, wide,
                                                                      "wstring_at")]:
            entry = cast(getattr(ctypes, f"_{name}"), c_void_p).value
            self.check(lambda: reader(source, 2), ("call_function", (entry, (source, 2))),
                       (name, (addressof(source), 2)))
        entry = cast(memmove, c_void_p).value
        self.check(lambda: memmove(text, b"x", 1), ("call_function", (entry, (text, b"x", 1))))

    @unittest.skipUnless(PY314, "memoryview_at is 3.14's")
    def test_memoryview_at(self):
        text = create_string_buffer(b"abc")
        entry = cast(ctypes._memoryview_at, c_void_p).value
        self.check(lambda: ctypes.memoryview_at(text, 2, True),
                   ("call_function", (entry, (text, 2, True))),
                   ("memoryview_at", (addressof(text), 2, 1)))

    def test_errno(self):
        self.check(get_errno, ("get_errno", ()))
        self.check(lambda: set_errno(0), ("set_errno", (0,)))

    def test_objects(self):
        thing = [1]
        self.check(lambda: _ctypes.PyObj_FromPtr(id(thing)), ("PyObj_FromPtr", (thing,)))


class Refusal(TestCase):
    def test_a_hook_that_raises_stops_the_operation(self):
        def attempt(event, operation):
            global refused
            refused = event
            try:
                self.assertError(RuntimeError, event, operation)
            finally:
                refused = None

        negate = clib["negate_int"]
        attempt("ctypes.dlopen", lambda: CDLL(LIBRARY))
        attempt("ctypes.dlsym", lambda: clib["negate_int"])
        attempt("ctypes.addressof", lambda: addressof(c_int()))
        attempt("ctypes.cdata/buffer", lambda: c_int.from_buffer(bytearray(4)))
        attempt("ctypes.string_at", lambda: string_at(b"x"))
        attempt("ctypes.set_errno", lambda: set_errno(5))
        if PY314:
            attempt("ctypes.call_function", lambda: negate(5))
        self.assertEqual(negate(5), -5)


refused = None


def refusing_hook(event, arguments):
    if event == refused:
        raise RuntimeError(event)


sys.addaudithook(refusing_hook)

if __name__ == "__main__":
    unittest.main()
