# SPDX-License-Identifier: Apache-2.0
"""The action, run as a runner runs it: on payloads of GitHub's events, and checkouts of any depth."""
import hashlib
import http.server
import io
import json
import os
import pathlib
import platform
import shutil
import subprocess
import tarfile
import threading

import pytest

from checkout import (BAD, GOOD, NEW, ROOT, errors, example, first_line, push,
                      site)  # noqa: F401


# -- what is compared

@pytest.mark.parametrize("depth", [2, 0])
def test_pull_request(site, depth):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", depth)
    result = site.run()
    assert result.code == 1 and errors(result) == ["new.yaml"]
    assert result.outputs["conclusion"] == "failure" and result.outputs["exit-code"] == "1"
    assert result.outputs["errors"] == "1" and result.outputs["scope-used"] == "new"
    assert "new.yaml" in result.summary and "old.yaml" not in result.summary
    assert "first parent of the test merge" in first_line(result)
    assert site.base[:12] in first_line(result)


def test_pull_request_of_depth_one(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 1)
    result = site.run()
    assert result.code == 4 and "fetch-depth: 2" in result.log
    result = site.run(base_missing="all")
    assert result.code == 1 and sorted(errors(result)) == ["new.yaml", "old.yaml"]
    assert "everything counts, because the base is not in this clone" in first_line(result)


def test_pull_request_that_checks_its_head_out(site):
    site.pull_request()
    site.checkout(site.head, "refs/remotes/origin/change", 0)
    result = site.run()
    assert result.code == 1 and errors(result) == ["new.yaml"]
    assert "where the target branch was left" in first_line(result)


def test_pull_request_whose_head_merged_the_target(site):
    """Its first parent is what the branch did before, which has to count."""
    site.pull_request()
    site.job.git("checkout", "-q", "main")
    site.base = site.job.commit({"more.yaml": BAD % 300})
    site.job.git("checkout", "-q", "change")
    site.job.git("merge", "-q", "--no-ff", "-m", "merge", "main")
    head = site.job.git("rev-parse", "HEAD")
    payload = example("pull_request")
    pull = payload["pull_request"]
    pull["head"]["sha"], pull["base"]["sha"], pull["base"]["ref"] = head, site.base, "main"
    site.event("pull_request", payload, head, GITHUB_BASE_REF="main")
    site.checkout(head, "refs/remotes/origin/change", 0)
    assert errors(site.run()) == ["new.yaml"]
    shutil.rmtree(site.runner.workspace)
    site.runner.workspace.mkdir()
    site.checkout(head, "refs/remotes/origin/change", 2)
    result = site.run()
    assert result.code == 4 or errors(result) == ["new.yaml"]  # never a silent pass


def test_fork(site, forge):
    payload = site.pull_request()
    payload["pull_request"]["head"]["repo"] = None
    site.event("pull_request", payload, site.merged, GITHUB_API_URL=forge.url)
    from forge import Fault
    forge.faults.append(Fault("POST", "check-runs", status=403))
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    result = site.run(check_run="auto")
    assert result.code == 1 and errors(result) == ["new.yaml"]
    assert "fork, whose token may only read" in result.err


def test_pull_request_target_reads_the_change(site):
    """HEAD is the target branch, where nothing is new."""
    site.pull_request("pull_request_target")
    site.checkout(site.base, "refs/remotes/origin/main", 0)
    result = site.run()
    assert result.code == 1 and errors(result) == ["new.yaml"]


def test_pull_request_target_without_the_change(site):
    site.pull_request("pull_request_target")
    site.checkout(site.base, "refs/remotes/origin/main", 1)
    assert site.run().code == 4


def test_pull_request_target_with_the_test_merge(site):
    site.pull_request("pull_request_target")
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    assert errors(site.run()) == ["new.yaml"]


@pytest.mark.parametrize("squash", [False, True])
def test_merge_group(site, squash):
    site.branch()
    head = site.merge()
    if squash:
        site.job.git("checkout", "-q", site.base)
        head = site.job.commit(NEW)
    payload = example("merge_group")
    payload["merge_group"].update(head_sha=head, base_sha=site.base, base_ref="refs/heads/main")
    site.event("merge_group", payload, head)
    site.checkout(head, "refs/remotes/origin/gh-readonly-queue/main/pr-1", 2)
    result = site.run()
    assert result.code == 1 and errors(result) == ["new.yaml"]
    assert "the base of the merge group" in first_line(result)


def test_push(site):
    head = site.branch()
    push(site, "refs/heads/main", site.base, head)
    site.checkout(head, "refs/remotes/origin/main", 2)
    result = site.run()
    assert errors(result) == ["new.yaml"] and "the tip before the push" in first_line(result)


