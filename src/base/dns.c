/* SPDX-License-Identifier: Apache-2.0 */
#include "base/dns.h"
#include "base/ascii.h"

bool dns_is_label(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const bool is_end = i == 0 || i + 1 == s.n;
        if (!ascii_is_lower_alnum(s.p[i]) && (is_end || s.p[i] != '-'))
            return false;
    }
    return s.n > 0;
}

bool dns_is_subdomain(struct str s)
{
    for (ptrdiff_t dot; (dot = str_find_char(s, '.')) >= 0;) {
        if (!dns_is_label(str_sub(s, 0, (size_t)dot)))
            return false;
        s = str_from_offset(s, (size_t)dot + 1);
    }
    return dns_is_label(s);
}
