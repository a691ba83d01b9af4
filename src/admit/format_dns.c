/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the domain name system, as apimachinery's validation package reads RFC 1123 and 1035. */
#include "admit/admit.h"
#include "base/ascii.h"
#include "base/dns.h"

enum {
    DNS_LABEL_MAX = 63,
    DNS_SUBDOMAIN_MAX = 253,
};

const char *format_dns1123_label(struct str s)
{
    if (s.n > DNS_LABEL_MAX)
        return "must be no more than 63 characters";
    if (dns_is_label(s))
        return NULL;
    if (dns_is_subdomain(s))
        return "must not contain dots";
    return "must consist of lower-case letters, digits and '-', and start and end with a letter "
           "or digit";
}

const char *format_dns1123_subdomain(struct str s)
{
    if (s.n > DNS_SUBDOMAIN_MAX)
        return "must be no more than 253 characters";
    if (dns_is_subdomain(s))
        return NULL;
    return "must consist of lower-case letters, digits, '-' and '.', and each part between dots "
           "must start and end with a letter or digit";
}

const char *format_dns1035_label(struct str s)
{
    if (s.n > DNS_LABEL_MAX)
        return "must be no more than 63 characters";
    if (dns_is_label(s) && ascii_is_lower(s.p[0]))
        return NULL;
    return "must consist of lower-case letters, digits and '-', start with a letter and end with "
           "a letter or digit";
}
