/* SPDX-License-Identifier: Apache-2.0 */
/* Time: a monotonic clock for deadlines and for people's eyes, and the date for expiry checks. */
#pragma once

#include "base/str.h"

uint64_t clock_ms(void); /* monotonic */
/* Seconds since 1970; SOURCE_DATE_EPOCH wins here as well. */
int64_t clock_now(void);
/* Days since 1970-01-01 in UTC; SOURCE_DATE_EPOCH wins, so that tests can fix the day. */
int64_t clock_today(void);
/* YYYY-MM-DD to days since 1970-01-01. 0 or -EINVAL (also for 30 February). */
int date_parse(struct str s, int64_t *ret_days) MUST_USE;
