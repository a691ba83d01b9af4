/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules to programs: of one schema as a CRD is checked (schema/cel/compilation.go), and of a schema
 * with all below it as custom resources are (schema/cel/validation.go, NewValidator).
 */
#include "admit/expr.h"

#include "base/limits.h"

enum { ISSUES_MAX = 8 << 10 }; /* bytes of a compiler's answer */

/* The server's lines, without those that show the source: a finding does that itself. */
struct str expr_issues(struct arena *arena, const struct cel_issues *issues)
{
    struct buf text;
    buf_init(&text, ISSUES_MAX);
    for (size_t i = 0; i < issues->n; i++) {
        const struct cel_issue *issue = &issues->items[i];
        buf_format(&text, "%sERROR: <input>:", i ? "; " : "");
        if (issue->line)
            buf_format(&text, "%u:%u: ", (unsigned)issue->line, (unsigned)issue->column);
        buf_add(&text, issue->message);
    }
    const struct str all = str_dup(arena, buf_str(&text));
    buf_release(&text);
    return all;
}

/* ---- rules of one schema ---- */

static const struct cel_env *base_env(struct expr_compiler *compiler, bool is_new)
{
    const struct cel_env **base = &compiler->base[is_new];
    if (!*base)
        *base =
            cel_env_new(compiler->arena, (struct cel_env_options){.formats = expr_formats,
                                                                  .format_count = EXPR_FORMAT_COUNT,
                                                                  .minor = (uint8_t)compiler->minor,
                                                                  .new_expressions = is_new});
    return *base;
}

/* Environments of the rules of one schema, made when one needs them. */
struct rule_scope {
    struct expr_compiler *compiler;
    const struct expr_type *type;
    const struct cel_env *envs[2][2]; /* is_new, optional_old */
};

static const struct cel_env *scope_env(struct rule_scope *scope, const struct map *known,
                                       struct str source, bool optional_old)
{
    struct expr_compiler *compiler = scope->compiler;
    const bool is_new = compiler->is_new && !(known && map_has(known, source));
    const struct cel_env **env = &scope->envs[is_new][optional_old];
    if (*env)
        return *env;
    const struct cel_type *self = &scope->type->cel;
    struct cel_env *made = cel_env_extend(compiler->arena, base_env(compiler, is_new));
    cel_env_add_variable(made, STR("self"), self);
    cel_env_add_variable(made, STR("oldSelf"),
                         optional_old ? cel_type_optional(compiler->arena, self) : self);
    *env = made;
    return *env;
}

static struct cel_program *compile_one(struct rule_scope *scope, const struct cel_env *env,
                                       struct str source, const char *prefix, struct str *ret_error)
{
    struct arena *arena = scope->compiler->arena;
    struct cel_issues issues = {.arena = arena};
    struct cel_program *program = cel_compile(arena, env, source, &issues);
    if (!program)
        *ret_error = str_format(arena, "%scompilation failed: %.*s", prefix,
                                STR_FMT(expr_issues(arena, &issues)));
    return program;
}

static void compile_message(struct rule_scope *scope, struct expr_rule *rule)
{
    const struct str source = node_get_text(rule->node, STR("messageExpression"));
    if (source.n == 0)
        return;
    const struct cel_env *env =
        scope_env(scope, scope->compiler->known_messages, source, rule->optional_old);
    rule->message = compile_one(scope, env, source, "messageExpression ", &rule->message_error);
    if (!rule->message || cel_program_type(rule->message)->kind == CEL_STRING)
        return;
    rule->message_error = STR("messageExpression must evaluate to a string");
    cel_program_release(TAKE(rule->message));
}

static void compile_rule(struct rule_scope *scope, struct expr_rule *rule)
{
    if (str_trim(rule->source).n == 0)
        return;
    const struct cel_env *env =
        scope_env(scope, scope->compiler->known, rule->source, rule->optional_old);
    rule->program = compile_one(scope, env, rule->source, "", &rule->error);
    if (!rule->program)
        return;
    if (cel_program_type(rule->program)->kind != CEL_BOOL) {
        rule->error = STR("cel expression must evaluate to a bool");
        cel_program_release(TAKE(rule->program));
        return;
    }
    rule->uses_old = cel_program_mentions(rule->program, STR("oldSelf"));
    compile_message(scope, rule);
}

/* As the server writes it after the rule's own field: .a.b as a.b, ['x'] as [x]. */
static struct str rule_field(struct expr_compiler *compiler, const struct node *rule,
                             const struct structural *schema)
{
    const struct str path = node_get_text(rule, STR("fieldPath"));
    struct str root;
    const struct node *found;
    if (path.n == 0 || crd_field_path(compiler->arena, schema->node, path, true, &root, &found))
        return (struct str){0};
    const struct str field = str_starts(path, STR(".")) ? str_from_offset(path, 1) : path;
    char *text = arena_alloc_text(compiler->arena, field.n);
    size_t n = 0;
    for (size_t i = 0; i < field.n; i++)
        if (field.p[i] != '\'')
            text[n++] = field.p[i];
    return (struct str){text, n};
}

