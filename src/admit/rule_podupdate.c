/* SPDX-License-Identifier: Apache-2.0 */
/* What may change in a Pod: images, a deadline that comes nearer, more tolerations, fewer gates. */
#include "admit/rule.h"
#include "admit/rule_podspec.h"
#include "admit/rule_same.h"
#include "rule_calls.h"

static const struct node *before(const struct spot *spec, const char *name)
{
    return node_real(node_get(spec->old, str_from(name)));
}

/* ---- single fields ---- */

/* false when containers came or went: the server then looks no further. */
static bool check_container_count(struct validating *v, const struct spot *spec, const char *name)
{
    const struct spot list = spot_child(v, spec, name);
    const struct spot old = spot_before(&list);
    if (spot_count(&list) == spot_count(&old))
        return true;
    say_forbidden(v, &list, "pod updates may not add or remove containers");
    return false;
}

/* false where the server looks no further. */
static bool check_deadline(struct validating *v, const struct spot *spec)
{
    const struct spot deadline = spot_child(v, spec, "activeDeadlineSeconds");
    const struct spot old = spot_before(&deadline);
    if (!spot_is_set(&old))
        return true;
    if (!spot_is_set(&deadline)) {
        say_invalid_as(v, &deadline, STR("null"),
                       "must not update from a positive integer to nil value");
        return true;
    }
    if (spot_int(&deadline) <= spot_int(&old))
        return true;
    say_invalid(v, &deadline, "must be less than or equal to previous value");
    return false;
}

static bool has_toleration(const struct spot *list, const struct node *old)
{
    static const struct same_but seconds[] = {{"Toleration", "tolerationSeconds"}, {NULL, NULL}};
    const type_id element = type_get(list->type)->element;
    for (struct item it = list_first(list->path.node); it.value; it = list_next(it))
        if (same_value(element, it.value, old, seconds))
            return true;
    return false;
}

static bool tolerates(const struct node *list, const char *taint)
{
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const struct str key = node_get_text(it.value, STR("key"));
        const struct str effect = node_get_text(it.value, STR("effect"));
        if ((key.n == 0 || str_is(key, taint)) && (effect.n == 0 || str_is(effect, "NoExecute")))
            return true;
    }
    return false;
}

static bool tolerates_exactly(const struct node *list, const char *taint)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_is(node_get_text(it.value, STR("key")), taint) &&
            str_is(node_get_text(it.value, STR("operator")), "Exists") &&
            str_is(node_get_text(it.value, STR("effect")), "NoExecute"))
            return true;
    return false;
}

/* DefaultTolerationSeconds gives a Pod two of its own where it has none for these taints, and takes
 * them for its wish ever after. */
static bool keeps_given_tolerations(const struct validating *v, const struct spot *list)
{
    static const char *const taints[] = {"node.kubernetes.io/not-ready",
                                         "node.kubernetes.io/unreachable"};
    if (!v_plugin(v, PLUGIN_DEFAULT_TOLERATION_SECONDS))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(taints); i++)
        if (!tolerates(list->old, taints[i]) && tolerates(list->path.node, taints[i]) &&
            !tolerates_exactly(list->path.node, taints[i]))
            return false;
    return true;
}

static void check_tolerations(struct validating *v, const struct spot *spec)
{
    const struct spot list = spot_child(v, spec, "tolerations");
    if (!keeps_given_tolerations(v, &list)) {
        say_forbidden(v, &list,
                      "existing toleration can not be modified except its tolerationSeconds");
        return;
    }
    for (struct item it = list_first(list.old); it.value; it = list_next(it)) {
        if (has_toleration(&list, it.value))
            continue;
        say_forbidden(v, &list,
                      "existing toleration can not be modified except its tolerationSeconds");
        return;
    }
}

static bool has_gate(const struct node *list, struct str name)
{
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("name")), name))
            return true;
    return false;
}

static void check_gates(struct validating *v, const struct spot *spec)
{
    const struct spot list = spot_child(v, spec, "schedulingGates");
    struct arena *arena = v->ctx->arena;
    for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        const struct str quoted = diag_quote(arena, spot_text(&name));
        if (!has_gate(list.old, spot_text(&name)))
            say_forbidden(v, &name,
                          str_to_c(arena, str_format(arena,
                                                     "only deletion is allowed, but found new "
                                                     "scheduling gate '%.*s'",
                                                     STR_FMT(quoted))));
    }
}

/* ---- Pods that wait at a gate ---- */

static void check_node_selector(struct validating *v, const struct spot *spec)
{
    const struct spot selector = spot_child(v, spec, "nodeSelector");
    for (struct entry e = map_first(selector.old); e.key; e = map_next(e)) {
        const struct node *now = node_get(selector.path.node, node_text(e.key));
        if (now && str_eq(node_text(now), node_text(e.value)))
            continue;
        say_invalid(v, &selector,
                    "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
        return;
    }
}

/* The requirements that there were come first, and none comes where there were none. */
static bool only_adds(struct validating *v, const struct spot *term)
{
    static const char *const lists[] = {"matchExpressions", "matchFields"};
    size_t old_count = 0;
    size_t new_count = 0;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct spot list = spot_child(v, term, lists[i]);
        const type_id element = type_get(list.type)->element;
        struct item now = list_first(list.path.node);
        for (struct item it = list_first(list.old); it.value; it = list_next(it)) {
            if (!now.value || !same_value(element, now.value, it.value, NULL))
                return false;
            now = list_next(now);
            old_count++;
        }
        new_count += spot_count(&list);
    }
    return old_count > 0 || new_count == 0;
}

