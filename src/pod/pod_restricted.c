/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the level restricted: what hardens a Pod must be said, not only left alone. */
#include "pod/pod_checks.h"

#define EACH_CONTAINER(l, c)                                                                       \
    for (struct container c = container_first((l)->pod); (c).node; (c) = container_next(c))

enum { WINDOWS_SINCE = 25, OWN_USERS_SINCE = 35 };

bool pod_check_escalation(struct looking *l)
{
    if (l->minor >= WINDOWS_SINCE && pod_is_windows(l->pod))
        return false;
    EACH_CONTAINER(l, c)
    {
        const struct node *allow = security_get(c.node, "allowPrivilegeEscalation");
        if (node_kind(allow) == NODE_BOOL && !node_bool(allow))
            continue;
        look_add(l, &c, allow ? allow : node_get(c.node, STR("securityContext")));
    }
    return l->place && look_say(l, "allowPrivilegeEscalation != false",
                                "%.*s must set securityContext.allowPrivilegeEscalation=false",
                                STR_FMT(look_containers(l)));
}

static bool drops_all(const struct node *capabilities)
{
    const struct node *drop = node_get(capabilities, STR("drop"));
    for (struct item it = list_first(drop); it.value; it = list_next(it))
        if (str_is(node_text(it.value), "ALL"))
            return true;
    return false;
}

bool pod_check_all_capabilities(struct looking *l)
{
    if (l->minor >= WINDOWS_SINCE && pod_is_windows(l->pod))
        return false;
    struct looking adding = *l;
    EACH_CONTAINER(l, c)
    {
        const struct node *capabilities = security_get(c.node, "capabilities");
        if (!drops_all(capabilities))
            look_add(l, &c, capabilities ? capabilities : node_get(c.node, STR("securityContext")));
        const struct node *add = node_get(capabilities, STR("add"));
        for (struct item it = list_first(add); it.value; it = list_next(it)) {
            if (str_is(node_text(it.value), "NET_BIND_SERVICE"))
                continue;
            look_add(&adding, &c, it.value);
            look_value(&adding, node_text(it.value));
        }
    }
    if (!l->place && !adding.place)
        return false;
    struct str drop = {0}, add = {0};
    if (l->place) {
        drop = look_containers(l);
        drop = str_format(l->arena, "%.*s must set securityContext.capabilities.drop=[\"ALL\"]",
                          STR_FMT(drop));
    }
    if (adding.place) {
        const struct str values = values_quoted(&adding);
        add = look_containers(&adding);
        add =
            str_format(l->arena, "%s%.*s must not include %.*s in securityContext.capabilities.add",
                       drop.n ? "; " : "", STR_FMT(add), STR_FMT(values));
    }
    if (!l->place)
        l->place = adding.place;
    return look_say(l, "unrestricted capabilities", "%.*s%.*s", STR_FMT(drop), STR_FMT(add));
}

/* The source of a volume that is not allowed, and its name; NULL when all is well. */
static const struct node *restricted_source(const struct node *volume, const char **ret_type)
{
    static const char *const allowed[] = {
        "configMap", "csi",   "downwardAPI",           "emptyDir",
        "ephemeral", "image", "persistentVolumeClaim", "projected",
        "secret",
    };
    static const char *const known[] = {
        "hostPath",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "gitRepo",
        "nfs",
        "iscsi",
        "glusterfs",
        "rbd",
        "flexVolume",
        "cinder",
        "cephfs",
        "flocker",
        "fc",
        "azureFile",
        "vsphereVolume",
        "quobyte",
        "azureDisk",
        "photonPersistentDisk",
        "portworxVolume",
        "scaleIO",
        "storageos",
    };
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        if (!node_is_null(node_get(volume, str_from(allowed[i]))))
            return NULL;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        *ret_type = known[i];
        const struct node *source = node_get(volume, str_from(known[i]));
        if (!node_is_null(source))
            return source;
    }
    return NULL; /* without any source it becomes an emptyDir */
}

bool pod_check_volumes(struct looking *l)
{
    struct names volumes = {0};
    const struct node *list = node_get(l->pod->spec, STR("volumes"));
    for (struct item it = list_first(list); it.value; it = list_next(it)) {
        const char *type;
        const struct node *source = restricted_source(it.value, &type);
        if (!source)
            continue;
        look_pod(l, source);
        look_value(l, str_from(type));
        VEC_PUSH(l->arena, &volumes, node_get_text(it.value, STR("name")));
    }
    if (!l->place)
        return false;
    const struct str types = values_quoted(l);
    const bool one = volumes.n == 1;
    return look_say(l, "restricted volume types", "volume%s %.*s %s restricted volume type%s %.*s",
                    one ? "" : "s", STR_FMT(names_quoted(l, &volumes)), one ? "uses" : "use",
                    l->values.n == 1 ? "" : "s", STR_FMT(types));
}

bool pod_check_non_root(struct looking *l)
{
    if (l->minor >= OWN_USERS_SINCE && pod_has_own_users(l->pod))
        return false;
    struct looking unset = *l;
    const struct node *own = security_get(l->pod->spec, "runAsNonRoot");
    if (node_kind(own) == NODE_BOOL && !node_bool(own))
        look_pod(l, own);
    EACH_CONTAINER(l, c)
    {
        const struct node *set = security_get(c.node, "runAsNonRoot");
        if (node_kind(set) == NODE_BOOL && !node_bool(set))
            look_add(l, &c, set);
        else if (node_kind(set) != NODE_BOOL && !node_is_true(own))
            look_add(&unset, &c, node_get(c.node, STR("securityContext")));
    }
    if (l->place)
        return look_say(l, "runAsNonRoot != true",
                        "%.*s must not set securityContext.runAsNonRoot=false",
                        STR_FMT(look_setters(l)));
    if (!unset.place)
        return false;
    l->place = unset.place;
    return look_say(l, "runAsNonRoot != true",
                    "pod or %.*s must set securityContext.runAsNonRoot=true",
                    STR_FMT(look_containers(&unset)));
}

static bool is_root(const struct node *user)
{
    int64_t n = 1;
    return node_i64(user, &n) && n == 0;
}

bool pod_check_user(struct looking *l)
{
    if (l->minor >= OWN_USERS_SINCE && pod_has_own_users(l->pod))
        return false;
    const struct node *own = security_get(l->pod->spec, "runAsUser");
    if (is_root(own))
        look_pod(l, own);
    EACH_CONTAINER(l, c)
    {
        const struct node *user = security_get(c.node, "runAsUser");
        if (is_root(user))
            look_add(l, &c, user);
    }
    return l->place &&
           look_say(l, "runAsUser=0", "%.*s must not set runAsUser=0", STR_FMT(look_setters(l)));
}
