/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The versions of a CRD. The server moves schema, subresources, columns and selectable fields that
 * all versions have in common to spec before it looks at them, and so do the fields of findings.
 */
#include "admit/crd.h"

#include "base/utf8.h"

enum {
    WARNING_MAX = 256,
    SELECTABLE_MAX = 8,
};

/* A part that may stand once for all versions. order: part_names */
enum part {
    PART_SCHEMA,
    PART_SUBRESOURCES,
    PART_COLUMNS,
    PART_SELECTABLE,
    PART_COUNT,
};

static const struct {
    struct str name;
    const char *common; /* what it is called in spec */
} part_names[PART_COUNT] = {
    {{"schema", 6}, "validation"},
    {{"subresources", 12}, "subresources"},
    {{"additionalPrinterColumns", 24}, "additionalPrinterColumns"},
    {{"selectableFields", 16}, "selectableFields"},
};

/* Where the parts of one version, or those of all, stand. */
struct holder {
    const struct path *up;
    const struct node *version;
    struct span key;
    bool common;
    bool has_status;
};

static void check_part(struct crd *crd, const struct holder *holder, enum part part);
static void check_subresources(struct crd *crd, const struct path *path);
static void check_columns(struct crd *crd, const struct path *path);
static void check_selectable(struct crd *crd, const struct holder *holder, const struct path *path,
                             struct span key);

static const struct node *get_part(const struct node *version, enum part part)
{
    const struct node *value = node_get(version, part_names[part].name);
    const bool empty = node_kind(value) == NODE_LIST && node_real(value)->n == 0;
    return node_is_null(value) || empty ? NULL : node_real(value);
}

static bool is_common(const struct node *versions, enum part part)
{
    const struct node *first = get_part(node_at(versions, 0), part);
    for (struct item it = list_first(versions); it.value; it = list_next(it)) {
        const struct node *here = get_part(it.value, part);
        if (here != first && (!here || !first || !node_equal(here, first)))
            return false;
    }
    return true;
}

static bool has_status(const struct node *version)
{
    return !node_is_null(node_get(get_part(version, PART_SUBRESOURCES), STR("status")));
}

static bool any_status(const struct node *versions)
{
    for (struct item it = list_first(versions); it.value; it = list_next(it))
        if (has_status(it.value))
            return true;
    return false;
}

/* ---- the list ---- */

/* The server starts status.storedVersions with the first version that is stored, and crosses out
 * the name with the first version that has it, stored or not. */
static bool is_storage_lost(const struct node *versions, struct str first, bool any)
{
    bool is_listed = any;
    for (struct item it = list_first(versions); it.value; it = list_next(it)) {
        const bool is_it = is_listed && str_eq(node_get_text(it.value, STR("name")), first);
        if (node_bool(node_get(it.value, STR("storage"))) && !is_it)
            return true;
        is_listed = is_listed && !is_it;
    }
    return !any;
}

static void check_storage(struct crd *crd, const struct path *list, struct span key)
{
    unsigned stored = 0;
    struct str first = {0};
    for (struct item it = list_first(list->node); it.value; it = list_next(it))
        if (node_bool(node_get(it.value, STR("storage"))) && !stored++)
            first = node_get_text(it.value, STR("name"));
    if (stored != 1)
        diag_add_path(crd->ctx->diags, RULE_API_INVALID_VALUE, key, list,
                      "spec.versions must have exactly one version with storage: true, not %u",
                      stored);
    const struct path root = {.node = crd->admitted->value};
    const struct path status = {.up = &root, .name = STR("status")};
    const struct path versions = {.up = &status, .name = STR("storedVersions")};
    if (is_storage_lost(list->node, first, stored > 0))
        diag_add_path(crd->ctx->diags, RULE_API_INVALID_VALUE, key, &versions,
                      "status.storedVersions, which the server makes of spec.versions, must have "
                      "the one with storage: true");
}

static bool is_printable(uint32_t rune)
{
    static const struct {
        uint32_t from, to;
    } hidden[] = {{0, 0x1f},        {0x7f, 0xa0},     {0xad, 0xad},     {0x1680, 0x1680},
                  {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},
                  {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xe0000, UINT32_MAX}};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
        if (rune >= hidden[i].from && rune <= hidden[i].to)
            return false;
    return true;
}

