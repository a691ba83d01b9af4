# SPDX-License-Identifier: Apache-2.0
"""What people met with other engines, and what `tidegate sync` does: a test each, on a real server.

The numbers are those of the list of incidents that this program is built against.
"""
import json
import subprocess

import pytest

from binaries import ensure
from program import Program
from waiting import until

PART_OF = "applyset.kubernetes.io/part-of"


def config(name, namespace, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace},
            "data": data or {"a": "1"}}


def deployment(name, namespace, image="images.example/web:1.0", **spec):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"matchLabels": {"app": name}},
                     "template": {"metadata": {"labels": {"app": name}},
                                  "spec": {"containers": [{"name": "web", "image": image}]}}, **spec}}


def service(name, namespace, **spec):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"app": name}, "ports": [{"port": 80}], **spec}}


def named(name, **more):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, **more}


def definition(group):
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "kettles.%s" % group},
            "spec": {"group": group, "scope": "Namespaced", "names": {"kind": "Kettle", "plural": "kettles"},
                     "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                         "type": "object", "properties": {"spec": {
                             "type": "object", "properties": {"litres": {"type": "integer"}}}}}}}]}}


def kettle(group, name, namespace, litres=1):
    return {"apiVersion": "%s/v1" % group, "kind": "Kettle", "metadata": {"name": name, "namespace": namespace},
            "spec": {"litres": litres}}


PATHS = {"ConfigMap": "/api/v1/namespaces/%s/configmaps/%s", "Service": "/api/v1/namespaces/%s/services/%s",
         "Deployment": "/apis/apps/v1/namespaces/%s/deployments/%s",
         "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/roles/%s",
         "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings/%s",
         "ServiceAccount": "/api/v1/namespaces/%s/serviceaccounts/%s", "Job": "/apis/batch/v1/namespaces/%s/jobs/%s"}


class Engine:
    """A repository, and a cluster that follows it."""

    def __init__(self, build, cluster, admin, folder, namespace):
        folder.mkdir()
        self.program = Program(build, folder)
        self.cluster, self.admin, self.namespace = cluster, admin, namespace
        self.records = "records-%s" % namespace
        self.files = {}

    def put(self, path, *objects):
        text = "".join("---\n%s\n" % json.dumps(each) for each in objects)
        self.program.write({path: text})

    def text(self, path, text):
        self.program.write({path: text})

    def remove(self, path):
        (self.program.folder / path).unlink()

    def commit(self, message="change"):
        return self.program.commit(message)

    def run(self, *arguments):
        return self.program.run("sync", "--kubeconfig", self.cluster.kubeconfig, "--namespace", self.records,
                                "--format", "json", "--no-wait", "--quiet", *arguments)

    def sync(self, *arguments, message="change", code=0):
        self.commit(message)
        done = self.run(*arguments)
        assert done.code == code, done.out + done.err
        return done

    def live(self, kind, name, namespace=None):
        answer = self.admin.get(PATHS[kind] % (namespace or self.namespace, name))
        return answer.object if answer.accepted else None

    def record(self, parent):
        answer = self.admin.get("/api/v1/namespaces/%s/configmaps/tidegate-%s" % (self.records, parent))
        return answer.object if answer.accepted else None

    def kubectl(self, *arguments, stdin=None):
        binary = ensure(self.cluster.minor, ["kubectl"])["kubectl"]
        done = subprocess.run([binary, "--kubeconfig", self.cluster.kubeconfig, *arguments], input=stdin,
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def engine(build, cluster, admin, tmp_path, namespace):
    made = Engine(build, cluster, admin, tmp_path / "tree", namespace)
    made.text("tidegate.yaml", "sets: [{name: shop, path: shop}, {name: platform, path: platform}]\n")
    return made


def settings(engine, *sets):
    engine.text("tidegate.yaml", json.dumps({"sets": list(sets)}))


# ---- 2.1: broken manifests noticed late, partial apply ----

def test_3_and_12_definition_and_its_objects_in_one_commit(engine):
    group = "%s.example" % engine.namespace
    engine.put("shop/all.yaml", kettle(group, "tea", engine.namespace), definition(group))
    engine.sync()
    assert engine.admin.get("/apis/%s/v1/namespaces/%s/kettles/tea" % (group, engine.namespace)).accepted


def test_5_and_6_accounts_and_roles_of_the_same_set(engine):
    rbac = "rbac.authorization.k8s.io"
    pod = deployment("web", engine.namespace)
    pod["spec"]["template"]["spec"]["serviceAccountName"] = "web"
    engine.put("shop/all.yaml", pod,
               {"apiVersion": rbac + "/v1", "kind": "RoleBinding",
                "metadata": {"name": "web", "namespace": engine.namespace},
                "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "web"},
                "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": engine.namespace}]},
               {"apiVersion": rbac + "/v1", "kind": "Role", "metadata": {"name": "web", "namespace": engine.namespace},
                "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]},
               {"apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": {"name": "web", "namespace": engine.namespace}})
    engine.sync()
    assert engine.live("RoleBinding", "web") and engine.live("Deployment", "web")


