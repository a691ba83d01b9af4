/* SPDX-License-Identifier: Apache-2.0 */
/* The cache file: what is written is found again, and nothing but what was written counts. */
#include "unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "gate/gate_cache.h"

int test_cache(void);

enum { ITEMS = 100 };

struct fixture {
    struct arena arena;
    struct str top, folder;
    uint32_t hashes[ITEMS];
    struct cache_item items[ITEMS];
};

static int set_up(void **state)
{
    char template[] = "/tmp/tidegate-cache-XXXXXX";
    struct fixture *fixture = xcalloc(1, sizeof *fixture);
    if (!mkdtemp(template))
        return -1;
    fixture->top = str_dup(&fixture->arena, str_from(template));
    fixture->folder = path_join(&fixture->arena, fixture->top, STR("new/cache"));
    for (unsigned i = 0; i < ITEMS; i++) {
        fixture->hashes[i] = i + 1;
        fixture->items[i].id.bytes[0] = (unsigned char)(i * 37);
        fixture->items[i].id.bytes[19] = (unsigned char)(i + 1);
        fixture->items[i].words = (struct words){fixture->hashes, i, i % 3 == 0};
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    struct str command = str_format(&fixture->arena, "rm -rf %.*s", STR_FMT(fixture->top));
    int result = system(command.p);
    arena_release(&fixture->arena);
    free(fixture);
    return result;
}

static struct cache *open_it(const struct fixture *fixture)
{
    return cache_open(fixture->folder, fixture->top);
}

static const char *path_of_file(struct fixture *fixture)
{
    struct dir_entries entries = {0};
    assert_int_equal(dir_list(&fixture->arena, fixture->folder.p, &entries), 0);
    assert_int_equal(entries.n, 1);
    return path_join(&fixture->arena, fixture->folder, entries.items[0].name).p;
}

static void save(struct fixture *fixture, size_t n)
{
    struct cache *cache = open_it(fixture);
    cache_save(cache, fixture->items, n);
    cache_close(cache);
}

static size_t count_found(const struct fixture *fixture, const struct cache *cache)
{
    size_t found = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        const struct words *want = &fixture->items[i].words;
        struct words words;
        if (!cache_find(cache, &fixture->items[i].id, &words))
            continue;
        assert_int_equal(words.n, want->n);
        assert_int_equal(words.hides, want->hides);
        if (words.n)
            assert_memory_equal(words.hashes, want->hashes, words.n * sizeof words.hashes[0]);
        found++;
    }
    return found;
}

static size_t found_now(const struct fixture *fixture)
{
    struct cache *cache = open_it(fixture);
    size_t found = count_found(fixture, cache);
    cache_close(cache);
    return found;
}

static void finds_what_was_saved(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(found_now(fixture), 0);
    save(fixture, 40);
    assert_int_equal(found_now(fixture), 40);
    save(fixture, ITEMS);
    assert_int_equal(found_now(fixture), ITEMS);
}

static void is_private(void **state)
{
    struct fixture *fixture = *state;
    struct stat st;
    umask(0022);
    save(fixture, ITEMS);
    assert_int_equal(stat(fixture->folder.p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    const char *path = path_of_file(fixture);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0622), 0);
    assert_int_equal(found_now(fixture), 0);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(fixture->folder.p, 0777), 0);
    assert_int_equal(found_now(fixture), 0);
    assert_int_equal(chmod(fixture->folder.p, 0700), 0);
    assert_int_equal(found_now(fixture), ITEMS);
}

static void links_are_not_followed(void **state)
{
    struct fixture *fixture = *state;
    save(fixture, ITEMS);
    const char *path = path_of_file(fixture);
    const char *other = path_join(&fixture->arena, fixture->top, STR("other")).p;
    assert_int_equal(file_write(other, STR("precious")), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(found_now(fixture), 0);
    save(fixture, ITEMS);
    struct str text;
    assert_int_equal(file_read(&fixture->arena, other, 100, &text), 0);
    assert_true(str_is(text, "precious"));
}

/* Every byte counts, and so does the length. */
static void damage_is_noticed(void **state)
{
    struct fixture *fixture = *state;
    save(fixture, ITEMS);
    struct str file;
    assert_int_equal(file_read(&fixture->arena, path_of_file(fixture), LIMIT_CACHE_BYTES, &file),
                     0);
    struct cache *cache = cache_of_bytes(file);
    assert_int_equal(count_found(fixture, cache), ITEMS);
    cache_close(cache);
    char *damaged = arena_dup(&fixture->arena, file.p, file.n);
    for (size_t i = 0; i < file.n; i += i < 4000 ? 1 : 97) {
        damaged[i] ^= 0x10;
        assert_null(cache_of_bytes((struct str){damaged, file.n}));
        damaged[i] ^= 0x10;
        assert_null(cache_of_bytes((struct str){damaged, i}));
    }
    assert_int_equal(file_write(path_of_file(fixture), (struct str){damaged, file.n - 4}), 0);
    assert_int_equal(found_now(fixture), 0);
    save(fixture, ITEMS);
    assert_int_equal(found_now(fixture), ITEMS);
}

/* One new blob among many is cheaper to read again than the file is to write. */
static void little_news_waits(void **state)
{
    struct fixture *fixture = *state;
    save(fixture, ITEMS - 1);
    for (size_t i = 0; i < ITEMS - 1; i++)
        fixture->items[i].found = true;
    save(fixture, ITEMS);
    assert_int_equal(found_now(fixture), ITEMS - 1);
}

static void nowhere_is_no_cache(void **state)
{
    struct fixture *fixture = *state;
    assert_null(cache_open((struct str){0}, fixture->top));
    assert_null(cache_open(fixture->folder, STR("/nonexistent/store")));
    struct words words;
    assert_false(cache_find(NULL, &fixture->items[0].id, &words));
    cache_save(NULL, fixture->items, ITEMS);
    cache_close(NULL);
    fixture->folder = STR("/proc/none/cache");
    save(fixture, ITEMS);
    assert_int_equal(found_now(fixture), 0);
}

int test_cache(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(finds_what_was_saved), TEST(is_private),        TEST(links_are_not_followed),
        TEST(damage_is_noticed),    TEST(little_news_waits), TEST(nowhere_is_no_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
