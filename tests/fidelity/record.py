#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks real API servers about the cases and writes down what they answer.

usage: record.py [--minor 1.36[,1.35…]] [--family NAME[,…]] [--ids PATTERN] [--running] [--missing]

Creates are POSTs with dryRun=All. For an update the old object is applied, the new one is sent with
dryRun=All as PUT and as server-side apply, and the old one is deleted. Labels of other minors stay
as they are.
"""
import argparse
import concurrent.futures
import contextlib
import fcntl
import http.client
import json
import pathlib
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "cluster")]

import labels as store
from binaries import ClusterError, cache_dir
from cases import MINORS, CaseError, load, read, write
from client import Answer, Client
from cluster import Cluster

GONE_SECONDS = 10
SETTLE_SECONDS = 20
JSON = "application/json"
MERGE = "application/merge-patch+json"
# Of manifests that are no YAML; a client must find an address for them all the same.
API_VERSION = re.compile(r"""^[ {]*["']?apiVersion["']?:[ ]*["']?([^\s"'#,}]+)""", re.M)
KIND = re.compile(r"""(?:^|[{,])[ ]*["']?kind["']?:[ ]*["']?([^\s"'#,}]+)""", re.M)
NAMESPACE = re.compile(r"""(?:^  |[{,] *|^\t)["']?namespace["']?: *["']?([^\s"'#,}]+)""", re.M)
GENERATED_LABELS = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
                    "batch.kubernetes.io/job-name")
# For a moment these judge what others create, so they come last.
JUDGING = ("WebhookConfiguration", "Policy", "PolicyBinding", "ResourceQuota", "LimitRange")


class RecordError(Exception):
    """A case that can't be asked: its old object was refused, or has no name."""


class Recorder:
    """Asks one server. Its namespaces and classes must be there: set_up()."""

    def __init__(self, client):
        self._client = client

    def set_up(self):
        for path in sorted((HERE / "setup").glob("*.yaml")):
            for text in path.read_text().split("\n---\n"):
                thing = read(text)
                answer = self._apply(thing, text)
                if not answer.accepted:
                    raise ClusterError("%s: %s" % (path.name, answer.message))
                if thing["kind"] == "CustomResourceDefinition":
                    self._wait_served(thing)

    def ask(self, case):
        """{verb: label} of one case."""
        if case.old is None:
            return {verb: _label(self._create, case.text, verb) for verb in case.verbs}
        old, (api_version, kind) = read(case.old), _type(case.old)
        answer = self._apply(old, case.old)
        if not answer.accepted:
            raise RecordError("the server refuses the old object: %s" % answer.message)
        where = self._where(old, api_version, kind)
        try:
            return {verb: _label(self._update, case.text, where, verb) for verb in case.verbs}
        finally:
            self._remove(where)

    def _create(self, text, verb):
        api_version, kind = _type(text)
        if not api_version or not kind:
            return _no_type()
        namespace = _metadata(text).get("namespace")
        namespace = namespace if isinstance(namespace, str) else None
        if verb == "create":
            return self._client.create(text, api_version, kind, namespace, dry_run=True)
        return self._client.apply(text, api_version, kind, _name(text), namespace, dry_run=True)

    def _update(self, text, where, verb):
        if verb == "apply":
            return self._client.request("PATCH", where, text, "application/apply-patch+yaml",
                                        dryRun="All", fieldValidation="Strict",
                                        fieldManager="tidegate-test")
        for _ in range(5):
            live = self._client.get(where).object
            thing = read(text)
            thing["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
            if thing.get("kind") == "Job":
                _add_generated(thing, live)
            answer = self._client.request("PUT", where, write(thing), dryRun="All",
                                          fieldValidation="Strict")
            # A controller was faster.
            if answer.code != 409 or "the object has been modified" not in answer.message:
                break
        return answer

    def _apply(self, thing, text):
        metadata = thing["metadata"]
        return self._client.apply(text, thing["apiVersion"], thing["kind"], metadata["name"],
                                  metadata.get("namespace"))

    def _where(self, thing, api_version, kind):
        metadata = thing["metadata"]
        return "%s/%s" % (self._client.path(api_version, kind, metadata.get("namespace")),
                          metadata["name"])

    def _remove(self, where):
        """Without controllers nobody else takes finalizers away."""
        deadline = time.monotonic() + GONE_SECONDS
        while time.monotonic() < deadline:
            self._client.request("DELETE", where, propagationPolicy="Background",
                                 gracePeriodSeconds="0")
            answer = self._client.get(where)
            if answer.code == 404:
                return
            thing = answer.object
            if thing["metadata"].get("finalizers"):
                self._client.request("PATCH", where, '{"metadata":{"finalizers":null}}', MERGE)
            if thing["kind"] == "Namespace":
                thing["spec"]["finalizers"] = []
                self._client.request("PUT", where + "/finalize", json.dumps(thing), JSON)
            time.sleep(0.01)
        raise ClusterError("%s can't be deleted" % where)

    def _wait_served(self, crd):
        spec = crd["spec"]
        version = "%s/%s" % (spec["group"], spec["versions"][0]["name"])
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            where = self._client.path(version, spec["names"]["kind"], "default")
            if where and self._client.get(where).code == 200:
                return
            time.sleep(0.1)
        raise ClusterError("the server does not serve %s" % crd["metadata"]["name"])


def record(client, minor, cases, told=print):
    """({(id, verb, minor): label}, what could not be asked), in the order that disturbs least."""
    recorder, labels, failures = Recorder(client), {}, []
    recorder.set_up()
    for case in sorted(cases, key=_disturbance):
        try:
            for verb, label in recorder.ask(case).items():
                labels[case.id, verb, minor] = {"case": case.digest, **label}
        except (RecordError, CaseError, KeyError, TypeError, AttributeError) as error:
            failures.append("%s on %s: %s" % (case.id, minor, error))
            told(failures[-1])
    return labels, failures


def _label(ask, *question):
    try:
        return store.of_answer(ask(*question))
    except http.client.RemoteDisconnected:
        # Its handler panicked. Nobody gets such an object in.
        return {"verdict": "reject", "stage": "panic"}


def _add_generated(job, live):
    """What the server made up at the create: who replaces the whole object sends it along."""
    with contextlib.suppress(KeyError, TypeError, AttributeError):
        if "selector" in job["spec"]:
            return
        job["spec"]["selector"] = live["spec"]["selector"]
        metadata = job["spec"]["template"].setdefault("metadata", {})
        for name in GENERATED_LABELS:
            value = live["spec"]["template"]["metadata"]["labels"][name]
            metadata.setdefault("labels", {}).setdefault(name, value)


def _disturbance(case):
    return case.old is not None, (_type(case.text)[1] or "").endswith(JUDGING)


# ---- manifests that may be broken ----

def _type(text):
    """apiVersion and kind as any client would find them, or empty."""
    with contextlib.suppress(CaseError):
        thing = read(text)
        if isinstance(thing, dict):
            return tuple(each if isinstance(each, str) else "" if each is None else str(each)
                         for each in (thing.get("apiVersion"), thing.get("kind")))
    return tuple(match.group(1) if match else ""
                 for match in (API_VERSION.search(text), KIND.search(text)))


def _metadata(text):
    with contextlib.suppress(CaseError):
        thing = read(text)
        metadata = thing.get("metadata") if isinstance(thing, dict) else None
        return metadata if isinstance(metadata, dict) else {}
    match = NAMESPACE.search(text)
    return {"namespace": match.group(1)} if match else {}


def _name(text):
    name = _metadata(text).get("name")
    if not isinstance(name, str) or not name:
        raise RecordError("server-side apply needs a name")
    return name


def _no_type():
    message = "no matches for kind: apiVersion or kind is missing"
    return Answer(404, {"reason": "NotFound", "message": message}, message, ())


# ---- servers ----

@contextlib.contextmanager
def _server(minor, running):
    """A client of a control plane of its own, or of the playground, which one may use at a time."""
    if not running:
        with Cluster(minor, controllers=False) as cluster:
            yield cluster.client()
        return
    folder = cache_dir() / "up" / minor
    if not (folder / "running.json").exists():
        raise ClusterError("no control plane of Kubernetes %s is up; './dev cluster up "
                           "--version %s' starts one" % (minor, minor))
    config = json.loads((folder / "kubeconfig").read_text())
    server = config["clusters"][0]["cluster"]
    host, _, port = server["server"].rpartition("/")[2].partition(":")
    with open(folder / "fidelity.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Client(host, int(port), config["users"][0]["user"]["token"],
                     server["certificate-authority"])


def _wanted(cases, minor, only_missing):
    stored = {family: store.read(family) for family in {each.family for each in cases}}
    for case in cases:
        have = (stored[case.family].get((case.id, verb, minor), {}) for verb in case.verbs)
        if minor in case.minors and not (
                only_missing and all(each.get("case") == case.digest for each in have)):
            yield case


def _merge(family, cases, fresh):
    """What was not asked keeps its label, what is no case any more loses it."""
    valid = {(case.id, verb, minor): case.digest for case in cases
             for verb in case.verbs for minor in case.minors}
    kept = store.read(family)
    for key, label in fresh.items():
        old = kept.get(key)
        same = old and old["case"] == label["case"] and store.is_same(old, label)
        kept[key] = old if same else label
    store.write(family, {key: label for key, label in kept.items()
                         if valid.get(key) == label["case"]})


def main():
    parser = argparse.ArgumentParser(prog="record.py", allow_abbrev=False)
    parser.add_argument("--minor", default=",".join(MINORS), help="all of them by default")
    parser.add_argument("--family", help="names of files in cases/, separated by commas")
    parser.add_argument("--ids", default="", help="regular expression")
    parser.add_argument("--running", action="store_true", help="ask the playgrounds")
    parser.add_argument("--missing", action="store_true", help="only what has no label yet")
    arguments = parser.parse_args()
    families = arguments.family.split(",") if arguments.family else None
    everything = load(families)
    chosen = [each for each in everything if re.search(arguments.ids, each.id)]
    failures = []

    def one(minor):
        cases = list(_wanted(chosen, minor, arguments.missing))
        if not cases:
            return {}, []
        with _server(minor, arguments.running) as client:
            return record(client, minor, cases)

    # Threads that live as long as the servers that they start.
    with concurrent.futures.ThreadPoolExecutor(len(MINORS)) as pool:
        answers = list(pool.map(one, arguments.minor.split(",")))
    for family in sorted({each.family for each in everything}):
        members = [each for each in everything if each.family == family]
        ids = {each.id for each in members}
        _merge(family, members, {key: label for labels, _ in answers
                                 for key, label in labels.items() if key[0] in ids})
    for labels, lost in answers:
        failures += lost
    print("%d labels recorded, %d cases failed" % (sum(len(each) for each, _ in answers),
                                                    len(failures)))
    sys.exit(bool(failures))


if __name__ == "__main__":
    try:
        main()
    except (ClusterError, CaseError) as failure:
        sys.exit("record.py: %s" % failure)
