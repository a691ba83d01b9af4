# SPDX-License-Identifier: Apache-2.0
"""Policies and what they are asked about: expressions times objects, and the features one by one.

Every case has a policy and a binding of its own, which takes only objects with the label `case` of
the case, so that all of them can be in one cluster, and in one repository, at once.
"""
import copy
import dataclasses

GROUP = "admissionregistration.k8s.io/v1"


@dataclasses.dataclass
class Case:
    id: str
    policy: dict              # spec
    binding: dict             # spec without policyName
    object: object            # None: deleted
    old: object = None        # None: created
    extra: tuple = ()         # params and Namespaces

    @property
    def name(self):
        return "case-" + self.id.replace("/", "-").replace("#", "-")

    def manifests(self):
        """The policy and its binding."""
        binding = {"policyName": self.name, "validationActions": ["Deny"], **self.binding}
        resources = binding.setdefault("matchResources", {})
        resources.setdefault("objectSelector", {"matchLabels": {"case": self.name}})
        return [_policy("ValidatingAdmissionPolicy", self.name, self.policy),
                _policy("ValidatingAdmissionPolicyBinding", self.name, binding)]


def _policy(kind, name, spec):
    return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": name}, "spec": spec}


# ---- objects ----

DEPLOYMENT = {
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"},
                 "annotations": {"owner": "team-a"}},
    "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
             "template": {"metadata": {"labels": {"app": "web"}},
                          "spec": {"containers": [
                              {"name": "web", "image": "registry.example/web:1.2",
                               "ports": [{"containerPort": 8080}],
                               "resources": {"limits": {"cpu": "500m", "memory": "128Mi"}}},
                              {"name": "log", "image": "log"}]}}}}
CONFIG_MAP = {
    "apiVersion": "v1", "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "shop", "labels": {"app": "web"}},
    "data": {"level": "debug", "count": "5", "url": "https://example.com/a?b=c"}}
SERVICE = {
    "apiVersion": "v1", "kind": "Service",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
    "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]}}
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
    "metadata": {"name": "reader", "labels": {"app": "web"}},
    "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]}
OBJECTS = {"deployment": DEPLOYMENT, "configmap": CONFIG_MAP, "service": SERVICE,
           "clusterrole": ROLE}

NAMESPACES = [
    {"apiVersion": "v1", "kind": "Namespace",
     "metadata": {"name": "shop", "labels": {"env": "prod", "team": "a"},
                  "annotations": {"limit": "4"}}},
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab",
                                                          "labels": {"env": "test"}}},
]

# ---- expressions ----

