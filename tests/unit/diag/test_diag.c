/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/unit.h"

#include "base/limits.h"
#include "diag/diag.h"

static const struct span nowhere = {0, 0};

static void assert_str(struct str text, const char *want)
{
    if (!str_is(text, want))
        fail_msg("got \"%.*s\", want \"%s\"", STR_FMT(text), want);
}

static void copies_everything(void **state)
{
    char set[] = "shop", name[] = "web", field[] = "spec.replcas";
    SCOPED(diags) struct diags list = {0};
    struct diag *diag;

    (void)state;
    list.at.set = str_from(set);
    list.at.object =
        (struct diag_object){STR("apps/v1"), STR("Deployment"), STR(""), str_from(name)};
    list.at.versions = 5;
    diag = diag_add(&list, RULE_API_UNKNOWN_FIELD, (struct span){3, 7}, str_from(field), "%s is %d",
                    name, 7);
    diag_hint(&list, diag, "use '%s'", field + 5);
    diag_relate(&list, diag, NULL, (struct span){1, 2}, "first");
    diag_relate(&list, diag, NULL, nowhere, "second");
    memset(set, 'x', 4);
    memset(name, 'x', 3);
    memset(field, 'x', 12);
    assert_str(diag->set, "shop");
    assert_str(diag->object.api_version, "apps/v1");
    assert_str(diag->object.name, "web");
    assert_str(diag->field, "spec.replcas");
    assert_str(diag->identity, "spec.replcas");
    assert_str(diag->message, "web is 7");
    assert_str(diag->hint, "use 'replcas'");
    assert_int_equal(diag->severity, SEVERITY_ERROR);
    assert_int_equal(diag->state, DIAG_NEW);
    assert_int_equal(diag->versions, 5);
    assert_int_equal(diag->span.end, 7);
    assert_int_equal(diag->related.n, 2);
    assert_str(diag->related.items[1].message, "second");
}

static void copies_an_object_once(void **state)
{
    SCOPED(diags) struct diags list = {0};
    char name[] = "web";

    (void)state;
    list.at.object = (struct diag_object){STR("v1"), STR("Pod"), STR("shop"), str_from(name)};
    diag_add(&list, RULE_API_REQUIRED, nowhere, STR(""), "a");
    name[0] = 'w';
    diag_add(&list, RULE_API_REQUIRED, nowhere, STR(""), "b");
    name[0] = 'd';
    diag_add(&list, RULE_API_REQUIRED, nowhere, STR(""), "c");
    assert_ptr_equal(list.items[0].object.name.p, list.items[1].object.name.p);
    assert_ptr_equal(list.items[0].object.kind.p, list.items[2].object.kind.p);
    assert_str(list.items[0].object.name, "web");
    assert_str(list.items[2].object.name, "deb");
}

static void first_setting_wins(void **state)
{
    struct rule_setting items[] = {
        {STR("api/required"), SEVERITY_WARNING},
        {STR("api/*"), SEVERITY_OFF},
        {STR("api/required"), SEVERITY_INFO},
        {STR("object/*"), SEVERITY_ERROR},
    };
    struct rule_settings settings = {.items = items, .n = ARRAY_LEN(items)};
    SCOPED(diags) struct diags list = {.settings = &settings};
    struct diag *diag;

    (void)state;
    assert_int_equal(diag_add(&list, RULE_API_REQUIRED, nowhere, STR(""), "a")->severity,
                     SEVERITY_WARNING);
    assert_int_equal(diag_add(&list, RULE_OBJECT_STATUS, nowhere, STR(""), "a")->severity,
                     SEVERITY_ERROR);
    assert_int_equal(diag_add(&list, RULE_YAML_SYNTAX, nowhere, STR(""), "a")->severity,
                     SEVERITY_ERROR);
    diag = diag_add(&list, RULE_API_FORBIDDEN, nowhere, STR(""), "a");
    assert_null(diag);
    diag_hint(&list, diag, "never");
    diag_relate(&list, diag, NULL, nowhere, "never");
    assert_int_equal(list.n, 3);
    assert_false(list.limit_hit);
}

