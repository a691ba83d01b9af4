# SPDX-License-Identifier: Apache-2.0
"""Following a branch, a tag and a commit by https, and what stays behind."""
import os
import stat
import subprocess

import pytest


def test_a_branch_is_followed(followed, upstream, server):
    first = upstream.run("rev-parse", "HEAD")
    assert followed.poll() == {"outcome": "moved", "failure": "ok", "id": first, "why": ""}
    assert followed.fetch() == first
    assert followed.text(first) == "number: 1\n"
    server.seen.clear()
    assert followed.poll(first)["outcome"] == "unchanged"
    assert not [path for method, path, _ in server.seen if method == "POST" and "upload" not in path]
    second = upstream.commit()
    assert followed.poll(first) == {"outcome": "moved", "failure": "ok", "id": second, "why": ""}
    assert followed.fetch() == second
    assert followed.text(second) == "number: 2\n"
    assert followed.text(first) == "number: 1\n"


def test_only_the_last_commit_comes(followed, upstream):
    for _ in range(30):
        upstream.commit()
    followed.fetch()
    count = subprocess.run(["git", "--git-dir", followed.state / "repository", "rev-list", "--count",
                            "refs/tidegate/head"], capture_output=True, text=True, check=True)
    assert count.stdout.strip() == "1"


def test_other_branches_do_not_matter(followed, upstream):
    head = followed.fetch()
    upstream.commit(branch="topic")
    upstream.run("push", "-q", "origin", "HEAD:refs/heads/x/refs/heads/main")
    assert followed.poll(head)["outcome"] == "unchanged"


def test_the_default_branch(driver, server, authority, upstream):
    driver.open(url=server.url(), ca=authority / "ca.pem")
    head = upstream.run("rev-parse", "HEAD")
    assert driver.poll()["id"] == head
    assert driver.fetch() == head


def test_a_tag_that_moves(driver, server, authority, upstream):
    first = upstream.run("rev-parse", "HEAD")
    upstream.run("tag", "-a", "-m", "one", "live")
    upstream.run("push", "-q", "origin", "live")
    driver.open(url=server.url(), tag="live", ca=authority / "ca.pem")
    assert driver.poll()["id"] == first     # the commit, not the tag object
    assert driver.fetch() == first
    second = upstream.commit()
    upstream.run("tag", "-f", "live")       # now a lightweight one
    upstream.run("push", "-qf", "origin", "live")
    assert driver.poll(first) == {"outcome": "moved", "failure": "ok", "id": second, "why": ""}
    assert driver.fetch() == second


def test_a_tag_of_no_commit(driver, server, authority, upstream):
    upstream.run("tag", "tree", "HEAD^{tree}")
    upstream.run("push", "-q", "origin", "tree")
    driver.open(url=server.url(), tag="tree", ca=authority / "ca.pem")
    answer = driver.ask("fetch")
    assert answer["failure"] == "no-revision", answer


def test_a_commit(driver, server, authority, upstream):
    first = upstream.run("rev-parse", "HEAD")
    upstream.commit()
    driver.open(url=server.url(), commit=first, ca=authority / "ca.pem")
    assert driver.poll()["outcome"] == "moved"
    assert not server.seen
    assert driver.fetch() == first
    assert driver.poll(first)["outcome"] == "unchanged"


def test_going_back_to_a_commit(followed, upstream):
    first = upstream.run("rev-parse", "HEAD")
    for _ in range(40):
        upstream.commit()
    head = followed.fetch()
    assert followed.ask("fetchCommit", id=first)["id"] == first
    assert followed.text(first) == "number: 1\n"
    assert followed.text(head) == "number: 41\n"
    assert followed.ask("fetchCommit", id="0123456789" * 4)["failure"] == "no-revision"


def test_a_server_of_the_first_protocol(followed, upstream, server):
    server.is_old = True
    first = upstream.run("rev-parse", "HEAD")
    for number in range(40):
        upstream.commit(push=False)
        upstream.run("branch", "other-%d" % number)
    upstream.run("push", "-q", "origin", "--all")
    second = upstream.commit()
    assert followed.poll()["id"] == second
    assert followed.fetch() == second
    assert followed.ask("descends", ancestor=first, commit=second)["descent"] == "descends"
    third = upstream.commit()
    assert followed.fetch() == third
    assert followed.ask("fetchCommit", id="0123456789" * 4)["failure"] == "no-revision"


def test_a_branch_that_goes(followed, upstream):
    head = followed.fetch()
    upstream.run("push", "-q", "origin", "HEAD:refs/heads/other")
    upstream.run("symbolic-ref", "HEAD", "refs/heads/other", where=upstream.bare)
    upstream.run("push", "-q", "origin", ":refs/heads/main")
    answer = followed.poll(head)
    assert (answer["outcome"], answer["failure"]) == ("failed", "no-revision"), answer
    assert "refs/heads/main" in answer["why"]
    assert followed.ask("fetch")["failure"] == "no-revision"
    assert followed.text(head)


def test_an_empty_repository(driver, server, authority, upstream):
    upstream.run("init", "-q", "--bare", str(upstream.bare.parent / "empty.git"))
    driver.open(url=server.url("empty.git"), branch="main", ca=authority / "ca.pem")
    assert driver.poll()["failure"] == "no-revision"


def test_the_state_folder_is_private(followed):
    followed.fetch()
    assert stat.S_IMODE(os.stat(followed.state).st_mode) == 0o700
    assert sorted(os.listdir(followed.state)) == ["lock", "repository"]
    assert not (followed.state / "repository/hooks").exists()


