# SPDX-License-Identifier: Apache-2.0
"""Mutating policies and what they are asked to change.

Every case has policies of its own, whose bindings take only objects with the label `case` of the
case, so that all of them can be in one cluster at once.
"""
import copy
import dataclasses
import itertools

import policy_cases

GROUP = policy_cases.GROUP
NAMESPACES = policy_cases.NAMESPACES


@dataclasses.dataclass
class Case:
    id: str
    policies: list            # (name, spec, spec of the binding), in any order
    object: dict
    old: object = None        # None: created
    extra: tuple = ()         # params and the like

    @property
    def name(self):
        return "map-" + self.id.replace("/", "-")

    def manifests(self):
        """The policies and their bindings."""
        for suffix, spec, binding in self.policies:
            kind = spec.get("kind", "MutatingAdmissionPolicy")
            name = "%s%s" % (self.name, suffix)
            binding = copy.deepcopy({"policyName": name, **binding})
            binding.setdefault("matchResources", {}).setdefault(
                "objectSelector", {"matchLabels": {"case": self.name}})
            spec = {key: value for key, value in spec.items() if key != "kind"}
            yield _manifest(kind, name, spec)
            yield _manifest(kind + "Binding", name, binding)


def _manifest(kind, name, spec):
    return {"apiVersion": GROUP, "kind": kind, "metadata": {"name": name}, "spec": spec}


# ---- objects ----

POD = {
    "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"containers": [{"name": "web", "image": "registry.example/web:1.2",
                             "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}]}}
WIDGET = {
    "apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "shop"},
    "spec": {"size": 3, "colors": ["red", "blue"], "tags": ["a"],
             "parts": [{"id": "x", "count": 1}, {"id": "y", "count": 2}],
             "options": {"speed": "fast"}, "fixed": {"a": "1"}}}
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com", "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget",
                  "listKind": "WidgetList"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
            "type": "object", "properties": {"spec": {"type": "object", "properties": {
                "size": {"type": "integer", "maximum": 10},
                "mode": {"type": "string", "default": "auto"},
                "weight": {"type": "number"},
                "colors": {"type": "array", "items": {"type": "string"}},
                "tags": {"type": "array", "x-kubernetes-list-type": "set",
                         "items": {"type": "string"}},
                "parts": {"type": "array", "x-kubernetes-list-type": "map",
                          "x-kubernetes-list-map-keys": ["id"],
                          "items": {"type": "object", "required": ["id"], "properties": {
                              "id": {"type": "string"}, "count": {"type": "integer"},
                              "unit": {"type": "string", "default": "piece"}}}},
                "options": {"type": "object", "additionalProperties": {"type": "string"}},
                "fixed": {"type": "object", "x-kubernetes-map-type": "atomic",
                          "additionalProperties": {"type": "string"}},
                "extra": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "port": {"x-kubernetes-int-or-string": True}}}}}}}]}}
OBJECTS = {"deployment": policy_cases.DEPLOYMENT, "configmap": policy_cases.CONFIG_MAP,
           "service": policy_cases.SERVICE, "clusterrole": policy_cases.ROLE, "pod": POD,
           "widget": WIDGET}

# ---- JSON patches: the object, then the operations ----

