/* SPDX-License-Identifier: Apache-2.0 */
/* The value of a string or bytes literal (cel-go's parser/unescape.go). The lexer has checked the
 * form of escapes already. */
#include "cel/cel_internal.h"

#include "base/utf8.h"

static uint32_t digits(struct str text, size_t at, size_t n, unsigned base)
{
    uint32_t value = 0;
    for (size_t i = at; i < at + n; i++) {
        char c = text.p[i];
        uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a' + 10);
        value = value * base + digit;
    }
    return value;
}

static bool is_rune(uint32_t rune)
{
    return rune < 0xD800 || (rune > 0xDFFF && rune <= 0x10FFFF);
}

/* One escape at *pos; NULL, or what is wrong with it. */
static const char *unescape(struct buf *out, struct str text, size_t *pos, bool bytes)
{
    static const char letters[] = "abfnrtv\\'\"`?";
    static const char values[] = "\a\b\f\n\r\t\v\\'\"`?";
    char c = text.p[*pos + 1];
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) {
        buf_add_char(out, values[letter - letters]);
        *pos += 2;
        return NULL;
    }
    bool octal = c >= '0' && c <= '3';
    size_t n = octal ? 3 : c == 'u' ? 4 : c == 'U' ? 8 : 2;
    size_t at = octal ? *pos + 1 : *pos + 2;
    if (bytes && (c == 'u' || c == 'U'))
        return "unable to unescape string";
    uint32_t value = digits(text, at, n, octal ? 8 : 16);
    *pos = at + n;
    if (bytes) {
        buf_add_char(out, (char)(unsigned char)value);
        return NULL;
    }
    if (!is_rune(value))
        return "invalid unicode code point";
    buf_add_rune(out, value);
    return NULL;
}

/* The text between prefix and quotes; *ret_raw tells whether escapes are taken literally. */
static struct str inner_text(struct str text, bool *ret_raw)
{
    while (text.p[0] != '"' && text.p[0] != '\'') {
        *ret_raw = *ret_raw || text.p[0] == 'r' || text.p[0] == 'R';
        text = str_from_offset(text, 1);
    }
    bool triple = text.n >= 6 && text.p[1] == text.p[0] && text.p[2] == text.p[0];
    size_t quotes = triple ? 3 : 1;
    return str_sub(text, quotes, text.n - quotes);
}

bool cel_unquote(struct cel_parser *parser, struct cel_token token, struct cel_value *ret_value)
{
    bool raw = false;
    bool bytes = token.kind == TOKEN_BYTES;
    struct str text = inner_text(str_sub(parser->source, token.start, token.end), &raw);
    struct buf out;
    buf_init(&out, size_mul(text.n + 1, 4));
    const char *problem = NULL;
    for (size_t pos = 0; pos < text.n && !problem;) {
        char c = text.p[pos];
        if (c == '\\' && !raw) {
            problem = unescape(&out, text, &pos, bytes);
            continue;
        }
        /* All line ends become LF. */
        if (c == '\r' && pos + 1 < text.n && text.p[pos + 1] == '\n')
            pos++;
        buf_add_char(&out, c == '\r' ? '\n' : c);
        pos++;
    }
    if (problem)
        cel_issue(parser->issues, parser->source, token.start, "%s", problem);
    struct str value = str_dup(parser->arena, buf_str(&out));
    buf_release(&out);
    *ret_value = bytes ? cel_bytes(value) : cel_string(value);
    return !problem;
}
