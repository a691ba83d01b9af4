# SPDX-License-Identifier: Apache-2.0
"""A control plane whose workloads become ready: kwok plays the kubelets of two nodes.

    with ClusterWithNodes("1.36") as cluster:
        cluster.client().apply(a Deployment …)      # is available after a second

What becomes of a Pod is in kwok/stages.yaml; the label tidegate.test/pod of a Pod template makes it
go wrong. There is no scheduler: a policy of the API server binds every Pod that is made, one of a
DaemonSet to the node it is meant for and others to the first; `unscheduled` as that label's value
leaves a Pod without a node. Claims of storage stay Pending: nobody provides volumes.
"""
import json
import pathlib

from binaries import ensure_tool
from cluster import Cluster

HERE = pathlib.Path(__file__).resolve().parent
KWOK = "sigs.k8s.io/kwok"
NODES = ("node-1", "node-2")
# Of Pods; neither the range of Services nor one that exists on this machine's loopback.
POD_RANGE = "10.244.0.0/16"
# Where the policies that change objects are not yet on by themselves.
POLICY_VERSIONS = {"1.33": "v1alpha1", "1.34": "v1beta1", "1.35": "v1beta1"}
JSON = "application/json"
DAEMON_NODES = ("object.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
                ".nodeSelectorTerms[0].matchFields[0].values[0]")
IS_DAEMON = ("has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists("
             "owner, owner.kind == 'DaemonSet')")


def kwok():
    """Builds kwok, once per machine."""
    return ensure_tool(HERE / "kwok", "kwok", KWOK, KWOK + "/cmd/kwok")


class ClusterWithNodes(Cluster):
    """As a Cluster. With `audit` audited() gives every request that was answered."""

    def __init__(self, *arguments, flags=(), audit=False, **named):
        super().__init__(*arguments, flags=flags, **named)
        self.audit = audit
        if self.minor in POLICY_VERSIONS:
            self.flags += ("--feature-gates=MutatingAdmissionPolicy=true",
                           "--runtime-config=admissionregistration.k8s.io/%s=true" % (
                               POLICY_VERSIONS[self.minor]))

    @property
    def audit_log(self):
        return self.folder / "audit.log"

    def audited(self, since=0):
        """The requests as audit events (verb, objectRef, userAgent, ...), from the byte `since` on;
        a watch is two, as it starts and as it ends."""
        with open(self.audit_log, "rb") as log:
            log.seek(since)
            return [json.loads(line) for line in log.read().splitlines()]

    def start(self):
        program = kwok()
        super().start()
        try:
            self._spawn("kwok", [
                program, "--kubeconfig=%s" % self.kubeconfig, "--config=%s" % (HERE / "kwok/stages.yaml"),
                "--manage-all-nodes=true", "--cidr=" + POD_RANGE, "--node-lease-duration-seconds=40",
                "--server-address="])
            self._make_nodes()
            self._wait("the nodes", self._nodes_ready)
        except BaseException:
            self.stop()
            raise
        return self

    def _server_flags(self, binaries, etcd_port):
        flags = super()._server_flags(binaries, etcd_port)
        if self.audit:
            policy = self.folder / "audit.yaml"
            policy.write_text(json.dumps({
                "apiVersion": "audit.k8s.io/v1", "kind": "Policy",
                "omitStages": ["RequestReceived"], "rules": [{"level": "Metadata"}]}))
            flags += ["--audit-log-path=%s" % self.audit_log, "--audit-policy-file=%s" % policy,
                      "--audit-log-mode=blocking"]
        return flags

    def _controller_flags(self, binaries):
        # By default they hold back after 20 requests a second, and hundreds of workloads take minutes.
        return super()._controller_flags(binaries) + ["--kube-api-qps=1000", "--kube-api-burst=2000"]

    def _make_nodes(self):
        room = {"cpu": "1k", "memory": "1Ti", "pods": "1M"}
        for name in NODES:
            self._make("v1", "Node", {
                "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name,
                                                      "kubernetes.io/os": "linux",
                                                      "kubernetes.io/arch": "amd64"}},
                "status": {"capacity": room, "allocatable": room}})
        version = "admissionregistration.k8s.io/" + POLICY_VERSIONS.get(self.minor, "v1")
        self._make(version, "MutatingAdmissionPolicy", {
            "metadata": {"name": "bind-pods"},
            "spec": {
                "matchConstraints": {"resourceRules": [{
                    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"],
                    "operations": ["CREATE"]}]},
                "matchConditions": [
                    {"name": "unbound", "expression": "!has(object.spec.nodeName)"},
                    {"name": "wanted", "expression":
                        "object.metadata.?labels['tidegate.test/pod'].orValue('') != 'unscheduled'"}],
                "failurePolicy": "Fail", "reinvocationPolicy": "Never",
                "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {
                    "expression": "Object{spec: Object.spec{nodeName: (%s) ? %s : '%s'}}" % (
                        IS_DAEMON, DAEMON_NODES, NODES[0])}}]}})
        self._make(version, "MutatingAdmissionPolicyBinding", {
            "metadata": {"name": "bind-pods"}, "spec": {"policyName": "bind-pods"}})

    def _make(self, api_version, kind, rest):
        text = json.dumps({"apiVersion": api_version, "kind": kind, **rest})
        answer = self.client().create(text, api_version, kind)
        assert answer.accepted, answer.message

    def _nodes_ready(self):
        """Both are ready, and the policy, which the server reads in its own time, binds."""
        client = self.client()
        nodes = client.get("/api/v1/nodes").object["items"]
        if sum(_is_ready(node) for node in nodes) < len(NODES):
            return False
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "bound-"},
               "spec": {"containers": [{"name": "a", "image": "a"}]}}
        answer = client.request("POST", "/api/v1/namespaces/default/pods", json.dumps(pod), JSON,
                                dryRun="All")
        return answer.accepted and answer.object["spec"].get("nodeName") == NODES[0]


def _is_ready(node):
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in node.get("status", {}).get("conditions", ()))
