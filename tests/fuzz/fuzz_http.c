/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server answers: its headers decide where the next request goes and how long is waited. The
 * first line of the input is the status, then come headers, then an empty line and a body, whose
 * first line is taken for a URL.
 */
#include "base/buf.h"
#include "base/number.h"
#include "base/vec.h"
#include "http/http_retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool is_within(struct str part, struct str whole)
{
    return !part.n || str_has(whole, part);
}

static void check_url(struct arena *arena, struct str url)
{
    const struct str origin = http_origin(url);
    if (!is_within(origin, url))
        BUG("an origin that is not of the URL");
    if (!http_is_safe_url(url))
        return;
    if (!origin.n || !str_starts(url, origin) || str_find_char(origin, '@') >= 0)
        BUG("a safe URL that leads elsewhere");
    const struct str scheme = str_lower(arena, str_sub(url, 0, 5));
    if (!str_is(scheme, "https") && !str_is(scheme, "http:"))
        BUG("a safe URL of another scheme");
}

static void check_headers(struct arena *arena, const struct http_response *response)
{
    static const char *const relations[] = {"next", "last", ""};
    const struct str link = http_header(response, "link");
    for (size_t i = 0; i < ARRAY_LEN(relations); i++) {
        const struct str url = http_link(response, relations[i]);
        if (!is_within(url, link))
            BUG("a link that is not in the header");
        check_url(arena, url);
    }
}

static void check_patience(const struct http_response *response)
{
    struct http_patience patience = {.now_s = 1700000000, .max_attempts = 5, .left_ms = 120000};
    for (patience.attempt = 1; patience.attempt <= 6; patience.attempt++) {
        for (int is_safe = 0; is_safe < 2; is_safe++) {
            patience.is_safe = is_safe;
            const int64_t wait = http_retry_after_ms(response, &patience);
            if (wait < -1 || wait >= (int64_t)patience.left_ms)
                BUG("a wait past the end");
            if (wait >= 0 && patience.attempt >= patience.max_attempts)
                BUG("one attempt too many");
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena arena SCOPED(arena) = {0};
    struct http_response response = {.failure = HTTP_ANSWERED};
    struct str rest = {(const char *)data, n}, line;
    uint64_t status;
    if (str_split(&rest, '\n', &line) && number_parse_u64(str_trim(line), &status) == 0)
        response.status = (unsigned)(status % 1000);
    while (str_split(&rest, '\n', &line) && str_trim(line).n)
        VEC_PUSH(&arena, &response.headers, line);
    response.body = rest;
    check_headers(&arena, &response);
    check_patience(&response);
    if (str_split(&rest, '\n', &line))
        check_url(&arena, line);
    for (enum http_failure failure = HTTP_BAD_URL; failure <= HTTP_TOO_LARGE; failure++) {
        response.failure = failure;
        check_patience(&response);
    }
    return 0;
}