EXPRESSIONS = """
true
false
object.metadata.name == 'web'
object.metadata.name.startsWith('w')
object.metadata.name.matches('^[a-z]+$')
object.metadata.labels.app == 'web'
object.metadata.labels['app'] == 'api'
has(object.metadata.annotations)
has(object.metadata.annotations) && 'owner' in object.metadata.annotations
object.metadata.annotations['owner'] == 'team-a'
object.metadata.?annotations[?'owner'].orValue('none') == 'none'
object.spec.replicas <= 2
object.spec.replicas < object.spec.template.spec.containers.size()
has(object.spec) && has(object.spec.replicas)
object.spec.template.spec.containers.all(c, c.image.contains(':'))
object.spec.template.spec.containers.all(c, has(c.resources) && has(c.resources.limits))
object.spec.template.spec.containers.exists(c, c.name == 'log')
object.spec.template.spec.containers.map(c, c.name) == ['web', 'log']
object.spec.template.spec.containers.filter(c, c.name == 'web')[0].ports[0].protocol == 'TCP'
quantity(object.spec.template.spec.containers[0].resources.limits.memory).isLessThan(quantity('100Mi'))
quantity(object.spec.template.spec.containers[0].resources.limits.cpu).asApproximateFloat() < 1.0
object.spec.strategy.type == 'RollingUpdate'
object.spec.strategy.rollingUpdate.maxSurge == '25%'
object.spec.revisionHistoryLimit == 10
object.spec.template.spec.restartPolicy == 'Always'
object.spec.template.spec.terminationGracePeriodSeconds > 60
object.spec.template.spec.containers[0].imagePullPolicy == 'IfNotPresent'
object.spec.template.spec.containers[5].name == 'x'
object.spec.paused
!has(object.spec.paused)
object.data.level in ['info', 'warn']
int(object.data.count) > 9
int(object.data.level) > 9
isURL(object.data.url) && url(object.data.url).getHost() == 'example.org'
object.data.all(k, k.size() < 6)
object.data.exists(k, v, v == '5')
object.data.map(k, k).size() == 2
object.spec.ports.all(p, p.port > 1024)
object.spec.ports[0].targetPort == 80
object.spec.type == 'ClusterIP'
object.spec.sessionAffinity == 'None'
object.rules.all(r, !('*' in r.verbs))
object.rules.exists(r, 'delete' in r.verbs)
object.apiVersion == 'v1' || object.kind == 'Deployment'
object == object
object.metadata.namespace == request.namespace
object.metadata.name == request.name
request.operation == 'CREATE'
request.kind.kind == 'Deployment' && request.kind.group == 'apps' && request.kind.version == 'v1'
request.resource.resource == 'services'
request.requestKind.kind == object.kind
has(request.subResource)
has(request.namespace)
oldObject == null
oldObject != null && oldObject.metadata.name == 'web'
namespaceObject == null
namespaceObject.metadata.labels.env == 'prod'
namespaceObject.metadata.labels['env'] == 'test'
namespaceObject.metadata.name == 'shop'
has(namespaceObject.metadata.annotations.limit) && int(namespaceObject.metadata.annotations.limit) < 3
namespaceObject.status.phase == 'Active'
namespaceObject.spec.finalizers == ['kubernetes']
namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'lab'
1 / 0 == 1
[1, 2, 3][7] == 1
dyn('a') + dyn(1) == 'x'
timestamp('2024-01-01T00:00:00Z') > timestamp('2025-01-01T00:00:00Z')
duration('1h') < duration('30m')
ip('10.0.0.1').family() == 6
cidr('10.0.0.0/8').containsIP('10.9.9.9')
semver('1.2.3').isGreaterThan(semver('1.2.4'))
sets.contains(['a', 'b'], ['a'])
object.metadata.name.format([]) == 'x' || true
'%s' .format([object.metadata.name]) == 'web'
format.dns1123Label().validate(object.metadata.name).hasValue()
[1, 2].transformList(i, v, i + v) == [1, 3]
object.metadata.labels.size() > 5
object.metadata.labels.all(k, k.startsWith('a'))
type(object.metadata) == map
type(object.metadata.name) == string
object.metadata.nothing.at.all == 1
object.metadata.name > 'x'
object.metadata.name + 1 == 'x'
object.metadata.labels.?app == optional.of('web')
lists.range(3).sum() == 4
""".strip().split("\n")


def everything(operations=("CREATE", "UPDATE", "DELETE")):
    return {"resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"],
                               "operations": list(operations), "resources": ["*"]}]}


def labelled(thing, name, **changes):
    """An object with the label of its case; `name` is not the case's where the policy looks."""
    made = copy.deepcopy(thing)
    made["metadata"].setdefault("labels", {})["case"] = name
    for key, value in changes.items():
        made[key] = value
    return made


def _case(id, policy, thing, binding=None, old=None, extra=(), deleted=False):
    case = Case(id, {"matchConstraints": everything(), **policy}, binding or {}, None, None,
                tuple(extra))
    case.object = None if deleted else labelled(thing, case.name)
    case.old = labelled(old, case.name) if old else None
    return case


def _products():
    for number, expression in enumerate(EXPRESSIONS):
        for kind, thing in OBJECTS.items():
            # An object a case of its own name: the server has one of a name only, but this is dry.
            yield _case("expression/%d-%s" % (number, kind),
                        {"validations": [{"expression": expression}]}, thing)


# ---- features ----

def _deployment(replicas=3, **metadata):
    made = copy.deepcopy(DEPLOYMENT)
    made["spec"]["replicas"] = replicas
    made["metadata"].update(metadata)
    return made


