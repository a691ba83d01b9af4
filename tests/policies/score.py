#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what tidegate says of all cases with the recorded answers.

usage: score.py --tidegate PROGRAM [--misses] [--check] [--minor 1.36 ...]

All cases stand in one repository, as all of their policies stood in one cluster. What tidegate says
of an object is the decision of its case when the verdict is the same, and the message is one of
those that it gives (a server tells only the first).
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import policy_cases as catalogue
import policy_labels as store

MINORS = ("1.33", "1.34", "1.35", "1.36")


def _write(folder, cases, labels):
    head, base = folder / "head", folder / "base"
    shared = {json.dumps(each): each for each in catalogue.NAMESPACES}
    for case in cases:
        for each in case.extra:
            shared[json.dumps(each)] = each
    for side in (head, base):
        side.mkdir(parents=True)
        _stream(side / "shared.json", shared.values())
    for case in cases:
        if labels[case.id]["verdict"] == "no-policy":
            continue
        for side, thing in ((head, case.object), (base, case.old)):
            _stream(side / (case.name + ".json"), case.manifests() + ([thing] if thing else []))


def _stream(path, things):
    path.write_text("".join(json.dumps(thing) + "\n" for thing in things))


def _ask(tidegate, folder, minor):
    ran = subprocess.run(
        [tidegate, "check", "--base-dir", str(folder / "base"), "--format", "json",
         "--kubernetes-version", minor, str(folder / "head")],
        capture_output=True, text=True, check=False, cwd=folder)
    if ran.returncode not in (0, 1):
        sys.exit("tidegate: exit %d: %s" % (ran.returncode, ran.stderr or ran.stdout[-2000:]))
    return json.loads(ran.stdout)["findings"]


def _plain(message):
    """A finding is one line."""
    return message.replace("\\n", "\n").replace("\\t", "\t").strip()


def _by_case(findings):
    said = {}
    for finding in findings:
        if not finding["rule"].startswith("policy/"):
            continue
        name = pathlib.PurePath(finding["path"]).stem
        said.setdefault(name, []).append(finding)
    return said


def disagreement(label, said):
    """None, or what is different."""
    undecided = [each for each in said if each["rule"] == "policy/undecided"]
    denials = [_plain(each["message"]) for each in said
               if each["severity"] == "error" and each["rule"] != "policy/undecided"]
    warnings = [_plain(each["message"]) for each in said
                if each["severity"] == "warning" and each["rule"] != "policy/undecided"]
    if undecided:
        return "undecided: " + undecided[0]["message"]
    if (label["verdict"] == "reject") != bool(denials):
        return "server: %s %r, tidegate: %r" % (label["verdict"], label.get("message", ""), denials)
    if denials and label["message"].strip() not in denials:
        return "server: %r, tidegate: %r" % (label["message"], denials)
    if label.get("warnings", []) != warnings:
        return "server warns %r, tidegate %r" % (label.get("warnings"), warnings)
    return None


def score(tidegate, minor):
    labels = store.read(minor)
    cases = [case for case in catalogue.load() if case.id in labels]
    with tempfile.TemporaryDirectory() as folder:
        _write(pathlib.Path(folder), cases, labels)
        said = _by_case(_ask(tidegate, pathlib.Path(folder), minor))
    judged = [case for case in cases if labels[case.id]["verdict"] in ("accept", "reject")]
    misses = []
    for case in judged:
        found = disagreement(labels[case.id], said.get(case.name, []))
        if found:
            misses.append((case.id, found))
    return len(judged), misses


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--minor", action="append", choices=MINORS)
    arguments = parser.parse_args()
    tidegate = str(pathlib.Path(arguments.tidegate).resolve())
    known = (pathlib.Path(__file__).resolve().parent / "known.txt").read_text().splitlines()
    known = {line.split()[0] for line in known if line and not line.startswith("#")}
    failed = False
    for minor in arguments.minor or MINORS:
        judged, misses = score(tidegate, minor)
        if not judged:
            continue
        print("%s: %d of %d policy cases agree" % (minor, judged - len(misses), judged))
        for id, text in misses:
            failed |= id not in known
            if arguments.misses or id not in known:
                print("  %s%s: %s" % (id, " (known)" if id in known else "", text))
    sys.exit(1 if arguments.check and failed else 0)


if __name__ == "__main__":
    main()
