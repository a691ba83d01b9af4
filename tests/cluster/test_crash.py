# SPDX-License-Identifier: Apache-2.0
"""A sync that is killed before and after each of its writes, and what the next one makes of it.

Each scenario has a first commit, a second one, and bystanders. The second one is synced once to count
the places at which it can be killed (base/failpoint.h). Then, for each place, in a namespace of its own:
first commit, second commit killed there, second commit again. What the cluster has then must be what the
commit wants, all of it in the inventories, and nothing else touched.
"""
import concurrent.futures
import json
import os
import signal
import subprocess

import pytest

from binaries import ensure
from program import Program
from test_sync_incidents import PART_OF, config, deployment, service

THREADS = 3


def objects(namespace, n, **data):
    return [config("c%d" % i, namespace, **data) for i in range(n)] + [
        service("web", namespace), deployment("web", namespace, replicas=0)]


def text_of(*each):
    return "".join("---\n%s\n" % json.dumps(one) for one in each)


def sets(*each):
    return json.dumps({"sets": list(each)})


SHOP = {"name": "shop", "path": "shop"}
PLATFORM = {"name": "platform", "path": "platform"}


def create(namespace):
    return {"shop/a.yaml": text_of(config("first", namespace)), "tidegate.yaml": sets(SHOP)}, {
        "shop/a.yaml": text_of(config("first", namespace), *objects(namespace, 10))}


def update(namespace):
    return {"shop/a.yaml": text_of(*objects(namespace, 12)), "tidegate.yaml": sets(SHOP)}, {
        "shop/a.yaml": text_of(*objects(namespace, 12, a="2"))}


def prune(namespace):
    return {"shop/a.yaml": text_of(*objects(namespace, 14)), "tidegate.yaml": sets(SHOP)}, {
        "shop/a.yaml": text_of(config("c0", namespace))}


def replace(namespace):
    other = [deployment("d%d" % i, namespace, replicas=0) for i in range(5)]
    for each in other:
        each["metadata"]["annotations"] = {"tidegate.dev/replace": "true"}
    new = json.loads(json.dumps(other))
    for each in new:
        each["spec"]["selector"]["matchLabels"] = each["spec"]["template"]["metadata"]["labels"] = {"app": "new"}
    return {"shop/a.yaml": text_of(*other), "tidegate.yaml": sets(SHOP)}, {"shop/a.yaml": text_of(*new)}


def rename(namespace):
    files = {"shop/a.yaml": text_of(*objects(namespace, 8))}
    return {**files, "tidegate.yaml": sets(SHOP)}, {
        "tidegate.yaml": sets({"name": "store", "path": "shop", "sync": {"was": ["shop"]}})}


def move(namespace):
    stays = [config("stays-a", namespace)], [config("stays-b", namespace)]
    moved = objects(namespace, 6)
    return {"shop/a.yaml": text_of(*stays[0], *moved), "platform/a.yaml": text_of(*stays[1]),
            "tidegate.yaml": sets(SHOP, PLATFORM)}, {
        "shop/a.yaml": text_of(*stays[0]), "platform/a.yaml": text_of(*stays[1], *moved)}


def adopt(namespace):
    """The second commit takes what kubectl applied."""
    return {"shop/a.yaml": text_of(config("first", namespace)),
            "tidegate.yaml": sets({**SHOP, "sync": {"adopt": ["kubectl"]}})}, {
        "shop/a.yaml": text_of(config("first", namespace), *objects(namespace, 6, a="2"))}


SCENARIOS = (create, update, prune, replace, rename, move, adopt)
PRUNED = {"shop": "Tidegate-Prune: shop\nTidegate-Prune: platform"}


