/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on security contexts, of Pods and of containers. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_podspec.h"
#include "base/ascii.h"
#include "rule_calls.h"

/* ---- sysctls ---- */

/* Segments of lower-case letters and digits, with - and _ inside, divided by dots or slashes. */
static bool is_sysctl_name(struct str name)
{
    enum { SYSCTL_MAX = 253 };
    if (name.n == 0 || name.n > SYSCTL_MAX)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];
        const bool divides = c == '.' || c == '/';
        const bool inside = c == '-' || c == '_';
        if (ascii_is_lower_alnum(c))
            continue;
        if (!divides && !inside)
            return false;
        /* neither at an end of the name or of a segment */
        const bool starts = i == 0 || name.p[i - 1] == '.' || name.p[i - 1] == '/';
        const bool ends = i + 1 == name.n || name.p[i + 1] == '.' || name.p[i + 1] == '/';
        if (starts || ends)
            return false;
    }
    return true;
}

/* Slashes and dots change places when a slash comes first. */
static struct str normal_name(struct arena *arena, struct str name)
{
    const ptrdiff_t slash = str_find_char(name, '/');
    const ptrdiff_t dot = str_find_char(name, '.');
    if (slash < 0 || (dot >= 0 && dot < slash))
        return name;
    char *text = arena_alloc_text(arena, name.n);
    for (size_t i = 0; i < name.n; i++)
        text[i] = name.p[i] == '/' ? '.' : name.p[i] == '.' ? '/' : name.p[i];
    return (struct str){text, name.n};
}

