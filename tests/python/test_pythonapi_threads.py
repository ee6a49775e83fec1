"""`ctypes.pythonapi`: threads, attached and detached, and what other threads are asked to do."""
import ctypes
import gc
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from ctypes import CDLL, CFUNCTYPE, PYFUNCTYPE, PyDLL, c_int, c_ulong, c_void_p, py_object

from support import INTERPRETER, LIBC, OURS, TestCase, api, for_unix

for_unix("Windows' linker wants a library of the program's functions, and there is none")

# A library that refers to the C API itself, as an extension's helper library does.
SOURCE = r"""
#include <pthread.h>
#include <stddef.h>

typedef struct object PyObject;
extern PyObject *PyExc_ValueError, *PyExc_KeyError;
PyObject *PyErr_Format(PyObject *, const char *, ...);
PyObject *PyErr_Occurred(void);
void PyErr_SetString(PyObject *, const char *), PyErr_Clear(void), Py_DecRef(PyObject *), PyErr_SetNone(PyObject *);
void PyErr_Fetch(PyObject **, PyObject **, PyObject **), PyErr_Restore(PyObject *, PyObject *, PyObject *);
void PyErr_NormalizeException(PyObject **, PyObject **, PyObject **);
int PyErr_ExceptionMatches(PyObject *), PyArg_ParseTupleAndKeywords(PyObject *, PyObject *, const char *, char **, ...);
PyObject *PyObject_CallFunction(PyObject *, const char *, ...), *PyObject_CallObject(PyObject *, PyObject *);
PyObject *Py_BuildValue(const char *, ...), *PyUnicode_FromFormat(const char *, ...), *PyList_New(ptrdiff_t);
int PyList_Append(PyObject *, PyObject *);
int PyGILState_Ensure(void), PyGILState_Check(void);
void PyGILState_Release(int);
void *PyEval_SaveThread(void);
void PyEval_RestoreThread(void *);
int Py_AddPendingCall(int (*)(void *), void *);

PyObject *format_error(int number)
{
    return PyErr_Format(PyExc_ValueError, "%d of %s", number, "many");
}

/* Leaves an error behind, whatever it returns. */
int error_and_result(void)
{
    PyErr_SetString(PyExc_ValueError, "left behind");
    return 5;
}

int error_taken_back(void)
{
    PyErr_SetString(PyExc_ValueError, "taken back");
    int had = PyErr_Occurred() == PyExc_ValueError;
    PyErr_Clear();
    return had && PyErr_Occurred() == NULL;
}

/* Calls a function while there is an error already. */
PyObject *call_among_errors(PyObject *function)
{
    PyObject *kind, *value, *trace;
    PyErr_SetString(PyExc_ValueError, "from before");
    PyErr_Fetch(&kind, &value, &trace);
    PyErr_NormalizeException(&kind, &value, &trace);
    PyObject *result = PyObject_CallObject(function, NULL);
    if (!result) {
        int is_key_error = PyErr_ExceptionMatches(PyExc_KeyError);
        PyErr_Clear();
        result = Py_BuildValue("(iO)", is_key_error, value);
    }
    PyErr_Restore(kind, value, trace);
    PyErr_Clear();
    return result;
}

/* Calls back while there is an error already. */
int call_back_among_errors(int (*callback)(void))
{
    PyErr_SetString(PyExc_ValueError, "from before");
    int result = callback();
    int is_there = PyErr_Occurred() == PyExc_ValueError;
    PyErr_Clear();
    return is_there ? result : -1;
}

PyObject *with_keywords(PyObject *positional, PyObject *named)
{
    static char *names[] = {"a", "b", "c", NULL};
    int a, b = 2, c = 3;
    if (!PyArg_ParseTupleAndKeywords(positional, named, "i|i$i:named", names, &a, &b, &c))
        return NULL;
    return Py_BuildValue("[iii]", a, b, c);
}

PyObject *positional_only(PyObject *positional, PyObject *named)
{
    static char *names[] = {"", "", "c", NULL};
    int a, b, c = 3;
    if (!PyArg_ParseTupleAndKeywords(positional, named, "ii|i:named", names, &a, &b, &c))
        return NULL;
    return Py_BuildValue("[iii]", a, b, c);
}

static void call(PyObject *function)
{
    int state = PyGILState_Ensure();
    PyObject *result = PyObject_CallFunction(function, "(ii)", state, PyGILState_Check());
    if (result)
        Py_DecRef(result);
    else
        PyErr_Clear();
    PyGILState_Release(state);
}

void call_here(PyObject *function)
{
    call(function);
    call(function);
}

void nested(PyObject *function)
{
    int outer = PyGILState_Ensure();
    call(function);
    void *state = PyEval_SaveThread();
    call(function);
    PyEval_RestoreThread(state);
    call(function);
    PyGILState_Release(outer);
}

static void *run(void *function)
{
    for (int i = 0; i < 20; i++)
        call(function);
    return NULL;
}

void call_on_threads(PyObject *function, int count)
{
    pthread_t threads[16];
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, run, function);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

void call_on_threads_detached(PyObject *function, int count)
{
    void *state = PyEval_SaveThread();
    call_on_threads(function, count);
    PyEval_RestoreThread(state);
}

static void *run_for_ever(void *function)
{
    for (;;)
        call(function);
    return NULL;
}

void call_for_ever(PyObject *function)
{
    pthread_t thread;
    pthread_create(&thread, NULL, run_for_ever, function);
}

static int append(void *list)
{
    PyObject *value = Py_BuildValue("s", "called");
    int result = PyList_Append(list, value);
    Py_DecRef(value);
    return result;
}

static int fail(void *list)
{
    PyErr_SetString(PyExc_ValueError, "pending");
    return -1;
}

int add_pending(PyObject *list)
{
    return Py_AddPendingCall(append, list);
}

static int fail_silently(void *list)
{
    return -1;
}

int add_failing_silently(void)
{
    return Py_AddPendingCall(fail_silently, NULL);
}

int add_failing(void)
{
    return Py_AddPendingCall(fail, NULL);
}
"""

