/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of Ingresses and IngressClasses: pkg/apis/networking/validation. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "admit/rule_ip.h"
#include "base/ascii.h"
#include "rule_calls.h"

enum { PORT_MAX = 65535 };

static const char class_key[] = "kubernetes.io/ingress.class";

void rule_ingress_spec(struct validating *v, const struct spot *spot)
{
    const struct spot rules = spot_child(v, spot, "rules");
    if (spot_count(&rules) == 0 && !child_is_set(spot, "defaultBackend"))
        say_invalid_as(v, spot, spot_is_set(&rules) ? STR("[]") : STR("null"),
                       "either `defaultBackend` or `rules` must be specified");
}

/* The old way to name a class, which must not say another thing. */
void rule_ingress_class_annotation(struct validating *v, const struct spot *spot)
{
    const struct spot spec = spot_child(v, spot, "spec");
    const struct spot class = spot_child(v, &spec, "ingressClassName");
    const struct spot metadata = spot_child(v, spot, "metadata");
    struct spot annotations = spot_child(v, &metadata, "annotations");
    struct spot value = spot_child(v, &annotations, class_key);
    if (v_is_update(v) || !spot_is_set(&value))
        return;
    if (!spot_is_set(&class)) {
        value.path.is_key = true;
        say_warning(v, &value,
                    "annotation \"kubernetes.io/ingress.class\" is deprecated, please use "
                    "'spec.ingressClassName' instead");
    } else if (!str_eq(spot_text(&value), spot_text(&class))) {
        /* the server leaves metadata out of the path */
        annotations.path.up = &spot->path;
        say_invalid(v, &value, "must match `ingressClassName` when both are specified");
    }
}

/* ---- hosts ---- */

/* A star, and a name after the first dot. */
static const char *wildcard_error(struct str host)
{
    enum { HOST_MAX = 253 };
    if (host.n > HOST_MAX)
        return "must be no more than 253 characters";
    if (str_starts(host, STR("*.")) && !format_dns1123_subdomain(str_from_offset(host, 2)))
        return NULL;
    return "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain";
}

void rule_ingress_host(struct validating *v, const struct spot *spot)
{
    const struct str host = spot_text(spot);
    const char *error =
        str_find_char(host, '*') >= 0 ? wildcard_error(host) : format_dns1123_subdomain(host);
    if (error)
        say_invalid(v, spot, error);
}

void rule_ingress_rule_host(struct validating *v, const struct spot *spot)
{
    struct ip ip;
    if (spot_is_zero(spot))
        return;
    if (ip_parse(spot_text(spot), &ip))
        say_invalid(v, spot, "must be a DNS name, not an IP address");
    rule_ingress_host(v, spot);
}

/* ---- paths ---- */

static void check_plain_path(struct validating *v, const struct spot *path)
{
    static const char *const parts[] = {"//", "/./", "/../", "%2f", "%2F"};
    static const char *const ends[] = {"/..", "/."};
    const struct str text = spot_text(path);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_has(text, str_from(parts[i])))
            say_invalid_fmt(v, path, "must not contain '%s'", parts[i]);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(text, str_from(ends[i])))
            say_invalid_fmt(v, path, "cannot end with '%s'", ends[i]);
}

void rule_ingress_path(struct validating *v, const struct spot *spot)
{
    static const char *const types[] = {"Exact", "ImplementationSpecific", "Prefix"};
    const struct spot type = spot_child(v, spot, "pathType");
    const struct spot path = spot_child(v, spot, "path");
    if (!spot_is_set(&type)) {
        say_required(v, &type, "pathType must be specified");
        return;
    }
    if (!str_is_one_of(spot_text(&type), types, ARRAY_LEN(types))) {
        say_unsupported(v, &type, types, ARRAY_LEN(types));
        return;
    }
    const bool own = spot_text_is(&type, "ImplementationSpecific");
    const struct str text = spot_text(&path);
    if (!str_starts(text, STR("/")) && (!own || text.n > 0))
        say_invalid(v, &path, "must be an absolute path");
    if (!own)
        check_plain_path(v, &path);
}

/* ---- backends ---- */

