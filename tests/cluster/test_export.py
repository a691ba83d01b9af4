# SPDX-License-Identifier: Apache-2.0
"""A real server into a snapshot: nothing of value is in it, and without the server it says the same."""
import json
import os
import subprocess
import time

import pytest
import yaml

from client_process import kubeconfig
from cluster import Cluster
from waiting import until

MARKER = "MARKER-hunter2"
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        description: MARKER-hunter2 in words for people
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, maximum: 10}
              description: {type: string}
"""
POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas, annotations: {note: MARKER-hunter2}}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
  - {expression: object.spec.replicas <= 5, message: more than 5 replicas}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: replicas}
spec: {policyName: replicas, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: unbound}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
  - {expression: "false", message: nobody asked}
"""
WORLD = """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: baseline}
  annotations: {note: MARKER-hunter2}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: shop, annotations: {note: MARKER-hunter2}}
---
apiVersion: v1
kind: Secret
metadata: {name: password, namespace: shop, annotations: {note: MARKER-hunter2}}
stringData: {password: MARKER-hunter2}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {color: MARKER-hunter2}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits, namespace: shop}
spec: {limits: [{type: Container, max: {memory: 1Gi}}]}
"""
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web, team: MARKER-hunter2}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {note: MARKER-hunter2}}
    spec:
      serviceAccountName: web
      containers:
      - name: web
        image: web:1
        args: [MARKER-hunter2]
        env: [{name: GREETING, value: MARKER-hunter2}]
        ports: [{containerPort: 80}]
        resources: {limits: {cpu: 0.5}}
"""
READER = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [namespaces, configmaps], verbs: [list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]
"""


def apply(client, text, manager="tidegate"):
    for each in yaml.safe_load_all(text):
        metadata = each["metadata"]
        answer = client.apply(yaml.safe_dump(each), each["apiVersion"], each["kind"],
                              metadata["name"], metadata.get("namespace"), manager=manager,
                              force=True)
        assert answer.accepted, answer.message


@pytest.fixture(scope="module")
def world(request):
    version = request.config.getoption("--cluster-version")
    with Cluster(version, users={"reader": ()}) as cluster:
        admin = cluster.client()
        apply(admin, CRD + "---\n" + POLICY + "---\n" + READER)
        apply(admin, WORLD)
        until("the account is there", lambda: admin.get(
            "/api/v1/namespaces/shop/serviceaccounts/default").accepted)
        until("widgets are served", lambda: admin.get("/apis/example.com/v1/widgets").accepted)
        apply(admin, WEB)
        # What kubectl's older apply leaves behind, and what a person does.
        answer = admin.request("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web",
                               json.dumps({"metadata": {"annotations": {
                                   "kubectl.kubernetes.io/last-applied-configuration": WEB}},
                                           "spec": {"replicas": 2}}),
                               content_type="application/merge-patch+json",
                               fieldManager="kubectl-scale")
        assert answer.accepted, answer.message
        until("the policy is heeded", lambda: "more than 5" in try_it(
            admin, WEB.replace("replicas: 1", "replicas: 9").replace("name: web,", "name: x,"))[1])
        yield cluster


def run(build, *args, cwd=None, **env):
    # Nothing of a cluster: no kubeconfig, no home with one, no proxy to go through.
    clean = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": "/does/not/exist",
             "TIDEGATE_CACHE_DIR": "", **env}
    return subprocess.run([build / "tidegate", *args], cwd=cwd, env=clean, timeout=120,
                          capture_output=True, text=True, check=False)


def export(build, cluster, folder, *args, user="admin"):
    config = kubeconfig(folder, cluster, user={"token": cluster.tokens[user]}, name=user)
    done = run(build, "cluster", "export", "--name", "prod", "--kubeconfig", config, *args)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def lists(text, part="lists"):
    return {(each["group"], each["kind"]): each for each in json.loads(text)[part]}


@pytest.fixture(scope="module")
def snapshot(build, world, tmp_path_factory):
    return export(build, world, tmp_path_factory.mktemp("admin"))[0]


