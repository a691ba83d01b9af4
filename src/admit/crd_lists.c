/* SPDX-License-Identifier: Apache-2.0 */
/* x-kubernetes-list-type, x-kubernetes-list-map-keys and x-kubernetes-map-type in a CRD. */
#include "admit/crd.h"

static void check_map_list(struct crd *crd, const struct crd_step *step,
                           const struct crd_schema *schema, const struct crd_step *items_step,
                           const struct crd_schema *items);
static void check_set(struct crd *crd, const struct crd_step *items_step,
                      const struct crd_schema *items);

static bool is_true(const struct node *node)
{
    return node_kind(node) == NODE_BOOL && node_bool(node);
}

static void check_types(struct crd *crd, const struct crd_step *step,
                        const struct crd_schema *schema, struct str list_type)
{
    static const char *const list_types[] = {"atomic", "set", "map"};
    static const char *const map_types[] = {"atomic", "granular"};
    const struct str map_type = node_text(schema->at[KW_X_MAP_TYPE]);
    if (schema->at[KW_X_MAP_TYPE] && !str_is(schema->type, "object"))
        crd_schema_report(crd, step, KW_TYPE,
                          "type must be object where x-kubernetes-map-type is set");
    if (schema->at[KW_X_MAP_TYPE] && !str_is_one_of(map_type, map_types, ARRAY_LEN(map_types)))
        crd_schema_report(crd, step, KW_X_MAP_TYPE,
                          "x-kubernetes-map-type must be atomic or granular");
    if (schema->at[KW_X_LIST_TYPE] && !str_is(schema->type, "array"))
        crd_schema_report(crd, step, KW_TYPE,
                          "type must be array where x-kubernetes-list-type is set");
    if (schema->at[KW_X_LIST_TYPE] && !str_is_one_of(list_type, list_types, ARRAY_LEN(list_types)))
        crd_schema_report(crd, step, KW_X_LIST_TYPE,
                          "x-kubernetes-list-type must be atomic, set or map");
}

void crd_check_lists(struct crd *crd, const struct crd_step *step, const struct crd_schema *schema)
{
    const struct str list_type = node_text(schema->at[KW_X_LIST_TYPE]);
    const bool is_map = str_is(list_type, "map");
    const bool is_set = str_is(list_type, "set");
    const struct entry entry = node_entry(schema->node, STR("items"));
    const struct crd_step items_step = {
        .path = {.up = &step->path, .name = STR("items"), .node = entry.value},
        .key = entry.key ? node_span(entry.key) : step->key,
    };
    struct crd_schema items;
    check_types(crd, step, schema, list_type);
    if (!crd_is_zero(schema->at[KW_X_LIST_MAP_KEYS]) && !is_map)
        crd_schema_report(crd, step, KW_X_LIST_TYPE,
                          "x-kubernetes-list-type must be map where x-kubernetes-list-map-keys is "
                          "set");
    if (is_map && crd_is_zero(schema->at[KW_X_LIST_MAP_KEYS]))
        crd_schema_report(crd, step, KW_X_LIST_MAP_KEYS,
                          "x-kubernetes-list-type map needs x-kubernetes-list-map-keys");
    if (is_map && !schema->at[KW_ITEMS])
        crd_schema_report(crd, step, KW_ITEMS, "x-kubernetes-list-type map needs items");
    if ((!is_map && !is_set) || !crd_schema_read(schema->at[KW_ITEMS], &items))
        return;
    if (items.nullable)
        crd_schema_report(crd, &items_step, KW_NULLABLE,
                          "items of a list of type %s must not be nullable",
                          is_map ? "map" : "set");
    if (is_map)
        check_map_list(crd, step, schema, &items_step, &items);
    else if (str_is(schema->type, "array"))
        check_set(crd, &items_step, &items);
}

static void check_set(struct crd *crd, const struct crd_step *items_step,
                      const struct crd_schema *items)
{
    if (str_is(items->type, "array") && items->at[KW_X_LIST_TYPE] &&
        !str_is(node_text(items->at[KW_X_LIST_TYPE]), "atomic"))
        crd_schema_report(crd, items_step, KW_X_LIST_TYPE,
                          "lists in a list of type set must have x-kubernetes-list-type atomic");
    if (str_is(items->type, "object") && !str_is(node_text(items->at[KW_X_MAP_TYPE]), "atomic"))
        crd_schema_report(crd, items_step, KW_X_MAP_TYPE,
                          "objects in a list of type set must have x-kubernetes-map-type atomic");
}

static bool requires(const struct crd_schema *schema, struct str name)
{
    for (struct item it = list_first(schema->at[KW_REQUIRED]); it.value; it = list_next(it))
        if (str_eq(node_text(it.value), name))
            return true;
    return false;
}

static void check_map_key(struct crd *crd, const struct crd_step *items_step,
                          const struct crd_schema *items, const struct entry *property)
{
    struct crd_schema key;
    const struct str name = node_text(property->key);
    const struct path map = {.up = &items_step->path, .name = STR("properties")};
    const struct crd_step step = {
        .path = {.up = &map, .name = name, .is_key = true, .node = property->value},
        .key = node_span(property->key),
    };
    if (!crd_schema_read(property->value, &key))
        return;
    if (str_is(items->type, "object") && (str_is(key.type, "array") || str_is(key.type, "object")))
        crd_schema_report(crd, &step, KW_TYPE, "a key of a list of type map must be a scalar");
    if (!requires(items, name) && !key.at[KW_DEFAULT])
        crd_schema_report(crd, &step, KW_DEFAULT,
                          "a key of a list of type map must be required or have a default");
    if (is_true(key.at[KW_NULLABLE]))
        crd_schema_report(crd, &step, KW_NULLABLE,
                          "a key of a list of type map must not be nullable");
}

static void check_map_list(struct crd *crd, const struct crd_step *step,
                           const struct crd_schema *schema, const struct crd_step *items_step,
                           const struct crd_schema *items)
{
    struct map seen = {.arena = crd->ctx->arena};
    const bool is_object = str_is(items->type, "object");
    if (!is_object)
        crd_schema_report(crd, items_step, KW_TYPE,
                          "items of a list of type map must be of type object");
    for (struct item it = list_first(schema->at[KW_X_LIST_MAP_KEYS]); it.value;
         it = list_next(it)) {
        const struct str name = node_text(it.value);
        const struct entry property = node_entry(items->at[KW_PROPERTIES], name);
        if (property.key)
            check_map_key(crd, items_step, items, &property);
        else if (is_object)
            crd_schema_report(
                crd, step, KW_X_LIST_MAP_KEYS,
                "x-kubernetes-list-map-keys names %.*s, which is no property of items",
                STR_FMT(diag_quote(crd->ctx->arena, name)));
        if (is_object && map_put(&seen, name, &seen))
            crd_schema_report(crd, step, KW_X_LIST_MAP_KEYS,
                              "x-kubernetes-list-map-keys names %.*s twice",
                              STR_FMT(diag_quote(crd->ctx->arena, name)));
    }
}
