/* SPDX-License-Identifier: Apache-2.0 */
/* Operands: literals, names, calls, selections, indexes, lists, maps and structs. */
#include "cel/cel_parse.h"

#include "base/number.h"

static struct str text_of(const struct cel_parser *parser, struct cel_token token)
{
    return str_sub(parser->source, token.start, token.end);
}

static bool at_token(const struct cel_parser *parser, cel_token_set set)
{
    return set & TOKEN_BIT(parser->token.kind);
}

/* Whether `?` may be written here; an issue when the version has no optional syntax. */
static bool parse_optional_mark(struct cel_parser *parser, uint32_t at, const char *syntax)
{
    if (parser->token.kind != TOKEN_QUESTION)
        return false;
    cel_advance(parser);
    if (cel_env_has_library(parser->env, &cel_lib_optional))
        return true;
    cel_issue(parser->issues, parser->source, at, "unsupported syntax '%s'", syntax);
    return false;
}

/* A name in the place of a field; false after an issue. */
static bool parse_field(struct cel_parser *parser, struct str *ret_name)
{
    struct str text = text_of(parser, parser->token);
    *ret_name = text;
    if (parser->token.kind == TOKEN_QUOTED) {
        cel_issue(parser->issues, parser->source, parser->token.start, "unsupported syntax: '`'");
        *ret_name = str_sub(text, 1, text.n - 1);
    }
    cel_advance(parser);
    return true;
}

/* ---- lists of expressions ---- */

struct exprs {
    VEC(struct cel_expr *);
};
struct flags {
    VEC(bool);
};

/* Arguments up to and with the closing parenthesis. */
static bool parse_args(struct cel_parser *parser, struct exprs *args)
{
    cel_token_set first = cel_expr_start | TOKEN_BIT(TOKEN_RPAREN);
    parser->open++;
    if (!at_token(parser, first) && !cel_recover(parser, first))
        return false;
    while (parser->token.kind != TOKEN_RPAREN) {
        struct cel_expr *arg = cel_parse_expr(parser);
        if (!arg)
            return false;
        VEC_PUSH(parser->arena, args, arg);
        if (parser->token.kind != TOKEN_COMMA)
            break;
        cel_advance(parser);
        if (!at_token(parser, cel_expr_start) && !cel_recover(parser, cel_expr_start))
            return false;
    }
    bool closed = cel_expect(parser, TOKEN_RPAREN);
    parser->open--;
    return closed;
}

/* After an element: a comma or the end; false when parsing can't go on. *ret_more tells which. */
static bool parse_separator(struct cel_parser *parser, enum cel_token_kind close, bool *ret_more)
{
    cel_token_set set = TOKEN_BIT(close) | TOKEN_BIT(TOKEN_COMMA);
    if (!at_token(parser, set) && !cel_recover(parser, set))
        return false;
    *ret_more = parser->token.kind == TOKEN_COMMA;
    if (*ret_more)
        cel_advance(parser);
    return true;
}

/* After `[` or `{`: whether an element follows; consumes the comma of `[,]`. */
static bool parse_first(struct cel_parser *parser, enum cel_token_kind close, cel_token_set start,
                        bool *ret_more)
{
    cel_token_set set = start | TOKEN_BIT(close) | TOKEN_BIT(TOKEN_COMMA);
    if (!at_token(parser, set) && !cel_recover(parser, set))
        return false;
    *ret_more = at_token(parser, start);
    if (parser->token.kind == TOKEN_COMMA)
        cel_advance(parser);
    return true;
}

static void grow(struct cel_expr *expr, const struct cel_expr *child)
{
    expr->height = MAX_OF(expr->height, child->height);
}

static struct cel_expr *parse_list(struct cel_parser *parser)
{
    cel_token_set start = cel_expr_start | TOKEN_BIT(TOKEN_QUESTION);
    struct cel_expr *list = cel_expr_new(parser, EXPR_LIST, parser->token.start);
    struct exprs items = {0};
    struct flags optional = {0};
    bool any_optional = false;
    bool more;
    cel_advance(parser);
    parser->open++;
    if (!parse_first(parser, TOKEN_RBRACKET, start, &more))
        return NULL;
    while (more && at_token(parser, start)) {
        bool mark = parse_optional_mark(parser, parser->token.start, "?");
        struct cel_expr *item = cel_parse_expr(parser);
        if (!item)
            return NULL;
        VEC_PUSH(parser->arena, &items, item);
        VEC_PUSH(parser->arena, &optional, mark);
        any_optional |= mark;
        grow(list, item);
        if (!parse_separator(parser, TOKEN_RBRACKET, &more))
            return NULL;
    }
    if (!cel_expect(parser, TOKEN_RBRACKET))
        return NULL;
    parser->open--;
    list->end = parser->previous_end;
    list->list.items = items.items;
    list->list.n = (uint32_t)items.n;
    list->list.optional = any_optional ? optional.items : NULL;
    return list;
}

