# SPDX-License-Identifier: Apache-2.0
"""What a server can do wrong: each has its own word, its end in time, and leaves nothing behind."""
import os
import pathlib
import socket
import subprocess
import time

import pytest

from git_server import GitServer


def processes(words):
    """Command lines of what runs, with these words."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if words in text:
            found.append(text)
    return found


def until(is_so, seconds):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def nothing_left(driver, url):
    until(lambda: not processes(url), 10)
    assert not list(driver.state.glob("**/tmp_*"))
    assert set(os.listdir(driver.state)) <= {"lock", "repository"}
    descriptors = os.listdir("/proc/%d/fd" % driver.process.pid)
    assert len(descriptors) <= 6, descriptors


@pytest.mark.parametrize("fault, failure", [
    ("401", "denied"), ("403", "denied"), ("404", "no-repository"), ("429", "busy"), ("500", "busy"),
    ("503", "busy"), ("redirect", "redirected")])
def test_answers(followed, server, fault, failure):
    head = followed.fetch()
    server.fault, server.redirect = fault, "https://127.0.0.1:1"
    answer = followed.poll(head)
    assert (answer["outcome"], answer["failure"]) == ("failed", failure), answer
    assert "\n" not in answer["why"] and answer["why"]
    assert followed.ask("fetch")["failure"] == failure
    server.fault = None
    assert followed.poll(head)["outcome"] == "unchanged"
    nothing_left(followed, server.url())


def test_a_server_that_hangs(driver, server, authority):
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", pollMs=1500, fetchMs=1500)
    server.fault = "hang"
    began = time.monotonic()
    answer = driver.poll()
    assert answer["failure"] == "timeout", answer
    assert driver.ask("fetch")["failure"] == "timeout"
    assert time.monotonic() - began < 6
    nothing_left(driver, server.url())


@pytest.mark.parametrize("fault, failure", [("trickle", "timeout"), ("reset", "cut")])
def test_a_pack_that_does_not_come(driver, server, authority, upstream, fault, failure):
    head = upstream.commit(os.urandom(300000).hex())
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", fetchMs=4000)
    server.fault = fault
    began = time.monotonic()
    assert driver.poll()["id"] == head
    answer = driver.ask("fetch")
    assert answer["failure"] == failure, answer
    assert time.monotonic() - began < 8
    nothing_left(driver, server.url())
    server.fault = None
    assert driver.fetch() == head


def test_an_endless_pack(driver, server, authority, upstream):
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", maxBytes=4000000,
                fetchMs=60000)
    head = driver.fetch()
    upstream.commit()
    server.fault = "endless"
    answer = driver.ask("fetch")
    assert answer["failure"] == "too-large", answer
    nothing_left(driver, server.url())
    assert driver.text(head)


def test_an_endless_pack_against_the_clock(driver, server, authority):
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", fetchMs=2000)
    server.fault = "endless"
    began = time.monotonic()
    answer = driver.ask("fetch")
    assert answer["failure"] == "timeout", answer
    assert time.monotonic() - began < 4
    nothing_left(driver, server.url())


@pytest.mark.parametrize("fault", ["hang", "trickle", "endless"])
def test_killed_in_the_middle(driver, make_driver, server, authority, upstream, fault):
    """The next one takes the folder over at once, whatever is left of the last one's work."""
    given = {"url": server.url(), "branch": "main", "ca": authority / "ca.pem"}
    driver.open(**given)
    first = driver.fetch()
    second = upstream.commit(os.urandom(300000).hex())
    server.fault = fault
    server.seen.clear()
    driver.tell("fetch")
    until(lambda: len([1 for method, _, _ in server.seen if method == "POST"]) > 1
          or fault == "hang" and server.seen, 20)
    time.sleep(0.5)
    assert processes(server.url())
    driver.kill()
    server.fault = None
    again = make_driver(state=driver.state)
    again.open(**given)
    assert again.text(first) == "number: 1\n"
    assert again.fetch() == second
    assert again.ask("descends", ancestor=first, commit=second)["descent"] == "descends"
    if fault != "hang":  # what waits for a silent server gives up after a minute (http.lowSpeedTime)
        until(lambda: not processes(server.url()), 20)


def test_a_list_of_references_without_end(driver, server, authority, upstream):
    head = upstream.run("rev-parse", "HEAD")
    (upstream.bare / "packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \n" + "".join(
        "%s refs/heads/many/%06d\n" % (head, number) for number in range(100000)))
    driver.open(url=server.url(), branch="many/012345", ca=authority / "ca.pem")
    assert driver.poll()["id"] == head
    assert driver.fetch() == head