class Case:
    """One kill."""

    def __init__(self, build, cluster, folder, namespace, scenario):
        folder.mkdir(parents=True)
        self.program = Program(build, folder)
        self.cluster, self.namespace, self.scenario = cluster, namespace, scenario
        self.admin = cluster.client()
        self.records = "records-%s" % namespace
        self.first, self.second = scenario(namespace)

    def sync(self, **env):
        return subprocess.run(
            [self.program.binary, "sync", "--kubeconfig", self.cluster.kubeconfig, "--namespace", self.records,
             "--no-wait", "--quiet", "--format", "json"], cwd=self.program.folder, capture_output=True, text=True,
            timeout=120, check=False, env=self.program.environment(**env))

    def must(self):
        done = self.sync()
        assert done.returncode == 0, done.stdout + done.stderr

    def list(self, path):
        return self.admin.get(path).object["items"]

    def there(self):
        found = {}
        for kind, path in (("ConfigMap", "/api/v1/namespaces/%s/configmaps"),
                           ("Service", "/api/v1/namespaces/%s/services"),
                           ("Deployment", "/apis/apps/v1/namespaces/%s/deployments")):
            for each in self.list(path % self.namespace):
                found[kind, each["metadata"]["name"]] = each
        return found

    def prepare(self):
        for name in (self.namespace, self.records):
            made = self.admin.create("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n" % name, "v1", "Namespace")
            assert made.accepted, made.message
        if self.scenario is adopt:
            binary = ensure(self.cluster.minor, ["kubectl"])["kubectl"]
            subprocess.run([binary, "--kubeconfig", self.cluster.kubeconfig, "apply", "-f", "-"], check=True,
                           input=text_of(*objects(self.namespace, 6)), capture_output=True, text=True)
        self.program.write(self.first)
        self.program.commit("first")
        self.must()
        self.bystanders()
        self.program.write(self.second)
        self.program.commit("second\n\n" + PRUNED["shop"])

    def bystanders(self):
        """One with a label that a controller copied, one that is nobody's."""
        label = next((each["metadata"]["labels"][PART_OF] for each in self.there().values()
                      if PART_OF in (each["metadata"].get("labels") or {})))
        copied = config("copied", self.namespace)
        copied["metadata"]["labels"] = {PART_OF: label}
        for each in (copied, config("foreign", self.namespace)):
            assert self.admin.create(json.dumps(each), "v1", "ConfigMap", self.namespace).accepted
        self.before = {key: each["metadata"]["uid"] for key, each in self.there().items()}

    def wanted(self):
        files = {**self.first, **self.second}
        found = {}
        for path, text in files.items():
            for part in text.split("---\n") if path.endswith("a.yaml") else ():
                if part.strip():
                    each = json.loads(part)
                    found[each["kind"], each["metadata"]["name"]] = each
        return found

    def inventories(self):
        names = []
        for record in self.list("/api/v1/namespaces/%s/configmaps" % self.records):
            for line in (record.get("data") or {}).get("inventory", "").splitlines():
                names.append(line.split(" ")[0].split("/"))
        return sorted((kind, name) for _, kind, _, name in names)

    def verify(self):
        live, wanted = self.there(), self.wanted()
        bystanders = {("ConfigMap", "copied"), ("ConfigMap", "foreign"), ("ConfigMap", "kube-root-ca.crt")}
        assert set(live) - bystanders == set(wanted), "what is there is not what is wanted"
        for key, each in wanted.items():
            if key[0] == "ConfigMap":
                assert live[key]["data"] == each["data"]
        assert self.inventories() == sorted(wanted), "the inventories name something else"
        for key in bystanders - {("ConfigMap", "kube-root-ca.crt")}:
            assert live[key]["metadata"]["uid"] == self.before[key], "a bystander was touched"
        if self.scenario is not replace:
            for key in set(wanted) & set(self.before):
                assert live[key]["metadata"]["uid"] == self.before[key], "%s is another one" % (key,)

    def clean(self):
        for name in (self.namespace, self.records):
            self.admin.delete("/api/v1/namespaces/%s" % name)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_killed_at_every_write(build, cluster, tmp_path, scenario, record_property):
    def make(number):
        name = "crash-%s-%d" % (scenario.__name__, number)
        case = Case(build, cluster, tmp_path / name / "tree", name, scenario)
        case.prepare()
        return case

    whole, count = make(0), tmp_path / "count"
    done = whole.sync(TIDEGATE_FAILPOINT_COUNT=str(count))
    assert done.returncode == 0, done.stdout + done.stderr
    whole.must()
    whole.verify()
    places = int(count.read_text())

    def kill(number):
        case = make(number)
        killed = case.sync(TIDEGATE_FAILPOINT=str(number))
        assert killed.returncode == -signal.SIGKILL, "%d: %s" % (killed.returncode, killed.stderr)
        case.must()
        case.must()  # what was handed over is let go of by the pass after
        case.verify()
        case.clean()

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        futures = {pool.submit(kill, number): number for number in range(1, places + 1)}
        faults = ["killed at %d of %d: %s" % (futures[each], places, each.exception())
                  for each in concurrent.futures.as_completed(futures) if each.exception()]
    record_property("kills", places)
    print("%s: %d kills" % (scenario.__name__, places))
    assert places >= 12 and not faults, "\n".join(faults[:5]) + "\n%d in all" % len(faults)
    assert os.path.exists(count)
