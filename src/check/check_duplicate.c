/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two objects with one identity: the one that is applied last wins, without a word. Certain inside
 * a declared set; elsewhere repositories keep variants side by side, so there it is only worth
 * knowing.
 */
#include "check/check_internal.h"

static void report(const struct check_input *input, struct diags *diags, const struct object *first,
                   const struct object *again)
{
    diags->at.source = again->source;
    diags->at.object = object_diag(again);
    struct arena arena SCOPED(arena) = {0};
    struct str title = object_title(&arena, again);
    struct str quoted = diag_quote(&arena, title);
    struct lookup name = path_find(again->root, STR("metadata.name"));
    struct lookup first_name = path_find(first->root, STR("metadata.name"));
    struct diag *diag = diag_add(diags, RULE_OBJECT_DUPLICATE, node_span(name.value),
                                 STR("metadata.name"), "%.*s is declared twice", STR_FMT(quoted));
    diag_relate(diags, diag, first->source, node_span(first_name.value), "declared here first");
    diag_hint(diags, diag,
              input->declared ? "remove one of them, or give them different names or namespaces"
                              : "if they are applied together, the last one wins; declare sets in "
                                "tidegate.yaml to have this decided");
    if (diag && input->declared && diag->severity == SEVERITY_INFO)
        diag->severity = SEVERITY_ERROR;
}

static void run(const struct check_context *context, struct diags *diags)
{
    const struct check_input *input = context->input;
    const struct object_set *objects = input->objects;
    for (size_t i = 0; i < objects->n; i++) {
        const struct object *object = &objects->items[i];
        if (!object->identity.n)
            continue;
        const struct object_index *index = object_set_find(objects, object->identity);
        if (index && index->items[0] != i)
            report(input, diags, &objects->items[index->items[0]], object);
    }
}

const struct check check_duplicate = {.name = "duplicate", .run = run};
