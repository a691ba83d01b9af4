/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled once; an object's fields go into the slots of what the expressions name. */
#include "apply/health_rules.h"

#include "apply/health_internal.h"
#include "base/suggest.h"
#include "cel/cel.h"

/* order: rule_fields */
enum { RULE_IN_PROGRESS, RULE_FAILED, RULE_CURRENT, RULE_EXPRESSIONS };

struct health_rule {
    const struct config_health *setting;
    struct str_list names; /* order: slots */
    struct cel_program *programs[RULE_EXPRESSIONS];
    struct str error; /* why it can't be used; "" */
};

struct health_rules {
    VEC(struct health_rule);
};

static const struct {
    const char *name;
    size_t offset; /* of its text in a config_health */
    enum health_state state;
    const char *reason;
} rule_fields[] = {
    {"inProgress", offsetof(struct config_health, in_progress), HEALTH_IN_PROGRESS, "InProgress"},
    {"failed", offsetof(struct config_health, failed), HEALTH_FAILED, "Failed"},
    {"current", offsetof(struct config_health, current), HEALTH_CURRENT, ""},
};

static struct str text_of(const struct config_health *setting, size_t field)
{
    struct str text;
    memcpy(&text, (const char *)setting + rule_fields[field].offset, sizeof text);
    return text;
}

/* ---- compiling ---- */

struct compiling {
    struct arena *arena;
    const struct cel_env *base;
    struct cel_env *env;
    struct health_rule *rule;
    struct health_errors *errors;
};

static void add_error(struct compiling *compiling, size_t field, struct str message)
{
    struct health_rule *rule = compiling->rule;
    VEC_PUSH(compiling->arena, compiling->errors,
             (struct health_error){rule->setting, rule_fields[field].name, message});
    if (!rule->error.n)
        rule->error =
            str_format(compiling->arena, "%s: %.*s", rule_fields[field].name, STR_FMT(message));
}

static void add_issues(struct compiling *compiling, size_t field, const struct cel_issues *issues)
{
    for (size_t i = 0; i < issues->n; i++)
        add_error(compiling, field,
                  str_format(compiling->arena, "%u:%u: %.*s", issues->items[i].line,
                             issues->items[i].column, STR_FMT(issues->items[i].message)));
}

/* A name that the language knows already (int) is no field. */
static bool is_known(struct compiling *compiling, struct str name)
{
    SCOPED(arena) struct arena arena = {0};
    struct cel_issues issues = {.arena = &arena};
    struct cel_program *program = cel_compile(&arena, compiling->base, name, &issues);
    const bool is_type = program != NULL;
    cel_program_release(program);
    return is_type;
}

/* What nearly every object has, one letter off, is not a field of a kind that nobody has seen. */
static bool is_mistyped(struct compiling *compiling, size_t field, struct str name)
{
    static const char *const usual[] = {"apiVersion", "kind", "metadata", "spec", "status", "data"};
    struct suggest suggest;
    if (str_is_one_of(name, usual, ARRAY_LEN(usual)))
        return false;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        suggest_offer(&suggest, str_from(usual[i]));
    if (!suggest.best.n || suggest.distance > 1)
        return false;
    add_error(compiling, field,
              str_format(compiling->arena, "objects have no field '%.*s'; did you mean '%.*s'?",
                         STR_FMT(name), STR_FMT(suggest.best)));
    return true;
}

static void declare(struct compiling *compiling, size_t field, const struct str_list *names)
{
    for (size_t i = 0; i < names->n; i++) {
        const struct str name = names->items[i];
        if (cel_env_has_variable(compiling->env, name) || is_known(compiling, name) ||
            is_mistyped(compiling, field, name))
            continue;
        (void)cel_env_add_variable(compiling->env, name, &cel_type_dyn);
        VEC_PUSH(compiling->arena, &compiling->rule->names, name);
    }
}

/* Names of all expressions first, as all of them are evaluated with the same slots. */
static bool read_names(struct compiling *compiling, size_t field)
{
    const struct str text = text_of(compiling->rule->setting, field);
    struct cel_issues issues = {.arena = compiling->arena};
    struct str_list names = {0};
    if (!text.n)
        return field != RULE_CURRENT;
    const struct cel_expr *expr = cel_parse(compiling->arena, compiling->env, text, &issues);
    add_issues(compiling, field, &issues);
    if (!expr)
        return true;
    cel_names(compiling->arena, expr, &names);
    declare(compiling, field, &names);
    return true;
}

static void compile(struct compiling *compiling, size_t field)
{
    const struct str text = text_of(compiling->rule->setting, field);
    struct cel_issues issues = {.arena = compiling->arena};
    if (!text.n)
        return;
    struct cel_program *program = cel_compile(compiling->arena, compiling->env, text, &issues);
    add_issues(compiling, field, &issues);
    compiling->rule->programs[field] = program;
    if (!program)
        return;
    const enum cel_kind kind = cel_program_type(program)->kind;
    if (kind != CEL_BOOL && kind != CEL_DYN)
        add_error(compiling, field, STR("the expression is neither true nor false"));
}

