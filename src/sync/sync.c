/* SPDX-License-Identifier: Apache-2.0 */
/* A pass over a commit, one call a stage; see sync.h. */
#include "sync/sync.h"

#include "sync/sync_pass.h"

static void start_ready(struct sync *sync);

void sync_tell(const struct sync *sync, struct str set, const char *what, struct str object,
               struct str why)
{
    const struct sync_note note = {.set = set, .what = what, .object = object, .why = why};
    if (sync->setting->tell)
        sync->setting->tell(sync->setting->ctx, &note);
}

/* ---- ends ---- */

static void end_set(struct going_set *going, enum set_state state, struct str reason)
{
    struct sync *sync = going->sync;
    struct sync_set *set = sync_set_at(sync, going);
    going->is_done = true;
    set->state = state;
    set->reason = reason;
    const struct sync_note note = {.set = set->name, .what = "done", .why = reason, .state = state};
    if (sync->setting->tell)
        sync->setting->tell(sync->setting->ctx, &note);
}

/* Those that were not begun. */
static void end_rest(struct sync *sync, enum set_state state, struct str reason)
{
    for (size_t i = 0; i < sync->sets.n; i++)
        if (!sync->sets.items[i]->is_done && !sync->sets.items[i]->is_started)
            end_set(sync->sets.items[i], state, reason);
}

/* ---- plan ---- */

static void refuse(struct going_set *going, struct apply_plan *plan, struct str reason)
{
    plan->verdict = APPLY_REFUSED;
    plan->reason = reason;
    sync_tell(going->sync, going->set.name, "refused", (struct str){0}, reason);
}

/* What the gate's own rules say of the set; the server was asked all the same. */
static struct str offline_refusal(struct sync *sync, const struct going_set *going)
{
    struct arena *arena = &sync->arena;
    const struct wanted_set *wanted = going->wanted;
    if (sync->commit->is_broken)
        return STR("the commit can't be evaluated, see its findings");
    if (!wanted || !wanted->refusals)
        return (struct str){0};
    if (!wanted->first)
        return STR("what SOPS encrypted in it can't be decrypted here");
    return str_format(arena, "%zu finding%s, the first: %s: %.*s", wanted->refusals,
                      wanted->refusals == 1 ? "" : "s", wanted->first->rule->id,
                      STR_FMT(wanted->first->message));
}

/* A branch that was set back, or an old job that runs again, would undo what came after it. */
static struct str stray_commit(struct sync *sync, const struct going_set *going)
{
    const struct str applied = going->inventory.status.applied;
    if (sync->setting->rewind || sync->setting->is_pin || !applied.n || !sync->commit->id.n)
        return (struct str){0};
    switch (sync_commit_descends(sync->commit, applied)) {
    case DESCENT_YES:
        break;
    case DESCENT_NO:
        return str_format(
            &sync->arena,
            "%.12s does not come from %.12s, which is applied; go back with `tidegate "
            "rollback`, or say --rewind",
            sync->commit->id.p, applied.p);
    case DESCENT_UNKNOWN:
        return str_format(&sync->arena,
                          "whether it comes from %.12s, which is applied, is beyond the history of "
                          "this clone; fetch all of it (fetch-depth: 0), or say --rewind",
                          applied.p);
    }
    return (struct str){0};
}

static void take_plans(struct sync *sync)
{
    size_t next = 0;
    for (size_t i = 0; i < sync->sets.n; i++) {
        struct going_set *going = sync->sets.items[i];
        if (going->is_done)
            continue;
        struct apply_plan *plan = &sync->plans.items[next++];
        const struct str refusal = offline_refusal(sync, going);
        const struct str stray = stray_commit(sync, going);
        going->plan = plan;
        sync->result.sets.items[i].plan = plan;
        if (refusal.n || stray.n)
            refuse(going, plan, refusal.n ? refusal : stray);
    }
}

static int make_plans(struct sync *sync)
{
    const struct sync_setting *setting = sync->setting;
    struct {
        VEC(struct apply_set);
    } sets = {0};
    for (size_t i = 0; i < sync->sets.n; i++)
        if (!sync->sets.items[i]->is_done)
            VEC_PUSH(&sync->arena, &sets, sync->sets.items[i]->set);
    const struct apply_input input = {.cluster = setting->cluster,
                                      .minor = cluster_version(setting->cluster)->minor,
                                      .limits = setting->limits,
                                      .approvals = &sync->approvals,
                                      .inventories = sync->known.items,
                                      .inventories_n = sync->known.n,
                                      .verify = setting->verify};
    apply_approvals_read(&sync->arena, sync->commit->info.message, &sync->approvals);
    sync_tell(sync, (struct str){0}, "plan", (struct str){0}, (struct str){0});
    if (apply_plan(&sync->arena, &input, sets.items, sets.n, &sync->result.diags, &sync->plans,
                   &sync->result.error) < 0)
        return -1;
    sync->result.requests += sync->plans.requests;
    take_plans(sync);
    return 0;
}

