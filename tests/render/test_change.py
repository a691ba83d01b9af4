# SPDX-License-Identifier: Apache-2.0
"""What a change does to overlays: new and preexisting findings, digests, ignores."""
import shutil

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "web:1"}]
"""
FILES = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": DEPLOYMENT,
         "a/kustomization.yaml": "namespace: a\nresources: [../base]\n",
         "b/kustomization.yaml": "namespace: b\nresources: [../base]\n",
         "c/kustomization.yaml": "resources: [c.yaml]\n",
         "c/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndate: {}\n"}


def told(report, state="new"):
    return sorted((f["set"], f["path"], f["line"], f["rule"])
                  for f in report["findings"] if f["state"] == state)


def test_base_of_two_overlays(checkout):
    checkout.commit(FILES)
    checkout.commit({"base/web.yaml": DEPLOYMENT.replace("spec:\n  sel", "spec:\n  replica: 1\n  sel")})
    report = checkout.report("--base", "HEAD~1")
    assert told(report) == [("a", "base/web.yaml", 5, "api/unknown-field"),
                            ("b", "base/web.yaml", 5, "api/unknown-field")]


def test_what_was_there_is_not_new(checkout):
    bad = DEPLOYMENT.replace("spec:\n  sel", "spec:\n  replica: 1\n  sel")
    checkout.commit(dict(FILES, **{"base/web.yaml": bad}))
    checkout.commit({"a/kustomization.yaml": "namespace: a\nresources: [../base]\nnamePrefix: x-\n",
                     "base/web.yaml": "# moves all lines\n" + bad})
    report = checkout.report("--base", "HEAD~1")
    assert [f[:2] for f in told(report)] == [("a", "base/web.yaml")]  # another name: another object


def test_only_the_overlay_that_changed(checkout):
    checkout.commit(FILES)
    checkout.commit({"a/kustomization.yaml": "namespace: A_B\nresources: [../base]\n"})
    report = checkout.report("--base", "HEAD~1")
    assert {f[0] for f in told(report)} == {"a"}
    assert told(report, "preexisting") == []


def test_digest_is_of_the_objects(checkout):
    checkout.commit(FILES)
    digests = []
    for text in ("", "# a comment\n"):
        checkout.write({"base/web.yaml": text + DEPLOYMENT})
        digests.append({s["name"]: s["digest"] for s in checkout.report("--all")["sets"] if "digest" in s})
    assert digests[0] == digests[1]
    assert {"a", "b", "c"} <= set(digests[0])
    checkout.write({"base/web.yaml": DEPLOYMENT.replace("web:1", "web:2")})
    changed = {s["name"]: s["digest"] for s in checkout.report("--all")["sets"] if "digest" in s}
    assert changed["a"] != digests[0]["a"] and changed["c"] == digests[0]["c"]


def test_ignore_in_a_base_and_in_a_patch(checkout):
    checkout.write({
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": DEPLOYMENT.replace(
            "spec:\n  sel", "spec:\n  replica: 1 # tidegate: ignore[api/unknown-field] of a linter\n  sel"),
        "a/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "a/p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n"
                    "  mine: 1 # tidegate: ignore[api/unknown-field] of a linter\n"})
    report = checkout.report("--all")
    assert [f["rule"] for f in report["findings"] if f["state"] == "new" and f["severity"] == "error"] == []


def test_without_rendering(checkout):
    checkout.write(FILES)
    report = checkout.report("--all", "--no-render", "--allow-empty")
    assert report["findings"] == []
    assert report["summary"]["objects"] == 0


def test_named_overlay_has_its_bases(checkout):
    """Also outside of a repository, where only what is named is listed."""
    checkout.write(FILES)
    shutil.rmtree(checkout.path / ".git", ignore_errors=True)
    for path in ("a", "a/", "a/kustomization.yaml"):
        result = checkout.check(path)
        assert result.returncode == 0 and "1 object" in result.stdout, result.stdout
