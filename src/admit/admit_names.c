/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names by kind. The default is a DNS subdomain; the table lists the kinds that differ, from the
 * validation packages of 1.33 to 1.36. Kinds whose validator does not look at metadata are left
 * with the check that the registry makes for all: one path segment.
 */
#include "admit/admit_internal.h"
#include "admit/rule_ip.h"

struct naming {
    struct admit_ctx *ctx;
    const struct node *spec;
    bool prefix; /* it is a generateName */
};

typedef const char *(*name_fn)(const struct naming *naming, struct str name);

static const char *name_subdomain(const struct naming *naming, struct str name);
static const char *name_label(const struct naming *naming, struct str name);
static const char *name_dns1035(const struct naming *naming, struct str name);
static const char *name_segment(const struct naming *naming, struct str name);
static const char *name_rbac(const struct naming *naming, struct str name);
static const char *name_config_key(const struct naming *naming, struct str name);
static const char *name_ip(const struct naming *naming, struct str name);
static const char *name_trust_bundle(const struct naming *naming, struct str name);
static const char *name_api_service(const struct naming *naming, struct str name);
static const char *name_storage_version(const struct naming *naming, struct str name);
static const char *name_cron_job(const struct naming *naming, struct str name);
static const char *name_job(const struct naming *naming, struct str name);

#define RBAC         "rbac.authorization.k8s.io"
#define CERTIFICATES "certificates.k8s.io"

static const struct name_rule {
    const char *group;
    const char *kind;
    name_fn check;
    uint8_t since; /* minor; a newer rule stands before the older one */
} rules[] = {
    {"", "Namespace", name_label, 0},
    {"", "Service", name_label, 36}, /* RelaxedServiceNameValidation is on by default from 1.36 */
    {"", "Service", name_dns1035, 0},
    {"", "Event", name_segment, 0},
    {"apps", "StatefulSet", name_label, 0},
    {"batch", "CronJob", name_cron_job, 0},
    {"batch", "Job", name_job, 0},
    {"policy", "PodDisruptionBudget", name_segment, 0},
    {RBAC, "Role", name_rbac, 0},
    {RBAC, "ClusterRole", name_rbac, 0},
    {RBAC, "RoleBinding", name_rbac, 0},
    {RBAC, "ClusterRoleBinding", name_rbac, 0},
    {CERTIFICATES, "CertificateSigningRequest", name_segment, 0},
    {CERTIFICATES, "ClusterTrustBundle", name_trust_bundle, 0},
    {"networking.k8s.io", "IPAddress", name_ip, 0},
    {"coordination.k8s.io", "LeaseCandidate", name_config_key, 0},
    {"internal.apiserver.k8s.io", "StorageVersion", name_storage_version, 0},
    {"apiregistration.k8s.io", "APIService", name_api_service, 0},
};

static name_fn find_rule(const struct admitted *admitted, unsigned minor)
{
    const struct kind_info *kind = &admitted->kind;
    for (size_t i = 0; i < ARRAY_LEN(rules) && !kind->custom; i++)
        if (minor >= rules[i].since && str_is(kind->kind, rules[i].kind) &&
            str_is(kind->group, rules[i].group))
            return rules[i].check;
    return name_subdomain;
}

const char *name_error(struct admit_ctx *ctx, const struct admitted *admitted, struct str name)
{
    const struct naming naming = {ctx, node_get(admitted->value, STR("spec")), false};
    const char *error = find_rule(admitted, ctx->view->minor)(&naming, name);
    return error ? error : format_path_segment(name);
}

/* Kinds whose metadata declarative validation has taken over, which looks at the name only. */
static bool takes_any_prefix(const struct admitted *admitted, unsigned minor)
{
    enum { SINCE = 35 };
    const struct kind_info *kind = &admitted->kind;
    if (kind->custom || minor < SINCE)
        return false;
    return (kind->group.n == 0 && str_is(kind->kind, "ReplicationController")) ||
           (str_is(kind->group, "resource.k8s.io") && str_is(kind->kind, "DeviceClass"));
}