PATCHES = """
deployment  JSONPatch{op: "add", path: "/metadata/labels/tier", value: "front"}
deployment  JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/tier"), value: "front"}
deployment  JSONPatch{op: "add", path: "/metadata/labels/bad key", value: "front"}
deployment  JSONPatch{op: "add", path: "/metadata/finalizers", value: ["example.com/a"]}
deployment  JSONPatch{op: "replace", path: "/spec/replicas", value: 7}
deployment  JSONPatch{op: "replace", path: "/spec/replicas", value: -7}
deployment  JSONPatch{op: "replace", path: "/spec/replicas", value: "7"}
deployment  JSONPatch{op: "replace", path: "/spec/replicas", value: 7.0}
deployment  JSONPatch{op: "replace", path: "/spec/replicas", value: 7.5}
deployment  JSONPatch{op: "replace", path: "/spec/replicas", value: null}
deployment  JSONPatch{op: "remove", path: "/spec/replicas"}
deployment  JSONPatch{op: "remove", path: "/spec/paused"}
deployment  JSONPatch{op: "remove", path: "/spec/template/spec/containers/1"}
deployment  JSONPatch{op: "remove", path: "/spec/template/spec/containers/-1"}
deployment  JSONPatch{op: "remove", path: "/spec/template/spec/containers/2"}
deployment  JSONPatch{op: "remove", path: "/spec/template/spec/containers/-"}
deployment  JSONPatch{op: "remove", path: "/spec/selector"}
deployment  JSONPatch{op: "remove", path: "/metadata/annotations/owner"}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: {"name": "side", "image": "side"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/0", value: {"name": "side", "image": "side"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/3", value: {"name": "side", "image": "side"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/x", value: {"name": "side", "image": "side"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: Object.spec.template.spec.containers{name: "side", image: "side:1"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: {"name": "web", "image": "twice"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/initContainers", value: [Object.spec.template.spec.initContainers{name: "init", image: "init"}]}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/initContainers", value: [{"name": "init", "image": "init"}]}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/volumes", value: [{"name": dyn("a"), "emptyDir": dyn(Object.spec{})}]}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/affinity", value: {"nodeAffinity": Object.spec{}}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/affinity", value: Object.a{nodeAffinity: Object.a.nodeAffinity{preferredDuringSchedulingIgnoredDuringExecution: []}}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/tolerations", value: Object.spec{a: {"a": ["b"]}}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/initContainers/-", value: {"name": "init"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/nodeSelector", value: {"disk": "ssd"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/nodeSelector/disk", value: "ssd"}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/1/resources/limits", value: {"cpu": "1"}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/securityContext/runAsNonRoot", value: true}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/0/securityContext", value: Object.spec.template.spec.containers.securityContext{privileged: true, allowPrivilegeEscalation: false}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/tolerations", value: [{"key": "a", "operator": "Exists"}]}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/bogus", value: 1}
deployment  JSONPatch{op: "add", path: "/spec/bogus/deep", value: 1}
deployment  JSONPatch{op: "add", path: "/bogus", value: 1}
deployment  JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/imagePullPolicy", value: "Sometimes"}
deployment  JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/image", value: "mirror.example/" + object.spec.template.spec.containers[0].image}
deployment  JSONPatch{op: "replace", path: "/spec/nothing/deep", value: 1}
deployment  JSONPatch{op: "replace", path: "/spec/template/spec/containers/9", value: 1}
deployment  JSONPatch{op: "replace", path: "", value: {"a": 1}}
deployment  JSONPatch{op: "replace", path: "", value: "a"}
deployment  JSONPatch{op: "copy", from: "/metadata/labels/app", path: "/metadata/labels/copied"}
deployment  JSONPatch{op: "copy", from: "/metadata/labels/nothing", path: "/metadata/labels/copied"}
deployment  JSONPatch{op: "copy", from: "/spec/nothing/deep", path: "/metadata/labels/copied"}
deployment  JSONPatch{op: "copy", path: "/metadata/labels/copied"}
deployment  JSONPatch{op: "copy", from: "/spec/template/spec/containers/0", path: "/spec/template/spec/containers/-"}
deployment  JSONPatch{op: "copy", from: "/spec/template/spec/containers/7", path: "/spec/template/spec/containers/-"}
deployment  JSONPatch{op: "move", from: "/metadata/annotations/owner", path: "/metadata/labels/owner"}
deployment  JSONPatch{op: "move", from: "/metadata/annotations/nothing", path: "/metadata/labels/owner"}
deployment  JSONPatch{op: "move", from: "/metadata/annotations/owner", path: "/metadata/nothing/owner"}
deployment  JSONPatch{op: "move", from: "/spec/template/spec/containers/0", path: "/spec/template/spec/containers/-"}
deployment  JSONPatch{op: "test", path: "/spec/replicas", value: 3}, JSONPatch{op: "replace", path: "/spec/replicas", value: 4}
deployment  JSONPatch{op: "replace", path: "/spec/replicas", value: 4}, JSONPatch{op: "test", path: "/spec/replicas", value: 3}
deployment  JSONPatch{op: "test", path: "/spec/nothing", value: null}, JSONPatch{op: "replace", path: "/spec/replicas", value: 4}
deployment  JSONPatch{op: "test", path: "/spec/nothing"}, JSONPatch{op: "replace", path: "/spec/replicas", value: 4}
deployment  JSONPatch{op: "test", path: "/spec/nothing/deep", value: 1}
deployment  JSONPatch{op: "test", path: "/metadata/labels", value: {"app": "web"}}, JSONPatch{op: "replace", path: "/spec/replicas", value: 4}
deployment  JSONPatch{op: "merge", path: "/spec/replicas", value: 4}
deployment  JSONPatch{path: "/spec/replicas", value: 4}
deployment  JSONPatch{op: "add", path: "spec", value: 4}
deployment  JSONPatch{op: "add", path: "/spec/replicas"}
deployment  JSONPatch{op: "add", path: "/metadata/name", value: "other"}
deployment  JSONPatch{op: "add", path: "/metadata/namespace", value: "lab"}
deployment  JSONPatch{op: "add", path: "/kind", value: "StatefulSet"}
deployment  JSONPatch{op: "add", path: "/status/replicas", value: 9}
deployment  JSONPatch{op: "add", path: "/spec/strategy", value: {"type": "Recreate"}}
deployment  JSONPatch{op: "replace", path: "/spec/strategy/type", value: "Recreate"}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/containers/0/args", value: ["a", "b"].map(x, "--" + x)}
deployment  JSONPatch{op: "add", path: "/spec/template/metadata/annotations", value: {"at": string(timestamp("2024-01-01T00:00:00Z"))}}
deployment  JSONPatch{op: "add", path: "/metadata/labels/a", value: object.metadata.labels.nothing}
deployment  JSONPatch{op: "add", path: "/metadata/annotations/big", value: string(9007199254740993)}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/priority", value: 9007199254740993}
deployment  JSONPatch{op: "add", path: "/spec/template/spec/terminationGracePeriodSeconds", value: 5u}
deployment  JSONPatch{op: "add", path: "/metadata/annotations/t", value: timestamp("2024-01-01T00:00:00Z")}
deployment  JSONPatch{op: "add", path: "/metadata/annotations/t", value: duration("90s")}
deployment  JSONPatch{op: "add", path: "/metadata/annotations/t", value: b"ab"}
deployment  JSONPatch{op: "add", path: "/spec/template/spec", value: Object.spec.wrong{containers: []}}
deployment  JSONPatch{op: "add", path: "/spec/template/spec", value: Object.spec.template.spec{containers: [Object.spec.template.spec.other{name: "a"}]}}
deployment  has(object.spec.paused) ? [JSONPatch{op: "remove", path: "/spec/replicas"}] : []
configmap   JSONPatch{op: "add", path: "/data/b", value: "2"}
configmap   JSONPatch{op: "add", path: "/data/b", value: 2}
configmap   JSONPatch{op: "add", path: "/data/b c", value: "2"}
configmap   JSONPatch{op: "add", path: "/data/é", value: "ü\\n\\t\\"<>&"}
configmap   JSONPatch{op: "add", path: "/data", value: {"b": "2"}}
configmap   JSONPatch{op: "remove", path: "/data"}
configmap   JSONPatch{op: "remove", path: "/metadata/labels"}
configmap   JSONPatch{op: "add", path: "/immutable", value: true}
configmap   JSONPatch{op: "add", path: "/binaryData", value: {"b": b"ab"}}
configmap   JSONPatch{op: "add", path: "/binaryData", value: {"b": "%"}}
configmap   JSONPatch{op: "add", path: "/metadata/annotations", value: {"count": string(object.data.size())}}
configmap   JSONPatch{op: "add", path: "/metadata/annotations/count", value: "1"}
configmap   object.data.map(k, JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("x-" + k), value: object.data[k]})
service     JSONPatch{op: "add", path: "/spec/ports/-", value: {"name": dyn("b"), "port": dyn(81)}}
service     JSONPatch{op: "add", path: "/spec/ports/-", value: Object.spec.ports{name: "b", port: 81, targetPort: "http"}}
service     JSONPatch{op: "add", path: "/spec/ports/-", value: Object.spec.ports{port: 80}}
service     JSONPatch{op: "replace", path: "/spec/type", value: "NodePort"}
service     JSONPatch{op: "replace", path: "/spec/type", value: "LoadBalancer"}
service     JSONPatch{op: "replace", path: "/spec/type", value: "Balancer"}
service     JSONPatch{op: "remove", path: "/spec/selector/app"}
clusterrole JSONPatch{op: "add", path: "/rules/-", value: {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}}
clusterrole JSONPatch{op: "add", path: "/rules/0/verbs/-", value: "watch"}
clusterrole JSONPatch{op: "remove", path: "/rules/0/verbs"}
clusterrole JSONPatch{op: "add", path: "/metadata/labels/a", value: namespaceObject == null ? "none" : "some"}
pod         JSONPatch{op: "add", path: "/spec/containers/0/env/-", value: {"name": "C", "value": "3"}}
pod         JSONPatch{op: "add", path: "/spec/containers/0/env/-", value: {"name": dyn("C"), "value": dyn(3)}}
pod         JSONPatch{op: "add", path: "/spec/volumes/-", value: {"name": dyn("tmp"), "emptyDir": dyn({})}}
pod         JSONPatch{op: "add", path: "/spec/containers/0/volumeMounts/-", value: {"name": "missing", "mountPath": "/m"}}
pod         JSONPatch{op: "replace", path: "/spec/containers/0/image", value: ""}
pod         JSONPatch{op: "add", path: "/spec/nodeName", value: "n1"}
pod         JSONPatch{op: "add", path: "/spec/priorityClassName", value: "nothing"}
pod         JSONPatch{op: "add", path: "/metadata/labels/ns", value: namespaceObject.metadata.labels.env}
pod         JSONPatch{op: "add", path: "/metadata/labels/op", value: request.operation + "-" + request.kind.kind}
widget      JSONPatch{op: "add", path: "/spec/size", value: 5}
widget      JSONPatch{op: "add", path: "/spec/size", value: 50}
widget      JSONPatch{op: "add", path: "/spec/size", value: "5"}
widget      JSONPatch{op: "add", path: "/spec/weight", value: 1.5}
widget      JSONPatch{op: "add", path: "/spec/weight", value: 1}
widget      JSONPatch{op: "add", path: "/spec/unknown", value: 5}
widget      JSONPatch{op: "add", path: "/spec/extra", value: {"a": [1, 2]}}
widget      JSONPatch{op: "add", path: "/spec/extra/a", value: 1}
widget      JSONPatch{op: "remove", path: "/spec/mode"}
widget      JSONPatch{op: "remove", path: "/spec"}
widget      JSONPatch{op: "add", path: "/spec/parts/-", value: {"id": "z"}}
widget      JSONPatch{op: "add", path: "/spec/parts/-", value: {"id": "x"}}
widget      JSONPatch{op: "add", path: "/spec/port", value: "http"}
widget      JSONPatch{op: "add", path: "/spec/tags/-", value: "a"}
""".strip().split("\n")

