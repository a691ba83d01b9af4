#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares tidegate's verdicts on all cases with the servers' labels.

usage: score.py --tidegate PROGRAM [--family NAME[,…]] [--ids PATTERN] [--minor 1.36[,…]] [--misses]
                [--causes]
       score.py --tidegate PROGRAM --check

    recall     of what the server refuses, the share that tidegate refuses
    precision  of what tidegate refuses, the share that the server refuses
    causes     of the server's causes, the share whose field a finding names
    warnings   of the server's warnings, the share that tidegate gives in the same words, and how
               many tidegate gives on accepted cases that the server does not

--misses prints each disagreement with both sides, --causes each cause and warning that tidegate
lacks, and each warning that it alone has. --check fails on any that known.txt does not list,
on entries of known.txt that are none, and on cases without labels, which record.py makes.
"""
import argparse
import collections
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import labels as store
from cases import MINORS, CaseError, load
from judge import JudgeError, judge

ROW = "%-24s %6s %7s %9s %7s %9s %6s %12s"
EXACT_ROW = "%-24s %6d %7s"
NO_FIELD = ("", "<nil>")
# Structs inside of structs, which Go's decoder names from 1.35 on; no manifest has such a field.
EMBEDDED = ("ProbeHandler", "LifecycleHandler", "EphemeralContainerCommon", "VolumeSource",
            "PersistentVolumeSource", "LocalObjectReference", "IngressRuleValue")


class Tally(collections.Counter):
    """Counts of one family or minor."""

    def add(self, label, verdict, verb):
        refused = verdict.to(verb) == "reject"
        self["cases"] += 1
        if label["verdict"] == "reject":
            self["rejects"] += 1
            self["caught"] += refused
        else:
            self["false"] += refused
        fields = [path(each.field) for each in verdict.refusals(verb)]
        for cause in label.get("causes", ()):
            if cause["field"] not in NO_FIELD:
                self["causes"] += 1
                self["named"] += is_named(cause["field"], fields)
        said, told = label.get("warnings", []), verdict.warnings
        self["warnings"] += len(said)
        self["told"] += sum(each in told for each in said)
        if label["verdict"] == "accept":
            self["extra"] += sum(each not in said for each in told)

    def row(self, name):
        return ROW % (name, self["cases"], share(self["caught"], self["rejects"]),
                      share(self["caught"], self["caught"] + self["false"]), self["false"],
                      share(self["named"], self["causes"]), self["warnings"],
                      "%s +%d" % (share(self["told"], self["warnings"]), self["extra"]))


def share(part, whole):
    return "%.1f%%" % (100.0 * part / whole) if whole else "-"


def path(field):
    """Names along a field path, without positions in lists."""
    return [each for each in re.split(r"[.\[\]]+", field or "")
            if each and not each.isdigit() and each not in EMBEDDED]


def is_named(cause, fields):
    """A finding is at the cause's field, below it, or at the struct that it is in."""
    wanted = path(cause)
    return any(field[:len(wanted)] == wanted or (len(field) >= 2 and field == wanted[:-1])
               for field in fields)


