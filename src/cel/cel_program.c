/* SPDX-License-Identifier: Apache-2.0 */
/* Source to program: parse, check, validate, plan; and looking at programs. */
#include "cel/cel_parse.h"

struct cel_program *cel_compile(struct arena *arena, const struct cel_env *env, struct str source,
                                struct cel_issues *issues)
{
    struct cel_parser parser = {.arena = arena, .env = env, .issues = issues, .source = source};
    size_t before = issues->n;
    struct cel_expr *root = cel_parse_source(&parser);
    if (!root)
        return NULL;
    struct cel_program *program = ARENA_NEW(arena, struct cel_program);
    program->env = env;
    program->source = source;
    program->root = root;
    program->ids = parser.ids;
    if (env->options.no_check) {
        program->locals = cel_resolve(arena, env, root);
    } else {
        program->locals = cel_check(arena, env, source, root, issues);
        if (issues->n == before)
            cel_validate(arena, program, issues);
    }
    if (issues->n == before)
        cel_plan(arena, program, issues);
    if (issues->n == before)
        return program;
    cel_issues_sort(issues);
    cel_program_release(program);
    return NULL;
}

void cel_program_release(struct cel_program *program)
{
    if (program)
        cel_patterns_release(&program->patterns);
}

const struct cel_type *cel_program_type(const struct cel_program *program)
{
    return program->root->type ? program->root->type : &cel_type_dyn;
}

struct str cel_program_source(const struct cel_program *program)
{
    return program->source;
}

const struct cel_expr *cel_program_root(const struct cel_program *program)
{
    return program->root;
}

struct span cel_expr_span(const struct cel_expr *expr)
{
    return (struct span){expr->start, expr->end};
}

struct use {
    struct str name;
    bool bound; /* variables of macros count as well */
    bool found;
};

static void visit_use(struct cel_expr *expr, void *ctx)
{
    struct use *use = ctx;
    if (expr->kind == EXPR_IDENT && (use->bound || expr->ident.scope == SCOPE_SLOT) &&
        str_eq(expr->ident.name, use->name))
        use->found = true;
}

bool cel_program_uses(const struct cel_program *program, struct str variable)
{
    struct use use = {.name = variable};
    cel_walk(program->root, visit_use, &use);
    return use.found;
}

bool cel_program_mentions(const struct cel_program *program, struct str name)
{
    struct use use = {.name = name, .bound = true};
    cel_walk(program->root, visit_use, &use);
    return use.found;
}
