"""What compare.py measured, by peer and row."""

from math import exp, log

from operations import GROUPS
from workload import median

# A compiler in time can remove a statement altogether; what takes less is no measure.
LEAST_NS = 1


class Results:
    """The measurements, a median for each peer and row. `floor` is read like a peer: it is what
    the builtins of our own interpreter took."""

    def __init__(self, measured):
        self.machine = measured["machine"]
        self.versions = measured["peers"]
        self.rows = measured["rows"]
        self.measured = measured
        self.counts = measured.get("counts", {})

    def reports(self, peer, row):
        return self.measured["results"].get(peer, {}).get(row, [])

    def values(self, peer, row):
        peer, key = ("ours", "floor_ns") if peer == "floor" else (peer, "ns")
        return [report[key] for report in self.reports(peer, row) if report.get(key) is not None]

    def failure(self, peer, row):
        return next((r["error"] for r in self.reports(peer, row) if "error" in r), None)

    def ns(self, peer, row):
        values = self.values(peer, row)
        return None if self.failure(peer, row) or not values else median(values)

    def ratio(self, peer, row, ours="ours", other=None):
        """Ours over the peer's, of the same row or another; None where there is nothing to compare
        with."""
        other = other or row
        if self.ns(ours, row) is None or self.ns(peer, other) is None:
            return None
        # A round's measurements were made within seconds.
        rounds = zip(self.values(ours, row), self.values(peer, other))
        ratios = [one / two for one, two in rounds if two > 0]
        return median(ratios) if ratios else None

    def kind(self, kind):
        return [row for row in self.rows if GROUPS.get(row["group"]) == kind]

    def mean(self, peer, rows, ours="ours"):
        """The geometric mean of the ratios, and of how many rows; None if there are none."""
        names = [row["row"] for row in rows if (self.ns(peer, row["row"]) or 0) >= LEAST_NS]
        ratios = [self.ratio(peer, name, ours) for name in names]
        ratios = [ratio for ratio in ratios if ratio is not None and ratio > 0]
        return (exp(sum(map(log, ratios)) / len(ratios)), len(ratios)) if ratios else None

    def floor(self, row):
        """The statements that the floor of a row is made of."""
        return next((each.get("floor") for each in self.rows if each["row"] == row), None)


def threads(results, peer, row):
    """The report of the median round, in a list; an empty one if there is none."""
    reports = [report for report in results.reports(peer, row) if "ratio" in report]
    reports.sort(key=lambda report: report["ratio"])
    return reports[len(reports) // 2 : len(reports) // 2 + 1]
