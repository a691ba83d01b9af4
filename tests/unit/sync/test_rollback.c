/* SPDX-License-Identifier: Apache-2.0 */
/* Which commit a set is to be at. */
#include "unit/base/base_check.h"

#include "sync/rollback.h"

#define GOOD  "1111111111111111111111111111111111111111"
#define BAD   "2222222222222222222222222222222222222222"
#define NEWER "3333333333333333333333333333333333333333"

/* Digests are of what BAD and NEWER have of the set. */
static void test_choose(void **state)
{
    (void)state;
    static const struct {
        const char *rejected, *pinned, *head, *digest;
        bool is_newer;
        enum rollback_why why;
        const char *commit;
        bool resumes;
    } rows[] = {
        {"", "", NEWER, "sha256:n", true, ROLLBACK_NONE, NEWER, false},
        {"", GOOD, NEWER, "sha256:n", true, ROLLBACK_PINNED, GOOD, false},
        {BAD, GOOD, BAD, "sha256:b", false, ROLLBACK_REJECTED, GOOD, false},
        {BAD, GOOD, NEWER, "sha256:n", true, ROLLBACK_OVER, NEWER, true},
        /* a commit that changes something else brings nothing bad back */
        {BAD, GOOD, NEWER, "sha256:b", true, ROLLBACK_REJECTED, GOOD, false},
        /* the branch was set back, or nobody can tell */
        {BAD, GOOD, NEWER, "sha256:n", false, ROLLBACK_REJECTED, GOOD, false},
        {BAD, GOOD, NEWER, "", true, ROLLBACK_OVER, NEWER, true},
        {BAD, "", BAD, "sha256:b", false, ROLLBACK_NOWHERE, "", false},
        {BAD, "", NEWER, "sha256:n", true, ROLLBACK_OVER, NEWER, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena SCOPED(arena) = {0};
        struct inventory inventory = {
            .status = {.rejected = str_from(rows[i].rejected), .pinned = str_from(rows[i].pinned)}};
        VEC_PUSH(&arena, &inventory.history,
                 (struct set_attempt){.commit = STR(GOOD), .digest = STR("sha256:g")});
        VEC_PUSH(&arena, &inventory.history,
                 (struct set_attempt){.commit = STR(BAD), .digest = STR("sha256:b")});
        const struct rollback_head head = {.commit = str_from(rows[i].head),
                                           .digest = str_from(rows[i].digest),
                                           .is_newer = rows[i].is_newer};
        const struct rollback_choice choice = rollback_choose(&arena, &inventory, &head);
        assert_int_equal(choice.why, rows[i].why);
        assert_str(choice.commit, rows[i].commit);
        assert_int_equal(choice.resumes, rows[i].resumes);
        assert_int_equal(choice.words.n == 0, choice.why == ROLLBACK_NONE);
    }
}

static void test_pin(void **state)
{
    (void)state;
    struct str why = {0};
    struct set_status status = {.attempt = {.commit = STR(BAD)}, .good = STR(GOOD)};
    assert_int_equal(rollback_pin(&status, (struct str){0}, STR("ann"), &why), 0);
    assert_str(status.pinned, GOOD);
    assert_str(status.rejected, BAD);
    assert_str(status.pinned_by, "ann");
    /* done twice it would pin what is there, and reject it */
    assert_int_equal(rollback_pin(&status, (struct str){0}, STR("ann"), &why), -1);
    assert_int_equal(rollback_pin(&status, STR(BAD), STR("ann"), &why), -1);
    assert_int_equal(rollback_pin(&status, STR(NEWER), STR("bob"), &why), 0);
    assert_str(status.pinned, NEWER);
    assert_str(status.rejected, BAD);
    rollback_resume(&status);
    assert_int_equal(status.pinned.n + status.rejected.n + status.pinned_by.n, 0);
}

static void test_nothing_to_go_back_to(void **state)
{
    (void)state;
    struct str why = {0};
    struct set_status fresh = {.attempt = {.commit = STR(BAD)}};
    assert_int_equal(rollback_pin(&fresh, (struct str){0}, STR("ann"), &why), -1);
    assert_true(str_has(why, STR("--to")));
    struct set_status healthy = {.attempt = {.commit = STR(GOOD)}, .good = STR(GOOD)};
    assert_int_equal(rollback_pin(&healthy, (struct str){0}, STR("ann"), &why), -1);
    assert_int_equal(healthy.pinned.n + healthy.rejected.n, 0);
}

/* Only what did not get healthy, only once, and never in a circle. */
static void test_due(void **state)
{
    (void)state;
    static const struct {
        enum set_state state;
        const char *commit, *good, *pinned;
        bool is_due;
    } rows[] = {
        {SET_UNHEALTHY, BAD, GOOD, "", true},   {SET_UNHEALTHY, BAD, "", "", false},
        {SET_UNHEALTHY, GOOD, GOOD, "", false}, {SET_UNHEALTHY, BAD, GOOD, GOOD, false},
        {SET_FAILED, BAD, GOOD, "", false},     {SET_REFUSED, BAD, GOOD, "", false},
        {SET_CANCELLED, BAD, GOOD, "", false},  {SET_UNHEALTHY, "", GOOD, "", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct set_status status = {.good = str_from(rows[i].good),
                                          .pinned = str_from(rows[i].pinned)};
        const struct set_attempt attempt = {.state = rows[i].state,
                                            .commit = str_from(rows[i].commit)};
        assert_int_equal(rollback_is_due(&status, &attempt), rows[i].is_due);
    }
}

int test_rollback(void);
int test_rollback(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_pin),
        cmocka_unit_test(test_nothing_to_go_back_to),
        cmocka_unit_test(test_due),
    };
    return cmocka_run_group_tests_name("sync/rollback", tests, NULL, NULL);
}
