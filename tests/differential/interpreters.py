"""Interpreters that run programs, one after the other in the same process until it dies."""

import os
import select
import signal
import subprocess
import tempfile
import time
from collections import deque
from pathlib import Path

HERE = Path(__file__).resolve().parent
# How long a program may take, in seconds.
LIMIT = 20


class Interpreter:
    def __init__(self, name, command, variables, library):
        self.name = name
        self.command = [*map(str, command), str(HERE / "server.py")]
        self.environment = os.environ | variables | {
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "CTYPES_TEST_LIB": str(library)}
        self.process = None
        self.errors = tempfile.TemporaryFile()
        # Programs that were sent, and have no answer yet.
        self.waiting = deque()

    def start(self):
        self.errors.seek(0)
        self.errors.truncate()
        self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors)
        self.unread = b""
        for program in self.waiting:
            self.write(program)

    def send(self, program):
        """Has a program run: a list of statements. Its answer comes after those of the programs before it."""
        self.waiting.append(program)
        if self.process is None:
            self.start()
        else:
            self.write(program)

    def write(self, program):
        data = "\0".join(program).encode("utf-8", "surrogatepass")
        try:
            self.process.stdin.write(b"%d\n" % len(data) + data)
            self.process.stdin.flush()
        except BrokenPipeError:
            # Its end is noticed where it is waited for.
            pass

    def answer(self):
        """What each statement of the next program gave, or a single line about how the process ended."""
        try:
            length = int(self.until(lambda data: data.find(b"\n") + 1))
            answer = self.until(lambda data: length + 1 if len(data) > length else 0)
            found = answer[:-1].decode("utf-8", "surrogatepass").split("\0")
            self.waiting.popleft()
            return found
        except EOFError:
            end = self.ended()
        except TimeoutError:
            self.process.kill()
            self.process.wait()
            self.close()
            end = f"HANGS for {LIMIT} s"
        self.waiting.popleft()
        if self.waiting:
            self.start()
        return [end]

    def until(self, end):
        """Takes what comes first, as soon as `end` says how many bytes that are."""
        deadline = time.monotonic() + LIMIT
        pipe = self.process.stdout.fileno()
        while not (taken := end(self.unread)):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            data = os.read(pipe, 1 << 16)
            if not data:
                raise EOFError
            self.unread += data
        found, self.unread = self.unread[:taken], self.unread[taken:]
        return found

    def ended(self):
        status = self.process.wait()
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip()
        self.close()
        return f"DIES: {how}\n{said[-2000:]}".rstrip()

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None

    def stop(self):
        """Ends the process, which has nothing to do."""
        if self.process is not None:
            process = self.process
            self.close()
            process.wait()
