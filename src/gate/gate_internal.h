/* SPDX-License-Identifier: Apache-2.0 */
/* What the stages of gate.c hand to each other. */
#pragma once

#include "config/config.h"
#include "gate/gate.h"
#include "render/origin.h"
#include "snapshot/snapshot.h"

/* One side: the files of a commit, the index, the work tree or a folder, and what was made of them.
 */
struct gate_side {
    struct tree tree;
    struct selection selection;
    struct verdict verdict;
    struct diags diags;
    struct {
        VEC(struct manifest *);
    } crds;            /* used as schemas only */
    size_t crds_given; /* of them on the command line, first; the others are the configuration's */
    struct {
        VEC(struct judge_policy_file);
    } policies;                  /* besides those of the sets; read already */
    struct origin_files origins; /* of what was rendered; those that findings needed */
};

struct gate_sides {
    struct arena arena;
    struct render_memory *memory; /* owned: of everything that is read */
    struct repo *repo;            /* NULL: not in a repository, or not needed */
    struct gate_side base, head;
    struct map looked; /* what render_select() remembers of blobs */
    bool has_base;
    struct snapshot *snapshot;     /* of a cluster; NULL: none */
    struct config config;          /* decides: the base's in a pull request */
    struct gate_baseline baseline; /* of a run that measures */
    struct gate_result *preview;   /* owned: the run under the head's configuration, or NULL */
    struct {
        VEC(struct manifest *);
    } owned; /* every manifest, once, however many sides show it */
};

struct gate_run {
    const struct gate_options *options;
    struct gate_sides *sides;
    struct diags *diags;      /* of the run: configuration, git, files */
    struct str root;          /* folder that paths are relative to */
    struct str_list paths;    /* of the command line, relative to the root */
    struct str_list versions; /* all of the run */
    struct rule_settings settings;
    struct str how;              /* how the base was found */
    struct str fetched;          /* commit that is the base after gate_fetch(); "": none */
    struct str_list notes;       /* what was tried in vain to find it */
    struct host_changes touched; /* files, when there is no base and a forge was asked */
    bool is_touched;             /* what is not among them counts less */
    struct str_list given_crds, given_policies; /* of the command line, below the root */
    struct str given; /* configuration of --config, below the root; "": it is elsewhere */
    unsigned workers;
    bool usage_error;              /* exit 2 */
    struct report_cluster cluster; /* what a dry run came to */
    struct str snapshot_title;     /* for reports */
};

/* gate_root.c: which folder a run is about, and its paths relative to it. */
int gate_find_root(struct gate_run *run) MUST_USE;
/* Whether the root is the top of a repository, where a change chooses what is a symlink. */
bool gate_in_repository(const struct gate_run *run);
/* Whether a path of the command line is a symlink of the repository that leads out of it. */
bool gate_leads_out(struct gate_run *run, struct str given, struct str resolved);
/* A path of the command line as one below the root, as it is written; "" when it leads elsewhere.
 */
struct str gate_below_root(struct gate_run *run, struct str given);

/* gate_scope.c: the trees of both sides. */
int gate_scope(struct gate_run *run) MUST_USE;

/* gate_fetch.c: gets the commits that a shallow clone lacks. 0 when it is worth another try. */
int gate_fetch(struct gate_run *run) MUST_USE;

/* gate_touched.c: without a base, the files that a forge lists as changed. 0 when it does. */
int gate_ask_touched(struct gate_run *run) MUST_USE;
/* What they can't have caused becomes preexisting. */
void gate_mark_untouched(struct gate_run *run);

/* gate_config.c: configuration, target versions, overrides of the command line. */
int gate_configure(struct gate_run *run) MUST_USE;
/* Whether the base's configuration decides, as in a pull request. */
bool gate_base_decides(const struct gate_run *run);
/* Whether the head's does between two commits, because it was asked for. */
bool gate_head_decides(const struct gate_run *run);
const char *gate_decider(const struct gate_run *run); /* for words: whose configuration decides */
/* Whether the base's policies decide: between two commits, whoever chose the configuration. */
bool gate_base_has_policies(const struct gate_run *run);
/* The configuration file of one side, NULL when it has none. */
int gate_find_config(struct gate_run *run, const struct tree *tree,
                     struct source **ret_source) MUST_USE;
