/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Jobs find their Pods: the server labels the template with name and uid of the Job and selects
 * by the uid. Nobody knows the uid beforehand, so what is written for it is wrong, unless the Job
 * is there already. And what of a Job may change later.
 */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_same.h"
#include "admit/rule_selector.h"
#include "rule_calls.h"

/* The name, or one as the server would make it of generateName; "" when there is neither. */
static struct str object_name(struct validating *v)
{
    enum { GENERATED_BASE_MAX = 58 }; /* SimpleNameGenerator cuts the prefix there */
    const struct node *metadata = node_get(v->root, STR("metadata"));
    const struct str name = node_get_text(metadata, STR("name"));
    struct str prefix = node_get_text(metadata, STR("generateName"));
    if (name.n || prefix.n == 0)
        return name;
    if (prefix.n > GENERATED_BASE_MAX)
        prefix = str_sub(prefix, 0, GENERATED_BASE_MAX);
    return str_format(v->ctx->arena, "%.*sxxxxx", STR_FMT(prefix));
}

/* ---- names ---- */

/* Pods of an Indexed Job are named after it and their index. */
static void check_hostname(struct validating *v, const struct spot *job, const struct spot *spec)
{
    const struct spot metadata = spot_child(v, job, "metadata");
    const struct spot name = spot_child(v, &metadata, "name");
    const int64_t completions = child_int(spec, "completions");
    const struct str have = object_name(v);
    if (!child_text_is(spec, "completionMode", "Indexed") || completions <= 0 || have.n == 0)
        return;
    const struct str host =
        str_format(v->ctx->arena, "%.*s-%" PRId64, STR_FMT(have), completions - 1);
    if (format_dns1123_label(host))
        say_invalid_fmt(v, &name, "will not able to create pod with invalid DNS label: %.*s",
                        STR_FMT(diag_quote(v->ctx->arena, host)));
}

/* ---- generated labels ---- */

/* A label of the template that the server sets itself; `want` .p NULL: to a uid. */
static void check_label(struct validating *v, const struct spot *labels, const char *key,
                        struct str want)
{
    struct spot label = spot_child(v, labels, key);
    label.path.is_key = true;
    label.type = type_get(labels->type)->element;
    if (!spot_is_set(&label) || (want.p && str_eq(spot_text(&label), want)))
        return;
    if (want.p)
        say_invalid_fmt(v, &label, "must be '%.*s'", STR_FMT(want));
    else
        say_invalid(v, &label, "must be the uid that the server gives the Job; leave it out");
}

/* The name becomes the value of labels. */
static void check_name_as_label(struct validating *v, const struct spot *template, struct str name)
{
    const struct spot metadata = spot_child(v, template, "metadata");
    const struct spot labels = spot_child(v, &metadata, "labels");
    const char *reason = format_label_value(name);
    if (!reason || (node_entry(labels.path.node, str_from(job_name_labels[0])).key &&
                    node_entry(labels.path.node, str_from(job_name_labels[1])).key))
        return;
    struct spot at = labels;
    at.path.up = &template->path; /* as the server names it */
    say_invalid_as(v, &at, str_format(v->ctx->arena, "\"%.*s\"", STR_FMT(name)), reason);
}

static void need_label(struct validating *v, const struct spot *labels, const char *key,
                       const char *detail)
{
    struct spot label = spot_child(v, labels, key);
    label.path.is_key = true;
    say_required(v, &label, detail);
}

/* With all labels those go that the server put there. */
static void check_labels_stay(struct validating *v, const struct spot *labels, struct str name)
{
    const struct spot before = spot_before(labels);
    const char *own_name =
        str_to_c(v->ctx->arena, str_format(v->ctx->arena, "must be '%.*s'", STR_FMT(name)));
    if (!v_is_update(v) || spot_is_set(labels) || spot_count(&before) == 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(job_uid_labels); i++) {
        need_label(v, labels, job_uid_labels[i], "must be the uid of the Job; keep a label");
        need_label(v, labels, job_name_labels[i], own_name);
    }
}

static void check_generated(struct validating *v, const struct spot *spec, struct str name)
{
    const struct spot template = spot_child(v, spec, "template");
    const struct spot metadata = spot_child(v, &template, "metadata");
    const struct spot labels = spot_child(v, &metadata, "labels");
    const struct spot selector = spot_child(v, spec, "selector");
    const struct label_set expected = {.job = name, .any_uid = v_is_update(v)};
    for (size_t i = 0; i < ARRAY_LEN(job_name_labels); i++)
        check_label(v, &labels, job_name_labels[i], name);
    for (size_t i = 0; i < ARRAY_LEN(job_uid_labels) && !v_is_update(v); i++)
        check_label(v, &labels, job_uid_labels[i], (struct str){0});
    check_name_as_label(v, &template, name);
    check_labels_stay(v, &labels, name);
    if (spot_is_set(&selector) &&
        selector_match(selector.path.node, &expected) == SELECTION_DIFFERS)
        say_invalid(v, &selector, "`selector` not auto-generated");
}

