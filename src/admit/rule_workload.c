/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of the workloads of apps, and what disruption budgets share with them. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_same.h"
#include "admit/rule_selector.h"
#include "rule_calls.h"

#include "base/number.h"

void rule_match_labels(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot) && !v->only_warns)
        validate_labels(v->ctx, &spot->path);
}

/* Selects everything, which would take over the Pods of others. */
void rule_selector_not_empty(struct validating *v, const struct spot *spot)
{
    const struct spot labels = spot_child(v, spot, "matchLabels");
    const struct spot expressions = spot_child(v, spot, "matchExpressions");
    if (!spot_is_set(spot) || spot_count(&labels) + spot_count(&expressions) > 0)
        return;
    /* ReplicaSets speak of deployments as well */
    say_invalid(v, spot,
                v_kind_is(v, "StatefulSet") ? "empty selector is invalid for statefulset"
                : v_kind_is(v, "DaemonSet") ? "empty selector is invalid for daemonset"
                                            : "empty selector is invalid for deployment");
}

static enum selection template_selection(struct validating *v, const struct spot *spec,
                                         const struct spot *labels)
{
    const struct spot selector = spot_child(v, spec, "selector");
    const struct label_set set = {.map = labels->path.node};
    if (!v_kind_is(v, "ReplicationController"))
        return selector_match(selector.path.node, &set);
    return selector_map_matches(selector.path.node, labels->path.node) ? SELECTION_MATCHES
                                                                       : SELECTION_DIFFERS;
}

/* The Pods of the template must be those that the selector finds. */
void rule_selector_and_template(struct validating *v, const struct spot *spot)
{
    const struct spot template = spot_child(v, spot, "template");
    const struct spot metadata = spot_child(v, &template, "metadata");
    const struct spot labels = spot_child(v, &metadata, "labels");
    const struct spot selector = spot_child(v, spot, "selector");
    if (!spot_is_set(&template))
        return;
    const enum selection selection = template_selection(v, spot, &labels);
    if (selection == SELECTION_DIFFERS)
        say_invalid(v, &labels, "`selector` does not match template `labels`");
    if (selection == SELECTION_BROKEN && !v_kind_is(v, "DaemonSet"))
        say_invalid(v, &selector, v_kind_is(v, "StatefulSet") ? "" : "invalid label selector");
}

/* Workloads that never end: Pods that do have no place in them. */
void rule_template_restarts_always(struct validating *v, const struct spot *spot)
{
    static const char *const policies[] = {"Always"};
    const struct spot template = spot_child(v, spot, "template");
    const struct spot pod = spot_child(v, &template, "spec");
    const struct spot policy = spot_child(v, &pod, "restartPolicy");
    const struct spot deadline = spot_child(v, &pod, "activeDeadlineSeconds");
    if (!spot_is_set(&template))
        return;
    if (!spot_is_zero(&policy) && !spot_text_is(&policy, "Always"))
        say_unsupported(v, &policy, policies, ARRAY_LEN(policies));
    if (!spot_is_set(&deadline))
        return;
    const struct str kind = v_kind_is(v, "Deployment") ? STR("ReplicaSet") : v->admitted->kind.kind;
    say_forbidden(
        v, &deadline,
        str_to_c(v->ctx->arena,
                 str_format(v->ctx->arena, "activeDeadlineSeconds in %.*s is not Supported",
                            STR_FMT(kind))));
}

/* The server makes names up to five characters longer than the start, and cuts that at 58. */
static struct str made_name(struct arena *arena, struct str start)
{
    enum { KEPT = 58 };
    return str_format(arena, "%.*sxxxxx", (int)MIN_OF(start.n, (size_t)KEPT), start.p);
}

/* Pods and their hosts are named after the workload. */
void rule_pod_name_warning(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    const struct spot given = spot_child(v, spot, "name");
    const struct spot start = spot_child(v, spot, "generateName");
    const bool made = spot_is_zero(&given);
    const struct spot *name = made ? &start : &given;
    const struct str text = made ? made_name(arena, spot_text(&start)) : spot_text(&given);
    const char *reason = format_dns1123_label(text);
    if (v_is_update(v) || spot_is_zero(name) || !reason || format_dns1123_subdomain(text))
        return;
    const char *dots = str_find_char(text, '.') >= 0 ? "must not contain dots" : reason;
    const bool both = dots != reason && !str_is(str_from(reason), dots);
    say_warning(v, name,
                str_to_c(arena, str_format(arena,
                                           "metadata.name: this is used in %s, which can result in "
                                           "surprising behavior; a DNS label is recommended: "
                                           "[%s%s%s]",
                                           v_kind_is(v, "Pod") ? "the Pod's hostname"
                                                               : "Pod names and hostnames",
                                           reason, both ? " " : "", both ? dots : "")));
}

