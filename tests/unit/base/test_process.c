/* SPDX-License-Identifier: Apache-2.0 */
/* Children, threads and time. */
#include "base/child.h"
#include "base/clock.h"
#include "base/pool.h"
#include "unit/base/base_check.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

int test_process(void);

static struct child_result run(struct arena *arena, struct child_options options)
{
    struct child_result result = {0};
    if (options.max_output == 0)
        options.max_output = 1 << 20;
    assert_int_equal(child_run(arena, &options, &result), 0);
    return result;
}

#define SHELL(script) ((const char *const[]){"sh", "-c", (script), NULL})

static void child_talks(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct child_result result =
        run(&arena,
            (struct child_options){.argv = SHELL("cat; echo err >&2; exit 3"), .input = STR("in")});
    assert_int_equal(result.exit_code, 3);
    assert_str(result.out, "in");
    assert_str(result.err, "err\n");
    assert_false(result.timed_out || result.output_cut);
    assert_int_equal(result.signal, 0);
    result = run(&arena, (struct child_options){.argv = SHELL("cat; pwd"), .dir = "/"});
    assert_str(result.out, "/\n");
    const char *const env[] = {"ONLY=this", NULL};
    result = run(&arena, (struct child_options){.argv = SHELL("echo $ONLY$HOME"), .env = env});
    assert_str(result.out, "this\n");
    char *large = arena_alloc(&arena, 3 << 20);
    result = run(&arena, (struct child_options){.argv = SHELL("cat; cat >&2 /dev/null"),
                                                .input = {large, 3 << 20},
                                                .max_output = 4 << 20});
    assert_int_equal(result.out.n, 3 << 20);
}

static void child_cannot_start(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    struct child_result result;
    const char *const absent[] = {"tidegate-no-such-program", NULL};
    assert_int_equal(child_run(&arena, &(struct child_options){.argv = absent}, &result), -ENOENT);
    assert_int_equal(
        child_run(&arena, &(struct child_options){.argv = SHELL(":"), .dir = "/no/such"}, &result),
        -ENOTDIR);
}

static void child_meets_limits(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    uint64_t start = clock_ms();
    struct child_result result =
        run(&arena, (struct child_options){.argv = SHELL("echo a; sleep 60"), .timeout_ms = 100});
    assert_true(result.timed_out);
    assert_int_equal(result.signal, SIGKILL);
    assert_int_equal(result.exit_code, -1);
    assert_str(result.out, "a\n");
    result = run(&arena, (struct child_options){.argv = SHELL("exec >&- 2>&-; sleep 60"),
                                                .timeout_ms = 100});
    assert_true(result.timed_out);
    result = run(&arena, (struct child_options){.argv = SHELL("while :; do echo yyyyyyyyyy; done"),
                                                .max_output = 1000});
    assert_true(result.output_cut);
    assert_int_equal(result.out.n, 1000);
    result = run(&arena, (struct child_options){.argv = SHELL("ulimit -v"),
                                                .max_memory = UINT64_C(512) << 20});
    assert_str(result.out, "524288\n");
    /* A grandchild that holds the streams neither delays nor survives. */
    result = run(&arena, (struct child_options){.argv = SHELL("sleep 60 & echo $!")});
    assert_int_equal(result.exit_code, 0);
    assert_true(result.out.n > 1);
    assert_true(clock_ms() - start < 20000);
}

/* bash, because it opens files and connections itself. */
static struct str caged(struct arena *arena, const char *folder, const char *script)
{
    const struct str bash = child_find(arena, "bash");
    const char *const argv[] = {bash.p, "-c", script, NULL};
    const struct child_sandbox sandbox = {.program = bash.p, .writable = {folder}};
    struct child_cage cage;
    assert_int_equal(child_cage_open(&sandbox, &cage), 0);
    const struct child_options options = {.argv = argv, .cage = &cage, .dir = "/"};
    const struct child_result result = run(arena, options);
    child_cage_close(&cage);
    assert_int_equal(result.signal, 0);
    return str_concat(arena, result.out, result.err);
}

