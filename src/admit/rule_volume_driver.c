/* SPDX-License-Identifier: Apache-2.0 */
/* Volume sources that name a driver, a disk or a server outside of the cluster. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "base/regex.h"
#include "rule_calls.h"

/* ---- secrets of drivers ---- */

static void require_child(struct validating *v, const struct spot *up, const char *name)
{
    const struct spot child = spot_child(v, up, name);
    if (spot_is_zero(&child))
        say_required(v, &child, NULL);
}

void rule_secret_with_name(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot))
        require_child(v, spot, "name");
}

void rule_secret_with_namespace(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    require_child(v, spot, "name");
    require_child(v, spot, "namespace");
}

/* A name that is none is named as a field of the source. */
void rule_node_publish_secret(struct validating *v, const struct spot *spot)
{
    if (!spot_is_set(spot))
        return;
    require_child(v, spot, "name");
    const struct spot name = spot_child(v, spot, "name");
    const struct spot named = spot_named_under(&name, spot->up, "name");
    const char *reason = spot_is_zero(&name) ? NULL : format_dns1123_subdomain(spot_text(&name));
    if (reason)
        say_invalid(v, &named, reason);
}

void rule_not_empty(struct validating *v, const struct spot *spot)
{
    if (spot_is_set(spot) && spot_text(spot).n == 0)
        say_required(v, spot, NULL);
}

/* ---- names of drivers ---- */

void rule_csi_driver_name(struct validating *v, const struct spot *spot)
{
    enum { NAME_MAX_BYTES = 63 };
    const struct str name = spot_text(spot);
    const char *reason = name.n ? format_dns1123_subdomain(str_lower(v->ctx->arena, name)) : NULL;
    if (name.n > NAME_MAX_BYTES)
        say_too_long(v, spot, NAME_MAX_BYTES);
    if (reason)
        say_invalid(v, spot, reason);
}

void rule_flex_option(struct validating *v, const struct spot *spot)
{
    const ptrdiff_t slash = str_find_char(spot_text(spot), '/');
    const struct str domain =
        slash < 0 ? spot_text(spot) : str_sub(spot_text(spot), 0, (size_t)slash);
    const struct str dotted = str_concat(v->ctx->arena, STR("."), str_lower(v->ctx->arena, domain));
    if (str_ends(dotted, STR(".kubernetes.io")) || str_ends(dotted, STR(".k8s.io")))
        say_invalid(v, spot, "kubernetes.io and k8s.io namespaces are reserved");
}

/* ---- iSCSI ---- */

static bool matches(struct validating *v, const char *pattern, struct str text)
{
    struct regex *regex = regex_compile(v->ctx->arena, str_from(pattern), NULL);
    const bool found = regex && regex_has(regex, text);
    regex_free(regex);
    return found;
}

struct iscsi_form {
    const char *prefix;
    const char *pattern;
};