/* The registry cuts the prefix at 58 bytes and adds five letters or digits. */
const char *made_name_error(struct admit_ctx *ctx, const struct admitted *admitted,
                            struct str prefix)
{
    enum { PREFIX_MAX = 58 };
    const struct str sample = STR("x2x2x");
    return name_error(
        ctx, admitted,
        str_concat(ctx->arena, str_sub(prefix, 0, MIN_OF(prefix.n, (size_t)PREFIX_MAX)), sample));
}

const char *generate_name_error(struct admit_ctx *ctx, const struct admitted *admitted,
                                struct str prefix)
{
    const struct naming naming = {ctx, node_get(admitted->value, STR("spec")), true};
    const name_fn check = takes_any_prefix(admitted, ctx->view->minor)
                              ? name_segment
                              : find_rule(admitted, ctx->view->minor);
    return check(&naming, prefix);
}

/* Kinds whose validator looks at an update as if it were a creation. */
static bool repeats_name_rules(const struct kind_info *kind)
{
    static const char *const kinds[] = {"CSINode",
                                        "CSIStorageCapacity",
                                        "ConfigMap",
                                        "ControllerRevision",
                                        "EndpointSlice",
                                        "Endpoints",
                                        "Ingress",
                                        "IngressClass",
                                        "Job",
                                        "LimitRange",
                                        "Namespace",
                                        "Node",
                                        "PersistentVolume",
                                        "PersistentVolumeClaim",
                                        "ReplicationController",
                                        "ResourceClaim",
                                        "ResourceClaimTemplate",
                                        "RuntimeClass",
                                        "Secret",
                                        "ServiceAccount",
                                        "StorageClass",
                                        "VolumeAttachment",
                                        "VolumeAttributesClass"};
    return !kind->custom &&
           (str_is(kind->group, RBAC) || str_is_one_of(kind->kind, kinds, ARRAY_LEN(kinds)));
}

const char *updated_prefix_error(struct admit_ctx *ctx, const struct admitted *admitted,
                                 struct str prefix)
{
    const struct naming naming = {ctx, node_get(admitted->value, STR("spec")), true};
    return repeats_name_rules(&admitted->kind) ? generate_name_error(ctx, admitted, prefix)
                                               : name_segment(&naming, prefix);
}

/* ---- the rules ---- */

/* apimachinery lets a prefix end in a dash: it replaces the last two bytes by a letter. */
static struct str unmasked(const struct naming *naming, struct str name)
{
    if (!naming->prefix || name.n < 2 || name.p[name.n - 1] != '-')
        return name;
    return str_concat(naming->ctx->arena, str_sub(name, 0, name.n - 2), STR("a"));
}

static const char *name_subdomain(const struct naming *naming, struct str name)
{
    return format_dns1123_subdomain(unmasked(naming, name));
}

static const char *name_label(const struct naming *naming, struct str name)
{
    return format_dns1123_label(unmasked(naming, name));
}

static const char *name_dns1035(const struct naming *naming, struct str name)
{
    return format_dns1035_label(unmasked(naming, name));
}

static const char *name_segment(const struct naming *naming, struct str name)
{
    if (naming->prefix && (str_is(name, ".") || str_is(name, "..")))
        return NULL;
    return format_path_segment(name);
}

/* These take a prefix for a name. */
static const char *name_rbac(const struct naming *naming, struct str name)
{
    (void)naming;
    return format_path_segment(name);
}

static const char *name_config_key(const struct naming *naming, struct str name)
{
    (void)naming;
    return format_config_key(name);
}

/* Go writes v4-in-v6 addresses otherwise than inet_ntop; those are not compared. */
static const char *name_ip(const struct naming *naming, struct str name)
{
    struct ip ip;
    if (!ip_parse(name, &ip) || ip_is_mapped(name))
        return "must be an IP address, as in 10.9.8.7 or 2001:db8::ffff";
    if (str_eq(name, ip_format(naming->ctx->arena, &ip)))
        return NULL;
    return "must be an IP address in its canonical form: lower case, without leading zeros";
}

