# SPDX-License-Identifier: Apache-2.0
"""What each input of the action does, what is in each of its outputs, and what is made of a job that
is not as it should be. An input without a function `try_NAME` here fails."""
import json
import os
import pathlib
import stat
import subprocess

import pytest
import yaml

from checkout import BAD, GOOD, NEW, ROOT, errors, first_line, site  # noqa: F401

DEFINITION = yaml.safe_load((ROOT / "action.yml").read_text())
MERGE = "refs/remotes/pull/12/merge"
IGNORE = "ignore:\n- {rule: api/unknown-field, reason: %s}\n"
# A warning up to 1.31, an error from 1.32 on, which does not have it.
OLD_VERSION = """apiVersion: flowcontrol.apiserver.k8s.io/v1beta3
kind: FlowSchema
metadata: {name: old}
spec: {priorityLevelConfiguration: {name: exempt}}
"""


def change(site, files=None, depth=2, base=None):
    """A pull request with these files, on what its base has besides."""
    if base:
        site.base = site.job.commit(base)
    site.pull_request(changes=[files or NEW])
    site.checkout(site.merged, MERGE, depth)
    return site


def found(result):
    return sorted(errors(result))


# -- inputs

def try_paths(site, forge):
    change(site, {"a/x.yaml": BAD % 1, "b/y.yaml": BAD % 2, "c.yaml": BAD % 3})
    assert found(site.run(paths="a\nb/y.yaml")) == ["a/x.yaml", "b/y.yaml"]
    # A path that looks like an option is none.
    assert site.run(paths="--all").code == 4


def try_scope(site, forge):
    # old.yaml is wrong already, and so is other.yaml, which the change touches.
    change(site, dict(NEW, **{"other.yaml": "# touched\n" + BAD % 5}), base={"other.yaml": BAD % 5})
    assert found(site.run(scope="new")) == ["new.yaml"]
    touched = site.run(scope="changed-files")
    assert found(touched) == ["new.yaml", "other.yaml"]
    assert touched.outputs["scope-used"] == "changed-files"
    assert found(site.run(scope="all")) == ["new.yaml", "old.yaml", "other.yaml"]
    assert site.run(scope="some").code == 2


def try_base_missing(site, forge):
    change(site, depth=1)
    assert site.run(base_missing="fail").code == 4
    result = site.run(base_missing="all")
    assert found(result) == ["new.yaml", "old.yaml"]
    assert [c for c in result.commands if c[0] == "notice" and "everything counts" in c[2]]


def try_allow_fetch(site, forge):
    change(site, depth=1)
    result = site.run(allow_fetch="true")
    assert found(result) == ["new.yaml"] and "which was fetched" in first_line(result)
    # Nothing of the clone that anybody sees is another for it.
    refs = subprocess.run(["git", "for-each-ref"], cwd=site.runner.workspace, capture_output=True,
                          text=True).stdout
    assert refs.split()[2::3] == [MERGE] and not (site.runner.workspace / ".git/FETCH_HEAD.lock").exists()


def try_fail_on(site, forge):
    change(site, {"flow.yaml": OLD_VERSION})
    for fail_on, code in (("", 0), ("warning", 1), ("error", 0), ("never", 0)):
        result = site.run(fail_on=fail_on, kubernetes_version="1.30")
        assert result.code == code and result.outputs["warnings"] == "1", (fail_on, result.err)
    assert site.run(fail_on="sometimes").code == 2


def try_config(site, forge):
    change(site)
    given = site.path / "it's a config.yaml"
    given.write_text(IGNORE % "fine")
    result = site.run(config=str(given))
    assert result.code == 0 and result.outputs["suppressed"] != "0"


def try_config_from(site, forge):
    change(site, dict(NEW, **{"tidegate.yaml": IGNORE % "mine"}))
    for config_from in ("", "base"):
        result = site.run(config_from=config_from)
        assert found(result) == ["new.yaml"]
        assert "the base's decides here" in result.log
    result = site.run(config_from="head")
    assert result.code == 0 and "the change's own decides here" in result.log
    assert site.run(config_from="both").code == 2
    assert site.run(config_from="head", config="x.yaml").code == 2


