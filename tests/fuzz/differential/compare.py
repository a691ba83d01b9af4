# SPDX-License-Identifier: Apache-2.0
"""What two answers to the same manifest disagree about, and which disagreements are the same."""
import dataclasses
import re

QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
NUMBER = re.compile(r"-?\d[\w.+-]*")
INDEX = re.compile(r"\[[^\]]*\]")
# The same PodSpec stands in many kinds.
POD = re.compile(r"^(spec\.jobTemplate\.spec\.template|spec\.template|template)\.")
SHAPE_LENGTH = 110
# In the order in which they matter.
CRASHED = "crash"
REFUSED = "false-refusal"
MISSED = "miss"
CAUSE = "cause"
EXTRA = "extra"
WARNED = "warning"
APPLY = "apply/"
CLASSES = (CRASHED, REFUSED, MISSED, CAUSE, EXTRA, WARNED)
FIRST_CLASS = (CRASHED, REFUSED, MISSED)
# What tidegate says where a client would find no address for the object.
NO_ADDRESS = {"api/missing-type", "api/unknown-kind", "api/removed-version", "api/not-served",
              "schema/missing"}


@dataclasses.dataclass(frozen=True)
class Disagreement:
    kind: str
    key: str

    def __str__(self):
        return "%s %s" % (self.kind, self.key)


def shape(message):
    """A message without what differs from case to case."""
    text = INDEX.sub("[]", QUOTED.sub('""', message))
    return NUMBER.sub("N", text.replace("\n", " "))[:SHAPE_LENGTH]


def plain(field):
    """A field path without indexes and keys."""
    field = INDEX.sub("[]", field or "")
    return POD.sub("<pod>.", field)


def steps(field):
    """Names of a path only, as positions differ in what they count."""
    text = re.sub(r"\[([^\]]*)\]", r".\1", field or "")
    return [each for each in text.split(".") if each and not each.isdigit()]


def names(cause, fields):
    """Whether a field is the cause's, points into it, or is the struct that it is missing in."""
    wanted = steps(cause)
    return any(each[:len(wanted)] == wanted or each == wanted[:-1] for each in fields)


def disagreements(case, answer, verdict):
    """All of them; at most one of the first class."""
    if answer is None or answer.stage == "nomatch" or _has_no_address(verdict):
        return []
    refusals = list(verdict.refusals(case.verb))
    if case.verb == "apply":
        # By default a warning, as a POST would do.
        refusals += [each for each in verdict.findings
                     if each.rule.startswith(APPLY) and each not in refusals]
    refused = bool(refusals) or not verdict.is_answer
    if answer.accepted and refused:
        return [Disagreement(REFUSED, _ours(case, refusals))]
    if not answer.accepted and not refused:
        return [Disagreement(MISSED, _theirs(case, answer))]
    if answer.accepted:
        return _warnings(case, answer, verdict)
    return _causes(case, answer, refusals)


def _has_no_address(verdict):
    return any(each.rule in NO_ADDRESS and not each.field.startswith("spec")
               for each in verdict.findings)


def _ours(case, refusals):
    if not refusals:
        return "%s nothing was looked at" % case.kind
    return _of_finding(case, refusals[0])


def _of_finding(case, finding):
    return "%s %s %s: %s" % (_where(case, finding.field), finding.rule, plain(finding.field),
                             shape(_without_field(finding)))


def _without_field(finding):
    return finding.message.removeprefix(finding.field).lstrip(": ")


def _where(case, field):
    """The kind, unless it is a Pod in one of its holders."""
    return "Pod" if POD.match(INDEX.sub("[]", field or "")) else case.kind


def _theirs(case, answer):
    causes = answer.causes
    if not causes:
        return "%s %s: %s" % (case.kind, answer.stage, shape(answer.message))
    first = causes[0]
    field = first.field or ""
    return "%s %s %s: %s" % (_where(case, field), first.type, plain(field), shape(first.message))


def _warnings(case, answer, verdict):
    theirs = {shape(each) for each in answer.warnings}
    ours = {shape(each) for each in verdict.warnings}
    return [Disagreement(WARNED, "%s theirs: %s" % (case.kind, each)) for each in sorted(theirs)
            if not any(each in text for text in ours)] + [
            Disagreement(WARNED, "%s ours: %s" % (case.kind, each)) for each in sorted(ours)
            if not any(text in each for text in theirs)]


def _causes(case, answer, refusals):
    fields = [steps(each.field) for each in refusals]
    causes = [each for each in answer.causes if each.field and each.field != "<nil>"]
    found = [Disagreement(CAUSE, "%s %s %s: %s" % (_where(case, each.field), each.type,
                                                   plain(each.field), shape(each.message)))
             for each in causes if not names(each.field, fields)]
    if answer.stage == "invalid":
        found += [Disagreement(EXTRA, _of_finding(case, each)) for each in refusals
                  if not any(_near(steps(each.field), steps(cause.field)) for cause in causes)]
    return list(dict.fromkeys(found))


def _near(ours, theirs):
    return ours[:len(theirs)] == theirs or theirs[:len(ours)] == ours

