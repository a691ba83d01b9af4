/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings on where Pods go: names of labels that nodes had once, and selectors that find nothing.
 */
#include "admit/rule.h"
#include "admit/rule_podspec.h"
#include "rule_calls.h"

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

static const char *old_label_text(struct str key)
{
    for (size_t i = 0; i < ARRAY_LEN(old_labels); i++)
        if (str_is(key, old_labels[i].key))
            return old_labels[i].text;
    return NULL;
}

/* Pods that are there are changed by controllers, which read no warnings. */
static bool is_silent(const struct validating *v)
{
    return v_kind_is(v, "Pod") && v_is_update(v);
}

void rule_node_selector_warnings(struct validating *v, const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node && !is_silent(v); each_next(v, &e)) {
        const char *text = old_label_text(e.spot.path.name);
        if (text)
            say_warning_at(v, &e.spot, text);
    }
}

/* The key of a requirement or of a topology; only inside Pods. */
void rule_node_label_warning(struct validating *v, const struct spot *spot)
{
    const char *text = old_label_text(spot_text(spot));
    if (text && spot_above(spot, "PodSpec") && !is_silent(v))
        say_warning_at(v, spot,
                       str_to_c(v->ctx->arena, str_format(v->ctx->arena, "%.*s is %s",
                                                          STR_FMT(spot_text(spot)), text)));
}

void rule_null_selector_warning(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot) && spot_above(spot, "PodSpec") && !is_silent(v))
        say_warning_at(v, spot, "a null labelSelector results in matching no pod");
}

void rule_host_alias_warnings(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    for (struct each e = each_first(v, spot); e.spot.path.node && !is_silent(v); each_next(v, &e)) {
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
