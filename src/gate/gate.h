/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate: the pull-request pipeline, and the local check. gate.c is the only file that knows the
 * order:
 *
 *   scope ──> select ──> read ──> judge ──> dry run ──> new ──> ignore ──> report
 *   trees     files of   both     both      a live      head    inline     struct report,
 *   of both   both       sides    sides     server, if  minus   and by     ready for any
 *   sides     sides                         asked to    base    config     reporter
 *
 * With a base only what the change can affect is read: files that differ, and files that contain a
 * name that the change touches. All else is equal on both sides, and so are its findings.
 */
#pragma once

#include "base/arena.h"
#include "base/opt.h"
#include "base/str.h"
#include "diag/diag.h"
#include "host/host_changes.h"
#include "judge/judge.h"
#include "plan/dry_run.h"
#include "render/render.h"
#include "repo/repo.h"
#include "report/report.h"
#include "snapshot/snapshot.h"

struct gate_options {
    struct str_list paths; /* relative to the current folder; "-": standard input */
    struct str folder;     /* of the repository, bare ones too; "": that the current folder is in */
    bool all;              /* the work tree, everything is new */
    bool staged;           /* the index against HEAD */
    bool hook;             /* report on `paths` only, read the rest for references */
    struct str base;       /* revision */
    struct str head;       /* revision, or "WORK"; "": HEAD */
    struct str base_dir;   /* old tree as plain files */
    bool merge;            /* check what merging the head into the base makes */
    bool base_missing_all; /* check everything when the base is not there */
    bool allow_fetch;      /* fetch it before that, when the clone is shallow */
    /* asks the forge for it after that, and before everything is checked; -1 with a reason: it does
     * not say. NULL: nobody is asked */
    int (*ask_touched)(void *ctx, struct host_changes *ret_changes, struct str *ret_why);
    void *ask_touched_ctx;
    bool changed_files;  /* with a base: all findings in files that differ count as new */
    bool config_of_head; /* with a base: the head's configuration and baseline decide */
    struct str config;   /* path; "": found at the root */
    struct str_list versions;
    struct str_list crds;
    struct str_list policies;    /* files and folders of policies */
    struct str_list packs;       /* of rules, besides those of the configuration */
    struct str snapshot;         /* of a cluster; "": the configuration's */
    bool no_snapshot;            /* not even the configuration's */
    struct str snapshot_max_age; /* "7d"; "": the configuration's */
    struct str_list externals;
    struct str fail_on;        /* "", error, warning, never */
    struct str missing_schema; /* "", error, warn, skip */
    struct str oracle;         /* "", both, post, apply, kubectl */
    bool stages;
    bool strict;
    bool allow_empty;
    bool show_preexisting;
    bool digests;
    struct str baseline; /* path from the top, in the place of the configuration's */
    bool measure;        /* compare with the baseline and cover nothing: gate_baseline() */
    bool scope_only;     /* find both sides, and read neither */
    bool whole;          /* with a base: read all of both sides, not only what the change affects */
    bool no_render;      /* overlays and charts are left out */
    bool preview;        /* the head's configuration decides: for telling what it would change */
    /* The objects of the head are sent to a server, with nothing written. Needs `whole`. */
    struct gate_dry_run {
        enum dry_run_way way;    /* DRY_RUN_NONE: nobody is asked */
        struct cluster *cluster; /* borrowed; NULL: it could not be opened */
        struct str problem;      /* why */
        struct str field_manager;
        bool require_proof; /* nothing is sent by an identity that may be able to write */
    } dry_run;
    bool in_ci;        /* find a base without being told */
    bool find_base;    /* the same, though paths are given */
    struct str target; /* the pull request's target branch, when the environment says it */
    struct str other;  /* target when the former is not in the clone */
    struct str change; /* commit that is no test merge, and of which HEAD may be one */
    bool heads_target; /* HEAD is what the change goes to: look at `change`, unless it merges it */
    struct str how;    /* where `base` is from, when the environment says it; "": given */
    struct str cache_dir; /* what unchanged files have in them is remembered here; "": nowhere */
    unsigned jobs;        /* 0: as many as there are processors */
    progress_fn progress;
    void *progress_ctx;
};

/* Exit codes, first match wins from the top (design: command line). */
enum exit_code {
    EXIT_OK = 0,
    EXIT_FINDINGS = 1,
    EXIT_USAGE = 2,
    EXIT_NOTHING = 3,
    EXIT_NOT_EVALUATED = 4,
    EXIT_NOT_REPORTED = 5,
    EXIT_INTERNAL = 70,
};

struct gate_result {
    struct arena arena;
    struct diags diags; /* sorted; report.diags points here */
    struct report report;
    struct gate_sides *sides; /* owned: trees and manifests that findings point into */
};

/* What the fixes of the new findings make of one file. */
struct gate_fix {
    struct source *source; /* as it was checked */
    struct str text;       /* as it would be */
    size_t made;           /* findings that this mends */
    size_t left;           /* findings with a fix that another fix stands in the way of */
    const char *problem;   /* why nothing can be changed, or NULL */
};

struct gate_fixes {
    VEC(struct gate_fix);
};

/* Never fails without findings; result.report.exit_code says it all. */
void gate_run(const struct gate_options *options, struct gate_result *ret_result);
/* After a run with `measure`: what the baseline has, against the findings there are. */
struct gate_baseline {
    struct str path; /* below the root */
    struct str file; /* as the system knows it */
    bool exists;
    size_t findings;  /* that may be covered, there are now */
    size_t covered;   /* of them by the baseline */
    size_t stale;     /* more in the baseline than there are */
    struct str text;  /* the file as it would be written */
    struct str rest;  /* the file without what is stale */
    struct str notes; /* a line for each difference */
    bool too_large;   /* text is cut */
};
/* The objects of a side after a run that was not stopped before; NULL: there is no such side. With
 * a base and without `whole` only those that were read. Sets come in the
 * order of the selection's. */
const struct verdict *gate_head(const struct gate_result *result);
const struct verdict *gate_base(const struct gate_result *result);
const struct selection *gate_head_selection(const struct gate_result *result);
const struct selection *gate_base_selection(const struct gate_result *result);
/* Findings about objects of the head move to what those were made of, as in a run. -1: files can't
 * be read, and all stay where they are. */
int gate_find_origins(struct gate_result *result, struct diags *diags) MUST_USE;
/* The top of the repository that the current folder is in; "" outside of any. */
struct str gate_repository(struct arena *arena);
/* That the run was held against; NULL: none. */
const struct snapshot *gate_snapshot(const struct gate_result *result);
/* That decided. */
const struct config *gate_config(const struct gate_result *result);
const struct gate_baseline *gate_baseline(const struct gate_result *result);
/* By file, in the result's arena. */
void gate_find_fixes(struct gate_result *result, struct gate_fixes *ret_fixes);
/* Whether it was no commit and not the index that was checked, so that fixes can be written. */
bool gate_can_write(const struct gate_result *result);
/* In the place of the file, which is whole at any time. -1: fix->problem says why not. */
int gate_write_fix(struct gate_result *result, struct gate_fix *fix) MUST_USE;
/* As `git apply` takes it. -1: fix->problem says why not. */
int gate_diff_fix(struct gate_result *result, struct gate_fix *fix, struct buf *out) MUST_USE;
void gate_result_release(struct gate_result *result);
