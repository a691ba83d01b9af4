/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of ${VAR…} but for defaults, as Flux's envsubst computes them. */
#include "base/ascii.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/utf8.h"
#include "render/substitute_internal.h"

typedef struct piece (*function_fn)(struct arena *arena, const struct function_call *call,
                                    struct str value);

static const struct piece unknown_piece;

static struct piece known(struct str text)
{
    return (struct piece){text, true};
}

/* ---- case ---- */

/* Letters outside ASCII change by tables that nothing else here needs. */
static struct piece change_case(struct arena *arena, struct str value, bool upper, size_t n)
{
    if (!utf8_is_ascii(value))
        return unknown_piece;
    char *text = arena_alloc_text(arena, value.n + 1);
    for (size_t i = 0; i < value.n; i++) {
        const char c = value.p[i];
        const bool turns = i < n && (upper ? ascii_is_lower(c) : ascii_is_upper(c));
        text[i] = turns ? (char)(c ^ 0x20) : c;
    }
    return known((struct str){text, value.n});
}

static struct piece lower_first(struct arena *arena, const struct function_call *call,
                                struct str value)
{
    (void)call;
    return change_case(arena, value, false, 1);
}

static struct piece lower_all(struct arena *arena, const struct function_call *call,
                              struct str value)
{
    (void)call;
    return change_case(arena, value, false, value.n);
}

static struct piece upper_first(struct arena *arena, const struct function_call *call,
                                struct str value)
{
    (void)call;
    return change_case(arena, value, true, 1);
}

static struct piece upper_all(struct arena *arena, const struct function_call *call,
                              struct str value)
{
    (void)call;
    return change_case(arena, value, true, value.n);
}

/* ---- parts ---- */

/* As Go's Atoi: a sign and decimal digits. */
static bool read_int(struct str text, int64_t *ret_value)
{
    const bool negative = text.n && text.p[0] == '-';
    const bool is_signed = negative || (text.n && text.p[0] == '+');
    uint64_t magnitude;
    if (number_parse_u64(str_from_offset(text, is_signed), &magnitude) < 0 ||
        magnitude > (uint64_t)INT32_MAX)
        return false;
    *ret_value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

/* ${VAR:from} and ${VAR:from:length}, in bytes; what is no number leaves the value alone. */
static struct piece cut(struct arena *arena, const struct function_call *call, struct str value)
{
    (void)arena;
    const int64_t all = (int64_t)value.n;
    int64_t from, length;
    if (!read_int(call->args[0].text, &from))
        return known(value);
    if (from < 0)
        from = MAX_OF(all + from, INT64_C(0));
    from = MIN_OF(from, all);
    if (call->n == 1)
        return known(str_from_offset(value, (size_t)from));
    if (!read_int(call->args[1].text, &length))
        return known(value);
    const int64_t to = length < 0 ? all + length : MIN_OF(from + length, all);
    return known(to <= from ? (struct str){0} : str_sub(value, (size_t)from, (size_t)to));
}

static struct piece replaced(struct arena *arena, const struct function_call *call,
                             struct str value, bool all)
{
    const struct str old = call->args[0].text;
    struct buf out SCOPED(buf) = {0};
    if (!old.n && all)
        return unknown_piece; /* between all its letters: nobody means that */
    buf_init(&out, LIMIT_SUBSTITUTED_BYTES);
    for (ptrdiff_t at; (at = str_find(value, old)) >= 0;) {
        buf_add(&out, str_sub(value, 0, (size_t)at));
        buf_add(&out, call->args[1].text);
        value = str_from_offset(value, (size_t)at + old.n);
        if (!all || out.full)
            break;
    }
    buf_add(&out, value);
    return out.full ? unknown_piece : known(str_dup(arena, buf_str(&out)));
}

static struct piece replace_first(struct arena *arena, const struct function_call *call,
                                  struct str value)
{
    return replaced(arena, call, value, false);
}

static struct piece replace_all(struct arena *arena, const struct function_call *call,
                                struct str value)
{
    return replaced(arena, call, value, true);
}

static struct piece replace_start(struct arena *arena, const struct function_call *call,
                                  struct str value)
{
    if (call->n < 2 || !str_starts(value, call->args[0].text))
        return known(value);
    return replaced(arena, call, value, false);
}

static struct piece replace_end(struct arena *arena, const struct function_call *call,
                                struct str value)
{
    if (call->n < 2 || !str_ends(value, call->args[0].text))
        return known(value);
    const struct str rest = str_sub(value, 0, value.n - call->args[0].text.n);
    return known(str_concat(arena, rest, call->args[1].text));
}

/* ---- patterns ---- */

enum { PATTERN_ITEMS = 256 };

/* `*` any text, `?` any letter, `\` takes the next one as it is. */
struct pattern {
    struct pattern_item {
        enum { ITEM_RUNE, ITEM_ANY, ITEM_STAR } kind;
        uint32_t rune;
    } items[PATTERN_ITEMS];
    size_t n;
};

/* Runes of a text, from its end with `backwards`. */
static uint32_t *runes_of(struct arena *arena, struct str text, bool backwards, size_t *ret_n)
{
    uint32_t *runes = ARENA_ARRAY(arena, uint32_t, text.n + 1);
    size_t n = 0;
    for (size_t pos = 0; pos < text.n;)
        runes[n++] = utf8_next(text, &pos);
    for (size_t i = 0; backwards && i < n / 2; i++) {
        const uint32_t rune = runes[i];
        runes[i] = runes[n - 1 - i];
        runes[n - 1 - i] = rune;
    }
    *ret_n = n;
    return runes;
}

/* Classes in brackets are not followed: the result is unknown then. */
static bool read_pattern(const uint32_t *runes, size_t n, struct pattern *ret_pattern)
{
    ret_pattern->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct pattern_item item = {.kind = ITEM_RUNE, .rune = runes[i]};
        if (runes[i] == '[' || runes[i] == ']' || ret_pattern->n == PATTERN_ITEMS ||
            (runes[i] == '\\' && i + 1 == n))
            return false;
        if (runes[i] == '\\')
            item.rune = runes[++i];
        else if (runes[i] == '*' || runes[i] == '?')
            item.kind = runes[i] == '*' ? ITEM_STAR : ITEM_ANY;
        ret_pattern->items[ret_pattern->n++] = item;
    }
    return true;
}

