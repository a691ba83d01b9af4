#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what tidegate makes of all cases with what servers made of them.

usage: score_mutations.py --mutated PROGRAM [--misses] [--check] [--minor 1.36 ...]

The object has to be the same where the server gives one. Where it refuses, tidegate has to refuse;
what the server says of a mutation is among the findings about mutations, word by word.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import mutation_cases as catalogue
import mutation_labels as store
from compare import differences


def _ask(program, minor, cases):
    lines = []
    for case in cases:
        line = {"set": [*catalogue.NAMESPACES, catalogue.CRD, *case.extra, *case.manifests()],
                "object": case.object}
        if case.old:
            line["old"] = case.old
        lines.append(json.dumps(line) + "\n")
    ran = subprocess.run([program, minor], input="".join(lines), capture_output=True, text=True,
                         check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _plain(message):
    """A finding is one line, and Go walks maps in any order."""
    lines = message.replace("\\n", "\n").replace("\\t", "\t").strip().split("\n")
    text = "\n".join(lines[:1] + sorted(lines[1:]))
    before, found, names = text.partition("or structs: ")
    return before + found + ", ".join(sorted(names.split(", ")))


def disagreement(label, said):
    """None, or what is different."""
    findings = said["findings"]
    undecided = [each for each in findings if each["rule"] == "policy/undecided"]
    messages = [_plain(each["message"]) for each in findings]
    if undecided:
        return "undecided: " + undecided[0]["message"]
    if label["verdict"] == "accept":
        if findings:
            return "the server accepts, tidegate: %r" % messages
        differ = differences(said["object"], label["object"])
        return "; ".join(differ) or None
    if not findings:
        return "the server refuses (%s), tidegate does not" % label["message"]
    policies = [_plain(each["message"]) for each in findings if each["rule"].startswith("policy/")]
    if "stage" in label and _plain(label["message"]) not in policies:
        return "server: %r, tidegate: %r" % (label["message"], messages)
    if label["code"] == 500 and not any(each == label["message"] for each in policies):
        return "server: %r, tidegate: %r" % (label["message"], messages)
    return None


def score(program, minor):
    labels = store.read(minor)
    cases = [case for case in catalogue.load()
             if labels.get(case.id, {"verdict": "no-policy"})["verdict"] != "no-policy"]
    misses = []
    for case, said in zip(cases, _ask(program, minor, cases), strict=True):
        found = disagreement(labels[case.id], said)
        if found:
            misses.append((case.id, found))
    return len(cases), misses


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutated", required=True, help="the program of that name")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--minor", action="append", choices=store.MINORS)
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.mutated).resolve())
    known = (pathlib.Path(__file__).resolve().parent / "known_mutations.txt").read_text()
    known = {line.split()[0] for line in known.splitlines() if line and not line.startswith("#")}
    failed = False
    for minor in arguments.minor or store.MINORS:
        asked, misses = score(program, minor)
        print("%s: %d of %d mutations agree" % (minor, asked - len(misses), asked))
        for id, text in misses:
            failed |= id not in known
            if arguments.misses or id not in known:
                print("  %s%s: %s" % (id, " (known)" if id in known else "", text))
    sys.exit(1 if arguments.check and failed else 0)


if __name__ == "__main__":
    main()
