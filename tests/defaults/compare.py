# SPDX-License-Identifier: Apache-2.0
"""Objects as our rules see them, as servers answered them, and what differs."""
import base64
import json
import pathlib
import re
import subprocess
from decimal import Decimal

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ANSWERS = HERE / "answers.jsonl"
MINORS = ("1.33", "1.34", "1.35", "1.36")
GENERATED_LABELS = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
                    "batch.kubernetes.io/job-name")


def _any(_):
    return True


def _is_default(name):
    return name == "default"


def _of_account(item):
    return str(item.get("name", "")).startswith("kube-api-access-")


def _of_node_state(item):
    return item.get("key") in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


# What is there beside defaulting: path, kinds (none: all), whether a value is meant, who sets it. `[]`
# are the items of a list.
SERVERS_OWN = (
    ("metadata.uid", (), _any, "made by the registry"),
    ("metadata.creationTimestamp", (), _any, "made by the registry"),
    ("metadata.generation", (), _any, "counted by the registry"),
    ("metadata.managedFields", (), _any, "kept by the handler of the request"),
    ("metadata.namespace", (), _any, "taken from the address of the request"),
    ("status", (), _any, "the registry's and the controllers'"),
    ("spec.clusterIP", ("Service",), _any, "allocated"),
    ("spec.clusterIPs", ("Service",), _any, "allocated"),
    ("spec.ipFamilies", ("Service",), _any, "those of the cluster"),
    ("spec.ipFamilyPolicy", ("Service",), _any, "that of the cluster"),
    ("spec.healthCheckNodePort", ("Service",), _any, "allocated"),
    ("spec.ports[].nodePort", ("Service",), _any, "allocated"),
    ("spec.priority", ("Pod",), _any, "admission plugin Priority"),
    ("spec.preemptionPolicy", ("Pod",), _any, "admission plugin Priority"),
    ("spec.serviceAccountName", ("Pod",), _is_default, "admission plugin ServiceAccount"),
    ("spec.serviceAccount", ("Pod",), _is_default, "admission plugin ServiceAccount"),
    ("spec.volumes[]", ("Pod",), _of_account, "admission plugin ServiceAccount"),
    ("spec.initContainers[].volumeMounts[]", ("Pod",), _of_account,
     "admission plugin ServiceAccount"),
    ("spec.containers[].volumeMounts[]", ("Pod",), _of_account, "admission plugin ServiceAccount"),
    ("spec.tolerations[]", ("Pod",), _of_node_state, "admission plugin DefaultTolerationSeconds"),
    ("spec.taints[]", ("Node",), _of_node_state, "admission plugin TaintNodesByCondition"),
    ("spec.finalizers", ("Namespace",), _any, "the registry"),
    ("metadata.finalizers", ("PersistentVolume", "PersistentVolumeClaim"), _any,
     "admission plugin StorageObjectInUseProtection"),
    ("spec.username", ("CertificateSigningRequest",), _any, "who asks"),
    ("spec.groups", ("CertificateSigningRequest",), _any, "who asks"),
    ("spec.extra", ("CertificateSigningRequest",), _any, "who asks"),
    ("spec.uid", ("CertificateSigningRequest",), _any, "who asks"),
    *(("%smetadata.labels.%s" % (where, label.replace(".", "\\")), ("Job",), _any,
       "generated from the uid") for where in ("", "spec.template.") for label in GENERATED_LABELS),
    ("spec.selector.matchLabels.batch\\kubernetes\\io/controller-uid", ("Job",), _any,
     "generated from the uid"),
    ("metadata.annotations.deprecated\\daemonset\\template\\generation", ("DaemonSet",), _any,
     "a counter of the registry, written here by conversion"),
    ("spec.targetCPUUtilizationPercentage", ("HorizontalPodAutoscaler",), lambda value: value == 80,
     "filled in when it is read back from storage, in version v2"),
)

QUANTITY = re.compile(r"^([+-]?[0-9.]+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|)$")
SCALE = {"": 1, "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"),
         **{unit: 1000 ** power for power, unit in enumerate("kMGTPE", 1)},
         **{unit + "i": 1024 ** power for power, unit in enumerate("KMGTPE", 1)}}


