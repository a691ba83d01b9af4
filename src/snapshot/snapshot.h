/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot: what a cluster is like, in a file without secrets, for those who have no credential of
 * it. `tidegate cluster export` writes it, `check` and `diff` read it.
 *
 *   struct snapshot snapshot;
 *   if (snapshot_read(&arena, source, &snapshot, &error) < 0) ...       // error says why
 *   if (snapshot_age_problem(&arena, &snapshot, now, max_age_s).n) ...  // too old, or of the
 * future snapshot.docs                                                // objects in clear, as
 * documents snapshot_knows_all(&snapshot, STR(""), STR("Namespace"))     // what it lacks is not
 * there snapshot_compare(&arena, &snapshot, &question, &answer)      // an object of a manifest
 * with it
 *
 * The file is JSON: who it is about, when it was made, the kinds that the server serves, `lists` of
 * objects in clear (those that manifests refer to and are judged by, cut down to what that needs),
 * and `objects`, which are all others: names, field managers and, for each field that somebody
 * owns, a keyed hash. What its maker could not read is in it as not complete, and nothing follows
 * from what is missing there.
 *
 * What a hash reveals: the key is in the file, so whoever has it can test a guess. A hash has 24
 * bits, so one of 16 million values fits by chance: a guess among a handful is confirmed all the
 * same, and a password of ten random characters stays unknown. Each field of each object is hashed
 * with its own place, so equal values don't look equal. Secrets have names only.
 *
 * The digest at the end proves that nothing was lost on the way. It is no signature: who may write
 * the file decides what it says, as with any other part of the configuration.
 *
 * Lifetime: all is in the arena, and points into the source.
 */
#pragma once

#include "base/map.h"
#include "doc/doc.h"
#include "object/object.h"

enum {
    SNAPSHOT_FORMAT = 1,
    SNAPSHOT_SALT = 16,         /* bytes */
    SNAPSHOT_SKEW_S = 300,      /* that clocks may differ by */
    SNAPSHOT_AGE_S = 7 * 86400, /* that it may have by default */
    SNAPSHOT_AGE_MAX_S = 366 * 86400,
};

struct snapshot_kind {
    struct str group, version, kind, plural;
    bool namespaced;
};

struct snapshot_kinds {
    VEC(struct snapshot_kind);
};

/* A list of objects of one kind. */
struct snapshot_list {
    struct str group, kind;
    bool is_complete;
    struct str why;           /* it is not, one line */
    const struct node *items; /* NULL: none */
};

struct snapshot {
    struct source *source;
    struct str name;    /* of the cluster, as who made the file calls it */
    struct str version; /* of the server: v1.36.3 */
    unsigned minor;
    int64_t created; /* seconds since 1970 */
    struct str salt;
    struct snapshot_kinds kinds;
    struct doc_list docs; /* objects in clear */
    struct {
        VEC(struct snapshot_list);
    } lists, objects;
    /* Private. */
    struct map by_kind;    /* "group/version/kind" -> struct snapshot_kind */
    struct map unknown;    /* "group/version" that nobody could say the kinds of */
    struct map list_of;    /* "group/kind" -> struct snapshot_list of `lists` */
    struct map objects_of; /* the same of `objects` */
    struct map by_name;    /* "group/kind/namespace/name" -> struct snapshot_entry of `objects` */
    struct map others;     /* hashes of names that `objects` has no node of */
};

/* 0, or -1 with a reason. Anything wrong with it, and there is none. */
int snapshot_read(struct arena *arena, struct source *source, struct snapshot *ret_snapshot,
                  struct str *ret_error) MUST_USE;
/* "" when it may be used: it is neither older than that nor of the future. */
struct str snapshot_age_problem(struct arena *arena, const struct snapshot *snapshot, int64_t now,
                                int64_t max_age_s);
/* "snapshot of prod, 1.36.3, 3 h old" */
struct str snapshot_title(struct arena *arena, const struct snapshot *snapshot, int64_t now);

/* A name that may be shown as it is: letters, digits and some signs. */
bool snapshot_is_plain(struct str text);

/* NULL: the server has none, or snapshot_is_unknown. */
const struct snapshot_kind *snapshot_kind(const struct snapshot *snapshot, struct str group,
                                          struct str version, struct str kind);
/* Whether kinds of this group and version may be there that nobody could name. */
bool snapshot_is_unknown(const struct snapshot *snapshot, struct str group, struct str version);
/* Whether all objects of the kind are in `docs`. */
bool snapshot_knows_all(const struct snapshot *snapshot, struct str group, struct str kind);

/* ---- an object of a manifest ---- */

enum snapshot_presence {
    SNAPSHOT_NOT_KNOWN, /* nobody could read the kind */
    SNAPSHOT_ABSENT,
    SNAPSHOT_THERE, /* and that is all */
    SNAPSHOT_EQUAL, /* all that the manifest says is there */
    SNAPSHOT_DIFFERS,
};

enum snapshot_what {
    SNAPSHOT_CHANGES, /* another value */
    SNAPSHOT_ADDS,    /* nobody owned it; it may have had that value by default */
    SNAPSHOT_REMOVES, /* only the asked manager owned it, and the manifest has it no more */
};

struct snapshot_change {
    enum snapshot_what what;
    struct str field;         /* spec.replicas */
    const struct node *place; /* in the manifest; NULL: it is removed */
    struct str owners;        /* other than who asks: "kubectl, hpa"; "" for none */
};

struct snapshot_question {
    struct str group, kind, namespace, name;
    const struct node *root; /* as the manifest has it */
    struct str manager;      /* that asks: its fields are no conflict */
};

struct snapshot_answer {
    enum snapshot_presence presence;
    bool is_ours; /* the manager that asks applied it */
    struct {
        VEC(struct snapshot_change);
    } changes;
};

void snapshot_compare(struct arena *arena, const struct snapshot *snapshot,
                      const struct snapshot_question *question, struct snapshot_answer *ret_answer);

/* What a change may leave behind: objects that the manager applied. */
struct snapshot_owned {
    struct str group, kind, namespace, name;
    struct str applyset; /* its label; "" for none */
};

struct snapshot_owneds {
    VEC(struct snapshot_owned);
};

void snapshot_owned_by(struct arena *arena, const struct snapshot *snapshot, struct str manager,
                       struct snapshot_owneds *ret_owned);
