#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares policy/type-check with what control planes warned of in the same policies.

usage: score_typed.py --tidegate PROGRAM [--misses] [--check] [--minor 1.36 ...]

A warning is a field, a kind, a line and column in the expression, and a message. All policies stand
in one repository, one file each, with an expression on one line of the file, so that a finding's
column says the column in the expression.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import typed_cases as catalogue

HERE = pathlib.Path(__file__).resolve().parent
MINORS = ("1.33", "1.34", "1.35", "1.36")
KIND = re.compile(r"^(\S*), Kind=(\S+): ")
ISSUE = re.compile(r"^ERROR: <input>:(\d+):(\d+): (.*)$")
NUMBERED = re.compile(r"\b([A-Z][A-Za-z]*?)\d+(?=[.,)' ]|$)")
FOUND = re.compile(r"^with (.*?) as object: (.*)$", re.S)


def _labels(minor):
    lines = (HERE / "typed" / (minor + ".jsonl")).read_text().splitlines()
    return {label["id"]: label for label in map(json.loads, lines)}


def _warned(label):
    """What the server says: field, kind, place in the expression, message without the numbers of types."""
    issues = set()
    for each in label["warnings"]:
        kind = None
        for line in each["warning"].splitlines():
            found = KIND.match(line)
            if found:
                kind = "%s %s" % (found.group(1).lstrip("/"), found.group(2))
                line = line[found.end():]
            found = ISSUE.match(line)
            if found:
                issues.add((each["field"], kind, int(found.group(1)), int(found.group(2)), found.group(3)))
    return issues


def _line_of(policy):
    """The policy as text of which no expression is escaped, and the fields of its lines."""
    lines, fields = [], {}
    for i, validation in enumerate(policy["spec"].pop("validations")):
        for key, text in validation.items():
            block = text.rstrip("\n").split("\n")
            lines.append("  %s %s: |-" % ("-" if key == "expression" else " ", key))
            for row, part in enumerate(block):
                fields[len(lines)] = ("spec.validations[%d].%s" % (i, key), row + 1)
                lines.append("      " + part)
    head = ["apiVersion: %s" % policy["apiVersion"], "kind: " + policy["kind"],
            "metadata: " + json.dumps(policy["metadata"]), "spec:"]
    head += ["  %s: %s" % (key, json.dumps(value)) for key, value in policy["spec"].items()]
    head.append("  validations:")
    return "\n".join(head + lines) + "\n", {len(head) + 1 + at: field for at, field in fields.items()}


def _found(findings, fields):
    issues = set()
    for each in findings:
        kinds, message = FOUND.match(each["message"]).groups()
        field, line = fields.get(each["line"], (each["field"], 0))
        for kind in kinds.split(", "):
            issues.add((field, kind, line, each["column"] - 6, NUMBERED.sub(r"\1", message)))
    return issues


def score(tidegate, minor):
    labels = _labels(minor)
    cases = [case for case in catalogue.load() if "warnings" in labels.get(case.name, {})]
    with tempfile.TemporaryDirectory() as name:
        folder, fields = pathlib.Path(name), {}
        for i, crd in enumerate(catalogue.CRDS):
            (folder / ("crd-%d.json" % i)).write_text(json.dumps(crd))
        for case in cases:
            text, fields[case.name] = _line_of(case.policy())
            (folder / (case.name + ".yaml")).write_text(text)
        ran = subprocess.run([tidegate, "check", "--format", "json", "--kubernetes-version", minor, "."],
                             capture_output=True, text=True, check=False, cwd=folder)
    if ran.returncode not in (0, 1):
        sys.exit("tidegate: exit %d: %s" % (ran.returncode, ran.stderr or ran.stdout[-2000:]))
    said = {}
    for finding in json.loads(ran.stdout)["findings"]:
        if finding["rule"] == "policy/type-check":
            said.setdefault(pathlib.PurePath(finding["path"]).stem, []).append(finding)
    misses = []
    for case in cases:
        warned, found = _warned(labels[case.name]), _found(said.get(case.name, []), fields[case.name])
        if warned != found:
            misses.append((case.name, "server only %s, tidegate only %s" % (sorted(warned - found),
                                                                            sorted(found - warned))))
    return len(cases), misses


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--minor", action="append", choices=MINORS)
    arguments = parser.parse_args()
    known = (HERE / "known_typed.txt").read_text().splitlines()
    known = {line.split()[0] for line in known if line and not line.startswith("#")}
    failed = False
    for minor in arguments.minor or MINORS:
        count, misses = score(str(pathlib.Path(arguments.tidegate).resolve()), minor)
        print("%s: the types of %d of %d policies agree" % (minor, count - len(misses), count))
        for name, what in misses:
            failed |= name not in known and minor + "/" + name not in known
            if arguments.misses:
                print("    %s: %s" % (name, what))
    if failed and arguments.check:
        sys.exit("types: there are new disagreements; see --misses")


if __name__ == "__main__":
    main()
