# SPDX-License-Identifier: Apache-2.0
"""A real control plane on loopback: etcd, kube-apiserver and, if wanted, kube-controller-manager.

    with Cluster("1.36") as cluster:
        cluster.client().get("/version")

Everything lives in one private folder, listens on free ports of 127.0.0.1, and is gone when the
cluster stops. Should this process die before, the kernel ends the servers with it, and the next
cluster of this user removes the folder.
"""
import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from binaries import ClusterError, DEFAULT_MINOR, ensure
from client import Client

READY_SECONDS = 120
PORT_TRIES = 3
PR_SET_PDEATHSIG = 1
ISSUER = "https://kubernetes.default.svc"
SERVICE_RANGE = "10.0.0.0/24"
FOLDER_PREFIX = "tidegate-cluster-%d-" % os.getuid()
# Known only to clusters on this machine's loopback, each with tokens of its own.
USERS = {"admin": ("system:masters",), "developer": ()}


class PortTaken(ClusterError):
    """Somebody took a free port between the look and the start; others are free."""


class Cluster:
    """One control plane. `users` are more names with their groups, for tests of RBAC; `flags` more
    flags of the API server, of which a later one wins over an earlier one.

    Start it on a thread that lives as long as it shall: the kernel counts the death of the thread
    that started a server, not of the process. With `outlive` a server stays until it is ended.
    """

    def __init__(self, minor=DEFAULT_MINOR, controllers=True, users=None, folder=None,
                 outlive=False, flags=()):
        self.minor = minor
        self.flags = tuple(flags)
        self.controllers = controllers
        self.users = {**USERS, **(users or {})}
        self.tokens = {name: secrets.token_hex(16) for name in self.users}
        self.outlive = outlive
        self.folder = folder
        self.port = 0
        self.processes = []
        self._lock = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        names = ["etcd", "kube-apiserver"] + ["kube-controller-manager"] * self.controllers
        binaries = ensure(self.minor, names)
        self._make_folder()
        try:
            self._write_credentials()
            self._launch(binaries, PORT_TRIES)
            if self.controllers:
                self._spawn("kube-controller-manager", self._controller_flags(binaries))
                self._wait("the controllers", self._controllers_ready)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """Ends what start() began and removes its folder. Nothing is kept, so nothing is asked."""
        self._kill()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def restart(self, name):
        """Ends a server as a crash does, and starts it as it was; does not wait for it."""
        process = next(each for each in self.processes if each.name == name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.processes.remove(process)
        self._spawn(name, process.args)

    def client(self, user="admin", token=None):
        return Client("127.0.0.1", self.port, token or self.tokens[user], self.certificate)

    @property
    def certificate(self):
        """What the server signed for itself; also the root that its clients trust."""
        return self.folder / "certs" / "apiserver.crt"

    @property
    def kubeconfig(self):
        """The admin's kubeconfig file."""
        return self.folder / "kubeconfig"

    def _make_folder(self):
        if self.folder:
            self.folder.mkdir(mode=0o700, parents=True)
            return
        sweep()
        fresh = pathlib.Path(tempfile.mkdtemp(prefix="new-" + FOLDER_PREFIX))
        self.folder = fresh
        self._lock = open(fresh / "lock", "w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Only under this name do others look at it, and by now the lock says that it is in use.
        self.folder = fresh.rename(fresh.with_name(fresh.name.removeprefix("new-")))

    def _write_credentials(self):
        lines = []
        for name, groups in self.users.items():
            named = ',"%s"' % ",".join(groups) if groups else ""
            lines.append("%s,%s,%s%s\n" % (self.tokens[name], name, name, named))
        _write_private(self.folder / "tokens.csv", "".join(lines))
        _make_key(self.folder / "sa.key")

    def _launch(self, binaries, tries):
        etcd_port, peer_port, self.port = _free_ports(3)
        _write_private(self.kubeconfig, self._kubeconfig_text())
        self._spawn("etcd", _etcd_flags(binaries, self.folder, etcd_port, peer_port))
        self._spawn("kube-apiserver", self._server_flags(binaries, etcd_port))
        try:
            self._wait("the API server", self._server_ready)
        except PortTaken:
            if tries == 1:
                raise
            self._kill()
            for leftover in ("etcd", "certs", "etcd.log", "kube-apiserver.log"):
                _remove(self.folder / leftover)
            self._launch(binaries, tries - 1)

    def _server_flags(self, binaries, etcd_port):
        flags = [
            binaries["kube-apiserver"],
            "--etcd-servers=http://127.0.0.1:%d" % etcd_port,
            "--bind-address=127.0.0.1",
            "--secure-port=%d" % self.port,
            "--cert-dir=%s" % (self.folder / "certs"),
            "--service-account-issuer=" + ISSUER,
            "--service-account-key-file=%s" % (self.folder / "sa.key"),
            "--service-account-signing-key-file=%s" % (self.folder / "sa.key"),
            "--service-cluster-ip-range=" + SERVICE_RANGE,
            "--authorization-mode=RBAC",
            "--token-auth-file=%s" % (self.folder / "tokens.csv"),
            "--allow-privileged=true",
        ]
        if not self.controllers:
            # Nobody makes the service account 'default', without which it refuses every Pod.
            flags.append("--disable-admission-plugins=ServiceAccount")
        return flags + list(self.flags)

    def _controller_flags(self, binaries):
        return [
            binaries["kube-controller-manager"],
            "--kubeconfig=%s" % self.kubeconfig,
            "--controllers=*",
            "--service-account-private-key-file=%s" % (self.folder / "sa.key"),
            "--root-ca-file=%s" % self.certificate,
            "--use-service-account-credentials=false",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            "--secure-port=0",
        ]

    def _kubeconfig_text(self):
        """JSON, which is YAML."""
        return json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "tidegate",
            "clusters": [{"name": "tidegate", "cluster": {
                "server": "https://127.0.0.1:%d" % self.port,
                "certificate-authority": str(self.certificate)}}],
            "users": [{"name": name, "user": {"token": token}}
                      for name, token in self.tokens.items()],
            "contexts": [{"name": "tidegate" if name == "admin" else name,
                          "context": {"cluster": "tidegate", "user": name}}
                         for name in self.tokens],
        }, indent=2) + "\n"

    def _spawn(self, name, command):
        with open(self.folder / (name + ".log"), "ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                # No proxy and no kubeconfig of the user gets in between.
                env={"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder)},
                start_new_session=True, preexec_fn=None if self.outlive else _die_with(os.getpid()))
        process.name = name
        self.processes.append(process)
        return process

    def _kill(self):
        # The latest started first, so that nobody logs the loss of what it depends on.
        for process in reversed(self.processes):
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes = []

    def _wait(self, what, ready):
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            for process in self.processes:
                if process.poll() is not None:
                    words = self._last_words(process.name)
                    failure = PortTaken if "address already in use" in words else ClusterError
                    raise failure("%s ended with %d before it was ready; its last words:\n%s" % (
                        process.name, process.returncode, words))
            with contextlib.suppress(OSError):
                if ready():
                    return
            time.sleep(0.05)
        raise ClusterError("%s did not become ready in %d seconds; the log of %s ends with:\n%s" % (
            what, READY_SECONDS, self.processes[-1].name,
            self._last_words(self.processes[-1].name)))

    def _last_words(self, name):
        lines = (self.folder / (name + ".log")).read_text(errors="replace").splitlines()
        return "\n".join("  " + line[:300] for line in lines[-8:])

    def _server_ready(self):
        """Ready, and RBAC has read its roles: until then it refuses people who have the right."""
        if not self.certificate.exists():
            return False
        client = self.client()
        if client.get("/readyz").code != 200:
            return False
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                  "spec": {"user": "nobody", "groups": ["system:authenticated"],
                           "nonResourceAttributes": {"path": "/api", "verb": "get"}}}
        answer = client.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                                body=json.dumps(review), content_type="application/json")
        return answer.code == 201 and answer.object["status"]["allowed"]

    def _controllers_ready(self):
        """They run once what they make in every namespace is in the oldest one."""
        path = "/api/v1/namespaces/default/serviceaccounts/default"
        return self.client().get(path).code == 200