/* Whoever selects by hand must do it. */
static void check_manual(struct validating *v, const struct spot *spec)
{
    const struct spot selector = spot_child(v, spec, "selector");
    /* the one that was generated stays when the rest is applied */
    if (!spot_is_set(&selector) && !v_is_update(v))
        say_required(v, &selector, NULL);
}

void rule_job_names(struct validating *v, const struct spot *spot)
{
    const struct spot spec = spot_child(v, spot, "spec");
    const struct spot template = spot_child(v, &spec, "template");
    const struct spot metadata = spot_child(v, &template, "metadata");
    const struct spot labels = spot_child(v, &metadata, "labels");
    const struct spot selector = spot_child(v, &spec, "selector");
    const bool manual = child_bool(&spec, "manualSelector");
    const struct str name = object_name(v);
    struct label_set set = {.map = labels.path.node, .any_uid = v_is_update(v)};
    check_hostname(v, spot, &spec);
    if (manual)
        check_manual(v, &spec);
    else if (name.n)
        check_generated(v, &spec, name);
    if (!manual)
        set.job = name;
    /* one that is not written is generated, and matches but for a uid of somebody else */
    const bool other_uid =
        !v_is_update(v) && node_entry(labels.path.node, str_from(job_uid_labels[1])).key;
    if (((manual && !v_is_update(v)) || other_uid || spot_is_set(&selector)) &&
        selector_match(selector.path.node, &set) == SELECTION_DIFFERS)
        say_invalid(v, &labels, "`selector` does not match template `labels`");
}

/* ---- templates of Jobs ---- */

void rule_job_selector(struct validating *v, const struct spot *spot)
{
    if (v_kind_is(v, "CronJob") && spot_is_set(spot))
        say_invalid(v, spot, "`selector` will be auto-generated");
}

void rule_template_manual_selector(struct validating *v, const struct spot *spot)
{
    static const char *const values[] = {"nil", "false"};
    if (v_kind_is(v, "CronJob") && spot_bool(spot))
        say_unsupported(v, spot, values, ARRAY_LEN(values));
}

/* ---- updates ---- */

/* Indexed Jobs may be made larger and smaller, together with their parallelism. */
void rule_completions_update(struct validating *v, const struct spot *spot)
{
    if (!v_is_update(v) || spot_is_unchanged(spot))
        return;
    /* what was filled in belongs to nobody, and stays when the rest is applied */
    if (!spot_is_set(spot) && spot->old->style == NODE_MADE)
        return;
    if (!child_text_is(spot->up, "completionMode", "Indexed"))
        say_immutable(v, spot, NULL);
    else if (spot_is_set(spot) && spot_int(spot) != child_int(spot->up, "parallelism"))
        say_invalid(v, spot, "can only be modified in tandem with spec.parallelism");
}

/*
 * Where a suspended Job is placed, and from 1.36 on how much its Pods ask for, may still change.
 * Whether it ever ran is in its status, which manifests don't have: it is taken for one that did
 * not.
 */
void rule_job_template_update(struct validating *v, const struct spot *spot)
{
    static const struct same_but placing[] = {
        {"Affinity", "nodeAffinity"},
        {"PodSpec", "nodeSelector"},
        {"PodSpec", "tolerations"},
        {"PodSpec", "schedulingGates"},
        {"ObjectMeta", "annotations"},
        {"ObjectMeta", "labels"},
        {NULL, NULL},
    };
    static const struct same_but placing_and_resources[] = {
        {"Affinity", "nodeAffinity"},   {"PodSpec", "nodeSelector"}, {"PodSpec", "tolerations"},
        {"PodSpec", "schedulingGates"}, {"Container", "resources"},  {NULL, NULL},
    };
    if (!v_is_update(v))
        return;
    const struct spot before = spot_before(spot->up);
    if (!child_bool(&before, "suspend")) {
        if (!spot_is_unchanged(spot))
            say_immutable(v, spot, NULL);
        return;
    }
    /* With the gate the server compares what is in spec, and metadata not at all. */
    const bool resources = v_gate(v, "MutablePodResourcesForSuspendedJobs");
    const struct spot at = resources ? spot_child(v, spot, "spec") : *spot;
    if (!same_value(at.type, at.path.node, at.old, resources ? placing_and_resources : placing))
        say_immutable(v, &at, NULL);
}
