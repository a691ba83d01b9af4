/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A period of time in data of format `duration`: what Go reads, or numbers with units anywhere in
 * the text, which add up (ParseDuration of kube-openapi's strfmt).
 */
#include "cel/cel_time.h"

#include "base/ascii.h"
#include "base/number.h"
#include "cel/cel_library.h"

#define SECOND INT64_C(1000000000)

struct unit {
    const char *names[3]; /* the last one with any ending */
    int64_t nanos;
};

static const struct unit units[] = {
    {{"ns", "nano"}, 1},
    {{"us", "\xc2\xb5s", "micro"}, 1000},
    {{"ms", "milli"}, 1000000},
    {{"s", "sec"}, SECOND},
    {{"m", "min"}, 60 * SECOND},
    {{"h", "hr", "hour"}, 3600 * SECOND},
    {{"d", "day"}, 86400 * SECOND},
    {{"w", "wk", "week"}, 604800 * SECOND},
};

static bool is_named(const struct unit *unit, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(unit->names) && unit->names[i]; i++) {
        const struct str known = str_from(unit->names[i]);
        const bool last = i + 1 == ARRAY_LEN(unit->names) || !unit->names[i + 1];
        if (str_eq_fold(name, known) || (last && str_eq_fold(str_sub(name, 0, known.n), known)))
            return true;
    }
    return false;
}

static size_t count_digits(struct str s)
{
    size_t n = 0;
    while (n < s.n && ascii_is_digit(s.p[n]))
        n++;
    return n;
}

static size_t count_blanks(struct str s)
{
    size_t n = 0;
    while (n < s.n && (s.p[n] == ' ' || (s.p[n] >= '\t' && s.p[n] <= '\r' && s.p[n] != '\v')))
        n++;
    return n;
}

static size_t count_letters(struct str s)
{
    size_t n = 0;
    while (n < s.n) {
        const char lower = (char)(s.p[n] | 0x20);
        if (ascii_is_lower(lower))
            n++;
        else if (str_starts(str_from_offset(s, n), STR("\xc2\xb5")))
            n += 2;
        else
            break;
    }
    return n;
}

bool cel_period_parse(struct str text, int64_t *ret_nanos)
{
    uint64_t sum = 0; /* Go wraps around */
    bool found = false;
    if (cel_duration_parse(text, ret_nanos))
        return true;
    while (text.n > 0) {
        const size_t digits = count_digits(text);
        const size_t gap = digits + count_blanks(str_from_offset(text, digits));
        const size_t end = gap + count_letters(str_from_offset(text, gap));
        int64_t factor = 0;
        if (digits == 0 || end == gap) {
            text = str_from_offset(text, digits ? digits : 1);
            continue;
        }
        if (number_parse_i64(str_sub(text, 0, digits), &factor))
            return false;
        for (size_t i = 0; i < ARRAY_LEN(units); i++) {
            if (!is_named(&units[i], str_sub(text, gap, end)))
                continue;
            sum += (uint64_t)factor * (uint64_t)units[i].nanos;
            found = true;
        }
        text = str_from_offset(text, end);
    }
    if (found)
        *ret_nanos = (int64_t)sum;
    return found;
}