static void read_rule(struct compiling *compiling)
{
    for (size_t i = 0; i < RULE_EXPRESSIONS; i++)
        if (!read_names(compiling, i))
            add_error(compiling, i, STR("it is needed: when is an object as it should be?"));
    for (size_t i = 0; !compiling->rule->error.n && i < RULE_EXPRESSIONS; i++)
        compile(compiling, i);
}

struct health_rules *health_rules_new(struct arena *arena, const struct config_health *settings,
                                      size_t n, struct health_errors *errors)
{
    /* As the newest server: the rules are ours, and no server reads them. */
    enum { MINOR = 36 };
    struct health_rules *rules = ARENA_NEW(arena, struct health_rules);
    const struct cel_env *base = cel_env_new(arena, (struct cel_env_options){.minor = MINOR});
    for (size_t i = 0; i < n; i++) {
        struct health_rule rule = {.setting = &settings[i]};
        struct compiling compiling = {.arena = arena,
                                      .base = base,
                                      .env = cel_env_extend(arena, base),
                                      .rule = &rule,
                                      .errors = errors};
        read_rule(&compiling);
        VEC_PUSH(arena, rules, rule);
    }
    return rules;
}

void health_rules_free(struct health_rules *rules)
{
    for (size_t i = 0; rules && i < rules->n; i++)
        for (size_t j = 0; j < RULE_EXPRESSIONS; j++)
            cel_program_release(TAKE(rules->items[i].programs[j]));
}

/* ---- judging ---- */

const struct health_rule *health_rules_find(const struct health_rules *rules,
                                            struct str api_version, struct str kind)
{
    const struct health_rule *of_version = NULL;
    for (size_t i = 0; rules && i < rules->n; i++) {
        const struct config_health *setting = rules->items[i].setting;
        if (!str_eq(setting->api_version, api_version))
            continue;
        if (str_eq(setting->kind, kind))
            return &rules->items[i];
        if (!setting->kind.n && !of_version)
            of_version = &rules->items[i];
    }
    return of_version;
}

static bool rule_is_settled(struct checkup *checkup)
{
    if (health_text(checkup->object, "metadata.deletionTimestamp").n)
        return health_is(checkup, HEALTH_TERMINATING, "Terminating", "it is being deleted");
    const int64_t generation = health_number(checkup->object, "metadata.generation", -1);
    const int64_t seen = health_number(checkup->object, "status.observedGeneration", -1);
    if (seen < 0 || generation < 0 || seen == generation)
        return false;
    return health_is(checkup, HEALTH_IN_PROGRESS, "LatestGenerationNotObserved",
                     "its controller has seen generation %lld of %lld", (long long)seen,
                     (long long)generation);
}

static struct cel_value field_of(struct cel_run *run, const struct node *object, struct str name)
{
    const struct node *value = node_get(object, name);
    if (value)
        return cel_from_node(run, value, &cel_type_dyn);
    if (str_is(name, "status"))
        return cel_from_node(run, node_new(run->arena, NODE_MAP), &cel_type_dyn);
    return (struct cel_value){.kind = CEL_UNKNOWN}; /* no such field, for who asks for it */
}

/* 1: true, 0: false, -1: told. */
static int is_true(struct checkup *checkup, struct cel_run *run, const struct cel_program *program,
                   const struct cel_value *slots, size_t field)
{
    const struct cel_value value = cel_eval(run, program, slots);
    if (value.kind == CEL_BOOL)
        return cel_is_true(value);
    struct str why = STR("the expression is neither true nor false");
    if (value.kind == CEL_ERROR || value.kind == CEL_UNKNOWN)
        why = cel_error_text(value);
    health_is(checkup, HEALTH_UNKNOWN, "HealthRule", "%s of its health rule: %.*s",
              rule_fields[field].name, STR_FMT(why));
    return -1;
}

static void evaluate(struct checkup *checkup, const struct health_rule *rule, struct cel_run *run)
{
    struct cel_value *slots =
        ARENA_ARRAY(run->arena, struct cel_value, MAX_OF(rule->names.n, (size_t)1));
    for (size_t i = 0; i < rule->names.n; i++)
        slots[i] = field_of(run, checkup->object, rule->names.items[i]);
    for (size_t i = 0; i < RULE_EXPRESSIONS; i++) {
        const int answer =
            rule->programs[i] ? is_true(checkup, run, rule->programs[i], slots, i) : 0;
        if (answer < 0)
            return;
        if (answer) {
            health_is(checkup, rule_fields[i].state, rule_fields[i].reason, "%s",
                      i == RULE_CURRENT ? "" : "as its health rule says");
            return;
        }
    }
    health_is(checkup, HEALTH_IN_PROGRESS, "NotCurrent",
              "no expression of its health rule is true yet");
}

void health_rule_of(const struct health_rule *rule, struct arena *arena, const struct node *object,
                    struct health *ret_health)
{
    SCOPED(arena) struct arena scratch = {0};
    struct checkup checkup = {.arena = arena, .object = object, .health = ret_health};
    struct cel_run run = {.arena = &scratch, .cost_limit = CEL_COST_PER_CALL};
    if (rule->error.n) {
        health_is(&checkup, HEALTH_UNKNOWN, "HealthRule", "its health rule can't be used: %.*s",
                  STR_FMT(rule->error));
        return;
    }
    if (!rule_is_settled(&checkup))
        evaluate(&checkup, rule, &run);
    cel_run_release(&run);
}