/* NULL when it is the name of an initiator or target. */
static const char *iscsi_error(struct validating *v, struct str name, bool in_pod)
{
    static const struct iscsi_form forms[] = {
        {"iqn", "iqn\\.\\d{4}-\\d{2}\\.([[:alnum:]-.]+)(:[^,;*&$|\\s]+)$"},
        {"eui", "^eui.[[:alnum:]]{16}$"},
        {"naa", "^naa.[[:alnum:]]{32}$"},
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (str_starts(name, str_from(forms[i].prefix)))
            return matches(v, forms[i].pattern, name) ? NULL : "must be valid format";
    return in_pod ? "must be valid format starting with iqn, eui, or naa" : "must be valid format";
}

/* With an initiator of its own the volume's name becomes part of the target's. */
static void check_iscsi_length(struct validating *v, const struct spot *spot, bool in_pod)
{
    enum { LENGTH_MAX = 64 };
    const struct spot portal = spot_child(v, spot, "targetPortal");
    const struct spot volume_name = spot_child(v, spot->up, "name");
    const struct spot named = spot_named_under(&portal, spot, "targetportal");
    const struct str name = in_pod ? spot_text(&volume_name) : v->object->name;
    if (name.n + 1 + spot_text(&portal).n > LENGTH_MAX)
        say_invalid(
            v, in_pod ? &volume_name : &named,
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
            "if iscsi.initiatorName is specified.");
}

void rule_iscsi_names(struct validating *v, const struct spot *spot)
{
    const bool in_pod = spot_above(spot, "Volume") != NULL;
    const struct spot target = spot_child(v, spot, "iqn");
    const struct spot initiator = spot_child(v, spot, "initiatorName");
    const char *reason = spot_is_zero(&target) ? NULL : iscsi_error(v, spot_text(&target), in_pod);
    if (reason)
        say_invalid(v, &target, reason);
    if (!spot_is_set(&initiator))
        return;
    const struct spot named = spot_named_under(&initiator, spot, "initiatorname");
    reason = iscsi_error(v, spot_text(&initiator), in_pod);
    if (reason)
        say_invalid(v, &named, reason);
    check_iscsi_length(v, spot, in_pod);
}

/* ---- other disks ---- */

void rule_fc_target(struct validating *v, const struct spot *spot)
{
    enum { LUN_MAX = 255 };
    const struct spot names = spot_child(v, spot, "targetWWNs");
    const struct spot ids = spot_child(v, spot, "wwids");
    const struct spot lun = spot_child(v, spot, "lun");
    if (spot_is_zero(&names) && spot_is_zero(&ids))
        say_required(v, &names, "must specify either targetWWNs or wwids, but not both");
    if (spot_is_zero(&names))
        return;
    if (!spot_is_zero(&ids))
        say_invalid(v, &names, "targetWWNs and wwids can not be specified simultaneously");
    if (!spot_is_set(&lun))
        say_required(v, &lun, "lun is required if targetWWNs is specified");
    else if (spot_int(&lun) < 0 || spot_int(&lun) > LUN_MAX)
        say_invalid(v, &lun, "must be between 0 and 255, inclusive");
}

/* The server has another name for it inside. */
void rule_gce_disk(struct validating *v, const struct spot *spot)
{
    enum { PARTITION_MAX = 255 };
    const struct spot name = spot_child(v, spot, "pdName");
    const struct spot partition = spot_child(v, spot, "partition");
    struct spot disk = *spot;
    disk.path.name = STR("persistentDisk");
    const struct spot named = spot_named_under(&name, &disk, "pdName");
    const struct spot named_partition = spot_named_under(&partition, &disk, "partition");
    if (spot_is_zero(&name))
        say_required(v, &named, NULL);
    if (spot_int(&partition) < 0 || spot_int(&partition) > PARTITION_MAX)
        say_invalid(v, &named_partition, "must be between 1 and 255, inclusive");
}

void rule_azure_disk_uri(struct validating *v, const struct spot *spot)
{
    static const char *const managed[] = {"/subscriptions/{sub-id}/resourcegroups/{group-name}/"
                                          "providers/microsoft.compute/disks/{disk-id}"};
    static const char *const blob[] = {
        "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"};
    const bool is_managed = child_text_is(spot->up, "kind", "Managed");
    if (!str_starts(spot_text(spot), is_managed ? STR("/subscriptions/") : STR("https://")))
        say_unsupported(v, spot, is_managed ? managed : blob, 1);
}

/* Go's net.SplitHostPort. */
static bool is_host_and_port(struct str text)
{
    const ptrdiff_t colon = str_find_last_char(text, ':');
    if (colon < 0)
        return false;
    struct str host = str_sub(text, 0, (size_t)colon);
    const struct str port = str_from_offset(text, (size_t)colon + 1);
    const bool bracketed = str_starts(host, STR("["));
    if (bracketed && !str_ends(host, STR("]")))
        return false;
    if (bracketed)
        host = str_sub(host, 1, host.n - 1);
    else if (str_find_char(host, ':') >= 0)
        return false;
    return str_find_char(host, '[') < 0 && str_find_char(host, ']') < 0 &&
           str_find_char(port, '[') < 0 && str_find_char(port, ']') < 0;
}

void rule_quobyte_registry(struct validating *v, const struct spot *spot)
{
    enum { TENANT_MAX = 64 };
    const struct spot registry = spot_child(v, spot, "registry");
    const struct spot tenant = spot_child(v, spot, "tenant");
    struct str rest = spot_text(&registry);
    struct str pair;
    if (rest.n == 0)
        return;
    if (spot_text(&tenant).n > TENANT_MAX) {
        say_required(v, &tenant, "must be a UUID and may not exceed a length of 64 characters");
        return;
    }
    static const char says[] = "must be a host:port pair or multiple pairs separated by commas";
    const bool ends_open = rest.p[rest.n - 1] == ',';
    while (str_split(&rest, ',', &pair))
        if (!is_host_and_port(pair))
            say_invalid(v, &registry, says);
    if (ends_open)
        say_invalid(v, &registry, says);
}

void rule_flocker_dataset(struct validating *v, const struct spot *spot)
{
    const struct spot name = spot_child(v, spot, "datasetName");
    const struct spot uuid = spot_child(v, spot, "datasetUUID");
    if (spot_is_zero(&name) && spot_is_zero(&uuid))
        say_required(v, spot, "one of datasetName and datasetUUID is required");
    if (!spot_is_zero(&name) && !spot_is_zero(&uuid))
        say_invalid_as(v, spot, STR("\"resource\""),
                       "datasetName and datasetUUID can not be specified simultaneously");
    if (str_find_char(spot_text(&name), '/') >= 0)
        say_invalid(v, &name, "must not contain '/'");
}

void rule_endpoints_namespace(struct validating *v, const struct spot *spot)
{
    const char *reason = format_dns1123_label(spot_text(spot));
    if (!spot_is_set(spot))
        return;
    if (spot_text(spot).n == 0)
        say_invalid(v, spot, "if the endpointnamespace is set, it must be a valid namespace name");
    else if (reason)
        say_invalid(v, spot, reason);
}
