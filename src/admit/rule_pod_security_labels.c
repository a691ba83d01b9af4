/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of namespaces by which the PodSecurity plugin goes: PolicyToEvaluate of
 * pod-security-admission. */
#include "admit/rule.h"
#include "rule_calls.h"

static const char *const modes[] = {"enforce", "audit", "warn"};

static bool is_level(struct str text)
{
    static const char *const levels[] = {"privileged", "baseline", "restricted"};
    return str_is_one_of(text, levels, ARRAY_LEN(levels));
}

/* latest, or v1. and a number without zeros in front, which fits an int of Go. */
static bool is_version(struct str text)
{
    const struct str head = STR("v1.");
    const struct str most = STR("9223372036854775807");
    if (str_is(text, "latest"))
        return true;
    if (!str_starts(text, head) || text.n == head.n ||
        (text.p[head.n] == '0' && text.n > head.n + 1))
        return false;
    for (size_t i = head.n; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    const struct str digits = str_from_offset(text, head.n);
    return digits.n < most.n || (digits.n == most.n && str_cmp(digits, most) <= 0);
}

/* What was wrong before stays as it is until somebody changes it. */
static void check_label(struct validating *v, const struct spot *labels, const char *key,
                        bool (*is_right)(struct str), const char *wanted)
{
    struct spot label = spot_child(v, labels, key);
    label.path.is_key = true;
    label.type = type_get(labels->type)->element;
    if (!spot_is_set(&label) || is_right(spot_text(&label)))
        return;
    if (!v_is_update(v) || !spot_is_unchanged(&label))
        say_invalid(v, &label, wanted);
}

void rule_pod_security_labels(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    const struct spot labels = spot_child(v, spot, "labels");
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        const struct str level = str_format(arena, "pod-security.kubernetes.io/%s", modes[i]);
        const struct str version = str_format(arena, "%.*s-version", STR_FMT(level));
        check_label(v, &labels, str_to_c(arena, level), is_level,
                    "must be one of privileged, baseline, restricted");
        check_label(v, &labels, str_to_c(arena, version), is_version,
                    "must be \"latest\" or \"v1.x\"");
    }
}
