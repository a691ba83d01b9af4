# SPDX-License-Identifier: Apache-2.0
"""What `tidegate diff` says would change in a real cluster, with kubectl as the reference."""
import copy
import json
import os
import re
import stat
import subprocess

import pytest
import yaml

from binaries import ensure
from program import Program
from waiting import until

MARKERS = ("hunter2", "aHVudGVyMg", "correct-horse", "Y29ycmVjdC1ob3JzZQ")
KEYS = {"containers": ["name"], "initContainers": ["name"], "env": ["name"], "volumes": ["name"],
        "volumeMounts": ["mountPath"], "ports": ["containerPort", "port", "protocol"],
        "imagePullSecrets": ["name"], "metrics": None}
SERVER_OWNED = ("generation", "resourceVersion", "uid", "creationTimestamp", "managedFields")


def pod(**more):
    return {"containers": [{"name": "web", "image": "web:1", "args": ["a", "b", "c"],
                            "ports": [{"containerPort": 80}, {"containerPort": 81}],
                            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                            "resources": {"requests": {"cpu": "1000m", "memory": "1Gi"}}}], **more}


def template(**more):
    return {"metadata": {"labels": {"app": "web"}}, "spec": pod(**more)}


SPECS = {
    "Deployment": ("apps/v1", {"spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
                                        "template": template()}}),
    "StatefulSet": ("apps/v1", {"spec": {"serviceName": "web", "selector": {"matchLabels": {"app": "web"}},
                                         "template": template()}}),
    "CronJob": ("batch/v1", {"spec": {"schedule": "0 1 * * *", "jobTemplate": {"spec": {
        "template": {"spec": {**pod(), "restartPolicy": "Never"}}}}}}),
    "Service": ("v1", {"spec": {"selector": {"app": "web"}, "ports": [
        {"name": "http", "port": 80}, {"name": "https", "port": 443}]}}),
    "ConfigMap": ("v1", {"data": {"a": "1", "app.conf": "one\ntwo\nthree\n"}}),
    "Secret": ("v1", {"data": {"password": "aHVudGVyMg==", "other": "eA=="}}),
    "Role": ("rbac.authorization.k8s.io/v1", {"rules": [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]}),
    "NetworkPolicy": ("networking.k8s.io/v1", {"spec": {"podSelector": {}, "ingress": [
        {"from": [{"podSelector": {"matchLabels": {"a": "b"}}}], "ports": [{"port": 80}]}]}}),
    "PodDisruptionBudget": ("policy/v1", {"spec": {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}}),
    "HorizontalPodAutoscaler": ("autoscaling/v2", {"spec": {"maxReplicas": 5, "scaleTargetRef": {
        "apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}),
    "Ingress": ("networking.k8s.io/v1", {"spec": {"rules": [{"host": "a.example", "http": {"paths": [
        {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}}),
    "ServiceAccount": ("v1", {"automountServiceAccountToken": False}),
}


def thing(kind, name, namespace):
    api_version, body = SPECS[kind]
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace},
            **copy.deepcopy(body)}


REMOVED = object()


def put(value, *path):
    """A mutation: the value at a path, which is REMOVED, or made by a function of the old one."""
    def mutate(root):
        at = root
        for step in path[:-1]:
            at = at[step] if isinstance(step, int) else at.setdefault(step, {})
        if value is REMOVED:
            del at[path[-1]]
        else:
            at[path[-1]] = value(at[path[-1]]) if callable(value) else value
    return mutate


CONTAINER = ("spec", "template", "spec", "containers", 0)
MUTATIONS = [
    ("Deployment", put(5, "spec", "replicas")),
    ("Deployment", put(REMOVED, "spec", "replicas")),
    ("Deployment", put("web:2", *CONTAINER, "image")),
    ("Deployment", put(["a", "x", "b", "c"], *CONTAINER, "args")),
    ("Deployment", put(REMOVED, *CONTAINER, "args")),
    ("Deployment", put(lambda ports: ports[::-1], *CONTAINER, "ports")),
    ("Deployment", put(lambda ports: ports[:1], *CONTAINER, "ports")),
    ("Deployment", put("1", *CONTAINER, "resources", "requests", "cpu")),
    ("Deployment", put("1500m", *CONTAINER, "resources", "requests", "cpu")),
    ("Deployment", put({"cpu": 2, "memory": "2048Mi"}, *CONTAINER, "resources", "limits")),
    ("Deployment", put("9", *CONTAINER, "env", 1, "value")),
    ("Deployment", put(lambda env: env + [{"name": "C", "value": "3"}], *CONTAINER, "env")),
    ("Deployment", put("IfNotPresent", *CONTAINER, "imagePullPolicy")),
    ("Deployment", put("Always", "spec", "template", "spec", "restartPolicy")),
    ("Deployment", put(10, "spec", "minReadySeconds")),
    ("Deployment", put([{"name": "v", "emptyDir": {}}], "spec", "template", "spec", "volumes")),
    ("Deployment", put(lambda all: all + [{"name": "side", "image": "s:1"}], *CONTAINER[:-1])),
    ("Deployment", put({"a/b": "c"}, "metadata", "annotations")),
    ("Deployment", put({"tier": "front"}, "metadata", "labels")),
    ("StatefulSet", put("web:2", *CONTAINER, "image")),
    ("StatefulSet", put(3, "spec", "replicas")),
    ("CronJob", put("0 2 * * *", "spec", "schedule")),
    ("CronJob", put("Forbid", "spec", "concurrencyPolicy")),
    ("Service", put(lambda ports: ports[::-1], "spec", "ports")),
    ("Service", put(8080, "spec", "ports", 0, "targetPort")),
    ("Service", put(81, "spec", "ports", 0, "port")),
    ("Service", put("TCP", "spec", "ports", 0, "protocol")),
    ("Service", put("NodePort", "spec", "type")),
    ("ConfigMap", put("2", "data", "a")),
    ("ConfigMap", put("one\n2\nthree\n", "data", "app.conf")),
    ("ConfigMap", put(REMOVED, "data", "a")),
    ("ConfigMap", put(True, "immutable")),
    ("ConfigMap", put(lambda data: dict(reversed(data.items())), "data")),
    ("Secret", put("Y29ycmVjdC1ob3JzZQ==", "data", "password")),
    ("Secret", put({"password": "correct-horse", "new": "hunter2"}, "stringData")),
    ("Role", put(["get"], "rules", 0, "verbs")),
    ("Role", put(lambda rules: rules + [{"apiGroups": ["apps"], "resources": ["*"], "verbs": ["get"]}], "rules")),
    ("NetworkPolicy", put(81, "spec", "ingress", 0, "ports", 0, "port")),
    ("NetworkPolicy", put("TCP", "spec", "ingress", 0, "ports", 0, "protocol")),
    ("PodDisruptionBudget", put("50%", "spec", "minAvailable")),
    ("HorizontalPodAutoscaler", put(2, "spec", "minReplicas")),
    ("Ingress", put("b.example", "spec", "rules", 0, "host")),
    ("ServiceAccount", put(True, "automountServiceAccountToken")),
]


class World:
    """A namespace, a folder with manifests, and the program."""

    def __init__(self, build, cluster, admin, namespace, tmp_path):
        self.admin = admin
        self.cluster = cluster
        self.namespace = namespace
        self.folder = tmp_path / "work"
        self.folder.mkdir()
        self.program = Program(build, self.folder)

    def thing(self, kind, name="web"):
        return thing(kind, name, self.namespace)

    def write(self, *objects):
        text = "---\n".join(each if isinstance(each, str) else json.dumps(each, indent=1) + "\n" for each in objects)
        (self.folder / "all.yaml").write_text(text)

    def apply(self, each, manager="tidegate"):
        answer = self.admin.apply(json.dumps(each), each["apiVersion"], each["kind"], each["metadata"]["name"],
                                  self.namespace, manager=manager, force=True)
        assert answer.accepted, answer.message

    def path(self, each):
        return "%s/%s" % (self.admin.path(each["apiVersion"], each["kind"], self.namespace),
                          each["metadata"]["name"])

    def run(self, *options, env=None):
        done = self.program.run("diff", "--kubeconfig", self.cluster.kubeconfig, *options, env=env)
        for marker in MARKERS:
            assert marker not in done.out + done.err
        return done

    def diff(self, *options, code=0):
        done = self.run("--format", "json", *options)
        bad = [each for each in json.loads(done.out or "{}").get("steps", ())
               if each["action"] in ("refused", "unknown")]
        assert done.code == code, (done.code, done.err, bad)
        for form in ("text", "markdown"):
            assert self.run("--format", form, *options).code == code
        return json.loads(done.out)

    def git(self, *arguments):
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, env={
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"})


@pytest.fixture
def world(build, cluster, admin, namespace, tmp_path):
    return World(build, cluster, admin, namespace, tmp_path)


def step(found, kind, name="web"):
    steps = [each for each in found["steps"] if each["object"]["kind"] == kind and each["object"]["name"] == name]
    assert len(steps) == 1, found["steps"]
    return steps[0]


def paths(of):
    return {each["path"] for each in of.get("changes", ())}


# ---- kubectl as the reference ----

def leaves(value, path, out):
    """Leaves by path, with entries of lists that have keys by these and other lists as a whole."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            leaves(below, path + (key,), out)
        return
    keys = KEYS.get(path[-1]) if path else None
    if isinstance(value, list) and value and keys and all(isinstance(each, dict) for each in value):
        for each in value:
            name = ",".join("%s=%s" % (key, each[key]) for key in keys if key in each)
            leaves(each, path + (name,), out)
        return
    out[path] = value


def differing(live, merged):
    old, new = {}, {}
    leaves(live, (), old)
    leaves(merged, (), new)
    return {path for path in old.keys() | new.keys() if old.get(path, REMOVED) != new.get(path, REMOVED)}


STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")


def told(change):
    """The leaves of a change; a list without keys counts as a whole."""
    path = tuple(match[1] if match[1] is not None else match[2] for match in STEP.finditer(change["path"]))
    for place, each in enumerate(path):
        if each.isdigit():
            return {path[:place]}
    out = {}
    for side in ("from", "to"):
        if change["change"] in ("add", "remove") and side in change:
            leaves(change[side], path, out)
    return set(out) or {path}


def kubectl_diff(world, request, tmp_path):
    """What kubectl shows, as files of both sides."""
    kubectl = ensure(request.config.getoption("--cluster-version"), ["kubectl"])["kubectl"]
    keep = tmp_path / "keep.sh"
    keep.write_text('#!/bin/sh\ncp -r "$1" "%s/live"; cp -r "$2" "%s/merged"; exit 1\n' % (tmp_path, tmp_path))
    keep.chmod(keep.stat().st_mode | stat.S_IXUSR)
    done = subprocess.run(
        [kubectl, "--kubeconfig", world.cluster.kubeconfig, "diff", "--server-side", "--field-manager=tidegate",
         "-f", world.folder / "all.yaml"], capture_output=True, text=True, timeout=300, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KUBECTL_EXTERNAL_DIFF": str(keep)})
    assert done.returncode == 1, done.stderr
    found = {}
    for file in (tmp_path / "merged").iterdir():
        merged = yaml.safe_load(file.read_text())
        live_file = tmp_path / "live" / file.name
        live = yaml.safe_load(live_file.read_text()) if live_file.exists() else None
        found[merged["kind"], merged["metadata"]["name"]] = (live, merged)
    return found


def without_server_owned(value):
    value = copy.deepcopy(value)
    value.pop("status", None)
    for name in SERVER_OWNED:
        value["metadata"].pop(name, None)
    # A controller writes it at its own time, which may be between the two that kubectl reads.
    annotations = value["metadata"].get("annotations") or {}
    if annotations.pop("deployment.kubernetes.io/revision", None) and not annotations:
        del value["metadata"]["annotations"]
    return value


def test_changes_are_those_of_kubectl(world, request, tmp_path):
    objects = []
    for number, (kind, mutate) in enumerate(MUTATIONS):
        each = thing(kind, "m%d" % number, world.namespace)
        world.apply(each)
        mutate(each)
        objects.append(each)
    objects.append(thing("ConfigMap", "new", world.namespace))
    world.write(*objects)
    found = world.diff()
    reference = kubectl_diff(world, request, tmp_path)
    changed = 0
    for each in objects:
        name = each["kind"], each["metadata"]["name"]
        live, merged = reference.get(name, (None, None))
        ours = step(found, *name)
        if each["metadata"]["name"] == "new":
            assert live is None and ours["action"] == "create"
            continue
        wanted = differing(without_server_owned(live), without_server_owned(merged)) if merged else set()
        mine = set().union(*(told(change) for change in ours.get("changes", ())))
        assert mine == wanted, name
        assert ours["action"] == ("update" if wanted else "keep"), name
        changed += bool(wanted)
    assert changed >= 30
    assert found["summary"]["keep"] == len(objects) - 1 - changed >= 6


# ---- fields of others ----

def test_defaults_and_fields_of_others_do_not_show(world):
    """A scaler owns the replicas, something else puts annotations in; neither is in the manifest."""
    web = world.thing("Deployment")
    del web["spec"]["replicas"]
    world.apply(web)
    other = {**web, "metadata": {**web["metadata"], "annotations": {"injected/by": "them"}},
             "spec": {"replicas": 7}}
    world.apply(other, manager="scaler")
    world.write(web)
    assert step(world.diff(), "Deployment")["action"] == "keep"
    web["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2"
    world.write(web)
    found = step(world.diff(), "Deployment")
    assert found["action"] == "update" and "conflicts" not in found
    assert paths(found) == {"spec.template.spec.containers[name=web].image"}
    assert world.run("--exit-code").code == 1


def test_names_who_owns_what_is_changed(world):
    web = world.thing("Deployment")
    world.apply(web)
    world.apply({**web, "spec": {"replicas": 7}}, manager="scaler")
    world.write(web)
    found = step(world.diff(), "Deployment")
    assert found["action"] == "update" and paths(found) == {"spec.replicas"}
    assert [each["field"] for each in found["conflicts"]] == ["spec.replicas"]
    assert "scaler" in found["conflicts"][0]["manager"]
    assert "scaler" in world.run().out
    assert "scaler" not in world.run("--field-manager", "scaler").out


# ---- what can't be changed, and what can't be there ----

@pytest.mark.parametrize("kind, mutate, path", [
    ("Deployment", lambda each: [put({"app": "x"}, "spec", "selector", "matchLabels")(each), put(
        {"app": "x"}, "spec", "template", "metadata", "labels")(each)], "spec.selector.matchLabels[app]"),
    ("StatefulSet", put("other", "spec", "serviceName"), "spec.serviceName"),
    ("Service", put("10.0.0.77", "spec", "clusterIP"), "spec.clusterIP"),
    ("Secret", put("my/type", "type"), "type"),
])
def test_what_can_not_be_changed_needs_replacing(world, kind, mutate, path):
    each = world.thing(kind)
    world.apply(each)
    mutate(each)
    world.write(each)
    found = step(world.diff(), kind)
    assert found["action"] == "replace", found
    assert path in paths(found)


def test_what_is_refused_for_more_is_not_replaced(world):
    each = world.thing("Deployment")
    world.apply(each)
    put({"app": "x"}, "spec", "selector", "matchLabels")(each)
    put(-1, "spec", "replicas")(each)
    world.write(each)
    found = step(world.diff(code=1), "Deployment")
    assert found["action"] == "refused" and found["reason"]


def test_objects_wait_for_what_comes_with_them(world):
    name = world.namespace + "-new"
    inside = thing("ConfigMap", "inside", name)
    definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                  "metadata": {"name": "cups.diff.example"}, "spec": {
                      "group": "diff.example", "scope": "Namespaced", "names": {"kind": "Cup", "plural": "cups"},
                      "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                          "openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}}}]}}
    cup = {"apiVersion": "diff.example/v1", "kind": "Cup", "metadata": {"name": "c", "namespace": world.namespace}}
    world.write(cup, inside, definition, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    found = world.diff()
    assert [each["object"]["kind"] for each in found["steps"]] == [
        "Namespace", "CustomResourceDefinition", "ConfigMap", "Cup"]
    assert step(found, "ConfigMap", "inside")["waits_for"] == "Namespace " + name
    assert step(found, "Cup", "c")["action"] == "wait"
    assert found["summary"]["create"] == found["summary"]["wait"] == 2


# ---- Secrets ----

def test_equal_secrets_look_equal_and_are_not_shown(world):
    one, two = thing("Secret", "one", world.namespace), thing("Secret", "two", world.namespace)
    world.apply(one)
    world.apply(two)
    put("Y29ycmVjdC1ob3JzZQ==", "data", "password")(one)
    put({"password": "correct-horse"}, "stringData")(two)
    world.write(one, two)
    found = world.diff()
    signs = [step(found, "Secret", name)["changes"][0] for name in ("one", "two")]
    assert [paths(step(found, "Secret", name)) for name in ("one", "two")] == [{"data[password]"}] * 2
    assert signs[0]["from_secret"] == signs[1]["from_secret"] != signs[0]["to_secret"]
    assert signs[0]["to_secret"] == signs[1]["to_secret"]
    assert world.diff()["steps"][0]["changes"][0]["to_secret"] != signs[0]["to_secret"]


def test_no_secret_where_one_is_refused(world):
    each = world.thing("Secret")
    put(True, "immutable")(each)
    world.apply(each)
    put("Y29ycmVjdC1ob3JzZQ==", "data", "password")(each)
    world.write(each)
    assert step(world.diff(), "Secret")["action"] == "replace"
    put({"not a key": "hunter2"}, "stringData")(each)
    world.write(each)
    assert step(world.diff(code=1), "Secret")["action"] == "refused"


# ---- a change and a cluster ----

def test_a_change_deletes_what_it_removes(world):
    stay, go, gone = (thing("ConfigMap", name, world.namespace) for name in ("stay", "go", "gone"))
    touched = world.thing("Deployment")
    for each in (stay, go, touched):
        world.apply(each)
    world.write(stay, go, gone, touched)
    world.git("init", "-qb", "main", ".")
    world.git("add", ".")
    world.git("commit", "-qm", "one")
    put(3, "spec", "replicas")(touched)
    world.write(stay, touched)
    world.git("commit", "-qam", "two")
    found = world.diff("--base", "HEAD~1")
    assert found["scope"]["untouched"] == 1
    assert step(found, "ConfigMap", "go")["action"] == "delete"
    assert step(found, "ConfigMap", "gone")["action"] == "keep"
    assert paths(step(found, "Deployment")) == {"spec.replicas"}
    assert world.admin.get(world.path(go)).accepted
    assert "not known" in world.run().out


def test_nothing_is_written(world):
    each = world.thing("ConfigMap")
    world.apply(each)
    before = world.admin.get(world.path(each)).object["metadata"]["resourceVersion"]
    put("2", "data", "a")(each)
    world.write(each, thing("ConfigMap", "other", world.namespace))
    world.diff()
    assert world.admin.get(world.path(each)).object["metadata"]["resourceVersion"] == before
    assert world.admin.get(world.path(thing("ConfigMap", "other", world.namespace))).code == 404


def test_what_may_not_be_read_is_not_known(world, tmp_path):
    """Who has no rights is told of each object, and it is no success."""
    world.write(world.thing("ConfigMap"))
    text = world.cluster.kubeconfig.read_text()
    answer = world.admin.create(json.dumps({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {
        "name": "nobody", "namespace": world.namespace}}), "v1", "ServiceAccount", namespace=world.namespace)
    assert answer.accepted, answer.message
    account = "/api/v1/namespaces/%s/serviceaccounts/nobody" % world.namespace
    until("the account is there", lambda: world.admin.get(account).accepted)
    token = world.admin.request("POST", account + "/token", json.dumps({
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}), "application/json")
    config = yaml.safe_load(text)
    config["users"] = [{"name": user["name"], "user": {"token": token.object["status"]["token"]}}
                       for user in config["users"]]
    path = tmp_path / "nobody.yaml"
    path.write_text(yaml.safe_dump(config))
    path.chmod(0o600)
    done = world.program.run("diff", "--kubeconfig", path, "--format", "json")
    assert done.code == 4, done.err
    assert step(done.report, "ConfigMap")["action"] == "unknown"
