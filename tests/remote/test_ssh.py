# SPDX-License-Identifier: Apache-2.0
"""Following by ssh, against a real sshd."""
import socket
import time

import pytest

from ssh_server import make_key


@pytest.fixture
def known(sshd, tmp_path):
    return sshd.known_hosts(tmp_path / "known_hosts")


def test_a_branch_is_followed(driver, sshd, upstream, known):
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=sshd.user_key, knownHosts=known)
    first = upstream.run("rev-parse", "HEAD")
    assert driver.poll()["id"] == first
    assert driver.fetch() == first
    second = upstream.commit()
    assert driver.poll(first) == {"outcome": "moved", "failure": "ok", "id": second, "why": ""}
    assert driver.fetch() == second
    assert driver.text(second) == "number: 2\n"
    assert driver.ask("descends", ancestor=first, commit=second)["descent"] == "descends"


def test_another_host_key(driver, sshd, upstream, tmp_path):
    other = sshd.known_hosts(tmp_path / "known_hosts", make_key(tmp_path / "another"))
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=sshd.user_key, knownHosts=other)
    answer = driver.poll()
    assert answer["failure"] == "untrusted", answer
    assert "has changed" in answer["why"]


def test_an_unknown_host(driver, sshd, upstream, tmp_path):
    empty = tmp_path / "known_hosts"
    empty.write_text("")
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=sshd.user_key, knownHosts=empty)
    answer = driver.poll()
    assert answer["failure"] == "untrusted", answer
    assert "host key is known" in answer["why"]
    assert empty.read_text() == ""


def test_another_key(driver, sshd, upstream, known, tmp_path):
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=make_key(tmp_path / "stranger"),
                knownHosts=known)
    answer = driver.poll()
    assert answer["failure"] == "denied", answer


def test_a_key_that_others_may_read(driver, sshd, upstream, known):
    sshd.user_key.chmod(0o644)
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=sshd.user_key, knownHosts=known)
    answer = driver.poll()
    assert answer["failure"] == "local", answer
    assert "Permissions 0644" in answer["why"]


def test_a_key_that_is_missing(driver, sshd, upstream, known, tmp_path):
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=tmp_path / "nothing",
                knownHosts=known)
    answer = driver.poll()
    assert (answer["failure"], "private key" in answer["why"]) == ("local", True), answer


def test_no_such_repository(driver, sshd, upstream, known):
    driver.open(url=sshd.url("%s/nothing.git" % upstream.bare.parent), branch="main",
                identity=sshd.user_key, knownHosts=known)
    answer = driver.poll()
    assert answer["failure"] == "no-repository", answer


def test_a_server_that_hangs(driver, sshd, known):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        driver.open(url="ssh://git@127.0.0.1:%d/shop.git" % listener.getsockname()[1], pollMs=1000,
                    identity=sshd.user_key, knownHosts=known)
        began = time.monotonic()
        answer = driver.poll()
    assert answer["failure"] == "timeout", answer
    assert time.monotonic() - began < 5


def test_a_key_or_hosts_must_be_given(driver, sshd, upstream, known):
    for given in ({"knownHosts": str(known)}, {"identity": str(sshd.user_key)}):
        answer = driver.ask("open", state=str(driver.state), url=sshd.url(upstream.bare), **given)
        assert "ssh needs" in answer["error"], answer


def test_no_agent_is_asked(make_driver, sshd, upstream, known, tmp_path):
    driver = make_driver({"SSH_AUTH_SOCK": str(tmp_path / "agent"), "SSH_ASKPASS": "/bin/true",
                          "GIT_SSH_COMMAND": "touch %s" % (tmp_path / "ran"), "GIT_SSH": "/bin/true"})
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=sshd.user_key, knownHosts=known)
    assert driver.fetch()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("path", ["/key with blank", "/key%h", "/key'quote", "/$HOME/key"])
def test_paths_that_ssh_reads_otherwise(driver, sshd, upstream, known, path):
    driver.open(url=sshd.url(upstream.bare), branch="main", identity=path, knownHosts=known)
    answer = driver.poll()
    assert (answer["failure"], "characters" in answer["why"]) == ("local", True), answer
