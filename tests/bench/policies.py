#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a repository of objects and one of policies, the same every time.

usage: policies.py [--objects 10000] [--policies 50] DIR

DIR/objects/*.yaml holds Deployments, Pods, Services, ConfigMaps and Ingresses as people write them,
DIR/policies/*.yaml ValidatingAdmissionPolicies with a binding each: one to three validations, with
variables, match conditions and messages as in public collections. About one object in forty breaks
a policy.
"""
import argparse
import os
import random

WORDS = "amber basalt cedar delta ember fjord grove harbor inlet jasper kelp lagoon mesa north".split()
NAMESPACES = ["team-%02d" % i for i in range(20)]
REGISTRIES = ["registry.example.com", "mirror.example.com"]

# ---- objects ----

POD_SPEC = """\
serviceAccountName: %(name)s
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
containers:
%(containers)s"""

CONTAINER = """\
  - name: %(container)s
    image: %(image)s
    ports:
      - name: p%(port)d
        containerPort: %(port)d
    env:
      - name: LEVEL
        value: info
      - name: PART
        value: %(container)s
    resources:
      requests:
        cpu: %(cpu)dm
        memory: 128Mi
      limits:
        memory: %(memory)dMi
    livenessProbe:
      httpGet:
        path: /healthz
        port: %(port)d
    readinessProbe:
      httpGet:
        path: /ready
        port: %(port)d
    securityContext:
      privileged: %(privileged)s
      allowPrivilegeEscalation: %(privileged)s
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
"""


def indent(text, n):
    return "".join(" " * n + line + "\n" for line in text.splitlines())


def metadata(rng, name, labels=True):
    text = "metadata:\n  name: %s\n  namespace: %s\n" % (name, rng.choice(NAMESPACES))
    if labels:
        text += ("  labels:\n    app.kubernetes.io/name: %s\n    app.kubernetes.io/part-of: %s\n    team: %s\n"
                 "  annotations:\n    example.com/owner: %s@example.com\n"
                 % (name, rng.choice(WORDS), rng.choice(WORDS), rng.choice(WORDS)))
    return text


def pod_spec(rng, name):
    containers = "".join(CONTAINER % {
        "container": "%s-%d" % (rng.choice(WORDS), i), "port": 8080 + i,
        "image": "%s/%s/%s:%d.%d" % (rng.choice(REGISTRIES), rng.choice(WORDS), rng.choice(WORDS),
                                     rng.randint(1, 9), rng.randint(0, 30)),
        "cpu": rng.choice((50, 100, 250)), "memory": rng.choice((256, 512, 1024)),
        "privileged": "true" if rng.random() < 0.01 else "false"} for i in range(rng.randint(1, 3)))
    return POD_SPEC % {"name": name, "containers": containers}


def deployment(rng, name):
    return ("apiVersion: apps/v1\nkind: Deployment\n" + metadata(rng, name) + "spec:\n  replicas: %d\n"
            "  selector:\n    matchLabels:\n      app.kubernetes.io/name: %s\n  template:\n    metadata:\n"
            "      labels:\n        app.kubernetes.io/name: %s\n    spec:\n%s"
            % (rng.randint(1, 9), name, name, indent(pod_spec(rng, name), 6)))


def pod(rng, name):
    return ("apiVersion: v1\nkind: Pod\n" + metadata(rng, name, rng.random() > 0.02) + "spec:\n" +
            indent(pod_spec(rng, name), 2))


def service(rng, name):
    return ("apiVersion: v1\nkind: Service\n" + metadata(rng, name) +
            "spec:\n  type: %s\n  selector:\n    app.kubernetes.io/name: %s\n  ports:\n"
            % ("NodePort" if rng.random() < 0.02 else "ClusterIP", name) +
            "".join("    - name: p%d\n      port: %d\n      targetPort: p8080\n" % (i, 80 + i)
                    for i in range(rng.randint(1, 4))))


def config_map(rng, name):
    return ("apiVersion: v1\nkind: ConfigMap\n" + metadata(rng, name) + "data:\n" +
            "".join("  %s.%d: \"%s\"\n" % (rng.choice(WORDS), i, " ".join(rng.choices(WORDS, k=6)))
                    for i in range(rng.randint(3, 12))))


def ingress(rng, name):
    host = "%s.example.com" % name
    return ("apiVersion: networking.k8s.io/v1\nkind: Ingress\n" + metadata(rng, name) +
            "spec:\n  ingressClassName: public\n  tls:\n    - hosts: [%s]\n      secretName: %s-tls\n"
            "  rules:\n    - host: %s\n      http:\n        paths:\n" % (host, name, host) +
            "".join("          - path: /%s\n            pathType: Prefix\n            backend:\n"
                    "              service:\n                name: %s\n                port:\n"
                    "                  number: 80\n" % (rng.choice(WORDS), name)
                    for _ in range(rng.randint(1, 3))))


MAKERS = [deployment] * 6 + [pod] * 3 + [service] * 4 + [config_map] * 5 + [ingress] * 2

# ---- policies ----

WORKLOADS = ("apps", "deployments, statefulsets, replicasets")
PODS = ("", "pods")
SERVICES = ("", "services")
CONFIG_MAPS = ("", "configmaps")
INGRESSES = ("networking.k8s.io", "ingresses")
ALL = ("*", '"*"')
CONTAINERS = ("containers", "object.spec.template.spec.containers")
POD_CONTAINERS = ("containers", "object.spec.containers + object.spec.?initContainers.orValue([])")

# what it is about, variables, match conditions, validations with their messages
TEMPLATES = [
    (WORKLOADS, [], [], [("object.spec.replicas <= 20", "too many replicas")]),
    (WORKLOADS, [CONTAINERS], [],
     [("variables.containers.all(c, c.image.startsWith('registry.example.com/') || "
       "c.image.startsWith('mirror.example.com/'))", "images come from our registries"),
      ("variables.containers.all(c, c.image.contains(':') && !c.image.endsWith(':latest'))", "images have a tag")]),
    (WORKLOADS, [CONTAINERS], ["object.metadata.namespace != 'kube-system'"],
     [("variables.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || "
       "c.securityContext.privileged == false)", "no privileged containers")]),
    (WORKLOADS, [CONTAINERS], [],
     [("variables.containers.all(c, has(c.resources) && has(c.resources.limits) && has(c.resources.limits.memory))",
       "containers have a memory limit"),
      ("variables.containers.all(c, quantity(c.resources.requests.cpu).isLessThan(quantity('2')))",
       "containers ask for less than two cores")]),
    (WORKLOADS, [], [],
     [("has(object.spec.template.spec.securityContext) && has(object.spec.template.spec.securityContext.runAsNonRoot)"
       " && object.spec.template.spec.securityContext.runAsNonRoot", "containers do not run as root"),
      ("!has(object.spec.template.spec.hostNetwork) || !object.spec.template.spec.hostNetwork", "no host network"),
      ("!has(object.spec.template.spec.hostPID) || !object.spec.template.spec.hostPID", "no host processes")]),
    (PODS, [POD_CONTAINERS], [],
     [("variables.containers.all(c, c.?securityContext.?privileged.orValue(false) == false)",
       "no privileged containers"),
      ("variables.containers.all(c, c.?securityContext.?allowPrivilegeEscalation.orValue(true) == false)",
       "no escalation")]),
    (PODS, [], [],
     [("!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))", "no paths of the host")]),
    (PODS, [POD_CONTAINERS], ["!object.metadata.name.startsWith('debug-')"],
     [("variables.containers.all(c, c.image.matches('^[a-z.]+/[a-z]+/[a-z]+:[0-9.]+$'))", "images are well named"),
      ("variables.containers.all(c, has(c.livenessProbe) && has(c.readinessProbe))", "containers have probes")]),
    (PODS, [], [],
     [("object.spec.containers.exists(c, c.ports.exists(p, p.containerPort == 8080))", "one listens at 8080")]),
    (SERVICES, [], [],
     [("object.spec.type != 'NodePort'", "no node ports"),
      ("!has(object.spec.externalIPs) || object.spec.externalIPs.size() == 0", "no external addresses")]),
    (SERVICES, [("ports", "object.spec.ports")], [],
     [("variables.ports.all(p, p.port >= 80 && p.port < 9000)", "ports are ours"),
      ("variables.ports.map(p, p.name).all(n, n.matches('^[a-z0-9-]{1,15}$'))", "ports are named")]),
    (CONFIG_MAPS, [], [],
     [("!has(object.data) || object.data.all(k, !k.contains('password') && !object.data[k].contains('BEGIN RSA'))",
       "no secrets in ConfigMaps")]),
    (CONFIG_MAPS, [], ["has(object.data)"],
     [("size(object.data) <= 100", "ConfigMaps are small")]),
    (INGRESSES, [("hosts", "object.spec.rules.map(r, r.host)")], [],
     [("variables.hosts.all(h, h.endsWith('.example.com'))", "hosts are ours"),
      ("object.spec.?tls.orValue([]).exists(t, variables.hosts.all(h, h in t.hosts))", "hosts are served with TLS")]),
    (INGRESSES, [], [],
     [("object.spec.rules.all(r, r.http.paths.all(p, p.pathType in ['Prefix', 'Exact']))", "paths are plain")]),
    (ALL, [], [],
     [("has(object.metadata.labels) && 'team' in object.metadata.labels", "objects have a team")]),
    (ALL, [("labels", "object.metadata.?labels.orValue({})")], ["request.namespace.startsWith('team-')"],
     [("variables.labels.all(k, variables.labels[k].matches('^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'))",
       "labels are plain")]),
]

MESSAGE = "'%s: ' + object.metadata.name + ' in ' + object.metadata.namespace"


def policy(i):
    (group, resources), variables, conditions, validations = TEMPLATES[i % len(TEMPLATES)]
    name = "policy-%02d.example.com" % i
    text = ("apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata:\n  name: %s\n"
            "spec:\n  matchConstraints:\n    resourceRules:\n      - apiGroups: [%s]\n        apiVersions: [%s]\n"
            "        operations: [CREATE, UPDATE]\n        resources: [%s]\n"
            % (name, '"%s"' % group, '"*"' if group == "*" else "v1", resources))
    for key, rows in (("variables", variables), ("matchConditions", zip(("a", "b"), conditions))):
        rows = list(rows)
        if rows:
            text += "  %s:\n" % key + "".join("    - name: %s\n      expression: >-\n        %s\n" % row for row in rows)
    text += "  validations:\n"
    for k, (expression, message) in enumerate(validations):
        text += "    - expression: >-\n        %s\n      message: %s\n" % (expression, message)
        if (i + k) % 3 == 0:
            text += "      messageExpression: >-\n        %s\n" % (MESSAGE % message)
    text += ("---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata:\n"
             "  name: %s\nspec:\n  policyName: %s\n  validationActions: [Deny]\n" % (name, name))
    if i % 4 == 0:
        text += ("  matchResources:\n    namespaceSelector:\n      matchExpressions:\n"
                 "        - key: kubernetes.io/metadata.name\n          operator: NotIn\n"
                 "          values: [kube-system, kube-public]\n")
    return text


def write(folder, name, text):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)


def make(folder, objects=10000, policies=50):
    rng = random.Random(50)
    for start in range(0, objects, 10):
        write(os.path.join(folder, "objects"), "file-%04d.yaml" % (start // 10), "---\n".join(
            rng.choice(MAKERS)(rng, "%s-%d" % (rng.choice(WORDS), i)) for i in range(start, min(start + 10, objects))))
    for i in range(policies):
        write(os.path.join(folder, "policies"), "policy-%02d.yaml" % i, policy(i))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, default=10000)
    parser.add_argument("--policies", type=int, default=50)
    parser.add_argument("folder")
    args = parser.parse_args()
    make(args.folder, args.objects, args.policies)


if __name__ == "__main__":
    main()