def test_push_of_more_than_was_fetched(site):
    head = site.branch(NEW, {"b.yaml": GOOD % "b"}, {"c.yaml": GOOD % "c"})
    push(site, "refs/heads/main", site.base, head)
    site.checkout(head, "refs/remotes/origin/main", 2)
    assert site.run().code == 4


def test_new_branch(site):
    head = site.branch(NEW, {"b.yaml": GOOD % "b"})
    push(site, "refs/heads/change", "0" * 40, head)
    site.checkout(head, "refs/remotes/origin/change", 0)
    result = site.run()
    assert errors(result) == ["new.yaml"]
    assert "where the target branch was left" in first_line(result)


def test_new_branch_that_ends_in_a_merge(site):
    site.branch()
    site.job.git("checkout", "-qb", "side", site.base)
    site.job.commit({"side.yaml": BAD % 400})
    site.job.git("checkout", "-q", "change")
    site.job.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    head = site.job.git("rev-parse", "HEAD")
    push(site, "refs/heads/change", "0" * 40, head)
    site.checkout(head, "refs/remotes/origin/change", 0)
    assert sorted(errors(site.run())) == ["new.yaml", "side.yaml"]


@pytest.mark.parametrize("ref,before,forced", [("refs/heads/main", "f" * 40, True),
                                               ("refs/heads/main", "0" * 40, False),
                                               ("refs/tags/v1", "0" * 40, False)])
def test_push_that_has_nothing_before_it(site, ref, before, forced):
    """Compared with itself the main branch would always pass."""
    head = site.branch()
    site.job.git("update-ref", "refs/heads/main", head)
    push(site, ref, before, head, forced)
    site.checkout(head, "refs/remotes/origin/main", 0)
    result = site.run()
    assert sorted(errors(result)) == ["new.yaml", "old.yaml"]
    assert "everything counts" in first_line(result)


def test_dispatch(site):
    head = site.branch()
    site.event("workflow_dispatch", {"inputs": {}}, head)
    site.checkout(head, "refs/remotes/origin/main", 1)
    result = site.run()
    assert sorted(errors(result)) == ["new.yaml", "old.yaml"]
    assert result.outputs["scope-used"] == "all"


# -- what is run

def test_program_of_the_pull_request_is_not_run(site):
    trap = "#!/bin/sh\ntouch %s\n" % (site.path / "trapped")
    names = ("tidegate", "install.sh", "check.sh", "action/install.sh", "action/common.sh",
             "bin/tidegate", "git", "curl", "common.sh")
    site.pull_request(changes=[dict(NEW, **{name: trap for name in names})])
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    for name in names:
        (site.runner.workspace / name).chmod(0o755)
    assert site.run().code == 1
    result = site.run(binary="./tidegate")
    assert result.code == 2 and "is in the workspace" in result.log
    os.symlink(site.runner.workspace / "tidegate", site.path / "innocent")
    assert site.run(binary=str(site.path / "innocent")).code == 2
    assert not (site.path / "trapped").exists()


# -- inputs

HOSTILE = ["a b", "$(touch trapped)", "`touch trapped`", "'; touch trapped; '", "\"; touch trapped",
           "${HOME}", "*", "--all", "a\rb", "é\u202e", "%0A::error::x", "-", "::error::x"]


@pytest.mark.parametrize("name", ["paths", "config", "check_name", "working_directory", "version",
                                  "binary", "scope", "report_file", "extra_args"])
def test_hostile_inputs(site, name):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    for value in HOSTILE:
        result = site.run(**{name: value})
        assert result.code in (0, 1, 2, 3, 4), (value, result.log, result.err)
        assert not (site.runner.workspace / "trapped").exists()
        assert ("error", {}, "x") not in result.commands


def test_paths_with_spaces(site):
    site.pull_request(changes=[{"a b/$(x).yaml": BAD % 1, "it's/b.yaml": BAD % 2,
                                "c.yaml": BAD % 3}])
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    result = site.run(paths="a b\nit's\n")
    assert sorted(errors(result)) == ["a b/$(x).yaml", "it's/b.yaml"]


