/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults, reading in its steps, and the effective configuration as YAML. */
#include "config/config.h"

#include "base/clock.h"
#include "base/map.h"
#include "config/config_internal.h"
#include "schema/schema.h"

const char *const config_file_names[2] = {"tidegate.yaml", ".tidegate.yaml"};

_Static_assert(sizeof(struct config_vec) == sizeof(struct str_list) &&
                   sizeof(struct config_vec) == sizeof(struct rule_settings),
               "all VECs have the layout of config_vec");

static void set_preset(const struct config_key *key, char *member)
{
    if (key->kind == CONFIG_MAP)
        config_preset(key->entry, member);
    const bool flag = str_is(str_from(key->preset), "true");
    if (key->kind == CONFIG_FLAG)
        memcpy(member, &flag, sizeof flag);
    if (key->kind != CONFIG_CHOICE)
        return;
    for (const struct config_choice *choice = key->choices; choice->word; choice++)
        if (strcmp(choice->word, key->preset) == 0)
            memcpy(member, &choice->value, sizeof choice->value);
}

void config_preset(const struct config_table *table, char *target)
{
    for (const struct config_key *key = table->keys; key->name; key++)
        set_preset(key, target + key->offset);
}

void config_init(struct config *config, struct arena *arena)
{
    *config = (struct config){0};
    config_preset(&config_table, (char *)config);
    VEC_PUSH(arena, &config->versions, str_format(arena, "1.%u", schema_minor_max()));
}

/* ---- reading ---- */

/* A finding of the YAML reader becomes one about the configuration, unless it is a limit's. */
static void pass_on(struct diags *diags, const struct diag *from)
{
    const struct rule *rule =
        config_rule_is_fixed(str_from(from->rule->id)) ? from->rule : rule_get(RULE_CONFIG_SYNTAX);
    struct diag *diag = diag_add_rule(diags, rule, from->span, from->field, from->message);
    if (from->hint.n)
        diag_hint(diags, diag, "%.*s", STR_FMT(from->hint));
    for (size_t i = 0; i < from->related.n; i++) {
        const struct diag_related *related = &from->related.items[i];
        diag_relate(diags, diag, related->source, related->span, "%.*s", STR_FMT(related->message));
    }
}

int config_read_tree(struct arena *arena, struct source *source, struct diags *diags,
                     const struct node **ret_root)
{
    SCOPED(diags) struct diags found = {.at = diags->at};
    struct doc_list docs = {0};
    const int error = doc_read_stream(arena, source, &found, &docs);
    for (size_t i = 0; i < found.n; i++)
        pass_on(diags, &found.items[i]);
    if (error < 0 || found.n > 0)
        return -1;
    if (docs.n > 1) {
        const struct doc *second = &docs.items[1];
        const struct span span = second->root ? node_span(second->root) : second->span;
        struct diag *diag = diag_add(
            diags, RULE_CONFIG_SYNTAX, span, STR(""),
            "the configuration must be one YAML document, and this is the second of %zu", docs.n);
        diag_hint(diags, diag, "remove the line `---`, or what follows it");
        return -1;
    }
    const struct doc *doc = docs.n ? &docs.items[0] : NULL;
    if (doc && doc->broken) {
        diag_add(diags, RULE_CONFIG_SYNTAX, doc->span, STR(""), "the configuration can't be read");
        return -1;
    }
    *ret_root = doc && !node_is_null(doc->root) ? doc->root : NULL;
    return 0;
}

static void set_days(struct config *config)
{
    for (size_t i = 0; i < config->ignores.n; i++) {
        struct config_ignore *ignore = &config->ignores.items[i];
        if (date_parse(ignore->expires, &ignore->expires_day) < 0)
            ignore->expires_day = INT64_MAX;
    }
}

static int read_config(struct arena *arena, struct source *source, struct diags *diags,
                       struct config *ret_config)
{
    const struct node *root = NULL;
    struct config config;
    config_init(&config, arena);
    config.source = source;
    if (config_read_tree(arena, source, diags, &root) < 0)
        return -1;
    if (root) {
        struct arena scratch SCOPED(arena) = {0};
        struct config_checker checker = {.arena = &scratch, .source = source, .diags = diags};
        const struct node *plain = config_check(&checker, root);
        if (plain)
            config_check_sets(&checker, plain);
        if (checker.mistakes > 0 || config_fill(arena, diags, plain, &config) < 0)
            return -1;
        config.has_versions = node_get(plain, STR("kubernetes-versions")) != NULL;
    }
    set_days(&config);
    *ret_config = config;
    return 0;
}

