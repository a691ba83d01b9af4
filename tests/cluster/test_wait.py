# SPDX-License-Identifier: Apache-2.0
"""Waiting for health, against a real server whose workloads become ready."""
import itertools
import json
import os
import subprocess
import time

import pytest

from client_process import kubeconfig
from waiting import until

MERGE = "application/merge-patch+json"
SELECTOR = {"matchLabels": {"app": "web"}}
PART_OF = "applyset.kubernetes.io/part-of"


@pytest.fixture(scope="session")
def cluster(cluster_with_nodes):
    return cluster_with_nodes


class Waiting:
    """The driver while it waits: a line for each change, and the result at the end."""

    def __init__(self, build, config, ask):
        environment = {name: value for name, value in os.environ.items()
                       if not name.lower().endswith("_proxy")}
        self.process = subprocess.Popen(
            [build / "tests/wait_driver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=environment)
        self.changes = []
        self.say({"kubeconfig": config})
        self.say(ask)

    def say(self, what):
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def read(self):
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()[-4000:]
        return json.loads(line)

    def until(self, **want):
        """Reads changes until one is as wanted."""
        while True:
            change = self.read()
            assert "outcome" not in change, change
            self.changes.append(change)
            if all(change[name] == value for name, value in want.items()):
                return change

    def cancel(self):
        self.say({})

    def result(self):
        while "outcome" not in (answer := self.read()):
            self.changes.append(answer)
        self.process.stdin.close()
        code, words = self.process.wait(30), self.process.stderr.read()
        assert (code, words) == (0, ""), words[-4000:]
        self.process.stdout.close()
        self.process.stderr.close()
        return answer

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Waiter:
    def __init__(self, build, cluster, admin, namespace, folder):
        self.build, self.cluster, self.admin = build, cluster, admin
        self.namespace, self.folder = namespace, folder
        self.started = []
        self.numbers = itertools.count()

    def write(self, *objects):
        for each in objects:
            answer = self.admin.apply(json.dumps(each), each["apiVersion"], each["kind"],
                                      each["metadata"]["name"], each["metadata"].get("namespace"),
                                      force=True)
            assert answer.accepted, answer.message

    def start(self, *objects, port=None, user=None, timeoutMs=30000, **ask):
        config = kubeconfig(self.folder, self.cluster, port=port, user=user,
                            name="config-%d" % next(self.numbers))
        waiting = Waiting(self.build, config, {
            "timeoutMs": timeoutMs, "partOf": self.namespace, "objects": list(objects), **ask})
        self.started.append(waiting)
        return waiting

    def wait(self, *objects, **ask):
        return self.start(*objects, **ask).result()

    def named(self, api_version, kind, name, spec=None, namespace=None, **more):
        metadata = {"name": name, "labels": {PART_OF: self.namespace},
                    "namespace": namespace or self.namespace}
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata,
                **({"spec": spec} if spec is not None else {}), **more}

    def deployment(self, name="web", pod=None, replicas=1, namespace=None, image="a:1", **spec):
        return self.named("apps/v1", "Deployment", name, {
            "replicas": replicas, "selector": SELECTOR, "template": template(pod, image=image),
            **spec}, namespace)

    def patch(self, path, **body):
        answer = self.admin.request("PATCH", path, json.dumps(body), content_type=MERGE)
        assert answer.accepted, answer.message


def template(pod=None, image="a:1", **spec):
    labels = {"app": "web", **({"tidegate.test/pod": pod} if pod else {})}
    return {"metadata": {"labels": labels},
            "spec": {"containers": [{"name": "web", "image": image}], **spec}}


@pytest.fixture
def waiter(build, cluster, admin, namespace, tmp_path):
    made = Waiter(build, cluster, admin, namespace, tmp_path)
    yield made
    for waiting in made.started:
        waiting.kill()


def states(result):
    return {each["name"]: (each["state"], each["reason"]) for each in result["objects"]}


# ---- what gets ready ----

def test_workloads_get_ready(waiter):
    pods = {"selector": SELECTOR, "template": template()}
    objects = [
        waiter.deployment("deployment", replicas=3),
        waiter.named("apps/v1", "StatefulSet", "set", {**pods, "serviceName": "web", "replicas": 2}),
        waiter.named("apps/v1", "DaemonSet", "daemons", pods),
        waiter.named("batch/v1", "Job", "job", {"template": template(restartPolicy="Never")}),
        waiter.named("v1", "ConfigMap", "settings", data={"a": "b"}),
    ]
    waiter.write(*objects)
    result = waiter.wait(*objects)
    assert result["outcome"] == "ready" and result["why"] == "" and result["lines"] == ""
    assert states(result) == {name: ("Current", "") for name in (
        "deployment", "set", "daemons", "job", "settings")}
    assert result["watches"] == 4, "a ConfigMap is not watched"


def test_nothing_to_wait_for(waiter):
    assert waiter.wait()["outcome"] == "ready"


def test_a_rollout_is_waited_for(waiter, admin):
    """Ready before, ready after: what counts is the new generation."""
    web = waiter.deployment()
    waiter.write(web)
    assert waiter.wait(web)["outcome"] == "ready"
    waiter.write(waiter.deployment(image="a:2"))
    result = waiter.wait(web)
    assert result["outcome"] == "ready"
    live = admin.get("/apis/apps/v1/namespaces/%s/deployments/web" % waiter.namespace).object
    assert live["status"]["observedGeneration"] == live["metadata"]["generation"] == 2
    assert live["status"]["updatedReplicas"] == 1


# ---- what fails ----

def test_ends_when_one_has_failed(waiter):
    bad = waiter.deployment("bad", "image-pull", progressDeadlineSeconds=2)
    slow = waiter.deployment("slow", "not-ready")
    waiter.write(bad, slow)
    result = waiter.wait(bad, slow)
    assert result["outcome"] == "failed" and result["ms"] < 15000, "not the 30 s of the deadline"
    assert states(result)["bad"] == ("Failed", "ProgressDeadlineExceeded")
    assert result["why"].startswith("2 of 2 objects are not current: Deployment %s/bad Failed "
                                    "ProgressDeadlineExceeded" % waiter.namespace)


def test_goes_on_when_told(waiter):
    bad = waiter.named("batch/v1", "Job", "bad", {
        "backoffLimit": 0, "template": template("fails", restartPolicy="Never")})
    slow = waiter.deployment("slow", "not-ready")
    waiter.write(bad, slow)
    waiting = waiter.start(bad, slow, goesOn=True)
    waiting.until(name="bad", state="Failed")
    pod = waiter.admin.get("/api/v1/namespaces/%s/pods?labelSelector=tidegate.test/pod=not-ready"
                           % waiter.namespace).object["items"][0]
    waiter.patch("/api/v1/namespaces/%s/pods/%s" % (waiter.namespace, pod["metadata"]["name"]),
                 metadata={"labels": {"tidegate.test/pod": None}})
    result = waiting.result()
    assert result["outcome"] == "failed"
    assert states(result) == {"bad": ("Failed", "JobFailed"), "slow": ("Current", "")}


def test_back_to_what_was_good(waiter):
    """A revert finds the failure of what it reverts, which is not its own."""
    good = waiter.deployment(progressDeadlineSeconds=2)
    waiter.write(good)
    assert waiter.wait(good)["outcome"] == "ready"
    bad = waiter.deployment(pod="image-pull", progressDeadlineSeconds=2)
    waiter.write(bad)
    assert waiter.wait(bad)["outcome"] == "failed"
    waiter.write(good)
    result = waiter.wait(good)
    assert result["outcome"] == "ready", result


def test_a_failure_that_stays_is_one(waiter):
    bad = waiter.deployment(pod="image-pull", progressDeadlineSeconds=1)
    waiter.write(bad)
    assert waiter.wait(bad)["outcome"] == "failed"
    result = waiter.wait(bad)
    assert result["outcome"] == "failed" and result["ms"] < 1000, "it never was anything else"
    waiter.write(waiter.deployment(pod="image-pull", progressDeadlineSeconds=2))
    until("the change is seen", lambda: waiter.admin.get(
        "/apis/apps/v1/namespaces/%s/deployments/web" % waiter.namespace
    ).object["status"]["observedGeneration"] == 2)
    result = waiter.wait(bad, settleMs=1500)
    assert result["outcome"] == "failed" and 1400 < result["ms"] < 4000, result


def test_timeout_lists_everything(waiter):
    objects = [waiter.deployment("slow-%d" % number, "not-ready") for number in range(8)]
    good = waiter.named("v1", "ConfigMap", "settings")
    waiter.write(*objects, good)
    result = waiter.wait(*objects, good, timeoutMs=3000)
    assert result["outcome"] == "timed out" and 2900 < result["ms"] < 4500
    lines = result["lines"].splitlines()
    assert len(lines) == 8 and all("InProgress LessAvailable: updated replicas available: 0 of 1"
                                   in line for line in lines), lines
    assert result["why"].startswith("8 of 9 objects are not current after 3 s: Deployment ")
    assert result["why"].endswith("; and 3 more")


def test_cancelled_at_once(waiter):
    slow = waiter.deployment("slow", "not-ready")
    waiter.write(slow)
    waiting = waiter.start(slow)
    waiting.until(name="slow", reason="LessAvailable")
    waiting.cancel()
    result = waiting.result()
    assert result["outcome"] == "cancelled" and result["cancelMs"] < 100, result


# ---- what goes away ----

def test_deleted_meanwhile(waiter, admin):
    slow = waiter.deployment("slow", "not-ready")
    waiter.write(slow)
    waiting = waiter.start(slow)
    waiting.until(name="slow", reason="LessAvailable")
    assert admin.delete("/apis/apps/v1/namespaces/%s/deployments/slow" % waiter.namespace).accepted
    result = waiting.result()
    assert result["outcome"] == "failed" and result["ms"] < 15000
    assert states(result)["slow"] == ("NotFound", "NotFound")


def test_made_anew_meanwhile(waiter, admin):
    """Who replaces an object deletes it first."""
    slow = waiter.deployment("slow", "not-ready")
    waiter.write(slow)
    waiting = waiter.start(slow)
    waiting.until(name="slow", reason="LessAvailable")
    path = "/apis/apps/v1/namespaces/%s/deployments/slow" % waiter.namespace
    assert admin.delete(path).accepted
    until("it is gone", lambda: admin.get(path).code == 404)
    waiter.write(waiter.deployment("slow"))
    assert waiting.result()["outcome"] == "ready"


def test_what_is_being_deleted_fails(waiter, admin):
    slow = waiter.deployment("slow", "not-ready")
    slow["metadata"]["finalizers"] = ["tidegate.test/held"]
    waiter.write(slow)
    path = "/apis/apps/v1/namespaces/%s/deployments/slow" % waiter.namespace
    assert admin.delete(path).accepted
    result = waiter.wait(slow)
    assert result["outcome"] == "failed" and states(result)["slow"][0] == "Terminating"
    waiter.patch(path, metadata={"finalizers": None})


def test_never_there(waiter):
    result = waiter.wait(waiter.deployment("none"))
    assert result["outcome"] == "failed" and states(result)["none"] == ("NotFound", "NotFound")


def test_job_that_takes_itself_away(waiter, admin):
    job = waiter.named("batch/v1", "Job", "job", {
        "ttlSecondsAfterFinished": 0, "template": template(restartPolicy="Never")})
    path = "/apis/batch/v1/namespaces/%s/jobs/job" % waiter.namespace
    waiter.write(job)
    assert waiter.wait(job)["outcome"] == "ready"
    until("it is gone", lambda: admin.get(path).code == 404)
    result = waiter.wait(job)
    assert result["outcome"] == "ready" and states(result)["job"] == ("Current", "Ended")


# ---- what stands still ----

def test_stands_still(waiter):
    objects = [
        waiter.deployment("paused", paused=True),
        waiter.named("batch/v1", "Job", "suspended", {
            "suspend": True, "template": template(restartPolicy="Never")}),
        waiter.named("batch/v1", "CronJob", "cron", {
            "suspend": True, "schedule": "0 0 * * *",
            "jobTemplate": {"spec": {"template": template(restartPolicy="Never")}}}),
    ]
    waiter.write(*objects)
    waiting = waiter.start(*objects)
    result = waiting.result()
    assert result["outcome"] == "ready" and result["ms"] < 5000
    assert states(result) == {"paused": ("Current", "Paused"), "suspended": ("Current", "Suspended"),
                              "cron": ("Current", "Suspended")}
    assert {change["reason"] for change in waiting.changes} == {"Paused", "Suspended"}


def test_claims(waiter, admin):
    names = {}
    for mode in ("WaitForFirstConsumer", "Immediate"):
        names[mode] = "%s-%s" % (waiter.namespace, mode.lower())
        answer = admin.create(json.dumps({
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
            "metadata": {"name": names[mode]}, "provisioner": "example.com/none",
            "volumeBindingMode": mode}), "storage.k8s.io/v1", "StorageClass")
        assert answer.accepted, answer.message

    def claim(mode):
        return waiter.named("v1", "PersistentVolumeClaim", mode.lower(), {
            "storageClassName": names[mode], "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}}})
    late, early = claim("WaitForFirstConsumer"), claim("Immediate")
    waiter.write(late, early)
    result = waiter.wait(late)
    assert result["outcome"] == "ready" and result["ms"] < 5000
    assert states(result)["waitforfirstconsumer"] == ("Current", "WaitForFirstConsumer")
    result = waiter.wait(early, timeoutMs=1500)
    assert result["outcome"] == "timed out"
    assert states(result)["immediate"] == ("InProgress", "NotBound")


# ---- custom resources ----

def definition(waiter, kind="Mug", plural=None):
    group = "%s.example.com" % waiter.namespace
    plural = plural or kind.lower() + "s"
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "%s.%s" % (plural, group), "labels": {PART_OF: waiter.namespace}},
            "spec": {"group": group, "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural},
                     "versions": [{"name": "v1", "served": True, "storage": True,
                                   "subresources": {"status": {}},
                                   "schema": {"openAPIV3Schema": {
                                       "type": "object",
                                       "x-kubernetes-preserve-unknown-fields": True}}}]}}


@pytest.fixture
def mugs(waiter):
    crd = definition(waiter)
    waiter.write(crd)
    result = waiter.wait(crd)
    assert result["outcome"] == "ready" and result["bringsKinds"]
    return crd["spec"]["group"] + "/v1"


def test_definition_is_served(waiter, mugs, admin):
    """Right after the wait, without another try."""
    answer = admin.get("/apis/%s" % mugs)
    assert [each["name"] for each in answer.object["resources"]] == ["mugs", "mugs/status"]


def test_definition_with_taken_names_fails(waiter, mugs):
    crd = definition(waiter, plural="cups")
    waiter.write(crd)
    result = waiter.wait(crd)
    assert result["outcome"] == "failed" and result["ms"] < 5000
    assert result["objects"][0]["state"] == "Failed" and "onflict" in result["objects"][0]["reason"]


def write_status(waiter, mugs, name="mug", **status):
    waiter.patch("/apis/%s/namespaces/%s/mugs/%s/status" % (mugs, waiter.namespace, name),
                 status=status)


def test_waits_for_a_first_status(waiter, mugs):
    mug = waiter.named(mugs, "Mug", "mug", {})
    waiter.write(mug)
    waiting = waiter.start(mug, graceMs=20000)
    waiting.until(name="mug", reason="NoStatus")
    write_status(waiter, mugs, conditions=[{"type": "Ready", "status": "False", "reason": "Cold"}])
    waiting.until(name="mug", state="InProgress", reason="Cold")
    write_status(waiter, mugs, conditions=[{"type": "Ready", "status": "True", "reason": "Hot"}])
    assert waiting.result()["outcome"] == "ready"


def test_a_status_that_never_comes(waiter, mugs):
    mug = waiter.named(mugs, "Mug", "mug", {})
    waiter.write(mug)
    result = waiter.wait(mug, graceMs=1500)
    assert result["outcome"] == "ready" and 1400 < result["ms"] < 5000


def test_health_rules(waiter, mugs):
    rule = {"apiVersion": mugs, "kind": "Mug", "current": "status.phase == 'Full'",
            "failed": "has(status.phase) && status.phase == 'Broken'",
            "inProgress": "!has(status.phase)"}
    good, bad = (waiter.named(mugs, "Mug", name, {}) for name in ("good", "bad"))
    waiter.write(good, bad)
    waiting = waiter.start(good, rules=[rule])
    waiting.until(name="good", state="InProgress")
    write_status(waiter, mugs, "good", phase="Full")
    assert waiting.result()["outcome"] == "ready"
    waiting = waiter.start(bad, rules=[rule])
    waiting.until(name="bad", state="InProgress")
    write_status(waiter, mugs, "bad", phase="Broken")
    result = waiting.result()
    assert result["outcome"] == "failed" and states(result)["bad"] == ("Failed", "Failed")


def test_errors_of_rules_are_told(waiter, mugs):
    mug = waiter.named(mugs, "Mug", "mug", {})
    waiter.write(mug)
    rule = {"apiVersion": mugs, "kind": "Mug", "current": "status.phase == 'Full'"}
    result = waiter.wait(mug, rules=[rule], timeoutMs=1000)
    assert result["outcome"] == "timed out"
    assert "Unknown HealthRule: current of its health rule: no such key: phase" in result["lines"]


# ---- the server ----

@pytest.mark.parametrize("fault", ["dropped", "reset", "gone", "gone-event"])
def test_watch_that_is_cut(waiter, proxy, fault):
    """What happens while nobody listens is not lost."""
    web = waiter.deployment(replicas=3)
    waiter.write(web)
    proxy.clear()
    proxy.fail(fault, times=3, path="watch=")
    result = waiter.wait(web, port=proxy.port)
    assert result["outcome"] == "ready", result
    assert result["streams"] >= 2 or result["ms"] < 100, result


def test_listing_that_is_refused_for_a_while(waiter, proxy):
    web = waiter.deployment()
    waiter.write(web)
    proxy.clear()
    proxy.fail("500", times=2, path="deployments")
    proxy.fail("429", times=1, path="deployments", seconds=1)
    assert waiter.wait(web, port=proxy.port)["outcome"] == "ready"


def test_who_may_not_watch(waiter, cluster):
    web = waiter.deployment()
    waiter.write(web)
    result = waiter.wait(web, user={"token": cluster.tokens["developer"]})
    assert result["outcome"] == "failed" and states(result)["web"] == ("Unknown", "CannotWatch")
    assert "403" in result["lines"] and result["ms"] < 10000


def test_one_watch_for_many_namespaces(waiter, new_namespace, cluster):
    namespaces = [waiter.namespace] + [new_namespace() for _ in range(5)]
    objects = [waiter.deployment(namespace=each) for each in namespaces]
    waiter.write(*objects)
    result = waiter.wait(*objects)
    assert result["outcome"] == "ready" and result["watches"] == 1


def test_hundreds_without_polling(waiter, cluster):
    """Requests are those of one list and one stream, however long it takes."""
    objects = [waiter.deployment("web-%d" % number) for number in range(300)]
    mark = cluster.audit_log.stat().st_size
    waiter.write(*objects)
    started = time.monotonic()
    result = waiter.wait(*objects, timeoutMs=180000)
    assert result["outcome"] == "ready", result["why"]
    asked = [line for line in cluster.audited(mark)
             if line.get("userAgent", "").startswith("tidegate/")
             and line.get("objectRef", {}).get("resource") == "deployments"]
    assert len(asked) <= 3, [(line["verb"], line["stage"]) for line in asked]
    assert result["sent"] <= 6 and result["lists"] == 1
    print("300 Deployments ready in %.1f s, %d requests" % (
        time.monotonic() - started, result["sent"]))