/* ---- apply ---- */

static void tell_step(void *ctx, const struct apply_plan *plan, ptrdiff_t step, const char *what,
                      struct str why)
{
    const struct going_set *going = ctx;
    struct arena arena SCOPED(arena) = {0};
    struct str title = {0};
    if (step >= 0)
        title = plan_title(&arena, &plan->plan.steps.items[step]);
    sync_tell(going->sync, going->set.name, what, title, why);
}

static void on_done(void *ctx, struct apply_run *run)
{
    struct going_set *going = ctx;
    const struct apply_result *result = apply_result(run);
    sync_set_at(going->sync, going)->result = result;
    end_set(going, result->state, result->reason);
    start_ready(going->sync);
}

static void start(struct going_set *going)
{
    struct sync *sync = going->sync;
    const struct sync_setting *setting = sync->setting;
    const struct commit_info *info = &sync->commit->info;
    const struct str digest = going->wanted ? going->wanted->digest : (struct str){0};
    const struct apply_how how = {
        .cluster = setting->cluster,
        .attempt = {.commit = sync->commit->id,
                    .subject = info->subject,
                    .author = info->author,
                    .digest = digest,
                    .trigger = setting->trigger,
                    .who = setting->who,
                    .differs_from_gate =
                        setting->gate && gate_digest_compare(setting->gate, going->set.name,
                                                             digest) == GATE_DIGEST_DIFFERS},
        .wait_ms = setting->wait_ms,
        .no_wait = setting->no_wait,
        .no_prune = setting->no_prune,
        .tell = tell_step,
        .tell_ctx = going};
    going->is_started = true;
    going->run = apply_start(sync_set_at(sync, going)->plan, &how, on_done, going);
}

/* What a set waits for in others. NULL: nothing; `ret_stuck`: it never comes. */
static const struct sync_set *waits_for(struct sync *sync, const struct going_set *going,
                                        bool *ret_stuck)
{
    *ret_stuck = false;
    for (size_t i = 0; going->wanted && i < going->wanted->depends_on->n; i++) {
        struct going_set *other = map_get(&sync->by_name, going->wanted->depends_on->items[i]);
        if (!other || other == going)
            continue; /* it runs elsewhere, or is nowhere, which the gate tells */
        const struct sync_set *set = sync_set_at(sync, other);
        const bool is_well = set->state == SET_READY || set->state == SET_HELD || set->is_skipped;
        if (other->is_done && is_well)
            continue;
        *ret_stuck = other->is_done;
        return set;
    }
    return NULL;
}

/* One after the other, as one may be refused at once and others wait for it. False: no change. */
static bool start_one(struct sync *sync)
{
    for (size_t i = 0; i < sync->sets.n; i++) {
        struct going_set *going = sync->sets.items[i];
        bool is_stuck;
        if (going->is_done || going->is_started)
            continue;
        const struct sync_set *other = waits_for(sync, going, &is_stuck);
        if (other && !is_stuck)
            continue;
        if (other)
            refuse(going, going->plan,
                   str_format(&sync->arena, "it depends on the set %.*s, which is %s",
                              STR_FMT(other->name), set_state_name(other->state)));
        start(going);
        return true;
    }
    return false;
}

static bool is_running(const struct sync *sync)
{
    for (size_t i = 0; i < sync->sets.n; i++)
        if (sync->sets.items[i]->is_started && !sync->sets.items[i]->is_done)
            return true;
    return false;
}

static void start_ready(struct sync *sync)
{
    while (!sync->is_cancelled && start_one(sync))
        ;
    if (sync->is_cancelled)
        end_rest(sync, SET_CANCELLED, STR("a newer commit came, or the end"));
    else if (!is_running(sync))
        end_rest(sync, SET_REFUSED, STR("it depends on itself by way of other sets"));
}

