/* SPDX-License-Identifier: Apache-2.0 */
/* Server errors in the server's words: those of field.Error in apimachinery. */
#include "admit/admit_fix.h"
#include "admit/rule_internal.h"

#include "base/limits.h"
#include <stdarg.h>

struct error_form {
    enum rule_id rule;
    const char *name;
    bool has_value;
};

static const struct error_form forms[] = {
    [RULE_SAYS_VERB] = {RULE_API_INVALID_VALUE, "Invalid value", true},
    [RULE_SAYS_REQUIRED] = {RULE_API_REQUIRED, "Required value", false},
    [RULE_SAYS_INVALID] = {RULE_API_INVALID_VALUE, "Invalid value", true},
    [RULE_SAYS_UNSUPPORTED] = {RULE_API_UNSUPPORTED_VALUE, "Unsupported value", true},
    [RULE_SAYS_FORBIDDEN] = {RULE_API_FORBIDDEN, "Forbidden", false},
    [RULE_SAYS_DUPLICATE] = {RULE_API_DUPLICATE_VALUE, "Duplicate value", true},
    [RULE_SAYS_TOO_LONG] = {RULE_API_TOO_LONG, "Too long", false},
    [RULE_SAYS_TOO_MANY] = {RULE_API_TOO_MANY, "Too many", true},
    [RULE_SAYS_NOT_FOUND] = {RULE_API_INVALID_VALUE, "Not found", true},
    [RULE_SAYS_IMMUTABLE] = {RULE_API_IMMUTABLE_FIELD, "Invalid value", true},
};

/* %q of Go writes these two with a backslash; the rest is diag_quote()'s. */
static struct str quoted(struct arena *arena, struct str text)
{
    if (str_find_char(text, '\\') < 0 && str_find_char(text, '"') < 0)
        return diag_quote(arena, text);
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    for (size_t i = 0; i < text.n && out.n + 2 < LIMIT_MESSAGE_BYTES; i++) {
        if (text.p[i] == '\\' || text.p[i] == '"')
            buf_add_c(&out, "\\");
        buf_add(&out, str_sub(text, i, i + 1));
    }
    return diag_quote(arena, str_dup(arena, buf_str(&out)));
}

/* As Go prints it: text in quotes, scalars as they are, the rest as JSON. */
static struct str value_text(struct validating *v, const struct spot *spot)
{
    const struct node *node = node_real(spot->path.node);
    struct arena *arena = v->ctx->arena;
    if (spot->written && source_is_masked(v->object->source, node_span(spot->written)))
        return STR("(not shown)");
    if (node_is_null(node)) {
        const enum type_kind kind = (enum type_kind)type_get(spot->type)->kind;
        const bool number = kind == TYPE_INT32 || kind == TYPE_INT64 || kind == TYPE_DOUBLE;
        return kind == TYPE_STRING ? STR("\"\"") : number ? STR("0") : STR("null");
    }
    if (node->kind == NODE_STRING)
        return str_format(arena, "\"%.*s\"", STR_FMT(quoted(arena, node_text(node))));
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    doc_write_json(&out, node, 0);
    return diag_quote(arena, str_dup(arena, buf_str(&out)));
}

/* Where the server names another field than that of the value. */
static const struct path *named_path(const struct spot *spot, enum rule_at at)
{
    const struct spot *up = spot->up;
    if (at == RULE_AT_SELF || !up)
        return &spot->path;
    /* a field of the struct: the struct; the struct itself, or an item: what holds it */
    if (at == RULE_AT_PARENT)
        return &up->path;
    while (up && type_get(up->type)->kind != TYPE_LIST)
        up = up->up;
    return up ? &up->path : &spot->path;
}

static struct span place_of(const struct spot *spot)
{
    return spot->written && !node_is_null(spot->path.node) ? node_span(spot->written) : spot->key;
}

struct diag *say(struct validating *v, const struct spot *spot, const struct saying *saying)
{
    const struct error_form *form = &forms[saying->error];
    struct arena *arena = v->ctx->arena;
    const struct path *path = named_path(spot, saying->at);
    struct str field = path_format(arena, path);
    if (!saying->warning && v->only_warns)
        return NULL;
    if (saying->warning)
        return report_inside(v->ctx, RULE_SERVER_WARNING, path, &spot->path, place_of(spot),
                             saying->detail);
    if (field.n == 0)
        field = STR("<nil>"); /* a nil path in Go */
    struct str text = str_format(arena, "%.*s: %s", STR_FMT(field), form->name);
    if (form->has_value && !saying->no_value) {
        const struct str value = saying->value.p ? saying->value : value_text(v, spot);
        text = str_format(arena, "%.*s: %.*s", STR_FMT(text), STR_FMT(value));
    }
    if (saying->detail.n)
        text = str_format(arena, "%.*s: %.*s", STR_FMT(text), STR_FMT(saying->detail));
    return report_inside(v->ctx, form->rule, path, &spot->path, place_of(spot), text);
}

