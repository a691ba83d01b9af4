/* SPDX-License-Identifier: Apache-2.0 */
/* What libcurl says, as this room's words. */
#include "base/vec.h"
#include "http/http_internal.h"

enum http_failure http_failure_of(CURLcode code, const char *words)
{
    static const struct {
        CURLcode code;
        enum http_failure failure;
    } table[] = {
        {CURLE_URL_MALFORMAT, HTTP_BAD_URL},
        {CURLE_UNSUPPORTED_PROTOCOL, HTTP_BAD_URL},
        {CURLE_TOO_MANY_REDIRECTS, HTTP_BAD_URL},
        {CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT},
        {CURLE_PEER_FAILED_VERIFICATION, HTTP_UNTRUSTED},
        {CURLE_SSL_CONNECT_ERROR, HTTP_UNTRUSTED},
        {CURLE_SSL_CERTPROBLEM, HTTP_UNTRUSTED},
        {CURLE_SSL_CACERT_BADFILE, HTTP_UNTRUSTED},
        {CURLE_SSL_ISSUER_ERROR, HTTP_UNTRUSTED},
        {CURLE_COULDNT_RESOLVE_HOST, HTTP_UNREACHED},
        {CURLE_COULDNT_RESOLVE_PROXY, HTTP_UNREACHED},
        {CURLE_COULDNT_CONNECT, HTTP_UNREACHED},
    };
    /* A server that goes away in the middle of the handshake says nothing about trust. */
    const struct str text = str_from(words);
    if (code == CURLE_SSL_CONNECT_ERROR &&
        (str_has(text, STR("SSL_ERROR_SYSCALL")) || str_has(text, STR("reset by peer"))))
        return HTTP_UNREACHED;
    /* What is no HTTP at all is taken for its version 0.9. */
    if (code == CURLE_UNSUPPORTED_PROTOCOL && str_has(text, STR("HTTP/0.9")))
        return HTTP_CUT;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].code == code)
            return table[i].failure;
    return HTTP_CUT; /* something was sent: who knows how far it came */
}

struct str http_shown_url(struct str url)
{
    const ptrdiff_t query = str_find_char(url, '?');
    return query < 0 ? url : str_sub(url, 0, (size_t)query);
}

void http_read_headers(const struct http_library *curl, CURL *handle, struct arena *arena,
                       struct http_response *response)
{
    struct curl_header *header = NULL;
    while ((header = curl->curl_easy_nextheader(handle, CURLH_HEADER, -1, header))) {
        const struct str name = str_lower(arena, str_from(header->name));
        VEC_PUSH(arena, &response->headers,
                 str_format(arena, "%.*s: %s", STR_FMT(name), header->value));
    }
}
