/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of all sets, one stage after the other: what is there, what is wanted, what provably
 * stays, a dry run of the rest, whose it is, what is left over. Nothing is written.
 */
#include "apply/apply_plan_internal.h"

/* ---- what is wanted ---- */

static struct str identity_of(struct arena *arena, const struct candidate *candidate)
{
    return member_identity(arena, &candidate->write.member);
}

static void place(struct planning *planning, struct candidate *candidate)
{
    const struct plan_object *given = candidate->given;
    const struct object *object = given->object;
    struct apply_step *write = &candidate->write;
    write->resource = cluster_find(planning->input->cluster, object->api_version, object->gvk.kind);
    const bool namespaced = write->resource ? write->resource->namespaced : given->namespace.n > 0;
    struct str namespace = namespaced ? given->namespace : (struct str){0};
    if (namespaced && !namespace.n)
    namespace = STR("default");
    write->member =
        (struct member){object->gvk.group, object->gvk.kind, namespace, object->name, {0}, false};
    candidate->step.namespace = namespace;
    candidate->sent = *object;
    candidate->sent.identity = identity_of(planning->arena, candidate);
}

static void add_wanting(struct planning *planning, struct str identity, size_t set)
{
    void **slot = map_slot(&planning->wanted, identity);
    if (!*slot)
        *slot = ARENA_NEW(planning->arena, struct wanting);
    struct wanting *wanting = *slot;
    if (!wanting->n || wanting->items[wanting->n - 1] != set)
        VEC_PUSH(planning->arena, wanting, set);
}

/* What a set has that is not looked at now, or not all known, may be wanted all the same. */
static void crowd_inventories(struct planning *planning)
{
    for (size_t i = 0; i < planning->input->inventories_n; i++) {
        const struct inventory *inventory = &planning->input->inventories[i];
        bool is_known = false;
        for (size_t s = 0; s < planning->n; s++)
            is_known |=
                str_eq(planning->sets[s].name, inventory->set) && !planning->sets[s].is_partial;
        for (size_t m = 0; !is_known && m < inventory->members.n; m++)
            if (inventory->members.items[m].namespace.n)
                (void)map_slot(&planning->crowded, inventory->members.items[m].namespace);
    }
}

/* Once, as what a list grows out of stays in the arena. */
static void reserve(struct planning *planning, struct candidates *all)
{
    for (size_t s = 0; s < planning->n; s++)
        all->cap += planning->sets[s].want_n;
    all->items = ARENA_ARRAY(planning->arena, struct candidate, all->cap + 1);
}

/* Each object of all sets has its place before any is looked at: what one set gives up another may
 * take. */
static void gather(struct planning *planning, struct candidates *all)
{
    planning->wanted.arena = planning->crowded.arena = planning->arena;
    crowd_inventories(planning);
    reserve(planning, all);
    for (size_t s = 0; s < planning->n; s++) {
        const struct restarts restarts = plan_restarts(planning, &planning->sets[s]);
        for (size_t i = 0; i < planning->sets[s].want_n; i++) {
            const struct plan_object *given = &planning->sets[s].want[i];
            struct candidate candidate = {.set = s,
                                          .given = given,
                                          .step = plan_step_of(planning->arena, given),
                                          .asked = -1};
            if (restarts.n)
                candidate.digest = restarts.digests[i];
            place(planning, &candidate);
            if (object_is_crd(given->object))
                (void)schema_view_add_crd(&planning->view, given->object->root,
                                          given->object->source);
            if (given->object->name.n)
                add_wanting(planning, candidate.sent.identity, s);
            if (candidate.step.namespace.n)
                (void)map_slot(&planning->crowded, candidate.step.namespace);
            VEC_PUSH(planning->arena, all, candidate);
        }
    }
}

static void refuse(struct candidate *candidate, struct str why)
{
    candidate->step.action = PLAN_REFUSED;
    candidate->step.why = why;
}

