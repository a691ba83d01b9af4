/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of containers that compare: handlers, ports by name or number, environment. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_podspec.h"
#include "rule_calls.h"

/* The first handler counts; each further one is refused by its name. */
void rule_handler(struct validating *v, const struct spot *spot)
{
    static const char *const handlers[] = {"exec", "httpGet", "tcpSocket", "grpc", "sleep"};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
        const struct spot handler = spot_child(v, spot, handlers[i]);
        if (spot_is_set(&handler) && n++ > 0)
            say_forbidden(v, &handler, "may not specify more than 1 handler type");
    }
    if (n == 0)
        say_required(v, spot, "must specify a handler type");
}

void rule_port_or_name(struct validating *v, const struct spot *spot)
{
    enum { PORT_MAX = 65535 };
    if (spot_is_text(spot)) {
        const char *reason = format_port_name(spot_text(spot));
        if (reason)
            say_invalid(v, spot, reason);
        return;
    }
    if (spot_int(spot) >= 1 && spot_int(spot) <= PORT_MAX)
        return;
    if (spot_is_set(spot))
        say_invalid(v, spot, "must be between 1 and 65535, inclusive");
    else
        say_invalid_as(v, spot, STR("0"), "must be between 1 and 65535, inclusive");
}

/* ---- environment ---- */

void rule_env_value_from(struct validating *v, const struct spot *spot)
{
    static const char *const sources[] = {"fieldRef", "resourceFieldRef", "configMapKeyRef",
                                          "secretKeyRef", "fileKeyRef"};
    size_t n = 0;
    if (!spot_is_set(spot))
        return;
    const bool files = v_gate(v, "EnvFiles"); /* otherwise forgotten before validation */
    for (size_t i = 0; i < ARRAY_LEN(sources) - !files; i++)
        n += child_is_set(spot, sources[i]);
    if (n == 0)
        say_invalid_as(v, spot, STR("\"\""),
                       files ? "must specify one of: `fieldRef`, `resourceFieldRef`, "
                               "`configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
                             : "must specify one of: `fieldRef`, `resourceFieldRef`, "
                               "`configMapKeyRef` or `secretKeyRef`");
    else if (child_text(spot->up, "value").n)
        say_invalid_as(v, spot, STR("\"\""), "may not be specified when `value` is not empty");
    else if (n > 1)
        say_invalid_as(v, spot, STR("\"\""),
                       "may not have more than one field specified at a time");
}

/* Takes "metadata.labels['key']" apart; false when it has no subscript. */
static bool split_subscript(struct str text, struct str *ret_path, struct str *ret_key)
{
    const ptrdiff_t open = str_find(text, STR("['"));
    if (open <= 0 || !str_ends(text, STR("']")) || (size_t)open + 4 > text.n)
        return false;
    *ret_path = str_sub(text, 0, (size_t)open);
    *ret_key = str_sub(text, (size_t)open + 2, text.n - 2);
    return true;
}

static void check_subscript(struct validating *v, const struct spot *ref, const struct spot *path,
                            struct str base, struct str key)
{
    const bool annotation = str_is(base, "metadata.annotations");
    if (!annotation && !str_is(base, "metadata.labels")) {
        say_invalid_fmt(v, path,
                        "error converting fieldPath: field label does not support subscript: %.*s",
                        STR_FMT(diag_quote(v->ctx->arena, spot_text(path))));
        return;
    }
    /* keys of annotations are compared without case */
    const char *reason = format_qualified_name(annotation ? str_lower(v->ctx->arena, key) : key);
    if (reason)
        say_invalid_as(
            v, ref, str_format(v->ctx->arena, "\"%.*s\"", STR_FMT(diag_quote(v->ctx->arena, key))),
            reason);
}

/* Variables and files of a volume have each fields of their own. */
void rule_env_field_ref(struct validating *v, const struct spot *spot)
{
    static const char *const in_files[] = {"metadata.annotations", "metadata.labels",
                                           "metadata.name", "metadata.namespace", "metadata.uid"};
    static const char *const in_variables[] = {"metadata.name",
                                               "metadata.namespace",
                                               "metadata.uid",
                                               "spec.nodeName",
                                               "spec.serviceAccountName",
                                               "status.hostIP",
                                               "status.hostIPs",
                                               "status.podIP",
                                               "status.podIPs"};
    static const char *const known[] = {"metadata.annotations", "metadata.labels",
                                        "spec.restartPolicy",   "spec.schedulerName",
                                        "status.phase",         "spec.host"};
    const bool file = spot_above(spot, "DownwardAPIVolumeFile") != NULL;
    const char *const *supported = file ? in_files : in_variables;
    const size_t count = file ? ARRAY_LEN(in_files) : ARRAY_LEN(in_variables);
    struct str base;
    struct str key;
    if (!spot_is_set(spot))
        return;
    const struct spot path = spot_child(v, spot, "fieldPath");
    const struct str text = spot_text(&path);
    if (text.n == 0) {
        say_required(v, &path, NULL);
    } else if (!child_text_is(spot, "apiVersion", "v1")) {
        say_invalid_fmt(v, &path, "error converting fieldPath: unsupported pod version: %.*s",
                        STR_FMT(diag_quote(v->ctx->arena, child_text(spot, "apiVersion"))));
    } else if (split_subscript(text, &base, &key)) {
        check_subscript(v, spot, &path, base, key);
    } else if (str_is_one_of(text, supported, count) || (!file && str_is(text, "spec.host"))) {
        return;
    } else if (str_is_one_of(text, known, ARRAY_LEN(known)) ||
               str_is_one_of(text, in_variables, ARRAY_LEN(in_variables))) {
        say_unsupported(v, &path, supported, count);
    } else {
        say_invalid_fmt(v, &path, "error converting fieldPath: field label not supported: %.*s",
                        STR_FMT(diag_quote(v->ctx->arena, text)));
    }
}

void rule_env_resource_ref(struct validating *v, const struct spot *spot)
{
    static const char *const supported[] = {
        "limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
        "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
    if (!spot_is_set(spot))
        return;
    const struct spot resource = spot_child(v, spot, "resource");
    const struct str text = spot_text(&resource);
    if (text.n == 0)
        say_required(v, &resource, NULL);
    else if (!str_is_one_of(text, supported, ARRAY_LEN(supported)) &&
             !str_starts(text, STR("requests.hugepages-")) &&
             !str_starts(text, STR("limits.hugepages-")))
        say_unsupported(v, &resource, supported, ARRAY_LEN(supported));
}

/* A variable that is set again, and not as an extension of what it was: of two entries with one
 * name server-side apply keeps one. */
void rule_env_hidden(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    if (spot_count(spot) < 2 || !pod_warnings_are_due(v, spot))
        return;
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct str name = child_text(&e.spot, "name");
        if (!map_has(&seen, name)) {
            map_put(&seen, name, &seen);
            continue;
        }
        const struct str ref = str_format(v->ctx->arena, "$(%.*s)", STR_FMT(name));
        const struct str value = child_text(&e.spot, "value");
        if (!child_is_set(&e.spot, "valueFrom") && !str_eq(value, ref) && str_has(value, ref))
            continue;
        say_warning(v, &e.spot,
                    str_to_c(v->ctx->arena,
                             str_format(v->ctx->arena,
                                        "%.*s: hides previous definition of \"%.*s\", which may be "
                                        "dropped when using apply",
                                        STR_FMT(path_format(v->ctx->arena, &e.spot.path)),
                                        STR_FMT(diag_quote(v->ctx->arena, name)))));
    }
}
