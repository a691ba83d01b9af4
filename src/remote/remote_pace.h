/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to poll again, as a function of numbers only:
 *
 *   struct remote_timer timer = {.seed = seed};
 *   if (remote_timer_is_due(&timer, now)) {
 *       remote_timer_begin(&timer, now);
 *       ... poll ...
 *       remote_timer_end(&timer, &pace, ok, clock_ms());
 *   }
 *   remote_timer_hint(&timer, now);                      // a webhook came
 *
 * A hint that comes while a poll is under way makes another one: the poll may have looked before
 * the push. Hints can't make polls follow each other faster than `hint_ms`.
 */
#pragma once

#include "base/base.h"

struct remote_pace {
    uint64_t interval_ms; /* 0: a minute; a tenth of it more or less, so that many don't meet */
    uint64_t first_ms;    /* after the first failure; 0: 1 s; doubled with each */
    uint64_t most_ms;     /* after many; 0: 5 minutes */
    uint64_t hint_ms;     /* from the begin of a poll to the one a hint asks for; 0: 200 ms */
};

/* The moment of the next poll after `failures` in a row (0: the last one was well). */
uint64_t remote_next_ms(const struct remote_pace *pace, unsigned failures, uint64_t now_ms,
                        uint64_t seed);

struct remote_timer {
    uint64_t seed;     /* another one in each process */
    uint64_t at_ms;    /* of the next poll; 0: at once */
    uint64_t began_ms; /* of the last poll */
    uint64_t polls;
    unsigned failures; /* in a row */
    bool is_hinted;
};

bool remote_timer_is_due(const struct remote_timer *timer, uint64_t now_ms);
void remote_timer_begin(struct remote_timer *timer, uint64_t now_ms);
void remote_timer_end(struct remote_timer *timer, const struct remote_pace *pace, bool is_well,
                      uint64_t now_ms);
void remote_timer_hint(struct remote_timer *timer, const struct remote_pace *pace, uint64_t now_ms);
