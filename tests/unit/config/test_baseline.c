/* SPDX-License-Identifier: Apache-2.0 */
#include "config/baseline.h"

#include "base/limits.h"
#include "unit/config/config_fixture.h"

static struct diag finding(const char *field, const char *path, struct arena *arena)
{
    return (struct diag){.rule = rule_get(RULE_CONFIG_VALUE),
                         .source = source_new(arena, str_from(path), STR("")),
                         .set = STR("prod"),
                         .object = {STR("apps/v1"), STR("Deployment"), STR("shop"), STR("w: 'x'")},
                         .identity = str_from(field)};
}

static struct str write_two(struct arena *arena, bool turned)
{
    struct baseline baseline = {0};
    struct buf out SCOPED(buf) = {0};
    const char *const fields[] = {"spec.a[name=b]", "spec.a[name=a]"};
    buf_init(&out, LIMIT_CONFIG_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct diag diag = finding(fields[turned ? 1 - i : i], "a.yaml", arena);
        struct baseline_entry key = baseline_key(arena, &diag);
        baseline_add(arena, &baseline, &key)->count += 2;
    }
    baseline_write(&baseline, &out);
    return str_dup(arena, buf_str(&out));
}

static void reads_what_it_writes(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    struct diags diags SCOPED(diags) = {0};
    struct baseline baseline;
    struct buf out SCOPED(buf) = {0};
    (void)state;
    buf_init(&out, LIMIT_CONFIG_BYTES);
    struct str text = write_two(&arena, false);
    assert_true(str_eq(text, write_two(&arena, true)));
    assert_true(str_has(text, STR("Deployment.apps/shop/w: ")));
    /* that of a rule that is never excused is not read again */
    assert_int_equal(
        baseline_read(&arena, source_new(&arena, STR("b.yaml"), text), &diags, &baseline), -1);
    assert_int_equal(diags.n, 1);
}

static void keys_know_no_path(void **state)
{
    struct arena arena SCOPED(arena) = {0};
    struct baseline baseline = {0};
    (void)state;
    struct diag here = finding("spec", "a.yaml", &arena), there = finding("spec", "b.yaml", &arena);
    struct baseline_entry key = baseline_key(&arena, &here);
    baseline_add(&arena, &baseline, &key)->count = 1;
    key = baseline_key(&arena, &there);
    assert_non_null(baseline_find(&arena, &baseline, &key));
    there.set = STR("test");
    key = baseline_key(&arena, &there);
    assert_null(baseline_find(&arena, &baseline, &key));
    /* but where nothing else tells two files apart */
    here.identity = there.identity = STR("");
    here.object = there.object = (struct diag_object){0};
    here.set = there.set;
    struct baseline_entry one = baseline_key(&arena, &here), other = baseline_key(&arena, &there);
    baseline_add(&arena, &baseline, &one);
    assert_null(baseline_find(&arena, &baseline, &other));
}

int test_baseline(void);

int test_baseline(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(keys_know_no_path),
    };
    return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
