/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: where a run takes place, and what it is about. From the environment and the event's payload
 * of GitHub Actions (Gitea and Forgejo speak the same), and of GitLab CI; nothing is asked over the
 * network. What is sent back is in host_publish.h.
 *
 *   struct host host;
 *   host_detect(&arena, host_environment(), &host);
 *   if (host.event == EVENT_PULL_REQUEST) ... host.base_sha, host.head_sha
 *
 * Everything that comes from outside is checked for its form (commit ids, numbers, URLs, names):
 * what does not have it is taken as not given, and said in `notes`.
 *
 * Lifetime: texts live in the arena or in the environment.
 *
 * Sources: docs.github.com "Store information in variables", "Events that trigger workflows",
 * "Webhook events and payloads"; docs.gitlab.com "Predefined CI/CD variables reference".
 */
#pragma once

#include "base/arena.h"
#include "base/opt.h"
#include "base/str.h"

enum host_kind {
    HOST_PLAIN, /* somebody's machine, or a CI that we don't know */
    HOST_GITHUB,
    HOST_GITEA, /* and Forgejo */
    HOST_GITLAB,
};
const char *host_kind_name(enum host_kind kind); /* "GitHub Actions", ... */

enum host_event {
    EVENT_NONE, /* dispatch, schedule, and everything else: all files are looked at */
    EVENT_PULL_REQUEST,
    EVENT_PULL_REQUEST_TARGET, /* HEAD is the target branch; the change is data */
    EVENT_MERGE_GROUP,
    EVENT_PUSH,
};

struct host {
    enum host_kind kind;
    enum host_event event;
    struct str event_name; /* as the host says it */
    struct str api_url;    /* without a slash at the end; "": not known */
    struct str server_url;
    struct str repository;  /* owner/name; of GitLab the project's number */
    struct str run_url;     /* for people */
    struct str job;         /* which of a pull request's jobs this is, in every run: workflow/job */
    struct str run_id;      /* of this run and attempt and job: what was sent twice is seen by it */
    struct str base_sha;    /* commit that the change is made against, as the host says it */
    struct str head_sha;    /* commit to report on, which HEAD need not be */
    struct str base_ref;    /* name of the target branch */
    struct str before;      /* of a push: the old tip, "" of a new branch */
    struct str branch;      /* of a push: the branch that was pushed to */
    struct str main_branch; /* of the repository */
    uint64_t number;        /* of the pull request, 0: none */
    bool is_forced;         /* the push is no descendant of `before` */
    bool is_fork;           /* the change is of another repository: the token may only read */
    bool is_merged;         /* HEAD is a test merge, its first parent the target */
    struct str token;       /* secret: of the environment */
    struct str outputs;     /* file that step outputs are appended to; "": none */
    struct str summary;     /* file that the step summary is appended to; "": none */
    struct str_list notes;  /* what was not as it should be; one line each */
};

/* How to look up a variable; NULL for one that is not there. */
struct host_environment {
    const char *(*get)(void *ctx, const char *name);
    void *ctx;
};
struct host_environment host_environment(void); /* the process's own */

void host_detect(struct arena *arena, struct host_environment environment, struct host *ret_host);

/* Which revisions a run compares. */
struct host_range {
    struct str base;   /* a commit; "": find it from `target` */
    struct str head;   /* a commit; "": HEAD */
    struct str target; /* branch or commit that the merge base is taken with; "": the usual ones */
    struct str other;  /* the same, when the clone has not the former */
    struct str change; /* commit that HEAD is a test merge of; when HEAD is this one, it is none */
    bool
        heads_target; /* HEAD is what the change goes to: look at `change`, unless HEAD merges it */
    struct str how;   /* "merge-group", "push": where `base` is from */
    bool all;         /* there is nothing to compare with: all files count */
};
struct host_range host_range(struct arena *arena, const struct host *host);

/* Whether a text is a full commit id other than zeros. */
bool host_is_commit(struct str text);
