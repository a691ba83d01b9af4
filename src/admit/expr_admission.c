/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What expressions of admission policies and webhooks see: the variables of
 * apiserver/pkg/admission/plugin/cel/compile.go, and whether such an expression compiles.
 */
#include "admit/expr.h"

#include "base/ascii.h"
#include "cel/cel_authorizer.h"
#include "cel/cel_library.h"

/* Any field of an object that a mutation makes is there, and may be anything. */
static bool any_field(const struct cel_object *object, struct str name, struct cel_field *ret_field)
{
    (void)object;
    *ret_field = (struct cel_field){&cel_type_dyn, name};
    return true;
}
static const struct cel_object any_object = {any_field};
static const struct cel_type object_type = {
    .kind = CEL_STRUCT, .name = {"Object", 6}, .object = &any_object};
const struct cel_type *const expr_applied = &object_type;

static bool is_name_char(char c)
{
    return ascii_is_alnum(c) || c == '_' || c == '.';
}

/* Types are found by name, and every name that starts with Object. is one: those of the text. */
static void add_object_types(struct arena *arena, struct cel_env *env, struct str source)
{
    for (size_t i = 0; i < source.n;) {
        size_t end = i;
        while (end < source.n && is_name_char(source.p[end]))
            end++;
        const struct str word = str_sub(source, i, end);
        if (str_is(word, "Object") || str_starts(word, STR("Object.")))
            cel_env_add_type(env, cel_type_struct(arena, word, &any_object));
        i = end > i ? end : i + 1;
    }
}

void expr_add_patch_types(struct arena *arena, struct cel_env *env, struct str source)
{
    cel_env_add_type(env, &expr_patch_type);
    cel_env_add_functions(env, cel_lib_jsonpatch.rows, cel_lib_jsonpatch.n);
    add_object_types(arena, env, source);
}

/* ---- variables of a policy ---- */

static bool find_variable(const struct cel_object *object, struct str name,
                          struct cel_field *ret_field)
{
    const struct expr_admission *admission =
        (const struct expr_admission *)((const char *)object -
                                        offsetof(struct expr_admission, variables));
    const struct cel_type *type = map_get(&admission->types, name);
    if (!type)
        return false;
    *ret_field = (struct cel_field){type, name};
    return true;
}

void expr_admission_init(struct expr_admission *admission, struct arena *arena, unsigned minor)
{
    *admission = (struct expr_admission){
        .arena = arena,
        .minor = minor,
        .variables = {find_variable},
        .types = {.arena = arena},
    };
}

const struct cel_type *expr_declared_type(struct arena *arena, const struct cel_type *type)
{
    if (!type)
        return &cel_type_dyn;
    if (type->kind == CEL_LIST)
        return cel_type_list(arena, expr_declared_type(arena, type->params[0]));
    if (type->kind == CEL_MAP)
        return cel_type_map(arena, expr_declared_type(arena, type->params[0]),
                            expr_declared_type(arena, type->params[1]));
    const bool is_simple = type->kind <= CEL_DURATION && !(type->flags & CEL_WRAPPER);
    return is_simple || type->kind == CEL_ANY ? type : &cel_type_dyn;
}

void expr_admission_add(struct expr_admission *admission, struct str name,
                        const struct cel_type *type)
{
    const struct cel_type *kept = expr_declared_type(admission->arena, type);
    map_put(&admission->types, name, arena_dup(admission->arena, kept, sizeof *kept));
}

static const struct cel_env *make_env(struct expr_admission *admission, unsigned sees)
{
    struct arena *arena = admission->arena;
    const bool is_new = (sees & EXPR_STORED) == 0;
    if (!admission->base[is_new])
        admission->base[is_new] =
            cel_env_new(arena, (struct cel_env_options){.formats = expr_formats,
                                                        .format_count = EXPR_FORMAT_COUNT,
                                                        .minor = (uint8_t)admission->minor,
                                                        .new_expressions = is_new});
    struct cel_env *env = cel_env_extend(arena, admission->base[is_new]);
    if (sees & EXPR_DEVICE) {
        cel_env_add_variable(env, STR("device"),
                             sees & EXPR_SHARED_DEVICE ? &expr_shared_device_type
                                                       : &expr_device_type);
        return env;
    }
    cel_env_add_variable(env, STR("object"), &cel_type_dyn);
    cel_env_add_variable(env, STR("oldObject"), &cel_type_dyn);
    cel_env_add_variable(env, STR("namespaceObject"), &expr_namespace_type);
    cel_env_add_variable(env, STR("request"), &expr_request_type);
    if (sees & EXPR_PARAMS)
        cel_env_add_variable(env, STR("params"), &cel_type_dyn);
    if (sees & EXPR_AUTHORIZER) {
        cel_env_add_variable(env, STR("authorizer"), &cel_type_authorizer);
        cel_env_add_variable(env, STR("authorizer.requestResource"), &cel_type_resource_check);
    }
    if (sees & EXPR_VARIABLES)
        cel_env_add_variable(
            env, STR("variables"),
            cel_type_struct(arena, STR("kubernetes.variables"), &admission->variables));
    return env;
}

static struct str wrong_type(struct arena *arena, const struct cel_type *const *wanted, size_t n,
                             const struct cel_type *type)
{
    struct buf text;
    buf_init(&text, 1 << 10);
    buf_add_c(&text, n == 1 ? "must evaluate to " : "must evaluate to one of [");
    for (size_t i = 0; i < n; i++) {
        buf_add_c(&text, i ? " " : "");
        cel_type_format(&text, wanted[i]);
    }
    buf_add_c(&text, n == 1 ? " but got " : "] but got ");
    cel_type_format(&text, type);
    const struct str all = str_dup(arena, buf_str(&text));
    buf_release(&text);
    return all;
}

struct str expr_admission_check(struct expr_admission *admission, struct str source, unsigned sees,
                                const struct cel_type *const *wanted, size_t n,
                                const struct cel_type **ret_type)
{
    struct arena *arena = admission->arena;
    const struct cel_env **env = &admission->envs[sees];
    struct cel_issues issues = {.arena = arena};
    if (!*env)
        *env = make_env(admission, sees);
    const struct cel_env *here = *env;
    if (sees & EXPR_PATCHES) {
        struct cel_env *own = cel_env_extend(arena, *env);
        expr_add_patch_types(arena, own, source);
        here = own;
    }
    struct cel_program *program = cel_compile(arena, here, source, &issues);
    *ret_type = NULL;
    if (!program)
        return str_format(arena, "compilation failed: %.*s", STR_FMT(expr_issues(arena, &issues)));
    const struct cel_type *type = cel_program_type(program);
    cel_program_release(program);
    *ret_type = type;
    for (size_t i = 0; i < n; i++)
        if (cel_type_eq(type, wanted[i]))
            return (struct str){0};
    return n ? wrong_type(arena, wanted, n, type) : (struct str){0};
}
