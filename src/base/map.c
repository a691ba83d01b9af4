/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Most maps of a manifest hold a handful of keys, where comparing lengths and bytes one after the
 * other beats hashing. Past SMALL entries a table of slots with linear probing takes over, at most
 * half full. The hash is seeded at random (digest.h), so keys from outside cannot be made to
 * collide.
 */
#include "base/map.h"

#include "base/digest.h"
#include "base/vec.h"

enum { SMALL = 8 };

static struct map_entry *find(const struct map *map, struct str key, uint64_t hash);
static void index_all(struct map *map);
static void index_one(struct map *map, size_t entry);

void *map_get(const struct map *map, struct str key)
{
    const struct map_entry *entry = find(map, key, map->slots ? hash64(key) : 0);
    return entry ? entry->value : NULL;
}

bool map_has(const struct map *map, struct str key)
{
    return find(map, key, map->slots ? hash64(key) : 0) != NULL;
}

void *map_put(struct map *map, struct str key, void *value)
{
    void **slot = map_slot(map, key);
    void *old = *slot;
    *slot = value;
    return old;
}

void **map_slot(struct map *map, struct str key)
{
    uint64_t hash = map->slots ? hash64(key) : 0;
    struct map_entry *found = find(map, key, hash);
    if (found)
        return &found->value;
    if (map->n >= UINT32_MAX / 4)
        memory_exhausted(SIZE_MAX);
    if (map->n == map->cap)
        map->entries = vec_grow(map->arena, map->entries, sizeof *map->entries, &map->cap);
    map->entries[map->n++] = (struct map_entry){.key = key, .hash = hash};
    if (map->n > SMALL && map->n * 2 > map->slot_count)
        index_all(map);
    else if (map->slots)
        index_one(map, map->n - 1);
    return &map->entries[map->n - 1].value;
}

static struct map_entry *find(const struct map *map, struct str key, uint64_t hash)
{
    if (!map->slots) {
        for (size_t i = 0; i < map->n; i++)
            if (str_eq(map->entries[i].key, key))
                return &map->entries[i];
        return NULL;
    }
    size_t mask = map->slot_count - 1;
    for (size_t i = hash & mask; map->slots[i] != 0; i = (i + 1) & mask) {
        struct map_entry *entry = &map->entries[map->slots[i] - 1];
        if (entry->hash == hash && str_eq(entry->key, key))
            return entry;
    }
    return NULL;
}

static void index_all(struct map *map)
{
    if (!map->slots)
        for (size_t i = 0; i < map->n; i++)
            map->entries[i].hash = hash64(map->entries[i].key);
    map->slot_count = map->slots ? map->slot_count * 2 : SMALL * 4;
    map->slots = ARENA_ARRAY(map->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->n; i++)
        index_one(map, i);
}

static void index_one(struct map *map, size_t entry)
{
    size_t mask = map->slot_count - 1;
    size_t i = map->entries[entry].hash & mask;
    while (map->slots[i] != 0)
        i = (i + 1) & mask;
    map->slots[i] = (uint32_t)(entry + 1);
}
