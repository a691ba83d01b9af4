/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of files against tables of keys. */
#include "pack/form.h"

#include <stdarg.h>

#include "base/ascii.h"
#include "base/limits.h"
#include "base/suggest.h"

static void check_table(struct form *form, const struct form_key *keys, const struct path *path);

bool form_check(struct form *form, const struct form_key *keys, const struct path *path)
{
    const bool failed = form->failed;
    form->failed = false;
    if (node_kind(path->node) == NODE_MAP)
        check_table(form, keys, path);
    else
        form_mistake(form, path, path->node, "must be a map");
    const bool fits = !form->failed;
    form->failed |= failed;
    return fits;
}

/* ---- mistakes ---- */

void form_mistake(struct form *form, const struct path *path, const struct node *at,
                  const char *fmt, ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    const struct str name = path->up ? path_format(form->arena, path) : str_from(form->whole);
    const struct str shown = diag_quote(form->arena, name);
    diag_add_path(form->diags, RULE_POLICY_RULE, node_span(at), path, "%.*s %s", STR_FMT(shown),
                  text);
    form->failed = true;
}

static void unknown_key(struct form *form, const struct form_key *keys, const struct node *key,
                        const struct path *path)
{
    struct suggest suggest;
    suggest_init(&suggest, node_text(key));
    for (; keys->name; keys++)
        suggest_offer(&suggest, str_from(keys->name));
    form_mistake(form, path, key, "is not a key of %s%s%.*s%s", form->one,
                 suggest.best.n ? "; did you mean '" : "", STR_FMT(suggest.best),
                 suggest.best.n ? "'?" : "");
}

/* ---- texts ---- */

static bool is_choice(const char *choices, struct str text)
{
    for (struct str choice, rest = str_from(choices); str_split(&rest, '|', &choice);)
        if (str_eq(choice, text))
            return true;
    return false;
}

const char *form_name_problem(struct str text)
{
    static const char must[] = "must be a name as expressions write it";
    if (text.n == 0 || ascii_is_digit(text.p[0]))
        return must;
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_alnum(text.p[i]) && text.p[i] != '_')
            return must;
    return NULL;
}

/* a|b|c as "must be a, b or c". */
static const char *must_be(struct arena *arena, const char *choices)
{
    struct str text = {0};
    for (struct str choice, rest = str_from(choices); str_split(&rest, '|', &choice);)
        text = text.n ? str_format(arena, "%.*s%s%.*s", STR_FMT(text), rest.n ? ", " : " or ",
                                   STR_FMT(choice))
                      : str_format(arena, "must be %.*s", STR_FMT(choice));
    return str_to_c(arena, text);
}

static void check_text(struct form *form, const struct form_key *key, const struct node *value,
                       const struct node *written, const struct path *path)
{
    const char *problem = NULL;
    if (node_kind(value) != NODE_STRING)
        problem = "must be text";
    else if (str_trim(node_text(value)).n == 0 && !key->may_be_empty)
        problem = "must not be empty";
    else if (key->choices && !is_choice(key->choices, node_text(value)))
        problem = must_be(form->arena, key->choices);
    else if (key->problem)
        problem = key->problem(node_text(value));
    if (problem)
        form_mistake(form, path, written, "%s", problem);
}

/* ---- collections ---- */

static const char *manifest_problem(const struct node *value)
{
    const enum node_kind kind = node_kind(value);
    return kind == NODE_MAP || kind == NODE_STRING ? NULL : "must be a manifest";
}

static void check_item(struct form *form, const struct form_key *key, const struct item *item,
                       const struct path *path)
{
    const char *problem = NULL;
    if (key->shape == FORM_TEXTS)
        check_text(form, key, item->value, item->written, path);
    else if (key->shape == FORM_MANIFESTS)
        problem = manifest_problem(item->value);
    else if (key->shape == FORM_ENTRIES && node_kind(item->value) == NODE_MAP)
        check_table(form, key->inner, path);
    else if (key->shape == FORM_ENTRIES)
        problem = "must be a map";
    if (problem)
        form_mistake(form, path, item->written, "%s", problem);
}

static void check_list(struct form *form, const struct form_key *key, const struct entry *entry,
                       const struct path *path)
{
    if (node_kind(entry->value) != NODE_LIST)
        form_mistake(form, path, entry->written, "must be a list");
    else if (node_real(entry->value)->n == 0 && !key->may_be_empty)
        form_mistake(form, path, entry->written, "must not be empty");
    for (struct item it = list_first(entry->value); it.value; it = list_next(it)) {
        const struct path at = {.up = path, .index = it.index, .node = it.value};
        check_item(form, key, &it, &at);
    }
}

static void check_names(struct form *form, const struct entry *entry, const struct path *path)
{
    if (node_kind(entry->value) != NODE_MAP)
        form_mistake(form, path, entry->written, "must be a map of names with their defaults");
    for (struct entry e = map_first(entry->value); e.key; e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .node = e.value};
        const char *problem = form_name_problem(node_text(e.key));
        if (problem)
            form_mistake(form, &at, e.key, "%s", problem);
    }
}

static void check_value(struct form *form, const struct form_key *key, const struct entry *entry,
                        const struct path *path)
{
    const enum node_kind kind = node_kind(entry->value);
    const char *problem = NULL;
    int64_t number;
    switch (key->shape) {
    case FORM_TEXT:
        check_text(form, key, entry->value, entry->written, path);
        break;
    case FORM_FLAG:
        problem = kind == NODE_BOOL ? NULL : "must be on or off";
        break;
    case FORM_LINE:
        if (!node_i64(entry->value, &number) || number < 1)
            problem = "must be the number of a line, from 1";
        break;
    case FORM_TEXTS:
    case FORM_ENTRIES:
    case FORM_MANIFESTS:
    case FORM_LIST:
        check_list(form, key, entry, path);
        break;
    case FORM_VALUES:
        check_names(form, entry, path);
        break;
    case FORM_TABLE:
        if (kind == NODE_MAP)
            check_table(form, key->inner, path);
        else
            problem = "must be a map";
        break;
    case FORM_MANIFEST:
        problem = manifest_problem(entry->value);
        break;
    case FORM_MAP:
        problem = kind == NODE_MAP ? NULL : "must be a map";
        break;
    case FORM_ANY:
        break;
    }
    if (problem)
        form_mistake(form, path, entry->written, "%s", problem);
}

static const struct form_key *find_key(const struct form_key *keys, struct str name)
{
    for (; keys->name; keys++)
        if (str_is(name, keys->name))
            return keys;
    return NULL;
}

static void check_table(struct form *form, const struct form_key *keys, const struct path *path)
{
    const struct node *map = path->node;
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        const struct path at = {.up = path, .name = node_text(e.key), .node = e.value};
        const struct form_key *key = find_key(keys, node_text(e.key));
        if (key)
            check_value(form, key, &e, &at);
        else
            unknown_key(form, keys, e.key, &at);
    }
    for (const struct form_key *key = keys; key->name; key++) {
        const bool needed =
            key->need == FORM_ALWAYS || (key->need == FORM_COMPLETE && form->complete);
        if (!needed || node_get(map, str_from(key->name)))
            continue;
        const struct node *first = map_first(map).key;
        form_mistake(form, path, first ? first : map, "has no %s", key->name);
    }
}
