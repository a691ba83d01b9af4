/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many names at once: one look at each word of a file, whatever the number of terms. Only a file
 * that has the first word of a term is asked for the others.
 */
#include "base/map.h"
#include "gate/gate_words_internal.h"

enum {
    SLOTS_MIN = 64,
    BYTES_TERMS_MAX = 12, /* with more, reading the words is cheaper than looking for each name */
};

struct slot {
    uint32_t hash; /* 0: free */
    uint32_t word; /* into words */
};

struct word {
    uint32_t hash;
    uint32_t seen; /* number of the file that had it last */
    uint32_t term; /* first term that begins with this word, plus 1 */
};

struct term {
    uint32_t first; /* into term_words */
    uint32_t n;
    uint32_t next; /* of those that begin with the same word, plus 1 */
};

struct search {
    struct arena *arena; /* borrowed */
    struct map pairs;    /* what was added */
    struct slot *slots;
    uint32_t mask;
    uint32_t file;
    bool everything; /* a name that any file may have */
    struct {
        VEC(struct str);
    } names; /* first words of the terms, for search_misses() */
    struct {
        VEC(struct word);
    } words;
    struct {
        VEC(struct term);
    } terms;
    struct {
        VEC(uint32_t);
    } term_words; /* indexes into words */
    struct {
        VEC(uint32_t);
    } hits; /* words of the file that terms begin with */
};

struct search *search_new(struct arena *arena)
{
    struct search *search = ARENA_NEW(arena, struct search);
    *search = (struct search){.arena = arena, .pairs = {.arena = arena}, .mask = SLOTS_MIN - 1};
    search->slots = ARENA_ARRAY(arena, struct slot, SLOTS_MIN);
    return search;
}

/* The slot of a hash: its own, or the free one where it belongs. */
static struct slot *find_slot(const struct search *search, uint32_t hash)
{
    uint32_t at = hash & search->mask;
    while (search->slots[at].hash && search->slots[at].hash != hash)
        at = (at + 1) & search->mask;
    return &search->slots[at];
}

static void grow(struct search *search)
{
    uint32_t slots = (search->mask + 1) * 2;
    search->mask = slots - 1;
    search->slots = ARENA_ARRAY(search->arena, struct slot, slots);
    for (uint32_t i = 0; i < search->words.n; i++) {
        uint32_t hash = search->words.items[i].hash;
        *find_slot(search, hash) = (struct slot){hash, i};
    }
}

static uint32_t add_word(struct search *search, uint32_t hash)
{
    struct slot *slot = find_slot(search, hash);
    if (slot->hash)
        return slot->word;
    VEC_PUSH(search->arena, &search->words, ((struct word){.hash = hash}));
    uint32_t index = (uint32_t)search->words.n - 1;
    *slot = (struct slot){hash, index};
    if (search->words.n * 4 > search->mask)
        grow(search);
    return index;
}

void search_add(struct search *search, struct str name, struct str with)
{
    struct str key = str_format(search->arena, "%.*s\n%.*s", STR_FMT(with), STR_FMT(name));
    if (map_put(&search->pairs, key, search))
        return;
    struct str first = word_first(name);
    if (!first.n)
        first = word_first(with);
    VEC_PUSH(search->arena, &search->names, str_dup(search->arena, first));
    struct term term = {.first = (uint32_t)search->term_words.n};
    uint32_t hash;
    while ((hash = word_next(&name)) || (hash = word_next(&with)))
        VEC_PUSH(search->arena, &search->term_words, add_word(search, hash));
    term.n = (uint32_t)search->term_words.n - term.first;
    if (!term.n) {
        search->everything = true;
        return;
    }
    struct word *begin = &search->words.items[search->term_words.items[term.first]];
    term.next = begin->term;
    VEC_PUSH(search->arena, &search->terms, term);
    begin->term = (uint32_t)search->terms.n;
}

size_t search_count(const struct search *search)
{
    return search->pairs.n;
}

/*
 * A name is missing when the bytes of its first word are. They could be written in other bytes only
 * behind a backslash, a tag or a directive, in another encoding, or as an LFS pointer: such a text
 * is never said to miss.
 */
bool search_misses(const struct search *search, struct str text)
{
    static const char marks[] = {'\\', '!', '%', '\0'};
    if (search->everything || search->names.n > BYTES_TERMS_MAX || !text.n ||
        (unsigned char)text.p[0] >= 0xfe || str_starts(text, STR("version ")))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_find_char(text, marks[i]) >= 0)
            return false;
    for (size_t i = 0; i < search->names.n; i++)
        if (str_has(text, search->names.items[i]))
            return false;
    return true;
}

static bool has_term(const struct search *search, const struct term *term)
{
    for (uint32_t i = 0; i < term->n; i++)
        if (search->words.items[search->term_words.items[term->first + i]].seen != search->file)
            return false;
    return true;
}

bool search_has(struct search *search, const struct words *words)
{
    if (!search->pairs.n)
        return false;
    if (search->everything || words->hides)
        return true;
    search->file++;
    search->hits.n = 0;
    for (uint32_t i = 0; i < words->n; i++) {
        const struct slot *slot = find_slot(search, words->hashes[i]);
        if (!slot->hash)
            continue;
        search->words.items[slot->word].seen = search->file;
        if (search->words.items[slot->word].term)
            VEC_PUSH(search->arena, &search->hits, slot->word);
    }
    for (size_t i = 0; i < search->hits.n; i++)
        for (uint32_t t = search->words.items[search->hits.items[i]].term; t;
             t = search->terms.items[t - 1].next)
            if (has_term(search, &search->terms.items[t - 1]))
                return true;
    return false;
}