static const char *warning_error(struct str text, bool deprecated)
{
    if (!deprecated)
        return "is only for versions with deprecated: true";
    if (text.n > WARNING_MAX)
        return "must have at most 256 bytes";
    if (text.n == 0)
        return "must not be empty";
    for (size_t at = 0; at < text.n;)
        if (!is_printable(utf8_next(text, &at)))
            return "must have printable characters only";
    return NULL;
}

/* The server copies the name of the first version into a field of old. */
static void report_old_version(struct crd *crd, const struct path *spec, const struct node *name,
                               const char *error)
{
    const struct path path = {.up = spec, .name = STR("version"), .node = name};
    diag_add_path(crd->ctx->diags, RULE_API_INVALID_VALUE, node_span(name), &path,
                  "spec.version, which the server makes of the first version's name, %s", error);
}

static void check_version(struct crd *crd, const struct path *path, struct span key,
                          struct map *names, bool needs_schema)
{
    const struct node *version = path->node;
    const struct node *name = node_get(version, STR("name"));
    const struct node *warning = node_get(version, STR("deprecationWarning"));
    const bool named = node_is_null(name) || node_kind(name) == NODE_STRING;
    const char *error = named ? format_dns1035_label(node_text(name)) : NULL;
    if (named && node_text(name).n == 0)
        crd_required(crd, path, version, "name", key);
    else if (error)
        crd_report(crd, RULE_API_INVALID_VALUE, path, version, "name", key, "%s", error);
    if (error && path->index == 0 && node_text(name).n)
        report_old_version(crd, path->up->up, name, error);
    if (named && map_put(names, node_text(name), names))
        diag_add_path(crd->ctx->diags, RULE_API_INVALID_VALUE, node_span(name ? name : version),
                      path->up, "spec.versions has two versions of one name");
    if (node_kind(warning) == NODE_STRING &&
        (error =
             warning_error(node_text(warning), node_bool(node_get(version, STR("deprecated"))))))
        crd_report(crd, RULE_API_INVALID_VALUE, path, version, "deprecationWarning", key, "%s",
                   error);
    const struct entry schema = node_entry(version, STR("schema"));
    const struct path schema_path = {.up = path, .name = STR("schema"), .node = schema.value};
    if (needs_schema && node_is_null(node_get(schema.value, STR("openAPIV3Schema"))))
        crd_required(crd, &schema_path, schema.value, "openAPIV3Schema",
                     schema.key ? node_span(schema.key) : key);
}

static void check_list(struct crd *crd, const struct path *list, const bool *common)
{
    struct map names = {.arena = crd->ctx->arena};
    const bool shared = common[PART_SCHEMA] && get_part(node_at(list->node, 0), PART_SCHEMA);
    const bool needs_schema =
        !shared || node_is_null(node_get(get_part(node_at(list->node, 0), PART_SCHEMA),
                                         STR("openAPIV3Schema")));
    for (struct item it = list_first(list->node); it.value; it = list_next(it)) {
        const struct path path = {.up = list, .index = it.index, .node = it.value};
        const struct entry name = node_entry(it.value, STR("name"));
        const struct holder holder = {
            .up = &path,
            .version = it.value,
            .key = node_span(name.key ? name.written : it.written),
            .has_status = has_status(it.value),
        };
        if (node_kind(it.value) != NODE_MAP && node_kind(it.value) != NODE_NULL)
            continue;
        check_version(crd, &path, holder.key, &names, needs_schema);
        for (unsigned part = 0; part < PART_COUNT; part++)
            if (!common[part])
                check_part(crd, &holder, (enum part)part);
    }
}

