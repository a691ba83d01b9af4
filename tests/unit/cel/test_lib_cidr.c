/* SPDX-License-Identifier: Apache-2.0 */
/* CIDR blocks. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"isCIDR('192.168.0.0/24')", "true", 2},
    {"isCIDR('192.168.0.0/33')", "false", 2},
    {"isCIDR('192.168.0.0')", "false", 2},
    {"isCIDR('2001:db8::/32')", "true", 2},
    {"isCIDR('192.168.0.1/024')", "false", 2},
    {"cidr('192.168.0.0/24').containsIP('192.168.0.9')", "true", 5},
    {"cidr('192.168.0.0/24').containsIP(ip('192.168.1.9'))", "false", 5},
    {"cidr('192.168.0.0/24').containsIP('2001:db8::1')", "false", 5},
    {"cidr('192.168.0.0/24').containsCIDR('192.168.0.0/25')", "true", 7},
    {"cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/23'))", "false", 7},
    {"cidr('192.168.0.0/24').ip() == ip('192.168.0.0')", "true", 6},
    {"cidr('192.168.0.5/24').masked() == cidr('192.168.0.0/24')", "true", 6},
    {"cidr('192.168.0.5/24').prefixLength()", "24", 3},
    {"string(cidr('192.168.0.5/24'))", "\"192.168.0.5/24\"", 3},
    {"cidr('::1/128').prefixLength()", "128", 2},
    {"cidr(dyn('1.2.3.4'))",
     "error: network address parse error during conversion from string: network address parse "
     "error during conversion from string: netip.ParsePrefix(\"1.2.3.4\"): no '/'",
     0},
    {"cidr('10.0.0.0/8').containsIP(dyn('x'))", "error: no such overload", 0},
    {"type(cidr('::1/128'))", "type(net.CIDR)", 2},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_cidr(void);
int test_lib_cidr(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
