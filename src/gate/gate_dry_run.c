/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of the head as a live server sees them. All sets are one run, so what one set brings
 * another one may wait for. What the base has in the very same form was there before the change,
 * and so is what the server says of it.
 */
#include "base/map.h"
#include "gate/gate_internal.h"
#include "plan/probe.h"

/* What is asked about, in the order of the sets. */
struct asking {
    struct arena arena;
    struct gate_run *run;
    struct {
        VEC(struct dry_run_object);
    } objects;
    struct {
        VEC(size_t);
    } sets;             /* of each object */
    struct map offline; /* set and object -> struct gate_indexes */
    struct map old;     /* set and identity -> const struct object of the base */
};

static void gather(struct asking *asking)
{
    const struct verdict *verdict = &asking->run->sides->head.verdict;
    for (size_t i = 0; i < verdict->sets.n; i++) {
        const struct object_set *set = &verdict->sets.items[i].objects;
        for (size_t o = 0; o < set->n; o++) {
            const struct object *object = &set->items[o];
            /* Without a type it is no object, which has been told. */
            if (!object->gvk.kind.n || !object->api_version.n)
                continue;
            VEC_PUSH(
                &asking->arena, &asking->objects,
                ((struct dry_run_object){
                    .object = object, .namespace = object_target(object, set->default_namespace)}));
            VEC_PUSH(&asking->arena, &asking->sets, i);
        }
    }
}

static struct str key_of(struct arena *arena, struct str set, const struct diag_object *object)
{
    return str_format(arena, "%.*s\n%.*s\n%.*s\n%.*s\n%.*s", STR_FMT(set),
                      STR_FMT(object->api_version), STR_FMT(object->kind),
                      STR_FMT(object->namespace), STR_FMT(object->name));
}

static void index_offline(struct asking *asking)
{
    const struct diags *diags = &asking->run->sides->head.diags;
    asking->offline.arena = &asking->arena;
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (!diag->object.kind.n)
            continue;
        void **slot = map_slot(&asking->offline, key_of(&asking->arena, diag->set, &diag->object));
        if (!*slot)
            *slot = ARENA_NEW(&asking->arena, struct gate_indexes);
        struct gate_indexes *indexes = *slot;
        VEC_PUSH(&asking->arena, indexes, i);
    }
}

static struct str old_key(struct arena *arena, const struct object_set *set,
                          const struct object *object)
{
    return str_format(arena, "%.*s\n%.*s\n%.*s", STR_FMT(set->name), STR_FMT(object->api_version),
                      STR_FMT(object->identity));
}

static void index_old(struct asking *asking)
{
    const struct verdict *verdict = &asking->run->sides->base.verdict;
    asking->old.arena = &asking->arena;
    for (size_t i = 0; asking->run->sides->has_base && i < verdict->sets.n; i++) {
        const struct object_set *set = &verdict->sets.items[i].objects;
        for (size_t o = 0; o < set->n; o++)
            if (set->items[o].identity.n)
                map_put(&asking->old, old_key(&asking->arena, set, &set->items[o]), &set->items[o]);
    }
}

static bool is_old(struct asking *asking, const struct object_set *set, const struct object *object)
{
    const struct object *old =
        object->identity.n ? map_get(&asking->old, old_key(&asking->arena, set, object)) : NULL;
    return old && node_equal(old->root, object->root);
}

static struct dry_run_telling telling_of(struct asking *asking,
                                         const struct dry_run_results *results, size_t index)
{
    struct gate_run *run = asking->run;
    const struct dry_run_result *result = &results->items[index];
    struct object_set *set =
        &run->sides->head.verdict.sets.items[asking->sets.items[index]].objects;
    const struct diag_object name = object_diag(result->object);
    return (struct dry_run_telling){
        .run = run,
        .set = set,
        .result = result,
        .way = run->options->dry_run.way,
        .is_old = is_old(asking, set, result->object),
        .offline = map_get(&asking->offline, key_of(&asking->arena, set->name, &name))};
}

static void tell_all(struct asking *asking, const struct dry_run_results *results)
{
    struct gate_run *run = asking->run;
    for (size_t i = 0; i < results->n; i++) {
        const struct dry_run_telling telling = telling_of(asking, results, i);
        gate_dry_run_tell(&telling);
    }
    for (size_t i = 0; i < results->overs.n; i++) {
        const struct dry_run_over *over = &results->overs.items[i];
        const struct dry_run_telling telling = telling_of(asking, results, over->result);
        gate_dry_run_tell_over(&telling, over);
    }
    run->cluster.objects = results->objects;
    run->cluster.pods = results->templates;
    run->cluster.requests = results->requests;
}

static void tell_failure(struct gate_run *run, struct str why)
{
    struct diags *diags = &run->sides->head.diags;
    diags->at = (struct diag_at){0};
    struct diag *diag = diag_add(diags, RULE_DRY_RUN_FAILED, (struct span){0, 0}, STR(""),
                                 "the cluster could not be asked: %.*s", STR_FMT(why));
    diag_hint(diags, diag, "see that the server can be reached and the credentials are valid");
}

static int ask(struct asking *asking)
{
    struct gate_run *run = asking->run;
    const struct gate_options *options = run->options;
    struct dry_run_results results;
    struct probe probe;
    struct str error;
    const struct dry_run_options how = {.cluster = options->dry_run.cluster,
                                        .way = options->dry_run.way,
                                        .field_manager = options->dry_run.field_manager,
                                        .pods = true,
                                        .quotas = true,
                                        .progress = options->progress,
                                        .progress_ctx = options->progress_ctx};
    run->cluster.version =
        str_dup(&run->sides->arena, cluster_version(options->dry_run.cluster)->git_version);
    probe_dry_run_only(&asking->arena, how.cluster, &probe);
    if (probe_tell(&run->sides->head.diags, &probe, options->dry_run.require_proof) < 0)
        return 0;
    gather(asking);
    if (dry_run(&asking->arena, &how, asking->objects.items, asking->objects.n, &results, &error) <
        0) {
        tell_failure(run, error);
        return 0;
    }
    index_offline(asking);
    index_old(asking);
    tell_all(asking, &results);
    return 0;
}

int gate_dry_run(struct gate_run *run)
{
    const struct gate_dry_run *how = &run->options->dry_run;
    if (how->way == DRY_RUN_NONE)
        return 0;
    if (!how->cluster) {
        tell_failure(run, how->problem);
        return 0;
    }
    struct asking asking = {.run = run};
    const int error = ask(&asking);
    arena_release(&asking.arena);
    return error;
}
