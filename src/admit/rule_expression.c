/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the expressions of webhooks and of admission policies compile. */
#include "admit/expr.h"
#include "admit/rule.h"
#include "base/limits.h"
#include "rule_calls.h"

static const struct cel_type *const bools[] = {&cel_type_bool};
static const struct cel_type *const strings[] = {&cel_type_string};
static const struct cel_type *const notes[] = {&cel_type_string, &cel_type_null};

/* Whether the object had the text somewhere before the update: then it may be of a newer server. */
static bool was_there(const struct node *old, struct str text, unsigned depth)
{
    if (depth == LIMIT_DEPTH)
        return false;
    if (node_kind(old) == NODE_STRING)
        return str_eq(node_text(old), text);
    if (node_kind(old) == NODE_MAP)
        for (struct entry e = map_first(old); e.key; e = map_next(e))
            if (was_there(e.value, text, depth + 1))
                return true;
    if (node_kind(old) == NODE_LIST)
        for (struct item it = list_first(old); it.value; it = list_next(it))
            if (was_there(it.value, text, depth + 1))
                return true;
    return false;
}

/* A pass over one policy or webhook. */
struct checking {
    struct validating *v;
    struct expr_admission admission;
    unsigned sees;
};

static const struct cel_type *check(struct checking *checking, const struct spot *spot,
                                    unsigned sees, const struct cel_type *const *wanted, size_t n)
{
    const struct str source = spot_text(spot);
    const struct cel_type *type = NULL;
    if (str_trim(source).n == 0) /* said elsewhere */
        return NULL;
    if (was_there(checking->v->old, source, 0))
        sees |= EXPR_STORED;
    const struct str detail =
        expr_admission_check(&checking->admission, source, sees, wanted, n, &type);
    if (detail.n)
        say_invalid_fmt(checking->v, spot, "%.*s",
                        STR_FMT(diag_escape(checking->v->ctx->arena, detail)));
    return type;
}

static void check_field(struct checking *checking, const struct spot *up, const char *name,
                        unsigned sees, const struct cel_type *const *wanted, size_t n)
{
    const struct spot spot = spot_child(checking->v, up, name);
    check(checking, &spot, sees, wanted, n);
}

/* All conditions stay unlooked at when none of them changed. */
static void check_conditions(struct checking *checking, const struct spot *up, unsigned sees)
{
    const struct spot conditions = spot_child(checking->v, up, "matchConditions");
    if (v_is_update(checking->v) && spot_is_unchanged(&conditions))
        return;
    for (struct each e = each_first(checking->v, &conditions); e.spot.path.node;
         each_next(checking->v, &e))
        check_field(checking, &e.spot, "expression", sees, bools, ARRAY_LEN(bools));
}

/* A variable that does not compile is there all the same, as anything. */
static void check_variables(struct checking *checking, const struct spot *up, unsigned sees)
{
    const struct spot variables = spot_child(checking->v, up, "variables");
    for (struct each e = each_first(checking->v, &variables); e.spot.path.node;
         each_next(checking->v, &e)) {
        const struct spot expression = spot_child(checking->v, &e.spot, "expression");
        const struct cel_type *type = check(checking, &expression, sees, NULL, 0);
        expr_admission_add(&checking->admission, child_text(&e.spot, "name"), type);
    }
}

static void check_validations(struct checking *checking, const struct spot *up, unsigned sees)
{
    const struct spot validations = spot_child(checking->v, up, "validations");
    for (struct each e = each_first(checking->v, &validations); e.spot.path.node;
         each_next(checking->v, &e)) {
        check_field(checking, &e.spot, "expression", sees, bools, ARRAY_LEN(bools));
        check_field(checking, &e.spot, "messageExpression", sees & ~(unsigned)EXPR_AUTHORIZER,
                    strings, ARRAY_LEN(strings));
    }
}

