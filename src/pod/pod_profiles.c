/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of baseline that look at the Pod's own security context and at each container's alike:
 * AppArmor, SELinux, seccomp, and host processes of Windows. */
#include "base/limits.h"
#include "pod/pod_checks.h"

#define EACH_CONTAINER(l, c)                                                                       \
    for (struct container c = container_first((l)->pod); (c).node; (c) = container_next(c))

static const char seccomp_pod[] = "seccomp.security.alpha.kubernetes.io/pod";
static const char seccomp_container[] = "container.seccomp.security.alpha.kubernetes.io/";
static const char app_armor_container[] = "container.apparmor.security.beta.kubernetes.io/";

static struct str quoted_annotation(struct looking *l, struct str key, struct str value)
{
    struct str shown_key = diag_quote(l->arena, key);
    struct str shown = diag_quote(l->arena, value);
    return str_format(l->arena, "%.*s=\"%.*s\"", STR_FMT(shown_key), STR_FMT(shown));
}

/* ---- AppArmor ---- */

static bool is_bad_profile(struct looking *l, const struct node *profile)
{
    if (node_kind(profile) != NODE_MAP)
        return false;
    const struct str type = node_get_text(profile, STR("type"));
    if (str_is(type, "RuntimeDefault") || str_is(type, "Localhost"))
        return false;
    look_value(l, type);
    return true;
}

static size_t add_app_armor_annotations(struct looking *l, struct names *bad)
{
    const struct node *annotations = node_get(l->pod->metadata, STR("annotations"));
    for (struct entry e = map_first(annotations); e.key; e = map_next(e)) {
        const struct str value = node_text(e.value);
        if (!str_starts(node_text(e.key), str_from(app_armor_container)) || !value.n ||
            str_is(value, "runtime/default") || str_starts(value, STR("localhost/")))
            continue;
        if (!l->place)
            l->place = e.value;
        VEC_PUSH(l->arena, bad, quoted_annotation(l, node_text(e.key), value));
    }
    names_sort(bad);
    return bad->n;
}

bool pod_check_app_armor(struct looking *l)
{
    const struct node *own = security_get(l->pod->spec, "appArmorProfile");
    if (is_bad_profile(l, own))
        look_pod(l, own);
    EACH_CONTAINER(l, c)
    {
        const struct node *profile = security_get(c.node, "appArmorProfile");
        if (is_bad_profile(l, profile))
            look_add(l, &c, profile);
    }
    const bool has_setters = l->place != NULL;
    struct names annotations = {0};
    const size_t n = add_app_armor_annotations(l, &annotations);
    if (!l->place)
        return false;
    names_sort(&l->values);
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(l->arena, &l->values, annotations.items[i]);
    const struct str values = names_quoted(l, &l->values);
    const struct str setters = has_setters ? look_setters(l) : (struct str){0};
    return look_say(l,
                    l->values.n == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
                    "%.*s%s%s must not set AppArmor profile type to %.*s", STR_FMT(setters),
                    has_setters && n ? " and " : "",
                    n == 0   ? ""
                    : n == 1 ? "annotation"
                             : "annotations",
                    STR_FMT(values));
}

/* ---- SELinux ---- */

struct se_linux {
    bool user, role;
};

static bool is_bad_context(struct looking *l, const struct node *options, struct se_linux *set)
{
    enum { ENGINE_SINCE = 31 };
    static const char *const types[] = {"", "container_t", "container_init_t", "container_kvm_t"};
    if (node_kind(options) != NODE_MAP)
        return false;
    const struct str type = node_get_text(options, STR("type"));
    const bool user = node_get_text(options, STR("user")).n > 0;
    const bool role = node_get_text(options, STR("role")).n > 0;
    const bool is_known = str_is_one_of(type, types, ARRAY_LEN(types)) ||
                          (l->minor >= ENGINE_SINCE && str_is(type, "container_engine_t"));
    if (!is_known)
        look_value(l, type);
    set->user |= user;
    set->role |= role;
    return !is_known || user || role;
}

bool pod_check_se_linux(struct looking *l)
{
    struct se_linux set = {0};
    const struct node *own = security_get(l->pod->spec, "seLinuxOptions");
    if (is_bad_context(l, own, &set))
        look_pod(l, own);
    EACH_CONTAINER(l, c)
    {
        const struct node *options = security_get(c.node, "seLinuxOptions");
        if (is_bad_context(l, options, &set))
            look_add(l, &c, options);
    }
    if (!l->place)
        return false;
    const struct str types = values_quoted(l);
    return look_say(l, "seLinuxOptions",
                    "%.*s set forbidden securityContext.seLinuxOptions: %s%.*s%s%s%s%s",
                    STR_FMT(look_setters(l)),
                    l->values.n == 0   ? ""
                    : l->values.n == 1 ? "type "
                                       : "types ",
                    STR_FMT(types), l->values.n && (set.user || set.role) ? "; " : "",
                    set.user ? "user may not be set" : "", set.user && set.role ? "; " : "",
                    set.role ? "role may not be set" : "");
}

