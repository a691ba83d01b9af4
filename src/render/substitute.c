/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of ${VAR…}, and its values. One text is read once from its start; arguments may hold
 * ${…} themselves. What envsubst accepts by accident (an argument that runs into the next field) is
 * refused here as there, when its end is missing.
 */
#include "base/ascii.h"
#include "base/buf.h"
#include "base/limits.h"
#include "render/substitute_internal.h"

enum { NESTED_MAX = 32 }; /* ${…} inside each other */

struct filling {
    struct arena *arena;
    const struct variables *variables;
    struct str text;
    size_t pos;
    unsigned depth;
    const char *problem; /* NULL: none so far */
};

void variables_put(struct variables *variables, struct str name, struct str value, bool is_known)
{
    struct arena *arena = variables->by_name.arena;
    struct variable *variable = ARENA_NEW(arena, struct variable);
    char *text = arena_alloc_text(arena, value.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] != '\n')
            text[n++] = value.p[i];
    *variable = (struct variable){.value = {text, n}, .is_known = is_known};
    map_put(&variables->by_name, str_dup(arena, name), variable);
}

bool variable_is_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] != '_' && !ascii_is_letter(name.p[i]) && (!i || !ascii_is_digit(name.p[i])))
            return false;
    return name.n > 0;
}

bool variables_eq(const struct variables *a, const struct variables *b)
{
    if (!a || !b)
        return a == b;
    if (a->by_name.n != b->by_name.n || a->is_open != b->is_open)
        return false;
    for (size_t i = 0; i < a->by_name.n; i++) {
        const struct variable *one = a->by_name.entries[i].value;
        const struct variable *other = map_get(&b->by_name, a->by_name.entries[i].key);
        if (!other || one->is_known != other->is_known || !str_eq(one->value, other->value))
            return false;
    }
    return true;
}

/* ---- reading ---- */

static struct piece fill_function(struct filling *filling);

static int next_char(const struct filling *filling)
{
    return filling->pos < filling->text.n ? (unsigned char)filling->text.p[filling->pos] : -1;
}

static bool starts_here(const struct filling *filling, const char *what)
{
    return str_starts(str_from_offset(filling->text, filling->pos), str_from(what));
}

static struct piece fail(struct filling *filling, const char *problem)
{
    if (!filling->problem)
        filling->problem = problem;
    return (struct piece){0};
}

static bool is_name_char(int c)
{
    return c == '_' || ascii_is_alnum(c) || c >= 0x80;
}

static struct str take_name(struct filling *filling)
{
    const size_t start = filling->pos;
    while (is_name_char(next_char(filling)))
        filling->pos++;
    return str_sub(filling->text, start, filling->pos);
}

/* Text up to one of `ends` or the next ${. With `escapes`, \/ and \\ and $$ stand for their second
 * character. */
static struct piece take_text(struct filling *filling, const char *ends, bool escapes)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_SUBSTITUTED_BYTES);
    for (int c; (c = next_char(filling)) >= 0 && !starts_here(filling, "${"); filling->pos++) {
        const bool is_escape =
            escapes && (starts_here(filling, "\\/") || starts_here(filling, "\\\\") ||
                        starts_here(filling, "$$"));
        if (!is_escape && (!c || strchr(ends, c)))
            break;
        filling->pos += is_escape;
        buf_add_char(&out, filling->text.p[filling->pos]);
    }
    return (struct piece){str_dup(filling->arena, buf_str(&out)), true};
}

/* An argument is one ${…} or one text, never both. */
static struct piece take_argument(struct filling *filling, const char *ends, bool escapes)
{
    if (starts_here(filling, "${")) {
        filling->pos += 2;
        return fill_function(filling);
    }
    const size_t start = filling->pos;
    const struct piece text = take_text(filling, ends, escapes);
    return filling->pos == start ? fail(filling, "an argument of ${...} is missing") : text;
}

static void take_end(struct filling *filling)
{
    if (next_char(filling) == '}')
        filling->pos++;
    else
        fail(filling, "a ${ has no } where it should end");
}

static void take_slashes(struct filling *filling)
{
    if (next_char(filling) != '/')
        fail(filling, "a ${VAR/old/new} lacks its second /");
    while (next_char(filling) == '/')
        filling->pos++;
}

/* ---- functions ---- */