# ---- structured merges: the object, then the configuration ----

MERGES = """
deployment  Object{metadata: Object.metadata{labels: {"tier": "front"}}}
deployment  Object{metadata: Object.metadata{labels: {"app": "other", "tier": "front"}}}
deployment  Object{metadata: Object.metadata{labels: Object.metadata.labels{tier: "front"}}}
deployment  Object{metadata: Object.metadata{annotations: {"bad key": "x"}}}
deployment  Object{metadata: Object.metadata{finalizers: ["example.com/a"]}}
deployment  Object{}
deployment  Object{spec: Object.spec{}}
deployment  Object{spec: Object.spec{replicas: 9}}
deployment  Object{spec: Object.spec{replicas: -9}}
deployment  Object{spec: Object.spec{replicas: "9"}}
deployment  Object{spec: Object.spec{replicas: 9.5}}
deployment  Object{spec: Object.spec{replicas: null}}
deployment  Object{spec: Object.spec{?replicas: optional.none()}}
deployment  Object{spec: Object.spec{?replicas: optional.of(6)}}
deployment  Object{spec: Object.spec{replicas: object.spec.replicas + 1}}
deployment  Object{spec: Object.spec{replicas: object.spec.nothing}}
deployment  Object{spec: Object.spec{paused: true}}
deployment  Object{spec: Object.spec{paused: "true"}}
deployment  Object{spec: Object.spec{bogus: true}}
deployment  Object{bogus: true}
deployment  Object{spec: Object.spec{bogus: true}, metadata: Object.metadata{nothing: 1}}
deployment  Object{spec: Object.wrong{replicas: 1}}
deployment  Object{spec: {"replicas": 8}}
deployment  Object{spec: null}
deployment  Object{spec: 5}
deployment  Object{spec: []}
deployment  Object{kind: "StatefulSet", apiVersion: "v9"}
deployment  Object{metadata: Object.metadata{name: "other"}}
deployment  Object{status: Object.status{replicas: 5}}
deployment  Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"app": "web"}}}}
deployment  Object{spec: Object.spec{strategy: Object.spec.strategy{type: "Recreate"}}}
deployment  Object{spec: Object.spec{strategy: Object.spec.strategy{rollingUpdate: Object.spec.strategy.rollingUpdate{maxSurge: 2}}}}
deployment  Object{spec: Object.spec{strategy: Object.spec.strategy{rollingUpdate: Object.spec.strategy.rollingUpdate{maxSurge: "50%"}}}}
deployment  Object{spec: Object.spec{template: Object.spec.template{metadata: Object.spec.template.metadata{labels: {"tier": "front"}}}}}
"""
POD_MERGES = """
deployment  {nodeSelector: {"disk": "ssd"}}
deployment  {priorityClassName: "high", terminationGracePeriodSeconds: 10}
deployment  {securityContext: $.securityContext{runAsNonRoot: true}}
deployment  {tolerations: [$.tolerations{key: "a"}]}
deployment  {containers: [$.containers{name: "side", image: "side"}]}
deployment  {containers: [$.containers{name: "web", image: "mirror.example/web"}]}
deployment  {containers: [$.containers{name: "log", image: "l"}, $.containers{name: "side", image: "s"}, $.containers{name: "web", image: "w"}]}
deployment  {containers: [$.containers{name: "side", image: "s"}, $.containers{name: "log", image: "l"}]}
deployment  {containers: [$.containers{name: "a", image: "s"}, $.containers{name: "web", image: "l"}, $.containers{name: "b", image: "s"}]}
deployment  {containers: [$.containers{name: "side", image: "s"}, $.containers{name: "side", image: "l"}]}
deployment  {containers: [$.containers{image: "s"}]}
deployment  {containers: [{"name": "side", "image": "s"}]}
deployment  {containers: [null]}
deployment  {containers: ["side"]}
deployment  {containers: "side"}
deployment  {containers: []}
deployment  {containers: [$.containers{name: "web", args: ["a"]}]}
deployment  {containers: [$.containers{name: "web", args: ["a"], command: ["b"]}]}
deployment  {containers: [$.containers{name: "web", bogus: 1}]}
deployment  {containers: [$.containers{name: "web", ports: [$.containers.ports{containerPort: 9090}]}]}
deployment  {containers: [$.containers{name: "web", ports: [$.containers.ports{containerPort: 8080, name: "http"}]}]}
deployment  {containers: [$.containers{name: "web", ports: [$.containers.ports{containerPort: 8080, protocol: "UDP"}]}]}
deployment  {containers: [$.containers{name: "web", env: [$.containers.env{name: "A", value: "1"}]}]}
deployment  {containers: [$.containers{name: "web", env: [$.containers.env{name: "A", valueFrom: $.containers.env.valueFrom{fieldRef: $.containers.env.valueFrom.fieldRef{fieldPath: "metadata.name"}}}]}]}
deployment  {containers: [$.containers{name: "web", resources: $.containers.resources{limits: {"cpu": "1"}}}]}
deployment  {containers: [$.containers{name: "web", resources: $.containers.resources{requests: {"cpu": "900m"}}}]}
deployment  {containers: [$.containers{name: "web", resources: $.containers.resources{limits: {"cpu": 1}}}]}
deployment  {containers: [$.containers{name: "web", livenessProbe: $.containers.livenessProbe{httpGet: $.containers.livenessProbe.httpGet{port: 8080, path: "/"}}}]}
deployment  {containers: object.spec.template.spec.containers.map(c, $.containers{name: c.name, imagePullPolicy: "Always"})}
deployment  {volumes: [$.volumes{name: "tmp", emptyDir: $.volumes.emptyDir{}}]}
deployment  {volumes: [$.volumes{name: "c", configMap: $.volumes.configMap{name: "x", items: [$.volumes.configMap.items{key: "a", path: "b"}]}}]}
deployment  {imagePullSecrets: [$.imagePullSecrets{name: "s"}]}
deployment  {initContainers: [$.initContainers{name: "init", image: "i", restartPolicy: "Always"}]}
deployment  {topologySpreadConstraints: [$.topologySpreadConstraints{maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway"}]}
deployment  {affinity: $.affinity{nodeAffinity: $.affinity.nodeAffinity{requiredDuringSchedulingIgnoredDuringExecution: $.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution{nodeSelectorTerms: []}}}}
deployment  {hostAliases: [$.hostAliases{ip: "10.0.0.1", hostnames: ["a"]}]}
pod         {containers: [$.containers{name: "web", env: [$.containers.env{name: "C", value: "3"}, $.containers.env{name: "A", value: "9"}]}]}
pod         {containers: [$.containers{name: "web", securityContext: $.containers.securityContext{privileged: false}}]}
pod         {restartPolicy: "Never", nodeName: "n1"}
pod         {activeDeadlineSeconds: 0}
pod         {containers: [$.containers{name: "web", env: object.spec.containers[0].env.map(e, $.containers.env{name: e.name, value: e.value + "!"})}]}
"""
OTHER_MERGES = """
configmap   Object{data: {"b": "2"}}
configmap   Object{data: {"b": 2}}
configmap   Object{data: object.data}
configmap   Object{data: Object.data{level: "info"}}
configmap   Object{immutable: true, data: {}}
configmap   Object{binaryData: {"b": "YWI="}}
service     Object{spec: Object.spec{type: "NodePort"}}
service     Object{spec: Object.spec{selector: {"app": "web"}}}
service     Object{spec: Object.spec{ports: [Object.spec.ports{port: 81, name: "b"}]}}
service     Object{spec: Object.spec{ports: [Object.spec.ports{port: 80, targetPort: "x"}]}}
service     Object{spec: Object.spec{ports: [Object.spec.ports{port: 80, targetPort: 99}]}}
service     Object{spec: Object.spec{ports: [Object.spec.ports{name: "b"}]}}
service     Object{spec: Object.spec{externalIPs: ["10.0.0.1"]}}
clusterrole Object{rules: []}
clusterrole Object{aggregationRule: Object.aggregationRule{clusterRoleSelectors: []}}
clusterrole Object{metadata: Object.metadata{annotations: {"a": "b"}}}
widget      Object{spec: Object.spec{size: 4}}
widget      Object{spec: Object.spec{size: 40}}
widget      Object{spec: Object.spec{size: "4"}}
widget      Object{spec: Object.spec{colors: ["green"]}}
widget      Object{spec: Object.spec{tags: ["b", "a"]}}
widget      Object{spec: Object.spec{tags: ["b", "b"]}}
widget      Object{spec: Object.spec{parts: [Object.spec.parts{id: "y", count: 7}, Object.spec.parts{id: "z"}]}}
widget      Object{spec: Object.spec{parts: [Object.spec.parts{count: 7}]}}
widget      Object{spec: Object.spec{options: {"color": "red"}}}
widget      Object{spec: Object.spec{fixed: {"b": "2"}}}
widget      Object{spec: Object.spec{extra: Object.spec.extra{a: 1}}}
widget      Object{spec: Object.spec{extra: Object.spec.extra{a: ["x"]}}}
widget      Object{spec: Object.spec{port: "http"}}
widget      Object{spec: Object.spec{port: 80, weight: 2}}
widget      Object{spec: Object.spec{unknown: 1}}
widget      Object{spec: Object.spec{mode: null}}
widget      Object{metadata: Object.metadata{labels: {"a": "b"}}}
widget      Object{spec: Object.spec{parts: [Object.spec.parts{id: "z"}, Object.spec.parts{id: "x", count: 9}]}}
widget      Object{spec: Object.spec{extra: Object.spec.extra{a: null}}}
widget      Object{spec: Object.spec{size: dyn(5.0)}}
widget      Object{spec: Object.spec{weight: 2.5}}
configmap   Object{metadata: Object.metadata{labels: {"n": optional.none()}}}
configmap   Object{metadata: Object.metadata{ownerReferences: [Object.metadata.ownerReferences{apiVersion: "v1", kind: "Pod", name: "p", uid: "u"}]}}
service     Object{spec: Object.spec{ports: [Object.spec.ports{port: 81, name: "b", nodePort: 30001}], type: "NodePort", sessionAffinity: "ClientIP"}}
pod         Object{spec: Object.spec{securityContext: Object.spec.securityContext{supplementalGroups: [1], sysctls: []}}}
pod         Object{spec: Object.spec{tolerations: object.spec.tolerations}}
pod         Object{spec: Object.spec{overhead: {"cpu": "1"}}}
deployment  Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: object.spec.template.spec.containers}}}}
deployment  Object{metadata: Object.metadata{creationTimestamp: "2024-01-01T00:00:00Z", generation: 5, uid: "x"}}
"""


