/* SPDX-License-Identifier: Apache-2.0 */
/* Files, folders and paths, in a folder of their own that is removed afterwards. */
#include "base/file.h"
#include "unit/base/base_check.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

int test_file(void);

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static char start_dir[4096];
static char temp_dir[] = P_tmpdir "/tidegate-XXXXXX";

static int enter(void **state)
{
    (void)state;
    return getcwd(start_dir, sizeof start_dir) && mkdtemp(temp_dir) ? chdir(temp_dir) : -1;
}

static int leave(void **state)
{
    (void)state;
    if (chdir(start_dir) != 0)
        return -1;
    return nftw(temp_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void writes_and_reads(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct str text;
    assert_int_equal(file_write("a.txt", STR("hello")), 0);
    assert_int_equal(file_read(&arena, "a.txt", 5, &text), 0);
    assert_str(text, "hello");
    assert_int_equal(text.p[text.n], '\0');
    assert_int_equal(file_read(&arena, "a.txt", 4, &text), -EFBIG);
    assert_int_equal(chmod("a.txt", 0640), 0);
    assert_int_equal(file_write("a.txt", (struct str){0}), 0);
    assert_int_equal(file_read(&arena, "a.txt", 5, &text), 0);
    assert_int_equal(text.n, 0);
    struct stat st;
    assert_int_equal(stat("a.txt", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(file_create("a.txt", STR("x")), -EEXIST);
    assert_int_equal(file_create("new.txt", STR("x")), 0);
    assert_int_equal(file_write("absent/a.txt", STR("x")), -ENOENT);
    struct dir_entries entries;
    assert_int_equal(dir_list(&arena, ".", &entries), 0);
    assert_int_equal(entries.n, 2); /* no temporary file is left */
    assert_int_equal(unlink("a.txt") + unlink("new.txt"), 0);
}

static void refuses_what_is_no_file(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct str text;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(file_write("target", STR("t")), 0);
    assert_int_equal(file_read(&arena, "fifo", 9, &text), -ENXIO);
    assert_int_equal(file_read(&arena, "/dev/null", 9, &text), -ENXIO);
    assert_int_equal(file_read(&arena, ".", 9, &text), -EISDIR);
    assert_int_equal(file_read(&arena, "absent", 9, &text), -ENOENT);
    assert_int_equal(file_read(&arena, "link", 9, &text), 0);
    assert_int_equal(file_read_at(&arena, AT_FDCWD, "link", 9, &text), -ELOOP);
    assert_int_equal(file_read_at(&arena, AT_FDCWD, "target", 9, &text), 0);
    struct file_info info;
    assert_int_equal(file_stat("link", &info), 0);
    assert_int_equal(info.kind, FILE_SYMLINK);
    assert_int_equal(file_stat("fifo", &info), 0);
    assert_int_equal(info.kind, FILE_OTHER);
    assert_int_equal(file_write(".", STR("x")), -EISDIR);
    assert_int_equal(file_write("/dev/null", STR("x")), 0);
    assert_int_equal(file_write("link", STR("through")), 0);
    assert_int_equal(file_stat("link", &info), 0);
    assert_int_equal(info.kind, FILE_SYMLINK);
    assert_int_equal(file_stat("target", &info), 0);
    assert_int_equal(info.size, 7);
    assert_int_equal(unlink("fifo") + unlink("link") + unlink("target"), 0);
}

static void reads_streams(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct str text;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fd_write_all(ends[1], STR("through a pipe")), 0);
    fd_close(ends[1]);
    assert_int_equal(fd_read_all(&arena, ends[0], 100, &text), 0);
    assert_str(text, "through a pipe");
    assert_int_equal(fd_write_all(ends[0], STR("x")), -EBADF);
    fd_close(ends[0]);
    fd_close(-1);
    SCOPED(fd) int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    assert_int_equal(fd_read_all(&arena, fd, 200000, &text), -EFBIG);
    assert_int_equal(file_read(&arena, "/proc/self/status", 1 << 20, &text), 0);
    assert_true(text.n > 100); /* a size of 0 is not believed */
}

static void makes_and_lists_folders(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    assert_int_equal(dir_create_all("d/e//f/"), 0);
    assert_int_equal(dir_create_all("d/e/f"), 0);
    assert_int_equal(file_write("d/b", STR("12")), 0);
    assert_int_equal(file_write("d/a", STR("1")), 0);
    assert_int_equal(dir_create_all("d/a/x"), -ENOTDIR);
    assert_int_equal(dir_create_all(""), -ENOENT);
    struct dir_entries entries;
    assert_int_equal(dir_list(&arena, "d", &entries), 0);
    assert_int_equal(entries.n, 3);
    assert_str(entries.items[0].name, "a");
    assert_int_equal(entries.items[1].info.size, 2);
    assert_int_equal(entries.items[2].info.kind, FILE_DIRECTORY);
    assert_int_equal(dir_list(&arena, "absent", &entries), -ENOENT);
    assert_int_equal(dir_list(&arena, "d/a", &entries), -ENOTDIR);
    struct str resolved;
    assert_int_equal(path_resolve(&arena, "d/../d/e", &resolved), 0);
    assert_true(str_ends(resolved, STR("/d/e")));
    assert_int_equal(path_resolve(&arena, "absent", &resolved), -ENOENT);
}

static void paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *want; /* NULL: leaves the root */
    } cases[] = {
        {"a/b", "a/b"},     {"./a//b/", "a/b"},
        {"a/../b", "b"},    {"a/b/../..", ""},
        {".", ""},          {"", ""},
        {"..", NULL},       {"a/../..", NULL},
        {"/a/./b", "/a/b"}, {"/..", NULL},
        {"/a/..", "/"},     {"/", "/"},
        {"a/...", "a/..."}, {"/a/../b/c/..", "/b"},
    };
    SCOPED(arena) struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str normal;
        bool inside = path_normal(&arena, str_from(cases[i].path), &normal);
        assert_int_equal(inside, cases[i].want != NULL);
        if (inside)
            assert_str(normal, cases[i].want);
    }
    assert_str(path_join(&arena, STR("a"), STR("b")), "a/b");
    assert_str(path_join(&arena, STR("a/"), STR("/b")), "a/b");
    assert_str(path_join(&arena, STR("/"), STR("b")), "/b");
    assert_str(path_join(&arena, STR("."), STR("b")), "b");
    assert_str(path_join(&arena, STR(""), STR("b")), "b");
    assert_str(path_join(&arena, STR("a"), STR("")), "a");
    assert_str(path_base(STR("a/b.c")), "b.c");
    assert_str(path_base(STR("b")), "b");
    assert_str(path_dir(STR("a/b/c")), "a/b");
    assert_str(path_dir(STR("c")), "");
}

int test_file(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads),
        cmocka_unit_test(refuses_what_is_no_file),
        cmocka_unit_test(reads_streams),
        cmocka_unit_test(makes_and_lists_folders),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests_name("file", tests, enter, leave);
}
