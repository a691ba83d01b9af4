# SPDX-License-Identifier: Apache-2.0
"""Fixes as suggestions: committed as they stand there, they are what `--fix` writes."""
import re

import pytest

from forge import Fault
from prism import needs_npm, prism

REVIEW = ("--report", "review", "--max-same", "0")
WEB = """apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  uid: 93fbf0a5-0b7f-4a52-a3b1-000000000000
spec:
  hostNetwork: true
  automountServiceAccountToken: false
  containers:
    - name: web
      image: nginx:1
      ports:
        - containerPort: 80
      imagePullPolicy: Always
      securityContext:
        readOnlyRootFilesystem: true
        capabilities:
          drop:
            - ALL
  securityContext:
    seccompProfile:
      type: RuntimeDefault
"""


def change(job, forge, mistakes=1, files=None):
    job.pull_request(mistakes, files)
    forge.take_change(job.git, job.base, job.head)
    return job


def posts(forge):
    return [call for call in forge.calls if call[0] == "POST"]


def block(comment):
    match = re.search(r"^(`{3,})suggestion\n(.*?)^\1$", comment["body"], re.M | re.S)
    return match[2]


def commit(text, comments):
    """As the button does it: the lines of a comment give way to its block."""
    lines = text.splitlines(keepends=True)
    for comment in sorted(comments, key=lambda c: -c["line"]):
        first = comment["start_line"] or comment["line"]
        lines[first - 1:comment["line"]] = [block(comment)]
    return "".join(lines)


def test_suggestion(job, forge):
    done = change(job, forge).run(*REVIEW)
    assert done.code == 1 and "https://forge.test/reviews/" in done.err
    (review,) = forge.reviews
    assert review["state"] == "COMMENTED" and review["commit_id"] == job.head
    (comment,) = forge.review_comments
    assert comment["path"] == "web.yaml" and comment["line"] == 6 and not comment["start_line"]
    assert block(comment) == "data: {}\n" and "api/unknown-field" in comment["body"]


def test_committed_suggestions_are_what_fix_writes(job, forge):
    change(job, forge, files={"web.yaml": WEB})
    packs = ("--pack", "hygiene", "--pack", "security")
    job.run(*REVIEW, *packs)
    assert len(forge.review_comments) >= 3
    committed = commit(WEB, forge.review_comments)
    job.run("--fix", "--all", *packs)
    assert committed != WEB and (job.repository / "web.yaml").read_text() == committed


def test_fixes_of_neighbours_come_one_after_the_other(job, forge):
    text = WEB[:WEB.index("      securityContext")]  # many are missing at the end
    change(job, forge, files={"web.yaml": text})
    done = job.run(*REVIEW, "--pack", "security")
    assert re.search(r" 0 fixes of lines .*, [2-9] for the next run", done.err)
    lines = [set(range(c["start_line"] or c["line"], c["line"] + 1)) for c in forge.review_comments]
    assert len(lines) == 3 and sum(map(len, lines)) == len(set().union(*lines))


def test_again_nothing_is_repeated(job, forge):
    change(job, forge, 40)
    for _ in range(2):
        job.run(*REVIEW)
    assert len(forge.review_comments) == 40  # past the first page
    assert [len(call[2]["comments"]) for call in posts(forge)] == [30, 10]
    bodies = {comment["body"] + str(comment["line"]) for comment in forge.review_comments}
    assert len(bodies) == 40


def test_moved_lines_are_the_same_suggestion(job, forge):
    change(job, forge).run(*REVIEW)
    job.git("checkout", "-q", "change")
    head = job.commit({"web.yaml": "# a comment\n" + (job.repository / "web.yaml").read_text()})
    job.git("checkout", "-q", "main")
    job.git("reset", "-q", "--hard", job.base)
    job.git("merge", "-q", "--no-ff", "-m", "merge", "change")
    job.event["pull_request"]["head"]["sha"] = head
    forge.take_change(job.git, job.base, head)
    assert job.run(*REVIEW).code == 1 and len(forge.review_comments) == 1


@pytest.mark.parametrize("fault", [{"status": 502}, {"cut": True}])
def test_lost_answers_repeat_nothing(job, forge, fault):
    change(job, forge, 40)
    forge.faults.append(Fault("POST", "/reviews", after=True, **fault))
    done = job.run(*REVIEW)
    assert len(forge.review_comments) == 40 and "could not" not in done.err


def test_what_did_not_arrive_is_sent_again(job, forge):
    forge.faults.append(Fault("POST", "/reviews", status=502))
    assert change(job, forge).run(*REVIEW, "--require-report").code == 1
    assert len(forge.review_comments) == 1 and len(posts(forge)) == 2


