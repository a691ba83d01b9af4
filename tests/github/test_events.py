# SPDX-License-Identifier: Apache-2.0
"""Every event at every depth: the verdict, the rung of the ladder, both sides, and the commit that
is reported on. One row each; what a row leaves out must not happen."""
import json
import subprocess

import pytest

from checkout import BAD, GOOD, NEW, example, first_line, push, site  # noqa: F401

MERGE, HEAD, MAIN = "refs/remotes/pull/12/merge", "refs/remotes/pull/12/head", "refs/remotes/origin/main"


class Case:
    """What is checked out, and what of it must be found."""

    def __init__(self, sha, ref, base, post, head=None):
        self.sha, self.ref, self.base, self.post = sha, ref, base, post
        self.head = head or sha


def pull_request(site):
    site.pull_request()
    return Case(site.merged, MERGE, site.base, site.head)


def pull_request_that_is_behind(site):
    """The event has the target as it was; the test merge is newer."""
    site.pull_request()
    site.job.git("checkout", "-q", "main")
    moved = site.job.commit({"moved.yaml": BAD % 700})
    merged = site.merge()
    site.job.git("reset", "-q", "--hard", moved)
    return Case(merged, MERGE, moved, site.head)


def pull_request_head(site):
    """`ref: ${{ github.event.pull_request.head.sha }}` in the checkout."""
    site.pull_request(changes=[{"first.yaml": GOOD % "first"}, NEW])
    return Case(site.head, HEAD, site.base, site.head)


def fork_that_is_gone(site):
    payload = site.pull_request()
    payload["pull_request"]["head"]["repo"] = None
    site.event("pull_request", payload, site.merged, GITHUB_BASE_REF="main")
    return Case(site.merged, MERGE, site.base, site.head)


def pull_request_target(site):
    site.pull_request("pull_request_target")
    return Case(site.base, MAIN, site.base, site.head, head=site.head)


def pull_request_target_merge(site):
    site.pull_request("pull_request_target")
    return Case(site.merged, MERGE, site.base, site.head)


def group(site, head):
    payload = example("merge_group")
    payload["merge_group"].update(head_sha=head, base_sha=site.base, base_ref="refs/heads/main")
    site.event("merge_group", payload, head)
    return Case(head, "refs/remotes/origin/gh-readonly-queue/main/pr-1", site.base, head)


def merge_group(site):
    site.branch()
    head = site.merge()
    site.job.git("reset", "-q", "--hard", site.base)
    return group(site, head)


def merge_group_squash(site):
    return group(site, site.branch())


def merge_group_rebase(site):
    """Two commits in the queue, and no merge."""
    return group(site, site.branch({"first.yaml": GOOD % "first"}, NEW))


def push_of_one(site):
    head = site.branch()
    push(site, "refs/heads/main", site.base, head)
    return Case(head, MAIN, site.base, head)


def push_of_many(site):
    head = site.branch({"a.yaml": GOOD % "a"}, {"b.yaml": GOOD % "b"}, NEW)
    push(site, "refs/heads/main", site.base, head)
    return Case(head, MAIN, site.base, head)


def new_branch(site):
    head = site.branch({"a.yaml": GOOD % "a"}, NEW)
    push(site, "refs/heads/change", "0" * 40, head)
    return Case(head, "refs/remotes/origin/change", site.base, head)


def force_push(site):
    """What was before is nowhere any more."""
    head = site.branch()
    push(site, "refs/heads/change", "f" * 40, head, forced=True)
    return Case(head, "refs/remotes/origin/change", site.base, head)


def force_push_of_main(site):
    head = site.branch()
    site.job.git("update-ref", "refs/heads/main", head)
    push(site, "refs/heads/main", "f" * 40, head, forced=True)
    return Case(head, MAIN, None, head)


def without_change(name, payload):
    def prepare(site):
        head = site.branch()
        site.job.git("update-ref", "refs/heads/main", head)
        site.event(name, payload, head)
        return Case(head, MAIN, None, head)
    prepare.__name__ = name
    return prepare


workflow_dispatch = without_change("workflow_dispatch", {"inputs": {}})
schedule = without_change("schedule", {"schedule": "0 4 * * *"})