def _messages():
    fails = {"expression": "object.spec.replicas <= 2"}
    yield "static", {"validations": [{**fails, "message": "at most two"}]}
    yield "trimmed", {"validations": [{**fails, "message": "  at most two  "}]}
    yield "reason", {"validations": [{**fails, "message": "no", "reason": "Forbidden"}]}
    yield "too-large", {"validations": [{**fails, "reason": "RequestEntityTooLarge"}]}
    yield "dynamic", {"validations": [{**fails, "messageExpression":
                                       "'has ' + string(object.spec.replicas)"}]}
    yield "dynamic-wins", {"validations": [{**fails, "message": "static", "messageExpression":
                                            "'dynamic ' + object.metadata.name"}]}
    yield "dynamic-fails", {"validations": [{**fails, "message": "static", "messageExpression":
                                             "object.spec.nothing"}]}
    yield "dynamic-fails-alone", {"validations": [{**fails, "messageExpression":
                                                   "string(object.spec.nothing)"}]}
    yield "dynamic-empty", {"validations": [{**fails, "message": "static",
                                             "messageExpression": "'   '"}]}
    yield "dynamic-lines", {"validations": [{**fails, "message": "static",
                                             "messageExpression": "'a\\nb'"}]}
    yield "dynamic-long", {"validations": [{**fails, "message": "static", "messageExpression":
                           "lists.range(1000).map(i, '123456').join('')"}]}
    yield "dynamic-variables", {
        "variables": [{"name": "limit", "expression": "2"}],
        "validations": [{**fails, "messageExpression":
                         "'limit is %d'.format([variables.limit])"}]}
    yield "several", {"validations": [{"expression": "true", "message": "never"},
                                      {**fails, "message": "second"},
                                      {"expression": "false", "message": "third"}]}
    yield "whitespace", {"validations": [{"expression": "  object.spec.replicas <= 2\n "}]}


def _variables():
    yield "chain", {"variables": [{"name": "a", "expression": "object.spec.replicas"},
                                  {"name": "b", "expression": "variables.a + 1"}],
                    "validations": [{"expression": "variables.b == 3",
                                     "messageExpression": "'b is ' + string(variables.b)"}]}
    yield "passes", {"variables": [{"name": "a", "expression": "object.spec.replicas"}],
                     "validations": [{"expression": "variables.a == 3"}]}
    yield "fails", {"variables": [{"name": "a", "expression": "object.spec.nothing"}],
                    "validations": [{"expression": "variables.a == 3"}]}
    yield "fails-chained", {"variables": [{"name": "a", "expression": "object.spec.nothing"},
                                          {"name": "b", "expression": "variables.a + 1"}],
                            "validations": [{"expression": "variables.b == 3"}]}
    yield "not-used", {"variables": [{"name": "a", "expression": "object.spec.nothing"}],
                       "validations": [{"expression": "object.spec.replicas == 3"}]}
    yield "lazy", {"variables": [{"name": "a", "expression": "object.spec.nothing"}],
                   "validations": [{"expression": "true || variables.a == 3"}]}
    yield "list", {"variables": [{"name": "images", "expression":
                                  "object.spec.template.spec.containers.map(c, c.image)"}],
                   "validations": [{"expression": "variables.images.all(i, i.contains(':'))"}]}
    yield "map", {"variables": [{"name": "m", "expression": "{'a': object.spec.replicas}"}],
                  "validations": [{"expression": "variables.m.a > 3"}]}
    yield "has", {"variables": [{"name": "a", "expression": "1"}],
                  "validations": [{"expression": "!has(variables.a)"}]}
    yield "optional", {"variables": [{"name": "a", "expression": "object.spec.?paused"}],
                       "validations": [{"expression": "variables.a.orValue(false)"}]}


