/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rung below what is in the clone: the commits that a shallow clone lacks are fetched, without
 * their history. So there is no merge base to ask for, and the base is the commit that the change
 * is merged into: the first parent of a test merge, else the target's tip as the event has it. Of a
 * branch that is behind, files that only the target changed differ as well then.
 */
#include "gate/gate_internal.h"

enum { FETCH_MS = 60 * 1000 };

static bool is_there(struct gate_run *run, struct str id)
{
    struct diags dropped SCOPED(diags) = {0};
    struct str found;
    return repo_resolve(run->sides->repo, &run->sides->arena, id, &dropped, &found) == 0;
}

/* As a full id; "": nobody can tell which commit it is. */
static struct str id_of(struct gate_run *run, struct str revision)
{
    struct diags dropped SCOPED(diags) = {0};
    struct str found;
    if (repo_is_id(revision))
        return revision;
    if (repo_resolve(run->sides->repo, &run->sides->arena, revision, &dropped, &found) < 0)
        return (struct str){0};
    return found;
}

static struct str head_of(struct gate_run *run)
{
    const struct gate_options *options = run->options;
    bool named = options->head.n && !str_is(options->head, "WORK");
    struct str head = id_of(run, named ? options->head : STR("HEAD"));
    if (options->heads_target &&
        !repo_is_merge_of(run->sides->repo, &run->sides->arena, head, options->change))
        return options->change;
    return head;
}

/* Only what the event says as an id is a commit that is surely the target's. */
static struct str base_of(struct gate_run *run, struct str head)
{
    const struct gate_options *options = run->options;
    if (options->base.n)
        return repo_is_id(options->base) ? options->base : (struct str){0};
    if (!str_eq(head, options->change)) {
        struct str parent = repo_merged_into(run->sides->repo, &run->sides->arena, head);
        if (parent.n)
            return parent;
    }
    if (repo_is_id(options->other))
        return options->other;
    return repo_is_id(options->target) ? options->target : (struct str){0};
}

static int give_up(struct gate_run *run, const char *why)
{
    VEC_PUSH(&run->sides->arena, &run->notes,
             str_format(&run->sides->arena, "the base was not fetched: %s", why));
    return -1;
}

int gate_fetch(struct gate_run *run)
{
    struct arena *arena = &run->sides->arena;
    const struct gate_options *options = run->options;
    struct str_list wanted = {0};
    struct str why;
    if (!options->allow_fetch || options->base_dir.n || options->staged || !run->sides->repo)
        return -1;
    struct str head = head_of(run);
    struct str base = base_of(run, head);
    if (!head.n || !base.n)
        return give_up(run, "nothing says by its full id which commit it is");
    if (!is_there(run, head))
        VEC_PUSH(arena, &wanted, head);
    if (!is_there(run, base))
        VEC_PUSH(arena, &wanted, base);
    if (wanted.n && repo_fetch(run->sides->repo, arena, &wanted, FETCH_MS, &why) < 0)
        return give_up(run, str_to_c(arena, why));
    run->fetched = base;
    return 0;
}
