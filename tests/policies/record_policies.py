#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real API servers of its own about all cases and writes down what they answer.

usage: record_policies.py [--minor 1.36 ...]
"""
import argparse
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cluster"))

import policy_cases as catalogue
import policy_labels as store
from binaries import minors
from cluster import Cluster

READY_SECONDS = 60
DENIED = re.compile(r"ValidatingAdmissionPolicy '[^']*'(?: with binding '[^']*')? denied request: "
                    r"(.*)", re.S)
WARNED = re.compile(r"Validation failed for ValidatingAdmissionPolicy '[^']*' with binding '[^']*': "
                    r"(.*)", re.S)


def _create(client, thing, dry_run=False):
    return client.create(json.dumps(thing), thing["apiVersion"], thing["kind"],
                         thing["metadata"].get("namespace"), dry_run=dry_run)


def _where(client, thing):
    return "%s/%s" % (client.path(thing["apiVersion"], thing["kind"],
                                  thing["metadata"].get("namespace")), thing["metadata"]["name"])


def _must(answer, what):
    if not answer.accepted and answer.code != 409:
        raise SystemExit("%s: %s" % (what, answer.message))


def _ask(client, case):
    if not case.old:
        return _create(client, case.object, dry_run=True)
    where = _where(client, case.old)
    if not case.object:
        return client.request("DELETE", where, dryRun="All")
    live = client.get(where).object
    sent = json.loads(json.dumps(case.object))
    sent["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
    return client.request("PUT", where, json.dumps(sent), dryRun="All", fieldValidation="Strict")


def _wait_ready(client, last):
    """Policies take effect a moment after they were made, in any order: the last of them, then
    some time."""
    end = time.monotonic() + READY_SECONDS
    while _create(client, last, dry_run=True).accepted:
        if time.monotonic() > end:
            raise SystemExit("policies have no effect")
        time.sleep(0.2)
    time.sleep(5)


def record(client, cases):
    for namespace in catalogue.NAMESPACES:
        _must(_create(client, namespace), "namespace")
    for case in cases:
        for thing in case.extra:
            _must(_create(client, thing), case.id)
        if case.old:
            _must(_create(client, case.old), case.id)
    refused = {}
    for case in cases:
        for manifest in case.manifests():
            answer = _create(client, manifest)
            if not answer.accepted:
                refused[case.id] = answer.message
                break
    sentinel = catalogue.Case("sentinel", {"matchConstraints": catalogue.everything(), "validations": [
        {"expression": "false"}]}, {}, None)
    for manifest in sentinel.manifests():
        _must(_create(client, manifest), "sentinel")
    _wait_ready(client, catalogue.labelled(catalogue.CONFIG_MAP, sentinel.name))
    return [_label(client, case, refused) for case in cases]


def _label(client, case, refused):
    if case.id in refused:
        return {"id": case.id, "verdict": "no-policy", "message": refused[case.id]}
    answer = _ask(client, case)
    denied = DENIED.search(answer.message)
    if not answer.accepted and not denied:
        return {"id": case.id, "verdict": "other", "message": answer.message}
    label = {"id": case.id, "verdict": answer.verdict}
    if denied:
        label["message"] = denied.group(1)
        label["reason"] = answer.reason
    warnings = [found.group(1) for found in map(WARNED.search, answer.warnings) if found]
    if warnings:
        label["warnings"] = warnings
    return label


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minor", action="append", choices=minors())
    arguments = parser.parse_args()
    cases = catalogue.load()
    for minor in arguments.minor or minors():
        with Cluster(minor, controllers=False) as cluster:
            found = record(cluster.client(), cases)
        store.write(minor, found)
        counts = {}
        for label in found:
            counts[label["verdict"]] = counts.get(label["verdict"], 0) + 1
        print(minor, counts)


if __name__ == "__main__":
    main()
