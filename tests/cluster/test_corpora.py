# SPDX-License-Identifier: Apache-2.0
"""What people keep in git is what the server takes: every document of real repositories is posted,
and tidegate must say the same.
"""
import dataclasses
import os
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/fidelity"))

import cases
from cluster import Cluster
from judge import judge
from waiting import until

CORPORA = pathlib.Path(os.environ.get("TIDEGATE_SHARED", ROOT.parent / "shared")) / "corpora"
DOCUMENT = re.compile(r"^---(?:[ \t].*)?$", re.M)
CRD = "CustomResourceDefinition"
# A cluster has one of each; what is there already is refused for that, whatever it says.
THERE_ALREADY = (409,)


@dataclasses.dataclass(frozen=True)
class Document:
    id: str
    text: str
    old: None = None


@pytest.fixture(scope="module")
def quiet_cluster(request):
    with Cluster(request.config.getoption("--cluster-version"), controllers=False) as running:
        yield running


def documents():
    """Each document that names its type and is whole: no template of a chart, no part of a patch."""
    for path in sorted(CORPORA.rglob("*.y*ml")):
        text = path.read_text(encoding="utf-8")
        if "{{" in text or "$patch" in text or "kustomization" in path.name:
            continue
        for number, part in enumerate(DOCUMENT.split(text)):
            thing = read(part)
            if isinstance(thing, dict) and thing.get("apiVersion") and thing.get("kind") \
                    and "List" not in thing["kind"]:
                yield Document("%s#%d" % (path.relative_to(CORPORA), number), part), thing


def read(text):
    try:
        return cases.read(text)
    except Exception:  # whatever YAML can be wrong with: no document that names its type
        return None


def namespaces(things):
    named = (thing.get("metadata", {}).get("namespace") for thing in things)
    return sorted({name for name in named if name} - {"default", "kube-system"})


def prepare(client, things):
    """What must be there before others; what is refused here is refused again below."""
    for name in namespaces(things):
        client.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n" % name,
                      "v1", "Namespace")
    definitions = [thing for thing in things if thing["kind"] == CRD]
    for thing in definitions:
        client.create(cases.write(thing), thing["apiVersion"], CRD)
    for thing in definitions:
        until("definitions are served", lambda: is_established(client, thing["metadata"]["name"]))


def is_established(client, name):
    answer = client.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name)
    conditions = answer.object.get("status", {}).get("conditions", ()) if answer.accepted else ()
    return not answer.accepted or any(
        each["type"] == "Established" and each["status"] == "True" for each in conditions)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no ../shared")
def test_real_repositories(quiet_cluster, build, tmp_path):
    client, minor = quiet_cluster.client(), quiet_cluster.minor
    found = list(documents())
    prepare(client, [thing for _, thing in found])
    for number, (document, thing) in enumerate(found):
        if thing["kind"] == CRD:
            (tmp_path / ("%d.yaml" % number)).write_text(document.text)
    verdicts = judge(build / "tidegate", [each for each, _ in found], [minor], crds=tmp_path)
    wrong, asked = [], 0
    for document, thing in found:
        answer = client.create(document.text, thing["apiVersion"], thing["kind"],
                               thing.get("metadata", {}).get("namespace"), dry_run=True)
        if answer.code in THERE_ALREADY or answer.stage == "nomatch":
            continue
        asked += 1
        verdict = verdicts[document.id, minor]
        if verdict.verdict != answer.verdict:
            wrong.append((document.id, answer.verdict, answer.message,
                          [each.message for each in verdict.refusals()]))
    assert wrong == []
    assert asked > 300