O = py_object


def setUpModule():
    global folder, attached, detached
    folder = tempfile.TemporaryDirectory()
    source, library = os.path.join(folder.name, "source.c"), os.path.join(folder.name, "library.so")
    with open(source, "w") as file:
        file.write(SOURCE)
    compiler = shlex.split(os.environ.get("CC", "cc"))
    subprocess.run([*compiler, "-shared", "-fPIC", "-O1", "-pthread", "-o", library, source], check=True)
    attached, detached = PyDLL(library), CDLL(library)
    for library in (attached, detached):
        for name in ["call_here", "nested", "call_for_ever"]:
            getattr(library, name).argtypes, getattr(library, name).restype = [O], None
        for name in ["call_on_threads", "call_on_threads_detached"]:
            getattr(library, name).argtypes, getattr(library, name).restype = [O, c_int], None


def tearDownModule():
    folder.cleanup()


def python(script):
    """Runs a program that has the library."""
    prelude = (
        "import ctypes, gc, os, sys, threading, time\n"
        f"path = {detached._name!r}\n"
        "attached, detached = ctypes.PyDLL(path), ctypes.CDLL(path)\n"
        "for library in (attached, detached):\n"
        "    library.call_for_ever.argtypes = [ctypes.py_object]\n"
    )
    return subprocess.run([*INTERPRETER, "-c", prelude + script], capture_output=True, text=True, timeout=120)


