/* SPDX-License-Identifier: Apache-2.0 */
/* Values of Secrets: what they stand for, and a sign that stands for them. */
#include "plan/plan_internal.h"

#include "base/base64.h"
#include "base/digest.h"

enum { DIGEST_SHOWN = 8 };

bool plan_is_secret(const struct node *root, struct str kind)
{
    return str_eq_fold(kind, STR("Secret")) || node_entry(root, STR("stringData")).key;
}

/* What is no base64 is no text either, so it gets a mark that no text has. */
static struct node *decoded(struct arena *arena, const struct node *value)
{
    struct str bytes;
    if (node_kind(value) != NODE_STRING)
        return node_copy(arena, value);
    if (base64_decode(arena, node_text(value), &bytes) < 0)
        bytes = str_concat(arena, STR("\xff not base64: "), node_text(value));
    return node_new_text(arena, bytes);
}

const struct node *plan_secret_values(struct arena *arena, const struct node *root)
{
    const struct str data_key = STR("data"), text_key = STR("stringData");
    if (node_kind(root) != NODE_MAP)
        return root;
    struct node *copy = node_copy(arena, root);
    const struct node *data = node_get(root, data_key);
    const struct node *texts = node_get(root, text_key);
    if ((data && node_kind(data) != NODE_MAP && node_kind(data) != NODE_NULL) ||
        (texts && node_kind(texts) != NODE_MAP && node_kind(texts) != NODE_NULL))
        return copy;
    struct node *values = node_new(arena, NODE_MAP);
    for (struct entry e = map_first(data); e.key; e = map_next(e))
        node_put(arena, values, node_text(e.key), decoded(arena, e.value));
    for (struct entry e = map_first(texts); e.key; e = map_next(e))
        node_put(arena, values, node_text(e.key), node_copy(arena, e.value));
    node_remove(copy, data_key);
    node_remove(copy, text_key);
    if (values->n)
        node_put(arena, copy, data_key, values);
    return copy;
}

struct str plan_digest(struct arena *arena, const struct plan *plan, const struct node *value)
{
    struct buf text SCOPED(buf) = {0};
    char hex[65];
    buf_init(&text, SIZE_MAX - 1);
    if (node_is_scalar(value))
        buf_add(&text, node_text(value));
    else
        doc_write_json(&text, value, 0);
    struct digest *digest = digest_new();
    digest_add_field(digest, (struct str){(const char *)plan->key, sizeof plan->key});
    digest_add_field(digest, buf_str(&text));
    const struct sha256 sum = digest_end(digest);
    sha256_hex(&sum, hex);
    return str_dup(arena, (struct str){hex, DIGEST_SHOWN});
}
