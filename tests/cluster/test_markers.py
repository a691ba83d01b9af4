# SPDX-License-Identifier: Apache-2.0
"""No credential and no value of a Secret gets out, whatever the server does.

Markers are planted where secrets are: in the kubeconfig (token, key, what its program prints, the
proxy's password), in Secrets of the tree and of the cluster, in what the server says about them, and
in the environment of Jobs, which the server quotes. Everything that a command prints, writes or remembers is searched for them.
"""
import base64
import contextlib
import json
import os
import resource
import secrets
import signal
import socket
import socketserver
import subprocess
import threading
import time

import pytest

from client_process import kubeconfig
from program import Program
from test_client_identity import _Tunnel
from waiting import until
from webhook_server import WebhookServer, Webhooks

FORMATS = ("full", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# What passes when it is asked for again, twice at most, and what does not pass.
PASSING = ("429", "503", "500", "502", "reset", "cut", "lost", "garbage", "slow")
STAYING = ("401", "403", "500-typed", "text", "large", "gone")
FAULTS = [(kind, 2) for kind in PASSING] + [(kind, 500) for kind in STAYING]


class Markers(dict):
    """Values by where they are planted."""

    def __missing__(self, name):
        self[name] = "planted" + secrets.token_hex(12)
        return self[name]

    def found_in(self, text):
        """Names of those that are there, as they are or in base64, whatever stands before them."""
        spread = text.replace("\\n", "").replace("\n", "")
        return [name for name, value in self.items()
                if any(form in spread for form in [value, *_encoded(value)])]


def _encoded(value):
    """The part of its base64 that is the same whatever surrounds it."""
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + value.encode() + b"xx").decode()
        yield whole[4:-8]


def secret(name, markers, where, **more):
    data = base64.b64encode(markers[where + " data"].encode()).decode()
    applied = json.dumps({"data": {"key": markers[where + " last-applied"]}})
    return {"apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": name, "annotations": {LAST_APPLIED: applied}},
            "data": {"key": data}, "stringData": {"other": markers[where + " stringData"]}, **more}


def job(markers, where):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"},
            "spec": {"suspend": True, "template": {"spec": {
                "restartPolicy": "Never",
                "containers": [{"name": "a", "image": "a", "env": [
                    {"name": "PASSWORD", "value": markers[where + " Job"]}]}]}}}}


def plant_tree(program, namespace, markers):
    """Right Secrets, and wrong ones that a server quotes when it refuses them."""
    fine = secret("fine", markers, "tree")
    wrong = {
        "type": {**secret("type", markers, "wrong type"), "stringData": {"a": {"b": markers["wrong type"]}}},
        "data": {**secret("data", markers, "wrong data"), "data": {"a": markers["wrong data"] + "!"}},
        "label": {**secret("label", markers, "wrong label")},  # which makes the server quote, and is no secret
        "fixed": secret("fixed", markers, "changed"),
        "unknown": {**secret("unknown", markers, "unknown field"), "extra": markers["unknown field"]},
        "config": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shown"},
                   "data": {"a": "shown-value"}},
    }
    wrong["label"]["metadata"]["labels"] = {"a": "wrong!"}
    files = {"%s.yaml" % name: json.dumps(value, indent=1) for name, value in {**wrong, "fine": fine}.items()}
    files["job.yaml"] = json.dumps(job({"tree Job": "in-git"}, "tree"), indent=1)
    files["twice.yaml"] = "apiVersion: v1\nkind: Secret\nmetadata: {name: twice}\nstringData:\n  a: %s\n  a: %s\n" % (
        markers["twice"], markers["twice"])
    files["broken.yaml"] = "apiVersion: v1\nkind: Secret\nmetadata: {name: broken}\nstringData:\n  a: \"%s\n" % (
        markers["broken"])
    files["kustomization.yaml"] = "namespace: %s\nresources: [fine.yaml, config.yaml]\n" % namespace
    program.write({"plain/" + name: text.replace('"metadata": {', '"metadata": {"namespace": "%s",' % namespace, 1)
                   .replace("metadata: {", "metadata: {namespace: %s, " % namespace, 1)
                   for name, text in files.items() if name != "kustomization.yaml"})
    program.write({"overlay/" + name: files[name]
                   for name in ("kustomization.yaml", "fine.yaml", "config.yaml")})


