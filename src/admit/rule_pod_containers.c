/* SPDX-License-Identifier: Apache-2.0 */
/* What the containers of a Pod mean to each other, and what only some kinds of them may have. */
#include "admit/rule.h"
#include "admit/rule_podspec.h"
#include "rule_calls.h"

/* ---- names ---- */

/* Init containers may not have the name of a container; ephemeral ones that of neither. */
static void check_names(struct validating *v, const struct spot *pod, const char *field,
                        struct map *seen)
{
    const struct spot list = spot_child(v, pod, field);
    for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        if (spot_text(&name).n == 0)
            continue;
        if (map_has(seen, spot_text(&name)))
            say_duplicate(v, &name);
        else
            map_put(seen, spot_text(&name), seen);
    }
}

void rule_container_names(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    check_names(v, spot, "containers", &seen);
    check_names(v, spot, "initContainers", &seen);
    check_names(v, spot, "ephemeralContainers", &seen);
}

/* ---- ports of the host ---- */

static void check_host_ports(struct validating *v, const struct spot *container, struct map *seen)
{
    struct arena *arena = v->ctx->arena;
    const struct spot ports = spot_child(v, container, "ports");
    for (struct each e = each_first(v, &ports); e.spot.path.node; each_next(v, &e)) {
        const struct spot port = spot_child(v, &e.spot, "hostPort");
        if (spot_int(&port) == 0)
            continue;
        const struct str key =
            str_format(arena, "%.*s/%.*s/%" PRId64, STR_FMT(child_text(&e.spot, "protocol")),
                       STR_FMT(child_text(&e.spot, "hostIP")), spot_int(&port));
        const struct spot shown = spot_with_text(v, &port, key);
        if (map_has(seen, key))
            say_duplicate(v, &shown);
        else
            map_put(seen, key, seen);
    }
}

/* In templates a missing one is filled in when the Pod is made. */
static void check_host_network(struct validating *v, const struct spot *container)
{
    const struct spot ports = spot_child(v, container, "ports");
    for (struct each e = each_first(v, &ports); e.spot.path.node; each_next(v, &e)) {
        const struct spot port = spot_child(v, &e.spot, "hostPort");
        const int64_t number = spot_int(&port);
        if ((number != 0 || v_kind_is(v, "Pod")) && number != child_int(&e.spot, "containerPort"))
            say_invalid(v, &port, "must match `containerPort` when `hostNetwork` is true");
    }
}

/* Init containers run one after the other, so that each is looked at alone. */
void rule_host_ports(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    const struct spot containers = spot_child(v, spot, "containers");
    const struct spot inits = spot_child(v, spot, "initContainers");
    for (struct each e = each_first(v, &containers); e.spot.path.node; each_next(v, &e)) {
        check_host_ports(v, &e.spot, &seen);
        if (child_bool(spot, "hostNetwork"))
            check_host_network(v, &e.spot);
    }
    for (struct each e = each_first(v, &inits); e.spot.path.node; each_next(v, &e)) {
        struct map own = {.arena = v->ctx->arena};
        check_host_ports(v, &e.spot, &own);
    }
}

/* ---- single fields ---- */

void rule_image_blanks(struct validating *v, const struct spot *spot)
{
    if (is_padded(spot_text(spot)))
        say_invalid(v, spot, "must not have leading or trailing whitespace");
}

