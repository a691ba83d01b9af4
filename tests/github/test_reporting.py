# SPDX-License-Identifier: Apache-2.0
"""What a job tells the forge, and that none of it is ever the verdict."""
import re
import signal
import ssl
import subprocess
import time

from forge import Fault, Forge

RUN, STATUS, COMMENT = ("--report", "check-run"), ("--report", "status"), ("--report", "comment")


def paths(forge, method):
    return [path for verb, path, *_ in forge.calls if verb == method]


# -- without any permission

def test_job_surfaces(job):
    done = job.pull_request(2).run()
    assert done.code == 1
    assert job.outputs["errors"] == "2" and job.outputs["conclusion"] == "failure"
    assert job.outputs["exit-code"] == "1" and job.outputs["scope-used"] == "new"
    assert "tidegate fails: 2 errors" in job.summary
    assert "https://forge.test/shop/deploy/blob/%s/web.yaml#L6" % job.head in job.summary
    assert len(re.findall(r"^::error file=web.yaml,line=", done.out, re.M)) == 2
    assert "GitHub Actions, pull_request 12" in done.err


def test_switches(job):
    job.pull_request().run("--no-annotations", "--no-summary")
    assert not (job.path / "summary.md").exists()
    assert "::error" not in job.run("--no-annotations").out
    assert job.run("--format", "json").out.startswith("{")  # nothing else on standard output


def test_ten_annotations_of_a_level(job):
    done = job.pull_request(1000).run()
    assert len(re.findall(r"^::error", done.out, re.M)) <= 10


def test_files_of_the_job_that_cant_be_written(job):
    job.env["GITHUB_OUTPUT"] = "/dev/full"
    job.env["GITHUB_STEP_SUMMARY"] = str(job.path / "missing" / "summary.md")
    job.pull_request(files={"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"})
    done = job.run()
    assert done.code == 0
    assert "step summary could not be written" in done.err
    assert "outputs could not be written" in done.err
    assert job.run("--require-report").code == 5


# -- check runs

def test_check_run(job, forge):
    done = job.pull_request(2).run(*RUN)
    assert done.code == 1
    (run,) = forge.runs.values()
    assert run["head_sha"] == job.head  # never the test merge
    assert run["status"] == "completed" and run["conclusion"] == "failure"
    assert run["name"] == "tidegate / manifests" and run["external_id"].startswith("77/1/gate/")
    assert run["details_url"] == "https://forge.test/shop/deploy/actions/runs/77"
    assert len(run["annotations"]) == 2 and len(run["title"]) <= 60
    first = run["annotations"][0]
    assert first["path"] == "web.yaml" and first["annotation_level"] == "failure"
    assert first["start_line"] == first["end_line"] == 6 and first["start_column"] == 1


def test_check_run_of_nothing(job, forge):
    job.pull_request(files={"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"})
    assert job.run(*RUN).code == 0
    (run,) = forge.runs.values()
    assert run["conclusion"] == "success" and run["annotations"] == []


def test_thousand_findings(job, forge):
    job.pull_request(1000).run(*RUN, "--max-same", "0")
    (run,) = forge.runs.values()
    assert len(run["annotations"]) == 1000
    assert len({a["message"] + str(a["start_line"]) for a in run["annotations"]}) == 1000
    assert len(paths(forge, "POST")) == 1 and len(paths(forge, "PATCH")) == 19
    assert run["conclusion"] == "failure" and len(run["summary"]) <= 65535


def test_lost_answers_repeat_nothing(job, forge):
    forge.faults += [Fault("POST", "check-runs", status=502, after=True),
                     Fault("PATCH", "check-runs", status=502, after=True),
                     Fault("PATCH", "check-runs", cut=True, after=True),
                     Fault("PATCH", "check-runs", status=500)]
    assert job.pull_request(260).run(*RUN).code == 1
    (run,) = forge.runs.values()
    assert len(run["annotations"]) == 260 and run["conclusion"] == "failure"


def test_cancelled(job, forge):
    forge.faults.append(Fault("POST", "check-runs", after=True, seconds=2))
    process = job.pull_request(200).start(*RUN)
    while not forge.calls:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    (run,) = forge.runs.values()
    assert run["conclusion"] == "cancelled" and run["status"] == "completed"
    assert process.returncode == -signal.SIGINT


# -- statuses

def test_status(job, forge):
    job.pull_request().run(*STATUS, "--report-name", "gate")
    (status,) = forge.statuses
    assert status["sha"] == job.head and status["state"] == "failure"
    assert status["context"] == "gate" and len(status["description"]) <= 140


def test_status_of_what_could_not_be_evaluated(job, forge):
    job.pull_request(files={"a.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:"
                            + "0" * 64 + "\nsize 1\n"})
    assert job.run(*STATUS).code == 4
    assert forge.statuses[0]["state"] == "error"


