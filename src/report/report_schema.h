/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schemas of formats for programs, from tables of members. */
#pragma once

#include "report/report.h"

/* One member of an object. */
struct report_member {
    const char *name;
    const char *type;   /* string, integer, boolean, object, array; a definition when it starts with
                           #; "": anything */
    const char *items;  /* of an array: string, or a definition */
    const char *choice; /* of a string: a|b|c */
    const char *summary;
    bool optional;
};

struct report_shape {
    const char *name; /* of the definition; NULL is the whole */
    const struct report_member *members;
    size_t n;
};

#define REPORT_SHAPE(name, members)                                                                \
    {                                                                                              \
        name, members, ARRAY_LEN(members)                                                          \
    }

void report_schema_write(struct buf *out, const char *title, const struct report_shape *root,
                         const struct report_shape *defs, size_t n);
