/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/unit.h"

#include "remote/remote_pace.h"

int test_remote_pace(void);

enum { SEEDS = 1000 };

static const struct remote_pace usual = {0};

static void test_the_interval_with_jitter(void **state)
{
    uint64_t least = UINT64_MAX, most = 0;
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const uint64_t wait = remote_next_ms(&usual, 0, 5000, seed) - 5000;
        least = MIN_OF(least, wait);
        most = MAX_OF(most, wait);
    }
    assert_in_range(least, 54000, 55000);
    assert_in_range(most, 65000, 66000);
    /* numbers only: the same again */
    assert_int_equal(remote_next_ms(&usual, 0, 5000, 7), remote_next_ms(&usual, 0, 5000, 7));
}

static void test_back_off(void **state)
{
    const struct remote_pace pace = {.first_ms = 1000, .most_ms = 60000};
    static const uint64_t full[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    (void)state;
    for (unsigned failures = 1; failures <= ARRAY_LEN(full); failures++)
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            assert_in_range(remote_next_ms(&pace, failures, 0, seed), full[failures - 1] / 2,
                            full[failures - 1]);
    assert_in_range(remote_next_ms(&pace, UINT32_MAX, 0, 1), 30000, 60000);
}

static void test_numbers_at_their_ends(void **state)
{
    const struct remote_pace huge = {
        .interval_ms = UINT64_MAX, .first_ms = UINT64_MAX, .most_ms = UINT64_MAX};
    (void)state;
    assert_int_equal(remote_next_ms(&huge, 0, UINT64_MAX, 1), UINT64_MAX);
    assert_true(remote_next_ms(&huge, 5, 1000, 1) > 1000);
}

static void test_a_hint_polls_at_once(void **state)
{
    struct remote_timer timer = {.seed = 1};
    (void)state;
    assert_true(remote_timer_is_due(&timer, 0)); /* the first poll */
    remote_timer_begin(&timer, 1000);
    remote_timer_end(&timer, &usual, true, 1100);
    assert_false(remote_timer_is_due(&timer, 50000));
    remote_timer_hint(&timer, &usual, 50000);
    assert_true(remote_timer_is_due(&timer, 50000));
}

static void test_a_hint_during_a_poll_makes_another(void **state)
{
    struct remote_timer timer = {.seed = 1};
    (void)state;
    remote_timer_begin(&timer, 1000);
    remote_timer_hint(&timer, &usual, 1050);
    assert_false(remote_timer_is_due(&timer, 1060)); /* one at a time */
    remote_timer_end(&timer, &usual, true, 1100);
    assert_false(remote_timer_is_due(&timer, 1199));
    assert_true(remote_timer_is_due(&timer, 1200));
    remote_timer_begin(&timer, 1200);
    remote_timer_end(&timer, &usual, true, 1300);
    assert_false(remote_timer_is_due(&timer, 1400)); /* it is used up */
}

static void test_many_hints_are_no_storm(void **state)
{
    struct remote_timer timer = {.seed = 1};
    unsigned polls = 0;
    (void)state;
    for (uint64_t now = 0; now < 10000; now++) {
        remote_timer_hint(&timer, &usual, now);
        if (!remote_timer_is_due(&timer, now))
            continue;
        remote_timer_begin(&timer, now);
        remote_timer_end(&timer, &usual, true, now);
        polls++;
    }
    assert_in_range(polls, 49, 51);
}

static void test_a_hint_ends_the_back_off(void **state)
{
    struct remote_timer timer = {.seed = 1};
    uint64_t now = 0;
    (void)state;
    for (int i = 0; i < 20; i++, now = timer.at_ms) {
        remote_timer_begin(&timer, now);
        remote_timer_end(&timer, &usual, false, now);
    }
    assert_int_equal(timer.failures, 20);
    now -= 100000;
    assert_false(remote_timer_is_due(&timer, now));
    remote_timer_hint(&timer, &usual, now);
    assert_true(remote_timer_is_due(&timer, now));
    remote_timer_begin(&timer, now);
    remote_timer_end(&timer, &usual, true, now);
    assert_int_equal(timer.failures, 0);
}

int test_remote_pace(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_interval_with_jitter),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_numbers_at_their_ends),
        cmocka_unit_test(test_a_hint_polls_at_once),
        cmocka_unit_test(test_a_hint_during_a_poll_makes_another),
        cmocka_unit_test(test_many_hints_are_no_storm),
        cmocka_unit_test(test_a_hint_ends_the_back_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
