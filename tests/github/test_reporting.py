# SPDX-License-Identifier: Apache-2.0
"""What a job tells the forge, and that none of it is ever the verdict."""
import re
import signal
import time

import pytest

import forge_routes
from forge import Fault

GOOD = {"a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"}
LFS = {"a.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 1\n" % ("0" * 64)}
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
    job.pull_request(files=GOOD)
    done = job.run()
    assert done.code == 0
    assert "step summary could not be written" in done.err
    assert "outputs could not be written" in done.err
    assert job.run("--require-report").code == 5


# -- check runs

def test_check_run(job, judged):
    done = job.pull_request(2).run(*RUN)
    assert done.code == 1
    (run,) = judged.runs.values()
    assert run["head_sha"] == job.head  # never the test merge
    assert run["status"] == "completed" and run["conclusion"] == "failure"
    assert run["name"] == "tidegate / manifests" and run["external_id"].startswith("77/1/gate/")
    assert run["details_url"] == "https://forge.test/shop/deploy/actions/runs/77"
    assert len(run["annotations"]) == 2 and len(run["title"]) <= 60
    first = run["annotations"][0]
    assert first["path"] == "web.yaml" and first["annotation_level"] == "failure"
    assert first["start_line"] == first["end_line"] == 6 and first["start_column"] == 1


def test_check_run_of_nothing(job, judged):
    job.pull_request(files=GOOD)
    assert job.run(*RUN).code == 0
    (run,) = judged.runs.values()
    assert run["conclusion"] == "success" and run["annotations"] == []


def test_thousand_findings(job, judged):
    job.pull_request(1000).run(*RUN, "--max-same", "0")
    (run,) = judged.runs.values()
    assert len(run["annotations"]) == 1000
    assert len({a["message"] + str(a["start_line"]) for a in run["annotations"]}) == 1000
    assert len(paths(judged, "POST")) == 1 and len(paths(judged, "PATCH")) == 19
    assert run["conclusion"] == "failure" and len(run["summary"]) <= 65535


def test_lost_answers_repeat_nothing(job, forge):
    forge.faults += [Fault("POST", "check-runs", status=502, after=True),
                     Fault("PATCH", "check-runs", status=502, after=True),
                     Fault("PATCH", "check-runs", cut=True, after=True),
                     Fault("PATCH", "check-runs", status=500)]
    assert job.pull_request(260).run(*RUN).code == 1
    (run,) = forge.runs.values()
    assert len(run["annotations"]) == 260 and run["conclusion"] == "failure"


def test_lost_creation_is_looked_up(job, forge):
    """Nobody knows what became of it: the list does, past its first page."""
    job.pull_request(2)
    for _ in range(40):
        forge.create_run(None, None, {"name": "tidegate / manifests", "head_sha": job.head,
                                      "external_id": "another"})
    forge.faults.append(Fault("POST", "check-runs", cut=True, after=True))
    assert job.run(*RUN).code == 1
    ours = [run for run in forge.runs.values() if run["external_id"] != "another"]
    assert len(ours) == 1 and ours[0]["conclusion"] == "failure"
    assert len(paths(forge, "POST")) == 1 and len(paths(forge, "GET")) == 2


def test_creation_without_any_answer(job, forge):
    """Real time: a request ends by fifteen seconds of silence after its own bytes, or by thirty."""
    forge.faults.append(Fault("POST", "check-runs", seconds=50, after=True))
    assert job.pull_request(60).run(*RUN).code == 1
    (run,) = forge.runs.values()
    assert run["conclusion"] == "failure" and len(run["annotations"]) == 60
    assert 14 < job.seconds < 35


@pytest.mark.parametrize("why", ["no list", "no mark"])
def test_lost_creation_that_nobody_can_look_up(job, forge, why):
    """One run too few is better than one that stays in progress for ever."""
    forge.faults.append(Fault("POST", "check-runs", cut=True, after=True))
    if why == "no list":
        forge.faults.append(Fault("GET", "check-runs", status=403))
    else:
        job.env.pop("GITHUB_RUN_ID")
    done = job.pull_request().run(*RUN)
    assert done.code == 1 and "check-run could not be written" in done.err
    assert len(paths(forge, "POST")) == 1


