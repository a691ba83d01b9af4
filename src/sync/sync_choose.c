/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which sets a pass is about: those of the commit that run here, and those that are recorded and
 * the commit has no more. A set that went by another name before keeps its record by `was`.
 */
#include "sync/rollback.h"
#include "sync/sync_pass.h"

static const struct inventory *known(const struct sync *sync, struct str set)
{
    for (size_t i = 0; i < sync->known.n; i++)
        if (str_eq(sync->known.items[i].set, set))
            return &sync->known.items[i];
    return NULL;
}

struct sync_set *sync_set_at(struct sync *sync, const struct going_set *going)
{
    for (size_t i = 0; i < sync->sets.n; i++)
        if (sync->sets.items[i] == going)
            return &sync->result.sets.items[i];
    return NULL;
}

/* In a shallow clone nobody can tell; then another commit is a newer one, as those that do not come
 * from the applied one are refused anyway. */
static bool is_newer(const struct sync *sync, struct str rejected)
{
    const struct str commit = sync->commit->id;
    return rejected.n && commit.n && !str_eq(rejected, commit) &&
           sync_commit_descends(sync->commit, rejected) != DESCENT_NO;
}

static struct rollback_choice choose(struct sync *sync, const struct going_set *going)
{
    const struct rollback_head head = {
        .commit = sync->commit->id,
        .digest = going->wanted ? going->wanted->digest : (struct str){0},
        .is_newer = is_newer(sync, going->inventory.status.rejected)};
    return rollback_choose(&sync->arena, &going->inventory, &head);
}

/* What the record says outlasts the branch: a pin until it is taken away, a rejected commit until
 * there is a newer one with another set in it. */
static bool wants_another(struct sync *sync, struct going_set *going, struct sync_set *set)
{
    struct set_status *status = &going->inventory.status;
    const struct str commit = sync->commit->id;
    if (sync->setting->is_pin)
        return !str_eq(status->pinned, commit);
    const struct rollback_choice choice = choose(sync, going);
    if (choice.resumes)
        rollback_resume(status);
    if (str_eq(choice.commit, commit))
        return false;
    set->reason = choice.words;
    if (choice.commit.n)
        VEC_PUSH(&sync->arena, &sync->result.pins, ((struct sync_pin){set->name, choice.commit}));
    return true;
}

static struct going_set *add(struct sync *sync, struct str name)
{
    struct going_set *going = ARENA_NEW(&sync->arena, struct going_set);
    *going = (struct going_set){.sync = sync};
    const struct inventory *inventory = known(sync, name);
    if (inventory)
        going->inventory = *inventory;
    else
        inventory_init(&sync->arena, sync->setting->namespace, name, &going->inventory);
    going->set = (struct apply_set){.name = name, .inventory = &going->inventory};
    if (sync->setting->writer_of)
        going->set.cluster = sync->setting->writer_of(sync->setting->ctx, name);
    VEC_PUSH(&sync->arena, &sync->sets, going);
    VEC_PUSH(&sync->arena, &sync->result.sets, ((struct sync_set){.name = name}));
    map_put(&sync->by_name, name, going);
    return going;
}

static void add_wanted(struct sync *sync, const struct wanted_set *wanted)
{
    if (!sync_is_ours(sync->setting, wanted->name) ||
        (!wanted->objects.n && !known(sync, wanted->name)))
        return;
    struct going_set *going = add(sync, wanted->name);
    going->wanted = wanted;
    going->set.want = wanted->objects.items;
    going->set.want_n = wanted->objects.n;
    going->set.settings = wanted->settings;
    going->set.was = wanted->settings->was;
    going->set.is_partial = wanted->is_partial;
}

/* Another set of the commit goes on with it under its own name. */
static bool is_renamed(const struct sync *sync, struct str name)
{
    for (size_t i = 0; i < sync->commit->sets.n; i++) {
        const struct str_list *was = &sync->commit->sets.items[i].settings->was;
        for (size_t k = 0; k < was->n; k++)
            if (str_eq(was->items[k], name))
                return true;
    }
    return false;
}

static void add_removed(struct sync *sync, const struct inventory *inventory)
{
    if (map_has(&sync->by_name, inventory->set) || !sync_is_ours(sync->setting, inventory->set) ||
        !inventory->is_ours)
        return;
    struct going_set *going = add(sync, inventory->set);
    config_sync_init(&going->settings);
    if (str_is(inventory->status.on_remove, "delete") && !is_renamed(sync, inventory->set))
        going->settings.on_remove = SYNC_DELETE;
    going->set.settings = &going->settings;
    going->set.is_removed = true;
    sync->result.sets.items[sync->result.sets.n - 1].is_removed = true;
}

void sync_choose(struct sync *sync)
{
    sync->by_name.arena = &sync->arena;
    for (size_t i = 0; i < sync->commit->sets.n; i++)
        add_wanted(sync, &sync->commit->sets.items[i]);
    for (size_t i = 0; i < sync->known.n && !sync->setting->is_pin; i++)
        add_removed(sync, &sync->known.items[i]);
    for (size_t i = 0; i < sync->sets.n; i++) {
        struct sync_set *set = &sync->result.sets.items[i];
        set->inventory = &sync->sets.items[i]->inventory;
        set->is_skipped = wants_another(sync, sync->sets.items[i], set);
        if (!set->is_skipped)
            continue;
        set->state = SET_ROLLED_BACK;
        sync->sets.items[i]->is_done = true;
    }
}