def test_7_9_and_13_all_refusals_at_their_places_and_nothing_written(engine):
    new = engine.namespace + "-new"
    engine.put("shop/fine.yaml", named(new), config("fine", engine.namespace))
    engine.text("shop/bad.yaml", """apiVersion: apps/v1
kind: Deployment
metadata: {name: one, namespace: %(ns)s}
spec:
  selector: {matchLabels: {app: one}}
  template:
    metadata: {labels: {app: other}}
    spec: {containers: [{name: web, image: a}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: two, namespace: %(ns)s}
spec:
  replicas: -1
  selector: {matchLabels: {app: two}}
  template:
    metadata: {labels: {app: two}}
    spec: {containers: [{name: web, image: a}]}
""" % {"ns": engine.namespace})
    done = engine.sync(code=1)
    refused = {(each["object"]["name"], each["path"]) for each in done.report["findings"]
               if each["severity"] == "error" and each["rule"] == "dry-run/rejected"}
    assert refused == {("one", "shop/bad.yaml"), ("two", "shop/bad.yaml")}, done.told
    assert all(each["line"] > 1 for each in done.found("dry-run/rejected"))
    assert not engine.live("ConfigMap", "fine")
    assert not engine.admin.get("/api/v1/namespaces/%s" % new).accepted


def test_8_a_typo_in_a_type_prunes_nothing(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace), config("b", engine.namespace))
    engine.sync()
    engine.text("shop/a.yaml", "---\napiVersoin: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\n---\n%s\n"
                % (engine.namespace, json.dumps(config("b", engine.namespace, a="2"))))
    engine.sync(code=1)
    assert engine.live("ConfigMap", "a") and engine.live("ConfigMap", "b")["data"] == {"a": "1"}


def test_14_what_two_changes_break_together_is_judged_again(engine):
    """Each set is fine alone; the merged commit is planned as a whole before it is written."""
    engine.put("shop/a.yaml", config("same", engine.namespace))
    engine.put("platform/a.yaml", config("same", engine.namespace, a="2"))
    engine.sync(code=1)
    assert not engine.live("ConfigMap", "same")


# ---- 2.2: stuck behind a bad revision ----

def test_15_and_18_a_newer_commit_passes_a_refused_one(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace))
    engine.sync()
    engine.put("shop/a.yaml", config("a", engine.namespace), service("bad", engine.namespace, clusterIP="1.2.3.4"))
    engine.sync(code=1)
    engine.put("shop/a.yaml", config("a", engine.namespace, a="3"))
    engine.sync()
    assert engine.live("ConfigMap", "a")["data"] == {"a": "3"}


# ---- 2.3: prune accidents ----

def test_19_and_20_what_a_failed_sync_wrote_is_in_the_inventory(engine):
    """An address in use is seen by no dry run: the write is refused in the middle."""
    ip = "10.0.0.%d" % (100 + int(engine.namespace.rsplit("-", 1)[1]) % 100)
    engine.put("shop/a.yaml", config("a", engine.namespace))
    engine.sync()
    engine.put("shop/b.yaml", *[config("new-%d" % i, engine.namespace) for i in range(40)],
               service("one", engine.namespace, clusterIP=ip), service("two", engine.namespace, clusterIP=ip))
    engine.sync(code=1)
    members = engine.record("shop")["data"]["inventory"]
    there = [name for name in ["new-%d" % i for i in range(40)] if engine.live("ConfigMap", name)]
    assert all("/ConfigMap/%s/%s " % (engine.namespace, name) in members for name in there)
    engine.remove("shop/b.yaml")
    engine.sync("--prune-count", "100", "--prune-percent", "100")
    left = [name for name in there if engine.live("ConfigMap", name)]
    assert left == [] and not engine.live("Service", "one") and not engine.live("Service", "two")
    assert engine.live("ConfigMap", "a")


def test_21_and_32_two_sets_do_not_share_an_object(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace))
    engine.sync()
    engine.put("platform/a.yaml", config("a", engine.namespace, a="2"))
    done = engine.sync(code=1)
    assert done.report["findings"], done.out
    assert engine.live("ConfigMap", "a")["data"] == {"a": "1"}


