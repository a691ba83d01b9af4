/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MutatingAdmissionPolicies as plugin/policy/mutating/dispatcher.go runs them: what matches is
 * found before anything changes, each mutation sees what those before it made, and a second pass
 * runs again what asked for it (reinvocationPolicy). A server runs policies in an order that nobody
 * can tell beforehand; here it is that of their names, and where the other way round gives
 * something else, that is undecided.
 */
#include "admit/admit.h"
#include "base/limits.h"
#include "doc/doc_patch.h"
#include "policy/policy_internal.h"

struct invocation {
    struct policy_invocation base;
    bool was_invoked; /* and may be invoked again */
    bool is_due;      /* in the second pass */
};

struct mutating {
    const struct policy_set *set;
    const struct admit_ctx *ctx;
    struct diags *diags;
    const struct policy_request *request;
    struct policy_request now; /* the same about what was made so far */
    struct policy_subject subject;
    struct policy_mutated *out;
    struct {
        VEC(struct invocation);
    } invocations;
    bool is_reversed;
    bool is_changed; /* a mutation was made, whatever it changed */
    bool is_second;
    bool stops;                           /* an error that no failurePolicy forgives */
    size_t changers;                      /* bindings that changed something */
    const struct policy_invocation *last; /* of them */
};

/* ---- what matches ---- */

static void fail_binding(struct mutating *m, const struct policy *policy,
                         const struct policy_binding *binding, uint32_t which, struct str message)
{
    policy_deny(&(struct policy_denial){.subject = &m->subject,
                                        .policy = policy,
                                        .binding = binding,
                                        .rule = policy_rule_of(policy, binding, which),
                                        .message = message},
                m->diags);
}

static void add_binding(struct mutating *m, const struct policy *policy,
                        const struct policy_binding *binding, const struct policy_matched *matched)
{
    struct policy_matched ignored;
    struct policy_params params;
    struct str why = {0};
    const enum policy_answer answer = policy_match(&m->subject, binding->match, &ignored, &why);
    if (answer == ANSWER_UNKNOWN)
        policy_undecided(&m->subject, policy, why, m->diags);
    if (answer != ANSWER_YES)
        return;
    policy_params_of(&m->subject, policy, binding, &params);
    if (params.unknown.n)
        policy_undecided(&m->subject, policy, params.unknown, m->diags);
    if (params.error.n && policy->fails)
        fail_binding(
            m, policy, binding, policy->validation_count + WHICH_BINDING,
            str_format(m->ctx->arena, "failed to configure binding: %.*s", STR_FMT(params.error)));
    for (size_t i = 0; i < params.n; i++)
        VEC_PUSH(m->ctx->arena, &m->invocations,
                 ((struct invocation){.base = {.subject = &m->subject,
                                               .policy = policy,
                                               .binding = binding,
                                               .param = params.items[i],
                                               .matched = *matched}}));
}

static void add_policy(struct mutating *m, const struct policy *policy)
{
    struct policy_matched matched;
    struct str why = {0};
    const struct kind_info *kind = m->subject.kind;
    const enum policy_answer answer = policy_match(&m->subject, policy->match, &matched, &why);
    if (answer == ANSWER_NO)
        return;
    if (answer == ANSWER_YES &&
        (!str_eq(matched.version, kind->version) || !str_eq(matched.group, kind->group)))
        why = str_format(m->ctx->arena,
                         "it sees the object as version %.*s, to which only a server converts",
                         STR_FMT(matched.version));
    if (why.n) {
        policy_undecided(&m->subject, policy, why, m->diags);
        return;
    }
    for (size_t i = 0; i < policy->bindings.n; i++)
        add_binding(m, policy, &policy->bindings.items[i], &matched);
}

static int by_name(const void *a, const void *b)
{
    const struct policy *const *left = a;
    const struct policy *const *right = b;
    return str_cmp((*left)->name, (*right)->name);
}

