/* SPDX-License-Identifier: Apache-2.0 */
/* Policies with their bindings, params and Namespaces out of the objects of a set. */
#include "admit/expr.h"
#include "admit/profile.h"
#include "policy/policy_rule.h"

static const char group[] = "admissionregistration.k8s.io";

const struct node *policy_stored(const struct policy_source *source, struct arena *arena,
                                 const struct object *object)
{
    struct diags dropped SCOPED(diags) = {.at = {.source = object->source}};
    struct admit_ctx ctx = {
        .view = source->view, .arena = arena, .diags = &dropped, .profile = source->profile};
    struct admitted admitted;
    admit_decode(&ctx, object, &admitted);
    if (admitted.state != KIND_SERVED || admitted.type_error)
        return NULL;
    admit_default(&ctx, &admitted);
    return policy_place(source, arena, &admitted);
}

struct str policy_namespace(const struct policy_source *source, const struct object *object)
{
    if (!object->scope_known)
        return object->namespace;
    if (!object->namespaced)
        return (struct str){0};
    if (object->namespace.n)
        return object->namespace;
    return source->objects->default_namespace.n ? source->objects->default_namespace
                                                : STR("default");
}

/* ---- bindings ---- */

static enum severity severity_of(const struct node *actions)
{
    static const struct {
        const char *action;
        enum severity severity;
    } table[] = {{"Deny", SEVERITY_ERROR}, {"Warn", SEVERITY_WARNING}, {"Audit", SEVERITY_INFO}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        for (struct item it = list_first(actions); it.value; it = list_next(it))
            if (str_is(node_text(it.value), table[i].action))
                return table[i].severity;
    return SEVERITY_OFF;
}

/* One that was given by itself is meant to be heeded. */
static void bind_to_all(struct policy_set *set, struct policy *policy)
{
    VEC_PUSH(set->arena, &policy->bindings,
             ((struct policy_binding){.name = policy->name,
                                      .object = policy->object,
                                      .severity = SEVERITY_ERROR,
                                      .is_missing = true}));
}

static void add_bindings(struct policy_set *set, struct policy *policy)
{
    const char *kind =
        policy->mutates ? "MutatingAdmissionPolicyBinding" : "ValidatingAdmissionPolicyBinding";
    for (size_t i = 0; i < set->sources.n; i++) {
        const struct object *object = set->sources.items[i];
        if (!object_is(object, group, kind) ||
            !str_eq(node_get_text(node_get(object->root, STR("spec")), STR("policyName")),
                    policy->name))
            continue;
        const struct node *value = policy_stored(&set->source, set->arena, object);
        if (!value)
            continue;
        const struct node *spec = node_get(value, STR("spec"));
        VEC_PUSH(set->arena, &policy->bindings,
                 ((struct policy_binding){
                     .name = object->name,
                     .object = object,
                     .match = node_get(spec, STR("matchResources")),
                     .param_ref = node_get(spec, STR("paramRef")),
                     .severity = policy->mutates
                                     ? SEVERITY_ERROR
                                     : severity_of(node_get(spec, STR("validationActions")))}));
    }
}

/* ---- params ---- */

static void add_params(struct policy_set *set, struct policy *policy)
{
    for (size_t i = 0; i < set->sources.n; i++) {
        const struct object *object = set->sources.items[i];
        if (!str_eq(object->gvk.group, policy->param_kind.group) ||
            !str_eq(object->gvk.kind, policy->param_kind.kind) || !object->name.n)
            continue;
        const struct node *value = policy_stored(&set->source, set->arena, object);
        if (value)
            VEC_PUSH(
                set->arena, &policy->params,
                ((struct policy_param){object, value, policy_namespace(&set->source, object)}));
    }
}

static void read_param_kind(struct policy_set *set, struct policy *policy, const struct node *spec)
{
    const struct node *param_kind = node_get(spec, STR("paramKind"));
    struct kind_info info;
    struct gvk *gvk = &policy->param_kind;
    if (node_is_null(param_kind))
        return;
    gvk->kind = node_get_text(param_kind, STR("kind"));
    (void)api_version_split(node_get_text(param_kind, STR("apiVersion")), &gvk->group,
                            &gvk->version);
    if (schema_peek_kind(set->source.view, gvk->group, gvk->version, gvk->kind, &info) !=
        KIND_SERVED) {
        policy->param_state = PARAMS_UNKNOWN;
        return;
    }
    policy->param_state = info.namespaced ? PARAMS_NAMESPACED : PARAMS_CLUSTER;
    add_params(set, policy);
}

/* ---- policies ---- */

static void add_policy(struct policy_set *set, const struct object *object, bool is_given)
{
    struct policy *policy = ARENA_NEW(set->arena, struct policy);
    const struct node *value = policy_stored(&set->source, set->arena, object);
    const struct node *spec = node_get(value, STR("spec"));
    *policy = (struct policy){
        .name = object->name,
        .object = object,
        .match = node_get(spec, STR("matchConstraints")),
        .fails = !str_is(node_get_text(spec, STR("failurePolicy")), "Ignore"),
        .mutates = object_is(object, group, "MutatingAdmissionPolicy"),
        .reinvokes = str_is(node_get_text(spec, STR("reinvocationPolicy")), "IfNeeded"),
    };
    if (!value || node_kind(spec) != NODE_MAP || !object->name.n)
        return;
    add_bindings(set, policy);
    if (!policy->bindings.n && is_given && !policy->mutates)
        bind_to_all(set, policy);
    if (!policy->bindings.n)
        return;
    read_param_kind(set, policy, spec);
    policy_compile(set, policy, spec);
    for (size_t i = 0; i < policy->bindings.n; i++)
        policy_make_rules(set->arena, policy, &policy->bindings.items[i]);
    VEC_PUSH(set->arena, &set->policies, policy);
}

/* What the server adds when it creates one. */
static const struct node *stored_namespace(struct policy_set *set, const struct object *object)
{
    const struct node *value = policy_stored(&set->source, set->arena, object);
    if (!value)
        return NULL;
    struct node *copy = node_copy(set->arena, value);
    struct node *spec = node_new(set->arena, NODE_MAP);
    struct node *finalizers = node_new(set->arena, NODE_LIST);
    node_add(finalizers, node_new_text(set->arena, STR("kubernetes")));
    node_put(set->arena, spec, STR("finalizers"), finalizers);
    node_put(set->arena, copy, STR("spec"), spec);
    struct node *status = node_new(set->arena, NODE_MAP);
    node_put(set->arena, status, STR("phase"), node_new_text(set->arena, STR("Active")));
    node_put(set->arena, copy, STR("status"), status);
    return copy;
}

static void add_namespaces(struct policy_set *set, const struct object_set *objects)
{
    for (size_t i = 0; objects && i < objects->n; i++) {
        const struct object *object = &objects->items[i];
        if (!object_is(object, "", "Namespace") || !object->name.n ||
            map_has(&set->namespaces, object->name))
            continue;
        const struct node *value = stored_namespace(set, object);
        union { /* maps hold what may be changed; this is not */
            const struct node *borrowed;
            void *held;
        } entry = {value};
        if (value)
            map_put(&set->namespaces, object->name, entry.held);
    }
}

/* ---- sources ---- */

/* What several have is the set's, then the library's. */
static void add_sources(struct policy_set *set)
{
    const struct object_set *own = set->source.policies;
    const struct object_set *library = set->source.library;
    const struct object_set *cluster = set->source.cluster;
    for (size_t i = 0; own && i < own->n; i++)
        VEC_PUSH(set->arena, &set->sources, &own->items[i]);
    set->own_sources = set->sources.n;
    for (size_t i = 0; library && i < library->n; i++)
        if (!own || !object_set_find(own, library->items[i].identity))
            VEC_PUSH(set->arena, &set->sources, &library->items[i]);
    set->given_sources = set->sources.n;
    for (size_t i = 0; cluster && i < cluster->n; i++) {
        const struct str identity = cluster->items[i].identity;
        if ((!own || !object_set_find(own, identity)) &&
            (!library || !object_set_find(library, identity)))
            VEC_PUSH(set->arena, &set->sources, &cluster->items[i]);
    }
}

/* Of a kind that the server runs: 1.36 is the first that has mutating ones by default. */
static bool runs(const struct policy_source *source, const struct object *object)
{
    const struct profile *profile = source->profile;
    size_t gate;
    if (object_is(object, group, "ValidatingAdmissionPolicy"))
        return !profile || profile_has_plugin(profile, PLUGIN_VALIDATING_ADMISSION_POLICY);
    return object_is(object, group, "MutatingAdmissionPolicy") &&
           (!profile || profile_has_plugin(profile, PLUGIN_MUTATING_ADMISSION_POLICY)) &&
           gate_find(STR("MutatingAdmissionPolicy"), &gate) &&
           profile_gate_is_on(profile, gate, source->view->minor);
}

static bool has_policy(const struct policy_source *source, const struct object_set *objects)
{
    for (size_t i = 0; objects && i < objects->n; i++)
        if (runs(source, &objects->items[i]))
            return true;
    return false;
}

static void add_policies(struct policy_set *set)
{
    const struct policy_source *source = &set->source;
    if (!has_policy(source, source->policies) && !has_policy(source, source->library) &&
        !has_policy(source, source->cluster))
        return;
    set->env =
        cel_env_new(set->arena, (struct cel_env_options){.minor = (uint8_t)source->view->minor,
                                                         .formats = expr_formats,
                                                         .format_count = EXPR_FORMAT_COUNT});
    add_sources(set);
    for (size_t i = 0; i < set->sources.n; i++)
        if (runs(source, set->sources.items[i]))
            add_policy(set, set->sources.items[i], i >= set->own_sources && i < set->given_sources);
}

struct policy_set *policy_set_new(struct arena *arena, const struct policy_source *source)
{
    struct policy_set *set = ARENA_NEW(arena, struct policy_set);
    const bool has_rules = policy_rules_count(source->rules) + policy_rules_count(source->packs);
    *set = (struct policy_set){.arena = arena, .source = *source, .namespaces = {.arena = arena}};
    add_policies(set);
    if (set->policies.n == 0 && !has_rules)
        return NULL;
    set->objects = ARENA_NEW(arena, struct policy_objects);
    policy_objects_init(set->objects, &set->source);
    add_namespaces(set, source->objects);
    add_namespaces(set, source->library);
    add_namespaces(set, source->cluster);
    return set;
}

/* ---- comparing ---- */

static bool is_same_object(const struct object *a, const struct object *b)
{
    return a == b || node_equal(a->root, b->root);
}

static bool is_same_policy(const struct policy *a, const struct policy *b)
{
    if (!is_same_object(a->object, b->object) || a->bindings.n != b->bindings.n ||
        a->params.n != b->params.n)
        return false;
    for (size_t i = 0; i < a->bindings.n; i++)
        if (!is_same_object(a->bindings.items[i].object, b->bindings.items[i].object))
            return false;
    for (size_t i = 0; i < a->params.n; i++)
        if (!is_same_object(a->params.items[i].object, b->params.items[i].object))
            return false;
    return true;
}

static const struct policy *find_policy(const struct policy_set *set, const struct policy *like)
{
    for (size_t i = 0; set && i < set->policies.n; i++)
        if (set->policies.items[i]->mutates == like->mutates &&
            str_eq(set->policies.items[i]->name, like->name))
            return set->policies.items[i];
    return NULL;
}

/* A policy of `set` that `other` does not have as it is. */
static const struct object *find_changed(const struct policy_set *set,
                                         const struct policy_set *other)
{
    for (size_t i = 0; set && i < set->policies.n; i++) {
        const struct policy *policy = set->policies.items[i];
        const struct policy *same = find_policy(other, policy);
        if (!same || !is_same_policy(policy, same))
            return policy->object;
    }
    return NULL;
}

bool policy_set_eq(const struct policy_set *a, const struct policy_set *b,
                   const struct object **ret_what)
{
    const struct object *what = find_changed(b, a);
    if (!what)
        what = find_changed(a, b);
    if (ret_what)
        *ret_what = what;
    return !what && policy_rules_eq(a ? a->source.rules : NULL, b ? b->source.rules : NULL) &&
           policy_rules_eq(a ? a->source.packs : NULL, b ? b->source.packs : NULL);
}

void policy_set_free(struct policy_set *set)
{
    for (size_t i = 0; set && i < set->policies.n; i++)
        policy_release(set->policies.items[i]);
    if (set)
        policy_objects_release(set->objects);
}
