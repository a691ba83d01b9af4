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
