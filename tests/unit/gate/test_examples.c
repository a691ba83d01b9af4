/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The examples of every rule, through the whole pipeline: `bad` fires the rule where examples.txt
 * says, `good` does not and has no error at all. UPDATE_GOLDEN=1 rewrites examples.txt: a line
 * `rule line:column severity message` for each finding of the rule, and below it, indented, what
 * else the two examples give.
 */
#include "unit/unit.h"

#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "gate/gate.h"

int test_examples(void);

#define GOLDEN TESTS_DIR "/unit/gate/examples.txt"

struct examples {
    struct arena arena;
    const char *folder;
    const char *path;
    struct buf out;
    size_t failed;
};

static void check_file(const struct examples *examples, const char *text, struct gate_result *ret)
{
    struct arena arena SCOPED(arena) = {0};
    struct gate_options options = {.jobs = 1};
    assert_int_equal(file_write(examples->path, str_from(text)), 0);
    VEC_PUSH(&arena, &options.paths, str_from(examples->path));
    VEC_PUSH(&arena, &options.versions, STR("1.36"));
    gate_run(&options, ret);
}

static void write_place(struct buf *out, const struct diag *diag)
{
    struct place place = {0, 0};
    if (diag->source)
        place = source_place(diag->source, diag->span.start);
    buf_format(out, "%s %u:%u %s %.*s\n", diag->rule->id, place.line, place.column,
               severity_name(diag->severity), STR_FMT(diag->message));
}

static void fail_rule(struct examples *examples, const struct rule *rule, const char *says)
{
    print_error("%s: %s\n", rule->id, says);
    examples->failed++;
}

static void try_bad(struct examples *examples, const struct rule *rule)
{
    struct gate_result result;
    check_file(examples, rule->bad, &result);
    bool fired = false;
    for (size_t i = 0; i < result.diags.n; i++) {
        const struct diag *diag = &result.diags.items[i];
        fired |= diag->rule == rule;
        if (diag->rule != rule)
            buf_add_c(&examples->out, "    with ");
        write_place(&examples->out, diag);
    }
    if (!fired)
        fail_rule(examples, rule, "the bad example does not fire it");
    gate_result_release(&result);
}

static void try_good(struct examples *examples, const struct rule *rule)
{
    struct gate_result result;
    check_file(examples, rule->good, &result);
    for (size_t i = 0; i < result.diags.n; i++) {
        const struct diag *diag = &result.diags.items[i];
        buf_add_c(&examples->out, "    good ");
        write_place(&examples->out, diag);
        if (diag->rule == rule)
            fail_rule(examples, rule, "the good example fires it");
        else if (diag->severity == SEVERITY_ERROR)
            fail_rule(examples, rule, "the good example has an error");
    }
    gate_result_release(&result);
}

static void compare_golden(const struct examples *examples)
{
    struct str got = buf_str(&examples->out);
    const char *update = getenv("UPDATE_GOLDEN");
    if (update && *update) {
        assert_int_equal(file_write(GOLDEN, got), 0);
        return;
    }
    struct arena arena SCOPED(arena) = {0};
    struct str want = {0};
    assert_int_equal(file_read(&arena, GOLDEN, LIMIT_FILE_BYTES, &want), 0);
    for (struct str line, other; str_split(&want, '\n', &line);) {
        if (!str_split(&got, '\n', &other))
            other = (struct str){0};
        if (!str_eq(line, other))
            fail_msg("wanted: %.*s\ngot:    %.*s", STR_FMT(line), STR_FMT(other));
    }
    assert_int_equal(got.n, 0);
}

static void test_bad_and_good(void **state)
{
    (void)state;
    struct examples examples = {0};
    char folder[] = "/tmp/tidegate-examples-XXXXXX";
    examples.folder = mkdtemp(folder);
    assert_non_null(examples.folder);
    examples.path =
        str_to_c(&examples.arena, str_format(&examples.arena, "%s/example.yaml", folder));
    buf_init(&examples.out, LIMIT_PAGE_BYTES);
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule *rule = rule_get((enum rule_id)i);
        if (rule->bad)
            try_bad(&examples, rule);
        if (rule->good)
            try_good(&examples, rule);
    }
    assert_int_equal(unlink(examples.path), 0);
    assert_int_equal(rmdir(examples.folder), 0);
    compare_golden(&examples);
    assert_int_equal(examples.failed, 0);
    buf_release(&examples.out);
    arena_release(&examples.arena);
}

static void test_pairs(void **state)
{
    (void)state;
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule *rule = rule_get((enum rule_id)i);
        if (!rule->bad != !rule->good)
            fail_msg("%s: has one example without the other", rule->id);
    }
}

int test_examples(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bad_and_good),
                                       cmocka_unit_test(test_pairs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
