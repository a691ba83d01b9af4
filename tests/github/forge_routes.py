# SPDX-License-Identifier: Apache-2.0
"""What the fake forge keeps, and what it answers: the shapes of GitHub's REST API, with its rules
that a description of shapes has no words for. Sources: docs.github.com, REST API (checks, commit
statuses, issue comments, deployments, pull request reviews, compare)."""
import re

WHEN = "2026-01-01T00:00:00Z"
STATES_OF_DEPLOYMENTS = ("error", "failure", "inactive", "in_progress", "queued", "pending",
                         "success")


def user(kind="Bot", login="gate[bot]"):
    names = ["html", "followers", "following", "gists", "starred", "subscriptions", "organizations",
             "repos", "events", "received_events"]
    urls = {name + "_url": "https://forge.test/of/" + name for name in names}
    return {"login": login, "id": 1, "node_id": "U_1", "gravatar_id": None, "type": kind,
            "avatar_url": "https://forge.test/avatar", "url": "https://forge.test/of",
            "site_admin": False, **urls}


def failed(status, why, **more):
    return status, {}, {"message": why, "documentation_url": "https://forge.test/docs",
                        "status": str(status), **more}


def refused(why):
    return failed(422, why)


def missing():
    return failed(404, "Not Found")


def listed(patch):
    """The lines that a comment can be made on, of both sides of a patch."""
    lines = {"LEFT": set(), "RIGHT": set()}
    for match in re.finditer(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", patch or "", re.M):
        for side, start, count in (("LEFT", 1, 2), ("RIGHT", 3, 4)):
            first = int(match[start])
            lines[side] |= set(range(first, first + int(match[count] or 1)))
    return lines


class Answers:
    """Everything takes (match of the path, query, body) and gives (status, headers, body)."""

    def __init__(self):
        self.runs, self.statuses, self.comments = {}, [], []
        self.deployments = {}  # by id; each has its "statuses", the newest first
        self.reviews, self.review_comments = [], []
        self.files = []        # of the pull request and of every comparison: take_change()
        self.login = ""        # of the token, which a job's does not tell
        self.next_id = 1000

    def new_id(self):
        self.next_id += 1
        return self.next_id

    def url_of(self, *parts):
        return "/".join([self.public + "/repos/shop/deploy", *map(str, parts)])

    # -- check runs

    def create_run(self, _match, _query, body):
        if len(body.get("output", {}).get("annotations", [])) > 50:
            return refused("too many annotations")
        number = self.new_id()
        run = {"id": number, "node_id": "CR_%d" % number, "url": self.url_of("check-runs", number),
               "html_url": "https://forge.test/runs/%d" % number, "details_url": None,
               "status": "queued", "conclusion": None, "external_id": None, "annotations": [],
               "started_at": WHEN, "completed_at": None, "check_suite": {"id": 5}, "app": None,
               "pull_requests": [], "title": None, "summary": None, "text": None, **body}
        return self.change_run(run, body, 201)

    def update_run(self, match, _query, body):
        run = self.runs.get(int(match[1]))
        if not run:
            return missing()
        return self.change_run(run, body, 200)

    def change_run(self, run, body, status):
        """Annotations are appended; a conclusion completes the run."""
        output = body.get("output", {})
        if len(output.get("annotations", [])) > 50:
            return refused("too many annotations")
        if body.get("status") == "completed" and not body.get("conclusion"):
            return refused("a completed run has a conclusion")
        if output and not (output.get("title") and output.get("summary")):
            return refused("an output has a title and a summary")
        for item in output.get("annotations", []):
            if "start_column" in item and item["start_line"] != item["end_line"]:
                return refused("columns are of one line")
        run.update({key: value for key, value in body.items() if key != "output"})
        run["annotations"] += output.get("annotations", [])
        run.update({key: output[key] for key in ("title", "summary", "text") if key in output})
        if run["conclusion"]:
            run.update(status="completed", completed_at=WHEN)
        self.runs[run["id"]] = run
        return status, {}, self.show_run(run)

    def show_run(self, run):
        hidden = ("annotations", "output", "title", "summary", "text")
        shown = {key: value for key, value in run.items() if key not in hidden}
        shown["output"] = {"annotations_count": len(run["annotations"]),
                           "annotations_url": run["url"] + "/annotations",
                           **{key: run[key] for key in ("title", "summary", "text")}}
        return shown

    def get_run(self, match, _query, _body):
        run = self.runs.get(int(match[1]))
        return (200, {}, self.show_run(run)) if run else missing()

    def list_runs(self, match, query, _body):
        runs = [self.show_run(run) for run in self.runs.values()
                if run["head_sha"] == match[1] and run["name"] == query.get("check_name",
                                                                           run["name"])]
        return self.page(match.string, runs, query,
                         lambda part: {"total_count": len(runs), "check_runs": part})

    # -- statuses

    def add_status(self, match, _query, body):
        if len(body.get("description") or "") > 140:
            return refused("description is too long")
        self.statuses.append(dict(body, sha=match[1]))
        number = self.new_id()
        return 201, {}, {"id": number, "node_id": "SC_%d" % number, "avatar_url": None,
                         "url": self.url_of("statuses", match[1]), "description": None,
                         "target_url": None, "context": "default", "created_at": WHEN,
                         "updated_at": WHEN, "creator": user(), **body}

    # -- comments

    def who(self, _match, _query, _body):
        if not self.login:
            return failed(403, "Resource not accessible by integration")
        more = ("company", "email", "hireable", "bio", "blog", "location", "name")
        numbers = ("public_repos", "public_gists", "followers", "following")
        return 200, {}, {**user("User", self.login), **dict.fromkeys(more), **dict.fromkeys(numbers, 0),
                         "user_view_type": "public", "created_at": WHEN, "updated_at": WHEN}

    def list_comments(self, match, query, _body):
        return self.page(match.string, self.comments, query)

    def add_comment(self, _match, _query, body):
        if len(body["body"]) > 65536:
            return refused("body is too long")
        number = self.new_id()
        comment = {"id": number, "node_id": "IC_%d" % number, "body": body["body"], "user": user(),
                   "html_url": "https://forge.test/comment", "issue_url": self.url_of("issues/12"),
                   "url": self.url_of("issues/comments", number), "created_at": WHEN,
                   "updated_at": WHEN, "author_association": "NONE"}
        if self.login:
            comment["user"] = user("User", self.login)
        self.comments.append(comment)
        return 201, {}, comment

    def edit_comment(self, match, _query, body):
        comment = next((c for c in self.comments if c["id"] == int(match[1])), None)
        if not comment:
            return missing()
        comment["body"] = body["body"]
        return 200, {}, comment

    def delete_comment(self, match, _query, _body):
        self.comments = [c for c in self.comments if c["id"] != int(match[1])]
        return 204, {}, None

    # -- deployments

    def add_deployment(self, _match, _query, body):
        """Without required_contexts every status of the ref has to be good."""
        if "ref" not in body:
            return refused("ref is missing")
        bad = [s for s in self.statuses if s["sha"] == body["ref"] and s["state"] != "success"]
        if bad and "required_contexts" not in body:
            return failed(409, "Conflict: Commit status checks failed")
        number = self.new_id()
        url = self.url_of("deployments", number)
        is_commit = re.fullmatch("[0-9a-f]{40}", body["ref"])
        deployment = {"id": number, "node_id": "DE_%d" % number, "url": url, "statuses": [],
                      "sha": body["ref"] if is_commit else "0" * 40, "ref": body["ref"],
                      "task": body.get("task", "deploy"), "payload": body.get("payload", {}),
                      "environment": body.get("environment", "production"),
                      "description": body.get("description"), "creator": user(),
                      "statuses_url": url + "/statuses", "repository_url": self.url_of(),
                      "transient_environment": body.get("transient_environment", False),
                      "production_environment": body.get(
                          "production_environment",
                          body.get("environment", "production") == "production"),
                      "created_at": WHEN, "updated_at": WHEN}
        self.deployments[number] = deployment
        return 201, {}, self.show_deployment(deployment)

    def show_deployment(self, deployment):
        return {key: value for key, value in deployment.items() if key != "statuses"}

    def get_deployment(self, match, _query, _body):
        deployment = self.deployments.get(int(match[1]))
        return (200, {}, self.show_deployment(deployment)) if deployment else missing()

    def list_deployments(self, match, query, _body):
        """The newest first."""
        found = [self.show_deployment(deployment) for deployment in self.deployments.values()
                 if all(deployment[key] == query[key]
                        for key in ("sha", "ref", "task", "environment") if key in query)]
        return self.page(match.string, found[::-1], query)

    def add_deployment_status(self, match, _query, body):
        deployment = self.deployments.get(int(match[1]))
        if not deployment:
            return missing()
        if body.get("state") not in STATES_OF_DEPLOYMENTS:
            return refused("state is not one of them")
        if len(body.get("description", "")) > 140:
            return refused("description is too long")
        if body["state"] == "success" and body.get("auto_inactive", True):
            self.end_others(deployment)
        return 201, {}, self.push_status(deployment, body)

    def end_others(self, deployment):
        """What was live before in an environment that is neither production nor transient."""
        for other in self.deployments.values():
            is_live = other["statuses"] and other["statuses"][0]["state"] == "success"
            if (other is not deployment and is_live and not other["transient_environment"]
                    and not other["production_environment"]
                    and other["environment"] == deployment["environment"]):
                self.push_status(other, {"state": "inactive"})

    def push_status(self, deployment, body):
        number = self.new_id()
        status = {"id": number, "node_id": "DS_%d" % number, "state": body["state"],
                  "creator": user(), "description": body.get("description", ""),
                  "environment": body.get("environment", deployment["environment"]),
                  # GitHub says "" of links that it was not given, which its description forbids.
                  "target_url": body.get("log_url", "https://forge.test/"),
                  **{key: body[key] for key in ("log_url", "environment_url") if key in body},
                  "deployment_url": deployment["url"], "repository_url": self.url_of(),
                  "url": "%s/statuses/%d" % (deployment["url"], number), "created_at": WHEN,
                  "updated_at": WHEN}
        deployment["statuses"].insert(0, status)
        return status

    def list_deployment_statuses(self, match, query, _body):
        deployment = self.deployments.get(int(match[1]))
        if not deployment:
            return missing()
        return self.page(match.string, deployment["statuses"], query)

    # -- reviews

    def add_review(self, match, _query, body):
        """All of it or nothing: a comment outside the diff refuses the review."""
        event = body.get("event", "")
        if event in ("REQUEST_CHANGES", "COMMENT") and not body.get("body"):
            return refused("this kind of review has a body")
        for comment in body.get("comments", []):
            why = self.why_not(comment)
            if why:
                return failed(422, "Unprocessable Entity", errors=[why])
        states = {"": "PENDING", "APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED",
                  "COMMENT": "COMMENTED"}
        number = self.new_id()
        pull = self.url_of("pulls", match[1])
        page = "https://forge.test/reviews/%d" % number
        review = {"id": number, "node_id": "PRR_%d" % number, "user": user(),
                  "body": body.get("body", ""), "state": states[event],
                  "commit_id": body.get("commit_id"), "html_url": page, "pull_request_url": pull,
                  "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
                  "submitted_at": WHEN, "author_association": "NONE"}
        self.reviews.append(review)
        self.review_comments += [self.review_comment(comment, review)
                                 for comment in body.get("comments", [])]
        return 200, {}, review

    def why_not(self, comment):
        patch = next((f.get("patch") for f in self.files if f["filename"] == comment["path"]), None)
        side = comment.get("side", "RIGHT")
        lines = listed(patch)[side]
        first = comment.get("start_line", comment.get("line"))
        if patch is None:
            return "Path could not be resolved"
        if first is None or first > comment["line"] or ("start_line" in comment
                                                        and first == comment["line"]):
            return "start_line must precede the end line"
        if first not in lines or comment["line"] not in lines:
            return "Line could not be resolved"
        return "" if comment.get("body") else "Body is missing"

    def review_comment(self, comment, review):
        number = self.new_id()
        pull, page = review["pull_request_url"], "https://forge.test/review-comments/%d" % number
        url = self.url_of("pulls/comments", number)
        return {"id": number, "node_id": "PRRC_%d" % number, "url": url, "html_url": page,
                "pull_request_review_id": review["id"], "diff_hunk": "@@ -1 +1 @@",
                "path": comment["path"], "commit_id": review["commit_id"] or "0" * 40,
                "original_commit_id": review["commit_id"] or "0" * 40, "user": user(),
                "body": comment["body"], "line": comment["line"],
                "side": comment.get("side", "RIGHT"), "start_line": comment.get("start_line"),
                "start_side": comment.get("start_side"), "created_at": WHEN, "updated_at": WHEN,
                "pull_request_url": pull, "author_association": "NONE",
                "_links": {"self": {"href": url}, "html": {"href": page},
                           "pull_request": {"href": pull}}}

    def list_reviews(self, match, query, _body):
        return self.page(match.string, self.reviews, query)

    def list_review_comments(self, match, query, _body):
        return self.page(match.string, self.review_comments, query)

    # -- what a change changes

    def take_change(self, git, base, head):
        """The files of a pull request, from the repository that `git` runs in."""
        kinds = {"A": "added", "D": "removed", "M": "modified", "T": "changed"}
        self.files = []
        for line in git("diff", "--no-renames", "--name-status", base + "..." + head).splitlines():
            kind, name = line.split("\t")
            text = git("diff", "--no-renames", base + "..." + head, "--", name)
            patch = text[text.index("\n@@") + 1:] if "\n@@" in text else ""
            rows = patch.splitlines()
            added = sum(row.startswith("+") for row in rows)
            removed = sum(row.startswith("-") for row in rows)
            self.files.append({
                "sha": "1" * 40, "filename": name, "status": kinds[kind], "additions": added,
                "deletions": removed, "changes": added + removed, "patch": patch,
                "blob_url": "https://forge.test/blob", "raw_url": "https://forge.test/raw",
                "contents_url": "https://forge.test/contents"})

    def list_files(self, match, query, _body):
        return self.page(match.string, self.files[:3000], query)

    def compare(self, match, _query, _body):
        """At most 300 files, on the first page."""
        base, _, head = match[1].partition("...")
        url, commit = self.url_of("compare", match[1]), self.commit(base)
        return 200, {}, {
            "url": url, "html_url": url, "permalink_url": url, "diff_url": url, "patch_url": url,
            "base_commit": commit, "merge_base_commit": commit, "status": "ahead", "ahead_by": 1,
            "behind_by": 0, "total_commits": 1, "commits": [self.commit(head)],
            "files": self.files[:300]}

    def commit(self, sha):
        url = self.url_of("commits", sha)
        return {"url": url, "sha": sha, "node_id": "C_" + sha, "html_url": url,
                "comments_url": url + "/comments", "author": None, "committer": None, "parents": [],
                "commit": {"url": url, "author": None, "committer": None, "message": "change",
                           "comment_count": 0, "tree": {"sha": sha, "url": url}}}


REPOSITORY = r"/repos/[^/]+/[^/]+"
ROUTES = [
    (REPOSITORY + "/check-runs", "POST", Answers.create_run),
    (REPOSITORY + r"/check-runs/(\d+)", "PATCH", Answers.update_run),
    (REPOSITORY + r"/check-runs/(\d+)", "GET", Answers.get_run),
    (REPOSITORY + r"/commits/([0-9a-f]+)/check-runs", "GET", Answers.list_runs),
    (REPOSITORY + r"/statuses/([0-9a-f]+)", "POST", Answers.add_status),
    (r"/projects/\d+/statuses/([0-9a-f]+)", "POST", Answers.add_status),
    ("/user", "GET", Answers.who),
    (REPOSITORY + r"/issues/\d+/comments", "GET", Answers.list_comments),
    (REPOSITORY + r"/issues/\d+/comments", "POST", Answers.add_comment),
    (REPOSITORY + r"/issues/comments/(\d+)", "PATCH", Answers.edit_comment),
    (REPOSITORY + r"/issues/comments/(\d+)", "DELETE", Answers.delete_comment),
    (REPOSITORY + "/deployments", "POST", Answers.add_deployment),
    (REPOSITORY + "/deployments", "GET", Answers.list_deployments),
    (REPOSITORY + r"/deployments/(\d+)", "GET", Answers.get_deployment),
    (REPOSITORY + r"/deployments/(\d+)/statuses", "POST", Answers.add_deployment_status),
    (REPOSITORY + r"/deployments/(\d+)/statuses", "GET", Answers.list_deployment_statuses),
    (REPOSITORY + r"/pulls/(\d+)/reviews", "POST", Answers.add_review),
    (REPOSITORY + r"/pulls/(\d+)/reviews", "GET", Answers.list_reviews),
    (REPOSITORY + r"/pulls/\d+/comments", "GET", Answers.list_review_comments),
    (REPOSITORY + r"/pulls/\d+/files", "GET", Answers.list_files),
    (REPOSITORY + "/compare/(.+)", "GET", Answers.compare),
]