def _etcd_flags(binaries, folder, port, peer_port):
    peer = "http://127.0.0.1:%d" % peer_port
    return [
        binaries["etcd"], "--data-dir=%s" % (folder / "etcd"), "--log-level=warn",
        # Nothing survives the cluster, so nothing waits for a disk.
        "--unsafe-no-fsync",
        "--listen-client-urls=http://127.0.0.1:%d" % port,
        "--advertise-client-urls=http://127.0.0.1:%d" % port,
        "--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
        "--initial-cluster=default=" + peer,
    ]


def _die_with(parent):
    """What a child runs first, so that it can't outlive `parent`, however that ends."""
    libc = ctypes.CDLL(None)

    def arm():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    return arm


def _free_ports(count):
    """Held together, so that they differ; whoever takes one first after this has it."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _write_private(path, text):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.write(text)


def _make_key(path):
    """Signs service account tokens. Python's library makes no keys."""
    if not shutil.which("openssl"):
        raise ClusterError("openssl is missing, which makes the cluster's signing key; install it")
    subprocess.run(["openssl", "genrsa", "-out", path, "2048"], check=True,
                   stderr=subprocess.DEVNULL)
    path.chmod(0o600)


def sweep():
    """Removes folders whose owner died: its lock is free, while a living owner holds it."""
    for folder in pathlib.Path(tempfile.gettempdir()).glob(FOLDER_PREFIX + "*"):
        with contextlib.suppress(OSError), open(folder / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