struct entries {
    VEC(struct cel_entry);
};

/* One `key: value` of a map, or `field: value` of a struct. */
static bool parse_entry(struct cel_parser *parser, bool is_struct, struct cel_entry *entry)
{
    entry->optional = parse_optional_mark(parser, parser->token.start, "?");
    if (is_struct) {
        cel_token_set names = TOKEN_BIT(TOKEN_IDENT) | TOKEN_BIT(TOKEN_QUOTED);
        if (!at_token(parser, names) && !cel_recover(parser, names))
            return false;
        if (!parse_field(parser, &entry->field))
            return false;
    } else {
        entry->key = cel_parse_expr(parser);
        if (!entry->key)
            return false;
    }
    entry->offset = parser->token.start;
    if (!cel_expect(parser, TOKEN_COLON))
        return false;
    entry->value = cel_parse_expr(parser);
    return entry->value != NULL;
}

/* A map, or a struct when there is a type name. */
static struct cel_expr *parse_map(struct cel_parser *parser, struct str type_name, uint32_t start)
{
    bool is_struct = type_name.n > 0;
    cel_token_set first =
        is_struct ? TOKEN_BIT(TOKEN_IDENT) | TOKEN_BIT(TOKEN_QUOTED) : cel_expr_start;
    first |= TOKEN_BIT(TOKEN_QUESTION);
    struct cel_expr *map =
        cel_expr_new(parser, is_struct ? EXPR_STRUCT : EXPR_MAP, parser->token.start);
    struct entries entries = {0};
    bool more;
    cel_advance(parser);
    parser->open++;
    if (!parse_first(parser, TOKEN_RBRACE, first, &more))
        return NULL;
    while (more && at_token(parser, first)) {
        struct cel_entry entry = {0};
        if (!parse_entry(parser, is_struct, &entry))
            return NULL;
        VEC_PUSH(parser->arena, &entries, entry);
        if (entry.key)
            grow(map, entry.key);
        grow(map, entry.value);
        if (!parse_separator(parser, TOKEN_RBRACE, &more))
            return NULL;
    }
    if (!cel_expect(parser, TOKEN_RBRACE))
        return NULL;
    parser->open--;
    map->start = start;
    map->end = parser->previous_end;
    map->map.entries = entries.items;
    map->map.n = (uint32_t)entries.n;
    map->map.type_name = type_name;
    return map;
}

/* ---- literals ---- */

static struct cel_expr *literal(struct cel_parser *parser, uint32_t start, struct cel_value value)
{
    struct cel_expr *expr = cel_expr_new(parser, EXPR_LITERAL, start);
    cel_advance(parser);
    expr->end = parser->previous_end;
    expr->literal = value;
    return expr;
}

/* A number with the sign that stands before it. */
static struct cel_expr *parse_number(struct cel_parser *parser, uint32_t start)
{
    struct str text = text_of(parser, parser->token);
    bool negative = start != parser->token.start;
    const char *bad = NULL;
    struct cel_value value = cel_null();
    if (parser->token.kind == TOKEN_DOUBLE) {
        double number = 0;
        if (number_parse_double(text, &number))
            bad = "invalid double literal";
        value = cel_double(negative ? -number : number);
    } else {
        bool is_uint = parser->token.kind == TOKEN_UINT;
        uint64_t number = 0;
        if (is_uint)
            text.n--;
        bool hex = str_starts(text, STR("0x"));
        /* Decimal even with leading zeros: Go's ParseInt is told the base. */
        int parsed = hex ? number_parse_go_u64(text, &number) : number_parse_u64(text, &number);
        uint64_t limit = is_uint ? UINT64_MAX : (uint64_t)INT64_MAX + (negative ? 1 : 0);
        if (parsed || number > limit)
            bad = is_uint ? "invalid uint literal" : "invalid int literal";
        value = is_uint ? cel_uint(number) : cel_int((int64_t)(negative ? 0 - number : number));
    }
    if (bad)
        cel_issue(parser->issues, parser->source, start, "%s", bad);
    return literal(parser, start, value);
}

static struct cel_expr *parse_literal(struct cel_parser *parser)
{
    struct cel_value value = cel_null();
    uint32_t start = parser->token.start;
    if (at_token(parser, TOKEN_BIT(TOKEN_STRING) | TOKEN_BIT(TOKEN_BYTES)))
        (void)cel_unquote(parser, parser->token, &value);
    else if (parser->token.kind != TOKEN_NULL)
        value = cel_bool(parser->token.kind == TOKEN_TRUE);
    return literal(parser, start, value);
}

/* ---- names and calls ---- */