/* What the Pod shares with the host and sets nevertheless; NULL when nothing. */
static const char *host_sysctl(struct arena *arena, struct str name, const struct node *spec)
{
    static const char *const of_ipc[] = {
        "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
        "kernel.shm", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.msg"};
    const struct str normal = normal_name(arena, name);
    const struct node *network = node_get(spec, STR("hostNetwork"));
    const struct node *ipc = node_get(spec, STR("hostIPC"));
    if (str_starts(normal, STR("net.")) && node_kind(network) == NODE_BOOL && node_bool(network))
        return "may not be specified when 'hostNetwork' is true";
    if ((str_starts(normal, STR("fs.mqueue.")) ||
         str_is_one_of(normal, of_ipc, ARRAY_LEN(of_ipc))) &&
        node_kind(ipc) == NODE_BOOL && node_bool(ipc))
        return "may not be specified when 'hostIPC' is true";
    return NULL;
}

/* What was allowed once may stay. */
static bool had_host_sysctl(struct arena *arena, const struct spot *list, const struct spot *spec)
{
    for (struct item it = list_first(list->old); it.value; it = list_next(it))
        if (host_sysctl(arena, node_get_text(it.value, STR("name")), spec->old))
            return true;
    return false;
}

void rule_sysctls(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    const struct spot *spec = spot_above(spot, "PodSpec");
    const bool tolerant = !spec || had_host_sysctl(v->ctx->arena, spot, spec);
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct spot name = spot_child(v, &e.spot, "name");
        const struct str text = spot_text(&name);
        if (text.n == 0)
            say_required(v, &name, NULL);
        else if (!is_sysctl_name(text))
            say_invalid(v, &name,
                        "must have at most 253 characters and match regex "
                        "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
        else if (map_has(&seen, text))
            say_duplicate(v, &name);
        map_put(&seen, text, &seen);
        const char *shared = tolerant ? NULL : host_sysctl(v->ctx->arena, text, spec->path.node);
        if (shared)
            say_invalid(v, &name, shared);
    }
}

/* ---- SELinux ---- */

/* The other policy waits for a gate that is off; a Pod that has one may change it. */
void rule_selinux_change_policy(struct validating *v, const struct spot *spot)
{
    static const char *const policies[] = {"Recursive", "MountOption"};
    static const char *const sorted[] = {"MountOption", "Recursive"};
    const bool any = v_gate(v, "SELinuxMount") || !node_is_null(spot->old);
    if (!spot_is_set(spot) || str_is_one_of(spot_text(spot), policies, any ? 2 : 1))
        return;
    say_unsupported(v, spot, any ? sorted : policies, any ? 2 : 1);
}

/* ---- seccomp and AppArmor ---- */

void check_descending_path(struct validating *v, const struct spot *spot, struct str path)
{
    struct str rest = path;
    struct str part;
    if (str_starts(path, STR("/")))
        say_invalid(v, spot, "must be a relative path");
    while (str_split(&rest, '/', &part)) {
        if (!str_is(part, ".."))
            continue;
        say_invalid(v, spot, "must not contain '..'");
        return;
    }
}

void rule_seccomp_path(struct validating *v, const struct spot *spot)
{
    check_descending_path(v, spot, spot_text(spot));
}

void rule_apparmor_path(struct validating *v, const struct spot *spot)
{
    const struct str path = spot_text(spot);
    if (path.n == 0)
        say_required(v, spot, "must be set when AppArmor type is Localhost");
    else if (is_padded(path))
        say_invalid(v, spot, "must not be padded with whitespace");
}

/* ---- containers ---- */

void rule_proc_mount(struct validating *v, const struct spot *spot)
{
    const struct spot *spec = spot_above(spot, "PodSpec");
    if (!spot_text_is(spot, "Unmasked") || !spec)
        return;
    if (!child_is_set(spec, "hostUsers") || child_bool(spec, "hostUsers"))
        say_invalid(v, spot, "`hostUsers` must be false to use `Unmasked`");
}

void rule_privilege_escalation(struct validating *v, const struct spot *spot)
{
    const struct spot capabilities = spot_child(v, spot, "capabilities");
    const struct spot added = spot_child(v, &capabilities, "add");
    if (!child_is_set(spot, "allowPrivilegeEscalation") ||
        child_bool(spot, "allowPrivilegeEscalation"))
        return;
    if (child_bool(spot, "privileged"))
        say_invalid(v, spot,
                    "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    for (struct each e = each_first(v, &added); e.spot.path.node; each_next(v, &e))
        if (spot_text_is(&e.spot, "CAP_SYS_ADMIN"))
            say_invalid(v, spot,
                        "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
                        "CAP_SYS_ADMIN");
}

/* ---- Windows ---- */

void rule_gmsa_credential_spec(struct validating *v, const struct spot *spot)
{
    enum { SPEC_MAX = 64 * 1024 };
    if (!spot_is_set(spot))
        return;
    if (spot_text(spot).n == 0)
        say_invalid(v, spot, "gmsaCredentialSpec cannot be an empty string");
    else if (spot_text(spot).n > SPEC_MAX)
        say_invalid(v, spot, "gmsaCredentialSpec size must be under 64 KiB");
}

static bool has_one_of(struct str text, const char *bytes)
{
    for (; *bytes; bytes++)
        if (str_find_char(text, *bytes) >= 0)
            return true;
    return false;
}

/* Characters, not bytes: 1 to 15, no dot first. */
static bool is_netbios_name(struct str name)
{
    enum { NETBIOS_MAX = 15 };
    size_t characters = 0;
    for (size_t i = 0; i < name.n; i++)
        characters += ((unsigned char)name.p[i] & 0xc0) != 0x80;
    return characters >= 1 && characters <= NETBIOS_MAX && name.p[0] != '.' &&
           !has_one_of(name, "\\/:*?\"<>|");
}

/* As a subdomain, but of any length as a whole, and upper case counts. */
static bool is_dns_domain(struct arena *arena, struct str name)
{
    struct str rest = str_lower(arena, name);
    struct str label;
    while (str_split(&rest, '.', &label))
        if (format_dns1123_label(label))
            return false;
    return name.n > 0 && !str_ends(name, STR("."));
}

static bool is_dots_and_spaces(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '.' && text.p[i] != ' ')
            return false;
    return text.n > 0;
}

static void check_windows_domain(struct validating *v, const struct spot *spot, struct str domain)
{
    enum { DOMAIN_MAX = 256 };
    if (domain.n >= DOMAIN_MAX)
        say_invalid(v, spot, "runAsUserName's Domain length must be under 256 characters");
    if (!is_netbios_name(domain) && !is_dns_domain(v->ctx->arena, domain))
        say_invalid(v, spot, "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
}

static void check_windows_user(struct validating *v, const struct spot *spot, struct str user)
{
    enum { USER_MAX = 104 };
    if (user.n == 0)
        say_invalid(v, spot, "runAsUserName's User cannot be empty");
    else if (user.n > USER_MAX)
        say_invalid(v, spot, "runAsUserName's User length must not be longer than 104 characters");
    if (is_dots_and_spaces(user))
        say_invalid(v, spot, "runAsUserName's User cannot contain only periods or spaces");
    if (has_one_of(user, "\"/\\:;|=,+*?<>@[]"))
        say_invalid(v, spot,
                    "runAsUserName's User cannot contain the following characters: "
                    "\"/\\:;|=,+*?<>@[]");
}

void rule_windows_user_name(struct validating *v, const struct spot *spot)
{
    const struct str name = spot_text(spot);
    const ptrdiff_t slash = str_find_char(name, '\\');
    if (!spot_is_set(spot))
        return;
    if (name.n == 0) {
        say_invalid(v, spot, "runAsUserName cannot be an empty string");
    } else if (str_has_control(name)) {
        say_invalid(v, spot, "runAsUserName cannot contain control characters");
    } else if (slash < 0) {
        check_windows_user(v, spot, name);
    } else if (str_find_last_char(name, '\\') != slash) {
        say_invalid(v, spot, "runAsUserName cannot contain more than one backslash");
    } else {
        check_windows_domain(v, spot, str_sub(name, 0, (size_t)slash));
        check_windows_user(v, spot, str_from_offset(name, (size_t)slash + 1));
    }
}
