#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real API servers of its own what mutating policies make of all cases.

usage: record_mutations.py [--minor 1.36 ...]
"""
import argparse
import http.client
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cluster"))

import mutation_cases as catalogue
import mutation_labels as store
import policy_cases
from cluster import Cluster
from compare import without_servers_own
from record_policies import DENIED, _create, _must, _where

READY_SECONDS = 60
# The server looks for schemas of custom resources every five seconds.
SCHEMA_SECONDS = 12
FAILED = re.compile(r"policy '[^']*' with binding '[^']*' denied request: (.*)", re.S)


def _put(client, thing):
    where = _where(client, thing)
    live = client.get(where).object
    sent = json.loads(json.dumps(thing))
    sent["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
    return client.request("PUT", where, json.dumps(sent), dryRun="All", fieldValidation="Strict")


def _wait_ready(client):
    sentinel = catalogue.Case("sentinel", [("", catalogue.spec(catalogue.BROKEN), {})], None)
    for manifest in sentinel.manifests():
        _must(_create(client, manifest), "sentinel")
    last = policy_cases.labelled(policy_cases.CONFIG_MAP, sentinel.name)
    end = time.monotonic() + READY_SECONDS
    while _create(client, last, dry_run=True).accepted:
        if time.monotonic() > end:
            raise SystemExit("policies have no effect")
        time.sleep(0.2)
    time.sleep(SCHEMA_SECONDS)


def record(client, cases):
    """What the server says of each case; of one whose policies it does not store, why."""
    _must(_create(client, catalogue.CRD), "CRD")
    for namespace in catalogue.NAMESPACES:
        _must(_create(client, namespace), "namespace")
        _must(_create(client, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {
            "name": "default", "namespace": namespace["metadata"]["name"]}}), "account")
    refused = {}
    for case in cases:
        for thing in case.extra:
            _must(_create(client, thing), case.id)
        for manifest in case.manifests():
            answer = _create(client, manifest)
            if not answer.accepted:
                refused[case.id] = answer.message
                break
    _wait_ready(client)
    return [_label(client, case, refused) for case in cases]


def _label(client, case, refused):
    if case.id in refused:
        return {"id": case.id, "verdict": "no-policy", "message": refused[case.id]}
    if case.old:
        _must(_create(client, case.old), case.id)
    try:
        answer = (_put(client, case.object) if case.old
                  else _create(client, case.object, dry_run=True))
    except http.client.RemoteDisconnected:
        # It panics, which ends the request and nothing else.
        client.get("/version")
        return {"id": case.id, "verdict": "reject", "code": 0, "message": "(panic)"}
    if answer.accepted:
        made = without_servers_own(answer.object)
        made["metadata"].pop("resourceVersion", None)
        return {"id": case.id, "verdict": "accept", "object": made}
    label = {"id": case.id, "verdict": "reject", "code": answer.code, "message": answer.message}
    for stage, pattern in (("mutating", FAILED), ("validating", DENIED)):
        found = pattern.search(answer.message)
        if found:
            label.update(stage=stage, message=found.group(1))
            break
    return label


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minor", action="append", choices=store.MINORS)
    arguments = parser.parse_args()
    cases = catalogue.load()
    for minor in arguments.minor or store.MINORS:
        with Cluster(minor, controllers=False) as cluster:
            found = record(cluster.client(), cases)
        store.write(minor, found)
        counts = {}
        for label in found:
            key = label["verdict"], label.get("stage", "")
            counts[key] = counts.get(key, 0) + 1
        print(minor, counts)


if __name__ == "__main__":
    main()
