/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one file of facts. The grammar is in schema_text.h. */
#include "base/ascii.h"
#include "schema/schema_text.h"

enum { MAX_WORDS = 64 };

/* A line of the file, cut into words. */
struct words {
    struct source *source;
    struct diags *diags;
    struct str items[MAX_WORDS];
    size_t n;
};

static int fail(const struct words *words, struct str at, const char *what)
{
    uint32_t start = (uint32_t)(at.p - words->source->text.p);
    words->diags->at.source = words->source;
    diag_add(words->diags, RULE_CONFIG_SYNTAX, (struct span){start, start + (uint32_t)at.n},
             STR(""), "%s", what);
    return -1;
}

/* Length of the word at the start of a text: to the next blank, or to the closing quote. 0 when
 * quotes are not around the whole word. */
static size_t word_length(struct str text)
{
    size_t i = 1;
    if (text.p[0] != '"') {
        while (i < text.n && text.p[i] != ' ' && text.p[i] != '"')
            i++;
        return i < text.n && text.p[i] == '"' ? 0 : i;
    }
    while (i < text.n && text.p[i] != '"')
        i += text.p[i] == '\\' ? 2 : 1;
    return i + 1 == text.n || (i + 1 < text.n && text.p[i + 1] == ' ') ? i + 1 : 0;
}

static bool is_printable(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
            return false;
    }
    return true;
}

static int split_words(struct words *words, struct str line)
{
    words->n = 0;
    if (!is_printable(line))
        return fail(words, line, "a line holds a control character");
    while (line.n) {
        if (line.p[0] == ' ') {
            line = str_from_offset(line, 1);
            continue;
        }
        if (words->n == MAX_WORDS)
            return fail(words, line, "a line has too many words");
        size_t n = word_length(line);
        if (n == 0)
            return fail(words, line, "quotes stand around a whole word or not at all");
        words->items[words->n++] = str_sub(line, 0, n);
        line = str_from_offset(line, n);
    }
    return 0;
}

static bool read_minor(struct str *rest, unsigned *ret_minor)
{
    unsigned minor = 0;
    size_t n = 0;
    while (n < rest->n && n < 3 && ascii_is_digit(rest->p[n]))
        minor = minor * 10 + (unsigned)(rest->p[n++] - '0');
    *rest = str_from_offset(*rest, n);
    *ret_minor = minor;
    return n > 0 && minor < MINOR_LIMIT;
}

/* One part of a range: 30, 30-32, 30- or -32. */
static bool read_run(struct str part, minor_set all, minor_set *set)
{
    unsigned first = 0;
    unsigned last;
    bool has_first = read_minor(&part, &first);
    if (!has_first)
        first = 0;
    last = first;
    if (part.n) {
        if (part.p[0] != '-')
            return false;
        part = str_from_offset(part, 1);
        last = MINOR_LIMIT - 1;
        if (part.n && !read_minor(&part, &last))
            return false;
    } else if (!has_first) {
        return false;
    }
    if (part.n)
        return false;
    for (unsigned m = first; m <= last; m++)
        *set |= minor_bit(m) & all;
    return true;
}

static bool read_minors(struct str text, minor_set all, minor_set *ret_set)
{
    minor_set set = 0;
    struct str part;
    while (str_split(&text, ',', &part)) {
        if (!read_run(part, all, &set))
            return false;
    }
    *ret_set = set;
    return true;
}

/* The optional `@range` word at *index. */
static int take_minors(struct words *words, size_t *index, minor_set all, minor_set *set)
{
    if (*index >= words->n || words->items[*index].p[0] != '@')
        return 0;
    struct str word = words->items[(*index)++];
    if (!read_minors(str_from_offset(word, 1), all, set))
        return fail(words, word, "this is no range of minors: write @30, @30-32, @30- or @-32");
    return 0;
}

static int read_block(struct arena *arena, struct words *words, minor_set all, struct facts *facts,
                      struct fact_block **ret_block)
{
    struct str key = words->items[0];
    if (key.p[0] == '@')
        return fail(words, key, "a name with an '@' in front needs quotes");
    if (map_has(&facts->blocks, key))
        return fail(words, key, "this stands twice in the file");
    struct fact_block *block = fact_block_add(arena, facts, key);
    size_t i = 1;
    block->minors = all;
    if (take_minors(words, &i, all, &block->minors) < 0)
        return -1;
    if (i < words->n)
        return fail(words, words->items[i], "a block has a name and a range, nothing more");
    *ret_block = block;
    return 0;
}

static int read_attrs(struct arena *arena, struct words *words, size_t i, minor_set all,
                      struct fact_line *line)
{
    for (; i < words->n; i++) {
        struct str word = words->items[i];
        minor_set minors = line->minors;
        ptrdiff_t at = word.p[0] == '"' ? -1 : str_find_char(word, '@');
        if (at == 0)
            return fail(words, word, "the range of a line stands before its attributes");
        if (at >= 0 && !read_minors(str_from_offset(word, (size_t)at + 1), all, &minors))
            return fail(words, word, "this is no range of minors: write @30, @30-32, @30- or @-32");
        fact_attr_add(arena, line, at >= 0 ? str_sub(word, 0, (size_t)at) : word, minors);
    }
    return 0;
}

static int read_line(struct arena *arena, struct words *words, size_t key_words, minor_set all,
                     struct fact_block *block)
{
    if (words->n < key_words)
        return fail(words, words->items[0], "the line lacks a word after this");
    struct str key = words->items[0];
    for (size_t i = 0; i < key_words; i++) {
        if (words->items[i].p[0] == '@')
            return fail(words, words->items[i], "a name with an '@' in front needs quotes");
    }
    for (size_t i = 1; i < key_words; i++)
        key = str_format(arena, "%.*s %.*s", STR_FMT(key), STR_FMT(words->items[i]));
    size_t n = block->lines.n;
    struct fact_line *line = fact_line_add(arena, block, key);
    if (block->lines.n == n)
        return fail(words, words->items[0], "this stands twice in its block");
    size_t i = key_words;
    line->minors = block->minors;
    if (take_minors(words, &i, all, &line->minors) < 0)
        return -1;
    return read_attrs(arena, words, i, all, line);
}

int facts_read(struct arena *arena, struct source *source, size_t line_words, minor_set all,
               struct diags *diags, struct facts *ret_facts)
{
    struct words words = {.source = source, .diags = diags};
    struct fact_block *block = NULL;
    struct str rest = source->text;
    struct str text;
    while (str_split(&rest, '\n', &text)) {
        if (text.n == 0 || text.p[0] == '#')
            continue;
        if (split_words(&words, text) < 0)
            return -1;
        if (words.n == 0)
            continue;
        int error = 0;
        if (text.p[0] == ' ' && block)
            error = read_line(arena, &words, line_words, all, block);
        else if (text.p[0] == ' ')
            error = fail(&words, text, "an indented line needs a block above it");
        else if (str_is(words.items[0], "package") && words.n == 2)
            ret_facts->package = words.items[1];
        else
            error = read_block(arena, &words, all, ret_facts, &block);
        if (error < 0)
            return -1;
    }
    return 0;
}

struct str fact_unquote(struct arena *arena, struct str word)
{
    if (word.n < 2 || word.p[0] != '"' || word.p[word.n - 1] != '"')
        return word;
    char *text = arena_alloc_text(arena, word.n);
    size_t n = 0;
    for (size_t i = 1; i + 1 < word.n; i++) {
        if (word.p[i] == '\\' && i + 2 < word.n)
            i++;
        text[n++] = word.p[i];
    }
    return (struct str){text, n};
}
