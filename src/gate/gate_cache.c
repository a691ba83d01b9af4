/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is read whole, not mapped: what was checked is then what is used, whatever happens to
 * the file meanwhile, and two megabytes are a fraction of a millisecond.
 */
#include "gate/gate_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"

enum {
    BYTE_ORDER_MARK = 0x01020304,
    WORTH_SAVING = 32, /* of this many blobs one is new; fewer cost less to read again */
    KEEP_FACTOR = 4,   /* times what a run uses is kept */
    KEEP_BYTES = 1 << 20,
    PRIVATE_FOLDER = 0700,
    PRIVATE_FILE = 0600,
};

static const char magic[8] = "tidewrds";

/* The file: one head, `files` entries sorted by id, `words` hashes. */
struct file_head {
    char magic[8];
    uint32_t version;
    uint32_t byte_order;
    uint64_t checksum; /* of everything behind it */
    uint32_t files;
    uint32_t words;
};

struct file_entry {
    struct blob_id id;
    uint32_t first; /* into the hashes */
    uint32_t n;
    uint32_t used; /* day of the last use, times two; the lowest bit: hides */
};

_Static_assert(sizeof(struct file_head) == 32 && sizeof(struct file_entry) == 32, "no padding");

enum { CHECKED_FROM = offsetof(struct file_head, files) };

struct cache {
    struct arena arena;
    struct str folder; /* empty: only in memory */
    struct str path;
    void *bytes; /* owned; NULL: nothing is known yet */
    const struct file_entry *entries;
    const uint32_t *hashes;
    uint32_t n;
};

static void load(struct cache *cache);
static bool take_bytes(struct cache *cache, void *bytes, size_t n);

struct cache *cache_open(struct str folder, struct str store)
{
    struct arena arena = {0};
    struct str resolved;
    if (!folder.n || path_resolve(&arena, str_to_c(&arena, store), &resolved) < 0) {
        arena_release(&arena);
        return NULL;
    }
    struct sha256 sum = sha256_of(resolved);
    char hex[65];
    sha256_hex(&sum, hex);
    struct cache *cache = xcalloc(1, sizeof *cache);
    cache->folder = str_dup(&arena, folder);
    cache->path = path_join(&arena, folder, str_format(&arena, "%.32s.words", hex));
    cache->arena = arena;
    load(cache);
    return cache;
}

void cache_close(struct cache *cache)
{
    if (!cache)
        return;
    free(cache->bytes);
    arena_release(&cache->arena);
    free(cache);
}

struct cache *cache_of_bytes(struct str bytes)
{
    void *copy = xmalloc(bytes.n + 1);
    memcpy(copy, bytes.n ? bytes.p : "", bytes.n);
    struct cache *cache = xcalloc(1, sizeof *cache);
    if (take_bytes(cache, copy, bytes.n))
        return cache;
    cache_close(cache);
    return NULL;
}

