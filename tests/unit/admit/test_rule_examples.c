/* SPDX-License-Identifier: Apache-2.0 */
/* The examples that `tidegate explain` prints: the bad one fires its rule, the good one nothing. */
#include "admit_case.h"

static const enum rule_id rules[] = {
    RULE_API_MISSING_TYPE,         RULE_API_UNKNOWN_KIND,      RULE_API_REMOVED_VERSION,
    RULE_API_NOT_SERVED,           RULE_API_NOT_AN_OBJECT,     RULE_API_UNKNOWN_FIELD,
    RULE_API_WRONG_TYPE,           RULE_API_OUT_OF_RANGE,      RULE_API_INVALID_QUANTITY,
    RULE_API_INVALID_TIME,         RULE_API_INVALID_BASE64,    RULE_API_MISSING_NAME,
    RULE_API_INVALID_NAME,         RULE_API_INVALID_NAMESPACE, RULE_API_INVALID_LABEL,
    RULE_API_INVALID_ANNOTATION,   RULE_API_INVALID_OWNER,     RULE_API_INVALID_FINALIZER,
    RULE_API_INVALID_METADATA,     RULE_APPLY_DUPLICATE_ENTRY, RULE_VERSION_DEPRECATED,
    RULE_OBJECT_CLUSTER_NAMESPACE, RULE_OBJECT_STATUS,         RULE_OBJECT_LIST_KIND,
    RULE_OBJECT_GENERATE_NAME,     RULE_SECRET_SOPS,
};

static void test_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        const struct rule *rule = rule_get(rules[i]);
        if (!rule->bad || !rule->good)
            continue;
        struct arena arena = {0};
        const struct admit_case bad = {.manifest = rule->bad};
        const struct admit_case good = {.manifest = rule->good};
        const struct str fired = admit_text_with(&arena, &bad, true);
        const struct str silent = admit_text_with(&arena, &good, true);
        if (!str_has(fired, str_from(rule->id)) || silent.n)
            print_error("%s\nbad: %.*s\ngood: %.*s\n", rule->id, STR_FMT(fired), STR_FMT(silent));
        assert_true(str_has(fired, str_from(rule->id)));
        assert_int_equal(silent.n, 0);
        arena_release(&arena);
    }
}

int test_rule_examples(void);
int test_rule_examples(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
    };
    return cmocka_run_group_tests_name("admit rule examples", tests, NULL, NULL);
}
