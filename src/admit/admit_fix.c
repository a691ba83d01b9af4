/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of what the server refuses, where only one mending is right. */
#include "admit/admit_fix.h"

#include "base/number.h"
#include "base/suggest.h"
#include "edit/edit.h"

static void replace(struct admit_ctx *ctx, struct diag *diag, const struct node *root,
                    const struct path *path, const struct node *value, const char *summary)
{
    const struct str pointer = edit_pointer(ctx->arena, path);
    struct edit_patch patch = {0};
    if (!diag || !path->node)
        return;
    VEC_PUSH(ctx->arena, &patch, ((struct edit_op){EDIT_TEST, pointer, path->node}));
    VEC_PUSH(ctx->arena, &patch, ((struct edit_op){EDIT_REPLACE, pointer, value}));
    edit_fix(ctx->diags, diag, root, &patch, str_from(summary));
}

void fix_value(struct admit_ctx *ctx, struct diag *diag, const struct node *root,
               const struct path *path, struct str value)
{
    const struct str quoted = diag_quote(ctx->arena, value);
    replace(ctx, diag, root, path, node_new_text(ctx->arena, value),
            str_to_c(ctx->arena, str_format(ctx->arena, "write %.*s", STR_FMT(quoted))));
}

/* A plain scalar as it is written: on, 1.10, 0x1f. */
static bool find_plain(const struct source *source, const struct node *written,
                       struct str *ret_text)
{
    const struct span span = node_span(written);
    if (written->kind == NODE_ALIAS || written->style != NODE_PLAIN ||
        (written->flags & (NODE_ANCHORED | NODE_TAGGED | NODE_MERGED)) || span.end <= span.start ||
        span.end > source->text.n || source_is_masked(source, span))
        return false;
    *ret_text = str_sub(source->text, span.start, span.end);
    return true;
}

void fix_quotes(struct admit_ctx *ctx, struct diag *diag, const struct object *object,
                const struct path *path, const struct node *written, bool wants_text)
{
    struct str text;
    int64_t integer;
    const bool is_text = node_kind(written) == NODE_STRING;
    if (wants_text && !is_text && find_plain(object->source, written, &text))
        replace(ctx, diag, object->root, path, node_new_text(ctx->arena, text), "put it in quotes");
    if (wants_text || !is_text || written->kind == NODE_ALIAS)
        return;
    text = node_text(written);
    if (str_is(text, "true") || str_is(text, "false"))
        replace(ctx, diag, object->root, path, node_new_bool(ctx->arena, str_is(text, "true")),
                "remove the quotes");
    else if (number_parse_i64(text, &integer) == 0)
        replace(ctx, diag, object->root, path, node_new_i64(ctx->arena, integer),
                "remove the quotes");
}

void fix_key(struct admit_ctx *ctx, struct diag *diag, const struct node *root,
             const struct path *path, struct str name)
{
    const struct path renamed = {.up = path->up, .name = name};
    const struct str pointer = edit_pointer(ctx->arena, path);
    struct edit_patch patch = {0};
    if (!diag || !path->node)
        return;
    VEC_PUSH(ctx->arena, &patch, ((struct edit_op){EDIT_TEST, pointer, path->node}));
    VEC_PUSH(ctx->arena, &patch, ((struct edit_op){.kind = EDIT_REMOVE, .path = pointer}));
    VEC_PUSH(ctx->arena, &patch,
             ((struct edit_op){EDIT_ADD, edit_pointer(ctx->arena, &renamed), path->node}));
    edit_fix(ctx->diags, diag, root, &patch,
             str_format(ctx->arena, "rename it to %.*s", STR_FMT(diag_quote(ctx->arena, name))));
}

void near_offer(struct near_names *near, struct str name)
{
    if (suggest_distance(near->wanted, name, 1) > 1)
        return;
    near->name = name;
    near->n++;
}

struct str only_case_differs(struct str text, const struct str *values, size_t n)
{
    struct str found = {0};
    for (size_t i = 0; i < n; i++) {
        if (!str_eq_fold(text, values[i]))
            continue;
        if (found.n)
            return (struct str){0};
        found = values[i];
    }
    return found;
}
