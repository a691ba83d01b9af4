/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of Pods and ReplicationControllers that come from other fields. */
#include "admit/default.h"
#include "rule_calls.h"

/* Either name of the field means both; the new one counts. */
void fill_service_account(struct filling *f)
{
    const struct str name = filling_text(f, "serviceAccountName");
    const struct str old_name = filling_text(f, "serviceAccount");
    if (name.n == 0 && old_name.n)
        filling_put(f, "serviceAccountName",
                    node_copy(f->ctx->arena, filling_get(f, "serviceAccount")));
    else if (!str_eq(name, old_name))
        filling_put(f, "serviceAccount", node_new_text(f->ctx->arena, name));
}

/* The labels of the template are the selector, and the labels, unless there are others. */
void fill_replication_controller(struct filling *f)
{
    struct arena *arena = f->ctx->arena;
    const struct node *spec = filling_get(f, "spec");
    const struct node *metadata = filling_get(f, "metadata");
    const struct node *template = node_get(spec, STR("template"));
    const struct node *labels = node_get(node_get(template, STR("metadata")), STR("labels"));
    if (node_kind(labels) != NODE_MAP || node_real(labels)->n == 0)
        return;
    const struct node *selector = node_get(spec, STR("selector"));
    if (node_is_null(selector) || node_real(selector)->n == 0) {
        struct node *filled = node_copy(arena, spec);
        node_remove(filled, STR("selector"));
        node_put(arena, filled, STR("selector"), node_copy(arena, labels));
        filling_put(f, "spec", filled);
    }
    const struct node *own = node_get(metadata, STR("labels"));
    if (metadata && (node_is_null(own) || node_real(own)->n == 0)) {
        struct node *filled = node_copy(arena, metadata);
        node_remove(filled, STR("labels"));
        node_put(arena, filled, STR("labels"), node_copy(arena, labels));
        filling_put(f, "metadata", filled);
    }
}