def try_baseline(site, forge):
    baseline = lambda: subprocess.run(
        [site.program, "baseline", "write", "-q", "--file", "may stay.yaml"], check=True,
        cwd=site.job.repository, env=site.job.env)
    baseline()
    site.base = site.job.commit({})
    text = (site.job.repository / "may stay.yaml").read_text()
    change(site)
    result = site.run(scope="all", baseline="may stay.yaml")
    assert found(result) == ["new.yaml"] and result.outputs["suppressed"] == "1"
    assert site.run(baseline="nowhere.yaml").code == 2
    assert site.run(baseline="../may stay.yaml").code == 2
    # One that comes with the change excuses nothing of it, and is told.
    site.job.git("checkout", "-qf", "main")
    (site.job.repository / "new.yaml").write_text(NEW["new.yaml"])
    baseline()
    more = (site.job.repository / "may stay.yaml").read_text()
    (site.job.repository / "new.yaml").unlink()
    site.job.git("checkout", "-qf", "main")
    assert more != text
    again = dict(NEW, **{"first.yaml": more, "may stay.yaml": more})
    site.pull_request(changes=[again])
    site.checkout_again(site.merged, MERGE, 2)
    for name in ("may stay.yaml", "first.yaml"):
        result = site.run(baseline=name)
        assert found(result) == ["new.yaml"], result.log + result.err
        assert "this change edits the baseline" in result.log


def try_kubernetes_version(site, forge):
    change(site, {"flow.yaml": OLD_VERSION})
    assert site.run(kubernetes_version="1.31").code == 0
    assert found(site.run(kubernetes_version="1.31,1.34")) == ["flow.yaml"]
    assert site.run(kubernetes_version="99").code == 2


def try_annotations(site, forge):
    change(site)
    assert site.run(annotations="true").commands and not site.run(annotations="false").commands


def try_summary(site, forge):
    change(site)
    assert "new.yaml" in site.run(summary="true").summary
    assert site.run(summary="false").summary == ""


def try_check_run(site, forge):
    change(site)
    assert site.run(check_run="false").outputs["check-run-url"] == "" and not forge.runs
    result = site.run(check_run="auto")
    run, = forge.runs.values()
    assert result.outputs["check-run-url"] == run["html_url"] and run["head_sha"] == site.head
    assert site.run(check_run="true", fail_on="never").code == 0
    from forge import Fault
    forge.faults += [Fault("POST", "check-runs", status=403), Fault("POST", "check-runs", status=403)]
    assert site.run(check_run="auto", fail_on="never").code == 0
    assert site.run(check_run="true", fail_on="never").code == 5


def try_check_name(site, forge):
    change(site)
    site.run(check_run="auto", commit_status="true", check_name="my  $(x) gate")
    assert [run["name"] for run in forge.runs.values()] == ["my  $(x) gate"]
    assert "my  $(x) gate" in forge.statuses[0]["context"]


def try_commit_status(site, forge):
    change(site)
    site.run(commit_status="false")
    assert forge.calls == []
    site.run(commit_status="true")
    assert [(s["sha"], s["state"]) for s in forge.statuses] == [(site.head, "failure")]


def try_comment(site, forge):
    change(site)
    site.run(comment="never")
    site.run(comment="on-failure", fail_on="never", scope="new", paths="ns.yaml")
    assert forge.comments == []
    site.run(comment="on-failure")
    site.run(comment="always")
    assert len(forge.comments) == 1 and "new.yaml" in forge.comments[0]["body"]
    forge.comments.clear()
    site.run(comment="always", paths="ns.yaml")
    assert len(forge.comments) == 1


def try_review(site, forge):
    change(site)
    forge.take_change(site.job.git, site.base, site.head)
    site.run(review="false")
    assert forge.calls == []
    site.run(review="true")
    assert ["```suggestion" in c["body"] for c in forge.review_comments] == [True]
    assert site.run(review="yes").code == 2


def try_allow_api(site, forge):
    change(site, depth=1)
    forge.take_change(site.job.git, site.base, site.head)
    assert site.run(allow_api="false").code == 4 and forge.calls == []
    assert found(site.run(allow_api="true")) == ["new.yaml"]
    assert site.run(allow_api="yes").code == 2


def try_report_file(site, forge):
    change(site)
    report = site.path / "a report.json"
    assert site.run(report_file="").outputs["report-file"] == ""
    assert site.run(report_file=str(report)).outputs["report-file"] == str(report)
    assert json.loads(report.read_text())["scope"]["how"] == "first-parent"


