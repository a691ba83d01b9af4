# SPDX-License-Identifier: Apache-2.0
"""A repository with manifests to commit to, and a PATH that tidegate is in."""
import os
import subprocess

GOOD = """apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data: {}
"""
BAD = GOOD.replace("\ndata:", "\ndataa:")


class Scratch:
    def __init__(self, path, program):
        self.path, self.repository, self.binaries = path, path / "repo", path / "bin"
        for folder in (self.repository, self.binaries):
            folder.mkdir()
        (self.binaries / "tidegate").symlink_to(os.path.abspath(program))
        self.env = {"PATH": "%s:%s" % (self.binaries, os.environ["PATH"]), "HOME": str(path), "LC_ALL": "C.UTF-8",
                    "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            self.env["GIT_%s_NAME" % who] = "Test"
            self.env["GIT_%s_EMAIL" % who] = "test@example.com"
        self.git("init", "-q", "-b", "main")

    def run(self, *command, cwd=None, check=True):
        """What it prints, on both streams, and its exit code."""
        done = subprocess.run(command, cwd=cwd or self.repository, env=self.env, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
        assert not check or done.returncode == 0, done.stdout
        return done

    def git(self, *args, cwd=None, check=True):
        return self.run("git", *args, cwd=cwd, check=check)

    def write(self, files):
        for name, text in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def add(self, files):
        self.write(files)
        self.git("add", "-A")

    def commit(self, *args):
        return self.git("commit", "-qm", "change", *args, check=False)
