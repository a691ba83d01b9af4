/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Pods and Pod templates as a whole: what one field of the spec says about another. */
#include "admit/rule_podspec.h"
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

#include "base/utf8.h"

/* ---- what the other files of the family use as well ---- */

static const char *const container_lists[] = {"initContainers", "containers",
                                              "ephemeralContainers"};

void each_container(struct validating *v, const struct spot *spec, container_fn *fn,
                    const void *with)
{
    for (size_t i = 0; i < ARRAY_LEN(container_lists); i++) {
        const struct spot list = spot_child(v, spec, container_lists[i]);
        for (struct each e = each_first(v, &list); e.spot.path.node; each_next(v, &e))
            fn(v, &e.spot, with);
    }
}

struct spot spot_named(const struct spot *spot, const struct spot *up, const char *name)
{
    struct spot other = *spot;
    other.path = (struct path){.up = &up->path, .name = str_from(name), .node = spot->path.node};
    return other;
}

void say_warning_at(struct validating *v, const struct spot *spot, const char *text)
{
    struct arena *arena = v->ctx->arena;
    const struct str path = path_format(arena, &spot->path);
    say_warning(v, spot, str_to_c(arena, str_format(arena, "%.*s: %s", STR_FMT(path), text)));
}

/* unicode.IsSpace of Go. */
static bool is_space(uint32_t rune)
{
    return (rune >= '\t' && rune <= '\r') || rune == ' ' || rune == 0x85 || rune == 0xa0 ||
           rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 ||
           rune == 0x2029 || rune == 0x202f || rune == 0x205f || rune == 0x3000;
}

bool is_padded(struct str text)
{
    size_t last = text.n ? text.n - 1 : 0;
    while (last > 0 && ((unsigned char)text.p[last] & 0xc0) == 0x80)
        last--;
    size_t first = 0;
    return text.n && (is_space(utf8_next(text, &first)) || is_space(utf8_next(text, &last)));
}

/* ---- single fields ---- */

void rule_pod_preemption_policy(struct validating *v, const struct spot *spot)
{
    static const char *const policies[] = {"PreemptLowerPriority", "Never"};
    if (!spot_is_set(spot))
        return;
    if (spot_text(spot).n == 0)
        say_required(v, spot, NULL);
    else if (!str_is_one_of(spot_text(spot), policies, ARRAY_LEN(policies)))
        say_unsupported(v, spot, policies, ARRAY_LEN(policies));
    /* admission takes only what the class says, and no class or one of the system says this */
    const struct str class_name = child_text(spot->up, "priorityClassName");
    if (spot_text_is(spot, "Never") && v_plugin(v, PLUGIN_PRIORITY) && v_kind_is(v, "Pod") &&
        !v_is_update(v) && (class_name.n == 0 || str_starts(class_name, STR("system-"))))
        say_forbidden(v, spot,
                      "the string value of PreemptionPolicy (Never) must not be provided in pod "
                      "spec; priority admission controller computed PreemptLowerPriority from the "
                      "given PriorityClass name");
}

/* Of a Pod itself the server makes it 1 without a word. */
void rule_pod_grace_period(struct validating *v, const struct spot *spot)
{
    if (spot_int(spot) < 0 && !v_kind_is(v, "Pod") && pod_warnings_are_due(v, spot))
        say_warning_at(v, spot,
                       "must be >= 0; negative values are invalid and will be treated as 1");
}

void rule_resource_claim_source(struct validating *v, const struct spot *spot)
{
    if (!child_is_set(spot, "resourceClaimName") &&
        !child_is_set(spot, "resourceClaimTemplateName"))
        say_invalid(v, spot,
                    "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
}

/* Names of Secrets, which nobody needs twice. */
void rule_pod_pull_secrets(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    if (spot_count(spot) == 0 || !pod_warnings_are_due(v, spot))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        const struct str text = spot_text(&name);
        if (text.n == 0)
            say_warning_at(v, &name, "invalid empty name \"\"");
        if (map_has(&seen, text))
            say_warning_at(
                v, &name,
                str_to_c(v->ctx->arena,
                         str_format(v->ctx->arena, "duplicate name \"%.*s\"", STR_FMT(text))));
        map_put(&seen, text, &seen);
    }
}

/* ---- what admission plugins of every server refuse ---- */

