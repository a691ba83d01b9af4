/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the level baseline: what gives a Pod a hold on its node. Values that nobody set are
 * fine here. */
#include "base/limits.h"
#include "pod/pod_checks.h"

#define EACH_CONTAINER(l, c)                                                                       \
    for (struct container c = container_first((l)->pod); (c).node; (c) = container_next(c))

/* ---- containers ---- */

bool pod_check_privileged(struct looking *l)
{
    EACH_CONTAINER(l, c)
    {
        const struct node *privileged = security_get(c.node, "privileged");
        if (node_is_true(privileged))
            look_add(l, &c, privileged);
    }
    return l->place &&
           look_say(l, "privileged", "%.*s must not set securityContext.privileged=true",
                    STR_FMT(look_containers(l)));
}

bool pod_check_capabilities(struct looking *l)
{
    static const char *const allowed[] = {
        "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",       "MKNOD",
        "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT",
    };
    EACH_CONTAINER(l, c)
    {
        const struct node *add = node_get(security_get(c.node, "capabilities"), STR("add"));
        for (struct item it = list_first(add); it.value; it = list_next(it)) {
            if (str_is_one_of(node_text(it.value), allowed, ARRAY_LEN(allowed)))
                continue;
            look_add(l, &c, it.value);
            look_value(l, node_text(it.value));
        }
    }
    if (!l->place)
        return false;
    const struct str values = values_quoted(l);
    return look_say(l, "non-default capabilities",
                    "%.*s must not include %.*s in securityContext.capabilities.add",
                    STR_FMT(look_containers(l)), STR_FMT(values));
}

bool pod_check_proc_mount_always(struct looking *l)
{
    EACH_CONTAINER(l, c)
    {
        const struct node *mount = security_get(c.node, "procMount");
        if (node_is_null(mount) || str_is(node_text(mount), "Default"))
            continue;
        look_add(l, &c, mount);
        look_value(l, node_text(mount));
    }
    if (!l->place)
        return false;
    const struct str values = values_quoted(l);
    return look_say(l, "procMount", "%.*s must not set securityContext.procMount to %.*s",
                    STR_FMT(look_containers(l)), STR_FMT(values));
}

bool pod_check_proc_mount(struct looking *l)
{
    enum { RELAXED_SINCE = 35 };
    if (l->minor >= RELAXED_SINCE && pod_has_own_users(l->pod))
        return false;
    return pod_check_proc_mount_always(l);
}

static void add_host_port(struct looking *l, const struct container *c, const struct node *port)
{
    int64_t n = 0;
    const struct node *host = node_get(port, STR("hostPort"));
    (void)node_i64(host, &n);
    /* The server copies containerPort in Pods that use the node's network, not in templates. */
    if (n == 0 && !l->pod->is_template &&
        node_is_true(node_get(l->pod->spec, STR("hostNetwork")))) {
        host = node_get(port, STR("containerPort"));
        (void)node_i64(host, &n);
    }
    if (n == 0)
        return;
    look_add(l, c, host);
    look_value(l, str_format(l->arena, "%lld", (long long)n));
}

bool pod_check_host_ports(struct looking *l)
{
    EACH_CONTAINER(l, c)
    {
        const struct node *ports = node_get(c.node, STR("ports"));
        for (struct item it = list_first(ports); it.value; it = list_next(it))
            add_host_port(l, &c, it.value);
    }
    if (!l->place)
        return false;
    names_sort(&l->values);
    struct buf ports SCOPED(buf) = {0};
    buf_init(&ports, LIMIT_MESSAGE_BYTES);
    for (size_t i = 0; i < l->values.n; i++)
        buf_format(&ports, "%s%.*s", i ? ", " : "", STR_FMT(l->values.items[i]));
    return look_say(l, "hostPort", "%.*s %s hostPort%s %.*s", STR_FMT(look_containers(l)),
                    l->containers.n == 1 ? "uses" : "use", l->values.n == 1 ? "" : "s",
                    STR_FMT(buf_str(&ports)));
}

