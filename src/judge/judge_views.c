/* SPDX-License-Identifier: Apache-2.0 */
/* Which types a set is judged by. */
#include "judge/judge_internal.h"

struct adding {
    struct schema_view *views;
    size_t n;
};

static void add_crd(const struct adding *adding, const struct node *root, struct source *source)
{
    for (size_t i = 0; i < adding->n; i++)
        schema_view_add_crd(&adding->views[i], root, source);
}

static void add_from_node(const struct adding *adding, const struct doc *doc,
                          const struct node *root)
{
    struct object object;
    if (object_read(doc, root, &object) && object_is_crd(&object))
        add_crd(adding, root, doc->source);
}

static void add_from_manifest(const struct adding *adding, const struct manifest *manifest)
{
    if (manifest->state != MANIFEST_READ)
        return;
    for (size_t i = 0; i < manifest->docs.n; i++) {
        const struct doc *doc = &manifest->docs.items[i];
        if (!doc->root)
            continue;
        add_from_node(adding, doc, doc->root);
        const struct node *items = node_get(doc->root, STR("items"));
        for (struct item it = list_first(items); it.value; it = list_next(it))
            add_from_node(adding, doc, it.value);
    }
}

/* A set's own CRDs come first: where two sets bring different ones, each is judged by its own. */
static void add_crds(const struct judge_input *input, const struct adding *adding, uint32_t set)
{
    const struct selection *selection = input->selection;
    for (size_t i = 0; i < selection->manifests.n; i++)
        if (selection->manifests.items[i]->set == set)
            add_from_manifest(adding, selection->manifests.items[i]);
    for (size_t i = 0; i < selection->manifests.n; i++)
        if (selection->manifests.items[i]->set != set)
            add_from_manifest(adding, selection->manifests.items[i]);
    for (size_t i = 0; i < input->crd_count; i++)
        add_from_manifest(adding, input->crd_manifests[i]);
    for (size_t i = 0; input->snapshot && i < input->snapshot->docs.n; i++)
        add_from_node(adding, &input->snapshot->docs.items[i], input->snapshot->docs.items[i].root);
}

static uint32_t version_bit(const struct str_list *versions, struct str version)
{
    for (size_t i = 0; i < versions->n; i++)
        if (str_eq(versions->items[i], version))
            return UINT32_C(1) << i;
    BUG("version %.*s of a set is not one of the run", STR_FMT(version));
}

int judge_views(const struct judge_input *input, struct arena *arena, uint32_t set_index,
                struct diags *diags, struct judge_set *set)
{
    const struct str_list *versions = &set->selection->versions;
    set->view_count = versions->n;
    set->views = ARENA_ARRAY(arena, struct schema_view, versions->n);
    set->bits = ARENA_ARRAY(arena, uint32_t, versions->n);
    for (size_t i = 0; i < versions->n; i++) {
        unsigned minor;
        if (!schema_minor_parse(versions->items[i], &minor)) {
            struct diag *diag =
                diag_add(diags, RULE_CONFIG_VALUE, (struct span){0, 0}, STR(""),
                         "Kubernetes %.*s is not supported", STR_FMT(versions->items[i]));
            diag_hint(diags, diag, "choose from 1.%u to 1.%u", schema_minor_min(),
                      schema_minor_max());
            return -1;
        }
        schema_view_init(&set->views[i], arena, minor);
        set->bits[i] = version_bit(input->versions, versions->items[i]);
    }
    add_crds(input, &(struct adding){set->views, set->view_count}, set_index);
    return 0;
}

void judge_views_release(struct judge_set *set)
{
    for (size_t i = 0; i < set->view_count; i++)
        schema_view_release(&set->views[i]);
}
