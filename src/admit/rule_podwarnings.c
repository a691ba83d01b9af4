/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings on where Pods go: names of labels that nodes had once, and selectors that find nothing.
 */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_ip.h"
#include "admit/rule_podspec.h"
#include "base/ascii.h"
#include "rule_calls.h"

#include <string.h>

struct old_label {
    const char *key;
    const char *text;
};

static const struct old_label old_labels[] = {
    {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region",
     "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone",
     "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
    {"beta.kubernetes.io/instance-type",
     "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
    {"app.kubernetes.io/created-by", "deprecated since v1.9"},
    {"scheduler.alpha.kubernetes.io/preferAvoidPods",
     "deprecated since v1.22; use Taints and Tolerations instead"},
    {"node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"},
};

const char *old_node_label(struct str key)
{
    for (size_t i = 0; i < ARRAY_LEN(old_labels); i++)
        if (str_is(key, old_labels[i].key))
            return old_labels[i].text;
    return NULL;
}

void rule_node_selector_warnings(struct validating *v, const struct spot *spot)
{
    if (spot_count(spot) == 0 || !pod_warnings_are_due(v, spot))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const char *text = old_node_label(e.spot.path.name);
        if (text)
            say_warning_at(v, &e.spot, text);
    }
}

/* But for its length. */
static bool is_label_text(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_alnum(text.p[i]) && (i == 0 || i + 1 == text.n || !strchr("-_.", text.p[i])))
            return false;
    return true;
}

static bool warns_here(const struct validating *v, const struct spot *spot)
{
    return spot_above(spot, "PodSpec") && pod_warnings_are_due(v, spot);
}

/* Preferred terms with values that no label has match nothing, and are taken. */
void rule_preferred_value_warnings(struct validating *v, const struct spot *spot)
{
    enum { LABEL_VALUE_MAX = 63, BYTES_SINCE = 35 };
    static const char allowed[] =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
        "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
        "'my_value',  or '12345', regex used for validation is "
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    struct arena *arena = v->ctx->arena;
    if (!spot_above(spot, "PreferredSchedulingTerm"))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct str value = spot_text(&e.spot);
        const struct str shown = diag_quote(arena, value);
        if (!format_label_value(value) || !warns_here(v, spot))
            continue;
        if (value.n > LABEL_VALUE_MAX)
            say_warning_at(
                v, &e.spot,
                str_to_c(arena, str_format(arena, "%.*s is invalid, must be no more than 63 %s",
                                           STR_FMT(shown),
                                           v->minor < BYTES_SINCE ? "characters" : "bytes")));
        if (value.n <= LABEL_VALUE_MAX || !is_label_text(value))
            say_warning_at(
                v, &e.spot,
                str_to_c(arena, str_format(arena, "%.*s is invalid, %s", STR_FMT(shown), allowed)));
    }
}

/* The key of a requirement or of a topology; inside Pods and persistent volumes. */
void rule_node_label_warning(struct validating *v, const struct spot *spot)
{
    const char *text = old_node_label(spot_text(spot));
    if (text && (v_kind_is(v, "PersistentVolume") || warns_here(v, spot)))
        say_warning_at(v, spot,
                       str_to_c(v->ctx->arena, str_format(v->ctx->arena, "%.*s is %s",
                                                          STR_FMT(spot_text(spot)), text)));
}

void rule_null_selector_warning(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot) && warns_here(v, spot))
        say_warning_at(v, spot, "a null labelSelector results in matching no pod");
}

void rule_pod_ip_warning(struct validating *v, const struct spot *spot)
{
    if (!spot_is_zero(spot) && pod_warnings_are_due(v, spot))
        warn_ip(v, spot);
}

void rule_host_alias_warnings(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    if (spot_count(spot) == 0 || !pod_warnings_are_due(v, spot))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot ip = spot_child(v, &e.spot, "ip");
        const struct str text = diag_quote(v->ctx->arena, spot_text(&ip));
        if (map_has(&seen, spot_text(&ip)))
            say_warning_at(
                v, &ip,
                str_to_c(v->ctx->arena,
                         str_format(v->ctx->arena, "duplicate ip \"%.*s\"", STR_FMT(text))));
        map_put(&seen, spot_text(&ip), &seen);
    }
}
