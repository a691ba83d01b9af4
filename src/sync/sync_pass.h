/* SPDX-License-Identifier: Apache-2.0 */
/* A pass under way: what its files share. */
#pragma once

#include "base/map.h"
#include "cluster/cluster_list.h"
#include "sync/sync_internal.h"

struct sync;

/* A set on its way through a pass. order: result.sets */
struct going_set {
    struct sync *sync;
    const struct wanted_set *wanted; /* NULL: the commit has no such set */
    struct apply_set set;
    struct config_sync settings; /* of a set that is gone: what is recorded */
    struct inventory inventory;
    struct apply_plan *plan;
    struct apply_run *run;
    bool is_started, is_done;
};

struct sync {
    struct arena arena;
    const struct sync_setting *setting;
    struct sync_commit *commit;
    struct {
        VEC(struct going_set *);
    } sets;
    struct map by_name;        /* struct going_set * */
    struct sync_records known; /* all parents in the namespace */
    struct apply_approvals approvals;
    struct apply_plans plans;
    struct sync_result result;
    bool is_cancelled;
};

/* sync_known.c: parents of all sets of the namespace. -1: result.error says why. */
int sync_know(struct sync *sync) MUST_USE;
/* Whether a set runs here. */
bool sync_is_ours(const struct sync_setting *setting, struct str set);

/* sync_choose.c: which sets the pass is about, and those that want another commit. */
void sync_choose(struct sync *sync);
/* The one at the index of result.sets. */
struct sync_set *sync_set_at(struct sync *sync, const struct going_set *going);

/* sync.c */
void sync_tell(const struct sync *sync, struct str set, const char *what, struct str object,
               struct str why);
