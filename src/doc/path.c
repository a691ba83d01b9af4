/* SPDX-License-Identifier: Apache-2.0 */
/* Field paths: written as the API server writes them, and found again in a tree. */
#include <stdarg.h>

#include "base/ascii.h"
#include "base/limits.h"
#include "base/number.h"
#include "doc/json_internal.h"

static void write_path(struct buf *out, const struct path *path, bool identity);
static struct lookup find_below(const struct node *root, struct str rest);
static bool search(struct arena *arena, const struct node *at, const struct path *path,
                   const struct node *wanted, struct str *ret_field);

/* A path is never longer than its tree's text with brackets, so the maximum is only a guard. */
static struct str format(struct arena *arena, const struct path *path, bool identity)
{
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_FILE_BYTES);
    write_path(&out, path, identity);
    return str_dup(arena, buf_str(&out));
}

struct str path_format(struct arena *arena, const struct path *path)
{
    return format(arena, path, false);
}

struct str path_identity(struct arena *arena, const struct path *path)
{
    return format(arena, path, true);
}

struct diag *diag_add_path(struct diags *diags, enum rule_id rule, struct span span,
                           const struct path *path, const char *fmt, ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    const struct str message = str_print(text, sizeof text, fmt, args);
    va_end(args);
    struct diag *diag = diag_add_rule(diags, rule_get(rule), span, (struct str){0}, message);
    if (!diag)
        return NULL;
    diag->field = path_format(&diags->arena, path);
    diag->identity = path_identity(&diags->arena, path);
    return diag;
}

struct lookup path_find(const struct node *root, struct str field)
{
    return find_below(root, str_is(field, "<nil>") ? (struct str){0} : field);
}

bool path_of(struct arena *arena, const struct node *root, const struct node *node,
             struct str *ret_field)
{
    const struct path path = {.node = root};
    return root && node && search(arena, root, &path, node, ret_field);
}

/* ---- writing ---- */

/* `[name=web]`: the members of a list entry that tell it from the others; false when it has none.
 */
static bool write_members(struct buf *out, const struct path *path)
{
    static const struct str usual[] = {{"name", 4}, {"key", 3}, {"id", 2}};
    const struct str *keys = path->keys ? path->keys : usual;
    const size_t count = path->keys ? path->key_count : ARRAY_LEN(usual);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        const struct node *value = node_get(path->node, keys[i]);
        if (!value || !node_is_scalar(value) || node_is_null(value))
            continue;
        const struct str text = node_text(value);
        buf_format(out, "%c%.*s=", any ? ',' : '[', STR_FMT(keys[i]));
        if (!text.n || str_find_char(text, ']') >= 0 || str_find_char(text, ',') >= 0 ||
            str_find_char(text, '"') >= 0)
            jsonw_quote(out, text);
        else
            buf_add(out, text);
        any = true;
        if (!path->keys)
            break;
    }
    if (any)
        buf_add_char(out, ']');
    return any;
}

static void write_step(struct buf *out, const struct path *path, bool identity)
{
    if (!path->name.p) {
        if (!identity || !write_members(out, path))
            buf_format(out, "[%" PRIu32 "]", path->index);
        return;
    }
    if (path->is_key) {
        buf_add_char(out, '[');
        buf_add(out, path->name);
        buf_add_char(out, ']');
        return;
    }
    if (out->n)
        buf_add_char(out, '.');
    buf_add(out, path->name);
}

static void write_path(struct buf *out, const struct path *path, bool identity)
{
    if (!path || !path->up)
        return;
    write_path(out, path->up, identity);
    write_step(out, path, identity);
}

bool path_shows_key(const struct path *map, struct str key)
{
    static const char *const maps[] = {"annotations", "binaryData",   "data",       "labels",
                                       "matchLabels", "nodeSelector", "stringData", "limits",
                                       "requests",    "parameters"};
    if (map && map->name.p && str_is_one_of(map->name, maps, ARRAY_LEN(maps)))
        return true;
    for (size_t i = 0; i < key.n; i++) {
        const char c = key.p[i];
        const bool letter = ascii_is_letter(c) || c == '_' || c == '$';
        if (!letter && (i == 0 || !(ascii_is_digit(c) || c == '-')))
            return true;
    }
    return key.n == 0;
}

/* ---- finding ---- */

/* What a path's next step names: the rest of the path after it, or nothing. */
struct step {
    const struct node *key;
    const struct node *value;
    const struct node *written;
    struct str rest;
};

static bool ends_step(struct str rest, size_t n)
{
    return rest.n == n || rest.p[n] == '.' || rest.p[n] == '[';
}

/* How many bytes of the path the key takes when it is the next step, as `key`, `[key]`, `['key']`;
 * 0 when it is not. */
static size_t key_matches(struct str rest, struct str key)
{
    if (key.n && str_starts(rest, key) && ends_step(rest, key.n))
        return key.n;
    if (!rest.n || rest.p[0] != '[')
        return 0;
    const char c = rest.n > 1 ? rest.p[1] : '\0';
    const bool quoted = c == '\'' || c == '"';
    for (size_t quotes = 0; quotes <= quoted; quotes++) {
        const size_t end = 1 + 2 * quotes + key.n; /* of the closing bracket */
        if (rest.n > end && rest.p[end] == ']' && ends_step(rest, end + 1) &&
            str_eq(str_sub(rest, 1 + quotes, 1 + quotes + key.n), key) &&
            (!quotes || rest.p[end - 1] == c))
            return end + 1;
    }
    return 0;
}

