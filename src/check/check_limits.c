/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods and claims against the LimitRanges of their namespace, as the plugin LimitRanger does it
 * after it has filled in their defaults. The server refuses a Pod or a claim; of a workload it
 * refuses the Pods later, which is a warning here.
 */
#include "check/check_internal.h"
#include "pod/pod_resources.h"

struct limiting {
    struct arena *arena;
    struct diags *diags;
    const struct object *object;
    const struct object *limit_range;
    bool is_certain;
};

/* What is held against an item of a LimitRange. */
struct held {
    const char *type;
    const struct resources *resources;
    const struct node *place;
    bool requests_only; /* claims have no limits */
};

/* ---- one item ---- */

static void say(const struct limiting *limiting, enum rule_id rule, const struct node *place,
                struct str message)
{
    struct diag *diag =
        check_report(limiting->diags, rule, limiting->object, place, "%.*s", STR_FMT(message));
    if (limiting->is_certain)
        check_make_error(diag);
    const struct lookup name = path_find(limiting->limit_range->root, STR("metadata.name"));
    diag_relate(limiting->diags, diag, limiting->limit_range->source, node_span(name.value),
                "the limits of the namespace");
}

/* "minimum cpu usage per Container is 100m" */
static void say_bound(const struct limiting *limiting, const struct held *held, bool is_min,
                      const struct amount *bound, struct str than)
{
    struct str shown = diag_quote(limiting->arena, bound->name);
    struct str value = quantity_format(limiting->arena, &bound->value);
    say(limiting, is_min ? RULE_LIMIT_RANGE_MIN : RULE_LIMIT_RANGE_MAX, held->place,
        str_format(limiting->arena, "%s %.*s usage per %s is %.*s%.*s",
                   is_min ? "minimum" : "maximum", STR_FMT(shown), held->type, STR_FMT(value),
                   STR_FMT(than)));
}

static struct str but(const struct limiting *limiting, const char *what,
                      const struct quantity *value)
{
    struct str shown = quantity_format(limiting->arena, value);
    return str_format(limiting->arena, ", but %s is %.*s", what, STR_FMT(shown));
}

static void check_min(const struct limiting *limiting, const struct held *held,
                      const struct amount *min)
{
    const struct quantity *request = amounts_get(&held->resources->requests, min->name);
    const struct quantity *limit = amounts_get(&held->resources->limits, min->name);
    if (!request)
        say_bound(limiting, held, true, min, STR(".  No request is specified"));
    else if (quantity_cmp(request, &min->value) < 0)
        say_bound(limiting, held, true, min, but(limiting, "request", request));
    else if (limit && quantity_cmp(limit, &min->value) < 0)
        say_bound(limiting, held, true, min, but(limiting, "limit", limit));
}

static void check_max(const struct limiting *limiting, const struct held *held,
                      const struct amount *max)
{
    const struct quantity *request = amounts_get(&held->resources->requests, max->name);
    const struct quantity *limit = amounts_get(&held->resources->limits, max->name);
    if (held->requests_only && !request)
        say_bound(limiting, held, false, max, STR(".  No request is specified"));
    else if (!held->requests_only && !limit)
        say_bound(limiting, held, false, max, STR(".  No limit is specified"));
    else if (limit && quantity_cmp(limit, &max->value) > 0)
        say_bound(limiting, held, false, max, but(limiting, "limit", limit));
    else if (request && quantity_cmp(request, &max->value) > 0)
        say_bound(limiting, held, false, max, but(limiting, "request", request));
}

static void check_ratio(const struct limiting *limiting, const struct held *held,
                        const struct amount *ratio)
{
    const struct quantity *request = amounts_get(&held->resources->requests, ratio->name);
    const struct quantity *limit = amounts_get(&held->resources->limits, ratio->name);
    struct str than;
    if (!request || request->nano == 0) {
        than = STR("but no request is specified or request is 0");
    } else if (!limit || limit->nano == 0) {
        than = STR("but no limit is specified or limit is 0");
    } else {
        const double observed = (double)limit->nano / (double)request->nano;
        if (observed * 1e9 <= (double)ratio->value.nano)
            return;
        than = str_format(limiting->arena, "but provided ratio is %f", observed);
    }
    struct str shown = diag_quote(limiting->arena, ratio->name);
    struct str value = quantity_format(limiting->arena, &ratio->value);
    say(limiting, RULE_LIMIT_RANGE_RATIO, held->place,
        str_format(limiting->arena, "%.*s max limit to request ratio per %s is %.*s, %.*s",
                   STR_FMT(shown), held->type, STR_FMT(value), STR_FMT(than)));
}