/* Of a dry run. */
static void end_by_plan(struct going_set *going, const struct apply_plan *plan)
{
    static const enum set_state states[] = {
        [APPLY_NOTHING] = SET_READY,
        [APPLY_GO] = SET_PLANNED,
        [APPLY_HELD] = SET_HELD,
        [APPLY_REFUSED] = SET_REFUSED,
    };
    end_set(going, states[plan->verdict], plan->reason);
}

/* ---- the pass ---- */

/* Parents need a namespace to be in. Who may not look or make one is told by the first parent. */
static void make_namespace(struct sync *sync)
{
    struct cluster *cluster = sync->setting->cluster;
    const struct cluster_resource *kind = cluster_find(cluster, STR("v1"), STR("Namespace"));
    struct cluster_call get = {.verb = CLUSTER_GET,
                               .resource = kind,
                               .name = sync->setting->namespace,
                               .arena = &sync->arena};
    if (!kind || sync->known.n)
        return;
    cluster_call(cluster, &get);
    sync->result.requests++;
    if (get.answer.outcome != CLUSTER_NOT_FOUND)
        return;
    struct node *root = node_new(&sync->arena, NODE_MAP);
    struct node *metadata = node_new(&sync->arena, NODE_MAP);
    node_put(&sync->arena, root, STR("apiVersion"), node_new_text(&sync->arena, STR("v1")));
    node_put(&sync->arena, root, STR("kind"), node_new_text(&sync->arena, STR("Namespace")));
    node_put(&sync->arena, root, STR("metadata"), metadata);
    node_put(&sync->arena, metadata, STR("name"),
             node_new_text(&sync->arena, sync->setting->namespace));
    struct cluster_call create = {.verb = CLUSTER_CREATE,
                                  .resource = kind,
                                  .object = root,
                                  .field_manager = STR("tidegate"),
                                  .arena = &sync->arena};
    cluster_call(cluster, &create);
    sync->result.requests++;
}

static void run_stages(struct sync *sync)
{
    if (sync_know(sync) < 0)
        return;
    sync_choose(sync);
    if (make_plans(sync) < 0) {
        end_rest(sync, SET_UNKNOWN, sync->result.error);
        return;
    }
    if (sync->setting->dry_run) {
        for (size_t i = 0; i < sync->sets.n; i++)
            if (!sync->sets.items[i]->is_done)
                end_by_plan(sync->sets.items[i], sync->result.sets.items[i].plan);
        return;
    }
    make_namespace(sync);
    start_ready(sync);
}

struct sync *sync_start(const struct sync_setting *setting, struct sync_commit *commit)
{
    struct sync *sync = xcalloc(1, sizeof *sync);
    sync->setting = setting;
    sync->commit = commit;
    run_stages(sync);
    return sync;
}

bool sync_is_done(const struct sync *sync)
{
    for (size_t i = 0; i < sync->sets.n; i++)
        if (!sync->sets.items[i]->is_done)
            return false;
    return true;
}

void sync_cancel(struct sync *sync)
{
    sync->is_cancelled = true;
    for (size_t i = 0; i < sync->sets.n; i++)
        if (sync->sets.items[i]->is_started && !sync->sets.items[i]->is_done)
            apply_cancel(sync->sets.items[i]->run);
    start_ready(sync);
}

const struct sync_result *sync_result(const struct sync *sync)
{
    return &sync->result;
}

/* From what is well to what is not. */
static int badness(enum set_state state)
{
    static const enum set_state order[] = {
        SET_READY,     SET_ROLLED_BACK, SET_PLANNED, SET_WAITING, SET_HELD,
        SET_CANCELLED, SET_UNHEALTHY,   SET_REFUSED, SET_FAILED,  SET_UNKNOWN,
    };
    for (size_t i = 0; i < ARRAY_LEN(order); i++)
        if (order[i] == state)
            return (int)i;
    return (int)ARRAY_LEN(order);
}

enum set_state sync_worst(const struct sync_result *result)
{
    enum set_state worst = result->error.n ? SET_UNKNOWN : SET_READY;
    for (size_t i = 0; i < result->sets.n; i++)
        if (badness(result->sets.items[i].state) > badness(worst))
            worst = result->sets.items[i].state;
    return worst;
}

void sync_free(struct sync *sync)
{
    if (!sync)
        return;
    for (size_t i = 0; i < sync->sets.n; i++)
        apply_free(sync->sets.items[i]->run);
    diags_release(&sync->result.diags);
    arena_release(&sync->arena);
    free(sync);
}
