/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on a value, with the budget, the correlation of old values and the errors of
 * apiextensions-apiserver's pkg/apiserver/schema/cel/validation.go. Its maps have no order; here
 * they are looked at as they are written.
 */
#include "admit/expr.h"

#include "base/limits.h"
#include "cel/cel_library.h"

enum {
    MESSAGE_MAX = 5 * 1024
}; /* of a messageExpression, MaxEvaluatedMessageExpressionSizeBytes */

/* A pass over one object. */
struct pass {
    struct values *values;
    uint64_t budget; /* left */
    bool stopped;
    unsigned depth;
};

/* A value that was there before the update; errors of rules without oldSelf on it, or below where
 * nothing was, are only warnings when it is still the same. */
struct stored {
    const struct structural *schema;
    const struct spot *spot; /* NULL: none */
};

/* A value on the way down. */
struct expr_place {
    const struct spot *spot;
    const struct node *old; /* what oldSelf is */
    struct stored stored, above;
    bool loose; /* in an allOf: nothing below has a value of before */
};

/* The variables of the rules of one node. */
struct variables {
    struct cel_run *run;
    struct cel_value self, old, optional_old;
    bool has_old;
};

static void check_node(struct pass *pass, const struct expr_node *node,
                       const struct expr_place *place);

/* ---- what is said ---- */

/* Where fieldPath leads to in the value, as far as it is there. */
static const struct node *find_field(const struct node *from, struct str field)
{
    const struct node *found = NULL;
    struct str name;
    while (str_split(&field, '.', &name)) {
        if (str_starts(name, STR("[")) && str_ends(name, STR("]")))
            name = str_sub(name, 1, name.n - 1);
        const struct entry e = node_entry(from, name);
        if (!e.key)
            break;
        found = e.written;
        from = e.value;
    }
    return found;
}

static bool is_stored_place(const struct expr_place *place)
{
    const struct spot *spot = place->stored.spot;
    return spot && spot->old && value_is_stored(place->stored.schema, spot->old, spot->path.node);
}

/* What to say, and where. */
struct finding {
    enum rule_id id;
    struct str field; /* below the place; "" the place itself */
    struct str message;
    const struct node *leaf; /* what made the rule false, when it is known */
    struct str because;      /* the values that it saw */
};

static void report_finding(struct pass *pass, const struct expr_place *place,
                           const struct finding *finding)
{
    const struct str field = finding->field;
    const struct spot *spot = place->spot;
    struct values *values = pass->values;
    const struct path below = {.up = &spot->path, .name = field};
    const struct path *path = field.n ? &below : &spot->path;
    const struct node *found = field.n ? find_field(spot->path.node, field) : NULL;
    const struct node *leaf = finding->leaf;
    const struct node *written = found ? found : leaf ? leaf : spot->written;
    struct arena *arena = values->ctx->arena;
    values->errors++;
    if (values->quiet)
        return;
    diag_add_path(values->ctx->diags, finding->id, written ? node_span(written) : spot->key, path,
                  "%.*s: %.*s%s%.*s%s", STR_FMT(shown_path(arena, path)),
                  STR_FMT(diag_escape(arena, finding->message)), finding->because.n ? " (" : "",
                  STR_FMT(diag_escape(arena, finding->because)), finding->because.n ? ")" : "");
}

static void report(struct pass *pass, const struct expr_place *place, struct str message)
{
    report_finding(pass, place,
                   &(struct finding){.id = RULE_API_INVALID_VALUE, .message = message});
}

static void stop(struct pass *pass, const struct expr_place *place, struct str message)
{
    report(pass, place, message);
    pass->stopped = true;
}

/* ---- one rule ---- */

static struct str rule_name(const struct expr_rule *rule)
{
    const struct str message = node_get_text(rule->node, STR("message"));
    return str_trim(message.n ? message : rule->source);
}

static const struct {
    const char *reason;
    enum rule_id id;
} reasons[] = {
    {"FieldValueForbidden", RULE_API_FORBIDDEN},
    {"FieldValueRequired", RULE_API_REQUIRED},
    {"FieldValueDuplicate", RULE_API_DUPLICATE_VALUE},
};

static enum rule_id rule_reason(const struct expr_rule *rule)
{
    const struct str reason = node_get_text(rule->node, STR("reason"));
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (str_is(reason, reasons[i].reason))
            return reasons[i].id;
    return RULE_API_INVALID_VALUE;
}

/* False when the budget of the object is used up. */
static bool pay(struct pass *pass, const struct expr_place *place, uint64_t cost, const char *what)
{
    if (cost <= pass->budget) {
        pass->budget -= cost;
        return true;
    }
    stop(pass, place,
         str_format(pass->values->ctx->arena,
                    "%s failed due to running out of cost budget, no further validation rules will "
                    "be run",
                    what));
    return false;
}

