/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of a dry run: of each object one after the other, of many objects at once. How many
 * are on the wire at a time is the cluster's; here no more are begun than keep it busy, as what is
 * queued grows old.
 */
#include "plan/dry_run_internal.h"

#include "pod/pod.h"

enum {
    UNDER_WAY_MAX = 32,
    STEP_MS = 1000,
    PATIENCE_MS = 20000,
    DEAD_MAX = 8, /* calls in a row that ended without an answer: the server is gone */
    NEEDS_MAX = 3,
};

enum stage { STAGE_LIVE, STAGE_OBJECT, STAGE_FORCED, STAGE_REST, STAGE_POD, STAGE_POD_REST };

struct run {
    struct arena *arena;
    const struct dry_run_options *options;
    const struct dry_run_object *objects;
    struct dry_run_results *results;
    struct brings brings;
    struct map new_accounts; /* "namespace/name" -> const struct object, which is not there yet */
    struct cluster_resource const *pods;
    struct str manager;
    size_t next, under_way, done;
    unsigned dead;
    struct str dead_why;
};

/* One object on its way. */
struct going {
    struct run *run;
    struct str manager;
    struct dry_run_result *result;
    enum stage stage;
    const struct node *body; /* of a Pod from which something was taken out, or of a template */
    unsigned needs;
};

static void on_done(struct cluster_call *call);

/* ---- sending ---- */

static struct cluster_call *new_call(struct going *going, const struct cluster_resource *resource)
{
    struct run *run = going->run;
    struct cluster_call *call = ARENA_NEW(run->arena, struct cluster_call);
    *call = (struct cluster_call){.resource = resource,
                                  .namespace = going->result->namespace,
                                  .arena = run->arena,
                                  .patience_ms = PATIENCE_MS,
                                  .done = on_done,
                                  .ctx = going};
    return call;
}

static void send(struct going *going, struct cluster_call *call, enum stage stage)
{
    going->stage = stage;
    going->result->requests++;
    going->run->results->requests++;
    cluster_send(going->run->options->cluster, call);
}

static void send_write(struct going *going, struct cluster_call *call, enum stage stage)
{
    call->dry_run = true;
    call->field_manager = going->manager;
    call->field_validation = STR("Strict");
    send(going, call, stage);
}

static void finish(struct going *going)
{
    struct run *run = going->run;
    run->under_way--;
    run->done++;
    if (run->options->progress)
        run->options->progress(run->options->progress_ctx, run->done, run->results->n);
}

static void send_object(struct going *going, enum stage stage)
{
    struct dry_run_result *result = going->result;
    struct cluster_call *call = new_call(going, result->resource);
    /* What can't be sent was sorted out before. */
    if (!dry_run_body(result->object, going->run->options->way, call, &result->answer.why)) {
        finish(going);
        return;
    }
    if (going->body) {
        call->object = going->body;
        call->text = call->content_type = (struct str){0};
    }
    call->force = stage != STAGE_OBJECT && call->verb == CLUSTER_APPLY;
    send_write(going, call, stage);
}

static void send_pod(struct going *going, enum stage stage)
{
    struct cluster_call *call = new_call(going, going->run->pods);
    call->verb = CLUSTER_CREATE;
    call->object = going->body;
    send_write(going, call, stage);
}

static void send_live(struct going *going)
{
    struct cluster_call *call = new_call(going, going->result->resource);
    call->verb = CLUSTER_GET;
    call->name = going->result->object->name;
    send(going, call, STAGE_LIVE);
}

/* ---- answers ---- */

static void take_answer(struct going *going, const struct cluster_call *call, bool is_pod,
                        struct dry_run_answer *answer)
{
    struct run *run = going->run;
    answer->outcome = call->answer.outcome;
    answer->status = call->answer.status;
    answer->root = answer->outcome == CLUSTER_OK ? call->answer.root : NULL;
    answer->warnings = call->answer.warnings;
    const struct judging judging = {.arena = run->arena,
                                    .brings = &run->brings,
                                    .object = going->result->object,
                                    .namespace = going->result->namespace,
                                    .pod = is_pod ? going->body : NULL,
                                    .error = call->answer.error};
    dry_run_judge(&judging, answer);
}

