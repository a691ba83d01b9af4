#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds runs that read only what a change affects against runs that read everything.

usage: equivalence.py --tidegate PROGRAM [--count 150] [--seed 1] [--keep DIR]

A seeded generator makes small repositories and changes to them: objects that are edited, renamed,
moved, doubled and deleted, CRDs whose group, kind, scope or schema changes, files that break and are
mended, kustomizations, charts and sets that come and go, and names behind every way that YAML and
JSON have to write one. For each change:

    full     check --base-dir OLD NEW    everything of both sides is read
    all      check --all in OLD, and in NEW
    cold     check --base REV --head REV, without a cache
    fill     the same, and the cache is written
    warm     the same from the cache, on one thread and on two
    places   the same change in the work tree, and in the index
    hook     check --hook FILES in the work tree of NEW, some of whose files git does not know

cold, fill and warm must be the same bytes. Their new findings must be those of full, and those of
NEW that OLD has not, counted by fingerprint (updates, which --all can't see, excepted). What hook
says of its files is what --all says of them. A disagreement is printed with its seed: run it alone with --count 1 --seed N --keep DIR.
"""
import argparse
import base64
import collections
import concurrent.futures
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

NAMES = ["web", "api", "shop", "db", "we", "web-1", "shop.web", "b", "List", "nweb", "x3cweb"]
FOLDERS = ["a", "b", "a/deep", "b/over", "crds"]
# Kinds that others refer to, and those that refer to them.
RELATED = ["Deployment", "Pod", "Pod", "StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "ServiceAccount",
           "PriorityClass", "StorageClass", "LimitRange", "ResourceQuota", "Namespace", "Ingress", "IngressClass"]
# Kinds that are joined by labels and names.
JOINED = ["Deployment", "Deployment", "Pod", "StatefulSet", "Service", "Service", "Ingress", "HTTPRoute", "ConfigMap",
          "HorizontalPodAutoscaler", "HorizontalPodAutoscaler", "PodDisruptionBudget", "PodDisruptionBudget",
          "NetworkPolicy", "PersistentVolumeClaim", "Role", "RoleBinding", "ServiceAccount", "custom"]
OPTIONAL = ["networking/duplicate-service-selector", "networking/undeclared-target-port",
            "networking/dangling-network-policy-peer", "reliability/service-without-readiness",
            "reliability/service-on-recreate", "reliability/service-on-one-replica", "rbac/bound-secrets",
            "rbac/bound-wildcard"]
NAMED = ("Namespace", "ServiceAccount", "LimitRange", "ResourceQuota", "StorageClass", "PriorityClass", "IngressClass")
VERSIONS = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "PriorityClass": "scheduling.k8s.io/v1",
            "StorageClass": "storage.k8s.io/v1", "Ingress": "networking.k8s.io/v1",
            "IngressClass": "networking.k8s.io/v1", "HTTPRoute": "gateway.networking.k8s.io/v1",
            "HorizontalPodAutoscaler": "autoscaling/v2", "PodDisruptionBudget": "policy/v1",
            "NetworkPolicy": "networking.k8s.io/v1", "Role": "rbac.authorization.k8s.io/v1",
            "RoleBinding": "rbac.authorization.k8s.io/v1"}
GROUPS = ["example.com", "exampel.com", "stable.example.org", "example"]
KINDS = ["Widget", "Gadget", "WidgetList", "Widgets"]
# What only a run with a base can find: the server compares an update with the old object.
UPDATES = ("api/immutable-field", "api/invalid-update", "change/deletes-namespace", "change/deletes-claim",
           "change/deletes-crd")
FILES = 64
FILES_RELATED = 40  # enough for a cache; with more, every name would be declared somewhere


# ---- writing names ----

def escape_last(name, form):
    return '"%s%s"' % (name[:-1], form % ord(name[-1]))


def spellings(rng, name):
    """A value that reads as the name, in one of the ways there are."""
    ways = [
        lambda: name,
        lambda: '"%s"' % name,
        lambda: "'%s'" % name,
        lambda: escape_last(name, "\\x%02x"),
        lambda: escape_last(name, "\\u%04x"),
        lambda: escape_last(name, "\\U%08x"),
        lambda: '"%s\\\n      %s"' % (name[:1], name[1:]) if len(name) > 1 else name,
        lambda: '"%s\\\n\n      \\\n      %s"' % (name[:1], name[1:]) if len(name) > 1 else name,
        lambda: "!!binary %s" % base64.b64encode(name.encode()).decode(),
        lambda: "!<tag:yaml.org,2002:binary> %s" % base64.b64encode(name.encode()).decode(),
        lambda: "!!bin%%61ry %s" % base64.b64encode(name.encode()).decode(),
        lambda: "!!str %s" % name,
        lambda: "&anchor %s" % name,
        lambda: ">-\n      %s" % name,
        lambda: "|-\n      %s" % name,
        lambda: '"\\n%s"' % name,
        lambda: '"\\u003c%s"' % name,
        lambda: '"\\\\%s"' % name,
        lambda: "%s # %s" % (name, name),
    ]
    return rng.choice(ways)() if rng.random() < 0.35 else name


# ---- objects ----

class Thing:
    def __init__(self, rng):
        self.joined = rng.joined
        self.kind = rng.choice(JOINED if rng.joined else RELATED if rng.closure else
                               ["Deployment", "Service", "ConfigMap", "Namespace", "ConfigMap", "custom", "crd",
                                "custom", "odd"])
        self.name = rng.choice(NAMES)
        self.namespace = rng.choice(["", "default", "shop", "shop"] + NAMES[:3] * rng.closure)
        self.uses = rng.choice(NAMES)
        if rng.joined:
            self.name, self.uses = rng.choice(NAMES[:5]), rng.choice(NAMES[:5])
            self.namespace = rng.choice(["", "shop", "shop"])
        if rng.closure and self.kind == "Namespace":
            self.name = rng.choice(NAMES[:3])
        self.bad = rng.random() < 0.25
        self.group = rng.choice(GROUPS[:3] if self.kind == "crd" else GROUPS)
        self.custom_kind = rng.choice(KINDS)
        self.version = rng.choice(["v1", "v1", "v2"])
        self.scope = rng.choice(["Namespaced", "Namespaced", "Cluster"])
        self.limit = rng.randint(1, 5)
        self.size = rng.randint(1, 6)
        self.generated = rng.random() < 0.05
        self.serial = rng.randint(0, 3)

    def mutate(self, rng):
        which = rng.choice(["name", "namespace", "bad", "uses", "group", "custom_kind", "version", "scope", "limit", "size",
                            "serial", "kind"])
        setattr(self, which, getattr(Thing(rng), which))

    def identity(self):
        if self.kind == "crd":
            return "apiextensions.k8s.io/v1", "CustomResourceDefinition", self.custom_kind.lower() + "s." + self.group
        if self.kind == "custom":
            return "%s/%s" % (self.group, self.version), self.custom_kind, self.name
        if self.kind == "odd":
            return "apps/v1", self.custom_kind, self.name
        return VERSIONS.get(self.kind, "v1"), self.kind, self.name

    def body(self):
        """The object without its name, as a tree."""
        version, kind, _ = self.identity()
        metadata = {}
        if self.namespace:
            metadata["namespace"] = self.namespace
        tree = {"apiVersion": version, "kind": kind, "metadata": metadata}
        if self.joined:
            tree.update(self.joins(metadata))
            return tree
        if self.kind in ("Deployment", "StatefulSet"):
            tree["spec"] = {"replicas": "many" if self.bad else self.size,
                            "selector": {"matchLabels": {"app": "x%d" % self.serial}},
                            "template": {"metadata": {"labels": {"app": "x%d" % self.serial}}, "spec": self.pod()}}
            if self.kind == "StatefulSet":
                tree["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "d"}, "spec": self.claim()}]
        elif self.kind in RELATED:
            tree.update(self.related(metadata))
        elif self.kind == "Service":
            tree["spec"] = {"ports": [{"port": 70000 if self.bad else 80}], "selectr" if self.bad else "selector":
                            {"app": "x"}}
        elif self.kind == "ConfigMap":
            tree["data"] = {"key": self.size if self.bad else str(self.size)}
            if self.serial == 0:
                tree["immutable"] = True
        elif self.kind == "crd":
            tree["metadata"] = {}
            tree["spec"] = {
                "group": self.group, "scope": self.scope,
                "names": {"kind": self.custom_kind, "plural": self.custom_kind.lower() + "s"},
                "versions": [{"name": "v1", "served": not self.bad, "storage": True,
                              "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {
                                  "type": "object", "properties": {"size": {"type": "integer",
                                                                           "maximum": self.limit}}}}}}}]}
        else:
            tree["spec"] = {"size": "big" if self.bad else self.size}
        return tree


    def pod(self):
        spec = {"containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "%d00m" % self.limit}}}]}
        if self.serial == 1:
            del spec["containers"][0]["resources"]
        if self.size % 2:
            spec[["serviceAccountName", "serviceAccount", "priorityClassName"][self.limit % 3]] = self.uses
        if self.size % 3 == 0:
            spec["hostNetwork"] = True
        return spec

    def labels(self):
        """Few, so that they meet: one of all, one of some, one of few."""
        every = {"app": self.uses, "app.kubernetes.io/part-of": "shop", "tier": "x%d" % (self.serial % 2)}
        return {key: every[key] for key in list(every)[self.serial % 3:] + ["app"] * (self.limit % 2)}

    def joins(self, metadata):
        """What rules join: kinds that select labels, and those that name others."""
        labels = {"matchLabels": self.labels()} if self.size % 5 else {}
        if self.size == 4:
            labels = {"matchExpressions": [{"key": "app", "operator": "In", "values": [self.uses]}]}
        pod = self.pod()
        pod.pop("serviceAccountName", None)
        container = pod["containers"][0]
        container["ports"] = [{"name": "p%d" % (self.serial % 2), "containerPort": 80 + self.serial % 2}]
        container["env"] = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": self.uses, "key": "k%d" %
                                                                            (self.limit % 3)}}}]
        pod["volumes"] = [{"name": "d", "persistentVolumeClaim": {"claimName": self.uses}}]
        template = {"metadata": {"labels": self.labels()}, "spec": pod}
        workload = {"selector": {"matchLabels": self.labels()}, "template": template}
        if self.limit % 2:
            workload["replicas"] = self.size
        backend = {"service": {"name": self.uses, "port": {"number": 80 + self.serial % 2}}}
        rule = {"host": "%s.example.com" % NAMES[self.limit], "http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": backend}]}}
        return {
            "Deployment": lambda: {"spec": workload},
            "StatefulSet": lambda: {"spec": dict(workload, serviceName=self.uses)},
            "Pod": lambda: (metadata.update(labels=self.labels()), {"spec": pod})[1],
            "Service": lambda: {"spec": dict({"selector": self.labels(), "ports": [
                {"port": 80, "targetPort": "p%d" % (self.limit % 2)}]}, **({"clusterIP": "None"} if self.bad else {}))},
            "Ingress": lambda: {"spec": {"rules": [rule]}},
            "HTTPRoute": lambda: {"spec": {"rules": [{"backendRefs": [{"name": self.uses, "port": 80}]}]}},
            "ConfigMap": lambda: {"data": {"k%d" % (self.size % 3): "v"}},
            "HorizontalPodAutoscaler": lambda: {"spec": {
                "minReplicas": self.size, "maxReplicas": 9, "scaleTargetRef": {
                    "apiVersion": "apps/v1", "kind": "StatefulSet" if self.bad else "Deployment", "name": self.uses}}},
            "PodDisruptionBudget": lambda: {"spec": {"selector": labels, "minAvailable": self.limit}},
            "NetworkPolicy": lambda: {"spec": {"podSelector": labels, "ingress": [{"ports": [
                {"port": "p%d" % (self.limit % 2)}]}]}},
            "PersistentVolumeClaim": lambda: {"spec": dict(self.claim(), storageClassName=None)},
            "Role": lambda: {"rules": [{"apiGroups": [""], "resources": ["secrets" if self.bad else "pods"],
                                        "verbs": ["get" if self.limit % 2 else "*"]}]},
            "RoleBinding": lambda: {
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": self.uses},
                "subjects": [{"kind": "ServiceAccount", "name": self.uses, "namespace": self.namespace or "default"}]},
            "ServiceAccount": dict,
            "custom": lambda: (metadata.update(labels=self.labels() if self.bad else {}), {"spec": {}})[1],
        }[self.kind]()

    def claim(self):
        return {"accessModes": ["ReadWriteOnce"], "storageClassName": self.uses,
                "resources": {"requests": {"storage": "%dGi" % self.size}}}

    def related(self, metadata):
        if self.kind == "Namespace":
            if self.size > 1:
                metadata["labels"] = {"pod-security.kubernetes.io/" + ("enforce" if self.size % 3 else "warn"):
                                      ["baseline", "restricted", "privileged"][self.limit % 3]}
            return {}
        return {
            "Pod": lambda: {"spec": self.pod()},
            "PersistentVolumeClaim": lambda: {"spec": self.claim()},
            "PersistentVolume": lambda: {"spec": {
                "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": self.uses,
                "nfs": {"server": "s", "path": "/"}}},
            "ServiceAccount": dict,
            "PriorityClass": lambda: {"value": self.size},
            "StorageClass": lambda: {"provisioner": "example.com/p"},
            "IngressClass": lambda: {"spec": {"controller": "example.com/c"}},
            "Ingress": lambda: {"spec": {"ingressClassName": self.uses, "defaultBackend": {
                "service": {"name": "s", "port": {"number": 80}}}}},
            "LimitRange": lambda: {"spec": {"limits": [
                {"type": "Container", "max": {"cpu": "%d00m" % self.limit},
                 "default": {"cpu": "100m"}} if self.size % 2 else
                {"type": "PersistentVolumeClaim", "max": {"storage": "%dGi" % self.limit}}]}},
            "ResourceQuota": lambda: {"spec": {"hard": {"requests.cpu": "%d00m" % (self.size * self.limit)}}},
        }[self.kind]()


def scalar(value):
    return json.dumps(value)


def block(tree, indent=0):
    pad = "  " * indent
    lines = []
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            lines += ["%s%s:" % (pad, key)] + block(value, indent + 1)
        elif isinstance(value, Raw):
            lines.append("%s%s: %s" % (pad, key, value.text))
        else:
            lines.append("%s%s: %s" % (pad, key, scalar(value)))
    return lines


class Raw:
    def __init__(self, text):
        self.text = text


def yaml_of(rng, thing):
    tree = thing.body()
    version, kind, name = thing.identity()
    field = "generateName" if thing.generated else "name"
    style = random.Random(rng)
    tree["apiVersion"] = Raw(version if style.random() < 0.7 else '"%s"' % version)
    tree["kind"] = Raw(kind if style.random() < 0.9 else escape_last(kind, "\\x%02x"))
    way = style.random()
    spelt = spellings(style, name)
    if way < 0.04:
        tree = dict({"x-name": Raw("&n " + name)}, **tree)
        spelt = "*n"
    tree["metadata"] = dict(tree["metadata"], **{field: Raw(spelt)})
    text = "\n".join(block(tree)) + "\n"
    if style.random() < 0.05:
        text = "%%TAG !e! tag:yaml.org,2002:\n---\n" + text.replace(
            "name: " + spelt, "name: !e!binary " + base64.b64encode(name.encode()).decode(), 1)
    if style.random() < 0.1:
        text = text.replace("metadata:", "# tidegate: ignore[%s] for a reason\nmetadata:" % style.choice(
            ["object/*", "schema/*", "api/unknown-field"]), 1)
    return text


def full_tree(thing):
    tree = thing.body()
    tree["metadata"]["generateName" if thing.generated else "name"] = thing.identity()[2]
    return tree


# ---- files ----

class File:
    def __init__(self, rng):
        self.form = rng.choice(["yaml"] * 8 + ["json", "list", "typed", "nested", "utf16", "bom", "not"])
        self.things = [Thing(rng) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        self.style = rng.randint(0, 10**9)
        self.broken = rng.random() < 0.06

    def mutate(self, rng):
        what = rng.random()
        if what < 0.6:
            rng.choice(self.things).mutate(rng)
        elif what < 0.7:
            self.things.append(Thing(rng))
        elif what < 0.8 and len(self.things) > 1:
            self.things.pop()
        elif what < 0.9:
            self.broken = not self.broken
        else:
            self.style = rng.randint(0, 10**9)

    def ending(self):
        return "json" if self.form == "json" else "yaml"

    def content(self):
        trees = [full_tree(thing) for thing in self.things]
        if self.form == "json":
            text = "\n".join(json.dumps(tree, indent=1) for tree in trees)
            if self.style % 3 == 0:
                text = text.replace('e"', '\\u0065"').replace("api", "\\u0061pi")
        elif self.form == "list":
            text = json.dumps({"apiVersion": "v1", "kind": "List", "items": trees})
        elif self.form == "typed":
            version, kind, _ = self.things[0].identity()
            for tree in trees:
                del tree["apiVersion"], tree["kind"]
            text = "apiVersion: %s\nkind: %sList\nitems: %s\n" % (version, kind, json.dumps(trees))
        elif self.form == "nested":
            inner = {"apiVersion": "v1", "kind": "List", "items": trees}
            text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [
                {"apiVersion": "v1", "kind": "List", "items": [inner]}]})
        elif self.form == "not":
            text = "values:\n  name: %s\n" % self.things[0].name
        else:
            text = "---\n".join(yaml_of(self.style + i, thing) for i, thing in enumerate(self.things))
        if self.broken:
            text += "\n  : [ }\n" if self.ending() == "yaml" else "}"
        if self.form == "utf16":
            return text.encode("utf-16")
        return (b"\xef\xbb\xbf" if self.form == "bom" else b"") + text.encode()


class Repository:
    """Paths to files, and what else is around them."""

    def __init__(self, rng):
        self.files = {}
        while len(self.files) < (FILES_RELATED if rng.closure else FILES):
            self.put(rng, File(rng))
        self.extra = {}
        self.config = None
        if rng.random() < 0.6:
            self.config = config(rng)
        for _ in range(rng.randint(0, 3)):
            self.toggle_extra(rng)

    def put(self, rng, file):
        path = "%s/%s-%d.%s" % (rng.choice(FOLDERS), rng.choice(NAMES), rng.randint(0, 999), file.ending())
        self.files[path] = file

    def toggle_extra(self, rng):
        folder = rng.choice(FOLDERS)
        if rng.random() < 0.7:
            path = folder + "/kustomization.yaml"
            used = [os.path.relpath(p, folder) for p in sorted(self.files)
                    if rng.random() < (0.4 if p.startswith(folder) else 0.05)]
            text = "resources: %s\n" % json.dumps(used)
        else:
            path, text = folder + "/Chart.yaml", "name: chart\n"
        if path in self.extra:
            del self.extra[path]
        else:
            self.extra[path] = text.encode()

    def copy(self):
        other = Repository.__new__(Repository)
        other.files = {}
        for path, file in self.files.items():
            other.files[path] = File.__new__(File)
            vars(other.files[path]).update(vars(file))
            other.files[path].things = []
            for thing in file.things:
                copied = Thing.__new__(Thing)
                vars(copied).update(vars(thing))
                other.files[path].things.append(copied)
        other.extra = dict(self.extra)
        other.config = self.config
        return other

    def mutate(self, rng):
        what = rng.random()
        path = rng.choice(sorted(self.files))
        named = [p for p, f in sorted(self.files.items()) if any(t.kind in NAMED for t in f.things)]
        if rng.closure and named and rng.random() < 0.5:
            path = rng.choice(named)
        if what < 0.45:
            crds = [p for p, f in sorted(self.files.items()) if any(t.kind == "crd" for t in f.things)]
            self.files[rng.choice(crds) if crds and not rng.closure and rng.random() < 0.4 else path].mutate(rng)
        elif what < 0.58:
            self.put(rng, File(rng))
        elif what < 0.70:
            del self.files[path]
        elif what < 0.80:
            self.put(rng, self.files.pop(path))
        elif what < 0.87:
            self.put(rng, self.copy().files[path])
        elif what < 0.96:
            self.toggle_extra(rng)
        else:
            self.config = config(rng) if rng.random() < 0.8 else None

    def write(self, folder):
        files = {path: file.content() for path, file in self.files.items()}
        files.update(self.extra)
        if self.config is not None:
            files["tidegate.yaml"] = self.config
        for path, content in files.items():
            full = os.path.join(folder, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as f:
                f.write(content)


def config(rng):
    lines = []
    if rng.random() < 0.7:
        lines.append("sets:")
        for i in range(rng.randint(1, 3)):
            lines += ["  - name: s%d" % i, "    paths: %s" % json.dumps(rng.sample(FOLDERS, rng.randint(1, 2)))]
            if rng.random() < 0.5:
                lines.append("    namespace: shop")
            if rng.random() < 0.3:
                lines.append("    kubernetes-versions: [\"1.34\"]")
    if rng.joined and rng.random() < 0.6:
        lines += ["rules:"] + ["  %s: info" % rule for rule in rng.sample(OPTIONAL, rng.randint(1, 5))]
    if rng.random() < 0.4:
        lines.append("crds: [crds]")
    if rng.random() < 0.3:
        lines.append("exclude: [\"crds/**\"]")
    if rng.random() < 0.2:
        lines.append("missing-schema: error")
    return ("\n".join(lines) + "\n").encode() if lines else b"missing-schema: warn\n"


# ---- running ----

def git(folder, tree, *words):
    env = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", HOME=folder, GIT_DIR=os.path.join(folder, ".git"),
               GIT_WORK_TREE=tree, GIT_AUTHOR_DATE="2000-01-01T00:00:00Z", GIT_COMMITTER_DATE="2000-01-01T00:00:00Z")
    subprocess.run(["git", "-c", "user.name=test", "-c", "user.email=test@example.com", "-c",
                    "core.autocrlf=false"] + list(words), cwd=tree, env=env, check=True, capture_output=True)


class Disagreement(Exception):
    pass


def check(args, folder, words):
    env = dict(os.environ, CI="", HOME=folder, TIDEGATE_CACHE_DIR="",
               # what is installed must not decide
               TIDEGATE_KUSTOMIZE="/does/not/exist", TIDEGATE_HELM="/does/not/exist")
    result = subprocess.run([args.tidegate, "check", "--format", "json", "--show-old"] + words, cwd=folder, env=env,
                            capture_output=True, check=False)
    if result.returncode not in (0, 1, 3, 4):
        raise Disagreement("exit code %d of %s\n%s\n%s" % (result.returncode, " ".join(words), result.stdout.decode()[:500],
                                                       result.stderr.decode()[:3000]))
    return result


def is_counted(finding):
    """What the tree's own files are about, not what a configuration or its ignores would change."""
    return not (finding["rule"].startswith("config/") or finding["rule"] in ("ignore/new", "file/nothing-found") or
                "once it is merged" in finding["hint"])


def findings(result, states):
    return [f for f in json.loads(result.stdout)["findings"] if f["state"] in states and is_counted(f)]


def words_of(finding):
    return (finding["fingerprint"], finding["rule"], finding["severity"], finding["field"], finding["message"],
            tuple(finding["kubernetes"]))


def show(counter):
    return "\n".join("    %d x %s" % (n, " | ".join(str(w) for w in words)) for words, n in sorted(counter.items()))


def compare_full(reference, found):
    want = collections.Counter(words_of(f) for f in findings(reference, ("new",)))
    have = collections.Counter(words_of(f) for f in findings(found, ("new",)))
    if want != have:
        raise Disagreement("  missing:\n%s\n  too many:\n%s" % (show(want - have), show(have - want)))
    if reference.returncode != found.returncode and 4 not in (reference.returncode, found.returncode):
        raise Disagreement("exit code %d, not %d" % (found.returncode, reference.returncode))


def compare_all(old, new, found):
    """New findings are those of the new side minus those of the old one, by fingerprint. What only an
    update can break is in neither --all run; compare_full() holds those to a full run with a base."""
    states = ("new", "suppressed")
    before = collections.Counter(f["fingerprint"] for f in findings(old, states))
    after = collections.Counter(f["fingerprint"] for f in findings(new, states))
    hidden = collections.Counter(f["fingerprint"] for f in findings(new, ("suppressed",)))
    have = collections.Counter(f["fingerprint"] for f in findings(found, ("new",)) if f["rule"] not in UPDATES)
    for fingerprint in set(before) | set(after):
        most = max(0, after[fingerprint] - before[fingerprint])
        if not max(0, most - hidden[fingerprint]) <= have[fingerprint] <= most:
            about = [words_of(f) for f in findings(new, states) + findings(found, ("new",))
                     if f["fingerprint"] == fingerprint][:2]
            raise Disagreement("  of --all: %d before, %d after, but %d are new: %s" % (
                before[fingerprint], after[fingerprint], have[fingerprint], about))


def lay_out(folder, new):
    """The new side as a work tree that is clean, and so old that git needs not look into it."""
    new.write(folder)
    for top, _, names in os.walk(folder):
        for name in names if ".git" not in top.split(os.sep) else ():
            os.utime(os.path.join(top, name), (10**9, 10**9))
    git(folder, folder, "add", "-A")


def compare_hook(args, folder, new, rng):
    """What a hook says of the files that it is given is what --all says of them. Returns how much."""
    for path in rng.sample(sorted(new.files), min(len(new.files), rng.randint(0, 2))):
        git(folder, folder, "rm", "-q", "--cached", path)
    whole = json.loads(check(args, folder, ["--all"]).stdout)["findings"]
    told = 0
    for cache in (["--no-cache"], ["--cache-dir", os.path.join(os.path.dirname(folder), "cache")]):
        named = rng.sample(sorted(new.files), min(len(new.files), rng.choice((1, 1, 2, 5))))
        run = check(args, folder, cache + ["--hook", "--"] + named)
        want = collections.Counter((f["state"],) + words_of(f) for f in whole if f.get("path") in named)
        have = collections.Counter((f["state"],) + words_of(f) for f in json.loads(run.stdout)["findings"]
                                   if f.get("path") in named)
        if want != have:
            raise Disagreement("  --hook %s misses:\n%s\n  too many:\n%s" % (" ".join(named), show(want - have),
                                                                        show(have - want)))
        errors = any(f["severity"] == "error" and f["state"] == "new" for f in whole if f.get("path") in named)
        if run.returncode not in ((4,) if any(f.get("path") in named and f["rule"].startswith(("io/", "limit/"))
                                              for f in whole) else (1, 4) if errors else (0, 4)):
            raise Disagreement("exit code %d of --hook %s" % (run.returncode, " ".join(named)))
        told += sum(have.values())
    return told


def compare_places(args, folder, new, found):
    """The same change seen in the work tree and in the index, where the configuration is the same."""
    want = collections.Counter(words_of(f) for f in findings(found, ("new",)))
    cache = ["--cache-dir", os.path.join(os.path.dirname(folder), "cache")]
    work = check(args, folder, ["--base", "HEAD~1", "--head", "WORK"] + cache)
    git(folder, folder, "reset", "-q", "--soft", "HEAD~1")
    for name, run in ("WORK", work), ("--staged", check(args, folder, ["--staged"] + cache)):
        have = collections.Counter(words_of(f) for f in findings(run, ("new",)))
        if want != have:
            raise Disagreement("  %s misses:\n%s\n  too many:\n%s" % (name, show(want - have), show(have - want)))


def one(args, seed, keep):
    rng = random.Random(seed)
    # Half of the repositories are about what objects refer to and what limits them, and half of those
    # about what rules join.
    rng.closure = seed % 2 == 0
    rng.joined = seed % 4 == 0
    parent = keep or tempfile.mkdtemp()
    try:
        folders = {name: os.path.join(parent, name) for name in ("old", "new", "git", "cache", "none")}
        for name in ("old", "new", "git"):
            os.makedirs(folders[name])
        old = Repository(rng)
        new = old.copy()
        for _ in range(rng.choice([1, 2, 4, 8] if rng.closure else [1, 1, 2, 3, 5])):
            new.mutate(rng)
        old.write(folders["old"])
        new.write(folders["new"])
        git(folders["git"], folders["git"], "init", "-q", "-b", "main")
        for name in ("old", "new"):
            git(folders["git"], folders[name], "add", "-A")
            git(folders["git"], folders[name], "commit", "-q", "--allow-empty", "-m", name)
        deciding = os.path.join(folders["old"], "tidegate.yaml")
        if old.config is None:
            deciding = os.path.join(parent, "plain.yaml")
            with open(deciding, "wb") as f:
                f.write(b"missing-schema: warn\n")
        change = ["--base", "HEAD~1", "--head", "HEAD"]
        cache = ["--cache-dir", folders["cache"]]
        runs = [check(args, folders["git"], change + more)
                for more in (["--no-cache", "-j2"], cache + ["-j2"], cache + ["-j1"], cache + ["-j2"])]
        names = ("cold", "fill", "warm on one thread", "warm on two")
        for name, run in zip(names[1:], runs[1:]):
            if run.stdout != runs[0].stdout or run.returncode != runs[0].returncode:
                raise Disagreement("%s is not cold:\n%s\n%s" % (name, runs[0].stdout.decode(), run.stdout.decode()))
        reference = check(args, parent, ["--config", deciding, "--base-dir", folders["old"], folders["new"]])
        compare_full(reference, runs[0])
        alls = [check(args, folders[name], ["--config", deciding, "--all"]) for name in ("old", "new")]
        compare_all(alls[0], alls[1], runs[0])
        lay_out(folders["git"], new)
        if old.config == new.config and seed % 3 == 0:
            compare_places(args, folders["git"], new, runs[0])
        told = compare_hook(args, folders["git"], new, rng)
        return os.path.isdir(folders["cache"]), len(findings(runs[0], ("new",))), told
    finally:
        if not keep:
            shutil.rmtree(parent)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="leave the repository of the only seed here")
    args = parser.parse_args()
    args.tidegate = os.path.abspath(args.tidegate)
    failed = cached = found = told = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = {seed: pool.submit(one, args, seed, args.keep) for seed in range(args.seed, args.seed + args.count)}
        for seed, job in jobs.items():
            try:
                was_cached, n, of_hook = job.result()
                cached += was_cached
                found += n
                told += of_hook
            except Disagreement as disagreement:
                failed += 1
                print("seed %d:\n%s" % (seed, disagreement))
    if args.count > 20 and (cached < args.count // 2 or found < args.count or told < args.count):
        print("the changes have become too tame: %d with a cache, %d new findings, %d of hooks" % (cached, found, told))
        failed += 1
    print("%d passed, %d failed" % (args.count - failed, failed))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