static void report_error(struct pass *pass, const struct expr_place *place,
                         const struct expr_rule *rule, struct cel_value error)
{
    struct arena *arena = pass->values->ctx->arena;
    const struct str text = cel_error_text(error);
    const struct str name = rule_name(rule);
    if (error.error && error.error->budget) {
        stop(pass, place,
             str_format(arena,
                        "'%.*s': no further validation rules will be run due to call cost exceeds "
                        "limit for rule: %.*s",
                        STR_FMT(text), STR_FMT(name)));
        return;
    }
    const bool overload = str_starts(text, STR("no such overload"));
    report(pass, place,
           overload
               ? str_format(arena,
                            "'%.*s': call arguments did not match a supported operator, "
                            "function or macro signature for rule: %.*s",
                            STR_FMT(text), STR_FMT(name))
               : str_format(arena, "%.*s evaluating rule: %.*s", STR_FMT(text), STR_FMT(name)));
}

/* What messageExpression says; "" when it says nothing that can be used. It knows oldSelf only as a
 * value that is there, also where the rule has it as an optional. */
static struct str message_text(struct pass *pass, const struct expr_place *place,
                               const struct expr_rule *rule, const struct variables *variables)
{
    struct arena *arena = pass->values->ctx->arena;
    if (!rule->message || (cel_program_uses(rule->message, STR("oldSelf")) && !variables->has_old))
        return (struct str){0};
    const struct cel_value slots[] = {variables->self, variables->old};
    const struct cel_value value = cel_eval(variables->run, rule->message, slots);
    if (!pay(pass, place, variables->run->cost, "messageExpression evaluation"))
        return (struct str){0};
    if (value.kind == CEL_ERROR && value.error->budget) {
        stop(pass, place,
             str_format(arena,
                        "no further validation rules will be run due to call cost exceeds limit "
                        "for messageExpression: \"%.*s\"",
                        STR_FMT(cel_program_source(rule->message))));
        return (struct str){0};
    }
    const struct str text = str_trim(value.kind == CEL_STRING ? cel_text(value) : STR(""));
    return text.n > MESSAGE_MAX || str_find_char(text, '\n') >= 0 ? (struct str){0} : text;
}

/* Evaluates once more, to see which value of the manifest was to blame. */
static void explain(struct pass *pass, const struct expr_rule *rule,
                    const struct variables *variables, struct finding *finding)
{
    enum { LINES_MAX = 4096, LINE_MAX_BYTES = 80, SHOWN = 3 };
    struct arena *arena = pass->values->ctx->arena;
    const struct cel_value slots[] = {variables->self, rule->optional_old ? variables->optional_old
                                                                          : variables->old};
    struct buf lines;
    struct str rest;
    struct str line;
    buf_init(&lines, LINES_MAX);
    const struct node *leaf = cel_explain(variables->run, rule->program, slots, &lines);
    finding->leaf = rule->uses_old ? NULL : leaf; /* which may be of the manifest before */
    rest = buf_str(&lines);
    for (size_t n = 0; n < SHOWN && str_split(&rest, '\n', &line);) {
        if (line.n == 0 || line.n > LINE_MAX_BYTES || str_ends(line, STR(" = true")) ||
            str_ends(line, STR(" = false")))
            continue;
        finding->because = str_format(arena, "%.*s%s%.*s", STR_FMT(finding->because),
                                      n++ ? "; " : "", STR_FMT(line));
    }
    buf_release(&lines);
}

static void report_false(struct pass *pass, const struct expr_place *place,
                         const struct expr_rule *rule, const struct variables *variables)
{
    const struct str written = node_get_text(rule->node, STR("message"));
    struct str text = message_text(pass, place, rule, variables);
    if (pass->stopped || (!rule->uses_old && is_stored_place(place)))
        return;
    if (text.n == 0)
        text = written.n ? str_trim(written)
                         : str_format(pass->values->ctx->arena, "failed rule: %.*s",
                                      STR_FMT(str_trim(rule->source)));
    struct finding finding = {.id = rule_reason(rule), .field = rule->field, .message = text};
    explain(pass, rule, variables, &finding);
    report_finding(pass, place, &finding);
}

/* Rules that don't compile are findings of the CRD: no server would have it. */
static void check_rule(struct pass *pass, const struct expr_place *place,
                       const struct expr_rule *rule, const struct variables *variables)
{
    if (!rule->program || (rule->uses_old && !place->old && !rule->optional_old))
        return;
    const struct cel_value slots[] = {variables->self, rule->optional_old ? variables->optional_old
                                                                          : variables->old};
    const struct cel_value value = cel_eval(variables->run, rule->program, slots);
    if (value.kind == CEL_UNKNOWN || !pay(pass, place, variables->run->cost, "validation"))
        return;
    if (value.kind == CEL_ERROR)
        report_error(pass, place, rule, value);
    else if (!cel_is_true(value))
        report_false(pass, place, rule, variables);
}

