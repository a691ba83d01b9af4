/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at a tree: kinds, values, iteration, lookup. Everything here looks through aliases, so
 * that no caller has to know them.
 */
#include "doc/doc.h"

#include "base/ascii.h"
#include "base/number.h"

static inline const struct node *real(const struct node *node)
{
    while (node && node->kind == NODE_ALIAS)
        node = node->first;
    return node;
}

const struct node *node_real(const struct node *node)
{
    return real(node);
}

struct span node_span(const struct node *node)
{
    if (!node)
        return (struct span){0, 0};
    return (struct span){node->start, node->start + node->len};
}

enum node_kind node_kind(const struct node *node)
{
    node = real(node);
    return node ? (enum node_kind)node->kind : NODE_NULL;
}

const char *node_kind_name(enum node_kind kind)
{
    static const char *const names[] = {
        [NODE_NULL] = "null",   [NODE_BOOL] = "boolean", [NODE_INT] = "number",
        [NODE_UINT] = "number", [NODE_FLOAT] = "number", [NODE_STRING] = "string",
        [NODE_LIST] = "list",   [NODE_MAP] = "map",      [NODE_ALIAS] = "alias",
    };
    return (size_t)kind < ARRAY_LEN(names) ? names[kind] : "null";
}

bool node_is_null(const struct node *node)
{
    return node_kind(node) == NODE_NULL;
}

bool node_is_scalar(const struct node *node)
{
    return node_kind(node) < NODE_LIST;
}

bool node_is_zero(const struct node *node)
{
    double number;
    switch (node_kind(node)) {
    case NODE_NULL:
        return true;
    case NODE_BOOL:
        return !node_bool(node);
    case NODE_INT:
    case NODE_UINT:
    case NODE_FLOAT:
        return node_double(node, &number) && number == 0;
    case NODE_STRING:
    case NODE_LIST:
    case NODE_MAP:
        return node_real(node)->n == 0;
    case NODE_ALIAS:
        break;
    }
    return false;
}

/* Null has no text, however it was written: a null string field is an empty one. */
struct str node_text(const struct node *node)
{
    node = real(node);
    if (!node || node->kind >= NODE_LIST || node->kind == NODE_NULL)
        return (struct str){0};
    return (struct str){node->text, node->n};
}

bool node_bool(const struct node *node)
{
    node = real(node);
    return node && node->kind == NODE_BOOL && (node->flags & NODE_TRUE);
}

/* ---- numbers ---- */

struct integer {
    bool negative;
    uint64_t magnitude;
};

static unsigned digit_value(char c)
{
    return ascii_is_hex(c) ? (unsigned)ascii_hex_value(c) : 99;
}

/* The base that a leading zero announces to Go's ParseInt with base 0; moves *pos past the prefix.
 */
static unsigned integer_base(struct str s, size_t *pos)
{
    if (s.n - *pos < 2 || s.p[*pos] != '0')
        return 10;
    switch (s.p[*pos + 1] | 0x20) {
    case 'x':
        *pos += 2;
        return 16;
    case 'o':
        *pos += 2;
        return 8;
    case 'b':
        *pos += 2;
        return 2;
    default:
        *pos += 1;
        return 8;
    }
}

/* An integer as go-yaml v2 reads it once underscores are gone: Go's base prefixes, and the sign of
 * a binary number may also follow its prefix. */
static bool integer_read(struct str s, struct integer *ret_integer)
{
    struct integer value = {0};
    size_t pos = 0;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        value.negative = s.p[pos++] == '-';
    const bool is_signed = pos > 0;
    const unsigned base = integer_base(s, &pos);
    if (base == 2 && !is_signed && pos < s.n && (s.p[pos] == '-' || s.p[pos] == '+'))
        value.negative = s.p[pos++] == '-';
    if (pos == s.n)
        return false;
    for (; pos < s.n; pos++) {
        const unsigned digit = digit_value(s.p[pos]);
        if (digit >= base || __builtin_mul_overflow(value.magnitude, base, &value.magnitude) ||
            __builtin_add_overflow(value.magnitude, digit, &value.magnitude))
            return false;
    }
    *ret_integer = value;
    return true;
}

/* Decimal digits only, as Go's JSON decoder wants them for an integer. */
static bool decimal_read(struct str s, struct integer *ret_integer)
{
    const bool negative = s.n && s.p[0] == '-';
    uint64_t magnitude;
    if (number_parse_u64(str_from_offset(s, negative), &magnitude))
        return false;
    *ret_integer = (struct integer){.negative = negative, .magnitude = magnitude};
    return true;
}

