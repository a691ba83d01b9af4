/* SPDX-License-Identifier: Apache-2.0 */
/* The copy of the manifest that client-side `kubectl apply` keeps in an annotation of the object.
 */
#include "base/limits.h"
#include "judge/judge_internal.h"

enum { ANNOTATIONS_MAX = 256 << 10 }; /* apimachinery: TotalAnnotationSizeLimitB, keys and values */

static const char key[] = "kubectl.kubernetes.io/last-applied-configuration";

static size_t annotations_size(const struct node *annotations)
{
    size_t size = 0;
    for (struct entry e = map_first(annotations); e.key; e = map_next(e))
        if (!str_is(node_text(e.key), key))
            size += node_text(e.key).n + node_text(e.value).n;
    return size;
}

void judge_last_applied(const struct object *object, struct diags *diags)
{
    struct buf json SCOPED(buf) = {0};
    const struct lookup kind = path_find(object->root, STR("kind"));
    buf_init(&json, LIMIT_FILE_BYTES);
    doc_write_json(&json, object->root, 0);
    const struct node *metadata = node_get(object->root, STR("metadata"));
    const struct node *annotations = node_get(metadata, STR("annotations"));
    /* kubectl adds an empty map of annotations and a line's end to what it keeps */
    const size_t added = (annotations ? 0 : strlen("\"annotations\":{},")) + strlen("\n");
    const size_t size = json.n + added + strlen(key) + annotations_size(annotations);
    if (size <= ANNOTATIONS_MAX && !json.full)
        return;
    struct diag *diag = diag_add(
        diags, RULE_KUBECTL_ANNOTATION, node_span(kind.value), STR("metadata.annotations"),
        "kubectl apply keeps a copy of the object in an annotation, and with its %zu bytes the "
        "annotations are more than the %d that the server takes",
        json.n, ANNOTATIONS_MAX);
    diag_hint(diags, diag, "use `kubectl apply --server-side` or `kubectl create`, or split it");
}
