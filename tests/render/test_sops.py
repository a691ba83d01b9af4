# SPDX-License-Identifier: Apache-2.0
"""Files that the real sops encrypted: as they are, in an overlay, and after an edit without it."""
import json
import os
import subprocess

import pytest

import tools

MARKER = "marker-of-a-secret"
SECRET = """apiVersion: v1
kind: Secret
metadata:
  name: key
stringData:
  password: %s
  empty: ""
""" % MARKER
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  url: %s\n  tokenSecret: b\n" % MARKER


@pytest.fixture
def encrypt(checkout):
    identity = checkout.home / "keys.txt"
    subprocess.run([tools.age_keygen(), "-o", identity], check=True, capture_output=True)
    recipient = next(line.split()[-1] for line in identity.read_text().splitlines() if "public key" in line)

    def run(path, text, *options):
        checkout.write({path: text})
        subprocess.run([tools.sops(), "encrypt", "--age", recipient, *options, "--in-place", path], check=True,
                       cwd=checkout.path, env=dict(checkout.env, SOPS_AGE_KEY_FILE=str(identity)), capture_output=True)
        assert MARKER not in (checkout.path / path).read_text()

    return run


@pytest.mark.parametrize("text,options", [
    (SECRET, ["--encrypted-regex", "^(data|stringData)$"]), (SECRET, ["--unencrypted-regex", "^(apiVersion|metadata|kind)$"]),
    (SECRET + "---\n" + SECRET.replace("key", "two"), ["--encrypted-regex", "^(data|stringData)$"]),
    (CONFIG_MAP.replace("tokenSecret", "other"), ["--encrypted-regex", "^data$"]),
    (CONFIG_MAP.replace("url", "urlSecret"), ["--encrypted-suffix", "Secret"])])
def test_what_sops_writes(checkout, encrypt, text, options):
    encrypt("a.yaml", text, *options)
    report = checkout.report("--all")
    assert {f["rule"] for f in report["findings"]} == {"secret/sops"}
    assert len(report["findings"]) == text.count("kind:")


@pytest.mark.parametrize("path,text", [
    ("a.yaml", SECRET), ("a.json", json.dumps({"a": MARKER})), ("a.env", "A=%s\n" % MARKER), ("a.ini", "[a]\nb = %s\n" % MARKER),
    ("a.bin", MARKER)])
def test_encrypted_as_a_whole(checkout, encrypt, path, text):
    encrypt(path, text)
    checkout.write({"b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"})
    report = checkout.report("--all")
    assert report["findings"] == []
    if path.endswith((".yaml", ".json")):
        assert ("a" + path[1:], "sops-encrypted") in {(s["path"], s["reason"]) for s in report["summary"]["not_checked"]}


def test_edited_without_sops(checkout, encrypt):
    encrypt("a.yaml", SECRET, "--encrypted-regex", "^(data|stringData)$")
    text = (checkout.path / "a.yaml").read_text()
    checkout.write({"a.yaml": text.replace("stringData:\n", "stringData:\n    added: %s\n" % MARKER)})
    for form in ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"):
        result = checkout.check("--all", form=form)
        assert result.returncode == 1
        assert MARKER not in result.stdout + result.stderr
    assert "error[secret/sops-plain]: stringData.added stands in plain text" in checkout.check("--all").stdout


def test_in_an_overlay(checkout, encrypt):
    encrypt("base/key.yaml", SECRET, "--encrypted-regex", "^(data|stringData)$")
    encrypt("base/token.env", "TOKEN=%s\n" % MARKER)
    encrypt("base/file.json", json.dumps({"a": MARKER}))
    checkout.write({"base/kustomization.yaml": "resources: [key.yaml]\nsecretGenerator:\n"
                                               "  - {name: env, envs: [token.env]}\n  - {name: file, files: [file.json]}\n",
                    "prod/kustomization.yaml": "namespace: default\nresources: [../base]\n"})
    report = checkout.report("--all")
    assert {f["rule"] for f in report["findings"] if f["severity"] == "error"} == set()
    found = [f for f in report["findings"] if f["rule"] == "secret/sops"]
    assert [(f["path"], f["object"]["name"]) for f in found] == [("base/key.yaml", "key")]
    before = [s["digest"] for s in report["sets"] if "digest" in s]
    encrypt("base/key.yaml", SECRET.replace("password", "passwords"), "--encrypted-regex", "^(data|stringData)$")
    assert [s["digest"] for s in checkout.report("--all")["sets"] if "digest" in s] != before


