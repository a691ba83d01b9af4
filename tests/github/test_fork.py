# SPDX-License-Identifier: Apache-2.0
"""The two stages for forks, end to end: the first one's action makes the report, the second one's
script reads it, with a forge that takes what it is told. The fork decides what is in the artifact."""
import copy
import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from checkout import BAD, NEW, ROOT, example, site  # noqa: F401

FOLDER = ROOT / "examples/workflows"
MERGE = "refs/remotes/pull/12/merge"
# Writes down its arguments, each on a line of its own.
GH = '#!/bin/sh\nprintf "%%s\\n" "$@" >>"%s"\n'

pytestmark = pytest.mark.skipif(not shutil.which("jq"), reason="no jq")


def workflow(name):
    return yaml.safe_load((FOLDER / name).read_text())


def steps(name):
    (job,) = workflow(name)["jobs"].values()
    return job["steps"]


class Second:
    """The second stage, after a first one that ended in `conclusion`."""

    def __init__(self, path, conclusion, sha):
        self.path, self.sha = path, sha
        (path / "bin").mkdir()
        gh = path / "bin/gh"
        gh.write_text(GH % (path / "calls"))
        gh.chmod(0o755)
        self.temp = path / "temp"
        self.report = self.temp / "report/tidegate.json"
        self.report.parent.mkdir(parents=True)
        self.values = {"runner.temp": str(self.temp), "github.token": "write-token",
                       "github.event.workflow_run.conclusion": conclusion,
                       "github.event.workflow_run.head_sha": sha,
                       "github.event.workflow_run.html_url": "https://forge.test/runs/1",
                       "github.event.workflow_run.id": "1"}

    def value(self, text):
        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda match: self.values[match[1]], text)

    def run(self, artifact=None):
        """What is said of the commit."""
        self.report.unlink(missing_ok=True)
        (self.path / "calls").write_text("")
        if artifact is not None:
            self.report.write_bytes(artifact)
        (script,) = [step for step in steps("fork-report.yml") if "run" in step]
        assert "${{" not in script["run"]
        env = {"PATH": "%s:%s" % (self.path / "bin", os.environ["PATH"]), "HOME": str(self.path),
               "GITHUB_REPOSITORY": "shop/deploy",
               **{name: self.value(text) for name, text in script["env"].items()}}
        done = subprocess.run(["bash", "--noprofile", "--norc", "-e", "-c", script["run"]], env=env,
                              cwd=self.path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "write-token" not in done.stdout + done.stderr, done.stderr
        calls = (self.path / "calls").read_text().splitlines()
        assert calls[:2] == ["api", "repos/shop/deploy/statuses/%s" % self.sha]
        fields = dict(word.split("=", 1) for word in calls[2:] if word != "-f")
        assert len(calls) == 10 and set(fields) == {"state", "context", "target_url", "description"}
        assert not (self.path / "trapped").exists()
        return fields["state"], fields["description"]


def first(site):
    """The action with the inputs of the first stage: its exit code, and what it uploads."""
    payload = site.pull_request()
    payload["pull_request"]["head"]["repo"] = None
    site.event("pull_request", payload, site.merged)
    site.checkout(site.merged, MERGE, 2)
    (use,) = [step for step in steps("fork-check.yml") if "tidegate@" in step.get("uses", "")]
    (upload,) = [step for step in steps("fork-check.yml") if "upload-artifact" in step.get("uses", "")]
    temp = lambda text: text.replace("${{ runner.temp }}", str(site.runner.temp))
    result = site.run(**{name.replace("-", "_"): temp(text) for name, text in use["with"].items()})
    path = temp(upload["with"]["path"])
    assert upload["if"] == "always()"  # the report of a verdict that is red
    assert result.outputs["report-file"] == path
    return result, open(path, "rb").read()


def test_two_stages(site, tmp_path):
    result, artifact = first(site)
    assert result.code == 1
    event = example("workflow_run")["workflow_run"]
    assert {"head_sha", "conclusion", "html_url", "id", "event"} <= set(event)  # what is read of it
    second = Second(tmp_path, "failure", site.head)
    assert second.run(artifact) == ("failure", "1 errors, 0 warnings")


def test_verdict_is_of_the_event(site, tmp_path):
    """Whatever the artifact says."""
    _, artifact = first(site)
    for conclusion, state in (("success", "success"), ("failure", "failure"), ("cancelled", "error"),
                              ("timed_out", "error"), ("skipped", "error"), ("", "error")):
        folder = tmp_path / ("x" + conclusion)
        folder.mkdir()
        second = Second(folder, conclusion, site.head)
        assert second.run(artifact)[0] == state
        assert second.run(b"{}") == (state, "see the log")
        assert second.run() == (state, "see the log")


def change(report, path, value):
    """The report with something else at one place."""
    report = copy.deepcopy(report)
    at = report
    for key in path[:-1]:
        at = at[key]
    if value is KeyError:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return json.dumps(report).encode()


WRONG = [KeyError, None, -1, 0.5, 10 ** 9, "1", "$(touch trapped)", [], {}, [1], True]
PLACES = [("version",), ("tool",), ("tool", "name"), ("tool", "version"), ("scope",),
          ("scope", "mode"), ("kubernetes",), ("sets",), ("summary",), ("summary", "errors"),
          ("summary", "warnings"), ("summary", "files"), ("summary", "new"), ("findings",),
          ("findings", 0), ("findings", 0, "rule"), ("findings", 0, "message"),
          ("findings", 0, "severity"), ("findings", 0, "state")]
FINE = {("kubernetes", "[]"), ("sets", "[]"), ("sets", "[1]"), ("tool.version", "'1'"),
        ("tool.version", "'$(touch trapped)'"), ("findings.0.rule", "'1'"),
        ("findings.0.rule", "'$(touch trapped)'"), ("findings.0.message", "'1'"),
        ("findings.0.message", "'$(touch trapped)'")} - {("sets", "[1]")}


def test_artifact_of_another_form(site, tmp_path):
    """Each place in turn; what is still of the form shows no more than the two numbers."""
    _, artifact = first(site)
    second = Second(tmp_path, "failure", site.head)
    report = json.loads(artifact)
    for place in PLACES:
        for value in WRONG:
            says = second.run(change(report, place, value))
            name = ".".join(map(str, place)), repr(value)
            want = "1 errors, 0 warnings" if name in FINE else "see the log"
            assert says == ("failure", want), (name, says)


@pytest.mark.parametrize("artifact", [
    b"", b"null", b"[]", b"1", b'"text"', b"{", b"\0\xff\xfe", b"{}\n{}", b"[" * 20000,
    b'{"summary":{"errors":"1\\nstate=success","warnings":0}}',
    b'{"version":1,"summary":{"errors":1e400,"warnings":0}}'], ids=range(11))
def test_artifact_that_is_no_report(tmp_path, artifact):
    assert Second(tmp_path, "failure", "1" * 40).run(artifact) == ("failure", "see the log")


def test_two_reports_are_none(site, tmp_path):
    _, artifact = first(site)
    second = Second(tmp_path, "failure", site.head)
    assert second.run(artifact + artifact) == ("failure", "see the log")
    assert second.run(artifact + b" " * 60000000) == ("failure", "1 errors, 0 warnings")
    assert second.run(b" " * 60000000 + artifact) == ("failure", "see the log")


def test_second_stage_takes_little():
    """It may write statuses, and checks nothing out."""
    report, check = workflow("fork-report.yml"), workflow("fork-check.yml")
    assert report["permissions"] == {"actions": "read", "statuses": "write"}
    assert check["permissions"] == {"contents": "read"}
    assert report[True]["workflow_run"]["workflows"] == [check["name"]]
    uses = [step["uses"] for step in steps("fork-report.yml") if "uses" in step]
    assert [name.split("@")[0] for name in uses] == ["actions/download-artifact"]
