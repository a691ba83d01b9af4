# SPDX-License-Identifier: Apache-2.0
"""What `tidegate check --dry-run` tells of a real server's answers."""
import json
import pathlib
import subprocess

import pytest

from binaries import ensure_tool
from client_process import kubeconfig
from waiting import until

HERE = pathlib.Path(__file__).resolve().parent
KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5"
MERGE = "application/merge-patch+json"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %(plural)s.dry.example}
spec:
  group: dry.example
  scope: Namespaced
  names: {plural: %(plural)s, kind: %(kind)s}
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
              properties:
                size: {type: integer}
%(more)s"""


def deployment(name, namespace, spec="", container="", replicas=2, labels=""):
    """Lines of `spec` are the Pod's, those of `container` its container's."""
    return """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: %s
  namespace: %s
spec:
  replicas: %d
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web%s}
    spec:
%s      containers:
        - name: web
          image: shop/web:1
%s""" % (name, namespace, replicas, labels,
         "".join("      %s\n" % line for line in spec.splitlines()),
         "".join("          %s\n" % line for line in container.splitlines()))


def role(name, namespace, verbs="[get]"):
    return ("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"
            "metadata: {name: %s, namespace: %s}\n"
            "rules: [{apiGroups: [\"\"], resources: [configmaps], verbs: %s}]\n"
            % (name, namespace, verbs))


def binding(name, namespace, role_name):
    return ("apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n"
            "metadata: {name: %s, namespace: %s}\n"
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %s}\n"
            "subjects: [{kind: User, name: somebody, apiGroup: rbac.authorization.k8s.io}]\n"
            % (name, namespace, role_name))


class Findings(list):
    """Of one run, with its exit code and what it says of the server."""

    def __init__(self, run):
        self.code, self.text = run.returncode, run.stdout + run.stderr
        report = json.loads(run.stdout)
        self.cluster = report.get("cluster")
        super().__init__(report["findings"])

    def of(self, rule, name=None):
        return [each for each in self if each["rule"] == rule
                and name in (None, each["object"].get("name"))]

    def one(self, rule, name=None):
        found = self.of(rule, name)
        assert len(found) == 1, "%s: %s" % (rule, self.told())
        return found[0]

    def told(self):
        return ["%s %s %s:%s %s" % (each["severity"], each["rule"], each["object"].get("name"),
                                    each.get("line"), each["message"]) for each in self]


@pytest.fixture
def check(build, cluster, tmp_path):
    """Writes the documents and checks them with a dry run."""
    def run(*documents, how="--dry-run", user="admin", port=None, more=()):
        folder = tmp_path / "manifests"
        folder.mkdir(exist_ok=True)
        (folder / "all.yaml").write_text("---\n".join(documents))
        config = kubeconfig(tmp_path, cluster, port, {"token": cluster.tokens[user]})
        done = subprocess.run([str(build / "tidegate"), "check", how, "--kubeconfig", config,
                               "--format", "json", "--no-cache", *more, "."], cwd=folder,
                              capture_output=True, text=True, timeout=120)
        assert done.stdout, done.stderr
        return Findings(done)
    return run


@pytest.fixture
def made(admin):
    """Makes an object for real."""
    def make(text, api_version, kind, namespace=None, **how):
        answer = admin.create(text, api_version, kind, namespace, **how)
        assert answer.accepted, answer.message
        return answer.object
    return make


def everything(admin):
    """What is there, with its revision; leases and what the server counts for itself left out."""
    paths = ("/api/v1/namespaces", "/api/v1/configmaps", "/api/v1/secrets", "/api/v1/pods",
             "/api/v1/services", "/api/v1/serviceaccounts", "/apis/apps/v1/deployments",
             "/apis/batch/v1/jobs", "/apis/rbac.authorization.k8s.io/v1/roles",
             "/apis/rbac.authorization.k8s.io/v1/rolebindings",
             "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    return sorted((path, each["metadata"].get("namespace"), each["metadata"]["name"],
                   each["metadata"]["resourceVersion"])
                  for path in paths for each in admin.get(path).object["items"])


def test_all_is_told_at_once_and_nothing_is_written(check, admin, namespace):
    before = everything(admin)
    found = check(deployment("one", namespace, container="imgae: x"),
                  deployment("two", namespace, container="ports: [{containerPort: 0}]"),
                  deployment("fine", namespace),
                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\n" % namespace,
                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-, namespace: %s}\n"
                  % namespace)
    assert found.code == 1
    assert found.one("api/unknown-field", "one")["line"] == 17
    assert found.of("api/required", "two") or found.of("api/invalid-value", "two"), found.told()
    assert not found.of("dry-run/rejected"), "the offline check has said it: %s" % found.told()
    assert found.cluster["objects"] == 5
    assert found.cluster["agree"] == 5 and found.cluster["differ"] == 0
    assert everything(admin) == before


def test_one_request_an_object_and_one_a_template(check, namespace):
    maps = ["apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m%d, namespace: %s}\n"
            % (number, namespace) for number in range(60)]
    found = check(*maps, deployment("a", namespace), deployment("b", namespace))
    assert found.code == 0, found.told()
    assert found.cluster == {
        "version": found.cluster["version"], "objects": 62, "pod_templates": 2, "requests": 65,
        "agree": 62, "differ": 0, "cluster_only": 0, "waiting": 0, "not_allowed": 0, "not_sent": 0,
        "failed": 0}


def test_what_the_change_brings_is_waited_for(check, admin, namespace):
    found = check(
        NAMESPACE % "dry-new",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: dry-new}\n",
        deployment("web", "dry-new"),
        CRD % {"plural": "foos", "kind": "Foo", "more": ""},
        "apiVersion: dry.example/v1\nkind: Foo\nmetadata: {name: foo, namespace: %s}\n" % namespace)
    assert found.code == 0, found.told()
    for name, other in (("a", "Namespace dry-new"), ("web", "Namespace dry-new"),
                        ("foo", "CustomResourceDefinition foos.dry.example")):
        told = found.one("dry-run/waits", name)
        assert told["severity"] == "info" and other in told["message"]
        assert other in told["related"][0]["message"]
    assert found.cluster["waiting"] == 3
    assert not admin.get("/api/v1/namespaces/dry-new").accepted


def test_a_missing_namespace_is_a_refusal_at_its_name(check):
    found = check("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: nowhere\n")
    told = found.one("dry-run/rejected")
    assert (told["line"], told["column"]) == (5, 14)
    assert 'namespaces "nowhere" not found' in told["message"]


def test_a_kind_that_is_not_served(check, namespace):
    found = check("apiVersion: dry.example/v9\nkind: Bar\nmetadata: {name: a, namespace: %s}\n"
                  % namespace, deployment("bad", namespace, container="imgae: x"))
    told = found.one("dry-run/rejected", "a")
    assert told["line"] == 1 and "no kind Bar in dry.example/v9" in told["message"]
    assert found.one("api/unknown-field", "bad"), "one missing kind hides nothing"


def test_a_role_and_its_binding_in_one_change(check, made, admin, namespace):
    """The bind check looks for a role that is not there yet."""
    made(role("binder", namespace), "rbac.authorization.k8s.io/v1", "Role", namespace)
    for text in (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n"
            "metadata: {name: roles, namespace: %s}\n"
            "rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings],"
            " verbs: [create, patch, get]},"
            " {apiGroups: [\"\"], resources: [configmaps], verbs: [get]}]\n" % namespace,):
        made(text, "rbac.authorization.k8s.io/v1", "Role", namespace)
    made(binding("roles", namespace, "roles").replace("somebody", "developer"),
         "rbac.authorization.k8s.io/v1", "RoleBinding", namespace)
    found = check(role("reader", namespace), binding("readers", namespace, "reader"),
                  user="developer")
    assert found.code == 0, found.told()
    assert "Role %s/reader" % namespace in found.one("dry-run/waits", "readers")["message"]
    found = check(binding("lost", namespace, "nobody-has-it"), user="developer")
    assert found.one("dry-run/rejected", "lost")["field"] == "roleRef", found.told()
    found = check(role("writer", namespace, "[delete]"), user="developer")
    told = found.one("dry-run/not-allowed", "writer")
    assert "not currently held" in told["message"]


def test_accounts_and_classes_that_the_change_brings(check, namespace):
    brings = ("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner, namespace: %s}\n"
              % namespace,
              "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: dry-high}\n"
              "value: 100\n",
              "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: dry-run}\n"
              "handler: runc\n")
    spec = ("serviceAccountName: runner\npriorityClassName: dry-high\nruntimeClassName: dry-run\n")
    pod = ("apiVersion: v1\nkind: Pod\nmetadata: {name: alone, namespace: %s}\nspec:\n"
           "  serviceAccountName: runner\n  containers: [{name: a, image: a}]\n" % namespace)
    found = check(*brings, deployment("web", namespace, spec), pod)
    assert found.code == 0, found.told()
    assert found.one("dry-run/waits", "web") and found.one("dry-run/waits", "alone")
    # Who names no namespace is in the default one.
    unnamed = [text.replace(", namespace: " + namespace, "") for text in brings]
    found = check(*unnamed, deployment("web", namespace, spec).replace(
        "\n  namespace: " + namespace, ""))
    assert found.code == 0 and found.one("dry-run/waits", "web"), found.told()
    # What is left of the Pod is judged all the same.
    found = check(*brings, deployment("web", namespace, spec,
                                      "resources: {limits: {cpu: 1}, requests: {cpu: 2}}"))
    assert found.code == 1
    found = check(deployment("web", namespace, spec))
    assert found.code == 1
    assert 'serviceaccount "runner" not found' in found.one("dry-run/pod-rejected")["message"]


def test_pod_security_of_a_deployment(check, made, admin, new_namespace):
    name = new_namespace()
    path = "/api/v1/namespaces/" + name
    answer = admin.request("PATCH", path, json.dumps(
        {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}), MERGE)
    assert answer.accepted, answer.message
    found = check(deployment("web", name), deployment("idle", name, replicas=0))
    told = found.one("dry-run/pod-rejected", "web")
    assert told["severity"] == "error" and "violates PodSecurity" in told["message"]
    assert told["field"] == "spec.template.spec"
    assert found.one("dry-run/pod-rejected", "idle")["severity"] == "info"
    assert not found.of("dry-run/warning"), "the refusal has said it: %s" % found.told()
    assert found.cluster["cluster_only"] == 2


def test_limits_and_quota_of_pods(check, made, admin, namespace):
    made("apiVersion: v1\nkind: LimitRange\nmetadata: {name: limits}\n"
         "spec: {limits: [{type: Container, max: {cpu: 1}}]}\n", "v1", "LimitRange", namespace)
    made("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota}\n"
         "spec: {hard: {requests.memory: 1Gi}}\n", "v1", "ResourceQuota", namespace)
    quota = "/api/v1/namespaces/%s/resourcequotas/quota" % namespace
    until("the quota is counted", lambda: admin.get(quota).object.get("status", {}).get("hard"))
    found = check(
        deployment("big", namespace, container="resources: {requests: {memory: 1Mi}, "
                                               "limits: {cpu: 2}}"),
        deployment("greedy", namespace, container="resources: {requests: {memory: 2Gi}}"),
        deployment("silent", namespace))
    assert found.code == 1
    assert "maximum cpu usage per Container is 1" in \
        found.one("dry-run/pod-rejected", "big")["message"]
    assert "exceeded quota: quota" in found.one("dry-run/pod-rejected", "greedy")["message"]
    assert "must specify" in found.one("dry-run/pod-rejected", "silent")["message"]


def test_quota_of_the_whole_change(check, made, admin, namespace):
    """Each Pod fits, all of them do not; Pods that are there already are in what is used."""
    made("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota}\n"
         "spec: {hard: {requests.cpu: '3', pods: '9'}}\n", "v1", "ResourceQuota", namespace)
    quota = "/api/v1/namespaces/%s/resourcequotas/quota" % namespace
    until("the quota is counted", lambda: admin.get(quota).object.get("status", {}).get("hard"))
    small = "resources: {requests: {cpu: 500m}}"
    made(deployment("there", namespace, container=small, replicas=2), "apps/v1", "Deployment",
         namespace)
    until("its Pods are charged", lambda: admin.get(quota).object["status"]["used"]["pods"] == "2")
    found = check(deployment("there", namespace, container=small, replicas=2),
                  deployment("a", namespace, container=small, replicas=2),
                  deployment("b", namespace, container=small, replicas=2))
    assert found.code == 0 and not found.of("dry-run/quota"), found.told()
    found = check(deployment("there", namespace, container=small, replicas=2),
                  deployment("a", namespace, container=small, replicas=2),
                  deployment("b", namespace, container=small, replicas=3))
    told = found.one("dry-run/quota", "b")
    assert told["field"] == "spec.replicas" and told["severity"] == "warning"
    assert "2500m of requests.cpu" in told["message"] and "leaves 2" in told["message"]


@pytest.mark.parametrize("kind, api, shape", [
    ("StatefulSet", "apps/v1", "{serviceName: web, selector: {matchLabels: {app: a}}, template: %s,"
     " volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce],"
     " resources: {requests: {storage: 1Gi}}}}]}"),
    ("DaemonSet", "apps/v1", "{selector: {matchLabels: {app: a}}, template: %s}"),
    ("ReplicaSet", "apps/v1", "{selector: {matchLabels: {app: a}}, template: %s}"),
    ("ReplicationController", "v1", "{selector: {app: a}, template: %s}"),
    ("Job", "batch/v1", "{template: %s}"),
    ("CronJob", "batch/v1", "{schedule: '* * * * *', jobTemplate: {spec: {template: %s}}}"),
])
def test_templates_of_every_workload(check, namespace, kind, api, shape):
    mount = "volumeMounts: [{name: data, mountPath: /data}], " if kind == "StatefulSet" else ""
    template = ("{metadata: {labels: {app: a}}, spec: {%%s%scontainers: [{name: a, %simage: a}]}}"
                % ("restartPolicy: Never, " if api.startswith("batch") else "", mount))

    def text(more):
        return ("apiVersion: %s\nkind: %s\nmetadata: {name: a, namespace: %s}\nspec: %s\n"
                % (api, kind, namespace, shape % (template % more)))
    found = check(text(""))
    assert found.code == 0 and found.cluster["pod_templates"] == 1, found.told()
    found = check(text("serviceAccountName: nobody, "))
    assert found.one("dry-run/pod-rejected")["field"].endswith("template.spec.serviceAccountName")


def test_other_field_managers(check, admin, namespace):
    answer = admin.apply(deployment("web", namespace, replicas=3), "apps/v1", "Deployment", "web",
                         namespace, manager="alice")
    assert answer.accepted, answer.message
    changed = deployment("web", namespace, replicas=5).replace("shop/web:1", "shop/web:2")
    found = check(changed + "  bogus: 1\n")
    assert found.one("api/unknown-field"), "the conflict hides nothing"
    found = check(changed)
    assert found.code == 0, found.told()
    fields = {each["field"]: each for each in found.of("dry-run/conflict")}
    assert sorted(fields) == ["spec.replicas", "spec.template.spec.containers[0].image"]
    assert fields["spec.replicas"]["line"] == 7
    assert '"alice"' in fields["spec.replicas"]["message"]
    assert found.cluster["requests"] == 4, "once more with force, the Pod, and the quotas"
    found = check(changed, more=("--field-manager", "alice"))
    assert not found.of("dry-run/conflict")
    found = check(changed, how="--dry-run=post")
    assert found.code == 0 and not found.of("dry-run/conflict"), found.told()


def test_fields_that_cannot_change(check, admin, made, namespace):
    made(deployment("web", namespace), "apps/v1", "Deployment", namespace)
    job = ("apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, namespace: %s}\nspec: {template: "
           "{spec: {restartPolicy: Never, containers: [{name: a, image: a, env: "
           "[{name: A, value: %s}]}]}}}\n")
    made(job % (namespace, "live-hunter2"), "batch/v1", "Job", namespace)
    found = check(deployment("web", namespace).replace("app: web", "app: other"),
                  job % (namespace, "new"))
    assert found.one("dry-run/rejected", "web")["field"] == "spec.selector"
    told = found.one("dry-run/rejected", "j")
    assert told["field"] == "spec.template" and "field is immutable" in told["message"]
    assert "hunter2" not in found.text, "values of the cluster are nobody's business"
    assert found.cluster["cluster_only"] == 2 and found.cluster["differ"] == 0


def test_secrets_are_not_quoted(check, made, namespace):
    secret = ("apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: %s}\nimmutable: true\n"
              "stringData: {password: %s}\n")
    made(secret % (namespace, "hunter2-live"), "v1", "Secret", namespace)
    found = check(secret % (namespace, "hunter2-new"))
    told = found.one("dry-run/rejected", "s")
    assert "hunter2" not in found.text
    assert "quote a Secret" in told["hint"], told


def test_warnings(check, namespace):
    endpoints = ("apiVersion: v1\nkind: Endpoints\nmetadata: {name: e, namespace: %s}\n"
                 % namespace)
    found = check(endpoints, deployment("web", namespace,
                                        "nodeSelector: {beta.kubernetes.io/os: linux}"))
    assert found.of("version/deprecated", "e") or found.of("server/warning", "e")
    assert not found.of("dry-run/warning"), "the offline check has said it: %s" % found.told()


def test_an_object_that_is_going(check, admin, made, namespace):
    made("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, finalizers: [dry.example/stay]}\n",
         "v1", "ConfigMap", namespace)
    path = "/api/v1/namespaces/%s/configmaps/a" % namespace
    assert admin.delete(path).accepted
    found = check("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\n"
                  "data: {a: b}\n" % namespace)
    assert "being deleted" in found.one("dry-run/warning", "a")["message"]
    admin.request("PATCH", path, '{"metadata": {"finalizers": null}}', MERGE)


def test_a_namespace_that_is_going(check, admin, made, new_namespace):
    name = new_namespace()
    made("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, finalizers: [dry.example/stay]}\n",
         "v1", "ConfigMap", name)
    assert admin.delete("/api/v1/namespaces/" + name).accepted
    found = check("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n  namespace: %s\n" % name)
    told = found.one("dry-run/rejected", "b")
    assert told["line"] == 5 and "being terminated" in told["message"]
    admin.request("PATCH", "/api/v1/namespaces/%s/configmaps/a" % name,
                  '{"metadata": {"finalizers": null}}', MERGE)


def test_policies_of_the_cluster(check, admin, made, namespace):
    group = "admissionregistration.k8s.io/v1"
    made("""\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: dry-no-latest}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: ["*"], operations: ["*"], resources: [configmaps]}]
  validations: [{expression: "!('color' in object.data) || object.data.color != 'red'", message: no red}]
