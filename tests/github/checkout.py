# SPDX-License-Identifier: Apache-2.0
"""Workspaces of jobs: events with GitHub's own payloads, and checkouts of any depth."""
import copy
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from conftest import BAD
from runner import Runner

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "build/npm/node_modules/@octokit/webhooks-examples/api.github.com/index.json"
GOOD = "apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n"
OLD = {"ns.yaml": GOOD % "shop", "old.yaml": BAD % 100}
NEW = {"new.yaml": BAD % 200}


def example(name, fits=lambda payload: True):
    """A payload of the event as GitHub documents it."""
    if not EXAMPLES.exists():
        pytest.skip("no payloads: the packages of tests/npm are not installed")
    events = json.loads(EXAMPLES.read_text())
    return copy.deepcopy(next(payload for event in events if event["name"] == name
                              for payload in event["examples"] if fits(payload)))


class Site:
    """A repository somewhere, and the workspace of a job that checks it out."""

    def __init__(self, program, job, path):
        self.program, self.job, self.path = program, job, path
        # Below a folder that the checkout does not own: a program in the workspace is not run.
        self.runner = Runner(ROOT, path / "runner", job.env)
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_BASE_REF"):
            self.runner.env.pop(name)
        job.repository.mkdir()
        job.git("init", "-q")
        job.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.base = job.commit(OLD)
        self.feature = []

    def branch(self, *changes):
        self.job.git("checkout", "-qB", "change", self.base)
        self.feature = [self.job.commit(files) for files in changes or [NEW]]
        return self.feature[-1]

    def merge(self):
        self.job.git("checkout", "-q", "main")
        self.job.git("merge", "-q", "--no-ff", "-m", "merge", "change")
        return self.job.git("rev-parse", "HEAD")

    def event(self, name, payload, sha, **env):
        path = self.path / "event.json"
        path.write_text(json.dumps(payload))
        self.runner.env.update(env, GITHUB_EVENT_NAME=name, GITHUB_EVENT_PATH=str(path),
                               GITHUB_SHA=sha)

    def checkout(self, sha, ref, depth):
        """As actions/checkout does it: one reference, or with depth 0 all branches."""
        git = lambda *args: subprocess.run(["git", "-c", "init.defaultBranch=main", *args],
                                           check=True, cwd=self.runner.workspace, env=self.job.env,
                                           capture_output=True)
        git("init", "-q")
        git("remote", "add", "origin", "file://%s" % self.job.repository)
        if not depth:
            git("fetch", "-q", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*")
        shallow = ["--depth=%d" % depth] if depth else []
        git("fetch", "-q", "--no-tags", *shallow, "origin", "+%s:%s" % (sha, ref))
        git("checkout", "-q", "--force", "--detach", ref)

    def checkout_again(self, *args):
        shutil.rmtree(self.runner.workspace)
        self.runner.workspace.mkdir()
        self.checkout(*args)

    def pull_request(self, name="pull_request", fits=lambda p: p["action"] == "synchronize",
                     changes=()):
        head, payload = self.branch(*changes), example("pull_request", fits)
        merge = self.merge()
        self.job.git("reset", "-q", "--hard", self.base)
        pull = payload["pull_request"]
        pull["head"]["sha"], pull["base"]["sha"], pull["base"]["ref"] = head, self.base, "main"
        self.event(name, payload, merge if name == "pull_request" else self.base,
                   GITHUB_BASE_REF="main")
        self.head, self.merged = head, merge
        return payload

    def run(self, **inputs):
        inputs.setdefault("binary", self.program)
        result = self.runner.run(**inputs)
        assert "very-secret-token" not in result.log + result.err + result.summary
        return result


@pytest.fixture
def site(request, job, tmp_path):
    return Site(os.path.abspath(request.config.getoption("--tidegate")), job, tmp_path)


def errors(result):
    return [c[1].get("file") for c in result.commands if c[0] == "error"]


def first_line(result):
    return next(line for line in result.err.splitlines() if line.startswith("tidegate"))


def push(site, ref, before, after, forced=False):
    payload = example("push", lambda p: p["ref"].startswith("refs/heads/"))
    payload.update(ref=ref, before=before, after=after, forced=forced)
    payload["repository"]["default_branch"] = "main"
    site.event("push", payload, after)
