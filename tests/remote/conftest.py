# SPDX-License-Identifier: Apache-2.0
"""A repository to follow, servers that have it, and the program that follows it."""
import json
import os
import pathlib
import subprocess

import pytest

from git_server import GitServer
from ssh_server import SSHD, SshServer


def pytest_addoption(parser):
    parser.addoption("--build", type=pathlib.Path, required=True)


class Upstream:
    """A bare repository that others push to, and a clone that pushes."""

    def __init__(self, folder):
        self.folder, self.work = folder, folder / "work"
        self.bare = folder / "served" / "shop.git"
        self.bare.parent.mkdir(parents=True)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            self.env["GIT_%s_NAME" % who] = "Test"
            self.env["GIT_%s_EMAIL" % who] = "test@example.com"
        self.run("init", "-q", "--bare", "-b", "main", str(self.bare), where=folder)
        self.run("init", "-q", "-b", "main", str(self.work), where=folder)
        self.run("remote", "add", "origin", str(self.bare))
        self.count = 0

    def run(self, *args, where=None, **env):
        return subprocess.run(["git", *args], cwd=where or self.work, env={**self.env, **env},
                              check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, text=None, *args, push=True, branch="main"):
        self.count += 1
        (self.work / "app.yaml").write_text(text or "number: %d\n" % self.count)
        self.run("add", "-A")
        self.run("commit", "-qm", "change %d" % self.count, *args)
        if push:
            self.run("push", "-qf", "origin", "HEAD:refs/heads/" + branch)
        return self.run("rev-parse", "HEAD")


class Driver:
    """The program that drives the room, as an object."""

    def __init__(self, build, state, env=None):
        environment = {name: value for name, value in os.environ.items()
                       if not name.lower().endswith("_proxy")}
        self.state = state
        self.process = subprocess.Popen(
            [build / "tests/remote_driver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**environment, **(env or {})})
        self.spoken = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.stdin.close()
        code = self.process.wait(120)
        words = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        if kind is None:
            assert (code, words) == (0, ""), words[-4000:]

    def kill(self):
        """As an engine that is out of memory, or on a node that is."""
        self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

    def tell(self, operation, **ask):
        self.process.stdin.write(json.dumps(
            {"op": operation, **{k: str(v) if isinstance(v, pathlib.Path) else v
                                 for k, v in ask.items()}}) + "\n")
        self.process.stdin.flush()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read()[-4000:])
        self.spoken.append(line)
        return json.loads(line)

    def ask(self, operation, **ask):
        self.tell(operation, **ask)
        return self.read()

    def open(self, **ask):
        answer = self.ask("open", state=str(self.state), **ask)
        assert answer["error"] == "", answer
        return answer

    def poll(self, known=""):
        return self.ask("poll", known=known)

    def fetch(self):
        answer = self.ask("fetch")
        assert answer["failure"] == "ok", answer
        return answer["id"]

    def text(self, commit, path="app.yaml"):
        answer = self.ask("read", commit=commit, path=path)
        assert answer["there"], answer
        return answer["text"]


@pytest.fixture(scope="session")
def build(request):
    folder = request.config.getoption("--build").resolve()
    if not (folder / "tests/remote_driver").exists():
        pytest.exit("remote: there is no tests/remote_driver in %s" % folder, returncode=1)
    return folder


@pytest.fixture
def upstream(tmp_path):
    made = Upstream(tmp_path)
    made.commit()
    return made


@pytest.fixture
def make_driver(build, tmp_path):
    running = []

    def make(env=None, state=None):
        driver = Driver(build, state or tmp_path / "state", env)
        running.append(driver)
        return driver
    yield make
    for driver in running:
        if not driver.process.stdin.closed:
            driver.__exit__(None)


@pytest.fixture
def driver(make_driver):
    return make_driver()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A certificate authority, a server's certificate by it, and another one that nobody trusts."""
    folder = tmp_path_factory.mktemp("authority")

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)
    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", name + ".key", "-out", name + ".pem", "-days", "30",
                "-subj", "/CN=" + name, "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=git")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "server.pem", "-days", "30", "-extfile", "ext")
    return folder


@pytest.fixture
def server(upstream, authority):
    with GitServer(upstream.bare.parent, authority / "server.pem",
                   authority / "server.key") as running:
        yield running


@pytest.fixture
def followed(driver, server, authority):
    """A driver that follows main of the server."""
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem")
    return driver


@pytest.fixture
def sshd(tmp_path):
    if not SSHD:
        if os.environ.get("CI"):
            pytest.fail("there is no sshd")
        pytest.skip("there is no sshd")
    folder = tmp_path / "ssh"
    folder.mkdir()
    with SshServer(folder) as running:
        yield running
