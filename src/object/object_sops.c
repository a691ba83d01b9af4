/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values of an object SOPS encrypts: its block beside the fields says it by the ends of keys
 * or by a pattern for them, and a key counts for all that is below.
 *
 * Source: getsops.io/docs, "Encrypting only parts of a file".
 */
#include "object/object_sops.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/regex.h"

enum { WAYS = 4 };

/* order: ways */
static const struct way {
    const char *field;
    bool is_pattern, encrypts;
} ways[WAYS] = {{"unencrypted_suffix", false, false},
                {"encrypted_suffix", false, true},
                {"unencrypted_regex", true, false},
                {"encrypted_regex", true, true}};

struct walk {
    const struct object *object;
    sops_fn fn;
    void *ctx;
    struct str texts[WAYS]; /* "" : not given */
    struct regex *patterns[WAYS];
    bool is_known; /* what is to be encrypted */
};

/* What the keys above a value say, in the order of the ways. */
struct hits {
    bool hit[WAYS];
    bool is_type; /* what makes an object of it: nothing there has to be encrypted */
};

bool sops_is_cipher(struct str text)
{
    static const struct str start = {"ENC[AES256_GCM,", 15};
    static const char *const parts[] = {"data:", "iv:", "tag:"};
    static const char *const types[] = {"str", "int", "float", "bool", "bytes", "comment", "time"};
    struct str rest, part;
    size_t n = 0;
    if (!str_starts(text, start) || !str_ends(text, STR("]")))
        return false;
    rest = str_sub(text, start.n, text.n - 1);
    for (; n < ARRAY_LEN(parts) && str_split(&rest, ',', &part); n++) {
        const struct str name = str_from(parts[n]);
        const struct str value = str_from_offset(part, MIN_OF(name.n, part.n));
        if (!str_starts(part, name) || !value.n || base64_check(value) >= 0)
            return false;
    }
    return n == ARRAY_LEN(parts) && str_starts(rest, STR("type:")) &&
           str_is_one_of(str_from_offset(rest, strlen("type:")), types, ARRAY_LEN(types));
}

/* Comments may say it as well, which the tree doesn't have. */
static bool is_by_comments(const struct node *sops)
{
    return node_get(sops, STR("encrypted_comment_regex")) ||
           node_get(sops, STR("unencrypted_comment_regex"));
}

static void read_ways(struct walk *walk, struct arena *arena, const struct node *sops)
{
    bool any = false;
    walk->is_known = !is_by_comments(sops);
    for (size_t i = 0; i < WAYS; i++) {
        struct str error;
        walk->texts[i] = node_get_text(sops, str_from(ways[i].field));
        any = any || walk->texts[i].n;
        if (!walk->texts[i].n || !ways[i].is_pattern)
            continue;
        walk->patterns[i] = regex_compile(arena, walk->texts[i], &error);
        walk->is_known = walk->is_known && walk->patterns[i];
    }
    if (!any)
        walk->texts[0] = STR("_unencrypted"); /* the default */
}

static bool is_hit(const struct walk *walk, size_t way, struct str key)
{
    return ways[way].is_pattern ? walk->patterns[way] && regex_has(walk->patterns[way], key)
                                : str_ends(key, walk->texts[way]);
}

static bool is_to_encrypt(const struct walk *walk, const struct hits *hits)
{
    bool encrypts = true;
    for (size_t i = 0; i < WAYS; i++)
        if (walk->texts[i].n)
            encrypts = ways[i].encrypts ? hits->hit[i] : encrypts && !hits->hit[i];
    return encrypts;
}

static void visit(const struct walk *walk, const struct path *path, const struct hits *hits,
                  unsigned depth)
{
    const struct node *node = path->node;
    if (depth >= LIMIT_DEPTH)
        return;
    for (struct item it = list_first(node); it.value; it = list_next(it)) {
        const struct path item = {.up = path, .index = it.index, .node = it.value};
        visit(walk, &item, hits, depth + 1);
    }
    for (struct entry e = map_first(node); e.key; e = map_next(e)) {
        const struct path field = {.up = path, .name = node_text(e.key), .node = e.value};
        struct hits below = *hits;
        for (size_t i = 0; i < WAYS; i++)
            below.hit[i] = below.hit[i] || (walk->texts[i].n && is_hit(walk, i, field.name));
        visit(walk, &field, &below, depth + 1);
    }
    if (!node_is_scalar(node))
        return;
    /* Nothing is left of what is empty, so SOPS leaves it as it is. */
    const struct str text = node_text(node);
    const bool is_cipher = str_starts(text, STR("ENC["));
    const bool is_empty = node_kind(node) == NODE_NULL || !text.n;
    if (is_cipher || (!is_empty && !hits->is_type && walk->is_known && is_to_encrypt(walk, hits)))
        walk->fn(walk->ctx, path, is_cipher);
}

static bool is_of_type(struct str key)
{
    static const char *const keys[] = {"apiVersion", "kind", "metadata", "type", "sops"};
    return str_is_one_of(key, keys, ARRAY_LEN(keys));
}

void object_sops_each(const struct object *object, sops_fn fn, void *ctx)
{
    struct arena arena SCOPED(arena) = {0};
    struct walk walk = {.object = object, .fn = fn, .ctx = ctx};
    const struct path root = {.node = object->root};
    read_ways(&walk, &arena, node_get(object->root, STR("sops")));
    for (struct entry e = map_first(object->root); e.key; e = map_next(e)) {
        const struct path field = {.up = &root, .name = node_text(e.key), .node = e.value};
        struct hits hits = {.is_type = is_of_type(field.name)};
        for (size_t i = 0; i < WAYS; i++)
            hits.hit[i] = walk.texts[i].n && is_hit(&walk, i, field.name);
        visit(&walk, &field, &hits, 0);
    }
    for (size_t i = 0; i < WAYS; i++)
        regex_free(walk.patterns[i]);
}

bool sops_pattern_is_bad(const struct node *sops, struct str *ret_field)
{
    struct arena arena SCOPED(arena) = {0};
    for (size_t i = 0; i < WAYS; i++) {
        const struct str text = node_get_text(sops, str_from(ways[i].field));
        struct str error;
        struct regex *pattern =
            text.n && ways[i].is_pattern ? regex_compile(&arena, text, &error) : NULL;
        const bool is_bad = text.n && ways[i].is_pattern && !pattern;
        regex_free(pattern);
        if (!is_bad)
            continue;
        *ret_field = str_from(ways[i].field);
        return true;
    }
    return false;
}
