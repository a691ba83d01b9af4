# SPDX-License-Identifier: Apache-2.0
"""The built program, run as a user of it does.

    run = Program(build, folder).check("--dry-run", "--kubeconfig", path)
    assert run.code == 1 and run.found("dry-run/rejected")[0]["line"] == 7
"""
import dataclasses
import json
import os
import subprocess

# Of whoever runs the tests; nothing of it may decide what the program does.
FOREIGN = ("KUBE", "GITHUB_", "TIDEGATE_", "GIT_", "CI")
SECONDS = 180


@dataclasses.dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def report(self):
        return json.loads(self.out)

    def found(self, rule, **members):
        """Findings of a rule whose members are as given."""
        return [each for each in self.report["findings"] if each["rule"] == rule
                and all(each.get(name) == value for name, value in members.items())]

    @property
    def told(self):
        """A line a finding, for messages."""
        return "\n".join("%s:%s %s %s: %s" % (each.get("path"), each.get("line"), each["severity"], each["rule"],
                                              each["message"]) for each in self.report["findings"])


class Program:
    """Runs in `folder`; its home, cache and temporary files are in `home`."""

    def __init__(self, build, folder, home=None):
        self.binary = build / "tidegate"
        self.folder = folder
        self.home = home or folder.parent / "home"
        (self.home / "tmp").mkdir(parents=True, exist_ok=True)

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(FOREIGN) and not name.lower().endswith("_proxy")}
        return {**kept, "HOME": str(self.home), "TMPDIR": str(self.home / "tmp"),
                "TIDEGATE_CACHE_DIR": str(self.home / "cache"), **more}

    def run(self, *arguments, stdin=None, env=None):
        done = subprocess.run([self.binary, *map(str, arguments)], cwd=self.folder, input=stdin,
                              stdin=None if stdin else subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=SECONDS, env=self.environment(**(env or {})),
                              check=False)
        assert done.returncode in range(0, 6), "%d: %s" % (done.returncode, done.stderr[-3000:])
        return Run(done.returncode, done.stdout, done.stderr)

    def check(self, *arguments, **how):
        return self.run("check", "--format", "json", *arguments, **how)

    def git(self, *arguments):
        return subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "init.defaultBranch=main",
             "-c", "commit.gpgsign=false", *arguments], cwd=self.folder, check=True, capture_output=True,
            text=True, env=self.environment(GIT_CONFIG_GLOBAL=os.devnull)).stdout.strip()

    def commit(self, message="change"):
        """All that is in the folder, as a commit."""
        if not (self.folder / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def write(self, files):
        """Texts by their paths."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
