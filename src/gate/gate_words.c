/* SPDX-License-Identifier: Apache-2.0 */
/* Text to words. gate_words.h says why none is overlooked. */
#include "gate/gate_words.h"

#include "base/ascii.h"
#include "base/limits.h"
#include "gate/gate_words_internal.h"

enum { SLOTS_MIN = 256, SLOTS_MAX = 2 * LIMIT_WORDS };

struct words_reader {
    uint32_t slots[SLOTS_MAX]; /* hashes that the text has already, 0 is free */
    uint32_t mask;
    uint32_t found[LIMIT_WORDS];
    uint32_t n;
    bool hides;
};

enum byte_class { BYTE_OTHER, BYTE_WORD, BYTE_MARK };

/* BYTE_MARK: what may begin something that hides words. */
static const uint8_t classes[256] = {
    ['\0'] = BYTE_MARK, ['\\'] = BYTE_MARK, ['!'] = BYTE_MARK, ['%'] = BYTE_MARK, ['-'] = BYTE_WORD,
    ['.'] = BYTE_WORD,  ['_'] = BYTE_WORD,  ['0'] = BYTE_WORD, ['1'] = BYTE_WORD, ['2'] = BYTE_WORD,
    ['3'] = BYTE_WORD,  ['4'] = BYTE_WORD,  ['5'] = BYTE_WORD, ['6'] = BYTE_WORD, ['7'] = BYTE_WORD,
    ['8'] = BYTE_WORD,  ['9'] = BYTE_WORD,  ['A'] = BYTE_WORD, ['B'] = BYTE_WORD, ['C'] = BYTE_WORD,
    ['D'] = BYTE_WORD,  ['E'] = BYTE_WORD,  ['F'] = BYTE_WORD, ['G'] = BYTE_WORD, ['H'] = BYTE_WORD,
    ['I'] = BYTE_WORD,  ['J'] = BYTE_WORD,  ['K'] = BYTE_WORD, ['L'] = BYTE_WORD, ['M'] = BYTE_WORD,
    ['N'] = BYTE_WORD,  ['O'] = BYTE_WORD,  ['P'] = BYTE_WORD, ['Q'] = BYTE_WORD, ['R'] = BYTE_WORD,
    ['S'] = BYTE_WORD,  ['T'] = BYTE_WORD,  ['U'] = BYTE_WORD, ['V'] = BYTE_WORD, ['W'] = BYTE_WORD,
    ['X'] = BYTE_WORD,  ['Y'] = BYTE_WORD,  ['Z'] = BYTE_WORD, ['a'] = BYTE_WORD, ['b'] = BYTE_WORD,
    ['c'] = BYTE_WORD,  ['d'] = BYTE_WORD,  ['e'] = BYTE_WORD, ['f'] = BYTE_WORD, ['g'] = BYTE_WORD,
    ['h'] = BYTE_WORD,  ['i'] = BYTE_WORD,  ['j'] = BYTE_WORD, ['k'] = BYTE_WORD, ['l'] = BYTE_WORD,
    ['m'] = BYTE_WORD,  ['n'] = BYTE_WORD,  ['o'] = BYTE_WORD, ['p'] = BYTE_WORD, ['q'] = BYTE_WORD,
    ['r'] = BYTE_WORD,  ['s'] = BYTE_WORD,  ['t'] = BYTE_WORD, ['u'] = BYTE_WORD, ['v'] = BYTE_WORD,
    ['w'] = BYTE_WORD,  ['x'] = BYTE_WORD,  ['y'] = BYTE_WORD, ['z'] = BYTE_WORD,
};

static bool hides_as_a_whole(struct str text);
static void read_all(struct words_reader *reader, struct str text);

struct words_reader *words_reader_new(void)
{
    return xcalloc(1, sizeof(struct words_reader));
}

void words_reader_free(struct words_reader *reader)
{
    free(reader);
}

void words_read(struct words_reader *reader, struct str text, struct arena *arena,
                struct words *ret_words)
{
    uint32_t slots = SLOTS_MIN;
    while (slots < SLOTS_MAX && slots < text.n / 2)
        slots *= 2;
    memset(reader->slots, 0, slots * sizeof reader->slots[0]);
    reader->mask = slots - 1;
    reader->n = 0;
    reader->hides = hides_as_a_whole(text);
    if (!reader->hides)
        read_all(reader, text);
    *ret_words = (struct words){.hides = reader->hides};
    if (reader->hides || !reader->n)
        return;
    ret_words->n = reader->n;
    ret_words->hashes = arena_dup(arena, reader->found, reader->n * sizeof reader->found[0]);
}

static bool is_word(char c)
{
    return classes[(unsigned char)c] == BYTE_WORD;
}