static void add_hosts(struct looking *l, const struct container *c, const struct node *handler)
{
    static const struct str kinds[] = {{"httpGet", 7}, {"tcpSocket", 9}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct node *host = node_get(node_get(handler, kinds[i]), STR("host"));
        if (!node_text(host).n)
            continue;
        look_add(l, c, host);
        look_value(l, node_text(host));
    }
}

bool pod_check_host_probes(struct looking *l)
{
    static const struct str probes[] = {
        {"livenessProbe", 13}, {"readinessProbe", 14}, {"startupProbe", 12}};
    static const struct str hooks[] = {{"postStart", 9}, {"preStop", 7}};
    EACH_CONTAINER(l, c)
    {
        for (size_t i = 0; i < ARRAY_LEN(probes); i++)
            add_hosts(l, &c, node_get(c.node, probes[i]));
        for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
            add_hosts(l, &c, node_get(node_get(c.node, STR("lifecycle")), hooks[i]));
    }
    if (!l->place)
        return false;
    names_sort(&l->containers);
    const struct str values = values_quoted(l);
    return look_say(l, "probe or lifecycle host", "%.*s %s probe or lifecycle host%s %.*s",
                    STR_FMT(look_containers(l)), l->containers.n == 1 ? "uses" : "use",
                    l->values.n == 1 ? "" : "s", STR_FMT(values));
}

/* ---- the Pod ---- */

bool pod_check_host_namespaces(struct looking *l)
{
    static const struct str fields[] = {{"hostNetwork", 11}, {"hostPID", 7}, {"hostIPC", 7}};
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct node *value = node_get(l->pod->spec, fields[i]);
        if (!node_is_true(value))
            continue;
        buf_format(&out, "%s%.*s=true", l->place ? ", " : "", STR_FMT(fields[i]));
        look_pod(l, value);
    }
    return l->place && look_say(l, "host namespaces", "%.*s", STR_FMT(buf_str(&out)));
}

bool pod_check_host_path(struct looking *l)
{
    const struct node *volumes = node_get(l->pod->spec, STR("volumes"));
    for (struct item it = list_first(volumes); it.value; it = list_next(it)) {
        const struct node *host_path = node_get(it.value, STR("hostPath"));
        if (node_is_null(host_path))
            continue;
        look_pod(l, host_path);
        look_value(l, node_get_text(it.value, STR("name")));
    }
    if (!l->place)
        return false;
    return look_say(l, "hostPath volumes", "volume%s %.*s", l->values.n == 1 ? "" : "s",
                    STR_FMT(names_quoted(l, &l->values)));
}

bool pod_check_sysctls(struct looking *l)
{
    static const struct {
        const char *name;
        unsigned since;
    } safe[] = {
        {"kernel.shm_rmid_forced", 0},
        {"net.ipv4.ip_local_port_range", 0},
        {"net.ipv4.ip_unprivileged_port_start", 0},
        {"net.ipv4.ping_group_range", 0},
        {"net.ipv4.tcp_syncookies", 0},
        {"net.ipv4.ip_local_reserved_ports", 27},
        {"net.ipv4.tcp_fin_timeout", 29},
        {"net.ipv4.tcp_keepalive_intvl", 29},
        {"net.ipv4.tcp_keepalive_probes", 29},
        {"net.ipv4.tcp_keepalive_time", 29},
        {"net.ipv4.tcp_rmem", 32},
        {"net.ipv4.tcp_wmem", 32},
    };
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_MESSAGE_BYTES);
    const struct node *sysctls = security_get(l->pod->spec, "sysctls");
    for (struct item it = list_first(sysctls); it.value; it = list_next(it)) {
        const struct str name = node_get_text(it.value, STR("name"));
        bool is_safe = false;
        for (size_t i = 0; i < ARRAY_LEN(safe); i++)
            is_safe |= l->minor >= safe[i].since && str_is(name, safe[i].name);
        if (is_safe)
            continue;
        struct str quoted = diag_quote(l->arena, name);
        buf_format(&out, "%s%.*s", l->place ? ", " : "", STR_FMT(quoted));
        look_pod(l, it.value);
    }
    return l->place && look_say(l, "forbidden sysctls", "%.*s", STR_FMT(buf_str(&out)));
}
