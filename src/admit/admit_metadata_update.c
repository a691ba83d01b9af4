/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an update may not set in metadata: ValidateObjectMetaAccessorUpdate. A creation clears these
 * fields, so that the object in the cluster has values of the server's own, or none.
 */
#include "admit/admit_internal.h"

static const struct node *metadata_of(const struct admitted *admitted)
{
    return node_get(admitted->object->root, STR("metadata"));
}

static void refuse(struct admit_ctx *ctx, const struct path *metadata, const char *name)
{
    const struct entry e = node_entry(metadata->node, str_from(name));
    const struct path path = {.up = metadata, .name = str_from(name), .node = e.value};
    diag_add_path(
        ctx->diags, RULE_API_IMMUTABLE_FIELD, node_span(e.written), &path,
        "metadata.%s: Invalid value: field is immutable: the server sets it; leave it out", name);
}

void metadata_validate_update(struct admit_ctx *ctx, const struct admitted *admitted,
                              const struct admitted *old)
{
    static const char *const of_deletion[] = {"deletionTimestamp", "deletionGracePeriodSeconds"};
    const struct node *now = metadata_of(admitted);
    const struct path root = {.node = admitted->object->root};
    const struct path metadata = {.up = &root, .name = STR("metadata"), .node = now};
    for (size_t i = 0; i < ARRAY_LEN(of_deletion); i++)
        if (!node_is_null(node_get(now, str_from(of_deletion[i]))))
            refuse(ctx, &metadata, of_deletion[i]);
    /* one that was there before may have been taken from the cluster */
    const struct str uid = node_get_text(now, STR("uid"));
    if (uid.n && !str_eq(uid, node_get_text(metadata_of(old), STR("uid"))))
        refuse(ctx, &metadata, "uid");
}
