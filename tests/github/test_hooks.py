# SPDX-License-Identifier: Apache-2.0
"""The hooks of .pre-commit-hooks.yaml under the oldest and the newest pre-commit."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from scratch import BAD, GOOD, Scratch

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent

def install(requirements, folder):
    """An environment with the pinned versions, made once; what pip said when it can't be."""
    wanted, stamp = requirements.read_text(), folder / "requirements.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    done = subprocess.run([str(folder / "bin" / "pip"), "install", "-q", "--disable-pip-version-check",
                           "--retries", "1", "-r", str(requirements)],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1]
    stamp.write_text(wanted)
    return None


@pytest.fixture(scope="session", params=["old", "new"])
def pre_commit(request):
    folder = ROOT / "build" / ("pre-commit-" + request.param)
    problem = install(TESTS / ("requirements-pre-commit-%s.txt" % request.param), folder)
    if problem and not os.environ.get("CI"):
        pytest.skip("no pre-commit, because pip has no network: " + problem)
    assert not problem
    return str(folder / "bin" / "pre-commit")


class PreCommit(Scratch):
    """Also one that the hooks come from."""

    def __init__(self, path, program, tool):
        super().__init__(path, program)
        self.tool, self.hooks = tool, path / "hooks"
        self.env["PRE_COMMIT_HOME"] = str(path / "cache")
        self.hooks.mkdir()
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", self.hooks)
        self.git("init", "-q", "-b", "main", cwd=self.hooks)
        self.git("add", "-A", cwd=self.hooks)
        self.git("commit", "-qm", "hooks", cwd=self.hooks)

    def pre_commit(self, *args):
        done = self.run(self.tool, *args, check=False)
        return done.returncode, done.stdout

    def try_repo(self, hook, *args):
        return self.pre_commit("try-repo", str(self.hooks), hook, "--verbose", *args)


@pytest.fixture
def scratch(pre_commit, tmp_path, request):
    return PreCommit(tmp_path, request.config.getoption("--tidegate"), pre_commit)


def test_good_files_pass(scratch):
    scratch.add({"a b.yaml": GOOD, "notes.txt": "no manifest\n"})
    code, out = scratch.try_repo("tidegate")
    assert code == 0, out
    assert "Passed" in out and "1 object" in out


def test_names_are_single_arguments(scratch):
    scratch.add({"a b.yaml": BAD, "--all.yaml": GOOD.replace("settings", "other")})
    code, out = scratch.try_repo("tidegate")
    assert code == 1
    assert "a b.yaml:6:1" in out and "api/unknown-field" in out


def test_only_given_files_are_told(scratch):
    scratch.add({"old.yaml": BAD})
    scratch.git("commit", "-qm", "old")
    scratch.add({"new.yaml": GOOD.replace("settings", "other")})
    code, out = scratch.try_repo("tidegate")
    assert code == 0, out


def test_nothing_to_look_at(scratch):
    scratch.add({"notes.txt": "no manifest\n"})
    code, out = scratch.try_repo("tidegate")
    assert code == 0 and "Skipped" in out


def test_whole_repository(scratch):
    scratch.add({"old.yaml": BAD})
    scratch.git("commit", "-qm", "old")
    scratch.add({"notes.txt": "no manifest\n"})
    code, out = scratch.try_repo("tidegate-all", "--hook-stage", "manual")
    assert code == 1 and "old.yaml:6:1" in out


def test_many_files_are_one_run(scratch):
    scratch.add({"f%03d.yaml" % i: GOOD.replace("settings", "s%d" % i) for i in range(300)})
    code, out = scratch.try_repo("tidegate")
    assert code == 0 and out.count("300 objects") == 1, out


@pytest.mark.parametrize("hook", ["tidegate", "tidegate-staged"])
def test_commit(scratch, hook):
    """What git runs: the slip in the work tree is hidden, the staged one stops the commit."""
    revision = scratch.git("rev-parse", "HEAD", cwd=scratch.hooks).stdout.strip()
    scratch.add({".pre-commit-config.yaml": "repos:\n- repo: %s\n  rev: %s\n  hooks:\n  - id: %s\n"
                                            % (scratch.hooks, revision, hook), "a.yaml": GOOD})
    code, out = scratch.pre_commit("install")
    assert code == 0, out
    scratch.git("commit", "-qm", "good")
    (scratch.repository / "a.yaml").write_text(BAD)
    scratch.git("commit", "-q", "--allow-empty", "-m", "the slip is not staged")
    for command in (["-a"], ["--", "a.yaml"]):
        done = scratch.git("commit", "-qm", "slip", *command, check=False)
        assert done.returncode == 1 and "api/unknown-field" in done.stdout
