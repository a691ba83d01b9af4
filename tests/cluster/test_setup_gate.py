# SPDX-License-Identifier: Apache-2.0
"""What `tidegate cluster setup-gate` prints makes an identity that can't write, on a real server."""
import json
import os
import pathlib
import subprocess
import time

import pytest
import yaml

from client import APPLY
from cluster import Cluster
from waiting import until

ROOT = pathlib.Path(__file__).resolve().parents[2]
MERGE = "application/merge-patch+json"
JSON = "application/json"
PLACE = "/api/v1/namespaces/shop"
APPS = "/apis/apps/v1/namespaces/shop"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
TOKEN = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
MARKER = "aHVudGVyMg=="
POD = {"containers": [{"name": "web", "image": "web:1"}]}
# What is there before anybody tries anything.
WORLD = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop, labels: {there: "yes"}}
data: {color: red}
---
apiVersion: v1
kind: Secret
metadata: {name: password, namespace: shop}
data: {password: %s}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: web, image: "web:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Node
metadata: {name: one}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
""" % MARKER
# Everything that could have been written.
LISTS = [PLACE + "/" + each for each in ("configmaps", "secrets", "serviceaccounts", "pods", "services",
                                         "events")] + [
    APPS + "/deployments", "/api/v1/namespaces", "/api/v1/nodes", RBAC + "/clusterroles",
    RBAC + "/clusterrolebindings", RBAC + "/roles", RBAC + "/rolebindings",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    ADMISSION + "/validatingadmissionpolicies", ADMISSION + "/validatingadmissionpolicybindings",
    ADMISSION + "/validatingwebhookconfigurations", ADMISSION + "/mutatingwebhookconfigurations"]


def thing(api_version, kind, name, namespace="shop", **more):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def config_map(name="new", **data):
    return thing("v1", "ConfigMap", name, data=data)


def role(kind="Role", namespace="shop", **rule):
    return thing("rbac.authorization.k8s.io/v1", kind, "new", namespace, rules=[rule])


def binding(role_kind, role_name):
    return thing("rbac.authorization.k8s.io/v1", "RoleBinding", "new",
                 roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind,
                          "name": role_name},
                 subjects=[{"kind": "ServiceAccount", "name": "runner", "namespace": "shop"}])


def webhook(kind):
    return thing("admissionregistration.k8s.io/v1", kind, "new", None, webhooks=[{
        "name": "a.b.example", "sideEffects": "None", "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": "https://127.0.0.1:1/"}, "failurePolicy": "Ignore"}])


POLICY = thing("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "new", None, spec={
    "validations": [{"expression": "true"}], "matchConstraints": {"resourceRules": [{
        "apiGroups": [""], "apiVersions": ["*"], "operations": ["*"], "resources": ["secrets"]}]}})
POLICY_BINDING = thing(
    "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "new", None,
    spec={"policyName": "new", "validationActions": ["Deny"]})
MUTATION = thing("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", "new", None, spec={
    "matchConstraints": POLICY["spec"]["matchConstraints"], "reinvocationPolicy": "Never",
    "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {
        "expression": "Object{}"}}]})
MUTATION_BINDING = thing("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", "new",
                         None, spec={"policyName": "new"})
DEFINITION = thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", "pots.kitchen.example", None,
                   spec={"group": "kitchen.example", "scope": "Namespaced",
                         "names": {"kind": "Pot", "plural": "pots"}, "versions": [{
                             "name": "v1", "served": True, "storage": True,
                             "schema": {"openAPIV3Schema": {"type": "object"}}}]})
DEPLOYMENT = thing("apps/v1", "Deployment", "new", spec={
    "selector": {"matchLabels": {"app": "new"}},
    "template": {"metadata": {"labels": {"app": "new"}}, "spec": POD}})
NEW = ("POST", JSON)
# What is sent: method and content type, path, body; what the server answers to it as a dry run from
# an identity with the printed rights, and from one with all rights. A real one is refused with 403 in
# both cases. After what no dry run is for comes None.
REQUESTS = {
    "create": (*NEW, PLACE + "/configmaps", config_map(), 201, 201),
    "apply what is not there": ("PATCH", APPLY, PLACE + "/configmaps/new", config_map(), 201, 201),
    "apply what is there": (
        "PATCH", APPLY, PLACE + "/configmaps/settings", config_map("settings", size="1"), 200, 200),
    "replace": ("PUT", JSON, PLACE + "/configmaps/settings", config_map("settings"), 403, 200),
    "merge patch": ("PATCH", MERGE, PLACE + "/configmaps/settings", {"data": {"a": "b"}}, 200, 200),
    "empty patch": ("PATCH", MERGE, PLACE + "/configmaps/settings", {}, 200, 200),
    "JSON patch": ("PATCH", "application/json-patch+json", PLACE + "/configmaps/settings",
                   [{"op": "remove", "path": "/data"}], 200, 200),
    "delete": ("DELETE", None, PLACE + "/configmaps/settings", None, 403, 200),
    "delete all": ("DELETE", None, PLACE + "/configmaps", None, 403, 200),
    # The server looks at the body alone, so this is no dry run.
    "delete with a body": ("DELETE", JSON, PLACE + "/configmaps/settings",
                           {"kind": "DeleteOptions", "apiVersion": "v1"}, 403, 403),
    "delete all with a body": ("DELETE", JSON, PLACE + "/configmaps",
                               {"kind": "DeleteOptions", "apiVersion": "v1"}, 403, 403),
    "create a Deployment": (*NEW, APPS + "/deployments", DEPLOYMENT, 201, 201),
    "create a Pod": (*NEW, PLACE + "/pods", thing("v1", "Pod", "new", spec=POD), 201, 201),
    "scale": ("PATCH", MERGE, APPS + "/deployments/web/scale", {"spec": {"replicas": 5}}, 403, 200),
    "status": ("PATCH", MERGE, APPS + "/deployments/web/status", {"status": {"replicas": 5}},
               403, 200),
    "evict": (*NEW, PLACE + "/pods/web/eviction", thing("policy/v1", "Eviction", "web"), 403, 201),
    "bind a Pod": (*NEW, PLACE + "/pods/web/binding",
                   thing("v1", "Binding", "web", target={"kind": "Node", "name": "one"}), 403, 201),
    "exec": (*NEW, PLACE + "/pods/web/exec?command=sh&stdout=true", None, None, None),
    "attach": (*NEW, PLACE + "/pods/web/attach?stdout=true", None, None, None),
    "forward a port": (*NEW, PLACE + "/pods/web/portforward?ports=80", None, None, None),
    "reach a Pod": ("GET", None, PLACE + "/pods/web/proxy/", None, None, None),
    "reach a Service": ("GET", None, PLACE + "/services/web/proxy/", None, None, None),
    "reach a kubelet": ("GET", None, "/api/v1/nodes/one/proxy/", None, None, None),
    "debug a Pod": ("PATCH", MERGE, PLACE + "/pods/web/ephemeralcontainers",
                    {"spec": {"ephemeralContainers": []}}, 403, 200),
    # A token that is asked for in a dry run is a real one.
    "ask for a token": (*NEW, PLACE + "/serviceaccounts/runner/token", TOKEN, 403, 403),
    "create a namespace": (*NEW, "/api/v1/namespaces", thing("v1", "Namespace", "new", None), 201, 201),
    "delete a namespace": ("DELETE", None, "/api/v1/namespaces/shop", None, 403, 200),
    "create a role with own rights": (*NEW, RBAC + "/namespaces/shop/roles", role(
        apiGroups=[""], resources=["configmaps"], verbs=["get"]), 201, 201),
    "create a definition": (*NEW, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                            DEFINITION, 201, 201),
    "validating webhook": (*NEW, ADMISSION + "/validatingwebhookconfigurations",
                           webhook("ValidatingWebhookConfiguration"), 201, 201),
    "mutating webhook": (*NEW, ADMISSION + "/mutatingwebhookconfigurations",
                         webhook("MutatingWebhookConfiguration"), 201, 201),
    "create a Secret": (*NEW, PLACE + "/secrets", thing("v1", "Secret", "new"), 403, 201),
    "apply a Secret": ("PATCH", APPLY, PLACE + "/secrets/password", thing("v1", "Secret", "password"),
                       403, 200),
    "create a lease": (*NEW, "/apis/coordination.k8s.io/v1/namespaces/shop/leases",
                       thing("coordination.k8s.io/v1", "Lease", "new"), 403, 201),
    "create an event": (*NEW, PLACE + "/events", thing(
        "v1", "Event", "new", involvedObject={"namespace": "shop"}), 403, 201),
    "create a policy": (*NEW, ADMISSION + "/validatingadmissionpolicies", POLICY, 403, "open"),
    "create a policy's binding": (
        *NEW, ADMISSION + "/validatingadmissionpolicybindings", POLICY_BINDING, 403, "open"),
    "apply a policy": ("PATCH", APPLY, ADMISSION + "/validatingadmissionpolicies/new", POLICY, 403,
                       "open"),
    "create a mutation": (*NEW, ADMISSION + "/mutatingadmissionpolicies", MUTATION, 403, "open"),
    "create a mutation's binding": (
        *NEW, ADMISSION + "/mutatingadmissionpolicybindings", MUTATION_BINDING, 403, "open"),
}


def manifests(build, *options):
    done = subprocess.run([build / "tidegate", "cluster", "setup-gate", *options], check=True,
                          capture_output=True, text=True)
    return done.stdout


def install(client, text):
    """What kubectl apply does, in the order of the text."""
    for each in yaml.safe_load_all(text):
        answer = client.apply(json.dumps(each), each["apiVersion"], each["kind"],
                              each["metadata"]["name"], each["metadata"].get("namespace"), force=True)
        assert answer.accepted, (each["metadata"]["name"], answer.message)
        assert not answer.warnings


def send(client, request, dry_run=False):
    method, content_type, path, body = REQUESTS[request][:4]
    text = None if body is None else json.dumps(body)
    query = {"dryRun": "All"} if dry_run else {}
    if content_type == APPLY:
        query["fieldManager"] = "test"
    path, _, more = path.partition("?")
    query.update(pair.split("=") for pair in more.split("&") if pair)
    return client.request(method, path, text, content_type or JSON, **query)


def state(admin):
    """Name and version of everything. A node and a lease change by themselves."""
    found = {}
    for path in LISTS:
        answer = admin.get(path)
        assert answer.accepted, (path, answer.message)
        for each in answer.object["items"]:
            found[path, each["metadata"]["name"]] = each["metadata"]["resourceVersion"]
    return found


def is_held(client):
    """Whether the policy has effect: the probe that tidegate uses, too."""
    answer = client.request("PATCH", "/api/v1/namespaces/default", "{}", MERGE)
    return answer.code == 403 and "ValidatingAdmissionPolicy" in answer.message


class Gated:
    """A cluster with two identities that the printed manifests are for, and one that has all rights
    besides, and is under a policy as well."""

    def __init__(self, cluster, build):
        self.cluster, self.build = cluster, build
        self.admin = cluster.client()
        install(self.admin, WORLD)
        install(self.admin, manifests(build))
        answer = self.admin.request("POST", "/api/v1/namespaces/tidegate/serviceaccounts/gate/token",
                                    json.dumps(TOKEN), JSON)
        assert answer.accepted, answer.message
        install(self.admin, manifests(build, "--user", "preview"))
        install(self.admin, manifests(build, "--group", "mighty"))
        install(self.admin, json.dumps(thing(
            "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "mighty", None,
            roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                     "name": "cluster-admin"},
            subjects=[{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "mighty"}])))
        self.clients = {"account": cluster.client(token=answer.object["status"]["token"]),
                        "user": cluster.client("preview"), "mighty": cluster.client("mighty")}
        for client in self.clients.values():
            until("the policy has effect", lambda client=client: is_held(client))


@pytest.fixture(scope="module")
def gated(request, build):
    users = {"mighty": ("mighty",), **{name: () for name in (
        "preview", "limited", "reader", "rbac", "actor", "poor", "ruled", "keyed", "foreign",
        "narrow")}}
    with Cluster(request.config.getoption("--cluster-version"), controllers=False,
                 users=users) as cluster:
        yield Gated(cluster, build)


@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize("who", ("user", "account", "mighty"))
def test_only_dry_runs(gated, who, request_name):
    *_, limited, mighty = REQUESTS[request_name]
    wanted = mighty if who == "mighty" else limited
    if wanted == "open":
        pytest.skip("no policy refuses it: test_what_policies_do_not_reach")
    client, before = gated.clients[who], state(gated.admin)
    if wanted is not None:
        answer = send(client, request_name, dry_run=True)
        assert answer.code == wanted, answer.message
        assert wanted != 403 or MARKER not in answer.text
    answer = send(client, request_name)
    assert answer.code == 403, answer.text
    assert state(gated.admin) == before


@pytest.mark.parametrize("who", ("user", "account"))
@pytest.mark.parametrize("header, value", [
    ("Impersonate-User", "admin"), ("Impersonate-User", "system:serviceaccount:shop:runner"),
    ("Impersonate-Group", "system:masters"), ("Impersonate-Uid", "1")])
def test_nobody_else_is_spoken_for(gated, who, header, value):
    client = gated.clients[who]
    client.headers = {"Impersonate-User": "admin", header: value}
    try:
        for dry_run in (False, True):
            answer = send(client, "create", dry_run=dry_run)
            assert (answer.code, "cannot impersonate" in answer.message) == (403, True), answer.text
    finally:
        client.headers = {}


@pytest.mark.parametrize("query", ({"dryRun": "bogus"}, {"dryRun": "all"}, {"dryrun": "All"},
                                   {"dryRun": "None"}, {"dryRun": "true"}))
@pytest.mark.parametrize("who", ("user", "mighty"))
def test_what_is_no_dry_run(gated, who, query):
    before = state(gated.admin)
    answer = gated.clients[who].request("POST", PLACE + "/configmaps", json.dumps(config_map()), JSON,
                                        **query)
    assert answer.code in (403, 422), answer.text
    assert state(gated.admin) == before


@pytest.mark.parametrize("path", (
    PLACE + "/secrets", PLACE + "/secrets/password", "/api/v1/secrets", PLACE + "/pods/web/log",
    "/api/v1/namespaces/kube-system/secrets", "/apis/coordination.k8s.io/v1/leases", "/metrics",
    "/logs/", "/debug/pprof/"))
def test_what_is_not_read(gated, path):
    answer = gated.clients["account"].get(path)
    assert answer.code == 403
    assert MARKER not in answer.text


def test_what_policies_do_not_reach(gated):
    """Why the printed rights leave these out: with all rights they are open."""
    mighty, admin = gated.clients["mighty"], gated.admin
    for request in ("create a policy", "create a policy's binding"):
        assert send(mighty, request).code == 201
    for kind in ("validatingadmissionpolicybindings", "validatingadmissionpolicies"):
        assert mighty.delete("%s/%s/new" % (ADMISSION, kind)).code == 200
    mighty.headers = {"Impersonate-User": "admin", "Impersonate-Group": "system:masters"}
    answer = send(mighty, "create")
    mighty.headers = {}
    assert answer.code == 201
    assert admin.delete(PLACE + "/configmaps/new").code == 200


@pytest.fixture
def named(gated):
    """Applies manifests for a user of the cluster and gives its client."""
    def make(user, *options):
        install(gated.admin, manifests(gated.build, "--user", user, *options))
        client = gated.cluster.client(user)
        until("the policy has effect", lambda: is_held(client))
        return client
    return make


CLUSTER_ADMIN = (*NEW, RBAC + "/namespaces/shop/rolebindings", binding("ClusterRole", "cluster-admin"))
ALL_RIGHTS = (*NEW, RBAC + "/namespaces/shop/roles", role(apiGroups=["*"], resources=["*"], verbs=["*"]))
EVERYWHERE = (*NEW, RBAC + "/clusterroles", role("ClusterRole", None, apiGroups=["*"],
                                                resources=["secrets"], verbs=["*"]))


@pytest.mark.parametrize("request_", (CLUSTER_ADMIN, ALL_RIGHTS, EVERYWHERE))
def test_roles_beyond_own_rights(gated, named, request_):
    method, content_type, path, body = request_
    before = state(gated.admin)
    for dry_run in ("All", None):
        answer = gated.clients["user"].request(method, path, json.dumps(body), content_type,
                                               dryRun=dry_run)
        assert (answer.code, "not currently held" in answer.message) == (403, True), answer.message
    assert state(gated.admin) == before
    client = named("rbac", "--rbac")
    before = state(gated.admin)
    assert client.request(method, path, json.dumps(body), content_type, dryRun="All").code == 201
    answer = client.request(method, path, json.dumps(body), content_type)
    assert (answer.code, "ValidatingAdmissionPolicy" in answer.message) == (403, True), answer.message
    assert state(gated.admin) == before


def test_a_given_account(gated):
    install(gated.admin, manifests(gated.build, "--service-account", "shop/runner"))
    answer = gated.admin.request("POST", PLACE + "/serviceaccounts/runner/token", json.dumps(TOKEN), JSON)
    client = gated.cluster.client(token=answer.object["status"]["token"])
    until("the policy has effect", lambda: is_held(client))
    before = state(gated.admin)
    assert send(client, "create", dry_run=True).code == 201
    assert send(client, "create").code == 403
    assert send(client, "ask for a token", dry_run=True).code == 403
    assert state(gated.admin) == before


def test_secrets_can_be_read_with_secrets(gated, named):
    client = named("reader", "--secrets")
    before = state(gated.admin)
    answer = send(client, "apply a Secret", dry_run=True)
    assert (answer.code, MARKER in answer.text) == (200, True)  # as the manifest warns
    assert send(client, "create a Secret", dry_run=True).code == 201
    assert send(client, "apply a Secret").code == 403
    assert send(client, "create a Secret").code == 403
    assert client.get(PLACE + "/secrets").code == 403
    assert state(gated.admin) == before


def test_some_namespaces(gated, named):
    client = named("limited", "--namespace", "shop", "--resource", "leases.coordination.k8s.io")
    before = state(gated.admin)
    for request in ("create", "apply what is there", "create a Pod", "create a lease"):
        assert send(client, request, dry_run=True).accepted, request
        assert send(client, request).code == 403, request
    for request in ("create a namespace", "create a definition", "create a Secret", "scale"):
        assert send(client, request, dry_run=True).code == 403, request
    assert client.request("POST", "/api/v1/namespaces/default/configmaps", json.dumps(
        {**config_map(), "metadata": {"name": "new"}}), JSON, dryRun="All").code == 403
    assert client.get("/api/v1/namespaces/default/configmaps").code == 403
    for path in ("/configmaps", "/resourcequotas"):
        assert client.get(PLACE + path).code == 200
    assert state(gated.admin) == before


def test_the_kinds_of_manifests(gated, named, tmp_path):
    """What they have can be tried, Pods of their templates as well, and nothing else."""
    (tmp_path / "all.json").write_text(json.dumps(DEPLOYMENT))
    client = named("narrow", str(tmp_path / "all.json"))
    before = state(gated.admin)
    for request in ("create a Deployment", "create a Pod"):
        assert send(client, request, dry_run=True).code == 201, request
        assert send(client, request).code == 403, request
    for request in ("create", "create a namespace", "create a definition", "empty patch", "debug a Pod"):
        assert send(client, request, dry_run=True).code == 403, request
    assert client.get(PLACE + "/resourcequotas").code == 200
    assert client.get(PLACE + "/pods").code == 403
    assert state(gated.admin) == before


def test_it_can_export_what_decides(gated, tmp_path):
    done = subprocess.run(
        [gated.build / "tidegate", "cluster", "export", "--output", str(tmp_path / "snapshot"),
         "--kubeconfig", kubeconfig_of(gated, tmp_path, "preview")], check=False,
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "snapshot").read_text(encoding="utf-8")
    for name in ("shop", "tidegate-gate", "ValidatingAdmissionPolicyBinding"):
        assert '"%s"' % name in text
    assert MARKER not in text


@pytest.mark.parametrize("options", (
    (), ("--secrets", "--rbac"), ("--namespace", "shop", "--secrets", "--rbac"),
    ("--resource", "*.apps,*.rbac.authorization.k8s.io,pots.kitchen.example")))
def test_no_more_rights_than_needed(build, options):
    found = list(yaml.safe_load_all(manifests(build, *options)))
    for rule in (rule for each in found for rule in each.get("rules", ())):
        verbs, resources = set(rule["verbs"]), set(rule["resources"])
        assert verbs <= {"get", "list", "create", "patch", "escalate", "bind"}
        assert "*" not in rule["apiGroups"]
        assert not any("/" in each for each in resources)
        if "admissionregistration.k8s.io" in rule["apiGroups"] and verbs & {"create", "patch"}:
            assert resources == {"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}
        assert "secrets" not in resources or "--secrets" in options and "list" not in verbs
        assert not verbs & {"escalate", "bind"} or "--rbac" in options
        assert "*" not in resources or rule["apiGroups"] != [""]


def kubeconfig_of(gated, tmp_path, user=None, token=None):
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": {
            "server": "https://127.0.0.1:%d" % gated.cluster.port,
            "certificate-authority": str(gated.cluster.certificate)}}],
        "users": [{"name": "me", "user": {"token": token or gated.cluster.tokens[user]}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}]}))
    return str(path)


def check(gated, tmp_path, *options, **who):
    """What `tidegate check --dry-run` says of one ConfigMap: exit code and its findings by rule."""
    path = kubeconfig_of(gated, tmp_path, **who)
    done = subprocess.run(
        [gated.build / "tidegate", "check", "--dry-run", "--kubeconfig", path, "--format",
         "json", *options, "-"], input=json.dumps(config_map("tried")), capture_output=True,
        text=True, check=False)
    assert done.stderr == ""
    found = {each["rule"]: each for each in json.loads(done.stdout)["findings"]}
    return done.returncode, found


def applied(gated, name, rule=None, kind="User"):
    """Gives a user of the cluster a role with these rules, or that of the cluster's admin."""
    if rule:
        install(gated.admin, json.dumps({**role("ClusterRole", None, **rule), "metadata": {
            "name": "more-" + name}}))
    install(gated.admin, json.dumps(thing(
        "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "more-" + name, None,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                 "name": "more-" + name if rule else "cluster-admin"},
        subjects=[{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name}])))


