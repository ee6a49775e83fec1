"""Looks for programs that the two interpreters run differently."""

import re
import time
from collections import Counter, deque

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity

from accepted import reason
from program import programs

# So many programs share a seed: Hypothesis remembers what it has tried, and that grows.
BATCH = 250
# So many programs are made while others run.
AHEAD = 4
# How long a program is made shorter, in seconds.
PATIENCE = 120


class Differ(Exception):
    pass


class Search:
    def __init__(self, ours, theirs, go_on):
        self.interpreters = [ours, theirs]
        self.go_on = go_on
        self.programs = 0
        self.statements = 0
        # The program of each kind of difference.
        self.found = {}
        self.accepted = Counter()
        self.deadline = None

    def run(self, seed, count, deadline):
        self.deadline = deadline
        batch = 0
        while (count is None or self.programs < count) and not self.is_over():
            size = BATCH if count is None else min(BATCH, count - self.programs)
            # A number of the two that is the same in every process.
            self.batch(seed * 1_000_003 + batch, size)
            batch += 1
            if self.found and not self.go_on:
                break
        for interpreter in self.interpreters:
            interpreter.stop()

    def is_over(self):
        return self.deadline is not None and time.monotonic() >= self.deadline

    def batch(self, seed, size):
        """Programs that follow from a seed."""
        differs = self.first_that_differs(seed, size)
        if differs is None:
            return
        if not self.go_on:
            differs = self.shrunk(seed, size) or differs
        self.report(*differs)

    def first_that_differs(self, seed, size):
        running, deadly = deque(), []
        differs = None

        def compare_one():
            nonlocal differs
            program = running.popleft()
            answers = [interpreter.answer() for interpreter in self.interpreters]
            if differs is not None:
                return
            self.programs += 1
            self.statements += len(program)
            if any(len(answer) != len(program) for answer in answers):
                deadly.append(program)
                return
            difference = self.difference(program, answers, self.accepted)
            if difference is not None:
                differs = program, difference

        def send(program):
            if differs is not None or self.is_over() or not program:
                return
            running.append(program)
            for interpreter in self.interpreters:
                interpreter.send(program)
            if len(running) > AHEAD:
                compare_one()

        given(send, seed, size, [Phase.generate])
        while running:
            compare_one()
        for program in deadly:
            difference = self.compared(program, self.accepted)
            if difference is not None:
                differs = differs or (program, difference)
        return differs

    def shrunk(self, seed, size):
        """The same, made smaller by Hypothesis."""
        smallest = None

        def same(program):
            nonlocal smallest
            difference = self.compared(program)
            if difference is not None:
                smallest = program, difference
                raise Differ

        try:
            given(same, seed, size, [Phase.generate, Phase.shrink])
        except (Differ, hypothesis.errors.Flaky):
            pass
        return smallest

    def compared(self, program, accepted=None):
        """The first difference when a program runs by itself."""
        if not program:
            return None
        return self.difference(program, self.answers(program), Counter() if accepted is None else accepted)

    def answers(self, program):
        for interpreter in self.interpreters:
            interpreter.send(program)
        return [interpreter.answer() for interpreter in self.interpreters]

    def difference(self, program, answers, accepted):
        """The first statement that gives something else, with what it gives, unless that is accepted or known."""
        ours, theirs = answers
        if len(ours) != len(program) or len(theirs) != len(program):
            differences = [self.fatal(program, *answers)]
        else:
            differences = [each for each in zip(program, ours, theirs) if each[1] != each[2]]
        for difference in differences:
            why = reason(*difference)
            if why is not None:
                accepted[why] += 1
            elif kind(*difference) not in self.found:
                return difference
            else:
                return None
        return None

    def fatal(self, program, ours, theirs):
        """The statement after which an interpreter is gone, and what is left of it."""
        for length in range(1, len(program) + 1):
            again = self.answers(program[:length])
            if any(len(answer) != length for answer in again):
                return program[length - 1], again[0][-1], again[1][-1]
        return "a statement that did no harm when it came again", ours[-1], theirs[-1]

    def report(self, program, first):
        program = self.reduced(program)
        difference = self.compared(program)
        print("=" * 100)
        if difference is None:
            print("a difference that did not come again:")
            difference = first
        statement, mine, its = difference
        self.found[kind(*difference)] = program
        print("\n\n".join(program))
        print(f"--- ours, at: {statement}\n{mine}\n--- CPython\n{its}", flush=True)

    def reduced(self, program):
        """Without the statements that can be left out."""
        # A program that hangs takes its time.
        until = time.monotonic() + PATIENCE
        index = len(program) - 1
        while index >= 0 and time.monotonic() < until:
            shorter = program[:index] + program[index + 1:]
            if self.compared(shorter) is not None:
                program = shorter
            index -= 1
        return program


def given(check, seed, size, phases):
    """Calls `check` with so many programs."""
    settings = hypothesis.settings(
        max_examples=size, database=None, deadline=None, phases=phases, verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False)
    hypothesis.seed(seed)(settings(hypothesis.given(programs())(check)))()


def kind(statement, mine, its):
    """What a difference has in common with others like it."""
    return tuple(re.sub(r"\d+", "0", re.sub(r"\b[Tvbf]\d+\b|'[^']*'", "_", text)) for text in (mine, its))