def _conditions():
    fails = [{"expression": "false", "message": "reached"}]

    def conditions(*expressions):
        return [{"name": "c%d" % i, "expression": each} for i, each in enumerate(expressions)]
    yield "true", {"matchConditions": conditions("true"), "validations": fails}
    yield "false", {"matchConditions": conditions("false"), "validations": fails}
    yield "all-true", {"matchConditions": conditions("object.spec.replicas == 3", "true"),
                       "validations": fails}
    yield "error", {"matchConditions": conditions("object.spec.nothing == 1"),
                    "validations": fails}
    yield "two-errors", {"matchConditions": conditions("object.spec.nothing == 1", "1 / 0 == 1"),
                         "validations": fails}
    yield "same-error-twice", {"matchConditions": conditions("1 / 0 == 1", "1 / 0 == 1"),
                               "validations": fails}
    yield "error-and-false", {"matchConditions": conditions("1 / 0 == 1", "false"),
                              "validations": fails}
    yield "error-ignored", {"matchConditions": conditions("1 / 0 == 1"), "validations": fails,
                            "failurePolicy": "Ignore"}
    yield "namespace-is-null", {"matchConditions": conditions("namespaceObject == null"),
                                "validations": fails}
    yield "variables", {"variables": [{"name": "a", "expression": "object.spec.replicas"}],
                        "matchConditions": conditions("variables.a > 5"), "validations": fails}
    yield "request", {"matchConditions": conditions("request.resource.resource == 'deployments'"),
                      "validations": fails}


def _failures():
    for policy in ("Fail", "Ignore"):
        yield "error-" + policy.lower(), {"failurePolicy": policy, "validations": [
            {"expression": "object.spec.nothing == 1", "message": "not shown"}]}
        yield "false-" + policy.lower(), {"failurePolicy": policy,
                                          "validations": [{"expression": "false"}]}
        yield "error-then-false-" + policy.lower(), {"failurePolicy": policy, "validations": [
            {"expression": "1 / 0 == 1"}, {"expression": "false", "message": "second"}]}
        yield "costly-" + policy.lower(), {"failurePolicy": policy, "validations": [
            {"expression": "lists.range(2000).all(i, lists.range(2000).all(j, i + j >= 0))"}]}
        yield "all-costly-" + policy.lower(), {"failurePolicy": policy, "validations": [
            {"expression": "lists.range(300).all(i, lists.range(300).all(j, i + j >= 0)) || true"}
            for _ in range(40)]}
        yield "annotation-" + policy.lower(), {"failurePolicy": policy, "auditAnnotations": [
            {"key": "a", "valueExpression": "string(object.spec.nothing)"}]}
    yield "annotation-written", {"auditAnnotations": [
        {"key": "a", "valueExpression": "'replicas: ' + string(object.spec.replicas)"}]}
    yield "annotation-and-validation", {
        "auditAnnotations": [{"key": "a", "valueExpression": "'x'"}],
        "validations": [{"expression": "false", "message": "no"}]}


def _matches():
    fails = {"validations": [{"expression": "false", "message": "matched"}]}

    def rules(*changes, **more):
        base = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"],
                "resources": ["deployments"]}
        return {**fails, "matchConstraints": {
            "resourceRules": [{**base, **each} for each in changes], **more}}
    yield "kind", rules({})
    yield "other-kind", rules({"resources": ["statefulsets"]})
    yield "any-resource", rules({"resources": ["*"]})
    yield "any-subresource", rules({"resources": ["*/*"]})
    yield "subresource", rules({"resources": ["deployments/scale"]})
    yield "with-subresources", rules({"resources": ["deployments/*"]})
    yield "other-group", rules({"apiGroups": ["batch"]})
    yield "any-group", rules({"apiGroups": ["*"]})
    yield "other-version", rules({"apiVersions": ["v2"]})
    yield "update-only", rules({"operations": ["UPDATE"]})
    yield "any-operation", rules({"operations": ["*"]})
    yield "second-rule", rules({"operations": ["DELETE"]}, {})
    yield "namespaced", rules({"scope": "Namespaced"})
    yield "cluster", rules({"scope": "Cluster"})
    yield "name", rules({"resourceNames": ["web"]})
    yield "other-name", rules({"resourceNames": ["api"]})
    yield "excluded", rules({}, excludeResourceRules=[
        {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"],
         "resources": ["deployments"]}])
    yield "excluded-other-name", rules({}, excludeResourceRules=[
        {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"],
         "resources": ["deployments"], "resourceNames": ["api"]}])
    yield "namespace-selected", rules({}, namespaceSelector={"matchLabels": {"env": "prod"}})
    yield "namespace-not-selected", rules({}, namespaceSelector={"matchLabels": {"env": "test"}})
    yield "namespace-by-name", rules({}, namespaceSelector={"matchExpressions": [
        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["shop"]}]})
    yield "namespace-exists", rules({}, namespaceSelector={"matchExpressions": [
        {"key": "team", "operator": "Exists"}]})
    yield "namespace-does-not-exist", rules({}, namespaceSelector={"matchExpressions": [
        {"key": "team", "operator": "DoesNotExist"}]})
    yield "object-selected", rules({}, objectSelector={"matchLabels": {"app": "web"}})
    yield "object-not-selected", rules({}, objectSelector={"matchLabels": {"app": "api"}})
    yield "object-expression", rules({}, objectSelector={"matchExpressions": [
        {"key": "app", "operator": "In", "values": ["api", "web"]}]})
    yield "exact", rules({}, matchPolicy="Exact")