@pytest.fixture
def decrypt(checkout):
    """By the library, as the program itself does it once there is a sync. ENV are the variables."""
    driver = os.path.join(os.path.dirname(checkout.program), "tests", "sops_driver")

    def run(path, **env):
        return subprocess.run([driver, path], input=(checkout.path / path).read_text(), capture_output=True, text=True,
                              env=dict({"PATH": os.environ["PATH"], "HOME": str(checkout.scratch),
                                        "TIDEGATE_SOPS": str(tools.sops())}, **env), timeout=100, check=False)

    return run


@pytest.mark.parametrize("path,text", [("a.yaml", SECRET), ("many.yaml", SECRET + "---\n" + SECRET.replace("key", "two")),
                                       ("a.json", json.dumps({"kind": "Secret", "stringData": {"password": MARKER}}))])
def test_decrypted(checkout, encrypt, decrypt, path, text):
    encrypt(path, text)
    keys = str(checkout.home / "keys.txt")
    done = decrypt(path, SOPS_AGE_KEY_FILE=keys)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(MARKER) == text.count(MARKER) and "ENC[" not in done.stdout and "sops" not in done.stdout
    assert not list(checkout.scratch.iterdir()), "plain text is in no file"
    assert decrypt(path, SOPS_AGE_KEY=(checkout.home / "keys.txt").read_text()).stdout == done.stdout


def test_not_decrypted(checkout, encrypt, decrypt):
    encrypt("a.yaml", SECRET)
    keys = str(checkout.home / "keys.txt")
    text = (checkout.path / "a.yaml").read_text()
    for path, changed, env, says in [
            ("a.yaml", text, {}, "sops says: "),
            ("edited.yaml", text.replace("ENC[AES256_GCM,data:", "ENC[AES256_GCM,data:AAAA", 1), {"SOPS_AGE_KEY_FILE": keys}, "sops says: "),
            ("plain.yaml", SECRET, {"SOPS_AGE_KEY_FILE": keys}, "SOPS has not encrypted it"),
            ("broken.yaml", "a: [", {"SOPS_AGE_KEY_FILE": keys}, "it can't be read"),
            ("none.yaml", "", {"SOPS_AGE_KEY_FILE": keys}, "SOPS has not encrypted it"),
            ("a.yaml", text, {"TIDEGATE_SOPS": "/nowhere"}, "sops is not installed"),
            ("vault.yaml", text.replace("    age:", "    hc_vault:\n        - vault_address: https://elsewhere.example\n    age:"),
             {"SOPS_AGE_KEY_FILE": keys, "VAULT_ADDR": "https://vault.example", "VAULT_TOKEN": "t"}, "another Vault")]:
        checkout.write({path: changed})
        done = decrypt(path, **env)
        assert done.returncode == 1 and says in done.stderr and path in done.stderr, (path, done)
        assert MARKER not in done.stderr and not done.stdout and done.stderr.count("\n") == 1


def test_what_sops_is_given(checkout, encrypt, decrypt):
    encrypt("a.yaml", SECRET)
    fake = checkout.home / "fake"
    fake.write_text("#!/bin/sh\nenv\necho \"$@\"\n")
    fake.chmod(0o755)
    said = decrypt("a.yaml", TIDEGATE_SOPS=str(fake), GITHUB_TOKEN="no", KUBECONFIG="no", SOPS_AGE_KEY="yes", AWS_PROFILE="yes").stdout
    assert "no" not in [line.split("=")[-1] for line in said.splitlines()]
    assert said.count("=yes") == 2 and said.splitlines()[-1].endswith("/dev/stdin")