static bool is_reserved(struct str name)
{
    static const char *const reserved[] = {
        "as",  "break", "const",   "continue",  "else",   "for", "function", "if",    "import",
        "let", "loop",  "package", "namespace", "return", "var", "void",     "while",
    };
    return str_is_one_of(name, reserved, ARRAY_LEN(reserved));
}

/* The receiver, when there is one, and the arguments make a call, or what a macro makes of it. */
static struct cel_expr *parse_call(struct cel_parser *parser, struct str name,
                                   struct cel_expr *receiver, uint32_t start)
{
    struct exprs args = {0};
    uint32_t at = parser->token.start;
    if (receiver)
        VEC_PUSH(parser->arena, &args, receiver);
    cel_advance(parser);
    if (!parse_args(parser, &args))
        return NULL;
    struct cel_expr *call =
        cel_expr_call(parser, at, str_to_c(parser->arena, name), args.items, (uint32_t)args.n);
    call->flags |= receiver ? EXPR_MEMBER : 0;
    call->start = start;
    call->end = parser->previous_end;
    return cel_expand(parser, call);
}

/* `.a.b.c{`: whether the names from here lead to a struct's brace. Only dots and names are read. */
static bool is_struct_ahead(const struct cel_parser *parser)
{
    struct cel_issues ignored = {.arena = parser->arena};
    struct cel_parser ahead = *parser;
    ahead.issues = &ignored;
    while (ahead.token.kind == TOKEN_IDENT) {
        cel_advance(&ahead);
        if (ahead.token.kind == TOKEN_LBRACE)
            return true;
        if (ahead.token.kind != TOKEN_DOT)
            return false;
        cel_advance(&ahead);
    }
    return false;
}

static struct cel_expr *parse_struct(struct cel_parser *parser, uint32_t start)
{
    struct buf name;
    buf_init(&name, parser->source.n + 1);
    if (parser->source.p[start] == '.')
        buf_add_char(&name, '.');
    for (; parser->token.kind != TOKEN_LBRACE; cel_advance(parser))
        buf_add(&name, text_of(parser, parser->token));
    struct str type_name = str_dup(parser->arena, buf_str(&name));
    buf_release(&name);
    return parse_map(parser, type_name, start);
}

static struct cel_expr *parse_name(struct cel_parser *parser)
{
    uint32_t start = parser->token.start;
    uint32_t dot = start;
    bool leading = parser->token.kind == TOKEN_DOT;
    if (leading) {
        cel_advance(parser);
        if (parser->token.kind != TOKEN_IDENT) {
            cel_no_alternative(parser, dot);
            return NULL;
        }
    }
    if (is_struct_ahead(parser))
        return parse_struct(parser, start);
    struct cel_token token = parser->token;
    struct str name = text_of(parser, token);
    if (leading)
        name = str_concat(parser->arena, STR("."), name);
    cel_advance(parser);
    if (is_reserved(text_of(parser, token)))
        cel_issue(parser->issues, parser->source, start, "reserved identifier: %.*s",
                  STR_FMT(text_of(parser, token)));
    if (parser->token.kind == TOKEN_LPAREN)
        return parse_call(parser, name, NULL, start);
    struct cel_expr *ident = cel_expr_new(parser, EXPR_IDENT, token.start);
    ident->start = start;
    ident->end = token.end;
    ident->ident.name = name;
    return ident;
}

static struct cel_expr *parse_nested(struct cel_parser *parser)
{
    uint32_t start = parser->token.start;
    cel_advance(parser);
    parser->open++;
    struct cel_expr *inner = cel_parse_expr(parser);
    if (!inner || !cel_expect(parser, TOKEN_RPAREN))
        return NULL;
    parser->open--;
    inner->start = start;
    inner->end = parser->previous_end;
    return inner;
}

static struct cel_expr *parse_primary(struct cel_parser *parser)
{
    if (parser->failed)
        return NULL;
    if (!at_token(parser, cel_expr_start) && !cel_recover(parser, cel_expr_start))
        return NULL;
    if (at_token(parser, TOKEN_BIT(TOKEN_IDENT) | TOKEN_BIT(TOKEN_DOT)))
        return parse_name(parser);
    if (at_token(parser, TOKEN_BIT(TOKEN_INT) | TOKEN_BIT(TOKEN_UINT) | TOKEN_BIT(TOKEN_DOUBLE)))
        return parse_number(parser, parser->token.start);
    if (parser->token.kind == TOKEN_LPAREN)
        return parse_nested(parser);
    if (parser->token.kind == TOKEN_LBRACKET)
        return parse_list(parser);
    if (parser->token.kind == TOKEN_LBRACE)
        return parse_map(parser, (struct str){0}, parser->token.start);
    if (!at_token(parser, TOKEN_BIT(TOKEN_MINUS) | TOKEN_BIT(TOKEN_NOT)))
        return parse_literal(parser);
    /* `-1` is one literal, so that the least integer can be written; `!-a` is nothing. */
    uint32_t start = parser->token.start;
    if (parser->token.kind == TOKEN_MINUS) {
        cel_advance(parser);
        if (at_token(parser, TOKEN_BIT(TOKEN_INT) | TOKEN_BIT(TOKEN_DOUBLE)))
            return parse_number(parser, start);
    }
    cel_no_alternative(parser, start);
    return NULL;
}

