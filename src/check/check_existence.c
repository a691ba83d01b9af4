/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of objects that nobody declares. A missing namespace is told once a set, about the
 * namespace and not about each object in it; the rest about the object that names it.
 */
#include "base/suggest.h"
#include "check/check_internal.h"

static const struct words {
    enum rule_id rule;
    const char *noun, *where;
} words[] = {
    [TARGET_NAMESPACE] = {RULE_REF_NAMESPACE, "namespace", ""},
    [TARGET_SERVICE_ACCOUNT] = {RULE_REF_SERVICE_ACCOUNT, "service account", " in its namespace"},
    [TARGET_PRIORITY_CLASS] = {RULE_REF_PRIORITY_CLASS, "priority class", ""},
    [TARGET_RUNTIME_CLASS] = {RULE_REF_RUNTIME_CLASS, "runtime class", ""},
    [TARGET_STORAGE_CLASS] = {RULE_REF_STORAGE_CLASS, "storage class", ""},
    [TARGET_INGRESS_CLASS] = {RULE_REF_INGRESS_CLASS, "ingress class", ""},
};

/* The nearest name of those that are declared. */
static struct str nearest(const struct check_context *context,
                          const struct check_reference *reference)
{
    struct suggest suggest;
    suggest_init(&suggest, reference->name);
    for (size_t i = 0; i < context->declared.n; i++) {
        const struct declarers *declarers = context->declared.entries[i].value;
        struct check_reference declared;
        const struct object *object = declarers->items[0];
        if (!check_declares(object, context->input->objects->default_namespace, &declared) ||
            declared.target != reference->target)
            continue;
        if (str_eq(declared.namespace, reference->namespace))
            suggest_offer(&suggest, declared.name);
    }
    return suggest.best;
}

/* What the server refuses at once; of a template it refuses the Pods later, and a claim waits. */
static bool is_refused(const struct object *object, const struct check_reference *reference)
{
    static const bool of_pods[TARGET_COUNT] = {[TARGET_SERVICE_ACCOUNT] = true,
                                               [TARGET_PRIORITY_CLASS] = true,
                                               [TARGET_RUNTIME_CLASS] = true};
    return reference->target == TARGET_NAMESPACE ||
           (of_pods[reference->target] && object_is(object, "", "Pod"));
}

/* In another set of the run: it is on its way to the cluster as well. */
static bool is_coming(const struct check_context *context, const struct check_reference *reference)
{
    const struct check_input *input = context->input;
    const struct str identity =
        str_format(context->arena, "%s/%s/%.*s/%.*s", check_target_group(reference->target),
                   check_target_kind(reference->target), STR_FMT(reference->namespace),
                   STR_FMT(reference->name));
    for (size_t i = 0; i < input->all_count; i++)
        if (object_set_find(input->all[i], identity))
            return true;
    return false;
}

static void report(const struct check_context *context, struct diags *diags,
                   const struct object *object, const struct check_reference *reference)
{
    const struct words *say = &words[reference->target];
    struct arena arena SCOPED(arena) = {0};
    struct str quoted = diag_quote(&arena, reference->name);
    const bool is_known = check_is_known(context, reference->target);
    struct diag *diag =
        check_report(diags, say->rule, object, reference->place,
                     is_known ? "%s \"%.*s\" is neither in the cluster nor declared%s"
                              : "%s \"%.*s\" is declared nowhere%s",
                     say->noun, STR_FMT(quoted), say->where);
    if (is_known && is_refused(object, reference))
        check_make_error(diag);
    if (diag && reference->target == TARGET_NAMESPACE)
        diag->object = (struct diag_object){.api_version = STR("v1"),
                                            .kind = STR("Namespace"),
                                            .name = str_dup(&diags->arena, reference->name)};
    struct str best = diag_quote(&arena, nearest(context, reference));
    struct str namespace = diag_quote(&arena, reference->namespace);
    if (best.n)
        diag_hint(diags, diag, "did you mean \"%.*s\"?", STR_FMT(best));
    else
        diag_hint(diags, diag,
                  "declare it, or if it comes from elsewhere, say so: `external: [%s/%.*s%s%.*s]` "
                  "in tidegate.yaml",
                  check_target_kind(reference->target), STR_FMT(namespace), namespace.n ? "/" : "",
                  STR_FMT(quoted));
}

/* Namespaces of sets are ones that somebody wrote down on purpose. */
static bool is_of_a_set(const struct check_context *context,
                        const struct check_reference *reference)
{
    const struct str_list *namespaces = context->input->namespaces;
    for (size_t i = 0; namespaces && i < namespaces->n; i++)
        if (reference->target == TARGET_NAMESPACE && str_eq(reference->name, namespaces->items[i]))
            return true;
    return false;
}

static void check_object(const struct check_context *context, struct diags *diags,
                         const struct object *object, struct map *told)
{
    struct arena arena SCOPED(arena) = {0};
    struct check_references references = {0};
    check_references_of(&arena, object, context->input->objects->default_namespace, &references);
    for (size_t i = 0; i < references.n; i++) {
        const struct check_reference *reference = &references.items[i];
        const bool is_namespace = reference->target == TARGET_NAMESPACE;
        if (check_find(context, reference) || !check_speaks(context, reference, object) ||
            is_of_a_set(context, reference) ||
            check_is_external(context->input->externals, reference) ||
            (is_namespace && map_has(told, reference->name)) ||
            (check_is_known(context, reference->target) && is_coming(context, reference)))
            continue;
        report(context, diags, object, reference);
        if (is_namespace)
            map_put(told, reference->name, told);
    }
}

static void run(const struct check_context *context, struct diags *diags)
{
    struct map told = {.arena = context->arena};
    const struct object_set *objects = context->input->objects;
    const bool has_names = context->any.n || context->input->snapshot;
    for (size_t i = 0; has_names && i < objects->n; i++)
        check_object(context, diags, &objects->items[i], &told);
}

const struct check check_existence = {.name = "existence", .run = run};
