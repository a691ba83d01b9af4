/* SPDX-License-Identifier: Apache-2.0 */
/* ConfigMaps and Secrets: keys, sizes, what a type of Secret needs, what may not change. */
#include "admit/rule.h"
#include "admit/rule_format.h"
#include "rule_calls.h"

#include "base/base64.h"
#include "base/keypair.h"

enum { DATA_MAX = 1048576 }; /* bytes of all values together */

/* The bytes that a value of a map of bytes stands for; SOPS leaves no base64. */
static struct str decoded(struct arena *arena, struct str text)
{
    struct str bytes;
    return base64_decode(arena, text, &bytes) == 0 ? bytes : text;
}

static void check_key(struct validating *v, const struct spot *key)
{
    const char *reason = format_config_key(spot_text(key));
    if (reason)
        say_invalid(v, key, reason);
}

/* ---- ConfigMaps ---- */

void rule_config_map(struct validating *v, const struct spot *spot)
{
    const struct spot data = spot_child(v, spot, "data");
    const struct spot binary = spot_child(v, spot, "binaryData");
    size_t size = 0;
    for (struct each e = each_first(v, &data); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = each_key(&e);
        check_key(v, &key);
        if (node_entry(binary.path.node, e.spot.path.name).key)
            say_invalid(v, &key, "duplicate of key present in binaryData");
        size += spot_text(&e.spot).n;
    }
    for (struct each e = each_first(v, &binary); e.spot.path.node; each_next(v, &e)) {
        const struct spot key = each_key(&e);
        check_key(v, &key);
        size += decoded(v->ctx->arena, spot_text(&e.spot)).n;
    }
    if (size > DATA_MAX)
        say_too_long(v, spot, DATA_MAX);
}

/* Forbids what an immutable object no longer allows. */
static void keep(struct validating *v, const struct spot *spot)
{
    say_forbidden(v, spot, "field is immutable when `immutable` is set");
}

static bool was_immutable(struct validating *v, const struct spot *spot)
{
    const struct spot before = spot_before(spot);
    return v_is_update(v) && child_bool(&before, "immutable");
}

void rule_config_map_kept(struct validating *v, const struct spot *spot)
{
    static const char *const fields[] = {"data", "binaryData"};
    const struct spot immutable = spot_child(v, spot, "immutable");
    if (!was_immutable(v, spot))
        return;
    if (!spot_bool(&immutable))
        keep(v, &immutable);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct spot field = spot_child(v, spot, fields[i]);
        if (!spot_is_unchanged(&field))
            keep(v, &field);
    }
}

/* ---- Secrets ---- */

/* stringData is written into data, over what is there, before anything looks at the Secret. */
struct secret {
    struct validating *v;
    struct spot data;
    struct spot strings;
};

static struct secret secret_of(struct validating *v, const struct spot *spot)
{
    return (struct secret){v, spot_child(v, spot, "data"), spot_child(v, spot, "stringData")};
}

static struct str bytes_of(const struct secret *secret, struct str key)
{
    const struct entry text = node_entry(secret->strings.path.node, key);
    if (text.key)
        return node_kind(text.value) == NODE_STRING ? node_text(text.value) : STR("");
    const struct node *value = node_get(secret->data.path.node, key);
    return node_kind(value) == NODE_STRING ? decoded(secret->v->ctx->arena, node_text(value))
                                           : STR("");
}

static bool has_key(const struct secret *secret, const char *key)
{
    return node_entry(secret->strings.path.node, str_from(key)).key ||
           node_entry(secret->data.path.node, str_from(key)).key;
}

/* data[key], wherever it is written. */
static struct spot data_spot(const struct secret *secret, const char *key)
{
    const struct str name = str_from(key);
    const struct entry text = node_entry(secret->strings.path.node, name);
    const struct entry entry = text.key ? text : node_entry(secret->data.path.node, name);
    return (struct spot){
        .path = {.up = &secret->data.path, .name = name, .is_key = true, .node = entry.value},
        .written = entry.written,
        .key = entry.key ? node_span(entry.key) : secret->data.key,
        .up = &secret->data,
    };
}

static void need_key(const struct secret *secret, const char *key)
{
    const struct spot spot = data_spot(secret, key);
    say_required(secret->v, &spot, NULL);
}

static void check_account_token(const struct secret *secret)
{
    static const char annotation[] = "kubernetes.io/service-account.name";
    struct validating *v = secret->v;
    const struct spot metadata = spot_child(v, secret->data.up, "metadata");
    const struct spot annotations = spot_child(v, &metadata, "annotations");
    if (child_text(&annotations, annotation).n)
        return;
    const struct spot spot = {
        .path = {.up = &annotations.path, .name = str_from(annotation), .is_key = true},
        .key = annotations.key,
        .up = &annotations,
    };
    say_required(v, &spot, NULL);
}

/* Why bytes are no JSON object, in words that give nothing of them away; NULL when they are. Go
 * takes null for an object, and the last of keys that are there twice. */