/* A Pod waits for what can be taken out of it: the server looks at the rest then. */
static bool take_out(struct going *going, const struct cluster_call *call, const struct node *pod,
                     const struct dry_run_answer *answer)
{
    struct str name;
    if (answer->state != DRY_RUN_WAITS || going->needs == NEEDS_MAX)
        return false;
    const struct pod_need *need = dry_run_need(call->answer.status.message, &name);
    if (!need)
        return false;
    going->needs++;
    going->body = dry_run_without(going->run->arena, pod, need);
    return true;
}

/* It is accepted but for what is not there yet. */
static void settle(struct run *run, struct dry_run_answer *answer)
{
    if (answer->state != DRY_RUN_ACCEPTED || !answer->waits_for)
        return;
    answer->state = DRY_RUN_WAITS;
    answer->why = str_format(run->arena, "%.*s is not there yet",
                             STR_FMT(object_title(run->arena, answer->waits_for)));
}

/* What the object is refused for its own sake, its Pods would be, too, or nobody can say. */
static bool wants_pod(const struct going *going)
{
    const struct dry_run_answer *answer = &going->result->answer;
    if (!going->run->options->pods || !going->run->pods || going->run->dead >= DEAD_MAX)
        return false;
    return answer->state == DRY_RUN_ACCEPTED ||
           (answer->state == DRY_RUN_REFUSED && answer->outcome != CLUSTER_MALFORMED &&
            answer->outcome != CLUSTER_NOT_FOUND);
}

static struct str account_key(const struct going *going, struct str name)
{
    return str_format(going->run->arena, "%.*s/%.*s", STR_FMT(going->result->namespace),
                      STR_FMT(name));
}

static void note_new_account(const struct going *going)
{
    const struct dry_run_result *result = going->result;
    if (object_is(result->object, "", "ServiceAccount") &&
        result->answer.state == DRY_RUN_ACCEPTED && result->answer.status.code == 201)
        map_put(&going->run->new_accounts, account_key(going, result->object->name),
                (void *)(uintptr_t)result->object);
}

/* An account that the server has just said it would make is not there for the Pod: asking about the
 * Pod with it would only tell that again. */
static void leave_out_new_account(struct going *going)
{
    const struct str name =
        node_get_text(node_get(going->body, STR("spec")), STR("serviceAccountName"));
    const struct object *account =
        name.n ? map_get(&going->run->new_accounts, account_key(going, name)) : NULL;
    if (!account)
        return;
    going->needs++;
    going->body = dry_run_without(going->run->arena, going->body, dry_run_need_account());
    going->result->pod.waits_for = account;
}

/* The object is settled; what is left is its template. */
static void go_on_with_pod(struct going *going)
{
    struct dry_run_result *result = going->result;
    struct pod view;
    if (!dry_run_template(result->object).n || !pod_of(result->object, &view)) {
        finish(going);
        return;
    }
    struct object seen = *result->object;
    seen.root = result->answer.root ? result->answer.root : result->object->root;
    result->has_pod = going->run->options->pods;
    result->pods = pod_of(&seen, &view) ? pod_count(&view) : 0;
    going->body =
        wants_pod(going) ? dry_run_pod(going->run->arena, result->object, seen.root) : NULL;
    if (going->body) {
        going->run->results->templates++;
        leave_out_new_account(going);
        send_pod(going, STAGE_POD);
        return;
    }
    /* It shares the object's fate. */
    result->pod = (struct dry_run_answer){.state = result->answer.state,
                                          .outcome = result->answer.outcome,
                                          .waits_for = result->answer.waits_for,
                                          .why = result->answer.why};
    finish(going);
}

static void after_object(struct going *going, const struct cluster_call *call)
{
    struct dry_run_result *result = going->result;
    const bool is_pod = object_is(result->object, "", "Pod");
    take_answer(going, call, false, &result->answer);
    if (going->stage == STAGE_OBJECT && result->answer.outcome == CLUSTER_CONTESTED) {
        result->conflicts = result->answer.status.causes;
        result->answer = (struct dry_run_answer){0};
        send_object(going, STAGE_FORCED);
        return;
    }
    if (is_pod &&
        take_out(going, call, going->body ? going->body : result->object->root, &result->answer)) {
        send_object(going, STAGE_REST);
        return;
    }
    going->body = NULL;
    settle(going->run, &result->answer);
    note_new_account(going);
    result->is_going =
        node_get_text(node_get(result->answer.root, STR("metadata")), STR("deletionTimestamp")).n >
        0;
    go_on_with_pod(going);
}

