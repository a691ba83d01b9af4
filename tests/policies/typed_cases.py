# SPDX-License-Identifier: Apache-2.0
"""ValidatingAdmissionPolicies whose expressions have the types of what they match, and CRDs."""
DEPLOYMENTS = [("apps", "v1", "deployments")]
PODS = [("", "v1", "pods")]
WIDGETS = [("typed.example.com", "v1", "widgets")]
CONFIG_MAPS = [("", "v1", "configmaps")]
SECRETS = [("", "v1", "secrets")]


def _crd(kind, versions):
    plural = kind.lower() + "s"
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": plural + ".typed.example.com"},
            "spec": {"group": "typed.example.com", "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": kind + "List"},
                     "versions": [{"name": name, "served": True, "storage": i == 0,
                                   "schema": {"openAPIV3Schema": schema}}
                                  for i, (name, schema) in enumerate(versions.items())]}}


_WIDGET = {"type": "object", "properties": {
    "spec": {"type": "object", "required": ["size"], "properties": {
        "size": {"type": "integer"},
        "ratio": {"type": "number"},
        "port": {"x-kubernetes-int-or-string": True},
        "when": {"type": "string", "format": "date-time"},
        "wait": {"type": "string", "format": "duration"},
        "blob": {"type": "string", "format": "byte"},
        "name": {"type": "string", "nullable": True},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "open": {"x-kubernetes-preserve-unknown-fields": True},
        "opens": {"type": "array", "items": {"x-kubernetes-preserve-unknown-fields": True}},
        "template": {"type": "object", "x-kubernetes-embedded-resource": True,
                     "x-kubernetes-preserve-unknown-fields": True},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "by-name": {"type": "string"},
        "in": {"type": "string"},
        "namespace": {"type": "string"}}},
    "status": {"type": "object", "properties": {"ready": {"type": "boolean"}}}}}