/* Beyond a star that takes nothing. */
static void pass_stars(const struct pattern *pattern, bool *states)
{
    for (size_t i = 0; i < pattern->n; i++)
        if (states[i] && pattern->items[i].kind == ITEM_STAR)
            states[i + 1] = true;
}

static void take_rune(const struct pattern *pattern, bool *states, uint32_t rune)
{
    bool next[PATTERN_ITEMS + 1] = {false};
    for (size_t i = 0; i < pattern->n; i++) {
        const struct pattern_item *item = &pattern->items[i];
        if (!states[i])
            continue;
        if (item->kind == ITEM_STAR)
            next[i] = true;
        else if (item->kind == ITEM_ANY || item->rune == rune)
            next[i + 1] = true;
    }
    memcpy(states, next, (pattern->n + 1) * sizeof next[0]);
    pass_stars(pattern, states);
}

/* Runes of the shortest or longest beginning that matches and is not empty; 0: none. */
static size_t match_start(const struct pattern *pattern, const uint32_t *runes, size_t n,
                          bool longest)
{
    bool states[PATTERN_ITEMS + 1] = {true};
    size_t found = 0;
    pass_stars(pattern, states);
    for (size_t i = 0; i < n && (longest || !found); i++) {
        take_rune(pattern, states, runes[i]);
        if (states[pattern->n])
            found = i + 1;
    }
    return found;
}

static struct piece trim(struct arena *arena, const struct function_call *call, struct str value,
                         bool from_end)
{
    struct arena scratch SCOPED(arena) = {0};
    struct buf out SCOPED(buf) = {0};
    struct pattern pattern;
    size_t n, pattern_n;
    if (value.n > LIMIT_VARIABLE_BYTES)
        return unknown_piece;
    const uint32_t *runes = runes_of(&scratch, value, from_end, &n);
    const uint32_t *written = runes_of(&scratch, call->args[0].text, from_end, &pattern_n);
    /* Flux turns the text of the pattern around, so an escape would stand behind what it is for. */
    if (!read_pattern(written, pattern_n, &pattern) ||
        (from_end && str_find_char(call->args[0].text, '\\') >= 0))
        return unknown_piece;
    const size_t taken = match_start(&pattern, runes, n, call->name.n == 2);
    buf_init(&out, LIMIT_SUBSTITUTED_BYTES);
    for (size_t i = taken; i < n; i++)
        buf_add_rune(&out, runes[from_end ? n - 1 - (i - taken) : i]);
    return known(str_dup(arena, buf_str(&out)));
}

static struct piece trim_start(struct arena *arena, const struct function_call *call,
                               struct str value)
{
    return trim(arena, call, value, false);
}

static struct piece trim_end(struct arena *arena, const struct function_call *call,
                             struct str value)
{
    return trim(arena, call, value, true);
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    function_fn fn;
} functions[] = {
    {",", lower_first},  {",,", lower_all},    {"^", upper_first},  {"^^", upper_all},
    {":", cut},          {"/", replace_first}, {"//", replace_all}, {"/#", replace_start},
    {"/%", replace_end}, {"#", trim_start},    {"##", trim_start},  {"%", trim_end},
    {"%%", trim_end},
};

struct piece function_apply(struct arena *arena, const struct function_call *call,
                            struct piece value)
{
    if (!value.is_known)
        return unknown_piece;
    for (unsigned i = 0; i < call->n; i++)
        if (!call->args[i].is_known)
            return unknown_piece;
    if (call->is_length)
        return known(str_format(arena, "%zu", value.text.n));
    for (size_t i = 0; i < ARRAY_LEN(functions); i++)
        if (str_is(call->name, functions[i].name))
            return functions[i].fn(arena, call, value.text);
    return value;
}
