/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: either findings that say what is wrong, or one that survives being written. */
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { OUT_MAX = 64 << 20 };

static struct source *source_of(struct arena *arena, struct str text)
{
    return source_new(arena, STR("tidegate.yaml"), text);
}

static void write_and_read(struct arena *arena, const struct config *config)
{
    SCOPED(diags) struct diags diags = {0};
    SCOPED(buf) struct buf first, second;
    struct config again;
    buf_init(&first, OUT_MAX);
    buf_init(&second, OUT_MAX);
    config_write(config, &first);
    if (config_read(arena, source_of(arena, buf_str(&first)), &diags, &again) < 0 || diags.n)
        BUG("what was written is not read");
    config_write(&again, &second);
    if (!str_eq(buf_str(&first), buf_str(&second)))
        BUG("the configuration changed on its way");
}

/* Ignores meet a finding, so that their patterns are run. */
static void cover(struct source *source, const struct config *config)
{
    const struct diag diag = {
        .rule = rule_get(RULE_API_REQUIRED),
        .source = source,
        .object = {STR("v1"), STR("Pod"), STR("shop"), STR("web-1")},
        .field = STR("spec.containers[0].image"),
        .identity = STR("spec.containers[name=web].image"),
    };
    const struct diag fixed = {.rule = rule_get(RULE_LIMIT_SIZE), .source = source};
    for (size_t i = 0; i < config->ignores.n; i++) {
        const struct config_ignore *ignore = &config->ignores.items[i];
        (void)config_ignore_covers(ignore, &diag);
        if (!ignore->reason.n || config_ignore_covers(ignore, &fixed))
            BUG("an ignore that may not be");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena SCOPED(arena) = {0};
    SCOPED(diags) struct diags diags = {0};
    struct source *source = source_of(&arena, (struct str){(const char *)data, n});
    struct config config;
    const int result = config_read(&arena, source, &diags, &config);
    if ((result < 0) != (diags.n > 0))
        BUG("a failure without a finding, or a finding without a failure");
    for (size_t i = 0; i < diags.n; i++)
        if (diags.items[i].span.end > source->text.n || !diags.items[i].message.n ||
            str_has(diags.items[i].hint, STR("mistake in tidegate")))
            BUG("a finding that can't be shown, or one about ourselves");
    if (result == 0) {
        cover(source, &config);
        write_and_read(&arena, &config);
    }
    return 0;
}
