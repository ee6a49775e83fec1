"""How a generator decides: every choice is a small number that Hypothesis draws and later makes smaller."""

from hypothesis import strategies as st

BELOW = [None] + [st.integers(0, count - 1) for count in range(1, 1000)]


class Choices:
    """Choices whose first alternative is the one that a shrunk program has."""

    def __init__(self, draw):
        self.draw = draw

    def below(self, count):
        return self.draw(BELOW[count]) if count > 1 else 0

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def one(self, alternatives):
        return alternatives[self.below(len(alternatives))]

    def chance(self, one_in):
        """True once in so many times."""
        return self.below(one_in) == one_in - 1

    def weighted(self, table):
        """A value of a list of (value, weight)."""
        drawn = self.below(sum(weight for _, weight in table))
        for value, weight in table:
            if drawn < weight:
                return value
            drawn -= weight
        raise AssertionError("a table without weights")