/* Group, kind and name of another object. Until 1.33 the server said more of what is missing. */
static void check_reference(struct validating *v, const struct spot *spot)
{
    enum { SHORT_SINCE = 34 };
    static const struct {
        const char *name;
        const char *missing;
    } required[] = {{"kind", "kind is required"}, {"name", "name is required"}};
    const struct spot group = spot_child(v, spot, "apiGroup");
    const char *error = spot_is_set(&group) ? format_dns1123_subdomain(spot_text(&group)) : NULL;
    if (error)
        say_invalid(v, &group, error);
    for (size_t i = 0; i < ARRAY_LEN(required); i++) {
        const struct spot field = spot_child(v, spot, required[i].name);
        error = format_path_segment(spot_text(&field));
        if (spot_is_zero(&field))
            say_required(v, &field, v->minor >= SHORT_SINCE ? NULL : required[i].missing);
        else if (error)
            say_invalid(v, &field, error);
    }
}

void rule_ingress_parameters(struct validating *v, const struct spot *spot)
{
    check_reference(v, spot);
}

static void check_backend_port(struct validating *v, const struct spot *backend,
                               const struct spot *service)
{
    const struct spot port = spot_child(v, service, "port");
    const struct spot name = spot_child(v, &port, "name");
    const struct spot number = spot_child(v, &port, "number");
    const bool named = !spot_is_zero(&name);
    const bool numbered = spot_int(&number) != 0;
    const char *error = named ? format_port_name(spot_text(&name)) : NULL;
    if (named && numbered)
        say_invalid_as(v, backend, STR("\"\""), "cannot set both port name & port number");
    else if (error)
        say_invalid(v, &name, error);
    else if (numbered && (spot_int(&number) < 1 || spot_int(&number) > PORT_MAX))
        say_invalid(v, &number, "must be between 1 and 65535, inclusive");
    else if (!named && !numbered)
        say_required(v, backend, "port name or number is required");
}

/* Names that are good for a Service since the rule was relaxed stay good in what has them. */
static bool is_old_name(const struct spot *name)
{
    return name->old && str_eq(node_text(name->old), spot_text(name));
}

static void check_backend_service(struct validating *v, const struct spot *backend,
                                  const struct spot *service)
{
    const struct spot name = spot_child(v, service, "name");
    const bool relaxed = v_gate(v, "RelaxedServiceNameValidation") || is_old_name(&name);
    const char *error =
        relaxed ? format_dns1123_label(spot_text(&name)) : format_dns1035_label(spot_text(&name));
    if (spot_is_zero(&name))
        say_required(v, &name, NULL);
    else if (error)
        say_invalid(v, &name, error);
    check_backend_port(v, backend, service);
}

void rule_ingress_backend(struct validating *v, const struct spot *spot)
{
    const struct spot resource = spot_child(v, spot, "resource");
    const struct spot service = spot_child(v, spot, "service");
    /* without a type the server does not look at the rest of a path */
    if (str_is(spot_holder(spot), "backend") && !child_is_set(spot->up, "pathType"))
        return;
    if (spot_is_set(&resource) && spot_is_set(&service))
        say_invalid_as(v, spot, STR("\"\""), "cannot set both resource and service backends");
    else if (spot_is_set(&resource))
        check_reference(v, &resource);
    else if (spot_is_set(&service))
        check_backend_service(v, spot, &service);
    else
        say_invalid_as(v, spot, STR("\"\""), "resource or service backend is required");
}

/* ---- classes ---- */

static bool is_path_byte(char c)
{
    return ascii_is_alnum(c) || (c != '\0' && str_find_char(STR("/-._~%!$&'()*+,;=:"), c) >= 0);
}

/* example.com/name: IsDomainPrefixedPath. */
void rule_domain_prefixed_path(struct validating *v, const struct spot *spot)
{
    const struct str text = spot_text(spot);
    const ptrdiff_t slash = str_find_char(text, '/');
    if (text.n == 0) {
        say_required(v, spot, NULL);
        return;
    }
    if (slash <= 0 || (size_t)slash + 1 == text.n) {
        say_invalid(v, spot, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        return;
    }
    const char *error = format_dns1123_subdomain(str_sub(text, 0, (size_t)slash));
    if (error)
        say_invalid(v, spot, error);
    for (size_t i = (size_t)slash + 1; i < text.n; i++)
        if (!is_path_byte(text.p[i])) {
            say_invalid(v, spot,
                        "Invalid path: must consist of letters, digits and /-._~%!$&'()*+,;=:");
            return;
        }
}
