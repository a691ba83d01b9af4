/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file against the table of settings, with exact places, and its values in one plain form. What
 * comes out has only known keys with values of their types, so whoever reads it needs no checks.
 */
#include "base/limits.h"
#include "base/number.h"
#include "base/suggest.h"
#include "config/config_internal.h"

enum { MISTAKES_MAX = 100 };

/* A list or map under construction; node_add and node_put look for the end each time. */
struct growing {
    struct node *node;
    struct node **end;
};

static struct node *check_value(struct config_checker *checker, const struct config_key *key,
                                const struct entry *e, const struct path *path);
static struct node *check_map(struct config_checker *checker, const struct config_table *table,
                              const struct node *map, const struct path *path);

struct node *config_check(struct config_checker *checker, const struct node *root)
{
    const struct path path = {.node = root};
    const unsigned before = checker->mistakes;
    if (node_kind(root) != NODE_MAP) {
        config_mistake(checker, RULE_CONFIG_SYNTAX, node_span(root), &path, (struct str){0},
                       "write settings as `key: value`; `tidegate init` gives a file to start from",
                       str_format(checker->arena, "the configuration must be a map, not a %s",
                                  node_kind_name(node_kind(root))));
        return NULL;
    }
    struct node *plain = check_map(checker, &config_table, root, &path);
    return checker->mistakes == before ? plain : NULL;
}

/* ---- mistakes ---- */

bool config_is_full(const struct config_checker *checker)
{
    return checker->mistakes > MISTAKES_MAX;
}

void config_mistake(struct config_checker *checker, enum rule_id rule, struct span span,
                    const struct path *path, struct str meant, const char *hint, struct str message)
{
    if (config_is_full(checker))
        return;
    if (checker->mistakes++ == MISTAKES_MAX) {
        diag_add(checker->diags, rule, span, STR(""),
                 "more than %d mistakes in the configuration, the rest is left out", MISTAKES_MAX);
        return;
    }
    struct str shown = diag_quote(checker->arena, meant);
    struct diag *diag =
        meant.n ? diag_add_path(checker->diags, rule, span, path, "%.*s; did you mean '%.*s'?",
                                STR_FMT(message), STR_FMT(shown))
                : diag_add_path(checker->diags, rule, span, path, "%.*s", STR_FMT(message));
    if (hint)
        diag_hint(checker->diags, diag, "%s", hint);
}

/* The setting's name for a message: ignore[0].reason. */
static struct str path_name(struct config_checker *checker, const struct path *path)
{
    return diag_quote(checker->arena, path_format(checker->arena, path));
}

static void invalid(struct config_checker *checker, const struct node *written,
                    const struct path *path, const char *hint, struct str what)
{
    struct str name = path_name(checker, path);
    config_mistake(checker, RULE_CONFIG_VALUE, node_span(written), path, (struct str){0}, hint,
                   str_format(checker->arena, "%.*s %.*s", STR_FMT(name), STR_FMT(what)));
}

/* A scalar as it is written, where the tree has its meaning. */
static struct str as_written(struct config_checker *checker, const struct node *value)
{
    struct span span = node_span(node_real(value));
    struct str text = str_sub(checker->source->text, span.start, span.end);
    return diag_quote(checker->arena, node_kind(value) == NODE_STRING ? node_text(value) : text);
}

/* "the number 1.30", "a map": what stands there instead of what should. */
static struct str describe(struct config_checker *checker, const struct node *value)
{
    const enum node_kind kind = node_kind(value);
    if (kind == NODE_NULL)
        return STR("nothing");
    if (!node_is_scalar(value))
        return str_format(checker->arena, "a %s", node_kind_name(kind));
    struct str text = as_written(checker, value);
    if (kind == NODE_STRING)
        return str_format(checker->arena, "'%.*s'", STR_FMT(text));
    return str_format(checker->arena, "the %s %.*s", node_kind_name(kind), STR_FMT(text));
}

/* ---- the plain tree ---- */

static struct node *place(struct node *node, const struct node *written)
{
    struct span span = node_span(written);
    node->start = span.start;
    node->len = span.end - span.start;
    return node;
}

static struct growing grow(struct config_checker *checker, enum node_kind kind,
                           const struct node *written)
{
    struct node *node = place(node_new(checker->arena, kind), written);
    return (struct growing){node, &node->first};
}

static void grow_link(struct growing *growing, struct node *node)
{
    *growing->end = node;
    growing->end = &node->next;
}

static void grow_item(struct growing *list, struct node *item)
{
    grow_link(list, item);
    list->node->n++;
}

static void grow_entry(struct config_checker *checker, struct growing *map, const char *key,
                       struct node *value)
{
    grow_link(map, node_new_text(checker->arena, str_from(key)));
    grow_link(map, value);
    map->node->n++;
}

