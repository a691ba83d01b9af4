# SPDX-License-Identifier: Apache-2.0
"""Who signed a commit: by ssh and by OpenPGP, well, badly and not at all."""
import os
import shutil
import subprocess

import pytest

from ssh_server import make_key

WHO = "me@example.com"


@pytest.fixture
def local(driver, upstream):
    driver.open(url="file://%s" % upstream.bare, branch="main", allowFile=True)
    return driver


def signed_by_ssh(upstream, key):
    upstream.run("config", "gpg.format", "ssh")
    upstream.run("config", "user.signingKey", str(key))
    return upstream.commit(None, "-S")


def allowed(path, key, options=""):
    path.write_text("%s %s%s" % (WHO, options, open("%s.pub" % key).read()))
    return str(path)


@pytest.fixture
def key(tmp_path):
    return make_key(tmp_path / "signer")


def forged(upstream, commit):
    """The same signature over other contents."""
    raw = upstream.run("cat-file", "commit", commit)
    made = subprocess.run(["git", "hash-object", "-t", "commit", "-w", "--stdin"],
                          cwd=upstream.work, env=upstream.env, check=True, capture_output=True,
                          input=(raw.replace("change", "chance") + "\n").encode()).stdout
    upstream.run("push", "-qf", "origin", made.decode().strip() + ":refs/heads/main")
    return made.decode().strip()


def test_by_ssh(local, upstream, key, tmp_path):
    signed_by_ssh(upstream, key)
    head = local.fetch()
    signers = allowed(tmp_path / "allowed", key)
    assert local.ask("verify", commit=head, allowedSigners=signers) == {
        "signature": "good", "who": WHO, "why": ""}


def test_not_signed(local, key, tmp_path):
    answer = local.ask("verify", commit=local.fetch(),
                       allowedSigners=allowed(tmp_path / "allowed", key))
    assert answer == {"signature": "none", "who": "", "why": "the commit is not signed"}


def test_by_somebody_else(local, upstream, key, tmp_path):
    signed_by_ssh(upstream, make_key(tmp_path / "stranger"))
    answer = local.ask("verify", commit=local.fetch(),
                       allowedSigners=allowed(tmp_path / "allowed", key))
    assert (answer["signature"], answer["who"]) == ("unknown", ""), answer


def test_by_a_key_for_something_else(local, upstream, key, tmp_path):
    signed_by_ssh(upstream, key)
    answer = local.ask("verify", commit=local.fetch(), allowedSigners=allowed(
        tmp_path / "allowed", key, 'namespaces="file" '))
    assert answer["signature"] in ("unknown", "bad"), answer


def test_by_a_key_that_has_expired(local, upstream, key, tmp_path):
    signed_by_ssh(upstream, key)
    answer = local.ask("verify", commit=local.fetch(), allowedSigners=allowed(
        tmp_path / "allowed", key, 'valid-before="20200101" '))
    assert answer["signature"] in ("unknown", "bad"), answer


def test_by_a_key_that_is_revoked(local, upstream, key, tmp_path):
    signed_by_ssh(upstream, key)
    revoked = tmp_path / "revoked"
    revoked.write_text(open("%s.pub" % key).read())
    answer = local.ask("verify", commit=local.fetch(), revoked=str(revoked),
                       allowedSigners=allowed(tmp_path / "allowed", key))
    assert answer["signature"] in ("unknown", "bad"), answer


def test_of_another_commit(local, upstream, key, tmp_path):
    head = forged(upstream, signed_by_ssh(upstream, key))
    assert local.fetch() == head
    answer = local.ask("verify", commit=head, allowedSigners=allowed(tmp_path / "allowed", key))
    assert answer["signature"] == "bad", answer


def test_without_a_list(local, upstream, key, tmp_path):
    signed_by_ssh(upstream, key)
    head = local.fetch()
    assert local.ask("verify", commit=head)["signature"] == "untold"
    answer = local.ask("verify", commit=head, allowedSigners=str(tmp_path / "nothing"))
    assert answer["signature"] == "untold", answer
    (tmp_path / "empty").write_text("")
    answer = local.ask("verify", commit=head, allowedSigners=str(tmp_path / "empty"))
    assert answer["signature"] == "unknown", answer


def test_a_commit_that_is_not_here(local):
    local.fetch()
    assert local.ask("verify", commit="1" * 40)["signature"] == "untold"
    assert local.ask("verify", commit="HEAD")["signature"] == "untold"


# ---- OpenPGP ----

class Gpg:
    def __init__(self, home):
        home.mkdir(mode=0o700)
        self.home = home

    def run(self, *args):
        return subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet",
                               "--pinentry-mode", "loopback", "--passphrase", "", *args],
                              check=True, capture_output=True).stdout

    def make(self, expire="0"):
        self.run("--quick-generate-key", "Me <%s>" % WHO, "ed25519", "sign", expire)

    def export(self, path):
        path.write_bytes(self.run("--export", WHO))
        return str(path)

    def end(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)


@pytest.fixture
def make_gpg(tmp_path):
    if not shutil.which("gpg") or not shutil.which("gpg-agent"):
        if os.environ.get("CI"):
            pytest.fail("there is no gpg with an agent")
        pytest.skip("there is no gpg with an agent")
    made = []

    def make(name="ring", **options):
        gpg = Gpg(tmp_path / name)
        made.append(gpg)
        gpg.make(**options)
        return gpg
    yield make
    for gpg in made:
        gpg.end()


def signed_by_gpg(upstream, gpg):
    upstream.env["GNUPGHOME"] = str(gpg.home)
    upstream.run("config", "user.signingKey", WHO)
    return upstream.commit(None, "-S")


def test_by_openpgp(local, upstream, make_gpg, tmp_path):
    gpg = make_gpg()
    signed_by_gpg(upstream, gpg)
    head = local.fetch()
    ring = gpg.export(tmp_path / "ring.gpg")
    assert local.ask("verify", commit=head, keyring=ring) == {
        "signature": "good", "who": "Me <%s>" % WHO, "why": ""}
    assert sorted(os.listdir(local.state)) == ["lock", "repository"]
    other = make_gpg("other").export(tmp_path / "other.gpg")
    assert local.ask("verify", commit=head, keyring=other)["signature"] == "unknown"
    assert local.ask("verify", commit=head)["signature"] == "untold"
    (tmp_path / "broken").write_bytes(b"no keys\n")
    assert local.ask("verify", commit=head, keyring=str(tmp_path / "broken"))["signature"] == "untold"


def test_openpgp_of_another_commit(local, upstream, make_gpg, tmp_path):
    gpg = make_gpg()
    head = forged(upstream, signed_by_gpg(upstream, gpg))
    assert local.fetch() == head
    answer = local.ask("verify", commit=head, keyring=gpg.export(tmp_path / "ring.gpg"))
    assert answer["signature"] == "bad", answer


def test_an_openpgp_key_that_is_in_the_ring_of_the_user_only(make_driver, upstream, make_gpg,
                                                             tmp_path, key):
    gpg = make_gpg()
    signed_by_gpg(upstream, gpg)
    driver = make_driver({"GNUPGHOME": str(gpg.home)})
    driver.open(url="file://%s" % upstream.bare, branch="main", allowFile=True)
    head = driver.fetch()
    assert driver.ask("verify", commit=head)["signature"] == "untold"
    answer = driver.ask("verify", commit=head, allowedSigners=allowed(tmp_path / "allowed", key))
    assert answer["signature"] == "untold", answer
