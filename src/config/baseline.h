/* SPDX-License-Identifier: Apache-2.0 */
/*
 * baseline: the file of findings that may stay for now. An entry names set, rule, object and field,
 * as diag_fingerprint takes them, but in words; never a line, and a path only where nothing else
 * tells two files apart. So it survives every edit but the one that mends the finding.
 *
 *   struct baseline baseline;
 *   if (baseline_read(&arena, source, &diags, &baseline) < 0) return 2;
 *   struct baseline_entry key = baseline_key(&arena, diag);
 *   struct baseline_entry *entry = baseline_find(&arena, &baseline, &key);   // NULL: not excused
 *
 * Lifetime: everything lives in the arena that it was made with.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "diag/diag.h"

struct baseline_entry {
    struct str set;
    struct str rule;
    struct str object; /* Kind.group/namespace/name */
    struct str field;  /* list entries by their keys */
    struct str file;   /* where there is neither field nor object */
    size_t count;      /* how many of them may stay */
    size_t seen;       /* for the caller: how many there are */
    struct span span;
};

struct baseline {
    struct baseline_entries {
        VEC(struct baseline_entry *);
    } entries;
    struct map known;
};

/* Where it is when nobody says otherwise. */
extern const char baseline_file_name[];

/* 0, or -1 with findings config/... or limit/...: half a baseline is none. */
int baseline_read(struct arena *arena, struct source *source, struct diags *diags,
                  struct baseline *ret_baseline) MUST_USE;
/* Sorted, so that two people who write it get the same. Entries with a count of 0 are left out. */
void baseline_write(struct baseline *baseline, struct buf *out);

/* What a finding would be excused by. Texts are borrowed from it, or in the arena. */
struct baseline_entry baseline_key(struct arena *arena, const struct diag *diag);
/* The entry with this key, or NULL. */
struct baseline_entry *baseline_find(struct arena *arena, const struct baseline *baseline,
                                     const struct baseline_entry *key);
/* The entry with this key, which is made when there is none. */
struct baseline_entry *baseline_add(struct arena *arena, struct baseline *baseline,
                                    const struct baseline_entry *key) RETURNS_NONNULL;