bool cache_find(const struct cache *cache, const struct blob_id *id, struct words *ret_words)
{
    size_t low = 0;
    size_t high = cache ? cache->n : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct file_entry *entry = &cache->entries[middle];
        int order = memcmp(entry->id.bytes, id->bytes, sizeof id->bytes);
        if (order == 0) {
            *ret_words = (struct words){
                .hashes = cache->hashes + entry->first, .n = entry->n, .hides = entry->used & 1};
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* ---- reading ---- */

static bool is_private(const struct stat *st)
{
    return st->st_uid == geteuid() && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Others could put links and files into a folder that they can write. */
static bool folder_is_private(const struct cache *cache)
{
    struct stat st;
    struct arena arena SCOPED(arena) = {0};
    return stat(str_to_c(&arena, cache->folder), &st) == 0 && S_ISDIR(st.st_mode) &&
           is_private(&st);
}

static bool read_whole(int fd, char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, bytes, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        n -= (size_t)got;
    }
    return true;
}

static void load(struct cache *cache)
{
    struct stat st;
    if (!folder_is_private(cache))
        return;
    SCOPED(fd)
    int fd = open(cache->path.p, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !is_private(&st) ||
        st.st_size < (off_t)sizeof(struct file_head) || st.st_size > LIMIT_CACHE_BYTES)
        return;
    char *bytes = xmalloc((size_t)st.st_size);
    if (!read_whole(fd, bytes, (size_t)st.st_size))
        free(bytes);
    else
        (void)take_bytes(cache, bytes, (size_t)st.st_size);
}

static uint64_t checksum(struct str file)
{
    return checksum64(str_from_offset(file, CHECKED_FROM));
}

static bool head_is_ours(const struct file_head *head, struct str file)
{
    uint64_t size = sizeof *head + (uint64_t)head->files * sizeof(struct file_entry) +
                    (uint64_t)head->words * sizeof(uint32_t);
    return memcmp(head->magic, magic, sizeof magic) == 0 && head->version == WORDS_VERSION &&
           head->byte_order == BYTE_ORDER_MARK && head->files <= LIMIT_CACHE_FILES &&
           size == file.n && head->checksum == checksum(file);
}

/* What cache_find() relies on; a checksum alone would let through what somebody made to fit. */
static bool entries_are_sound(const struct file_entry *entries, const struct file_head *head)
{
    for (uint32_t i = 0; i < head->files; i++) {
        const struct file_entry *entry = &entries[i];
        if ((uint64_t)entry->first + entry->n > head->words)
            return false;
        if (i && memcmp(entries[i - 1].id.bytes, entry->id.bytes, sizeof entry->id.bytes) >= 0)
            return false;
    }
    return true;
}

/* Owns the bytes in any case. */
static bool take_bytes(struct cache *cache, void *bytes, size_t n)
{
    const struct file_head *head = bytes;
    if (n >= sizeof *head && head_is_ours(head, (struct str){bytes, n})) {
        const struct file_entry *entries = (const void *)(head + 1);
        if (entries_are_sound(entries, head)) {
            cache->bytes = bytes;
            cache->entries = entries;
            cache->hashes = (const void *)(entries + head->files);
            cache->n = head->files;
            return true;
        }
    }
    free(bytes);
    return false;
}

/* ---- writing ---- */

struct record {
    const struct blob_id *id; /* borrowed */
    struct words words;
    uint32_t day;
};

struct records {
    struct record *items;
    size_t n;
};

static int by_id(const void *a, const void *b)
{
    const struct record *left = a;
    const struct record *right = b;
    int order = memcmp(left->id->bytes, right->id->bytes, sizeof left->id->bytes);
    return order ? order : (left->day < right->day) - (left->day > right->day);
}

static int by_day(const void *a, const void *b)
{
    const struct record *left = a;
    const struct record *right = b;
    return left->day != right->day ? (left->day < right->day) - (left->day > right->day)
                                   : by_id(a, b);
}

static size_t record_bytes(const struct record *record)
{
    return sizeof(struct file_entry) + record->words.n * sizeof(uint32_t);
}

static struct records collect(const struct cache *cache, struct arena *arena,
                              const struct cache_item *items, size_t n)
{
    struct records records = {.items = ARENA_ARRAY(arena, struct record, n + cache->n)};
    uint32_t today = (uint32_t)clock_today();
    for (size_t i = 0; i < n; i++)
        records.items[records.n++] = (struct record){&items[i].id, items[i].words, today};
    for (size_t i = 0; i < cache->n; i++) {
        const struct file_entry *entry = &cache->entries[i];
        struct words words = {cache->hashes + entry->first, entry->n, entry->used & 1};
        records.items[records.n++] = (struct record){&entry->id, words, entry->used / 2};
    }
    return records;
}

static void drop_doubles(struct records *records)
{
    qsort(records->items, records->n, sizeof *records->items, by_id);
    size_t n = 0;
    for (size_t i = 0; i < records->n; i++)
        if (!n || !blob_id_eq(records->items[n - 1].id, records->items[i].id))
            records->items[n++] = records->items[i];
    records->n = n;
}

/* A file's past versions stay for a while, because branches come back to them. */
static void drop_oldest(struct records *records, const struct cache_item *items, size_t n)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        used += record_bytes(&(struct record){.words = items[i].words});
    size_t budget = MIN_OF(used * KEEP_FACTOR + KEEP_BYTES, (size_t)LIMIT_CACHE_BYTES) -
                    sizeof(struct file_head);
    size_t total = 0;
    for (size_t i = 0; i < records->n; i++)
        total += record_bytes(&records->items[i]);
    if (total <= budget && records->n <= LIMIT_CACHE_FILES)
        return;
    qsort(records->items, records->n, sizeof *records->items, by_day);
    size_t kept = 0;
    for (total = 0; kept < MIN_OF(records->n, (size_t)LIMIT_CACHE_FILES); kept++) {
        total += record_bytes(&records->items[kept]);
        if (total > budget)
            break;
    }
    records->n = kept;
    qsort(records->items, records->n, sizeof *records->items, by_id);
}

static struct str bytes_of(const void *p, size_t n)
{
    return (struct str){p, n};
}

static void format(const struct records *records, struct buf *out)
{
    struct file_head head = {
        .version = WORDS_VERSION, .byte_order = BYTE_ORDER_MARK, .files = (uint32_t)records->n};
    memcpy(head.magic, magic, sizeof magic);
    for (size_t i = 0; i < records->n; i++)
        head.words += records->items[i].words.n;
    buf_add(out, bytes_of(&head, sizeof head));
    uint32_t first = 0;
    for (size_t i = 0; i < records->n; i++) {
        const struct record *record = &records->items[i];
        struct file_entry entry = {.id = *record->id,
                                   .first = first,
                                   .n = record->words.n,
                                   .used = record->day * 2 + record->words.hides};
        buf_add(out, bytes_of(&entry, sizeof entry));
        first += record->words.n;
    }
    for (size_t i = 0; i < records->n; i++)
        buf_add(out, bytes_of(records->items[i].words.hashes,
                              records->items[i].words.n * sizeof(uint32_t)));
    if (out->full)
        return;
    head.checksum = checksum(buf_str(out));
    memcpy(out->p + offsetof(struct file_head, checksum), &head.checksum, sizeof head.checksum);
}

/* file_write() gives a new version the permissions of the old one, so there is one first. */
static bool make_private(const struct cache *cache)
{
    struct arena arena SCOPED(arena) = {0};
    struct str parent = path_dir(cache->folder);
    if (parent.n && dir_create_all(str_to_c(&arena, parent)) < 0)
        return false;
    if (mkdir(str_to_c(&arena, cache->folder), PRIVATE_FOLDER) < 0 && errno != EEXIST)
        return false;
    if (!folder_is_private(cache))
        return false;
    SCOPED(fd)
    int fd =
        open(cache->path.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, PRIVATE_FILE);
    struct stat st;
    return fd >= 0 || (lstat(cache->path.p, &st) == 0 && S_ISREG(st.st_mode) && is_private(&st));
}

static bool is_worth_it(const struct cache_item *items, size_t n)
{
    size_t fresh = 0;
    for (size_t i = 0; i < n; i++)
        fresh += !items[i].found;
    return fresh && fresh * WORTH_SAVING >= n;
}

void cache_save(struct cache *cache, const struct cache_item *items, size_t n)
{
    if (!cache || !cache->folder.n || !is_worth_it(items, n) || !make_private(cache))
        return;
    struct arena arena SCOPED(arena) = {0};
    struct records records = collect(cache, &arena, items, n);
    drop_doubles(&records);
    drop_oldest(&records, items, n);
    struct buf out SCOPED(buf) = {0};
    buf_init(&out, LIMIT_CACHE_BYTES);
    format(&records, &out);
    /* A disk that is full or read-only leaves the next run without; it will not say so either. */
    if (!out.full)
        (void)!file_write(cache->path.p, buf_str(&out));
}
