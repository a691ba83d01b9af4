/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of values, names and keys, with their place, so that equal values differ elsewhere. */
#include "base/ascii.h"
#include "base/base64.h"
#include "base/digest.h"
#include "snapshot/snapshot_internal.h"

struct str snapshot_object_key(struct arena *arena, struct str group, struct str kind,
                               struct str namespace, struct str name)
{
    return str_format(arena, "%.*s/%.*s/%.*s/%.*s", STR_FMT(group), STR_FMT(kind),
                      STR_FMT(namespace), STR_FMT(name));
}

static bool holds_quantities(struct str key)
{
    static const char *const names[] = {
        "f:limits",  "f:requests",       "f:hard",      "f:capacity", "f:min",      "f:max",
        "f:default", "f:defaultRequest", "f:sizeLimit", "f:overhead", "f:podFixed",
    };
    return str_is_one_of(key, names, ARRAY_LEN(names));
}

struct snapshot_place snapshot_below(struct arena *arena, const struct snapshot_place *place,
                                     struct str key)
{
    struct snapshot_place below = *place;
    const struct str nul = {"", 1};
    below.path = str_concat(arena, str_concat(arena, place->path, key), nul);
    below.in_quantities |= holds_quantities(key);
    return below;
}

struct sorted {
    struct str key;
    const struct node *value;
};

static int sorted_cmp(const void *a, const void *b)
{
    const struct sorted *left = a;
    const struct sorted *right = b;
    return str_cmp(left->key, right->key);
}

static void add_value(struct digest *digest, const struct node *value, bool is_quantity);

/* In the order of keys; what is null is not there, for the server drops it. */
static void add_map(struct digest *digest, const struct node *map, bool is_quantity)
{
    struct arena arena SCOPED(arena) = {0};
    struct sorted *entries = ARENA_ARRAY(&arena, struct sorted, node_real(map)->n);
    size_t n = 0;
    for (struct entry e = map_first(map); e.key; e = map_next(e))
        if (!node_is_null(e.value))
            entries[n++] = (struct sorted){node_text(e.key), e.value};
    if (n)
        qsort(entries, n, sizeof *entries, sorted_cmp);
    for (size_t i = 0; i < n; i++) {
        digest_add_field(digest, entries[i].key);
        add_value(digest, entries[i].value, is_quantity);
    }
    digest_add_field(digest, STR("}"));
}

static bool add_quantity(struct digest *digest, const struct node *value)
{
    struct quantity quantity;
    if (quantity_of(value, &quantity))
        return false;
    digest_add_field(digest, STR("quantity"));
    digest_add_field(digest, (struct str){(const char *)&quantity.nano, sizeof quantity.nano});
    return true;
}

/* Nesting is bounded: no reader makes a tree deeper than LIMIT_DEPTH. */
static void add_value(struct digest *digest, const struct node *value, bool is_quantity)
{
    const enum node_kind kind = node_kind(value);
    if (is_quantity && node_is_scalar(value) && add_quantity(digest, value))
        return;
    digest_add_field(digest, str_from(node_kind_name(kind)));
    if (kind == NODE_MAP)
        add_map(digest, value, is_quantity);
    if (kind == NODE_LIST) {
        for (struct item it = list_first(value); it.value; it = list_next(it))
            add_value(digest, it.value, is_quantity);
        digest_add_field(digest, STR("]"));
    }
    if (!node_is_scalar(value) || kind == NODE_NULL)
        return;
    struct buf text SCOPED(buf) = {0};
    buf_init(&text, SIZE_MAX / 2);
    doc_write_json(&text, value, 0);
    digest_add_field(digest, buf_str(&text));
}

static struct digest *begin(const struct snapshot_place *place)
{
    struct digest *digest = digest_new();
    digest_add_field(digest, place->salt);
    digest_add_field(digest, place->object);
    digest_add_field(digest, place->path);
    return digest;
}

static struct str end(struct arena *arena, struct digest *digest, size_t size)
{
    const struct sha256 sum = digest_end(digest);
    const struct str bytes = {(const char *)sum.bytes, size / 4 * 3};
    return base64_encode(arena, bytes);
}

struct str snapshot_hash(struct arena *arena, const struct snapshot_place *place,
                         const struct node *value)
{
    struct digest *digest = begin(place);
    add_value(digest, value, place->in_quantities);
    return end(arena, digest, SNAPSHOT_HASH);
}

struct str snapshot_hash_keys(struct arena *arena, const struct snapshot_place *place,
                              struct str names, const struct node *item)
{
    struct digest *digest = begin(place);
    for (struct str name, rest = names; str_split(&rest, ',', &name);) {
        const struct node *value = node_get(item, name);
        digest_add_field(digest, name);
        /* The one key of built-in lists that has a default. */
        if (node_is_null(value) && str_is(name, "protocol"))
            value = node_new_text(arena, STR("TCP"));
        add_value(digest, value, false);
    }
    return end(arena, digest, SNAPSHOT_HASH);
}

struct str snapshot_hash_name(struct arena *arena, struct str salt, struct str object)
{
    struct digest *digest = digest_new();
    digest_add_field(digest, salt);
    digest_add_field(digest, object);
    return end(arena, digest, SNAPSHOT_NAME_HASH_SIZE);
}

bool snapshot_is_plain(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_alnum(text.p[i]) && str_find_char(STR("-._:/@+"), text.p[i]) < 0)
            return false;
    return text.n > 0 && text.n <= 253;
}
