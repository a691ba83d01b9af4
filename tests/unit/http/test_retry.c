/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/base/base_check.h"

#include "base/vec.h"
#include "http/http_retry.h"

struct asked {
    unsigned status;
    enum http_failure failure;
    const char *header, *other, *body;
    unsigned attempt;
    bool is_safe;
    int64_t wait_ms;
};

static int64_t ask(const struct asked *asked)
{
    struct str headers[] = {str_from(asked->header ? asked->header : "a: b"),
                            str_from(asked->other ? asked->other : "c: d")};
    struct http_response response = {
        .failure = asked->failure, .status = asked->status, .headers = {.items = headers, .n = 2}};
    response.body = str_from(asked->body ? asked->body : "");
    const struct http_patience patience = {.now_s = 1000,
                                           .attempt = asked->attempt ? asked->attempt : 1,
                                           .max_attempts = 5,
                                           .left_ms = 120000,
                                           .is_safe = asked->is_safe};
    return http_retry_after_ms(&response, &patience);
}

static void waits_as_asked(void **state)
{
    static const struct asked table[] = {
        {.status = 200, .wait_ms = -1},
        {.status = 404, .wait_ms = -1},
        {.status = 422, .is_safe = true, .wait_ms = -1},
        {.status = 403, .wait_ms = -1}, /* no permission */
        {.status = 403, .header = "retry-after: 7", .wait_ms = 7000},
        {.status = 429, .header = "retry-after: 7", .wait_ms = 7000},
        {.status = 429, .wait_ms = 60000},
        {.status = 403,
         .body = "{\"message\": \"You have exceeded a secondary rate limit.\"}",
         .wait_ms = 60000},
        {.status = 403,
         .body = "{\"message\": \"Resource not accessible by integration\"}",
         .wait_ms = -1},
        {.status = 422,
         .body = "{\"message\": \"You have exceeded a secondary rate limit.\"}",
         .wait_ms = -1},
        {.status = 429, .attempt = 2, .wait_ms = -1}, /* two minutes are all there is */
        {.status = 403,
         .header = "x-ratelimit-remaining: 0",
         .other = "x-ratelimit-reset: 1030",
         .wait_ms = 31000},
        {.status = 403,
         .header = "x-ratelimit-remaining: 0",
         .other = "x-ratelimit-reset: 900",
         .wait_ms = 1000},
        {.status = 403,
         .header = "x-ratelimit-remaining: 0",
         .other = "x-ratelimit-reset: 4600",
         .wait_ms = -1}, /* an hour */
        {.status = 429, .header = "retry-after: 99999999999999999999", .wait_ms = 60000},
        {.status = 429, .header = "retry-after: -5", .wait_ms = 60000},
        {.status = 502, .is_safe = true, .wait_ms = 1000},
        {.status = 502, .is_safe = true, .attempt = 3, .wait_ms = 4000},
        {.status = 502, .is_safe = true, .attempt = 5, .wait_ms = -1},
        {.status = 502, .wait_ms = -1}, /* a POST may have been heeded */
        {.status = 503, .is_safe = true, .header = "retry-after: 2", .wait_ms = 2000},
        {.status = 501, .is_safe = true, .wait_ms = -1},
        {.failure = HTTP_TIMEOUT, .wait_ms = -1},
        {.failure = HTTP_TIMEOUT, .is_safe = true, .wait_ms = 1000},
        {.failure = HTTP_CUT, .is_safe = true, .wait_ms = 1000},
        {.failure = HTTP_UNREACHED, .wait_ms = 1000},
        {.failure = HTTP_UNTRUSTED, .is_safe = true, .wait_ms = -1},
        {.failure = HTTP_BAD_URL, .is_safe = true, .wait_ms = -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (ask(&table[i]) != table[i].wait_ms)
            fail_msg("row %zu: %lld", i, (long long)ask(&table[i]));
}

int test_retry(void);
int test_retry(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