/* What can't be sent at all. */
static bool is_unfit(struct planning *planning, struct candidate *candidate)
{
    const struct object *object = candidate->given->object;
    if (!object->name.n) {
        refuse(candidate, STR("it has no name of its own"));
        plan_tell(planning, candidate, RULE_SYNC_NAMELESS, STR("metadata"), "",
                  candidate->step.why);
        return true;
    }
    if (object->sops || object->unknowns) {
        refuse(candidate, object->sops ? STR("it is encrypted by SOPS")
                                       : STR("it has variables whose values are not known here"));
        plan_tell(planning, candidate, RULE_DRY_RUN_NOT_SENT, (struct str){0}, "",
                  candidate->step.why);
        return true;
    }
    return false;
}

/* What two sets want they would take from each other for ever. Who has it keeps it; when none has,
 * neither gets it. */
static bool is_disputed(struct planning *planning, struct candidate *candidate)
{
    const struct apply_set *other =
        plan_wanted_by_other(planning, candidate->sent.identity, candidate->set);
    const struct inventory *mine = planning->sets[candidate->set].inventory;
    if (!other || (candidate->live && str_eq(candidate->live->part_of, mine->id)))
        return false;
    refuse(candidate,
           str_format(planning->arena, "the set '%.*s' wants it, too; leave it out of one of them",
                      STR_FMT(other->name)));
    plan_tell(planning, candidate, RULE_SYNC_OTHER_OWNER, STR("metadata.name"), "",
              candidate->step.why);
    return true;
}

/* Whether a request is needed. */
static bool look(struct planning *planning, struct candidate *candidate)
{
    const struct apply_set *set = &planning->sets[candidate->set];
    const struct live_object *live = map_get(&planning->live, candidate->sent.identity);
    const bool is_ours = live && str_eq(live->part_of, set->inventory->id);
    candidate->live = live;
    candidate->write.force = true;
    if (is_unfit(planning, candidate) || is_disputed(planning, candidate))
        return false;
    candidate->write.body = plan_body(planning, candidate);
    candidate->sent.root = candidate->step.want = candidate->write.body;
    if (!is_ours)
        return true;
    const struct node *metadata = node_get(live->root, STR("metadata"));
    candidate->step.have = live->root;
    candidate->write.uid = node_get_text(metadata, STR("uid"));
    candidate->write.resource_version = node_get_text(metadata, STR("resourceVersion"));
    candidate->step.is_going = node_get_text(metadata, STR("deletionTimestamp")).n > 0;
    const struct owned_input input = {.live = live->root,
                                      .want = candidate->write.body,
                                      .manager = set->inventory->parent,
                                      .view = &planning->view};
    owned_compare(planning->arena, &input, &candidate->owned);
    if (candidate->owned.verdict != OWNED_SAME || planning->input->verify ||
        candidate->step.is_going)
        return true;
    candidate->step.action = PLAN_KEEP;
    return false;
}

/* ---- what the server says ---- */

/* What our entry of managedFields says, so that a change of ownership alone is seen. */
static const struct node *fields_of(const struct node *root, struct str manager)
{
    const struct node *list = node_get(node_get(root, STR("metadata")), STR("managedFields"));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("manager")), manager) &&
            str_is(node_get_text(it.value, STR("operation")), "Apply") &&
            !node_get(it.value, STR("subresource")))
            return node_get(it.value, STR("fieldsV1"));
    return NULL;
}

static void compare(struct planning *planning, struct candidate *candidate)
{
    struct kind_info kind;
    struct plan_step *step = &candidate->step;
    const struct str manager = planning->sets[candidate->set].inventory->parent;
    const bool is_known = schema_find_kind(&planning->view, step->gvk.group, step->gvk.version,
                                           step->gvk.kind, &kind) == KIND_SERVED;
    const struct plan_compare how = {.kind = is_known ? &kind : NULL,
                                     .minor = planning->input->minor,
                                     .is_secret = step->is_secret};
    plan_compare(planning->arena, &how, step->have, step->become, &step->changes);
    const bool owns_alike =
        node_equal(fields_of(step->have, manager), fields_of(step->become, manager));
    step->action =
        step->changes.n || !owns_alike || candidate->write.is_taken ? PLAN_UPDATE : PLAN_KEEP;
}