struct expr_rule *expr_compile(struct expr_compiler *compiler, const struct node *validations,
                               const struct structural *schema, const struct expr_type *type,
                               uint32_t *ret_n)
{
    struct rule_scope scope = {.compiler = compiler, .type = type};
    *ret_n = 0;
    if (node_kind(validations) != NODE_LIST || node_real(validations)->n == 0)
        return NULL;
    struct expr_rule *rules =
        ARENA_ARRAY(compiler->arena, struct expr_rule, node_real(validations)->n);
    for (struct item it = list_first(validations); it.value; it = list_next(it)) {
        const struct node *old = node_get(it.value, STR("optionalOldSelf"));
        struct expr_rule *rule = &rules[(*ret_n)++];
        *rule = (struct expr_rule){
            .node = it.value,
            .source = node_get_text(it.value, STR("rule")),
            .field = rule_field(compiler, it.value, schema),
            .optional_old = node_kind(old) == NODE_BOOL && node_bool(old),
        };
        compile_rule(&scope, rule);
    }
    return rules;
}

void expr_release(struct expr_rule *rules, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        cel_program_release(rules[i].program);
        cel_program_release(rules[i].message);
    }
}

/* ---- a schema and all below ---- */

bool expr_has_rules(const struct structural *schema)
{
    if (!schema)
        return false;
    if (node_kind(schema->validations) == NODE_LIST && node_real(schema->validations)->n > 0)
        return true;
    if (expr_has_rules(schema->items) || expr_has_rules(schema->additional))
        return true;
    for (uint32_t i = 0; i < schema->property_count; i++)
        if (expr_has_rules(schema->properties[i].schema))
            return true;
    return false;
}

/* Rules stand in `from`, which is `schema` itself or a part of its allOf; only what `schema` says
 * of the structure counts. */
struct pair {
    const struct structural *from, *schema;
    const struct expr_type *type; /* NULL: expressions don't see the value */
};

static const struct expr_node *make_node(struct expr_compiler *compiler, struct pair pair);

static void add_properties(struct expr_compiler *compiler, struct pair pair, struct expr_node *node)
{
    const struct structural *from = pair.from;
    struct expr_property *properties =
        ARENA_ARRAY(compiler->arena, struct expr_property, from->property_count + 1);
    for (uint32_t i = 0; i < from->property_count; i++) {
        const struct str name = from->properties[i].name;
        const struct structural *schema = structural_property(pair.schema, name);
        struct str escaped;
        if (!schema)
            continue;
        const bool can_write = cel_escape(compiler->arena, name, &escaped);
        const struct expr_type *type =
            can_write ? expr_type_property(compiler->arena, pair.type, name)
                      : expr_type_make(compiler->arena, schema, schema->embedded_resource);
        const struct expr_node *child =
            type ? make_node(compiler, (struct pair){from->properties[i].schema, schema, type})
                 : NULL;
        if (child)
            properties[node->property_count++] = (struct expr_property){name, child};
    }
    node->properties = properties;
}

static void add_all_of(struct expr_compiler *compiler, struct pair pair, struct expr_node *node)
{
    const uint32_t n = pair.from->all_of_count;
    if (n == 0)
        return;
    const struct expr_node **all = ARENA_ARRAY(compiler->arena, const struct expr_node *, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct expr_node *part =
            make_node(compiler, (struct pair){pair.from->all_of[i], pair.schema, pair.type});
        if (part)
            all[node->all_of_count++] = part;
    }
    node->all_of = all;
}

static const struct expr_node *make_node(struct expr_compiler *compiler, struct pair pair)
{
    struct expr_node node = {.schema = pair.schema, .type = pair.type};
    const struct expr_type *element = pair.type ? pair.type->element : NULL;
    if (pair.type)
        node.rules = expr_compile(compiler, pair.from->validations, pair.schema, pair.type,
                                  &node.rule_count);
    for (uint32_t i = 0; i < node.rule_count; i++)
        node.uses_old |= node.rules[i].uses_old;
    if (pair.from->items && pair.schema->items)
        node.items =
            make_node(compiler, (struct pair){pair.from->items, pair.schema->items, element});
    if (pair.from->additional && pair.schema->additional)
        node.additional = make_node(
            compiler, (struct pair){pair.from->additional, pair.schema->additional, element});
    add_properties(compiler, pair, &node);
    add_all_of(compiler, pair, &node);
    if (node.rule_count == 0 && !node.items && !node.additional && node.property_count == 0 &&
        node.all_of_count == 0)
        return NULL;
    return arena_dup(compiler->arena, &node, sizeof node);
}

const struct expr_node *expr_node_make(struct arena *arena, unsigned minor,
                                       const struct structural *schema, bool root)
{
    struct expr_compiler compiler = {.arena = arena, .minor = minor};
    if (!expr_has_rules(schema))
        return NULL;
    const struct expr_type *type = expr_type_make(arena, schema, root);
    return make_node(&compiler, (struct pair){schema, schema, type});
}

void expr_node_release(const struct expr_node *node)
{
    if (!node)
        return;
    expr_release(node->rules, node->rule_count);
    expr_node_release(node->items);
    expr_node_release(node->additional);
    for (uint32_t i = 0; i < node->property_count; i++)
        expr_node_release(node->properties[i].node);
    for (uint32_t i = 0; i < node->all_of_count; i++)
        expr_node_release(node->all_of[i]);
}
