"""Charts of what compare.py measured: horizontal bars on a logarithmic axis."""

import re
from collections import namedtuple
from html import escape
from math import ceil, log10

from report import NATIVE, nanoseconds

BARS_OF = ["ours", "floor", "CPython 3.11", "CPython 3.14", "PyPy", "cffi compiled", "stock", "layered"]
# kinds: of the rows that it draws of those whose name matches.
Chart = namedtuple("Chart", "kinds rows bars legend")
CHARTS = {
    "calls.svg": Chart(
        ["call"],
        r"^(abs\(c|labs\(|sqrt\(|fma\(|ldexp\(|strlen\(|memset|frexp|wcslen|getenv|6 ints|8 doubles|"
        r"12 mixed|div|16 bytes in and|64 bytes|errcheck|snprintf\(b|_as_parameter_$|an output|"
        r"callback\((int|POINTER)|a callback made and)",
        BARS_OF, {"floor": "floor (builtin)"}),
    "data.svg": Chart(
        ["data"],
        r"^(c_int\.value|int field [gs]et$|c_char_p field|pointer field [gs]et|nested structure|"
        r"node\.next\.c|c_int array item [gs]|array of structures: item|array of pointers: item|"
        r"pointer\[0\]|p\.contents, its|p\.contents = x|pointer\(x\)|c_int\(3|P\(|byref\(x\)|"
        r"P\.from|cast\(p, P|string_at\(b|slice of 100 [gs]et|array of 100|for loop over 100|bytes\(p)",
        BARS_OF, {"floor": "floor (builtin)"}),
    "designs.svg": Chart(
        ["call", "data"],
        r"^(abs\(c_int\)$|strlen\(|6 ints|div|frexp\(d, byref|callback\(int|c_int\.value|int field [gs]et$|"
        r"nested structure get|c_int array item [gs]|pointer(\[|\.)|c_int\(3|P\(1|cast\(p, P|"
        r"slice of 100 get|array of 100)",
        ["ours", "stock", "layered", "PyPy without JIT", "PyPy"], NATIVE),
}
# Colours that stand out on white and on black.
COLOURS = {
    "ours": "#2f81f7",
    "floor": "#8b949e",
    "CPython 3.11": "#d29922",
    "CPython 3.14": "#9a6700",
    "PyPy": "#a371f7",
    "cffi compiled": "#2da44e",
    "stock": "#e5534b",
    "layered": "#bf3989",
    "PyPy without JIT": "#d2a8ff",
}
WIDTH = 860
LABELS = 220
# Room for the number behind the longest bar.
BARS = WIDTH - LABELS - 70
BAR = 8
# Of a peer in the legend.
KEY = 106
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.group { font-weight: 600 }
.value { font-size: 9px; fill: #57606a }
.label { text-anchor: end }
line { stroke: #8b949e; stroke-opacity: 0.35 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .value { fill: #9ea7b3 } }
"""


def chart(results, rows, peers, legend):
    """Horizontal bars of nanoseconds on a logarithmic axis, a bundle of them for each row."""
    bars = {
        row["row"]: [(peer, ns) for peer in peers
                     if (ns := results.ns(peer, row["row"])) is not None]
        for row in rows
    }
    longest = max((ns for bundle in bars.values() for _, ns in bundle), default=10)
    decades = max(1, ceil(log10(longest)))

    def x(ns):
        # The axis begins at one nanosecond, because it cannot begin at zero.
        return LABELS + BARS * log10(max(1, ns)) / decades

    drawn = []

    def text(x, y, content, kind="", **attributes):
        extra = "".join(f' {key}="{value}"' for key, value in attributes.items())
        place = f'x="{x:.1f}" y="{y:.1f}" class="{kind}"{extra}'
        drawn.append(f"<text {place}>{escape(content)}</text>")

    def rectangle(x, y, width, peer):
        drawn.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 1}" '
                     f'fill="{COLOURS[peer]}"/>')

    for position, peer in enumerate(peers):
        left = 10 + position * KEY
        rectangle(left, 10, 14, peer)
        text(left + 20, 18, legend.get(peer, peer))
    top = y = 50
    group = None
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            y += 8
            text(10, y + 10, group, "group")
            y += 20
        bundle = bars[row["row"]]
        height = max(1, len(bundle)) * BAR
        text(LABELS - 8, y + height / 2 + 4, row["row"], "label")
        for peer, ns in bundle:
            rectangle(LABELS, y, x(ns) - LABELS, peer)
            text(x(ns) + 3, y + BAR - 1.5, "< 1" if ns < 1 else nanoseconds(ns), "value")
            y += BAR
        y += 8 if bundle else BAR + 8
    for decade in range(decades + 1):
        at = x(10**decade)
        drawn.insert(0, f'<line x1="{at:.1f}" y1="{top - 6}" x2="{at:.1f}" y2="{y}"/>')
        text(at, top - 10, f"{10**decade:,} ns", "value", style="text-anchor: middle")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 10}" width="{WIDTH}">\n'
        f"<style>{STYLE}</style>\n" + "\n".join(drawn) + "\n</svg>\n"
    )


def charts(results):
    for name, (kinds, pattern, peers, legend) in CHARTS.items():
        rows = [row for kind in kinds for row in results.kind(kind)
                if re.search(pattern, row["row"])]
        yield name, chart(results, rows, peers, legend)
