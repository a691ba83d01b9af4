/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.managedFields: who owns what. */
#include "apply/owned_internal.h"

#include "base/limits.h"

void managed_read(struct arena *arena, const struct node *live, struct managed *ret_managed)
{
    const struct node *list = node_get(node_get(live, STR("metadata")), STR("managedFields"));
    *ret_managed = (struct managed){0};
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct node *fields = node_get(it.value, STR("fieldsV1"));
        const struct managed_entry entry = {
            .manager = node_get_text(it.value, STR("manager")),
            .operation = node_get_text(it.value, STR("operation")),
            .subresource = node_get_text(it.value, STR("subresource")),
            .api_version = node_get_text(it.value, STR("apiVersion")),
            .time = node_get_text(it.value, STR("time")),
            .fields = node_kind(fields) == NODE_MAP ? fields : NULL,
        };
        VEC_PUSH(arena, ret_managed, entry);
    }
}

bool managed_is_applied_by(const struct managed_entry *entry, struct str manager)
{
    return str_eq(entry->manager, manager) && str_is(entry->operation, "Apply") &&
           !entry->subresource.n;
}

bool managed_has_below(const struct node *fields)
{
    return node_kind(fields) == NODE_MAP &&
           node_real(fields)->n > (node_get(fields, STR(".")) != NULL);
}

const struct node *trail_find(const struct node *fields, const struct trail *trail)
{
    if (!trail->up)
        return fields;
    const struct node *above = trail_find(fields, trail->up);
    if (!above || (trail->up->up && !managed_has_below(above)))
        return above;
    return node_get(above, trail->key);
}

const struct managed_entry *managed_owner(const struct managed *managed, struct str manager,
                                          const struct trail *trail)
{
    const struct managed_entry *latest = NULL;
    for (size_t i = 0; i < managed->n; i++) {
        const struct managed_entry *entry = &managed->items[i];
        if (!entry->fields || managed_is_applied_by(entry, manager) ||
            !trail_find(entry->fields, trail))
            continue;
        /* Times are of one form, so their texts compare as they do. */
        if (!latest || str_cmp(entry->time, latest->time) > 0)
            latest = entry;
    }
    return latest;
}

/* ---- entries of lists ---- */

static void write_value(struct buf *out, const struct node *value)
{
    if (node_kind(value) == NODE_STRING)
        jsonw_quote(out, node_text(value));
    else
        doc_write_json(out, value, 0);
}

/* The index of the name that comes after `last`; `n`: none. */
static size_t next_name(const struct list_keys *keys, struct str last)
{
    size_t next = keys->n;
    for (size_t i = 0; i < keys->n; i++)
        if ((!last.p || str_cmp(keys->names[i], last) > 0) &&
            (next == keys->n || str_cmp(keys->names[i], keys->names[next]) < 0))
            next = i;
    return next;
}

struct str owned_entry_key(struct arena *arena, const struct list_keys *keys,
                           const struct node *entry)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_FILE_BYTES);
    if (keys->n == 0) {
        if (!node_is_scalar(entry) || node_is_null(entry))
            return (struct str){0};
        buf_add_c(&out, "v:");
        write_value(&out, entry);
        return str_dup(arena, buf_str(&out));
    }
    struct str last = {0};
    buf_add_c(&out, "k:{");
    for (size_t i = next_name(keys, last); i < keys->n; i = next_name(keys, last)) {
        last = keys->names[i];
        const struct entry found = node_entry(entry, last);
        const struct node *value = found.value;
        if (!found.key)
            value = keys->list ? shape_key_default(arena, keys->list, last) : NULL;
        if (!value)
            continue;
        if (!node_is_scalar(value) || node_is_null(value))
            return (struct str){0};
        if (out.n > 3)
            buf_add_char(&out, ',');
        jsonw_quote(&out, last);
        buf_add_char(&out, ':');
        write_value(&out, value);
    }
    buf_add_char(&out, '}');
    return out.n > 4 ? str_dup(arena, buf_str(&out)) : (struct str){0};
}

static const struct node *read_key(struct arena *arena, struct str key)
{
    struct diags diags SCOPED(diags) = {0};
    struct doc doc;
    struct source *source =
        source_new(arena, STR("managedFields"), str_dup(arena, str_from_offset(key, 2)));
    if (doc_read_json(arena, source, &diags, &doc) < 0 || doc.broken)
        return NULL;
    return doc.root;
}

bool owned_keys_read(struct arena *arena, const struct node *fields, struct list_keys *ret_keys)
{
    *ret_keys = (struct list_keys){0};
    for (struct entry e = map_first(fields); e.key; e = map_next(e)) {
        const struct str key = node_text(e.key);
        if (str_starts(key, STR("v:")))
            return true;
        if (!str_starts(key, STR("k:")))
            continue;
        const struct node *root = read_key(arena, key);
        for (struct entry k = map_first(root); k.key; k = map_next(k)) {
            if (ret_keys->n == OWNED_KEYS_MAX)
                return false;
            ret_keys->names[ret_keys->n++] = node_text(k.key);
        }
        return ret_keys->n > 0;
    }
    return false;
}

struct str owned_entry_words(struct arena *arena, struct str key)
{
    struct buf out SCOPED(buf) = {0};
    const struct node *root = read_key(arena, key);
    buf_init(&out, LIMIT_PATH_BYTES);
    buf_add_char(&out, '[');
    for (struct entry e = map_first(root); e.key; e = map_next(e))
        buf_format(&out, "%s%.*s=%.*s", out.n > 1 ? "," : "", STR_FMT(node_text(e.key)),
                   STR_FMT(node_text(e.value)));
    if (node_is_scalar(root))
        write_value(&out, root);
    buf_add_char(&out, ']');
    return root ? str_dup(arena, buf_str(&out)) : (struct str){0};
}

/* ---- shapes ---- */

bool owned_shape_of(const struct owned_input *input, struct kind_info *ret_kind,
                    struct shape *ret_shape)
{
    struct str group, version;
    const struct str kind = node_get_text(input->want, STR("kind"));
    if (!input->view ||
        !api_version_split(node_get_text(input->want, STR("apiVersion")), &group, &version) ||
        schema_find_kind(input->view, group, version, kind, ret_kind) != KIND_SERVED)
        return false;
    *ret_shape = shape_of_kind(ret_kind, input->view->minor);
    return true;
}

bool owned_shape_below(const struct shape *shape, struct str name, unsigned depth,
                       struct shape *ret_below, bool *ret_declared)
{
    *ret_declared = true;
    if (shape)
        return shape_below(shape, name, ret_below, ret_declared);
    /* Every object has the same metadata. */
    *ret_below = (struct shape){.type = type_object_meta(), .minor = schema_minor_max()};
    return depth == 0 && str_is(name, "metadata");
}