/* It carries no label of ours: whose is it? False: it is refused. What is not there is nobody's. */
static bool take_stranger(struct planning *planning, struct candidate *candidate)
{
    struct str why;
    enum cluster_outcome outcome = CLUSTER_OK;
    const struct node *live =
        candidate->live ? candidate->live->root
                        : plan_get(planning, candidate->write.resource, candidate->step.namespace,
                                   candidate->sent.name, &outcome);
    if (!live && outcome == CLUSTER_NOT_FOUND)
        return true;
    if (!live) {
        refuse(candidate,
               str_format(planning->arena, "whether it is there, and whose, can't be read: %s",
                          cluster_outcome_name(outcome)));
        plan_tell(planning, candidate, RULE_SYNC_OTHER_OWNER, STR("metadata.name"),
                  "let the engine's account read this kind", candidate->step.why);
        return false;
    }
    const struct node *metadata = node_get(live, STR("metadata"));
    candidate->step.have = live;
    candidate->write.uid = node_get_text(metadata, STR("uid"));
    candidate->write.resource_version = node_get_text(metadata, STR("resourceVersion"));
    if (plan_may_take(planning, candidate, live, &why))
        return true;
    refuse(candidate, why);
    plan_tell(planning, candidate, RULE_SYNC_OTHER_OWNER, STR("metadata.name"), "", why);
    return false;
}

/* "stop" of the settings: a field that somebody else has. What is to be left and was not, as no
 * rule says which field, is not taken either. */
static bool is_stopped(struct planning *planning, struct candidate *candidate,
                       const struct dry_run_result *result)
{
    bool is = false;
    for (size_t i = 0; i < result->conflicts.n; i++) {
        const struct cluster_cause *cause = &result->conflicts.items[i];
        const struct config_conflict *rule = plan_conflict_rule(planning, candidate, cause);
        if (!rule || rule->then == SYNC_TAKE || (rule->then == SYNC_LEAVE && rule->field.n))
            continue;
        refuse(candidate,
               str_format(planning->arena, "field manager %.*s has %.*s",
                          STR_FMT(plan_conflict_manager(cause->message)), STR_FMT(cause->field)));
        plan_tell(planning, candidate, RULE_SYNC_CONFLICT, cause->field,
                  rule->then == SYNC_LEAVE ? "name the field in the rule that leaves it" : "",
                  candidate->step.why);
        is = true;
    }
    return is;
}

static bool may_replace(const struct planning *planning, const struct candidate *candidate)
{
    static const char *const never[] = {"Namespace", "CustomResourceDefinition",
                                        "PersistentVolumeClaim", "PersistentVolume"};
    const struct config_sync *settings = planning->sets[candidate->set].settings;
    for (size_t i = 0; i < ARRAY_LEN(never); i++)
        if (str_is(candidate->step.gvk.kind, never[i]))
            return false;
    for (size_t i = 0; i < settings->replace.n; i++)
        if (apply_names(settings->replace.items[i], &candidate->step))
            return true;
    return str_is(plan_annotation(candidate->given->object->root, "tidegate.dev/replace"), "true");
}

/* Only what the server would make anew is deleted: its content is tried under another name. */
static bool would_be_made(struct planning *planning, struct candidate *candidate,
                          struct str *ret_why)
{
    struct node *body = node_copy(planning->arena, candidate->write.body);
    struct node *metadata = (struct node *)(uintptr_t)node_get(body, STR("metadata"));
    const struct str name = candidate->sent.name;
    node_put(planning->arena, metadata, STR("name"),
             node_new_text(planning->arena,
                           str_format(planning->arena, "%.*s-tidegate",
                                      STR_FMT(str_sub(name, 0, MIN_OF(name.n, (size_t)40))))));
    struct cluster_call call = {.verb = CLUSTER_CREATE,
                                .resource = candidate->write.resource,
                                .namespace = candidate->step.namespace,
                                .object = body,
                                .dry_run = true,
                                .field_manager = STR("tidegate"),
                                .field_validation = STR("Strict"),
                                .arena = planning->arena};
    cluster_call(planning->input->cluster, &call);
    planning->plans->requests++;
    *ret_why = call.answer.error;
    return call.answer.outcome == CLUSTER_OK;
}

