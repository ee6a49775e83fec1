"""Functions, aggregates and collations in Python, which SQLite calls.

SQLite says when it no longer needs what it was given. Until then it is kept here, by the number
that SQLite has for it.
"""

import sys
from ctypes import string_at
from itertools import count
from traceback import print_exc
from types import SimpleNamespace

from . import abi, values

# What SQLite calls: functions and steps of aggregates; their results; the end of its interest.
Function, _, Final, Destroy = abi.sqlite3_create_function_v2.argtypes[5:]
Compare = abi.sqlite3_create_collation_v2.argtypes[4]

kept = {}
numbers = count(1)
tracebacks = False


@Destroy
def forget(number, kept=kept):
    kept.pop(number, None)


def keep(*callbacks):
    """The number, None for null pointers alone."""
    if not any(callbacks):
        return None
    number = next(numbers)
    kept[number] = callbacks
    return number


def enable_callback_tracebacks(enable, /):
    global tracebacks
    tracebacks = bool(enable)


def report(callback):
    """Shows the exception that a callback raised, if that is asked for."""
    if not tracebacks:
        return
    if sys.unraisablehook is sys.__unraisablehook__:
        print_exc()  # as that hook takes no objects of other types than its own
        return
    kind, value, traceback = sys.exc_info()
    message = f"Exception ignored on sqlite3 callback {callback!r}"
    sys.unraisablehook(SimpleNamespace(
        exc_type=kind, exc_value=value, exc_traceback=traceback, err_msg=message,
        object=callback))


def fail(context, message, callback):
    """Ends a function with the exception that is being handled."""
    error = sys.exception()
    if isinstance(error, MemoryError):
        abi.sqlite3_result_error_nomem(context)
    elif isinstance(error, OverflowError):
        abi.sqlite3_result_error_toobig(context)
    else:
        abi.sqlite3_result_error(context, message.encode(), -1)
    report(callback)


def arguments(number, pointers):
    return [values.argument(pointers[index]) for index in range(number)]


def register(create, db, name, narg, flags, *callbacks):
    """SQLite's result code, as of the others. It removes a function whose callbacks are None."""
    given = [callback or kind() for callback, kind in zip(callbacks, create.argtypes[5:])]
    return create(db, str.encode(name), narg, abi.SQLITE_UTF8 | flags, keep(*given), *given, forget)


def create_function(db, name, narg, function, flags):
    @Function
    def call(context, number, pointers):
        try:
            values.result(context, function(*arguments(number, pointers)))
        except BaseException:
            fail(context, "user-defined function raised exception", function)

    callback = None if function is None else call
    return register(abi.sqlite3_create_function_v2, db, name, narg, flags, callback, None, None)


class Aggregate:
    """Of a class with methods `step` and `finalize`; for windows, `value` and `inverse` as well."""

    def __init__(self, factory):
        self.factory = factory
        # By the address of the memory that SQLite has for an aggregate while it is computed.
        self.instances = {}

    def instance(self, context):
        address = abi.sqlite3_aggregate_context(context, 1)
        if address not in self.instances:
            self.instances[address] = self.factory()
        return self.instances[address]

    def taking(self, method):
        """A C function that calls a method with arguments."""
        @Function
        def call(context, number, pointers):
            try:
                instance = self.instance(context)
            except BaseException:
                fail(context, "user-defined aggregate's '__init__' method raised error",
                     self.factory)
                return
            self.attempt(context, instance, method, *arguments(number, pointers))

        return call

    def giving(self, method, last):
        """A C function that makes a method's value the result."""
        @Final
        def call(context):
            # There is none if there were no rows, or if it could not be made.
            address = abi.sqlite3_aggregate_context(context, 0)
            if address in self.instances:
                self.attempt(context, self.instances[address], method)
                if last:
                    del self.instances[address]

        return call

    def attempt(self, context, instance, method, *given):
        try:
            function = getattr(instance, method)
        except AttributeError:
            fail(context, f"user-defined aggregate's '{method}' method not defined", self.factory)
            return
        try:
            returned = function(*given)
            if method in ("finalize", "value"):
                values.result(context, returned)
        except BaseException:
            fail(context, f"user-defined aggregate's '{method}' method raised error", self.factory)


def create_aggregate(db, name, narg, factory):
    step = final = None
    if factory is not None:
        aggregate = Aggregate(factory)
        step, final = aggregate.taking("step"), aggregate.giving("finalize", last=True)
    return register(abi.sqlite3_create_function_v2, db, name, narg, 0, None, step, final)


def create_window_function(db, name, narg, factory):
    callbacks = [None] * 4
    if factory is not None:
        aggregate = Aggregate(factory)
        callbacks = [aggregate.taking("step"), aggregate.giving("finalize", last=True),
                     aggregate.giving("value", last=False), aggregate.taking("inverse")]
    return register(abi.sqlite3_create_window_function, db, name, narg, 0, *callbacks)


def create_collation(db, name, function):
    @Compare
    def compare(_, left_length, left, right_length, right):
        try:
            texts = string_at(left, left_length).decode(), string_at(right, right_length).decode()
            order = function(*texts)
            return (order > 0) - (order < 0)
        except BaseException:
            report(function)
            return 0

    callback = Compare() if function is None else compare
    number = keep(callback)
    code = abi.sqlite3_create_collation_v2(
        db, str.encode(name), abi.SQLITE_UTF8, number, callback, forget)
    if code != abi.SQLITE_OK:
        kept.pop(number, None)  # which this one leaves to its caller
    return code
