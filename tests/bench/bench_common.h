/* SPDX-License-Identifier: Apache-2.0 */
/* What the yardsticks that run rooms by themselves share: the clock, and files as objects. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "object/object.h"

/* Nanoseconds of processor time. */
static inline int64_t bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The objects of a file; ends the program when it can't be read. */
static inline void bench_add_file(struct object_set *set, const struct schema_view *view,
                                  const char *path, struct diags *diags)
{
    struct str text;
    struct doc_list docs = {0};
    if (file_read(set->arena, path, SIZE_MAX, &text) < 0)
        exit(1);
    struct source *source = source_new(set->arena, str_from(path), text);
    diags->at.source = source;
    if (doc_read_file(set->arena, source, diags, &docs) < 0)
        exit(1);
    for (size_t i = 0; i < docs.n; i++)
        object_set_add_doc(set, view, &docs.items[i], diags);
}