static struct step step_in_map(const struct node *map, struct str rest)
{
    struct step best = {0};
    size_t best_n = 0;
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        const size_t n = key_matches(rest, node_text(e.key));
        if (n <= best_n)
            continue;
        best_n = n;
        best = (struct step){e.key, e.value, e.written, str_from_offset(rest, n)};
    }
    return best;
}

/* The text up to a delimiter outside quotes, taken off *rest with its quotes undone. */
static struct str take_member(struct arena *arena, struct str *rest)
{
    if (!rest->n || rest->p[0] != '"') {
        size_t n = 0;
        while (n < rest->n && !memchr("=,]", rest->p[n], 3))
            n++;
        const struct str plain = str_sub(*rest, 0, n);
        *rest = str_from_offset(*rest, n);
        return plain;
    }
    char *text = arena_alloc_text(arena, rest->n);
    size_t n = 0;
    size_t i = 1;
    for (; i < rest->n && rest->p[i] != '"'; i++) {
        if (rest->p[i] == '\\' && i + 1 < rest->n)
            i++;
        text[n++] = rest->p[i];
    }
    *rest = str_from_offset(*rest, MIN_OF(i + 1, rest->n));
    return (struct str){text, n};
}

/* Whether the entry has the members of `name="c",protocol=TCP]`, or is the value of `="c"]`. */
static bool entry_matches(const struct node *entry, struct str members)
{
    SCOPED(arena) struct arena scratch = {0};
    while (members.n && members.p[0] != ']') {
        const struct str key = take_member(&scratch, &members);
        if (!str_starts(members, STR("=")))
            return false;
        members = str_from_offset(members, 1);
        const struct str want = take_member(&scratch, &members);
        const struct node *have = key.n ? node_get(entry, key) : entry;
        if (!have || !node_is_scalar(have) || !str_eq(node_text(have), want))
            return false;
        if (str_starts(members, STR(",")))
            members = str_from_offset(members, 1);
        else if (!str_starts(members, STR("]")))
            return false;
    }
    return true;
}

/* The end of `[...]`, past the bracket; brackets in quotes don't count. 0 when it isn't closed. */
static size_t bracket_end(struct str rest)
{
    bool quoted = false;
    for (size_t i = 1; i < rest.n; i++) {
        if (rest.p[i] == '\\' && quoted)
            i++;
        else if (rest.p[i] == '"')
            quoted = !quoted;
        else if (rest.p[i] == ']' && !quoted)
            return i + 1;
    }
    return 0;
}

static struct step step_in_list(const struct node *list, struct str rest)
{
    const size_t end = rest.n && rest.p[0] == '[' ? bracket_end(rest) : 0;
    if (!end)
        return (struct step){0};
    const struct str inside = str_sub(rest, 1, end - 1);
    uint64_t index = 0;
    const bool by_index = number_parse_u64(inside, &index) == 0;
    if (!by_index && str_find_char(inside, '=') < 0)
        return (struct step){0};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        if (by_index ? it.index == index : entry_matches(it.value, str_sub(rest, 1, end)))
            return (struct step){NULL, it.value, it.written, str_from_offset(rest, end)};
    }
    return (struct step){0};
}

/* Where a finding about something absent goes when no key is there to blame. */
static struct span first_key_span(const struct node *written)
{
    const struct entry e = map_first(written);
    return e.key && written->kind == NODE_MAP ? node_span(e.key) : node_span(written);
}

static struct lookup find_below(const struct node *root, struct str rest)
{
    struct lookup found = {.value = node_real(root)};
    if (!root)
        return found;
    found.key_span = first_key_span(root);
    while (rest.n) {
        if (rest.p[0] == '.')
            rest = str_from_offset(rest, 1);
        if (!rest.n)
            break;
        found.parent = found.value;
        const struct step step = node_kind(found.value) == NODE_LIST
                                     ? step_in_list(found.value, rest)
                                     : step_in_map(found.value, rest);
        found.key = step.key;
        found.value = step.value;
        if (!step.value)
            return found;
        found.key_span = step.key ? node_span(step.key) : first_key_span(step.written);
        rest = step.rest;
    }
    return found;
}

/* ---- the way back ---- */

/* Aliases are not entered: what they stand for has its own place earlier in the tree. */
static bool search(struct arena *arena, const struct node *at, const struct path *path,
                   const struct node *wanted, struct str *ret_field)
{
    if (at == wanted) {
        *ret_field = path_format(arena, path);
        return true;
    }
    if (at->kind == NODE_LIST) {
        for (struct item it = list_first(at); it.value; it = list_next(it)) {
            const struct path here = {.up = path, .index = it.index};
            if (search(arena, it.written, &here, wanted, ret_field))
                return true;
        }
        return false;
    }
    if (at->kind != NODE_MAP)
        return false;
    for (struct entry e = map_first(at); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct path here = {.up = path,
                                  .name = {name.p ? name.p : "", name.n},
                                  .is_key = path_shows_key(path, name)};
        if (e.key == wanted ? search(arena, wanted, &here, wanted, ret_field)
                            : search(arena, e.written, &here, wanted, ret_field))
            return true;
    }
    return false;
}
