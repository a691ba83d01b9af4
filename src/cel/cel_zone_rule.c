/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX's TZ texts: standard time, daylight saving time and the two days when they change. */
#include "base/ascii.h"
#include "cel/cel_time.h"

enum { HOUR = 3600, CHANGE_AT = 2 * HOUR, DAYS_OF_WEEK = 7 };

struct change {
    char form; /* 'M' month.week.weekday, 'J' day without February 29, '0' day from 0 */
    int month, week, day;
    int64_t at; /* seconds after midnight; may be negative or more than a day */
};

struct zone_rule {
    int32_t standard, saving; /* seconds east of UTC */
    bool has_saving;
    struct change start, end;
};

struct reader {
    struct str text;
    bool failed;
};

static char next(const struct reader *reader)
{
    return reader->text.n ? reader->text.p[0] : '\0';
}

static bool accept(struct reader *reader, char c)
{
    if (next(reader) != c || reader->text.n == 0)
        return false;
    reader->text = str_from_offset(reader->text, 1);
    return true;
}

static int number(struct reader *reader)
{
    int value = 0, digits = 0;
    for (; ascii_is_digit(next(reader)) && digits < 4; digits++) {
        value = value * 10 + (next(reader) - '0');
        reader->text = str_from_offset(reader->text, 1);
    }
    reader->failed = reader->failed || digits == 0;
    return value;
}

/* Letters, or anything between < and >. */
static void skip_name(struct reader *reader)
{
    const bool quoted = accept(reader, '<');
    size_t n = 0;
    while (n < reader->text.n) {
        const char letter = (char)(reader->text.p[n] | 0x20);
        if (quoted ? reader->text.p[n] == '>' : letter < 'a' || letter > 'z')
            break;
        n++;
    }
    reader->text = str_from_offset(reader->text, n);
    reader->failed = reader->failed || n == 0 || (quoted && !accept(reader, '>'));
}

/* [+-] hours [: minutes [: seconds]] */
static int32_t clock_time(struct reader *reader)
{
    const bool negative = accept(reader, '-');
    if (!negative)
        accept(reader, '+');
    int32_t seconds = number(reader) * HOUR;
    if (accept(reader, ':'))
        seconds += number(reader) * 60;
    if (accept(reader, ':'))
        seconds += number(reader);
    return negative ? -seconds : seconds;
}

static struct change change(struct reader *reader)
{
    struct change change = {.form = '0', .at = CHANGE_AT};
    if (accept(reader, 'M')) {
        change.form = 'M';
        change.month = number(reader);
        reader->failed = reader->failed || !accept(reader, '.');
        change.week = number(reader);
        reader->failed = reader->failed || !accept(reader, '.');
        change.day = number(reader);
        reader->failed = reader->failed || change.month < 1 || change.month > 12 ||
                         change.week < 1 || change.week > 5 || change.day > 6;
    } else {
        change.form = accept(reader, 'J') ? 'J' : '0';
        change.day = number(reader);
    }
    if (accept(reader, '/'))
        change.at = clock_time(reader);
    return change;
}

static bool parse(struct str text, struct zone_rule *ret_rule)
{
    struct reader reader = {.text = text};
    skip_name(&reader);
    ret_rule->standard = -clock_time(&reader); /* POSIX counts west */
    ret_rule->has_saving = reader.text.n > 0;
    if (!ret_rule->has_saving)
        return !reader.failed;
    skip_name(&reader);
    ret_rule->saving = next(&reader) == ',' ? ret_rule->standard + HOUR : -clock_time(&reader);
    reader.failed = reader.failed || !accept(&reader, ',');
    ret_rule->start = change(&reader);
    reader.failed = reader.failed || !accept(&reader, ',');
    ret_rule->end = change(&reader);
    return !reader.failed && reader.text.n == 0;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Seconds since 1970 of the change in a year, by the clock before it. */
static int64_t change_seconds(const struct change *change, int64_t year)
{
    int64_t day;
    if (change->form == 'M') {
        const int64_t first = cel_days(year, change->month, 1);
        const int64_t next_month =
            change->month == 12 ? cel_days(year + 1, 1, 1) : cel_days(year, change->month + 1, 1);
        const int weekday = cel_date_of(first * CEL_DAY_SECONDS).weekday;
        day = first + (change->day - weekday + DAYS_OF_WEEK) % DAYS_OF_WEEK;
        day += (change->week - 1) * DAYS_OF_WEEK;
        if (day >= next_month)
            day -= DAYS_OF_WEEK;
    } else {
        day = cel_days(year, 1, 1) + change->day;
        if (change->form == 'J' && !(is_leap(year) && change->day > 59))
            day--;
    }
    return day * CEL_DAY_SECONDS + change->at;
}

bool cel_zone_rule_offset(struct str text, int64_t seconds, int32_t *ret_offset)
{
    struct zone_rule rule = {0};
    if (!parse(text, &rule))
        return false;
    *ret_offset = rule.standard;
    if (!rule.has_saving)
        return true;
    const int64_t year = cel_date_of(seconds + rule.standard).year;
    const int64_t start = change_seconds(&rule.start, year) - rule.standard;
    const int64_t end = change_seconds(&rule.end, year) - rule.saving;
    const bool saving = start < end ? seconds >= start && seconds < end
                                    : seconds >= start || seconds < end; /* in the south */
    *ret_offset = saving ? rule.saving : rule.standard;
    return true;
}