@pytest.mark.parametrize("options", ((), ("--require-dry-run-only",), ("--dry-run=post",)))
def test_proof_of_the_printed_identity(gated, tmp_path, options):
    assert check(gated, tmp_path, *options, user="preview") == (0, {})


def test_proof_of_an_account(gated, tmp_path):
    answer = gated.admin.request("POST", "/api/v1/namespaces/tidegate/serviceaccounts/gate/token",
                                 json.dumps(TOKEN), JSON)
    token = answer.object["status"]["token"]
    assert check(gated, tmp_path, "--require-dry-run-only", token=token) == (0, {})


@pytest.mark.parametrize("user, code, words", (
    ("preview", 0, ""), ("admin", 4, "'admin' can write"), ("developer", 4, "may be able to write")))
def test_a_diff_can_require_it(gated, tmp_path, user, code, words):
    done = subprocess.run(
        [gated.build / "tidegate", "diff", "--require-dry-run-only", "--kubeconfig",
         kubeconfig_of(gated, tmp_path, user), "-"], input=json.dumps(config_map("tried")),
        check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("tried" in done.stdout) == (code == 0)
    assert words in done.stderr


@pytest.mark.parametrize("user, words", (("preview", "only dry runs"), ("admin", "can write: a real"),
                                         ("developer", "may be able to write: it has no right")))
def test_the_doctor_tells_it(gated, tmp_path, user, words):
    done = subprocess.run(
        [gated.build / "tidegate", "doctor", "--cluster", "--kubeconfig",
         kubeconfig_of(gated, tmp_path, user)], check=False, capture_output=True, text=True,
        cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "identity       %s\n" % user in done.stdout
    assert "its rights     %s" % words in done.stdout
    assert "Kubernetes v1." in done.stdout
    assert gated.cluster.tokens[user] not in done.stdout


@pytest.mark.parametrize("user, code", (("preview", 0), ("admin", 4)))
def test_the_example_of_a_workflow(gated, tmp_path, user, code):
    text = (ROOT / "examples/workflows/dry-run.yml").read_text(encoding="utf-8")
    steps = yaml.safe_load(text)["jobs"]["dry-run"]["steps"]
    config = (gated.cluster.folder / "kubeconfig").read_text().replace(
        '"current-context": "tidegate"', '"current-context": "%s"' % (
            "tidegate" if user == "admin" else user))
    environment = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), "CONFIG": config}
    subprocess.run(["bash", "-euo", "pipefail", "-c", steps[1]["run"]], check=True, env=environment)
    options = [line.replace("${{ runner.temp }}", str(tmp_path))
               for line in steps[2]["with"]["extra-args"].splitlines()]
    done = subprocess.run([gated.build / "tidegate", "check", *options, "-"], check=False,
                          input=json.dumps(config_map("tried")), capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    subprocess.run(["bash", "-euo", "pipefail", "-c", steps[3]["run"]], check=True, env=environment)
    assert list(tmp_path.iterdir()) == []


def expect_refusal(gated, tmp_path, user, rule, words):
    """A warning of the rule that is about the user, and with the option nothing is asked."""
    assert not gated.admin.get(PLACE + "/configmaps/tried").accepted
    code, found = check(gated, tmp_path, user=user)
    assert rule in found and "'%s'" % user in found[rule]["message"], found
    assert words in found[rule]["message"]
    assert "setup-gate" in found[rule]["hint"]
    assert code == 0
    code, found = check(gated, tmp_path, "--require-dry-run-only", user=user)
    assert (code, list(found)) == (4, ["io/dry-run"])
    assert words in found["io/dry-run"]["message"]
    assert not gated.admin.get(PLACE + "/configmaps/tried").accepted


CAN_WRITE, UNPROVEN = "dry-run/identity-can-write", "dry-run/identity-unproven"


def test_who_has_all_rights_can_write(gated, tmp_path):
    expect_refusal(gated, tmp_path, "admin", CAN_WRITE, "a real change is not refused")


def test_who_can_take_the_policy_away_can_write(gated, tmp_path):
    expect_refusal(gated, tmp_path, "mighty", CAN_WRITE, "change admission policies")


def test_who_can_be_somebody_else_can_write(gated, named, tmp_path):
    named("actor")
    applied(gated, "actor", {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]})
    expect_refusal(gated, tmp_path, "actor", CAN_WRITE, "speak as somebody else")