def patch(text):
    text = text if text.startswith(("[", "has(", "object.")) else "[%s]" % text
    return {"patchType": "JSONPatch", "jsonPatch": {"expression": text}}


def merge(text):
    return {"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": text}}


def _in_pod(thing, text):
    """A configuration of the Pod that an object makes; `$` is the type of its spec."""
    if thing == "pod":
        return "Object{spec: Object.spec%s}" % text.replace("$", "Object.spec")
    where = "Object.spec.template.spec"
    return ("Object{spec: Object.spec{template: Object.spec.template{spec: %s%s}}}"
            % (where, text.replace("$", where)))


def everything():
    return policy_cases.everything(("CREATE", "UPDATE"))


def spec(*mutations, **more):
    return {"failurePolicy": "Fail", "reinvocationPolicy": "Never",
            "matchConstraints": everything(), "mutations": list(mutations), **more}


def _case(id, thing, *policies, old=None, extra=()):
    policies = [("" if len(policies) == 1 else "-%d" % i, each, {}) if isinstance(each, dict)
                else each for i, each in enumerate(policies)]
    case = Case(id, policies, None, None, tuple(extra))
    case.object = policy_cases.labelled(thing, case.name)
    case.old = policy_cases.labelled(old, case.name) if old else None
    return case


def _products():
    for group, lines, make in (
            ("patch", PATCHES, lambda _, text: patch(text)),
            ("merge", MERGES.strip().split("\n"), lambda _, text: merge(text)),
            ("pod", POD_MERGES.strip().split("\n"), lambda kind, text: merge(_in_pod(kind, text))),
            ("other", OTHER_MERGES.strip().split("\n"), lambda _, text: merge(text))):
        for number, line in enumerate(lines):
            kind, text = line.split(None, 1)
            yield _case("%s/%d-%s" % (group, number, kind), OBJECTS[kind], spec(make(kind, text)))


