/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/remote_pace.h"

enum {
    INTERVAL_MS = 60000,
    FIRST_MS = 1000,
    MOST_MS = 300000,
    HINT_MS = 200,
    JITTER = 10, /* one part in that many, up and down */
};

/* Sebastiano Vigna's splitmix64: every seed gives another number, the same on every machine. */
static uint64_t scatter(uint64_t seed)
{
    uint64_t z = seed + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static uint64_t or_default(uint64_t value, uint64_t otherwise)
{
    return value ? value : otherwise;
}

/* Added without going round: a moment that never comes is better than one that is over. */
static uint64_t later(uint64_t now_ms, uint64_t wait_ms)
{
    uint64_t at;
    return __builtin_add_overflow(now_ms, wait_ms, &at) ? UINT64_MAX : at;
}

/* Half of the wait is certain, so that a server that fails is left alone; half is chance. */
static uint64_t back_off(const struct remote_pace *pace, unsigned failures, uint64_t random)
{
    const uint64_t most = or_default(pace->most_ms, MOST_MS);
    uint64_t wait = MIN_OF(or_default(pace->first_ms, FIRST_MS), most);
    for (unsigned i = 1; i < failures && wait < most; i++)
        wait = wait > most / 2 ? most : wait * 2;
    return wait - wait / 2 + random % (wait / 2 + 1);
}

uint64_t remote_next_ms(const struct remote_pace *pace, unsigned failures, uint64_t now_ms,
                        uint64_t seed)
{
    const uint64_t random = scatter(seed ^ scatter(now_ms ^ failures));
    if (failures > 0)
        return later(now_ms, back_off(pace, failures, random));
    const uint64_t interval = or_default(pace->interval_ms, INTERVAL_MS);
    const uint64_t part = interval / JITTER;
    return later(now_ms, later(interval - part, random % (2 * part + 1)));
}

bool remote_timer_is_due(const struct remote_timer *timer, uint64_t now_ms)
{
    return now_ms >= timer->at_ms;
}

void remote_timer_begin(struct remote_timer *timer, uint64_t now_ms)
{
    timer->began_ms = now_ms;
    timer->is_hinted = false;
    timer->at_ms = UINT64_MAX; /* until its end */
    timer->polls++;
}

static uint64_t hint_moment(const struct remote_timer *timer, const struct remote_pace *pace,
                            uint64_t now_ms)
{
    if (!timer->polls)
        return now_ms;
    return MAX_OF(now_ms, later(timer->began_ms, or_default(pace->hint_ms, HINT_MS)));
}

void remote_timer_end(struct remote_timer *timer, const struct remote_pace *pace, bool is_well,
                      uint64_t now_ms)
{
    if (is_well)
        timer->failures = 0;
    else if (timer->failures < UINT32_MAX)
        timer->failures++;
    timer->at_ms = remote_next_ms(pace, timer->failures, now_ms, timer->seed);
    if (timer->is_hinted)
        timer->at_ms = MIN_OF(timer->at_ms, hint_moment(timer, pace, now_ms));
}

void remote_timer_hint(struct remote_timer *timer, const struct remote_pace *pace, uint64_t now_ms)
{
    timer->is_hinted = true;
    if (timer->at_ms != UINT64_MAX)
        timer->at_ms = MIN_OF(timer->at_ms, hint_moment(timer, pace, now_ms));
}
