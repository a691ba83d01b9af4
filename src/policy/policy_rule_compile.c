/* SPDX-License-Identifier: Apache-2.0 */
/* A rule as a policy with one binding, for a minor. */
#include "admit/expr.h"
#include "base/limits.h"
#include "policy/policy_rule.h"

/* ---- packs ---- */

/* What the build wrote is right. */
static void read_body(struct policy_rules *rules, struct policy_rule *rule)
{
    struct arena *arena = &rules->lazy;
    struct diags dropped SCOPED(diags) = {0};
    struct doc doc;
    dropped.at.source = source_new(arena, str_from(rule->rule->id), rule->pack->body);
    if (doc_read_json(arena, dropped.at.source, &dropped, &doc) < 0 || !doc.root)
        BUG("rule %s can't be read", rule->rule->id);
    rule->file.id = str_from(rule->rule->id);
    rule->file.root = doc.root;
    rule_file_take(doc.root, &rule->file);
}

static const struct node *merge_params(struct arena *arena, const struct node *defaults,
                                       const struct node *given)
{
    if (!defaults || !given)
        return defaults;
    struct node *merged = node_copy(arena, defaults);
    for (struct entry e = map_first(given); e.key; e = map_next(e))
        if (node_get(defaults, node_text(e.key)))
            node_put(arena, merged, node_text(e.key), node_copy(arena, e.value));
    return merged;
}

const struct node *policy_rule_params(const struct policy_rule *rule)
{
    return rule->params;
}

/* ---- policies ---- */

static const struct cel_env *make_env(struct arena *arena, unsigned minor,
                                      const struct cel_later *later)
{
    return cel_env_new(arena, (struct cel_env_options){.minor = (uint8_t)minor,
                                                       .formats = expr_formats,
                                                       .format_count = EXPR_FORMAT_COUNT,
                                                       .later = later});
}

/* Rules that come with the program were checked when it was made (tests/unit/policy): checking them
 * again, and reading those that nothing needs, would be most of the time until the first verdict.
 */
static const struct cel_env *env_of(struct policy_rules *rules, const struct policy_rule *rule,
                                    unsigned minor, size_t slot)
{
    const struct cel_env **env = rule->pack ? &rules->pack_env : &rules->envs[slot];
    if (!*env)
        *env = make_env(&rules->lazy, minor, rule->pack ? &rules->later : NULL);
    return *env;
}

static bool sees_secrets(const struct policy *policy)
{
    static const char secrets[] = "s.Secret"; /* of objects or neighbours */
    bool sees = false;
    for (uint32_t i = 0; i < policy->variables.n; i++)
        sees |= str_has(policy->variables.items[i].expr.source, str_from(secrets));
    for (uint32_t i = 0; i < policy->validation_count; i++)
        sees |= str_has(policy->validations[i].expr.source, str_from(secrets)) ||
                str_has(policy->validations[i].message_expr.source, str_from(secrets));
    return sees;
}

static void compile(struct arena *arena, const struct cel_env *env, const struct policy_rule *rule,
                    struct policy *policy)
{
    *policy = (struct policy){
        .name = rule->file.id,
        .own = rule,
        .param_state = rule->file.params ? PARAMS_CLUSTER : PARAMS_NONE,
        .variables = {.on_pods = rule->on_pods},
    };
    VEC_PUSH(arena, &policy->bindings,
             ((struct policy_binding){.name = rule->file.id,
                                      .severity = rule->rule ? rule->rule->severity
                                                             : rule->file.severity}));
    policy_compile_in(arena, env, policy, rule->file.root);
    policy->sees_secrets = sees_secrets(policy);
    const struct str summary = rule->pack ? str_from(rule->rule->summary) : rule->file.summary;
    for (uint32_t i = 0; i < policy->validation_count; i++)
        if (!policy->validations[i].message.n)
            policy->validations[i].message = summary;
}

static void prepare(struct policy_rules *rules, struct policy_rule *rule)
{
    if (rule->is_read)
        return;
    if (rule->pack)
        read_body(rules, rule);
    rule->on_pods = policy_rule_is_on_pods(rule->file.kinds);
    rule->params = merge_params(&rules->lazy, rule->file.params, rule->given);
    rule->is_read = true;
}

static struct policy *compile_once(struct policy_rules *rules, struct policy_rule *rule,
                                   unsigned minor, size_t slot)
{
    struct policy *policy = atomic_load(&rule->compiled[slot]);
    if (policy)
        return policy;
    prepare(rules, rule);
    policy = ARENA_NEW(&rules->lazy, struct policy);
    compile(&rules->lazy, env_of(rules, rule, minor, slot), rule, policy);
    atomic_store(&rule->compiled[slot], policy);
    return policy;
}