static void check_node_affinity(struct validating *v, const struct spot *spec)
{
    const struct spot affinity = spot_child(v, spec, "affinity");
    const struct spot node = spot_child(v, &affinity, "nodeAffinity");
    const struct spot required =
        spot_child(v, &node, "requiredDuringSchedulingIgnoredDuringExecution");
    const struct spot terms = spot_child(v, &required, "nodeSelectorTerms");
    const struct spot old = spot_before(&terms);
    if (spot_count(&old) == 0)
        return;
    if (spot_count(&old) != spot_count(&terms)) {
        say_invalid(v, &terms,
                    "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
        return;
    }
    for (struct each e = each_first(v, &terms); e.spot.path.node; each_next(v, &e))
        if (!only_adds(v, &e.spot))
            say_invalid(v, &e.spot, "only additions are allowed (no mutations or deletions)");
}

/* ---- everything else ---- */

/* A pull policy that was filled in stays what the first image made of it. */
static const struct same_but *fields_that_change(const struct node *now, const struct node *old)
{
    static const struct same_but images[] = {{"Container", "image"}, {NULL, NULL}};
    static const struct same_but policies[] = {
        {"Container", "image"}, {"Container", "imagePullPolicy"}, {NULL, NULL}};
    const struct node *policy = node_get(now, STR("imagePullPolicy"));
    const struct node *before_it = node_get(old, STR("imagePullPolicy"));
    const bool made =
        (!policy || policy->style == NODE_MADE) && (!before_it || before_it->style == NODE_MADE);
    return made ? policies : images;
}

static bool same_but_images(struct validating *v, const struct spot *spec, const char *name)
{
    const struct spot list = spot_child(v, spec, name);
    const type_id element = type_get(list.type)->element;
    struct item old = list_first(list.old);
    for (struct item it = list_first(list.path.node); it.value;
         it = list_next(it), old = list_next(old))
        if (!same_value(element, it.value, old.value, fields_that_change(it.value, old.value)))
            return false;
    return true;
}

/* What admission plugins fill in when a Pod is created. */
static bool same_by_default(struct str name, const struct node *now, const struct node *old)
{
    static const char *const defaults[][2] = {{"serviceAccountName", "default"},
                                              {"serviceAccount", "default"},
                                              {"preemptionPolicy", "PreemptLowerPriority"}};
    for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
        const struct node *one = node_is_null(now) ? old : now;
        if (str_is(name, defaults[i][0]) && (node_is_null(now) || node_is_null(old)) && one &&
            str_is(node_text(one), defaults[i][1]))
            return true;
    }
    return false;
}

static bool is_checked_apart(struct str name, bool gated)
{
    static const char *const always[] = {"containers", "initContainers", "activeDeadlineSeconds",
                                         "schedulingGates", "tolerations"};
    return str_is_one_of(name, always, ARRAY_LEN(always)) ||
           (gated && (str_is(name, "nodeSelector") || str_is(name, "affinity")));
}

/* Go's pointers: the server tells false from nothing. */
static bool is_pointer(struct str name)
{
    static const char *const pointers[] = {"affinity",  "automountServiceAccountToken",
                                           "dnsConfig", "hostUsers",
                                           "os",        "setHostnameAsFQDN",
                                           "resources", "shareProcessNamespace"};
    return str_is_one_of(name, pointers, ARRAY_LEN(pointers));
}

static int64_t grace_period(const struct node *node)
{
    int64_t period = 0;
    return node_i64(node, &period) && period < 0 ? 1 : period;
}

static bool same_field(const struct spot *spec, const struct field *field)
{
    const struct str name = field_name(field);
    const struct node *now = node_get(spec->path.node, name);
    const struct node *old = node_get(spec->old, name);
    if (is_pointer(name) && node_is_null(now) != node_is_null(old))
        return false;
    if (same_by_default(name, now, old) || same_value(field->type, now, old, NULL))
        return true;
    /* all that is negative means 1 */
    return str_is(name, "terminationGracePeriodSeconds") && grace_period(now) == grace_period(old);
}

static bool rest_is_same(struct validating *v, const struct spot *spec, bool gated)
{
    const struct type *type = type_get(spec->type);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct field *field = type_field_at(type, i);
        if (field_is_in(field, v->minor) && !is_checked_apart(field_name(field), gated) &&
            !same_field(spec, field))
            return false;
    }
    if (!same_but_images(v, spec, "containers") || !same_but_images(v, spec, "initContainers"))
        return false;
    static const struct same_but node[] = {{"Affinity", "nodeAffinity"}, {NULL, NULL}};
    const struct spot affinity = spot_child(v, spec, "affinity");
    const struct spot of_node = spot_child(v, &affinity, "nodeAffinity");
    /* an empty one is more than none, unless it comes or goes with the part that may change */
    if (gated && !spot_is_set(&of_node) && node_is_null(of_node.old) &&
        node_is_null(affinity.path.node) != node_is_null(affinity.old))
        return false;
    return !gated || same_value(affinity.type, affinity.path.node, affinity.old, node);
}

void rule_pod_update(struct validating *v, const struct spot *spot)
{
    if (!spot->old || !check_container_count(v, spot, "containers") ||
        !check_container_count(v, spot, "initContainers") || !check_deadline(v, spot))
        return;
    check_tolerations(v, spot);
    check_gates(v, spot);
    const struct node *gates = before(spot, "schedulingGates");
    const bool gated = node_kind(gates) == NODE_LIST && gates->n > 0;
    if (gated) {
        check_node_selector(v, spot);
        check_node_affinity(v, spot);
    }
    if (!rest_is_same(v, spot, gated))
        say_forbidden(v, spot,
                      "pod updates may not change fields other than "
                      "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                      "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
                      "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 "
                      "if it was previously negative)");
}
