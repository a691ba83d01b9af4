/* SPDX-License-Identifier: Apache-2.0 */
/* Whether and when a request is sent again. */
#include "http/http_retry.h"

#include "base/number.h"

enum {
    FIRST_WAIT_MS = 1000,  /* after a fault of the server; doubled each time */
    LIMIT_WAIT_MS = 60000, /* after a rate limit that does not say how long */
};

/* Secondary limits may come without any header; GitHub's words are all there is then. */
bool http_is_limit(const struct http_response *response)
{
    return response->status == 429 ||
           (response->status == 403 &&
            (http_header(response, "retry-after").n ||
             str_is(http_header(response, "x-ratelimit-remaining"), "0") ||
             str_has(response->body, STR("secondary rate limit"))));
}

/* Seconds; dates are not used by the hosts that we speak to. */
static int64_t asked_for(const struct http_response *response, const struct http_patience *patience)
{
    int64_t seconds;
    if (number_parse_i64(http_header(response, "retry-after"), &seconds) == 0 && seconds >= 0)
        return seconds;
    if (str_is(http_header(response, "x-ratelimit-remaining"), "0") &&
        number_parse_i64(http_header(response, "x-ratelimit-reset"), &seconds) == 0)
        return seconds > (int64_t)patience->now_s ? seconds - (int64_t)patience->now_s + 1 : 1;
    return -1;
}

static int64_t doubled(int64_t first, unsigned attempt)
{
    return first << MIN_OF(attempt - 1, 6u);
}

static int64_t wanted_ms(const struct http_response *response, const struct http_patience *patience)
{
    const int64_t seconds = asked_for(response, patience);
    if (http_is_limit(response))
        return seconds >= 0 ? MIN_OF(seconds, INT64_C(86400)) * 1000
                            : doubled(LIMIT_WAIT_MS, patience->attempt);
    if (response->failure == HTTP_UNREACHED)
        return doubled(FIRST_WAIT_MS, patience->attempt);
    const bool is_unsure = response->failure == HTTP_TIMEOUT || response->failure == HTTP_CUT;
    const bool is_fault = response->status >= 500 && response->status != 501;
    if ((is_unsure || is_fault) && patience->is_safe)
        return seconds >= 0 ? MIN_OF(seconds, INT64_C(86400)) * 1000
                            : doubled(FIRST_WAIT_MS, patience->attempt);
    return -1;
}

int64_t http_retry_after_ms(const struct http_response *response,
                            const struct http_patience *patience)
{
    if (patience->attempt >= patience->max_attempts)
        return -1;
    const int64_t wait = wanted_ms(response, patience);
    return wait >= 0 && (uint64_t)wait < patience->left_ms ? wait : -1;
}
