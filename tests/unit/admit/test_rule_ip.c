/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and networks as text, in and out. */
#include "unit/unit.h"

#include "admit/rule_ip.h"

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *canonical; /* NULL: no address */
        bool strict;
        bool mapped;
    } cases[] = {
        {"10.1.2.3", "10.1.2.3", true, false},
        {"010.1.2.3", "10.1.2.3", false, false},
        {"0.0.0.0", "0.0.0.0", true, false},
        {"::ffff:1.2.3.4", "1.2.3.4", true, true},
        {"2001:DB8:0:0:1::1", "2001:db8::1:0:0:1", true, false},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", true, false},
        {"00001::1", "1::1", false, false},
        {"::01.2.3.4", "::102:304", false, false},
        {"::", "::", true, false},
        {"1::", "1::", true, false},
        {"::1", "::1", true, false},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", true, false},
        {"1:2:3:4:5:6:7:8::", NULL, false, false},
        {"1:2:3:4:5:6:7:8:9", NULL, false, false},
        {"1::2::3", NULL, false, false},
        {"1:2:3:4:5:6:7:1.2.3.4", NULL, false, false},
        {"fe80::1%eth0", NULL, false, false},
        {"10000::", NULL, false, false},
        {"1:", NULL, false, false},
        {":", NULL, false, false},
        {"1.2.3", NULL, false, false},
        {"1.2.3.4.5", NULL, false, false},
        {"1.2.3.256", NULL, false, false},
        {"1.2.3.4 ", NULL, false, false},
        {"a", NULL, false, false},
        {"", NULL, false, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ip ip;
        struct arena arena = {0};
        const struct str text = str_from(cases[i].text);
        assert_int_equal(ip_parse(text, &ip), cases[i].canonical != NULL);
        if (cases[i].canonical) {
            assert_string_equal(str_to_c(&arena, ip_format(&arena, &ip)), cases[i].canonical);
            assert_int_equal(ip_is_strict(text), cases[i].strict);
            assert_int_equal(ip_is_mapped(text), cases[i].mapped);
        }
        arena_release(&arena);
    }
}

static void test_networks(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *canonical; /* NULL: no network */
    } cases[] = {
        {"10.1.2.3/8", "10.0.0.0/8"},
        {"10.0.0.0/08", "10.0.0.0/8"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"2001:DB8::1/32", "2001:db8::/32"},
        {"::ffff:10.1.2.3/104", "10.0.0.0/8"},
        {"::/0", "::/0"},
        {"10.0.0.0/33", NULL},
        {"::/129", NULL},
        {"10.0.0.0", NULL},
        {"10.0.0.0/", NULL},
        {"10.0.0.0/8/8", NULL},
        {"/8", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cidr cidr;
        struct arena arena = {0};
        assert_int_equal(cidr_parse(str_from(cases[i].text), &cidr), cases[i].canonical != NULL);
        if (cases[i].canonical)
            assert_string_equal(str_to_c(&arena, cidr_format(&arena, &cidr)), cases[i].canonical);
        arena_release(&arena);
    }
}

static void test_subsets(void **state)
{
    (void)state;
    static const struct {
        const char *outer;
        const char *inner;
        bool inside;
    } cases[] = {
        {"10.0.0.0/8", "10.1.0.0/16", true},  {"10.0.0.0/8", "10.0.0.0/8", false},
        {"10.0.0.0/8", "11.0.0.0/16", false}, {"0.0.0.0/0", "10.0.0.0/8", true},
        {"::/0", "10.0.0.0/8", false},        {"2001:db8::/32", "2001:db8:1::/48", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cidr outer;
        struct cidr inner;
        assert_true(cidr_parse(str_from(cases[i].outer), &outer));
        assert_true(cidr_parse(str_from(cases[i].inner), &inner));
        assert_int_equal(cidr_has_strictly(&outer, &inner), cases[i].inside);
    }
}

int test_rule_ip(void);
int test_rule_ip(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_subsets),
    };
    return cmocka_run_group_tests_name("admit addresses", tests, NULL, NULL);
}
