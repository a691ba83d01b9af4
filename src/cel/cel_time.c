/* SPDX-License-Identifier: Apache-2.0 */
/* Durations and points in time as texts, exactly as Go reads and writes them, and the calendar. */
#include "cel/cel_time.h"

#include "base/ascii.h"
#include "base/number.h"

enum { NANOS = 1000000000, NANO_DIGITS = 9 };

/* ---- durations ---- */

static const struct unit {
    const char *name;
    uint64_t nanos;
} units[] = {
    {"ns", 1},
    {"us", 1000},
    {"µs", 1000},
    {"μs", 1000},
    {"ms", 1000000},
    {"s", 1000000000},
    {"m", UINT64_C(60) * NANOS},
    {"h", UINT64_C(3600) * NANOS},
};

static bool take_unit(struct str *text, uint64_t *ret_nanos)
{
    size_t n = 0;
    while (n < text->n && text->p[n] != '.' && !ascii_is_digit(text->p[n]))
        n++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!str_is((struct str){text->p, n}, units[i].name))
            continue;
        *ret_nanos = units[i].nanos;
        *text = str_from_offset(*text, n);
        return true;
    }
    return false;
}

/* Digits before the point; false past 2^63, as Go's leadingInt. */
static bool take_whole(struct str *text, uint64_t *ret_value)
{
    uint64_t value = 0;
    size_t i = 0;
    for (; i < text->n && ascii_is_digit(text->p[i]); i++) {
        if (value > (UINT64_C(1) << 63) / 10)
            return false;
        value = value * 10 + (uint64_t)(text->p[i] - '0');
        if (value > UINT64_C(1) << 63)
            return false;
    }
    *text = str_from_offset(*text, i);
    *ret_value = value;
    return true;
}

/* Digits after the point; those that don't fit are dropped, as Go's leadingFraction. */
static size_t take_fraction(struct str *text, uint64_t *ret_value, double *ret_scale)
{
    bool full = false;
    size_t i = 0;
    *ret_value = 0;
    *ret_scale = 1;
    for (; i < text->n && ascii_is_digit(text->p[i]); i++) {
        const uint64_t digit = (uint64_t)(text->p[i] - '0');
        full = full || *ret_value > ((UINT64_C(1) << 63) - 1) / 10 ||
               *ret_value * 10 + digit > UINT64_C(1) << 63;
        if (full)
            continue;
        *ret_value = *ret_value * 10 + digit;
        *ret_scale *= 10;
    }
    *text = str_from_offset(*text, i);
    return i;
}

/* One number with its unit, added to the sum; false as in Go. */
static bool take_part(struct str *text, uint64_t *sum)
{
    uint64_t whole = 0, fraction = 0, unit = 0;
    double scale = 1;
    const size_t before = text->n;
    if (!take_whole(text, &whole))
        return false;
    size_t digits = before - text->n;
    if (text->n && text->p[0] == '.') {
        *text = str_from_offset(*text, 1);
        digits += take_fraction(text, &fraction, &scale);
    }
    if (digits == 0 || !take_unit(text, &unit) || whole > (UINT64_C(1) << 63) / unit)
        return false;
    whole *= unit;
    whole += (uint64_t)((double)fraction * ((double)unit / scale));
    *sum += whole; /* both are at most 2^63 and a bit: no overflow */
    return whole <= UINT64_C(1) << 63 && *sum <= UINT64_C(1) << 63;
}

