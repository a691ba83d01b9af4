/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: what has to change so that there is what is wanted: in a live cluster, or between the
 * objects of two revisions. It is told by `tidegate diff`, and is what a sync carries out.
 *
 *   struct plan_input input = {.want = want, .want_n = n, .minor = 36, .cluster = cluster};
 *   struct plan plan;
 *   if (plan_live(&arena, &input, &plan, &error) < 0) ...   // asks a server, writes nothing
 *   plan_offline(&arena, &input, &plan);                    // or: input.was against input.want
 *   plan_write_text(&plan, &options, &out);
 *
 * Live, an object as it is (GET) is held against what the server answers to a dry run of
 * server-side apply: both have defaults, injected values and fields of other managers, so none of
 * them shows. Offline, the objects of both sides are completed with the defaults that tidegate
 * knows, so a field that is written out as its default is no change.
 *
 * Steps are in the order in which people read them and in which they may be carried out: by set,
 * kind (namespaces and definitions first), namespace, name. There is a step for every object that
 * was handed in, those that stay as they are too; only what plan_live() has no reason to ask about,
 * as both revisions have it alike, is counted instead.
 *
 * Secrets: trees keep their values, as who applies them needs them, and a change says `is_secret`.
 * Whoever prints a value does so by plan_value_*() (plan_internal.h), which writes a digest in the
 * place of it, under a key that the plan was given and that nobody else knows: equal values in one
 * output are seen to be equal, and nobody can try values out. Neither their length is told.
 *
 * Lifetime: a plan is in the arena, and borrows the objects.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "object/object.h"
#include "plan/dry_run.h"
#include "report/report.h"

struct snapshot;

/* An object that is handed in. */
struct plan_object {
    const struct object *object;
    struct str namespace;      /* that it goes to; "" for kinds without */
    struct str set;            /* name */
    struct str_list immutable; /* fields that offline rules say can't be changed to this */
};

enum { PLAN_KEY = 16 };

struct plan_input {
    const struct plan_object *want, *was; /* `was`: of the other revision; NULL: there is none */
    size_t want_n, was_n;
    unsigned minor;           /* of Kubernetes, for types and defaults; live: the server's wins */
    struct cluster *cluster;  /* plan_live() */
    struct str field_manager; /* "": tidegate */
    bool is_part;             /* `want` is some of what the field manager applies */
    struct str from, to;      /* what is compared, in words: "main", "the work tree" */
    struct str_list notes;    /* what can't be compared */
    unsigned char key[PLAN_KEY]; /* random; of digests of secret values */
    void (*progress)(void *ctx, size_t done, size_t total);
    void *progress_ctx;
};

enum plan_action {
    PLAN_CREATE,
    PLAN_UPDATE,
    PLAN_REPLACE, /* what can't be changed has to be deleted and made anew */
    PLAN_DELETE,
    PLAN_WAITS,   /* for what the same plan brings: `waits_for`; it is created or updated then */
    PLAN_REFUSED, /* the server says no: `why` */
    PLAN_UNKNOWN, /* nobody can say: `why` */
    PLAN_KEEP,
    PLAN_ACTIONS,
};

enum plan_change_kind { PLAN_ADD, PLAN_REMOVE, PLAN_SET, PLAN_ORDER };

/*
 * One field. `path` has list entries by their keys (spec.containers[name=web].image), `field` by
 * their place, as the API server writes it: on the new side, of what is removed on the old one.
 * PLAN_ORDER is about lists whose entries are the same in another order, where that has a meaning.
 */
struct plan_change {
    enum plan_change_kind kind;
    struct str path, field;
    const struct node *from, *to; /* NULL: it is not there */
    bool is_secret;
    bool is_immutable;
};

struct plan_changes {
    VEC(struct plan_change);
};

struct plan_conflict {
    struct str manager; /* as the server says it: "hpa" using apps/v1 */
    struct str field;
};

