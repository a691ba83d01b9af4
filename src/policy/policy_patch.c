/* SPDX-License-Identifier: Apache-2.0 */
/* One mutation: plugin/policy/mutating/patch/json_patch.go and smd.go. */
#include "base/limits.h"
#include "cel/cel_library.h"
#include "doc/doc_patch.h"
#include "policy/policy_internal.h"
#include "policy/policy_merge.h"
#include "policy/policy_value.h"

enum { TYPE_NAME_MAX = 64 }; /* parts of the name of a type */

struct patching {
    const struct policy_invocation *invocation;
    struct arena *arena;
    struct cel_run *run;
    struct policy_value values;
    struct str error;
};

/* ---- names of types ---- */

struct type_path {
    struct str parts[TYPE_NAME_MAX];
    size_t n;
};

static struct str path_text(struct arena *arena, const struct type_path *path)
{
    struct str text = path->parts[0];
    for (size_t i = 1; i < path->n; i++)
        text = str_format(arena, "%.*s.%.*s", STR_FMT(text), STR_FMT(path->parts[i]));
    return text;
}

/* Object.spec may only stand in the field spec of an Object. */
static void check_types(struct patching *p, struct cel_value value, struct type_path *path)
{
    struct cel_value key, item;
    const bool made = policy_value_is_object(value);
    if (path->n == TYPE_NAME_MAX || (value.kind != CEL_LIST && value.kind != CEL_MAP) ||
        (value.kind == CEL_LIST ? !value.list : !value.map))
        return;
    if (made) {
        const struct str want = path_text(p->arena, path);
        if (!str_eq(value.of->name, want))
            p->error = str_format(
                p->arena,
                "%.*s%sunexpected type name \"%.*s\", expected \"%.*s\", which matches field name "
                "path from root Object type",
                STR_FMT(p->error), p->error.n ? "\n" : "", STR_FMT(value.of->name), STR_FMT(want));
    }
    for (struct cel_iter it = {.of = value}; cel_iter_next(p->run, &it, &key, &item);) {
        if (made)
            path->parts[path->n++] = cel_text(key);
        check_types(p, item, path);
        path->n -= made;
    }
}

static bool types_fit(struct patching *p, struct cel_value value)
{
    struct type_path path = {.n = 1};
    if (!policy_value_is_object(value))
        return true;
    path.parts[0] = value.of->name;
    check_types(p, value, &path);
    if (p->error.n)
        p->error = str_format(p->arena, "type mismatch: %.*s", STR_FMT(p->error));
    return !p->error.n;
}

/* ---- JSONPatch ---- */

static bool read_text(struct patching *p, struct cel_value op, const char *name,
                      struct str *ret_text)
{
    struct cel_value value;
    *ret_text = (struct str){0};
    if (!cel_map_get(p->run, op, cel_string(str_from(name)), &value))
        return true;
    if (value.kind != CEL_STRING) {
        p->error = str_format(p->arena, "unexpected type for JSONPatchType '%s' field", name);
        return false;
    }
    *ret_text = str_dup(p->arena, cel_text(value));
    return true;
}

static bool read_op(struct patching *p, struct cel_value from, struct patch_op *op)
{
    struct cel_value value;
    if (!read_text(p, from, "op", &op->op) || !read_text(p, from, "path", &op->path) ||
        !read_text(p, from, "from", &op->from))
        return false;
    if (!cel_map_get(p->run, from, cel_string(STR("value")), &value))
        return true;
    if (!types_fit(p, value))
        return false;
    op->value = policy_value_node(&p->values, value);
    if (p->values.panics) {
        p->error = STR("an API server panics at an Object inside a list or map of a JSONPatch's "
                       "value; write it as a map");
        return false;
    }
    if (p->values.error.n)
        p->error = str_format(p->arena,
                              "JSONPath valueExpression evaluated to a type that could not marshal "
                              "to JSON: proto: %.*s",
                              STR_FMT(p->values.error));
    return !p->error.n;
}