/* ${VAR:=default} and its like: whatever the sign, an empty value gives way to the default. */
static struct piece fill_default(struct filling *filling, const struct variable *variable)
{
    struct buf out SCOPED(buf) = {0};
    bool is_known = true;
    buf_init(&out, LIMIT_SUBSTITUTED_BYTES);
    while (!filling->problem && next_char(filling) != '}') {
        const struct piece part = take_argument(filling, "}", false);
        buf_add(&out, part.text);
        is_known &= part.is_known;
    }
    if (filling->problem)
        return (struct piece){0};
    take_end(filling);
    if (variable && (!variable->is_known || variable->value.n))
        return (struct piece){variable->value, variable->is_known};
    return (struct piece){str_dup(filling->arena, buf_str(&out)), is_known && !out.full};
}

/* ${VAR:from} and ${VAR:from:length}, the colon is taken. */
static void take_range(struct filling *filling, struct function_call *call)
{
    call->args[call->n++] = take_argument(filling, ":}", false);
    if (next_char(filling) != ':')
        return;
    while (next_char(filling) == ':')
        filling->pos++;
    call->args[call->n++] = take_argument(filling, "}", false);
}

/* ${VAR/old/new}, ${VAR//old/new}, ${VAR/#start/new}, ${VAR/%end/new}. */
static void take_replacement(struct filling *filling, struct function_call *call)
{
    call->args[call->n++] = next_char(filling) == '/' ? (struct piece){.is_known = true}
                                                      : take_argument(filling, "/", true);
    if (filling->problem)
        return;
    take_slashes(filling);
    if (next_char(filling) != '}')
        call->args[call->n++] = take_argument(filling, "}", true);
}

/* Longest first. */
static const char *const function_names[] = {"##", "%%", "//", "/#", "/%", ",,", "^^",
                                             "#",  "%",  "/",  ",",  "^",  ":"};

static void take_function(struct filling *filling, struct function_call *call)
{
    for (size_t i = 0; i < ARRAY_LEN(function_names) && !call->name.n; i++)
        if (starts_here(filling, function_names[i]))
            call->name = str_from(function_names[i]);
    filling->pos += call->name.n;
    if (!call->name.n)
        return;
    const char first = call->name.p[0];
    if (first == ':')
        take_range(filling, call);
    else if (first == '/')
        take_replacement(filling, call);
    else if (first == '#' || first == '%')
        call->args[call->n++] = take_argument(filling, "}", false);
}

static bool takes_default(struct filling *filling)
{
    static const char *const signs[] = {":=", ":-", ":?", ":+", "="};
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (starts_here(filling, signs[i])) {
            filling->pos += strlen(signs[i]);
            return true;
        }
    return false;
}

static struct piece fill_named(struct filling *filling)
{
    struct function_call call = {.is_length = next_char(filling) == '#'};
    filling->pos += call.is_length;
    const struct str name = take_name(filling);
    if (!name.n)
        return fail(filling, "a ${ is not followed by the name of a variable");
    const struct variable *variable = map_get(&filling->variables->by_name, name);
    if (!call.is_length && takes_default(filling))
        return fill_default(filling, variable);
    if (!call.is_length)
        take_function(filling, &call);
    if (!filling->problem)
        take_end(filling);
    const struct piece value = {variable ? variable->value : (struct str){0},
                                variable && variable->is_known};
    return filling->problem ? (struct piece){0} : function_apply(filling->arena, &call, value);
}

/* Behind its "${". */
static struct piece fill_function(struct filling *filling)
{
    if (filling->depth == NESTED_MAX)
        return fail(filling, "variables are nested too deep");
    filling->depth++;
    const struct piece piece = fill_named(filling);
    filling->depth--;
    return piece;
}

enum substitute_result substitute_text(struct arena *arena, const struct variables *variables,
                                       struct str text, struct str *ret_text,
                                       const char **ret_problem)
{
    struct filling filling = {.arena = arena, .variables = variables, .text = text};
    struct buf out SCOPED(buf) = {0};
    bool is_known = true;
    buf_init(&out, LIMIT_SUBSTITUTED_BYTES);
    while (!filling.problem && filling.pos < text.n && !out.full) {
        const bool is_escape = starts_here(&filling, "$$");
        if (starts_here(&filling, "${")) {
            filling.pos += 2;
            const struct piece piece = fill_function(&filling);
            is_known &= piece.is_known;
            buf_add(&out, piece.text);
            continue;
        }
        filling.pos += is_escape;
        buf_add_char(&out, text.p[filling.pos++]);
    }
    if (out.full)
        filling.problem = "with its variables this text is too long";
    *ret_problem = filling.problem;
    *ret_text = filling.problem || !is_known ? text : str_dup(arena, buf_str(&out));
    return filling.problem ? SUBSTITUTE_BAD : is_known ? SUBSTITUTE_DONE : SUBSTITUTE_UNKNOWN;
}
