"""What compare.py measured as Markdown tables, and against the targets."""

import re
from html import escape

from results import threads
from targets import MEANS, ROW, verdicts

# By the name of the table: the kind of its rows.
TABLES = {"calls": "call", "data": "data", "types": "type", "imports": "import", "machine": "machine"}
# The peers that have a column in those tables, and those of them that are followed by the ratio.
PEERS = ["CPython 3.11", "CPython 3.14", "CPython 3.15", "PyPy"]
WITH_RATIO = ["CPython 3.11", "CPython 3.14"]
# Those that the geometric means are given for besides.
MEANS_OF = ["floor", "CPython 3.11", "CPython 3.13", "CPython 3.14", "CPython 3.15", "PyPy"]
# The columns of the comparison of the designs.
DESIGNS = ["layered", "stock"]
DESIGNS_BESIDE = ["PyPy without JIT", "cffi ABI", "cffi compiled"]
NATIVE = {"ours": "native"}
GUIDED = "ours, guided"


def nanoseconds(ns):
    return f"{ns:.1f}" if abs(ns) < 100 else f"{ns:,.0f}"


def ns_cell(results, peer, row):
    if results.failure(peer, row):
        return "fails"
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


def plain(name):
    """A row's name as Markdown that shows as the name is."""
    return re.sub(r"(?<!\w)_|_(?!\w)|\*", r"\\\g<0>", escape(name, quote=False))


def code(statements):
    return f"`{'; '.join(statements.splitlines())}`".replace("|", "\\|")


def markdown(header, lines):
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, rule, *lines])


def from_the_floor(results):
    """A key to sort rows by: those that are furthest from their floor come first, those without one
    last."""
    return lambda row: -(results.ratio("floor", row["row"]) or 0)


def table(results, kind):
    rows = sorted(results.kind(kind), key=from_the_floor(results))
    peers = [peer for peer in PEERS if peer in results.versions]
    has_floors = any(results.ratio("floor", row["row"]) for row in rows)
    header = ["ns", *["floor"] * has_floors, "ours", *["ours/floor"] * has_floors]
    for peer in peers:
        header += [peer] + [f"ours/{peer.removeprefix('CPython ')}"] * (peer in WITH_RATIO)
    missed = {}
    for verdict in verdicts(results):
        if verdict.missed:
            missed.setdefault(verdict.row, []).append(
                f"{verdict.against.removeprefix(ROW)} {verdict.sign} {verdict.limit:.3g}")
    header += ["missed"] * any(row["row"] in missed for row in rows)
    lines = []
    for row in [row["row"] for row in rows]:
        line = [plain(row), spread_cell(results, row)]
        if has_floors:
            line.insert(1, ns_cell(results, "floor", row))
            line.append(ratio_cell(results, "floor", row))
        for peer in peers:
            line.append(ns_cell(results, peer, row))
            line += [ratio_cell(results, peer, row)] * (peer in WITH_RATIO)
        if header[-1] == "missed":
            line.append(f"**{', '.join(missed[row])}**" if row in missed else "")
        lines.append(line)
    return "\n\n".join(filter(None, [markdown(header, lines), means(results, kind),
                                     failures(results, rows, ["ours", *peers])]))


def means(results, kind):
    """The geometric means of a kind's rows, in a sentence."""
    limits = {(mean.kind, mean.against): mean.limit for mean in MEANS}
    parts = []
    for peer in MEANS_OF:
        found = results.mean(peer, results.kind(kind))
        if found:
            limit = limits.get((kind, peer))
            wanted = f" (target {limit:g}{', missed' if found[0] > limit else ''})" if limit else ""
            parts.append(f"{peer} {found[0]:.2f}{wanted} of {found[1]} rows")
    return f"Geometric means, ours over: {'; '.join(parts)}." if parts else ""


