# SPDX-License-Identifier: Apache-2.0
"""A checkout of depth 1, and a forge that says which files the change touches."""
import json
import subprocess

import pytest

from conftest import BAD
from forge import Fault
from prism import needs_npm, prism

NAMED = "apiVersion: v1\nkind: %s\nmetadata:\n  name: %s\n  namespace: shop\n"
USES = NAMED % ("Pod", "web") + """spec:
  containers:
    - name: web
      image: nginx:1
      envFrom:
        - configMapRef: {name: settings}
"""
API = ("--allow-api", "--format", "json")


class Shallow:
    def __init__(self, job, forge):
        self.job, self.forge = job, forge

    def change(self, before, after, removed=()):
        """`before` is what main has, and what the change leaves alone."""
        job = self.job
        job.pull_request(files=before)
        base = job.git("rev-parse", "HEAD")
        job.git("checkout", "-qb", "second")
        for name in removed:
            job.git("rm", "-q", name)
        head = job.commit(after)
        job.git("checkout", "-q", "main")
        job.git("merge", "-q", "--no-ff", "-m", "merge", "second")
        job.event["pull_request"]["head"]["sha"], job.event["pull_request"]["base"]["sha"] = head, base
        self.forge.take_change(job.git, base, head)
        clone = job.path / "clone"
        subprocess.run(["git", "clone", "-q", "--depth", "1", "file://%s" % job.repository, clone],
                       check=True, env=job.env, capture_output=True)
        job.repository = clone
        return self

    def run(self, *args):
        done = self.job.run("--no-annotations", *(args or API))
        done.report = json.loads(done.out) if done.out.startswith("{") else {}
        done.new = {f.get("path") for f in done.report.get("findings", []) if f["state"] == "new"
                    and f["severity"] == "error"}
        return done


@pytest.fixture
def shallow(job, forge):
    return Shallow(job, forge)


def test_not_without_being_asked(shallow):
    done = shallow.change({"old.yaml": BAD % 1}, {"new.yaml": BAD % 2}).run("--format", "json")
    assert done.code == 4 and shallow.forge.calls == []


def test_findings_of_touched_files_count(shallow):
    done = shallow.change({"old.yaml": BAD % 1, "both.yaml": BAD % 3},
                          {"new.yaml": BAD % 2, "both.yaml": "# more\n" + BAD % 3}).run()
    assert done.code == 1 and done.new == {"new.yaml", "both.yaml"}
    scope = done.report["scope"]
    assert scope["how"] == "api" and scope["mode"] == "changed-files" and "base" not in scope
    assert "all findings count in the 2 files that the forge lists" in scope["notes"][-1]
    assert "2 files that the forge lists" in done.err and "2 files" in shallow.job.summary


def test_touched_files_without_a_finding(shallow):
    done = shallow.change({"old.yaml": BAD % 1}, {"ns.yaml": "apiVersion: v1\nkind: Namespace\n"
                                                  "metadata: {name: shop, labels: {a: b}}\n"}).run()
    assert done.code == 0 and done.new == set()


def test_what_a_removal_breaks_elsewhere(shallow):
    done = shallow.change({"web.yaml": USES, "settings.yaml": NAMED % ("ConfigMap", "settings")
                           + "data: {}\n", "old.yaml": BAD % 1}, {"new.yaml": BAD % 2},
                          removed=["settings.yaml"]).run(*API, "--pack", "hygiene")
    assert done.new == {"new.yaml"}
    broken = [f for f in done.report["findings"] if f["path"] == "web.yaml" and f["state"] == "new"]
    assert any("settings" in f["message"] for f in broken)


@pytest.mark.parametrize("name, text", [
    ("crd.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                 "metadata: {name: things.shop.test}\nspec:\n  group: shop.test\n"
                 "  names: {kind: Thing, plural: things}\n  scope: Namespaced\n  versions: []\n"),
    ("values.yaml", "replicas: 1\n")])
def test_what_says_how_others_are_judged(shallow, name, text):
    done = shallow.change({"old.yaml": BAD % 1}, {name: text}).run()
    assert done.code == 1 and "old.yaml" in done.new, done.out
    assert done.report["scope"]["mode"] == "all" and done.report["scope"]["how"] == "api"
    assert "everywhere" in done.err


def test_files_without_a_patch(shallow):
    shallow.change({"old.yaml": BAD % 1}, {"new.yaml": BAD % 2})
    shallow.forge.files[0].pop("patch")
    assert shallow.run().new == {"old.yaml", "new.yaml"}


def test_edits_of_the_configuration(shallow):
    """They would decide on themselves."""
    done = shallow.change({"old.yaml": BAD % 1},
                          {"new.yaml": BAD % 2, "tidegate.yaml": "fail-on: never\n"}).run()
    assert done.code == 4 and "edits the configuration" in done.err


def test_edits_of_the_baseline(shallow):
    shallow.change({"old.yaml": BAD % 1, "tidegate.yaml": "baseline: known.json\n"},
                   {"new.yaml": BAD % 2, "known.json": "{}\n"})
    assert shallow.run().code == 4
    assert "edits the baseline" in shallow.run("--allow-api", "--format", "concise").out


@pytest.mark.parametrize("args, code", [((), 4), (("--base-missing", "all"), 1)])
def test_more_files_than_the_api_lists(shallow, args, code):
    shallow.change({"old.yaml": BAD % 1}, {"new.yaml": BAD % 2})
    shallow.forge.files *= 3000
    done = shallow.run(*API, *args)
    assert done.code == code and "more than it lists" in done.err
    if args:
        assert done.report["scope"]["how"] == "base-missing" and "old.yaml" in done.new


def test_faults(shallow):
    shallow.change({"old.yaml": BAD % 1}, {"new.yaml": BAD % 2})
    shallow.forge.faults.append(Fault("GET", "/files", status=403))
    done = shallow.run()
    assert done.code == 4 and "403" in done.err
    shallow.job.env.pop("GITHUB_TOKEN")
    done = shallow.run()
    assert done.code == 4 and "there is no token" in done.err


def test_not_when_git_can_tell(job, forge):
    done = job.pull_request().run(*API)
    assert done.code == 1 and forge.calls == []
    assert json.loads(done.out)["scope"]["how"] == "first-parent"


@needs_npm
def test_the_description_of_the_api(shallow):
    shallow.change({"old.yaml": BAD % 1}, {"new%d.yaml" % i: BAD % i for i in range(2, 42)})
    with prism("proxy", shallow.forge.url) as url:
        shallow.job.env["GITHUB_API_URL"] = shallow.forge.public = url
        done = shallow.run()
    assert done.code == 1 and len(done.new) == 40, done.err