/* Up to 8 bytes as one number, without a byte beyond them: short ones by reads that overlap. */
static uint64_t load(const char *p, size_t n)
{
    uint32_t low, high;
    uint64_t all;
    if (n >= sizeof all) {
        memcpy(&all, p, sizeof all);
        return all;
    }
    if (n >= sizeof low) {
        memcpy(&low, p, sizeof low);
        memcpy(&high, p + n - sizeof high, sizeof high);
        return (uint64_t)high << 32 | low;
    }
    return (uint64_t)(unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 |
           (uint64_t)(unsigned char)p[n - 1] << 16;
}

/* The same on every machine of one byte order, because it is stored. */
static uint32_t hash_word(const char *p, size_t n)
{
    uint64_t hash = n * UINT64_C(0x9E3779B97F4A7C15);
    for (; n > 8; p += 8, n -= 8) {
        hash = (hash ^ load(p, 8)) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    hash = (hash ^ load(p, n)) * UINT64_C(0xBF58476D1CE4E5B9);
    hash = (hash ^ hash >> 32) * UINT64_C(0x94D049BB133111EB);
    uint32_t folded = (uint32_t)(hash >> 32);
    return folded ? folded : 1;
}

uint32_t word_next(struct str *rest)
{
    size_t start = 0;
    while (start < rest->n && !is_word(rest->p[start]))
        start++;
    size_t end = start;
    while (end < rest->n && is_word(rest->p[end]))
        end++;
    if (end == start)
        return 0;
    uint32_t hash = hash_word(rest->p + start, end - start);
    *rest = str_from_offset(*rest, end);
    return hash;
}

struct str word_first(struct str text)
{
    size_t start = 0;
    while (start < text.n && !is_word(text.p[start]))
        start++;
    size_t end = start;
    while (end < text.n && is_word(text.p[end]))
        end++;
    return str_sub(text, start, end);
}

/* ---- what hides words ---- */

static bool hides_as_a_whole(struct str text)
{
    return str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff")) ||
           str_starts(text, STR("version https://git-lfs.github.com/spec/"));
}

/* `!!binary` in any spelling: written out, in brackets, with %-escapes, behind a name of its own.
 */
static bool tag_hides(struct str rest)
{
    if (str_starts(rest, STR("!<")) || str_starts(rest, STR("!!binary")))
        return true;
    if (!str_starts(rest, STR("!!")))
        return false;
    for (size_t i = 0; i < rest.n && (unsigned char)rest.p[i] > ' '; i++)
        if (rest.p[i] == '%')
            return true;
    return false;
}

/* Whether a backslash at the end of a line joins the words around it: `before` it was one, and the
 * next line goes on with one, or with another escape. */
static bool joins_lines(bool before, struct str rest)
{
    size_t i = 0;
    while (i < rest.n && strchr(" \t\r\n", rest.p[i]) && rest.p[i])
        i++;
    return before && i < rest.n &&
           (is_word(rest.p[i]) || rest.p[i] == '\\' || (unsigned char)rest.p[i] >= 0x80);
}

/* Value of n hex digits; -1 when they are not. */
static int64_t hex_value(struct str text, size_t n)
{
    int64_t value = 0;
    if (text.n < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const int digit = ascii_hex_value(text.p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The escape whose backslash is before `rest`: gives how many bytes of a word it takes. Outside of
 * double-quoted text a backslash means nothing; nobody looks where it stands. */
static size_t read_escape(struct words_reader *reader, bool before, struct str rest)
{
    static const struct {
        char letter;
        uint8_t digits;
    } coded[] = {{'x', 2}, {'u', 4}, {'U', 8}};
    if (!rest.n)
        return 0;
    /* Line breaks beyond ASCII are some as well to YAML 1.1. */
    if ((unsigned char)rest.p[0] >= 0x80)
        reader->hides = true;
    if (rest.p[0] == '\n' || rest.p[0] == '\r')
        reader->hides |= joins_lines(before, rest);
    for (size_t i = 0; i < ARRAY_LEN(coded); i++) {
        if (rest.p[0] != coded[i].letter)
            continue;
        int64_t value = hex_value(str_from_offset(rest, 1), coded[i].digits);
        reader->hides |= value >= 0 && value < 0x80 && is_word((char)value);
        return value >= 0 ? 1U + coded[i].digits : 1;
    }
    return is_word(rest.p[0]) ? 1 : 0;
}

/* ---- reading ---- */

static void add_hash(struct words_reader *reader, uint32_t hash)
{
    uint32_t at = hash & reader->mask;
    while (reader->slots[at] && reader->slots[at] != hash)
        at = (at + 1) & reader->mask;
    if (reader->slots[at])
        return;
    /* A table that fills up, or a file of too many words: it is read each time. */
    if (reader->n >= LIMIT_WORDS || reader->n >= reader->mask - reader->mask / 4) {
        reader->hides = true;
        return;
    }
    reader->slots[at] = hash;
    reader->found[reader->n++] = hash;
}

static void add_word(struct words_reader *reader, const char *p, size_t n)
{
    static const struct str list = {"List", 4};
    add_hash(reader, hash_word(p, n));
    while (n > list.n && memcmp(p + n - list.n, list.p, list.n) == 0) {
        n -= list.n;
        add_hash(reader, hash_word(p, n));
    }
}

/* The mark at `at`: gives how many bytes of the next word belong to an escape. */
static size_t read_mark(struct words_reader *reader, struct str text, size_t at)
{
    struct str rest = str_from_offset(text, at + 1);
    switch (text.p[at]) {
    case '\\':
        return read_escape(reader, at > 0 && is_word(text.p[at - 1]), rest);
    case '!':
        reader->hides = tag_hides(str_from_offset(text, at));
        return 0;
    case '%':
        reader->hides = str_starts(rest, STR("TAG"));
        return 0;
    default:
        reader->hides = true; /* a NUL: UTF-16 or UTF-32 */
        return 0;
    }
}

static void read_all(struct words_reader *reader, struct str text)
{
    size_t escape = 0;
    for (size_t i = 0; i < text.n && !reader->hides; i++) {
        while (i < text.n && classes[(unsigned char)text.p[i]] == BYTE_OTHER)
            i++;
        size_t start = i;
        while (i < text.n && is_word(text.p[i]))
            i++;
        if (i > start) {
            add_word(reader, text.p + start, i - start);
            if (escape && escape < i - start)
                add_word(reader, text.p + start + escape, i - start - escape);
        }
        escape = 0;
        if (i < text.n && classes[(unsigned char)text.p[i]] == BYTE_MARK)
            escape = read_mark(reader, text, i);
    }
}