# ---- features ----

def add_label(key, value):
    return patch('JSONPatch{op: "add", path: "/metadata/labels/%s", value: %s}' % (key, value))


def _conditions(*expressions):
    return [{"name": "c%d" % i, "expression": each} for i, each in enumerate(expressions)]


BROKEN = patch('JSONPatch{op: "remove", path: "/spec/nothing"}')
BROKEN_TOO = patch('JSONPatch{op: "add", path: "/nowhere/deep", value: 1}')
COUNT = merge('Object{spec: Object.spec{replicas: object.spec.replicas + 1}}')


def _features():
    yield "fail", spec(BROKEN, failurePolicy="Fail")
    yield "ignore", spec(BROKEN, failurePolicy="Ignore")
    yield "ignore-500", spec(patch('JSONPatch{op: "add", path: "/spec/bogus", value: 1}'),
                             failurePolicy="Ignore")
    yield "after-failure", spec(BROKEN, add_label("b", '"1"'), failurePolicy="Ignore")
    yield "two-failures", spec(BROKEN, BROKEN_TOO)
    yield "several", spec(add_label("a", '"1"'), add_label("b", 'object.metadata.labels.a + "2"'),
                          COUNT)
    yield "sees-defaults", spec(add_label("a", "object.spec.strategy.type"))
    yield "defaults-again", spec(
        patch('JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: {"name": "s", '
              '"image": "s"}}'),
        add_label("p", "object.spec.template.spec.containers[2].imagePullPolicy"))
    yield "variables", spec(add_label("a", "variables.a"), add_label("b", "variables.b"),
                            variables=[{"name": "a", "expression": "'x'"},
                                       {"name": "b", "expression": "variables.a + 'y'"}])
    yield "variables-anew", spec(
        COUNT, add_label("a", "string(variables.n)"),
        variables=[{"name": "n", "expression": "object.spec.replicas"}])
    yield "variable-fails", spec(add_label("a", "variables.a"),
                                 variables=[{"name": "a", "expression": "object.spec.nothing"}])
    yield "condition-true", spec(COUNT, matchConditions=_conditions("object.spec.replicas == 3"))
    yield "condition-false", spec(COUNT, matchConditions=_conditions("object.spec.replicas == 4"))
    yield "condition-fails", spec(COUNT, matchConditions=_conditions("object.spec.nothing == 4"))
    yield "condition-fails-ignored", spec(COUNT, failurePolicy="Ignore",
                                          matchConditions=_conditions("object.spec.nothing == 4"))
    yield "again-if-needed", spec(COUNT, reinvocationPolicy="IfNeeded")
    yield "again-condition", spec(COUNT, reinvocationPolicy="IfNeeded",
                                  matchConditions=_conditions("object.spec.replicas == 3"))
    yield "again-nothing-changed", spec(add_label("app", '"web"'), reinvocationPolicy="IfNeeded")
    yield "condition-fails-later", spec(
        patch('JSONPatch{op: "remove", path: "/metadata/annotations"}'),
        matchConditions=_conditions("object.metadata.annotations.owner == 'team-a'"))
    yield "operation", spec(COUNT, matchConstraints=policy_cases.everything(("UPDATE",)))
    yield "no-match", spec(COUNT, matchConstraints={"resourceRules": [
        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
         "resources": ["pods"]}]})
    yield "namespace", spec(add_label("env", "namespaceObject.metadata.labels.env"))
    yield "request", spec(add_label("n", 'request.name + "-" + request.namespace'))
    yield "old-is-null", spec(add_label("n", 'oldObject == null ? "new" : "old"'))
    yield "own-selector", spec(patch('JSONPatch{op: "remove", path: "/metadata/labels/case"}'),
                               COUNT, reinvocationPolicy="IfNeeded")