static void find_invocations(struct mutating *m)
{
    const struct policy **sorted =
        ARENA_ARRAY(m->ctx->arena, const struct policy *, m->set->policies.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < m->set->policies.n; i++)
        if (m->set->policies.items[i]->mutates)
            sorted[n++] = m->set->policies.items[i];
    qsort(sorted, n, sizeof *sorted, by_name);
    m->invocations.n = 0;
    for (size_t i = 0; i < n; i++)
        add_policy(m, sorted[i]);
    for (size_t i = 0; m->is_reversed && i < m->invocations.n / 2; i++) {
        struct invocation *items = m->invocations.items;
        const struct invocation swapped = items[i];
        items[i] = items[m->invocations.n - 1 - i];
        items[m->invocations.n - 1 - i] = swapped;
    }
}

/* ---- one mutation ---- */

static uint8_t add_origin(struct mutating *m, const struct policy *policy, uint32_t mutation)
{
    struct policy_mutated *out = m->out;
    for (size_t i = 0; i < out->origin_count; i++)
        if (out->origins[i].policy == policy && out->origins[i].mutation == mutation)
            return (uint8_t)(i + 1);
    if (out->origin_count < POLICY_ORIGINS)
        out->origins[out->origin_count++] = (struct policy_origin){policy, mutation};
    return (uint8_t)out->origin_count;
}

/* What is not there is as it was. */
static bool is_another(struct mutating *m, struct node *root, const char *key, struct str was)
{
    const struct str text = node_get_text(root, str_from(key));
    if (!text.n)
        node_put(m->ctx->arena, root, str_from(key), node_new_text(m->ctx->arena, was));
    return text.n && !str_eq(text, was);
}

static bool schema_knows(const struct mutating *m, const struct object *object)
{
    struct kind_info info;
    return schema_peek_kind(m->ctx->view, object->gvk.group, object->gvk.version, object->gvk.kind,
                            &info) == KIND_SERVED;
}

/* Decodes and defaults what a mutation made. "" or why that fails. */
static struct str take(struct mutating *m, const struct node *root, bool merges)
{
    struct diags dropped SCOPED(diags) = {.at = m->diags->at};
    struct admit_ctx ctx = *m->ctx;
    struct policy_mutated *out = m->out;
    const struct object *given = m->request->object->object;
    struct object *object = arena_dup(ctx.arena, given, sizeof *given);
    struct admitted admitted;
    ctx.diags = &dropped;
    const struct str wrong = policy_kind_error(ctx.arena, root);
    if (wrong.n)
        return wrong;
    struct node *own = node_copy(ctx.arena, root);
    object->root = own;
    bool is_other = is_another(m, own, "kind", given->gvk.kind);
    is_other |= is_another(m, own, "apiVersion", given->api_version);
    if (is_other && (!object_read(given->doc, own, object) || !schema_knows(m, object)))
        return str_format(ctx.arena,
                          "no kind \"%.*s\" is registered for version \"%.*s\" in scheme "
                          "\"pkg/runtime/scheme.go:111\"",
                          STR_FMT(object->gvk.kind), STR_FMT(object->api_version));
    admit_decode(&ctx, object, &admitted);
    if (!admitted.kind.custom && (admitted.type_error || admitted.strict_error))
        return policy_decode_error(ctx.arena, &admitted, &dropped, ctx.view->minor, merges);
    if (is_other)
        return STR("failed to convert object: it became another kind");
    admit_default(&ctx, &admitted);
    out->object = *object;
    admitted.object = &out->object;
    out->admitted = admitted;
    m->now = *m->request;
    m->now.object = &out->admitted;
    (void)policy_subject_make(m->set, ctx.arena, &m->now, &m->subject);
    return (struct str){0};
}

static void fail(struct mutating *m, const struct policy_invocation *base, uint32_t mutation,
                 struct str message, bool always)
{
    if (!always && !base->policy->fails)
        return;
    policy_deny(
        &(struct policy_denial){.subject = &m->subject,
                                .policy = base->policy,
                                .binding = base->binding,
                                .rule = policy_rule_of(base->policy, base->binding, mutation),
                                .expr = &base->policy->validations[mutation].expr,
                                .message = message,
                                .param = base->param},
        m->diags);
    m->stops |= always;
}