struct plan_step {
    enum plan_action action;
    struct str set;
    struct gvk gvk;
    struct str api_version, namespace, name;
    const struct object *object; /* wanted, or the one that goes away */
    const struct node *have;     /* as it is; NULL: it is not there, or nobody knows */
    const struct node *want;     /* as it is written */
    const struct node *become;   /* as it will be; NULL: nobody knows */
    struct plan_changes changes; /* of updates, replacements, and refused objects that are there */
    struct plan_conflicts {
        VEC(struct plan_conflict);
    } conflicts; /* other managers own these fields, and it takes force to change them */
    struct str_list warnings;
    struct str why; /* one line; "" for what needs no reason */
    const struct object *waits_for;
    bool is_secret;
    bool is_going; /* the live one is being deleted */
};

struct plan {
    struct {
        VEC(struct plan_step);
    } steps;
    size_t counts[PLAN_ACTIONS];
    size_t conflicts; /* objects with any */
    bool is_live;
    bool knows_prunes; /* what is in the cluster and no longer wanted is among the steps */
    size_t untouched;  /* objects that both revisions have alike, so nobody asked about them */
    struct str server; /* version */
    struct str from, to;
    struct str_list notes; /* what is missing from it, a line each; for all formats */
    size_t requests;
    unsigned char key[PLAN_KEY];
};

/* Asks the server. With `was`: only about objects that differ, and those that are gone are deleted.
 * -1 with a reason when nothing can be said at all. */
int plan_live(struct arena *arena, const struct plan_input *input, struct plan *ret_plan,
              struct str *ret_error) MUST_USE;
/* `was` against `want`. */
void plan_offline(struct arena *arena, const struct plan_input *input, struct plan *ret_plan);

/* A snapshot of a cluster against `want`: what differs is known, and not what it was. With `was`
 * only objects that differ between the revisions; without it what the field manager applied and
 * nobody wants any more is deleted. */
void plan_snapshot(struct arena *arena, const struct plan_input *input,
                   const struct snapshot *snapshot, struct plan *ret_plan);

const char *plan_action_name(enum plan_action action); /* "create", "update", ... */
/* Whether anything would be done. */
bool plan_differs(const struct plan *plan);
/* Whether something would be refused. */
bool plan_is_refused(const struct plan *plan);

/* Whether a refusal says, with every cause, that a field can't ever be changed. A field that is
 * wrong for another reason is no reason to delete anything. */
bool plan_is_immutable(const struct dry_run_answer *answer, const struct object *object,
                       const struct node *have);
/* Whether values of the object are secret: with a slip in its kind it is no Secret to the server,
 * and a secret all the same. */
bool plan_is_secret(const struct node *root, struct str kind);
/* A step for an object, with everything but its action. */
struct plan_step plan_step_of(struct arena *arena, const struct plan_object *object);
/* Puts the steps in order and counts them. */
void plan_finish(struct plan *plan);
/* "Deployment shop/web", not escaped. */
struct str plan_title(struct arena *arena, const struct plan_step *step);

/* ---- comparing two trees: plan_compare.c ---- */

struct plan_compare {
    const struct kind_info *kind; /* types; NULL: unknown */
    unsigned minor;
    bool is_secret; /* values outside of metadata and type are */
    bool sops;      /* values that start with ENC[ are, too */
    bool subset;    /* only what `to` has counts: what it leaves out may be anything */
};

/* Adds what differs. Fields that only the server writes are left out, and kubectl's copy of the
 * object; the order of keys and of entries that have a key does not count, and quantities are
 * compared by value. Either tree may be NULL. */
void plan_compare(struct arena *arena, const struct plan_compare *how, const struct node *from,
                  const struct node *to, struct plan_changes *changes);

/* ---- the formats ---- */

/* "3 to create, 2 to update, 1 to delete, 14 unchanged" */
void plan_summary(const struct plan *plan, struct buf *out);
void plan_write_text(const struct plan *plan, const struct report_options *options,
                     struct buf *out);
void plan_write_json(const struct plan *plan, const struct report_options *options,
                     struct buf *out);
void plan_write_markdown(const struct plan *plan, const struct report_options *options,
                         struct buf *out);
/* JSON Schema of the JSON. */
void plan_json_schema(struct buf *out);
