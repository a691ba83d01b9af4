/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of all packs fit the kinds that they are about, at every minor. */
#include "unit/unit.h"

#include "policy/policy_rule.h"

int test_types(void);

static void packs_fit_their_kinds(void **state)
{
    (void)state;
    for (unsigned minor = schema_minor_min(); minor <= schema_minor_max(); minor++) {
        SCOPED(arena) struct arena arena = {0};
        SCOPED(diags) struct diags diags = {0};
        struct schema_view view;
        schema_view_init(&view, &arena, minor);
        struct policy_rules *rules = policy_rules_new(&arena);
        for (size_t i = 0; i < PACK_COUNT; i++)
            policy_rules_add_pack(rules, &pack_rules[i]);
        for (size_t i = 0; i < rules->n; i++)
            assert_non_null(policy_rule_compiled(rules, rules->items[i], minor));
        policy_check_rule_types(&view, rules, &diags);
        for (size_t i = 0; i < diags.n; i++)
            print_error("1.%u: %.*s: %.*s\n", minor, STR_FMT(diags.items[i].field),
                        STR_FMT(diags.items[i].message));
        assert_int_equal(diags.n, 0);
        policy_rules_free(rules);
        schema_view_release(&view);
    }
}

int test_types(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_fit_their_kinds),
    };
    return cmocka_run_group_tests_name("types", tests, NULL, NULL);
}
