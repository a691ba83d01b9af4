/* SPDX-License-Identifier: Apache-2.0 */
/* All sets of one side: build views and object sets, judge the objects in parallel, then the sets.
 */
#include "judge/judge.h"

#include "base/pool.h"
#include "judge/judge_internal.h"

enum { LARGE_BYTES = 64 << 10 };

struct judging {
    const struct judge_input *input;
    struct judge_set *sets;
    struct judge_rules rules; /* that sets share */
    struct job {
        uint32_t set;
        uint32_t object;
    } * jobs;
    size_t n;
    const struct rule_settings *settings; /* borrowed */
    struct diags **results; /* one an object, so the order of findings needs no luck; NULL: none */
    bool *no_schema;
};

static void collect_objects(const struct judge_input *input, struct judge_set *set,
                            uint32_t set_index, struct diags *diags, struct verdict *verdict);
static void judge_jobs(struct judging *judging, struct arena *arena, struct diags *diags,
                       struct verdict *verdict);

static const struct verdict_set *find_old_set(const struct verdict *old, struct str name)
{
    for (size_t i = 0; old && i < old->sets.n; i++)
        if (str_eq(old->sets.items[i].objects.name, name))
            return &old->sets.items[i];
    return NULL;
}

/* A set's own cluster has nothing of the file's. */
static struct profile *read_profile(struct arena *arena, const struct config *config,
                                    const struct config_set *set)
{
    struct profile *profile = ARENA_NEW(arena, struct profile);
    const bool own = set && set->cluster.span.end > 0;
    profile_read(arena, own ? &set->cluster : &config->cluster, profile);
    return profile;
}

static int build_sets(const struct judge_input *input, struct judging *judging, struct diags *diags,
                      struct verdict *verdict)
{
    size_t n = input->selection->sets.n;
    struct arena *arena = &verdict->arena;
    const struct object_set *cluster = NULL;
    judging->sets = ARENA_ARRAY(arena, struct judge_set, n);
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(arena, &verdict->sets, ((struct verdict_set){{.arena = arena}, {0}}));
    for (uint32_t i = 0; i < n; i++) {
        struct judge_set *set = &judging->sets[i];
        set->selection = &input->selection->sets.items[i];
        set->objects = &verdict->sets.items[i].objects;
        set->objects->name = set->selection->name;
        set->objects->default_namespace = set->selection->namespace;
        set->old = find_old_set(input->old, set->selection->name);
        set->profile = read_profile(arena, input->config, set->selection->config);
        if (judge_views(input, arena, i, diags, set) < 0)
            return -1;
        collect_objects(input, set, i, diags, verdict);
        object_set_index(set->objects);
        if (i == 0)
            cluster = judge_cluster(input, arena, &set->views[0]);
        set->cluster = cluster;
        judge_make_packs(input, arena, &judging->rules, set, diags);
        judge_make_policies(input, arena, &judging->rules, set, diags);
    }
    return 0;
}

int judge_run(const struct judge_input *input, struct diags *diags, struct verdict *ret_verdict)
{
    struct judging judging = {.input = input};
    *ret_verdict = (struct verdict){0};
    int result = build_sets(input, &judging, diags, ret_verdict);
    if (result == 0) {
        struct arena scratch SCOPED(arena) = {0};
        judge_jobs(&judging, &scratch, diags, ret_verdict);
        judge_check_sets(input, judging.sets, diags);
        for (size_t i = 0; i < ret_verdict->sets.n; i++) {
            judge_library(input, &judging.sets[i], diags);
            judge_webhooks(input, &judging.sets[i], diags);
            judge_deleted(input, judging.sets, i, diags);
        }
        judge_forget_unknown(input, diags);
        for (size_t i = 0; input->digests && i < ret_verdict->sets.n; i++) {
            struct verdict_set *set = &ret_verdict->sets.items[i];
            set->digest = judge_digest(&ret_verdict->arena, &set->objects);
        }
    }
    for (size_t i = 0; i < input->selection->sets.n; i++) {
        judge_release_policies(&judging.sets[i]);
        judge_views_release(&judging.sets[i]);
    }
    judge_release_rules(&judging.rules);
    return result;
}

