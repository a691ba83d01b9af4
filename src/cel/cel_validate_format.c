/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "%d %s".format([a, b]) with a literal format and a literal list is checked when it is compiled
 * (ext/formatting.go, stringFormatValidator).
 */
#include "base/ascii.h"
#include "cel/cel_check.h"

struct format_check {
    struct cel_issues *issues;
    struct str source;
    const struct cel_expr *call;
    const struct cel_expr *args; /* the list */
};

#define KIND_BIT(kind) (1u << (kind))

static const struct clause {
    char letter;
    unsigned kinds; /* types that it takes */
    const char *refusal;
} clauses[] = {
    {'d', KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT), "decimal clause can only be used on integers"},
    {'o', KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT), "octal clause can only be used on integers"},
    /* "NaN" and "Infinity" are texts. */
    {'f', KIND_BIT(CEL_DOUBLE) | KIND_BIT(CEL_STRING),
     "fixed-point clause can only be used on doubles"},
    {'e', KIND_BIT(CEL_DOUBLE) | KIND_BIT(CEL_STRING),
     "scientific clause can only be used on doubles"},
    {'b', KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT) | KIND_BIT(CEL_BOOL),
     "only integers and bools can be formatted as binary"},
    {'x', KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT) | KIND_BIT(CEL_STRING) | KIND_BIT(CEL_BYTES),
     "only integers, byte buffers, and strings can be formatted as hex"},
    {'X', KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT) | KIND_BIT(CEL_STRING) | KIND_BIT(CEL_BYTES),
     "only integers, byte buffers, and strings can be formatted as hex"},
    {'s',
     KIND_BIT(CEL_LIST) | KIND_BIT(CEL_MAP) | KIND_BIT(CEL_INT) | KIND_BIT(CEL_UINT) |
         KIND_BIT(CEL_DOUBLE) | KIND_BIT(CEL_BOOL) | KIND_BIT(CEL_STRING) |
         KIND_BIT(CEL_TIMESTAMP) | KIND_BIT(CEL_BYTES) | KIND_BIT(CEL_DURATION) |
         KIND_BIT(CEL_TYPE) | KIND_BIT(CEL_NULL),
     "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
     "durations, and timestamps"},
};

static bool is_taken(const struct clause *clause, const struct cel_expr *arg)
{
    return arg->type->kind == CEL_DYN || (clause->kinds & KIND_BIT(arg->type->kind));
}

/* The first part of an argument that the clause can't print, or NULL. */
static const struct cel_expr *bad_part(const struct clause *clause, const struct cel_expr *arg)
{
    const struct cel_expr *bad = NULL;
    if (!is_taken(clause, arg))
        return arg;
    if (clause->letter != 's')
        return NULL;
    if (arg->kind == EXPR_LIST)
        for (uint32_t i = 0; i < arg->list.n && !bad; i++)
            bad = bad_part(clause, arg->list.items[i]);
    if (arg->kind == EXPR_MAP)
        for (uint32_t i = 0; i < arg->map.n && !bad; i++) {
            bad = bad_part(clause, arg->map.entries[i].key);
            if (!bad)
                bad = bad_part(clause, arg->map.entries[i].value);
        }
    return bad;
}

static bool refuse(struct format_check *check, const char *text)
{
    cel_issue(check->issues, check->source, check->call->at, "%s", text);
    return false;
}

static bool check_clause(struct format_check *check, char letter, const struct cel_expr *arg)
{
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        if (clauses[i].letter != letter)
            continue;
        const struct cel_expr *bad = bad_part(&clauses[i], arg);
        if (!bad)
            return true;
        cel_issue(check->issues, check->source, bad->at,
                  "error during formatting: %s, was given %.*s", clauses[i].refusal,
                  STR_FMT(bad->type->name));
        return false;
    }
    cel_issue(check->issues, check->source, check->call->at,
              "could not parse formatting clause: unrecognized formatting clause \"%c\"", letter);
    return false;
}

/* The clause whose % is at `at`; gives where it ends. */
static bool next_clause(struct format_check *check, struct str format, size_t at, size_t index,
                        size_t *ret_end)
{
    size_t i = at + 1;
    if (i >= format.n)
        return refuse(check, "unexpected end of string");
    if (index >= check->args->list.n) {
        cel_issue(check->issues, check->source, check->call->at, "index %zu out of range", index);
        return false;
    }
    size_t digits = i + 1;
    if (format.p[i] == '.') {
        for (i++; i < format.n && ascii_is_digit(format.p[i]);)
            i++;
        if (i == format.n)
            return refuse(check, "could not parse formatting clause: error while parsing "
                                 "precision: could not find end of precision specifier");
        if (i == digits)
            return refuse(check, "could not parse formatting clause: error while parsing "
                                 "precision: error while converting precision to integer: "
                                 "strconv.Atoi: parsing \"\": invalid syntax");
    }
    *ret_end = i + 1;
    return check_clause(check, format.p[i], check->args->list.items[index]);
}

void cel_validate_format(struct cel_issues *issues, struct str source, const struct cel_expr *call)
{
    if (!(call->flags & EXPR_MEMBER) || call->call.n != 2 ||
        !str_is(call->call.function, "format") || call->call.args[0]->kind != EXPR_LITERAL ||
        call->call.args[1]->kind != EXPR_LIST)
        return;
    struct format_check check = {issues, source, call, call->call.args[1]};
    struct str format = cel_text(call->call.args[0]->literal);
    size_t used = 0;
    for (size_t i = 0; i < format.n;) {
        if (format.p[i] != '%') {
            i++;
        } else if (i + 1 < format.n && format.p[i + 1] == '%') {
            i += 2;
        } else if (!next_clause(&check, format, i, used++, &i)) {
            return;
        }
    }
    if (check.args->list.n > used)
        cel_issue(issues, source, call->at,
                  "too many arguments supplied to string.format (expected %zu, got %u)", used,
                  check.args->list.n);
}