static void child_is_confined(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    char folder[] = "/tmp/tidegate-cage-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct child_cage cage;
    assert_int_equal(child_cage_open(&(struct child_sandbox){.program = "/bin/sh"}, &cage), 0);
    const bool has_landlock = cage.is_confined;
    child_cage_close(&cage);
    assert_true(
        str_has(caged(&arena, folder, "exec 3<>/dev/tcp/127.0.0.1/9"), STR("Permission denied")));
    assert_str(caged(&arena, folder, "echo $((6 * 7)); ulimit -c"), "42\n0\n");
    if (has_landlock) {
        static const char *const refused[] = {"cat /dev/null", "read -r line </etc/passwd",
                                              "echo >/tmp/tidegate-cage-outside",
                                              "/lib64/ld-linux-x86-64.so.2 /bin/cat /dev/null"};
        for (size_t i = 0; i < ARRAY_LEN(refused); i++)
            assert_true(str_has(caged(&arena, folder, refused[i]), STR("Permission denied")));
        assert_true(
            str_has(caged(&arena, folder,
                          str_to_c(&arena, str_format(&arena,
                                                      "cd %s && echo mine >f && read -r x <f && "
                                                      "echo $x",
                                                      folder))),
                    STR("mine")));
    } else {
        print_message("skipped: no Landlock\n");
    }
    (void)run(&arena,
              (struct child_options){.argv = (const char *const[]){"rm", "-rf", folder, NULL}});
}

static void programs_are_found(void **state)
{
    (void)state;
    SCOPED(arena) struct arena arena = {0};
    const struct str before = str_dup(&arena, str_from(getenv("PATH")));
    assert_true(str_starts(child_find(&arena, "sh"), STR("/")));
    assert_str(child_find(&arena, "tidegate-no-such-program"), "");
    assert_str(child_find(&arena, "/no/such"), "");
    char *here = getcwd(NULL, 0);
    assert_int_equal(chdir("/bin"), 0);
    setenv("PATH", "::.:../bin", 1);
    assert_str(child_find(&arena, "sh"), "");
    setenv("PATH", before.p, 1);
    assert_true(child_find(&arena, "./sh").n);
    assert_int_equal(chdir(here), 0);
    free(here);
}

enum { ITEMS = 1000 };

struct counts {
    atomic_int done[ITEMS];
    atomic_uint highest_worker;
};

static void count(void *ctx, unsigned worker, size_t item)
{
    struct counts *counts = ctx;
    atomic_fetch_add(&counts->done[item], 1);
    unsigned highest = atomic_load(&counts->highest_worker);
    while (worker > highest &&
           !atomic_compare_exchange_weak(&counts->highest_worker, &highest, worker))
        continue;
}

static void pool_does_each_once(void **state)
{
    (void)state;
    static const unsigned workers[] = {0, 1, 2, 7, 100000};
    for (size_t i = 0; i < ARRAY_LEN(workers); i++) {
        struct counts *counts = xcalloc(1, sizeof *counts);
        pool_run(workers[i], ITEMS, count, counts);
        for (size_t k = 0; k < ITEMS; k++)
            assert_int_equal(counts->done[k], 1);
        assert_true(counts->highest_worker < MAX_OF(workers[i], 1U));
        pool_run(workers[i], 0, count, counts);
        free(counts);
    }
    assert_true(pool_default_workers() >= 1);
}

static void dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t days;
    } good[] = {
        {"1970-01-01", 0},       {"1970-03-01", 59},      {"1969-12-31", -1},
        {"2000-02-29", 11016},   {"2024-12-31", 20088},   {"2100-03-01", 47541},
        {"0000-01-01", -719528}, {"0000-03-01", -719468}, {"9999-12-31", 2932896},
    };
    static const char *const bad[] = {"",           "2024-1-1",   "2023-02-29", "2100-02-29",
                                      "2024-02-30", "2024-13-01", "2024-00-01", "2024-01-00",
                                      "2024-01-32", "2024/01/01", "-024-01-01", "2024-01-01T"};
    int64_t days;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_int_equal(date_parse(str_from(good[i].text), &days), 0);
        assert_int_equal(days, good[i].days);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(date_parse(str_from(bad[i]), &days), -EINVAL);
}

static void today_can_be_fixed(void **state)
{
    (void)state;
    setenv("SOURCE_DATE_EPOCH", "86399", 1);
    assert_int_equal(clock_today(), 0);
    setenv("SOURCE_DATE_EPOCH", "-1", 1);
    assert_int_equal(clock_today(), -1);
    setenv("SOURCE_DATE_EPOCH", "soon", 1);
    assert_true(clock_today() > 20000);
    unsetenv("SOURCE_DATE_EPOCH");
    uint64_t before = clock_ms();
    assert_true(clock_ms() >= before);
}

int test_process(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(child_talks),
        cmocka_unit_test(child_cannot_start),
        cmocka_unit_test(child_meets_limits),
        cmocka_unit_test(child_is_confined),
        cmocka_unit_test(programs_are_found),
        cmocka_unit_test(pool_does_each_once),
        cmocka_unit_test(dates),
        cmocka_unit_test(today_can_be_fixed),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
