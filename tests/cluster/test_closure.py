# SPDX-License-Identifier: Apache-2.0
"""What tidegate says about Pods and the labels and limits of their namespace, held against the admission
plugins of a real server: PodSecurity, LimitRanger and ResourceQuota."""
import json
import subprocess
import textwrap

import pytest

from waiting import until

LEVELS = [("baseline", "latest"), ("restricted", "latest"), ("baseline", "v1.18"), ("restricted", "v1.21"),
          ("restricted", "v1.24"), ("baseline", "v1.28"), ("restricted", "v1.34")]

HARD = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"}}


def container(name="a", **more):
    return dict({"name": name, "image": "registry.example/web:1"}, **more)


def secured(name="a", **more):
    return container(name, securityContext=dict(HARD, **more))


PODS = {
    "plain": {"containers": [container()]},
    "hardened": {"containers": [secured()]},
    "two plain": {"containers": [container(), container("b")], "initContainers": [container("i")]},
    "half hardened": {"containers": [secured(), container("b")]},
    "hard pod": {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "Localhost",
                                                                             "localhostProfile": "x"}},
                 "containers": [container(securityContext={"allowPrivilegeEscalation": False,
                                                           "capabilities": {"drop": ["ALL"]}})]},
    "privileged": {"containers": [container(securityContext={"privileged": True}), container("b")]},
    "capabilities": {"containers": [container(securityContext={"capabilities": {"add": ["SYS_ADMIN", "NET_RAW",
                                                                                       "CHOWN"]}}),
                                    secured("b", capabilities={"drop": ["ALL"], "add": ["CHOWN",
                                                                                       "NET_BIND_SERVICE"]})]},
    "host namespaces": {"hostPID": True, "hostIPC": True, "containers": [container()]},
    "host network": {"hostNetwork": True, "containers": [container(ports=[{"containerPort": 80}])]},
    "host ports": {"containers": [container(ports=[{"containerPort": 80, "hostPort": 8080}]),
                                  container("b", ports=[{"containerPort": 81, "hostPort": 443}])]},
    "volumes": {"containers": [container()], "volumes": [
        {"name": "e", "emptyDir": {}}, {"name": "h", "hostPath": {"path": "/"}}, {"name": "h2", "hostPath": {"path": "/x"}},
        {"name": "n", "nfs": {"server": "s", "path": "/"}}, {"name": "none"}]},
    "nfs": {"containers": [secured()], "volumes": [{"name": "n", "nfs": {"server": "s", "path": "/"}}]},
    "probes": {"containers": [secured() | {
        "livenessProbe": {"httpGet": {"port": 80, "host": "example.com"}},
        "readinessProbe": {"tcpSocket": {"port": 80, "host": "192.0.2.1"}},
        "lifecycle": {"preStop": {"httpGet": {"port": 80, "host": "example.com"}}}}]},
    "root": {"containers": [secured(runAsUser=0)], "securityContext": {"runAsUser": 0}},
    "not non-root": {"containers": [secured(runAsNonRoot=False)], "securityContext": {"runAsNonRoot": False}},
    "unconfined": {"containers": [secured(seccompProfile={"type": "Unconfined"})],
                   "securityContext": {"seccompProfile": {"type": "Unconfined"}}},
    "selinux": {"containers": [secured(seLinuxOptions={"type": "spc_t", "role": "r"})],
                "securityContext": {"seLinuxOptions": {"type": "container_engine_t", "user": "u"}}},
    "sysctls": {"containers": [container()], "securityContext": {"sysctls": [
        {"name": "net.ipv4.tcp_rmem", "value": "1"}, {"name": "net.core.somaxconn", "value": "1"},
        {"name": "kernel.shm_rmid_forced", "value": "1"}, {"name": "net.ipv4.tcp_fin_timeout", "value": "1"}]}},
    "apparmor": {"containers": [secured(appArmorProfile={"type": "Unconfined"})]},
    "own users": {"hostUsers": False, "containers": [
        container(securityContext={"procMount": "Unmasked", "runAsUser": 0})]},
    "windows": {"os": {"name": "windows"}, "containers": [container()]},
    "host process": {"os": {"name": "windows"}, "hostNetwork": True, "containers": [container()], "securityContext": {
        "windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}}},
}

LIMITS = {
    "max": {"type": "Container", "max": {"cpu": "1"}},
    "min": {"type": "Container", "min": {"memory": "64Mi"}, "max": {"memory": "1Gi"}},
    "ratio": {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
    "pod": {"type": "Pod", "max": {"cpu": "2"}, "min": {"cpu": "100m"}},
    "defaults": {"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"},
                 "max": {"cpu": "600m"}},
}
QUOTAS = {
    "requests": {"requests.cpu": "1", "limits.memory": "1Gi"},
    "cpu": {"cpu": "300m", "pods": "5"},
}
ASKING = {
    "nothing": [container()],
    "little": [container(resources={"requests": {"cpu": "10m", "memory": "1Mi"}})],
    "much": [container(resources={"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "4", "memory": "4Gi"}})],
    "limit": [container(resources={"limits": {"cpu": "250m", "memory": "128Mi"}})],
    "two": [container(resources={"limits": {"cpu": "700m"}}),
            container("b", resources={"limits": {"cpu": "1500m", "memory": "100Mi"}})],
}


def text_of(*objects):
    return "---\n".join(json.dumps(each) + "\n" for each in objects)


def pod_of(namespace, spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": namespace, "name": "web"}, "spec": spec}


def deployment_of(namespace, spec):
    labels = {"app": "web"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": namespace, "name": "web"},
            "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}}


def judge(build, minor, tmp_path, families, *objects):
    """Messages of the rules of these families, and the severities."""
    file = tmp_path / "all.yaml"
    file.write_text(text_of(*objects))
    out = subprocess.run([build / "tidegate", "check", "--kubernetes-version", minor, "--format", "json",
                          file], capture_output=True, text=True, check=False, cwd=tmp_path)
    found = [each for each in json.loads(out.stdout)["findings"] if each["rule"].split("/")[0] in families]
    return [each["message"] for each in found], {each["severity"] for each in found}


def made_of(message, parts):
    """Whether a message is these parts in some order, and nothing else."""
    for part in parts:
        assert part in message, "tidegate says %r, the server %r" % (part, message)
        message = message.replace(part, "", 1)
    assert not message.strip(", []"), "the server says %r besides" % message
    return True


@pytest.mark.parametrize("level, version", LEVELS)
def test_pod_security(admin, cluster, build, tmp_path, new_namespace, level, version):
    name = new_namespace()
    labels = {"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": version}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    assert admin.apply(text_of(namespace), "v1", "Namespace", name).accepted
    probe = text_of(pod_of(name, PODS["privileged"]))
    until("the level is enforced", lambda: "violates" in admin.create(probe, "v1", "Pod", name, dry_run=True).message)
    for title, spec in PODS.items():
        for make, kind, api in (pod_of, "Pod", "v1"), (deployment_of, "Deployment", "apps/v1"):
            body = make(name, spec)
            answer = admin.create(text_of(body), api, kind, name, dry_run=True)
            messages, severities = judge(build, cluster.minor, tmp_path, ("pod-security",), namespace, body)
            if answer.code == 422:
                continue  # validation comes first
            if title == "apparmor" and "annotation" in answer.message:
                continue  # older servers have made an annotation of the field by then
            head = 'violate%s PodSecurity "%s:%s": ' % ("s" if kind == "Pod" else "", level, version)
            said = answer.message if kind == "Pod" else "".join(w for w in answer.warnings if head in w)
            if not messages:
                assert head not in said, (title, kind, said)
                continue
            assert severities == {"error" if kind == "Pod" else "warning"}, (title, kind, said)
            assert head in said, (title, kind, messages)
            assert made_of(said.split(head)[1], [each.split(": ", 1)[1] for each in messages]), title


@pytest.mark.parametrize("title", LIMITS)
def test_limit_range(admin, cluster, build, tmp_path, new_namespace, title):
    name = new_namespace()
    limits = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"namespace": name, "name": "l"},
              "spec": {"limits": [LIMITS[title]]}}
    assert admin.create(text_of(limits), "v1", "LimitRange", name).accepted
    for asking, containers in ASKING.items():
        body = pod_of(name, {"containers": containers})
        messages, _ = judge(build, cluster.minor, tmp_path, ("limit-range",), limits, body)
        answer = admin.create(text_of(body), "v1", "Pod", name, dry_run=True)
        if not messages:
            assert answer.accepted or answer.code == 422, (asking, answer.message)
            continue
        assert answer.code == 403, (asking, messages, answer.message)
        assert made_of(answer.message.split("is forbidden: ")[1], set(messages)), asking


@pytest.mark.parametrize("title", QUOTAS)
def test_quota(admin, cluster, build, tmp_path, new_namespace, title):
    name = new_namespace()
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"namespace": name, "name": "q"},
             "spec": {"hard": QUOTAS[title]}}
    assert admin.create(text_of(quota), "v1", "ResourceQuota", name).accepted
    path = "/api/v1/namespaces/%s/resourcequotas/q" % name
    until("the quota is counted", lambda: admin.get(path).object.get("status", {}).get("used"))
    for asking, containers in ASKING.items():
        body = pod_of(name, {"containers": containers})
        messages, _ = judge(build, cluster.minor, tmp_path, ("quota",), quota, body)
        answer = admin.create(text_of(body), "v1", "Pod", name, dry_run=True)
        if not messages:
            assert answer.accepted, (asking, answer.message)
            continue
        assert answer.code == 403, (asking, messages, answer.message)
        # What others use already is only known to the server.
        said = textwrap.dedent(answer.message.split("is forbidden: ")[1]).split(", used: ")
        assert [message.split(", limited: ")[0] for message in messages] == said[:1], asking