static void mutate(struct mutating *m, const struct policy_invocation *base, uint32_t mutation)
{
    const struct node *root = m->subject.value;
    struct str text = {0};
    const uint8_t origin = add_origin(m, base->policy, mutation);
    const enum policy_change made = policy_patch(base, mutation, origin, &root, &text);
    if (made == CHANGE_UNKNOWN)
        policy_undecided(&m->subject, base->policy, text, m->diags);
    if (made == CHANGE_FAILED)
        fail(m, base, mutation, text, false);
    if (made != CHANGE_MADE)
        return;
    m->is_changed = true;
    if (root == m->subject.value)
        return;
    const bool merges = base->policy->validations[mutation].merges;
    const struct str wrong = take(m, root, merges);
    if (wrong.n)
        fail(m, base, mutation,
             merges ? wrong
                    : str_format(m->ctx->arena, "Internal error occurred: %.*s", STR_FMT(wrong)),
             !merges);
}

/* ---- passes ---- */

static void require_again(struct mutating *m)
{
    for (size_t i = 0; i < m->invocations.n; i++) {
        m->invocations.items[i].is_due |= m->invocations.items[i].was_invoked;
        m->invocations.items[i].was_invoked = false;
    }
}

static void invoke(struct mutating *m, struct invocation *invocation)
{
    const struct policy *policy = invocation->base.policy;
    if (!policy_conditions_hold(&invocation->base, m->diags) ||
        (m->is_second && !invocation->is_due))
        return;
    const struct node *before = m->subject.value;
    for (uint32_t i = 0; i < policy->validation_count && !m->stops; i++)
        mutate(m, &invocation->base, i);
    if (!node_equal(before, m->subject.value)) {
        m->changers += !m->last || m->last->binding != invocation->base.binding;
        m->last = arena_dup(m->ctx->arena, &invocation->base, sizeof invocation->base);
        require_again(m);
    }
    invocation->was_invoked = policy->reinvokes;
}

static bool is_same(const struct policy_invocation *a, const struct policy_invocation *b)
{
    return a->policy == b->policy && a->binding == b->binding && a->param == b->param;
}

/* What matches is found anew, as the object is another. */
static void find_again(struct mutating *m)
{
    const struct invocation *before = m->invocations.items;
    const size_t n = m->invocations.n;
    m->invocations.items = NULL;
    m->invocations.n = 0;
    m->invocations.cap = 0;
    find_invocations(m);
    for (size_t i = 0; i < m->invocations.n; i++)
        for (size_t k = 0; k < n; k++)
            if (is_same(&m->invocations.items[i].base, &before[k].base))
                m->invocations.items[i].is_due |= before[k].is_due;
}

static void run_pass(struct mutating *m)
{
    for (size_t i = 0; i < m->invocations.n && !m->stops; i++)
        invoke(m, &m->invocations.items[i]);
    if (m->is_changed)
        require_again(m);
}

/* ---- all ---- */

static bool has_errors(const struct diags *diags, size_t first)
{
    for (size_t i = first; i < diags->n; i++)
        if (diags->items[i].severity == SEVERITY_ERROR)
            return true;
    return false;
}

/* By whoever made the value. */
static void deny_moved(struct mutating *m, struct str field, struct str message)
{
    const struct policy_mutated *out = m->out;
    const uint8_t origin = node_origin_at(out->admitted.value, field);
    if (!origin || origin > out->origin_count)
        return;
    const struct policy_origin *by = &out->origins[origin - 1];
    const struct policy_invocation any = {
        .subject = &m->subject, .policy = by->policy, .binding = &by->policy->bindings.items[0]};
    const struct policy_invocation *base = &any;
    for (size_t i = 0; i < m->invocations.n; i++)
        if (m->invocations.items[i].base.policy == by->policy)
            base = &m->invocations.items[i].base;
    fail(m, base, by->mutation, message, true);
}

