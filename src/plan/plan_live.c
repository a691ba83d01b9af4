/* SPDX-License-Identifier: Apache-2.0 */
/* What is wanted against what is there, by the answers of a server. */
#include "plan/plan_internal.h"

enum { GONE_UNDER_WAY_MAX = 32, GONE_STEP_MS = 1000, GONE_PATIENCE_MS = 20000 };

struct live {
    struct arena *arena;
    const struct plan_input *input;
    struct plan *plan;
    struct plan_types types;
    struct plan_matches matches; /* with `was` */
    struct {
        VEC(struct dry_run_object);
    } asked;
    struct {
        VEC(const struct plan_object *);
    } given; /* of each that is asked about */
};

/* ---- what can't be changed ---- */

/* A refusal that says that an update can't do it, in the words of the validations of Kubernetes'
 * own kinds. A field that is wrong for another reason is no reason to delete anything. */
static bool says_immutable(struct str words)
{
    static const char *const phrases[] = {
        "field is immutable",          "may not change once set",
        "cannot change roleRef",       "may not be changed in an update",
        "is immutable after creation", "may not change fields other than",
    };
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
        if (str_has(words, str_from(phrases[i])))
            return true;
    return str_has(words, STR("updates to ")) && str_has(words, STR("forbidden"));
}

/* The words about a Secret are withheld. Its type can't ever be changed, and an immutable one's
 * data neither; nothing else is said of these fields in that way. */
static bool is_fixed_in_secret(const struct cluster_cause *cause, const struct node *have)
{
    if (str_is(cause->field, "type"))
        return str_is(cause->reason, "FieldValueInvalid");
    return node_bool(node_get(have, STR("immutable"))) &&
           str_is(cause->reason, "FieldValueForbidden") &&
           (str_is(cause->field, "data") || str_is(cause->field, "immutable"));
}

bool plan_is_immutable(const struct dry_run_answer *answer, const struct object *object,
                       const struct node *have)
{
    const struct cluster_causes *causes = &answer->status.causes;
    if (answer->outcome != CLUSTER_INVALID || !causes->n)
        return false;
    for (size_t i = 0; i < causes->n; i++) {
        const struct cluster_cause *cause = &causes->items[i];
        const bool is_fixed = answer->is_withheld && object_is(object, "", "Secret")
                                  ? is_fixed_in_secret(cause, have)
                                  : says_immutable(cause->message);
        if (!is_fixed || str_is(cause->field, "metadata.uid"))
            return false;
    }
    return true;
}

static void mark_immutable(const struct cluster_causes *causes, struct plan_changes *changes)
{
    for (size_t i = 0; i < changes->n; i++)
        for (size_t k = 0; k < causes->n; k++)
            changes->items[i].is_immutable |=
                causes->items[k].field.n &&
                str_starts(changes->items[i].field, causes->items[k].field);
}

/* ---- one answer ---- */

static void take_conflicts(struct live *live, const struct dry_run_result *result,
                           struct plan_step *step)
{
    const struct str before = STR("conflict with ");
    for (size_t i = 0; i < result->conflicts.n; i++) {
        struct plan_conflict conflict = {.manager = result->conflicts.items[i].message,
                                         .field = result->conflicts.items[i].field};
        if (str_starts(conflict.manager, before))
            conflict.manager = str_from_offset(conflict.manager, before.n);
        VEC_PUSH(live->arena, &step->conflicts, conflict);
    }
}

static void compare_step(struct live *live, struct plan_step *step, const struct node *to)
{
    struct kind_info kind;
    struct plan_compare how = plan_compare_of(&live->types, step, &kind);
    how.subset = to == step->want;
    if (step->have && to)
        plan_compare(live->arena, &how, step->have, to, &step->changes);
}

static bool is_absent(const struct dry_run_result *result)
{
    return result->live_outcome == CLUSTER_NOT_FOUND || !result->object->name.n;
}

static void take_accepted(struct live *live, const struct dry_run_result *result,
                          struct plan_step *step)
{
    if (is_absent(result)) {
        step->action = PLAN_CREATE;
        return;
    }
    if (!step->have || !step->become) {
        step->action = PLAN_UNKNOWN;
        step->why =
            str_format(live->arena, "the server accepts it, but it can't be read as it is: %s",
                       cluster_outcome_name(result->live_outcome));
        return;
    }
    compare_step(live, step, step->become);
    step->action = step->changes.n ? PLAN_UPDATE : PLAN_KEEP;
}

static void take_refused(struct live *live, const struct dry_run_result *result,
                         struct plan_step *step)
{
    const bool can_replace =
        step->have && plan_is_immutable(&result->answer, step->object, step->have);
    step->action = can_replace ? PLAN_REPLACE : PLAN_REFUSED;
    step->become = NULL;
    compare_step(live, step, step->want);
    mark_immutable(&result->answer.status.causes, &step->changes);
}

static void take_result(struct live *live, const struct plan_object *given,
                        const struct dry_run_result *result)
{
    struct plan_step step = plan_step_of(live->arena, given);
    const struct dry_run_answer *answer = &result->answer;
    step.namespace = result->namespace;
    step.have = result->live;
    step.become = answer->root;
    step.why = answer->why;
    step.warnings = answer->warnings;
    step.waits_for = answer->waits_for;
    step.is_going = result->is_going;
    take_conflicts(live, result, &step);
    switch (answer->state) {
    case DRY_RUN_ACCEPTED:
        take_accepted(live, result, &step);
        break;
    case DRY_RUN_REFUSED:
        take_refused(live, result, &step);
        break;
    case DRY_RUN_WAITS:
        step.action = PLAN_WAITS;
        compare_step(live, &step, step.become ? step.become : step.want);
        break;
    case DRY_RUN_NOT_ALLOWED:
    case DRY_RUN_NOT_SENT:
    case DRY_RUN_FAILED:
        step.action = PLAN_UNKNOWN;
        break;
    }
    VEC_PUSH(live->arena, &live->plan->steps, step);
}

