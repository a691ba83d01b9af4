/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule can be explained. That its examples do what they promise is tested with the program.
 */
#include "unit/unit.h"

#include "base/utf8.h"
#include "diag/diag.h"

static bool is_kebab(struct str word)
{
    bool dash = true;

    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        if (c == '-' && dash)
            return false;
        if (c != '-' && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
        dash = c == '-';
    }
    return word.n > 0 && !dash;
}

static struct str family_of(enum rule_id id)
{
    struct str text = str_from(rule_get(id)->id);

    return str_sub(text, 0, (size_t)MAX_OF(str_find_char(text, '/'), 0));
}

/* family/topic, or family/level/topic. */
static bool is_id(struct str id)
{
    struct str part;
    size_t parts = 0;

    for (; str_split(&id, '/', &part); parts++)
        if (!is_kebab(part))
            return false;
    return parts == 2 || parts == 3;
}

static void ids_are_well_formed_and_unique(void **state)
{
    (void)state;
    for (enum rule_id id = 0; id < RULE_COUNT; id++) {
        const struct rule *rule = rule_get(id);
        struct str text = str_from(rule->id);
        if (!is_id(text))
            fail_msg("%s is not family/kebab-case", rule->id);
        if (rule_find(text) != rule)
            fail_msg("%s is there twice", rule->id);
        assert_in_range(rule->severity, SEVERITY_INFO, SEVERITY_ERROR);
    }
}

/* Readers of the list look for a family at one place. io/ names a meaning (exit 4), not a topic, so
 * its rules stand with those of their topic. */
static void families_stand_together(void **state)
{
    static const char *const spread[] = {"io", "file"};

    (void)state;
    for (enum rule_id id = 1; id < RULE_COUNT; id++) {
        struct str family = family_of(id);
        if (str_is_one_of(family, spread, ARRAY_LEN(spread)) || str_eq(family, family_of(id - 1)))
            continue;
        for (enum rule_id before = 0; before < id; before++)
            if (str_eq(family, family_of(before)))
                fail_msg("%s stands apart from its family", rule_get(id)->id);
    }
}

static void assert_printable(const struct rule *rule, const char *text, bool lines)
{
    struct str s = str_from(text);

    if (!utf8_is_valid(s) || s.n == 0)
        fail_msg("%s has an empty or malformed text", rule->id);
    for (size_t pos = 0; pos < s.n;) {
        uint32_t rune = utf8_next(s, &pos);
        if (rune_is_hostile(rune) || rune == '\t' || (rune == '\n' && !lines))
            fail_msg("%s has U+%04X in a text", rule->id, (unsigned)rune);
    }
}

static void assert_paragraphs(const struct rule *rule, const char *text)
{
    struct str s = str_from(text);

    assert_printable(rule, text, true);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\n' && (i + 2 >= s.n || s.p[i + 1] != '\n' || s.p[++i + 1] == '\n'))
            fail_msg("%s breaks a line inside of a paragraph", rule->id);
    if (str_has(s, STR("  ")) || str_trim(s).n != s.n || !str_ends(s, STR(".")))
        fail_msg("%s has a text with stray blanks or without its full stop", rule->id);
}

static void every_rule_has_texts(void **state)
{
    enum { SUMMARY_BYTES = 90 };

    (void)state;
    for (enum rule_id id = 0; id < RULE_COUNT; id++) {
        const struct rule *rule = rule_get(id);
        struct str summary = str_from(rule->summary);
        assert_printable(rule, rule->summary, false);
        if (summary.n > SUMMARY_BYTES || str_ends(summary, STR(".")) ||
            (summary.p[0] >= 'A' && summary.p[0] <= 'Z'))
            fail_msg("%s: a summary is short, starts in lower case and has no full stop", rule->id);
        assert_paragraphs(rule, rule->why);
        assert_paragraphs(rule, rule->fix);
    }
}

static void examples_come_in_pairs(void **state)
{
    (void)state;
    for (enum rule_id id = 0; id < RULE_COUNT; id++) {
        const struct rule *rule = rule_get(id);
        if (!rule->bad != !rule->good)
            fail_msg("%s has half an example", rule->id);
        if (!rule->bad)
            continue;
        assert_printable(rule, rule->bad, true);
        assert_printable(rule, rule->good, true);
        assert_string_not_equal(rule->bad, rule->good);
        assert_true(str_ends(str_from(rule->bad), STR("\n")));
        assert_true(str_ends(str_from(rule->good), STR("\n")));
    }
}

static void finds_rules_by_id(void **state)
{
    (void)state;
    assert_ptr_equal(rule_find(STR("yaml/duplicate-key")), rule_get(RULE_YAML_DUPLICATE_KEY));
    assert_null(rule_find(STR("yaml/duplicate")));
    assert_null(rule_find(STR("")));
    assert_true(rule_is_server(rule_get(RULE_YAML_SYNTAX)));
    assert_true(rule_is_server(rule_get(RULE_API_CRD_SCHEMA)));
    assert_false(rule_is_server(rule_get(RULE_APPLY_DUPLICATE_ENTRY)));
    assert_false(rule_is_server(rule_get(RULE_LIMIT_SIZE)));
}

static void severities_have_names(void **state)
{
    enum severity severity = SEVERITY_ERROR;

    (void)state;
    assert_true(severity_parse(STR("off"), &severity));
    assert_int_equal(severity, SEVERITY_OFF);
    assert_true(severity_parse(STR("warn"), &severity));
    assert_int_equal(severity, SEVERITY_WARNING);
    assert_true(severity_parse(STR("info"), &severity));
    assert_int_equal(severity, SEVERITY_INFO);
    assert_false(severity_parse(STR("Error"), &severity));
    assert_false(severity_parse(STR(""), &severity));
    assert_int_equal(severity, SEVERITY_INFO);
    assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
}

int test_catalogue(void);
int test_catalogue(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_well_formed_and_unique),
        cmocka_unit_test(families_stand_together),
        cmocka_unit_test(every_rule_has_texts),
        cmocka_unit_test(examples_come_in_pairs),
        cmocka_unit_test(finds_rules_by_id),
        cmocka_unit_test(severities_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