CRDS = [
    _crd("Widget", {"v1": _WIDGET, "v2": {"type": "object", "properties": {
        "spec": {"type": "object", "properties": {"width": {"type": "integer"}}}}}}),
    _crd("Anything", {"v1": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}),
    # a resource of the same name and version as a built-in one
    _crd("Deployment", {"v1": {"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "stage": {"type": "string"}}}}}}),
]


class Case:
    def __init__(self, name, rules, expressions, variables=(), params=None, messages=None):
        self.name = name
        self.rules = rules
        self.expressions = expressions
        self.variables = variables
        self.params = params
        self.messages = messages or {}

    def policy(self):
        validations = [{"expression": each} for each in self.expressions]
        for i, text in self.messages.items():
            validations[i]["messageExpression"] = text
        spec = {"matchConstraints": {"resourceRules": [
            {"apiGroups": groups.split(","), "apiVersions": versions.split(","), "operations": ["CREATE"],
             "resources": resources.split(",")} for groups, versions, resources in self.rules]},
            "validations": validations}
        if self.variables:
            spec["variables"] = [{"name": name, "expression": text} for name, text in self.variables]
        if self.params:
            spec["paramKind"] = {"apiVersion": self.params[0], "kind": self.params[1]}
        return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
                "metadata": {"name": self.name}, "spec": spec}


# each alone in a policy: what it matches, expressions
_FIELDS = [
    (DEPLOYMENTS, [
        "object.spec.replicas > 1", "object.spec.replicaz > 1", "object.spec.replicas > '1'",
        "object.spec.replicas == '1'", "object.spec.replicas in [1, 2]", "object.spec.replicas in ['1']",
        "has(object.spec.nope)", "object.?spec.?nope.orValue(1) == 1", "object.spec['replicas'] == 1",
        "object['spec'].replicas == 1", "object.metadata.name == 'x'", "object.metadata.nope == 'x'",
        "object.metadata.labels['a'] == 'x'", "object.metadata.labels.a == 'x'",
        "object.metadata.labels == {'a': 1}", "object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')",
        "object.metadata.creationTimestamp == ''", "object.metadata.generation == 1",
        "object.metadata.deletionGracePeriodSeconds == 1.0", "object.metadata.ownerReferences.all(o, o.kindd == '')",
        "object.metadata.managedFields.all(f, f.fieldsV1 == null)", "object.metadata.annotations.exists(k, k == 1)",
        "object.kind == 'Deployment'", "object.apiVersion == 1", "object.metadata.namespace == 'x'",
        "object.metadata.__namespace__ == 'x'", "object == oldObject", "object.spec == oldObject.metadata",
        "object.spec == oldObject.spec", "oldObject == null || oldObject.spec.replicas == object.spec.replicas",
        "object != null", "object.spec.template.spec.containers.all(c, c.image.startsWith('a'))",
        "object.spec.template.spec.containers.all(c, c.imagee.startsWith('a'))",
        "object.spec.template.spec.containers.all(c, c.image > 1)",
        "object.spec.template.spec.containers.all(c, c.resources.limits['cpu'] == '1')",
        "object.spec.template.spec.containers.all(c, 'cpu' in c.resources.limits)",
        "object.spec.template.spec.containers.all(c, has(c.resources.limits))",
        "object.spec.template.spec.containers.all(c, has(c.resources.claims))",
        "object.spec.template.spec.containers.all(c, c.livenessProbe.httpGet.port == 1)",
        "object.spec.template.spec.containers.all(c, c.livenessProbe.httpGet.port == 'a')",
        "object.spec.template.spec.containers.map(c, c.ports).exists(p, p.containerPort == 1)",
        "object.spec.template.spec.containers[0].ports[0].containerPort == 1u",
        "object.spec.template.spec.containers.size() + 'a' == ''",
        "object.spec.template.spec.volumes.all(v, v.emptyDir.sizeLimit == '1')",
        "object.spec.template.spec.securityContext.runAsNonRoot == 'true'",
        "!object.spec.template.spec.securityContext.runAsUser", "object.spec.strategy.rollingUpdate.maxSurge == 1",
        "object.spec.strategy.rollingUpdate.maxSurge == '25%'", "object.spec.strategy.rollingUpdate.maxSurge.foo == 1",
        "object.spec.selector.matchLabels == object.spec.template.metadata.labels", "object.status.replicas == 1",
        "object.status.conditions.all(c, c.lastUpdateTime > c.lastTransitionTime)", "object.spec", "object.nope.what",
        "object.nope == 1 && object.also == 2", "object.spec.replicas + object.spec.paused == 1",
        "dyn(object).nope == 1", "type(object.spec.replicas) == int", "type(object) == type(oldObject)",
        "object.spec.template.spec.nodeSelector.exists(k, v, v == 1)", "size(object) == 1", "size(object.spec.replicas)",
        "object.spec.replicas.nope == 1", "object.spec.template.spec.containers.name == ''",
        "[object.spec.replicas, 'a'].size() == 2", "[object.spec, object.metadata].size() == 2",
        "{'a': object.spec.replicas}['a'] == 'x'", "true ? object.spec.replicas : object.spec.paused",
        "object.spec.replicas == null", "object.spec.paused == null", "object.spec == null",
        "object.metadata.labels.map(k, k + 1).size() == 0", "object.items == 1",
        "request.object.spec == 1", "request.name == 1", "request.userInfo.groups == ['a']", "request.nope == 1",
        "request.namespace.startsWith(object.metadata.namespace)", "request.options.x == 1", "request.kind.kind == 1",
        "request.userInfo.extra['a'] == ['b']", "request.oldObject == 1",
        "namespaceObject.metadata.name == 1", "namespaceObject.metadata.nope == 1", "namespaceObject.spec.finalizers == 1",
        "authorizer.group('').resource('pods').check('get').allowed()",
        "authorizer.requestResource.check('get').allowed()", "authorizer.group(1).resource('pods').check('get').allowed()",
        "object.spec.template.spec.containers.all(c, !c.image.matches(1))",
        "cel.bind(x, object.spec.replicaz, x > 1)", "object.spec.template.spec.containers.sort(c, c.name).size() == 1",
        "object.spec.replicas.format() == ''", "quantity(object.spec.replicas).isGreaterThan(quantity('1'))",
        "url(object.metadata.name).getHost() == 1", "params == null",
    ]),
    (PODS, [
        "object.spec.containers.exists(c, c.resources.requests.cpu == '1')", "object.spec.tolerations.all(t, t.key == 1)",
        "object.spec.volumes.all(v, !has(v.hostPath) || v.hostPath.path.nope)",
        "object.spec.activeDeadlineSeconds > 1.5", "object.spec.containers.all(c, c.env.all(e, e.valueFrom.x == ''))",
        "object.spec.overhead == {}", "object.spec.ephemeralContainers.all(c, c.targetContainerName == '')",
        "object.spec.containers + object.spec.initContainers == []",
        "object.spec.containers + object.spec.ephemeralContainers == []",
        "object.spec.containers.all(c, c.securityContext.capabilities.drop.exists(x, x == 1))",
        "object.spec.resources.limits.cpu == '1'", "object.spec.readinessGates[0].conditionType == 1",
    ]),
    (CONFIG_MAPS, [
        "object.data['x'] == 1", "object.binaryData['x'] == b'a'", "object.binaryData.x == 'a'", "object.immutable == 1",
        "object.data.all(k, object.data[k] == 1)", "object.spec == 1", "object.data.exists(k, k.nope == 1)",
    ]),
    (SECRETS, ["object.data['x'] == 'a'", "object.stringData['x'] == 'a'", "object.type == 1"]),
    (WIDGETS, [
        "object.spec.size > 1", "object.spec.size > '1'", "object.spec.nope == 1", "object.spec.ratio > 1",
        "object.spec.port == 1", "object.spec.port == 'a'", "object.spec.when < timestamp('2030-01-01T00:00:00Z')",
        "object.spec.when == ''", "object.spec.wait < duration('1h')", "object.spec.wait == ''", "object.spec.blob == ''",
        "object.spec.name == null", "object.spec.free.a == 1", "object.spec.open.a == 1", "object.spec.opens[0] == 1",
        "object.spec.template.metadata.name == 1", "object.spec.template.metadata.labels == 1",
        "object.spec.template.kind == 1", "object.spec.template.spec == 1", "object.spec.parts[0].id == 1",
        "object.spec.parts.all(p, p.idd == 1)", "object.spec.labels.a == 1", "object.spec.by__dash__name == 1",
        "object.spec['by-name'] == 1", "object.spec.__in__ == 1", "object.spec.__namespace__ == 1",
        "object.spec.namespace == 1", "object.metadata.labels.x == 1", "object.metadata.nope == 1", "object.kind == 1",
        "object.status.ready == 1", "object == 1", "object.spec == oldObject.status",
    ]),
    ([("typed.example.com", "v1", "anythings")], ["object.spec.nope == 1", "object.metadata.labels == 1",
                                                   "object.kind == 1"]),
    ([("apiextensions.k8s.io", "v1", "customresourcedefinitions")], [
        "object.spec.versions[0].schema.openAPIV3Schema.properties.a.type == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.properties.a.properties.b.type == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.items == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.additionalProperties == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.__default__ == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.enum == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.not.nope == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.x__dash__kubernetes__dash__validations == 1",
        "object.spec.versions[0].schema.openAPIV3Schema.maximum == 1",
    ]),
    ([("apiregistration.k8s.io", "v1", "apiservices")], ["object.spec.nope == 1", "object.spec.caBundle == ''"]),
    ([("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations")],
     ["object.webhooks.all(w, w.clientConfig.caBundle == '')"]),
    ([("batch", "v1", "cronjobs")], ["object.spec.jobTemplate.spec.template.spec.nope == 1", "object.spec.suspend == 1",
                                     "object.status.lastScheduleTime == ''"]),
    ([("coordination.k8s.io", "v1", "leases")], ["object.spec.renewTime == ''",
                                                 "object.spec.leaseDurationSeconds == ''"]),
    ([("autoscaling", "v2", "horizontalpodautoscalers")],
     ["object.spec.metrics.all(m, m.resource.target.averageValue == 1)",
      "object.spec.metrics.all(m, m.resource.target.averageUtilization == '')"]),
    ([("networking.k8s.io", "v1", "networkpolicies")], ["object.spec.ingress.all(i, i.ports.all(p, p.port.x == 1))"]),
    ([("", "v1", "persistentvolumeclaims")], ["object.spec.resources.requests.storage == '1'",
                                              "object.spec.accessModes[0] == 1"]),
    ([("apps", "v1", "controllerrevisions")], ["object.data.a == 1", "object.data == null"]),
    ([("resource.k8s.io", "v1", "resourceclaims")], ["object.spec.devices.requests[0].exactly.count == ''",
                                                     "object.spec.devices.config[0].opaque.parameters.x == 1"]),
    ([("authentication.k8s.io", "v1", "tokenreviews")], ["object.spec.token == 1"]),
    ([("", "v1", "bindings")], ["object.target.kind == 1"]),
]

# what is matched, all with one expression that fits no kind
_MATCHED = {
    "two-kinds": [("apps", "v1", "deployments,statefulsets")],
    "sorted": [("apps", "v1", "statefulsets,deployments"), ("", "v1", "pods")],
    "groups": [("apps,batch", "v1", "deployments,jobs")],
    "versions": [("autoscaling", "v1,v2", "horizontalpodautoscalers")],
    "core-without-group": [("", "v1", "deployments")],
    "core-events": [("", "v1", "events")],
    "events": [("events.k8s.io", "v1", "events")],
    "any-group": [("*", "v1", "pods")],
    "any-version": [("", "*", "pods")],
    "any-resource": [("", "v1", "*")],
    "any-and-one": [("", "v1", "*,pods")],
    "subresource": [("", "v1", "pods/status")],
    "subresource-and-one": [("apps", "v1", "deployments/scale,daemonsets")],
    "any-rule-and-one": [("*", "*", "*"), ("", "v1", "services")],
    "singular": [("apps", "v1", "deployment")],
    "upper": [("apps", "v1", "Deployments")],
    "kind": [("apps", "v1", "DaemonSet")],
    "unknown": [("apps", "v1", "nothings")],
    "unknown-and-one": [("apps", "v1", "nothings,deployments")],
    "unknown-group": [("none.example.com", "v1", "deployments")],
    "unknown-version": [("apps", "v9", "deployments")],
    "ten": [("", "v1", "pods,services,configmaps,secrets,nodes,namespaces,endpoints,limitranges,resourcequotas,"
             "serviceaccounts,persistentvolumes,persistentvolumeclaims")],
    "ten-over-rules": [("", "v1", "pods,services,configmaps,secrets,nodes,namespaces"),
                       ("apps", "v1", "deployments,statefulsets,daemonsets,replicasets,controllerrevisions"),
                       ("batch", "v1", "jobs")],
    "repeated": [("apps", "v1", "deployments"), ("apps", "v1", "deployments,statefulsets")],
    "ten-repeated": [("apps", "v1", "deployments,deployments")] * 6 + [("batch", "v1", "jobs,cronjobs")],
    "custom": [("typed.example.com", "v1,v2", "widgets")],
    "custom-any-version": [("typed.example.com", "*", "widgets")],
    "prefix-group": [("typed", "v1", "widgets")],
    "no-alpha": [("internal.apiserver.k8s.io", "v1alpha1", "storageversions")],
    "review": [("authorization.k8s.io", "v1", "subjectaccessreviews")],
    "policies": [("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies")],
}

_EXTRA = [
    Case("variable-type", DEPLOYMENTS, ["variables.n == 'x'"], [("n", "object.spec.replicas")]),
    Case("variable-fine", DEPLOYMENTS, ["variables.n > 1"], [("n", "object.spec.replicas")]),
    Case("variable-broken", DEPLOYMENTS, ["variables.n == 'x'", "variables.n.a.b == 1"],
         [("n", "object.spec.replicaz")]),
    Case("variable-object", DEPLOYMENTS, ["variables.spec.nope == 1"], [("spec", "object.spec")]),
    Case("variable-list", DEPLOYMENTS, ["variables.all.all(c, c.nope == 1)", "variables.all == 1"],
         [("all", "object.spec.template.spec.containers")]),
    Case("variable-names", DEPLOYMENTS, ["variables.names.all(n, n == 1)"],
         [("names", "object.spec.template.spec.containers.map(c, c.name)")]),
    Case("variable-chain", DEPLOYMENTS, ["variables.b == 'x'"],
         [("a", "object.spec.replicas"), ("b", "variables.a + 1")]),
    Case("variable-labels", DEPLOYMENTS, ["variables.l.x == 1"], [("l", "object.metadata.labels")]),
    Case("variable-optional", DEPLOYMENTS, ["variables.o.orValue(1) == 'x'"], [("o", "object.?spec.?replicas")]),
    Case("variable-missing", DEPLOYMENTS, ["variables.n == 1"], [("n", "1"), ("m", "variables.n == 'a'")]),
    Case("message", DEPLOYMENTS, ["object.spec.replicas > 1"], messages={0: "'x' + object.spec.replicas"}),
    Case("message-fine", DEPLOYMENTS, ["object.spec.replicas > 1"], messages={0: "'x' + string(object.spec.replicas)"}),
    Case("message-both", DEPLOYMENTS, ["object.spec.replicaz > 1", "true", "object.nope"],
         messages={0: "object.metadata.nope", 1: "'a' + object.kind", 2: "string(object.spec.nope)"}),
    Case("message-not-text", DEPLOYMENTS, ["true"], messages={0: "object.spec.replicas"}),
    Case("params-config", DEPLOYMENTS, ["params.data['a'] == 1", "params.nope == 1"], params=("v1", "ConfigMap")),
    Case("params-custom", DEPLOYMENTS, ["params.spec.size > object.spec.replicas", "params.spec.size == ''"],
         params=("typed.example.com/v1", "Widget")),
    Case("params-unknown", DEPLOYMENTS, ["params.spec.size > 1", "params.nope > object.spec.replicaz"],
         params=("none.example.com/v1", "Thing")),
    Case("params-null", DEPLOYMENTS, ["params == null"], params=("v1", "ConfigMap")),
    Case("params-of-core", PODS, ["params == object"], params=("v1", "Pod")),
    Case("two-kinds-one-fits", [("apps", "v1", "deployments,daemonsets")], ["object.spec.replicas > 1"]),
    Case("two-versions-one-fits", [("typed.example.com", "v1,v2", "widgets")],
         ["object.spec.size > 1", "object.spec.width > 1"]),
    Case("three-kinds", [("apps", "v1", "deployments,statefulsets,daemonsets"), ("", "v1", "pods")],
         ["object.spec.template.spec.containers.all(c, has(c.image))", "object.spec.containers.all(c, has(c.image))",
          "object.spec.updateStrategy.type == 1"]),
    Case("lines", DEPLOYMENTS, ["object.spec.replicas > 1 &&\n  object.spec.nope == 1 &&\n  object.metadata.x == 1\n"]),
    Case("wide", DEPLOYMENTS, ["'\u00e4\u00f6\u00fc' == object.spec.nope"]),
    Case("many", DEPLOYMENTS, ["object.a == 1 || object.b == 1 || object.spec.c == 1 || object.metadata.d == 1"]),
]


def load():
    cases = []
    for rules, expressions in _FIELDS:
        kind = rules[0][2]
        cases += [Case("field-%s-%02d" % (kind, i), rules, [text]) for i, text in enumerate(expressions)]
    cases += [Case("match-" + name, rules, ["object.nope == 1"]) for name, rules in _MATCHED.items()]
    return cases + _EXTRA
