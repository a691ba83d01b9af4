/* SPDX-License-Identifier: Apache-2.0 */
/* Colours and drawing characters. Colour only ever repeats what a word says. */
#include "report/report_internal.h"

struct paint_style paint_style_of(const struct report_options *options)
{
    if (options->unicode)
        return (struct paint_style){"│", "…", "•••", 1, options->width, options->color};
    return (struct paint_style){"|", "...", "***", 3, options->width, options->color};
}

void paint_on(struct buf *out, const struct paint_style *style, enum paint paint)
{
    static const char *const codes[] = {
        [PAINT_ERROR] = "\x1b[1;31m", [PAINT_WARNING] = "\x1b[1;33m", [PAINT_INFO] = "\x1b[1;36m",
        [PAINT_BOLD] = "\x1b[1m",     [PAINT_DRAWING] = "\x1b[34m",   [PAINT_GOOD] = "\x1b[1;32m",
    };

    if (style->color)
        buf_add_c(out, codes[paint]);
}

void paint_off(struct buf *out, const struct paint_style *style)
{
    if (style->color)
        buf_add_c(out, "\x1b[0m");
}

enum paint paint_of(enum severity severity)
{
    static const enum paint paints[] = {
        [SEVERITY_OFF] = PAINT_INFO,
        [SEVERITY_INFO] = PAINT_INFO,
        [SEVERITY_WARNING] = PAINT_WARNING,
        [SEVERITY_ERROR] = PAINT_ERROR,
    };

    return paints[severity];
}

void paint_count(struct buf *out, size_t n, const char *one, const char *many)
{
    buf_format(out, "%zu %s", n, n == 1 ? one : many);
}