def test_most_of_a_run(job, forge):
    done = change(job, forge, 200).run(*REVIEW)
    assert len(forge.review_comments) == 150 and len(posts(forge)) == 5
    assert "50 for the next run" in done.err
    job.run(*REVIEW)
    assert len(forge.review_comments) == 200


def test_lines_outside_of_the_change(job, forge):
    """Two findings by one change: one where it is, one far below in the same file."""
    filler = "".join("    key%d: x\n" % i for i in range(30))
    text = ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\n"
            "  labels:\n" + filler + "dataa: {}\n")
    change(job, forge, files={"web.yaml": text})
    patch = forge.files[0]["patch"].splitlines()
    forge.files[0]["patch"] = "\n".join(["@@ -0,0 +1,10 @@", *patch[1:11]])
    done = job.run(*REVIEW)
    assert done.code == 1 and forge.reviews == [] and posts(forge) == []
    assert "1 fix of lines that the pull request does not show" in done.err
    forge.files[0].pop("patch")  # as of large files
    assert "1 fix of lines" in job.run(*REVIEW).err and posts(forge) == []


def test_other_lines_at_the_head_than_in_the_test_merge(job, forge):
    change(job, forge)
    forge.files[0]["patch"] = forge.files[0]["patch"].replace("+dataa: {}", "+datas: {}")
    assert "1 fix of lines" in job.run(*REVIEW).err and posts(forge) == []


def test_secrets_are_not_suggested(job, forge):
    secret = ("apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n  namespace: shop\n"
              "stringdata:\n  password: hunter2\n")
    both = secret + "---\n" + secret.replace("stringdata", "stringData").replace("web", "db")
    done = change(job, forge, files={"web.yaml": both}).run(*REVIEW)
    assert done.code == 1 and posts(forge) == []
    assert "hunter2" not in str(forge.calls) + done.err + done.out


@pytest.mark.parametrize("value", ["x\u202ey", "a\u200bb"])
def test_what_a_page_hides_is_not_suggested(job, forge, value):
    text = ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\n"
            "dataa: {a: \"%s\"}\n" % value)
    assert change(job, forge, files={"web.yaml": text}).run(*REVIEW).code == 1
    assert posts(forge) == []


def test_hostile_text_stays_in_its_block(job, forge):
    text = ("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\n"
            "dataa: {a: \"````\", b: \"<!-- tidegate:fix:0 --> @everybody ![x](https://x.test)\"}\n")
    change(job, forge, files={"web.yaml": text}).run(*REVIEW)
    (comment,) = forge.review_comments
    assert "`````suggestion\n" in comment["body"] and comment["body"].rstrip().endswith("`````")
    assert block(comment) == text.splitlines(keepends=True)[5].replace("dataa", "data")
    before = comment["body"].split("`````suggestion")[0]
    assert "@everybody" not in before and "![x]" not in before


def test_carriage_returns_are_not_suggested(job, forge):
    change(job, forge, files={"web.yaml": "apiVersion: v1\n"})
    text = "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: web\r\ndataa: {}\r\n"
    job.git("config", "core.autocrlf", "false")
    (job.repository / "web.yaml").write_bytes(text.encode())
    job.git("add", "-A")
    job.git("commit", "-q", "--amend", "-m", "merge")
    assert job.run(*REVIEW).code == 1 and posts(forge) == []


def test_tokens_of_forks(job, forge):
    forge.faults.append(Fault("POST", "/reviews", status=403, body={
        "message": "Resource not accessible by integration"}))
    change(job, forge)
    job.event["pull_request"]["head"]["repo"] = {"full_name": "somebody/deploy"}
    done = job.run(*REVIEW)
    assert done.code == 1 and len(posts(forge)) == 1 and "of a fork" in done.err


def test_no_pull_request(job, forge):
    change(job, forge)
    job.env["GITHUB_EVENT_NAME"] = "workflow_dispatch"
    done = job.run(*REVIEW)
    assert "no pull request of GitHub" in done.err and forge.calls == []


@needs_npm
def test_the_description_of_the_api(job, forge):
    change(job, forge, 40, {"web.yaml": WEB, **{"c%d.yaml" % i: (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c%d\n  namespace: shop\ndataa: {}\n"
        % i) for i in range(40)}})
    with prism("proxy", forge.url) as url:
        job.env["GITHUB_API_URL"] = forge.public = url
        done = job.run(*REVIEW, "--require-report", "--fail-on", "never", "--pack", "security")
        assert done.code == 0 and "could not" not in done.err, done.err
        assert len(forge.reviews) >= 2 and any(block(c) == "" for c in forge.review_comments)
        job.run(*REVIEW, "--require-report", "--fail-on", "never", "--pack", "security")
    assert len(forge.review_comments) == len({c["body"] for c in forge.review_comments})