int config_read(struct arena *arena, struct source *source, struct diags *diags,
                struct config *ret_config)
{
    const struct diag_at at = diags->at;
    diags->at = (struct diag_at){.source = source};
    const int result = read_config(arena, source, diags, ret_config);
    diags->at = at;
    return result;
}

/* ---- writing ---- */

static struct node *write_map(struct arena *arena, const struct config_table *table,
                              const char *from, bool all);
static struct node *write_member(struct arena *arena, const struct config_key *key,
                                 const char *member, bool all);

static struct node *write_word(struct arena *arena, const struct config_key *key, int value)
{
    for (const struct config_choice *choice = key->choices; choice->word; choice++)
        if (choice->value == value)
            return node_new_text(arena, str_from(choice->word));
    BUG("%s has no word for %d", key->name, value);
}

static struct node *write_texts(struct arena *arena, struct config_vec vec)
{
    const struct str *texts = vec.items;
    struct node *list = node_new(arena, NODE_LIST);
    struct node **end = &list->first;
    for (size_t i = 0; i < vec.n; i++, end = &(*end)->next, list->n++)
        *end = node_new_text(arena, texts[i]);
    return list;
}

static struct node *write_entries(struct arena *arena, const struct config_table *table,
                                  struct config_vec vec)
{
    struct node *list = node_new(arena, NODE_LIST);
    struct node **end = &list->first;
    for (size_t i = 0; i < vec.n; i++, end = &(*end)->next, list->n++)
        *end = write_map(arena, table, (const char *)vec.items + i * table->size, false);
    return list;
}

/* The first of two equal keys is the one that counts, and a map can have only one. */
static struct node *write_pairs(struct arena *arena, const struct config_table *table,
                                struct config_vec vec)
{
    struct map seen = {.arena = arena};
    struct node *map = node_new(arena, NODE_MAP);
    for (size_t i = 0; i < vec.n; i++) {
        const char *item = (const char *)vec.items + i * table->size;
        struct str key;
        memcpy(&key, item + table->keys[0].offset, sizeof key);
        if (map_has(&seen, key))
            continue;
        map_put(&seen, key, map);
        node_put(arena, map, key,
                 write_member(arena, &table->keys[1], item + table->keys[1].offset, false));
    }
    return map;
}

/* A map that is not there has no place. */
static bool is_absent(const struct config_table *table, const char *member)
{
    struct span span;
    if (table->span == CONFIG_NO_SPAN)
        return false;
    memcpy(&span, member + table->span, sizeof span);
    return span.end == 0;
}

/* NULL for an empty member, unless all are wanted. */
static struct node *write_member(struct arena *arena, const struct config_key *key,
                                 const char *member, bool all)
{
    const struct node *params;
    struct config_vec vec;
    struct str text;
    bool flag;
    int choice;
    switch (key->kind) {
    case CONFIG_FLAG:
        memcpy(&flag, member, sizeof flag);
        return node_new_bool(arena, flag);
    case CONFIG_CHOICE:
        memcpy(&choice, member, sizeof choice);
        return write_word(arena, key, choice);
    case CONFIG_TEXT:
        memcpy(&text, member, sizeof text);
        return text.n ? node_new_text(arena, text) : NULL;
    case CONFIG_TEXTS:
        memcpy(&vec, member, sizeof vec);
        return vec.n || all ? write_texts(arena, vec) : NULL;
    case CONFIG_MAP:
        return is_absent(key->entry, member) && (!all || key->entry->keys[0].required)
                   ? NULL
                   : write_map(arena, key->entry, member, all);
    case CONFIG_PAIRS:
        memcpy(&vec, member, sizeof vec);
        return vec.n || all ? write_pairs(arena, key->entry, vec) : NULL;
    case CONFIG_ENTRIES:
        memcpy(&vec, member, sizeof vec);
        return write_entries(arena, key->entry, vec);
    case CONFIG_PARAMS:
        memcpy(&params, member, sizeof params);
        return params ? node_copy(arena, params) : all ? node_new(arena, NODE_MAP) : NULL;
    }
    BUG("kind of setting %d", (int)key->kind);
}

static struct node *write_map(struct arena *arena, const struct config_table *table,
                              const char *from, bool all)
{
    struct node *map = node_new(arena, NODE_MAP);
    for (const struct config_key *key = table->keys; key->name; key++) {
        struct node *value = write_member(arena, key, from + key->offset, all);
        if (value)
            node_put(arena, map, str_from(key->name), value);
    }
    return map;
}

void config_write(const struct config *config, struct buf *out)
{
    struct arena arena SCOPED(arena) = {0};
    doc_write_yaml(out, write_map(&arena, &config_table, (const char *)config, true));
}
