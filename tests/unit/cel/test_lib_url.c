/* SPDX-License-Identifier: Apache-2.0 */
/* URLs. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

static const struct library_row rows[] = {
    {"isURL('https://example.com:80/path')", "true", 1},
    {"isURL('../relative')", "false", 1},
    {"isURL('/path')", "true", 1},
    {"isURL('https://a b/')", "false", 1},
    {"isURL('')", "false", 1},
    {"url('https://example.com:80/').getScheme()", "\"https\"", 4},
    {"url('https://example.com:80/').getHost()", "\"example.com:80\"", 4},
    {"url('https://example.com:80/').getHostname()", "\"example.com\"", 4},
    {"url('https://[::1]:80/').getHostname()", "\"::1\"", 3},
    {"url('https://[::1]:80/').getPort()", "\"80\"", 3},
    {"url('https://example.com/').getPort()", "\"\"", 3},
    {"url('https://example.com/a b/').getEscapedPath()", "\"/a%20b/\"", 4},
    {"url('https://example.com/a%20b/').getEscapedPath()", "\"/a%20b/\"", 4},
    {"url('https://example.com/?k=1&k=2&l=%20x').getQuery()",
     "{\"k\": [\"1\", \"2\"], \"l\": [\" x\"]}", 5},
    {"url('https://example.com/').getQuery()", "{}", 3},
    {"url('/path').getHost()", "\"\"", 2},
    {"url('https://example.com/') == url('https://example.com/')", "true", 5},
    {"url(dyn('nope'))",
     "error: URL parse error during conversion from string: parse \"nope\": invalid URI for "
     "request",
     0},
    {"url(dyn('http://[::1'))",
     "error: URL parse error during conversion from string: parse \"http://[::1\": missing ']' in "
     "host",
     0},
    {"url(dyn('http://a:b'))",
     "error: URL parse error during conversion from string: parse \"http://a:b\": invalid port "
     "\":b\" after host",
     0},
    {"type(url('/a'))", "type(kubernetes.URL)", 2},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.minor = 36}, rows, ARRAY_LEN(rows));
}

int test_lib_url(void);
int test_lib_url(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
