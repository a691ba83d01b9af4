/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping, each kind for itself. */
#include "unit/unit.h"

#include "report/report_internal.h"

static void check(void (*escape)(struct buf *, struct str), struct str text, const char *want)
{
    SCOPED(buf) struct buf out;

    buf_init(&out, 1 << 10);
    escape(&out, text);
    if (!str_is(buf_str(&out), want))
        fail_msg("got \"%.*s\", want \"%s\"", STR_FMT(buf_str(&out)), want);
}

static void terminals_see_one_harmless_line(void **state)
{
    (void)state;
    check(escape_terminal, STR(""), "");
    check(escape_terminal, STR("grün 名前 1::2 [a] # b"), "grün 名前 1::2 [a] # b");
    check(escape_terminal, STR("a\tb\r\nc\x1b[0m\x7F\0d"), "a\\tb\\r\\nc\\x1b[0m\\x7f\\x00d");
    check(escape_terminal, STR("\xC2\x85\xE2\x80\xAE\xEF\xBB\xBF\xFF"),
          "\\u0085\\u{202E}\\u{FEFF}\\xff");
    check(escape_terminal, STR("\xEF\xBF\xBD\xEF\xBF\xBE"), "\xEF\xBF\xBD\\u{FFFE}");
}

static void workflow_commands_are_broken(void **state)
{
    (void)state;
    check(escape_terminal, STR("::error::x"), "\\::error::x");
    check(escape_terminal, STR("  ::error::x"), "  \\::error::x");
    check(escape_terminal, STR("\xC2\xA0::error::x"), "\xC2\xA0\\::error::x");
    check(escape_terminal, STR("see fe80::1"), "see fe80::1");
    check(escape_terminal, STR("a ##[group]b"), "a ##\\[group]b");
    check(escape_terminal, STR("##VSO[x]"), "##VSO\\[x]");
    check(escape_terminal, STR("# #[x] ## [y]"), "# #[x] ## [y]");
}

static void xml_has_no_markup(void **state)
{
    (void)state;
    check(escape_xml, STR("a<b>&\"'\x01]]>"), "a&lt;b&gt;&amp;&quot;&apos;\\x01]]&gt;");
}

static void uris_keep_slashes_only(void **state)
{
    (void)state;
    check(escape_uri, STR("a/b-c._~%d:e f\xC3\xBC\0"), "a/b-c._~%25d%3Ae%20f%C3%BC%00");
}

static void markdown_formats_nothing(void **state)
{
    (void)state;
    check(escape_markdown, STR("*a* [b](c) <d> @e #f"), "\\*a\\* \\[b\\](c) \\<d\\> \\@e \\#f");
    check(escape_markdown, STR("write `a*b` not ` *"), "write `a*b` not \\` \\*");
}

static void json_is_safe_in_a_log(void **state)
{
    SCOPED(buf) struct buf out;

    (void)state;
    buf_init(&out, 1 << 10);
    buf_add_c(&out, "keep ##[this] {\"a\":\"##[b] \xE2\x80\xAE\xF3\xA0\x81\x81 ü\x7F\"}");
    escape_json_log(&out, 14);
    assert_string_equal(out.p,
                        "keep ##[this] {\"a\":\"##\\u005bb] \\u202e\\udb40\\udc41 ü\\u007f\"}");
}

static void cuts_are_between_code_points(void **state)
{
    SCOPED(arena) struct arena arena = {0};

    (void)state;
    assert_true(str_is(escape_cut(&arena, STR("äöü"), 3), "äöü"));
    assert_true(str_is(escape_cut(&arena, STR("äöüß"), 3), "äö…"));
    assert_true(str_is(escape_cut(&arena, STR(""), 3), ""));
}

int test_escape(void);
int test_escape(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminals_see_one_harmless_line),
        cmocka_unit_test(workflow_commands_are_broken),
        cmocka_unit_test(xml_has_no_markup),
        cmocka_unit_test(uris_keep_slashes_only),
        cmocka_unit_test(markdown_formats_nothing),
        cmocka_unit_test(json_is_safe_in_a_log),
        cmocka_unit_test(cuts_are_between_code_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
