# SPDX-License-Identifier: Apache-2.0
"""What `tidegate install-hook` writes, run by git itself; the server is a bare repository."""
import subprocess

import pytest

from scratch import BAD, GOOD, Scratch

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"


class Pushing(Scratch):
    """A clone, and the server that it pushes to. main is there, with a slip of the past."""

    def __init__(self, path, program):
        super().__init__(path, program)
        self.server = path / "server.git"
        self.git("init", "-q", "--bare", "-b", "main", str(self.server))
        self.git("remote", "add", "origin", str(self.server))
        self.add({"ns.yaml": NAMESPACE, "past.yaml": BAD.replace("settings", "past")})
        assert self.commit().returncode == 0
        assert self.push("main").returncode == 0

    def install(self, kind):
        self.run("tidegate", "install-hook", "-q", "-t", kind,
                 cwd=self.server if kind == "pre-receive" else self.repository)

    def put(self, files):
        self.add(files)
        assert self.commit("--no-verify").returncode == 0
        return self.rev("HEAD")

    def push(self, *args):
        return self.git("push", "origin", *args, check=False)

    def rev(self, name, cwd=None):
        return self.git("rev-parse", "-q", "--verify", name, cwd=cwd, check=False).stdout.strip()

    def on_server(self, name):
        return self.rev("refs/" + name, cwd=self.server)


@pytest.fixture
def pushing(request, tmp_path):
    return Pushing(tmp_path, request.config.getoption("--tidegate"))


@pytest.fixture(params=["pre-push", "pre-receive"])
def guarded(request, pushing):
    pushing.install(request.param)
    return pushing


# -- both ends of a push

def test_slip(guarded):
    before = guarded.on_server("heads/main")
    guarded.put({"new.yaml": BAD})
    done = guarded.push("main")
    assert done.returncode == 1 and "new.yaml:6:1" in done.stdout and "past.yaml" not in done.stdout
    assert guarded.on_server("heads/main") == before
    mended = guarded.put({"new.yaml": GOOD})
    assert guarded.push("main").returncode == 0 and guarded.on_server("heads/main") == mended


def test_new_branch(guarded):
    """Only what the other side does not have is judged."""
    assert guarded.push("main:refs/heads/same").returncode == 0
    guarded.git("checkout", "-qb", "topic")
    guarded.put({"new.yaml": GOOD})
    done = guarded.push("topic")
    assert done.returncode == 0, done.stdout
    guarded.put({"new.yaml": BAD})
    done = guarded.push("topic:refs/heads/again")
    assert done.returncode == 1 and "new.yaml:6:1" in done.stdout and "past.yaml" not in done.stdout
    assert not guarded.on_server("heads/again")


def test_branch_of_its_own(guarded):
    """Without anything in common all of it is new."""
    guarded.git("checkout", "-q", "--orphan", "alone")
    guarded.put({"new.yaml": GOOD})
    done = guarded.push("alone")
    assert done.returncode == 1 and "past.yaml:6:1" in done.stdout
    guarded.git("rm", "-qrf", ".")
    guarded.put({"notes.txt": "no manifest\n"})
    done = guarded.push("alone")
    assert done.returncode == 0, done.stdout


def test_deletion(guarded):
    assert guarded.push("main:refs/heads/old").returncode == 0
    assert guarded.push(":old").returncode == 0 and not guarded.on_server("heads/old")


def test_force_push(guarded):
    guarded.put({"a.yaml": GOOD})
    assert guarded.push("main").returncode == 0
    guarded.git("reset", "-q", "--hard", "HEAD~1")
    guarded.put({"a.yaml": BAD})
    done = guarded.push("--force", "main")
    assert done.returncode == 1 and "a.yaml:6:1" in done.stdout
    guarded.git("reset", "-q", "--hard", "HEAD~1")
    moved = guarded.put({"b.yaml": GOOD})
    assert guarded.push("--force", "main").returncode == 0 and guarded.on_server("heads/main") == moved


def test_several_at_once(guarded):
    guarded.git("branch", "good")
    guarded.put({"new.yaml": BAD})
    done = guarded.push("good", "main")
    assert done.returncode == 1 and not guarded.on_server("heads/good")


def test_tags(guarded):
    guarded.git("tag", "-a", "-m", "release", "v1")
    blob = guarded.rev("HEAD:ns.yaml")
    guarded.git("tag", "blob", blob)
    done = guarded.push("v1", "blob")
    assert done.returncode == 0 and guarded.on_server("tags/blob") == blob, done.stdout
    guarded.put({"new.yaml": BAD})
    guarded.git("tag", "-a", "-m", "release", "v2")
    assert guarded.push("v2").returncode == 1 and not guarded.on_server("tags/v2")


def test_hostile_branch_names(guarded):
    guarded.put({"new.yaml": BAD})
    names = ["a;touch${IFS}x", "$(touch${IFS}y)", "`z`", "-n", "a'b\"c"]
    for name in names:
        assert guarded.push("HEAD:refs/heads/" + name).returncode == 1
        assert not guarded.on_server("heads/" + name)
    assert not list(guarded.path.rglob("[xyz]"))


# -- the server

def test_refused_objects_are_not_kept(pushing):
    """git holds them in quarantine, where the hook reads them, until it agrees."""
    pushing.install("pre-receive")
    refused = pushing.put({"new.yaml": BAD})
    assert "new.yaml:6:1" in pushing.push("main").stdout
    assert pushing.git("cat-file", "-e", refused, cwd=pushing.server, check=False).returncode != 0