/* ---- seccomp ---- */

static void add_seccomp_annotation(struct looking *l, struct str key)
{
    const struct node *value = node_get(node_get(l->pod->metadata, STR("annotations")), key);
    const struct str text = node_text(value);
    if (!value || str_is(text, "runtime/default") || str_is(text, "docker/default") ||
        str_starts(text, STR("localhost/")))
        return;
    look_pod(l, value);
    look_value(l, quoted_annotation(l, key, text));
}

/* Before there were fields for it. */
static bool check_seccomp_annotations(struct looking *l)
{
    add_seccomp_annotation(l, str_from(seccomp_pod));
    EACH_CONTAINER(l, c)
    add_seccomp_annotation(l, str_format(l->arena, "%s%.*s", seccomp_container, STR_FMT(c.name)));
    if (!l->place)
        return false;
    names_sort(&l->values);
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    for (size_t i = 0; i < l->values.n; i++)
        buf_format(&out, "%s%.*s", i ? ", " : "", STR_FMT(l->values.items[i]));
    return look_say(l, "seccompProfile", "forbidden annotation%s %.*s", l->values.n == 1 ? "" : "s",
                    STR_FMT(buf_str(&out)));
}

enum seccomp { SECCOMP_UNSET, SECCOMP_GOOD, SECCOMP_BAD };

static enum seccomp seccomp_of(struct looking *l, const struct node *profile)
{
    if (node_kind(profile) != NODE_MAP)
        return SECCOMP_UNSET;
    const struct str type = node_get_text(profile, STR("type"));
    if (str_is(type, "RuntimeDefault") || str_is(type, "Localhost"))
        return SECCOMP_GOOD;
    look_value(l, type);
    return SECCOMP_BAD;
}

/* True and said when somebody sets a bad one; the others are in `unset`. */
static bool check_seccomp_fields(struct looking *l, struct looking *unset)
{
    const struct node *own = security_get(l->pod->spec, "seccompProfile");
    const enum seccomp of_pod = seccomp_of(l, own);
    if (of_pod == SECCOMP_BAD)
        look_pod(l, own);
    EACH_CONTAINER(l, c)
    {
        const struct node *profile = security_get(c.node, "seccompProfile");
        const enum seccomp seccomp = seccomp_of(l, profile);
        if (seccomp == SECCOMP_BAD)
            look_add(l, &c, profile);
        else if (seccomp == SECCOMP_UNSET && of_pod != SECCOMP_GOOD)
            look_add(unset, &c, node_get(c.node, STR("securityContext")));
    }
    if (!l->place)
        return false;
    const struct str values = values_quoted(l);
    return look_say(l, "seccompProfile",
                    "%.*s must not set securityContext.seccompProfile.type to %.*s",
                    STR_FMT(look_setters(l)), STR_FMT(values));
}

bool pod_check_seccomp(struct looking *l)
{
    enum { FIELDS_SINCE = 19 };
    if (l->minor < FIELDS_SINCE)
        return check_seccomp_annotations(l);
    struct looking unset = *l;
    return check_seccomp_fields(l, &unset);
}

bool pod_check_seccomp_set(struct looking *l)
{
    enum { WINDOWS_SINCE = 25 };
    if (l->minor >= WINDOWS_SINCE && pod_is_windows(l->pod))
        return false;
    struct looking unset = *l;
    if (check_seccomp_fields(l, &unset))
        return true;
    if (!unset.place)
        return false;
    l->place = unset.place;
    return look_say(l, "seccompProfile",
                    "pod or %.*s must set securityContext.seccompProfile.type to "
                    "\"RuntimeDefault\" or \"Localhost\"",
                    STR_FMT(look_containers(&unset)));
}

/* ---- Windows ---- */

static const struct node *host_process_of(const struct node *holder)
{
    return node_get(security_get(holder, "windowsOptions"), STR("hostProcess"));
}

bool pod_check_host_process(struct looking *l)
{
    const struct node *own = host_process_of(l->pod->spec);
    if (node_is_true(own))
        look_pod(l, own);
    EACH_CONTAINER(l, c)
    {
        const struct node *set = host_process_of(c.node);
        if (node_is_true(set))
            look_add(l, &c, set);
    }
    return l->place && look_say(l, "hostProcess",
                                "%.*s must not set securityContext.windowsOptions.hostProcess=true",
                                STR_FMT(look_setters(l)));
}
