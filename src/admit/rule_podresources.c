/* SPDX-License-Identifier: Apache-2.0 */
/* Resources of a Pod as a whole, against those of its containers. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_podspec.h"
#include "admit/rule_resource.h"
#include "rule_calls.h"

static bool is_huge_pages(struct str name)
{
    return str_starts(name, STR("hugepages-"));
}

static bool is_supported(struct str name)
{
    return str_is(name, "cpu") || str_is(name, "memory") || is_huge_pages(name);
}

/* ---- adding up: maps of struct quantity by the name of the resource ---- */

static struct quantity *amount_slot(struct map *all, struct str name)
{
    void **slot = map_slot(all, name);
    if (!*slot) {
        struct quantity *zero = arena_alloc(all->arena, sizeof *zero);
        *zero = (struct quantity){0};
        *slot = zero;
    }
    return *slot;
}

static void add_amount(struct map *all, struct str name, const struct quantity *more)
{
    struct quantity *sum = amount_slot(all, name);
    if (sum->nano == 0)
        sum->format = more->format;
    /* beyond the largest quantity it stays there */
    if (__builtin_add_overflow(sum->nano, more->nano, &sum->nano))
        sum->nano = more->nano;
}

static void add_all(struct map *all, const struct map *more)
{
    for (size_t i = 0; i < more->n; i++)
        add_amount(all, more->entries[i].key, more->entries[i].value);
}

static void raise_all(struct map *all, const struct map *other)
{
    for (size_t i = 0; i < other->n; i++) {
        struct quantity *have = amount_slot(all, other->entries[i].key);
        if (quantity_cmp(have, other->entries[i].value) < 0)
            *have = *(const struct quantity *)other->entries[i].value;
    }
}

static void read_amounts(struct map *all, const struct node *list, bool only_new)
{
    for (struct entry e = map_first(list); e.key; e = map_next(e)) {
        struct quantity quantity;
        if (quantity_of(e.value, &quantity) || (only_new && map_has(all, node_text(e.key))))
            continue;
        add_amount(all, node_text(e.key), &quantity);
    }
}

/* Of one container. In a Pod requests that are not written are the limits. */
static struct map container_amounts(struct validating *v, const struct node *container,
                                    const char *field)
{
    struct map all = {.arena = v->ctx->arena};
    const struct node *resources = node_get(container, STR("resources"));
    read_amounts(&all, node_get(resources, str_from(field)), false);
    if (v_kind_is(v, "Pod") && str_is(str_from(field), "requests"))
        read_amounts(&all, node_get(resources, STR("limits")), true);
    return all;
}

/* What the Pod needs at most: its containers together, or one that runs before them. */
static struct map pod_amounts(struct validating *v, const struct spot *spec, const char *field)
{
    struct map sum = {.arena = v->ctx->arena};
    struct map sidecars = {.arena = v->ctx->arena};
    struct map peak = {.arena = v->ctx->arena};
    const struct node *containers = node_get(spec->path.node, STR("containers"));
    const struct node *inits = node_get(spec->path.node, STR("initContainers"));
    for (struct item it = list_first(containers); it.value; it = list_next(it)) {
        const struct map own = container_amounts(v, it.value, field);
        add_all(&sum, &own);
    }
    for (struct item it = list_first(inits); it.value; it = list_next(it)) {
        const struct map own = container_amounts(v, it.value, field);
        struct map now = {.arena = v->ctx->arena};
        if (str_is(node_get_text(it.value, STR("restartPolicy")), "Always")) {
            add_all(&sum, &own);
            add_all(&sidecars, &own);
        } else {
            add_all(&now, &own);
        }
        add_all(&now, &sidecars);
        raise_all(&peak, &now);
    }
    raise_all(&sum, &peak);
    return sum;
}

/* ---- comparing ---- */

static const char *compare_text(struct validating *v, const char *what,
                                const struct quantity *quantity)
{
    struct arena *arena = v->ctx->arena;
    return str_to_c(arena, str_format(arena, "must be %s of %.*s", what,
                                      STR_FMT(quantity_format(arena, quantity))));
}

/* The Pod's own amounts must not be less than those of its containers. */
static void check_enough(struct validating *v, const struct spot *own, const struct map *needed,
                         bool only_huge_pages, const char *what)
{
    for (size_t i = 0; i < needed->n; i++) {
        const struct str name = needed->entries[i].key;
        struct quantity have;
        struct spot amount = spot_child(v, own, str_to_c(v->ctx->arena, name));
        amount.path.is_key = true;
        if ((!only_huge_pages || is_huge_pages(name)) && spot_quantity(&amount, &have) &&
            quantity_cmp(needed->entries[i].value, &have) > 0)
            say_invalid(v, &amount, compare_text(v, what, needed->entries[i].value));
    }
}

