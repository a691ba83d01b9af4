#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does what the README says, as a new user would, and holds what it shows against what comes.

usage: readme.py --tidegate PROGRAM [--transcript FILE]

The example repository is cloned with a pull request checked out. There

    shown      what the first example prints is what the program prints
    run        each line of the shell blocks below "Use", "Rules and policies" and "Hooks" is run; none may be
               a mistake of usage (2), find nothing (3), be unable to tell (4, 5) or crash
    config     the configuration is valid, and a line excused in it is excused
    adopt      the guide from 400 old findings to a required check leads there

A shell block that this file does not know of is an error: so none is left untried.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
README = HERE.parent / "README.md"

# What the lines refer to, besides the example repository.
OWN = {"deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"}
POLICY = HERE.parent / "rules/reliability/minimum-replicas.yaml"
KUSTOMIZE = "#!/bin/sh\n[ \"$1\" = build ] && cat config/web-config.yaml\n"

# The exit codes of lines whose verdict is sure. The example's pull request breaks things.
SURE = {"tidegate check": 1, "tidegate check --base origin/main": 1, "tidegate check --staged": 0,
        "tidegate rules test policies/": 0, "tidegate rules list": 0, "tidegate doctor": 0,
        "tidegate install-hook": 0, "tidegate explain api/wrong-type": 0,
        "tidegate rules export security/privileged": 0,
        "tidegate rules eval 'object.spec.replicas > 1' deployment.yaml": 0}

OLD = 400  # findings that the guide starts from


class Failure(Exception):
    pass


def blocks():
    """Title and lines of each indented block."""
    title, block = "", []
    for line in README.read_text().splitlines() + ["end"]:
        if line.startswith("    ") or (not line and block):
            block.append(line[4:])
            continue
        if block:
            yield title, "\n".join(block).strip().splitlines()
            block = []
        if line.startswith("#"):
            title = line.lstrip("# ")


class World:
    """The example as a clone with origin/main and its pull request checked out, and tidegate in PATH."""

    def __init__(self, folder, program, transcript):
        self.folder, self.transcript = folder, transcript
        self.repository = folder / "shop"
        binaries = folder / "bin"
        binaries.mkdir()
        (binaries / "tidegate").symlink_to(os.path.abspath(program))
        (binaries / "kustomize").write_text(KUSTOMIZE)
        (binaries / "kustomize").chmod(0o755)
        self.env = {"PATH": "%s:%s" % (binaries, os.environ["PATH"]), "HOME": str(folder), "LC_ALL": "C.UTF-8",
                    "GIT_CONFIG_NOSYSTEM": "1",
                    # what is installed must not decide
                    "TIDEGATE_KUSTOMIZE": "/does/not/exist", "TIDEGATE_HELM": "/does/not/exist"}
        for who in ("AUTHOR", "COMMITTER"):
            self.env["GIT_%s_NAME" % who] = "Test"
            self.env["GIT_%s_EMAIL" % who] = "test@example.com"
        server = folder / "server"
        self.demo = self.run('"$DEMO" "$(command -v tidegate)" ../server', cwd=binaries, silent=True,
                             env={"DEMO": str(HERE.parent / "examples/demo")})
        self.run("git clone -q -b pull-request %s shop" % server, cwd=folder, silent=True)
        for name, text in OWN.items():
            (self.repository / name).write_text(text)
        self.run("git branch -q main origin/main", silent=True)
        (self.repository / "policies").mkdir()
        shutil.copy(POLICY, self.repository / "policies")

    def run(self, line, cwd=None, silent=False, env=None):
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=cwd or self.repository,
                              env=dict(self.env, **(env or {})), text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300)
        if self.transcript and not silent:
            self.transcript.write("$ %s\n%s[exit code %d]\n\n" % (line, done.stdout, done.returncode))
        return done


def expect(done, line, codes):
    if done.returncode not in codes:
        raise Failure("exit code %d, not %s, of: %s\n%s" % (done.returncode, " or ".join(map(str, codes)), line,
                                                          done.stdout))


def command_of(line):
    """Without the comment that tells what it is for."""
    return re.sub(r"\s{2,}# .*$", "", line).strip()