def _params():
    limits = {"apiVersion": "v1", "kind": "ConfigMap",
              "metadata": {"name": "limits", "namespace": "shop", "labels": {"kind": "limits"}},
              "data": {"max": "2", "note": "two"}}
    more = {"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "limits-more", "namespace": "shop", "labels": {"kind": "limits"}},
            "data": {"max": "9", "note": "nine"}}
    policy = {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
              "validations": [{"expression": "object.spec.replicas <= int(params.data.max)",
                               "messageExpression": "'at most ' + params.data.note"}]}
    null = {**policy, "validations": [{"expression": "params == null"}]}
    named = {"name": "limits", "namespace": "shop", "parameterNotFoundAction": "Deny"}
    extra = (limits, more)
    yield "name", policy, {"paramRef": named}, extra
    yield "name-passes", policy, {"paramRef": {**named, "name": "limits-more"}}, extra
    yield "own-namespace", policy, {"paramRef": {"name": "limits",
                                                 "parameterNotFoundAction": "Deny"}}, extra
    yield "selector", policy, {"paramRef": {
        "selector": {"matchLabels": {"kind": "limits"}}, "parameterNotFoundAction": "Deny"}}, extra
    yield "kind-and-name", {**policy, "validations": [
        {"expression": "params.kind == 'ConfigMap' && params.apiVersion == 'v1' && "
                       "params.metadata.name == 'limits'"}]}, {"paramRef": named}, extra
    yield "no-ref", null, {}, extra
    yield "no-ref-fails", policy, {}, extra
    yield "conditions", {**policy, "matchConditions": [
        {"name": "few", "expression": "int(params.data.max) > 5"}]}, {"paramRef": named}, extra
    yield "variables", {**policy, "variables": [
        {"name": "max", "expression": "int(params.data.max)"}], "validations": [
            {"expression": "object.spec.replicas <= variables.max"}]}, {"paramRef": named}, extra


def _actions():
    fails = {"validations": [{"expression": "false", "message": "said"}]}
    for actions in (["Deny"], ["Warn"], ["Audit"], ["Deny", "Audit"], ["Warn", "Audit"]):
        yield "-".join(actions).lower(), fails, {"validationActions": actions}
    error = {"validations": [{"expression": "1 / 0 == 1"}]}
    yield "warn-error", error, {"validationActions": ["Warn"]}
    yield "audit-error", error, {"validationActions": ["Audit"]}
    yield "warn-annotation", {"auditAnnotations": [
        {"key": "a", "valueExpression": "string(1 / 0)"}]}, {"validationActions": ["Warn"]}
    yield "binding-namespace", fails, {"matchResources": {
        "namespaceSelector": {"matchLabels": {"env": "test"}}}}
    yield "binding-rules", fails, {"matchResources": {"resourceRules": [
        {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"],
         "resources": ["deployments"]}]}}
    yield "binding-excludes", fails, {"matchResources": {"excludeResourceRules": [
        {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"],
         "resources": ["deployments"]}]}}


