/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/rollback.h"

enum { SHORT_ID = 12 };

static struct str short_id(struct str commit)
{
    return str_sub(commit, 0, SHORT_ID);
}

/* What was rendered of the rejected commit, as it was recorded; "" when it is forgotten. */
static struct str rejected_digest(const struct inventory *inventory)
{
    const struct set_status *status = &inventory->status;
    for (size_t i = inventory->history.n; i-- > 0;)
        if (str_eq(inventory->history.items[i].commit, status->rejected) &&
            inventory->history.items[i].digest.n)
            return inventory->history.items[i].digest;
    return str_eq(status->attempt.commit, status->rejected) ? status->attempt.digest
                                                            : (struct str){0};
}

static bool is_same_set(const struct inventory *inventory, const struct rollback_head *head)
{
    const struct str digest = rejected_digest(inventory);
    return digest.n && str_eq(digest, head->digest);
}

static struct rollback_choice held(struct arena *arena, const struct set_status *status,
                                   const struct rollback_head *head)
{
    const struct str rejected = short_id(status->rejected);
    if (!status->pinned.n)
        return (struct rollback_choice){
            .why = ROLLBACK_NOWHERE,
            .words =
                str_format(arena, "%.*s was rolled back and no other commit is known to be good",
                           STR_FMT(rejected))};
    const bool is_it = str_eq(head->commit, status->rejected);
    return (struct rollback_choice){
        .commit = status->pinned,
        .why = ROLLBACK_REJECTED,
        .words = is_it ? str_format(arena, "%.*s was rolled back to %.*s", STR_FMT(rejected),
                                    STR_FMT(short_id(status->pinned)))
                       : str_format(arena,
                                    "%.*s has the same of this set as %.*s, which was rolled back "
                                    "to %.*s",
                                    STR_FMT(short_id(head->commit)), STR_FMT(rejected),
                                    STR_FMT(short_id(status->pinned)))};
}

struct rollback_choice rollback_choose(struct arena *arena, const struct inventory *inventory,
                                       const struct rollback_head *head)
{
    const struct set_status *status = &inventory->status;
    if (status->rejected.n && (!head->is_newer || is_same_set(inventory, head)))
        return held(arena, status, head);
    if (status->rejected.n)
        return (struct rollback_choice){
            .commit = head->commit,
            .why = ROLLBACK_OVER,
            .resumes = true,
            .words =
                str_format(arena, "%.*s is newer than %.*s, which was rolled back",
                           STR_FMT(short_id(head->commit)), STR_FMT(short_id(status->rejected)))};
    if (status->pinned.n)
        return (struct rollback_choice){
            .commit = status->pinned,
            .why = ROLLBACK_PINNED,
            .words = str_format(arena, "pinned to %.*s%s%.*s", STR_FMT(short_id(status->pinned)),
                                status->pinned_by.n ? " by " : "", STR_FMT(status->pinned_by))};
    return (struct rollback_choice){.commit = head->commit};
}

int rollback_pin(struct set_status *status, struct str to, struct str who, struct str *ret_why)
{
    const struct str bad = status->attempt.commit;
    const struct str good = to.n ? to : status->good;
    if (!good.n) {
        *ret_why = STR("no revision of this set was ever seen healthy; name one with --to");
        return -1;
    }
    if (!to.n && status->rejected.n) {
        *ret_why = STR("this set is rolled back already; name another revision with --to, or go on "
                       "with --resume");
        return -1;
    }
    if (str_eq(good, status->rejected) || (!to.n && str_eq(good, bad))) {
        *ret_why = STR("the last good revision is the one that is applied; name an older one with "
                       "--to");
        return -1;
    }
    if (!str_eq(bad, good) && !status->rejected.n)
        status->rejected = bad;
    status->pinned = good;
    status->pinned_by = who;
    return 0;
}

void rollback_resume(struct set_status *status)
{
    status->pinned = status->pinned_by = status->rejected = (struct str){0};
}

bool rollback_is_due(const struct set_status *status, const struct set_attempt *attempt)
{
    return attempt->state == SET_UNHEALTHY && attempt->commit.n && status->good.n &&
           !status->pinned.n && !str_eq(status->good, attempt->commit);
}
