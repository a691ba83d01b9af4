/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens to a tree, as CEL.g4 and parser/parser.go of cel-go: operators. Operands are in
 * cel_parse_primary.c. A function answers NULL after it has reported.
 */
#include "cel/cel_parse.h"

#include "base/utf8.h"

struct cel_expr *cel_expr_new(struct cel_parser *parser, enum cel_expr_kind kind, uint32_t at)
{
    struct cel_expr *expr = ARENA_NEW(parser->arena, struct cel_expr);
    expr->kind = (uint8_t)kind;
    expr->id = ++parser->ids;
    expr->at = at;
    expr->start = at;
    expr->end = parser->previous_end;
    return expr;
}

static const struct {
    const char *name;
    enum cel_operator op;
} known_calls[] = {
    {"_&&_", OPERATOR_AND},
    {"_||_", OPERATOR_OR},
    {"_?_:_", OPERATOR_IF},
    {"_==_", OPERATOR_EQUAL},
    {"_!=_", OPERATOR_NOT_EQUAL},
    {"_[_]", OPERATOR_INDEX},
    {"_[?_]", OPERATOR_OPT_INDEX},
    {"_?._", OPERATOR_OPT_SELECT},
    {"@not_strictly_false", OPERATOR_NOT_FALSE},
};

struct cel_expr *cel_expr_call(struct cel_parser *parser, uint32_t at, const char *function,
                               struct cel_expr **args, uint32_t n)
{
    struct cel_expr *call = cel_expr_new(parser, EXPR_CALL, at);
    call->call.function = str_from(function);
    call->call.args = (struct cel_expr **)arena_dup(parser->arena, args, n * sizeof *args);
    call->call.n = n;
    for (size_t i = 0; i < ARRAY_LEN(known_calls); i++)
        if (!strcmp(function, known_calls[i].name))
            call->op = (uint8_t)known_calls[i].op;
    for (uint32_t i = 0; i < n; i++) {
        call->start = MIN_OF(call->start, args[i]->start);
        call->end = MAX_OF(call->end, args[i]->end);
        call->height = MAX_OF(call->height, args[i]->height);
    }
    return call;
}

struct cel_expr *cel_raise(struct cel_parser *parser, struct cel_expr *expr)
{
    if (!expr)
        return NULL;
    if (expr->height < CEL_DEPTH) {
        expr->height++;
        return expr;
    }
    if (!parser->failed)
        cel_issue(parser->issues, parser->source, CEL_NO_PLACE, "max recursion depth exceeded");
    parser->failed = true;
    return NULL;
}

/* ---- binary operators ---- */

struct binary {
    enum cel_token_kind token;
    const char *function;
};

static const struct binary products[] = {
    {TOKEN_STAR, "_*_"}, {TOKEN_SLASH, "_/_"}, {TOKEN_PERCENT, "_%_"}, {TOKEN_END, NULL}};
static const struct binary sums[] = {{TOKEN_PLUS, "_+_"}, {TOKEN_MINUS, "_-_"}, {TOKEN_END, NULL}};
static const struct binary relations[] = {{TOKEN_LT, "_<_"}, {TOKEN_LE, "_<=_"}, {TOKEN_GE, "_>=_"},
                                          {TOKEN_GT, "_>_"}, {TOKEN_EQ, "_==_"}, {TOKEN_NE, "_!=_"},
                                          {TOKEN_IN, "@in"}, {TOKEN_END, NULL}};

static const struct binary *find_binary(const struct binary *table, enum cel_token_kind kind)
{
    for (; table->function; table++)
        if (table->token == kind)
            return table;
    return NULL;
}

/* A chain of left-associative operators of one table. */
static struct cel_expr *parse_chain(struct cel_parser *parser, const struct binary *table,
                                    struct cel_expr *(*operand)(struct cel_parser *))
{
    struct cel_expr *left = operand(parser);
    const struct binary *binary;
    while (left && (binary = find_binary(table, parser->token.kind))) {
        uint32_t at = parser->token.start;
        cel_advance(parser);
        struct cel_expr *right = operand(parser);
        if (!right)
            return NULL;
        struct cel_expr *args[] = {left, right};
        left = cel_raise(parser, cel_expr_call(parser, at, binary->function, args, 2));
    }
    return left;
}

