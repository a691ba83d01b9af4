# SPDX-License-Identifier: Apache-2.0
"""Jobs: a repository with a pull request, and the environment that a runner would give it."""
import contextlib
import json
import os
import pathlib
import subprocess
import time

import pytest

import forge_routes
from forge import Forge
from prism import DESCRIPTION, prism

BAD = """apiVersion: v1
kind: ConfigMap
metadata:
  name: web-%d
  namespace: shop
dataa: {}
"""


def pytest_addoption(parser):
    parser.addoption("--tidegate", required=True)


class Job:
    """One run of the program as a step of a job."""

    def __init__(self, program, path):
        self.program, self.path = program, path
        self.repository = path / "repo"
        self.event = {}
        self.env = {"PATH": os.environ["PATH"], "HOME": str(path), "LC_ALL": "C.UTF-8", "CI": "true",
                    "GIT_CONFIG_NOSYSTEM": "1", "GITHUB_ACTIONS": "true",
                    # what is installed must not decide
                    "TIDEGATE_KUSTOMIZE": "/does/not/exist", "TIDEGATE_HELM": "/does/not/exist",
                    "GITHUB_EVENT_NAME": "pull_request",
                    "GITHUB_EVENT_PATH": str(path / "event.json"),
                    "GITHUB_REPOSITORY": "shop/deploy", "GITHUB_SERVER_URL": "https://forge.test",
                    "GITHUB_RUN_ID": "77", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "gate",
                    "GITHUB_BASE_REF": "main", "GITHUB_TOKEN": "very-secret-token",
                    "GITHUB_OUTPUT": str(path / "output"),
                    "GITHUB_STEP_SUMMARY": str(path / "summary.md")}
        for who in ("AUTHOR", "COMMITTER"):
            self.env["GIT_%s_NAME" % who] = "Test"
            self.env["GIT_%s_EMAIL" % who] = "test@example.com"

    def git(self, *args):
        return subprocess.run(["git", "-c", "init.defaultBranch=main", *args], check=True,
                              cwd=self.repository, env=self.env, capture_output=True,
                              text=True).stdout.strip()

    def commit(self, files):
        for name, text in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-qm", "change")
        return self.git("rev-parse", "HEAD")

    def pull_request(self, mistakes=1, files=None):
        """main, a branch of it with mistakes, and the test merge of both checked out."""
        self.repository.mkdir()
        self.git("init", "-q")
        base = self.commit({"ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"})
        self.git("checkout", "-qb", "change")
        files = files or {"web.yaml": "---\n".join(BAD % i for i in range(mistakes))}
        head = self.commit(files)
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", "change")
        self.git("update-ref", "refs/remotes/origin/main", base)
        merge = self.git("rev-parse", "HEAD")
        self.env["GITHUB_SHA"] = merge
        self.base, self.head, self.merge = base, head, merge
        repo = {"full_name": "shop/deploy"}
        self.event = {"number": 12, "pull_request": {
            "number": 12, "base": {"sha": base, "ref": "main", "repo": repo},
            "head": {"sha": head, "ref": "change", "repo": repo}}}
        return self

    def start(self, *args):
        pathlib.Path(self.env["GITHUB_EVENT_PATH"]).write_text(json.dumps(self.event))
        return subprocess.Popen([self.program, "check", *args], cwd=self.repository, env=self.env,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *args):
        began = time.monotonic()
        process = self.start(*args)
        out, err = process.communicate(timeout=120)
        self.seconds = time.monotonic() - began
        assert "very-secret-token" not in out + err
        return Done(process.returncode, out, err)

    def run_plain(self, *args):
        """Outside of a job, in whatever is in the folder."""
        done = subprocess.run([self.program, "check", *args], cwd=self.repository, env=self.env,
                              capture_output=True, text=True, timeout=120, errors="surrogateescape")
        assert done.returncode in (0, 1, 4), done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    @property
    def outputs(self):
        lines = pathlib.Path(self.env["GITHUB_OUTPUT"]).read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self):
        return pathlib.Path(self.env["GITHUB_STEP_SUMMARY"]).read_text()


class Done:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def job(request, tmp_path):
    return Job(os.path.abspath(request.config.getoption("--tidegate")), tmp_path)


@pytest.fixture
def forge(job):
    """A forge that may be told to misbehave."""
    with Forge() as forge:
        job.env["GITHUB_API_URL"] = forge.url
        yield forge


@pytest.fixture(scope="session")
def judging(request):
    """A forge with GitHub's description in front of it; without the packages of tests/npm there is
    only the forge, which test_fake.py says in that case."""
    with contextlib.ExitStack() as stack:
        forge = stack.enter_context(Forge())
        if DESCRIPTION.exists() or os.environ.get("CI"):
            forge.public = stack.enter_context(prism("proxy", forge.url))
        yield forge


@pytest.fixture
def judged(job, judging):
    """A forge that never misbehaves: what is sent and answered is as GitHub's description says."""
    forge_routes.Answers.__init__(judging)
    judging.calls.clear()
    judging.times.clear()
    job.env["GITHUB_API_URL"] = judging.public
    yield judging