void crd_check_versions(struct crd *crd)
{
    const struct path root = {.node = crd->admitted->value};
    const struct path spec = {.up = &root, .name = STR("spec"), .node = crd->spec};
    const struct entry entry = node_entry(crd->spec, STR("versions"));
    const struct path list = {.up = &spec, .name = STR("versions"), .node = entry.value};
    const struct entry spec_entry = node_entry(root.node, STR("spec"));
    const struct entry kind = node_entry(root.node, STR("kind"));
    const struct span key = node_span(entry.key        ? entry.key
                                      : spec_entry.key ? spec_entry.key
                                                       : kind.written);
    bool common[PART_COUNT];
    if (!node_is_null(entry.value) && node_kind(entry.value) != NODE_LIST)
        return;
    check_storage(crd, &list, key);
    if (node_is_null(entry.value) || node_real(entry.value)->n == 0)
        return;
    for (unsigned part = 0; part < PART_COUNT; part++)
        common[part] = is_common(entry.value, (enum part)part);
    check_list(crd, &list, common);
    const struct node *first = node_at(entry.value, 0);
    const struct holder holder = {.up = &spec,
                                  .version = first,
                                  .key = key,
                                  .common = true,
                                  .has_status = any_status(entry.value)};
    for (unsigned part = 0; part < PART_COUNT; part++)
        if (common[part])
            check_part(crd, &holder, (enum part)part);
}

/* ---- parts ---- */

static void check_part(struct crd *crd, const struct holder *holder, enum part part)
{
    const struct entry entry = node_entry(holder->version, part_names[part].name);
    const struct path path = {.up = holder->up,
                              .name = holder->common ? str_from(part_names[part].common)
                                                     : part_names[part].name,
                              .node = entry.value};
    const struct entry schema = node_entry(entry.value, STR("openAPIV3Schema"));
    if (node_is_null(entry.value))
        return;
    switch (part) {
    case PART_SCHEMA:
        crd->version = node_get_text(holder->version, STR("name"));
        if (schema.key)
            crd_check_schema(crd, &path, schema.value, node_span(schema.key), holder->has_status);
        break;
    case PART_SUBRESOURCES:
        check_subresources(crd, &path);
        break;
    case PART_COLUMNS:
        check_columns(crd, &path);
        break;
    case PART_SELECTABLE:
        check_selectable(crd, holder, &path, node_span(entry.key));
        break;
    case PART_COUNT:
        break;
    }
}

struct scale_path {
    const char *name;
    const char *field; /* as the server writes it, in one piece */
    const char *want;
    struct str roots[2];
    bool required;
};

static void check_scale_path(struct crd *crd, const struct path *subresources,
                             const struct node *scale, struct span key,
                             const struct scale_path *want)
{
    const struct node *node = node_get(scale, str_from(want->name));
    const struct str text = node_text(node);
    if (!node_is_null(node) && node_kind(node) != NODE_STRING)
        return;
    if (text.n == 0) {
        if (want->required)
            crd_report(crd, RULE_API_REQUIRED, subresources, scale, want->field, key,
                       "is required");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(want->roots); i++)
        if (want->roots[i].n && str_starts(text, want->roots[i]))
            return;
    crd_report(crd, RULE_API_INVALID_VALUE, subresources, scale, want->field, key, "must %s",
               want->want);
}

static void check_subresources(struct crd *crd, const struct path *path)
{
    static const struct scale_path paths[] = {
        {"specReplicasPath", "scale.specReplicasPath", "start with .spec.", {{".spec.", 6}}, true},
        {"statusReplicasPath",
         "scale.statusReplicasPath",
         "start with .status.",
         {{".status.", 8}},
         true},
        {"labelSelectorPath",
         "scale.labelSelectorPath",
         "start with .spec. or .status.",
         {{".spec.", 6}, {".status.", 8}},
         false},
    };
    const struct entry scale = node_entry(path->node, STR("scale"));
    if (node_kind(scale.value) != NODE_MAP)
        return;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        check_scale_path(crd, path, scale.value, node_span(scale.key), &paths[i]);
}