static void what_was_not_evaluated_closes_the_gate(void **state)
{
    struct rule_setting off = {STR("**"), SEVERITY_OFF};
    struct rule_settings settings = {.items = &off, .n = 1};
    static const enum rule_id rules[] = {RULE_LIMIT_DEPTH, RULE_FILE_UNREADABLE, RULE_GIT_HISTORY};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        SCOPED(diags) struct diags list = {.settings = &settings};
        struct diag *diag = diag_add(&list, rules[i], nowhere, STR(""), "a");
        assert_non_null(diag);
        assert_int_equal(diag->severity, SEVERITY_ERROR);
        assert_true(list.limit_hit);
    }
}

static void long_messages_are_cut_between_code_points(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    SCOPED(diags) struct diags list = {0};
    const size_t size = LIMIT_MESSAGE_BYTES + 500;
    char *text = arena_alloc_text(&arena, size + 1);

    (void)state;
    text[size] = '\0';
    for (size_t shift = 0; shift < 3; shift++) {
        struct diag *diag;
        memset(text, 'a', shift);
        for (size_t i = shift; i < size; i += 3)
            memcpy(text + i, "€", MIN_OF((size_t)3, size - i));
        diag = diag_add(&list, RULE_YAML_SYNTAX, nowhere, STR(""), "%s", text);
        assert_int_equal(diag->message.n, LIMIT_MESSAGE_BYTES - (LIMIT_MESSAGE_BYTES - shift) % 3);
        diag = diag_add_rule(&list, rule_get(RULE_YAML_SYNTAX), nowhere, STR(""), str_from(text));
        assert_int_equal(diag->message.n, LIMIT_MESSAGE_BYTES - (LIMIT_MESSAGE_BYTES - shift) % 3);
    }
}

static void too_many_findings_say_so_once(void **state)
{
    SCOPED(diags) struct diags list = {0};
    SCOPED(diags) struct diags more = {0};
    const struct rule *rule = rule_get(RULE_OBJECT_STATUS);

    (void)state;
    for (size_t i = 0; i < LIMIT_FINDINGS; i++)
        assert_non_null(diag_add_rule(&list, rule, nowhere, STR(""), STR("a")));
    assert_false(list.limit_hit);
    list.at.set = STR("shop");
    assert_null(diag_add_rule(&list, rule, nowhere, STR(""), STR("a")));
    assert_null(diag_add_rule(&list, rule, nowhere, STR(""), STR("a")));
    assert_str(list.at.set, "shop");
    assert_true(list.limit_hit);
    assert_int_equal(list.n, LIMIT_FINDINGS + 1);
    assert_string_equal(list.items[LIMIT_FINDINGS].rule->id, "limit/count");
    diag_add(&more, RULE_YAML_SYNTAX, nowhere, STR(""), "a");
    diags_merge(&list, &more);
    assert_int_equal(list.n, LIMIT_FINDINGS + 1);
}

static void repeated_mistakes_are_counted(void **state)
{
    SCOPED(diags) struct diags list = {0};
    struct span object = {7, 7};

    (void)state;
    diag_add(&list, RULE_YAML_SYNTAX, nowhere, STR("a"), "of another object");
    for (size_t i = 0; i < 5; i++)
        diag_add(&list, RULE_YAML_SYNTAX, nowhere, STR("b"), "number %zu", i);
    diag_add(&list, RULE_OBJECT_STATUS, nowhere, STR("status"), "once");
    diags_limit_each_rule(&list, 1, 5, object);
    assert_int_equal(list.n, 7);
    diags_limit_each_rule(&list, 1, 2, object);
    assert_int_equal(list.n, 5);
    assert_str(list.items[2].message, "number 1");
    assert_str(list.items[3].message, "once");
    assert_string_equal(list.items[4].rule->id, "yaml/syntax");
    assert_str(list.items[4].message, "3 more findings of yaml/syntax in this object are left out");
    assert_str(list.items[4].identity, "3 more");
    assert_str(list.items[4].field, "");
    assert_int_equal(list.items[4].span.start, 7);
}

