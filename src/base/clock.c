/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include "base/number.h"

enum { SECONDS_PER_DAY = 86400 };

uint64_t clock_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
        BUG("no monotonic clock: %s", strerror(errno));
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
    int64_t seconds;
    /* reproducible-builds.org: a decimal count of seconds since the epoch */
    if (number_parse_i64(str_from(getenv("SOURCE_DATE_EPOCH")), &seconds) < 0)
        seconds = (int64_t)time(NULL);
    return seconds;
}

int64_t clock_today(void)
{
    const int64_t seconds = clock_now();
    return seconds / SECONDS_PER_DAY - (seconds % SECONDS_PER_DAY < 0 ? 1 : 0);
}

/* Exactly n digits from `from` on, or -1. */
static int64_t digits(struct str s, size_t from, size_t n)
{
    int64_t value = 0;
    for (size_t i = from; i < from + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        value = value * 10 + (s.p[i] - '0');
    }
    return value;
}

static int64_t days_in_month(int64_t year, int64_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

int date_parse(struct str s, int64_t *ret_days)
{
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return -EINVAL;
    int64_t year = digits(s, 0, 4);
    int64_t month = digits(s, 5, 2);
    int64_t day = digits(s, 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return -EINVAL;
    /* Years counted from March put the leap day at the end of its year; day 0 is 0000-03-01. */
    int64_t march_year = month > 2 ? year : year - 1;
    int64_t march_month = (month + 9) % 12;
    int64_t leap_days = march_year >= 0 ? march_year / 4 - march_year / 100 + march_year / 400 : -1;
    int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
    *ret_days = march_year * 365 + leap_days + day_of_year - 719468;
    return 0;
}
