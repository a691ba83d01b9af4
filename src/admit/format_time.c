/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in time and durations as Go's time package reads them with the layouts that apimachinery
 * uses. Its leniency is part of the contract: hours may have one digit, and a comma may stand
 * before the fraction.
 */
#include "admit/admit_internal.h"
#include "base/ascii.h"

struct scan {
    struct str s;
    size_t pos;
};

static char peek(const struct scan *scan)
{
    return scan->pos < scan->s.n ? scan->s.p[scan->pos] : '\0';
}

static bool accept(struct scan *scan, char c)
{
    if (scan->pos >= scan->s.n || scan->s.p[scan->pos] != c)
        return false;
    scan->pos++;
    return true;
}

/* Exactly n digits; -1 otherwise. */
static int number(struct scan *scan, unsigned n)
{
    int value = 0;
    for (unsigned i = 0; i < n; i++, scan->pos++) {
        if (!ascii_is_digit(peek(scan)))
            return -1;
        value = value * 10 + (peek(scan) - '0');
    }
    return value;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool scan_date(struct scan *scan)
{
    const int year = number(scan, 4);
    if (year < 0 || !accept(scan, '-'))
        return false;
    const int month = number(scan, 2);
    if (month < 1 || month > 12 || !accept(scan, '-'))
        return false;
    const int day = number(scan, 2);
    return day >= 1 && day <= days_in(year, month);
}

static bool scan_clock(struct scan *scan)
{
    const bool two = scan->pos + 1 < scan->s.n && ascii_is_digit(scan->s.p[scan->pos + 1]);
    const int hour = number(scan, two ? 2 : 1);
    if (hour < 0 || hour > 23 || !accept(scan, ':'))
        return false;
    const int minute = number(scan, 2);
    if (minute < 0 || minute > 59 || !accept(scan, ':'))
        return false;
    const int second = number(scan, 2);
    return second >= 0 && second <= 59;
}

static bool scan_zone(struct scan *scan)
{
    if (accept(scan, 'Z'))
        return true;
    if (!accept(scan, '+') && !accept(scan, '-'))
        return false;
    const int hours = number(scan, 2);
    if (hours < 0 || hours > 24 || !accept(scan, ':'))
        return false;
    const int minutes = number(scan, 2);
    return minutes >= 0 && minutes <= 60;
}

/* digits: how many the fraction must have; 0: any number, or none. */
static const char *check_time(struct str s, unsigned digits)
{
    struct scan scan = {.s = s};
    if (!scan_date(&scan))
        return "must start with a date such as 2026-01-31";
    if (!accept(&scan, 'T'))
        return "must have a 'T' and a time of day after the date, as in 2026-01-31T12:00:00Z";
    if (!scan_clock(&scan))
        return "must have a time of day with seconds, as in 2026-01-31T12:00:00Z";
    const bool fraction = accept(&scan, '.') || accept(&scan, ',');
    const size_t from = scan.pos;
    while (fraction && ascii_is_digit(peek(&scan)) && (!digits || scan.pos - from < digits))
        scan.pos++;
    if (digits && (!fraction || scan.pos - from != digits))
        return "must have exactly six digits of a second, as in 2026-01-31T12:00:00.000000Z";
    if (fraction && scan.pos == from)
        return "must have digits after the dot of the seconds";
    if (!scan_zone(&scan) || scan.pos != s.n)
        return "must end with a time zone: Z or an offset such as +02:00";
    return NULL;
}

const char *format_time(struct str s)
{
    return check_time(s, 0);
}

const char *format_micro_time(struct str s)
{
    return check_time(s, 6);
}

#define DURATION_MAX ((uint64_t)1 << 63) /* nanoseconds; only a negative one may reach it */

/* Longer names first, so that ms is not read as m. */
static bool scan_unit(struct scan *scan, uint64_t *ret_nanoseconds)
{
    static const struct {
        const char *name;
        uint64_t nanoseconds;
    } units[] = {
        {"ns", 1},       {"us", 1000},      {"\xc2\xb5s", 1000}, {"\xce\xbcs", 1000},
        {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000},  {"h", 3600000000000},
    };
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        const struct str name = str_from(units[i].name);
        if (!str_starts(str_from_offset(scan->s, scan->pos), name))
            continue;
        scan->pos += name.n;
        *ret_nanoseconds = units[i].nanoseconds;
        return true;
    }
    return false;
}

struct term {
    uint64_t whole;
    uint64_t fraction;
    double scale; /* the fraction counts in 1/scale */
    size_t digits;
};

/* False when the whole part is too large. Digits of the fraction that don't fit are dropped. */
static bool scan_number(struct scan *scan, struct term *term)
{
    *term = (struct term){.scale = 1};
    for (; ascii_is_digit(peek(scan)); scan->pos++, term->digits++) {
        if (term->whole > DURATION_MAX / 10)
            return false;
        term->whole = term->whole * 10 + (uint64_t)(peek(scan) - '0');
        if (term->whole > DURATION_MAX)
            return false;
    }
    if (!accept(scan, '.'))
        return true;
    bool full = false;
    for (; ascii_is_digit(peek(scan)); scan->pos++, term->digits++) {
        const uint64_t next = term->fraction * 10 + (uint64_t)(peek(scan) - '0');
        full = full || term->fraction > (DURATION_MAX - 1) / 10 || next > DURATION_MAX;
        if (full)
            continue;
        term->fraction = next;
        term->scale *= 10;
    }
    return true;
}

static const char too_long[] = "must be less than 292 years";

/* One number with its unit is added to the total. */
static const char *scan_term(struct scan *scan, uint64_t *total)
{
    struct term term;
    uint64_t unit;
    if (!scan_number(scan, &term))
        return too_long;
    if (term.digits == 0 || !scan_unit(scan, &unit))
        return "must be numbers with units (h, m, s, ms, us, ns), as in 1h30m";
    if (term.whole > DURATION_MAX / unit)
        return too_long;
    uint64_t value = term.whole * unit;
    value += (uint64_t)((double)term.fraction * ((double)unit / term.scale));
    if (value > DURATION_MAX)
        return too_long;
    *total += value;
    return *total > DURATION_MAX ? too_long : NULL;
}

const char *format_duration(struct str s)
{
    struct scan scan = {.s = s};
    const bool negative = accept(&scan, '-');
    if (!negative)
        accept(&scan, '+');
    if (str_is(str_from_offset(s, scan.pos), "0"))
        return NULL;
    uint64_t total = 0;
    do {
        const char *error = scan_term(&scan, &total);
        if (error)
            return error;
    } while (scan.pos < s.n);
    return total == DURATION_MAX && !negative ? too_long : NULL;
}
