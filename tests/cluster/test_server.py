# SPDX-License-Identifier: Apache-2.0
"""The test servers themselves: what every other test here takes for granted."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import textwrap

import pytest

from binaries import kubernetes_version
from cluster import sweep
from playground import started
from waiting import until

GOOD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: "registry.example/web:1"}
"""
UNKNOWN_FIELD = GOOD.replace("spec:\n  selector", "spec:\n  replcas: 2\n  selector")
WRONG_TYPE = GOOD.replace("spec:\n  selector", "spec:\n  replicas: two\n  selector")
INVALID = GOOD.replace("app: web}}\n    spec", "app: other}}\n    spec")
DUPLICATE_KEY = GOOD + "kind: Deployment\n"
DUPLICATE_ENV = GOOD.replace('web:1"', 'web:1", env: [{name: A, value: one}, {name: A, value: two}]')


def dry_run(client, text, namespace):
    return client.create(text, "apps/v1", "Deployment", namespace, dry_run=True)


def test_version(cluster, admin):
    version = admin.get("/version").object
    assert version["gitVersion"] == kubernetes_version(cluster.minor)
    assert "%(major)s.%(minor)s" % version == cluster.minor


def test_accepts_good(admin, namespace):
    answer = dry_run(admin, GOOD, namespace)
    assert (answer.verdict, answer.code, answer.stage) == ("accept", 201, "")
    assert answer.object["spec"]["replicas"] == 1, "the answered object has its defaults"
    deployments = "/apis/apps/v1/namespaces/%s/deployments" % namespace
    assert admin.get(deployments).object["items"] == [], "a dry run stores nothing"


@pytest.mark.parametrize("text, code, stage, words", [
    (UNKNOWN_FIELD, 400, "strict", 'unknown field "spec.replcas"'),
    (DUPLICATE_KEY, 400, "strict", 'key "kind" already set in map'),
    (WRONG_TYPE, 400, "type", "cannot unmarshal string into Go struct field"),
    (INVALID, 422, "invalid", "`selector` does not match template `labels`"),
    ("apiVersion: [", 400, "parse", "did not find expected node content"),
])
def test_refuses_bad(admin, namespace, text, code, stage, words):
    answer = dry_run(admin, text, namespace)
    assert (answer.verdict, answer.code, answer.stage) == ("reject", code, stage)
    assert words in answer.message


def test_tells_causes(admin, namespace):
    cause, = dry_run(admin, INVALID, namespace).causes
    assert (cause.type, cause.field) == ("FieldValueInvalid", "spec.template.metadata.labels")


def test_tells_warnings(admin, namespace):
    warning, = dry_run(admin, DUPLICATE_ENV, namespace).warnings
    assert 'hides previous definition of "A"' in warning


@pytest.mark.parametrize("version, kind", [
    ("apps/v1beta1", "Deployment"), ("apps/v1", "Deploy ment"), ("apps", "Deployment"),
    ("apps/v1/x", "Deployment"), ("", "Deployment"), ("ap ps/v1", "Deployment"), ("v1", ""),
])
def test_knows_no_such_kind(admin, namespace, version, kind):
    answer = admin.create(GOOD, version, kind, namespace)
    assert (answer.verdict, answer.stage) == ("reject", "nomatch")


def test_applies(admin, namespace):
    place = ("apps/v1", "Deployment", "web", namespace)
    assert admin.apply(GOOD, *place, dry_run=True).code == 201
    assert admin.apply(GOOD, *place).code == 201
    assert admin.apply(GOOD, *place).code == 200
    refused = admin.apply(UNKNOWN_FIELD, *place)
    assert (refused.code, refused.stage) == (500, "strict")
    moved = admin.apply(GOOD.replace("web:1", "web:2"), *place, manager="other")
    assert (moved.code, moved.reason, moved.causes[0].type) == (
        409, "Conflict", "FieldManagerConflict")
    assert admin.apply(GOOD.replace("web:1", "web:2"), *place, manager="other",
                       force=True).code == 200


def test_namespaces_are_independent(admin, new_namespace):
    one, other = new_namespace(), new_namespace()
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
    assert admin.create(text, "v1", "ConfigMap", one).code == 201
    assert admin.create(text, "v1", "ConfigMap", one).reason == "AlreadyExists"
    assert admin.create(text, "v1", "ConfigMap", other, dry_run=True).code == 201
    assert admin.get("/api/v1/namespaces/%s/configmaps/settings" % other).code == 404


def test_finds_new_kinds(admin, new_namespace):
    definition = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kettles.kitchen.example}
spec:
  group: kitchen.example
  scope: Namespaced
  names: {kind: Kettle, plural: kettles}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, properties: {spec: {type: object}}}
"""
    text = "apiVersion: kitchen.example/v1\nkind: Kettle\nmetadata: {name: blue}\n"
    assert admin.create(text, "kitchen.example/v1", "Kettle").stage == "nomatch"
    assert admin.create(definition, "apiextensions.k8s.io/v1", "CustomResourceDefinition").accepted
    namespace = new_namespace()
    until("a Kettle is accepted", lambda: admin.create(
        text, "kitchen.example/v1", "Kettle", namespace).accepted)


def test_controllers_run(admin, namespace):
    account = admin.get("/api/v1/namespaces/%s/serviceaccounts/default" % namespace)
    assert account.object["metadata"]["name"] == "default"
    assert admin.get("/api/v1/namespaces/kube-system").accepted


def test_developer_has_no_rights(cluster, namespace):
    answer = dry_run(cluster.client("developer"), GOOD, namespace)
    assert (answer.code, answer.reason, answer.stage) == (403, "Forbidden", "admission")


def test_leaves_nothing_when_killed(cluster, tmp_path, monkeypatch):
    """Servers end with the process that started them, even if it can't say goodbye."""
    program = textwrap.dedent("""\
        import json, sys, time
        from cluster import Cluster
        running = Cluster(sys.argv[1], controllers=False).start()
        pids = [process.pid for process in running.processes]
        print(json.dumps({"pids": pids, "folder": str(running.folder)}), flush=True)
        time.sleep(600)
        """)
    environment = dict(os.environ, PYTHONPATH=str(pathlib.Path(__file__).parent),
                       TMPDIR=str(tmp_path))
    owner = subprocess.Popen([sys.executable, "-c", program, cluster.minor], env=environment,
                             stdout=subprocess.PIPE, text=True)
    try:
        left = json.loads(owner.stdout.readline())
    finally:
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
        owner.stdout.close()
    assert len(left["pids"]) == 2
    until("the servers end", lambda: not any(started(pid) for pid in left["pids"]))
    assert pathlib.Path(left["folder"]).parent == tmp_path
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sweep()
    assert list(tmp_path.iterdir()) == [], "the next cluster clears up"
