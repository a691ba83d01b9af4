/* SPDX-License-Identifier: Apache-2.0 */
/* Any YAML goes through decoding and validation at each end of the supported minors; its own CRDs
 * count. Findings must stand inside the text. */
#include "admit/admit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_findings(const struct diags *diags, const struct source *source)
{
    for (size_t i = 0; i < diags->n; i++) {
        const struct diag *diag = &diags->items[i];
        if (diag->source != source || diag->span.start > diag->span.end ||
            diag->span.end > source->text.n)
            BUG("%s stands outside the text", diag->rule->id);
        if (diag->message.n == 0)
            BUG("%s says nothing", diag->rule->id);
    }
}

static void add_crds(struct schema_view *view, const struct object_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (object_is_crd(&set->items[i]))
            schema_view_add_crd(view, set->items[i].root, set->items[i].source);
}

static bool is_same_kind(const struct admitted *a, const struct admitted *b)
{
    return a && str_eq(a->object->gvk.kind, b->object->gvk.kind) &&
           str_eq(a->object->api_version, b->object->api_version);
}

/* Each object is also an update of the one before it, when that is of its kind. */
static void admit_set(struct admit_ctx *ctx, const struct object_set *set)
{
    struct admitted *old = NULL;
    for (size_t i = 0; i < set->n; i++) {
        struct admitted *admitted = ARENA_NEW(ctx->arena, struct admitted);
        ctx->diags->at.object = object_diag(&set->items[i]);
        admit_decode(ctx, &set->items[i], admitted);
        admit_default(ctx, admitted);
        admit_validate(ctx, admitted, is_same_kind(old, admitted) ? old : NULL);
        old = admitted;
    }
}

static void admit_text(struct str text, unsigned minor)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct doc_list docs = {0};
    struct schema_view view;
    struct source *source = source_new(&arena, STR("a.yaml"), text);
    struct object_set set = {.arena = &arena, .name = STR("fuzz")};
    schema_view_init(&view, &arena, minor);
    diags.at.source = source;
    if (doc_read_file(&arena, source, &diags, &docs) == 0) {
        for (size_t i = 0; i < docs.n; i++)
            object_set_add_doc(&set, &view, &docs.items[i], &diags);
        object_set_index(&set);
        add_crds(&view, &set);
        struct admit_ctx ctx = {.view = &view, .arena = &arena, .diags = &diags};
        diags.at.source = source;
        admit_set(&ctx, &set);
    }
    check_findings(&diags, source);
    schema_view_release(&view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct str text = {(const char *)data, n};
    admit_text(text, schema_minor_min());
    admit_text(text, schema_minor_max());
    return 0;
}