class Scores:
    def __init__(self, program, cases, minors):
        self.rows = []  # case, verb, minor, label, verdict
        self.faults = []  # of the labels
        verdicts = judge(program, cases, list(minors)) if cases else {}
        stored = {family: store.read(family) for family in {each.family for each in cases}}
        for case in cases:
            for verb in case.verbs:
                for minor in minors:
                    if minor in case.minors:
                        self._add(case, verb, minor, stored[case.family], verdicts[case.id, minor])

    def _add(self, case, verb, minor, labels, verdict):
        label = labels.get((case.id, verb, minor))
        if label is None or label["case"] != case.digest:
            self.faults.append("%s has %s label for %s on %s; record.py --family %s --missing" % (
                case.id, "no" if label is None else "an old", verb, minor, case.family))
            return
        self.rows.append((case, verb, minor, label, verdict))

    def disagreements(self):
        return [row for row in self.rows if row[4].to(row[1]) != row[3]["verdict"]]

    def table(self):
        print(ROW % ("", "cases", "recall", "precision", "false", "causes", "warns", "told"))
        for name in (lambda row: row[0].family), (lambda row: "Kubernetes " + row[2]), \
                    (lambda row: "all"):
            tallies = collections.defaultdict(Tally)
            for row in self.rows:
                tallies[name(row)].add(row[3], row[4], row[1])
            for key in sorted(tallies):
                print(tallies[key].row(key))

    def exact(self):
        """Where minors differ, only somebody who knows the minor is right on each."""
        verdicts = collections.defaultdict(set)
        for case, verb, _, label, _ in self.rows:
            verdicts[case.id, verb].add(label["verdict"])
        rows = [row for row in self.rows if len(verdicts[row[0].id, row[1]]) > 1]
        print("\n%d cases differ between minors" % len({(row[0].id, row[1]) for row in rows}))
        for minor in sorted({row[2] for row in rows}):
            there = [row for row in rows if row[2] == minor]
            right = sum(row[4].to(row[1]) == row[3]["verdict"] for row in there)
            print(EXACT_ROW % ("Kubernetes " + minor, len(there), share(right, len(there))))

    def misses(self):
        for (case, verb, label, verdict), minors in self._by_answer().items():
            print("\n%s, %s on %s" % (case.id, verb, " ".join(minors)))
            print("  server   %s %s" % (label[0], label[1]))
            print("  tidegate %s" % verdict)

    def causes(self):
        lines = collections.defaultdict(list)
        for case, verb, minor, label, verdict in self.rows:
            fields = [path(each.field) for each in verdict.refusals(verb)]
            lacks = ["lacks %s: %s" % (each["field"], each.get("message", each["type"]))
                     for each in label.get("causes", ()) if each["field"] not in NO_FIELD
                     and not is_named(each["field"], fields)]
            said, told = label.get("warnings", []), verdict.warnings
            lacks += ["lacks the warning %s" % each for each in said if each not in told]
            if label["verdict"] == "accept":
                lacks += ["warns alone: %s" % each for each in told if each not in said]
            for each in lacks:
                lines[case.id, verb, each[:400]].append(minor)
        for (key, verb, text), minors in lines.items():
            print("%s, %s on %s %s" % (key, verb, " ".join(minors), text))

    def _by_answer(self):
        groups = collections.defaultdict(list)
        for case, verb, minor, label, verdict in self.disagreements():
            causes = "; ".join("%s: %s" % (each["field"], each.get("message", each["type"]))
                               for each in label.get("causes", ()))
            said = label["verdict"], (causes or label.get("message", ""))[:400]
            told = "; ".join("%s: %s" % (each.rule, each.message)
                             for each in verdict.refusals(verb)) or "accept"
            groups[case, verb, said, told[:400]].append(minor)
        return groups


# ---- known disagreements ----

def known():
    """{(id, verb, minor): reason} of lines `ID VERB MINOR[,MINOR…] REASON`."""
    listed = {}
    for number, line in enumerate((HERE / "known.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 3)
        if len(words) < 4:
            raise CaseError("known.txt:%d: write ID VERB MINORS REASON" % number)
        for minor in words[2].split(","):
            listed[words[0], words[1], minor] = words[3]
    return listed


def check(scores, cases):
    faults = list(scores.faults)
    listed = known()
    open_rows = {(row[0].id, row[1], row[2]): row for row in scores.disagreements()}
    for key, (_, _, _, label, _) in sorted(open_rows.items()):
        if key not in listed:
            faults.append("%s, %s on %s: the server says %s, tidegate does not" % (
                key + (label["verdict"],)))
    faults += ["known.txt: %s %s %s is no disagreement" % key
               for key in sorted(listed.keys() - open_rows.keys())]
    wanted = {(case.id, verb, minor) for case in cases for verb in case.verbs
              for minor in case.minors}
    for file in sorted(store.FOLDER.glob("*.jsonl")):
        faults += ["%s: %s has a label for %s on %s but is no such case" % ((file.name,) + key)
                   for key in sorted(store.read(file.stem).keys() - wanted)]
    for fault in faults:
        print(fault)
    return faults


def main():
    parser = argparse.ArgumentParser(prog="score.py", allow_abbrev=False)
    parser.add_argument("--tidegate", required=True, metavar="PROGRAM")
    parser.add_argument("--family")
    parser.add_argument("--ids", default="")
    parser.add_argument("--minor", default=",".join(MINORS))
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--causes", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    cases = load(arguments.family.split(",") if arguments.family else None, arguments.ids)
    scores = Scores(arguments.tidegate, cases, arguments.minor.split(","))
    scores.table()
    scores.exact()
    if arguments.misses:
        scores.misses()
    if arguments.causes:
        scores.causes()
    if arguments.check:
        faults = check(scores, cases)
        print("%d passed, %d failed" % (len(scores.rows), len(faults)))
        sys.exit(bool(faults))
    if scores.faults:
        print("\n%d labels are missing or old, such as: %s" % (len(scores.faults),
                                                               scores.faults[0]))


if __name__ == "__main__":
    try:
        main()
    except (CaseError, JudgeError) as failure:
        sys.exit("score.py: %s" % failure)
