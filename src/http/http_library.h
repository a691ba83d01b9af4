/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, loaded when it is first needed: linked, its own thirty libraries would double the time
 * that the program takes to start. */
#pragma once

#define CURL_DISABLE_TYPECHECK /* its macros stand in the way of functions in a table */
#include <curl/curl.h>

#include "base/str.h"

/* The functions that this room uses, with curl.h's own types. */
#define HTTP_LIBRARY(X)                                                                            \
    X(curl_global_init)                                                                            \
    X(curl_easy_init)                                                                              \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_perform)                                                                           \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_reset)                                                                             \
    X(curl_easy_strerror)                                                                          \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_header)                                                                            \
    X(curl_easy_nextheader)                                                                        \
    X(curl_multi_init)                                                                             \
    X(curl_multi_setopt)                                                                           \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_perform)                                                                          \
    X(curl_multi_poll)                                                                             \
    X(curl_multi_wakeup)                                                                           \
    X(curl_multi_info_read)                                                                        \
    X(curl_multi_cleanup)                                                                          \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)

struct http_library {
#define X(name) __typeof__(&name) name;
    HTTP_LIBRARY(X)
#undef X
};

/* NULL with a reason when it can't be loaded. */
const struct http_library *http_library_load(const char **ret_error);
