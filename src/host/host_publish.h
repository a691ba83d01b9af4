/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_publish: a report to a forge. None of it is the verdict: what can't be sent is told in
 * `why`, and the exit code stays what it was.
 *
 *   struct host_sent sent = host_publish_check_run(client, &report, &options);
 *   if (sent.outcome != HOST_DONE) warn(sent.why);
 *
 * Everything is posted on host.head_sha, never on a test merge: what stands there overrides the
 * head's in the merge box.
 *
 * Sources: docs.github.com REST API (checks, commit statuses, issue comments, pull request reviews,
 * deployments), docs.gitlab.com commits API, Gitea's API.
 */
#pragma once

#include "host/host_client.h"
#include "report/report.h"

struct host_publish_options {
    struct str name;     /* of the check or status; "": "tidegate / manifests", "tidegate / status":
                            of one name both would be required together */
    struct str instance; /* which of several runs on one pull request; for comments; "": the name,
                            or the job's */
    struct str link_base; /* URL of the files at the head, ends in a slash */
};

struct host_sent {
    enum host_outcome outcome;
    struct str why;  /* of what is not HOST_DONE; one line */
    struct str url;  /* for people, of what was made; may be "" */
    struct str note; /* what was left out of it, one line; "": nothing */
};

/* The line after this one in a check run's text has the digests of sets, as a JSON map by name. */
#define HOST_DIGESTS_FENCE "```json tidegate-digests"

/* GitHub: a check run with all findings as annotations, fifty a request. After a signal it is ended
 * as cancelled. */
struct host_sent host_publish_check_run(struct host_client *client, const struct report *report,
                                        const struct host_publish_options *options);
/* GitHub, Gitea, Forgejo and GitLab: the verdict on the commit, in one line. */
struct host_sent host_publish_status(struct host_client *client, const struct report *report,
                                     const struct host_publish_options *options);

/* One status of a commit, for those who have no report: the sync. */
enum host_commit_state { COMMIT_PENDING, COMMIT_SUCCESS, COMMIT_FAILURE, COMMIT_ERROR };
struct host_commit_status {
    struct str sha;     /* full commit id */
    struct str context; /* the newest of one context counts */
    enum host_commit_state state;
    struct str description; /* cut to 140 code points */
    struct str url;         /* for people; "": none */
};
/* GitHub, Gitea, Forgejo and GitLab. What GitLab says already is no mistake. */
struct host_sent host_tell_status(struct host_client *client,
                                  const struct host_commit_status *status);

enum host_comment_when {
    COMMENT_ON_FAILURE, /* none is made when all is well, but one that is there is brought up to
                           date */
    COMMENT_ALWAYS,
};
/* GitHub, Gitea and Forgejo: one comment on the pull request, edited in place. */
struct host_sent host_publish_comment(struct host_client *client, const struct report *report,
                                      const struct host_publish_options *options,
                                      enum host_comment_when when);
/* GitHub: fixes as suggestions in reviews, thirty a review; each once, however often it is run.
 * Only those of lines that the pull request shows as changed or around a change: a comment can't
 * stand elsewhere. How many are left out is the note. */
struct host_sent host_publish_review(struct host_client *client, const struct report *report);
