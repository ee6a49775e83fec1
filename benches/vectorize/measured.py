"""What run.py measured: nanoseconds per item by peer, row and number of items."""

import statistics
from collections import defaultdict, namedtuple

Spread = namedtuple("Spread", "low median high")


def spread(values):
    """Gives the quartiles; None if there are no values."""
    if not values:
        return None
    return Spread(*statistics.quantiles(values if len(values) > 1 else values * 2, n=4, method="inclusive"))


class Measured:
    """The measurements. A key is a peer, a row and a number of items."""

    def __init__(self, read):
        self.read = read
        self.rows = list(dict.fromkeys(report["row"] for report in read["reports"]))
        self.peers = list(read["peers"])
        # By round, so that a ratio is one of two samples of the same round.
        self.ns = defaultdict(dict)
        self.errors = {}
        self.statements = defaultdict(list)
        for report in read["reports"]:
            key = report["peer"], report["row"], report["items"]
            if "error" in report:
                self.errors[key] = report["error"]
            else:
                self.ns[key][report["round"]] = report["ns"]
                self.statements[report["peer"]] += filter(None, [report.get("statement")])

    def spread(self, *key):
        return spread(list(self.ns.get(key, {}).values()))

    def failure(self, *key):
        """Says why there is no time; None if there is one."""
        return self.errors.get(key) or (None if self.ns.get(key) else f"{key[0]} is missing")

    def ratio(self, peer, other, row, items):
        """Gives the median of the rounds' ratios of a peer's time to another's; None where one has none."""
        ours, theirs = [self.ns.get((name, row, items), {}) for name in (peer, other)]
        ratios = [ours[number] / theirs[number] for number in ours if theirs.get(number, 0) > 0]
        return statistics.median(ratios) if ratios else None

    def usual(self, peer):
        """Gives the statement that was most often the peer's quickest."""
        statements = self.statements[peer]
        return max(set(statements), key=statements.count, default="")
