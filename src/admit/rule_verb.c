/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of the rule table. Each is one function on one value. */
#include "admit/rule_format.h"
#include "admit/rule_internal.h"
#include "admit/rule_trace.h"

typedef void verb_fn(struct validating *v, const struct rule_row *row, const struct spot *spot);

static const char *(*const formats[])(struct str s) = {
#define X(name, function) function,
    RULE_FORMATS(X)
#undef X
};

/* Says what the row says, else what the verb would. */
static struct diag *fail(struct validating *v, const struct rule_row *row, const struct spot *spot,
                         enum rule_error error, struct str detail)
{
    const struct saying saying = {
        .error = row->error ? (enum rule_error)row->error : error,
        .at = (enum rule_at)row->at,
        .warning = row->when.flags & RULE_WARNING,
        .detail = row->says ? rule_str(row->says) : detail,
    };
    return say(v, spot, &saying);
}

/* ---- presence ---- */

static bool is_absent(const struct rule_row *row, const struct spot *spot)
{
    return row->when.flags & RULE_POINTER ? !spot_is_set(spot) : spot_is_zero(spot);
}

static void verb_required(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    if (is_absent(row, spot))
        fail(v, row, spot, RULE_SAYS_REQUIRED, STR(""));
}

static void verb_forbidden(struct validating *v, const struct rule_row *row,
                           const struct spot *spot)
{
    fail(v, row, spot, RULE_SAYS_FORBIDDEN, STR(""));
}

/* ---- values ---- */

static struct str supported_values(struct arena *arena, uint32_t list)
{
    struct str text = STR("supported values: ");
    for (size_t i = 0; i < list_count(list); i++)
        text = str_format(arena, "%.*s%s\"%.*s\"", STR_FMT(text), i ? ", " : "",
                          STR_FMT(list_text(list, i)));
    return text;
}

