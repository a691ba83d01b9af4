/* SPDX-License-Identifier: Apache-2.0 */
/* What a cluster has one of: priority and runtime classes, nodes, namespaces. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_resource.h"
#include "rule_calls.h"

#include "base/map.h"

/* metadata.name of the object; `metadata` must outlive it. */
static struct spot name_spot(struct validating *v, const struct spot *object, struct spot *metadata)
{
    *metadata = spot_child(v, object, "metadata");
    return spot_child(v, metadata, "name");
}

/* ---- priority classes ---- */

struct system_class {
    const char *name;
    int64_t value;
};

static const struct system_class system_classes[] = {
    {"system-node-critical", 2000001000},
    {"system-cluster-critical", 2000000000},
};

/* Why a class with a name of the system's is none of them. */
static struct str wrong_system_class(struct validating *v, const struct spot *spot, struct str name)
{
    struct arena *arena = v->ctx->arena;
    for (size_t i = 0; i < ARRAY_LEN(system_classes); i++) {
        if (!str_is(name, system_classes[i].name))
            continue;
        if (child_int(spot, "value") != system_classes[i].value)
            return str_format(arena, "value of %.*s PriorityClass must be %" PRId64, STR_FMT(name),
                              system_classes[i].value);
        return child_bool(spot, "globalDefault")
                   ? str_format(arena, "globalDefault of %.*s PriorityClass must be false",
                                STR_FMT(name))
                   : STR("");
    }
    return str_format(arena, "%.*s is not a known system priority class", STR_FMT(name));
}

void rule_priority_class(struct validating *v, const struct spot *spot)
{
    enum { PRIORITY_MAX = 1000000000 };
    struct spot metadata;
    const struct spot name = name_spot(v, spot, &metadata);
    const struct spot value = spot_child(v, spot, "value");
    if (!str_starts(spot_text(&name), STR("system-"))) {
        if (spot_int(&value) > PRIORITY_MAX)
            say_forbidden(v, &value,
                          "maximum allowed value of a user defined priority is 1000000000");
        return;
    }
    const struct str wrong = wrong_system_class(v, spot, spot_text(&name));
    struct arena *arena = v->ctx->arena;
    if (wrong.n)
        say_forbidden(v, &name,
                      str_to_c(arena, str_format(arena,
                                                 "priority class names with 'system-' prefix are "
                                                 "reserved for system use only. error: %.*s",
                                                 STR_FMT(wrong))));
}

/* ---- runtime classes ---- */

/* The server takes what a Pod costs for the limits of a container. */
void rule_overhead_amounts(struct validating *v, const struct spot *spot)
{
    const struct spot limits = {
        .path = {.up = &spot->up->path, .name = STR("limits"), .node = spot->path.node},
        .written = spot->written,
        .key = spot->key,
        .up = spot->up,
        .type = spot->type,
    };
    bool huge_pages = false;
    bool compute = false;
    for (struct each e = each_first(v, &limits); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = each_key(&e);
        const struct str name = e.spot.path.name;
        check_container_resource_name(v, &key);
        check_resource_amount(v, &e.spot);
        struct quantity quantity;
        if (spot_quantity(&e.spot, &quantity))
            check_huge_page_amount(v, &e.spot, &quantity);
        huge_pages |= resource_is_huge_page(name);
        compute |= str_is(name, "cpu") || str_is(name, "memory");
    }
    if (huge_pages && !compute)
        say_forbidden(v, spot->up, "HugePages require cpu or memory");
}

void rule_tolerations_unique(struct validating *v, const struct spot *spot)
{
    static const char *const keys[] = {"key", "operator", "value", "effect"};
    struct arena *arena = v->ctx->arena;
    struct map seen = {.arena = arena};
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        struct str text = STR("");
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            const struct str part = child_text(&e.spot, keys[i]);
            text = str_format(arena, "%.*s%zu:%.*s", STR_FMT(text), part.n, STR_FMT(part));
        }
        if (map_has(&seen, text))
            say_duplicate(v, &e.spot);
        map_put(&seen, text, &seen);
    }
}

/* Before 1.35 the server writes the name of the list twice. */
void rule_runtime_tolerations(struct validating *v, const struct spot *spot)
{
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    const struct spot list = spot_child(v, spot, "tolerations");
    const struct spot named = spot_named_under(&list, &list, "tolerations");
    for (struct each e = each_first(v, &named); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = spot_child(v, &e.spot, "key");
        const struct spot op = spot_child(v, &e.spot, "operator");
        const struct spot effect = spot_child(v, &e.spot, "effect");
        const char *reason = spot_text(&key).n ? format_qualified_name(spot_text(&key)) : NULL;
        if (reason)
            say_invalid(v, &key, reason);
        rule_toleration_operator(v, &op);
        rule_toleration_effect(v, &effect);
        if (spot_text(&effect).n && !str_is_one_of(spot_text(&effect), effects, ARRAY_LEN(effects)))
            say_unsupported(v, &effect, effects, ARRAY_LEN(effects));
    }
    rule_tolerations_unique(v, &list);
}

/* ---- nodes ---- */

