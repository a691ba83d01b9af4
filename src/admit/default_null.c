/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Null items of lists and null values of maps: Go's decoder makes the zero value of their type of
 * them, which the server then fills in and validates like any other. A null field of a struct is
 * simply absent. Only objects in which decoding met such a null are walked.
 */
#include "admit/default.h"
#include "admit/default_chain.h"

#include "base/limits.h"

struct mender {
    struct admit_ctx *ctx;
    unsigned depth;
};

static const struct node *mend(struct mender *mender, const struct node *written, type_id id);

/* The zero value, or NULL for types that keep a null as it is. */
static struct node *new_zero(struct arena *arena, enum type_kind kind)
{
    switch (kind) {
    case TYPE_BOOL:
        return node_new_bool(arena, false);
    case TYPE_INT32:
    case TYPE_INT64:
    case TYPE_DOUBLE:
    case TYPE_INT_OR_STRING:
        return node_new_i64(arena, 0);
    case TYPE_STRING:
    case TYPE_BYTES:
        return node_new_text(arena, STR(""));
    case TYPE_QUANTITY:
        return node_new_text(arena, STR("0"));
    case TYPE_LIST:
        return node_new(arena, NODE_LIST);
    case TYPE_MAP:
    case TYPE_STRUCT:
        return node_new(arena, NODE_MAP);
    case TYPE_ANY:
    case TYPE_OBJECT:
    case TYPE_TIME:
    case TYPE_MICRO_TIME:
    case TYPE_DURATION:
    case TYPE_SCHEMA_OR_BOOL:
    case TYPE_SCHEMA_OR_LIST:
    case TYPE_SCHEMA_OR_STRINGS:
        break;
    }
    return NULL;
}

/* An item or a map's value; the zero stands where the null does. */
static const struct node *mend_entry(struct mender *mender, const struct node *written, type_id id)
{
    if (!node_is_null(written))
        return mend(mender, written, id);
    struct node *zero = new_zero(mender->ctx->arena, (enum type_kind)type_get(id)->kind);
    if (!zero)
        return written;
    zero->start = written->start;
    zero->len = written->len;
    return zero;
}

static const struct node *mend_field(struct mender *mender, const struct node *written,
                                     const struct type *type, struct str name)
{
    const struct field *field = type_field(type, name, mender->ctx->view->minor);
    return field && !node_is_null(written) ? mend(mender, written, field->type) : written;
}

static const struct node *mend_children(struct mender *mender, const struct node *written,
                                        const struct type *type)
{
    const bool is_map = node_kind(written) == NODE_MAP;
    struct str key = {0};
    struct chain chain = chain_first(mender->ctx->arena, written);
    for (; chain.node; chain_next(&chain)) {
        if (is_map && chain.index % 2 == 0) {
            key = node_text(chain.node);
            continue;
        }
        chain_put(&chain, type->kind == TYPE_STRUCT
                              ? mend_field(mender, chain.node, type, key)
                              : mend_entry(mender, chain.node, type->element));
    }
    return chain_result(&chain);
}

static const struct node *mend(struct mender *mender, const struct node *written, type_id id)
{
    const struct type *type = type_get(id);
    const bool is_list = type->kind == TYPE_LIST;
    const bool is_map = type->kind == TYPE_MAP || type->kind == TYPE_STRUCT;
    if ((!is_list && !is_map) || node_kind(written) != (is_list ? NODE_LIST : NODE_MAP) ||
        mender->depth == LIMIT_DEPTH) /* reported by decoding */
        return written;
    mender->depth++;
    const struct node *mended = mend_children(mender, written, type);
    mender->depth--;
    return mended;
}

void nulls_fill(struct admit_ctx *ctx, struct admitted *admitted)
{
    struct mender mender = {.ctx = ctx};
    if (admitted->null_entries)
        admitted->value = mend(&mender, admitted->value, admitted->kind.type);
}