@pytest.fixture
def check(build, snapshot, tmp_path):
    """Checks a manifest with the snapshot, and gives exit code and findings as rule and message."""
    def ask(text, *args, **env):
        (tmp_path / "manifests").mkdir(exist_ok=True)
        (tmp_path / "manifests/a.yaml").write_text(text)
        (tmp_path / "prod.json").write_text(snapshot)
        done = run(build, "check", "--all", "-f", "json", "--snapshot", "prod.json", *args,
                   "manifests", cwd=tmp_path, **env)
        report = json.loads(done.stdout)
        return done.returncode, [(each["rule"], each["message"], each["severity"])
                                 for each in report["findings"]], report
    return ask


def try_it(client, text):
    """What the server says to a dry run of the only object."""
    each = yaml.safe_load(text)
    answer = client.create(text, each["apiVersion"], each["kind"],
                           each["metadata"].get("namespace"), dry_run=True)
    return answer.accepted, answer.message, answer.warnings


# ---- what is in the file ----


@pytest.mark.parametrize("args", [(), ("--all",), ("--with-params",), ("--all", "--with-params")])
def test_no_value_is_in_the_file(build, world, tmp_path, args):
    text, told = export(build, world, tmp_path, *args)
    for marker in (MARKER, "hunter2", "TUFSS0VSLWh1bnRlcjI"):
        assert marker not in text and marker not in told
    assert lists(text, "objects")["", "Secret"]["items"][0]["name"] == "password"
    assert "fields" not in lists(text, "objects")["", "Secret"]["items"][0]


def test_not_even_names_of_secrets(build, world, tmp_path):
    text, _ = export(build, world, tmp_path, "--no-secret-names")
    of_secrets = lists(text, "objects")["", "Secret"]
    assert (of_secrets["complete"], of_secrets["items"]) == (False, [])


def test_params_are_told_on_request_only(build, world, tmp_path):
    admin = world.client()
    apply(admin, POLICY.split("---")[0].replace("name: replicas", "name: colors").replace(
        "spec:\n", "spec:\n  paramKind: {apiVersion: v1, kind: ConfigMap}\n", 1))
    apply(admin, """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: colors}
spec:
  policyName: colors
  paramRef: {name: colors, namespace: default, parameterNotFoundAction: Allow}
  validationActions: [Audit]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: colors, namespace: default}
data: {allowed: PARAM-red}
""")
    try:
        assert "PARAM-red" not in export(build, world, tmp_path)[0]
        text, _ = export(build, world, tmp_path, "--with-params")
        assert "PARAM-red" in text and MARKER not in text
        assert not lists(text)["", "ConfigMap"]["complete"]
    finally:
        admin.delete("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/colors")
        admin.delete("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/colors")


def test_what_may_not_be_listed_is_not_known(build, world, tmp_path):
    text, told = export(build, world, tmp_path, user="reader")
    assert lists(text)["", "Namespace"]["complete"]
    assert not lists(text)["", "ServiceAccount"]["complete"]
    assert lists(text)["", "ServiceAccount"]["why"] == "may not be listed"
    assert not lists(text, "objects")["apps", "Deployment"]["complete"]
    assert "may not be listed" in told and MARKER not in text
    (tmp_path / "prod.json").write_text(text)
    # Nothing follows from it: the account is not missing, the namespace is.
    (tmp_path / "a.yaml").write_text(WEB.replace("serviceAccountName: web",
                                                 "serviceAccountName: nobody"))
    done = run(build, "check", "--all", "-f", "concise", "--snapshot", "prod.json", "a.yaml",
               cwd=tmp_path)
    assert "nobody" not in done.stdout and done.returncode == 0, done.stdout
    (tmp_path / "a.yaml").write_text(WEB.replace("namespace: shop", "namespace: shpo"))
    done = run(build, "check", "--all", "-f", "concise", "--snapshot", "prod.json", "a.yaml",
               cwd=tmp_path)
    assert "error[ref/missing-namespace]" in done.stdout and done.returncode == 1


def test_two_exports_differ_in_their_hashes(build, world, tmp_path):
    """The key is new each time, so files of two days don't tell which values stayed."""
    first, second = (export(build, world, tmp_path)[0] for _ in range(2))
    fields = [lists(text, "objects")["apps", "Deployment"]["items"][0]["fields"]
              for text in (first, second)]
    assert fields[0] != fields[1]


# ---- what it says ----


def test_what_is_there_passes(check):
    code, findings, report = check(WEB.replace("replicas: 1", "replicas: 2"))
    assert code == 0, findings
    assert [each for each in findings if each[2] != "info"] == []
    assert report["scope"]["snapshot"].startswith("snapshot of prod, 1.")
    assert report["kubernetes"] == [".".join(report["scope"]["snapshot"].split(", ")[1]
                                             .split(".")[:2])]