PARAM = {"apiVersion": "v1", "kind": "ConfigMap",
         "metadata": {"name": "mutation-param", "namespace": "shop"}, "data": {"value": "p"}}


def _more_features():
    deployment = policy_cases.DEPLOYMENT
    # Each labels its own, so that their order does not matter.
    yield _case("two/apart", deployment, spec(add_label("a", '"1"')), spec(add_label("b", '"2"')))
    yield _case("two/again", deployment, spec(COUNT, reinvocationPolicy="IfNeeded"),
                spec(add_label("b", '"2"')))
    yield _case("two/one-fails", deployment, spec(COUNT), spec(BROKEN))
    with_param = spec(add_label("v", "params.data.value"),
                      paramKind={"apiVersion": "v1", "kind": "ConfigMap"})
    yield _case("param/named", deployment, ("", with_param, {"paramRef": {
        "name": "mutation-param", "parameterNotFoundAction": "Deny"}}), extra=[PARAM])
    yield _case("param/none", deployment, ("", with_param, {}), extra=[PARAM])
    # A validating policy sees what the mutating one made.
    validating = {"kind": "ValidatingAdmissionPolicy", "matchConstraints": everything(),
                  "validations": [{"expression": "object.spec.replicas <= 3",
                                   "message": "too many"}]}
    yield _case("validating/sees", deployment, spec(COUNT),
                ("-v", validating, {"validationActions": ["Deny"]}))
    yield _case("validating/old", deployment, spec(COUNT),
                ("-v", {**validating, "matchConstraints": policy_cases.everything(("UPDATE",)),
                        "validations": [
                    {"expression": "oldObject.spec.replicas == 3", "messageExpression":
                     "'it was ' + string(oldObject.spec.replicas)"}]},
                 {"validationActions": ["Deny"]}), old=_named(deployment, "validating-old"))


