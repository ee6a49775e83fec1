"""ctypes.util: finding libraries, and listing what is loaded."""
import ctypes
import ctypes.util
import os
import sys
import unittest
from ctypes import CDLL

from support import LIBRARY, PY314, TestCase


class FindLibrary(TestCase):
    def test_found(self):
        for name in ("c", "m"):
            found = ctypes.util.find_library(name)
            self.assertIsInstance(found, str)
            self.assertIn(name, os.path.basename(found))
            CDLL(found)

    def test_usable(self):
        libc = CDLL(ctypes.util.find_library("c"))
        self.assertEqual(libc.atoi(b"42"), 42)

    def test_not_found(self):
        self.assertIs(ctypes.util.find_library("no_such_library_anywhere"), None)


@unittest.skipUnless(PY314, "dllist is 3.14's")
@unittest.skipIf(sys.platform == "win32", "loaded from elsewhere")
class ListLibraries(TestCase):
    def test_lists_what_is_loaded(self):
        CDLL(LIBRARY)
        listed = ctypes.util.dllist()
        self.assertIsInstance(listed, list)
        self.assertTrue(all(isinstance(name, str) for name in listed))
        self.assertIn(os.path.basename(LIBRARY), [os.path.basename(name) for name in listed])
        self.assertTrue(any("libc" in name for name in listed))

    def test_twice(self):
        self.assertEqual(ctypes.util.dllist(), ctypes.util.dllist())


if __name__ == "__main__":
    unittest.main()
