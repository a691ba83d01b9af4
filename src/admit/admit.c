/* SPDX-License-Identifier: Apache-2.0 */
/* The later stages: defaulting and the rules on the defaulted object. */
#include "admit/admit_internal.h"
#include "admit/default.h"
#include "admit/rule.h"

static void validate(struct admit_ctx *ctx, const struct admitted *admitted,
                     const struct admitted *old);
static void mark_of_update(struct admit_ctx *ctx, const struct admitted *admitted, size_t first);
static void check_status(struct admit_ctx *ctx, const struct admitted *admitted);

void admit_default(struct admit_ctx *ctx, struct admitted *admitted)
{
    if (admitted->state != KIND_SERVED)
        return;
    if (admitted->kind.custom) {
        custom_default(ctx, admitted);
    } else if (!admitted->type_error) {
        nulls_fill(ctx, admitted);
        defaults_fill(ctx, admitted);
    }
}

void admit_validate(struct admit_ctx *ctx, const struct admitted *admitted,
                    const struct admitted *old)
{
    const size_t first = ctx->diags->n;
    validate(ctx, admitted, old);
    if (old && ctx->diags->n > first)
        mark_of_update(ctx, admitted, first);
}

static void validate(struct admit_ctx *ctx, const struct admitted *admitted,
                     const struct admitted *old)
{
    if (admitted->state != KIND_SERVED && !admitted->no_schema)
        return;
    metadata_validate(ctx, admitted, old != NULL);
    if (old)
        metadata_validate_update(ctx, admitted, old);
    sops_validate(ctx, admitted);
    if (admitted->no_schema)
        return;
    if (admitted->kind.custom) {
        custom_validate(ctx, admitted, old);
        return;
    }
    check_status(ctx, admitted);
    /* Go has no value of a wrong type to look at; unknown fields are simply not there. */
    if (!admitted->type_error)
        rules_validate(ctx, admitted, old);
    if (object_is_crd(admitted->object))
        crd_validate(ctx, admitted, old);
}

/* What a creation of the same object is not told; rules need not know which of them compare. */
static void mark_of_update(struct admit_ctx *ctx, const struct admitted *admitted, size_t first)
{
    struct diags created SCOPED(diags) = {.settings = ctx->diags->settings, .at = ctx->diags->at};
    struct admit_ctx create = *ctx;
    create.diags = &created;
    validate(&create, admitted, NULL);
    diags_mark_of_update(ctx->diags, first, &created);
}

/* The registry clears status on creation and keeps the old one on update. */
static void check_status(struct admit_ctx *ctx, const struct admitted *admitted)
{
    const struct entry status = node_entry(admitted->object->root, STR("status"));
    if (node_kind(status.value) != NODE_MAP || node_real(status.value)->n == 0 ||
        !type_field(type_get(admitted->kind.type), STR("status"), ctx->view->minor))
        return;
    diag_add(ctx->diags, RULE_OBJECT_STATUS, node_span(status.key), STR("status"),
             "the server ignores status in a manifest; leave it out");
}
