/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML out: block style that YAML 1.1 (go-yaml v2, libyaml) and YAML 1.2 readers take for the same
 * tree. Text is written plain only when nobody could read it as something else; the quoting errs on
 * the side of quotes. Lists are not indented below their key, as kubectl writes them.
 */
#include "base/ascii.h"
#include "base/number.h"
#include "base/utf8.h"
#include "doc/doc.h"

enum {
    INDENT = 2,
    KEY_MAX = 1000, /* libyaml and YAML 1.2 want a simple key within 1024 */
};

static void write_block(struct buf *out, const struct node *node, unsigned indent);

void doc_write_yaml(struct buf *out, const struct node *node)
{
    write_block(out, node, 0);
    buf_add_char(out, '\n');
}

/* ---- which text may stand plain ---- */

/* Texts that some YAML reads as null, a boolean, infinity or not-a-number, in lower case. */
static bool is_word(struct str s)
{
    static const char *const words[] = {"null", "true", "false", "yes",  "no",  "on",
                                        "off",  "y",    "n",     ".inf", ".nan"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq_fold(s, str_from(words[i])))
            return true;
    }
    return false;
}

/* Whether it may be read as a number of any base, a time or a date: it starts as one does and has
 * only what those are made of. */
static bool looks_numeric(struct str s)
{
    static const char starts[] = "0123456789+-.";
    static const char made_of[] = "0123456789+-.:_ abcdefABCDEFxXoOtTzZ";
    if (!memchr(starts, s.p[0], sizeof starts - 1))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!memchr(made_of, s.p[i], sizeof made_of - 1))
            return str_eq_fold(str_from_offset(s, 1), STR(".inf"));
    }
    return true;
}

/* Whether the code point may stand as itself in YAML, in quotes or not. */
static bool rune_is_printable(uint32_t rune)
{
    return rune >= 0x20 && rune != 0xFFFE && rune != 0xFFFF && !rune_is_hostile(rune);
}

static bool is_printable(struct str s, bool lines)
{
    for (size_t pos = 0; pos < s.n;) {
        const size_t at = pos;
        if (s.p[at] >= 0x20 && s.p[at] < 0x7F) {
            pos++;
            continue;
        }
        const uint32_t rune = utf8_next(s, &pos);
        if (lines && (rune == '\n' || rune == '\t'))
            continue;
        if (!rune_is_printable(rune) || (rune == RUNE_BAD && pos - at == 1))
            return false;
    }
    return true;
}

static bool starts_plain(struct str s)
{
    const char c = s.p[0];
    const bool word = ascii_is_alnum(c) || c == '_' || c == '/' || c == '.' || c == '+' ||
                      c == '(' || c == '$' || c == '^' || c == ';' || (unsigned char)c >= 0x80;
    if (c == '-') /* "-x" is text; "- x" an item, "---" the next document */
        return s.n > 1 && s.p[1] != ' ' && !str_starts(s, STR("---"));
    return word && !str_starts(s, STR("..."));
}

static bool is_plain(struct str s)
{
    if (!s.n || !starts_plain(s) || is_word(s) || looks_numeric(s))
        return false;
    if (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == ':')
        return false;
    return str_find(s, STR(": ")) < 0 && str_find(s, STR(" #")) < 0 && is_printable(s, false);
}

/* ---- text ---- */

static void escape(struct buf *out, uint32_t rune)
{
    static const char names[] = {
        ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['"'] = '"', ['\\'] = '\\'};
    if (rune < ARRAY_LEN(names) && names[rune]) {
        buf_add_char(out, '\\');
        buf_add_char(out, names[rune]);
        return;
    }
    buf_format(out, rune < 0x10000 ? "\\u%04" PRIX32 : "\\U%08" PRIX32, rune);
}

static void write_quoted(struct buf *out, struct str s)
{
    buf_add_char(out, '"');
    for (size_t pos = 0; pos < s.n;) {
        const size_t at = pos;
        const uint32_t rune = utf8_next(s, &pos);
        if (rune == RUNE_BAD && pos - at == 1)
            buf_add_rune(out, RUNE_BAD);
        else if (rune == '"' || rune == '\\' || !rune_is_printable(rune))
            escape(out, rune);
        else
            buf_add(out, str_sub(s, at, pos));
    }
    buf_add_char(out, '"');
}