def plant_cluster(admin, namespace, markers):
    for value in (secret("fine", markers, "live"), secret("fixed", markers, "live fixed", immutable=True),
                  job(markers, "live")):
        made = admin.create(json.dumps(value), value["apiVersion"], value["kind"], namespace)
        assert made.accepted, made.message


@pytest.fixture
def hook_server(tmp_path):
    with WebhookServer(tmp_path) as server:
        yield server


class Tunnel(_Tunnel):
    """Ends both sides when one is reset, as nobody else would tell the other."""

    @staticmethod
    def _copy(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Planted:
    def __init__(self, program, proxy, markers, path):
        self.program, self.proxy, self.markers, self.path = program, proxy, markers, path

    def commands(self):
        """Every command that talks to a cluster or builds, with files for every format it has."""
        files = [flag for name in FORMATS for flag in ("--output", "%s=%s" % (name, self.program.home / name))]
        ask = ["--kubeconfig", self.path, "--allow-exec"]
        yield ["check", "--all", "--dry-run", *ask, *files]
        yield ["check", "--all", "--dry-run=post", "--format", "json", *ask]
        yield ["cluster", "export", *ask, "--output", self.program.home / "snapshot", "--all", "--with-params"]
        # What is in the environment of a container is no Secret's, and a difference shows it.
        job_path = self.program.folder / "plain/job.yaml"
        text = job_path.read_text()
        job_path.unlink()
        for form in ("text", "json", "markdown"):
            yield ["diff", "--format", form, "--output", "%s=%s" % (form, self.program.home / form), *ask]
        job_path.write_text(text)
        yield ["render", "--all", "--format", "json"]

    def search(self, run):
        """All that a run left behind; one that did not understand its command did nothing."""
        assert run.code != 2, run.err
        for line in (run.out + run.err).splitlines():
            assert self.markers.found_in(line) == [], line[:3000]
        assert self.markers.found_in(run.out + run.err) == [], run.out[-3000:]
        for path in self.program.home.rglob("*"):
            if path.is_file():
                found = self.markers.found_in(path.read_bytes().decode(errors="replace"))
                assert found == [], "%s holds %s" % (path, found)


@pytest.fixture
def planted(build, cluster, proxy, admin, namespace, tmp_path):
    """A tree, a cluster and a kubeconfig with markers, behind two proxies: the fault proxy in front of
    the server, and one with a password on the way to it."""
    folder = tmp_path / "tree"
    folder.mkdir()
    program, markers = Program(build, folder), Markers()
    plant_tree(program, namespace, markers)
    plant_cluster(admin, namespace, markers)
    program.commit()
    key = tmp_path / "client.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out",
                    tmp_path / "client.crt", "-subj", "/CN=a", "-days", "2"], check=True,
                   stderr=subprocess.DEVNULL)
    # A line of it is enough, and all of the file's base64.
    markers["client key"] = key.read_text().splitlines()[5]
    markers["token"] = cluster.tokens["admin"]
    tunnel = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel)
    tunnel.daemon_threads = True
    threading.Thread(target=tunnel.serve_forever, daemon=True).start()
    proxy.clear()
    path = kubeconfig(tmp_path, cluster, port=proxy.port, **{
        "proxy-url": "http://me:%s@127.0.0.1:%d" % (markers["proxy password"], tunnel.server_address[1])},
        user={"token": cluster.tokens["admin"],
              "client-certificate-data": base64.b64encode((tmp_path / "client.crt").read_bytes()).decode(),
              "client-key-data": base64.b64encode(key.read_bytes()).decode()})
    yield Planted(program, proxy, markers, path)
    tunnel.shutdown()
    tunnel.server_close()
    proxy.clear()


def test_a_marker_that_gets_out_is_found():
    """The search itself."""
    markers = Markers()
    value = markers["a"]
    for text in (value, base64.b64encode(value.encode()).decode(),
                 base64.b64encode(b"1" + value.encode()).decode(),
                 base64.b64encode(b"12" + value.encode() + b"1").decode(), "x" + value[:9] + "\n" + value[9:]):
        assert markers.found_in("before " + text + " after") == ["a"], text
    assert markers.found_in("planted") == []


def test_nothing_gets_out_of_what_goes_well(planted):
    for command in planted.commands():
        run = planted.program.run(*command)
        planted.search(run)
    # What is no secret is told, so that nothing is only so because everything is withheld.
    shown = planted.program.run("check", "--all", "--dry-run", "--kubeconfig", planted.path)
    assert "fixed.yaml" in shown.out and "withheld" in shown.out, shown.out


