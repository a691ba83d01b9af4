# SPDX-License-Identifier: Apache-2.0
"""The program that drives the room `cluster`, as an object.

    with ClientProcess(build, env) as client:
        client.open(kubeconfig=path)
        answer = client.ask("call", verb="get", ...)
"""
import json
import os
import subprocess


class ClientProcess:
    def __init__(self, build, env=None):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST",
                                       "KUBERNETES_SERVICE_PORT")
                       and not name.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            [build / "tests/cluster_client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**environment, **(env or {})})
        self.spoken = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._process.stdin.close()
        code = self._process.wait(60)
        words = self._process.stderr.read()
        self._process.stdout.close()
        self._process.stderr.close()
        if kind is None:
            assert (code, words) == (0, ""), words[-4000:]

    def tell(self, operation, **ask):
        self._process.stdin.write(json.dumps({"op": operation, **ask}) + "\n")
        self._process.stdin.flush()

    def read(self):
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(self._process.stderr.read()[-4000:])
        self.spoken.append(line)
        return json.loads(line)

    def ask(self, operation, **ask):
        self.tell(operation, **ask)
        return self.read()

    def open(self, connect=True, **ask):
        answer = self.ask("open", **ask)
        assert answer == {"error": ""}, answer
        return self.connect() if connect else None

    def connect(self):
        answer = self.ask("connect")
        assert "error" not in answer, answer
        return answer

    def call(self, verb, kind="ConfigMap", version="v1", **ask):
        return self.ask("call", verb=verb, kind=kind, apiVersion=version, **ask)


def kubeconfig(folder, cluster, port=None, user=None, name="config", **of_cluster):
    """A file for one user; by default the admin with its token."""
    path = folder / name
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": {
            "server": "https://127.0.0.1:%d" % (port or cluster.port),
            "certificate-authority": str(cluster.certificate), **of_cluster}}],
        "users": [{"name": "me", "user": user or {"token": cluster.tokens["admin"]}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
    }))
    return str(path)


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
