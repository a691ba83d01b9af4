# SPDX-License-Identifier: Apache-2.0
"""Deployments as the sync makes them: once each, and told truly, whatever becomes of answers."""
import json
import pathlib
import subprocess

import pytest

from forge import Fault
from prism import needs_npm, prism

SHA = "1" * 40


class Driver:
    def __init__(self, program, job):
        self.program, self.job = program, job
        job.event = {}
        pathlib.Path(job.env["GITHUB_EVENT_PATH"]).write_text(json.dumps(job.event))

    def run(self, *states, sha=SHA, environment="prod", key="shop"):
        done = subprocess.run([self.program, sha, environment, key, *states], env=self.job.env,
                              capture_output=True, text=True, timeout=100)
        assert "very-secret-token" not in done.stdout + done.stderr
        return done


@pytest.fixture
def driver(request, job):
    tidegate = pathlib.Path(request.config.getoption("--tidegate")).absolute()
    return Driver(tidegate.parent / "tests/deploy_driver", job)


def states(deployment):
    return [status["state"] for status in reversed(deployment["statuses"])]


def posts(forge):
    return [path for method, path, *_ in forge.calls if method == "POST"]


def test_life_of_a_deployment(driver, forge):
    driver.job.env["DESCRIPTION"] = "x" * 300
    done = driver.run("queued", "in_progress", "success")
    assert done.returncode == 0 and done.stdout == "made\n", done.stderr
    (deployment,) = forge.deployments.values()
    assert deployment["sha"] == SHA and deployment["environment"] == "prod"
    assert deployment["payload"] == {"tidegate": "shop"}
    assert states(deployment) == ["queued", "in_progress", "success"]
    assert deployment["statuses"][0]["log_url"] == "https://ci.test/log"
    assert deployment["statuses"][0]["environment_url"] == "https://shop.test"
    assert len(deployment["statuses"][0]["description"]) == 140
    body = forge.calls[1][2]
    assert body["auto_merge"] is False and body["required_contexts"] == []


def test_one_deployment_of_one_thing(driver, forge):
    for key in ("shop", "other"):
        for _ in range(40):  # past the first page
            forge.add_deployment(None, None, {"ref": SHA, "environment": "prod",
                                              "payload": {"tidegate": "of-%s" % key}})
    assert driver.run("in_progress").stdout == "made\n"
    for _ in range(40):
        forge.add_deployment(None, None, {"ref": SHA, "environment": "prod"})
    assert driver.run("success").stdout == "there\n"
    assert driver.run(environment="test").stdout == "made\n"
    assert driver.run(key="web").stdout == "made\n"
    assert driver.run(sha="2" * 40).stdout == "made\n"
    ours = [d for d in forge.deployments.values() if d["payload"] == {"tidegate": "shop"}
            and d["sha"] == SHA and d["environment"] == "prod"]
    assert len(ours) == 1 and states(ours[0]) == ["in_progress", "success"]


def test_older_ones_end(driver, forge):
    driver.run("success", environment="test")
    driver.run("success", sha="2" * 40, environment="test")
    first, second = forge.deployments.values()
    assert states(first) == ["success", "inactive"] and states(second) == ["success"]


def test_older_ones_are_kept(driver, forge):
    driver.job.env["KEEP_OLDER"] = "1"
    driver.run("success", environment="test")
    driver.run("success", sha="2" * 40, environment="test")
    assert [states(d) for d in forge.deployments.values()] == [["success"], ["success"]]


@pytest.mark.parametrize("fault", [{"status": 502}, {"cut": True}, {"status": 504}])
def test_lost_answers_repeat_nothing(driver, forge, fault):
    forge.faults += [Fault("POST", "/deployments$", after=True, **fault),
                     Fault("POST", "/statuses$", after=True, **fault)]
    done = driver.run("in_progress", "failure")
    assert done.returncode == 0, done.stderr
    (deployment,) = forge.deployments.values()
    assert states(deployment) == ["in_progress", "failure"] and len(posts(forge)) == 3


def test_what_did_not_arrive_is_sent_again(driver, forge):
    forge.faults += [Fault("POST", "/deployments$", status=502),
                     Fault("POST", "/statuses$", status=500)]
    assert driver.run("error").returncode == 0
    (deployment,) = forge.deployments.values()
    assert states(deployment) == ["error"] and len(posts(forge)) == 4


def test_faults_that_stay(driver, forge):
    forge.faults += [Fault("POST", "/deployments$", status=502) for _ in range(9)]
    done = driver.run("success")
    assert done.returncode == 1 and "502" in done.stderr and len(posts(forge)) == 3


def test_tokens_that_may_not(driver, forge):
    forge.faults.append(Fault("GET", "/deployments", status=403, body={
        "message": "Resource not accessible by integration"}))
    done = driver.run("success")
    assert done.returncode == 1 and "not accessible" in done.stderr and posts(forge) == []


def test_what_is_no_commit(driver, forge):
    done = driver.run(sha="main")
    assert done.returncode == 1 and "full id" in done.stderr and forge.calls == []


@needs_npm
def test_the_description_of_the_api(driver, forge):
    """What it does not allow is refused, on both ways."""
    with prism("proxy", forge.url) as url:
        driver.job.env["GITHUB_API_URL"] = forge.public = url
        for _ in range(2):
            done = driver.run("queued", "in_progress", "success", "failure", "error", "inactive")
            assert done.returncode == 0, done.stderr
    assert len(forge.deployments) == 1