def _updates():
    def said(expression, **more):
        return {"validations": [{"expression": expression, **more}]}
    yield "grows", said("object.spec.replicas <= oldObject.spec.replicas"), 5, 3
    yield "shrinks", said("object.spec.replicas <= oldObject.spec.replicas"), 2, 3
    yield "operation", said("request.operation == 'CREATE'"), 4, 3
    yield "old-name", said("oldObject.metadata.name == object.metadata.name"), 4, 3
    yield "create-only", {**said("false"), "matchConstraints": everything(["CREATE"])}, 4, 3
    yield "update-only", {**said("false"), "matchConstraints": everything(["UPDATE"])}, 4, 3
    yield "old-is-null", said("oldObject == null"), 4, 3
    yield "message", said("object.spec.replicas <= 3", messageExpression=
                          "'from %d to %d'.format([oldObject.spec.replicas, "
                          "object.spec.replicas])"), 4, 3
    yield "delete-denied", said("request.operation != 'DELETE'", message="kept"), None, 3
    yield "delete-object-null", said("object == null"), None, 3
    yield "delete-object-used", said("object.spec.replicas < 9"), None, 3
    yield "delete-old", said("oldObject.spec.replicas < 3"), None, 3
    yield "delete-not-matched", {**said("false"),
                                 "matchConstraints": everything(["CREATE", "UPDATE"])}, None, 3


# ---- what the server makes of an object ----

def _pod(name="pod", **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"},
            "spec": {"containers": [{"name": "web", "image": "web:1"}], **spec}}


def _container(**fields):
    return _pod(containers=[{"name": "web", "image": "web:1", **fields}])


def _kind(api_version, kind, namespace="shop", **rest):
    metadata = {"name": kind.lower()}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


RBAC = "rbac.authorization.k8s.io/v1"
NETWORK = "networking.k8s.io/v1"
CLAIM = _kind("v1", "PersistentVolumeClaim", spec={
    "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2048Mi"}}})
JOB = _kind("batch/v1", "Job", spec={"template": {"spec": {
    "restartPolicy": "Never", "containers": [{"name": "web", "image": "web:1"}]}}})
