/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile text made harmless, for each place that text goes to.
 *
 * Logs of CI systems obey lines: GitHub's runner takes `::name …::` at the start of a line and
 * `##[name …]` anywhere in it as a command, Azure's takes `##vso[…]`. A backslash breaks both and
 * leaves the text readable. `::` elsewhere does nothing and stays, it is in every IPv6 address.
 */
#include "base/ascii.h"
#include "base/utf8.h"
#include "report/report_internal.h"

static bool starts_command(struct str text, size_t bracket);
static unsigned put(struct buf *out, const char *text, unsigned width);

unsigned escape_rune(struct buf *out, struct str text, size_t *pos)
{
    char hex[16];
    size_t start = *pos;
    uint32_t rune = utf8_next(text, pos);
    unsigned char byte = (unsigned char)text.p[start];

    if (rune == '[' && starts_command(text, start))
        return put(out, "\\[", 2);
    if (rune == '\n' || rune == '\t' || rune == '\r')
        return put(out, rune == '\n' ? "\\n" : rune == '\t' ? "\\t" : "\\r", 2);
    if ((rune == RUNE_BAD && *pos == start + 1) || rune < 0x20 || rune == 0x7F) {
        snprintf(hex, sizeof hex, "\\x%02x", byte);
        return put(out, hex, 4);
    }
    /* noncharacters: XML 1.0 (2.2) forbids two of them, and nobody can see any */
    if (rune_is_hostile(rune) || (rune & 0xFFFE) == 0xFFFE) {
        int n = snprintf(hex, sizeof hex, rune < 0xA0 ? "\\u%04x" : "\\u{%04X}", (unsigned)rune);
        return put(out, hex, (unsigned)n);
    }
    if (out)
        buf_add(out, str_sub(text, start, *pos));
    return rune_width(rune);
}

/* What the runner, which is .NET, trims off a line before it looks for a command. */
static bool is_blank(uint32_t rune)
{
    return rune == ' ' || rune == 0xA0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) ||
           rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

/* Whatever .NET or a line reader may skip: one too many costs nothing. */
static bool is_blank_or_hidden(uint32_t rune)
{
    return is_blank(rune) || rune < ' ' || rune_is_hostile(rune);
}

void escape_terminal(struct buf *out, struct str text)
{
    size_t start = 0;

    for (size_t pos = 0; pos < text.n && is_blank(utf8_next(text, &pos));)
        start = pos;
    buf_add(out, str_sub(text, 0, start));
    text = str_from_offset(text, start);
    /* one colon is enough: another may follow from us */
    if (text.n > 0 && text.p[0] == ':')
        buf_add_char(out, '\\');
    for (size_t pos = 0; pos < text.n;)
        escape_rune(out, text, &pos);
}

bool report_has_commands(struct str text)
{
    bool begins = true;
    for (size_t pos = 0; pos < text.n;) {
        const size_t start = pos;
        const uint32_t rune = utf8_next(text, &pos);
        if (rune == '[' && starts_command(text, start))
            return true;
        if (begins && str_starts(str_from_offset(text, start), STR("::")))
            return true;
        begins = rune == '\n' || rune == '\r' || (begins && is_blank_or_hidden(rune));
    }
    return false;
}

void escape_xml(struct buf *out, struct str text)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"},
    };
    SCOPED(buf) struct buf clean;

    buf_init(&clean, SIZE_MAX - 1);
    escape_terminal(&clean, text);
    for (size_t i = 0; i < clean.n; i++) {
        const char *entity = NULL;
        for (size_t k = 0; k < ARRAY_LEN(entities); k++)
            if (clean.p[i] == entities[k].c)
                entity = entities[k].entity;
        if (entity)
            buf_add_c(out, entity);
        else
            buf_add_char(out, clean.p[i]);
    }
}

void escape_uri(struct buf *out, struct str path)
{
    static const char safe[] = "-._~/";

    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        bool letter = ascii_is_alnum(c);
        if (letter || (c != '\0' && strchr(safe, c)))
            buf_add_char(out, c);
        else
            buf_format(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

/* Code spans stay: nothing in them is Markdown. */
void escape_markdown(struct buf *out, struct str text)
{
    static const char special[] = "\\`*_{}[]<>#|~!@&$";
    bool code = false;

    for (size_t pos = 0; pos < text.n;) {
        char c = text.p[pos];
        if (c == '`' && (code || str_find_char(str_from_offset(text, pos + 1), '`') >= 0)) {
            code = !code;
            buf_add_char(out, c);
            pos++;
        } else if (!code && c != '\0' && strchr(special, c)) {
            buf_add_char(out, '\\');
            buf_add_char(out, c);
            pos++;
        } else {
            escape_rune(out, text, &pos);
        }
    }
}

/* In JSON `#` and non-ASCII occur in strings only, so no parsing is needed to find them. */
void escape_json_log(struct buf *out, size_t from)
{
    SCOPED(buf) struct buf clean;
    struct str text = str_from_offset(buf_str(out), from);

    buf_init(&clean, SIZE_MAX - 1);
    for (size_t pos = 0; pos < text.n;) {
        size_t start = pos;
        uint32_t rune = utf8_next(text, &pos);
        if (rune == '[' && starts_command(text, start))
            buf_add_c(&clean, "\\u005b");
        else if (rune < 0x7F || !rune_is_hostile(rune))
            buf_add(&clean, str_sub(text, start, pos));
        else if (rune < 0x10000)
            buf_format(&clean, "\\u%04x", (unsigned)rune);
        else
            buf_format(&clean, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((rune - 0x10000) >> 10)),
                       (unsigned)(0xDC00 + ((rune - 0x10000) & 0x3FF)));
    }
    buf_cut(out, from);
    buf_add(out, buf_str(&clean));
}

struct str escape_cut(struct arena *arena, struct str text, size_t max)
{
    size_t pos = 0, last = 0;

    for (size_t n = 0; pos < text.n; n++) {
        if (n == max)
            return str_concat(arena, str_sub(text, 0, last), STR("…"));
        last = pos;
        utf8_next(text, &pos);
    }
    return text;
}

/* Whether a bracket opens a command of an older form: ##[name] or ##vso[name]. */
static bool starts_command(struct str text, size_t bracket)
{
    struct str before = str_sub(text, bracket < 5 ? 0 : bracket - 5, bracket);

    return str_ends(before, STR("##")) || (before.n == 5 && str_eq_fold(before, STR("##vso")));
}

static unsigned put(struct buf *out, const char *text, unsigned width)
{
    if (out)
        buf_add_c(out, text);
    return width;
}