def test_one_process_a_folder(followed, make_driver, server, authority):
    followed.fetch()
    answer = make_driver().ask("open", state=str(followed.state), url=server.url(),
                               ca=str(authority / "ca.pem"))
    assert "another tidegate" in answer["error"]


def test_it_goes_on_after_a_restart(followed, make_driver, server, authority, upstream):
    head = followed.fetch()
    followed.__exit__(None)
    # What an end in the middle leaves behind.
    repository = followed.state / "repository"
    (repository / "shallow.lock").write_text("")
    (repository / "refs/tidegate/head.lock").write_text("")
    (repository / "objects/pack/tmp_pack_abc").write_bytes(b"x" * 100000)
    (followed.state / "fresh").mkdir()
    (followed.state / "fresh/HEAD").write_text("")
    again = make_driver()
    again.open(url=server.url(), branch="main", ca=authority / "ca.pem")
    assert again.text(head)
    assert again.fetch() == head
    second = upstream.commit()
    assert again.fetch() == second
    assert not list((repository / "objects/pack").glob("tmp_*"))


@pytest.mark.parametrize("damage", ["HEAD", "config", "objects"])
def test_a_broken_repository_is_made_anew(followed, damage):
    head = followed.fetch()
    path = followed.state / "repository" / damage
    if path.is_dir():
        subprocess.run(["rm", "-r", path], check=True)
    else:
        path.write_text("[broken\n")
    for _ in range(2):
        answer = followed.ask("fetch")
    assert answer == {"failure": "ok", "id": head, "why": ""}
    assert followed.text(head)


def test_a_repository_that_grows_starts_from_nothing(driver, server, authority, upstream):
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", recycleBytes=200000)
    sizes = []
    for _ in range(6):
        head = upstream.commit(os.urandom(60000).hex())
        assert driver.fetch() == head
        pack = driver.state / "repository/objects/pack"
        sizes.append(sum(path.stat().st_size for path in pack.iterdir()))
    assert max(sizes) < 400000, sizes
    assert sizes[-1] < max(sizes), sizes


def test_too_large(driver, server, authority, upstream):
    head = upstream.run("rev-parse", "HEAD")
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", maxBytes=500000)
    assert driver.fetch() == head
    upstream.commit(os.urandom(2000000).hex())
    assert driver.ask("fetch")["failure"] == "too-large"
    assert driver.text(head)
    assert driver.ask("fetch")["failure"] == "too-large"
    assert not list(driver.state.glob("**/tmp_*"))
    after = upstream.commit("small: true\n")
    assert driver.fetch() == after


def test_a_folder_of_this_machine(driver, upstream):
    refused = driver.ask("open", state=str(driver.state), url="file://%s" % upstream.bare)
    assert "not allowed" in refused["error"]
    driver.open(url="file://%s" % upstream.bare, branch="main", allowFile=True)
    assert driver.fetch() == upstream.run("rev-parse", "HEAD")


# ---- descent ----

def test_descent(followed, upstream):
    first = followed.fetch()
    for _ in range(5):
        upstream.commit()
    head = followed.fetch()
    assert followed.ask("descends", ancestor=first, commit=head)["descent"] == "descends"
    assert followed.ask("descends", ancestor=head, commit=head)["descent"] == "descends"
    assert followed.ask("descends", ancestor=head, commit=first)["descent"] == "diverged"


def test_descent_over_a_long_history(followed, upstream):
    first = followed.fetch()
    for _ in range(150):
        upstream.commit(push=False)
    upstream.commit()
    head = followed.fetch()
    assert followed.ask("descends", ancestor=first, commit=head)["descent"] == "descends"


def test_descent_after_a_forced_push(followed, upstream):
    upstream.commit()
    applied = followed.fetch()
    upstream.run("reset", "-q", "--hard", "HEAD~1")
    other = upstream.commit("other: true\n")
    assert followed.fetch() == other
    assert followed.ask("descends", ancestor=applied, commit=other)["descent"] == "diverged"
    # Back to what was before it: nothing new, and no descent.
    upstream.run("reset", "-q", "--hard", "HEAD~1")
    upstream.run("push", "-qf", "origin", "HEAD:main")
    older = followed.fetch()
    assert followed.ask("descends", ancestor=applied, commit=older)["descent"] == "diverged"


def test_descent_that_is_too_far(driver, server, authority, upstream):
    first = upstream.run("rev-parse", "HEAD")
    for _ in range(60):
        upstream.commit(push=False)
    upstream.commit()
    driver.open(url=server.url(), branch="main", ca=authority / "ca.pem", maxDepth=20)
    head = driver.fetch()
    answer = driver.ask("descends", ancestor=first, commit=head)
    assert answer["descent"] == "untold"
    assert "the last 20 commits" in answer["why"]
    assert driver.ask("descends", ancestor="0" * 39 + "1", commit=head)["descent"] == "untold"
    assert driver.ask("descends", ancestor="HEAD", commit=head)["descent"] == "untold"


def test_descent_with_the_server_gone(followed, upstream, server):
    first = upstream.run("rev-parse", "HEAD")
    for _ in range(5):
        upstream.commit()
    head = followed.fetch()
    server.fault = "500"
    answer = followed.ask("descends", ancestor=first, commit=head)
    assert answer["descent"] == "untold"
    assert "the host fails" in answer["why"]
