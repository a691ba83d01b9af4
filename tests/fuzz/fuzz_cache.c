/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cache files from outside, as they are and with a checksum that fits, because nothing would get
 * past it otherwise; and the words of any text.
 */
#include <stdint.h>

#include "base/digest.h"
#include "gate/gate_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { CHECKSUM_AT = 16, CHECKED_FROM = 24 };

/* Looks for every 20 bytes of the file, and touches all words of what is found. */
static void find_all(const struct cache *cache, struct str bytes)
{
    uint32_t sum = 0;
    for (size_t i = 0; cache && i + BLOB_ID_BYTES <= bytes.n; i += 4) {
        struct blob_id id;
        struct words words;
        memcpy(id.bytes, bytes.p + i, sizeof id.bytes);
        if (!cache_find(cache, &id, &words))
            continue;
        for (uint32_t w = 0; w < words.n; w++)
            sum ^= words.hashes[w];
    }
    if (sum == 0x5EED)
        abort(); /* keeps the reads */
}

static void read_words(struct str text)
{
    struct arena arena SCOPED(arena) = {0};
    struct words_reader *reader = words_reader_new();
    struct words words;
    words_read(reader, text, &arena, &words);
    words_reader_free(reader);
    struct search *search = search_new(&arena);
    search_add(search, str_sub(text, 0, 8), str_sub(text, 8, 16));
    /* The beginning of a text is in the text, unless it is cut within a word. */
    (void)search_has(search, &words);
    if (words.hides && words.n)
        BUG("what hides words has a list of them");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str bytes = {(const char *)data, n};
    struct cache *cache = cache_of_bytes(bytes);
    find_all(cache, bytes);
    cache_close(cache);
    read_words(bytes);
    if (n < CHECKED_FROM)
        return 0;
    char *sealed = xmalloc(n);
    memcpy(sealed, data, n);
    uint64_t sum = checksum64((struct str){sealed + CHECKED_FROM, n - CHECKED_FROM});
    memcpy(sealed + CHECKSUM_AT, &sum, sizeof sum);
    bytes.p = sealed;
    cache = cache_of_bytes(bytes);
    find_all(cache, bytes);
    cache_close(cache);
    free(sealed);
    return 0;
}