static void take_immutable(struct planning *planning, struct candidate *candidate,
                           const struct dry_run_result *result)
{
    struct str why;
    struct plan_step *step = &candidate->step;
    if (!may_replace(planning, candidate)) {
        refuse(candidate, result->answer.why);
        plan_tell(planning, candidate, RULE_SYNC_IMMUTABLE,
                  result->answer.status.causes.items[0].field,
                  "leave it as it is, or annotate the object with tidegate.dev/replace: \"true\"",
                  dry_run_words(planning->arena, &candidate->sent, result->answer.why));
        return;
    }
    if (would_be_made(planning, candidate, &why)) {
        step->action = PLAN_REPLACE;
        return;
    }
    refuse(candidate, str_format(planning->arena, "it would not be made again: %.*s",
                                 STR_FMT(dry_run_words(planning->arena, &candidate->sent, why))));
    plan_tell(planning, candidate, RULE_SYNC_IMMUTABLE, (struct str){0}, "", step->why);
}

static void take_refused(struct planning *planning, struct candidate *candidate,
                         const struct dry_run_result *result)
{
    /* Only a refused change of what is there can be one of what never changes. */
    const bool may_be_there =
        candidate->write.resource && result->answer.outcome == CLUSTER_INVALID;
    if (!candidate->step.have && may_be_there && !take_stranger(planning, candidate))
        return;
    if (candidate->step.have &&
        plan_is_immutable(&result->answer, candidate->given->object, candidate->step.have)) {
        take_immutable(planning, candidate, result);
        return;
    }
    refuse(candidate, result->answer.why);
    plan_tell_refused(planning, candidate, result);
}

static void take_accepted(struct planning *planning, struct candidate *candidate,
                          const struct dry_run_result *result)
{
    const struct str version =
        node_get_text(node_get(result->answer.root, STR("metadata")), STR("resourceVersion"));
    struct plan_step *step = &candidate->step;
    step->become = result->answer.root;
    if (is_stopped(planning, candidate, result))
        return;
    if (!step->have && (!version.n || result->answer.status.code == 201)) {
        step->action = PLAN_CREATE;
        return;
    }
    if (!step->have && !take_stranger(planning, candidate))
        return;
    if (!step->have) { /* it went away since */
        step->action = PLAN_CREATE;
        return;
    }
    step->is_going |= result->is_going;
    compare(planning, candidate);
    if (step->is_going)
        step->action = PLAN_UPDATE; /* it is waited for, and made anew */
}

static enum rule_id unasked_rule(enum dry_run_state state)
{
    return state == DRY_RUN_NOT_ALLOWED ? RULE_DRY_RUN_NOT_ALLOWED
           : state == DRY_RUN_NOT_SENT  ? RULE_DRY_RUN_NOT_SENT
                                        : RULE_DRY_RUN_FAILED;
}

/* What waits for a role, an account or a class may be there and be somebody else's. In a namespace
 * or of a kind that is not there yet there is nothing. */
static void take_waiting(struct planning *planning, struct candidate *candidate,
                         const struct dry_run_result *result)
{
    const struct dry_run_answer *answer = &result->answer;
    const struct node *metadata = node_get(answer->root, STR("metadata"));
    const bool is_new = answer->root && !node_get_text(metadata, STR("resourceVersion")).n;
    const bool is_nowhere =
        !result->resource || (answer->waits_for && (object_is(answer->waits_for, "", "Namespace") ||
                                                    object_is_crd(answer->waits_for)));
    const bool has_root = answer->root != NULL;
    if (is_stopped(planning, candidate, result))
        return;
    if (!candidate->step.have && !is_new && (has_root || !is_nowhere) &&
        !take_stranger(planning, candidate))
        return;
    candidate->step.action = PLAN_WAITS;
    candidate->step.why = answer->why;
}

