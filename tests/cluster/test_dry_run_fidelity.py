# SPDX-License-Identifier: Apache-2.0
"""What our dry run reports of a server is what that server says: 500 labelled manifests are sent again.

Each goes with the verb that it was recorded with, by the code that `check --dry-run` runs: creates as
POST, updates as server-side apply over the old object. A manifest that nobody can send, as it is no
YAML or has no kind, is refused without the server.
"""
import importlib.util
import json
import os
import pathlib
import random
import re

import pytest

from client_process import ClientProcess
from cluster import Cluster
from waiting import until

SHARED = pathlib.Path(os.environ.get("TIDEGATE_SHARED", pathlib.Path(__file__).resolve().parents[3] / "shared"))
FIDELITY = SHARED / "fidelity"
COUNT = 500
SEED = 500
MANAGER = "tidegate"  # ours, so that an update is no conflict

pytestmark = pytest.mark.skipif(not FIDELITY.is_dir(), reason="no ../shared")


@pytest.fixture(scope="module")
def prepared(request):
    """As the labels were recorded: nobody changes what is created, and what cases refer to is there."""
    with Cluster(request.config.getoption("--cluster-version"), controllers=False) as cluster:
        admin = cluster.client()
        apply_all(admin, FIDELITY / "prereq")
        yield cluster


def apply_all(admin, folder):
    for path in sorted(folder.iterdir()):
        for text in path.read_text().split("\n---\n"):
            answer = admin.apply(text, first(text, "apiVersion"), first(text, "kind"),
                                 re.search(r"name: *([\w.-]+)", text).group(1))
            assert answer.accepted, answer.message


def first(text, key):
    return re.search(r"^%s: *(\S+)" % key, text, re.M).group(1)


def read_module(name, path):
    """By its path: a module of the same name is in tests/fidelity."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(minor):
    """(case, label) of the sample; all updates are in it, as they are few."""
    reader = read_module("shared_cases", FIDELITY / "cases.py")
    everything = reader.load(FIDELITY / "cases-dev.jsonl")
    labels = {each["id"]: each for each in reader.load(FIDELITY / ("labels-dev-%s.jsonl" % minor))}
    known = [each for each in everything if labels[each["id"]]["verdict"] != "error"]
    updates = [each for each in known if each["old"] is not None]
    creates = [each for each in known if each["old"] is None]
    chosen = updates + random.Random(SEED).sample(creates, COUNT - len(updates))
    # Those of definitions come before the definitions that custom resources need are there.
    chosen.sort(key=lambda each: not each["base"].startswith("crd-"))
    return reader, [(each, labels[each["id"]]) for each in chosen]


def fields(causes):
    """Without what names no field of a manifest, and without positions, which some messages lack."""
    named = (re.sub(r"\[\d+\]", "", each["field"]).removeprefix(".") for each in causes)
    return {each for each in named if each and each not in ("<nil>", "[]")}


def is_field(told, wanted):
    """Ours is a place of the manifest: what is not there is told at what would hold it."""
    return told == wanted or wanted.startswith(told + ".") or wanted.startswith(told + "[")


def difference(answer, label, text):
    """"" when the answer is what the label says. What a server says of a Secret may be withheld."""
    if answer["state"] == "unread" or not answer.get("found"):
        return "" if label["stage"] in ("parse", "nomatch") else "not sent, and it is %s" % label["stage"]
    verdict = {"accepted": "accept", "refused": "reject"}.get(answer["state"], answer["state"])
    if verdict != label["verdict"] or answer["code"] != label["code"]:
        return "%s %d, and it is %s %d" % (verdict, answer["code"], label["verdict"], label["code"])
    if "withheld" in answer["message"]:
        return "" if "kind: Secret" in text or '"Secret"' in text else "withheld"
    twice = {each["field"] for each in label["causes"] if each["type"] == "DuplicateKey"}
    if missing := [each for each in twice if 'key "%s" already set' % each not in answer["message"]]:
        return "nothing of the keys %s" % missing
    told = fields(answer["causes"])
    wanted = fields(each for each in label["causes"] if each["type"] != "DuplicateKey")
    if all(any(is_field(one, each) for one in told) for each in wanted) and \
            all(any(is_field(one, each) for each in wanted) for one in told):
        return ""
    return "fields %s, and they are %s" % (sorted(told), sorted(wanted))


def ask(client, admin, case, old, path):
    """The answer to a case, with its old object there for as long as it takes."""
    if old is None:
        return client.ask("dryRun", file=str(path), way="create")
    text = old.decode()
    version, kind = first(text, "apiVersion"), first(text, "kind")
    where = "%s/%s" % (admin.path(version, kind, case["namespace"]), case["name"])
    made = admin.apply(text, version, kind, case["name"], case["namespace"], manager=MANAGER)
    assert made.accepted, made.message
    try:
        return client.ask("dryRun", file=str(path), way="apply")
    finally:
        admin.delete(where + "?gracePeriodSeconds=0")
        if admin.get(where).code == 200:
            admin.request("PATCH", where, '{"metadata":{"finalizers":null}}',
                          "application/merge-patch+json")


def know_tunnels(client):
    """The kind of the custom resources."""
    client.connect()
    return "plural" in client.ask("find", apiVersion="net.bench.test/v1beta1", kind="Tunnel")


def test_answers_are_the_labels(build, prepared, tmp_path):
    reader, chosen = load(prepared.minor)
    admin, differences, unsent = prepared.client(), [], 0
    assert len(chosen) == COUNT
    with ClientProcess(build) as client:
        client.open(kubeconfig=str(prepared.kubeconfig))
        defined = False
        for case, label in chosen:
            if not defined and not case["base"].startswith("crd-"):
                apply_all(admin, FIDELITY / "crds")
                until("the custom resources are known", lambda: know_tunnels(client))
                defined = True
            path = tmp_path / "case.yaml"
            path.write_bytes(reader.body(case))
            old = None if case["old"] is None else reader.body(case, "old")
            answer = ask(client, admin, case, old, path)
            unsent += not answer.get("found")
            if wrong := difference(answer, label, case["manifest"]):
                differences.append("%s: %s: %s" % (case["id"], wrong, json.dumps(answer)))
    assert not differences, "\n".join(differences)
    # Nothing is the same as everything when nothing was asked.
    assert unsent < COUNT / 10
