/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in time as Go's time package has them: an instant, and the offset it is written with.
 * cel_library.h declares the parsers that everybody uses; this is for what needs the offset or the
 * calendar.
 */
#pragma once

#include "cel/cel_library.h"

struct cel_instant {
    int64_t seconds; /* since 1970 */
    uint32_t nanos;
    int32_t offset; /* seconds east of UTC */
};

struct cel_date {
    int64_t year;
    int month;    /* from 1 */
    int day;      /* from 1 */
    int year_day; /* from 0 */
    int weekday;  /* Sunday is 0 */
    int hour, minute, second;
};

enum { CEL_DAY_SECONDS = 86400 };

/* time.Parse(time.RFC3339): its leniency included. */
bool cel_instant_parse(struct str text, struct cel_instant *ret_instant);
/* time.RFC3339Nano */
void cel_instant_format(struct buf *out, struct cel_instant instant);
/* The value keeps the offset for string(); getters and == don't look at it. */
struct cel_value cel_instant_value(struct cel_instant instant);
struct cel_instant cel_value_instant(struct cel_value timestamp);
/* Whether it is within the years 1 to 9999. */
bool cel_seconds_are_valid(int64_t seconds);

/* Days since 1970 of a date of the proleptic Gregorian calendar. */
int64_t cel_days(int64_t year, int month, int day);
struct cel_date cel_date_of(int64_t seconds);

/* Seconds east of UTC in a zone at an instant: "-08:00", "02:30", or a name of the system's time
 * zone database. An error value when there is no such zone. */
struct cel_value cel_zone_offset(struct cel_run *run, struct str zone, int64_t seconds,
                                 int32_t *ret_offset);
/* The rule for instants after the last transition of a zone file, such as
 * "CET-1CEST,M3.5.0,M10.5.0/3": POSIX's TZ, as RFC 9636 extends it. */
bool cel_zone_rule_offset(struct str rule, int64_t seconds, int32_t *ret_offset);

/* A period of time in data of format `duration` (cel_period.c). */
bool cel_period_parse(struct str text, int64_t *ret_nanos);
