/* SPDX-License-Identifier: Apache-2.0 */
/* What Go's decoder says of a typed object that a mutation made: the words of encoding/json, and of
 * apimachinery's runtime.FromUnstructured. */
#include "base/ascii.h"
#include "base/base64.h"
#include "policy/policy_internal.h"
#include "schema/schema_table.h"

/* How Go calls what stands there, when the field is of another type. */
static const char *value_name(const struct node *node)
{
    switch (node_kind(node)) {
    case NODE_BOOL:
        return "bool";
    case NODE_LIST:
        return "array";
    case NODE_MAP:
        return "object";
    case NODE_INT:
    case NODE_UINT:
    case NODE_FLOAT:
        return "number";
    case NODE_NULL:
    case NODE_STRING:
    case NODE_ALIAS:
        break;
    }
    return "string";
}

/* The declared type as Go names it; of named texts it is only known that they are text. */
static struct str go_type(struct arena *arena, const struct type *type)
{
    static const struct {
        enum type_kind kind;
        const char *name;
    } scalars[] = {{TYPE_BOOL, "bool"},      {TYPE_INT32, "int32"},   {TYPE_INT64, "int64"},
                   {TYPE_DOUBLE, "float64"}, {TYPE_STRING, "string"}, {TYPE_BYTES, "[]uint8"}};
    for (size_t i = 0; i < ARRAY_LEN(scalars); i++)
        if (type->kind == scalars[i].kind)
            return str_from(scalars[i].name);
    if (type->kind == TYPE_STRUCT) {
        const struct str name = table_str(type->full_name);
        return str_from_offset(name, (size_t)(str_find_char(name, '.') + 1));
    }
    if (type->kind != TYPE_LIST && type->kind != TYPE_MAP)
        return (struct str){0};
    const struct str element = go_type(arena, type_get(type->element));
    return element.n ? str_format(arena, "%s%.*s", type->kind == TYPE_LIST ? "[]" : "map[string]",
                                  STR_FMT(element))
                     : element;
}

/* What only a text can be wrong about, or "". */
static struct str text_error(struct arena *arena, enum type_kind kind, const struct node *node,
                             bool merges)
{
    const struct str text = node_text(node);
    bool has_year = text.n > 3;
    for (size_t i = 0; has_year && i < 4; i++)
        has_year = ascii_is_digit(text.p[i]);
    if (node_kind(node) != NODE_STRING)
        return (struct str){0};
    if (kind == TYPE_BYTES)
        return str_format(arena, "%sillegal base64 data at input byte %td",
                          merges ? "error decoding from json: " : "", base64_check(text));
    if (kind == TYPE_TIME && !has_year)
        return str_format(arena,
                          "parsing time \"%.*s\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
                          "\"%.*s\" as \"2006\"",
                          STR_FMT(text), STR_FMT(text));
    if (kind == TYPE_QUANTITY)
        return STR("quantities must match the regular expression "
                   "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    return (struct str){0};
}

/* A field as Go writes it, without what is in lists and maps; and what it is declared as. */
struct go_field {
    struct str path;
    const struct type *in; /* the struct that declares it */
    const struct type *type;
};

static bool find_field(struct arena *arena, const struct admitted *admitted, struct str field,
                       unsigned minor, struct go_field *ret_field)
{
    const struct type *type = type_get(admitted->kind.type);
    *ret_field = (struct go_field){0};
    while (field.n) {
        size_t end = 0;
        while (end < field.n && field.p[end] != '.' && field.p[end] != '[')
            end++;
        const struct field *found = type_field(type, str_sub(field, 0, end), minor);
        if (!found)
            return false;
        ret_field->in = type;
        ret_field->path = str_format(arena, "%.*s%s%.*s", STR_FMT(ret_field->path),
                                     ret_field->path.n ? "." : "", (int)end, field.p);
        type = type_get(found->type);
        field = str_from_offset(field, end);
        while (field.n && field.p[0] == '[') {
            const ptrdiff_t close = str_find_char(field, ']');
            if (close < 0)
                return false;
            type = type_get(type->element);
            field = str_from_offset(field, (size_t)close + 1);
        }
        if (field.n && field.p[0] == '.')
            field = str_from_offset(field, 1);
    }
    ret_field->type = type;
    return ret_field->in != NULL;
}

static struct str type_error(struct arena *arena, const struct admitted *admitted,
                             const struct diag *diag, unsigned minor, bool merges)
{
    const struct node *node = path_find(admitted->object->root, diag->field).value;
    const struct str message = str_format(arena, "%.*s", STR_FMT(diag->message));
    struct go_field field;
    if (!node || !find_field(arena, admitted, diag->field, minor, &field))
        return message;
    const enum type_kind wanted = (enum type_kind)field.type->kind;
    const struct str name = go_type(arena, field.type);
    struct str text = text_error(arena, wanted, node, merges);
    if (!text.n && !name.n)
        return message;
    if (!text.n && merges)
        text =
            str_format(arena, "cannot convert %s to %.*s",
                       node_kind(node) == NODE_FLOAT ? "float64" : value_name(node), STR_FMT(name));
    const struct kind_info *kind = &admitted->kind;
    if (merges)
        return str_format(
            arena, "unable to convert unstructured object to %.*s/%.*s, Kind=%.*s: %.*s",
            STR_FMT(kind->group), STR_FMT(kind->version), STR_FMT(kind->kind), STR_FMT(text));
    if (text.n)
        return text;
    const bool is_number = (wanted == TYPE_INT32 || wanted == TYPE_INT64) &&
                           str_is(str_from(value_name(node)), "number");
    const struct str digits = is_number ? node_text(node) : (struct str){0};
    return str_format(arena,
                      "json: cannot unmarshal %s%s%.*s into Go struct field %.*s.%.*s of type %.*s",
                      value_name(node), is_number ? " " : "", STR_FMT(digits),
                      STR_FMT(type_name(field.in)), STR_FMT(field.path), STR_FMT(name));
}

/* Whether the object still says what it is, as text or not at all. */
struct str policy_kind_error(struct arena *arena, const struct node *root)
{
    static const char *const names[] = {"apiVersion", "kind"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct node *node = node_get(root, str_from(names[i]));
        if (!node_is_null(node) && node_kind(node) != NODE_STRING)
            return str_format(arena,
                              "couldn't get version/kind; json parse error: json: cannot unmarshal "
                              "%s into Go struct field .%s of type string",
                              value_name(node), names[i]);
    }
    return (struct str){0};
}

struct str policy_decode_error(struct arena *arena, const struct admitted *admitted,
                               const struct diags *found, unsigned minor, bool merges)
{
    struct str text = {0};
    for (size_t i = 0; i < found->n; i++) {
        const struct diag *diag = &found->items[i];
        if (diag->severity != SEVERITY_ERROR)
            continue;
        if (diag->rule != rule_get(RULE_API_UNKNOWN_FIELD))
            return type_error(arena, admitted, diag, minor, merges);
        text = str_format(arena, "%.*s%sunknown field \"%.*s\"", STR_FMT(text), text.n ? ", " : "",
                          STR_FMT(diag->field));
    }
    return text.n ? str_format(arena, "strict decoding error: %.*s", STR_FMT(text))
                  : STR("what the patch gives does not decode");
}
