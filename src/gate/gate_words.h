/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a file, and a search for names among them: which of many unchanged files could have
 * anything to do with a change.
 *
 * A word is a longest run of letters, digits, `.`, `_` and `-`; that is what names of kinds,
 * objects and groups are made of. A file's words are a function of its bytes alone, so they can be
 * remembered by blob id (gate_cache.h). They are kept as hashes: two words of one hash make a file
 * be read in vain, nothing worse.
 *
 * No name is overlooked. Say a reader sees the name `web` in a file. Each of its bytes then comes
 * from the same byte of the text, next to each other, unless the text
 *
 *   - has an escape that stands for a byte of a word (\x62, \u0062, \U00000062), or ends a line
 *     inside a word of double-quoted text with a backslash,
 *   - has base64 behind a tag that makes it binary, or defines tags of its own,
 *   - is in another encoding, or a Git LFS pointer, whose content lies elsewhere:
 *
 * such a file "hides" words, and is always read. Before and behind the name stand blanks, line
 * breaks, quotes or indicators, none of which are bytes of a word (`-`, `?` and `:` are indicators
 * only before a blank), or a byte of a longer name, which is then no byte of a word either. What is
 * left is `\n` and its like: an escape whose letter stands before the word. There the word is taken
 * with and without the escape. Items of a DeploymentList need not say that they are Deployments:
 * from each word that ends in List, the beginning is taken as well.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

/* Counts up whenever words_read() gives other words for a text: what is stored is then worthless.
 */
enum { WORDS_VERSION = 1 };

struct words {
    const uint32_t *hashes; /* each once, in no order; none is 0 */
    uint32_t n;
    bool hides; /* may have words that are not in the list */
};

struct words_reader; /* one a worker */

struct words_reader *words_reader_new(void) MUST_USE RETURNS_NONNULL;
void words_reader_free(struct words_reader *reader);
/* The hashes are in the arena. */
void words_read(struct words_reader *reader, struct str text, struct arena *arena,
                struct words *ret_words);

/* ---- searching ---- */

/* Names to look for; a file has a term when it has all words of both texts. */
struct search;

struct search *search_new(struct arena *arena) MUST_USE RETURNS_NONNULL;
/* `with` may be empty. A name without any word is in every file. Each pair counts once. */
void search_add(struct search *search, struct str name, struct str with);
size_t search_count(const struct search *search);
/* Whether a text can't have any of the terms, by its bytes alone: cheaper than its words, and false
 * whenever in doubt. Any number of threads. */
bool search_misses(const struct search *search, struct str text);
/* Whether a file may have one of the terms. One thread at a time. */
bool search_has(struct search *search, const struct words *words);
