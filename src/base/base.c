/* SPDX-License-Identifier: Apache-2.0 */
/* The two ways to die, and the allocators that never return NULL. */
#include "base/base.h"

#include <stdarg.h>

enum { EXIT_INTERNAL = 70 }; /* EX_SOFTWARE of sysexits.h; design: exit codes */

void bug_report(const char *file, int line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "tidegate: internal error at %s:%d: ", file, line);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_INTERNAL);
}

void memory_exhausted(size_t wanted)
{
    if (wanted == SIZE_MAX)
        fputs("tidegate: out of memory: the size asked for is beyond this machine\n", stderr);
    else
        fprintf(stderr, "tidegate: out of memory: %zu bytes wanted\n", wanted);
    abort();
}

void *xmalloc(size_t n)
{
    void *p = malloc(n > 0 ? n : 1);
    if (!p)
        memory_exhausted(n);
    return p;
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);
    if (!p)
        memory_exhausted(size_mul(n, size));
    return p;
}

void *xrealloc(void *p, size_t n)
{
    void *grown = realloc(p, n > 0 ? n : 1);
    if (!grown)
        memory_exhausted(n);
    return grown;
}