static void merge_moves(void **state)
{
    SCOPED(diags) struct diags a = {0};
    SCOPED(diags) struct diags b = {0};
    struct diag *diag;

    (void)state;
    diag_add(&a, RULE_YAML_SYNTAX, nowhere, STR(""), "one");
    diag = diag_add(&b, RULE_LIMIT_SIZE, nowhere, STR("f"), "two");
    diag_relate(&b, diag, NULL, nowhere, "three");
    diags_merge(&a, &b);
    assert_int_equal(b.n, 0);
    assert_false(b.limit_hit);
    assert_int_equal(a.n, 2);
    assert_true(a.limit_hit);
    assert_str(a.items[0].message, "one");
    assert_str(a.items[1].message, "two");
    assert_str(a.items[1].related.items[0].message, "three");
    diag_add(&b, RULE_YAML_SYNTAX, nowhere, STR(""), "again");
    diags_merge(&a, &b);
    assert_int_equal(a.n, 3);
}

static void copy_leaves_the_other_list_alone(void **state)
{
    SCOPED(diags) struct diags all = {.at = {.set = STR("shop"), .versions = 6}};
    SCOPED(diags) struct diags shared = {0};
    struct diag *diag = diag_add(&shared, RULE_FILE_UNREADABLE, (struct span){1, 2}, STR("f"), "m");

    (void)state;
    diag_hint(&shared, diag, "h");
    diag_relate(&shared, diag, NULL, nowhere, "r");
    shared.at = (struct diag_at){.set = STR("own"), .versions = 1};
    diag_add(&shared, RULE_YAML_SYNTAX, nowhere, STR(""), "m");
    diags_copy(&all, &shared);
    assert_int_equal(shared.n, 2);
    diags_release(&shared);
    assert_int_equal(all.n, 2);
    assert_true(all.limit_hit);
    assert_str(all.items[0].set, "shop");
    assert_int_equal(all.items[0].versions, 6);
    assert_int_equal(all.items[0].span.end, 2);
    assert_str(all.items[0].field, "f");
    assert_str(all.items[0].identity, "f");
    assert_str(all.items[0].hint, "h");
    assert_str(all.items[0].related.items[0].message, "r");
    assert_str(all.items[1].set, "own");
    assert_int_equal(all.items[1].versions, 1);
}

static void add_at_version(struct diags *list, struct source *source, uint32_t versions,
                           const char *field, const char *message)
{
    list->at.source = source;
    list->at.versions = versions;
    diag_add(list, RULE_API_UNKNOWN_FIELD, (struct span){2, 4}, str_from(field), "%s", message);
}

static void fold_joins_versions(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    /* rendered anew for the second version: another source of the same path */
    struct source *x = source_new(&arena, STR("x.yaml"), STR(""));
    struct source *again = source_new(&arena, STR("x.yaml"), STR(""));
    SCOPED(diags) struct diags all = {0};
    SCOPED(diags) struct diags next = {0};

    (void)state;
    add_at_version(&all, x, 1, "spec.a", "m");
    add_at_version(&all, NULL, 1, "spec.a", "m");
    add_at_version(&next, again, 2, "spec.a", "m");
    add_at_version(&next, again, 2, "spec.b", "m");
    add_at_version(&next, again, 2, "spec.a", "other");
    add_at_version(&next, again, 4, "spec.b", "m");
    next.limit_hit = true;
    diags_fold(&all, &next);
    assert_int_equal(next.n, 0);
    assert_true(all.limit_hit);
    assert_int_equal(all.n, 4);
    assert_int_equal(all.items[0].versions, 3);
    assert_int_equal(all.items[1].versions, 1);
    assert_int_equal(all.items[2].versions, 6);
    assert_str(all.items[3].message, "other");
}

