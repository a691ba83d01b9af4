/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of HorizontalPodAutoscalers of both versions. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

/* ---- replicas ---- */

static bool has_metric_for_zero(struct validating *v, const struct spot *spec)
{
    const struct spot metrics = spot_child(v, spec, "metrics");
    for (struct each e = each_first(v, &metrics); e.spot.path.node; each_next(v, &e))
        if (child_text_is(&e.spot, "type", "Object") || child_text_is(&e.spot, "type", "External"))
            return true;
    return false;
}

/* None at all needs the gate, or an autoscaler that was made with it. */
void rule_min_replicas(struct validating *v, const struct spot *spot)
{
    const struct spot before = spot_before(spot);
    const bool had_zero = v_is_update(v) && spot_is_set(&before) && spot_int(&before) == 0;
    const int64_t min = v_gate(v, "HPAScaleToZero") || had_zero ? 0 : 1;
    if (!spot_is_set(spot))
        return;
    if (spot_int(spot) < min)
        say_invalid_fmt(v, spot, "must be greater than or equal to %" PRId64, min);
    if (spot_int(spot) != 0 || has_metric_for_zero(v, spot->up))
        return;
    const struct spot metrics = spot_child(v, spot->up, "metrics");
    say_forbidden(v, &metrics,
                  "must specify at least one Object or External metric to support scaling to zero "
                  "replicas");
}

void rule_max_replicas(struct validating *v, const struct spot *spot)
{
    enum { MINOR_SAYS_REQUIRED = 36 };
    const int64_t max = spot_int(spot);
    if (v->minor < MINOR_SAYS_REQUIRED && max < 1)
        say_invalid(v, spot, "must be greater than 0");
    else if (max == 0)
        say_required(v, spot, "must be set and greater than 0");
    else if (max < 0)
        say_invalid(v, spot, "must be greater than or equal to 1");
    if (child_is_set(spot->up, "minReplicas") && max < child_int(spot->up, "minReplicas"))
        say_invalid(v, spot, "must be greater than or equal to `minReplicas`");
}

/* ---- references ---- */

/* NULL, or what is wrong with the apiVersion of a reference. */
static const char *version_error(struct validating *v, struct str version, bool needs_group)
{
    const ptrdiff_t slash = str_find_char(version, '/');
    const bool empty = version.n == 0 || str_is(version, "/");
    if (!empty && slash >= 0 &&
        str_find_char(str_from_offset(version, (size_t)slash + 1), '/') >= 0)
        return str_to_c(v->ctx->arena,
                        str_format(v->ctx->arena, "unexpected GroupVersion string: %.*s",
                                   STR_FMT(diag_quote(v->ctx->arena, version))));
    if (needs_group && (empty || slash <= 0))
        return "apiVersion must specify API group";
    return NULL;
}

static void check_segment(struct validating *v, const struct spot *spot)
{
    const char *reason = format_path_segment(spot_text(spot));
    if (spot_is_zero(spot))
        say_required(v, spot, NULL);
    else if (reason)
        say_invalid(v, spot, reason);
}

static void check_reference(struct validating *v, const struct spot *ref)
{
    const struct spot kind = spot_child(v, ref, "kind");
    const struct spot name = spot_child(v, ref, "name");
    check_segment(v, &kind);
    check_segment(v, &name);
}

/* What is scaled. From 1.34 on its apiVersion matters, unless it was there before. */
void rule_scale_target(struct validating *v, const struct spot *spot)
{
    enum { MINOR_CHECKS_VERSION = 34 };
    const struct spot version = spot_child(v, spot, "apiVersion");
    const struct spot kind = spot_child(v, spot, "kind");
    check_reference(v, spot);
    if (v->minor < MINOR_CHECKS_VERSION ||
        (v_is_update(v) && spot_is_unchanged(&version) && spot_is_unchanged(&kind)))
        return;
    const char *error =
        version_error(v, spot_text(&version), !spot_text_is(&kind, "ReplicationController"));
    if (error)
        say_invalid(v, &version, error);
}

