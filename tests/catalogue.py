#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every rule fires somewhere in the tests, at a line and column, and stays silent somewhere by design.

usage: catalogue.py --tidegate PROGRAM

A rule with examples has both: unit/gate/test_examples.c runs them, and examples.txt says where the
bad one fires. Rules of packs have examples of their own, which `tidegate rules test` runs. The others
are in cases: a `PATH:LINE:COLUMN: severity[rule]` of a want.txt, and a case of SILENT that is about
the rule and does not have it.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent
EXAMPLE = re.compile(r"^([a-z0-9-]+(?:/[a-z0-9-]+)+) \d+:\d+ ", re.M)
PLACED = re.compile(r"^[^ :]+:\d+:\d+: (?:error|warning|info)\[([a-z0-9/-]+)\]", re.M)
OF_POLICY = re.compile(r"policy/[^/]+/[^/]+")
OF_CASE = re.compile(r"^id: (\S+)$", re.M)
ANYWHERE = re.compile(r"(?:error|warning|info)\[([a-z0-9/-]+)\]")

# Rules about a run and not about a text: they fire without a line and column.
NO_PLACE = {
    "io/git": "it is about the repository",
    "io/git-owner": "it is about the repository",
    "io/git-history": "it is about a revision",
    "io/dry-run": "it is about the cluster",
    "io/snapshot": "it is about the cluster",
    "snapshot/other-version": "it is about the cluster",
}

# Rules that no case can make fire.
NEVER = {
    "api/invalid-duration": "no built-in kind of the supported versions has a duration that is decoded",
}

# What only a server says, so that it fires in cluster/test_dry_run.py and
# cluster/test_setup_gate.py.
NEVER.update({"dry-run/%s" % name: "it is a server's word" for name in (
    "rejected", "pod-rejected", "quota", "warning", "conflict", "waits", "not-allowed", "not-sent",
    "differs", "identity-can-write", "identity-unproven")})

# What only a sync meets: most fire in cluster/test_apply_plan.py, and stay silent there.
NEVER.update({"sync/%s" % name: "it takes a cluster" for name in (
    "other-owner", "conflict", "immutable", "generated-name", "prune-held", "empty-set",
    "not-applied", "unhealthy")})

# Where rules without examples stay silent by design.
SILENT = {
    "yaml/encoding": "cases/yaml/utf16",
    "api/too-large": "cases/metadata/large_annotations",
    "api/forbidden": "cases/crd/nothing_to_say",
    "api/immutable-field": "cli/base_moved_file",
    "change/deletes-namespace": "cli/base_moved_file",
    "change/deletes-claim": "cli/base_moved_file",
    "change/deletes-crd": "cli/base_deletes",
    "io/unreadable": "cases/files/odd_names",
    "file/symlink": "cli/base_moved_file",
    "file/submodule": "cli/base_moved_file",
    "io/lfs-pointer": "cases/files/not_a_manifest",
    "file/nothing-found": "cli/base_no_manifest_changed",
    "render/failed": "cases/files/render_nothing_to_say",
    "render/remote": "cases/files/render_nothing_to_say",
    "render/no-tool": "cases/files/render_nothing_to_say",
    "render/pointer": "cases/pointers/nothing_to_say",
    "render/substitution": "cases/pointers/nothing_to_say",
    "limit/render": "cases/files/render_nothing_to_say",
    "limit/size": "cases/metadata/large_annotations",
    "limit/depth": "cases/custom/nothing_to_say",
    "limit/count": "cases/files/many_findings",
    "io/dry-run": "cases/decode/nothing_to_say",
    "io/snapshot": "cases/decode/nothing_to_say",
    "snapshot/other-version": "cases/decode/nothing_to_say",
    "cluster/not-served": "cases/decode/nothing_to_say",
    "cluster/contested-field": "cases/decode/nothing_to_say",
    "cluster/webhook": "cases/decode/nothing_to_say",
    "io/git": "cases/decode/nothing_to_say",
    "io/git-owner": "cli/staged",
    "io/git-history": "cli/merge_commit_in_ci",
    "config/syntax": "cases/files/configuration_nothing_to_say",
    "config/unknown-key": "cases/files/configuration_nothing_to_say",
    "config/invalid-value": "cases/files/configuration_nothing_to_say",
    "config/gate-without-effect": "cases/files/configuration_nothing_to_say",
    "config/changed": "cli/base_name_in_unchanged_file",
    "policy/changed": "cases/policy/nothing_to_say",
    "policy/invalid-rule": "cases/rules/match",
    "apply/kept-null": "cases/custom/nothing_to_say",
    "apply/leftover-field": "cli/base_refused_update",
    "apply/wrong-type": "cases/decode/nothing_to_say",
    "kubectl/annotation-size": "cli/standard_input",
    "ignore/unused": "cases/ignore/crlf_and_odd_comments",
    "ignore/expired": "cases/ignore/comments",
    "ignore/not-allowed": "cases/ignore/comments",
    "ignore/new": "cases/ignore/comments",
    "baseline/stale": "cli/baseline_in_change",
    "baseline/changed": "cli/baseline",
}


