/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inventory: what a cluster knows of a set. One ConfigMap a set, in the engine's namespace, holds
 * what the set has there, what was done last, and its history. It is the parent of an ApplySet, so
 * `kubectl apply --applyset` can read it, and take the set over once it was released.
 *
 *   inventory_read(&arena, parent, &inventory, &why);    // of a GET or a LIST
 *   inventory_widen(&arena, &inventory, wanted, n);      // before anything is written
 *   body = inventory_tree(&arena, &inventory);           // what the server is sent
 *   ...
 *   inventory_shrink(&arena, &inventory, present, n);    // after what went away is proven gone
 *
 * The rule that all of this serves: what is in the cluster because of the set is in its inventory,
 * unless somebody said that it is to be left alone. So members are added before they are written,
 * without a uid, and taken out when a deletion is proven, when the object is seen to belong to
 * somebody else, or when it is kept on purpose.
 *
 * A member is known by what it is (group, kind, namespace, name), not by its version: what is
 * served as another one later is the same object. Labels alone make nothing a member: controllers
 * copy them to what they make.
 *
 * Two writers can't overwrite each other: a parent is made by a creation, which fails when there is
 * one, and changed with the resourceVersion that was read.
 *
 * Everything is in the arena of the call. Source of the ApplySet part: applyset.h.
 */
#pragma once

#include "apply/applyset.h"
#include "base/vec.h"
#include "doc/doc.h"

/* The parent's keys. */
#define INVENTORY_SET     "set"
#define INVENTORY_KEY     "key"
#define INVENTORY_MEMBERS "inventory"
#define INVENTORY_STATUS  "status"
#define INVENTORY_HISTORY "history"

enum {
    INVENTORY_KEY_BYTES = 16,
    INVENTORY_HISTORY_MAX = 20,
    INVENTORY_BYTES = 900 << 10, /* of a ConfigMap, which the server takes up to 1 MiB of */
};

/* The name of a set as a DNS label of at most 40 bytes: itself where it is one, else the part of it
 * that can be one with eight digits of its digest, so that two sets never share one. */
struct str set_slug(struct arena *arena, struct str set);
/* "tidegate-" and the slug: the name of its parent, and of the field manager of its members. */
struct str set_parent(struct arena *arena, struct str set);

struct member {
    struct str group, kind, namespace, name;
    struct str uid; /* "": it was never seen to be there */
    bool is_hook;   /* of a phase before or after: not missed when it is gone */
};

struct members {
    VEC(struct member);
};

/* "group/kind/namespace/name": as object.identity. */
struct str member_identity(struct arena *arena, const struct member *member);

/* What became of an attempt. order: set_state_name */
enum set_state {
    SET_UNKNOWN,     /* nothing was done yet */
    SET_PLANNED,     /* under way: objects are being written */
    SET_WAITING,     /* all is written, not all is healthy yet */
    SET_READY,       /* applied, healthy, pruned */
    SET_REFUSED,     /* by the plan: nothing was written */
    SET_FAILED,      /* part of it was written, and something was refused then */
    SET_UNHEALTHY,   /* written, and something does not get healthy */
    SET_CANCELLED,   /* a newer commit came, or the engine stopped */
    SET_HELD,        /* written but for what a guard holds back: prunes that want an approval */
    SET_ROLLED_BACK, /* an older revision was applied in the place of the one that was asked for */
};
const char *set_state_name(enum set_state state); /* "ready", ... */

struct set_counts {
    unsigned created, updated, replaced, pruned, unchanged, kept, failed;
};

/* One attempt. Texts are cut to what a record may have; none holds a secret. */
struct set_attempt {
    struct str commit;  /* full id; of plain folders "" */
    struct str subject; /* first line of its message */
    struct str author;
    struct str digest;  /* of what was rendered, as the gate reports it */
    struct str trigger; /* "commit", "drift", "rollback", "manual", "start" */
    struct str who;     /* who ran it: account, or replica */
    enum set_state state;
    struct str reason;      /* one line; "" when all is well */
    int64_t start_s, end_s; /* seconds since 1970; end_s 0: it goes on */
    struct set_counts counts;
    bool differs_from_gate; /* the gate reported another digest for this commit */
};

struct set_status {
    struct set_attempt attempt; /* the last one */
    struct str applied;         /* commit that was last written whole */
    struct str good;            /* commit that was last seen healthy */
    struct str rejected;        /* commit that was rolled back: not tried until a newer one comes */
    struct str pinned;          /* commit that is applied whatever the branch says; "": none */
    struct str pinned_by;
    struct str on_remove; /* "keep", "delete": what the set's settings said last */
};

struct inventory {
    struct str set;       /* name */
    struct str namespace; /* of the parent */
    struct str parent;    /* its name */
    struct str id;        /* of the ApplySet */
    bool exists;          /* the parent does */
    bool is_ours;         /* its tooling annotation says so; another tool's is never written */
    struct str tooling;
    struct str uid, resource_version;
    unsigned char key[INVENTORY_KEY_BYTES]; /* random; of digests of contents, told to nobody */
    struct members members;                 /* sorted by identity */
    struct set_status status;
    struct {
        VEC(struct set_attempt);
    } history; /* oldest first */
};

/* Of a set that has no parent yet. */
void inventory_init(struct arena *arena, struct str namespace, struct str set,
                    struct inventory *ret_inventory);
/* Reads a parent. -1 with a reason when it is not to be trusted: an id that is not its own, a
 * damaged list; then nothing may be written and nothing deleted for it. */
int inventory_read(struct arena *arena, const struct node *parent, struct inventory *ret_inventory,
                   struct str *ret_why) MUST_USE;
/* The ConfigMap, whole. -1 with a reason: it would be larger than one may be. */
int inventory_tree(struct arena *arena, const struct inventory *inventory,
                   const struct node **ret_tree, struct str *ret_why) MUST_USE;

/* A copy that is changed without the other. */
void inventory_copy(struct arena *arena, const struct inventory *from,
                    struct inventory *ret_inventory);
const struct member *inventory_find(const struct inventory *inventory, const struct member *member);
/* Adds; what is there keeps its uid unless the new one has another. */
void inventory_put(struct arena *arena, struct inventory *inventory, const struct member *member);
void inventory_drop(struct inventory *inventory, const struct member *member);
/* Puts an attempt into the history: one that has the same commit, trigger and start is changed. */
void inventory_record(struct arena *arena, struct inventory *inventory,
                      const struct set_attempt *attempt);
