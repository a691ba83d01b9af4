# SPDX-License-Identifier: Apache-2.0
"""What applying would change, judged by the server: apply/owned.h against real dry runs."""
import collections
import copy
import json
import os
import pathlib
import sys

import pytest
import yaml

from cluster import Cluster
from owned_mutations import OF_LIVE, OF_WANT, mutated, part, seeded
from owned_process import OwnedProcess

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "defaults"))

from compare import manifests

MANAGER = "tidegate-shop"
PART_OF = "applyset.kubernetes.io/part-of"
MERGE = "application/merge-patch+json"
ROUNDS = int(os.environ.get("TIDEGATE_OWNED_ROUNDS", "4"))  # of every object
WANTS = 4  # wanted of every live object
SEED = int(os.environ.get("TIDEGATE_OWNED_SEED", "1"))
# These are refused, judged by their own servers, or change by themselves.
LEFT_OUT = {"Event", "Lease", "TokenReview", "IPAddress", "CertificateSigningRequest", "APIService"}

DEFINITIONS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ovens.bake.example}
spec:
  group: bake.example
  scope: Namespaced
  names: {plural: ovens, singular: oven, kind: Oven}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              heat: {type: integer, default: 180}
              mode: {type: string}
              size: {x-kubernetes-int-or-string: true}
              note: {type: string, nullable: true}
              trays:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name, side]
                items:
                  type: object
                  required: [name]
                  properties:
                    name: {type: string}
                    side: {type: string, default: left}
                    depth: {type: integer}
              tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              steps:
                type: array
                items: {type: object, properties: {do: {type: string}, wait: {type: integer, default: 5}}}
              selector: {type: object, x-kubernetes-map-type: atomic, additionalProperties: {type: string}}
              zones: {type: object, additionalProperties: {type: object, properties: {heat: {type: integer}}}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crumbs.bake.example}
spec:
  group: bake.example
  scope: Namespaced
  names: {plural: crumbs, singular: crumb, kind: Crumb}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""

CUSTOM = """
apiVersion: bake.example/v1
kind: Oven
metadata: {name: oven, labels: {a: b}}
spec:
  mode: fan
  size: 50%
  note: hot
  trays: [{name: top, depth: 3}, {name: low}, {name: low, side: right, depth: 1}]
  tags: [b, a, c]
  steps: [{do: heat, wait: 5}, {do: bake}]
  selector: {x: "1", y: "2"}
  zones: {back: {heat: 1}, front: {heat: 2}}
  free: {any: [1, 2, {a: 1}], more: {x: {y: 1.5}}}
---
apiVersion: bake.example/v1
kind: Crumb
metadata: {name: crumb}
spec: {list: [{name: a}, {name: b}], deep: {deeper: {x: 1, y: [1, 2]}}, flag: false, number: 1.5}
"""

WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {note: x}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, creationTimestamp: null}
    spec:
      nodeSelector: {disk: fast}
      hostNetwork: false
      initContainers: [{name: one, image: a}, {name: two, image: b, env: [{name: X, value: "1"}]}]
      containers:
      - name: web
        image: web:1
        args: [a, b]
        ports: [{containerPort: 80}, {containerPort: 80, protocol: UDP, name: dns}]
        env:
        - {name: A, value: "1"}
        - {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: C, valueFrom: {configMapKeyRef: {name: c, key: k}}}
        resources: {limits: {cpu: 1000m, memory: 1024Mi}, requests: {cpu: 0.5}}
        volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b, readOnly: false}]
        livenessProbe: {httpGet: {path: /, port: 80}}
        securityContext: {capabilities: {drop: [ALL]}}
      - {name: log, image: log, resources: {}}
      volumes:
      - {name: v, emptyDir: {}}
      - {name: w, projected: {sources: [{configMap: {name: x, items: [{key: a, path: b}]}}]}}
      tolerations: [{key: a, operator: Exists}]
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
"""


@pytest.fixture(scope="module")
def still(request):
    """A control plane in which nothing changes by itself."""
    with Cluster(request.config.getoption("--cluster-version"), controllers=False) as running:
        yield running


@pytest.fixture(scope="module")
def definitions(still):
    client = still.client()
    found = list(yaml.safe_load_all(DEFINITIONS))
    for each in found:
        assert client.create(json.dumps(each), each["apiVersion"], each["kind"]).accepted
    return found


@pytest.fixture
def owned(build, still, definitions):
    with OwnedProcess(build, still.minor, definitions) as process:
        yield process


class Target:
    """One object on the server."""

    def __init__(self, client, thing):
        self.client = client
        self.thing = thing
        self.where = "%s/%s" % (client.path(thing["apiVersion"], thing["kind"], "default"),
                                thing["metadata"]["name"])

    def live(self):
        return self.client.get(self.where).object

    def apply(self, thing, manager=MANAGER, dry_run=False, force=True):
        thing = {**thing, "apiVersion": self.thing["apiVersion"], "kind": self.thing["kind"]}
        return self.client.apply(json.dumps(thing), thing["apiVersion"], thing["kind"],
                                 self.thing["metadata"]["name"], "default", dry_run=dry_run,
                                 manager=manager, force=force)

    def patch(self, body, manager="kubectl-edit", subresource=""):
        return self.client.request("PATCH", self.where + subresource, json.dumps(body), MERGE,
                                   fieldManager=manager)

    def update(self, body, manager):
        return self.client.request("PUT", self.where, json.dumps(body), "application/json",
                                   fieldManager=manager)

    def would_change(self, want, live):
        """None when the server refuses it."""
        answer = self.apply(want, dry_run=True)
        return settled(answer.object) != settled(live) if answer.accepted else None

    def really_changes(self, want, live):
        """The same by doing it. A dry run shows managers in another order, which is no write."""
        answer = self.apply(want)
        return (answer.object["metadata"]["resourceVersion"] != live["metadata"]["resourceVersion"]
                if answer.accepted else None)

    def remove(self):
        self.patch({"metadata": {"finalizers": None}})
        self.client.request("DELETE", self.where, '{"gracePeriodSeconds": 0}', "application/json")


def settled(thing):
    thing = copy.deepcopy(thing)
    thing["metadata"].pop("resourceVersion", None)
    entries = thing["metadata"].get("managedFields", [])
    for entry in entries:
        entry.pop("time", None)
    entries.sort(key=lambda each: (each["manager"], each["operation"], json.dumps(each)))
    return thing


def bare(live):
    thing = copy.deepcopy(live)
    for key in ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"):
        thing["metadata"].pop(key, None)
    thing.pop("status", None)
    return thing


def somebody_else(rng, target, want):
    """Changes the live object as others do; refusals are fine."""
    live = target.live()
    what = rng.randrange(6)
    if what == 0:
        target.update(mutated(rng, live, live, OF_LIVE), rng.choice(("kubectl-edit", "operator")))
    elif what == 1:
        target.apply(part(rng, mutated(rng, want, live, OF_LIVE)), manager="other")
    elif what == 2:
        target.apply(part(rng, bare(live)), manager="other")
    elif what == 3:
        target.apply(mutated(rng, want, live, OF_WANT))
    elif what == 4:
        target.patch(part(rng, mutated(rng, bare(live), live, OF_LIVE)))
    else:
        target.patch({"status": {}}, "controller", "/status")


def bases():
    texts = [text for text in manifests().values()]
    things = [yaml.safe_load(text) for text in texts]
    things += list(yaml.safe_load_all(CUSTOM)) + [yaml.safe_load(WORKLOAD)] * 4
    things = [copy.deepcopy(each) for each in things if each["kind"] not in LEFT_OUT]
    for each in things:
        each["metadata"].setdefault("labels", {})[PART_OF] = "applyset-shop"
    return things


class Tally:
    """What was said, and what the server did."""

    def __init__(self):
        self.counts = collections.Counter()
        self.as_applied = collections.Counter()
        self.reasons = collections.Counter()
        self.wrong = []

    def judge(self, owned, target, live, want, is_applied):
        says = owned.compare(live, want, MANAGER)
        changes = target.would_change(want, live)
        if says["verdict"] == "same" and changes:
            fresh = target.live()
            if settled(fresh) != settled(live):
                return  # a controller of the server's own was faster
            changes = target.really_changes(want, fresh)
        self.counts[says["verdict"], changes] += 1
        if is_applied:
            self.as_applied[says["verdict"]] += 1
        if says["verdict"] == "unsure":
            self.reasons[says["why"].split(": ")[-1], changes] += 1
        if says["verdict"] == "differs" and changes is False:
            self.reasons[live["kind"], json.dumps(says["fields"][:2])[:200]] += 1
        if says["verdict"] == "same" and changes is not False:
            self.wrong.append({"live": live, "want": want, "changes": changes,
                               "server": target.live()})

    def report(self):
        return json.dumps({"counts": {str(key): n for key, n in self.counts.items()},
                           "as applied": self.as_applied,
                           "reasons": {str(key): n for key, n in self.reasons.most_common(30)}},
                          indent=1)


def test_same_is_never_said_where_the_server_would_write(still, owned):
    """Thousands of random states of random objects, each held against the server."""
    client = still.client()
    rng = seeded(SEED)
    tally = Tally()
    for thing in bases():
        target = Target(client, thing)
        if not target.apply(thing).accepted:
            continue
        for number in range(ROUNDS):
            for _ in range(number and rng.randint(1, 2)):
                somebody_else(rng, target, thing)
            for turn in range(WANTS):
                live = target.live()
                want = thing if turn == 0 else mutated(rng, thing, live, OF_WANT)
                tally.judge(owned, target, live, want, number == 0 and turn == 0)
        target.remove()
    report = tally.report()
    print(report)
    if path := os.environ.get("TIDEGATE_OWNED_WRONG"):
        pathlib.Path(path).write_text(json.dumps(tally.wrong, indent=1))
    judged = sum(tally.counts.values())
    assert judged >= 450 * ROUNDS, report
    assert not tally.wrong, report
    assert tally.counts["same", False] >= judged * 0.15, report
    # What the server refuses is sent to it anyway, for its words: certainty is of use for the rest.
    accepted = sum(n for (_, changes), n in tally.counts.items() if changes is not None)
    unsure = sum(n for (verdict, changes), n in tally.counts.items() if verdict == "unsure" and changes is not None)
    assert unsure <= accepted * 0.08, report
    # These cost a dry run, and tell nobody anything wrong.
    assert tally.counts["differs", False] <= judged * 0.05, report
    assert tally.as_applied["unsure"] <= sum(tally.as_applied.values()) * 0.05, report
