# SPDX-License-Identifier: Apache-2.0
"""lefthook and husky, the real ones, with what the README tells people to write down."""
import os
import platform
import re

import pytest

from prism import MODULES, ROOT, needs_npm
from scratch import BAD, GOOD, Scratch

pytestmark = needs_npm

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"


def snippet(name):
    """The README's indented lines below the comment that names the file."""
    readme = (ROOT / "README.md").read_text()
    found = re.search(r"^    # %s\n((?:(?:    .*)?\n)+?)(?=    # |\S)" % re.escape(name), readme, re.M)
    return re.sub("^    ", "", found[1], flags=re.M).rstrip() + "\n"


def lefthook(scratch):
    program = MODULES / "lefthook-linux-x64/bin/lefthook"
    if platform.machine() != "x86_64":
        pytest.skip("lefthook is pinned for x86-64")
    (scratch.binaries / "lefthook").symlink_to(program)
    scratch.write({"lefthook.yml": snippet("lefthook.yml")})
    scratch.run("lefthook", "install")


def husky(scratch):
    scratch.run("node", str(MODULES / "husky/bin.js"))
    scratch.write({".husky/pre-commit": snippet(".husky/pre-commit")})


@pytest.fixture(params=[lefthook, husky])
def scratch(request, tmp_path):
    scratch = Scratch(tmp_path, request.config.getoption("--tidegate"))
    request.param(scratch)
    scratch.add({"shop.yaml": NAMESPACE, "a b.yaml": GOOD, "it's $HOME.yml": GOOD.replace("settings", "other")})
    done = scratch.commit()
    assert done.returncode == 0, done.stdout
    return scratch


def refused(done, *words):
    return done.returncode != 0 and all(word in done.stdout for word in words)


def test_slip_in_odd_names(scratch):
    scratch.add({"a b.yaml": BAD, "it's $HOME.yml": BAD.replace("settings", "other")})
    assert refused(scratch.commit(), "a b.yaml:6:1", "it's $HOME.yml:6:1")
    scratch.add({"a b.yaml": GOOD, "it's $HOME.yml": GOOD + "# fine\n"})
    assert scratch.commit().returncode == 0


def test_the_index_is_judged(scratch):
    """What is only in the work tree neither stops a commit nor saves one."""
    scratch.add({"a b.yaml": GOOD + "# fine\n"})
    scratch.write({"a b.yaml": BAD})
    assert scratch.commit().returncode == 0
    scratch.git("add", "-A")
    scratch.write({"a b.yaml": GOOD})
    assert refused(scratch.commit(), "a b.yaml:6:1", "api/unknown-field")
    assert (scratch.repository / "a b.yaml").read_text() == GOOD


def test_other_ways_to_commit(scratch):
    scratch.write({"a b.yaml": BAD})
    assert refused(scratch.commit("-a"), "api/unknown-field")
    assert refused(scratch.commit("--", "a b.yaml"), "api/unknown-field")
    assert scratch.commit("--allow-empty").returncode == 0


def test_deleted_file(scratch):
    """It breaks files that stay, and is among no staged files that a tool hands over."""
    scratch.add({"tidegate.yaml": "rules: {ref/missing-namespace: error}\n",
                 "other.yaml": NAMESPACE.replace("shop", "other")})
    assert scratch.commit().returncode == 0
    scratch.git("rm", "-q", "shop.yaml")
    assert refused(scratch.commit(), "a b.yaml:5:14", "ref/missing-namespace")


def test_no_manifest(scratch):
    scratch.add({"notes.txt": "nothing\n"})
    assert scratch.commit().returncode == 0


def test_a_hook_that_is_there_is_left_alone(scratch):
    hooks = scratch.git("rev-parse", "--git-path", "hooks").stdout.strip()
    hook = scratch.repository / hooks / "pre-commit"
    before = hook.read_text()
    done = scratch.run(os.fspath(scratch.binaries / "tidegate"), "install-hook", check=False)
    assert done.returncode == 1 and "was left as it is" in done.stdout
    assert hook.read_text() == before
