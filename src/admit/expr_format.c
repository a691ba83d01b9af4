/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The named formats of expressions (apiserver/pkg/cel/library/format.go) with the reasons that the
 * API server gives, all of them: expressions print them.
 */
#include "admit/custom.h"
#include "admit/expr.h"
#include "base/ascii.h"
#include "base/dns.h"
#include "cel/cel_url.h"

enum {
    LABEL_MAX = 63,
    SUBDOMAIN_MAX = 253,
    /* Bytes of patterns; of what has none the server counts those of another library. */
    UUID_PATTERN = 70,
    DATE_TIME_PATTERN = 71,
    BASE64_PATTERN = 84,
    URL_PATTERN = 1103,
    URL_ERROR_MAX = 16 << 10,
};

#define LABEL_PATTERN     "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define LABEL_KEY_PATTERN "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

static void say(struct cel_reasons *reasons, const char *prefix, const char *reason)
{
    VEC_PUSH(reasons->arena, reasons, str_format(reasons->arena, "%s%s", prefix, reason));
}

/* ---- names of DNS ---- */

static void check_label(struct str s, struct cel_reasons *reasons)
{
    if (s.n > LABEL_MAX)
        say(reasons, "", "must be no more than 63 characters");
    if (dns_is_label(s))
        return;
    if (dns_is_subdomain(s))
        say(reasons, "", "must not contain dots");
    else
        say(reasons, "",
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
            "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
            "regex used for validation is '" LABEL_PATTERN "')");
}

static void check_subdomain_pattern(struct str s, const char *prefix, struct cel_reasons *reasons)
{
    if (!dns_is_subdomain(s))
        say(reasons, prefix,
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            "'-' or '.', and must start and end with an alphanumeric character (e.g. "
            "'example.com', regex used for validation is '" LABEL_PATTERN "(\\." LABEL_PATTERN
            ")*')");
}

static void check_subdomain(struct str s, struct cel_reasons *reasons)
{
    if (s.n > SUBDOMAIN_MAX)
        say(reasons, "", "must be no more than 253 characters");
    check_subdomain_pattern(s, "", reasons);
}

static void check_1035(struct str s, struct cel_reasons *reasons)
{
    if (s.n > LABEL_MAX)
        say(reasons, "", "must be no more than 63 characters");
    if (!dns_is_label(s) || !ascii_is_lower(s.p[0]))
        say(reasons, "",
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start "
            "with an alphabetic character, and end with an alphanumeric character (e.g. "
            "'my-name',  or 'abc-123', regex used for validation is "
            "'[a-z]([-a-z0-9]*[a-z0-9])?')");
}

/* The server takes the last two bytes off and one on when the text ends with a dash. */
static struct str without_dash(struct str s, struct cel_reasons *reasons)
{
    if (s.n < 2 || s.p[s.n - 1] != '-')
        return s;
    return str_concat(reasons->arena, str_sub(s, 0, s.n - 2), STR("a"));
}

static void check_label_prefix(struct str s, struct cel_reasons *reasons)
{
    check_label(without_dash(s, reasons), reasons);
}

static void check_subdomain_prefix(struct str s, struct cel_reasons *reasons)
{
    check_subdomain(without_dash(s, reasons), reasons);
}

static void check_1035_prefix(struct str s, struct cel_reasons *reasons)
{
    check_1035(without_dash(s, reasons), reasons);
}

/* ---- labels ---- */

static bool is_label_key(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const bool is_end = i == 0 || i + 1 == s.n;
        const char c = s.p[i];
        if (!ascii_is_alnum(c) && (is_end || (c != '-' && c != '_' && c != '.')))
            return false;
    }
    return s.n > 0;
}

#define LABEL_KEY_REASON                                                                           \
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "    \
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "         \
    "validation is '" LABEL_KEY_PATTERN "')"

static void check_qualified_name(struct str s, struct cel_reasons *reasons)
{
    struct str name = s;
    const ptrdiff_t slash = str_find_char(s, '/');
    if (slash >= 0) {
        const struct str prefix = str_sub(s, 0, (size_t)slash);
        name = str_from_offset(s, (size_t)slash + 1);
        if (str_find_char(name, '/') >= 0) {
            say(reasons, "a valid label key ",
                LABEL_KEY_REASON
                " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
            return;
        }
        if (prefix.n == 0)
            say(reasons, "prefix part ", "must be non-empty");
        else if (prefix.n > SUBDOMAIN_MAX)
            say(reasons, "prefix part ", "must be no more than 253 bytes");
        if (prefix.n > 0)
            check_subdomain_pattern(prefix, "prefix part ", reasons);
    }
    if (name.n == 0)
        say(reasons, "name part ", "must be non-empty");
    else if (name.n > LABEL_MAX)
        say(reasons, "name part ", "must be no more than 63 bytes");
    if (!is_label_key(name))
        say(reasons, "name part ", LABEL_KEY_REASON);
}

static void check_label_value(struct str s, struct cel_reasons *reasons)
{
    if (s.n > LABEL_MAX)
        say(reasons, "", "must be no more than 63 bytes");
    if (s.n > 0 && !is_label_key(s))
        say(reasons, "",
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' "
            "or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
            "'my_value',  or '12345', regex used for validation is '(" LABEL_KEY_PATTERN ")?')");
}

/* ---- formats of schemas ---- */

static void check_uri(struct str s, struct cel_reasons *reasons)
{
    struct cel_url url;
    SCOPED(buf) struct buf error;
    buf_init(&error, URL_ERROR_MAX);
    if (!cel_url_parse_request(reasons->arena, s, &url, &error))
        VEC_PUSH(reasons->arena, reasons, str_dup(reasons->arena, buf_str(&error)));
}

static void check_schema_format(struct str s, const char *format, const char *reason,
                                struct cel_reasons *reasons)
{
    if (format_check(reasons->arena, str_from(format), s))
        say(reasons, "", reason);
}

static void check_uuid(struct str s, struct cel_reasons *reasons)
{
    check_schema_format(s, "uuid", "does not match the UUID format", reasons);
}

static void check_byte(struct str s, struct cel_reasons *reasons)
{
    check_schema_format(s, "byte", "invalid base64", reasons);
}

static void check_date(struct str s, struct cel_reasons *reasons)
{
    check_schema_format(s, "date", "invalid date", reasons);
}

static void check_datetime(struct str s, struct cel_reasons *reasons)
{
    check_schema_format(s, "datetime", "invalid datetime", reasons);
}

const struct cel_format expr_formats[EXPR_FORMAT_COUNT] = {
    {"dns1123Label", "DNS1123Label", 30, check_label},
    {"dns1123Subdomain", "DNS1123Subdomain", 60, check_subdomain},
    {"dns1035Label", "DNS1035Label", 30, check_1035},
    {"qualifiedName", "QualifiedName", 60, check_qualified_name},
    {"dns1123LabelPrefix", "DNS1123LabelPrefix", 30, check_label_prefix},
    {"dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", 60, check_subdomain_prefix},
    {"dns1035LabelPrefix", "DNS1035LabelPrefix", 30, check_1035_prefix},
    {"labelValue", "LabelValue", 40, check_label_value},
    {"uri", "URI", URL_PATTERN, check_uri},
    {"uuid", "uuid", UUID_PATTERN, check_uuid},
    {"byte", "byte", BASE64_PATTERN, check_byte},
    {"date", "date", DATE_TIME_PATTERN, check_date},
    {"datetime", "datetime", DATE_TIME_PATTERN, check_datetime},
};