def test_check_run_of_what_could_not_be_evaluated(job, judged):
    """A neutral or skipped one would pass as a required check."""
    job.pull_request(files=LFS)
    assert job.run(*RUN).code == 4
    (run,) = judged.runs.values()
    assert run["conclusion"] == "failure" and run["title"].startswith("could not evaluate")


def test_check_run_answered_with_nonsense(job, forge):
    for body in ([], {"id": None}, {"id": {}}, "x"):
        forge.faults.append(Fault("POST", "check-runs", status=201, body=body))
        done = job.run(*RUN) if job.repository.exists() else job.pull_request().run(*RUN)
        assert done.code == 1 and "names no check run" in done.err


# -- signals

def send(job, forge, number, calls, *args):
    """Starts the program, and sends a signal when the forge was called so many times."""
    process = job.start(*args)
    while len(forge.calls) < calls and process.poll() is None:
        time.sleep(0.05)
    time.sleep(0.2)
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == -number and "very-secret-token" not in out + err
    return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_cancelled(job, forge, number):
    forge.faults.append(Fault("POST", "check-runs", after=True, seconds=1.5))
    assert send(job.pull_request(200), forge, number, 1, *RUN) < 3
    (run,) = forge.runs.values()
    assert run["conclusion"] == "cancelled" and run["status"] == "completed"
    assert len(paths(forge, "PATCH")) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_cancelled_in_silence(job, forge, method):
    """A runner kills after ten seconds; the request that is under way is not waited for so long."""
    forge.faults.append(Fault(method, "check-runs", after=True, seconds=30))
    calls = 1 if method == "POST" else 2
    assert send(job.pull_request(200), forge, signal.SIGINT, calls, *RUN) < 7
    (run,) = forge.runs.values()
    assert run["conclusion"] == "cancelled"


def test_cancelled_while_waiting_for_a_limit(job, forge):
    forge.faults.append(Fault("PATCH", "check-runs", status=429, headers={"Retry-After": "60"}))
    assert send(job.pull_request(200), forge, signal.SIGTERM, 2, *RUN) < 3
    (run,) = forge.runs.values()
    assert run["conclusion"] == "cancelled"


def test_second_signal_ends_at_once(job, forge):
    forge.faults.append(Fault("POST", "check-runs", seconds=30))
    process = job.pull_request().start(*RUN)
    while not forge.calls:
        time.sleep(0.05)
    began = time.monotonic()
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT and time.monotonic() - began < 1.5


# -- statuses

def test_status(job, judged):
    job.pull_request().run(*STATUS, "--report-name", "gate")
    (status,) = judged.statuses
    assert status["sha"] == job.head and status["state"] == "failure"
    assert status["context"] == "gate" and len(status["description"]) <= 140


def test_status_of_what_could_not_be_evaluated(job, judged):
    job.pull_request(files=LFS)
    assert job.run(*STATUS).code == 4
    assert judged.statuses[0]["state"] == "error"


def test_status_has_another_name_than_the_check(job, judged):
    """Of one name, both would be required where one is."""
    job.pull_request().run("--report", "check-run,status")
    (run,) = judged.runs.values()
    assert judged.statuses[0]["context"] == "tidegate / status" != run["name"]


# -- comments

def test_one_comment_edited_in_place(job, judged):
    for i in range(70):  # past the first pages
        judged.add_comment(None, None, {"body": "talk %d" % i})
    job.pull_request().run(*COMMENT)
    job.run(*COMMENT)
    ours = [c for c in judged.comments if "tidegate:" in c["body"]]
    assert len(ours) == 1 and len(paths(judged, "PATCH")) == 1
    assert "tidegate fails" in ours[0]["body"]


def test_comments_of_a_race_are_made_one(job, judged):
    job.pull_request().run(*COMMENT)
    judged.add_comment(None, None, {"body": judged.comments[0]["body"]})
    job.run(*COMMENT)
    assert len(judged.comments) == 1


def test_a_person_with_the_marker_is_not_edited(job, judged):
    judged.add_comment(None, None, {"body": "<!-- tidegate:%2Fgate -->\nall is well"})
    judged.comments[0]["user"] = forge_routes.user("User", "somebody")
    job.pull_request().run(*COMMENT)
    assert judged.comments[0]["body"].endswith("all is well") and len(judged.comments) == 2


