/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of what the server refuses, where only one mending is right. */
#include "admit/admit_fix.h"

#include "base/suggest.h"
#include "edit/edit.h"

void fix_value(struct admit_ctx *ctx, struct diag *diag, const struct node *root,
               const struct path *path, struct str value)
{
    const struct str pointer = edit_pointer(ctx->arena, path);
    struct edit_patch patch = {0};
    if (!diag || !path->node)
        return;
    VEC_PUSH(ctx->arena, &patch, ((struct edit_op){EDIT_TEST, pointer, path->node}));
    VEC_PUSH(ctx->arena, &patch,
             ((struct edit_op){EDIT_REPLACE, pointer, node_new_text(ctx->arena, value)}));
    edit_fix(ctx->diags, diag, root, &patch,
             str_format(ctx->arena, "write %.*s", STR_FMT(diag_quote(ctx->arena, value))));
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
