/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that follows a repository: a real git, a file URL, a judge that only remembers. */
#include "unit/unit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "sync/follow.h"

int test_follow(void);

struct sync_commit {
    char id[FOLLOW_ID];
};

struct world {
    struct arena arena;
    char folder[64];
    struct follow_options options;
    atomic_int judged, wakes;
    atomic_bool is_unjudgeable;
};

static atomic_int drops;

static struct str git(struct world *world, const char *const *words)
{
    const char *argv[24] = {"git", "-C", world->folder};
    static const char *const env[] = {"GIT_CONFIG_NOSYSTEM=1",
                                      "HOME=/nonexistent",
                                      "PATH=/usr/local/bin:/usr/bin:/bin",
                                      "GIT_AUTHOR_NAME=a",
                                      "GIT_AUTHOR_EMAIL=a@example.com",
                                      "GIT_COMMITTER_NAME=a",
                                      "GIT_COMMITTER_EMAIL=a@example.com",
                                      NULL};
    const struct child_options options = {
        .argv = argv, .env = env, .timeout_ms = 30000, .max_output = 65536};
    struct child_result result;
    for (size_t i = 0; words[i]; i++)
        argv[3 + i] = words[i];
    assert_int_equal(child_run(&world->arena, &options, &result), 0);
    if (result.exit_code != 0)
        fail_msg("git %s: %.*s", words[0], STR_FMT(result.err));
    return str_trim(result.out);
}
#define GIT(world, ...) git((world), (const char *const[]){__VA_ARGS__, NULL})

static struct str commit(struct world *world, const char *message)
{
    (void)GIT(world, "commit", "-q", "--allow-empty", "-m", message);
    return GIT(world, "rev-parse", "HEAD");
}

static struct sync_commit *judge(void *ctx, const char *folder, struct str id, struct str *ret_why)
{
    struct world *world = ctx;
    assert_true(folder[0] == '/');
    atomic_fetch_add(&world->judged, 1);
    if (atomic_load(&world->is_unjudgeable)) {
        *ret_why = STR("nobody can read this");
        return NULL;
    }
    struct sync_commit *made = calloc(1, sizeof *made);
    memcpy(made->id, id.p, MIN_OF(id.n, sizeof made->id - 1));
    return made;
}

static void drop(struct sync_commit *given)
{
    atomic_fetch_add(&drops, 1);
    free(given);
}

static void wake(void *ctx)
{
    atomic_fetch_add(&((struct world *)ctx)->wakes, 1);
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    memcpy(world->folder, "/tmp/tidegate-follow-XXXXXX", 28);
    assert_non_null(mkdtemp(world->folder));
    (void)GIT(world, "init", "-q", "-b", "main");
    world->options = (struct follow_options){
        .remote = {.url = str_format(&world->arena, "file://%s", world->folder),
                   .state_folder = str_format(&world->arena, "%s/.state", world->folder),
                   .branch = STR("main"),
                   .allow_file = true},
        .pace = {.interval_ms = 3600000, .first_ms = 20, .most_ms = 40, .hint_ms = 10},
        .seed = 7,
        .judge = judge,
        .drop = drop,
        .wake = wake,
        .ctx = world,
    };
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    const char *const argv[] = {"rm", "-rf", world->folder, NULL};
    const struct child_options options = {.argv = argv, .max_output = 65536};
    struct child_result result;
    assert_int_equal(child_run(&world->arena, &options, &result), 0);
    arena_release(&world->arena);
    free(world);
    return 0;
}

static struct follow *start(struct world *world)
{
    struct str why = {0};
    struct follow *follow = follow_start(&world->options, &world->arena, &why);
    if (!follow)
        fail_msg("%.*s", STR_FMT(why));
    return follow;
}

