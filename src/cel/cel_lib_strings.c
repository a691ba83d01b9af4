/* SPDX-License-Identifier: Apache-2.0 */
/* cel-go's strings extension as Kubernetes has it: version 0 always, version 2 from 1.29 on. */
#include "base/utf8.h"
#include "cel/cel_rows.h"
#include "cel/cel_text.h"

LIST_OF(list_string, STRING);
LIST_OF(list_dyn, DYN);

static struct cel_value fail_index(struct cel_run *run, int64_t index)
{
    return cel_fail(run, "index out of range: %lld", (long long)index);
}

/* ---- parts ---- */

static struct cel_value char_at(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    struct cel_value string = args[0];
    const int64_t index = args[1].i64;
    if (index < 0 || (uint64_t)index > cel_runes(&string))
        return fail_index(run, index);
    const size_t from = cel_rune_offset(string, (size_t)index);
    return cel_string_part(string, from, cel_rune_offset(string, (size_t)index + 1));
}

static struct cel_value substring(struct cel_run *run, const struct cel_value *args, size_t n)
{
    struct cel_value string = args[0];
    const size_t runes = cel_runes(&string);
    const int64_t from = args[1].i64;
    const int64_t to = n > 2 ? args[2].i64 : (int64_t)runes;
    if (n > 2 && from > to)
        return cel_fail(run, "invalid substring range. start: %lld, end: %lld", (long long)from,
                        (long long)to);
    if (from < 0 || (uint64_t)from > runes)
        return fail_index(run, from);
    if (to < 0 || (uint64_t)to > runes)
        return fail_index(run, to);
    return cel_string_part(string, cel_rune_offset(string, (size_t)from),
                           cel_rune_offset(string, (size_t)to));
}

static bool is_space(uint32_t rune)
{
    return (rune >= '\t' && rune <= '\r') || rune == ' ' || rune == 0x85 || rune == 0xA0 ||
           rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 ||
           rune == 0x2029 || rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

static struct cel_value trim(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    const struct str text = cel_text(args[0]);
    size_t from = text.n, to = 0;
    for (size_t pos = 0; pos < text.n;) {
        const size_t start = pos;
        if (is_space(utf8_next(text, &pos)))
            continue;
        from = MIN_OF(from, start);
        to = pos;
    }
    return cel_string_part(args[0], MIN_OF(from, to), to);
}

/* ---- search: indexes are code points ---- */

static size_t runes_before(struct cel_value string, size_t offset)
{
    return cel_runes(&string) == string.n ? offset
                                          : utf8_count(str_sub(cel_text(string), 0, offset));
}

static bool is_at(struct str text, size_t at, struct str part)
{
    return part.n <= text.n - at && memcmp(text.p + at, part.p, part.n) == 0;
}

static struct cel_value index_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    struct cel_value string = args[0];
    const struct str text = cel_text(string), part = cel_text(args[1]);
    const int64_t from = n > 2 ? args[2].i64 : 0;
    if (part.n == 0)
        return cel_int(from);
    if (from < 0)
        return fail_index(run, from);
    if ((uint64_t)from >= cel_runes(&string))
        return cel_int(-1);
    if (!cel_tick(run, text.n))
        return cel_fail_budget(run);
    for (size_t at = cel_rune_offset(string, (size_t)from); at + part.n <= text.n; at++)
        if (is_at(text, at, part))
            return cel_int((int64_t)runes_before(string, at));
    return cel_int(-1);
}

static struct cel_value last_index_of(struct cel_run *run, const struct cel_value *args, size_t n)
{
    struct cel_value string = args[0];
    const struct str text = cel_text(string), part = cel_text(args[1]);
    const int64_t runes = (int64_t)cel_runes(&string);
    const int64_t from = n > 2 ? args[2].i64 : runes - 1;
    if (part.n == 0)
        return cel_int(n > 2 ? from : runes);
    if (n == 2 && text.n < part.n)
        return cel_int(-1);
    if (from < 0)
        return fail_index(run, from);
    if (from >= runes || part.n > text.n)
        return cel_int(-1);
    if (!cel_tick(run, text.n))
        return cel_fail_budget(run);
    const size_t start = MIN_OF(cel_rune_offset(string, (size_t)from), text.n - part.n);
    for (size_t at = start + 1; at-- > 0;)
        if (is_at(text, at, part))
            return cel_int((int64_t)runes_before(string, at));
    return cel_int(-1);
}

