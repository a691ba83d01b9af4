/* SPDX-License-Identifier: Apache-2.0 */
/* Property names in expressions: apiserver/pkg/cel/escaping.go. */
#include "base/ascii.h"
#include "cel/cel.h"

static const struct {
    char c;
    const char *name;
} symbols[] = {{'.', "__dot__"}, {'-', "__dash__"}, {'/', "__slash__"}};

static const char underscores[] = "__underscores__";

static bool is_reserved(struct str name)
{
    static const char *const reserved[] = {
        "true",     "false",   "null",      "in",       "as",  "break",  "const",
        "continue", "else",    "for",       "function", "if",  "import", "let",
        "loop",     "package", "namespace", "return",   "var", "void",   "while",
    };
    return str_is_one_of(name, reserved, ARRAY_LEN(reserved));
}

static bool is_name_char(char c, bool first)
{
    return ascii_is_letter(c) || c == '_' || (!first && ascii_is_digit(c));
}

static const char *symbol_name(char c)
{
    for (size_t i = 0; i < ARRAY_LEN(symbols); i++)
        if (symbols[i].c == c)
            return symbols[i].name;
    return NULL;
}

bool cel_escape(struct arena *arena, struct str name, struct str *ret_escaped)
{
    if (name.n == 0 || ascii_is_digit(name.p[0]))
        return false;
    if (is_reserved(name)) {
        *ret_escaped = str_format(arena, "__%.*s__", STR_FMT(name));
        return true;
    }
    bool plain = !str_has(name, STR("__"));
    for (size_t i = 0; i < name.n; i++) {
        if (is_name_char(name.p[i], false))
            continue;
        if (!symbol_name(name.p[i]))
            return false;
        plain = false;
    }
    *ret_escaped = name;
    if (plain)
        return true;
    struct buf out;
    buf_init(&out, size_mul(name.n, sizeof underscores));
    for (size_t i = 0; i < name.n; i++) {
        const char *symbol = symbol_name(name.p[i]);
        if (str_starts(str_from_offset(name, i), STR("__"))) {
            buf_add_c(&out, underscores);
            i++;
        } else if (symbol) {
            buf_add_c(&out, symbol);
        } else {
            buf_add_char(&out, name.p[i]);
        }
    }
    *ret_escaped = str_dup(arena, buf_str(&out));
    buf_release(&out);
    return true;
}

/* What an escape at the start of the text stands for; 0 bytes when there is none. */
static size_t unescape_one(struct str text, const char **ret_text)
{
    static const char dot[] = ".";
    static const char dash[] = "-";
    static const char slash[] = "/";
    static const char two[] = "__";
    static const struct {
        const char *name;
        const char *text;
    } escapes[] = {{underscores, two}, {"__dot__", dot}, {"__dash__", dash}, {"__slash__", slash}};
    for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
        if (!str_starts(text, str_from(escapes[i].name)))
            continue;
        *ret_text = escapes[i].text;
        return strlen(escapes[i].name);
    }
    return 0;
}

bool cel_unescape(struct arena *arena, struct str escaped, struct str *ret_name)
{
    struct str two = STR("__");
    *ret_name = escaped;
    if (!str_has(escaped, two))
        return true;
    if (escaped.n > 4 && str_starts(escaped, two) && str_ends(escaped, two)) {
        struct str word = str_sub(escaped, 2, escaped.n - 2);
        if (is_reserved(word)) {
            *ret_name = word;
            return true;
        }
    }
    struct buf out;
    buf_init(&out, escaped.n + 1);
    bool valid = true;
    for (size_t i = 0; i < escaped.n && valid;) {
        const char *text = NULL;
        struct str rest = str_from_offset(escaped, i);
        size_t n = unescape_one(rest, &text);
        if (n) {
            buf_add_c(&out, text);
            i += n;
            continue;
        }
        valid = !str_starts(rest, two);
        buf_add_char(&out, escaped.p[i++]);
    }
    if (valid)
        *ret_name = str_dup(arena, buf_str(&out));
    buf_release(&out);
    return valid;
}
