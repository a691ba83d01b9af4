/* SPDX-License-Identifier: Apache-2.0 */
/* The table of settings as JSON Schema, draft 2020-12, for editors. */
#include "config/config_internal.h"
#include "pack/pack.h"

static void write_value(struct jsonw *w, const struct config_key *key);
static void write_map(struct jsonw *w, const struct config_table *table);

void config_write_json_schema(struct buf *out)
{
    struct jsonw w = {.out = out, .indent = 2};
    jsonw_open_map(&w);
    jsonw_put_text(&w, "$schema", STR("https://json-schema.org/draft/2020-12/schema"));
    jsonw_put_text(&w, "title", STR("tidegate.yaml"));
    jsonw_put_text(&w, "description", STR("what tidegate checks in a repository"));
    write_map(&w, &config_table);
    jsonw_close_map(&w);
    buf_add_char(out, '\n');
}

/* Collections may be left empty, as the reader takes it. */
static void write_type(struct jsonw *w, const char *type, bool or_null)
{
    jsonw_key(w, "type");
    if (!or_null) {
        jsonw_text(w, str_from(type));
        return;
    }
    jsonw_open_list(w);
    jsonw_text(w, str_from(type));
    jsonw_text(w, STR("null"));
    jsonw_close_list(w);
}

static void write_text(struct jsonw *w, const struct config_form *form)
{
    jsonw_put_text(w, "type", STR("string"));
    jsonw_put_i64(w, "minLength", 1);
    if (form && form->pattern)
        jsonw_put_text(w, "pattern", str_from(form->pattern));
}

static void write_texts(struct jsonw *w, const struct config_key *key)
{
    write_type(w, "array", !key->required);
    if (key->required)
        jsonw_put_i64(w, "minItems", 1);
    jsonw_key(w, "items");
    jsonw_open_map(w);
    write_text(w, key->form);
    jsonw_close_map(w);
}

/* A list, or one text for a list of one. */
static void write_single_or_texts(struct jsonw *w, const struct config_key *key)
{
    jsonw_key(w, "anyOf");
    jsonw_open_list(w);
    jsonw_open_map(w);
    write_text(w, key->form);
    jsonw_close_map(w);
    jsonw_open_map(w);
    write_texts(w, key);
    jsonw_close_map(w);
    jsonw_close_list(w);
}

static void write_choices(struct jsonw *w, const struct config_choice *choices)
{
    jsonw_key(w, "enum");
    jsonw_open_list(w);
    for (const struct config_choice *choice = choices; choice->word; choice++)
        jsonw_text(w, str_from(choice->word));
    jsonw_close_list(w);
}

static void write_rule(struct jsonw *w, const struct rule *rule, const struct config_key *value)
{
    jsonw_key(w, rule->id);
    jsonw_open_map(w);
    jsonw_put_text(w, "description", str_from(rule->summary));
    write_value(w, value);
    jsonw_close_map(w);
}

/* A map by rule: ours by name, so that an editor offers them, those of a repository by pattern. */
static void write_rules(struct jsonw *w, const struct config_key *value)
{
    jsonw_key(w, "properties");
    jsonw_open_map(w);
    for (enum rule_id id = 0; id < RULE_COUNT; id++)
        write_rule(w, rule_get(id), value);
    for (size_t i = 0; i < PACK_COUNT; i++)
        write_rule(w, &pack_rules[i].rule, value);
    jsonw_close_map(w);
    jsonw_key(w, "patternProperties");
    jsonw_open_map(w);
    jsonw_key(w, "^policy/.|^[a-z][-a-z0-9]*(/[a-z][-a-z0-9]*)+$|\\*");
    jsonw_open_map(w);
    write_value(w, value);
    jsonw_close_map(w);
    jsonw_close_map(w);
    jsonw_key(w, "additionalProperties");
    jsonw_bool(w, false);
}