# Each is told in a message, so that all of it is compared.
SERVED = (
    ("zero-bools", _pod(hostNetwork=False, hostPID=False, shareProcessNamespace=False),
     "[has(object.spec.hostNetwork), has(object.spec.hostPID), "
     "has(object.spec.shareProcessNamespace)]"),
    ("zero-texts", _pod(nodeName="", hostname="", priorityClassName=""),
     "[has(object.spec.nodeName), has(object.spec.hostname), has(object.spec.priorityClassName)]"),
    ("zero-lists", _pod(volumes=[], initContainers=[], imagePullSecrets=[], nodeSelector={}),
     "[has(object.spec.volumes), has(object.spec.initContainers), "
     "has(object.spec.imagePullSecrets), has(object.spec.nodeSelector)]"),
    ("zero-security", _container(securityContext={
        "privileged": False, "runAsUser": 0, "capabilities": {"add": [], "drop": []}}),
     "object.spec.containers[0].securityContext"),
    ("zero-container", _container(args=[], env=[{"name": "A", "value": ""}], stdin=False,
                                  ports=[{"containerPort": 80, "hostPort": 0, "name": ""}],
                                  resources={"limits": {}, "requests": {}}),
     "object.spec.containers[0]"),
    ("quantities", _container(resources={"limits": {"cpu": "1000m", "memory": "1024Mi"},
                                         "requests": {"cpu": 0.5, "memory": "134217728"}}),
     "object.spec.containers[0].resources"),
    ("explicit-nulls", _pod(volumes=None, affinity=None),
     "[has(object.spec.volumes), has(object.spec.affinity)]"),
    ("tolerations", _pod(), "object.spec.tolerations"),
    ("tolerations-own", _pod(tolerations=[{"operator": "Exists"}]), "object.spec.tolerations"),
    ("priority", _pod(), "[object.spec.priority, object.spec.preemptionPolicy]"),
    ("priority-system", _pod(priorityClassName="system-node-critical"), "object.spec.priority"),
    ("pod-status", _pod(), "object.status"),
    ("pod-status-burstable", _container(resources={"requests": {"cpu": "1"}}), "object.status"),
    ("pod-status-guaranteed", _container(resources={"limits": {"cpu": "1", "memory": "1Gi"}}),
     "object.status"),
    ("status-written", {**_pod(), "status": {"phase": "Running", "hostIP": "10.0.0.1"}},
     "object.status"),
    ("metadata", DEPLOYMENT, "[has(object.metadata.uid), has(object.metadata.creationTimestamp), "
     "has(object.metadata.managedFields), has(object.metadata.resourceVersion), "
     "object.metadata.generation == 1]"),
    ("metadata-config", CONFIG_MAP, "[has(object.metadata.uid), has(object.metadata.generation)]"),
    ("template", DEPLOYMENT, "object.spec.template.metadata"),
    ("deployment-status", DEPLOYMENT, "object.status"),
    ("service", SERVICE, "[object.spec.ipFamilies, object.spec.ipFamilyPolicy, "
     "has(object.spec.clusterIP), object.spec.clusterIPs.size(), object.status]"),
    ("service-node-port", {**SERVICE, "spec": {"type": "NodePort", "ports": [{"port": 80}]}},
     "object.spec.ports.map(p, has(p.nodePort))"),
    ("service-external", {**SERVICE, "spec": {"type": "ExternalName", "externalName": "a.example",
                                              "ports": []}}, "object.spec"),
    ("role-without-rules", _kind(RBAC, "Role"), "object.rules"),
    ("role-empty-rules", _kind(RBAC, "Role", rules=[]), "object.rules"),
    ("binding-empty-subjects", _kind(RBAC, "RoleBinding", subjects=[], roleRef={
        "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x"}),
     "has(object.subjects)"),
    ("network-policy", _kind(NETWORK, "NetworkPolicy", spec={}), "object.spec"),
    ("network-policy-lists", _kind(NETWORK, "NetworkPolicy", spec={
        "podSelector": {"matchLabels": {}}, "ingress": [{"from": [], "ports": []}],
        "egress": []}), "object.spec"),
    ("config-map-empty", {**CONFIG_MAP, "data": {}}, "[has(object.data), has(object.immutable)]"),
    ("config-map-mutable", {**CONFIG_MAP, "immutable": False}, "object.immutable"),
    ("claim", CLAIM, "[object.spec, object.status, object.metadata.finalizers]"),
    ("namespace", _kind("v1", "Namespace", None), "[object.spec, object.status]"),
    ("job", JOB, "[object.spec.manualSelector, object.spec.selector.matchLabels.size(), "
     "object.spec.template.metadata.labels.size()]"),
    ("stateful-set", _kind("apps/v1", "StatefulSet", spec={
        "selector": {"matchLabels": {"app": "web"}},
        "template": DEPLOYMENT["spec"]["template"]}), "[object.spec.serviceName, object.status]"),
    ("budget", _kind("policy/v1", "PodDisruptionBudget", spec={
        "minAvailable": 0, "selector": {}}), "[object.spec, object.status]"),
    ("secret-message", _kind("v1", "Secret", stringData={"word": "open"}),
     "[object.metadata.name, object.type, object.data.map(k, k)]"),
)


def _served():
    for name, thing, told in SERVED:
        yield name, {"validations": [{"expression": "false",
                                      "messageExpression": "'%%s'.format([%s])" % told}]}, thing


def load():
    """All cases, in a fixed order."""
    cases = list(_products())
    for family, made in (("message", _messages()), ("variable", _variables()),
                         ("condition", _conditions()), ("failure", _failures()),
                         ("match", _matches())):
        cases += [_case("%s/%s" % (family, name), policy, DEPLOYMENT) for name, policy in made]
    cases += [_case("param/" + name, policy, DEPLOYMENT, binding, extra=extra)
              for name, policy, binding, extra in _params()]
    cases += [_case("action/" + name, policy, DEPLOYMENT, binding)
              for name, policy, binding in _actions()]
    cases += [_case("served/" + name, policy, thing) for name, policy, thing in _served()]
    for name, policy, replicas, before in _updates():
        # The old object is really there, so it has a name of its own.
        object_name = "update-" + name
        now = _deployment(replicas or 1, name=object_name)
        cases.append(_case("update/" + name, policy, now, deleted=replicas is None,
                           old=_deployment(before, name=object_name)))
    return cases
