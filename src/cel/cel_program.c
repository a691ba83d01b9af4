/* SPDX-License-Identifier: Apache-2.0 */
/* Source to program: parse, check, validate, plan, at once or when it is needed; and looking at
 * programs. */
#include "cel/cel_parse.h"

static struct cel_program *compile(struct arena *arena, const struct cel_env *env,
                                   struct str source, struct cel_issues *issues)
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
    if (env->options.no_check || env->options.later) {
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

struct cel_program *cel_compile(struct arena *arena, const struct cel_env *env, struct str source,
                                struct cel_issues *issues)
{
    if (!env->options.later)
        return compile(arena, env, source, issues);
    struct cel_program *program = ARENA_NEW(arena, struct cel_program);
    program->env = env;
    program->source = source;
    program->later = ARENA_NEW(arena, _Atomic(struct cel_program *));
    return program;
}

const struct cel_program *cel_program_read(const struct cel_program *program)
{
    if (!program->later)
        return program;
    struct cel_program *read = atomic_load_explicit(program->later, memory_order_acquire);
    if (read)
        return read;
    const struct cel_later *later = program->env->options.later;
    struct cel_issues issues = {.arena = later->arena};
    pthread_mutex_lock(later->lock);
    read = atomic_load(program->later);
    if (!read) {
        read = compile(later->arena, program->env, program->source, &issues);
        if (!read)
            BUG("%.*s: %.*s", STR_FMT(program->source), STR_FMT(issues.items[0].message));
        atomic_store(program->later, read);
    }
    pthread_mutex_unlock(later->lock);
    return read;
}

void cel_program_release(struct cel_program *program)
{
    if (!program)
        return;
    cel_patterns_release(&program->patterns);
    if (program->later)
        cel_program_release(atomic_load(program->later));
}

const struct cel_type *cel_program_type(const struct cel_program *program)
{
    return program->root && program->root->type ? program->root->type : &cel_type_dyn;
}

struct str cel_program_source(const struct cel_program *program)
{
    return program->source;
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
    cel_walk(cel_program_read(program)->root, visit_use, &use);
    return use.found;
}

bool cel_program_mentions(const struct cel_program *program, struct str name)
{
    struct use use = {.name = name, .bound = true};
    cel_walk(cel_program_read(program)->root, visit_use, &use);
    return use.found;
}
