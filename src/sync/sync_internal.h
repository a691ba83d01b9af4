/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a pass share. */
#pragma once

#include "config/config.h"
#include "repo/repo.h"
#include "sync/sync.h"

/* What a commit wants of one set. */
struct wanted_set {
    struct str name;
    const struct config_sync *settings;
    const struct str_list *depends_on;
    struct str digest; /* "sha256:…" */
    struct {
        VEC(struct plan_object);
    } objects;
    size_t refusals;          /* findings that no sync may pass over */
    const struct diag *first; /* of them */
    bool is_partial;          /* something of it could not be read */
};

struct sync_commit {
    struct arena arena;
    struct gate_result gate;
    struct str id;
    struct commit_info info;
    struct {
        VEC(struct wanted_set);
    } sets;
    struct diags diags; /* that came up after judging: decrypting */
    bool is_broken;
    struct str folder; /* of the repository */
};

/* Whether a commit comes from another one (a full id). */
enum descent sync_commit_descends(struct sync_commit *commit, struct str ancestor);

/* sync_secrets.c: the plain text of what SOPS encrypted, in the place of it. */
void sync_decrypt(struct sync_commit *commit, struct wanted_set *set);