def test_no_such_host(driver, authority):
    driver.open(url="https://no-such-host.invalid/shop.git", ca=authority / "ca.pem")
    answer = driver.poll()
    assert answer["failure"] == "no-name", answer


def test_nobody_listens(driver, authority):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    driver.open(url="https://127.0.0.1:%d/shop.git" % port, ca=authority / "ca.pem")
    answer = driver.poll()
    assert answer["failure"] == "unreached", answer


def test_somebody_who_speaks_no_http(driver, authority):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        driver.open(url="https://127.0.0.1:%d/shop.git" % listener.getsockname()[1],
                    ca=authority / "ca.pem", pollMs=1000)
        answer = driver.poll()
    assert answer["failure"] == "timeout", answer


def test_no_such_repository(driver, server, authority):
    driver.open(url=server.url("nothing.git"), ca=authority / "ca.pem")
    answer = driver.poll()
    assert answer["failure"] == "no-repository", answer


@pytest.mark.parametrize("ca", ["other.pem", None])
def test_a_certificate_of_somebody_else(driver, server, authority, ca):
    driver.open(url=server.url(), **({"ca": authority / ca} if ca else {}))
    answer = driver.poll()
    assert answer["failure"] == "untrusted", answer
    assert not server.seen


def test_a_certificate_for_another_name(driver, server, authority):
    driver.open(url=server.url().replace("127.0.0.1", "localhost"), ca=authority / "ca.pem")
    answer = driver.poll()
    assert answer["failure"] == "untrusted", answer


def test_plain_http_has_to_be_asked_for(driver, upstream):
    with GitServer(upstream.bare.parent) as server:
        refused = driver.ask("open", state=str(driver.state), url=server.url())
        assert "use https" in refused["error"]
        driver.open(url=server.url(), allowHttp=True)
        assert driver.fetch() == upstream.run("rev-parse", "HEAD")


def test_a_proxy(driver, server, authority):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        driver.open(url="https://git.test/shop.git", ca=authority / "ca.pem", pollMs=5000,
                    proxy="http://me:proxy-S3cret@127.0.0.1:%d" % listener.getsockname()[1])
        driver.tell("poll", known="")
        connection, _ = listener.accept()
        with connection:
            asked = connection.recv(4096).decode()
            assert asked.startswith("CONNECT git.test:443 ")
            connection.sendall(b"HTTP/1.1 502 no\r\nContent-Length: 0\r\n\r\n")
        answer = driver.read()
    assert answer["failure"] in ("unreached", "busy"), answer
    assert "S3cret" not in answer["why"]


def test_ids_by_sha256(driver, server, authority, upstream):
    path = upstream.bare.parent / "wide.git"
    subprocess.run(["git", "init", "-q", "--bare", "--object-format=sha256", "-b", "main", path],
                   check=True)
    tree = upstream.run("hash-object", "-t", "tree", "-w", "/dev/null", where=path)
    commit = upstream.run("commit-tree", "-m", "one", tree, where=path)
    upstream.run("update-ref", "refs/heads/main", commit, where=path)
    driver.open(url=server.url("wide.git"), branch="main", ca=authority / "ca.pem")
    answer = driver.poll()
    assert answer["outcome"] == "failed", answer
    assert answer["failure"] == "odd", answer


def test_hooks_and_configuration_of_the_user_do_not_count(make_driver, server, authority, tmp_path,
                                                          upstream):
    home = tmp_path / "home"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    marker = tmp_path / "ran"
    for name in ("reference-transaction", "post-checkout"):
        (hooks / name).write_text("#!/bin/sh\ntouch %s\n" % marker)
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(
        "[core]\nhooksPath = %s\nfsmonitor = touch %s\n[credential]\nhelper = !touch %s\n"
        "[url \"https://127.0.0.1:1/\"]\ninsteadOf = %s\n[http]\nsslVerify = false\n" % (
            hooks, marker, marker, server.url("")))
    other = {"HOME": str(home), "GIT_DIR": str(upstream.bare), "GIT_TRACE": str(tmp_path / "trace"),
             "GIT_SSL_NO_VERIFY": "1", "GIT_ASKPASS": "/bin/true", "GIT_CONFIG_COUNT": "1",
             "GIT_CONFIG_KEY_0": "http.proxy", "GIT_CONFIG_VALUE_0": "http://127.0.0.1:1",
             "https_proxy": "http://127.0.0.1:1", "LC_ALL": "de_DE.UTF-8"}
    driver = make_driver(other)
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem")
    assert driver.fetch() == upstream.run("rev-parse", "HEAD")
    server.password = ("me", "other")
    assert driver.poll()["failure"] == "denied"
    assert not marker.exists()
    assert not (tmp_path / "trace").exists()
