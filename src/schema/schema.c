/* SPDX-License-Identifier: Apache-2.0 */
/* Minors, types and fields: reads the compiled table. */
#include "schema/schema.h"
#include "base/ascii.h"
#include "schema/schema_table.h"

unsigned schema_minor_min(void)
{
    return schema_info.minor_min;
}

unsigned schema_minor_max(void)
{
    return schema_info.minor_max;
}

/* Takes the digits off the front; false when there are none or too many for a minor. */
static bool take_number(struct str *text, unsigned *ret_number)
{
    unsigned number = 0;
    size_t n = 0;
    while (n < text->n && n < 4 && ascii_is_digit(text->p[n]))
        number = number * 10 + (unsigned)(text->p[n++] - '0');
    *text = str_from_offset(*text, n);
    *ret_number = number;
    return n > 0;
}

/* The rest of a version after major and minor: nothing, .2, or .2 and a pre-release or build. */
static bool is_patch(struct str rest)
{
    unsigned patch;
    if (rest.n == 0)
        return true;
    if (rest.p[0] != '.')
        return false;
    rest = str_from_offset(rest, 1);
    return take_number(&rest, &patch) && (rest.n == 0 || rest.p[0] == '-' || rest.p[0] == '+');
}

bool schema_minor_parse(struct str text, unsigned *ret_minor)
{
    unsigned major;
    unsigned minor;
    struct str rest = str_trim(text);
    if (str_starts(rest, STR("v")))
        rest = str_from_offset(rest, 1);
    if (!take_number(&rest, &major))
        return false;
    if (rest.n == 0 && major != 1) {
        minor = major;
    } else {
        if (major != 1 || !str_starts(rest, STR(".")))
            return false;
        rest = str_from_offset(rest, 1);
        if (!take_number(&rest, &minor) || !is_patch(rest))
            return false;
    }
    if (minor >= 64 || !(schema_info.minors & (uint64_t)1 << minor))
        return false;
    *ret_minor = minor;
    return true;
}

const struct type *type_get(type_id id)
{
    if (id >= schema_info.type_count)
        BUG("there is no type %u", id);
    return &schema_types[id];
}

struct str type_name(const struct type *type)
{
    return table_str(type->name);
}

struct str type_full_name(const struct type *type)
{
    return table_str(type->full_name);
}

bool type_is_zero(enum type_kind kind, const struct node *value)
{
    if (node_is_null(value))
        return true;
    /* quantities and int-or-strings are structs in Go, and any text is a value of theirs */
    return kind != TYPE_STRUCT && kind != TYPE_QUANTITY && kind != TYPE_INT_OR_STRING &&
           node_is_zero(value);
}

type_id type_find(struct str full_name)
{
    for (size_t i = 0; i < schema_info.type_count; i++) {
        const struct type *type = &schema_types[i];
        if (type->kind == TYPE_STRUCT && str_eq(table_str(type->full_name), full_name))
            return (type_id)i;
    }
    return 0;
}

type_id type_object_meta(void)
{
    return schema_info.object_meta;
}

bool field_is_in(const struct field *field, unsigned minor)
{
    return minor >= field->since && minor <= field->until;
}

/* Of the variants that start here with one name, the one of a minor. */
static const struct field *pick_variant(const struct type *type, const struct field *first,
                                        unsigned minor)
{
    const struct field *end = schema_fields + type->first_field + type->field_count;
    for (const struct field *field = first; field < end && field->name == first->name; field++) {
        if (field_is_in(field, minor))
            return field;
    }
    return NULL;
}

const struct field *type_field(const struct type *type, struct str name, unsigned minor)
{
    type_id id = (type_id)(type - schema_types);
    for (uint32_t slot = field_hash(id, name);; slot++) {
        uint32_t place = schema_slots[slot & schema_info.slot_mask];
        if (place == 0)
            return NULL;
        uint32_t index = place - 1;
        if (index - type->first_field < type->field_count &&
            str_eq(table_str(schema_fields[index].name), name))
            return pick_variant(type, &schema_fields[index], minor);
    }
}

const struct field *type_field_at(const struct type *type, size_t i)
{
    return i < type->field_count ? &schema_fields[type->first_field + i] : NULL;
}

struct str field_name(const struct field *field)
{
    return table_str(field->name);
}

static size_t read_list(uint16_t index, struct str *out, size_t max)
{
    size_t n = schema_lists[index];
    for (size_t i = 0; i < n && i < max; i++)
        out[i] = table_str(schema_lists[index + 1 + i]);
    return MIN_OF(n, max);
}

size_t field_enum(const struct field *field, struct str *out, size_t max)
{
    return read_list(field->enumeration, out, max);
}

size_t field_map_keys(const struct field *field, struct str *out, size_t max)
{
    return read_list(field->map_keys, out, max);
}