static void after_pod(struct going *going, const struct cluster_call *call)
{
    struct dry_run_answer *answer = &going->result->pod;
    take_answer(going, call, true, answer);
    if (take_out(going, call, going->body, answer)) {
        send_pod(going, STAGE_POD_REST);
        return;
    }
    settle(going->run, answer);
    finish(going);
}

static void after_live(struct going *going, const struct cluster_call *call)
{
    going->result->live_outcome = call->answer.outcome;
    if (call->answer.outcome == CLUSTER_OK)
        going->result->live = call->answer.root;
    send_object(going, STAGE_OBJECT);
}

/* Who does not answer for long does not get everything else, too. */
static void watch_for_death(struct run *run, const struct cluster_call *call)
{
    const enum cluster_outcome outcome = call->answer.outcome;
    const bool is_dead = outcome == CLUSTER_UNREACHED || outcome == CLUSTER_UNSURE ||
                         outcome == CLUSTER_UNTRUSTED || outcome == CLUSTER_UNAUTHORIZED;
    run->dead = is_dead ? run->dead + 1 : 0;
    if (is_dead)
        run->dead_why = call->answer.error;
}

static void on_done(struct cluster_call *call)
{
    struct going *going = call->ctx;
    watch_for_death(going->run, call);
    switch (going->stage) {
    case STAGE_LIVE:
        after_live(going, call);
        return;
    case STAGE_OBJECT:
    case STAGE_FORCED:
    case STAGE_REST:
        after_object(going, call);
        return;
    case STAGE_POD:
    case STAGE_POD_REST:
        after_pod(going, call);
        return;
    }
}

/* ---- all of them ---- */

/* The server has no such kind: the run may bring it, or nobody knows, as the server can't say which
 * kinds of a group it has just now. */
static void judge_kind(struct run *run, const struct object *object,
                       const struct object *definition, struct dry_run_answer *answer)
{
    answer->waits_for = definition;
    answer->outcome = CLUSTER_NOT_FOUND;
    if (answer->waits_for) {
        answer->state = DRY_RUN_WAITS;
        answer->why = str_format(run->arena, "%.*s is not there yet",
                                 STR_FMT(object_title(run->arena, answer->waits_for)));
    } else if (cluster_is_unknown(run->options->cluster, object->api_version)) {
        answer->state = DRY_RUN_FAILED;
        answer->outcome = CLUSTER_FAULT;
        answer->why = str_format(run->arena, "the server can't say which kinds of %.*s it has",
                                 STR_FMT(object->api_version));
    } else {
        answer->state = DRY_RUN_REFUSED;
        answer->why = str_format(run->arena, "the server has no kind %.*s in %.*s",
                                 STR_FMT(object->gvk.kind), STR_FMT(object->api_version));
    }
}

static struct str namespace_of(const struct dry_run_object *asked,
                               const struct cluster_resource *resource)
{
    if (!resource || !resource->namespaced)
        return resource ? (struct str){0} : asked->namespace;
    if (asked->namespace.n)
        return asked->namespace;
    return asked->object->namespace.n ? asked->object->namespace : STR("default");
}

/* Where each is, before any is sent: what needs another looks for it there. */
static void place(struct run *run)
{
    for (size_t i = 0; i < run->results->n; i++) {
        struct dry_run_result *result = &run->results->items[i];
        const struct object *object = run->objects[i].object;
        result->object = object;
        result->resource =
            cluster_find(run->options->cluster, object->api_version, object->gvk.kind);
        result->namespace = namespace_of(&run->objects[i], result->resource);
    }
    brings_index(run->arena, run->results, &run->brings);
}

static void begin(struct run *run, size_t index)
{
    struct dry_run_result *result = &run->results->items[index];
    const struct object *object = result->object;
    struct cluster_call trial = {0};
    struct going *going = ARENA_NEW(run->arena, struct going);
    const struct str manager = run->objects[index].field_manager;
    *going =
        (struct going){.run = run, .result = result, .manager = manager.n ? manager : run->manager};
    result->definition = brings_kind(&run->brings, object->api_version, object->gvk.kind);
    run->under_way++;
    if (!dry_run_body(object, run->options->way, &trial, &result->answer.why)) {
        result->answer.state = DRY_RUN_NOT_SENT;
    } else if (!result->resource) {
        judge_kind(run, object, result->definition, &result->answer);
    } else if (run->dead >= DEAD_MAX) {
        result->answer.state = DRY_RUN_FAILED;
        result->answer.outcome = CLUSTER_UNREACHED;
        result->answer.why = run->dead_why;
    } else {
        run->results->objects++;
        if (run->options->live && object->name.n)
            send_live(going);
        else
            send_object(going, STAGE_OBJECT);
        return;
    }
    finish(going);
}