def test_no_right_proves_nothing(gated, tmp_path):
    applied(gated, "poor", {"apiGroups": [""], "resources": ["configmaps"],
                            "verbs": ["get", "create", "patch"]})
    until("there is the right", lambda: send(gated.cluster.client("poor"), "create", True).accepted)
    expect_refusal(gated, tmp_path, "poor", UNPROVEN, "no policy was asked")


def test_a_policy_about_namespaces_proves_nothing(gated, tmp_path):
    """It refuses dry runs as well."""
    policy = json.loads(json.dumps(POLICY))
    policy["metadata"]["name"] = "namespaces"
    policy["spec"] = {"validations": [{"expression": "false", "reason": "Forbidden"}],
                      "matchConditions": [{"name": "who", "expression":
                                           "request.userInfo.username == 'ruled'"}],
                      "matchConstraints": {"resourceRules": [{
                          "apiGroups": [""], "apiVersions": ["*"], "operations": ["*"],
                          "resources": ["namespaces"]}]}}
    install(gated.admin, json.dumps(policy))
    install(gated.admin, json.dumps({**POLICY_BINDING, "metadata": {"name": "namespaces"}, "spec": {
        "policyName": "namespaces", "validationActions": ["Deny"]}}))
    applied(gated, "ruled")
    until("the policy has effect", lambda: is_held(gated.cluster.client("ruled")))
    expect_refusal(gated, tmp_path, "ruled", UNPROVEN, "refuses dry runs, too")


