# SPDX-License-Identifier: Apache-2.0
"""The GitLab sample, run by gitlab-ci-local as a runner would."""
import json

import pytest

from prism import MODULES, ROOT, needs_npm
from scratch import BAD, GOOD, Scratch
from test_formats import check_code_quality

pytestmark = needs_npm


class Pipeline(Scratch):
    """A clone whose main is on a server, with the sample as its pipeline."""

    def __init__(self, path, program):
        super().__init__(path, program)
        self.env["CI"] = ""
        server = path / "server.git"
        self.git("init", "-q", "--bare", "-b", "main", str(server))
        self.git("remote", "add", "origin", str(server))
        # gitlab-ci-local takes host and project from this one.
        self.git("remote", "add", "gcl-origin", "git@forge.test:shop/deploy.git")
        self.add({".gitlab-ci.yml": (ROOT / "examples/workflows/gitlab-ci.yml").read_text(),
                  ".gitignore": ".gitlab-ci-local\n", "old.yaml": BAD.replace("settings", "old"),
                  "ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"})
        assert self.commit().returncode == 0
        self.git("push", "-q", "origin", "main")

    def rev(self, name):
        return self.git("rev-parse", name).stdout.strip()

    def job(self, **variables):
        """What the server would say of the pipeline, and the exit code of its one job."""
        given = dict({"GITLAB_CI": "true", "CI": "true", "CI_COMMIT_SHA": self.rev("HEAD"),
                      "CI_DEFAULT_BRANCH": "main"}, **variables)
        words = [word for key, value in given.items() for word in ("--variable", "%s=%s" % (key, value))]
        done = self.run("node", str(MODULES / "gitlab-ci-local/src/index.js"), "tidegate", "--shell-isolation",
                        "--no-color", *words, check=False)
        self.out = done.stdout
        return done.returncode

    def merge_request(self, files):
        self.git("checkout", "-qb", "change")
        self.add(files)
        assert self.commit().returncode == 0
        return self.job(CI_PIPELINE_SOURCE="merge_request_event", CI_MERGE_REQUEST_IID="3",
                        CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main", CI_MERGE_REQUEST_DIFF_BASE_SHA=self.rev("main"),
                        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA="")

    def built(self, name):
        """What only GitLab itself takes along."""
        return (self.repository / ".gitlab-ci-local/builds/tidegate" / name).read_text()

    def artifact(self, name):
        return (self.repository / ".gitlab-ci-local/artifacts/tidegate" / name).read_text()


@pytest.fixture
def pipeline(request, tmp_path):
    return Pipeline(tmp_path, request.config.getoption("--tidegate"))


def test_merge_request_with_a_slip(pipeline):
    code = pipeline.merge_request({"apps/a b.yaml": BAD})
    assert code == 1, pipeline.out
    issues = check_code_quality(pipeline.artifact("gl-code-quality-report.json"))
    assert [issue["location"] for issue in issues] == [{"path": "apps/a b.yaml", "lines": {"begin": 6}}]
    assert issues[0]["check_name"] == "api/unknown-field"
    assert "apps/a b.yaml" in pipeline.built("tidegate.xml")


def test_good_merge_request(pipeline):
    code = pipeline.merge_request({"apps/a.yaml": GOOD})
    assert code == 0, pipeline.out
    assert json.loads(pipeline.artifact("gl-code-quality-report.json")) == []


def test_base_that_is_not_there(pipeline):
    """The job fails, and says what is missing: no report is no verdict."""
    pipeline.git("checkout", "-qb", "elsewhere")
    pipeline.git("push", "-q", "origin", "elsewhere")
    pipeline.git("symbolic-ref", "HEAD", "refs/heads/elsewhere", cwd=pipeline.path / "server.git")
    pipeline.git("push", "-q", "origin", ":main")
    assert pipeline.merge_request({"apps/a.yaml": GOOD}) != 0
    assert "refs/heads/main" in pipeline.out


def test_push_to_the_default_branch(pipeline):
    before = pipeline.rev("HEAD")
    pipeline.add({"apps/a.yaml": BAD})
    assert pipeline.commit().returncode == 0
    pipeline.git("push", "-q", "origin", "main")
    code = pipeline.job(CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main", CI_COMMIT_BEFORE_SHA=before)
    assert code == 1, pipeline.out
    issues = check_code_quality(pipeline.artifact("gl-code-quality-report.json"))
    assert [issue["location"]["path"] for issue in issues] == ["apps/a.yaml"], pipeline.out
