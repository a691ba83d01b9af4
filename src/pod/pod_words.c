/* SPDX-License-Identifier: Apache-2.0 */
/* Offenders and how they are named, which the checks share. */
#include <stdarg.h>
#include <stdio.h>

#include "pod/pod_checks.h"

enum { DETAIL_BYTES = 4096 };

const struct node *security_get(const struct node *holder, const char *name)
{
    return node_get(node_get(holder, STR("securityContext")), str_from(name));
}

bool node_is_true(const struct node *node)
{
    return node_kind(node) == NODE_BOOL && node_bool(node);
}

bool pod_has_own_users(const struct pod *pod)
{
    const struct node *host_users = node_get(pod->spec, STR("hostUsers"));
    return node_kind(host_users) == NODE_BOOL && !node_bool(host_users);
}

bool pod_is_windows(const struct pod *pod)
{
    return str_is(node_get_text(node_get(pod->spec, STR("os")), STR("name")), "windows");
}

void look_add(struct looking *l, const struct container *container, const struct node *place)
{
    if (!l->place)
        l->place = place ? place : container->node;
    const size_t n = l->containers.n;
    if (n == 0 || l->containers.items[n - 1].p != container->name.p)
        VEC_PUSH(l->arena, &l->containers, container->name);
}

void look_value(struct looking *l, struct str value)
{
    VEC_PUSH(l->arena, &l->values, value);
}

void look_pod(struct looking *l, const struct node *place)
{
    if (!l->place)
        l->place = place;
    l->pod_sets = true;
}

bool look_say(struct looking *l, const char *reason, const char *fmt, ...)
{
    char text[DETAIL_BYTES];
    va_list args;
    va_start(args, fmt);
    const struct str detail = str_print(text, sizeof text, fmt, args);
    va_end(args);
    l->reason = str_from(reason);
    l->detail = str_dup(l->arena, detail);
    return true;
}

struct str names_quoted(struct looking *l, const struct names *names)
{
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, DETAIL_BYTES);
    for (size_t i = 0; i < names->n; i++) {
        struct str name = diag_quote(l->arena, names->items[i]);
        buf_format(&out, "%s\"%.*s\"", i ? ", " : "", STR_FMT(name));
    }
    return str_dup(l->arena, buf_str(&out));
}

void names_sort(struct names *names)
{
    if (names->n)
        qsort(names->items, names->n, sizeof *names->items, str_cmp_qsort);
    size_t n = 0;
    for (size_t i = 0; i < names->n; i++)
        if (n == 0 || !str_eq(names->items[n - 1], names->items[i]))
            names->items[n++] = names->items[i];
    names->n = n;
}

struct str values_quoted(struct looking *l)
{
    names_sort(&l->values);
    return names_quoted(l, &l->values);
}

struct str look_containers(struct looking *l)
{
    struct str quoted = names_quoted(l, &l->containers);
    return str_format(l->arena, "container%s %.*s", l->containers.n == 1 ? "" : "s",
                      STR_FMT(quoted));
}

struct str look_setters(struct looking *l)
{
    if (!l->containers.n)
        return STR("pod");
    struct str containers = look_containers(l);
    return str_format(l->arena, "%s%.*s", l->pod_sets ? "pod and " : "", STR_FMT(containers));
}
