/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of what Pod templates take from ConfigMaps and Secrets of their set. */
#include "apply/restarts.h"

#include "base/base64.h"
#include "base/digest.h"
#include "object/author.h"
#include "pod/pod_uses.h"

enum { SHOWN_DIGITS = 32 };

struct restarting {
    struct arena *arena;
    struct map configs; /* "ConfigMap/namespace/name" -> struct plan_object * */
    struct str key;
};

struct texts {
    VEC(struct str);
};

static bool is_off(const struct object *object)
{
    return str_is(author_says(object, AUTHOR_PREFIX "restart"), "off");
}

static bool is_secret(const struct object *object)
{
    return object_is(object, "", "Secret");
}

static struct str key_of(struct arena *arena, bool of_secret, struct str namespace, struct str name)
{
    return str_format(arena, "%s/%.*s/%.*s", of_secret ? "Secret" : "ConfigMap", STR_FMT(namespace),
                      STR_FMT(name));
}

static void index_configs(struct restarting *restarting, const struct plan_object *objects,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct object *object = objects[i].object;
        if (!object->name.n || is_off(object) ||
            (!is_secret(object) && !object_is(object, "", "ConfigMap")))
            continue;
        map_put(&restarting->configs,
                key_of(restarting->arena, is_secret(object), objects[i].namespace, object->name),
                (void *)(uintptr_t)&objects[i]);
    }
}

/* ---- content ---- */

/* One digest an entry, so that their order does not count and nothing runs into its neighbour. */
static void add_entry(struct arena *arena, struct texts *entries, struct str place, struct str key,
                      struct str value)
{
    struct digest *digest = digest_new();
    digest_add_field(digest, place);
    digest_add_field(digest, key);
    digest_add_field(digest, value);
    const struct sha256 sum = digest_end(digest);
    VEC_PUSH(arena, entries,
             ((struct str){arena_dup(arena, sum.bytes, sizeof sum.bytes), sizeof sum.bytes}));
}

/* stringData is written over data, and both are the same bytes to who reads them. */
static void add_secret(struct arena *arena, struct texts *entries, const struct node *root)
{
    const struct node *clear = node_get(root, STR("stringData"));
    for (struct entry e = map_first(node_get(root, STR("data"))); e.key; e = map_next(e)) {
        if (node_get(clear, node_text(e.key)))
            continue;
        struct str bytes = node_text(e.value);
        if (base64_decode(arena, bytes, &bytes) < 0)
            bytes = node_text(e.value);
        add_entry(arena, entries, STR("data"), node_text(e.key), bytes);
    }
    for (struct entry e = map_first(clear); e.key; e = map_next(e))
        add_entry(arena, entries, STR("data"), node_text(e.key), node_text(e.value));
}

static void add_config_map(struct arena *arena, struct texts *entries, const struct node *root)
{
    static const char *const places[] = {"data", "binaryData"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        for (struct entry e = map_first(node_get(root, str_from(places[i]))); e.key;
             e = map_next(e))
            add_entry(arena, entries, str_from(places[i]), node_text(e.key), node_text(e.value));
}

static void sort(struct texts *texts)
{
    if (texts->n > 1)
        qsort(texts->items, texts->n, sizeof *texts->items, str_cmp_qsort);
}

static void add_content(struct digest *digest, const struct object *object)
{
    struct arena arena SCOPED(arena) = {0};
    struct texts entries = {0};
    if (is_secret(object))
        add_secret(&arena, &entries, object->root);
    else
        add_config_map(&arena, &entries, object->root);
    sort(&entries);
    for (size_t i = 0; i < entries.n; i++)
        digest_add_field(digest, entries.items[i]);
}

/* ---- workloads ---- */

static bool is_restarted(const struct object *object)
{
    static const char *const kinds[] = {"Deployment", "StatefulSet", "DaemonSet"};
    return str_is(object->gvk.group, "apps") &&
           str_is_one_of(object->gvk.kind, kinds, ARRAY_LEN(kinds)) && !is_off(object);
}

/* Names of what is used and is in the set, each once, sorted. */
static void find_used(const struct restarting *restarting, const struct plan_object *workload,
                      const struct pod *pod, struct texts *ret_keys)
{
    struct pod_uses uses;
    struct map seen = {.arena = restarting->arena};
    pod_uses_of(restarting->arena, pod, &uses);
    for (size_t i = 0; i < uses.n; i++) {
        const enum pod_use_kind kind = uses.items[i].kind;
        if (kind != POD_USES_CONFIG_MAP && kind != POD_USES_SECRET)
            continue;
        const struct str key = key_of(restarting->arena, kind == POD_USES_SECRET,
                                      workload->namespace, uses.items[i].name);
        if (map_has(&restarting->configs, key) && !map_put(&seen, key, restarting->arena))
            VEC_PUSH(restarting->arena, ret_keys, key);
    }
    sort(ret_keys);
}

static struct str digest_of(const struct restarting *restarting, const struct texts *keys)
{
    struct digest *inner = digest_new();
    digest_add_field(inner, restarting->key);
    for (size_t i = 0; i < keys->n; i++) {
        const struct plan_object *config = map_get(&restarting->configs, keys->items[i]);
        digest_add_field(inner, keys->items[i]);
        add_content(inner, config->object);
    }
    const struct sha256 content = digest_end(inner);
    /* Twice, as SHA-256 of a secret and a text can be continued by who does not know the secret. */
    struct digest *outer = digest_new();
    digest_add_field(outer, restarting->key);
    digest_add_field(outer, (struct str){(const char *)content.bytes, sizeof content.bytes});
    const struct sha256 sum = digest_end(outer);
    char text[65];
    sha256_hex(&sum, text);
    return str_dup(restarting->arena, (struct str){text, SHOWN_DIGITS});
}

void restarts_of(struct arena *arena, const struct plan_object *objects, size_t n,
                 const unsigned char key[INVENTORY_KEY_BYTES], struct restarts *ret_restarts)
{
    struct restarting restarting = {.arena = arena,
                                    .configs = {.arena = arena},
                                    .key = {(const char *)key, INVENTORY_KEY_BYTES}};
    *ret_restarts = (struct restarts){.digests = ARENA_ARRAY(arena, struct str, n), .n = n};
    index_configs(&restarting, objects, n);
    for (size_t i = 0; i < n; i++) {
        struct pod pod;
        struct texts keys = {0};
        if (!is_restarted(objects[i].object) || !pod_of(objects[i].object, &pod))
            continue;
        find_used(&restarting, &objects[i], &pod, &keys);
        if (keys.n)
            ret_restarts->digests[i] = digest_of(&restarting, &keys);
    }
}

void restarts_put(struct arena *arena, struct node *workload, struct str digest)
{
    static const char *const way[] = {"spec", "template", "metadata", "annotations"};
    struct node *node = workload;
    for (size_t i = 0; i < ARRAY_LEN(way); i++) {
        struct node *next = (struct node *)(uintptr_t)node_get(node, str_from(way[i]));
        if (node_kind(next) != NODE_MAP) {
            next = node_new(arena, NODE_MAP);
            node_put(arena, node, str_from(way[i]), next);
        }
        node = next;
    }
    node_put(arena, node, STR(AUTHOR_CONFIG_DIGEST), node_new_text(arena, digest));
}