/* signer example.com/foo: names start with example.com:foo: */
static const char *name_trust_bundle(const struct naming *naming, struct str name)
{
    const struct str signer = node_get_text(naming->spec, STR("signerName"));
    if (signer.n == 0) {
        if (str_find_char(name, ':') >= 0)
            return "must not contain ':' when spec.signerName is not set";
        return name_subdomain(naming, name);
    }
    char *prefix = arena_dup(naming->ctx->arena, signer.p, signer.n);
    for (size_t i = 0; i < signer.n; i++)
        if (prefix[i] == '/')
            prefix[i] = ':';
    if (!str_starts(name, (struct str){prefix, signer.n}) || name.n == signer.n ||
        name.p[signer.n] != ':')
        return "must start with spec.signerName, its '/' replaced by ':', and a ':'";
    return name_subdomain(naming, str_from_offset(name, signer.n + 1));
}

static const char *name_api_service(const struct naming *naming, struct str name)
{
    const struct str version = node_get_text(naming->spec, STR("version"));
    const struct str group = node_get_text(naming->spec, STR("group"));
    const struct str wanted =
        str_format(naming->ctx->arena, "%.*s.%.*s", STR_FMT(version), STR_FMT(group));
    return str_eq(name, wanted) ? NULL : "must be spec.version, a dot, and spec.group";
}

static const char *name_storage_version(const struct naming *naming, struct str name)
{
    (void)naming;
    const ptrdiff_t dot = str_find_last_char(name, '.');
    if (dot < 0 || format_dns1123_subdomain(str_sub(name, 0, (size_t)dot)) ||
        format_dns1035_label(str_from_offset(name, (size_t)dot + 1)))
        return "must be a group, a dot, and a resource";
    return NULL;
}

/* Jobs get 11 characters more; only the final name is held to it. */
static const char *name_cron_job(const struct naming *naming, struct str name)
{
    enum { CRON_JOB_MAX = 52 };
    const char *error = name_subdomain(naming, name);
    if (error || naming->prefix || name.n <= CRON_JOB_MAX)
        return error;
    return "must be no more than 52 characters, because its Jobs get 11 more";
}

/* Unless the selector is made by hand, the server puts the name into a label of the pods. */
static const char *name_job(const struct naming *naming, struct str name)
{
    enum { LABEL_MAX = 63 };
    const char *error = name_subdomain(naming, name);
    if (error || naming->prefix || name.n <= LABEL_MAX ||
        node_bool(node_get(naming->spec, STR("manualSelector"))))
        return error;
    return "must be no more than 63 characters, because it becomes a label of the pods";
}

/* ---- what else depends on the kind ---- */

/* Reviews are answered, not stored. */
bool kind_checks_metadata(const struct kind_info *kind)
{
    static const char *const groups[] = {"authentication.k8s.io", "authorization.k8s.io"};
    return kind->custom || !str_is_one_of(kind->group, groups, ARRAY_LEN(groups));
}

bool kind_makes_names(const struct kind_info *kind)
{
    return !kind->custom && kind->group.n == 0 && str_is(kind->kind, "LimitRange");
}

bool kind_has_names(const struct kind_info *kind)
{
    return kind_checks_metadata(kind) &&
           (kind->custom || kind->group.n || !str_is(kind->kind, "Binding"));
}

/* Validators that use the core package's wrapper look at finalizers once more. */
bool kind_checks_finalizers(const struct kind_info *kind)
{
    static const char *const groups[] = {"admissionregistration.k8s.io", "apiextensions.k8s.io",
                                         "apiregistration.k8s.io", "coordination.k8s.io",
                                         "node.k8s.io"};
    if (kind->custom || str_is(kind->kind, "PodDisruptionBudget") ||
        (kind->group.n == 0 && str_is(kind->kind, "Event")))
        return false;
    return !str_is_one_of(kind->group, groups, ARRAY_LEN(groups));
}

bool kind_resets_generation(const struct kind_info *kind)
{
    static const char *const groups[] = {"admissionregistration.k8s.io", "apiextensions.k8s.io",
                                         "batch", "flowcontrol.apiserver.k8s.io", "policy"};
    static const char *const kinds[] = {
        "DaemonSet",     "Deployment",  "DeviceClass",          "DeviceTaintRule",
        "EndpointSlice", "Ingress",     "IngressClass",         "NetworkPolicy",
        "Pod",           "PodTemplate", "PriorityClass",        "ReplicaSet",
        "ResourceSlice", "StatefulSet", "ReplicationController"};
    return kind->custom || str_is_one_of(kind->group, groups, ARRAY_LEN(groups)) ||
           str_is_one_of(kind->kind, kinds, ARRAY_LEN(kinds));
}