def failures(results, rows, peers):
    """What the peers cannot run, and why."""
    lines = []
    for peer in peers:
        reasons = {}
        for row in (row["row"] for row in rows):
            failure = results.failure(peer, row)
            if failure:
                reasons.setdefault(" ".join(failure.split()), []).append(row)
        for reason, names in reasons.items():
            shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            lines.append(f"- {peer} fails: {code(reason)} ({plain(shown)})")
    return "\n".join(lines)


def threads_table(results):
    lines = []
    for row in results.kind("threads"):
        for peer in results.versions:
            for report in threads(results, peer, row["row"]):
                lines.append([peer, f"{report['one_per_second']:,}",
                              f"{report['two_per_second']:,}", f"{report['ratio']:.2f}"])
    return markdown(["calls per second", "one thread", "two threads", "two/one"], lines)


def missed_table(results):
    """For each row that misses a target: what it comes to in time, and what the machine itself takes. Those
    come first in which the machine itself would meet the target."""
    rows = []
    for verdict in verdicts(results):
        ours, floor = results.ns("ours", verdict.row), results.ns("floor", verdict.row)
        if verdict.missed and verdict.value is not None and floor is not None:
            rows.append((floor / (verdict.limit * ours / verdict.value), verdict))
    rows.sort(key=lambda row: row[0] > 1)
    lines = []
    for over, verdict in rows:
        ours = results.ns("ours", verdict.row)
        lines.append([plain(verdict.row),
                      f"{verdict.against.removeprefix(ROW)} {verdict.sign} {verdict.limit:.3g}",
                      nanoseconds(verdict.limit * ours / verdict.value), nanoseconds(ours),
                      ns_cell(results, "floor", verdict.row), f"{over:.2f}",
                      code(results.floor(verdict.row))])
    beyond = sum(over > 1 for over, _ in rows)
    count = (f"{len(rows)} targets of rows are missed; in {beyond} of them the floor alone takes more time "
             "than the target allows.")
    header = ["ns", "target", "that is", "ours", "floor", "floor/that", "which is"]
    return f"{count}\n\n{markdown(header, lines)}"


def designs_table(results):
    """The three designs on one virtual machine, and what stands beside them."""
    beside = [peer for peer in DESIGNS_BESIDE if peer in results.versions]
    header = ["ns", "native"]
    for design in DESIGNS:
        header += [design, f"{design}/native"]
    lines = []
    rows = [row for kind in ["call", "data", "type"] for row in results.kind(kind)]
    for name in (row["row"] for row in rows):
        line = [plain(name), ns_cell(results, "ours", name)]
        for design in DESIGNS:
            ratio = results.ratio(design, name)
            line += [ns_cell(results, design, name), "" if ratio is None else f"{1 / ratio:.1f}"]
        lines.append(line + [ns_cell(results, peer, name) for peer in beside])
    text = markdown(header + beside, lines)
    return "\n\n".join(filter(None, [text, failures(results, rows, DESIGNS)]))


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


def guided_table(results):
    """The plain build and the guided one side by side, a group of rows a line, by geometric means."""
    groups = dict.fromkeys(row["group"] for row in results.rows)
    lines = []
    for group in groups:
        rows = [row for row in results.rows if row["group"] == group]
        gain = results.mean("ours", rows, ours=GUIDED)
        if gain:
            cells = [results.mean(peer, rows, ours=ours) for peer in WITH_RATIO
                     for ours in ["ours", GUIDED]]
            lines.append([group, str(gain[1]), f"{gain[0]:.2f}",
                          *(f"{cell[0]:.2f}" if cell else "" for cell in cells)])
    header = ["group", "rows", "guided/plain"]
    for peer in WITH_RATIO:
        header += [f"plain/{peer}", f"guided/{peer}"]
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
    tables = {name: table(results, kind) for name, kind in TABLES.items()}
    if results.counts:
        tables["designs counted"] = counts_table(results)
    if GUIDED in results.versions:
        tables["guided"] = guided_table(results)
    return dict(tables, threads=threads_table(results), peers=peers_table(results),
                designs=designs_table(results), missed=missed_table(results))


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