def _named(thing, name, **spec):
    made = copy.deepcopy(thing)
    made["metadata"]["name"] = name
    made.get("spec", {}).update(spec)
    return made


def _updates():
    deployment, config = policy_cases.DEPLOYMENT, policy_cases.CONFIG_MAP
    selector = patch('JSONPatch{op: "add", path: "/spec/selector/matchLabels/tier", value: "a"}, '
                     'JSONPatch{op: "add", path: "/spec/template/metadata/labels/tier", value: "a"}')
    yield "count", spec(COUNT), deployment, {"replicas": 5}
    yield "same", spec(add_label("b", '"2"')), deployment, {}
    yield "selector", spec(selector), deployment, {"replicas": 5}
    yield "selector-on-update", spec(selector, matchConstraints=policy_cases.everything(
        ("UPDATE",))), deployment, {"replicas": 5}
    yield "old", spec(add_label("was", "string(oldObject == null ? 0 : "
                                "oldObject.spec.replicas)")), deployment, {"replicas": 5}
    yield "from-old", spec(merge("oldObject == null ? Object{} : Object{spec: Object.spec{replicas:"
                                 " oldObject.spec.replicas}}")), deployment, {"replicas": 5}
    yield "immutable", spec(merge("Object{immutable: true}")), config, {}
    yield "immutable-data", spec(
        merge("Object{immutable: true}"),
        patch('JSONPatch{op: "add", path: "/data/op", value: request.operation}')), config, {}
    yield "fails", spec(BROKEN, matchConstraints=policy_cases.everything(("UPDATE",))), \
        deployment, {"replicas": 5}
    yield "again", spec(COUNT, reinvocationPolicy="IfNeeded"), deployment, {"replicas": 5}
    yield "rename", spec(patch('JSONPatch{op: "add", path: "/metadata/name", value: "other"}'),
                         matchConstraints=policy_cases.everything(("UPDATE",))), deployment, {}
    yield "widget", spec(merge("Object{spec: Object.spec{size: 4}}")), WIDGET, {"size": 6}


