# SPDX-License-Identifier: Apache-2.0
"""Passwords and tokens reach the one server they are for, and are seen nowhere else."""
import base64
import os
import pathlib
import threading

import pytest

from git_server import GitServer

SECRET = "S3cret-marker-0123"


class Watch:
    """Samples command lines and environments of all processes below one, as often as it can. A child
    that has not begun its program yet is still what it was copied from, and not looked at."""

    def __init__(self, pid):
        self.pid, self.samples, self.seen, self.programs = pid, 0, [], set()
        self.own = os.readlink("/proc/%d/exe" % pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _children(self, pid):
        try:
            text = pathlib.Path("/proc/%d/task/%d/children" % (pid, pid)).read_text()
        except OSError:
            return
        for child in map(int, text.split()):
            yield child
            yield from self._children(child)

    def _run(self):
        markers = [SECRET.encode(), base64.b64encode(("me:" + SECRET).encode())]
        while not self._stop.is_set():
            for pid in self._children(self.pid):
                for name in ("cmdline", "environ"):
                    try:
                        if os.readlink("/proc/%d/exe" % pid) == self.own:
                            continue
                        text = pathlib.Path("/proc/%d/%s" % (pid, name)).read_bytes()
                    except OSError:
                        continue
                    self.samples += 1
                    if name == "cmdline":
                        self.programs.add(text.split(b"\0")[0].decode())
                    if any(marker in text for marker in markers):
                        self.seen.append((name, text))


def secret_file(folder):
    path = folder / "secret"
    path.write_text(SECRET + "\n")
    path.chmod(0o600)
    return path


def no_trace(driver):
    for path in driver.state.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    assert SECRET not in "".join(driver.spoken)
    assert base64.b64encode(("me:" + SECRET).encode()).decode() not in "".join(driver.spoken)


@pytest.mark.parametrize("kind", ["token", "password"])
def test_a_secret_is_seen_by_the_server_only(driver, server, authority, upstream, tmp_path, kind):
    if kind == "token":
        server.token = SECRET
        given = {"tokenFile": secret_file(tmp_path)}
    else:
        server.password = ("me", SECRET)
        given = {"username": "me", "passwordFile": secret_file(tmp_path)}
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", **given)
    with Watch(driver.process.pid) as watch:
        for _ in range(5):
            head = upstream.commit()
            assert driver.poll()["id"] == head
            assert driver.fetch() == head
    assert not watch.seen, watch.seen[:3]
    assert watch.samples > 50
    # The one that speaks to the server was among them.
    assert any("remote-https" in name or name == "git" for name in watch.programs), watch.programs
    assert all(header for _, _, header in server.seen)
    no_trace(driver)


@pytest.mark.parametrize("kind", ["none", "wrong", "user"])
def test_a_credential_that_is_refused(driver, server, authority, tmp_path, kind):
    server.password = ("me", "right")
    given = {"none": {}, "wrong": {"username": "me", "passwordFile": secret_file(tmp_path)},
             "user": {"tokenFile": secret_file(tmp_path)}}[kind]
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", **given)
    answer = driver.poll()
    assert answer["failure"] == "denied", answer
    assert driver.ask("fetch")["failure"] == "denied"
    no_trace(driver)


def test_a_secret_in_a_variable_is_not_inherited(make_driver, server, authority, upstream):
    server.token = SECRET
    driver = make_driver({"FOLLOW_TOKEN": SECRET})
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem",
                tokenVariable="FOLLOW_TOKEN")
    with Watch(driver.process.pid) as watch:
        for _ in range(5):
            assert driver.poll()["id"] == upstream.run("rev-parse", "HEAD")
    assert not watch.seen
    assert watch.samples


def test_a_secret_that_changes(driver, server, authority, tmp_path):
    server.token = "the-next-one"
    path = secret_file(tmp_path)
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", tokenFile=path)
    assert driver.poll()["failure"] == "denied"
    path.write_text("the-next-one\n")
    assert driver.poll()["failure"] == "ok"


@pytest.mark.parametrize("text", ["", "\n", "a\nb", "a\n[core]\nsshCommand = x", "a\0b"])
def test_a_file_with_no_secret(driver, server, authority, tmp_path, text):
    path = tmp_path / "secret"
    path.write_text(text)
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", tokenFile=path)
    answer = driver.poll()
    assert answer["failure"] == "local", answer
    assert "the token is empty, or more than one line" in answer["why"]
    assert not server.seen


def test_a_file_that_is_missing(driver, server, authority, tmp_path):
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem",
                tokenFile=tmp_path / "nothing")
    answer = driver.poll()
    assert answer["failure"] == "local", answer
    assert "No such file" in answer["why"]


def test_a_secret_that_looks_like_configuration(driver, server, authority, tmp_path):
    server.token = 'a"b\\c;d#e [core]'
    path = tmp_path / "secret"
    path.write_text(server.token)
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", tokenFile=path)
    assert driver.poll()["failure"] == "ok"


def test_a_redirect_gets_no_credential(driver, server, authority, upstream, tmp_path):
    with GitServer(upstream.bare.parent, authority / "server.pem",
                   authority / "server.key") as other:
        server.fault, server.redirect = "redirect", "https://127.0.0.1:%d" % other.port
        driver.open(url=server.url(), branch="main", ca=authority / "ca.pem",
                    tokenFile=secret_file(tmp_path))
        answer = driver.poll()
        assert answer["failure"] == "redirected", answer
        assert driver.ask("fetch")["failure"] == "redirected"
        assert server.seen and not other.seen
    no_trace(driver)


def test_a_password_in_the_url(driver):
    answer = driver.ask("open", state=str(driver.state), url="https://me:%s@git.test/a" % SECRET)
    assert "password" in answer["error"]
    no_trace_of = "".join(driver.spoken)
    assert SECRET not in no_trace_of


def test_two_credentials(driver, tmp_path):
    path = str(secret_file(tmp_path))
    answer = driver.ask("open", state=str(driver.state), url="https://git.test/a", tokenFile=path,
                        passwordFile=path)
    assert "which one" in answer["error"]


def test_a_server_that_repeats_what_it_was_told(driver, server, authority, tmp_path, monkeypatch):
    """The secret comes back in a message that git prints."""
    def backend(handler, _):
        text = ("ERR you said %s" % handler.headers.get("Authorization")).encode()
        service = b"001e# service=git-upload-pack\n0000"
        return (b"Content-Type: application/x-git-upload-pack-advertisement\r\n\r\n" + service +
                b"%04x" % (len(text) + 4) + text)
    monkeypatch.setattr(server, "backend", backend)
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem",
                tokenFile=secret_file(tmp_path))
    answer = driver.poll()
    assert answer["outcome"] == "failed"
    assert "you said Bearer ***" in answer["why"], answer
    no_trace(driver)
