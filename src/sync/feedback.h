/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feedback: tells the forge what became of a commit in this cluster, set by set, on a thread of its
 * own: no forge ever delays a sync, and none makes it fail.
 *
 *   struct feedback *feedback = feedback_start(&options, &why);
 *   feedback_commit(feedback, commit, COMMIT_PENDING, STR("judging"));   // before anything else
 *   feedback_attempt(feedback, set, &attempt);                           // whenever it changes
 *   feedback_drain(feedback, 10000);                                     // of a job that ends
 *   feedback_stop(feedback);
 *
 * Contexts never change: `tidegate/CLUSTER/SET` of a set, `tidegate/CLUSTER` of the commit as a
 * whole, which is told also when nothing could be read of it, so no failure is silent. The set
 * without a name is `tidegate/CLUSTER/.`. GitHub is told deployments besides: one of each commit
 * and set, to the environment of the cluster.
 *
 * The queue has an end. A newer state of the same commit and set takes the place of one that waits,
 * and what was told last is not told again. What fails is tried again, ever less often, statuses
 * and deployments apart, as a token may do one and not the other; what is too old or was refused is
 * given up and counted. The token is read anew from its file, so it may be changed at any time.
 *
 * Texts are one line of at most 140 characters, and never have the token in them.
 */
#pragma once

#include "apply/inventory.h"
#include "host/host_publish.h"

struct feedback;

struct feedback_options {
    const struct host *host; /* copied: kind, API, repository, token */
    struct str token_file;   /* "": the host's token for ever */
    struct str cluster;      /* its name in contexts */
    struct str environment;  /* of deployments; "": the cluster's name */
    struct str page_url;     /* where people see more; "": no link */
    struct str user_agent, ca_bundle;
    bool deployments; /* tell GitHub's */
    bool is_production;
    unsigned patience_ms; /* how long something is tried; 0: half an hour */
    unsigned retry_ms;    /* the first wait after a failure, then twice as long each time; 0: 5 s */
};

/* NULL with a reason: a forge that is not known, or nothing to tell it with. */
struct feedback *feedback_start(const struct feedback_options *options,
                                struct str *ret_why) MUST_USE;
/* What still waits has five seconds. Accepts NULL, as all of these do: then nobody is told. */
void feedback_stop(struct feedback *feedback);

/* Of a commit as a whole. All texts are copied; returns at once. */
void feedback_commit(struct feedback *feedback, struct str commit, enum host_commit_state state,
                     struct str words);
/* Of a set, as it is recorded. Returns at once. */
void feedback_attempt(struct feedback *feedback, struct str set, const struct set_attempt *attempt);
/* Waits until all is told. False: the time was over before. */
bool feedback_drain(struct feedback *feedback, unsigned max_ms);

struct feedback_stats {
    size_t waiting, sent, replaced, given_up;
    bool is_failing;       /* the last try was no success */
    struct str last_error; /* one line; "" while all is well */
};
void feedback_stats(struct feedback *feedback, struct arena *arena,
                    struct feedback_stats *ret_stats);

/* Which forge a repository is at: https://github.com/shop/deploy and its API; of others `kind`
 * ("github", "gitlab", "gitea") says what it is and `api_url` where, if not at the usual place of
 * the same host. -1 with a reason. The token is the caller's. */
int feedback_host(struct arena *arena, struct str repository_url, struct str kind,
                  struct str api_url, struct host *ret_host, struct str *ret_why) MUST_USE;
