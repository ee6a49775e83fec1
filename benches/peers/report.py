"""What compare.py measured as Markdown tables, as charts, and against the targets."""

import re
from collections import namedtuple
from html import escape
from math import ceil, log10

from workload import median

# group, row, against, limit of ours / against.
TARGETS = [
    ("^call$", r"\(", "floor", 1.0),
    ("^call$", r"\(", "CPython 3.11", 0.5),
    ("^call$", "no argtypes", "floor", 1.3),
    ("^(pointer|many|struct by value)$", "", "CPython 3.11", 0.5),
    ("^(call|pointer|many|struct by value|callback)$", "", "stock", 0.2),
    ("^value$", "", "floor", 1.1),
    ("^construct$", r"^(c_int\(3\)|P\(\)|byref\(x\))$", "floor", 1.2),
    ("^construct$", r"^P\(1, 2, 3\.0\)$", "floor", 1.0),
    ("^module function$", "^(cast|string_at|char buffer)", "CPython 3.11", 1.0),
    ("^bulk$", "^(slice of 100 [gs]et|array of 100|for loop|list|sum)", "CPython 3.11", 0.6),
    ("^callback$", "^callback", "CPython 3.11", 1.0),
    ("^callback$", "^qsort", "CPython 3.11", 1.5),
]
# Calls per second of two threads over those of one; not less than this.
THREADS_TARGET = 1.8

# What letting other threads run takes the virtual machine: the difference between two rows.
DETACHING = "detaching"
DETACHED, ATTACHED = "abs(c_int)", "abs(c_int) through PyDLL"

# What the virtual machine itself takes for what a row is made of: rows of its own, or the floor.
OWN_STEPS = {
    r"^(abs|labs|sqrt|fma|ldexp|strlen)": ["floor", DETACHING],
    r"^(memset|wcslen|frexp\(d, pointer)": ["abs(i)"],
    r"^frexp\(d, byref": ["abs(i)", "object()"],
    r"^getenv": ["abs(i)", "a new bytes object"],
    r"^div": ["divmod(i, j)", "object()"],
    r"bytes in and out$": ["abs(i)", "object()"],
    r"^(c_int|c_double)\.value set|field set$": ["an attribute written by a descriptor"],
    r"^(c_double\.value|double field) get": ["floor", "a new float"],
    r"^(nested|pointer\.contents)": ["d.real", "object()"],
    r"^(c_int\(3\)|byref)": ["a new object of one argument"],
    r"^cast": ["a Python function's call", "abs(i)", "object()"],
    r"^string_at": ["a Python function's call", "abs(i)", "a new bytes object"],
    r"^char buffer": ["d.real", "a new bytes object"],
    r"^(for|sum)": ["floor"],
    r"^callback": ["abs(i)", "a Python call from native code"],
}

TABLES = {
    "calls": ["call", "pointer", "many", "struct by value", "callback"],
    "data": ["value", "construct", "module function", "bulk"],
    "machine": ["virtual machine"],
}
# Whose rows the comparison of the designs has, and what stands beside them.
DESIGNS_GROUPS = ["calls", "data"]
DESIGNS_BESIDE = ["PyPy without JIT", "PyPy", "CPython 3.11", "CPython 3.13", "cffi ABI"]
# Peers whose column is followed by one with the ratio.
WITH_RATIO = ["CPython 3.11", "stock"]

