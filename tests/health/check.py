# SPDX-License-Identifier: Apache-2.0
"""Health as kstatus itself sees it: seeded objects near the edges of its rules, both told alike."""
import argparse
import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cluster"))
import binaries  # noqa: E402

OBJECTS = 30000
NOW, LONG_AGO = "2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z"

KINDS = [
    ("apps/v1", "Deployment"), ("extensions/v1beta1", "Deployment"), ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"), ("apps/v1", "ReplicaSet"), ("batch/v1", "Job"), ("batch/v1", "CronJob"),
    ("v1", "Pod"), ("v1", "PersistentVolumeClaim"), ("v1", "Service"), ("v1", "Secret"),
    ("policy/v1", "PodDisruptionBudget"), ("networking.k8s.io/v1", "Ingress"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("example.com/v1", "Mug"),
    ("example.com/v1", "Deployment"),
]
COUNTS = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "currentReplicas",
          "fullyLabeledReplicas", "desiredNumberScheduled", "currentNumberScheduled",
          "updatedNumberScheduled", "numberAvailable", "numberReady"]
CONDITIONS = {
    "Ready": ["Why"], "Available": ["Why"], "Reconciling": ["Why"], "Stalled": ["Why"],
    "Progressing": ["NewReplicaSetAvailable", "ProgressDeadlineExceeded", "Why"],
    "ReplicaFailure": ["Why"], "Complete": ["Why"], "Failed": ["Why"],
    "PodScheduled": ["Unschedulable", "Why"], "NamesAccepted": ["Why"],
    "Established": ["Installing", "Why"],
}
LIKELY = {
    "Deployment": ["Progressing", "Available"], "Job": ["Complete", "Failed"],
    "Pod": ["PodScheduled", "Ready"], "ReplicaSet": ["ReplicaFailure"],
    "CustomResourceDefinition": ["NamesAccepted", "Established"],
}


def conditions(rng, kind):
    names = LIKELY.get(kind, []) if rng.random() < 0.8 else list(CONDITIONS)
    names = [rng.choice(names or list(CONDITIONS)) for _ in range(rng.randrange(4))]
    if rng.random() < 0.1:
        names.append(rng.choice(["Reconciling", "Stalled", "Ready"]))
    return [{"type": name, "status": rng.choice(["True", "True", "False", "Unknown"]),
             "reason": rng.choice(CONDITIONS[name]), "message": "words"} for name in names]


def spec(rng, kind):
    out = {}
    if rng.random() < 0.7:
        out["replicas"] = rng.choice([0, 1, 2, 2, 3])
    if rng.random() < 0.5:
        out["progressDeadlineSeconds"] = rng.choice([600, 2147483647])
    if kind == "StatefulSet" and rng.random() < 0.6:
        out["updateStrategy"] = rng.choice([
            {"type": "OnDelete"}, {"type": "RollingUpdate"},
            {"type": "RollingUpdate", "rollingUpdate": {"partition": rng.choice([0, 0, 0, 1, 5])}}])
    if kind == "Service":
        out.update(rng.choice([{}, {"type": "LoadBalancer"}, {"type": "ClusterIP"},
                               {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}]))
    if rng.random() < 0.03:
        out["replicas"] = rng.choice(["2", 2.5, None, True])
    return out


def status(rng, kind):
    out = {}
    usual = rng.choice([1, 2, 2, 3])
    for name in COUNTS:
        if rng.random() < 0.9:
            out[name] = usual if rng.random() < 0.85 else rng.randrange(4)
    if rng.random() < 0.6:
        out["conditions"] = conditions(rng, kind)
    if rng.random() < 0.6:
        out["observedGeneration"] = rng.choice([2, 2, 2, 1])
    if kind in ("Pod", "PersistentVolumeClaim") and rng.random() < 0.9:
        out["phase"] = rng.choice(["Running", "Running", "Pending", "Succeeded", "Failed", "Bound",
                                   "Lost", "Odd", ""])
    if rng.random() < 0.5:
        out["startTime"] = LONG_AGO
    if kind == "StatefulSet":
        out["currentRevision"], out["updateRevision"] = rng.choice(["ab", "aa"])
    if kind == "Pod" and rng.random() < 0.4:
        out["containerStatuses"] = [{"name": "a", "state": {rng.choice(["waiting", "running"]): {
            "reason": rng.choice(["CrashLoopBackOff", "ImagePullBackOff"])}}}]
    return out


def make(rng):
    version, kind = rng.choice(KINDS)
    meta = {"name": "x", "creationTimestamp": rng.choice([NOW, LONG_AGO])}
    if rng.random() < 0.8:
        meta["generation"] = 2
    if rng.random() < 0.03:
        meta["deletionTimestamp"] = LONG_AGO
    out = {"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec(rng, kind)}
    if rng.random() < 0.95:
        out["status"] = status(rng, kind)
    return out


def answers(program, text):
    done = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--driver", required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    kstatus = binaries.ensure_tool(HERE / "kstatus", "kstatus", "sigs.k8s.io/cli-utils", ".")
    rng = random.Random(args.seed)
    lines = [json.dumps(make(rng)) for _ in range(OBJECTS)]
    text = "\n".join(lines) + "\n"
    theirs, ours = answers(kstatus, text), answers(args.driver, text)
    assert len(theirs) == len(ours) == OBJECTS, (len(theirs), len(ours))
    # Why it can't be told is in words of our own, and so is why something ends.
    differ = [(line, a, b) for line, a, b in zip(lines, theirs, ours)
              if (a.split()[:1] if a.split()[0] in ("Unknown", "Terminating") else a) !=
              (b.split()[:1] if b.split()[0] in ("Unknown", "Terminating") else b)]
    for line, a, b in differ[:5]:
        print("%s\n  kstatus: %s\n  ours:    %s" % (line, a, b))
    seen = sorted(set(answer for answer in theirs))
    print("health: %d of %d as kstatus, %d different answers" % (
        OBJECTS - len(differ), OBJECTS, len(seen)))
    # What no object reaches is not tested.
    assert len(seen) >= 33, seen
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
