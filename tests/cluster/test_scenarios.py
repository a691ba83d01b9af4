# SPDX-License-Identifier: Apache-2.0
"""What people run into with other tools, and what they get here: a test each."""
import json
import time

import pytest

from program import Program
from waiting import until
from webhook_server import WebhookServer, Webhooks

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: %(namespace)s}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: %(account)s
      containers:
        - name: web
          image: images.example/web:1.0
"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %(account)s, namespace: %(namespace)s}\n"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %(name)s, namespace: %(namespace)s}\ndata: {a: %(value)s}\n"
ROLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: %(namespace)s}
rules:
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: %(namespace)s}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: default, namespace: %(namespace)s}]
"""
DEFINITION = """apiVersion: apiextensions.k8s.io/v1
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
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [litres]
              properties: {litres: {type: integer, minimum: 1}}
"""
KETTLE = """apiVersion: kitchen.example/v1
kind: Kettle
metadata: {name: tea, namespace: %(namespace)s}
spec: {litres: %(litres)s}
"""


@pytest.fixture
def program(build, cluster, tmp_path):
    folder = tmp_path / "tree"
    folder.mkdir()
    return Program(build, folder)


@pytest.fixture
def dry_run(program, cluster):
    def run(*arguments, **how):
        return program.check("--dry-run", "--kubeconfig", cluster.kubeconfig, "--all", *arguments, **how)
    return run


def errors(run):
    return [each for each in run.report["findings"] if each["severity"] == "error"]


def names(admin, path):
    return {each["metadata"]["name"] for each in admin.get(path).object["items"]}


# ---- 2.1 of the list ----

def test_an_account_of_the_same_change_is_no_failure(program, dry_run, namespace):
    """Nothing is refused, and what waits for what is told."""
    program.write({"web.yaml": DEPLOYMENT % {"namespace": namespace, "account": "web"},
                  "account.yaml": ACCOUNT % {"namespace": namespace, "account": "web"}})
    run = dry_run()
    assert (run.code, errors(run)) == (0, []), run.told
    waits, = run.found("dry-run/waits")
    assert waits["object"]["kind"] == "Deployment" and "ServiceAccount" in waits["message"]
    (program.folder / "account.yaml").unlink()
    run = dry_run()
    assert run.code == 1 and any("serviceaccount" in each["message"].lower() for each in errors(run)), run.told


def test_a_pod_of_the_same_change_waits_for_its_account_only(program, dry_run, namespace):
    """What else it is refused for is told at once."""
    pod = ("apiVersion: v1\nkind: Pod\nmetadata: {name: one, namespace: %s}\nspec:\n  serviceAccountName: web\n"
           "  priorityClassName: no-such-class\n  containers:\n    - {name: a, image: a}\n" % namespace)
    program.write({"pod.yaml": pod, "account.yaml": ACCOUNT % {"namespace": namespace, "account": "web"}})
    run = dry_run()
    assert run.code == 1
    assert any(each["line"] == 6 and "no-such-class" in each["message"] for each in errors(run)), run.told
    assert not any("serviceaccount" in each["message"] for each in errors(run))


def test_a_role_and_its_binding_come_together(program, cluster, admin, build, namespace):
    """For who is no cluster admin, the binding needs the role to be there."""
    account(admin, namespace, "preview", [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]},
        {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"],
         "verbs": ["get", "create", "patch"]}])
    path = kubeconfig_of(admin, cluster, namespace, "preview", program.home)
    program.write({"role.yaml": ROLE % {"namespace": namespace}})
    run = program.check("--dry-run", "--kubeconfig", path, "--all")
    assert (run.code, errors(run)) == (0, []), run.told
    waits, = run.found("dry-run/waits")
    assert waits["object"]["kind"] == "RoleBinding" and "Role" in waits["message"]


def test_all_refusals_come_at_once(program, dry_run, namespace):
    """Each object's, and each field's of one object."""
    broken = "apiVersion: v1\nkind: Service\nmetadata: {name: s%d, namespace: %s}\nspec:\n  ports:\n    - port: 0\n    - port: 70000\n"
    program.write({**{"s%d.yaml" % i: broken % (i, namespace) for i in range(5)},
                  "typo.yaml": (CONFIG % {"name": "c", "namespace": namespace, "value": "b"}) + "dta: {}\n"})
    run = dry_run()
    found = {(each["path"], each["line"]) for each in errors(run)}
    assert found >= {("s%d.yaml" % i, line) for i in range(5) for line in (6, 7)}, run.told
    assert ("typo.yaml", 5) in found


def test_a_kind_that_nobody_knows_does_not_vanish(program, dry_run, namespace):
    """Neither a misspelt version nor a document that is no object is passed over."""
    program.write({"a.yaml": (CONFIG % {"name": "a", "namespace": namespace, "value": "b"}).replace("v1", "v11", 1),
                  "b.yaml": "apiVersion: v1\nknd: ConfigMap\nmetadata: {name: b}\n",
                  "c.yaml": CONFIG % {"name": "c", "namespace": namespace, "value": "b"}})
    run = dry_run()
    assert run.code == 1
    assert {each["path"] for each in errors(run)} == {"a.yaml", "b.yaml"}, run.told


def test_an_error_of_the_server_names_the_file_of_the_overlay(program, dry_run, admin, namespace):
    """Also when the object is made of several files: the one that sets the field is named."""
    class_ = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: c-%s}\nvalue: %d\n"
    assert admin.create(class_ % (namespace, 5), "scheduling.k8s.io/v1", "PriorityClass").accepted
    program.write({"base/kustomization.yaml": "resources: [class.yaml]\n",
                   "base/class.yaml": class_ % (namespace, 5),
                   "overlay/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
                   "overlay/patch.yaml": class_ % (namespace, 7)})
    run = dry_run()
    fixed = [each for each in errors(run) if "may not be changed" in each["message"]]
    assert [(each["path"], each["line"]) for each in fixed] == [("overlay/patch.yaml", 4)], run.told


def test_a_dry_run_of_all_comes_first_and_can_be_left_out(program, dry_run, namespace, admin):
    """Nothing is written by the one, nobody is asked by the other."""
    program.write({"a.yaml": CONFIG % {"name": "a", "namespace": namespace, "value": "b"},
                  "b.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: %s}\n"
                         "spec: {clusterIP: 192.0.2.7, ports: [{port: 80}]}\n" % namespace})
    run = dry_run()
    assert run.code == 1 and [each["path"] for each in errors(run)] == ["b.yaml"], run.told
    path = "/api/v1/namespaces/%s/configmaps" % namespace
    assert "a" not in names(admin, path)
    assert program.check("--all").code == 0


def test_a_missing_definition_hides_no_other_error(program, dry_run, namespace):
    """What no definition is there for is told once, and all else is asked about."""
    program.write({"kettle.yaml": KETTLE % {"namespace": namespace, "litres": 1},
                  "service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: %s}\n"
                               "spec: {clusterIP: 192.0.2.7, ports: [{port: 80}]}\n" % namespace})
    run = dry_run()
    assert {each["path"] for each in errors(run)} == {"kettle.yaml", "service.yaml"}, run.told


def test_a_resource_comes_with_its_definition(program, dry_run, namespace):
    """It waits, and is judged by the schema that comes along."""
    program.write({"definition.yaml": DEFINITION, "kettle.yaml": KETTLE % {"namespace": namespace, "litres": 1}})
    run = dry_run()
    assert (run.code, errors(run)) == (0, []), run.told
    waits, = run.found("dry-run/waits")
    assert waits["path"] == "kettle.yaml" and "kettles.kitchen.example" in waits["message"]
    program.write({"kettle.yaml": KETTLE % {"namespace": namespace, "litres": 0}})
    run = dry_run()
    assert run.code == 1 and [each["path"] for each in errors(run)] == ["kettle.yaml"], run.told


def test_a_namespace_of_the_same_change_is_not_made(program, dry_run, admin, namespace_names):
    """Its objects wait for it, and the offline check stands for them."""
    name = next(namespace_names)
    program.write({"namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n" % name,
                  "config.yaml": CONFIG % {"name": "a", "namespace": name, "value": "b"}})
    run = dry_run()
    assert (run.code, errors(run)) == (0, []), run.told
    waits, = run.found("dry-run/waits")
    assert waits["path"] == "config.yaml" and name in waits["message"]
    assert admin.get("/api/v1/namespaces/" + name).code == 404
    program.write({"config.yaml": CONFIG % {"name": "a", "namespace": name, "value": "1"}})
    run = dry_run()
    assert run.code == 1 and [each["path"] for each in errors(run)] == ["config.yaml"], run.told


# ---- who asks ----

def account(admin, namespace, name, rules):
    """A service account with rules of its own in its namespace."""
    rbac = "rbac.authorization.k8s.io/v1"
    made = [admin.create(json.dumps({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}),
                         "v1", "ServiceAccount", namespace),
            admin.create(json.dumps({"apiVersion": rbac, "kind": "Role", "metadata": {"name": name},
                                     "rules": rules}), rbac, "Role", namespace),
            admin.create(json.dumps({"apiVersion": rbac, "kind": "RoleBinding", "metadata": {"name": name},
                                     "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role",
                                                 "name": name},
                                     "subjects": [{"kind": "ServiceAccount", "name": name,
                                                   "namespace": namespace}]}), rbac, "RoleBinding", namespace)]
    assert all(each.accepted for each in made), [each.message for each in made]


def token_of(admin, namespace, name):
    answer = admin.request("POST", "/api/v1/namespaces/%s/serviceaccounts/%s/token" % (namespace, name),
                           json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                                       "spec": {}}), "application/json")
    assert answer.accepted, answer.message
    return answer.object["status"]["token"]


def kubeconfig_of(admin, cluster, namespace, name, folder):
    path = folder / (name + ".kubeconfig")
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:%d" % cluster.port,
                                               "certificate-authority": str(cluster.certificate)}}],
        "users": [{"name": "a", "user": {"token": token_of(admin, namespace, name)}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}]}))
    return path


# ---- webhooks ----

@pytest.fixture(scope="module")
def hook_server(tmp_path_factory):
    with WebhookServer(tmp_path_factory.mktemp("hooks")) as server:
        yield server


@pytest.fixture
def hooks(admin, hook_server, namespace):
    made = Webhooks(admin, hook_server, namespace)
    yield made
    made.remove()


def test_a_webhook_refuses_with_a_place(program, dry_run, hooks, namespace):
    hooks.deny("every ConfigMap needs an owner, which this lacks")
    program.write({"a.yaml": "# a comment\n" + CONFIG % {"name": "a", "namespace": namespace, "value": "b"}})
    run = dry_run()
    refused, = run.found("dry-run/rejected")
    assert run.code == 1 and (refused["path"], refused["line"]) == ("a.yaml", 4), run.told
    assert "every ConfigMap needs an owner" in refused["message"]


def test_a_webhook_refuses_the_pods_of_a_deployment(program, dry_run, hooks, namespace):
    hooks.deny("images come from our registry only", kind="pods")
    program.write({"web.yaml": DEPLOYMENT % {"namespace": namespace, "account": "default"}})
    run = dry_run()
    refused, = run.found("dry-run/pod-rejected")
    assert run.code == 1 and "images come from our registry only" in refused["message"]
    assert refused["path"] == "web.yaml" and 5 <= refused["line"] <= 11, run.told


def test_a_webhook_that_does_not_answer_is_no_refusal(program, dry_run, hooks, namespace):
    """Nobody knows what it would have said, which is neither a pass nor a fault of the manifest."""
    hooks.hang(3, kind="services")
    program.write({"a.yaml": CONFIG % {"name": "a", "namespace": namespace, "value": "b"},
                  "b.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: %s}\n"
                         "spec: {ports: [{port: 80}]}\n" % namespace})
    started = time.monotonic()
    run = dry_run()
    assert run.code == 4, run.told
    failed, = run.found("io/dry-run")
    assert failed["path"] == "b.yaml" and "webhook" in failed["message"], run.told
    assert time.monotonic() - started < 60


# ---- 2.8 of the list: previews ----

def test_a_change_is_judged_without_a_credential(program, cluster, admin, namespace):
    """A snapshot says what is there; CI that has it needs neither a kubeconfig nor a network."""
    program.write({"a.yaml": DEPLOYMENT % {"namespace": namespace, "account": "nobody"}})
    snapshot = program.home / "snapshot"
    assert program.run("cluster", "export", "--kubeconfig", cluster.kubeconfig, "--output", snapshot).code == 0
    run = program.check("--all", "--snapshot", snapshot)
    assert any("nobody" in each["message"] for each in run.report["findings"]), run.told
    program.write({"a.yaml": DEPLOYMENT % {"namespace": namespace, "account": "default"}})
    run = program.check("--all", "--snapshot", snapshot)
    assert not any("ServiceAccount" in each["message"] for each in run.report["findings"]), run.told
    assert cluster.tokens["admin"] not in snapshot.read_text()


def test_a_branch_is_compared_without_a_cluster(program, namespace):
    """Objects as they are built, not lines of files."""
    program.write({"kustomization.yaml": "namePrefix: x-\nresources: [a.yaml]\n",
                   "a.yaml": CONFIG % {"name": "a", "namespace": namespace, "value": "old"}})
    program.commit()
    program.git("checkout", "-q", "-b", "branch")
    program.write({"a.yaml": "# moved\n" + CONFIG % {"name": "a", "namespace": namespace, "value": "new"}})
    program.commit()
    run = program.run("diff", "--base", "main")
    assert run.code == 0 and "x-a" in run.out and "old" in run.out and "new" in run.out, run.out + run.err
    assert "moved" not in run.out
    assert program.run("diff", "--base", "main", "--head", "main", "--exit-code").code == 0


def test_a_preview_can_write_nothing(program, cluster, admin, namespace):
    """Even who previews with every right to write is held to dry runs by what setup-gate prints."""
    run = program.run("cluster", "setup-gate", "--service-account", namespace + "/preview")
    assert run.code == 0, run.err
    made = admin.create("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: preview}\n", "v1",
                        "ServiceAccount", namespace)
    assert made.accepted, made.message
    for text in run.out.split("\n---\n"):
        apply_text(admin, text)
    path = kubeconfig_of(admin, cluster, namespace, "preview", program.home)
    program.write({"a.yaml": CONFIG % {"name": "a", "namespace": namespace, "value": "b"}})

    def is_held():
        return program.check("--all", "--dry-run", "--require-dry-run-only", "--kubeconfig", path).code == 0
    until("the policy holds", is_held)
    run = program.run("diff", "--kubeconfig", path)
    assert run.code == 0 and "ConfigMap" in run.out, run.out + run.err
    assert admin.get("/api/v1/namespaces/%s/configmaps/a" % namespace).code == 404
    admin_run = program.check("--all", "--dry-run", "--require-dry-run-only", "--kubeconfig", cluster.kubeconfig)
    assert admin_run.code == 4, admin_run.told


def apply_text(admin, text):
    lines = {key: line.partition(":")[2].strip() for line in text.splitlines()
             for key in ("apiVersion", "kind") if line.startswith(key + ":")}
    if not lines:
        return
    name = next(line.strip().partition(":")[2].strip() for line in text.split("metadata:")[1].splitlines()
                if line.strip().startswith("name:"))
    namespace = [line.strip().partition(":")[2].strip() for line in text.split("metadata:")[1].splitlines()
                 if line.startswith("  namespace:")]
    answer = admin.apply(text, lines["apiVersion"], lines["kind"], name, namespace[0] if namespace else None)
    assert answer.accepted, (text, answer.message)


def test_many_objects_are_compared_in_seconds(program, cluster, namespace):
    """As fast as the server answers, and by a program that runs no code of the change."""
    program.write({"%d.yaml" % i: CONFIG % {"name": "c%d" % i, "namespace": namespace, "value": "b"}
                   for i in range(300)})
    started = time.monotonic()
    run = program.run("diff", "--format", "json", "--kubeconfig", cluster.kubeconfig)
    assert run.code == 0, run.err
    assert time.monotonic() - started < 30
    assert run.out.count('"c%d"' % 299) >= 1


def test_the_merge_is_made_here(program, namespace):
    """Two branches that are right alone and wrong together; no forge has to have merged them."""
    space = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"
    program.write({"space.yaml": space})
    base = program.commit()
    program.git("checkout", "-q", "-b", "mine")
    program.write({"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec:\n"
                               "  hostNetwork: true\n  containers:\n    - {name: a, image: a}\n"})
    mine = program.commit()
    program.git("checkout", "-q", "-b", "theirs", base)
    program.write({"space.yaml": space + "  labels: {pod-security.kubernetes.io/enforce: restricted}\n"})
    theirs = program.commit()
    assert program.check("--base", base, "--head", mine).code == 0
    assert program.check("--base", base, "--head", theirs).code == 0
    run = program.check("--base", theirs, "--head", mine, "--merge")
    assert run.code == 1 and {each["path"] for each in errors(run)} == {"pod.yaml"}, run.told


def test_what_a_mutating_webhook_adds_is_no_drift(program, cluster, admin, hooks, namespace):
    """It shows with the change that brings it about, and no more once that is applied."""
    path = "/api/v1/namespaces/%s/configmaps/a" % namespace
    old, new = (CONFIG % {"name": "a", "namespace": namespace, "value": value} for value in ("old", "new"))
    assert admin.apply(old, "v1", "ConfigMap", "a", namespace, manager="tidegate").accepted
    hooks.mutate([{"op": "add", "path": "/data/seen", "value": "by-the-hook"}])
    program.write({"a.yaml": new})
    run = program.run("diff", "--kubeconfig", cluster.kubeconfig)
    assert run.code == 0 and "new" in run.out and "by-the-hook" in run.out, run.out
    assert admin.apply(new, "v1", "ConfigMap", "a", namespace, manager="tidegate").accepted
    assert admin.get(path).object["data"] == {"a": "new", "seen": "by-the-hook"}
    run = program.run("diff", "--exit-code", "--kubeconfig", cluster.kubeconfig)
    assert run.code == 0 and "by-the-hook" not in run.out, run.out
