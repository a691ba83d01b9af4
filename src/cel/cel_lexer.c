/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to tokens, as the grammar CEL.g4 of cel-go. Where no token starts the lexer of cel-go
 * reports what it read up to the character that fitted nothing, and goes on behind it.
 */
#include "cel/cel_internal.h"

#include "base/ascii.h"
#include "base/utf8.h"

static int peek(const struct cel_parser *parser, size_t at)
{
    return at < parser->source.n ? (unsigned char)parser->source.p[at] : -1;
}

static bool is_letter(int c)
{
    return ascii_is_letter(c) || c == '_';
}

static void skip_blanks(struct cel_parser *parser)
{
    for (;;) {
        int c = peek(parser, parser->pos);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f') {
            parser->pos++;
            continue;
        }
        if (c != '/' || peek(parser, parser->pos + 1) != '/')
            return;
        while (parser->pos < parser->source.n && parser->source.p[parser->pos] != '\n')
            parser->pos++;
    }
}

/* ---- numbers ---- */

static size_t digits_end(const struct cel_parser *parser, size_t at, bool (*is)(int))
{
    while (is(peek(parser, at)))
        at++;
    return at;
}

/* Behind an exponent that starts at `at`, or `at` when there is none. */
static size_t exponent_end(const struct cel_parser *parser, size_t at)
{
    int c = peek(parser, at);
    if (c != 'e' && c != 'E')
        return at;
    size_t digits = at + 1;
    if (peek(parser, digits) == '+' || peek(parser, digits) == '-')
        digits++;
    return ascii_is_digit(peek(parser, digits)) ? digits_end(parser, digits, ascii_is_digit) : at;
}

static struct cel_token lex_number(struct cel_parser *parser, size_t start)
{
    struct cel_token token = {.kind = TOKEN_INT, .start = (uint32_t)start};
    size_t end = start;
    if (peek(parser, start) == '0' && peek(parser, start + 1) == 'x' &&
        ascii_is_hex(peek(parser, start + 2))) {
        end = digits_end(parser, start + 2, ascii_is_hex);
    } else {
        size_t whole = digits_end(parser, start, ascii_is_digit);
        end = whole;
        if (peek(parser, whole) == '.' && ascii_is_digit(peek(parser, whole + 1)))
            end = digits_end(parser, whole + 1, ascii_is_digit);
        end = exponent_end(parser, end);
        if (end != whole)
            token.kind = TOKEN_DOUBLE;
    }
    int c = peek(parser, end);
    if (token.kind == TOKEN_INT && (c == 'u' || c == 'U')) {
        token.kind = TOKEN_UINT;
        end++;
    }
    token.end = (uint32_t)end;
    return token;
}

/* ---- strings ---- */

/* Behind an escape whose backslash is at `at`, or 0 with the offset that is wrong. */
static size_t escape_end(const struct cel_parser *parser, size_t at, size_t *ret_bad)
{
    static const struct {
        char letter;
        uint8_t digits;
    } hex[] = {{'x', 2}, {'X', 2}, {'u', 4}, {'U', 8}};
    int c = peek(parser, at + 1);
    *ret_bad = at + 1;
    if (c < 0)
        return 0;
    if (strchr("abfnrtv\"'\\?`", c) && c != 0)
        return at + 2;
    for (size_t i = 0; i < ARRAY_LEN(hex); i++) {
        if (c != hex[i].letter)
            continue;
        for (size_t d = 0; d < hex[i].digits; d++) {
            *ret_bad = at + 2 + d;
            if (!ascii_is_hex(peek(parser, at + 2 + d)))
                return 0;
        }
        return at + 2 + hex[i].digits;
    }
    if (c < '0' || c > '3')
        return 0;
    for (size_t d = 2; d <= 3; d++) {
        int octal = peek(parser, at + d);
        *ret_bad = at + d;
        if (octal < '0' || octal > '7')
            return 0;
    }
    return at + 4;
}

/* Behind the closing quotes of a literal whose opening ones end at `at`; 0 with the bad offset. */
static size_t string_end(const struct cel_parser *parser, size_t at, char quote, bool triple,
                         bool raw, size_t *ret_bad)
{
    for (;;) {
        int c = peek(parser, at);
        *ret_bad = at;
        if (c < 0)
            return 0;
        if (c == quote &&
            (!triple || (peek(parser, at + 1) == quote && peek(parser, at + 2) == quote)))
            return at + (triple ? 3 : 1);
        if (!triple && (c == '\n' || c == '\r'))
            return 0;
        if (c != '\\' || raw) {
            at++;
            continue;
        }
        at = escape_end(parser, at, ret_bad);
        if (!at)
            return 0;
    }
}

/* Where a string literal that starts at `at` (with its r prefix) ends; 0 and the bad offset. */
static size_t literal_end(const struct cel_parser *parser, size_t at, size_t *ret_bad)
{
    int c = peek(parser, at);
    bool raw = c == 'r' || c == 'R';
    if (raw)
        c = peek(parser, ++at);
    *ret_bad = at;
    if (c != '"' && c != '\'')
        return 0;
    char quote = (char)c;
    if (peek(parser, at + 1) == quote && peek(parser, at + 2) == quote) {
        size_t end = string_end(parser, at + 3, quote, true, raw, ret_bad);
        /* What is no long string is an empty one and something behind it. */
        return end ? end : at + 2;
    }
    return string_end(parser, at + 1, quote, false, raw, ret_bad);
}

/* ---- names and operators ---- */

static const struct {
    const char *text;
    enum cel_token_kind kind;
} words[] = {{"true", TOKEN_TRUE}, {"false", TOKEN_FALSE}, {"null", TOKEN_NULL}, {"in", TOKEN_IN}};