static void nap(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

static struct follow_status await_state(struct follow *follow, enum follow_state state)
{
    struct follow_status status;
    for (int i = 0; i < 2000; i++, nap()) {
        follow_status(follow, &status);
        if (status.state == state && !status.busy_ms)
            return status;
    }
    fail_msg("it is %s: %s", follow_state_name(status.state), status.why);
    return status;
}

static struct follow_ready await_ready(struct follow *follow)
{
    struct follow_ready ready = {0};
    for (int i = 0; i < 2000; i++, nap())
        if (follow_take(follow, &ready))
            return ready;
    struct follow_status status;
    follow_status(follow, &status);
    fail_msg("nothing is ready: %s %s", status.why, status.want_why);
    return ready;
}

static void test_a_hint_brings_the_new_head(void **state)
{
    struct world *world = *state;
    struct str id = commit(world, "one");
    struct follow *follow = start(world);
    struct follow_ready ready = await_ready(follow);
    assert_true(str_is(id, ready.id));
    drop(ready.commit);
    id = commit(world, "two");
    follow_hint(follow);
    ready = await_ready(follow);
    assert_true(str_is(id, ready.id));
    assert_false(ready.is_wanted);
    drop(ready.commit);
    assert_true(atomic_load(&world->wakes) >= 2);
    assert_true(follow_stop(follow, 5000));
}

static void test_a_newer_commit_replaces_one_that_waits(void **state)
{
    struct world *world = *state;
    (void)commit(world, "one");
    struct follow *follow = start(world);
    (void)await_state(follow, FOLLOW_WELL);
    const int before = atomic_load(&drops);
    const struct str id = commit(world, "two");
    follow_hint(follow);
    struct follow_status status;
    do {
        nap();
        follow_status(follow, &status);
    } while (!str_is(id, status.ready));
    struct follow_ready ready = await_ready(follow);
    assert_true(str_is(id, ready.id));
    assert_false(follow_take(follow, &(struct follow_ready){0}));
    assert_int_equal(atomic_load(&drops), before + 1);
    drop(ready.commit);
    assert_true(follow_stop(follow, 5000));
}

static void test_a_rewritten_history_is_refused(void **state)
{
    struct world *world = *state;
    (void)commit(world, "one");
    const struct str second = commit(world, "two");
    struct follow *follow = start(world);
    struct follow_ready ready = await_ready(follow);
    drop(ready.commit);
    follow_applied(follow, second);
    (void)GIT(world, "reset", "-q", "--hard", "HEAD~1");
    (void)commit(world, "other");
    follow_hint(follow);
    struct follow_status status = await_state(follow, FOLLOW_DIVERGED);
    assert_non_null(strstr(status.why, "the history was rewritten"));
    assert_false(follow_take(follow, &ready));
    /* a merge that has both goes on */
    (void)GIT(world, "merge", "-q", "--no-edit", "-s", "ours", str_to_c(&world->arena, second));
    const struct str merged = GIT(world, "rev-parse", "HEAD");
    follow_hint(follow);
    ready = await_ready(follow);
    assert_true(str_is(merged, ready.id));
    drop(ready.commit);
    (void)await_state(follow, FOLLOW_WELL);
    assert_true(follow_stop(follow, 5000));
}

static void test_an_unsigned_commit_is_refused(void **state)
{
    struct world *world = *state;
    (void)commit(world, "one");
    world->options.must_be_signed = true;
    world->options.signers.allowed_signers_file = STR("/nonexistent");
    struct follow *follow = start(world);
    const struct follow_status status = await_state(follow, FOLLOW_UNSIGNED);
    assert_int_equal(status.signature, SIGNATURE_NONE);
    assert_int_equal(atomic_load(&world->judged), 0);
    assert_true(follow_stop(follow, 5000));
}

static void test_no_repository_is_asked_again(void **state)
{
    struct world *world = *state;
    world->options.remote.url = str_format(&world->arena, "file://%s/none", world->folder);
    struct follow *follow = start(world);
    struct follow_status status = await_state(follow, FOLLOW_FAILED);
    assert_true(status.why[0] != '\0');
    for (int i = 0; i < 2000 && status.failed_polls < 3; i++, nap())
        follow_status(follow, &status);
    assert_true(status.failed_polls >= 3);
    assert_true(follow_stop(follow, 5000));
}

static void test_a_commit_that_nobody_can_judge(void **state)
{
    struct world *world = *state;
    (void)commit(world, "one");
    atomic_store(&world->is_unjudgeable, true);
    struct follow *follow = start(world);
    const struct follow_status status = await_state(follow, FOLLOW_BROKEN);
    assert_string_equal(status.why, "nobody can read this");
    atomic_store(&world->is_unjudgeable, false);
    follow_hint(follow); /* the same head once more */
    struct follow_ready ready = await_ready(follow);
    drop(ready.commit);
    assert_true(follow_stop(follow, 5000));
}

static void test_an_older_commit_can_be_had(void **state)
{
    struct world *world = *state;
    const struct str first = commit(world, "one");
    const struct str second = commit(world, "two");
    struct follow *follow = start(world);
    struct follow_ready ready = await_ready(follow);
    drop(ready.commit);
    follow_applied(follow, second);
    follow_want(follow, first);
    ready = await_ready(follow);
    assert_true(ready.is_wanted);
    assert_true(str_is(first, ready.id));
    drop(ready.commit);
    follow_want(follow, STR("0123456789012345678901234567890123456789"));
    struct follow_status status = {0};
    for (int i = 0; i < 2000 && !status.want_why[0]; i++, nap())
        follow_status(follow, &status);
    assert_true(status.want_why[0] != '\0');
    /* and the head again, when somebody asks */
    follow_again(follow);
    ready = await_ready(follow);
    assert_true(str_is(second, ready.id));
    drop(ready.commit);
    assert_true(follow_stop(follow, 5000));
}

static void test_what_nobody_took_is_dropped(void **state)
{
    struct world *world = *state;
    const int before = atomic_load(&drops);
    (void)commit(world, "one");
    struct follow *follow = start(world);
    (void)await_state(follow, FOLLOW_WELL);
    assert_true(follow_stop(follow, 5000));
    assert_int_equal(atomic_load(&drops), before + 1);
}

int test_follow(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_hint_brings_the_new_head, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_newer_commit_replaces_one_that_waits, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_rewritten_history_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_unsigned_commit_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_repository_is_asked_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_commit_that_nobody_can_judge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_older_commit_can_be_had, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_nobody_took_is_dropped, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
