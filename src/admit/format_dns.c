/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the domain name system, as apimachinery's validation package reads RFC 1123 and 1035. */
#include "admit/admit.h"
#include "base/ascii.h"

enum {
    DNS_LABEL_MAX = 63,
    DNS_SUBDOMAIN_MAX = 253,
};

/* [a-z0-9]([-a-z0-9]*[a-z0-9])? of any length */
static bool is_label(struct str s)
{
    if (s.n == 0 || !ascii_is_lower_alnum(s.p[0]) || !ascii_is_lower_alnum(s.p[s.n - 1]))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_lower_alnum(s.p[i]) && s.p[i] != '-')
            return false;
    return true;
}

static bool is_subdomain(struct str s)
{
    for (;;) {
        const ptrdiff_t dot = str_find_char(s, '.');
        if (dot < 0)
            return is_label(s);
        if (!is_label(str_sub(s, 0, (size_t)dot)))
            return false;
        s = str_from_offset(s, (size_t)dot + 1);
    }
}

const char *format_dns1123_label(struct str s)
{
    if (s.n > DNS_LABEL_MAX)
        return "must be no more than 63 characters";
    if (is_label(s))
        return NULL;
    if (is_subdomain(s))
        return "must not contain dots";
    return "must consist of lower-case letters, digits and '-', and start and end with a letter "
           "or digit";
}

const char *format_dns1123_subdomain(struct str s)
{
    if (s.n > DNS_SUBDOMAIN_MAX)
        return "must be no more than 253 characters";
    if (is_subdomain(s))
        return NULL;
    return "must consist of lower-case letters, digits, '-' and '.', and each part between dots "
           "must start and end with a letter or digit";
}

const char *format_dns1035_label(struct str s)
{
    if (s.n > DNS_LABEL_MAX)
        return "must be no more than 63 characters";
    if (is_label(s) && ascii_is_lower(s.p[0]))
        return NULL;
    return "must consist of lower-case letters, digits and '-', start with a letter and end with "
           "a letter or digit";
}