# ---- sequences: what runs again, under which condition, on what ----

STEPS = (
    [COUNT],
    [COUNT, add_label("n", "string(object.spec.replicas)")],
    [add_label("a", 'has(object.metadata.labels.a) ? object.metadata.labels.a + "x" : "x"'), COUNT],
    [BROKEN, COUNT],
    [patch('JSONPatch{op: "test", path: "/spec/replicas", value: 4}, '
           'JSONPatch{op: "replace", path: "/spec/replicas", value: 10}'), COUNT],
    [patch('JSONPatch{op: "add", path: "/spec/template/spec/containers/-", value: {"name": "x" + '
           'string(object.spec.template.spec.containers.size()), "image": "i"}}')],
    [merge(_in_pod("deployment", '{containers: [$.containers{name: "s" + '
                                 'string(object.spec.replicas), image: "i"}]}')), COUNT],
    [merge("oldObject == null ? Object{} : "
           "Object{spec: Object.spec{replicas: oldObject.spec.replicas + 100}}")],
)
CONDITIONS = (None, "object.spec.replicas < 5", "request.operation == 'UPDATE'",
              "object.metadata.labels.a == 'x'")


def _sequences():
    thing = policy_cases.DEPLOYMENT
    for number, (steps, condition, again) in enumerate(
            itertools.product(STEPS, CONDITIONS, ("Never", "IfNeeded"))):
        more = {"reinvocationPolicy": again,
                "failurePolicy": "Ignore" if number % 3 == 0 else "Fail"}
        if condition:
            more["matchConditions"] = _conditions(condition)
        if number % 2 == number // 8 % 2:
            yield _case("sequence/%d" % number, thing, spec(*steps, **more))
            continue
        # What is created must get in.
        more["matchConstraints"] = policy_cases.everything(("UPDATE",))
        name = "map-sequence-%d" % number
        yield _case("sequence/%d" % number, _named(thing, name, replicas=4), spec(*steps, **more),
                    old=_named(thing, name))


def load():
    cases = list(_products())
    cases += _sequences()
    cases += [_case("feature/" + name, policy_cases.DEPLOYMENT, each)
              for name, each in _features()]
    for case in _more_features():
        if case.old:
            case.object["metadata"]["name"] = case.old["metadata"]["name"]
        cases.append(case)
    for name, each, thing, change in _updates():
        before = _named(thing, "map-update-" + name)
        cases.append(_case("update/" + name, _named(thing, "map-update-" + name, **change), each,
                           old=before))
    return cases