const struct policy *policy_rule_compiled(struct policy_rules *rules, struct policy_rule *rule,
                                          unsigned minor)
{
    /* No server reads the rules that come with the program: they are in its own language. */
    if (rule->pack)
        minor = schema_minor_max();
    const size_t slot = (minor - schema_minor_min()) % RULE_MINORS;
    struct policy *policy = atomic_load_explicit(&rule->compiled[slot], memory_order_acquire);
    if (policy)
        return policy;
    pthread_mutex_lock(&rules->lock);
    policy = compile_once(rules, rule, minor, slot);
    pthread_mutex_unlock(&rules->lock);
    return policy;
}

/* ---- mistakes ---- */

/* The place in the source of a place in the text, which may be the lines of a block; without an end
 * when it can't be told. */
struct span policy_issue_span(const struct source *source, const struct policy_expr *expr)
{
    const struct node *node = node_real(expr->node);
    const struct span whole = node_span(node);
    const struct str text = expr->source;
    const bool is_block = node->style == NODE_LITERAL || node->style == NODE_FOLDED;
    if (!source || expr->issue.line == 0 || expr->issue.offset > text.n)
        return whole;
    if (!is_block) {
        const uint32_t start = whole.start + (node->style != NODE_PLAIN);
        const struct str there = str_sub(source->text, start, start + expr->issue.offset);
        const uint32_t at = start + expr->issue.offset;
        return str_eq(there, str_sub(text, 0, expr->issue.offset)) && at < whole.end
                   ? (struct span){at, at + 1}
                   : whole;
    }
    /* a folded line of text may be several of the source: look where the words are */
    const struct str rest = str_from_offset(text, expr->issue.offset);
    size_t n = MIN_OF(rest.n, (size_t)24);
    const ptrdiff_t end = str_find_char(rest, node->style == NODE_FOLDED ? ' ' : '\n');
    if (end > 0)
        n = MIN_OF(n, (size_t)end);
    const struct str word = str_sub(rest, 0, n);
    const struct str block = str_sub(source->text, whole.start, whole.end);
    size_t from = (size_t)(str_find_char(block, '\n') + 1);
    for (size_t at = 0; word.n; at++) { /* the same word, counted from the front, on both sides */
        const ptrdiff_t in_text = str_find(str_from_offset(text, at), word);
        const ptrdiff_t in_block = str_find(str_from_offset(block, from), word);
        if (in_text < 0 || in_block < 0)
            return whole;
        at += (size_t)in_text;
        from += (size_t)in_block;
        const uint32_t start = whole.start + (uint32_t)from++;
        if (at == expr->issue.offset)
            return (struct span){start, start + 1};
    }
    return whole;
}

static bool check_expr(struct arena *arena, const struct rule_file *file,
                       const struct policy_expr *expr, struct diags *diags)
{
    struct str field = {0};
    if (!expr->node || expr->program)
        return true;
    const struct str text = expr->issue.message.n ? expr->issue.message : expr->error;
    const struct str shown = diag_escape(arena, text);
    (void)path_of(arena, file->root, expr->node, &field);
    diag_add(diags, RULE_POLICY_RULE, policy_issue_span(file->source, expr), field,
             "the expression does not compile: %.*s", STR_FMT(shown));
    return false;
}

bool policy_rule_compiles(struct arena *arena, const struct rule_file *file, struct diags *diags)
{
    struct policy policy;
    struct policy_rule rule = {.file = *file, .on_pods = policy_rule_is_on_pods(file->kinds)};
    compile(arena, make_env(arena, schema_minor_max(), NULL), &rule, &policy);
    bool fine = true;
    for (uint32_t i = 0; i < policy.variables.n; i++)
        fine &= check_expr(arena, file, &policy.variables.items[i].expr, diags);
    for (uint32_t i = 0; i < policy.validation_count; i++) {
        fine &= check_expr(arena, file, &policy.validations[i].expr, diags);
        fine &= check_expr(arena, file, &policy.validations[i].message_expr, diags);
    }
    for (uint32_t i = 0; i < policy.fixes.n; i++) {
        fine &= check_expr(arena, file, &policy.fixes.items[i].value, diags);
        fine &= check_expr(arena, file, &policy.fixes.items[i].list, diags);
    }
    policy_release(&policy);
    return fine;
}
