# SPDX-License-Identifier: Apache-2.0
"""What tidegate says to many manifests, each judged as if it were alone, in few runs of the program.

    verdicts = judge("build/release/tidegate", cases, ["1.35", "1.36"])
    verdicts["job/parallelism-negative", "1.36"].verdict        # "reject"

A case is anything with `id`, `text` and `old`, the text of the object before an update, or None.
Every case is a set of its own, so cases do not see each other; but for CRDs, which all sets of a run
see, so these are judged apart from the rest.
"""
import dataclasses
import functools
import json
import os
import pathlib
import subprocess
import tempfile

CASES_A_RUN = 2000
SETUP = pathlib.Path(__file__).resolve().parent / "setup"
# The server's refusals; server-side apply makes more, which are warnings unless one asks for it.
REFUSALS = ("yaml/", "api/", "limit/")
APPLY_REFUSALS = ("apply/",)
CRD = "CustomResourceDefinition"
# Those that have the text of a warning of the server.
WARNINGS = ("server/warning", "version/deprecated", "version/crd-deprecated")
# Behind the server's warning, where server-side apply refuses what it warns of.
REFUSED_BY_APPLY = "; server-side apply refuses it"
EXIT_CODES = (0, 1, 3, 4)
# As Cluster() of tests/cluster starts its servers, but for the range of node ports, at which a dry
# run does not look.
SERVER = {"service-cidrs": ["10.0.0.0/24"]}


class JudgeError(Exception):
    """tidegate did not come to a verdict: it crashed, or refused how it was called."""


@dataclasses.dataclass(frozen=True)
class Finding:
    rule: str
    severity: str
    field: str
    message: str
    line: int


@dataclasses.dataclass(frozen=True)
class Verdict:
    """One case on one minor. `seen`: there was an object to look at."""
    findings: tuple
    seen: bool

    @property
    def verdict(self):
        """To a POST or PUT."""
        return self.to("put")

    def to(self, verb):
        # Nothing that was looked at, and nothing found, is no acceptance.
        return "reject" if self.refusals(verb) or not self.is_answer else "accept"

    @property
    def is_answer(self):
        return self.seen or bool(self.findings)

    def refusals(self, verb="put"):
        return [each for each in self.findings
                if each.severity == "error" and each.rule.startswith(REFUSALS)
                or verb == "apply" and each.rule.startswith(APPLY_REFUSALS)]

    @property
    def warnings(self):
        return [each.message.removesuffix(REFUSED_BY_APPLY) for each in self.findings
                if each.rule in WARNINGS or each.message.endswith(REFUSED_BY_APPLY)]


def judge(program, cases, minors, crds=SETUP, jobs=2):
    """{(id, minor): Verdict}. `crds` is a file or folder of CRDs that exist already."""
    run = functools.partial(_run, os.path.abspath(program), minors, os.path.abspath(crds), jobs)
    verdicts = {}
    alike = {}
    for case in cases:
        # A base is one of the whole run: it makes what it lacks new.
        alike.setdefault((case.old is None, CRD in case.text), []).append(case)
    for group in alike.values():
        for first in range(0, len(group), CASES_A_RUN):
            verdicts.update(run(group[first:first + CASES_A_RUN]))
    # What looks like no manifest is passed over unless it is named, and what is named is one set.
    for case in cases:
        if not any(verdicts[case.id, minor].is_answer for minor in minors):
            verdicts.update(run([case], named=True))
    return verdicts


def _run(program, minors, crds, jobs, cases, named=False):
    names = ["c%06d" % i for i in range(len(cases))]
    command = [program, "check", "--format", "json", "--max-same", "0", "--show-old", "--no-cache",
               "--kubernetes-version", ",".join(minors), "--jobs", str(jobs)]
    if os.path.isfile(crds) or os.listdir(crds):
        command += ["--crd", crds]
    with tempfile.TemporaryDirectory(prefix="tidegate-fidelity-") as top:
        head, base = pathlib.Path(top, "head"), pathlib.Path(top, "base")
        for name, case in zip(names, cases):
            _write(head / name / "case.yaml", case.text)
            if case.old is not None:
                _write(base / name / "case.yaml", case.old)
        if base.exists():
            command += ["--base-dir", str(base)]
        if named:
            command += [names[0] if base.exists() else names[0] + "/case.yaml"]
            names = [""]
        sets = [] if named else [{"name": name, "path": name} for name in names]
        _write(head / "tidegate.yaml", json.dumps({"cluster": SERVER, "sets": sets}))
        report = _report(command, head)
    return _attribute(report, dict(zip(names, cases)), minors)


def _report(command, folder):
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    try:
        result = subprocess.run(command, capture_output=True, cwd=folder, check=False,
                                env=environment)
    except FileNotFoundError as error:
        raise JudgeError("there is no %s" % error.filename) from None
    if result.returncode not in EXIT_CODES:
        raise JudgeError("tidegate ended with %d: %s" % (
            result.returncode, result.stderr.decode(errors="replace").strip()[-2000:]))
    return json.loads(result.stdout)


def _attribute(report, cases, minors):
    """`cases` are the cases by the names of their sets."""
    findings = {}
    for each in report["findings"]:
        if each["set"] not in cases:
            raise JudgeError("tidegate says of no case: %s" % each["message"])
        finding = Finding(each["rule"], each["severity"], each["field"], each["message"],
                          each.get("line", 0))
        for minor in each["kubernetes"] or minors:
            findings.setdefault((each["set"], minor), []).append(finding)
    seen = {each["name"] for each in report["sets"] if each["objects"]}
    # An update that changes nothing is not read, and is accepted.
    return {(case.id, minor): Verdict(tuple(findings.get((name, minor), ())),
                                      name in seen or case.old == case.text)
            for name, case in cases.items() for minor in minors}


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