static void fold_is_near_linear(void **state)
{
    enum { FINDINGS = 100000 };
    SCOPED(diags) struct diags all = {0};

    (void)state;
    for (uint32_t version = 0; version < 3; version++) {
        SCOPED(diags) struct diags next = {0};
        next.at.versions = 1U << version;
        for (uint32_t i = 0; i < FINDINGS; i++)
            diag_add(&next, RULE_API_REQUIRED, (struct span){i, i + 1}, STR("spec"), "same");
        diags_fold(&all, &next);
    }
    assert_int_equal(all.n, FINDINGS);
    for (size_t i = 0; i < FINDINGS; i++)
        assert_int_equal(all.items[i].versions, 7);
}

static void sorts_by_place(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *a = source_new(&arena, STR("a.yaml"), STR(""));
    struct source *b = source_new(&arena, STR("a/b.yaml"), STR(""));
    SCOPED(diags) struct diags list = {0};
    static const char *const want[] = {"1", "2", "3", "4", "5", "6", "6", "7", "8"};

    (void)state;
    diag_add(&list, RULE_CONFIG_SYNTAX, nowhere, STR(""), "8");
    diag_add(&list, RULE_CONFIG_SYNTAX, nowhere, STR(""), "7");
    list.at.source = b;
    diag_add(&list, RULE_API_REQUIRED, (struct span){1, 2}, STR("b"), "6")->versions = 1;
    diag_add(&list, RULE_API_REQUIRED, (struct span){1, 2}, STR("b"), "6")->versions = 2;
    diag_add(&list, RULE_API_REQUIRED, (struct span){1, 2}, STR("a"), "5");
    diag_add(&list, RULE_API_FORBIDDEN, (struct span){1, 2}, STR("z"), "4");
    list.at.source = a;
    diag_add(&list, RULE_YAML_SYNTAX, (struct span){9, 9}, STR(""), "3");
    diag_add(&list, RULE_API_REQUIRED, (struct span){4, 9}, STR(""), "2");
    diag_add(&list, RULE_YAML_SYNTAX, (struct span){1, 9}, STR(""), "1");
    diags_sort(&list);
    assert_int_equal(list.n, ARRAY_LEN(want));
    for (size_t i = 0; i < list.n; i++)
        assert_str(list.items[i].message, want[i]);
    assert_int_equal(list.items[5].versions, 1);
    assert_int_equal(list.items[6].versions, 2);
}

static void counts_new_findings(void **state)
{
    SCOPED(diags) struct diags list = {0};

    (void)state;
    assert_int_equal(diags_worst(&list), SEVERITY_OFF);
    diag_add(&list, RULE_OBJECT_STATUS, nowhere, STR(""), "info");
    diag_add(&list, RULE_YAML_SYNTAX, nowhere, STR(""), "old error")->state = DIAG_PREEXISTING;
    diag_add(&list, RULE_YAML_SYNTAX, nowhere, STR(""), "hidden error")->state = DIAG_SUPPRESSED;
    assert_int_equal(diags_worst(&list), SEVERITY_INFO);
    diag_add(&list, RULE_SCHEMA_MISSING, nowhere, STR(""), "warning");
    assert_int_equal(diags_worst(&list), SEVERITY_WARNING);
    assert_int_equal(diags_count(&list, DIAG_NEW, SEVERITY_INFO), 1);
    assert_int_equal(diags_count(&list, DIAG_NEW, SEVERITY_ERROR), 0);
    assert_int_equal(diags_count(&list, DIAG_PREEXISTING, SEVERITY_ERROR), 1);
}

static void assert_quoted(struct str text, const char *want)
{
    SCOPED(arena) struct arena arena = {0};

    assert_str(diag_quote(&arena, text), want);
}

