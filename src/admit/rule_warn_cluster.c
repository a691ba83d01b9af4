/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings on what belongs to the cluster: pkg/api/node, pkg/api/storage and the strategies in
 * pkg/registry. */
#include "admit/rule.h"
#include "admit/rule_ip.h"
#include "admit/rule_podspec.h"
#include "admit/rule_same.h"
#include "rule_calls.h"

/* ---- labels that nodes had once ---- */

static const char *with_key(struct validating *v, struct str key, const char *text)
{
    return str_to_c(v->ctx->arena, str_format(v->ctx->arena, "%.*s is %s", STR_FMT(key), text));
}

/* Of a volume the key is named, of the topologies of a class it is not. */
void rule_topology_key_warning(struct validating *v, const struct spot *spot)
{
    const char *text = old_node_label(spot_text(spot));
    if (text && v_kind_is(v, "StorageClass"))
        say_warning_at(v, spot, text);
}

void rule_capacity_topology_warnings(struct validating *v, const struct spot *spot)
{
    const struct spot labels = spot_child(v, spot, "matchLabels");
    const struct spot expressions = spot_child(v, spot, "matchExpressions");
    for (struct each e = each_first(v, &expressions); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = spot_child(v, &e.spot, "key");
        const char *text = old_node_label(spot_text(&key));
        if (text)
            say_warning_at(v, &key, with_key(v, spot_text(&key), text));
    }
    for (struct each e = each_first(v, &labels); e.spot.path.node; each_next(v, &e)) {
        struct spot named = e.spot;
        const char *text = old_node_label(e.spot.path.name);
        named.path.is_key = false; /* the server writes it as a field */
        if (text)
            say_warning_at(v, &named, text);
    }
}

void rule_runtime_selector_warnings(struct validating *v, const struct spot *spot)
{
    for (struct each e = each_first(v, spot); e.spot.path.node; each_next(v, &e)) {
        const char *text = old_node_label(e.spot.path.name);
        if (text)
            say_warning_at(v, spot, text);
    }
}

/* ---- nodes, quotas, drivers ---- */

void rule_node_warnings(struct validating *v, const struct spot *spot)
{
    const struct spot id = spot_child(v, spot, "externalID");
    const struct spot ranges = spot_child(v, spot, "podCIDRs");
    const struct spot range = spot_child(v, spot, "podCIDR");
    if (!spot_is_zero(&id))
        say_warning(v, &id,
                    "spec.externalID: this field is deprecated, and is unused by Kubernetes");
    for (struct each e = each_first(v, &ranges); e.spot.path.node; each_next(v, &e))
        warn_cidr(v, &e.spot);
    if (spot_count(&ranges) == 0 && !spot_is_zero(&range)) {
        /* the server moves the single one into the list */
        const struct path list = {.up = &spot->path, .name = STR("podCIDRs")};
        struct spot named = range;
        named.path = (struct path){.up = &list, .node = range.path.node};
        warn_cidr(v, &named);
    }
}

void rule_quota_warnings(struct validating *v, const struct spot *spot)
{
    static const char *const names[] = {"cpu", "memory", "storage", "ephemeral-storage"};
    enum { BARE = 2 }; /* of the first two the name alone is a request */
    struct arena *arena = v->ctx->arena;
    for (size_t i = 0; i < ARRAY_LEN(names) && !v_is_update(v); i++) {
        struct quantity request;
        struct quantity limit;
        const char *asked = str_to_c(arena, str_format(arena, "requests.%s", names[i]));
        if (!child_is_set(spot, asked) && i < BARE)
            asked = names[i];
        const char *allowed = str_to_c(arena, str_format(arena, "limits.%s", names[i]));
        const struct spot first = spot_child(v, spot, asked);
        const struct spot second = spot_child(v, spot, allowed);
        if (!spot_quantity(&first, &request) || !spot_quantity(&second, &limit) ||
            quantity_cmp(&request, &limit) <= 0)
            continue;
        say_warning(
            v, &first,
            str_to_c(arena,
                     str_format(arena, "ResourceQuota %s (%.*s) should be less than %s (%.*s)",
                                asked, STR_FMT(quantity_format(arena, &request)), allowed,
                                STR_FMT(quantity_format(arena, &limit)))));
    }
}

void rule_driver_case_warning(struct validating *v, const struct spot *spot)
{
    struct arena *arena = v->ctx->arena;
    const struct str driver = spot_text(spot);
    if (str_eq(driver, str_lower(arena, driver)))
        return;
    say_warning(v, spot,
                str_to_c(arena, str_format(arena,
                                           "spec.driver: driver names should be lowercase; "
                                           "\"%.*s\" contains uppercase characters",
                                           STR_FMT(diag_quote(arena, driver)))));
}

/* On an update only of requests that are new. */
void rule_token_secrets_warning(struct validating *v, const struct spot *spot)
{
    const struct spot requests = spot_child(v, spot, "tokenRequests");
    if (spot_count(&requests) == 0 || child_is_set(spot, "serviceAccountTokenInSecrets"))
        return;
    if (v_is_update(v) && same_value(requests.type, requests.path.node, requests.old, NULL))
        return;
    say_warning(v, &requests,
                "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set "
                "to true to prevent possible logging of tokens in volume attributes");
}

