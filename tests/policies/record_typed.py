#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real control planes what they warn of in the expressions of policies, and writes it down.

usage: record_typed.py [--minor 1.36 ...]

No policy has a binding, so none decides anything. The name of a type ends with a number that is
another one each time; it is left out.
"""
import argparse
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cluster"))

import typed_cases as catalogue
from binaries import minors
from cluster import Cluster

FOLDER = pathlib.Path(__file__).resolve().parent / "typed"
SECONDS = 120
NUMBERED = re.compile(r"\b([A-Z][A-Za-z]*?)\d+(?=[.,)' ]|$)", re.M)


def _create(client, thing):
    return client.create(json.dumps(thing), thing["apiVersion"], thing["kind"])


def _status(client, name):
    answer = client.get(client.path("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy") + "/" + name)
    return answer.object.get("status", {}) if answer.accepted else {}


def _wait(client, name):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        status = _status(client, name)
        if status.get("observedGeneration"):
            return status
        time.sleep(0.1)
    raise SystemExit("%s: nobody checks it" % name)


def _label(client, case, answer):
    if not answer.accepted:
        return {"id": case.name, "refused": answer.message}
    warnings = _wait(client, case.name).get("typeChecking", {}).get("expressionWarnings", [])
    return {"id": case.name, "warnings": [
        {"field": each["fieldRef"], "warning": NUMBERED.sub(r"\1", each["warning"])} for each in warnings]}


def record(client):
    for crd in catalogue.CRDS:
        answer = _create(client, crd)
        if not answer.accepted:
            raise SystemExit(answer.message)
    for crd in catalogue.CRDS:
        where = client.path("apiextensions.k8s.io/v1", "CustomResourceDefinition") + "/" + crd["metadata"]["name"]
        while not any(c["type"] == "Established" and c["status"] == "True"
                      for c in client.get(where).object.get("status", {}).get("conditions", [])):
            time.sleep(0.2)
    time.sleep(20)  # the schemas are published some time after, and found at the first miss
    cases = catalogue.load()
    answers = [(case, _create(client, case.policy())) for case in cases]
    return [_label(client, case, answer) for case, answer in answers]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minor", action="append", choices=minors())
    arguments = parser.parse_args()
    for minor in arguments.minor or minors():
        with Cluster(minor) as cluster:
            labels = record(cluster.client())
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / (minor + ".jsonl")).write_text(
            "".join(json.dumps(each, ensure_ascii=False, sort_keys=True) + "\n" for each in labels))
        print(minor, len(labels), sum(1 for each in labels if each.get("warnings")))


if __name__ == "__main__":
    main()