""", group, "ValidatingAdmissionPolicy")
    made("apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
         "metadata: {name: dry-no-latest}\nspec: {policyName: dry-no-latest, validationActions: [Deny],"
         " matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}}}\n"
         % namespace, group, "ValidatingAdmissionPolicyBinding")
    text = ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\ndata: {color: red}\n"
            % namespace)
    until("the policy holds", lambda: not admin.create(text, "v1", "ConfigMap", namespace,
                                                       dry_run=True).accepted)
    found = check(text)
    told = found.one("dry-run/rejected")
    assert "no red" in told["message"] and "dry-no-latest" in told["message"]
    assert found.cluster["cluster_only"] == 1
    path = admin.path(group, "ValidatingAdmissionPolicyBinding")
    assert admin.delete(path + "/dry-no-latest").accepted


def test_a_webhook_that_is_down(check, admin, made, namespace):
    group = "admissionregistration.k8s.io/v1"
    made("""\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: dry-down}
webhooks:
  - name: down.dry.example
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    timeoutSeconds: 2
    clientConfig: {url: "https://127.0.0.1:1/"}
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}]
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
""" % namespace, group, "ValidatingWebhookConfiguration")
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\n" % namespace
    until("the webhook is called", lambda: not admin.create(text, "v1", "ConfigMap", namespace,
                                                            dry_run=True).accepted)
    found = check(text)
    path = admin.path(group, "ValidatingWebhookConfiguration")
    assert admin.delete(path + "/dry-down").accepted
    assert found.code == 4
    told = found.one("io/dry-run", "a")
    assert "down.dry.example" in told["message"] and "real apply" in told["hint"]


def test_who_may_not(check, namespace):
    found = check("apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: %s}\n" % namespace,
                  deployment("bad", namespace, container="imgae: x"), user="developer")
    told = found.one("dry-run/not-allowed", "s")
    assert told["severity"] == "warning" and 'User "developer" cannot' in told["message"]
    assert found.cluster["not_allowed"] == 2
    found = check("apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: %s}\n" % namespace,
                  user="developer", more=("--strict",))
    assert found.code == 1 and found.one("dry-run/not-allowed")["severity"] == "error"


def test_what_is_encrypted_is_not_sent(check, namespace):
    found = check("apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: %s}\n"
                  "data: {a: 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]'}\n"
                  "sops: {mac: 'ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]', version: 3.9.0}\n"
                  % namespace)
    assert "SOPS" in found.one("dry-run/not-sent", "s")["message"]
    assert found.cluster["requests"] == 0 and found.cluster["not_sent"] == 1


def test_items_of_lists(check, namespace):
    found = check("apiVersion: v1\nkind: List\nitems:\n"
                  "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: %s}}\n"
                  "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: nowhere}}\n"
                  % namespace)
    assert found.cluster["objects"] == 2
    assert found.one("dry-run/rejected")["line"] == 5


def test_definitions_that_the_change_changes(check, made, admin, namespace):
    """The server judges by the one that it has."""
    made(CRD % {"plural": "bars", "kind": "Bar", "more": ""}, "apiextensions.k8s.io/v1",
         "CustomResourceDefinition")
    until("it is served", lambda: admin.get("/apis/dry.example/v1/namespaces/%s/bars"
                                            % namespace).accepted)
    found = check("apiVersion: dry.example/v1\nkind: Bar\nmetadata: {name: a, namespace: %s}\n"
                  "spec: {size: big}\n" % namespace)
    told = found.one("dry-run/rejected", "a")
    assert told["field"] == "spec.size" and "expected numeric" in told["message"]
    stricter = (CRD % {"plural": "bars", "kind": "Bar", "more": ""}).replace(
        "size: {type: integer}", "size: {type: integer, maximum: 3}")
    crs = ("apiVersion: dry.example/v1\nkind: Bar\nmetadata: {name: a, namespace: %s}\n"
           "spec: {size: 4%s}\n")
    found = check(stricter, crs % (namespace, ""))
    assert found.one("api/invalid-value", "a") and found.code == 1
    assert found.cluster["waiting"] == 1 and found.cluster["differ"] == 0
    wider = (CRD % {"plural": "bars", "kind": "Bar", "more": ""}).replace(
        "size: {type: integer}", "size: {type: integer}\n                color: {type: string}")
    found = check(wider, crs % (namespace, ", color: red"))
    assert found.code == 0, found.told()
    assert "bars.dry.example" in found.one("dry-run/waits", "a")["message"]
    # The same definition as the cluster's is no excuse.
    found = check(CRD % {"plural": "bars", "kind": "Bar", "more": ""},
                  crs % (namespace, ", color: red"))
    assert found.one("api/unknown-field", "a") and not found.of("dry-run/waits")


def test_a_difference_is_told_as_one(check, namespace):
    """A field that the version which is checked for does not have, and the server's does."""
    found = check(deployment("web", namespace, "hostnameOverride: web"), more=("-k", "1.33"))
    assert found.one("dry-run/differs", "web")["line"] == found.one("api/unknown-field")["line"]
    assert found.cluster["differ"] == 1 and found.cluster["agree"] == 0


