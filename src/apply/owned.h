/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owned: what applying an object would do to the live one, as far as that is certain without asking
 * the server. It is known from two things: the values, and what the server wrote down of the last
 * application (metadata.managedFields, the entry of the set's field manager).
 *
 *   struct owned_input input = {.live = live, .want = body, .manager = manager, .view = &view};
 *   struct owned owned;
 *   owned_compare(&arena, &input, &owned);
 *   owned.verdict == OWNED_SAME      // applying it changes nothing; no request is needed
 *   owned.verdict == OWNED_DIFFERS   // owned.fields says what, and who has it now
 *   owned.verdict == OWNED_UNSURE    // owned.why; only a dry run can say
 *
 * OWNED_SAME is a proof, by these: each value that is wanted is there; what is replaced as a whole
 * (atomic lists and maps) is there as a whole, with the server's defaults; entries of lists are
 * found by their keys and come in the wanted order; and the manager owns exactly what is wanted, at
 * the same API version, so the server neither removes a field nor writes down another owner. What a
 * mutating webhook adds to each update that reaches it can't be known here.
 *
 * OWNED_DIFFERS may be wrong where the server writes a value differently from what was sent
 * (durations, for one): who tells people of drift asks by a dry run first.
 *
 * Sources: structured-merge-diff's merge/update.go (Apply, prune), typed/tofieldset.go (which
 * fields an application owns), fieldpath/serialize-pe.go (how they are written).
 *
 * Everything is in the arena and borrows both trees.
 */
#pragma once

#include "plan/plan.h"
#include "schema/schema.h"

enum owned_verdict { OWNED_SAME, OWNED_DIFFERS, OWNED_UNSURE };

enum owned_what {
    OWNED_CHANGED, /* another value is there */
    OWNED_MISSING, /* nothing is there */
    OWNED_LEFT,    /* the manager has it and it is no longer wanted */
    OWNED_TAKEN,   /* the value is there and the manager does not own it */
    OWNED_ORDER,   /* entries come in another order */
};
const char *owned_what_name(enum owned_what what); /* "changed", ... */

struct owned_field {
    enum owned_what what;
    struct plan_change change; /* from: live; to: wanted. Printed by plan_value_*() */
    struct str manager;        /* who owns it now besides us, the latest; "": nobody */
    struct str time;           /* when that one wrote last, as in managedFields; "" */
};

struct owned {
    enum owned_verdict verdict;
    struct owned_fields {
        VEC(struct owned_field);
    } fields;
    struct str why; /* of OWNED_UNSURE */
};

struct owned_input {
    const struct node *live, *want; /* whole; `live` at the API version of `want`, as it is
                                       answered, watched or listed */
    struct str manager;
    const struct schema_view *view; /* types, at the server's minor; NULL: nothing is known */
    bool hide;                      /* values are secret though it is no Secret: SOPS had them */
};

enum { OWNED_FIELDS_MAX = 64 }; /* that are told of one object; the verdict counts all */

void owned_compare(struct arena *arena, const struct owned_input *input, struct owned *ret_owned);

/* ---- fields that others own ---- */

/*
 * Field paths, as people write them in `tidegate.dev/ignore` and in the configuration:
 *   spec.replicas   metadata.annotations[a.b/c]   spec.template.spec.containers[name=proxy].image
 *   webhooks[*].clientConfig.caBundle   webhooks.clientConfig.caBundle   metadata.labels[a.b/...]
 */
struct owned_rules {
    struct str_list paths;
    bool is_scaled; /* an autoscaler has spec.replicas */
};

/* Adds what the object's own annotation tidegate.dev/ignore says. */
void owned_rules_add(struct arena *arena, const struct node *want, struct owned_rules *rules);
/* Whether this HorizontalPodAutoscaler scales the object; both are in one namespace. */
bool owned_is_scaled_by(const struct node *want, const struct node *autoscaler);
/* NULL when it can be read, else what is wrong with a path, for a message. */
const char *owned_rule_check(struct str path);

/*
 * What is applied instead of `want`: without the fields that rules name and that another manager
 * owns in `live`; `want` itself when there are none, or when `live` is NULL. Left out, a field is
 * given up: it stays as that manager has it, is not fought over and is no drift. A field that
 * nobody else owns is applied.
 *
 * These rules hold for everybody: kubectl.kubernetes.io/restartedAt of Pod templates, caBundle of
 * webhooks, conversions and APIServices, and spec.replicas where the controller manager's
 * autoscaler wrote it.
 */
const struct node *owned_leave_out(struct arena *arena, const struct owned_input *input,
                                   const struct owned_rules *rules);
