/* SPDX-License-Identifier: Apache-2.0 */
/* Environments: which names, types and functions an expression may use. */
#include "cel/cel_internal.h"

/* Types that have a name in the language (common/stdlib), besides those of libraries. */
static const struct cel_type *const standard_types[] = {
    &cel_type_bool,   &cel_type_bytes,  &cel_type_double, &cel_type_duration,
    &cel_type_int,    &cel_type_list_a, &cel_type_map_ab, &cel_type_null,
    &cel_type_string, &cel_type_type,   &cel_type_uint,   &cel_type_timestamp,
};

unsigned cel_env_minor(const struct cel_env *env)
{
    unsigned minor = env->options.minor;
    return env->options.new_expressions && minor ? minor - 1 : minor;
}

static bool is_in_force(unsigned minor, uint8_t since, uint8_t until)
{
    return minor >= since && (!until || minor < until);
}

bool cel_env_has_library(const struct cel_env *env, const struct cel_library *library)
{
    return is_in_force(cel_env_minor(env), library->since, library->until);
}

/* Of a.b, remembers a. */
static void add_root(struct cel_env *env, struct str name)
{
    const ptrdiff_t dot = str_find_char(name, '.');
    if (dot > 0)
        *map_slot(&env->roots, str_sub(name, 0, (size_t)dot)) = env;
}

bool cel_env_has_root(const struct cel_env *env, struct str name)
{
    struct str root = name;
    if (str_starts(root, STR(".")))
        root = str_from_offset(root, 1);
    const ptrdiff_t dot = str_find_char(root, '.');
    if (dot >= 0)
        root = str_sub(root, 0, (size_t)dot);
    bool has = env->options.container.n > 0; /* where any name may be one of several parts */
    for (; env && !has; env = env->parent)
        has = map_get(&env->roots, root) != NULL;
    return has;
}

static void add_row(struct cel_env *env, const struct cel_function *row)
{
    struct str name = str_from(row->name);
    add_root(env, name);
    void **slot = map_slot(&env->functions, name);
    if (!*slot) {
        struct cel_overloads *overloads = ARENA_NEW(env->arena, struct cel_overloads);
        const struct cel_overloads *inherited =
            env->parent ? cel_env_functions(env->parent, name) : NULL;
        for (size_t i = 0; inherited && i < inherited->n; i++)
            VEC_PUSH(env->arena, overloads, inherited->items[i]);
        *slot = overloads;
    }
    struct cel_overloads *overloads = *slot;
    VEC_PUSH(env->arena, overloads, row);
}

static void add_library(struct cel_env *env, const struct cel_library *library)
{
    if (!cel_env_has_library(env, library))
        return;
    for (size_t i = 0; i < library->n; i++)
        if (is_in_force(cel_env_minor(env), library->rows[i].since, library->rows[i].until))
            add_row(env, &library->rows[i]);
    for (size_t i = 0; library->types && library->types[i]; i++)
        cel_env_add_type(env, library->types[i]);
}

static struct cel_env *new_env(struct arena *arena, const struct cel_env *parent,
                               struct cel_env_options options)
{
    struct cel_env *env = ARENA_NEW(arena, struct cel_env);
    env->arena = arena;
    env->parent = parent;
    env->options = options;
    env->functions.arena = arena;
    env->variables.arena = arena;
    env->types.arena = arena;
    env->roots.arena = arena;
    env->slots = parent ? parent->slots : 0;
    return env;
}

struct cel_env *cel_env_new(struct arena *arena, struct cel_env_options options)
{
    struct cel_env *env = new_env(arena, NULL, options);
    for (size_t i = 0; i < ARRAY_LEN(standard_types); i++)
        cel_env_add_type(env, standard_types[i]);
    for (size_t i = 0; cel_libraries[i]; i++)
        add_library(env, cel_libraries[i]);
    return env;
}

struct cel_env *cel_env_extend(struct arena *arena, const struct cel_env *parent)
{
    return new_env(arena, parent, parent->options);
}

uint32_t cel_env_add_variable(struct cel_env *env, struct str name, const struct cel_type *type)
{
    struct cel_variable *variable = ARENA_NEW(env->arena, struct cel_variable);
    *variable = (struct cel_variable){name, type, env->slots++};
    (void)map_put(&env->variables, name, variable);
    add_root(env, name);
    return variable->slot;
}

void cel_env_add_type(struct cel_env *env, const struct cel_type *type)
{
    const struct cel_type **held = ARENA_NEW(env->arena, const struct cel_type *);
    *held = type;
    (void)map_put(&env->types, type->name, held);
    add_root(env, type->name);
}

void cel_env_add_functions(struct cel_env *env, const struct cel_function *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_row(env, &rows[i]);
}

const struct cel_variable *cel_env_variable(const struct cel_env *env, struct str name)
{
    for (; env; env = env->parent) {
        const struct cel_variable *variable = map_get(&env->variables, name);
        if (variable)
            return variable;
    }
    return NULL;
}

bool cel_env_has_variable(const struct cel_env *env, struct str name)
{
    return cel_env_variable(env, name) != NULL;
}

const struct cel_type *cel_env_type(const struct cel_env *env, struct str name)
{
    for (; env; env = env->parent) {
        const struct cel_type *const *held = map_get(&env->types, name);
        if (held)
            return *held;
    }
    return NULL;
}

const struct cel_overloads *cel_env_functions(const struct cel_env *env, struct str name)
{
    for (; env; env = env->parent) {
        const struct cel_overloads *overloads = map_get(&env->functions, name);
        if (overloads)
            return overloads;
    }
    return NULL;
}

unsigned cel_function_minor(struct str name)
{
    unsigned first = 0;
    for (size_t l = 0; cel_libraries[l]; l++) {
        const struct cel_library *library = cel_libraries[l];
        for (size_t i = 0; i < library->n; i++) {
            const struct cel_function *row = &library->rows[i];
            /* One more: new expressions get the libraries of the minor before. */
            unsigned since = MAX_OF(library->since, row->since) + 1u;
            if (str_is(name, row->name) && (!first || since < first))
                first = since;
        }
    }
    return first;
}

bool cel_names_next(struct arena *arena, struct cel_names *names, struct str *ret_name)
{
    if (names->done)
        return false;
    bool rooted = str_starts(names->name, STR("."));
    if (rooted || names->container.n == 0) {
        names->done = true;
        *ret_name = rooted ? str_from_offset(names->name, 1) : names->name;
        return true;
    }
    *ret_name = str_format(arena, "%.*s.%.*s", STR_FMT(names->container), STR_FMT(names->name));
    ptrdiff_t dot = str_find_last_char(names->container, '.');
    names->container = str_sub(names->container, 0, dot < 0 ? 0 : (size_t)dot);
    return true;
}
