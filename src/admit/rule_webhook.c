/* SPDX-License-Identifier: Apache-2.0 */
/* Webhook configurations: names, rules, where to call; shared by admission policies. */
#include "admit/custom.h"
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

#include "base/map.h"
#include "cel/cel_url.h"

/* IsFullyQualifiedName of apimachinery. */
void rule_webhook_name(struct validating *v, const struct spot *spot)
{
    enum { DOTS_MIN = 2 };
    const struct str name = spot_text(spot);
    size_t dots = 0;
    if (name.n == 0)
        return;
    const char *reason = format_dns1123_subdomain(name);
    for (size_t i = 0; i < name.n; i++)
        dots += name.p[i] == '.';
    if (!reason && dots < DOTS_MIN)
        reason = "should be a domain with at least three segments separated by dots";
    if (reason)
        say_invalid(v, spot, reason);
}

/* ---- rules ---- */

static bool has_text(struct validating *v, const struct spot *list, const char *text)
{
    for (struct each e = each_first(v, list); e.spot.path.node; each_next(v, &e))
        if (spot_text_is(&e.spot, text))
            return true;
    return false;
}

static void wildcard_is_alone(struct validating *v, const struct spot *spot, const char *what)
{
    if (spot_count(spot) > 1 && has_text(v, spot, "*"))
        say_invalid_fmt(v, spot, "if '*' is present, must not specify other %s", what);
}

void rule_webhook_operations(struct validating *v, const struct spot *spot)
{
    wildcard_is_alone(v, spot, "operations");
}

void rule_webhook_groups(struct validating *v, const struct spot *spot)
{
    wildcard_is_alone(v, spot, "API groups");
}

void rule_webhook_versions(struct validating *v, const struct spot *spot)
{
    wildcard_is_alone(v, spot, "API versions");
}

/* The wildcards that stand in front of an entry. */
struct resources_seen {
    struct map all_of;  /* resources with all their subresources */
    struct map of_all;  /* subresources of all resources */
    bool everything;    /* all subresources of all resources */
    bool all_resources; /* all resources without subresources */
    bool last_is_plain; /* the server asks this of the last resource without subresource only */
};

static void check_resource(struct validating *v, const struct spot *item,
                           struct resources_seen *seen)
{
    const struct str text = spot_text(item);
    const ptrdiff_t slash = str_find_char(text, '/');
    if (text.n == 0)
        return;
    seen->everything |= str_is(text, "*/*");
    seen->all_resources |= str_is(text, "*");
    if (slash < 0) {
        seen->last_is_plain = !str_is(text, "*");
        return;
    }
    const struct str resource = str_sub(text, 0, (size_t)slash);
    const struct str part = str_from_offset(text, (size_t)slash + 1);
    if (map_has(&seen->all_of, resource))
        say_invalid_fmt(v, item, "if '%.*s/*' is present, must not specify %.*s", STR_FMT(resource),
                        STR_FMT(text));
    if (map_has(&seen->of_all, part))
        say_invalid_fmt(v, item, "if '*/%.*s' is present, must not specify %.*s", STR_FMT(part),
                        STR_FMT(text));
    if (str_is(part, "*"))
        map_put(&seen->all_of, resource, seen);
    if (str_is(resource, "*"))
        map_put(&seen->of_all, part, seen);
}

void rule_webhook_resources(struct validating *v, const struct spot *spot)
{
    struct resources_seen seen = {
        .all_of = {.arena = v->ctx->arena},
        .of_all = {.arena = v->ctx->arena},
    };
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e))
        check_resource(v, &e.spot, &seen);
    if (spot_count(spot) > 1 && seen.everything)
        say_invalid(v, spot, "if '*/*' is present, must not specify other resources");
    if (seen.all_resources && seen.last_is_plain)
        say_invalid(v, spot,
                    "if '*' is present, must not specify other resources without subresources");
}

/* ---- where to call ---- */