NATIVE = {"ours": "native"}
BARS_OF = ["ours", "floor", "CPython 3.11", "PyPy", "cffi compiled", "stock", "layered"]
Chart = namedtuple("Chart", "groups rows bars legend")
CHARTS = {
    "calls.svg": Chart(TABLES["calls"], r"^(?!.*no argtypes|qsort)", BARS_OF,
                       {"floor": "floor (builtin)"}),
    "data.svg": Chart(
        TABLES["data"],
        r"^(?!c_double|double|bit field set|.*char|list of|sum of|sizeof|addressof)", BARS_OF,
        {"floor": "floor (builtin)"}),
    "designs.svg": Chart(
        TABLES["calls"] + TABLES["data"],
        r"^(abs\(c_int|strlen\(|6 ints|div|frexp\(d, byref|callback|c_int\.value|int field|nested|"
        r"c_int array item|pointer|c_int\(3|P\(1|cast|slice of 100 get|array of 100)",
        ["ours", "stock", "layered", "PyPy without JIT", "PyPy"], NATIVE),
}
# Colours that stand out on white and on black.
COLOURS = {
    "ours": "#2f81f7",
    "floor": "#8b949e",
    "CPython 3.11": "#d29922",
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
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.group { font-weight: 600 }
.value { font-size: 9px; fill: #57606a }
.label { text-anchor: end }
line { stroke: #8b949e; stroke-opacity: 0.35 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .value { fill: #9ea7b3 } }
"""


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

    def ratio(self, peer, row):
        """Ours over the peer's; None where there is nothing to compare with. A compiler in time can
        remove a statement altogether, and then it took no time or, by the noise, less."""
        if self.ns("ours", row) is None or self.ns(peer, row) is None:
            return None
        # A round's measurements were made within seconds.
        rounds = zip(self.values("ours", row), self.values(peer, row))
        ratios = [ours / theirs for ours, theirs in rounds if theirs > 0]
        return median(ratios) if ratios else None

    def grouped(self, groups):
        return [row for group in groups for row in self.rows if row["group"] == group]


class Verdict(namedtuple("Verdict", "row against sign limit value missed")):
    def __str__(self):
        target = f"{self.against} {self.sign} {self.limit:g}"
        if not self.missed:
            return target
        if self.value is None:
            return f"{target}: missed, fails"
        # With as many digits as show that it is another number.
        shown = f"{self.value:.2f}"
        return f"{target}: missed, {f'{self.value:.3f}' if float(shown) == self.limit else shown}"


def verdicts(results):
    """Those that can be given: a peer that is missing or fails is no measure."""
    for row in results.rows:
        name = row["row"]
        failed = results.failure("ours", name) is not None
        for groups, names, against, limit in TARGETS:
            if re.search(groups, row["group"]) and re.search(names, name):
                ratio = results.ratio(against, name)
                if failed or ratio is not None:
                    yield Verdict(name, against, "≤", limit, ratio, failed or ratio > limit)
    for row in results.grouped(["threads"]):
        for report in threads(results, "ours", row["row"]):
            value = report["ratio"]
            yield Verdict(row["row"], "one thread", "≥", THREADS_TARGET, value,
                          value < THREADS_TARGET)


def threads(results, peer, row):
    """The report of the median round, in a list; an empty one if there is none."""
    reports = [report for report in results.reports(peer, row) if "ratio" in report]
    reports.sort(key=lambda report: report["ratio"])
    return reports[len(reports) // 2 : len(reports) // 2 + 1]


def nanoseconds(ns):
    return f"{ns:.1f}" if abs(ns) < 100 else f"{ns:,.0f}"


def ns_cell(results, peer, row):
    failure = results.failure(peer, row)
    if failure:
        return "fails: " + " ".join(escape(failure).replace("|", "\\|").split())
    ns = results.ns(peer, row)
    return "" if ns is None else nanoseconds(ns)


def spread_cell(results, row):
    values = results.values("ours", row)
    cell = ns_cell(results, "ours", row)
    if results.failure("ours", row) or len(values) < 2:
        return cell
    return f"{cell} ({nanoseconds(min(values))}..{nanoseconds(max(values))})"


def ratio_cell(results, peer, row):
    ratio = results.ratio(peer, row)
    return "" if ratio is None else f"{ratio:.2f}"


def markdown(header, lines):
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, rule, *lines])


def table(results, groups):
    peers = [peer for peer in results.versions if peer != "ours"]
    # The peers with a ratio first.
    peers.sort(key=lambda peer: peer not in WITH_RATIO)
    header = ["ns", "floor", "ours", "ours/floor"]
    for peer in peers:
        header += [peer] + [f"ours/{peer}"] * (peer in WITH_RATIO)
    header.append("target")
    judged = list(verdicts(results))
    lines = []
    for row in [row["row"] for row in results.grouped(groups)]:
        line = [row, ns_cell(results, "floor", row), spread_cell(results, row),
                ratio_cell(results, "floor", row)]
        for peer in peers:
            line.append(ns_cell(results, peer, row))
            line += [ratio_cell(results, peer, row)] * (peer in WITH_RATIO)
        line.append(", ".join(
            f"**{verdict}**" if verdict.missed else str(verdict)
            for verdict in judged if verdict.row == row
        ))
        lines.append(line)
    return markdown(header, lines)


def threads_table(results):
    lines = []
    for row in results.grouped(["threads"]):
        for peer in results.versions:
            for report in threads(results, peer, row["row"]):
                lines.append([peer, f"{report['one_per_second']:,}",
                              f"{report['two_per_second']:,}", f"{report['ratio']:.2f}"])
    return markdown(["calls per second", "one thread", "two threads", "two/one"], lines)


def own_step(results, row, step):
    if step == "floor":
        return results.ns("floor", row)
    if step == DETACHING:
        both = results.ns("ours", DETACHED), results.ns("ours", ATTACHED)
        return None if None in both else both[0] - both[1]
    return results.ns("ours", step)


def own_steps_table(results):
    """For each missed target: what it comes to in time, and what the virtual machine itself takes."""
    lines = []
    for verdict in verdicts(results):
        steps = next((steps for names, steps in OWN_STEPS.items()
                      if re.search(names, verdict.row)), None)
        if not verdict.missed or steps is None or verdict.value is None:
            continue
        times = [own_step(results, verdict.row, step) for step in steps]
        if None in times:
            continue
        ours, against = results.ns("ours", verdict.row), results.ns(verdict.against, verdict.row)
        lines.append([verdict.row, f"{verdict.against} ≤ {verdict.limit:g}",
                      nanoseconds(verdict.limit * against), nanoseconds(ours),
                      nanoseconds(sum(times)), " + ".join(steps)])
    return markdown(["ns", "target", "that is", "ours", "the VM's own steps", "which are"], lines)


def designs_table(results):
    """The three designs on one virtual machine, then PyPy's layered one with its compiler."""
    designs = ["layered", "stock"]
    header = ["ns", "native"]
    for design in designs:
        header += [design, f"{design}/native"]
    header += [peer for peer in DESIGNS_BESIDE if peer in results.versions]
    lines = []
    for row in results.grouped(group for groups in DESIGNS_GROUPS for group in TABLES[groups]):
        name = row["row"]
        if results.ns("layered", name) is None and results.failure("layered", name) is None:
            continue
        line = [name, spread_cell(results, name)]
        for design in designs:
            ratio = results.ratio(design, name)
            line += [ns_cell(results, design, name), "" if ratio is None else f"{1 / ratio:.1f}"]
        line += [ns_cell(results, peer, name) for peer in header[6:]]
        lines.append(line)
    return markdown(header, lines)


def counts_table(results):
    """Instructions and blocks of heap memory for each row and design."""
    designs = list(results.counts)
    names = [NATIVE.get(design, design) for design in designs]
    header = ["row", *(f"instructions, {name}" for name in names),
              *(f"blocks, {name}" for name in names)]
    lines = []
    for row in results.counts[designs[0]]:
        counts = [results.counts[design][row] for design in designs]
        lines.append([row, *("fails" if "error" in each else f"{round(each[what]):,}"
                             for what in range(2) for each in counts)])
    return markdown(header, lines)


def peers_table(results):
    machine = results.machine
    described = (
        f"{machine['date']}, {machine['processors']} × {machine['processor']}, "
        f"{machine['system']}, load {machine['load']} before the start; "
        f"{results.measured['rounds']} rounds of {results.measured['samples']} samples of "
        f"{results.measured['milliseconds']} ms.\n\n"
    )
    lines = [[name, version] for name, version in results.versions.items()]
    return described + markdown(["peer", "version"], lines)


def all_named(results):
    tables = {name: table(results, groups) for name, groups in TABLES.items()}
    if results.counts:
        tables["designs counted"] = counts_table(results)
    return dict(tables, threads=threads_table(results), peers=peers_table(results),
                designs=designs_table(results), **{"own steps": own_steps_table(results)})


def all_tables(results):
    return "\n\n".join(all_named(results).values())


def put_in(text, name, table):
    """The text with a table between `<!-- table: NAME -->` and `<!-- end: NAME -->`."""
    begin, end = f"<!-- table: {name} -->", f"<!-- end: {name} -->"
    before, found, rest = text.partition(begin)
    if not found:
        return text
    return f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"


def publish(file, name, table):
    """Puts a table into a Markdown file, or prints it if there is none."""
    if file:
        file.write_text(put_in(file.read_text(), name, table))
    else:
        print(table)


def filled_in(text, results):
    for name, table in all_named(results).items():
        text = put_in(text, name, table)
    return text


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
        left = 10 + position * 118
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
    for name, (groups, pattern, peers, legend) in CHARTS.items():
        rows = [row for row in results.grouped(groups) if re.search(pattern, row["row"])]
        yield name, chart(results, rows, peers, legend)