/* Go writes an empty status, too. */
static const struct node *with_status(struct patching *p)
{
    const struct policy_subject *subject = p->invocation->subject;
    const struct field *field = subject->kind->custom
                                    ? NULL
                                    : type_field(type_get(subject->kind->type), STR("status"),
                                                 subject->set->source.view->minor);
    if (!field || node_entry(subject->value, STR("status")).key)
        return subject->value;
    struct node *copy = node_copy(p->arena, subject->value);
    node_put(p->arena, copy, STR("status"), node_new(p->arena, NODE_MAP));
    return copy;
}

static bool apply_json(struct patching *p, struct cel_value list, uint8_t origin,
                       const struct node **ret_root)
{
    struct cel_value key, item;
    const size_t n = cel_size(p->run, list);
    struct patch_op *ops = ARENA_ARRAY(p->arena, struct patch_op, n + 1);
    struct patch patch = {.ops = ops, .origin = origin};
    p->values.use = VALUE_OF_PATCH;
    for (struct cel_iter it = {.of = list}; patch.n < n && cel_iter_next(p->run, &it, &key, &item);)
        if (!read_op(p, item, &ops[patch.n++]))
            return false;
    struct str error = {0};
    const enum patch_outcome outcome =
        doc_patch(p->arena, with_status(p), &patch, ret_root, &error);
    if (outcome == PATCH_TEST_FAILED)
        *ret_root = p->invocation->subject->value;
    if (outcome != PATCH_FAILED)
        return true;
    p->error = str_format(p->arena, "JSON Patch: %.*s", STR_FMT(error));
    return false;
}

/* ---- ApplyConfiguration ---- */

static bool apply_merge(struct patching *p, struct cel_value value, uint8_t origin,
                        const struct node **ret_root)
{
    const struct policy_subject *subject = p->invocation->subject;
    if (!types_fit(p, value))
        return false;
    p->values.use = VALUE_OF_MERGE;
    const struct node *patch = policy_value_node(&p->values, value);
    struct str error = {0};
    if (p->values.error.n) {
        p->error = str_format(p->arena,
                              "error applying patch: failed to convert patch object to typed "
                              "object: %.*s",
                              STR_FMT(p->values.error));
        return false;
    }
    *ret_root =
        policy_merge(&(struct merge_input){.arena = p->arena,
                                           .shape = shape_of_kind(subject->kind,
                                                                  subject->set->source.view->minor),
                                           .live = subject->value,
                                           .patch = patch,
                                           .origin = origin},
                     &error);
    if (!*ret_root)
        p->error = str_format(p->arena, "error applying patch: %.*s", STR_FMT(error));
    return *ret_root != NULL;
}

/* ---- all ---- */

static enum policy_change change(struct patching *p, struct policy_pass *pass,
                                 const struct policy_validation *mutation, uint8_t origin,
                                 const struct node **ret_root, struct str *ret_text)
{
    struct cel_value value;
    const struct policy_result result = policy_eval_in(pass, &mutation->expr, p->run, &value);
    *ret_text = result.text;
    if (result.outcome == OUTCOME_UNKNOWN)
        return CHANGE_UNKNOWN;
    if (result.outcome == OUTCOME_ERROR)
        return CHANGE_FAILED;
    if (mutation->merges ? apply_merge(p, value, origin, ret_root)
                         : apply_json(p, value, origin, ret_root))
        return CHANGE_MADE;
    *ret_text = p->error;
    return CHANGE_FAILED;
}

enum policy_change policy_patch(const struct policy_invocation *invocation, uint32_t mutation,
                                uint8_t origin, const struct node **ret_root, struct str *ret_text)
{
    const struct policy_subject *subject = invocation->subject;
    struct arena scratch SCOPED(arena) = {0};
    struct cel_run run = {.arena = &scratch};
    struct patching patching = {.invocation = invocation,
                                .arena = subject->arena,
                                .run = &run,
                                .values = {.arena = subject->arena, .run = &run}};
    struct policy_pass pass;
    policy_pass_begin(&pass, &(struct policy_activation){.subject = subject,
                                                         .policy = invocation->policy,
                                                         .param = invocation->param,
                                                         .matched = &invocation->matched,
                                                         .budget = CEL_COST_PER_BINDING});
    const enum policy_change made = change(
        &patching, &pass, &invocation->policy->validations[mutation], origin, ret_root, ret_text);
    cel_run_release(&run);
    return made;
}