static void check_url(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    struct cel_url url;
    if (!url_parse(arena, spot_text(spot), false, &url)) {
        say_required(v, spot, "url must be a valid URL; desired format: https://host[/path]");
        return;
    }
    if (!str_eq_fold(url.scheme, STR("https")))
        say_invalid_as(v, spot, str_format(arena, "\"%.*s\"", STR_FMT(url.scheme)),
                       "'https' is the only allowed URL scheme; desired format: "
                       "https://host[/path]");
    if (url.host.n == 0)
        say_invalid_as(v, spot, STR("\"\""),
                       "host must be specified; desired format: https://host[/path]");
    if (url.has_user)
        say_invalid(v, spot, "user information is not permitted in the URL");
    if (url.fragment.n)
        say_invalid(v, spot, "fragments are not permitted in the URL");
    if (url.query.n)
        say_invalid(v, spot, "query parameters are not permitted in the URL");
}

/* /a/b: each segment a domain name; one slash at the end is fine. */
static void check_service_path(struct validating *v, const struct spot *spot)
{
    const struct str path = spot_text(spot);
    if (path.n == 0 || str_is(path, "/"))
        return;
    if (str_is(path, "//")) {
        say_invalid(v, spot, "segment[0] may not be empty");
        return;
    }
    if (path.p[0] != '/')
        say_invalid(v, spot, "must start with a '/'");
    struct str rest = str_from_offset(path, 1);
    if (str_ends(rest, STR("/")))
        rest.n--;
    for (size_t i = 0, from = 0; from <= rest.n; i++) {
        const struct str after = str_from_offset(rest, from);
        const ptrdiff_t slash = str_find_char(after, '/');
        const struct str part = slash < 0 ? after : str_sub(after, 0, (size_t)slash);
        const char *reason = format_dns1123_subdomain(part);
        if (part.n == 0)
            say_invalid_fmt(v, spot, "segment[%zu] may not be empty", i);
        else if (reason)
            say_invalid_fmt(v, spot, "segment[%zu]: %s", i, reason);
        from += part.n + 1;
    }
}

/* The server hands over namespace and name in the wrong order (ValidateWebhookService), so that the
 * error is at the other one of the two. */
static void check_service(struct validating *v, const struct spot *service)
{
    enum { PORT_MAX = 65535 };
    static const char *const swapped[][2] = {{"namespace", "name"}, {"name", "namespace"}};
    const struct spot port = spot_child(v, service, "port");
    const struct spot path = spot_child(v, service, "path");
    for (size_t i = 0; i < ARRAY_LEN(swapped); i++) {
        const struct spot other = spot_child(v, service, swapped[i][1]);
        if (child_text(service, swapped[i][0]).n)
            continue;
        struct diag *diag = say_required(v, &other, NULL);
        diag_hint(v->ctx->diags, diag, "it is '%s' that is missing", swapped[i][0]);
    }
    if (spot_int(&port) < 1 || spot_int(&port) > PORT_MAX)
        say_invalid(v, &port, "port is not valid: must be between 1 and 65535, inclusive");
    check_service_path(v, &path);
}

void rule_webhook_client(struct validating *v, const struct spot *spot)
{
    const struct spot url = spot_child(v, spot, "url");
    const struct spot service = spot_child(v, spot, "service");
    if (spot_is_set(&url) == spot_is_set(&service))
        say_required(v, spot, "exactly one of url or service is required");
    else if (spot_is_set(&url))
        check_url(v, &url);
    else
        check_service(v, &service);
}

void rule_webhook_review_versions(struct validating *v, const struct spot *spot)
{
    struct map seen = {.arena = v->ctx->arena};
    bool accepted = false;
    if (spot_count(spot) == 0) {
        say_required(v, spot, "must specify one of v1, v1beta1");
        return;
    }
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const struct str version = spot_text(&e.spot);
        const char *reason = format_dns1035_label(version);
        if (map_has(&seen, version)) {
            say_invalid(v, &e.spot, "duplicate version");
            continue;
        }
        map_put(&seen, version, &seen);
        if (reason)
            say_invalid(v, &e.spot, reason);
        accepted |= str_is(version, "v1") || str_is(version, "v1beta1");
    }
    if (!accepted)
        say_invalid(v, spot, "must include at least one of v1, v1beta1");
}