/* ---- scalars ---- */

static struct node *check_flag(struct config_checker *checker, const struct node *value,
                               const struct node *written, const struct path *path)
{
    if (node_kind(value) == NODE_BOOL)
        return place(node_new_bool(checker->arena, node_bool(value)), written);
    const bool quoted = str_is(node_text(value), "true") || str_is(node_text(value), "false");
    struct str found = describe(checker, value);
    invalid(checker, written, path, quoted ? "remove the quotes" : NULL,
            str_format(checker->arena, "must be true or false, not %.*s", STR_FMT(found)));
    return NULL;
}

/* What people write who know other tools, where spelling does not lead to it. */
static struct str nearest_choice(const struct config_choice *choices, struct str text)
{
    static const struct {
        const char *wrong, *right;
    } habits[] = {
        {"warn", "warning"}, {"warning", "warn"}, {"fatal", "error"}, {"critical", "error"},
        {"notice", "info"},  {"hint", "info"},    {"note", "info"},   {"none", "never"},
        {"off", "never"},    {"no", "never"},     {"false", "never"}, {"no", "off"},
        {"false", "off"},    {"none", "off"},     {"never", "off"},   {"disable", "off"},
        {"disabled", "off"}, {"ignore", "off"},   {"ignore", "skip"}, {"off", "skip"},
        {"none", "skip"},    {"fail", "error"},
    };
    struct suggest suggest;
    suggest_init(&suggest, text);
    for (const struct config_choice *choice = choices; choice->word; choice++)
        suggest_offer(&suggest, str_from(choice->word));
    for (size_t i = 0; i < ARRAY_LEN(habits) && !suggest.best.n; i++)
        for (const struct config_choice *choice = choices; choice->word; choice++)
            if (str_eq_fold(text, str_from(habits[i].wrong)) &&
                strcmp(habits[i].right, choice->word) == 0)
                suggest.best = str_from(choice->word);
    return suggest.best;
}

static struct node *check_choice(struct config_checker *checker, const struct config_key *key,
                                 const struct node *value, const struct node *written,
                                 const struct path *path)
{
    /* YAML 1.1 makes a boolean of a plain `off`; what the user wrote is meant */
    const bool is_bool = node_kind(value) == NODE_BOOL;
    struct str text = is_bool ? as_written(checker, value) : node_text(value);
    SCOPED(buf) struct buf words;
    buf_init(&words, LIMIT_MESSAGE_BYTES);
    for (const struct config_choice *choice = key->choices; choice->word; choice++) {
        struct str word = str_from(choice->word);
        const bool same = is_bool ? str_eq_fold(text, word) : str_eq(text, word);
        if (same && (is_bool || node_kind(value) == NODE_STRING))
            return place(node_new_text(checker->arena, word), written);
        buf_format(&words, "%s%s", words.n ? ", " : "", choice->word);
    }
    struct str meant = nearest_choice(key->choices, text);
    struct str name = path_name(checker, path);
    struct str found =
        is_bool ? str_format(checker->arena, "'%.*s'", STR_FMT(text)) : describe(checker, value);
    config_mistake(checker, RULE_CONFIG_VALUE, node_span(written), path, meant, NULL,
                   str_format(checker->arena, "%.*s must be one of %.*s, not %.*s", STR_FMT(name),
                              STR_FMT(buf_str(&words)), STR_FMT(found)));
    return NULL;
}

/* A number or word that was meant as text: 1.30 is the number 1.3 to YAML. */
static void report_no_text(struct config_checker *checker, const struct node *value,
                           const struct node *written, const struct path *path)
{
    struct str found = describe(checker, value);
    struct str read = {0};
    const char *hint = NULL;
    char number[32];
    double as_double;
    if (node_kind(value) == NODE_FLOAT && node_double(value, &as_double)) {
        struct str short_form = {number, number_format_json(as_double, number)};
        if (!str_eq(short_form, as_written(checker, value)))
            read = str_format(checker->arena, ", which YAML reads as %.*s", STR_FMT(short_form));
    }
    if (node_is_scalar(value) && !node_is_null(value)) {
        struct str text = as_written(checker, value);
        hint = str_to_c(checker->arena,
                        str_format(checker->arena, "put it in quotes: \"%.*s\"", STR_FMT(text)));
    }
    invalid(
        checker, written, path, hint,
        str_format(checker->arena, "must be text, not %.*s%.*s", STR_FMT(found), STR_FMT(read)));
}