def test_23_a_renamed_set_deletes_nothing(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace), config("b", engine.namespace))
    engine.sync()
    was = engine.live("ConfigMap", "a")["metadata"]["uid"]
    settings(engine, {"name": "store", "path": "shop", "sync": {"was": ["shop"]}})
    engine.sync()
    now = engine.live("ConfigMap", "a")
    assert now["metadata"]["uid"] == was
    assert now["metadata"]["labels"][PART_OF] == engine.record("store")["metadata"]["labels"][
        "applyset.kubernetes.io/id"]
    engine.run()
    assert engine.live("ConfigMap", "b")


def test_23_an_object_that_moves_between_sets_stays(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace), config("stays", engine.namespace))
    engine.put("platform/b.yaml", config("b", engine.namespace))
    engine.sync()
    was = engine.live("ConfigMap", "a")["metadata"]["uid"]
    engine.put("shop/a.yaml", config("stays", engine.namespace))
    engine.put("platform/b.yaml", config("b", engine.namespace), config("a", engine.namespace))
    engine.sync()
    engine.run()
    assert engine.live("ConfigMap", "a")["metadata"]["uid"] == was


def test_24_nothing_is_pruned_while_anything_is_refused(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace), config("b", engine.namespace))
    engine.sync()
    engine.put("shop/a.yaml", config("a", engine.namespace), service("bad", engine.namespace, clusterIP="1.2.3.4"))
    engine.sync(code=1)
    assert engine.live("ConfigMap", "b")


def test_25_children_with_copied_labels_are_not_pruned(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace))
    engine.sync()
    label = engine.live("ConfigMap", "a")["metadata"]["labels"][PART_OF]
    child = config("child", engine.namespace)
    child["metadata"]["labels"] = {PART_OF: label}
    assert engine.admin.create(json.dumps(child), "v1", "ConfigMap", engine.namespace).accepted
    engine.put("shop/a.yaml", config("other", engine.namespace))
    engine.sync()
    assert engine.live("ConfigMap", "child") and not engine.live("ConfigMap", "a")


def test_26_a_kind_that_is_gone_does_not_stop_prunes(engine):
    group = "%s.gone.example" % engine.namespace
    engine.put("shop/a.yaml", config("a", engine.namespace), definition(group),
               kettle(group, "tea", engine.namespace))
    engine.sync()
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kettles.%s" % group
    engine.admin.delete(path)
    until("the definition is gone", lambda: not engine.admin.get(path).accepted)
    engine.put("shop/a.yaml", config("a", engine.namespace, a="2"))
    engine.sync()
    engine.run()
    assert "Kettle" not in engine.record("shop")["data"]["inventory"]


def test_27_a_namespace_that_is_taken_out_stays(engine):
    name = engine.namespace + "-own"
    engine.put("shop/a.yaml", named(name), config("a", name))
    engine.sync()
    engine.put("shop/a.yaml", config("a", name, a="2"))
    engine.sync(code=1)
    assert engine.live("ConfigMap", "a", name)["data"] == {"a": "2"}
    engine.sync(message="again\n\nTidegate-Prune: shop", code=1)
    assert engine.live("ConfigMap", "a", name), "no approval deletes what is wanted"


def test_28_an_emptied_path_is_refused_until_approved(engine):
    engine.put("shop/a.yaml", *[config("c%d" % i, engine.namespace) for i in range(30)])
    engine.sync()
    engine.text("shop/a.yaml", "# moved\n")
    done = engine.sync(code=1)
    assert done.found("sync/empty-set"), done.out
    assert engine.live("ConfigMap", "c29")
    engine.sync(message="clear\n\nTidegate-Prune: shop")
    assert not engine.live("ConfigMap", "c0")


