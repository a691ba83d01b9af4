/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deletions that take more along than themselves: all objects of a Namespace, all custom resources
 * of a CRD, the data of a claim. The finding stands where the object was at the base. What moved to
 * another file or set is not deleted, nor is what stands in a file that can't be read any more.
 */
#include "check/check_internal.h"

struct deletion {
    const struct check_sides *sides;
    const struct object *object;
    struct diags *diags;
};

static bool is_gone(const struct check_sides *sides, const struct object *object)
{
    if (!object->identity.n)
        return false;
    for (size_t i = 0; i < sides->new_count; i++)
        if (object_set_find(sides->new[i], object->identity))
            return false;
    return !sides->is_lost(sides->ctx, object->source->path);
}

static const struct node *name_of(const struct object *object)
{
    return path_find(object->root, STR("metadata.name")).value;
}

/* " with N other objects", for a message. */
static struct str with_others(struct arena *arena, size_t n, const char *what)
{
    if (!n)
        return (struct str){0};
    return str_format(arena, ": with it go%s %zu %s%s", n == 1 ? "es" : "", n, what,
                      n == 1 ? "" : "s");
}

static void namespace_goes(const struct deletion *deletion)
{
    const struct object_set *old = deletion->sides->old;
    struct arena arena SCOPED(arena) = {0};
    struct map seen = {.arena = &arena};
    for (size_t i = 0; i < old->n; i++) {
        const struct object *object = &old->items[i];
        if (object->namespaced && object->identity.n &&
            str_eq(check_namespace(object, old->default_namespace), deletion->object->name))
            map_put(&seen, object->identity, &seen);
    }
    struct str quoted = diag_quote(&arena, deletion->object->name);
    struct str others = with_others(&arena, seen.n, "object");
    struct diag *diag = check_report(
        deletion->diags, RULE_CHANGE_DELETES_NAMESPACE, deletion->object, name_of(deletion->object),
        "namespace \"%.*s\" is deleted%.*s", STR_FMT(quoted), STR_FMT(others));
    diag_hint(deletion->diags, diag,
              "everything in the namespace is deleted as well, also what is not in the repository");
}

static void crd_goes(const struct deletion *deletion)
{
    const struct object_set *old = deletion->sides->old;
    const struct node *spec = node_get(deletion->object->root, STR("spec"));
    const struct str group = node_get_text(spec, STR("group"));
    const struct str kind = node_get_text(node_get(spec, STR("names")), STR("kind"));
    struct arena arena SCOPED(arena) = {0};
    struct map seen = {.arena = &arena};
    for (size_t i = 0; i < old->n; i++) {
        const struct object *object = &old->items[i];
        if (object->identity.n && str_eq(object->gvk.group, group) &&
            str_eq(object->gvk.kind, kind))
            map_put(&seen, object->identity, &seen);
    }
    struct str quoted = diag_quote(&arena, deletion->object->name);
    struct str others = with_others(&arena, seen.n, "custom resource");
    struct diag *diag = check_report(deletion->diags, RULE_CHANGE_DELETES_CRD, deletion->object,
                                     name_of(deletion->object), "CRD \"%.*s\" is deleted%.*s",
                                     STR_FMT(quoted), STR_FMT(others));
    diag_hint(deletion->diags, diag,
              "the API server deletes all objects of the kind with it, in all namespaces");
}

static void claim_goes(const struct deletion *deletion)
{
    struct arena arena SCOPED(arena) = {0};
    struct str quoted = diag_quote(&arena, deletion->object->name);
    struct diag *diag = check_report(
        deletion->diags, RULE_CHANGE_DELETES_CLAIM, deletion->object, name_of(deletion->object),
        "persistent volume claim \"%.*s\" is deleted", STR_FMT(quoted));
    diag_hint(deletion->diags, diag,
              "its data is deleted too, unless the volume's reclaim policy is Retain");
}

static const struct {
    const char *group, *kind;
    void (*goes)(const struct deletion *deletion);
} kinds[] = {
    {"", "Namespace", namespace_goes},
    {"", "PersistentVolumeClaim", claim_goes},
    {"apiextensions.k8s.io", "CustomResourceDefinition", crd_goes},
};

void check_deletions(const struct check_sides *sides, struct diags *diags)
{
    for (size_t i = 0; i < sides->old->n; i++) {
        const struct object *object = &sides->old->items[i];
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
            if (!object_is(object, kinds[k].group, kinds[k].kind) || !is_gone(sides, object))
                continue;
            const struct object_index *index = object_set_find(sides->old, object->identity);
            if (index && index->items[0] == i)
                kinds[k].goes(&(struct deletion){sides, object, diags});
        }
    }
}
