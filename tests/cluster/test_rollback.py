# SPDX-License-Identifier: Apache-2.0
"""Rollbacks in the record of a set, against the real server and whoever writes there besides."""
import concurrent.futures
import json
import subprocess

import pytest

from client_process import kubeconfig

GOOD, BAD, OTHER = "1" * 40, "2" * 40, "3" * 40


@pytest.fixture
def rollback(build, cluster, namespace):
    def run(*args, name="shop", config=cluster.kubeconfig):
        done = subprocess.run([build / "tests/rollback_driver", config, namespace, name, *args],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        return done.returncode, done.stdout.strip()
    return run


@pytest.fixture
def record(admin, namespace):
    def read(name="tidegate-shop"):
        return admin.get("/api/v1/namespaces/%s/configmaps/%s" % (namespace, name)).object
    return read


def test_back_and_on_again(rollback, record):
    assert rollback("make", BAD, GOOD) == (0, "")
    before = record()
    assert rollback("pin") == (0, "%s %s" % (GOOD, BAD))
    pinned = record()
    status = json.loads(pinned["data"]["status"])
    assert (status["pinned"], status["rejected"], status["pinned_by"]) == (GOOD, BAD, "ann")
    # nothing else of the record changed: who is a member decides what may be deleted
    assert {key: text for key, text in pinned["data"].items() if key != "status"} == {
        key: text for key, text in before["data"].items() if key != "status"}
    assert pinned["metadata"]["labels"] == before["metadata"]["labels"]
    code, why = rollback("pin")
    assert code == 1 and "already" in why
    assert rollback("resume") == (0, "- -")
    assert json.loads(record()["data"]["status"]).get("pinned", "") == ""
    code, why = rollback("resume")
    assert code == 1 and "not rolled back" in why


def test_to_a_commit(rollback):
    rollback("make", BAD, GOOD)
    assert rollback("pin", OTHER) == (0, "%s %s" % (OTHER, BAD))
    assert rollback("pin", GOOD) == (0, "%s %s" % (GOOD, BAD))


def test_nothing_to_go_back_to(rollback):
    code, why = rollback("pin")
    assert code == 1 and "nothing is recorded of a set 'shop'" in why
    rollback("make", BAD, "")
    code, why = rollback("pin")
    assert code == 1 and "--to" in why


def test_a_record_of_somebody_else(rollback, record, admin, namespace):
    text = ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tidegate-shop, namespace: %s}\n"
            "data: {set: shop}\n" % namespace)
    assert admin.create(text, "v1", "ConfigMap", namespace).accepted
    code, _ = rollback("pin")
    assert code == 1 and record()["data"] == {"set": "shop"}


def test_who_may_not(rollback, cluster, tmp_path):
    rollback("make", BAD, GOOD)
    config = kubeconfig(tmp_path, cluster, user={"token": cluster.tokens["developer"]})
    code, why = rollback("pin", config=config)
    assert code == 1 and "403" in why


def test_many_at_once(rollback, record):
    """Whoever comes second reads again; nobody's write is lost half."""
    rollback("make", BAD, GOOD)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda commit: rollback("pin", commit), [GOOD, OTHER, GOOD, OTHER]))
    assert any(code == 0 for code, _ in results)
    status = json.loads(record()["data"]["status"])
    assert status["pinned"] in (GOOD, OTHER) and status["rejected"] == BAD
