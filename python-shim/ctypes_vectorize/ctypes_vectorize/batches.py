"""The calls of a batch: on one thread or several, and what stops them."""

import threading
from ctypes import addressof, c_int, get_errno, memmove, set_errno, sizeof

from .operands import Constant


class Part:
    """The calls from `start` to `stop`, of which so many have been made."""

    def __init__(self, start, stop):
        self.start, self.stop = start, stop
        self.made = 0


class Batch:
    """Calls of `function`, one for each index of a shape, in C order.

    `out` and `errno` are the places for the results and the values of errno, or `None`. The results are instances
    of the function's restype, or `None`.
    """

    def __init__(self, function, arguments, out, errno, shape):
        self._function = function
        places = (out or Constant(None), errno or Constant(None))
        self._columns = [each.column(shape) for each in (*places, *arguments)]
        self._failures = []

    def run(self, count, threads):
        """Makes all calls.

        An exception stops all threads between two calls, and gets a note about which calls were made.
        """
        threads = min(threads, count)
        bounds = [count * number // threads for number in range(threads + 1)] if threads else []
        parts = [Part(start, stop) for start, stop in zip(bounds, bounds[1:])]
        # The last part is this thread's own: afterwards, errno is what its last call has left.
        errno = get_errno()
        helpers = [threading.Thread(target=self._help, args=(part, errno)) for part in parts[:-1]]
        try:
            for helper in helpers:
                helper.start()
            for part in parts[-1:]:
                self._make_calls(part)
        except BaseException as error:
            self._failures.append(error)
        self._wait_for(helpers)
        if self._failures:
            error = self._failures[0]
            error.add_note(_note(parts, count))
            raise error

    def _make_calls(self, part):
        columns = [column(part.start, part.stop) for column in self._columns]
        size = sizeof(self._function.restype) if self._function.restype else 0
        for result_address, errno_address, *arguments in zip(*columns):
            if self._failures:
                break
            if errno_address is not None:
                set_errno(0)
            result = self._function(*arguments)
            if errno_address is not None:
                c_int.from_address(errno_address).value = get_errno()
            if result_address is not None:
                memmove(result_address, addressof(result), size)
            part.made += 1

    def _help(self, part, errno):
        try:
            set_errno(errno)
            self._make_calls(part)
        except BaseException as error:
            self._failures.append(error)

    def _wait_for(self, helpers):
        for helper in helpers:
            while helper.is_alive():
                try:
                    helper.join()
                except BaseException as error:
                    # A signal's handler has raised it. The others have to stop first.
                    self._failures.append(error)


def _note(parts, count):
    """Returns what an exception says about the calls that were made."""
    if len(parts) == 1:
        return f"vectorize: {parts[0].made} of {count} calls were made"
    ranges = [f"{part.start} to {part.start + part.made - 1}" for part in parts if part.made]
    calls = f"calls {' and '.join(ranges)} of {count}" if ranges else f"0 of {count} calls"
    return f"vectorize: {calls} were made"
