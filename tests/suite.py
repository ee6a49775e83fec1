"""The Python tests in one process, for memory checkers: under one, starting an interpreter takes longer than
the tests.

    suite.py CHECKER [MODULE ...]   # of all modules, or of those alone
"""

import os
import sys
import unittest

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "python")

# These add audit hooks, for good; while there is one, some calls are made in other ways.
HOOKING = ["test_audit_events", "test_between_check_and_use", "test_control_flow"]
# What cannot pass under a checker, and why. Anything else that fails here fails the run.
LARGE_FRAMES = "AddressSanitizer's frames are large: it takes minutes, or there is no room left where it looks"
FORKED = "what the threads that a forked child does not have held is leaked in it, which changes its exit status"
EXCEPTIONS = {"address": {
    "test_deep_recursion.MainThread.test_endless": LARGE_FRAMES,
    "test_deep_recursion.MainThread.test_hook_without_room": LARGE_FRAMES,
    "test_deep_recursion.SmallStacks.test_threads": LARGE_FRAMES,
    "test_foreign_threads.Fork.test_child_goes_on": FORKED,
    "test_foreign_threads.Fork.test_child_is_there": FORKED,
    "test_loader_between_threads.Loader.test_forked_while_a_library_is_being_opened": FORKED,
    "test_panics.Panics.test_under_more_of_them":
        "the panic ends the process with all that it has, and LeakSanitizer's exit status",
    "test_at_exit.Threads.test_even_if_nothing_is_left_to_be_called_at_exit":
        "leaves threads of C's running, which hold memory that LeakSanitizer does not see them hold",
}, "thread": {}, "valgrind": {
    "test_deep_recursion.MainThread.test_hook_without_room": "there is more room at the end of Valgrind's stack",
    "test_long_double.LongDouble.test_bits_survive_between_c_calls":
        "Valgrind computes long double with the precision of a double",
    "test_long_double.Bits.test_rounding_of_results":
        "Valgrind computes long double with the precision of a double",
    "test_long_double.Bits.test_nan_through_c":
        "Valgrind computes long double with the precision of a double, and one kind of NaN",
    "test_vectorize_numbers.Exact.test_long_double":
        "Valgrind computes long double with the precision of a double",
    "test_hostile_values.EveryCombination.test_calls":
        "passes doubles to C that looks for its argument in an integer register",
}}


def tests(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests(item)
        else:
            yield item


sys.path.insert(0, DIRECTORY)
checker, *given = sys.argv[1:]
exceptions = EXCEPTIONS[checker]
names = given or sorted(name[:-3] for name in os.listdir(DIRECTORY)
                               if name.startswith("test_") and name.endswith(".py")
                               and (os.name == "nt" or not name.startswith("test_windows_")))
found, passed, ran = set(), True, 0
for group in [name for name in names if name not in HOOKING], [name for name in names if name in HOOKING]:
    loaded = {test.id(): test for test in tests(unittest.defaultTestLoader.loadTestsFromNames(group))}
    suite = unittest.TestSuite(test for name, test in loaded.items() if name not in exceptions)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    found.update(loaded)
    passed &= result.wasSuccessful()
    ran += result.testsRun
if not given and not exceptions.keys() <= found:
    sys.exit(f"no such test: {sorted(exceptions.keys() - found)}")
sys.exit(not (passed and ran))