static bool old_has_broken_version(struct validating *v, const struct spot *metrics)
{
    const struct spot before = spot_before(metrics);
    for (struct item it = list_first(before.path.node); it.value; it = list_next(it)) {
        const struct node *object = node_get(it.value, STR("object"));
        const struct node *ref = node_get(object, STR("describedObject"));
        if (str_is(node_get_text(it.value, STR("type")), "Object") && object &&
            version_error(v, node_get_text(ref, STR("apiVersion")), false))
            return true;
    }
    return false;
}

/* ---- targets ---- */

static void check_positive(struct validating *v, const struct spot *target, const char *name)
{
    const struct quantity zero = {0};
    struct quantity quantity;
    const struct spot value = spot_child(v, target, name);
    if (spot_quantity(&value, &quantity) && quantity_cmp(&quantity, &zero) <= 0)
        say_invalid(v, &value, "must be positive");
}

static void check_target(struct validating *v, const struct spot *target)
{
    static const char *const types[] = {"Utilization", "Value", "AverageValue"};
    const struct spot type = spot_child(v, target, "type");
    const struct spot utilization = spot_child(v, target, "averageUtilization");
    if (spot_is_zero(&type))
        say_required(v, &type, "must specify a metric target type");
    if (!str_is_one_of(spot_text(&type), types, ARRAY_LEN(types)))
        say_invalid(v, &type, "must be either Utilization, Value, or AverageValue");
    check_positive(v, target, "value");
    check_positive(v, target, "averageValue");
    if (spot_is_set(&utilization) && spot_int(&utilization) < 1)
        say_invalid(v, &utilization, "must be greater than 0");
}

static void check_metric_name(struct validating *v, const struct spot *source)
{
    const struct spot metric = spot_child(v, source, "metric");
    const struct spot name = spot_child(v, &metric, "name");
    const char *reason = format_path_segment(spot_text(&name));
    if (spot_is_zero(&name))
        say_required(v, &name, "must specify a metric name");
    else if (reason)
        say_invalid(v, &name, reason);
}

/* ---- sources ---- */

static void check_object(struct validating *v, const struct spot *source, const struct spot *target)
{
    enum { MINOR_CHECKS_VERSION = 34 };
    const struct spot ref = spot_child(v, source, "describedObject");
    const struct spot version = spot_child(v, &ref, "apiVersion");
    const struct spot average = spot_child(v, target, "averageValue");
    check_reference(v, &ref);
    const char *error = version_error(v, spot_text(&version), false);
    if (error && v->minor >= MINOR_CHECKS_VERSION &&
        !old_has_broken_version(v, spot_above(source, "MetricSpec")->up))
        say_invalid(v, &version, error);
    check_metric_name(v, source);
    if (!child_is_set(target, "value") && !spot_is_set(&average))
        say_required(v, &average, "must set either a target value or averageValue");
}

static void check_external(struct validating *v, const struct spot *source,
                           const struct spot *target)
{
    const struct spot value = spot_child(v, target, "value");
    const struct spot average = spot_child(v, target, "averageValue");
    check_metric_name(v, source);
    if (!spot_is_set(&value) && !spot_is_set(&average))
        say_required(v, &average, "must set either a target value for metric or a per-pod target");
    if (spot_is_set(&value) && spot_is_set(&average))
        say_forbidden(v, &value, "may not set both a target value for metric and a per-pod target");
}

static void check_pods(struct validating *v, const struct spot *source, const struct spot *target)
{
    const struct spot average = spot_child(v, target, "averageValue");
    check_metric_name(v, source);
    if (!spot_is_set(&average))
        say_required(v, &average, "must specify a positive target averageValue");
}

static void check_resource(struct validating *v, const struct spot *source,
                           const struct spot *target)
{
    const struct spot name = spot_child(v, source, "name");
    const struct spot average = spot_child(v, target, "averageValue");
    const struct spot utilization = spot_child(v, target, "averageUtilization");
    if (spot_is_zero(&name))
        say_required(v, &name, "must specify a resource name");
    if (!spot_is_set(&utilization) && !spot_is_set(&average))
        say_required(v, &utilization, "must set either a target raw value or a target utilization");
    if (spot_is_set(&utilization) && spot_is_set(&average))
        say_forbidden(v, &average, "may not set both a target raw value and a target utilization");
}

