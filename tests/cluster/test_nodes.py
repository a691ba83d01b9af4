# SPDX-License-Identifier: Apache-2.0
"""The nodes that are played: what tests of workloads take for granted."""
import json

import pytest

from waiting import until


@pytest.fixture(scope="session")
def cluster(cluster_with_nodes):
    return cluster_with_nodes


def template(pod=None, **spec):
    labels = {"app": "web", **({"tidegate.test/pod": pod} if pod else {})}
    return {"metadata": {"labels": labels},
            "spec": {"containers": [{"name": "web", "image": "registry.example/web:1"}], **spec}}


SELECTOR = {"matchLabels": {"app": "web"}}


class Maker:
    def __init__(self, admin, namespace):
        self.admin, self.namespace = admin, namespace

    def make(self, api_version, kind, spec):
        text = json.dumps({"apiVersion": api_version, "kind": kind,
                           "metadata": {"name": "web"}, "spec": spec})
        answer = self.admin.create(text, api_version, kind, self.namespace)
        assert answer.accepted, answer.message
        path = "%s/web" % self.admin.path(api_version, kind, self.namespace)
        return lambda: self.admin.get(path).object.get("status", {})

    def pods(self):
        return self.admin.get("/api/v1/namespaces/%s/pods" % self.namespace).object["items"]


@pytest.fixture
def maker(admin, namespace):
    return Maker(admin, namespace)


def deployment(pod=None, **more):
    return {"replicas": 2, "selector": SELECTOR, "template": template(pod), **more}


def test_deployment(maker):
    status = maker.make("apps/v1", "Deployment", deployment())
    until("it is available", lambda: status().get("availableReplicas") == 2)


def test_stateful_set(maker):
    status = maker.make("apps/v1", "StatefulSet", {
        "replicas": 2, "serviceName": "web", "selector": SELECTOR, "template": template()})
    until("it is ready", lambda: status().get("readyReplicas") == 2)


def test_daemon_set(maker):
    status = maker.make("apps/v1", "DaemonSet", {"selector": SELECTOR, "template": template()})
    until("it is ready", lambda: status().get("numberReady") == 2)
    assert {pod["spec"]["nodeName"] for pod in maker.pods()} == {"node-1", "node-2"}


@pytest.mark.parametrize("pod, ending", [(None, "Complete"), ("fails", "Failed")])
def test_job(maker, pod, ending):
    status = maker.make("batch/v1", "Job", {
        "backoffLimit": 0, "template": template(pod, restartPolicy="Never")})
    until("it has ended", lambda: any(each["type"] == ending and each["status"] == "True"
                                      for each in status().get("conditions", ())))


@pytest.mark.parametrize("pod, phase, waiting", [
    ("image-pull", "Pending", "ImagePullBackOff"),
    ("crash-loop", "Running", "CrashLoopBackOff"),
    ("not-ready", "Running", None),
    ("unscheduled", "Pending", None),
])
def test_pods_that_go_wrong(maker, pod, phase, waiting):
    status = maker.make("apps/v1", "Deployment", deployment(pod, progressDeadlineSeconds=2))

    def is_so():
        reasons = [each.get("state", {}).get("waiting", {}).get("reason")
                   for one in maker.pods() for each in one["status"].get("containerStatuses", [{}])]
        return reasons == [waiting] * 2 and {one["status"]["phase"] for one in maker.pods()} == {phase}
    until("its pods are " + pod, is_so)
    until("it is given up", lambda: any(each.get("reason") == "ProgressDeadlineExceeded"
                                        for each in status().get("conditions", ())))
    assert is_so() and not status().get("availableReplicas")


def test_pod_that_gets_well(maker, admin):
    """The label's absence is the cure."""
    status = maker.make("apps/v1", "Deployment", deployment("not-ready"))
    until("its pods run", lambda: [pod["status"]["phase"] for pod in maker.pods()] == ["Running"] * 2)
    for pod in maker.pods():
        admin.request("PATCH", "/api/v1/namespaces/%s/pods/%s" % (
            maker.namespace, pod["metadata"]["name"]),
            json.dumps({"metadata": {"labels": {"tidegate.test/pod": None}}}),
            content_type="application/merge-patch+json")
    until("it is available", lambda: status().get("availableReplicas") == 2)


def test_namespace_with_pods_ends(maker, admin):
    status = maker.make("apps/v1", "Deployment", deployment())
    until("it is available", lambda: status().get("availableReplicas") == 2)
    path = "/api/v1/namespaces/" + maker.namespace
    assert admin.delete(path).accepted
    until("the namespace is gone", lambda: admin.get(path).code == 404)


def test_audit_log(maker, cluster):
    maker.make("apps/v1", "Deployment", deployment())
    mine = [line for line in cluster.audited()
            if line["verb"] == "create" and line.get("objectRef", {}).get("resource") == "deployments"
            and line["objectRef"].get("namespace") == maker.namespace]
    assert len(mine) == 1 and mine[0]["user"]["username"] == "admin"