def manifests():
    """{name: text} of all."""
    texts = (text for path in sorted((HERE / "manifests").glob("*.yaml"))
             for text in path.read_text().split("\n---\n"))
    return {name_of(yaml.safe_load(text)): text for text in texts}


def name_of(thing):
    return "%s %s %s" % (thing["apiVersion"], thing["kind"], thing["metadata"]["name"])


def ours(program, minor):
    """{name: object} as the rules of tidegate see them; None for what does not decode."""
    names = list(manifests())
    lines = []
    for path in sorted((HERE / "manifests").glob("*.yaml")):
        result = subprocess.run([program, minor, str(path)], capture_output=True, check=True)
        lines += result.stdout.decode().splitlines()
    return {name: json.loads(line) for name, line in zip(names, lines, strict=True)}


def answers(minor):
    """{name: object} as the server of a minor answered; what it refused is not there."""
    lines = map(json.loads, ANSWERS.read_text().splitlines())
    return {name_of(each["object"]): each["object"] for each in lines if minor in each["minors"]}


def differences(ours, theirs):
    """["spec.replicas: the server has 1, we have nothing", …]"""
    return list(_differ(without_servers_own(_with_all_data(ours)), without_servers_own(theirs), ""))


def without_servers_own(thing):
    """A copy that is the same for every server."""
    thing = json.loads(json.dumps(thing))
    for path, kinds, is_meant, _ in SERVERS_OWN:
        if not kinds or thing["kind"] in kinds:
            _drop(thing, [each.replace("\\", ".") for each in path.split(".")], is_meant)
    return thing


def _drop(thing, steps, is_meant):
    """What is empty afterwards goes as well, as it was not there before."""
    name, rest = steps[0].removesuffix("[]"), steps[1:]
    if not isinstance(thing, dict) or not thing.get(name):
        if isinstance(thing, dict) and not rest:
            thing.pop(name, None)
        return
    if steps[0].endswith("[]") and rest:
        for each in thing[name]:
            _drop(each, rest, is_meant)
        return
    if rest:
        _drop(thing[name], rest, is_meant)
    elif steps[0].endswith("[]"):
        thing[name] = [each for each in thing[name] if not is_meant(each)]
    elif is_meant(thing[name]):
        del thing[name]
    if name in thing and not thing[name]:
        del thing[name]


def _with_all_data(thing):
    """Conversion writes a Secret's stringData into data; our rules look at both."""
    if thing["kind"] != "Secret" or "stringData" not in thing:
        return thing
    encoded = {name: base64.b64encode(text.encode()).decode()
               for name, text in thing["stringData"].items()}
    rest = {name: value for name, value in thing.items() if name != "stringData"}
    return {**rest, "data": {**thing.get("data", {}), **encoded}}


def _differ(ours, theirs, path):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from _differ_field(ours, theirs, name, "%s.%s" % (path, name) if path else name)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for i, (mine, other) in enumerate(zip(ours, theirs)):
            yield from _differ(mine, other, "%s[%d]" % (path, i))
    elif not _same(ours, theirs):
        yield "%s: the server has %r, we have %r" % (path, theirs, ours)


def _differ_field(ours, theirs, name, path):
    if name not in theirs:
        # Go leaves out most of what is zero, and prints some of it.
        if not _is_zero(ours[name]):
            yield "%s: the server has nothing, we have %r" % (path, ours[name])
    elif name not in ours and theirs[name] not in (None, ""):
        yield "%s: the server has %r, we have nothing" % (path, theirs[name])
    elif name in ours:
        yield from _differ(ours[name], theirs[name], path)


def _is_zero(value):
    if isinstance(value, dict):
        return all(_is_zero(each) for each in value.values())
    return value is None or value in ("", 0, False, [])


def _same(ours, theirs):
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if ours == theirs or _is_zero(ours) and _is_zero(theirs):
        return True
    mine, other = _quantity(ours), _quantity(theirs)
    return mine is not None and mine == other


def _quantity(value):
    found = QUANTITY.match(str(value))
    return Decimal(found.group(1)) * SCALE[found.group(2)] if found else None
