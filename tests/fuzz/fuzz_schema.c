/* SPDX-License-Identifier: Apache-2.0 */
/* The text of schemas/ survives its writer; any YAML may claim to be a CRD. */
#include "schema/schema.h"
#include "schema/schema_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MINORS = 0x1ff, FIRST_MINOR = 28, WALK_DEPTH = 20 };

static bool read_facts(struct arena *arena, struct str text, struct facts *facts)
{
    SCOPED(diags) struct diags diags = {0};
    struct source *source = source_new(arena, STR("facts.txt"), text);
    return facts_read(arena, source, TYPE_LINE_WORDS, (minor_set)MINORS << FIRST_MINOR, &diags,
                      facts) == 0;
}

static void check_facts(struct str text)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(buf) struct buf once;
    SCOPED(buf) struct buf twice;
    struct facts facts = {0};
    struct facts again = {0};
    buf_init(&once, 64 << 20);
    buf_init(&twice, 64 << 20);
    if (!read_facts(&arena, text, &facts))
        return;
    facts_write(&once, &arena, &facts, (minor_set)MINORS << FIRST_MINOR);
    if (!read_facts(&arena, buf_str(&once), &again))
        BUG("what the writer of facts wrote is not read");
    facts_write(&twice, &arena, &again, (minor_set)MINORS << FIRST_MINOR);
    if (!str_eq(buf_str(&once), buf_str(&twice)))
        BUG("facts changed on their way");
}

static void check_lifecycles(struct str text)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct lifecycles rows = {0};
    struct source *source = source_new(&arena, STR("lifecycle.txt"), text);
    if (lifecycles_read(&arena, source, &diags, &rows) < 0 && diags.n == 0)
        BUG("a broken lifecycle is not told");
}

static void walk(const struct structural *schema, unsigned depth)
{
    if (!schema || depth == WALK_DEPTH)
        return;
    for (uint32_t i = 0; i < schema->property_count; i++) {
        if (structural_property(schema, schema->properties[i].name) == NULL)
            BUG("a property is not found by its name");
        walk(schema->properties[i].schema, depth + 1);
    }
    walk(schema->items, depth + 1);
    walk(schema->additional, depth + 1);
}

static void check_crds(struct str text)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags diags = {0};
    struct doc_list docs = {0};
    struct schema_view view;
    struct source *source = source_new(&arena, STR("crd.yaml"), text);
    schema_view_init(&view, &arena, schema_minor_max());
    if (doc_read_file(&arena, source, &diags, &docs) == 0) {
        for (size_t i = 0; i < docs.n; i++)
            schema_view_add_crd(&view, docs.items[i].root, source);
    }
    for (size_t i = 0; i < view.customs.n; i++) {
        struct kind_info info = view.customs.items[i]->info;
        if (schema_find_kind(&view, info.group, info.version, info.kind, &info) == KIND_UNKNOWN)
            BUG("a custom kind is not found");
        walk(info.structural, 0);
    }
    schema_view_release(&view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n};
    check_facts(text);
    check_lifecycles(text);
    check_crds(text);
    return 0;
}