def test_output_for_the_pusher(pushing):
    """Lines without colour or links, whatever the server's environment says."""
    pushing.install("pre-receive")
    pushing.env.update(CLICOLOR_FORCE="1", FORCE_COLOR="1", TERM="xterm-256color")
    pushing.put({"many.yaml": "---\n".join(BAD.replace("settings", "s%d" % i) for i in range(500))})
    done = pushing.push("main")
    lines = [line for line in done.stdout.splitlines() if line.startswith("remote:")]
    assert done.returncode == 1 and 3 < len(lines) < 30, done.stdout
    assert not any("\x1b[3" in line or "\x1b]" in line for line in lines)


def test_time_limit(pushing):
    pushing.install("pre-receive")
    (pushing.binaries / "tidegate").unlink()
    (pushing.binaries / "tidegate").write_text("#!/bin/sh\nexec sleep 100\n")
    (pushing.binaries / "tidegate").chmod(0o755)
    pushing.env["TIDEGATE_HOOK_SECONDS"] = "0.5"
    before = pushing.on_server("heads/main")
    pushing.put({"new.yaml": GOOD})
    done = pushing.push("main")
    assert done.returncode == 1 and "takes too long" in done.stdout
    assert pushing.on_server("heads/main") == before


def test_without_the_program_nothing_passes(pushing):
    pushing.install("pre-receive")
    (pushing.binaries / "tidegate").unlink()
    pushing.put({"new.yaml": GOOD})
    assert pushing.push("main").returncode == 1


def test_first_push(pushing):
    """An empty server has nothing that could excuse anything."""
    empty = pushing.path / "empty.git"
    pushing.git("init", "-q", "--bare", "-b", "main", str(empty))
    pushing.run("tidegate", "install-hook", "-q", "-t", "pre-receive", cwd=empty)
    done = pushing.git("push", str(empty), "main", check=False)
    assert done.returncode == 1 and "past.yaml:6:1" in done.stdout


# -- installing

def test_again_and_around_others(pushing):
    hooks = pushing.repository / ".git/hooks"
    pushing.install("pre-commit")
    first = (hooks / "pre-commit").read_text()
    pushing.install("pre-commit")
    assert (hooks / "pre-commit").read_text() == first
    assert (hooks / "pre-commit").stat().st_mode & 0o111
    for foreign in ("#!/bin/sh\nexit 0\n", "", "#!/bin/sh\n# not written by tidegate install-hook\n"):
        (hooks / "pre-commit").write_text(foreign)
        done = pushing.run("tidegate", "install-hook", check=False)
        assert done.returncode == 1 and "exec tidegate check --staged" in done.stdout
        assert (hooks / "pre-commit").read_text() == foreign


@pytest.mark.parametrize("target", ["elsewhere", "missing"])
def test_links_are_not_written_through(pushing, target):
    hooks = pushing.repository / ".git/hooks"
    (pushing.path / "elsewhere").write_text("mine\n")
    (hooks / "pre-push").symlink_to(pushing.path / target)
    done = pushing.run("tidegate", "install-hook", "-t", "pre-push", check=False)
    assert done.returncode == 1, done.stdout
    assert (pushing.path / "elsewhere").read_text() == "mine\n" and (hooks / "pre-push").is_symlink()
    assert not (pushing.path / "missing").exists()


@pytest.mark.parametrize("absolute", [False, True])
def test_hooks_path(pushing, absolute):
    folder = pushing.path / "ho oks" if absolute else pushing.repository / "ho oks"
    pushing.git("config", "core.hooksPath", str(folder) if absolute else "ho oks")
    pushing.install("pre-commit")
    assert (folder / "pre-commit").exists() and not (pushing.repository / ".git/hooks/pre-commit").exists()
    pushing.write({"new.yaml": BAD})
    pushing.git("add", "new.yaml")
    assert pushing.commit().returncode == 1


def test_linked_work_tree(pushing):
    """git runs the hooks of the main repository there."""
    linked = pushing.path / "linked"
    pushing.git("worktree", "add", "-q", str(linked))
    pushing.run("tidegate", "install-hook", "-q", cwd=linked)
    (linked / "new.yaml").write_text(BAD)
    pushing.git("add", "-A", cwd=linked)
    done = pushing.git("commit", "-qm", "slip", cwd=linked, check=False)
    assert done.returncode == 1 and "new.yaml:6:1" in done.stdout


def test_repository_without_manifests(request, tmp_path):
    scratch = Scratch(tmp_path, request.config.getoption("--tidegate"))
    scratch.run("tidegate", "install-hook", "-q")
    scratch.add({"notes.txt": "first\n"})
    assert scratch.commit().returncode == 0


def test_pulling_a_merge_in(pushing):
    """A merge commit runs no pre-commit hook, but the push of it is judged."""
    pushing.install("pre-push")
    pushing.git("checkout", "-qb", "topic")
    pushing.put({"new.yaml": BAD})
    pushing.git("checkout", "-q", "main")
    pushing.put({"other.yaml": GOOD.replace("settings", "other")})
    subprocess.run(["git", "merge", "-q", "--no-edit", "topic"], cwd=pushing.repository, env=pushing.env, check=True)
    done = pushing.push("main")
    assert done.returncode == 1 and "new.yaml:6:1" in done.stdout