static void take_result(struct planning *planning, struct candidate *candidate,
                        const struct dry_run_result *result)
{
    struct plan_step *step = &candidate->step;
    const struct dry_run_answer *answer = &result->answer;
    step->warnings = answer->warnings;
    step->waits_for = answer->waits_for;
    switch (answer->state) {
    case DRY_RUN_ACCEPTED:
        take_accepted(planning, candidate, result);
        if (result->has_pod && result->pod.state == DRY_RUN_REFUSED && result->pods > 0) {
            refuse(candidate, result->pod.why);
            plan_tell_refused(planning, candidate, result);
        }
        return;
    case DRY_RUN_REFUSED:
        take_refused(planning, candidate, result);
        return;
    case DRY_RUN_WAITS:
        take_waiting(planning, candidate, result);
        return;
    case DRY_RUN_NOT_ALLOWED:
    case DRY_RUN_NOT_SENT:
    case DRY_RUN_FAILED:
        refuse(candidate, answer->why);
        plan_tell(planning, candidate, unasked_rule(answer->state), (struct str){0}, "",
                  answer->why);
        return;
    }
}

static int ask(struct planning *planning, struct candidates *all)
{
    struct {
        VEC(struct dry_run_object);
    } asked = {0};
    struct dry_run_results results = {0};
    for (size_t i = 0; i < all->n; i++) {
        struct candidate *candidate = &all->items[i];
        if (!look(planning, candidate))
            continue;
        candidate->asked = (ptrdiff_t)asked.n;
        VEC_PUSH(planning->arena, &asked,
                 ((struct dry_run_object){.object = &candidate->sent,
                                          .namespace = candidate->step.namespace,
                                          .field_manager =
                                              planning->sets[candidate->set].inventory->parent}));
    }
    const struct dry_run_options options = {
        .cluster = planning->input->cluster, .way = DRY_RUN_APPLY, .pods = planning->input->pods};
    if (asked.n &&
        dry_run(planning->arena, &options, asked.items, asked.n, &results, &planning->error) < 0)
        return -1;
    planning->plans->requests += results.requests;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].asked >= 0)
            take_result(planning, &all->items[i], &results.items[all->items[i].asked]);
    return 0;
}

/* ---- plans ---- */

struct pair {
    const void *key; /* the object of the step */
    const struct apply_step *write;
};

static int pair_cmp(const void *a, const void *b)
{
    const uintptr_t left = (uintptr_t)((const struct pair *)a)->key;
    const uintptr_t right = (uintptr_t)((const struct pair *)b)->key;
    return left < right ? -1 : left > right;
}

/* Steps are sorted for people, and what is written follows them. */
static void sort_together(struct planning *planning, struct apply_plan *plan, struct pair *pairs,
                          size_t n)
{
    qsort(pairs, n, sizeof *pairs, pair_cmp);
    plan_finish(&plan->plan);
    for (size_t i = 0; i < plan->plan.steps.n; i++) {
        const struct pair key = {plan->plan.steps.items[i].object, NULL};
        const struct pair *found = bsearch(&key, pairs, n, sizeof *pairs, pair_cmp);
        VEC_PUSH(planning->arena, &plan->steps, *found->write);
    }
}

/* Steps of what is not there any more have no object of their own. */
static void give_object(struct planning *planning, struct candidate *candidate)
{
    if (candidate->step.object)
        return;
    struct object *object = ARENA_NEW(planning->arena, struct object);
    *object = (struct object){.gvk = candidate->step.gvk,
                              .namespace = candidate->step.namespace,
                              .name = candidate->step.name,
                              .list_index = -1};
    candidate->step.object = object;
}

static void add_all(struct planning *planning, struct apply_plan *plan, size_t set,
                    struct candidates *from, struct pair *pairs, size_t *n)
{
    for (size_t i = 0; i < from->n; i++) {
        struct candidate *candidate = &from->items[i];
        if (candidate->set != set)
            continue;
        give_object(planning, candidate);
        pairs[(*n)++] = (struct pair){candidate->step.object, &candidate->write};
        VEC_PUSH(planning->arena, &plan->plan.steps, candidate->step);
    }
}

static bool is_emptied(struct planning *planning, const struct apply_set *set)
{
    if (set->is_removed || set->want_n || !set->inventory->members.n ||
        plan_approves(planning, set, NULL))
        return false;
    planning->diags->at = (struct diag_at){.set = set->name, .versions = 1};
    struct diag *diag =
        diag_add(planning->diags, RULE_SYNC_EMPTY_SET, (struct span){0, 0}, (struct str){0},
                 "the set has %zu objects in the cluster, and the commit has none for it",
                 set->inventory->members.n);
    diag_hint(planning->diags, diag,
              "bring them back, or approve it with a line Tidegate-Prune: %.*s in the message of "
              "the commit",
              STR_FMT(plan_set_word(set)));
    return true;
}