static void quotes_what_users_wrote(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    char text[200];

    (void)state;
    assert_quoted(STR(""), "");
    assert_quoted(STR("caf\xC3\xA9 \\ 'x'"), "caf\xC3\xA9 \\ 'x'");
    assert_quoted(STR("a\n\t\r\x1b[31m\x7f"), "a\\n\\t\\r\\x1b[31m\\x7f");
    assert_quoted(STR("\xC2\x85|\xE2\x80\xAE|\xEF\xBB\xBF"), "\\u0085|\\u{202E}|\\u{FEFF}");
    assert_quoted(STR("\xFF|\xC3"), "\\xff|\\xc3");
    assert_quoted(STR("\xEF\xBF\xBD"), "\xEF\xBF\xBD");
    memset(text, 'a', sizeof text);
    assert_int_equal(diag_quote(&arena, (struct str){text, 80}).n, 80);
    assert_int_equal(diag_quote(&arena, (struct str){text, 81}).n, 80 + strlen("…"));
    memcpy(text + 78, "€€", 6);
    assert_int_equal(diag_quote(&arena, (struct str){text, 84}).n, 78 + strlen("…"));
    memset(text, '\x01', sizeof text);
    assert_int_equal(diag_quote(&arena, (struct str){text, sizeof text}).n, 80 + strlen("…"));
}

static void assert_same_fingerprint(const struct diag *a, const struct diag *b, bool same)
{
    char x[33], y[33];

    diag_fingerprint(a, x);
    diag_fingerprint(b, y);
    assert_int_equal(strlen(x), 32);
    assert_int_equal(strspn(x, "0123456789abcdef"), 32);
    assert_int_equal(strcmp(x, y) == 0, same);
}

static void fingerprint_is_identity(void **state)
{
    SCOPED(arena) struct arena arena = {0};
    struct source *source = source_new(&arena, STR("a.yaml"), STR(""));
    struct source *moved = source_new(&arena, STR("b.yaml"), STR(""));
    struct diag a = {
        .rule = rule_get(RULE_API_REQUIRED),
        .source = source,
        .object = {STR("apps/v1beta1"), STR("Deployment"), STR("shop"), STR("web")},
        .identity = STR("spec.selector"),
    };
    struct diag b = a;

    (void)state;
    b.source = moved;
    b.span = (struct span){4, 5};
    b.message = STR("other words");
    b.field = STR("spec.containers[3]");
    b.object.api_version = STR("apps/v1");
    assert_same_fingerprint(&a, &b, true);
    b.object.api_version = STR("v1");
    assert_same_fingerprint(&a, &b, false);
    b = a;
    b.set = STR("shop");
    assert_same_fingerprint(&a, &b, false);
    b = a;
    b.object.namespace = STR("shopw");
    b.object.name = STR("eb");
    assert_same_fingerprint(&a, &b, false);
    /* files that cannot be read differ by their path alone */
    a.identity = STR("");
    b = a;
    b.source = moved;
    assert_same_fingerprint(&a, &b, true);
    a.object = b.object = (struct diag_object){0};
    assert_same_fingerprint(&a, &b, false);
}

static void fingerprint_never_changes(void **state)
{
    /* baselines in repositories hold these */
    struct diag diag = {
        .rule = rule_get(RULE_API_REQUIRED),
        .set = STR("shop"),
        .object = {STR("apps/v1"), STR("Deployment"), STR("shop"), STR("web")},
        .identity = STR("spec.selector"),
    };
    char out[33];

    (void)state;
    diag_fingerprint(&diag, out);
    assert_string_equal(out, "dfff758cee331997e98419c21ea7fefd");
}

int test_diag(void);
int test_diag(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_everything),
        cmocka_unit_test(copies_an_object_once),
        cmocka_unit_test(first_setting_wins),
        cmocka_unit_test(what_was_not_evaluated_closes_the_gate),
        cmocka_unit_test(long_messages_are_cut_between_code_points),
        cmocka_unit_test(too_many_findings_say_so_once),
        cmocka_unit_test(repeated_mistakes_are_counted),
        cmocka_unit_test(merge_moves),
        cmocka_unit_test(copy_leaves_the_other_list_alone),
        cmocka_unit_test(fold_joins_versions),
        cmocka_unit_test(fold_is_near_linear),
        cmocka_unit_test(sorts_by_place),
        cmocka_unit_test(counts_new_findings),
        cmocka_unit_test(quotes_what_users_wrote),
        cmocka_unit_test(fingerprint_is_identity),
        cmocka_unit_test(fingerprint_never_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
