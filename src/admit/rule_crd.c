/* SPDX-License-Identifier: Apache-2.0 */
/* Updates of CRDs. */
#include "admit/rule.h"
#include "rule_calls.h"

static struct str storage_version(const struct node *versions)
{
    for (struct item it = list_first(versions); it.value; it = list_next(it)) {
        const struct node *storage = node_get(it.value, STR("storage"));
        if (node_kind(storage) == NODE_BOOL && node_bool(storage))
            return node_get_text(it.value, STR("name"));
    }
    return STR("");
}

/* Objects may still be stored in the version that was the one for it. The server keeps a list of
 * these in the status; that of the last manifest is known to be in it. */
void rule_stored_version_kept(struct validating *v, const struct spot *spot)
{
    const struct str stored = v_is_update(v) && spot->old ? storage_version(spot->old) : STR("");
    if (stored.n == 0)
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        if (str_eq(child_text(&e.spot, "name"), stored))
            return;
    struct arena *arena = v->ctx->arena;
    const struct spot status = {.path = {.up = &spot->up->up->path, .name = STR("status")}};
    const struct spot list = {.path = {.up = &status.path, .name = STR("storedVersions")}};
    struct spot said = *spot;
    said.path = (struct path){.up = &list.path, .node = spot->path.node};
    const struct str detail = str_format(
        arena,
        "missing from spec.versions; %.*s was previously a storage version, and must remain in "
        "spec.versions until a storage migration ensures no data remains persisted in %.*s and "
        "removes %.*s from status.storedVersions",
        STR_FMT(stored), STR_FMT(stored), STR_FMT(stored));
    say_invalid_as(v, &said, str_format(arena, "\"%.*s\"", STR_FMT(stored)),
                   str_to_c(arena, detail));
}