/* Requests of a Pod that are not written are those of its containers. */
static void check_filled_in(struct validating *v, const struct spot *resources,
                            const struct map *needed)
{
    const struct spot limits = spot_child(v, resources, "limits");
    const struct spot requests = spot_child(v, resources, "requests");
    for (struct each e = each_first(v, &limits); e.spot.path.node; each_next(v, &e)) {
        struct arena *arena = v->ctx->arena;
        struct quantity limit;
        const struct str name = e.spot.path.name;
        const struct quantity *need = map_get(needed, name);
        if (!need || is_huge_pages(name) || node_get(requests.path.node, name) ||
            !is_supported(name) || !spot_quantity(&e.spot, &limit) ||
            quantity_cmp(need, &limit) <= 0)
            continue;
        const struct str what =
            str_format(arena, "less than or equal to %.*s limit", STR_FMT(name));
        say_invalid_as(v, &requests,
                       str_format(arena, "\"%.*s\"", STR_FMT(quantity_format(arena, need))),
                       compare_text(v, str_to_c(arena, what), &limit));
    }
}

/* The server writes the path of a container below that of the Pod's resources. */
static void check_container(struct validating *v, const struct spot *resources,
                            const struct spot *list, const struct each *container)
{
    const struct spot pod_limits = spot_child(v, resources, "limits");
    const struct spot own = spot_child(v, &container->spot, "resources");
    const struct spot limits = spot_child(v, &own, "limits");
    const struct spot named_list = spot_named(list, resources, "containers");
    struct spot named = container->spot;
    named.path.up = &named_list.path;
    for (struct each e = each_first(v, &limits); e.spot.path.node; each_next(v, &e)) {
        struct quantity limit;
        struct quantity pod_limit;
        const char *name = str_to_c(v->ctx->arena, e.spot.path.name);
        const struct spot of_pod = spot_child(v, &pod_limits, name);
        if (!spot_quantity(&e.spot, &limit) || !spot_quantity(&of_pod, &pod_limit) ||
            quantity_cmp(&limit, &pod_limit) <= 0)
            continue;
        struct spot key = e.spot;
        key.path.up = &named.path;
        const struct spot field = spot_named(&e.spot, &key, "limits");
        say_invalid(v, &field, compare_text(v, "less than or equal to pod limits", &pod_limit));
    }
}

static void check_containers(struct validating *v, const struct spot *resources)
{
    const struct spot list = spot_child(v, resources->up, "containers");
    for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e))
        check_container(v, resources, &list, &e);
}

/* ---- names ---- */

/* Those that are no names of resources at all are refused with those of containers. */
static void check_names(struct validating *v, const struct spot *list)
{
    static const char *const supported[] = {"cpu", "hugepages-", "memory"};
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e)) {
        const struct str name = e.spot.path.name;
        const struct spot key = each_key(&e);
        if (!is_supported(name) && !format_qualified_name(name) &&
            (str_find_char(name, '/') >= 0 || resource_is_standard(name)))
            say_unsupported(v, &key, supported, ARRAY_LEN(supported));
    }
}

/* What the server says of a container, but for names, it says of the Pod as well. */
void rule_pod_resources(struct validating *v, const struct spot *spot)
{
    const struct spot os = spot_child(v, spot->up, "os");
    const struct spot claims = spot_child(v, spot, "claims");
    const struct spot requests = spot_child(v, spot, "requests");
    const struct spot limits = spot_child(v, spot, "limits");
    if (!spot_is_set(spot))
        return;
    if (child_text_is(&os, "name", "windows")) {
        say_forbidden(v, spot, "may not be set for a windows pod");
        return;
    }
    if (spot_is_set(&claims))
        say_forbidden(v, &claims, "claims may not be set for Resources at pod-level");
    const struct map needed = pod_amounts(v, spot->up, "requests");
    /* Beside limits the server fills in what the containers request. */
    const bool is_filled_in = v_kind_is(v, "Pod") && spot_count(&limits) > 0;
    check_resources(
        v, spot, is_filled_in && (map_has(&needed, STR("cpu")) || map_has(&needed, STR("memory"))));
    check_names(v, &limits);
    check_names(v, &requests);
    const struct map limited = pod_amounts(v, spot->up, "limits");
    check_enough(v, &requests, &needed, false,
                 "greater than or equal to aggregate container requests");
    check_enough(v, &limits, &limited, true, "greater than or equal to aggregate container limits");
    if (v_kind_is(v, "Pod"))
        check_filled_in(v, spot, &needed);
    check_containers(v, spot);
}