# The rung that decides: None, nothing can be told (4); "", there is nothing to compare with.
ROWS = [
    # event, at depth 1, the same and may fetch, 2, full
    (pull_request, None, "fetch", "first-parent", "first-parent"),
    (pull_request_that_is_behind, None, "fetch", "first-parent", "first-parent"),
    (pull_request_head, None, "fetch", None, "merge-base"),
    (fork_that_is_gone, None, "fetch", "first-parent", "first-parent"),
    (pull_request_target, None, "fetch", None, "merge-base"),
    (pull_request_target_merge, None, "fetch", "first-parent", "first-parent"),
    (merge_group, None, "fetch", "merge-group", "merge-group"),
    (merge_group_squash, None, "fetch", "merge-group", "merge-group"),
    (merge_group_rebase, None, "fetch", None, "merge-group"),
    (push_of_one, None, "fetch", "push", "push"),
    (push_of_many, None, "fetch", None, "push"),
    (new_branch, None, None, None, "merge-base"),
    (force_push, None, None, None, "merge-base"),
    (force_push_of_main, "", "", "", ""),
    (workflow_dispatch, "", "", "", ""),
    (schedule, "", "", "", ""),
]
MATRIX = [pytest.param(row[0], depth, fetch, row[1 + i],
                       id="%s-%s%s" % (row[0].__name__, depth or "full", "-fetch" if fetch else ""))
          for row in ROWS
          for i, (depth, fetch) in enumerate([(1, False), (1, True), (2, False), (0, False)])]
FIRST_LINES = {"fetch": "which was fetched", "first-parent": "the first parent of the test merge",
               "merge-base": "where the target branch was left", "push": "the tip before the push",
               "merge-group": "the base of the merge group", "": "everything counts"}


@pytest.mark.parametrize("prepare,depth,fetch,rung", MATRIX)
def test_event(site, forge, prepare, depth, fetch, rung):
    case = prepare(site)
    report = site.path / "report.json"
    site.runner.env["GITHUB_API_URL"] = forge.url
    site.checkout(case.sha, case.ref, depth)
    result = site.run(report_file=str(report), check_run="auto", allow_fetch=str(fetch).lower())
    scope = json.loads(report.read_text())["scope"]
    # Whatever the verdict is, it stands on the commit that people look at, and on no other.
    assert [run["head_sha"] for run in forge.runs.values()] == [case.post]
    assert [run["conclusion"] for run in forge.runs.values()] == ["failure"]
    assert result.outputs["check-run-url"].startswith("https://forge.test/runs/")
    if rung is None:
        assert result.code == 4 and result.outputs["conclusion"] == "failure"
        assert ("was not fetched" in result.err) == fetch
        return
    old = {c[1].get("file") for c in result.commands if c[0] == "error"}
    assert result.code == 1 and rung == scope.get("how", ""), (scope, result.err)
    assert FIRST_LINES[rung] in first_line(result)
    if rung:
        assert old == {"new.yaml"} and scope["mode"] == "new"
        assert (scope["base"], scope["head"]) == (case.base, case.head)
        assert case.base[:12] in first_line(result)
    else:
        assert old == {"new.yaml", "old.yaml"} and scope["mode"] == "all"
    assert result.outputs["scope-used"] == scope["mode"]
@pytest.mark.parametrize("prepare,depth,fetch,rung",
                         [row for row in MATRIX if not row.values[2]])
def test_doctor_agrees(site, prepare, depth, fetch, rung):
    """It says beforehand what a run makes of the event."""
    case = prepare(site)
    site.checkout(case.sha, case.ref, depth)
    done = subprocess.run([site.program, "doctor"], cwd=site.runner.workspace, env=site.runner.env,
                          capture_output=True, text=True)
    lines = dict((line[:14].strip(), line[14:].strip()) for line in done.stdout.splitlines())
    assert lines["report on"] == case.post
    if rung is None:
        assert done.returncode == 1 and "fix: " in done.stdout
        return
    assert done.returncode == 0, done.stdout
    if rung:
        assert lines["base"].startswith(case.base) and lines["head"] == case.head
        assert lines["base"].endswith("by %s" % rung)
    else:
        assert lines["base"].startswith("none: ")