def test_status_on_gitlab(job, forge):
    job.pull_request()
    job.env.pop("GITHUB_ACTIONS")
    job.env.update(GITLAB_CI="true", CI_API_V4_URL=forge.url, CI_PROJECT_ID="5",
                   CI_COMMIT_SHA=job.head, TIDEGATE_TOKEN="very-secret-token")
    job.run(*STATUS)
    assert paths(forge, "POST") == ["/projects/5/statuses/" + job.head]
    assert forge.statuses[0]["state"] == "failed" and "name" in forge.statuses[0]


# -- comments

def test_one_comment_edited_in_place(job, forge):
    for i in range(70):  # past the first pages
        forge.add_comment(None, None, {"body": "talk %d" % i})
    job.pull_request().run(*COMMENT)
    job.run(*COMMENT)
    ours = [c for c in forge.comments if "tidegate:" in c["body"]]
    assert len(ours) == 1 and len(paths(forge, "PATCH")) == 1
    assert "tidegate fails" in ours[0]["body"]


def test_comments_of_a_race_are_made_one(job, forge):
    job.pull_request().run(*COMMENT)
    forge.add_comment(None, None, {"body": forge.comments[0]["body"]})
    job.run(*COMMENT)
    assert len(forge.comments) == 1


def test_a_person_with_the_marker_is_not_edited(job, forge):
    forge.add_comment(None, None, {"body": "<!-- tidegate:default -->\nall is well"})
    forge.comments[0]["user"] = {"type": "User"}
    job.pull_request().run(*COMMENT)
    assert forge.comments[0]["body"].endswith("all is well") and len(forge.comments) == 2


def test_comment_on_failure_only(job, forge):
    job.pull_request(files={"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"})
    assert job.run("--report", "comment-on-failure").code == 0
    assert forge.comments == []


# -- permissions, limits, faults

def test_forks_may_not_write(job, forge):
    forge.faults.append(Fault("POST", "check-runs", status=403, body={
        "message": "Resource not accessible by integration"}))
    job.pull_request(files={"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"})
    job.event["pull_request"]["head"]["repo"] = {"full_name": "somebody/deploy"}
    done = job.run(*RUN)
    assert done.code == 0 and len(forge.calls) == 1
    assert "of a fork, whose token may only read" in done.err
    assert "Resource not accessible by integration" in done.err


def test_required_reports(job, forge):
    job.pull_request(files={"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"})
    forge.faults.append(Fault("POST", "check-runs", status=403))
    assert job.run(*RUN, "--require-report").code == 5
    job.env.pop("GITHUB_TOKEN")
    assert job.run(*RUN).code == 0
    assert job.run(*RUN, "--require-report").code == 5


def test_limits_are_waited_for(job, forge):
    forge.faults += [Fault("POST", "check-runs", status=403, headers={"Retry-After": "2"}),
                     Fault("POST", "check-runs", status=429, headers={
                         "x-ratelimit-remaining": "0",
                         "x-ratelimit-reset": str(int(time.time()) + 1)})]
    assert job.pull_request().run(*RUN).code == 1
    assert len(forge.runs) == 1 and forge.times[1] - forge.times[0] >= 2


def test_limits_longer_than_the_time_there_is(job, forge):
    forge.faults.append(Fault("POST", "check-runs", status=429, headers={"Retry-After": "3600"}))
    done = job.pull_request().run(*RUN)
    assert done.code == 1 and job.seconds < 60 and "429" in done.err


def test_redirects_to_another_host_lose_the_token(job, forge):
    with Forge() as other:
        forge.faults.append(Fault("POST", "statuses", status=307,
                                  headers={"Location": other.url + "/repos/shop/deploy/statuses/0"}))
        done = job.pull_request().run(*STATUS)
        assert done.code == 1
        assert all("very-secret-token" not in str(call) for call in other.calls)


def test_pages_on_another_host_are_not_asked_for(job, forge):
    with Forge() as other:
        forge.faults.append(Fault("GET", "comments", status=200, body=[], headers={
            "Link": '<%s/repos/shop/deploy/issues/12/comments?page=2>; rel="next"' % other.url}))
        done = job.pull_request().run(*COMMENT)
        assert done.code == 1 and other.calls == []
        assert "to which no token is sent" in done.err


def test_plain_http_is_refused(job):
    job.env["GITHUB_API_URL"] = "http://api.example.test"
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and "no https URL" in done.err


def test_host_that_is_not_there(job):
    job.env["GITHUB_API_URL"] = "https://127.0.0.1:9"
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and "could not be written" in done.err


# -- certificates

def certificate(path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=forge", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", path / "key.pem", "-out", path / "ca.pem"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path / "ca.pem", path / "key.pem")
    return context


def test_own_authority(job):
    with Forge(tls=certificate(job.path)) as forge:
        job.env["GITHUB_API_URL"] = forge.url
        done = job.pull_request().run(*STATUS)
        assert done.code == 1 and forge.calls == [] and "certificate" in done.err
        for name in ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "TIDEGATE_CA_BUNDLE"):
            forge.statuses.clear()
            job.env[name] = str(job.path / "ca.pem")
            job.run(*STATUS)
            assert len(forge.statuses) == 1
            job.env.pop(name)