static void verb_enum(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    if (list_has(row->values, spot_text(spot)))
        return;
    const size_t n = list_count(row->values);
    struct str *values = ARENA_ARRAY(v->ctx->arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        values[i] = list_text(row->values, i);
    offer_value(
        v, spot,
        fail(v, row, spot, RULE_SAYS_UNSUPPORTED, supported_values(v->ctx->arena, row->values)),
        values, n);
}

static void verb_range(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    int64_t value = 0;
    struct arena *arena = v->ctx->arena;
    if (spot_is_set(spot) && !node_i64(spot->path.node, &value))
        return;
    if (value >= row->min && value <= row->max)
        return;
    struct str text;
    if (row->max == INT64_MAX)
        text = str_format(arena, "must be greater than or equal to %" PRId64, row->min);
    else if (row->min == INT64_MIN)
        text = str_format(arena, "must be less than or equal to %" PRId64, row->max);
    else
        text = str_format(arena, "must be between %" PRId64 " and %" PRId64 ", inclusive", row->min,
                          row->max);
    fail(v, row, spot, RULE_SAYS_INVALID, text);
}

static void verb_format(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    const char *reason = formats[row->function](spot_text(spot));
    if (reason)
        fail(v, row, spot, RULE_SAYS_INVALID, str_from(reason));
}

static void too_long(struct validating *v, const struct rule_row *row, const struct spot *spot,
                     const char *unit)
{
    fail(v, row, spot, RULE_SAYS_TOO_LONG,
         str_format(v->ctx->arena, "may not be more than %" PRId64 " %s%s", row->max, unit,
                    row->max == 1 ? "" : "s"));
}

static void verb_max_bytes(struct validating *v, const struct rule_row *row,
                           const struct spot *spot)
{
    if (spot_text(spot).n > (size_t)row->max)
        too_long(v, row, spot, "byte");
}

static void verb_max_length(struct validating *v, const struct rule_row *row,
                            const struct spot *spot)
{
    const struct str text = spot_text(spot);
    size_t characters = 0;
    for (size_t i = 0; i < text.n; i++)
        characters += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    if (characters > (size_t)row->max)
        too_long(v, row, spot, "character");
}

/* ---- lists ---- */

static void verb_min_items(struct validating *v, const struct rule_row *row,
                           const struct spot *spot)
{
    if (spot_count(spot) < (size_t)row->min)
        fail(v, row, spot, RULE_SAYS_INVALID,
             str_format(v->ctx->arena, "must have at least %" PRId64 " item%s", row->min,
                        row->min == 1 ? "" : "s"));
}

static void verb_max_items(struct validating *v, const struct rule_row *row,
                           const struct spot *spot)
{
    if (spot_count(spot) <= (size_t)row->max)
        return;
    if (row->says || row->error)
        fail(v, row, spot, RULE_SAYS_TOO_MANY, STR(""));
    else
        say_too_many(v, spot, (size_t)row->max);
}

/* A number may be written in several ways: 80, 80.0, 0x50. */
static struct str scalar_key(struct validating *v, const struct node *node)
{
    int64_t value;
    if (node_kind(node) != NODE_STRING && node_i64(node, &value))
        return str_format(v->ctx->arena, "%" PRId64, value);
    return node_text(node);
}

/* What tells an item from others: its text, or those of its keys; "" when a key is zero. */
static struct str item_key(struct validating *v, const struct rule_row *row,
                           const struct spot *item)
{
    struct arena *arena = v->ctx->arena;
    struct str key = STR("");
    const size_t n = row->values ? list_count(row->values) : 0;
    if (n == 0 && node_is_scalar(item->path.node))
        return str_format(arena, "%d:%.*s", node_kind(item->path.node) == NODE_STRING,
                          STR_FMT(scalar_key(v, item->path.node)));
    for (size_t i = 0; i < n; i++) {
        const struct node *value = node_get(item->path.node, list_text(row->values, i));
        const struct str text = scalar_key(v, value);
        if (text.n == 0 || str_is(text, "0"))
            return STR("");
        key = str_format(arena, "%.*s%zu:%.*s", STR_FMT(key), text.n, STR_FMT(text));
    }
    return key;
}

static void verb_unique(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    const size_t n = row->values ? list_count(row->values) : 0;
    if (spot_count(spot) < 2)
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct str key = item_key(v, row, &e.spot);
        if (key.n == 0)
            continue;
        if (!map_has(&seen, key)) {
            map_put(&seen, key, &seen);
            continue;
        }
        struct spot at = e.spot;
        if (n == 1)
            at = spot_child(v, &e.spot, str_to_c(v->ctx->arena, list_text(row->values, 0)));
        fail(v, row, &at, RULE_SAYS_DUPLICATE, STR(""));
    }
}

/* ---- siblings ---- */

/* `first, second or third`, in backquotes. */
static struct str field_list(struct arena *arena, uint32_t list)
{
    const size_t n = list_count(list);
    struct str text = STR("");
    for (size_t i = 0; i < n; i++)
        text = str_format(arena, "%.*s%s`%.*s`", STR_FMT(text),
                          i == 0       ? ""
                          : i + 1 == n ? " or "
                                       : ", ",
                          STR_FMT(list_text(list, i)));
    return text;
}

static size_t count_set(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    size_t set = 0;
    for (size_t i = 0; i < list_count(row->values); i++) {
        const char *name = str_to_c(v->ctx->arena, list_text(row->values, i));
        const struct spot child = spot_child(v, spot, name);
        set += !is_absent(row, &child);
    }
    return set;
}

static void fail_union(struct validating *v, const struct rule_row *row, const struct spot *spot,
                       struct str detail)
{
    const struct saying saying = {
        .error = row->error ? (enum rule_error)row->error : RULE_SAYS_INVALID,
        .at = (enum rule_at)row->at,
        .value = STR("\"\""),
        .detail = detail,
    };
    say(v, spot, &saying);
}