static struct diag *say_simply(struct validating *v, const struct spot *spot, enum rule_error error,
                               const char *detail)
{
    const struct saying saying = {.error = error, .detail = str_from(detail ? detail : "")};
    return say(v, spot, &saying);
}

struct diag *say_required(struct validating *v, const struct spot *spot, const char *detail)
{
    return say_simply(v, spot, RULE_SAYS_REQUIRED, detail);
}

struct diag *say_invalid(struct validating *v, const struct spot *spot, const char *detail)
{
    return say_simply(v, spot, RULE_SAYS_INVALID, detail);
}

struct diag *say_invalid_fmt(struct validating *v, const struct spot *spot, const char *fmt, ...)
{
    char text[LIMIT_MESSAGE_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return say_simply(v, spot, RULE_SAYS_INVALID, text);
}

struct diag *say_invalid_as(struct validating *v, const struct spot *spot, struct str value,
                            const char *detail)
{
    const struct saying saying = {
        .error = RULE_SAYS_INVALID, .value = value, .detail = str_from(detail ? detail : "")};
    return say(v, spot, &saying);
}

struct diag *say_unsupported(struct validating *v, const struct spot *spot,
                             const char *const *values, size_t n)
{
    struct arena *arena = v->ctx->arena;
    struct str list = STR("");
    for (size_t i = 0; i < n; i++)
        list = str_format(arena, "%.*s%s\"%s\"", STR_FMT(list),
                          i ? ", " : "supported values: ", values[i]);
    const struct saying saying = {.error = RULE_SAYS_UNSUPPORTED, .detail = list};
    struct str *texts = ARENA_ARRAY(arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        texts[i] = str_from(values[i]);
    struct diag *diag = say(v, spot, &saying);
    offer_value(v, spot, diag, texts, n);
    return diag;
}

/* One that differs in the case of its letters only is what was meant. */
void offer_value(struct validating *v, const struct spot *spot, struct diag *diag,
                 const struct str *values, size_t n)
{
    if (!diag || !spot->written || node_kind(spot->path.node) != NODE_STRING)
        return;
    const struct str value = only_case_differs(node_text(spot->path.node), values, n);
    if (value.n)
        fix_value(v->ctx, diag, v->object->root, &spot->path, value);
}

struct diag *say_forbidden(struct validating *v, const struct spot *spot, const char *detail)
{
    return say_simply(v, spot, RULE_SAYS_FORBIDDEN, detail);
}

struct diag *say_duplicate(struct validating *v, const struct spot *spot)
{
    return say_simply(v, spot, RULE_SAYS_DUPLICATE, NULL);
}

struct diag *say_too_long(struct validating *v, const struct spot *spot, size_t max_bytes)
{
    const struct str detail = str_format(v->ctx->arena, "may not be more than %zu byte%s",
                                         max_bytes, max_bytes == 1 ? "" : "s");
    const struct saying saying = {.error = RULE_SAYS_TOO_LONG, .detail = detail};
    return say(v, spot, &saying);
}

struct diag *say_too_many(struct validating *v, const struct spot *spot, size_t max_items)
{
    struct arena *arena = v->ctx->arena;
    const struct saying saying = {
        .error = RULE_SAYS_TOO_MANY,
        .value = str_format(arena, "%zu", spot_count(spot)),
        .detail =
            str_format(arena, "must have at most %zu item%s", max_items, max_items == 1 ? "" : "s"),
    };
    return say(v, spot, &saying);
}

struct diag *say_not_found(struct validating *v, const struct spot *spot)
{
    return say_simply(v, spot, RULE_SAYS_NOT_FOUND, NULL);
}

struct diag *say_immutable(struct validating *v, const struct spot *spot, const char *detail)
{
    return say_simply(v, spot, RULE_SAYS_IMMUTABLE, detail ? detail : "field is immutable");
}

struct diag *say_warning(struct validating *v, const struct spot *spot, const char *text)
{
    const struct saying saying = {.warning = true, .detail = str_from(text)};
    return say(v, spot, &saying);
}
