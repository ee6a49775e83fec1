"""Runs examples on a target, which have to print something and end with status 0."""

import os
import subprocess

import build
from python_tests import variables
from root import REPOSITORY


def run(name, target, names):
    """Whether all of them end well."""
    environment = {**os.environ, **variables(target)}
    failed = []
    for example in names or target.examples:
        path = REPOSITORY / f"examples/{example}.py"
        done = subprocess.run([*build.command(target), path], env=environment, capture_output=True, text=True)
        if done.returncode or not done.stdout:
            failed.append(example)
            print(f"{example}.py ends with status {done.returncode}:\n{done.stdout}{done.stderr}")
    print(f"{name}: {len(names or target.examples) - len(failed)} examples run, {len(failed)} fail")
    return not failed