static void write_pairs(struct jsonw *w, const struct config_key *key)
{
    const struct config_key *value = &key->entry->keys[1];
    write_type(w, "object", true);
    if (key->entry->keys[0].form == &config_form_rule) {
        write_rules(w, value);
        return;
    }
    jsonw_key(w, "additionalProperties");
    jsonw_open_map(w);
    write_value(w, value);
    jsonw_close_map(w);
}

static void write_entries(struct jsonw *w, const struct config_key *key)
{
    write_type(w, "array", true);
    jsonw_key(w, "items");
    jsonw_open_map(w);
    write_map(w, key->entry);
    jsonw_close_map(w);
}

static void write_params(struct jsonw *w)
{
    write_type(w, "object", true);
    jsonw_key(w, "additionalProperties");
    jsonw_open_map(w);
    write_type(w, "object", false);
    jsonw_close_map(w);
}

static void write_value(struct jsonw *w, const struct config_key *key)
{
    switch (key->kind) {
    case CONFIG_FLAG:
        jsonw_put_text(w, "type", STR("boolean"));
        return;
    case CONFIG_CHOICE:
        write_choices(w, key->choices);
        return;
    case CONFIG_TEXT:
        write_text(w, key->form);
        return;
    case CONFIG_TEXTS:
        if (key->single)
            write_single_or_texts(w, key);
        else
            write_texts(w, key);
        return;
    case CONFIG_MAP:
        write_map(w, key->entry);
        return;
    case CONFIG_PAIRS:
        write_pairs(w, key);
        return;
    case CONFIG_ENTRIES:
        write_entries(w, key);
        return;
    case CONFIG_PARAMS:
        write_params(w);
        return;
    }
}

static void write_default(struct jsonw *w, const struct config_key *key)
{
    if (key->kind == CONFIG_FLAG && key->preset) {
        jsonw_key(w, "default");
        jsonw_bool(w, str_is(str_from(key->preset), "true"));
    }
    if (key->kind == CONFIG_CHOICE && key->preset)
        jsonw_put_text(w, "default", str_from(key->preset));
}

static void write_property(struct jsonw *w, const char *name, const struct config_key *key)
{
    jsonw_key(w, name);
    jsonw_open_map(w);
    jsonw_put_text(w, "description", str_from(key->help));
    write_value(w, key);
    write_default(w, key);
    jsonw_close_map(w);
}

static void write_required(struct jsonw *w, const char *name)
{
    jsonw_key(w, "required");
    jsonw_open_list(w);
    jsonw_text(w, str_from(name));
    jsonw_close_list(w);
}

/* Exactly one of a key's two names. */
static void write_one_of(struct jsonw *w, const struct config_key *key)
{
    const char *const names[] = {key->name, key->also};
    jsonw_key(w, "oneOf");
    jsonw_open_list(w);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        jsonw_open_map(w);
        write_required(w, names[i]);
        jsonw_close_map(w);
    }
    jsonw_close_list(w);
}

static bool has_required(const struct config_table *table)
{
    for (const struct config_key *key = table->keys; key->name; key++)
        if (key->required && !key->also)
            return true;
    return false;
}

static void write_map(struct jsonw *w, const struct config_table *table)
{
    jsonw_put_text(w, "type", STR("object"));
    jsonw_key(w, "additionalProperties");
    jsonw_bool(w, false);
    if (has_required(table)) {
        jsonw_key(w, "required");
        jsonw_open_list(w);
        for (const struct config_key *key = table->keys; key->name; key++)
            if (key->required && !key->also)
                jsonw_text(w, str_from(key->name));
        jsonw_close_list(w);
    }
    for (const struct config_key *key = table->keys; key->name; key++)
        if (key->required && key->also)
            write_one_of(w, key);
    jsonw_key(w, "properties");
    jsonw_open_map(w);
    for (const struct config_key *key = table->keys; key->name; key++) {
        write_property(w, key->name, key);
        if (key->also)
            write_property(w, key->also, key);
    }
    jsonw_close_map(w);
}