/* ---- selections ---- */

/* cel-go's parser says it, then what visits the broken tree says it again. */
static void missing_field(struct cel_parser *parser)
{
    uint32_t at = parser->token.start;
    (void)cel_recover(parser, TOKEN_BIT(TOKEN_IDENT) | TOKEN_BIT(TOKEN_QUOTED));
    cel_issue(parser->issues, parser->source, at, "unsupported ident kind");
}

static struct cel_expr *parse_select(struct cel_parser *parser, struct cel_expr *operand)
{
    struct cel_token dot = parser->token;
    uint32_t start = operand->start;
    cel_advance(parser);
    bool mark = parser->token.kind == TOKEN_QUESTION;
    if (mark)
        mark = parse_optional_mark(parser, dot.start, ".?");
    if (!at_token(parser, TOKEN_BIT(TOKEN_IDENT) | TOKEN_BIT(TOKEN_QUOTED))) {
        if (!mark)
            cel_no_alternative(parser, dot.start);
        else
            missing_field(parser);
        return NULL;
    }
    struct cel_token token = parser->token;
    struct str name;
    (void)parse_field(parser, &name);
    if (!mark && token.kind == TOKEN_IDENT && parser->token.kind == TOKEN_LPAREN)
        return parse_call(parser, name, operand, start);
    if (!mark) {
        struct cel_expr *select = cel_expr_new(parser, EXPR_SELECT, dot.start);
        select->start = start;
        select->height = operand->height;
        select->select.operand = operand;
        select->select.field = name;
        return select;
    }
    struct cel_expr *field = cel_expr_new(parser, EXPR_LITERAL, token.start);
    field->literal = cel_string(name);
    struct cel_expr *args[] = {operand, field};
    return cel_expr_call(parser, dot.start, "_?._", args, 2);
}

static struct cel_expr *parse_index(struct cel_parser *parser, struct cel_expr *operand)
{
    cel_token_set start = cel_expr_start | TOKEN_BIT(TOKEN_QUESTION);
    uint32_t at = parser->token.start;
    cel_advance(parser);
    parser->open++;
    if (!at_token(parser, start) && !cel_recover(parser, start))
        return NULL;
    bool mark = parse_optional_mark(parser, at, "[?");
    struct cel_expr *index = cel_parse_expr(parser);
    if (!index || !cel_expect(parser, TOKEN_RBRACKET))
        return NULL;
    parser->open--;
    struct cel_expr *args[] = {operand, index};
    struct cel_expr *call = cel_expr_call(parser, at, mark ? "_[?_]" : "_[_]", args, 2);
    call->end = parser->previous_end;
    return call;
}

static struct cel_expr *parse_member(struct cel_parser *parser)
{
    struct cel_expr *expr = parse_primary(parser);
    while (expr && !parser->failed) {
        if (parser->token.kind == TOKEN_DOT)
            expr = cel_raise(parser, parse_select(parser, expr));
        else if (parser->token.kind == TOKEN_LBRACKET)
            expr = cel_raise(parser, parse_index(parser, expr));
        else
            return expr;
    }
    return NULL;
}

struct cel_expr *cel_parse_unary(struct cel_parser *parser)
{
    enum cel_token_kind kind = parser->token.kind;
    if (kind != TOKEN_NOT && kind != TOKEN_MINUS)
        return parse_member(parser);
    /* The grammar prefers the sign of a literal over the operator. */
    struct cel_parser ahead = *parser;
    uint32_t start = parser->token.start;
    unsigned n = 0;
    uint32_t last = start;
    while (parser->token.kind == kind) {
        ahead = *parser;
        last = parser->token.start;
        cel_advance(parser);
        n++;
    }
    if (kind == TOKEN_MINUS && n == 1 &&
        at_token(parser, TOKEN_BIT(TOKEN_INT) | TOKEN_BIT(TOKEN_DOUBLE))) {
        *parser = ahead;
        return parse_member(parser);
    }
    if (kind == TOKEN_MINUS && !at_token(parser, cel_expr_start)) {
        cel_no_alternative(parser, last);
        return NULL;
    }
    struct cel_expr *operand = parse_member(parser);
    if (!operand || n % 2 == 0)
        return operand;
    struct cel_expr *args[] = {operand};
    return cel_expr_call(parser, start, kind == TOKEN_NOT ? "!_" : "-_", args, 1);
}