static struct cel_expr *parse_product(struct cel_parser *parser)
{
    return parse_chain(parser, products, cel_parse_unary);
}

static struct cel_expr *parse_sum(struct cel_parser *parser)
{
    return parse_chain(parser, sums, parse_product);
}

static struct cel_expr *parse_relation(struct cel_parser *parser)
{
    return parse_chain(parser, relations, parse_sum);
}

/* ---- logical operators, balanced as cel-go does, so that long chains are not deep ---- */

struct terms {
    VEC(struct cel_expr *);
};
struct places {
    VEC(uint32_t);
};

static struct cel_expr *balance(struct cel_parser *parser, const char *function,
                                const struct terms *terms, const struct places *places, size_t low,
                                size_t high)
{
    size_t middle = (low + high + 1) / 2;
    struct cel_expr *args[] = {
        middle == low ? terms->items[middle]
                      : balance(parser, function, terms, places, low, middle - 1),
        middle == high ? terms->items[middle + 1]
                       : balance(parser, function, terms, places, middle + 1, high),
    };
    return cel_expr_call(parser, places->items[middle], function, args, 2);
}

static struct cel_expr *parse_logic(struct cel_parser *parser, enum cel_token_kind token,
                                    const char *function,
                                    struct cel_expr *(*operand)(struct cel_parser *))
{
    struct terms terms = {0};
    struct places places = {0};
    struct cel_expr *term = operand(parser);
    if (!term || parser->token.kind != token)
        return term;
    VEC_PUSH(parser->arena, &terms, term);
    while (parser->token.kind == token) {
        VEC_PUSH(parser->arena, &places, parser->token.start);
        cel_advance(parser);
        term = operand(parser);
        if (!term)
            return NULL;
        VEC_PUSH(parser->arena, &terms, term);
    }
    return balance(parser, function, &terms, &places, 0, places.n - 1);
}

static struct cel_expr *parse_and(struct cel_parser *parser)
{
    return parse_logic(parser, TOKEN_AND, "_&&_", parse_relation);
}

static struct cel_expr *parse_or(struct cel_parser *parser)
{
    return parse_logic(parser, TOKEN_OR, "_||_", parse_and);
}

static struct cel_expr *parse_ternary(struct cel_parser *parser)
{
    struct cel_expr *condition = parse_or(parser);
    if (!condition || parser->token.kind != TOKEN_QUESTION)
        return condition;
    uint32_t at = parser->token.start;
    cel_advance(parser);
    struct cel_expr *yes = parse_or(parser);
    if (!yes || !cel_expect(parser, TOKEN_COLON))
        return NULL;
    struct cel_expr *no = cel_parse_expr(parser);
    if (!no)
        return NULL;
    struct cel_expr *args[] = {condition, yes, no};
    return cel_raise(parser, cel_expr_call(parser, at, "_?_:_", args, 3));
}

struct cel_expr *cel_parse_expr(struct cel_parser *parser)
{
    if (parser->failed)
        return NULL;
    if (parser->depth == CEL_DEPTH) {
        cel_issue(parser->issues, parser->source, CEL_NO_PLACE,
                  "expression recursion limit exceeded: %d", CEL_DEPTH);
        parser->failed = true;
        return NULL;
    }
    parser->depth++;
    struct cel_expr *expr = parse_ternary(parser);
    parser->depth--;
    return expr;
}

struct cel_expr *cel_parse_source(struct cel_parser *parser)
{
    size_t runes = utf8_count(parser->source);
    if (runes > CEL_SOURCE_RUNES) {
        cel_issue(parser->issues, parser->source, CEL_NO_PLACE,
                  "expression code point size exceeds limit: size: %zu, limit %d", runes,
                  CEL_SOURCE_RUNES);
        return NULL;
    }
    size_t before = parser->issues->n;
    cel_advance(parser);
    struct cel_expr *root = cel_parse_expr(parser);
    if (root)
        (void)cel_expect(parser, TOKEN_END);
    cel_issues_sort(parser->issues);
    return parser->issues->n == before ? root : NULL;
}

const struct cel_expr *cel_parse(struct arena *arena, const struct cel_env *env, struct str source,
                                 struct cel_issues *issues)
{
    struct cel_parser parser = {.arena = arena, .env = env, .issues = issues, .source = source};
    return cel_parse_source(&parser);
}