def try_sarif_file(site, forge):
    change(site)
    sarif = site.path / "a.sarif"
    assert site.run(sarif_file="").outputs["sarif-file"] == ""
    assert site.run(sarif_file=str(sarif)).outputs["sarif-file"] == str(sarif)
    assert json.loads(sarif.read_text())["version"] == "2.1.0"


def try_working_directory(site, forge):
    change(site, {"it's/x.yaml": BAD % 1, "y.yaml": BAD % 2})
    assert found(site.run(working_directory="it's", paths="x.yaml")) == ["it's/x.yaml"]
    for outside in ("/", "..", "nowhere", str(site.path)):
        assert site.run(working_directory=outside).code == 2


def try_version(site, forge):
    change(site)
    assert site.run(version="1.2.3").code == 1  # the given program is used, whatever is wanted
    assert "knows no release" in site.run(version="1.2.3", binary="").log
    assert "is no version" in site.run(version="latest", binary="").log


def try_binary(site, forge):
    change(site)
    assert site.run(binary=site.program).steps["install"]["program"] == site.program
    assert "there is no program" in site.run(binary="/nowhere/tidegate").log


def try_github_token(site, forge):
    change(site)
    site.run(commit_status="true", github_token="another-token")
    assert [call[3]["Authorization"] for call in forge.calls] == ["Bearer another-token"]


def try_extra_args(site, forge):
    change(site)
    other = site.path / "two  words.md"
    assert site.run(extra_args="--output\r\nmarkdown=%s\n\n--fail-on\nnever" % other).code == 0
    assert "new.yaml" in other.read_text()
    assert site.run(extra_args="--output markdown=x").code == 2  # one argument, and no shell


@pytest.mark.parametrize("name", sorted(DEFINITION["inputs"]))
def test_input(site, forge, name):
    site.runner.env["GITHUB_API_URL"] = forge.url
    globals()["try_" + name.replace("-", "_")](site, forge)


def test_outputs(site, forge):
    """Every output there is, against the JSON report."""
    base = {"tidegate.yaml": "ignore:\n- {rule: api/unknown-field, object: ConfigMap/shop/web-9, "
                             "reason: known}\n", "flow.yaml": OLD_VERSION}
    touched = {"flow.yaml": OLD_VERSION + "# touched\n", "known.yaml": BAD % 9,
               "other.yaml": OLD_VERSION.replace("name: old", "name: older")}
    change(site, dict(NEW, **touched), base=base)
    site.runner.env["GITHUB_API_URL"] = forge.url
    report, sarif = site.path / "report.json", site.path / "report.sarif"
    outputs = site.run(check_run="auto", report_file=str(report), sarif_file=str(sarif),
                       kubernetes_version="1.30").outputs
    data = json.loads(report.read_text())
    summary, run = data["summary"], next(iter(forge.runs.values()))
    assert min(summary["new"], summary["preexisting"], summary["suppressed"]) > 0
    assert outputs == {
        "conclusion": "failure", "exit-code": "1", "errors": str(summary["errors"]),
        "warnings": str(summary["warnings"]), "new": str(summary["new"]),
        "findings": str(summary["new"] + summary["preexisting"]),
        "suppressed": str(summary["suppressed"]), "files-checked": str(summary["files"]),
        "scope-used": "new", "report-file": str(report), "sarif-file": str(sarif),
        "check-run-url": run["html_url"], "version": data["tool"]["version"]}
    assert set(outputs) == set(DEFINITION["outputs"]) and all(outputs.values())


def test_shell_gets_no_expressions():
    for step in DEFINITION["runs"]["steps"]:
        assert "${{" not in step["run"]
        # What comes from outside comes by the environment, each value under a name of its own.
        assert all(value.count("${{") == 1 or "${{" not in value for value in step["env"].values())
    given = {value for step in DEFINITION["runs"]["steps"] for value in step["env"].values()}
    assert {"${{ inputs.%s }}" % name for name in DEFINITION["inputs"]} <= given


# -- jobs that are not as they should be

def test_workspace_of_somebody_else(site):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    change(site)
    subprocess.run(["chown", "-R", "4242", str(site.runner.workspace)], check=True)
    result = site.run()
    line = "git config --global --add safe.directory %s" % site.runner.workspace
    assert result.code == 4 and line in result.log
    # What it says to do is enough, for the fetch by git as well.
    subprocess.run(line.split(), check=True, env=site.runner.env)
    assert site.run().code == 1
    site.checkout_again(site.merged, MERGE, 1)
    subprocess.run(["chown", "-R", "4242", str(site.runner.workspace)], check=True)
    assert found(site.run(allow_fetch="true")) == ["new.yaml"]


