/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base: C with better manners. Knows no YAML, git or Kubernetes, and never reports: a function
 * that can fail returns 0 or a negative errno. Memory comes from arenas; out of memory aborts.
 *
 * The room has one header a concept, because nobody needs all of them:
 *
 *   arena.h    memory that is freed at once          ascii.h     what a byte is
 *   base.h     attributes, checked arithmetic        base64.h    strict decoding, as Go does it
 *   buf.h      growable text with a maximum          child.h     processes with deadlines, limits
 *   clock.h    time, for people and deadlines only   digest.h    SHA-256 and fast hashes
 *   dns.h      names of RFC 1123                     file.h      files, whole or not at all
 *   glob.h     path patterns                         keypair.h   certificates with their keys
 *   limits.h   every limit on outside sizes          map.h       str -> pointer
 *   number.h   text to numbers, exactly as Go        opt.h       command line from a table
 *   pem.h      blocks of PEM                         pool.h      work on several threads
 *   regex.h    RE2                                   request.h   requests for certificates
 *   str.h      slices of bytes                       suggest.h   "did you mean"
 *   utf8.h     decode, validate, count, width        vec.h       growable arrays
 */
#pragma once

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST_USE          __attribute__((warn_unused_result))
#define NORETURN          __attribute__((noreturn))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define RETURNS_NONNULL   __attribute__((returns_nonnull))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

/* A handle that cleans itself up when its scope ends: SCOPED(fd) int fd = -1; needs fd_scoped(). */
#define SCOPED(type) __attribute__((cleanup(type##_scoped)))

/* Moves a pointer out of its scoped variable: return TAKE(p); */
#define TAKE(p)                                                                                    \
    __extension__({                                                                                \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

/* A mistake of ours, never of the user's: prints file, line and text, and exits with 70. */
#define BUG(...) bug_report(__FILE__, __LINE__, __VA_ARGS__)
NORETURN void bug_report(const char *file, int line, const char *fmt, ...) PRINTF(3, 4);

/* Out of memory: prints one line and aborts. Sizes from outside meet limits.h before they get here.
 */
NORETURN void memory_exhausted(size_t wanted);

void *xmalloc(size_t n) MUST_USE RETURNS_NONNULL;
void *xcalloc(size_t n, size_t size) MUST_USE RETURNS_NONNULL;
void *xrealloc(void *p, size_t n) MUST_USE RETURNS_NONNULL;

/* Checked size arithmetic: an overflow is out of memory, because nothing that large can be had. */
static inline size_t size_add(size_t a, size_t b)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        memory_exhausted(SIZE_MAX);
    return sum;
}

static inline size_t size_mul(size_t a, size_t b)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        memory_exhausted(SIZE_MAX);
    return product;
}

#include "base/banned.h"
