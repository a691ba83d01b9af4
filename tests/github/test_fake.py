# SPDX-License-Identifier: Apache-2.0
"""The fake forge answers as GitHub's own description says: every route, by Prism in front of it."""
import json
import urllib.error
import urllib.request

import pytest

import forge_routes
from prism import needs_npm

pytestmark = needs_npm

SHA = "1" * 40
REPO = "/repos/shop/deploy"


class Caller:
    def __init__(self, url):
        self.url = url

    def call(self, method, path, body=None):
        """(status, body) of an answer; what breaks the description fails the test."""
        url = path if path.startswith("http") else self.url + REPO + path
        request = urllib.request.Request(
            url, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/vnd.github+json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text, self.link = answer.read(), answer.headers.get("Link")
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            answer = json.loads(error.read())
            assert "type" not in answer, json.dumps(answer)  # those of Prism have one
            return error.code, answer


@pytest.fixture
def forge(judging):
    return judging


@pytest.fixture
def github(forge):
    forge_routes.Answers.__init__(forge)
    return Caller(forge.public)


def test_check_runs(github):
    status, run = github.call("POST", "/check-runs", {
        "name": "x", "head_sha": SHA, "status": "in_progress", "external_id": "7",
        "output": {"title": "t", "summary": "s", "annotations": []}})
    assert status == 201 and run["conclusion"] is None
    note = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice",
            "message": "m"}
    for _ in range(2):
        assert github.call("PATCH", "/check-runs/%d" % run["id"], {
            "output": {"title": "t", "summary": "s", "annotations": [note]}})[0] == 200
    github.call("PATCH", "/check-runs/%d" % run["id"], {"status": "completed",
                                                        "conclusion": "success"})
    run = github.call("GET", "/check-runs/%d" % run["id"])[1]
    assert run["status"] == "completed" and run["output"]["annotations_count"] == 2
    for _ in range(40):
        github.call("POST", "/check-runs", {"name": "x", "head_sha": SHA})
    status, runs = github.call("GET", "/commits/%s/check-runs?check_name=x&per_page=100" % SHA)
    assert status == 200 and runs["total_count"] == 41 and len(runs["check_runs"]) == 30
    rest = github.call("GET", github.link[1:github.link.index(">")])[1]["check_runs"]
    assert len(rest) == 11 and rest[0]["id"] > runs["check_runs"][-1]["id"]


def test_statuses(github):
    assert github.call("POST", "/statuses/" + SHA, {"state": "success"})[0] == 201
    assert github.call("POST", "/statuses/" + SHA, {"state": "error", "description": "d" * 141,
                                                    "context": "c"})[0] == 422


def test_users(github, forge):
    assert github.call("GET", forge.public + "/user")[0] == 403  # as a job's token gets it
    forge.login = "gate"
    assert github.call("GET", forge.public + "/user")[1]["login"] == "gate"


def test_comments(github):
    number = github.call("POST", "/issues/12/comments", {"body": "one"})[1]["id"]
    assert github.call("PATCH", "/issues/comments/%d" % number, {"body": "two"})[0] == 200
    (comment,) = github.call("GET", "/issues/12/comments?per_page=100")[1]
    assert comment["body"] == "two"
    assert github.call("DELETE", "/issues/comments/%d" % number) == (204, None)
    assert github.call("GET", "/issues/12/comments")[1] == []


def test_deployments(github):
    for _ in range(2):
        status, deployment = github.call("POST", "/deployments", {
            "ref": SHA, "environment": "test", "required_contexts": [], "auto_merge": False,
            "payload": {"objects": 3}, "description": "d"})
        assert status == 201 and deployment["sha"] == SHA and deployment["payload"]["objects"] == 3
        path = "/deployments/%d" % deployment["id"]
        assert github.call("GET", path)[1] == deployment
        for state in ("in_progress", "success"):
            assert github.call("POST", path + "/statuses", {
                "state": state, "log_url": "https://forge.test/log",
                "environment_url": "https://forge.test/live", "description": "d"})[0] == 201
    statuses = github.call("GET", path + "/statuses")[1]
    assert [status["state"] for status in statuses] == ["success", "in_progress"]
    deployments = github.call("GET", "/deployments?environment=test&sha=%s" % SHA)[1]
    assert deployments[0] == deployment and len(deployments) == 2
    older = github.call("GET", "/deployments/%d/statuses" % deployments[1]["id"])[1]
    assert older[0]["state"] == "inactive"  # by the success of the newer one


def test_deployments_of_what_failed(github):
    github.call("POST", "/statuses/" + SHA, {"state": "failure"})
    assert github.call("POST", "/deployments", {"ref": SHA})[0] == 409
    assert github.call("POST", "/deployments", {"ref": SHA, "required_contexts": []})[0] == 201


def test_reviews(github, forge, job):
    job.repository.mkdir()
    job.git("init", "-q")
    base = job.commit({"a.yaml": "".join("line%d: 1\n" % i for i in range(40)), "b.yaml": "a: 1\n"})
    head = job.commit({"a.yaml": "".join("line%d: %d\n" % (i, 1 + (i == 20)) for i in range(40)),
                       "c.yaml": "a: 1\n"})
    forge.take_change(job.git, base, head)
    comment = {"path": "a.yaml", "line": 21, "start_line": 20, "side": "RIGHT",
               "start_side": "RIGHT", "body": "x"}
    status, review = github.call("POST", "/pulls/12/reviews", {
        "commit_id": head, "body": "b", "event": "COMMENT", "comments": [comment]})
    assert status == 200 and review["state"] == "COMMENTED"
    for line, path in ((5, "a.yaml"), (1, "b.yaml")):  # outside of the change
        assert github.call("POST", "/pulls/12/reviews", {
            "commit_id": head, "body": "b", "event": "COMMENT",
            "comments": [comment, {"path": path, "line": line, "body": "x"}]})[0] == 422
    assert len(github.call("GET", "/pulls/12/reviews?per_page=100")[1]) == 1
    (comment,) = github.call("GET", "/pulls/12/comments?per_page=100")[1]
    assert comment["line"] == 21 and comment["pull_request_review_id"] == review["id"]
    files = github.call("GET", "/pulls/12/files?per_page=100")[1]
    assert [(f["filename"], f["status"]) for f in files] == [("a.yaml", "modified"),
                                                             ("c.yaml", "added")]
    assert github.call("GET", "/compare/%s...%s" % (base, head))[1]["files"] == files


def test_every_route_was_judged(forge):
    """This file asks for all of them (GitLab's has another description, that no package has)."""
    judged = {(pattern, method) for pattern, method, _ in forge_routes.ROUTES
              if "projects" not in pattern}
    assert judged <= forge.asked
