/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two different CustomResourceDefinitions of one name: a cluster has one of them, and custom
 * resources that are right here may be wrong there. Judging takes the first of a set.
 */
#include "check/check_internal.h"

static void report(struct diags *diags, const struct object *first, const struct object *again)
{
    diags->at.source = again->source;
    diags->at.object = object_diag(again);
    struct arena arena SCOPED(arena) = {0};
    struct str quoted = diag_quote(&arena, again->name);
    struct lookup name = path_find(again->root, STR("metadata.name"));
    struct lookup first_name = path_find(first->root, STR("metadata.name"));
    struct diag *diag =
        diag_add(diags, RULE_SCHEMA_CRD_CONFLICT, node_span(name.value), STR("metadata.name"),
                 "the CRD %.*s differs from another one of its name", STR_FMT(quoted));
    diag_relate(diags, diag, first->source, node_span(first_name.value),
                "custom resources are checked by this one");
    diag_hint(diags, diag,
              "keep one copy; copies for different clusters belong into different sets");
}

static void run(const struct check_context *context, struct diags *diags)
{
    const struct check_input *input = context->input;
    const struct object_set *objects = input->objects;
    for (size_t i = 0; i < objects->n; i++) {
        const struct object *object = &objects->items[i];
        if (!object->identity.n || !object_is_crd(object))
            continue;
        const struct object_index *index = object_set_find(objects, object->identity);
        const struct object *first = index ? &objects->items[index->items[0]] : object;
        if (first != object && !node_equal(first->root, object->root))
            report(diags, first, object);
    }
}

const struct check check_crd_conflict = {.name = "crd-conflict", .run = run};
