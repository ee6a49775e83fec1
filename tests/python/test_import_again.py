"""Importing the module again, as programs do that run tests of their own."""
import gc
import importlib
import sys
import unittest

from support import OURS, TestCase, clib


def fresh():
    """Imports `_ctypes` and `ctypes` anew, and lets everybody else have the old ones."""
    old = {name: module for name, module in sys.modules.items()
           if name == "_ctypes" or name == "ctypes" or name.startswith("ctypes.")}
    for name in old:
        del sys.modules[name]
    try:
        return importlib.import_module("ctypes")
    finally:
        sys.modules.update(old)


class Again(TestCase):
    @unittest.skipUnless(OURS, "the hooks are ours")
    def test_hooks_are_there_once(self):
        callbacks, add = len(gc.callbacks), sys.addaudithook
        for _ in range(5):
            fresh()
        self.assertEqual(len(gc.callbacks), callbacks)
        self.assertIs(sys.addaudithook, add)

    @unittest.skipUnless(OURS, "CPython's types are not those of the module that is there already")
    def test_both_work(self):
        again = fresh()
        call = again.CFUNCTYPE(again.c_int, again.CFUNCTYPE(again.c_int, again.c_int), again.c_int)
        call = call(("call_int", again.CDLL(clib._name)))
        self.assertEqual(call(call.argtypes[0](lambda value: value + 1), 4), 5)
        self.assertEqual(clib.negate_int(3), -3)
        self.assertIs(again.POINTER(again.c_int), again.POINTER(again.c_int))


if __name__ == "__main__":
    unittest.main()
