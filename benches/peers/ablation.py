"""What each part of the fast path brings: the workload with parts of it left out.

    ablation.py [--interpreter PATH] [--rounds 9] [--markdown FILE]

The parts are those that RUSTPYTHON_CTYPES_WITHOUT names (src/without.rs). The settings take turns, as
the peers of compare.py do.
"""

import argparse
from pathlib import Path

import compare
import report
from workload import median

SETTINGS = {
    "all of it": "",
    "without plans": "plan",
    "without direct entry": "direct",
    "without exact types": "exact",
    "without vectorcall": "vectorcall",
    "without inline memory": "inline",
    "without young values": "young",
    "without attributes": "attributes",
    "without any": "plan,direct,exact,vectorcall,inline,young,attributes,types",
}
ROWS = (r"^(abs|sqrt|fma|strlen)\(c_|^(abs, no argtypes|memset\(b|frexp|6 ints|12 mixed|div.7|"
        r"(16|64) bytes in and|c_int\(3\)|P\([)1]|nested structure get|cast\(p, P|qsort|"
        r"int field (get|set)$|c_int.value (get|set)$|callback\(int\) -> int$)")
NAME = "ablation"


def setting(options, library, name, without):
    variables = {"RUSTPYTHON_CTYPES_WITHOUT": without}
    return compare.Peer(name, [options.interpreter], library, variables=variables)


def table(names, rows, results):
    def ns(name, row):
        return [result["ns"] for result in results[name][row] if "ns" in result]

    lines = []
    for row in (row["row"] for row in rows):
        whole = ns("all of it", row)
        line = [row, report.nanoseconds(median(whole))]
        for name in names[1:]:
            # Within a round the machine is about as fast for all of them.
            ratios = [part / all_of_it for part, all_of_it in zip(ns(name, row), whole)]
            line.append(f"{median(ratios):.2f}")
        lines.append(line)
    return report.markdown(["row", "ns", *names[1:]], lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interpreter", default=compare.INTERPRETERS["ours"][0][0])
    parser.add_argument("--folder", type=Path, default=compare.ROOT / "target/bench-peers")
    parser.add_argument("--rows", default=ROWS)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--milliseconds", type=int, default=10)
    parser.add_argument("--markdown", metavar="FILE", type=Path)
    options = parser.parse_args()
    library = compare.compiled_library(options.folder)
    peers = [setting(options, library, *item) for item in SETTINGS.items()]
    rows, results = compare.measure(peers, options)
    rows = [row for row in rows if row["row"] in results["all of it"]]
    text = table(list(SETTINGS), rows, results)
    report.publish(options.markdown, NAME, text)


if __name__ == "__main__":
    main()
