/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline: either findings that say what is wrong, or one that survives being written. */
#include "config/baseline.h"

#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { OUT_MAX = 64 << 20 };

static struct source *source_of(struct arena *arena, struct str text)
{
    return source_new(arena, str_from(baseline_file_name), text);
}

static void write_and_read(struct arena *arena, struct baseline *baseline)
{
    SCOPED(diags) struct diags diags = {0};
    SCOPED(buf) struct buf first, second;
    struct baseline again;
    buf_init(&first, OUT_MAX);
    buf_init(&second, OUT_MAX);
    baseline_write(baseline, &first);
    if (buf_str(&first).n > LIMIT_CONFIG_BYTES)
        return; /* the command refuses to write it */
    if (baseline_read(arena, source_of(arena, buf_str(&first)), &diags, &again) < 0 || diags.n)
        BUG("what was written is not read");
    if (again.entries.n != baseline->entries.n)
        BUG("an entry was lost or made on the way");
    baseline_write(&again, &second);
    if (!str_eq(buf_str(&first), buf_str(&second)))
        BUG("the baseline changed on its way");
}

/* What an entry excuses is found by its own key only, and never without a number or a rule. */
static void find_all(struct arena *arena, const struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->entries.n; i++) {
        const struct baseline_entry *entry = baseline->entries.items[i];
        struct baseline_entry other = *entry;
        if (!entry->count || !entry->rule.n || baseline_find(arena, baseline, entry) != entry)
            BUG("an entry that excuses nothing, or something else");
        other.object = str_concat(arena, entry->object, entry->field);
        other.field = STR("");
        if (entry->field.n && baseline_find(arena, baseline, &other) == entry)
            BUG("two keys are taken for one");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena SCOPED(arena) = {0};
    SCOPED(diags) struct diags diags = {0};
    struct source *source = source_of(&arena, (struct str){(const char *)data, n});
    struct baseline baseline = {0};
    const int result = baseline_read(&arena, source, &diags, &baseline);
    if ((result < 0) != (diags.n > 0))
        BUG("a failure without a finding, or a finding without a failure");
    if (result < 0 && baseline.entries.n)
        BUG("half a baseline");
    for (size_t i = 0; i < diags.n; i++)
        if (diags.items[i].span.end > source->text.n || !diags.items[i].message.n)
            BUG("a finding that can't be shown");
    if (result == 0) {
        find_all(&arena, &baseline);
        write_and_read(&arena, &baseline);
    }
    return 0;
}
