# SPDX-License-Identifier: Apache-2.0
"""Reads and writes labels/FAMILY.jsonl, what the real servers answered.

A line is one answer to one case: id, hash of the case, verb, the minors that gave it, verdict, and of
a refusal stage, code, reason, message and causes. What is empty is left out, and so is the message
that only strings causes together.
"""
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent / "labels"
# What differs between two equal answers: addresses in Go's %v, and what the server makes up.
NOISE = ((re.compile(r"0x[0-9a-f]{6,}"), "0x0"),
         (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UID"))
MESSAGE_MAX = 400
# A whole object in Go's words, other ones in each minor.
DUMP = re.compile(r"( value: ).{200,}[}\])]: (.*)\Z", re.S)
# Decoding gives no causes: what its words name is one.
NAMED = (("UnknownField", re.compile(r'unknown field "([^"]+)"')),
         ("DuplicateKey", re.compile(r'key "([^"]+)" already set in map')),
         ("DuplicateKey", re.compile(r'duplicate field "([^"]+)"')),
         ("UnknownField", re.compile(r"\.([^\s:]+): field not declared in schema")),
         ("TypeError", re.compile(r"Go struct field [^. ]+\.(\S+) of type")))


def of_answer(answer):
    """A label from a client.Answer, without the case that it belongs to."""
    label = {"verdict": answer.verdict, "stage": answer.stage,
             "code": 0 if answer.accepted else answer.code, "reason": answer.reason,
             # Causes are all that it tells of an invalid object.
             "message": "" if answer.stage == "invalid" and answer.causes
                        else _quiet(answer.message),
             "causes": _sorted(_causes(answer)),
             "warnings": sorted(answer.warnings)}
    return {key: value for key, value in label.items() if value}


def is_same(label, other):
    return _essence(label) == _essence(other)


def read(family):
    """{(id, verb, minor): label}; each label has the `case` that it is of."""
    path = FOLDER / (family + ".jsonl")
    labels = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        label = json.loads(line)
        key, verb, minors = label.pop("id"), label.pop("verb"), label.pop("minors")
        for minor in minors:
            labels[key, verb, minor] = label
    return labels


def write(family, labels):
    """One line for all minors that answer alike."""
    groups = {}
    for (key, verb, minor), label in sorted(labels.items()):
        groups.setdefault((key, verb, label["case"], _essence(label)), []).append((minor, label))
    lines = []
    for (key, verb, _, _), group in groups.items():
        minors, first = sorted(minor for minor, _ in group), dict(group[0][1])
        line = {"id": key, "case": first.pop("case"), "verb": verb, "minors": minors, **first}
        lines.append(((key, verb, minors), json.dumps(line, ensure_ascii=False) + "\n"))
    (FOLDER / (family + ".jsonl")).write_text("".join(line for _, line in sorted(lines)))


def _causes(answer):
    if answer.causes:
        prefix = _prefix(answer)
        return [{"field": each.field, "type": each.type,
                 "message": prefix.sub(r'"\1MADE"', _quiet(each.message))}
                for each in answer.causes]
    if answer.stage not in ("strict", "type"):
        return []
    return [{"field": field, "type": kind} for kind, pattern in NAMED
            for field in dict.fromkeys(pattern.findall(answer.message))]


def _prefix(answer):
    """Of a name that the server makes; its last five letters are others each time."""
    for each in answer.causes:
        match = re.match(r'Invalid value: "(.*?)": ', each.message)
        if each.field == "metadata.generateName" and match:
            return re.compile('"(%s)[a-z0-9]{5}"' % re.escape(match.group(1)[:58]))
    return re.compile("((?!))")


def _sorted(causes):
    """They come in the order of Go's maps, and some twice."""
    lines = {json.dumps(each, ensure_ascii=False) for each in causes}
    return [json.loads(line) for line in sorted(lines)]


def _essence(label):
    return json.dumps({key: label[key] for key in label if key != "case"}, sort_keys=True)


def _quiet(text):
    for pattern, instead in NOISE:
        text = pattern.sub(instead, text)
    text = DUMP.sub(r"\1…: \2", text)
    half = MESSAGE_MAX // 2
    return text if len(text) <= MESSAGE_MAX else "%s … %s" % (text[:half], text[-half:])