bool cel_duration_parse(struct str text, int64_t *ret_nanos)
{
    const bool negative = text.n && text.p[0] == '-';
    if (negative || (text.n && text.p[0] == '+'))
        text = str_from_offset(text, 1);
    *ret_nanos = 0;
    if (str_is(text, "0"))
        return true;
    uint64_t sum = 0;
    if (text.n == 0)
        return false;
    while (text.n)
        if (!(text.p[0] == '.' || ascii_is_digit(text.p[0])) || !take_part(&text, &sum))
            return false;
    if (!negative && sum > INT64_MAX)
        return false;
    *ret_nanos = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

/* Seconds as Go's FormatFloat(d.Seconds(), 'f', -1, 64): the double nearest to them, written
 * without an exponent. */
void cel_duration_format(struct buf *out, int64_t nanos)
{
    const double seconds = (double)(nanos / NANOS) + (double)(nanos % NANOS) / 1e9;
    char text[32];
    /* Go's JSON form has no exponent between 1e-6 and 1e21; shorter durations are whole nanos. */
    if (seconds != 0 && seconds < 1e-6 && seconds > -1e-6) {
        const unsigned tiny = (unsigned)(nanos < 0 ? -nanos : nanos);
        int n = snprintf(text, sizeof text, "%s0.%09u", nanos < 0 ? "-" : "", tiny);
        while (text[n - 1] == '0')
            n--;
        buf_add(out, (struct str){text, (size_t)n});
    } else {
        const size_t n = number_format_json(seconds, text);
        buf_add(out, (struct str){text, n});
    }
    buf_add_char(out, 's');
}

/* ---- the calendar ---- */

/* Years from March on, so that the leap day is the last one: H. Hinnant's days_from_civil. */
int64_t cel_days(int64_t year, int month, int day)
{
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct cel_date cel_date_of(int64_t seconds)
{
    int64_t days = seconds / CEL_DAY_SECONDS;
    int64_t rest = seconds % CEL_DAY_SECONDS;
    if (rest < 0) {
        rest += CEL_DAY_SECONDS;
        days--;
    }
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t day_of_era = shifted - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153;
    struct cel_date date = {
        .year = year_of_era + era * 400 + (month >= 10),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
        .weekday = (int)(((days % 7) + 11) % 7), /* 1970-01-01 was a Thursday */
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
    };
    date.year_day = (int)(days - cel_days(date.year, 1, 1));
    return date;
}

bool cel_seconds_are_valid(int64_t seconds)
{
    return seconds >= INT64_C(-62135596800) && seconds <= INT64_C(253402300799);
}

/* ---- points in time ---- */

struct reader {
    struct str text;
    size_t at;
    bool failed;
};

static bool accept(struct reader *reader, char c)
{
    if (reader->at >= reader->text.n || reader->text.p[reader->at] != c)
        return false;
    reader->at++;
    return true;
}

static void expect(struct reader *reader, char c)
{
    if (!accept(reader, c))
        reader->failed = true;
}

static bool digit_at(const struct reader *reader, size_t at)
{
    return at < reader->text.n && ascii_is_digit(reader->text.p[at]);
}

/* Exactly n digits, of a value within [low, high]. */
static int take(struct reader *reader, size_t n, int low, int high)
{
    int value = 0;
    for (size_t i = 0; i < n; i++, reader->at++) {
        if (!digit_at(reader, reader->at)) {
            reader->failed = true;
            return low;
        }
        value = value * 10 + (reader->text.p[reader->at] - '0');
    }
    if (value < low || value > high)
        reader->failed = true;
    return value;
}

static int days_in(int year, int month)
{
    return (int)(cel_days(month == 12 ? year + 1 : year, month % 12 + 1, 1) -
                 cel_days(year, month, 1));
}

/* Digits past the ninth are read and dropped. A comma is as good as a point in Go. */
static uint32_t take_nanos(struct reader *reader)
{
    if (!digit_at(reader, reader->at + 1) || !(accept(reader, '.') || accept(reader, ',')))
        return 0;
    uint32_t nanos = 0;
    unsigned digits = 0;
    for (; digit_at(reader, reader->at); reader->at++)
        if (digits < NANO_DIGITS) {
            nanos = nanos * 10 + (uint32_t)(reader->text.p[reader->at] - '0');
            digits++;
        }
    for (; digits < NANO_DIGITS; digits++)
        nanos *= 10;
    return nanos;
}

static int32_t take_offset(struct reader *reader)
{
    if (accept(reader, 'Z'))
        return 0;
    const bool west = accept(reader, '-');
    if (!west)
        expect(reader, '+');
    const int hours = take(reader, 2, 0, 24);
    expect(reader, ':');
    const int minutes = take(reader, 2, 0, 60);
    const int32_t offset = (hours * 60 + minutes) * 60;
    return west ? -offset : offset;
}

bool cel_instant_parse(struct str text, struct cel_instant *ret_instant)
{
    struct reader reader = {.text = text};
    const int year = take(&reader, 4, 0, 9999);
    expect(&reader, '-');
    const int month = take(&reader, 2, 1, 12);
    expect(&reader, '-');
    const int day = take(&reader, 2, 1, 31);
    expect(&reader, 'T');
    /* Go's layout "15" takes one digit as well */
    const int hour = take(&reader, digit_at(&reader, reader.at + 1) ? 2 : 1, 0, 23);
    expect(&reader, ':');
    const int minute = take(&reader, 2, 0, 59);
    expect(&reader, ':');
    const int second = take(&reader, 2, 0, 59);
    const uint32_t nanos = take_nanos(&reader);
    const int32_t offset = take_offset(&reader);
    if (reader.failed || reader.at != text.n || day > days_in(year, month))
        return false;
    ret_instant->seconds =
        cel_days(year, month, day) * CEL_DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
    ret_instant->nanos = nanos;
    ret_instant->offset = offset;
    return true;
}

bool cel_timestamp_parse(struct str text, int64_t *ret_seconds, uint32_t *ret_nanos)
{
    struct cel_instant instant;
    if (!cel_instant_parse(text, &instant))
        return false;
    *ret_seconds = instant.seconds;
    *ret_nanos = instant.nanos;
    return true;
}

void cel_instant_format(struct buf *out, struct cel_instant instant)
{
    const struct cel_date date = cel_date_of(instant.seconds + instant.offset);
    buf_format(out, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)date.year, date.month, date.day,
               date.hour, date.minute, date.second);
    if (instant.nanos) {
        char text[16];
        int n = snprintf(text, sizeof text, ".%09u", instant.nanos);
        while (text[n - 1] == '0')
            n--;
        buf_add(out, (struct str){text, (size_t)n});
    }
    if (instant.offset == 0) {
        buf_add_char(out, 'Z');
        return;
    }
    const int minutes = (instant.offset < 0 ? -instant.offset : instant.offset) / 60;
    buf_format(out, "%c%02d:%02d", instant.offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void cel_timestamp_format(struct buf *out, int64_t seconds, uint32_t nanos)
{
    cel_instant_format(out, (struct cel_instant){.seconds = seconds, .nanos = nanos});
}

struct cel_value cel_instant_value(struct cel_instant instant)
{
    struct cel_value value = cel_timestamp(instant.seconds, instant.nanos);
    value.n = (size_t)(instant.offset + CEL_DAY_SECONDS * 2); /* never negative, and 0 says none */
    return value;
}

struct cel_instant cel_value_instant(struct cel_value timestamp)
{
    return (struct cel_instant){
        .seconds = timestamp.i64,
        .nanos = timestamp.nanos,
        .offset = timestamp.n ? (int32_t)timestamp.n - CEL_DAY_SECONDS * 2 : 0,
    };
}
