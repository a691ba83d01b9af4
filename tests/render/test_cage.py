# SPDX-License-Identifier: Apache-2.0
"""What the cage holds when the program itself means harm: fake.c in the place of kustomize and helm."""
import http.server
import os
import subprocess
import threading
import time

import pytest

import tools

MARKER = "marker-of-a-secret"


def tried(result):
    """What the fake tried, and what came of it."""
    assert result.returncode == 1, result.stdout
    text = result.stdout.splitlines()[0].partition("can't build this: ")[2]
    return dict(part.rsplit(": ", 1) for part in text.rstrip(";").split("; "))


@pytest.fixture
def server():
    """Somebody who would answer."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    listening = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield listening.server_port, asked
    listening.shutdown()


def test_no_network(fake, server):
    found = tried(fake("network %d" % server[0]))
    assert not server[1]
    assert len(found) == 6 and set(found.values()) == {"Permission denied"}


def test_no_files_of_others(fake):
    """It neither reads nor changes what is outside of its copy, and nothing in it."""
    secret = fake.checkout.home / "secret"
    secret.write_text(MARKER)
    os.chmod(secret, 0o640)
    before = secret.stat()
    found = tried(fake("files %s" % secret))
    assert len(found) == 15 and set(found.values()) == {"Permission denied"}
    after = secret.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_uid) == (before.st_mode, before.st_mtime_ns, before.st_uid)
    assert secret.read_text() == MARKER
    assert [path.name for path in fake.checkout.home.iterdir() if path.name != ".cache"] == ["secret"]


def test_no_processes(fake):
    """Neither new ones nor signals to others; so nothing outlives it."""
    found = tried(fake("processes"))
    assert found.pop("clone3") == "Function not implemented"
    assert len(found) == 10 and set(found.values()) == {"Permission denied"}


def test_no_environment(fake):
    for name in ("GITHUB_TOKEN", "TIDEGATE_TOKEN", "AWS_SECRET_ACCESS_KEY", "SOPS_AGE_KEY", "SSH_AUTH_SOCK"):
        fake.checkout.env[name] = MARKER
    fake.checkout.env["KUBECONFIG"] = str(fake.checkout.home / MARKER)
    result = fake("environment")
    assert MARKER not in result.stdout
    text = result.stdout.splitlines()[0].partition("can't build this: ")[2]
    names = [part.partition("=")[0] for part in text.rstrip(";").split("; ")]
    assert sorted(names) == ["GOMEMLIMIT", "HELM_NO_PLUGINS", "HELM_PLUGINS", "HOME", "KUBECONFIG", "TMPDIR",
                             "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"]
    assert "KUBECONFIG=/dev/null; " in text and str(fake.checkout.home) not in text


@pytest.mark.parametrize("order,says", [
    ("endless out", "kustomize writes more than 64 MiB"), ("endless err", "kustomize writes more than 64 MiB"),
    ("line 100000000", "kustomize writes more than 64 MiB"), ("memory", "kustomize was ended by signal 6"),
    ("signal 9", "kustomize was ended by signal 9"), ("signal 11", "kustomize was ended by signal 11")])
def test_limits(fake, order, says):
    started = time.monotonic()
    result = fake(order)
    assert "kustomization.yaml:1:1: error[limit/render]: %s\n" % says in result.stdout
    assert result.returncode == 4
    assert time.monotonic() - started < 30


def test_time(fake):
    """Two at once: a kustomize that minds no polite signal, and a helm with much to do. A minute, as the
    limit is."""
    fake.checkout.env["TIDEGATE_HELM"] = str(tools.helm())
    fake.checkout.write({"chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "chart/templates/a.yaml":
                         "{{ range until 200000 }}{{ range until 200000 }}{{ end }}{{ end }}"})
    started = time.monotonic()
    result = fake("sleep", "--jobs", "2")
    assert 60 <= time.monotonic() - started < 90
    assert "kustomization.yaml:1:1: error[limit/render]: kustomize was stopped after 60 s" in result.stdout
    assert "chart/Chart.yaml:1:1: error[limit/render]: helm was stopped after 60 s" in result.stdout
    assert result.returncode == 4


def test_stopped_from_outside(fake):
    """Who ends tidegate ends what it started."""
    fake.checkout.write({"kustomization.yaml": "# fake: sleep\n"})
    with subprocess.Popen([fake.checkout.program, "check", "--all"], cwd=fake.checkout.path, env=fake.checkout.env,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(fake.checkout.processes)
        process.kill()
    until(lambda: not fake.checkout.processes())


def until(holds):
    for _ in range(200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("not within ten seconds")


@pytest.mark.parametrize("order,code,says", [
    ("text hello", 1, "api/not-an-object"), ("text {a: b}", 1, "api/missing-type"),
    ("text a: {{ x }}", 1, "yaml/"), ("text kind: ConfigMap", 1, "api/missing-type"),
    ("print \\xff\\xfe", 1, "yaml/encoding"), ("print   a: \\x00", 1, "yaml/encoding"),
    ("print   a: [b", 1, "yaml/syntax"), ("print \\x1b[31mred", 1, "yaml/"),
    ("line 30000000", 1, "api/too-large"), ("depth 1000", 4, "limit/depth"), ("depth 1000000", 4, "limit/depth"),
    ("fail out of memory", 1, "render/failed"), ("fail", 1, "render/failed"),
    ("unknown", 1, "render/failed")])
def test_what_it_writes(fake, order, code, says):
    result = fake(order)
    assert result.returncode == code, result.stdout
    assert "kustomization.yaml:1:1: error[%s" % says in result.stdout
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) < 20000


def test_nothing_is_counted(fake):
    """One that makes no object is no success either."""
    result = fake("nothing")
    assert result.returncode == 3 and "no manifest was found" in result.stdout + result.stderr


def test_terminal(fake):
    """What it says is shown with its control characters written out."""
    result = fake("fail \x1b]0;title\x07 \x1b[2J")
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout


def test_without_landlock(fake, fake_program, checkout):
    """A kernel without it: kustomize keeps to its own rule, so nothing outside of the folder goes in."""
    checkout.env["TIDEGATE_KUSTOMIZE"] = str(tools.kustomize())
    secret = checkout.home / "secret.yaml"
    secret.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndate: %s\n" % MARKER)
    checkout.write({"kustomization.yaml": "resources: [%s]\n" % secret})
    result = subprocess.run([fake_program, "--without-landlock", checkout.program, "check", "-k", "1.36",
                             "--format", "full", "--all"], cwd=checkout.path, env=checkout.env,
                            capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 1
    assert "is not in or below" in result.stdout and "this kernel has no Landlock" in result.stdout
    assert MARKER not in result.stdout + result.stderr
