"""z3-solver: the examples in its docstrings, puzzles, and Z3 calling Python back."""

from client import Client, program

VERSION = "5.4.1.0"
REQUIREMENTS = [f"z3-solver=={VERSION}"]
MODULES = ["z3.z3", "z3.z3util", "z3.z3num", "z3.z3poly", "z3.z3rcf", "z3.z3printer"]

CLIENTS = [
    Client("z3-doctests", "z3-solver", VERSION,
           f"the 2562 examples in docstrings of {', '.join(MODULES)}",
           program("z3_doctests.py", *MODULES, requirements=REQUIREMENTS), quick=True),
    Client("z3-puzzles", "z3-solver", VERSION,
           "a sudoku and other puzzles; a propagator, models and inferences called back; errors",
           program("z3_puzzles.py", requirements=REQUIREMENTS), quick=True),
]
