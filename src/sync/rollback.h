/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rollback: which commit a set is to be at, and going back.
 *
 *   struct rollback_choice choice = rollback_choose(&inventory, &head);
 *   if (choice.resumes) rollback_resume(&inventory.status);   // and apply choice.commit
 *   apply(choice.commit);
 *
 * A rollback pins the set to the revision that was last seen healthy and marks the one it was taken
 * back from as rejected. The mark goes by itself: when the branch brings a newer commit in which
 * the set is another than in the rejected one, that is applied and the pin is gone. So nobody has
 * to remember to turn the sync on again, and a commit that changes something else brings nothing
 * bad back. A pin with nothing rejected stays until somebody resumes.
 *
 * All of it is in the set's parent in the cluster, so every replica and every one-shot job obeys,
 * and `git` is not asked.
 */
#pragma once

#include "apply/inventory.h"
#include "cluster/cluster_request.h"

/* What the branch says now, of one set. */
struct rollback_head {
    struct str commit;
    struct str digest; /* of the set as it is rendered from it; "": not known */
    bool is_newer;     /* it descends from the rejected commit, and is another one */
};

enum rollback_why {
    ROLLBACK_NONE,     /* the branch's commit */
    ROLLBACK_PINNED,   /* somebody wants this one */
    ROLLBACK_REJECTED, /* the branch's commit was taken back, or has the same of this set in it */
    ROLLBACK_OVER,     /* a newer commit ends the rollback: the branch's commit */
    ROLLBACK_NOWHERE,  /* the branch's commit was taken back, and no other is known to be good */
};

struct rollback_choice {
    struct str commit; /* to be applied; "": leave the set as it is */
    enum rollback_why why;
    bool resumes;     /* pin and rejection are over: rollback_resume before it is recorded */
    struct str words; /* one line for records; "" of ROLLBACK_NONE */
};

/* Asks nobody. */
struct rollback_choice rollback_choose(struct arena *arena, const struct inventory *inventory,
                                       const struct rollback_head *head);

/* Marks a status as taken back to `to` ("": to the last good one). -1 with a reason when there is
 * nothing to go back to. */
int rollback_pin(struct set_status *status, struct str to, struct str who,
                 struct str *ret_why) MUST_USE;
void rollback_resume(struct set_status *status);

/* After an attempt with `sync.rollback: true`: whether the set is to be taken back by itself.
 * Only what did not get healthy is, and only from a commit that was not reached by a rollback. */
bool rollback_is_due(const struct set_status *status, const struct set_attempt *attempt);

/* ---- in the cluster ---- */

struct rollback_wish {
    struct str set;
    struct str to;  /* full id; "": the last good one */
    struct str who; /* for the record */
    bool resume;    /* end a rollback instead */
};

/* Writes it into the set's parent, against whoever writes there at the same time. -1 with a reason;
 * then nothing was written. */
int rollback_write(struct cluster *cluster, struct arena *arena, struct str namespace,
                   const struct rollback_wish *wish, struct inventory *ret_inventory,
                   struct str *ret_why) MUST_USE;