static void check_annotations(struct checking *checking, const struct spot *up, unsigned sees)
{
    const struct spot annotations = spot_child(checking->v, up, "auditAnnotations");
    for (struct each e = each_first(checking->v, &annotations); e.spot.path.node;
         each_next(checking->v, &e))
        check_field(checking, &e.spot, "valueExpression", sees, notes, ARRAY_LEN(notes));
}

static void check_mutations(struct checking *checking, const struct spot *up, unsigned sees)
{
    static const struct {
        const char *type, *field;
        const struct cel_type *const *wanted;
    } kinds[] = {
        {"JSONPatch", "jsonPatch", &expr_patches},
        {"ApplyConfiguration", "applyConfiguration", &expr_applied},
    };
    const struct spot mutations = spot_child(checking->v, up, "mutations");
    for (struct each e = each_first(checking->v, &mutations); e.spot.path.node;
         each_next(checking->v, &e))
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
            const struct spot mutation = spot_child(checking->v, &e.spot, kinds[i].field);
            if (child_text_is(&e.spot, "patchType", kinds[i].type))
                check_field(checking, &mutation, "expression", sees | EXPR_PATCHES, kinds[i].wanted,
                            1);
        }
}

void rule_policy_expressions(struct validating *v, const struct spot *spot)
{
    struct checking checking = {.v = v};
    const unsigned sees = EXPR_AUTHORIZER | (child_is_set(spot, "paramKind") ? EXPR_PARAMS : 0);
    expr_admission_init(&checking.admission, v->ctx->arena, v->minor);
    check_conditions(&checking, spot, sees);
    check_variables(&checking, spot, sees | EXPR_VARIABLES);
    if (v_kind_is(v, "MutatingAdmissionPolicy")) {
        check_mutations(&checking, spot, sees | EXPR_VARIABLES);
        return;
    }
    check_validations(&checking, spot, sees | EXPR_VARIABLES);
    check_annotations(&checking, spot, sees | EXPR_VARIABLES);
}

void rule_webhook_expressions(struct validating *v, const struct spot *spot)
{
    struct checking checking = {.v = v};
    expr_admission_init(&checking.admission, v->ctx->arena, v->minor);
    check_conditions(&checking, spot, EXPR_AUTHORIZER);
}

/* ---- device selectors ---- */

/* Functions that only selectors have. */
static bool uses_own_function(struct str source)
{
    return str_has(source, STR("cel.bind")) || str_has(source, STR("includes"));
}

static struct str wrong_result(struct arena *arena, const struct cel_type *type)
{
    enum { TYPE_MAX = 1024 };
    struct buf text;
    buf_init(&text, TYPE_MAX);
    buf_add_c(&text, "must evaluate to bool or the unknown type, not ");
    cel_type_format(&text, type);
    const struct str all = str_dup(arena, buf_str(&text));
    buf_release(&text);
    return all;
}

void rule_device_expression(struct validating *v, const struct spot *spot)
{
    enum { EXPRESSION_MAX = 10240, SEMVER_SINCE = 34 };
    const struct str source = spot_text(spot);
    struct checking checking = {.v = v};
    const struct cel_type *type = NULL;
    unsigned sees = EXPR_DEVICE;
    if (source.n > EXPRESSION_MAX || uses_own_function(source))
        return;
    if (v->minor >= SEMVER_SINCE && v_gate(v, "DRAConsumableCapacity"))
        sees |= EXPR_SHARED_DEVICE;
    /* before, selectors brought functions along that were not in the common set yet */
    if (v->minor < SEMVER_SINCE || was_there(v->old, source, 0))
        sees |= EXPR_STORED;
    expr_admission_init(&checking.admission, v->ctx->arena, v->minor);
    struct str detail = expr_admission_check(&checking.admission, source, sees, NULL, 0, &type);
    if (type && type->kind != CEL_BOOL && type->kind != CEL_ANY)
        detail = wrong_result(v->ctx->arena, type);
    if (detail.n)
        say_invalid_fmt(v, spot, "%.*s", STR_FMT(diag_escape(v->ctx->arena, detail)));
}