static void check_held(const struct limiting *limiting, const struct node *item,
                       const struct held *held)
{
    static const struct {
        const char *field;
        void (*check)(const struct limiting *, const struct held *, const struct amount *);
        bool not_of_claims;
    } bounds[] = {{"min", check_min, false},
                  {"max", check_max, false},
                  {"maxLimitRequestRatio", check_ratio, true}};
    if (!str_is(node_get_text(item, STR("type")), held->type))
        return;
    for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
        struct amounts amounts = {0};
        if (held->requests_only && bounds[i].not_of_claims)
            continue;
        amounts_read(limiting->arena, node_get(item, str_from(bounds[i].field)), &amounts);
        for (size_t a = 0; a < amounts.n; a++)
            bounds[i].check(limiting, held, &amounts.items[a]);
    }
}

/* ---- what there is ---- */

static const struct node *limits_of(const struct object *limit_range)
{
    return node_get(node_get(limit_range->root, STR("spec")), STR("limits"));
}

static const struct node *resources_place(const struct node *holder)
{
    const struct node *resources = node_get(holder, STR("resources"));
    return resources ? resources : holder;
}

/* The server fills in a LimitRange itself: a limit from max, a request from the limit or min. */
static void add_defaults(struct arena *arena, const struct object *limit_range,
                         struct resources *defaults)
{
    for (struct item it = list_first(limits_of(limit_range)); it.value; it = list_next(it)) {
        struct resources own = {0};
        if (!str_is(node_get_text(it.value, STR("type")), "Container"))
            continue;
        amounts_read(arena, node_get(it.value, STR("default")), &own.limits);
        amounts_read(arena, node_get(it.value, STR("defaultRequest")), &own.requests);
        struct amounts min = {0}, max = {0};
        amounts_read(arena, node_get(it.value, STR("min")), &min);
        amounts_read(arena, node_get(it.value, STR("max")), &max);
        amounts_default(arena, &own.limits, &max);
        amounts_default(arena, &own.requests, &own.limits);
        amounts_default(arena, &own.requests, &min);
        amounts_default(arena, &defaults->limits, &own.limits);
        amounts_default(arena, &defaults->requests, &own.requests);
    }
}

struct resources check_defaults(const struct check_context *context, struct arena *arena,
                                struct str namespace)
{
    struct resources defaults = {0};
    const struct declarers *limits =
        context->input->no_limit_ranger ? NULL : map_get(&context->limits, namespace);
    for (size_t i = 0; limits && i < limits->n; i++)
        add_defaults(arena, limits->items[i], &defaults);
    return defaults;
}

static void check_pod(const struct limiting *limiting, const struct pod *pod,
                      const struct resources *defaults)
{
    const struct node *limits = limits_of(limiting->limit_range);
    const struct resources whole = pod_resources(limiting->arena, pod, defaults);
    for (struct item it = list_first(limits); it.value; it = list_next(it)) {
        for (struct container c = container_first(pod); c.node; c = container_next(c)) {
            if (c.list == CONTAINERS_EPHEMERAL)
                continue;
            const struct resources own = container_resources(limiting->arena, &c, defaults);
            check_held(limiting, it.value,
                       &(struct held){"Container", &own, resources_place(c.node), false});
        }
        check_held(limiting, it.value,
                   &(struct held){"Pod", &whole, resources_place(pod->spec), false});
    }
}

static void check_claim(const struct limiting *limiting)
{
    const struct node *spec = node_get(limiting->object->root, STR("spec"));
    struct resources own = {0};
    amounts_read(limiting->arena, node_get(node_get(spec, STR("resources")), STR("requests")),
                 &own.requests);
    const struct node *limits = limits_of(limiting->limit_range);
    for (struct item it = list_first(limits); it.value; it = list_next(it))
        check_held(limiting, it.value,
                   &(struct held){"PersistentVolumeClaim", &own, resources_place(spec), true});
}

static void check_claims(const struct check_context *context, struct diags *diags)
{
    const struct object_set *objects = context->input->objects;
    for (size_t i = 0; i < objects->n; i++) {
        const struct object *object = &objects->items[i];
        const struct declarers *limits =
            object_is(object, "", "PersistentVolumeClaim")
                ? map_get(&context->limits, check_namespace(object, objects->default_namespace))
                : NULL;
        struct arena arena SCOPED(arena) = {0};
        for (size_t l = 0; limits && l < limits->n; l++)
            check_claim(&(struct limiting){&arena, diags, object, limits->items[l], true});
    }
}

static void run(const struct check_context *context, struct diags *diags)
{
    if (context->input->no_limit_ranger || !context->limits.n)
        return;
    for (size_t i = 0; i < context->pods.n; i++) {
        const struct in_pod *in = &context->pods.items[i];
        const struct declarers *limits = map_get(&context->limits, in->namespace);
        struct arena arena SCOPED(arena) = {0};
        const struct resources defaults = check_defaults(context, &arena, in->namespace);
        for (size_t l = 0; limits && l < limits->n; l++)
            check_pod(&(struct limiting){&arena, diags, in->pod.object, limits->items[l],
                                         !in->pod.is_template},
                      &in->pod, &defaults);
    }
    check_claims(context, diags);
}

const struct check check_limits = {.name = "limits", .run = run};
