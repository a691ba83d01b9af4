#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes accepted manifests at random, and asks a real API server and tidegate about each.

Every disagreement is shrunk and shown once, with the smallest manifest and both answers. One that
known.txt does not list makes the exit code 1. The same seed makes the same mutants.
"""
import argparse
import collections
import dataclasses
import itertools
import json
import pathlib
import random
import re
import sys
import tempfile
import time

import seeds
from apitypes import Types
from ask import Server
from bank import Bank, reference
from binaries import ClusterError, DEFAULT_MINOR, minors
from cluster import Cluster
from compare import CLASSES, CRASHED, FIRST_CLASS, Disagreement, disagreements
from judge import JudgeError, Verdict, judge
from mutation import Mutator
from shrink import shrink
from slips import slip

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 1000
JOBS = 2
# Tries to make an object of a kind that there is no manifest of.
GUESSES = 40
# Objects of one kind to update.
STORED = 12
OWN_FIELDS = {"apiVersion", "kind", "metadata", "status"}
# Of ten mutants.
UPDATES, SLIPS, FROM_NOTHING = 3, 1, 1
SHOWN_BYTES = 1500


class Fuzzer:
    def __init__(self, arguments, cluster, crds):
        """`crds` is a folder to copy definitions to."""
        self.arguments = arguments
        self.crds = crds
        seeds.copy_crds(crds)
        self.server = Server(cluster)
        self.random = random.Random(arguments.seed)
        self.groups = {}
        self.counts = collections.Counter()
        self.names = collections.Counter()
        self.known = _read_known(HERE / "known.txt")
        self._prepare(cluster)

    def _prepare(self, cluster):
        """Fills the cluster, and keeps of the seeds what it accepts."""
        for manifest in seeds.prerequisites():
            self._settled(manifest)
        gathered = seeds.gather(self.arguments.minor)
        names = {manifest["metadata"].get("namespace") for _, manifest in gathered}
        for name in sorted(each for each in names if isinstance(each, str)):
            self._settled({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        self.types = Types(self._document(cluster))
        asked = [seeds.of_manifest(number, manifest, name)
                 for number, (name, manifest) in enumerate(gathered)
                 if re.search(self.arguments.kind, manifest["kind"])]
        self.seeds = self._accepted(asked)
        self.bank = Bank(self.types, [case.manifest for case in self.seeds])
        self.seeds += self._accepted(self._of_other_kinds())
        if not self.seeds:
            sys.exit("differential: the server accepts none of the manifests to start from")
        self.mutator = Mutator(self.types, self.bank)
        self.by_kind = _by_kind(self.seeds)
        self.stored = _by_kind(filter(None, map(self._store, self.seeds)))
        _say("%d seeds of %d kinds, %d of them stored for updates" % (
            len(self.seeds), len(self.by_kind), sum(map(len, self.stored.values()))))

    def _accepted(self, cases):
        return [case for case, answer in zip(cases, self.server.judge(cases))
                if answer and answer.accepted]

    def _of_other_kinds(self):
        """Guesses at objects of kinds that there is no manifest of."""
        seen = {(case.api_version, case.kind) for case in self.seeds}
        cases = []
        for version, kind in sorted(set(self.types.kinds) - seen):
            if re.search(self.arguments.kind, kind) and self.server.client.path(version, kind):
                manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": "guess"}}
                cases += [self._filled(number, manifest, "guess") for number in range(GUESSES)]
        return cases

    def _settled(self, manifest):
        """Stored, and what depends on it is served."""
        self.server.store(manifest)
        if manifest["kind"] == "CustomResourceDefinition":
            group = manifest["spec"]["group"]
            deadline = time.monotonic() + 20
            while group not in self._document_text() and time.monotonic() < deadline:
                time.sleep(0.2)

    def _document_text(self):
        return self.server.client.get("/openapi/v2").text

    @staticmethod
    def _document(cluster):
        return cluster.client().get("/openapi/v2").object

    def _store(self, case):
        """The seed under another name as an object of the cluster, to be updated; or None."""
        if case.kind in seeds.FAR_REACHING or self.names[case.kind] == STORED:
            return None
        manifest = json.loads(case.text)
        key = (case.kind, case.namespace, case.name)
        self.names[key] += 1
        manifest["metadata"]["name"] = "%s-u%d" % (case.name, self.names[key])
        if not self.server.store(manifest, dry_run=True).accepted:
            return None
        if not self.server.store(manifest).accepted:
            return None
        self.names[case.kind] += 1
        return seeds.of_manifest(0, manifest, case.seed)

    def run(self):
        started = time.monotonic()
        numbers = itertools.count()
        while time.monotonic() - started < self.arguments.seconds:
            self._batch([self._mutant(next(numbers)) for _ in range(BATCH)])
            self._write()
            seconds = time.monotonic() - started
            _say("%d mutants, %.0f a second, %s" % (
                self.counts["mutants"], self.counts["mutants"] / seconds, self._summary()))
        self.seconds = time.monotonic() - started
        self._shrink_all()

    def _summary(self):
        found = collections.Counter(group["class"] for group in self.groups.values())
        return ", ".join("%d groups of %s" % (found[each], each) for each in CLASSES)

    def _mutant(self, number):
        dice = self.random.randrange(10)
        if self.stored and dice < UPDATES:
            return self._update(number)
        if dice < UPDATES + SLIPS:
            return self._slip(number)
        if dice < UPDATES + SLIPS + FROM_NOTHING:
            return self._from_nothing(number)
        case = self._pick(self.by_kind)
        manifest, moves = self.mutator.mutate(self.random, case.manifest)
        return seeds.of_manifest(number, manifest, case.seed, moves)

    def _update(self, number):
        old = self._pick(self.stored)
        manifest, moves = self.mutator.mutate(self.random, old.manifest, is_update=True)
        verb = self.random.choice(("put", "apply"))
        return seeds.of_manifest(number, manifest, old.seed, moves, old.text, verb)

    def _pick(self, by_kind):
        """Kinds with many seeds come more often, but not as often as that."""
        kinds = sorted(by_kind)
        kind = self.random.choices(kinds, [len(by_kind[each]) ** 0.5 for each in kinds])[0]
        return self.random.choice(by_kind[kind])

    def _slip(self, number):
        case = self._pick(self.by_kind)
        text, moves = slip(self.random, seeds.recorded.write(case.manifest))
        return dataclasses.replace(case, id="m%06d" % number, text=text, manifest=None,
                                   moves=tuple(moves))

    def _from_nothing(self, number):
        """An object that is made of its type alone, of any kind that is among the seeds."""
        case = self._pick(self.by_kind)
        return self._filled(number, json.loads(case.text), case.seed)

    def _filled(self, number, manifest, seed):
        schema, name = self.types.resolve(reference(self.types.of(manifest) or ""))
        for key in sorted(set(schema.get("properties", ())) - OWN_FIELDS):
            if self.random.random() < 0.9:
                manifest[key] = self.bank.make(self.random, schema["properties"][key], name, key)
        return seeds.of_manifest(number, manifest, seed, ("from-nothing",))

    def _batch(self, cases):
        for case, found in zip(cases, self._compared(cases)):
            for each, answer, verdict in found:
                self._note(each, case, answer, verdict)

    def _compared(self, cases):
        """For each case its disagreements with both answers."""
        answers = self.server.judge(cases)
        verdicts = self._judge(cases)
        result = []
        for case, answer in zip(cases, answers):
            verdict = verdicts.get((case.id, self.arguments.minor))
            if verdict is None:
                result.append([(Disagreement(CRASHED, case.kind), answer, Verdict((), False))])
                continue
            if self._is_merged(case, answer, verdict):
                answer = None
            self.counts["mutants"] += 1
            self.counts["skipped"] += answer is None
            self.counts["accepted"] += bool(answer and answer.accepted)
            result.append([(each, answer, verdict)
                           for each in disagreements(case, answer, verdict)])
        return result

    def _is_merged(self, case, answer, verdict):
        """Whether server-side apply took what a PUT refuses, as it keeps what others have set."""
        if case.verb != "apply" or not answer or not answer.accepted:
            return False
        if not verdict.refusals("put"):
            return False
        put = self.server.judge([dataclasses.replace(case, verb="put")])[0]
        return put is None or not put.accepted

    def _judge(self, cases):
        """Without the cases that make tidegate crash."""
        try:
            return judge(self.arguments.tidegate, cases, [self.arguments.minor], self.crds, JOBS)
        except JudgeError as failure:
            if len(cases) == 1:
                _say("%s\n%s" % (failure, cases[0].text))
                return {}
        half = len(cases) // 2
        return {**self._judge(cases[:half]), **self._judge(cases[half:])}

    def _note(self, disagreement, case, answer, verdict):
        self.counts[disagreement.kind] += 1
        group = self.groups.setdefault(str(disagreement), {
            "class": disagreement.kind, "key": disagreement.key, "count": 0, "case": case,
            "known": self._reason(disagreement), "disagreement": disagreement})
        group["count"] += 1
        if len(case.text) <= len(group["case"].text):
            group.update(case=case, answer=answer, verdict=verdict)

    def _reason(self, disagreement):
        text = str(disagreement)
        return next((reason for pattern, reason in self.known if pattern.search(text)), "")

    def _shrink_all(self):
        deadline = time.monotonic() + self.arguments.shrink
        for text, group in self._sorted():
            if group["known"] or time.monotonic() > deadline:
                continue

            def holds(cases):
                cases = [dataclasses.replace(case, id="s%d" % number)
                         for number, case in enumerate(cases)]
                return [any(str(each) == text for each, _, _ in found)
                        for found in self._compared(cases)]
            kept = self.counts.copy()
            group["case"] = shrink(group["case"], holds)
            again = self._compared([group["case"]])[0]
            self.counts = kept
            for each, answer, verdict in again:
                if str(each) == text:
                    group.update(answer=answer, verdict=verdict)

    def _sorted(self):
        return sorted(self.groups.items(),
                      key=lambda item: (CLASSES.index(item[1]["class"]), -item[1]["count"]))

    def _write(self):
        with open(self.arguments.out, "w", encoding="utf-8") as out:
            for _, group in self._sorted():
                out.write(json.dumps(_as_data(group), ensure_ascii=False) + "\n")

    def report(self):
        """Prints the groups and writes them; returns how many of the first class are not known."""
        self._write()
        for _, group in self._sorted():
            if not group["known"] and (group["class"] in FIRST_CLASS or self.arguments.all):
                _print_group(group)
        counts = self.counts
        verdicts = sum(counts[each] for each in FIRST_CLASS)
        listed = sum(group["count"] for group in self.groups.values()
                     if group["known"] and group["class"] in FIRST_CLASS)
        _say("%d mutants in %.0f s, %.0f a second; %d accepted by the server, %d not compared" % (
            counts["mutants"], self.seconds, counts["mutants"] / self.seconds, counts["accepted"],
            counts["skipped"]))
        _say("disagreements of verdict: %d (%.1f in 10000), %d of them known; of causes %d, "
             "extra %d, of warnings %d" % (verdicts, 10000 * verdicts / max(counts["mutants"], 1), listed,
                                 counts["cause"], counts["extra"], counts["warning"]))
        _say("all of them are in %s" % self.arguments.out)
        return sum(1 for group in self.groups.values()
                   if group["class"] in FIRST_CLASS and not group["known"])


def _by_kind(cases):
    by_kind = collections.defaultdict(list)
    for case in cases:
        by_kind[case.api_version, case.kind].append(case)
    return by_kind


def _as_data(group):
    answer, verdict, case = group["answer"], group["verdict"], group["case"]
    return {"class": group["class"], "key": group["key"], "count": group["count"],
            "known": group["known"], "verb": case.verb, "seed": case.seed, "moves": case.moves,
            "text": case.text, "old": case.old, "code": answer and answer.code,
            "message": answer and answer.message, "warnings": answer and answer.warnings,
            "findings": [dataclasses.asdict(each) for each in verdict.findings]}


def _print_group(group):
    answer, case = group["answer"], group["case"]
    print("%s, %d times: %s" % (group["class"], group["count"], group["key"]))
    print("  %s %s" % (case.verb, case.text[:SHOWN_BYTES]))
    if case.old is not None:
        print("  old %s" % case.old[:SHOWN_BYTES])
    if answer:
        print("  server %d %s" % (answer.code,
                                 (answer.message or "; ".join(answer.warnings))[:600]))
    for each in group["verdict"].findings[:4]:
        print("  tidegate %s %s[%s] %s" % (each.severity, each.field, each.rule,
                                           each.message[:200]))
    print(flush=True)


def _read_known(path):
    """Lines of a pattern of class and key, two blanks or more, and the reason."""
    known = []
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.strip() and not line.startswith("#"):
            pattern, _, reason = line.partition("  ")
            known.append((re.compile(pattern), reason.strip()))
    return known


def _say(text):
    print("differential: " + text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./dev fuzz differential", allow_abbrev=False)
    parser.add_argument("seconds", nargs="?", type=int, default=60)
    parser.add_argument("--minor", choices=minors(), default=DEFAULT_MINOR)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", metavar="PATTERN", help="start from these kinds only")
    parser.add_argument("--shrink", type=int, default=600, metavar="SECONDS",
                        help="time for shrinking, after the run (600)")
    parser.add_argument("--all", action="store_true",
                        help="print disagreements of causes and warnings as well")
    parser.add_argument("--out", default="differential.jsonl", metavar="FILE")
    parser.add_argument("--tidegate", required=True, metavar="PROGRAM")
    arguments = parser.parse_args()
    try:
        with Cluster(arguments.minor, controllers=False) as cluster, \
                tempfile.TemporaryDirectory(prefix="tidegate-crds-") as crds:
            fuzzer = Fuzzer(arguments, cluster, crds)
            fuzzer.run()
            unknown = fuzzer.report()
    except (ClusterError, JudgeError) as failure:
        sys.exit("differential: %s" % failure)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(1 if unknown else 0)


if __name__ == "__main__":
    main()
