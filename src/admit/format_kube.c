/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are Kubernetes' own: keys and values of labels, path segments, keys of ConfigMaps. */
#include "admit/admit_internal.h"
#include "base/ascii.h"

enum {
    QUALIFIED_NAME_MAX = 63,
    LABEL_VALUE_MAX = 63,
    CONFIG_KEY_MAX = 253,
};

static bool is_name_byte(char c)
{
    return ascii_is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* [A-Za-z0-9] at both ends, and -_. between */
static bool is_name(struct str s)
{
    if (s.n == 0 || !ascii_is_alnum(s.p[0]) || !ascii_is_alnum(s.p[s.n - 1]))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_name_byte(s.p[i]))
            return false;
    return true;
}

const char *format_path_segment(struct str s)
{
    if (str_is(s, ".") || str_is(s, ".."))
        return "must not be '.' or '..'";
    if (str_find_char(s, '/') >= 0)
        return "must not contain '/'";
    if (str_find_char(s, '%') >= 0)
        return "must not contain '%'";
    return NULL;
}

const char *format_qualified_name(struct str s)
{
    struct str name = s;
    const ptrdiff_t slash = str_find_char(s, '/');
    if (slash >= 0) {
        const struct str prefix = str_sub(s, 0, (size_t)slash);
        name = str_from_offset(s, (size_t)slash + 1);
        if (str_find_char(name, '/') >= 0)
            return "must have at most one '/', between a domain and a name";
        if (prefix.n == 0)
            return "must have a domain before the '/'";
        if (format_dns1123_subdomain(prefix))
            return "must have a lower-case domain name of at most 253 characters before the '/'";
    }
    if (name.n == 0)
        return slash >= 0 ? "must have a name after the '/'" : "must not be empty";
    if (name.n > QUALIFIED_NAME_MAX)
        return "must have a name of no more than 63 characters";
    if (is_name(name))
        return NULL;
    return "must consist of letters, digits, '-', '_' and '.', and start and end with a letter or "
           "digit";
}

const char *format_label_value(struct str s)
{
    if (s.n > LABEL_VALUE_MAX)
        return "must be no more than 63 characters";
    if (s.n == 0 || is_name(s))
        return NULL;
    return "must be empty, or consist of letters, digits, '-', '_' and '.', and start and end "
           "with a letter or digit";
}

const char *format_config_key(struct str s)
{
    if (s.n > CONFIG_KEY_MAX)
        return "must be no more than 253 characters";
    for (size_t i = 0; i < s.n; i++)
        if (!is_name_byte(s.p[i]))
            return "must consist of letters, digits, '-', '_' and '.'";
    if (s.n == 0)
        return "must not be empty";
    if (str_is(s, ".") || str_starts(s, STR("..")))
        return "must not be '.' or start with '..'";
    return NULL;
}
