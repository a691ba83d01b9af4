/* SPDX-License-Identifier: Apache-2.0 */
/* When an Indexed Job has succeeded: numbers and ranges of its indexes. */
#include "admit/rule.h"
#include "rule_calls.h"

#include "base/number.h"

void rule_success_policy(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot) && !child_text_is(spot->up, "completionMode", "Indexed"))
        say_invalid(v, spot, "requires indexed completion mode");
}

/* ---- lists of indexes: 0,2-4,7 ---- */

struct indexes {
    struct arena *arena;
    int64_t completions;
    int64_t last; /* the index before; -1: none */
    int64_t total;
    struct str error; /* .p NULL: none */
};

static bool read_index(struct indexes *indexes, struct str text, int64_t *ret_index)
{
    if (number_parse_i64(text, ret_index)) {
        indexes->error =
            str_format(indexes->arena, "cannot convert string to integer for index: \"%.*s\"",
                       STR_FMT(diag_quote(indexes->arena, text)));
        return false;
    }
    if (*ret_index >= indexes->completions) {
        indexes->error = str_format(indexes->arena, "too large index: \"%.*s\"", STR_FMT(text));
        return false;
    }
    return true;
}

static bool is_increasing(struct indexes *indexes, int64_t previous, int64_t current)
{
    if (current > previous)
        return true;
    indexes->error =
        str_format(indexes->arena, "non-increasing order, previous: %" PRId64 ", current: %" PRId64,
                   previous, current);
    return false;
}

static bool read_interval(struct indexes *indexes, struct str text)
{
    const ptrdiff_t dash = str_find_char(text, '-');
    const struct str second = dash < 0 ? STR("") : str_from_offset(text, (size_t)dash + 1);
    int64_t from;
    int64_t to;
    if (str_find_char(second, '-') >= 0) {
        indexes->error =
            str_format(indexes->arena,
                       "the fragment \"%.*s\" violates the requirement that an index interval can "
                       "have at most two parts separated by '-'",
                       STR_FMT(diag_quote(indexes->arena, text)));
        return false;
    }
    if (!read_index(indexes, dash < 0 ? text : str_sub(text, 0, (size_t)dash), &from))
        return false;
    to = from;
    if (dash >= 0 && (!read_index(indexes, second, &to) || !is_increasing(indexes, from, to)))
        return false;
    if (indexes->last >= 0 && !is_increasing(indexes, indexes->last, from))
        return false;
    indexes->total += to - from + 1;
    indexes->last = to;
    return true;
}

static void read_indexes(struct indexes *indexes, struct str text)
{
    indexes->last = -1;
    while (text.n) {
        const ptrdiff_t comma = str_find_char(text, ',');
        const size_t end = comma < 0 ? text.n : (size_t)comma;
        if (!read_interval(indexes, str_sub(text, 0, end)))
            break;
        /* a comma at the end has nothing behind it, which is no index */
        if (comma >= 0 && end + 1 == text.n && !read_interval(indexes, STR("")))
            break;
        text = comma < 0 ? STR("") : str_from_offset(text, end + 1);
    }
    if (indexes->error.p)
        indexes->total = 0;
}

/* ---- rules ---- */

static void check_count(struct validating *v, const struct spot *count, int64_t max,
                        const char *what)
{
    if (spot_int(count) > max)
        say_invalid_fmt(v, count, "must be less than or equal to %" PRId64 " (the number of %s)",
                        max, what);
}

void rule_success_rule(struct validating *v, const struct spot *spot)
{
    const struct spot *job = spot_above(spot, "JobSpec");
    const struct spot count = spot_child(v, spot, "succeededCount");
    const struct spot list = spot_child(v, spot, "succeededIndexes");
    if (!spot_is_set(&count) && !spot_is_set(&list))
        say_required(v, spot,
                     "at least one of succeededCount or succeededIndexes must be specified");
    /* without completions the server falls over; that they are missing has been said */
    if (!job || !child_is_set(job, "completions"))
        return;
    struct indexes indexes = {.arena = v->ctx->arena, .completions = child_int(job, "completions")};
    if (spot_is_set(&list))
        read_indexes(&indexes, spot_text(&list));
    if (indexes.error.p)
        say_invalid(v, &list,
                    str_to_c(v->ctx->arena,
                             str_format(v->ctx->arena, "error parsing succeededIndexes: %.*s",
                                        STR_FMT(indexes.error))));
    if (!spot_is_set(&count))
        return;
    check_count(v, &count, indexes.completions, "specified completions");
    if (spot_is_set(&list))
        check_count(v, &count, indexes.total, "indexes in the specified succeededIndexes field");
}