/* The RuntimeClass plugin fills it in, and takes only its own. */
void rule_pod_overhead(struct validating *v, const struct spot *spot)
{
    /* amounts are named as limits of the overhead */
    struct spot amounts = *spot;
    amounts.up = spot;
    if (spot_is_set(spot))
        rule_overhead_amounts(v, &amounts);
    if (v_plugin(v, PLUGIN_RUNTIME_CLASS) && v_kind_is(v, "Pod") && !v_is_update(v) &&
        spot_is_set(spot) && child_text(spot->up, "runtimeClassName").n == 0)
        say_forbidden(v, spot,
                      "pod rejected: Pod Overhead set without corresponding RuntimeClass defined "
                      "Overhead");
}

/* The Priority plugin computes it from the class; the values of these are known. */
void rule_pod_priority(struct validating *v, const struct spot *spot)
{
    static const struct {
        const char *class_name;
        int64_t priority;
    } known[] = {
        {"", 0}, {"system-cluster-critical", 2000000000}, {"system-node-critical", 2000001000}};
    const struct str class_name = child_text(spot->up, "priorityClassName");
    if (!v_plugin(v, PLUGIN_PRIORITY) || !v_kind_is(v, "Pod") || v_is_update(v) ||
        !spot_is_set(spot))
        return;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!str_is(class_name, known[i].class_name) || spot_int(spot) == known[i].priority)
            continue;
        const struct str text =
            str_format(v->ctx->arena,
                       "the integer value of priority (%" PRId64
                       ") must not be provided in pod spec; priority admission controller computed "
                       "%" PRId64 " from the given PriorityClass name",
                       spot_int(spot), known[i].priority);
        say_forbidden(v, spot, str_to_c(v->ctx->arena, text));
    }
}

/* ---- namespaces of the host ---- */

void rule_pod_share_process_namespace(struct validating *v, const struct spot *spot)
{
    const struct spot share = spot_child(v, spot, "shareProcessNamespace");
    const struct spot context = spot_child(v, spot, "securityContext");
    /* the server keeps the field in the security context, and says so */
    const struct spot named = spot_named(&share, &context, "shareProcessNamespace");
    if (spot_bool(&share) && child_bool(spot, "hostPID"))
        say_invalid(v, &named, "ShareProcessNamespace and HostPID cannot both be enabled");
}

static void check_no_devices(struct validating *v, const struct spot *container, const void *with)
{
    const struct spot devices = spot_child(v, container, "volumeDevices");
    if (spot_count(&devices))
        say_forbidden(v, &devices, with);
}

void rule_pod_host_users(struct validating *v, const struct spot *spot)
{
    enum { NAMES_THE_FIELD = 34 };
    static const char *const fields[][2] = {
        {"hostNetwork", "hostNetwork"}, {"hostPID", "HostPID"}, {"hostIPC", "HostIPC"}};
    const struct spot users = spot_child(v, spot, "hostUsers");
    const bool before = v->minor < NAMES_THE_FIELD;
    const char *detail =
        before ? "when `pod.Spec.HostUsers` is false" : "when `hostUsers` is false";
    if (!spot_is_set(&users) || spot_bool(&users))
        return;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot field = spot_child(v, spot, fields[i][0]);
        const struct spot named = spot_named(&field, spot, fields[i][1]);
        if (spot_bool(&field))
            say_forbidden(v, &named, detail);
    }
    const bool had_users = spot->old && node_get(spot->old, STR("hostUsers")) &&
                           !node_bool(node_get(spot->old, STR("hostUsers")));
    if (!before && !had_users)
        each_container(v, spot, check_no_devices, detail);
}

/* ---- hostProcess of Windows ---- */

struct host_process {
    struct spot pod;
    size_t containers;
    size_t with_it;
};

static void count_host_process(struct validating *v, const struct spot *container, const void *with)
{
    struct host_process *count = *(struct host_process *const *)with;
    const struct spot context = spot_child(v, container, "securityContext");
    const struct spot windows = spot_child(v, &context, "windowsOptions");
    const struct spot own = spot_child(v, &windows, "hostProcess");
    const bool pod = spot_bool(&count->pod);
    count->containers++;
    count->with_it += spot_is_set(&own) ? spot_bool(&own) : pod;
    if (spot_is_set(&own) && spot_is_set(&count->pod) && spot_bool(&own) != pod)
        say_invalid_fmt(v, &own,
                        "pod hostProcess value must be identical if both are specified, was %s",
                        pod ? "true" : "false");
}

