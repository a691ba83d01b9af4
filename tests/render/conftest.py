# SPDX-License-Identifier: Apache-2.0
"""A folder to check with the real kustomize and helm, or a fake one, and what is left behind afterwards."""
import contextlib
import json
import os
import pathlib
import subprocess

import pytest

import tools


def pytest_addoption(parser):
    parser.addoption("--tidegate", required=True)


class Checkout:
    def __init__(self, program, top):
        self.program = os.path.abspath(program)
        self.path, self.scratch, self.home = top / "repo", top / "scratch", top / "home"
        for folder in (self.path, self.scratch, self.home):
            folder.mkdir()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8",
                    "TMPDIR": str(self.scratch), "GIT_CONFIG_NOSYSTEM": "1",
                    "TIDEGATE_KUSTOMIZE": str(tools.kustomize()), "TIDEGATE_HELM": str(tools.helm())}
        for who in ("AUTHOR", "COMMITTER"):
            self.env["GIT_%s_NAME" % who] = "Test"
            self.env["GIT_%s_EMAIL" % who] = "test@example.com"

    def write(self, files):
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, files):
        self.write(files)
        if not (self.path / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "change")

    def git(self, *args):
        subprocess.run(["git", *args], cwd=self.path, env=self.env, check=True, capture_output=True)

    def check(self, *args, form="concise"):
        """Nothing may be left of the private copies, nor a process that works on one."""
        result = subprocess.run([self.program, "check", "-k", "1.36", "--format", form, *args],
                                cwd=self.path, env=self.env, capture_output=True, text=True,
                                timeout=300, check=False)
        assert not list(self.scratch.iterdir())
        assert not self.processes()
        assert "Sanitizer" not in result.stderr
        return result

    def processes(self):
        """Command lines that name the folder of the copies."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return [line for line in found if str(self.scratch) in line]

    def report(self, *args):
        result = self.check(*args, form="json")
        return json.loads(result.stdout)


@pytest.fixture
def checkout(request, tmp_path):
    return Checkout(request.config.getoption("--tidegate"), tmp_path)


@pytest.fixture(scope="session")
def fake_program(tmp_path_factory):
    """Built from fake.c: no interpreter may start in the cage, so it can't be a script."""
    program = tmp_path_factory.mktemp("fake") / "fake"
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-o", program, tools.HERE / "fake.c"], check=True)
    return program


@pytest.fixture
def fake(checkout, fake_program):
    """A checkout that is built by the fake; returns what it is told to do as a kustomization."""
    checkout.env["TIDEGATE_KUSTOMIZE"] = checkout.env["TIDEGATE_HELM"] = str(fake_program)

    def build(order, *args, form="concise"):
        checkout.write({"kustomization.yaml": "# fake: %s\nresources: []\n" % order})
        return checkout.check("--all", *args, form=form)

    build.checkout = checkout
    return build
