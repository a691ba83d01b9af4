# SPDX-License-Identifier: Apache-2.0
"""What the sync tells a forge: on a thread, in order, once, and never in the way of the sync."""
import json
import pathlib
import subprocess
import time

import pytest

from forge import Fault
from prism import needs_npm

ONE, TWO = "1" * 40, "2" * 40


class Driver:
    """Lines go in; what it says to each comes back, and the milliseconds that it took."""

    def __init__(self, program, job):
        self.program, self.env = program, job.env
        self.env.update(CLUSTER="eu", RETRY_MS="100")
        pathlib.Path(self.env["GITHUB_EVENT_PATH"]).write_text("{}")
        self.process = None

    def start(self):
        self.process = subprocess.Popen([self.program], env=self.env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        return self

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        said = []
        while not (text := self.process.stdout.readline().strip()).isdigit():
            assert text, self.process.stderr.read()
            said.append(text)
        self.took = int(text)
        return " ".join(said)

    def stats(self):
        return dict(part.split("=", 1) for part in self.say("stats").split(" ", 5))

    def end(self):
        began = time.monotonic()
        _, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 0 and "very-secret-token" not in err, err
        return time.monotonic() - began


@pytest.fixture
def driver(request, job):
    tidegate = pathlib.Path(request.config.getoption("--tidegate")).absolute()
    driver = Driver(tidegate.parent / "tests/feedback_driver", job)
    yield driver
    if driver.process and driver.process.poll() is None:
        driver.process.kill()
        driver.process.communicate()


def told(forge):
    return [(status["sha"], status["context"], status["state"]) for status in forge.statuses]


def test_life_of_a_commit(driver, forge):
    driver.start()
    driver.say("commit %s pending judging" % ONE)
    assert driver.say("drain 9000") == "told"
    for state in ("planned", "ready"):
        driver.say("attempt %s apps/web %s commit " % (ONE, state))
        driver.say("attempt %s . %s commit " % (ONE, state))
        assert driver.say("drain 9000") == "told"
    driver.say("commit %s success all sets are applied" % ONE)
    driver.end()
    assert told(forge) == [
        (ONE, "tidegate/eu", "pending"),
        (ONE, "tidegate/eu/apps/web", "pending"), (ONE, "tidegate/eu/.", "pending"),
        (ONE, "tidegate/eu/apps/web", "success"), (ONE, "tidegate/eu/.", "success"),
        (ONE, "tidegate/eu", "success")]
    last = forge.statuses[3]
    assert last["description"] == "applied and healthy, 2 created, 1 pruned"
    assert last["target_url"] == "https://tidegate.test/"


def test_what_was_told_is_not_told_again(driver, forge):
    driver.start()
    for _ in range(3):
        driver.say("attempt %s web ready commit " % ONE)
        driver.say("attempt %s web ready drift " % ONE)
        assert driver.say("drain 9000") == "told"
    driver.end()
    assert told(forge) == [(ONE, "tidegate/eu/web", "success")]


@pytest.mark.parametrize("state,status", [
    ("refused", "failure"), ("failed", "failure"), ("unhealthy", "failure"), ("held", "failure"),
    ("cancelled", "error"), ("rolled-back", "failure"), ("waiting", "pending")])
def test_states(driver, forge, state, status):
    driver.start().say("attempt %s web %s commit because of it" % (ONE, state))
    driver.end()
    assert told(forge) == [(ONE, "tidegate/eu/web", status)]
    assert forge.statuses[0]["description"] == "because of it"


def test_before_anything_could_be_read(driver, forge):
    """A commit that can't be rendered is told all the same: nothing of it was recorded yet."""
    driver.start().say("commit %s error kustomization.yaml can't be built" % ONE)
    driver.say("commit main error no commit has this name")
    driver.end()
    assert told(forge) == [(ONE, "tidegate/eu", "error")]


def test_a_slow_forge_delays_nothing(driver, forge):
    forge.faults += [Fault("POST", "/statuses/", seconds=5, after=True)]
    driver.start()
    driver.say("attempt %s web planned commit " % ONE)
    driver.say("sleep 300")
    for number in range(200):
        driver.say("attempt %s set-%d ready commit " % (ONE, number))
        assert driver.took < 100
    assert driver.say("drain 100") == "waiting"


def test_newer_states_take_the_place_of_older_ones(driver, forge):
    forge.faults += [Fault("POST", "/statuses/", seconds=1, after=True)]
    driver.start()
    driver.say("attempt %s web planned commit " % ONE)
    driver.say("sleep 300")
    for state in ("planned", "waiting", "unhealthy"):
        driver.say("attempt %s other %s commit " % (ONE, state))
    assert driver.say("drain 9000") == "told"
    stats = driver.stats()
    assert stats["replaced"] == "2" and stats["sent"] == "2" and stats["waiting"] == "0"
    assert told(forge) == [(ONE, "tidegate/eu/web", "pending"),
                           (ONE, "tidegate/eu/other", "failure")]


def test_the_queue_has_an_end(driver, forge):
    forge.faults += [Fault("POST", "/statuses/", status=500) for _ in range(5000)]
    driver.env["RETRY_MS"] = "60000"
    driver.start()
    for number in range(2100):
        driver.say("attempt %s set-%d ready commit " % (ONE, number))
    stats = driver.stats()
    assert int(stats["waiting"]) <= 2001 and int(stats["given-up"]) >= 99
    assert driver.end() < 15


def test_faults_are_tried_again(driver, forge):
    forge.faults += [Fault("POST", "/statuses/", status=500) for _ in range(6)]
    driver.start().say("attempt %s web ready commit " % ONE)
    for _ in range(100):
        if driver.say("drain 1000") == "told":
            break
    assert told(forge) == [(ONE, "tidegate/eu/web", "success")]
    stats = driver.stats()
    assert stats["failing"] == "0" and stats["error"] == "" and stats["given-up"] == "0"


def test_what_stays_wrong_is_given_up_and_said(driver, forge):
    driver.env["PATIENCE_MS"] = "300"
    forge.faults += [Fault("POST", "/statuses/", status=403, body={
        "message": "Resource not accessible by very-secret-token"}) for _ in range(50)]
    driver.start().say("attempt %s web ready commit " % ONE)
    assert driver.say("drain 9000") == "told"
    stats = driver.stats()
    assert stats["given-up"] == "1" and stats["failing"] == "1" and "403" in stats["error"]
    assert "very-secret" not in stats["error"]


def test_a_refused_one_holds_nothing_up(driver, forge):
    forge.faults += [Fault("POST", "/statuses/1", status=422)]
    driver.start()
    driver.say("attempt %s web ready commit " % ONE)
    driver.say("attempt %s web ready commit " % TWO)
    assert driver.say("drain 9000") == "told"
    assert told(forge) == [(TWO, "tidegate/eu/web", "success")]
    assert driver.stats()["given-up"] == "1"


def test_deployments(driver, forge):
    driver.env["DEPLOYMENTS"] = "1"
    driver.start()
    for sha in (ONE, TWO):
        for state in ("planned", "ready"):
            driver.say("attempt %s web %s commit " % (sha, state))
            driver.say("attempt %s shop %s commit " % (sha, state))
            assert driver.say("drain 30000") == "told"
    driver.end()
    seen = {(d["sha"], d["payload"]["tidegate"]): [s["state"] for s in reversed(d["statuses"])]
            for d in forge.deployments.values()}
    assert seen == {(ONE, "web"): ["in_progress", "success", "inactive"],
                    (ONE, "shop"): ["in_progress", "success", "inactive"],
                    (TWO, "web"): ["in_progress", "success"],
                    (TWO, "shop"): ["in_progress", "success"]}
    assert {d["environment"] for d in forge.deployments.values()} == {"eu"}


def test_who_may_not_deploy_may_still_tell(driver, forge):
    driver.env["DEPLOYMENTS"] = "1"
    forge.faults += [Fault("GET", "/deployments", status=403) for _ in range(50)]
    driver.start().say("attempt %s web ready commit " % ONE)
    driver.say("sleep 1500")
    assert told(forge) == [(ONE, "tidegate/eu/web", "success")] and forge.deployments == {}


def test_the_token_may_change(driver, forge, tmp_path):
    token = tmp_path / "token"
    token.write_text("old-token\n")
    driver.env["TOKEN_FILE"] = str(token)
    driver.start().say("attempt %s web planned commit " % ONE)
    assert driver.say("drain 9000") == "told"
    token.write_text("new-token\n")
    driver.say("attempt %s web ready commit it says new-token" % ONE)
    assert driver.say("drain 9000") == "told"
    assert [call[3]["Authorization"] for call in forge.calls] == ["Bearer old-token",
                                                                  "Bearer new-token"]
    assert "new-token" not in forge.statuses[1]["description"]


def test_an_end_is_an_end(driver, forge):
    """A forge that is silent holds nobody up for longer than five seconds."""
    forge.faults += [Fault("POST", "/statuses/", seconds=30) for _ in range(9)]
    driver.start().say("attempt %s web ready commit " % ONE)
    driver.say("sleep 300")
    assert driver.end() < 12


def test_digests_of_the_gate(driver, forge, job):
    """What the pull request's check run says is found from the commit that it was merged by."""
    job.pull_request(files={"web.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n"})
    assert job.run("--all", "--report", "check-run").code in (0, 1)
    report = job.run("--all", "--format", "json").out
    digest = json.loads(report)["sets"][0]["digest"]
    assert digest.startswith("sha256:")
    pathlib.Path(job.env["GITHUB_EVENT_PATH"]).write_text("{}")
    driver.start()
    said = driver.say("digests " + job.head)
    assert "asked" in said and digest in said
    forge.faults.append(Fault("GET", TWO + "/pulls", status=200, body=[
        {"number": 12, "merged_at": "2026-01-01T00:00:00Z", "head": {"sha": job.head}}]))
    assert digest in driver.say("digests " + TWO)
    forge.faults.append(Fault("GET", TWO + "/pulls", status=200, body=[]))
    assert driver.say("digests " + TWO).strip() == "asked"


@needs_npm
def test_the_description_of_the_api(driver, judged):
    driver.env["DEPLOYMENTS"] = "1"
    driver.start().say("commit %s pending judging" % ONE)
    for state in ("planned", "waiting", "ready"):
        driver.say("attempt %s web %s commit " % (ONE, state))
        assert driver.say("drain 30000") == "told"
    assert driver.stats()["given-up"] == "0"
    driver.end()
    assert len(judged.statuses) == 4 and len(judged.deployments) == 1
