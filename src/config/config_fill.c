/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain tree into structs, by libcyaml. Its schema is made from our table at run time: each key
 * fills one slot of a record, and slots are copied to the members whose offsets the table knows.
 * libcyaml sees only text that we wrote ourselves, because version 1.3.1 takes numbers with junk
 * behind them, reads only the first document and has no places for its errors.
 */
#include <cyaml/cyaml.h>

#include "base/limits.h"
#include "config/config_internal.h"

/* Quotes and escapes make the plain text longer than the file; aliases can make it much longer. */
enum { PLAIN_MAX = 4 * LIMIT_CONFIG_BYTES };

struct slot {
    union {
        bool flag;
        int32_t choice;
        char *text;
        void *items;
    };
    uint32_t n; /* of items */
};

static void *memory(void *ctx, void *p, size_t size)
{
    (void)ctx;
    if (size > 0)
        return xrealloc(p, size);
    free(p);
    return NULL;
}

static const cyaml_config_t library = {.mem_fn = memory, .flags = CYAML_CFG_NO_ALIAS};

static const struct cyaml_schema_value text_value = {
    .type = CYAML_STRING,
    .flags = CYAML_FLAG_POINTER,
    .data_size = sizeof(char),
    .string = {.min = 0, .max = CYAML_UNLIMITED},
};

static void map_schema(struct arena *arena, const struct config_table *table,
                       struct cyaml_schema_value *ret_value);
static void copy_map(struct arena *arena, const struct config_table *table,
                     const struct slot *record, const struct node *plain, char *target);

/* NULL, or what libcyaml says about a text of our own: a mistake of ours, but no reason to crash
 * on somebody's file. */
static const char *load(struct arena *arena, struct str text, const struct node *plain,
                        struct config *config)
{
    struct arena scratch SCOPED(arena) = {0};
    struct cyaml_schema_value schema;
    map_schema(&scratch, &config_table, &schema);
    schema.flags = CYAML_FLAG_POINTER;
    cyaml_data_t *record = NULL;
    cyaml_err_t error =
        cyaml_load_data((const uint8_t *)text.p, text.n, &library, &schema, &record, NULL);
    if (error != CYAML_OK)
        return cyaml_strerror(error);
    copy_map(arena, &config_table, record, plain, (char *)config);
    cyaml_free(&library, &schema, record, 0);
    return NULL;
}

int config_fill(struct arena *arena, struct diags *diags, const struct node *plain,
                struct config *config)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, PLAIN_MAX);
    doc_write_yaml(&text, plain);
    if (text.full) {
        diag_add(diags, RULE_LIMIT_SIZE, node_span(plain), STR(""),
                 "the configuration is more than %d bytes with its aliases resolved; shorten it",
                 PLAIN_MAX);
        return -1;
    }
    const char *problem = load(arena, buf_str(&text), plain, config);
    if (!problem)
        return 0;
    struct diag *diag = diag_add(diags, RULE_CONFIG_SYNTAX, node_span(plain), STR(""),
                                 "the configuration can't be loaded: %s", problem);
    diag_hint(diags, diag, "this is a mistake in tidegate; please report it with the file");
    return -1;
}

/* ---- the schema ---- */

static struct cyaml_strval *choice_words(struct arena *arena, const struct config_choice *choices,
                                         uint32_t *ret_count)
{
    uint32_t n = 0;
    while (choices[n].word)
        n++;
    struct cyaml_strval *words = ARENA_ARRAY(arena, struct cyaml_strval, n);
    for (uint32_t i = 0; i < n; i++)
        words[i] = (struct cyaml_strval){choices[i].word, choices[i].value};
    *ret_count = n;
    return words;
}

static struct cyaml_schema_value *entry_schema(struct arena *arena,
                                               const struct config_table *table)
{
    struct cyaml_schema_value *value = ARENA_NEW(arena, struct cyaml_schema_value);
    map_schema(arena, table, value);
    return value;
}