@pytest.mark.parametrize("kind, times", FAULTS)
def test_nothing_gets_out_under_a_fault(planted, kind, times):
    for command in planted.commands():
        for path in ("/secrets", "/jobs", "/configmaps"):
            planted.proxy.fail(kind, times=times, path=path, seconds=0.001 if kind == "slow" else None)
        planted.search(planted.program.run(*command))
        planted.proxy.clear()


@pytest.mark.parametrize("kind", ["reset", "garbage"])
def test_nothing_gets_out_of_a_failed_handshake(planted, kind):
    for command in planted.commands():
        planted.proxy.fail_handshake(kind, times=3)
        planted.search(planted.program.run(*command))
        planted.proxy.clear()


def test_nothing_gets_out_of_a_proxy_that_is_gone(planted, tmp_path):
    """Nor of one that refuses, whose URL has a password."""
    config = json.loads(open(planted.path).read())
    password = planted.markers["proxy password"]
    for url in ("http://me:%s@127.0.0.1:1" % password, "ftp://me:%s@127.0.0.1:1" % password,
                "ht tp://me:%s@x" % password):
        config["clusters"][0]["cluster"]["proxy-url"] = url
        path = tmp_path / "bad"
        path.write_text(json.dumps(config))
        run = planted.program.check("--all", "--dry-run", "--kubeconfig", path)
        assert run.code == 4, (url, run.code, run.err)
        planted.search(run)


@pytest.mark.parametrize("text", ["%s", '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",'
                                        '"status":{"token":"%s"}}', "echo %s >&2; exit 1"])
def test_nothing_gets_out_of_what_a_program_prints(planted, cluster, tmp_path, text):
    word = planted.markers["program"]
    script = tmp_path / "login"
    script.write_text("#!/bin/sh\necho noise %s >&2\n%s\n" % (word, text % word if "exit" in text else
                                                              "cat <<'END'\n%s\nEND" % (text % word)))
    script.chmod(0o700)
    path = kubeconfig(tmp_path, cluster, name="exec", user={"exec": {
        "command": str(script), "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
        "env": [{"name": "A", "value": planted.markers["program's environment"]}],
        "args": [planted.markers["program's argument"]]}})
    run = planted.program.check("--all", "--dry-run", "--kubeconfig", path, "--allow-exec")
    assert run.code == 4, run.out
    planted.search(run)


def test_nothing_gets_out_of_what_a_webhook_says(planted, admin, hook_server, namespace):
    """It sees Secrets whole, and may quote them."""
    hooks = Webhooks(admin, hook_server, namespace)
    try:
        hooks.add("Validating", lambda request: {
            "allowed": False, "warnings": ["saw " + json.dumps(request["object"].get("data"))[:200]],
            "status": {"code": 403, "message": "no: " + json.dumps(request["object"])}}, kind="secrets")
        hooks.add("Mutating", lambda request: {
            "allowed": request["name"] != "fine", "warnings": ["saw " + json.dumps(request["object"])[:300]],
            "status": {"code": 409, "reason": "Conflict", "message": json.dumps(request["object"])}},
            kind="secrets")
        hooks.deny("this one is shown", kind="configmaps")
        for command in planted.commands():
            planted.search(planted.program.run(*command))
        shown = planted.program.run("check", "--all", "--dry-run", "--kubeconfig", planted.path)
        assert "this one is shown" in shown.out
    finally:
        hooks.remove()


def test_a_crash_leaves_no_memory_behind(planted):
    """While credentials are in use, with every limit of the shell lifted."""
    planted.proxy.fail("hang", times=50, path="/version", seconds=20)
    environment = planted.program.environment()
    process = subprocess.Popen(
        [planted.program.binary, "check", "--all", "--dry-run", "--kubeconfig", planted.path],
        cwd=planted.program.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2))
    try:
        until("the server is asked", lambda: any("/version" in each.target for each in planted.proxy.seen))
        limits = open("/proc/%d/limits" % process.pid).read()
        row, = (line.split() for line in limits.splitlines() if line.startswith("Max core file size"))
        assert row[4:6] == ["0", "0"]
        process.send_signal(signal.SIGABRT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -signal.SIGABRT
        assert not os.WCOREDUMP(status)
        assert not list(planted.program.folder.rglob("core*"))
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