def wants():
    return {path.parent.relative_to(TESTS).as_posix(): path.read_text(encoding="utf-8")
            for top in ("cases", "cli") for path in (TESTS / top).rglob("want.txt")}


def rules_of_cases():
    return {rule for top in ("cases", "cli") for path in (TESTS / top).rglob("*.yaml")
            for rule in OF_CASE.findall(path.read_text(encoding="utf-8", errors="replace"))}


def rules(program):
    out = subprocess.run([program, "explain"], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in out.splitlines()]


def packs(program):
    out = subprocess.run([program, "rules", "list", "--format", "json"], capture_output=True, text=True,
                         check=True, cwd=TESTS).stdout
    return {rule["id"] for rule in json.loads(out)}


def check_fires(rule, examples, placed, anywhere):
    fires = rule in examples or rule in placed
    if rule in NEVER:
        return "fires, so it must leave the table NEVER" if fires or rule in anywhere else None
    if rule in NO_PLACE:
        if rule in placed:
            return "has a place, so it must leave the table NO_PLACE"
        return None if rule in anywhere else "fires in no case"
    return None if fires else "fires in no case and no example with a line and column"


def check_silent(rule, examples, cases):
    if rule in examples or rule in NEVER:
        return None  # test_examples.c runs the good example
    if rule not in SILENT:
        return "has no case where it stays silent; name one in SILENT"
    case = SILENT[rule]
    if case not in cases:
        return "%s is no case" % case
    return "fires in %s, where it should be silent" % case if "[%s]" % rule in cases[case] else None


def findings(program):
    cases = wants()
    examples = set(EXAMPLE.findall((TESTS / "unit/gate/examples.txt").read_text(encoding="utf-8")))
    text = "".join(cases.values())
    placed, anywhere = set(PLACED.findall(text)), set(ANYWHERE.findall(text))
    known = rules(program)
    for rule in sorted(set(known) - packs(program)):
        for problem in (check_fires(rule, examples, placed, anywhere),
                        check_silent(rule, examples, cases)):
            if problem:
                yield "%s: %s" % (rule, problem)
    # policy/NAME/WHICH is of a policy in the case, and a case has rules of its own.
    anywhere = {rule for rule in anywhere - rules_of_cases() if not OF_POLICY.fullmatch(rule)}
    for rule in sorted((examples | anywhere | set(NO_PLACE) | set(NEVER) | set(SILENT)) - set(known)):
        yield "%s: is no rule of the program" % rule


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    problems = list(findings(parser.parse_args().tidegate))
    for problem in problems:
        print(problem)
    print("%d passed, %d failed" % (not problems, len(problems)))
    sys.exit(bool(problems))


main()