REFUSED = {
    "an instance of a CRD": (
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, namespace: shop}\n"
        "spec: {size: 99}\n", "api/", "spec.size"),
    "a policy": (WEB.replace("replicas: 1", "replicas: 9").replace("name: web,", "name: other,"),
                 "policy/replicas/0", "more than 5 replicas"),
    "a kind that is not served": (
        "apiVersion: gadgets.example/v1\nkind: Gadget\nmetadata: {name: a, namespace: shop}\n",
        "cluster/not-served", "Gadget"),
    "a namespace that is not there": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shpo}\n",
        "ref/missing-namespace", "shpo"),
    "a Pod that is too privileged": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n"
        "spec: {hostNetwork: true, containers: [{name: a, image: a}]}\n",
        "pod-security/", "host"),
    "a Pod over a limit": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n"
        "spec: {containers: [{name: a, image: a, resources: {limits: {memory: 2Gi}}}]}\n",
        "limit-range/", "memory"),
    "a Pod of an account that is not there": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n"
        "spec: {serviceAccountName: nobody, containers: [{name: a, image: a}]}\n",
        "ref/missing-service-account", "nobody"),
    "a Pod of a class that is not there": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n"
        "spec: {priorityClassName: highest, containers: [{name: a, image: a}]}\n",
        "ref/missing-priority-class", "highest"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_server_and_snapshot_refuse(world, check, what):
    text, rule, word = REFUSED[what]
    accepted, message, _ = try_it(world.client(), text)
    assert not accepted
    code, findings, _ = check(text)
    errors = [each for each in findings if each[2] == "error"]
    assert code == 1 and errors, (message, findings)
    assert all(each[0].startswith(rule) for each in errors), findings
    assert any(word in each[1] for each in errors), findings


def test_server_and_snapshot_warn(world, check):
    text = WEB.replace("name: web,", "name: other,").replace(
        "      containers:", "      hostNetwork: true\n      containers:")
    accepted, _, warnings = try_it(world.client(), text)
    assert accepted and any("would violate PodSecurity" in each for each in warnings)
    code, findings, _ = check(text)
    assert code == 0 and [each for each in findings if each[0].startswith("pod-security/")
                          and each[2] == "warning"], findings


def test_a_bound_policy_decides_and_an_unbound_one_does_not(check):
    _, findings, _ = check(WEB)
    assert not [each for each in findings if each[0].startswith("policy/")], findings


def test_another_manager_is_told(world, check):
    answer = world.client().apply(WEB, "apps/v1", "Deployment", "web", "shop", dry_run=True,
                                  manager="tidegate")
    assert answer.code == 409 and "kubectl-scale" in answer.message
    _, findings, _ = check(WEB)
    contested = [each for each in findings if each[0] == "cluster/contested-field"]
    assert len(contested) == 1 and "kubectl-scale" in contested[0][1], findings
    assert world.client().apply(WEB.replace("replicas: 1", "replicas: 2"), "apps/v1", "Deployment",
                                "web", "shop", dry_run=True, manager="tidegate").accepted
    _, findings, _ = check(WEB.replace("replicas: 1", "replicas: 2"))
    assert not [each for each in findings if each[0] == "cluster/contested-field"]


def test_what_the_change_brings_is_not_missing(check):
    code, findings, _ = check(
        CRD.replace("widget", "gadget").replace("Widget", "Gadget")
        + "---\napiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: a, namespace: new}\n"
        + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n")
    assert code == 0, findings


# ---- age ----


@pytest.mark.parametrize("seconds, args, code", [
    (0, (), 0), (6 * 86400, (), 0), (8 * 86400, (), 4), (8 * 86400, ("--snapshot-max-age", "9d"), 0),
    (3600, ("--snapshot-max-age", "30m"), 4), (-200, (), 0), (-3600, (), 4)])
def test_age(check, seconds, args, code):
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n"
    got, findings, report = check(text, *args, SOURCE_DATE_EPOCH=str(int(time.time()) + seconds))
    assert got == code, findings
    assert (code == 4) == any(each[0] == "io/snapshot" for each in findings)
    assert (code == 4) != ("snapshot" in report["scope"])
