"""What run.py measured as Markdown."""

import report

from peers import BEYOND, C_LOOP, OURS
from rows import SIZES

NAME = "vectorize"


def nanoseconds(ns):
    return f"{ns:.2f}" if abs(ns) < 10 else report.nanoseconds(ns)


def spread_cell(spread):
    low, median, high = map(nanoseconds, spread)
    return median if low == high else f"{median} ({low}..{high})"


def cells(measured, peer, row, items):
    """The time with its quartiles, and the ratios to the loop in C and to ours."""
    key = peer, row, items
    if key in measured.errors:
        return ["fails", "", ""]
    spread = measured.spread(*key)
    ratios = [measured.ratio(peer, other, row, items) for other in (C_LOOP, OURS)]
    return [spread_cell(spread) if spread else "",
            *("" if ratio is None else nanoseconds(ratio) for ratio in ratios)]


def times(measured):
    header = ["row", "peer"]
    for items in SIZES:
        header += [f"{items:,} items: ns an item", "/ C loop", "/ ours"]
    lines = []
    for row in measured.rows:
        for peer in measured.peers:
            line = [cell for items in SIZES for cell in cells(measured, peer, row, items)]
            if peer != BEYOND and any(line):
                lines.append([report.plain(row), peer, *line])
    return report.markdown(header, lines)


def beyond(measured):
    """What ten items cost beyond one ordinary call, in a sentence."""
    items = SIZES[0]
    spreads = {row: measured.spread(BEYOND, row, items) for row in measured.rows}
    parts = [f"{row} {spread_cell(spread)}" for row, spread in spreads.items() if spread]
    return f"{items} items beyond one ordinary call, in ns: {'; '.join(parts)}." if parts else ""


def described(measured):
    """The machine, the peers' versions, and what each of them did."""
    read = measured.read
    machine = read["machine"]
    text = (f"{machine['date']}, {machine['processors']} × {machine['processor']}, {machine['system']}, load "
            f"{machine['load']} before the start; {read['rounds']} rounds, samples of at least "
            f"{read['milliseconds']} ms.")
    lines = [[peer, version, report.plain(measured.usual(peer))] for peer, version in read["peers"].items()
             if peer != BEYOND]
    return f"{text}\n\n{report.markdown(['peer', 'version', 'what was most often its quickest'], lines)}"


def failures(measured):
    """What the peers cannot run, and why."""
    reasons = {}
    for (peer, row, items), error in measured.errors.items():
        reasons.setdefault((peer, error), []).append(f"{items:,} items of {report.plain(row)}")
    return "\n".join(f"- {peer} fails: {report.code(error)} ({', '.join(what)})"
                     for (peer, error), what in reasons.items())


def page(measured):
    parts = [described(measured), times(measured), beyond(measured), failures(measured)]
    return "\n\n".join(filter(None, parts))
