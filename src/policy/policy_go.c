/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object as Go writes it: policies see what a struct of k8s.io/api becomes in JSON again
 * (runtime.DefaultUnstructuredConverter). Zero scalars and empty lists and maps of optional fields
 * are gone, but for scalars behind a pointer; a few fields are there although they are not set.
 */
#include "base/limits.h"
#include "policy/policy_go_table.h"
#include "policy/policy_internal.h"

/* The last minor that writes the creationTimestamp of a template, which is null. */
enum { TIMES_WRITTEN = 33 };

struct go_writer {
    struct arena *arena;
    unsigned minor;
    unsigned depth;
};

static const struct node *write_value(struct go_writer *writer, const struct node *node,
                                      type_id type);

struct node *policy_shallow(struct arena *arena, const struct node *node)
{
    struct node *copy = arena_dup(arena, node_real(node), sizeof *copy);
    struct node **link = &copy->first;
    for (const struct node *child = node_real(node)->first; child; child = child->next) {
        *link = arena_dup(arena, child, sizeof *child);
        link = &(*link)->next;
    }
    copy->next = NULL;
    *link = NULL;
    return copy;
}

/* ---- fields ---- */

static bool is_pointer(struct str type, struct str field)
{
    for (size_t low = 0, high = ARRAY_LEN(go_pointers); low < high;) {
        const size_t middle = low + (high - low) / 2;
        const int order = str_cmp(str_from(go_pointers[middle].type), type);
        if (order == 0) {
            const struct str fields = str_from(go_pointers[middle].fields);
            const ptrdiff_t at = str_find(fields, field);
            return at > 0 && fields.p[at - 1] == ' ' && fields.p[(size_t)at + field.n] == ' ';
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* The tables are of stable versions. */
static bool is_told(struct str type)
{
    return str_find(type, STR("alpha")) < 0 && str_find(type, STR("beta")) < 0;
}

static bool is_always(struct str type, struct str field)
{
    for (size_t i = 0; i < ARRAY_LEN(go_always); i++)
        if (str_is(type, go_always[i].type) && str_is(field, go_always[i].field))
            return true;
    return false;
}

/* Whether Go leaves an entry of a struct out. */
static bool is_left_out(const struct field *field, struct str type, const struct node *value)
{
    const enum type_kind kind = (enum type_kind)type_get(field->type)->kind;
    const bool is_plain = kind == TYPE_LIST || kind == TYPE_MAP || kind == TYPE_STRING ||
                          kind == TYPE_BYTES || kind == TYPE_BOOL || kind == TYPE_INT32 ||
                          kind == TYPE_INT64;
    if (kind == TYPE_ANY)
        return false;
    if (node_is_null(value))
        return true;
    return is_plain && node_is_zero(value) && !field->required && is_told(type) &&
           !is_pointer(type, field_name(field)) && !is_always(type, field_name(field));
}

static struct node *new_zero(struct arena *arena, enum go_zero zero)
{
    switch (zero) {
    case GO_TEXT:
        return node_new_text(arena, (struct str){0});
    case GO_NUMBER:
        return node_new_i64(arena, 0);
    case GO_STRUCT:
        return node_new(arena, NODE_MAP);
    case GO_NULL:
        break;
    }
    return node_new(arena, NODE_NULL);
}

/* ---- the walk ---- */

struct go_copy {
    struct arena *arena;
    const struct node *written;
    struct node *copy; /* NULL: nothing changed yet */
};

static struct node *copy_of(struct go_copy *copy)
{
    if (!copy->copy)
        copy->copy = policy_shallow(copy->arena, copy->written);
    return copy->copy;
}

/* The i-th child, keys are children too. */
static void replace(struct go_copy *copy, size_t i, const struct node *value)
{
    struct node **link = &copy_of(copy)->first;
    while (i--)
        link = &(*link)->next;
    struct node *made = arena_dup(copy->arena, value, sizeof *made);
    made->next = (*link)->next;
    *link = made;
}

static void add_always(struct go_copy *copy, struct str type, unsigned minor)
{
    const struct node *written = copy->copy ? copy->copy : copy->written;
    if (minor <= TIMES_WRITTEN && str_is(type, "meta.v1.ObjectMeta") &&
        !node_entry(written, STR("creationTimestamp")).key)
        node_put(copy->arena, copy_of(copy), STR("creationTimestamp"),
                 node_new(copy->arena, NODE_NULL));
    for (size_t i = 0; i < ARRAY_LEN(go_always); i++) {
        const struct str field = str_from(go_always[i].field);
        const struct node *now = copy->copy ? copy->copy : copy->written;
        if (str_is(type, go_always[i].type) && !node_entry(now, field).key)
            node_put(copy->arena, copy_of(copy), field, new_zero(copy->arena, go_always[i].zero));
    }
}

static const struct node *write_struct(struct go_writer *writer, const struct node *node,
                                       const struct type *type)
{
    const struct str name = type_full_name(type);
    struct go_copy copy = {.arena = writer->arena, .written = node_real(node)};
    size_t child = 1;
    for (struct entry e = map_first(copy.written); e.key; e = map_next(e), child += 2) {
        const struct field *field = type_field(type, node_text(e.key), writer->minor);
        const struct node *now = field ? write_value(writer, e.written, field->type) : e.written;
        if (now != e.written)
            replace(&copy, child, now);
    }
    for (struct entry e = map_first(copy.written); e.key; e = map_next(e)) {
        const struct field *field = type_field(type, node_text(e.key), writer->minor);
        if (field && is_left_out(field, name, e.value))
            (void)node_remove(copy_of(&copy), node_text(e.key));
    }
    add_always(&copy, name, writer->minor);
    return copy.copy ? copy.copy : node;
}

static const struct node *write_items(struct go_writer *writer, const struct node *node,
                                      type_id element)
{
    struct go_copy copy = {.arena = writer->arena, .written = node_real(node)};
    const bool is_map = copy.written->kind == NODE_MAP;
    size_t i = 0;
    for (const struct node *child = copy.written->first; child; child = child->next, i++) {
        if (is_map && i % 2 == 0)
            continue;
        const struct node *now = write_value(writer, child, element);
        if (now != child)
            replace(&copy, i, now);
    }
    return copy.copy ? copy.copy : node;
}

/* As resource.Quantity prints itself; where it was written. */
static const struct node *write_quantity(struct go_writer *writer, const struct node *node)
{
    struct quantity quantity;
    const struct str text = node_text(node);
    if (quantity_of(node, &quantity))
        return node;
    const struct str shown = quantity_format(writer->arena, &quantity);
    if (str_eq(shown, text) && node_kind(node) == NODE_STRING)
        return node;
    struct node *made = node_new_text(writer->arena, shown);
    made->start = node->start;
    made->len = node->len;
    return made;
}

static const struct node *write_value(struct go_writer *writer, const struct node *node, type_id id)
{
    const struct type *type = type_get(id);
    const enum node_kind kind = node_kind(node);
    const struct node *now = node;
    if (type->kind == TYPE_QUANTITY)
        return write_quantity(writer, node);
    if (kind < NODE_LIST || writer->depth == LIMIT_DEPTH)
        return node;
    writer->depth++;
    if (type->kind == TYPE_STRUCT && kind == NODE_MAP)
        now = write_struct(writer, node, type);
    else if ((type->kind == TYPE_LIST && kind == NODE_LIST) ||
             (type->kind == TYPE_MAP && kind == NODE_MAP))
        now = write_items(writer, node, type->element);
    writer->depth--;
    return now;
}

const struct node *policy_as_go(struct arena *arena, unsigned minor, const struct node *value,
                                type_id type)
{
    struct go_writer writer = {.arena = arena, .minor = minor};
    return value ? write_value(&writer, value, type) : NULL;
}