void rule_progress_deadline(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot) && spot_int(spot) <= child_int(spot->up, "minReadySeconds"))
        say_invalid(v, spot, "must be greater than minReadySeconds");
}

/* ---- counts or percentages ---- */

void rule_count_or_percent(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    if (!spot_is_text(spot)) {
        if (spot_int(spot) < 0)
            say_invalid(v, spot, "must be greater than or equal to 0");
        return;
    }
    const char *reason = format_percent(spot_text(spot));
    if (reason)
        say_invalid(v, spot, reason);
}

/* Number of a count or a percentage; anything else is 0, as it is in Go. */
static int64_t plain_number(const struct spot *spot)
{
    int64_t number;
    struct str text = spot_text(spot);
    if (!spot_is_text(spot))
        return spot_int(spot);
    if (!format_percent(text))
        text = str_sub(text, 0, text.n - 1);
    return number_parse_i64(text, &number) == 0 ? number : 0;
}

void rule_percent_at_most_100(struct validating *v, const struct spot *spot)
{
    enum { PERCENT_MAX = 100 };
    rule_count_or_percent(v, spot);
    if (!spot_is_text(spot) || format_percent(spot_text(spot)))
        return;
    struct str digits = str_sub(spot_text(spot), 0, spot_text(spot).n - 1);
    while (digits.n > 1 && digits.p[0] == '0')
        digits = str_from_offset(digits, 1);
    /* Go reads what does not fit into an int as the largest one */
    if (digits.n > 3 || plain_number(spot) > PERCENT_MAX)
        say_invalid(v, spot, "must not be greater than 100%");
}

void rule_rolling_update_moves(struct validating *v, const struct spot *spot)
{
    const struct spot unavailable = spot_child(v, spot, "maxUnavailable");
    const struct spot surge = spot_child(v, spot, "maxSurge");
    if (plain_number(&unavailable) == 0 && plain_number(&surge) == 0)
        say_invalid(v, &unavailable, "may not be 0 when `maxSurge` is 0");
}

void rule_not_zero(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot) && plain_number(spot) == 0)
        say_invalid(v, spot, "cannot be 0");
}

/* A DaemonSet moves one way: a Pod of the node goes before the new one comes, or after. */
void rule_surge_or_unavailable(struct validating *v, const struct spot *spot)
{
    const struct spot unavailable = spot_child(v, spot, "maxUnavailable");
    const struct spot surge = spot_child(v, spot, "maxSurge");
    const bool has_unavailable = plain_number(&unavailable) != 0;
    const bool has_surge = plain_number(&surge) != 0;
    if (has_unavailable && has_surge)
        say_invalid(v, &surge, "may not be set when maxUnavailable is non-zero");
    if (!has_unavailable && !has_surge)
        say_required(v, &unavailable, "cannot be 0 when maxSurge is 0");
}

/* ---- the rest ---- */

/* All of a StatefulSet's spec but a few fields stays as it was. */
void rule_stateful_set_update(struct validating *v, const struct spot *spot)
{
    static const struct same_but but[] = {
        {"StatefulSetSpec", "replicas"},
        {"StatefulSetSpec", "ordinals"},
        {"StatefulSetSpec", "template"},
        {"StatefulSetSpec", "updateStrategy"},
        {"StatefulSetSpec", "revisionHistoryLimit"},
        {"StatefulSetSpec", "persistentVolumeClaimRetentionPolicy"},
        {"StatefulSetSpec", "minReadySeconds"},
        {"PersistentVolumeClaim", "status"},
        {"PersistentVolumeClaim", "apiVersion"},
        {"PersistentVolumeClaim", "kind"},
        {NULL, NULL},
    };
    if (v_is_update(v) && !same_value(spot->type, spot->path.node, spot->old, but))
        say_forbidden(v, spot,
                      "updates to statefulset spec for fields other than 'replicas', 'ordinals', "
                      "'template', 'updateStrategy', 'revisionHistoryLimit', "
                      "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
}

void rule_revision_data(struct validating *v, const struct spot *spot)
{
    if (v_is_update(v))
        return;
    if (!spot_is_set(spot))
        say_required(v, spot, "data is mandatory");
    else if (node_kind(spot->path.node) != NODE_MAP)
        say_required(v, spot, "data must be a valid JSON object");
}
