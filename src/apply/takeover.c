/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/takeover.h"

#include "base/buf.h"
#include "base/limits.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

static bool is_named(const struct str_list *managers, struct str name)
{
    for (size_t i = 0; i < managers->n; i++) {
        const struct str pattern = managers->items[i];
        if (str_eq(pattern, name))
            return true;
        if (str_ends(pattern, STR("*")) && str_starts(name, str_sub(pattern, 0, pattern.n - 1)))
            return true;
    }
    return false;
}

static bool is_taken(const struct takeover *takeover, const struct node *entry)
{
    return is_named(takeover->managers, node_get_text(entry, STR("manager"))) &&
           str_eq(node_get_text(entry, STR("apiVersion")), takeover->api_version) &&
           !node_get_text(entry, STR("subresource")).n;
}

static bool is_ours(const struct takeover *takeover, const struct node *entry)
{
    return str_eq(node_get_text(entry, STR("manager")), takeover->manager) &&
           str_is(node_get_text(entry, STR("operation")), "Apply") &&
           str_eq(node_get_text(entry, STR("apiVersion")), takeover->api_version) &&
           !node_get_text(entry, STR("subresource")).n;
}

/* Sets of fields are maps all the way down. */
static void merge(struct arena *arena, struct node *into, const struct node *from, unsigned depth)
{
    for (struct entry e = map_first(from); e.key && depth < LIMIT_DEPTH; e = map_next(e)) {
        struct node *there = (struct node *)(uintptr_t)node_get(into, node_text(e.key));
        if (there)
            merge(arena, there, e.value, depth + 1);
        else
            node_put(arena, into, node_text(e.key), node_copy(arena, e.value));
    }
}

static struct node *our_entry(struct arena *arena, const struct takeover *takeover,
                              struct node *fields)
{
    struct node *entry = node_new(arena, NODE_MAP);
    node_put(arena, entry, STR("manager"), node_new_text(arena, takeover->manager));
    node_put(arena, entry, STR("operation"), node_new_text(arena, STR("Apply")));
    node_put(arena, entry, STR("apiVersion"), node_new_text(arena, takeover->api_version));
    node_put(arena, entry, STR("fieldsType"), node_new_text(arena, STR("FieldsV1")));
    node_put(arena, entry, STR("fieldsV1"), fields);
    return entry;
}

static void put_operation(struct arena *arena, struct node *patch, const char *op, const char *path,
                          struct node *value)
{
    struct node *operation = node_new(arena, NODE_MAP);
    node_put(arena, operation, STR("op"), node_new_text(arena, str_from(op)));
    node_put(arena, operation, STR("path"), node_new_text(arena, str_from(path)));
    if (value)
        node_put(arena, operation, STR("value"), value);
    node_add(patch, operation);
}

bool takeover_patch(struct arena *arena, const struct takeover *takeover, struct str *ret_patch)
{
    const struct node *metadata = node_get(takeover->live, STR("metadata"));
    const struct node *entries = node_get(metadata, STR("managedFields"));
    struct node *list = node_new(arena, NODE_LIST);
    struct node *fields = node_new(arena, NODE_MAP);
    size_t taken = 0;
    for (struct item it = list_first(entries); it.value; it = list_next(it)) {
        const bool takes = is_taken(takeover, it.value);
        taken += takes;
        if (takes || is_ours(takeover, it.value))
            merge(arena, fields, node_get(it.value, STR("fieldsV1")), 0);
        else
            node_add(list, node_copy(arena, it.value));
    }
    const struct str version = node_get_text(metadata, STR("resourceVersion"));
    if (!taken || !version.n)
        return false;
    const struct node *notes = node_get(metadata, STR("annotations"));
    struct node *patch = node_new(arena, NODE_LIST);
    node_add(list, our_entry(arena, takeover, fields));
    put_operation(arena, patch, "test", "/metadata/resourceVersion", node_new_text(arena, version));
    put_operation(arena, patch, "replace", "/metadata/managedFields", list);
    if (node_get(notes, STR(LAST_APPLIED)))
        put_operation(arena, patch, "remove",
                      "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration",
                      NULL);
    SCOPED(buf) struct buf out;
    buf_init(&out, LIMIT_ANSWER_BYTES);
    doc_write_json(&out, patch, 0);
    *ret_patch = str_dup(arena, buf_str(&out));
    return true;
}
