#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each check of rules/MAPPING.md leads to rules that there are, and none is left out.

usage: mapping.py --tidegate PROGRAM
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

TABLES = {"kube-linter": 63, "kube-score": 39, "polaris": 44}
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| .*\|$")
ID = re.compile(r"`([a-z0-9-]+(?:/[a-z0-9-]+)+)`")


def known_rules(program):
    """Rules that the program decides by itself, and those of packs."""
    listed = json.loads(subprocess.run([program, "rules", "list", "--format", "json"], check=True,
                                       stdout=subprocess.PIPE).stdout)
    rules = listed["rules"] if isinstance(listed, dict) else listed
    explained = subprocess.run([program, "explain"], check=True, stdout=subprocess.PIPE).stdout
    return {rule["id"] for rule in rules} | set(
        re.findall(r"^([a-z0-9-]+(?:/[a-z0-9-]+)+)\b", explained.decode(), re.M))


def read_tables(text):
    tables, rows = {}, None
    for line in text.splitlines():
        if line.startswith("## "):
            rows = tables.setdefault(line[3:], [])
        row = ROW.match(line)
        if row and rows is not None:
            rows.append((row[1], ID.findall(row[2])))
    return tables


def problems(tables, known):
    for name, count in TABLES.items():
        rows = tables.get(name, [])
        checks = [check for check, _ in rows]
        if len(checks) != count:
            yield "%s: %d rows, wanted %d" % (name, len(checks), count)
        for check in sorted({c for c in checks if checks.count(c) > 1}):
            yield "%s: %s is there twice" % (name, check)
        for check, rules in rows:
            if not rules:
                yield "%s: %s leads to no rule" % (name, check)
            for rule in rules:
                if rule not in known:
                    yield "%s: %s leads to %s, which is no rule" % (name, check, rule)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    program = parser.parse_args().tidegate
    mapping = pathlib.Path(__file__).resolve().parent.parent / "rules" / "MAPPING.md"
    found = list(problems(read_tables(mapping.read_text(encoding="utf-8")), known_rules(program)))
    for problem in found:
        print(problem)
    print("%d passed, %d failed" % (not found, len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
