/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of Nodes, claim templates and CRDs that depend on what else is there. */
#include "admit/default.h"
#include "rule_calls.h"

/* The single address range is that of older clients: it goes before a list that starts otherwise.
 */
void fill_pod_cidrs(struct filling *f)
{
    struct arena *arena = f->ctx->arena;
    const struct node *list = filling_get(f, "podCIDRs");
    const struct str first = node_text(node_at(list, 0));
    const struct str single = filling_text(f, "podCIDR");
    if (single.n == 0) {
        if (first.n)
            filling_put(f, "podCIDR", node_new_text(arena, first));
        return;
    }
    if (str_eq(first, single))
        return;
    struct node *made = filling_new(f, NODE_LIST);
    node_add(made, node_new_text(arena, single));
    filling_put(f, "podCIDRs", made);
}

/* A StatefulSet's templates are whole claims. */
void fill_claim_template(struct filling *f)
{
    filling_put_text(f, "apiVersion", "v1");
    filling_put_text(f, "kind", "PersistentVolumeClaim");
    struct node *status = filling_new(f, NODE_MAP);
    node_put(f->ctx->arena, status, STR("phase"), node_new_text(f->ctx->arena, STR("Pending")));
    filling_put(f, "status", status);
}

void fill_definition_names(struct filling *f)
{
    struct arena *arena = f->ctx->arena;
    const struct str kind = filling_text(f, "kind");
    if (kind.n == 0)
        return;
    if (filling_is_zero(f, "singular"))
        filling_put(f, "singular", node_new_text(arena, str_lower(arena, kind)));
    if (filling_is_zero(f, "listKind"))
        filling_put(f, "listKind",
                    node_new_text(arena, str_format(arena, "%.*sList", STR_FMT(kind))));
}

/* Only where none is written: one that is must say how. */
void fill_conversion(struct filling *f)
{
    struct arena *arena = f->ctx->arena;
    if (filling_is_set(f, "conversion"))
        return;
    struct node *conversion = filling_new(f, NODE_MAP);
    node_put(arena, conversion, STR("strategy"), node_new_text(arena, STR("None")));
    filling_put(f, "conversion", conversion);
}