def shown(world, block):
    """Each paragraph of the excerpt is in what the command prints."""
    done = world.run(block[0][2:])
    expect(done, block[0], [1])
    paragraphs = [[line.rstrip() for line in part.splitlines()] for part in done.stdout.split("\n\n")]
    for part in "\n".join(block[1:]).split("\n\n"):
        lines = [line.rstrip() for line in part.splitlines()]
        # "help" is told once for each rule, and the excerpt leaves most of it out
        if not any(lines == found[:len(lines)] for found in paragraphs):
            raise Failure("the README shows what is not printed:\n%s" % part)


def run(world, block):
    for line in map(command_of, block):
        done = world.run(line)
        expect(done, line, [SURE[line]] if line in SURE else [0, 1])


def config(world, block):
    """In a repository that has what it names."""
    repository = world.folder / "configured"
    for name, text in {"tidegate.yaml": "\n".join(block) + "\n", ".tidegate-baseline.yaml": None,
                       "vendor/crds/a.yaml": "# nothing yet\n",
                       "apps/web.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n",
                       "config/web.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"}.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        if text:
            (repository / name).write_text(text)
    for line in "tidegate config validate", "tidegate baseline write", "tidegate check":
        expect(world.run(line, cwd=repository), line, [0])


def inline(world, block):
    repository = world.folder / "excused"
    repository.mkdir()
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  %s\n" \
           "  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n" \
           "    spec: {containers: [{name: a, image: b}]}\n"
    for line, code in (block[0], 0), (block[0].partition("#")[0], 1):
        (repository / "web.yaml").write_text(text % line)
        expect(world.run("tidegate check", cwd=repository, silent=True), block[0], [code])


def adopt(world, block):
    """On a repository with many old findings. Then the gate lets old ones pass, and no new one."""
    repository = world.folder / "adopting"
    part = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: old-%d}\ndataa: {}\n"
    repository.mkdir()
    for i in range(0, OLD, 40):
        (repository / ("old-%d.yaml" % (i // 40))).write_text("".join(part % k for k in range(i, i + 40)))
    world.run("git init -q -b main && git add . && git commit -qm old", cwd=repository, silent=True)
    first = True
    for line in map(command_of, block):
        expect(world.run(line, cwd=repository), line, [1 if first else 0])
        first = False
    expect(world.run("git diff --exit-code HEAD", cwd=repository, silent=True), "the commit has it all", [0])
    (repository / "new.yaml").write_text((part % OLD).replace("old-", "new-"))
    done = world.run("tidegate check --all", cwd=repository)
    expect(done, "a new finding", [1])
    if "new.yaml:5:1" not in done.stdout or "old-" in done.stdout:
        raise Failure("not the new finding alone:\n" + done.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidegate", required=True)
    parser.add_argument("--transcript", help="write down what was typed, and what came")
    args = parser.parse_args()
    # by the title and the beginning of the block; None: tried elsewhere, as it says there
    kinds = [("tidegate", "$ tidegate check --base", shown), ("Use", "tidegate ", run),
             ("Rules and policies", "tidegate ", run), ("Hooks", "tidegate ", run),
             ("Configuration", "kubernetes-versions:", config), ("Configuration", "replicas:", inline),
             ("From 400", "tidegate check --all", adopt),
             ("Two commands", "./dev demo", None),   # ./dev itself runs this
             ("Overlays and charts", "$ cd examples", None),  # tests/render/test_examples.py
             ("Without a credential", "tidegate cluster", None),   # tests/cluster/test_export.py
             ("After the merge", "tidegate sync", None),   # tests/cluster/test_sync_incidents.py
             ("After the merge", "Tidegate-Prune", None),  # the same
             ("After the merge", "$ ", None),              # tests/cluster/test_demo.py
             ("Hooks", "# lefthook.yml", None)]      # tests/github/test_hook_managers.py
    tried = set()
    transcript = open(args.transcript, "w", encoding="utf-8") if args.transcript else None
    with tempfile.TemporaryDirectory() as parent:
        try:
            world = World(pathlib.Path(parent), args.tidegate, transcript)
            expect(world.demo, "examples/demo", [0])
            for title, block in blocks():
                kind = [k for k in kinds if title.startswith(k[0]) and block[0].startswith(k[1])]
                if not kind:
                    raise Failure('nobody tries what is below "%s": %s' % (title, block[0]))
                tried.add(kind[0])
                if kind[0][2]:
                    kind[0][2](world, block)
            if tried != set(kinds):
                raise Failure("not in the README: %s" % ", ".join(k[0] + ": " + k[1] for k in set(kinds) - tried))
        except Failure as failure:
            sys.exit(str(failure))
    print("the README holds")


main()