static bool integer_to_i64(struct integer integer, int64_t *ret_value)
{
    const uint64_t limit = (uint64_t)INT64_MAX + integer.negative;
    if (integer.magnitude > limit)
        return false;
    *ret_value = (int64_t)(integer.negative ? 0 - integer.magnitude : integer.magnitude);
    return true;
}

static bool float_read(struct str text, double *ret_value)
{
    struct integer integer;
    if (integer_read(text, &integer)) { /* !!float 0x10 */
        *ret_value = integer.negative ? -(double)integer.magnitude : (double)integer.magnitude;
        return true;
    }
    return number_parse_double(text, ret_value) == 0;
}

/* The digits of a number without underscores; *ret_owned is to be freed. */
static struct str number_digits(const struct node *node, char **ret_owned)
{
    const struct str text = {node->text, node->n};
    if (!text.n || !memchr(text.p, '_', text.n))
        return text;
    *ret_owned = xmalloc(text.n);
    struct str digits = {*ret_owned, 0};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '_')
            (*ret_owned)[digits.n++] = text.p[i];
    }
    return digits;
}

bool node_double(const struct node *node, double *ret_value)
{
    node = real(node);
    if (!node || node->kind < NODE_INT || node->kind > NODE_FLOAT)
        return false;
    char *owned = NULL;
    const bool ok = float_read(number_digits(node, &owned), ret_value);
    free(owned);
    return ok;
}

/* The server sees a float of YAML as the digits that Go's JSON encoder writes for it, so those
 * decide: above 2^53 they are not the exact value of the float. */
static bool node_integer(const struct node *node, struct integer *ret_integer)
{
    node = real(node);
    if (!node || node->kind < NODE_INT || node->kind > NODE_FLOAT)
        return false;
    char *owned = NULL;
    const struct str digits = number_digits(node, &owned);
    double value;
    char text[32];
    bool ok;
    if (node->kind == NODE_FLOAT)
        ok = float_read(digits, &value) &&
             decimal_read((struct str){text, number_format_json(value, text)}, ret_integer);
    else
        ok = integer_read(digits, ret_integer);
    free(owned);
    return ok;
}

bool node_i64(const struct node *node, int64_t *ret_value)
{
    struct integer integer;
    return node_integer(node, &integer) && integer_to_i64(integer, ret_value);
}

bool node_u64(const struct node *node, uint64_t *ret_value)
{
    struct integer integer;
    if (!node_integer(node, &integer) || (integer.negative && integer.magnitude))
        return false;
    *ret_value = integer.magnitude;
    return true;
}

/* ---- iteration ---- */

static inline struct entry entry_at(const struct node *key)
{
    if (!key)
        return (struct entry){0};
    return (struct entry){.key = real(key), .value = real(key->next), .written = key->next};
}

static inline struct item item_at(const struct node *written, uint32_t index)
{
    return (struct item){.value = real(written), .written = written, .index = index};
}

struct entry map_first(const struct node *map)
{
    map = real(map);
    return entry_at(map && map->kind == NODE_MAP ? map->first : NULL);
}

struct entry map_next(struct entry entry)
{
    return entry_at(entry.written ? entry.written->next : NULL);
}

struct item list_first(const struct node *list)
{
    list = real(list);
    return item_at(list && list->kind == NODE_LIST ? list->first : NULL, 0);
}

struct item list_next(struct item item)
{
    return item_at(item.written ? item.written->next : NULL, item.index + 1);
}

/* ---- lookup ---- */

/* The key node as it stands in the map, or NULL. Most keys differ in length already. */
static inline const struct node *find_key(const struct node *map, struct str name)
{
    map = real(map);
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (const struct node *key = map->first; key; key = key->next->next) {
        const struct node *text = real(key);
        if (text->n != name.n)
            continue;
        if (name.n == 0 || (text->text[0] == name.p[0] && memcmp(text->text, name.p, name.n) == 0))
            return key;
    }
    return NULL;
}

const struct node *node_get(const struct node *map, struct str key)
{
    const struct node *found = find_key(map, key);
    return found ? real(found->next) : NULL;
}

struct entry node_entry(const struct node *map, struct str key)
{
    return entry_at(find_key(map, key));
}

const struct node *node_at(const struct node *list, uint32_t index)
{
    struct item item = list_first(list);
    while (item.value && item.index < index)
        item = list_next(item);
    return item.value;
}

struct str node_get_text(const struct node *map, struct str key)
{
    const struct node *value = node_get(map, key);
    return value && value->kind == NODE_STRING ? (struct str){value->text, value->n}
                                               : (struct str){0};
}