/* NULL, or why a container has no such resource. */
static const char *container_resource_error(struct str name)
{
    static const char *const standard[] = {"cpu", "memory", "ephemeral-storage"};
    const char *reason = format_qualified_name(name);
    if (reason)
        return reason;
    if (str_find_char(name, '/') < 0)
        return str_is_one_of(name, standard, ARRAY_LEN(standard)) ||
                       str_starts(name, STR("hugepages-"))
                   ? NULL
                   : "must be a standard resource for containers";
    const bool native = str_has(name, STR("kubernetes.io/"));
    if (!native && str_starts(name, STR("requests.")))
        return "doesn't follow extended resource name standard";
    return NULL;
}

static void check_container_resource(struct validating *v, const struct spot *source,
                                     const struct spot *target)
{
    const struct spot name = spot_child(v, source, "name");
    const struct spot container = spot_child(v, source, "container");
    const char *reason = spot_is_zero(&name) ? NULL : container_resource_error(spot_text(&name));
    if (reason)
        say_invalid(v, &name, reason);
    if (spot_is_zero(&container))
        say_required(v, &container, "must specify a container");
    else if (format_dns1123_label(spot_text(&container)))
        say_invalid(v, &container, format_dns1123_label(spot_text(&container)));
    check_resource(v, source, target);
}

/* ---- metrics ---- */

struct metric_source {
    const char *field;
    const char *type;
    void (*check)(struct validating *v, const struct spot *source, const struct spot *target);
};

/* In the order in which the server looks for them. */
static const struct metric_source sources[] = {
    {"object", "Object", check_object},
    {"external", "External", check_external},
    {"pods", "Pods", check_pods},
    {"resource", "Resource", check_resource},
    {"containerResource", "ContainerResource", check_container_resource},
};

static void check_type(struct validating *v, const struct spot *metric)
{
    static const char *const types[] = {"ContainerResource", "External", "Object", "Pods",
                                        "Resource"};
    const struct spot type = spot_child(v, metric, "type");
    if (spot_is_zero(&type))
        say_required(v, &type, "must specify a metric source type");
    if (!str_is_one_of(spot_text(&type), types, ARRAY_LEN(types)))
        say_unsupported(v, &type, types, ARRAY_LEN(types));
}

/* The source that the type names, and no other; the first one is looked into. */
static void check_metric(struct validating *v, const struct spot *metric)
{
    size_t present = 0;
    check_type(v, metric);
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        const struct spot source = spot_child(v, metric, sources[i].field);
        if (!spot_is_set(&source))
            continue;
        if (present++ > 0)
            continue;
        const struct spot target = spot_child(v, &source, "target");
        sources[i].check(v, &source, &target);
        check_target(v, &target);
    }
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        const struct spot source = spot_child(v, metric, sources[i].field);
        const bool named = child_text_is(metric, "type", sources[i].type);
        if (named && !spot_is_set(&source))
            say_required(v, &source, "must populate information for the given metric source");
        if (!named && spot_is_set(&source) && present > 1)
            say_forbidden(v, &source, "must populate the given metric source only");
    }
}

void rule_metrics(struct validating *v, const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        check_metric(v, &e.spot);
}

/* Version 1 has one metric, which becomes the first one of version 2. */
void rule_cpu_target(struct validating *v, const struct spot *spot)
{
    static const char *const steps[] = {"resource", "target"};
    if (!spot_is_set(spot) || spot_int(spot) >= 1)
        return;
    struct path path[ARRAY_LEN(steps) + 2] = {
        {.up = &spot->up->path, .name = STR("metrics")},
        {.up = &path[0], .index = 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        path[i + 2] = (struct path){.up = &path[i + 1], .name = str_from(steps[i])};
    struct spot at = *spot;
    at.path.up = &path[ARRAY_LEN(path) - 1];
    at.path.name = STR("averageUtilization");
    say_invalid(v, &at, "must be greater than 0");
}

/* ---- behavior ---- */

void rule_tolerance(struct validating *v, const struct spot *spot)
{
    const struct quantity zero = {0};
    struct quantity quantity;
    if (spot_quantity(spot, &quantity) && quantity_cmp(&quantity, &zero) < 0)
        say_invalid(v, spot, "must be greater than or equal to 0");
}
