/* SPDX-License-Identifier: Apache-2.0 */
/* Named formats. Answers and costs are those of API server 1.36. */
#include "unit/cel/library.h"

#include "admit/expr.h"

static const struct library_row rows[] = {
    {"format.dns1123Label().validate('my-name')", "none", 9},
    {"format.dns1123Label().validate('A.b')",
     "optional([\"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
     "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
     "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')\"])",
     9},
    {"format.dns1123Label().validate('a.b')", "optional([\"must not contain dots\"])", 9},
    {"format.dns1123Label().validate('"
     "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg')",
     "optional([\"must be no more than 63 characters\"])", 57},
    {"format.dns1123Label().validate('')",
     "optional([\"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
     "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
     "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')\"])",
     9},
    {"format.dns1123Subdomain().validate('a.b')", "none", 16},
    {"format.dns1123Subdomain().validate('a..b')",
     "optional([\"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
     "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. "
     "'example.com', regex used for validation is "
     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\"])",
     16},
    {"format.dns1123Subdomain().validate('-a')",
     "optional([\"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
     "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. "
     "'example.com', regex used for validation is "
     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\"])",
     16},
    {"format.dns1035Label().validate('a1')", "none", 9},
    {"format.dns1035Label().validate('1')",
     "optional([\"a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
     "start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  "
     "or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')\"])",
     9},
    {"format.dns1123LabelPrefix().validate('name-')", "none", 9},
    {"format.dns1123LabelPrefix().validate('-')",
     "optional([\"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
     "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
     "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')\"])",
     9},
    {"format.dns1123LabelPrefix().validate('a--')", "none", 9},
    {"format.dns1123SubdomainPrefix().validate('a.-')", "none", 16},
    {"format.dns1035LabelPrefix().validate('a-')", "none", 9},
    {"format.dns1035LabelPrefix().validate('1-')", "none", 9},
    {"format.qualifiedName().validate('example.com/a')", "none", 31},
    {"format.qualifiedName().validate('a/b/c')",
     "optional([\"a valid label key must consist of alphanumeric characters, '-', '_' or '.', and "
     "must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
     "'123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an "
     "optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')\"])",
     16},
    {"format.qualifiedName().validate('/')",
     "optional([\"prefix part must be non-empty\", \"name part must be non-empty\", \"name part "
     "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
     "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
     "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\"])",
     16},
    {"format.qualifiedName().validate('_/_')",
     "optional([\"prefix part a lowercase RFC 1123 subdomain must consist of lower case "
     "alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
     "(e.g. 'example.com', regex used for validation is "
     "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\", \"name part must "
     "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
     "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
     "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\"])",
     16},
    {"format.qualifiedName().validate('')",
     "optional([\"name part must be non-empty\", \"name part must consist of alphanumeric "
     "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
     "'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
     "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\"])",
     16},
    {"format.labelValue().validate('')", "none", 11},
    {"format.labelValue().validate('"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
     "optional([\"must be no more than 63 bytes\"])", 81},
    {"format.dns1123Subdomain().validate('"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaa')",
     "optional([\"must be no more than 253 characters\"])", 466},
    {"format.dns1035Label().validate('"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
     "optional([\"must be no more than 63 characters\"])", 65},
    {"format.qualifiedName().validate('"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
     "optional([\"name part must be no more than 63 bytes\"])", 121},
    {"format.qualifiedName().validate('"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaa/a')",
     "optional([\"prefix part must be no more than 253 bytes\"])", 466},
    {"format.labelValue().validate('x_')",
     "optional([\"a valid label must be an empty string or consist of alphanumeric characters, "
     "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
     "'my_value',  or '12345', regex used for validation is "
     "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')\"])",
     11},
    {"format.labelValue().validate('x_y.z')", "none", 11},
    {"format.uri().validate('http://example.com')", "none", 553},
    {"format.uri().validate('x y')", "optional([\"parse \\\"x y\\\": invalid URI for request\"])",
     277},
    {"format.uri().validate('')", "optional([\"parse \\\"\\\": empty url\"])", 277},
    {"format.uuid().validate('123e4567-e89b-12d3-a456-426614174000')", "none", 73},
    {"format.uuid().validate('x')", "optional([\"does not match the UUID format\"])", 19},
    {"format.byte().validate('aGVsbG8=')", "none", 22},
    {"format.byte().validate('!')", "optional([\"invalid base64\"])", 22},
    {"format.date().validate('2021-01-01')", "none", 37},
    {"format.date().validate('2021-13-01')", "optional([\"invalid date\"])", 37},
    {"format.datetime().validate('2021-01-01T00:00:00Z')", "none", 55},
    {"format.datetime().validate('x')", "optional([\"invalid datetime\"])", 19},
    {"format.named('dns1123Label').hasValue()", "true", 2},
    {"format.named('nothing').hasValue()", "false", 2},
    {"format.named('uuid').value().validate('x')", "optional([\"does not match the UUID format\"])",
     20},
    {"format.date() == format.date()", "true", 3},
    {"format.date() == format.datetime()", "false", 3},
    {"type(format.date())", "type(kubernetes.NamedFormat)", 2},
};

static void test_rows(void **state)
{
    (void)state;
    library_check((struct cel_env_options){.formats = expr_formats,
                                           .format_count = EXPR_FORMAT_COUNT,
                                           .minor = 36},
                  rows, ARRAY_LEN(rows));
}

int test_expr_format(void);
int test_expr_format(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
