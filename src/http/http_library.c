/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_library.h"

#include <dlfcn.h>
#include <pthread.h>

#include "base/vec.h"

/* The first is Debian's own; the second that of distributions without the OpenSSL suffix. */
static const char *const names[] = {"libcurl.so.4", "libcurl.so"};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct http_library library;
static const char *failure;

static void *open_library(void)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        void *handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (handle)
            return handle;
    }
    return NULL;
}

static void load(void)
{
    void *handle = open_library();
    failure = handle ? NULL : "libcurl is not installed (package libcurl4)";
    if (!handle)
        return;
    struct {
        const char *name;
        void *slot; /* of a pointer to a function */
    } wanted[] = {
#define X(function) {#function, &library.function},
        HTTP_LIBRARY(X)
#undef X
    };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        void *symbol = dlsym(handle, wanted[i].name);
        if (!symbol) {
            failure = "the libcurl of this machine is older than 7.83";
            return;
        }
        /* POSIX lets dlsym() give functions; ISO C has no cast for it. */
        memcpy(wanted[i].slot, &symbol, sizeof symbol);
    }
    if (library.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        failure = "libcurl can't be initialised";
}

const struct http_library *http_library_load(const char **ret_error)
{
    (void)pthread_once(&once, load);
    *ret_error = failure;
    return failure ? NULL : &library;
}