def test_paths_keep_the_base(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    assert errors(site.run(paths=".")) == ["new.yaml"]
    assert sorted(errors(site.run(paths=".", scope="all"))) == ["new.yaml", "old.yaml"]


def test_reports_and_extra_args(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    report, sarif = site.path / "it's a report.json", site.path / "a.sarif"
    result = site.run(report_file=str(report), sarif_file=str(sarif), annotations="false",
                      summary="false", extra_args="--max-same\n0\n\n--output\njunit=%s\n" % (site.path / "$(x) y.xml"))
    assert result.outputs["report-file"] == str(report) and report.exists() and sarif.exists()
    assert result.summary == "" and errors(result) == []
    assert [f["path"] for f in json.loads(report.read_text())["findings"]] == ["new.yaml"]
    assert (site.path / "$(x) y.xml").exists()


def test_outputs_with_newlines(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    name = "x\nexit-code=0\nconclusion<<EOF\nsuccess\nEOF"
    result = site.run(sarif_file=str(site.path / name))
    assert result.outputs["sarif-file"] == str(site.path / name)
    assert result.outputs["conclusion"] == "failure"


# -- download

class Releases:
    """A server with one release of the action's repository."""

    def __init__(self, site, body):
        self.asked = []
        releases = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                releases.asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        site.runner.env["GITHUB_SERVER_URL"] = "http://127.0.0.1:%d" % self.server.server_port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def machine():
    return "%s-%s" % (platform.system().lower(), platform.machine())


def archive(site):
    """A release: a program that calls the one under test."""
    script = b'#!/bin/sh\nexec "%s" "$@"\n' % site.program.encode()
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        info = tarfile.TarInfo("tidegate-1.2.3/tidegate")
        info.size, info.mode = len(script), 0o755
        tar.addfile(info, io.BytesIO(script))
    return data.getvalue()


def add_release(site, data, version="1.2.3"):
    with (site.runner.action / "action/releases.txt").open("a") as table:
        table.write("%s %s %s\n" % (version, machine(), hashlib.sha256(data).hexdigest()))


def test_download(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    data = archive(site)
    add_release(site, b"an older one", "1.2.2")
    add_release(site, data)
    with Releases(site, data) as server:
        for _ in range(2):
            assert errors(site.run(binary="")) == ["new.yaml"]
        assert server.asked == ["/OWNER/tidegate/releases/download/v1.2.3/tidegate-1.2.3-%s.tar.gz"
                                % machine()]  # kept for the second
        # What was kept is verified again.
        kept = next(site.runner.tools.rglob("*.tar.gz"))
        kept.write_bytes(b"spoilt")
        assert site.run(binary="", version="1.2.3").code == 1 and len(server.asked) == 2
        assert site.run(binary="", version="1.2.2").code == 4  # another's bytes
    program = site.run(binary="").steps["install"]["program"]
    assert pathlib.Path(program).is_relative_to(site.runner.temp)


def test_download_with_another_checksum(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    data = archive(site)
    add_release(site, data)
    with Releases(site, data + b"more"):
        result = site.run(binary="")
    assert result.code == 4 and "has not the checksum" in result.log
    assert list(site.runner.tools.rglob("*.tar.gz")) == []


def test_version_that_nobody_released(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    result = site.run(binary="", version="9.9.9")
    assert result.code == 2 and "knows no release 9.9.9" in result.log


def test_source_in_the_workspace_is_not_built(site):
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    inside = site.runner.workspace / "own"
    shutil.copytree(site.runner.action, inside)
    site.runner.env["GITHUB_ACTION_PATH"] = str(inside)
    result = site.run(binary="")
    assert result.code == 2 and "its source is not built" in result.log


def test_source_is_built_below_the_tool_cache(site):
    """The calls only: a compiler would take minutes."""
    site.pull_request()
    site.checkout(site.merged, "refs/remotes/pull/12/merge", 2)
    tools = site.path / "bin"
    tools.mkdir()
    (tools / "cmake").write_text(
        '#!/bin/sh\nprintf "%%s\\n" "$*" >>"%s"\n[ "$1" = --build ] || exit 0\n'
        'mkdir -p "$2" && ln -s "%s" "$2/tidegate"\n' % (site.path / "calls", site.program))
    (site.runner.action / "dev").write_text("#!/bin/sh\n[ $1 = setup ]\n")
    (site.runner.action / "CMakeLists.txt").write_text("")
    for name in ("src", "schemas"):
        (site.runner.action / name).mkdir()
    for path in (tools / "cmake", site.runner.action / "dev"):
        path.chmod(0o755)
    site.runner.env["PATH"] = "%s:%s" % (tools, site.runner.env["PATH"])
    for _ in range(2):
        result = site.run(binary="")
        assert errors(result) == ["new.yaml"], result.log + result.err
    calls = (site.path / "calls").read_text().splitlines()
    assert len(calls) == 2 and str(site.runner.tools) in calls[0]
    assert "-S %s" % site.runner.action in calls[0]


def test_scripts():
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck")
    scripts = [str(path) for path in (ROOT / "action").glob("*.sh")]
    subprocess.run(["shellcheck", "-x", *scripts], check=True, cwd=ROOT)