static void verb_at_most_one_of(struct validating *v, const struct rule_row *row,
                                const struct spot *spot)
{
    if (count_set(v, row, spot) > 1)
        fail_union(v, row, spot,
                   row->says ? rule_str(row->says)
                             : STR("may not have more than one field specified at a time"));
}

static void verb_one_of(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    const size_t set = count_set(v, row, spot);
    if (set > 1)
        fail_union(v, row, spot, STR("may not have more than one field specified at a time"));
    if (set == 0)
        fail_union(v, row, spot,
                   row->says ? rule_str(row->says)
                             : str_format(arena, "must specify one of: %.*s",
                                          STR_FMT(field_list(arena, row->values))));
}

/* The siblings that the row names, absent or not. */
static void check_siblings(struct validating *v, const struct rule_row *row,
                           const struct spot *spot, bool wanted)
{
    for (size_t i = 0; i < list_count(row->values); i++) {
        const char *name = str_to_c(v->ctx->arena, list_text(row->values, i));
        const struct spot sibling = spot_child(v, spot->up, name);
        if (is_absent(row, &sibling) != wanted)
            continue;
        const struct str field = spot->path.name;
        const struct str detail = str_format(v->ctx->arena,
                                             wanted ? "must be specified when `%.*s` is set"
                                                    : "may not be specified when `%.*s` is set",
                                             STR_FMT(field));
        fail(v, row, &sibling, wanted ? RULE_SAYS_REQUIRED : RULE_SAYS_FORBIDDEN, detail);
    }
}

static void verb_requires(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    check_siblings(v, row, spot, true);
}

static void verb_excludes(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    check_siblings(v, row, spot, false);
}

/* ---- the rest ---- */

static void verb_immutable(struct validating *v, const struct rule_row *row,
                           const struct spot *spot)
{
    if (!spot_is_unchanged(spot))
        fail(v, row, spot, RULE_SAYS_IMMUTABLE, STR("field is immutable"));
}

static void verb_call(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    rule_functions[row->function](v, spot);
}

struct verb {
    verb_fn *apply;
    bool takes_zero; /* also looks at what is absent or zero */
};

static const struct verb verbs[] = {
    [RULE_VERB_REQUIRED] = {verb_required, true},
    [RULE_VERB_FORBIDDEN] = {verb_forbidden, false},
    [RULE_VERB_ENUM] = {verb_enum, false},
    [RULE_VERB_RANGE] = {verb_range, false},
    [RULE_VERB_MIN] = {verb_range, false},
    [RULE_VERB_MAX] = {verb_range, false},
    [RULE_VERB_FORMAT] = {verb_format, false},
    [RULE_VERB_MAX_BYTES] = {verb_max_bytes, false},
    [RULE_VERB_MAX_LENGTH] = {verb_max_length, false},
    [RULE_VERB_MIN_ITEMS] = {verb_min_items, false},
    [RULE_VERB_MAX_ITEMS] = {verb_max_items, false},
    [RULE_VERB_UNIQUE] = {verb_unique, false},
    [RULE_VERB_ONE_OF] = {verb_one_of, true},
    [RULE_VERB_AT_MOST_ONE_OF] = {verb_at_most_one_of, true},
    [RULE_VERB_REQUIRES] = {verb_requires, false},
    [RULE_VERB_EXCLUDES] = {verb_excludes, false},
    [RULE_VERB_IMMUTABLE] = {verb_immutable, true},
    [RULE_VERB_SKIP] = {NULL, false}, /* the walk's */
    [RULE_VERB_CALL] = {verb_call, true},
};

void row_apply(struct validating *v, const struct rule_row *row, const struct spot *spot)
{
    const struct verb *verb = &verbs[row->verb];
    if (!verb->takes_zero && !(row->when.flags & RULE_ALWAYS) && is_absent(row, spot))
        return;
    const size_t before = v->ctx->diags->n;
    verb->apply(v, row, spot);
    trace_row(row, v->ctx->diags->n > before);
}
