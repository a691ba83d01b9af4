/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of timestamps, in UTC or in a time zone, and of durations. */
#include "cel/cel_rows.h"
#include "cel/cel_time.h"

enum { MILLISECOND = 1000000, SECOND = 1000000000 };

typedef int64_t part_of(const struct cel_date *date, uint32_t nanos);

/* args[1] is the zone, when there is one. */
static struct cel_value part(struct cel_run *run, const struct cel_value *args, size_t n,
                             part_of *get)
{
    int32_t offset = 0;
    if (n > 1) {
        const struct cel_value found =
            cel_zone_offset(run, cel_text(args[1]), args[0].i64, &offset);
        if (cel_is_error(found))
            return found;
    }
    const struct cel_date date = cel_date_of(args[0].i64 + offset);
    return cel_int(get(&date, args[0].nanos));
}

/* A getter: how it is computed, and the function that rows name. */
#define PART(name, expression)                                                                     \
    static int64_t name##_of(const struct cel_date *date, uint32_t nanos)                          \
    {                                                                                              \
        (void)date;                                                                                \
        (void)nanos;                                                                               \
        return expression;                                                                         \
    }                                                                                              \
    static struct cel_value name(struct cel_run *run, const struct cel_value *args, size_t n)      \
    {                                                                                              \
        return part(run, args, n, name##_of);                                                      \
    }

PART(full_year, date->year)
PART(month, date->month - 1)
PART(day_of_year, date->year_day)
PART(day_of_month, date->day - 1)
PART(date_of_month, date->day)
PART(day_of_week, date->weekday)
PART(hours, date->hour)
PART(minutes, date->minute)
PART(seconds, date->second)
PART(milliseconds, nanos / MILLISECOND)

/* Go's Duration.Hours and Minutes are doubles, whose whole part this is. */
static struct cel_value duration_hours(struct cel_run *run, const struct cel_value *args, size_t n)
{
    (void)run;
    (void)n;
    return cel_int(args[0].i64 / SECOND / 3600);
}

static struct cel_value duration_minutes(struct cel_run *run, const struct cel_value *args,
                                         size_t n)
{
    (void)run;
    (void)n;
    return cel_int(args[0].i64 / SECOND / 60);
}

static struct cel_value duration_seconds(struct cel_run *run, const struct cel_value *args,
                                         size_t n)
{
    (void)run;
    (void)n;
    return cel_int(args[0].i64 / SECOND);
}

static struct cel_value duration_milliseconds(struct cel_run *run, const struct cel_value *args,
                                              size_t n)
{
    (void)run;
    (void)n;
    return cel_int(args[0].i64 / MILLISECOND);
}

/* Without and with a time zone. */
#define GETTER(name, id, eval)                                                                     \
    {name, "timestamp_to_" id, CEL_MEMBER, PARAMS(TIMESTAMP), INT, eval, .cost = NULL},            \
    {                                                                                              \
        name, "timestamp_to_" id "_with_tz", CEL_MEMBER, PARAMS(TIMESTAMP, STRING), INT, eval,     \
            .cost = NULL                                                                           \
    }

static const struct cel_function rows[] = {
    GETTER("getFullYear", "year", full_year),
    GETTER("getMonth", "month", month),
    GETTER("getDayOfYear", "day_of_year", day_of_year),
    GETTER("getDayOfMonth", "day_of_month", day_of_month),
    GETTER("getDate", "day_of_month_1_based", date_of_month),
    GETTER("getDayOfWeek", "day_of_week", day_of_week),
    GETTER("getHours", "hours", hours),
    {"getHours", "duration_to_hours", CEL_MEMBER, PARAMS(DURATION), INT, duration_hours,
     .cost = NULL},
    GETTER("getMinutes", "minutes", minutes),
    {"getMinutes", "duration_to_minutes", CEL_MEMBER, PARAMS(DURATION), INT, duration_minutes,
     .cost = NULL},
    {"getSeconds", "timestamp_to_seconds", CEL_MEMBER, PARAMS(TIMESTAMP), INT, seconds,
     .cost = NULL},
    /* cel-go's own id has no "with" */
    {"getSeconds", "timestamp_to_seconds_tz", CEL_MEMBER, PARAMS(TIMESTAMP, STRING), INT, seconds,
     .cost = NULL},
    {"getSeconds", "duration_to_seconds", CEL_MEMBER, PARAMS(DURATION), INT, duration_seconds,
     .cost = NULL},
    GETTER("getMilliseconds", "milliseconds", milliseconds),
    {"getMilliseconds", "duration_to_milliseconds", CEL_MEMBER, PARAMS(DURATION), INT,
     duration_milliseconds, .cost = NULL},
};

const struct cel_library cel_lib_time = {"time", 0, 0, LIBRARY_ROWS(rows), NULL};