static void check_column(struct crd *crd, const struct path *path, struct span key)
{
    static const char *const types[] = {"integer", "number", "string", "boolean", "date"};
    static const char *const formats[] = {"int32", "int64", "float",     "double",
                                          "byte",  "date",  "date-time", "password"};
    const struct node *column = path->node;
    const struct str type = node_get_text(column, STR("type"));
    const struct str format = node_get_text(column, STR("format"));
    const struct entry json = node_entry(column, STR("jsonPath"));
    if (node_is_null(node_get(column, STR("name"))) ||
        (node_kind(node_get(column, STR("name"))) == NODE_STRING &&
         node_get_text(column, STR("name")).n == 0))
        crd_required(crd, path, column, "name", key);
    if (type.n == 0 && (node_is_null(node_get(column, STR("type"))) ||
                        node_kind(node_get(column, STR("type"))) == NODE_STRING))
        crd_required(crd, path, column, "type", key);
    else if (type.n && !str_is_one_of(type, types, ARRAY_LEN(types)))
        crd_report(crd, RULE_API_INVALID_VALUE, path, column, "type", key,
                   "must be boolean, date, integer, number or string, not \"%.*s\"",
                   STR_FMT(diag_quote(crd->ctx->arena, type)));
    if (format.n && !str_is_one_of(format, formats, ARRAY_LEN(formats)))
        crd_report(crd, RULE_API_INVALID_VALUE, path, column, "format", key,
                   "must be byte, date, date-time, double, float, int32, int64 or password");
    if (!node_is_null(json.value) && node_kind(json.value) != NODE_STRING)
        return;
    const struct path json_path = {.up = path, .name = STR("JSONPath"), .node = json.value};
    if (node_text(json.value).n == 0)
        diag_add_path(crd->ctx->diags, RULE_API_REQUIRED, json.key ? node_span(json.written) : key,
                      &json_path, "a column needs a jsonPath like .spec.size");
    else if (node_text(json.value).p[0] != '.')
        diag_add_path(crd->ctx->diags, RULE_API_INVALID_VALUE, node_span(json.written), &json_path,
                      "the jsonPath of a column must start with '.'");
}

static void check_columns(struct crd *crd, const struct path *path)
{
    for (struct item it = list_first(path->node); it.value; it = list_next(it)) {
        const struct path column = {.up = path, .index = it.index, .node = it.value};
        const struct entry name = node_entry(it.value, STR("name"));
        if (node_kind(it.value) == NODE_MAP || node_is_null(it.value))
            check_column(crd, &column, node_span(name.key ? name.written : it.written));
    }
}

/* ---- selectable fields ---- */

static bool is_selectable(const struct node *schema)
{
    static const char *const types[] = {"string", "boolean", "integer"};
    return str_is_one_of(node_get_text(schema, STR("type")), types, ARRAY_LEN(types));
}

static void check_selectable_field(struct crd *crd, const struct path *path,
                                   const struct node *schema, struct map *seen, struct span key)
{
    const struct node *json = node_get(path->node, STR("jsonPath"));
    const struct str text = node_text(json);
    struct str first;
    const struct node *found;
    if (!node_is_null(json) && node_kind(json) != NODE_STRING)
        return;
    if (text.n == 0) {
        crd_required(crd, path, path->node, "jsonPath", key);
        return;
    }
    const char *error = crd_field_path(crd->ctx->arena, schema, text, false, &first, &found);
    if (!error && str_is(first, "metadata"))
        error = "must not lead into metadata";
    if (!error && !is_selectable(found))
        error = "must lead to a string, a boolean or an integer";
    if (error)
        crd_report(crd, RULE_API_INVALID_VALUE, path, path->node, "jsonPath", key, "%s", error);
    else if (map_put(seen, text, seen))
        crd_report(crd, RULE_API_DUPLICATE_VALUE, path, path->node, "jsonPath", key,
                   "is selectable already");
}

static void check_selectable(struct crd *crd, const struct holder *holder, const struct path *path,
                             struct span key)
{
    struct map seen = {.arena = crd->ctx->arena};
    const struct node *schema =
        node_get(get_part(holder->version, PART_SCHEMA), STR("openAPIV3Schema"));
    if (node_kind(path->node) != NODE_LIST || node_kind(schema) != NODE_MAP)
        return;
    for (struct item it = list_first(path->node); it.value; it = list_next(it)) {
        const struct path item = {.up = path, .index = it.index, .node = it.value};
        check_selectable_field(crd, &item, schema, &seen, node_span(it.written));
    }
    if (seen.n > SELECTABLE_MAX)
        diag_add_path(crd->ctx->diags, RULE_API_TOO_MANY, key, path,
                      "%zu selectable fields are too many, at most %d are allowed", seen.n,
                      SELECTABLE_MAX);
}