def test_comments_of_two_runs_at_the_same_time(job, forge):
    """Another one appears between looking and writing: the oldest stays, with what is newest."""
    def other():
        job_marker = "<!-- tidegate:%2Fgate -->"
        forge.add_comment(None, None, {"body": job_marker + "\nof another run"})

    forge.faults.append(Fault("POST", "comments", do=other, after=True))
    job.pull_request().run(*COMMENT)
    (comment,) = forge.comments
    assert comment["id"] == 1001 and "tidegate fails" in comment["body"]


@pytest.mark.parametrize("fault", [{"cut": True, "after": True}, {"status": 502, "after": True},
                                   {"status": 500}, {"cut": True}])
def test_lost_answers_make_no_second_comment(job, forge, fault):
    forge.faults.append(Fault("POST", "comments", **fault))
    done = job.pull_request().run(*COMMENT, "--require-report")
    assert done.code == 1 and "could not be written" not in done.err
    assert len(forge.comments) == 1


def test_each_instance_has_its_comment(job, judged):
    """Jobs of one pull request do not overwrite each other; a matrix tells its jobs apart by name."""
    job.pull_request()
    for change in ({}, {"GITHUB_JOB": "other"}, {"GITHUB_WORKFLOW": "second"}):
        job.env.update(change)
        for _ in range(2):
            job.run(*COMMENT)
            job.run(*COMMENT, "--report-name", "--> <b>" + "".join(change))
    markers = [comment["body"].split("\n")[0] for comment in judged.comments]
    assert len(markers) == len(set(markers)) == 6
    assert all(re.fullmatch(r"<!-- tidegate:[A-Za-z0-9._%-]+ -->", marker) for marker in markers)


def test_comment_of_a_token_that_is_a_users_own(job, judged):
    """No bot: who writes is asked for."""
    judged.login = "deployer"
    job.pull_request()
    for _ in range(3):
        job.run(*COMMENT)
    assert len(judged.comments) == 1 and judged.comments[0]["user"]["type"] == "User"


def test_comment_when_all_is_well_again(job, judged):
    job.pull_request().run(*COMMENT)
    job.git("rm", "-q", "web.yaml")
    job.git("commit", "-qm", "mend")
    assert job.run("--report", "comment-on-failure").code == 0
    (comment,) = judged.comments
    assert "tidegate fails" not in comment["body"] and "tidegate passes" in comment["body"]


def test_comment_on_failure_only(job, judged):
    job.pull_request(files=GOOD)
    assert job.run("--report", "comment-on-failure").code == 0
    assert judged.comments == []


# -- permissions, limits, faults

def test_forks_may_not_write(job, forge):
    forge.faults.append(Fault("POST", "check-runs", status=403, body={
        "message": "Resource not accessible by integration"}))
    job.pull_request(files=GOOD)
    job.event["pull_request"]["head"]["repo"] = {"full_name": "somebody/deploy"}
    done = job.run(*RUN)
    assert done.code == 0 and len(forge.calls) == 1
    assert "of a fork, whose token may only read" in done.err
    assert "Resource not accessible by integration" in done.err


def test_required_reports(job, forge):
    job.pull_request(files=GOOD)
    forge.faults.append(Fault("POST", "check-runs", status=403))
    assert job.run(*RUN, "--require-report").code == 5
    job.env.pop("GITHUB_TOKEN")
    assert job.run(*RUN).code == 0
    assert job.run(*RUN, "--require-report").code == 5