class Libraries(TestCase):
    """C that refers to the C API itself."""

    def test_errors(self):
        attached.format_error.restype = O
        self.assertError(ValueError, "7 of many", attached.format_error, 7)
        self.assertError(ValueError, "left behind", attached.error_and_result)
        self.assertEqual(attached.error_taken_back(), 1)
        try:
            raise KeyError
        except KeyError as handled:
            self.assertEqual(attached.error_taken_back(), 1)
            with self.assertRaises(ValueError) as caught:
                attached.error_and_result()
            self.assertIs(caught.exception.__context__, handled)

    def test_functions_called_among_errors(self):
        function = attached.call_among_errors
        function.argtypes, function.restype = [O], O
        self.assertEqual(function(lambda: sys.exc_info()[0]), None)

        def fails():
            raise KeyError

        is_key_error, before = function(fails)
        self.assertEqual((is_key_error, repr(before)), (1, "ValueError('from before')"))

    def test_callbacks_among_errors(self):
        seen = []

        def inner():
            seen.append(sys.exception())
            try:
                raise KeyError
            except KeyError:
                seen.append(repr(sys.exception()))
            return 7

        for prototype in (PYFUNCTYPE, CFUNCTYPE):
            function = attached.call_back_among_errors
            function.argtypes = [c_void_p]
            if OURS:
                # CPython runs it with the error set, which a debug build refuses.
                self.assertEqual(function(prototype(c_int)(inner)), 7)
                self.assertEqual(seen, [None, "KeyError()"])
                seen.clear()

    def test_keywords(self):
        function = attached.with_keywords
        function.argtypes, function.restype = [O, O], O
        self.assertEqual(function((1,), O()), [1, 2, 3])
        self.assertEqual(function((1, 5), {"c": 9}), [1, 5, 9])
        self.assertEqual(function((), {"b": 5, "a": 4}), [4, 5, 3])
        for arguments, message in [
            (((), {}), "named() missing required argument 'a' (pos 1)"),
            (((1,), {"a": 1}), "argument for named() given by name ('a') and position (1)"),
            (((1,), {"d": 1}), "named() got an unexpected keyword argument 'd'"),
            (((1, 2, 3), {}), "named() takes at most 2 positional arguments (3 given)"),
            (((1, 2), {"c": 3, "d": 4}), "named() takes at most 3 arguments (4 given)"),
        ]:
            self.assertError(TypeError, message, function, *arguments)


    def test_positional_arguments(self):
        function = attached.positional_only
        function.argtypes, function.restype = [O, O], O
        self.assertEqual(function((1, 2), {"c": 5}), [1, 2, 5])
        for arguments, message in [
            (((), {}), "named() takes at least 2 positional arguments (0 given)"),
            (((1,), {}), "named() takes at least 2 positional arguments (1 given)"),
            (((1,), {"": 2}), "named() takes at least 2 positional arguments (1 given)"),
            (((1, 2), {"": 2}), "named() got an unexpected keyword argument ''"),
        ]:
            self.assertError(TypeError, message, function, *arguments)


class Attaching(TestCase):
    def test_in_this_thread(self):
        for library, states in [(attached, (0, 1)), (detached, (1, 1))]:
            seen = []
            library.call_here(lambda *states: seen.append((states, threading.current_thread())))
            self.assertEqual(seen, [(states, threading.current_thread())] * 2)

    def test_nested(self):
        for library in (attached, detached):
            seen = []
            library.nested(lambda *states: seen.append(states))
            self.assertEqual(seen, [(0, 1), (1, 1), (0, 1)])

    def test_what_is_handled_is_no_error(self):
        seen = []
        try:
            raise KeyError
        except KeyError as handled:
            for library in (attached, detached):
                library.call_here(lambda *_: seen.append(sys.exception()))
            self.assertEqual(seen, [handled] * 4)
            self.assertIs(sys.exception(), handled)

    def test_from_threads_of_c(self):
        for function in (detached.call_on_threads, attached.call_on_threads_detached):
            seen = set()
            calls = []

            def called(*states):
                seen.add(threading.get_ident())
                calls.append(states)
                if len(calls) % 50 == 0:
                    gc.collect()

            function(called, 8)
            self.assertEqual(calls, [(1, 1)] * 160)
            self.assertNotIn(threading.get_ident(), seen)

    def test_errors_in_threads_of_c(self):
        calls = []

        def fails(*states):
            calls.append(1)
            raise ValueError

        detached.call_on_threads(fails, 4)
        self.assertEqual(len(calls), 80)

    def test_callbacks_that_call_c_again(self):
        seen = []

        def called(*states):
            inner = []
            attached.call_here(lambda *states: inner.append(states))
            detached.call_here(lambda *states: inner.append(states))
            seen.append(inner)

        detached.call_on_threads(called, 4)
        self.assertEqual(seen, [[(0, 1), (0, 1), (1, 1), (1, 1)]] * 80)

    @unittest.skipUnless(OURS, "CPython dies of it now and then")
    def test_threads_that_never_stop(self):
        # They are stopped when the interpreter ends.
        done = python(
            "calls = []\n"
            "kept = lambda *_: calls.append(1) or calls.clear()\n"
            "detached.call_for_ever(kept)\n"
            "time.sleep(.05)\n"
            "print('end')\n"
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "end\n", ""))

    def test_called_detached(self):
        # Without a lock there is nothing that must be held to make an object.
        if OURS:
            library = CDLL(LIBC)
            library.PyLong_FromLong.restype = O
            self.assertEqual(library.PyLong_FromLong(5), 5)