@pytest.mark.parametrize("places", [{"check_run": "auto"}, {"commit_status": "true"},
                                    {"comment": "always"}])
def test_missing_token(site, forge, places):
    change(site)
    site.runner.env["GITHUB_API_URL"] = forge.url
    assert site.run(github_token="", fail_on="never", **places).code == 0
    assert site.run(github_token="", **places).code == 1
    assert forge.calls == []


def without_write(path):
    path.chmod(stat.S_IRUSR)


def folder(path):
    path.unlink()
    path.mkdir()


def full(path):
    path.unlink()
    path.symlink_to("/dev/full")


def gone(path):
    path.unlink()
    path.parent.joinpath("nowhere").mkdir(exist_ok=True)
    path.symlink_to(path.parent / "nowhere" / "folder" / "file")


SPOIL = [without_write, folder, full, gone]


@pytest.fixture
def unprivileged(site):
    """Root writes what it likes: without that capability it is as anybody."""
    if os.geteuid() == 0:
        site.runner.prefix = ["setpriv", "--bounding-set=-dac_override"]
    return site


@pytest.mark.parametrize("spoil", SPOIL)
@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_file_of_the_runner_that_cant_be_written(unprivileged, spoil, name):
    """The verdict is the exit code; what can't be told is a warning."""
    site = change(unprivileged)
    site.runner.prepare["check", name] = spoil
    report = site.path / "report.json"
    result = site.run(report_file=str(report))
    what = "step summary" if name == "GITHUB_STEP_SUMMARY" else "step's outputs"
    assert result.code == 1 and "%s could not be written" % what in result.err, result.err
    assert found(result) == ["new.yaml"] and report.exists()
    assert site.run(fail_on="never").code == 0
    required = site.run(fail_on="never", extra_args="--require-report")
    assert required.code == 5


@pytest.mark.parametrize("spoil", SPOIL)
def test_program_that_cant_be_handed_over(unprivileged, spoil):
    site = change(unprivileged)
    site.runner.prepare["install", "GITHUB_OUTPUT"] = spoil
    result = site.run()
    assert result.code == 4 and "the output of this step can't be written" in result.log


EVENTS = {"missing": None, "empty": "", "no-json": "<html>", "cut": '{"number": 12, "pull_request": {',
          "list": "[]", "null": "null", "deep": '{"a":' * 100000, "no-pull-request": "{}",
          "wrong-types": '{"number": "x", "pull_request": {"head": 1, "base": {"sha": {}}}}',
          "no-commits": '{"number": -12, "pull_request": {"head": {"sha": "--upload-pack=x"}, '
                        '"base": {"sha": "HEAD", "ref": "$(touch trapped)"}}}'}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_event_that_cant_be_read(site, forge, name):
    """The test merge says what it is; nothing is reported to a commit that nobody named."""
    change(site)
    event = pathlib.Path(site.runner.env["GITHUB_EVENT_PATH"])
    event.unlink()
    if EVENTS[name] is not None:
        event.write_text(EVENTS[name])
    site.runner.env["GITHUB_API_URL"] = forge.url
    for places in ({}, {"check_run": "auto", "commit_status": "true", "comment": "always"}):
        result = site.run(**places)
        assert result.code == 1 and found(result) == ["new.yaml"]
        assert "first parent of the test merge" in first_line(result)
    assert not forge.runs and not forge.statuses and not forge.comments
    assert site.run(check_run="true", fail_on="never").code == 5
    assert "event" in result.err.lower()
    assert not (site.runner.workspace / "trapped").exists()


@pytest.mark.parametrize("event", ["push", "merge_group", "pull_request_target"])
@pytest.mark.parametrize("name", ["missing", "no-json", "no-pull-request"])
def test_other_event_that_cant_be_read(site, event, name):
    """More may count than is new, and the run may fail: but nothing passes."""
    change(site, depth=0)
    site.runner.env["GITHUB_EVENT_NAME"] = event
    path = pathlib.Path(site.runner.env["GITHUB_EVENT_PATH"])
    path.unlink()
    if EVENTS[name] is not None:
        path.write_text(EVENTS[name])
    result = site.run()
    assert result.code == 4 or "new.yaml" in found(result)
