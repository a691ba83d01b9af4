# SPDX-License-Identifier: Apache-2.0
"""What a server fills in is what was recorded of it, and what its admission policies see."""
import json
import pathlib
import sys

import pytest
import yaml

from waiting import until

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "defaults"))

from compare import answers, differences, manifests, without_servers_own

POLICY = "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"
BINDING = "admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"
SEEN = (
    ("v1 Pod pod-probes", "", "pods"),
    ("v1 Pod volumes", "", "pods"),
    ("apps/v1 Deployment deployment-least", "apps", "deployments"),
    ("apps/v1 StatefulSet statefulset-least", "apps", "statefulsets"),
    ("batch/v1 CronJob cronjob-least", "batch", "cronjobs"),
    ("v1 Service service-load-balancer", "", "services"),
    ("networking.k8s.io/v1 NetworkPolicy policy-egress", "networking.k8s.io", "networkpolicies"),
    ("autoscaling/v2 HorizontalPodAutoscaler autoscaler-behavior", "autoscaling",
     "horizontalpodautoscalers"),
    ("v1 PersistentVolumeClaim claim-data-source", "", "persistentvolumeclaims"),
    ("storage.k8s.io/v1 StorageClass storage", "storage.k8s.io", "storageclasses"),
)


def dry_run(client, text, namespace):
    thing = yaml.safe_load(text)
    return client.create(text, thing["apiVersion"], thing["kind"], namespace, dry_run=True)


def test_server_answers_as_recorded(cluster, admin):
    recorded = answers(cluster.minor)
    account = "/api/v1/namespaces/default/serviceaccounts/default"
    until("Pods are accepted", lambda: admin.get(account).accepted)
    for name, text in manifests().items():
        answer = dry_run(admin, text, "default")
        assert answer.accepted == (name in recorded), "%s: %s" % (name, answer.message)
        if answer.accepted:
            assert not differences(recorded[name], answer.object), name


@pytest.mark.parametrize("name, group, resource", SEEN)
def test_policy_sees_the_filled_in_object(cluster, admin, namespace, name, group, resource):
    """A policy refuses the object for what it sees: all that was recorded, to the last field."""
    text = manifests()[name]
    assert dry_run(admin, text, namespace).accepted
    make_policy(admin, namespace, group, resource, answers(cluster.minor)[name])
    try:
        until("the policy judges", lambda: not dry_run(admin, text, namespace).accepted)
        assert "as recorded: true" in dry_run(admin, text, namespace).message
    finally:
        for version, kind in (BINDING, POLICY):
            admin.delete("%s/%s" % (admin.path(version, kind), namespace))


def make_policy(admin, namespace, group, resource, recorded):
    """What is recorded is without what servers make up, so fields are compared one by one."""
    comparison = " && ".join(comparisons("object", without_servers_own(recorded))) or "true"
    make(admin, *POLICY, {
        "metadata": {"name": namespace},
        "spec": {
            "matchConstraints": {"resourceRules": [
                {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE"],
                 "resources": [resource]}]},
            "validations": [{
                "expression": "object.metadata.name != '%s'" % recorded["metadata"]["name"],
                "messageExpression": "'as recorded: ' + string(%s)" % comparison}]}})
    make(admin, *BINDING, {"metadata": {"name": namespace},
                           "spec": {"policyName": namespace, "validationActions": ["Deny"]}})


def make(admin, version, kind, thing):
    answer = admin.create(json.dumps({"apiVersion": version, "kind": kind, **thing}), version, kind)
    assert answer.accepted, answer.message


def comparisons(path, recorded):
    """CEL that is true of the object as recorded; maps only have to have what is recorded."""
    for name, value in recorded.items():
        field = "%s[%s]" % (path, json.dumps(name))
        if isinstance(value, dict):
            yield "%s in %s" % (json.dumps(name), path)
            yield from comparisons(field, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            # Plugins append to some lists.
            yield "size(%s) >= %d" % (field, len(value))
            for i, each in enumerate(value):
                yield from comparisons("%s[%d]" % (field, i), each)
        elif value is not None:
            yield "%s == %s" % (field, json.dumps(value))
