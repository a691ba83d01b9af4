/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversion between versions of a CRD. The server reports fields of its older, flat form:
 * spec.conversion.webhookClientConfig for spec.conversion.webhook.clientConfig.
 */
#include "admit/crd.h"
#include "cel/cel_url.h"

static void check_webhook(struct crd *crd, const struct path *conversion, struct span key);
static void check_reviews(struct crd *crd, const struct path *conversion, struct span key);

void crd_check_conversion(struct crd *crd)
{
    const struct path root = {.node = crd->admitted->value};
    const struct path spec = {.up = &root, .name = STR("spec"), .node = crd->spec};
    const struct entry entry = node_entry(crd->spec, STR("conversion"));
    const struct path path = {.up = &spec, .name = STR("conversion"), .node = entry.value};
    const struct node *strategy = node_get(entry.value, STR("strategy"));
    const struct node *webhook = node_get(entry.value, STR("webhook"));
    const struct str text = node_text(strategy);
    const struct span key = entry.key ? node_span(entry.key) : (struct span){0};
    if (node_kind(entry.value) != NODE_MAP ||
        (!node_is_null(strategy) && node_kind(strategy) != NODE_STRING))
        return;
    if (str_is(text, "Webhook")) {
        check_webhook(crd, &path, key);
        check_reviews(crd, &path, key);
        return;
    }
    if (text.n == 0)
        crd_required(crd, &path, entry.value, "strategy", key);
    else if (!str_is(text, "None"))
        crd_report(crd, RULE_API_UNSUPPORTED_VALUE, &path, entry.value, "strategy", key,
                   "must be None or Webhook, not \"%.*s\"",
                   STR_FMT(diag_quote(crd->ctx->arena, text)));
    const struct node *reviews = node_get(webhook, STR("conversionReviewVersions"));
    if (!node_is_null(node_get(webhook, STR("clientConfig"))))
        crd_report(crd, RULE_API_FORBIDDEN, &path, webhook, "webhookClientConfig",
                   node_span(node_entry(entry.value, STR("webhook")).key),
                   "is only for strategy Webhook");
    if (node_kind(reviews) == NODE_LIST && node_real(reviews)->n > 0)
        crd_report(crd, RULE_API_FORBIDDEN, &path, webhook, "conversionReviewVersions", key,
                   "is only for strategy Webhook");
}

static void check_url(struct crd *crd, const struct path *client, struct span key, struct str text)
{
    struct cel_url url;
    const char *error = NULL;
    if (!url_parse(crd->ctx->arena, text, false, &url))
        error = "must be a URL like https://host/path";
    else if (!str_eq_fold(url.scheme, STR("https")))
        error = "must start with https://";
    else if (url.host.n == 0)
        error = "must name a host, as in https://host/path";
    else if (url.has_user)
        error = "must not hold a user name";
    else if (url.fragment.n > 0)
        error = "must not have a fragment";
    else if (url.query.n > 0)
        error = "must not have a query";
    if (error)
        crd_report(crd, RULE_API_INVALID_VALUE, client, client->node, "url", key, "%s", error);
}

/* Segments between slashes, each a DNS subdomain. */
static const char *path_error(struct str text)
{
    if (text.n == 0 || str_is(text, "/"))
        return NULL;
    if (text.p[0] != '/')
        return "must start with '/'";
    struct str rest = str_from_offset(text, 1);
    if (str_ends(rest, STR("/")))
        rest = str_sub(rest, 0, rest.n - 1);
    for (;;) {
        const ptrdiff_t slash = str_find_char(rest, '/');
        const struct str step = slash < 0 ? rest : str_sub(rest, 0, (size_t)slash);
        if (step.n == 0)
            return "must not have an empty segment";
        if (format_dns1123_subdomain(step))
            return "must have segments of lower-case letters, digits, '-' and '.'";
        if (slash < 0)
            return NULL;
        rest = str_from_offset(rest, (size_t)slash + 1);
    }
}