static void check_taint(struct validating *v, const struct spot *taint)
{
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    const struct spot key = spot_child(v, taint, "key");
    const struct spot value = spot_child(v, taint, "value");
    const struct spot effect = spot_child(v, taint, "effect");
    const char *wrong_key = format_qualified_name(spot_text(&key));
    const char *wrong_value = spot_text(&value).n ? format_label_value(spot_text(&value)) : NULL;
    if (wrong_key)
        say_invalid(v, &key, wrong_key);
    if (wrong_value)
        say_invalid(v, &value, wrong_value);
    if (spot_text(&effect).n == 0)
        say_required(v, &effect, NULL);
    else if (!str_is_one_of(spot_text(&effect), effects, ARRAY_LEN(effects)))
        say_unsupported(v, &effect, effects, ARRAY_LEN(effects));
}

/* The server has them in metadata, where they once were. */
void rule_node_taints(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    struct map seen = {.arena = arena};
    const struct spot metadata = spot_child(v, spot->up->up, "metadata");
    struct spot taints = *spot;
    taints.path.up = &metadata.path;
    for (struct each e = each_first(v, &taints); e.spot.path.node; each_next(v, &e)) {
        const struct str effect = child_text(&e.spot, "effect");
        const struct str text = str_format(arena, "%zu:%.*s%.*s", effect.n, STR_FMT(effect),
                                           STR_FMT(child_text(&e.spot, "key")));
        check_taint(v, &e.spot);
        if (map_has(&seen, text))
            say_duplicate(v, &e.spot);
        map_put(&seen, text, &seen);
    }
}

static void keep_once_set(struct validating *v, const struct spot *spot, const char *detail)
{
    const struct spot before = spot_before(spot);
    if (v_is_update(v) && !spot_is_zero(&before) && !spot_is_unchanged(spot))
        say_forbidden(v, spot, detail);
}

/* The list as the server reads it: podCIDR wins when they differ. */
static struct str first_range(const struct spot *spec)
{
    const struct str single = child_text(spec, "podCIDR");
    const struct node *list = node_get(spec->path.node, STR("podCIDRs"));
    return single.n ? single : node_text(list_first(list).value);
}

static size_t range_count(const struct spot *spec)
{
    const struct str single = child_text(spec, "podCIDR");
    const struct node *list = node_get(spec->path.node, STR("podCIDRs"));
    const struct str first = node_text(list_first(list).value);
    return single.n && !str_eq(single, first) ? 1 : node_real(list) ? node_real(list)->n : 0;
}

/* Not written, but absent or filled in. */
static bool is_left_out(const struct spot *spec, const char *name)
{
    const struct node *node = node_get(spec->path.node, str_from(name));
    return !node || node->style == NODE_MADE;
}

/* A podCIDR that no manifest writes is the server's. It stays when the manifest is applied, and
 * decides against another list; only a PUT would change it. */
static bool keeps_range(const struct spot *now, const struct spot *before)
{
    const struct node *list = node_get(now->path.node, STR("podCIDRs"));
    const bool is_first = str_eq(node_text(list_first(list).value), first_range(before));
    return is_left_out(now, "podCIDR") && is_left_out(before, "podCIDR") && !is_first &&
           range_count(before) == 1;
}

void rule_node_ranges_kept(struct validating *v, const struct spot *spot)
{
    const struct spot spec = spot_before(spot);
    const struct spot ranges = spot_child(v, spot, "podCIDRs");
    const struct str before = first_range(&spec);
    if (!v_is_update(v) || !before.n || keeps_range(spot, &spec))
        return;
    if (!str_eq(before, first_range(spot)) || range_count(&spec) != range_count(spot))
        say_forbidden(v, &ranges, "node updates may not change podCIDR except from \"\" to valid");
}

void rule_provider_kept(struct validating *v, const struct spot *spot)
{
    keep_once_set(v, spot, "node updates may not change providerID except from \"\" to valid");
}

/* ---- namespaces and accounts ---- */

/* Said of the list. */
void rule_namespace_finalizer(struct validating *v, const struct spot *spot)
{
    static const char *const standard[] = {"kubernetes", "orphan", "foregroundDeletion"};
    const struct str name = spot_text(spot);
    const char *reason = format_qualified_name(name);
    struct spot said = *spot;
    said.path = spot->up->path;
    said.path.node = spot->path.node;
    if (!reason && str_find_char(name, '/') < 0 &&
        !str_is_one_of(name, standard, ARRAY_LEN(standard)))
        reason = "name is neither a standard finalizer name nor is it fully qualified";
    if (reason)
        say_invalid(v, &said, reason);
}

void rule_mountable_secrets_warning(struct validating *v, const struct spot *spot)
{
    static const char annotation[] = "kubernetes.io/enforce-mountable-secrets";
    const struct spot metadata = spot_child(v, spot, "metadata");
    const struct spot annotations = spot_child(v, &metadata, "annotations");
    struct spot said = spot_child(v, &annotations, annotation);
    said.path.is_key = true;
    if (spot_is_set(&said) && !said.old)
        say_warning(v, &said,
                    "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in "
                    "v1.32+; prefer separate namespaces to isolate access to mounted secrets");
}
