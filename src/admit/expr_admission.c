/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What expressions of admission policies and webhooks see: the variables of
 * apiserver/pkg/admission/plugin/cel/compile.go, and whether such an expression compiles.
 */
#include "admit/expr.h"

#include "cel/cel_authorizer.h"
#include "cel/cel_library.h"

/* A struct type whose fields never change; ends with a field without name. */
struct fixed_field {
    const char *name;
    const struct cel_type *type;
};
struct fixed_object {
    struct cel_object object;
    const struct fixed_field *fields;
};

static bool fixed_find(const struct cel_object *object, struct str name,
                       struct cel_field *ret_field)
{
    const struct fixed_object *fixed =
        (const struct fixed_object *)((const char *)object - offsetof(struct fixed_object, object));
    for (const struct fixed_field *f = fixed->fields; f->name; f++) {
        if (!str_is(name, f->name))
            continue;
        *ret_field = (struct cel_field){f->type, name};
        return true;
    }
    return false;
}

#define FIXED(id, text, ...)                                                                       \
    static const struct fixed_field id##_fields[] = {__VA_ARGS__, {NULL, NULL}};                   \
    static const struct fixed_object id##_object = {{fixed_find}, id##_fields};                    \
    static const struct cel_type id = {                                                            \
        .kind = CEL_STRUCT, .name = {(text), sizeof(text) - 1}, .object = &id##_object.object}

#define LIST_OF(id, item)                                                                          \
    static const struct cel_type *const id##_params[] = {item};                                    \
    static const struct cel_type id = {                                                            \
        .kind = CEL_LIST, .n = 1, .name = {"list", 4}, .params = id##_params}

#define MAP_OF(id, value)                                                                          \
    static const struct cel_type *const id##_params[] = {&cel_type_string, value};                 \
    static const struct cel_type id = {                                                            \
        .kind = CEL_MAP, .n = 2, .name = {"map", 3}, .params = id##_params}

LIST_OF(strings, &cel_type_string);
MAP_OF(extra, &strings);
MAP_OF(string_map, &cel_type_string);
FIXED(gvk, "kubernetes.GroupVersionKind", {"group", &cel_type_string},
      {"version", &cel_type_string}, {"kind", &cel_type_string});
FIXED(gvr, "kubernetes.GroupVersionResource", {"group", &cel_type_string},
      {"version", &cel_type_string}, {"resource", &cel_type_string});
FIXED(user_info, "kubernetes.UserInfo", {"username", &cel_type_string}, {"uid", &cel_type_string},
      {"groups", &strings}, {"extra", &extra});
FIXED(request, "kubernetes.AdmissionRequest", {"kind", &gvk}, {"resource", &gvr},
      {"subResource", &cel_type_string}, {"requestKind", &gvk}, {"requestResource", &gvr},
      {"requestSubResource", &cel_type_string}, {"name", &cel_type_string},
      {"namespace", &cel_type_string}, {"operation", &cel_type_string}, {"userInfo", &user_info},
      {"dryRun", &cel_type_bool}, {"options", &cel_type_dyn});
FIXED(namespace_spec, "kubernetes.NamespaceSpec", {"finalizers", &strings});
FIXED(namespace_condition, "kubernetes.NamespaceCondition", {"status", &cel_type_string},
      {"type", &cel_type_string}, {"lastTransitionTime", &cel_type_timestamp},
      {"message", &cel_type_string}, {"reason", &cel_type_string});
LIST_OF(namespace_conditions, &namespace_condition);
FIXED(namespace_status, "kubernetes.NamespaceStatus", {"conditions", &namespace_conditions},
      {"phase", &cel_type_string});
FIXED(namespace_metadata, "kubernetes.NamespaceMetadata", {"name", &cel_type_string},
      {"generateName", &cel_type_string}, {"namespace", &cel_type_string}, {"labels", &string_map},
      {"annotations", &string_map}, {"UID", &cel_type_string},
      {"creationTimestamp", &cel_type_timestamp}, {"deletionGracePeriodSeconds", &cel_type_int},
      {"deletionTimestamp", &cel_type_timestamp}, {"generation", &cel_type_int},
      {"resourceVersion", &cel_type_string}, {"finalizers", &strings});
FIXED(namespace_type, "kubernetes.Namespace", {"metadata", &namespace_metadata},
      {"spec", &namespace_spec}, {"status", &namespace_status});

/* The variable of device selectors, as k8s.io/dynamic-resource-allocation/cel declares it. */
static const struct cel_type quantity = {.kind = CEL_STRUCT, .name = {"kubernetes.Quantity", 19}};
MAP_OF(attributes, &cel_type_any);
MAP_OF(attribute_domains, &attributes);
MAP_OF(capacities, &quantity);
MAP_OF(capacity_domains, &capacities);
FIXED(device, "kubernetes.DRADevice", {"driver", &cel_type_string},
      {"attributes", &attribute_domains}, {"capacity", &capacity_domains});
FIXED(shared_device, "kubernetes.DRADevice", {"driver", &cel_type_string},
      {"attributes", &attribute_domains}, {"capacity", &capacity_domains},
      {"allowMultipleAllocations", &cel_type_bool});

/* What mutations are made of: any field of an object is there, and may be anything. */
FIXED(patch, "JSONPatch", {"op", &cel_type_string}, {"from", &cel_type_string},
      {"path", &cel_type_string}, {"value", &cel_type_dyn});
LIST_OF(patch_list, &patch);
const struct cel_type *const expr_patches = &patch_list;

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
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
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

/* What the server keeps of an expression's type: plain types, and lists and maps of them. */
static const struct cel_type *declared(struct arena *arena, const struct cel_type *type)
{
    if (type && type->kind <= CEL_DURATION)
        return type;
    if (type && type->kind == CEL_ANY)
        return type;
    if (type && type->kind == CEL_LIST)
        return cel_type_list(arena, declared(arena, type->params[0]));
    if (type && type->kind == CEL_MAP)
        return cel_type_map(arena, declared(arena, type->params[0]),
                            declared(arena, type->params[1]));
    return &cel_type_dyn;
}

void expr_admission_add(struct expr_admission *admission, struct str name,
                        const struct cel_type *type)
{
    const struct cel_type *kept = declared(admission->arena, type);
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
                             sees & EXPR_SHARED_DEVICE ? &shared_device : &device);
        return env;
    }
    cel_env_add_variable(env, STR("object"), &cel_type_dyn);
    cel_env_add_variable(env, STR("oldObject"), &cel_type_dyn);
    cel_env_add_variable(env, STR("namespaceObject"), &namespace_type);
    cel_env_add_variable(env, STR("request"), &request);
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
        cel_env_add_type(own, &patch);
        cel_env_add_functions(own, cel_lib_jsonpatch.rows, cel_lib_jsonpatch.n);
        add_object_types(arena, own, source);
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