void rule_resize_policy(struct validating *v, const struct spot *spot)
{
    static const char *const resources[] = {"cpu", "memory"};
    static const char *const policies[] = {"NotRequired", "RestartContainer"};
    struct map seen = {.arena = v->ctx->arena};
    const struct spot *pod = spot_above(spot, "PodSpec");
    const bool never = pod && child_text_is(pod, "restartPolicy", "Never");
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct str name = child_text(&e.spot, "resourceName");
        const struct str policy = child_text(&e.spot, "restartPolicy");
        const struct spot named = spot_with_text(v, &e.spot, name);
        struct spot list = spot_with_text(v, &e.spot, name);
        list.path.up = spot->path.up;
        list.path.name = spot->path.name;
        if (map_has(&seen, name))
            say_duplicate(v, &named);
        map_put(&seen, name, &seen);
        if (name.n == 0 || policy.n == 0)
            say_required(v, &list, NULL);
        if (name.n && !str_is_one_of(name, resources, ARRAY_LEN(resources)))
            say_unsupported(v, &list, resources, ARRAY_LEN(resources));
        list.path.node = node_new_text(v->ctx->arena, policy);
        if (policy.n && !str_is_one_of(policy, policies, ARRAY_LEN(policies)))
            say_unsupported(v, &list, policies, ARRAY_LEN(policies));
        if (never && !str_is(policy, "NotRequired"))
            say_invalid(v, &list,
                        v->minor >= 36 ? "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
                                       : "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
}

void rule_restart_rules(struct validating *v, const struct spot *spot)
{
    enum { RULES_MAX = 20, COUNTS_ITEMS_SINCE = 36 };
    const struct spot policy = spot_child(v, spot->up, "restartPolicy");
    const bool init = str_is(spot_holder(spot->up), "initContainers");
    if (spot_count(spot) == 0)
        return;
    if (!spot_is_set(&policy))
        say_required(v, &policy, "must specify restartPolicy when restart rules are used");
    if (init && !spot_is_set(&policy))
        return;
    if (init && spot_text_is(&policy, "Always") &&
        !v_gate(v, "RestartAllContainersOnContainerExits")) {
        say_forbidden(v, spot,
                      "restartPolicyRules are not allowed for init containers with restart policy "
                      "Always");
        return;
    }
    if (spot_count(spot) > RULES_MAX && v->minor < COUNTS_ITEMS_SINCE)
        say_too_long(v, spot, RULES_MAX);
    else if (spot_count(spot) > RULES_MAX)
        say_too_many(v, spot, RULES_MAX);
}

void rule_sleep(struct validating *v, const struct spot *spot)
{
    enum { GRACE_DEFAULT = 30 };
    const struct spot *pod = spot_above(spot, "PodSpec");
    const bool zero = v_gate(v, "PodLifecycleSleepActionAllowZero");
    const int64_t seconds = child_int(spot, "seconds");
    if (!pod || !v_gate(v, "PodLifecycleSleepAction"))
        return;
    int64_t grace = child_is_set(pod, "terminationGracePeriodSeconds")
                        ? child_int(pod, "terminationGracePeriodSeconds")
                        : GRACE_DEFAULT;
    if (grace < 0 && v_kind_is(v, "Pod")) /* the server makes it 1 first */
        grace = 1;
    if (seconds >= (zero ? 0 : 1) && seconds <= grace)
        return;
    const struct str detail = str_format(
        v->ctx->arena,
        zero ? "must be non-negative and less than terminationGracePeriodSeconds (%" PRId64 ")"
             : "must be greater than 0 and less than terminationGracePeriodSeconds (%" PRId64
               "). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.",
        grace);
    say_invalid_as(v, spot, str_format(v->ctx->arena, "%" PRId64, seconds),
                   str_to_c(v->ctx->arena, detail));
}

/* ---- init containers ---- */

/* The server forgets a stop signal, and with it a lifecycle that has nothing else. */
static bool has_lifecycle(const struct spot *lifecycle)
{
    if (!spot_is_set(lifecycle))
        return false;
    return !child_is_set(lifecycle, "stopSignal") || child_is_set(lifecycle, "preStop") ||
           child_is_set(lifecycle, "postStart");
}

void rule_init_only(struct validating *v, const struct spot *spot)
{
    static const char *const probes[] = {"livenessProbe", "readinessProbe", "startupProbe"};
    static const char says[] = "may not be set for init containers without restartPolicy=Always";
    enum { RESIZE_CHECKED_SINCE = 36 };
    if (!str_is(spot_holder(spot), "initContainers") ||
        child_text_is(spot, "restartPolicy", "Always"))
        return;
    const struct spot lifecycle = spot_child(v, spot, "lifecycle");
    if (has_lifecycle(&lifecycle))
        say_forbidden(v, &lifecycle, says);
    for (size_t i = 0; i < ARRAY_LEN(probes); i++) {
        const struct spot probe = spot_child(v, spot, probes[i]);
        if (spot_is_set(&probe))
            say_forbidden(v, &probe, says);
    }
    const struct spot resize = spot_child(v, spot, "resizePolicy");
    if (v->minor < RESIZE_CHECKED_SINCE || (v_is_update(v) && spot_is_unchanged(&resize)))
        return;
    for (struct each e = each_first(v, &resize); e.spot.path.node; each_next(v, &e)) {
        const struct spot policy = spot_child(v, &e.spot, "restartPolicy");
        if (spot_text_is(&policy, "RestartContainer"))
            say_invalid(v, &policy,
                        "must not be set to 'RestartContainer' for non-sidecar initContainers");
    }
}

/* ---- ephemeral containers, which neither creation nor templates may have ---- */

static bool has_container(const struct spot *pod, const char *field, struct str name)
{
    const struct node *list = node_get(pod->path.node, str_from(field));
    for (struct item it = list_first(list); it.value; it = list_next(it))
        if (str_eq(node_get_text(it.value, STR("name")), name))
            return true;
    return false;
}

static void check_target(struct validating *v, const struct spot *container)
{
    const struct spot target = spot_child(v, container, "targetContainerName");
    const struct spot *pod = spot_above(container, "PodSpec");
    const struct str name = spot_text(&target);
    if (name.n && pod && !has_container(pod, "containers", name) &&
        !has_container(pod, "initContainers", name))
        say_not_found(v, &target);
}

void rule_ephemeral_fields(struct validating *v, const struct spot *spot)
{
    static const char *const fields[] = {
        "ports",     "livenessProbe", "readinessProbe",     "startupProbe",
        "lifecycle", "resizePolicy",  "restartPolicyRules", "restartPolicy"};
    static const char says[] = "cannot be set for an Ephemeral Container";
    check_target(v, spot);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot field = spot_child(v, spot, fields[i]);
        if (!spot_is_zero(&field))
            say_forbidden(v, &field, says);
    }
    const struct spot resources = spot_child(v, spot, "resources");
    if (spot_count(&resources))
        say_forbidden(v, &resources, says);
    const struct spot mounts = spot_child(v, spot, "volumeMounts");
    for (struct each e = each_first(v, &mounts); e.spot.path.node; each_next(v, &e)) {
        const struct spot path = spot_child(v, &e.spot, "subPath");
        const struct spot expression = spot_child(v, &e.spot, "subPathExpr");
        if (!spot_is_zero(&path))
            say_forbidden(v, &path, says);
        if (!spot_is_zero(&expression))
            say_forbidden(v, &expression, says);
    }
}