/* ---- changes ---- */

static struct cel_value with_case(struct cel_run *run, struct cel_value string, char first,
                                  char last)
{
    struct cel_value copy = cel_string_dup(run, cel_text(string));
    if (cel_is_error(copy))
        return copy;
    char *text = arena_alloc_text(run->arena, string.n + 1);
    for (size_t i = 0; i < string.n; i++) {
        const char c = string.text[i];
        text[i] = (char)(c >= first && c <= last ? c ^ 0x20 : c);
    }
    copy.text = text;
    return copy;
}

static struct cel_value lower_ascii(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return with_case(run, args[0], 'A', 'Z');
}

static struct cel_value upper_ascii(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return with_case(run, args[0], 'a', 'z');
}

/* The next place of a part at or after `at`; of an empty part the end of each code point. */
static size_t find_next(struct str text, size_t at, struct str part)
{
    for (; at + part.n <= text.n; at++)
        if (is_at(text, at, part))
            return at;
    return text.n + 1;
}

/* Go's strings.Replace: before each code point and at the end when `old` is empty. */
static struct cel_value replace(struct cel_run *run, const struct cel_value *args, size_t n)
{
    const struct str text = cel_text(args[0]), old = cel_text(args[1]), new = cel_text(args[2]);
    const uint64_t limit = n > 3 && args[3].i64 >= 0 ? (uint64_t)args[3].i64 : UINT64_MAX;
    struct buf out;
    size_t done = 0;
    buf_init(&out, CEL_RUN_BYTES);
    for (uint64_t count = 0; count < limit; count++) {
        size_t at = done;
        if (old.n == 0 && count > 0) {
            if (done >= text.n)
                break;
            utf8_next(text, &at);
        } else if (old.n > 0) {
            at = find_next(text, done, old);
        }
        if (at > text.n || !cel_tick(run, at - done + new.n + 1))
            break;
        buf_add(&out, str_sub(text, done, at));
        buf_add(&out, new);
        done = at + old.n;
    }
    buf_add(&out, str_from_offset(text, done));
    return cel_string_take(run, &out);
}

/* ---- lists of strings ---- */

/* Go's explode: one string a code point, the rest in the last of `limit`. */
static struct cel_value split_runes(struct cel_run *run, struct cel_value string, uint64_t limit)
{
    const size_t runes = cel_runes(&string);
    const size_t count = runes < limit ? runes : (size_t)limit;
    struct cel_value list = cel_list_new(run, count);
    size_t pos = 0;
    for (size_t i = 0; i < count && !cel_is_error(list); i++) {
        const size_t start = pos;
        utf8_next(cel_text(string), &pos);
        if (!cel_tick(run, 1))
            return cel_fail_budget(run);
        list = cel_list_add(run, list,
                            cel_string_part(string, start, i + 1 == count ? string.n : pos));
    }
    return list;
}

static struct cel_value split(struct cel_run *run, const struct cel_value *args, size_t n)
{
    const struct str text = cel_text(args[0]), separator = cel_text(args[1]);
    const uint64_t limit = n > 2 && args[2].i64 >= 0 ? (uint64_t)args[2].i64 : UINT64_MAX;
    if (separator.n == 0)
        return split_runes(run, args[0], limit);
    struct cel_value list = cel_list_new(run, 0);
    size_t from = 0;
    for (uint64_t i = 1; limit > 0 && !cel_is_error(list); i++) {
        const size_t at = i < limit ? find_next(text, from, separator) : text.n + 1;
        const size_t end = MIN_OF(at, text.n);
        if (!cel_tick(run, end - from + 1))
            return cel_fail_budget(run);
        list = cel_list_add(run, list, cel_string_part(args[0], from, end));
        if (at > text.n)
            break;
        from = at + separator.n;
    }
    return list;
}

static struct cel_value join(struct cel_run *run, const struct cel_value *args, size_t n)
{
    const struct str separator = n > 1 ? cel_text(args[1]) : STR("");
    const size_t count = cel_size(run, args[0]);
    struct buf out;
    buf_init(&out, CEL_RUN_BYTES);
    for (size_t i = 0; i < count; i++) {
        const struct cel_value item = cel_list_at(run, args[0], i);
        if (item.kind != CEL_STRING || !cel_tick(run, item.n + separator.n + 1)) {
            buf_clear(&out);
            cel_value_format(&out, run, item, 256);
            const struct cel_value error =
                item.kind == CEL_STRING
                    ? cel_fail_budget(run)
                    : cel_fail(run, "join: invalid input: %.*s", STR_FMT(buf_str(&out)));
            buf_release(&out);
            return error;
        }
        if (i)
            buf_add(&out, separator);
        buf_add(&out, cel_text(item));
    }
    return cel_string_take(run, &out);
}