def test_findings_about_overlays_point_to_the_patch(check, namespace, tmp_path, monkeypatch):
    monkeypatch.setenv("TIDEGATE_KUSTOMIZE", str(ensure_tool(
        HERE.parent / "render" / "kustomize", "kustomize", KUSTOMIZE, KUSTOMIZE)))
    folder = tmp_path / "manifests" / "prod"
    folder.mkdir(parents=True)
    (folder / "web.yaml").write_text(deployment("web", namespace))
    (folder / "patch.yaml").write_text(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: %s\n"
        "spec:\n  template:\n    spec:\n      serviceAccountName: nobody\n" % namespace)
    (folder / "kustomization.yaml").write_text(
        "resources: [web.yaml]\npatches: [{path: patch.yaml}]\n")
    found = check("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\n" % namespace)
    told = found.one("dry-run/pod-rejected", "web")
    assert (told["path"], told["line"]) == ("prod/patch.yaml", 9), told


def test_what_was_there_before_the_change_counts_as_old(check, build, cluster, namespace, tmp_path):
    """With a base everything is asked about, and what the change leaves as it is blames nobody."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    lost = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, namespace: nowhere}\n"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    (folder / "old.yaml").write_text(lost % "old")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run(git + words, cwd=folder, check=True)
    (folder / "all.yaml").write_text(lost % "new")
    for words in (["add", "-A"], ["commit", "-qm", "two"]):
        subprocess.run(git + words, cwd=folder, check=True)
    found = check(lost % "new", more=("--base", "HEAD~1", "--show-old"))
    assert found.code == 1
    assert found.one("dry-run/rejected", "new")["state"] == "new"
    assert found.one("dry-run/rejected", "old")["state"] == "preexisting"