static struct cyaml_schema_value key_schema(struct arena *arena, const struct config_key *key)
{
    struct cyaml_schema_value value = {.flags = CYAML_FLAG_OPTIONAL};
    switch (key->kind) {
    case CONFIG_FLAG:
        value.type = CYAML_BOOL;
        value.data_size = sizeof(bool);
        return value;
    case CONFIG_CHOICE:
        value.type = CYAML_ENUM;
        value.flags |= CYAML_FLAG_STRICT;
        value.data_size = sizeof(int32_t);
        value.enumeration.strings = choice_words(arena, key->choices, &value.enumeration.count);
        return value;
    case CONFIG_TEXT:
        value = text_value;
        value.flags |= CYAML_FLAG_OPTIONAL;
        return value;
    case CONFIG_TEXTS:
        value.sequence.entry = &text_value;
        value.data_size = sizeof(char *);
        break;
    case CONFIG_MAP:
        value = *entry_schema(arena, key->entry);
        value.flags = CYAML_FLAG_OPTIONAL | CYAML_FLAG_POINTER;
        return value;
    case CONFIG_PARAMS:
        value.type = CYAML_IGNORE;
        return value;
    case CONFIG_PAIRS:
    case CONFIG_ENTRIES:
        value.sequence.entry = entry_schema(arena, key->entry);
        value.data_size = value.sequence.entry->data_size;
        break;
    }
    value.type = CYAML_SEQUENCE;
    value.flags |= CYAML_FLAG_POINTER;
    value.sequence.max = CYAML_UNLIMITED;
    return value;
}

static void map_schema(struct arena *arena, const struct config_table *table,
                       struct cyaml_schema_value *ret_value)
{
    const size_t n = config_key_count(table);
    struct cyaml_schema_field *fields = ARENA_ARRAY(arena, struct cyaml_schema_field, n + 1);
    for (size_t i = 0; i < n; i++) {
        const size_t offset = i * sizeof(struct slot);
        fields[i] = (struct cyaml_schema_field){
            .key = table->keys[i].name,
            .data_offset = (uint32_t)offset,
            .count_offset = (uint32_t)(offset + offsetof(struct slot, n)),
            .count_size = sizeof(uint32_t),
            .value = key_schema(arena, &table->keys[i]),
        };
    }
    *ret_value = (struct cyaml_schema_value){
        .type = CYAML_MAPPING,
        .data_size = (uint32_t)(n * sizeof(struct slot)),
        .mapping = {.fields = fields},
    };
}

/* ---- slots to members ---- */

static struct config_vec copy_texts(struct arena *arena, const struct slot *slot)
{
    char *const *texts = slot->items;
    struct str *items = ARENA_ARRAY(arena, struct str, slot->n);
    for (uint32_t i = 0; i < slot->n; i++)
        items[i] = str_dup(arena, str_from(texts[i]));
    return (struct config_vec){items, slot->n, slot->n};
}

static void copy_placed(struct arena *arena, const struct config_table *table,
                        const struct slot *record, const struct node *plain, char *target)
{
    const struct span span = node_span(plain);
    copy_map(arena, table, record, plain, target);
    if (table->span != CONFIG_NO_SPAN)
        memcpy(target + table->span, &span, sizeof span);
}

static struct config_vec copy_entries(struct arena *arena, const struct config_table *table,
                                      const struct slot *slot, const struct node *plain)
{
    const struct slot *records = slot->items;
    const size_t width = config_key_count(table);
    char *items = arena_alloc(arena, size_mul(table->size, slot->n));
    struct item it = list_first(plain);
    for (uint32_t i = 0; i < slot->n && it.value; i++, it = list_next(it)) {
        char *target = items + i * table->size;
        copy_placed(arena, table, records + i * width, it.written, target);
    }
    return (struct config_vec){items, slot->n, slot->n};
}

static void copy_vec(char *member, struct config_vec vec)
{
    if (vec.n > 0)
        memcpy(member, &vec, sizeof vec);
}

/* Members whose key is absent keep their default. */
static void copy_map(struct arena *arena, const struct config_table *table,
                     const struct slot *record, const struct node *plain, char *target)
{
    for (const struct config_key *key = table->keys; key->name; key++, record++) {
        const struct node *value = node_get(plain, str_from(key->name));
        char *member = target + key->offset;
        const struct node *params;
        struct str text;
        if (!value)
            continue;
        switch (key->kind) {
        case CONFIG_FLAG:
            memcpy(member, &record->flag, sizeof record->flag);
            break;
        case CONFIG_CHOICE:
            memcpy(member, &record->choice, sizeof record->choice);
            break;
        case CONFIG_TEXT:
            text = str_dup(arena, str_from(record->text));
            memcpy(member, &text, sizeof text);
            break;
        case CONFIG_TEXTS:
            copy_vec(member, copy_texts(arena, record));
            break;
        case CONFIG_MAP:
            config_preset(key->entry, member);
            copy_placed(arena, key->entry, record->items, value, member);
            break;
        case CONFIG_PAIRS:
        case CONFIG_ENTRIES:
            copy_vec(member, copy_entries(arena, key->entry, record, value));
            break;
        case CONFIG_PARAMS:
            params = node_copy(arena, value);
            memcpy(member, &params, sizeof params);
            break;
        }
    }
}
