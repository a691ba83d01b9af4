/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str -> pointer, open addressing, in an arena. Keys are borrowed: they live at least as long as
 * the map. Zero plus an arena is a valid empty map. Iteration is in order of insertion, so no
 * output ever depends on hash order.
 *
 *   struct map m = {.arena = &arena};
 *   map_put(&m, STR("a"), thing);
 *   for (size_t i = 0; i < m.n; i++) use(m.entries[i].key, m.entries[i].value);
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct map_entry {
    struct str key;
    void *value;
    uint64_t hash;
};

struct map {
    struct arena *arena;       /* borrowed: tables live here */
    struct map_entry *entries; /* in order of insertion */
    uint32_t *slots;           /* index + 1 into entries, 0 is free; NULL while the map is small */
    size_t n;
    size_t cap;
    size_t slot_count;
};

/* The value, or NULL when the key is absent. */
void *map_get(const struct map *map, struct str key);
bool map_has(const struct map *map, struct str key);
/* Adds or replaces; gives the value that was there, or NULL. */
void *map_put(struct map *map, struct str key, void *value);
/* The place of the key's value, added as NULL when absent. Valid until the next add. */
void **map_slot(struct map *map, struct str key) RETURNS_NONNULL;