def test_tokens_are_only_safe_from_the_printed_policy(gated, named, tmp_path):
    more = {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]}
    named("keyed")
    applied(gated, "keyed", more)
    client = gated.cluster.client("keyed")
    until("there is the right", lambda: "tidegate-gate-keyed" in send(
        client, "ask for a token", True).message)
    assert check(gated, tmp_path, "--require-dry-run-only", user="keyed") == (0, {})
    policy, bound = list(yaml.safe_load_all(manifests(gated.build, "--user", "foreign")))[:2]
    policy["metadata"]["name"] = bound["metadata"]["name"] = bound["spec"]["policyName"] = "foreign"
    del policy["spec"]["validations"][1]
    install(gated.admin, json.dumps(policy))
    install(gated.admin, json.dumps(bound))
    applied(gated, "foreign", {"apiGroups": [""], "resources": ["*"], "verbs": ["create", "patch"]})
    until("the policy has effect", lambda: is_held(gated.cluster.client("foreign")))
    expect_refusal(gated, tmp_path, "foreign", CAN_WRITE, "tokens of service accounts")


def test_nothing_gets_through_a_restart(gated):
    """Not even in the first moments, in which the server has not read its policies yet."""
    clients, before = gated.clients, state(gated.admin)
    gated.cluster.restart("kube-apiserver")
    codes, end = [], time.monotonic() + 90
    while time.monotonic() < end and len([code for code in codes if code != 503]) < 1500:
        for who in ("user", "account", "mighty"):
            try:
                codes.append(send(clients[who], "create").code)
            except OSError:
                time.sleep(0.01)
    assert 403 in codes
    assert set(codes) <= {401, 403, 429, 500, 503}, set(codes)
    until("the policy has effect", lambda: is_held(clients["mighty"]))
    assert state(gated.admin) == before


def test_without_the_binding_everything_is_open(gated, tmp_path):
    """The test that the other tests can fail; the last one, as it leaves nobody held."""
    mighty = gated.clients["mighty"]
    bindings = ADMISSION + "/validatingadmissionpolicybindings"
    for each in gated.admin.get(bindings).object["items"]:
        assert mighty.delete("%s/%s" % (bindings, each["metadata"]["name"])).code == 200
    for who in ("user", "account", "mighty"):
        until("nothing holds it", lambda who=who: not is_held(gated.clients[who]))
    expect_refusal(gated, tmp_path, "preview", CAN_WRITE, "a real change is not refused")
    assert send(gated.clients["user"], "create").code == 201
