# SPDX-License-Identifier: Apache-2.0
"""The accepted manifests that mutation starts from: a case is what both sides are asked about."""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIDELITY = ROOT / "tests" / "fidelity"
sys.path[:0] = [str(ROOT / "tests" / "cluster"), str(FIDELITY)]

import cases as recorded
import labels as recorded_labels

SHARED = pathlib.Path(os.environ.get("TIDEGATE_SHARED", ROOT.parent / "shared"))
LABELLED = SHARED / "fidelity"
# Larger manifests take long and show nothing more.
CORPUS_BYTES = 4000
UNPRINTABLE = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff]")
# Stored for real these change the answers to everything else.
FAR_REACHING = {
    "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
    "APIService", "ResourceQuota", "LimitRange", "FlowSchema", "PriorityLevelConfiguration",
    "CustomResourceDefinition", "Event", "PriorityClass", "ServiceCIDR",
}


@dataclasses.dataclass(frozen=True)
class Case:
    """`manifest` is None where the text is no tree any more. `old` is the text before an update."""
    id: str
    text: str
    old: str
    manifest: object
    api_version: str
    kind: str
    namespace: str
    name: str
    verb: str = "create"
    seed: str = ""
    moves: tuple = ()


def write(manifest):
    """JSON that is YAML as well."""
    return UNPRINTABLE.sub(lambda match: "\\u%04x" % ord(match.group()),
                           json.dumps(manifest, ensure_ascii=False))


def of_manifest(number, manifest, seed="", moves=(), old=None, verb="create"):
    metadata = manifest["metadata"]
    namespace = metadata.get("namespace")
    text = write(manifest)
    # Read again, so that no part of it is there twice as one and the same.
    return Case(id="m%06d" % number, text=text, old=old, manifest=json.loads(text),
                api_version=manifest["apiVersion"], kind=manifest["kind"],
                namespace=namespace if isinstance(namespace, str) else None,
                name=str(metadata.get("name")), verb=verb, seed=seed, moves=tuple(moves))


def gather(minor):
    """[(where it is from, manifest)], each once."""
    found = {}
    for source in (_bases, _recorded, _labelled, _examples, _corpora):
        for name, text in source(minor):
            for manifest in _manifests(text):
                found.setdefault(write(manifest), (name, manifest))
    return list(found.values())


def copy_crds(folder):
    """Into a folder: the definitions that custom resources among the seeds are of."""
    for each in (FIDELITY / "setup", LABELLED / "crds"):
        for path in sorted(each.glob("*.yaml")):
            shutil.copy(path, folder)


def prerequisites():
    """What has to be in the cluster."""
    folders = [FIDELITY / "setup"] + [LABELLED / each for each in ("crds", "prereq")]
    return [manifest for folder in folders if folder.exists()
            for path in sorted(folder.glob("*.yaml")) for manifest in _manifests(path.read_text())]


def _bases(_):
    for path in sorted((FIDELITY / "bases").glob("*.yaml")):
        yield "bases/" + path.stem, path.read_text()


def _recorded(minor):
    for family in sorted(path.stem for path in (FIDELITY / "cases").glob("*.yaml")):
        labels = recorded_labels.read(family)
        for case in recorded.load([family]):
            label = labels.get((case.id, case.verbs[0], minor))
            if label and label["verdict"] == "accept":
                yield "recorded/" + case.id, case.text
            if case.old is not None:
                yield "recorded/" + case.id + "/old", case.old


def _labelled(minor):
    labels = LABELLED / ("labels-dev-%s.jsonl" % minor)
    if not labels.exists():
        return
    accepted = {each["id"] for each in map(json.loads, labels.read_text().splitlines())
                if each["verdict"] == "accept"}
    for case in map(json.loads, (LABELLED / "cases-dev.jsonl").read_text().splitlines()):
        # Long runs are written in a short form there, which is no value to start from.
        if case["id"] in accepted and "@@REP" not in case["manifest"] and not case.get("encoding"):
            yield "labelled/" + case["id"], case["manifest"]
            if case["old"] is not None:
                yield "labelled/" + case["id"] + "/old", case["old"]


def _examples(_):
    for path in sorted((ROOT / "examples").glob("**/*.yaml")):
        yield "examples/" + path.name, path.read_text()


def _corpora(_):
    for path in sorted((SHARED / "corpora").glob("**/*.yaml")):
        text = path.read_text(errors="replace")
        if len(text) < CORPUS_BYTES:
            yield "corpora/" + path.name, text


def _manifests(text):
    """The objects of a stream of documents; what is none is left out."""
    found = []
    for document in ("\n" + text).split("\n---"):
        try:
            manifest = recorded.read(document)
        except (recorded.CaseError, ValueError, TypeError):
            continue
        if _is_manifest(manifest):
            found.append(manifest)
    return found


def _is_manifest(manifest):
    if not isinstance(manifest, dict) or not isinstance(manifest.get("metadata"), dict):
        return False
    texts = (manifest.get("apiVersion"), manifest.get("kind"), manifest["metadata"].get("name"))
    try:
        json.dumps(manifest, allow_nan=False).encode()
    except (TypeError, ValueError):
        return False
    return all(isinstance(each, str) and each for each in texts)
