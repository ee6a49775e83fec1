"""Whole programs, as a Hypothesis strategy of lists of statements."""

from hypothesis import strategies as st

import statements.calls
import statements.memory
import statements.types
import statements.values
from choices import Choices
from model import State
from statements import OPERATIONS

LONGEST = 14


@st.composite
def step(draw, state):
    """One operation, a span that Hypothesis can take out."""
    state.pick.draw = draw
    state.pick.weighted(OPERATIONS)(state)


@st.composite
def programs(draw):
    state = State(Choices(draw))
    for _ in range(draw(st.integers(1, LONGEST))):
        draw(step(state))
        state.pick.draw = draw
    return state.statements
