"""Looks for programs that the two interpreters run differently."""

import re
import time
from collections import Counter

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity

from accepted import reason
from program import programs

# So many programs share a seed: Hypothesis remembers what it has tried, and that grows.
BATCH = 250
# How long a program is made shorter, in seconds.
PATIENCE = 120


class Differ(Exception):
    pass


class Search:
    def __init__(self, ours, theirs, go_on):
        self.interpreters = [ours, theirs]
        self.go_on = go_on
        # Who looks for kinds of differences has them reduced by statements alone, which is quick.
        self.phases = [Phase.generate] if go_on else [Phase.generate, Phase.shrink]
        self.programs = 0
        self.statements = 0
        self.found = {}
        self.accepted = Counter()

    def run(self, seed, count, deadline):
        self.deadline = deadline
        batch = 0
        while count is None or self.programs < count:
            if self.is_over():
                break
            size = BATCH if count is None else min(BATCH, count - self.programs)
            self.batch(hash((seed, batch)), size)
            batch += 1
            if self.found and not self.go_on:
                break
        for interpreter in self.interpreters:
            interpreter.stop()

    def is_over(self):
        return self.deadline is not None and time.monotonic() >= self.deadline

    def batch(self, seed, size):
        self.shrinking = False
        smallest = None

        @hypothesis.seed(seed)
        @hypothesis.settings(max_examples=size, database=None, deadline=None, derandomize=False,
                             phases=self.phases, suppress_health_check=list(HealthCheck),
                             verbosity=Verbosity.quiet, report_multiple_bugs=False)
        @hypothesis.given(programs())
        def same(program):
            nonlocal smallest
            if self.is_over():
                return
            difference = self.difference(program)
            if difference is not None:
                self.shrinking = True
                smallest = program, difference
                raise Differ

        try:
            same()
        except (Differ, hypothesis.errors.Flaky):
            self.report(*smallest)

    def answers(self, program):
        for interpreter in self.interpreters:
            interpreter.send(program)
        return [interpreter.answer() for interpreter in self.interpreters]

    def difference(self, program):
        """The first statement that gives something else, with what it gives, unless that is accepted or known."""
        if not program:
            return None
        ours, theirs = self.answers(program)
        if not self.shrinking:
            self.programs += 1
            self.statements += len(program)
        if len(ours) != len(program) or len(theirs) != len(program):
            statement, mine, its = self.fatal(program)
            why = reason(statement, mine, its)
            if why is not None and not self.shrinking:
                self.accepted[why] += 1
            return None if why is not None else self.new(statement, mine, its)
        for statement, mine, its in zip(program, ours, theirs):
            if mine == its:
                continue
            why = reason(statement, mine, its)
            if why is None:
                return self.new(statement, mine, its)
            if not self.shrinking:
                self.accepted[why] += 1
        return None

    def fatal(self, program):
        """The statement after which an interpreter is gone, and what is left of it."""
        for length in range(1, len(program) + 1):
            ours, theirs = self.answers(program[:length])
            if len(ours) != length or len(theirs) != length:
                return program[length - 1], ours[-1], theirs[-1]
        return "a statement that did no harm when it came again", "", ""

    def new(self, statement, mine, its):
        return None if kind(statement, mine, its) in self.found else (statement, mine, its)

    def report(self, program, first):
        program = self.reduced(program)
        difference = self.difference(program)
        print("=" * 100)
        if difference is None:
            print("a difference that did not come again:")
            difference = first
        statement, mine, its = difference
        self.found[kind(statement, mine, its)] = program
        print("\n\n".join(program))
        print(f"--- ours, at: {statement or 'some statement'}\n{mine}\n--- CPython\n{its}", flush=True)

    def reduced(self, program):
        """Without the statements that can be left out."""
        self.shrinking = True
        # A program that hangs takes its time.
        until = time.monotonic() + PATIENCE
        index = len(program) - 1
        while index >= 0 and time.monotonic() < until:
            shorter = program[:index] + program[index + 1:]
            if shorter and self.difference(shorter) is not None:
                program = shorter
            index -= 1
        return program


def kind(statement, mine, its):
    """What a difference has in common with others like it."""
    return tuple(re.sub(r"\d+", "0", re.sub(r"\b[Tvbf]\d+\b|'[^']*'", "_", text)) for text in (mine, its))
