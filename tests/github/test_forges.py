# SPDX-License-Identifier: Apache-2.0
"""Forges other than the public GitHub: Enterprise Server, Gitea and Forgejo, GitLab."""
import pytest

from forge import Forge
from prism import ENTERPRISE, needs_npm, prism

RUN, STATUS, COMMENT = ("--report", "check-run"), ("--report", "status"), ("--report", "comment")
GOOD = {"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"}
LFS = {"a.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 1\n" % ("0" * 64)}


# -- Enterprise Server: its own description, of the oldest one that is supported

@pytest.fixture(scope="module")
def enterprise():
    with Forge(prefix="/api/v3") as forge:
        root = forge.url.removesuffix("/api/v3")
        with prism("proxy", root, description=ENTERPRISE) as url:
            forge.public = url + "/api/v3"
            yield forge


@needs_npm
def test_enterprise(job, enterprise):
    job.env["GITHUB_API_URL"] = enterprise.public
    for i in range(40):
        enterprise.add_comment(None, None, {"body": "talk %d" % i})
    job.pull_request(120)
    for _ in range(2):
        done = job.run("--report", "check-run,status,comment", "--require-report", "--max-same",
                       "0")
        assert done.code == 1 and "could not" not in done.err, done.err
    assert [len(run["annotations"]) for run in enterprise.runs.values()] == [120, 120]
    assert [status["state"] for status in enterprise.statuses] == ["failure"] * 2
    assert sum("tidegate fails" in comment["body"] for comment in enterprise.comments) == 1
    assert all(path.startswith("/api/v3/") for _, path, *_ in enterprise.calls)


# -- Gitea and Forgejo: GitHub's shapes below another root; known by it, as they set its variables

@pytest.fixture
def gitea(job):
    with Forge(prefix="/api/v1") as forge:
        job.env["GITHUB_API_URL"] = forge.url
        yield forge


@pytest.mark.parametrize("files,state", [(None, "failure"), (GOOD, "success"), (LFS, "error")])
def test_gitea_status(job, gitea, files, state):
    job.pull_request(files=files).run(*STATUS, "--require-report")
    (status,) = gitea.statuses
    assert status["state"] == state and status["sha"] == job.head
    assert status["context"] == "tidegate / status" and len(status["description"]) <= 140
    assert status["target_url"] == "https://forge.test/shop/deploy/actions/runs/77"
    assert gitea.calls[0][3]["Authorization"] == "Bearer very-secret-token"


def test_gitea_comment(job, gitea):
    """It does not say who is a bot."""
    job.pull_request()
    for _ in range(3):
        job.run(*COMMENT)
        gitea.comments[0]["user"].pop("type", None)
    assert len(gitea.comments) == 1
    assert "/shop/deploy/src/commit/%s/web.yaml#L6" % job.head in gitea.comments[0]["body"]


def test_gitea_has_no_check_runs(job, gitea):
    done = job.pull_request().run("--report", "check-run,status")
    assert done.code == 1 and "only GitHub has check runs" in done.err
    assert len(gitea.calls) == len(gitea.statuses) == 1


# -- GitLab

@pytest.fixture
def gitlab(job):
    with Forge(prefix="/api/v4") as forge:
        for name in [name for name in job.env if name.startswith("GITHUB_")]:
            job.env.pop(name)
        job.env.update(GITLAB_CI="true", CI_API_V4_URL=forge.url, CI_PROJECT_ID="5",
                       CI_JOB_URL="https://forge.test/-/jobs/8", CI_JOB_ID="8",
                       TIDEGATE_TOKEN="very-secret-token", GITHUB_EVENT_PATH=str(job.path / "event"))
        yield forge


def start_merge_request(job, files=None, merged=False):
    job.pull_request(files=files)
    job.env.update(CI_PIPELINE_SOURCE="merge_request_event", CI_MERGE_REQUEST_IID="12",
                   CI_MERGE_REQUEST_DIFF_BASE_SHA=job.base,
                   CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
                   CI_COMMIT_SHA=job.merge if merged else job.head)
    if merged:
        job.env.update(CI_MERGE_REQUEST_EVENT_TYPE="merged_result",
                       CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=job.head)


@pytest.mark.parametrize("files,state", [(None, "failed"), (GOOD, "success"), (LFS, "failed")])
@pytest.mark.parametrize("merged", [False, True])
def test_gitlab_status(job, gitlab, files, state, merged):
    """On the source's commit also where the pipeline runs on a merge of it."""
    start_merge_request(job, files, merged)
    if not merged:
        job.git("checkout", "-q", "change")
    job.run(*STATUS, "--require-report")
    ((method, path, body, headers),) = gitlab.calls
    assert (method, path) == ("POST", "/api/v4/projects/5/statuses/" + job.head)
    assert body["state"] == state and body["name"] == "tidegate / status"
    assert body["target_url"] == "https://forge.test/-/jobs/8"
    assert headers["Authorization"] == "Bearer very-secret-token"
    assert len(body["description"]) <= 140


@pytest.mark.parametrize("what,says", [("check-run", "only GitHub has check runs"),
                                       ("comment", "no comments for GitLab")])
def test_gitlab_takes_statuses_only(job, gitlab, what, says):
    start_merge_request(job)
    done = job.run("--report", what)
    assert done.code == 1 and gitlab.calls == [] and says in done.err
