#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which rows of schemas/rules the recorded cases prove: refused at least once, passed at least once.

usage: coverage.py --tidegate PROGRAM [--table batch.v1[,…]] [--family NAME[,…]]

PROGRAM is one of the dev preset, which alone knows the trace of admit/rule_trace.h. Without --table
there is one line for each file of rules, with it each row that lacks something:

    never     no case has a value there
    no-fire   it only passed: a refused case is missing
    no-pass   it only fired: an accepted case is missing

A row that calls a function counts as one, whatever branches that has. A forbidden value can't pass.
Build first: rows are known by their lines.
"""
import argparse
import collections
import os
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from cases import MINORS, CaseError, load
from judge import JudgeError, judge

RULES = HERE.parents[1] / "schemas" / "rules"
ROW = re.compile(r"\s+(\S+)\s+(\S+)")
STATES = {"": "never", "p": "no-fire", "f": "no-pass"}


def rows():
    """{file: [(number, text)]}; what only stops the walk is never applied."""
    found = collections.defaultdict(list)
    for path in sorted(RULES.glob("*.txt")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = ROW.match(line)
            if match and not match.group(1).startswith("#") and match.group(2) != "skip":
                found[path.name].append((number, " ".join(line.split())))
    return found


def marks(program, cases):
    """{"batch.v1.txt:7": {"p", "f"}}"""
    seen = collections.defaultdict(set)
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder, "trace")
        os.environ["TIDEGATE_RULE_TRACE"] = str(trace)
        judge(program, cases, list(MINORS))
        if not trace.exists():
            raise JudgeError("%s writes no trace: use the one of the dev preset" % program)
        for line in trace.read_text().splitlines():
            letters, where = line.split()
            seen[where.rpartition("/")[2]] |= set(letters)
    return seen


def main():
    parser = argparse.ArgumentParser(prog="coverage.py", allow_abbrev=False)
    parser.add_argument("--tidegate", required=True, metavar="PROGRAM")
    parser.add_argument("--table", default="")
    parser.add_argument("--family")
    arguments = parser.parse_args()
    seen = marks(arguments.tidegate,
                 load(arguments.family.split(",") if arguments.family else None))
    wanted = [each + ".txt" for each in arguments.table.split(",") if each]
    print("%-32s %6s %8s %8s %8s" % ("", "rows", "never", "no-fire", "no-pass"))
    total = collections.Counter()
    for file, lines in rows().items():
        states = {number: state(text, seen["%s:%d" % (file, number)]) for number, text in lines}
        counts = collections.Counter(states.values())
        counts["rows"] = len(lines)
        total += counts
        print_line(file, counts)
        for number, text in lines if file in wanted else ():
            if states[number]:
                print("    %5d  %-8s %s" % (number, states[number], text))
    print_line("all", total)


def state(text, letters):
    name = STATES.get("".join(sorted(letters)), "")
    return "" if name == "no-pass" and text.split()[1] == "forbidden" else name


def print_line(name, counts):
    print("%-32s %6d %8d %8d %8d" % (name, counts["rows"], counts["never"], counts["no-fire"],
                                     counts["no-pass"]))


if __name__ == "__main__":
    try:
        main()
    except (CaseError, JudgeError) as failure:
        sys.exit("coverage.py: %s" % failure)