/* Names that are kept for configuration from files. */
void rule_static_name_warning(struct validating *v, const struct spot *spot)
{
    const struct spot name = spot_child(v, spot, "name");
    if (str_ends(spot_text(&name), STR(".static.k8s.io")))
        say_warning(v, &name,
                    "metadata.name: names ending with \".static.k8s.io\" are reserved for static "
                    "manifest-based configurations and cannot be managed via the API");
}

/* ---- formats of CRDs that nothing checks ---- */

/* Without dashes, as go-openapi names them. A server takes a new one a minor after it came. */
static const char *const text_formats[] = {
    "bsonobjectid", "uri",    "email",    "hostname",   "ipv4",     "ipv6",
    "cidr",         "mac",    "uuid",     "uuid3",      "uuid4",    "uuid5",
    "isbn",         "isbn10", "isbn13",   "creditcard", "ssn",      "hexcolor",
    "rgbcolor",     "byte",   "password", "date",       "duration", "datetime",
};
static const char *const newer_text_formats[] = {"k8sshortname", "k8slongname"};
static const char *const integer_formats[] = {"int32", "int64"};
static const char *const number_formats[] = {"float", "double"};

enum { SCHEMA_DEPTH_MAX = 64, NEWER_FORMATS_SINCE = 35, NUMBER_FORMATS_SINCE = 36 };

struct formats {
    struct validating *v;
    struct map seen;       /* said already, or there before */
    const struct path *at; /* NULL: collecting only */
};

static struct str without_dashes(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '-')
            copy[n++] = text.p[i];
    return (struct str){.p = copy, .n = n};
}

static bool is_known_format(const struct validating *v, struct str type, struct str format)
{
    if (type.n == 0 || str_is(type, "string")) {
        const struct str name = without_dashes(v->ctx->arena, format);
        return str_is_one_of(name, text_formats, ARRAY_LEN(text_formats)) ||
               (v->minor >= NEWER_FORMATS_SINCE &&
                str_is_one_of(name, newer_text_formats, ARRAY_LEN(newer_text_formats)));
    }
    if (v->minor < NUMBER_FORMATS_SINCE)
        return true;
    if (str_is(type, "integer"))
        return str_is_one_of(format, integer_formats, ARRAY_LEN(integer_formats));
    return str_is(type, "number") &&
           str_is_one_of(format, number_formats, ARRAY_LEN(number_formats));
}

static void look_into(struct formats *formats, const struct node *schema, const struct spot *key,
                      unsigned depth);

static void look_into_all(struct formats *formats, const struct node *schemas,
                          const struct spot *spot, unsigned depth)
{
    for (struct entry e = map_first(schemas); e.key; e = map_next(e))
        look_into(formats, e.value, spot, depth);
    for (struct item it = list_first(schemas); it.value; it = list_next(it))
        look_into(formats, it.value, spot, depth);
}

static void look_into(struct formats *formats, const struct node *schema, const struct spot *spot,
                      unsigned depth)
{
    static const char *const singles[] = {"not", "items", "additionalProperties",
                                          "additionalItems"};
    static const char *const many[] = {
        "properties", "patternProperties", "definitions", "dependencies", "allOf", "anyOf",
        "oneOf"};
    struct arena *arena = formats->v->ctx->arena;
    schema = node_real(schema);
    if (depth > SCHEMA_DEPTH_MAX || node_kind(schema) != NODE_MAP)
        return;
    const struct node *written = node_get(schema, STR("format"));
    const struct str format = node_get_text(schema, STR("format"));
    if (format.n && !is_known_format(formats->v, node_get_text(schema, STR("type")), format) &&
        !map_has(&formats->seen, format)) {
        map_put(&formats->seen, format, formats);
        struct spot at = *spot;
        at.path.node = written;
        at.written = written;
        if (formats->at)
            say_warning(formats->v, &at,
                        str_to_c(arena, str_format(arena, "unrecognized format \"%.*s\"",
                                                   STR_FMT(diag_quote(arena, format)))));
    }
    for (size_t i = 0; i < ARRAY_LEN(singles); i++)
        look_into(formats, node_get(schema, str_from(singles[i])), spot, depth + 1);
    for (size_t i = 0; i < ARRAY_LEN(many); i++)
        look_into_all(formats, node_get(schema, str_from(many[i])), spot, depth + 1);
}

static void look_into_versions(struct formats *formats, const struct node *versions,
                               const struct spot *spot)
{
    for (struct item it = list_first(versions); it.value; it = list_next(it))
        look_into(formats, node_get(node_get(it.value, STR("schema")), STR("openAPIV3Schema")),
                  spot, 0);
}

/* spec.versions; formats that the CRD had before are taken. */
void rule_format_warnings(struct validating *v, const struct spot *spot)
{
    struct formats formats = {.v = v, .seen = {.arena = v->ctx->arena}};
    look_into_versions(&formats, spot->old, spot);
    formats.at = &spot->path;
    look_into_versions(&formats, spot->path.node, spot);
}