void verdict_release(struct verdict *verdict)
{
    arena_release(&verdict->arena);
    *verdict = (struct verdict){0};
}

/* Room for an object a document: growing would leave the outgrown lists in the arena. */
static void reserve_objects(const struct judge_input *input, struct judge_set *set,
                            uint32_t set_index)
{
    size_t n = 0;
    for (size_t i = 0; i < input->selection->manifests.n; i++)
        if (input->selection->manifests.items[i]->set == set_index)
            n += input->selection->manifests.items[i]->docs.n;
    set->objects->items = ARENA_ARRAY(set->objects->arena, struct object, n);
    set->objects->cap = n;
}

/* Scope (namespaced or not) is the same at all versions, so the newest one's view serves. */
static void collect_objects(const struct judge_input *input, struct judge_set *set,
                            uint32_t set_index, struct diags *diags, struct verdict *verdict)
{
    uint32_t all_bits = 0;
    for (size_t i = 0; i < set->view_count; i++)
        all_bits |= set->bits[i];
    reserve_objects(input, set, set_index);
    for (size_t i = 0; i < input->selection->manifests.n; i++) {
        const struct manifest *manifest = input->selection->manifests.items[i];
        if (manifest->set != set_index || manifest->state != MANIFEST_READ)
            continue;
        for (size_t d = 0; d < manifest->docs.n; d++) {
            const struct doc *doc = &manifest->docs.items[d];
            verdict->documents += doc->root || doc->broken;
            if (!doc->root)
                continue;
            diags->at = (struct diag_at){
                .source = doc->source, .set = set->selection->name, .versions = all_bits};
            object_set_add_doc(set->objects, &set->views[0], doc, diags);
        }
    }
    verdict->objects += set->objects->n;
}

static void judge_one(void *ctx, unsigned worker, size_t item)
{
    struct judging *judging = ctx;
    const struct judge_input *input = judging->input;
    if (worker == 0 && input->progress)
        input->progress(input->progress_ctx, item, judging->n);
    const struct judge_set *set = &judging->sets[judging->jobs[item].set];
    const struct object *object = &set->objects->items[judging->jobs[item].object];
    struct diags found = {.settings = judging->settings};
    judging->no_schema[item] = judge_object(input, set, object, &found);
    if (found.n || found.limit_hit) {
        judging->results[item] = xmalloc(sizeof found);
        *judging->results[item] = found;
    } else {
        diags_release(&found);
    }
}

/* Large objects come first, so that no worker is left alone with one at the end. */
static void list_jobs(struct judging *judging, const struct verdict *verdict, bool large)
{
    for (uint32_t s = 0; s < verdict->sets.n; s++) {
        const struct object_set *objects = judging->sets[s].objects;
        for (uint32_t o = 0; o < objects->n; o++)
            if ((objects->items[o].root->len >= LARGE_BYTES) == large)
                judging->jobs[judging->n++] = (struct job){s, o};
    }
}

static void judge_jobs(struct judging *judging, struct arena *arena, struct diags *diags,
                       struct verdict *verdict)
{
    size_t n = verdict->objects;
    judging->jobs = ARENA_ARRAY(arena, struct job, n);
    judging->results = ARENA_ARRAY(arena, struct diags *, n);
    judging->no_schema = ARENA_ARRAY(arena, bool, n);
    list_jobs(judging, verdict, true);
    list_jobs(judging, verdict, false);
    judging->settings = diags->settings;
    pool_run(judging->input->workers, n, judge_one, judging);
    for (size_t i = 0; i < n; i++) {
        verdict->no_schema += judging->no_schema[i];
        if (!judging->results[i])
            continue;
        diags_merge(diags, judging->results[i]);
        free(judging->results[i]);
    }
}