/* ---- what the change removes ---- */

static void take_gone(struct live *live, const struct cluster_call *call, struct plan_step *step)
{
    const enum cluster_outcome outcome = call->answer.outcome;
    step->have = outcome == CLUSTER_OK ? call->answer.root : NULL;
    step->action = outcome == CLUSTER_OK          ? PLAN_DELETE
                   : outcome == CLUSTER_NOT_FOUND ? PLAN_KEEP
                                                  : PLAN_UNKNOWN;
    if (step->action == PLAN_KEEP)
        step->why = STR("it is not there");
    if (step->action == PLAN_UNKNOWN)
        step->why = str_format(live->arena, "it is to be deleted, but it can't be read: %.*s",
                               STR_FMT(call->answer.error));
}

/* A kind that the server has not has no objects. */
static bool has_kind(struct live *live, const struct plan_object *given, struct plan_step *step)
{
    struct cluster *cluster = live->input->cluster;
    const struct object *object = given->object;
    if (cluster_find(cluster, object->api_version, object->gvk.kind) && object->name.n)
        return true;
    step->action = PLAN_KEEP;
    step->why = object->name.n ? STR("the server has no such kind")
                               : STR("objects of this manifest have names of the server's choice");
    if (object->name.n && cluster_is_unknown(cluster, object->api_version)) {
        step->action = PLAN_UNKNOWN;
        step->why = STR("it is to be deleted, but the server can't say which kinds it has");
    }
    return false;
}

static struct cluster_call *ask_gone(struct live *live, const struct plan_object *given)
{
    const struct object *object = given->object;
    struct cluster_call *call = ARENA_NEW(live->arena, struct cluster_call);
    *call = (struct cluster_call){
        .verb = CLUSTER_GET,
        .resource = cluster_find(live->input->cluster, object->api_version, object->gvk.kind),
        .name = object->name,
        .arena = live->arena,
        .patience_ms = GONE_PATIENCE_MS};
    if (call->resource->namespaced)
        call->namespace = given->namespace.n ? given->namespace : STR("default");
    live->plan->requests++;
    cluster_send(live->input->cluster, call);
    return call;
}

static void find_gone(struct live *live)
{
    const struct plan_input *input = live->input;
    struct {
        VEC(struct cluster_call *);
    } calls = {0};
    const size_t first = live->plan->steps.n;
    for (size_t i = 0; i < input->was_n; i++) {
        if (!live->matches.is_gone[i])
            continue;
        struct plan_step step = plan_step_of(live->arena, &input->was[i]);
        step.want = NULL;
        const bool is_asked = has_kind(live, &input->was[i], &step);
        struct cluster_call *call = is_asked ? ask_gone(live, &input->was[i]) : NULL;
        VEC_PUSH(live->arena, &calls, call);
        VEC_PUSH(live->arena, &live->plan->steps, step);
        while (call && calls.n % GONE_UNDER_WAY_MAX == 0 &&
               cluster_step(input->cluster, GONE_STEP_MS) > 0)
            ;
    }
    while (cluster_step(input->cluster, GONE_STEP_MS) > 0)
        ;
    for (size_t i = 0; i < calls.n; i++)
        if (calls.items[i])
            take_gone(live, calls.items[i], &live->plan->steps.items[first + i]);
}

/* ---- all of them ---- */

static void gather(struct live *live)
{
    const struct plan_input *input = live->input;
    if (input->was)
        plan_match(live->arena, input, &live->matches);
    for (size_t i = 0; i < input->want_n; i++) {
        const struct plan_object *given = &input->want[i];
        const ptrdiff_t was = input->was ? live->matches.was_of[i] : PLAN_NONE;
        if (was != PLAN_NONE && node_equal(input->was[was].object->root, given->object->root)) {
            live->plan->untouched++;
            continue;
        }
        VEC_PUSH(live->arena, &live->asked,
                 ((struct dry_run_object){.object = given->object, .namespace = given->namespace}));
        VEC_PUSH(live->arena, &live->given, given);
    }
}

int plan_live(struct arena *arena, const struct plan_input *input, struct plan *ret_plan,
              struct str *ret_error)
{
    struct live live = {.arena = arena, .input = input, .plan = ret_plan};
    struct dry_run_results results;
    const struct cluster_version *version = cluster_version(input->cluster);
    const struct dry_run_options options = {.cluster = input->cluster,
                                            .way = DRY_RUN_APPLY,
                                            .field_manager = input->field_manager,
                                            .live = true,
                                            .progress = input->progress,
                                            .progress_ctx = input->progress_ctx};
    *ret_plan = (struct plan){.is_live = true,
                              .server = str_dup(arena, version->git_version),
                              .from = input->from,
                              .to = input->to,
                              .notes = input->notes};
    memcpy(ret_plan->key, input->key, sizeof ret_plan->key);
    gather(&live);
    if (dry_run(arena, &options, live.asked.items, live.asked.n, &results, ret_error) < 0)
        return -1;
    ret_plan->requests = results.requests;
    plan_types_init(arena, input, version->minor, &live.types);
    for (size_t i = 0; i < results.n; i++)
        take_result(&live, live.given.items[i], &results.items[i]);
    if (input->was)
        find_gone(&live);
    plan_types_release(&live.types);
    plan_finish(ret_plan);
    return 0;
}