static void check_rules(struct pass *pass, const struct expr_node *node,
                        const struct expr_place *place)
{
    struct cel_run run = {.arena = pass->values->ctx->arena};
    const struct cel_type *type = &node->type->cel;
    if (pass->budget == 0) {
        (void)pay(pass, place, 1, "validation");
        return;
    }
    struct variables variables = {
        .run = &run,
        .self = cel_from_node(&run, place->spot->path.node, type),
        .has_old = place->old && node->uses_old,
        .optional_old = cel_none(),
    };
    if (variables.has_old) {
        variables.old = cel_from_node(&run, place->old, type);
        variables.optional_old = cel_optional(&run, variables.old);
    }
    for (uint32_t i = 0; i < node->rule_count && !pass->stopped; i++)
        check_rule(pass, place, &node->rules[i], &variables);
    cel_run_release(&run);
}

/* ---- the walk ---- */

static const struct expr_node *find_property(const struct expr_node *node, struct str name)
{
    size_t low = 0;
    size_t high = node->property_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = str_cmp(node->properties[middle].name, name);
        if (order == 0)
            return node->properties[middle].node;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Below what the update brought, only the nearest value of before decides about warnings. */
static struct expr_place child_place(const struct expr_place *up, const struct spot *spot,
                                     const struct structural *schema, const struct node *old)
{
    const bool known = spot->old && !up->loose;
    return (struct expr_place){
        .spot = spot,
        .old = node_is_null(old) ? NULL : node_real(old),
        .stored = known ? (struct stored){schema, spot} : up->stored,
        .above = known ? up->stored : up->above,
        .loose = !known,
    };
}

static void check_map(struct pass *pass, const struct expr_node *node,
                      const struct expr_place *place)
{
    if (!node->additional && node->property_count == 0)
        return;
    for (struct entry e = map_first(place->spot->path.node); e.key && !pass->stopped;
         e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct expr_node *named = find_property(node, name);
        const struct expr_node *child = named ? named : node->additional;
        if (!child)
            continue;
        const struct spot spot = spot_entry(place->spot, &e);
        const struct expr_place below =
            child_place(place, &spot, child->schema, node_get(place->old, name));
        check_node(pass, child, &below);
    }
}

static void check_list(struct pass *pass, const struct expr_node *node,
                       const struct expr_place *place)
{
    const struct spot before = {.path = place->spot->path, .old = place->old};
    if (!node->items)
        return;
    for (struct item it = list_first(place->spot->path.node); it.value && !pass->stopped;
         it = list_next(it)) {
        const struct spot spot = spot_item(place->spot, node->schema, &it);
        const struct spot old = spot_item(&before, node->schema, &it);
        const struct expr_place below = child_place(place, &spot, node->items->schema, old.old);
        check_node(pass, node->items, &below);
    }
}

static void check_node(struct pass *pass, const struct expr_node *node,
                       const struct expr_place *place)
{
    const enum node_kind kind = node_kind(place->spot->path.node);
    if (kind == NODE_NULL || pass->depth == LIMIT_DEPTH)
        return;
    pass->depth++;
    if (node->rule_count > 0)
        check_rules(pass, node, place);
    struct expr_place part = *place;
    part.stored = place->loose ? place->stored : place->above;
    part.loose = true;
    for (uint32_t i = 0; i < node->all_of_count && !pass->stopped; i++)
        check_node(pass, node->all_of[i], &part);
    if (kind == NODE_LIST && !pass->stopped)
        check_list(pass, node, place);
    if (kind == NODE_MAP && !pass->stopped)
        check_map(pass, node, place);
    pass->depth--;
}

static void check_all(struct values *values, const struct expr_node *node,
                      const struct expr_place *place)
{
    struct pass pass = {.values = values, .budget = CEL_COST_PER_BINDING};
    check_node(&pass, node, place);
}

void expr_check(struct values *values, const struct expr_node *node, const struct spot *spot)
{
    check_all(values, node,
              &(struct expr_place){.spot = spot, .old = spot->old, .stored = {node->schema, spot}});
}

void expr_check_default(struct values *values, const struct expr_node *node,
                        const struct spot *spot)
{
    check_all(values, node, &(struct expr_place){.spot = spot, .old = spot->old, .loose = true});
}

/* ---- custom resources ---- */

static void *make_kept(struct arena *arena, const struct structural *schema, unsigned minor)
{
    const struct expr_node *node = expr_node_make(arena, minor, schema, true);
    return node ? arena_dup(arena, node, sizeof *node) : NULL;
}

static void release_kept(void *made)
{
    expr_node_release(made);
}

void expr_check_object(struct values *values, const struct structural *schema,
                       const struct spot *root)
{
    static const struct schema_maker maker = {make_kept, release_kept};
    const struct expr_node *node = schema_view_keep(values->ctx->view, schema, &maker);
    if (node && !values->object->sops && !values->object->unknowns)
        expr_check(values, node, root);
}