def test_reset_of_a_limit_is_waited_for(job, forge):
    """403 has two meanings; this is the one that passes."""
    forge.faults.append(Fault("POST", "check-runs", status=403, headers={
        "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 3)}))
    assert job.pull_request().run(*RUN).code == 1
    assert len(forge.runs) == 1 and forge.times[1] - forge.times[0] >= 1


def test_secondary_limit_without_a_header(job, forge):
    """It wants a minute, which is not begun when there is less."""
    forge.faults.append(Fault("POST", "check-runs", status=403, body={
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes."}))
    done = job.pull_request().run(*RUN, "--report-timeout", "5")
    assert done.code == 1 and job.seconds < 4 and len(forge.calls) == 1
    assert "secondary rate limit" in done.err and "permission" not in done.err


def test_permission_is_not_asked_for_twice(job, forge):
    forge.faults.append(Fault("POST", "check-runs", status=403, headers={
        "x-ratelimit-remaining": "900", "x-ratelimit-reset": "1"}))
    done = job.pull_request().run(*RUN)
    assert done.code == 1 and len(forge.calls) == 1 and "give the job the permission" in done.err


def test_faults_of_the_server_pass(job, forge):
    forge.faults += [Fault("POST", "statuses", status=503), Fault("POST", "statuses", status=500)]
    assert job.pull_request().run(*STATUS, "--require-report").code == 1
    assert len(forge.statuses) == 1 and len(forge.calls) == 3
    assert forge.times[2] - forge.times[1] > forge.times[1] - forge.times[0] >= 1


@pytest.mark.parametrize("fault", [{"seconds": 60}, {"status": 201, "trickle": 2},
                                   {"status": 429, "headers": {"Retry-After": "2"}}])
def test_all_of_it_has_an_end(job, forge, fault):
    """A gate never hangs: silence, slow answers and waiting count as one time."""
    forge.faults += [Fault("POST", "statuses", **fault) for _ in range(9)]
    done = job.pull_request().run("--report", "status,comment", "--report-timeout", "5")
    assert done.code == 1 and "status could not be written" in done.err
    assert 2 < job.seconds < 8
    assert job.run("--report-timeout", "0").code == 2


def test_slow_answers_are_read(job, forge):
    forge.faults.append(Fault("POST", "statuses", after=True, trickle=0.002))
    assert job.pull_request().run(*STATUS, "--require-report").code == 1
    assert len(forge.statuses) == 1


def test_answers_without_an_end(job, forge):
    forge.faults.append(Fault("POST", "statuses", status=201, body="x" * (33 << 20)))
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and "the answer is too large" in done.err


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


# -- tokens, and what a forge says

def test_token_of_a_file(job, forge):
    """As secrets are mounted, with a line break at the end."""
    job.env.pop("GITHUB_TOKEN")
    (job.path / "token").write_text("very-secret-token\n")
    job.env["TIDEGATE_TOKEN_FILE"] = str(job.path / "token")
    job.pull_request().run(*STATUS)
    assert forge.calls[0][3]["Authorization"] == "Bearer very-secret-token"
    job.env["TIDEGATE_TOKEN"] = "another"
    job.run(*STATUS)
    assert forge.calls[1][3]["Authorization"] == "Bearer another"


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a b", "\x7f", "", "\n"])
def test_what_is_no_token(job, forge, token):
    job.env["GITHUB_TOKEN"] = token
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and forge.calls == [] and "there is no token" in done.err
    assert ("holds what no token is made of" in done.err) == bool(token.strip())


@pytest.mark.parametrize("path", ["missing", "/dev/zero", "."])
def test_token_of_a_file_that_is_none(job, forge, path):
    job.env.pop("GITHUB_TOKEN")
    job.env["TIDEGATE_TOKEN_FILE"] = path
    done = job.pull_request().run(*STATUS)
    assert done.code == 1 and forge.calls == [] and "TIDEGATE_TOKEN_FILE" in done.err


HOSTILE = "x\n::error::y\r\n##[add-matcher]z ##vso[task] \x1b[31m \u202e very-secret-token"


def test_hostile_words_of_a_forge(job, forge):
    """Messages and addresses are foreign text; run() looks for the token."""
    forge.faults += [Fault("POST", "statuses", status=422, body={"message": HOSTILE}),
                     Fault("POST", "statuses", status=422, body={"message": HOSTILE[:60]}),
                     Fault("POST", "check-runs", status=201, body={"id": 5, "html_url": HOSTILE}),
                     Fault("POST", "check-runs", status=201, body={
                         "id": 5, "html_url": "https://forge.test/##[error]"})]
    job.pull_request()
    for where in (STATUS, STATUS, RUN, RUN):
        done = job.run(*where, "--no-annotations")
        lines = done.err.splitlines()
        assert done.code == 1 and all(line.startswith("tidegate") for line in lines), lines
        assert not any(bad in done.err for bad in ("##[", "##vso[", "\x1b", "\u202e")), lines