static const char *text_problem(struct str text)
{
    if (!str_trim(text).n)
        return "must not be empty";
    if (text.n > LIMIT_PATH_BYTES)
        return "is longer than 4096 bytes";
    for (size_t i = 0; i < text.n; i++)
        if (((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n') || text.p[i] == 0x7f)
            return "must not have control characters";
    return NULL;
}

/* False after a finding. */
static bool check_form(struct config_checker *checker, const struct config_form *form,
                       struct str text, struct span span, const struct path *path)
{
    struct str meant = {0};
    struct str name = path_name(checker, path);
    const char *problem = text_problem(text);
    if (problem) {
        config_mistake(checker, RULE_CONFIG_VALUE, span, path, meant, NULL,
                       str_format(checker->arena, "%.*s %s", STR_FMT(name), problem));
        return false;
    }
    problem = form ? form->problem(checker->arena, text, &meant) : NULL;
    if (!problem)
        return true;
    struct str quoted = diag_quote(checker->arena, text);
    config_mistake(
        checker, RULE_CONFIG_VALUE, span, path, meant, NULL,
        str_format(checker->arena, "'%.*s' in %.*s %s", STR_FMT(quoted), STR_FMT(name), problem));
    return false;
}

static struct node *check_text(struct config_checker *checker, const struct config_key *key,
                               const struct node *value, const struct node *written,
                               const struct path *path)
{
    if (node_kind(value) != NODE_STRING) {
        report_no_text(checker, value, written, path);
        return NULL;
    }
    if (!check_form(checker, key->form, node_text(value), node_span(written), path))
        return NULL;
    return place(node_new_text(checker->arena, node_text(value)), written);
}

/* ---- collections ---- */

static struct node *check_texts(struct config_checker *checker, const struct config_key *key,
                                const struct node *value, const struct node *written,
                                const struct path *path)
{
    struct growing list = grow(checker, NODE_LIST, written);
    struct node *text;
    if (key->single && node_is_scalar(value)) {
        if ((text = check_text(checker, key, value, written, path)))
            grow_item(&list, text);
        return list.node;
    }
    if (node_kind(value) != NODE_LIST) {
        struct str found = describe(checker, value);
        invalid(checker, written, path, "put it in brackets, or on a line of its own behind `- `",
                str_format(checker->arena, "must be a list, not %.*s", STR_FMT(found)));
        return NULL;
    }
    if (key->required && !node_real(value)->n)
        invalid(checker, written, path, NULL, STR("must not be empty"));
    for (struct item it = list_first(value); it.value && !config_is_full(checker);
         it = list_next(it)) {
        const struct path item = {.up = path, .index = it.index, .node = it.value};
        if ((text = check_text(checker, key, it.value, it.written, &item)))
            grow_item(&list, text);
    }
    return list.node;
}

static struct node *check_pairs(struct config_checker *checker, const struct config_key *key,
                                const struct node *value, const struct node *written,
                                const struct path *path)
{
    static const char how[] = "write each on a line of its own, as ";
    const struct config_key *first = &key->entry->keys[0];
    const struct config_key *second = &key->entry->keys[1];
    struct growing list = grow(checker, NODE_LIST, written);
    if (node_kind(value) != NODE_MAP) {
        struct str found = describe(checker, value);
        struct str hint = str_format(checker->arena, "%s`%s`", how, key->pair);
        invalid(checker, written, path, str_to_c(checker->arena, hint),
                str_format(checker->arena, "must be a map, not %.*s", STR_FMT(found)));
        return NULL;
    }
    for (struct entry e = map_first(value); e.key && !config_is_full(checker); e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .is_key = true};
        if (!check_form(checker, first->form, node_text(e.key), node_span(e.key), path))
            continue;
        struct node *choice = check_value(checker, second, &e, &at);
        if (!choice)
            continue;
        struct growing pair = grow(checker, NODE_MAP, e.key);
        grow_entry(checker, &pair, first->name, node_new_text(checker->arena, node_text(e.key)));
        grow_entry(checker, &pair, second->name, choice);
        grow_item(&list, pair.node);
    }
    return list.node;
}

static struct node *check_inner(struct config_checker *checker, const struct config_key *key,
                                const struct node *value, const struct node *written,
                                const struct path *path)
{
    if (node_kind(value) == NODE_MAP)
        return place(check_map(checker, key->entry, value, path), written);
    struct str found = describe(checker, value);
    invalid(checker, written, path, NULL,
            str_format(checker->arena, "must be a map, not %.*s", STR_FMT(found)));
    return NULL;
}

static struct node *check_entries(struct config_checker *checker, const struct config_key *key,
                                  const struct node *value, const struct node *written,
                                  const struct path *path)
{
    struct growing list = grow(checker, NODE_LIST, written);
    if (node_kind(value) != NODE_LIST) {
        struct str found = describe(checker, value);
        invalid(checker, written, path, "begin each entry with `- `",
                str_format(checker->arena, "must be a list, not %.*s", STR_FMT(found)));
        return NULL;
    }
    for (struct item it = list_first(value); it.value && !config_is_full(checker);
         it = list_next(it)) {
        const struct path at = {.up = path, .index = it.index, .node = it.value};
        if (node_kind(it.value) != NODE_MAP) {
            struct str found = describe(checker, it.value);
            invalid(checker, it.written, &at, NULL,
                    str_format(checker->arena, "must be a map, not %.*s", STR_FMT(found)));
            continue;
        }
        struct node *entry = check_map(checker, key->entry, it.value, &at);
        grow_item(&list, place(entry, it.written));
    }
    return list.node;
}

/* The plain value of a key, NULL after a finding. */
static struct node *check_value(struct config_checker *checker, const struct config_key *key,
                                const struct entry *e, const struct path *path)
{
    switch (key->kind) {
    case CONFIG_FLAG:
        return check_flag(checker, e->value, e->written, path);
    case CONFIG_CHOICE:
        return check_choice(checker, key, e->value, e->written, path);
    case CONFIG_TEXT:
        return check_text(checker, key, e->value, e->written, path);
    case CONFIG_TEXTS:
        return check_texts(checker, key, e->value, e->written, path);
    case CONFIG_MAP:
        return check_inner(checker, key, e->value, e->written, path);
    case CONFIG_PAIRS:
        return check_pairs(checker, key, e->value, e->written, path);
    case CONFIG_ENTRIES:
        return check_entries(checker, key, e->value, e->written, path);
    case CONFIG_PARAMS:
        return config_check_params(checker, e->value, e->written, path);
    }
    BUG("kind of setting %d", (int)key->kind);
}

/* ---- maps ---- */

static const struct config_key *find_key(const struct config_table *table, struct str name)
{
    for (const struct config_key *key = table->keys; key->name; key++)
        if (str_is(name, key->name) || (key->also && str_is(name, key->also)))
            return key;
    return NULL;
}

static void report_unknown(struct config_checker *checker, const struct config_table *table,
                           const struct node *key, const struct path *path)
{
    struct suggest suggest;
    suggest_init(&suggest, node_text(key));
    for (const struct config_key *known = table->keys; known->name; known++) {
        suggest_offer(&suggest, str_from(known->name));
        suggest_offer(&suggest, str_from(known->also));
    }
    struct str name = path_name(checker, path);
    config_mistake(checker, RULE_CONFIG_UNKNOWN_KEY, node_span(key), path, suggest.best, NULL,
                   str_format(checker->arena, "%.*s is not a setting", STR_FMT(name)));
}

/* A collection whose lines are all commented out is as good as not there. */
static bool is_unset(const struct config_key *key, const struct node *value)
{
    const bool scalar =
        key->kind == CONFIG_FLAG || key->kind == CONFIG_CHOICE || key->kind == CONFIG_TEXT;
    return node_is_null(value) && !scalar && !key->required;
}

static void check_required(struct config_checker *checker, const struct config_table *table,
                           const struct node *map, const struct path *path)
{
    for (const struct config_key *key = table->keys; key->name; key++) {
        if (!key->required || node_get(map, str_from(key->name)) ||
            (key->also && node_get(map, str_from(key->also))))
            continue;
        struct str name = path_name(checker, path);
        const struct node *at = map->n ? map_first(map).key : map;
        config_mistake(checker, RULE_CONFIG_VALUE, node_span(at), path, (struct str){0}, key->help,
                       str_format(checker->arena, "%.*s has no %s", STR_FMT(name), key->name));
    }
}

static bool check_twice(struct config_checker *checker, const struct config_key *key,
                        const struct node *map, const struct entry *e, const struct path *path)
{
    if (!key->also || !str_is(node_text(e->key), key->also) || !node_get(map, str_from(key->name)))
        return true;
    struct str name = path_name(checker, path->up);
    config_mistake(
        checker, RULE_CONFIG_VALUE, node_span(e->key), path, (struct str){0}, "keep one of them",
        str_format(checker->arena, "%.*s has both %s and %s", STR_FMT(name), key->name, key->also));
    return false;
}

static struct node *check_map(struct config_checker *checker, const struct config_table *table,
                              const struct node *map, const struct path *path)
{
    struct growing plain = grow(checker, NODE_MAP, map);
    for (struct entry e = map_first(map); e.key && !config_is_full(checker); e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .node = e.value};
        const struct config_key *key = find_key(table, node_text(e.key));
        if (!key) {
            report_unknown(checker, table, e.key, &at);
            continue;
        }
        if (is_unset(key, e.value) || !check_twice(checker, key, map, &e, &at))
            continue;
        struct node *value = check_value(checker, key, &e, &at);
        if (value)
            grow_entry(checker, &plain, key->name, value);
    }
    check_required(checker, table, node_real(map), path);
    return plain.node;
}