static const char *wrong_json(struct str text)
{
    SCOPED(arena) struct arena arena = {0};
    struct diags diags = {0};
    struct doc doc = {0};
    if (str_trim(text).n == 0)
        return "unexpected end of JSON input";
    struct source *source = source_new(&arena, STR("data"), text);
    diags.at.source = source;
    const int failed = doc_read_json(&arena, source, &diags, &doc);
    diags_release(&diags);
    if (failed || doc.broken)
        return "the value is no JSON";
    const enum node_kind kind = node_kind(doc.root);
    return kind == NODE_MAP || kind == NODE_NULL ? NULL : "the value is JSON, but not an object";
}

static void check_docker(const struct secret *secret, const char *key)
{
    if (!has_key(secret, key)) {
        need_key(secret, key);
        return;
    }
    if (secret->v->object->sops)
        return;
    const char *reason = wrong_json(bytes_of(secret, str_from(key)));
    const struct spot spot = data_spot(secret, key);
    if (reason)
        say_invalid_as(secret->v, &spot, STR("\"<secret contents redacted>\""), reason);
}

static void check_docker_config(const struct secret *secret)
{
    check_docker(secret, ".dockercfg");
}

static void check_docker_json(const struct secret *secret)
{
    check_docker(secret, ".dockerconfigjson");
}

static void check_basic_auth(const struct secret *secret)
{
    if (has_key(secret, "username") || has_key(secret, "password"))
        return;
    need_key(secret, "username");
    need_key(secret, "password");
}

static void check_ssh_auth(const struct secret *secret)
{
    if (bytes_of(secret, STR("ssh-privatekey")).n == 0)
        need_key(secret, "ssh-privatekey");
}

static void check_tls(const struct secret *secret)
{
    if (!has_key(secret, "tls.crt"))
        need_key(secret, "tls.crt");
    if (!has_key(secret, "tls.key"))
        need_key(secret, "tls.key");
    if (secret->v->object->sops || !has_key(secret, "tls.crt") || !has_key(secret, "tls.key"))
        return;
    const struct spot at = data_spot(secret, "tls.crt");
    const char *error = keypair_error(secret->v->ctx->arena, bytes_of(secret, STR("tls.crt")),
                                      bytes_of(secret, STR("tls.key")));
    if (error)
        say_warning(secret->v, &at, error);
}

struct secret_type {
    const char *name;
    void (*check)(const struct secret *secret);
};

static const struct secret_type secret_types[] = {
    {"kubernetes.io/service-account-token", check_account_token},
    {"kubernetes.io/dockercfg", check_docker_config},
    {"kubernetes.io/dockerconfigjson", check_docker_json},
    {"kubernetes.io/basic-auth", check_basic_auth},
    {"kubernetes.io/ssh-auth", check_ssh_auth},
    {"kubernetes.io/tls", check_tls},
};

/* Keys of one of the two maps, and the size of the values that count. */
static size_t check_keys(const struct secret *secret, const struct spot *map)
{
    struct validating *v = secret->v;
    const bool over = map == &secret->data;
    size_t size = 0;
    for (struct each e = each_first(v, map); e.spot.path.node; each_next(v, &e)) {
        struct spot key = each_key(&e);
        if (over && node_entry(secret->strings.path.node, e.spot.path.name).key)
            continue;
        key.path.up = &secret->data.path;
        check_key(v, &key);
        size += bytes_of(secret, e.spot.path.name).n;
    }
    return size;
}

void rule_secret(struct validating *v, const struct spot *spot)
{
    const struct secret secret = secret_of(v, spot);
    const size_t size = check_keys(&secret, &secret.data) + check_keys(&secret, &secret.strings);
    if (size > DATA_MAX)
        say_too_long(v, &secret.data, DATA_MAX);
    for (size_t i = 0; i < ARRAY_LEN(secret_types); i++)
        if (child_text_is(spot, "type", secret_types[i].name))
            secret_types[i].check(&secret);
}

/* Whether all that is in the first is in the second as well. */
static bool is_within(const struct secret *first, const struct secret *second)
{
    const struct spot *maps[] = {&first->data, &first->strings};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        for (struct entry e = map_first(maps[i]->path.node); e.key; e = map_next(e)) {
            const struct str key = node_text(e.key);
            if (!has_key(second, str_to_c(first->v->ctx->arena, key)) ||
                !str_eq(bytes_of(first, key), bytes_of(second, key)))
                return false;
        }
    return true;
}

void rule_secret_kept(struct validating *v, const struct spot *spot)
{
    const struct spot immutable = spot_child(v, spot, "immutable");
    const struct spot before = spot_before(spot);
    if (!was_immutable(v, spot))
        return;
    if (!spot_bool(&immutable))
        keep(v, &immutable);
    const struct secret secret = secret_of(v, spot);
    const struct secret old = secret_of(v, &before);
    /* SOPS writes the same value differently each time */
    if (!v->object->sops && (!is_within(&secret, &old) || !is_within(&old, &secret)))
        keep(v, &secret.data);
}