/* What the registry does with what came out: no policy gives a status, and none moves an object. */
static void finish(struct mutating *m)
{
    struct policy_mutated *out = m->out;
    struct arena *arena = m->ctx->arena;
    const struct admitted *given = m->request->object;
    const struct node *metadata = node_get(out->admitted.value, STR("metadata"));
    const struct str namespace = node_get_text(metadata, STR("namespace"));
    const struct str name = node_get_text(metadata, STR("name"));
    if (!m->subject.kind->custom && !node_entry(given->value, STR("status")).key &&
        node_entry(out->admitted.value, STR("status")).key) {
        struct node *copy = node_copy(arena, out->admitted.value);
        (void)node_remove(copy, STR("status"));
        out->admitted.value = copy;
    }
    if (m->stops)
        return;
    if (m->subject.object->namespaced && namespace.n && !str_eq(namespace, m->subject.namespace))
        deny_moved(m, STR("metadata.namespace"),
                   STR("the namespace of the provided object does not match the namespace sent on "
                       "the request"));
    if (m->request->old && m->subject.name.n && !str_eq(name, m->subject.name))
        deny_moved(m, STR("metadata.name"),
                   str_format(arena, "metadata.name: Invalid value: \"%.*s\": field is immutable",
                              STR_FMT(name)));
}

/* False when nothing matches. */
static bool run(struct mutating *m)
{
    const size_t first = m->diags->n;
    if (!policy_subject_make(m->set, m->ctx->arena, m->request, &m->subject))
        return false;
    find_invocations(m);
    if (m->invocations.n == 0)
        return false;
    run_pass(m);
    if (m->is_changed && !m->stops && !has_errors(m->diags, first)) {
        m->is_second = true;
        find_again(m);
        run_pass(m);
    }
    finish(m);
    return true;
}

/* The same in the other order, when more than one policy had something to change. */
static void check_order(const struct mutating *done)
{
    struct diags dropped SCOPED(diags) = {.at = done->diags->at};
    struct policy_mutated *other = ARENA_NEW(done->ctx->arena, struct policy_mutated);
    struct mutating m = {.set = done->set,
                         .ctx = done->ctx,
                         .diags = &dropped,
                         .request = done->request,
                         .out = other,
                         .is_reversed = true};
    other->admitted = *done->request->object;
    if (done->changers < 2 || done->stops || !run(&m) ||
        node_equal(other->admitted.value, done->out->admitted.value))
        return;
    policy_undecided(&done->subject, done->last->policy,
                     STR("a server runs policies in any order, and another one gives another "
                         "object"),
                     done->diags);
}

static bool has_mutating(const struct policy_set *set)
{
    for (size_t i = 0; set && i < set->policies.n; i++)
        if (set->policies.items[i]->mutates)
            return true;
    return false;
}

const struct admitted *policy_mutate(const struct policy_set *set, const struct admit_ctx *ctx,
                                     const struct policy_request *request,
                                     struct policy_mutated *ret_mutated)
{
    const struct admitted *given = request->object;
    struct mutating m = {
        .set = set, .ctx = ctx, .diags = ctx->diags, .request = request, .out = ret_mutated};
    ret_mutated->origin_count = 0;
    if (!has_mutating(set) || given->state != KIND_SERVED || given->type_error ||
        !policy_sees_kind(&given->kind))
        return given;
    ret_mutated->admitted = *given;
    ret_mutated->object = *given->object;
    if (!run(&m))
        return given;
    check_order(&m);
    return &ret_mutated->admitted;
}

void policy_tell_origins(const struct policy_mutated *mutated, struct diags *diags, size_t first)
{
    for (size_t i = first; mutated->origin_count && i < diags->n; i++) {
        struct diag *diag = &diags->items[i];
        const struct node *root = mutated->admitted.value;
        uint8_t origin = node_origin_at(root, diag->field);
        if (!origin)
            origin = node_origin_of_key(root, diag->field, diag->message);
        if (!origin || origin > mutated->origin_count)
            continue;
        const struct policy_origin *by = &mutated->origins[origin - 1];
        const struct policy_expr *expr = &by->policy->validations[by->mutation].expr;
        diag_relate(diags, diag, by->policy->object->source, node_span(expr->node),
                    "MutatingAdmissionPolicy '%.*s' made this value", STR_FMT(by->policy->name));
    }
}
