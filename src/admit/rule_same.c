/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing values by their Go type. */
#include "admit/rule_same.h"

#include "base/limits.h"

struct comparing {
    const struct same_but *but;
    unsigned depth;
};

static bool same(struct comparing *c, type_id type, const struct node *a, const struct node *b);

static bool is_ignored(const struct comparing *c, const struct type *type, struct str field)
{
    for (const struct same_but *but = c->but; but && but->type; but++)
        if (str_is(field, but->field) && str_is(type_name(type), but->type))
            return true;
    return false;
}

/* Type of a field at whatever minor has it; false when there is none. */
static bool field_type(const struct type *type, struct str name, type_id *ret_type)
{
    for (size_t i = 0;; i++) {
        const struct field *field = type_field_at(type, i);
        if (!field)
            return false;
        if (str_eq(field_name(field), name)) {
            *ret_type = field->type;
            return true;
        }
    }
}

/* Structs that Go has by value, in whatever type: empty is the same as none. All others are
 * pointers, and an empty one that is written is not. Those of status are of no interest here. */
static bool is_struct_value(const struct type *type, struct str field)
{
    static const char *const names[] = {
        "affinity", /* a pointer, but what compares it takes an empty one for none */
        "backend",
        "clientConfig",
        "conditions",
        "deprecatedSource",
        "describedObject",
        "devices",
        "involvedObject",
        "jobTemplate",
        "limitResponse",
        "metadata",
        "metric",
        "podAffinityTerm",
        "podSelector",
        "pool",
        "port",
        "preference",
        "priorityLevelConfiguration",
        "regarding",
        "resources",
        "roleRef",
        "scaleTargetRef",
        "source",
        "spec",
        "status",
        "strategy",
        "target",
        "template",
        "updateStrategy",
    };
    static const struct same_but pointers[] = {{"NetworkPolicyPeer", "podSelector"},
                                               {"PodSpec", "resources"},
                                               {"ReplicationControllerSpec", "template"}};
    for (size_t i = 0; i < ARRAY_LEN(pointers); i++)
        if (str_is(field, pointers[i].field) && str_is(type_name(type), pointers[i].type))
            return false;
    return str_is_one_of(field, names, ARRAY_LEN(names));
}

/* Fields that are pointers in Go, in whatever type: a zero that is written is not the same as none.
 * The published schema does not say it. */
static bool is_pointer_scalar(struct str field)
{
    static const char *const names[] = {
        "activeDeadlineSeconds",
        "adminAccess",
        "allowPrivilegeEscalation",
        "automountServiceAccountToken",
        "backoffLimitPerIndex",
        "enableServiceLinks",
        "expirationSeconds",
        "fsGroup",
        "hostProcess",
        "hostUsers",
        "maxFailedIndexes",
        "minDomains",
        "optional",
        "privileged",
        "readOnlyRootFilesystem",
        "runAsGroup",
        "runAsNonRoot",
        "runAsUser",
        "setHostnameAsFQDN",
        "shareProcessNamespace",
        "tolerationSeconds",
        "ttlSecondsAfterFinished",
    };
    return str_is_one_of(field, names, ARRAY_LEN(names));
}

static bool is_pointer(const struct type *type, struct str field, type_id id)
{
    return type_get(id)->kind == TYPE_STRUCT ? !is_struct_value(type, field)
                                             : is_pointer_scalar(field);
}

/* Fields of a, with those of b or none; those that only b has come the other way round. */
static bool same_fields(struct comparing *c, const struct type *type, const struct node *a,
                        const struct node *b, bool only_missing)
{
    for (struct entry e = map_first(a); e.key; e = map_next(e)) {
        const struct str name = node_text(e.key);
        const struct node *other = node_get(b, name);
        type_id field;
        if ((only_missing && !node_is_null(other)) || is_ignored(c, type, name) ||
            !field_type(type, name, &field))
            continue;
        if (node_is_null(other) && !node_is_null(e.value) && is_pointer(type, name, field))
            return false;
        if (!same(c, field, e.value, other))
            return false;
    }
    return true;
}

static bool same_struct(struct comparing *c, const struct type *type, const struct node *a,
                        const struct node *b)
{
    return same_fields(c, type, a, b, false) && same_fields(c, type, b, a, true);
}

static size_t count(const struct node *node)
{
    return node_is_null(node) ? 0 : node_real(node)->n;
}

static bool same_items(struct comparing *c, type_id element, const struct node *a,
                       const struct node *b)
{
    if (count(a) != count(b))
        return false;
    struct item other = list_first(b);
    for (struct item it = list_first(a); it.value; it = list_next(it), other = list_next(other))
        if (!same(c, element, it.value, other.value))
            return false;
    return true;
}

static bool same_entries(struct comparing *c, type_id element, const struct node *a,
                         const struct node *b)
{
    if (count(a) != count(b))
        return false;
    for (struct entry e = map_first(a); e.key; e = map_next(e)) {
        const struct entry other = node_entry(b, node_text(e.key));
        if (!other.key || !same(c, element, e.value, other.value))
            return false;
    }
    return true;
}

static bool same_quantity(const struct node *a, const struct node *b)
{
    struct quantity x;
    struct quantity y;
    if (node_is_null(a) || node_is_null(b))
        return node_is_null(a) && node_is_null(b);
    if (quantity_of(a, &x) || quantity_of(b, &y))
        return node_equal(a, b);
    return quantity_cmp(&x, &y) == 0;
}

static bool same_scalar(const struct type *type, const struct node *a, const struct node *b)
{
    if (type->kind == TYPE_QUANTITY)
        return same_quantity(a, b);
    if (!node_is_null(a) && !node_is_null(b))
        return node_equal(a, b);
    return type->kind == TYPE_INT_OR_STRING
               ? node_is_null(a) && node_is_null(b)
               : node_is_scalar(a) && node_is_scalar(b) && node_is_zero(a) && node_is_zero(b);
}

/* Whether a value is of this kind, or absent. */
static bool is_or_null(const struct node *node, enum node_kind kind)
{
    return node_is_null(node) || node_kind(node) == kind;
}

static bool same(struct comparing *c, type_id type, const struct node *a, const struct node *b)
{
    const struct type *t = type_get(type);
    const enum node_kind wanted = t->kind == TYPE_LIST ? NODE_LIST : NODE_MAP;
    const bool compound = t->kind == TYPE_LIST || t->kind == TYPE_MAP || t->kind == TYPE_STRUCT;
    if (!compound)
        return same_scalar(t, a, b);
    if (!is_or_null(a, wanted) || !is_or_null(b, wanted) || c->depth == LIMIT_DEPTH)
        return node_equal(a, b);
    c->depth++;
    const bool result = t->kind == TYPE_LIST  ? same_items(c, t->element, a, b)
                        : t->kind == TYPE_MAP ? same_entries(c, t->element, a, b)
                                              : same_struct(c, t, a, b);
    c->depth--;
    return result;
}

bool same_value(type_id type, const struct node *a, const struct node *b,
                const struct same_but *but)
{
    struct comparing c = {.but = but};
    return same(&c, type, a, b);
}