static void judge(struct planning *planning, struct apply_plan *plan)
{
    struct arena *arena = planning->arena;
    const size_t refused = plan->plan.counts[PLAN_REFUSED];
    const size_t changes = plan->plan.counts[PLAN_CREATE] + plan->plan.counts[PLAN_UPDATE] +
                           plan->plan.counts[PLAN_REPLACE] + plan->plan.counts[PLAN_WAITS] +
                           plan->plan.counts[PLAN_DELETE];
    size_t held = 0, leaves = 0, unrecorded = 0;
    for (size_t i = 0; i < plan->steps.n; i++) {
        held += plan->steps.items[i].is_held;
        leaves += plan->steps.items[i].leaves;
        /* A record that was lost or cut: what is wanted and there is to be in it again. */
        unrecorded += plan->steps.items[i].body &&
                      !inventory_find(plan->set->inventory, &plan->steps.items[i].member);
    }
    plan->prunes = plan->plan.counts[PLAN_DELETE];
    plan->verdict = changes || leaves || unrecorded ? APPLY_GO : APPLY_NOTHING;
    if (held) {
        plan->verdict = APPLY_HELD;
        plan->reason = str_format(arena, "%zu deletion%s wait%s for an approval", held,
                                  held == 1 ? "" : "s", held == 1 ? "s" : "");
    }
    if (is_emptied(planning, plan->set)) {
        plan->verdict = APPLY_REFUSED;
        plan->reason = STR("the commit has no objects for the set any more");
    }
    if (refused) {
        plan->verdict = APPLY_REFUSED;
        plan->reason =
            str_format(arena, "%zu object%s refused", refused, refused == 1 ? " is" : "s are");
    }
    if (!plan->set->inventory->is_ours) {
        plan->verdict = APPLY_REFUSED;
        plan->reason = str_format(arena,
                                  "its record belongs to %.*s; take it back by adopt: "
                                  "[kubectl]",
                                  STR_FMT(plan->set->inventory->tooling));
    }
}

static void make_plan(struct planning *planning, size_t index, struct candidates *all)
{
    const struct apply_set *set = &planning->sets[index];
    struct candidates gone = {0};
    size_t n = 0;
    plan_prunes(planning, index, &gone);
    plan_guard(planning, index, &gone);
    struct apply_plan plan = {.set = set, .diags = planning->diags};
    struct pair *pairs = ARENA_ARRAY(planning->arena, struct pair, set->want_n + gone.n + 1);
    plan.plan.is_live = true;
    plan.plan.knows_prunes = true;
    plan.plan.server = cluster_version(planning->input->cluster)->git_version;
    memcpy(plan.plan.key, set->inventory->key, PLAN_KEY);
    add_all(planning, &plan, index, all, pairs, &n);
    add_all(planning, &plan, index, &gone, pairs, &n);
    sort_together(planning, &plan, pairs, n);
    judge(planning, &plan);
    VEC_PUSH(planning->arena, planning->plans, plan);
}

int apply_plan(struct arena *arena, const struct apply_input *input, const struct apply_set *sets,
               size_t n, struct diags *diags, struct apply_plans *ret_plans, struct str *ret_error)
{
    struct candidates all = {0};
    *ret_plans = (struct apply_plans){0};
    struct planning planning = {
        .arena = arena, .input = input, .sets = sets, .n = n, .diags = diags, .plans = ret_plans};
    const unsigned minor = MAX_OF(input->minor, schema_minor_min());
    schema_view_init(&planning.view, arena, MIN_OF(minor, schema_minor_max()));
    gather(&planning, &all);
    int result = plan_read_live(&planning);
    if (result == 0)
        result = ask(&planning, &all);
    for (size_t i = 0; result == 0 && i < n; i++)
        make_plan(&planning, i, &all);
    schema_view_release(&planning.view);
    if (result < 0)
        *ret_error = planning.error;
    return result;
}
