# SPDX-License-Identifier: Apache-2.0
"""Exported rules say of their own examples on a server what they say here."""
import contextlib
import json
import pathlib
import subprocess
import time

import pytest
import yaml

from cluster import Cluster
from waiting import until

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_EXPORTED = 1
# The server leaves out warnings of an answer once they have 4096 characters.
AT_ONCE = 25
LATE_SECONDS = 3
# All that an export has besides plain expressions: params, workloads, namespaces, labels.
OWN = """
id: shop/everything
summary: a workload in front of the shop has too few replicas or wrong ports
severity: error
match:
  kinds: [workloads]
  namespaces: [shop-*, front, "!shop-old"]
  labels: {matchLabels: {tier: web}}
params: {minimum: 2, ports: [80, 443], names: {web: {low: true}}, what: "it's\\ttaboo"}
variables:
  - {name: ports, expression: "variables.allContainers.map(c, has(c.ports) ? c.ports : [])"}
validations:
  - expression: >-
      object.kind != 'Deployment' || params.names['web'].low != true || object.spec.replicas >= params.minimum
    messageExpression: "'fewer replicas than ' + string(params.minimum)"
  - expression: variables.ports.all(l, l.all(p, p.containerPort in params.ports))
    message: "has other ports than params.ports"
  - expression: >-
      variables.podPath.endsWith('/spec') && variables.pod.containers.size() == variables.containers.size()
      && variables.podMetadata.?name.orValue('') != params.what
"""
POD = {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}],
       "initContainers": [{"name": "init", "image": "init:1"}]}


def workload(kind, namespace="front", port=80, replicas=2, tier="web"):
    pod = json.loads(json.dumps(POD))
    pod["containers"][0]["ports"][0]["containerPort"] = port
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod}
    thing = {"apiVersion": "apps/v1", "kind": kind,
             "metadata": {"name": "web", "namespace": namespace, "labels": {"tier": tier}}}
    if kind == "Pod":
        thing.update(apiVersion="v1", spec=pod)
    elif kind == "PodTemplate":
        thing.update(apiVersion="v1", template=template)
    elif kind == "ReplicationController":
        thing.update(apiVersion="v1", spec={"selector": {"app": "web"}, "template": template})
    elif kind == "CronJob":
        pod["restartPolicy"] = "Never"
        thing.update(apiVersion="batch/v1", spec={
            "schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}})
    else:
        thing["spec"] = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
                         "template": template}
    return thing


# What is sent, and how many of the validations of OWN fail.
OWN_EXAMPLES = [
    (workload("Deployment"), 0), (workload("Deployment", replicas=1), 1),
    (workload("Deployment", replicas=1, port=81), 2), (workload("Pod", port=81), 1),
    (workload("Pod"), 0), (workload("PodTemplate", port=81), 1), (workload("CronJob", port=81), 1),
    (workload("ReplicationController", port=81), 1), (workload("CronJob"), 0),
    (workload("Pod", "shop-new", 81), 1), (workload("Pod", "shop-old", 81), 0),
    (workload("Pod", "default", 81), 0), (workload("Pod", port=81, tier="back"), 0),
]


@pytest.fixture(scope="module")
def quiet_cluster(request):
    with Cluster(request.config.getoption("--cluster-version"), controllers=False) as cluster:
        yield cluster


def run(build, *arguments):
    return subprocess.run([build / "tidegate", "rules", *arguments], capture_output=True, text=True,
                          cwd=ROOT / "tests", check=False)


def export(build, minor, rule, *arguments):
    """None when the rule is none for a server."""
    done = run(build, "export", rule, "--actions", "Warn", "-k", minor, *arguments)
    assert done.returncode in (0, NOT_EXPORTED), done.stderr
    return None if done.returncode else list(yaml.safe_load_all(done.stdout))


def create(client, thing, **how):
    return client.create(json.dumps(thing), thing["apiVersion"], thing["kind"],
                         thing["metadata"].get("namespace", "default"), **how)


def examples(rule):
    """Of the rule's file: manifests of one object, and whether it fails."""
    text = yaml.safe_load((ROOT / "rules" / (rule + ".yaml")).read_text(encoding="utf-8"))
    for key in ("pass", "fail"):
        for example in text[key]:
            things = list(yaml.safe_load_all(example["manifest"]))
            if len(things) == 1:
                yield things[0], key == "fail"


def warnings(answer, policy):
    return [text for text in answer.warnings
            if "ValidatingAdmissionPolicy '%s' with" % policy in text]


def pair_of_sentinel(name, exported):
    pair = json.loads(json.dumps(exported[0]))
    pair[0]["metadata"]["name"] = pair[1]["metadata"]["name"] = name
    pair[1]["spec"]["policyName"] = name
    pair[0]["spec"] = {"validations": [{"expression": "false"}], "matchConstraints": {
        "resourceRules": [{"apiGroups": [""], "apiVersions": ["*"], "operations": ["CREATE"],
                           "resources": ["configmaps"]}]}}
    return pair


@contextlib.contextmanager
def installed(client, name, exported):
    """All at once, from when they have effect until they have none any more."""
    config_map = {"apiVersion": "v1", "kind": "ConfigMap",
                  "metadata": {"name": "a", "namespace": "front"}}
    manifests = [manifest for pair in exported + [pair_of_sentinel(name, exported)]
                 for manifest in pair]
    is_heard = lambda: warnings(create(client, config_map, dry_run=True), name)
    for manifest in manifests:
        answer = create(client, manifest)
        assert answer.accepted, (manifest["metadata"]["name"], answer.message)
    until("policies have effect", is_heard)
    yield
    for manifest in manifests:
        client.delete("%s/%s" % (client.path(manifest["apiVersion"], manifest["kind"]),
                                 manifest["metadata"]["name"]))
    until("policies have no effect", lambda: not is_heard())


def test_exported_rules_say_what_the_rules_say(quiet_cluster, build, tmp_path):
    client, minor = quiet_cluster.client(), quiet_cluster.minor
    own = tmp_path / "own.yaml"
    own.write_text(OWN)
    ids = [rule["id"] for rule in json.loads(run(build, "list", "--format", "json").stdout)]
    exported = {rule: export(build, minor, rule) for rule in ids}
    exported = {rule: pair for rule, pair in exported.items() if pair}
    assert exported
    cases = [(rule, thing, fails) for rule in exported for thing, fails in examples(rule)]
    for name in {thing["metadata"].get("namespace") for _, thing, _ in cases} | {
            "front", "shop-new", "shop-old"}:
        if name:
            create(client, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    exported["shop/everything"] = export(build, minor, "shop/everything", "--policy", str(own))

    def disagreement(rule, thing, wanted):
        answer = create(client, thing, dry_run=True)
        said = warnings(answer, exported[rule][0]["metadata"]["name"])
        agrees = bool(said) if wanted is True else len(said) == wanted
        return None if answer.accepted and agrees else (rule, thing, wanted, said, answer.message)

    def disagreements(rules):
        wrong = [case for case in cases if case[0] in rules and disagreement(*case)]
        if wrong:  # a policy may have come into effect after the sentinel
            time.sleep(LATE_SECONDS)
        return [found for found in (disagreement(*case) for case in wrong) if found]

    cases += [("shop/everything", thing, count) for thing, count in OWN_EXAMPLES]
    rules = sorted(exported)
    for first in range(0, len(rules), AT_ONCE):
        some = rules[first:first + AT_ONCE]
        with installed(client, "sentinel-%d" % first, [exported[rule] for rule in some]):
            assert disagreements(some) == []
