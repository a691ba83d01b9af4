/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"ip('192.168.0.1').family()", "4", 3},
    {"ip('2001:db8::1').family()", "6", 3},
    {"isIP('192.168.0.1')", "true", 2},
    {"isIP('192.168.0.01')", "false", 2},
    {"isIP('192.168.0')", "false", 1},
    {"isIP('::ffff:1.2.3.4')", "false", 2},
    {"isIP('fe80::1%eth0')", "false", 2},
    {"isIP('::1')", "true", 1},
    {"isIP('1.2.3.256')", "false", 1},
    {"ip('127.0.0.1').isLoopback()", "true", 2},
    {"ip('::1').isLoopback()", "true", 2},
    {"ip('0.0.0.0').isUnspecified()", "true", 2},
    {"ip('224.0.0.1').isLinkLocalMulticast()", "true", 2},
    {"ip('169.254.1.1').isLinkLocalUnicast()", "true", 3},
    {"ip('192.168.0.1').isGlobalUnicast()", "true", 3},
    {"ip('255.255.255.255').isGlobalUnicast()", "false", 3},
    {"ip.isCanonical('127.0.0.1')", "true", 2},
    {"ip.isCanonical('2001:db8:0::abcd')", "false", 4},
    {"ip.isCanonical('2001:DB8::abcd')", "false", 3},
    {"ip.isCanonical('x')",
     "error: IP Address \"x\" parse error during conversion from string: ParseAddr(\"x\"): unable "
     "to parse IP",
     0},
    {"ip('2001:DB8:0:0::1') == ip('2001:db8::1')", "true", 5},
    {"string(ip('2001:DB8:0:0::1'))", "\"2001:db8::1\"", 3},
    {"ip('1.2.3.4') == ip('1.2.3.5')", "false", 3},
    {"ip(dyn('1.2.3'))",
     "error: IP Address \"1.2.3\" parse error during conversion from string: ParseAddr(\"1.2.3\"): "
     "IPv4 address too short",
     0},
    {"ip(dyn('::ffff:1.2.3.4'))",
     "error: IPv4-mapped IPv6 address \"::ffff:1.2.3.4\" is not allowed", 0},
    {"type(ip('::1'))", "type(net.IP)", 2},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_ip(void);
int test_lib_ip(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
