"""A chart of the most items: horizontal bars on a logarithmic axis, a bundle of them for each row."""

from html import escape
from math import ceil, log10

from charts import BAR, BARS, COLOURS, LABELS, STYLE, WIDTH

from peers import BEYOND, C_LOOP, CALLS, THREADS
from rows import SIZES
from table import nanoseconds

MANY = SIZES[-1]
PALETTE = COLOURS | {
    THREADS: "#79c0ff",
    C_LOOP: COLOURS["floor"],
    CALLS: "#e5534b",
    "NumPy": "#39c5cf",
    "numba": "#bf3989",
}
# The axis begins at a tenth of a nanosecond, because it cannot begin at zero.
FIRST = -1
IN_A_LINE = 5
KEY = 160
LINE = 18
SPACE = 8


def drawn_text(x, y, content, kind="", anchor=""):
    style = f' style="text-anchor: {anchor}"' * bool(anchor)
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{style}>{escape(content)}</text>'


def rectangle(x, y, width, peer):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 1}" fill="{PALETTE[peer]}"/>'


def legend(peers):
    for position, peer in enumerate(peers):
        line, column = divmod(position, IN_A_LINE)
        x, y = 10 + column * KEY, 10 + line * LINE
        yield rectangle(x, y, 14, peer)
        yield drawn_text(x + 20, y + 8, peer)


def chart(measured):
    peers = [peer for peer in measured.peers if peer != BEYOND]
    bundles = {row: [(peer, spread.median) for peer in peers if (spread := measured.spread(peer, row, MANY))]
               for row in measured.rows}
    longest = max((ns for bundle in bundles.values() for _, ns in bundle), default=10)
    last = max(FIRST + 1, ceil(log10(longest)))

    def x(ns):
        return LABELS + BARS * (max(FIRST, log10(ns)) - FIRST) / (last - FIRST)

    drawn = list(legend(peers))
    top = y = 10 + LINE * ceil(len(peers) / IN_A_LINE) + 30
    for row, bundle in bundles.items():
        drawn.append(drawn_text(LABELS - 8, y + len(bundle) * BAR / 2 + 4, row, "label"))
        for peer, ns in bundle:
            drawn.append(rectangle(LABELS, y, x(ns) - LABELS, peer))
            drawn.append(drawn_text(x(ns) + 3, y + BAR - 1.5, nanoseconds(ns), "value"))
            y += BAR
        y += SPACE
    lines = []
    for decade in range(FIRST, last + 1):
        at = x(10**decade)
        lines.append(f'<line x1="{at:.1f}" y1="{top - 6}" x2="{at:.1f}" y2="{y}"/>')
        drawn.append(drawn_text(at, top - 10, f"{10**decade:,} ns", "value", "middle"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" width="{WIDTH}">\n'
            f"<style>{STYLE}</style>\n" + "\n".join(lines + drawn) + "\n</svg>\n")