static struct cel_value quote(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    static const char named[] = "\aa\bb\ff\nn\rr\tt\vv\\\\\"\"";
    const struct str text = cel_text(args[0]);
    struct buf out;
    buf_init(&out, CEL_RUN_BYTES);
    buf_add_char(&out, '"');
    for (size_t i = 0; i < text.n; i++) {
        size_t at = 0;
        while (at + 1 < sizeof named && named[at] != text.p[i])
            at += 2;
        if (at + 1 < sizeof named)
            buf_add_char(&out, '\\');
        buf_add_char(&out, at + 1 < sizeof named ? named[at + 1] : text.p[i]);
    }
    buf_add_char(&out, '"');
    return cel_string_take(run, &out);
}

static struct cel_value format(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)n;
    return cel_format_string(run, cel_text(args[0]), args[1]);
}

enum { VERSION_2 = 29 }; /* the minor with version 2 of the extension */

static const struct cel_function rows[] = {
    {"charAt", "string_char_at_int", CEL_MEMBER, PARAMS(STRING, INT), STRING, char_at,
     .cost = NULL},
    {"indexOf", "string_index_of_string", CEL_MEMBER, PARAMS(STRING, STRING), INT, index_of,
     .cost = &cel_cost_traverse},
    {"indexOf", "string_index_of_string_int", CEL_MEMBER, PARAMS(STRING, STRING, INT), INT,
     index_of, .cost = &cel_cost_traverse},
    {"lastIndexOf", "string_last_index_of_string", CEL_MEMBER, PARAMS(STRING, STRING), INT,
     last_index_of, .cost = &cel_cost_traverse},
    {"lastIndexOf", "string_last_index_of_string_int", CEL_MEMBER, PARAMS(STRING, STRING, INT), INT,
     last_index_of, .cost = &cel_cost_traverse},
    {"lowerAscii", "string_lower_ascii", CEL_MEMBER, PARAMS(STRING), STRING, lower_ascii,
     .cost = &cel_cost_string_result},
    {"upperAscii", "string_upper_ascii", CEL_MEMBER, PARAMS(STRING), STRING, upper_ascii,
     .cost = &cel_cost_string_result},
    {"replace", "string_replace_string_string", CEL_MEMBER, PARAMS(STRING, STRING, STRING), STRING,
     replace, .cost = &cel_cost_replace},
    {"replace", "string_replace_string_string_int", CEL_MEMBER, PARAMS(STRING, STRING, STRING, INT),
     STRING, replace, .cost = &cel_cost_replace},
    {"split", "string_split_string", CEL_MEMBER, PARAMS(STRING, STRING), &list_string, split,
     .cost = &cel_cost_split},
    {"split", "string_split_string_int", CEL_MEMBER, PARAMS(STRING, STRING, INT), &list_string,
     split, .cost = &cel_cost_split},
    {"substring", "string_substring_int", CEL_MEMBER, PARAMS(STRING, INT), STRING, substring,
     .cost = &cel_cost_string_result},
    {"substring", "string_substring_int_int", CEL_MEMBER, PARAMS(STRING, INT, INT), STRING,
     substring, .cost = &cel_cost_string_result},
    {"trim", "string_trim", CEL_MEMBER, PARAMS(STRING), STRING, trim,
     .cost = &cel_cost_string_result},
    {"join", "list_join", CEL_MEMBER, PARAMS(&list_string), STRING, join, .cost = &cel_cost_join},
    {"join", "list_join_string", CEL_MEMBER, PARAMS(&list_string, STRING), STRING, join,
     .cost = &cel_cost_join},
    {"format", "string_format", CEL_MEMBER | CEL_VARIADIC, PARAMS(STRING, &list_dyn), STRING,
     format, .cost = &cel_cost_format, .since = VERSION_2},
    {"strings.quote", "strings_quote", 0, PARAMS(STRING), STRING, quote, .cost = &cel_cost_quote,
     .since = VERSION_2},
};

const struct cel_library cel_lib_strings = {"strings", 0, 0, LIBRARY_ROWS(rows), NULL};
