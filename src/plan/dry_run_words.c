/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of a server quote what it was sent and what it holds: "Invalid value: {a whole template
 * with its environment}: field is immutable", differences of two specs, the first bytes of a body.
 * What goes into a report is what the reader of the manifest can see in it anyhow.
 */
#include "plan/dry_run_internal.h"

enum { WORDS_MAX = 2000 };

/* Whether the text stands in the manifest, at a place that may be shown. */
static bool is_written(const struct object *object, struct str text)
{
    const struct source *source = object->source;
    if (!source || source->no_excerpt || !object->doc || !text.n)
        return false;
    const struct span span = object->doc->span;
    const struct str manifest = str_sub(source->text, span.start, span.end);
    const ptrdiff_t at = str_find(manifest, text);
    if (at < 0)
        return false;
    const uint32_t start = span.start + (uint32_t)at;
    return !source_is_masked(source, (struct span){start, start + (uint32_t)text.n});
}

/* Bytes of the value that stands at the start: a quoted text, a number or word, or all up to the
 * last bracket before what is said of it. */
static size_t value_length(struct str text)
{
    if (text.p[0] == '{' || text.p[0] == '[' || str_starts(text, STR("map["))) {
        for (size_t i = text.n; i-- > 1;)
            if (text.p[i] == ':' && (text.p[i - 1] == '}' || text.p[i - 1] == ']'))
                return i;
        return text.n;
    }
    if (text.p[0] == '"') {
        for (size_t i = 1; i < text.n; i++) {
            if (text.p[i] == '\\')
                i++;
            else if (text.p[i] == '"')
                return i + 1;
        }
        return text.n;
    }
    const ptrdiff_t end = str_find(text, STR(": "));
    return end < 0 ? text.n : (size_t)end;
}

static bool may_be_told(const struct object *object, struct str value)
{
    static const char *const plain[] = {"null",      "true",       "false",       "\"\"",
                                        "\"null\"",  "\"string\"", "\"integer\"", "\"boolean\"",
                                        "\"array\"", "\"object\"", "\"number\""};
    if (str_is_one_of(value, plain, ARRAY_LEN(plain)))
        return true;
    if (value.n > 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = str_sub(value, 1, value.n - 1);
    return is_written(object, value);
}

/* Behind these stands a value, then a colon and what is wrong with it. */
static const char *const before_values[] = {
    "Invalid value: ", "Unsupported value: ", "Duplicate value: ", "Too long: ", "Too many: ",
};

static size_t value_starts(struct str words, size_t at)
{
    for (size_t i = 0; i < ARRAY_LEN(before_values); i++)
        if (str_starts(str_from_offset(words, at), str_from(before_values[i])))
            return str_from(before_values[i]).n;
    return 0;
}

/* What Go prints of a value it did not expect, and the beginning of a body in hex. */
static size_t noise_length(struct str rest)
{
    if (str_starts(rest, STR("&value."))) {
        const ptrdiff_t end = str_find_char(rest, '\n');
        return end < 0 ? rest.n : (size_t)end;
    }
    if (str_starts(rest, STR("!!")) && str_find_char(rest, '`') > 0) {
        const ptrdiff_t open = str_find_char(rest, '`');
        const ptrdiff_t close = str_find_char(str_from_offset(rest, (size_t)open + 1), '`');
        return close < 0 ? rest.n : (size_t)(open + close) + 2;
    }
    if (str_starts(rest, STR(" (")) && str_ends(rest, STR("...)")))
        return rest.n;
    return 0;
}

/* A difference of two objects follows on its own lines. */
static struct str without_difference(struct str words)
{
    static const char *const marks[] = {"@@ ", "Spec{", "core."};
    const ptrdiff_t line = str_find_char(words, '\n');
    if (line < 0)
        return words;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_has(str_from_offset(words, (size_t)line), str_from(marks[i])))
            return str_sub(words, 0, (size_t)line);
    return words;
}

struct str dry_run_words(struct arena *arena, const struct object *object, struct str words)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, WORDS_MAX);
    words = str_trim(without_difference(words));
    for (size_t i = 0; i < words.n;) {
        const struct str rest = str_from_offset(words, i);
        const size_t head = value_starts(words, i);
        const size_t noise = noise_length(rest);
        if (head && head < rest.n) {
            const struct str value =
                str_sub(rest, head, head + value_length(str_from_offset(rest, head)));
            buf_add(&out, str_sub(rest, 0, head));
            buf_add(&out, may_be_told(object, value) ? value : STR("..."));
            i += head + value.n;
        } else if (noise) {
            buf_add(&out, rest.p[0] == ' ' ? STR("") : STR("another type"));
            i += noise;
        } else {
            const unsigned char c = (unsigned char)words.p[i++];
            if (c >= ' ' || !out.n || out.p[out.n - 1] != ' ')
                buf_add_char(&out, c < ' ' ? ' ' : (char)c);
        }
    }
    return str_format(arena, "%.*s%s", STR_FMT(buf_str(&out)), out.full ? "..." : "");
}