/* Text of several lines that a literal block keeps to the byte: the first line shows the
 * indentation and the last is not blank. */
static bool is_literal(struct str s)
{
    if (str_find_char(s, '\n') < 0 || !is_printable(s, true) || memchr(" \t\n", s.p[0], 3))
        return false;
    const struct str last = str_from_offset(s, (size_t)(str_find_last_char(s, '\n') + 1));
    return !last.n || str_trim(last).n;
}

static void write_literal(struct buf *out, struct str s, unsigned indent)
{
    const bool ends = str_ends(s, STR("\n"));
    buf_add_c(out, !ends ? "|-" : str_ends(s, STR("\n\n")) ? "|+" : "|");
    if (ends)
        s.n--;
    for (;;) {
        const ptrdiff_t end = str_find_char(s, '\n');
        const struct str line = end < 0 ? s : str_sub(s, 0, (size_t)end);
        buf_add_char(out, '\n');
        if (line.n) {
            buf_add_n(out, ' ', indent);
            buf_add(out, line);
        }
        if (end < 0)
            return;
        s = str_from_offset(s, (size_t)end + 1);
    }
}

static void write_text(struct buf *out, struct str s)
{
    if (is_plain(s))
        buf_add(out, s);
    else
        write_quoted(out, s);
}

/* ---- trees ---- */

static void write_line_start(struct buf *out, unsigned indent)
{
    buf_add_char(out, '\n');
    buf_add_n(out, ' ', indent);
}

static bool has_children(const struct node *node)
{
    const enum node_kind kind = node_kind(node);
    return (kind == NODE_LIST || kind == NODE_MAP) && node_real(node)->n > 0;
}

/* The limit is on what is written: escapes make a key up to six times as long. */
static void write_key(struct buf *out, struct str key, unsigned indent)
{
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, out->max);
    write_text(&text, key);
    if (text.n > KEY_MAX)
        buf_add_c(out, "? ");
    buf_add(out, buf_str(&text));
    out->full |= text.full;
    if (text.n > KEY_MAX)
        write_line_start(out, indent);
    buf_add_char(out, ':');
}

static void write_map(struct buf *out, const struct node *map, unsigned indent)
{
    bool first = true;
    for (struct entry e = map_first(map); e.key; e = map_next(e)) {
        if (!first)
            write_line_start(out, indent);
        first = false;
        write_key(out, node_text(e.key), indent);
        if (!has_children(e.value)) {
            buf_add_char(out, ' ');
            write_block(out, e.value, indent + INDENT);
            continue;
        }
        const unsigned below = node_kind(e.value) == NODE_MAP ? indent + INDENT : indent;
        write_line_start(out, below);
        write_block(out, e.value, below);
    }
}

static void write_list(struct buf *out, const struct node *list, unsigned indent)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        if (it.index)
            write_line_start(out, indent);
        buf_add_c(out, "- ");
        write_block(out, it.value, indent + INDENT);
    }
}

/* At the place where the value starts; `indent` is what its further lines get. */
static void write_block(struct buf *out, const struct node *node, unsigned indent)
{
    const struct str text = node_text(node);
    switch (node_kind(node)) {
    case NODE_STRING:
        if (indent && is_literal(text)) {
            write_literal(out, text, indent);
            break;
        }
        write_text(out, text);
        break;
    case NODE_LIST:
        if (has_children(node)) {
            write_list(out, node, indent);
            return;
        }
        buf_add_c(out, "[]");
        break;
    case NODE_MAP:
        if (has_children(node)) {
            write_map(out, node, indent);
            return;
        }
        buf_add_c(out, "{}");
        break;
    case NODE_NULL:
    case NODE_BOOL:
    case NODE_INT:
    case NODE_UINT:
    case NODE_FLOAT:
    case NODE_ALIAS:
        doc_write_json(out, node, 0);
        break;
    }
}
