/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of blobs (gate_words.h) in a file, so that a run need not read what an earlier run has
 * read. A blob's words are a function of its bytes, and its id names the bytes: nothing in here
 * depends on a configuration, a branch or a Kubernetes version, so nothing can be out of date.
 *
 *   struct cache *cache = cache_open(folder, store);   // NULL: none; all functions accept that
 *   if (!cache_find(cache, &id, &words)) ...           // read the blob
 *   cache_save(cache, items, n);                       // all that this run looked at
 *   cache_close(cache);
 *
 * One file for each object store, in a folder that only the user can enter. What is not exactly
 * what this program wrote (cut, damaged, of another version, of another user) counts as absent and
 * is written anew. Nothing is ever reported: without a cache a run is slower, that is all. Whoever
 * can write the folder can make a run overlook files, as whoever can write the program: don't share
 * it between users.
 */
#pragma once

#include "gate/gate_words.h"
#include "repo/repo.h"

struct cache;

/* The cache of an object store. NULL when `folder` is empty or can't be used. */
struct cache *cache_open(struct str folder, struct str store) MUST_USE;
void cache_close(struct cache *cache);
/* Words live as long as the cache. */
bool cache_find(const struct cache *cache, const struct blob_id *id, struct words *ret_words);

struct cache_item {
    struct blob_id id;
    struct words words;
    bool found; /* was in the cache */
};

/* Writes the file anew when enough is new to be worth it. What no run has used for longest is
 * dropped when there is too much. */
void cache_save(struct cache *cache, const struct cache_item *items, size_t n);

/* The bytes of a cache file, for a cache without one. False, and nothing is taken, when they are
 * not what cache_save() writes. The cache borrows them. */
struct cache *cache_of_bytes(struct str bytes);