static void check_service(struct crd *crd, const struct path *client, const struct entry *entry)
{
    const struct path service = {.up = client, .name = STR("service"), .node = entry->value};
    const struct span key = node_span(entry->key);
    const struct node *map = entry->value;
    const struct node *port = node_get(map, STR("port"));
    int64_t number = 0;
    if (node_get_text(map, STR("name")).n == 0)
        crd_required(crd, &service, map, "name", key);
    if (node_get_text(map, STR("namespace")).n == 0)
        crd_required(crd, &service, map, "namespace", key);
    if (node_i64(port, &number) && (number < 1 || number > 65535))
        crd_report(crd, RULE_API_INVALID_VALUE, &service, map, "port", key,
                   "must be between 1 and 65535");
    const char *error = path_error(node_get_text(map, STR("path")));
    if (error)
        crd_report(crd, RULE_API_INVALID_VALUE, &service, map, "path", key, "%s", error);
}

static void check_webhook(struct crd *crd, const struct path *conversion, struct span key)
{
    const struct entry webhook = node_entry(conversion->node, STR("webhook"));
    const struct entry config = node_entry(webhook.value, STR("clientConfig"));
    const struct path client = {
        .up = conversion, .name = STR("webhookClientConfig"), .node = config.value};
    const struct span place = config.key    ? node_span(config.key)
                              : webhook.key ? node_span(webhook.key)
                                            : key;
    const struct node *url = node_get(config.value, STR("url"));
    const struct entry service = node_entry(config.value, STR("service"));
    if (node_is_null(config.value)) {
        crd_report(crd, RULE_API_REQUIRED, conversion, NULL, "webhookClientConfig", place,
                   "is required for strategy Webhook: write webhook.clientConfig");
        return;
    }
    if (node_kind(config.value) != NODE_MAP)
        return;
    if (node_is_null(url) == node_is_null(service.value))
        crd_report(crd, RULE_API_REQUIRED, conversion, NULL, "webhookClientConfig", place,
                   "must have either url or service, and not both");
    else if (!node_is_null(url))
        check_url(crd, &client, place, node_text(url));
    else
        check_service(crd, &client, &service);
}

static bool check_review(struct crd *crd, const struct path *list, const struct item *item,
                         struct map *seen)
{
    const struct path path = {.up = list, .index = item->index, .node = item->value};
    const struct str text = node_text(item->value);
    const char *error = format_dns1035_label(text);
    if (map_put(seen, text, seen))
        error = "stands there twice";
    if (error)
        diag_add_path(crd->ctx->diags, RULE_API_INVALID_VALUE, node_span(item->written), &path,
                      "%.*s %s", STR_FMT(shown_path(crd->ctx->arena, &path)), error);
    return str_is(text, "v1") || str_is(text, "v1beta1");
}

static void check_reviews(struct crd *crd, const struct path *conversion, struct span key)
{
    static const char name[] = "conversionReviewVersions";
    const struct entry webhook = node_entry(conversion->node, STR("webhook"));
    const struct node *list = node_get(webhook.value, str_from(name));
    const struct path path = {.up = conversion, .name = str_from(name), .node = list};
    const struct span place = webhook.key ? node_span(webhook.key) : key;
    struct map seen = {.arena = crd->ctx->arena};
    bool known = false;
    if (!node_is_null(list) && node_kind(list) != NODE_LIST)
        return;
    if (node_is_null(list) || node_real(list)->n == 0) {
        crd_required(crd, conversion, webhook.value, name, place);
        return;
    }
    for (struct item it = list_first(list); it.value; it = list_next(it))
        known = check_review(crd, &path, &it, &seen) || known;
    if (!known)
        crd_report(crd, RULE_API_INVALID_VALUE, conversion, webhook.value, name, place,
                   "must include v1 or v1beta1");
}