class States(TestCase):
    def test_one_for_each_thread(self):
        get = api("PyThreadState_Get", c_void_p)
        this = get()
        self.assertTrue(this)
        self.assertEqual(get(), this)
        other = []
        thread = threading.Thread(target=lambda: other.append(get()))
        thread.start()
        thread.join()
        self.assertTrue(other[0])
        self.assertNotEqual(other[0], this)
        self.assertEqual(api("PyGILState_GetThisThreadState", c_void_p)(), this)
        self.assertEqual(api("PyGILState_Check", c_int)(), 1)

    def test_saving(self):
        save, restore = api("PyEval_SaveThread", c_void_p), api("PyEval_RestoreThread", None, c_void_p)
        self.assertTrue(callable(save) and callable(restore))
        interpreter = api("PyInterpreterState_Get", c_void_p)()
        self.assertTrue(interpreter)
        self.assertEqual(api("PyInterpreterState_GetID", ctypes.c_int64, c_void_p)(interpreter), 0)


class Pending(TestCase):
    def test_calls(self):
        attached.add_pending.argtypes = [O]
        called = []
        self.assertEqual(attached.add_pending(called), 0)
        for _ in range(100_000):
            if called:
                break
        self.assertEqual(called, ["called"])

    def test_calls_from_another_thread(self):
        called = []
        thread = threading.Thread(target=lambda: attached.add_pending(called))
        attached.add_pending.argtypes = [O]
        thread.start()
        thread.join()
        for _ in range(100_000):
            if called:
                break
        self.assertEqual(called, ["called"])

    def test_calls_that_fail(self):
        with self.assertRaisesRegex(ValueError, "^pending$"):
            attached.add_failing()
            for _ in range(100_000):
                pass


    @unittest.skipUnless(OURS, "CPython has nothing to raise")
    def test_calls_that_fail_without_an_error(self):
        with self.assertRaisesRegex(SystemError, "^a pending call failed without an exception$"):
            attached.add_failing_silently()
            for _ in range(100_000):
                pass


class Asynchronous(TestCase):
    raise_in = staticmethod(api("PyThreadState_SetAsyncExc", c_int, c_ulong, O))

    class Stop(Exception):
        pass

    def test_in_the_main_thread(self):
        main = threading.main_thread().ident
        is_ready, results = [], []

        def run():
            # Not while the main thread starts this one.
            while not is_ready:
                time.sleep(0.001)
            results.append(self.raise_in(main, self.Stop))

        thread = threading.Thread(target=run)
        thread.start()
        with self.assertRaises(self.Stop):
            is_ready.append(True)
            for _ in range(1000):
                time.sleep(0.01)
        thread.join()
        self.assertEqual(results, [1])

    def test_in_the_thread_itself(self):
        for run in (self.run_here, self.run_in_thread):
            with self.subTest(run=run.__name__):
                run(self.itself)

    def itself(self):
        with self.assertRaises(self.Stop):
            self.raise_in(threading.get_ident(), self.Stop)
            for _ in range(100_000):
                pass

    def run_here(self, function):
        function()

    def run_in_thread(self, function):
        failed = []

        def run():
            try:
                function()
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        self.assertEqual(failed, [])

    def test_in_no_thread(self):
        self.assertEqual(self.raise_in(12345, self.Stop), 0)

    def test_in_another_thread(self):
        # This VM looks for nothing between the instructions of another thread.
        if OURS:
            go_on = threading.Event()
            thread = threading.Thread(target=go_on.wait)
            thread.start()
            message = "exceptions can be raised in the main thread and in the one that asks for it"
            self.assertError(NotImplementedError, message, self.raise_in, thread.ident, self.Stop)
            go_on.set()
            thread.join()


if __name__ == "__main__":
    unittest.main()