/* A file of one side that decides; leaves ret_source alone when the side has none. `what` it is
 * goes into the finding when it can't be read. */
int gate_read_setting(struct gate_run *run, const struct tree *tree, const char *what,
                      const char *name, struct source **ret_source) MUST_USE;

/* gate_snapshot.c: the snapshot of a cluster, when one was asked for. */
int gate_read_snapshot(struct gate_run *run) MUST_USE;

/* gate_read.c: selection of both sides, and reading what is needed of it. */
int gate_select(struct gate_run *run) MUST_USE;
int gate_read(struct gate_run *run) MUST_USE;

/* Every manifest of one side's selection that is not read yet. */
int gate_read_all(struct gate_run *run, const struct gate_side *side) MUST_USE;
/* The run frees its manifests. */
void gate_own(struct gate_run *run, const struct selection *selection);

/* gate_given.c: CRDs and policies besides those of the sets: of the command line, for both sides,
 * and of the configuration, from one side's tree. */
int gate_read_given(struct gate_run *run) MUST_USE;
int gate_read_configured(struct gate_run *run, struct gate_side *side) MUST_USE;
bool gate_policies_differ(const struct gate_sides *sides);
/* gate_rules.c: whether what a rule says of an object may hang on any other. */
bool gate_rules_see_objects(const struct gate_run *run);

/* gate_affected.c: with a base, reads the files that differ and those that they bear on. */
int gate_read_affected(struct gate_run *run) MUST_USE;
/* Reads manifests of one side that are not read yet. */
int gate_read_manifests(struct gate_run *run, const struct gate_side *side,
                        struct manifest **manifests, size_t n) MUST_USE;

/* gate_hook.c: whether only the named files and what they hang on are read, without a base; and
 * that reading. */
bool gate_is_narrow(const struct gate_run *run);
int gate_read_named(struct gate_run *run) MUST_USE;

/* gate_files.c: symlinks and submodules. */
int gate_check_files(struct gate_run *run, struct gate_side *side) MUST_USE;

/* gate_origins.c: findings of one side about rendered objects move to what they were made of. */
int gate_move_to_origins(struct gate_run *run, struct gate_side *side) MUST_USE;

/* gate_oracle.c: leaves what the configured way of sending and its stages say. */
void gate_narrow(const struct gate_run *run, struct diags *diags);
/* Whether a finding says that a server refuses what is sent that way. */
bool gate_refuses(const struct diag *diag, enum oracle oracle);

/* gate_dry_run.c: what a live server says to the objects of the head, as findings. */
int gate_dry_run(struct gate_run *run) MUST_USE;
/* Findings of the head. */
struct gate_indexes {
    VEC(size_t);
};

/* gate_dry_run_tell.c: one object's. */
struct dry_run_telling {
    struct gate_run *run;
    struct object_set *set;
    const struct dry_run_result *result;
    enum dry_run_way way;
    bool is_old;                        /* the base has the very same object */
    const struct gate_indexes *offline; /* about the object; NULL: none */
};
void gate_dry_run_tell(const struct dry_run_telling *telling);
void gate_dry_run_tell_over(const struct dry_run_telling *telling, const struct dry_run_over *over);

/* gate_new.c: findings of head that the base has as well become preexisting. */
void gate_mark_preexisting(struct gate_run *run);

/* gate_ignore.c: inline comments of both sides, and the configuration's ignores. */
void gate_ignore_inline(struct gate_run *run);
void gate_ignore_configured(struct gate_run *run);

/* Whether a finding of that rule may be lived with. */
bool gate_can_ignore(const struct rule *rule);

/* Whether nothing was left out, so that what covers no finding covers none at all. */
bool gate_is_whole(const struct gate_run *run);

/* gate_baseline.c: findings that may stay. -1: the baseline can't be read. */
int gate_apply_baseline(struct gate_run *run) MUST_USE;
/* Says so when the change edits it; whether it does. */
bool gate_tell_baseline(struct gate_run *run);

/* gate_preview.c: what the change's own configuration would say, when it edits that. */
void gate_preview(struct gate_run *run);

/* gate_report.c: counts, skips, exit code. */
void gate_fill_report(struct gate_run *run, struct gate_result *result);