def test_29_an_invalid_replacement_deletes_nothing(engine):
    engine.put("shop/a.yaml", deployment("web", engine.namespace))
    engine.sync()
    was = engine.live("Deployment", "web")["metadata"]["uid"]
    broken = deployment("web", engine.namespace)
    broken["metadata"]["annotations"] = {"tidegate.dev/replace": "true"}
    broken["spec"]["selector"]["matchLabels"] = {"app": "other"}
    engine.put("shop/a.yaml", broken)
    engine.sync(code=1)
    assert engine.live("Deployment", "web")["metadata"]["uid"] == was
    broken["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    engine.put("shop/a.yaml", broken)
    engine.sync()
    assert engine.live("Deployment", "web")["metadata"]["uid"] != was


# ---- 2.4: drift, ownership, endless diffs ----

def test_34_a_restart_by_hand_is_not_undone(engine):
    engine.put("shop/a.yaml", deployment("web", engine.namespace))
    engine.sync()
    engine.kubectl("-n", engine.namespace, "rollout", "restart", "deployment/web")
    engine.sync()
    template = engine.live("Deployment", "web")["spec"]["template"]["metadata"]
    assert "kubectl.kubernetes.io/restartedAt" in template["annotations"]


def test_35_fields_of_kubectl_vanish_once_the_object_is_taken(engine):
    engine.kubectl("apply", "-f", "-", stdin=json.dumps(config("a", engine.namespace, a="1", b="2")))
    engine.put("shop/a.yaml", config("a", engine.namespace, a="1"))
    engine.sync(code=1)
    settings(engine, {"name": "shop", "path": "shop", "sync": {"adopt": ["kubectl"]}})
    engine.sync()
    live = engine.live("ConfigMap", "a")
    assert live["data"] == {"a": "1"}
    assert "kubectl.kubernetes.io/last-applied-configuration" not in live["metadata"].get("annotations", {})


def test_36_and_38_other_ways_to_write_a_value_are_no_difference(engine):
    web = deployment("web", engine.namespace, replicas=1)
    web["spec"]["template"]["spec"]["containers"][0]["resources"] = {
        "requests": {"cpu": 1, "memory": "1024Mi"}, "limits": {"memory": "1.5Gi"}}
    engine.put("shop/a.yaml", web)
    engine.sync()
    version = engine.live("Deployment", "web")["metadata"]["generation"]
    for _ in range(2):
        done = engine.run()
        assert done.code == 0 and not done.report["sets"][0]["steps"], done.out
    assert engine.live("Deployment", "web")["metadata"]["generation"] == version


def test_38_only_what_changes_is_written(engine):
    files = [config("c%d" % i, engine.namespace) for i in range(12)]
    engine.put("shop/a.yaml", *files)
    engine.sync()
    before = {name: engine.live("ConfigMap", name)["metadata"]["managedFields"] for name in ("c1", "c2")}
    files[1]["data"] = {"a": "2"}
    engine.put("shop/a.yaml", *files)
    done = engine.sync()
    counts = done.report["sets"][0]["counts"]
    assert (counts["updated"], counts["unchanged"], counts["created"]) == (1, 11, 0), done.out
    assert engine.live("ConfigMap", "c2")["metadata"]["managedFields"] == before["c2"]


# ---- 2.5: restarts on a changed ConfigMap ----

def test_39_and_40_a_changed_configuration_rolls_its_workloads(engine):
    web = deployment("web", engine.namespace)
    web["spec"]["template"]["spec"]["containers"][0]["envFrom"] = [{"configMapRef": {"name": "a"}}]
    engine.put("shop/a.yaml", config("a", engine.namespace), web, deployment("other", engine.namespace))
    engine.sync()
    before = {name: engine.live("Deployment", name)["metadata"]["generation"] for name in ("web", "other")}
    engine.put("shop/a.yaml", config("a", engine.namespace, a="2"), web, deployment("other", engine.namespace))
    engine.sync()
    assert engine.live("Deployment", "web")["metadata"]["generation"] > before["web"]
    assert engine.live("Deployment", "other")["metadata"]["generation"] == before["other"]


# ---- 2.9: feedback, wedges ----

def test_56_the_attempted_revision_is_on_record(engine):
    engine.put("shop/a.yaml", config("a", engine.namespace))
    engine.sync()
    engine.put("shop/a.yaml", service("bad", engine.namespace, clusterIP="1.2.3.4"))
    engine.sync(code=1)
    status = json.loads(engine.record("shop")["data"]["status"])
    assert status["attempt"]["commit"] == engine.program.git("rev-parse", "HEAD")
    assert status["attempt"]["state"] == "refused" and status["applied"] != status["attempt"]["commit"]


def test_59_a_broken_apiservice_stops_no_other_kind(engine):
    group = "broken-%s.example" % engine.namespace
    made = engine.admin.create(json.dumps({
        "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1." + group},
        "spec": {"group": group, "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
                 "insecureSkipTLSVerify": True, "service": {"name": "none", "namespace": engine.namespace}}}),
        "apiregistration.k8s.io/v1", "APIService")
    assert made.accepted, made.message
    try:
        engine.put("shop/a.yaml", config("a", engine.namespace), config("b", engine.namespace))
        engine.sync()
        engine.put("shop/a.yaml", config("a", engine.namespace))
        engine.sync()
        assert engine.live("ConfigMap", "a") and not engine.live("ConfigMap", "b")
    finally:
        engine.admin.delete("/apis/apiregistration.k8s.io/v1/apiservices/v1." + group)