/* ---- definitions that change ---- */

static struct dry_run_result *result_of(const struct run *run, const struct object *object)
{
    for (size_t i = 0; i < run->results->n; i++)
        if (run->results->items[i].object == object)
            return &run->results->items[i];
    return NULL;
}

/* Whether the run changes a definition, as the server would have it. */
static bool changes(struct run *run, struct dry_run_result *crd, struct map *known)
{
    const struct object *object = crd->object;
    if (!crd->answer.root || !crd->resource)
        return false;
    if (!crd->live && !map_has(known, object->name)) {
        struct cluster_call call = {.verb = CLUSTER_GET,
                                    .resource = crd->resource,
                                    .name = object->name,
                                    .patience_ms = PATIENCE_MS,
                                    .arena = run->arena};
        map_put(known, object->name, crd);
        crd->requests++;
        run->results->requests++;
        cluster_call(run->options->cluster, &call);
        crd->live_outcome = call.answer.outcome;
        crd->live = call.answer.outcome == CLUSTER_OK ? call.answer.root : NULL;
    }
    return crd->live &&
           !node_equal(node_get(crd->live, STR("spec")), node_get(crd->answer.root, STR("spec")));
}

/* The server judges by the definition that it has. When the run brings another one, what it says of
 * the object's form is of no use. */
static void wait_for_definitions(struct run *run)
{
    struct map known = {.arena = run->arena};
    for (size_t i = 0; i < run->results->n && run->dead < DEAD_MAX; i++) {
        struct dry_run_result *result = &run->results->items[i];
        struct dry_run_answer *answer = &result->answer;
        if (!result->definition || answer->state != DRY_RUN_REFUSED ||
            (answer->outcome != CLUSTER_INVALID && answer->outcome != CLUSTER_MALFORMED))
            continue;
        struct dry_run_result *crd = result_of(run, result->definition);
        if (!crd || !changes(run, crd, &known))
            continue;
        answer->state = DRY_RUN_WAITS;
        answer->waits_for = result->definition;
        answer->why = str_format(run->arena, "%.*s is another one as yet",
                                 STR_FMT(object_title(run->arena, result->definition)));
    }
}

static bool was_answered(const struct dry_run_results *results)
{
    bool was_asked = false;
    for (size_t i = 0; i < results->n; i++) {
        const struct dry_run_result *result = &results->items[i];
        if (!result->requests)
            continue;
        was_asked = true;
        if (result->answer.state != DRY_RUN_FAILED || result->answer.status.code)
            return true;
    }
    return !was_asked;
}

int dry_run(struct arena *arena, const struct dry_run_options *options,
            const struct dry_run_object *objects, size_t n, struct dry_run_results *ret_results,
            struct str *ret_error)
{
    struct run run = {.arena = arena,
                      .options = options,
                      .objects = objects,
                      .results = ret_results,
                      .pods = cluster_find(options->cluster, STR("v1"), STR("Pod")),
                      .manager =
                          options->field_manager.n ? options->field_manager : STR("tidegate")};
    *ret_results = (struct dry_run_results){
        .items = ARENA_ARRAY(arena, struct dry_run_result, n + 1), .n = n, .cap = n + 1};
    run.new_accounts.arena = arena;
    place(&run);
    while (run.next < n || run.under_way) {
        while (run.next < n && run.under_way < UNDER_WAY_MAX)
            begin(&run, run.next++);
        if (run.under_way)
            (void)cluster_step(options->cluster, STEP_MS);
    }
    wait_for_definitions(&run);
    if (options->quotas && run.dead < DEAD_MAX)
        dry_run_quotas(arena, options->cluster, ret_results);
    if (was_answered(ret_results))
        return 0;
    *ret_error = run.dead_why.n ? run.dead_why : STR("the server did not answer");
    return -1;
}
