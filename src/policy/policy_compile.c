/* SPDX-License-Identifier: Apache-2.0 */
/* The expressions of a policy as the API server compiles those that it has stored: with all
 * libraries that it knows (plugin/policy/validating/plugin.go, plugin/cel/compile.go). */
#include "admit/expr.h"
#include "base/limits.h"
#include "cel/cel_authorizer.h"
#include "cel/cel_library.h"
#include "policy/policy_internal.h"
#include "policy/policy_rule.h"

struct compiler {
    struct arena *arena;
    const struct cel_env *base;
    struct policy *policy;
    const struct cel_env *plain; /* without an authorizer: of messages */
    const struct cel_env *full;
};

static void make_envs(struct compiler *compiler)
{
    struct arena *arena = compiler->arena;
    struct policy *policy = compiler->policy;
    struct cel_env *plain = cel_env_extend(arena, compiler->base);
    cel_env_add_variable(plain, STR("object"), &cel_type_dyn);
    cel_env_add_variable(plain, STR("oldObject"), &cel_type_dyn);
    cel_env_add_variable(plain, STR("namespaceObject"), &expr_namespace_type);
    cel_env_add_variable(plain, STR("request"), &expr_request_type);
    cel_env_add_variable(plain, STR("variables"), &policy->variables.type);
    if (policy->param_state != PARAMS_NONE)
        cel_env_add_variable(plain, STR("params"), &cel_type_dyn);
    if (policy->own) {
        policy->written_slot = cel_env_add_variable(plain, STR("written"), &cel_type_dyn);
        cel_env_add_variable(plain, STR("objects"), &policy_objects_type);
        cel_env_add_variable(plain, STR("neighbours"), &policy_objects_type);
    }
    struct cel_env *full = cel_env_extend(arena, plain);
    policy->authorizer_slot = cel_env_add_variable(full, STR("authorizer"), &cel_type_authorizer);
    cel_env_add_variable(full, STR("authorizer.requestResource"), &cel_type_resource_check);
    compiler->plain = plain;
    compiler->full = full;
}

static struct str issues_text(struct arena *arena, struct str source,
                              const struct cel_issues *issues)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    buf_add_c(&text, "compilation failed: ");
    cel_issues_format(&text, source, issues);
    return str_dup(arena, buf_str(&text));
}

/* `wanted` is cel-go's list of types that the expression may have; NULL: any. */
static void compile(struct compiler *compiler, const struct cel_env *env, const struct node *node,
                    const struct cel_type *const *wanted, struct policy_expr *ret_expr)
{
    struct arena *arena = compiler->arena;
    struct cel_issues issues = {.arena = arena};
    *ret_expr = (struct policy_expr){.node = node, .source = node_text(node)};
    struct cel_program *program = cel_compile(arena, env, ret_expr->source, &issues);
    if (!program) {
        ret_expr->error = issues_text(arena, ret_expr->source, &issues);
        ret_expr->issue = issues.n ? issues.items[0] : (struct cel_issue){0};
        return;
    }
    const struct cel_type *type = cel_program_type(program);
    bool fits = !wanted;
    for (size_t i = 0; wanted && wanted[i]; i++)
        fits |= cel_type_eq(type, wanted[i]);
    /* Of rules that are checked already nobody asks for the types. */
    fits |= compiler->policy->own && compiler->policy->own->pack;
    if (fits) {
        ret_expr->program = program;
        return;
    }
    SCOPED(buf) struct buf text;
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    buf_add_c(&text, wanted[1] ? "must evaluate to one of [" : "must evaluate to ");
    for (size_t i = 0; wanted[i]; i++) {
        if (i)
            buf_add_char(&text, ' ');
        cel_type_format(&text, wanted[i]);
    }
    buf_add_c(&text, wanted[1] ? "] but got " : " but got ");
    cel_type_format(&text, type);
    ret_expr->error = str_dup(arena, buf_str(&text));
    cel_program_release(program);
}

static const struct cel_type *const bools[] = {&cel_type_bool, NULL};
static const struct cel_type *const strings[] = {&cel_type_string, NULL};
static const struct cel_type *const annotations[] = {&cel_type_string, &cel_type_null, NULL};

/* One more than there are: of nothing an arena would start a new block. */
static uint32_t room(const struct node *list)
{
    return (node_kind(list) == NODE_LIST ? node_real(list)->n : 0) + 1;
}

/* Each sees those before it. */
static void compile_variables(struct compiler *compiler, const struct node *list)
{
    struct arena *arena = compiler->arena;
    struct policy_variables *variables = &compiler->policy->variables;
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        struct policy_variable *variable = &variables->items[variables->n];
        variable->name = node_get_text(it.value, STR("name"));
        compile(compiler, compiler->full, node_get(it.value, STR("expression")), NULL,
                &variable->expr);
        variable->type = expr_declared_type(
            arena, variable->expr.program ? cel_program_type(variable->expr.program) : NULL);
        variables->n++;
    }
}

