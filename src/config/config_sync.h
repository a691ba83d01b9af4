/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a repository says of how its sets are applied: `sync` of tidegate.yaml, for all sets and, in
 * its place, for one. The engine's own limits and credentials are not here: what a pull request can
 * change must not widen what the engine may do. So a limit counts here only where it is tighter
 * than the engine's.
 *
 * Zero is what holds without any of it, after config_sync_init().
 */
#pragma once

#include "base/opt.h"
#include "base/vec.h"
#include "diag/diag.h"

/* order: config_schema_sync.c */
enum sync_drift { SYNC_HEAL, SYNC_REPORT };
enum sync_remove { SYNC_KEEP, SYNC_DELETE };
enum sync_conflict { SYNC_TAKE, SYNC_LEAVE, SYNC_STOP };

/* What is done where another manager owns a field. The first that matches counts. */
struct config_conflict {
    struct str object;  /* Kind/[namespace/]name, parts may be *; "": any */
    struct str field;   /* path, or its beginning; "": any */
    struct str manager; /* name, may have *; "": any */
    enum sync_conflict then;
};

/* Health of a kind as expressions; without "kind" all kinds of the version. */
struct config_health {
    struct str api_version, kind;
    struct str current, in_progress, failed; /* CEL; the last two may be "" */
    struct span span;
};

struct config_sync {
    bool prune;                   /* what is no longer wanted is deleted; true */
    enum sync_remove on_remove;   /* what becomes of the objects of a set that is gone; keep */
    enum sync_drift drift;        /* heal */
    bool restart;                 /* workloads follow the content of their ConfigMaps; true */
    bool rollback;                /* back to the last good revision when health fails; false */
    struct str wait;              /* for health, as 5m; "": 5 minutes; "none": not waited for */
    struct str_list adopt;        /* whose objects may be taken: kubectl, flux, argocd, helm, any */
    struct str_list was;          /* names that the set had */
    struct str_list replace;      /* objects that may be deleted and made anew */
    struct str_list prune_limits; /* tighter than the engine's: "10" objects, "5%" of the set */
    struct {
        VEC(struct config_conflict);
    } conflicts;
    struct {
        VEC(struct config_health);
    } health;
    struct span span; /* of the map; no end: there is none */
};

void config_sync_init(struct config_sync *sync);

/* "90s", "10m" or "1h" to milliseconds; false when it is none, or more than a day. */
bool config_wait_parse(struct str text, unsigned *ret_ms);
/* "10" or "5%"; false when it is neither. The other one is 0. */
bool config_limit_parse(struct str text, unsigned *ret_count, unsigned *ret_percent);