void rule_pod_host_process(struct validating *v, const struct spot *spot)
{
    const struct spot context = spot_child(v, spot, "securityContext");
    const struct spot windows = spot_child(v, &context, "windowsOptions");
    struct host_process count = {.pod = spot_child(v, &windows, "hostProcess")};
    struct host_process *with = &count;
    each_container(v, spot, count_host_process, &with);
    if (count.with_it == 0)
        return;
    if (count.with_it != count.containers)
        say_invalid_as(v, spot, STR("\"\""),
                       "If pod contains any hostProcess containers then all containers must be "
                       "HostProcess containers");
    const struct spot network = spot_child(v, spot, "hostNetwork");
    if (!spot_bool(&network))
        say_invalid_as(v, &network, STR("false"),
                       "hostNetwork must be true if pod contains any hostProcess containers");
}

/* ---- operating systems ---- */

static void forbid_fields(struct validating *v, const struct spot *up, const char *const *fields,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct spot field = spot_child(v, up, fields[i]);
        const bool no_sysctls = str_is(field.path.name, "sysctls") && spot_count(&field) == 0;
        if (spot_is_set(&field) && !no_sysctls)
            say_forbidden(v, &field, "cannot be set for a windows pod");
    }
}

static void check_windows_container(struct validating *v, const struct spot *container,
                                    const void *with)
{
    static const char *const fields[] = {
        "appArmorProfile",          "seLinuxOptions", "seccompProfile", "capabilities",
        "readOnlyRootFilesystem",   "privileged",     "runAsUser",      "runAsGroup",
        "allowPrivilegeEscalation", "procMount"};
    const struct spot context = spot_child(v, container, "securityContext");
    (void)with;
    forbid_fields(v, &context, fields, ARRAY_LEN(fields));
}

static void check_windows(struct validating *v, const struct spot *spec)
{
    static const char *const of_spec[] = {"hostUsers", "shareProcessNamespace"};
    static const char *const of_context[] = {"appArmorProfile",     "seLinuxOptions",
                                             "seccompProfile",      "fsGroup",
                                             "fsGroupChangePolicy", "sysctls",
                                             "runAsUser",           "runAsGroup",
                                             "supplementalGroups",  "supplementalGroupsPolicy",
                                             "seLinuxChangePolicy"};
    const struct spot context = spot_child(v, spec, "securityContext");
    const struct spot pid = spot_child(v, spec, "hostPID");
    const struct spot ipc = spot_child(v, spec, "hostIPC");
    forbid_fields(v, spec, of_spec, ARRAY_LEN(of_spec));
    forbid_fields(v, &context, of_context, ARRAY_LEN(of_context));
    if (spot_bool(&pid))
        say_forbidden(v, &pid, "cannot be set for a windows pod");
    if (spot_bool(&ipc))
        say_forbidden(v, &ipc, "cannot be set for a windows pod");
    each_container(v, spec, check_windows_container, NULL);
}

static void check_linux_container(struct validating *v, const struct spot *container,
                                  const void *with)
{
    const struct spot context = spot_child(v, container, "securityContext");
    const struct spot windows = spot_child(v, &context, "windowsOptions");
    (void)with;
    if (spot_is_set(&windows))
        say_forbidden(v, &windows, "windows options cannot be set for a linux pod");
}

static void check_linux(struct validating *v, const struct spot *spec)
{
    const struct spot context = spot_child(v, spec, "securityContext");
    const struct spot windows = spot_child(v, &context, "windowsOptions");
    if (spot_is_set(&windows))
        say_forbidden(v, &windows, "windows options cannot be set for a linux pod");
    each_container(v, spec, check_linux_container, NULL);
}

void rule_pod_os(struct validating *v, const struct spot *spot)
{
    const struct spot os = spot_child(v, spot, "os");
    if (child_text_is(&os, "name", "windows"))
        check_windows(v, spot);
    else if (child_text_is(&os, "name", "linux"))
        check_linux(v, spot);
}

/* ---- templates ---- */

/* The server leaves `metadata` out of the path. */
void rule_template_metadata(struct validating *v, const struct spot *spot)
{
    const struct spot metadata = spot_child(v, spot, "metadata");
    const struct spot labels = spot_child(v, &metadata, "labels");
    const struct spot annotations = spot_child(v, &metadata, "annotations");
    const struct spot named_labels = spot_named(&labels, spot, "labels");
    const struct spot named_annotations = spot_named(&annotations, spot, "annotations");
    validate_labels(v->ctx, &named_labels.path);
    validate_annotations(v->ctx, &named_annotations.path);
}