static void compile_list(struct compiler *compiler, const struct node *list, struct str key,
                         const struct cel_type *const *wanted, struct policy_exprs *ret_exprs)
{
    ret_exprs->items = ARENA_ARRAY(compiler->arena, struct policy_expr, room(list));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        compile(compiler, compiler->full, node_get(it.value, key), wanted,
                &ret_exprs->items[ret_exprs->n++]);
}

static void compile_validations(struct compiler *compiler, const struct node *list)
{
    struct policy *policy = compiler->policy;
    policy->validations = ARENA_ARRAY(compiler->arena, struct policy_validation, room(list));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        struct policy_validation *validation = &policy->validations[policy->validation_count++];
        const struct node *message = node_get(it.value, STR("messageExpression"));
        compile(compiler, compiler->full, node_get(it.value, STR("expression")), bools,
                &validation->expr);
        if (node_text(message).n)
            compile(compiler, compiler->plain, message, strings, &validation->message_expr);
        validation->message = node_get_text(it.value, STR("message"));
    }
}

/* What gives none of the two is of no effect, and refused when it is made. */
static void compile_mutations(struct compiler *compiler, const struct node *list)
{
    struct policy *policy = compiler->policy;
    const struct cel_type *const patches[] = {expr_patches, NULL};
    const struct cel_type *const applied[] = {expr_applied, NULL};
    policy->validations = ARENA_ARRAY(compiler->arena, struct policy_validation, room(list));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        struct policy_validation *mutation = &policy->validations[policy->validation_count++];
        const bool merges = str_is(node_get_text(it.value, STR("patchType")), "ApplyConfiguration");
        const struct node *how =
            node_get(it.value, merges ? STR("applyConfiguration") : STR("jsonPatch"));
        const struct node *expression = node_get(how, STR("expression"));
        struct cel_env *env = cel_env_extend(compiler->arena, compiler->full);
        expr_add_patch_types(compiler->arena, env, node_text(expression));
        compile(compiler, env, expression, merges ? applied : patches, &mutation->expr);
        mutation->merges = merges;
    }
}

static void compile_fixes(struct compiler *compiler, const struct node *list)
{
    struct policy *policy = compiler->policy;
    const struct cel_type *const patch_lists[] = {expr_patches, NULL};
    struct cel_env *env = cel_env_extend(compiler->arena, compiler->full);
    cel_env_add_type(env, &expr_patch_type);
    cel_env_add_functions(env, cel_lib_jsonpatch.rows, cel_lib_jsonpatch.n);
    policy->fixes.items = ARENA_ARRAY(compiler->arena, struct policy_fix, room(list));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        struct policy_fix *fix = &policy->fixes.items[policy->fixes.n++];
        const struct node *value = node_get(it.value, STR("valueExpression"));
        const struct node *patches = node_get(it.value, STR("expression"));
        fix->op = it.value;
        if (value)
            compile(compiler, env, value, NULL, &fix->value);
        if (patches)
            compile(compiler, env, patches, patch_lists, &fix->list);
    }
}

void policy_compile(struct policy_set *set, struct policy *policy, const struct node *spec)
{
    policy_compile_in(set->arena, set->env, policy, spec);
}

void policy_compile_in(struct arena *arena, const struct cel_env *env, struct policy *policy,
                       const struct node *spec)
{
    struct compiler compiler = {.arena = arena, .base = env, .policy = policy};
    const struct node *variables = node_get(spec, STR("variables"));
    const bool on_pods = policy->variables.on_pods;
    policy_variables_init(&policy->variables,
                          ARENA_ARRAY(arena, struct policy_variable, room(variables)));
    policy->variables.on_pods = on_pods;
    make_envs(&compiler);
    compile_variables(&compiler, variables);
    if (policy->own && node_get(spec, STR("fix")))
        compile_fixes(&compiler, node_get(spec, STR("fix")));
    compile_list(&compiler, node_get(spec, STR("matchConditions")), STR("expression"), bools,
                 &policy->conditions);
    if (policy->mutates)
        compile_mutations(&compiler, node_get(spec, STR("mutations")));
    else
        compile_validations(&compiler, node_get(spec, STR("validations")));
    compile_list(&compiler, node_get(spec, STR("auditAnnotations")), STR("valueExpression"),
                 annotations, &policy->audits);
}

void policy_release(struct policy *policy)
{
    for (uint32_t i = 0; i < policy->variables.n; i++)
        cel_program_release(policy->variables.items[i].expr.program);
    for (uint32_t i = 0; i < policy->conditions.n; i++)
        cel_program_release(policy->conditions.items[i].program);
    for (uint32_t i = 0; i < policy->audits.n; i++)
        cel_program_release(policy->audits.items[i].program);
    for (uint32_t i = 0; i < policy->fixes.n; i++) {
        cel_program_release(policy->fixes.items[i].value.program);
        cel_program_release(policy->fixes.items[i].list.program);
    }
    for (uint32_t i = 0; i < policy->validation_count; i++) {
        cel_program_release(policy->validations[i].expr.program);
        cel_program_release(policy->validations[i].message_expr.program);
    }
}
