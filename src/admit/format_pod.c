/* SPDX-License-Identifier: Apache-2.0 */
/* Names inside Pods: ports, environment variables, headers; and percentages. */
#include "admit/rule_format.h"
#include "base/ascii.h"

/* IANA_SVC_NAME of RFC 6335, but lower case. */
const char *format_port_name(struct str s)
{
    enum { PORT_NAME_MAX = 15 };
    bool letter = false;
    if (s.n > PORT_NAME_MAX)
        return "must be no more than 15 characters";
    for (size_t i = 0; i < s.n; i++) {
        const bool lower = ascii_is_lower(s.p[i]);
        if (!lower && !ascii_is_digit(s.p[i]) && s.p[i] != '-')
            return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        letter |= lower;
    }
    if (s.n == 0)
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    if (!letter)
        return "must contain at least one letter (a-z)";
    if (str_has(s, STR("--")))
        return "must not contain consecutive hyphens";
    if (s.p[0] == '-' || s.p[s.n - 1] == '-')
        return "must not begin or end with a hyphen";
    return NULL;
}

const char *format_env_name(struct str s)
{
    static const char characters[] =
        "a valid environment variable name must consist of alphabetic characters, digits, '_', "
        "'-', or '.', and must not start with a digit (e.g. 'my.env-name', or 'MY_ENV.NAME', or "
        "'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
    if (s.n == 0 || ascii_is_digit(s.p[0]))
        return characters;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.')
            return characters;
    if (str_is(s, "."))
        return "must not be '.'";
    if (str_is(s, ".."))
        return "must not be '..'";
    return str_starts(s, STR("..")) ? "must not start with '..'" : NULL;
}

const char *format_env_name_relaxed(struct str s)
{
    if (s.n == 0)
        return "environment variable name must be non-empty";
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~' || s.p[i] == '=')
            return "a valid environment variable name must consist only of printable ASCII "
                   "characters other than '='";
    return NULL;
}

const char *format_header_name(struct str s)
{
    size_t n = 0;
    while (n < s.n && (ascii_is_alnum(s.p[n]) || s.p[n] == '-'))
        n++;
    return s.n > 0 && n == s.n
               ? NULL
               : "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
                 "'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
}

const char *format_percent(struct str s)
{
    size_t n = 0;
    while (n < s.n && ascii_is_digit(s.p[n]))
        n++;
    return n > 0 && n + 1 == s.n && s.p[n] == '%'
               ? NULL
               : "a valid percent string must be a numeric string followed by an ending '%' (e.g. "
                 "'1%', or '93%', regex used for validation is '[0-9]+%')";
}
