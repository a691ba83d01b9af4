/* SPDX-License-Identifier: Apache-2.0 */
/* How the terminal is used. Colour only ever repeats what a word says. */
#pragma once

#include "report/report.h"

enum paint {
    PAINT_ERROR,
    PAINT_WARNING,
    PAINT_INFO,
    PAINT_BOLD,
    PAINT_DRAWING,
    PAINT_GOOD,
};

struct paint_style {
    const char *bar;      /* between line number and text */
    const char *ellipsis; /* of lines that are cut */
    const char *mask;     /* in place of masked bytes */
    unsigned ellipsis_width;
    unsigned width; /* cells of a line, 0: unknown */
    bool color;
};

struct paint_style paint_style_of(const struct report_options *options);
void paint_on(struct buf *out, const struct paint_style *style, enum paint paint);
void paint_off(struct buf *out, const struct paint_style *style);
enum paint paint_of(enum severity severity);
/* "3 errors" */
void paint_count(struct buf *out, size_t n, const char *one, const char *many);