/* By the first character: the operator that it is alone, and with a second one. */
static const struct {
    uint8_t alone; /* enum cel_token_kind; TOKEN_END: none */
    char second;
    uint8_t both;
} operators[128] = {
    ['='] = {TOKEN_END, '=', TOKEN_EQ},  ['!'] = {TOKEN_NOT, '=', TOKEN_NE},
    ['<'] = {TOKEN_LT, '=', TOKEN_LE},   ['>'] = {TOKEN_GT, '=', TOKEN_GE},
    ['&'] = {TOKEN_END, '&', TOKEN_AND}, ['|'] = {TOKEN_END, '|', TOKEN_OR},
    ['['] = {.alone = TOKEN_LBRACKET},   [']'] = {.alone = TOKEN_RBRACKET},
    ['{'] = {.alone = TOKEN_LBRACE},     ['}'] = {.alone = TOKEN_RBRACE},
    ['('] = {.alone = TOKEN_LPAREN},     [')'] = {.alone = TOKEN_RPAREN},
    ['.'] = {.alone = TOKEN_DOT},        [','] = {.alone = TOKEN_COMMA},
    ['-'] = {.alone = TOKEN_MINUS},      ['?'] = {.alone = TOKEN_QUESTION},
    [':'] = {.alone = TOKEN_COLON},      ['+'] = {.alone = TOKEN_PLUS},
    ['*'] = {.alone = TOKEN_STAR},       ['/'] = {.alone = TOKEN_SLASH},
    ['%'] = {.alone = TOKEN_PERCENT},
};

static struct cel_token lex_word(struct cel_parser *parser, size_t start)
{
    size_t end = start;
    while (is_letter(peek(parser, end)) || ascii_is_digit(peek(parser, end)))
        end++;
    struct cel_token token = {TOKEN_IDENT, (uint32_t)start, (uint32_t)end};
    struct str text = str_sub(parser->source, start, end);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (text.p[0] == words[i].text[0] && str_is(text, words[i].text))
            token.kind = words[i].kind;
    return token;
}

static size_t quoted_end(const struct cel_parser *parser, size_t start, size_t *ret_bad)
{
    size_t at = start + 1;
    for (;; at++) {
        int c = peek(parser, at);
        *ret_bad = at;
        if (c == '`')
            return at > start + 1 ? at + 1 : 0;
        if (c < 0 || c >= 0x80 ||
            (!is_letter(c) && !ascii_is_digit(c) && c != '.' && c != '-' && c != '/' && c != ' '))
            return 0;
    }
}

/* Reports what was read up to the offset that fitted nothing, and goes on behind that. */
static void skip_bad(struct cel_parser *parser, size_t start, size_t bad)
{
    size_t end = bad;
    if (end < parser->source.n)
        (void)utf8_next(parser->source, &end);
    struct str text = str_sub(parser->source, start, end);
    cel_issue(parser->issues, parser->source, (uint32_t)start,
              "Syntax error: token recognition error at: '%.*s'", STR_FMT(text));
    parser->pos = end;
}

/* A string or bytes literal at `start`, or false with the offset that fits none. */
static bool lex_literal(struct cel_parser *parser, size_t start, struct cel_token *ret_token,
                        size_t *ret_bad)
{
    const int c = peek(parser, start);
    const bool bytes = c == 'b' || c == 'B';
    const size_t end = literal_end(parser, start + bytes, ret_bad);
    *ret_token =
        (struct cel_token){bytes ? TOKEN_BYTES : TOKEN_STRING, (uint32_t)start, (uint32_t)end};
    return end != 0;
}

static bool lex_operator(struct cel_parser *parser, size_t start, struct cel_token *ret_token)
{
    const int c = peek(parser, start);
    if (c >= (int)ARRAY_LEN(operators))
        return false;
    const bool both = operators[c].second && peek(parser, start + 1) == operators[c].second;
    const unsigned kind = both ? operators[c].both : operators[c].alone;
    *ret_token = (struct cel_token){(enum cel_token_kind)kind, (uint32_t)start,
                                    (uint32_t)(start + 1 + both)};
    return kind != TOKEN_END;
}

/* A token at `start`, or false with the offset that fits none. */
static bool lex_at(struct cel_parser *parser, size_t start, struct cel_token *ret_token,
                   size_t *ret_bad)
{
    const int c = peek(parser, start);
    if (c > 0 && strchr("\"'rRbB", c) && lex_literal(parser, start, ret_token, ret_bad))
        return true;
    if (is_letter(c)) {
        *ret_token = lex_word(parser, start);
        return true;
    }
    if (ascii_is_digit(c) || (c == '.' && ascii_is_digit(peek(parser, start + 1)))) {
        *ret_token = lex_number(parser, start);
        return true;
    }
    if (c == '`') {
        const size_t end = quoted_end(parser, start, ret_bad);
        *ret_token = (struct cel_token){TOKEN_QUOTED, (uint32_t)start, (uint32_t)end};
        return end != 0;
    }
    if (lex_operator(parser, start, ret_token))
        return true;
    if (c == '|' || c == '&' || c == '=')
        *ret_bad = start + 1;
    return false;
}

struct cel_token cel_lex(struct cel_parser *parser)
{
    for (;;) {
        skip_blanks(parser);
        size_t start = parser->pos;
        if (start >= parser->source.n)
            return (struct cel_token){TOKEN_END, (uint32_t)start, (uint32_t)start};
        struct cel_token token;
        size_t bad = start;
        if (lex_at(parser, start, &token, &bad)) {
            parser->pos = token.end;
            return token;
        }
        skip_bad(parser, start, bad);
    }
}
